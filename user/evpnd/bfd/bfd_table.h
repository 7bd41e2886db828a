/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bfd_table.h - the sessions of the BFD process: found by key, by discriminator, by the addresses of a
 * packet, and by who is to act next.
 */
#ifndef EVPND_BFD_TABLE_H
#define EVPND_BFD_TABLE_H

#include <sys/tree.h>

#include "bfd.h"
#include "contract/bfd.h"

/**
 * struct bfd_peer - one session
 * @fd: to send with; owned
 * @slot: index in the table, the lower half of the discriminator
 * @heap: place among the deadlines
 * @deadline: as the heap has it
 * @since: when the state began; @ups: how often it was Up
 */
struct bfd_peer {
	RB_ENTRY(bfd_peer) by_key;
	RB_ENTRY(bfd_peer) by_address;
	struct bfd_order order;
	struct bfd_session s;
	int fd;
	unsigned int slot;
	unsigned int heap;
	s64 deadline;
	s64 since;
	u32 ups;
};

struct bfd_table;

struct bfd_table *bfd_table_new(void);

/** bfd_table_free() - with all sessions, whose sockets are closed */
void bfd_table_free(struct bfd_table *t);

/**
 * bfd_table_add() - a session that begins now
 * @fd: the table's from now on, also when this fails
 * @random: the upper half of the discriminator, so that one of an earlier life is not taken for it
 *
 * Return: the session, or NULL: no memory, or BFD_SESSIONS_MAX are there.
 */
struct bfd_peer *bfd_table_add(struct bfd_table *t, const struct bfd_order *order, int fd,
			       u32 random, s64 now);
void bfd_table_del(struct bfd_table *t, struct bfd_peer *p);
struct bfd_peer *bfd_table_find(struct bfd_table *t, const struct bfd_key *key);

/** bfd_table_discr() - the session that a packet means with its Your Discriminator; NULL: none */
struct bfd_peer *bfd_table_discr(struct bfd_table *t, u32 discr);

/**
 * bfd_table_address() - the session that a packet without Your Discriminator means
 * @to: the address it was sent to
 * @ifindex: the device it came in by
 */
struct bfd_peer *bfd_table_address(struct bfd_table *t, bool multihop, const struct ip_addr *from,
				   const struct ip_addr *to, uint32_t ifindex);

/** bfd_table_settle() - the session's deadline may be another one now */
void bfd_table_settle(struct bfd_table *t, struct bfd_peer *p);

/** bfd_table_count() - how many sessions there are */
unsigned int bfd_table_count(const struct bfd_table *t);

/** bfd_table_next() - the session with the earliest deadline; NULL: there is no session */
struct bfd_peer *bfd_table_next(struct bfd_table *t);

#endif
