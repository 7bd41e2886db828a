// SPDX-License-Identifier: GPL-2.0-only
/* cmd_kernel.c - evpnctl kernel: what the module holds, asked of the module itself, without evpnd */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "doc.h"
#include "kernel_doc.h"
#include "kernel_follow.h"
#include "nl_mark.h"
#include "nl_tc.h"
#include "show.h"

/* The number of no VLAN: see the attribute vlan of the set vlan-stats. */
#define VLANS_OTHER 4095

static const char *const table_names[] = {"es", "stats", "owner", "core", "membership", NULL};

static const struct param show_params[] = {
	{.key = "table",
	 .kind = PARAM_ONE_OF,
	 .what = "TABLE",
	 .values = table_names,
	 .positional = true},
	{},
};

static const struct param follow_params[] = {
	{.key = "program", .kind = PARAM_REST, .what = "PROGRAM", .hint = HINT_FILE},
	{},
};

static bool has(const json_t *list, const char *name)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (json_is_string(item) && !strcmp(json_string_value(item), name))
			return true;
	return false;
}

static void print_seconds(struct out *o, const char *label, const json_t *obj, const char *key)
{
	long long ms = doc_int(obj, key, 0);

	out_word(o, OUT_PLAIN, ms % 1000 ? "%s %.1fs" : "%s %.0fs", label, ms / 1000.0);
}

static void print_es_head(struct out *o, const json_t *s)
{
	const json_t *oper = doc_get(s, "oper");
	bool blocked = has(oper, "blocked");
	const char *device = doc_str(s, "device");

	out_pair(o, NULL, OUT_ID, s, "esi");
	out_raw(o, OUT_PLAIN, ":");
	out_pair(o, NULL, OUT_NAME, s, "interface");
	if (device && !doc_is(s, "interface", device))
		out_pair(o, "now called", OUT_NAME, s, "device");
	out_pair(o, NULL, OUT_PLAIN, s, "mode");
	out_pair(o, "role", doc_is(s, "role", "df") ? OUT_GOOD : OUT_WARN, s, "role");
	if (!doc_get(s, "vlan-df") || blocked)
		out_word(o, blocked ? OUT_WARN : OUT_GOOD, blocked ? "blocked" : "forwarding");
	out_since(o, NULL, s, "since");
	out_nl(o);
	out_pair(o, "device", out_good(doc_is(s, "state", "bound")), s, "state");
	if (doc_int(s, "ifindex", 0))
		out_pair(o, "ifindex", OUT_PLAIN, s, "ifindex");
}

/* A line for each device of several. */
static void print_es_ports(struct out *o, const json_t *s)
{
	const json_t *port;
	size_t i;

	json_array_foreach(doc_get(s, "interfaces"), i, port) {
		const char *device = doc_str(port, "device");

		out_nl(o);
		out_pair(o, "interface", OUT_NAME, port, "interface");
		if (device && !doc_is(port, "interface", device))
			out_pair(o, "now called", OUT_NAME, port, "device");
		out_pair(o, NULL, out_good(doc_is(port, "state", "bound")), port, "state");
		if (doc_int(port, "ifindex", 0))
			out_pair(o, "ifindex", OUT_PLAIN, port, "ifindex");
		out_pair(o, NULL, OUT_BAD, port, "why");
	}
}

static void print_es_oper(struct out *o, const json_t *s)
{
	const json_t *oper = doc_get(s, "oper");

	if (has(oper, "lacp-oos"))
		out_word(o, OUT_WARN, "LACP out of sync");
	if (has(oper, "dormant"))
		out_word(o, OUT_WARN, "dormant");
	if (has(oper, "fail-applied"))
		out_word(o, OUT_BAD, "owner lost: loss policy in force");
	if (has(oper, "hold-running")) {
		out_word(o, OUT_WARN, "owner lost:");
		print_seconds(o, "loss policy in", s, "hold-remaining-ms");
	}
	out_nl(o);
	out_pair(o, "standby", OUT_PLAIN, s, "standby");
	out_pair(o, "loss-policy", OUT_PLAIN, s, "loss-policy");
	print_seconds(o, "after", s, "owner-hold-ms");
	out_pair(o, "allow", OUT_PLAIN, s, "allow");
	out_pair(o, "transitions", OUT_PLAIN, s, "transitions");
	if (o->details)
		out_pair(o, "generation", OUT_PLAIN, s, "generation");
	if (doc_int(s, "untagged-vid", 0))
		out_pair(o, "untagged-vid", OUT_PLAIN, s, "untagged-vid");
}

