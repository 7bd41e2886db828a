// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_show.c - what the segment service answers on the control socket: es.show, df.show, df.why,
 * es.drain, es.del, and its part of summary and metrics. The shapes are in Documentation/control-socket.rst.
 */
#include <stdio.h>
#include <stdlib.h>

#include "log.h"
#include "metric.h"
#include "services/segment/segment.h"
#include "speaker/pes.h"

static json_t *addr_json(const struct ip_addr *a)
{
	char buf[IP_STRLEN];

	return ip_is_none(a) ? json_null() : json_string(ip_format(a, buf));
}

static json_t *text_or_null(const char *s)
{
	return s && s[0] ? json_string(s) : json_null();
}

static json_t *esi_json(const struct segment *s)
{
	char buf[ESI_STRLEN];

	return s->esi_known ? json_string(esi_format(&s->esi, buf)) : json_null();
}

static json_t *vlans_json(const u8 map[DF_VLAN_BYTES])
{
	json_t *list = json_array();
	unsigned int v;

	for (v = 0; v < 4096; v++)
		if (map[v / 8] & 1u << v % 8)
			json_array_append_new(list, json_integer(v));
	return list;
}

static const char *role_name(const struct segment *s)
{
	if (!s->port_up || (s->fsm.state != DF_DONE && !s->adopted))
		return "none";
	return s->force.df ? "df" : "non-df";
}

static const char *oper_name(const struct segment *s)
{
	if (!s->port_up)
		return "down";
	return s->answered && !segment_enforced(s) ? "failed" : "up";
}

const char *segment_state_name(enum df_state state)
{
	static const char *const names[DF_STATES] = {"init", "df-wait", "df-calc", "df-done"};

	return names[state];
}

/* Why a segment does not do what its operator may expect; "" when it does. */
static const char *held_back(const struct segment *s, char buf[ROLE_TEXT_MAX])
{
	const struct segments *ss = s->owner;

	buf[0] = '\0';
	if (segment_is_frr(s) && s->frr.fact.renamed[0]) {
		segment_frr_reason(s, buf);
		return buf;
	}
	if (!s->port_up)
		return s->port_reason;
	if (!s->esi_known && segment_is_frr(s))
		segment_frr_reason(s, buf);
	else if (!s->esi_known)
		snprintf(buf, ROLE_TEXT_MAX,
			 "waiting for the LACP partner of %s, whose id is the ESI",
			 s->conf.interface);
	else if (s->removed)
		segment_removed_reason(s, buf);
	else if (!segment_enforced(s))
		segment_unforced_reason(s, buf);
	else if (s->drain == DRAIN_DONE)
		snprintf(buf, ROLE_TEXT_MAX, "drained by the operator");
	else if (s->drain != DRAIN_NO)
		snprintf(buf, ROLE_TEXT_MAX, "being drained");
	else if (segment_is_frr(s) && ss->started)
		segment_frr_reason(s, buf);
	else if (ss->isolated)
		snprintf(buf, ROLE_TEXT_MAX, "core isolation: no BGP session is Established%s",
			 segments_block_alone(ss) ? " (core-isolation: block)" : "");
	else if (!ss->started)
		snprintf(buf, ROLE_TEXT_MAX, "starting: %u of %u peers have sent their routes",
			 ss->synced, ss->configured);
	else if (!segment_may_elect(s))
		snprintf(buf, ROLE_TEXT_MAX,
			 "no election before a BGP session has said what the other PEs do");
	else
		segment_handover_reason(s, buf);
	if (!buf[0])
		snprintf(buf, ROLE_TEXT_MAX, "%s", s->odd);
	return buf;
}

static json_t *peers_json(const struct segment *s)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < s->n_cand; i++)
		if ((int)i != s->local)
			json_array_append_new(list, addr_json(&s->cand[i].addr));
	return list;
}

static json_t *vteps_json(const struct segment *s)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < s->n_peers; i++)
		json_array_append_new(list, addr_json(&s->peers[i]));
	return list;
}

/* What is in force, by names as kernel show has them. */
static json_t *force_json(const struct segment *s)
{
	static const struct {
		u8 bit;
		const char *name;
	} names[] = {{ES_BLOCKED, "blocked"},
		     {ES_LACP_OOS, "lacp-oos"},
		     {ES_DORMANT, "dormant"},
		     {ES_FAIL_APPLIED, "fail-applied"}};
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (s->kernel_force & names[i].bit)
			json_array_append_new(list, json_string(names[i].name));
	return list;
}

