// SPDX-License-Identifier: GPL-2.0-only
/*
 * core_alias.c - IP aliasing, as a remote PE sees it: a segment is reached, in a VRF, by every PE that tells both an RT-1
 * per ES and one per EVI with the VRF's target. One that takes back the one per ES is left at once. Of those
 * that say so (P) all are taken, and only if there are none those that stand by; of a single-active segment
 * one.
 *
 * RFC 7432 (8.2, 8.4), RFC 8214 (3.1), draft-ietf-bess-evpn-ip-aliasing
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "order.h"
#include "services/core/core.h"

static int ad_cmp(const struct core_ad *a, const struct core_ad *b)
{
	int r = esi_cmp(&a->esi, &b->esi);

	r = r ? r : ORDER(a->etag, b->etag);
	r = r ? r : rd_cmp(&a->rd, &b->rd);
	return r ? r : ORDER(a->vrf, b->vrf);
}

RB_PROTOTYPE_INTERNAL(core_ads, core_ad, node, ad_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(core_ads, core_ad, node, ad_cmp, static __attribute__((unused)))

static struct core_ad *find(struct core *c, const struct evpn_nlri *n, u32 vrf)
{
	struct core_ad key = {.esi = n->esi, .etag = n->etag, .rd = n->rd, .vrf = vrf};

	return RB_FIND(core_ads, &c->ads, &key);
}

/* ---- room: a segment has a few PEs, and each of them has to be compared with the others ---- */

static u32 count(struct core *c, u32 vrf, const struct esi *esi)
{
	struct core_ad key = {.esi = *esi}, *ad;
	u32 n = 0;

	for (ad = RB_NFIND(core_ads, &c->ads, &key); ad && !esi_cmp(&ad->esi, esi);
	     ad = RB_NEXT(core_ads, &c->ads, ad))
		n += ad->vrf == vrf;
	return n;
}

static void use_room(struct core *c, u32 vrf, const struct esi *esi)
{
	struct core_vrf *v = core_vrf(c, vrf);

	if (v && v->ads_full && count(c, vrf, esi) == CORE_ADS_MAX - 1 &&
	    speaker_has_room(c->speaker))
		v->ads_full = false;
}

static bool is_alias(const struct core *c, const struct evpn_nlri *n)
{
	return (n->etag == EVPN_MAX_ETAG || !n->etag) && !esi_is_zero(&n->esi) &&
	       !core_is_own(c, &n->rd);
}

/* For one more; it is said if there is none. */
static bool has_room(struct core *c, struct core_vrf *v, const struct evpn_nlri *n)
{
	if (count(c, v->ifindex, &n->esi) < CORE_ADS_MAX)
		return true;
	core_say_full(c, v, &v->ads_full, "RT-1 about a segment");
	return false;
}

bool core_alias_wanted(struct core *c, const struct evpn_nlri *n, const struct bgp_attrs *a)
{
	if (!is_alias(c, n))
		return false;
	for (size_t i = 0; i < c->n_vrfs; i++) {
		struct core_vrf *v = &c->vrfs[i];

		if (core_vrf_imports(v, &a->ext) && (find(c, n, v->ifindex) || has_room(c, v, n)))
			return true;
	}
	return false;
}

/* ---- routes ---- */

static void forget(struct core *c, struct core_ad *ad)
{
	core_groups_touch_esi(c, ad->vrf, &ad->esi);
	RB_REMOVE(core_ads, &c->ads, ad);
	core_pe_put(c, ad->pe);
	free(ad);
}

void core_alias_forget(struct core *c)
{
	struct core_ad *ad;

	while ((ad = RB_ROOT(&c->ads)))
		forget(c, ad);
}

static struct core_ad *make(struct core *c, const struct evpn_nlri *n, u32 vrf)
{
	struct core_ad *ad = calloc(1, sizeof(*ad));

	if (!ad) {
		log_error("routes of the core: no memory for a segment");
		return NULL;
	}
	ad->esi = n->esi;
	ad->etag = n->etag;
	ad->rd = n->rd;
	ad->vrf = vrf;
	RB_INSERT(core_ads, &c->ads, ad);
	return ad;
}

/* Of one that says neither, as RFC 7432 has it, all forward if the segment is all-active. */
static void read_flags(struct core_ad *ad, const struct bgp_attrs *a)
{
	struct esi_label label;
	struct l2_attr l2 = {.flags = L2_ATTR_P};

	ad->single = ecomm_get_esi_label(&a->ext, &label) && label.flags & ESI_LABEL_SINGLE_ACTIVE;
	ecomm_get_l2_attr(&a->ext, &l2);
	ad->primary = l2.flags & L2_ATTR_P;
}

static void judge(struct core_ad *ad, const struct core_vrf *v, const struct evpn_nlri *n)
{
	ad->why[0] = '\0';
	if (!n->etag && n->label[0] != v->conf.l3vni)
		snprintf(ad->why, sizeof(ad->why),
			 "it says VNI %u for the segment, and that of VRF %s is %u", n->label[0],
			 v->conf.name, v->conf.l3vni);
}

