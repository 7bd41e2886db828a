// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_route.c - RTM_GETROUTE for one address. The route of the table is asked for (RTM_F_FIB_MATCH), not
 * the one that was chosen for a flow: of several next hops all are of interest.
 */
#include "nl_route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

static void add_hop(struct nl_route *route, uint32_t ifindex)
{
	if (ifindex && route->n_hops < NL_ROUTE_HOPS_MAX)
		route->hop[route->n_hops++] = ifindex;
}

static void take_multipath(struct nl_route *route, const struct nlattr *a)
{
	const struct rtnexthop *nh = mnl_attr_get_payload(a);
	int left = mnl_attr_get_payload_len(a);

	for (; RTNH_OK(nh, left); left -= (int)RTNH_ALIGN(nh->rtnh_len), nh = RTNH_NEXT(nh))
		add_hop(route, (uint32_t)nh->rtnh_ifindex);
}

static int take(void *data, const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[RTA_MAX + 1];
	struct nl_route *route = data;

	if (nlh->nlmsg_type != RTM_NEWROUTE || nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(*rtm))
		return 0;
	switch (rtm->rtm_type) {
	case RTN_BLACKHOLE:
		return -EINVAL;
	case RTN_UNREACHABLE:
	case RTN_PROHIBIT:
	case RTN_THROW:
		return -EHOSTUNREACH;
	default:
		route->local = rtm->rtm_type == RTN_LOCAL;
	}
	nl_attr_table(nlh, sizeof(*rtm), tb, RTA_MAX);
	add_hop(route, nl_u32(tb[RTA_OIF]));
	if (tb[RTA_MULTIPATH])
		take_multipath(route, tb[RTA_MULTIPATH]);
	return 0;
}

int nl_route_get(struct nl *nl, const struct ip_addr *to, struct nl_route *route,
		 struct nl_err *err)
{
	return nl_route_get_by(nl, to, 0, route, err);
}

int nl_route_get_by(struct nl *nl, const struct ip_addr *to, uint32_t bound, struct nl_route *route,
		    struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtmsg *rtm;

	memset(route, 0, sizeof(*route));
	nlh->nlmsg_type = RTM_GETROUTE;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = to->len == 16 ? AF_INET6 : AF_INET;
	rtm->rtm_dst_len = (unsigned char)(to->len * 8);
	rtm->rtm_flags = RTM_F_FIB_MATCH;
	mnl_attr_put(nlh, RTA_DST, to->len, to->b);
	if (bound)
		mnl_attr_put_u32(nlh, RTA_OIF, bound);
	return nl_request(nl, nlh, take, route, err);
}
