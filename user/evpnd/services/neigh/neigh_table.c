// SPDX-License-Identifier: GPL-2.0
/*
 * neigh_table.c - hosts by address, segments by ESI, circuits by tag.
 *
 * The hash is over the address alone: hosts of one address on different circuits (overlapping
 * subnets, a host that moves between segments) stand in one chain, which is where a move is seen.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "services/neigh/neigh.h"

#define BUCKETS_MIN 256

static int es_cmp(const struct nes *a, const struct nes *b)
{
	return esi_cmp(&a->esi, &b->esi);
}

static int circuit_cmp(const struct ncircuit *a, const struct ncircuit *b)
{
	return a->tag < b->tag ? -1 : a->tag > b->tag;
}

RB_GENERATE(ness, nes, node, es_cmp)
RB_GENERATE(ncircuits, ncircuit, node, circuit_cmp)

/* ---- segments and circuits ---- */

struct nes *neigh_es(struct neighs *ns, const struct esi *esi, bool make)
{
	struct nes key = {.esi = *esi};
	struct nes *es = RB_FIND(ness, &ns->ess, &key);

	if (es || !make)
		return es;
	es = calloc(1, sizeof(*es));
	if (!es)
		return NULL;
	es->esi = *esi;
	RB_INIT(&es->circuits);
	RB_INSERT(ness, &ns->ess, es);
	return es;
}

struct ncircuit *neigh_circuit(struct neighs *ns, const struct esi *esi, u32 tag, bool make)
{
	struct nes *es = neigh_es(ns, esi, make);
	struct ncircuit key = {.tag = tag};
	struct ncircuit *c = es ? RB_FIND(ncircuits, &es->circuits, &key) : NULL;

	if (c || !make || !es)
		return c;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->es = es;
	c->tag = tag;
	RB_INSERT(ncircuits, &es->circuits, c);
	neigh_resolve(ns, c);
	return c;
}

static void circuit_put(struct neighs *ns, struct ncircuit *c)
{
	struct nes *es = c->es;

	if (--c->refs)
		return;
	RB_REMOVE(ncircuits, &es->circuits, c);
	free(c);
	if (!RB_EMPTY(&es->circuits) || es->conf || es->in_kernel)
		return;
	RB_REMOVE(ness, &ns->ess, es);
	free(es);
}

/* ---- hosts ---- */

static size_t bucket_of(const struct neighs *ns, const struct ip_addr *a)
{
	u64 h = a->len, v[2];

	memcpy(v, a->b, sizeof(v));
	h = (h ^ v[0]) * 0x9e3779b97f4a7c15ull;
	h = (h ^ (h >> 32) ^ v[1]) * 0x9e3779b97f4a7c15ull;
	return (h ^ h >> 32) & ns->mask;
}

bool neigh_table_init(struct neighs *ns)
{
	ns->buckets = calloc(BUCKETS_MIN, sizeof(*ns->buckets));
	ns->mask = BUCKETS_MIN - 1;
	return ns->buckets;
}

static void grow(struct neighs *ns)
{
	size_t old = ns->mask + 1, b;
	struct nhost **from = ns->buckets, *h, *next;
	struct nhost **to = calloc(old * 2, sizeof(*to));

	if (!to)
		return; /* longer chains are no error */
	ns->buckets = to;
	ns->mask = old * 2 - 1;
	for (b = 0; b < old; b++) {
		for (h = from[b]; h; h = next) {
			size_t i = bucket_of(ns, &h->addr);

			next = h->next;
			h->next = to[i];
			to[i] = h;
		}
	}
	free(from);
}

static struct nhost *same(struct nhost *h, const struct ip_addr *addr)
{
	while (h && !ip_equal(&h->addr, addr))
		h = h->next;
	return h;
}

struct nhost *neigh_first(struct neighs *ns, const struct ip_addr *addr)
{
	return same(ns->buckets[bucket_of(ns, addr)], addr);
}

struct nhost *neigh_next(struct nhost *h)
{
	return same(h->next, &h->addr);
}

struct nhost *neigh_find(struct neighs *ns, const struct ncircuit *c, const struct ip_addr *addr)
{
	struct nhost *h;

	for (h = neigh_first(ns, addr); h; h = neigh_next(h))
		if (h->circuit == c)
			return h;
	return NULL;
}

struct nhost *neigh_make(struct neighs *ns, struct ncircuit *c, const struct ip_addr *addr)
{
	struct nhost *h = neigh_find(ns, c, addr);
	size_t b;

	if (h)
		return h;
	if (ns->count > ns->mask)
		grow(ns);
	h = calloc(1, sizeof(*h));
	if (!h) {
		log_error("neighbours: no memory for another one");
		return NULL;
	}
	h->addr = *addr;
	h->circuit = c;
	c->refs++;
	b = bucket_of(ns, addr);
	h->next = ns->buckets[b];
	ns->buckets[b] = h;
	ns->count++;
	return h;
}

void neigh_remotes_free(struct nhost *h)
{
	struct nremote *r;

	if (h->remotes)
		h->circuit->es->taken--;
	while ((r = h->remotes)) {
		h->remotes = r->next;
		free(r);
	}
}

static void host_free(struct neighs *ns, struct nhost *h)
{
	neigh_remotes_free(h);
	circuit_put(ns, h->circuit);
	free(h->why);
	free(h);
}

/* One that is queued is dropped by whoever empties the queue. */
void neigh_drop(struct neighs *ns, struct nhost *h)
{
	struct nhost **p;

	if (h->remotes || h->state != NEIGH_GONE ||
	    h->flags & (NHOST_LOCAL | NHOST_ADVERTISED | NHOST_WISHED | NHOST_QUEUED))
		return;
	for (p = &ns->buckets[bucket_of(ns, &h->addr)]; *p != h; p = &(*p)->next)
		;
	*p = h->next;
	ns->count--;
	host_free(ns, h);
}

