// SPDX-License-Identifier: GPL-2.0-only
/*
 * core.c - prefixes that remote PEs tell the core, put into VRFs of this PE that ask for them (from-core): entry
 * points, and in which order one thing follows from the other.
 *
 * RFC 9136 (4.4.1), draft-ietf-bess-evpn-ip-aliasing, draft-ietf-bess-evpn-l3mh-proto (3.8.1)
 */
#include "services/core/core.h"

#include <arpa/inet.h>
#include <stdlib.h>

void core_wake(struct core *c)
{
	sd_event_source_set_enabled(c->later, SD_EVENT_ONESHOT);
}

/* ---- once more, after what is ours has changed ---- */

static bool route_again(void *data, const struct evpn_nlri *n, const struct rib_path *paths,
			size_t n_paths, size_t best)
{
	if (n_paths && n->type == EVPN_AD)
		core_alias_route(data, n, &paths[best]);
	else if (n_paths)
		core_import_route(data, n, &paths[best]);
	return true;
}

static void routes_again(struct core *c)
{
	struct rib *rib = speaker_rib(c->speaker);

	c->left_out = false;
	if (!rib)
		return;
	rib_walk(rib, EVPN_AD, route_again, c);
	rib_walk(rib, EVPN_PREFIX, route_again, c);
}

void core_reimport(struct core *c)
{
	struct core_prefix *x;

	RB_FOREACH(x, core_prefixes, &c->prefixes)
		while (x->paths)
			core_path_del(c, x, x->paths);
	core_alias_forget(c);
	for (size_t i = 0; i < c->n_vrfs; i++)
		c->vrfs[i].taken = 0;
	routes_again(c);
}

static void resolve(struct core *c)
{
	if (!core_vrfs_resolve(c))
		return;
	core_reimport(c);
	core_sources_judge(c);
	speaker_wants_more(c->speaker);
}

/* ---- configuration ---- */

#define CORE_CHANGES (CONF_CHANGED_IDENTITY | CONF_CHANGED_VRFS)

static void core_conf(void *state, unsigned int changes, const struct conf *now)
{
	struct core *c = state;

	if (!(changes & CORE_CHANGES))
		return;
	c->router_id = ntohl(now->global.router_id);
	if (core_vrfs_set(c, now)) {
		core_vrfs_resolve(c);
		core_reimport(c);
		core_pes_touch(c);
		core_groups_touch(c);
		core_queue_all(c);
		speaker_wants_more(c->speaker);
	}
	core_wake(c);
}

/* ---- facts ---- */

static void links_changed(struct core *c)
{
	c->resolve_due = true;
	core_retry_now(c);
	core_wake(c);
}

static void facts(struct core *c, const struct batch *b)
{
	const struct fact_core_route *f = batch_items(b);

	for (u32 i = 0; i < b->n; i++)
		core_fact(c, &f[i]);
}

static void pe_results(struct core *c, const struct batch *b)
{
	const struct core_pe_result *r = batch_items(b);

	for (u32 i = 0; i < b->n; i++)
		core_pe_result(c, &r[i]);
}

static void group_results(struct core *c, const struct batch *b)
{
	const struct core_group_result *r = batch_items(b);

	for (u32 i = 0; i < b->n; i++)
		core_group_result(c, &r[i]);
}

static void text(struct core *c, const struct fact_prefix_text *t)
{
	if (t->why && t->why <= PREFIX_TEXTS_MAX)
		memcpy(c->texts[t->why - 1], t->text, sizeof(c->texts[0]));
}

static void tables_read(struct core *c)
{
	core_not_seen(c);
	c->read = true;
	core_wake(c);
}

static void core_hear(void *state, enum ipc_type type, const void *fact)
{
	struct core *c = state;

	switch (type) {
	case IPC_FACT_LINKS_DONE:
		c->links_done = true;
		links_changed(c);
		break;
	case IPC_FACT_LINK:
	case IPC_FACT_LINK_GONE:
		links_changed(c);
		break;
	case IPC_FACT_PREFIXES_BEGIN:
		c->epoch++;
		break;
	case IPC_FACT_CORE_ROUTES:
		facts(c, fact);
		break;
	case IPC_FACT_PREFIXES_DONE:
		tables_read(c);
		break;
	case IPC_FACT_PREFIX_TEXT:
		text(c, fact);
		break;
	case IPC_WISH_CORE_PE_RESULT:
		pe_results(c, fact);
		break;
	case IPC_WISH_CORE_GROUP_RESULT:
		group_results(c, fact);
		break;
	default:
		break;
	}
}

