// SPDX-License-Identifier: GPL-2.0-only
/*
 * routes_core.c - prefixes of the core in the kernel's tables: routes by groups of PEs. A group is a nexthop object
 * with a number of its own, always a group, even of one PE: what is in it is replaced in one step, and the routes by
 * it, however many there are, are not touched. Groups are noted here, since the kernel takes one away with the
 * device that its hops are on; of routes nothing is.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "system/routes_priv.h"

/** struct group - @n: of @hops, as wished */
struct group {
	struct wished w;
	struct core_group_key key;
	uint8_t n;
	struct prefix_hop hops[PREFIX_HOPS_MAX];
};

/** struct core_told - facts on their way to the speaker */
struct core_told {
	struct batch head;
	struct fact_core_route items[BATCH_MAX];
};

static int key_cmp(const void *x, const void *y)
{
	const struct core_group_key *a = x, *b = y;

	return a->id < b->id ? -1 : a->id > b->id;
}

bool routes_core_begin(struct routes *r)
{
	r->groups = RECONCILE_INIT(struct group, key, key_cmp);
	r->told = calloc(1, sizeof(*r->told));
	return r->told;
}

void routes_core_end(struct routes *r)
{
	reconcile_free(&r->groups);
	free(r->told);
}

static struct group *group_of(struct wished *w)
{
	return (struct group *)w;
}

static struct group *find_group(struct routes *r, uint32_t id)
{
	struct core_group_key key = {id};
	struct wished *w = reconcile_find(&r->groups, &key);

	return w && w->wished ? group_of(w) : NULL;
}

/* ---- what is there ---- */

void routes_core_flush(struct routes *r)
{
	if (r->told->head.n)
		r->ops->send(r->data, IPC_FACT_CORE_ROUTES, &r->told->head,
			     BATCH_LEN(struct fact_core_route, r->told->head.n));
	r->told->head.n = 0;
}

void routes_core_heard(struct routes *r, const struct nl_fib_route *route, uint32_t vrf)
{
	struct fact_core_route *f = &r->told->items[r->told->head.n++];

	memset(f, 0, sizeof(*f));
	f->key.vrf = vrf;
	f->key.metric = route->metric;
	f->key.prefix = route->prefix;
	/* somebody's own in the place of ours: that has gone */
	f->gone = route->gone || route->protocol != NL_FIB_PROTOCOL;
	f->group = f->gone ? 0 : route->nhid;
	if (f->group)
		nh_used(r, f->group);
	if (r->told->head.n == BATCH_MAX)
		routes_core_flush(r);
}

/* ---- may it be? ---- */

bool routes_core_group_key_ok(const struct core_group_key *key, const char **why)
{
	*why = "an impossible group of PEs";
	return key->id >= CORE_GROUP_FIRST && key->id <= CORE_GROUP_LAST;
}

static bool is_hop(const struct prefix_hop *hop)
{
	static const uint8_t mapped[12] = {[10] = 0xff, 0xff};
	const struct ip_addr *gw = &hop->gateway;
	bool v4 = gw->len == 16 && !memcmp(gw->b, mapped, sizeof(mapped));
	struct ip_addr inner = v4 ? ip_from_bytes(gw->b + 12, 4) : *gw;

	return hop->ifindex && ip_is_host(&inner);
}

bool routes_core_group_ok(const struct wish_core_group *w, const char **why)
{
	if (!routes_core_group_key_ok(&w->key, why) || !w->n_hops || w->n_hops > PREFIX_HOPS_MAX)
		return false;
	for (uint8_t i = 0; i < w->n_hops; i++)
		if (!is_hop(&w->hops[i]) || w->hops[i].gateway.len != w->hops[0].gateway.len ||
		    (i && prefix_hop_cmp(&w->hops[i - 1], &w->hops[i]) >= 0))
			return false;
	return true;
}

bool routes_core_route_ok(const struct wish_core_route *w, const char **why)
{
	struct core_group_key group = {w->group};

	if (!routes_key_ok(&w->key, why) || !routes_core_group_key_ok(&group, why))
		return false;
	*why = "an impossible route of the core";
	return ipc_is_bool(&w->replace) && w->key.metric == CONF_CORE_METRIC;
}