static json_t *kernel_json(const struct segment *s)
{
	static const char *const roles[] = {"non-df", "df", "draining"};
	bool there = s->in_kernel && s->owner->kernel.present && s->kernel_role <= ES_DRAINING;
	static const char *const names[] = {"installed", "pending", "refused"};
	const char *status = s->answered ? names[s->result.status] : "pending";
	const char *text = s->result.text;

	if (!s->owner->kernel.present) {
		status = "pending";
		text = s->owner->kernel.text;
	}
	return json_pack("{s:s, s:o, s:s?, s:o}", "status", status, "message", text_or_null(text),
			 "role", there ? roles[s->kernel_role] : NULL, "in-force",
			 there ? force_json(s) : json_null());
}

static json_t *lacp_json(const struct segment *s)
{
	static const char *const names[LACP_STATES] = {
		"unknown", "expired", "deaf", "out-of-sync", "detached", "ready", "active"};
	const struct fact_lacp *f = &s->lacp;
	char mac[MAC_STRLEN];

	if (!s->lacp_known || (f->state == LACP_UNKNOWN && !f->members))
		return json_null();
	return json_pack("{s:s, s:s, s:i, s:i, s:i, s:i}", "state",
			 names[f->state < LACP_STATES ? f->state : LACP_UNKNOWN], "partner",
			 mac_format(&f->partner, mac), "key", (int)f->key, "ready", (int)f->ready,
			 "active", (int)f->active, "timeout-ms", (int)f->timeout_ms);
}

static const struct fact_es_port *kernel_port(const struct segment *s, const char *ifname)
{
	for (u8 i = 0; i < s->n_kernel_ports; i++)
		if (!strcmp(s->kernel_ports[i].ifname, ifname))
			return &s->kernel_ports[i];
	return NULL;
}

/* The kernel's word comes first: it is what does not follow from looking at the device. */
static json_t *device_json(const struct segment *s, const char *ifname)
{
	static const char *const states[] = {"unbound", "bound", "rejected"};
	const struct device *l = segment_link(s->owner, ifname);
	const struct fact_es_port *k = kernel_port(s, ifname);
	char why[ROLE_TEXT_MAX];

	segment_port_why(s, ifname, why);
	return json_pack("{s:s, s:i, s:s, s:s?, s:o}", "interface", ifname, "ifindex",
			 l ? (int)l->fact.ifindex : 0, "oper", why[0] ? "down" : "up", "kernel",
			 k && k->state <= ES_PORT_REJECTED ? states[k->state] : NULL, "reason",
			 text_or_null(k && k->why[0] ? k->why : why));
}

/* Of a segment that is a set of devices; null: it is one device. */
static json_t *devices_json(const struct segment *s)
{
	json_t *list = s->conf.set.n ? json_array() : json_null();

	for (u8 i = 0; i < s->conf.set.n; i++)
		json_array_append_new(list, device_json(s, s->conf.set.name[i]));
	return list;
}

