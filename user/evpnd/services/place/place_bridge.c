// SPDX-License-Identifier: GPL-2.0-only
/*
 * place_bridge.c - segments whose device, or one of whose sub-interfaces, is a port of a bridge: in which
 * bridge domain a frame with some tag is, and which routes are about that. A bridge domain stands in the list
 * of VRFs, with the targets of its VNI.
 *
 * RFC 7432 (6), RFC 8365 (5.1.2), RFC 9251 (9.5)
 */
#include "services/place/place_bridge.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

bool place_is_port(const struct device *d)
{
	return d->fact.master && !strcmp(d->fact.master_kind, "bridge");
}

bool place_is_vlan_port(const struct place_es *es, const struct device *port)
{
	return es->set && !strcmp(port->fact.kind, "vlan");
}

const struct device *place_bridged(struct places *p, const struct circuit *c,
				   const struct device *port)
{
	const struct device *bridge;

	if (place_is_vlan_port(c->es, port) || c->tag >= 4095 || !place_is_port(port))
		return NULL;
	bridge = device_by_index(p->devices, port->fact.master);
	return bridge && bridge->fact.vlan_filtering ? port : NULL;
}

static bool is_own(const struct place_es *es, const struct device *d)
{
	for (u8 i = 0; i < es->n_ports; i++)
		if (es->ports[i] == d->fact.ifindex)
			return true;
	return false;
}

struct place_port place_port(struct places *p, const struct circuit *c, const struct device *d)
{
	const struct device *bridge =
		place_is_port(d) ? device_by_index(p->devices, d->fact.master) : NULL;
	bool own = is_own(c->es, d);
	struct place_port port = {};

	if (!bridge)
		return port;
	port.bridge = bridge->fact.ifindex;
	port.ifindex = d->fact.ifindex;
	/* One that is down lets nobody change its groups, as one that does not look at any. */
	port.snoops = bridge->fact.mcast_snooping && bridge->fact.flags & IFF_UP;
	port.room = bridge->fact.mcast_hash_max;
	if (!bridge->fact.vlan_filtering)
		return port;
	/* The frames of a sub-interface have lost their tag, as those without one. */
	if (own && c->tag && !place_is_vlan_port(c->es, d))
		port.vid = (u16)c->tag;
	else
		port.vid = c->es->conf && own ? c->es->conf->untagged_vid : 0;
	if (!port.vid)
		port.vid = 1; /* the bridge's default */
	return port;
}

bool place_port_equal(const struct place_port *a, const struct place_port *b)
{
	return a->bridge == b->bridge && a->ifindex == b->ifindex && a->vid == b->vid &&
	       a->snoops == b->snoops && a->room == b->room;
}

struct place_vrf *place_domain(struct places *p, const struct place_port *port)
{
	const char *name = device_name(p->devices, port->bridge);
	struct place_vrf *v, *whole = NULL;

	TAILQ_FOREACH(v, &p->vrfs, entry) {
		if (!v->vni || !name || strcmp(v->conf.name, name))
			continue;
		if (port->vid && v->vlan == port->vid)
			return v;
		if (!v->vlan)
			whole = v;
	}
	return whole;
}

static struct place_vrf *domain_of(struct places *p, u32 vni)
{
	struct place_vrf *v;

	TAILQ_FOREACH(v, &p->vrfs, entry)
		if (v->vni == vni)
			return v;
	v = calloc(1, sizeof(*v));
	if (!v) {
		log_error("bridge domain of VNI %u: no memory", vni);
		return NULL;
	}
	v->vni = vni;
	TAILQ_INSERT_TAIL(&p->vrfs, v, entry);
	return v;
}

void place_domain_set(struct places *p, const struct conf *conf, const struct conf_bridge *b)
{
	struct place_vrf *v = domain_of(p, b->vni);

	if (!v)
		return;
	memset(&v->conf, 0, sizeof(v->conf));
	memcpy(v->conf.name, b->bridge, sizeof(b->bridge));
	v->conf.sync = CONF_SYNC_ES_IMPORT;
	v->conf.n_import = (u8)conf_bridge_import(conf, b, v->conf.import);
	v->conf.n_export = (u8)conf_bridge_export(conf, b, v->conf.export);
	v->vlan = b->vlan;
	v->id = (u16)b->vni;
	v->known = true;
}

bool place_in_domain(const struct circuit *c)
{
	return c->vrf && c->vrf->vni;
}
