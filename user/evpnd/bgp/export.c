// SPDX-License-Identifier: GPL-2.0-only
/*
 * export.c - see export.h. A withdrawn route stays in its log as a gravestone until every session has
 * read it; the ones that all have passed are collected when they become many, and when all have read all.
 */
#include "bgp/export.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/rib_priv.h"
#include "heap.h"
#include "pool.h"
#include "timer.h"

#define BUCKETS_MIN 64
#define GRAVES_MIN 64
#define NLRI_MAX 512

enum { LOG_URGENT, LOG_NORMAL, LOGS };

TAILQ_HEAD(export_log, export_node);

/**
 * struct export_route - one route in a log
 * @attrs: NULL: withdrawn
 * @since: of its last change
 * @value: the NLRI without type and length; the key is read from it when two have the same hash
 */
struct export_route {
	struct export_node node;
	struct export_route *next;
	struct rib_attrs *attrs;
	uint64_t seq;
	int64_t since;
	u8 value[];
};

struct export
{
	struct rib *rib;
	void (*wake)(void *data);
	void *data;
	struct export_log logs[LOGS];
	struct export_route **buckets;
	size_t mask;
	size_t count[RIB_TYPES]; /* [0]: of all types */
	size_t graves;
	size_t collect_at; /* so many graves are worth a walk */
	size_t cursors;
	uint64_t seq;
	struct evpn_nlri shown;
	u8 shown_key[EVPN_KEY_MAX];
};

static struct export_route *route_of(struct export_node *node)
{
	return (struct export_route *)(void *)node; /* the node is its first member */
}

/* ---- table ---- */

static int grow(struct export *e)
{
	size_t n = e->buckets ? (e->mask + 1) * 2 : BUCKETS_MIN, i;
	struct export_route **buckets = heap_array(n, sizeof(*buckets)), *r, *next;

	if (!buckets)
		return -ENOMEM;
	for (i = 0; e->buckets && i <= e->mask; i++) {
		for (r = e->buckets[i]; r; r = next) {
			next = r->next;
			r->next = buckets[r->node.hash & (n - 1)];
			buckets[r->node.hash & (n - 1)] = r;
		}
	}
	free(e->buckets);
	e->buckets = buckets;
	e->mask = n - 1;
	return 0;
}

static void decode(const struct export_route *r, struct evpn_nlri *n)
{
	struct slice value = {r->value, r->node.len};
	struct bgp_outcome out;

	bgp_outcome_init(&out);
	evpn_decode(r->node.type, &value, false, n, &out);
}

static bool has_key(const struct export_route *r, const u8 *key, size_t len)
{
	u8 own[EVPN_KEY_MAX];
	struct evpn_nlri n;

	decode(r, &n);
	return evpn_key(&n, own) == len && !memcmp(own, key, len);
}

static struct export_route **find(struct export *e, const u8 *key, size_t len, uint32_t hash)
{
	struct export_route **p;

	for (p = &e->buckets[hash & e->mask]; *p; p = &(*p)->next)
		if ((*p)->node.hash == hash && has_key(*p, key, len))
			break;
	return p;
}

/* It is counted from now on as what it is, or not any more. */
static void count(struct export *e, const struct export_route *r, int n)
{
	if (!r->attrs) {
		e->graves += (size_t)n;
		return;
	}
	e->count[0] += (size_t)n;
	e->count[r->node.type] += (size_t)n;
}

static void route_free(struct export *e, struct export_route *r)
{
	struct export_route **p = &e->buckets[r->node.hash & e->mask];

	while (*p != r)
		p = &(*p)->next;
	*p = r->next;
	TAILQ_REMOVE(&e->logs[r->node.log], &r->node, link);
	count(e, r, -1);
	rib_attrs_put(e->rib, r->attrs);
	pool_free(r, offsetof(struct export_route, value) + r->node.len);
}

/* What stands before the first cursor has been read by all of them. */
static void collect_graves(struct export *e)
{
	struct export_node *node, *next;
	int log;

	for (log = 0; log < LOGS; log++) {
		TAILQ_FOREACH_SAFE(node, &e->logs[log], link, next) {
			if (!node->type)
				break;
			if (!route_of(node)->attrs)
				route_free(e, route_of(node));
		}
	}
	e->collect_at = e->graves * 2 > GRAVES_MIN ? e->graves * 2 : GRAVES_MIN;
}

/* ---- changes ---- */

static void move_to_tail(struct export *e, struct export_route *r, int log)
{
	TAILQ_REMOVE(&e->logs[r->node.log], &r->node, link);
	r->node.log = (uint8_t)log;
	r->seq = ++e->seq;
	TAILQ_INSERT_TAIL(&e->logs[log], &r->node, link);
}

