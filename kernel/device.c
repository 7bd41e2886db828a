// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devices that a segment is to have, by name, whether they are there or not. As a rule it is one. A
 * segment may be a set of several (RFC 9784, virtual Ethernet Segments): VLAN devices of one or of more
 * ports, pseudowires, ports without a tag. All of them are of one customer's site and have one role, which
 * is in the segment's flags, so a takeover is one store for all.
 *
 * Each device comes and goes by itself; the segment is bound while one of them is.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "evpn.h"
#include "trace.h"

static int device_key_cmp(const void *key, const struct rb_node *node)
{
	return strcmp(key, rb_entry(node, struct evpn_device, named)->name);
}

static int device_node_cmp(struct rb_node *new, const struct rb_node *node)
{
	return device_key_cmp(rb_entry(new, struct evpn_device, named)->name, node);
}

/** evpn_device_named() - the wish for a device of that name, or NULL; under evpn_net.lock */
struct evpn_device *evpn_device_named(struct evpn_net *en, const char *ifname)
{
	lockdep_assert_held(&en->lock);
	return rb_entry_safe(rb_find(ifname, &en->names, device_key_cmp), struct evpn_device,
			     named);
}

/** evpn_devices_first() - the first device with a port, else the first, or NULL; under evpn_net.lock */
const struct evpn_device *evpn_devices_first(const struct evpn_es *es)
{
	const struct evpn_device *d;

	evpn_for_each_device(d, es) {
		if (d->port)
			return d;
	}
	return evpn_devices_head(es);
}

/** evpn_devices_lag() - the port of the segment's aggregate, if its device is one; under evpn_net.lock */
struct evpn_port *evpn_devices_lag(const struct evpn_es *es)
{
	const struct evpn_device *d = evpn_devices_head(es);

	return d && d->port && d->port->place == EVPN_PLACE_LAG ? d->port : NULL;
}

/** evpn_devices_state() - enum evpn_es_state of the segment, that of its best device; under evpn_net.lock */
u32 evpn_devices_state(const struct evpn_es *es)
{
	u32 state = EVPN_ES_STATE_UNBOUND;
	const struct evpn_device *d;

	evpn_for_each_device(d, es) {
		if (d->state == EVPN_ES_STATE_BOUND)
			return d->state;
		if (d->state == EVPN_ES_STATE_REJECTED)
			state = d->state;
	}
	return state;
}

/** evpn_devices_why() - why a device is rejected, as a sentence, or ""; under evpn_net.lock */
const char *evpn_devices_why(const struct evpn_es *es)
{
	const struct evpn_device *d;

	evpn_for_each_device(d, es) {
		if (d->why[0])
			return d->why;
	}
	return "";
}

static void device_set_state(struct evpn_device *d, enum evpn_es_state state, const char *why)
{
	d->state = state;
	strscpy(d->why, why, sizeof(d->why));
	if (state != EVPN_ES_STATE_REJECTED)
		list_del_init(&d->unfit);
	else if (list_empty(&d->unfit))
		list_add_tail(&d->unfit, &d->es->net->unfit);
}

/* @going: one that is there no more in a moment, or NULL */
static void devices_count_missing(struct evpn_es *es, const struct evpn_device *going)
{
	const struct evpn_device *d;
	u32 missing = 0;

	evpn_for_each_device(d, es)
		missing += d == going || d->state == EVPN_ES_STATE_UNBOUND;
	evpn_neigh_es_missing(es, es->set ? missing : 0);
}

/* The port is there. Where there are several, a VLAN device's hosts are told apart by its VLAN. */
static void device_bound(struct evpn_device *d)
{
	struct evpn_port *port = d->port;

	port->device = d;
	WRITE_ONCE(port->tag, d->es->set ? port->vid : 0);
	device_set_state(d, EVPN_ES_STATE_BOUND, "");
	evpn_neigh_bind(d->es, port->dev, port->tag);
	trace_evpn_es(d->es, d, EVPN_ES_BOUND);
}

