// SPDX-License-Identifier: GPL-2.0-only
/* Requests about segments. */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/ipv6.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "netlink.h"
#include "netlink_gen.h"

static bool esi_reserved(const struct evpn_esi *esi)
{
	return !memchr_inv(esi->octet, 0x00, EVPN_ESI_LEN) ||
	       !memchr_inv(esi->octet, 0xff, EVPN_ESI_LEN);
}

/* @attr is of the set of the operation: the segments' and the statistics' ESI differ. */
static int parse_esi(struct genl_info *info, int attr, struct evpn_esi *esi)
{
	if (GENL_REQ_ATTR_CHECK(info, attr)) {
		NL_SET_ERR_MSG(info->extack, "the ESI of the segment is missing");
		return -EINVAL;
	}
	memcpy(esi->octet, nla_data(info->attrs[attr]), EVPN_ESI_LEN);
	if (esi_reserved(esi)) {
		REFUSE(info->extack, info->attrs[attr], EVPN_ESI_FMT " is a reserved ESI",
		       EVPN_ESI_ARG(esi));
		return -EINVAL;
	}
	return 0;
}

static struct evpn_es *get_es(struct evpn_net *en, struct genl_info *info, int attr,
			      const struct evpn_esi *esi)
{
	struct evpn_es *es = evpn_es_find(en, esi);

	if (es)
		return es;
	REFUSE(info->extack, info->attrs[attr], "there is no segment " EVPN_ESI_FMT,
	       EVPN_ESI_ARG(esi));
	return ERR_PTR(-ENOENT);
}

/**
 * evpn_netlink_es() - finds the segment of a request, and locks the segments
 * @info: the request
 * @attr: its attribute with the ESI; the sets of segments and of statistics have one each
 *
 * Return: the segment, with the lock of its namespace held, or an error and no lock.
 */
struct evpn_es *evpn_netlink_es(struct genl_info *info, int attr)
{
	struct evpn_net *en = evpn_net(genl_info_net(info));
	struct evpn_esi esi;
	struct evpn_es *es;
	int err;

	err = parse_esi(info, attr, &esi);
	if (err)
		return ERR_PTR(err);
	mutex_lock(&en->lock);
	es = get_es(en, info, attr, &esi);
	if (IS_ERR(es))
		mutex_unlock(&en->lock);
	return es;
}

static int parse_map(const struct genl_info *info, struct evpn_es_change *change)
{
	const struct nlattr *attr = info->attrs[EVPN_A_ES_VLAN_DF];

	if (!attr)
		return 0;
	change->map = kmalloc(sizeof(*change->map), GFP_KERNEL_ACCOUNT);
	if (!change->map)
		return -ENOMEM;
	memcpy(change->map->octet, nla_data(attr), EVPN_VLAN_MAP_LEN);
	return 0;
}

/* The address in @attr, IPv4-mapped when it is one of IPv4. */
static int parse_peer(struct genl_info *info, const struct nlattr *attr, struct in6_addr *address)
{
	switch (nla_len(attr)) {
	case sizeof(struct in_addr):
		ipv6_addr_set_v4mapped(nla_get_in_addr(attr), address);
		break;
	case sizeof(struct in6_addr):
		*address = nla_get_in6_addr(attr);
		if (!ipv6_addr_v4mapped(address))
			break;
		fallthrough;
	default:
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "the address of a peer is not 4 octets of IPv4 or 16 of IPv6");
		return -EINVAL;
	}
	if (ipv6_addr_any(address) || ipv6_addr_is_multicast(address) ||
	    (ipv6_addr_v4mapped(address) &&
	     (!address->s6_addr32[3] || ipv4_is_multicast(address->s6_addr32[3])))) {
		NL_SET_BAD_ATTR(info->extack, attr);
		NL_SET_ERR_MSG_FMT(info->extack, "%pI6c is not the address of one peer", address);
		return -EINVAL;
	}
	return 0;
}

static bool peer_listed(const struct in6_addr *list, unsigned int n, const struct in6_addr *address)
{
	while (n--) {
		if (ipv6_addr_equal(&list[n], address))
			return true;
	}
	return false;
}

