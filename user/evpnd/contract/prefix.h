/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * prefix.h - customer routes: learned by the parent from the kernel's tables, and wished by the speaker
 * because another PE of the segment has learned them. There may be a million: nothing here is big.
 */
#ifndef EVPND_CONTRACT_PREFIX_H
#define EVPND_CONTRACT_PREFIX_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "contract/wish.h"
#include "order.h"

enum { PREFIX_HOPS_MAX = 8 };

/**
 * struct prefix_key - a route of the kernel's
 * @vrf: ifindex of the VRF device whose table it is in, 0: the main table
 */
struct prefix_key {
	uint32_t vrf;
	uint32_t metric;
	struct ip_prefix prefix;
};

/** struct prefix_hop - through device @ifindex to @gateway */
struct prefix_hop {
	uint32_t ifindex;
	struct ip_addr gateway;
};

/** prefix_hop_cmp() - for qsort(); next hops of a wish are in this order, each once */
static inline int prefix_hop_cmp(const void *a, const void *b)
{
	const struct prefix_hop *x = a, *y = b;
	int c = ORDER(x->ifindex, y->ifindex);

	return c ? c : ip_cmp(&x->gateway, &y->gateway);
}

enum {
	PREFIX_GONE = 1,    /* the route, or of an IPv6 route this hop of it */
	PREFIX_FIRST = 2,   /* what was said of the key before is no longer true */
	PREFIX_OWN = 4,	    /* it is of evpnd's protocol */
	PREFIX_MORE = 8,    /* it has more hops than are told */
	PREFIX_SUBNET = 16, /* it is not learned, but what is in it is on that link */
};

/**
 * struct fact_prefix - one hop of a route; a route of several is told in as many, the first with PREFIX_FIRST
 * @protocol: rtm_protocol
 * @flags: PREFIX_*
 */
struct fact_prefix {
	struct prefix_key key;
	struct prefix_hop hop;
	uint8_t protocol;
	uint8_t flags;
};

/**
 * struct wish_prefix - a route that is to be in the kernel
 * @replace: the kernel has one of evpnd's with this key, through other hops
 */
struct wish_prefix {
	struct prefix_key key;
	uint8_t n_hops;
	bool replace;
	struct prefix_hop hops[PREFIX_HOPS_MAX];
};

/**
 * struct prefix_result - @status: enum wish_status; @error: errno
 * @why: a number of the table of sentences that came before (IPC_FACT_PREFIX_TEXT), 0: none
 */
struct prefix_result {
	struct prefix_key key;
	uint8_t status;
	uint8_t why;
	uint16_t error;
};

enum { PREFIX_TEXTS_MAX = 64 };

/** struct fact_prefix_text - sentence number @why, from 1; the kernel says the same of many */
struct fact_prefix_text {
	uint32_t why;
	char text[160];
};

#endif
