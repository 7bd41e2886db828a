// SPDX-License-Identifier: GPL-2.0-only
/*
 * parent_conf.c - the configuration in force: taken over whole, told to the speaker, and the sockets
 * that go with it.
 */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "log.h"
#include "nl_mark.h"
#include "parent/parent_priv.h"

enum {
	LISTEN_AGAIN_MS = 10000,
	DESCRIPTORS_SPARE = 64, /* listening sockets, the control socket's clients, netlink, ... */
};

/* A peer has one descriptor, and for as long as an OPEN takes two. */
static void check_descriptors(const struct conf *conf)
{
	size_t needed = 2 * conf->n_peers + DESCRIPTORS_SPARE;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || needed <= limit.rlim_cur)
		return;
	log_warning("%zu peers can need %zu descriptors, the limit is %llu (LimitNOFILE=)",
		    conf->n_peers, needed, (unsigned long long)limit.rlim_cur);
}

void parent_conf_send(struct parent *p)
{
	const struct conf *conf = p->conf->conf;

	check_descriptors(conf);
	parent_send(p, IPC_CONF_BEGIN, NULL, 0);
	parent_send(p, IPC_CONF_GLOBAL, &conf->global, sizeof(conf->global));
	for (size_t i = 0; i < conf->n_peers; i++) {
		struct conf_peer n = conf->peers[i];

		if (sockets_keyless(p->sockets, &n))
			n.shutdown = true;
		parent_send(p, IPC_CONF_PEER, &n, sizeof(n));
	}
	for (size_t i = 0; i < conf->n_vrfs; i++)
		parent_send(p, IPC_CONF_VRF, &conf->vrfs[i], sizeof(conf->vrfs[i]));
	for (size_t i = 0; i < conf->n_segments; i++)
		parent_send(p, IPC_CONF_SEGMENT, &conf->segments[i], sizeof(conf->segments[i]));
	for (size_t i = 0; i < conf->n_bridges; i++)
		parent_send(p, IPC_CONF_BRIDGE, &conf->bridges[i], sizeof(conf->bridges[i]));
	parent_send(p, IPC_CONF_COMMIT, NULL, 0);
}

static void send_listener(void *data, int fd, const struct ip_addr *address, uint16_t port)
{
	struct ipc_socket s = {.peer = *address, .port = port};
	struct parent *p = data;

	if (p->ipc)
		ipc_send_fd(p->ipc, IPC_LISTEN, &s, sizeof(s), fd);
}

static void send_icc(struct parent *p)
{
	parent_send(p, IPC_ICC_BEGIN, NULL, 0);
	for (int i = 0; p->ipc && p->icc.port && i < 2; i++) {
		struct ipc_icc which = {.v6 = i};

		if (p->icc.fds[i] >= 0)
			ipc_send_fd(p->ipc, IPC_ICC_SOCKET, &which, sizeof(which), p->icc.fds[i]);
	}
}

void parent_conf_send_sockets(struct parent *p)
{
	parent_send(p, IPC_LISTEN_BEGIN, NULL, 0);
	sockets_each(p->sockets, send_listener, p);
	send_icc(p);
}

/* @old: NULL at the start; p->conf itself to try again */
static bool configure_sockets(struct parent *p, const struct conf_file *old)
{
	bool changed, icc_changed;
	int r = sockets_configure(p->sockets, old, p->conf, &changed);

	if (icc_sockets_configure(&p->icc, p->conf->conf, &icc_changed) || r)
		timer_start(&p->listen_again, LISTEN_AGAIN_MS);
	else
		timer_stop(&p->listen_again);
	parent_boot_note_ports(p);
	return changed || icc_changed;
}

void parent_conf_listen(struct parent *p)
{
	if (configure_sockets(p, p->conf))
		parent_conf_send_sockets(p);
	parent_status(p);
}

bool parent_conf_follows(void *data, const char *ifname)
{
	const struct conf *conf = ((struct parent *)data)->conf->conf;

	for (size_t i = 0; i < conf->n_segments; i++)
		if (conf->segments[i].esi_source == CONF_ESI_LACP &&
		    !strcmp(conf->segments[i].interface, ifname))
			return true;
	return false;
}

void parent_conf_frr(struct parent *p)
{
	const struct conf *conf = p->conf->conf;
	bool repair = conf->global.frr.repair;
	bool wanted = conf->global.frr.discover || repair;

	if (!p->frr)
		return;
	frr_want_tables(p->frr, repair);
	if (!repair)
		frr_repair_end(p->repair);
	for (size_t i = 0; i < conf->n_segments; i++)
		wanted |= conf->segments[i].control == CONF_CONTROL_FRR;
	frr_configure(p->frr, wanted ? conf->global.frr.vty : NULL, &conf->global.frr.vtep,
		      conf->global.frr.hold_ms);
}

bool parent_conf_floods(const struct parent *p, const struct flood_key *key)
{
	const struct conf_bridge *b = conf_bridge(p->conf->conf, key->vni);

	return b && !strcmp(b->vxlan, key->ifname);
}

static bool has_port(const struct conf_core *core, uint16_t port)
{
	for (unsigned int i = 0; i < core->n_ports; i++)
		if (core->ports[i] == port)
			return true;
	return false;
}

