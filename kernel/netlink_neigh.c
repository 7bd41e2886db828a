// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests about neighbours. Each message holds any number of entries. A request is read as a
 * whole before the first of its entries is touched; then they are handled in slices, between
 * which others get the lock.
 */
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "neigh.h"
#include "netlink.h"
#include "netlink_gen.h"

#define ENTRY_ATTRS (EVPN_A_NEIGH_ENTRY_INDEX + 1)

#define for_each_entry_attr(attr, nlh, rem)              \
	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem) \
		if (nla_type(attr) == EVPN_A_NEIGH_ENTRY)

static int entry_parse(struct nlattr **tb, const struct nlattr *entry,
		       struct netlink_ext_ack *extack)
{
	return nla_parse_nested(tb, EVPN_A_NEIGH_ENTRY_INDEX, entry, evpn_neigh_entry_nl_policy,
				extack);
}

static int parse_address(struct nlattr **tb, struct evpn_neigh_key *key,
			 struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[EVPN_A_NEIGH_ENTRY_ADDRESS];
	u32 len = nla_len(attr);

	if (len != 4 && len != EVPN_NEIGH_ADDR_LEN) {
		REFUSE(extack, attr, "an address has 4 or 16 octets, not %u", len);
		return -EINVAL;
	}
	key->family = len;
	memcpy(key->addr, nla_data(attr), len);
	if (evpn_neigh_is_host(key->addr, len))
		return 0;
	if (len == 4)
		REFUSE(extack, attr, "%pI4 cannot be the address of a neighbour", key->addr);
	else
		REFUSE(extack, attr, "%pI6c cannot be the address of a neighbour", key->addr);
	return -EADDRNOTAVAIL;
}

static int parse_tag(struct nlattr **tb, u32 *tag, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[EVPN_A_NEIGH_ENTRY_TAG];

	*tag = attr ? nla_get_u32(attr) : 0;
	if (*tag <= EVPN_NEIGH_TAG_MAX)
		return 0;
	REFUSE(extack, attr, "tag %u has more than 24 bits", *tag);
	return -ERANGE;
}

static int parse_key(struct nlattr **tb, const struct nlattr *entry, struct evpn_neigh_key *key,
		     struct netlink_ext_ack *extack)
{
	u32 tag;
	int err;

	if (!tb[EVPN_A_NEIGH_ENTRY_ESI] || !tb[EVPN_A_NEIGH_ENTRY_ADDRESS]) {
		REFUSE(extack, entry, "the ESI or the address of a neighbour is missing");
		return -EINVAL;
	}
	err = parse_tag(tb, &tag, extack);
	if (err)
		return err;
	evpn_neigh_key_dev(key, nla_data(tb[EVPN_A_NEIGH_ENTRY_ESI]), tag);
	return parse_address(tb, key, extack);
}

static u32 parse_u32(struct nlattr **tb, int attr, u32 other)
{
	return tb[attr] ? nla_get_u32(tb[attr]) : other;
}

static int parse_wish(struct nlattr **tb, const struct nlattr *entry, struct evpn_neigh_wish *wish,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *lladdr = tb[EVPN_A_NEIGH_ENTRY_LLADDR];

	if (!lladdr) {
		REFUSE(extack, entry, "the MAC address of a neighbour is missing");
		return -EINVAL;
	}
	*wish = (struct evpn_neigh_wish){
		.protocol = parse_u32(tb, EVPN_A_NEIGH_ENTRY_PROTOCOL, RTPROT_ZEBRA),
		.flags = parse_u32(tb, EVPN_A_NEIGH_ENTRY_FLAGS, 0),
		.check_vrf = tb[EVPN_A_NEIGH_ENTRY_VRF],
		.vrf = parse_u32(tb, EVPN_A_NEIGH_ENTRY_VRF, 0),
		.generation = parse_u32(tb, EVPN_A_NEIGH_ENTRY_GENERATION, 0),
		.origin = parse_u32(tb, EVPN_A_NEIGH_ENTRY_ORIGIN, 0),
	};
	nla_memcpy(wish->lladdr, lladdr, ETH_ALEN);
	if (is_valid_ether_addr(wish->lladdr))
		return 0;
	REFUSE(extack, lladdr, "%pM cannot be the MAC address of a host", wish->lladdr);
	return -EADDRNOTAVAIL;
}

