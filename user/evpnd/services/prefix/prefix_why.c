// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix_why.c - one prefix on its way: what the kernel has, what is advertised, what other PEs advertise and
 * whether that is imported, where its next hop is, and what the kernel has answered: prefix.why, and
 * prefix.trace, which has the times of the routes too. A prefix has no times of its own: there may be a million.
 */
#include <stdio.h>
#include <string.h>

#include "rt_protocol.h"
#include "services/place/place_show.h"
#include "services/prefix/prefix.h"

/** struct way - what is known of a prefix, in order; @timed: as hops with their times, not as steps */
struct way {
	struct prefixes *ps;
	json_t *list;
	bool timed;
};

static void step_at(const struct way *w, const char *name, s64 at, bool ok, json_t *text)
{
	if (w->timed)
		trace_hop(w->list, name, at, ok, text);
	else
		json_array_append_new(w->list, json_pack("{s:s, s:b, s:o}", "step", name, "ok", ok,
							 "text", text));
}

static void step(const struct way *w, const char *name, bool ok, json_t *text)
{
	step_at(w, name, 0, ok, text);
}

static const char *dev_name(const struct way *w, u32 ifindex)
{
	const char *name = device_name(w->ps->at.devices, ifindex);

	return name ? name : "?";
}

/* How it is reached: "via 10.1.0.1 dev bond0.1", or it is the device's own */
static void learned_step(const struct way *w, const struct plocal *l, const struct prefix_hop *h)
{
	static const char *const known[] = {
		[NEIGHBOUR_LEARNED] = "learned here",
		[NEIGHBOUR_RETAINED] = "another PE's, and kept while it is probed",
		[NEIGHBOUR_SYNCED] = "in step with another PE",
	};
	bool connected = ip_is_none(&h->gateway);
	char ip[IP_STRLEN];

	if (l->how) {
		step(w, "learned", true,
		     json_sprintf("a neighbour, dev %s, %s", dev_name(w, h->ifindex),
				  known[l->how]));
		return;
	}
	step(w, "learned", true,
	     json_sprintf("from %s, %s%s%sdev %s, metric %u", rt_protocol_name(l->protocol),
			  connected ? "" : "via ", connected ? "" : ip_format(&h->gateway, ip),
			  connected ? "" : " ", dev_name(w, h->ifindex), l->metric));
}

/* In which form it is told, and why in that one if another is configured. */
static void advertised_step(const struct way *w, const struct pfx *x, const struct padv_item *a)
{
	struct evpn_nlri n = prefix_nlri(w->ps, x, a);
	char ip[IP_STRLEN], esi[ESI_STRLEN], rd[RD_STRLEN];
	bool by_esi = a->form == CONF_PREFIX_ESI;
	bool forced = by_esi && x->adv->vrf->conf.prefixes.form != CONF_PREFIX_ESI;

	step(w, "advertised", true,
	     json_sprintf("as RT-5 rd %s, tag %u, %s %s%s", rd_format(&n.rd, rd), a->tag,
			  by_esi ? "ESI" : "gateway",
			  by_esi ? esi_format(&a->esi, esi) : ip_format(&a->gw, ip),
			  forced ? ", as its next hop is one of IPv6" : ""));
}

static void local_steps(const struct way *w, const struct pfx *x)
{
	const struct plocal *l = prefix_local(x);
	const char *silent = prefix_why_silent(w->ps, x);

	for (u32 i = 0; l->set && i < l->set->n; i++)
		learned_step(w, l, &l->set->hops[i]);
	if (silent) {
		step(w, "advertised", false, json_sprintf("no: %s", silent));
		return;
	}
	for (u32 i = 0; i < x->adv->n; i++)
		advertised_step(w, x, &x->adv->items[i]);
}

