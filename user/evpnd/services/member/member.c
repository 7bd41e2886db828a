// SPDX-License-Identifier: GPL-2.0-only
/*
 * member.c - the membership service: what the kernel, the configuration and the sessions tell it, turned
 * into routes to originate and wishes for the kernel.
 *
 * The twin of the neighbour service: nothing here elects anything, a group is advertised by every PE that
 * has heard of it, so the PE that takes over knows it already.
 *
 * draft-ietf-bess-evpn-l3mh-proto (3.7), RFC 9251 (4, 6, 7)
 */
#include "services/member/member.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "log.h"

void member_wake(struct members *ms)
{
	sd_event_source_set_enabled(ms->later, SD_EVENT_ONESHOT);
}

bool member_watched(const struct members *ms)
{
	return speaker_monitored(ms->speaker, "member");
}

/* An event for `evpnctl monitor member`. */
void member_tell(struct members *ms, const struct mentry *e, const char *event,
		 const struct ip_addr *peer)
{
	struct ip_addr group = mgroup_addr(e->group), source = mentry_source(e);
	const struct circuit *c = e->group->circuit;
	char grp[IP_STRLEN], src[IP_STRLEN], esi[ESI_STRLEN], nh[IP_STRLEN];

	speaker_event_json(ms->speaker, "member",
			   json_pack("{s:s, s:s, s:s?, s:s?, s:s, s:i, s:s?}", "event", event,
				     "group", ip_format(&group, grp), "source",
				     e->any ? NULL : ip_format(&source, src), "name",
				     c->es->conf ? c->es->conf->name : NULL, "esi",
				     esi_format(&c->es->esi, esi), "tag", (int)c->tag, "peer",
				     peer ? ip_format(peer, nh) : NULL));
}

/* ---- what is ours: devices, VRFs, segments ---- */

static void advertise_group(struct members *ms, struct mgroup *g, void *data)
{
	struct mentry *e;

	mgroup_each(e, g)
		member_advertise(ms, e);
	member_queue(ms, g);
}

/* A group whose circuit is another device now, or in another VRF. */
static void look_again(struct members *ms, struct mgroup *g, void *data)
{
	if (!g->circuit->changed)
		return;
	member_bridge_moved(ms, g);
	advertise_group(ms, g, data);
}

static void resolve_all(struct members *ms)
{
	if (places_resolve(&ms->at))
		member_walk(ms, look_again, NULL);
	if (ms->at.rejudge)
		member_wake(ms);
}

/* ---- configuration ---- */

static void withdraw_group(struct members *ms, struct mgroup *g, void *data)
{
	struct mentry *e;

	mgroup_each(e, g) {
		member_withdraw(ms, e);
		member_leave_withdraw(ms, e);
	}
	member_drop(ms, g);
}

/* What groups are advertised with, and what is imported, follows from these. */
#define MEMBER_CHANGES \
	(CONF_CHANGED_IDENTITY | CONF_CHANGED_VRFS | CONF_CHANGED_SEGMENTS | CONF_CHANGED_BRIDGES)

static void renew(struct members *ms, const struct conf *now)
{
	u32 router_id = ntohl(now->global.router_id);

	if (ms->router_id && router_id != ms->router_id)
		member_walk(ms, withdraw_group, NULL);
	ms->router_id = router_id;
	member_forget_routes(ms);
	places_set_vrfs(&ms->at, now);
}

static void members_conf(void *state, unsigned int changes, const struct conf *now)
{
	struct members *ms = state;

	if (changes & MEMBER_CHANGES)
		renew(ms, now);
	places_attach(&ms->at, now);
	resolve_all(ms);
	if (changes & MEMBER_CHANGES) {
		member_walk(ms, advertise_group, NULL);
		ms->at.rejudge = true;
	}
	member_wake(ms);
}

/* ---- facts ---- */

/* Once for all that comes in one turn of the loop: a bond with a thousand VLANs flaps as a whole. */
static void links_changed(struct members *ms)
{
	ms->resolve_due = true;
	member_wake(ms);
}

/* Everything that was put off, so that what follows is decided on what is true now. */
static void catch_up(struct members *ms)
{
	if (ms->resolve_due && ms->links_done) {
		ms->resolve_due = false;
		places_attach(&ms->at, speaker_conf(ms->speaker));
		resolve_all(ms);
	}
	if (ms->at.rejudge) {
		ms->at.rejudge = false;
		member_reimport(ms);
	}
	member_bridge_room(ms);
	member_flush(ms);
}

/* What the kernel had of a segment has gone with it. */
static void wish_anew(struct members *ms, struct mgroup *g, void *data)
{
	if (g->circuit->es != data)
		return;
	g->wished = 0;
	member_queue(ms, g);
}

