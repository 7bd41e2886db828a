// SPDX-License-Identifier: GPL-2.0-only
/* cmd_es.c - evpnctl es: the Ethernet Segments of this PE */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app.h"
#include "doc.h"
#include "es_params.h"
#include "kernel_doc.h"
#include "show.h"

enum { DRAIN_POLL_MS = 50, DRAIN_WAIT_MS = 15000 };

static const struct param show_params[] = {
	{.key = "name", .what = "NAME", .hint = HINT_SEGMENT, .positional = true},
	{.key = "esi", .what = "ESI"},
	{},
};

static const struct param del_params[] = {
	{.key = "name", .what = "NAME", .hint = HINT_SEGMENT, .positional = true, .required = true},
	{.key = "open", .kind = PARAM_FLAG},
	{},
};

static const struct param drain_params[] = {
	{.key = "name", .what = "NAME", .hint = HINT_SEGMENT, .positional = true, .required = true},
	{.key = "undo", .kind = PARAM_FLAG},
	{},
};

static enum out_style role_style(const json_t *s)
{
	if (doc_is(s, "role", "df"))
		return OUT_GOOD;
	return doc_is(s, "role", "non-df") ? OUT_WARN : OUT_BAD;
}

static void print_head(struct out *o, const json_t *s)
{
	out_pair(o, NULL, OUT_NAME, s, "name");
	out_raw(o, OUT_PLAIN, ":");
	out_pair(o, NULL, OUT_NAME, s, "interface");
	out_pair(o, NULL, OUT_PLAIN, s, "mode");
	if (doc_true(s, "discovered"))
		out_word(o, OUT_PLAIN, "discovered");
	out_pair(o, "role", role_style(s), s, "role");
	out_since(o, NULL, s, "since");
	if (doc_true(s, "draining") && !doc_str(s, "reason"))
		out_word(o, OUT_WARN, "draining");
	if (doc_true(s, "isolated"))
		out_word(o, OUT_BAD, "isolated");
}

/* The customer's LACP, where it speaks it. */
static void print_partner(struct out *o, const json_t *lacp)
{
	if (!json_is_object(lacp) || doc_is(lacp, "state", "unknown"))
		return;
	out_nl(o);
	out_pair(o, "LACP partner",
		 out_good(doc_is(lacp, "state", "active") || doc_is(lacp, "state", "ready")), lacp,
		 "partner");
	out_pair(o, "key", OUT_PLAIN, lacp, "key");
	out_pair(o, NULL, OUT_PLAIN, lacp, "state");
	out_word(o, OUT_PLAIN, "ready %lld active %lld", doc_int(lacp, "ready", 0),
		 doc_int(lacp, "active", 0));
}

/* What the module has, which is what the customer gets: elected is one thing, in force another. */
static void print_in_force(struct out *o, const json_t *s)
{
	const json_t *kernel = doc_get(s, "kernel"), *list = doc_get(kernel, "in-force"), *name;
	const char *role = doc_str(kernel, "role");
	bool port = doc_true(s, "port-mode");
	size_t i;

	if (!role || (!port && !json_array_size(list)))
		return; /* with a role for each VLAN the port is open */
	out_word(o, OUT_PLAIN, "kernel");
	if (port)
		out_word(o, doc_is(s, "role", role) ? OUT_PLAIN : OUT_WARN, "%s", role);
	json_array_foreach(list, i, name)
		out_word(o, OUT_PLAIN, "%s", json_string_value(name));
	if (!json_array_size(list))
		out_word(o, OUT_PLAIN, "open");
}

/* A line for each device of several: a segment is up while one of them is. */
static void print_devices(struct out *o, const json_t *s)
{
	const json_t *device;
	size_t i;

	json_array_foreach(doc_get(s, "interfaces"), i, device) {
		out_nl(o);
		out_pair(o, "interface", OUT_NAME, device, "interface");
		out_pair(o, NULL, out_good(doc_is(device, "oper", "up")), device, "oper");
		out_pair(o, "kernel", out_good(doc_is(device, "kernel", "bound")), device,
			 "kernel");
		if (o->details)
			out_pair(o, "ifindex", OUT_PLAIN, device, "ifindex");
		out_pair(o, NULL, OUT_WARN, device, "reason");
	}
}

static void print_port(struct out *o, const json_t *s)
{
	out_nl(o);
	if (!out_pair(o, "esi", OUT_ID, s, "esi"))
		out_word(o, OUT_WARN, "esi not known yet");
	if (doc_is(s, "esi-source", "lacp"))
		out_word(o, OUT_PLAIN, "(from LACP)");
	out_pair(o, "oper", out_good(doc_is(s, "oper", "up")), s, "oper");
	if (doc_int(s, "members", 0))
		out_word(o, OUT_PLAIN, "members %lld/%lld", doc_int(s, "members-up", 0),
			 doc_int(s, "members", 0));
	print_in_force(o, s);
	out_pair(o, "standby policy", OUT_PLAIN, s, "standby");
	if (o->details)
		out_pair(o, "ifindex", OUT_PLAIN, s, "ifindex");
	print_partner(o, doc_get(s, "lacp"));
	print_devices(o, s);
}

