// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix_table.c - prefixes by address, and what many of them share.
 *
 * The hash is over the prefix alone: equal prefixes of different tables stand in one chain, because a
 * withdraw does not say which table it is about.
 */
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "heap.h"
#include "log.h"
#include "order.h"
#include "pool.h"
#include "services/prefix/prefix.h"

#define BUCKETS_MIN 256

_Static_assert(offsetof(struct pfx, addr) + sizeof(struct in_addr) <= 64, "see struct pfx");

/* ---- prefixes ---- */

static struct pfx **bucket_for(const struct prefixes *ps, const struct ip_prefix *p)
{
	return &ps->buckets[hash_near(ps->seed, p->addr.b, p->plen) & ps->mask];
}

/* Memory that is far away is most of what a route costs: it is on its way while others are worked at. */
void prefix_fetch_place(const struct prefixes *ps, const struct ip_prefix *p)
{
	__builtin_prefetch(bucket_for(ps, p));
}

void prefix_fetch(const struct prefixes *ps, const struct ip_prefix *p)
{
	__builtin_prefetch(*bucket_for(ps, p));
}

u8 prefix_addr_len(const struct pfx *x)
{
	return x->ipv6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
}

struct ip_prefix prefix_of(const struct pfx *x)
{
	struct ip_prefix p = {.addr.len = prefix_addr_len(x), .plen = x->plen};

	memcpy(p.addr.b, x->addr, p.addr.len);
	return p;
}

static size_t size_of(size_t addr_len)
{
	return offsetof(struct pfx, addr) + addr_len;
}

static struct pfx **bucket_of(const struct prefixes *ps, const struct pfx *x)
{
	struct ip_prefix p = prefix_of(x);

	return bucket_for(ps, &p);
}

bool prefix_table_init(struct prefixes *ps)
{
	ps->queue.flag = PFX_QUEUED;
	ps->lost.flag = PFX_LISTED;
	ps->buckets = calloc(BUCKETS_MIN, sizeof(*ps->buckets));
	ps->mask = BUCKETS_MIN - 1;
	ps->seed = hash_seed();
	return ps->buckets && prefix_share_init(&ps->remotes, sizeof(struct premote)) &&
	       prefix_share_init(&ps->locals, sizeof(struct plocal));
}

static void grow(struct prefixes *ps)
{
	size_t old = ps->mask + 1;
	struct pfx **from = ps->buckets, **bucket, *x, *next;
	struct pfx **to = heap_array(old * 2, sizeof(*to));

	if (!to)
		return; /* longer chains are no error */
	ps->buckets = to;
	ps->mask = old * 2 - 1;
	for (size_t b = 0; b < old; b++) {
		for (x = from[b]; x; x = next) {
			next = x->next;
			bucket = bucket_of(ps, x);
			x->next = *bucket;
			*bucket = x;
		}
	}
	free(from);
}

static bool is_of(const struct pfx *x, const struct ip_prefix *p)
{
	return x->plen == p->plen && prefix_addr_len(x) == p->addr.len &&
	       !memcmp(x->addr, p->addr.b, p->addr.len);
}

static struct pfx *same(struct pfx *x, const struct ip_prefix *p)
{
	while (x && !is_of(x, p))
		x = x->next;
	return x;
}

struct pfx *prefix_first(struct prefixes *ps, const struct ip_prefix *p)
{
	return same(*bucket_for(ps, p), p);
}

struct pfx *prefix_next(struct pfx *x)
{
	struct ip_prefix p = prefix_of(x);

	return same(x->next, &p);
}

struct pfx *prefix_find(struct prefixes *ps, u32 vrf, const struct ip_prefix *p)
{
	struct pfx *x;

	for (x = prefix_first(ps, p); x; x = prefix_next(x))
		if (x->vrf == vrf)
			return x;
	return NULL;
}

struct pfx *prefix_get(struct prefixes *ps, u32 vrf, const struct ip_prefix *p)
{
	struct pfx *x = prefix_find(ps, vrf, p), **bucket;

