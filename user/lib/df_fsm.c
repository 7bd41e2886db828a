// SPDX-License-Identifier: GPL-2.0-only
/*
 * df_fsm.c - the DF election state machine and the hand-over at a service carving time.
 *
 * RFC 8584 (2.1), RFC 9785 (4.3), RFC 9722 (2)
 */
#include "df_fsm.h"

static const char *const state_names[DF_STATES] = {"INIT", "DF_WAIT", "DF_CALC", "DF_DONE"};

static const char *const event_names[DF_EVENTS] = {
	[DF_EV_ES_UP] = "ES_UP",
	[DF_EV_ES_DOWN] = "ES_DOWN",
	[DF_EV_RCVD_ES] = "RCVD_ES",
	[DF_EV_LOST_ES] = "LOST_ES",
	[DF_EV_VLAN_CHANGE] = "VLAN_CHANGE",
	[DF_EV_TIMER] = "DF_TIMER",
	[DF_EV_CALCULATED] = "CALCULATED",
};

const char *df_state_name(enum df_state state)
{
	return state_names[state];
}

const char *df_event_name(enum df_event ev)
{
	return event_names[ev];
}

void df_fsm_init(struct df_fsm *f, s64 wait_ns, s64 hold_ns)
{
	*f = (struct df_fsm){
		.state = DF_INIT,
		.deadline = DF_NEVER,
		.wait_ns = wait_ns > 0 ? wait_ns : 0,
		.hold_ns = hold_ns > 0 ? hold_ns : 0,
	};
}

static unsigned int enter_calc(struct df_fsm *f)
{
	f->state = DF_CALC;
	f->deadline = DF_NEVER;
	return DF_ACT_CALCULATE;
}

static unsigned int enter_wait(struct df_fsm *f, s64 now)
{
	f->state = DF_WAIT;
	f->deadline = now + f->wait_ns;
	if (!f->wait_ns)
		return DF_ACT_ADVERTISE | enter_calc(f);
	return DF_ACT_ADVERTISE;
}

static unsigned int enter_init(struct df_fsm *f)
{
	f->state = DF_INIT;
	f->deadline = DF_NEVER;
	return DF_ACT_WITHDRAW | DF_ACT_NDF;
}

/* INIT with a deadline is the hold time: the segment is up, but not yet announced. */
static unsigned int init_event(struct df_fsm *f, enum df_event ev, s64 now)
{
	bool holding = f->deadline != DF_NEVER;

	if (ev == DF_EV_TIMER && holding)
		return enter_wait(f, now);
	if (ev != DF_EV_ES_UP || holding)
		return 0;
	if (!f->hold_ns)
		return DF_ACT_NDF | enter_wait(f, now);
	f->deadline = now + f->hold_ns;
	return DF_ACT_NDF;
}

static unsigned int calc_event(struct df_fsm *f, enum df_event ev)
{
	switch (ev) {
	case DF_EV_RCVD_ES:
	case DF_EV_LOST_ES:
	case DF_EV_VLAN_CHANGE:
		return DF_ACT_CALCULATE;
	case DF_EV_CALCULATED:
		f->state = DF_DONE;
		return DF_ACT_APPLY;
	default:
		return 0;
	}
}

static unsigned int done_event(struct df_fsm *f, enum df_event ev)
{
	switch (ev) {
	case DF_EV_RCVD_ES:
	case DF_EV_LOST_ES:
	case DF_EV_VLAN_CHANGE:
		return enter_calc(f);
	default:
		return 0;
	}
}

unsigned int df_fsm_event(struct df_fsm *f, enum df_event ev, s64 now)
{
	if (ev == DF_EV_ES_DOWN)
		return enter_init(f);
	if (ev == DF_EV_TIMER && now < f->deadline)
		return 0;
	switch (f->state) {
	case DF_INIT:
		return init_event(f, ev, now);
	case DF_WAIT:
		return ev == DF_EV_TIMER ? enter_calc(f) : 0;
	case DF_CALC:
		return calc_event(f, ev);
	default:
		return done_event(f, ev);
	}
}

void df_handover_init(struct df_handover *h, s64 peering_ns, s64 skew_ns)
{
	*h = (struct df_handover){.sct = DF_NEVER, .peering_ns = peering_ns, .skew_ns = skew_ns};
}

/*
 * The clock of the sender may be ahead of ours. It carves when its own timer ends, so a time that is too
 * far away means the end of our timer; to ignore it would leave nobody to forward for the whole wait. One
 * that is twice as far away says nothing at all.
 */
void df_handover_rcvd(struct df_handover *h, bool time_sync, s64 sct, s64 now)
{
	if (!time_sync) {
		h->sct = DF_NEVER;
		return;
	}
	if (sct == DF_NEVER || sct <= now || sct - now > 2 * h->peering_ns + h->skew_ns)
		return;
	if (sct - now > h->peering_ns)
		sct = now + h->peering_ns;
	if (h->sct == DF_NEVER || sct > h->sct) {
		h->sct = sct;
		h->gain_now = false;
	}
}

void df_handover_lost(struct df_handover *h)
{
	h->gain_now = true;
}

s64 df_handover_at(const struct df_handover *h, bool gain, s64 now)
{
	s64 at;

	if (h->sct == DF_NEVER || (gain && h->gain_now))
		return now;
	at = gain ? h->sct : h->sct - h->skew_ns;
	return at > now ? at : now;
}
