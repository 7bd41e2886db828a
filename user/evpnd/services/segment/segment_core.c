// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_core.c - what this PE knows of the others, and whether it can reach them at all: when segments
 * may come up after a start, when elections may change roles, and what the loss of sessions and of the
 * way to the core does.
 *
 * A start: segments come up when every session has sent what it knows, or after the start-up delay. No
 * role changes before one session has: a PE that is alone cannot tell a dead core from dead PEs. With
 * `cold-start: forward` it ends that wait after some time, if its own way to the core is there.
 *
 * Sessions are lost: one with a PE itself takes that PE's routes along, and the election goes on without
 * it, also when it was the last one. What a reflector has told stays when the reflector is lost
 * (segment_keep.c). `core-isolation: block` closes all segments when no session is left. `cold-start` does
 * not open them: it is about PEs that nobody has heard, and here another one was there.
 *
 * The way to the core is lost (no uplink, no route to any neighbour): the other PEs will take over as
 * soon as they notice, and a frame of the customer's leads nowhere from here. So the segments go down as
 * with a dead port, and the CE is told to leave, in every mode. When the way is back it is a start.
 *
 * RFC 7432 (8.1), RFC 8584 (2.1)
 */
#include "log.h"
#include "services/segment/segment.h"

bool segments_block_alone(const struct segments *ss)
{
	const struct conf *conf = speaker_conf(ss->speaker);

	return conf && conf->global.core_isolation == CONF_ISOLATION_BLOCK;
}

bool segment_may_come_up(const struct segment *s)
{
	const struct segments *ss = s->owner;

	return s->port_up && s->esi_known && !s->esi_guessed && ss->started && !ss->leaving &&
	       segment_enforced(s) && !(ss->isolated && segments_block_alone(ss)) &&
	       !(s->removed && s->drain == DRAIN_DONE);
}

bool segment_may_elect(const struct segment *s)
{
	const struct segments *ss = s->owner;

	return segment_is_frr(s) ? ss->settled :
				   ss->informed && !(ss->isolated && segments_block_alone(ss));
}

static void recalculate(struct segments *ss)
{
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry) {
		if (segment_is_frr(s))
			segment_frr_hold(s);
		segment_later(s, DF_EV_VLAN_CHANGE);
	}
}

static void try_up_all(struct segments *ss)
{
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry)
		segment_try_up(s);
}

static void settle(struct segments *ss)
{
	bool was_isolated = ss->isolated;

	if (ss->settled)
		return;
	ss->settled = true;
	ss->informed = true;
	ss->isolated = false;
	timer_stop(&ss->isolation_timer);
	if (was_isolated)
		log_info("core isolation has ended: %u of %u sessions are Established",
			 ss->established, ss->configured);
	if (was_isolated && ss->started)
		try_up_all(ss);
	recalculate(ss);
}

/* Segments may come up: links are known, and the sessions have said what they know, or time is up. */
static void start_segments(struct segments *ss)
{
	if (ss->started || !ss->links_done || ss->core.lost)
		return;
	segments_orphans(ss);
	ss->started = true;
	try_up_all(ss);
	segments_sweep(ss);
}

void segments_try_start(struct segments *ss)
{
	if (!ss->have_conf || !ss->links_done || ss->core.lost || ss->synced < ss->configured)
		return;
	settle(ss);
	start_segments(ss);
}

/* Since the start nobody was heard: a site that has lost its power and its reflectors, as a rule. */
static void cold_fired(void *data)
{
	struct segments *ss = data;

	if (ss->informed || ss->core.lost || ss->leaving)
		return;
	log_warning(
		"cold start: no BGP session has come up; segments elect with what is known (cold-start: forward)");
	ss->informed = true;
	ss->isolated = false;
	start_segments(ss);
	try_up_all(ss);
	recalculate(ss);
}

static void await_nobody(struct segments *ss)
{
	const struct conf_global *g = &speaker_conf(ss->speaker)->global;

	if (!ss->informed && g->cold_start == CONF_COLD_FORWARD)
		timer_start(&ss->cold_timer, g->cold_start_ms);
}

