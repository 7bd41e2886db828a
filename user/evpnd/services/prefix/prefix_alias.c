// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix_alias.c - IP aliasing: which segments this PE reaches in a VRF, told to the core by RT-1 per ES and per
 * EVI with the VRF's distinguisher, targets and L3VNI (IP A-D). One PE tells a customer's prefix with the
 * segment's ESI; a remote PE sends by every PE that tells both of these for it, and when a PE takes back the one
 * per ES, all prefixes behind that segment leave it at once.
 *
 * RFC 7432 (8.2, 8.4), RFC 8214 (3.1: P and B), draft-ietf-bess-evpn-ip-aliasing
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "services/prefix/prefix.h"

enum { ROUTES_EC_MAX = CONF_RT_MAX + 4 };

static struct evpn_nlri nlri_of(const struct prefixes *ps, const struct palias *a, bool per_es)
{
	return (struct evpn_nlri){
		.type = EVPN_AD,
		.rd = rd_make_ip(ps->router_id, a->id),
		.esi = a->esi,
		.etag = per_es ? EVPN_MAX_ETAG : 0,
		.label = {per_es ? 0 : a->l3vni},
		.labels = 1,
	};
}

static void tell(struct prefixes *ps, const struct palias *a, bool per_es)
{
	struct evpn_nlri n = nlri_of(ps, a, per_es);
	struct ecomm ec[ROUTES_EC_MAX];
	struct bgp_attrs attrs;
	size_t n_ec = a->n_ext;

	memcpy(ec, a->ext, n_ec * sizeof(ec[0]));
	ec[n_ec++] = per_es ? ecomm_esi_label(a->single ? ESI_LABEL_SINGLE_ACTIVE : 0, 0) :
			      ecomm_l2_attr(a->flags, 0);
	bgp_attrs_init(&attrs);
	attrs.origin = BGP_ORIGIN_IGP;
	attrs.present = BGP_BIT(BGP_ATTR_ORIGIN) | BGP_BIT(BGP_ATTR_EXT_COMMUNITY);
	attrs.ext = ecomm_slice(ec, ecomm_sort(ec, n_ec));
	if (speaker_originate(ps->speaker, &n, &attrs, false))
		log_error("a segment was not advertised to the core: no memory");
}

/* The one per ES first, ahead of all that waits to be sent: it ends every prefix behind the segment. */
static void take_back(struct prefixes *ps, const struct palias *a)
{
	struct evpn_nlri es = nlri_of(ps, a, true), evi = nlri_of(ps, a, false);

	speaker_withdraw(ps->speaker, &es, true);
	speaker_withdraw(ps->speaker, &evi, true);
}

/* ---- which ones ---- */

static struct palias *alias_of(struct palias *list, size_t n, u16 id, const struct esi *esi)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].id == id && !esi_cmp(&list[i].esi, esi))
			return &list[i];
	return NULL;
}

/* Of several devices of a segment in one VRF the one that forwards counts. */
static u16 flags_of(const struct place_device *on)
{
	return place_way(on) == PLACE_FORWARDS ? L2_ATTR_P : L2_ATTR_B;
}

static void add(struct palias *list, size_t *n, const struct pcore *c,
		const struct place_device *on)
{
	struct palias *a = alias_of(list, *n, c->id, &on->es->esi);

	if (a) {
		if (flags_of(on) == L2_ATTR_P)
			a->flags = L2_ATTR_P;
		return;
	}
	a = &list[(*n)++];
	memset(a, 0, sizeof(*a)); /* compared as memory */
	a->id = c->id;
	a->l3vni = c->l3vni;
	a->esi = on->es->esi;
	a->single = on->conf->mode != CONF_ALL_ACTIVE;
	a->flags = flags_of(on);
	a->n_ext = c->n_ext;
	memcpy(a->ext, c->ext, c->n_ext * sizeof(c->ext[0]));
}

static bool is_told(const struct pcore *c, const struct place_device *on)
{
	return c && c->by_esi && !c->why[0] && on->up && on->es && !esi_is_zero(&on->es->esi);
}

/* NULL: no memory */
static struct palias *all_of(struct prefixes *ps, size_t *n)
{
	struct place_device *on;
	struct palias *list;
	size_t cap = 0;

	RB_FOREACH(on, place_devices, &ps->at.on)
		cap++;
	list = calloc(cap ? cap : 1, sizeof(*list));
	*n = 0;
	if (!list) {
		log_error("prefixes: no memory for the segments that the core is told of");
		return NULL;
	}
	RB_FOREACH(on, place_devices, &ps->at.on) {
		const struct pcore *c = prefix_core_of(ps, on->vrf->ifindex);

		if (is_told(c, on))
			add(list, n, c, on);
	}
	return list;
}

void prefix_aliases(struct prefixes *ps)
{
	struct palias *old = ps->aliases, *was;
	size_t n_old = ps->n_aliases, n = 0;
	struct palias *list = all_of(ps, &n);

	for (size_t i = 0; i < n_old; i++)
		if (!alias_of(list, n, old[i].id, &old[i].esi))
			take_back(ps, &old[i]);
	for (size_t i = 0; i < n; i++) {
		was = alias_of(old, n_old, list[i].id, &list[i].esi);
		if (was && !memcmp(was, &list[i], sizeof(*was)))
			continue;
		tell(ps, &list[i], true);
		tell(ps, &list[i], false);
	}
	free(old);
	ps->aliases = list;
	ps->n_aliases = n;
}

void prefix_aliases_withdraw(struct prefixes *ps)
{
	for (size_t i = 0; i < ps->n_aliases; i++)
		take_back(ps, &ps->aliases[i]);
	ps->n_aliases = 0;
}
