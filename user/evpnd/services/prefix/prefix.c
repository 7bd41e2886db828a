// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix.c - customers' routes: what the kernel, the configuration and the sessions tell, turned into routes
 * to originate and wishes for the kernel.
 *
 * A customer that routes has its adjacency with one PE of its LAG. That one tells the others what it has
 * learned, and they have it in their kernels, behind the same router and by their own leg, before they need
 * it. Nothing is elected here.
 *
 * draft-ietf-bess-evpn-l3mh-proto (2.7, 3.8), RFC 9136 (3, 4.1, 4.2)
 */
#include "services/prefix/prefix.h"

#include <arpa/inet.h>
#include <stdlib.h>

enum { AHEAD = 8 }; /* prefixes of a batch whose memory is asked for before it is their turn */

void prefix_wake(struct prefixes *ps)
{
	sd_event_source_set_enabled(ps->later, SD_EVENT_ONESHOT);
}

/* ---- what is ours: devices, VRFs, segments ---- */

static void queue_local(struct prefixes *ps, struct pfx *x, void *data)
{
	if (x->locals || x->adv)
		prefix_queue(ps, x);
}

static void count_one(struct prefixes *ps, struct pfx *x, void *data)
{
	struct place_vrf *v = place_vrf(&ps->at, x->vrf);
	bool learned = v && x->locals && x->flags & PFX_COUNTED_LEARNED, taken = v && x->remotes;

	x->flags &= ~(PFX_COUNTED_LEARNED | PFX_COUNTED_TAKEN);
	if (learned)
		x->flags |= PFX_COUNTED_LEARNED;
	if (taken)
		x->flags |= PFX_COUNTED_TAKEN;
	if (v) {
		v->advertised += learned;
		v->taken += taken;
	}
}

/* A table may be of another VRF now, or of none: what was counted for it is not its any more. */
static void recount(struct prefixes *ps)
{
	struct place_vrf *v;

	TAILQ_FOREACH(v, &ps->at.vrfs, entry)
		v->advertised = v->taken = 0;
	prefix_walk(ps, count_one, NULL);
}

/* Something of what follows from devices, VRFs and segments may be another thing now. */
static void resolve_all(struct prefixes *ps)
{
	places_resolve(&ps->at);
	places_list(&ps->at);
	if (ps->at.rejudge) {
		recount(ps);
		speaker_wants_more(ps->speaker);
	}
	prefix_forget_advs(ps);
	prefix_cores_resolve(ps);
	ps->advs_due = true;
	prefix_retry_soon(ps);
	prefix_ways_touch_all(ps);
	prefix_ask_look(ps);
	speaker_neighbour_changed(ps->speaker, NULL, 0);
	prefix_wake(ps);
}

/* ---- configuration ---- */

static void withdraw_one(struct prefixes *ps, struct pfx *x, void *data)
{
	prefix_withdraw(ps, x);
	prefix_core_withdraw(ps, x);
	prefix_queue(ps, x);
}

static void withdraw_in(struct prefixes *ps, struct pfx *x, void *data)
{
	if (place_vrf(&ps->at, x->vrf) == data)
		withdraw_one(ps, x, NULL);
}

void prefix_withdraw_vrf(struct prefixes *ps, struct place_vrf *v)
{
	prefix_walk(ps, withdraw_in, v);
}

#define PREFIX_CHANGES (CONF_CHANGED_IDENTITY | CONF_CHANGED_VRFS | CONF_CHANGED_SEGMENTS)

/*
 * What was wished in a VRF that is no more goes. What is advertised goes before another VRF gets its number: later it
 * would be the other one's that goes.
 */
static void leave_old(struct prefixes *ps, const struct conf *now)
{
	const struct conf_vrf *next;
	struct place_vrf *v;

	TAILQ_FOREACH(v, &ps->at.vrfs, entry) {
		next = conf_vrf(now, v->conf.name);
		if (!next)
			prefix_unwish_all(ps, v);
		else if (next->prefixes.metric != v->conf.prefixes.metric)
			prefix_wish_anew(ps, v);
		if (!next || (next->id && next->id != v->id))
			prefix_withdraw_vrf(ps, v);
	}
}

/* The limits may be others now. */
static void forget_full(struct prefixes *ps)
{
	struct place_vrf *v;

	TAILQ_FOREACH(v, &ps->at.vrfs, entry) {
		v->advertised_full = false;
		v->taken_full = false;
		v->paths_full = false;
	}
}

/* What is true is originated again, with the targets of now. */
static void renew(struct prefixes *ps, const struct conf *now)
{
	ps->generation++;
	prefix_forget_advs(ps);
	prefix_forget_routes(ps, now);
	leave_old(ps, now);
	places_set_vrfs(&ps->at, now);
	prefix_ids(ps);
	forget_full(ps);
	ps->at.rejudge = true;
}

