// SPDX-License-Identifier: GPL-2.0-only
/*
 * neigh.c - the neighbour service: what the kernel, the configuration and the sessions tell it, turned
 * into routes to originate and wishes for the kernel.
 *
 * Nothing here elects anything: a host is advertised by every PE that has learned it, whoever forwards,
 * and installed by every PE of its segment that has not; so the PE that takes over knows it already.
 *
 * draft-ietf-bess-evpn-l3mh-proto (2, 3.2 to 3.6, 4), RFC 7432 (15)
 */
#include "services/neigh/neigh.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

void neigh_wake(struct neighs *ns)
{
	sd_event_source_set_enabled(ns->later, SD_EVENT_ONESHOT);
}

bool neigh_watched(const struct neighs *ns)
{
	return speaker_monitored(ns->speaker, "neigh");
}

/* An event for `evpnctl monitor neigh`. */
void neigh_tell(struct neighs *ns, const struct nhost *h, const char *event, const char *reason)
{
	const struct circuit *c = h->circuit;
	const struct nremote *r = neigh_best(h);
	bool local = h->flags & NHOST_LOCAL;
	char ip[IP_STRLEN], mac[MAC_STRLEN], esi[ESI_STRLEN], nh[IP_STRLEN];
	const struct mac *m = local ? &h->mac : r ? &r->mac : &h->wish_mac;

	speaker_event_json(ns->speaker, "neigh",
			   json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s, s:i, s:s?, s:s?}", "event",
				     event, "address", ip_format(&h->addr, ip), "mac",
				     mac_format(m, mac), "state", neigh_state_of(h), "name",
				     c->es->conf ? c->es->conf->name : NULL, "esi",
				     esi_format(&c->es->esi, esi), "tag", (int)c->tag, "peer",
				     r ? ip_format(&r->nh, nh) : NULL, "reason", reason));
}

/* ---- what is ours: devices, VRFs, segments ---- */

/* A host whose circuit is another device now, or in another VRF. */
static void look_again(struct neighs *ns, struct nhost *h, void *data)
{
	if (!h->circuit->changed)
		return;
	if (h->flags & NHOST_LOCAL) {
		neigh_sequence(ns, h);
		neigh_advertise(ns, h);
	}
	h->said = 0; /* it may be on another device */
	neigh_say(ns, h);
	neigh_queue(ns, h);
}

static void resolve_all(struct neighs *ns)
{
	if (places_resolve(&ns->at))
		neigh_walk(ns, look_again, NULL);
	if (ns->at.rejudge)
		neigh_wake(ns);
}

/* ---- configuration ---- */

static void withdraw_one(struct neighs *ns, struct nhost *h, void *data)
{
	neigh_withdraw(ns, h);
}

static void advertise_local(struct neighs *ns, struct nhost *h, void *data)
{
	if (h->flags & (NHOST_LOCAL | NHOST_ADVERTISED))
		neigh_advertise(ns, h);
}

/* The limits may be others now: all hosts and routes are looked at again. */
static void forget_full(struct neighs *ns)
{
	struct place_es *es;

	RB_FOREACH(es, place_ess, &ns->at.ess) {
		es->advertised_full = false;
		es->taken_full = false;
	}
}

/* What hosts are advertised with, and what is imported, follows from these. */
#define NEIGH_CHANGES (CONF_CHANGED_IDENTITY | CONF_CHANGED_VRFS | CONF_CHANGED_SEGMENTS)

static void renew(struct neighs *ns, const struct conf *now)
{
	u32 router_id = ntohl(now->global.router_id);

	if (ns->router_id && router_id != ns->router_id)
		neigh_walk(ns, withdraw_one, NULL);
	ns->router_id = router_id;
	neigh_forget_routes(ns);
	places_set_vrfs(&ns->at, now);
}

static void neighs_conf(void *state, unsigned int changes, const struct conf *now)
{
	struct neighs *ns = state;

	if (changes & NEIGH_CHANGES)
		renew(ns, now);
	places_attach(&ns->at, now);
	resolve_all(ns);
	if (changes & NEIGH_CHANGES) {
		forget_full(ns);
		neigh_walk(ns, advertise_local, NULL);
		ns->at.rejudge = true;
	}
	neigh_wake(ns);
}

/* ---- facts: devices and segments ---- */

/* Once for all that comes in one turn of the loop: a bond with a thousand VLANs flaps as a whole. */
static void links_changed(struct neighs *ns)
{
	ns->resolve_due = true;
	neigh_wake(ns);
}

