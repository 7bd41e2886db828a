// SPDX-License-Identifier: GPL-2.0-only
/*
 * bgp_fsm.c - the BGP state machine as a table, the collision of two connections, timer values.
 *
 * A row says where an event leads from a state, which NOTIFICATION it sends and why. What leaving a
 * state undoes and what entering one starts stands once, in leave_actions() and enter_actions().
 *
 * RFC 4271 (6.8, 8.2.2, 10), RFC 6286, RFC 6608, RFC 4724 (4.2), RFC 4486 (Cease subcodes)
 */
#include <stdio.h>

#include "bgp_fsm.h"

static const char *const state_names[BGP_STATES] = {
	"Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established",
};

static const char *const event_names[BGP_EVENTS] = {
	[BGP_EV_START] = "start",
	[BGP_EV_STOP] = "stop",
	[BGP_EV_RESET] = "reset",
	[BGP_EV_DECONFIGURED] = "deconfigured",
	[BGP_EV_CONFIG_CHANGE] = "configuration change",
	[BGP_EV_CONNECT_RETRY] = "connect-retry timer",
	[BGP_EV_HOLD_EXPIRED] = "hold timer",
	[BGP_EV_KEEPALIVE_EXPIRED] = "keepalive timer",
	[BGP_EV_TCP_UP] = "connection up",
	[BGP_EV_TCP_ACCEPTED] = "connection accepted",
	[BGP_EV_TCP_FAIL] = "connection failed",
	[BGP_EV_OPEN] = "OPEN",
	[BGP_EV_HEADER_ERR] = "header error",
	[BGP_EV_OPEN_ERR] = "OPEN error",
	[BGP_EV_COLLISION] = "collision",
	[BGP_EV_NOTIFICATION] = "NOTIFICATION",
	[BGP_EV_KEEPALIVE] = "KEEPALIVE",
	[BGP_EV_UPDATE] = "UPDATE",
	[BGP_EV_UPDATE_ERR] = "UPDATE error",
	[BGP_EV_REFRESH] = "ROUTE-REFRESH",
	[BGP_EV_REFRESH_ERR] = "ROUTE-REFRESH error",
	[BGP_EV_BFD_DOWN] = "BFD down",
};

/* NOTIFICATION codes, RFC 4271 section 4.5 */
enum { HEADER_ERROR = 1, OPEN_ERROR, UPDATE_ERROR, HOLD_EXPIRED, FSM_ERROR, CEASE, REFRESH_ERROR };

enum row_kind {
	IGNORE, /* the event means nothing in this state */
	MOVE,	/* to row.to; entering it again counts */
	STAY,	/* only row.actions */
	FORBID, /* NOTIFICATION 5, back to Idle */
	FINAL,	/* as MOVE to Idle, without an idle hold timer */
};

struct row {
	enum row_kind kind;
	enum bgp_state to;
	u32 actions;
	u8 code;
	u8 subcode;
	const char *reason;
};

#define TO(state, ...)                                   \
	{                                                \
		.kind = MOVE, .to = (state), __VA_ARGS__ \
	}
#define KEEP(...)                         \
	{                                 \
		.kind = STAY, __VA_ARGS__ \
	}
#define DOWN(...)                                         \
	{                                                 \
		.kind = MOVE, .to = BGP_IDLE, __VA_ARGS__ \
	}
#define END(...)                                           \
	{                                                  \
		.kind = FINAL, .to = BGP_IDLE, __VA_ARGS__ \
	}
#define WHY(text) .reason = (text)
#define DO(mask) .actions = (mask)
#define NOTIFY(c, s) .actions = BGP_ACT_SEND_NOTIFICATION, .code = (c), .subcode = (s)
#define UNEXPECTED(text)                                  \
	{                                                 \
		.kind = FORBID, .to = BGP_IDLE, WHY(text) \
	}

/* Before OPEN is sent there is nobody to notify. */
#define ENDS_SILENTLY                                                                     \
	[BGP_EV_STOP] = END(WHY("administratively shut down")),                           \
	[BGP_EV_RESET] = DOWN(DO(BGP_ACT_RESET_BACKOFF), WHY("cleared by the operator")), \
	[BGP_EV_DECONFIGURED] = END(WHY("peer removed from the configuration")),          \
	[BGP_EV_CONFIG_CHANGE] = DOWN(DO(BGP_ACT_RESET_BACKOFF), WHY("configuration changed"))