static int parse_peers(struct evpn_net *en, struct genl_info *info, struct evpn_es_change *change)
{
	const struct nlattr *list = info->attrs[EVPN_A_ES_PEERS], *attr;
	struct in6_addr *addresses;
	unsigned int n = 0;
	int rem, err = 0;

	if (!list)
		return 0;
	addresses = kcalloc(EVPN_PEERS_MAX, sizeof(*addresses), GFP_KERNEL);
	if (!addresses)
		return -ENOMEM;
	nla_for_each_nested(attr, list, rem) {
		struct in6_addr address;

		err = parse_peer(info, attr, &address);
		if (!err && peer_listed(addresses, n, &address))
			continue;
		if (!err && n == EVPN_PEERS_MAX) {
			NL_SET_BAD_ATTR(info->extack, attr);
			NL_SET_ERR_MSG_FMT(info->extack, "a segment has no more than %u peers",
					   EVPN_PEERS_MAX);
			err = -E2BIG;
		}
		if (err)
			goto out;
		addresses[n++] = address;
	}
	change->peers = evpn_vtep_peers(en, addresses, n, info->extack);
	if (IS_ERR(change->peers)) {
		err = PTR_ERR(change->peers);
		change->peers = NULL;
		NL_SET_BAD_ATTR(info->extack, list);
	}
out:
	kfree(addresses);
	return err;
}

static int parse_port(struct genl_info *info, const struct nlattr *attr, struct evpn_names *names)
{
	struct nlattr *tb[EVPN_A_PORT_IFNAME + 1];
	int err;

	err = nla_parse_nested(tb, EVPN_A_PORT_IFNAME, attr, evpn_port_nl_policy, info->extack);
	if (err)
		return err;
	if (!tb[EVPN_A_PORT_IFNAME]) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "the name of a device is missing");
		return -EINVAL;
	}
	if (names->n == EVPN_ES_PORTS_MAX) {
		REFUSE(info->extack, attr, "a segment has no more than %u devices",
		       EVPN_ES_PORTS_MAX);
		return -E2BIG;
	}
	nla_strscpy(names->name[names->n++], tb[EVPN_A_PORT_IFNAME], IFNAMSIZ);
	return 0;
}

static int parse_ports(struct genl_info *info, struct evpn_names *names)
{
	const struct nlattr *attr;
	int rem, err;

	names->set = true;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != EVPN_A_ES_PORT)
			continue;
		err = parse_port(info, attr, names);
		if (err)
			return err;
	}
	return 0;
}

/* The devices that a request names: one, none, or those of a set. NULL when it does not speak of them. */
static struct evpn_names *parse_names(struct genl_info *info)
{
	const struct nlattr *ifname = info->attrs[EVPN_A_ES_IFNAME];
	const struct nlattr *port = info->attrs[EVPN_A_ES_PORT];
	struct evpn_names *names;
	int err = 0;

	if (!ifname && !port)
		return NULL;
	if (ifname && port) {
		NL_SET_ERR_MSG_ATTR(info->extack, port,
				    "ifname names one device, port those of a set: not both");
		return ERR_PTR(-EINVAL);
	}
	names = kzalloc(sizeof(*names), GFP_KERNEL);
	if (!names)
		return ERR_PTR(-ENOMEM);
	if (port)
		err = parse_ports(info, names);
	else if (nla_strscpy(names->name[0], ifname, IFNAMSIZ) > 0)
		names->n = 1;
	if (!err)
		return names;
	kfree(names);
	return ERR_PTR(err);
}

/* The attribute that names device @i of those of a request. */
static const struct nlattr *names_attr(const struct genl_info *info, unsigned int i)
{
	const struct nlattr *attr;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) == EVPN_A_ES_PORT && !i--)
			return attr;
	}
	return info->attrs[EVPN_A_ES_IFNAME];
}

