/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bfd.h - Bidirectional Forwarding Detection: the control packet, and the state machine of one
 * session with its timers, in asynchronous mode, without echo and without authentication.
 *
 * Pure: time and random numbers are arguments. All times are microseconds of one monotonic clock.
 *
 * RFC 5880 (4.1 packet, 6.8 procedures), RFC 5881 (single hop), RFC 5883 (multihop)
 */
#ifndef EVPN_BFD_H
#define EVPN_BFD_H

#include "types.h"

#define BFD_PORT 3784	       /* RFC 5881 section 4 */
#define BFD_MULTIHOP_PORT 4784 /* RFC 5883 section 5 */
#define BFD_SOURCE_PORT_MIN 49152
#define BFD_TTL \
	255 /* RFC 5881 section 5: what is sent, and what must be left of it on a single hop */
#define BFD_LEN 24
#define BFD_NEVER INT64_MAX
#define BFD_SLOW_US 1000000 /* RFC 5880 6.8.3: not faster than this before the session is Up */

/* In the order of their numbers on the wire. */
enum bfd_state { BFD_ADMIN_DOWN, BFD_DOWN, BFD_INIT, BFD_UP };

enum bfd_diag {
	BFD_DIAG_NONE,
	BFD_DIAG_TIMEOUT,
	BFD_DIAG_ECHO,
	BFD_DIAG_NEIGHBOR_DOWN,
	BFD_DIAG_FORWARDING_RESET,
	BFD_DIAG_PATH_DOWN,
	BFD_DIAG_CONCATENATED_DOWN,
	BFD_DIAG_ADMIN_DOWN,
	BFD_DIAG_REVERSE_CONCATENATED_DOWN,
	BFD_DIAGS
};

/**
 * struct bfd_packet - a control packet's mandatory section; intervals in microseconds
 * @mult: detection time multiplier, never 0
 * @my_discr: never 0
 */
struct bfd_packet {
	enum bfd_state state;
	u8 diag;
	bool poll;
	bool final;
	bool control_plane_independent;
	bool demand;
	u8 mult;
	u32 my_discr;
	u32 your_discr;
	u32 desired_min_tx;
	u32 required_min_rx;
	u32 required_min_echo_rx;
};

/**
 * bfd_decode() - read a packet and check what RFC 5880 6.8.6 wants checked before a session is looked up
 * @data, @len: the UDP payload
 *
 * Return: NULL, or why the packet is to be discarded, a piece of a sentence; @p is untouched then.
 */
const char *bfd_decode(const void *data, size_t len, struct bfd_packet *p);

/** bfd_encode() - the opposite, always BFD_LEN octets */
void bfd_encode(const struct bfd_packet *p, u8 out[BFD_LEN]);

/**
 * struct bfd_timing - what an operator chooses; microseconds
 * @mult: 1 to 255
 */
struct bfd_timing {
	u32 min_tx;
	u32 min_rx;
	u8 mult;
};

/**
 * struct bfd_session - RFC 5880 6.8.1; bfd_session_init() before use
 * @timing: as configured
 * @tx_us: bfd.DesiredMinTxInterval as advertised; @tx_used_us: as used, which is the old one while an
 *	increase is being polled
 * @rx_us, @rx_used_us: bfd.RequiredMinRxInterval likewise, for a decrease
 * @polling: a Poll Sequence is under way
 * @final_due: a Poll was received and is to be answered at once
 * @next_tx: when to send, BFD_NEVER: not at all
 * @detect_at: when the remote system is declared dead, BFD_NEVER: it is not heard anyway
 * @last_rx: a packet of the session arrived, BFD_NEVER: none yet
 */
struct bfd_session {
	struct bfd_timing timing;
	enum bfd_state state;
	enum bfd_diag diag;
	enum bfd_state remote_state;
	u8 remote_diag;
	u8 remote_mult;
	bool remote_demand;
	bool polling;
	bool final_due;
	u32 discr;
	u32 remote_discr;
	u32 remote_min_tx;
	u32 remote_min_rx;
	u32 tx_us, tx_used_us;
	u32 rx_us, rx_used_us;
	s64 next_tx;
	s64 detect_at;
	s64 last_rx;
};

/**
 * bfd_session_init() - a session that is Down and sends its first packet at once
 * @discr: own discriminator, not 0, unlike that of any other session
 */
void bfd_session_init(struct bfd_session *s, const struct bfd_timing *timing, u32 discr, s64 now);

/**
 * bfd_session_rx() - a packet of this session arrived (6.8.6)
 *
 * The caller has found the session: by @p->your_discr, or by the addresses while that is 0.
 *
 * Return: the state or the remote state has changed.
 */
bool bfd_session_rx(struct bfd_session *s, const struct bfd_packet *p, s64 now);

/**
 * bfd_session_expire() - has the detection time passed (6.8.4)?
 *
 * Return: the state has changed.
 */
bool bfd_session_expire(struct bfd_session *s, s64 now);

/** bfd_session_tx_due() - is a packet to be sent now? */
bool bfd_session_tx_due(const struct bfd_session *s, s64 now);

/**
 * bfd_session_tx() - the packet to send now, periodic or in answer to a Poll (6.8.7)
 * @random: 32 uniformly distributed bits, for the jitter of the next one
 */
void bfd_session_tx(struct bfd_session *s, struct bfd_packet *p, s64 now, u32 random);

/** bfd_session_deadline() - when there is something to do without a packet; BFD_NEVER: nothing */
s64 bfd_session_deadline(const struct bfd_session *s);

/** bfd_session_timing() - other intervals, without a flap: what the remote system relies on is polled */
void bfd_session_timing(struct bfd_session *s, const struct bfd_timing *timing, s64 now);

/**
 * bfd_session_admin() - hold the session down, or let it come up (6.8.16)
 *
 * Return: the state has changed.
 */
bool bfd_session_admin(struct bfd_session *s, bool down, s64 now);

/** bfd_session_interval() - time between own packets as negotiated, before jitter; 0: none are sent */
u32 bfd_session_interval(const struct bfd_session *s);

/** bfd_session_detection() - negotiated detection time; 0 while the remote system was not heard */
s64 bfd_session_detection(const struct bfd_session *s);

const char *bfd_state_name(enum bfd_state state);
const char *bfd_diag_name(unsigned int diag);

#endif
