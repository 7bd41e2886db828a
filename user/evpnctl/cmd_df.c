// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_df.c - evpnctl df: who is Designated Forwarder, and why; and an election computed from a JSON
 * case, without daemon or module.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "df_json.h"
#include "doc.h"
#include "show.h"

static const struct param show_params[] = {
	{.key = "name", .what = "NAME", .hint = HINT_SEGMENT, .positional = true},
	{},
};

static const struct param why_params[] = {
	{.key = "name", .what = "NAME", .hint = HINT_SEGMENT, .positional = true, .required = true},
	{.key = "vlan", .kind = PARAM_NUMBER, .what = "VLAN", .max = 4095, .positional = true},
	{.key = "group", .what = "GROUP", .hint = HINT_GROUP},
	{},
};

static bool same(const json_t *a, const json_t *b, const char *key)
{
	return json_equal((json_t *)doc_get(a, key), (json_t *)doc_get(b, key)) ||
	       (!doc_get(a, key) && !doc_get(b, key));
}

static void vlan_row(struct out_table *t, const json_t *s, const char *vlans, const json_t *result)
{
	out_cell_of(t, OUT_NAME, s, "name");
	out_cell(t, OUT_PLAIN, "%s", vlans);
	out_cell_of(t, OUT_ADDR, result, "df");
	out_cell(t, OUT_GOOD, "%s", result == s && doc_true(s, "self") ? "this PE" : "");
	out_cell_of(t, OUT_ADDR, result, "backup");
	out_cell_of(t, OUT_PLAIN, s, "algorithm");
}

/* One row for the VLANs that have the same DF and the same backup as row @first. */
static void vlan_group(struct out_table *t, const json_t *s, const json_t *list, size_t first)
{
	json_t *vlans = json_array(), *row, *lead = json_array_get(list, first);
	char *text;
	size_t i;

	json_array_foreach(list, i, row) {
		if (!same(row, lead, "df") || !same(row, lead, "backup"))
			continue;
		if (i < first)
			goto done; /* printed with that one */
		json_array_append(vlans, json_object_get(row, "vlan"));
	}
	text = doc_ranges(vlans);
	vlan_row(t, s, text, lead);
	free(text);
done:
	json_decref(vlans);
}

static void print_df_rows(struct out_table *t, const json_t *s)
{
	const json_t *list = doc_get(s, "per-vlan");
	size_t i;

	if (doc_true(s, "port-mode") || !json_array_size(list)) {
		vlan_row(t, s, doc_true(s, "port-mode") ? "port" : "-", s);
		return;
	}
	for (i = 0; i < json_array_size(list); i++)
		vlan_group(t, s, list, i);
}

void print_df(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "segments"), *s;
	struct out_table *t;
	size_t i;

	if (!json_array_size(list)) {
		fputs("No segment.\n", o->f);
		return;
	}
	t = out_table("segment|vlan|df||backup|algorithm");
	json_array_foreach(list, i, s)
		print_df_rows(t, s);
	out_table_end(o, t, 0);
}

static void add_flag(char *flags, size_t size, const json_t *c, const char *key)
{
	if (doc_true(c, key))
		snprintf(flags + strlen(flags), size - strlen(flags), "%s%s", *flags ? "," : "",
			 key);
}

/* What only one of the algorithms looks at. */
static void measure_cell(struct out_table *t, const json_t *c, const char *key, bool counts)
{
	if (counts)
		out_cell_of(t, OUT_PLAIN, c, key);
	else
		out_cell(t, OUT_PLAIN, "%s", "");
}

static bool advertises_preference(const json_t *c)
{
	return doc_is(c, "algorithm", "highest-preference") ||
	       doc_is(c, "algorithm", "lowest-preference");
}

