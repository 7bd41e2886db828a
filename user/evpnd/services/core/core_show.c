// SPDX-License-Identifier: GPL-2.0-only
/*
 * core_show.c - what is answered on the control socket about prefixes of the core: they are shown with customers' own
 * (prefix.show, prefix.why, prefix.trace), and counted apart. The shapes are in Documentation/control-socket.rst.
 */
#include <stdio.h>
#include <string.h>

#include "metric.h"
#include "services/core/core.h"
#include "services/place/place_show.h"

#define SHOWN_MAX 10000000

/* as those of customers' prefixes, with which they are shown */
static const char *const states[] = {"local",	 "installed", "pending", "refused",
				     "retained", "withdrawn", NULL};

enum { STATE_INSTALLED = 1, STATE_PENDING, STATE_REFUSED, STATE_WITHDRAWN = 5, STATES };

static u8 state_of(const struct core_prefix *x)
{
	if (!x->paths)
		return STATE_WITHDRAWN;
	if (!x->asked)
		return STATE_PENDING;
	return x->answer == WISH_INSTALLED ? STATE_INSTALLED :
	       x->answer == WISH_REFUSED   ? STATE_REFUSED :
					     STATE_PENDING;
}

const char *core_prefix_state(const struct core_prefix *x)
{
	return states[state_of(x)];
}

static const char *vrf_name(struct core *c, const struct core_prefix *x)
{
	const struct core_vrf *v = core_vrf(c, x->vrf);

	return v ? v->conf.name : NULL;
}

/* Why a path is of no use; NULL: it is */
static const char *path_reason(const struct core_path *p)
{
	const struct core_source *s = p->source;

	if (s->why[0])
		return s->why;
	if (s->alias)
		return s->alias->n_hops ? NULL : s->alias->why;
	return mac_is_zero(&s->pe->mac) ? "it says no MAC address of its router" : NULL;
}

static const char *reason(struct core *c, const struct core_prefix *x)
{
	const struct core_path *p;

	if (x->asked && x->answer == WISH_INSTALLED)
		return NULL;
	if (x->asked)
		return x->why	? c->texts[x->why - 1] :
		       x->error ? strerror(x->error) :
				  "it is being installed";
	if (x->there && !c->settled)
		return "left as it is until every neighbour has sent what it knows";
	if (x->paths && x->neighbour)
		return "it is a neighbour of this PE's, by a leg of its own";
	for (p = x->paths; p; p = p->next)
		if (path_reason(p))
			return path_reason(p);
	if (x->group && x->group->why[0])
		return x->group->why;
	return x->paths ? "it is not looked at yet" : NULL;
}

void core_tell(struct core *c, struct core_prefix *x)
{
	u8 now = (u8)(1 + state_of(x));
	char text[PREFIX_STRLEN], nh[IP_STRLEN];

	if (now == x->told)
		return;
	x->told = now;
	if (!speaker_monitored(c->speaker, "prefix"))
		return;
	speaker_event_json(c->speaker, "prefix",
			   json_pack("{s:s, s:s, s:s?, s:s, s:b, s:s?, s:s?}", "event", "state",
				     "prefix", prefix_format(&x->prefix, text), "vrf",
				     vrf_name(c, x), "state", core_prefix_state(x), "advertised", 0,
				     "peer", x->paths ? ip_format(&x->paths->source->nh, nh) : NULL,
				     "reason", reason(c, x)));
}

/* ---- one prefix ---- */

static const char *dev_name(struct core *c, u32 ifindex)
{
	return device_name(speaker_devices(c->speaker), ifindex);
}

static json_t *via_json(struct core *c, const struct core_group *g)
{
	json_t *list = json_array();
	char ip[IP_STRLEN];

	for (u32 i = 0; g && i < g->n_hops; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s?, s:n, s:n}", "gateway",
						ip_format(&g->hops[i].gateway, ip), "interface",
						dev_name(c, g->hops[i].ifindex), "segment", "tag"));
	return list;
}

static json_t *path_json(const struct core_prefix *x, const struct core_path *p)
{
	const struct core_source *s = p->source;
	char nh[IP_STRLEN], rd[RD_STRLEN], esi[ESI_STRLEN], mac[MAC_STRLEN];

	return json_pack("{s:s, s:s, s:i, s:s, s:n, s:s?, s:i, s:s?, s:b, s:b, s:s?}", "address",
			 ip_format(&s->nh, nh), "rd", rd_format(&s->rd, rd), "tag", (int)s->tag,
			 "form", s->alias ? "core-esi" : "interface-less", "gateway", "esi",
			 s->alias ? esi_format(&s->esi, esi) : NULL, "vni", (int)s->vni,
			 "router-mac", mac_is_zero(&s->mac) ? NULL : mac_format(&s->mac, mac),
			 "used", core_path_is_used(x, p), "withdrawn", 0, "reason", path_reason(p));
}

static json_t *from_json(const struct core_prefix *x)
{
	json_t *list = json_array();
	const struct core_path *p;

	for (p = x->paths; p; p = p->next)
		json_array_append_new(list, path_json(x, p));
	return list;
}

