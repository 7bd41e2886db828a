// SPDX-License-Identifier: GPL-2.0-only
/*
 * routes_wish.c - what the speaker wishes of the kernel's tables, in batches. A route of somebody else is never
 * touched: ours are made only where there is none of the same metric, replaced only where the speaker
 * knows of one of ours, and removed by our protocol's number.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "system/routes_priv.h"

bool routes_key_ok(const struct prefix_key *key, const char **why)
{
	const struct ip_prefix *p = &key->prefix;
	struct ip_prefix masked;

	*why = "a route with an impossible key";
	if ((p->addr.len != 4 && p->addr.len != 16) || p->plen > p->addr.len * 8 || !key->metric)
		return false;
	masked = prefix_make(&p->addr, p->plen);
	return !prefix_cmp(&masked, p);
}

bool routes_hop_ok(const struct prefix_hop *hop)
{
	return hop->ifindex && ip_is_host(&hop->gateway);
}

bool routes_wish_ok(const struct wish_prefix *w, const char **why)
{
	if (!routes_key_ok(&w->key, why))
		return false;
	*why = "a route with impossible next hops";
	if (!ipc_is_bool(&w->replace) || !w->n_hops || w->n_hops > PREFIX_HOPS_MAX)
		return false;
	for (uint8_t i = 0; i < w->n_hops; i++) {
		const struct prefix_hop *hop = &w->hops[i];

		if (!routes_hop_ok(hop) || (w->key.prefix.addr.len == 16 && hop->gateway.len != 16))
			return false;
		/* in order, and each once: they name a nexthop object */
		if (i && prefix_hop_cmp(&w->hops[i - 1], &w->hops[i]) >= 0)
			return false;
	}
	return true;
}

bool routes_on_segment(const struct routes *r, uint32_t ifindex)
{
	const struct place *p = routes_place(r, ifindex);

	return p && !p->core;
}

/* A device that has just gone, or is in another VRF by now, is no malice: the answer says so. */
bool routes_may_hop(const struct routes *r, const struct prefix_hop *hop)
{
	return !links_by_index(r->links, hop->ifindex) || routes_on_segment(r, hop->ifindex) ||
	       r->dirty;
}

bool routes_may(const struct routes *r, const struct wish_prefix *w)
{
	for (uint8_t i = 0; i < w->n_hops; i++)
		if (!routes_may_hop(r, &w->hops[i]))
			return false;
	return true;
}

/* ---- answers ---- */

/* Return: its number, and the speaker knows the sentence */
static uint8_t text_number(struct routes *r, const char *text)
{
	struct fact_prefix_text t = {};
	unsigned int i;

	for (i = 0; i < r->n_texts; i++)
		if (!strcmp(r->texts[i], text))
			return (uint8_t)(i + 1);
	if (r->n_texts == PREFIX_TEXTS_MAX)
		return 0;
	snprintf(r->texts[r->n_texts++], sizeof(r->texts[0]), "%.159s", text);
	t.why = r->n_texts;
	memcpy(t.text, r->texts[r->n_texts - 1], sizeof(t.text));
	r->ops->send(r->data, IPC_FACT_PREFIX_TEXT, &t, sizeof(t));
	return (uint8_t)t.why;
}

void routes_answer(struct routes *r, struct prefix_result *res, enum wish_status status, int error,
		   const char *text)
{
	res->status = (uint8_t)status;
	res->error = (uint16_t)error;
	res->why = text[0] ? text_number(r, text) : 0;
}

void routes_forbidden(struct routes *r, const struct wish_prefix *w)
{
	struct {
		struct batch head;
		struct prefix_result item;
	} out = {.head = {.n = 1}, .item = {.key = w->key}};

	routes_answer(r, &out.item, WISH_PENDING, 0, "its device is on no segment here");
	r->ops->send(r->data, IPC_WISH_PREFIX_RESULT, &out.head,
		     BATCH_LEN(struct prefix_result, 1));
}

bool routes_is_passing(int error)
{
	return error == ENETDOWN || error == ENODEV || error == EINVAL || error == ENOMEM ||
	       error == ENETUNREACH || error == ENOBUFS;
}

/* ---- one request for many ---- */

/**
 * struct job - a batch on its way
 * @place: which of the wishes request i of @buf is for
 * @len: octets in @buf
 */
struct job {
	struct routes *r;
	const struct wish_prefix *wishes;
	struct prefix_result *results;
	uint32_t place[NL_BATCH_MAX];
	unsigned int n;
	size_t len;
	_Alignas(8) char buf[NL_BATCH_MAX * 128];
};

