// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_rt.c - RTM_NEWLINK and RTM_DELLINK into struct nl_link, and a bond made to speak.
 */
#include "nl_rt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

/* uapi/linux/if_bonding.h and if_link.h name these without a type */
enum { MEMBER_STATE_ACTIVE = 0, MEMBER_MII_UP = 0 };

static void take_bond(struct nl_link *link, const struct nlattr *data)
{
	const struct nlattr *tb[IFLA_BOND_MAX + 1];
	const struct nlattr *ad[IFLA_BOND_AD_INFO_MAX + 1];

	nl_attr_nested(data, tb, IFLA_BOND_MAX);
	if (!tb[IFLA_BOND_MODE])
		return;
	link->bond_mode = nl_u8(tb[IFLA_BOND_MODE]);
	link->miimon = nl_u32(tb[IFLA_BOND_MIIMON]);
	link->arp_interval = nl_u32(tb[IFLA_BOND_ARP_INTERVAL]);
	nl_bytes(tb[IFLA_BOND_AD_ACTOR_SYSTEM], &link->ad_actor_system,
		 sizeof(link->ad_actor_system));
	link->ad_actor_priority = nl_u16(tb[IFLA_BOND_AD_ACTOR_SYS_PRIO]);
	nl_attr_nested(tb[IFLA_BOND_AD_INFO], ad, IFLA_BOND_AD_INFO_MAX);
	nl_bytes(ad[IFLA_BOND_AD_INFO_PARTNER_MAC], &link->ad_partner, sizeof(link->ad_partner));
	link->ad_partner_key = nl_u16(ad[IFLA_BOND_AD_INFO_PARTNER_KEY]);
	link->ad_ports = nl_u16(ad[IFLA_BOND_AD_INFO_NUM_PORTS]);
}

static void take_member(struct nl_link *link, const struct nlattr *data)
{
	const struct nlattr *tb[IFLA_BOND_SLAVE_MAX + 1];

	nl_attr_nested(data, tb, IFLA_BOND_SLAVE_MAX);
	link->bond_member = true;
	link->mii_up = tb[IFLA_BOND_SLAVE_MII_STATUS] &&
		       nl_u8(tb[IFLA_BOND_SLAVE_MII_STATUS]) == MEMBER_MII_UP;
	link->active = tb[IFLA_BOND_SLAVE_STATE] &&
		       nl_u8(tb[IFLA_BOND_SLAVE_STATE]) == MEMBER_STATE_ACTIVE;
	link->aggregator = nl_u16(tb[IFLA_BOND_SLAVE_AD_AGGREGATOR_ID]);
}

static void take_vxlan(struct nl_link *link, const struct nlattr *data)
{
	const struct nlattr *tb[IFLA_VXLAN_MAX + 1];
	u8 local[16];
	u16 port;

	nl_attr_nested(data, tb, IFLA_VXLAN_MAX);
	link->vxlan_vni = nl_u32(tb[IFLA_VXLAN_ID]);
	link->vxlan_external = nl_u8(tb[IFLA_VXLAN_COLLECT_METADATA]);
	link->vxlan_learning = nl_u8(tb[IFLA_VXLAN_LEARNING]);
	if (nl_bytes(tb[IFLA_VXLAN_PORT], &port, sizeof(port)))
		link->vxlan_port = ntohs(port);
	if (tb[IFLA_VXLAN_LOCAL] && nl_bytes(tb[IFLA_VXLAN_LOCAL], local, 4))
		link->vxlan_local = ip_from_bytes(local, 4);
	else if (tb[IFLA_VXLAN_LOCAL6] && nl_bytes(tb[IFLA_VXLAN_LOCAL6], local, 16))
		link->vxlan_local = ip_from_bytes(local, 16);
}

