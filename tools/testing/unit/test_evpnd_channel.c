// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two channels on the loopback, as two speakers have them: greetings, who is heard, and what is not listened
 * to; and the parent's sockets.
 */
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"
#include "parent/icc_sockets.h"
#include "speaker/speaker_priv.h"

#define A "127.0.0.81"
#define B "127.0.0.82"
#define C "127.0.0.83" /* shares no segment with them */

struct pair {
	struct speaker a;
	struct speaker b;
	int stranger;
	u16 port;
};

static struct ip_addr ip(const char *text)
{
	struct ip_addr a;

	assert_int_equal(ip_parse(&a, text), 0);
	return a;
}

static int udp(const char *address, u16 *port)
{
	struct ip_addr a = ip(address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on)), 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&ss, ip_to_sockaddr(&a, *port, &ss)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &len), 0);
	*port = ntohs(((struct sockaddr_in *)&ss)->sin_port);
	return fd;
}

static void begin_one(struct speaker *sp, sd_event *event, const char *address, u16 *port)
{
	int fd = udp(address, port);

	memset(sp, 0, sizeof(*sp));
	sp->bgp.event = event;
	sp->bgp.conf = conf_new();
	sp->bgp.conf->global.icc = (struct conf_icc){.enabled = true, .hops = 255, .port = *port};
	assert_int_equal(channel_init(sp), 0);
	channel_conf(sp);
	timer_stop(&sp->channel->hello); /* no service is here that could name a PE again */
	channel_socket(sp, fd, false);
	timer_stop(&sp->channel->hello);
}

static struct pair begin(void)
{
	struct pair p = {0};

	log_open("test", true);
	log_set_level(LOG_LEVEL_ERROR);
	p.stranger = udp(C, &p.port);
	return p;
}

static void start(struct pair *p)
{
	sd_event *event;

	assert_true(sd_event_new(&event) >= 0);
	begin_one(&p->a, event, A, &p->port);
	begin_one(&p->b, event, B, &p->port);
}

static void end_one(struct speaker *sp)
{
	channel_done(sp);
	conf_free(sp->bgp.conf);
}

static void end(struct pair *p)
{
	sd_event *event = p->a.bgp.event;

	end_one(&p->a);
	end_one(&p->b);
	sd_event_unref(event);
	close(p->stranger);
}

/* All that is on its way. */
static void run(struct pair *p)
{
	for (int quiet = 0; quiet < 3;)
		quiet = sd_event_run(p->a.bgp.event, 20000) > 0 ? 0 : quiet + 1;
}

static void name(struct speaker *sp, const char *self, const char *other)
{
	struct ip_addr local = ip(self), remote = ip(other);

	channel_want(sp, &local, &remote);
}

static bool hears(struct speaker *sp, const char *other)
{
	struct ip_addr remote = ip(other);

	return channel_heard(sp, &remote);
}

/* Heard is who has said that it hears: one that greets and gets no answer is not counted upon. */
static void greetings(void **state)
{
	struct pair p = begin();
	json_t *shown;
	char err[128];

	start(&p);
	name(&p.a, A, B);
	run(&p);
	assert_false(hears(&p.a, B));
	assert_int_equal(channel_filtered(p.b.channel), 1); /* A is none of its PEs yet */
	name(&p.b, B, A);
	run(&p); /* its greeting is answered, and the answer is */
	assert_true(hears(&p.b, A));
	assert_true(hears(&p.a, B));
	assert_true(p.a.channel->counts.sent[ICC_HELLO] <= 3);
	shown = channel_show(&p.a, NULL, err, sizeof(err));
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(shown, "pes"), 0), "state")),
			    "heard");
	json_decref(shown);
	p.a.channel->hello.fn(p.a.channel); /* nobody names it any more */
	assert_int_equal(p.a.channel->n_pes, 0);
	usleep(110000); /* greetings are answered that often */
	name(&p.a, A, B);
	run(&p);
	assert_true(hears(&p.a, B));
	/* switched off, nobody is heard, whatever was before */
	p.a.bgp.conf->global.icc.enabled = false;
	channel_conf(&p.a);
	assert_false(hears(&p.a, B));
	end(&p);
}

/* Sent, and whatever has arrived is read; there is room for it on the loopback. */
static void post(struct pair *p, int fd, const char *to, const void *octets, size_t len)
{
	struct ip_addr a = ip(to);
	struct sockaddr_storage ss;

	assert_int_equal(sendto(fd, octets, len, 0, (struct sockaddr *)&ss,
				ip_to_sockaddr(&a, p->port, &ss)),
			 len);
	assert_true(sd_event_run(p->a.bgp.event, 0) >= 0);
}

