// SPDX-License-Identifier: GPL-2.0
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
#include <sys/random.h>

#include "bgp/best_path.h"
#include "timer.h"

#define BUCKETS_MIN 64
#define NLRI_MAX 512 /* octets of the longest encoded route */

/* ---- routes ---- */

static int table_grow(struct rib_table *t)
{
	size_t n = t->buckets ? (t->mask + 1) * 2 : BUCKETS_MIN, i;
	struct rib_dest **buckets = calloc(n, sizeof(*buckets)), *d, *next;

	if (!buckets)
		return -ENOMEM;
	for (i = 0; t->buckets && i <= t->mask; i++) {
		for (d = t->buckets[i]; d; d = next) {
			next = d->next;
			d->next = buckets[d->hash & (n - 1)];
			buckets[d->hash & (n - 1)] = d;
		}
	}
	free(t->buckets);
	t->buckets = buckets;
	t->mask = n - 1;
	return 0;
}

static struct rib_table *table_of(struct rib *rib, u8 type)
{
	return type && type < RIB_TYPES ? &rib->tables[type] : NULL;
}

static struct rib_dest *dest_find(struct rib *rib, const u8 *key, size_t len, uint32_t hash)
{
	struct rib_table *t = table_of(rib, key[0]);
	struct rib_dest *d;

	if (!t || !t->buckets)
		return NULL;
	for (d = t->buckets[hash & t->mask]; d; d = d->next)
		if (d->hash == hash && d->key_len == len && !memcmp(d->key, key, len))
			return d;
	return NULL;
}

static size_t dest_bytes(const struct rib_dest *d)
{
	return sizeof(*d) + d->key_len + sizeof(d) + RIB_CHUNK;
}

static struct rib_dest *dest_add(struct rib *rib, const u8 *key, size_t len, uint32_t hash)
{
	struct rib_table *t = table_of(rib, key[0]);
	struct rib_dest *d;

	if ((!t->buckets || t->count > t->mask) && table_grow(t))
		return NULL;
	d = malloc(sizeof(*d) + len);
	if (!d)
		return NULL;
	*d = (struct rib_dest){
		.next = t->buckets[hash & t->mask],
		.hash = hash,
		.key_len = (uint16_t)len,
	};
	memcpy(d->key, key, len);
	t->buckets[hash & t->mask] = d;
	t->count++;
	rib->bytes += dest_bytes(d);
	return d;
}