/* Is all of the request well-formed? @wishes: it is for neigh-new. */
static int check_entries(struct evpn_neigh_net *nn, struct genl_info *info, bool wishes)
{
	struct nlattr *tb[ENTRY_ATTRS], *attr;
	struct evpn_neigh_wish wish;
	struct evpn_neigh_key key;
	int err, rem;

	if (GENL_REQ_ATTR_CHECK(info, EVPN_A_NEIGH_ENTRY)) {
		NL_SET_ERR_MSG(info->extack, "there is no neighbour in the request");
		return -EINVAL;
	}
	for_each_entry_attr(attr, info->nlhdr, rem) {
		err = entry_parse(tb, attr, info->extack);
		if (!err)
			err = parse_key(tb, attr, &key, info->extack);
		if (!err && wishes)
			err = parse_wish(tb, attr, &wish, info->extack);
		if (err)
			return err;
		if (wishes && !evpn_neigh_es_find(nn, key.esi)) {
			REFUSE(info->extack, tb[EVPN_A_NEIGH_ENTRY_ESI],
			       "there is no segment " EVPN_ESI_FMT, EVPN_ESI_LEN, key.esi);
			return -ENOENT;
		}
	}
	return 0;
}

/* The answer to neigh-new: as many messages as it takes. */
struct answer {
	struct evpn_neigh_net *nn;
	struct genl_info *info;
	struct sk_buff *msg;
	void *hdr;
	u32 accepted;
	u32 pending;
	u32 refused;
};

static int answer_begin(struct answer *a)
{
	a->msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!a->msg)
		return -ENOMEM;
	a->hdr = evpn_netlink_put(a->msg, a->info->snd_portid, a->info->snd_seq, 0,
				  EVPN_CMD_NEIGH_NEW);
	return 0;
}

static int answer_send(struct answer *a)
{
	struct sk_buff *msg = a->msg;

	a->msg = NULL;
	genlmsg_end(msg, a->hdr);
	return genlmsg_reply(msg, a->info);
}

static int answer_add(struct answer *a, const struct evpn_neigh *n, u32 index)
{
	int err;

	if (!n->why) {
		a->accepted++;
		return 0;
	}
	if (n->state == EVPN_NEIGH_STATE_PENDING)
		a->pending++;
	else
		a->refused++;
	if (!evpn_neigh_fill(a->msg, a->nn, n, index))
		return 0;
	err = answer_send(a);
	if (!err)
		err = answer_begin(a);
	return err ?: evpn_neigh_fill(a->msg, a->nn, n, index);
}

static int answer_end(struct answer *a)
{
	int err;

	if (nla_put_u32(a->msg, EVPN_A_NEIGH_ACCEPTED, a->accepted) ||
	    nla_put_u32(a->msg, EVPN_A_NEIGH_PENDING, a->pending) ||
	    nla_put_u32(a->msg, EVPN_A_NEIGH_REFUSED, a->refused)) {
		err = answer_send(a);
		if (!err)
			err = answer_begin(a);
		if (err)
			return err;
		nla_put_u32(a->msg, EVPN_A_NEIGH_ACCEPTED, a->accepted);
		nla_put_u32(a->msg, EVPN_A_NEIGH_PENDING, a->pending);
		nla_put_u32(a->msg, EVPN_A_NEIGH_REFUSED, a->refused);
	}
	return answer_send(a);
}

/* Between two slices others get the lock. */
static void pause_slice(struct evpn_neigh_net *nn, u32 done)
{
	if (done % EVPN_NEIGH_SLICE)
		return;
	mutex_unlock(&nn->lock);
	cond_resched();
	mutex_lock(&nn->lock);
}

static int new_one(struct answer *a, const struct nlattr *attr, u32 index)
{
	struct nlattr *tb[ENTRY_ATTRS];
	struct evpn_neigh_es *nes;
	struct evpn_neigh_wish wish;
	struct evpn_neigh_key key;
	struct evpn_neigh *n;

	entry_parse(tb, attr, NULL);
	parse_key(tb, attr, &key, NULL);
	parse_wish(tb, attr, &wish, NULL);
	/* The segment may have gone between two slices: the wish would have gone with it. */
	nes = evpn_neigh_es_find(a->nn, key.esi);
	if (!nes)
		return -ENOENT;
	wish.incarnation = nes->incarnation;
	n = evpn_neigh_wish(a->nn, &key, &wish);
	return n ? answer_add(a, n, index) : -ENOMEM;
}

