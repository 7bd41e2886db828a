// SPDX-License-Identifier: GPL-2.0-only
/* cmd_summary.c - evpnctl without a word: how it is, in five lines and one more for each problem */
#include <string.h>

#include "app.h"
#include "doc.h"
#include "show.h"

static void print_daemon(struct out *o, const json_t *doc)
{
	bool degraded = doc_true(doc, "degraded");
	const char *state = doc_str(doc, "state");
	char buf[32];

	out_word(o, OUT_PLAIN, "evpnd");
	out_pair(o, NULL, OUT_PLAIN, doc, "version");
	out_word(o, OUT_PLAIN, "is");
	out_word(o, out_good(!degraded), "%s", state ? state : degraded ? "degraded" : "healthy");
	if (state && !strcmp(state, "not configured")) {
		out_raw(o, OUT_PLAIN,
			": write router-id, as and peers into its file, then `evpnctl config reload`");
		return;
	}
	out_raw(o, OUT_PLAIN, ": router-id");
	out_pair(o, NULL, OUT_ADDR, doc, "router-id");
	out_pair(o, "as", OUT_PLAIN, doc, "as");
	out_word(o, OUT_PLAIN, "up %s",
		 out_duration(buf, sizeof(buf), doc_int(doc, "uptime-ms", 0) / 1000));
}

static void print_peers_line(struct out *o, const json_t *peers)
{
	long long all = doc_int(peers, "configured", 0), up = doc_int(peers, "established", 0);

	out_nl(o);
	out_word(o, OUT_PLAIN, "peers   ");
	out_word(o, out_good(up == all), "%lld of %lld", up, all);
	out_word(o, OUT_PLAIN, "established");
}

static void print_segments_line(struct out *o, const json_t *seg)
{
	long long down = doc_int(seg, "down", 0), failed = doc_int(seg, "failed", 0);

	out_nl(o);
	out_word(o, OUT_PLAIN, "segments %lld:", doc_int(seg, "configured", 0));
	out_word(o, OUT_PLAIN, "%lld df, %lld non-df,", doc_int(seg, "df", 0),
		 doc_int(seg, "non-df", 0));
	out_word(o, down ? OUT_BAD : OUT_PLAIN, failed ? "%lld down," : "%lld down", down);
	if (failed)
		out_word(o, OUT_BAD, "%lld failed", failed);
}

static void print_routes_line(struct out *o, const json_t *routes)
{
	const char *sep = ":", *type;
	long long all = 0;
	json_t *n;

	json_object_foreach((json_t *)routes, type, n)
		all += json_integer_value(n);
	out_nl(o);
	out_word(o, OUT_PLAIN, "routes   %lld", all);
	json_object_foreach((json_t *)routes, type, n) {
		if (!json_integer_value(n))
			continue;
		out_raw(o, OUT_PLAIN, "%s %lld of type %s", sep, json_integer_value(n), type);
		sep = ",";
	}
}

/* Only where there are any: many a PE has bridged segments alone. */
static void print_states_line(struct out *o, const char *title, const char *good, const json_t *n)
{
	const char *const states[] = {"local", good, "pending", "refused", "retained"};
	long long all = 0, of;
	const char *sep = ":";
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		all += doc_int(n, states[i], 0);
	if (!all)
		return;
	out_nl(o);
	out_word(o, OUT_PLAIN, "%-8s %lld", title, all);
	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		of = doc_int(n, states[i], 0);
		if (!of)
			continue;
		out_raw(o, OUT_PLAIN, "%s %lld %s", sep, of, states[i]);
		sep = ",";
	}
}

static void print_members_line(struct out *o, const json_t *m)
{
	long long local = doc_int(m, "local", 0), synced = doc_int(m, "synced", 0);
	long long pending = doc_int(m, "pending", 0);

	if (!local && !synced && !pending)
		return;
	out_nl(o);
	out_word(o, OUT_PLAIN, "member   %lld: %lld local, %lld synced", local + synced + pending,
		 local, synced);
	if (pending)
		out_raw(o, OUT_PLAIN, ", %lld pending", pending);
}

static bool lists(const json_t *problems, const char *sentence)
{
	const json_t *p;
	size_t i;

	json_array_foreach(problems, i, p)
		if (json_is_string(p) && !strcmp(json_string_value(p), sentence))
			return true;
	return false;
}

void print_summary(struct out *o, const json_t *doc)
{
	const json_t *kernel = doc_get(doc, "kernel"), *problems = doc_get(doc, "problems"), *p;
	const char *message = doc_str(kernel, "message");
	bool present = doc_true(kernel, "present");
	size_t i;

	print_daemon(o, doc);
	if (doc_is(doc, "state", "not configured")) {
		out_end(o);
		return;
	}
	print_peers_line(o, doc_get(doc, "peers"));
	print_segments_line(o, doc_get(doc, "segments"));
	print_states_line(o, "neigh", "synced", doc_get(doc, "neighbors"));
	print_members_line(o, doc_get(doc, "memberships"));
	print_states_line(o, "prefixes", "installed", doc_get(doc, "prefixes"));
	print_states_line(o, "core", "installed", doc_get(doc, "core-prefixes"));
	print_routes_line(o, doc_get(doc, "routes"));
	out_nl(o);
	out_word(o, OUT_PLAIN, "kernel  ");
	if (message && (present || !lists(problems, message)))
		out_word(o, out_good(present), "%s", message);
	else
		out_word(o, out_good(present), present ? "module present" : "no module");
	json_array_foreach(doc_get(doc, "maintenance"), i, p) {
		out_nl(o);
		out_word(o, OUT_WARN, "-");
		out_word(o, OUT_PLAIN, "%s", json_string_value(p));
	}
	json_array_foreach(problems, i, p) {
		if (!json_is_string(p))
			continue;
		out_nl(o);
		out_word(o, OUT_BAD, "!");
		out_word(o, OUT_PLAIN, "%s", json_string_value(p));
	}
	out_end(o);
}

static int run_summary(struct app *app, json_t *params)
{
	int status = EXIT_REFUSED;
	json_t *r = app_call(app, "summary", params, &status);

	if (!r)
		return status;
	out_doc(&app->out, r, print_summary);
	status = doc_true(r, "degraded") ? EXIT_REFUSED : EXIT_OK;
	json_decref(r);
	return status;
}

const struct command command_summary = {.name = "summary", .run = run_summary};
