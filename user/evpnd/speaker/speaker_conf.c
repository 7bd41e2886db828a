// SPDX-License-Identifier: GPL-2.0-only
/*
 * speaker_conf.c - a configuration arrives item by item and is applied at once, as a difference: a
 * session that it does not concern stays up.
 */
#include <string.h>

#include "log.h"
#include "speaker/reserve.h"
#include "bgp/session.h"
#include "speaker/speaker_priv.h"

static int add_item(struct conf *conf, enum ipc_type type, const void *body)
{
	switch (type) {
	case IPC_CONF_GLOBAL:
		conf->global = *(const struct conf_global *)body;
		return 0;
	case IPC_CONF_PEER:
		return conf_add_peer(conf, body);
	case IPC_CONF_VRF:
		return conf_add_vrf(conf, body);
	case IPC_CONF_SEGMENT:
		return conf_add_segment(conf, body);
	case IPC_CONF_BRIDGE:
		return conf_add_bridge(conf, body);
	default:
		return 0;
	}
}

void speaker_conf_item(struct speaker *sp, const struct ipc_hdr *hdr, const void *body)
{
	if (hdr->type == IPC_CONF_BEGIN) {
		conf_free(sp->incoming);
		sp->incoming = conf_new();
		return;
	}
	if (sp->incoming && add_item(sp->incoming, hdr->type, body) == 0)
		return;
	log_error("configuration: no memory, the running one stays in force");
	conf_free(sp->incoming);
	sp->incoming = NULL;
}

static void drop_removed(struct speaker *sp, const struct conf *now)
{
	struct session *s, *next;

	TAILQ_FOREACH_SAFE(s, &sp->bgp.sessions, link, next)
		if (!conf_peer(now, &s->conf.address, s->conf.port))
			session_free(s, BGP_EV_DECONFIGURED);
}

static void apply_peers(struct speaker *sp, bool restart)
{
	size_t i;

	for (i = 0; i < sp->bgp.conf->n_peers; i++) {
		const struct conf_peer *n = &sp->bgp.conf->peers[i];
		struct session *s = session_find(&sp->bgp, &n->address, n->port);

		if (s)
			session_conf(s, n, restart);
		else if (!session_new(&sp->bgp, n))
			log_error("no memory for another peer");
	}
}

static void renew_keys_of(struct speaker *sp, const struct session *s, const struct conn *c)
{
	const struct ipc_socket of = {.peer = s->conf.address, .port = s->conf.port};

	if (c && c->fd >= 0 && !c->connecting)
		ipc_send_fd(sp->ipc, IPC_SOCKET_KEYS, &of, sizeof(of), c->fd);
}

/* Connections go on when keys change; they get the new ones from the parent, who has them. */
static void renew_keys(struct speaker *sp)
{
	const struct session *s;

	TAILQ_FOREACH(s, &sp->bgp.sessions, link) {
		if (!s->conf.has_md5 && !s->conf.has_ao)
			continue;
		renew_keys_of(sp, s, s->conn);
		renew_keys_of(sp, s, s->second);
	}
}

static void tell_services(struct speaker *sp, unsigned int changes)
{
	unsigned int i;

	for (i = 0; speaker_services[i]; i++)
		if (speaker_services[i]->conf)
			speaker_services[i]->conf(sp->states[i], changes, sp->bgp.conf);
}

/* What is of use here follows from these. */
#define WANTS_OTHER \
	(CONF_CHANGED_KEPT | CONF_CHANGED_VRFS | CONF_CHANGED_SEGMENTS | CONF_CHANGED_BRIDGES)

void speaker_conf_commit(struct speaker *sp)
{
	struct conf *old = sp->bgp.conf;
	bool first = !sp->configured;
	unsigned int changes;

	if (!sp->incoming)
		return;
	changes = conf_changes(first ? NULL : old, sp->incoming);
	reserve_memory(sp->incoming->global.memory_reserve);
	drop_removed(sp, sp->incoming);
	sp->bgp.conf = sp->incoming;
	sp->incoming = NULL;
	sp->configured = true;
	tell_services(sp, changes);
	room_conf(sp);
	channel_conf(sp);
	if (!first && changes & WANTS_OTHER)
		speaker_wants_more(sp);
	/* the identity is what every session says of us in OPEN, and puts into each UPDATE */
	apply_peers(sp, !first && changes & CONF_CHANGED_IDENTITY);
	renew_keys(sp);
	settle_begin(&sp->settle, sp->bgp.conf->global.startup_delay_ms);
	speaker_sync(sp);
	conf_free(old);
}
