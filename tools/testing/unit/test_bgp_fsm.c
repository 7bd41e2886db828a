// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_bgp_fsm.c - the BGP state machine: every event in every state, whole sessions, collisions,
 * timer values. RFC 4271 (6.8, 8, 10), RFC 6286, RFC 6608, RFC 4724
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bgp_fsm.h"

#define BIT(x) BGP_ACT_##x

/*
 * Next state of every (state, event); lower case: the first letter of the state it goes to
 * (i c a s o e), '.': stays and does nothing, '=': stays and does something, '!': Idle after
 * NOTIFICATION 5. Columns in the order of enum bgp_event.
 */
static const char *const next[BGP_STATES] = {
	/*		    S X R D C  r h k  u a f  O H E  x N  K U e  R r  B */
	[BGP_IDLE] = "c"
		     "i"
		     "i"
		     "i"
		     "i"
		     "..."
		     "..."
		     "..."
		     ".."
		     "..."
		     ".."
		     ".",
	[BGP_CONNECT] = "."
			"i"
			"i"
			"i"
			"i"
			"c.."
			"ssa"
			"..."
			".."
			"..."
			".."
			".",
	[BGP_ACTIVE] = "."
		       "i"
		       "i"
		       "i"
		       "i"
		       "c.."
		       "ss."
		       "..."
		       ".."
		       "..."
		       ".."
		       ".",
	[BGP_OPENSENT] = "."
			 "i"
			 "i"
			 "i"
			 "i"
			 ".i."
			 "..a"
			 "oii"
			 "ii"
			 "!!!"
			 "!!"
			 "i",
	[BGP_OPENCONFIRM] = "."
			    "i"
			    "i"
			    "i"
			    "i"
			    ".i="
			    "..i"
			    "!ii"
			    "ii"
			    "e!!"
			    "!!"
			    "i",
	[BGP_ESTABLISHED] = "."
			    "i"
			    "i"
			    "i"
			    "i"
			    ".i="
			    "..i"
			    "!ii"
			    "ii"
			    "==i"
			    "=i"
			    "i",
};

static enum bgp_state letter(char c)
{
	return strchr("icasoe", c) - "icasoe";
}

static void every_event_in_every_state(void **state)
{
	int s, ev;

	for (s = 0; s < BGP_STATES; s++) {
		assert_int_equal(strlen(next[s]), BGP_EVENTS);
		for (ev = 0; ev < BGP_EVENTS; ev++) {
			struct bgp_fsm f = {.state = s, .failures = 1};
			struct bgp_step step = bgp_fsm_event(&f, ev);
			char want = next[s][ev];
			enum bgp_state to = strchr(".=", want) ? (enum bgp_state)s :
					    want == '!'	       ? BGP_IDLE :
								 letter(want);

			if (f.state != to || step.to != to || (want == '.') != !step.actions)
				fail_msg("%s in %s: %s, actions %#x", bgp_event_name(ev),
					 bgp_state_name(s), bgp_state_name(f.state), step.actions);
			assert_int_equal(step.from, s);
			assert_int_equal(step.event, ev);
			assert_non_null(step.reason);
			if (want == '!') {
				assert_true(step.actions & BIT(SEND_NOTIFICATION));
				assert_int_equal(step.code, 5);
				assert_int_equal(step.subcode, s - BGP_OPENSENT + 1);
			} else if (step.actions & BIT(SEND_NOTIFICATION)) {
				assert_int_not_equal(step.code, 5);
			}
		}
	}
}

/* What must be true of any step, whichever way it leads. */
static void side_effects_belong_to_states(void **state)
{
	int s, ev, passive;

	for (s = 0; s < BGP_STATES; s++) {
		for (ev = 0; ev < BGP_EVENTS; ev++) {
			for (passive = 0; passive < 2; passive++) {
				struct bgp_fsm f = {.state = s, .passive = passive};
				struct bgp_step t = bgp_fsm_event(&f, ev);
				bool moved = t.actions & BIT(STOP_TIMERS);

				assert_int_equal(!!(t.actions & BIT(SESSION_DOWN)),
						 s == BGP_ESTABLISHED && t.to != s);
				assert_int_equal(!!(t.actions & BIT(SESSION_UP)),
						 t.to == BGP_ESTABLISHED && t.to != s);
				assert_int_equal(!!(t.actions & BIT(CLOSE)),
						 s >= BGP_OPENSENT && t.to < BGP_OPENSENT);
				assert_int_equal(!!(t.actions & BIT(SEND_OPEN)),
						 t.to == BGP_OPENSENT && t.to != s);
				assert_int_equal(!!(t.actions & BIT(TRY_CONNECT)),
						 t.to == BGP_CONNECT && moved);
				/* nobody is told anything before the OPEN went out */
				if (t.actions & BIT(SEND_NOTIFICATION))
					assert_true(s >= BGP_OPENSENT);
				/* a passive peer never connects and never waits to */
				if (passive && s != BGP_CONNECT) {
					assert_int_not_equal(t.to, BGP_CONNECT);
					assert_false(t.actions & BIT(START_CONNECT_RETRY));
				}
				/* a step that moves stops what ran, and a timer guards every state */
				if (t.to != s)
					assert_true(moved);
				if (moved && t.to == BGP_IDLE && ev != BGP_EV_STOP &&
				    ev != BGP_EV_DECONFIGURED && ev != BGP_EV_COLLISION)
					assert_true(t.actions & BIT(START_IDLE_HOLD));
				else
					assert_false(t.actions & BIT(START_IDLE_HOLD));
				if (t.to == BGP_OPENSENT && moved)
					assert_true(t.actions & BIT(START_OPEN_HOLD));
				if (t.to >= BGP_OPENCONFIRM && moved)
					assert_true(t.actions & BIT(START_HOLD) &&
						    t.actions & BIT(START_KEEPALIVE));
			}
		}
	}
}

