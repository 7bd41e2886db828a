// SPDX-License-Identifier: GPL-2.0-only
/*
 * bgp_update.c - the UPDATE message: framing, the rules that span attributes, packing of EVPN routes.
 * Prototypes in bgp_attr.h.
 *
 * RFC 4271 (4.3, 6.3), RFC 7606 (3, 5), RFC 4760, RFC 4724 (2), RFC 7911, RFC 8654
 */
#include <errno.h>

#include "bgp_attr_priv.h"
#include "bgp_evpn.h"

enum {
	MP_EXTENDED_HEADER = 4,
};

static bool is_evpn(const struct bgp_mp *mp)
{
	return mp->present && mp->afi == BGP_AFI_L2VPN && mp->safi == BGP_SAFI_EVPN;
}

/* Prefixes of a length octet and as many octets as it needs. RFC 7606 section 5.3 */
static void walk_prefixes(const struct slice *s, u8 max_bits, const char *field,
			  struct bgp_update *u)
{
	struct cursor c = cur_slice(s);
	u8 bits;

	while (cur_u8(&c, &bits)) {
		if (bits <= max_bits && cur_skip(&c, (bits + 7u) / 8))
			continue;
		bgp_report(u, BGP_RESET, BGP_UPDATE_NETWORK, NULL,
			   "%s: a prefix has length %u, at most %u and %zu octets are possible",
			   field, bits, max_bits, cur_left(&c));
		return;
	}
}

/* Every EVPN route must be found before any of them can be withdrawn. */
static void walk_evpn(const struct bgp_mp *mp, bool withdraw, const struct bgp_ctx *ctx,
		      struct bgp_update *u)
{
	struct bgp_outcome out;
	struct evpn_nlri n;
	struct evpn_iter it;

	evpn_iter_init(&it, &mp->nlri, ctx->add_path, withdraw);
	while (evpn_iter_next(&it, &n, &out))
		continue;
	if (out.verdict == BGP_RESET)
		bgp_report(u, BGP_RESET, out.err.subcode, &mp->whole, "%s", out.err.reason);
}

static void walk_mp(const struct bgp_mp *mp, bool withdraw, const struct bgp_ctx *ctx,
		    struct bgp_update *u)
{
	if (is_evpn(mp))
		walk_evpn(mp, withdraw, ctx, u);
	else if (mp->present && mp->safi == BGP_SAFI_UNICAST && mp->afi == BGP_AFI_IPV4)
		walk_prefixes(&mp->nlri, 32, "IPv4 routes", u);
	else if (mp->present && mp->safi == BGP_SAFI_UNICAST && mp->afi == BGP_AFI_IPV6)
		walk_prefixes(&mp->nlri, 128, "IPv6 routes", u);
}

static bool reaches(const struct bgp_update *u)
{
	return u->nlri4.len || (u->reach.present && u->reach.nlri.len);
}

/* RFC 4271 section 5 and RFC 7606 section 3 (d); @seen: also those that were malformed */
static void check_mandatory(u64 seen, const struct bgp_ctx *ctx, struct bgp_update *u)
{
	const u8 codes[] = {
		BGP_ATTR_ORIGIN,
		BGP_ATTR_AS_PATH,
		u->nlri4.len ? BGP_ATTR_NEXT_HOP : 0,
		ctx->peer == BGP_PEER_IBGP ? BGP_ATTR_LOCAL_PREF : 0,
	};

	if (!reaches(u))
		return;
	for (unsigned int i = 0; i < sizeof(codes); i++) {
		const struct slice data = {&codes[i], 1};

		if (codes[i] && !(seen & BGP_BIT(codes[i])))
			bgp_report(u, BGP_WITHDRAW, BGP_UPDATE_MISSING, &data,
				   "attribute %s (%u) is missing", bgp_attr_name(codes[i]),
				   codes[i]);
	}
}

/*
 * RFC 7606 section 5.2: without a reachable route there is nothing that treat-as-withdraw could
 * withdraw, and no certainty that the routes were found.
 */
