// SPDX-License-Identifier: GPL-2.0-only
/*
 * member_wish.c - what the kernel is to do about groups that other PEs have heard of, in batches; and what
 * it answers. One wish for each group: what all other PEs together want of it. Only differences are sent.
 *
 * A route that goes because a host has left takes its wish with it. Any other that goes may be the end of a
 * PE: the kernel keeps the membership for the retention time, and asks who is there.
 *
 * RFC 9251 (4.2, 6.3), RFC 3376 (3.2, 6.2), draft-ietf-bess-evpn-l3mh-proto (3.7.2, 4)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "services/member/member.h"

const char *member_held_back(const struct mgroup *g, const struct mremote *r,
			     char why[MEMBER_WHY_MAX])
{
	const struct circuit *c = g->circuit;

	why[0] = '\0';
	if (!c->es->conf)
		snprintf(why, MEMBER_WHY_MAX, "its segment is not here");
	else if (!c->es->in_kernel)
		snprintf(why, MEMBER_WHY_MAX, "the kernel does not have segment %s yet",
			 c->es->conf->name);
	else if (!c->ifindex)
		snprintf(why, MEMBER_WHY_MAX, "%s has no sub-interface for it",
			 c->es->conf->interface);
	else if (c->vrf != r->origin->vrf)
		snprintf(why, MEMBER_WHY_MAX,
			 "the sub-interface belongs to VRF %s, the route to %s",
			 c->vrf ? c->vrf->conf.name : "(none)", r->origin->vrf->conf.name);
	return why;
}

static bool is_usable(const struct mgroup *g, const struct mremote *r)
{
	char why[MEMBER_WHY_MAX];

	return !member_held_back(g, r, why)[0];
}

static struct member_key key_of(const struct mgroup *g)
{
	return (struct member_key){
		.tag = g->circuit->tag, .esi = g->circuit->es->esi, .group = mgroup_addr(g)};
}

/* ---- what the others want together ---- */

static bool excludes(const struct mentry *e, const struct mremote *r)
{
	return e->any || r->flags & EVPN_MC_EXCLUDE;
}

/** struct excluders - PEs that exclude, by their distinguishers; @n above the bound: more than block one source */
struct excluders {
	u32 n;
	struct rd rds[MEMBER_PATHS_MAX];
};

static bool is_excluder(const struct excluders *x, const struct rd *rd)
{
	for (u32 i = 0; i < x->n; i++)
		if (!rd_cmp(&x->rds[i], rd))
			return true;
	return false;
}

static void add_excluder(struct excluders *x, const struct rd *rd)
{
	if (x->n > MEMBER_PATHS_MAX || is_excluder(x, rd))
		return;
	if (x->n < MEMBER_PATHS_MAX)
		x->rds[x->n] = *rd;
	x->n++;
}

/* One is blocked if every PE that excludes blocks it, and no other one wants it. */
static bool is_blocked(const struct mgroup *g, const struct excluders *x, const struct mentry *s)
{
	const struct mremote *r;
	u32 blocking = 0;

	if (x->n > MEMBER_PATHS_MAX)
		return false;
	for (r = s->remotes; r; r = r->next) {
		if (r->flags & EVPN_MC_EXCLUDE)
			blocking += is_excluder(x, &r->origin->rd);
		else if (is_usable(g, r))
			return false;
	}
	return blocking == x->n;
}

static void add_source(struct wish_member *w, const struct mentry *e)
{
	struct ip_addr source = mentry_source(e);

	if (w->n_sources < MEMBER_SOURCES_MAX)
		memcpy(w->sources[w->n_sources++].addr, source.b, sizeof(source.b));
}

static bool is_included(const struct mgroup *g, const struct mentry *e)
{
	const struct mremote *r;

	for (r = e->remotes; r; r = r->next)
		if (is_usable(g, r) && !excludes(e, r))
			return true;
	return false;
}

bool member_combined(const struct mgroup *g, struct wish_member *w)
{
	struct excluders x = {.n = 0};
	const struct mentry *e;
	const struct mremote *r;

	memset(w, 0, sizeof(*w));
	w->key = key_of(g);
	mgroup_each(e, g)
		for (r = e->remotes; r; r = r->next) {
			if (!is_usable(g, r))
				continue;
			w->origin = ip_low32(&r->origin->nh);
			w->versions |= r->flags & MEMBER_VERSIONS;
			if (excludes(e, r)) {
				w->mode = MEMBER_EXCLUDE;
				add_excluder(&x, &r->origin->rd);
			} else if (w->mode == MEMBER_NONE) {
				w->mode = MEMBER_INCLUDE;
			}
		}
	mgroup_each(e, g)
		if (e->remotes && !e->any &&
		    (w->mode == MEMBER_EXCLUDE ? is_blocked(g, &x, e) : is_included(g, e)))
			add_source(w, e);
	return w->mode != MEMBER_NONE;
}

/* ---- batches ---- */

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
	out->keys[out->n_keys++] = key_of(g);
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
	l->key = key_of(e->group);
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
		log_warning("membership %s on tag %u: the kernel refuses it: %s",
			    ip_format(&r->key.group, (char[IP_STRLEN]){0}), c->tag, r->text);
	e = mgroup_busy(g);
	if (e && member_watched(ms))
		member_tell(ms, e, names[r->status % 3], NULL);
}
