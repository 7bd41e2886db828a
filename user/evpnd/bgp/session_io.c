// SPDX-License-Identifier: GPL-2.0-only
/*
 * session_io.c - octets of one BGP connection: connect, read, frame, hand over; queue, write.
 *
 * What is queued for writing is bounded: UPDATEs are only made while there is room (advertise.c), and
 * TCP is told to accept little more than it can send (TCP_NOTSENT_LOWAT), so an urgent withdraw waits
 * behind a few tens of kilobytes at most, however large the table that is being sent.
 *
 * RFC 4271 (4.1, 6.1), RFC 5082 (GTSM), RFC 9687 (send hold timer)
 */
#include "bgp/session.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "bgp/bgp_host.h"

enum {
	IN_BYTES = 65536, /* a whole extended message, or more than a thousand routes a read */
	CONTROL_BYTES = 4096 + 512, /* kept free for messages that are not UPDATEs */
	NOTSENT_BYTES = 32768,
	DRAIN_READS = 64, /* of IN_BYTES each, before a connection is closed */
	SEND_HOLD_MIN_S = 480,
	SLACK_HOLD_US = 10000,
	SLACK_KEEPALIVE_US = 50000,
	PRIORITY_BGP = SD_EVENT_PRIORITY_NORMAL,
};

/* ---- timers ---- */

static void hold_expired(void *data)
{
	conn_event(data, BGP_EV_HOLD_EXPIRED, NULL);
}

static void keepalive_expired(void *data)
{
	conn_event(data, BGP_EV_KEEPALIVE_EXPIRED, NULL);
}

static void send_hold_expired(void *data)
{
	struct conn *c = data;

	session_error(c->session, "the peer has taken no octet for the send hold time");
	conn_event(c, BGP_EV_TCP_FAIL, NULL);
}

/* ---- life ---- */

struct conn *conn_new(struct session *s)
{
	struct conn *c = calloc(1, sizeof(*c));
	sd_event *event = s->host->event;

	if (!c)
		return NULL;
	c->session = s;
	c->fd = -1;
	c->fsm.passive = s->conf.passive;
	timer_init(&c->hold, event, SLACK_HOLD_US, hold_expired, c);
	timer_init(&c->keepalive, event, SLACK_KEEPALIVE_US, keepalive_expired, c);
	timer_init(&c->send_hold, event, SLACK_KEEPALIVE_US, send_hold_expired, c);
	return c;
}

void conn_close(struct conn *c)
{
	c->io = sd_event_source_disable_unref(c->io);
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->connecting = false;
	c->requested = false;
	c->open_received = false;
	c->in_len = 0;
	c->out_off = 0;
	c->out_len = 0;
	timer_stop(&c->hold);
	timer_stop(&c->keepalive);
	timer_stop(&c->send_hold);
}

/*
 * Closing a socket that has unread octets resets the connection, and a reset may overtake the
 * NOTIFICATION that says why. So what is there is read and forgotten.
 */
void conn_drain(struct conn *c)
{
	int reads = DRAIN_READS;

	if (c->fd < 0)
		return;
	shutdown(c->fd, SHUT_WR);
	while (reads-- && recv(c->fd, c->in, c->in_cap, MSG_DONTWAIT) > 0)
		;
}

void conn_free(struct conn *c)
{
	if (!c)
		return;
	conn_close(c);
	c->dead = true;
	if (c->busy)
		return;
	timer_done(&c->hold);
	timer_done(&c->keepalive);
	timer_done(&c->send_hold);
	free(c->in);
	free(c->out);
	free(c);
}

/* Room for messages of the size that was negotiated; OPEN goes with the small one. */
static int set_buffers(struct conn *c)
{
	size_t cap = 2 * c->ctx.max_len + CONTROL_BYTES;
	u8 *out;

	if (!c->in) {
		c->in = malloc(IN_BYTES);
		if (!c->in)
			return -ENOMEM;
		c->in_cap = IN_BYTES;
	}
	if (c->out && cap <= c->out_cap)
		return 0;
	out = realloc(c->out, cap);
	if (!out)
		return -ENOMEM;
	c->out = out;
	c->out_cap = cap;
	return 0;
}

