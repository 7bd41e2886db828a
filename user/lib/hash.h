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

#endif
