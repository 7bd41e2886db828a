// SPDX-License-Identifier: GPL-2.0-only
/*
 * member_wish.c - what the kernel is to do about groups that other PEs have heard of, in batches; and what
 * it answers. One wish for each group (member_want.c). Only differences are sent.
 *
 * A route that goes because a host has left takes its wish with it. Any other that goes may be the end of a
 * PE: the kernel keeps the membership for the retention time, and asks who is there.
 *
 * draft-ietf-bess-evpn-l3mh-proto (4)
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "services/member/member.h"

static u32 sum_of(const struct members *ms, const struct wish_member *w)
{
	return member_sum(ms, w->sources, w->n_sources * sizeof(w->sources[0]),
			  w->mode | (u32)w->versions << 8);
}

/* ---- the queue ---- */

enum {
	SLICE = MEMBER_BATCH_MAX, /* groups that are looked at before others in the loop have their turn */
	WAITING_MAX = 64 * 1024, /* octets of wishes that may wait in a socket's queue */
};

/* Room at the end: those at its beginning have been looked at. */
static bool queue_room(struct mqueue *q)
{
	size_t cap = q->cap ? q->cap * 2 : 64;
	struct mgroup **more;

	if (q->end < q->cap)
		return true;
	if (q->first > q->cap / 2) {
		memmove(q->list, q->list + q->first, (q->end - q->first) * sizeof(*q->list));
		q->end -= q->first;
		q->first = 0;
		return true;
	}
	more = reallocarray(q->list, cap, sizeof(*more));
	if (!more) {
		log_error("memberships: no memory for a wish");
		return false;
	}
	q->list = more;
	q->cap = cap;
	return true;
}

void member_queue(struct members *ms, struct mgroup *g)
{
	if (g->queued || !queue_room(&ms->queue))
		return;
	g->queued = true;
	ms->queue.list[ms->queue.end++] = g;
	member_wake(ms);
}

/* All of it has been looked at: a whole table's is a lot of memory. */
static void queue_give_back(struct mqueue *q)
{
	free(q->list);
	*q = (struct mqueue){};
}

static void send_wishes(struct members *ms)
{
	if (ms->out->n_wishes)
		speaker_wish(ms->speaker, IPC_WISH_MEMBER, ms->out->wishes, ms->out->n_wishes);
	ms->out->n_wishes = 0;
}

static void send_keys(struct members *ms)
{
	struct member_out *out = ms->out;

	if (out->n_keys)
		speaker_retain(ms->speaker, IPC_WISH_MEMBER_GONE, out->keys, out->n_keys,
			       out->retain_ms);
	out->n_keys = 0;
}

static void send_leaves(struct members *ms)
{
	if (ms->out->n_leaves)
		speaker_wish(ms->speaker, IPC_WISH_MEMBER_LEAVE, ms->out->leaves,
			     ms->out->n_leaves);
	ms->out->n_leaves = 0;
}

/* After the time of an RT-8 it takes some until the other PEs' RT-7 are gone here. */
#define GONE_US 10000000

bool member_left(struct mentry *e, u64 us)
{
	if (!e->leave)
		e->leave = calloc(1, sizeof(*e->leave));
	if (!e->leave) {
		log_error("memberships: no memory for a leave");
		return false;
	}
	e->leave->entry = e;
	e->leave->left_us = us;
	e->leave->gone_us = us + GONE_US;
	return true;
}

bool member_has_left(const struct mgroup *g, u64 now)
{
	const struct mentry *e;

	mgroup_each(e, g)
		if (e->leave && now < e->leave->gone_us)
			return true;
	return false;
}

static void unwish(struct members *ms, struct mgroup *g, u64 now)
{
	const struct conf_segment *s = g->circuit->es->conf;
	u32 retain_ms = s && !member_has_left(g, now) ? s->retention_ms : 0;
	struct member_out *out = ms->out;

	if (out->n_keys && (out->n_keys == MEMBER_BATCH_MAX || out->retain_ms != retain_ms))
		send_keys(ms);
	out->retain_ms = retain_ms;
	out->keys[out->n_keys++] = member_key_of(g);
	g->wished = 0;
	g->answer = WISH_PENDING;
	ms->counts.retained += !!retain_ms;
}

