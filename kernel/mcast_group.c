// SPDX-License-Identifier: GPL-2.0-only
/*
 * One multicast group: what a report, a query and the passing of time make of it. What a report means is
 * asked of core/.
 *
 * RFC 3376 sections 6.4, 6.5 and 7.3.2; RFC 3810 sections 7.4, 7.5 and 8.3.2. The module asks nobody: it
 * hears the reports that hosts send to the local router or bridge, and the questions that one asks.
 */
#include <linux/ktime.h>
#include <linux/slab.h>

#include "mcast.h"

static struct evpn_mcast_querier *group_querier(struct evpn_mcast_sub *sub, u8 family)
{
	return &sub->querier[family == EVPN_IGMP_ADDR_LEN];
}

/* Group membership interval: so long a host is believed to be there. In nanoseconds. */
static u64 membership_ns(struct evpn_mcast_sub *sub, u8 family)
{
	const struct evpn_mcast_querier *q = group_querier(sub, family);
	u64 ms = (u64)q->robustness * q->interval_ms + q->response_ms;

	return max_t(u64, ms, EVPN_MCAST_MEMBERSHIP_MIN_MS) * NSEC_PER_MSEC;
}

static u8 group_oldest(const struct evpn_mcast_group *g, u64 now)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(g->version_until); i++) {
		if (g->version_until[i] > now)
			return i + 1;
	}
	return ARRAY_SIZE(g->version_until);
}

static u8 group_versions(const struct evpn_mcast_group *g, u64 now)
{
	unsigned int i;
	u8 versions = 0;

	for (i = 0; i < ARRAY_SIZE(g->version_until); i++) {
		if (g->version_until[i] > now)
			versions |= BIT(i);
	}
	return versions;
}

