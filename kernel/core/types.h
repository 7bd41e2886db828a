/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What core/ needs from its surroundings. The files here are pure: bytes and tables in, an answer
 * out. They compile in the kernel, and in user space for the unit tests and the fuzzers.
 */
#ifndef EVPN_CORE_TYPES_H
#define EVPN_CORE_TYPES_H

#ifdef __KERNEL__
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;

#define BIT(n) (1UL << (n))
#define GENMASK(h, l) ((~0UL << (l)) & (~0UL >> (8 * sizeof(long) - 1 - (h))))
#endif

/* Two octets in network order at @p, which need not be aligned. */
static inline u16 evpn_be16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

#endif /* EVPN_CORE_TYPES_H */