static void candidate_row(struct out_table *t, const json_t *doc, const json_t *c)
{
	const char *address = doc_str(c, "address");
	bool df = address && doc_is(doc, "df", address);
	bool backup = address && doc_is(doc, "backup", address);
	bool eligible = doc_true(c, "eligible");
	char flags[96] = "";

	add_flag(flags, sizeof(flags), c, "dont-preempt");
	add_flag(flags, sizeof(flags), c, "port-mode");
	add_flag(flags, sizeof(flags), c, "ac-df");
	add_flag(flags, sizeof(flags), c, "time-sync");
	out_cell(t, df ? OUT_GOOD : OUT_PLAIN, "%s", df ? "DF" : backup ? "backup" : "");
	out_cell(t, OUT_ADDR, "%s", doc_show(c, "address"));
	out_cell(t, OUT_PLAIN, "%s", doc_true(c, "local") ? "this PE" : "");
	out_cell_of(t, OUT_PLAIN, c, "algorithm");
	measure_cell(t, c, "preference", advertises_preference(c));
	out_cell(t, OUT_PLAIN, "%s", *flags ? flags : "-");
	measure_cell(t, c, "weight", doc_is(doc, "algorithm", "hrw"));
	measure_cell(t, c, "rank", doc_is(doc, "algorithm", "modulo"));
	out_cell(t, eligible ? OUT_PLAIN : OUT_BAD, "%s",
		 eligible	      ? "" :
		 doc_str(c, "reason") ? doc_str(c, "reason") :
					"takes no part");
}

static void print_candidates(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "candidates"), *c;
	struct out_table *t;
	size_t i;

	if (!json_array_size(list)) {
		fputs("    no candidate\n", o->f);
		return;
	}
	t = out_table("|candidate||advertises|>preference|flags|>weight|>ordinal|");
	json_array_foreach(list, i, c)
		candidate_row(t, doc, c);
	out_table_end(o, t, 4);
}

static void print_line(struct out *o, const char *label, enum out_style style, const char *text)
{
	if (!text)
		return;
	out_raw(o, OUT_PLAIN, "    %-10s", label);
	out_raw(o, style, "%s", text);
	out_end(o);
}

static void print_silent(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "silent"), *pe;
	char text[128];
	size_t i;

	json_array_foreach(list, i, pe) {
		snprintf(text, sizeof(text), "%s, no candidate until BFD hears it again",
			 json_string_value(pe));
		print_line(o, "silent", OUT_BAD, text);
	}
}

static void print_agreement(struct out *o, const json_t *doc)
{
	const char *reason = doc_str(doc, "winner-reason");

	print_line(o, "algorithm", OUT_PLAIN, doc_str(doc, "algorithm"));
	if (doc_str(doc, "fallback"))
		print_line(o, "fallback", OUT_WARN, doc_str(doc, "fallback"));
	else
		print_line(o, "agreed", OUT_PLAIN, doc_str(doc, "agreement"));
	print_line(o, "df", OUT_ADDR, doc_str(doc, "df") ? doc_str(doc, "df") : "nobody");
	print_line(o, "because", OUT_PLAIN, reason);
	print_line(o, "backup", OUT_ADDR, doc_str(doc, "backup"));
	if (doc_is(doc, "state", "init"))
		print_line(o, "state", OUT_WARN,
			   "init: this was the last election, none is in force");
	else
		print_line(o, "state", OUT_PLAIN, doc_str(doc, "state"));
	if (doc_get(doc, "timer-ms"))
		fprintf(o->f, "    %-10s%.1fs until it is decided again\n", "timer",
			doc_int(doc, "timer-ms", 0) / 1000.0);
}

static const char *pe_name(const json_t *doc, const char *address)
{
	const json_t *c;
	size_t i;

	json_array_foreach(doc_get(doc, "candidates"), i, c)
		if (doc_true(c, "local") && doc_is(c, "address", address))
			return "this PE";
	return address;
}

/* The stream of a group comes to both PEs, and one sends it on. */
static void print_group(struct out *o, const json_t *doc)
{
	const json_t *m = doc_get(doc, "membership"), *by;
	char text[256] = "";
	size_t i, len = 0;

	json_array_foreach(doc_get(m, "wanted-by"), i, by)
		if (len < sizeof(text))
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
						len ? ", " : "", json_string_value(by));
	print_line(o, "group", OUT_ADDR, doc_str(m, "group"));
	if (m && !len)
		print_line(o, "wanted", OUT_WARN, "by no host that a PE of the segment has heard");
	else if (m)
		print_line(o, "heard by", OUT_PLAIN, text);
	if (m && len)
		print_line(o, "sent by", OUT_ADDR,
			   doc_str(doc, "df") ? pe_name(doc, doc_str(doc, "df")) : "nobody");
}

