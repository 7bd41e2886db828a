// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who looks at a frame that leaves by an aggregate: the aggregate's own egress hook, or its members'.
 *
 * Members have an egress hook for LACP, and what leaves by the aggregate passes one of them. Where this
 * PE is DF for every VLAN of an all-active segment hardly anything is dropped, and a second hook would
 * cost every frame and spare none: the members look, and the aggregate has no egress hook. Elsewhere
 * much is dropped, and it is cheaper to do so before the aggregate has chosen a member.
 *
 * A role is in the segment's flags, which both read, so it is in force with one store whoever looks.
 * The hook only follows, from a work. It goes in, and a grace period later the members leave the
 * frames to it (evpn_port.judges); they look again, and a grace period later it goes out. So a frame on
 * its way from the aggregate to a member is looked at twice, and never by nobody.
 */
#include "evpn.h"

static bool egress_wanted(const struct evpn_es *es)
{
	u32 quiet = EVPN_PF_FLOOD | EVPN_PF_ALL;

	return (es->flags & quiet) != quiet;
}

static int egress_hook(struct evpn_port *port)
{
	int err;

	if (port->hooked)
		return 0;
	err = nf_register_net_hook(port->es->net->net, &port->ops[EVPN_DIRECTION_EGRESS]);
	port->hooked = !err;
	return err;
}

static void egress_unhook(struct evpn_port *port)
{
	nf_unregister_net_hook(port->es->net->net, &port->ops[EVPN_DIRECTION_EGRESS]);
	port->hooked = false;
}

/**
 * evpn_egress_ensure() - have the hook in place that a mode cannot do without
 * @es: the segment
 * @mode: enum evpn_mode, about to be in force
 * @extack: why not
 *
 * Only flooded frames are the members' business: all other modes are enforced on the aggregate.
 *
 * Context: under evpn_net.lock.
 * Return: 0 or an error.
 */
int evpn_egress_ensure(struct evpn_es *es, u32 mode, struct netlink_ext_ack *extack)
{
	struct evpn_port *lag = evpn_devices_lag(es);
	int err;

	lockdep_assert_held(&es->net->lock);
	if (mode == EVPN_MODE_ALL_ACTIVE || !lag)
		return 0;
	err = egress_hook(lag);
	if (err)
		NL_SET_ERR_MSG_FMT(extack, "%s has no room for a netfilter hook", lag->name);
	return err;
}

/** evpn_egress_changed() - flags or device of a segment are others than before; under evpn_net.lock */
void evpn_egress_changed(struct evpn_es *es)
{
	const struct evpn_port *lag = evpn_devices_lag(es);

	lockdep_assert_held(&es->net->lock);
	if (lag && egress_wanted(es) != lag->judges)
		queue_work(evpn_wq, &es->net->egress_work);
}

/*
 * First half. Without memory for the hook the members go on looking, until the next change.
 * Return: whether there is a second half.
 */
static bool egress_prepare(struct evpn_es *es)
{
	struct evpn_port *port = evpn_devices_lag(es);

	if (!port)
		return false;
	if (!egress_wanted(es))
		WRITE_ONCE(port->judges, false);
	else if (!port->judges)
		egress_hook(port);
	return port->hooked != port->judges;
}

/* Second half, a grace period later. What has been asked for meanwhile is another work's. */
static void egress_finish(struct evpn_es *es)
{
	struct evpn_port *port = evpn_devices_lag(es);

	if (!port || !port->hooked || port->judges)
		return;
	if (egress_wanted(es))
		WRITE_ONCE(port->judges, true);
	else
		egress_unhook(port);
}

/** evpn_egress_work() - puts hooks in and out */
void evpn_egress_work(struct work_struct *work)
{
	struct evpn_net *en = container_of(work, struct evpn_net, egress_work);
	bool more = false;
	struct evpn_es *es;

	mutex_lock(&en->lock);
	evpn_for_each_es(es, en)
		more |= egress_prepare(es);
	mutex_unlock(&en->lock);
	if (!more)
		return;
	synchronize_net();
	mutex_lock(&en->lock);
	evpn_for_each_es(es, en)
		egress_finish(es);
	mutex_unlock(&en->lock);
}