void neigh_queue(struct neighs *ns, struct nhost *h)
{
	struct nhost **more;

	if (h->flags & NHOST_QUEUED)
		return;
	if (ns->n_queue == ns->cap_queue) {
		size_t cap = ns->cap_queue ? ns->cap_queue * 2 : 64;

		more = reallocarray(ns->queue, cap, sizeof(*more));
		if (!more) {
			log_error("neighbours: no memory for a wish");
			return;
		}
		ns->queue = more;
		ns->cap_queue = cap;
	}
	h->flags |= NHOST_QUEUED;
	ns->queue[ns->n_queue++] = h;
	neigh_wake(ns);
}

void neigh_remote_del(struct nhost *h, const struct rd *rd, const struct mac *mac)
{
	struct nremote **p, *r;

	for (p = &h->remotes; (r = *p); p = &r->next) {
		if (rd_cmp(&r->rd, rd) || mac_cmp(&r->mac, mac))
			continue;
		*p = r->next;
		free(r);
		if (!h->remotes)
			h->circuit->es->taken--;
		return;
	}
}

/* ---- host-limit ---- */

bool neigh_advertised_full(const struct nhost *h)
{
	const struct nes *es = h->circuit->es;

	return !(h->flags & NHOST_ADVERTISED) && es->conf && es->advertised >= es->conf->host_limit;
}

bool neigh_taken_full(const struct nes *es, const struct nhost *h)
{
	return !(h && h->remotes) && es->conf && es->taken >= es->conf->host_limit;
}

/* Room for an eighth of them: who comes and goes at the limit makes nobody look at all of them again. */
bool neigh_has_room(const struct nes *es, u32 n)
{
	return es->conf && n < es->conf->host_limit - es->conf->host_limit / 8;
}

void neigh_room(struct neighs *ns, const struct nes *es)
{
	if ((es->advertised_full && neigh_has_room(es, es->advertised)) ||
	    (es->taken_full && neigh_has_room(es, es->taken))) {
		ns->room_due = true;
		neigh_wake(ns);
	}
}

void neigh_walk(struct neighs *ns, void (*fn)(struct neighs *ns, struct nhost *h, void *data),
		void *data)
{
	struct nhost *h, *next;
	size_t b;

	for (b = 0; b <= ns->mask; b++) {
		for (h = ns->buckets[b]; h; h = next) {
			next = h->next;
			fn(ns, h, data);
		}
	}
}

void neigh_table_free(struct neighs *ns)
{
	struct nhost *h, *next;
	struct nes *es, *more;
	size_t b;

	for (b = 0; ns->buckets && b <= ns->mask; b++) {
		for (h = ns->buckets[b]; h; h = next) {
			next = h->next;
			host_free(ns, h);
		}
	}
	RB_FOREACH_SAFE(es, ness, &ns->ess, more) {
		struct ncircuit *c;

		while ((c = RB_MIN(ncircuits, &es->circuits))) {
			RB_REMOVE(ncircuits, &es->circuits, c);
			free(c);
		}
		RB_REMOVE(ness, &ns->ess, es);
		free(es);
	}
	free(ns->buckets);
	free(ns->queue);
}

/* ---- which device and which VRF a circuit is ---- */

static const struct ndev *vlan_on(struct neighs *ns, u32 lower, u32 vid)
{
	struct ndev *d;

	RB_FOREACH(d, ndevs, &ns->devs)
		if (d->fact.link == lower && d->fact.vlan_id == vid &&
		    !strcmp(d->fact.kind, "vlan"))
			return d;
	return NULL;
}

static const struct ndev *device_of(struct neighs *ns, const struct ncircuit *c)
{
	const struct ndev *d = c->es->ifindex ? neigh_dev(ns, c->es->ifindex) : NULL;
	u32 outer = c->tag >> 12, inner = c->tag & 0xfff;

	if (d && outer)
		d = vlan_on(ns, d->fact.ifindex, outer);
	if (d && inner)
		d = vlan_on(ns, d->fact.ifindex, inner);
	return d;
}

static bool lists(const struct nvrf *v, const char *ifname)
{
	u8 i;

	for (i = 0; i < v->conf.n_interfaces; i++)
		if (!strcmp(v->conf.interfaces[i], ifname))
			return true;
	return false;
}

static struct nvrf *vrf_of(struct neighs *ns, const struct ndev *d)
{
	bool in_vrf = d->fact.master && !strcmp(d->fact.master_kind, "vrf");
	const struct ndev *master = in_vrf ? neigh_dev(ns, d->fact.master) : NULL;
	const char *name = !in_vrf ? CONF_VRF_GLOBAL : master ? master->fact.ifname : "";
	struct nvrf *v;

	TAILQ_FOREACH(v, &ns->vrfs, entry)
		if (lists(v, d->fact.ifname))
			return v;
	TAILQ_FOREACH(v, &ns->vrfs, entry)
		if (!strcmp(v->conf.name, name))
			return v;
	return NULL;
}

/* Return: whether device or VRF of the circuit changed. */
bool neigh_resolve(struct neighs *ns, struct ncircuit *c)
{
	const struct ndev *d = device_of(ns, c);
	struct nvrf *vrf = d ? vrf_of(ns, d) : NULL;
	u32 ifindex = d ? d->fact.ifindex : 0;
	bool changed = ifindex != c->ifindex || vrf != c->vrf;

	c->ifindex = ifindex;
	c->vrf = vrf;
	return changed;
}
