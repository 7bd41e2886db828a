// SPDX-License-Identifier: GPL-2.0-only
/*
 * member_table.c - groups by address; a group of one address on different circuits stands in one chain. And
 * what is said of each source of a group.
 */
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "heap.h"
#include "log.h"
#include "pool.h"
#include "services/member/member.h"

#define BUCKETS_MIN 64

static size_t bucket_of(const struct members *ms, const struct ip_addr *a)
{
	return hash_keyed(ms->seed, a, sizeof(*a)) & ms->mask;
}

u32 member_sum(const struct members *ms, const void *data, size_t len, u32 more)
{
	u32 sum = hash_keyed(ms->seed ^ more, data, len);

	return sum ? sum : 1;
}

/* ---- addresses ---- */

struct ip_addr mgroup_addr(const struct mgroup *g)
{
	return ip_from_bytes(g->first.octets, g->len);
}

static u8 *source_octets(struct mentry *e)
{
	return e->octets + (e == &e->group->first ? e->group->len : 0);
}

struct ip_addr mentry_source(const struct mentry *e)
{
	if (e->any)
		return (struct ip_addr){};
	return ip_from_bytes(source_octets((struct mentry *)e), e->group->len);
}

static bool is_of(const struct mentry *e, const struct ip_addr *source)
{
	if (e->any || ip_is_none(source))
		return e->any && ip_is_none(source);
	return source->len == e->group->len &&
	       !memcmp(source_octets((struct mentry *)e), source->b, source->len);
}

static void set_source(struct mentry *e, const struct ip_addr *source)
{
	e->any = ip_is_none(source);
	memcpy(source_octets(e), source->b, source->len);
}

static size_t entry_size(const struct mentry *e)
{
	return offsetof(struct mentry, octets) + (e->any ? 0 : e->group->len);
}

static size_t group_size(const struct mgroup *g)
{
	return offsetof(struct mgroup, first) + entry_size(&g->first) + g->len;
}

/* ---- groups ---- */

bool member_table_init(struct members *ms)
{
	ms->buckets = calloc(BUCKETS_MIN, sizeof(struct mgroup *));
	ms->mask = BUCKETS_MIN - 1;
	ms->seed = hash_seed();
	return ms->buckets;
}

static void grow(struct members *ms)
{
	size_t old = ms->mask + 1, b;
	struct mgroup **from = ms->buckets, *g, *next;
	struct mgroup **to = heap_array(old * 2, sizeof(*to));

	if (!to)
		return; /* longer chains are no error */
	ms->buckets = to;
	ms->mask = old * 2 - 1;
	for (b = 0; b < old; b++) {
		for (g = from[b]; g; g = next) {
			struct ip_addr addr = mgroup_addr(g);
			size_t i = bucket_of(ms, &addr);

			next = g->next;
			g->next = to[i];
			to[i] = g;
		}
	}
	free(from);
}

struct mgroup *member_find(struct members *ms, const struct circuit *c, const struct ip_addr *addr)
{
	struct mgroup *g = ms->buckets[bucket_of(ms, addr)];

	while (g && !(g->circuit == c && g->len == addr->len &&
		      !memcmp(g->first.octets, addr->b, addr->len)))
		g = g->next;
	return g;
}

struct mgroup *member_make(struct members *ms, struct circuit *c, const struct ip_addr *addr,
			   const struct ip_addr *source)
{
	struct mgroup *g = member_find(ms, c, addr);
	size_t b;

	if (g)
		return g;
	if (ms->count > ms->mask)
		grow(ms);
	g = pool_alloc(offsetof(struct mgroup, first.octets) + addr->len + source->len);
	if (!g) {
		log_error("memberships: no memory for another one");
		return NULL;
	}
	g->len = addr->len;
	memcpy(g->first.octets, addr->b, addr->len);
	g->first.group = g;
	set_source(&g->first, source);
	g->circuit = c;
	c->refs++;
	b = bucket_of(ms, addr);
	g->next = ms->buckets[b];
	ms->buckets[b] = g;
	ms->count++;
	return g;
}

/* ---- entries ---- */

struct mentry *member_entry(struct mgroup *g, const struct ip_addr *source, bool make)
{
	struct mentry *e;

	mgroup_each(e, g)
		if (is_of(e, source))
			return e;
	if (!make)
		return NULL;
	e = pool_alloc(offsetof(struct mentry, octets) + source->len);
	if (!e) {
		log_error("memberships: no memory for a source");
		return NULL;
	}
	e->group = g;
	set_source(e, source);
	e->next = g->first.next;
	g->first.next = e;
	return e;
}

void member_remotes_free(struct members *ms, struct mentry *e)
{
	struct mremote *r;

	if (e->remotes)
		e->group->circuit->es->taken--;
	while ((r = e->remotes)) {
		e->remotes = r->next;
		member_origin_put(ms, r->origin);
		pool_free(r, sizeof(*r));
	}
}

bool mentry_is_idle(const struct mentry *e)
{
	return !e->local && !e->remotes && !e->advertised && !mentry_is_leaving(e);
}

const struct mentry *mgroup_busy(const struct mgroup *g)
{
	const struct mentry *e;

	mgroup_each(e, g)
		if (!mentry_is_idle(e))
			return e;
	return NULL;
}

static void entry_clear(struct members *ms, struct mentry *e)
{
	member_remotes_free(ms, e);
	if (mentry_is_leaving(e))
		TAILQ_REMOVE(&ms->leaving, e->leave, leaving);
	free(e->leave);
	e->leave = NULL;
}

/* The first one stays with its group. */
static void drop_idle(struct members *ms, struct mgroup *g)
{
	struct mentry **p = &g->first.next, *e;

	while ((e = *p)) {
		if (!mentry_is_idle(e)) {
			p = &e->next;
			continue;
		}
		*p = e->next;
		entry_clear(ms, e);
		pool_free(e, entry_size(e));
	}
	if (mentry_is_idle(&g->first))
		entry_clear(ms, &g->first);
}

static void group_free(struct members *ms, struct mgroup *g)
{
	struct mentry *e;

	while ((e = g->first.next)) {
		g->first.next = e->next;
		entry_clear(ms, e);
		pool_free(e, entry_size(e));
	}
	entry_clear(ms, &g->first);
	place_circuit_put(&ms->at, g->circuit);
	pool_free(g, group_size(g));
}

void member_drop(struct members *ms, struct mgroup *g)
{
	struct ip_addr addr = mgroup_addr(g);
	struct mgroup **p = &ms->buckets[bucket_of(ms, &addr)];

	if (g->queued)
		return;
	drop_idle(ms, g);
	if (mgroup_busy(g) || g->mode != MEMBER_NONE || g->wished)
		return;
	while (*p != g)
		p = &(*p)->next;
	*p = g->next;
	ms->count--;
	group_free(ms, g);
}

void member_walk(struct members *ms, void (*fn)(struct members *ms, struct mgroup *g, void *data),
		 void *data)
{
	struct mgroup *g, *next;
	size_t b;

	for (b = 0; b <= ms->mask; b++) {
		for (g = ms->buckets[b]; g; g = next) {
			next = g->next;
			fn(ms, g, data);
		}
	}
}

void member_table_free(struct members *ms)
{
	struct mgroup *g, *next;
	size_t b;

	for (b = 0; ms->buckets && b <= ms->mask; b++) {
		for (g = ms->buckets[b]; g; g = next) {
			next = g->next;
			group_free(ms, g);
		}
	}
	free(ms->buckets);
	free(ms->queue.list);
}
