// SPDX-License-Identifier: GPL-2.0-only
/*
 * rib.c - the table of routes; see rib.h. One hash table for each route type, so that RT-1 and RT-4,
 * on which failover depends, are never searched for among half a million RT-2.
 *
 * Order in every change: the structures are consistent first, then the owner is called, then memory is
 * freed. The owner may originate and withdraw local routes from its callback; nothing here keeps a
 * pointer across it that such a change could free.
 */
#include "bgp/rib_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/best_path.h"
#include "heap.h"
#include "pool.h"
#include "timer.h"

#define BUCKETS_MIN 64
#define NLRI_MAX 512 /* octets of the longest encoded route */

/* ---- routes: the first path of each in a bucket, the others behind it ---- */

static int table_grow(struct rib_table *t)
{
	size_t n = t->buckets ? (t->mask + 1) * 2 : BUCKETS_MIN, i;
	struct rib_path_entry **buckets = heap_array(n, sizeof(*buckets)), *p, *next;

	if (!buckets)
		return -ENOMEM;
	for (i = 0; t->buckets && i <= t->mask; i++) {
		for (p = t->buckets[i]; p; p = next) {
			next = p->next;
			p->next = buckets[p->hash & (n - 1)];
			buckets[p->hash & (n - 1)] = p;
		}
	}
	free(t->buckets);
	t->buckets = buckets;
	t->mask = n - 1;
	return 0;
}

/* Prefixes are many, and come in their order: they are the end of their key. */
uint32_t rib_hash(const struct rib *rib, const u8 *key, size_t len)
{
	size_t bits = len * 8, end = EVPN_KEY_PREFIX * 8;

	if (key[0] == EVPN_PREFIX && len > EVPN_KEY_PREFIX && end + key[EVPN_KEY_PREFIX - 1] < bits)
		bits = end + key[EVPN_KEY_PREFIX - 1];
	return hash_near(rib->seed, key, bits);
}

static struct rib_table *table_of(struct rib *rib, u8 type)
{
	return type && type < RIB_TYPES ? &rib->tables[type] : NULL;
}

static bool path_decode(const struct rib_path_entry *p, struct evpn_nlri *n)
{
	struct slice value = {p->value, p->len};
	struct bgp_outcome out;

	bgp_outcome_init(&out);
	return evpn_decode(p->type, &value, false, n, &out) <= BGP_DISCARD;
}

static bool has_key(const struct rib_path_entry *p, const u8 *key, size_t len)
{
	u8 own[EVPN_KEY_MAX];
	struct evpn_nlri n;

	return path_decode(p, &n) && evpn_key(&n, own) == len && !memcmp(own, key, len);
}

/* Where the first path of the route is, or NULL would be replaced by it; NULL: there is no table yet */
static struct rib_path_entry **route_find(struct rib *rib, const u8 *key, size_t len, uint32_t hash)
{
	struct rib_table *t = table_of(rib, key[0]);
	struct rib_path_entry **p;

	if (!t || !t->buckets)
		return NULL;
	for (p = &t->buckets[hash & t->mask]; *p; p = &(*p)->next)
		if ((*p)->hash == hash && has_key(*p, key, len))
			break;
	return p;
}

/* The same, of a path that is there. */
static struct rib_path_entry **route_of(struct rib *rib, const struct rib_path_entry *path)
{
	struct rib_table *t = table_of(rib, path->type);
	struct rib_path_entry **p, *q;

	for (p = &t->buckets[path->hash & t->mask]; *p; p = &(*p)->next)
		for (q = *p; q && q->hash == path->hash; q = q->other)
			if (q == path)
				return p;
	return NULL;
}

/* ---- paths ---- */

static struct rib_peer *source(struct rib *rib, struct rib_peer *peer)
{
	return peer ? peer : &rib->local;
}

static struct rib_path_list *list_of(struct rib_peer *peer, u8 type)
{
	return type == EVPN_AD || type == EVPN_ES ? &peer->first : &peer->rest;
}

