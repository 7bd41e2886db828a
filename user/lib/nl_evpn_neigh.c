// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_evpn_neigh.c - neighbours of segments over the family "evpn": wishes in batches, what the
 * module has learned, statistics.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>

#include "nl_evpn_priv.h"

enum {
	ENTRY_LEN = 128, /* octets of the longest entry of a request */
	REQUEST_LEN = NL_NEIGH_MAX * ENTRY_LEN + 256,
};

static void put_key(struct nlmsghdr *nlh, const struct nl_neigh *n)
{
	mnl_attr_put(nlh, EVPN_A_NEIGH_ENTRY_ESI, sizeof(n->esi), &n->esi);
	mnl_attr_put_u32(nlh, EVPN_A_NEIGH_ENTRY_TAG, n->tag);
	mnl_attr_put(nlh, EVPN_A_NEIGH_ENTRY_ADDRESS, n->address.len, n->address.b);
}

static void put_wish(struct nlmsghdr *nlh, const struct nl_neigh *n)
{
	mnl_attr_put(nlh, EVPN_A_NEIGH_ENTRY_LLADDR, sizeof(n->mac), &n->mac);
	if (n->check_vrf)
		mnl_attr_put_u32(nlh, EVPN_A_NEIGH_ENTRY_VRF, n->vrf);
	if (n->flags)
		mnl_attr_put_u32(nlh, EVPN_A_NEIGH_ENTRY_FLAGS, n->flags);
	mnl_attr_put_u32(nlh, EVPN_A_NEIGH_ENTRY_GENERATION, n->generation);
	mnl_attr_put_u32(nlh, EVPN_A_NEIGH_ENTRY_ORIGIN, n->origin);
}

static void put_entries(struct nlmsghdr *nlh, const struct nl_neigh *list, unsigned int n,
			bool wishes)
{
	struct nlattr *nest;

	for (unsigned int i = 0; i < n; i++) {
		nest = mnl_attr_nest_start(nlh, EVPN_A_NEIGH_ENTRY);
		put_key(nlh, &list[i]);
		if (wishes)
			put_wish(nlh, &list[i]);
		mnl_attr_nest_end(nlh, nest);
	}
}

static void take_entry(const struct nlattr *nest, struct nl_neigh *n)
{
	const struct nlattr *tb[EVPN_A_NEIGH_ENTRY_MAX + 1];
	const struct nlattr *a;

	memset(n, 0, sizeof(*n));
	nl_attr_nested(nest, tb, EVPN_A_NEIGH_ENTRY_MAX);
	nl_bytes(tb[EVPN_A_NEIGH_ENTRY_ESI], &n->esi, sizeof(n->esi));
	n->tag = nl_u32(tb[EVPN_A_NEIGH_ENTRY_TAG]);
	a = tb[EVPN_A_NEIGH_ENTRY_ADDRESS];
	if (a)
		n->address = ip_from_bytes(mnl_attr_get_payload(a), mnl_attr_get_payload_len(a));
	nl_bytes(tb[EVPN_A_NEIGH_ENTRY_LLADDR], &n->mac, sizeof(n->mac));
	n->check_vrf = tb[EVPN_A_NEIGH_ENTRY_VRF];
	n->vrf = nl_u32(tb[EVPN_A_NEIGH_ENTRY_VRF]);
	n->flags = nl_u32(tb[EVPN_A_NEIGH_ENTRY_FLAGS]);
	n->generation = nl_u32(tb[EVPN_A_NEIGH_ENTRY_GENERATION]);
	n->origin = nl_u32(tb[EVPN_A_NEIGH_ENTRY_ORIGIN]);
	n->state = nl_u32(tb[EVPN_A_NEIGH_ENTRY_STATE]);
	n->event = nl_u32(tb[EVPN_A_NEIGH_ENTRY_EVENT]);
	n->ifindex = nl_u32(tb[EVPN_A_NEIGH_ENTRY_IFINDEX]);
	nl_bytes(tb[EVPN_A_NEIGH_ENTRY_WISH_LLADDR], &n->wish_mac, sizeof(n->wish_mac));
	n->error = nl_u32(tb[EVPN_A_NEIGH_ENTRY_ERROR]);
	nl_str(tb[EVPN_A_NEIGH_ENTRY_WHY], n->why, sizeof(n->why));
	n->since_ns = nl_u64(tb[EVPN_A_NEIGH_ENTRY_SINCE]);
	n->probes = nl_u32(tb[EVPN_A_NEIGH_ENTRY_PROBES]);
	n->retain_remaining_ms = nl_u32(tb[EVPN_A_NEIGH_ENTRY_RETAIN_REMAINING]);
	a = tb[EVPN_A_NEIGH_ENTRY_INDEX];
	n->index = a ? (int)nl_u32(a) : -1;
}