static json_t *prefix_json(const void *one, void *data)
{
	const struct core_prefix *x = one;
	struct core *c = data;
	char text[PREFIX_STRLEN];

	return json_pack("{s:s, s:s?, s:s, s:n, s:o, s:b, s:b, s:b, s:o, s:s?}", "prefix",
			 prefix_format(&x->prefix, text), "vrf", vrf_name(c, x), "state",
			 core_prefix_state(x), "protocol", "via", via_json(c, x->group),
			 "advertised", 0, "wished", x->asked, "in-kernel", !!x->there, "from",
			 from_json(x), "reason", reason(c, x));
}

/* ---- prefix.show ---- */

/* Return: false with a sentence, when there is one and it is no prefix */
static bool read_prefix(const json_t *params, struct ip_prefix *p, char *err, size_t err_len)
{
	const char *text = param_text(params, "prefix");

	if (!text || !prefix_parse(p, text))
		return true;
	snprintf(err, err_len,
		 "params.prefix: \"%s\" is no prefix such as 10.0.0.0/8, without host bits", text);
	return false;
}

static int by_place(const void *a, const void *b)
{
	const struct core_prefix *x = *(const struct core_prefix *const *)a;
	const struct core_prefix *y = *(const struct core_prefix *const *)b;

	if (x->vrf != y->vrf)
		return x->vrf < y->vrf ? -1 : 1;
	return prefix_cmp(&x->prefix, &y->prefix);
}

static json_t *show(struct core *c, const json_t *params, char *err, size_t err_len)
{
	bool one = param_text(params, "prefix");
	struct core_prefix *x;
	struct ip_prefix p;
	struct wanted w;

	if (!read_prefix(params, &p, err, err_len) ||
	    !wanted_read(&w, params, states, SHOWN_MAX, err, err_len))
		return NULL;
	RB_FOREACH(x, core_prefixes, &c->prefixes)
		if ((!one || !prefix_cmp(&x->prefix, &p)) &&
		    wanted_in(&w, vrf_name(c, x), core_prefix_state(x)))
			wanted_add(&w, x);
	return wanted_json(&w, "prefixes", by_place, prefix_json, c);
}

/* ---- prefix.why, prefix.trace ---- */

/** struct steps - @timed: as hops with their times */
struct steps {
	struct core *c;
	json_t *list;
	bool timed;
};

static void step(const struct steps *s, const char *name, s64 at, bool ok, json_t *text)
{
	if (s->timed)
		trace_hop(s->list, name, at, ok, text);
	else
		json_array_append_new(s->list, json_pack("{s:s, s:b, s:o}", "step", name, "ok", ok,
							 "text", text));
}

/* When a path came; 0: not known */
static s64 since(const struct steps *s, const struct core_prefix *x, const struct core_source *of)
{
	struct rib *rib = speaker_rib(s->c->speaker);
	struct evpn_nlri n = {.type = EVPN_PREFIX,
			      .rd = of->rd,
			      .etag = of->tag,
			      .ip = x->prefix.addr,
			      .plen = x->prefix.plen,
			      .gw.len = x->prefix.addr.len,
			      .labels = 1};
	const struct rib_path *path = rib ? rib_best(rib, &n) : NULL;

	return path ? path->since : 0;
}

static void path_steps(const struct steps *s, const struct core_prefix *x,
		       const struct core_path *p)
{
	const struct core_source *of = p->source;
	char nh[IP_STRLEN], rd[RD_STRLEN], esi[ESI_STRLEN], mac[MAC_STRLEN];
	const char *why = path_reason(p);

	step(s, "received", since(s, x, of), true,
	     json_sprintf(
		     "from the core, by %s, rd %s, VNI %u, %s%s, router's MAC %s, LOCAL_PREF %u",
		     ip_format(&of->nh, nh), rd_format(&of->rd, rd), of->vni,
		     of->alias ? "ESI " : "interface-less",
		     of->alias ? esi_format(&of->esi, esi) : "",
		     mac_is_zero(&of->mac) ? "unknown" : mac_format(&of->mac, mac), of->pref));
	if (why)
		step(s, "import", 0, false, json_string(why));
	else
		step(s, "import", 0, true,
		     json_string(core_path_is_used(x, p) ? "used" :
							   "kept for when no better one is left"));
}

static void group_step(const struct steps *s, const struct core_group *g)
{
	char text[PREFIX_HOPS_MAX * (IP_STRLEN + 2)] = "", ip[IP_STRLEN];
	size_t len = 0;

	for (u32 i = 0; i < g->n_hops; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i ? ", " : "",
					ip_format(&g->hops[i].gateway, ip));
	if (g->n_hops)
		step(s, "next hops", 0, true,
		     json_sprintf("via %s dev %s, nexthop object %u", text,
				  dev_name(s->c, g->hops[0].ifindex), g->id));
	else
		step(s, "next hops", 0, false, json_string(g->why[0] ? g->why : "there are none"));
}

