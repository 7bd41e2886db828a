// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to devices: they come, go, change their names, join a bond and leave it. Segments
 * are bound and unbound accordingly, without user space.
 *
 * The notifier runs under RTNL, and on recent kernels for some events under the instance lock of
 * the device too. It only takes evpn_net.lock, puts hooks in and out and sends notifications;
 * nothing here changes a device, other than by the link watch, which works later.
 */
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>

#include "evpn.h"

static void event_changed(struct evpn_es *es)
{
	es->net->seq++;
	evpn_notify_es(es, EVPN_CMD_ES_NTF);
}

static void event_resolve_one(struct evpn_device *d)
{
	if (!d->port && evpn_device_resolve(d))
		event_changed(d->es);
}

/* Wishes without a device: may one of them have this one, or was it in the way of one? */
static void event_resolve(struct evpn_net *en, const struct net_device *dev)
{
	struct evpn_device *d, *next;

	list_for_each_entry_safe(d, next, &en->unfit, unfit)
		event_resolve_one(d);
	d = evpn_device_named(en, dev->name);
	if (d && d->state != EVPN_ES_STATE_REJECTED)
		event_resolve_one(d);
}

static void event_rename(struct evpn_net *en, const struct net_device *dev)
{
	struct evpn_port *port = evpn_port_find(en, dev);

	if (port) {
		strscpy(port->name, dev->name, sizeof(port->name));
		event_changed(port->es);
	}
	event_resolve(en, dev);
}

static void event_unregister(struct evpn_net *en, const struct net_device *dev)
{
	struct evpn_port *port = evpn_port_find(en, dev);
	struct evpn_es *es = port ? port->es : NULL;

	if (es && port->device)
		evpn_device_gone(port->device);
	else if (es)
		evpn_port_member_del(port);
	if (es)
		event_changed(es);
	evpn_trunk_gone(en, dev);
	event_resolve(en, dev);
}

/* One device cannot be a segment and a member of one, nor can a port whose VLANs are segments. */
static int event_refuse_enslaving(struct evpn_net *en,
				  const struct netdev_notifier_changeupper_info *info,
				  const struct net_device *dev)
{
	struct evpn_es *es;

	if (!info->linking || !netif_is_lag_master(info->upper_dev))
		return 0;
	es = evpn_port_es(en, dev);
	if (es)
		NL_SET_ERR_MSG_FMT(info->info.extack, "%s belongs to segment " EVPN_ESI_FMT,
				   dev->name, EVPN_ESI_ARG(&es->esi));
	else if (evpn_trunk_find(en, dev))
		NL_SET_ERR_MSG_FMT(info->info.extack,
				   "%s is shared by segments on its VLAN devices", dev->name);
	else
		return 0;
	return -EBUSY;
}

static int event_members(struct evpn_port *lag, struct netlink_ext_ack *extack)
{
	bool changed = false;
	int err = evpn_port_members(lag, &changed, extack);

	if (changed)
		event_changed(lag->es);
	return err;
}

/*
 * Who joins is hooked before it carries traffic. Another notifier may refuse it after this one, and
 * then nobody is told: so it is looked at once more when RTNL is free.
 */
static int event_change_upper(struct evpn_net *en,
			      const struct netdev_notifier_changeupper_info *info,
			      struct net_device *dev)
{
	struct evpn_port *lag = evpn_port_find(en, info->upper_dev);
	int err;

	if (!netif_is_lag_master(info->upper_dev))
		return 0;
	if (lag && lag->place == EVPN_PLACE_LAG) {
		err = event_members(lag, info->info.extack);
		if (err)
			return err;
		if (info->linking) {
			lag->es->joined = true;
			queue_work(evpn_wq, &en->members_work);
		}
	}
	if (!info->linking)
		event_resolve(en, dev);
	return 0;
}

/* An aggregate of ours was set up by hand. */
static void event_up(struct evpn_net *en, const struct net_device *dev)
{
	struct evpn_es *es = evpn_port_es(en, dev);

	if (es)
		evpn_lacp_opened(es);
}

/** evpn_members_work() - is who has joined a segment's aggregate a member of it? */
void evpn_members_work(struct work_struct *work)
{
	struct evpn_net *en = container_of(work, struct evpn_net, members_work);
	struct evpn_port *lag;
	struct evpn_es *es;

	rtnl_lock();
	mutex_lock(&en->lock);
	evpn_for_each_es(es, en) {
		if (!es->joined)
			continue;
		es->joined = false;
		lag = evpn_devices_lag(es);
		if (lag)
			event_members(lag, NULL);
	}
	mutex_unlock(&en->lock);
	rtnl_unlock();
}

static int event_handle(struct evpn_net *en, unsigned long event, void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);

	switch (event) {
	case NETDEV_REGISTER:
		event_resolve(en, dev);
		return 0;
	case NETDEV_CHANGENAME:
		event_rename(en, dev);
		return 0;
	case NETDEV_UNREGISTER:
		event_unregister(en, dev);
		return 0;
	case NETDEV_UP:
		event_up(en, dev);
		return 0;
	case NETDEV_CHANGE:
	case NETDEV_DOWN:
		evpn_partner_link(en, dev);
		return 0;
	case NETDEV_PRECHANGEUPPER:
		return event_refuse_enslaving(en, info, dev);
	case NETDEV_CHANGEUPPER:
		return event_change_upper(en, info, dev);
	}
	return 0;
}

/** evpn_netdev_event() - notifier for the devices of one namespace */
int evpn_netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct evpn_net *en = container_of(nb, struct evpn_net, netdev_nb);
	int err = 0;

	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_CHANGENAME:
	case NETDEV_UNREGISTER:
	case NETDEV_UP:
	case NETDEV_CHANGE:
	case NETDEV_DOWN:
	case NETDEV_PRECHANGEUPPER:
	case NETDEV_CHANGEUPPER:
		mutex_lock(&en->lock);
		err = event_handle(en, event, ptr);
		mutex_unlock(&en->lock);
	}
	if (!err)
		evpn_neigh_netdev_event(en, event, netdev_notifier_info_to_dev(ptr));
	return notifier_from_errno(err);
}
