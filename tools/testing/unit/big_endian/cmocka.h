/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of cmocka as test_core_*.c use, for a machine that has no cmocka: one check that fails ends the
 * program. Prints TAP.
 */
#ifndef EVPN_UNIT_CMOCKA_H
#define EVPN_UNIT_CMOCKA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
	const char *name;
	void (*run)(void **state);
};

#define cmocka_unit_test(test)             \
	{                                  \
		.name = #test, .run = test \
	}

static const char *last_message = "";

#define print_message(...)                                       \
	do {                                                     \
		static char message[256];                        \
		snprintf(message, sizeof(message), __VA_ARGS__); \
		last_message = message;                          \
	} while (0)

#define assert_true(condition)                                                                     \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			printf("not ok 1 %s:%d: %s\n# %s\n1..1\n", __FILE__, __LINE__, #condition, \
			       last_message);                                                      \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

#define fail() assert_true(0)
#define assert_false(condition) assert_true(!(condition))
#define assert_int_equal(a, b) assert_true((long long)(a) == (long long)(b))
#define assert_int_not_equal(a, b) assert_true((long long)(a) != (long long)(b))
#define assert_memory_equal(a, b, size) assert_true(!memcmp(a, b, size))
#define assert_string_equal(a, b) assert_true(!strcmp(a, b))

static inline int run_tests(const struct CMUnitTest *tests, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		tests[i].run(NULL);
		printf("ok %zu %s\n", i + 1, tests[i].name);
	}
	printf("1..%zu\n", n);
	return 0;
}

#define cmocka_run_group_tests(tests, setup, teardown) \
	run_tests(tests, sizeof(tests) / sizeof((tests)[0]))

#endif
