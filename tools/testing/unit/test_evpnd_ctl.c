// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_ctl.c - the server's end of the control socket against real clients on real sockets:
 * order, limits, clients that say nonsense, that do not read, that go away.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl.h"
#include "parent/ctl_server.h"
#include "log.h"

static sd_event *event;
static struct ctl_server *server;
static int client;		 /* our end */
static struct ctl_request *held; /* a request "wait" that is not answered yet */
static unsigned int monitored;
static char path[64];

static void on_request(void *data, struct ctl_request *request)
{
	const char *method = ctl_request_method(request);

	if (!strcmp(method, "wait")) {
		held = request;
	} else if (!strcmp(method, "echo")) {
		json_t *params = ctl_request_params(request);

		ctl_result(request, params ? json_incref(params) : json_null());
	} else if (!strcmp(method, "large")) {
		char *text = malloc(4000001);

		memset(text, 'x', 4000000);
		text[4000000] = '\0';
		ctl_result(request, json_string(text));
		free(text);
	} else if (!strcmp(method, "monitor")) {
		ctl_monitor(request, CTL_OBJECT_ES | CTL_OBJECT_LINK);
	} else {
		ctl_refuse(request, ctl_error(CTL_NOT_FOUND, "no method %s", method));
	}
}

static void on_monitored(void *data, unsigned int objects)
{
	monitored = objects;
}

static const struct ctl_ops ops = {on_request, on_monitored};

static void run(void)
{
	while (sd_event_run(event, 0) > 0)
		;
}

static int join(void)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair),
			 0);
	assert_int_equal(ctl_server_add(server, pair[1]), 0);
	return pair[0];
}

static int setup(void **state)
{
	log_set_level(LOG_LEVEL_ERROR);
	held = NULL;
	monitored = 0;
	assert_true(sd_event_new(&event) >= 0);
	server = ctl_server_new(event, -1, &ops, NULL);
	client = join();
	return 0;
}

static int teardown(void **state)
{
	ctl_server_free(server);
	if (held)
		ctl_result(held, json_null());
	sd_event_unref(event);
	close(client);
	return 0;
}

static void say(const char *text)
{
	assert_int_equal(send(client, text, strlen(text), 0), strlen(text));
	run();
}

static void hear(const char *expected)
{
	char buf[8192];
	ssize_t n = recv(client, buf, sizeof(buf) - 1, 0);

	assert_true(n >= 0);
	buf[n] = '\0';
	assert_string_equal(buf, expected);
}

