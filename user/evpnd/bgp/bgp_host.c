// SPDX-License-Identifier: GPL-2.0-only
/*
 * bgp_host.c - see bgp_host.h: the life of BGP, and what it does in the loop. Sending comes once per turn,
 * when everything that belongs together is queued; big tables of peers that are gone are taken out when
 * there is nothing else to do.
 */
#include "bgp/bgp_host.h"

#include <arpa/inet.h>
#include <errno.h>

#include "bgp/peer_show.h"
#include "bgp/session.h"

enum {
	CLEAN_SLICE = 4096, /* paths of a lost peer removed in one turn */
};

size_t bgp_host_routes(const struct bgp_host *host, unsigned int type)
{
	size_t n = rib_count(host->rib, type);

	for (unsigned int t = 1; t < 32; t++)
		if (host->alone >> t & 1 && (!type || type == t))
			n += export_count(host->export, t);
	return n;
}

uint32_t bgp_host_router_id(const struct bgp_host *host)
{
	return ntohl(host->conf->global.router_id);
}

struct ip_addr bgp_host_next_hop(const struct bgp_host *host)
{
	const struct conf_global *g = &host->conf->global;

	return ip_is_none(&g->originator) ? ip_v4(ntohl(g->router_id)) : g->originator;
}

void bgp_host_wake_output(struct bgp_host *host)
{
	sd_event_source_set_enabled(host->output, SD_EVENT_ONESHOT);
}

void bgp_host_wake_cleaner(struct bgp_host *host)
{
	sd_event_source_set_enabled(host->cleaner, SD_EVENT_ONESHOT);
}

static void on_export(void *data)
{
	bgp_host_wake_output(data);
}

static int on_output(sd_event_source *source, void *data)
{
	advertise_all(data);
	return 0;
}

static int on_cleaner(sd_event_source *source, void *data)
{
	struct bgp_host *host = data;
	struct session *s;

	TAILQ_FOREACH(s, &host->sessions, link) {
		if (!s->clearing)
			continue;
		s->clearing = rib_peer_clear(host->rib, s->rib_peer, CLEAN_SLICE);
		bgp_host_wake_cleaner(host);
		return 0;
	}
	return 0;
}

static int add_defer(struct bgp_host *host, sd_event_source **source, sd_event_handler_t fn,
		     int64_t priority)
{
	int r = sd_event_add_defer(host->event, source, fn, host);

	if (r < 0)
		return r;
	sd_event_source_set_priority(*source, priority);
	return sd_event_source_set_enabled(*source, SD_EVENT_OFF);
}

int bgp_host_init(struct bgp_host *host, sd_event *event, const struct bgp_host_ops *ops,
		  rib_change_fn on_route, void *data)
{
	host->event = sd_event_ref(event);
	host->ops = ops;
	TAILQ_INIT(&host->sessions);
	TAILQ_INIT(&host->listeners);
	TAILQ_INIT(&host->route_jobs);
	host->conf = conf_new();
	host->rib = rib_new(on_route, data);
	host->export = host->rib ? export_new(host->rib, on_export, host) : NULL;
	if (!host->conf || !host->export ||
	    add_defer(host, &host->output, on_output, SD_EVENT_PRIORITY_NORMAL) < 0 ||
	    add_defer(host, &host->cleaner, on_cleaner, SD_EVENT_PRIORITY_IDLE) < 0)
		return -ENOMEM;
	return 0;
}

void bgp_host_close(struct bgp_host *host)
{
	struct session *s;

	while ((s = TAILQ_FIRST(&host->sessions)))
		session_free(s, BGP_EV_STOP);
}

bool bgp_host_written(const struct bgp_host *host)
{
	struct export_item item;
	struct session *s;

	TAILQ_FOREACH(s, &host->sessions, link)
		if (s->established && (s->conn->out_len || export_peek(&s->cursor, &item)))
			return false;
	return true;
}

void bgp_host_done(struct bgp_host *host)
{
	bgp_host_close(host);
	listener_clear(host);
	route_jobs_free(host);
	sd_event_source_disable_unref(host->output);
	sd_event_source_disable_unref(host->cleaner);
	export_free(host->export);
	rib_free(host->rib);
	conf_free(host->conf);
	sd_event_unref(host->event);
}