/** evpn_nl_neigh_new_doit() - wish for neighbours */
int evpn_nl_neigh_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_neigh_net *nn = evpn_net(genl_info_net(info))->neigh;
	struct answer a = {.nn = nn, .info = info};
	struct nlattr *attr;
	u32 index = 0;
	int err, rem;

	mutex_lock(&nn->lock);
	err = check_entries(nn, info, true);
	if (!err)
		err = answer_begin(&a);
	if (err)
		goto unlock;
	for_each_entry_attr(attr, info->nlhdr, rem) {
		err = new_one(&a, attr, index++);
		if (err)
			break;
		pause_slice(nn, index);
	}
	evpn_neigh_kick(nn);
unlock:
	mutex_unlock(&nn->lock);
	if (!err)
		return answer_end(&a);
	nlmsg_free(a.msg);
	return err;
}

static int parse_retain(struct genl_info *info, u32 *retain)
{
	const struct nlattr *attr = info->attrs[EVPN_A_NEIGH_RETAIN];

	*retain = attr ? nla_get_u32(attr) : 0;
	if (*retain <= EVPN_NEIGH_RETAIN_MAX)
		return 0;
	REFUSE(info->extack, attr, "a retention time of %u ms is above %u", *retain,
	       EVPN_NEIGH_RETAIN_MAX);
	return -ERANGE;
}

/* The neighbour that a checked entry names, or NULL. */
static struct evpn_neigh *entry_find(struct evpn_neigh_net *nn, const struct nlattr *attr)
{
	struct nlattr *tb[ENTRY_ATTRS];
	struct evpn_neigh_key key;

	entry_parse(tb, attr, NULL);
	parse_key(tb, attr, &key, NULL);
	return evpn_neigh_find(nn, &key);
}

static void del_one(struct evpn_neigh_net *nn, const struct nlattr *attr, u32 retain)
{
	struct evpn_neigh *n = entry_find(nn, attr);

	if (n)
		evpn_neigh_unwish(nn, n, retain);
}

/** evpn_nl_neigh_del_doit() - take wishes back */
int evpn_nl_neigh_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_neigh_net *nn = evpn_net(genl_info_net(info))->neigh;
	u32 retain, done = 0;
	struct nlattr *attr;
	int err, rem;

	err = parse_retain(info, &retain);
	if (err)
		return err;
	mutex_lock(&nn->lock);
	err = check_entries(nn, info, false);
	if (err)
		goto unlock;
	for_each_entry_attr(attr, info->nlhdr, rem) {
		del_one(nn, attr, retain);
		pause_slice(nn, ++done);
	}
	evpn_neigh_kick(nn);
unlock:
	mutex_unlock(&nn->lock);
	return err;
}

static void ask_one(struct evpn_neigh_net *nn, const struct nlattr *attr)
{
	struct evpn_neigh *n = entry_find(nn, attr);

	if (n)
		evpn_neigh_ask(nn, n);
}

/** evpn_nl_neigh_ask_doit() - have hosts asked whether they are still there */
int evpn_nl_neigh_ask_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_neigh_net *nn = evpn_net(genl_info_net(info))->neigh;
	struct nlattr *attr;
	u32 done = 0;
	int err, rem;

	mutex_lock(&nn->lock);
	err = check_entries(nn, info, false);
	if (err)
		goto unlock;
	for_each_entry_attr(attr, info->nlhdr, rem) {
		ask_one(nn, attr);
		pause_slice(nn, ++done);
	}
	evpn_neigh_kick(nn);
unlock:
	mutex_unlock(&nn->lock);
	return err;
}

/** evpn_nl_neigh_sweep_doit() - take back the wishes of other generations */
int evpn_nl_neigh_sweep_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_neigh_net *nn = evpn_net(genl_info_net(info))->neigh;
	struct evpn_neigh_key pos = {};
	u32 retain, keep, done = 0;
	struct evpn_neigh *n;
	int err;

	err = parse_retain(info, &retain);
	if (err)
		return err;
	if (GENL_REQ_ATTR_CHECK(info, EVPN_A_NEIGH_GENERATION)) {
		NL_SET_ERR_MSG(info->extack, "the generation to keep is missing");
		return -EINVAL;
	}
	keep = nla_get_u32(info->attrs[EVPN_A_NEIGH_GENERATION]);
	mutex_lock(&nn->lock);
	while ((n = evpn_neigh_from(nn, &pos, true))) {
		pos = n->key;
		if (n->wished && n->wish.generation != keep)
			evpn_neigh_unwish(nn, n, retain);
		pause_slice(nn, ++done);
	}
	/* Who sweeps has said what it wants of all. */
	evpn_neigh_keep_end(nn);
	evpn_neigh_kick(nn);
	mutex_unlock(&nn->lock);
	return 0;
}