#define ENDS_WITH_CEASE                                                                            \
	[BGP_EV_STOP] = END(NOTIFY(CEASE, 2), WHY("administratively shut down")),                  \
	[BGP_EV_RESET] = DOWN(.actions = BGP_ACT_SEND_NOTIFICATION | BGP_ACT_RESET_BACKOFF,        \
			      .code = CEASE, .subcode = 4, WHY("cleared by the operator")),        \
	[BGP_EV_DECONFIGURED] = END(NOTIFY(CEASE, 3), WHY("peer removed from the configuration")), \
	[BGP_EV_CONFIG_CHANGE] =                                                                   \
		DOWN(.actions = BGP_ACT_SEND_NOTIFICATION | BGP_ACT_RESET_BACKOFF, .code = CEASE,  \
		     .subcode = 6, WHY("configuration changed"))

#define BREAKS                                                                               \
	[BGP_EV_HOLD_EXPIRED] = DOWN(NOTIFY(HOLD_EXPIRED, 0), WHY("hold timer expired")),    \
	[BGP_EV_HEADER_ERR] = DOWN(NOTIFY(HEADER_ERROR, 0), WHY("message header is wrong")), \
	[BGP_EV_OPEN_ERR] = DOWN(NOTIFY(OPEN_ERROR, 0), WHY("OPEN is not acceptable")),      \
	[BGP_EV_COLLISION] = END(NOTIFY(CEASE, 7), WHY("lost a connection collision")),      \
	[BGP_EV_BFD_DOWN] = DOWN(NOTIFY(CEASE, 10), WHY("BFD says that the path is dead")),  \
	[BGP_EV_NOTIFICATION] = DOWN(WHY("NOTIFICATION received"))

/* clang-format off */
static const struct row table[BGP_STATES][BGP_EVENTS] = {
	[BGP_IDLE] = {
		[BGP_EV_START] = TO(BGP_CONNECT, WHY("started")),
		[BGP_EV_STOP] = END(WHY("administratively shut down")),
		[BGP_EV_DECONFIGURED] = END(WHY("peer removed from the configuration")),
		[BGP_EV_RESET] = DOWN(DO(BGP_ACT_RESET_BACKOFF), WHY("cleared by the operator")),
		[BGP_EV_CONFIG_CHANGE] = DOWN(DO(BGP_ACT_RESET_BACKOFF), WHY("configuration changed")),
	},
	[BGP_CONNECT] = {
		ENDS_SILENTLY,
		[BGP_EV_CONNECT_RETRY] = TO(BGP_CONNECT, WHY("connect-retry timer expired")),
		[BGP_EV_TCP_UP] = TO(BGP_OPENSENT, WHY("connected")),
		[BGP_EV_TCP_ACCEPTED] = TO(BGP_OPENSENT, WHY("connection accepted")),
		[BGP_EV_TCP_FAIL] = TO(BGP_ACTIVE, WHY("connection attempt failed")),
	},
	[BGP_ACTIVE] = {
		ENDS_SILENTLY,
		[BGP_EV_CONNECT_RETRY] = TO(BGP_CONNECT, WHY("connect-retry timer expired")),
		[BGP_EV_TCP_UP] = TO(BGP_OPENSENT, WHY("connected")),
		[BGP_EV_TCP_ACCEPTED] = TO(BGP_OPENSENT, WHY("connection accepted")),
	},
	[BGP_OPENSENT] = {
		ENDS_WITH_CEASE,
		BREAKS,
		[BGP_EV_TCP_FAIL] = TO(BGP_ACTIVE, WHY("connection lost before OPEN")),
		[BGP_EV_OPEN] = TO(BGP_OPENCONFIRM, WHY("OPEN received")),
		[BGP_EV_KEEPALIVE] = UNEXPECTED("KEEPALIVE before OPEN"),
		[BGP_EV_UPDATE] = UNEXPECTED("UPDATE before OPEN"),
		[BGP_EV_UPDATE_ERR] = UNEXPECTED("UPDATE before OPEN"),
		[BGP_EV_REFRESH] = UNEXPECTED("ROUTE-REFRESH before OPEN"),
		[BGP_EV_REFRESH_ERR] = UNEXPECTED("ROUTE-REFRESH before OPEN"),
	},
	[BGP_OPENCONFIRM] = {
		ENDS_WITH_CEASE,
		BREAKS,
		[BGP_EV_TCP_FAIL] = DOWN(WHY("connection lost before KEEPALIVE")),
		[BGP_EV_KEEPALIVE_EXPIRED] = KEEP(DO(BGP_ACT_SEND_KEEPALIVE | BGP_ACT_START_KEEPALIVE)),
		[BGP_EV_KEEPALIVE] = TO(BGP_ESTABLISHED, WHY("KEEPALIVE received")),
		[BGP_EV_OPEN] = UNEXPECTED("a second OPEN"),
		[BGP_EV_UPDATE] = UNEXPECTED("UPDATE before KEEPALIVE"),
		[BGP_EV_UPDATE_ERR] = UNEXPECTED("UPDATE before KEEPALIVE"),
		[BGP_EV_REFRESH] = UNEXPECTED("ROUTE-REFRESH before KEEPALIVE"),
		[BGP_EV_REFRESH_ERR] = UNEXPECTED("ROUTE-REFRESH before KEEPALIVE"),
	},
	[BGP_ESTABLISHED] = {
		ENDS_WITH_CEASE,
		BREAKS,
		[BGP_EV_TCP_FAIL] = DOWN(WHY("connection lost")),
		[BGP_EV_KEEPALIVE_EXPIRED] = KEEP(DO(BGP_ACT_SEND_KEEPALIVE | BGP_ACT_START_KEEPALIVE)),
		[BGP_EV_KEEPALIVE] = KEEP(DO(BGP_ACT_START_HOLD)),
		[BGP_EV_UPDATE] = KEEP(DO(BGP_ACT_START_HOLD | BGP_ACT_PROCESS)),
		[BGP_EV_REFRESH] = KEEP(DO(BGP_ACT_START_HOLD | BGP_ACT_PROCESS)),
		[BGP_EV_UPDATE_ERR] = DOWN(NOTIFY(UPDATE_ERROR, 0), WHY("UPDATE is malformed")),
		[BGP_EV_REFRESH_ERR] = DOWN(NOTIFY(REFRESH_ERROR, 1), WHY("ROUTE-REFRESH has a wrong length")),
		[BGP_EV_OPEN] = UNEXPECTED("OPEN in an established session"),
	},
};
/* clang-format on */