	if (x)
		return x;
	if (ps->count > ps->mask)
		grow(ps);
	x = pool_alloc(size_of(p->addr.len));
	if (!x) {
		log_error("prefixes: no memory for another one");
		return NULL;
	}
	x->vrf = vrf;
	x->plen = p->plen;
	x->ipv6 = p->addr.len == sizeof(struct in6_addr);
	memcpy(x->addr, p->addr.b, p->addr.len);
	bucket = bucket_for(ps, p);
	x->next = *bucket;
	*bucket = x;
	ps->count++;
	return x;
}

/* One that is in a list is dropped by whoever empties it. */
void prefix_drop(struct prefixes *ps, struct pfx *x)
{
	struct pfx **p;

	if (x->remotes || x->locals || x->adv || x->there ||
	    x->flags & (PFX_WISHED | PFX_FLYING | PFX_QUEUED | PFX_LISTED | PFX_CORE))
		return;
	for (p = bucket_of(ps, x); *p != x; p = &(*p)->next)
		;
	*p = x->next;
	ps->count--;
	prefix_set_put(ps, x->wished);
	pool_free(x, size_of(prefix_addr_len(x)));
}

void prefix_walk(struct prefixes *ps, void (*fn)(struct prefixes *ps, struct pfx *x, void *data),
		 void *data)
{
	struct pfx *x, *next;

	for (size_t b = 0; b <= ps->mask; b++) {
		for (x = ps->buckets[b]; x; x = next) {
			next = x->next;
			fn(ps, x, data);
		}
	}
}

bool prefix_list(struct plist *l, struct pfx *x)
{
	struct pfx **more;

	if (x->flags & l->flag)
		return true;
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;

		more = reallocarray(l->list, cap, sizeof(*more));
		if (!more) {
			log_error("prefixes: no memory for a wish");
			return false;
		}
		l->list = more;
		l->cap = cap;
	}
	x->flags |= l->flag;
	l->list[l->n++] = x;
	return true;
}

void prefix_queue(struct prefixes *ps, struct pfx *x)
{
	prefix_list(&ps->queue, x);
	prefix_wake(ps);
}

static void free_all(struct prefixes *ps, struct pfx *x, void *data)
{
	prefix_remotes_put(ps, x->remotes);
	prefix_locals_put(ps, x->locals);
	prefix_adv_put(ps, x->adv);
	prefix_set_put(ps, x->wished);
	prefix_set_put(ps, x->there);
	pool_free(x, size_of(prefix_addr_len(x)));
}

void prefix_table_free(struct prefixes *ps)
{
	if (ps->buckets)
		prefix_walk(ps, free_all, NULL);
	prefix_share_free(ps);
	free(ps->buckets);
	free(ps->queue.list);
	free(ps->lost.list);
}

/* ---- sets of next hops ---- */

static u32 order(struct prefix_hop *hops, u32 n)
{
	u32 kept = 0;

	if (n > 1)
		qsort(hops, n, sizeof(*hops), prefix_hop_cmp);
	for (u32 i = 0; i < n; i++)
		if (!kept || prefix_hop_cmp(&hops[kept - 1], &hops[i]))
			hops[kept++] = hops[i];
	return kept;
}

static int cmp_hops(u32 vrf, u8 family, const struct prefix_hop *hops, u32 n, const struct pset *s)
{
	int c = ORDER(vrf, s->vrf);

	c = c ? c : ORDER(family, s->family);
	c = c ? c : ORDER(n, s->n);
	for (u32 i = 0; !c && i < n; i++)
		c = prefix_hop_cmp(&hops[i], &s->hops[i]);
	return c;
}

static int pset_cmp(const struct pset *a, const struct pset *b)
{
	return cmp_hops(a->vrf, a->family, a->hops, a->n, b);
}

RB_GENERATE(psets, pset, node, pset_cmp)

static int pset_hop_cmp(const struct pset_hop *a, const struct pset_hop *b)
{
	int c = prefix_hop_cmp(a->hop, b->hop);

	return c ? c : ORDER((uintptr_t)a->set, (uintptr_t)b->set);
}

