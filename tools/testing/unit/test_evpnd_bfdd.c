// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_bfdd.c - asking bfdd: a server on the same loop answers as bfdd does, ends, says nonsense, is
 * not there. And what its words mean as facts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "system/bfdd.h"
#include "timer.h"

static sd_event *event;
static char path[64];
static int listening, client = -1;
static sd_event_source *accepting, *serving;
static const char *sessions_text;
static unsigned int looks, ends;
static size_t last_n;
static char last_why[128];

static void reply(int fd, const char *text)
{
	size_t len = strlen(text), half = len / 2;

	assert_int_equal(write(fd, text, half), half);
	assert_int_equal(write(fd, text + half, len - half), len - half);
	assert_int_equal(write(fd, "\0\0\0", 4), 4);
}

static int on_client(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	char buf[256];
	ssize_t n = read(fd, buf, sizeof(buf) - 1);

	if (n <= 0) {
		serving = sd_event_source_disable_unref(serving);
		close(client);
		client = -1;
		return 0;
	}
	assert_int_equal(buf[n - 1], 0);
	if (!strcmp(buf, "enable"))
		reply(fd, "");
	else if (!strcmp(buf, "show bfd peers json"))
		reply(fd, sessions_text);
	else
		fail_msg("asked \"%s\"", buf);
	return 0;
}

static int on_accept(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	assert_int_equal(client, -1);
	client = accept(fd, NULL, NULL);
	return sd_event_add_io(event, &serving, client, EPOLLIN, on_client, NULL);
}

static void server_up(void)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};

	strcpy(sun.sun_path, path);
	unlink(path);
	listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listening, (struct sockaddr *)&sun, sizeof(sun)), 0);
	assert_int_equal(listen(listening, 1), 0);
	assert_true(sd_event_add_io(event, &accepting, listening, EPOLLIN, on_accept, NULL) >= 0);
}

static void server_down(void)
{
	serving = sd_event_source_disable_unref(serving);
	accepting = sd_event_source_disable_unref(accepting);
	if (client >= 0)
		close(client);
	client = -1;
	close(listening);
	unlink(path);
}

static void on_sessions(void *data, const struct frr_bfd *list, size_t n)
{
	looks++;
	last_n = n;
	assert_true(!n == !list);
}

static void on_gone(void *data, const char *why)
{
	ends++;
	snprintf(last_why, sizeof(last_why), "%s", why);
	assert_false(bfdd_asked(*(struct bfdd **)data));
}

static struct bfdd *bfdd;
static const struct bfdd_ops ops = {.sessions = on_sessions, .gone = on_gone};

static void run_until(const unsigned int *count, unsigned int n)
{
	u64 end = timer_now_us() + 5000000;

	while (*count < n) {
		assert_true(timer_now_us() < end);
		assert_true(sd_event_run(event, 100000) >= 0);
	}
}

static int setup(void **state)
{
	assert_true(sd_event_new(&event) >= 0);
	snprintf(path, sizeof(path), "/tmp/test-bfdd-%d", getpid());
	looks = ends = 0;
	last_why[0] = '\0';
	sessions_text = "[{\"peer\":\"192.0.2.2\",\"status\":\"up\"}]";
	bfdd = bfdd_new(event, &ops, &bfdd);
	assert_non_null(bfdd);
	return 0;
}

static int teardown(void **state)
{
	bfdd_free(bfdd);
	sd_event_unref(event);
	return 0;
}

static void asked_again_and_again(void **state)
{
	server_up();
	assert_false(bfdd_asked(bfdd));
	bfdd_ask(bfdd, path);
	assert_true(bfdd_asked(bfdd));
	run_until(&looks, 3);
	assert_int_equal(last_n, 1);
	sessions_text = "[]";
	run_until(&looks, 5);
	assert_int_equal(last_n, 0);
	bfdd_stop(bfdd);
	assert_false(bfdd_asked(bfdd));
	server_down();
	assert_int_equal(ends, 0);
}

static void it_ends(void **state)
{
	server_up();
	bfdd_ask(bfdd, path);
	run_until(&looks, 1);
	server_down();
	run_until(&ends, 1);
	assert_non_null(strstr(last_why, "ended"));
	/* and is there again */
	server_up();
	bfdd_ask(bfdd, path);
	run_until(&looks, 2);
	server_down();
}

static void not_there(void **state)
{
	bfdd_ask(bfdd, path);
	assert_int_equal(ends, 0); /* not from in there */
	run_until(&ends, 1);
	assert_string_equal(last_why, "No such file or directory");
}

static void nonsense(void **state)
{
	sessions_text = "% Unknown command";
	server_up();
	bfdd_ask(bfdd, path);
	run_until(&ends, 1);
	assert_int_equal(looks, 0);
	server_down();
}

/* ---- facts ---- */

static struct frr_bfd session(enum bfd_state state, enum bfd_diag diag, enum bfd_diag remote)
{
	return (struct frr_bfd){.state = state,
				.shutdown = state == BFD_ADMIN_DOWN,
				.diag = (u8)diag,
				.remote_diag = (u8)remote,
				.seconds = 2,
				.interval_us = 50000,
				.detection_us = 150000};
}

static void facts(void **state)
{
	struct frr_bfd up = session(BFD_UP, BFD_DIAG_NONE, BFD_DIAG_NONE);
	struct frr_bfd dead = session(BFD_DOWN, BFD_DIAG_TIMEOUT, BFD_DIAG_NONE);
	struct frr_bfd signalled = session(BFD_DOWN, BFD_DIAG_NEIGHBOR_DOWN, BFD_DIAG_TIMEOUT);
	struct frr_bfd on_purpose = session(BFD_DOWN, BFD_DIAG_NEIGHBOR_DOWN, BFD_DIAG_NONE);
	struct frr_bfd shut = session(BFD_ADMIN_DOWN, BFD_DIAG_NONE, BFD_DIAG_NONE);
	struct fact_bfd f = {.state = BFD_DOWN};

	f = bfdd_fact(&up, &f, 10000000000);
	assert_true(f.running && f.bfdd && f.state == BFD_UP && f.remote_state == BFD_UP);
	assert_int_equal(f.ups, 1);
	assert_int_equal(f.since, 8000000000);
	assert_int_equal(f.detection_us, 150000);
	f = bfdd_fact(&up, &f, 11000000000); /* the same session goes on */
	assert_int_equal(f.ups, 1);
	assert_int_equal(f.since, 8000000000);
	f = bfdd_fact(&dead, &f, 12000000000);
	assert_true(f.running && f.state == BFD_DOWN && f.diag == BFD_DIAG_TIMEOUT);
	assert_int_equal(f.remote_state, BFD_DOWN);
	f = bfdd_fact(&up, &f, 13000000000);
	assert_int_equal(f.ups, 2);
	f = bfdd_fact(&signalled, &f, 14000000000);
	assert_int_equal(f.remote_state, BFD_DOWN);
	f = bfdd_fact(&on_purpose, &f, 15000000000);
	assert_int_equal(f.remote_state, BFD_ADMIN_DOWN);
	/* that nothing is known says nothing about anybody */
	f = bfdd_fact(&shut, &f, 16000000000);
	assert_false(f.running);
	assert_non_null(strstr(f.text, "shutdown"));
	f = bfdd_fact(NULL, &f, 17000000000);
	assert_false(f.running);
	assert_non_null(strstr(f.text, "no session"));
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(asked_again_and_again), CASE(it_ends), CASE(not_there), CASE(nonsense),
		cmocka_unit_test(facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
