// SPDX-License-Identifier: GPL-2.0
/*
 * neigh_show.c - what the neighbour service answers on the control socket: neigh.show, neigh.trace, and
 * its part of summary and metrics. The shapes are in Documentation/control-socket.rst.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metric.h"
#include "services/neigh/neigh.h"

#define SHOWN_DEFAULT 1000
#define SHOWN_MAX 1000000

static const char *const state_names[] = {"local",   "synced",	 "pending",
					  "refused", "retained", "elsewhere"};
enum { LOCAL, SYNCED, PENDING, REFUSED, RETAINED, ELSEWHERE, STATES };

static unsigned int state_number(const struct nhost *h)
{
	if (h->flags & NHOST_LOCAL)
		return LOCAL;
	if (h->state == NEIGH_RETAINED)
		return RETAINED;
	if (h->state == NEIGH_PENDING)
		return PENDING;
	if (h->state == NEIGH_REFUSED)
		return REFUSED;
	if (h->state == NEIGH_SYNCED)
		return SYNCED;
	return neigh_best(h) ? PENDING : ELSEWHERE;
}

const char *neigh_state_of(const struct nhost *h)
{
	return state_names[state_number(h)];
}

static const char *vrf_name(const struct nhost *h)
{
	const struct nremote *r = neigh_best(h);

	if (h->circuit->vrf)
		return h->circuit->vrf->conf.name;
	return r ? r->vrf->conf.name : NULL;
}

static json_t *from_json(const struct nhost *h)
{
	char nh[IP_STRLEN], rd[RD_STRLEN], mac[MAC_STRLEN];
	const struct nremote *r;
	json_t *list = json_array();

	for (r = h->remotes; r; r = r->next)
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:I, s:b, s:b}", "address",
					ip_format(&r->nh, nh), "rd", rd_format(&r->rd, rd), "mac",
					mac_format(&r->mac, mac), "sequence", (json_int_t)r->seq,
					"sticky", r->sticky, "imported", r->usable));
	return list;
}

/* Why it is not what one would expect. */
static json_t *reason_json(const struct nhost *h, unsigned int state)
{
	const struct nremote *r = neigh_best(h);
	char why[NEIGH_WHY_MAX];

	if (state == LOCAL)
		return neigh_may_advertise(h, why) ? json_null() : json_string(why);
	if (state == PENDING || state == REFUSED) {
		if (h->why)
			return json_string(h->why);
		if (r && neigh_held_back(h, r, why)[0])
			return json_string(why);
		return h->error ? json_string(strerror((int)h->error)) : json_null();
	}
	return json_null();
}

static const struct mac *mac_of(const struct nhost *h)
{
	const struct nremote *r = neigh_best(h);

	if (h->flags & NHOST_LOCAL)
		return &h->mac;
	if (r)
		return &r->mac;
	return h->remotes ? &h->remotes->mac : &h->wish_mac;
}

static json_t *host_json(struct neighs *ns, const struct nhost *h)
{
	const struct circuit *c = h->circuit;
	unsigned int state = state_number(h);
	char ip[IP_STRLEN], mac[MAC_STRLEN], esi[ESI_STRLEN];
	s64 since = h->t_fact ? h->t_fact : h->t_answer;
	json_t *o = json_object();

	json_object_set_new(o, "address", json_string(ip_format(&h->addr, ip)));
	json_object_set_new(o, "mac", json_string(mac_format(mac_of(h), mac)));
	json_object_set_new(o, "state", json_string(state_names[state]));
	json_object_set_new(o, "segment",
			    c->es->conf ? json_string(c->es->conf->name) : json_null());
	json_object_set_new(o, "esi", json_string(esi_format(&c->es->esi, esi)));
	json_object_set_new(o, "tag", json_integer(c->tag));
	json_object_set_new(o, "interface",
			    device_name(ns->at.devices, c->ifindex) ?
				    json_string(device_name(ns->at.devices, c->ifindex)) :
				    json_null());
	json_object_set_new(o, "vrf", vrf_name(h) ? json_string(vrf_name(h)) : json_null());
	json_object_set_new(o, "since", since ? json_real(timer_wall(since)) : json_null());
	json_object_set_new(o, "advertised", json_boolean(h->flags & NHOST_ADVERTISED));
	json_object_set_new(o, "sequence", json_integer(h->seq));
	json_object_set_new(o, "sticky", json_boolean(h->flags & NHOST_STICKY));
	json_object_set_new(o, "router", json_boolean(h->flags & NHOST_ROUTER));
	json_object_set_new(o, "wished", json_boolean(h->flags & NHOST_WISHED));
	json_object_set_new(o, "from", from_json(h));
	json_object_set_new(o, "reason", reason_json(h, state));
	return o;
}

