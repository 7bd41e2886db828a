// SPDX-License-Identifier: GPL-2.0-only
/*
 * bgp_attr.c - the table of path attributes, one row each: code, name, flags, how strict, decode,
 * encode, format; and questions about attributes.
 *
 * RFC 4271 (4.3, 5), RFC 7606 (7), RFC 4760, RFC 6793, RFC 1997, RFC 4456, RFC 4360, RFC 5701,
 * RFC 8092, RFC 6514, RFC 9574, RFC 9012, RFC 7311, RFC 9234, RFC 8669
 */
#include "bgp_attr_priv.h"

#define FIELD(name) offsetof(struct bgp_attrs, name)

/* clang-format off */
enum {
	WELL_KNOWN = BGP_F_TRANSITIVE,
	OPTIONAL = BGP_F_OPTIONAL,
	CARRIED = BGP_F_OPTIONAL | BGP_F_TRANSITIVE,
};

/* code, flags, name, malformed, wrong flags, internal, unit, field, decode, encode, text */
static const struct attr_row rows[] = {
	{ BGP_ATTR_ORIGIN, WELL_KNOWN, "origin", BGP_WITHDRAW, BGP_WITHDRAW, false, 0,
	  FIELD(origin), decode_origin, encode_origin, text_origin },
	{ BGP_ATTR_AS_PATH, WELL_KNOWN, "as-path", BGP_WITHDRAW, BGP_WITHDRAW, false, 0,
	  FIELD(as_path), decode_as_path, encode_as_path, text_path },
	{ BGP_ATTR_NEXT_HOP, WELL_KNOWN, "next-hop", BGP_WITHDRAW, BGP_WITHDRAW, false, 0,
	  FIELD(next_hop), decode_u32, encode_u32, text_id },
	{ BGP_ATTR_MED, OPTIONAL, "med", BGP_WITHDRAW, BGP_WITHDRAW, false, 0,
	  FIELD(med), decode_u32, encode_u32, text_number },
	{ BGP_ATTR_LOCAL_PREF, WELL_KNOWN, "local-pref", BGP_WITHDRAW, BGP_WITHDRAW, true, 0,
	  FIELD(local_pref), decode_u32, encode_u32, text_number },
	{ BGP_ATTR_ATOMIC_AGGREGATE, WELL_KNOWN, "atomic-aggregate", BGP_DISCARD, BGP_WITHDRAW, false, 0,
	  0, decode_empty, encode_empty, text_present },
	{ BGP_ATTR_AGGREGATOR, CARRIED, "aggregator", BGP_DISCARD, BGP_WITHDRAW, false, 0,
	  FIELD(aggregator), decode_aggregator, encode_aggregator, text_aggregator },
	{ BGP_ATTR_COMMUNITY, CARRIED, "community", BGP_WITHDRAW, BGP_WITHDRAW, false, 4,
	  FIELD(community), decode_list, encode_slice, text_community },
	{ BGP_ATTR_ORIGINATOR_ID, OPTIONAL, "originator-id", BGP_WITHDRAW, BGP_WITHDRAW, true, 0,
	  FIELD(originator_id), decode_u32, encode_u32, text_id },
	{ BGP_ATTR_CLUSTER_LIST, OPTIONAL, "cluster-list", BGP_WITHDRAW, BGP_WITHDRAW, true, 4,
	  FIELD(cluster), decode_list, encode_slice, text_ids },
	{ BGP_ATTR_MP_REACH, OPTIONAL, "mp-reach", BGP_RESET, BGP_RESET, false, 0,
	  0, decode_mp_reach, NULL, NULL },
	{ BGP_ATTR_MP_UNREACH, OPTIONAL, "mp-unreach", BGP_RESET, BGP_RESET, false, 0,
	  0, decode_mp_unreach, NULL, NULL },
	{ BGP_ATTR_EXT_COMMUNITY, CARRIED, "ext-community", BGP_WITHDRAW, BGP_WITHDRAW, false, 8,
	  FIELD(ext), decode_list, encode_slice, text_ext },
	{ BGP_ATTR_AS4_PATH, CARRIED, "as4-path", BGP_DISCARD, BGP_WITHDRAW, false, 0,
	  FIELD(as4_path), decode_as4_path, encode_as4_path, text_path },
	{ BGP_ATTR_AS4_AGGREGATOR, CARRIED, "as4-aggregator", BGP_DISCARD, BGP_WITHDRAW, false, 0,
	  FIELD(as4_aggregator), decode_as4_aggregator, encode_as4_aggregator, text_aggregator },
	{ BGP_ATTR_PMSI, CARRIED, "pmsi-tunnel", BGP_WITHDRAW, BGP_WITHDRAW, false, 0,
	  FIELD(pmsi), decode_pmsi, encode_slice, text_pmsi },
	{ BGP_ATTR_TUNNEL_ENCAP, CARRIED, "tunnel-encapsulation", BGP_WITHDRAW, BGP_WITHDRAW, false, 0,
	  FIELD(tunnel_encap), decode_tunnel_encap, encode_slice, text_octets },
	{ BGP_ATTR_EXT6_COMMUNITY, CARRIED, "ipv6-ext-community", BGP_WITHDRAW, BGP_WITHDRAW, false, 20,
	  FIELD(ext6), decode_list, encode_slice, text_octets },
	{ BGP_ATTR_AIGP, OPTIONAL, "aigp", BGP_DISCARD, BGP_DISCARD, false, 0,
	  FIELD(aigp), decode_aigp, encode_slice, text_octets },
	{ BGP_ATTR_LARGE_COMMUNITY, CARRIED, "large-community", BGP_WITHDRAW, BGP_WITHDRAW, false, 12,
	  FIELD(large), decode_list, encode_slice, text_large },
	{ BGP_ATTR_OTC, CARRIED, "only-to-customer", BGP_WITHDRAW, BGP_WITHDRAW, false, 0,
	  FIELD(otc), decode_u32, encode_u32, text_number },
	{ BGP_ATTR_D_PATH, CARRIED, "d-path", BGP_WITHDRAW, BGP_WITHDRAW, false, 1,
	  FIELD(d_path), decode_list, encode_slice, text_octets },
	{ BGP_ATTR_PREFIX_SID, CARRIED, "prefix-sid", BGP_DISCARD, BGP_WITHDRAW, false, 0,
	  FIELD(prefix_sid), decode_prefix_sid, encode_slice, text_octets },
};
/* clang-format on */

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