static json_t *es_json(const struct segment *s)
{
	static const char *const esi_sources[] = {"static", "lacp", "frr"};
	const struct device *l = segment_link(s->owner, s->conf.interface);
	u8 vlans[DF_VLAN_BYTES], held[DF_VLAN_BYTES] = {0};
	char why[ROLE_TEXT_MAX];
	json_t *o = json_object();

	segment_vlans(s, vlans);
	if (!s->force.port)
		memcpy(held, s->force.vlan, sizeof(held));
	json_object_set_new(o, "name", json_string(s->conf.name));
	json_object_set_new(o, "esi", esi_json(s));
	json_object_set_new(o, "esi-source", json_string(esi_sources[s->conf.esi_source]));
	json_object_set_new(o, "control", json_string(segment_is_frr(s) ? "frr" : "evpnd"));
	json_object_set_new(o, "discovered", json_boolean(s->discovered));
	json_object_set_new(o, "interface", json_string(s->conf.interface));
	json_object_set_new(o, "ifindex", json_integer(s->ifindex));
	json_object_set_new(o, "interfaces", devices_json(s));
	json_object_set_new(o, "mode", json_string(conf_mode_name(s->conf.mode)));
	json_object_set_new(
		o, "standby",
		json_string(conf_standby_name(s->wished ? s->last_wish.standby : s->conf.standby)));
	json_object_set_new(o, "role", json_string(role_name(s)));
	json_object_set_new(o, "state", json_string(segment_state_name(s->fsm.state)));
	json_object_set_new(o, "since", json_real(timer_wall(s->since)));
	json_object_set_new(o, "oper", json_string(oper_name(s)));
	json_object_set_new(o, "reason", text_or_null(held_back(s, why)));
	json_object_set_new(o, "differs", text_or_null(s->differs));
	json_object_set_new(o, "lacp", lacp_json(s));
	json_object_set_new(o, "lacp-bypass", json_boolean(s->conf.lacp_bypass));
	json_object_set_new(o, "end-sessions", json_boolean(s->conf.end_sessions));
	json_object_set_new(o, "members", json_integer(l ? l->fact.members : 0));
	json_object_set_new(o, "members-up", json_integer(l ? l->fact.members_up : 0));
	json_object_set_new(
		o, "algorithm",
		json_string(df_alg_name(s->n_cand ? s->agreed.alg : s->conf.df.algorithm)));
	json_object_set_new(o, "preference", json_integer(s->offer.pref));
	json_object_set_new(o, "port-mode", json_boolean(s->force.port));
	json_object_set_new(o, "df", addr_json(&s->df_addr));
	json_object_set_new(o, "backup", addr_json(&s->backup_addr));
	json_object_set_new(o, "fallback",
			    text_or_null(s->agreed.fallback ? s->agreed.sentence : NULL));
	json_object_set_new(o, "peers", peers_json(s));
	json_object_set_new(o, "split-horizon",
			    s->conf.mode == CONF_ALL_ACTIVE ? vteps_json(s) : json_null());
	json_object_set_new(o, "unknown-unicast",
			    s->conf.mode == CONF_ALL_ACTIVE ?
				    json_string(s->conf.unknown_unicast == CONF_UNKNOWN_PASS ?
							"pass" :
							"filter") :
				    json_null());
	json_object_set_new(o, "untagged-vid", json_integer(s->conf.untagged_vid));
	json_object_set_new(o, "host-limit", json_integer(s->conf.host_limit));
	json_object_set_new(o, "hosts-forgotten", json_integer((json_int_t)s->hosts_forgotten));
	json_object_set_new(o, "vlans",
			    json_pack("{s:o, s:o}", "configured", vlans_json(s->conf.vlans), "df",
				      vlans_json(held)));
	json_object_set_new(o, "draining", json_boolean(s->drain != DRAIN_NO));
	json_object_set_new(o, "drain-state", json_string(segment_drain_name(s->drain)));
	json_object_set_new(o, "removed", json_boolean(s->removed));
	json_object_set_new(o, "isolated", json_boolean(s->owner->isolated || s->owner->core.lost));
	json_object_set_new(o, "core-isolation",
			    json_string(segments_block_alone(s->owner) ? "block" : "keep"));
	json_object_set_new(o, "kernel", kernel_json(s));
	return o;
}

static bool wanted(const struct segment *s, const json_t *params)
{
	const char *name = json_string_value(json_object_get(params, "name"));
	const char *esi = json_string_value(json_object_get(params, "esi"));
	struct esi e;

	if (name && strcmp(name, s->conf.name))
		return false;
	if (esi && (!s->esi_known || esi_parse(&e, esi) || esi_cmp(&e, &s->esi)))
		return false;
	return true;
}

static bool none_such(const struct segments *ss, const json_t *params, char *err, size_t err_len)
{
	const char *name = json_string_value(json_object_get(params, "name"));
	const char *esi = json_string_value(json_object_get(params, "esi"));

	if (!name && !esi)
		return false;
	snprintf(err, err_len, "no segment %s; `evpnctl es show` lists %s", name ? name : esi,
		 TAILQ_EMPTY(&ss->list) ? "none" : "those there are");
	return true;
}

static json_t *list_of(struct segments *ss, const json_t *params,
		       json_t *(*one)(const struct segment *s), char *err, size_t err_len)
{
	json_t *list = json_array();
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry)
		if (wanted(s, params))
			json_array_append_new(list, one(s));
	if (!json_array_size(list) && none_such(ss, params, err, err_len)) {
		json_decref(list);
		return NULL;
	}
	return json_pack("{s:o}", "segments", list);
}

/* A prepared election over the candidates of the last one; NULL when there were none. */
static struct df_election *prepare(const struct segment *s)
{
	struct df_election *e = malloc(sizeof(*e));

	if (e && (!s->n_cand || df_prepare(e, &s->esi, s->cand, s->n_cand, s->local))) {
		free(e);
		e = NULL;
	}
	return e;
}

static json_t *winner(const struct segment *s, int16_t who)
{
	return who < 0 ? json_null() : addr_json(&s->cand[who].addr);
}