int conn_negotiated(struct conn *c)
{
	unsigned int ms = c->hold_time * 1000u;

	/* TCP gives up on a silent peer no later than BGP does */
	if (ms)
		setsockopt(c->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
	return set_buffers(c);
}

/* ---- socket ---- */

static void set_int(int fd, int level, int name, int value)
{
	setsockopt(fd, level, name, &value, sizeof(value));
}

/* 255 under GTSM, which then drops what came from farther away; 1 for a direct external peer. */
static void set_ttl(const struct session *s, int fd)
{
	bool v6 = s->conf.address.len == 16;
	int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
	int ttl = 0;

	if (s->conf.gtsm_hops)
		ttl = 255;
	else if (session_is_ebgp(s))
		ttl = s->conf.multihop ? s->conf.multihop : 1;
	if (ttl)
		set_int(fd, level, v6 ? IPV6_UNICAST_HOPS : IP_TTL, ttl);
	if (s->conf.gtsm_hops)
		set_int(fd, level, v6 ? IPV6_MINHOPCOUNT : IP_MINTTL, 256 - s->conf.gtsm_hops);
}

static void tune(const struct session *s, int fd)
{
	set_ttl(s, fd);
	set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_int(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, NOTSENT_BYTES);
	set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 0);
	/* network control, as RFC 4271 appendix E and every router have it */
	if (s->conf.address.len == 16)
		set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, 0xc0);
	else
		set_int(fd, IPPROTO_IP, IP_TOS, 0xc0);
}

static void note_local(struct conn *c)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(c->fd, (struct sockaddr *)&ss, &len) == 0)
		c->local = ip_from_sockaddr((struct sockaddr *)&ss);
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *data);

static int take_fd(struct conn *c, int fd, uint32_t events)
{
	int r;

	c->ctx = (struct bgp_ctx){.as4 = true, .max_len = BGP_MAX_LEN};
	r = set_buffers(c);
	if (r < 0)
		return r;
	c->in_len = 0;
	c->out_off = 0;
	c->out_len = 0;
	r = sd_event_add_io(c->session->host->event, &c->io, fd, events, on_io, c);
	if (r < 0)
		return r;
	sd_event_source_set_priority(c->io, PRIORITY_BGP);
	c->fd = fd;
	return 0;
}

int conn_accepted(struct conn *c, int fd)
{
	int r;

	tune(c->session, fd);
	r = take_fd(c, fd, EPOLLIN);
	if (r < 0)
		return r;
	c->outgoing = false;
	note_local(c);
	return 0;
}

int conn_connect(struct conn *c, int fd)
{
	const struct conf_peer *conf = &c->session->conf;
	struct sockaddr_storage ss;
	socklen_t len = ip_to_sockaddr(&conf->address, conf->port, &ss);
	int r;

	tune(c->session, fd);
	if (connect(fd, (struct sockaddr *)&ss, len) < 0 && errno != EINPROGRESS)
		return -errno;
	r = take_fd(c, fd, EPOLLOUT);
	if (r < 0)
		return r;
	c->outgoing = true;
	c->connecting = true;
	return 0;
}

static void connect_done(struct conn *c)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (error) {
		session_error(c->session, "connect: %s", strerror(error));
		conn_event(c, BGP_EV_TCP_FAIL, NULL);
		return;
	}
	c->connecting = false;
	sd_event_source_set_io_events(c->io, EPOLLIN);
	note_local(c);
	conn_event(c, BGP_EV_TCP_UP, NULL);
}

/* ---- writing ---- */

/* Octets that can still be queued without touching what is kept for control messages. */
u8 *conn_room(struct conn *c, size_t len)
{
	if (c->fd < 0)
		return NULL;
	if (c->out_off) {
		memmove(c->out, c->out + c->out_off, c->out_len);
		c->out_off = 0;
	}
	return c->out_cap - c->out_len >= len + CONTROL_BYTES ? c->out + c->out_len : NULL;
}

void conn_took(struct conn *c, size_t len)
{
	c->out_len += len;
	c->session->sent.messages++;
}

void conn_put(struct conn *c, const void *msg, size_t len)
{
	if (!len || c->fd < 0)
		return;
	if (c->out_off + c->out_len + len > c->out_cap) {
		memmove(c->out, c->out + c->out_off, c->out_len);
		c->out_off = 0;
	}
	if (c->out_len + len > c->out_cap)
		return; /* TCP is stuck; the send hold timer decides */
	memcpy(c->out + c->out_off + c->out_len, msg, len);
	conn_took(c, len);
}

static void watch_progress(struct conn *c, bool progress)
{
	unsigned int s = c->hold_time * 2u;

	if (!c->out_len) {
		timer_stop(&c->send_hold);
		return;
	}
	if (s < SEND_HOLD_MIN_S)
		s = SEND_HOLD_MIN_S;
	if (progress || !timer_running(&c->send_hold))
		timer_start(&c->send_hold, s * 1000u);
}

