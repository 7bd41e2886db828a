// SPDX-License-Identifier: GPL-2.0-only
/*
 * place.c - devices, VRFs, segments by ESI, circuits by tag: what of this PE is which.
 *
 * draft-ietf-bess-evpn-l3mh-proto (3.5)
 */
#include "services/place/place_bridge.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"

#define FIRST_ID 0x8000 /* of VRFs that have none configured; segments have the low ones */
#define LAST_ID 0xbfff	/* those above are of further next hops of a prefix */

/* The kernel numbers devices by positive integers: this, and the VRF's number, is none of them. */
#define NO_TABLE 0x80000000u

static int place_es_cmp(const struct place_es *a, const struct place_es *b)
{
	return esi_cmp(&a->esi, &b->esi);
}

static int circuit_cmp(const struct circuit *a, const struct circuit *b)
{
	return a->tag < b->tag ? -1 : a->tag > b->tag;
}

RB_GENERATE(place_ess, place_es, node, place_es_cmp)
RB_GENERATE(circuits, circuit, node, circuit_cmp)

/* ---- which device and which VRF a circuit is ---- */

/* On one device of its segment. */
static const struct device *device_on(struct places *p, const struct circuit *c,
				      const struct device *port)
{
	u32 tags[] = {c->tag >> 12, c->tag & 0xfff};
	const struct device *d = port;
	size_t i = tags[0] ? 0 : 1;

	/* of a set, a VLAN device is what the first tag is about */
	if (place_is_vlan_port(c->es, port) && port->fact.vlan_id != tags[i++])
		return NULL;
	for (; d && i < 2; i++)
		if (tags[i])
			d = device_vlan(p->devices, d->fact.ifindex, tags[i]);
	return d || !p->domains ? d : place_bridged(p, c, port);
}

/*
 * Neighbours are put where the kernel finds the right one of several devices; what is put into a bridge would
 * have to be told which of its ports it is about.
 */
static const struct device *device_of(struct places *p, struct circuit *c)
{
	const struct device *port, *d, *found = NULL;

	c->several = false;
	for (u8 i = 0; i < c->es->n_ports; i++) {
		port = device_by_index(p->devices, c->es->ports[i]);
		d = port ? device_on(p, c, port) : NULL;
		if (d && found)
			c->several = true;
		else if (d)
			found = d;
	}
	return c->several && p->domains ? NULL : found;
}

static bool resolve_one(struct places *p, struct circuit *c)
{
	const struct device *d = device_of(p, c);
	struct place_port port = p->domains && d ? place_port(p, c, d) : (struct place_port){};
	struct place_vrf *vrf = d ? place_vrf_of(p, d) : NULL;
	u32 ifindex = d ? d->fact.ifindex : 0;
	bool changed;

	if (port.bridge && !vrf)
		vrf = place_domain(p, &port);
	changed = ifindex != c->ifindex || vrf != c->vrf || !place_port_equal(&port, &c->port);
	c->was = c->port;
	c->port = port;
	c->ifindex = ifindex;
	c->vrf = vrf;
	return changed;
}

static void circuit_anew(struct circuit *c)
{
	if (c->ifindex)
		c->told = false;
	free(c->refused);
	c->refused = NULL;
}

void place_circuit_refused(struct circuit *c, const char *why)
{
	if (c->refused)
		return;
	c->refused = strdup(why);
	log_warning("segment %s, tag %u: a group is not put into the bridge: %s",
		    c->es->conf ? c->es->conf->name : "(unknown)", c->tag, why);
}

static void circuit_free(struct circuit *c)
{
	free(c->refused);
	free(c);
}

/* A VRF that only lists devices has the table that the first of them is in. */
static bool find_table(struct places *p, const struct place_vrf *v, u32 *ifindex)
{
	const struct device *d = device_named(p->devices, v->conf.name);

	*ifindex = 0;
	if (!strcmp(v->conf.name, CONF_VRF_GLOBAL))
		return true;
	if (d && !strcmp(d->fact.kind, "vrf")) {
		*ifindex = d->fact.ifindex;
		return true;
	}
	for (u8 i = 0; i < v->conf.n_interfaces; i++) {
		d = device_named(p->devices, v->conf.interfaces[i]);
		if (!d)
			continue;
		if (d->fact.master && !strcmp(d->fact.master_kind, "vrf"))
			*ifindex = d->fact.master;
		return true;
	}
	*ifindex = NO_TABLE | v->id;
	return false;
}

