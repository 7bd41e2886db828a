// SPDX-License-Identifier: GPL-2.0-only
/*
 * hash.c - see hash.h. Multiplications and shifts: any octet changes all of what follows.
 */
#include "hash.h"

#include <string.h>
#include <sys/random.h>

#include "timer.h"

enum { NEAR_BITS = 6 }; /* so many neighbours, by 2 */

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

static u64 mix_octets(u64 seed, const u8 *p, size_t len)
{
	u64 h = seed ^ (len * 0x9e3779b97f4a7c15ull), v;

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&v, p, 8);
		h = mix(h, v);
	}
	if (len) {
		v = 0;
		memcpy(&v, p, len);
		h = mix(h, v);
	}
	return h;
}

static u32 fold(u64 h)
{
	return (u32)(h * 0xbf58476d1ce4e5b9ull >> 32);
}

u32 hash_keyed(u64 seed, const void *data, size_t len)
{
	return fold(mix_octets(seed, data, len));
}

/* What the last two octets have of the key is a number, of which the end is not mixed in. */
u32 hash_near(u64 seed, const void *data, size_t bits)
{
	size_t len = (bits + 7) / 8;
	const u8 *p = data;
	u32 end;
	u64 h;

	if (len < 2)
		return hash_keyed(seed, data, len);
	end = (u32)(p[len - 2] << 8 | p[len - 1]) >> (len * 8 - bits);
	h = mix_octets(seed, p, len - 2);
	h = mix(h, (u64)bits << 32 | end >> NEAR_BITS);
	return fold(h) + (end & ((1 << NEAR_BITS) - 1));
}