/* RFC 6608: the subcode of an FSM error tells the state. */
static u8 fsm_error_subcode(enum bgp_state s)
{
	switch (s) {
	case BGP_OPENSENT:
		return 1;
	case BGP_OPENCONFIRM:
		return 2;
	case BGP_ESTABLISHED:
		return 3;
	default:
		return 0;
	}
}

static u32 leave_actions(enum bgp_state from, enum bgp_state to)
{
	bool has_connection = from >= BGP_OPENSENT;
	u32 actions = 0;

	if (from == BGP_ESTABLISHED)
		actions |= BGP_ACT_SESSION_DOWN;
	if (has_connection && to < BGP_OPENSENT)
		actions |= BGP_ACT_CLOSE;
	if (from == BGP_CONNECT)
		actions |= BGP_ACT_DROP_ATTEMPT;
	return actions | BGP_ACT_STOP_TIMERS;
}

static u32 enter_actions(const struct bgp_fsm *f, enum bgp_state to, bool final)
{
	switch (to) {
	case BGP_IDLE:
		return final ? 0 : BGP_ACT_START_IDLE_HOLD;
	case BGP_CONNECT:
		return BGP_ACT_START_CONNECT_RETRY | BGP_ACT_TRY_CONNECT | BGP_ACT_LISTEN;
	case BGP_ACTIVE:
		return BGP_ACT_LISTEN | (f->passive ? 0 : BGP_ACT_START_CONNECT_RETRY);
	case BGP_OPENSENT:
		return BGP_ACT_SEND_OPEN | BGP_ACT_START_OPEN_HOLD;
	case BGP_OPENCONFIRM:
		return BGP_ACT_ACCEPT_OPEN | BGP_ACT_SEND_KEEPALIVE | BGP_ACT_START_HOLD |
		       BGP_ACT_START_KEEPALIVE;
	default:
		return BGP_ACT_SESSION_UP | BGP_ACT_RESET_BACKOFF | BGP_ACT_START_HOLD |
		       BGP_ACT_START_KEEPALIVE;
	}
}