static void know_vrf_devices(struct places *p)
{
	struct place_vrf *v;

	TAILQ_FOREACH(v, &p->vrfs, entry) {
		u32 ifindex;
		bool known;

		if (v->vni)
			continue;
		known = find_table(p, v, &ifindex);
		if (known != v->known || ifindex != v->ifindex)
			p->rejudge = true;
		v->known = known;
		v->ifindex = ifindex;
	}
}

bool places_resolve(struct places *p)
{
	struct place_es *es;
	struct circuit *c;
	bool any = false;

	know_vrf_devices(p);
	RB_FOREACH(es, place_ess, &p->ess)
		RB_FOREACH(c, circuits, &es->circuits) {
			c->changed = resolve_one(p, c);
			any |= c->changed;
			if (c->changed)
				circuit_anew(c);
		}
	if (any)
		p->rejudge = true;
	return any;
}

/* ---- segments and circuits ---- */

struct place_es *place_es(struct places *p, const struct esi *esi, bool make)
{
	struct place_es key = {.esi = *esi};
	struct place_es *es = RB_FIND(place_ess, &p->ess, &key);

	if (es || !make)
		return es;
	es = calloc(1, sizeof(*es));
	if (!es)
		return NULL;
	es->esi = *esi;
	RB_INIT(&es->circuits);
	RB_INSERT(place_ess, &p->ess, es);
	return es;
}

struct circuit *place_circuit(struct places *p, const struct esi *esi, u32 tag, bool make)
{
	struct place_es *es = place_es(p, esi, make);
	struct circuit key = {.tag = tag};
	struct circuit *c = es ? RB_FIND(circuits, &es->circuits, &key) : NULL;

	if (c || !make || !es)
		return c;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->es = es;
	c->tag = tag;
	RB_INSERT(circuits, &es->circuits, c);
	resolve_one(p, c);
	return c;
}

static void drop_unknown(struct places *p, struct place_es *es)
{
	if (!RB_EMPTY(&es->circuits) || es->conf || es->in_kernel)
		return;
	RB_REMOVE(place_ess, &p->ess, es);
	free(es);
}

void place_circuit_put(struct places *p, struct circuit *c)
{
	struct place_es *es = c->es;

	if (--c->refs)
		return;
	RB_REMOVE(circuits, &es->circuits, c);
	circuit_free(c);
	drop_unknown(p, es);
}

static bool is_conf_of(struct places *p, const struct conf_segment *s, const struct place_es *es)
{
	const struct device *d;

	if (s->esi_source == CONF_ESI_STATIC)
		return !esi_cmp(&s->esi, &es->esi);
	d = es->in_kernel ? device_by_index(p->devices, es->ifindex) : NULL;
	return d && !strcmp(d->fact.ifname, s->interface);
}

static void attach_one(struct places *p, const struct conf *conf, struct place_es *es)
{
	const struct conf_segment *was = es->conf;
	struct mac import = es->import;

	es->conf = NULL;
	for (size_t i = 0; i < conf->n_segments && !es->conf; i++)
		if (is_conf_of(p, &conf->segments[i], es))
			es->conf = &conf->segments[i];
	if (es->conf)
		es->import = conf_es_import(es->conf, &es->esi);
	if (!was != !es->conf || mac_cmp(&import, &es->import))
		p->rejudge = true;
}

void places_attach(struct places *p, const struct conf *conf)
{
	struct place_es *es, *next;

	p->conf = conf;
	places_forget_devices(p);
	for (size_t i = 0; i < conf->n_segments; i++)
		if (conf->segments[i].esi_source == CONF_ESI_STATIC)
			place_es(p, &conf->segments[i].esi, true);
	for (es = RB_MIN(place_ess, &p->ess); es; es = next) {
		next = RB_NEXT(place_ess, &p->ess, es);
		attach_one(p, conf, es);
		drop_unknown(p, es);
	}
}

