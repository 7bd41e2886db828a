// SPDX-License-Identifier: GPL-2.0-only
/* Requests about multicast groups: what is wanted, and statistics. */
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "mcast.h"
#include "netlink.h"
#include "netlink_gen.h"

#define ENTRY_ATTRS (EVPN_A_MCAST_ENTRY_MAX + 1)

static int entry_parse(struct nlattr **tb, const struct nlattr *entry,
		       struct netlink_ext_ack *extack)
{
	return nla_parse_nested(tb, EVPN_A_MCAST_ENTRY_MAX, entry, evpn_mcast_entry_nl_policy,
				extack);
}

static u32 entry_tag(struct nlattr **tb)
{
	return tb[EVPN_A_MCAST_ENTRY_TAG] ? nla_get_u32(tb[EVPN_A_MCAST_ENTRY_TAG]) : 0;
}

static int parse_key(struct nlattr **tb, const struct nlattr *entry, struct evpn_neigh_key *key,
		     struct netlink_ext_ack *extack)
{
	const struct nlattr *group = tb[EVPN_A_MCAST_ENTRY_GROUP];
	u32 len;

	if (!tb[EVPN_A_MCAST_ENTRY_ESI] || !group) {
		REFUSE(extack, entry, "the ESI or the address of a group is missing");
		return -EINVAL;
	}
	len = nla_len(group);
	if (len != 4 && len != EVPN_IGMP_ADDR_LEN) {
		REFUSE(extack, group, "an address has 4 or 16 octets, not %u", len);
		return -EINVAL;
	}
	evpn_neigh_key_dev(key, nla_data(tb[EVPN_A_MCAST_ENTRY_ESI]), entry_tag(tb));
	key->family = len;
	memcpy(key->addr, nla_data(group), len);
	return 0;
}

/* The answer about one group, or why there is none. */
static int fill_answer(struct evpn_mcast_net *mn, struct sk_buff *msg,
		       const struct evpn_neigh_key *key, const struct nlattr *attr,
		       struct netlink_ext_ack *extack)
{
	const struct evpn_mcast_group *g = evpn_mcast_find(mn, key);

	if (g && !g->ended)
		return evpn_mcast_fill(msg, g);
	REFUSE(extack, attr, "no host wants this group there");
	return -ENOENT;
}

static int fill_wish(struct evpn_mcast_net *mn, struct sk_buff *msg,
		     const struct evpn_neigh_key *key, const struct nlattr *attr,
		     struct netlink_ext_ack *extack)
{
	const struct evpn_mcast_host *h = evpn_mcast_host_find(mn, key);

	if (h && h->want)
		return evpn_mcast_fill_host(msg, mn, h);
	REFUSE(extack, attr, "there is no wish for this group there");
	return -ENOENT;
}

typedef int (*answer_fn)(struct evpn_mcast_net *mn, struct sk_buff *msg,
			 const struct evpn_neigh_key *key, const struct nlattr *attr,
			 struct netlink_ext_ack *extack);

static int get(struct genl_info *info, u8 cmd, answer_fn fn)
{
	struct evpn_mcast_net *mn = evpn_net(genl_info_net(info))->mcast;
	const struct nlattr *attr = info->attrs[EVPN_A_MCAST_ENTRY];
	struct nlattr *tb[ENTRY_ATTRS];
	struct evpn_neigh_key key;
	struct sk_buff *msg;
	void *hdr;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, EVPN_A_MCAST_ENTRY)) {
		NL_SET_ERR_MSG(info->extack, "there is no group in the request");
		return -EINVAL;
	}
	err = entry_parse(tb, attr, info->extack);
	if (!err)
		err = parse_key(tb, attr, &key, info->extack);
	if (err)
		return err;
	msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = evpn_netlink_begin(msg, info, cmd);
	mutex_lock(&mn->lock);
	err = fn(mn, msg, &key, attr, info->extack);
	mutex_unlock(&mn->lock);
	return evpn_netlink_reply(info, msg, hdr, err);
}

/** evpn_nl_mcast_get_doit() - read a group */
int evpn_nl_mcast_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return get(info, EVPN_CMD_MCAST_GET, fill_answer);
}

/** evpn_nl_mcast_wish_get_doit() - read a wish */
int evpn_nl_mcast_wish_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return get(info, EVPN_CMD_MCAST_WISH_GET, fill_wish);
}

/* Where a dump goes on: after this key. */
struct dump_position {
	struct evpn_neigh_key last;
	bool begun;
	bool ended;
};

/* What a dump is limited to: groups whose keys begin like this one. */
struct dump_filter {
	struct evpn_neigh_key key;
	u32 prefix;
};

static int dump_filter(const struct nlmsghdr *nlh, struct dump_filter *filter)
{
	const struct nlattr *attr = nlmsg_find_attr(nlh, GENL_HDRLEN, EVPN_A_MCAST_ENTRY);
	struct nlattr *tb[ENTRY_ATTRS];
	int err;

	memset(filter, 0, sizeof(*filter));
	if (!attr)
		return 0;
	err = entry_parse(tb, attr, NULL);
	if (err)
		return err;
	if (!tb[EVPN_A_MCAST_ENTRY_ESI])
		return tb[EVPN_A_MCAST_ENTRY_TAG] ? -EINVAL : 0;
	evpn_neigh_key_dev(&filter->key, nla_data(tb[EVPN_A_MCAST_ENTRY_ESI]), entry_tag(tb));
	filter->prefix = tb[EVPN_A_MCAST_ENTRY_TAG] ? EVPN_NEIGH_PREFIX_DEV : EVPN_NEIGH_PREFIX_ES;
	return 0;
}

