/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hash.h - a hash with a seed, for tables whose keys somebody else chooses: who does not know the seed cannot
 * aim them at one bucket.
 */
#ifndef EVPN_HASH_H
#define EVPN_HASH_H

#include <stddef.h>

#include "types.h"

/** hash_seed() - another one in each process */
u64 hash_seed(void);

/** hash_keyed() - of @len octets at @data */
u32 hash_keyed(u64 seed, const void *data, size_t len);

/**
 * hash_near() - of the first @bits bits at @data; what follows them in their last octet is 0
 *
 * Keys of one length that follow one another have hashes that do: 64 prefixes that a router tells in their order are side
 * by side in a table. Memory that is far away is most of what each of a million costs, and is so asked for once for many.
 */
u32 hash_near(u64 seed, const void *data, size_t bits);

#endif
