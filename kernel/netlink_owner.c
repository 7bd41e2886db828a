// SPDX-License-Identifier: GPL-2.0-only
/* Requests about the owner of the segments. */
#include <linux/pid_namespace.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "netlink.h"
#include "netlink_gen.h"

/** evpn_nl_owner_set_doit() - make the sender the owner */
int evpn_nl_owner_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_net *en = evpn_net(genl_info_net(info));
	bool replace = info->attrs[EVPN_A_OWNER_REPLACE];
	char program[EVPN_OWNER_PROGRAM_MAX + 1] = "";
	u32 generation = 0;
	int err;

	if (info->attrs[EVPN_A_OWNER_PROGRAM])
		nla_strscpy(program, info->attrs[EVPN_A_OWNER_PROGRAM], sizeof(program));
	evpn_netlink_u32(info, EVPN_A_OWNER_GENERATION, &generation);
	mutex_lock(&en->lock);
	err = evpn_owner_claim(en, info->snd_portid, generation, program, replace, info->extack);
	mutex_unlock(&en->lock);
	return err;
}

static int fill_owner(struct sk_buff *msg, void *data)
{
	return evpn_owner_fill(msg, data, task_active_pid_ns(current));
}

/** evpn_nl_owner_get_doit() - read who is the owner */
int evpn_nl_owner_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_net *en = evpn_net(genl_info_net(info));

	return evpn_netlink_answer(info, EVPN_CMD_OWNER_GET, &en->lock, fill_owner, en);
}
