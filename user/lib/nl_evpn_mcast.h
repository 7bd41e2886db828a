/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nl_evpn_mcast.h - multicast groups that hosts of segments want, as the module has heard them.
 */
#ifndef EVPN_NL_EVPN_MCAST_H
#define EVPN_NL_EVPN_MCAST_H

#include "nl_evpn.h"

/** struct nl_mcast_source - a source of a group; @leaving: a host has left it */
struct nl_mcast_source {
	struct ip_addr address;
	bool blocked;
	bool leaving;
};

/**
 * struct nl_mcast - a group
 * @mode: EVPN_MCAST_MODE_*
 * @versions: EVPN_MCAST_VERSION_*
 * @leaving: a host has left it, and no other one has spoken since
 * @remaining_ms: until something happens by itself
 * @event, @reason: EVPN_MCAST_EVENT_* and EVPN_MCAST_REASON_*, of notifications
 * @generation, @origin: of wishes
 * @wish: EVPN_MCAST_WISH_*, of what nl_evpn_mcast_wish_dump() reads
 */
struct nl_mcast {
	struct esi esi;
	uint32_t tag;
	struct ip_addr group;
	uint32_t mode;
	uint32_t versions;
	bool leaving;
	uint32_t remaining_ms;
	uint64_t since_ns;
	uint32_t ifindex;
	uint32_t event;
	uint32_t reason;
	uint32_t generation;
	uint32_t origin;
	uint32_t wish;
	unsigned int n_sources;
	struct nl_mcast_source sources[EVPN_MCAST_SOURCES_MAX];
};

/** struct nl_mcast_stats - see the attribute set mcast-stats */
struct nl_mcast_stats {
	uint32_t groups;
	uint32_t sources;
	uint64_t reports;
	uint64_t queries;
	uint64_t malformed;
	uint64_t no_place;
	uint64_t flooded;
	uint64_t group_limit;
	uint64_t source_limit;
	uint64_t notified;
	uint32_t wishes;
	uint64_t spoken;
	uint64_t asked;
};

typedef void (*nl_mcast_fn)(void *data, const struct nl_mcast *group);

/**
 * nl_evpn_mcast_dump() - all groups
 * @restart: called before a dump begins again because the table has changed meanwhile
 *
 * Return: 0 or a negative errno with a sentence in @err.
 */
int nl_evpn_mcast_dump(struct nl_evpn *e, nl_mcast_fn fn, void (*restart)(void *data), void *data,
		       struct nl_err *err);

/**
 * nl_evpn_mcast_wish_new() - wish for memberships that another PE has heard of
 * @list: @n of them: key, mode, versions, sources, generation and origin count
 *
 * Return: 0, or a negative errno with the kernel's sentence: then none of them was taken.
 */
int nl_evpn_mcast_wish_new(struct nl_evpn *e, const struct nl_mcast *list, unsigned int n,
			   struct nl_err *err);

/** nl_evpn_mcast_wish_del() - take wishes back, by their keys; spoken for another @retain_ms */
int nl_evpn_mcast_wish_del(struct nl_evpn *e, const struct nl_mcast *list, unsigned int n,
			   uint32_t retain_ms, struct nl_err *err);

/** nl_evpn_mcast_wish_sweep() - take back every wish that is not of @generation */
int nl_evpn_mcast_wish_sweep(struct nl_evpn *e, uint32_t generation, uint32_t retain_ms,
			     struct nl_err *err);

/** nl_evpn_mcast_wish_dump() - all wishes; as nl_evpn_mcast_dump() */
int nl_evpn_mcast_wish_dump(struct nl_evpn *e, nl_mcast_fn fn, void (*restart)(void *data),
			    void *data, struct nl_err *err);

/** nl_evpn_mcast_leave() - a host has left it, or its sources, at another PE, which asks for so long */
int nl_evpn_mcast_leave(struct nl_evpn *e, const struct nl_mcast *group, uint32_t response_ms,
			struct nl_err *err);

/** nl_evpn_mcast_each() - the groups in a notification; @data is passed on to @fn */
void nl_evpn_mcast_each(const struct nlmsghdr *nlh, nl_mcast_fn fn, void *data);

/** nl_evpn_mcast_stats() - the statistics of IGMP and MLD */
int nl_evpn_mcast_stats(struct nl_evpn *e, struct nl_mcast_stats *stats, struct nl_err *err);

#endif
