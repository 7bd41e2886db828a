/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * evpnd_rig.h - a real speaker in a process of its own, between a scripted parent (IPC) and scripted
 * neighbours (TCP over the loopback). Nothing is replaced: the test only plays the other ends.
 *
 * The speaker is 127.0.0.1, AS 65000, identifier 127.0.0.1; neighbours are 127.0.0.2 and up.
 */
#ifndef EVPND_RIG_H
#define EVPND_RIG_H

#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bgp_attr.h"
#include "bgp_evpn.h"
#include "bgp_extcomm.h"
#include "bgp_msg.h"
#include "conf/conf.h"
#include "contract/ipc.h"
#include "log.h"
#include "speaker/speaker.h"
#include "timer.h"

#define RIG_AS 65000
#define RIG_SELF "127.0.0.1"
#define RIG_PEER "127.0.0.2"
#define RIG_OWN "192.0.2.1" /* next hops and originators: no address of a host is 127/8 */
#define RIG_HOP "192.0.2.2"
#define RIG_WAIT_MS 15000

struct rig {
	pid_t pid;
	int ipc;
	int listen_fd;
	uint16_t port;
	uint32_t queries;
	int passed_fd; /* the neighbour's port we connect the speaker to, 0: none */
};

/* ---- the parent's end ---- */

static inline void rig_send(struct rig *r, enum ipc_type type, const void *body, uint32_t len,
			    int fd)
{
	struct ipc_hdr hdr = {.type = (uint16_t)type, .len = len};
	struct iovec iov[2] = {{&hdr, sizeof(hdr)}, {(void *)body, len}};
	union {
		struct cmsghdr hdr;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = len ? 2 : 1};

	if (fd >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control.bytes);
		control.hdr.cmsg_level = SOL_SOCKET;
		control.hdr.cmsg_type = SCM_RIGHTS;
		control.hdr.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.hdr), &fd, sizeof(fd));
	}
	assert_true(sendmsg(r->ipc, &msg, MSG_NOSIGNAL) > 0);
}

struct rig_msg {
	struct ipc_hdr hdr;
	u8 body[IPC_MSG_MAX];
};

/* The next message of @type from the speaker; others are dropped. Return: false after @ms. */
static inline bool rig_wait(struct rig *r, enum ipc_type type, struct rig_msg *m, int ms)
{
	u64 until = timer_now_us() + (u64)ms * 1000;

	for (;;) {
		s64 left = (s64)(until - timer_now_us()) / 1000;
		struct pollfd pfd = {.fd = r->ipc, .events = POLLIN};
		ssize_t n;

		if (left < 0 || poll(&pfd, 1, (int)left) <= 0)
			return false;
		n = recv(r->ipc, m, sizeof(*m), 0);
		if (n <= 0)
			return false;
		if (m->hdr.type == type)
			return true;
	}
}

static inline json_t *rig_ask(struct rig *r, const char *method, json_t *params)
{
	json_t *q = json_pack("{s:s, s:o*}", "method", method, "params", params), *a;
	char *text = json_dumps(q, 0);
	u8 body[IPC_MSG_MAX];
	struct ipc_text head = {.id = ++r->queries};
	static struct rig_msg m;
	static char answer[4 << 20];
	size_t len = 0;

	memcpy(body, &head, sizeof(head));
	memcpy(body + sizeof(head), text, strlen(text));
	rig_send(r, IPC_QUERY, body, (uint32_t)(sizeof(head) + strlen(text)), -1);
	free(text);
	json_decref(q);
	do {
		assert_true(rig_wait(r, IPC_ANSWER, &m, RIG_WAIT_MS));
		memcpy(&head, m.body, sizeof(head));
		assert_int_equal(head.id, r->queries);
		assert_true(len + m.hdr.len <= sizeof(answer));
		memcpy(answer + len, m.body + sizeof(head), m.hdr.len - sizeof(head));
		len += m.hdr.len - sizeof(head);
	} while (head.more);
	a = json_loadb(answer, len, 0, NULL);
	assert_non_null(a);
	return a;
}

