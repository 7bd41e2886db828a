// SPDX-License-Identifier: GPL-2.0-only
/*
 * member_table.c - groups by address; a group of one address on different circuits stands in one chain.
 */
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "log.h"
#include "services/member/member.h"

#define BUCKETS_MIN 64

static size_t bucket_of(const struct members *ms, const struct ip_addr *a)
{
	return hash_keyed(ms->seed, a, sizeof(*a)) & ms->mask;
}

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
	struct mgroup **to = calloc(old * 2, sizeof(*to));

	if (!to)
		return; /* longer chains are no error */
	ms->buckets = to;
	ms->mask = old * 2 - 1;
	for (b = 0; b < old; b++) {
		for (g = from[b]; g; g = next) {
			size_t i = bucket_of(ms, &g->addr);

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

	while (g && !(g->circuit == c && ip_equal(&g->addr, addr)))
		g = g->next;
	return g;
}

struct mgroup *member_make(struct members *ms, struct circuit *c, const struct ip_addr *addr)
{
	struct mgroup *g = member_find(ms, c, addr);
	size_t b;

	if (g)
		return g;
	if (ms->count > ms->mask)
		grow(ms);
	g = calloc(1, sizeof(*g));
	if (!g) {
		log_error("memberships: no memory for another one");
		return NULL;
	}
	g->addr = *addr;
	g->circuit = c;
	c->refs++;
	b = bucket_of(ms, addr);
	g->next = ms->buckets[b];
	ms->buckets[b] = g;
	ms->count++;
	return g;
}

struct mentry *member_entry(struct members *ms, struct mgroup *g, const struct ip_addr *source,
			    bool make)
{
	struct mentry *e;

	for (e = g->entries; e; e = e->next)
		if (ip_equal(&e->source, source))
			return e;
	if (!make)
		return NULL;
	e = calloc(1, sizeof(*e));
	if (!e) {
		log_error("memberships: no memory for a source");
		return NULL;
	}
	e->source = *source;
	e->group = g;
	e->next = g->entries;
	g->entries = e;
	return e;
}

void member_remotes_free(struct mentry *e)
{
	struct mremote *r;

	if (e->remotes)
		e->group->circuit->es->taken--;
	while ((r = e->remotes)) {
		e->remotes = r->next;
		free(r);
	}
}

static void entry_free(struct members *ms, struct mentry *e)
{
	member_remotes_free(e);
	if (mentry_is_leaving(e))
		TAILQ_REMOVE(&ms->leaving, e->leave, leaving);
	free(e->leave);
	free(e);
}

static bool is_idle(const struct mentry *e)
{
	return !e->local && !e->remotes && !e->advertised && !mentry_is_leaving(e);
}

static void group_free(struct members *ms, struct mgroup *g)
{
	struct mentry *e;

	while ((e = g->entries)) {
		g->entries = e->next;
		entry_free(ms, e);
	}
	place_circuit_put(&ms->at, g->circuit);
	free(g);
}

void member_drop(struct members *ms, struct mgroup *g)
{
	struct mgroup **p = &ms->buckets[bucket_of(ms, &g->addr)];
	struct mentry **q = &g->entries, *e;

	if (g->queued)
		return;
	while ((e = *q)) {
		if (is_idle(e)) {
			*q = e->next;
			entry_free(ms, e);
		} else {
			q = &e->next;
		}
	}
	if (g->entries || g->mode != MEMBER_NONE || g->wished)
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
	free(ms->queue);
}
