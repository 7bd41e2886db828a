// SPDX-License-Identifier: GPL-2.0-only
/*
 * core_wish.c - what the kernel is to do about prefixes of the core, in batches, and what it answers. Only differences
 * are sent, and never more than the parent has answered for lately.
 *
 * After a start nothing that the kernel has is changed before every neighbour has sent what it knows: with the first
 * one's routes alone a prefix of two PEs would be moved to one, and back.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "services/core/core.h"

enum {
	SLICE = 16384,	/* prefixes that are looked at before others in the loop have their turn */
	WINDOW = 65536, /* wishes that may wait for an answer */
	RETRY_FIRST_MS = 1000,
	RETRY_MAX_MS = 32000,
	RETRY_SOON_MS = 100,
};

/** struct core_room - wishes, and keys, while batches are filled */
struct core_room {
	u32 n_wishes;
	u32 n_keys;
	struct wish_core_route wishes[BATCH_MAX];
	struct prefix_key keys[BATCH_MAX];
};

struct core_room *core_room_new(void)
{
	return calloc(1, sizeof(struct core_room));
}

/* First what goes: of one key it may be followed by a wish. */
static void send_out(struct core *c)
{
	struct core_room *room = c->room;

	c->outstanding += room->n_wishes;
	c->counts.wishes += room->n_wishes;
	if (room->n_keys)
		speaker_wish(c->speaker, IPC_WISH_CORE_ROUTE_GONE, room->keys, room->n_keys);
	if (room->n_wishes)
		speaker_wish(c->speaker, IPC_WISH_CORE_ROUTE, room->wishes, room->n_wishes);
	room->n_keys = 0;
	room->n_wishes = 0;
}

static struct prefix_key key_of(const struct core_prefix *x)
{
	struct prefix_key k;

	memset(&k, 0, sizeof(k));
	k.vrf = x->vrf;
	k.metric = CONF_CORE_METRIC;
	k.prefix = x->prefix;
	return k;
}

static void unwish(struct core *c, struct core_prefix *x)
{
	if (c->room->n_wishes) /* it may be among these */
		send_out(c);
	c->room->keys[c->room->n_keys++] = key_of(x);
	x->asked = false;
	x->there = 0;
	x->why = 0;
	x->error = 0;
	if (c->room->n_keys == BATCH_MAX)
		send_out(c);
}

static void wish(struct core *c, struct core_prefix *x)
{
	struct wish_core_route *w = &c->room->wishes[c->room->n_wishes++];

	memset(w, 0, sizeof(*w));
	w->key = key_of(x);
	w->group = x->group->id;
	w->replace = x->there;
	x->asked = true;
	x->flying = true;
	x->wished = x->group->id;
	x->answer = WISH_PENDING;
	if (c->room->n_wishes == BATCH_MAX)
		send_out(c);
}

static void choose(struct core *c, struct core_prefix *x)
{
	struct core_group *before = x->group;

	x->group = core_prefix_choose(c, x);
	if (before)
		core_group_put(c, before);
	if (x->group)
		core_group_look(c, x->group);
}

static void look(struct core *c, struct core_prefix *x)
{
	if (x->flying) {
		x->again = true;
		return;
	}
	choose(c, x);
	x->neighbour = core_is_neighbour(c, x);
	if (!x->group || !x->group->n_hops || x->neighbour) {
		/* until it is settled it may yet be advertised */
		if (x->asked || (x->there && c->settled))
			unwish(c, x);
	} else if (x->there == x->group->id) {
		x->asked = true;
		x->wished = x->there;
		x->answer = WISH_INSTALLED;
	} else if (x->there && !c->settled) {
		return;
	} else if (!x->asked || x->wished != x->group->id || x->answer == WISH_INSTALLED) {
		wish(c, x);
	}
}

/* Everything is wished for: what is left of a predecessor goes. */
static void try_sweep(struct core *c)
{
	if (c->swept || !c->settled || c->outstanding)
		return;
	c->swept = true;
	speaker_wish(c->speaker, IPC_WISH_CORE_GROUP_SWEEP, NULL, 0);
	speaker_wish(c->speaker, IPC_WISH_CORE_PE_SWEEP, NULL, 0);
}

/* What led to others goes after these. */
static void clean(struct core *c)
{
	try_sweep(c);
	if (c->outstanding)
		return;
	core_groups_drop(c);
	core_pes_drop(c);
}

bool core_flush(struct core *c)
{
	struct core_prefix *x;
	size_t n = 0;

	core_pes_flush(c);
	core_groups_flush(c);
	while ((x = STAILQ_FIRST(&c->queue)) && n < SLICE && c->outstanding < WINDOW) {
		STAILQ_REMOVE_HEAD(&c->queue, entry);
		x->queued = false;
		look(c, x);
		core_tell(c, x);
		core_prefix_drop(c, x);
		n++;
	}
	send_out(c);
	if (!STAILQ_EMPTY(&c->queue))
		return c->outstanding >= WINDOW; /* the next answer goes on */
	clean(c);
	return true;
}

/* ---- once more ---- */

void core_retry(struct core *c)
{
	struct core_prefix *x;

	RB_FOREACH(x, core_prefixes, &c->prefixes) {
		if (!x->asked || x->flying || x->answer == WISH_INSTALLED)
			continue;
		x->asked = false;
		core_prefix_queue(c, x);
	}
}

static void retry_later(struct core *c)
{
	if (timer_running(&c->retry))
		return;
	if (c->retry_ms < RETRY_FIRST_MS)
		c->retry_ms = RETRY_FIRST_MS;
	timer_start(&c->retry, c->retry_ms);
	c->retry_ms = c->retry_ms * 2 < RETRY_MAX_MS ? c->retry_ms * 2 : RETRY_MAX_MS;
}

void core_retry_now(struct core *c)
{
	if (!timer_running(&c->retry))
		return;
	c->retry_ms = 0;
	timer_start(&c->retry, RETRY_SOON_MS);
}

/* ---- what the kernel has, and what it answers ---- */

static void set_there(struct core *c, struct core_prefix *x, u32 group)
{
	if (x->there == group)
		return;
	x->there = group;
	if (!x->flying)
		x->asked = false;
	core_prefix_queue(c, x);
}

void core_fact(struct core *c, const struct fact_core_route *f)
{
	struct core_prefix *x = core_prefix(c, f->key.vrf, &f->key.prefix, !f->gone);

	if (!x)
		return;
	x->epoch = c->epoch;
	if (!f->gone)
		core_seen(c, f->group);
	set_there(c, x, f->gone ? 0 : f->group);
}

void core_not_seen(struct core *c)
{
	struct core_prefix *x;

	RB_FOREACH(x, core_prefixes, &c->prefixes)
		if (x->epoch != c->epoch)
			set_there(c, x, 0);
}

void core_route_result(void *state, const void *result)
{
	const struct prefix_result *r = result;
	struct core *c = state;
	struct core_prefix *x = core_prefix(c, r->key.vrf, &r->key.prefix, false);

	if (c->outstanding)
		c->outstanding--;
	if (!STAILQ_EMPTY(&c->queue) || !c->outstanding)
		core_wake(c);
	if (!x || !x->flying)
		return;
	x->flying = false;
	if (x->again)
		core_prefix_queue(c, x);
	x->again = false;
	x->answer = r->status;
	x->error = r->error;
	x->why = r->why <= PREFIX_TEXTS_MAX ? r->why : 0;
	if (r->status == WISH_INSTALLED) {
		x->there = x->wished;
		x->epoch = c->epoch;
	} else {
		retry_later(c);
	}
	core_tell(c, x);
}
