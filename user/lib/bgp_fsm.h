/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bgp_fsm.h - the BGP state machine of one connection: a table of (state, event).
 *
 * The machine decides, the session code acts: every step returns a set of actions, which includes
 * the side effects of leaving one state and entering another, the NOTIFICATION to send if any, and
 * the reason for the log. Pure: no clock, no random numbers of its own.
 *
 * RFC 4271 (6.8 collision, 8 state machine, 10 timers and jitter), RFC 6286 (identifiers that are
 * equal), RFC 4724 (4.2 a new connection of a restarted peer), RFC 6608 (FSM error subcodes),
 * RFC 9003 (shutdown text, carried by the caller), RFC 7313 (refresh errors)
 */
#ifndef EVPN_BGP_FSM_H
#define EVPN_BGP_FSM_H

#include "types.h"

enum bgp_state {
	BGP_IDLE,
	BGP_CONNECT,
	BGP_ACTIVE,
	BGP_OPENSENT,
	BGP_OPENCONFIRM,
	BGP_ESTABLISHED,
	BGP_STATES
};

/* The numbers in the comments are those of RFC 4271 section 8.1. */
enum bgp_event {
	BGP_EV_START,	      /* 1, 3, 4, 5: configured, enabled again, or 13: idle hold passed */
	BGP_EV_STOP,	      /* 2: administratively shut down; stays down */
	BGP_EV_RESET,	      /* 2: cleared by the operator; comes back at once */
	BGP_EV_DECONFIGURED,  /* 8: the neighbour was removed from the configuration */
	BGP_EV_CONFIG_CHANGE, /* 8: its configuration changed in a way that needs a new session */
	BGP_EV_CONNECT_RETRY, /* 9: the connect-retry timer expired */
	BGP_EV_HOLD_EXPIRED,  /* 10 */
	BGP_EV_KEEPALIVE_EXPIRED, /* 11 */
	BGP_EV_TCP_UP,		  /* 16: the connection we opened is up */
	BGP_EV_TCP_ACCEPTED, /* 17: a connection the peer opened was accepted for this machine */
	BGP_EV_TCP_FAIL,     /* 18: refused, timed out, closed or reset */
	BGP_EV_OPEN,	     /* 19: a good OPEN */
	BGP_EV_HEADER_ERR,   /* 21 */
	BGP_EV_OPEN_ERR,     /* 22 */
	BGP_EV_COLLISION,    /* 23: this connection lost, see bgp_collision() */
	BGP_EV_NOTIFICATION, /* 24, 25: received */
	BGP_EV_KEEPALIVE,    /* 26 */
	BGP_EV_UPDATE,	     /* 27: an UPDATE that can be used, RFC 7606 applied */
	BGP_EV_UPDATE_ERR,   /* 28: one that must reset the session */
	BGP_EV_REFRESH,	     /* a good ROUTE-REFRESH */
	BGP_EV_REFRESH_ERR,  /* one with a wrong length, RFC 7313 */
	BGP_EV_BFD_DOWN,     /* the path to the peer is dead, RFC 9384 */
	BGP_EVENTS
};

/* What to do, in this order: from the lowest bit to the highest. */
enum bgp_action {
	BGP_ACT_SEND_NOTIFICATION = 1 << 0, /* bgp_step.code and .subcode */
	BGP_ACT_SESSION_DOWN =
		1 << 1, /* Established is left: routes of the peer go or become stale */
	BGP_ACT_STOP_TIMERS = 1 << 2,	      /* hold, keepalive, connect-retry, idle hold */
	BGP_ACT_CLOSE = 1 << 3,		      /* close the connection, flushing what is queued */
	BGP_ACT_DROP_ATTEMPT = 1 << 4,	      /* abandon the connection attempt under way */
	BGP_ACT_RESET_BACKOFF = 1 << 5,	      /* bgp_fsm.failures is 0 again */
	BGP_ACT_START_IDLE_HOLD = 1 << 6,     /* deliver BGP_EV_START after bgp_idle_hold_ns() */
	BGP_ACT_START_CONNECT_RETRY = 1 << 7, /* after bgp_jitter_ns() of the configured time */
	BGP_ACT_TRY_CONNECT = 1 << 8,	      /* open a connection; never set for a passive peer */
	BGP_ACT_SEND_OPEN = 1 << 9,
	BGP_ACT_START_OPEN_HOLD = 1
				  << 10, /* hold timer := BGP_OPEN_HOLD_NS, no OPEN received yet */
	BGP_ACT_ACCEPT_OPEN = 1 << 11,	 /* take over what the OPEN said, negotiate the hold time */
	BGP_ACT_SEND_KEEPALIVE = 1 << 12,
	BGP_ACT_START_HOLD = 1 << 13, /* hold timer := negotiated time, unless that is 0 */
	BGP_ACT_START_KEEPALIVE =
		1 << 14,	      /* := bgp_jitter_ns() of a third, unless the hold time is 0 */
	BGP_ACT_SESSION_UP = 1 << 15, /* Established is entered: advertise everything */
	BGP_ACT_PROCESS = 1 << 16,    /* the UPDATE or ROUTE-REFRESH is to be processed */
	BGP_ACT_LISTEN = 1 << 17,     /* incoming connections are welcome now */
};

