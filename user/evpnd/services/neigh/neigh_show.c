// SPDX-License-Identifier: GPL-2.0-only
/*
 * neigh_show.c - what the neighbour service answers on the control socket: neigh.show, neigh.trace, and
 * its part of summary and metrics. The shapes are in Documentation/control-socket.rst.
 */
#include <stdio.h>
#include <string.h>

#include "metric.h"
#include "services/neigh/neigh.h"
#include "services/place/place_show.h"

#define SHOWN_MAX 1000000

static const char *const state_names[] = {"local",    "synced",	   "pending", "refused",
					  "retained", "elsewhere", NULL};
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

static json_t *host_json(const void *host, void *data)
{
	const struct nhost *h = host;
	const struct neighs *ns = data;
	const struct circuit *c = h->circuit;
	unsigned int state = state_number(h);
	char ip[IP_STRLEN], mac[MAC_STRLEN], esi[ESI_STRLEN];
	const char *device = device_name(ns->at.devices, neigh_ifindex(h));
	s64 since = h->t_fact ? h->t_fact : h->t_answer;
	json_t *o = json_object();

	json_object_set_new(o, "address", json_string(ip_format(&h->addr, ip)));
	json_object_set_new(o, "mac", json_string(mac_format(mac_of(h), mac)));
	json_object_set_new(o, "state", json_string(state_names[state]));
	json_object_set_new(o, "segment",
			    c->es->conf ? json_string(c->es->conf->name) : json_null());
	json_object_set_new(o, "esi", json_string(esi_format(&c->es->esi, esi)));
	json_object_set_new(o, "tag", json_integer(c->tag));
	json_object_set_new(o, "interface", device ? json_string(device) : json_null());
	json_object_set_new(o, "vrf", vrf_name(h) ? json_string(vrf_name(h)) : json_null());
	json_object_set_new(o, "since", since ? json_real(timer_wall(since)) : json_null());
	json_object_set_new(o, "advertised", json_boolean(h->flags & NHOST_ADVERTISED));
	json_object_set_new(o, "sequence", json_integer(h->seq));
	json_object_set_new(o, "sticky", json_boolean(h->flags & NHOST_STICKY));
	json_object_set_new(o, "router", json_boolean(neigh_is_router(h)));
	json_object_set_new(o, "wished", json_boolean(h->flags & NHOST_WISHED));
	json_object_set_new(o, "from", from_json(h));
	json_object_set_new(o, "reason", reason_json(h, state));
	return o;
}

/* ---- neigh.show ---- */

/** struct hosts_wanted - what was asked for: of all hosts those with this address, and this MAC address */
struct hosts_wanted {
	struct wanted w;
	struct ip_addr addr;
	struct mac mac;
	bool has_mac;
};

static void pick(struct neighs *ns, struct nhost *h, void *data)
{
	struct hosts_wanted *w = data;

	if (!ip_is_none(&w->addr) && !ip_equal(&w->addr, &h->addr))
		return;
	if (w->has_mac && mac_cmp(&w->mac, mac_of(h)))
		return;
	if (!wanted_on(&w->w, h->circuit, vrf_name(h), neigh_state_of(h)))
		return;
	/* of other PEs' segments only when asked for */
	if (w->w.state || state_number(h) != ELSEWHERE || !ip_is_none(&w->addr))
		wanted_add(&w->w, h);
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

static bool read_wanted(const json_t *params, struct hosts_wanted *w, char *err, size_t err_len)
{
	const char *addr = param_text(params, "address"), *mac = param_text(params, "mac");

	*w = (struct hosts_wanted){.has_mac = mac};
	if (addr && ip_parse(&w->addr, addr)) {
		snprintf(err, err_len, "params.address: \"%s\" is no IP address", addr);
		return false;
	}
	if (mac && mac_parse(&w->mac, mac)) {
		snprintf(err, err_len, "params.mac: \"%s\" is no MAC address", mac);
		return false;
	}
	return wanted_read(&w->w, params, state_names, SHOWN_MAX, err, err_len);
}

static json_t *show(struct neighs *ns, const json_t *params, char *err, size_t err_len)
{
	struct hosts_wanted w;

	if (!read_wanted(params, &w, err, err_len))
		return NULL;
	neigh_walk(ns, pick, &w);
	return wanted_json(&w.w, "neighbors", by_place, host_json, ns);
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
	metric_add(list, "evpn_neighbor_asks_sent", "counter",
		   "words to other PEs to ask a host that does not answer here", json_object(),
		   (json_int_t)ns->counts.asks_sent);
	metric_add(list, "evpn_neighbor_asks_heard", "counter",
		   "hosts asked because another PE said so", json_object(),
		   (json_int_t)ns->counts.asks_heard);
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
