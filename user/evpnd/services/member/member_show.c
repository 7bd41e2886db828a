// SPDX-License-Identifier: GPL-2.0-only
/*
 * member_show.c - what the membership service answers on the control socket: member.show, and its part of
 * summary and metrics. The shapes are in Documentation/control-socket.rst.
 */
#include <stdio.h>
#include <string.h>

#include "metric.h"
#include "services/member/member.h"
#include "services/place/place_show.h"

#define SHOWN_MAX 1000000

static const char *const state_names[] = {"local", "synced", "pending", "refused", "left", NULL};

static const char *state_of(const struct mentry *e)
{
	if (e->local)
		return "local";
	if (!e->remotes)
		return "left";
	if (e->group->answer == WISH_REFUSED)
		return "refused";
	if (member_bridged(e->group) && e->group->circuit->port.snoops &&
	    (e->group->bridge != MB_OURS || e->group->put_answer != WISH_INSTALLED))
		return e->group->put_answer == WISH_REFUSED ? "refused" : "pending";
	return e->group->wished && e->group->answer == WISH_INSTALLED ? "synced" : "pending";
}

static const char *mode_of(const struct mentry *e, u8 flags)
{
	if (e->any)
		return "exclude";
	return flags & EVPN_MC_EXCLUDE ? "exclude" : "include";
}

static u8 all_flags(const struct mentry *e)
{
	u8 flags = e->local | (mentry_is_leaving(e) ? e->leave->flags : 0);
	const struct mremote *r;

	for (r = e->remotes; r; r = r->next)
		flags |= r->flags;
	return flags;
}

static json_t *versions_json(const struct mgroup *g, u8 flags)
{
	static const char *const igmp[] = {"igmpv1", "igmpv2", "igmpv3"};
	static const char *const mld[] = {"mldv1", "mldv2"};
	unsigned int i, n = g->len == 4 ? 3 : 2;
	json_t *list = json_array();

	for (i = 0; i < n; i++)
		if (flags & 1u << i)
			json_array_append_new(list, json_string(g->len == 4 ? igmp[i] : mld[i]));
	return list;
}

static json_t *from_json(const struct mentry *e)
{
	char nh[IP_STRLEN], rd[RD_STRLEN];
	const struct mremote *r;
	json_t *list = json_array();

	for (r = e->remotes; r; r = r->next)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o}", "address",
						      ip_format(&r->origin->nh, nh), "rd",
						      rd_format(&r->origin->rd, rd), "mode",
						      mode_of(e, r->flags), "versions",
						      versions_json(e->group, r->flags)));
	return list;
}

/* Why it is not what one would expect. */
static json_t *reason_json(const struct members *ms, const struct mentry *e)
{
	char why[MEMBER_WHY_MAX];

	if (e->local)
		return member_may_advertise(e->group, why) ? json_null() : json_string(why);
	if (e->remotes && (member_held_back(e->group, e->remotes, why)[0] ||
			   member_bridge_why(ms, e->group, why)[0]))
		return json_string(why);
	return json_null();
}

static json_t *name_json(const char *name)
{
	return name ? json_string(name) : json_null();
}

static const char *vrf_name(const struct mentry *e)
{
	const struct place_vrf *v = e->group->circuit->vrf;

	if (!v && e->remotes)
		v = e->remotes->origin->vrf;
	return v && !v->vni ? v->conf.name : NULL;
}

