// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is said about an object: the same attributes whether somebody asked for it, dumps all of
 * it, or listens to changes.
 */
#include <linux/pid_namespace.h>
#include <net/genetlink.h>
#include <net/ipv6.h>
#include <net/netlink.h>

#include "evpn.h"
#include "netlink_gen.h"

static size_t member_size(void)
{
	return nla_total_size(0) +		 /* EVPN_A_ES_MEMBER */
	       nla_total_size(sizeof(u32)) +	 /* IFINDEX */
	       nla_total_size(IFNAMSIZ) +	 /* IFNAME */
	       nla_total_size(0) +		 /* LACP_REWRITING */
	       2 * nla_total_size(sizeof(u32)) + /* LACPDU_AGE, ACTOR_STATE */
	       7 * nla_total_size(sizeof(u32)) + nla_total_size(ETH_ALEN); /* PARTNER… */
}

static size_t members_size(const struct evpn_es *es)
{
	const struct evpn_port *port;
	size_t size = 0;

	list_for_each_entry(port, &es->members, list)
		size += member_size();
	return size;
}

/* Of each device of a set: its names, number and state, and why it is rejected. */
static size_t devices_size(const struct evpn_es *es)
{
	const struct evpn_device *d;
	size_t size = 0;

	evpn_for_each_device(d, es)
		size += nla_total_size(0) + 2 * nla_total_size(IFNAMSIZ) +
			2 * nla_total_size(sizeof(u32)) + nla_total_size(sizeof(d->why));
	return size;
}

/** evpn_es_msg_size() - room that a message about a segment needs; under evpn_net.lock */
size_t evpn_es_msg_size(const struct evpn_es *es)
{
	return GENL_HDRLEN + nla_total_size(EVPN_ESI_LEN) +
	       2 * nla_total_size(IFNAMSIZ) + /* IFNAME, DEVICE */
	       nla_total_size(EVPN_VLAN_MAP_LEN) +
	       nla_total_size(sizeof_field(struct evpn_device, why)) +
	       18 * nla_total_size(sizeof(u32)) + /* the numbers and flags */
	       nla_total_size(0) +		  /* PEERS */
	       evpn_vtep_peers_count(es) * nla_total_size(sizeof(struct in6_addr)) +
	       2 * nla_total_size_64bit(sizeof(u64)) + /* CHANGED, HOSTS_FORGOTTEN */
	       devices_size(es) + members_size(es);
}

static int fill_partner(struct sk_buff *msg, struct evpn_port *port)
{
	struct evpn_partner_view view;

	evpn_partner_read(port, &view);
	if (nla_put_u32(msg, EVPN_A_MEMBER_PARTNER, view.partner))
		return -EMSGSIZE;
	if (view.partner == EVPN_PARTNER_UNKNOWN)
		return 0;
	if (nla_put_u32(msg, EVPN_A_MEMBER_PARTNER_AGE, view.age_ms) ||
	    nla_put_u32(msg, EVPN_A_MEMBER_PARTNER_TIMEOUT, view.timeout_ms) ||
	    nla_put_u32(msg, EVPN_A_MEMBER_PARTNER_STATE, view.info.state) ||
	    nla_put_u32(msg, EVPN_A_MEMBER_PARTNER_PRIORITY, view.info.priority) ||
	    nla_put(msg, EVPN_A_MEMBER_PARTNER_SYSTEM, ETH_ALEN, view.info.system) ||
	    nla_put_u32(msg, EVPN_A_MEMBER_PARTNER_KEY, view.info.key) ||
	    nla_put_u32(msg, EVPN_A_MEMBER_PARTNER_PORT, view.info.port))
		return -EMSGSIZE;
	return 0;
}

static int fill_sent(struct sk_buff *msg, struct evpn_port *port)
{
	u32 age;
	u8 state;

	if (!evpn_lacp_last(port, &age, &state))
		return 0;
	return nla_put_u32(msg, EVPN_A_MEMBER_LACPDU_AGE, age) ?:
		       nla_put_u32(msg, EVPN_A_MEMBER_ACTOR_STATE, state);
}

static int fill_member(struct sk_buff *msg, const struct evpn_es *es, struct evpn_port *port)
{
	struct nlattr *nest = nla_nest_start(msg, EVPN_A_ES_MEMBER);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(msg, EVPN_A_MEMBER_IFINDEX, port->dev->ifindex) ||
	    nla_put_string(msg, EVPN_A_MEMBER_IFNAME, port->name) ||
	    ((es->flags & EVPN_PF_OOS) && nla_put_flag(msg, EVPN_A_MEMBER_LACP_REWRITING)) ||
	    fill_sent(msg, port) || fill_partner(msg, port))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_members(struct sk_buff *msg, const struct evpn_es *es)
{
	struct evpn_port *port;
	int err;

	list_for_each_entry(port, &es->members, list) {
		err = fill_member(msg, es, port);
		if (err)
			return err;
	}
	return 0;
}