/* Hosts that the module has learned, beside how many they may be. */
static void print_hosts(struct out *o, const json_t *s)
{
	long long forgotten = doc_int(s, "hosts-forgotten", 0);

	if (!doc_get(s, "hosts") && !doc_get(s, "host-limit"))
		return;
	out_nl(o);
	out_pair(o, "hosts", OUT_PLAIN, s, "hosts");
	out_pair(o, "of at most", OUT_PLAIN, s, "host-limit");
	if (forgotten)
		out_word(o, OUT_BAD, "%lld forgotten", forgotten);
}

static void print_all_active(struct out *o, const json_t *s)
{
	if (!doc_is(s, "mode", "all-active"))
		return;
	out_nl(o);
	if (!out_pair(o, "split horizon from", OUT_ADDR, s, "peers"))
		out_word(o, OUT_PLAIN, "split horizon from nobody");
	out_pair(o, "unknown-unicast", OUT_PLAIN, s, "unknown-unicast");
}

/* Of a member that has never heard or sent a LACPDU there is nothing to say. */
static void print_partner(struct out *o, const json_t *m)
{
	const json_t *p = doc_get(m, "partner");
	bool ready = doc_is(m, "lacp", "active") || doc_is(m, "lacp", "ready");

	if (!json_is_object(p)) {
		if (doc_get(m, "lacpdu-age-ms"))
			out_word(o, OUT_WARN, "LACP partner not heard");
		return;
	}
	out_pair(o, "LACP partner", ready ? OUT_GOOD : OUT_BAD, m, "lacp");
	out_pair(o, "system", OUT_ADDR, p, "system");
	out_pair(o, "key", OUT_PLAIN, p, "key");
	out_word(o, OUT_PLAIN, "heard %.1fs ago", doc_int(p, "age-ms", 0) / 1000.0);
	print_seconds(o, "timeout", p, "timeout-ms");
	if (!o->details)
		return;
	out_pair(o, "port", OUT_PLAIN, p, "port");
	out_pair(o, "its state", OUT_PLAIN, p, "state");
	out_pair(o, "own state", OUT_PLAIN, m, "actor-state");
}

static void print_members(struct out *o, const json_t *s)
{
	const json_t *m;
	size_t i;

	json_array_foreach(doc_get(s, "members"), i, m) {
		out_nl(o);
		out_pair(o, "member", OUT_NAME, m, "interface");
		if (doc_true(m, "lacp-rewriting"))
			out_word(o, OUT_WARN, "LACPDUs rewritten");
		if (doc_get(m, "lacpdu-age-ms"))
			out_word(o, OUT_PLAIN, "last LACPDU sent %.1fs ago",
				 doc_int(m, "lacpdu-age-ms", 0) / 1000.0);
		print_partner(o, m);
	}
}

/* The module counts those VLANs together that have no counters of their own. */
static const char *vlan_name(const json_t *vlan, char buf[static 8])
{
	unsigned int number = doc_int(vlan, "vlan", 0);

	if (number >= VLANS_OTHER)
		return "others";
	snprintf(buf, 8, "%u", number);
	return buf;
}

static void print_vlan_drops(struct out *o, const json_t *stats)
{
	const json_t *vlan, *drop;
	char name[8];
	size_t i, j;

	json_array_foreach(doc_get(stats, "vlans"), i, vlan)
		json_array_foreach(doc_get(vlan, "drops"), j, drop) {
			out_nl(o);
			out_word(o, OUT_PLAIN, "vlan %-6s %-7s %-14s %10lld packets %12lld bytes",
				 vlan_name(vlan, name), doc_show(drop, "direction"),
				 doc_show(drop, "reason"), doc_int(drop, "packets", 0),
				 doc_int(drop, "bytes", 0));
		}
}

/* Counters that are zero are left out, unless details are wanted. */
void print_kernel_counters(struct out *o, const json_t *stats)
{
	static const char *const keys[] = {"allowed-ingress", "allowed-egress", "lacp-rewritten",
					   "lacp-echo",	      "lacp-sent",	"lacp-stale"};
	const json_t *drop;
	size_t i;

	json_array_foreach(doc_get(stats, "drops"), i, drop) {
		if (!doc_int(drop, "packets", 0) && !o->details)
			continue;
		out_nl(o);
		out_word(o, OUT_PLAIN, "dropped %-7s %-14s %10lld packets %12lld bytes",
			 doc_show(drop, "direction"), doc_show(drop, "reason"),
			 doc_int(drop, "packets", 0), doc_int(drop, "bytes", 0));
	}
	print_vlan_drops(o, stats);
	out_nl(o);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		out_pair(o, keys[i], OUT_PLAIN, stats, keys[i]);
}

