// SPDX-License-Identifier: GPL-2.0-only
/* cmd_config.c - evpnctl config: the running configuration and the file */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "config_check.h"
#include "doc.h"
#include "show.h"

static const struct param check_params[] = {
	{.key = "file", .what = "FILE", .hint = HINT_FILE, .positional = true},
	{},
};

/* For people as the file is written, for programs as JSON. */
static int run_show(struct app *app, json_t *params)
{
	int status = EXIT_REFUSED;
	json_t *r;

	if (!app->out.json)
		json_object_set_new(params, "yaml", json_true());
	r = app_call(app, "config.show", params, &status);
	if (!r)
		return status;
	if (doc_str(r, "yaml") && !app->out.json)
		fputs(doc_str(r, "yaml"), app->out.f);
	else
		out_json(&app->out, r);
	json_decref(r);
	return EXIT_OK;
}

/* A whole segment or peer: a line for each of its keys, "df.preference 200". */
static void print_members(struct out *o, const json_t *value, const char *sign, const char *path)
{
	char *below, *text;
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)value, key, v) {
		if (asprintf(&below, "%s%s%s", path, *path ? "." : "", key) < 0)
			out_of_memory();
		text = doc_text(v);
		if (json_is_object(v)) {
			print_members(o, v, sign, below);
		} else if (*text) {
			out_word(o, OUT_PLAIN, "%s     %s %s", sign, below, text);
			out_end(o);
		}
		free(text);
		free(below);
	}
}

static void print_whole(struct out *o, enum out_style style, const char *sign, const char *path,
			const json_t *value)
{
	char *text = doc_text(json_is_object(value) ? NULL : value);

	out_word(o, style, "%s %s%s%s", sign, path, *text ? " " : "", text);
	out_end(o);
	if (json_is_object(value))
		print_members(o, value, sign, "");
	free(text);
}

static void print_change(struct out *o, const json_t *c)
{
	char *running = doc_text(doc_get(c, "running")), *file = doc_text(doc_get(c, "file"));
	const char *path = doc_show(c, "path");

	if (doc_is(c, "op", "add")) {
		print_whole(o, OUT_GOOD, "+", path, doc_get(c, "file"));
	} else if (doc_is(c, "op", "remove")) {
		print_whole(o, OUT_BAD, "-", path, doc_get(c, "running"));
	} else {
		out_word(o, OUT_WARN, "~ %s %s -> %s", path, running, file);
		out_end(o);
	}
	free(running);
	free(file);
}

static void print_error(struct out *o, const json_t *e)
{
	const char *message = json_is_string(e) ? json_string_value(e) : doc_str(e, "message");

	if (doc_int(e, "line", 0))
		out_word(o, OUT_BAD, "line %lld, column %lld: %s", doc_int(e, "line", 0),
			 doc_int(e, "column", 0), message ? message : "?");
	else
		out_word(o, OUT_BAD, "%s", message ? message : "?");
	out_end(o);
}

void print_config_diff(struct out *o, const json_t *doc)
{
	const json_t *changes = doc_get(doc, "changes"), *errors = doc_get(doc, "errors"), *item;
	size_t i;

	json_array_foreach(errors, i, item)
		print_error(o, item);
	json_array_foreach(changes, i, item)
		print_change(o, item);
	if (!json_array_size(changes) && !json_array_size(errors))
		fputs("No difference: the running configuration is what the file says.\n", o->f);
}

/* A file with errors could not be loaded: that is no success. */
static int run_diff(struct app *app, json_t *params)
{
	int status = EXIT_REFUSED;
	json_t *r = app_call(app, "config.diff", params, &status);

	if (!r)
		return status;
	out_doc(&app->out, r, print_config_diff);
	status = json_array_size(doc_get(r, "errors")) ? EXIT_REFUSED : EXIT_OK;
	json_decref(r);
	return status;
}

static const struct command commands[] = {
	{.name = "show",
	 .help = "the running configuration, in the file's own form",
	 .run = run_show},
	{.name = "check",
	 .help = "is a file (/etc/evpn/evpnd.yaml) valid? Needs no running evpnd",
	 .params = check_params,
	 .run = config_check},
	{.name = "diff", .help = "what a reload would change", .run = run_diff},
	{.name = "reload",
	 .help = "apply the file; an invalid file changes nothing",
	 .method = "config.reload"},
	{},
};

const struct object object_config = {
	.name = "config",
	.help = "configuration: running, and the file",
	.commands = commands,
};
