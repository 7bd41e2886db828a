// SPDX-License-Identifier: GPL-2.0-only
/*
 * hash.c - see hash.h. Multiplications and shifts: any octet changes all of what follows.
 */
#include "hash.h"

#include <string.h>
#include <sys/random.h>

#include "timer.h"

u64 hash_seed(void)
{
	u64 seed;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = (u64)timer_now_ns();
	return seed;
}

static u64 mix(u64 h, u64 v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 29;
}

u32 hash_keyed(u64 seed, const void *data, size_t len)
{
	u64 h = seed ^ (len * 0x9e3779b97f4a7c15ull), v;
	const u8 *p = data;

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&v, p, 8);
		h = mix(h, v);
	}
	if (len) {
		v = 0;
		memcpy(&v, p, len);
		h = mix(h, v);
	}
	return (u32)(h * 0xbf58476d1ce4e5b9ull >> 32);
}
