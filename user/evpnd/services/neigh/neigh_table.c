// SPDX-License-Identifier: GPL-2.0-only
/*
 * neigh_table.c - hosts by address.
 *
 * The hash is over the address alone: hosts of one address on different circuits (overlapping
 * subnets, a host that moves between segments) stand in one chain, which is where a move is seen. A second order is by
 * circuit and MAC address: who knows a router by that asks for its addresses, however many hosts there are.
 */
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "heap.h"
#include "log.h"
#include "order.h"
#include "pool.h"
#include "services/neigh/neigh.h"

#define BUCKETS_MIN 256

/* ---- by MAC address ---- */

static int nhost_cmp(const struct nhost *a, const struct nhost *b)
{
	int c = ORDER((uintptr_t)a->circuit, (uintptr_t)b->circuit);

	c = c ? c : mac_cmp(&a->at_mac, &b->at_mac);
	return c ? c : ip_cmp(&a->addr, &b->addr);
}

RB_GENERATE(nhosts, nhost, by_mac, nhost_cmp)

const struct mac *neigh_mac(const struct nhost *h)
{
	return h->flags & NHOST_LOCAL ? &h->mac : &h->wish_mac;
}

void neigh_mac_changed(struct neighs *ns, struct nhost *h)
{
	if (!mac_cmp(&h->at_mac, neigh_mac(h)))
		return;
	RB_REMOVE(nhosts, &ns->by_mac, h);
	h->at_mac = *neigh_mac(h);
	RB_INSERT(nhosts, &ns->by_mac, h);
}

/* ---- hosts ---- */

static size_t bucket_of(const struct neighs *ns, const struct ip_addr *a)
{
	return hash_keyed(ns->seed, a, sizeof(*a)) & ns->mask;
}

bool neigh_table_init(struct neighs *ns)
{
	ns->buckets = calloc(BUCKETS_MIN, sizeof(*ns->buckets));
	ns->mask = BUCKETS_MIN - 1;
	ns->seed = hash_seed();
	return ns->buckets;
}

static void grow(struct neighs *ns)
{
	size_t old = ns->mask + 1, b;
	struct nhost **from = ns->buckets, *h, *next;
	struct nhost **to = heap_array(old * 2, sizeof(*to));

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

struct nhost *neigh_find(struct neighs *ns, const struct circuit *c, const struct ip_addr *addr)
{
	struct nhost *h;

	for (h = neigh_first(ns, addr); h; h = neigh_next(h))
		if (h->circuit == c)
			return h;
	return NULL;
}

struct nhost *neigh_make(struct neighs *ns, struct circuit *c, const struct ip_addr *addr)
{
	struct nhost *h = neigh_find(ns, c, addr);
	size_t b;

	if (h)
		return h;
	if (ns->count > ns->mask)
		grow(ns);
	h = pool_alloc(sizeof(*h));
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
	RB_INSERT(nhosts, &ns->by_mac, h);
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
		pool_free(r, sizeof(*r));
	}
}

static void host_free(struct neighs *ns, struct nhost *h)
{
	RB_REMOVE(nhosts, &ns->by_mac, h);
	neigh_remotes_free(h);
	place_circuit_put(&ns->at, h->circuit);
	free(h->why);
	pool_free(h, sizeof(*h));
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
		pool_free(r, sizeof(*r));
		if (!h->remotes)
			h->circuit->es->taken--;
		return;
	}
}

/* ---- host-limit ---- */

bool neigh_advertised_full(const struct nhost *h)
{
	const struct place_es *es = h->circuit->es;

	return !(h->flags & NHOST_ADVERTISED) && es->conf && es->advertised >= es->conf->host_limit;
}

bool neigh_taken_full(const struct place_es *es, const struct nhost *h)
{
	return !(h && h->remotes) && es->conf && es->taken >= es->conf->host_limit;
}

/* Room for an eighth of them: who comes and goes at the limit makes nobody look at all of them again. */
bool neigh_has_room(const struct place_es *es, u32 n)
{
	return es->conf && n < es->conf->host_limit - es->conf->host_limit / 8;
}

void neigh_room(struct neighs *ns, const struct place_es *es)
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
	size_t b;

	for (b = 0; ns->buckets && b <= ns->mask; b++) {
		for (h = ns->buckets[b]; h; h = next) {
			next = h->next;
			host_free(ns, h);
		}
	}
	free(ns->buckets);
	free(ns->queue);
}
