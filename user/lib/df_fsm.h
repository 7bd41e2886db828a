/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * df_fsm.h - when a segment elects: the DF election state machine and its timers, and the moment of
 * a synchronised hand-over.
 *
 * The machine is a function of (state, event, time); it says what to do and when to be called next,
 * and does nothing itself. Pure: time is an argument.
 *
 * RFC 8584 (2.1 state machine), RFC 9785 (4.3 hold timer before DF_WAIT), RFC 9722 (hand-over)
 */
#ifndef EVPN_DF_FSM_H
#define EVPN_DF_FSM_H

#include "types.h"

#define DF_NEVER INT64_MAX
#define DF_NS_PER_MS 1000000LL
#define DF_WAIT_DEFAULT_NS (3000 * DF_NS_PER_MS)
#define DF_SKEW_DEFAULT_NS (10 * DF_NS_PER_MS)

enum df_state { DF_INIT, DF_WAIT, DF_CALC, DF_DONE, DF_STATES };

enum df_event {
	DF_EV_ES_UP,   /* the segment's device can carry traffic and the segment is configured */
	DF_EV_ES_DOWN, /* it cannot, or the segment is being removed */
	DF_EV_RCVD_ES, /* an RT-4 arrived or changed; a repetition without change is no event */
	DF_EV_LOST_ES, /* an RT-4 went */
	DF_EV_VLAN_CHANGE, /* VLANs were added or removed; under AC-DF also: a local circuit went up or
			    * down, an RT-1 of a candidate came or went
			    */
	DF_EV_TIMER,	   /* the deadline passed */
	DF_EV_CALCULATED, /* the election that DF_ACT_CALCULATE asked for is finished */
	DF_EVENTS
};

/* What to do, in this order: from the lowest bit to the highest. */
enum df_action {
	DF_ACT_WITHDRAW = 1 << 0,  /* take back RT-1 and RT-4, before anything else leaves */
	DF_ACT_NDF = 1 << 1,	   /* become non-DF for everything */
	DF_ACT_ADVERTISE = 1 << 2, /* originate RT-4 (and RT-1), with df_offer_start()'s values */
	DF_ACT_CALCULATE = 1 << 3, /* run the election, put roles that are lost to NDF first; then
				    * DF_EV_CALCULATED
				    */
	DF_ACT_APPLY = 1 << 4,	   /* put the computed roles into force */
};

/**
 * struct df_fsm - one segment's machine; df_fsm_init() before use
 * @deadline: monotonic nanoseconds at which to deliver DF_EV_TIMER, or DF_NEVER
 * @wait_ns: time in DF_WAIT; 0: elect at once
 * @hold_ns: time between ES_UP and DF_WAIT in which nothing is advertised yet, so that a PE with
 *	Don't Preempt hears its peers first; 0: none
 */
struct df_fsm {
	enum df_state state;
	s64 deadline;
	s64 wait_ns;
	s64 hold_ns;
};

/** df_fsm_init() - state INIT; times in nanoseconds, negative ones count as 0 */
void df_fsm_init(struct df_fsm *f, s64 wait_ns, s64 hold_ns);

/**
 * df_fsm_event() - one event
 * @now: monotonic nanoseconds
 *
 * DF_EV_TIMER before the deadline changes nothing. After a call that returned DF_ACT_CALCULATE the
 * caller elects and delivers DF_EV_CALCULATED.
 *
 * Return: a set of enum df_action.
 */
unsigned int df_fsm_event(struct df_fsm *f, enum df_event ev, s64 now);

const char *df_state_name(enum df_state state);
const char *df_event_name(enum df_event ev);

/* The hand-over of RFC 9722. Times here are real time (nanoseconds since 1970), not monotonic. */

/**
 * struct df_handover - what a partner of recovering PEs waits for; all zero but @sct = DF_NEVER is idle
 * @sct: latest service carving time that counts, or DF_NEVER
 * @peering_ns: own DF_WAIT time: a carving time further away than this is not believed
 * @skew_ns: how much earlier the old DF stops than the new one starts
 * @gain_now: a PE went while @sct was awaited: nobody may be left to forward what is gained
 */
struct df_handover {
	s64 sct;
	s64 peering_ns;
	s64 skew_ns;
	bool gain_now;
};

/** df_handover_init() - idle; both in nanoseconds */
void df_handover_init(struct df_handover *h, s64 peering_ns, s64 skew_ns);

/**
 * df_handover_own() - the carving time that a recovering PE puts into its RT-4
 *
 * It carves itself when its DF_WAIT ends, which is the same moment.
 */
static inline s64 df_handover_own(s64 now, s64 peering_ns)
{
	return now + peering_ns;
}

/**
 * df_handover_rcvd() - an RT-4 of a peer arrived or changed
 * @time_sync: its DF Election community has T
 * @sct: its Service Carving Timestamp as real time, DF_NEVER if there is none
 * @now: real time
 *
 * Without T every delay is cancelled. A time further away than the peering timer counts as its end; one in
 * the past, or further away than twice the timer and the skew, is ignored. Of several the latest counts.
 */
void df_handover_rcvd(struct df_handover *h, bool time_sync, s64 sct, s64 now);

/**
 * df_handover_lost() - the RT-4 of a peer went
 *
 * Roles gained until the next carving time arrives come into force at once, because the one who had
 * them may be the one who went. Roles lost still wait for their new owner.
 */
void df_handover_lost(struct df_handover *h);

/**
 * df_handover_at() - when to put a changed role into force
 * @gain: NDF to DF; false: DF to NDF
 * @now: real time
 *
 * Return: a real time, never before @now; @now itself means at once.
 */
s64 df_handover_at(const struct df_handover *h, bool gain, s64 now);

#endif
