// SPDX-License-Identifier: GPL-2.0-only
/*
 * bgp_extcomm_list.c - the extended communities of a route: made, sorted, looked for, compared with those that are
 * wanted. What the octets of one mean is in bgp_extcomm.c.
 */
#include <stdlib.h>
#include <string.h>

#include "bgp_extcomm.h"

const struct ecomm *ecomm_find(const struct slice *s, enum ecomm_kind k)
{
	for (size_t i = 0; i < ecomm_count(s); i++)
		if (ecomm_kind(ecomm_at(s, i)) == k)
			return ecomm_at(s, i);
	return NULL;
}

size_t ecomm_count_kind(const struct slice *s, enum ecomm_kind k)
{
	size_t n = 0;

	for (size_t i = 0; i < ecomm_count(s); i++)
		n += ecomm_kind(ecomm_at(s, i)) == k;
	return n;
}

bool ecomm_has(const struct slice *s, const struct ecomm *c)
{
	for (size_t i = 0; i < ecomm_count(s); i++)
		if (!ecomm_cmp(ecomm_at(s, i), c))
			return true;
	return false;
}

static int cmp(const void *a, const void *b)
{
	return ecomm_cmp(a, b);
}

size_t ecomm_sort(struct ecomm *c, size_t n)
{
	size_t out = 0;

	if (!n)
		return 0;
	qsort(c, n, sizeof(*c), cmp);
	for (size_t i = 1; i < n; i++)
		if (ecomm_cmp(&c[i], &c[out]))
			c[++out] = c[i];
	return out + 1;
}

struct ecomm ecomm_es_import(const struct esi *e)
{
	struct mac m;

	memcpy(m.b, e->b + 1, sizeof(m.b));
	return ecomm_es_import_mac(&m);
}

struct ecomm ecomm_es_import_mac(const struct mac *m)
{
	const struct ecomm_value v = {.kind = EC_ES_IMPORT, .mac = *m};

	return ecomm_encode(&v);
}

struct ecomm ecomm_esi_label(u8 flags, u32 label)
{
	const struct ecomm_value v = {.kind = EC_ESI_LABEL, .esi_label = {flags, label}};

	return ecomm_encode(&v);
}

struct ecomm ecomm_router_mac(const struct mac *m)
{
	const struct ecomm_value v = {.kind = EC_ROUTER_MAC, .mac = *m};

	return ecomm_encode(&v);
}

struct ecomm ecomm_mac_mobility(bool sticky, u32 seq)
{
	const struct ecomm_value v = {
		.kind = EC_MAC_MOBILITY,
		.mobility = {sticky ? MAC_MOBILITY_STICKY : 0, seq},
	};

	return ecomm_encode(&v);
}

struct ecomm ecomm_l2_attr(u16 flags, u16 mtu)
{
	const struct ecomm_value v = {.kind = EC_L2_ATTR, .l2 = {flags, mtu}};

	return ecomm_encode(&v);
}

struct ecomm ecomm_df_election(const struct ecomm_df *df)
{
	const struct ecomm_value v = {.kind = EC_DF_ELECTION, .df = *df};

	return ecomm_encode(&v);
}

struct ecomm ecomm_arp_nd(u8 flags)
{
	const struct ecomm_value v = {.kind = EC_ARP_ND, .arp_nd = flags};

	return ecomm_encode(&v);
}

struct ecomm ecomm_mcast_flags(u16 flags)
{
	const struct ecomm_value v = {.kind = EC_MCAST_FLAGS, .mcast = flags};

	return ecomm_encode(&v);
}

struct ecomm ecomm_encap(u16 tunnel)
{
	const struct ecomm_value v = {.kind = EC_ENCAP, .tunnel = tunnel};

	return ecomm_encode(&v);
}

struct ecomm ecomm_default_gw(void)
{
	const struct ecomm_value v = {.kind = EC_DEFAULT_GW};

	return ecomm_encode(&v);
}

struct ecomm ecomm_sct(const struct sct *t)
{
	const struct ecomm_value v = {.kind = EC_SCT, .sct = *t};

	return ecomm_encode(&v);
}