bool routes_core_may_group(const struct routes *r, const struct wish_core_group *w)
{
	for (uint8_t i = 0; i < w->n_hops; i++) {
		const struct place *p = routes_place(r, w->hops[i].ifindex);

		if (links_by_index(r->links, w->hops[i].ifindex) && !(p && p->core) && !r->dirty)
			return false;
	}
	return true;
}

bool routes_core_may_route(const struct routes *r, const struct wish_core_route *w)
{
	const struct fact_link *l = w->key.vrf ? links_by_index(r->links, w->key.vrf) : NULL;
	const struct conf_vrf *v;

	if (w->key.vrf && !l)
		return true; /* it has just gone: the answer says so */
	v = conf_vrf(r->conf, l ? l->ifname : CONF_VRF_GLOBAL);
	return v && v->prefixes.from_core;
}

/* ---- groups ---- */

static void tell(struct routes *r, struct group *g, enum wish_status status, int error,
		 const char *text)
{
	struct {
		struct batch head;
		struct core_group_result item;
	} out = {.head = {.n = 1}, .item = {.key = g->key, .status = status}};

	if (!reconcile_became(&g->w, status, error, text))
		return;
	snprintf(out.item.text, sizeof(out.item.text), "%s", text);
	r->ops->send(r->data, IPC_WISH_CORE_GROUP_RESULT, &out.head,
		     BATCH_LEN(struct core_group_result, 1));
}

static void put_group(struct routes *r, struct group *g)
{
	struct nl_err err;

	if (nh_has_group(r, g->key.id, g->hops, g->n) ||
	    !nh_put_group(r, g->key.id, g->hops, g->n, &err))
		tell(r, g, WISH_INSTALLED, 0, "");
	else
		tell(r, g, routes_is_passing(err.error) ? WISH_PENDING : WISH_REFUSED, err.error,
		     err.text);
}

void routes_core_groups(struct routes *r, const struct batch *batch)
{
	const struct wish_core_group *wish = batch_items(batch);

	for (uint32_t i = 0; i < batch->n; i++) {
		struct wished *w = reconcile_wish(&r->groups, &wish[i].key);
		struct group *g = w ? group_of(w) : NULL;

		if (!g)
			continue;
		g->n = wish[i].n_hops;
		memcpy(g->hops, wish[i].hops, sizeof(g->hops));
		put_group(r, g);
	}
}

void routes_core_groups_gone(struct routes *r, const struct batch *batch)
{
	const struct core_group_key *key = batch_items(batch);

	if (!r->listener) /* no table is of interest any more, and so no object is known */
		nh_read_all(r);
	for (uint32_t i = 0; i < batch->n; i++) {
		struct wished *w = reconcile_unwish(&r->groups, &key[i]);

		nh_remove_group(r, key[i].id);
		if (w)
			reconcile_drop(&r->groups, w);
	}
	if (!r->listener)
		nh_forget_all(r);
}

static bool is_wanted(struct routes *r, uint32_t id)
{
	return find_group(r, id);
}

void routes_core_sweep(struct routes *r)
{
	struct wished *w, *next;

	reconcile_sweep(&r->groups, NULL, NULL);
	RECONCILE_FOREACH_SAFE(w, &r->groups, next)
	if (!w->wished)
		reconcile_drop(&r->groups, w);
	nh_sweep_groups(r, is_wanted);
}

void routes_core_replay(struct routes *r)
{
	reconcile_replay(&r->groups);
}

void routes_core_repair(struct routes *r)
{
	struct wished *w;

	if (RB_EMPTY(&r->groups.tree))
		return;
	nh_read_again(r);
	RECONCILE_FOREACH(w, &r->groups)
	if (w->wished && !w->stale)
		put_group(r, group_of(w));
}

/* ---- routes ---- */

/**
 * struct core_job - requests on their way
 * @place: which of the wishes request i of @buf is for
 */
struct core_job {
	struct routes *r;
	const struct wish_core_route *wishes;
	struct prefix_result *results;
	uint32_t place[NL_BATCH_MAX];
	unsigned int n;
	size_t len;
	_Alignas(8) char buf[NL_BATCH_MAX * 128];
};

