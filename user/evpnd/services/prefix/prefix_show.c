// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix_show.c - what the service of customers' routes answers on the control socket: prefix.show, prefix.why,
 * and its part of summary and metrics. The shapes are in Documentation/control-socket.rst.
 */
#include <stdio.h>
#include <string.h>

#include "metric.h"
#include "services/place/place_show.h"
#include "services/prefix/prefix.h"

#define SHOWN_MAX 10000000

static const char *const state_names[] = {"local",    "installed", "pending", "refused",
					  "retained", "withdrawn", NULL};
enum { LOCAL, INSTALLED, PENDING, REFUSED, RETAINED, WITHDRAWN, STATES };

static unsigned int state_of(const struct pfx *x)
{
	const struct premote *r;
	bool lost = x->remotes;

	if (x->locals)
		return LOCAL;
	for (r = x->remotes; r; r = r->next)
		lost &= r->lost;
	if (lost)
		return RETAINED;
	if (!x->remotes)
		return WITHDRAWN;
	if (!(x->flags & PFX_WISHED))
		return PENDING;
	return x->answer == WISH_INSTALLED ? INSTALLED :
	       x->answer == WISH_REFUSED   ? REFUSED :
					     PENDING;
}

static const char *protocol_name(u8 p)
{
	static const struct {
		u8 number;
		const char *name;
	} names[] = {{188, "ospf"}, {187, "isis"}, {186, "bgp"},   {189, "rip"},
		     {190, "rip"},  {42, "babel"}, {192, "eigrp"}, {12, "bird"},
		     {3, "static"}, {4, "static"}, {196, "static"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == p)
			return names[i].name;
	return "other";
}

static json_t *hop_json(struct prefixes *ps, const struct prefix_hop *hop)
{
	const struct place_device *on = place_device(&ps->at, hop->ifindex);
	char ip[IP_STRLEN];

	return json_pack("{s:s, s:s?, s:s?, s:o}", "gateway", ip_format(&hop->gateway, ip),
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

static json_t *from_json(const struct pfx *x)
{
	char nh[IP_STRLEN], rd[RD_STRLEN], gw[IP_STRLEN], esi[ESI_STRLEN];
	json_t *list = json_array();
	const struct premote *r;

	for (r = x->remotes; r; r = r->next) {
		const struct psource *s = r->source;
		bool by_esi = ip_is_none(&s->gw);

		json_array_append_new(
			list, json_pack("{s:s, s:s, s:i, s:s, s:s?, s:s?, s:b, s:s?}", "address",
					ip_format(&s->nh, nh), "rd", rd_format(&s->rd, rd), "tag",
					(int)s->tag, "form", by_esi ? "esi" : "gateway", "gateway",
					by_esi ? NULL : ip_format(&s->gw, gw), "esi",
					by_esi ? esi_format(&s->esi, esi) : NULL, "withdrawn",
					r->lost, "reason", s->why[0] ? s->why : NULL));
	}
	return list;
}

static bool is_advertised(const struct pfx *x)
{
	for (u32 i = 0; x->adv && i < x->adv->n; i++)
		if (x->adv->items[i].form == CONF_PREFIX_ESI || x->adv->items[i].gw.len == x->len)
			return true;
	return false;
}

/* Why it is not advertised; NULL: it is */
static const char *why_silent(struct prefixes *ps, const struct pfx *x)
{
	const struct plocal *l = prefix_local(x);

	if (is_advertised(x))
		return NULL;
	if (x->flags & PFX_TOO_MANY)
		return "its VRF has as many prefixes as its limit allows";
	if (x->adv)
		return "an IPv4 prefix behind an IPv6 next hop has no gateway form; form: esi can say it";
	if (l && l->set && l->set->adv && l->set->adv->why[0])
		return l->set->adv->why;
	return "it is not looked at yet";
}

/* Why another PE's is not in the kernel; NULL: it is */
static const char *why_absent(struct prefixes *ps, const struct pfx *x)
{
	const struct premote *r;

	if (x->flags & PFX_WISHED && x->answer == WISH_INSTALLED)
		return NULL;
	if (x->flags & PFX_WISHED)
		return x->why	? ps->texts[x->why - 1] :
		       x->error ? strerror(x->error) :
				  "it is being installed";
	for (r = x->remotes; r; r = r->next)
		if (r->source->why[0])
			return r->source->why;
	return "it is not looked at yet";
}

static const char *reason_of(struct prefixes *ps, const struct pfx *x, unsigned int state)
{
	if (state == LOCAL)
		return why_silent(ps, x);
	return x->remotes ? why_absent(ps, x) : NULL;
}

static const char *vrf_name(struct prefixes *ps, const struct pfx *x)
{
	const struct place_vrf *v = place_vrf(&ps->at, x->vrf);

	return v ? v->conf.name : NULL;
}

static json_t *prefix_json(const void *prefix, void *data)
{
	const struct pfx *x = prefix;
	struct prefixes *ps = data;
	const struct plocal *l = prefix_local(x);
	struct ip_prefix p = prefix_of(x);
	unsigned int state = state_of(x);
	char text[PREFIX_STRLEN];

	return json_pack("{s:s, s:s?, s:s, s:s?, s:o, s:b, s:b, s:b, s:o, s:s?}", "prefix",
			 prefix_format(&p, text), "vrf", vrf_name(ps, x), "state",
			 state_names[state], "protocol", l ? protocol_name(l->protocol) : NULL,
			 "via", via_json(ps, l ? l->set : x->wished), "advertised",
			 is_advertised(x), "wished", !!(x->flags & PFX_WISHED), "in-kernel",
			 !!x->there, "from", from_json(x), "reason", reason_of(ps, x, state));
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
	if (wanted_in(&w->w, vrf_name(ps, x), state_names[state_of(x)]))
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

/* Return: false with a sentence, when there is such a parameter and it is none */
static bool read_prefix(const json_t *params, struct ip_prefix *p, char *err, size_t err_len)
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

	if (!read_prefix(params, &w.prefix, err, err_len) ||
	    !wanted_read(&w.w, params, state_names, SHOWN_MAX, err, err_len))
		return NULL;
	prefix_walk(ps, pick, &w);
	return wanted_json(&w.w, "prefixes", by_place, prefix_json, ps);
}

/* ---- prefix.why ---- */

static void step(json_t *list, const char *name, bool ok, json_t *text)
{
	json_array_append_new(list,
			      json_pack("{s:s, s:b, s:o}", "step", name, "ok", ok, "text", text));
}

static void local_steps(struct prefixes *ps, const struct pfx *x, json_t *steps)
{
	const struct plocal *l = prefix_local(x);
	char ip[IP_STRLEN], esi[ESI_STRLEN], rd[RD_STRLEN];
	const char *silent = why_silent(ps, x);

	for (u32 i = 0; l->set && i < l->set->n; i++) {
		const struct prefix_hop *h = &l->set->hops[i];

		step(steps, "learned", true,
		     json_sprintf("from %s, via %s dev %s, metric %u", protocol_name(l->protocol),
				  ip_format(&h->gateway, ip),
				  device_name(ps->at.devices, h->ifindex) ?
					  device_name(ps->at.devices, h->ifindex) :
					  "?",
				  l->metric));
	}
	if (silent) {
		step(steps, "advertised", false, json_sprintf("no: %s", silent));
		return;
	}
	for (u32 i = 0; i < x->adv->n; i++) {
		const struct padv_item *a = &x->adv->items[i];
		struct evpn_nlri n = prefix_nlri(ps, x, a);

		step(steps, "advertised", true,
		     json_sprintf("as RT-5 rd %s, tag %u, %s %s", rd_format(&n.rd, rd), a->tag,
				  a->form == CONF_PREFIX_ESI ? "ESI" : "gateway",
				  a->form == CONF_PREFIX_ESI ? esi_format(&a->esi, esi) :
							       ip_format(&a->gw, ip)));
	}
}

static void remote_steps(struct prefixes *ps, const struct premote *r, json_t *steps)
{
	const struct psource *s = r->source;
	char nh[IP_STRLEN], rd[RD_STRLEN], ip[IP_STRLEN], esi[ESI_STRLEN];

	step(steps, "received", !r->lost,
	     json_sprintf("by %s, rd %s, tag %u, %s %s%s", ip_format(&s->nh, nh),
			  rd_format(&s->rd, rd), s->tag, ip_is_none(&s->gw) ? "ESI" : "gateway",
			  ip_is_none(&s->gw) ? esi_format(&s->esi, esi) : ip_format(&s->gw, ip),
			  r->lost ?
				  "; withdrawn, and kept because that PE is gone from the segment" :
				  ""));
	step(steps, "import", true, json_string(prefix_verdict_name(s->verdict)));
	if (s->hop.ifindex)
		step(steps, "next hop", true,
		     json_sprintf("via %s dev %s", ip_format(&s->hop.gateway, ip),
				  device_name(ps->at.devices, s->hop.ifindex) ?
					  device_name(ps->at.devices, s->hop.ifindex) :
					  "?"));
	else
		step(steps, "next hop", false, json_string(s->why));
}

static void core_step(struct prefixes *ps, const struct pfx *x, json_t *steps)
{
	const struct pcore *c = prefix_core_of(ps, x->vrf);
	struct evpn_nlri n;
	char rd[RD_STRLEN];

	if (!c)
		return;
	n = prefix_core_nlri(ps, x, c);
	if (x->flags & PFX_CORE)
		step(steps, "core", true,
		     json_sprintf("told as RT-5 rd %s, VNI %u", rd_format(&n.rd, rd), c->l3vni));
	else
		step(steps, "core", false,
		     json_sprintf("not told: %s",
				  c->why[0] ? c->why :
					      "the kernel has no route by a leg of this PE"));
}

struct refusals {
	struct prefixes *ps;
	struct ip_prefix prefix;
	json_t *list;
};

/* Routes of that prefix that are not imported. */
static bool each_route(void *data, const struct evpn_nlri *n, const struct rib_path *paths,
		       size_t n_paths, size_t best)
{
	const struct evpn_nlri *full = n_paths && paths[best].nlri ? paths[best].nlri : n;
	struct ip_prefix p = prefix_make(&full->ip, full->plen);
	struct refusals *r = data;
	char nh[IP_STRLEN], rd[RD_STRLEN];
	struct place_vrf *vrf = NULL;
	enum pverdict v;

	if (!n_paths || !paths[best].peer || prefix_cmp(&p, &r->prefix))
		return true;
	v = prefix_judge(r->ps, full, paths[best].attrs, &vrf);
	if (v == PV_ES_IMPORT || v == PV_VRF)
		return true;
	json_array_append_new(r->list, json_pack("{s:s, s:s, s:s}", "address",
						 ip_format(paths[best].next_hop, nh), "rd",
						 rd_format(&full->rd, rd), "reason",
						 prefix_verdict_name(v)));
	return true;
}

static json_t *steps_of(struct prefixes *ps, const struct pfx *x)
{
	json_t *steps = json_array();
	const struct premote *r;
	const char *absent;

	if (x->locals)
		local_steps(ps, x, steps);
	for (r = x->remotes; r; r = r->next)
		remote_steps(ps, r, steps);
	core_step(ps, x, steps);
	if (!x->remotes)
		return steps;
	absent = why_absent(ps, x);
	step(steps, "kernel", !absent,
	     absent ? json_string(absent) :
		      json_sprintf("installed%s",
				   x->locals ? ", behind this PE's own route, for when that goes" :
					       ""));
	return steps;
}

/* What has no room is not kept, so that one that is unknown here may be one of these. */
static json_t *full_vrfs(struct prefixes *ps, const char *vrf)
{
	json_t *list = json_array();
	const struct place_vrf *v;

	TAILQ_FOREACH(v, &ps->at.vrfs, entry)
		if (v->taken_full && (!vrf || !strcmp(vrf, v->conf.name)))
			json_array_append_new(list,
					      json_pack("{s:s, s:I}", "vrf", v->conf.name, "limit",
							(json_int_t)v->conf.prefixes.limit));
	return list;
}

static json_t *why(struct prefixes *ps, const json_t *params, char *err, size_t err_len)
{
	struct rib *rib = speaker_rib(ps->speaker);
	const char *vrf = param_text(params, "vrf");
	struct refusals refusals = {.ps = ps};
	json_t *list, *one;
	struct pfx *x;

	if (!param_text(params, "prefix")) {
		snprintf(err, err_len, "params.prefix is missing");
		return NULL;
	}
	if (!read_prefix(params, &refusals.prefix, err, err_len))
		return NULL;
	list = json_array();
	refusals.list = json_array();
	for (x = prefix_first(ps, &refusals.prefix); x; x = prefix_next(x)) {
		if (vrf && (!vrf_name(ps, x) || strcmp(vrf, vrf_name(ps, x))))
			continue;
		one = prefix_json(x, ps);
		json_object_set_new(one, "steps", steps_of(ps, x));
		json_array_append_new(list, one);
	}
	if (rib)
		rib_walk(rib, EVPN_PREFIX, each_route, &refusals);
	return json_pack("{s:s, s:o, s:o, s:o}", "prefix", param_text(params, "prefix"), "prefixes",
			 list, "not-imported", refusals.list, "full", full_vrfs(ps, vrf));
}

/* ---- summary, metrics ---- */

struct tally {
	json_int_t n[STATES];
	json_int_t advertised;
};

static void count(struct prefixes *ps, struct pfx *x, void *data)
{
	struct tally *t = data;

	t->n[state_of(x)]++;
	t->advertised += is_advertised(x);
}

static json_t *summary(struct prefixes *ps)
{
	json_t *problems = json_array();
	struct tally t = {0};

	prefix_walk(ps, count, &t);
	if (t.n[REFUSED])
		json_array_append_new(
			problems,
			json_sprintf(
				"%" JSON_INTEGER_FORMAT
				" prefixes of other PEs were refused by the kernel: evpnctl prefix show state refused",
				t.n[REFUSED]));
	for (size_t i = 0; i < ps->n_cores; i++)
		if (ps->cores[i].why[0])
			json_array_append_new(problems,
					      json_sprintf("no prefix is told to the core: %s",
							   ps->cores[i].why));
	return json_pack("{s:{s:I, s:I, s:I, s:I, s:I}, s:o}", "prefixes", "local", t.n[LOCAL],
			 "installed", t.n[INSTALLED], "pending", t.n[PENDING], "refused",
			 t.n[REFUSED], "retained", t.n[RETAINED], "problems", problems);
}

static json_t *metrics(struct prefixes *ps)
{
	json_t *list = json_array();
	struct tally t = {0};

	prefix_walk(ps, count, &t);
	for (unsigned int i = 0; i < STATES; i++)
		metric_add(list, "evpn_prefixes", "gauge", "customers' routes, by state",
			   json_pack("{s:s}", "state", state_names[i]), t.n[i]);
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
	return list;
}

bool prefix_query(void *state, const char *method, const json_t *params, json_t **result, char *err,
		  size_t err_len)
{
	struct prefixes *ps = state;

	if (!strcmp(method, "prefix.show"))
		*result = show(ps, params, err, err_len);
	else if (!strcmp(method, "prefix.why"))
		*result = why(ps, params, err, err_len);
	else if (!strcmp(method, "summary"))
		*result = summary(ps);
	else if (!strcmp(method, "metrics"))
		*result = metrics(ps);
	else
		return false;
	return true;
}
