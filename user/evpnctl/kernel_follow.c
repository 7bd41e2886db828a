// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel_follow.c - see kernel_follow.h. What is told is what the module enforces, whoever has told it so: evpnd,
 * or, when evpnd is gone, the loss policy. A notification says no more than that it is time to look; once a
 * second that happens anyway, so that nothing is missed when messages were lost or the module was away.
 */
#include "kernel_follow.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "doc.h"

enum { LOOK_MS = 1000, PROGRAM_MS = 10000 };

/* @at: where the last one was found: dumps come in the same order; @quiet: that the module is away was said */
struct follow {
	struct app *app;
	const json_t *program;
	struct followed *list;
	size_t n;
	size_t at;
	struct nl_evpn evpn;
	struct nl *listener;
	bool quiet;
};

/* @state: of one of its devices */
static enum pw_status port_status(const struct nl_es *es, uint32_t state)
{
	static const uint8_t none[EVPN_VLAN_MAP_LEN];

	if (state != EVPN_ES_STATE_BOUND)
		return PW_NOT_FORWARDING;
	if (es->oper & EVPN_OPER_BLOCKED)
		return PW_STANDBY;
	if (es->conf.mode != EVPN_MODE_ALL_ACTIVE && es->conf.vlan_map &&
	    !memcmp(es->conf.vlan_df, none, sizeof(none)))
		return PW_STANDBY;
	return PW_FORWARDING;
}

enum pw_status kernel_pw_status(const struct nl_es *es)
{
	return port_status(es, es->state);
}

static const char *status_name(enum pw_status status)
{
	switch (status) {
	case PW_FORWARDING:
		return "forwarding";
	case PW_STANDBY:
		return "standby";
	default:
		return "not-forwarding";
	}
}

/* ---- telling ---- */

static void print_status(struct out *o, const json_t *doc)
{
	enum out_style style = doc_is(doc, "state", "forwarding") ? OUT_GOOD : OUT_WARN;

	out_pair(o, NULL, OUT_ID, doc, "esi");
	out_raw(o, OUT_PLAIN, ":");
	out_pair(o, NULL, OUT_NAME, doc, "interface");
	out_pair(o, NULL, style, doc, "state");
	out_pair(o, "pw-status", OUT_PLAIN, doc, "pw-status");
	out_end(o);
}

static void execute(const struct follow *f, const char *esi, const char *ifname, const char *status)
{
	char **args = calloc(json_array_size(f->program) + 4, sizeof(*args));
	const json_t *word;
	size_t n;

	if (!args)
		_exit(126);
	json_array_foreach(f->program, n, word)
		args[n] = (char *)json_string_value(word);
	args[n++] = (char *)esi;
	args[n++] = (char *)ifname;
	args[n] = (char *)status;
	execvp(args[0], args);
	fprintf(stderr, "evpnctl: %s: %s\n", args[0], strerror(errno));
	_exit(127);
}

static void run(const struct follow *f, const char *esi, const char *ifname, const char *status)
{
	const char *name = json_string_value(json_array_get(f->program, 0));
	struct pollfd end = {.events = POLLIN};
	pid_t pid;
	int how;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		execute(f, esi, ifname, status);
	if (pid < 0) {
		fprintf(stderr, "evpnctl: %s: %s\n", name, strerror(errno));
		return;
	}
	end.fd = pidfd_open(pid, 0);
	if (end.fd >= 0 && poll(&end, 1, PROGRAM_MS) == 0) {
		fprintf(stderr, "evpnctl: %s %s %s %s: no end after %d s, killed\n", name, esi,
			ifname, status, PROGRAM_MS / 1000);
		kill(pid, SIGKILL);
	}
	if (end.fd >= 0)
		close(end.fd);
	if (waitpid(pid, &how, 0) == pid && WIFEXITED(how) && WEXITSTATUS(how))
		fprintf(stderr, "evpnctl: %s %s %s %s: exit status %d\n", name, esi, ifname, status,
			WEXITSTATUS(how));
}

/* Return: somebody still listens */
static bool tell(struct follow *f, const struct followed *s)
{
	struct out *o = &f->app->out;
	char esi[ESI_STRLEN], status[16];
	json_t *doc;

	esi_format(&s->esi, esi);
	snprintf(status, sizeof(status), "0x%08x", (unsigned int)s->now);
	if (json_array_size(f->program)) {
		run(f, esi, s->ifname, status);
		return true;
	}
	o->now = time(NULL);
	doc = json_pack("{s:s, s:s, s:s, s:s}", "esi", esi, "interface", s->ifname, "state",
			status_name(s->now), "pw-status", status);
	out_doc(o, doc, print_status);
	json_decref(doc);
	return !fflush(o->f);
}