static int fill_device(struct sk_buff *msg, const struct evpn_device *d)
{
	struct nlattr *nest = nla_nest_start(msg, EVPN_A_ES_PORT);
	const struct evpn_port *port = d->port;

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_string(msg, EVPN_A_PORT_IFNAME, d->name) ||
	    nla_put_u32(msg, EVPN_A_PORT_STATE, d->state) ||
	    (port && nla_put_u32(msg, EVPN_A_PORT_IFINDEX, port->dev->ifindex)) ||
	    (port && nla_put_string(msg, EVPN_A_PORT_DEVICE, port->name)) ||
	    (d->why[0] && nla_put_string(msg, EVPN_A_PORT_WHY, d->why)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* Those of a set; of another segment the attributes of the segment itself say all. */
static int fill_devices(struct sk_buff *msg, const struct evpn_es *es)
{
	const struct evpn_device *d;
	int err;

	if (!es->set)
		return 0;
	evpn_for_each_device(d, es) {
		err = fill_device(msg, d);
		if (err)
			return err;
	}
	return 0;
}

static int fill_peer(struct sk_buff *msg, const struct in6_addr *address)
{
	if (ipv6_addr_v4mapped(address))
		return nla_put_in_addr(msg, EVPN_A_PEER_LIST_ADDRESS, address->s6_addr32[3]);
	return nla_put_in6_addr(msg, EVPN_A_PEER_LIST_ADDRESS, address);
}

static int fill_peers(struct sk_buff *msg, const struct evpn_es *es)
{
	struct nlattr *nest = nla_nest_start(msg, EVPN_A_ES_PEERS);
	unsigned int i, n = evpn_vtep_peers_count(es);

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < n; i++) {
		if (fill_peer(msg, evpn_vtep_peer(es, i)))
			return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_conf(struct sk_buff *msg, const struct evpn_es *es)
{
	const struct evpn_device *first = evpn_devices_head(es);
	const struct evpn_es_conf *conf = &es->conf;
	const struct evpn_vlan_map *map;

	map = rcu_dereference_protected(es->map, lockdep_is_held(&es->net->lock));
	if (nla_put(msg, EVPN_A_ES_ESI, EVPN_ESI_LEN, es->esi.octet) ||
	    nla_put_string(msg, EVPN_A_ES_IFNAME, first ? first->name : "") ||
	    nla_put_u32(msg, EVPN_A_ES_MODE, conf->mode) ||
	    nla_put_u32(msg, EVPN_A_ES_STANDBY, conf->standby) ||
	    nla_put_u32(msg, EVPN_A_ES_ROLE, conf->role) ||
	    (map && nla_put(msg, EVPN_A_ES_VLAN_DF, EVPN_VLAN_MAP_LEN, map->octet)) ||
	    nla_put_u32(msg, EVPN_A_ES_OWNER_HOLD_TIME, conf->hold_ms) ||
	    nla_put_u32(msg, EVPN_A_ES_LOSS_POLICY, conf->loss_policy) ||
	    nla_put_u32(msg, EVPN_A_ES_ALLOW, conf->allow) ||
	    nla_put_u32(msg, EVPN_A_ES_GENERATION, conf->generation) ||
	    nla_put_u32(msg, EVPN_A_ES_UNTAGGED_VID, conf->untagged_vid) ||
	    nla_put_u32(msg, EVPN_A_ES_UNKNOWN_UNICAST, conf->unknown_unicast) ||
	    nla_put_u32(msg, EVPN_A_ES_HOST_TIMEOUT, conf->host_ms) ||
	    nla_put_u32(msg, EVPN_A_ES_HOST_LIMIT, conf->host_limit))
		return -EMSGSIZE;
	return fill_peers(msg, es);
}

static int fill_state(struct sk_buff *msg, const struct evpn_es *es)
{
	const struct evpn_device *first = evpn_devices_first(es);
	const struct evpn_port *port = first ? first->port : NULL;
	const char *why = evpn_devices_why(es);

	if (nla_put_u32(msg, EVPN_A_ES_IFINDEX, port ? port->dev->ifindex : 0) ||
	    (port && nla_put_string(msg, EVPN_A_ES_DEVICE, port->name)) ||
	    nla_put_u32(msg, EVPN_A_ES_STATE, evpn_devices_state(es)) ||
	    (why[0] && nla_put_string(msg, EVPN_A_ES_WHY, why)) ||
	    nla_put_u32(msg, EVPN_A_ES_OPER, evpn_es_oper(es)) ||
	    (es->holding &&
	     nla_put_u32(msg, EVPN_A_ES_HOLD_REMAINING, evpn_owner_hold_remaining(es))) ||
	    nla_put_u64_64bit(msg, EVPN_A_ES_CHANGED, es->changed, EVPN_A_ES_PAD) ||
	    nla_put_u32(msg, EVPN_A_ES_TRANSITIONS, es->transitions) ||
	    nla_put_u32(msg, EVPN_A_ES_INCARNATION, evpn_neigh_incarnation(es)) ||
	    nla_put_u32(msg, EVPN_A_ES_HOSTS, evpn_neigh_hosts(es)) ||
	    nla_put_u64_64bit(msg, EVPN_A_ES_HOSTS_FORGOTTEN, evpn_neigh_hosts_forgotten(es),
			      EVPN_A_ES_PAD))
		return -EMSGSIZE;
	return 0;
}

/**
 * evpn_es_fill() - all about a segment
 * @msg: the message, its header already in it
 * @es: the segment
 *
 * Context: under evpn_net.lock.
 * Return: 0, or -EMSGSIZE.
 */
int evpn_es_fill(struct sk_buff *msg, const struct evpn_es *es)
{
	int err;

	lockdep_assert_held(&es->net->lock);
	err = fill_conf(msg, es);
	if (!err)
		err = fill_state(msg, es);
	if (!err)
		err = fill_devices(msg, es);
	if (!err)
		err = fill_members(msg, es);
	return err;
}

static int fill_owner_hold(struct sk_buff *msg, struct evpn_net *en)
{
	u32 holding = 0, failed = 0, remaining = U32_MAX;
	struct evpn_es *es;

	evpn_for_each_es(es, en) {
		failed += es->failed;
		if (!es->holding)
			continue;
		holding++;
		remaining = min(remaining, evpn_owner_hold_remaining(es));
	}
	if (nla_put_u32(msg, EVPN_A_OWNER_HOLDING, holding) ||
	    (holding && nla_put_u32(msg, EVPN_A_OWNER_HOLD_REMAINING, remaining)) ||
	    nla_put_u32(msg, EVPN_A_OWNER_FAILED, failed))
		return -EMSGSIZE;
	return 0;
}

/**
 * evpn_owner_fill() - all about the owner; as evpn_es_fill()
 * @msg: the message, its header already in it
 * @en: the namespace's state
 * @reader: PID namespace of who reads it
 */
int evpn_owner_fill(struct sk_buff *msg, struct evpn_net *en, struct pid_namespace *reader)
{
	const struct evpn_owner *owner = &en->owner;

	lockdep_assert_held(&en->lock);
	if (nla_put_u32(msg, EVPN_A_OWNER_STATE, owner->state) ||
	    nla_put_u32(msg, EVPN_A_OWNER_PORTID, owner->portid) ||
	    nla_put_u32(msg, EVPN_A_OWNER_PID, pid_nr_ns(owner->pid, reader)) ||
	    nla_put_u32(msg, EVPN_A_OWNER_GENERATION, owner->generation) ||
	    nla_put_u64_64bit(msg, EVPN_A_OWNER_SINCE, owner->since, EVPN_A_OWNER_PAD))
		return -EMSGSIZE;
	if (owner->program[0] && nla_put_string(msg, EVPN_A_OWNER_PROGRAM, owner->program))
		return -EMSGSIZE;
	return fill_owner_hold(msg, en);
}

/* Sends @msg, or tells the listeners that they have missed something. */
static void notify_send(struct evpn_net *en, struct sk_buff *msg, void *hdr, int err,
			unsigned int group)
{
	if (err) {
		nlmsg_free(msg);
		evpn_netlink_overrun(en, group);
		return;
	}
	genlmsg_end(msg, hdr);
	evpn_netlink_multicast(en, msg, group);
}

/**
 * evpn_notify_es() - tell the listeners about a segment
 * @es: the segment
 * @cmd: EVPN_CMD_ES_NTF, EVPN_CMD_ES_DEL_NTF or EVPN_CMD_ES_FAIL_NTF
 *
 * Context: under evpn_net.lock, so that notifications leave in the order of what they tell.
 */
void evpn_notify_es(const struct evpn_es *es, u8 cmd)
{
	unsigned int group = cmd == EVPN_CMD_ES_FAIL_NTF ? EVPN_NLGRP_ALARM : EVPN_NLGRP_CONFIG;
	struct sk_buff *msg;
	void *hdr;

	if (!evpn_netlink_listeners(es->net, group))
		return;
	msg = nlmsg_new(evpn_es_msg_size(es), GFP_KERNEL);
	if (!msg) {
		evpn_netlink_overrun(es->net, group);
		return;
	}
	hdr = evpn_netlink_put(msg, 0, 0, 0, cmd);
	notify_send(es->net, msg, hdr, hdr ? evpn_es_fill(msg, es) : -EMSGSIZE, group);
}

/**
 * evpn_notify_owner() - tell the listeners about the owner
 * @en: the namespace's state
 *
 * All of them get the same message. Its PID is the one that the owner has for itself.
 *
 * Context: under evpn_net.lock.
 */
void evpn_notify_owner(struct evpn_net *en)
{
	struct sk_buff *msg;
	void *hdr;

	if (!evpn_netlink_listeners(en, EVPN_NLGRP_CONFIG))
		return;
	msg = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg) {
		evpn_netlink_overrun(en, EVPN_NLGRP_CONFIG);
		return;
	}
	hdr = evpn_netlink_put(msg, 0, 0, 0, EVPN_CMD_OWNER_NTF);
	notify_send(en, msg, hdr,
		    hdr ? evpn_owner_fill(msg, en, ns_of_pid(en->owner.pid)) : -EMSGSIZE,
		    EVPN_NLGRP_CONFIG);
}
