// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a seed is for: keys that meet in one bucket under one seed are spread under any other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "hash.h"

enum { BUCKETS = 1024, KEYS = 256, SEEDS = 200 };

/* Addresses of 16 octets that all are in bucket 0 under @seed. */
static void aim(u64 seed, u64 keys[KEYS][2])
{
	unsigned int n = 0;

	for (u64 i = 0; n < KEYS; i++) {
		u64 key[2] = {0x0ef0, i};

		if (hash_keyed(seed, key, sizeof(key)) % BUCKETS == 0)
			memcpy(keys[n++], key, sizeof(key));
	}
}

static unsigned int fullest(u64 seed, u64 keys[KEYS][2])
{
	unsigned int n[BUCKETS] = {}, most = 0, b;

	for (unsigned int i = 0; i < KEYS; i++) {
		b = hash_keyed(seed, keys[i], sizeof(keys[i])) % BUCKETS;
		if (++n[b] > most)
			most = n[b];
	}
	return most;
}

static void test_aimed(void **state)
{
	u64 keys[KEYS][2];

	aim(1, keys);
	assert_int_equal(fullest(1, keys), KEYS);
	for (u64 seed = 2; seed < SEEDS; seed++)
		assert_in_range(fullest(seed * 0x0123456789abcdefull, keys), 1, 16);
}

static void test_every_octet(void **state)
{
	u8 a[21] = {}, b[21] = {};

	for (unsigned int i = 0; i < sizeof(b); i++) {
		b[i] = 1;
		assert_int_not_equal(hash_keyed(7, a, sizeof(a)), hash_keyed(7, b, sizeof(b)));
		b[i] = 0;
	}
	assert_int_not_equal(hash_keyed(7, a, 20), hash_keyed(7, a, 21));
}

static void test_seeds(void **state)
{
	assert_true(hash_seed() != hash_seed());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aimed),
		cmocka_unit_test(test_every_octet),
		cmocka_unit_test(test_seeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
