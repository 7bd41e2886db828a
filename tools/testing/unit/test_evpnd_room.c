// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_room.c - when neighbours are asked for what was refused: soon, and less often when it goes on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "speaker/speaker_priv.h"

static struct speaker speaker;
static char nothing[1 << 20]; /* the state of a service that has left out nothing */

static int begin(void **state)
{
	memset(&speaker, 0, sizeof(speaker));
	TAILQ_INIT(&speaker.bgp.sessions);
	for (unsigned int i = 0; speaker_services[i]; i++)
		speaker.states[i] = nothing;
	assert_int_equal(sd_event_new(&speaker.bgp.event), 0);
	room_init(&speaker, speaker.bgp.event);
	return 0;
}

static int end(void **state)
{
	room_done(&speaker);
	sd_event_unref(speaker.bgp.event);
	return 0;
}

/* Room is used after @ms. */
static void is_asked_after(s64 ms)
{
	assert_true(speaker_has_room(&speaker));
	assert_false(speaker_has_room(&speaker)); /* a thousand prefixes go at once */
	assert_in_range(timer_left_ms(&speaker.room), ms - 100, ms);
	assert_false(speaker.wants_more);
	timer_start(&speaker.room, 0);
	while (timer_running(&speaker.room))
		assert_true(sd_event_run(speaker.bgp.event, UINT64_MAX) > 0);
	assert_true(speaker.wants_more);
	speaker.wants_more = false;
}

static void in_a_second(void **state)
{
	is_asked_after(1000);
}

static void less_often(void **state)
{
	for (s64 ms = 1000; ms <= 64000; ms *= 2)
		is_asked_after(ms);
	is_asked_after(64000);
	speaker.room_us -= 65000000; /* it was quiet */
	is_asked_after(1000);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {CASE(in_a_second), CASE(less_often)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
