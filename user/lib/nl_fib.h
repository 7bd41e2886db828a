/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nl_fib.h - routes and nexthop objects of the kernel's tables: what messages say of them, and
 * requests that make and remove them. Nothing here speaks to the kernel.
 */
#ifndef EVPN_NL_FIB_H
#define EVPN_NL_FIB_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "nl.h"

enum {
	NL_FIB_HOPS_MAX = 16,
	/* Of routes and nexthop objects that are ours; packaging gives it the name "evpn". */
	NL_FIB_PROTOCOL = 77,
	NL_FIB_TABLE_MAIN = 254,
	NL_FIB_REQUEST_MAX = 256, /* octets of the longest request of those below */
};

/** struct nl_fib_hop - @ifindex: where it leaves; @gateway: to whom, none: to whom it is for */
struct nl_fib_hop {
	uint32_t ifindex;
	struct ip_addr gateway;
};

/**
 * struct nl_fib_route - a unicast route
 * @metric: 0 of IPv4 when there is none
 * @nhid: its nexthop object, 0: none. The kernel may or may not say beside it what the hops are
 * @gone: it was removed, or so many of the hops of an IPv6 route as there are in @hop
 * @more: it has more than NL_FIB_HOPS_MAX hops, which were left out
 */
struct nl_fib_route {
	struct ip_prefix prefix;
	uint32_t table;
	uint32_t metric;
	uint32_t nhid;
	uint8_t protocol;
	bool gone;
	bool more;
	unsigned int n_hops;
	struct nl_fib_hop hop[NL_FIB_HOPS_MAX];
};

/**
 * struct nl_fib_nexthop - a nexthop object: a hop, or a group of other objects
 * @members: ids of a group, @n_members of them; 0: @hop holds
 */
struct nl_fib_nexthop {
	uint32_t id;
	uint8_t protocol;
	bool gone;
	struct nl_fib_hop hop;
	unsigned int n_members;
	uint32_t members[NL_FIB_HOPS_MAX];
};

/**
 * nl_fib_route_parse() - read an RTM_NEWROUTE or RTM_DELROUTE
 *
 * Hops that the kernel calls dead are left out. Return: false for messages of another kind, and for what is
 * no unicast route of a table (broadcast, local, blackhole, an exception of a cache).
 */
bool nl_fib_route_parse(const struct nlmsghdr *nlh, struct nl_fib_route *route);

/** nl_fib_nexthop_parse() - read an RTM_NEWNEXTHOP or RTM_DELNEXTHOP; Return: false for other messages */
bool nl_fib_nexthop_parse(const struct nlmsghdr *nlh, struct nl_fib_nexthop *nh);

/* Requests. @buf has room for NL_FIB_REQUEST_MAX octets; the length is in what is returned. */

/** nl_fib_dump_request() - all routes of a table; -ENOENT is the answer when there is no such table */
struct nlmsghdr *nl_fib_dump_request(void *buf, int family, uint32_t table);
/** nl_fib_match_request() - the one route by which this host sends to @address; the answer is a route, not what is made of it */
struct nlmsghdr *nl_fib_match_request(void *buf, const struct ip_addr *address);
/** nl_fib_dump_own() - of all tables the routes of our own protocol */
struct nlmsghdr *nl_fib_dump_own(void *buf, int family);
/** nl_fib_nexthop_dump_request() - all nexthop objects */
struct nlmsghdr *nl_fib_nexthop_dump_request(void *buf);
/**
 * nl_fib_route_new() - through the object @route->nhid
 * @replace: in place of the one of the same prefix and metric; else it is -EEXIST when there is one
 */
struct nlmsghdr *nl_fib_route_new(void *buf, const struct nl_fib_route *route, bool replace);
/** nl_fib_route_del() - that of our own protocol, with this prefix and metric, and no other */
struct nlmsghdr *nl_fib_route_del(void *buf, const struct nl_fib_route *route);
/** nl_fib_nexthop_new() - the gateway need not be in a subnet of the device. -EEXIST: the id is in use */
struct nlmsghdr *nl_fib_nexthop_new(void *buf, const struct nl_fib_nexthop *nh);
/** nl_fib_group_put() - a group, in place of the one that has this id */
struct nlmsghdr *nl_fib_group_put(void *buf, const struct nl_fib_nexthop *nh);
struct nlmsghdr *nl_fib_nexthop_del(void *buf, uint32_t id);

#endif