void print_kernel_es(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "segments"), *s;
	size_t i;

	json_array_foreach(list, i, s) {
		print_es_head(o, s);
		print_es_oper(o, s);
		print_es_ports(o, s);
		if (doc_get(s, "vlan-df")) {
			char *vlans = doc_ranges(doc_get(s, "vlan-df"));

			out_nl(o);
			out_word(o, OUT_PLAIN, "df for vlans %s", *vlans ? vlans : "none");
			free(vlans);
		}
		print_all_active(o, s);
		print_hosts(o, s);
		print_members(o, s);
		if (doc_get(s, "why")) {
			out_nl(o);
			out_pair(o, NULL, OUT_BAD, s, "why");
		}
		if (doc_get(s, "stats"))
			print_kernel_counters(o, doc_get(s, "stats"));
		out_end(o);
	}
	if (!json_array_size(list))
		fputs("The module holds no segment in this network namespace.\n", o->f);
}

void print_kernel_stats(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "stats"), *s;
	size_t i;

	json_array_foreach(list, i, s) {
		out_pair(o, NULL, OUT_ID, s, "esi");
		out_raw(o, OUT_PLAIN, ":");
		print_kernel_counters(o, s);
		out_end(o);
	}
	if (!json_array_size(list))
		fputs("The module holds no segment in this network namespace.\n", o->f);
}

void print_kernel_owner(struct out *o, const json_t *doc)
{
	out_pair(o, "owner", out_good(doc_is(doc, "state", "present")), doc, "state");
	out_since(o, NULL, doc, "since");
	if (doc_str(doc, "program"))
		out_pair(o, NULL, OUT_PLAIN, doc, "program");
	out_pair(o, "pid", OUT_PLAIN, doc, "pid");
	if (o->details) {
		out_pair(o, "portid", OUT_PLAIN, doc, "portid");
		out_pair(o, "generation", OUT_PLAIN, doc, "generation");
	}
	if (doc_int(doc, "holding", 0)) {
		out_nl(o);
		out_word(o, OUT_WARN, "segments that keep their role: %lld,",
			 doc_int(doc, "holding", 0));
		print_seconds(o, "loss policy in", doc, "hold-remaining-ms");
	}
	if (doc_int(doc, "failed", 0)) {
		out_nl(o);
		out_word(o, OUT_BAD, "segments under their loss policy: %lld",
			 doc_int(doc, "failed", 0));
	}
	out_end(o);
}

void print_kernel_core(struct out *o, const json_t *doc)
{
	bool none = doc_is(doc, "mark-mask", "0x00000000");
	const json_t *warning;
	size_t i;

	out_pair(o, "mark-mask", none ? OUT_WARN : OUT_PLAIN, doc, "mark-mask");
	if (none)
		out_word(o, OUT_WARN, "(no split horizon)");
	out_pair(o, "vxlan-ports", OUT_PLAIN, doc, "vxlan-ports");
	out_nl(o);
	out_pair(o, "other PEs", OUT_PLAIN, doc, "peers-used");
	out_pair(o, "packets marked", OUT_PLAIN, doc, "marked");
	json_array_foreach(doc_get(doc, "warnings"), i, warning) {
		out_nl(o);
		out_word(o, OUT_WARN, "%s", json_string_value(warning));
	}
	out_end(o);
}

/* "192.0.2.7,192.0.2.8", "all but 192.0.2.9", "all" */
static void sources_cell(struct out_table *t, const json_t *m)
{
	bool exclude = doc_is(m, "mode", "exclude");
	const char *before = exclude ? "all" : "";
	char text[512] = "";
	const json_t *s;
	size_t i, len;

	len = (size_t)snprintf(text, sizeof(text), "%s", before);
	before = exclude ? " but " : "";
	json_array_foreach(doc_get(m, "sources"), i, s) {
		if (doc_true(s, "blocked") != exclude || len >= sizeof(text))
			continue;
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", before,
					doc_show(s, "address"));
		before = ",";
	}
	out_cell(t, OUT_ADDR, "%s", text);
}

