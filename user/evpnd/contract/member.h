/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * member.h - memberships: multicast groups that hosts behind a segment want, as the module has heard it, and
 * as the speaker wishes it because another PE has.
 */
#ifndef EVPND_CONTRACT_MEMBER_H
#define EVPND_CONTRACT_MEMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "contract/wish.h"
#include "types.h"

enum {
	MEMBER_SOURCES_MAX = 64,
	MEMBER_BATCH_MAX = 56, /* facts or wishes that fit into a message */
};

/* Filter mode of a group, RFC 3376 section 3.2. */
enum member_mode {
	MEMBER_NONE,	/* nobody wants it */
	MEMBER_INCLUDE, /* its sources are wanted, and no other */
	MEMBER_EXCLUDE, /* all sources are wanted but the blocked ones */
	MEMBER_MODES
};

/* Of IPv6, the first two are MLDv1 and MLDv2: the bits of RT-7 (RFC 9251 section 9.2). */
enum { MEMBER_V1 = 1, MEMBER_V2 = 2, MEMBER_V3 = 4, MEMBER_VERSIONS = 7 };

enum {
	MEMBER_LEAVING =
		1, /* of a group, of a source: a host has left it, and none has spoken since */
	MEMBER_BLOCKED = 2, /* of a source in exclude mode: nobody wants it */
};

/** struct member_key - a membership: segment, Ethernet tag, group */
struct member_key {
	uint32_t tag;
	struct esi esi;
	struct ip_addr group;
};

/** struct member_source - @addr: as many octets as the group has, the rest is zero */
struct member_source {
	uint8_t addr[16];
	uint8_t flags;
};

/** member_group_ok() - whether it is a multicast group, of IPv4 or of IPv6 */
bool member_group_ok(const struct ip_addr *group);

/**
 * member_source_ok() - whether it is an address that a source of a group may have
 * @group: one that member_group_ok()
 * @addr: as in struct member_source
 */
bool member_source_ok(const struct ip_addr *group, const uint8_t addr[16]);

/**
 * struct fact_member - what the module has heard of a group
 * @since: when it was first wanted, CLOCK_MONOTONIC
 * @ifindex: the device it was heard on
 * @mode: MEMBER_NONE with MEMBER_LEAVING in @flags, or of a source: a host has left what is known here only
 *	from other PEs
 */
struct fact_member {
	struct member_key key;
	int64_t since;
	uint32_t ifindex;
	uint16_t n_sources;
	uint8_t mode;
	uint8_t versions;
	uint8_t flags;
	struct member_source sources[MEMBER_SOURCES_MAX];
};

/**
 * struct wish_member - a membership that other PEs have heard of; this host is to think that it is here
 * @origin: for people who look at the module: a PE's address, its last four octets in host order
 * @mode: MEMBER_INCLUDE or MEMBER_EXCLUDE
 * @sources: without flags: what is wanted in include mode, blocked in exclude mode
 */
struct wish_member {
	struct member_key key;
	uint32_t origin;
	uint16_t n_sources;
	uint8_t mode;
	uint8_t versions;
	struct member_source sources[MEMBER_SOURCES_MAX];
};

/**
 * struct member_leave - a host has left it at another PE: what was heard here ends unless a host speaks.
 *	There is no taking it back
 * @response_ms: the time that hosts have for that
 * @one_source: it has left @source only
 */
struct member_leave {
	struct member_key key;
	uint32_t response_ms;
	bool one_source;
	struct member_source source;
};

/** struct member_result - @status: enum wish_status; @text: why not, a sentence */
struct member_result {
	struct member_key key;
	uint32_t error;
	uint8_t status;
	char text[120];
};

#endif