static json_t *per_vlan(const struct segment *s, const struct df_election *e)
{
	json_t *list = json_array();
	u8 vlans[DF_VLAN_BYTES];
	struct df_result r;
	unsigned int v;

	segment_vlans(s, vlans);
	for (v = 0; v < 4095; v++) {
		if (!(vlans[v / 8] & 1u << v % 8))
			continue;
		r = df_elect(e, v);
		json_array_append_new(list,
				      json_pack("{s:i, s:o, s:o}", "vlan", (int)v, "df",
						winner(s, r.df), "backup", winner(s, r.backup)));
	}
	return list;
}

static json_t *df_json(const struct segment *s)
{
	struct df_election *e = prepare(s);
	json_t *o = json_object();
	bool port = e && df_is_port_mode(e);

	json_object_set_new(o, "name", json_string(s->conf.name));
	json_object_set_new(o, "esi", esi_json(s));
	json_object_set_new(o, "algorithm",
			    json_string(df_alg_name(e ? e->agreed.alg : s->conf.df.algorithm)));
	json_object_set_new(o, "port-mode", json_boolean(port));
	json_object_set_new(o, "df", addr_json(&s->df_addr));
	json_object_set_new(o, "backup", addr_json(&s->backup_addr));
	json_object_set_new(o, "self", json_boolean(s->force.df));
	json_object_set_new(o, "per-vlan", e && !port ? per_vlan(s, e) : json_array());
	free(e);
	return o;
}

static json_t *df_election_json(const struct df_candidate *c)
{
	if (c->n_df_election > 1)
		return json_integer(c->n_df_election);
	return json_boolean(c->n_df_election);
}

static json_t *candidate_json(const struct segment *s, const struct df_explanation *x,
			      unsigned int i)
{
	const struct df_explained *e = &x->cand[i];
	const struct df_candidate *c = &s->cand[e->index];
	bool in = e->excluded == DF_IN;
	json_t *o = json_object();

	json_object_set_new(o, "address", addr_json(&c->addr));
	json_object_set_new(o, "local", json_boolean(e->index == s->local));
	json_object_set_new(o, "algorithm", json_string(df_alg_name(c->alg)));
	json_object_set_new(o, "preference", json_integer(c->pref));
	json_object_set_new(o, "dont-preempt", json_boolean(c->caps & DF_CAP_DP));
	json_object_set_new(o, "ac-df", json_boolean(c->caps & DF_CAP_AC));
	json_object_set_new(o, "port-mode", json_boolean(c->caps & DF_CAP_PORT));
	json_object_set_new(o, "time-sync", json_boolean(c->caps & DF_CAP_TIME));
	json_object_set_new(o, "df-election", df_election_json(c));
	json_object_set_new(o, "ad-per-es", json_boolean(c->ad_per_es));
	json_object_set_new(o, "ad-per-evi",
			    json_boolean(!c->ad_per_evi || df_tags_has(c->ad_per_evi, x->tag)));
	json_object_set_new(o, "eligible", json_boolean(in));
	json_object_set_new(o, "reason",
			    in ? json_null() : json_string(df_exclusion_name(e->excluded)));
	json_object_set_new(o, "rank", in ? json_integer(e->ordinal) : json_null());
	json_object_set_new(o, "weight", json_integer(e->weight));
	return o;
}

/* FRR holds an election of its own, whose result is there already. */
static void as_frr(const struct segment *s, struct df_explanation *x)
{
	snprintf(x->agreed, sizeof(x->agreed), "as FRR elects: highest preference for the port");
	snprintf(x->winner, sizeof(x->winner), "%s", s->frr.result.sentence);
	x->port_mode = true;
}

static json_t *df_of(const struct segment *s, int16_t who, const struct ip_addr *frr)
{
	return segment_is_frr(s) ? addr_json(frr) : winner(s, who);
}

struct silent {
	const struct speaker *speaker;
	json_t *list;
};

static void add_silent(void *data, const struct es_route *r)
{
	struct silent *x = data;

	if (pes_silent(x->speaker, &r->orig))
		json_array_append_new(x->list, addr_json(&r->orig));
}

/* PEs that BGP has routes of, and that are dead all the same. */
static json_t *silent_json(const struct segment *s)
{
	struct silent x = {s->owner->speaker, json_array()};

	segment_routes_each(s->owner, &s->esi, EVPN_ES, add_silent, &x);
	return x.list;
}

