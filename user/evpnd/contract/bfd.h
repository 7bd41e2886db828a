/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BFD sessions between the three processes: the speaker wishes them, the parent opens their sockets
 * and knows their timing, the BFD process runs them and says how they are.
 */
#ifndef EVPND_CONTRACT_BFD_H
#define EVPND_CONTRACT_BFD_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "addr.h"

enum { BFD_SESSIONS_MAX = 4096 };

/* For whom a session runs; the timing follows from it. */
enum bfd_use {
	BFD_PEER, /* a configured BGP neighbour */
	BFD_SEGMENT, /* another PE of an Ethernet segment, by its originator address; always multihop */
	BFD_FAR_END, /* the other end of a segment's pseudowire */
	BFD_USES
};

/**
 * struct bfd_key - a session
 * @local: own address, none: as the routing table has it
 * @ifname: of a neighbour that is bound to an interface, else ""
 */
struct bfd_key {
	uint8_t use;
	struct ip_addr remote;
	struct ip_addr local;
	char ifname[IFNAMSIZ];
};

/** bfd_key_cmp() - an order of sessions, 0: the same one */
static inline int bfd_key_cmp(const struct bfd_key *a, const struct bfd_key *b)
{
	int r = (int)a->use - (int)b->use;

	if (!r)
		r = ip_cmp(&a->remote, &b->remote);
	if (!r)
		r = ip_cmp(&a->local, &b->local);
	return r ? r : strcmp(a->ifname, b->ifname);
}

/**
 * struct bfd_order - what the BFD process is to run; a socket to send with comes beside it
 * @ifindex: of the interface in @key, 0: none
 * @multihop: RFC 5883, else RFC 5881
 */
struct bfd_order {
	struct bfd_key key;
	uint32_t ifindex;
	bool multihop;
	uint8_t multiplier;
	uint32_t interval_us;
};

/* A socket for what arrives. */
struct bfd_listen {
	bool v6;
	bool multihop;
};

/**
 * struct fact_bfd - how a session is
 * @running: the BFD process has it, or FRR's bfdd has; else @text says why not
 * @bfdd: FRR's bfdd has the ports, and its word is what this is
 * @multihop: RFC 5883, else RFC 5881
 * @state, @remote_state: enum bfd_state; @diag, @remote_diag: enum bfd_diag
 * @ups: how often it came up
 * @since: when @state began, CLOCK_MONOTONIC nanoseconds
 * @interval_us, @detection_us: as negotiated
 */
struct fact_bfd {
	struct bfd_key key;
	bool running;
	bool bfdd;
	bool multihop;
	uint8_t state;
	uint8_t remote_state;
	uint8_t diag;
	uint8_t remote_diag;
	uint8_t remote_multiplier;
	uint32_t ups;
	int64_t since;
	uint32_t interval_us;
	uint64_t detection_us;
	char text[128];
};

#endif