/* Hosts that were too many may be advertised now; for the routes of others the neighbours are asked. */
static void use_room(struct neighs *ns)
{
	bool advertise = false, taken = false;
	struct place_es *es;

	RB_FOREACH(es, place_ess, &ns->at.ess) {
		if (es->advertised_full && neigh_has_room(es, es->advertised)) {
			es->advertised_full = false;
			advertise = true;
		}
		if (es->taken_full && neigh_has_room(es, es->taken)) {
			es->taken_full = false;
			taken = true;
		}
	}
	if (advertise)
		neigh_walk(ns, advertise_local, NULL);
	if (taken) {
		ns->at.rejudge = true;
		speaker_wants_more(ns->speaker);
	}
}

/* Everything that was put off, so that what follows is decided on what is true now. */
static void catch_up(struct neighs *ns)
{
	if (ns->resolve_due && ns->links_done) {
		ns->resolve_due = false;
		places_attach(&ns->at, speaker_conf(ns->speaker));
		resolve_all(ns);
	}
	if (ns->room_due) {
		ns->room_due = false;
		use_room(ns);
	}
	if (ns->at.rejudge) {
		ns->at.rejudge = false;
		neigh_reimport(ns);
	}
	neigh_flush(ns);
}

static void wish_anew(struct neighs *ns, struct nhost *h, void *data)
{
	if (h->circuit->es != data)
		return;
	h->flags &= ~NHOST_WISHED;
	neigh_queue(ns, h);
}

static void lose(struct neighs *ns, struct nhost *h)
{
	h->state = NEIGH_GONE;
	h->flags &= ~NHOST_LOCAL;
	neigh_mac_changed(ns, h);
	neigh_withdraw(ns, h);
	neigh_say(ns, h);
}

static void gone_with_segment(struct neighs *ns, struct nhost *h, void *data)
{
	if (h->circuit->es != data)
		return;
	h->flags &= ~NHOST_WISHED;
	lose(ns, h);
	neigh_queue(ns, h);
}

static void es_fact(struct neighs *ns, const struct fact_es *f)
{
	const struct conf *conf = speaker_conf(ns->speaker);
	struct place_es *es;
	bool fresh;

	es = place_es_fact(&ns->at, f, &fresh);
	if (!es)
		return;
	if (f->gone)
		neigh_walk(ns, gone_with_segment, es);
	if (conf)
		places_attach(&ns->at, conf);
	if (ns->links_done)
		resolve_all(ns);
	if (fresh) {
		neigh_walk(ns, wish_anew, es);
		speaker_wants_more(ns->speaker);
	}
}

/* ---- facts: hosts ---- */

static bool learn(struct nhost *h, const struct fact_neigh *f)
{
	u8 flags = NHOST_LOCAL;
	bool moved = !(h->flags & NHOST_LOCAL) || mac_cmp(&h->mac, &f->mac);

	if (f->flags & NEIGH_STICKY)
		flags |= NHOST_STICKY;
	if (f->flags & NEIGH_ROUTER)
		flags |= NHOST_ROUTER;
	h->flags = (u8)((h->flags & ~(NHOST_STICKY | NHOST_ROUTER)) | flags);
	h->mac = f->mac;
	return moved;
}

static const char *word_for(const struct nhost *h, u8 was, bool was_local, bool moved)
{
	static const char *const words[NEIGH_STATES] = {
		[NEIGH_GONE] = "gone",	     [NEIGH_LOCAL] = "learned",
		[NEIGH_SYNCED] = "synced",   [NEIGH_PENDING] = "pending",
		[NEIGH_REFUSED] = "refused", [NEIGH_RETAINED] = "retained",
	};

	if (h->state == NEIGH_LOCAL && was_local)
		return moved ? "moved" : NULL;
	return h->state == was ? NULL : words[h->state];
}

/* What no host can be is none, whoever says it: it would be advertised, and no PE could take it. */
static u8 state_of(const struct fact_neigh *f)
{
	bool none = f->state == NEIGH_LOCAL && !neigh_is_host(&f->key.address, &f->mac);

	return none ? NEIGH_GONE : f->state;
}

static void neigh_fact(struct neighs *ns, const struct fact_neigh *f)
{
	u8 state = state_of(f);
	struct circuit *c = place_circuit(&ns->at, &f->key.esi, f->key.tag, state != NEIGH_GONE);
	bool was_local, moved = false;
	const char *word;
	struct nhost *h;
	u32 was_on;
	u8 was;

	if (!c)
		return;
	h = state == NEIGH_GONE ? neigh_find(ns, c, &f->key.address) :
				  neigh_make(ns, c, &f->key.address);
	if (!h)
		return;
	was = h->state;
	was_local = h->flags & NHOST_LOCAL;
	h->state = state;
	h->epoch = ns->epoch;
	was_on = neigh_ifindex(h);
	h->ifindex = f->ifindex;
	h->error = f->error;
	h->t_fact = f->since;
	if (!f->error) {
		free(h->why);
		h->why = NULL;
	}
	if (state == NEIGH_LOCAL) {
		moved = learn(h, f);
		if (moved)
			neigh_sequence(ns, h);
		neigh_advertise(ns, h);
	} else if (was_local) {
		h->flags &= ~NHOST_LOCAL;
		neigh_withdraw(ns, h);
	}
	neigh_mac_changed(ns, h);
	if (f->flags & NEIGH_UNANSWERED)
		neigh_unanswered(ns, h);
	word = neigh_watched(ns) ? word_for(h, was, was_local, moved) : NULL;
	if (word)
		neigh_tell(ns, h, word, h->why);
	if (h->said && was_on != neigh_ifindex(h)) {
		h->said = 0;
		speaker_neighbour_changed(ns->speaker, &h->addr, was_on);
	}
	neigh_say(ns, h);
	neigh_drop(ns, h);
}