static u32 step(struct bgp_fsm *f, enum bgp_event ev, enum bgp_state to)
{
	struct bgp_step s = bgp_fsm_event(f, ev);

	assert_int_equal(s.to, to);
	return s.actions;
}

static void a_session_comes_up(void **state)
{
	struct bgp_fsm f = {.failures = 3};

	assert_int_equal(step(&f, BGP_EV_START, BGP_CONNECT),
			 BIT(STOP_TIMERS) | BIT(START_CONNECT_RETRY) | BIT(TRY_CONNECT) |
				 BIT(LISTEN));
	assert_int_equal(step(&f, BGP_EV_TCP_FAIL, BGP_ACTIVE),
			 BIT(STOP_TIMERS) | BIT(DROP_ATTEMPT) | BIT(LISTEN) |
				 BIT(START_CONNECT_RETRY));
	assert_true(step(&f, BGP_EV_CONNECT_RETRY, BGP_CONNECT) & BIT(TRY_CONNECT));
	/* our own connection is kept, not dropped */
	assert_int_equal(step(&f, BGP_EV_TCP_UP, BGP_OPENSENT),
			 BIT(STOP_TIMERS) | BIT(SEND_OPEN) | BIT(START_OPEN_HOLD));
	assert_int_equal(step(&f, BGP_EV_OPEN, BGP_OPENCONFIRM),
			 BIT(STOP_TIMERS) | BIT(ACCEPT_OPEN) | BIT(SEND_KEEPALIVE) |
				 BIT(START_HOLD) | BIT(START_KEEPALIVE));
	assert_int_equal(f.failures, 3);
	assert_int_equal(step(&f, BGP_EV_KEEPALIVE, BGP_ESTABLISHED),
			 BIT(STOP_TIMERS) | BIT(SESSION_UP) | BIT(RESET_BACKOFF) | BIT(START_HOLD) |
				 BIT(START_KEEPALIVE));
	assert_int_equal(f.failures, 0);
	assert_int_equal(step(&f, BGP_EV_UPDATE, BGP_ESTABLISHED), BIT(START_HOLD) | BIT(PROCESS));
	assert_int_equal(step(&f, BGP_EV_REFRESH, BGP_ESTABLISHED), BIT(START_HOLD) | BIT(PROCESS));
	assert_int_equal(step(&f, BGP_EV_KEEPALIVE_EXPIRED, BGP_ESTABLISHED),
			 BIT(SEND_KEEPALIVE) | BIT(START_KEEPALIVE));
}

/* The peer's connection wins over the attempt of our own that is still under way. */
static void accepted_while_connecting(void **state)
{
	struct bgp_fsm f = {.state = BGP_CONNECT};

	assert_int_equal(step(&f, BGP_EV_TCP_ACCEPTED, BGP_OPENSENT),
			 BIT(STOP_TIMERS) | BIT(DROP_ATTEMPT) | BIT(SEND_OPEN) |
				 BIT(START_OPEN_HOLD));
}

static void passive_peer_waits(void **state)
{
	struct bgp_fsm f = {.passive = true};

	assert_int_equal(step(&f, BGP_EV_START, BGP_ACTIVE), BIT(STOP_TIMERS) | BIT(LISTEN));
	step(&f, BGP_EV_TCP_ACCEPTED, BGP_OPENSENT);
	assert_int_equal(step(&f, BGP_EV_TCP_FAIL, BGP_ACTIVE),
			 BIT(STOP_TIMERS) | BIT(CLOSE) | BIT(LISTEN));
}