/** evpn_nl_neigh_get_doit() - read a neighbour */
int evpn_nl_neigh_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_neigh_net *nn = evpn_net(genl_info_net(info))->neigh;
	const struct nlattr *attr = info->attrs[EVPN_A_NEIGH_ENTRY];
	struct nlattr *tb[ENTRY_ATTRS];
	struct evpn_neigh_key key;
	struct evpn_neigh *n;
	struct sk_buff *msg;
	void *hdr;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, EVPN_A_NEIGH_ENTRY)) {
		NL_SET_ERR_MSG(info->extack, "there is no neighbour in the request");
		return -EINVAL;
	}
	err = entry_parse(tb, attr, info->extack);
	if (!err)
		err = parse_key(tb, attr, &key, info->extack);
	if (err)
		return err;
	msg = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = evpn_netlink_begin(msg, info, EVPN_CMD_NEIGH_GET);
	mutex_lock(&nn->lock);
	n = evpn_neigh_find(nn, &key);
	if (n && n->state != EVPN_NEIGH_STATE_GONE) {
		err = evpn_neigh_fill(msg, nn, n, -1);
	} else {
		REFUSE(info->extack, attr, "neither learned nor wished for");
		err = -ENOENT;
	}
	mutex_unlock(&nn->lock);
	return evpn_netlink_reply(info, msg, hdr, err);
}

/* Where a dump goes on: after this key. */
struct dump_position {
	struct evpn_neigh_key last;
	bool begun;
	bool ended;
};

/* What a dump is limited to. */
struct dump_filter {
	struct evpn_neigh_key key;
	u32 prefix;
	u32 state;
	bool has_state;
};

static int dump_filter(const struct nlmsghdr *nlh, struct dump_filter *filter)
{
	const struct nlattr *attr = nlmsg_find_attr(nlh, GENL_HDRLEN, EVPN_A_NEIGH_ENTRY);
	struct nlattr *tb[ENTRY_ATTRS];
	int err;

	memset(filter, 0, sizeof(*filter));
	if (!attr)
		return 0;
	err = entry_parse(tb, attr, NULL);
	if (err)
		return err;
	if (tb[EVPN_A_NEIGH_ENTRY_STATE]) {
		filter->has_state = true;
		filter->state = nla_get_u32(tb[EVPN_A_NEIGH_ENTRY_STATE]);
	}
	if (!tb[EVPN_A_NEIGH_ENTRY_ESI])
		return tb[EVPN_A_NEIGH_ENTRY_TAG] ? -EINVAL : 0;
	evpn_neigh_key_dev(&filter->key, nla_data(tb[EVPN_A_NEIGH_ENTRY_ESI]),
			   parse_u32(tb, EVPN_A_NEIGH_ENTRY_TAG, 0));
	filter->prefix = tb[EVPN_A_NEIGH_ENTRY_TAG] ? EVPN_NEIGH_PREFIX_DEV : EVPN_NEIGH_PREFIX_ES;
	return 0;
}

/* Fills @msg with entries. True when there are no more. */
static bool dump_entries(struct sk_buff *msg, struct evpn_neigh_net *nn,
			 const struct dump_filter *filter, struct dump_position *pos)
{
	struct evpn_neigh *n;

	for (;;) {
		n = evpn_neigh_from(nn, pos->begun ? &pos->last : &filter->key, pos->begun);
		if (!n || memcmp(&n->key, &filter->key, filter->prefix))
			return true;
		if (n->state != EVPN_NEIGH_STATE_GONE &&
		    (!filter->has_state || n->state == filter->state) &&
		    evpn_neigh_fill(msg, nn, n, -1))
			return false;
		pos->last = n->key;
		pos->begun = true;
	}
}

/**
 * evpn_nl_neigh_get_dumpit() - read all neighbours, or those of a filter
 * @skb: to be filled
 * @cb: where it goes on
 *
 * What comes or goes meanwhile does not make it skip or repeat another, and is flagged as
 * NLM_F_DUMP_INTR.
 */
int evpn_nl_neigh_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct evpn_neigh_net *nn = evpn_net(sock_net(skb->sk))->neigh;
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
			       EVPN_CMD_NEIGH_GET);
	if (!hdr)
		return -EMSGSIZE;
	mutex_lock(&nn->lock);
	cb->seq = nn->seq;
	genl_dump_check_consistent(cb, hdr);
	pos->ended = dump_entries(skb, nn, &filter, pos);
	mutex_unlock(&nn->lock);
	genlmsg_end(skb, hdr);
	return skb->len;
}