/* The module was read from end to end and did not have it. */
static void not_seen(struct neighs *ns, struct nhost *h, void *data)
{
	if (h->state == NEIGH_GONE || h->epoch == ns->epoch)
		return;
	lose(ns, h);
	h->flags &= ~NHOST_WISHED;
	neigh_queue(ns, h);
}

/* Before the sweep all that others advertise has been heard, or there was time enough for it. */
static void try_sweep(struct neighs *ns)
{
	if (ns->swept || !ns->read || !ns->settled)
		return;
	ns->swept = true;
	catch_up(ns);
	neigh_sweep(ns);
}

static void neighs_fact(void *state, enum ipc_type type, const void *fact)
{
	const struct batch *batch = fact;
	struct neighs *ns = state;
	u32 i;

	switch (type) {
	case IPC_FACT_LINK:
	case IPC_FACT_LINK_GONE:
		links_changed(ns);
		break;
	case IPC_FACT_LINKS_DONE:
		ns->links_done = true;
		links_changed(ns);
		break;
	case IPC_FACT_ES:
		es_fact(ns, fact);
		break;
	case IPC_FACT_NEIGHS_BEGIN:
		ns->epoch++;
		break;
	case IPC_FACT_NEIGHS:
		for (i = 0; i < batch->n; i++)
			neigh_fact(ns, &((const struct fact_neigh *)batch_items(batch))[i]);
		break;
	case IPC_FACT_NEIGH_TEXTS:
		neigh_texts(ns, batch);
		break;
	case IPC_FACT_NEIGHS_DONE:
		neigh_walk(ns, not_seen, NULL);
		ns->read = true;
		try_sweep(ns);
		break;
	default:
		break;
	}
}

/* ---- routes, sessions, time ---- */

static void neighs_route(void *state, const struct evpn_nlri *nlri, const struct rib_path *now)
{
	neigh_route(state, nlri, now);
}

static enum want neighs_wanted(void *state, const struct evpn_nlri *nlri,
			       const struct bgp_attrs *attrs)
{
	return neigh_wanted(state, nlri, attrs) ? WANTED : WANTED_NOT;
}

static void neighs_settled(void *state)
{
	struct neighs *ns = state;

	ns->settled = true;
	try_sweep(ns);
}

static int run_later(sd_event_source *source, void *data)
{
	struct neighs *ns = data;

	if (speaker_conf(ns->speaker))
		catch_up(ns);
	return 0;
}

static void neighs_stop(void *state);

static void *neighs_start(struct speaker *speaker)
{
	struct neighs *ns = calloc(1, sizeof(*ns));
	sd_event *event = speaker_event(speaker);

	if (!ns)
		return NULL;
	ns->speaker = speaker;
	places_init(&ns->at, speaker_devices(speaker));
	ns->out = calloc(1, sizeof(*ns->out));
	if (!ns->out || !neigh_table_init(ns) ||
	    sd_event_add_defer(event, &ns->later, run_later, ns) < 0) {
		neighs_stop(ns);
		return NULL;
	}
	sd_event_source_set_enabled(ns->later, SD_EVENT_OFF);
	return ns;
}

/* The process ends; what the kernel has stays there, and a successor takes it over. */
static void neighs_stop(void *state)
{
	struct neighs *ns = state;

	neigh_table_free(ns);
	places_free(&ns->at);
	sd_event_source_unref(ns->later);
	free(ns->out);
	free(ns);
}

const struct service neigh_service = {
	.name = "neigh",
	.route_types = 1u << EVPN_MACIP,
	.start = neighs_start,
	.stop = neighs_stop,
	.conf = neighs_conf,
	.fact = neighs_fact,
	.results = IPC_WISH_NEIGH_RESULT,
	.result = neigh_result,
	.route = neighs_route,
	.wanted = neighs_wanted,
	.settled = neighs_settled,
	.word = neigh_word,
	.host = neigh_host,
	.neighbours = neigh_neighbours,
	.query = neigh_query,
};