static inline struct ip_addr rig_addr(const char *text)
{
	struct ip_addr a;

	assert_int_equal(ip_parse(&a, text), 0);
	return a;
}

static inline struct conf_peer rig_conf_peer(const char *address)
{
	return (struct conf_peer){
		.address = rig_addr(address),
		.port = CONF_BGP_PORT,
		.remote_as = RIG_AS,
		.hold_time = 90,
		.connect_retry_ms = 200,
		.passive = true,
	};
}

static inline struct conf_global rig_global(const struct rig *r)
{
	return (struct conf_global){
		.router_id = htonl(INADDR_LOOPBACK),
		.as = RIG_AS,
		.port = r->port,
		.originator = rig_addr(RIG_OWN),
		.keep_all = true,
	};
}

/* @vrf, @seg: NULL: none */
static inline void rig_conf_all(struct rig *r, const struct conf_global *g,
				const struct conf_peer *n, size_t count, const struct conf_vrf *vrf,
				const struct conf_segment *seg)
{
	size_t i;

	rig_send(r, IPC_CONF_BEGIN, NULL, 0, -1);
	rig_send(r, IPC_CONF_GLOBAL, g, sizeof(*g), -1);
	for (i = 0; i < count; i++)
		rig_send(r, IPC_CONF_PEER, &n[i], sizeof(n[i]), -1);
	if (vrf)
		rig_send(r, IPC_CONF_VRF, vrf, sizeof(*vrf), -1);
	if (seg)
		rig_send(r, IPC_CONF_SEGMENT, seg, sizeof(*seg), -1);
	rig_send(r, IPC_CONF_COMMIT, NULL, 0, -1);
}

static inline void rig_conf(struct rig *r, const struct conf_peer *n, size_t count)
{
	struct conf_global g = rig_global(r);

	rig_conf_all(r, &g, n, count, NULL, NULL);
}

static inline int rig_listen(const char *address, uint16_t *port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(*port)};
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	inet_pton(AF_INET, address, &sin.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(listen(fd, 8), 0);
	getsockname(fd, (struct sockaddr *)&sin, &len);
	*port = ntohs(sin.sin_port);
	return fd;
}

/* Start a speaker; @body runs in its process (speaker_main(), or more than that). */
static inline void rig_start(struct rig *r, int (*body)(int ipc_fd))
{
	int pair[2];
	const struct ipc_socket listening = {.port = 179};

	*r = (struct rig){0};
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	fflush(NULL);
	r->pid = fork();
	assert_true(r->pid >= 0);
	if (r->pid == 0) {
		close(pair[0]);
		log_open("speaker", true);
		log_set_level(getenv("RIG_DEBUG") ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR);
		exit(body(pair[1]));
	}
	close(pair[1]);
	r->ipc = pair[0];
	r->listen_fd = rig_listen(RIG_SELF, &r->port);
	rig_send(r, IPC_LISTEN_BEGIN, NULL, 0, -1);
	rig_send(r, IPC_LISTEN, &listening, sizeof(listening), r->listen_fd);
}