static void failures_back_off(void **state)
{
	struct bgp_fsm f = {0};
	unsigned int i;

	for (i = 1; i <= 3; i++) {
		step(&f, BGP_EV_START, BGP_CONNECT);
		step(&f, BGP_EV_TCP_UP, BGP_OPENSENT);
		step(&f, BGP_EV_NOTIFICATION, BGP_IDLE);
		assert_int_equal(f.failures, i);
	}
	/* the operator's reset forgets them */
	step(&f, BGP_EV_START, BGP_CONNECT);
	step(&f, BGP_EV_RESET, BGP_IDLE);
	assert_int_equal(f.failures, 0);
	/* a lost collision and a shutdown are no failures */
	f = (struct bgp_fsm){.state = BGP_OPENCONFIRM};
	step(&f, BGP_EV_COLLISION, BGP_IDLE);
	f.state = BGP_ESTABLISHED;
	step(&f, BGP_EV_STOP, BGP_IDLE);
	assert_int_equal(f.failures, 0);
}

static void notifications(void **state)
{
	static const struct {
		enum bgp_event ev;
		u8 code, subcode;
	} t[] = {
		{BGP_EV_STOP, 6, 2},	   {BGP_EV_DECONFIGURED, 6, 3},
		{BGP_EV_RESET, 6, 4},	   {BGP_EV_CONFIG_CHANGE, 6, 6},
		{BGP_EV_COLLISION, 6, 7},  {BGP_EV_HOLD_EXPIRED, 4, 0},
		{BGP_EV_HEADER_ERR, 1, 0}, {BGP_EV_OPEN_ERR, 2, 0},
		{BGP_EV_UPDATE_ERR, 3, 0}, {BGP_EV_REFRESH_ERR, 7, 1},
		{BGP_EV_OPEN, 5, 3},	   {BGP_EV_BFD_DOWN, 6, 10},
	};
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct bgp_fsm f = {.state = BGP_ESTABLISHED};
		struct bgp_step s = bgp_fsm_event(&f, t[i].ev);

		assert_true(s.actions & BIT(SEND_NOTIFICATION));
		assert_int_equal(s.code, t[i].code);
		assert_int_equal(s.subcode, t[i].subcode);
	}
	/* to a NOTIFICATION there is no answer */
	for (i = BGP_OPENSENT; i <= BGP_ESTABLISHED; i++) {
		struct bgp_fsm f = {.state = i};

		assert_false(bgp_fsm_event(&f, BGP_EV_NOTIFICATION).actions &
			     BIT(SEND_NOTIFICATION));
	}
}

static void log_sentences(void **state)
{
	struct bgp_fsm f = {.state = BGP_OPENSENT};
	struct bgp_step s = bgp_fsm_event(&f, BGP_EV_OPEN);
	char buf[128];

	assert_string_equal(bgp_step_format(&s, buf, sizeof(buf)),
			    "OpenSent -> OpenConfirm: OPEN received");
	s = bgp_fsm_event(&f, BGP_EV_UPDATE);
	assert_string_equal(
		bgp_step_format(&s, buf, sizeof(buf)),
		"OpenConfirm -> Idle: UPDATE before KEEPALIVE, sending NOTIFICATION 5/2");
	f.state = BGP_ESTABLISHED;
	s = bgp_fsm_event(&f, BGP_EV_UPDATE);
	assert_string_equal(bgp_step_format(&s, buf, sizeof(buf)), "");
}

static void hold_time(void **state)
{
	u16 hold = 77;

	assert_int_equal(bgp_hold_negotiate(90, 1, &hold), 6);
	assert_int_equal(bgp_hold_negotiate(90, 2, &hold), 6);
	assert_int_equal(hold, 77);
	assert_int_equal(bgp_hold_negotiate(90, 3, &hold), 0);
	assert_int_equal(hold, 3);
	assert_int_equal(bgp_hold_negotiate(9, 180, &hold), 0);
	assert_int_equal(hold, 9);
	assert_int_equal(bgp_hold_negotiate(90, 0, &hold), 0);
	assert_int_equal(hold, 0);
	assert_int_equal(bgp_hold_negotiate(0, 65535, &hold), 0);
	assert_int_equal(hold, 0);
	assert_int_equal(bgp_keepalive_ns(0), 0);
	assert_int_equal(bgp_keepalive_ns(3), BGP_NS_PER_S);
	assert_int_equal(bgp_keepalive_ns(65535), 21845 * BGP_NS_PER_S);
}