static bool to_kernel(const struct routes *r, const struct prefix_key *key, struct nl_fib_route *k)
{
	k->prefix = key->prefix;
	k->metric = key->metric;
	k->table = routes_table(r, key->vrf);
	return k->table;
}

static void refused(void *data, unsigned int i, const struct nl_err *err)
{
	struct job *j = data;
	uint32_t at = j->place[i];
	char text[160];

	if (err->error == ESRCH) /* there was nothing to remove */
		return;
	if (err->error == EEXIST)
		snprintf(text, sizeof(text), "another route with metric %u is there",
			 j->wishes[at].key.metric);
	else
		snprintf(text, sizeof(text), "%.159s", err->text);
	routes_answer(j->r, &j->results[at],
		      routes_is_passing(err->error) ? WISH_PENDING : WISH_REFUSED, err->error,
		      text);
}

static void send_job(struct job *j)
{
	int e = nl_batch(j->r->requests, j->buf, j->len, refused, j);

	if (e)
		for (unsigned int i = 0; i < j->n; i++)
			routes_answer(j->r, &j->results[j->place[i]], WISH_PENDING, -e,
				      strerror(-e));
	j->n = 0;
	j->len = 0;
}

static void put(struct job *j, uint32_t at, const struct nlmsghdr *nlh)
{
	j->place[j->n++] = at;
	j->len += MNL_ALIGN(nlh->nlmsg_len);
	if (j->n == NL_BATCH_MAX)
		send_job(j);
}

/* Why it cannot be made now; NULL: it can */
static const char *obstacle(const struct routes *r, const struct wish_prefix *w, char text[160])
{
	if (!routes_table(r, w->key.vrf))
		return "there is no such VRF device";
	for (uint8_t i = 0; i < w->n_hops; i++) {
		const struct fact_link *l = links_by_index(r->links, w->hops[i].ifindex);
		const struct place *p = routes_place(r, w->hops[i].ifindex);

		if (!l || !p) {
			snprintf(text, 160, "%s is no device of a segment here any more",
				 l ? l->ifname : "the sub-interface");
			return text;
		}
		if (p->vrf != w->key.vrf || !p->install) {
			snprintf(text, 160, "%s is not in this VRF", l->ifname);
			return text;
		}
	}
	return NULL;
}

static void put_wish(struct job *j, uint32_t at, struct nhobj **last)
{
	const struct wish_prefix *w = &j->wishes[at];
	struct nl_fib_route k = {};
	const char *why;
	struct nl_err err;
	char text[160];

	why = obstacle(j->r, w, text);
	if (why) {
		routes_answer(j->r, &j->results[at], WISH_PENDING, 0, why);
		return;
	}
	if (routes_guard(j->r, &w->key, text)) {
		routes_answer(j->r, &j->results[at], WISH_REFUSED, 0, text);
		return;
	}
	if (!*last || (*last)->n_hops != w->n_hops ||
	    memcmp((*last)->hops, w->hops, w->n_hops * sizeof(w->hops[0])))
		*last = nh_get(j->r, w->hops, w->n_hops, &err);
	if (!*last) {
		routes_answer(j->r, &j->results[at],
			      routes_is_passing(err.error) ? WISH_PENDING : WISH_REFUSED, err.error,
			      err.text);
		return;
	}
	to_kernel(j->r, &w->key, &k);
	k.nhid = (*last)->nh.id;
	put(j, at, nl_fib_route_new(j->buf + j->len, &k, w->replace));
}

/*
 * What is in the way may be our own: left by an evpnd of which nothing is known. It is removed, if it is of our
 * protocol, and then made.
 */
static void put_again(struct job *j, uint32_t at)
{
	const struct wish_prefix *w = &j->wishes[at];
	struct nl_fib_route k = {};
	struct nl_err err;
	struct nhobj *o = nh_get(j->r, w->hops, w->n_hops, &err);

	if (!o || !to_kernel(j->r, &w->key, &k))
		return;
	if (j->n + 2 > NL_BATCH_MAX)
		send_job(j);
	put(j, at, nl_fib_route_del(j->buf + j->len, &k));
	routes_answer(j->r, &j->results[at], WISH_INSTALLED, 0, "");
	k.nhid = o->nh.id;
	put(j, at, nl_fib_route_new(j->buf + j->len, &k, false));
}

