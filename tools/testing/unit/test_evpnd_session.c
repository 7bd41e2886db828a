// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_session.c - BGP sessions of a real speaker with scripted neighbours: OPEN in every
 * variety, collisions, timers, what an operator and a reload do to a session.
 *
 * RFC 4271 (6, 8), RFC 5492, RFC 6286, RFC 9003
 */
#include "evpnd_rig.h"

#include <netinet/tcp.h>
#include <sys/pidfd.h>
#include <sys/resource.h>

static void establish(void **state)
{
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct rig_msg m;
	struct peer p;
	struct rig r;

	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	rig_send(&r, IPC_FACT_LINKS_DONE, NULL, 0, -1);
	assert_true(rig_wait(&r, IPC_READY, &m, RIG_WAIT_MS));
	peer_up(&r, &p, RIG_PEER);
	RIG_UNTIL(rig_state_is(&r, "Established"));
	assert_int_equal(json_integer_value(rig_peer(&r, "hold-time")), 90);
	assert_string_equal(json_string_value(rig_peer(&r, "router-id")), "127.0.0.2");
	assert_string_equal(json_string_value(rig_peer(&r, "local-address")), RIG_SELF);
	assert_true(json_array_size(rig_peer(&r, "capabilities")) >= 4);
	peer_close(&p);
	RIG_UNTIL(!rig_state_is(&r, "Established"));
	assert_string_equal(json_string_value(rig_peer(&r, "last-error")),
			    "the peer closed the connection");
	assert_int_equal(json_integer_value(rig_peer(&r, "resets")), 1);
	assert_int_equal(rig_stop(&r, true), 0);
}

/* What we say in OPEN, octet by octet as an independent reader would look for it. */
static void our_open(void **state)
{
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct bgp_open o;
	struct bgp_error err;
	struct peer p;
	struct rig r;

	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	peer_connect(&r, &p, RIG_PEER);
	peer_expect(&p, BGP_OPEN);
	assert_int_equal(p.buf[19], 4);
	assert_int_equal(load16(p.buf + 20), RIG_AS);
	assert_int_equal(load16(p.buf + 22), 90);
	assert_int_equal(load32(p.buf + 24), INADDR_LOOPBACK);
	assert_int_equal(bgp_open_decode(p.buf + 19, p.len - 19, &o, &err), 0);
	assert_true(bgp_caps_has_mp(&o.caps, 25, 70));
	assert_int_equal(o.caps.mp_n, 1);
	assert_true(o.caps.refresh && o.caps.enh_refresh && o.caps.ext_msg && o.caps.as4);
	/* graceful restart without a family: End-of-RIB yes, keeping our routes no */
	assert_true(o.caps.gr);
	assert_int_equal(o.caps.gr_n, 0);
	assert_int_equal(o.caps.gr_flags, 0);
	peer_close(&p);
	assert_int_equal(rig_stop(&r, true), 0);
}

struct refusal {
	const char *name;
	void (*change)(struct bgp_open *o);
	u8 code, subcode;
	const char *sentence; /* is in last-error */
};

static void other_as(struct bgp_open *o)
{
	o->as = 65001;
	o->caps.as = 65001;
}

static void no_evpn(struct bgp_open *o)
{
	o->caps.mp[0] = (struct bgp_af){BGP_AFI_IPV4, BGP_SAFI_UNICAST};
}

static void own_id(struct bgp_open *o)
{
	o->id = INADDR_LOOPBACK;
}

static void zero_id(struct bgp_open *o)
{
	o->id = 0;
}

static void hold_two(struct bgp_open *o)
{
	o->hold_time = 2;
}

