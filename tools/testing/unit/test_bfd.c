// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_bfd.c - BFD: what a packet must look like, and two sessions that talk over a wire of 1 ms.
 * RFC 5880 6.8.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "bfd.h"
#include "cursor.h"

#define MS 1000LL
#define S (1000 * MS)

/* ---- packets ---- */

static const u8 up[BFD_LEN] = {0x20, 0xc8, 3,	 24,   0, 0, 0,	   1,	 0, 0, 0, 2,
			       0,    0,	   0xc3, 0x50, 0, 0, 0xc3, 0x50, 0, 0, 0, 0};

static void decodes(void **state)
{
	struct bfd_packet p;
	u8 again[BFD_LEN];

	assert_null(bfd_decode(up, sizeof(up), &p));
	assert_int_equal(p.state, BFD_UP);
	assert_true(p.control_plane_independent);
	assert_false(p.poll || p.final || p.demand);
	assert_int_equal(p.mult, 3);
	assert_int_equal(p.my_discr, 1);
	assert_int_equal(p.your_discr, 2);
	assert_int_equal(p.desired_min_tx, 50000);
	assert_int_equal(p.required_min_rx, 50000);
	bfd_encode(&p, again);
	assert_memory_equal(up, again, sizeof(up));
}

static void discards(void **state)
{
	static const struct {
		unsigned int at;
		u8 value;
		const char *why;
	} rows[] = {
		{0, 0x00, "version"},	 {0, 0x40, "version"},	     {1, 0xc4, "authenticated"},
		{1, 0xc1, "Multipoint"}, {2, 0, "Detect Mult"},	     {3, 23, "length"},
		{3, 25, "length"},	 {7, 0, "My Discriminator"}, {11, 0, "Your Discriminator"},
	};
	struct bfd_packet p = {.mult = 77};
	unsigned int i;
	u8 b[BFD_LEN];

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *why;

		memcpy(b, up, sizeof(b));
		b[rows[i].at] = rows[i].value;
		why = bfd_decode(b, sizeof(b), &p);
		assert_non_null(why);
		assert_non_null(strstr(why, rows[i].why));
	}
	assert_non_null(bfd_decode(up, BFD_LEN - 1, &p));
	assert_int_equal(p.mult, 77);
	/* with state Down a session that is not known yet may be meant */
	memcpy(b, up, sizeof(b));
	b[1] = 0x40;
	b[11] = 0;
	assert_null(bfd_decode(b, sizeof(b), &p));
}

/* ---- two sessions ---- */

enum { WIRE = 16 };

struct end {
	struct bfd_session s;
	struct {
		s64 at;
		u8 octets[BFD_LEN];
	} in[WIRE];
	unsigned int n_in;
	unsigned int sent, polls, finals, changes;
	s64 last_sent, gap_min, gap_max;
	bool deaf, mute;
};

struct rig {
	struct end a, b;
	s64 now;
	u32 random;
};

static const struct bfd_timing fast = {50 * MS, 50 * MS, 3};

static void rig_init(struct rig *r, const struct bfd_timing *a, const struct bfd_timing *b)
{
	memset(r, 0, sizeof(*r));
	r->now = 5 * S;
	bfd_session_init(&r->a.s, a, 1, r->now);
	bfd_session_init(&r->b.s, b, 2, r->now);
}

static void reset_counts(struct end *e)
{
	e->sent = e->polls = e->finals = e->changes = 0;
	e->last_sent = e->gap_min = e->gap_max = 0;
}

static void count(struct end *e, const struct bfd_packet *p, s64 now)
{
	s64 gap = now - e->last_sent;

	e->polls += p->poll;
	e->finals += p->final;
	if (e->sent++) {
		e->gap_min = !e->gap_min || gap < e->gap_min ? gap : e->gap_min;
		e->gap_max = gap > e->gap_max ? gap : e->gap_max;
	}
	e->last_sent = now;
}

static void transmit(struct rig *r, struct end *from, struct end *to)
{
	while (bfd_session_tx_due(&from->s, r->now)) {
		struct bfd_packet p;

		r->random = r->random * 1664525 + 1013904223;
		bfd_session_tx(&from->s, &p, r->now, r->random >> 8);
		assert_false(p.poll && p.final);
		count(from, &p, r->now);
		if (from->mute || to->deaf)
			continue;
		assert_in_range(to->n_in, 0, WIRE - 1);
		bfd_encode(&p, to->in[to->n_in].octets);
		to->in[to->n_in++].at = r->now + MS;
	}
}

