// SPDX-License-Identifier: GPL-2.0-only
/*
 * session.c - a peer's life: what the state machine asks for is done here, and nowhere else.
 *
 * Two connections with one peer exist only while both wait for an OPEN. The first OPEN decides
 * (RFC 4271 section 6.8); what survives becomes session->conn, the other one is closed with Cease.
 */
#include "bgp/session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "bgp/bgp_host.h"

#define NS_PER_MS 1000000LL
#define CLEAR_SLICE 4096       /* paths removed in one turn of the loop */
#define ACCEPTED_MS 60000      /* who connects has an OPEN to send, and no descriptor without it */
#define IDLE_ACCEPT_FAILURES 3 /* after so many failures the peer has to wait, too */

/* ---- words ---- */

void session_error(struct session *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->last_error, sizeof(s->last_error), fmt, ap);
	va_end(ap);
	s->last_error_at = timer_now_ns();
}

void session_warn(struct session *s, const char *fmt, ...)
{
	char subject[sizeof(s->name) + 8], text[SESSION_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(subject, sizeof(subject), "peer %s", s->name);
	log_limited(&s->warnings, LOG_LEVEL_WARNING, LOG_REMOTE, subject, "%s", text);
}

enum bgp_state session_state(const struct session *s)
{
	enum bgp_state state = s->conn->fsm.state;

	return s->second && s->second->fsm.state > state ? s->second->fsm.state : state;
}

bool session_is_ebgp(const struct session *s)
{
	return s->conf.remote_as != s->host->conf->global.as;
}

static void report(struct session *s, const char *event, const char *reason)
{
	char address[IP_STRLEN];

	s->host->ops->event(s->host, "peer",
			    json_pack("{s:s, s:s, s:i, s:s, s:s?}", "event", event, "address",
				      ip_format(&s->conf.address, address), "port", s->conf.port,
				      "state", bgp_state_name(session_state(s)), "reason", reason));
}

/* ---- up and down ---- */

static void came_up(struct session *s, struct conn *c)
{
	/* the other connection never saw an OPEN, so nothing was decided between them until now */
	if (c == s->second)
		conn_event(s->conn, BGP_EV_COLLISION, NULL);
	if (s->clearing)
		rib_peer_clear(s->host->rib, s->rib_peer, 0);
	s->clearing = false;
	s->established = true;
	s->eor_sent = false;
	s->eor_received = false;
	s->borr_due = false;
	s->refreshing = false;
	s->refused_due = false;
	s->ignored_since = 0;
	s->limit_warned = false;
	rib_peer_set(s->rib_peer, session_is_ebgp(s), c->open.id);
	export_attach(s->host->export, &s->cursor);
	s->logged_error[0] = '\0';
	log_info("peer %s: Established, hold time %u s", s->name, c->hold_time);
	report(s, "up", NULL);
	bgp_host_wake_output(s->host);
	s->host->ops->sync(s->host);
}

/*
 * Does the peer live on, although its session ends? It does when it, or this side, says why and
 * does not shut down for good. What its kernel forwards goes on meanwhile.
 */
static enum route_loss loss_by(const struct conn *c, enum bgp_event ev)
{
	switch (ev) {
	case BGP_EV_NOTIFICATION:
		return c->says_bye ? ROUTE_SESSION_DEAD : ROUTE_SESSION_RESET;
	case BGP_EV_TCP_FAIL:
	case BGP_EV_HOLD_EXPIRED:
	case BGP_EV_BFD_DOWN:
		return ROUTE_SESSION_DEAD;
	case BGP_EV_DECONFIGURED:
	case BGP_EV_STOP:
		return ROUTE_WITHDRAWN;
	default:
		return ROUTE_SESSION_RESET;
	}
}

static void went_down(struct session *s, enum route_loss loss)
{
	s->established = false;
	s->eor_received = false;
	s->resets++;
	export_detach(&s->cursor);
	/* the routes that failover depends on go now, a big table goes while the loop runs */
	s->host->route_loss = loss;
	s->clearing = rib_peer_clear(s->host->rib, s->rib_peer, CLEAR_SLICE);
	s->host->route_loss = ROUTE_WITHDRAWN;
	if (s->clearing)
		bgp_host_wake_cleaner(s->host);
}

void session_eor_received(struct session *s)
{
	if (s->eor_received || !s->established)
		return;
	s->eor_received = true;
	log_debug("peer %s: End-of-RIB, %zu routes", s->name, rib_peer_count(s->rib_peer));
	s->host->ops->sync(s->host);
}

#define LIMIT_WARN_PERCENT 80

static bool is_near(uint64_t value, uint64_t limit)
{
	return limit && value >= limit * LIMIT_WARN_PERCENT / 100;
}

/* AFI, SAFI and the limit are the data of the NOTIFICATION (RFC 4486 section 4). */
static void limit_error(struct session *s, struct bgp_error *err, const char *what)
{
	u8 data[7] = {0, BGP_AFI_L2VPN, BGP_SAFI_EVPN};

	store32(data + 3, s->conf.max_paths);
	bgp_error_set(err, BGP_ERR_CEASE, BGP_CEASE_MAX_PREFIX, data, sizeof(data),
		      "%zu routes in %zu MiB, more than %s allows; no session for %u s",
		      rib_peer_count(s->rib_peer), rib_peer_bytes(s->rib_peer) >> 20, what,
		      s->conf.limit_restart_ms / 1000);
	s->limited_until = timer_now_ns() + s->conf.limit_restart_ms * NS_PER_MS;
}

bool session_over_limit(struct session *s, struct bgp_error *err)
{
	uint64_t paths = rib_peer_count(s->rib_peer), bytes = rib_peer_bytes(s->rib_peer);
	uint64_t max_bytes = (uint64_t)s->conf.max_memory << 20;

	if (s->conf.max_paths && paths > s->conf.max_paths) {
		limit_error(s, err, "maximum-paths");
		return true;
	}
	if (max_bytes && bytes > max_bytes) {
		limit_error(s, err, "maximum-memory");
		return true;
	}
	if (!s->limit_warned && (is_near(paths, s->conf.max_paths) || is_near(bytes, max_bytes))) {
		s->limit_warned = true;
		log_warning("peer %s: %llu routes in %llu MiB, more than %d %% of its limits",
			    s->name, (unsigned long long)paths, (unsigned long long)bytes >> 20,
			    LIMIT_WARN_PERCENT);
	}
	return false;
}

/* ---- actions ---- */

static void send_notification(struct conn *c, const struct bgp_step *step,
			      const struct bgp_error *err)
{
	u8 buf[BGP_MAX_LEN], code = step->code, subcode = step->subcode;
	struct session *s = c->session;
	size_t len;

	if (err && err->code) {
		code = err->code;
		subcode = err->subcode;
		len = bgp_notification_encode(code, subcode, err->data, err->data_len, buf,
					      sizeof(buf));
	} else if (code == BGP_ERR_CEASE &&
		   (subcode == BGP_CEASE_SHUTDOWN || subcode == BGP_CEASE_RESET)) {
		len = bgp_shutdown_encode(subcode, step->reason, buf, sizeof(buf));
	} else {
		len = bgp_notification_encode(code, subcode, NULL, 0, buf, sizeof(buf));
	}
	conn_put(c, buf, len);
	if (step->event == BGP_EV_COLLISION)
		return; /* nothing is wrong with the session */
	session_error(s, "sent NOTIFICATION %u/%u (%s%s%s): %s", code, subcode, bgp_err_name(code),
		      *bgp_err_subname(code, subcode) ? ", " : "", bgp_err_subname(code, subcode),
		      err && *err->reason ? err->reason : step->reason);
}

static void send_open(struct conn *c)
{
	u8 buf[BGP_MAX_LEN];

	conn_put(c, buf, session_open_build(c->session, buf, sizeof(buf)));
}

static void send_keepalive(struct conn *c)
{
	u8 buf[BGP_HEADER_LEN];

	conn_put(c, buf, bgp_keepalive_encode(buf, sizeof(buf)));
}

static void start_hold(struct conn *c)
{
	s64 from = c->read_at ? c->read_at : timer_now_ns();

	if (c->hold_time)
		timer_start_at(&c->hold, (u64)from / 1000 + c->hold_time * 1000000ull);
	else
		timer_stop(&c->hold);
}

static void start_keepalive(struct conn *c)
{
	s64 ns = bgp_keepalive_ns(c->hold_time);

	if (ns)
		timer_start(&c->keepalive,
			    (u64)(bgp_jitter_ns(ns, (u32)random() << 1) / NS_PER_MS));
	else
		timer_stop(&c->keepalive);
}

static void accept_open(struct conn *c)
{
	session_open_accept(c);
	if (conn_negotiated(c) < 0)
		log_error("peer %s: no memory for its buffers", c->session->name);
}

static void start_idle_hold(struct session *s)
{
	s64 ns = bgp_idle_hold_ns(s->conn->fsm.failures, (u32)random() << 1);
	s64 limited = s->limited_until - timer_now_ns();

	if (limited > ns)
		ns = limited;

	if (!s->conf.shutdown && !s->host->stopping)
		timer_start(&s->idle_hold, (u64)(ns / NS_PER_MS));
}

/* What only the connection that counts may do; the second one never connects and never waits. */
static void session_actions(struct session *s, struct conn *c, u32 actions)
{
	if (actions & BGP_ACT_STOP_TIMERS) {
		timer_stop(&s->connect_retry);
		timer_stop(&s->idle_hold);
	}
	if (actions & BGP_ACT_START_IDLE_HOLD)
		start_idle_hold(s);
	if (actions & BGP_ACT_START_CONNECT_RETRY)
		timer_start(&s->connect_retry, timer_jitter(s->conf.connect_retry_ms));
	if (actions & BGP_ACT_TRY_CONNECT) {
		c->outgoing = true;
		c->requested = true;
		s->host->ops->request_socket(s->host, &s->conf.address, s->conf.port);
	}
}

static void end_actions(struct conn *c, const struct bgp_step *step, const struct bgp_error *err)
{
	if (step->actions & BGP_ACT_SEND_NOTIFICATION)
		send_notification(c, step, err);
	if (step->actions & BGP_ACT_SESSION_DOWN)
		went_down(c->session, loss_by(c, step->event));
	if (step->actions & BGP_ACT_STOP_TIMERS) {
		timer_stop(&c->hold);
		timer_stop(&c->keepalive);
	}
	if (step->actions & BGP_ACT_CLOSE) {
		conn_write(c);
		conn_drain(c);
		conn_close(c);
	}
	if (step->actions & BGP_ACT_DROP_ATTEMPT && (c->connecting || c->requested))
		conn_close(c);
}

static void begin_actions(struct conn *c, const struct bgp_step *step)
{
	if (step->actions & BGP_ACT_SEND_OPEN)
		send_open(c);
	if (step->actions & BGP_ACT_START_OPEN_HOLD)
		timer_start(&c->hold, c->outgoing ? BGP_OPEN_HOLD_NS / NS_PER_MS : ACCEPTED_MS);
	if (step->actions & BGP_ACT_ACCEPT_OPEN)
		accept_open(c);
	if (step->actions & BGP_ACT_SEND_KEEPALIVE)
		send_keepalive(c);
	if (step->actions & BGP_ACT_START_HOLD)
		start_hold(c);
	if (step->actions & BGP_ACT_START_KEEPALIVE)
		start_keepalive(c);
	if (step->actions & BGP_ACT_SESSION_UP)
		came_up(c->session, c);
	conn_write(c);
}

/* Why it went wrong: what is known beyond the state machine's own words. */
static const char *cause(const struct session *s, const struct bgp_step *step)
{
	return *s->last_error ? s->last_error : step->reason;
}

/* Why there is no session is said once, not with every attempt. */
static bool is_news(struct session *s, const char *why)
{
	bool news = strcmp(why, s->logged_error) != 0;

	snprintf(s->logged_error, sizeof(s->logged_error), "%s", why);
	return news;
}

static void log_unreachable(struct session *s)
{
	if (is_news(s, s->last_error))
		log_info("peer %s: %s", s->name, s->last_error);
}

static void log_step(struct conn *c, const struct bgp_step *step)
{
	struct session *s = c->session;
	char text[256];

	if (!*bgp_step_format(step, text, sizeof(text)))
		return;
	log_debug("peer %s%s: %s", s->name, c == s->second ? " (second connection)" : "", text);
	if (step->event == BGP_EV_COLLISION || step->to >= step->from)
		return;
	if (step->from == BGP_ESTABLISHED)
		log_warning("peer %s: down: %s", s->name, cause(s, step));
	else if (step->from >= BGP_OPENSENT && is_news(s, cause(s, step)))
		session_warn(s, "no session: %s", cause(s, step));
}

static void promote_second(struct session *s)
{
	struct conn *old = s->conn;

	s->conn = s->second;
	s->second = NULL;
	s->conn->fsm.passive = s->conf.passive;
	s->conn->fsm.failures = old->fsm.failures;
	timer_stop(&s->connect_retry);
	timer_stop(&s->idle_hold);
	conn_free(old);
}

/* A connection ended: the other one takes its place, or there is only one from now on. */
static void settle(struct conn *c, const struct bgp_step *step)
{
	struct session *s = c->session;

	if (step->to >= BGP_OPENSENT || step->to >= step->from)
		return;
	if (c == s->second) {
		s->second = NULL;
		conn_free(c);
	} else if (s->second) {
		promote_second(s);
	}
}

/*
 * OPEN arrived on @c while there is another connection.
 * Return: whether @c goes on.
 */
static bool survives_collision(struct conn *c)
{
	struct session *s = c->session;
	struct conn *other = c == s->conn ? s->second : s->conn;
	const struct bgp_contender old = {other->fsm.state, other->outgoing};
	const struct bgp_contender fresh = {c->fsm.state, c->outgoing};
	struct bgp_identity self = {bgp_host_router_id(s->host), s->host->conf->global.as};
	struct bgp_identity peer = {c->open.id, c->open.as};
	bool restarts = bgp_caps_gr(&other->open.caps, BGP_AFI_L2VPN, BGP_SAFI_EVPN) != NULL;

	switch (bgp_collision(&old, &fresh, self, peer, restarts)) {
	case BGP_CLOSE_NEW:
		conn_event(c, BGP_EV_COLLISION, NULL);
		return false;
	case BGP_CLOSE_OLD:
		if (other->fsm.state < BGP_OPENSENT) {
			if (other == s->conn)
				promote_second(s);
			return true;
		}
		conn_event(other, BGP_EV_COLLISION, NULL);
		return true;
	default:
		return true;
	}
}

void conn_event(struct conn *c, enum bgp_event ev, const struct bgp_error *err)
{
	struct session *s = c->session;
	enum bgp_state before = session_state(s);
	struct bgp_step step;

	if (ev == BGP_EV_OPEN && s->second && c->fsm.state == BGP_OPENSENT &&
	    !survives_collision(c))
		return;
	step = bgp_fsm_event(&c->fsm, ev);
	end_actions(c, &step, err);
	log_step(c, &step);
	if (c == s->conn && !s->second)
		session_actions(s, c, step.actions);
	else if (c == s->conn && step.actions & BGP_ACT_STOP_TIMERS)
		session_actions(s, c, BGP_ACT_STOP_TIMERS);
	begin_actions(c, &step);
	settle(c, &step);
	if (step.event == BGP_EV_TCP_FAIL && step.from == BGP_CONNECT)
		log_unreachable(s);
	if (session_state(s) == before)
		return;
	s->since = timer_now_ns();
	if (before == BGP_ESTABLISHED) {
		report(s, "down", cause(s, &step));
		s->host->ops->sync(s->host);
	} else if (before >= BGP_OPENSENT && session_state(s) < BGP_OPENSENT) {
		report(s, "failed", cause(s, &step));
	}
}

/* ---- connections ---- */

static void connect_retry_expired(void *data)
{
	struct session *s = data;

	if (s->conn->connecting) {
		session_error(s, "connect: no answer");
		log_unreachable(s);
	}
	conn_event(s->conn, BGP_EV_CONNECT_RETRY, NULL);
}

static void idle_hold_expired(void *data)
{
	struct session *s = data;

	conn_event(s->conn, BGP_EV_START, NULL);
}

void session_socket(struct session *s, int fd, int error)
{
	struct conn *c = s->conn;
	int r;

	if (!c->requested || c->fsm.state != BGP_CONNECT || c->fd >= 0) {
		if (fd >= 0)
			close(fd);
		return;
	}
	c->requested = false;
	if (fd < 0) {
		session_error(s, "no socket to connect with: %s", strerror(error ? error : EBADF));
		conn_event(c, BGP_EV_TCP_FAIL, NULL);
		return;
	}
	r = conn_connect(c, fd);
	if (r < 0) {
		close(fd);
		session_error(s, "connect: %s", strerror(-r));
		conn_event(c, BGP_EV_TCP_FAIL, NULL);
	}
}

/* The peer connected while we have something under way: both go on until an OPEN decides. */
static void accept_second(struct session *s, int fd)
{
	struct conn *c = conn_new(s);

	if (!c || conn_accepted(c, fd) < 0) {
		close(fd);
		conn_free(c);
		return;
	}
	c->fsm.passive = true;
	if (s->second) {
		/* the peer gave the older one up; it would have told us by and by */
		conn_free(s->second);
	}
	s->second = c;
	conn_event(c, BGP_EV_START, NULL);
	conn_event(c, BGP_EV_TCP_ACCEPTED, NULL);
}

void session_accept(struct session *s, int fd)
{
	struct conn *c = s->conn;

	if (s->conf.shutdown || s->host->stopping || timer_now_ns() < s->limited_until ||
	    (c->fsm.state == BGP_IDLE && c->fsm.failures > IDLE_ACCEPT_FAILURES)) {
		log_debug("peer %s: connection refused, %s", s->name,
			  s->conf.shutdown ? "shut down" : "in idle hold");
		close(fd);
		return;
	}
	if (c->fsm.state == BGP_IDLE)
		conn_event(c, BGP_EV_START, NULL);
	if (c->fd >= 0) {
		accept_second(s, fd);
		return;
	}
	c->requested = false;
	if (conn_accepted(c, fd) < 0) {
		close(fd);
		return;
	}
	conn_event(c, BGP_EV_TCP_ACCEPTED, NULL);
}

/* ---- configuration ---- */

static void set_name(struct session *s)
{
	char address[IP_STRLEN];

	ip_format(&s->conf.address, address);
	if (s->conf.port == CONF_BGP_PORT)
		snprintf(s->name, sizeof(s->name), "%s", address);
	else
		snprintf(s->name, sizeof(s->name), "%s:%u", address, s->conf.port);
}

struct session *session_new(struct bgp_host *host, const struct conf_peer *conf)
{
	struct session *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->host = host;
	s->conf = *conf;
	s->since = timer_now_ns();
	set_name(s);
	timer_init(&s->connect_retry, host->event, 20000, connect_retry_expired, s);
	timer_init(&s->idle_hold, host->event, 20000, idle_hold_expired, s);
	s->conn = conn_new(s);
	s->rib_peer = rib_peer_new(host->rib, &conf->address);
	if (!s->conn || !s->rib_peer) {
		conn_free(s->conn);
		rib_peer_free(host->rib, s->rib_peer);
		free(s);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&host->sessions, s, link);
	if (!conf->shutdown)
		conn_event(s->conn, BGP_EV_START, NULL);
	return s;
}

static void all_connections(struct session *s, enum bgp_event ev)
{
	if (s->second)
		conn_event(s->second, ev, NULL);
	conn_event(s->conn, ev, NULL);
}

void session_free(struct session *s, enum bgp_event why)
{
	all_connections(s, why);
	TAILQ_REMOVE(&s->host->sessions, s, link);
	rib_peer_free(s->host->rib, s->rib_peer);
	conn_free(s->second);
	conn_free(s->conn);
	timer_done(&s->connect_retry);
	timer_done(&s->idle_hold);
	free(s);
}

/* Whether a session that runs under @a can go on under @b. */
static bool same_session(const struct conf_peer *a, const struct conf_peer *b)
{
	return a->remote_as == b->remote_as && ip_equal(&a->source, &b->source) &&
	       !strcmp(a->interface, b->interface) && a->hold_time == b->hold_time &&
	       a->gtsm_hops == b->gtsm_hops && a->multihop == b->multihop &&
	       a->has_md5 == b->has_md5 && a->has_ao == b->has_ao &&
	       a->send_multicast == b->send_multicast &&
	       a->basic_communities == b->basic_communities && a->passive == b->passive;
}

void session_conf(struct session *s, const struct conf_peer *conf, bool restart)
{
	bool was_down = s->conf.shutdown;
	bool same = same_session(&s->conf, conf);

	s->conf = *conf;
	if (conf->shutdown && !was_down) {
		all_connections(s, BGP_EV_STOP);
		return;
	}
	if (conf->shutdown)
		return;
	s->limited_until = 0; /* an operator who changes something wants to see it */
	if (was_down) {
		s->conn->fsm.passive = conf->passive;
		conn_event(s->conn, BGP_EV_START, NULL);
		return;
	}
	if (same && !restart)
		return;
	all_connections(s, BGP_EV_CONFIG_CHANGE);
	s->conn->fsm.passive = conf->passive;
}

void session_clear(struct session *s)
{
	s->limited_until = 0;
	if (!s->conf.shutdown)
		all_connections(s, BGP_EV_RESET);
}

void session_bfd_down(struct session *s, const char *why)
{
	const struct bgp_error err = {};

	if (s->conf.shutdown)
		return;
	session_error(s, "BFD: %s", why);
	if (s->second)
		conn_event(s->second, BGP_EV_BFD_DOWN, &err);
	conn_event(s->conn, BGP_EV_BFD_DOWN, &err);
}

/*
 * An incoming connection has an address only; with several peers at one address (other ports)
 * the first that is not Established takes it.
 */
struct session *session_find(struct bgp_host *host, const struct ip_addr *address, uint16_t port)
{
	struct session *s, *found = NULL;

	TAILQ_FOREACH(s, &host->sessions, link) {
		if (!ip_equal(&s->conf.address, address) || (port && s->conf.port != port))
			continue;
		if (!found || (found->established && !s->established))
			found = s;
	}
	return found;
}