static void take_linkinfo(struct nl_link *link, const struct nlattr *info)
{
	const struct nlattr *tb[IFLA_INFO_MAX + 1];
	const struct nlattr *vlan[IFLA_VLAN_MAX + 1], *bridge[IFLA_BR_MAX + 1];
	const struct nlattr *vrf[IFLA_VRF_MAX + 1];
	char slave_kind[16];

	nl_attr_nested(info, tb, IFLA_INFO_MAX);
	nl_str(tb[IFLA_INFO_KIND], link->kind, sizeof(link->kind));
	nl_str(tb[IFLA_INFO_SLAVE_KIND], slave_kind, sizeof(slave_kind));
	if (!strcmp(link->kind, "bond"))
		take_bond(link, tb[IFLA_INFO_DATA]);
	if (!strcmp(link->kind, "vxlan"))
		take_vxlan(link, tb[IFLA_INFO_DATA]);
	if (!strcmp(link->kind, "vlan")) {
		nl_attr_nested(tb[IFLA_INFO_DATA], vlan, IFLA_VLAN_MAX);
		link->vlan_id = nl_u16(vlan[IFLA_VLAN_ID]);
	}
	if (!strcmp(link->kind, "bridge")) {
		nl_attr_nested(tb[IFLA_INFO_DATA], bridge, IFLA_BR_MAX);
		link->vlan_filtering = nl_u8(bridge[IFLA_BR_VLAN_FILTERING]);
		link->mcast_snooping = nl_u8(bridge[IFLA_BR_MCAST_SNOOPING]);
		link->mcast_hash_max = nl_u32(bridge[IFLA_BR_MCAST_HASH_MAX]);
	}
	if (!strcmp(link->kind, "vrf")) {
		nl_attr_nested(tb[IFLA_INFO_DATA], vrf, IFLA_VRF_MAX);
		link->vrf_table = nl_u32(vrf[IFLA_VRF_TABLE]);
	}
	if (!strcmp(slave_kind, "bond"))
		take_member(link, tb[IFLA_INFO_SLAVE_DATA]);
}

bool nl_link_parse(const struct nlmsghdr *nlh, struct nl_link *link)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[IFLA_MAX + 1];

	if (nlh->nlmsg_type != RTM_NEWLINK && nlh->nlmsg_type != RTM_DELLINK)
		return false;
	if (nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(*ifi) || ifi->ifi_family != AF_UNSPEC)
		return false;
	nl_attr_table(nlh, sizeof(*ifi), tb, IFLA_MAX);
	/* Wireless events come as links without a name. */
	if (!tb[IFLA_IFNAME] || ifi->ifi_index <= 0)
		return false;
	memset(link, 0, sizeof(*link));
	link->ifindex = (uint32_t)ifi->ifi_index;
	link->flags = ifi->ifi_flags;
	link->bond_mode = NL_BOND_MODE_NONE;
	nl_str(tb[IFLA_IFNAME], link->ifname, sizeof(link->ifname));
	link->operstate = nl_u8(tb[IFLA_OPERSTATE]);
	link->carrier = nl_u8(tb[IFLA_CARRIER]);
	link->master = nl_u32(tb[IFLA_MASTER]);
	/* A link in another namespace has a number that means nothing here. */
	link->link = tb[IFLA_LINK_NETNSID] ? 0 : nl_u32(tb[IFLA_LINK]);
	nl_bytes(tb[IFLA_ADDRESS], &link->address, sizeof(link->address));
	take_linkinfo(link, tb[IFLA_LINKINFO]);
	return true;
}

bool nl_link_is_del(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_type == RTM_DELLINK;
}

uint32_t nl_address_gone(const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type != RTM_DELADDR || mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifa) ||
	    ifa->ifa_family != AF_INET)
		return 0;
	return ifa->ifa_index;
}

static struct nlmsghdr *begin(char *buf, uint32_t ifindex)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi;

	nlh->nlmsg_type = RTM_GETLINK;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_index = (int)ifindex;
	/* no statistics of virtual functions: a NIC with hundreds of them has long answers */
	mnl_attr_put_u32(nlh, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return nlh;
}

int nl_link_dump(struct nl *nl, nl_fn fn, void *data, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];

	return nl_dump(nl, begin(buf, 0), fn, data, err);
}

int nl_link_get(struct nl *nl, uint32_t ifindex, nl_fn fn, void *data, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];

	return nl_request(nl, begin(buf, ifindex), fn, data, err);
}

static int take_link(void *data, const struct nlmsghdr *nlh)
{
	nl_link_parse(nlh, data);
	return 0;
}

int nl_bond_speak(struct nl *nl, uint32_t ifindex, struct nl_err *err)
{
	struct nl_link link = {.ifindex = 0};
	struct nlattr *info, *data;
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh;
	int r;

	r = nl_link_get(nl, ifindex, take_link, &link, err);
	if (r)
		return r;
	if (strcmp(link.kind, "bond") || !link.ad_actor_priority)
		return nl_err_set(err, EOPNOTSUPP, "%s is no 802.3ad bond", link.ifname);
	nlh = begin(buf, ifindex);
	nlh->nlmsg_type = RTM_NEWLINK;
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "bond");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u16(nlh, IFLA_BOND_AD_ACTOR_SYS_PRIO, link.ad_actor_priority);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return nl_request(nl, nlh, NULL, NULL, err);
}
