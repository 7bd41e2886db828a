// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel/core/mcast.c against the tables of RFC 3376 sections 6.4.1 and 6.4.2, written down here a second
 * time, as they stand there: in sets. Three sources, every state, every record.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "mcast.h"

enum { SOURCES = 3, SETS = 1 << SOURCES };

/* Include mode: @x is A. Exclude mode: @x is X, @y is Y. */
struct state {
	bool exclude;
	unsigned int x, y;
};

/* What a table has beside the new state: whose time begins again, and whom a query is sent about. */
struct actions {
	unsigned int full, query;
	bool group_full, group_query;
};

static struct state from_include(unsigned int a, enum evpn_igmp_record_type type, unsigned int b,
				 struct actions *act)
{
	switch (type) {
	case EVPN_IGMP_IS_IN:
	case EVPN_IGMP_ALLOW:
		act->full = b;
		return (struct state){false, a | b, 0};
	case EVPN_IGMP_TO_IN:
		act->full = b;
		act->query = a & ~b;
		return (struct state){false, a | b, 0};
	case EVPN_IGMP_BLOCK:
		act->query = a & b;
		return (struct state){false, a, 0};
	case EVPN_IGMP_TO_EX:
		act->query = a & b;
		/* fall through */
	default: /* IS_EX */
		act->group_full = true;
		return (struct state){true, a & b, b & ~a};
	}
}

static struct state from_exclude(unsigned int x, unsigned int y, enum evpn_igmp_record_type type,
				 unsigned int a, struct actions *act)
{
	switch (type) {
	case EVPN_IGMP_IS_IN:
	case EVPN_IGMP_ALLOW:
		act->full = a;
		return (struct state){true, x | a, y & ~a};
	case EVPN_IGMP_TO_IN:
		act->full = a;
		act->query = x & ~a;
		act->group_query = true;
		return (struct state){true, x | a, y & ~a};
	case EVPN_IGMP_BLOCK:
		act->query = a & ~y;
		return (struct state){true, x | (a & ~y), y};
	case EVPN_IGMP_TO_EX:
		/* (A-X-Y) gets the time of the group, and then the query is about all of A-Y. */
		act->query = a & ~y;
		act->group_full = true;
		return (struct state){true, a & ~y, y & a};
	default: /* IS_EX */
		act->full = a & ~x & ~y;
		act->group_full = true;
		return (struct state){true, a & ~y, y & a};
	}
}

static void check_source(struct state was, struct state now, const struct actions *act,
			 enum evpn_igmp_record_type type, unsigned int listed, unsigned int bit)
{
	enum evpn_mcast_source_state before = was.x & bit ? EVPN_MCAST_SOURCE_WANTED :
					      was.y & bit ? EVPN_MCAST_SOURCE_BLOCKED :
							    EVPN_MCAST_SOURCE_NONE;
	enum evpn_mcast_source_state after = now.x & bit ? EVPN_MCAST_SOURCE_WANTED :
					     now.y & bit ? EVPN_MCAST_SOURCE_BLOCKED :
							   EVPN_MCAST_SOURCE_NONE;
	struct evpn_mcast_step got = evpn_mcast_source_step(was.exclude ? EVPN_MCAST_MODE_EXCLUDE :
									  EVPN_MCAST_MODE_INCLUDE,
							    type, before, listed & bit);

	assert_int_equal(after, got.state);
	assert_int_equal(act->full & bit  ? EVPN_MCAST_TIMER_FULL :
			 act->query & bit ? EVPN_MCAST_TIMER_LAST :
					    EVPN_MCAST_TIMER_KEEP,
			 got.timer);
}

static void check(struct state was, enum evpn_igmp_record_type type, unsigned int listed)
{
	enum evpn_mcast_mode mode = was.exclude ? EVPN_MCAST_MODE_EXCLUDE : EVPN_MCAST_MODE_INCLUDE;
	struct actions act = {};
	struct evpn_mcast_step group;
	struct state now;

	now = was.exclude ? from_exclude(was.x, was.y, type, listed, &act) :
			    from_include(was.x, type, listed, &act);
	group = evpn_mcast_group_step(mode, type);
	assert_int_equal(now.exclude ? EVPN_MCAST_MODE_EXCLUDE : EVPN_MCAST_MODE_INCLUDE,
			 group.state);
	assert_int_equal(act.group_full	 ? EVPN_MCAST_TIMER_FULL :
			 act.group_query ? EVPN_MCAST_TIMER_LAST :
					   EVPN_MCAST_TIMER_KEEP,
			 group.timer);
	for (unsigned int i = 0; i < SOURCES; i++)
		check_source(was, now, &act, type, listed, 1U << i);
}

static void test_tables(void **state)
{
	for (unsigned int type = EVPN_IGMP_IS_IN; type <= EVPN_IGMP_BLOCK; type++)
		for (unsigned int listed = 0; listed < SETS; listed++)
			for (unsigned int x = 0; x < SETS; x++) {
				check((struct state){false, x, 0}, type, listed);
				for (unsigned int y = 0; y < SETS; y++)
					if (!(x & y))
						check((struct state){true, x, y}, type, listed);
			}
}

/* RFC 3376 section 7.3.2, RFC 3810 section 8.3.2 */
static void test_admit(void **state)
{
	static const struct {
		u8 family, oldest, type;
		bool admitted;
		u16 sources;
	} cases[] = {
		{4, 3, EVPN_IGMP_BLOCK, true, 2},  {4, 3, EVPN_IGMP_TO_IN, true, 2},
		{4, 2, EVPN_IGMP_BLOCK, false, 2}, {4, 2, EVPN_IGMP_TO_EX, true, 0},
		{4, 2, EVPN_IGMP_TO_IN, true, 2},  {4, 2, EVPN_IGMP_ALLOW, true, 2},
		{4, 2, EVPN_IGMP_IS_EX, true, 2},  {4, 1, EVPN_IGMP_TO_IN, false, 2},
		{4, 1, EVPN_IGMP_BLOCK, false, 2}, {4, 1, EVPN_IGMP_TO_EX, true, 0},
		{16, 2, EVPN_IGMP_BLOCK, true, 2}, {16, 1, EVPN_IGMP_BLOCK, false, 2},
		{16, 1, EVPN_IGMP_TO_EX, true, 0}, {16, 1, EVPN_IGMP_TO_IN, true, 2},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evpn_igmp_record record = {.type = cases[i].type, .sources = 2};

		assert_int_equal(cases[i].admitted,
				 evpn_mcast_admit(cases[i].family, cases[i].oldest, &record));
		assert_int_equal(cases[i].sources, record.sources);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_admit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
