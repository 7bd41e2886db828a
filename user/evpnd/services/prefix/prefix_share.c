// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix_share.c - what is known of a prefix: local routes, and paths of other PEs. Both are lists, and mostly that
 * of a prefix is that of a hundred thousand others. So there is each list once, for all that have it, and it is never
 * changed: who knows more, or less, of a prefix gives it another one. Ends of lists are shared as well.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "log.h"
#include "services/prefix/prefix.h"

#define BUCKETS_MIN 64

/* Two are the same when all behind this member is; what is padding there is 0. */
static size_t key_len(const struct pshares *t)
{
	return t->size - sizeof(struct pshared);
}

static const void *key_of(const struct pshared *s)
{
	return s + 1;
}

bool prefix_share_init(struct pshares *t, size_t size)
{
	t->size = size;
	t->mask = BUCKETS_MIN - 1;
	t->buckets = calloc(BUCKETS_MIN, sizeof(struct pshared *));
	return t->buckets;
}

static void grow(struct pshares *t)
{
	size_t old = t->mask + 1, mask = old * 2 - 1;
	struct pshared **to = calloc(old * 2, sizeof(struct pshared *)), *s, *next;

	if (!to)
		return; /* longer chains are no error */
	for (size_t b = 0; b < old; b++) {
		for (s = t->buckets[b]; s; s = next) {
			next = s->chain;
			s->chain = to[s->hash & mask];
			to[s->hash & mask] = s;
		}
	}
	free(t->buckets);
	t->buckets = to;
	t->mask = mask;
}

/* The one like @like, with a reference for the caller; *@fresh: there was none, and it holds what @like holds */
static struct pshared *get(u64 seed, struct pshares *t, const struct pshared *like, bool *fresh)
{
	u32 hash = hash_keyed(seed, key_of(like), key_len(t));
	struct pshared *s;

	*fresh = false;
	for (s = t->buckets[hash & t->mask]; s; s = s->chain) {
		if (s->hash != hash || memcmp(key_of(s), key_of(like), key_len(t)))
			continue;
		s->refs++;
		return s;
	}
	if (t->count > t->mask)
		grow(t);
	s = malloc(t->size);
	if (!s) {
		log_error("prefixes: no memory for a route");
		return NULL;
	}
	memcpy(s, like, t->size);
	s->hash = hash;
	s->refs = 1;
	s->chain = t->buckets[hash & t->mask];
	t->buckets[hash & t->mask] = s;
	t->count++;
	*fresh = true;
	return s;
}

/* Return: it was the last reference: it is found no more, and the caller frees it with what it holds */
static bool put(struct pshares *t, struct pshared *s)
{
	struct pshared **p;

	if (--s->refs)
		return false;
	for (p = &t->buckets[s->hash & t->mask]; *p != s; p = &(*p)->chain)
		;
	*p = s->chain;
	t->count--;
	return true;
}

/* ---- paths of other PEs ---- */

void prefix_remotes_put(struct prefixes *ps, struct premote *r)
{
	struct premote *next;

	for (; r && put(&ps->remotes, &r->shared); r = next) {
		next = r->next;
		prefix_source_put(ps, r->source);
		free(r);
	}
}

static struct premote *remotes_ref(struct premote *r)
{
	if (r)
		r->shared.refs++;
	return r;
}

/* The reference to @next is the caller's no more, nor is that to @s. NULL: no memory */
static struct premote *remote_before(struct prefixes *ps, struct premote *next, struct psource *s,
				     bool lost)
{
	struct premote like, *r;
	bool fresh;

	memset(&like, 0, sizeof(like));
	like.next = next;
	like.source = s;
	like.lost = lost;
	r = (struct premote *)(void *)get(ps->seed, &ps->remotes, &like.shared, &fresh);
	if (!fresh) {
		prefix_remotes_put(ps, next);
		prefix_source_put(ps, s);
	}
	return r;
}

