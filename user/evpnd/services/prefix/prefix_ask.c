// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix_ask.c - routers of customers that are no neighbours of this PE's, though there are routes by them. Other
 * PEs have such a route in their kernels only when their neighbours have its router, in step with a PE that has
 * learned it; and who would make it a neighbour is a packet, which does not come where there is no route. So the
 * kernel is made to ask, by the PE that has learned the route and by those that it has told: the answer may go to
 * any of them, and one that stands by can neither ask nor hear it.
 *
 * What is missing is looked for among all next hops, whatever has made it go. A router is asked for at once, then
 * less and less often, and never given up. A customer chooses his next hops: in a second there are a few for each
 * device, and of all devices, which have their turns, not many.
 */
#include <stdlib.h>

#include "log.h"
#include "order.h"
#include "services/prefix/prefix.h"

enum {
	SOON_MS = 100,	/* what changes together is looked at together */
	TURN_MS = 1000, /* from one look to the next, while one is missing */
	PAUSE = 20,	/* it takes a twentieth of the time at most */
	IDLE_MS = 60000,
	WAIT_FIRST_MS = 2000,
	WAIT_MAX_MS = 64000,
	ASKS = 64, /* in a turn */
	ASKS_OF_DEVICE = 16,
};

static int hop_cmp(const struct pask *a, const struct pask *b)
{
	return prefix_hop_cmp(&a->hop, &b->hop);
}

static int due_cmp(const struct pask *a, const struct pask *b)
{
	int c = ORDER(a->hop.ifindex, b->hop.ifindex);

	c = c ? c : ORDER(a->due, b->due);
	return c ? c : hop_cmp(a, b);
}