/* Overwrites in @change what the request names. */
static int parse_change(struct evpn_net *en, struct genl_info *info, struct evpn_es_change *change)
{
	struct evpn_es_conf *conf = &change->conf;

	change->has_role = info->attrs[EVPN_A_ES_ROLE];
	evpn_netlink_u32(info, EVPN_A_ES_MODE, &conf->mode);
	evpn_netlink_u32(info, EVPN_A_ES_STANDBY, &conf->standby);
	evpn_netlink_u32(info, EVPN_A_ES_ROLE, &conf->role);
	evpn_netlink_u32(info, EVPN_A_ES_OWNER_HOLD_TIME, &conf->hold_ms);
	evpn_netlink_u32(info, EVPN_A_ES_LOSS_POLICY, &conf->loss_policy);
	evpn_netlink_u32(info, EVPN_A_ES_ALLOW, &conf->allow);
	evpn_netlink_u32(info, EVPN_A_ES_UNTAGGED_VID, &conf->untagged_vid);
	evpn_netlink_u32(info, EVPN_A_ES_UNKNOWN_UNICAST, &conf->unknown_unicast);
	evpn_netlink_u32(info, EVPN_A_ES_GENERATION, &conf->generation);
	evpn_netlink_u32(info, EVPN_A_ES_HOST_TIMEOUT, &conf->host_ms);
	evpn_netlink_u32(info, EVPN_A_ES_HOST_LIMIT, &conf->host_limit);
	if (conf->hold_ms > EVPN_HOLD_TIME_MAX) {
		REFUSE(info->extack, info->attrs[EVPN_A_ES_OWNER_HOLD_TIME],
		       "a hold time of %u ms is above %u", conf->hold_ms, EVPN_HOLD_TIME_MAX);
		return -EINVAL;
	}
	if (conf->host_ms > EVPN_HOST_TIMEOUT_MAX) {
		REFUSE(info->extack, info->attrs[EVPN_A_ES_HOST_TIMEOUT],
		       "a host timeout of %u ms is above %u", conf->host_ms, EVPN_HOST_TIMEOUT_MAX);
		return -EINVAL;
	}
	if (!conf->host_limit || conf->host_limit > EVPN_HOST_LIMIT_MAX) {
		REFUSE(info->extack, info->attrs[EVPN_A_ES_HOST_LIMIT],
		       "a limit of %u hosts is not from 1 to %u", conf->host_limit,
		       EVPN_HOST_LIMIT_MAX);
		return -EINVAL;
	}
	return parse_map(info, change) ?: parse_peers(en, info, change);
}

static int netlink_create(struct evpn_net *en, const struct evpn_esi *esi, struct genl_info *info,
			  struct evpn_es_change *change)
{
	int err;

	evpn_es_conf_init(&change->conf);
	err = parse_change(en, info, change);
	return err ? err : PTR_ERR_OR_ZERO(evpn_es_create(en, esi, change, info->extack));
}

static int netlink_change(struct evpn_es *es, struct genl_info *info, struct evpn_es_change *change)
{
	int err;

	change->conf = es->conf;
	err = parse_change(es->net, info, change);
	return err ? err : evpn_es_change(es, change, info->extack);
}

static int netlink_new(struct evpn_net *en, const struct evpn_esi *esi, struct genl_info *info,
		       struct evpn_es_change *change)
{
	struct evpn_es *es = evpn_es_find(en, esi);

	if (!es)
		return netlink_create(en, esi, info, change);
	if (info->attrs[EVPN_A_ES_EXCLUSIVE]) {
		REFUSE(info->extack, info->attrs[EVPN_A_ES_ESI],
		       "segment " EVPN_ESI_FMT " is there already", EVPN_ESI_ARG(esi));
		return -EEXIST;
	}
	return netlink_change(es, info, change);
}

static int netlink_set(struct evpn_net *en, const struct evpn_esi *esi, struct genl_info *info,
		       struct evpn_es_change *change)
{
	struct evpn_es *es = get_es(en, info, EVPN_A_ES_ESI, esi);

	return IS_ERR(es) ? PTR_ERR(es) : netlink_change(es, info, change);
}