/* Where the peer's path is, or NULL at the end. @route: as route_find() says, or NULL */
static struct rib_path_entry **path_find(struct rib_path_entry **route, const struct rib_peer *peer)
{
	struct rib_path_entry **p;

	for (p = route; p && *p; p = &(*p)->other)
		if ((*p)->peer == peer)
			break;
	return p;
}

static struct rib_path_entry *best_of(struct rib_path_entry *first)
{
	while (first && !first->best)
		first = first->other;
	return first;
}

void rib_peer_tick(struct rib_peer *peer, int64_t now)
{
	peer->now = now;
}

void rib_local_tick(struct rib *rib, bool begin)
{
	rib->local.now = begin ? timer_now_ns() : 0;
}

/* With its place in the table. */
static size_t path_bytes(const struct rib_path_entry *p)
{
	return pool_size(PATH_SIZE(p->len)) + sizeof(p);
}

static struct rib_path_entry *path_new(struct rib_peer *peer, u8 type, uint32_t hash,
				       const struct slice *value, struct rib_attrs *attrs)
{
	struct rib_path_entry *p = pool_alloc(PATH_SIZE(value->len));

	if (!p)
		return NULL;
	p->peer = peer;
	p->attrs = rib_attrs_ref(attrs);
	p->since = peer->now ? peer->now : timer_now_ns();
	p->hash = hash;
	p->len = (u8)value->len;
	p->type = type;
	memcpy(p->value, value->p, value->len);
	TAILQ_INSERT_TAIL(list_of(peer, type), p, of_peer);
	peer->count++;
	peer->bytes += path_bytes(p);
	peer->rib->bytes += path_bytes(p);
	rib_attrs_pay(attrs, peer);
	return p;
}

/* Take it out of its peer's list and give it back; it must be out of its route already. */
static void path_free(struct rib *rib, struct rib_path_entry *p)
{
	TAILQ_REMOVE(list_of(p->peer, p->type), p, of_peer);
	p->peer->count--;
	p->peer->bytes -= path_bytes(p);
	rib->bytes -= path_bytes(p);
	rib_attrs_put(rib, p->attrs);
	pool_free(p, PATH_SIZE(p->len));
}

/* Put @fresh in the place of @*where, which is freed; or behind the others; or it is the first of its route. */
static void path_put(struct rib *rib, struct rib_path_entry **where, bool is_new,
		     struct rib_path_entry *fresh)
{
	struct rib_path_entry *old = *where;

	*where = fresh;
	rib->tables[fresh->type].count += is_new;
	if (!old)
		return;
	fresh->next = old->next;
	fresh->other = old->other;
	fresh->best = old->best;
	path_free(rib, old);
}

/* Out of its route, which is then without it; the path itself stays. Return: what is the route's first one now */
static struct rib_path_entry *path_unlink(struct rib *rib, struct rib_path_entry **route,
					  struct rib_path_entry **where)
{
	struct rib_path_entry *p = *where;

	if (where != route) {
		*where = p->other;
		return *route;
	}
	if (p->other) {
		p->other->next = p->next;
		*route = p->other;
		return *route;
	}
	*route = p->next;
	rib->tables[p->type].count--;
	return NULL;
}

static void path_show(const struct rib *rib, const struct rib_path_entry *p,
		      const struct evpn_nlri *nlri, struct rib_path *show)
{
	*show = (struct rib_path){
		.peer = p->peer == &rib->local ? NULL : p->peer,
		.attrs = &p->attrs->a,
		.next_hop = &p->attrs->nh,
		.nlri = nlri,
		.since = p->since,
		.stale = decide_stale(&p->attrs->a),
	};
}

/* ---- decision ---- */

static size_t count_paths(const struct rib_path_entry *p)
{
	size_t n = 0;

	for (; p; p = p->other)
		n++;
	return n;
}

static struct rib_path_entry *select_best(const struct rib *rib, struct rib_path_entry *first)
{
	size_t n = count_paths(first), i = 0, best;
	struct rib_path_entry *p;

	struct decide_path in[n];

