// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is free in the allocator's heap and is given back to the system: the allocator is the test's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <malloc.h>

#include "speaker/reserve.h"

enum { KB = 1024 };

static size_t free_octets;
static size_t stuck; /* of these, in pages with what is not free */
static unsigned int trims;

struct mallinfo2 mallinfo2(void)
{
	return (struct mallinfo2){.fordblks = free_octets};
}

int malloc_trim(size_t pad)
{
	(void)pad;
	trims++;
	free_octets = stuck;
	return 1;
}

/* On a slow machine what is freed is freed little by little, and each look finds less than is worth it. */
static void little_by_little(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++) {
		free_octets += 600 * KB;
		reserve_tidy();
	}
	assert_int_equal(trims, 4);
	assert_in_range(free_octets, 0, 600 * KB);
}

static void what_is_stuck_is_not_tried_again(void **state)
{
	(void)state;
	trims = 0;
	stuck = 3000 * KB;
	free_octets = 9000 * KB;
	for (int i = 0; i < 5; i++)
		reserve_tidy();
	assert_int_equal(trims, 1);
	/* it was used, and is free again */
	free_octets = 100 * KB;
	reserve_tidy();
	free_octets = 3000 * KB;
	reserve_tidy();
	assert_int_equal(trims, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(little_by_little),
		cmocka_unit_test(what_is_stuck_is_not_tried_again),
	};

	return cmocka_run_group_tests_name("evpnd: memory that is given back", tests, NULL, NULL);
}
