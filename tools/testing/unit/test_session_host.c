// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_session_host.c - BGP alone: two hosts that have no services, in one loop, peer over the loopback.
 * The program links user/evpnd/bgp/ and nothing else of evpnd.
 *
 * RFC 4271 (8), RFC 4724 (2)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "bgp/bgp_host.h"
#include "bgp/session.h"
#include "bgp_extcomm.h"
#include "log.h"

#define AS 65000
#define TURN_US 100000
#define WAIT_NS (15 * BGP_NS_PER_S)

/* A host that counts what it is asked, and takes nothing of a type that it is told not to want. */
struct host {
	struct bgp_host bgp;
	unsigned int sockets; /* asked for, and not given yet */
	unsigned int synced;  /* sessions whose End-of-RIB came, at the last @sync */
	unsigned int events;
	unsigned int routes;
	unsigned int unwanted_type;
};

static struct host *of(struct bgp_host *bgp)
{
	return (struct host *)((char *)bgp - offsetof(struct host, bgp));
}

static void request_socket(struct bgp_host *bgp, const struct ip_addr *address, uint16_t port)
{
	of(bgp)->sockets++;
}

static void sync_(struct bgp_host *bgp)
{
	struct session *s;

	of(bgp)->synced = 0;
	TAILQ_FOREACH(s, &bgp->sessions, link)
		of(bgp)->synced += s->established && s->eor_received;
}

static void event(struct bgp_host *bgp, const char *object, json_t *json)
{
	assert_string_equal(object, "peer");
	of(bgp)->events++;
	json_decref(json);
}

static void answer(struct bgp_host *bgp, const void *piece, uint32_t len)
{
}

static enum want wanted(struct bgp_host *bgp, const struct evpn_nlri *nlri,
			const struct bgp_attrs *attrs)
{
	return nlri->type == of(bgp)->unwanted_type ? WANTED_NOT : WANTED;
}

static bool room_for(struct bgp_host *bgp, enum want want)
{
	return want != WANTED_NOT;
}

static void exhausted(struct bgp_host *bgp)
{
	fail_msg("there is memory");
}

static void refused(struct session *s)
{
	fail_msg("there is room");
}

static const struct bgp_host_ops ops = {
	.request_socket = request_socket,
	.sync = sync_,
	.event = event,
	.answer = answer,
	.wanted = wanted,
	.room_for = room_for,
	.exhausted = exhausted,
	.refused = refused,
};

static void on_route(void *data, const struct evpn_nlri *nlri, const struct rib_path *now)
{
	struct host *host = data;

	host->routes += now ? 1 : -1;
}

static void host_init(struct host *host, sd_event *loop, const char *id)
{
	struct conf_global *g;

	memset(host, 0, sizeof(*host));
	assert_int_equal(bgp_host_init(&host->bgp, loop, &ops, on_route, host), 0);
	g = &host->bgp.conf->global;
	g->as = AS;
	g->router_id = inet_addr(id);
}

static struct session *peering(struct host *host, const char *with, uint16_t port, bool passive)
{
	struct conf_peer n = {
		.port = port,
		.remote_as = AS,
		.hold_time = 90,
		.connect_retry_ms = 1000,
		.passive = passive,
	};
	struct session *s;

	assert_int_equal(ip_parse(&n.address, with), 0);
	s = session_new(&host->bgp, &n);
	assert_non_null(s);
	return s;
}

