// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_settle.c - when all neighbours have been heard after a start, or have had their time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "speaker/settle.h"

enum { LONG_MS = 600000, SHORT_MS = 20 };

static sd_event *loop;
static struct settle settle;
static int calls;

static void on_settled(void *data)
{
	assert_ptr_equal(data, &calls);
	calls++;
}

static int begin(void **state)
{
	calls = 0;
	assert_int_equal(sd_event_new(&loop), 0);
	settle_init(&settle, loop, on_settled, &calls);
	return 0;
}

static int end(void **state)
{
	settle_done(&settle);
	sd_event_unref(loop);
	return 0;
}

static void all_are_heard(void **state)
{
	settle_heard(&settle, 0, 0); /* before there is a configuration */
	assert_int_equal(calls, 0);
	settle_begin(&settle, LONG_MS);
	settle_heard(&settle, 0, 2);
	settle_heard(&settle, 1, 2);
	assert_int_equal(calls, 0);
	settle_heard(&settle, 2, 2);
	settle_heard(&settle, 1, 2);
	settle_heard(&settle, 2, 2);
	assert_int_equal(calls, 1);
}

static void there_is_nobody(void **state)
{
	settle_begin(&settle, LONG_MS);
	settle_heard(&settle, 0, 0);
	assert_int_equal(calls, 1);
}

static void nobody_comes_up(void **state)
{
	settle_begin(&settle, SHORT_MS);
	settle_begin(&settle, LONG_MS); /* another configuration does not begin anew */
	settle_heard(&settle, 0, 1);
	while (!calls)
		assert_true(sd_event_run(loop, UINT64_MAX) > 0);
	settle_heard(&settle, 1, 1);
	assert_int_equal(calls, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_are_heard, begin, end),
		cmocka_unit_test_setup_teardown(there_is_nobody, begin, end),
		cmocka_unit_test_setup_teardown(nobody_comes_up, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
