// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_conf.c - from the configuration, and from what FRR has, to the segments that there are: made, changed, or
 * removed, so that one that is still meant keeps its roles.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

#include "log.h"
#include "services/segment/segment.h"

#define FIRST_ID 2

/* The lowest number that no segment has, so that a segment that is made anew keeps its own. */
static u16 take_id(struct segments *ss)
{
	u16 id = FIRST_ID;

	while (id < UINT16_MAX && ss->ids[id / 8] & 1u << id % 8)
		id++;
	ss->ids[id / 8] |= 1u << id % 8;
	return id;
}

struct segment *segment_add(struct segments *ss, const struct conf_segment *c)
{
	struct segment *s = calloc(1, sizeof(*s));

	if (!s) {
		log_error("segment %s: no memory", c->name);
		return NULL;
	}
	s->owner = ss;
	s->conf = *c;
	s->id = take_id(ss);
	s->esi = c->esi;
	s->esi_known = c->esi_source == CONF_ESI_STATIC;
	segment_device_init(s);
	segment_elect_init(s);
	segment_away_init(s);
	segment_frr_init(s);
	segment_icc_init(s);
	TAILQ_INSERT_TAIL(&ss->list, s, entry);
	if (s->esi_known)
		segment_adopt(s);
	segment_peers_later(s);
	segment_update_port(s);
	segment_frr_begin(s);
	return s;
}

void segment_free(struct segment *s)
{
	TAILQ_REMOVE(&s->owner->list, s, entry);
	s->owner->ids[s->id / 8] &= ~(1u << s->id % 8);
	segment_drain_reset(s);
	timer_done(&s->lacp_grace);
	timer_done(&s->leave_timer);
	segment_elect_done(s);
	segment_frr_done(s);
	segment_icc_done(s);
	free(s);
}

void segment_remove(struct segment *s)
{
	segment_fsm(s, DF_EV_ES_DOWN);
	segment_unwish(s);
	segment_free(s);
}

/* A set of devices may become another one, and loses none of those that stay. */
static bool shares_device(const struct conf_segment *a, const struct conf_segment *b)
{
	if (a->set.n && b->set.n)
		return true;
	return conf_segment_has(a, b->interface) || conf_segment_has(b, a->interface);
}

/*
 * What makes it another segment, and not the same one with other values: what is in the keys of its
 * routes, and what the module cannot change. Its name is for people.
 */
static bool is_same(const struct conf_segment *a, const struct conf_segment *b)
{
	return a->control == b->control && a->esi_source == b->esi_source &&
	       !esi_cmp(&a->esi, &b->esi) && shares_device(a, b) && a->mode == b->mode &&
	       a->df.port_mode == b->df.port_mode;
}

/* Is @s the one that @c describes, perhaps with other values? */
static bool is_for(const struct segment *s, const struct conf_segment *c)
{
	if (segment_is_frr(s) && c->control == CONF_CONTROL_FRR)
		return segment_frr_is(s, c);
	return is_same(&s->conf, c);
}

static struct segment *segment_for(struct segments *ss, const struct conf_segment *c)
{
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry)
		if (is_for(s, c))
			return s;
	return NULL;
}