/* Return: exit status; 255 when it died from a signal (a sanitizer's report included). */
static inline int rig_stop(struct rig *r, bool orderly)
{
	int status;

	if (orderly)
		rig_send(r, IPC_SHUTDOWN, NULL, 0, -1);
	else
		shutdown(r->ipc, SHUT_WR);
	assert_int_equal(waitpid(r->pid, &status, 0), r->pid);
	close(r->ipc);
	close(r->listen_fd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/* The member @name of the only neighbour (or of the one with @address). Borrowed until the next call. */
static inline json_t *rig_peer(struct rig *r, const char *name)
{
	static json_t *last;
	json_t *peer;

	json_decref(last);
	last = rig_ask(r, "peer.show", NULL);
	peer = json_array_get(json_object_get(json_object_get(last, "result"), "peers"), 0);
	assert_non_null(peer);
	return json_object_get(peer, name);
}

static inline bool rig_state_is(struct rig *r, const char *state)
{
	const char *now = json_string_value(rig_peer(r, "state"));

	return now && !strcmp(now, state);
}

#define RIG_UNTIL(condition)                                           \
	do {                                                           \
		int tries_ = RIG_WAIT_MS / 10;                         \
                                                                       \
		while (!(condition) && tries_--)                       \
			poll(NULL, 0, 10);                             \
		if (tries_ < 0)                                        \
			fail_msg("never became true: %s", #condition); \
	} while (0)

/* ---- a neighbour ---- */

struct peer {
	int fd;
	u8 buf[BGP_MAX_LEN_EXTENDED];
	size_t len; /* of the last message */
	u8 type;
};

static inline struct bgp_open peer_open(void)
{
	struct bgp_open o = {
		.version = 4,
		.as = RIG_AS,
		.hold_time = 90,
		.id = 0x7f000002,
	};

	bgp_caps_init(&o.caps);
	o.caps.mp[0] = (struct bgp_af){BGP_AFI_L2VPN, BGP_SAFI_EVPN};
	o.caps.mp_n = 1;
	o.caps.refresh = true;
	o.caps.enh_refresh = true;
	o.caps.as4 = true;
	o.caps.as = o.as;
	return o;
}

static inline void peer_send(struct peer *p, const void *msg, size_t len)
{
	assert_int_equal(send(p->fd, msg, len, MSG_NOSIGNAL), len);
}

static inline void peer_send_open(struct peer *p, const struct bgp_open *o)
{
	u8 buf[BGP_MAX_LEN];
	size_t len = bgp_open_encode(o, buf, sizeof(buf));

	assert_true(len);
	peer_send(p, buf, len);
}

static inline void peer_keepalive(struct peer *p)
{
	u8 buf[BGP_HEADER_LEN];

	peer_send(p, buf, bgp_keepalive_encode(buf, sizeof(buf)));
}

/* Return: octets, 0 at the end of the connection or after @ms */
static inline size_t peer_read(struct peer *p, size_t off, size_t n, int ms)
{
	size_t got = 0;

	while (got < n) {
		struct pollfd pfd = {.fd = p->fd, .events = POLLIN};
		ssize_t r;

		if (poll(&pfd, 1, ms) <= 0)
			return 0;
		r = recv(p->fd, p->buf + off + got, n - got, 0);
		if (r <= 0)
			return 0;
		got += (size_t)r;
	}
	return got;
}

/* The next message of any type; false when none comes. */
static inline bool peer_next(struct peer *p, int ms)
{
	struct bgp_header h;
	struct bgp_error err;

	if (!peer_read(p, 0, BGP_HEADER_LEN, ms))
		return false;
	assert_true(bgp_header_parse(p->buf, BGP_HEADER_LEN, BGP_MAX_LEN_EXTENDED, &h, &err) >= 0);
	if (h.len > BGP_HEADER_LEN && !peer_read(p, BGP_HEADER_LEN, h.len - BGP_HEADER_LEN, ms))
		return false;
	p->len = h.len;
	p->type = h.type;
	return true;
}

/* The next message that is no KEEPALIVE has to be of @type (KEEPALIVE itself: the very next). */
static inline void peer_expect(struct peer *p, u8 type)
{
	do {
		if (!peer_next(p, RIG_WAIT_MS))
			fail_msg("expected %s, nothing came", bgp_type_name(type));
	} while (p->type == BGP_KEEPALIVE && type != BGP_KEEPALIVE);
	if (p->type != type)
		fail_msg("expected %s, got %s (%u/%u)", bgp_type_name(type), bgp_type_name(p->type),
			 p->buf[19], p->buf[20]);
}

static inline void peer_expect_notification(struct peer *p, u8 code, u8 subcode)
{
	do {
		if (!peer_next(p, RIG_WAIT_MS))
			fail_msg("expected NOTIFICATION %u/%u, nothing came", code, subcode);
	} while (p->type != BGP_NOTIFICATION);
	assert_int_equal(p->buf[19], code);
	assert_int_equal(p->buf[20], subcode);
	/* and then the connection ends */
	assert_false(peer_next(p, RIG_WAIT_MS));
}

static inline void peer_expect_eor(struct peer *p)
{
	static const u8 eor[] = {0, 0, 0, 6, 0x80, 15, 3, 0, 25, 70};

	peer_expect(p, BGP_UPDATE);
	assert_int_equal(p->len, BGP_HEADER_LEN + sizeof(eor));
	assert_memory_equal(p->buf + BGP_HEADER_LEN, eor, sizeof(eor));
}

static inline void peer_connect(struct rig *r, struct peer *p, const char *from)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};

	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	inet_pton(AF_INET, from, &sin.sin_addr);
	assert_int_equal(bind(p->fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	inet_pton(AF_INET, RIG_SELF, &sin.sin_addr);
	sin.sin_port = htons(r->port);
	assert_int_equal(connect(p->fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
}

static inline void peer_close(struct peer *p)
{
	close(p->fd);
	p->fd = -1;
}

/* From a connection to Established, End-of-RIB included. */
static inline void peer_handshake(struct peer *p, const struct bgp_open *o)
{
	peer_expect(p, BGP_OPEN);
	peer_send_open(p, o);
	peer_expect(p, BGP_KEEPALIVE);
	peer_keepalive(p);
}

static inline void peer_up(struct rig *r, struct peer *p, const char *from)
{
	struct bgp_open o = peer_open();

	peer_connect(r, p, from);
	peer_handshake(p, &o);
	peer_expect_eor(p);
}

/* ---- routes ---- */

static inline struct evpn_nlri rig_es(const char *orig, uint16_t number)
{
	struct evpn_nlri n = {.type = EVPN_ES, .orig = rig_addr(orig)};

	n.rd = rd_make_ip(ip_low32(&n.orig), number);
	esi_parse(&n.esi, "00:11:22:33:44:55:66:77:88:99");
	store16(n.esi.b + 8, number);
	return n;
}

static inline struct bgp_attrs rig_attrs(const struct ecomm *ext)
{
	struct bgp_attrs a;

	bgp_attrs_init(&a);
	a.present = BGP_BIT(BGP_ATTR_ORIGIN) | BGP_BIT(BGP_ATTR_AS_PATH) |
		    BGP_BIT(BGP_ATTR_LOCAL_PREF) | BGP_BIT(BGP_ATTR_EXT_COMMUNITY);
	a.local_pref = 100;
	a.ext = ecomm_slice(ext, 1);
	return a;
}

/* One UPDATE with one RT-4; what @change did to the attributes before goes out. */
static inline size_t rig_update(const struct evpn_nlri *n, const struct bgp_attrs *a,
				const char *nh, u8 *buf)
{
	const struct bgp_ctx ctx = {.as4 = true, .max_len = BGP_MAX_LEN};
	struct ip_addr hop = rig_addr(nh);
	u8 attrs[1024];
	struct slice encoded = {attrs, 0};
	struct bgp_packer p;
	int len = bgp_attrs_encode(a, &ctx, attrs, sizeof(attrs));

	assert_true(len > 0);
	encoded.len = (size_t)len;
	bgp_pack_reach(&p, buf, BGP_MAX_LEN, &ctx, &hop, &encoded);
	assert_int_equal(bgp_pack_add(&p, n), 1);
	return bgp_pack_end(&p);
}

static inline void peer_announce(struct peer *p, const struct evpn_nlri *n)
{
	struct ecomm ext = ecomm_es_import(&n->esi);
	struct bgp_attrs a = rig_attrs(&ext);
	u8 buf[BGP_MAX_LEN];

	peer_send(p, buf, rig_update(n, &a, RIG_HOP, buf));
}

/* How many routes of type @type are in the RIB. */
static inline json_int_t rig_type(struct rig *r, const char *type)
{
	json_t *a = rig_ask(r, "summary", NULL);
	json_int_t n = json_integer_value(
		json_object_get(json_object_get(json_object_get(a, "result"), "routes"), type));

	json_decref(a);
	return n;
}

/* How many routes of all types are in the RIB. */
static inline json_int_t rig_routes(struct rig *r)
{
	json_t *a = rig_ask(r, "summary", NULL), *count;
	json_int_t n = 0;
	const char *type;

	json_object_foreach(json_object_get(json_object_get(a, "result"), "routes"), type, count)
		n += json_integer_value(count);
	json_decref(a);
	return n;
}

#endif