/* Who forwards; where it is the whole port, the role says whether that is this PE. */
static void print_winner(struct out *o, const json_t *s)
{
	if (doc_is(s, "state", "init")) {
		/* df and backup, if there, are of an election that is over */
		out_word(o, OUT_WARN, "no election in force, to be");
		return;
	}
	if (out_pair(o, "df", OUT_ADDR, s, "df") && doc_true(s, "port-mode") &&
	    doc_is(s, "role", "df"))
		out_word(o, OUT_PLAIN, "(this PE)");
	out_pair(o, "backup", OUT_ADDR, s, "backup");
	if (!doc_str(s, "df") && !doc_is(s, "state", "df-done"))
		out_word(o, OUT_PLAIN, "to be");
}

static void print_election(struct out *o, const json_t *s)
{
	out_nl(o);
	print_winner(o, s);
	out_pair(o, "elected by", OUT_PLAIN, s, "algorithm");
	out_word(o, OUT_PLAIN, doc_true(s, "port-mode") ? "for the port" : "for each VLAN");
	if (!doc_is(s, "state", "df-done") || o->details)
		out_pair(o, "state", OUT_WARN, s, "state");
	out_nl(o);
	if (!out_pair(o, "other PEs", OUT_ADDR, s, "peers"))
		out_word(o, OUT_PLAIN, "no other PE has this segment");
}

static void print_vlans(struct out *o, const json_t *s)
{
	const json_t *vlans = doc_get(s, "vlans");
	char *all = doc_ranges(doc_get(vlans, "configured"));
	char *df = doc_ranges(doc_get(vlans, "df"));
	bool port = doc_true(s, "port-mode");

	if (*all && (!port || o->details)) {
		out_nl(o);
		out_word(o, OUT_PLAIN, "vlans %s", all);
		if (!port)
			out_word(o, OUT_PLAIN, "df for %s", *df ? df : "none");
	}
	free(all);
	free(df);
}

/* What is not as it should be, one line each. */
static void print_trouble(struct out *o, const json_t *s)
{
	const json_t *kernel = doc_get(s, "kernel");
	bool installed = doc_is(kernel, "status", "installed");
	const char *message = doc_str(kernel, "message");

	if (doc_str(s, "reason")) {
		out_nl(o);
		out_word(o, doc_is(s, "oper", "up") ? OUT_WARN : OUT_BAD, "%s",
			 doc_str(s, "reason"));
	}
	if (doc_str(s, "differs")) {
		out_nl(o);
		out_word(o, OUT_BAD, "the PEs do not agree: %s", doc_str(s, "differs"));
	}
	if (doc_str(s, "fallback")) {
		out_nl(o);
		out_word(o, OUT_WARN, "fallback: %s", doc_str(s, "fallback"));
	}
	if (doc_int(s, "hosts-forgotten", 0)) {
		out_nl(o);
		out_word(o, OUT_WARN, "%lld hosts forgotten: host-limit is %lld",
			 doc_int(s, "hosts-forgotten", 0), doc_int(s, "host-limit", 0));
	}
	if (kernel && (!installed || o->details)) {
		out_nl(o);
		out_pair(o, "kernel",
			 installed			     ? OUT_GOOD :
			 doc_is(kernel, "status", "pending") ? OUT_WARN :
							       OUT_BAD,
			 kernel, "status");
		if (message)
			out_raw(o, OUT_PLAIN, ": %s", message);
	}
}

/* All-active: from whom flooded frames are not let through to the CE. */
static void print_split_horizon(struct out *o, const json_t *s)
{
	if (!doc_get(s, "split-horizon"))
		return;
	out_nl(o);
	if (!out_pair(o, "split horizon from", OUT_ADDR, s, "split-horizon"))
		out_word(o, OUT_PLAIN, "split horizon from nobody");
	if (o->details || doc_is(s, "unknown-unicast", "pass"))
		out_pair(o, "unknown-unicast", OUT_PLAIN, s, "unknown-unicast");
}

void print_segment(struct out *o, const json_t *s)
{
	print_head(o, s);
	print_port(o, s);
	print_election(o, s);
	print_split_horizon(o, s);
	print_vlans(o, s);
	if (doc_get(s, "stats"))
		print_kernel_counters(o, doc_get(s, "stats"));
	print_trouble(o, s);
	out_end(o);
}

void print_segments(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "segments"), *s;
	size_t i;

	json_array_foreach(list, i, s)
		print_segment(o, s);
	if (!json_array_size(list))
		fputs("No segment. Segments come from /etc/evpn/evpnd.yaml, `evpnctl es add`, or FRR (frr: {discover: yes}).\n",
		      o->f);
}