RB_GENERATE(pset_hops, pset_hop, node, pset_hop_cmp)

static struct pset *find_set(struct prefixes *ps, u32 vrf, u8 family, const struct prefix_hop *hops,
			     u32 n)
{
	struct pset *s = RB_ROOT(&ps->sets);
	int c;

	while (s && (c = cmp_hops(vrf, family, hops, n, s)))
		s = c < 0 ? RB_LEFT(s, node) : RB_RIGHT(s, node);
	return s;
}

_Static_assert(sizeof(struct prefix_hop) % _Alignof(struct pset_hop) == 0, "see new_set()");

static struct pset *new_set(u32 vrf, u8 family, const struct prefix_hop *hops, u32 n)
{
	struct pset *s = calloc(1, sizeof(*s) + n * (sizeof(*hops) + sizeof(*s->at)));

	if (!s)
		return NULL;
	s->refs = 1;
	s->vrf = vrf;
	s->family = family;
	s->n = n;
	memcpy(s->hops, hops, n * sizeof(*hops));
	s->at = (struct pset_hop *)(void *)&s->hops[n];
	for (u32 i = 0; i < n; i++) {
		s->at[i].set = s;
		s->at[i].hop = &s->hops[i];
	}
	return s;
}

struct pset *prefix_set(struct prefixes *ps, u32 vrf, u8 family, struct prefix_hop *hops, u32 n)
{
	struct pset *s;

	n = order(hops, n);
	s = find_set(ps, vrf, family, hops, n);
	if (s)
		return prefix_set_ref(s);
	s = new_set(vrf, family, hops, n);
	if (!s) {
		log_error("prefixes: no memory for next hops");
		return NULL;
	}
	RB_INSERT(psets, &ps->sets, s);
	for (u32 i = 0; i < n; i++)
		RB_INSERT(pset_hops, &ps->set_hops, &s->at[i]);
	return s;
}

struct pset *prefix_set_ref(struct pset *s)
{
	s->refs++;
	return s;
}

void prefix_set_put(struct prefixes *ps, struct pset *s)
{
	if (!s || --s->refs)
		return;
	RB_REMOVE(psets, &ps->sets, s);
	for (u32 i = 0; i < s->n; i++)
		RB_REMOVE(pset_hops, &ps->set_hops, &s->at[i]);
	prefix_adv_put(ps, s->adv);
	free(s);
}

/* ---- what is advertised for a set ---- */

static int padv_cmp(const struct padv *a, const struct padv *b)
{
	int c = ORDER(a->generation, b->generation);

	c = c ? c : ORDER((uintptr_t)a->vrf, (uintptr_t)b->vrf);
	c = c ? c : ORDER(a->n, b->n);
	c = c ? c : memcmp(a->items, b->items, a->n * sizeof(a->items[0]));
	return c ? c : strcmp(a->why, b->why);
}

RB_PROTOTYPE_INTERNAL(padvs, padv, node, padv_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(padvs, padv, node, padv_cmp, static __attribute__((unused)))

struct padv *prefix_adv_get(struct prefixes *ps, const struct padv *like)
{
	struct padv *a = RB_FIND(padvs, &ps->advs, (struct padv *)like);

	if (a) {
		a->refs++;
		return a;
	}
	a = malloc(sizeof(*a));
	if (!a) {
		log_error("prefixes: no memory for a route");
		return NULL;
	}
	*a = *like;
	a->refs = 1;
	RB_INSERT(padvs, &ps->advs, a);
	return a;
}

void prefix_adv_put(struct prefixes *ps, struct padv *a)
{
	if (!a || --a->refs)
		return;
	RB_REMOVE(padvs, &ps->advs, a);
	free(a);
}

/* Devices, VRFs or targets are others: what is advertised follows from them. */
void prefix_forget_advs(struct prefixes *ps)
{
	struct pset *s;

	RB_FOREACH(s, psets, &ps->sets) {
		prefix_adv_put(ps, s->adv);
		s->adv = NULL;
	}
}