/* Out of everything that knows the port, and the port with it. */
static void device_drop_port(struct evpn_device *d)
{
	trace_evpn_es(d->es, d, EVPN_ES_UNBOUND);
	evpn_neigh_unbind(d->es, d->port->dev);
	evpn_port_destroy(d->port);
	d->port = NULL;
}

/**
 * evpn_device_gone() - the device goes; the wish for it stays
 * @d: the wish, bound
 *
 * Context: under RTNL and evpn_net.lock.
 */
void evpn_device_gone(struct evpn_device *d)
{
	ASSERT_RTNL();
	lockdep_assert_held(&d->es->net->lock);
	/* Before its neighbours are looked at again */
	devices_count_missing(d->es, d);
	device_drop_port(d);
	device_set_state(d, EVPN_ES_STATE_UNBOUND, "");
}

static struct net_device *device_find(const struct evpn_device *d)
{
	return __dev_get_by_name(d->es->net->net, d->name);
}

/* Of several none is an aggregate: its members, and their LACP, are those of one site by themselves. */
static int device_check(const struct net_device *dev, bool set, struct netlink_ext_ack *extack)
{
	if (!set || !netif_is_lag_master(dev))
		return 0;
	NL_SET_ERR_MSG_FMT(extack, "%s is a link aggregate, which is a segment alone", dev->name);
	return -EOPNOTSUPP;
}

static int device_hook(struct evpn_device *d, struct net_device *dev,
		       struct netlink_ext_ack *extack)
{
	struct evpn_port *port = evpn_port_create(d->es, dev, extack);

	if (IS_ERR(port))
		return PTR_ERR(port);
	d->port = port;
	return 0;
}

static const char *device_sentence(const struct netlink_ext_ack *extack)
{
	return extack->_msg ? extack->_msg : "out of memory";
}

/* Return: what has become of it has changed. */
static bool device_look(struct evpn_device *d)
{
	struct net_device *dev = device_find(d);
	struct netlink_ext_ack extack = {};
	u32 before = d->state;
	const char *why;
	int err;

	if (!dev) {
		device_set_state(d, EVPN_ES_STATE_UNBOUND, "");
		return before != d->state;
	}
	err = device_check(dev, d->es->set, &extack) ?: device_hook(d, dev, &extack);
	if (!err) {
		device_bound(d);
		evpn_es_apply(d->es);
		return true;
	}
	why = device_sentence(&extack);
	if (before == EVPN_ES_STATE_REJECTED && !strcmp(d->why, why))
		return false;
	device_set_state(d, EVPN_ES_STATE_REJECTED, why);
	trace_evpn_es(d->es, d, EVPN_ES_REJECTED);
	return true;
}

/**
 * evpn_device_resolve() - look again for a device that is not bound
 * @d: the wish
 *
 * Context: under RTNL and evpn_net.lock.
 * Return: whether what has become of it has changed.
 */
bool evpn_device_resolve(struct evpn_device *d)
{
	bool changed = device_look(d);

	if (changed)
		devices_count_missing(d->es, NULL);
	return changed;
}

static bool names_have(const struct evpn_names *names, unsigned int n, const char *ifname)
{
	while (n--) {
		if (!strcmp(names->name[n], ifname))
			return true;
	}
	return false;
}

static int device_check_name(struct evpn_net *en, const struct evpn_es *es,
			     const struct evpn_names *names, unsigned int i,
			     struct netlink_ext_ack *extack)
{
	const char *ifname = names->name[i];
	const struct evpn_device *other;

	if (!dev_valid_name(ifname)) {
		NL_SET_ERR_MSG_FMT(extack, "'%s' cannot be the name of a device", ifname);
		return -EINVAL;
	}
	if (names_have(names, i, ifname)) {
		NL_SET_ERR_MSG_FMT(extack, "%s is named twice", ifname);
		return -EINVAL;
	}
	other = evpn_device_named(en, ifname);
	if (!other || other->es == es)
		return 0;
	NL_SET_ERR_MSG_FMT(extack, "%s already belongs to segment " EVPN_ESI_FMT, ifname,
			   EVPN_ESI_ARG(&other->es->esi));
	return -EBUSY;
}

