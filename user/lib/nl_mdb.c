// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_mdb.c - RTM_NEWMDB, RTM_DELMDB and RTM_GETMDB. Mark, filter mode and sources of an entry are of
 * Linux 6.2; headers that are older do not have their numbers.
 */
#include "nl_mdb.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_ether.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

enum {
	SET_SRC_LIST = 2,
	SET_GROUP_MODE = 3,
	SET_RTPROT = 4,
	SET_SRC_LIST_ENTRY = 1,
	SET_SRC_ADDRESS = 1,
	MODE_EXCLUDE = 0,
	MODE_INCLUDE = 1,
	DUMP_TRIES = 8,
};

static struct nlmsghdr *begin(void *buf, uint16_t type, uint32_t bridge)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct br_port_msg *bpm;

	nlh->nlmsg_type = type;
	bpm = mnl_nlmsg_put_extra_header(nlh, sizeof(*bpm));
	bpm->family = AF_BRIDGE;
	bpm->ifindex = bridge;
	return nlh;
}

static void put_entry(struct nlmsghdr *nlh, const struct nl_mdb *e)
{
	struct br_mdb_entry m = {.ifindex = e->port, .vid = e->vid};
	bool six = e->group.len == 16;

	m.state = e->permanent ? MDB_PERMANENT : MDB_TEMPORARY;
	m.addr.proto = htons(six ? ETH_P_IPV6 : ETH_P_IP);
	memcpy(six ? (void *)&m.addr.u.ip6 : (void *)&m.addr.u.ip4, e->group.b, e->group.len);
	mnl_attr_put(nlh, MDBA_SET_ENTRY, sizeof(m), &m);
}

static void put_sources(struct nlmsghdr *nlh, const struct nl_mdb *e)
{
	struct nlattr *list = mnl_attr_nest_start(nlh, SET_SRC_LIST), *one;
	unsigned int i;

	for (i = 0; i < e->n_sources; i++) {
		one = mnl_attr_nest_start(nlh, SET_SRC_LIST_ENTRY);
		mnl_attr_put(nlh, SET_SRC_ADDRESS, e->sources[i].len, e->sources[i].b);
		mnl_attr_nest_end(nlh, one);
	}
	mnl_attr_nest_end(nlh, list);
}

struct nlmsghdr *nl_mdb_put(void *buf, const struct nl_mdb *e)
{
	struct nlmsghdr *nlh = begin(buf, RTM_NEWMDB, e->bridge);
	struct nlattr *attrs;

	nlh->nlmsg_flags |= NLM_F_CREATE | (e->fresh ? NLM_F_EXCL : NLM_F_REPLACE);
	put_entry(nlh, e);
	attrs = mnl_attr_nest_start(nlh, MDBA_SET_ENTRY_ATTRS);
	mnl_attr_put_u8(nlh, SET_GROUP_MODE, e->exclude ? MODE_EXCLUDE : MODE_INCLUDE);
	mnl_attr_put_u8(nlh, SET_RTPROT, NL_MDB_PROTOCOL);
	if (e->n_sources)
		put_sources(nlh, e);
	mnl_attr_nest_end(nlh, attrs);
	return nlh;
}

struct nlmsghdr *nl_mdb_del(void *buf, const struct nl_mdb *e)
{
	struct nlmsghdr *nlh = begin(buf, RTM_DELMDB, e->bridge);

	put_entry(nlh, e);
	return nlh;
}

/* ---- what there is ---- */

static bool take_entry(struct nl_mdb *e, const struct br_mdb_entry *m)
{
	e->port = m->ifindex;
	e->vid = m->vid;
	e->permanent = m->state == MDB_PERMANENT;
	if (m->addr.proto == htons(ETH_P_IP))
		e->group = ip_from_bytes(&m->addr.u.ip4, 4);
	else if (m->addr.proto == htons(ETH_P_IPV6))
		e->group = ip_from_bytes(&m->addr.u.ip6, 16);
	return e->group.len;
}

