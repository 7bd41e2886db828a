// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_drain.c - taking a segment out of service by the operator's wish, so that another PE forwards
 * and nothing is lost (D4). The role goes as in every hand-over (segment_handover.c), to who would be DF
 * without this PE.
 *
 *   offered   that one is waited for. Where LACP leads the CE, or words tell of closing, the RT-4 goes now;
 *             else it goes with the role, because the other one opens as soon as this one has closed
 *   leaving   LACP tells the CE to leave this PE, which still forwards what is on its way. All-active:
 *             RT-1 goes, so that no remote PE sends here any more
 *   done      blocked; no candidate until `es drain NAME undo`
 */
#include <stdio.h>

#include "log.h"
#include "services/segment/segment.h"

/* A peer that never says P (RFC 7432 only) is believed after this time. */
#define CONFIRM_MS 3000
/* All-active: for the CE to leave, and for remote PEs to hear of it. */
#define LEAVE_MS 500

static const char *const names[] = {
	[DRAIN_NO] = "no",
	[DRAIN_OFFERED] = "offered",
	[DRAIN_LEAVING] = "leaving",
	[DRAIN_DONE] = "done",
};

const char *segment_drain_name(enum drain_state state)
{
	return names[state];
}

bool segment_drain_holds_ad(const struct segment *s)
{
	return s->conf.mode == CONF_ALL_ACTIVE &&
	       (s->drain == DRAIN_LEAVING || s->drain == DRAIN_DONE);
}

bool segment_drain_believes(const struct segment *s)
{
	return s->drain_confirmed;
}

static void enter(struct segment *s, enum drain_state state)
{
	s->drain = state;
	segment_tell(s, "es", "drain", json_pack("{s:s}", "state", names[state]));
	segments_leave_on(s->owner);
	if (s->removed)
		segments_wake(s->owner);
}

static void finish(struct segment *s)
{
	char df[IP_STRLEN];

	timer_stop(&s->drain_timer);
	enter(s, DRAIN_DONE);
	segment_drop_roles(s, s->owner->leaving ? "evpnd stops" : "drained");
	log_info("segment %s: %s, %s forwards", s->conf.name,
		 s->owner->leaving ? "handed over, in standby here" : "drained",
		 ip_is_none(&s->df_addr) ? "another PE" : ip_format(&s->df_addr, df));
}

/* RT-1 alone draws the traffic of an all-active segment, and LACP the CE's. */
static void leave_all(struct segment *s)
{
	enter(s, DRAIN_LEAVING);
	if (s->advertised)
		segment_withdraw(s, true);
	s->advertised = false;
	segment_send_wish(s);
	speaker_flush(s->owner->speaker);
	timer_start(&s->drain_timer, LEAVE_MS);
}

static void give_up(struct segment *s)
{
	log_warning("segment %s: no other PE is left to take over, this PE keeps forwarding",
		    s->conf.name);
	timer_stop(&s->drain_timer);
	segments_maintain(s->owner, &s->esi, false);
	enter(s, DRAIN_NO);
	segment_stays(s);
	if (!s->advertised) /* the port has gone down meanwhile, or everything was withdrawn */
		return;
	segment_originate(s);
	segment_later(s, DF_EV_VLAN_CHANGE);
}

static void fired(void *data)
{
	struct segment *s = data;

	if (s->drain == DRAIN_LEAVING && s->conf.mode == CONF_ALL_ACTIVE) {
		finish(s);
	} else if (s->drain == DRAIN_OFFERED) {
		s->drain_confirmed = true;
		segment_later(s, DF_EV_VLAN_CHANGE);
	}
}

void segment_drain_init(struct segment *s)
{
	timer_init(&s->drain_timer, speaker_event(s->owner->speaker), 1000, fired, s);
}

/* Something was heard, or a role has changed: how far is it? */
void segment_drain_progress(struct segment *s)
{
	if ((s->drain != DRAIN_OFFERED && s->drain != DRAIN_LEAVING) || s->pending)
		return;
	if (s->force.df && !s->n_cand)
		give_up(s);
	else if (s->conf.mode == CONF_ALL_ACTIVE && s->port_up) {
		if (s->drain == DRAIN_OFFERED && !s->force.df)
			leave_all(s);
	} else if (!s->force.df)
		finish(s);
	else if (segment_is_leaving(s) && s->drain == DRAIN_OFFERED)
		enter(s, DRAIN_LEAVING);
}

static bool others(const struct segment *s)
{
	return s->n_cand > (s->local >= 0 ? 1u : 0u);
}

bool segment_drain_begin(struct segment *s, char *err, size_t err_len)
{
	bool carries = s->force.df || (s->conf.mode == CONF_ALL_ACTIVE && s->advertised);

	segment_collect(s);
	if (carries && !others(s)) {
		snprintf(err, err_len,
			 "segment %s: no other PE advertises %s, so none can take over",
			 s->conf.name, esi_format(&s->esi, (char[ESI_STRLEN]){0}));
		return false;
	}
	if (carries && !s->owner->settled) {
		snprintf(err, err_len,
			 "segment %s: no BGP session is Established, so no PE would learn of it",
			 s->conf.name);
		return false;
	}
	s->drain_confirmed = false;
	enter(s, DRAIN_OFFERED);
	if (s->advertised && (!segment_is_exclusive(s) || !s->force.df || segment_icc_all_heard(s)))
		segment_withdraw(s, false);
	timer_start(&s->drain_timer, CONFIRM_MS);
	segment_later(s, DF_EV_VLAN_CHANGE);
	return true;
}

static void undo_drain(struct segment *s)
{
	bool restart = s->drain == DRAIN_DONE || !s->advertised;

	timer_stop(&s->drain_timer);
	segments_maintain(s->owner, &s->esi, false);
	enter(s, DRAIN_NO);
	segment_stays(s);
	segment_send_wish(s);
	if (restart) { /* come back as after a repair: wait, and do not preempt */
		segment_fsm(s, DF_EV_ES_DOWN);
		segment_try_up(s);
	} else {
		segment_originate(s);
		segment_later(s, DF_EV_VLAN_CHANGE);
	}
}

/* Idempotent: draining a draining segment reports how far it is. */
bool segment_drain(struct segment *s, bool undo, char *err, size_t err_len)
{
	if (segment_is_frr(s)) {
		snprintf(
			err, err_len,
			"segment %s is controlled by FRR; lower its preference there (evpn mh es-df-pref) or shut %s",
			s->conf.name, s->conf.interface);
		return false;
	}
	if (undo && s->owner->leaving) {
		snprintf(err, err_len, "segment %s: evpnd is stopping", s->conf.name);
		return false;
	}
	if (undo) {
		if (s->drain != DRAIN_NO)
			undo_drain(s);
		return true;
	}
	if (s->drain != DRAIN_NO)
		return true;
	if (!segment_drain_begin(s, err, err_len))
		return false;
	/* a stop is over when evpnd starts again; what an operator says stays said */
	segments_maintain(s->owner, &s->esi, !s->owner->leaving);
	return true;
}

/* No time is left: whoever is to take over has been told, or there is nobody. */
void segment_drain_end(struct segment *s)
{
	if (s->drain != DRAIN_OFFERED && s->drain != DRAIN_LEAVING)
		return;
	log_warning("segment %s: the hand-over is not confirmed within the time for it",
		    s->conf.name);
	if (ip_is_none(&s->df_addr))
		give_up(s);
	else
		finish(s);
}

void segment_drain_reset(struct segment *s)
{
	timer_done(&s->drain_timer);
	s->drain = DRAIN_NO;
}