/* @end with those in front of it that stand in front of @at, in their order; a prefix has at most PREFIX_PATHS_MAX */
static struct premote *remotes_until(struct prefixes *ps, struct premote *list,
				     const struct premote *at, struct premote *end)
{
	if (!list || list == at)
		return end;
	end = remotes_until(ps, list->next, at, end);
	return remote_before(ps, end, prefix_source_ref(list->source), list->lost);
}

static void set_remotes(struct prefixes *ps, struct pfx *x, struct premote *now)
{
	struct premote *old = x->remotes;

	x->remotes = now;
	prefix_remotes_put(ps, old);
}

bool prefix_remote_add(struct prefixes *ps, struct pfx *x, struct psource *s)
{
	struct premote *now = remote_before(ps, remotes_ref(x->remotes), s, false);

	if (now)
		set_remotes(ps, x, now);
	return now;
}

void prefix_remote_set(struct prefixes *ps, struct pfx *x, const struct premote *r,
		       struct psource *s, bool lost)
{
	struct premote *now;

	if (r->source == s && r->lost == lost) {
		prefix_source_put(ps, s);
		return;
	}
	now = remote_before(ps, remotes_ref(r->next), s, lost);
	set_remotes(ps, x, remotes_until(ps, x->remotes, r, now));
}

void prefix_remote_take_out(struct prefixes *ps, struct pfx *x, const struct premote *r)
{
	set_remotes(ps, x, remotes_until(ps, x->remotes, r, remotes_ref(r->next)));
}

/* ---- local routes ---- */

void prefix_locals_put(struct prefixes *ps, struct plocal *l)
{
	struct plocal *next;

	for (; l && put(&ps->locals, &l->shared); l = next) {
		next = l->next;
		prefix_set_put(ps, l->set);
		free(l);
	}
}

/* As remote_before(); the reference to @like's set is the caller's no more. */
static struct plocal *local_before(struct prefixes *ps, struct plocal *next,
				   const struct plocal *what)
{
	struct plocal like, *l;
	bool fresh;

	memset(&like, 0, sizeof(like));
	like.next = next;
	like.set = what->set;
	like.metric = what->metric;
	like.protocol = what->protocol;
	like.epoch = what->epoch;
	like.how = what->how;
	l = (struct plocal *)(void *)get(ps->seed, &ps->locals, &like.shared, &fresh);
	if (!fresh) {
		prefix_locals_put(ps, next);
		prefix_set_put(ps, like.set);
	}
	return l;
}

/* Without the one of @metric. Their order is of no use, so that it need not stay. */
static struct plocal *locals_but(struct prefixes *ps, const struct plocal *list, u32 metric)
{
	struct plocal *now = NULL;

	for (; list; list = list->next) {
		if (list->metric == metric)
			continue;
		if (list->set)
			prefix_set_ref(list->set);
		now = local_before(ps, now, list);
	}
	return now;
}

static void set_locals(struct prefixes *ps, struct pfx *x, struct plocal *now)
{
	struct plocal *old = x->locals;

	x->locals = now;
	prefix_locals_put(ps, old);
}

void prefix_local_set(struct prefixes *ps, struct pfx *x, const struct plocal *what)
{
	set_locals(ps, x, local_before(ps, locals_but(ps, x->locals, what->metric), what));
}

void prefix_local_del(struct prefixes *ps, struct pfx *x, u32 metric)
{
	set_locals(ps, x, locals_but(ps, x->locals, metric));
}

void prefix_locals_each(struct prefixes *ps,
			void (*fn)(struct prefixes *ps, const struct plocal *l))
{
	for (size_t b = 0; b <= ps->locals.mask; b++)
		for (const struct pshared *s = ps->locals.buckets[b]; s; s = s->chain)
			fn(ps, (const struct plocal *)(const void *)s);
}

void prefix_share_free(struct prefixes *ps)
{
	free(ps->remotes.buckets);
	free(ps->locals.buckets);
}
