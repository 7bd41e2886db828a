// SPDX-License-Identifier: GPL-2.0-only
/*
 * near.c - distance between words, with neighbouring letters swapped counting once (optimal string
 * alignment).
 */
#include "near.h"

#include <limits.h>
#include <string.h>

enum { NEAR_MAX = 64 };

static unsigned int min(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

unsigned int near_distance(const char *a, const char *b)
{
	unsigned int rows[3][NEAR_MAX];
	unsigned int *before = rows[0], *last = rows[1], *row = rows[2], *t;
	size_t n = strlen(a), m = strlen(b);

	if (n >= NEAR_MAX || m >= NEAR_MAX)
		return UINT_MAX;
	for (size_t j = 0; j <= m; j++)
		last[j] = (unsigned int)j;
	for (size_t i = 1; i <= n; i++) {
		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= m; j++) {
			row[j] = min(min(last[j], row[j - 1]) + 1,
				     last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min(row[j], before[j - 2] + 1);
		}
		t = before;
		before = last;
		last = row;
		row = t;
	}
	return last[m];
}

bool near_enough(const char *typed, const char *word, unsigned int *distance)
{
	unsigned int limit = (unsigned int)strlen(word) / 3;

	*distance = near_distance(typed, word);
	return *distance <= (limit < 1 ? 1 : limit > 3 ? 3 : limit);
}