/* ---- routes, sessions, time ---- */

static int run_later(sd_event_source *source, void *data)
{
	struct core *c = data;

	if (!speaker_conf(c->speaker) || !c->links_done)
		return 0;
	if (c->resolve_due) {
		c->resolve_due = false;
		resolve(c);
	}
	if (c->hosts_due) {
		c->hosts_due = false;
		core_hosts_look(c);
	}
	if (c->read && !core_flush(c))
		core_wake(c);
	return 0;
}

static void core_route(void *state, const struct evpn_nlri *nlri, const struct rib_path *now)
{
	if (nlri->type == EVPN_AD)
		core_alias_route(state, nlri, now);
	else
		core_import_route(state, nlri, now);
}

static enum want core_wanted(void *state, const struct evpn_nlri *nlri,
			     const struct bgp_attrs *attrs)
{
	bool wanted = nlri->type == EVPN_AD ? core_alias_wanted(state, nlri, attrs) :
					      core_import_wanted(state, nlri, attrs);

	return wanted ? WANTED : WANTED_NOT;
}

static void core_room(void *state)
{
	struct core *c = state;

	if (c->left_out)
		routes_again(c);
}

static void core_settled(void *state)
{
	struct core *c = state;

	c->settled = true;
	core_seen_forget(c);
	core_groups_touch(c);
	core_queue_all(c);
	core_wake(c);
}

static void core_pe_silent(void *state, const struct ip_addr *pe, bool silent)
{
	core_groups_touch(state);
}

static void retry_fired(void *data)
{
	core_retry(data);
}

static void relook_fired(void *data)
{
	core_groups_touch(data);
}

static void drop_fired(void *data)
{
	struct core *c = data;

	c->drop_due = true;
	core_wake(c);
}

/* ---- life ---- */

/* The process ends; what the kernel has stays there, and a successor takes it over. */
static void core_stop(void *state)
{
	struct core *c = state;

	core_alias_forget(c);
	core_table_free(c);
	core_groups_free(c);
	core_pes_free(c);
	core_seen_forget(c);
	timer_done(&c->retry);
	timer_done(&c->relook);
	timer_done(&c->drop);
	sd_event_source_unref(c->later);
	free(c->vrfs);
	free(c->room);
	free(c);
}

static void *core_start(struct speaker *speaker)
{
	struct core *c = calloc(1, sizeof(*c));
	sd_event *event = speaker_event(speaker);

	if (!c)
		return NULL;
	c->speaker = speaker;
	STAILQ_INIT(&c->queue);
	STAILQ_INIT(&c->groups_due);
	TAILQ_INIT(&c->pes_due);
	TAILQ_INIT(&c->pes_unused);
	timer_init(&c->retry, event, 100000, retry_fired, c);
	timer_init(&c->relook, event, 1000, relook_fired, c);
	timer_init(&c->drop, event, 100000, drop_fired, c);
	c->room = core_room_new();
	if (!c->room || sd_event_add_defer(event, &c->later, run_later, c) < 0) {
		timer_done(&c->retry);
		timer_done(&c->relook);
		timer_done(&c->drop);
		free(c->room);
		free(c);
		return NULL;
	}
	sd_event_source_set_enabled(c->later, SD_EVENT_OFF);
	return c;
}

const struct service core_service = {
	.name = "core",
	.route_types = 1u << EVPN_AD | 1u << EVPN_PREFIX,
	.start = core_start,
	.stop = core_stop,
	.conf = core_conf,
	.fact = core_hear,
	.results = IPC_WISH_CORE_ROUTE_RESULT,
	.result = core_route_result,
	.route = core_route,
	.wanted = core_wanted,
	.room = core_room,
	.settled = core_settled,
	.pe = core_pe_silent,
	.neighbour_changed = core_neighbour_changed,
	.query = core_query,
};
