// SPDX-License-Identifier: GPL-2.0-only
/*
 * place_device.c - what a device of this PE is: of which segment, with which tag, in which IP-VRF. For services
 * that hear of devices rather than of segments, as routes in the kernel name them.
 *
 * draft-ietf-bess-evpn-l3mh-proto (3.5)
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "order.h"
#include "services/place/place_bridge.h"

static int place_device_cmp(const struct place_device *a, const struct place_device *b)
{
	return a->ifindex < b->ifindex ? -1 : a->ifindex > b->ifindex;
}

static int in_vrf_cmp(const struct place_device *a, const struct place_device *b)
{
	int c = ORDER((uintptr_t)a->vrf, (uintptr_t)b->vrf);

	c = c ? c : ORDER(a->tag, b->tag);
	return c ? c : ORDER(a->ifindex, b->ifindex);
}

static int on_es_cmp(const struct place_device *a, const struct place_device *b)
{
	int c = ORDER((uintptr_t)a->es, (uintptr_t)b->es);

	c = c ? c : ORDER(a->tag, b->tag);
	return c ? c : ORDER(a->ifindex, b->ifindex);
}

RB_GENERATE(place_devices, place_device, node, place_device_cmp)
RB_PROTOTYPE_INTERNAL(place_devices_in, place_device, in_vrf, in_vrf_cmp,
		      static __attribute__((unused)))
RB_GENERATE_INTERNAL(place_devices_in, place_device, in_vrf, in_vrf_cmp,
		     static __attribute__((unused)))
RB_PROTOTYPE_INTERNAL(place_devices_on, place_device, on_es, on_es_cmp,
		      static __attribute__((unused)))
RB_GENERATE_INTERNAL(place_devices_on, place_device, on_es, on_es_cmp,
		     static __attribute__((unused)))

const struct place_device *place_device(struct places *p, u32 ifindex)
{
	struct place_device key = {.ifindex = ifindex};

	return RB_FIND(place_devices, &p->on, &key);
}

const struct place_device *place_first_in(struct places *p, const struct place_vrf *v, u32 tag)
{
	struct place_device key = {.vrf = (struct place_vrf *)v, .tag = tag}, *on;

	on = RB_NFIND(place_devices_in, &p->in_vrf, &key);
	return on && on->vrf == v ? on : NULL;
}

const struct place_device *place_next_in(const struct place_device *on)
{
	const struct place_device *next =
		RB_NEXT(place_devices_in, NULL, (struct place_device *)on);

	return next && next->vrf == on->vrf ? next : NULL;
}

const struct place_device *place_first_on(struct places *p, const struct esi *esi, u32 tag)
{
	struct place_device key = {.es = place_es(p, esi, false), .tag = tag}, *on;

	on = key.es ? RB_NFIND(place_devices_on, &p->on_es, &key) : NULL;
	return on && on->es == key.es && on->tag == tag ? on : NULL;
}

const struct place_device *place_next_on(const struct place_device *on)
{
	const struct place_device *next =
		RB_NEXT(place_devices_on, NULL, (struct place_device *)on);

	return next && next->es == on->es && next->tag == on->tag ? next : NULL;
}

/* ---- its VRF ---- */

static bool lists(const struct place_vrf *v, const char *ifname)
{
	for (u8 i = 0; i < v->conf.n_interfaces; i++)
		if (!strcmp(v->conf.interfaces[i], ifname))
			return true;
	return false;
}

struct place_vrf *place_vrf_of(struct places *p, const struct device *d)
{
	bool in_vrf = d->fact.master && !strcmp(d->fact.master_kind, "vrf");
	const struct device *master = in_vrf ? device_by_index(p->devices, d->fact.master) : NULL;
	const char *name = !in_vrf ? CONF_VRF_GLOBAL : master ? master->fact.ifname : "";
	struct place_vrf *v;

	TAILQ_FOREACH(v, &p->vrfs, entry)
		if (lists(v, d->fact.ifname))
			return v;
	if (place_is_port(d))
		return NULL; /* its frames are the bridge's: no table of routes has it */
	TAILQ_FOREACH(v, &p->vrfs, entry)
		if (!v->vni && !strcmp(v->conf.name, name))
			return v;
	return NULL;
}

struct place_vrf *place_vrf(struct places *p, u32 ifindex)
{
	struct place_vrf *v;

	TAILQ_FOREACH(v, &p->vrfs, entry)
		if (v->ifindex == ifindex)
			return v;
	return NULL;
}

/* ---- its segment ---- */

/* It is the segment's, or a VLAN on it, or a VLAN on that. In a set the segment's own may be a VLAN as well. */
static const struct conf_segment *segment_of(struct places *p, const struct device *d, u32 *tag)
{
	const struct conf_segment *s;
	u32 shift = 0;

	*tag = 0;
	while (d) {
		s = conf_segment_on(p->conf, d->fact.ifname);
		if (s && s->set.n && !strcmp(d->fact.kind, "vlan"))
			*tag |= (u32)d->fact.vlan_id << shift;
		if (s)
			return s;
		if (strcmp(d->fact.kind, "vlan") || shift > 12)
			return NULL;
		*tag |= (u32)d->fact.vlan_id << shift;
		shift += 12;
		d = device_by_index(p->devices, d->fact.link);
	}
	return NULL;
}

static const struct place_es *es_of(struct places *p, const struct conf_segment *s)
{
	struct place_es *es;

	if (s->esi_source == CONF_ESI_STATIC)
		return place_es(p, &s->esi, false);
	RB_FOREACH(es, place_ess, &p->ess)
		if (es->conf == s)
			return es;
	return NULL;
}

/* ---- all of them ---- */

static void add(struct places *p, const struct device *d)
{
	const struct conf_segment *s;
	struct place_device *on;
	struct place_vrf *vrf;
	u32 tag;

	if (d->fact.master && strcmp(d->fact.master_kind, "vrf"))
		return; /* a port of a bridge, say: no route leads through it */
	s = segment_of(p, d, &tag);
	vrf = s ? place_vrf_of(p, d) : NULL;
	if (!vrf)
		return;
	on = calloc(1, sizeof(*on));
	if (!on) {
		log_error("%s: no memory", d->fact.ifname);
		return;
	}
	on->conf = s;
	on->es = es_of(p, s);
	on->vrf = vrf;
	on->ifindex = d->fact.ifindex;
	on->table = d->fact.master;
	on->tag = tag;
	on->up = d->fact.flags & IFF_UP && d->fact.carrier;
	RB_INSERT(place_devices, &p->on, on);
	RB_INSERT(place_devices_in, &p->in_vrf, on);
	RB_INSERT(place_devices_on, &p->on_es, on);
}

void places_list(struct places *p)
{
	const struct device *d;

	places_forget_devices(p);
	if (!p->conf)
		return;
	DEVICE_FOREACH(d, p->devices)
		add(p, d);
}

void places_forget_devices(struct places *p)
{
	struct place_device *on;

	RB_INIT(&p->in_vrf);
	RB_INIT(&p->on_es);
	while ((on = RB_MIN(place_devices, &p->on))) {
		RB_REMOVE(place_devices, &p->on, on);
		free(on);
	}
}