static void print_membership_stats(struct out *o, const json_t *stats)
{
	static const char *const keys[] = {"groups",	   "sources",  "reports", "queries",
					   "malformed",	   "no-place", "flooded", "group-limit",
					   "source-limit", "notified", "wishes",  "spoken",
					   "asked"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		out_pair(o, keys[i], OUT_PLAIN, stats, keys[i]);
	out_end(o);
}

static void membership_row(struct out_table *t, const json_t *m)
{
	long long left = doc_int(m, "remaining-ms", 0);

	out_cell_of(t, OUT_ID, m, "esi");
	out_cell_tag(t, m);
	out_cell_of(t, OUT_ADDR, m, "group");
	sources_cell(t, m);
	out_cell_of(t, OUT_PLAIN, m, "versions");
	if (left)
		out_cell(t, OUT_PLAIN, "%.1f", (double)left / 1000.0);
	else
		out_cell(t, OUT_PLAIN, "-");
}

/* Those that were heard; then those that user space wishes for, with what became of that. */
void print_kernel_membership(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "memberships"), *wishes = doc_get(doc, "wishes"), *m;
	struct out_table *t;
	size_t i;

	if (!json_array_size(list) && !json_array_size(wishes)) {
		fputs("The module has heard no host that wants a multicast group.\n", o->f);
	} else {
		t = out_table("esi|tag|group|sources|versions|>seconds left|");
		json_array_foreach(list, i, m) {
			membership_row(t, m);
			out_cell(t, OUT_WARN, "%s", doc_true(m, "leaving") ? "leaving" : "");
		}
		json_array_foreach(wishes, i, m) {
			membership_row(t, m);
			out_cell(t, doc_is(m, "state", "spoken") ? OUT_GOOD : OUT_WARN, "of %s, %s",
				 doc_show(m, "origin"), doc_show(m, "state"));
		}
		out_table_end(o, t, 0);
	}
	if (o->stats)
		print_membership_stats(o, doc_get(doc, "stats"));
}

struct collection {
	json_t *list;
	struct kernel_clock clock;
};

static void take_es(void *data, const struct nl_es *es)
{
	struct collection *c = data;

	kernel_doc_collect(c->list, kernel_es_doc(es, &c->clock));
}

static int show_es(struct app *app, struct nl_evpn *e, struct nl_err *err)
{
	struct collection es = {json_array(), kernel_clock()};
	int r = nl_evpn_es_dump(e, take_es, &es, err);
	json_t *doc;

	if (!r && app->out.stats)
		r = kernel_add_stats(e, es.list, err);
	doc = json_pack("{s:o}", "segments", es.list);
	if (!r)
		out_doc(&app->out, doc, print_kernel_es);
	json_decref(doc);
	return r;
}

static int show_stats(struct app *app, struct nl_evpn *e, struct nl_err *err)
{
	json_t *list = json_array(), *doc = json_pack("{s:o}", "stats", list);
	int r = kernel_stats_list(e, list, err);

	if (!r)
		out_doc(&app->out, doc, print_kernel_stats);
	json_decref(doc);
	return r;
}

static void add_warning(void *data, const char *text)
{
	json_array_append_new(data, json_string(text));
}

/** struct bypasses - looks for what goes round the filter */
struct bypasses {
	json_t *warnings;
	json_t *devices; /* name by number, of segments and their members */
};

static int add_device(json_t *devices, uint32_t ifindex, const char *name)
{
	char key[16];

	snprintf(key, sizeof(key), "%u", ifindex);
	return json_object_set_new(devices, key, json_string(name));
}

static void add_devices(void *data, const struct nl_es *es)
{
	if (es->ifindex)
		add_device(data, es->ifindex, es->device);
	for (unsigned int i = 0; i < es->conf.n_ports; i++)
		if (es->ports[i].ifindex)
			add_device(data, es->ports[i].ifindex, es->ports[i].device);
	for (unsigned int i = 0; i < es->n_members; i++)
		add_device(data, es->members[i].ifindex, es->members[i].ifname);
}

static void add_bypass(void *data, const struct nl_mirred *m)
{
	const struct bypasses *b = data;
	char key[16], text[256];
	const char *name;

	snprintf(key, sizeof(key), "%u", m->ifindex);
	name = json_string_value(json_object_get(b->devices, key));
	if (!name || !m->egress)
		return;
	snprintf(text, sizeof(text),
		 "tc action mirred %u %s packets to %s: the kernel takes them past the filter of "
		 "the segment",
		 m->index, m->copies ? "copies" : "redirects", name);
	add_warning(b->warnings, text);
}

static int add_bypasses(struct nl_evpn *e, struct nl *rt, json_t *warnings, struct nl_err *err)
{
	struct bypasses b = {warnings, json_object()};
	int r = nl_evpn_es_dump(e, add_devices, b.devices, err);

	if (!r)
		r = nl_tc_mirred(rt, add_bypass, &b, err);
	json_decref(b.devices);
	return r;
}