RB_PROTOTYPE_INTERNAL(pasks_by_hop, pask, by_hop, hop_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(pasks_by_hop, pask, by_hop, hop_cmp, static __attribute__((unused)))
RB_PROTOTYPE_INTERNAL(pasks_by_due, pask, by_due, due_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(pasks_by_due, pask, by_due, due_cmp, static __attribute__((unused)))

static void put_off(struct pasks *as, struct pask *a, u64 due)
{
	RB_REMOVE(pasks_by_due, &as->by_due, a);
	a->due = due;
	RB_INSERT(pasks_by_due, &as->by_due, a);
}

static void forget(struct pasks *as, struct pask *a)
{
	RB_REMOVE(pasks_by_hop, &as->by_hop, a);
	RB_REMOVE(pasks_by_due, &as->by_due, a);
	free(a);
}

/* ---- what is missing ---- */

static void missing(struct pasks *as, const struct prefix_hop *hop)
{
	struct pask key = {.hop = *hop}, *a = RB_FIND(pasks_by_hop, &as->by_hop, &key);

	if (!a) {
		a = calloc(1, sizeof(*a));
		if (!a) {
			log_error("prefixes: no memory for a next hop");
			return;
		}
		a->hop = *hop;
		a->due = as->looked_us;
		a->wait_ms = WAIT_FIRST_MS;
		RB_INSERT(pasks_by_hop, &as->by_hop, a);
		RB_INSERT(pasks_by_due, &as->by_due, a);
	}
	a->missing = true;
}

void prefix_ask_hop(struct prefixes *ps, const struct place_device *on, const struct ip_addr *gw)
{
	struct host_query q = {.tag = on->tag, .ifindex = on->ifindex, .address = *gw};
	struct prefix_hop hop = {.ifindex = on->ifindex, .gateway = *gw};
	struct host h;

	if (!on->es || !on->up || ip_is_none(gw) || place_way(on) == PLACE_STANDS_BY)
		return;
	q.esi = on->es->esi;
	if (!speaker_host(ps->speaker, &q, &h))
		missing(&ps->asks, &hop);
}

static void look_at_local(struct prefixes *ps, const struct plocal *l)
{
	for (u32 i = 0; l->set && i < l->set->n; i++) {
		const struct place_device *on = place_device(&ps->at, l->set->hops[i].ifindex);

		if (on)
			prefix_ask_hop(ps, on, &l->set->hops[i].gateway);
	}
}

/* One that is missing no more may be so again soon: it is forgotten when it might be asked for the next time. */
static void look(struct prefixes *ps, u64 now)
{
	struct pasks *as = &ps->asks;
	u64 soon = now + WAIT_FIRST_MS * 1000;
	struct pask *a;

	as->looked_us = now;
	as->look_due = false;
	RB_FOREACH(a, pasks_by_hop, &as->by_hop)
		a->missing = false;
	prefix_locals_each(ps, look_at_local);
	prefix_ways_missing(ps);
	RB_FOREACH(a, pasks_by_hop, &as->by_hop) {
		if (a->missing)
			continue;
		a->wait_ms = WAIT_FIRST_MS;
		if (a->due > soon)
			put_off(as, a, soon);
	}
}

/* ---- asking ---- */

static struct pask *first_on(struct pasks *as, u32 ifindex)
{
	struct pask key = {.hop.ifindex = ifindex};

	return RB_NFIND(pasks_by_due, &as->by_due, &key);
}

/* Those of a device that have waited longest, @most of them. Return: how many */
static u32 ask_on(struct prefixes *ps, u32 ifindex, u64 now, u32 most)
{
	struct prefix_hop hops[ASKS_OF_DEVICE];
	struct pask *a;
	u32 n = 0;

	while (n < most && (a = first_on(&ps->asks, ifindex)) && a->hop.ifindex == ifindex &&
	       a->due <= now) {
		if (!a->missing) {
			forget(&ps->asks, a);
			continue;
		}
		hops[n++] = a->hop;
		put_off(&ps->asks, a, now + (u64)a->wait_ms * 1000);
		a->wait_ms = a->wait_ms * 2 < WAIT_MAX_MS ? a->wait_ms * 2 : WAIT_MAX_MS;
	}
	if (n)
		speaker_wish(ps->speaker, IPC_PREFIX_ASK, hops, n);
	ps->counts.asks += n;
	return n;
}

/* Each device once, from the one behind that which was the last. */
static void ask(struct prefixes *ps, u64 now)
{
	struct pasks *as = &ps->asks;
	u32 first = as->device, left = ASKS;
	bool again = false;
	struct pask *a;

	while (left) {
		a = first_on(as, as->device + 1);
		if (!a && again)
			break;
		if (!a) {
			again = true;
			as->device = 0;
			continue;
		}
		if (again && a->hop.ifindex > first)
			break;
		as->device = a->hop.ifindex;
		left -= ask_on(ps, as->device, now, left < ASKS_OF_DEVICE ? left : ASKS_OF_DEVICE);
	}
}

void prefix_ask(struct prefixes *ps)
{
	u64 now = timer_now_us();
	struct pasks *as = &ps->asks;

	look(ps, now);
	ask(ps, now);
	as->pause_ms = (timer_now_us() - now) * PAUSE / 1000;
	if (as->pause_ms < TURN_MS)
		as->pause_ms = TURN_MS;
	timer_start(&as->timer, RB_EMPTY(&as->by_hop) ? IDLE_MS : as->pause_ms);
}

void prefix_ask_look(struct prefixes *ps)
{
	struct pasks *as = &ps->asks;
	u64 at;

	if (as->look_due)
		return;
	as->look_due = true;
	at = timer_turn_us(speaker_event(ps->speaker)) + SOON_MS * 1000;
	if (at < as->looked_us + as->pause_ms * 1000)
		at = as->looked_us + as->pause_ms * 1000;
	timer_start_at(&as->timer, at);
}

void prefix_ask_free(struct prefixes *ps)
{
	struct pask *a;

	while ((a = RB_MIN(pasks_by_hop, &ps->asks.by_hop)))
		forget(&ps->asks, a);
	timer_done(&ps->asks.timer);
}