static void put_wish(struct members *ms, struct mgroup *g, const struct wish_member *w)
{
	u32 sum = sum_of(ms, w);

	if (g->wished == sum)
		return;
	if (ms->out->n_wishes == MEMBER_BATCH_MAX)
		send_wishes(ms);
	ms->out->wishes[ms->out->n_wishes++] = *w;
	ms->counts.wishes++;
	g->wished = sum;
	g->answer = WISH_PENDING;
}

/* First what goes, then what comes. */
static void flush_some(struct members *ms)
{
	struct mqueue *q = &ms->queue;
	size_t i, first = q->first, end = q->end - first > SLICE ? first + SLICE : q->end;
	u64 now = timer_now_us();
	struct wish_member w;
	struct mgroup *g;

	for (i = first; i < end; i++) {
		if (q->list[i]->wished && !member_combined(q->list[i], &w))
			unwish(ms, q->list[i], now);
		member_bridge_take(ms, q->list[i], now);
	}
	send_keys(ms);
	member_bridge_send_takes(ms);
	for (i = first; i < end; i++) {
		if (member_combined(q->list[i], &w))
			put_wish(ms, q->list[i], &w);
		member_bridge_put(ms, q->list[i]);
	}
	send_wishes(ms);
	member_bridge_send_puts(ms);
	q->first = end;
	for (i = first; i < end; i++) {
		g = q->list[i];
		g->queued = false;
		member_drop(ms, g);
	}
}

/* All that is to be wished was wished: what the kernel has beyond it is of a predecessor. */
static void sweep(struct members *ms)
{
	ms->sweep_due = false;
	speaker_wish(ms->speaker, IPC_WISH_MEMBER_SWEEP, NULL, 0);
	speaker_wish(ms->speaker, IPC_WISH_MDB_SWEEP, NULL, 0);
}

/* A wish takes ten times what is known of it: those that the parent has no time for wait here. */
void member_flush(struct members *ms)
{
	bool room = speaker_waiting(ms->speaker) < WAITING_MAX;

	if (room && ms->queue.first < ms->queue.end)
		flush_some(ms);
	send_leaves(ms);
	if (ms->queue.first < ms->queue.end) {
		if (room)
			member_wake(ms);
		return;
	}
	queue_give_back(&ms->queue);
	if (ms->sweep_due)
		sweep(ms);
}

void member_drained(void *state)
{
	struct members *ms = state;

	if (ms->queue.first < ms->queue.end)
		member_wake(ms);
}

/* A host has left at another PE what was heard here as well. */
void member_ask_kernel(struct members *ms, const struct mentry *e, u32 response_ms)
{
	struct member_leave *l;
	struct ip_addr source;

	if (ms->out->n_leaves == MEMBER_BATCH_MAX)
		send_leaves(ms);
	l = &ms->out->leaves[ms->out->n_leaves++];
	memset(l, 0, sizeof(*l));
	l->key = member_key_of(e->group);
	l->response_ms = response_ms;
	l->one_source = !e->any;
	source = mentry_source(e);
	memcpy(l->source.addr, source.b, sizeof(l->source.addr));
	member_wake(ms);
}

/* ---- answers, and after a restart ---- */

void member_result(void *state, const void *result)
{
	static const char *const names[] = {"installed", "pending", "refused"};
	const struct member_result *r = result;
	struct members *ms = state;
	struct circuit *c = place_circuit(&ms->at, &r->key.esi, r->key.tag, false);
	struct mgroup *g = c ? member_find(ms, c, &r->key.group) : NULL;
	const struct mentry *e;

	if (!g)
		return;
	g->answer = r->status;
	if (r->status == WISH_REFUSED)
		log_limited(&ms->refused, LOG_LEVEL_WARNING, LOG_LOCAL, "memberships",
			    "%s on tag %u: the kernel refuses it: %s",
			    ip_format(&r->key.group, (char[IP_STRLEN]){0}), c->tag, r->text);
	e = mgroup_busy(g);
	if (e && member_watched(ms))
		member_tell(ms, e, names[r->status % 3], NULL);
}
