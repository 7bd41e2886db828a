// SPDX-License-Identifier: GPL-2.0-only
/*
 * bgp_evpn.c - EVPN routes from the wire, one table row per route type, and the verdict over each.
 *
 * Three things can be wrong with a route. It is shorter than its own contents say: nobody can tell
 * which route is meant, so RFC 7606 section 3 (j) leaves only the reset. A field of the key has an
 * impossible value: the route is dropped. Anything else: treat-as-withdraw.
 *
 * Of types 6 to 11 a route that cannot be parsed is dropped as well. RFC 9251 wants the reset, but the
 * length in front of the route says where the next one begins, so nothing else is in doubt, and a
 * session that synchronizes DF election is not worth a stray multicast group.
 *
 * RFC 7432 (7), RFC 9136 (3.1), RFC 9251 (9), RFC 9572 (3), RFC 7606 (5.3, 5.4), RFC 7911
 */
#include <stdarg.h>
#include <stdio.h>

#include "bgp_evpn.h"

static bool fail(struct bgp_outcome *out, enum bgp_verdict v, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Always false, so that decoders can return it. The caller of evpn_decode() knows the attribute. */
static bool fail(struct bgp_outcome *out, enum bgp_verdict v, const char *fmt, ...)
{
	char reason[BGP_REASON_LEN];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	bgp_error_set(&out->err, BGP_ERR_UPDATE, BGP_UPDATE_OPTIONAL, NULL, 0, "%s", reason);
	out->verdict = v;
	return false;
}

/* Whether the session can do without a route of that type. */
static bool is_multicast(const struct evpn_nlri *n)
{
	return n->type >= EVPN_SMET && n->type <= EVPN_LEAF_AD;
}

static bool too_short(struct evpn_nlri *n, struct bgp_outcome *out)
{
	n->bad_key = is_multicast(n);
	return fail(out, n->bad_key ? BGP_WITHDRAW : BGP_RESET,
		    "EVPN route type %u: %zu octets are too few for its fields", n->type,
		    n->value.len);
}

static bool bad_key(struct evpn_nlri *n, struct bgp_outcome *out, const char *field, u32 value,
		    const char *expected)
{
	n->bad_key = true;
	return fail(out, BGP_WITHDRAW, "EVPN route type %u: %s is %u, expected %s", n->type, field,
		    value, expected);
}

static bool at_end(const struct cursor *c, const struct evpn_nlri *n, struct bgp_outcome *out)
{
	if (!cur_left(c))
		return true;
	return fail(out, BGP_WITHDRAW, "EVPN route type %u: %zu octets follow its last field",
		    n->type, cur_left(c));
}

static bool get_rd(struct cursor *c, struct evpn_nlri *n)
{
	return cur_bytes(c, n->rd.b, sizeof(n->rd.b));
}

static bool get_esi(struct cursor *c, struct evpn_nlri *n)
{
	return cur_bytes(c, n->esi.b, sizeof(n->esi.b));
}

/* One octet of length in bits, then so many: 32, 128, and 0 when @may_be_none */
static bool get_addr(struct cursor *c, struct evpn_nlri *n, struct bgp_outcome *out,
		     const char *field, bool may_be_none, struct ip_addr *a)
{
	u8 bits;

	if (!cur_u8(c, &bits))
		return too_short(n, out);
	if (bits != 32 && bits != 128 && (bits || !may_be_none))
		return bad_key(n, out, field, bits, may_be_none ? "0, 32 or 128" : "32 or 128");
	if (!cur_bytes(c, a->b, bits / 8))
		return too_short(n, out);
	a->len = bits / 8;
	return true;
}

/* Several PEs without an address could not be told apart. */
static bool check_originator(const struct evpn_nlri *n, bool withdraw, struct bgp_outcome *out)
{
	char ip[IP_STRLEN];

	if (withdraw || !ip_is_zero(&n->orig))
		return true;
	return fail(out, BGP_WITHDRAW,
		    "EVPN route type %u: originator is %s, expected the address of a router",
		    n->type, ip_format(&n->orig, ip));
}

/* The all-zero ESI and MAX-ESI name no Ethernet Segment. */
static bool check_esi(const struct evpn_nlri *n, bool withdraw, struct bgp_outcome *out)
{
	char esi[ESI_STRLEN];

	if (withdraw || !esi_is_reserved(&n->esi))
		return true;
	return fail(out, BGP_WITHDRAW, "EVPN route type %u: ESI is %s, which is reserved", n->type,
		    esi_format(&n->esi, esi));
}

/*
 * ESI 0 is a single-homed circuit of VPWS (RFC 8214 section 3) or carries the leaf label of E-Tree
 * (RFC 8317 section 5.1).
 */
static bool check_ad_esi(const struct evpn_nlri *n, bool withdraw, struct bgp_outcome *out)
{
	return esi_is_zero(&n->esi) || check_esi(n, withdraw, out);
}

static bool decode_ad(struct cursor *c, struct evpn_nlri *n, bool withdraw, struct bgp_outcome *out)
{
	n->labels = 1;
	if (!get_rd(c, n) || !get_esi(c, n) || !cur_u32(c, &n->etag) || !cur_u24(c, &n->label[0]))
		return too_short(n, out);
	return at_end(c, n, out) && check_ad_esi(n, withdraw, out);
}

static bool decode_macip(struct cursor *c, struct evpn_nlri *n, bool withdraw,
			 struct bgp_outcome *out)
{
	u8 mac_bits;

	if (!get_rd(c, n) || !get_esi(c, n) || !cur_u32(c, &n->etag) || !cur_u8(c, &mac_bits))
		return too_short(n, out);
	if (mac_bits != 48)
		return bad_key(n, out, "MAC length", mac_bits, "48");
	if (!cur_bytes(c, n->mac.b, sizeof(n->mac.b)))
		return too_short(n, out);
	if (!get_addr(c, n, out, "IP length", true, &n->ip))
		return false;
	n->labels = 1;
	if (!cur_u24(c, &n->label[0]))
		return too_short(n, out);
	if (cur_left(c) == 3)
		n->labels += cur_u24(c, &n->label[1]);
	return at_end(c, n, out);
}

static bool decode_imet(struct cursor *c, struct evpn_nlri *n, bool withdraw,
			struct bgp_outcome *out)
{
	if (!get_rd(c, n) || !cur_u32(c, &n->etag))
		return too_short(n, out);
	return get_addr(c, n, out, "originator length", false, &n->orig) && at_end(c, n, out);
}

static bool decode_es(struct cursor *c, struct evpn_nlri *n, bool withdraw, struct bgp_outcome *out)
{
	if (!get_rd(c, n) || !get_esi(c, n))
		return too_short(n, out);
	return get_addr(c, n, out, "originator length", false, &n->orig) && at_end(c, n, out) &&
	       check_esi(n, withdraw, out) && check_originator(n, withdraw, out);
}

/* RFC 9136 section 3.1: the length of the route tells the family. */
static bool decode_prefix(struct cursor *c, struct evpn_nlri *n, bool withdraw,
			  struct bgp_outcome *out)
{
	u8 family = n->value.len == 34 ? 4 : n->value.len == 58 ? 16 : 0;

	n->labels = 1;
	if (!family)
		return fail(out, BGP_RESET, "EVPN route type 5: length is %zu, expected 34 or 58",
			    n->value.len);
	n->ip.len = family;
	n->gw.len = family;
	if (!get_rd(c, n) || !get_esi(c, n) || !cur_u32(c, &n->etag) || !cur_u8(c, &n->plen) ||
	    !cur_bytes(c, n->ip.b, family) || !cur_bytes(c, n->gw.b, family) ||
	    !cur_u24(c, &n->label[0]))
		return too_short(n, out);
	if (n->plen > family * 8)
		return bad_key(n, out, "prefix length", n->plen,
			       family == 4 ? "at most 32" : "at most 128");
	return true;
}

static bool get_flow(struct cursor *c, struct evpn_nlri *n, bool may_be_any,
		     struct bgp_outcome *out)
{
	if (!get_addr(c, n, out, "multicast source length", true, &n->src) ||
	    !get_addr(c, n, out, "multicast group length", may_be_any, &n->grp) ||
	    !get_addr(c, n, out, "originator length", false, &n->orig))
		return false;
	if (!n->src.len || n->src.len == n->grp.len)
		return true;
	return fail(out, BGP_WITHDRAW,
		    "EVPN route type %u: source and group are of different families", n->type);
}

/* RFC 9251 sections 9.1 to 9.3 */
static bool check_mc_flags(const struct evpn_nlri *n, bool withdraw, struct bgp_outcome *out)
{
	u8 version = n->flags & (EVPN_MC_IGMP1 | EVPN_MC_IGMP2 | EVPN_MC_IGMP3);

	if (withdraw)
		return true;
	if (n->grp.len == 4 && version == EVPN_MC_IGMP1)
		return fail(out, BGP_WITHDRAW,
			    "EVPN route type %u: flags 0x%02x say IGMPv1 and nothing newer",
			    n->type, n->flags);
	if (n->grp.len == 16 && (version & EVPN_MC_IGMP3))
		return fail(out, BGP_WITHDRAW,
			    "EVPN route type %u: flags 0x%02x say IGMPv3, the group is IPv6",
			    n->type, n->flags);
	return true;
}

/*
 * RFC 9251 section 9.2: a membership is of some version, and one of any source that a host of the
 * newest version has excludes what it names.
 */
static bool check_join_flags(const struct evpn_nlri *n, bool withdraw, struct bgp_outcome *out)
{
	u8 newest = n->grp.len == 16 ? EVPN_MC_IGMP2 : EVPN_MC_IGMP3;

	if (withdraw)
		return true;
	if (!(n->flags & (EVPN_MC_IGMP1 | EVPN_MC_IGMP2 | EVPN_MC_IGMP3)))
		return fail(out, BGP_WITHDRAW,
			    "EVPN route type %u: flags 0x%02x name no version of IGMP or MLD",
			    n->type, n->flags);
	if (!n->src.len && n->flags & newest && !(n->flags & EVPN_MC_EXCLUDE))
		return fail(out, BGP_WITHDRAW,
			    "EVPN route type %u: flags 0x%02x include no source, and none is named",
			    n->type, n->flags);
	return true;
}

static bool decode_smet(struct cursor *c, struct evpn_nlri *n, bool withdraw,
			struct bgp_outcome *out)
{
	if (!get_rd(c, n) || !cur_u32(c, &n->etag))
		return too_short(n, out);
	if (!get_flow(c, n, true, out))
		return false;
	if (!cur_u8(c, &n->flags))
		return too_short(n, out);
	return at_end(c, n, out) && check_mc_flags(n, withdraw, out);
}

static bool decode_join(struct cursor *c, struct evpn_nlri *n, bool withdraw,
			struct bgp_outcome *out)
{
	if (!get_rd(c, n) || !get_esi(c, n) || !cur_u32(c, &n->etag))
		return too_short(n, out);
	if (!get_flow(c, n, true, out))
		return false;
	if (!cur_u8(c, &n->flags))
		return too_short(n, out);
	return at_end(c, n, out) && check_mc_flags(n, withdraw, out) &&
	       check_join_flags(n, withdraw, out) && check_esi(n, withdraw, out);
}

static bool decode_leave(struct cursor *c, struct evpn_nlri *n, bool withdraw,
			 struct bgp_outcome *out)
{
	if (!get_rd(c, n) || !get_esi(c, n) || !cur_u32(c, &n->etag))
		return too_short(n, out);
	if (!get_flow(c, n, true, out))
		return false;
	n->old_leave = cur_left(c) == 5;
	if (!cur_u32(c, &n->reserved) || (!n->old_leave && !cur_u8(c, &n->max_resp)) ||
	    !cur_u8(c, &n->flags))
		return too_short(n, out);
	return at_end(c, n, out) && check_mc_flags(n, withdraw, out) && check_esi(n, withdraw, out);
}

static bool decode_region(struct cursor *c, struct evpn_nlri *n, bool withdraw,
			  struct bgp_outcome *out)
{
	if (!get_rd(c, n) || !cur_u32(c, &n->etag) || !cur_bytes(c, n->region, sizeof(n->region)))
		return too_short(n, out);
	return at_end(c, n, out);
}

static bool decode_spmsi(struct cursor *c, struct evpn_nlri *n, bool withdraw,
			 struct bgp_outcome *out)
{
	if (!get_rd(c, n) || !cur_u32(c, &n->etag))
		return too_short(n, out);
	return get_flow(c, n, true, out) && at_end(c, n, out);
}

static bool decode_leaf(struct cursor *c, struct evpn_nlri *n, bool withdraw,
			struct bgp_outcome *out)
{
	if (cur_left(c) < 2 || !cur_take(c, 2u + c->p[1], &n->route_key))
		return too_short(n, out);
	return get_addr(c, n, out, "originator length", false, &n->orig) && at_end(c, n, out);
}

static const struct {
	const char *name;
	bool (*decode)(struct cursor *c, struct evpn_nlri *n, bool withdraw,
		       struct bgp_outcome *out);
} types[] = {
	[EVPN_AD] = {"ethernet-ad", decode_ad},
	[EVPN_MACIP] = {"mac-ip", decode_macip},
	[EVPN_IMET] = {"inclusive-multicast", decode_imet},
	[EVPN_ES] = {"ethernet-segment", decode_es},
	[EVPN_PREFIX] = {"ip-prefix", decode_prefix},
	[EVPN_SMET] = {"selective-multicast", decode_smet},
	[EVPN_JOIN] = {"join-sync", decode_join},
	[EVPN_LEAVE] = {"leave-sync", decode_leave},
	[EVPN_REGION_PMSI] = {"per-region-i-pmsi", decode_region},
	[EVPN_SPMSI] = {"s-pmsi", decode_spmsi},
	[EVPN_LEAF_AD] = {"leaf-ad", decode_leaf},
};

enum { TYPES = sizeof(types) / sizeof(types[0]) };

const char *evpn_type_name(u8 type)
{
	return type < TYPES && types[type].name ? types[type].name : "unknown";
}

enum bgp_verdict evpn_decode(u8 type, const struct slice *value, bool withdraw, struct evpn_nlri *n,
			     struct bgp_outcome *out)
{
	struct cursor c = cur_slice(value);

	memset(n, 0, sizeof(*n));
	bgp_outcome_init(out);
	n->type = type;
	n->value = *value;
	if (type < TYPES && types[type].decode)
		types[type].decode(&c, n, withdraw, out);
	else
		fail(out, BGP_DISCARD, "EVPN route type %u is unknown, the route is left out",
		     type);
	return out->verdict;
}

void evpn_iter_init(struct evpn_iter *it, const struct slice *nlri, bool add_path, bool withdraw)
{
	it->c = cur_slice(nlri);
	it->add_path = add_path;
	it->withdraw = withdraw;
}

bool evpn_iter_next(struct evpn_iter *it, struct evpn_nlri *n, struct bgp_outcome *out)
{
	size_t left = cur_left(&it->c);
	struct slice value;
	u32 path_id = 0;
	u8 type, len;

	bgp_outcome_init(out);
	if (!left)
		return false;
	if ((it->add_path && !cur_u32(&it->c, &path_id)) || !cur_u8(&it->c, &type) ||
	    !cur_u8(&it->c, &len)) {
		fail(out, BGP_RESET, "%zu octets are too few for an EVPN route", left);
		return false;
	}
	if (!cur_take(&it->c, len, &value)) {
		fail(out, BGP_RESET, "EVPN route type %u: length is %u, %zu octets are left", type,
		     len, cur_left(&it->c));
		return false;
	}
	evpn_decode(type, &value, it->withdraw, n, out);
	n->path_id = path_id;
	return out->verdict != BGP_RESET;
}
