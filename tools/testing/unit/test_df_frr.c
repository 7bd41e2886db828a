// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_df_frr.c - the election as zebra holds it: each rule by itself, and the order of addresses of
 * both generations. The expected roles were taken from zebra's documentation and from what it shows.
 *
 * Requirements: B6
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "df_frr.h"

static struct ip_addr addr(const char *text)
{
	struct ip_addr a;

	assert_int_equal(ip_parse(&a, text), 0);
	return a;
}

static struct df_frr_local local(const char *vtep, u16 pref)
{
	return (struct df_frr_local){.vtep = addr(vtep), .pref = pref, .up = true};
}

static struct df_frr_peer peer(const char *vtep, u8 alg, u16 pref)
{
	return (struct df_frr_peer){addr(vtep), alg, pref};
}

static void expect(const struct df_frr_local *l, const struct df_frr_peer *p, unsigned int n,
		   bool df, enum df_frr_reason reason)
{
	struct df_frr_result r;

	df_frr_elect(l, p, n, &r);
	assert_int_equal(r.df, df);
	assert_int_equal(r.reason, reason);
	assert_true(r.sentence[0]);
}

static void alone(void **state)
{
	struct df_frr_local l = local("192.0.2.1", 1);

	expect(&l, NULL, 0, true, DF_FRR_ALONE);
}

static void preference(void **state)
{
	struct df_frr_local l = local("192.0.2.2", 200);
	struct df_frr_peer p[] = {peer("192.0.2.1", 2, 100), peer("192.0.2.3", 2, 199)};

	expect(&l, p, 2, true, DF_FRR_BEST);
	p[1].pref = 201;
	expect(&l, p, 2, false, DF_FRR_PREFERENCE);
}

static void tie(void **state)
{
	struct df_frr_local l = local("192.0.2.2", 32767);
	struct df_frr_peer p = peer("192.0.2.1", 2, 32767);
	struct df_frr_result r;

	expect(&l, &p, 1, false, DF_FRR_ADDRESS);
	p = peer("192.0.2.3", 2, 32767);
	expect(&l, &p, 1, true, DF_FRR_BEST);
	df_frr_elect(&l, &p, 1, &r);
	assert_int_equal(r.best, 0);
	assert_int_equal(r.peer, -1);
}

/* 10.0.0.2 is below 10.0.1.1, and above it when the last octet counts first. */
static void order(void **state)
{
	struct df_frr_local l = local("10.0.0.2", 32767);
	struct df_frr_peer p = peer("10.0.1.1", 2, 32767);
	struct df_frr_result r;

	l.order = DF_FRR_NUMBER;
	expect(&l, &p, 1, true, DF_FRR_BEST);
	l.order = DF_FRR_MEMORY;
	expect(&l, &p, 1, false, DF_FRR_ADDRESS);
	df_frr_elect(&l, &p, 1, &r);
	assert_non_null(strstr(r.sentence, "last octet first"));
	assert_int_equal(df_frr_order("8.4.4"), DF_FRR_MEMORY);
	assert_int_equal(df_frr_order("10.5.1"), DF_FRR_MEMORY);
	assert_int_equal(df_frr_order("10.6.0"), DF_FRR_NUMBER);
	assert_int_equal(df_frr_order("11.0"), DF_FRR_NUMBER);
	assert_int_equal(df_frr_order("?"), DF_FRR_MEMORY);
	assert_int_equal(df_frr_cmp(DF_FRR_MEMORY, &l.vtep, &l.vtep), 0);
}

/* An algorithm other than 2, and no community at all, count more than any preference. */
static void algorithm(void **state)
{
	struct df_frr_local l = local("192.0.2.1", 65535);
	struct df_frr_peer p[] = {peer("192.0.2.2", 2, 1), peer("192.0.2.3", 0, 0)};
	struct df_frr_result r;

	expect(&l, p, 2, false, DF_FRR_ALGORITHM);
	df_frr_elect(&l, p, 2, &r);
	assert_int_equal(r.peer, 1);
	assert_non_null(strstr(r.sentence, "192.0.2.3 advertises algorithm 0"));
	p[1].alg = 3;
	expect(&l, p, 2, false, DF_FRR_ALGORITHM);
	p[1].alg = 2;
	expect(&l, p, 2, true, DF_FRR_BEST);
}

static void port(void **state)
{
	struct df_frr_local l = local("192.0.2.1", 200);

	l.delay = true;
	expect(&l, NULL, 0, false, DF_FRR_DELAY);
	l.up = false;
	expect(&l, NULL, 0, false, DF_FRR_DOWN);
	l.bypass = true;
	expect(&l, NULL, 0, true, DF_FRR_NOT_READY);
	l.bypass = false;
	l.vtep = (struct ip_addr){0};
	expect(&l, NULL, 0, true, DF_FRR_NOT_READY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alone), cmocka_unit_test(preference), cmocka_unit_test(tie),
		cmocka_unit_test(order), cmocka_unit_test(algorithm),  cmocka_unit_test(port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