static int show_core(struct app *app, struct nl_evpn *e, struct nl_err *err)
{
	struct nl_core core = {};
	int r = nl_evpn_core_get(e, &core, err);
	json_t *doc, *warnings;
	struct nl *rt;

	if (r)
		return r;
	rt = nl_open(NETLINK_ROUTE);
	if (!rt)
		return nl_err_set(err, errno, "rtnetlink: %s", strerror(errno));
	doc = kernel_core_doc(&core);
	warnings = json_array();
	r = nl_mark_conflicts(rt, core.mark_mask, add_warning, warnings, err);
	if (!r)
		r = add_bypasses(e, rt, warnings, err);
	json_object_set_new(doc, "warnings", warnings);
	if (!r)
		out_doc(&app->out, doc, print_kernel_core);
	json_decref(doc);
	nl_close(rt);
	return r;
}

static void take_membership(void *data, const struct nl_mcast *group)
{
	struct collection *c = data;

	json_array_append_new(c->list, kernel_mcast_doc(group, &c->clock));
}

static void take_wish(void *data, const struct nl_mcast *wish)
{
	struct collection *c = data;

	json_array_append_new(c->list, kernel_wish_doc(wish, &c->clock));
}

static void forget_memberships(void *data)
{
	struct collection *c = data;

	json_array_clear(c->list);
}

static int show_membership(struct app *app, struct nl_evpn *e, struct nl_err *err)
{
	struct collection all = {json_array(), kernel_clock()};
	struct collection wishes = {json_array(), all.clock};
	struct nl_mcast_stats stats;
	json_t *doc;
	int r;

	r = nl_evpn_mcast_dump(e, take_membership, forget_memberships, &all, err);
	if (!r)
		r = nl_evpn_mcast_wish_dump(e, take_wish, forget_memberships, &wishes, err);
	if (r == -EOPNOTSUPP) /* a module that speaks for nobody yet */
		r = 0;
	if (!r)
		r = nl_evpn_mcast_stats(e, &stats, err);
	doc = json_pack("{s:o, s:o}", "memberships", all.list, "wishes", wishes.list);
	if (!r) {
		json_object_set_new(doc, "stats", kernel_mcast_stats_doc(&stats));
		out_doc(&app->out, doc, print_kernel_membership);
	}
	json_decref(doc);
	return r;
}

static int show_owner(struct app *app, struct nl_evpn *e, struct nl_err *err)
{
	struct kernel_clock clock = kernel_clock();
	struct nl_owner owner = {};
	int r = nl_evpn_owner_get(e, &owner, err);
	json_t *doc;

	if (r)
		return r;
	doc = kernel_owner_doc(&owner, &clock);
	out_doc(&app->out, doc, print_kernel_owner);
	json_decref(doc);
	return 0;
}

static int refused(struct app *app, int r, const struct nl_err *err)
{
	return app_refuse(app, r == -EPERM ? "%s; you need to be root" : "%s",
			  *err->text ? err->text : strerror(-r));
}

static int run_follow(struct app *app, json_t *params)
{
	struct nl_err err = {};
	int r = kernel_follow(app, doc_get(params, "program"), &err);

	return r ? refused(app, r, &err) : EXIT_OK;
}

static int run_show(struct app *app, json_t *params)
{
	struct nl_err err = {};
	struct nl_evpn e;
	int r = nl_evpn_open(&e, &err);

	if (!r) {
		if (doc_is(params, "table", "owner"))
			r = show_owner(app, &e, &err);
		else if (doc_is(params, "table", "core"))
			r = show_core(app, &e, &err);
		else if (doc_is(params, "table", "membership"))
			r = show_membership(app, &e, &err);
		else if (doc_is(params, "table", "stats"))
			r = show_stats(app, &e, &err);
		else
			r = show_es(app, &e, &err);
		nl_evpn_close(&e);
	}
	return r ? refused(app, r, &err) : EXIT_OK;
}

static const struct command commands[] = {
	{.name = "show",
	 .help = "segments, counters, the owner, what tells PEs apart, or who wants multicast",
	 .params = show_params,
	 .run = run_show},
	{.name = "follow",
	 .help = "whether segments forward, now and at each change; a program may be told",
	 .params = follow_params,
	 .run = run_follow},
	{},
};

const struct object object_kernel = {
	.name = "kernel",
	.help = "what the kernel module holds; needs no evpnd",
	.commands = commands,
};
