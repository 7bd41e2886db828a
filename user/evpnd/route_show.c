// SPDX-License-Identifier: GPL-2.0
/*
 * route_show.c - the RIB as JSON, filtered and in the order of the route keys. An answer is limited:
 * printing half a million routes must not keep the loop from noticing that a link went down.
 */
#include "peer_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgp_json.h"
#include "session.h"

#define ROUTES_MAX 20000

/**
 * struct filter - what to show
 * @type: 0 for all
 * @local: only what is originated here
 */
struct filter {
	unsigned int type;
	bool has_esi, has_rd, has_peer, local;
	struct esi esi;
	struct rd rd;
	struct ip_addr peer;
};

struct shown {
	u8 key[EVPN_KEY_MAX];
	size_t key_len;
	json_t *json;
};

struct listing {
	const struct filter *filter;
	struct shown *routes;
	size_t n, cap, total;
};

static json_t *path_json(const struct rib_path *p, bool best)
{
	char peer[IP_STRLEN], nh[IP_STRLEN];

	return json_pack("{s:s?, s:b, s:b, s:I, s:s?, s:o}", "peer",
			 p->peer ? ip_format(rib_peer_address(p->peer), peer) : NULL, "best", best,
			 "stale", p->stale, "since", (json_int_t)timer_wall(p->since), "next-hop",
			 ip_is_none(p->next_hop) ? NULL : ip_format(p->next_hop, nh), "attributes",
			 bgp_json_attrs(p->attrs));
}

static json_t *route_json(const struct evpn_nlri *nlri, const struct rib_path *paths, size_t n,
			  size_t best)
{
	json_t *route = bgp_json_nlri(nlri), *list = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(list, path_json(&paths[i], i == best));
	json_object_set_new(route, "paths", list);
	return route;
}

static bool path_matches(const struct filter *f, const struct rib_path *p)
{
	if (f->local && p->peer)
		return false;
	return !f->has_peer || (p->peer && ip_equal(rib_peer_address(p->peer), &f->peer));
}

static bool matches(const struct filter *f, const struct evpn_nlri *nlri,
		    const struct rib_path *paths, size_t n)
{
	size_t i;

	if (f->has_esi && esi_cmp(&nlri->esi, &f->esi))
		return false;
	if (f->has_rd && rd_cmp(&nlri->rd, &f->rd))
		return false;
	for (i = 0; i < n; i++)
		if (path_matches(f, &paths[i]))
			return true;
	return false;
}

static bool collect(void *data, const struct evpn_nlri *nlri, const struct rib_path *paths,
		    size_t n, size_t best)
{
	struct listing *l = data;
	struct shown *grown;

	if (!matches(l->filter, nlri, paths, n) || l->total++ >= ROUTES_MAX)
		return true;
	if (l->n == l->cap) {
		grown = reallocarray(l->routes, l->cap ? l->cap * 2 : 64, sizeof(*grown));
		if (!grown)
			return false;
		l->routes = grown;
		l->cap = l->cap ? l->cap * 2 : 64;
	}
	l->routes[l->n].key_len = evpn_key(nlri, l->routes[l->n].key);
	l->routes[l->n++].json = route_json(nlri, paths, n, best);
	return true;
}

static int by_key(const void *a, const void *b)
{
	const struct shown *x = a, *y = b;
	size_t len = x->key_len < y->key_len ? x->key_len : y->key_len;
	int r = memcmp(x->key, y->key, len);

	return r ? r : (x->key_len > y->key_len) - (x->key_len < y->key_len);
}

static const char *text_param(const json_t *params, const char *name, bool *there)
{
	const json_t *v = json_object_get(params, name);

	*there = v && !json_is_null(v);
	return *there && json_is_string(v) ? json_string_value(v) : "";
}

static bool read_filter(const json_t *params, struct filter *f, char *err, size_t err_len)
{
	const json_t *type = json_object_get(params, "type");
	const char *text;

	if (type && !json_is_null(type)) {
		f->type = (unsigned int)json_integer_value(type);
		if (!json_is_integer(type) || f->type < EVPN_AD || f->type > EVPN_LEAF_AD) {
			snprintf(err, err_len, "params.type is not a route type from %d to %d",
				 EVPN_AD, EVPN_LEAF_AD);
			return false;
		}
	}
	text = text_param(params, "esi", &f->has_esi);
	if (f->has_esi && esi_parse(&f->esi, text)) {
		snprintf(err, err_len, "params.esi is not an ESI: %s", text);
		return false;
	}
	text = text_param(params, "rd", &f->has_rd);
	if (f->has_rd && rd_parse(&f->rd, text)) {
		snprintf(err, err_len, "params.rd is not a route distinguisher: %s", text);
		return false;
	}
	text = text_param(params, "peer", &f->has_peer);
	if (f->has_peer && ip_parse(&f->peer, text)) {
		snprintf(err, err_len, "params.peer is not an IPv4 or IPv6 address: %s", text);
		return false;
	}
	f->local = json_is_true(json_object_get(params, "local"));
	return true;
}

json_t *route_show(struct speaker *sp, const json_t *params, char *err, size_t err_len)
{
	struct filter f = { 0 };
	struct listing l = { .filter = &f };
	json_t *list;
	size_t i;

	if (!read_filter(params, &f, err, err_len))
		return NULL;
	rib_walk(sp->rib, f.type, collect, &l);
	if (l.n)
		qsort(l.routes, l.n, sizeof(*l.routes), by_key);
	list = json_array();
	for (i = 0; i < l.n; i++)
		json_array_append_new(list, l.routes[i].json);
	free(l.routes);
	return json_pack("{s:o, s:I, s:b}", "routes", list, "total", (json_int_t)l.total,
			 "truncated", l.total > ROUTES_MAX);
}

json_t *route_counts(const struct speaker *sp)
{
	json_t *o = json_object();
	unsigned int type;
	char name[16];

	for (type = EVPN_AD; type <= EVPN_LEAF_AD; type++) {
		snprintf(name, sizeof(name), "%u", type);
		if (rib_count(sp->rib, type))
			json_object_set_new(o, name,
					    json_integer((json_int_t)rib_count(sp->rib, type)));
	}
	return o;
}
