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

/* ---- keys that meet whatever the seed is, if words are only xored in and multiplied ---- */

enum { PAIRS = 10, SIDE = 32 };

/* The highest bit of a word, and in the next one what becomes of it: each pair has it or not. */
static void test_pairs(void **state)
{
	u64 seed = hash_seed(), words[2 * PAIRS] = {};
	unsigned int same = 0;
	u32 first = hash_keyed(seed, words, sizeof(words));

	for (unsigned int i = 0; i < 1u << PAIRS; i++) {
		for (unsigned int j = 0; j < PAIRS; j++) {
			words[2 * j] = (u64)(i >> j & 1) << 63;
			words[2 * j + 1] = words[2 * j] ^ words[2 * j] >> 29;
		}
		same += hash_keyed(seed, words, sizeof(words)) == first;
	}
	assert_in_range(same, 1, 2);
}

/* The same with the keys of RT-5: of one prefix, by distinguishers and tags */
static void test_near_pairs(void **state)
{
	u64 seed = hash_seed(), word;
	u32 hash[SIDE * SIDE];
	unsigned int most = 0, same;

	for (unsigned int i = 0; i < SIDE * SIDE; i++) {
		u8 key[18] = {5, 0, 1, 10, 0, 0, 9, [13] = 32, [16] = 1};
		u64 high = (u64)(i % SIDE) << 59;

		memcpy(&word, key, 8);
		word ^= (u64)(i / SIDE) << 59;
		memcpy(key, &word, 8);
		memcpy(&word, key + 8, 8);
		word ^= high ^ high >> 29;
		memcpy(key + 8, &word, 8);
		hash[i] = hash_near(seed, key, sizeof(key) * 8);
	}
	for (unsigned int i = 0; i < SIDE * SIDE; i++) {
		same = 0;
		for (unsigned int j = 0; j < SIDE * SIDE; j++)
			same += hash[j] == hash[i];
		most = same > most ? same : most;
	}
	assert_in_range(most, 1, 3);
}

/* ---- hash_near() ---- */

static u32 near(u64 seed, u32 addr, unsigned int plen)
{
	u8 octets[4] = {(u8)(addr >> 24), (u8)(addr >> 16), (u8)(addr >> 8), (u8)addr};

	return hash_near(seed, octets, plen);
}

static void test_near_follow(void **state)
{
	for (unsigned int plen = 14; plen <= 32; plen++) {
		u32 step = 1u << (32 - plen);

		for (u32 i = 0; i < 63; i++)
			assert_int_equal(near(7, 0x0a000000 + i * step, plen) + 1,
					 near(7, 0x0a000000 + (i + 1) * step, plen));
	}
}

/* Prefixes of which no two are neighbours are as good as any keys, and those that are not all in one place either. */
static void test_near_spread(void **state)
{
	for (u32 step = 1; step <= 4096; step *= 8) {
		unsigned int n[BUCKETS] = {}, most = 0;

		for (u32 i = 0; i < BUCKETS; i++) {
			u32 b = near(7, 0x0b000000 + i * step * 16, 28) % BUCKETS;

			if (++n[b] > most)
				most = n[b];
		}
		assert_in_range(most, 1, 10);
	}
}

static void test_near_lengths(void **state)
{
	for (unsigned int plen = 9; plen <= 32; plen++)
		assert_int_not_equal(near(7, 0, plen - 1), near(7, 0, plen));
	for (unsigned int bit = 0; bit < 32; bit++)
		assert_int_not_equal(near(7, 0, 32), near(7, 1u << bit, 32));
}

static void test_seeds(void **state)
{
	assert_true(hash_seed() != hash_seed());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aimed),	     cmocka_unit_test(test_every_octet),
		cmocka_unit_test(test_pairs),	     cmocka_unit_test(test_near_pairs),
		cmocka_unit_test(test_near_follow),  cmocka_unit_test(test_near_spread),
		cmocka_unit_test(test_near_lengths), cmocka_unit_test(test_seeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
