// SPDX-License-Identifier: GPL-2.0-only
/*
 * member_trace.c - one group on its way: who has heard it, what was decided and advertised, what other PEs
 * advertise, whether that is imported, what was wished, and what the kernel and the bridge have answered. Each
 * hop with its time where one is known, or with the reason why the way ends there.
 */
#include <stdio.h>
#include <string.h>

#include "services/member/member.h"
#include "services/place/place_show.h"

/**
 * struct trace - one group on one circuit; or routes of none, then @group is NULL
 * @addr: which group
 */
struct trace {
	struct members *ms;
	const struct ip_addr *addr;
	const struct mgroup *group;
	json_t *hops;
};

static void hop(const struct trace *t, const char *name, s64 at, bool ok, json_t *text)
{
	trace_hop(t->hops, name, at, ok, text);
}

static const char *source_name(const struct ip_addr *source, char buf[IP_STRLEN])
{
	return ip_is_none(source) ? "any source" : ip_format(source, buf);
}

static const char *flags_name(const struct mgroup *g, u8 flags, char buf[48])
{
	const char *what = g->len == 4 ? "IGMPv" : "MLDv";
	unsigned int i, n = g->len == 4 ? 3 : 2;
	size_t len = 0;

	buf[0] = '\0';
	for (i = 0; i < n; i++)
		if (flags & 1u << i)
			len += (size_t)snprintf(buf + len, 48 - len, "%s%s%u", len ? ", " : "",
						what, i + 1);
	return buf;
}

/* ---- what hosts here want, and what was said of it ---- */

static struct evpn_nlri own_nlri(const struct members *ms, const struct mentry *e, u8 type, u16 id)
{
	return (struct evpn_nlri){.type = type,
				  .rd = rd_make_ip(ms->router_id, id),
				  .esi = e->group->circuit->es->esi,
				  .etag = e->group->circuit->tag,
				  .src = mentry_source(e),
				  .grp = mgroup_addr(e->group),
				  .orig = ip_v4(ms->router_id)};
}

static void own_route(const struct trace *t, const struct mentry *e, const char *name, u8 type,
		      u16 id)
{
	struct evpn_nlri n = own_nlri(t->ms, e, type, id);
	char rd[RD_STRLEN], route[EVPN_STRLEN];

	hop(t, name, speaker_originated(t->ms->speaker, &n), true,
	    json_sprintf("%s rd %s", evpn_format(&n, route), rd_format(&n.rd, rd)));
}

static void local_hops(const struct trace *t, const struct mentry *e)
{
	const struct circuit *c = t->group->circuit;
	const char *dev = device_name(t->ms->at.devices, c->ifindex);
	struct ip_addr source = mentry_source(e);
	char src[IP_STRLEN], versions[48], why[MEMBER_WHY_MAX];

	hop(t, "heard", t->group->since, true,
	    json_sprintf("%s%s by %s on %s", e->local & EVPN_MC_EXCLUDE && !e->any ? "not " : "",
			 source_name(&source, src), flags_name(t->group, e->local, versions),
			 dev ? dev : "a device that has gone"));
	if (!member_may_advertise(t->group, why)) {
		hop(t, "decided", 0, false, json_sprintf("not advertised: %s", why));
		return;
	}
	hop(t, "decided", 0, true,
	    json_sprintf("segment %s, tag %u, %s %s", c->es->conf->name, c->tag,
			 place_in_domain(c) ? "bridge domain" : "VRF", c->vrf->conf.name));
	if (e->advertised)
		own_route(t, e, "advertised", EVPN_JOIN, e->adv_id);
}

/* ---- what other PEs say ---- */

static const char *verdict_name(unsigned int v)
{
	switch (v) {
	case MV_OWN:
		return "not for us: its distinguisher is that of this PE";
	case MV_IMPOSSIBLE:
		return "not imported: no router has to do with this group or this source";
	case MV_TOO_MANY:
		return "not imported: other PEs have too many memberships on its segment, or of its group";
	default:
		return place_verdict_name((enum place_verdict)v);
	}
}

static void one_path(const struct trace *t, const struct evpn_nlri *n, const struct rib_path *p)
{
	char peer[IP_STRLEN], nh[IP_STRLEN], rd[RD_STRLEN], src[IP_STRLEN];
	struct place_vrf *vrf = NULL;
	unsigned int v = member_judge(t->ms, n, p->attrs, &vrf);

	hop(t, n->type == EVPN_JOIN ? "received" : "left", p->since, true,
	    json_sprintf("%s from %s, next hop %s, rd %s", source_name(&n->src, src),
			 ip_format(rib_peer_address(p->peer), peer), ip_format(p->next_hop, nh),
			 rd_format(&n->rd, rd)));
	hop(t, "import", 0, place_is_import((enum place_verdict)v),
	    json_sprintf("%s%s%s%s", verdict_name(v),
			 !vrf	  ? "" :
			 vrf->vni ? ", bridge domain " :
				    ", VRF ",
			 vrf ? vrf->conf.name : "",
			 vrf && vrf->vni && vrf->vlan ? ", by its VLAN" : ""));
}

/* One that is told with its group is not told again. */
static bool is_ours(const struct trace *t, const struct evpn_nlri *n)
{
	const struct circuit *c = place_circuit(&t->ms->at, &n->esi, n->etag, false);

	if (t->group)
		return c == t->group->circuit;
	return !c || !member_find(t->ms, c, t->addr);
}