static void settle_fired(void *data)
{
	struct segments *ss = data;

	if (ss->established)
		settle(ss);
	else if (!ss->settled && !ss->isolated)
		timer_start(&ss->isolation_timer, 0);
	await_nobody(ss);
	start_segments(ss);
}

void segments_await_sessions(struct segments *ss)
{
	timer_start(&ss->settle_timer, speaker_conf(ss->speaker)->global.startup_delay_ms);
}

/*
 * A reason that holds until sessions are back; the segments' machines begin anew then. In every mode: without
 * a role an all-active segment would go on taking what is not flooded.
 */
static void block(struct segment *s)
{
	if (segment_is_frr(s)) {
		segment_drop_roles(s, "core isolation");
		return;
	}
	s->closed = true;
	segment_fsm(s, DF_EV_ES_DOWN);
	segment_send_wish(s);
}

static void block_all(struct segments *ss)
{
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry)
		block(s);
}

static void isolation_fired(void *data)
{
	struct segments *ss = data;
	bool blocks = segments_block_alone(ss);
	struct segment *s;

	if (!blocks && ss->informed && !segment_routes_kept(ss)) {
		log_warning(
			"none of %u BGP sessions is Established; they were with the other PEs themselves, and elections go on without these",
			ss->configured);
		return;
	}
	ss->isolated = true;
	log_warning("core isolation: none of %u BGP sessions is Established; segments %s",
		    ss->configured, blocks ? "are blocked" : "keep their roles");
	TAILQ_FOREACH(s, &ss->list, entry)
		segment_tell(s, "es", "isolated",
			     json_pack("{s:s}", "policy", blocks ? "block" : "keep"));
	if (blocks)
		block_all(ss);
}

void segments_sync(void *state, unsigned int established, unsigned int synced,
		   unsigned int configured)
{
	const struct conf_global *global;
	struct segments *ss = state;
	bool lost = !established && configured && (ss->established || ss->settled);
	struct segment *s;

	ss->bgpd_ended &= !established;
	ss->established = established;
	ss->synced = synced;
	ss->configured = configured;
	segment_routes_sync(ss);
	if (!ss->have_conf)
		return;
	TAILQ_FOREACH(s, &ss->list, entry)
		segment_loss_follow(s);
	global = &speaker_conf(ss->speaker)->global;
	if (lost && ss->settled) {
		ss->settled = false;
		segment_frr_lost(ss);
		timer_start(&ss->isolation_timer, global->isolation_delay_ms);
	}
	if (!ss->settled && ss->started && synced)
		settle(ss);
	else if (!ss->settled && ss->started && established && !timer_running(&ss->settle_timer))
		segments_await_sessions(ss);
	segments_try_start(ss);
}

/* Back in the core: what the others do is to be heard first, as after a start. */
static void core_is_back(struct segments *ss)
{
	log_info("core: %s", ss->core.text);
	if (ss->synced < ss->configured) {
		ss->started = false;
		ss->settled = false;
		ss->informed = false;
		segments_await_sessions(ss);
	}
	segments_update_ports(ss);
	segments_try_start(ss);
}

void segments_core(struct segments *ss, const struct fact_core *f)
{
	bool was = ss->core.lost;

	ss->core = *f;
	if (was == f->lost)
		return;
	if (!f->lost) {
		core_is_back(ss);
		return;
	}
	log_warning("core: %s; the segments go down, and their CEs are told to leave", f->text);
	segments_update_ports(ss);
}

void segments_core_init(struct segments *ss)
{
	sd_event *event = speaker_event(ss->speaker);

	timer_init(&ss->settle_timer, event, 1000, settle_fired, ss);
	timer_init(&ss->isolation_timer, event, 1000, isolation_fired, ss);
	timer_init(&ss->cold_timer, event, 100000, cold_fired, ss);
}

void segments_core_done(struct segments *ss)
{
	timer_done(&ss->settle_timer);
	timer_done(&ss->isolation_timer);
	timer_done(&ss->cold_timer);
}