static json_t *why_json(const struct segment *s, const struct df_election *e, u32 vlan)
{
	struct df_explanation *x = malloc(sizeof(*x));
	s64 left = timer_left_ms(&s->fsm_timer);
	json_t *o, *list = json_array();
	unsigned int i;

	if (!x) {
		json_decref(list);
		return NULL;
	}
	df_explain(e, vlan, x);
	for (i = 0; i < x->n; i++)
		json_array_append_new(list, candidate_json(s, x, i));
	if (segment_is_frr(s))
		as_frr(s, x);
	o = json_pack("{s:s, s:o, s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:s, s:s, s:o}", "name",
		      s->conf.name, "esi", esi_json(s), "vlan",
		      x->port_mode ? json_null() : json_integer(vlan), "candidates", list,
		      "algorithm", df_alg_name(segment_is_frr(s) ? s->agreed.alg : e->agreed.alg),
		      "agreement", x->agreed, "fallback",
		      text_or_null(segment_is_frr(s) ? s->agreed.sentence : e->agreed.sentence),
		      "df", df_of(s, x->result.df, &s->df_addr), "backup",
		      df_of(s, x->result.backup, &s->backup_addr), "winner-reason", x->winner,
		      "state", segment_state_name(s->fsm.state), "timer-ms",
		      left < 0 ? json_null() : json_integer(left));
	free(x);
	json_object_set_new(o, "silent", silent_json(s));
	return o;
}

static struct segment *named(struct segments *ss, const json_t *params, char *err, size_t err_len)
{
	const char *name = json_string_value(json_object_get(params, "name"));
	struct segment *s = name ? segment_by_name(ss, name) : NULL;

	if (!name)
		snprintf(err, err_len, "params.name is missing, expected the name of a segment");
	else if (!s)
		none_such(ss, params, err, err_len);
	return s;
}

static json_t *df_why(struct segments *ss, const json_t *params, char *err, size_t err_len)
{
	json_t *vlan = json_object_get(params, "vlan"), *o = NULL;
	struct segment *s = named(ss, params, err, err_len);
	struct df_election *e;
	json_int_t v = 0;

	if (!s)
		return NULL;
	if (vlan && !json_is_null(vlan)) {
		v = json_integer_value(vlan);
		if (!json_is_integer(vlan) || v < 0 || v > 4094) {
			snprintf(err, err_len, "params.vlan is out of range, expected 0 to 4094");
			return NULL;
		}
	}
	e = prepare(s);
	if (e)
		o = why_json(s, e, (u32)v);
	else
		snprintf(err, err_len, "segment %s has had no election yet: %s", s->conf.name,
			 s->port_up ? "it waits for its timer" : s->port_reason);
	free(e);
	return o;
}

static json_t *es_drain(struct segments *ss, const json_t *params, char *err, size_t err_len)
{
	bool undo = json_is_true(json_object_get(params, "undo"));
	struct segment *s = named(ss, params, err, err_len);
	char text[ROLE_TEXT_MAX], df[IP_STRLEN];

	if (!s || !segment_drain(s, undo, err, err_len))
		return NULL;
	if (undo)
		snprintf(text, sizeof(text), "segment %s takes part in the election again",
			 s->conf.name);
	else if (s->drain == DRAIN_DONE)
		snprintf(text, sizeof(text), "segment %s is drained, %s forwards", s->conf.name,
			 ip_format(&s->df_addr, df));
	else
		snprintf(text, sizeof(text), "segment %s: %s", s->conf.name,
			 s->drain == DRAIN_LEAVING ? "the CE is told to leave" :
						     "waiting for the new DF to forward");
	return json_pack("{s:s, s:b, s:s, s:o, s:s}", "name", s->conf.name, "drained",
			 s->drain == DRAIN_DONE, "state", segment_drain_name(s->drain), "df",
			 addr_json(&s->df_addr), "message", text);
}

/* of one that is configured the parent has made one that is not, before */
static json_t *es_del(struct segments *ss, const json_t *params, char *err, size_t err_len)
{
	struct segment *s = named(ss, params, err, err_len);

	if (!s || !segment_open(s, err, err_len))
		return NULL;
	return json_pack("{s:o}", "message",
			 json_sprintf("segment %s: %s is opened", s->conf.name, s->conf.interface));
}

struct tally {
	int configured, df, non_df, down, failed;
};

static struct tally count(const struct segments *ss)
{
	const struct segment *s;
	struct tally t = {0};

