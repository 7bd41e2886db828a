/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What rib.c and rib_attrs.c share: how a route is laid out in memory. One allocation for each path, and the
 * key is not there a second time: it is read from the path's NLRI when two hashes are equal. About 0.1 kB for
 * a route that one peer advertises.
 */
#ifndef EVPND_RIB_PRIV_H
#define EVPND_RIB_PRIV_H

#include <stddef.h>
#include <sys/queue.h>

#include "bgp/rib.h"
#include "hash.h"

#define RIB_TYPES 12 /* route types 1 to 11 have a table each */

struct rib_path_entry;
TAILQ_HEAD(rib_path_list, rib_path_entry);

/**
 * struct rib_attrs - interned attributes and next hop
 * @refs: paths and holders of a reference
 * @len: octets in @mem, which the slices of @a point into
 * @payer: whose memory they count as: the first one's who used them, or nobody's who is still there
 */
struct rib_attrs {
	struct rib_attrs *next;
	uint32_t hash;
	uint32_t refs;
	struct ip_addr nh;
	uint32_t len;
	struct rib_peer *payer;
	struct bgp_attrs a;
	u8 mem[];
};

/**
 * struct rib_peer - a source of paths
 * @address: len 0 for the local one
 * @bytes: of memory that its paths take, and attributes that it was the first to send
 * @now: when the message arrived that its routes come from now, 0: read the clock for each
 * @first: paths of RT-1 and RT-4, which go first when the peer goes
 */
struct rib_peer {
	struct rib *rib;
	struct ip_addr address;
	bool ebgp;
	uint32_t router_id;
	size_t count;
	size_t bytes;
	int64_t now;
	struct rib_path_list first;
	struct rib_path_list rest;
	TAILQ_ENTRY(rib_peer) link;
};

/**
 * struct rib_path_entry - one path of one route
 * @other: the next path of the same route
 * @next: the next route in the bucket; of the first path of a route only
 * @hash: of the key that is in @value, and in that of every path of the route
 * @len: octets of @value; on the wire its length is one octet too
 * @best: of the route's paths
 * @unconfirmed: not advertised again since BoRR
 * @value: the NLRI without type and length, as evpn_decode() reads it
 *
 * What is read to find a route stands together, from @next on. @value begins where the last of it ends: a path is
 * PATH_SIZE() octets and not sizeof().
 */
struct rib_path_entry {
	struct rib_path_entry *other;
	TAILQ_ENTRY(rib_path_entry) of_peer;
	struct rib_peer *peer;
	struct rib_attrs *attrs;
	int64_t since;
	struct rib_path_entry *next;
	uint32_t hash;
	u8 len;
	u8 type : 4;
	bool best : 1;
	bool unconfirmed : 1;
	u8 value[];
};

_Static_assert(RIB_TYPES <= 1 << 4, "rib_path_entry.type");

#define PATH_SIZE(len) (offsetof(struct rib_path_entry, value) + (len))

/** struct rib_table - routes of one type; in a bucket stands the first path of each */
struct rib_table {
	struct rib_path_entry **buckets;
	size_t mask; /* number of buckets - 1; buckets is NULL while empty */
	size_t count;
};

struct rib {
	rib_change_fn change;
	void *data;
	uint64_t seed;
	struct rib_table tables[RIB_TYPES];
	struct rib_attrs **attr_buckets;
	size_t attr_mask;
	size_t attr_count;
	size_t bytes;
	u8 *attr_scratch;
	size_t attr_scratch_len;
	struct rib_peer local;
	TAILQ_HEAD(, rib_peer) peers;
	/* what rib_best() returned last */
	struct rib_path found;
	struct evpn_nlri found_nlri;
};

enum { RIB_CHUNK = 16 }; /* what malloc() adds to each allocation, on average */

/* rib_attrs.c */
/** rib_attrs_pay() - @peer uses them: they count as its memory, unless somebody pays already */
void rib_attrs_pay(struct rib_attrs *attrs, struct rib_peer *peer);
/** rib_attrs_unpay() - @peer goes, and others may still use what it paid for */
void rib_attrs_unpay(struct rib *rib, struct rib_peer *peer);

/** rib_hash() - of an evpn_key(); keyed, so that a peer cannot aim its routes at one bucket */
uint32_t rib_hash(const struct rib *rib, const u8 *key, size_t len);

#endif