static struct export_route *route_new(struct export *e, u8 type, const u8 *value, size_t len,
				      uint32_t hash)
{
	struct export_route *r;

	if (e->count[0] + e->graves > e->mask && grow(e))
		return NULL;
	r = pool_alloc(offsetof(struct export_route, value) + len);
	if (!r)
		return NULL;
	r->node.hash = hash;
	r->node.type = type;
	r->node.len = (uint16_t)len;
	memcpy(r->value, value, len);
	r->next = e->buckets[hash & e->mask];
	e->buckets[hash & e->mask] = r;
	r->node.log = LOG_NORMAL;
	TAILQ_INSERT_TAIL(&e->logs[LOG_NORMAL], &r->node, link);
	count(e, r, 1); /* as a grave, until it has attributes */
	return r;
}

static void set_attrs(struct export *e, struct export_route *r, struct rib_attrs *attrs)
{
	count(e, r, -1);
	if (attrs)
		rib_attrs_ref(attrs);
	rib_attrs_put(e->rib, r->attrs);
	r->attrs = attrs;
	count(e, r, 1);
}

static int64_t now(const struct export *e)
{
	return e->rib->local.now ? e->rib->local.now : timer_now_ns();
}

int export_announce(struct export *e, const struct evpn_nlri *nlri, struct rib_attrs *attrs,
		    bool urgent)
{
	u8 key[EVPN_KEY_MAX], buf[NLRI_MAX];
	struct wbuf w = w_make(buf, sizeof(buf));
	size_t key_len = evpn_key(nlri, key), len;
	struct export_route *r;
	uint32_t hash;

	if (!key_len || key[0] >= RIB_TYPES || !evpn_encode(&w, nlri) || w.len < 2)
		return -EINVAL;
	len = w.len - 2;
	hash = rib_hash(e->rib, key, key_len);
	r = *find(e, key, key_len, hash);
	if (r && r->attrs == attrs && r->node.len == len && !memcmp(r->value, buf + 2, len))
		return 0;
	if (r && r->node.len != len) {
		route_free(e, r);
		r = NULL;
	}
	if (!r)
		r = route_new(e, key[0], buf + 2, len, hash);
	if (!r)
		return -ENOMEM;
	memcpy(r->value, buf + 2, len);
	r->since = now(e);
	set_attrs(e, r, attrs);
	move_to_tail(e, r, urgent ? LOG_URGENT : LOG_NORMAL);
	e->wake(e->data);
	return 0;
}

static void bury(struct export *e, struct export_route *r, bool urgent)
{
	if (!e->cursors) {
		route_free(e, r);
		return;
	}
	set_attrs(e, r, NULL);
	move_to_tail(e, r, urgent ? LOG_URGENT : LOG_NORMAL);
	if (e->graves > e->collect_at)
		collect_graves(e);
	e->wake(e->data);
}

int export_withdraw(struct export *e, const struct evpn_nlri *nlri, bool urgent)
{
	u8 key[EVPN_KEY_MAX];
	size_t len = evpn_key(nlri, key);
	struct export_route *r;

	if (!len)
		return -EINVAL;
	r = *find(e, key, len, rib_hash(e->rib, key, len));
	if (!r || !r->attrs)
		return -ENOENT;
	bury(e, r, urgent);
	return 0;
}

void export_withdraw_all(struct export *e)
{
	struct export_route *r, *next;
	size_t b;

	for (b = 0; b <= e->mask; b++) {
		for (r = e->buckets[b]; r; r = next) {
			next = r->next;
			if (!r->attrs)
				continue;
			set_attrs(e, r, NULL);
			move_to_tail(e, r,
				     r->node.type == EVPN_AD || r->node.type == EVPN_ES ?
					     LOG_URGENT :
					     LOG_NORMAL);
		}
	}
	e->wake(e->data);
}

size_t export_count(const struct export *e, unsigned int type)
{
	return type < RIB_TYPES ? e->count[type] : 0;
}

/* ---- looking at it ---- */

static bool visit(const struct export_route *r, rib_walk_fn fn, void *data)
{
	static const struct ip_addr none;
	struct evpn_nlri nlri;
	struct rib_path path = {
		.attrs = &r->attrs->a, .next_hop = &none, .nlri = &nlri, .since = r->since};

	decode(r, &nlri);
	return fn(data, &nlri, &path, 1, 0);
}

void export_walk(const struct export *e, unsigned int type, rib_walk_fn fn, void *data)
{
	const struct export_route *r;

	for (size_t b = 0; b <= e->mask; b++)
		for (r = e->buckets[b]; r; r = r->next)
			if (r->attrs && (!type || r->node.type == type) && !visit(r, fn, data))
				return;
}