/* Errors are left to the reader, which gets them as well and may close. */
void conn_write(struct conn *c)
{
	bool progress = false;

	if (c->fd < 0 || c->connecting)
		return;
	while (c->out_len) {
		ssize_t n =
			send(c->fd, c->out + c->out_off, c->out_len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n <= 0)
			break;
		c->out_off += (size_t)n;
		c->out_len -= (size_t)n;
		progress = true;
	}
	watch_progress(c, progress);
	sd_event_source_set_io_events(c->io, c->out_len ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

/* ---- reading ---- */

static void receive_open(struct conn *c, const u8 *body, size_t len)
{
	struct bgp_open *open = &c->open;
	struct bgp_error err = {0};

	if (c->open_received) {
		conn_event(c, BGP_EV_OPEN, NULL);
		return;
	}
	if (bgp_open_decode(body, len, open, &err) || session_open_check(c->session, open, &err)) {
		conn_event(c, BGP_EV_OPEN_ERR, &err);
		return;
	}
	c->open_received = true;
	conn_event(c, BGP_EV_OPEN, NULL);
}

static void receive_notification(struct conn *c, const u8 *body, size_t len)
{
	struct bgp_notification n;

	c->says_bye = false;
	if (bgp_notification_decode(body, len, &n)) {
		session_error(c->session, "received a NOTIFICATION that is too short");
	} else {
		c->says_bye = n.code == BGP_ERR_CEASE && (n.subcode == BGP_CEASE_SHUTDOWN ||
							  n.subcode == BGP_CEASE_DECONFIGURED);
		session_error(c->session, "received NOTIFICATION %u/%u (%s%s%s)%s%s", n.code,
			      n.subcode, bgp_err_name(n.code),
			      *bgp_err_subname(n.code, n.subcode) ? ", " : "",
			      bgp_err_subname(n.code, n.subcode), *n.text ? ": " : "", n.text);
	}
	conn_event(c, BGP_EV_NOTIFICATION, NULL);
}

/*
 * A peer without graceful restart need not send End-of-RIB. Its first KEEPALIVE in Established
 * comes after its table as far as anybody can tell, so it stands for the mark.
 */
static void receive_keepalive(struct conn *c)
{
	bool implied = c->fsm.state == BGP_ESTABLISHED && !c->open.caps.gr;

	conn_event(c, BGP_EV_KEEPALIVE, NULL);
	if (implied)
		session_eor_received(c->session);
}

static void receive(struct conn *c, const struct bgp_header *h, const u8 *body)
{
	size_t len = h->len - BGP_HEADER_LEN;

	c->session->received.messages++;
	switch (h->type) {
	case BGP_OPEN:
		receive_open(c, body, len);
		break;
	case BGP_UPDATE:
		update_receive(c, body, len);
		break;
	case BGP_NOTIFICATION:
		receive_notification(c, body, len);
		break;
	case BGP_KEEPALIVE:
		receive_keepalive(c);
		break;
	case BGP_ROUTE_REFRESH:
		refresh_receive(c, body, len);
		break;
	}
}

/* Every whole message of what was read. The connection may be gone after each of them. */
static void frame(struct conn *c)
{
	struct bgp_error err = {0};
	struct bgp_header h;
	size_t off = 0;
	int r;

	while (c->fd >= 0) {
		r = bgp_header_parse(c->in + off, c->in_len - off, c->ctx.max_len, &h, &err);
		if (r < 0) {
			conn_event(c, BGP_EV_HEADER_ERR, &err);
			return;
		}
		if (r == 0)
			break;
		receive(c, &h, c->in + off + BGP_HEADER_LEN);
		off += h.len;
	}
	if (c->fd < 0)
		return;
	c->in_len -= off;
	memmove(c->in, c->in + off, c->in_len);
}

static void read_some(struct conn *c)
{
	ssize_t n = recv(c->fd, c->in + c->in_len, c->in_cap - c->in_len, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		if (n < 0)
			session_error(c->session, "receive: %s", strerror(errno));
		else
			session_error(c->session, "the peer closed the connection");
		conn_event(c, BGP_EV_TCP_FAIL, NULL);
		return;
	}
	c->in_len += (size_t)n;
	c->read_at = timer_now_ns();
	frame(c);
	c->read_at = 0;
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct conn *c = data;

	c->busy = true;
	if (c->connecting)
		connect_done(c);
	else if (revents & (EPOLLIN | EPOLLERR | EPOLLHUP))
		read_some(c);
	if (c->fd >= 0 && !c->connecting && (revents & EPOLLOUT)) {
		conn_write(c);
		if (c == c->session->conn)
			advertise(c->session);
	}
	c->busy = false;
	if (c->dead)
		conn_free(c);
	return 0;
}