void nl_evpn_neigh_each(const struct nlmsghdr *nlh, nl_neigh_fn fn, void *data)
{
	const struct nlattr *a;
	struct nl_neigh n;

	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(a) != EVPN_A_NEIGH_ENTRY)
			continue;
		take_entry(a, &n);
		if (!ip_is_none(&n.address))
			fn(data, &n);
	}
}

struct reading {
	nl_neigh_fn fn;
	void *data;
	struct nl_neigh_counts *counts;
};

static int take_message(void *data, const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[EVPN_A_NEIGH_MAX + 1];
	const struct reading *r = data;

	nl_evpn_neigh_each(nlh, r->fn, r->data);
	nl_attr_table(nlh, sizeof(struct genlmsghdr), tb, EVPN_A_NEIGH_MAX);
	if (r->counts && tb[EVPN_A_NEIGH_ACCEPTED]) {
		r->counts->accepted = nl_u32(tb[EVPN_A_NEIGH_ACCEPTED]);
		r->counts->pending = nl_u32(tb[EVPN_A_NEIGH_PENDING]);
		r->counts->refused = nl_u32(tb[EVPN_A_NEIGH_REFUSED]);
	}
	return 0;
}

int nl_evpn_neigh_new(struct nl_evpn *e, const struct nl_neigh *list, unsigned int n,
		      nl_neigh_fn fn, void *data, struct nl_neigh_counts *counts,
		      struct nl_err *err)
{
	struct reading r = {fn, data, counts};
	char buf[REQUEST_LEN];
	struct nlmsghdr *nlh = nl_evpn_begin(buf, e, EVPN_CMD_NEIGH_NEW);

	if (n > NL_NEIGH_MAX)
		return nl_err_set(err, E2BIG, "%u neighbours in one request", n);
	put_entries(nlh, list, n, true);
	return nl_request(e->nl, nlh, take_message, &r, err);
}

int nl_evpn_neigh_del(struct nl_evpn *e, const struct nl_neigh *list, unsigned int n,
		      uint32_t retain_ms, struct nl_err *err)
{
	char buf[REQUEST_LEN];
	struct nlmsghdr *nlh = nl_evpn_begin(buf, e, EVPN_CMD_NEIGH_DEL);

	if (n > NL_NEIGH_MAX)
		return nl_err_set(err, E2BIG, "%u neighbours in one request", n);
	put_entries(nlh, list, n, false);
	mnl_attr_put_u32(nlh, EVPN_A_NEIGH_RETAIN, retain_ms);
	return nl_request(e->nl, nlh, NULL, NULL, err);
}

int nl_evpn_neigh_ask(struct nl_evpn *e, const struct nl_neigh *list, unsigned int n,
		      struct nl_err *err)
{
	char buf[REQUEST_LEN];
	struct nlmsghdr *nlh = nl_evpn_begin(buf, e, EVPN_CMD_NEIGH_ASK);

	if (n > NL_NEIGH_MAX)
		return nl_err_set(err, E2BIG, "%u neighbours in one request", n);
	put_entries(nlh, list, n, false);
	return nl_request(e->nl, nlh, NULL, NULL, err);
}

int nl_evpn_neigh_sweep(struct nl_evpn *e, uint32_t generation, uint32_t retain_ms,
			struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh = nl_evpn_begin(buf, e, EVPN_CMD_NEIGH_SWEEP);

	mnl_attr_put_u32(nlh, EVPN_A_NEIGH_GENERATION, generation);
	mnl_attr_put_u32(nlh, EVPN_A_NEIGH_RETAIN, retain_ms);
	return nl_request(e->nl, nlh, NULL, NULL, err);
}

int nl_evpn_neigh_dump(struct nl_evpn *e, nl_neigh_fn fn, void *data, struct nl_err *err)
{
	struct reading rd = {fn, data, NULL};
	char buf[NL_REQUEST_LEN];
	int r, tries = 0;

	do
		r = nl_dump(e->nl, nl_evpn_begin(buf, e, EVPN_CMD_NEIGH_GET), take_message, &rd,
			    err);
	while (r == -EINTR && ++tries < NL_EVPN_DUMP_TRIES);
	return r;
}
