// SPDX-License-Identifier: GPL-2.0-only
/*
 * bgp_attr_decode.c - path attributes from the wire, each judged by RFC 7606.
 *
 * RFC 4271 (4.3, 6.3), RFC 7606 (3, 4, 7), RFC 4760 (3, 4), RFC 6793 (6), RFC 7607, RFC 6514 (5),
 * RFC 8317 (8.2), RFC 9012 (13), RFC 7311 (3), RFC 8669 (6)
 */
#include <stdarg.h>
#include <stdio.h>

#include "bgp_attr_priv.h"

void bgp_report(struct bgp_update *u, enum bgp_verdict v, u8 subcode, const struct slice *data,
		const char *fmt, ...)
{
	char reason[BGP_REASON_LEN];
	va_list ap;

	if (v <= u->out.verdict)
		return;
	va_start(ap, fmt);
	vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	u->out.verdict = v;
	bgp_error_set(&u->out.err, BGP_ERR_UPDATE, subcode, data ? data->p : NULL,
		      data ? data->len : 0, "%s", reason);
}

static void malformed(struct bgp_update *u, const struct attr_in *in, u8 subcode, const char *fmt,
		      ...) __attribute__((format(printf, 4, 5)));

static void malformed(struct bgp_update *u, const struct attr_in *in, u8 subcode, const char *fmt,
		      ...)
{
	char text[BGP_REASON_LEN - 64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	bgp_report(u, in->row->malformed, subcode, &in->whole, "attribute %s (%u): %s",
		   in->row->name, in->code, text);
}

static bool length_is(struct bgp_update *u, const struct attr_in *in, size_t len)
{
	if (in->value.len == len)
		return true;
	malformed(u, in, BGP_UPDATE_LENGTH, "length is %zu, expected %zu", in->value.len, len);
	return false;
}

static void good(struct bgp_update *u, const struct attr_in *in)
{
	u->attrs.present |= BGP_BIT(in->code);
	if (in->flags & BGP_F_PARTIAL && in->row->flags == (BGP_F_OPTIONAL | BGP_F_TRANSITIVE))
		u->attrs.partial |= BGP_BIT(in->code);
}

void decode_origin(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u)
{
	if (!length_is(u, in, 1))
		return;
	if (in->value.p[0] > BGP_ORIGIN_INCOMPLETE) {
		malformed(u, in, BGP_UPDATE_ORIGIN, "value is %u, expected 0, 1 or 2",
			  in->value.p[0]);
		return;
	}
	u->attrs.origin = in->value.p[0];
	good(u, in);
}

/* RFC 7606 section 7.2, RFC 7607 section 2 and RFC 5065 section 5 */
static bool path_is_good(const struct attr_in *in, bool as4, bool external, struct bgp_update *u)
{
	struct cursor c = cur_slice(&in->value);
	struct as_segment s;

	while (cur_left(&c)) {
		size_t left = cur_left(&c);

		if (!as_segment_next(&c, as4, &s)) {
			malformed(u, in, BGP_UPDATE_AS_PATH,
				  "a segment is longer than the %zu octets that are left", left);
			return false;
		}
		if (s.type < BGP_AS_SET || s.type > BGP_AS_CONFED_SET) {
			malformed(u, in, BGP_UPDATE_AS_PATH, "segment type is %u, expected 1 to 4",
				  s.type);
			return false;
		}
		if (external && s.type >= BGP_AS_CONFED_SEQUENCE) {
			malformed(u, in, BGP_UPDATE_AS_PATH,
				  "segment type is %u, a confederation, from an external peer",
				  s.type);
			return false;
		}
		if (!s.count) {
			malformed(u, in, BGP_UPDATE_AS_PATH, "a segment of type %u is empty",
				  s.type);
			return false;
		}
		for (unsigned int i = 0; i < s.count; i++) {
			if (as_segment_get(&s, i))
				continue;
			malformed(u, in, BGP_UPDATE_AS_PATH, "it contains AS 0");
			return false;
		}
	}
	return true;
}

void decode_as_path(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u)
{
	if (!path_is_good(in, ctx->as4, ctx->peer == BGP_PEER_EBGP, u))
		return;
	u->attrs.as4 = ctx->as4;
	u->attrs.as_path = in->value;
	good(u, in);
}

/* RFC 6793 section 6: not between two speakers that both know 4-octet AS numbers */
static bool is_for_old_speakers(const struct attr_in *in, const struct bgp_ctx *ctx,
				struct bgp_update *u)
{
	if (!ctx->as4)
		return true;
	malformed(u, in, BGP_UPDATE_OPTIONAL, "not expected from a peer with 4-octet AS numbers");
	return false;
}

void decode_as4_path(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u)
{
	if (!is_for_old_speakers(in, ctx, u))
		return;
	if (in->value.len < 6 || in->value.len % 2) {
		malformed(u, in, BGP_UPDATE_OPTIONAL,
			  "length is %zu, expected an even number above 5", in->value.len);
		return;
	}
	if (!path_is_good(in, true, ctx->peer == BGP_PEER_EBGP, u))
		return;
	u->attrs.as4_path = in->value;
	good(u, in);
}

void decode_u32(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u)
{
	if (!length_is(u, in, 4))
		return;
	*attr_u32(in->row, &u->attrs) = load32(in->value.p);
	good(u, in);
}

void decode_empty(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u)
{
	if (length_is(u, in, 0))
		good(u, in);
}

void decode_list(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u)
{
	if (!in->value.len || in->value.len % in->row->unit) {
		malformed(u, in, BGP_UPDATE_LENGTH, "length is %zu, expected a multiple of %u",
			  in->value.len, in->row->unit);
		return;
	}
	*attr_slice(in->row, &u->attrs) = in->value;
	good(u, in);
}

static bool aggregator(const struct attr_in *in, bool as4, struct bgp_update *u,
		       struct bgp_aggregator *agg)
{
	struct cursor c = cur_slice(&in->value);
	u16 as2 = 0;

	if (!length_is(u, in, as4 ? 8 : 6))
		return false;
	if (as4) {
		cur_u32(&c, &agg->as);
	} else {
		cur_u16(&c, &as2);
		agg->as = as2;
	}
	cur_u32(&c, &agg->id);
	if (agg->as)
		return true;
	malformed(u, in, BGP_UPDATE_OPTIONAL, "its AS is 0");
	return false;
}

void decode_aggregator(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u)
{
	if (aggregator(in, ctx->as4, u, &u->attrs.aggregator))
		good(u, in);
}

void decode_as4_aggregator(const struct attr_in *in, const struct bgp_ctx *ctx,
			   struct bgp_update *u)
{
	if (is_for_old_speakers(in, ctx, u) && aggregator(in, true, u, &u->attrs.as4_aggregator))
		good(u, in);
}

/*
 * RFC 6514 section 5: an identifier that cannot be one of its type. Types grow in number (BIER, SR trees,
 * SRv6), and a route whose tunnel nobody here can use is still a route of a reflector's other clients:
 * what is not known is kept.
 */
static bool pmsi_is_good(const struct bgp_pmsi *p)
{
	switch (p->type & 0x7f) {
	case PMSI_INGRESS_REPLICATION:
	case PMSI_ASSISTED_REPLICATION:
		return p->endpoint.len;
	case PMSI_PIM_SSM:
	case PMSI_PIM_SM:
	case PMSI_PIM_BIDIR:
		return p->id.len == 8 || p->id.len == 32;
	case PMSI_RSVP_P2MP:
		return p->id.len == 12 || p->id.len == 24;
	case PMSI_MLDP_P2MP:
	case PMSI_MLDP_MP2MP:
		return p->id.len;
	default:
		return true;
	}
}

void decode_pmsi(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u)
{
	const struct bgp_attrs probe = {.pmsi = in->value};
	struct bgp_pmsi p;

	if (in->flags & BGP_F_PARTIAL) {
		malformed(u, in, BGP_UPDATE_OPTIONAL, "the Partial flag is set");
		return;
	}
	if (!bgp_pmsi_get(&probe, &p)) {
		malformed(u, in, BGP_UPDATE_OPTIONAL, "length is %zu, expected at least 5",
			  in->value.len);
		return;
	}
	if (!pmsi_is_good(&p)) {
		malformed(u, in, BGP_UPDATE_OPTIONAL,
			  "tunnel type %u with an identifier of %zu octets", p.type, p.id.len);
		return;
	}
	u->attrs.pmsi = in->value;
	good(u, in);
}

/* Sub-TLVs: one octet of type; two octets of length from type 128 on, one below */
static bool sub_tlvs_fit(struct cursor *c)
{
	while (cur_left(c)) {
		u16 len = 0;
		u8 type, short_len;

		if (!cur_u8(c, &type))
			return false;
		if (type >= 128) {
			if (!cur_u16(c, &len))
				return false;
		} else {
			if (!cur_u8(c, &short_len))
				return false;
			len = short_len;
		}
		if (!cur_skip(c, len))
			return false;
	}
	return true;
}

void decode_tunnel_encap(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u)
{
	struct cursor c = cur_slice(&in->value), tlv;
	u16 type, len;

	do {
		if (!cur_u16(&c, &type) || !cur_u16(&c, &len) || !cur_sub(&c, len, &tlv) ||
		    !sub_tlvs_fit(&tlv)) {
			malformed(u, in, BGP_UPDATE_OPTIONAL, "a TLV does not fit its contents");
			return;
		}
	} while (cur_left(&c));
	u->attrs.tunnel_encap = in->value;
	good(u, in);
}

/* TLVs of one octet of type and two of length. AIGP counts the three in the length. */
static void small_tlvs(const struct attr_in *in, struct bgp_update *u, u16 header_counts)
{
	struct cursor c = cur_slice(&in->value);
	u16 len;
	u8 type;

	do {
		if (!cur_u8(&c, &type) || !cur_u16(&c, &len) || len < header_counts ||
		    !cur_skip(&c, (size_t)len - header_counts)) {
			malformed(u, in, BGP_UPDATE_OPTIONAL, "a TLV does not fit its contents");
			return;
		}
	} while (cur_left(&c));
	*attr_slice(in->row, &u->attrs) = in->value;
	good(u, in);
}

void decode_aigp(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u)
{
	small_tlvs(in, u, 3);
}

void decode_prefix_sid(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u)
{
	small_tlvs(in, u, 0);
}

static bool is_evpn(const struct bgp_mp *mp)
{
	return mp->afi == BGP_AFI_L2VPN && mp->safi == BGP_SAFI_EVPN;
}

/* RFC 7606 section 7.11: what length a next hop can have in this family; others are not judged */
static bool next_hop_fits(const struct bgp_mp *mp, size_t len)
{
	if (is_evpn(mp) || (mp->safi == BGP_SAFI_UNICAST && mp->afi == BGP_AFI_IPV4))
		return len == 4 || len == 16 || len == 32;
	if (mp->safi == BGP_SAFI_UNICAST && mp->afi == BGP_AFI_IPV6)
		return len == 16 || len == 32;
	return true;
}

/* RFC 4271 section 6.3: a next hop that is no address of a host makes the route unusable. */
static void check_next_hop(struct bgp_update *u, const struct attr_in *in)
{
	char ip[IP_STRLEN];

	if (!is_evpn(&u->reach) || !u->reach.nlri.len || ip_is_host(&u->reach.nh))
		return;
	bgp_report(u, BGP_WITHDRAW, BGP_UPDATE_NEXT_HOP, &in->whole,
		   "attribute %s (%u): next hop is %s, expected the address of a host",
		   in->row->name, in->code, ip_format(&u->reach.nh, ip));
}

void decode_mp_reach(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u)
{
	struct cursor c = cur_slice(&in->value);
	struct bgp_mp *mp = &u->reach;
	struct slice nh;
	u8 nh_len, reserved;

	if (!cur_u16(&c, &mp->afi) || !cur_u8(&c, &mp->safi) || !cur_u8(&c, &nh_len) ||
	    in->value.len < 5) {
		malformed(u, in, BGP_UPDATE_OPTIONAL, "length is %zu, expected at least 5",
			  in->value.len);
		return;
	}
	if (!next_hop_fits(mp, nh_len)) {
		malformed(u, in, BGP_UPDATE_OPTIONAL, "next hop length is %u, expected %s", nh_len,
			  is_evpn(mp) ? "4, 16 or 32" : "an address of that family");
		return;
	}
	if (!cur_take(&c, nh_len, &nh) || !cur_u8(&c, &reserved)) {
		malformed(u, in, BGP_UPDATE_OPTIONAL, "next hop length is %u, %zu octets are left",
			  nh_len, cur_left(&c));
		return;
	}
	mp->nh = ip_from_bytes(nh.p, nh.len == 32 ? 16 : nh.len);
	mp->nlri = cur_rest(&c);
	mp->whole = in->whole;
	mp->present = true;
	check_next_hop(u, in);
}

void decode_mp_unreach(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u)
{
	struct cursor c = cur_slice(&in->value);
	struct bgp_mp *mp = &u->unreach;

	if (!cur_u16(&c, &mp->afi) || !cur_u8(&c, &mp->safi)) {
		malformed(u, in, BGP_UPDATE_OPTIONAL, "length is %zu, expected at least 3",
			  in->value.len);
		return;
	}
	mp->nlri = cur_rest(&c);
	mp->whole = in->whole;
	mp->present = true;
}

/* An attribute that came before. RFC 7606 section 3 (g) */
static void duplicate(const struct attr_in *in, struct bgp_update *u)
{
	if (in->code == BGP_ATTR_MP_REACH || in->code == BGP_ATTR_MP_UNREACH)
		bgp_report(u, BGP_RESET, BGP_UPDATE_MALFORMED, NULL,
			   "attribute %s (%u) is there twice", in->row->name, in->code);
	else if (in->row)
		bgp_report(u, BGP_DISCARD, 0, NULL,
			   "attribute %s (%u) is there twice, the first one counts", in->row->name,
			   in->code);
	else
		bgp_report(u, BGP_DISCARD, 0, NULL,
			   "attribute %u is there twice, the first one counts", in->code);
}

static void one_attribute(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u)
{
	const u8 kind = in->flags & (BGP_F_OPTIONAL | BGP_F_TRANSITIVE);

	if (!in->row) {
		if (!(in->flags & BGP_F_OPTIONAL))
			bgp_report(
				u, BGP_RESET, BGP_UPDATE_UNKNOWN_WELL_KNOWN, &in->whole,
				"attribute %u with flags 0x%02x is said to be well-known, but is not",
				in->code, in->flags);
		return;
	}
	if (in->row->internal && ctx->peer == BGP_PEER_EBGP) {
		bgp_report(u, BGP_DISCARD, 0, NULL,
			   "attribute %s (%u) is not expected from an external peer", in->row->name,
			   in->code);
		return;
	}
	if (kind != in->row->flags) {
		bgp_report(u, in->row->wrong_flags, BGP_UPDATE_FLAGS, &in->whole,
			   "attribute %s (%u): flags are 0x%02x, expected 0x%02x for Optional and "
			   "Transitive",
			   in->row->name, in->code, in->flags, in->row->flags);
		return;
	}
	in->row->decode(in, ctx, u);
}

/* Header and value of the next attribute; false when they are not there. RFC 7606 section 4 */
static bool next_attribute(struct cursor *c, struct attr_in *in, struct bgp_update *u)
{
	size_t left = cur_left(c);
	const u8 *start = c->p;
	u8 short_len = 0;
	u16 len = 0;
	bool got;

	got = cur_u8(c, &in->flags) && cur_u8(c, &in->code);
	if (got && (in->flags & BGP_F_EXTENDED)) {
		got = cur_u16(c, &len);
	} else if (got) {
		got = cur_u8(c, &short_len);
		len = short_len;
	}
	if (!got) {
		bgp_report(u, BGP_WITHDRAW, BGP_UPDATE_MALFORMED, NULL,
			   "%zu octets at the end of the attributes are too few for another one",
			   left);
		return false;
	}
	in->row = bgp_attr_row(in->code);
	in->whole = (struct slice){start, left};
	if (!cur_take(c, len, &in->value)) {
		bool mp = in->code == BGP_ATTR_MP_REACH || in->code == BGP_ATTR_MP_UNREACH;

		bgp_report(u, mp ? BGP_RESET : BGP_WITHDRAW, BGP_UPDATE_LENGTH, &in->whole,
			   "attribute %s (%u): length is %u, %zu octets of attributes are left",
			   in->row ? in->row->name : "unknown", in->code, len, cur_left(c));
		return false;
	}
	in->whole.len = (size_t)(c->p - start);
	return true;
}

u64 bgp_attr_walk(const struct slice *stream, const struct bgp_ctx *ctx, struct bgp_update *u)
{
	struct cursor c = cur_slice(stream);
	u64 seen[4] = {0};
	struct attr_in in;

	while (cur_left(&c) && next_attribute(&c, &in, u)) {
		u64 bit = 1ull << (in.code & 63);

		if (seen[in.code >> 6] & bit) {
			duplicate(&in, u);
			continue;
		}
		seen[in.code >> 6] |= bit;
		one_attribute(&in, ctx, u);
	}
	u->attrs.unknown = *stream;
	return seen[0];
}