static void note_ports(struct place_es *es, const struct fact_es *f)
{
	es->n_ports = 0;
	es->set = f->n_ports;
	for (u8 i = 0; i < f->n_ports; i++)
		if (f->ports[i].ifindex)
			es->ports[es->n_ports++] = f->ports[i].ifindex;
	if (!f->n_ports && f->ifindex)
		es->ports[es->n_ports++] = f->ifindex;
	es->ifindex = es->n_ports ? es->ports[0] : 0;
}

struct place_es *place_es_fact(struct places *p, const struct fact_es *f, bool *fresh)
{
	struct place_es *es = place_es(p, &f->esi, !f->gone);

	*fresh = es && !f->gone && !es->in_kernel;
	if (!es)
		return NULL;
	es->in_kernel = !f->gone;
	note_ports(es, f);
	return es;
}

/* ---- VRFs ---- */

static bool id_is_used(const struct places *p, u16 id)
{
	const struct place_vrf *v;

	TAILQ_FOREACH(v, &p->vrfs, entry)
		if (v->id == id || v->conf.id == id)
			return true;
	return false;
}

static u16 choose_id(struct places *p)
{
	do
		if (++p->next_id < FIRST_ID || p->next_id > LAST_ID)
			p->next_id = FIRST_ID;
	while (id_is_used(p, p->next_id));
	return p->next_id;
}

static struct place_vrf *vrf_named(struct places *p, const char *name)
{
	struct place_vrf *v;

	TAILQ_FOREACH(v, &p->vrfs, entry)
		if (!v->vni && !strcmp(v->conf.name, name))
			return v;
	return NULL;
}

static void vrf_set(struct places *p, const struct conf_vrf *conf)
{
	struct place_vrf *v = vrf_named(p, conf->name);

	if (!v) {
		v = calloc(1, sizeof(*v));
		if (!v) {
			log_error("vrf %s: no memory", conf->name);
			return;
		}
		v->conf = *conf;
		v->id = choose_id(p);
		v->ifindex = NO_TABLE | v->id;
		TAILQ_INSERT_TAIL(&p->vrfs, v, entry);
	}
	v->conf = *conf;
	if (conf->id)
		v->id = conf->id;
}

static void leave_vrf(struct places *p, const struct place_vrf *v)
{
	struct place_es *es;
	struct circuit *c;

	RB_FOREACH(es, place_ess, &p->ess)
		RB_FOREACH(c, circuits, &es->circuits)
			if (c->vrf == v)
				c->vrf = NULL;
}

static void drop_old_vrfs(struct places *p, const struct conf *conf)
{
	struct place_vrf *v, *next;

	for (v = TAILQ_FIRST(&p->vrfs); v; v = next) {
		next = TAILQ_NEXT(v, entry);
		if (v->vni ? !!conf_bridge(conf, v->vni) : !!conf_vrf(conf, v->conf.name))
			continue;
		TAILQ_REMOVE(&p->vrfs, v, entry);
		leave_vrf(p, v);
		free(v);
	}
}

void places_set_vrfs(struct places *p, const struct conf *conf)
{
	places_forget_devices(p);
	drop_old_vrfs(p, conf);
	for (size_t i = 0; i < conf->n_vrfs; i++)
		vrf_set(p, &conf->vrfs[i]);
	for (size_t i = 0; p->domains && i < conf->n_bridges; i++)
		place_domain_set(p, conf, &conf->bridges[i]);
}

/* ---- all of it ---- */

void places_init(struct places *p, const struct devices *devices)
{
	p->devices = devices;
	p->next_id = FIRST_ID - 1;
	RB_INIT(&p->on);
	RB_INIT(&p->in_vrf);
	RB_INIT(&p->on_es);
	RB_INIT(&p->ess);
	TAILQ_INIT(&p->vrfs);
}

static void es_free(struct places *p, struct place_es *es)
{
	struct circuit *c;

	while ((c = RB_MIN(circuits, &es->circuits))) {
		RB_REMOVE(circuits, &es->circuits, c);
		circuit_free(c);
	}
	RB_REMOVE(place_ess, &p->ess, es);
	free(es);
}

void places_free(struct places *p)
{
	struct place_vrf *v;
	struct place_es *es;

	places_forget_devices(p);
	while ((es = RB_MIN(place_ess, &p->ess)))
		es_free(p, es);
	while ((v = TAILQ_FIRST(&p->vrfs))) {
		TAILQ_REMOVE(&p->vrfs, v, entry);
		free(v);
	}
}