#define BGP_NS_PER_S 1000000000LL
#define BGP_OPEN_HOLD_NS (240 * BGP_NS_PER_S)
#define BGP_IDLE_HOLD_MIN_NS (1 * BGP_NS_PER_S)
#define BGP_IDLE_HOLD_MAX_NS (120 * BGP_NS_PER_S)
#define BGP_HOLD_MIN_S 3

/**
 * struct bgp_fsm - the machine of one connection (all zero is Idle)
 * @passive: never connects, waits for the peer
 * @failures: how often in a row a session failed before it was Established; sets the idle hold time
 */
struct bgp_fsm {
	enum bgp_state state;
	bool passive;
	unsigned int failures;
};

/**
 * struct bgp_step - what one event led to
 * @actions: set of enum bgp_action
 * @code, @subcode: of the NOTIFICATION, valid with BGP_ACT_SEND_NOTIFICATION. The subcode of
 *	BGP_EV_HEADER_ERR, OPEN_ERR and UPDATE_ERR is 0 here: the decoder knows it
 * @reason: why, a piece of a sentence; never NULL
 */
struct bgp_step {
	enum bgp_state from;
	enum bgp_state to;
	enum bgp_event event;
	u32 actions;
	u8 code;
	u8 subcode;
	const char *reason;
};

/**
 * bgp_fsm_event() - one event; moves @f to its next state
 *
 * Events that mean nothing in a state (RFC 4271 tells which) give no action. An event that must not
 * happen in a state ends the connection with NOTIFICATION 5 and the subcode of RFC 6608.
 */
struct bgp_step bgp_fsm_event(struct bgp_fsm *f, enum bgp_event ev);

/**
 * bgp_step_format() - the log's sentence: "OpenSent -> OpenConfirm: OPEN received"
 *
 * Return: @buf; empty when the state did not change and nothing is sent.
 */
const char *bgp_step_format(const struct bgp_step *s, char *buf, size_t size);

const char *bgp_state_name(enum bgp_state s);
const char *bgp_event_name(enum bgp_event ev);

/**
 * bgp_hold_negotiate() - the hold time of the session
 * @own: configured, seconds: 0 or >= 3
 * @received: from the peer's OPEN
 * @hold: result, seconds; 0: neither hold nor keepalive timer
 *
 * Return: 0, or 6 (the subcode Unacceptable Hold Time of an OPEN error) for 1 or 2 seconds.
 */
int bgp_hold_negotiate(u16 own, u16 received, u16 *hold);

/** bgp_keepalive_ns() - a third of the hold time, before jitter; 0 for 0 */
static inline s64 bgp_keepalive_ns(u16 hold)
{
	return hold * BGP_NS_PER_S / 3;
}

/**
 * bgp_jitter_ns() - 75 to 100 percent of @ns (RFC 4271 section 10)
 * @random: 32 uniformly distributed bits
 */
s64 bgp_jitter_ns(s64 ns, u32 random);

/**
 * bgp_idle_hold_ns() - 1 s, doubled with every further failure up to 120 s, with jitter
 *
 * Return: nanoseconds; 0 without a failure, that is after the operator's reset.
 */
s64 bgp_idle_hold_ns(unsigned int failures, u32 random);

/**
 * struct bgp_contender - one of two connections with the same peer
 * @state: of its machine
 * @outgoing: we opened it
 */
struct bgp_contender {
	enum bgp_state state;
	bool outgoing;
};

/**
 * struct bgp_identity - what decides a collision
 * @id: BGP identifier, host order
 * @as: AS number
 */
struct bgp_identity {
	u32 id;
	u32 as;
};

enum bgp_survivor {
	BGP_KEEP_BOTH, /* no collision yet: the old one has no OPEN to compare with */
	BGP_CLOSE_NEW,
	BGP_CLOSE_OLD,
};

/**
 * bgp_collision() - an OPEN arrived on the connection @fresh while @old exists
 * @peer: as in the OPEN
 * @restarts: the peer negotiated graceful restart on @old
 *
 * The connection that the side with the higher identifier opened survives; with equal identifiers
 * (RFC 6286) the side with the higher AS number. An Established @old survives, except that a peer
 * which restarts gracefully announces itself by its new connection (RFC 4724 section 4.2). Two
 * connections opened by the same side: the newer one, unless the old one is Established.
 */
enum bgp_survivor bgp_collision(const struct bgp_contender *old, const struct bgp_contender *fresh,
				struct bgp_identity self, struct bgp_identity peer, bool restarts);

#endif
