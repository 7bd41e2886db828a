/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wish.h - what all kinds of wishes have in common. A wish is keyed and idempotent: the speaker makes it,
 * takes it back by its key, and hears what became of it. A fresh speaker makes all of its wishes anew and
 * then sweeps: what its predecessor has wished and it has not, goes.
 */
#ifndef EVPND_CONTRACT_WISH_H
#define EVPND_CONTRACT_WISH_H

#include <stdint.h>

enum wish_status { WISH_INSTALLED, WISH_PENDING, WISH_REFUSED };

/**
 * struct batch - many of one kind in one message; @n items of what the message type says follow
 * @retain_ms: of keys of neighbours that are taken back: for how long they are kept and probed
 */
struct batch {
	_Alignas(8) uint32_t n;
	uint32_t retain_ms;
};

enum { BATCH_MAX = 256 }; /* items, if they are small */

/** batch_items() - what follows the head */
static inline const void *batch_items(const struct batch *batch)
{
	return batch + 1;
}

/* Octets of a message of @n items of @type; what a message of this type may have is checked by ipc.c. */
#define BATCH_LEN(type, n) ((uint32_t)(sizeof(struct batch) + (n) * sizeof(type)))

#endif
