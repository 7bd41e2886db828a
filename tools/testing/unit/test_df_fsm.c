// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_df_fsm.c - the DF election state machine, every event in every state, and the hand-over of
 * RFC 9722. Requirements B9, B11.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "df_fsm.h"

#define MS DF_NS_PER_MS
#define S (1000 * MS)

enum {
	W = DF_ACT_WITHDRAW,
	N = DF_ACT_NDF,
	A = DF_ACT_ADVERTISE,
	C = DF_ACT_CALCULATE,
	Y = DF_ACT_APPLY
};

/* Rows: state; columns: event in the order of enum df_event. Written from RFC 8584 figure 3. */
static const struct {
	enum df_state to;
	unsigned int actions;
} expected[DF_STATES][DF_EVENTS] = {
	[DF_INIT] =
		{
			[DF_EV_ES_UP] = {DF_WAIT, N | A},
			[DF_EV_ES_DOWN] = {DF_INIT, W | N},
			[DF_EV_RCVD_ES] = {DF_INIT, 0},
			[DF_EV_LOST_ES] = {DF_INIT, 0},
			[DF_EV_VLAN_CHANGE] = {DF_INIT, 0},
			[DF_EV_TIMER] = {DF_INIT, 0},
			[DF_EV_CALCULATED] = {DF_INIT, 0},
		},
	[DF_WAIT] =
		{
			[DF_EV_ES_UP] = {DF_WAIT, 0},
			[DF_EV_ES_DOWN] = {DF_INIT, W | N},
			[DF_EV_RCVD_ES] = {DF_WAIT, 0},
			[DF_EV_LOST_ES] = {DF_WAIT, 0},
			[DF_EV_VLAN_CHANGE] = {DF_WAIT, 0},
			[DF_EV_TIMER] = {DF_CALC, C},
			[DF_EV_CALCULATED] = {DF_WAIT, 0},
		},
	[DF_CALC] =
		{
			[DF_EV_ES_UP] = {DF_CALC, 0},
			[DF_EV_ES_DOWN] = {DF_INIT, W | N},
			[DF_EV_RCVD_ES] = {DF_CALC, C},
			[DF_EV_LOST_ES] = {DF_CALC, C},
			[DF_EV_VLAN_CHANGE] = {DF_CALC, C},
			[DF_EV_TIMER] = {DF_CALC, 0},
			[DF_EV_CALCULATED] = {DF_DONE, Y},
		},
	[DF_DONE] =
		{
			[DF_EV_ES_UP] = {DF_DONE, 0},
			[DF_EV_ES_DOWN] = {DF_INIT, W | N},
			[DF_EV_RCVD_ES] = {DF_CALC, C},
			[DF_EV_LOST_ES] = {DF_CALC, C},
			[DF_EV_VLAN_CHANGE] = {DF_CALC, C},
			[DF_EV_TIMER] = {DF_DONE, 0},
			[DF_EV_CALCULATED] = {DF_DONE, 0},
		},
};

/* A machine in @state at time 3 s, entered the way it really is. */
static struct df_fsm in_state(enum df_state state)
{
	struct df_fsm f;

	df_fsm_init(&f, DF_WAIT_DEFAULT_NS, 0);
	if (state >= DF_WAIT)
		df_fsm_event(&f, DF_EV_ES_UP, 0);
	if (state >= DF_CALC)
		df_fsm_event(&f, DF_EV_TIMER, 3 * S);
	if (state >= DF_DONE)
		df_fsm_event(&f, DF_EV_CALCULATED, 3 * S);
	assert_int_equal(f.state, state);
	return f;
}

static void every_event_in_every_state(void **state)
{
	int s, ev;

	for (s = 0; s < DF_STATES; s++) {
		for (ev = 0; ev < DF_EVENTS; ev++) {
			struct df_fsm f = in_state(s);
			unsigned int actions = df_fsm_event(&f, ev, 3 * S);

			if (f.state != expected[s][ev].to || actions != expected[s][ev].actions)
				fail_msg("%s in %s: %s, actions %#x", df_event_name(ev),
					 df_state_name(s), df_state_name(f.state), actions);
			/* a timer runs in DF_WAIT only */
			assert_int_equal(f.deadline != DF_NEVER, f.state == DF_WAIT);
		}
	}
}

