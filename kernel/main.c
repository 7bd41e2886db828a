// SPDX-License-Identifier: GPL-2.0-only
/*
 * EVPN multihoming enforcement: the module's beginning and end, and those of its state in a
 * network namespace.
 *
 * RFC 7432, RFC 8584 and RFC 9786, as far as a forwarding plane is concerned.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/inetdevice.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/netevent.h>
#include <net/netns/generic.h>

#include "evpn.h"
#include "neigh.h"
#define CREATE_TRACE_POINTS
#include "trace.h"

bool evpn_userns __ro_after_init;
module_param_named(userns, evpn_userns, bool, 0444);
MODULE_PARM_DESC(userns, "let CAP_NET_ADMIN of a user namespace be enough (default: no)");

unsigned int evpn_userns_segments __read_mostly = 256;
module_param_named(userns_segments, evpn_userns_segments, uint, 0644);
MODULE_PARM_DESC(userns_segments,
		 "with userns: segments in a network namespace of a user namespace (default: 256)");

/* For work that waits for time to pass; shared by all namespaces. */
struct workqueue_struct *evpn_wq __ro_after_init;

static unsigned int evpn_net_id __ro_after_init;

/** evpn_net() - the module's state in a network namespace */
struct evpn_net *evpn_net(const struct net *net)
{
	return net_generic(net, evpn_net_id);
}

static int __net_init evpn_net_init(struct net *net)
{
	struct evpn_net *en = evpn_net(net);
	int err, i;

	en->net = net;
	mutex_init(&en->lock);
	en->guest = net->user_ns != &init_user_ns;
	en->segments = RB_ROOT;
	en->names = RB_ROOT;
	INIT_LIST_HEAD(&en->unfit);
	en->ports = RB_ROOT;
	INIT_LIST_HEAD(&en->trunks);
	INIT_DELAYED_WORK(&en->hold_work, evpn_owner_hold_work);
	INIT_DELAYED_WORK(&en->partner_work, evpn_partner_work);
	for (i = 0; i < EVPN_GATEWAY_ROUNDS; i++)
		INIT_LIST_HEAD(&en->opened[i]);
	INIT_DELAYED_WORK(&en->gateway_work, evpn_gateway_work);
	en->gateway_pause = jiffies;
	INIT_WORK(&en->members_work, evpn_members_work);
	INIT_WORK(&en->egress_work, evpn_egress_work);
	en->partner_reported = jiffies;
	en->netdev_nb.notifier_call = evpn_netdev_event;
	err = evpn_vtep_net_init(en);
	if (err)
		return err;
	err = evpn_neigh_net_init(en);
	if (err)
		goto err_vtep;
	err = evpn_mcast_net_init(en);
	if (err)
		goto err_neigh;
	err = register_netdevice_notifier_net(net, &en->netdev_nb);
	if (err)
		goto err_mcast;
	pr_debug("net %u created\n", net->ns.inum);
	return 0;

err_mcast:
	evpn_mcast_net_exit(en);
err_neigh:
	evpn_neigh_net_exit(en);
err_vtep:
	evpn_vtep_net_exit(en);
	return err;
}

/*
 * When a namespace ends, its devices went before, and took our hooks with them. When the module
 * ends, the devices are alive and full of traffic, and the hooks go here.
 */
static void __net_exit evpn_net_exit(struct net *net)
{
	struct evpn_net *en = evpn_net(net);
	struct evpn_es *es;

	cancel_delayed_work_sync(&en->hold_work);
	evpn_neigh_net_close(en);
	evpn_mcast_net_close(en);
	rtnl_lock();
	mutex_lock(&en->lock);
	while ((es = evpn_es_first(en)))
		evpn_es_destroy(es);
	mutex_unlock(&en->lock);
	rtnl_unlock();
	unregister_netdevice_notifier_net(net, &en->netdev_nb);
	/* Hooks that are still running, of segments long gone too, use what is freed here. */
	if (en->used)
		synchronize_net();
	cancel_delayed_work_sync(&en->partner_work);
	cancel_delayed_work_sync(&en->gateway_work);
	cancel_work_sync(&en->members_work);
	cancel_work_sync(&en->egress_work);
	evpn_mcast_net_exit(en);
	evpn_neigh_net_exit(en);
	evpn_vtep_net_exit(en);
	evpn_owner_exit(en);
	mutex_destroy(&en->lock);
	pr_debug("net %u destroyed\n", net->ns.inum);
}

static struct pernet_operations evpn_net_ops = {
	.init = evpn_net_init,
	.exit = evpn_net_exit,
	.id = &evpn_net_id,
	.size = sizeof(struct evpn_net),
};

static struct notifier_block evpn_netevent_nb = {
	.notifier_call = evpn_neigh_netevent,
};

static struct notifier_block evpn_inetaddr_nb = {
	.notifier_call = evpn_neigh_inetaddr,
};

static struct notifier_block evpn_inet6addr_nb = {
	.notifier_call = evpn_neigh_inet6addr,
};

static void __init evpn_notifiers_register(void)
{
	register_netevent_notifier(&evpn_netevent_nb);
	register_inetaddr_notifier(&evpn_inetaddr_nb);
#if IS_ENABLED(CONFIG_IPV6)
	register_inet6addr_notifier(&evpn_inet6addr_nb);
#endif
}

static void evpn_notifiers_unregister(void)
{
#if IS_ENABLED(CONFIG_IPV6)
	unregister_inet6addr_notifier(&evpn_inet6addr_nb);
#endif
	unregister_inetaddr_notifier(&evpn_inetaddr_nb);
	unregister_netevent_notifier(&evpn_netevent_nb);
}

static int __init evpn_init(void)
{
	int err;

	evpn_wq = alloc_workqueue("evpn", WQ_UNBOUND, 0);
	if (!evpn_wq)
		return -ENOMEM;
	err = evpn_flood_init();
	if (err)
		goto err_wq;
	err = register_pernet_subsys(&evpn_net_ops);
	if (err)
		goto err_flood;
	evpn_notifiers_register();
	err = evpn_netlink_init();
	if (err)
		goto err_notifier;
	return 0;

err_notifier:
	evpn_notifiers_unregister();
	unregister_pernet_subsys(&evpn_net_ops);
err_flood:
	evpn_flood_exit();
err_wq:
	destroy_workqueue(evpn_wq);
	return err;
}

static void __exit evpn_exit(void)
{
	evpn_netlink_exit();
	evpn_notifiers_unregister();
	unregister_pernet_subsys(&evpn_net_ops);
	destroy_workqueue(evpn_wq);
	/* Hooks that are still running end first, then what they used is freed. */
	synchronize_net();
	rcu_barrier();
	evpn_flood_exit();
}

module_init(evpn_init);
module_exit(evpn_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("EVPN multihoming: enforces the Designated Forwarder role of Ethernet Segments");
MODULE_VERSION("0.1.0");