/*
 * Creation and change. RTNL is taken for what touches the binding to a device; a change of the
 * role alone does not wait for whoever holds RTNL.
 */
static int netlink_wish(struct genl_info *info, bool rtnl,
			int (*doit)(struct evpn_net *en, const struct evpn_esi *esi,
				    struct genl_info *info, struct evpn_es_change *change))
{
	struct evpn_net *en = evpn_net(genl_info_net(info));
	struct evpn_es_change change = {};
	struct evpn_names *names;
	struct evpn_esi esi;
	int err;

	err = parse_esi(info, EVPN_A_ES_ESI, &esi);
	if (err)
		return err;
	names = parse_names(info);
	if (IS_ERR(names))
		return PTR_ERR(names);
	change.names = names;
	if (rtnl)
		rtnl_lock();
	mutex_lock(&en->lock);
	err = doit(en, &esi, info, &change);
	evpn_vtep_peers_put(en, change.peers);
	mutex_unlock(&en->lock);
	if (rtnl)
		rtnl_unlock();
	if (change.device_refused)
		NL_SET_BAD_ATTR(info->extack, names_attr(info, change.refused));
	kfree(names);
	/* A creation that failed late may have shown the map to a hook. */
	if (change.map)
		kfree_rcu(change.map, rcu);
	return err;
}

/** evpn_nl_es_new_doit() - create a segment, or change it */
int evpn_nl_es_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return netlink_wish(info, true, netlink_new);
}

/** evpn_nl_es_set_doit() - change a segment */
int evpn_nl_es_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return netlink_wish(info, info->attrs[EVPN_A_ES_IFNAME] || info->attrs[EVPN_A_ES_PORT],
			    netlink_set);
}

/** evpn_nl_es_del_doit() - delete a segment */
int evpn_nl_es_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_net *en = evpn_net(genl_info_net(info));
	struct evpn_es *es;

	rtnl_lock();
	es = evpn_netlink_es(info, EVPN_A_ES_ESI);
	if (!IS_ERR(es)) {
		evpn_es_destroy(es);
		mutex_unlock(&en->lock);
	}
	rtnl_unlock();
	return PTR_ERR_OR_ZERO(es);
}

/* @es: NULL to look only whether the host is one. */
static int speak_for(struct evpn_es *es, struct genl_info *info, const struct nlattr *host)
{
	struct nlattr *tb[EVPN_A_HOST_IFINDEX + 1];
	u32 vid = 0, ifindex = 0;
	const u8 *mac;
	int err;

	err = nla_parse_nested(tb, EVPN_A_HOST_IFINDEX, host, evpn_host_nl_policy, info->extack);
	if (err)
		return err;
	if (!tb[EVPN_A_HOST_MAC]) {
		NL_SET_ERR_MSG_ATTR(info->extack, host, "the MAC address of a host is missing");
		return -EINVAL;
	}
	mac = nla_data(tb[EVPN_A_HOST_MAC]);
	if (!is_valid_ether_addr(mac)) {
		NL_SET_BAD_ATTR(info->extack, tb[EVPN_A_HOST_MAC]);
		NL_SET_ERR_MSG_FMT(info->extack, "%pM is not the address of one host", mac);
		return -EINVAL;
	}
	if (!es)
		return 0;
	if (tb[EVPN_A_HOST_VLAN])
		vid = nla_get_u32(tb[EVPN_A_HOST_VLAN]);
	if (tb[EVPN_A_HOST_IFINDEX])
		ifindex = nla_get_u32(tb[EVPN_A_HOST_IFINDEX]);
	return evpn_speak(es, mac, vid, ifindex);
}

static int speak_for_all(struct evpn_es *es, struct genl_info *info)
{
	const struct nlattr *host;
	unsigned int n = 0;
	int rem, err;

	nlmsg_for_each_attr(host, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(host) != EVPN_A_ES_HOST)
			continue;
		if (n++ == EVPN_HOSTS_MAX) {
			NL_SET_ERR_MSG_FMT(info->extack, "more than %u hosts in one request",
					   EVPN_HOSTS_MAX);
			return -E2BIG;
		}
		err = speak_for(es, info, host);
		if (err)
			return err;
	}
	return 0;
}