static int device_refused(struct evpn_es_change *change, unsigned int i, int err)
{
	change->device_refused = true;
	change->refused = i;
	return err;
}

/**
 * evpn_devices_check() - are the names of a request free for a segment to wish for?
 * @en: the namespace's state
 * @es: the segment; NULL while it is being created
 * @change: the request
 * @extack: why not
 *
 * Context: under evpn_net.lock.
 * Return: 0 or an error.
 */
int evpn_devices_check(struct evpn_net *en, const struct evpn_es *es, struct evpn_es_change *change,
		       struct netlink_ext_ack *extack)
{
	const struct evpn_names *names = change->names;
	unsigned int i;
	int err;

	lockdep_assert_held(&en->lock);
	for (i = 0; names && i < names->n; i++) {
		err = device_check_name(en, es, names, i, extack);
		if (err)
			return device_refused(change, i, err);
	}
	return 0;
}

static struct evpn_device *device_alloc(struct evpn_es *es, const char *ifname)
{
	struct evpn_device *d = kzalloc(sizeof(*d), GFP_KERNEL_ACCOUNT);

	if (!d)
		return NULL;
	d->es = es;
	d->state = EVPN_ES_STATE_UNBOUND;
	INIT_LIST_HEAD(&d->unfit);
	strscpy(d->name, ifname, sizeof(d->name));
	pr_debug("device %s created\n", d->name);
	return d;
}

static void device_free(struct evpn_device *d)
{
	pr_debug("device %s destroyed\n", d->name);
	kfree(d);
}

/* What is new in @fresh goes again; what the segment has of it before stays. */
static void devices_discard(struct list_head *fresh)
{
	struct evpn_device *d, *next;

	list_for_each_entry_safe(d, next, fresh, list) {
		if (d->port && !d->port->device)
			evpn_port_destroy(d->port);
		device_free(d);
	}
}

static int devices_alloc(struct evpn_es *es, const struct evpn_names *names,
			 struct list_head *fresh)
{
	struct evpn_device *d;
	unsigned int i;

	for (i = 0; i < names->n; i++) {
		d = device_alloc(es, names->name[i]);
		if (!d)
			return -ENOMEM;
		list_add_tail(&d->list, fresh);
	}
	return 0;
}

static bool devices_have(const struct list_head *list, const struct evpn_port *port)
{
	const struct evpn_device *d;

	list_for_each_entry(d, list, list) {
		if (d->port == port)
			return true;
	}
	return false;
}

/*
 * What the segment has already it keeps, untouched. That a device had another name when it was bound does not
 * matter as long as no other device has the name now.
 */
static void devices_keep(struct evpn_es *es, struct list_head *fresh)
{
	struct net_device *dev;
	struct evpn_device *d, *old;
	struct evpn_port *port;

	list_for_each_entry(d, fresh, list) {
		dev = device_find(d);
		port = dev ? evpn_port_find(es->net, dev) : NULL;
		if (port && port->device && port->es == es)
			d->port = port;
	}
	list_for_each_entry(d, fresh, list) {
		old = d->port || device_find(d) ? NULL : evpn_device_named(es->net, d->name);
		if (old && old->port && !devices_have(fresh, old->port))
			d->port = old->port;
	}
}

/*
 * The other ones, those that are there. The only one that is named refuses the request when it is not fit; of
 * several each has its own state, but an aggregate, which would be open from then on, refuses it too.
 */
static int device_bind(struct evpn_device *d, struct evpn_es_change *change,
		       struct netlink_ext_ack *extack)
{
	struct net_device *dev = d->port ? d->port->dev : device_find(d);
	struct netlink_ext_ack own = {};
	int err;

	if (!dev)
		return 0;
	err = device_check(dev, change->names->set, extack);
	if (err || d->port)
		return err;
	if (!change->names->set)
		return device_hook(d, dev, extack);
	if (!device_hook(d, dev, &own))
		return 0;
	d->state = EVPN_ES_STATE_REJECTED;
	strscpy(d->why, device_sentence(&own), sizeof(d->why));
	return 0;
}

