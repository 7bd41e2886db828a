// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_best_path.c - the decision process, one comparison at a time, and that the answer does not
 * depend on the order in which paths arrived.
 *
 * RFC 4271 (9.1.2.2), RFC 4456 (9), RFC 9494 (4.3)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bgp/best_path.h"

/**
 * struct spec - a path as a table row
 * @as: AS_PATH, one AS_SEQUENCE, ended by 0
 */
struct spec {
	bool local, ebgp, stale;
	u32 pref, med, originator, id;
	u8 origin;
	u32 as[4];
	unsigned int clusters;
	const char *peer;
};

struct made {
	struct bgp_attrs attrs;
	u8 path[32];
	u8 cluster[32];
	u8 community[4];
	struct ip_addr peer;
};

static void make_as_path(const struct spec *s, struct made *m)
{
	size_t n = 0;

	while (n < 4 && s->as[n])
		n++;
	m->attrs.as_path = (struct slice){m->path, n ? 2 + 4 * n : 0};
	m->path[0] = BGP_AS_SEQUENCE;
	m->path[1] = (u8)n;
	while (n--)
		store32(m->path + 2 + 4 * n, s->as[n]);
}

static void make_attrs(const struct spec *s, struct made *m)
{
	struct bgp_attrs *a = &m->attrs;

	bgp_attrs_init(a);
	a->present = BGP_BIT(BGP_ATTR_ORIGIN) | BGP_BIT(BGP_ATTR_AS_PATH);
	a->origin = s->origin;
	make_as_path(s, m);
	if (s->pref) {
		a->present |= BGP_BIT(BGP_ATTR_LOCAL_PREF);
		a->local_pref = s->pref;
	}
	if (s->med) {
		a->present |= BGP_BIT(BGP_ATTR_MED);
		a->med = s->med;
	}
	if (s->originator) {
		a->present |= BGP_BIT(BGP_ATTR_ORIGINATOR_ID);
		a->originator_id = s->originator;
	}
	if (s->clusters) {
		a->present |= BGP_BIT(BGP_ATTR_CLUSTER_LIST);
		a->cluster = (struct slice){m->cluster, 4 * s->clusters};
	}
	if (s->stale) {
		a->present |= BGP_BIT(BGP_ATTR_COMMUNITY);
		store32(m->community, BGP_COMM_LLGR_STALE);
		a->community = (struct slice){m->community, 4};
	}
}

static struct decide_path make(const struct spec *s, struct made *m)
{
	make_attrs(s, m);
	assert_int_equal(ip_parse(&m->peer, s->peer ? s->peer : "192.0.2.9"), 0);
	return (struct decide_path){
		.local = s->local,
		.ebgp = s->ebgp,
		.router_id = s->id,
		.address = s->local ? NULL : &m->peer,
		.attrs = &m->attrs,
	};
}

/* The winner is the first row; both orders must say so, and by which step. */
static void first_wins(struct spec a, struct spec b, enum decide_step step)
{
	struct made ma = {0}, mb = {0};
	struct decide_path in[2];
	enum decide_step why;

	in[0] = make(&a, &ma);
	in[1] = make(&b, &mb);
	assert_int_equal(decide_best(in, 2, &why), 0);
	assert_int_equal(why, step);
	in[0] = make(&b, &mb);
	in[1] = make(&a, &ma);
	assert_int_equal(decide_best(in, 2, &why), 1);
	assert_int_equal(why, step);
}

static void only_path(void **state)
{
	struct made m = {0};
	struct decide_path in = make(&(struct spec){0}, &m);
	enum decide_step why;

	assert_int_equal(decide_best(&in, 1, &why), 0);
	assert_int_equal(why, DECIDE_ONLY);
}

