// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix_show.c - what the service of customers' routes answers on the control socket: prefix.show, and its part
 * of summary and metrics; prefix.why and prefix.trace are in prefix_why.c. The shapes are in Documentation/control-socket.rst.
 */
#include <stdio.h>
#include <string.h>

#include "metric.h"
#include "rt_protocol.h"
#include "services/place/place_show.h"
#include "services/prefix/prefix.h"

#define SHOWN_MAX 10000000

static json_t *hop_json(struct prefixes *ps, const struct prefix_hop *hop)
{
	const struct place_device *on = place_device(&ps->at, hop->ifindex);
	char ip[IP_STRLEN];

	return json_pack("{s:s?, s:s?, s:s?, s:o}", "gateway",
			 ip_is_none(&hop->gateway) ? NULL : ip_format(&hop->gateway, ip),
			 "interface", device_name(ps->at.devices, hop->ifindex), "segment",
			 on ? on->conf->name : NULL, "tag",
			 on ? json_integer(on->tag) : json_null());
}

static json_t *via_json(struct prefixes *ps, const struct pset *s)
{
	json_t *list = json_array();

	for (u32 i = 0; s && i < s->n; i++)
		json_array_append_new(list, hop_json(ps, &s->hops[i]));
	return list;
}

static json_t *from_json(struct prefixes *ps, const struct pfx *x)
{
	char nh[IP_STRLEN], rd[RD_STRLEN], gw[IP_STRLEN], esi[ESI_STRLEN];
	json_t *list = json_array();
	const struct premote *r;

	for (r = x->remotes; r; r = r->next) {
		const struct psource *s = r->source;
		struct pway *way = s->way;
		bool by_esi = ip_is_none(&way->gw);

		json_array_append_new(
			list, json_pack("{s:s, s:s, s:i, s:s, s:s?, s:s?, s:b, s:s?}", "address",
					ip_format(&s->nh, nh), "rd", rd_format(&s->rd, rd), "tag",
					(int)way->tag, "form", by_esi ? "esi" : "gateway",
					"gateway", by_esi ? NULL : ip_format(&way->gw, gw), "esi",
					by_esi ? esi_format(&way->esi, esi) : NULL, "withdrawn",
					r->lost, "reason", prefix_way_why(ps, way)));
	}
	return list;
}

static const char *protocol_name(const struct plocal *l)
{
	return l->how ? "neighbours" : rt_protocol_name(l->protocol);
}

json_t *prefix_json(const void *prefix, void *data)
{
	const struct pfx *x = prefix;
	struct prefixes *ps = data;
	const struct plocal *l = prefix_local(x);
	struct ip_prefix p = prefix_of(x);
	enum pstate state = prefix_state(x);
	char text[PREFIX_STRLEN];

	return json_pack("{s:s, s:s?, s:s, s:s?, s:o, s:b, s:b, s:b, s:o, s:s?}", "prefix",
			 prefix_format(&p, text), "vrf", prefix_vrf_name(ps, x), "state",
			 prefix_state_names[state], "protocol", l ? protocol_name(l) : NULL, "via",
			 via_json(ps, l ? l->set : x->wished), "advertised",
			 prefix_is_advertised(x), "wished", !!(x->flags & PFX_WISHED), "in-kernel",
			 !!x->there, "from", from_json(ps, x), "reason", prefix_reason(ps, x));
}

/* ---- prefix.show ---- */

/** struct prefixes_wanted - what was asked for: all prefixes, or this one */
struct prefixes_wanted {
	struct wanted w;
	struct ip_prefix prefix;
	bool has_prefix;
};

static void pick(struct prefixes *ps, struct pfx *x, void *data)
{
	struct prefixes_wanted *w = data;
	struct ip_prefix p = prefix_of(x);

	if (w->has_prefix && prefix_cmp(&w->prefix, &p))
		return;
	if (wanted_in(&w->w, prefix_vrf_name(ps, x), prefix_state_names[prefix_state(x)]))
		wanted_add(&w->w, x);
}

static int by_place(const void *a, const void *b)
{
	const struct pfx *x = *(const struct pfx *const *)a;
	const struct pfx *y = *(const struct pfx *const *)b;
	struct ip_prefix p = prefix_of(x), q = prefix_of(y);

	if (x->vrf != y->vrf)
		return x->vrf < y->vrf ? -1 : 1;
	return prefix_cmp(&p, &q);
}

