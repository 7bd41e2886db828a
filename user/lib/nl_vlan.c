// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_vlan.c - RTM_NEWVLAN and RTM_DELVLAN into struct nl_vlans. An entry is a VLAN, or a range of them.
 */
#include "nl_vlan.h"

#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <string.h>

enum { VLAN_LAST = 4094 };

static void take_entry(struct nl_vlans *vlans, const struct nlattr *entry)
{
	const struct nlattr *tb[BRIDGE_VLANDB_ENTRY_MAX + 1];
	struct bridge_vlan_info info;
	unsigned int v, last;

	nl_attr_nested(entry, tb, BRIDGE_VLANDB_ENTRY_MAX);
	if (!tb[BRIDGE_VLANDB_ENTRY_INFO] ||
	    !nl_bytes(tb[BRIDGE_VLANDB_ENTRY_INFO], &info, sizeof(info)))
		return;
	last = tb[BRIDGE_VLANDB_ENTRY_RANGE] ? nl_u16(tb[BRIDGE_VLANDB_ENTRY_RANGE]) : info.vid;
	for (v = info.vid; v && v <= last && v <= VLAN_LAST; v++)
		vlans->map[v / 8] |= (u8)(1u << v % 8);
}

bool nl_vlans_parse(const struct nlmsghdr *nlh, struct nl_vlans *vlans)
{
	const struct br_vlan_msg *head = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *a;

	if (nlh->nlmsg_type != RTM_NEWVLAN && nlh->nlmsg_type != RTM_DELVLAN)
		return false;
	if (nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(*head) || !head->ifindex)
		return false;
	memset(vlans, 0, sizeof(*vlans));
	vlans->ifindex = head->ifindex;
	vlans->gone = nlh->nlmsg_type == RTM_DELVLAN;
	mnl_attr_for_each(a, nlh, sizeof(*head))
		if (mnl_attr_get_type(a) == BRIDGE_VLANDB_ENTRY)
			take_entry(vlans, a);
	return true;
}

int nl_vlans_dump(struct nl *nl, nl_fn fn, void *data, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct br_vlan_msg *head;

	nlh->nlmsg_type = RTM_GETVLAN;
	head = mnl_nlmsg_put_extra_header(nlh, sizeof(*head));
	head->family = PF_BRIDGE;
	return nl_dump(nl, nlh, fn, data, err);
}