/** evpn_nl_es_speak_doit() - speak for silent hosts behind a segment */
int evpn_nl_es_speak_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_es *es = evpn_netlink_es(info, EVPN_A_ES_ESI);
	int err;

	if (IS_ERR(es))
		return PTR_ERR(es);
	err = speak_for_all(NULL, info) ?: speak_for_all(es, info);
	mutex_unlock(&es->net->lock);
	return err;
}

/** evpn_nl_es_sweep_doit() - delete the segments of other generations */
int evpn_nl_es_sweep_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_net *en = evpn_net(genl_info_net(info));

	if (GENL_REQ_ATTR_CHECK(info, EVPN_A_ES_GENERATION)) {
		NL_SET_ERR_MSG(info->extack, "the generation to keep is missing");
		return -EINVAL;
	}
	rtnl_lock();
	mutex_lock(&en->lock);
	evpn_es_sweep(en, nla_get_u32(info->attrs[EVPN_A_ES_GENERATION]));
	mutex_unlock(&en->lock);
	rtnl_unlock();
	return 0;
}

/** evpn_nl_es_get_doit() - read a segment */
int evpn_nl_es_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_es *es = evpn_netlink_es(info, EVPN_A_ES_ESI);
	struct sk_buff *msg;
	void *hdr = NULL;
	int err = -ENOMEM;

	if (IS_ERR(es))
		return PTR_ERR(es);
	msg = nlmsg_new(evpn_es_msg_size(es), GFP_KERNEL);
	if (msg) {
		hdr = evpn_netlink_begin(msg, info, EVPN_CMD_ES_GET);
		err = hdr ? evpn_es_fill(msg, es) : -EMSGSIZE;
	}
	mutex_unlock(&es->net->lock);
	return evpn_netlink_reply(info, msg, hdr, err);
}

/* Where a dump goes on: after this ESI. */
struct dump_position {
	struct evpn_esi last;
	bool begun;
};

static int dump_one(struct sk_buff *msg, struct netlink_callback *cb, const struct evpn_es *es,
		    u8 cmd, int (*fill)(struct sk_buff *msg, const struct evpn_es *es))
{
	void *hdr = evpn_netlink_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				     NLM_F_MULTI, cmd);

	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (fill(msg, es)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

/**
 * evpn_netlink_es_dump() - dumps what there is to say of each segment
 * @msg: to be filled
 * @cb: where it goes on
 * @cmd: command of each message
 * @fill: puts the attributes of one segment, or fails
 *
 * The segments come in the order of their ESI. What is created or deleted meanwhile does not make
 * it skip or repeat another, and is flagged as NLM_F_DUMP_INTR.
 *
 * Return: what a dumpit operation returns.
 */
int evpn_netlink_es_dump(struct sk_buff *msg, struct netlink_callback *cb, u8 cmd,
			 int (*fill)(struct sk_buff *msg, const struct evpn_es *es))
{
	struct evpn_net *en = evpn_net(sock_net(msg->sk));
	struct dump_position *pos = (struct dump_position *)cb->ctx;
	struct evpn_es *es;
	int err = 0;

	BUILD_BUG_ON(sizeof(*pos) > sizeof(cb->ctx));
	mutex_lock(&en->lock);
	cb->seq = en->seq;
	es = pos->begun ? evpn_es_next(en, &pos->last) : evpn_es_first(en);
	for (; es; es = evpn_es_after(es)) {
		err = dump_one(msg, cb, es, cmd, fill);
		if (err)
			break;
		pos->last = es->esi;
		pos->begun = true;
	}
	mutex_unlock(&en->lock);
	return msg->len ? msg->len : err;
}

/** evpn_nl_es_get_dumpit() - read all segments */
int evpn_nl_es_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return evpn_netlink_es_dump(skb, cb, EVPN_CMD_ES_GET, evpn_es_fill);
}