bool prefix_read(const json_t *params, struct ip_prefix *p, char *err, size_t err_len)
{
	const char *text = param_text(params, "prefix");

	if (!text || !prefix_parse(p, text))
		return true;
	snprintf(err, err_len,
		 "params.prefix: \"%s\" is no prefix such as 10.0.0.0/8, without host bits", text);
	return false;
}

static json_t *show(struct prefixes *ps, const json_t *params, char *err, size_t err_len)
{
	struct prefixes_wanted w = {.has_prefix = param_text(params, "prefix")};

	if (!prefix_read(params, &w.prefix, err, err_len) ||
	    !wanted_read(&w.w, params, prefix_state_names, SHOWN_MAX, err, err_len))
		return NULL;
	prefix_walk(ps, pick, &w);
	return wanted_json(&w.w, "prefixes", by_place, prefix_json, ps);
}

/* ---- summary, metrics ---- */

struct tally {
	json_int_t n[PREFIX_STATES];
	json_int_t advertised;
};

static void count(struct prefixes *ps, struct pfx *x, void *data)
{
	struct tally *t = data;

	t->n[prefix_state(x)]++;
	t->advertised += prefix_is_advertised(x);
}

static json_t *summary(struct prefixes *ps)
{
	json_t *problems = json_array();
	struct tally t = {0};

	prefix_walk(ps, count, &t);
	if (t.n[PS_REFUSED])
		json_array_append_new(
			problems,
			json_sprintf(
				"%" JSON_INTEGER_FORMAT
				" prefixes of other PEs were refused by the kernel: evpnctl prefix show state refused",
				t.n[PS_REFUSED]));
	for (size_t i = 0; i < ps->n_cores; i++)
		if (ps->cores[i].why[0])
			json_array_append_new(problems,
					      json_sprintf("no prefix is told to the core: %s",
							   ps->cores[i].why));
	return json_pack("{s:{s:I, s:I, s:I, s:I, s:I}, s:o}", "prefixes", "local", t.n[PS_LOCAL],
			 "installed", t.n[PS_INSTALLED], "pending", t.n[PS_PENDING], "refused",
			 t.n[PS_REFUSED], "retained", t.n[PS_RETAINED], "problems", problems);
}

static json_t *metrics(struct prefixes *ps)
{
	json_t *list = json_array();
	struct tally t = {0};

	prefix_walk(ps, count, &t);
	for (unsigned int i = 0; i < PREFIX_STATES; i++)
		metric_add(list, "evpn_prefixes", "gauge", "customers' routes, by state",
			   json_pack("{s:s}", "state", prefix_state_names[i]), t.n[i]);
	metric_add(list, "evpn_prefixes_advertised", "gauge",
		   "customers' routes advertised as RT-5", json_object(), t.advertised);
	metric_add(list, "evpn_prefix_routes_received_total", "counter",
		   "RT-5 received, changes included", json_object(),
		   (json_int_t)ps->counts.received);
	metric_add(list, "evpn_prefix_routes_refused_total", "counter",
		   "RT-5 treated as withdrawn by their targets", json_object(),
		   (json_int_t)ps->counts.refused);
	metric_add(list, "evpn_prefixes_too_many_total", "counter",
		   "prefixes neither advertised nor taken from another PE because of a limit",
		   json_object(), (json_int_t)ps->counts.too_many);
	metric_add(list, "evpn_prefix_wishes_total", "counter",
		   "wishes for customers' routes sent to the kernel", json_object(),
		   (json_int_t)ps->counts.wishes);
	metric_add(list, "evpn_prefix_next_hops_asked_total", "counter",
		   "next hops of customers' routes that were no neighbours and were asked for",
		   json_object(), (json_int_t)ps->counts.asks);
	return list;
}

bool prefix_query(void *state, const char *method, const json_t *params, json_t **result, char *err,
		  size_t err_len)
{
	struct prefixes *ps = state;

	if (!strcmp(method, "prefix.show"))
		*result = show(ps, params, err, err_len);
	else if (!strcmp(method, "prefix.why"))
		*result = prefix_why(ps, params, err, err_len);
	else if (!strcmp(method, "prefix.trace"))
		*result = prefix_trace(ps, params, err, err_len);
	else if (!strcmp(method, "summary"))
		*result = summary(ps);
	else if (!strcmp(method, "metrics"))
		*result = metrics(ps);
	else
		return false;
	return true;
}