/* Every row also has everything below its step against it: a later step must not be asked. */
static void each_step(void **state)
{
	const struct spec bad = {
		.ebgp = true,
		.pref = 900,
		.as = {1},
		.id = 1,
		.peer = "10.0.0.1",
	};

	first_wins((struct spec){.local = true, .stale = true, .pref = 1, .origin = 2, .id = 9},
		   (struct spec){.pref = 900, .id = 1}, DECIDE_ORIGINATED);
	first_wins((struct spec){.pref = 1, .id = 9},
		   (struct spec){.stale = true, .pref = 900, .id = 1}, DECIDE_STALE);
	first_wins((struct spec){.pref = 200, .as = {1, 2}, .id = 9},
		   (struct spec){.pref = 199, .id = 1}, DECIDE_PREF);
	first_wins((struct spec){.as = {1}, .origin = 2, .id = 9},
		   (struct spec){.as = {1, 2}, .id = 1}, DECIDE_AS_PATH);
	first_wins((struct spec){.as = {1}, .origin = BGP_ORIGIN_EGP, .med = 9, .id = 9},
		   (struct spec){.as = {1}, .origin = BGP_ORIGIN_INCOMPLETE, .id = 1},
		   DECIDE_ORIGIN);
	first_wins((struct spec){.as = {1}, .med = 5, .id = 9},
		   (struct spec){.as = {1}, .med = 6, .ebgp = true, .id = 1}, DECIDE_MED);
	first_wins((struct spec){.as = {1}, .ebgp = true, .id = 9},
		   (struct spec){.as = {1}, .id = 1}, DECIDE_EBGP);
	first_wins((struct spec){.id = 1, .clusters = 3, .peer = "10.0.0.9"},
		   (struct spec){.id = 2, .peer = "10.0.0.1"}, DECIDE_ROUTER_ID);
	first_wins((struct spec){.id = 7, .clusters = 1, .peer = "10.0.0.9"},
		   (struct spec){.id = 7, .clusters = 2, .peer = "10.0.0.1"}, DECIDE_CLUSTER);
	first_wins((struct spec){.id = 7, .peer = "9.255.255.255"},
		   (struct spec){.id = 7, .peer = "10.0.0.0"}, DECIDE_ADDRESS);
	first_wins((struct spec){.local = true}, bad, DECIDE_ORIGINATED);
}

/* LOCAL_PREF of an external neighbour is not looked at; without one it is 100. */
static void local_pref(void **state)
{
	first_wins((struct spec){.id = 1, .ebgp = true, .pref = 1},
		   (struct spec){.id = 2, .ebgp = true, .pref = 500}, DECIDE_ROUTER_ID);
	first_wins((struct spec){.pref = 101, .id = 9}, (struct spec){.id = 1}, DECIDE_PREF);
	first_wins((struct spec){.id = 1}, (struct spec){.id = 2, .pref = 100}, DECIDE_ROUTER_ID);
}

/* ORIGINATOR_ID stands for the identifier of the neighbour, a reflector. */
static void originator(void **state)
{
	first_wins((struct spec){.id = 99, .originator = 1},
		   (struct spec){.id = 2, .originator = 50}, DECIDE_ROUTER_ID);
}

/*
 * MED is compared within an AS only. A and B come from AS 1, C from AS 2: B falls to A, whatever C
 * is, and then A and C are compared by what follows. Pairwise comparison would go round in circles.
 */
static void med_any_order(void **state)
{
	const struct spec specs[3] = {
		{.as = {1}, .med = 10, .id = 3},
		{.as = {1}, .med = 20, .id = 1},
		{.as = {2}, .med = 90, .id = 2},
	};
	static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
					 {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	struct decide_path in[3];
	struct made m[3];
	int i, j;

	for (i = 0; i < 6; i++) {
		memset(m, 0, sizeof(m));
		for (j = 0; j < 3; j++)
			in[j] = make(&specs[orders[i][j]], &m[j]);
		assert_int_equal(orders[i][decide_best(in, 3, NULL)], 2);
	}
}

static void med_missing_is_zero(void **state)
{
	first_wins((struct spec){.as = {1}, .id = 9}, (struct spec){.as = {1}, .med = 1, .id = 1},
		   DECIDE_MED);
	first_wins((struct spec){.as = {1}, .med = 9, .id = 1}, (struct spec){.as = {2}, .id = 2},
		   DECIDE_ROUTER_ID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_path),	 cmocka_unit_test(each_step),
		cmocka_unit_test(local_pref),	 cmocka_unit_test(originator),
		cmocka_unit_test(med_any_order), cmocka_unit_test(med_missing_is_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
