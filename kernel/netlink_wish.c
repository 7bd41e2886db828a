// SPDX-License-Identifier: GPL-2.0-only
/* Requests about multicast groups that other PEs have heard of: wishes, and that a host has left. */
#include <net/genetlink.h>
#include <net/netlink.h>

#include "mcast.h"
#include "netlink.h"
#include "netlink_gen.h"

#define ENTRY_ATTRS (EVPN_A_MCAST_ENTRY_MAX + 1)
#define SOURCE_ATTRS (EVPN_A_MCAST_SOURCE_MAX + 1)

#define for_each_attr(attr, nlh, type, rem)              \
	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem) \
		if (nla_type(attr) == (type))

/**
 * struct entry - one entry of a request
 * @key: segment, tag and group
 * @attr: the entry itself
 * @tb: its attributes
 */
struct entry {
	struct evpn_neigh_key key;
	const struct nlattr *attr;
	struct nlattr *tb[ENTRY_ATTRS];
};

static u32 entry_u32(const struct entry *e, int attr)
{
	return e->tb[attr] ? nla_get_u32(e->tb[attr]) : 0;
}

static int entry_group(struct entry *e, struct netlink_ext_ack *extack)
{
	const struct nlattr *group = e->tb[EVPN_A_MCAST_ENTRY_GROUP];
	u32 len = nla_len(group);

	if (len != 4 && len != EVPN_IGMP_ADDR_LEN) {
		REFUSE(extack, group, "an address has 4 or 16 octets, not %u", len);
		return -EINVAL;
	}
	e->key.family = len;
	memcpy(e->key.addr, nla_data(group), len);
	if (evpn_igmp_group_usable(e->key.addr, len))
		return 0;
	if (len == 4)
		REFUSE(extack, group, "%pI4 is no group that routers have to do with", e->key.addr);
	else
		REFUSE(extack, group, "%pI6c is no group that routers have to do with",
		       e->key.addr);
	return -EADDRNOTAVAIL;
}

static int entry_parse(struct entry *e, const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	u32 tag;
	int err;

	memset(e, 0, sizeof(*e));
	e->attr = attr;
	err = nla_parse_nested(e->tb, EVPN_A_MCAST_ENTRY_MAX, attr, evpn_mcast_entry_nl_policy,
			       extack);
	if (err)
		return err;
	if (!e->tb[EVPN_A_MCAST_ENTRY_ESI] || !e->tb[EVPN_A_MCAST_ENTRY_GROUP]) {
		REFUSE(extack, attr, "the ESI or the address of a group is missing");
		return -EINVAL;
	}
	tag = entry_u32(e, EVPN_A_MCAST_ENTRY_TAG);
	if (tag > EVPN_NEIGH_TAG_MAX) {
		REFUSE(extack, e->tb[EVPN_A_MCAST_ENTRY_TAG], "tag %u has more than 24 bits", tag);
		return -ERANGE;
	}
	evpn_neigh_key_dev(&e->key, nla_data(e->tb[EVPN_A_MCAST_ENTRY_ESI]), tag);
	return entry_group(e, extack);
}

static int source_parse(const struct entry *e, const struct nlattr *attr, u8 *source,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[SOURCE_ATTRS], *addr;
	int err;

	err = nla_parse_nested(tb, EVPN_A_MCAST_SOURCE_MAX, attr, evpn_mcast_source_nl_policy,
			       extack);
	if (err)
		return err;
	addr = tb[EVPN_A_MCAST_SOURCE_ADDRESS];
	if (!addr || nla_len(addr) != e->key.family ||
	    !evpn_igmp_source_usable(nla_data(addr), e->key.family)) {
		REFUSE(extack, attr, "a source has no address, or one that no source can have");
		return -EADDRNOTAVAIL;
	}
	memset(source, 0, EVPN_IGMP_ADDR_LEN);
	memcpy(source, nla_data(addr), e->key.family);
	return 0;
}

/* @list: has room for EVPN_MCAST_SOURCES_MAX, or NULL: they are only checked. Return: how many, or an error */
static int sources_parse(const struct entry *e, u8 (*list)[EVPN_IGMP_ADDR_LEN],
			 struct netlink_ext_ack *extack)
{
	u8 source[EVPN_IGMP_ADDR_LEN];
	const struct nlattr *attr;
	int err, rem, n = 0;