static void prefixes_conf(void *state, unsigned int changes, const struct conf *now)
{
	u32 router_id = ntohl(now->global.router_id);
	struct prefixes *ps = state;

	if (changes & PREFIX_CHANGES) {
		if (ps->router_id && router_id != ps->router_id) {
			prefix_aliases_withdraw(ps);
			prefix_walk(ps, withdraw_one, NULL);
		}
		renew(ps, now);
	}
	ps->router_id = router_id;
	places_attach(&ps->at, now);
	if (ps->links_done || changes & PREFIX_CHANGES)
		resolve_all(ps);
	prefix_wake(ps);
}

/* ---- facts ---- */

/* Once for all that comes in one turn of the loop. */
static void links_changed(struct prefixes *ps)
{
	ps->resolve_due = true;
	prefix_wake(ps);
}

/* An ESI that is configured is known without the kernel. */
static void es_fact(struct prefixes *ps, const struct fact_es *f)
{
	struct place_es *es;
	bool fresh;

	es = place_es_fact(&ps->at, f, &fresh);
	if (es && (place_role_fact(es, f) || fresh || f->gone)) {
		ps->roles_due = true;
		prefix_ask_look(ps);
		prefix_wake(ps);
	}
	if (!es || (es->conf && es->conf->esi_source == CONF_ESI_STATIC))
		return;
	if (fresh || f->gone)
		links_changed(ps);
}

static void catch_up(struct prefixes *ps);

/* Before the sweep all that others advertise has been heard, or there was time enough for it. */
static void try_sweep(struct prefixes *ps)
{
	if (ps->swept || !ps->read || !ps->settled)
		return;
	ps->swept = true;
	catch_up(ps);
	speaker_wish(ps->speaker, IPC_WISH_PREFIX_SWEEP, NULL, 0);
}

static void queue_there(struct prefixes *ps, struct pfx *x, void *data)
{
	if (x->there)
		prefix_queue(ps, x);
}

static void facts(struct prefixes *ps, const struct batch *b)
{
	const struct fact_prefix *f = batch_items(b);

	for (u32 i = 0; i < b->n; i++) {
		if (i + 2 * AHEAD < b->n)
			prefix_fetch_place(ps, &f[i + 2 * AHEAD].key.prefix);
		if (i + AHEAD < b->n)
			prefix_fetch(ps, &f[i + AHEAD].key.prefix);
		prefix_fact(ps, &f[i]);
	}
}

static void neigh_changed(struct prefixes *ps, const struct neigh_key *k)
{
	const struct place_device *on;
	struct prefix_hop hop = {.gateway = k->address};

	for (on = place_first_on(&ps->at, &k->esi, k->tag); on; on = place_next_on(on)) {
		hop.ifindex = on->ifindex;
		prefix_ways_touch(ps, on, &k->address);
		prefix_adv_touch(ps, &hop);
	}
}

static void neigh_facts(struct prefixes *ps, const struct batch *b)
{
	const struct fact_neigh *f = batch_items(b);

	for (u32 i = 0; i < b->n; i++)
		neigh_changed(ps, &f[i].key);
	prefix_ask_look(ps);
}

static void neigh_results(struct prefixes *ps, const struct batch *b)
{
	const struct neigh_result *r = batch_items(b);

	for (u32 i = 0; i < b->n; i++)
		neigh_changed(ps, &r[i].key);
	prefix_ask_look(ps);
}

static void neighs_read(struct prefixes *ps)
{
	if (!ps->neighs_read) {
		ps->neighs_read = true;
		prefix_forget_advs(ps);
		ps->advs_due = true;
		prefix_wake(ps);
	}
	prefix_ways_touch_all(ps);
	prefix_ask_look(ps);
}

static void resolve_if_due(struct prefixes *ps)
{
	if (!ps->resolve_due || !ps->links_done || !speaker_conf(ps->speaker))
		return;
	ps->resolve_due = false;
	places_attach(&ps->at, speaker_conf(ps->speaker));
	resolve_all(ps);
}