	for (p = first; p; p = p->other, i++)
		in[i] = (struct decide_path){
			.local = p->peer == &rib->local,
			.ebgp = p->peer->ebgp,
			.router_id = p->peer->router_id,
			.address = &p->peer->address,
			.attrs = &p->attrs->a,
		};
	best = decide_best(in, n, NULL);
	for (p = first, i = 0; p; p = p->other, i++)
		p->best = i == best;
	return best_of(first);
}

/* The owner hears of the route; @nlri when the caller has it decoded as @best carries it. */
static void notify(struct rib *rib, const struct rib_path_entry *best, const struct evpn_nlri *nlri)
{
	struct evpn_nlri decoded;
	struct rib_path show;

	if (!nlri) {
		if (!path_decode(best, &decoded))
			return;
		nlri = &decoded;
	}
	path_show(rib, best, nlri, &show);
	rib->change(rib->data, nlri, &show);
}

/*
 * @changed is new or was rewritten with what @nlri says. The best path is another one now, or it is
 * the one that changed, or nothing happened that anybody needs to know.
 */
static void decide_changed(struct rib *rib, struct rib_path_entry *first,
			   struct rib_path_entry *changed, const struct evpn_nlri *nlri)
{
	struct rib_path_entry *old = best_of(first), *best = select_best(rib, first);

	if (best == changed)
		notify(rib, best, nlri);
	else if (best != old)
		notify(rib, best, NULL);
}

/* The route lost the path @p, which is still allocated, because @nlri may point into it. */
static void decide_lost(struct rib *rib, struct rib_path_entry *first,
			const struct rib_path_entry *p, const struct evpn_nlri *nlri)
{
	if (!first)
		rib->change(rib->data, nlri, NULL);
	else if (p->best)
		notify(rib, select_best(rib, first), NULL);
}

/* ---- changes ---- */

/* The octets to keep: as received, or encoded when the route is our own. */
static bool nlri_value(const struct evpn_nlri *nlri, bool own, u8 buf[NLRI_MAX],
		       struct slice *value)
{
	struct wbuf w = w_make(buf, NLRI_MAX);

	if (!own && nlri->value.p)
		*value = nlri->value;
	else if (evpn_encode(&w, nlri) && w.len >= 2)
		*value = (struct slice){buf + 2, w.len - 2};
	else
		return false;
	return value->len <= UINT8_MAX;
}

static bool path_same(const struct rib_path_entry *p, const struct slice *value,
		      const struct rib_attrs *attrs)
{
	return p->attrs == attrs && p->len == value->len && !memcmp(p->value, value->p, value->len);
}

int rib_update(struct rib *rib, struct rib_peer *peer, const struct evpn_nlri *nlri,
	       struct rib_attrs *attrs)
{
	struct rib_path_entry **route, **where, *fresh;
	u8 key[EVPN_KEY_MAX], buf[NLRI_MAX];
	size_t len = evpn_key(nlri, key);
	struct rib_table *t = len ? table_of(rib, key[0]) : NULL;
	struct slice value;
	uint32_t hash;

	if (!t || !nlri_value(nlri, !peer, buf, &value))
		return -EINVAL;
	if ((!t->buckets || t->count > t->mask) && table_grow(t))
		return -ENOMEM;
	hash = rib_hash(rib, key, len);
	route = route_find(rib, key, len, hash);
	peer = source(rib, peer);
	where = path_find(route, peer);
	if (*where && path_same(*where, &value, attrs)) {
		(*where)->unconfirmed = false;
		return 0;
	}
	fresh = path_new(peer, key[0], hash, &value, attrs);
	if (!fresh)
		return -ENOMEM;
	path_put(rib, where, !*route, fresh);
	decide_changed(rib, *route, fresh, nlri);
	return 1;
}

bool rib_has(struct rib *rib, struct rib_peer *peer, const struct evpn_nlri *nlri)
{
	u8 key[EVPN_KEY_MAX];
	size_t len = evpn_key(nlri, key);
	struct rib_path_entry **p = NULL;

	if (len)
		p = path_find(route_find(rib, key, len, rib_hash(rib, key, len)),
			      source(rib, peer));
	return p && *p;
}

