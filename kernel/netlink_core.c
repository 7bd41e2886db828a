// SPDX-License-Identifier: GPL-2.0-only
/* Requests about how the peers of all segments are told apart. */
#include <net/genetlink.h>
#include <net/netlink.h>

#include "netlink.h"
#include "netlink_gen.h"

static int parse_ports(struct genl_info *info, u16 *ports, unsigned int *n)
{
	const struct nlattr *attr;
	int rem;

	*n = 0;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != EVPN_A_CORE_PORT)
			continue;
		if (!nla_get_u32(attr) || nla_get_u32(attr) > U16_MAX) {
			NL_SET_BAD_ATTR(info->extack, attr);
			NL_SET_ERR_MSG_FMT(info->extack, "%u is no UDP port", nla_get_u32(attr));
			return -EINVAL;
		}
		if (*n == EVPN_PORTS_MAX) {
			NL_SET_BAD_ATTR(info->extack, attr);
			NL_SET_ERR_MSG_FMT(info->extack, "no more than %u ports are looked at",
					   EVPN_PORTS_MAX);
			return -E2BIG;
		}
		ports[(*n)++] = nla_get_u32(attr);
	}
	return 0;
}

/** evpn_nl_core_set_doit() - change how peers are told apart */
int evpn_nl_core_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_net *en = evpn_net(genl_info_net(info));
	const struct nlattr *attr = info->attrs[EVPN_A_CORE_MARK_MASK];
	u16 ports[EVPN_PORTS_MAX];
	unsigned int n;
	u32 mask = 0;
	int err;

	err = parse_ports(info, ports, &n);
	if (err)
		return err;
	evpn_netlink_u32(info, EVPN_A_CORE_MARK_MASK, &mask);
	mutex_lock(&en->lock);
	err = evpn_vtep_set(en, attr ? &mask : NULL, n ? ports : NULL, n, info->extack);
	mutex_unlock(&en->lock);
	if (err && attr)
		NL_SET_BAD_ATTR(info->extack, attr);
	return err;
}

static int fill_core(struct sk_buff *msg, void *data)
{
	struct evpn_net *en = data;
	unsigned int i, port;

	if (nla_put_u32(msg, EVPN_A_CORE_MARK_MASK, evpn_vtep_mask(en)) ||
	    nla_put_u32(msg, EVPN_A_CORE_PEERS_USED, evpn_vtep_used(en)) ||
	    nla_put_u64_64bit(msg, EVPN_A_CORE_MARKED, evpn_vtep_marked(en), EVPN_A_CORE_PAD))
		return -EMSGSIZE;
	for (i = 0; (port = evpn_vtep_port(en, i)); i++) {
		if (nla_put_u32(msg, EVPN_A_CORE_PORT, port))
			return -EMSGSIZE;
	}
	return 0;
}

/** evpn_nl_core_get_doit() - read how peers are told apart */
int evpn_nl_core_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_net *en = evpn_net(genl_info_net(info));

	return evpn_netlink_answer(info, EVPN_CMD_CORE_GET, &en->lock, fill_core, en);
}