/* ---- looking ---- */

static struct followed *find(struct follow *f, const struct esi *esi, const char *ifname)
{
	for (size_t i = 0; i < f->n; i++) {
		size_t at = (f->at + i) % f->n;

		if (!esi_cmp(&f->list[at].esi, esi) && !strcmp(f->list[at].ifname, ifname)) {
			f->at = at + 1;
			return &f->list[at];
		}
	}
	return NULL;
}

static void take_one(struct follow *f, const struct esi *esi, const char *ifname,
		     enum pw_status now)
{
	struct followed *s = find(f, esi, ifname), *more;

	if (!s) {
		more = reallocarray(f->list, f->n + 1, sizeof(*more));
		if (!more) {
			fprintf(stderr, "evpnctl: out of memory\n");
			return;
		}
		f->list = more;
		s = &f->list[f->n++];
		*s = (struct followed){.esi = *esi, .told = -1};
		snprintf(s->ifname, sizeof(s->ifname), "%s", ifname);
	}
	s->now = now;
	s->seen = true;
}

/* Of several devices each is a pseudowire, and has its own status. */
static void take(void *data, const struct nl_es *es)
{
	const struct nl_es_conf *c = &es->conf;

	if (!c->n_ports)
		take_one(data, &c->esi, c->ifname, kernel_pw_status(es));
	for (unsigned int i = 0; i < c->n_ports; i++)
		take_one(data, &c->esi, c->ports[i], port_status(es, es->ports[i].state));
}

static void leave(struct follow *f)
{
	if (f->listener)
		nl_close(f->listener);
	if (f->evpn.nl)
		nl_evpn_close(&f->evpn);
	f->listener = NULL;
	f->evpn = (struct nl_evpn){};
}

static int enter(struct follow *f, struct nl_err *err)
{
	int r;

	if (f->listener)
		return 0;
	r = nl_evpn_open(&f->evpn, err);
	if (r) {
		f->evpn = (struct nl_evpn){};
		return r;
	}
	f->listener = nl_open_listener(NETLINK_GENERIC, 0);
	if (!f->listener)
		return nl_err_set(err, errno, "netlink: %s", strerror(errno));
	r = nl_join(f->listener, f->evpn.group_config);
	if (!r && f->evpn.group_alarm)
		r = nl_join(f->listener, f->evpn.group_alarm);
	return r ? nl_err_set(err, -r, "the module's notifications: %s", strerror(-r)) : 0;
}

void kernel_follow_looked(struct followed *list, size_t n, int r)
{
	for (size_t i = 0; i < n; i++) {
		if (list[i].seen)
			continue;
		if (r && r != -ENOENT)
			list[i].seen = true;
		else
			list[i].now = PW_NOT_FORWARDING;
	}
}

/* Return: 0, also when there is no module; or a negative errno with a sentence */
static int look(struct follow *f, struct nl_err *err)
{
	int r;

	for (size_t i = 0; i < f->n; i++)
		f->list[i].seen = false;
	f->at = 0;
	r = enter(f, err);
	if (!r) {
		r = nl_evpn_es_dump(&f->evpn, take, f, err);
		if (r == -ENOENT)
			nl_err_set(err, ENOENT, "the kernel module evpn was unloaded");
	}
	if (r == -EPERM)
		return r;
	kernel_follow_looked(f->list, f->n, r);
	if (r && !f->quiet)
		fprintf(stderr, "evpnctl: %s; waiting\n", *err->text ? err->text : strerror(-r));
	f->quiet = r;
	if (r)
		leave(f); /* the module may come back under another number */
	return 0;
}

static bool tell_changes(struct follow *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++) {
		struct followed *s = &f->list[i];

		if (s->told != (int)s->now && !tell(f, s))
			return false;
		s->told = s->now;
		if (s->seen)
			f->list[n++] = *s;
	}
	f->n = n;
	return true;
}

static int ignore(void *data, const struct nlmsghdr *nlh)
{
	(void)data;
	(void)nlh;
	return 0;
}

static void wait_for_news(struct follow *f)
{
	struct pollfd p = {.fd = f->listener ? nl_fd(f->listener) : -1, .events = POLLIN};

	poll(&p, 1, LOOK_MS);
	if (f->listener)
		nl_receive(f->listener, ignore, NULL);
}

int kernel_follow(struct app *app, const json_t *program, struct nl_err *err)
{
	struct follow f = {.app = app, .program = program};
	int r;

	for (;;) {
		r = look(&f, err);
		if (r || !tell_changes(&f))
			break;
		wait_for_news(&f);
	}
	leave(&f);
	free(f.list);
	return r;
}
