// SPDX-License-Identifier: GPL-2.0-only
/* app.c - one run: options, grammar, network namespace, command */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "doc.h"
#include "show.h"

#define OBJECT_ROW(name) &object_##name,

const struct object *const objects[] = {OBJECTS(OBJECT_ROW) NULL};

void print_answer(struct out *o, const json_t *doc)
{
	if (out_pair(o, NULL, OUT_PLAIN, doc, "message"))
		out_end(o);
}

int app_ask(struct app *app, json_t *params)
{
	int status = EXIT_REFUSED;
	json_t *r = app_call(app, app->command->method, params, &status);

	if (!r)
		return status;
	out_doc(&app->out, r, app->command->print ? app->command->print : print_answer);
	json_decref(r);
	return EXIT_OK;
}

int app_run(struct app *app, const struct request *req)
{
	app->object = req->object;
	app->command = req->command;
	return req->command->run ? req->command->run(app, req->params) : app_ask(app, req->params);
}

static int enter_netns(const char *name)
{
	char path[PATH_MAX];
	int fd, r;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "evpnctl: no network namespace \"%s\": %s\n", name,
			strerror(errno));
		return EXIT_REFUSED;
	}
	r = setns(fd, CLONE_NEWNET);
	if (r)
		fprintf(stderr, "evpnctl: cannot enter network namespace \"%s\": %s\n", name,
			strerror(errno));
	close(fd);
	return r ? EXIT_REFUSED : EXIT_OK;
}

/* The kernel is asked in the namespace; a path space (evpnd -n) needs no more than its socket. */
static bool needs_netns(const struct app *app, const struct request *req)
{
	return req->object == &object_kernel || req->object == &object_check ||
	       (req->object == &object_es && app->out.stats);
}

static int run(struct app *app, int argc, char **argv)
{
	char sentence[CMD_ERR_LEN];
	struct request req;
	int status = EXIT_USAGE;

	if (cmd_parse(argc, argv, &req, sentence)) {
		fprintf(stderr, "evpnctl: %s\n", sentence);
	} else if (req.help) {
		cmd_help(&req, stdout);
		status = EXIT_OK;
	} else if (app->netns && needs_netns(app, &req) && enter_netns(app->netns)) {
		status = EXIT_REFUSED;
	} else {
		status = app_run(app, &req);
	}
	json_decref(req.params);
	return status;
}

/* What was printed must have arrived; a reader that went away (head) has what it wanted. */
static int written(int status)
{
	if (!fflush(stdout) || errno == EPIPE)
		return status;
	fprintf(stderr, "evpnctl: standard output: %s\n", strerror(errno));
	return EXIT_REFUSED;
}

int app_main(int argc, char **argv)
{
	char sentence[CMD_ERR_LEN];
	struct app app = {.patience_s = APP_PATIENCE_S};
	int used;

	signal(SIGPIPE, SIG_IGN);
	out_init(&app.out, stdout);
	if (argc > 1 && !strcmp(argv[1], "complete"))
		return complete(&app, argc - 2, argv + 2);
	used = option_parse(&app, argc - 1, argv + 1, sentence);
	if (used < 0) {
		fprintf(stderr, "evpnctl: %s\n", sentence);
		return EXIT_USAGE;
	}
	return written(run(&app, argc - 1 - used, argv + 1 + used));
}
