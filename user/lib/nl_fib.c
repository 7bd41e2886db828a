// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_fib.c - see nl_fib.h.
 */
#include "nl_fib.h"

#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

static struct ip_addr address(const struct nlattr *a)
{
	if (!a)
		return (struct ip_addr){0};
	return ip_from_bytes(mnl_attr_get_payload(a), mnl_attr_get_payload_len(a));
}

/* An IPv4 route by way of an IPv6 router has its gateway in another attribute. */
static struct ip_addr via(const struct nlattr *a)
{
	const struct rtvia *v = a ? mnl_attr_get_payload(a) : NULL;

	if (!v || mnl_attr_get_payload_len(a) < sizeof(*v))
		return (struct ip_addr){0};
	return ip_from_bytes(v->rtvia_addr, mnl_attr_get_payload_len(a) - sizeof(*v));
}

static void add_hop(struct nl_fib_route *route, uint32_t ifindex, const struct nlattr *gateway,
		    const struct nlattr *rtvia)
{
	struct nl_fib_hop *hop;

	if (!ifindex)
		return;
	if (route->n_hops == NL_FIB_HOPS_MAX) {
		route->more = true;
		return;
	}
	hop = &route->hop[route->n_hops++];
	hop->ifindex = ifindex;
	hop->gateway = gateway ? address(gateway) : via(rtvia);
}

static void take_multipath(struct nl_fib_route *route, const struct nlattr *a)
{
	const struct rtnexthop *nh = mnl_attr_get_payload(a);
	int left = mnl_attr_get_payload_len(a);

	/* RTNH_OK() reads a length that may not be there */
	for (; left >= (int)sizeof(*nh) && RTNH_OK(nh, left);
	     left -= (int)RTNH_ALIGN(nh->rtnh_len), nh = RTNH_NEXT(nh)) {
		const struct nlattr *gateway = NULL, *rtvia = NULL, *x;
		int len = nh->rtnh_len - (int)RTNH_LENGTH(0);

		for (x = (const struct nlattr *)(const void *)RTNH_DATA(nh); mnl_attr_ok(x, len);
		     len -= (int)MNL_ALIGN(x->nla_len), x = mnl_attr_next(x)) {
			if (mnl_attr_get_type(x) == RTA_GATEWAY)
				gateway = x;
			else if (mnl_attr_get_type(x) == RTA_VIA)
				rtvia = x;
		}
		if (!(nh->rtnh_flags & RTNH_F_DEAD))
			add_hop(route, (uint32_t)nh->rtnh_ifindex, gateway, rtvia);
	}
}

static bool is_of_table(const struct rtmsg *rtm)
{
	return (rtm->rtm_family == AF_INET || rtm->rtm_family == AF_INET6) &&
	       rtm->rtm_type == RTN_UNICAST && !rtm->rtm_src_len && !rtm->rtm_tos &&
	       !(rtm->rtm_flags & RTM_F_CLONED) &&
	       rtm->rtm_dst_len <= (rtm->rtm_family == AF_INET ? 32 : 128);
}

bool nl_fib_route_parse(const struct nlmsghdr *nlh, struct nl_fib_route *route)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[RTA_MAX + 1];
	struct ip_addr dst = {0};

	if ((nlh->nlmsg_type != RTM_NEWROUTE && nlh->nlmsg_type != RTM_DELROUTE) ||
	    nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(*rtm) || !is_of_table(rtm))
		return false;
	nl_attr_table(nlh, sizeof(*rtm), tb, RTA_MAX);
	dst.len = rtm->rtm_family == AF_INET ? 4 : 16;
	if (tb[RTA_DST] && !nl_bytes(tb[RTA_DST], dst.b, dst.len))
		return false;
	memset(route, 0, sizeof(*route));
	route->prefix = prefix_make(&dst, rtm->rtm_dst_len);
	route->table = tb[RTA_TABLE] ? nl_u32(tb[RTA_TABLE]) : rtm->rtm_table;
	route->metric = nl_u32(tb[RTA_PRIORITY]);
	route->nhid = nl_u32(tb[RTA_NH_ID]);
	route->protocol = rtm->rtm_protocol;
	route->gone = nlh->nlmsg_type == RTM_DELROUTE;
	if (!(rtm->rtm_flags & RTNH_F_DEAD))
		add_hop(route, nl_u32(tb[RTA_OIF]), tb[RTA_GATEWAY], tb[RTA_VIA]);
	if (tb[RTA_MULTIPATH])
		take_multipath(route, tb[RTA_MULTIPATH]);
	return true;
}

bool nl_fib_nexthop_parse(const struct nlmsghdr *nlh, struct nl_fib_nexthop *nh)
{
	const struct nhmsg *nhm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[NHA_MAX + 1];
	const struct nexthop_grp *g;

	if ((nlh->nlmsg_type != RTM_NEWNEXTHOP && nlh->nlmsg_type != RTM_DELNEXTHOP) ||
	    nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(*nhm))
		return false;
	nl_attr_table(nlh, sizeof(*nhm), tb, NHA_MAX);
	memset(nh, 0, sizeof(*nh));
	nh->id = nl_u32(tb[NHA_ID]);
	nh->protocol = nhm->nh_protocol;
	nh->gone = nlh->nlmsg_type == RTM_DELNEXTHOP;
	nh->hop.ifindex = nl_u32(tb[NHA_OIF]);
	nh->hop.gateway = address(tb[NHA_GATEWAY]);
	if (tb[NHA_GROUP]) {
		g = mnl_attr_get_payload(tb[NHA_GROUP]);
		nh->n_members = mnl_attr_get_payload_len(tb[NHA_GROUP]) / sizeof(*g);
		if (nh->n_members > NL_FIB_HOPS_MAX)
			nh->n_members = NL_FIB_HOPS_MAX;
		for (unsigned int i = 0; i < nh->n_members; i++)
			nh->members[i] = g[i].id;
	}
	return nh->id;
}

