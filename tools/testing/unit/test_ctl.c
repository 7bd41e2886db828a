// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_ctl.c - octets into lines, however they are cut; and the client against ends that answer
 * nonsense. (The server's end, and the two together: test_evpnd_ctl.c, test_evpnd_parent.c.)
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl.h"

static void put(struct ctl_lines *l, const char *text, size_t n)
{
	size_t room;
	char *to = ctl_lines_room(l, n, &room);

	assert_non_null(to);
	assert_true(room >= n);
	memcpy(to, text, n);
	ctl_lines_put(l, n);
}

static void expect(struct ctl_lines *l, const char *text)
{
	char *line;
	size_t len;

	if (!text) {
		assert_int_equal(ctl_lines_next(l, &line, &len), 0);
		return;
	}
	assert_int_equal(ctl_lines_next(l, &line, &len), 1);
	assert_int_equal(len, strlen(text));
	assert_string_equal(line, text);
}

/* The same text in pieces of every size gives the same lines. */
static void test_any_pieces(void **state)
{
	static const char text[] = "one\n\nthree, which is longer\nx\n";
	const char *lines[] = {"one", "", "three, which is longer", "x"};

	for (size_t piece = 1; piece <= sizeof(text); piece++) {
		struct ctl_lines l = {.limit = 100};
		size_t found = 0, len;
		char *line;

		for (size_t at = 0; at < sizeof(text) - 1; at += piece) {
			size_t left = sizeof(text) - 1 - at;

			put(&l, text + at, piece < left ? piece : left);
			while (ctl_lines_next(&l, &line, &len) == 1)
				assert_string_equal(line, lines[found++]);
		}
		assert_int_equal(found, 4);
		ctl_lines_free(&l);
	}
}

static void test_limit(void **state)
{
	struct ctl_lines l = {.limit = 4};
	char *line;
	size_t len;

	put(&l, "abc\n", 4);
	expect(&l, "abc");
	put(&l, "abcd", 4);
	expect(&l, NULL);
	put(&l, "e", 1);
	assert_int_equal(ctl_lines_next(&l, &line, &len), -EMSGSIZE);
	ctl_lines_free(&l);
	put(&l, "abcd\n", 5);
	assert_int_equal(ctl_lines_next(&l, &line, &len), -EMSGSIZE);
	ctl_lines_free(&l);
}

static void test_errors(void **state)
{
	json_t *e = ctl_error(CTL_REFUSED, "bond0 belongs to %s", "ce1");

	assert_string_equal(json_string_value(json_object_get(e, "code")), "refused");
	assert_string_equal(json_string_value(json_object_get(e, "message")),
			    "bond0 belongs to ce1");
	json_decref(e);
	e = ctl_error(CTL_USAGE, "%s", "\xff");
	assert_true(json_is_string(json_object_get(e, "message")));
	json_decref(e);
}

/* A server that says @text to whoever asks, and goes. What the client makes of it. */
static int call(const char *text, json_t **answer)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	char dir[] = "/tmp/test_ctl.XXXXXX", buf[256];
	struct ctl_client *c;
	int fd, r;

	*answer = NULL;
	assert_non_null(mkdtemp(dir));
	snprintf(un.sun_path, sizeof(un.sun_path), "%s/s", dir);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(listen(fd, 1), 0);
	if (!fork()) {
		int peer = accept(fd, NULL, NULL);

		if (read(peer, buf, sizeof(buf)) <= 0 ||
		    strncmp(buf, "{\"id\":1,\"method\":\"m\"}\n", 22) ||
		    write(peer, text, strlen(text)) < 0)
			_exit(1);
		_exit(0);
	}
	c = ctl_connect(un.sun_path);
	assert_non_null(c);
	r = ctl_call(c, "m", NULL, answer);
	ctl_close(c);
	wait(NULL);
	close(fd);
	unlink(un.sun_path);
	rmdir(dir);
	return r;
}

static void test_client(void **state)
{
	json_t *answer;

	assert_int_equal(call("{\"id\":1,\"result\":[2]}\n", &answer), 0);
	assert_int_equal(json_integer_value(json_array_get(answer, 0)), 2);
	json_decref(answer);
	assert_int_equal(call("{\"id\":1,\"error\":{\"code\":\"refused\"}}\n", &answer), 1);
	assert_string_equal(json_string_value(json_object_get(answer, "code")), "refused");
	json_decref(answer);
	assert_int_equal(call("{\"id\":1}\n", &answer), -EPROTO);
	assert_int_equal(call("[1]\n", &answer), -EPROTO);
	assert_int_equal(call("no JSON\n", &answer), -EPROTO);
	assert_int_equal(call("{\"id\":1,\"result\":1}", &answer), -EPIPE);
	assert_int_equal(call("", &answer), -EPIPE);
}

static void test_nobody_there(void **state)
{
	char path[200];

	assert_null(ctl_connect("/nonexistent/evpnd.sock"));
	assert_int_equal(errno, ENOENT);
	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	assert_null(ctl_connect(path));
	assert_int_equal(errno, ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_pieces),   cmocka_unit_test(test_limit),
		cmocka_unit_test(test_errors),	     cmocka_unit_test(test_client),
		cmocka_unit_test(test_nobody_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