static void receive(struct rig *r, struct end *e)
{
	struct bfd_packet p;

	while (e->n_in && e->in[0].at <= r->now) {
		assert_null(bfd_decode(e->in[0].octets, BFD_LEN, &p));
		e->n_in--;
		memmove(&e->in[0], &e->in[1], e->n_in * sizeof(e->in[0]));
		assert_true(!p.your_discr || p.your_discr == e->s.discr);
		e->changes += bfd_session_rx(&e->s, &p, r->now);
	}
}

static void run(struct rig *r, s64 us)
{
	s64 end = r->now + us;

	for (; r->now < end; r->now += MS) {
		receive(r, &r->a);
		receive(r, &r->b);
		r->a.changes += bfd_session_expire(&r->a.s, r->now);
		r->b.changes += bfd_session_expire(&r->b.s, r->now);
		transmit(r, &r->a, &r->b);
		transmit(r, &r->b, &r->a);
	}
}

static void both_are(const struct rig *r, enum bfd_state state)
{
	assert_int_equal(r->a.s.state, state);
	assert_int_equal(r->b.s.state, state);
}

static void comes_up(void **state)
{
	struct rig r;

	rig_init(&r, &fast, &fast);
	assert_int_equal(r.a.s.tx_us, BFD_SLOW_US);
	run(&r, 3 * S);
	both_are(&r, BFD_UP);
	assert_int_equal(r.a.s.diag, BFD_DIAG_NONE);
	/* the change from one packet a second to twenty was polled, and answered */
	assert_true(r.a.polls >= 1 && r.b.finals >= 1);
	assert_false(r.a.s.polling || r.b.s.polling);
	assert_int_equal(bfd_session_interval(&r.a.s), 50 * MS);
	assert_int_equal(bfd_session_detection(&r.a.s), 150 * MS);
}

static void slow_until_up(void **state)
{
	struct rig r;

	rig_init(&r, &fast, &fast);
	r.b.mute = r.b.deaf = true;
	run(&r, 20 * S);
	assert_int_equal(r.a.s.state, BFD_DOWN);
	assert_in_range(r.a.sent, 19, 27);
	assert_true(r.a.gap_min >= 750 * MS && r.a.gap_max <= S);
}

static void jitter(void **state)
{
	struct bfd_timing one = fast;
	struct rig r;

	rig_init(&r, &fast, &fast);
	run(&r, 3 * S);
	reset_counts(&r.a);
	run(&r, 20 * S);
	assert_true(r.a.gap_min >= 37 * MS && r.a.gap_max <= 51 * MS);
	assert_true(r.a.gap_min < 41 * MS && r.a.gap_max > 46 * MS);
	both_are(&r, BFD_UP);

	/* with a multiplier of 1 a packet must not be later than 90 per cent */
	one.mult = 1;
	rig_init(&r, &one, &one);
	run(&r, 3 * S);
	reset_counts(&r.a);
	reset_counts(&r.b);
	run(&r, 20 * S);
	assert_true(r.a.gap_max <= 46 * MS);
	both_are(&r, BFD_UP);
	assert_int_equal(r.a.changes + r.b.changes, 0);
}

static void dies(void **state)
{
	struct rig r;

	rig_init(&r, &fast, &fast);
	run(&r, 3 * S);
	reset_counts(&r.a);
	r.b.mute = r.b.deaf = true;
	run(&r, 99 * MS);
	assert_int_equal(r.a.s.state, BFD_UP);
	run(&r, 53 * MS);
	assert_int_equal(r.a.s.state, BFD_DOWN);
	assert_int_equal(r.a.s.diag, BFD_DIAG_TIMEOUT);
	assert_int_equal(r.a.s.remote_discr, 0);
	assert_int_equal(r.a.s.tx_us, BFD_SLOW_US);
	assert_int_equal(r.a.changes, 1);
	/* and lives again */
	r.b.mute = r.b.deaf = false;
	run(&r, 5 * S);
	both_are(&r, BFD_UP);
}

static void one_direction(void **state)
{
	struct rig r;

	rig_init(&r, &fast, &fast);
	run(&r, 3 * S);
	r.a.mute = true;
	run(&r, 200 * MS);
	/* b no longer hears a; a hears of it from b */
	assert_int_equal(r.b.s.state, BFD_DOWN);
	assert_int_equal(r.b.s.diag, BFD_DIAG_TIMEOUT);
	assert_int_equal(r.a.s.state == BFD_UP, false);
	run(&r, 10 * S);
	assert_int_equal(r.b.s.state, BFD_DOWN);
	assert_true(r.a.s.state != BFD_UP);
	r.a.mute = false;
	run(&r, 5 * S);
	both_are(&r, BFD_UP);
}

static void a_restart_is_seen(void **state)
{
	struct rig r;

	rig_init(&r, &fast, &fast);
	run(&r, 3 * S);
	reset_counts(&r.a);
	bfd_session_init(&r.b.s, &fast, 2, r.now);
	run(&r, 60 * MS);
	assert_true(r.a.changes >= 1);
	run(&r, 5 * S);
	both_are(&r, BFD_UP);
}