void print_why(struct out *o, const json_t *doc)
{
	out_word(o, OUT_PLAIN, "segment");
	out_pair(o, NULL, OUT_NAME, doc, "name");
	out_pair(o, "esi", OUT_ID, doc, "esi");
	if (doc_get(doc, "vlan"))
		out_pair(o, "vlan", OUT_PLAIN, doc, "vlan");
	else
		out_word(o, OUT_PLAIN, "elected once for the whole port");
	out_end(o);
	print_candidates(o, doc);
	print_silent(o, doc);
	print_agreement(o, doc);
	print_group(o, doc);
}

/* One that has heard of several sources is named once. */
static void name_once(json_t *by, const char *who)
{
	const json_t *one;
	size_t i;

	json_array_foreach(by, i, one)
		if (!strcmp(json_string_value(one), who))
			return;
	json_array_append_new(by, json_string(who));
}

/* Who of the PEs has heard a host that wants it. */
static json_t *wanted_by(const json_t *list)
{
	const json_t *m, *f;
	json_t *by = json_array();
	size_t i, k;

	json_array_foreach(list, i, m) {
		if (doc_is(m, "state", "local"))
			name_once(by, "this PE");
		json_array_foreach(doc_get(m, "from"), k, f)
			name_once(by, doc_show(f, "address"));
	}
	return by;
}

/* Of one group: who wants it there, which is for another service to say. */
static json_t *why_group(struct app *app, const json_t *params, const json_t *why, int *status)
{
	json_t *ask = json_pack("{s:s, s:s}", "segment", doc_show(why, "name"), "group",
				doc_show(params, "group")),
	       *shown;

	if (doc_get(why, "vlan"))
		json_object_set(ask, "tag", json_object_get(why, "vlan"));
	shown = app_call(app, "member.show", ask, status);
	json_decref(ask);
	if (!shown)
		return NULL;
	ask = json_pack("{s:s, s:o}", "group", doc_show(params, "group"), "wanted-by",
			wanted_by(doc_get(shown, "memberships")));
	json_decref(shown);
	return ask;
}

static int run_why(struct app *app, json_t *params)
{
	int status = EXIT_REFUSED;
	json_t *ask = json_copy(params), *why, *group;

	json_object_del(ask, "group");
	why = app_call(app, "df.why", ask, &status);
	json_decref(ask);
	if (why && doc_str(params, "group")) {
		group = why_group(app, params, why, &status);
		if (group)
			json_object_set_new(why, "membership", group);
	}
	if (!why)
		return status;
	out_doc(&app->out, why, print_why);
	json_decref(why);
	return EXIT_OK;
}

static int run_elect(struct app *app, json_t *params)
{
	char sentence[CMD_ERR_LEN];
	json_error_t error;
	json_t *in = json_loadf(stdin, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error), *out;

	if (isatty(fileno(app->out.f)))
		app->out.pretty = true;
	if (!in) {
		fprintf(stderr, "df elect: standard input is not JSON: line %d, column %d: %s\n",
			error.line, error.column, error.text);
		return EXIT_USAGE;
	}
	out = df_json_elect(in, sentence, sizeof(sentence));
	json_decref(in);
	if (!out) {
		fprintf(stderr, "df elect: %s\n", sentence);
		return EXIT_USAGE;
	}
	out_doc(&app->out, out, NULL);
	json_decref(out);
	return EXIT_OK;
}

static const struct command commands[] = {
	{.name = "show",
	 .help = "the Designated Forwarder of each segment and VLAN",
	 .params = show_params,
	 .method = "df.show",
	 .print = print_df},
	{.name = "why",
	 .help = "the candidates, what each advertised, the winner and why",
	 .params = why_params,
	 .method = "df.why",
	 .run = run_why,
	 .print = print_why},
	{.name = "elect",
	 .help = "elect offline: a JSON case, or an array of them, on standard input",
	 .run = run_elect},
	{},
};

const struct object object_df = {
	.name = "df",
	.help = "Designated Forwarder election",
	.commands = commands,
};
