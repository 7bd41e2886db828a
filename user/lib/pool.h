/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pool.h - memory for what there may be a million of: small, all of a few sizes. malloc() keeps its own octets beside
 * each object and rounds up to 16; here it is up to 8, and nothing beside it. It comes from malloc() in chunks, which
 * go back when they are empty.
 */
#ifndef EVPN_POOL_H
#define EVPN_POOL_H

#include <stddef.h>

/**
 * pool_alloc() - an object of @size octets, all 0
 *
 * Context: not thread-safe. Return: NULL when there is no memory.
 */
void *pool_alloc(size_t size);

/** pool_free() - give it back; @size: as it was asked for. NULL is allowed */
void pool_free(void *p, size_t size);

/** pool_size() - octets that an object of @size takes */
size_t pool_size(size_t size);

#endif