static int devices_bind(struct list_head *fresh, struct evpn_es_change *change,
			struct netlink_ext_ack *extack)
{
	struct evpn_device *d;
	unsigned int i = 0;
	int err;

	list_for_each_entry(d, fresh, list) {
		err = device_bind(d, change, extack);
		if (err)
			return device_refused(change, i, err);
		i++;
	}
	return 0;
}

static void device_forget(struct evpn_device *d)
{
	rb_erase(&d->named, &d->es->net->names);
	list_del(&d->unfit);
	list_del(&d->list);
	device_free(d);
}

/* All names are free for what is in @fresh when those before have left the tree. */
static void devices_leave(struct evpn_es *es, const struct list_head *fresh)
{
	struct evpn_device *d, *next;

	list_for_each_entry_safe(d, next, &es->devices, list) {
		if (d->port && !devices_have(fresh, d->port))
			device_drop_port(d);
		device_forget(d);
	}
}

/* @retag: the segment was one device and is a set, or the other way round */
static void device_enter(struct evpn_device *d, bool retag)
{
	struct evpn_net *en = d->es->net;
	struct evpn_port *port = d->port;

	list_move_tail(&d->list, &d->es->devices);
	rb_find_add(&d->named, &en->names, device_node_cmp);
	if (d->state == EVPN_ES_STATE_REJECTED)
		list_add_tail(&d->unfit, &en->unfit);
	if (!port)
		return;
	retag = retag && port->vid;
	if (port->device && retag)
		evpn_neigh_unbind(d->es, port->dev);
	if (!port->device || retag) {
		device_bound(d);
		return;
	}
	port->device = d;
	d->state = EVPN_ES_STATE_BOUND;
}

/* Would all be as it is? */
static bool devices_same(const struct evpn_es *es, const struct list_head *fresh)
{
	const struct evpn_device *new = list_first_entry(fresh, struct evpn_device, list), *old;

	evpn_for_each_device(old, es) {
		if (list_entry_is_head(new, fresh, list) || new->port != old->port ||
		    strcmp(new->name, old->name) || strcmp(new->why, old->why))
			return false;
		new = list_next_entry(new, list);
	}
	return list_entry_is_head(new, fresh, list);
}

/**
 * evpn_devices_set() - give a segment the devices that a request names, and no others
 * @es: the segment
 * @change: the request; its names have been checked
 * @extack: why not
 *
 * What is new is hooked before what is not named any more is let go, and what stays is not touched. Whether
 * anything has changed is in evpn_es_change.moved.
 *
 * Context: under RTNL and evpn_net.lock.
 * Return: 0, or an error, and then nothing has changed.
 */
int evpn_devices_set(struct evpn_es *es, struct evpn_es_change *change,
		     struct netlink_ext_ack *extack)
{
	struct evpn_device *d, *next;
	LIST_HEAD(fresh);
	bool retag;
	int err;

	if (!change->names)
		return 0;
	ASSERT_RTNL();
	lockdep_assert_held(&es->net->lock);
	err = devices_alloc(es, change->names, &fresh);
	if (!err) {
		devices_keep(es, &fresh);
		err = devices_bind(&fresh, change, extack);
	}
	change->moved = !err && (es->set != change->names->set || !devices_same(es, &fresh));
	if (!change->moved) {
		devices_discard(&fresh);
		return err;
	}
	retag = es->set != change->names->set;
	WRITE_ONCE(es->set, change->names->set);
	devices_leave(es, &fresh);
	list_for_each_entry_safe(d, next, &fresh, list)
		device_enter(d, retag);
	devices_count_missing(es, NULL);
	return 0;
}

/** evpn_devices_clear() - let go of all devices; under RTNL and evpn_net.lock */
void evpn_devices_clear(struct evpn_es *es)
{
	LIST_HEAD(none);

	ASSERT_RTNL();
	lockdep_assert_held(&es->net->lock);
	devices_leave(es, &none);
}
