// SPDX-License-Identifier: GPL-2.0-only
/*
 * config_check.c - evpnctl config check: evpnd's own parser judges a file, so what is accepted here
 * is what evpnd will accept. Needs no running evpnd.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app.h"
#include "config_check.h"
#include "doc.h"

#define DEFAULT_FILE "/etc/evpn/evpnd.yaml"

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

/* @errors: where its standard error goes, -1: where ours does. Does not return. */
_Noreturn static void become_evpnd(const char *file, int errors)
{
	char buf[4096];
	const char *evpnd = find_evpnd(buf, sizeof(buf));
	int keep = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);

	if (errors >= 0) {
		dup2(errors, STDERR_FILENO);
		if (!freopen("/dev/null", "w", stdout))
			_exit(EXIT_REFUSED);
	}
	execlp(evpnd, "evpnd", "--check", file, NULL);
	dprintf(keep, "config check: %s cannot be started: %s\n", evpnd, strerror(errno));
	_exit(EXIT_NO_EVPND);
}

static int wait_for(struct app *app, pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return app_refuse(app, "evpnd: %s", strerror(errno));
	if (WIFSIGNALED(status))
		return app_refuse(app, "evpnd was ended by signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}

/* "FILE:LINE:COLUMN: message", "FILE: message" */
json_t *config_check_fault(const char *line, const char *file)
{
	size_t skip = strlen(file);
	unsigned int row = 0, column = 0;
	int n = 0;

	if (!strncmp(line, file, skip) && line[skip] == ':')
		line += skip + 1;
	if (sscanf(line, "%u:%u:%n", &row, &column, &n) == 2 && n)
		line += n;
	line += strspn(line, " ");
	return json_pack("{s:i, s:i, s:s}", "line", (int)row, "column", (int)column, "message",
			 line);
}

static json_t *read_faults(int fd, const char *file)
{
	json_t *list = json_array();
	FILE *f = fdopen(fd, "r");
	char *line = NULL;
	size_t size = 0;

	if (!f)
		out_of_memory();
	while (getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		json_array_append_new(list, config_check_fault(line, file));
	}
	free(line);
	fclose(f);
	return list;
}

static int check_as_json(struct app *app, const char *file)
{
	json_t *faults, *doc;
	int fds[2], status;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return app_refuse(app, "%s", strerror(errno));
	pid = fork();
	if (!pid)
		become_evpnd(file, fds[1]);
	close(fds[1]);
	if (pid < 0)
		return app_refuse(app, "evpnd cannot be started: %s", strerror(errno));
	faults = read_faults(fds[0], file);
	status = wait_for(app, pid);
	doc = json_pack("{s:s, s:b, s:o}", "file", file, "valid", !status, "errors", faults);
	if (status != EXIT_NO_EVPND)
		out_json(&app->out, doc);
	json_decref(doc);
	return status ? EXIT_REFUSED : EXIT_OK;
}

int config_check(struct app *app, json_t *params)
{
	const char *file = doc_str(params, "file");
	pid_t pid;

	if (!file)
		file = DEFAULT_FILE;
	if (app->out.json)
		return check_as_json(app, file);
	fflush(NULL);
	pid = fork();
	if (!pid)
		become_evpnd(file, -1);
	if (pid < 0)
		return app_refuse(app, "evpnd cannot be started: %s", strerror(errno));
	return wait_for(app, pid) ? EXIT_REFUSED : EXIT_OK;
}