static int listen_at(const char *address, uint16_t *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = inet_addr(address)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(at);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

/* The parent's part: a socket for each that was asked for. */
static void give_sockets(struct host *host, struct session *s)
{
	while (host->sockets) {
		host->sockets--;
		session_socket(s, socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
			       0);
	}
}

static struct evpn_nlri es_route(uint16_t number)
{
	struct evpn_nlri n = {.type = EVPN_ES};

	assert_int_equal(ip_parse(&n.orig, "192.0.2.1"), 0);
	n.rd = rd_make_ip(ip_low32(&n.orig), number);
	assert_int_equal(esi_parse(&n.esi, "00:11:22:33:44:55:66:77:88:99"), 0);
	return n;
}

static struct evpn_nlri flood_route(void)
{
	struct evpn_nlri n = {.type = EVPN_IMET};

	assert_int_equal(ip_parse(&n.orig, "192.0.2.1"), 0);
	n.rd = rd_make_ip(ip_low32(&n.orig), 7);
	return n;
}

static void announce(struct host *host, const struct evpn_nlri *n)
{
	struct ecomm ext = ecomm_es_import(&n->esi);
	struct rib_attrs *interned;
	struct bgp_attrs a;

	bgp_attrs_init(&a);
	a.present = BGP_BIT(BGP_ATTR_ORIGIN) | BGP_BIT(BGP_ATTR_AS_PATH) |
		    BGP_BIT(BGP_ATTR_LOCAL_PREF) | BGP_BIT(BGP_ATTR_EXT_COMMUNITY);
	a.local_pref = 100;
	a.ext = ecomm_slice(&ext, 1);
	interned = rib_attrs_get(host->bgp.rib, &a, NULL);
	assert_non_null(interned);
	assert_int_equal(export_announce(host->bgp.export, n, interned, false), 0);
	rib_attrs_put(host->bgp.rib, interned);
}

struct two {
	sd_event *loop;
	struct host a, b;
	struct session *to_b, *to_a;
	uint16_t port;
};

#define UNTIL(t, condition)                                                 \
	do {                                                                \
		int64_t end_ = timer_now_ns() + WAIT_NS;                    \
		while (!(condition)) {                                      \
			assert_true(timer_now_ns() < end_);                 \
			give_sockets(&(t)->a, (t)->to_b);                   \
			assert_true(sd_event_run((t)->loop, TURN_US) >= 0); \
		}                                                           \
	} while (0)

static void two_begin(struct two *t)
{
	assert_int_equal(sd_event_new(&t->loop), 0);
	host_init(&t->a, t->loop, "192.0.2.1");
	host_init(&t->b, t->loop, "192.0.2.2");
	listener_add(&t->b.bgp, listen_at("127.0.0.2", &t->port));
	t->to_b = peering(&t->a, "127.0.0.2", t->port, false);
	t->to_a = peering(&t->b, "127.0.0.1", CONF_BGP_PORT, true);
	UNTIL(t, t->a.synced && t->b.synced);
}

static void two_end(struct two *t)
{
	bgp_host_done(&t->a.bgp);
	bgp_host_done(&t->b.bgp);
	sd_event_unref(t->loop);
}

static void routes_pass(void **state)
{
	const struct evpn_nlri es = es_route(1), flood = flood_route();
	struct two t;

	two_begin(&t);
	assert_true(session_state(t.to_b) == BGP_ESTABLISHED);
	assert_true(t.a.events && t.b.events);
	t.b.unwanted_type = EVPN_IMET;
	announce(&t.a, &flood);
	announce(&t.a, &es);
	UNTIL(&t, t.b.routes == 1);
	assert_true(bgp_host_written(&t.a.bgp));
	assert_int_equal(rib_count(t.b.bgp.rib, EVPN_ES), 1);
	assert_int_equal(rib_count(t.b.bgp.rib, EVPN_IMET), 0);
	assert_int_equal(t.to_a->received.ignored, 1);
	assert_int_equal(export_withdraw(t.a.bgp.export, &es, false), 0);
	UNTIL(&t, t.b.routes == 0);
	two_end(&t);
}

static void a_session_ends_with_its_host(void **state)
{
	const struct evpn_nlri es = es_route(1);
	struct two t;

	two_begin(&t);
	announce(&t.a, &es);
	UNTIL(&t, t.b.routes == 1);
	bgp_host_close(&t.a.bgp);
	assert_true(TAILQ_EMPTY(&t.a.bgp.sessions));
	t.a.sockets = 0;
	UNTIL(&t, t.b.routes == 0);
	assert_int_equal(t.b.synced, 0);
	assert_true(session_state(t.to_a) != BGP_ESTABLISHED);
	two_end(&t);
}

static void a_connection_from_elsewhere_is_nobodys(void **state)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = inet_addr("127.0.0.2")};
	struct sockaddr_in from = {.sin_family = AF_INET,
				   .sin_addr.s_addr = inet_addr("127.0.0.9")};
	struct two t;
	char octet;
	int fd;

	two_begin(&t);
	to.sin_port = htons(t.port);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	UNTIL(&t, recv(fd, &octet, 1, MSG_DONTWAIT) >= 0 || errno != EAGAIN);
	assert_true(session_state(t.to_a) == BGP_ESTABLISHED);
	close(fd);
	two_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_pass),
		cmocka_unit_test(a_session_ends_with_its_host),
		cmocka_unit_test(a_connection_from_elsewhere_is_nobodys),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
