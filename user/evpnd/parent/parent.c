// SPDX-License-Identifier: GPL-2.0-only
/*
 * parent.c - the parent's loop: devices and the module on one side, the speaker on the other, signals,
 * and the service manager.
 *
 * When it is told to stop, the speaker hands its segments over first. Nothing else is undone in the kernel:
 * roles that are left, because nobody takes them or because evpnd died, stay for the module's owner hold
 * time and what its loss policy says.
 */
#include "parent/parent.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "log.h"
#include "parent/parent_priv.h"

void parent_event(struct parent *p, const char *object, const char *what, json_t *event)
{
	s64 now = timer_now_ns();
	char *text;

	json_object_set_new(event, "time", json_real(timer_wall(now)));
	json_object_set_new(event, "mono-ns", json_integer(now));
	json_object_set_new(event, "object", json_string(object));
	json_object_set_new(event, "event", json_string(what));
	text = json_dumps(event, JSON_COMPACT);
	if (text)
		ctl_server_event(p->ctl, ctl_object_bit(object), text, strlen(text));
	free(text);
	json_decref(event);
}

static void on_link_changed(void *data, const struct fact_link *now, const struct fact_link *before)
{
	struct parent *p = data;

	guard_link(&p->guard, now, parent_conf_follows(p, now->ifname));
	parent_send(p, IPC_FACT_LINK, now, sizeof(*now));
	if (p->links && !strcmp(now->kind, "vxlan"))
		parent_conf_core(p);
	uplinks_look(p->uplinks);
	if (p->flood)
		fdb_flood_link(p->flood, now);
	if (p->remote_pes)
		remote_pes_link(p->remote_pes, now);
	if (p->mdb)
		mdb_link(p->mdb, now, before);
	if (p->routes)
		routes_link(p->routes, now);
	if (!before)
		accept_link(p->accept, p->links, now);
	parent_bfd_link(p->bfd, now->ifname, now->ifindex);
	if (p->frr)
		frr_look(p->frr);
	if (p->ctl)
		parent_event(p, "link", before ? "changed" : "new",
			     json_pack("{s:s, s:i, s:b, s:b, s:i, s:i}", "interface", now->ifname,
				       "ifindex", (int)now->ifindex, "up", now->flags & IFF_UP,
				       "carrier", now->carrier, "members", now->members,
				       "members-up", now->members_up));
}

static void on_link_gone(void *data, const struct fact_link *last)
{
	struct parent *p = data;

	parent_send(p, IPC_FACT_LINK_GONE, last, sizeof(*last));
	if (p->links && !strcmp(last->kind, "vxlan"))
		parent_conf_core(p);
	uplinks_look(p->uplinks);
	if (p->flood)
		fdb_flood_link(p->flood, last);
	if (p->remote_pes)
		remote_pes_link(p->remote_pes, last);
	if (p->routes)
		routes_link(p->routes, NULL);
	accept_link_gone(p->accept, last->ifindex);
	if (p->frr)
		frr_look(p->frr);
	if (p->ctl)
		parent_event(p, "link", "gone",
			     json_pack("{s:s, s:i}", "interface", last->ifname, "ifindex",
				       (int)last->ifindex));
}

static void on_core(void *data, const struct fact_core *fact)
{
	parent_send(data, IPC_FACT_CORE, fact, sizeof(*fact));
}

static void on_port(void *data, const struct fact_port *fact)
{
	parent_send(data, IPC_FACT_PORT, fact, sizeof(*fact));
}

static void on_links_missed(void *data)
{
	struct parent *p = data;

	if (p->routes)
		routes_links_missed(p->routes);
}

static const struct links_ops links_ops = {
	.changed = on_link_changed,
	.gone = on_link_gone,
	.follow = parent_conf_follows,
	.missed = on_links_missed,
};

static void on_kernel(void *data, const struct fact_kernel *fact)
{
	struct parent *p = data;

	parent_send(p, IPC_FACT_KERNEL, fact, sizeof(*fact));
	parent_status(p);
	if (p->ctl)
		parent_event(p, "kernel", fact->present ? "present" : "absent",
			     json_pack("{s:s}", "message", fact->text));
}

static void on_es(void *data, const struct fact_es *fact)
{
	struct parent *p = data;
	char esi[ESI_STRLEN];

	parent_send(p, IPC_FACT_ES, fact, sizeof(*fact));
	accept_segment(p->accept, fact);
	accept_links(p->accept, p->links);
	if (p->ctl)
		parent_event(p, "kernel", fact->gone ? "es-gone" : "es",
			     json_pack("{s:s, s:i, s:s, s:b}", "esi", esi_format(&fact->esi, esi),
				       "ifindex", (int)fact->ifindex, "role",
				       fact->df ? "df" : "non-df", "fail-applied",
				       fact->fail_applied));
}

