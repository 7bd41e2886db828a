// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix_wish.c - what the kernel is to do about prefixes that other PEs have learned, in batches; and what it
 * answers. Only differences are sent, and never more than the parent has answered for lately: a million
 * prefixes wait here, where they are anyway, and not in a socket's queue.
 *
 * A prefix that this PE has learned itself is wished for all the same: the kernel prefers the routing daemon's
 * route by its metric, and when that goes ours is there.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "services/prefix/prefix.h"

enum {
	SLICE = 16384, /* prefixes that are looked at before others in the loop have their turn */
	WINDOW = 8192, /* wishes that may wait for an answer: copies of them, in a queue */
	RETRY_FIRST_MS = 1000,
	RETRY_MAX_MS = 32000,
	RETRY_SOON_MS = 100,
};

/** struct batch_room - wishes, and keys, while batches are filled */
struct batch_room {
	u32 n_wishes;
	u32 n_keys;
	struct wish_prefix wishes[BATCH_MAX];
	struct prefix_key keys[BATCH_MAX];
};

struct batch_room *prefix_room_new(void)
{
	return calloc(1, sizeof(struct batch_room));
}

static void send_keys(struct prefixes *ps)
{
	struct batch_room *room = ps->room;

	if (room->n_keys)
		speaker_wish(ps->speaker, IPC_WISH_PREFIX_GONE, room->keys, room->n_keys);
	room->n_keys = 0;
}

static void send_wishes(struct prefixes *ps)
{
	struct batch_room *room = ps->room;

	if (room->n_wishes)
		speaker_wish(ps->speaker, IPC_WISH_PREFIX, room->wishes, room->n_wishes);
	ps->outstanding += room->n_wishes;
	ps->counts.wishes += room->n_wishes;
	room->n_wishes = 0;
}

/* First what goes: of one key it may be followed by a wish. */
void prefix_send_out(struct prefixes *ps)
{
	send_keys(ps);
	send_wishes(ps);
}

void prefix_remove_key(struct prefixes *ps, const struct prefix_key *key)
{
	struct batch_room *room = ps->room;

	room->keys[room->n_keys++] = *key;
	if (room->n_keys == BATCH_MAX)
		send_keys(ps);
	prefix_wake(ps);
}

static struct prefix_key key_of(const struct pfx *x, u32 metric)
{
	struct prefix_key k;

	memset(&k, 0, sizeof(k));
	k.vrf = x->vrf;
	k.metric = metric;
	k.prefix = prefix_of(x);
	return k;
}

/*
 * Those of the core that name a segment say nothing of a router: a host that this PE has on the link itself needs none.
 */
static bool needs_none(struct prefixes *ps, const struct pfx *x, const struct pway *w)
{
	struct ip_prefix p = prefix_of(x);

	return w->any_tag && prefix_is_host(x) &&
	       prefix_on_link(ps, x->vrf, w->hop.ifindex, &p.addr);
}

static bool leads(struct prefixes *ps, const struct pfx *x, const struct pway *w)
{
	return w->hop.ifindex && !needs_none(ps, x, w);
}

const char *prefix_why_useless(struct prefixes *ps, const struct pfx *x, const struct psource *s)
{
	if (!s->way->hop.ifindex)
		return prefix_way_why(ps, s->way);
	if (needs_none(ps, x, s->way))
		return "it is in a subnet of this PE's device, which needs no route to it";
	return NULL;
}

/* Where the paths of other PEs lead from here; NULL: nowhere. A reference for the caller */
static struct pset *target_of(struct prefixes *ps, const struct pfx *x)
{
	struct prefix_hop hops[PREFIX_HOPS_MAX];
	const struct premote *r;
	u32 n = 0;

	for (r = x->remotes; r && n < PREFIX_HOPS_MAX; r = r->next)
		if (leads(ps, x, r->source->way))
			hops[n++] = r->source->way->hop;
	return n ? prefix_set(ps, x->vrf, prefix_addr_len(x), hops, n) : NULL;
}