static void refused(void *data, unsigned int i, const struct nl_err *err)
{
	struct core_job *j = data;
	struct prefix_result *res = &j->results[j->place[i]];
	char text[160];

	if (err->error == ESRCH) /* there was nothing to remove */
		return;
	if (err->error == EEXIST)
		snprintf(text, sizeof(text), "another route with metric %u is there",
			 res->key.metric);
	else
		snprintf(text, sizeof(text), "%.159s", err->text);
	routes_answer(j->r, res, routes_is_passing(err->error) ? WISH_PENDING : WISH_REFUSED,
		      err->error, text);
}

static void send_job(struct core_job *j)
{
	int e = j->n ? nl_batch(j->r->requests, j->buf, j->len, refused, j) : 0;

	for (unsigned int i = 0; e && i < j->n; i++)
		routes_answer(j->r, &j->results[j->place[i]], WISH_PENDING, -e, strerror(-e));
	j->n = 0;
	j->len = 0;
}

static void put(struct core_job *j, uint32_t at, const struct nlmsghdr *nlh)
{
	j->place[j->n++] = at;
	j->len += MNL_ALIGN(nlh->nlmsg_len);
	if (j->n == NL_BATCH_MAX)
		send_job(j);
}

static struct nl_fib_route to_kernel(const struct routes *r, const struct wish_core_route *w)
{
	return (struct nl_fib_route){
		.prefix = w->key.prefix,
		.metric = w->key.metric,
		.table = routes_table(r, w->key.vrf),
		.nhid = w->group,
	};
}

static void put_route(struct core_job *j, uint32_t at)
{
	const struct wish_core_route *w = &j->wishes[at];
	struct group *g = find_group(j->r, w->group);
	struct nl_fib_route k = to_kernel(j->r, w);
	char text[160];

	if (!k.table)
		routes_answer(j->r, &j->results[at], WISH_PENDING, 0,
			      "there is no such VRF device");
	else if (routes_guard(j->r, &w->key, text))
		routes_answer(j->r, &j->results[at], WISH_REFUSED, 0, text);
	else if (!g || !nh_has_group(j->r, w->group, g->hops, g->n))
		routes_answer(j->r, &j->results[at], WISH_PENDING, 0,
			      g && g->w.became.text[0] ? g->w.became.text :
							 "its PEs are not in the kernel yet");
	else
		put(j, at, nl_fib_route_new(j->buf + j->len, &k, w->replace));
}

/* What is in the way may be our own: left by an evpnd of which nothing is known. */
static void put_again(struct core_job *j, uint32_t at)
{
	struct nl_fib_route k = to_kernel(j->r, &j->wishes[at]);

	if (j->n + 2 > NL_BATCH_MAX)
		send_job(j);
	put(j, at, nl_fib_route_del(j->buf + j->len, &k));
	routes_answer(j->r, &j->results[at], WISH_INSTALLED, 0, "");
	put(j, at, nl_fib_route_new(j->buf + j->len, &k, false));
}

static void again(struct core_job *j, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (j->results[i].error == EEXIST)
			put_again(j, i);
	send_job(j);
}

struct core_results {
	struct batch head;
	struct prefix_result items[BATCH_MAX];
};

static void answer_all(struct routes *r, const struct batch *batch, struct core_results *out)
{
	out->head.n = batch->n;
	r->ops->send(r->data, IPC_WISH_CORE_ROUTE_RESULT, &out->head,
		     BATCH_LEN(struct prefix_result, batch->n));
}

void routes_core_wish(struct routes *r, const struct batch *batch)
{
	struct core_results out = {};
	struct core_job j = {.r = r, .wishes = batch_items(batch), .results = out.items};

	for (uint32_t i = 0; i < batch->n; i++) {
		out.items[i].key = j.wishes[i].key;
		out.items[i].status = WISH_INSTALLED;
	}
	for (uint32_t i = 0; i < batch->n; i++)
		put_route(&j, i);
	send_job(&j);
	again(&j, batch->n);
	answer_all(r, batch, &out);
}

void routes_core_forbidden(struct routes *r, const struct wish_core_route *w)
{
	struct core_results out = {.items = {{.key = w->key}}};
	const struct batch one = {.n = 1};

	routes_answer(r, &out.items[0], WISH_PENDING, 0,
		      "its VRF takes no routes of the core (from-core)");
	answer_all(r, &one, &out);
}