static json_t *entry_json(const void *entry, void *data)
{
	const struct mentry *e = entry;
	const struct members *ms = data;
	struct ip_addr group = mgroup_addr(e->group), source = mentry_source(e);
	const struct circuit *c = e->group->circuit;
	char grp[IP_STRLEN], src[IP_STRLEN], esi[ESI_STRLEN];
	json_t *o = json_object();

	json_object_set_new(o, "group", json_string(ip_format(&group, grp)));
	json_object_set_new(o, "source",
			    e->any ? json_null() : json_string(ip_format(&source, src)));
	json_object_set_new(o, "mode", json_string(mode_of(e, all_flags(e))));
	json_object_set_new(o, "versions", versions_json(e->group, all_flags(e)));
	json_object_set_new(o, "state", json_string(state_of(e)));
	json_object_set_new(
		o, "leaving",
		json_boolean(mentry_is_leaving(e) || timer_now_us() < mentry_left_us(e)));
	json_object_set_new(o, "segment", name_json(c->es->conf ? c->es->conf->name : NULL));
	json_object_set_new(o, "esi", json_string(esi_format(&c->es->esi, esi)));
	json_object_set_new(o, "tag", json_integer(c->tag));
	json_object_set_new(o, "interface", name_json(device_name(ms->at.devices, c->ifindex)));
	json_object_set_new(o, "vrf", name_json(vrf_name(e)));
	json_object_set_new(o, "bridge", name_json(device_name(ms->at.devices, c->port.bridge)));
	json_object_set_new(o, "since",
			    e->local && e->group->since ? json_real(timer_wall(e->group->since)) :
							  json_null());
	json_object_set_new(o, "advertised", json_boolean(e->advertised));
	json_object_set_new(o, "from", from_json(e));
	json_object_set_new(o, "reason", reason_json(ms, e));
	return o;
}

/* ---- member.show ---- */

/** struct groups_wanted - what was asked for: all groups, or this one */
struct groups_wanted {
	struct wanted w;
	struct ip_addr group;
};

static void pick(struct members *ms, struct mgroup *g, void *data)
{
	struct groups_wanted *w = data;
	struct ip_addr addr = mgroup_addr(g);
	const struct mentry *e;

	if (!ip_is_none(&w->group) && !ip_equal(&w->group, &addr))
		return;
	mgroup_each(e, g)
		if (!mentry_is_idle(e) && wanted_on(&w->w, g->circuit, vrf_name(e), state_of(e)))
			wanted_add(&w->w, e);
}

static int by_place(const void *a, const void *b)
{
	const struct mentry *x = *(const struct mentry *const *)a;
	const struct mentry *y = *(const struct mentry *const *)b;
	const struct circuit *cx = x->group->circuit, *cy = y->group->circuit;
	struct ip_addr gx = mgroup_addr(x->group), gy = mgroup_addr(y->group);
	struct ip_addr sx = mentry_source(x), sy = mentry_source(y);
	int d = esi_cmp(&cx->es->esi, &cy->es->esi);

	if (!d)
		d = cx->tag < cy->tag ? -1 : cx->tag > cy->tag;
	if (!d)
		d = ip_cmp(&gx, &gy);
	return d ? d : ip_cmp(&sx, &sy);
}

static json_t *show(struct members *ms, const json_t *params, char *err, size_t err_len)
{
	const char *group = param_text(params, "group");
	struct groups_wanted w = {};

	if (group && (ip_parse(&w.group, group) || !ip_is_multicast(&w.group))) {
		snprintf(err, err_len, "params.group: \"%s\" is no address of a multicast group",
			 group);
		return NULL;
	}
	if (!wanted_read(&w.w, params, state_names, SHOWN_MAX, err, err_len))
		return NULL;
	member_walk(ms, pick, &w);
	return wanted_json(&w.w, "memberships", by_place, entry_json, ms);
}

/* ---- summary, metrics ---- */

struct tally {
	json_int_t local;
	json_int_t synced;
	json_int_t pending;
	json_int_t advertised;
	json_int_t leaving;
};

static void count(struct members *ms, struct mgroup *g, void *data)
{
	struct tally *t = data;
	const struct mentry *e;

	mgroup_each(e, g) {
		t->local += !!e->local;
		t->synced += !strcmp(state_of(e), "synced");
		t->pending += e->remotes && !e->local && strcmp(state_of(e), "synced");
		t->advertised += e->advertised;
		t->leaving += mentry_is_leaving(e);
	}
}