	nla_for_each_nested(attr, e->attr, rem) {
		if (nla_type(attr) != EVPN_A_MCAST_ENTRY_SOURCE)
			continue;
		if (n == EVPN_MCAST_SOURCES_MAX) {
			REFUSE(extack, attr, "a group has at most %u sources",
			       EVPN_MCAST_SOURCES_MAX);
			return -E2BIG;
		}
		err = source_parse(e, attr, list ? list[n] : source, extack);
		if (err)
			return err;
		n++;
	}
	return n;
}

static int wish_check(struct evpn_net *en, const struct entry *e, struct netlink_ext_ack *extack)
{
	struct evpn_esi esi;
	int n;

	memcpy(esi.octet, e->key.esi, EVPN_ESI_LEN);
	if (!evpn_es_find(en, &esi)) {
		REFUSE(extack, e->tb[EVPN_A_MCAST_ENTRY_ESI], "there is no segment " EVPN_ESI_FMT,
		       EVPN_ESI_ARG(&esi));
		return -ENOENT;
	}
	if (!e->tb[EVPN_A_MCAST_ENTRY_MODE]) {
		REFUSE(extack, e->attr, "the filter mode of a group is missing");
		return -EINVAL;
	}
	n = sources_parse(e, NULL, extack);
	if (n)
		return min(n, 0);
	if (entry_u32(e, EVPN_A_MCAST_ENTRY_MODE) == EVPN_MCAST_MODE_EXCLUDE)
		return 0;
	REFUSE(extack, e->attr, "a group that includes no source is wanted by nobody");
	return -EINVAL;
}

/* Is all of the request well-formed? @wishes: it is for mcast-wish-new. */
static int check_entries(struct evpn_net *en, struct genl_info *info, bool wishes)
{
	const struct nlattr *attr;
	struct entry e;
	int err, rem;

	if (GENL_REQ_ATTR_CHECK(info, EVPN_A_MCAST_ENTRY)) {
		NL_SET_ERR_MSG(info->extack, "there is no group in the request");
		return -EINVAL;
	}
	for_each_attr(attr, info->nlhdr, EVPN_A_MCAST_ENTRY, rem) {
		err = entry_parse(&e, attr, info->extack);
		if (!err && wishes)
			err = wish_check(en, &e, info->extack);
		else if (!err)
			err = min(sources_parse(&e, NULL, info->extack), 0);
		if (err)
			return err;
	}
	return 0;
}

static int wish_one(struct evpn_mcast_net *mn, const struct nlattr *attr)
{
	struct evpn_mcast_filter *want;
	struct entry e;
	int n;

	entry_parse(&e, attr, NULL);
	n = sources_parse(&e, NULL, NULL);
	want = evpn_mcast_filter_new(entry_u32(&e, EVPN_A_MCAST_ENTRY_MODE), n);
	if (!want)
		return -ENOMEM;
	sources_parse(&e, want->source, NULL);
	return evpn_mcast_wish(mn, &e.key, want, entry_u32(&e, EVPN_A_MCAST_ENTRY_VERSIONS),
			       entry_u32(&e, EVPN_A_MCAST_ENTRY_GENERATION),
			       entry_u32(&e, EVPN_A_MCAST_ENTRY_ORIGIN));
}

/** evpn_nl_mcast_wish_new_doit() - wish for memberships */
int evpn_nl_mcast_wish_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_net *en = evpn_net(genl_info_net(info));
	struct evpn_mcast_net *mn = en->mcast;
	const struct nlattr *attr;
	int err, rem;

	/* Segments stay until this is done: a wish goes with its segment. */
	mutex_lock(&en->lock);
	err = check_entries(en, info, true);
	if (err)
		goto unlock;
	mutex_lock(&mn->lock);
	for_each_attr(attr, info->nlhdr, EVPN_A_MCAST_ENTRY, rem) {
		err = wish_one(mn, attr);
		if (err)
			break;
	}
	mutex_unlock(&mn->lock);
	if (err == -ENOSPC)
		REFUSE(info->extack, attr, "there are %u wishes already", EVPN_MCAST_WISHES_MAX);
	evpn_mcast_kick(mn);
