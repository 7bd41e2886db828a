// SPDX-License-Identifier: GPL-2.0
/* cmd_config.c - evpnctl config: the running configuration and the file */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app.h"
#include "doc.h"
#include "show.h"

#define DEFAULT_FILE "/etc/evpn/evpnd.yaml"

static const struct param check_params[] = {
	{.key = "file", .what = "FILE", .hint = HINT_FILE, .positional = true},
	{},
};

/* evpnd beside this program (a build directory), else the one in PATH. */
static const char *find_evpnd(char *buf, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", buf, size - 1);
	char *slash;

	if (n <= 0)
		return "evpnd";
	buf[n] = '\0';
	slash = strrchr(buf, '/');
	if (!slash || slash + sizeof("/evpnd") > buf + size)
		return "evpnd";
	strcpy(slash, "/evpnd");
	return access(buf, X_OK) ? "evpnd" : buf;
}

/*
 * The parser is evpnd's own: what it accepts here is what it will accept. It prints its errors
 * itself.
 */
static int run_check(struct app *app, json_t *params)
{
	const char *file = doc_str(params, "file");
	int status = 0;
	char buf[4096];
	const char *evpnd = find_evpnd(buf, sizeof(buf));
	pid_t pid = fork();

	if (!pid) {
		execlp(evpnd, "evpnd", "--check", file ? file : DEFAULT_FILE, NULL);
		fprintf(stderr, "config check: %s cannot be started: %s\n", evpnd, strerror(errno));
		_exit(EXIT_REFUSED);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return app_refuse(app, "%s cannot be started: %s", evpnd, strerror(errno));
	if (WIFSIGNALED(status))
		return app_refuse(app, "%s was ended by signal %d", evpnd, WTERMSIG(status));
	return WEXITSTATUS(status) ? EXIT_REFUSED : EXIT_OK;
}

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

static void print_change(struct out *o, const json_t *c)
{
	char *running = doc_text(doc_get(c, "running")), *file = doc_text(doc_get(c, "file"));
	const char *path = doc_show(c, "path");

	if (doc_is(c, "op", "add"))
		out_word(o, OUT_GOOD, "+ %s %s", path, file);
	else if (doc_is(c, "op", "remove"))
		out_word(o, OUT_BAD, "- %s %s", path, running);
	else
		out_word(o, OUT_WARN, "~ %s %s -> %s", path, running, file);
	out_end(o);
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
	 .run = run_check},
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
