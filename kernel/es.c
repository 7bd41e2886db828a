// SPDX-License-Identifier: GPL-2.0-only
/*
 * The Ethernet Segment: what user space wishes of it, what follows from that for the data path,
 * and its life.
 *
 * A segment has one word of flags and one VLAN map that the data path reads. Both are derived
 * here, from the mode, the role and the loss policy, and nowhere else. The whole port changes
 * with one store.
 *
 * RFC 7432 sections 5 and 8.5, RFC 9786.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "evpn.h"
#include "trace.h"

#define node_es(n) rb_entry_safe(n, struct evpn_es, node)

static int esi_cmp(const struct evpn_esi *a, const struct evpn_esi *b)
{
	return memcmp(a->octet, b->octet, EVPN_ESI_LEN);
}

static int es_key_cmp(const void *key, const struct rb_node *node)
{
	return esi_cmp(key, &node_es(node)->esi);
}

static int es_node_cmp(struct rb_node *new, const struct rb_node *node)
{
	return esi_cmp(&node_es(new)->esi, &node_es(node)->esi);
}

/** evpn_es_find() - the segment of an ESI, or NULL; under evpn_net.lock */
struct evpn_es *evpn_es_find(struct evpn_net *en, const struct evpn_esi *esi)
{
	lockdep_assert_held(&en->lock);
	return node_es(rb_find(esi, &en->segments, es_key_cmp));
}

/** evpn_es_first() - the segment with the lowest ESI, or NULL; under evpn_net.lock */
struct evpn_es *evpn_es_first(struct evpn_net *en)
{
	lockdep_assert_held(&en->lock);
	return node_es(rb_first(&en->segments));
}

/** evpn_es_after() - the segment that follows, or NULL; under evpn_net.lock */
struct evpn_es *evpn_es_after(const struct evpn_es *es)
{
	return node_es(rb_next(&es->node));
}

/** evpn_es_next() - the first segment with an ESI above @esi, or NULL; under evpn_net.lock */
struct evpn_es *evpn_es_next(struct evpn_net *en, const struct evpn_esi *esi)
{
	struct rb_node *node = en->segments.rb_node;
	struct evpn_es *next = NULL;