/* ---- neigh.show ---- */

/**
 * struct wanted - what was asked for
 * @found: those that match, @n of them
 */
struct wanted {
	const char *segment;
	const char *state;
	const char *vrf;
	struct ip_addr addr;
	struct mac mac;
	bool has_mac;
	json_int_t tag;
	const struct nhost **found;
	size_t n;
	size_t cap;
	bool no_memory;
};

static bool is_wanted(const struct wanted *w, const struct nhost *h)
{
	const struct conf_segment *s = h->circuit->es->conf;
	const char *vrf = vrf_name(h);

	if (!ip_is_none(&w->addr) && !ip_equal(&w->addr, &h->addr))
		return false;
	if (w->has_mac && mac_cmp(&w->mac, mac_of(h)))
		return false;
	if (w->segment && (!s || strcmp(s->name, w->segment)))
		return false;
	if (w->vrf && (!vrf || strcmp(vrf, w->vrf)))
		return false;
	if (w->tag >= 0 && w->tag != h->circuit->tag)
		return false;
	if (w->state)
		return !strcmp(w->state, neigh_state_of(h));
	/* of other PEs' segments only when asked for */
	return state_number(h) != ELSEWHERE || !ip_is_none(&w->addr);
}

static void pick(struct neighs *ns, struct nhost *h, void *data)
{
	struct wanted *w = data;
	const struct nhost **more;

	if (!is_wanted(w, h) || w->no_memory)
		return;
	if (w->n == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 256;
		more = reallocarray(w->found, w->cap, sizeof(*more));
		if (!more) {
			w->no_memory = true;
			return;
		}
		w->found = more;
	}
	w->found[w->n++] = h;
}

static int by_place(const void *a, const void *b)
{
	const struct nhost *x = *(const struct nhost *const *)a;
	const struct nhost *y = *(const struct nhost *const *)b;
	int d = esi_cmp(&x->circuit->es->esi, &y->circuit->es->esi);

	if (!d)
		d = x->circuit->tag < y->circuit->tag ? -1 : x->circuit->tag > y->circuit->tag;
	return d ? d : ip_cmp(&x->addr, &y->addr);
}

static const char *text_of(const json_t *params, const char *key)
{
	return json_string_value(json_object_get(params, key));
}

static bool read_wanted(const json_t *params, struct wanted *w, char *err, size_t err_len)
{
	const char *addr = text_of(params, "address"), *mac = text_of(params, "mac");
	const json_t *tag = json_object_get(params, "tag");
	unsigned int i;

	*w = (struct wanted){.segment = text_of(params, "segment"),
			     .state = text_of(params, "state"),
			     .vrf = text_of(params, "vrf"),
			     .tag = json_is_integer(tag) ? json_integer_value(tag) : -1,
			     .has_mac = mac};
	if (addr && ip_parse(&w->addr, addr)) {
		snprintf(err, err_len, "params.address: \"%s\" is no IP address", addr);
		return false;
	}
	if (mac && mac_parse(&w->mac, mac)) {
		snprintf(err, err_len, "params.mac: \"%s\" is no MAC address", mac);
		return false;
	}
	for (i = 0; w->state && i < STATES; i++)
		if (!strcmp(w->state, state_names[i]))
			return true;
	if (w->state)
		snprintf(
			err, err_len,
			"params.state: \"%s\": expected local, synced, pending, refused, retained or elsewhere",
			w->state);
	return !w->state;
}