static void timer_is_not_early(void **state)
{
	struct df_fsm f;

	df_fsm_init(&f, DF_WAIT_DEFAULT_NS, 0);
	df_fsm_event(&f, DF_EV_ES_UP, 10 * S);
	assert_int_equal(f.deadline, 13 * S);
	assert_int_equal(df_fsm_event(&f, DF_EV_TIMER, 13 * S - 1), 0);
	assert_int_equal(f.state, DF_WAIT);
	assert_int_equal(df_fsm_event(&f, DF_EV_TIMER, 13 * S), C);
	/* down and up again within the wait starts it anew */
	df_fsm_event(&f, DF_EV_ES_DOWN, 14 * S);
	df_fsm_event(&f, DF_EV_ES_UP, 15 * S);
	df_fsm_event(&f, DF_EV_ES_DOWN, 16 * S);
	df_fsm_event(&f, DF_EV_ES_UP, 17 * S);
	assert_int_equal(f.deadline, 20 * S);
}

static void no_wait_elects_at_once(void **state)
{
	struct df_fsm f;

	df_fsm_init(&f, 0, 0);
	assert_int_equal(df_fsm_event(&f, DF_EV_ES_UP, 5), N | A | C);
	assert_int_equal(f.state, DF_CALC);
	assert_int_equal(f.deadline, DF_NEVER);
	df_fsm_init(&f, -1, -1);
	assert_int_equal(df_fsm_event(&f, DF_EV_ES_UP, 5), N | A | C);
}

/* RFC 9785: with Don't Preempt nothing is advertised before the peers were heard. */
static void hold_before_wait(void **state)
{
	struct df_fsm f;

	df_fsm_init(&f, 3 * S, 2 * S);
	assert_int_equal(df_fsm_event(&f, DF_EV_ES_UP, 0), N);
	assert_int_equal(f.state, DF_INIT);
	assert_int_equal(f.deadline, 2 * S);
	assert_int_equal(df_fsm_event(&f, DF_EV_ES_UP, S), 0);
	assert_int_equal(f.deadline, 2 * S);
	assert_int_equal(df_fsm_event(&f, DF_EV_RCVD_ES, S), 0);
	assert_int_equal(df_fsm_event(&f, DF_EV_TIMER, 2 * S), A);
	assert_int_equal(f.state, DF_WAIT);
	assert_int_equal(f.deadline, 5 * S);
	assert_int_equal(df_fsm_event(&f, DF_EV_ES_DOWN, 3 * S), W | N);
	/* down during the hold */
	df_fsm_event(&f, DF_EV_ES_UP, 4 * S);
	assert_int_equal(df_fsm_event(&f, DF_EV_ES_DOWN, 5 * S), W | N);
	assert_int_equal(df_fsm_event(&f, DF_EV_TIMER, 9 * S), 0);
	assert_int_equal(f.state, DF_INIT);
	/* hold, but no wait */
	df_fsm_init(&f, 0, 2 * S);
	df_fsm_event(&f, DF_EV_ES_UP, 0);
	assert_int_equal(df_fsm_event(&f, DF_EV_TIMER, 2 * S), A | C);
}

static void names_exist(void **state)
{
	int i;

	for (i = 0; i < DF_STATES; i++)
		assert_non_null(df_state_name(i));
	for (i = 0; i < DF_EVENTS; i++)
		assert_non_null(df_event_name(i));
	assert_string_equal(df_state_name(DF_WAIT), "DF_WAIT");
	assert_string_equal(df_event_name(DF_EV_TIMER), "DF_TIMER");
}

/* Hand-over: T0 is a real time, 2026-01-01T00:00:00.5Z */
#define T0 1767225600500000000LL

static struct df_handover partner(void)
{
	struct df_handover h;

	df_handover_init(&h, DF_WAIT_DEFAULT_NS, DF_SKEW_DEFAULT_NS);
	return h;
}

static void old_df_stops_first(void **state)
{
	struct df_handover h = partner();
	s64 sct = df_handover_own(T0, DF_WAIT_DEFAULT_NS);

	assert_int_equal(df_handover_at(&h, true, T0), T0);
	assert_int_equal(df_handover_at(&h, false, T0), T0);
	df_handover_rcvd(&h, true, sct, T0 + 20 * MS);
	assert_int_equal(df_handover_at(&h, true, T0 + 20 * MS), sct);
	assert_int_equal(df_handover_at(&h, false, T0 + 20 * MS), sct - 10 * MS);
	/* within the skew and after it: now */
	assert_int_equal(df_handover_at(&h, false, sct - 5 * MS), sct - 5 * MS);
	assert_int_equal(df_handover_at(&h, true, sct - 5 * MS), sct);
	assert_int_equal(df_handover_at(&h, true, sct + S), sct + S);
	assert_int_equal(df_handover_at(&h, false, sct + S), sct + S);
}

