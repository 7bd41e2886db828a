/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * service_aim.h - addresses that somebody has chosen so that they meet in one bucket of a table. The arithmetic
 * is that of a hash without a seed, multiplications and shifts, which can be undone.
 */
#ifndef SERVICE_AIM_H
#define SERVICE_AIM_H

#include <string.h>

#include "addr.h"

enum {
	AIMED = 1000,
	AIMED_CHAIN = 32, /* so many meet in a bucket by chance, at most */
};

#define AIM_FACTOR 0x9e3779b97f4a7c15ull
#define AIM_INVERSE 0xf1de83e19937733dull

static inline u64 aim_mix(u64 h, u64 v)
{
	h = (h ^ v) * AIM_FACTOR;
	return h ^ h >> 29;
}

/* The second half of @net is chosen so that the hash becomes @i in its highest bits and nothing below. */
static inline struct ip_addr aimed_at_address(struct ip_addr net, u64 i)
{
	u64 h, v[2];

	memcpy(v, net.b, sizeof(v));
	h = (net.len ^ v[0]) * AIM_FACTOR;
	v[1] = (i << 52) * AIM_INVERSE ^ h ^ h >> 32;
	memcpy(net.b, v, sizeof(v));
	return net;
}

/* The same of a table of prefixes; this one is of all 128 bits. */
static inline struct ip_addr aimed_at_prefix(struct ip_addr net, u64 i)
{
	u64 h, x = i << 52, v[2];

	memcpy(v, net.b, sizeof(v));
	h = aim_mix(aim_mix(128, net.len), v[0]);
	v[1] = (x ^ x >> 29 ^ x >> 58) * AIM_INVERSE ^ h;
	memcpy(net.b, v, sizeof(v));
	return net;
}

#endif
