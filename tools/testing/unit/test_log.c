// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_log.c - lines as they leave: severity, length, control characters, whose doing it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"

static int saved_stderr, pipe_end;

static int setup(void **state)
{
	int fds[2];

	if (pipe2(fds, O_NONBLOCK) < 0)
		return -1;
	saved_stderr = dup(STDERR_FILENO);
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	pipe_end = fds[0];
	log_open("name", false);
	log_set_level(LOG_LEVEL_INFO);
	return 0;
}

static int teardown(void **state)
{
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	close(pipe_end);
	return 0;
}

static const char *line(void)
{
	static char buf[8192];
	ssize_t n = read(pipe_end, buf, sizeof(buf) - 1);

	buf[n > 0 ? n : 0] = '\0';
	return buf;
}

static void test_severity(void **state)
{
	log_error("a %d", 1);
	assert_string_equal(line(), "<3>name: a 1\n");
	log_warning("b");
	assert_string_equal(line(), "<4>name: b\n");
	log_info("c");
	assert_string_equal(line(), "<6>name: c\n");
	log_debug("d");
	assert_string_equal(line(), "");
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("d");
	assert_string_equal(line(), "<7>name: d\n");
	log_set_level(LOG_LEVEL_ERROR);
	log_warning("b");
	assert_string_equal(line(), "");
}

/* No peer can make this host look broken. */
static void test_remote(void **state)
{
	log_remote(LOG_LEVEL_ERROR, "it closed");
	assert_string_equal(line(), "<4>name: remote: it closed\n");
	log_remote(LOG_LEVEL_INFO, "it closed");
	assert_string_equal(line(), "<6>name: remote: it closed\n");
	log_set_level(LOG_LEVEL_ERROR);
	log_remote(LOG_LEVEL_ERROR, "it closed");
	assert_string_equal(line(), "");
}

/* What somebody else wrote stays in its line and changes no terminal. */
static void test_control_characters(void **state)
{
	log_info("a\nb\x1b[31m\x7f\tü");
	assert_string_equal(line(), "<6>name: a?b?[31m??ü\n");
}

static void test_long_line(void **state)
{
	char text[5000];
	const char *out;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	log_info("%s", text);
	out = line();
	assert_int_equal(strlen(out), 1023);
	assert_int_equal(out[1022], '\n');
	log_remote(LOG_LEVEL_INFO, "%s", text);
	assert_int_equal(strlen(line()), 1023);
}

static void test_for_a_person(void **state)
{
	int h, m, s, us, n = 0;
	const char *out;

	log_open("name", true);
	log_info("text");
	out = line();
	assert_int_equal(sscanf(out, "%2d:%2d:%2d.%6d name: text%n", &h, &m, &s, &us, &n), 4);
	assert_true(n > 0);
	log_error("text");
	assert_non_null(strstr(line(), "name: error: text\n"));
}

static void test_errno_survives(void **state)
{
	close(STDERR_FILENO);
	errno = ENOTTY;
	log_info("text");
	assert_int_equal(errno, ENOTTY);
}

static void test_levels(void **state)
{
	enum log_level level;

	for (int i = LOG_LEVEL_ERROR; i <= LOG_LEVEL_DEBUG; i++) {
		assert_true(log_level_parse(log_level_name(i), &level));
		assert_int_equal(level, i);
	}
	assert_false(log_level_parse("loud", &level));
	assert_false(log_level_parse("", &level));
}

/* As many as somebody else can cause: a few are written, and of the others their number, in time */
static void test_limited(void **state)
{
	struct log_limit limit = {0};
	const char *text;
	int n = 0;

	for (int i = 0; i < 1000; i++)
		log_limited(&limit, LOG_LEVEL_WARNING, LOG_LOCAL, "PEs", "%d is odd", i);
	for (text = line(); (text = strchr(text, '\n')); text++)
		n++;
	assert_int_equal(n, 5);
	limit.since_ns -= 11 * 1000000000LL;
	log_limited(&limit, LOG_LEVEL_WARNING, LOG_LOCAL, "PEs", "%d is odd", 7);
	assert_string_equal(line(),
			    "<4>name: PEs: 995 more such lines left out\n<4>name: PEs: 7 is odd\n");
	log_limited(&limit, LOG_LEVEL_DEBUG, LOG_LOCAL, "PEs", "not of interest");
	assert_string_equal(line(), "");
}

int main(void)
{
#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_severity),  CASE(test_remote),       CASE(test_control_characters),
		CASE(test_long_line), CASE(test_for_a_person), CASE(test_errno_survives),
		CASE(test_levels),    CASE(test_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