void prefix_remove_stale(struct prefixes *ps, struct pfx *x)
{
	const struct place_vrf *v = place_vrf(&ps->at, x->vrf);
	struct prefix_key k;

	if (!(x->flags & PFX_STALE))
		return;
	x->flags &= ~PFX_STALE;
	prefix_set_put(ps, x->there);
	x->there = NULL;
	if (!v) /* it went with its table */
		return;
	k = key_of(x, v->old_metric);
	prefix_remove_key(ps, &k);
}

static void unwish(struct prefixes *ps, struct pfx *x, u32 metric)
{
	struct prefix_key k = key_of(x, metric);

	/* what was wished before may still wait in a batch */
	if (ps->room->n_wishes)
		prefix_send_out(ps);
	prefix_remove_stale(ps, x);
	if (x->flags & PFX_WISHED || x->there)
		prefix_remove_key(ps, &k);
	x->flags &= ~PFX_WISHED;
	prefix_set_put(ps, x->wished);
	prefix_set_put(ps, x->there);
	x->wished = NULL;
	x->there = NULL;
	x->why = 0;
	x->error = 0;
}

static void put_wish(struct prefixes *ps, struct pfx *x, struct pset *s, u32 metric)
{
	struct wish_prefix *w = &ps->room->wishes[ps->room->n_wishes++];

	memset(w, 0, sizeof(*w));
	w->key = key_of(x, metric);
	w->n_hops = (u8)s->n;
	w->replace = x->there && !(x->flags & PFX_STALE);
	memcpy(w->hops, s->hops, s->n * sizeof(w->hops[0]));
	x->flags |= PFX_WISHED | PFX_FLYING;
	x->answer = WISH_PENDING;
	prefix_set_put(ps, x->wished);
	x->wished = prefix_set_ref(s);
	if (ps->room->n_wishes == BATCH_MAX)
		prefix_send_out(ps);
}

static void look(struct prefixes *ps, struct pfx *x)
{
	struct place_vrf *v = place_vrf(&ps->at, x->vrf);
	u32 metric = v ? v->conf.prefixes.metric : CONF_PREFIX_METRIC;
	struct pset *s;

	if (x->flags & PFX_FLYING) {
		x->flags |= PFX_AGAIN;
		return;
	}
	s = v ? target_of(ps, x) : NULL;
	if (!s) {
		/* until the sweep it may yet be advertised */
		if (x->flags & PFX_WISHED || (x->there && ps->swept))
			unwish(ps, x, metric);
		return;
	}
	if (x->there == s && !(x->flags & PFX_STALE)) {
		prefix_set_put(ps, x->wished);
		x->wished = s;
		x->flags |= PFX_WISHED;
		x->answer = WISH_INSTALLED;
		return;
	}
	/* what was there, and is another one now, somebody else has changed */
	if (!(x->flags & PFX_WISHED) || x->wished != s || x->answer == WISH_INSTALLED)
		put_wish(ps, x, s, metric);
	prefix_set_put(ps, s);
}

bool prefix_flush(struct prefixes *ps)
{
	struct rib *rib = speaker_rib(ps->speaker);
	struct plist *q = &ps->queue;
	size_t n = 0;

	if (rib)
		rib_local_tick(rib, true); /* one reading of the clock for all that is originated */
	while (q->n && n < SLICE && ps->outstanding < WINDOW) {
		struct pfx *x = q->list[--q->n];

		x->flags &= ~PFX_QUEUED;
		prefix_advertise(ps, x);
		look(ps, x);
		prefix_core(ps, x);
		prefix_tell(ps, x);
		prefix_drop(ps, x);
		n++;
	}
	if (rib)
		rib_local_tick(rib, false);
	prefix_send_out(ps);
	if (q->n)
		return ps->outstanding >= WINDOW; /* the next answer goes on */
	if (q->cap > 65536) {			  /* a whole table: give the memory back */
		free(q->list);
		*q = (struct plist){.flag = q->flag};
	}
	return true;
}

