// SPDX-License-Identifier: GPL-2.0-only
/* call.c - which evpnd to ask, and asking it */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "app.h"
#include "ctl.h"
#include "doc.h"

#define NETNS_DIR "/run/netns"

/* The name ip-netns(8) knows the namespace of this process by; the caller frees. NULL: none. */
static char *own_netns(void)
{
	struct stat own, st;
	struct dirent *entry;
	char path[PATH_MAX];
	char *name = NULL;
	DIR *dir;

	if (stat("/proc/self/ns/net", &own))
		return NULL;
	dir = opendir(NETNS_DIR);
	if (!dir)
		return NULL;
	while (!name && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), NETNS_DIR "/%s", entry->d_name);
		if (!stat(path, &st) && st.st_dev == own.st_dev && st.st_ino == own.st_ino)
			name = strdup(entry->d_name);
	}
	closedir(dir);
	return name;
}

/* Inside a namespace (ip netns exec NAME), NAME's evpnd when there is one. */
char *app_socket_path(const struct app *app)
{
	char path[CTL_PATH_LEN];
	char *name;

	if (app->socket)
		return strdup(app->socket);
	name = app->netns ? strdup(app->netns) : own_netns();
	if (ctl_path(path, name) || (!app->netns && access(path, F_OK)))
		ctl_path(path, NULL);
	free(name);
	return strdup(path);
}

static const char *open_hint(int error)
{
	switch (error) {
	case ENOENT:
		return "is evpnd running?";
	case ECONNREFUSED:
		return "evpnd has gone and left its socket behind";
	case EACCES:
		return "you need to be root or in the group \"evpn-show\"";
	default:
		return "see the log of evpnd";
	}
}

static struct ctl_client *open_client(struct app *app)
{
	char *path = app_socket_path(app);
	struct ctl_client *c;
	int error;

	if (!path)
		out_of_memory();
	c = ctl_connect(path);
	error = errno;
	if (!c)
		fprintf(stderr, "evpnctl: cannot reach evpnd at %s: %s; %s\n", path,
			strerror(error), open_hint(error));
	free(path);
	return c;
}

/* "es add", "monitor", or "evpnctl" for the summary. */
static void say_command(const struct app *app, FILE *f)
{
	if (!app->object)
		fputs("evpnctl", f);
	else if (app->object->self)
		fputs(app->object->name, f);
	else
		fprintf(f, "%s %s", app->object->name, app->command->name);
}

int app_refuse(const struct app *app, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		out_of_memory();
	va_end(ap);
	say_command(app, stderr);
	fputs(": ", stderr);
	out_safely(stderr, text);
	fputc('\n', stderr);
	free(text);
	return EXIT_REFUSED;
}

/* The sentence of evpnd, or of the kernel, as it is; then the faults of a file, when there are any. */
/* An only fault without a place in a file is the message itself. */
static bool says_more(const json_t *faults, const char *message)
{
	const json_t *first = json_array_get(faults, 0);

	return json_array_size(faults) > 1 || doc_int(first, "line", 0) ||
	       (message && !doc_is(first, "message", message));
}

static int print_refusal(struct app *app, const json_t *error)
{
	const json_t *list = doc_get(error, "errors"), *item;
	const char *message = doc_str(error, "message");
	size_t i;

	app_refuse(app, "%s", message ? message : "refused without a reason");
	if (!says_more(list, message))
		list = NULL;
	json_array_foreach(list, i, item) {
		fputs("  ", stderr);
		if (doc_int(item, "line", 0))
			fprintf(stderr, "line %lld, column %lld: ", doc_int(item, "line", 0),
				doc_int(item, "column", 0));
		out_safely(stderr, doc_show(item, "message"));
		fputc('\n', stderr);
	}
	return doc_is(error, "code", CTL_USAGE) ? EXIT_USAGE : EXIT_REFUSED;
}

static void limit_patience(const struct app *app, struct ctl_client *c)
{
	struct timeval tv = {.tv_sec = app->patience_s};

	setsockopt(ctl_fd(c), SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
}

json_t *app_call(struct app *app, const char *method, json_t *params, int *status)
{
	struct ctl_client *c = open_client(app);
	json_t *answer = NULL;
	int r;

	*status = EXIT_REFUSED;
	if (!c)
		return NULL;
	limit_patience(app, c);
	r = ctl_call(c, method, params, &answer);
	ctl_close(c);
	if (!r)
		return answer;
	if (r > 0) {
		*status = print_refusal(app, answer);
		json_decref(answer);
	} else if (r == -EAGAIN) {
		app_refuse(app, "evpnd has not answered for %u seconds", app->patience_s);
	} else {
		app_refuse(app, "no answer from evpnd: %s", strerror(-r));
	}
	return NULL;
}

json_t *app_try(struct app *app, const char *method, json_t *params)
{
	char *path = app_socket_path(app);
	struct ctl_client *c = path ? ctl_connect(path) : NULL;
	json_t *answer = NULL;

	free(path);
	if (!c)
		return NULL;
	limit_patience(app, c);
	if (ctl_call(c, method, params, &answer)) {
		json_decref(answer);
		answer = NULL;
	}
	ctl_close(c);
	return answer;
}

int app_monitor(struct app *app, json_t *params, bool (*event)(struct app *app, const json_t *ev))
{
	struct ctl_client *c = open_client(app);
	json_t *line = NULL;
	bool more = true;
	int r;

	if (!c)
		return EXIT_REFUSED;
	r = ctl_call(c, "monitor", params, &line);
	if (r > 0)
		print_refusal(app, line);
	json_decref(line);
	while (!r && more) {
		r = ctl_read(c, &line);
		if (r)
			break;
		more = event(app, line);
		json_decref(line);
	}
	ctl_close(c);
	if (r < 0)
		app_refuse(app, "evpnd has closed the connection: %s", strerror(-r));
	return r ? EXIT_REFUSED : EXIT_OK;
}