/* An address of the group's family, or none. */
static struct ip_addr address_of(const struct nl_mdb *e, const struct nlattr *a)
{
	if (!a || mnl_attr_get_payload_len(a) != e->group.len)
		return (struct ip_addr){};
	return ip_from_bytes(mnl_attr_get_payload(a), e->group.len);
}

static void take_sources(struct nl_mdb *e, const struct nlattr *list)
{
	const struct nlattr *tb[MDBA_MDB_SRCATTR_MAX + 1], *a;
	struct ip_addr source;

	mnl_attr_for_each_nested(a, list) {
		if (mnl_attr_get_type(a) != MDBA_MDB_SRCLIST_ENTRY)
			continue;
		nl_attr_nested(a, tb, MDBA_MDB_SRCATTR_MAX);
		source = address_of(e, tb[MDBA_MDB_SRCATTR_ADDRESS]);
		if (!ip_is_none(&source) && e->n_sources < NL_MDB_SOURCES_MAX)
			e->sources[e->n_sources++] = source;
	}
}

static void take_attribute(struct nl_mdb *e, const struct nlattr *a)
{
	switch (mnl_attr_get_type(a)) {
	case MDBA_MDB_EATTR_SOURCE:
		e->source = address_of(e, a);
		break;
	case MDBA_MDB_EATTR_RTPROT:
		e->protocol = nl_u8(a);
		break;
	case MDBA_MDB_EATTR_GROUP_MODE:
		e->exclude = nl_u8(a) == MODE_EXCLUDE;
		break;
	case MDBA_MDB_EATTR_SRC_LIST:
		take_sources(e, a);
		break;
	}
}

/* The entry first, without a header of its own, then attributes. */
static void take_info(const struct nlattr *info, uint32_t bridge, nl_mdb_fn fn, void *data)
{
	size_t len = mnl_attr_get_payload_len(info), head = MNL_ALIGN(sizeof(struct br_mdb_entry));
	const void *payload = mnl_attr_get_payload(info), *rest = (const char *)payload + head;
	/* A bridge that looks at no sources says nothing of the mode. */
	struct nl_mdb e = {.bridge = bridge, .exclude = true};
	const struct nlattr *attr; /* the macro's */
	struct br_mdb_entry m;

	if (len < head)
		return;
	memcpy(&m, payload, sizeof(m));
	if (!take_entry(&e, &m))
		return;
	mnl_attr_for_each_payload(rest, len - head) take_attribute(&e, attr);
	fn(data, &e);
}

void nl_mdb_each(const struct nlmsghdr *nlh, nl_mdb_fn fn, void *data)
{
	const struct br_port_msg *bpm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *mdb, *entry, *info;

	if ((nlh->nlmsg_type != RTM_NEWMDB && nlh->nlmsg_type != RTM_DELMDB &&
	     nlh->nlmsg_type != RTM_GETMDB) ||
	    nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(*bpm))
		return;
	mnl_attr_for_each(mdb, nlh, sizeof(*bpm)) {
		if (mnl_attr_get_type(mdb) != MDBA_MDB)
			continue;
		mnl_attr_for_each_nested(entry, mdb)
			mnl_attr_for_each_nested(info, entry)
				if (mnl_attr_get_type(info) == MDBA_MDB_ENTRY_INFO)
					take_info(info, bpm->ifindex, fn, data);
	}
}

bool nl_mdb_is_del(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_type == RTM_DELMDB;
}

struct mdb_dump {
	nl_mdb_fn fn;
	void *data;
};

static int take(void *data, const struct nlmsghdr *nlh)
{
	const struct mdb_dump *d = data;

	nl_mdb_each(nlh, d->fn, d->data);
	return 0;
}

int nl_mdb_dump(struct nl *nl, nl_mdb_fn fn, void *data, struct nl_err *err)
{
	struct mdb_dump d = {fn, data};
	char buf[NL_REQUEST_LEN];
	int r, tries = 0;

	do
		r = nl_dump(nl, begin(buf, RTM_GETMDB, 0), take, &d, err);
	while (r == -EINTR && ++tries < DUMP_TRIES);
	return r;
}
