// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any octets as a message about a route or a nexthop object: what is read from it is whole.
 */
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "nl_fib.h"

static void check(int ok)
{
	if (!ok)
		abort();
}

static void route(const struct nlmsghdr *nlh)
{
	struct ip_prefix masked;
	struct nl_fib_route r;

	if (!nl_fib_route_parse(nlh, &r))
		return;
	check(r.prefix.addr.len == 4 || r.prefix.addr.len == 16);
	check(r.prefix.plen <= r.prefix.addr.len * 8);
	masked = prefix_make(&r.prefix.addr, r.prefix.plen);
	check(!prefix_cmp(&masked, &r.prefix));
	check(r.n_hops <= NL_FIB_HOPS_MAX);
	for (unsigned int i = 0; i < r.n_hops; i++) {
		const struct ip_addr *gw = &r.hop[i].gateway;

		check(r.hop[i].ifindex && (!gw->len || gw->len == 4 || gw->len == 16));
	}
}

static void nexthop(const struct nlmsghdr *nlh)
{
	struct nl_fib_nexthop nh;

	if (!nl_fib_nexthop_parse(nlh, &nh))
		return;
	check(nh.id && nh.n_members <= NL_FIB_HOPS_MAX);
	check(!nh.hop.gateway.len || nh.hop.gateway.len == 4 || nh.hop.gateway.len == 16);
}

/* The first octet chooses the type, the rest is what follows the header. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t types[] = {RTM_NEWROUTE, RTM_DELROUTE, RTM_NEWNEXTHOP,
					 RTM_DELNEXTHOP};
	struct nlmsghdr *nlh;

	if (!size || size > 32768)
		return 0;
	nlh = calloc(1, MNL_ALIGN(sizeof(*nlh) + size - 1)); /* as libmnl counts */
	check(nlh != NULL);
	nlh->nlmsg_len = (uint32_t)(sizeof(*nlh) + size - 1);
	nlh->nlmsg_type = types[data[0] & 3];
	memcpy(nlh + 1, data + 1, size - 1);
	route(nlh);
	nexthop(nlh);
	free(nlh);
	return 0;
}