/* evpnd says what a segment is; what it dropped only the module knows. */
static int add_stats(struct app *app, json_t *result)
{
	struct nl_err err = {};
	struct nl_evpn e;
	int r = nl_evpn_open(&e, &err);

	if (!r) {
		r = kernel_add_stats(&e, json_object_get(result, "segments"), &err);
		nl_evpn_close(&e);
	}
	if (!r)
		return EXIT_OK;
	return app_refuse(app, r == -EPERM ? "%s; you need to be root" : "%s",
			  *err.text ? err.text : strerror(-r));
}

static int run_show(struct app *app, json_t *params)
{
	int status = EXIT_OK;
	json_t *r;

	if (!app->out.stats)
		return app_ask(app, params);
	r = app_call(app, "es.show", params, &status);
	if (!r)
		return status;
	status = add_stats(app, r);
	if (status == EXIT_OK)
		out_doc(&app->out, r, print_segments);
	json_decref(r);
	return status;
}

/* "esi lacp" is written {lacp: auto} in the file. */
static int run_change(struct app *app, json_t *params)
{
	const char *esi = doc_str(params, "esi");

	if (esi && !strcmp(esi, "lacp"))
		json_object_set_new(params, "esi", json_pack("{s:s}", "lacp", "auto"));
	return app_ask(app, params);
}

/* How far a segment's drain has come: a copy of its row of es.show, NULL when evpnd went away. */
static json_t *drain_progress(struct app *app, const char *name, int *status)
{
	json_t *params = json_pack("{s:s}", "name", name);
	json_t *r = app_call(app, "es.show", params, status);
	json_t *row = json_incref(json_array_get(json_object_get(r, "segments"), 0));

	json_decref(params);
	json_decref(r);
	return row;
}

/* The hand-over takes as long as the other PE and the CE need; evpnd bounds both. */
static json_t *wait_drained(struct app *app, const char *name, int *status)
{
	const struct timespec pause = {.tv_nsec = DRAIN_POLL_MS * 1000000L};
	json_t *row = NULL;
	int i;

	for (i = 0; i < DRAIN_WAIT_MS / DRAIN_POLL_MS; i++) {
		json_decref(row);
		row = drain_progress(app, name, status);
		if (!row || doc_is(row, "drain-state", "done") || doc_is(row, "drain-state", "no"))
			break;
		nanosleep(&pause, NULL);
	}
	return row;
}

static json_t *drain_answer(const char *name, const json_t *row)
{
	bool drained = doc_is(row, "drain-state", "done");
	const char *df = doc_str(row, "df");
	json_t *message;

	if (drained)
		message = json_sprintf("segment %s is drained, %s forwards", name,
				       df ? df : "nobody");
	else if (doc_is(row, "drain-state", "no"))
		message = json_sprintf(
			"segment %s: no other PE took over, this PE keeps forwarding", name);
	else
		message = json_sprintf("segment %s: not handed over after %d seconds, still trying",
				       name, DRAIN_WAIT_MS / 1000);
	return json_pack("{s:s, s:b, s:s?, s:o}", "name", name, "drained", (int)drained, "df", df,
			 "message", message);
}

static int run_drain(struct app *app, json_t *params)
{
	const char *name = doc_str(params, "name");
	bool undo = doc_true(params, "undo");
	int status = EXIT_REFUSED;
	json_t *r = app_call(app, "es.drain", params, &status), *row;

	if (r && !undo && !doc_true(r, "drained")) {
		row = wait_drained(app, name, &status);
		json_decref(r);
		r = row ? drain_answer(name, row) : NULL;
		json_decref(row);
	}
	if (!r)
		return status;
	out_doc(&app->out, r, print_answer);
	status = undo || doc_true(r, "drained") ? EXIT_OK : EXIT_REFUSED;
	json_decref(r);
	return status;
}

static const struct command commands[] = {
	{.name = "show",
	 .help = "segments, their role and who is DF; with -s what was dropped",
	 .params = show_params,
	 .method = "es.show",
	 .print = print_segments,
	 .run = run_show},
	{.name = "add",
	 .help = "add a segment to the running configuration, not to the file",
	 .params = es_params,
	 .method = "es.add",
	 .run = run_change},
	{.name = "set",
	 .help = "change words of a segment in the running configuration; those of add",
	 .params = es_params,
	 .partial = true,
	 .method = "es.set",
	 .run = run_change},
	{.name = "del",
	 .help = "remove a segment from the running configuration; open: although its port is up",
	 .params = del_params,
	 .method = "es.del"},
	{.name = "drain",
	 .help = "hand a segment over to another PE without losing a frame; undo: take part again",
	 .params = drain_params,
	 .run = run_drain},
	{},
};

const struct object object_es = {
	.name = "es",
	.help = "Ethernet Segments of this PE",
	.commands = commands,
};
