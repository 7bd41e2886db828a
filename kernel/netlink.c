// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: its registration, and what the requests about all objects share
 * (netlink_es.c, netlink_stats.c, netlink_core.c, netlink_owner.c, netlink_neigh.c,
 * netlink_mcast.c, netlink_wish.c have the requests). The table of operations and the attribute policies are
 * generated from Documentation/netlink/specs/evpn.yaml.
 */
#include <net/genetlink.h>
#include <net/netlink.h>

#include "netlink.h"
#include "netlink_gen.h"

static struct genl_ops netlink_ops[ARRAY_SIZE(evpn_nl_ops)] __ro_after_init;

static struct genl_family netlink_family __ro_after_init = {
	.name = EVPN_FAMILY_NAME,
	.version = EVPN_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = netlink_ops,
	.n_ops = ARRAY_SIZE(netlink_ops),
	.mcgrps = evpn_nl_mcgrps,
	.n_mcgrps = ARRAY_SIZE(evpn_nl_mcgrps),
};

/* The family is registered. */
static bool netlink_ready;

/** evpn_netlink_u32() - reads an attribute into @value, which stays as it is without one */
void evpn_netlink_u32(const struct genl_info *info, int attr, u32 *value)
{
	if (info->attrs[attr])
		*value = nla_get_u32(info->attrs[attr]);
}

/** evpn_netlink_put() - begin a message, see genlmsg_put() */
void *evpn_netlink_put(struct sk_buff *msg, u32 portid, u32 seq, int flags, u8 cmd)
{
	return genlmsg_put(msg, portid, seq, &netlink_family, flags, cmd);
}

/** evpn_netlink_reply() - answers a request with @msg, which is taken over, or with @err */
int evpn_netlink_reply(struct genl_info *info, struct sk_buff *msg, void *hdr, int err)
{
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/** evpn_netlink_begin() - begin the answer to a request */
void *evpn_netlink_begin(struct sk_buff *msg, const struct genl_info *info, u8 cmd)
{
	return evpn_netlink_put(msg, info->snd_portid, info->snd_seq, 0, cmd);
}

/**
 * evpn_netlink_answer() - answer a request by what one function puts
 * @info: the request
 * @cmd: of the answer
 * @lock: held while @fill is called
 * @fill: puts the attributes; -EMSGSIZE when there is no room
 * @data: for @fill
 *
 * Return: 0, or an error, and then nothing was answered.
 */
int evpn_netlink_answer(struct genl_info *info, u8 cmd, struct mutex *lock,
			int (*fill)(struct sk_buff *msg, void *data), void *data)
{
	struct sk_buff *msg = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *hdr;
	int err;

	if (!msg)
		return -ENOMEM;
	hdr = evpn_netlink_begin(msg, info, cmd);
	mutex_lock(lock);
	err = hdr ? fill(msg, data) : -EMSGSIZE;
	mutex_unlock(lock);
	return evpn_netlink_reply(info, msg, hdr, err);
}

/** evpn_netlink_listeners() - does anybody listen to this group of the namespace? */
bool evpn_netlink_listeners(struct evpn_net *en, unsigned int group)
{
	return READ_ONCE(netlink_ready) && genl_has_listeners(&netlink_family, en->net, group);
}

/** evpn_netlink_multicast() - send @msg, which is taken over, to a group of the namespace */
void evpn_netlink_multicast(struct evpn_net *en, struct sk_buff *msg, unsigned int group)
{
	genlmsg_multicast_netns(&netlink_family, en->net, msg, 0, group, GFP_KERNEL);
}

/** evpn_netlink_overrun() - let the listeners read ENOBUFS: they have to dump again */
void evpn_netlink_overrun(struct evpn_net *en, unsigned int group)
{
	genl_set_err(&netlink_family, en->net, 0, group, ENOBUFS);
}

static bool batch_begin(struct evpn_netlink_batch *batch)
{
	batch->msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!batch->msg)
		return false;
	batch->hdr = evpn_netlink_put(batch->msg, 0, 0, 0, batch->cmd);
	return true;
}

/** evpn_netlink_batch_send() - send what is in it; it can be filled again */
void evpn_netlink_batch_send(struct evpn_netlink_batch *batch)
{
	if (!batch->msg)
		return;
	genlmsg_end(batch->msg, batch->hdr);
	evpn_netlink_multicast(batch->en, batch->msg, batch->group);
	batch->msg = NULL;
}

/**
 * evpn_netlink_batch_add() - tell of one object more
 * @batch: is sent when it is full
 * @object: for its fill()
 *
 * When there is no memory the listeners read ENOBUFS, and have to dump again.
 */
void evpn_netlink_batch_add(struct evpn_netlink_batch *batch, const void *object)
{
	if (batch->msg && !batch->fill(batch->msg, object, batch->data))
		return;
	evpn_netlink_batch_send(batch);
	if (!batch_begin(batch) || batch->fill(batch->msg, object, batch->data))
		evpn_netlink_overrun(batch->en, batch->group);
}

static int netlink_released(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct netlink_notify *notify = ptr;

	/* The socket still holds the namespace, and with it our state. */
	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC)
		evpn_owner_gone(evpn_net(notify->net), notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block netlink_nb = {
	.notifier_call = netlink_released,
};

/**
 * evpn_netlink_init() - register the family, and hear of sockets that are closed
 *
 * With the module parameter userns, CAP_NET_ADMIN in the user namespace that owns the network
 * namespace is enough.
 *
 * Return: 0 or an error.
 */
int __init evpn_netlink_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(netlink_ops); i++) {
		netlink_ops[i] = evpn_nl_ops[i];
		if (evpn_userns) {
			netlink_ops[i].flags &= ~GENL_ADMIN_PERM;
			netlink_ops[i].flags |= GENL_UNS_ADMIN_PERM;
		}
	}
	err = netlink_register_notifier(&netlink_nb);
	if (err)
		return err;
	err = genl_register_family(&netlink_family);
	if (err)
		netlink_unregister_notifier(&netlink_nb);
	WRITE_ONCE(netlink_ready, !err);
	return err;
}

/** evpn_netlink_exit() - undo that; no request and no notifier is running when this returns */
void evpn_netlink_exit(void)
{
	/* From here on the numbers of the groups may become another family's. */
	WRITE_ONCE(netlink_ready, false);
	genl_unregister_family(&netlink_family);
	netlink_unregister_notifier(&netlink_nb);
}