static void add_port(void *data, const struct fact_link *link)
{
	struct conf_core *core = data;

	if (strcmp(link->kind, "vxlan") || !link->vxlan_port || has_port(core, link->vxlan_port))
		return;
	if (core->n_ports == CONF_PORTS_MAX)
		log_warning("%s: VXLAN on more than %d ports; PEs are not told apart on port %u",
			    link->ifname, CONF_PORTS_MAX, link->vxlan_port);
	else
		core->ports[core->n_ports++] = link->vxlan_port;
}

void parent_conf_core(struct parent *p)
{
	struct conf_core core = p->conf->conf->global.core;

	if (p->links)
		links_each(p->links, add_port, &core);
	kern_core(p->kern, &core);
}

static void warn(void *data, const char *text)
{
	log_warning("%s", text);
}

void parent_conf_mark(struct parent *p)
{
	const struct conf *conf = p->conf->conf;
	bool all_active = conf->global.frr.discover;
	struct nl_err err;
	struct nl *rt;

	for (size_t i = 0; i < conf->n_segments; i++)
		all_active |= conf->segments[i].mode == CONF_ALL_ACTIVE;
	rt = all_active ? nl_open(NETLINK_ROUTE) : NULL;
	if (!rt)
		return;
	if (nl_mark_conflicts(rt, conf->global.core.mark_mask, warn, NULL, &err))
		log_warning("kernel: who else uses the packets' mark is not known: %s", err.text);
	nl_close(rt);
}

static void tell_guard(void *data, const struct fact_link *link)
{
	struct parent *p = data;

	guard_link(&p->guard, link, parent_conf_follows(p, link->ifname));
}

size_t parent_conf_commit(struct parent *p, struct conf_file *conf)
{
	struct conf_file *old = p->conf;
	json_t *changes = conf_diff(old, conf);
	size_t n = json_array_size(changes);
	bool sockets;

	json_decref(changes);
	p->conf = conf;
	guard_changed(&p->guard);
	if (p->links)
		links_each(p->links, tell_guard, p);
	/* even without a change: a key may be another in the same file */
	sockets = configure_sockets(p, old);
	parent_conf_core(p);
	parent_conf_mark(p);
	parent_bfd_conf(p->bfd, conf->conf);
	parent_conf_send(p);
	if (sockets)
		parent_conf_send_sockets(p);
	links_follow(p->links);
	uplinks_configure(p->uplinks, conf->conf);
	parent_conf_frr(p);
	if (p->routes)
		routes_conf(p->routes, conf->conf);
	conf_file_free(old);
	parent_status(p);
	return n;
}

static void log_errors(const struct conf_errors *errors, const char *file)
{
	for (size_t i = 0; i < errors->n; i++) {
		const struct conf_error *e = &errors->items[i];

		log_msg(e->warning ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR, LOG_LOCAL, "%s:%u:%u: %s",
			file, e->line, e->column, e->message);
	}
}

int parent_conf_reload(struct parent *p, struct conf_errors *errors, size_t *changes)
{
	const char *path = p->options->conf_path;
	struct conf_file *conf = conf_parse_path(path, errors);

	log_errors(errors, path);
	if (conf && conf_is_empty(conf) && !conf_is_empty(p->conf)) {
		conf_error_add(errors, false, 0, 0,
			       "nothing is configured in it; stop evpnd to take everything away");
		conf_file_free(conf);
		conf = NULL;
	}
	if (!conf) {
		log_error("%s: %zu errors; nothing has changed", path, errors->count);
		return -EINVAL;
	}
	*changes = parent_conf_commit(p, conf);
	log_info("%s: %zu changes", path, *changes);
	return 0;
}

/* Only for peers of the configuration: the speaker gets no key for any other address. */
bool parent_conf_open_socket(struct parent *p, const struct ipc_socket *request)
{
	struct ipc_socket answer = {.peer = request->peer, .port = request->port};
	const struct conf *conf = p->conf->conf;
	const struct conf_peer *n;
	char err[KEYS_TEXT_LEN], buf[IP_STRLEN];
	int fd = -1;

	n = conf_peer(conf, &request->peer, request->port);
	if (n)
		answer.error = -sockets_open(p->conf, (size_t)(n - conf->peers), &fd, err);
	else
		answer.error = ENOENT;
	if (n && answer.error)
		log_warning("peer %s: %s", ip_format(&request->peer, buf), err);
	if (p->ipc)
		ipc_send_fd(p->ipc, IPC_SOCKET, &answer, sizeof(answer), fd);
	if (fd >= 0)
		close(fd);
	return n;
}

/* Keys are for the peer that they are configured for; the speaker's word alone opens nothing. */
void parent_conf_renew_keys(struct parent *p, const struct ipc_socket *of, int fd)
{
	const struct conf *conf = p->conf->conf;
	const struct conf_peer *n = conf_peer(conf, &of->peer, of->port);
	char err[KEYS_TEXT_LEN], buf[IP_STRLEN];

	if (n && sockets_renew_keys(p->conf, (size_t)(n - conf->peers), fd, err))
		log_warning("peer %s: %s; the session goes on with the keys it has",
			    ip_format(&of->peer, buf), err);
}
