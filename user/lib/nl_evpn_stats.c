// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_evpn_stats.c - what the family "evpn" counts, and the settings that hold for all segments.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>

#include "nl_evpn_priv.h"

typedef struct nl_es_drops drop_table[EVPN_DROP_REASON_MAX + 1];

static void take_counter(drop_table *drops, const struct nlattr *nest)
{
	const struct nlattr *tb[EVPN_A_COUNTER_MAX + 1];
	uint32_t direction, reason;

	nl_attr_nested(nest, tb, EVPN_A_COUNTER_MAX);
	direction = nl_u32(tb[EVPN_A_COUNTER_DIRECTION]);
	reason = nl_u32(tb[EVPN_A_COUNTER_REASON]);
	if (direction > EVPN_DIRECTION_MAX || reason > EVPN_DROP_REASON_MAX)
		return;
	drops[direction][reason].packets = nl_u64(tb[EVPN_A_COUNTER_PACKETS]);
	drops[direction][reason].bytes = nl_u64(tb[EVPN_A_COUNTER_BYTES]);
}

struct stats_dump {
	nl_es_stats_fn fn;
	void *data;
};

static int take_stats(void *data, const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[EVPN_A_STATS_MAX + 1];
	struct nl_es_stats stats = {};
	struct stats_dump *d = data;
	const struct nlattr *a;

	nl_attr_table(nlh, sizeof(struct genlmsghdr), tb, EVPN_A_STATS_MAX);
	nl_bytes(tb[EVPN_A_STATS_ESI], &stats.esi, sizeof(stats.esi));
	stats.allowed_ingress = nl_u64(tb[EVPN_A_STATS_ALLOWED_INGRESS]);
	stats.allowed_egress = nl_u64(tb[EVPN_A_STATS_ALLOWED_EGRESS]);
	stats.lacp_rewritten = nl_u64(tb[EVPN_A_STATS_LACP_REWRITTEN]);
	stats.lacp_echo = nl_u64(tb[EVPN_A_STATS_LACP_ECHO]);
	stats.lacp_sent = nl_u64(tb[EVPN_A_STATS_LACP_SENT]);
	stats.lacp_stale = nl_u64(tb[EVPN_A_STATS_LACP_STALE]);
	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(a) == EVPN_A_STATS_COUNTER)
			take_counter(stats.drops, a);
	d->fn(d->data, &stats);
	return 0;
}

int nl_evpn_stats_dump(struct nl_evpn *e, nl_es_stats_fn fn, void *data, struct nl_err *err)
{
	struct stats_dump d = {fn, data};
	char buf[NL_REQUEST_LEN];
	int r, tries = 0;

	do
		r = nl_dump(e->nl, nl_evpn_begin(buf, e, EVPN_CMD_STATS_GET), take_stats, &d, err);
	while (r == -EINTR && ++tries < NL_EVPN_DUMP_TRIES);
	return r;
}

struct vlan_stats_dump {
	nl_vlan_stats_fn fn;
	void *data;
};

static int take_vlan_stats(void *data, const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[EVPN_A_VLAN_STATS_MAX + 1];
	struct nl_vlan_stats stats = {};
	struct vlan_stats_dump *d = data;
	const struct nlattr *a;

	nl_attr_table(nlh, sizeof(struct genlmsghdr), tb, EVPN_A_VLAN_STATS_MAX);
	nl_bytes(tb[EVPN_A_VLAN_STATS_ESI], &stats.esi, sizeof(stats.esi));
	stats.vlan = nl_u32(tb[EVPN_A_VLAN_STATS_VLAN]);
	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(a) == EVPN_A_VLAN_STATS_COUNTER)
			take_counter(stats.drops, a);
	d->fn(d->data, &stats);
	return 0;
}

int nl_evpn_vlan_stats_dump(struct nl_evpn *e, const struct esi *esi, nl_vlan_stats_fn fn,
			    void *data, struct nl_err *err)
{
	struct vlan_stats_dump d = {fn, data};
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh;
	int r, tries = 0;

	do {
		nlh = nl_evpn_begin(buf, e, EVPN_CMD_VLAN_STATS_GET);
		mnl_attr_put(nlh, EVPN_A_VLAN_STATS_ESI, sizeof(*esi), esi);
		r = nl_dump(e->nl, nlh, take_vlan_stats, &d, err);
	} while (r == -EINTR && ++tries < NL_EVPN_DUMP_TRIES);
	return r;
}

int nl_evpn_core_set(struct nl_evpn *e, const struct nl_core *core, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh = nl_evpn_begin(buf, e, EVPN_CMD_CORE_SET);
	unsigned int i;

	mnl_attr_put_u32(nlh, EVPN_A_CORE_MARK_MASK, core->mark_mask);
	for (i = 0; i < core->n_ports; i++)
		mnl_attr_put_u32(nlh, EVPN_A_CORE_PORT, core->ports[i]);
	return nl_request(e->nl, nlh, NULL, NULL, err);
}

int nl_evpn_neigh_set(struct nl_evpn *e, uint32_t host_limit, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh = nl_evpn_begin(buf, e, EVPN_CMD_NEIGH_SET);

	mnl_attr_put_u32(nlh, EVPN_A_NEIGH_HOST_LIMIT, host_limit);
	return nl_request(e->nl, nlh, NULL, NULL, err);
}

static int take_core(void *data, const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[EVPN_A_CORE_MAX + 1];
	struct nl_core *core = data;
	const struct nlattr *a;

	nl_attr_table(nlh, sizeof(struct genlmsghdr), tb, EVPN_A_CORE_MAX);
	*core = (struct nl_core){
		.mark_mask = nl_u32(tb[EVPN_A_CORE_MARK_MASK]),
		.peers_used = nl_u32(tb[EVPN_A_CORE_PEERS_USED]),
		.marked = nl_u64(tb[EVPN_A_CORE_MARKED]),
	};
	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(a) == EVPN_A_CORE_PORT && core->n_ports < EVPN_PORTS_MAX)
			core->ports[core->n_ports++] = (uint16_t)nl_u32(a);
	return 0;
}

int nl_evpn_core_get(struct nl_evpn *e, struct nl_core *core, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];

	return nl_request(e->nl, nl_evpn_begin(buf, e, EVPN_CMD_CORE_GET), take_core, core, err);
}