static void on_result(void *data, const struct es_result *result)
{
	parent_tell(data, IPC_WISH_ES_RESULT, result);
	parent_status(data);
}

/* Neighbours and customers' routes: batches that are made elsewhere. */
static void on_neighs(void *data, enum ipc_type type, const void *body, uint32_t len)
{
	parent_send(data, type, body, len);
}

static bool speaker_is_busy(void *data)
{
	return parent_speaker_busy(data);
}

/* Of customers, on what is closed here: unless the segment says otherwise. */
static void end_sessions(struct parent *p, const struct fact_es *before, const struct wish_es *wish)
{
	const struct conf *conf = p->conf->conf;

	for (size_t i = 0; p->bgp_end && i < conf->n_segments; i++) {
		const struct conf_segment *s = &conf->segments[i];

		if (conf_segment_has(s, wish->ifname) && s->end_sessions)
			bgp_end_roles(p->bgp_end, before, wish, s->name);
	}
}

static void on_roles(void *data, const struct fact_es *before, const struct wish_es *wish)
{
	struct parent *p = data;

	if (p->speak)
		speak_roles(p->speak, before, wish);
	end_sessions(p, before, wish);
}

static const struct kern_ops kern_ops = {on_kernel, on_es,	     on_result,
					 on_neighs, speaker_is_busy, on_roles};

static void on_frr_es(void *data, const struct fact_frr_es *fact)
{
	struct parent *p = data;

	guard_frr(&p->guard, fact);
	parent_send(p, IPC_FACT_FRR_ES, fact, sizeof(*fact));
}

static void on_frr(void *data, const struct fact_frr *fact)
{
	parent_send(data, IPC_FACT_FRR, fact, sizeof(*fact));
}

static uint32_t ifindex_of(void *data, const char *ifname)
{
	const struct fact_link *l = links_by_name(((struct parent *)data)->links, ifname);

	return l ? l->ifindex : 0;
}

static const char *ifname_of(void *data, uint32_t ifindex)
{
	const struct fact_link *l = links_by_index(((struct parent *)data)->links, ifindex);

	return l ? l->ifname : NULL;
}

static void on_frr_tables(void *data, const struct frr_tables *tables)
{
	frr_repair_take(((struct parent *)data)->repair, tables);
}

static const struct frr_ops frr_ops = {on_frr_es, on_frr, ifindex_of, ifname_of, on_frr_tables};

static void on_flood_result(void *data, const struct flood_result *result)
{
	parent_tell(data, IPC_WISH_FLOOD_RESULT, result);
}

static void on_core_pe_result(void *data, const struct core_pe_result *result)
{
	parent_tell(data, IPC_WISH_CORE_PE_RESULT, result);
}

static const struct routes_ops routes_ops = {on_neighs, speaker_is_busy};

static int set_up_routes(struct parent *p)
{
	p->routes = routes_new(p->event, p->links, &routes_ops, p);
	if (!p->routes)
		return -errno;
	routes_conf(p->routes, p->conf->conf);
	return 0;
}

static void on_bfd(void *data, const struct fact_bfd *fact)
{
	parent_tell(data, IPC_WISH_BFD_RESULT, fact);
}

/* A file beside the control socket, for what is ours in the kernel; NULL: the name is too long. */
static const char *file_for(const struct parent *p, const char *what, char path[CONF_PATH_MAX])
{
	int n = snprintf(path, CONF_PATH_MAX, "%s.%s", p->options->socket_path, what);

	return n < CONF_PATH_MAX ? path : NULL;
}

static int set_up_flood(struct parent *p)
{
	char path[CONF_PATH_MAX];

	p->flood =
		fdb_flood_new(p->event, file_for(p, "flood", path), p->links, on_flood_result, p);
	return p->flood ? 0 : -errno;
}

static int set_up_remote_pes(struct parent *p)
{
	char path[CONF_PATH_MAX];

	p->remote_pes = remote_pes_new(p->event, file_for(p, "remote-pes", path), p->links,
				       on_core_pe_result, p);
	return p->remote_pes ? 0 : -errno;
}

static int set_up_mdb(struct parent *p)
{
	p->mdb = mdb_new(p->event, p->links, on_neighs, p);
	return p->mdb ? 0 : -errno;
}

static int set_up_frr(struct parent *p)
{
	char path[CONF_PATH_MAX];

	p->repair = frr_repair_new(file_for(p, "frr", path), p->links);
	p->frr = p->repair ? frr_new(p->event, &frr_ops, p) : NULL;
	return p->frr ? 0 : -errno;
}