static json_t *show(struct neighs *ns, const json_t *params, char *err, size_t err_len)
{
	const json_t *l = json_object_get(params, "limit");
	json_int_t limit = json_is_integer(l) ? json_integer_value(l) : SHOWN_DEFAULT;
	json_t *list;
	struct wanted w;
	size_t i;

	if (!read_wanted(params, &w, err, err_len))
		return NULL;
	if (limit < 0 || limit > SHOWN_MAX) {
		snprintf(err, err_len, "params.limit: expected 0 to %d", SHOWN_MAX);
		return NULL;
	}
	neigh_walk(ns, pick, &w);
	if (w.no_memory) {
		free(w.found);
		return NULL;
	}
	if (w.n)
		qsort(w.found, w.n, sizeof(*w.found), by_place);
	list = json_array();
	for (i = 0; i < w.n && i < (size_t)limit; i++)
		json_array_append_new(list, host_json(ns, w.found[i]));
	free(w.found);
	return json_pack("{s:o, s:I, s:b}", "neighbors", list, "total", (json_int_t)w.n,
			 "truncated", w.n > (size_t)limit);
}

/* ---- summary, metrics ---- */

struct tally {
	json_int_t n[STATES];
	json_int_t advertised;
};

static void count(struct neighs *ns, struct nhost *h, void *data)
{
	struct tally *t = data;

	t->n[state_number(h)]++;
	t->advertised += !!(h->flags & NHOST_ADVERTISED);
}

static json_t *summary(struct neighs *ns)
{
	struct tally t = {0};
	json_t *problems = json_array();

	neigh_walk(ns, count, &t);
	if (t.n[REFUSED])
		json_array_append_new(
			problems,
			json_sprintf(
				"%" JSON_INTEGER_FORMAT
				" neighbours of other PEs were refused by the kernel: evpnctl neigh show state refused",
				t.n[REFUSED]));
	return json_pack("{s:{s:I, s:I, s:I, s:I, s:I}, s:o}", "neighbors", "local", t.n[LOCAL],
			 "synced", t.n[SYNCED], "pending", t.n[PENDING], "refused", t.n[REFUSED],
			 "retained", t.n[RETAINED], "problems", problems);
}

static json_t *metrics(struct neighs *ns)
{
	json_t *list = json_array();
	struct tally t = {0};
	unsigned int i;

	neigh_walk(ns, count, &t);
	for (i = 0; i < STATES; i++)
		metric_add(list, "evpn_neighbors", "gauge", "neighbours of segments, by state",
			   json_pack("{s:s}", "state", state_names[i]), t.n[i]);
	metric_add(list, "evpn_neighbors_advertised", "gauge", "neighbours advertised as RT-2",
		   json_object(), t.advertised);
	metric_add(list, "evpn_neighbor_routes_received_total", "counter",
		   "RT-2 with an IP address received, changes included", json_object(),
		   (json_int_t)ns->counts.received);
	metric_add(list, "evpn_neighbor_routes_refused_total", "counter",
		   "RT-2 treated as withdrawn by their targets", json_object(),
		   (json_int_t)ns->counts.refused);
	metric_add(list, "evpn_neighbors_too_many_total", "counter",
		   "hosts neither advertised nor taken from another PE because of host-limit",
		   json_object(), (json_int_t)ns->counts.too_many);
	metric_add(list, "evpn_neighbor_wishes_total", "counter", "wishes sent to the kernel",
		   json_object(), (json_int_t)ns->counts.wishes);
	metric_add(list, "evpn_neighbor_moves_total", "counter",
		   "neighbours learned that another segment had", json_object(),
		   (json_int_t)ns->counts.moves);
	metric_add(list, "evpn_neighbor_collisions_total", "counter",
		   "neighbours on two segments with one route key", json_object(),
		   (json_int_t)ns->counts.collisions);
	return list;
}

bool neigh_query(void *state, const char *method, const json_t *params, json_t **result, char *err,
		 size_t err_len)
{
	struct neighs *ns = state;

	if (!strcmp(method, "neigh.show"))
		*result = show(ns, params, err, err_len);
	else if (!strcmp(method, "neigh.trace"))
		*result = neigh_trace(ns, params, err, err_len);
	else if (!strcmp(method, "summary"))
		*result = summary(ns);
	else if (!strcmp(method, "metrics"))
		*result = metrics(ns);
	else
		return false;
	return true;
}