static void gone_with_segment(struct members *ms, struct mgroup *g, void *data)
{
	if (g->circuit->es != data)
		return;
	wish_anew(ms, g, data);
	member_lose(ms, g);
}

static void es_fact(struct members *ms, const struct fact_es *f)
{
	const struct conf *conf = speaker_conf(ms->speaker);
	struct place_es *es;
	bool fresh;

	es = place_es_fact(&ms->at, f, &fresh);
	if (!es)
		return;
	if (f->gone)
		member_walk(ms, gone_with_segment, es);
	if (conf)
		places_attach(&ms->at, conf);
	if (ms->links_done)
		resolve_all(ms);
	if (fresh) {
		member_walk(ms, wish_anew, es);
		speaker_wants_more(ms->speaker);
	}
}

/* The module was read from end to end and did not have it. */
static void not_seen(struct members *ms, struct mgroup *g, void *data)
{
	if (g->mode != MEMBER_NONE && g->epoch != ms->epoch)
		member_lose(ms, g);
}

/* Before the sweep all that others advertise has been heard, or there was time enough for it. */
static void try_sweep(struct members *ms)
{
	if (ms->swept || !ms->read || !ms->settled)
		return;
	ms->swept = true;
	ms->sweep_due = true;
	catch_up(ms);
}

static void members_fact(void *state, enum ipc_type type, const void *fact)
{
	const struct batch *batch = fact;
	struct members *ms = state;
	u32 i;

	switch (type) {
	case IPC_FACT_LINK:
	case IPC_FACT_LINK_GONE:
		links_changed(ms);
		break;
	case IPC_FACT_LINKS_DONE:
		ms->links_done = true;
		links_changed(ms);
		break;
	case IPC_FACT_ES:
		es_fact(ms, fact);
		break;
	case IPC_FACT_MEMBERS_BEGIN:
		ms->epoch++;
		break;
	case IPC_FACT_MEMBERS:
		for (i = 0; i < batch->n; i++)
			member_fact(ms, &((const struct fact_member *)batch_items(batch))[i]);
		break;
	case IPC_FACT_MEMBERS_DONE:
		member_walk(ms, not_seen, NULL);
		ms->read = true;
		try_sweep(ms);
		break;
	case IPC_FACT_MDB_ROOM:
		ms->bridge_room = ms->counts.puts_refused;
		member_wake(ms);
		break;
	default:
		break;
	}
}

/* ---- routes, time ---- */

static void members_route(void *state, const struct evpn_nlri *nlri, const struct rib_path *now)
{
	member_route(state, nlri, now);
}

static enum want members_wanted(void *state, const struct evpn_nlri *nlri,
				const struct bgp_attrs *attrs)
{
	return member_wanted(state, nlri, attrs) ? WANTED : WANTED_NOT;
}

static void members_settled(void *state)
{
	struct members *ms = state;

	ms->settled = true;
	try_sweep(ms);
}

static int run_later(sd_event_source *source, void *data)
{
	struct members *ms = data;

	if (speaker_conf(ms->speaker))
		catch_up(ms);
	return 0;
}

/* The process ends; what the kernel has stays there, and a successor takes it over. */
static void members_stop(void *state)
{
	struct members *ms = state;

	member_table_free(ms);
	places_free(&ms->at);
	timer_done(&ms->leave_timer);
	free(ms->out);
	sd_event_source_unref(ms->later);
	free(ms);
}

static void *members_start(struct speaker *speaker)
{
	struct members *ms = calloc(1, sizeof(*ms));
	sd_event *event = speaker_event(speaker);

	if (!ms)
		return NULL;
	ms->speaker = speaker;
	places_init(&ms->at, speaker_devices(speaker));
	ms->at.domains = true;
	TAILQ_INIT(&ms->leaving);
	RB_INIT(&ms->origins);
	timer_init(&ms->leave_timer, event, 1000, member_leave_ended, ms);
	ms->out = calloc(1, sizeof(*ms->out));
	if (!ms->out || !member_table_init(ms) ||
	    sd_event_add_defer(event, &ms->later, run_later, ms) < 0) {
		members_stop(ms);
		return NULL;
	}
	sd_event_source_set_enabled(ms->later, SD_EVENT_OFF);
	return ms;
}

const struct service member_service = {
	.name = "member",
	.route_types = 1u << EVPN_JOIN | 1u << EVPN_LEAVE,
	.unheard = 1u << EVPN_JOIN | 1u << EVPN_LEAVE,
	.start = members_start,
	.stop = members_stop,
	.conf = members_conf,
	.fact = members_fact,
	.results = IPC_WISH_MEMBER_RESULT,
	.result = member_result,
	.more_results = IPC_WISH_MDB_RESULT,
	.more_result = member_bridge_result,
	.route = members_route,
	.wanted = members_wanted,
	.settled = members_settled,
	.drained = member_drained,
	.query = member_query,
};