int rib_withdraw(struct rib *rib, struct rib_peer *peer, const struct evpn_nlri *nlri)
{
	struct rib_path_entry **route = NULL, **where, *p, *first;
	u8 key[EVPN_KEY_MAX];
	size_t len = evpn_key(nlri, key);

	if (len)
		route = route_find(rib, key, len, rib_hash(rib, key, len));
	where = path_find(route, source(rib, peer));
	p = where ? *where : NULL;
	if (!p)
		return 0;
	first = path_unlink(rib, route, where);
	decide_lost(rib, first, p, nlri);
	path_free(rib, p);
	return 1;
}

static void path_remove(struct rib *rib, struct rib_path_entry *p)
{
	struct rib_path_entry **route = route_of(rib, p), *first;
	struct evpn_nlri nlri = {.type = p->type};
	u8 key[EVPN_KEY_MAX];

	/* what the owner hears of a route that is gone is its key, and nothing else */
	if (path_decode(p, &nlri))
		evpn_from_key(key, evpn_key(&nlri, key), &nlri);
	first = path_unlink(rib, route, path_find(route, p->peer));
	decide_lost(rib, first, p, &nlri);
	path_free(rib, p);
}

bool rib_peer_clear(struct rib *rib, struct rib_peer *peer, size_t max)
{
	struct rib_path_entry *p;
	size_t n = 0;

	while ((p = TAILQ_FIRST(&peer->first))) {
		path_remove(rib, p);
		n++;
	}
	while ((p = TAILQ_FIRST(&peer->rest))) {
		if (max && n >= max)
			return true;
		path_remove(rib, p);
		n++;
	}
	return false;
}

static void list_mark(struct rib_path_list *list)
{
	struct rib_path_entry *p;

	TAILQ_FOREACH(p, list, of_peer)
		p->unconfirmed = true;
}

static void list_sweep(struct rib *rib, struct rib_path_list *list)
{
	struct rib_path_entry *p, *next;

	TAILQ_FOREACH_SAFE(p, list, of_peer, next)
		if (p->unconfirmed)
			path_remove(rib, p);
}

void rib_peer_refresh_begin(struct rib_peer *peer)
{
	list_mark(&peer->first);
	list_mark(&peer->rest);
}

void rib_peer_refresh_end(struct rib *rib, struct rib_peer *peer)
{
	list_sweep(rib, &peer->first);
	list_sweep(rib, &peer->rest);
}

/* ---- peers ---- */

static void peer_init(struct rib *rib, struct rib_peer *peer)
{
	peer->rib = rib;
	TAILQ_INIT(&peer->first);
	TAILQ_INIT(&peer->rest);
}

struct rib_peer *rib_peer_new(struct rib *rib, const struct ip_addr *address)
{
	struct rib_peer *peer = calloc(1, sizeof(*peer));

	if (!peer)
		return NULL;
	peer_init(rib, peer);
	peer->address = *address;
	TAILQ_INSERT_TAIL(&rib->peers, peer, link);
	return peer;
}

void rib_peer_free(struct rib *rib, struct rib_peer *peer)
{
	if (!peer)
		return;
	rib_peer_clear(rib, peer, 0);
	rib_attrs_unpay(rib, peer);
	TAILQ_REMOVE(&rib->peers, peer, link);
	free(peer);
}

void rib_peer_set(struct rib_peer *peer, bool ebgp, uint32_t router_id)
{
	peer->ebgp = ebgp;
	peer->router_id = router_id;
}

/* Its own address or its identifier is in the route, as next hop or in the distinguisher. */
static bool names(const struct rib_peer *peer, const struct rib_path *path)
{
	const struct rd *rd = &path->nlri->rd;
	struct ip_addr id = ip_v4(peer->router_id);

	if (ip_equal(path->next_hop, &peer->address) || ip_equal(path->next_hop, &id))
		return true;
	return rd_type(rd) == RD_IPV4 && !memcmp(rd->b + 2, id.b, 4);
}