/* When a path of another PE's came; 0: it is withdrawn */
static s64 since(const struct way *w, const struct pfx *x, const struct premote *r)
{
	struct rib *rib = speaker_rib(w->ps->speaker);
	struct ip_prefix p = prefix_of(x);
	struct evpn_nlri n = {.type = EVPN_PREFIX,
			      .rd = r->source->rd,
			      .etag = r->source->way->tag,
			      .ip = p.addr,
			      .plen = p.plen,
			      .gw.len = p.addr.len,
			      .labels = 1};
	const struct rib_path *path = rib && !r->lost ? rib_best(rib, &n) : NULL;

	return path ? path->since : 0;
}

static void remote_steps(const struct way *w, const struct pfx *x, const struct premote *r)
{
	const struct psource *s = r->source;
	struct pway *way = s->way;
	char nh[IP_STRLEN], rd[RD_STRLEN], ip[IP_STRLEN], esi[ESI_STRLEN];

	step_at(w, "received", since(w, x, r), !r->lost,
		json_sprintf(
			"by %s, rd %s, tag %u, %s %s%s", ip_format(&s->nh, nh),
			rd_format(&s->rd, rd), way->tag, ip_is_none(&way->gw) ? "ESI" : "gateway",
			ip_is_none(&way->gw) ? esi_format(&way->esi, esi) : ip_format(&way->gw, ip),
			r->lost ?
				"; withdrawn, and kept because that PE is gone from the segment, or this one has taken over" :
				""));
	step(w, "import", true, json_string(prefix_verdict_name(s->verdict)));
	if (way->hop.ifindex)
		step(w, "next hop", true,
		     json_sprintf("via %s dev %s", ip_format(&way->hop.gateway, ip),
				  dev_name(w, way->hop.ifindex)));
	else
		step(w, "next hop", false, json_string(prefix_way_why(w->ps, way)));
}

static void core_step(const struct way *w, const struct pfx *x)
{
	const struct pcore *c = prefix_core_of(w->ps, x->vrf);
	const char *silent = c ? prefix_core_silent(w->ps, x, c) : NULL;
	struct evpn_nlri n;
	char rd[RD_STRLEN];

	if (!c)
		return;
	n = prefix_core_nlri(w->ps, x, c);
	if (x->flags & PFX_CORE)
		step(w, "core", true,
		     json_sprintf("told as RT-5 rd %s, VNI %u", rd_format(&n.rd, rd), c->l3vni));
	else
		step(w, "core", false,
		     json_sprintf("not told: %s", silent ? silent : "it is not looked at yet"));
}

/** struct refusals - routes of a prefix that are not imported; @timed: as hops */
struct refusals {
	struct prefixes *ps;
	struct ip_prefix prefix;
	json_t *list;
	bool timed;
};

static void refused(const struct refusals *r, const struct evpn_nlri *n, const struct rib_path *p,
		    enum pverdict v)
{
	const struct way w = {r->ps, r->list, true};
	char nh[IP_STRLEN], rd[RD_STRLEN];

	if (!r->timed) {
		json_array_append_new(r->list, json_pack("{s:s, s:s, s:s}", "address",
							 ip_format(p->next_hop, nh), "rd",
							 rd_format(&n->rd, rd), "reason",
							 prefix_verdict_name(v)));
		return;
	}
	step_at(&w, "received", p->since, true,
		json_sprintf("by %s, rd %s, tag %u", ip_format(p->next_hop, nh),
			     rd_format(&n->rd, rd), n->etag));
	step(&w, "import", false, json_string(prefix_verdict_name(v)));
}

