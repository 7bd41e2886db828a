// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small objects: each has its own octets, all 0, and what was given back is used again or goes back to malloc().
 * Under the address checker pool.c leaves objects to it; here it is the pool itself that is looked at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define POOL_TEST
#include "../../../user/lib/pool.c"

enum { OBJECTS = 20000 };

static const size_t sizes[] = {1, 8, 69, 85, 98, 122, 511, 512, 513, 4000};

static size_t size_of(unsigned int i)
{
	return sizes[i % (sizeof(sizes) / sizeof(sizes[0]))];
}

static bool is_all(const unsigned char *p, size_t size, unsigned char what)
{
	for (size_t i = 0; i < size; i++)
		if (p[i] != what)
			return false;
	return true;
}

static void test_sizes(void **state)
{
	assert_int_equal(pool_size(1), 8);
	assert_int_equal(pool_size(8), 8);
	assert_int_equal(pool_size(69), 72);
}

/* Nobody writes into another one's octets, whatever was given back in between. */
static void test_apart(void **state)
{
	static unsigned char *all[OBJECTS];

	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < OBJECTS; i++) {
			if (all[i])
				continue;
			all[i] = pool_alloc(size_of(i));
			assert_non_null(all[i]);
			assert_int_equal((uintptr_t)all[i] % 8, 0);
			assert_true(is_all(all[i], size_of(i), 0));
			memset(all[i], (int)i & 0xff, size_of(i));
		}
		for (unsigned int i = 0; i < OBJECTS; i++) {
			assert_true(is_all(all[i], size_of(i), i & 0xff));
			if (i * 2654435761u >> 31 && round < 2)
				continue;
			pool_free(all[i], size_of(i));
			all[i] = NULL;
		}
	}
	pool_free(NULL, 8);
}

/* Chunks that are not empty are filled before another one is taken. */
static void test_used_again(void **state)
{
	void *a = pool_alloc(100), *b = pool_alloc(100), *c;

	pool_free(a, 100);
	c = pool_alloc(100);
	assert_ptr_equal(a, c);
	pool_free(b, 100);
	pool_free(c, 100);
}

static unsigned int chunks_of(size_t size)
{
	const struct chunk *c;
	unsigned int n = 0;

	TAILQ_FOREACH(c, list_of(pool_size(size)), link)
		n++;
	return n;
}

/* Also when all of a chunk was in use, and in whatever order they come back. */
static void test_given_back(void **state)
{
	static void *all[OBJECTS];

	for (unsigned int i = 0; i < OBJECTS; i++)
		all[i] = pool_alloc(98);
	assert_in_range(chunks_of(98), 0, 1);
	for (unsigned int i = 0; i < OBJECTS; i += 2)
		pool_free(all[i], 98);
	assert_in_range(chunks_of(98), OBJECTS / 2 / (CHUNK / 104), OBJECTS);
	for (unsigned int i = 1; i < OBJECTS; i += 2)
		pool_free(all[OBJECTS - i], 98);
	assert_int_equal(chunks_of(98), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_used_again),
		cmocka_unit_test(test_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