const struct attr_row *bgp_attr_row(u8 code)
{
	for (unsigned int i = 0; i < ROWS && rows[i].code <= code; i++)
		if (rows[i].code == code)
			return &rows[i];
	return NULL;
}

const char *bgp_attr_name(u8 code)
{
	const struct attr_row *row = bgp_attr_row(code);

	return row ? row->name : NULL;
}

static const char *const verdict_names[] = {
	[BGP_ACCEPT] = "accept",
	[BGP_DISCARD] = "discard",
	[BGP_WITHDRAW] = "withdraw",
	[BGP_RESET] = "reset",
};

const char *bgp_verdict_name(enum bgp_verdict v)
{
	return verdict_names[v];
}

void bgp_outcome_merge(struct bgp_outcome *o, const struct bgp_outcome *other)
{
	if (other->verdict > o->verdict)
		*o = *other;
}

void bgp_attrs_init(struct bgp_attrs *a)
{
	memset(a, 0, sizeof(*a));
	a->as4 = true;
}

bool bgp_unknown_next(struct cursor *c, struct bgp_raw_attr *raw)
{
	while (cur_left(c)) {
		u16 len = 0;
		u8 short_len;
		bool got;

		got = cur_u8(c, &raw->flags) && cur_u8(c, &raw->code);
		if (got && (raw->flags & BGP_F_EXTENDED)) {
			got = cur_u16(c, &len);
		} else if (got) {
			got = cur_u8(c, &short_len);
			len = got ? short_len : 0;
		}
		if (!got || !cur_take(c, len, &raw->value))
			return false;
		if ((raw->flags & CARRIED) == CARRIED && !bgp_attr_row(raw->code))
			return true;
	}
	return false;
}

bool as_segment_next(struct cursor *c, bool as4, struct as_segment *s)
{
	s->width = as4 ? 4 : 2;
	if (!cur_u8(c, &s->type) || !cur_u8(c, &s->count))
		return false;
	s->as = c->p;
	return cur_skip(c, (size_t)s->count * s->width);
}