	lockdep_assert_held(&en->lock);
	while (node) {
		struct evpn_es *es = node_es(node);

		if (esi_cmp(&es->esi, esi) > 0) {
			next = es;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return next;
}

/** evpn_es_conf_init() - the defaults of a new segment */
void evpn_es_conf_init(struct evpn_es_conf *conf)
{
	*conf = (struct evpn_es_conf){
		.mode = EVPN_MODE_PORT_ACTIVE,
		.standby = EVPN_STANDBY_BLOCK,
		.role = EVPN_ROLE_NON_DF,
		.hold_ms = EVPN_DEFAULT_HOLD_MS,
		.loss_policy = EVPN_LOSS_POLICY_HOLD,
		.allow = EVPN_DEFAULT_ALLOW,
		.host_ms = EVPN_DEFAULT_HOST_MS,
		.host_limit = EVPN_HOST_LIMIT_DEFAULT,
	};
}

/* Is the bit of every VLAN set, but for the identifiers that no frame has? */
static bool es_map_full(const struct evpn_vlan_map *map, u16 untagged_vid)
{
	enum { LAST = EVPN_VLAN_MAP_LEN - 1 };
	u8 first = map->octet[0] | (untagged_vid ? 1 : 0);
	u8 last = map->octet[LAST] | BIT(7);

	return first == 0xff && last == 0xff && !memchr_inv(map->octet + 1, 0xff, LAST - 1);
}

/* Is this PE DF for every VLAN? As core/verdict.c judges one: a map counts more than the role. */
static bool es_df_for_all(const struct evpn_es *es, bool df)
{
	const struct evpn_vlan_map *map =
		rcu_dereference_protected(es->map, lockdep_is_held(&es->net->lock));

	if (es->failed)
		return false;
	return map ? es_map_full(map, es->conf.untagged_vid) : df;
}

static u32 es_flags(const struct evpn_es *es)
{
	bool df = es->conf.role != EVPN_ROLE_NON_DF && !es->failed;
	bool leaves = !df || es->conf.role == EVPN_ROLE_DRAINING;
	u32 flags = es->conf.allow << EVPN_PF_ALLOW_SHIFT | es->conf.untagged_vid
								    << EVPN_PF_UNTAGGED_SHIFT;

	if (es->failed)
		flags |= EVPN_PF_FAIL;
	switch (es->conf.mode) {
	case EVPN_MODE_PORT_ACTIVE:
		if (!df)
			flags |= EVPN_PF_BLOCK;
		if (leaves && es->conf.standby != EVPN_STANDBY_BLOCK)
			flags |= EVPN_PF_OOS;
		break;
	case EVPN_MODE_ALL_ACTIVE:
		flags |= EVPN_PF_FLOOD;
		if (df)
			flags |= EVPN_PF_DF;
		/* Of a set even the DF does not pass all: not what comes from one device to another. */
		if (!es->set && es_df_for_all(es, df))
			flags |= EVPN_PF_ALL;
		if (es->conf.unknown_unicast == EVPN_UNKNOWN_UNICAST_PASS)
			flags |= EVPN_PF_UNICAST;
		/* no standby has no meaning here, but a PE that is drained sends its CE away */
		if (es->conf.role == EVPN_ROLE_DRAINING && es->conf.standby != EVPN_STANDBY_BLOCK)
			flags |= EVPN_PF_OOS;
		break;
	case EVPN_MODE_SINGLE_ACTIVE:
		flags |= EVPN_PF_VLANS;
		if (df)
			flags |= EVPN_PF_DF;
		break;
	}
	return flags;
}

static void es_note_transition(struct evpn_es *es, u32 before)
{
	trace_evpn_role(es, before, es->flags);
	if ((before ^ es->flags) & EVPN_PF_BLOCK) {
		es->changed = ktime_get_ns();
		es->transitions++;
	}
}

/* It forwards more than before. */
static void es_opened(struct evpn_es *es)
{
	evpn_gateway_opened(es);
	evpn_mcast_opened(es);
}

/*
 * The store that moves the port. What reads the flags sees the VLAN map published before them:
 * pairs with the smp_load_acquire() in filter.c.
 */
static void es_publish(struct evpn_es *es, u32 flags)
{
	u32 before = es->flags;

	if (before == flags)
		return;
	smp_store_release(&es->flags, flags); /* after the map, see above */
	es_note_transition(es, before);
	if ((before ^ flags) & EVPN_PF_OOS)
		evpn_lacp_resend(es);
	if (before & ~flags & EVPN_PF_BLOCK)
		es_opened(es);
	if ((before ^ flags) & EVPN_PF_FLOOD)
		evpn_vtep_floods(es->net, flags & EVPN_PF_FLOOD);
}

/**
 * evpn_es_apply() - make the data path, the device and the partners follow the wish
 * @es: the segment
 *
 * Context: under evpn_net.lock; RTNL is not needed.
 */
void evpn_es_apply(struct evpn_es *es)
{
	u32 flags = es_flags(es);
	bool dormant = flags & EVPN_PF_BLOCK && es->conf.standby == EVPN_STANDBY_DOWN;
	const struct evpn_device *d;

	lockdep_assert_held(&es->net->lock);
	es_publish(es, flags);
	evpn_egress_changed(es);
	evpn_for_each_device(d, es) {
		if (d->port)
			evpn_port_set_dormant(d->port, dormant);
	}
}

/* Gives @es the map of @change, and the change nothing. True when that is news. */
static bool es_take_map(struct evpn_es *es, struct evpn_es_change *change)
{
	struct evpn_vlan_map *old;

	if (!change->map)
		return false;
	old = rcu_dereference_protected(es->map, lockdep_is_held(&es->net->lock));
	if (old && !memcmp(old->octet, change->map->octet, sizeof(old->octet)))
		return false;
	rcu_assign_pointer(es->map, change->map);
	change->map = NULL;
	if (old)
		kfree_rcu(old, rcu);
	return true;
}

/* Gives @es the peers of @change, and the change the ones before. True when that is news. */
static bool es_take_peers(struct evpn_es *es, struct evpn_es_change *change)
{
	struct evpn_peers *old;

	if (!change->peers)
		return false;
	old = rcu_dereference_protected(es->peers, lockdep_is_held(&es->net->lock));
	if (evpn_vtep_peers_equal(old, change->peers))
		return false;
	rcu_assign_pointer(es->peers, change->peers);
	change->peers = old;
	return true;
}

/* Called a grace period after the last hook that could lead here was taken out. */
static void es_free(struct rcu_head *rcu)
{
	struct evpn_es *es = container_of(rcu, struct evpn_es, rcu);

	pr_debug("es " EVPN_ESI_FMT " destroyed\n", EVPN_ESI_ARG(&es->esi));
	free_percpu(es->stats);
	evpn_vlan_stats_free(es);
	kfree(rcu_dereference_protected(es->map, true));
	kfree(es);
}

static struct evpn_es *es_alloc(struct evpn_net *en, const struct evpn_esi *esi)
{
	struct evpn_es *es = kzalloc(sizeof(*es), GFP_KERNEL_ACCOUNT);

	if (!es)
		return NULL;
	es->stats = evpn_stats_alloc();
	if (!es->stats) {
		kfree(es);
		return NULL;
	}
	es->net = en;
	es->mark_mask = evpn_vtep_mask(en);
	es->esi = *esi;
	INIT_LIST_HEAD(&es->devices);
	INIT_LIST_HEAD(&es->members);
	xa_init_flags(&es->vlan_stats, XA_FLAGS_LOCK_BH);
	pr_debug("es " EVPN_ESI_FMT " created\n", EVPN_ESI_ARG(esi));
	return es;
}

/* A guest's segments are the host's memory, and RTNL is one for all. */
static int es_check_room(const struct evpn_net *en, struct netlink_ext_ack *extack)
{
	u32 most = READ_ONCE(evpn_userns_segments);

	if (!en->guest || en->n_segments < most)
		return 0;
	NL_SET_ERR_MSG_FMT(extack,
			   "a user namespace has no more than %u segments (userns_segments)", most);
	return -ENOSPC;
}

/**
 * evpn_es_create() - a new segment
 * @en: the namespace's state; has no segment of this ESI
 * @esi: the key
 * @change: the wish; owns its map and peers again when the creation fails
 * @extack: why not
 *
 * It blocks, if it is to block, before its device's first frame can pass the hooks.
 *
 * Context: under RTNL and evpn_net.lock.
 * Return: the segment, or an error pointer.
 */
struct evpn_es *evpn_es_create(struct evpn_net *en, const struct evpn_esi *esi,
			       struct evpn_es_change *change, struct netlink_ext_ack *extack)
{
	struct evpn_es *es;
	int err;

	ASSERT_RTNL();
	lockdep_assert_held(&en->lock);
	err = es_check_room(en, extack) ?: evpn_devices_check(en, NULL, change, extack);
	if (err)
		return ERR_PTR(err);
	es = es_alloc(en, esi);
	if (!es)
		return ERR_PTR(-ENOMEM);
	es->conf = change->conf;
	err = evpn_neigh_es_add(es);
	if (err) {
		call_rcu(&es->rcu, es_free);
		return ERR_PTR(err);
	}

	RCU_INIT_POINTER(es->map, change->map);
	RCU_INIT_POINTER(es->peers, change->peers);
	es->set = change->names && change->names->set;
	es->flags = es_flags(es);
	err = evpn_devices_set(es, change, extack);
	if (err) {
		RCU_INIT_POINTER(es->map, NULL);
		RCU_INIT_POINTER(es->peers, NULL);
		evpn_neigh_es_del(es);
		call_rcu(&es->rcu, es_free);
		return ERR_PTR(err);
	}
	change->map = NULL;
	change->peers = NULL;
	es->changed = ktime_get_ns();
	rb_find_add(&es->node, &en->segments, es_node_cmp);
	en->n_segments++;
	en->used = true;
	en->seq++;
	if (es->flags & EVPN_PF_FLOOD)
		evpn_vtep_floods(en, true);
	evpn_es_apply(es);
	trace_evpn_es(es, evpn_devices_first(es), EVPN_ES_CREATED);
	evpn_notify_es(es, EVPN_CMD_ES_NTF);
	return es;
}

/**
 * evpn_es_change() - change a segment; all of the request or nothing
 * @es: the segment
 * @change: the wish; owns its map and peers again unless they were taken
 * @extack: why not
 *
 * Naming the role ends a loss policy in force: somebody decides again.
 *
 * Context: under evpn_net.lock, and under RTNL when the request names the device.
 * Return: 0 or an error.
 */
int evpn_es_change(struct evpn_es *es, struct evpn_es_change *change,
		   struct netlink_ext_ack *extack)
{
	bool news, mapped, hold_changed, host_changed;
	int err;

	lockdep_assert_held(&es->net->lock);
	err = evpn_devices_check(es->net, es, change, extack);
	if (err)
		return err;
	err = evpn_devices_set(es, change, extack);
	if (!err)
		err = evpn_egress_ensure(es, change->conf.mode, extack);
	if (err)
		return err;

	/* A generation is between user space and es-sweep, and no news to anybody else. */
	es->conf.generation = change->conf.generation;
	news = memcmp(&es->conf, &change->conf, sizeof(es->conf)) || change->moved;
	hold_changed = es->conf.hold_ms != change->conf.hold_ms;
	host_changed = es->conf.host_ms != change->conf.host_ms ||
		       es->conf.host_limit != change->conf.host_limit;
	es->conf = change->conf;
	if (host_changed)
		evpn_neigh_es_changed(es);
	if (change->has_role && es->failed) {
		es->failed = false;
		news = true;
	}
	mapped = es_take_map(es, change);
	news |= mapped;
	news |= es_take_peers(es, change);
	if (!news)
		return 0;
	es->net->seq++;
	evpn_es_apply(es);
	if (mapped && es->conf.mode == EVPN_MODE_SINGLE_ACTIVE)
		es_opened(es);
	if (hold_changed)
		evpn_owner_hold_changed(es);
	trace_evpn_es(es, evpn_devices_first(es), EVPN_ES_CHANGED);
	evpn_notify_es(es, EVPN_CMD_ES_NTF);
	return 0;
}

/**
 * evpn_es_destroy() - delete a segment
 * @es: the segment; freed a grace period later
 *
 * The port opens, and partners that were told otherwise hear that they are in sync, before the
 * hooks go: it is the caller who wants the segment gone.
 *
 * Context: under RTNL and evpn_net.lock.
 */
void evpn_es_destroy(struct evpn_es *es)
{
	ASSERT_RTNL();
	lockdep_assert_held(&es->net->lock);
	evpn_notify_es(es, EVPN_CMD_ES_DEL_NTF);
	trace_evpn_es(es, evpn_devices_first(es), EVPN_ES_DESTROYED);
	es_publish(es, 0);
	evpn_neigh_es_del(es);
	evpn_mcast_es_del(es);
	evpn_devices_clear(es);
	evpn_vtep_peers_put(es->net,
			    rcu_replace_pointer(es->peers, NULL, lockdep_is_held(&es->net->lock)));
	rb_erase(&es->node, &es->net->segments);
	es->net->n_segments--;
	es->net->seq++;
	/*
	 * Nothing finds the segment any more but a hook that is still running; it does so within
	 * an RCU read-side section that began before the hooks were taken out.
	 */
	call_rcu(&es->rcu, es_free);
}

/** evpn_es_sweep() - delete what is not of this generation; under RTNL and evpn_net.lock */
void evpn_es_sweep(struct evpn_net *en, u32 generation)
{
	struct evpn_es *es, *next;

	for (es = evpn_es_first(en); es; es = next) {
		next = evpn_es_after(es);
		if (es->conf.generation != generation)
			evpn_es_destroy(es);
	}
}

/** evpn_es_fail() - the owner stays away: block; under evpn_net.lock */
void evpn_es_fail(struct evpn_es *es)
{
	lockdep_assert_held(&es->net->lock);
	es->failed = true;
	es->net->seq++;
	evpn_es_apply(es);
	trace_evpn_es(es, evpn_devices_first(es), EVPN_ES_FAILED);
	evpn_notify_es(es, EVPN_CMD_ES_NTF);
	evpn_notify_es(es, EVPN_CMD_ES_FAIL_NTF);
}

/** evpn_es_oper() - what is in force, as enum evpn_oper; under evpn_net.lock */
u32 evpn_es_oper(const struct evpn_es *es)
{
	const struct evpn_device *d;
	u32 oper = 0;

	if (es->flags & EVPN_PF_BLOCK)
		oper |= EVPN_OPER_BLOCKED;
	if (es->flags & EVPN_PF_OOS)
		oper |= EVPN_OPER_LACP_OOS;
	evpn_for_each_device(d, es) {
		if (d->port && d->port->dormant)
			oper |= EVPN_OPER_DORMANT;
	}
	if (es->holding)
		oper |= EVPN_OPER_HOLD_RUNNING;
	if (es->failed)
		oper |= EVPN_OPER_FAIL_APPLIED;
	return oper;
}
