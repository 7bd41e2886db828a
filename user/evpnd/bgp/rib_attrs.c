// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interned path attributes. Two routes with the same attributes and the same next hop share one
 * struct rib_attrs, so "did the attributes change" is a comparison of two pointers.
 */
#include "bgp/rib_priv.h"

#include <stdlib.h>
#include <string.h>

#define ATTR_BUCKETS_MIN 64
#define SCRATCH_MIN 4096

static int attrs_grow(struct rib *rib)
{
	size_t n = rib->attr_buckets ? (rib->attr_mask + 1) * 2 : ATTR_BUCKETS_MIN, i;
	struct rib_attrs **buckets = calloc(n, sizeof(*buckets)), *e, *next;

	if (!buckets)
		return -1;
	for (i = 0; rib->attr_buckets && i <= rib->attr_mask; i++) {
		for (e = rib->attr_buckets[i]; e; e = next) {
			next = e->next;
			e->next = buckets[e->hash & (n - 1)];
			buckets[e->hash & (n - 1)] = e;
		}
	}
	free(rib->attr_buckets);
	rib->attr_buckets = buckets;
	rib->attr_mask = n - 1;
	return 0;
}

static u8 *scratch(struct rib *rib, size_t len)
{
	u8 *p;

	if (rib->attr_scratch && rib->attr_scratch_len >= len)
		return rib->attr_scratch;
	if (len < SCRATCH_MIN)
		len = SCRATCH_MIN;
	p = realloc(rib->attr_scratch, len);
	if (!p)
		return NULL;
	rib->attr_scratch = p;
	rib->attr_scratch_len = len;
	return p;
}

/* Scalars are not in the octets of bgp_attrs_copy(), so they are mixed in here. */
static uint32_t attrs_hash(const struct rib *rib, const struct bgp_attrs *a, const u8 *mem,
			   size_t len, const struct ip_addr *nh)
{
	uint32_t scalars[] = {
		(uint32_t)a->present,
		(uint32_t)(a->present >> 32),
		a->origin,
		a->med,
		a->local_pref,
		a->originator_id,
		ip_low32(nh),
		nh->len,
		hash_keyed(rib->seed, mem, len),
	};

	return hash_keyed(rib->seed, scalars, sizeof(scalars));
}

static struct rib_attrs *attrs_new(const struct bgp_attrs *attrs, size_t len,
				   const struct ip_addr *nh, uint32_t hash)
{
	struct rib_attrs *e = calloc(1, sizeof(*e) + len);

	if (!e)
		return NULL;
	e->hash = hash;
	e->refs = 1;
	e->nh = *nh;
	e->len = (uint32_t)len;
	bgp_attrs_copy(&e->a, attrs, e->mem);
	return e;
}

static size_t attrs_bytes(const struct rib_attrs *e)
{
	return sizeof(*e) + e->len + sizeof(e) + RIB_CHUNK;
}

void rib_attrs_pay(struct rib_attrs *attrs, struct rib_peer *peer)
{
	if (attrs->payer)
		return;
	attrs->payer = peer;
	peer->bytes += attrs_bytes(attrs);
}

void rib_attrs_unpay(struct rib *rib, struct rib_peer *peer)
{
	struct rib_attrs *e;

	for (size_t i = 0; rib->attr_buckets && i <= rib->attr_mask; i++)
		for (e = rib->attr_buckets[i]; e; e = e->next)
			if (e->payer == peer)
				e->payer = NULL;
	peer->bytes = 0;
}

struct rib_attrs *rib_attrs_get(struct rib *rib, const struct bgp_attrs *attrs,
				const struct ip_addr *nh)
{
	static const struct ip_addr none;
	size_t len = bgp_attrs_size(attrs);
	u8 *mem = scratch(rib, len);
	struct bgp_attrs copy;
	struct rib_attrs *e;
	uint32_t hash;

	if (!mem || (rib->attr_count > rib->attr_mask && attrs_grow(rib)) ||
	    (!rib->attr_buckets && attrs_grow(rib)))
		return NULL;
	if (!nh)
		nh = &none;
	bgp_attrs_copy(&copy, attrs, mem);
	hash = attrs_hash(rib, &copy, mem, len, nh);
	for (e = rib->attr_buckets[hash & rib->attr_mask]; e; e = e->next) {
		if (e->hash == hash && ip_equal(&e->nh, nh) && bgp_attrs_equal(&e->a, &copy)) {
			e->refs++;
			return e;
		}
	}
	e = attrs_new(attrs, len, nh, hash);
	if (!e)
		return NULL;
	e->next = rib->attr_buckets[hash & rib->attr_mask];
	rib->attr_buckets[hash & rib->attr_mask] = e;
	rib->attr_count++;
	rib->bytes += attrs_bytes(e);
	return e;
}

struct rib_attrs *rib_attrs_ref(struct rib_attrs *attrs)
{
	attrs->refs++;
	return attrs;
}

void rib_attrs_put(struct rib *rib, struct rib_attrs *attrs)
{
	struct rib_attrs **p;

	if (!attrs || --attrs->refs)
		return;
	p = &rib->attr_buckets[attrs->hash & rib->attr_mask];
	while (*p != attrs)
		p = &(*p)->next;
	*p = attrs->next;
	rib->attr_count--;
	rib->bytes -= attrs_bytes(attrs);
	if (attrs->payer)
		attrs->payer->bytes -= attrs_bytes(attrs);
	free(attrs);
}

const struct bgp_attrs *rib_attrs(const struct rib_attrs *attrs)
{
	return &attrs->a;
}