void parent_stopped(struct parent *p)
{
	sd_event_exit(p->event, 0);
}

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *si, void *data)
{
	struct parent *p = data;

	if (p->stopping) {
		sd_event_exit(p->event, 1);
		return 0;
	}
	log_info("stopping on %s", strsignal((int)si->ssi_signo));
	p->stopping = true;
	sd_notify(0, "STOPPING=1\nSTATUS=handing over to the other PEs");
	parent_speaker_stop(p);
	return 0;
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *si, void *data)
{
	struct conf_errors errors = {};
	struct parent *p = data;
	size_t changes;

	sd_notify(0, "RELOADING=1");
	parent_conf_reload(p, &errors, &changes);
	conf_errors_free(&errors);
	sd_notify(0, p->ready ? "READY=1" : "STATUS=starting");
	return 0;
}

static void on_listen_again(void *data)
{
	parent_conf_listen(data);
}

static int watch_signals(struct parent *p)
{
	sigset_t set;
	int r;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	r = sd_event_add_signal(p->event, NULL, SIGTERM, on_stop, p);
	if (r >= 0)
		r = sd_event_add_signal(p->event, NULL, SIGINT, on_stop, p);
	if (r >= 0)
		r = sd_event_add_signal(p->event, NULL, SIGHUP, on_reload, p);
	if (r >= 0)
		r = sd_event_set_watchdog(p->event, true);
	return r < 0 ? r : 0;
}

/* Everything but the speaker, in the order in which one needs the other. */
static int set_up(struct parent *p, int ctl_fd)
{
	bool changed;
	int r = sd_event_new(&p->event);

	if (r < 0) {
		close(ctl_fd);
		return r;
	}
	parent_speaker_init(p);
	timer_init(&p->listen_again, p->event, 100000, on_listen_again, p);
	p->accept = accept_new();
	p->relay = p->accept ? relay_new() : NULL;
	p->sockets = sockets_new();
	p->bfd = parent_bfd_new(p->event, p->options->sandbox, p->options->human, on_bfd, p);
	if (p->relay && p->sockets && p->bfd)
		p->ctl = ctl_server_new(p->event, ctl_fd, &parent_ctl_ops, p);
	if (!p->ctl) {
		close(ctl_fd);
		return -ENOMEM;
	}
	r = watch_signals(p);
	if (!r)
		r = parent_boot_read(p);
	if (r)
		return r;
	r = sockets_configure(p->sockets, NULL, p->conf, &changed);
	if (icc_sockets_configure(&p->icc, p->conf->conf, &changed) || r)
		parent_conf_listen(p);
	p->kern = kern_new(p->event, &kern_ops, p);
	if (p->kern)
		parent_conf_core(p);
	parent_conf_mark(p);
	p->links = p->kern ? links_new(p->event, &links_ops, p) : NULL;
	p->ports = p->links ? ports_new(p->event, on_port, p) : NULL;
	p->speak = p->ports ? speak_new(p->event, p->links) : NULL;
	p->bgp_end = p->speak ? bgp_end_new(p->event, p->links) : NULL;
	p->forget = p->bgp_end ? forget_new(p->event, p->links) : NULL;
	p->uplinks = p->forget ? uplinks_new(p->event, p->links, on_core, p) : NULL;
	if (!p->uplinks)
		return -errno;
	r = set_up_frr(p);
	if (r)
		return r;
	parent_conf_core(p);
	uplinks_configure(p->uplinks, p->conf->conf);
	accept_links(p->accept, p->links);
	parent_conf_frr(p);
	parent_boot(p);
	r = set_up_routes(p);
	if (!r)
		r = set_up_mdb(p);
	if (!r)
		r = set_up_remote_pes(p);
	return r ? r : set_up_flood(p);
}

static void tear_down(struct parent *p)
{
	parent_speaker_free(p);
	parent_bfd_free(p->bfd);
	frr_free(p->frr);
	frr_repair_free(p->repair);
	relay_free(p->relay);
	ctl_server_free(p->ctl);
	fdb_flood_free(p->flood);
	remote_pes_free(p->remote_pes);
	mdb_free(p->mdb);
	routes_free(p->routes);
	uplinks_free(p->uplinks);
	forget_free(p->forget);
	bgp_end_free(p->bgp_end);
	speak_free(p->speak);
	ports_free(p->ports);
	links_free(p->links);
	kern_free(p->kern);
	accept_free(p->accept);
	sockets_free(p->sockets);
	icc_sockets_close(&p->icc);
	state_free(p->state);
	timer_done(&p->listen_again);
	guard_free(&p->guard);
	conf_file_free(p->conf);
	sd_event_unref(p->event);
}

int parent_main(const struct parent_options *options, struct conf_file *conf, int ctl_fd)
{
	struct parent p = {.options = options, .conf = conf, .started_us = timer_now_us()};
	int r = set_up(&p, ctl_fd);

	if (!r)
		r = parent_speaker_start(&p);
	if (!r)
		r = sd_event_loop(p.event);
	if (r < 0)
		log_error("%s", strerror(-r));
	unlink(options->socket_path);
	tear_down(&p);
	return r ? 1 : 0;
}