static int family_of(const struct ip_addr *a)
{
	return a->len == 16 ? AF_INET6 : AF_INET;
}

static struct nlmsghdr *begin_route(void *buf, uint16_t type, int family, uint32_t table)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtmsg *rtm;

	nlh->nlmsg_type = type;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = (uint8_t)family;
	rtm->rtm_table = table < 256 ? (uint8_t)table : RT_TABLE_UNSPEC;
	mnl_attr_put_u32(nlh, RTA_TABLE, table);
	return nlh;
}

struct nlmsghdr *nl_fib_dump_request(void *buf, int family, uint32_t table)
{
	return begin_route(buf, RTM_GETROUTE, family, table);
}

struct nlmsghdr *nl_fib_match_request(void *buf, const struct ip_addr *address)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));

	nlh->nlmsg_type = RTM_GETROUTE;
	rtm->rtm_family = (uint8_t)family_of(address);
	rtm->rtm_dst_len = ip_bits(address);
	rtm->rtm_flags = RTM_F_FIB_MATCH;
	mnl_attr_put(nlh, RTA_DST, address->len, address->b);
	return nlh;
}

struct nlmsghdr *nl_fib_dump_own(void *buf, int family)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtmsg *rtm;

	nlh->nlmsg_type = RTM_GETROUTE;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = (uint8_t)family;
	rtm->rtm_protocol = NL_FIB_PROTOCOL;
	return nlh;
}

static struct nlmsghdr *route_request(void *buf, uint16_t type, const struct nl_fib_route *route)
{
	const struct ip_prefix *p = &route->prefix;
	struct nlmsghdr *nlh = begin_route(buf, type, family_of(&p->addr), route->table);
	struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);

	rtm->rtm_dst_len = p->plen;
	rtm->rtm_protocol = NL_FIB_PROTOCOL;
	rtm->rtm_type = RTN_UNICAST;
	rtm->rtm_scope = type == RTM_DELROUTE ? RT_SCOPE_NOWHERE : RT_SCOPE_UNIVERSE;
	mnl_attr_put(nlh, RTA_DST, p->addr.len, p->addr.b);
	mnl_attr_put_u32(nlh, RTA_PRIORITY, route->metric);
	return nlh;
}

struct nlmsghdr *nl_fib_route_new(void *buf, const struct nl_fib_route *route, bool replace)
{
	struct nlmsghdr *nlh = route_request(buf, RTM_NEWROUTE, route);

	nlh->nlmsg_flags |= NLM_F_CREATE | (replace ? NLM_F_REPLACE : NLM_F_EXCL);
	mnl_attr_put_u32(nlh, RTA_NH_ID, route->nhid);
	return nlh;
}

struct nlmsghdr *nl_fib_route_del(void *buf, const struct nl_fib_route *route)
{
	return route_request(buf, RTM_DELROUTE, route);
}

static struct nlmsghdr *begin_nexthop(void *buf, uint16_t type, struct nhmsg **nhm)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	*nhm = mnl_nlmsg_put_extra_header(nlh, sizeof(**nhm));
	return nlh;
}

struct nlmsghdr *nl_fib_nexthop_dump_request(void *buf)
{
	struct nhmsg *nhm;

	return begin_nexthop(buf, RTM_GETNEXTHOP, &nhm);
}

struct nlmsghdr *nl_fib_nexthop_new(void *buf, const struct nl_fib_nexthop *nh)
{
	struct nexthop_grp g[NL_FIB_HOPS_MAX] = {};
	struct nhmsg *nhm;
	struct nlmsghdr *nlh = begin_nexthop(buf, RTM_NEWNEXTHOP, &nhm);

	nhm->nh_protocol = NL_FIB_PROTOCOL;
	nlh->nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
	mnl_attr_put_u32(nlh, NHA_ID, nh->id);
	if (nh->n_members) {
		for (unsigned int i = 0; i < nh->n_members; i++)
			g[i].id = nh->members[i];
		mnl_attr_put(nlh, NHA_GROUP, nh->n_members * sizeof(g[0]), g);
		return nlh;
	}
	nhm->nh_family = (uint8_t)family_of(&nh->hop.gateway);
	nhm->nh_flags = RTNH_F_ONLINK;
	mnl_attr_put_u32(nlh, NHA_OIF, nh->hop.ifindex);
	mnl_attr_put(nlh, NHA_GATEWAY, nh->hop.gateway.len, nh->hop.gateway.b);
	return nlh;
}

struct nlmsghdr *nl_fib_group_put(void *buf, const struct nl_fib_nexthop *nh)
{
	struct nlmsghdr *nlh = nl_fib_nexthop_new(buf, nh);

	nlh->nlmsg_flags &= (uint16_t)~NLM_F_EXCL;
	nlh->nlmsg_flags |= NLM_F_REPLACE;
	return nlh;
}

struct nlmsghdr *nl_fib_nexthop_del(void *buf, uint32_t id)
{
	struct nhmsg *nhm;
	struct nlmsghdr *nlh = begin_nexthop(buf, RTM_DELNEXTHOP, &nhm);

	mnl_attr_put_u32(nlh, NHA_ID, id);
	return nlh;
}