static void check_nothing_to_withdraw(struct bgp_update *u)
{
	size_t len = strlen(u->out.err.reason);

	if (u->out.verdict != BGP_WITHDRAW || reaches(u))
		return;
	u->out.verdict = BGP_RESET;
	strncat(u->out.err.reason, ", and no reachable route is there to withdraw",
		sizeof(u->out.err.reason) - len - 1);
}

static void find_end_of_rib(const struct slice *stream, u64 seen, struct bgp_update *u)
{
	if (u->withdrawn4.len || u->nlri4.len || u->out.verdict != BGP_ACCEPT)
		return;
	if (!stream->len) {
		u->eor = true;
		u->eor_af = (struct bgp_af){BGP_AFI_IPV4, BGP_SAFI_UNICAST};
	} else if (u->unreach.present && !u->unreach.nlri.len &&
		   seen == BGP_BIT(BGP_ATTR_MP_UNREACH) && stream->len <= MP_EXTENDED_HEADER + 3) {
		u->eor = true;
		u->eor_af = (struct bgp_af){u->unreach.afi, u->unreach.safi};
	}
}

static void init(struct bgp_update *u)
{
	bgp_attrs_init(&u->attrs);
	memset(&u->reach, 0, sizeof(u->reach));
	memset(&u->unreach, 0, sizeof(u->unreach));
	u->withdrawn4 = (struct slice){NULL, 0};
	u->nlri4 = (struct slice){NULL, 0};
	u->eor = false;
	u->eor_af = (struct bgp_af){0, 0};
	bgp_outcome_init(&u->out);
}

enum bgp_verdict bgp_update_decode(const u8 *body, size_t len, const struct bgp_ctx *ctx,
				   struct bgp_update *u)
{
	struct cursor c = cur_make(body, len);
	struct slice stream = {NULL, 0};
	u16 withdrawn_len, attrs_len;
	u64 seen;

	init(u);
	if (!cur_u16(&c, &withdrawn_len) || !cur_take(&c, withdrawn_len, &u->withdrawn4)) {
		bgp_report(u, BGP_RESET, BGP_UPDATE_MALFORMED, NULL,
			   "the withdrawn routes are longer than the UPDATE of %zu octets", len);
		return u->out.verdict;
	}
	if (!cur_u16(&c, &attrs_len) || !cur_take(&c, attrs_len, &stream)) {
		bgp_report(u, BGP_RESET, BGP_UPDATE_MALFORMED, NULL,
			   "the attributes are longer than the UPDATE of %zu octets", len);
		return u->out.verdict;
	}
	u->nlri4 = cur_rest(&c);
	seen = bgp_attr_walk(&stream, ctx, u);
	walk_prefixes(&u->withdrawn4, 32, "withdrawn routes", u);
	walk_prefixes(&u->nlri4, 32, "IPv4 routes", u);
	walk_mp(&u->reach, false, ctx, u);
	walk_mp(&u->unreach, true, ctx, u);
	check_mandatory(seen, ctx, u);
	check_nothing_to_withdraw(u);
	find_end_of_rib(&stream, seen, u);
	return u->out.verdict;
}

enum bgp_verdict bgp_attrs_decode(const u8 *stream, size_t len, const struct bgp_ctx *ctx,
				  struct bgp_update *u)
{
	const struct slice s = {stream, len};
	u64 seen;

	init(u);
	seen = bgp_attr_walk(&s, ctx, u);
	walk_mp(&u->reach, false, ctx, u);
	walk_mp(&u->unreach, true, ctx, u);
	check_mandatory(seen, ctx, u);
	if (u->unreach.present)
		check_nothing_to_withdraw(u);
	return u->out.verdict;
}

static void judge_routes(const struct bgp_update *u, const struct bgp_mp *mp, bool withdraw,
			 const struct bgp_ctx *ctx, struct bgp_outcome *out)
{
	struct bgp_outcome one;
	struct evpn_nlri n;
	struct evpn_iter it;

	if (!is_evpn(mp))
		return;
	evpn_iter_init(&it, &mp->nlri, ctx->add_path, withdraw);
	while (evpn_iter_next(&it, &n, &one)) {
		bgp_outcome_merge(out, &one);
		if (withdraw || one.verdict != BGP_ACCEPT)
			continue;
		evpn_check(&u->attrs, &n, &one);
		bgp_outcome_merge(out, &one);
	}
}