bool rib_path_direct(const struct rib_path *path)
{
	const struct bgp_attrs *a = path->attrs;

	if (!path->peer || BGP_HAS(a, BGP_ATTR_ORIGINATOR_ID) || a->cluster.len)
		return false;
	if (!path->peer->ebgp)
		return bgp_as_path_length(a) == 0;
	return bgp_as_path_length(a) <= 1 && names(path->peer, path);
}

const struct ip_addr *rib_peer_address(const struct rib_peer *peer)
{
	return &peer->address;
}

size_t rib_peer_bytes(const struct rib_peer *peer)
{
	return peer->bytes;
}

size_t rib_bytes(const struct rib *rib)
{
	return rib->bytes;
}

size_t rib_peer_count(const struct rib_peer *peer)
{
	return peer->count;
}

/* ---- the whole ---- */

static void no_change(void *data, const struct evpn_nlri *nlri, const struct rib_path *now)
{
}

struct rib *rib_new(rib_change_fn change, void *data)
{
	struct rib *rib = calloc(1, sizeof(*rib));

	if (!rib)
		return NULL;
	rib->change = change ? change : no_change;
	rib->data = data;
	rib->seed = hash_seed();
	peer_init(rib, &rib->local);
	TAILQ_INIT(&rib->peers);
	return rib;
}

void rib_free(struct rib *rib)
{
	struct rib_peer *peer, *next;
	size_t i;

	if (!rib)
		return;
	rib->change = no_change;
	TAILQ_FOREACH_SAFE(peer, &rib->peers, link, next)
		rib_peer_free(rib, peer);
	rib_peer_clear(rib, &rib->local, 0);
	for (i = 0; i < RIB_TYPES; i++)
		free(rib->tables[i].buckets);
	free(rib->attr_buckets);
	free(rib->attr_scratch);
	free(rib);
}

size_t rib_count(const struct rib *rib, unsigned int type)
{
	size_t n = 0;
	unsigned int i;

	for (i = 1; i < RIB_TYPES; i++)
		if (!type || type == i)
			n += rib->tables[i].count;
	return n;
}

const struct rib_path *rib_best(struct rib *rib, const struct evpn_nlri *nlri)
{
	struct rib_path_entry **route = NULL, *best;
	u8 key[EVPN_KEY_MAX];
	size_t len = evpn_key(nlri, key);

	if (len)
		route = route_find(rib, key, len, rib_hash(rib, key, len));
	best = route ? best_of(*route) : NULL;
	if (!best || !path_decode(best, &rib->found_nlri))
		return NULL;
	path_show(rib, best, &rib->found_nlri, &rib->found);
	return &rib->found;
}

static bool walk_route(const struct rib *rib, const struct rib_path_entry *first, rib_walk_fn fn,
		       void *data)
{
	size_t n = count_paths(first), i = 0, best = 0;
	const struct rib_path_entry *p;
	struct evpn_nlri nlri[n];
	struct rib_path paths[n];

	for (p = first; p; p = p->other) {
		if (!path_decode(p, &nlri[i]))
			continue;
		if (p->best)
			best = i;
		path_show(rib, p, &nlri[i], &paths[i]);
		i++;
	}
	return !i || fn(data, paths[best].nlri, paths, i, best);
}

void rib_walk(const struct rib *rib, unsigned int type, rib_walk_fn fn, void *data)
{
	const struct rib_path_entry *p;
	unsigned int i;
	size_t b;

	for (i = 1; i < RIB_TYPES; i++) {
		const struct rib_table *t = &rib->tables[i];

		if (!t->buckets || (type && type != i))
			continue;
		for (b = 0; b <= t->mask; b++)
			for (p = t->buckets[b]; p; p = p->next)
				if (!walk_route(rib, p, fn, data))
					return;
	}
}

bool rib_visit(struct rib *rib, const u8 *key, size_t len, rib_walk_fn fn, void *data)
{
	struct rib_path_entry **route = route_find(rib, key, len, rib_hash(rib, key, len));

	return route && *route && walk_route(rib, *route, fn, data);
}