static void send_octets(struct pair *p, int fd, const char *to, const void *octets, size_t len)
{
	post(p, fd, to, octets, len);
	run(p);
}

static void ignores(void **state)
{
	struct icc_msg m = {.type = ICC_HELLO};
	struct ip_addr a = ip(A);
	struct pair p = begin();
	u8 octets[ICC_LEN_MAX + 8] = {0};
	struct channel_counts *c;
	int a_fd;

	start(&p);
	c = &p.b.channel->counts;
	a_fd = p.a.channel->fds[0];
	name(&p.b, B, A);
	run(&p);
	icc_encode(&m, octets);
	send_octets(&p, p.stranger, B, octets, ICC_HEAD_LEN);
	assert_int_equal(channel_filtered(p.b.channel), 1);
	channel_pe(p.b.channel, &a)->local = ip(C); /* not the address by which A knows B */
	send_octets(&p, a_fd, B, octets, ICC_HEAD_LEN);
	assert_int_equal(c->stranger, 1);
	channel_pe(p.b.channel, &a)->local = ip(B);
	octets[5] = 200;
	send_octets(&p, a_fd, B, octets, ICC_HEAD_LEN);
	assert_int_equal(c->unknown, 1);
	octets[5] = ICC_HELLO;
	send_octets(&p, a_fd, B, octets, ICC_HEAD_LEN - 1);
	send_octets(&p, a_fd, B, octets, sizeof(octets)); /* longer than any, and cut off */
	send_octets(&p, a_fd, B, octets, 0);
	assert_int_equal(c->malformed, 3);
	assert_int_equal(c->received[ICC_HELLO], 0);
	/* a datagram of the loopback has 64 of 255 left: it is 191 routers away */
	p.b.bgp.conf->global.icc.hops = 190;
	channel_conf(&p.b);
	timer_stop(&p.b.channel->hello);
	send_octets(&p, a_fd, B, octets, ICC_HEAD_LEN);
	assert_int_equal(c->far, 1);
	p.b.bgp.conf->global.icc.hops = 191;
	channel_conf(&p.b);
	timer_stop(&p.b.channel->hello);
	send_octets(&p, a_fd, B, octets, ICC_HEAD_LEN);
	assert_int_equal(c->received[ICC_HELLO], 1);
	end(&p);
}

/* What strangers and other PEs send takes nothing of what a PE may say. */
static void floods(void **state)
{
	struct icc_msg m = {.type = ICC_HELLO};
	struct ip_addr a = ip(A), c_ip = ip(C);
	struct pair p = begin();
	u8 octets[ICC_LEN_MAX];
	struct channel_counts *c;
	u64 heard;

	start(&p);
	c = &p.b.channel->counts;
	name(&p.b, B, A);
	run(&p);
	icc_encode(&m, octets);
	for (int i = 0; i < 2100; i++)
		post(&p, p.stranger, B, octets, ICC_HEAD_LEN);
	assert_int_equal(c->stranger, 0); /* none was read */
	assert_int_equal(channel_filtered(p.b.channel), 2100);
	send_octets(&p, p.a.channel->fds[0], B, octets, ICC_HEAD_LEN);
	assert_int_equal(channel_pe(p.b.channel, &a)->received, 1);
	/* a PE that has used up its own */
	name(&p.b, B, C);
	channel_pe(p.b.channel, &c_ip)->budget = 0;
	channel_pe(p.b.channel, &c_ip)->refilled_us = timer_now_us();
	heard = c->received[ICC_HELLO];
	send_octets(&p, p.stranger, B, octets, ICC_HEAD_LEN);
	send_octets(&p, p.a.channel->fds[0], B, octets, ICC_HEAD_LEN);
	assert_int_equal(c->received[ICC_HELLO], heard + 1);
	assert_int_equal(c->busy, 1);
	end(&p);
}

/* One PE too many is said once; the filter has room for all the others. */
static void full(void **state)
{
	static const char *const some[] = {"127.1.0.0", "127.1.0.127", "127.1.0.128",
					   "127.1.3.255"};
	struct icc_msg m = {.type = ICC_HELLO};
	struct ip_addr local = ip(B), remote;
	struct pair p = begin();
	u8 octets[ICC_LEN_MAX];
	int fd;

	start(&p);
	icc_encode(&m, octets);
	for (unsigned int i = 0; i < CHANNEL_PES_MAX + 2; i++) {
		remote = ip_v4(0x7f010000 + i);
		channel_want(&p.b, &local, &remote);
	}
	assert_int_equal(p.b.channel->n_pes, CHANNEL_PES_MAX);
	assert_true(p.b.channel->full);
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		remote = ip(some[i]);
		fd = udp(some[i], &p.port);
		send_octets(&p, fd, B, octets, ICC_HEAD_LEN);
		assert_int_equal(channel_pe(p.b.channel, &remote)->received, 1);
		close(fd);
	}
	send_octets(&p, p.stranger, B, octets, ICC_HEAD_LEN);
	assert_int_equal(channel_filtered(p.b.channel), 1);
	end(&p);
}