unlock:
	mutex_unlock(&en->lock);
	return err;
}

static int parse_limited(struct genl_info *info, int type, u32 max, u32 *value)
{
	const struct nlattr *attr = info->attrs[type];

	*value = attr ? nla_get_u32(attr) : 0;
	if (*value <= max)
		return 0;
	REFUSE(info->extack, attr, "a time of %u ms is above %u", *value, max);
	return -ERANGE;
}

static void unwish_one(struct evpn_mcast_net *mn, const struct nlattr *attr, u32 retain)
{
	struct evpn_mcast_host *h;
	struct entry e;

	entry_parse(&e, attr, NULL);
	h = evpn_mcast_host_find(mn, &e.key);
	if (h)
		evpn_mcast_unwish(mn, h, retain);
}

/** evpn_nl_mcast_wish_del_doit() - take wishes back */
int evpn_nl_mcast_wish_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_net *en = evpn_net(genl_info_net(info));
	struct evpn_mcast_net *mn = en->mcast;
	const struct nlattr *attr;
	int err, rem;
	u32 retain;

	err = parse_limited(info, EVPN_A_MCAST_RETAIN, EVPN_NEIGH_RETAIN_MAX, &retain);
	if (!err)
		err = check_entries(en, info, false);
	if (err)
		return err;
	mutex_lock(&mn->lock);
	for_each_attr(attr, info->nlhdr, EVPN_A_MCAST_ENTRY, rem)
		unwish_one(mn, attr, retain);
	mutex_unlock(&mn->lock);
	evpn_mcast_kick(mn);
	return 0;
}

/** evpn_nl_mcast_wish_sweep_doit() - take back the wishes of other generations */
int evpn_nl_mcast_wish_sweep_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_mcast_net *mn = evpn_net(genl_info_net(info))->mcast;
	struct evpn_neigh_key pos = {};
	struct evpn_mcast_host *h;
	u32 retain, keep, done = 0;
	int err;

	err = parse_limited(info, EVPN_A_MCAST_RETAIN, EVPN_NEIGH_RETAIN_MAX, &retain);
	if (err)
		return err;
	if (GENL_REQ_ATTR_CHECK(info, EVPN_A_MCAST_GENERATION)) {
		NL_SET_ERR_MSG(info->extack, "the generation to keep is missing");
		return -EINVAL;
	}
	keep = nla_get_u32(info->attrs[EVPN_A_MCAST_GENERATION]);
	mutex_lock(&mn->lock);
	while ((h = evpn_mcast_host_from(mn, &pos, true))) {
		pos = h->key;
		if (h->generation != keep)
			evpn_mcast_unwish(mn, h, retain);
		if (++done % EVPN_MCAST_SLICE)
			continue;
		mutex_unlock(&mn->lock);
		cond_resched();
		mutex_lock(&mn->lock);
	}
	mutex_unlock(&mn->lock);
	evpn_mcast_kick(mn);
	return 0;
}

static void left_one(struct evpn_mcast_net *mn, const struct nlattr *attr, u32 response)
{
	struct evpn_mcast_group *g;
	struct entry e;
	int n;

	entry_parse(&e, attr, NULL);
	g = evpn_mcast_find(mn, &e.key);
	if (!g || g->ended)
		return;
	n = sources_parse(&e, mn->scratch, NULL);
	evpn_mcast_left(mn, g, mn->scratch[0], n, response);
}

/** evpn_nl_mcast_leave_doit() - a host has left groups at another PE */
int evpn_nl_mcast_leave_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct evpn_net *en = evpn_net(genl_info_net(info));
	struct evpn_mcast_net *mn = en->mcast;
	const struct nlattr *attr;
	u32 response;
	int err, rem;

	err = parse_limited(info, EVPN_A_MCAST_RESPONSE, EVPN_MCAST_RESPONSE_MAX, &response);
	if (!err)
		err = check_entries(en, info, false);
	if (err)
		return err;
	mutex_lock(&mn->lock);
	for_each_attr(attr, info->nlhdr, EVPN_A_MCAST_ENTRY, rem)
		left_one(mn, attr, response);
	mutex_unlock(&mn->lock);
	evpn_mcast_kick(mn);
	return 0;
}