static void prefixes_fact(void *state, enum ipc_type type, const void *fact)
{
	struct prefixes *ps = state;

	switch (type) {
	case IPC_FACT_LINK:
	case IPC_FACT_LINK_GONE:
		links_changed(ps);
		break;
	case IPC_FACT_LINKS_DONE:
		ps->links_done = true;
		links_changed(ps);
		break;
	case IPC_FACT_ES:
		es_fact(ps, fact);
		break;
	case IPC_FACT_NEIGHS:
		neigh_facts(ps, fact);
		break;
	case IPC_FACT_NEIGHS_DONE:
		neighs_read(ps);
		break;
	case IPC_WISH_NEIGH_RESULT:
		neigh_results(ps, fact);
		break;
	case IPC_FACT_PREFIXES_BEGIN:
		resolve_if_due(ps); /* what is read is of a VRF, and has its metric or not */
		ps->epoch++;
		break;
	case IPC_FACT_PREFIXES:
		facts(ps, fact);
		break;
	case IPC_FACT_PREFIX_TEXT:
		prefix_text(ps, fact);
		break;
	case IPC_FACT_PREFIXES_DONE:
		prefix_not_seen(ps);
		ps->read = true;
		try_sweep(ps);
		break;
	default:
		break;
	}
}

/* ---- routes, sessions, time ---- */

/* Everything that was put off, in the order in which one follows from the other. */
static void catch_up(struct prefixes *ps)
{
	resolve_if_due(ps);
	if (ps->at.rejudge) {
		ps->at.rejudge = false;
		prefix_reimport(ps);
	}
	if (ps->hosts_due) {
		ps->hosts_due = false;
		prefix_hosts_look(ps);
	}
	if (ps->subnets_due) {
		ps->subnets_due = false;
		prefix_subnets_look(ps);
	}
	prefix_ways_look(ps);
	if (ps->roles_due) {
		ps->roles_due = false;
		prefix_cores_renew(ps);
	}
	if (ps->advs_due) {
		ps->advs_due = false;
		prefix_walk(ps, queue_local, NULL);
	}
	if (ps->swept && !ps->sweep_queued) {
		ps->sweep_queued = true;
		prefix_walk(ps, queue_there, NULL);
	}
	if (!prefix_flush(ps))
		prefix_wake(ps);
}

static int run_later(sd_event_source *source, void *data)
{
	struct prefixes *ps = data;

	if (speaker_conf(ps->speaker))
		catch_up(ps);
	return 0;
}

static void prefixes_route(void *state, const struct evpn_nlri *nlri, const struct rib_path *now)
{
	prefix_route(state, nlri, now);
}

static enum want prefixes_wanted(void *state, const struct evpn_nlri *nlri,
				 const struct bgp_attrs *attrs)
{
	return prefix_wanted(state, nlri, attrs) ? WANTED : WANTED_NOT;
}

static void prefixes_settled(void *state)
{
	struct prefixes *ps = state;

	ps->settled = true;
	try_sweep(ps);
}

static void lost_fired(void *data)
{
	prefix_lost(data);
}

static void retry_fired(void *data)
{
	prefix_retry(data);
}

static void ask_fired(void *data)
{
	prefix_ask(data);
}

static void prefixes_stop(void *state);

static void *prefixes_start(struct speaker *speaker)
{
	struct prefixes *ps = calloc(1, sizeof(*ps));
	sd_event *event = speaker_event(speaker);

	if (!ps)
		return NULL;
	ps->speaker = speaker;
	places_init(&ps->at, speaker_devices(speaker));
	timer_init(&ps->lost_timer, event, 10000, lost_fired, ps);
	timer_init(&ps->asks.timer, event, 100000, ask_fired, ps);
	timer_init(&ps->retry_timer, event, 100000, retry_fired, ps);
	ps->room = prefix_room_new();
	if (!ps->room || !prefix_table_init(ps) ||
	    sd_event_add_defer(event, &ps->later, run_later, ps) < 0) {
		prefixes_stop(ps);
		return NULL;
	}
	sd_event_source_set_enabled(ps->later, SD_EVENT_OFF);
	return ps;
}

/* The process ends; what the kernel has stays there, and a successor takes it over. */
static void prefixes_stop(void *state)
{
	struct prefixes *ps = state;

	prefix_ask_free(ps);
	prefix_table_free(ps);
	prefix_subnets_free(ps);
	places_free(&ps->at);
	timer_done(&ps->lost_timer);
	timer_done(&ps->retry_timer);
	sd_event_source_unref(ps->later);
	free(ps->room);
	free(ps->cores);
	free(ps->aliases);
	free(ps);
}

const struct service prefix_service = {
	.name = "prefix",
	.route_types = 1u << EVPN_PREFIX,
	.unheard = 1u << EVPN_PREFIX,
	.start = prefixes_start,
	.stop = prefixes_stop,
	.conf = prefixes_conf,
	.fact = prefixes_fact,
	.results = IPC_WISH_PREFIX_RESULT,
	.result = prefix_result,
	.route = prefixes_route,
	.wanted = prefixes_wanted,
	.room = prefix_room,
	.settled = prefixes_settled,
	.neighbour_changed = prefix_host_changed,
	.reaches = prefix_reaches,
	.query = prefix_query,
};