/* Fills @msg with wishes. True when there are no more. */
static bool dump_hosts(struct sk_buff *msg, struct evpn_mcast_net *mn,
		       const struct dump_filter *filter, struct dump_position *pos)
{
	struct evpn_mcast_host *h;

	for (;;) {
		h = evpn_mcast_host_from(mn, pos->begun ? &pos->last : &filter->key, pos->begun);
		if (!h || memcmp(&h->key, &filter->key, filter->prefix))
			return true;
		if (h->want && evpn_mcast_fill_host(msg, mn, h))
			return false;
		pos->last = h->key;
		pos->begun = true;
	}
}

/* Fills @msg with groups. True when there are no more. */
static bool dump_groups(struct sk_buff *msg, struct evpn_mcast_net *mn,
			const struct dump_filter *filter, struct dump_position *pos)
{
	struct evpn_mcast_group *g;

	for (;;) {
		g = evpn_mcast_from(mn, pos->begun ? &pos->last : &filter->key, pos->begun);
		if (!g || memcmp(&g->key, &filter->key, filter->prefix))
			return true;
		if (!g->ended && evpn_mcast_fill(msg, g))
			return false;
		pos->last = g->key;
		pos->begun = true;
	}
}

typedef bool (*dump_fn)(struct sk_buff *msg, struct evpn_mcast_net *mn,
			const struct dump_filter *filter, struct dump_position *pos);

/*
 * What comes or goes meanwhile does not make it skip or repeat another, and is flagged as
 * NLM_F_DUMP_INTR.
 */
static int dump(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd, dump_fn fn)
{
	struct evpn_mcast_net *mn = evpn_net(sock_net(skb->sk))->mcast;
	struct dump_position *pos = (struct dump_position *)cb->ctx;
	struct dump_filter filter;
	void *hdr;
	int err;

	BUILD_BUG_ON(sizeof(*pos) > sizeof(cb->ctx));
	if (pos->ended)
		return 0;
	err = dump_filter(cb->nlh, &filter);
	if (err)
		return err;
	hdr = evpn_netlink_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, NLM_F_MULTI,
			       cmd);
	if (!hdr)
		return -EMSGSIZE;
	mutex_lock(&mn->lock);
	cb->seq = mn->seq;
	genl_dump_check_consistent(cb, hdr);
	pos->ended = fn(skb, mn, &filter, pos);
	mutex_unlock(&mn->lock);
	genlmsg_end(skb, hdr);
	return skb->len;
}

/** evpn_nl_mcast_get_dumpit() - read all groups, or those of a filter */
int evpn_nl_mcast_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump(skb, cb, EVPN_CMD_MCAST_GET, dump_groups);
}

/** evpn_nl_mcast_wish_get_dumpit() - read all wishes, or those of a filter */
int evpn_nl_mcast_wish_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump(skb, cb, EVPN_CMD_MCAST_WISH_GET, dump_hosts);
}

static int fill_number(struct sk_buff *msg, int attr, u64 value)
{
	return nla_put_u64_64bit(msg, attr, value, EVPN_A_MCAST_STATS_PAD);
}

static int fill_stats(struct sk_buff *msg, void *data)
{
	struct evpn_mcast_net *mn = data;
	const struct evpn_mcast_counters *c = &mn->counters;

	if (nla_put_u32(msg, EVPN_A_MCAST_STATS_GROUPS, mn->count) ||
	    nla_put_u32(msg, EVPN_A_MCAST_STATS_SOURCES, mn->sources) ||
	    fill_number(msg, EVPN_A_MCAST_STATS_REPORTS, c->reports) ||
	    fill_number(msg, EVPN_A_MCAST_STATS_QUERIES, c->queries) ||
	    fill_number(msg, EVPN_A_MCAST_STATS_MALFORMED, c->malformed) ||
	    fill_number(msg, EVPN_A_MCAST_STATS_NO_PLACE, c->no_place) ||
	    fill_number(msg, EVPN_A_MCAST_STATS_FLOODED, atomic64_read(&mn->flooded)) ||
	    fill_number(msg, EVPN_A_MCAST_STATS_GROUP_LIMIT, c->group_limit) ||
	    fill_number(msg, EVPN_A_MCAST_STATS_SOURCE_LIMIT, c->source_limit) ||
	    fill_number(msg, EVPN_A_MCAST_STATS_NOTIFIED, c->notified) ||
	    nla_put_u32(msg, EVPN_A_MCAST_STATS_WISHES, mn->n_hosts) ||
	    fill_number(msg, EVPN_A_MCAST_STATS_SPOKEN, c->spoken) ||
	    fill_number(msg, EVPN_A_MCAST_STATS_ASKED, c->asked))
		return -EMSGSIZE;
	return 0;
}

/** evpn_nl_mcast_stats_get_doit() - read the statistics of IGMP and MLD */
int evpn_nl_mcast_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_mcast_net *mn = evpn_net(genl_info_net(info))->mcast;

	return evpn_netlink_answer(info, EVPN_CMD_MCAST_STATS_GET, &mn->lock, fill_stats, mn);
}
