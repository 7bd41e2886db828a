// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_loss.c - what the kernel does when evpnd dies, on-daemon-loss: auto.
 *
 * Its sessions die with it, so another PE that knows the segment takes over within milliseconds, whatever
 * this kernel does. If it goes on, two PEs forward until evpnd is back: a loop where the customer's edge
 * is a bridge, and every flooded frame twice in any case.
 *
 *   nobody leads the CE, or all-active   the role goes in the moment when evpnd dies. The customer loses
 *	what it loses when a cable is cut; of all-active only what is flooded
 *   LACP leads the CE	it is one LAG, which forwards nothing from one member to another: no loop, and
 *	nothing is lost as long as both forward. The role goes when evpnd is not back after owner-hold
 *   no other PE is there to take over, or none would hear of it   the kernel goes on
 *
 * So the kernel is told beforehand, whenever it changes who is there.
 */
#include "services/segment/segment.h"

struct search {
	const struct segment *s;
	bool found;
};

/* One that would hear of it: what is stale or kept came by a session that is gone. */
static void look(void *data, const struct es_route *r)
{
	struct search *search = data;

	if (!r->stale && !r->kept && !segment_is_self(search->s, &r->orig))
		search->found = true;
}

static bool is_taken_over(const struct segment *s)
{
	struct search search = {.s = s};

	if (!s->owner->established)
		return false;
	segment_routes_each(s->owner, &s->esi, EVPN_ES, look, &search);
	return search.found;
}

/** segment_loss() - fill in what @w says of it */
void segment_loss(const struct segment *s, struct wish_es *w)
{
	w->loss_policy = s->conf.on_daemon_loss;
	w->owner_hold_ms = s->conf.owner_hold_ms;
	if (s->conf.on_daemon_loss != CONF_LOSS_AUTO)
		return;
	w->loss_policy = CONF_LOSS_HOLD;
	if (segment_is_frr(s) || !is_taken_over(s))
		return;
	w->loss_policy = CONF_LOSS_BLOCK;
	if (!segment_is_led(s))
		w->owner_hold_ms = 0;
}

/** segment_loss_follow() - the kernel is told, if it is to do something else now */
void segment_loss_follow(struct segment *s)
{
	if (s->wished && s->conf.on_daemon_loss == CONF_LOSS_AUTO && !segment_is_frr(s))
		segment_send_wish(s);
}