static void all_steps(const struct steps *s, const struct core_prefix *x)
{
	const char *absent = reason(s->c, x);
	const struct core_path *p;

	for (p = x->paths; p; p = p->next)
		path_steps(s, x, p);
	if (x->group)
		group_step(s, x->group);
	step(s, "kernel", 0, !absent && x->asked,
	     json_string(absent	  ? absent :
			 x->asked ? "installed, behind what this PE has by a leg of its own" :
				    "not there"));
}

static bool is_meant(struct core *c, const struct core_prefix *x, const char *vrf)
{
	return !vrf || (vrf_name(c, x) && !strcmp(vrf, vrf_name(c, x)));
}

static json_t *why_of(struct core *c, const struct core_prefix *x)
{
	struct steps s = {c, json_array(), false};
	json_t *one = prefix_json(x, c);

	all_steps(&s, x);
	json_object_set_new(one, "steps", s.list);
	return one;
}

static json_t *trace_of(struct core *c, const struct core_prefix *x)
{
	struct steps s = {c, json_array(), true};

	all_steps(&s, x);
	return json_pack("{s:s?, s:s, s:o}", "vrf", vrf_name(c, x), "state", core_prefix_state(x),
			 "hops", s.list);
}

/* Parameters were read by whoever answers about customers' own. */
static json_t *each(struct core *c, const json_t *params, char *err, size_t err_len,
		    json_t *(*fn)(struct core *c, const struct core_prefix *x))
{
	const char *vrf = param_text(params, "vrf");
	json_t *list;
	struct core_prefix *x;
	struct ip_prefix p;

	if (!param_text(params, "prefix") || !read_prefix(params, &p, err, err_len))
		return NULL;
	list = json_array();
	for (x = core_prefix_first(c, &p); x; x = core_prefix_next(x))
		if (is_meant(c, x, vrf))
			json_array_append_new(list, fn(c, x));
	return json_pack("{s:o}", "prefixes", list);
}

/* ---- summary, metrics ---- */

struct tally {
	json_int_t n[STATES];
};

static struct tally count(struct core *c)
{
	struct tally t = {0};
	struct core_prefix *x;

	RB_FOREACH(x, core_prefixes, &c->prefixes)
		t.n[state_of(x)]++;
	return t;
}

static json_t *summary(struct core *c)
{
	json_t *problems = json_array();
	struct tally t = count(c);
	struct core_pe *pe;
	char ip[IP_STRLEN];

	for (size_t i = 0; i < c->n_vrfs; i++)
		if (c->vrfs[i].why[0])
			json_array_append_new(problems,
					      json_sprintf("no prefix is taken from the core: %s",
							   c->vrfs[i].why));
	RB_FOREACH(pe, core_pe_tree, &c->pes)
		if (pe->wished && pe->status == WISH_REFUSED)
			json_array_append_new(problems,
					      json_sprintf("PE %s of the core is not sent to: %s",
							   ip_format(&pe->address, ip), pe->text));
	if (!c->n_vrfs)
		return json_pack("{s:o}", "problems", problems);
	return json_pack("{s:{s:I, s:I, s:I}, s:o}", "core-prefixes", "installed",
			 t.n[STATE_INSTALLED], "pending", t.n[STATE_PENDING], "refused",
			 t.n[STATE_REFUSED], "problems", problems);
}

static json_t *metrics(struct core *c)
{
	json_t *list = json_array();
	struct tally t = count(c);

	for (unsigned int i = STATE_INSTALLED; i <= STATE_REFUSED; i++)
		metric_add(list, "evpn_core_prefixes", "gauge", "prefixes of the core, by state",
			   json_pack("{s:s}", "state", states[i]), t.n[i]);
	metric_add(list, "evpn_core_routes_received_total", "counter",
		   "RT-5 of the core received, changes included", json_object(),
		   (json_int_t)c->counts.received);
	metric_add(list, "evpn_core_wishes_total", "counter",
		   "wishes for routes of the core sent to the kernel", json_object(),
		   (json_int_t)c->counts.wishes);
	metric_add(list, "evpn_core_group_wishes_total", "counter",
		   "wishes for groups of PEs sent to the kernel", json_object(),
		   (json_int_t)c->counts.groups);
	metric_add(list, "evpn_core_too_many_total", "counter",
		   "prefixes or paths of the core not taken because of a limit", json_object(),
		   (json_int_t)c->counts.too_many);
	return list;
}

bool core_query(void *state, const char *method, const json_t *params, json_t **result, char *err,
		size_t err_len)
{
	struct core *c = state;

	if (!strcmp(method, "prefix.show"))
		*result = show(c, params, err, err_len);
	else if (!strcmp(method, "prefix.why"))
		*result = each(c, params, err, err_len, why_of);
	else if (!strcmp(method, "prefix.trace"))
		*result = each(c, params, err, err_len, trace_of);
	else if (!strcmp(method, "summary"))
		*result = summary(c);
	else if (!strcmp(method, "metrics"))
		*result = metrics(c);
	else
		return false;
	return true;
}