static void admin_down(void **state)
{
	struct rig r;

	rig_init(&r, &fast, &fast);
	run(&r, 3 * S);
	assert_true(bfd_session_admin(&r.b.s, true, r.now));
	assert_false(bfd_session_admin(&r.b.s, true, r.now));
	run(&r, 200 * MS);
	assert_int_equal(r.a.s.state, BFD_DOWN);
	assert_int_equal(r.a.s.remote_state, BFD_ADMIN_DOWN);
	assert_int_equal(r.a.s.diag, BFD_DIAG_NEIGHBOR_DOWN);
	run(&r, 10 * S);
	assert_int_equal(r.b.s.state, BFD_ADMIN_DOWN);
	assert_int_equal(r.a.s.state, BFD_DOWN);
	assert_true(bfd_session_admin(&r.b.s, false, r.now));
	run(&r, 5 * S);
	both_are(&r, BFD_UP);
}

/* Intervals change while packets flow: in both directions, to slower and to faster, without a flap. */
static void timing_changes(void **state)
{
	static const struct bfd_timing slow = {300 * MS, 300 * MS, 3};
	struct rig r;

	rig_init(&r, &fast, &fast);
	run(&r, 3 * S);
	reset_counts(&r.a);
	reset_counts(&r.b);
	bfd_session_timing(&r.a.s, &slow, r.now);
	/* until b has answered, a goes on as fast as b expects */
	assert_int_equal(bfd_session_interval(&r.a.s), 50 * MS);
	run(&r, 5 * S);
	assert_int_equal(bfd_session_interval(&r.a.s), 300 * MS);
	assert_int_equal(bfd_session_interval(&r.b.s), 300 * MS);
	assert_int_equal(bfd_session_detection(&r.b.s), 900 * MS);
	bfd_session_timing(&r.a.s, &fast, r.now);
	run(&r, 5 * S);
	assert_int_equal(bfd_session_interval(&r.b.s), 50 * MS);
	assert_int_equal(bfd_session_detection(&r.a.s), 150 * MS);
	both_are(&r, BFD_UP);
	assert_int_equal(r.a.changes + r.b.changes, 0);
}

static void different_ends(void **state)
{
	static const struct bfd_timing other = {100 * MS, 200 * MS, 5};
	struct rig r;

	rig_init(&r, &fast, &other);
	run(&r, 5 * S);
	both_are(&r, BFD_UP);
	assert_int_equal(bfd_session_interval(&r.a.s), 200 * MS);
	assert_int_equal(bfd_session_interval(&r.b.s), 100 * MS);
	assert_int_equal(bfd_session_detection(&r.a.s), 500 * MS);
	assert_int_equal(bfd_session_detection(&r.b.s), 600 * MS);
}

static void asks_for_silence(void **state)
{
	struct bfd_packet p;
	struct rig r;

	rig_init(&r, &fast, &fast);
	run(&r, 3 * S);
	assert_null(bfd_decode(up, sizeof(up), &p));
	p.my_discr = 2;
	p.your_discr = 1;
	p.required_min_rx = 0;
	bfd_session_rx(&r.a.s, &p, r.now);
	assert_int_equal(bfd_session_interval(&r.a.s), 0);
	assert_false(bfd_session_tx_due(&r.a.s, r.now + S));
	/* in demand mode, too, there are no periodic packets; a Poll is answered all the same */
	p.required_min_rx = 50 * MS;
	p.demand = true;
	bfd_session_rx(&r.a.s, &p, r.now);
	assert_false(bfd_session_tx_due(&r.a.s, r.now + S));
	p.poll = true;
	bfd_session_rx(&r.a.s, &p, r.now);
	assert_true(bfd_session_tx_due(&r.a.s, r.now));
	bfd_session_tx(&r.a.s, &p, r.now, 0);
	assert_true(p.final);
	assert_false(bfd_session_tx_due(&r.a.s, r.now + S));
}

static void words(void **state)
{
	assert_string_equal(bfd_state_name(BFD_UP), "up");
	assert_string_equal(bfd_diag_name(BFD_DIAG_TIMEOUT), "detection time expired");
	assert_string_equal(bfd_diag_name(31), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes),	  cmocka_unit_test(discards),
		cmocka_unit_test(comes_up),	  cmocka_unit_test(slow_until_up),
		cmocka_unit_test(jitter),	  cmocka_unit_test(dies),
		cmocka_unit_test(one_direction),  cmocka_unit_test(a_restart_is_seen),
		cmocka_unit_test(admin_down),	  cmocka_unit_test(timing_changes),
		cmocka_unit_test(different_ends), cmocka_unit_test(asks_for_silence),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