static bool each_route(void *data, const struct evpn_nlri *n, const struct rib_path *paths,
		       size_t n_paths, size_t best)
{
	const struct evpn_nlri *full = n_paths && paths[best].nlri ? paths[best].nlri : n;
	struct ip_prefix p = prefix_make(&full->ip, full->plen);
	struct refusals *r = data;
	struct place_vrf *vrf = NULL;
	enum pverdict v;

	if (!n_paths || !paths[best].peer || prefix_cmp(&p, &r->prefix))
		return true;
	v = prefix_judge(r->ps, full, paths[best].attrs, &vrf);
	/* of those of the core another service tells */
	if ((v == PV_NO_INDEX || v == PV_FOREIGN_ESI) && vrf && vrf->conf.prefixes.from_core &&
	    full->label[0])
		return true;
	if (v != PV_ES_IMPORT && v != PV_VRF)
		refused(r, full, &paths[best], v);
	return true;
}

static void find_refused(struct refusals *r)
{
	struct rib *rib = speaker_rib(r->ps->speaker);

	r->list = json_array();
	if (rib)
		rib_walk(rib, EVPN_PREFIX, each_route, r);
}

static void all_steps(const struct way *w, const struct pfx *x)
{
	const struct premote *r;
	const char *absent;

	if (x->locals)
		local_steps(w, x);
	for (r = x->remotes; r; r = r->next)
		remote_steps(w, x, r);
	core_step(w, x);
	if (!x->remotes)
		return;
	absent = prefix_why_absent(w->ps, x);
	step(w, "kernel", !absent,
	     absent ? json_string(absent) :
		      json_sprintf("installed%s",
				   x->locals ? ", behind this PE's own route, for when that goes" :
					       ""));
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

static bool is_meant(struct prefixes *ps, const struct pfx *x, const char *vrf)
{
	return !vrf || (prefix_vrf_name(ps, x) && !strcmp(vrf, prefix_vrf_name(ps, x)));
}

/* Return: false with a sentence: no prefix is asked for, or what is none */
static bool read_required(const json_t *params, struct ip_prefix *p, char *err, size_t err_len)
{
	if (param_text(params, "prefix"))
		return prefix_read(params, p, err, err_len);
	snprintf(err, err_len, "params.prefix is missing");
	return false;
}

json_t *prefix_why(struct prefixes *ps, const json_t *params, char *err, size_t err_len)
{
	const char *vrf = param_text(params, "vrf");
	struct refusals refusals = {.ps = ps};
	struct way w = {.ps = ps};
	json_t *list, *one;
	struct pfx *x;

	if (!read_required(params, &refusals.prefix, err, err_len))
		return NULL;
	list = json_array();
	for (x = prefix_first(ps, &refusals.prefix); x; x = prefix_next(x)) {
		if (!is_meant(ps, x, vrf))
			continue;
		w.list = json_array();
		all_steps(&w, x);
		one = prefix_json(x, ps);
		json_object_set_new(one, "steps", w.list);
		json_array_append_new(list, one);
	}
	find_refused(&refusals);
	return json_pack("{s:s, s:o, s:o, s:o}", "prefix", param_text(params, "prefix"), "prefixes",
			 list, "not-imported", refusals.list, "full", full_vrfs(ps, vrf));
}

static json_t *trace_of(struct prefixes *ps, const struct pfx *x)
{
	struct way w = {ps, json_array(), true};

	all_steps(&w, x);
	return json_pack("{s:s?, s:s, s:o}", "vrf", prefix_vrf_name(ps, x), "state",
			 prefix_state_names[prefix_state(x)], "hops", w.list);
}

json_t *prefix_trace(struct prefixes *ps, const json_t *params, char *err, size_t err_len)
{
	struct refusals refusals = {.ps = ps, .timed = true};
	const char *vrf = param_text(params, "vrf");
	json_t *list;
	struct pfx *x;

	if (!read_required(params, &refusals.prefix, err, err_len))
		return NULL;
	list = json_array();
	for (x = prefix_first(ps, &refusals.prefix); x; x = prefix_next(x))
		if (is_meant(ps, x, vrf))
			json_array_append_new(list, trace_of(ps, x));
	find_refused(&refusals);
	return json_pack("{s:s, s:o, s:o}", "prefix", param_text(params, "prefix"), "prefixes",
			 list, "others", refusals.list);
}