	TAILQ_FOREACH(s, &ss->list, entry) {
		t.configured++;
		if (!s->port_up)
			t.down++;
		else if (s->answered && !segment_enforced(s))
			t.failed++;
		else if (s->force.df)
			t.df++;
		else
			t.non_df++;
	}
	return t;
}

/* Out of service because somebody wants it so: no alarm. */
static bool is_maintained(const struct segment *s)
{
	return s->drain != DRAIN_NO && !s->removed && s->port_up && segment_enforced(s);
}

static json_t *maintenance(const struct segments *ss)
{
	json_t *list = json_array();
	const struct segment *s;
	char df[IP_STRLEN];

	TAILQ_FOREACH(s, &ss->list, entry) {
		if (!is_maintained(s))
			continue;
		json_array_append_new(
			list, json_sprintf("segment %s: %s, %s%s", s->conf.name,
					   s->drain == DRAIN_DONE ? "drained" : "being drained",
					   ip_is_none(&s->df_addr) ? "nobody" :
								     ip_format(&s->df_addr, df),
					   " forwards"));
	}
	return list;
}

static json_t *problems(const struct segments *ss)
{
	json_t *list = json_array();
	const struct segment *s;
	char why[ROLE_TEXT_MAX];
	const char *text;

	TAILQ_FOREACH(s, &ss->list, entry) {
		text = held_back(s, why);
		if (text[0] && !is_maintained(s))
			json_array_append_new(list,
					      json_sprintf("segment %s: %s", s->conf.name, text));
		if (s->differs[0])
			json_array_append_new(
				list, json_sprintf("segment %s: %s", s->conf.name, s->differs));
		if (s->agreed.fallback)
			json_array_append_new(list, json_sprintf("segment %s: %s", s->conf.name,
								 s->agreed.sentence));
		if (s->result.status == WISH_REFUSED && segment_enforced(s))
			json_array_append_new(list,
					      json_sprintf("segment %s: the kernel refused: %s",
							   s->conf.name, s->result.text));
	}
	return list;
}

static json_t *summary(const struct segments *ss)
{
	struct tally t = count(ss);

	return json_pack("{s:{s:i, s:i, s:i, s:i, s:i}, s:o, s:o}", "segments", "configured",
			 t.configured, "df", t.df, "non-df", t.non_df, "down", t.down, "failed",
			 t.failed, "maintenance", maintenance(ss), "problems", problems(ss));
}

static void metric(json_t *list, const char *name, const char *type, const char *help,
		   const char *segment, json_int_t value)
{
	json_t *labels = segment ? json_pack("{s:s}", "segment", segment) : json_object();

	metric_add(list, name, type, help, labels, value);
}

static json_t *metrics(const struct segments *ss)
{
	json_t *list = json_array();
	const struct segment *s;

	metric(list, "evpn_elections", "counter", "DF elections calculated", NULL,
	       (json_int_t)ss->elections);
	TAILQ_FOREACH(s, &ss->list, entry) {
		metric(list, "evpn_segment_up", "gauge", "the segment's port can carry traffic",
		       s->conf.name, s->port_up);
		metric(list, "evpn_segment_enforced", "gauge",
		       "the kernel enforces the segment's role", s->conf.name,
		       s->answered && s->result.status == WISH_INSTALLED);
		metric(list, "evpn_segment_df", "gauge", "this PE is DF of the segment",
		       s->conf.name, s->force.df);
		metric(list, "evpn_segment_candidates", "gauge", "PEs in the last election",
		       s->conf.name, s->n_cand);
		metric(list, "evpn_segment_hosts_forgotten_total", "counter",
		       "hosts that the kernel has forgotten because there were too many",
		       s->conf.name, (json_int_t)s->hosts_forgotten);
	}
	return list;
}

bool segment_query(void *state, const char *method, const json_t *params, json_t **result,
		   char *err, size_t err_len)
{
	struct segments *ss = state;

	if (!strcmp(method, "es.show"))
		*result = list_of(ss, params, es_json, err, err_len);
	else if (!strcmp(method, "df.show"))
		*result = list_of(ss, params, df_json, err, err_len);
	else if (!strcmp(method, "df.why"))
		*result = df_why(ss, params, err, err_len);
	else if (!strcmp(method, "es.drain"))
		*result = es_drain(ss, params, err, err_len);
	else if (!strcmp(method, "es.del"))
		*result = es_del(ss, params, err, err_len);
	else if (!strcmp(method, "summary"))
		*result = summary(ss);
	else if (!strcmp(method, "metrics"))
		*result = metrics(ss);
	else
		return false;
	return true;
}
