// SPDX-License-Identifier: GPL-2.0-only
/*
 * hash.c - see hash.h.
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

/*
 * SipHash-1-3 (Aumasson, Bernstein), with the seed in both halves of the key. Where words are only xored in and
 * multiplied keys can be aimed whatever the seed is: the highest bit of a word has the same effect for any, and the
 * next word can undo it.
 */
struct sip {
	u64 a;
	u64 b;
	u64 c;
	u64 d;
};

static u64 turn(u64 v, unsigned int bits)
{
	return v << bits | v >> (64 - bits);
}

static void stir(struct sip *s)
{
	s->a += s->b;
	s->c += s->d;
	s->b = turn(s->b, 13) ^ s->a;
	s->d = turn(s->d, 16) ^ s->c;
	s->a = turn(s->a, 32) + s->d;
	s->c += s->b;
	s->d = turn(s->d, 21) ^ s->a;
	s->b = turn(s->b, 17) ^ s->c;
	s->c = turn(s->c, 32);
}

static void mix(struct sip *s, u64 word)
{
	s->d ^= word;
	stir(s);
	s->a ^= word;
}

static struct sip mix_octets(u64 seed, const u8 *p, size_t len)
{
	u64 other = turn(seed, 32), v;
	struct sip s = {
		.a = seed ^ 0x736f6d6570736575ull,
		.b = other ^ 0x646f72616e646f6dull,
		.c = seed ^ 0x6c7967656e657261ull,
		.d = other ^ 0x7465646279746573ull,
	};
	u8 last[8] = {[7] = (u8)len};

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&v, p, 8);
		mix(&s, v);
	}
	if (len)
		memcpy(last, p, len);
	memcpy(&v, last, 8);
	mix(&s, v);
	return s;
}

static u32 fold(struct sip s)
{
	s.c ^= 0xff;
	for (int i = 0; i < 3; i++)
		stir(&s);
	return (u32)(s.a ^ s.b ^ s.c ^ s.d);
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
	struct sip s;
	u32 end;

	if (len < 2)
		return hash_keyed(seed, data, len);
	end = (u32)(p[len - 2] << 8 | p[len - 1]) >> (len * 8 - bits);
	s = mix_octets(seed, p, len - 2);
	mix(&s, (u64)bits << 32 | end >> NEAR_BITS);
	return fold(s) + (end & ((1 << NEAR_BITS) - 1));
}
