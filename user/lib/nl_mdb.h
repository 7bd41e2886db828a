/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nl_mdb.h - the multicast databases of bridges, as RTM_NEWMDB and RTM_DELMDB show and change them.
 */
#ifndef EVPN_NL_MDB_H
#define EVPN_NL_MDB_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "nl.h"

enum {
	NL_MDB_SOURCES_MAX = 31, /* PG_SRC_ENT_LIMIT of the kernel is one more */
	NL_MDB_PROTOCOL = 77,	 /* by which ours are known, as our routes are */
	NL_MDB_REQUEST_LEN = 1024,
};

/**
 * struct nl_mdb - a group at a port
 * @source: of an entry for one source, which the kernel makes of @sources; none: all of the group
 * @permanent: it does not age
 * @protocol: who has made it, 2: the kernel, by what it has heard
 * @fresh: of a request: there is none yet, else it is refused with EEXIST; not set: whatever there is becomes this
 * @exclude: all sources but @sources are wanted, else only they
 */
struct nl_mdb {
	uint32_t bridge;
	uint32_t port;
	uint16_t vid;
	struct ip_addr group;
	struct ip_addr source;
	bool permanent;
	bool fresh;
	bool exclude;
	uint8_t protocol;
	unsigned int n_sources;
	struct ip_addr sources[NL_MDB_SOURCES_MAX];
};

typedef void (*nl_mdb_fn)(void *data, const struct nl_mdb *entry);

/**
 * nl_mdb_put() - a request that an entry be as it is told
 * @buf: NL_MDB_REQUEST_LEN octets
 * @entry: of our own protocol, whatever @protocol says; @source is none
 *
 * Linux before 6.2 cannot mark an entry, and refuses it.
 */
struct nlmsghdr *nl_mdb_put(void *buf, const struct nl_mdb *entry);

/** nl_mdb_del() - a request that an entry go, whosoever it is; refused with EINVAL when there is none */
struct nlmsghdr *nl_mdb_del(void *buf, const struct nl_mdb *entry);

/** nl_mdb_each() - what a message of RTNLGRP_MDB or of a dump is about; @fn for each entry */
void nl_mdb_each(const struct nlmsghdr *nlh, nl_mdb_fn fn, void *data);

/** nl_mdb_is_del() - it is about entries that have gone */
bool nl_mdb_is_del(const struct nlmsghdr *nlh);

/** nl_mdb_dump() - those of all bridges. Return as nl_dump() */
int nl_mdb_dump(struct nl *nl, nl_mdb_fn fn, void *data, struct nl_err *err);

#endif