/* The same for IPv6: by the end of the address, so who shares it with a PE is told apart when it is read. */
static void filter_v6(void **state)
{
	struct ip_addr local = ip("2001:db8::9"), like = ip("2001:db8::1"),
		       other = ip("2001:db8::2");
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
	struct sockaddr_storage ss;
	struct ip_addr self = ip("::1");
	struct pair p = begin();
	socklen_t len;

	if (fd < 0 || bind(fd, (struct sockaddr *)&ss, ip_to_sockaddr(&self, p.port, &ss))) {
		close(p.stranger);
		skip(); /* no IPv6 here */
	}
	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on)), 0);
	start(&p);
	channel_socket(&p.b, dup(fd), true);
	timer_stop(&p.b.channel->hello);
	channel_want(&p.b, &local, &other);
	len = ip_to_sockaddr(&self, p.port, &ss);
	assert_int_equal(sendto(fd, "x", 1, 0, (struct sockaddr *)&ss, len), 1);
	run(&p);
	assert_int_equal(channel_filtered(p.b.channel), 1);
	channel_want(&p.b, &local, &like);
	assert_int_equal(sendto(fd, "x", 1, 0, (struct sockaddr *)&ss, len), 1);
	run(&p);
	assert_int_equal(channel_filtered(p.b.channel), 1);
	assert_int_equal(p.b.channel->counts.stranger, 1);
	close(fd);
	end(&p);
}

/* Who sends more than is read in a turn is read after BGP, until that is over. */
static void behind_bgp(void **state)
{
	struct icc_msg m = {.type = ICC_HELLO};
	struct pair p = begin();
	struct sockaddr_storage ss;
	u8 octets[ICC_LEN_MAX];
	struct ip_addr b = ip(B);
	int64_t priority;

	start(&p);
	name(&p.b, B, A);
	run(&p);
	icc_encode(&m, octets);
	for (int i = 0; i < 200; i++)
		assert_int_equal(sendto(p.a.channel->fds[0], octets, ICC_HEAD_LEN, 0,
					(struct sockaddr *)&ss, ip_to_sockaddr(&b, p.port, &ss)),
				 ICC_HEAD_LEN);
	assert_true(sd_event_run(p.b.bgp.event, 0) > 0);
	sd_event_source_get_priority(p.b.channel->io[0], &priority);
	assert_true(priority > SD_EVENT_PRIORITY_NORMAL);
	run(&p);
	sd_event_source_get_priority(p.b.channel->io[0], &priority);
	assert_true(priority < SD_EVENT_PRIORITY_NORMAL);
	end(&p);
}

/* The parent's: none without a segment, and a port that is taken is a sentence. */
static void sockets(void **state)
{
	struct icc_sockets s = {0}, other = {0};
	struct conf_segment seg = {.name = "ce1"};
	struct conf *conf = conf_new();
	bool changed;
	u16 port = 0;

	close(udp("127.0.0.1", &port));
	log_set_level(LOG_LEVEL_ERROR);
	conf->global.icc = (struct conf_icc){.enabled = true, .hops = 255, .port = port};
	assert_int_equal(icc_sockets_configure(&s, conf, &changed), 0);
	assert_false(changed);
	conf_add_segment(conf, &seg);
	assert_int_equal(icc_sockets_configure(&s, conf, &changed), 0);
	assert_true(changed && s.fds[0] >= 0);
	assert_int_equal(icc_sockets_configure(&s, conf, &changed), 0);
	assert_false(changed);
	assert_int_equal(icc_sockets_configure(&other, conf, &changed), -EADDRINUSE);
	assert_non_null(strstr(other.why, "Address already in use"));
	conf->global.icc.enabled = false;
	assert_int_equal(icc_sockets_configure(&s, conf, &changed), 0);
	assert_true(changed);
	conf->global.icc.enabled = true;
	assert_int_equal(icc_sockets_configure(&other, conf, &changed), 0);
	assert_true(changed && !other.why[0]);
	icc_sockets_close(&other);
	icc_sockets_close(&s);
	conf_free(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(greetings), cmocka_unit_test(ignores),	   cmocka_unit_test(floods),
		cmocka_unit_test(filter_v6), cmocka_unit_test(behind_bgp), cmocka_unit_test(full),
		cmocka_unit_test(sockets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
