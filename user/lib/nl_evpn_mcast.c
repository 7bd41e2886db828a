// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_evpn_mcast.c - multicast groups over the family "evpn": what hosts want, statistics.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "nl_evpn_mcast.h"
#include "nl_evpn_priv.h"

static struct ip_addr take_address(const struct nlattr *a)
{
	struct ip_addr none = {};

	return a ? ip_from_bytes(mnl_attr_get_payload(a), mnl_attr_get_payload_len(a)) : none;
}

static void take_source(const struct nlattr *nest, struct nl_mcast *m)
{
	const struct nlattr *tb[EVPN_A_MCAST_SOURCE_MAX + 1];
	struct nl_mcast_source *s;

	if (m->n_sources == EVPN_MCAST_SOURCES_MAX)
		return;
	s = &m->sources[m->n_sources++];
	nl_attr_nested(nest, tb, EVPN_A_MCAST_SOURCE_MAX);
	s->address = take_address(tb[EVPN_A_MCAST_SOURCE_ADDRESS]);
	s->blocked = tb[EVPN_A_MCAST_SOURCE_BLOCKED];
	s->leaving = tb[EVPN_A_MCAST_SOURCE_LEAVING];
}

static void take_entry(const struct nlattr *nest, struct nl_mcast *m)
{
	const struct nlattr *tb[EVPN_A_MCAST_ENTRY_MAX + 1], *a;

	memset(m, 0, sizeof(*m));
	nl_attr_nested(nest, tb, EVPN_A_MCAST_ENTRY_MAX);
	nl_bytes(tb[EVPN_A_MCAST_ENTRY_ESI], &m->esi, sizeof(m->esi));
	m->tag = nl_u32(tb[EVPN_A_MCAST_ENTRY_TAG]);
	m->group = take_address(tb[EVPN_A_MCAST_ENTRY_GROUP]);
	m->mode = nl_u32(tb[EVPN_A_MCAST_ENTRY_MODE]);
	m->versions = nl_u32(tb[EVPN_A_MCAST_ENTRY_VERSIONS]);
	m->leaving = tb[EVPN_A_MCAST_ENTRY_LEAVING];
	m->remaining_ms = nl_u32(tb[EVPN_A_MCAST_ENTRY_REMAINING]);
	m->since_ns = nl_u64(tb[EVPN_A_MCAST_ENTRY_SINCE]);
	m->ifindex = nl_u32(tb[EVPN_A_MCAST_ENTRY_IFINDEX]);
	m->event = nl_u32(tb[EVPN_A_MCAST_ENTRY_EVENT]);
	m->reason = nl_u32(tb[EVPN_A_MCAST_ENTRY_REASON]);
	m->generation = nl_u32(tb[EVPN_A_MCAST_ENTRY_GENERATION]);
	m->origin = nl_u32(tb[EVPN_A_MCAST_ENTRY_ORIGIN]);
	m->wish = nl_u32(tb[EVPN_A_MCAST_ENTRY_WISH]);
	mnl_attr_for_each_nested(a, nest)
		if (mnl_attr_get_type(a) == EVPN_A_MCAST_ENTRY_SOURCE)
			take_source(a, m);
}

struct reading {
	nl_mcast_fn fn;
	void *data;
};

static int take_message(void *data, const struct nlmsghdr *nlh)
{
	const struct reading *r = data;
	const struct nlattr *a;
	struct nl_mcast m;

	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(a) != EVPN_A_MCAST_ENTRY)
			continue;
		take_entry(a, &m);
		if (!ip_is_none(&m.group))
			r->fn(r->data, &m);
	}
	return 0;
}

void nl_evpn_mcast_each(const struct nlmsghdr *nlh, nl_mcast_fn fn, void *data)
{
	struct reading rd = {fn, data};

	take_message(&rd, nlh);
}

static int dump(struct nl_evpn *e, uint8_t cmd, nl_mcast_fn fn, void (*restart)(void *data),
		void *data, struct nl_err *err)
{
	struct reading rd = {fn, data};
	char buf[NL_REQUEST_LEN];
	int r, tries = 0;

	for (;;) {
		r = nl_dump(e->nl, nl_evpn_begin(buf, e, cmd), take_message, &rd, err);
		if (r != -EINTR || ++tries == NL_EVPN_DUMP_TRIES)
			return r;
		restart(data);
	}
}

int nl_evpn_mcast_dump(struct nl_evpn *e, nl_mcast_fn fn, void (*restart)(void *data), void *data,
		       struct nl_err *err)
{
	return dump(e, EVPN_CMD_MCAST_GET, fn, restart, data, err);
}

int nl_evpn_mcast_wish_dump(struct nl_evpn *e, nl_mcast_fn fn, void (*restart)(void *data),
			    void *data, struct nl_err *err)
{
	return dump(e, EVPN_CMD_MCAST_WISH_GET, fn, restart, data, err);
}

/* ---- wishes ---- */

enum {
	HEAD_ROOM = 64,	  /* of a request, and of what is not in its entries */
	ENTRY_ROOM = 128, /* of an entry, without its sources */
	SOURCE_ROOM = 32,
};

static void put_source(struct nlmsghdr *nlh, const struct nl_mcast_source *s)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, EVPN_A_MCAST_ENTRY_SOURCE);

	mnl_attr_put(nlh, EVPN_A_MCAST_SOURCE_ADDRESS, s->address.len, s->address.b);
	mnl_attr_nest_end(nlh, nest);
}