u32 as_segment_get(const struct as_segment *s, unsigned int i)
{
	return s->width == 4 ? load32(s->as + 4 * i) : load16(s->as + 2 * i);
}

u32 as_segment_length(const struct as_segment *s)
{
	return s->type == BGP_AS_SEQUENCE ? s->count : s->type == BGP_AS_SET;
}

u32 bgp_as_path_length(const struct bgp_attrs *a)
{
	struct cursor c = cur_slice(&a->as_path);
	struct as_segment s;
	u32 n = 0;

	while (as_segment_next(&c, a->as4, &s))
		n += as_segment_length(&s);
	return n;
}

bool bgp_as_path_has(const struct bgp_attrs *a, u32 as)
{
	struct cursor c = cur_slice(&a->as_path);
	struct as_segment s;

	while (as_segment_next(&c, a->as4, &s))
		for (unsigned int i = 0; i < s.count; i++)
			if (as_segment_get(&s, i) == as)
				return true;
	return false;
}

u32 bgp_as_path_first(const struct bgp_attrs *a)
{
	struct cursor c = cur_slice(&a->as_path);
	struct as_segment s;

	if (!as_segment_next(&c, a->as4, &s) || s.type != BGP_AS_SEQUENCE)
		return 0;
	return as_segment_get(&s, 0);
}

size_t bgp_as_path_prepend(const struct bgp_attrs *a, u32 as, u8 *buf, size_t cap)
{
	struct cursor c = cur_slice(&a->as_path);
	struct wbuf w = w_make(buf, cap);
	struct as_segment s;
	bool join;

	join = as_segment_next(&c, true, &s) && s.type == BGP_AS_SEQUENCE && s.count < UINT8_MAX;
	w_u8(&w, BGP_AS_SEQUENCE);
	w_u8(&w, join ? s.count + 1 : 1);
	w_u32(&w, as);
	if (join)
		w_bytes(&w, a->as_path.p + 2, a->as_path.len - 2);
	else
		w_bytes(&w, a->as_path.p, a->as_path.len);
	return w.full ? 0 : w.len;
}

bool bgp_community_has(const struct bgp_attrs *a, u32 community)
{
	for (size_t i = 0; i + 4 <= a->community.len; i += 4)
		if (load32(a->community.p + i) == community)
			return true;
	return false;
}

bool bgp_cluster_has(const struct bgp_attrs *a, u32 id)
{
	for (size_t i = 0; i + 4 <= a->cluster.len; i += 4)
		if (load32(a->cluster.p + i) == id)
			return true;
	return false;
}

enum {
	PMSI_COMPOSITE =
		0x80, /* RFC 8317 section 8.2: three octets of label precede the identifier */
};

static bool pmsi_has_endpoint(u8 type)
{
	type &= (u8)~PMSI_COMPOSITE;
	return type == PMSI_INGRESS_REPLICATION || type == PMSI_ASSISTED_REPLICATION;
}

bool bgp_pmsi_get(const struct bgp_attrs *a, struct bgp_pmsi *p)
{
	struct cursor c = cur_slice(&a->pmsi);
	u32 label;

	memset(p, 0, sizeof(*p));
	if (!cur_u8(&c, &p->flags) || !cur_u8(&c, &p->type) || !cur_u24(&c, &p->label))
		return false;
	if ((p->type & PMSI_COMPOSITE) && !cur_u24(&c, &label))
		return false;
	p->id = cur_rest(&c);
	if (pmsi_has_endpoint(p->type))
		p->endpoint = ip_from_bytes(p->id.p, p->id.len);
	return true;
}

size_t bgp_pmsi_encode(const struct bgp_pmsi *p, u8 *buf, size_t cap)
{
	struct wbuf w = w_make(buf, cap);

	w_u8(&w, p->flags);
	w_u8(&w, p->type);
	w_u24(&w, p->label);
	if (pmsi_has_endpoint(p->type))
		w_bytes(&w, p->endpoint.b, p->endpoint.len);
	else
		w_bytes(&w, p->id.p, p->id.len);
	return w.full ? 0 : w.len;
}