static void jitter_and_idle_hold(void **state)
{
	assert_int_equal(bgp_jitter_ns(100, 0), 75);
	assert_int_equal(bgp_jitter_ns(100, UINT32_MAX), 100);
	assert_in_range(bgp_jitter_ns(120 * BGP_NS_PER_S, 1u << 31), 104 * BGP_NS_PER_S,
			106 * BGP_NS_PER_S);
	assert_int_equal(bgp_idle_hold_ns(0, UINT32_MAX), 0);
	assert_int_equal(bgp_idle_hold_ns(1, UINT32_MAX), 1 * BGP_NS_PER_S);
	assert_int_equal(bgp_idle_hold_ns(2, UINT32_MAX), 2 * BGP_NS_PER_S);
	assert_int_equal(bgp_idle_hold_ns(5, UINT32_MAX), 16 * BGP_NS_PER_S);
	assert_int_equal(bgp_idle_hold_ns(8, UINT32_MAX), BGP_IDLE_HOLD_MAX_NS);
	assert_int_equal(bgp_idle_hold_ns(UINT32_MAX, UINT32_MAX), BGP_IDLE_HOLD_MAX_NS);
	assert_int_equal(bgp_idle_hold_ns(8, 0), BGP_IDLE_HOLD_MAX_NS / 4 * 3);
}

/* Both sides look at the same two connections and must close the same one. */
static void both_sides_keep_the_same(void **state)
{
	static const struct bgp_identity pair[][2] = {
		{{1, 65000}, {2, 65000}},
		{{0xc0000201, 65000}, {0x0a000001, 65000}},
		{{5, 65000}, {5, 65001}}, /* RFC 6286: equal identifiers, the AS decides */
		{{5, 4200000000u}, {5, 1}},
	};
	size_t i;
	int a_opened;

	for (i = 0; i < sizeof(pair) / sizeof(pair[0]); i++) {
		for (a_opened = 0; a_opened < 2; a_opened++) {
			struct bgp_identity a = pair[i][0], b = pair[i][1];
			/* the old connection is the one that A opened, or the other one */
			struct bgp_contender a_old = {BGP_OPENCONFIRM, a_opened};
			struct bgp_contender a_new = {BGP_OPENSENT, !a_opened};
			struct bgp_contender b_old = {BGP_OPENCONFIRM, !a_opened};
			struct bgp_contender b_new = {BGP_OPENSENT, a_opened};
			enum bgp_survivor at_a = bgp_collision(&a_old, &a_new, a, b, false);
			enum bgp_survivor at_b = bgp_collision(&b_old, &b_new, b, a, false);
			bool a_higher = a.id != b.id ? a.id > b.id : a.as > b.as;

			assert_int_equal(at_a, at_b);
			assert_int_equal(at_a,
					 a_opened == a_higher ? BGP_CLOSE_NEW : BGP_CLOSE_OLD);
		}
	}
}

static void collisions_by_state(void **state)
{
	struct bgp_identity low = {1, 65000}, high = {2, 65000};
	struct bgp_contender in = {BGP_OPENSENT, false}, out = {BGP_OPENSENT, true};
	struct bgp_contender old = {BGP_ESTABLISHED, true};

	/* Established stays, whoever is higher */
	assert_int_equal(bgp_collision(&old, &in, low, high, false), BGP_CLOSE_NEW);
	assert_int_equal(bgp_collision(&old, &in, high, low, false), BGP_CLOSE_NEW);
	/* unless the peer restarted and says so with a new connection */
	assert_int_equal(bgp_collision(&old, &in, low, high, true), BGP_CLOSE_OLD);
	old.outgoing = false;
	assert_int_equal(bgp_collision(&old, &in, high, low, true), BGP_CLOSE_OLD);
	assert_int_equal(bgp_collision(&old, &out, high, low, true), BGP_CLOSE_NEW);
	/* without an OPEN on the old one there is nothing to compare yet */
	old.state = BGP_OPENSENT;
	assert_int_equal(bgp_collision(&old, &out, low, high, false), BGP_KEEP_BOTH);
	/* an attempt that did not even connect gives way */
	old = (struct bgp_contender){BGP_CONNECT, true};
	assert_int_equal(bgp_collision(&old, &in, high, low, false), BGP_CLOSE_OLD);
	old.state = BGP_ACTIVE;
	assert_int_equal(bgp_collision(&old, &in, high, low, false), BGP_CLOSE_OLD);
	/* the peer connected twice: it has forgotten the first one */
	old = (struct bgp_contender){BGP_OPENCONFIRM, false};
	assert_int_equal(bgp_collision(&old, &in, high, low, false), BGP_CLOSE_OLD);
	assert_int_equal(bgp_collision(&old, &in, low, high, false), BGP_CLOSE_OLD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_in_every_state),
		cmocka_unit_test(side_effects_belong_to_states),
		cmocka_unit_test(a_session_comes_up),
		cmocka_unit_test(accepted_while_connecting),
		cmocka_unit_test(passive_peer_waits),
		cmocka_unit_test(failures_back_off),
		cmocka_unit_test(notifications),
		cmocka_unit_test(log_sentences),
		cmocka_unit_test(hold_time),
		cmocka_unit_test(jitter_and_idle_hold),
		cmocka_unit_test(both_sides_keep_the_same),
		cmocka_unit_test(collisions_by_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