static int fill_number(struct sk_buff *msg, int attr, u64 value)
{
	return nla_put_u64_64bit(msg, attr, value, EVPN_A_NEIGH_STATS_PAD);
}

static int fill_counts(struct sk_buff *msg, const struct evpn_neigh_net *nn)
{
	const u32 *count = nn->count;

	if (nla_put_u32(msg, EVPN_A_NEIGH_STATS_LOCAL, count[EVPN_NEIGH_STATE_LOCAL]) ||
	    nla_put_u32(msg, EVPN_A_NEIGH_STATS_SYNCED, count[EVPN_NEIGH_STATE_SYNCED]) ||
	    nla_put_u32(msg, EVPN_A_NEIGH_STATS_PENDING, count[EVPN_NEIGH_STATE_PENDING]) ||
	    nla_put_u32(msg, EVPN_A_NEIGH_STATS_REFUSED, count[EVPN_NEIGH_STATE_REFUSED]) ||
	    nla_put_u32(msg, EVPN_A_NEIGH_STATS_RETAINED, count[EVPN_NEIGH_STATE_RETAINED]))
		return -EMSGSIZE;
	return 0;
}

static int fill_counters(struct sk_buff *msg, const struct evpn_neigh_net *nn)
{
	const struct evpn_neigh_counters *c = &nn->counters;

	if (fill_number(msg, EVPN_A_NEIGH_STATS_EVENTS, atomic64_read(&nn->events)) ||
	    fill_number(msg, EVPN_A_NEIGH_STATS_COALESCED, atomic64_read(&nn->coalesced)) ||
	    fill_number(msg, EVPN_A_NEIGH_STATS_OVERRUNS, atomic64_read(&nn->overruns)) ||
	    fill_number(msg, EVPN_A_NEIGH_STATS_INSTALLED, c->installed) ||
	    fill_number(msg, EVPN_A_NEIGH_STATS_REMOVED, c->removed) ||
	    fill_number(msg, EVPN_A_NEIGH_STATS_CONFLICTS, c->conflicts) ||
	    fill_number(msg, EVPN_A_NEIGH_STATS_TABLE_FULL, c->table_full) ||
	    fill_number(msg, EVPN_A_NEIGH_STATS_PROBES, c->probes) ||
	    fill_number(msg, EVPN_A_NEIGH_STATS_NOTIFIED, c->notified) ||
	    nla_put_u32(msg, EVPN_A_NEIGH_STATS_HOST_LIMIT, nn->limit) ||
	    fill_number(msg, EVPN_A_NEIGH_STATS_FORGOTTEN, c->forgotten) ||
	    fill_number(msg, EVPN_A_NEIGH_STATS_KEPT, c->kept))
		return -EMSGSIZE;
	return 0;
}

static int fill_stats(struct sk_buff *msg, void *data)
{
	return fill_counts(msg, data) ?: fill_counters(msg, data);
}

/** evpn_nl_neigh_stats_get_doit() - read the neighbour statistics */
int evpn_nl_neigh_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_neigh_net *nn = evpn_net(genl_info_net(info))->neigh;

	return evpn_netlink_answer(info, EVPN_CMD_NEIGH_STATS_GET, &nn->lock, fill_stats, nn);
}

/** evpn_nl_neigh_set_doit() - how many neighbours are learned on all segments together */
int evpn_nl_neigh_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_neigh_net *nn = evpn_net(genl_info_net(info))->neigh;
	u32 limit;

	if (GENL_REQ_ATTR_CHECK(info, EVPN_A_NEIGH_HOST_LIMIT)) {
		NL_SET_ERR_MSG(info->extack, "the limit is missing");
		return -EINVAL;
	}
	limit = nla_get_u32(info->attrs[EVPN_A_NEIGH_HOST_LIMIT]);
	if (!limit || limit > EVPN_HOST_LIMIT_MAX) {
		REFUSE(info->extack, info->attrs[EVPN_A_NEIGH_HOST_LIMIT],
		       "a limit of %u hosts is not from 1 to %u", limit, EVPN_HOST_LIMIT_MAX);
		return -EINVAL;
	}
	mutex_lock(&nn->lock);
	nn->limit = limit;
	mutex_unlock(&nn->lock);
	return 0;
}