static bool tells_somebody(struct members *ms)
{
	const struct conf *conf = speaker_conf(ms->speaker);
	size_t i;

	for (i = 0; conf && i < conf->n_peers; i++)
		if (conf->peers[i].send_multicast)
			return true;
	return !conf || !conf->n_peers;
}

static json_t *summary(struct members *ms)
{
	json_t *problems = json_array();
	struct tally t = {0};

	member_walk(ms, count, &t);
	if (t.advertised && !tells_somebody(ms))
		json_array_append_new(
			problems,
			json_sprintf(
				"%" JSON_INTEGER_FORMAT
				" memberships are told to nobody: no peer has send-multicast: yes",
				t.advertised));
	return json_pack("{s:{s:I, s:I, s:I}, s:o}", "memberships", "local", t.local, "synced",
			 t.synced, "pending", t.pending, "problems", problems);
}

static json_t *metrics(struct members *ms)
{
	const struct mcounts *c = &ms->counts;
	json_t *list = json_array();
	struct tally t = {0};

	member_walk(ms, count, &t);
	metric_add(list, "evpn_memberships", "gauge",
		   "memberships of segments, by who has heard them",
		   json_pack("{s:s}", "state", "local"), t.local);
	metric_add(list, "evpn_memberships", "gauge",
		   "memberships of segments, by who has heard them",
		   json_pack("{s:s}", "state", "synced"), t.synced);
	metric_add(list, "evpn_memberships", "gauge",
		   "memberships of segments, by who has heard them",
		   json_pack("{s:s}", "state", "pending"), t.pending);
	metric_add(list, "evpn_memberships_advertised", "gauge", "memberships advertised as RT-7",
		   json_object(), t.advertised);
	metric_add(list, "evpn_memberships_leaving", "gauge",
		   "memberships advertised as left, RT-8", json_object(), t.leaving);
	metric_add(list, "evpn_membership_routes_received_total", "counter",
		   "RT-7 and RT-8 received, changes included", json_object(),
		   (json_int_t)c->received);
	metric_add(list, "evpn_membership_routes_refused_total", "counter",
		   "RT-7 and RT-8 treated as withdrawn by their targets", json_object(),
		   (json_int_t)c->refused);
	metric_add(list, "evpn_memberships_too_many_total", "counter",
		   "memberships of other PEs that were not taken because there were too many",
		   json_object(), (json_int_t)c->too_many);
	metric_add(list, "evpn_membership_leaves_total", "counter", "RT-8 originated",
		   json_object(), (json_int_t)c->leaves);
	metric_add(list, "evpn_membership_leaves_heard_total", "counter",
		   "RT-8 of other PEs heeded", json_object(), (json_int_t)c->leaves_heard);
	metric_add(list, "evpn_membership_wishes_total", "counter", "wishes sent to the kernel",
		   json_object(), (json_int_t)c->wishes);
	metric_add(list, "evpn_memberships_retained_total", "counter",
		   "wishes taken back that the kernel was to keep for the retention time",
		   json_object(), (json_int_t)c->retained);
	metric_add(list, "evpn_membership_bridge_entries_total", "counter",
		   "entries put into the multicast databases of bridges", json_object(),
		   (json_int_t)c->puts);
	metric_add(list, "evpn_membership_bridge_refused_total", "counter",
		   "of these, those that a bridge has not taken", json_object(),
		   (json_int_t)c->puts_refused);
	return list;
}

bool member_query(void *state, const char *method, const json_t *params, json_t **result, char *err,
		  size_t err_len)
{
	struct members *ms = state;

	if (!strcmp(method, "member.show"))
		*result = show(ms, params, err, err_len);
	else if (!strcmp(method, "member.trace"))
		*result = member_trace(ms, params, err, err_len);
	else if (!strcmp(method, "summary"))
		*result = summary(ms);
	else if (!strcmp(method, "metrics"))
		*result = metrics(ms);
	else
		return false;
	return true;
}