static void segment_change(struct segment *s, const struct conf_segment *c)
{
	bool other_offer, other_devices;

	segment_return(s);
	if (!memcmp(&s->conf, c, sizeof(*c)))
		return;
	other_offer = s->conf.df.preference != c->df.preference ||
		      s->conf.df.dont_preempt != c->df.dont_preempt ||
		      s->conf.df.algorithm != c->df.algorithm;
	other_devices = !conf_segment_same_devices(&s->conf, c) || s->conf.n_track != c->n_track ||
			!ip_equal(&s->conf.far_end, &c->far_end) ||
			memcmp(s->conf.track, c->track, sizeof(c->track)) != 0;
	if (strcmp(s->conf.name, c->name))
		log_info("segment %s: is named %s from now on", s->conf.name, c->name);
	if (s->advertised && s->conf.ad_per_es && !c->ad_per_es)
		segment_withdraw_ad_es(s);
	s->conf = *c;
	if (other_devices)
		segment_update_port(s);
	segment_update_circuits(s);
	s->fsm.wait_ns = c->df.wait_ms * DF_NS_PER_MS;
	s->fsm.hold_ns = c->df.dont_preempt ? c->df.recovery_wait_ms * DF_NS_PER_MS : 0;
	s->handover.peering_ns = s->fsm.wait_ns;
	s->handover.skew_ns = c->df.skew_ms * DF_NS_PER_MS;
	segment_send_wish(s);
	if (!s->advertised)
		return;
	if (other_offer)
		s->offer = (struct df_offer){.pref = c->df.preference,
					     .dont_preempt = c->df.dont_preempt};
	if (s->drain == DRAIN_NO)
		segment_originate(s);
	segment_originate_ad(s);
	segment_later(s, DF_EV_VLAN_CHANGE);
}

static void remove_gone(struct segments *ss, const struct conf *want)
{
	struct segment *s, *next;
	size_t i;

	for (s = TAILQ_FIRST(&ss->list); s; s = next) {
		next = TAILQ_NEXT(s, entry);
		for (i = 0; i < want->n_segments; i++)
			if (is_for(s, &want->segments[i]))
				break;
		if (i < want->n_segments || segment_retire(s, want))
			continue;
		if (s->port_up)
			log_warning("segment %s: removed; %s is open to everything from now on",
				    s->conf.name, s->conf.interface);
		segment_remove(s);
	}
}

/* Those of @want; the first @configured of them are in the file, the others are FRR's. */
static void renew(struct segments *ss, const struct conf *want, size_t configured)
{
	struct segment *s;
	size_t i;

	remove_gone(ss, want);
	for (i = 0; i < want->n_segments; i++) {
		s = segment_for(ss, &want->segments[i]);
		if (s)
			segment_change(s, &want->segments[i]);
		else
			s = segment_add(ss, &want->segments[i]);
		if (s)
			s->discovered = i >= configured;
	}
}

void segments_renew(struct segments *ss)
{
	const struct conf *now = speaker_conf(ss->speaker);
	struct conf *want = conf_new();
	int r = want ? 0 : -ENOMEM;
	size_t i;

	ss->discover_due = false;
	for (i = 0; !r && i < now->n_segments; i++)
		r = conf_add_segment(want, &now->segments[i]);
	if (!r) {
		segment_discover(ss, now, want);
		renew(ss, want, now->n_segments);
	} else {
		log_error("segments: no memory, they stay as they are");
	}
	conf_free(want);
}

void segments_conf(void *state, unsigned int changes, const struct conf *now)
{
	struct segments *ss = state;
	struct segment *s;

	/* what is out is withdrawn under the old identity, which is part of its key */
	if (changes & CONF_CHANGED_IDENTITY)
		while ((s = TAILQ_FIRST(&ss->list)))
			segment_remove(s);
	ss->router_id = ntohl(now->global.router_id);
	ss->self = ip_is_none(&now->global.originator) ? ip_v4(ntohl(now->global.router_id)) :
							 now->global.originator;
	segments_renew(ss);
	/* RT-1 carries the export targets of the VRFs and of the bridge domains */
	if (changes & (CONF_CHANGED_VRFS | CONF_CHANGED_BRIDGES))
		TAILQ_FOREACH(s, &ss->list, entry)
			if (s->advertised) {
				segment_originate_ad(s);
				segment_evi_originate(s, true);
				segment_later(s, DF_EV_VLAN_CHANGE);
			}
	TAILQ_FOREACH(s, &ss->list, entry)
		segment_enforce_follow(s);
	if (!ss->have_conf)
		segments_await_sessions(ss);
	ss->have_conf = true;
	ss->configured = (unsigned int)now->n_peers;
	segments_sweep_due(ss);
	segments_try_start(ss);
}