/* Only a connection of our own that TCP completed survives leaving Connect. */
static u32 adopt(enum bgp_event ev, u32 actions)
{
	return ev == BGP_EV_TCP_UP ? actions & ~BGP_ACT_DROP_ATTEMPT : actions;
}

static void count_failures(struct bgp_fsm *f, const struct bgp_step *s, bool final)
{
	if (s->actions & BGP_ACT_RESET_BACKOFF)
		f->failures = 0;
	else if (s->to == BGP_IDLE && s->from != BGP_IDLE && !final)
		f->failures++;
}

struct bgp_step bgp_fsm_event(struct bgp_fsm *f, enum bgp_event ev)
{
	const struct row *row = &table[f->state][ev];
	struct bgp_step s = {
		.from = f->state,
		.to = f->state,
		.event = ev,
		.actions = row->actions,
		.code = row->code,
		.subcode = row->subcode,
		.reason = row->reason ? row->reason : event_names[ev],
	};
	bool final = row->kind == FINAL;

	if (row->kind == IGNORE || row->kind == STAY)
		return s;
	if (row->kind == FORBID) {
		s.actions |= BGP_ACT_SEND_NOTIFICATION;
		s.code = FSM_ERROR;
		s.subcode = fsm_error_subcode(s.from);
	}
	s.to = row->to;
	if (s.to == BGP_CONNECT && f->passive)
		s.to = BGP_ACTIVE;
	s.actions |= adopt(ev, leave_actions(s.from, s.to)) | enter_actions(f, s.to, final);
	count_failures(f, &s, final);
	f->state = s.to;
	return s;
}

const char *bgp_step_format(const struct bgp_step *s, char *buf, size_t size)
{
	if (s->from == s->to && !(s->actions & BGP_ACT_SEND_NOTIFICATION))
		snprintf(buf, size, "%s", "");
	else if (s->actions & BGP_ACT_SEND_NOTIFICATION)
		snprintf(buf, size, "%s -> %s: %s, sending NOTIFICATION %u/%u",
			 state_names[s->from], state_names[s->to], s->reason, s->code, s->subcode);
	else
		snprintf(buf, size, "%s -> %s: %s", state_names[s->from], state_names[s->to],
			 s->reason);
	return buf;
}

const char *bgp_state_name(enum bgp_state s)
{
	return state_names[s];
}

const char *bgp_event_name(enum bgp_event ev)
{
	return event_names[ev];
}

/* Timers */

int bgp_hold_negotiate(u16 own, u16 received, u16 *hold)
{
	if (received > 0 && received < BGP_HOLD_MIN_S)
		return 6;
	*hold = own < received ? own : received;
	return 0;
}

s64 bgp_jitter_ns(s64 ns, u32 random)
{
	s64 quarter = ns / 4;

	return ns - quarter + (s64)((double)quarter * random / UINT32_MAX);
}

s64 bgp_idle_hold_ns(unsigned int failures, u32 random)
{
	s64 ns = BGP_IDLE_HOLD_MIN_NS;

	if (!failures)
		return 0;
	while (failures-- > 1 && ns < BGP_IDLE_HOLD_MAX_NS)
		ns *= 2;
	return bgp_jitter_ns(ns < BGP_IDLE_HOLD_MAX_NS ? ns : BGP_IDLE_HOLD_MAX_NS, random);
}

/* Collision */

static bool we_are_higher(struct bgp_identity self, struct bgp_identity peer)
{
	return self.id != peer.id ? self.id > peer.id : self.as > peer.as;
}

enum bgp_survivor bgp_collision(const struct bgp_contender *old, const struct bgp_contender *fresh,
				struct bgp_identity self, struct bgp_identity peer, bool restarts)
{
	if (old->state < BGP_OPENCONFIRM)
		return old->state < BGP_OPENSENT ? BGP_CLOSE_OLD : BGP_KEEP_BOTH;
	if (old->state == BGP_ESTABLISHED)
		return restarts && !fresh->outgoing ? BGP_CLOSE_OLD : BGP_CLOSE_NEW;
	if (old->outgoing == fresh->outgoing)
		return BGP_CLOSE_OLD;
	return fresh->outgoing == we_are_higher(self, peer) ? BGP_CLOSE_OLD : BGP_CLOSE_NEW;
}