struct ecomm ecomm_evi_rt(const struct ecomm *rt)
{
	const struct ecomm_value v = {.kind = EC_EVI_RT, .rt = *rt};

	return ecomm_encode(&v);
}

/* The first community of kind @k, taken apart. */
static bool get(const struct slice *s, enum ecomm_kind k, struct ecomm_value *v)
{
	const struct ecomm *c = ecomm_find(s, k);

	if (c)
		ecomm_decode(c, v);
	return c;
}

size_t ecomm_get_df(const struct slice *s, struct ecomm_df *df)
{
	size_t n = ecomm_count_kind(s, EC_DF_ELECTION);
	struct ecomm_value v;

	memset(df, 0, sizeof(*df));
	if (n == 1 && get(s, EC_DF_ELECTION, &v))
		*df = v.df;
	return n;
}

bool ecomm_get_esi_label(const struct slice *s, struct esi_label *l)
{
	struct ecomm_value v;

	if (!get(s, EC_ESI_LABEL, &v))
		return false;
	*l = v.esi_label;
	return true;
}

bool ecomm_get_l2_attr(const struct slice *s, struct l2_attr *a)
{
	struct ecomm_value v;

	if (!get(s, EC_L2_ATTR, &v))
		return false;
	*a = v.l2;
	return true;
}

bool ecomm_get_mobility(const struct slice *s, struct mac_mobility *m)
{
	struct ecomm_value v = {0};
	bool found = get(s, EC_MAC_MOBILITY, &v);

	*m = v.mobility;
	return found;
}

bool ecomm_get_sct(const struct slice *s, struct sct *t)
{
	struct ecomm_value v;

	if (!get(s, EC_SCT, &v))
		return false;
	*t = v.sct;
	return true;
}

bool ecomm_get_router_mac(const struct slice *s, struct mac *m)
{
	struct ecomm_value v;

	if (!get(s, EC_ROUTER_MAC, &v))
		return false;
	*m = v.mac;
	return true;
}

bool ecomm_get_es_import(const struct slice *s, struct mac *m)
{
	struct ecomm_value v;

	if (!get(s, EC_ES_IMPORT, &v))
		return false;
	*m = v.mac;
	return true;
}

bool ecomm_get_encap(const struct slice *s, u16 *tunnel)
{
	struct ecomm_value v;

	*tunnel = TUNNEL_MPLS;
	if (!get(s, EC_ENCAP, &v))
		return false;
	*tunnel = v.tunnel;
	return true;
}

bool ecomm_has_encap(const struct slice *s, u16 tunnel)
{
	struct ecomm_value v;

	for (size_t i = 0; i < ecomm_count(s); i++) {
		ecomm_decode(ecomm_at(s, i), &v);
		if (v.kind == EC_ENCAP && v.tunnel == tunnel)
			return true;
	}
	return false;
}

bool ecomm_rt_match(const struct slice *s, const struct ecomm *rts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ecomm_has(s, &rts[i]))
			return true;
	return false;
}

bool ecomm_evi_rt_match(const struct slice *s, const struct ecomm *rts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct ecomm evi = ecomm_evi_rt(&rts[i]);

		if (ecomm_has(s, &evi))
			return true;
	}
	return false;
}

enum {
	NTP_TO_UNIX = 2208988800u, /* seconds from 1900-01-01 to 1970-01-01 */
	NS = 1000000000,
};

struct sct sct_from_ns(s64 realtime_ns)
{
	s64 s = realtime_ns / NS, ns = realtime_ns % NS;

	if (ns < 0) {
		s--;
		ns += NS;
	}
	return (struct sct){(u32)((u64)s + NTP_TO_UNIX), (u16)((u64)ns * 65536 / NS)};
}

s64 sct_to_ns(const struct sct *t, s64 near_ns)
{
	s64 near_s = near_ns / NS;
	int32_t ahead = (int32_t)(t->seconds - (u32)((u64)near_s + NTP_TO_UNIX));

	/* rounded up, so that sct_from_ns() gives the same timestamp again */
	return (near_s + ahead) * NS + (s64)(((u64)t->fraction * NS + 65535) / 65536);
}