static bool each_route(void *data, const struct evpn_nlri *n, const struct rib_path *paths,
		       size_t n_paths, size_t best)
{
	const struct trace *t = data;
	const struct evpn_nlri *full = n_paths && paths[best].nlri ? paths[best].nlri : n;

	if (n_paths && paths[best].peer && ip_equal(&full->grp, t->addr) && is_ours(t, full))
		one_path(t, full, &paths[best]);
	return true;
}

static void received(struct trace *t)
{
	struct rib *rib = speaker_rib(t->ms->speaker);

	if (!rib)
		return;
	rib_walk(rib, EVPN_JOIN, each_route, t);
	rib_walk(rib, EVPN_LEAVE, each_route, t);
}

/* ---- what becomes of it here ---- */

static void answered(const struct trace *t, const char *name, u8 status, const char *why)
{
	static const char *const answers[] = {"has it", "has not answered yet", "has refused it"};

	hop(t, name, 0, status == WISH_INSTALLED, json_string(why[0] ? why : answers[status % 3]));
}

static const char *filter_name(const struct wish_member *w, char buf[48])
{
	if (w->mode == MEMBER_EXCLUDE && !w->n_sources)
		return "any source";
	snprintf(buf, 48, "%s%u source%s", w->mode == MEMBER_EXCLUDE ? "all but " : "",
		 w->n_sources, w->n_sources == 1 ? "" : "s");
	return buf;
}

static void bridge_hop(const struct trace *t)
{
	const struct mgroup *g = t->group;
	char why[MEMBER_WHY_MAX];

	member_bridge_why(t->ms, g, why);
	if (!g->circuit->port.snoops)
		hop(t, "bridge", 0, true, json_string(why));
	else if (g->bridge == MB_OURS)
		answered(t, "bridge", g->put_answer, why);
}

static const struct mremote *first_remote(const struct mgroup *g)
{
	const struct mentry *e;

	mgroup_each(e, g)
		if (e->remotes)
			return e->remotes;
	return NULL;
}

static void wish_hops(const struct trace *t)
{
	const struct mremote *r = first_remote(t->group);
	char why[MEMBER_WHY_MAX], what[48];
	struct wish_member w;

	if (!r)
		return;
	if (!member_combined(t->group, &w)) {
		member_held_back(t->group, r, why);
		hop(t, "wish", 0, false, json_sprintf("not wished: %s", why));
		return;
	}
	hop(t, "wish", 0, true,
	    json_sprintf("%s: what the other PEs want together", filter_name(&w, what)));
	answered(t, "kernel", t->group->answer, "");
	if (member_bridged(t->group))
		bridge_hop(t);
}

static void leaving_hops(const struct trace *t)
{
	u64 now = timer_now_us();
	const struct mentry *e;
	struct ip_addr source;
	char src[IP_STRLEN];

	mgroup_each(e, t->group) {
		source = mentry_source(e);
		if (mentry_is_leaving(e))
			own_route(t, e, "leave", EVPN_LEAVE, e->leave->id);
		if (now < mentry_left_us(e))
			hop(t, "leaving", 0, false,
			    json_sprintf(
				    "a host has left %s: whoever wants it has %.1f s to say so",
				    source_name(&source, src),
				    (double)(mentry_left_us(e) - now) / 1e6));
	}
}

static json_t *group_trace(struct members *ms, const struct mgroup *g)
{
	struct ip_addr addr = mgroup_addr(g);
	struct trace t = {ms, &addr, g, json_array()};
	const struct circuit *c = g->circuit;
	const struct mentry *e;
	char esi[ESI_STRLEN];

	mgroup_each(e, g)
		if (e->local)
			local_hops(&t, e);
	received(&t);
	wish_hops(&t);
	leaving_hops(&t);
	return json_pack("{s:s?, s:s, s:i, s:s?, s:s?, s:o}", "segment",
			 c->es->conf ? c->es->conf->name : NULL, "esi",
			 esi_format(&c->es->esi, esi), "tag", (int)c->tag, "interface",
			 device_name(ms->at.devices, c->ifindex), "bridge",
			 device_name(ms->at.devices, c->port.bridge), "hops", t.hops);
}

struct found {
	const struct ip_addr *addr;
	json_t *list;
};

static void each_group(struct members *ms, struct mgroup *g, void *data)
{
	struct ip_addr addr = mgroup_addr(g);
	struct found *f = data;

	if (ip_equal(&addr, f->addr))
		json_array_append_new(f->list, group_trace(ms, g));
}

json_t *member_trace(struct members *ms, const json_t *params, char *err, size_t err_len)
{
	const char *text = json_string_value(json_object_get(params, "group"));
	struct ip_addr addr;
	struct found f = {&addr, NULL};
	struct trace t = {ms, &addr, NULL, NULL};

	if (!text || ip_parse(&addr, text) || !ip_is_multicast(&addr)) {
		snprintf(err, err_len, "params.group: expected the address of a multicast group");
		return NULL;
	}
	f.list = json_array();
	member_walk(ms, each_group, &f);
	t.hops = json_array();
	received(&t);
	return json_pack("{s:s, s:o, s:o}", "group", text, "memberships", f.list, "others", t.hops);
}
