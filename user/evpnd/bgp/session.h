/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A BGP peer: its connections, its state machine, what it negotiated, what it sent and got.
 *
 * A session owns one connection, or two while they collide. The state machine (bgp_fsm.h) decides;
 * session.c carries out. Octets in and out are session_io.c, OPEN is session_open.c, UPDATE and
 * ROUTE-REFRESH are update.c (in) and advertise.c (out).
 *
 * RFC 4271, RFC 4760 (EVPN, and no other family), RFC 6793, RFC 6286, RFC 5082 (GTSM), RFC 7313,
 * RFC 8654, RFC 9003, RFC 9687 (send hold timer)
 */
#ifndef EVPND_SESSION_H
#define EVPND_SESSION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <systemd/sd-event.h>

#include "bgp_fsm.h"
#include "bgp_msg.h"
#include "conf/conf.h"
#include "bgp/export.h"
#include "bgp/rib.h"
#include "log.h"
#include "timer.h"

struct bgp_host;
struct session;

#define SESSION_TEXT_MAX 320

/**
 * struct conn - one TCP connection and its state machine
 * @fd: -1 without a connection
 * @outgoing: we opened it, or are about to
 * @connecting: connect() is under way
 * @requested: the parent was asked for a socket
 * @busy: its reader is on the stack; it is freed when that returns
 * @in, @out: octets that are no whole message yet, octets that TCP did not take yet
 * @ctx: how UPDATEs are to be read and written
 * @hold_time: negotiated, seconds
 * @hold: also the limit for receiving an OPEN
 * @send_hold: runs while the peer takes nothing (RFC 9687)
 * @says_bye: it sent a Cease by which it shuts down for good
 * @open: what the peer sent, valid when @open_received
 * @local: our address
 */
struct conn {
	struct session *session;
	struct bgp_fsm fsm;
	int fd;
	sd_event_source *io;
	bool outgoing;
	bool connecting;
	bool requested;
	bool busy;
	bool dead;
	bool open_received;
	bool says_bye;
	u8 *in;
	size_t in_len, in_cap;
	u8 *out;
	size_t out_off, out_len, out_cap;
	struct bgp_ctx ctx;
	uint16_t hold_time;
	s64 read_at; /* when the messages arrived that are being handled; 0: none are */
	struct timer hold;
	struct timer keepalive;
	struct timer send_hold;
	struct bgp_open open;
	struct ip_addr local;
};

struct session_count {
	uint64_t messages;
	uint64_t updates;
	uint64_t withdrawn;
	uint64_t discarded;
	uint64_t ignored; /* received only: of no use here, and not kept */
	uint64_t refused; /* received only: for want of memory */
	uint64_t routes;  /* sent only; received ones are counted by the RIB */
};

/**
 * struct session - one configured peer
 * @conn: the connection that counts; always there
 * @second: one that the peer opened meanwhile, until the collision is decided; else NULL
 * @clearing: paths of the last session are still being removed, slice by slice
 * @eor_received: End-of-RIB, or what stands for it with a peer that sends none
 * @borr_due, @refreshing: BoRR, EoRR are to be sent
 * @refused_due: routes were refused for want of memory and are to be asked for again
 * @ignored_since: routes that were not kept since it was asked for all of them last
 * @limit_warned: that its limit of routes is near was said
 * @limited_until: it passed a limit: no session before that, monotonic nanoseconds
 * @since: of the state, monotonic nanoseconds
 * @warnings: about the peer's messages
 */
struct session {
	TAILQ_ENTRY(session) link;
	struct bgp_host *host;
	struct conf_peer conf;
	char name[IP_STRLEN + 8];
	struct rib_peer *rib_peer;
	struct conn *conn;
	struct conn *second;
	struct timer connect_retry;
	struct timer idle_hold;
	struct export_cursor cursor;
	bool established;
	bool clearing;
	bool eor_sent;
	bool eor_received;
	bool borr_due;
	bool refreshing;
	bool refused_due;
	uint64_t ignored_since;
	bool limit_warned;
	int64_t limited_until;
	int64_t since;
	struct session_count received;
	struct session_count sent;
	unsigned int resets;
	char last_error[SESSION_TEXT_MAX];
	int64_t last_error_at;		     /* CLOCK_MONOTONIC */
	char logged_error[SESSION_TEXT_MAX]; /* why there is no session, as the log has it */
	struct log_limit warnings;
};

/* session.c */
struct session *session_new(struct bgp_host *host, const struct conf_peer *conf);
void session_free(struct session *s, enum bgp_event why); /* why: DECONFIGURED or STOP */
/* the peer's configuration changed; keeps the session when the change does not concern it */
void session_conf(struct session *s, const struct conf_peer *conf, bool restart);
void session_accept(struct session *s, int fd);
void session_socket(struct session *s, int fd, int error);
void session_clear(struct session *s);
/* BFD says that the path to it is dead: the session ends now, not when its hold time is over */
void session_bfd_down(struct session *s, const char *why);
struct session *session_find(struct bgp_host *host, const struct ip_addr *address, uint16_t port);
enum bgp_state session_state(const struct session *s);
bool session_is_ebgp(const struct session *s);
void conn_event(struct conn *c, enum bgp_event ev, const struct bgp_error *err);
/* why the next conn_event() happens, when there is more to say than the state machine knows */
void session_error(struct session *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* a log line about what the peer sent, with a limit on how many */
void session_warn(struct session *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void session_eor_received(struct session *s);
/* Is it beyond its limits of paths or memory? Then @err is the Cease of RFC 4486 */
bool session_over_limit(struct session *s, struct bgp_error *err);

/* session_io.c */
struct conn *conn_new(struct session *s);
void conn_free(struct conn *c);
int conn_connect(struct conn *c, int fd);
int conn_accepted(struct conn *c, int fd);
void conn_close(struct conn *c);
void conn_drain(struct conn *c);
void conn_put(struct conn *c, const void *msg, size_t len);
u8 *conn_room(struct conn *c, size_t len);
void conn_took(struct conn *c, size_t len);
void conn_write(struct conn *c);
int conn_negotiated(struct conn *c);

/* session_open.c */
size_t session_open_build(struct session *s, u8 *buf, size_t cap);
int session_open_check(struct session *s, const struct bgp_open *open, struct bgp_error *err);
void session_open_accept(struct conn *c);

/* update.c */
void update_receive(struct conn *c, const u8 *body, size_t len);
void refresh_receive(struct conn *c, const u8 *body, size_t len);

/* advertise.c */
void advertise(struct session *s);
void advertise_all(struct bgp_host *host);
void advertise_again(struct session *s);
bool refresh_request(struct session *s);

#endif