static void open_refused(void **state)
{
	static const struct refusal refusals[] = {
		{"another AS", other_as, 2, 2, "its AS is 65001, configured is 65000"},
		{"no EVPN", no_evpn, 2, 7, "does not offer the address family l2vpn evpn"},
		{"our own identifier", own_id, 2, 3, "identifier is our own, 127.0.0.1"},
		{"identifier 0", zero_id, 2, 3, ""},
		{"hold time 2", hold_two, 2, 6, ""},
	};
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	const char *error;
	struct peer p;
	struct rig r;
	size_t i;

	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct bgp_open o = peer_open();

		rig_start(&r, speaker_main);
		rig_conf(&r, &n, 1);
		refusals[i].change(&o);
		peer_connect(&r, &p, RIG_PEER);
		peer_expect(&p, BGP_OPEN);
		peer_send_open(&p, &o);
		peer_expect_notification(&p, refusals[i].code, refusals[i].subcode);
		peer_close(&p);
		error = json_string_value(rig_peer(&r, "last-error"));
		if (!error || !strstr(error, refusals[i].sentence))
			fail_msg("%s: last-error is \"%s\"", refusals[i].name, error);
		assert_int_equal(rig_stop(&r, true), 0);
	}
}

/* 2/7 carries the capability that is missed (RFC 5492 section 3). */
static void missing_capability_data(void **state)
{
	static const u8 want[] = {1, 4, 0, 25, 0, 70};
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct bgp_open o = peer_open();
	struct peer p;
	struct rig r;

	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	peer_connect(&r, &p, RIG_PEER);
	peer_expect(&p, BGP_OPEN);
	no_evpn(&o);
	peer_send_open(&p, &o);
	peer_expect(&p, BGP_NOTIFICATION);
	assert_int_equal(p.len, 21 + sizeof(want));
	assert_memory_equal(p.buf + 21, want, sizeof(want));
	peer_close(&p);
	assert_int_equal(rig_stop(&r, true), 0);
}

/* One octet a segment: framing does not depend on how TCP cuts. */
static void octet_by_octet(void **state)
{
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct bgp_open o = peer_open();
	u8 buf[BGP_MAX_LEN];
	size_t len = bgp_open_encode(&o, buf, sizeof(buf)), i;
	struct peer p;
	struct rig r;

	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	peer_connect(&r, &p, RIG_PEER);
	len += bgp_keepalive_encode(buf + len, sizeof(buf) - len);
	for (i = 0; i < len; i++) {
		peer_send(&p, buf + i, 1);
		poll(NULL, 0, 1);
	}
	RIG_UNTIL(rig_state_is(&r, "Established"));
	peer_close(&p);
	assert_int_equal(rig_stop(&r, true), 0);
}

static void bad_header(void **state)
{
	static const u8 bad[19] = {0xff, 0xff, 0xfe};
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct peer p;
	struct rig r;

	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	peer_up(&r, &p, RIG_PEER);
	peer_send(&p, bad, sizeof(bad));
	peer_expect_notification(&p, 1, 1);
	peer_close(&p);
	assert_int_equal(rig_stop(&r, true), 0);
}

static void update_before_established(void **state)
{
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct evpn_nlri es = rig_es(RIG_HOP, 1);
	struct bgp_open o = peer_open();
	struct peer p;
	struct rig r;

	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	peer_connect(&r, &p, RIG_PEER);
	peer_expect(&p, BGP_OPEN);
	peer_send_open(&p, &o);
	peer_expect(&p, BGP_KEEPALIVE);
	peer_announce(&p, &es);
	peer_expect_notification(&p, 5, 2);
	peer_close(&p);
	assert_int_equal(rig_routes(&r), 0);
	assert_int_equal(rig_stop(&r, true), 0);
}

/* The shortest hold time there is: keepalives come each second, and silence ends it after three. */
/* Of the speaker's sockets: what TCP is told to give up after, the longest. */
static unsigned int user_timeout(pid_t pid)
{
	int pidfd = pidfd_open(pid, 0), fd, theirs;
	unsigned int ms, longest = 0;
	socklen_t len;

	for (theirs = 0; theirs < 64; theirs++) {
		fd = pidfd_getfd(pidfd, theirs, 0);
		if (fd < 0)
			continue;
		len = sizeof(ms);
		if (!getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, &len) && ms > longest)
			longest = ms;
		close(fd);
	}
	close(pidfd);
	return longest;
}