enum bgp_verdict bgp_update_judge(const struct bgp_update *u, const struct bgp_ctx *ctx,
				  struct bgp_outcome *out)
{
	*out = u->out;
	if (out->verdict != BGP_RESET) {
		judge_routes(u, &u->reach, false, ctx, out);
		judge_routes(u, &u->unreach, true, ctx, out);
	}
	return out->verdict;
}

static void pack_begin(struct bgp_packer *p, u8 *buf, size_t cap, const struct bgp_ctx *ctx,
		       u8 code)
{
	size_t max = ctx->max_len ? ctx->max_len : BGP_MAX_LEN;

	memset(p, 0, sizeof(*p));
	p->w = w_make(buf, cap < max ? cap : max);
	p->add_path = ctx->add_path;
	bgp_header_begin(&p->w, BGP_UPDATE);
	w_u16(&p->w, 0);
	p->total_at = p->w.len;
	w_u16(&p->w, 0);
	w_u8(&p->w, BGP_F_OPTIONAL | BGP_F_EXTENDED);
	w_u8(&p->w, code);
	p->mp_at = p->w.len;
	w_u16(&p->w, 0);
	w_u16(&p->w, BGP_AFI_L2VPN);
	w_u8(&p->w, BGP_SAFI_EVPN);
}

/* Room for what follows the routes is taken away from the writer until bgp_pack_end(). */
static void pack_attrs(struct bgp_packer *p, const struct slice *attrs)
{
	p->attrs = *attrs;
	if (p->w.cap - p->w.len < attrs->len)
		p->w.full = true;
	else
		p->w.cap -= attrs->len;
}

void bgp_pack_reach(struct bgp_packer *p, u8 *buf, size_t cap, const struct bgp_ctx *ctx,
		    const struct ip_addr *nh, const struct slice *attrs)
{
	pack_begin(p, buf, cap, ctx, BGP_ATTR_MP_REACH);
	w_u8(&p->w, nh->len);
	w_bytes(&p->w, nh->b, nh->len);
	w_u8(&p->w, 0);
	pack_attrs(p, attrs);
}

void bgp_pack_unreach(struct bgp_packer *p, u8 *buf, size_t cap, const struct bgp_ctx *ctx)
{
	pack_begin(p, buf, cap, ctx, BGP_ATTR_MP_UNREACH);
}

int bgp_pack_add(struct bgp_packer *p, const struct evpn_nlri *n)
{
	size_t start = p->w.len;
	u8 probe[2 + UINT8_MAX];
	struct wbuf w = w_make(probe, sizeof(probe));

	if (p->w.full)
		return -EMSGSIZE;
	if (p->add_path)
		w_u32(&p->w, n->path_id);
	if (evpn_encode(&p->w, n)) {
		p->routes++;
		return 1;
	}
	p->w.len = start;
	p->w.full = false;
	if (!evpn_encode(&w, n))
		return -EINVAL;
	return p->routes ? 0 : -EMSGSIZE;
}

size_t bgp_pack_end(struct bgp_packer *p)
{
	if (!p->routes)
		return 0;
	w_patch16(&p->w, p->mp_at, (u16)(p->w.len - p->mp_at - 2));
	p->w.cap += p->attrs.len;
	w_bytes(&p->w, p->attrs.p, p->attrs.len);
	w_patch16(&p->w, p->total_at, (u16)(p->w.len - p->total_at - 2));
	return bgp_header_end(&p->w, 0);
}

size_t bgp_eor_encode(u16 afi, u8 safi, u8 *buf, size_t cap)
{
	struct wbuf w = w_make(buf, cap);

	bgp_header_begin(&w, BGP_UPDATE);
	w_u16(&w, 0);
	if (afi == BGP_AFI_IPV4 && safi == BGP_SAFI_UNICAST) {
		w_u16(&w, 0);
		return bgp_header_end(&w, 0);
	}
	w_u16(&w, 6);
	w_u8(&w, BGP_F_OPTIONAL);
	w_u8(&w, BGP_ATTR_MP_UNREACH);
	w_u8(&w, 3);
	w_u16(&w, afi);
	w_u8(&w, safi);
	return bgp_header_end(&w, 0);
}
