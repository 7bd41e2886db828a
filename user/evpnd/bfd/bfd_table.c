// SPDX-License-Identifier: GPL-2.0-only
/*
 * bfd_table.c - see bfd_table.h.
 */
#include "bfd/bfd_table.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SLOT_BITS = 12 };

_Static_assert(1 << SLOT_BITS == BFD_SESSIONS_MAX,
	       "a slot is found by the bits of a discriminator");

RB_HEAD(bfd_keys, bfd_peer);
RB_HEAD(bfd_addresses, bfd_peer);

/**
 * struct bfd_table - @heap: of @n sessions, the earliest deadline first; @slots: by discriminator
 */
struct bfd_table {
	struct bfd_keys keys;
	struct bfd_addresses addresses;
	struct bfd_peer *slots[BFD_SESSIONS_MAX];
	struct bfd_peer *heap[BFD_SESSIONS_MAX];
	unsigned int n;
	unsigned int last_slot;
};

static int key_cmp(const struct bfd_peer *a, const struct bfd_peer *b)
{
	return bfd_key_cmp(&a->order.key, &b->order.key);
}

static int address_cmp(const struct bfd_peer *a, const struct bfd_peer *b)
{
	int r = (int)a->order.multihop - (int)b->order.multihop;

	if (!r)
		r = ip_cmp(&a->order.key.remote, &b->order.key.remote);
	return r ? r : key_cmp(a, b);
}

RB_PROTOTYPE(bfd_keys, bfd_peer, by_key, key_cmp);
RB_PROTOTYPE(bfd_addresses, bfd_peer, by_address, address_cmp);
RB_GENERATE(bfd_keys, bfd_peer, by_key, key_cmp)
RB_GENERATE(bfd_addresses, bfd_peer, by_address, address_cmp)

/* ---- the heap ---- */

static void put(struct bfd_table *t, unsigned int at, struct bfd_peer *p)
{
	t->heap[at] = p;
	p->heap = at;
}

static void sift_up(struct bfd_table *t, struct bfd_peer *p)
{
	unsigned int at = p->heap;

	while (at && t->heap[(at - 1) / 2]->deadline > p->deadline) {
		put(t, at, t->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(t, at, p);
}

static void sift_down(struct bfd_table *t, struct bfd_peer *p)
{
	unsigned int at = p->heap, child;

	for (; (child = 2 * at + 1) < t->n; at = child) {
		if (child + 1 < t->n && t->heap[child + 1]->deadline < t->heap[child]->deadline)
			child++;
		if (t->heap[child]->deadline >= p->deadline)
			break;
		put(t, at, t->heap[child]);
	}
	put(t, at, p);
}

void bfd_table_settle(struct bfd_table *t, struct bfd_peer *p)
{
	p->deadline = bfd_session_deadline(&p->s);
	sift_up(t, p);
	sift_down(t, p);
}

unsigned int bfd_table_count(const struct bfd_table *t)
{
	return t->n;
}

struct bfd_peer *bfd_table_next(struct bfd_table *t)
{
	return t->n ? t->heap[0] : NULL;
}

/* ---- sessions ---- */

struct bfd_table *bfd_table_new(void)
{
	return calloc(1, sizeof(struct bfd_table));
}

void bfd_table_free(struct bfd_table *t)
{
	if (!t)
		return;
	while (t->n)
		bfd_table_del(t, t->heap[0]);
	free(t);
}

/* The slot after the one that was used last, so that a number does not come back soon. */
static unsigned int free_slot(struct bfd_table *t)
{
	unsigned int i, slot = t->last_slot;

	for (i = 0; i < BFD_SESSIONS_MAX; i++) {
		slot = (slot + 1) % BFD_SESSIONS_MAX;
		if (!t->slots[slot])
			break;
	}
	t->last_slot = slot;
	return slot;
}

struct bfd_peer *bfd_table_add(struct bfd_table *t, const struct bfd_order *order, int fd,
			       u32 random, s64 now)
{
	const struct bfd_timing timing = {order->interval_us, order->interval_us,
					  order->multiplier};
	struct bfd_peer *p = t->n < BFD_SESSIONS_MAX ? calloc(1, sizeof(*p)) : NULL;
	u32 discr;

	if (!p) {
		close(fd);
		return NULL;
	}
	p->order = *order;
	p->fd = fd;
	p->since = now;
	p->slot = free_slot(t);
	/* never 0, whatever the slot is */
	discr = random << SLOT_BITS | 1U << 31 | p->slot;
	bfd_session_init(&p->s, &timing, discr, now);
	t->slots[p->slot] = p;
	RB_INSERT(bfd_keys, &t->keys, p);
	RB_INSERT(bfd_addresses, &t->addresses, p);
	p->heap = t->n++;
	t->heap[p->heap] = p;
	bfd_table_settle(t, p);
	return p;
}

void bfd_table_del(struct bfd_table *t, struct bfd_peer *p)
{
	struct bfd_peer *last = t->heap[--t->n];

	if (last != p) {
		put(t, p->heap, last);
		sift_up(t, last);
		sift_down(t, last);
	}
	t->slots[p->slot] = NULL;
	RB_REMOVE(bfd_keys, &t->keys, p);
	RB_REMOVE(bfd_addresses, &t->addresses, p);
	close(p->fd);
	free(p);
}

struct bfd_peer *bfd_table_find(struct bfd_table *t, const struct bfd_key *key)
{
	struct bfd_peer probe = {.order.key = *key};

	return RB_FIND(bfd_keys, &t->keys, &probe);
}

struct bfd_peer *bfd_table_discr(struct bfd_table *t, u32 discr)
{
	struct bfd_peer *p = t->slots[discr % BFD_SESSIONS_MAX];

	return p && p->s.discr == discr ? p : NULL;
}

struct bfd_peer *bfd_table_address(struct bfd_table *t, bool multihop, const struct ip_addr *from,
				   const struct ip_addr *to, uint32_t ifindex)
{
	struct bfd_peer probe = {.order = {.multihop = multihop, .key.remote = *from}}, *p;

	for (p = RB_NFIND(bfd_addresses, &t->addresses, &probe); p;
	     p = RB_NEXT(bfd_addresses, &t->addresses, p)) {
		const struct bfd_key *k = &p->order.key;

		if (p->order.multihop != multihop || !ip_equal(&k->remote, from))
			break;
		if ((ip_is_none(&k->local) || ip_equal(&k->local, to)) &&
		    (!p->order.ifindex || p->order.ifindex == ifindex))
			return p;
	}
	return NULL;
}