static void times_nobody_believes(void **state)
{
	struct df_handover h = partner();

	df_handover_rcvd(&h, true, T0 - 1, T0);
	assert_int_equal(df_handover_at(&h, true, T0), T0);
	df_handover_rcvd(&h, true, T0, T0);
	assert_int_equal(df_handover_at(&h, true, T0), T0);
	df_handover_rcvd(&h, true, T0 + 6 * S + 10 * MS + 1, T0);
	assert_int_equal(df_handover_at(&h, true, T0), T0);
	df_handover_rcvd(&h, true, INT64_MAX - 1, T0);
	assert_int_equal(df_handover_at(&h, true, T0), T0);
	df_handover_rcvd(&h, true, DF_NEVER, T0);
	assert_int_equal(df_handover_at(&h, true, T0), T0);
	/* the sender's clock is ahead: it carves when its timer ends, as ours does */
	df_handover_rcvd(&h, true, T0 + 3 * S + 50 * MS, T0);
	assert_int_equal(df_handover_at(&h, true, T0), T0 + 3 * S);
	/* and a time nobody believes does not disturb it */
	df_handover_rcvd(&h, true, T0 + 90 * S, T0);
	assert_int_equal(df_handover_at(&h, true, T0), T0 + 3 * S);
}

static void latest_of_several_counts(void **state)
{
	struct df_handover h = partner();

	df_handover_rcvd(&h, true, T0 + 2 * S, T0);
	df_handover_rcvd(&h, true, T0 + S, T0);
	assert_int_equal(df_handover_at(&h, true, T0), T0 + 2 * S);
	df_handover_rcvd(&h, true, T0 + 3 * S, T0 + S);
	assert_int_equal(df_handover_at(&h, true, T0 + S), T0 + 3 * S);
	assert_int_equal(df_handover_at(&h, false, T0 + S), T0 + 3 * S - 10 * MS);
}

/* The active PE dies while another one is coming back: its roles cannot wait. */
static void a_role_of_the_dead_is_taken_at_once(void **state)
{
	struct df_handover h = partner();

	df_handover_rcvd(&h, true, T0 + 3 * S, T0);
	df_handover_lost(&h);
	assert_int_equal(df_handover_at(&h, true, T0 + S), T0 + S);
	assert_int_equal(df_handover_at(&h, false, T0 + S), T0 + 3 * S - 10 * MS);
	/* an older carving time changes nothing, the next recovery starts anew */
	df_handover_rcvd(&h, true, T0 + 2 * S, T0 + S);
	assert_int_equal(df_handover_at(&h, true, T0 + S), T0 + S);
	df_handover_rcvd(&h, true, T0 + 4 * S, T0 + S);
	assert_int_equal(df_handover_at(&h, true, T0 + S), T0 + 4 * S);
}

static void one_without_t_cancels(void **state)
{
	struct df_handover h = partner();

	df_handover_rcvd(&h, true, T0 + 2 * S, T0);
	df_handover_rcvd(&h, false, DF_NEVER, T0 + S);
	assert_int_equal(df_handover_at(&h, true, T0 + S), T0 + S);
	assert_int_equal(df_handover_at(&h, false, T0 + S), T0 + S);
	df_handover_rcvd(&h, true, T0 + 4 * S, T0 + 2 * S);
	assert_int_equal(df_handover_at(&h, true, T0 + 2 * S), T0 + 4 * S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_in_every_state),
		cmocka_unit_test(timer_is_not_early),
		cmocka_unit_test(no_wait_elects_at_once),
		cmocka_unit_test(hold_before_wait),
		cmocka_unit_test(names_exist),
		cmocka_unit_test(old_df_stops_first),
		cmocka_unit_test(times_nobody_believes),
		cmocka_unit_test(latest_of_several_counts),
		cmocka_unit_test(a_role_of_the_dead_is_taken_at_once),
		cmocka_unit_test(one_without_t_cancels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