static void withdrawn(struct core *c, struct core_ad *ad)
{
	struct esi esi = ad->esi;
	u32 vrf = ad->vrf;

	forget(c, ad);
	use_room(c, vrf, &esi);
}

/* @ad: what is there already, or NULL */
static void take(struct core *c, const struct core_vrf *v, struct core_ad *ad,
		 const struct evpn_nlri *n, const struct rib_path *now)
{
	struct mac mac = {{0}};
	struct core_pe *pe;

	/* that of a router is a VRF's, and one per ES, or with another's VNI, may be of another one */
	if (!n->etag && n->label[0] == v->conf.l3vni)
		ecomm_get_router_mac(&now->attrs->ext, &mac);
	pe = core_pe_get(c, v->ifindex, now->next_hop, &mac);
	if (pe && !ad)
		ad = make(c, n, v->ifindex);
	if (!pe || !ad) {
		if (pe)
			core_pe_put(c, pe);
		return;
	}
	if (ad->pe) {
		core_groups_touch_esi(c, ad->vrf, &ad->esi);
		core_pe_put(c, ad->pe);
	}
	ad->pe = pe;
	read_flags(ad, now->attrs);
	judge(ad, v, n);
	core_groups_touch_esi(c, ad->vrf, &ad->esi);
}

/* One per ES has the targets of all VRFs that its PE reaches the segment in. */
void core_alias_route(struct core *c, const struct evpn_nlri *n, const struct rib_path *now)
{
	const struct evpn_nlri *full = now && now->nlri ? now->nlri : n;
	bool alias = now && now->peer && is_alias(c, full);
	struct core_ad *ad;
	bool imported;

	for (size_t i = 0; i < c->n_vrfs; i++) {
		struct core_vrf *v = &c->vrfs[i];

		if (!v->known)
			continue;
		ad = find(c, n, v->ifindex);
		imported = alias && core_vrf_imports(v, &now->attrs->ext);
		if (imported && (ad || has_room(c, v, full)))
			take(c, v, ad, full, now);
		else if (ad)
			withdrawn(c, ad);
		else
			c->left_out |= imported;
	}
}

/* ---- which PEs ---- */

/** struct choice - of a segment's PEs */
struct choice {
	const struct core_pe **pes;
	u32 n;
	bool primary;
	bool single;
};

/* The RT-1 per ES by the same PE, or NULL */
static const struct core_ad *per_es(struct core *c, const struct core_ad *evi)
{
	struct core_ad key = {.esi = evi->esi, .etag = EVPN_MAX_ETAG}, *ad;

	for (ad = RB_NFIND(core_ads, &c->ads, &key); ad && !esi_cmp(&ad->esi, &evi->esi);
	     ad = RB_NEXT(core_ads, &c->ads, ad))
		if (ad->vrf == evi->vrf && ad->pe == evi->pe)
			return ad;
	return NULL;
}

static bool is_in(const struct choice *ch, const struct core_pe *pe)
{
	for (u32 i = 0; i < ch->n; i++)
		if (ch->pes[i] == pe)
			return true;
	return false;
}

static void add(struct choice *ch, const struct core_ad *evi, bool single)
{
	if (evi->primary && !ch->primary) {
		ch->primary = true;
		ch->n = 0;
	}
	ch->single |= single;
	if (evi->primary == ch->primary && ch->n < PREFIX_HOPS_MAX && !is_in(ch, evi->pe))
		ch->pes[ch->n++] = evi->pe;
}

static void consider(struct core *c, struct choice *ch, const struct core_ad *evi,
		     char why[CORE_WHY_MAX])
{
	const struct core_ad *es = per_es(c, evi);
	char ip[IP_STRLEN];

	if (!es)
		snprintf(why, CORE_WHY_MAX,
			 "%s tells an RT-1 per EVI of the segment, and none per ES",
			 ip_format(&evi->pe->address, ip));
	else if (evi->why[0])
		snprintf(why, CORE_WHY_MAX, "%s: %.140s", ip_format(&evi->pe->address, ip),
			 evi->why);
	else if (core_pe_usable(c, evi->pe, why))
		add(ch, evi, es->single);
}

static int by_address(const void *a, const void *b)
{
	return ip_cmp(&(*(const struct core_pe *const *)a)->address,
		      &(*(const struct core_pe *const *)b)->address);
}

u32 core_alias_pes(struct core *c, u32 vrf, const struct esi *esi,
		   const struct core_pe *pes[PREFIX_HOPS_MAX], char why[CORE_WHY_MAX])
{
	struct choice ch = {.pes = pes};
	struct core_ad key = {.esi = *esi}, *ad;

	snprintf(why, CORE_WHY_MAX, "no PE tells by RT-1 that it reaches the segment in this VRF");
	for (ad = RB_NFIND(core_ads, &c->ads, &key); ad && !esi_cmp(&ad->esi, esi);
	     ad = RB_NEXT(core_ads, &c->ads, ad))
		if (ad->vrf == vrf && !ad->etag)
			consider(c, &ch, ad, why);
	if (ch.n > 1)
		qsort(pes, ch.n, sizeof(pes[0]), by_address);
	return ch.single && ch.n ? 1 : ch.n;
}