static void again(struct job *j, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (j->results[i].error == EEXIST)
			put_again(j, i);
	send_job(j);
}

struct results {
	struct batch head;
	struct prefix_result items[BATCH_MAX];
};

/** struct wish_room - taken once: a batch that finds no memory could not be answered */
struct wish_room {
	struct results out;
	struct job job;
};

struct wish_room *routes_wish_room(void)
{
	return calloc(1, sizeof(struct wish_room));
}

void routes_wish(struct routes *r, const struct batch *b)
{
	struct results *out = &r->room->out;
	struct job *j = &r->room->job;
	struct nhobj *last = NULL;

	j->r = r;
	j->wishes = batch_items(b);
	j->results = out->items;
	memset(out->items, 0, b->n * sizeof(out->items[0]));
	for (uint32_t i = 0; i < b->n; i++) {
		out->items[i].key = j->wishes[i].key;
		out->items[i].status = WISH_INSTALLED;
	}
	for (uint32_t i = 0; i < b->n; i++)
		put_wish(j, i, &last);
	send_job(j);
	again(j, b->n);
	out->head.n = b->n;
	r->ops->send(r->data, IPC_WISH_PREFIX_RESULT, &out->head,
		     BATCH_LEN(struct prefix_result, b->n));
}

/* ---- taking back ---- */

static void not_removed(void *data, unsigned int i, const struct nl_err *err)
{
	if (err->error != ESRCH && err->error != ENOENT)
		log_error("removing a customer's route: %s", err->text);
}

struct removal {
	struct routes *r;
	unsigned int n;
	size_t len;
	_Alignas(8) char buf[NL_BATCH_MAX * 128];
};

static void send_removal(struct removal *m)
{
	int e = nl_batch(m->r->requests, m->buf, m->len, not_removed, m);

	if (e)
		log_error("removing customers' routes: %s", strerror(-e));
	m->n = 0;
	m->len = 0;
}

static void put_removal(struct removal *m, const struct nl_fib_route *k)
{
	m->len += MNL_ALIGN(nl_fib_route_del(m->buf + m->len, k)->nlmsg_len);
	if (++m->n == NL_BATCH_MAX)
		send_removal(m);
}

void routes_wish_gone(struct routes *r, const struct batch *b)
{
	const struct prefix_key *keys = batch_items(b);
	struct removal *m = calloc(1, sizeof(*m));

	if (!m) {
		log_error("routes: %u keys: out of memory", b->n);
		return;
	}
	m->r = r;
	for (uint32_t i = 0; i < b->n; i++) {
		struct nl_fib_route k = {};

		if (to_kernel(r, &keys[i], &k)) /* else they went with their VRF */
			put_removal(m, &k);
	}
	send_removal(m);
	free(m);
	nh_users_gone(r, b->n);
}

/* ---- what nobody has wished ---- */

struct strays {
	struct routes *r;
	struct nl_fib_route *list;
	size_t n;
};

static int take_stray(void *data, const struct nlmsghdr *nlh)
{
	struct strays *s = data;
	struct nl_fib_route k, *more;

	if (!nl_fib_route_parse(nlh, &k) || k.protocol != NL_FIB_PROTOCOL)
		return 0;
	for (size_t i = 0; i < s->r->n_tables; i++)
		if (s->r->tables[i].table == k.table)
			return 0; /* the speaker has heard of it */
	if (!(s->n & (s->n - 1))) {
		more = reallocarray(s->list, s->n ? s->n * 2 : 1, sizeof(*more));
		if (!more)
			return 0;
		s->list = more;
	}
	s->list[s->n++] = k;
	return 0;
}

void routes_sweep(struct routes *r)
{
	static const int families[] = {AF_INET, AF_INET6};
	struct removal *m = calloc(1, sizeof(*m));
	struct strays s = {.r = r};
	char buf[NL_FIB_REQUEST_MAX];
	struct nlmsghdr *nlh;
	struct nl_err err;

	if (!m)
		return;
	m->r = r;
	for (size_t i = 0; i < 2; i++) {
		nlh = nl_fib_dump_own(buf, families[i]);
		if (nl_dump(r->requests, nlh, take_stray, &s, &err) && err.error != EINTR)
			log_error("reading our own routes: %s", err.text);
	}
	for (size_t i = 0; i < s.n; i++)
		put_removal(m, &s.list[i]);
	send_removal(m);
	if (s.n)
		log_info("%zu customers' routes removed from tables that are not configured", s.n);
	free(s.list);
	free(m);
}
