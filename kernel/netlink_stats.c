// SPDX-License-Identifier: GPL-2.0-only
/* Requests about the counters of a segment, and of its VLANs. */
#include <net/genetlink.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "netlink.h"
#include "netlink_gen.h"

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
	struct sk_buff *msg = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	struct evpn_es *es;
	void *hdr;
	int err;

	if (!msg)
		return -ENOMEM;
	hdr = evpn_netlink_begin(msg, info, EVPN_CMD_STATS_GET);
	es = evpn_netlink_es(info, EVPN_A_STATS_ESI);
	if (IS_ERR(es))
		return evpn_netlink_reply(info, msg, hdr, PTR_ERR(es));
	err = hdr ? fill_stats(msg, es) : -EMSGSIZE;
	if (!err && info->attrs[EVPN_A_STATS_RESET])
		evpn_stats_reset(es);
	mutex_unlock(&es->net->lock);
	return evpn_netlink_reply(info, msg, hdr, err);
}

/** evpn_nl_stats_get_dumpit() - read the counters of all segments */
int evpn_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return evpn_netlink_es_dump(skb, cb, EVPN_CMD_STATS_GET, fill_stats);
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
	struct evpn_vlan_sums sums;
	struct sk_buff *msg;
	struct evpn_es *es;
	void *hdr;
	u16 vid;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, EVPN_A_VLAN_STATS_VLAN)) {
		NL_SET_ERR_MSG(info->extack, "the VLAN is missing");
		return -EINVAL;
	}
	vid = nla_get_u32(info->attrs[EVPN_A_VLAN_STATS_VLAN]);
	msg = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = evpn_netlink_begin(msg, info, EVPN_CMD_VLAN_STATS_GET);
	es = evpn_netlink_es(info, EVPN_A_VLAN_STATS_ESI);
	if (IS_ERR(es))
		return evpn_netlink_reply(info, msg, hdr, PTR_ERR(es));
	evpn_vlan_stats_read(es, vid, &sums);
	err = hdr ? fill_vlan(msg, es, vid, &sums) : -EMSGSIZE;
	mutex_unlock(&es->net->lock);
	return evpn_netlink_reply(info, msg, hdr, err);
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