/* Where a source is among those of the group, or belongs. */
static unsigned int source_index(const struct evpn_mcast_group *g, const u8 *addr, bool *found)
{
	unsigned int low = 0, high = g->n_sources;

	*found = false;
	while (low < high) {
		unsigned int mid = (low + high) / 2;
		int cmp = memcmp(addr, g->sources[mid].addr, g->key.family);

		if (!cmp) {
			*found = true;
			return mid;
		}
		if (cmp < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

static bool sources_grow(struct evpn_mcast_group *g)
{
	u16 room = g->room ? min(2 * g->room, EVPN_MCAST_SOURCES_MAX) : 4;
	struct evpn_mcast_source *sources;

	sources = krealloc(g->sources, room * sizeof(*sources), GFP_KERNEL_ACCOUNT);
	if (!sources)
		return false;
	g->sources = sources;
	g->room = room;
	return true;
}

static struct evpn_mcast_source *source_add(struct evpn_mcast_net *mn, struct evpn_mcast_group *g,
					    unsigned int index, const u8 *addr)
{
	struct evpn_mcast_source *s;

	if (g->n_sources >= EVPN_MCAST_SOURCES_MAX ||
	    g->sub->es->sources >= EVPN_MCAST_ES_SOURCES_MAX ||
	    (g->n_sources == g->room && !sources_grow(g))) {
		mn->counters.source_limit++;
		return NULL;
	}
	s = &g->sources[index];
	memmove(s + 1, s, (g->n_sources - index) * sizeof(*s));
	memset(s, 0, sizeof(*s));
	memcpy(s->addr, addr, g->key.family);
	s->fresh = true;
	g->n_sources++;
	g->sub->es->sources++;
	mn->sources++;
	return s;
}

/* Takes out those in state EVPN_MCAST_SOURCE_NONE. */
static void sources_tidy(struct evpn_mcast_net *mn, struct evpn_mcast_group *g)
{
	unsigned int i, kept = 0;

	for (i = 0; i < g->n_sources; i++) {
		if (g->sources[i].state != EVPN_MCAST_SOURCE_NONE)
			g->sources[kept++] = g->sources[i];
	}
	g->sub->es->sources -= g->n_sources - kept;
	mn->sources -= g->n_sources - kept;
	g->n_sources = kept;
}

/* A change of what other PEs are to know: in exclude mode wanted sources are no news. */
static bool source_counts(enum evpn_mcast_mode mode, u8 state)
{
	return state == (mode == EVPN_MCAST_MODE_INCLUDE ? EVPN_MCAST_SOURCE_WANTED :
							   EVPN_MCAST_SOURCE_BLOCKED);
}

/* What becomes of a time that runs. Return: enum evpn_mcast_event. */
static u8 timer_step(u64 *expires, bool *leaving, enum evpn_mcast_timer timer, u64 now, u64 full)
{
	u64 last = now + (u64)(EVPN_MCAST_LAST_MS + EVPN_MCAST_MARGIN_MS) * NSEC_PER_MSEC;
	bool was = *leaving;

	switch (timer) {
	case EVPN_MCAST_TIMER_FULL:
		*expires = now + full;
		*leaving = false;
		return was ? EVPN_MCAST_EVENT_RENEWED : 0;
	case EVPN_MCAST_TIMER_LAST:
		if (!*expires || *expires > last)
			*expires = last;
		*leaving = true;
		return was ? 0 : EVPN_MCAST_EVENT_LEAVING;
	default:
		return 0;
	}
}

static u8 source_apply(struct evpn_mcast_group *g, struct evpn_mcast_source *s,
		       struct evpn_mcast_step step, enum evpn_mcast_mode mode, u64 now, u64 full)
{
	u8 events = 0;

	if (source_counts(g->mode, s->state) != source_counts(mode, step.state))
		events = EVPN_MCAST_EVENT_CHANGED;
	events |= timer_step(&s->expires, &s->leaving, step.timer, now, full);
	s->state = step.state;
	if (s->state == EVPN_MCAST_SOURCE_BLOCKED) {
		s->expires = 0;
		s->leaving = false;
	}
	s->elsewhere &= s->leaving;
	return events;
}

/* The sources a record names: those that are known are marked, others come if they matter. */
static u8 sources_list(struct evpn_mcast_net *mn, struct evpn_mcast_group *g,
		       const struct evpn_igmp_record *record, enum evpn_mcast_mode mode, u64 now,
		       u64 full)
{
	struct evpn_mcast_step step =
		evpn_mcast_source_step(g->mode, record->type, EVPN_MCAST_SOURCE_NONE, true);
	const u8 *addr = record->source;
	unsigned int i, index;
	u8 events = 0;
	bool found;

	for (i = 0; i < g->n_sources; i++) {
		g->sources[i].listed = false;
		g->sources[i].fresh = false;
	}
	for (i = 0; i < record->sources; i++, addr += g->key.family) {
		struct evpn_mcast_source *s;

		if (!evpn_igmp_source_usable(addr, g->key.family))
			continue;
		index = source_index(g, addr, &found);
		if (found) {
			g->sources[index].listed = true;
			continue;
		}
		if (step.state == EVPN_MCAST_SOURCE_NONE)
			continue;
		s = source_add(mn, g, index, addr);
		if (s)
			events |= source_apply(g, s, step, mode, now, full);
	}
	return events;
}

static u8 group_apply(struct evpn_mcast_net *mn, struct evpn_mcast_group *g,
		      const struct evpn_igmp_record *record, u64 now, u64 full)
{
	struct evpn_mcast_step step = evpn_mcast_group_step(g->mode, record->type);
	enum evpn_mcast_mode mode = step.state;
	unsigned int i;
	u8 events;

	events = sources_list(mn, g, record, mode, now, full);
	for (i = 0; i < g->n_sources; i++) {
		struct evpn_mcast_source *s = &g->sources[i];

		if (!s->fresh)
			events |= source_apply(
				g, s,
				evpn_mcast_source_step(g->mode, record->type, s->state, s->listed),
				mode, now, full);
	}
	if (mode != g->mode)
		events |= EVPN_MCAST_EVENT_CHANGED;
	g->mode = mode;
	events |= timer_step(&g->expires, &g->leaving, step.timer, now, full);
	g->elsewhere &= g->leaving;
	if (step.timer != EVPN_MCAST_TIMER_KEEP)
		g->guessed = step.timer == EVPN_MCAST_TIMER_LAST;
	sources_tidy(mn, g);
	return events;
}

/* What comes first of all that may happen by itself. */
static u64 group_next(const struct evpn_mcast_group *g, u64 now)
{
	u64 next = g->mode == EVPN_MCAST_MODE_EXCLUDE ? g->expires : 0;
	unsigned int i;

	for (i = 0; i < g->n_sources; i++) {
		u64 at = g->sources[i].expires;

		if (at && (!next || at < next))
			next = at;
	}
	for (i = 0; i < ARRAY_SIZE(g->version_until); i++) {
		u64 at = g->version_until[i];

		if (at > now && (!next || at < next))
			next = at;
	}
	return next;
}

/**
 * evpn_mcast_end() - nobody wants a group any more
 * @mn: groups of the namespace
 * @g: the group, which stays until that was told
 * @reason: enum evpn_mcast_reason
 *
 * Context: under evpn_mcast_net.lock, in the work.
 */
void evpn_mcast_end(struct evpn_mcast_net *mn, struct evpn_mcast_group *g, u8 reason)
{
	if (g->ended)
		return;
	g->ended = true;
	g->reason = reason;
	g->expires = 0;
	g->sub->es->sources -= g->n_sources;
	mn->sources -= g->n_sources;
	g->n_sources = 0;
	g->mode = EVPN_MCAST_MODE_INCLUDE;
	g->leaving = false;
	g->elsewhere = false;
	memset(g->version_until, 0, sizeof(g->version_until));
	mn->count--;
	mn->seq++;
	evpn_mcast_set_due(mn, g, 0);
	evpn_mcast_news(mn, g, EVPN_MCAST_EVENT_ENDED);
}

static void group_settle(struct evpn_mcast_net *mn, struct evpn_mcast_group *g, u8 events,
			 u8 reason, u64 now)
{
	u8 versions = group_versions(g, now);

	if (g->mode == EVPN_MCAST_MODE_INCLUDE && !g->n_sources) {
		evpn_mcast_end(mn, g, reason);
		return;
	}
	if (versions != g->versions)
		events |= EVPN_MCAST_EVENT_CHANGED;
	g->versions = versions;
	evpn_mcast_set_due(mn, g, group_next(g, now));
	evpn_mcast_news(mn, g, events);
}

/* Does a host that says this want something? One that leaves is no witness for its version either. */
static bool record_wants(const struct evpn_igmp_record *record)
{
	switch (record->type) {
	case EVPN_IGMP_IS_EX:
	case EVPN_IGMP_TO_EX:
		return true;
	case EVPN_IGMP_BLOCK:
		return false;
	default:
		return record->sources;
	}
}

/* A host that wants this again comes to a group that only waits to be told. */
static void group_revive(struct evpn_mcast_net *mn, struct evpn_mcast_group *g)
{
	unsigned int i;

	for (i = 0; i < g->n_sources; i++)
		g->sources[i].state = EVPN_MCAST_SOURCE_NONE;
	sources_tidy(mn, g);
	g->leaving = false;
	g->ended = false;
	mn->count++;
}

static void leaves_sources(struct evpn_mcast_net *mn, struct evpn_mcast_group *g,
			   const struct evpn_igmp_record *record)
{
	const u8 *addr = record->source;
	struct evpn_mcast_source *s;
	unsigned int i, index;
	bool found;

	for (i = 0; i < record->sources; i++, addr += g->key.family) {
		if (!evpn_igmp_source_usable(addr, g->key.family))
			continue;
		index = source_index(g, addr, &found);
		s = found ? &g->sources[index] : source_add(mn, g, index, addr);
		if (!s)
			continue;
		s->state = EVPN_MCAST_SOURCE_WANTED;
		s->leaving = true;
	}
}

/*
 * A host leaves what nobody here was heard to want, and a host behind another PE is spoken for: that one
 * may be the one who leaves. @g: it ended just now, and was not told yet; or NULL.
 */
static void group_left_unheard(struct evpn_mcast_net *mn, struct evpn_mcast_sub *sub,
			       const struct evpn_neigh_key *key, struct evpn_mcast_group *g,
			       const struct evpn_igmp_record *record)
{
	const struct evpn_mcast_host *h = evpn_mcast_host_find(mn, key);

	if (!h || !h->want)
		return;
	if (!g) {
		g = evpn_mcast_add(mn, sub, key->addr, key->family);
		if (!g) {
			mn->counters.group_limit++;
			return;
		}
		mn->count--;
		g->ended = true;
		g->reason = EVPN_MCAST_REASON_LEFT;
	}
	if (record->type == EVPN_IGMP_BLOCK)
		leaves_sources(mn, g, record);
	else
		g->leaving = true;
	evpn_mcast_news(mn, g, EVPN_MCAST_EVENT_LEAVING | EVPN_MCAST_EVENT_ENDED);
}

/**
 * evpn_mcast_record() - a host says something about a group
 * @mn: groups of the namespace
 * @sub: where
 * @msg: the message
 * @record: of it; may be changed
 *
 * Context: under evpn_mcast_net.lock, in the work.
 */
void evpn_mcast_record(struct evpn_mcast_net *mn, struct evpn_mcast_sub *sub,
		       const struct evpn_igmp *msg, struct evpn_igmp_record *record)
{
	u64 now = ktime_get_ns(), full = membership_ns(sub, msg->family);
	struct evpn_neigh_key key = sub->key;
	struct evpn_mcast_group *g;
	u8 events = 0;

	key.family = msg->family;
	memcpy(key.addr, record->group, msg->family);
	g = evpn_mcast_find(mn, &key);
	if (!g || g->ended) {
		if (!record_wants(record)) {
			group_left_unheard(mn, sub, &key, g, record);
			return;
		}
		if (!g)
			g = evpn_mcast_add(mn, sub, record->group, msg->family);
		else
			group_revive(mn, g);
		if (!g) {
			mn->counters.group_limit++;
			return;
		}
		g->since = now;
		events = EVPN_MCAST_EVENT_JOINED;
	} else if (!evpn_mcast_admit(msg->family, group_oldest(g, now), record)) {
		return;
	}
	if (record_wants(record))
		g->version_until[msg->version - 1] = now + full;
	events |= group_apply(mn, g, record, now, full);
	if (events & EVPN_MCAST_EVENT_JOINED)
		events &= ~EVPN_MCAST_EVENT_CHANGED;
	group_settle(mn, g, events, EVPN_MCAST_REASON_LEFT, now);
}

static void query_group(struct evpn_mcast_group *g, u64 last)
{
	if (g->mode != EVPN_MCAST_MODE_EXCLUDE)
		return;
	if (g->guessed || g->expires > last)
		g->expires = last;
	g->guessed = false;
}

static void query_sources(struct evpn_mcast_group *g, const struct evpn_igmp *msg, u64 last)
{
	const u8 *addr = msg->data;
	unsigned int i, index;
	bool found;

	for (i = 0; i < msg->left; i++, addr += g->key.family) {
		index = source_index(g, addr, &found);
		if (found && g->sources[index].expires > last)
			g->sources[index].expires = last;
	}
}

/**
 * evpn_mcast_query() - a router, or the bridge, asks who wants what
 * @mn: groups of the namespace
 * @sub: where
 * @msg: the query
 *
 * A general one tells how often it is asked. One about a group follows a leave: who wants it answers in
 * time, or it ends.
 *
 * Context: under evpn_mcast_net.lock, in the work.
 */
void evpn_mcast_query(struct evpn_mcast_net *mn, struct evpn_mcast_sub *sub,
		      const struct evpn_igmp *msg)
{
	static const u8 none[EVPN_IGMP_ADDR_LEN];
	struct evpn_mcast_querier *q = group_querier(sub, msg->family);
	struct evpn_neigh_key key = sub->key;
	struct evpn_mcast_group *g;
	u64 now = ktime_get_ns(), last;

	q->version = msg->version;
	if (msg->robustness)
		q->robustness = msg->robustness;
	if (msg->interval_ms)
		q->interval_ms = msg->interval_ms;
	evpn_mcast_asked(mn, sub, msg);
	if (!memcmp(msg->group, none, msg->family)) {
		q->response_ms = msg->response_ms;
		return;
	}
	key.family = msg->family;
	memcpy(key.addr, msg->group, msg->family);
	g = evpn_mcast_find(mn, &key);
	if (!g || g->ended || msg->suppress)
		return;
	last = now + ((u64)q->robustness * msg->response_ms + EVPN_MCAST_MARGIN_MS) * NSEC_PER_MSEC;
	if (msg->left)
		query_sources(g, msg, last);
	else
		query_group(g, last);
	evpn_mcast_set_due(mn, g, group_next(g, now));
}

static bool source_expire(struct evpn_mcast_group *g, struct evpn_mcast_source *s, u64 now)
{
	if (s->state != EVPN_MCAST_SOURCE_WANTED || s->expires > now)
		return false;
	s->state = g->mode == EVPN_MCAST_MODE_EXCLUDE ? EVPN_MCAST_SOURCE_BLOCKED :
							EVPN_MCAST_SOURCE_NONE;
	s->expires = 0;
	s->leaving = false;
	s->elsewhere = false;
	return true;
}

/* Nobody excludes any more: what somebody has named is all that is wanted. */
static void group_include(struct evpn_mcast_group *g)
{
	unsigned int i;

	g->mode = EVPN_MCAST_MODE_INCLUDE;
	g->expires = 0;
	g->leaving = false;
	for (i = 0; i < g->n_sources; i++) {
		if (g->sources[i].state == EVPN_MCAST_SOURCE_BLOCKED)
			g->sources[i].state = EVPN_MCAST_SOURCE_NONE;
	}
}

/*
 * Who has left has done so at another PE: the local stack has not heard of it, and is told. @sources: those
 * of include mode whose time is over now, @n of them.
 */
static void group_farewell(struct evpn_mcast_net *mn, const struct evpn_mcast_group *g, u8 was,
			   const u8 (*sources)[EVPN_IGMP_ADDR_LEN], u16 n)
{
	if (was == EVPN_MCAST_MODE_EXCLUDE) {
		if (g->mode == EVPN_MCAST_MODE_INCLUDE && g->elsewhere)
			evpn_mcast_farewell(mn, g, was, NULL, 0);
	} else if (n) {
		evpn_mcast_farewell(mn, g, was, sources, n);
	}
}

/**
 * evpn_mcast_left() - a host of a group that was heard here has left at another PE
 * @mn: groups of the namespace
 * @g: the group
 * @sources: those that it has left, or NULL: all
 * @n: how many
 * @response_ms: by then who wants it has said so
 *
 * Context: under evpn_mcast_net.lock.
 */
void evpn_mcast_left(struct evpn_mcast_net *mn, struct evpn_mcast_group *g, const u8 *sources,
		     u16 n, u32 response_ms)
{
	u64 now = ktime_get_ns(), last = now + (u64)response_ms * NSEC_PER_MSEC;
	unsigned int i, index;
	bool found;

	lockdep_assert_held(&mn->lock);
	if (g->mode == EVPN_MCAST_MODE_EXCLUDE && !n) {
		g->expires = min(g->expires, last);
		g->leaving = true;
		g->elsewhere = true;
	}
	for (i = 0; i < n; i++, sources += EVPN_IGMP_ADDR_LEN) {
		index = source_index(g, sources, &found);
		if (!found || g->sources[index].state != EVPN_MCAST_SOURCE_WANTED)
			continue;
		g->sources[index].expires = min(g->sources[index].expires, last);
		g->sources[index].leaving = true;
		g->sources[index].elsewhere = true;
	}
	evpn_mcast_set_due(mn, g, group_next(g, now));
}

/**
 * evpn_mcast_expire() - the time of a group, of a source of it, or of a version of its hosts is over
 * @mn: groups of the namespace
 * @g: the group; told, and freed, later if it has ended
 * @now: CLOCK_MONOTONIC in nanoseconds
 *
 * Context: under evpn_mcast_net.lock, in the work.
 */
void evpn_mcast_expire(struct evpn_mcast_net *mn, struct evpn_mcast_group *g, u64 now)
{
	u8(*gone)[EVPN_IGMP_ADDR_LEN] = mn->scratch;
	bool leaving = g->leaving;
	unsigned int i, n = 0;
	u8 was = g->mode;
	u8 events = 0;

	for (i = 0; i < g->n_sources; i++) {
		bool elsewhere = g->sources[i].elsewhere;

		leaving |= g->sources[i].leaving;
		if (!source_expire(g, &g->sources[i], now))
			continue;
		events = EVPN_MCAST_EVENT_CHANGED;
		if (elsewhere)
			memcpy(gone[n++], g->sources[i].addr, sizeof(gone[0]));
	}
	if (g->mode == EVPN_MCAST_MODE_EXCLUDE && g->expires <= now) {
		group_include(g);
		events = EVPN_MCAST_EVENT_CHANGED;
	}
	sources_tidy(mn, g);
	group_farewell(mn, g, was, gone, n);
	g->elsewhere &= g->leaving;
	group_settle(mn, g, events, leaving ? EVPN_MCAST_REASON_LEFT : EVPN_MCAST_REASON_SILENT,
		     now);
}
