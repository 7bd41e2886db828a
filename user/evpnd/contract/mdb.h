/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mdb.h - entries of a bridge's multicast database, which say at which of its ports a group is wanted.
 */
#ifndef EVPND_CONTRACT_MDB_H
#define EVPND_CONTRACT_MDB_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "contract/wish.h"
#include "types.h"

enum {
	MDB_SOURCES_MAX = 31, /* that the kernel takes */
	MDB_BATCH_MAX = 64,   /* wishes that fit into a message */
};

/**
 * struct mdb_key - a group at a port of a bridge
 * @port: its ifindex
 * @vid: VLAN of the bridge, 0: it looks at none
 * @esi, @tag: whose port it is: they tell no two keys apart
 */
struct mdb_key {
	uint32_t port;
	uint32_t tag;
	uint16_t vid;
	struct esi esi;
	struct ip_addr group;
};

/** struct mdb_source - @addr: as many octets as the group has, the rest is zero */
struct mdb_source {
	uint8_t addr[16];
};

/**
 * struct wish_mdb - what is wanted there
 * @mode: enum member_mode, not MEMBER_NONE
 * @temporary: hosts at the port want it, too, and no other PE's do: it is the bridge's from now on, which lets it
 *	age as if it had heard it. There is no result, and no taking it back but by the key
 * @sources: what is wanted in include mode, blocked in exclude mode
 */
struct wish_mdb {
	struct mdb_key key;
	uint16_t n_sources;
	uint8_t mode;
	bool temporary;
	struct mdb_source sources[MDB_SOURCES_MAX];
};

/**
 * struct mdb_result - what became of a wish
 * @error: EAGAIN: somebody else has changed the entry, and it is to be wished again
 * @status: enum wish_status
 * @text: why not, a sentence
 */
struct mdb_result {
	struct mdb_key key;
	uint32_t error;
	uint8_t status;
	char text[160];
};

#endif