static void hold_three(void **state)
{
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct bgp_open o = peer_open();
	unsigned int keepalives = 0;
	struct peer p;
	struct rig r;
	u64 start, end;

	o.hold_time = 3;
	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	peer_connect(&r, &p, RIG_PEER);
	peer_handshake(&p, &o);
	peer_expect_eor(&p);
	assert_int_equal(json_integer_value(rig_peer(&r, "hold-time")), 3);
	assert_int_equal(user_timeout(r.pid), 3000);
	start = timer_now_us();
	while (peer_next(&p, RIG_WAIT_MS) && p.type == BGP_KEEPALIVE)
		keepalives++;
	end = timer_now_us();
	assert_int_equal(p.type, BGP_NOTIFICATION);
	assert_int_equal(p.buf[19], 4);
	assert_in_range(end - start, 2900000, 4500000);
	assert_in_range(keepalives, 2, 6);
	peer_close(&p);
	RIG_UNTIL(!rig_state_is(&r, "Established"));
	assert_non_null(strstr(json_string_value(rig_peer(&r, "last-error")), "Hold Timer"));
	assert_int_equal(rig_stop(&r, true), 0);
}

static void hold_zero(void **state)
{
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct bgp_open o = peer_open();
	struct peer p;
	struct rig r;

	o.hold_time = 0;
	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	peer_connect(&r, &p, RIG_PEER);
	peer_handshake(&p, &o);
	peer_expect_eor(&p);
	assert_int_equal(json_integer_value(rig_peer(&r, "hold-time")), 0);
	assert_false(peer_next(&p, 1500)); /* no keepalive either */
	assert_true(rig_state_is(&r, "Established"));
	peer_close(&p);
	assert_int_equal(rig_stop(&r, true), 0);
}

/* ---- connecting ---- */

/* Answer the speaker's request with a socket, as the parent does. */
static void give_socket(struct rig *r, const char *bind_to, int error)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	struct rig_msg m;
	struct ipc_socket answer;
	int fd = -1;

	assert_true(rig_wait(r, IPC_SOCKET_REQUEST, &m, RIG_WAIT_MS));
	memcpy(&answer, m.body, sizeof(answer));
	answer.error = error;
	if (!error) {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		inet_pton(AF_INET, bind_to, &sin.sin_addr);
		assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	}
	rig_send(r, IPC_SOCKET, &answer, sizeof(answer), fd);
	if (fd >= 0)
		close(fd);
}

static void connect_out(void **state)
{
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct bgp_open o = peer_open();
	struct peer p;
	struct rig r;
	uint16_t port = 0;
	int fd = rig_listen(RIG_PEER, &port);

	n.passive = false;
	n.port = port;
	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	give_socket(&r, RIG_SELF, 0);
	p.fd = accept(fd, NULL, NULL);
	peer_handshake(&p, &o);
	peer_expect_eor(&p);
	RIG_UNTIL(rig_state_is(&r, "Established"));
	peer_close(&p);
	/* it comes back by itself */
	give_socket(&r, RIG_SELF, 0);
	p.fd = accept(fd, NULL, NULL);
	peer_handshake(&p, &o);
	RIG_UNTIL(rig_state_is(&r, "Established"));
	peer_close(&p);
	close(fd);
	assert_int_equal(rig_stop(&r, true), 0);
}

/* Nobody listens: Active, a sentence, and another attempt after the connect-retry time. */
static void connect_refused(void **state)
{
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct rig r;
	uint16_t port = 0;
	int fd = rig_listen(RIG_PEER, &port);

	close(fd);
	n.passive = false;
	n.port = port;
	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	give_socket(&r, RIG_SELF, 0);
	RIG_UNTIL(json_is_string(rig_peer(&r, "last-error")));
	assert_string_equal(json_string_value(rig_peer(&r, "last-error")),
			    "connect: Connection refused");
	give_socket(&r, RIG_SELF, EACCES);
	RIG_UNTIL(strstr(json_string_value(rig_peer(&r, "last-error")), "Permission denied"));
	give_socket(&r, RIG_SELF, 0);
	assert_int_equal(rig_stop(&r, true), 0);
}

