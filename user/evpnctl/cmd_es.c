// SPDX-License-Identifier: GPL-2.0
/* cmd_es.c - evpnctl es: the Ethernet Segments of this PE */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "doc.h"
#include "show.h"

static const char *const mode_names[] = { "all-active", "single-active", "port-active", NULL };
static const char *const standby_names[] = { "block", "lacp-oos", "down", NULL };
static const char *const loss_names[] = { "hold", "block", NULL };
static const char *const config_algorithms[] = { "modulo", "hrw", "preference",
						 "lowest-preference", NULL };

static const struct param show_params[] = {
	{ .key = "name", .what = "NAME", .hint = HINT_SEGMENT, .positional = true },
	{ .key = "esi", .what = "ESI" },
	{},
};

/* The keys of a segment in the configuration file, flat: "preference 200" is df.preference there. */
#define SEGMENT_PARAMS(needed)                                                                     \
	{ .key = "name", .what = "NAME", .hint = HINT_SEGMENT, .positional = true,                 \
	  .required = true },                                                                      \
	{ .key = "interface", .what = "DEV", .hint = HINT_INTERFACE, .required = needed },         \
	{ .key = "esi", .what = "ESI" },                                                           \
	{ .key = "es-id", .path = "esi.es-id", .kind = PARAM_NUMBER, .what = "N", .min = 1,        \
	  .max = 0xffffff },                                                                       \
	{ .key = "es-sys-mac", .path = "esi.es-sys-mac", .what = "MAC" },                          \
	{ .key = "mode", .kind = PARAM_ONE_OF, .what = "MODE", .values = mode_names },             \
	{ .key = "standby", .kind = PARAM_ONE_OF, .what = "POLICY", .values = standby_names },     \
	{ .key = "algorithm", .path = "df.algorithm", .kind = PARAM_ONE_OF, .what = "ALGORITHM",   \
	  .values = config_algorithms },                                                           \
	{ .key = "preference", .path = "df.preference", .kind = PARAM_NUMBER, .what = "N",         \
	  .max = 65535 },                                                                          \
	{ .key = "dont-preempt", .path = "df.dont-preempt", .kind = PARAM_BOOL },                  \
	{ .key = "wait", .path = "df.wait", .what = "TIME" },                                      \
	{ .key = "on-daemon-loss", .kind = PARAM_ONE_OF, .what = "POLICY", .values = loss_names }

static const struct param add_params[] = { SEGMENT_PARAMS(true), {} };
static const struct param set_params[] = { SEGMENT_PARAMS(false), {} };

static const struct param name_params[] = {
	{ .key = "name", .what = "NAME", .hint = HINT_SEGMENT, .positional = true,
	  .required = true },
	{},
};

static const struct param drain_params[] = {
	{ .key = "name", .what = "NAME", .hint = HINT_SEGMENT, .positional = true,
	  .required = true },
	{ .key = "undo", .kind = PARAM_FLAG },
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
	out_pair(o, "role", role_style(s), s, "role");
	out_since(o, NULL, s, "since");
	if (doc_true(s, "draining"))
		out_word(o, OUT_WARN, "draining");
	if (doc_true(s, "isolated"))
		out_word(o, OUT_BAD, "isolated");
}

static void print_port(struct out *o, const json_t *s)
{
	out_nl(o);
	out_pair(o, "esi", OUT_ID, s, "esi");
	if (doc_is(s, "esi-source", "lacp"))
		out_word(o, OUT_PLAIN, "(from LACP)");
	out_pair(o, "oper", out_good(doc_is(s, "oper", "up")), s, "oper");
	if (doc_int(s, "members", 0))
		out_word(o, OUT_PLAIN, "members %lld/%lld up", doc_int(s, "members-up", 0),
			 doc_int(s, "members", 0));
	out_pair(o, "standby", OUT_PLAIN, s, "standby");
	if (o->details)
		out_pair(o, "ifindex", OUT_PLAIN, s, "ifindex");
}

static void print_election(struct out *o, const json_t *s)
{
	out_nl(o);
	out_pair(o, "df", OUT_ADDR, s, "df");
	out_pair(o, "backup", OUT_ADDR, s, "backup");
	out_pair(o, "by", OUT_PLAIN, s, "algorithm");
	if (doc_true(s, "port-mode"))
		out_word(o, OUT_PLAIN, "for the whole port");
	if (!doc_is(s, "state", "df-done") || o->details)
		out_pair(o, "state", OUT_WARN, s, "state");
	if (!out_pair(o, "peers", OUT_ADDR, s, "peers"))
		out_word(o, OUT_PLAIN, "no other PE");
}

static void print_vlans(struct out *o, const json_t *s)
{
	const json_t *vlans = doc_get(s, "vlans");
	char *all = doc_ranges(doc_get(vlans, "configured"));
	char *df = doc_ranges(doc_get(vlans, "df"));

	if (*all && (!doc_true(s, "port-mode") || o->details)) {
		out_nl(o);
		out_word(o, OUT_PLAIN, "vlans %s df for %s", all, *df ? df : "none");
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
		out_word(o, OUT_BAD, "%s", doc_str(s, "reason"));
	}
	if (doc_str(s, "fallback")) {
		out_nl(o);
		out_word(o, OUT_WARN, "fallback: %s", doc_str(s, "fallback"));
	}
	if (kernel && (!installed || o->details)) {
		out_nl(o);
		out_pair(o, "kernel", installed ? OUT_GOOD : OUT_BAD, kernel, "status");
		if (message)
			out_raw(o, OUT_PLAIN, ": %s", message);
	}
}

void print_segment(struct out *o, const json_t *s)
{
	print_head(o, s);
	print_port(o, s);
	print_election(o, s);
	print_vlans(o, s);
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
		fputs("No segment. Segments come from /etc/evpn/evpnd.yaml or `evpnctl es add`.\n",
		      o->f);
}

/* "esi lacp" is written {lacp: auto} in the file. */
static int run_change(struct app *app, json_t *params)
{
	const char *esi = doc_str(params, "esi");

	if (esi && !strcmp(esi, "lacp"))
		json_object_set_new(params, "esi", json_pack("{s:s}", "lacp", "auto"));
	return app_ask(app, params);
}

static int run_drain(struct app *app, json_t *params)
{
	int status = EXIT_REFUSED;
	json_t *r = app_call(app, "es.drain", params, &status);

	if (!r)
		return status;
	out_doc(&app->out, r, print_message);
	/* an answer, but not what was asked for */
	status = doc_true(params, "undo") || doc_true(r, "drained") ? EXIT_OK : EXIT_REFUSED;
	json_decref(r);
	return status;
}

static const struct command commands[] = {
	{ .name = "show", .help = "segments, their role and who is DF", .params = show_params,
	  .method = "es.show", .print = print_segments },
	{ .name = "add", .help = "add a segment to the running configuration, not to the file",
	  .params = add_params, .method = "es.add", .run = run_change },
	{ .name = "set", .help = "change a segment in the running configuration",
	  .params = set_params, .method = "es.set", .run = run_change },
	{ .name = "del", .help = "remove a segment from the running configuration",
	  .params = name_params, .method = "es.del" },
	{ .name = "drain",
	  .help = "hand a segment over to another PE without losing a frame; undo: take part again",
	  .params = drain_params, .run = run_drain },
	{},
};

const struct object object_es = {
	.name = "es",
	.help = "Ethernet Segments of this PE",
	.commands = commands,
};