bool export_visit(struct export *e, const u8 *key, size_t len, rib_walk_fn fn, void *data)
{
	const struct export_route *r = *find(e, key, len, rib_hash(e->rib, key, len));

	return r && r->attrs && visit(r, fn, data);
}

/* ---- cursors ---- */

static void place(struct export_cursor *c)
{
	int log;

	for (log = 0; log < LOGS; log++) {
		c->mark[log].type = 0;
		TAILQ_INSERT_HEAD(&c->export->logs[log], &c->mark[log], link);
	}
	c->at = NULL;
	c->initial = c->export->seq;
}

static void lift(struct export_cursor *c)
{
	int log;

	for (log = 0; log < LOGS; log++)
		TAILQ_REMOVE(&c->export->logs[log], &c->mark[log], link);
}

void export_attach(struct export *e, struct export_cursor *c)
{
	*c = (struct export_cursor){.export = e, .born = e->seq};
	place(c);
	e->cursors++;
}

void export_detach(struct export_cursor *c)
{
	struct export *e = c->export;

	if (!e)
		return;
	lift(c);
	c->export = NULL;
	if (--e->cursors == 0)
		collect_graves(e);
}

void export_rewind(struct export_cursor *c)
{
	lift(c);
	place(c);
}

/* The first route behind the mark that this session has to be told; the mark moves up to it. */
static struct export_route *ahead(struct export_cursor *c, int log)
{
	struct export_node *node, *mark = &c->mark[log];
	struct export_node *skipped = NULL;

	for (node = TAILQ_NEXT(mark, link); node; node = TAILQ_NEXT(node, link)) {
		if (node->type && (route_of(node)->attrs || route_of(node)->seq > c->born))
			break;
		skipped = node;
	}
	if (skipped) {
		TAILQ_REMOVE(&c->export->logs[log], mark, link);
		TAILQ_INSERT_AFTER(&c->export->logs[log], skipped, mark, link);
	}
	return node ? route_of(node) : NULL;
}

static void show(struct export *e, const struct export_route *r, struct export_item *item)
{
	decode(r, &e->shown);
	if (!r->attrs) /* a withdrawal is the key and nothing else */
		evpn_from_key(e->shown_key, evpn_key(&e->shown, e->shown_key), &e->shown);
	item->nlri = &e->shown;
	item->attrs = r->attrs;
}

static size_t cursors_at_end(const struct export *e, int log)
{
	const struct export_node *node = TAILQ_LAST(&e->logs[log], export_log);
	size_t n = 0;

	for (; node && !node->type; node = TAILQ_PREV(node, export_log, link))
		n++;
	return n;
}

/* Nobody needs any of the graves; to look for few of them among many routes is not worth it. */
static void all_may_be_read(struct export *e)
{
	if (e->graves > GRAVES_MIN + e->count[0] / 8 &&
	    cursors_at_end(e, LOG_URGENT) == e->cursors &&
	    cursors_at_end(e, LOG_NORMAL) == e->cursors)
		collect_graves(e);
}

bool export_peek(struct export_cursor *c, struct export_item *item)
{
	struct export_route *r = NULL;
	int log;

	if (!c->export)
		return false;
	for (log = 0; log < LOGS && !r; log++)
		r = ahead(c, log);
	if (!r) {
		all_may_be_read(c->export);
		return false;
	}
	c->at = &r->node;
	show(c->export, r, item);
	return true;
}

void export_next(struct export_cursor *c)
{
	int log = c->at->log;

	TAILQ_REMOVE(&c->export->logs[log], &c->mark[log], link);
	TAILQ_INSERT_AFTER(&c->export->logs[log], c->at, &c->mark[log], link);
}

bool export_initial_done(struct export_cursor *c)
{
	int log;

	for (log = 0; log < LOGS; log++) {
		struct export_route *r = ahead(c, log);

		if (r && r->seq <= c->initial)
			return false;
	}
	return true;
}

/* ---- the whole ---- */

struct export *export_new(struct rib *rib, void (*wake)(void *data), void *data)
{
	struct export *e = calloc(1, sizeof(*e));
	int log;

	if (!e)
		return NULL;
	e->rib = rib;
	e->wake = wake;
	e->data = data;
	e->collect_at = GRAVES_MIN;
	for (log = 0; log < LOGS; log++)
		TAILQ_INIT(&e->logs[log]);
	if (grow(e)) {
		free(e);
		return NULL;
	}
	return e;
}

void export_free(struct export *e)
{
	struct export_node *node, *next;
	int log;

	if (!e)
		return;
	for (log = 0; log < LOGS; log++)
		TAILQ_FOREACH_SAFE(node, &e->logs[log], link, next)
			route_free(e, route_of(node));
	free(e->buckets);
	free(e);
}
