/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hex.h - octets written as text in tests. Deliberately not the parser under test.
 */
#ifndef UNIT_HEX_H
#define UNIT_HEX_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Pairs of hexadecimal digits, blanks anywhere between pairs. Returns the number of octets. */
static inline size_t unhex(const char *s, uint8_t *out, size_t cap)
{
	size_t n = 0;

	while (*s) {
		char pair[3] = {0};
		char *end;

		if (*s == ' ') {
			s++;
			continue;
		}
		pair[0] = s[0];
		pair[1] = s[1];
		assert_true(n < cap);
		out[n++] = (uint8_t)strtoul(pair, &end, 16);
		assert_true(*end == '\0' && end == pair + 2);
		s += 2;
	}
	return n;
}

/* The octets as lower-case digits, in one of a few static buffers. */
static inline const char *tohex(const uint8_t *p, size_t n)
{
	static char bufs[4][2 * 4096 + 1];
	static unsigned int next;
	char *s = bufs[next++ % 4];

	assert_true(n <= 4096);
	for (size_t i = 0; i < n; i++)
		sprintf(s + 2 * i, "%02x", p[i]);
	s[2 * n] = '\0';
	return s;
}

/* Octets equal what the text says; blanks in the text do not count. */
static inline void assert_hex(const uint8_t *p, size_t n, const char *expected)
{
	uint8_t want[4096];
	size_t len = unhex(expected, want, sizeof(want));

	assert_string_equal(tohex(p, n), tohex(want, len));
}

#endif