static void hear_nothing(void)
{
	char c;

	assert_int_equal(recv(client, &c, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
}

static void hear_end(void)
{
	char c;

	assert_int_equal(recv(client, &c, 1, 0), 0);
}

static void test_requests(void **state)
{
	say("{\"id\": 1, \"method\": \"echo\", \"params\": {\"a\": [1, 2]}}\n");
	hear("{\"id\":1,\"result\":{\"a\":[1,2]}}\n");
	say("{\"id\": \"x\", \"method\": \"nix\"}\n");
	hear("{\"id\":\"x\",\"error\":{\"code\":\"not-found\",\"message\":\"no method nix\"}}\n");
	/* any number in one piece, and one in any number of pieces */
	say("{\"id\": 2, \"method\": \"echo\"}\n\n{\"id\": 3, \"method\": \"echo\"}\n{\"id\":");
	hear("{\"id\":2,\"result\":null}\n{\"id\":3,\"result\":null}\n");
	say(" 4, \"method\": \"ec");
	hear_nothing();
	say("ho\"}\n");
	hear("{\"id\":4,\"result\":null}\n");
}

static void test_nonsense(void **state)
{
	say("[1]\n");
	hear("{\"id\":null,\"error\":{\"code\":\"usage\",\"message\":\"a request is a JSON object\"}}\n");
	say("{\"id\": 5}\n");
	hear("{\"id\":5,\"error\":{\"code\":\"usage\",\"message\":\"the request has no \\\"method\\\"\"}}\n");
	say("{\"id\": 6, \"method\": \"echo\", \"params\": 3}\n");
	hear("{\"id\":6,\"error\":{\"code\":\"usage\",\"message\":\"\\\"params\\\" is a JSON object\"}}\n");
	say("{\"id\": 6, \"id\": 7, \"method\": \"echo\"}\n");
	hear("{\"id\":null,\"error\":{\"code\":\"usage\",\"message\":\"no JSON: duplicate object key near '\\\"id\\\"', in column 14\"}}\n");
	say("{\"method\": \"nix\xff\"}\n");
	assert_int_equal(ctl_server_clients(server), 1);
}

static void test_too_long(void **state)
{
	char text[1024];

	memset(text, ' ', sizeof(text));
	for (size_t i = 0; i < CTL_REQUEST_MAX / sizeof(text); i++) {
		assert_int_equal(send(client, text, sizeof(text), 0), sizeof(text));
		run();
		hear_nothing();
	}
	assert_int_equal(send(client, text, 1, 0), 1);
	run();
	hear("{\"id\":null,\"error\":{\"code\":\"usage\",\"message\":\"a request has at most 65536 octets\"}}\n");
	hear_end();
	assert_int_equal(ctl_server_clients(server), 0);
}

/* While one request waits the next is not begun: answers come in order. */
static void test_order(void **state)
{
	say("{\"id\": 1, \"method\": \"wait\"}\n{\"id\": 2, \"method\": \"echo\"}\n");
	hear_nothing();
	assert_non_null(held);
	ctl_result(held, json_integer(42));
	held = NULL;
	run();
	hear("{\"id\":1,\"result\":42}\n{\"id\":2,\"result\":null}\n");
}

static void test_client_goes_while_waiting(void **state)
{
	say("{\"id\": 1, \"method\": \"wait\"}\n");
	assert_non_null(held);
	close(client);
	run();
	assert_int_equal(ctl_server_clients(server), 0);
	ctl_result(held, json_integer(42));
	held = NULL;
	client = join();
}

/* "I say no more" is not "I hear no more". */
static void test_half_closed(void **state)
{
	say("{\"id\": 1, \"method\": \"wait\"}\n{\"id\": 2, \"method\": \"echo\"}\n");
	shutdown(client, SHUT_WR);
	run();
	ctl_result(held, json_integer(42));
	held = NULL;
	run();
	hear("{\"id\":1,\"result\":42}\n{\"id\":2,\"result\":null}\n");
	hear_end();
}

/* More than the socket holds: it waits for the client, and other clients do not. */
static void test_large_answer(void **state)
{
	static char buf[1000000];
	size_t total = 0;
	int other = join();

	say("{\"id\": 1, \"method\": \"large\"}\n{\"id\": 2, \"method\": \"echo\"}\n");
	assert_int_equal(send(other, "{\"method\":\"echo\"}\n", 18, 0), 18);
	run();
	assert_int_equal(recv(other, buf, sizeof(buf), 0), 26);
	for (;;) {
		ssize_t n = recv(client, buf, sizeof(buf), 0);

		if (n < 0)
			break;
		total += (size_t)n;
		run();
	}
	assert_int_equal(total, strlen("{\"id\":1,\"result\":\"\"}\n") + 4000000 +
					strlen("{\"id\":2,\"result\":null}\n"));
	close(other);
}

static void piece(const char *text, bool last)
{
	ctl_piece(held, text, strlen(text), last);
}

/* Pieces of an answer that somebody else wrote, and who may lie: it stays one line. */
static void test_pieces(void **state)
{
	say("{\"id\": [1, \"x\"], \"method\": \"wait\"}\n");
	piece("{\"result\": \"a\n", false);
	assert_true(ctl_begun(held));
	piece("{\\\"id\\\":9}\r\n\"", false);
	piece("}", true);
	held = NULL;
	run();
	hear("{\"id\":[1,\"x\"],\"result\": \"a {\\\"id\\\":9}  \"}\n");
	say("{\"id\": 2, \"method\": \"wait\"}\n");
	piece("no JSON at all", true);
	held = NULL;
	run();
	assert_int_equal(ctl_server_clients(server), 0);
}

static void test_abort(void **state)
{
	say("{\"id\": 1, \"method\": \"wait\"}\n");
	piece("{\"result\": ", false);
	ctl_abort(held);
	held = NULL;
	run();
	assert_int_equal(ctl_server_clients(server), 0);
}

static void test_monitor(void **state)
{
	say("{\"id\": 1, \"method\": \"monitor\"}\n");
	hear("{\"id\":1,\"result\":{}}\n");
	assert_int_equal(monitored, CTL_OBJECT_ES | CTL_OBJECT_LINK);
	ctl_server_event(server, CTL_OBJECT_ES, "{\"e\":1}", 7);
	ctl_server_event(server, CTL_OBJECT_PEER, "{\"e\":2}", 7);
	hear("{\"e\":1}\n");
	/* it carries events only */
	say("{\"id\": 2, \"method\": \"echo\"}\n");
	hear_nothing();
	close(client);
	run();
	assert_int_equal(monitored, 0);
	assert_int_equal(ctl_server_clients(server), 0);
	client = join();
}

/* A monitor that does not read loses events and is told so; nobody waits for it. */
static void test_slow_monitor(void **state)
{
	static char buf[4 << 20];
	size_t total = 0;
	ssize_t n;

	say("{\"id\": 1, \"method\": \"monitor\"}\n");
	memset(buf, 'e', 1000);
	for (int i = 0; i < 5000; i++)
		ctl_server_event(server, CTL_OBJECT_ES, buf, 1000);
	run();
	while ((n = recv(client, buf + total, sizeof(buf) - total, 0)) > 0) {
		total += (size_t)n;
		run();
	}
	assert_true(total > CTL_EVENTS_MAX / 2 && total < 3 << 20);
	ctl_server_event(server, CTL_OBJECT_ES, "{}", 2);
	n = recv(client, buf, 200, 0);
	buf[n > 0 ? n : 0] = '\0';
	assert_non_null(strstr(buf, "\"event\":\"lost\",\"count\":"));
	assert_non_null(strstr(buf, "}\n{}\n"));
}

static struct sockaddr_un un;

static int dial(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	un.sun_family = AF_UNIX;
	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	if (!connect(fd, (struct sockaddr *)&un, sizeof(un)))
		return fd;
	close(fd);
	return -1;
}

static void test_socket_file(void **state)
{
	char dir[] = "/tmp/test_evpnd_ctl.XXXXXX";
	struct ctl_server *listening;
	struct stat st;
	int fd, again;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/deep/evpnd.sock", dir);
	fd = ctl_bind(path);
	assert_true(fd >= 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	/* in use: refused */
	log_set_level(LOG_LEVEL_ERROR);
	assert_int_equal(ctl_bind(path), -EADDRINUSE);
	/* left behind by one that died: replaced */
	close(fd);
	fd = ctl_bind(path);
	assert_true(fd >= 0);
	listening = ctl_server_new(event, fd, &ops, NULL);
	again = dial();
	assert_true(again >= 0);
	run();
	assert_int_equal(ctl_server_clients(listening), 1);
	close(again);
	run();
	assert_int_equal(ctl_server_clients(listening), 0);
	ctl_server_free(listening);
	/* something that is no socket is not ours to remove */
	unlink(path);
	fclose(fopen(path, "w"));
	assert_true(ctl_bind(path) < 0);
	assert_int_equal(stat(path, &st), 0);
	unlink(path);
	snprintf(path, sizeof(path), "%s/deep", dir);
	rmdir(path);
	rmdir(dir);
}

static ssize_t ask(int fd, const char *text, char *buf, size_t size)
{
	ssize_t n;

	assert_int_equal(send(fd, text, strlen(text), 0), strlen(text));
	run();
	n = recv(fd, buf, size - 1, MSG_DONTWAIT);
	buf[n > 0 ? n : 0] = '\0';
	return n;
}

/* Clients that say nothing make room, the eldest first; where all are busy, root gets in and others are told. */
static void test_many_clients(void **state)
{
	char dir[] = "/tmp/test_evpnd_ctl.XXXXXX";
	int fds[CTL_CLIENTS_MAX + CTL_ROOT_EXTRA], last;
	struct ctl_server *listening;
	char buf[300];

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/s", dir);
	listening = ctl_server_new(event, ctl_bind(path), &ops, NULL);
	for (int i = 0; i < CTL_CLIENTS_MAX; i++) {
		fds[i] = dial();
		assert_true(fds[i] >= 0);
		run();
	}
	last = dial();
	run();
	assert_int_equal(ctl_server_clients(listening), CTL_CLIENTS_MAX);
	assert_int_equal(ask(last, "{\"method\":\"echo\"}\n", buf, sizeof(buf)), 26);
	assert_int_equal(recv(fds[0], buf, sizeof(buf), MSG_DONTWAIT), 0); /* the eldest has gone */
	close(fds[0]);
	fds[0] = last;

	for (int i = 0; i < CTL_CLIENTS_MAX; i++) /* monitors are busy */
		assert_true(ask(fds[i], "{\"method\":\"monitor\"}\n", buf, sizeof(buf)) > 0);
	for (int i = CTL_CLIENTS_MAX; i < CTL_CLIENTS_MAX + CTL_ROOT_EXTRA && !geteuid(); i++) {
		fds[i] = dial();
		assert_true(ask(fds[i], "{\"method\":\"monitor\"}\n", buf, sizeof(buf)) > 0);
		assert_non_null(strstr(buf, "result"));
	}
	last = dial();
	run();
	assert_true(recv(last, buf, sizeof(buf) - 1, MSG_DONTWAIT) > 0);
	assert_non_null(strstr(buf, "all of them are busy"));
	close(last);
	for (int i = 0; i < CTL_CLIENTS_MAX + (geteuid() ? 0 : CTL_ROOT_EXTRA); i++)
		close(fds[i]);
	run();
	ctl_server_free(listening);
	unlink(path);
	rmdir(dir);
}

static void test_paths(void **state)
{
	char buf[CTL_PATH_LEN], name[200];

	assert_int_equal(ctl_path(buf, NULL), 0);
	assert_string_equal(buf, "/run/evpn/evpnd.sock");
	assert_int_equal(ctl_path(buf, "pe1"), 0);
	assert_string_equal(buf, "/run/evpn/pe1/evpnd.sock");
	memset(name, 'x', sizeof(name));
	name[199] = '\0';
	assert_int_equal(ctl_path(buf, name), -ENAMETOOLONG);
}

int main(void)
{
#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_requests),
		CASE(test_nonsense),
		CASE(test_too_long),
		CASE(test_order),
		CASE(test_client_goes_while_waiting),
		CASE(test_half_closed),
		CASE(test_large_answer),
		CASE(test_pieces),
		CASE(test_abort),
		CASE(test_monitor),
		CASE(test_slow_monitor),
		CASE(test_many_clients),
		CASE(test_socket_file),
		CASE(test_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