static void unknown_address(void **state)
{
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct peer p;
	struct rig r;

	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	rig_peer(&r, "state");
	peer_connect(&r, &p, "127.0.0.77");
	assert_false(peer_next(&p, RIG_WAIT_MS));
	peer_close(&p);
	assert_int_equal(rig_stop(&r, true), 0);
}

/*
 * Both connect at the same time. The connection of the higher identifier survives, the other one is
 * closed with Cease/7, and in no moment is the session down once it is up.
 */
static void collision(u32 peer_id, bool theirs_survives)
{
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct bgp_open o = peer_open();
	struct peer ours, theirs, *winner, *loser;
	struct rig r;
	uint16_t port = 0;
	int fd = rig_listen(RIG_PEER, &port);

	o.id = peer_id;
	n.passive = false;
	n.port = port;
	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	give_socket(&r, RIG_SELF, 0);
	ours.fd = accept(fd, NULL, NULL);
	peer_expect(&ours, BGP_OPEN);
	peer_connect(&r, &theirs, RIG_PEER);
	peer_expect(&theirs, BGP_OPEN);
	winner = theirs_survives ? &theirs : &ours;
	loser = theirs_survives ? &ours : &theirs;
	peer_send_open(&ours, &o);
	peer_send_open(&theirs, &o);
	peer_expect_notification(loser, 6, 7);
	peer_expect(winner, BGP_KEEPALIVE);
	peer_keepalive(winner);
	peer_expect_eor(winner);
	RIG_UNTIL(rig_state_is(&r, "Established"));
	assert_int_equal(json_integer_value(rig_peer(&r, "resets")), 0);
	assert_true(json_is_null(rig_peer(&r, "last-error")));
	/* a latecomer does not disturb it */
	peer_close(loser);
	peer_connect(&r, loser, RIG_PEER);
	peer_expect(loser, BGP_OPEN);
	peer_send_open(loser, &o);
	peer_expect_notification(loser, 6, 7);
	assert_true(rig_state_is(&r, "Established"));
	peer_close(loser);
	peer_close(winner);
	close(fd);
	assert_int_equal(rig_stop(&r, true), 0);
}

static void collision_higher(void **state)
{
	collision(0x7f000002, true);
}

static void collision_lower(void **state)
{
	collision(0x0a000001, false);
}

/* They take our connection and say nothing on it, but finish the one of their own: that one counts. */
static void silent_on_ours(void **state)
{
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct bgp_open o = peer_open();
	struct peer ours, theirs;
	struct rig r;
	uint16_t port = 0;
	int fd = rig_listen(RIG_PEER, &port);

	n.passive = false;
	n.port = port;
	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	give_socket(&r, RIG_SELF, 0);
	ours.fd = accept(fd, NULL, NULL);
	peer_expect(&ours, BGP_OPEN);
	peer_connect(&r, &theirs, RIG_PEER);
	peer_handshake(&theirs, &o);
	peer_expect_eor(&theirs);
	peer_expect_notification(&ours, 6, 7);
	RIG_UNTIL(rig_state_is(&r, "Established"));
	json_decref(rig_ask(&r, "peer.clear", json_pack("{s:s}", "soft", "in")));
	peer_expect(&theirs, BGP_ROUTE_REFRESH);
	peer_close(&ours);
	peer_close(&theirs);
	close(fd);
	assert_int_equal(rig_stop(&r, true), 0);
}