static void wish_again(struct prefixes *ps, struct pfx *x, void *data)
{
	if (x->flags & PFX_TOO_MANY)
		prefix_queue(ps, x);
	if (!(x->flags & PFX_WISHED) || x->flags & PFX_FLYING || x->answer == WISH_INSTALLED)
		return;
	x->flags &= ~PFX_WISHED;
	prefix_queue(ps, x);
}

void prefix_retry(struct prefixes *ps)
{
	prefix_walk(ps, wish_again, NULL);
}

void prefix_retry_later(struct prefixes *ps)
{
	if (timer_running(&ps->retry_timer))
		return;
	if (ps->retry_ms < RETRY_FIRST_MS)
		ps->retry_ms = RETRY_FIRST_MS;
	timer_start(&ps->retry_timer, ps->retry_ms);
	ps->retry_ms = ps->retry_ms * 2 < RETRY_MAX_MS ? ps->retry_ms * 2 : RETRY_MAX_MS;
}

void prefix_retry_soon(struct prefixes *ps)
{
	ps->retry_ms = 0;
	if (timer_left_ms(&ps->retry_timer) > RETRY_SOON_MS)
		timer_start(&ps->retry_timer, RETRY_SOON_MS);
}

static void unwish_one(struct prefixes *ps, struct pfx *x, void *data)
{
	const struct place_vrf *v = data;

	if (place_vrf(&ps->at, x->vrf) != v || !(x->flags & PFX_WISHED || x->there))
		return;
	unwish(ps, x, v->conf.prefixes.metric);
	prefix_queue(ps, x);
}

void prefix_unwish_all(struct prefixes *ps, struct place_vrf *v)
{
	prefix_walk(ps, unwish_one, v);
	prefix_send_out(ps);
}

/* What has no answer yet is heard of when it is there. */
static void wish_anew(struct prefixes *ps, struct pfx *x, void *data)
{
	if (place_vrf(&ps->at, x->vrf) != data)
		return;
	prefix_remove_stale(ps, x); /* two changes at once */
	if (!(x->flags & PFX_WISHED || x->there))
		return;
	x->flags &= ~PFX_WISHED;
	if (x->there)
		x->flags |= PFX_STALE;
	prefix_queue(ps, x);
}

void prefix_wish_anew(struct prefixes *ps, struct place_vrf *v)
{
	prefix_walk(ps, wish_anew, v);
	v->old_metric = v->conf.prefixes.metric;
}

/* ---- answers ---- */

void prefix_text(struct prefixes *ps, const struct fact_prefix_text *t)
{
	if (t->why && t->why <= PREFIX_TEXTS_MAX)
		memcpy(ps->texts[t->why - 1], t->text, sizeof(ps->texts[0]));
}

/* The answer is here. Who was unwished meanwhile waits for it as well, to be dropped. */
static void landed(struct prefixes *ps, struct pfx *x)
{
	if (x->flags & PFX_AGAIN || !(x->flags & PFX_WISHED))
		prefix_queue(ps, x);
	x->flags &= ~(PFX_FLYING | PFX_AGAIN);
}

void prefix_result(void *state, const void *result)
{
	const struct prefix_result *r = result;
	struct prefixes *ps = state;
	struct pfx *x = prefix_find(ps, r->key.vrf, &r->key.prefix);

	if (ps->outstanding)
		ps->outstanding--;
	if (ps->queue.n)
		prefix_wake(ps);
	if (!x)
		return;
	landed(ps, x);
	if (!(x->flags & PFX_WISHED))
		return;
	x->answer = r->status;
	x->error = r->error;
	x->why = r->why <= PREFIX_TEXTS_MAX ? r->why : 0;
	if (r->status != WISH_PENDING)
		prefix_remove_stale(ps, x);
	if (r->status == WISH_INSTALLED) {
		prefix_set_put(ps, x->there);
		x->there = x->wished ? prefix_set_ref(x->wished) : NULL;
		x->epoch = ps->epoch;
	} else {
		prefix_retry_later(ps);
	}
	prefix_core(ps, x);
	prefix_tell(ps, x);
}
