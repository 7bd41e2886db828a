// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: what is asked, in the terms of the objects, and back. Each handler
 * locks, calls, unlocks. The table of operations and the attribute policies are generated from
 * Documentation/netlink/specs/evpn.yaml.
 */
#include <linux/pid_namespace.h>
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/ipv6.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "evpn.h"
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

/* Sets the offending attribute beside the sentence. */
#define REFUSE(info, attr, fmt, args...)                              \
	do {                                                          \
		NL_SET_BAD_ATTR((info)->extack, (info)->attrs[attr]); \
		NL_SET_ERR_MSG_FMT((info)->extack, fmt, ##args);      \
	} while (0)

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
		REFUSE(info, attr, EVPN_ESI_FMT " is a reserved ESI", EVPN_ESI_ARG(esi));
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
	REFUSE(info, attr, "there is no segment " EVPN_ESI_FMT, EVPN_ESI_ARG(esi));
	return ERR_PTR(-ENOENT);
}

static void parse_u32(const struct genl_info *info, int attr, u32 *value)
{
	if (info->attrs[attr])
		*value = nla_get_u32(info->attrs[attr]);
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

/* Overwrites in @change what the request names. */
static int parse_change(struct evpn_net *en, struct genl_info *info, struct evpn_es_change *change)
{
	struct evpn_es_conf *conf = &change->conf;
	const struct nlattr *ifname = info->attrs[EVPN_A_ES_IFNAME];

	if (ifname) {
		memset(conf->ifname, 0, sizeof(conf->ifname));
		nla_strscpy(conf->ifname, ifname, sizeof(conf->ifname));
		change->has_ifname = true;
	}
	change->has_role = info->attrs[EVPN_A_ES_ROLE];
	parse_u32(info, EVPN_A_ES_MODE, &conf->mode);
	parse_u32(info, EVPN_A_ES_STANDBY, &conf->standby);
	parse_u32(info, EVPN_A_ES_ROLE, &conf->role);
	parse_u32(info, EVPN_A_ES_OWNER_HOLD_TIME, &conf->hold_ms);
	parse_u32(info, EVPN_A_ES_LOSS_POLICY, &conf->loss_policy);
	parse_u32(info, EVPN_A_ES_ALLOW, &conf->allow);
	parse_u32(info, EVPN_A_ES_UNTAGGED_VID, &conf->untagged_vid);
	parse_u32(info, EVPN_A_ES_UNKNOWN_UNICAST, &conf->unknown_unicast);
	parse_u32(info, EVPN_A_ES_GENERATION, &conf->generation);
	parse_u32(info, EVPN_A_ES_HOST_TIMEOUT, &conf->host_ms);
	parse_u32(info, EVPN_A_ES_HOST_LIMIT, &conf->host_limit);
	if (conf->hold_ms > EVPN_HOLD_TIME_MAX) {
		REFUSE(info, EVPN_A_ES_OWNER_HOLD_TIME, "a hold time of %u ms is above %u",
		       conf->hold_ms, EVPN_HOLD_TIME_MAX);
		return -EINVAL;
	}
	if (conf->host_ms > EVPN_HOST_TIMEOUT_MAX) {
		REFUSE(info, EVPN_A_ES_HOST_TIMEOUT, "a host timeout of %u ms is above %u",
		       conf->host_ms, EVPN_HOST_TIMEOUT_MAX);
		return -EINVAL;
	}
	if (!conf->host_limit || conf->host_limit > EVPN_HOST_LIMIT_MAX) {
		REFUSE(info, EVPN_A_ES_HOST_LIMIT, "a limit of %u hosts is not from 1 to %u",
		       conf->host_limit, EVPN_HOST_LIMIT_MAX);
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
		REFUSE(info, EVPN_A_ES_ESI, "segment " EVPN_ESI_FMT " is there already",
		       EVPN_ESI_ARG(esi));
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
	struct evpn_esi esi;
	int err;

	err = parse_esi(info, EVPN_A_ES_ESI, &esi);
	if (err)
		return err;
	if (rtnl)
		rtnl_lock();
	mutex_lock(&en->lock);
	err = doit(en, &esi, info, &change);
	evpn_vtep_peers_put(en, change.peers);
	mutex_unlock(&en->lock);
	if (rtnl)
		rtnl_unlock();
	if (change.device_refused)
		NL_SET_BAD_ATTR(info->extack, info->attrs[EVPN_A_ES_IFNAME]);
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
	return netlink_wish(info, info->attrs[EVPN_A_ES_IFNAME], netlink_set);
}

/** evpn_nl_es_del_doit() - delete a segment */
int evpn_nl_es_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_net *en = evpn_net(genl_info_net(info));
	struct evpn_esi esi;
	struct evpn_es *es;
	int err;

	err = parse_esi(info, EVPN_A_ES_ESI, &esi);
	if (err)
		return err;
	rtnl_lock();
	mutex_lock(&en->lock);
	es = get_es(en, info, EVPN_A_ES_ESI, &esi);
	if (IS_ERR(es))
		err = PTR_ERR(es);
	else
		evpn_es_destroy(es);
	mutex_unlock(&en->lock);
	rtnl_unlock();
	return err;
}

/* @es: NULL to look only whether the host is one. */
static int speak_for(struct evpn_es *es, struct genl_info *info, const struct nlattr *host)
{
	struct nlattr *tb[EVPN_A_HOST_VLAN + 1];
	const u8 *mac;
	int err;

	err = nla_parse_nested(tb, EVPN_A_HOST_VLAN, host, evpn_host_nl_policy, info->extack);
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
	return evpn_speak(es, mac, tb[EVPN_A_HOST_VLAN] ? nla_get_u32(tb[EVPN_A_HOST_VLAN]) : 0);
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
	struct evpn_net *en = evpn_net(genl_info_net(info));
	struct evpn_esi esi;
	struct evpn_es *es;
	int err;

	err = parse_esi(info, EVPN_A_ES_ESI, &esi);
	if (err)
		return err;
	mutex_lock(&en->lock);
	es = get_es(en, info, EVPN_A_ES_ESI, &esi);
	err = IS_ERR(es) ? PTR_ERR(es) : speak_for_all(NULL, info) ?: speak_for_all(es, info);
	mutex_unlock(&en->lock);
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

/** evpn_netlink_put() - begin a message, see genlmsg_put() */
void *evpn_netlink_put(struct sk_buff *msg, u32 portid, u32 seq, int flags, u8 cmd)
{
	return genlmsg_put(msg, portid, seq, &netlink_family, flags, cmd);
}

/* Answers a request with @msg, which is taken over, or with @err. */
static int netlink_reply(struct genl_info *info, struct sk_buff *msg, void *hdr, int err)
{
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

static void *reply_put(struct sk_buff *msg, const struct genl_info *info, u8 cmd)
{
	return evpn_netlink_put(msg, info->snd_portid, info->snd_seq, 0, cmd);
}

/** evpn_nl_es_get_doit() - read a segment */
int evpn_nl_es_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_net *en = evpn_net(genl_info_net(info));
	struct sk_buff *msg = NULL;
	struct evpn_esi esi;
	struct evpn_es *es;
	void *hdr = NULL;
	int err;

	err = parse_esi(info, EVPN_A_ES_ESI, &esi);
	if (err)
		return err;
	mutex_lock(&en->lock);
	es = get_es(en, info, EVPN_A_ES_ESI, &esi);
	if (IS_ERR(es)) {
		err = PTR_ERR(es);
		goto unlock;
	}
	msg = nlmsg_new(evpn_es_msg_size(es), GFP_KERNEL);
	if (!msg) {
		err = -ENOMEM;
		goto unlock;
	}
	hdr = reply_put(msg, info, EVPN_CMD_ES_GET);
	err = hdr ? evpn_es_fill(msg, es) : -EMSGSIZE;
unlock:
	mutex_unlock(&en->lock);
	return netlink_reply(info, msg, hdr, err);
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

/*
 * Dumps the segments in the order of their ESI. What is created or deleted meanwhile does not
 * make it skip or repeat another, and is flagged as NLM_F_DUMP_INTR.
 */
static int netlink_dump(struct sk_buff *msg, struct netlink_callback *cb, u8 cmd,
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
	return netlink_dump(skb, cb, EVPN_CMD_ES_GET, evpn_es_fill);
}

static int fill_counter(struct sk_buff *msg, int attr, u32 direction, u32 reason, u64 packets,
			u64 bytes)
{
	struct nlattr *nest = nla_nest_start(msg, attr);

	if (!nest || nla_put_u32(msg, EVPN_A_COUNTER_DIRECTION, direction) ||
	    nla_put_u32(msg, EVPN_A_COUNTER_REASON, reason) ||
	    nla_put_u64_64bit(msg, EVPN_A_COUNTER_PACKETS, packets, EVPN_A_COUNTER_PAD) ||
	    nla_put_u64_64bit(msg, EVPN_A_COUNTER_BYTES, bytes, EVPN_A_COUNTER_PAD))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_number(struct sk_buff *msg, int attr, u64 value)
{
	return nla_put_u64_64bit(msg, attr, value, EVPN_A_STATS_PAD);
}

static int fill_stats(struct sk_buff *msg, const struct evpn_es *es)
{
	struct evpn_stats stats;
	u32 d, r;

	evpn_stats_read(es, &stats);
	if (nla_put(msg, EVPN_A_STATS_ESI, EVPN_ESI_LEN, es->esi.octet))
		return -EMSGSIZE;
	for (d = 0; d < EVPN_DIRECTIONS; d++) {
		for (r = 0; r < EVPN_REASONS; r++) {
			if (fill_counter(msg, EVPN_A_STATS_COUNTER, d, r, stats.packets[d][r],
					 stats.bytes[d][r]))
				return -EMSGSIZE;
		}
	}
	if (fill_number(msg, EVPN_A_STATS_ALLOWED_INGRESS, stats.allowed[EVPN_DIRECTION_INGRESS]) ||
	    fill_number(msg, EVPN_A_STATS_ALLOWED_EGRESS, stats.allowed[EVPN_DIRECTION_EGRESS]) ||
	    fill_number(msg, EVPN_A_STATS_LACP_REWRITTEN, stats.lacp[EVPN_LACP_REWRITTEN]) ||
	    fill_number(msg, EVPN_A_STATS_LACP_ECHO, stats.lacp[EVPN_LACP_ECHO]) ||
	    fill_number(msg, EVPN_A_STATS_LACP_SENT, stats.lacp[EVPN_LACP_SENT]) ||
	    fill_number(msg, EVPN_A_STATS_LACP_STALE, stats.lacp[EVPN_LACP_STALE]))
		return -EMSGSIZE;
	return 0;
}

/** evpn_nl_stats_get_doit() - read, and reset, the counters of a segment */
int evpn_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_net *en = evpn_net(genl_info_net(info));
	struct evpn_esi esi;
	struct sk_buff *msg;
	struct evpn_es *es;
	void *hdr;
	int err;

	err = parse_esi(info, EVPN_A_STATS_ESI, &esi);
	if (err)
		return err;
	msg = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = reply_put(msg, info, EVPN_CMD_STATS_GET);
	mutex_lock(&en->lock);
	es = get_es(en, info, EVPN_A_STATS_ESI, &esi);
	if (IS_ERR(es))
		err = PTR_ERR(es);
	else
		err = hdr ? fill_stats(msg, es) : -EMSGSIZE;
	if (!err && info->attrs[EVPN_A_STATS_RESET])
		evpn_stats_reset(es);
	mutex_unlock(&en->lock);
	return netlink_reply(info, msg, hdr, err);
}

/** evpn_nl_stats_get_dumpit() - read the counters of all segments */
int evpn_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return netlink_dump(skb, cb, EVPN_CMD_STATS_GET, fill_stats);
}

static int fill_vlan(struct sk_buff *msg, struct evpn_es *es, u16 vid,
		     const struct evpn_vlan_sums *sums)
{
	u32 d, r;

	if (nla_put(msg, EVPN_A_VLAN_STATS_ESI, EVPN_ESI_LEN, es->esi.octet) ||
	    nla_put_u32(msg, EVPN_A_VLAN_STATS_VLAN, vid))
		return -EMSGSIZE;
	for (d = 0; d < EVPN_DIRECTIONS; d++) {
		for (r = 0; r < EVPN_REASONS; r++) {
			if (sums->packets[d][r] &&
			    fill_counter(msg, EVPN_A_VLAN_STATS_COUNTER, d, r, sums->packets[d][r],
					 sums->bytes[d][r]))
				return -EMSGSIZE;
		}
	}
	return 0;
}

/** evpn_nl_vlan_stats_get_doit() - read the counters of one VLAN of a segment */
int evpn_nl_vlan_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_net *en = evpn_net(genl_info_net(info));
	struct evpn_vlan_sums sums;
	struct evpn_esi esi;
	struct sk_buff *msg;
	struct evpn_es *es;
	void *hdr;
	u16 vid;
	int err;

	err = parse_esi(info, EVPN_A_VLAN_STATS_ESI, &esi);
	if (err)
		return err;
	if (GENL_REQ_ATTR_CHECK(info, EVPN_A_VLAN_STATS_VLAN)) {
		NL_SET_ERR_MSG(info->extack, "the VLAN is missing");
		return -EINVAL;
	}
	vid = nla_get_u32(info->attrs[EVPN_A_VLAN_STATS_VLAN]);
	msg = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = reply_put(msg, info, EVPN_CMD_VLAN_STATS_GET);
	mutex_lock(&en->lock);
	es = get_es(en, info, EVPN_A_VLAN_STATS_ESI, &esi);
	if (IS_ERR(es)) {
		err = PTR_ERR(es);
	} else {
		evpn_vlan_stats_read(es, vid, &sums);
		err = hdr ? fill_vlan(msg, es, vid, &sums) : -EMSGSIZE;
	}
	mutex_unlock(&en->lock);
	return netlink_reply(info, msg, hdr, err);
}

static int dump_vlan(struct sk_buff *msg, struct netlink_callback *cb, struct evpn_es *es, u16 vid)
{
	struct evpn_vlan_sums sums;
	void *hdr;

	if (!evpn_vlan_stats_read(es, vid, &sums))
		return 0;
	hdr = evpn_netlink_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, NLM_F_MULTI,
			       EVPN_CMD_VLAN_STATS_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (fill_vlan(msg, es, vid, &sums)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

/** evpn_nl_vlan_stats_get_dumpit() - read the counters of all VLANs of a segment */
int evpn_nl_vlan_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct nlattr *attr = nlmsg_find_attr(cb->nlh, GENL_HDRLEN, EVPN_A_VLAN_STATS_ESI);
	struct evpn_net *en = evpn_net(sock_net(skb->sk));
	int vid = cb->args[0], err = 0;
	struct evpn_esi esi;
	struct evpn_es *es;

	if (!attr) {
		NL_SET_ERR_MSG(cb->extack, "the ESI of the segment is missing");
		return -EINVAL;
	}
	memcpy(esi.octet, nla_data(attr), EVPN_ESI_LEN);
	mutex_lock(&en->lock);
	es = evpn_es_find(en, &esi);
	if (!es) {
		NL_SET_BAD_ATTR(cb->extack, attr);
		NL_SET_ERR_MSG_FMT(cb->extack, "there is no segment " EVPN_ESI_FMT,
				   EVPN_ESI_ARG(&esi));
		err = -ENOENT;
	}
	for (; es && !err && (vid = evpn_vlan_stats_next(es, vid)) >= 0; vid += !err) {
		err = dump_vlan(skb, cb, es, vid);
		if (err)
			break;
	}
	mutex_unlock(&en->lock);
	cb->args[0] = vid < 0 ? EVPN_VLAN_MAP_LEN * 8 : vid;
	return skb->len ? skb->len : err;
}

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
	parse_u32(info, EVPN_A_CORE_MARK_MASK, &mask);
	mutex_lock(&en->lock);
	err = evpn_vtep_set(en, attr ? &mask : NULL, n ? ports : NULL, n, info->extack);
	mutex_unlock(&en->lock);
	if (err && attr)
		NL_SET_BAD_ATTR(info->extack, attr);
	return err;
}

static int fill_core(struct sk_buff *msg, struct evpn_net *en)
{
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
	struct sk_buff *msg = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *hdr;
	int err;

	if (!msg)
		return -ENOMEM;
	hdr = reply_put(msg, info, EVPN_CMD_CORE_GET);
	mutex_lock(&en->lock);
	err = hdr ? fill_core(msg, en) : -EMSGSIZE;
	mutex_unlock(&en->lock);
	return netlink_reply(info, msg, hdr, err);
}

/** evpn_nl_owner_set_doit() - make the sender the owner */
int evpn_nl_owner_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_net *en = evpn_net(genl_info_net(info));
	bool replace = info->attrs[EVPN_A_OWNER_REPLACE];
	u32 generation = 0;
	int err;

	parse_u32(info, EVPN_A_OWNER_GENERATION, &generation);
	mutex_lock(&en->lock);
	err = evpn_owner_claim(en, info->snd_portid, generation, replace, info->extack);
	mutex_unlock(&en->lock);
	return err;
}

/** evpn_nl_owner_get_doit() - read who is the owner */
int evpn_nl_owner_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_net *en = evpn_net(genl_info_net(info));
	struct sk_buff *msg = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *hdr;
	int err;

	if (!msg)
		return -ENOMEM;
	hdr = reply_put(msg, info, EVPN_CMD_OWNER_GET);
	mutex_lock(&en->lock);
	err = hdr ? evpn_owner_fill(msg, en, task_active_pid_ns(current)) : -EMSGSIZE;
	mutex_unlock(&en->lock);
	return netlink_reply(info, msg, hdr, err);
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