/* An attempt of ours that hangs must not stand in the way of the neighbour's own connection. */
static void accept_while_connecting(void **state)
{
	struct conf_peer n = rig_conf_peer("127.0.0.2");
	struct bgp_open o = peer_open();
	struct peer p;
	struct rig r;
	uint16_t port = 0;
	int fd = rig_listen(RIG_PEER, &port), i, fill[16];

	/* a full backlog: SYNs are not answered */
	listen(fd, 0);
	for (i = 0; i < 16; i++) {
		struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(port)};

		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		inet_pton(AF_INET, RIG_PEER, &sin.sin_addr);
		connect(fill[i], (struct sockaddr *)&sin, sizeof(sin));
	}
	n.passive = false;
	n.port = port;
	n.connect_retry_ms = 30000;
	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	give_socket(&r, RIG_SELF, 0);
	RIG_UNTIL(rig_state_is(&r, "Connect"));
	peer_connect(&r, &p, RIG_PEER);
	peer_handshake(&p, &o);
	peer_expect_eor(&p);
	RIG_UNTIL(rig_state_is(&r, "Established"));
	peer_close(&p);
	for (i = 0; i < 16; i++)
		close(fill[i]);
	close(fd);
	assert_int_equal(rig_stop(&r, true), 0);
}

#define CROWD 24

static double cpu_seconds(pid_t pid)
{
	char path[32], text[512];
	unsigned long user = 0, system = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof(text), f));
	fclose(f);
	assert_int_equal(sscanf(strrchr(text, ')'),
				") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
				&system),
			 2);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static int few_descriptors(int ipc)
{
	struct rlimit limit = {24, 24};

	setrlimit(RLIMIT_NOFILE, &limit);
	return speaker_main(ipc);
}

/* Without descriptors nothing spins, and who waits in the backlog is served when there is room. */
static void out_of_descriptors(void **state)
{
	struct conf_peer n[CROWD];
	struct bgp_open o = peer_open();
	struct peer p[CROWD];
	char from[32];
	double before;
	struct rig r;
	int i;

	for (i = 0; i < CROWD; i++) {
		snprintf(from, sizeof(from), "127.0.1.%d", i + 1);
		n[i] = rig_conf_peer(from);
	}
	rig_start(&r, few_descriptors);
	rig_conf(&r, n, CROWD);
	for (i = 0; i < CROWD; i++) {
		snprintf(from, sizeof(from), "127.0.1.%d", i + 1);
		peer_connect(&r, &p[i], from);
	}
	peer_expect(&p[0], BGP_OPEN);
	before = cpu_seconds(r.pid);
	poll(NULL, 0, 600);
	assert_true(cpu_seconds(r.pid) - before < 0.3);
	assert_false(peer_next(&p[CROWD - 1], 0));
	for (i = 0; i < CROWD - 1; i++)
		peer_close(&p[i]);
	o.id = 0x7f000101;
	peer_handshake(&p[CROWD - 1], &o);
	peer_close(&p[CROWD - 1]);
	assert_int_equal(rig_stop(&r, true), 0);
}

/* ---- operator and configuration ---- */

static void clear(void **state)
{
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct peer p;
	struct rig r;
	json_t *a;

	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	peer_up(&r, &p, RIG_PEER);
	a = rig_ask(&r, "peer.clear", json_pack("{s:s}", "address", RIG_PEER));
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(a, "result"), "cleared")), 1);
	json_decref(a);
	peer_expect_notification(&p, 6, 4);
	peer_close(&p);
	peer_up(&r, &p, RIG_PEER);
	/* soft, in: we ask for the routes, and stay up */
	json_decref(rig_ask(&r, "peer.clear", json_pack("{s:s}", "soft", "in")));
	peer_expect(&p, BGP_ROUTE_REFRESH);
	assert_memory_equal(p.buf + 19, "\x00\x19\x00\x46", 4);
	/* soft, out: everything again between BoRR and EoRR */
	json_decref(rig_ask(&r, "peer.clear", json_pack("{s:s}", "soft", "out")));
	peer_expect(&p, BGP_ROUTE_REFRESH);
	assert_int_equal(p.buf[21], 1);
	peer_expect(&p, BGP_ROUTE_REFRESH);
	assert_int_equal(p.buf[21], 2);
	assert_true(rig_state_is(&r, "Established"));
	a = rig_ask(&r, "peer.clear", json_pack("{s:s}", "address", "10.9.9.9"));
	assert_string_equal(json_string_value(json_object_get(json_object_get(a, "error"), "code")),
			    "not-found");
	json_decref(a);
	peer_close(&p);
	assert_int_equal(rig_stop(&r, true), 0);
}