static void dest_del(struct rib *rib, struct rib_dest *d)
{
	struct rib_table *t = table_of(rib, d->key[0]);
	struct rib_dest **p = &t->buckets[d->hash & t->mask];

	while (*p != d)
		p = &(*p)->next;
	*p = d->next;
	t->count--;
	rib->bytes -= dest_bytes(d);
	free(d);
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

static struct rib_path_entry **path_find(struct rib_dest *d, const struct rib_peer *peer)
{
	struct rib_path_entry **p;

	for (p = &d->paths; *p; p = &(*p)->next)
		if ((*p)->peer == peer)
			break;
	return p;
}

void rib_peer_tick(struct rib_peer *peer, int64_t now)
{
	peer->now = now;
}

void rib_local_tick(struct rib *rib, bool begin)
{
	rib->local.now = begin ? timer_now_ns() : 0;
}

/* With its share of the route's key: as a rule there is one path for each. */
static size_t path_bytes(const struct rib_path_entry *p)
{
	return sizeof(*p) + p->len + RIB_CHUNK;
}

static struct rib_path_entry *path_new(struct rib_dest *d, struct rib_peer *peer,
				       const struct slice *value, struct rib_attrs *attrs)
{
	struct rib_path_entry *p = malloc(sizeof(*p) + value->len);

	if (!p)
		return NULL;
	*p = (struct rib_path_entry){
		.dest = d,
		.peer = peer,
		.attrs = rib_attrs_ref(attrs),
		.since = peer->now ? peer->now : timer_now_ns(),
		.len = (uint16_t)value->len,
	};
	memcpy(p->value, value->p, value->len);
	TAILQ_INSERT_TAIL(list_of(peer, d->key[0]), p, of_peer);
	peer->count++;
	peer->bytes += path_bytes(p);
	peer->rib->bytes += path_bytes(p);
	rib_attrs_pay(attrs, peer);
	return p;
}

/* Take it out of its peer's list and give it back; it must be out of its dest already. */
static void path_free(struct rib *rib, struct rib_path_entry *p, u8 type)
{
	TAILQ_REMOVE(list_of(p->peer, type), p, of_peer);
	p->peer->count--;
	p->peer->bytes -= path_bytes(p);
	rib->bytes -= path_bytes(p);
	rib_attrs_put(rib, p->attrs);
	free(p);
}

static bool path_decode(const struct rib_path_entry *p, u8 type, struct evpn_nlri *n)
{
	struct slice value = {p->value, p->len};
	struct bgp_outcome out;

	bgp_outcome_init(&out);
	return evpn_decode(type, &value, false, n, &out) <= BGP_DISCARD;
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

static size_t count_paths(const struct rib_dest *d)
{
	const struct rib_path_entry *p;
	size_t n = 0;

	for (p = d->paths; p; p = p->next)
		n++;
	return n;
}

static struct rib_path_entry *select_best(const struct rib *rib, const struct rib_dest *d)
{
	size_t n = count_paths(d), i = 0, best;
	struct rib_path_entry *p = d->paths;

	struct decide_path in[n];

	for (; p; p = p->next, i++)
		in[i] = (struct decide_path){
			.local = p->peer == &rib->local,
			.ebgp = p->peer->ebgp,
			.router_id = p->peer->router_id,
			.address = &p->peer->address,
			.attrs = &p->attrs->a,
		};
	best = decide_best(in, n, NULL);
	for (p = d->paths; best; best--)
		p = p->next;
	return p;
}

/* The owner hears of @d; @nlri when the caller has it decoded as the best path carries it. */
static void notify(struct rib *rib, const struct rib_dest *d, const struct evpn_nlri *nlri)
{
	struct evpn_nlri decoded;
	struct rib_path show;

	if (!nlri) {
		if (!path_decode(d->best, d->key[0], &decoded))
			return;
		nlri = &decoded;
	}
	path_show(rib, d->best, nlri, &show);
	rib->change(rib->data, nlri, &show);
}

/*
 * @changed is new or was rewritten with what @nlri says. The best path is another one now, or it is
 * the one that changed, or nothing happened that anybody needs to know.
 */
static void decide_changed(struct rib *rib, struct rib_dest *d, struct rib_path_entry *changed,
			   const struct evpn_nlri *nlri)
{
	struct rib_path_entry *old = d->best;

	d->best = select_best(rib, d);
	if (d->best == changed)
		notify(rib, d, nlri);
	else if (d->best != old || old == changed)
		notify(rib, d, NULL);
}

/* @d lost the path @p, which is still allocated, because @nlri may point into it. */
static void decide_lost(struct rib *rib, struct rib_dest *d, struct rib_path_entry *p,
			const struct evpn_nlri *nlri)
{
	if (!d->paths) {
		dest_del(rib, d);
		rib->change(rib->data, nlri, NULL);
	} else if (d->best == p) {
		d->best = select_best(rib, d);
		notify(rib, d, NULL);
	}
}

/* ---- changes ---- */

/* The octets to keep: as received, or encoded when the route is our own. */
static bool nlri_value(const struct evpn_nlri *nlri, bool own, u8 buf[NLRI_MAX],
		       struct slice *value)
{
	struct wbuf w = w_make(buf, NLRI_MAX);

	if (!own && nlri->value.p) {
		*value = nlri->value;
		return value->len <= UINT16_MAX;
	}
	if (!evpn_encode(&w, nlri) || w.len < 2)
		return false;
	*value = (struct slice){buf + 2, w.len - 2};
	return true;
}

static bool path_same(const struct rib_path_entry *p, const struct slice *value,
		      const struct rib_attrs *attrs)
{
	return p->attrs == attrs && p->len == value->len && !memcmp(p->value, value->p, value->len);
}

/* Put @fresh in the place of @*where (or at the end), which is freed. */
static void path_replace(struct rib *rib, struct rib_path_entry **where,
			 struct rib_path_entry *fresh)
{
	struct rib_path_entry *old = *where;

	*where = fresh;
	if (!old)
		return;
	fresh->next = old->next;
	if (fresh->dest->best == old)
		fresh->dest->best = fresh;
	path_free(rib, old, fresh->dest->key[0]);
}

int rib_update(struct rib *rib, struct rib_peer *peer, const struct evpn_nlri *nlri,
	       struct rib_attrs *attrs)
{
	u8 key[EVPN_KEY_MAX], buf[NLRI_MAX];
	size_t len = evpn_key(nlri, key);
	struct rib_path_entry **where, *fresh;
	struct rib_dest *d;
	struct slice value;
	uint32_t hash;

	if (!len || !table_of(rib, key[0]) || !nlri_value(nlri, !peer, buf, &value))
		return -EINVAL;
	hash = rib_hash(rib, key, len);
	d = dest_find(rib, key, len, hash);
	if (!d)
		d = dest_add(rib, key, len, hash);
	if (!d)
		return -ENOMEM;
	peer = source(rib, peer);
	where = path_find(d, peer);
	if (*where && path_same(*where, &value, attrs)) {
		(*where)->unconfirmed = false;
		return 0;
	}
	fresh = path_new(d, peer, &value, attrs);
	if (!fresh) {
		if (!d->paths)
			dest_del(rib, d);
		return -ENOMEM;
	}
	path_replace(rib, where, fresh);
	decide_changed(rib, d, fresh, nlri);
	return 1;
}

bool rib_has(struct rib *rib, struct rib_peer *peer, const struct evpn_nlri *nlri)
{
	u8 key[EVPN_KEY_MAX];
	size_t len = evpn_key(nlri, key);
	struct rib_dest *d = len ? dest_find(rib, key, len, rib_hash(rib, key, len)) : NULL;

	return d && *path_find(d, source(rib, peer));
}

int rib_withdraw(struct rib *rib, struct rib_peer *peer, const struct evpn_nlri *nlri)
{
	u8 key[EVPN_KEY_MAX];
	size_t len = evpn_key(nlri, key);
	struct rib_path_entry **where, *p;
	struct rib_dest *d;

	if (!len)
		return 0;
	d = dest_find(rib, key, len, rib_hash(rib, key, len));
	if (!d)
		return 0;
	where = path_find(d, source(rib, peer));
	p = *where;
	if (!p)
		return 0;
	*where = p->next;
	decide_lost(rib, d, p, nlri);
	path_free(rib, p, key[0]);
	return 1;
}

static void path_remove(struct rib *rib, struct rib_path_entry *p)
{
	struct rib_dest *d = p->dest;
	size_t len = d->key_len;
	struct evpn_nlri nlri;
	u8 key[EVPN_KEY_MAX];

	memcpy(key, d->key, len);
	evpn_from_key(key, len, &nlri);
	*path_find(d, p->peer) = p->next;
	decide_lost(rib, d, p, &nlri);
	path_free(rib, p, key[0]);
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
	if (getrandom(&rib->seed, sizeof(rib->seed), GRND_NONBLOCK) < 0)
		rib->seed = (uint64_t)timer_now_ns();
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
	u8 key[EVPN_KEY_MAX];
	size_t len = evpn_key(nlri, key);
	struct rib_dest *d;

	if (!len)
		return NULL;
	d = dest_find(rib, key, len, rib_hash(rib, key, len));
	if (!d || !path_decode(d->best, key[0], &rib->found_nlri))
		return NULL;
	path_show(rib, d->best, &rib->found_nlri, &rib->found);
	return &rib->found;
}

static bool walk_dest(const struct rib *rib, const struct rib_dest *d, rib_walk_fn fn, void *data)
{
	size_t n = count_paths(d), i = 0, best = 0;
	const struct rib_path_entry *p;
	struct evpn_nlri nlri[n];
	struct rib_path paths[n];

	for (p = d->paths; p; p = p->next) {
		if (!path_decode(p, d->key[0], &nlri[i]))
			continue;
		if (p == d->best)
			best = i;
		path_show(rib, p, &nlri[i], &paths[i]);
		i++;
	}
	return !i || fn(data, paths[best].nlri, paths, i, best);
}

void rib_walk(const struct rib *rib, unsigned int type, rib_walk_fn fn, void *data)
{
	const struct rib_dest *d;
	unsigned int i;
	size_t b;

	for (i = 1; i < RIB_TYPES; i++) {
		const struct rib_table *t = &rib->tables[i];

		if (!t->buckets || (type && type != i))
			continue;
		for (b = 0; b <= t->mask; b++)
			for (d = t->buckets[b]; d; d = d->next)
				if (!walk_dest(rib, d, fn, data))
					return;
	}
}

bool rib_visit(struct rib *rib, const u8 *key, size_t len, rib_walk_fn fn, void *data)
{
	const struct rib_dest *d = dest_find(rib, key, len, rib_hash(rib, key, len));

	return d && walk_dest(rib, d, fn, data);
}