/* @wish: all of it; else its key, and its sources */
static void put_entry(struct nlmsghdr *nlh, const struct nl_mcast *m, bool wish)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, EVPN_A_MCAST_ENTRY);

	mnl_attr_put(nlh, EVPN_A_MCAST_ENTRY_ESI, sizeof(m->esi), &m->esi);
	mnl_attr_put_u32(nlh, EVPN_A_MCAST_ENTRY_TAG, m->tag);
	mnl_attr_put(nlh, EVPN_A_MCAST_ENTRY_GROUP, m->group.len, m->group.b);
	if (wish) {
		mnl_attr_put_u32(nlh, EVPN_A_MCAST_ENTRY_MODE, m->mode);
		mnl_attr_put_u32(nlh, EVPN_A_MCAST_ENTRY_VERSIONS, m->versions);
		mnl_attr_put_u32(nlh, EVPN_A_MCAST_ENTRY_GENERATION, m->generation);
		mnl_attr_put_u32(nlh, EVPN_A_MCAST_ENTRY_ORIGIN, m->origin);
	}
	for (unsigned int i = 0; i < m->n_sources; i++)
		put_source(nlh, &m->sources[i]);
	mnl_attr_nest_end(nlh, nest);
}

/* With one attribute more, of a time. */
static int request(struct nl_evpn *e, uint8_t cmd, const struct nl_mcast *list, unsigned int n,
		   uint16_t type, uint32_t ms, struct nl_err *err)
{
	size_t room = HEAD_ROOM;
	struct nlmsghdr *nlh;
	char *buf;
	int r;

	for (unsigned int i = 0; i < n; i++)
		room += ENTRY_ROOM + list[i].n_sources * SOURCE_ROOM;
	buf = calloc(1, room);
	if (!buf)
		return nl_err_set(err, ENOMEM, "out of memory");
	nlh = nl_evpn_begin(buf, e, cmd);
	for (unsigned int i = 0; i < n; i++)
		put_entry(nlh, &list[i], cmd == EVPN_CMD_MCAST_WISH_NEW);
	if (type)
		mnl_attr_put_u32(nlh, type, ms);
	r = nl_request(e->nl, nlh, NULL, NULL, err);
	free(buf);
	return r;
}

int nl_evpn_mcast_wish_new(struct nl_evpn *e, const struct nl_mcast *list, unsigned int n,
			   struct nl_err *err)
{
	return request(e, EVPN_CMD_MCAST_WISH_NEW, list, n, 0, 0, err);
}

int nl_evpn_mcast_wish_del(struct nl_evpn *e, const struct nl_mcast *list, unsigned int n,
			   uint32_t retain_ms, struct nl_err *err)
{
	return request(e, EVPN_CMD_MCAST_WISH_DEL, list, n, EVPN_A_MCAST_RETAIN, retain_ms, err);
}

int nl_evpn_mcast_leave(struct nl_evpn *e, const struct nl_mcast *group, uint32_t response_ms,
			struct nl_err *err)
{
	return request(e, EVPN_CMD_MCAST_LEAVE, group, 1, EVPN_A_MCAST_RESPONSE, response_ms, err);
}

int nl_evpn_mcast_wish_sweep(struct nl_evpn *e, uint32_t generation, uint32_t retain_ms,
			     struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh = nl_evpn_begin(buf, e, EVPN_CMD_MCAST_WISH_SWEEP);

	mnl_attr_put_u32(nlh, EVPN_A_MCAST_GENERATION, generation);
	mnl_attr_put_u32(nlh, EVPN_A_MCAST_RETAIN, retain_ms);
	return nl_request(e->nl, nlh, NULL, NULL, err);
}

static int take_stats(void *data, const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[EVPN_A_MCAST_STATS_MAX + 1];
	struct nl_mcast_stats *s = data;

	nl_attr_table(nlh, sizeof(struct genlmsghdr), tb, EVPN_A_MCAST_STATS_MAX);
	s->groups = nl_u32(tb[EVPN_A_MCAST_STATS_GROUPS]);
	s->sources = nl_u32(tb[EVPN_A_MCAST_STATS_SOURCES]);
	s->reports = nl_u64(tb[EVPN_A_MCAST_STATS_REPORTS]);
	s->queries = nl_u64(tb[EVPN_A_MCAST_STATS_QUERIES]);
	s->malformed = nl_u64(tb[EVPN_A_MCAST_STATS_MALFORMED]);
	s->no_place = nl_u64(tb[EVPN_A_MCAST_STATS_NO_PLACE]);
	s->flooded = nl_u64(tb[EVPN_A_MCAST_STATS_FLOODED]);
	s->group_limit = nl_u64(tb[EVPN_A_MCAST_STATS_GROUP_LIMIT]);
	s->source_limit = nl_u64(tb[EVPN_A_MCAST_STATS_SOURCE_LIMIT]);
	s->notified = nl_u64(tb[EVPN_A_MCAST_STATS_NOTIFIED]);
	s->wishes = nl_u32(tb[EVPN_A_MCAST_STATS_WISHES]);
	s->spoken = nl_u64(tb[EVPN_A_MCAST_STATS_SPOKEN]);
	s->asked = nl_u64(tb[EVPN_A_MCAST_STATS_ASKED]);
	return 0;
}

int nl_evpn_mcast_stats(struct nl_evpn *e, struct nl_mcast_stats *stats, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];

	memset(stats, 0, sizeof(*stats));
	return nl_request(e->nl, nl_evpn_begin(buf, e, EVPN_CMD_MCAST_STATS_GET), take_stats, stats,
			  err);
}