/* A reload that does not concern a session leaves it alone; one that does restarts it. */
static void reload(void **state)
{
	struct conf_peer n[2] = {rig_conf_peer(RIG_PEER), rig_conf_peer("127.0.0.3")};
	struct peer p;
	struct rig r;

	rig_start(&r, speaker_main);
	rig_conf(&r, n, 1);
	peer_up(&r, &p, RIG_PEER);
	strcpy(n[0].description, "the same one");
	n[0].connect_retry_ms = 1000;
	rig_conf(&r, n, 2);
	assert_string_equal(json_string_value(rig_peer(&r, "description")), "the same one");
	assert_true(rig_state_is(&r, "Established"));
	assert_int_equal(json_integer_value(rig_peer(&r, "resets")), 0);
	n[0].hold_time = 30;
	rig_conf(&r, n, 2);
	peer_expect_notification(&p, 6, 6);
	peer_close(&p);
	peer_up(&r, &p, RIG_PEER);
	assert_int_equal(json_integer_value(rig_peer(&r, "hold-time")), 30);
	n[0].shutdown = true;
	rig_conf(&r, n, 2);
	peer_expect_notification(&p, 6, 2);
	peer_close(&p);
	assert_true(rig_state_is(&r, "Idle"));
	peer_connect(&r, &p, RIG_PEER);
	assert_false(peer_next(&p, RIG_WAIT_MS));
	peer_close(&p);
	n[0].shutdown = false;
	rig_conf(&r, n, 2);
	rig_peer(&r, "state");
	peer_up(&r, &p, RIG_PEER);
	rig_conf(&r, n + 1, 1);
	peer_expect_notification(&p, 6, 3);
	peer_close(&p);
	assert_int_equal(rig_stop(&r, true), 0);
}

/* A neighbour's NOTIFICATION becomes a sentence, its shutdown communication included. */
static void notified(void **state)
{
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	u8 buf[BGP_MAX_LEN];
	struct peer p;
	struct rig r;

	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	peer_up(&r, &p, RIG_PEER);
	peer_send(&p, buf, bgp_shutdown_encode(2, "moving to rack 7", buf, sizeof(buf)));
	RIG_UNTIL(!rig_state_is(&r, "Established"));
	assert_string_equal(
		json_string_value(rig_peer(&r, "last-error")),
		"received NOTIFICATION 6/2 (Cease, Administrative Shutdown): moving to rack 7");
	peer_close(&p);
	assert_int_equal(rig_stop(&r, true), 0);
}

static void parent_gone(void **state)
{
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct rig r;

	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	rig_peer(&r, "state");
	assert_int_equal(rig_stop(&r, false), 1);
}

static void stop(void **state)
{
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct peer p;
	struct rig r;

	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	peer_up(&r, &p, RIG_PEER);
	rig_send(&r, IPC_SHUTDOWN, NULL, 0, -1);
	peer_expect_notification(&p, 6, 2);
	peer_close(&p);
	assert_int_equal(rig_stop(&r, false), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(establish),
		cmocka_unit_test(our_open),
		cmocka_unit_test(open_refused),
		cmocka_unit_test(missing_capability_data),
		cmocka_unit_test(octet_by_octet),
		cmocka_unit_test(bad_header),
		cmocka_unit_test(update_before_established),
		cmocka_unit_test(hold_three),
		cmocka_unit_test(hold_zero),
		cmocka_unit_test(connect_out),
		cmocka_unit_test(connect_refused),
		cmocka_unit_test(unknown_address),
		cmocka_unit_test(collision_higher),
		cmocka_unit_test(collision_lower),
		cmocka_unit_test(silent_on_ours),
		cmocka_unit_test(accept_while_connecting),
		cmocka_unit_test(out_of_descriptors),
		cmocka_unit_test(clear),
		cmocka_unit_test(reload),
		cmocka_unit_test(notified),
		cmocka_unit_test(parent_gone),
		cmocka_unit_test(stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
