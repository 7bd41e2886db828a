// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_elect.c - when a segment elects, what comes of it, and when that comes into force.
 *
 * The machine of df_fsm.h says what to do. Here it is done, in an order that matters: withdraws leave
 * first, a role that is lost goes to the kernel before one that is gained, the kernel before the news.
 *
 * RFC 8584 (2.1), RFC 9785 (4.3), RFC 9786 (3, 4), RFC 9722 (2)
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "log.h"
#include "services/segment/segment.h"

/* For the kernel to answer that it has closed. */
#define ANNOUNCE_MS 500

s64 segment_realtime(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* The VLANs to elect: the configured ones, or all of them. */
void segment_vlans(const struct segment *s, u8 vlans[DF_VLAN_BYTES])
{
	static const u8 none[DF_VLAN_BYTES];

	memcpy(vlans, s->conf.vlans, DF_VLAN_BYTES);
	if (memcmp(vlans, none, sizeof(none)))
		return;
	memset(vlans, 0xff, DF_VLAN_BYTES);
	vlans[DF_VLAN_BYTES - 1] = 0x7f; /* 4095 is reserved */
}

/* The kernel has closed what was to be closed: others may know, and open. */
static void announce(struct segment *s)
{
	s->announce_due = false;
	timer_stop(&s->announce_timer);
	if (s->advertised)
		segment_originate_ad(s);
	if (s->drain == DRAIN_DONE && s->es_out)
		segment_withdraw(s, false);
	segments_leave_on(s->owner);
	if (s->removed)
		segments_wake(s->owner);
}

static void announce_fired(void *data)
{
	struct segment *s = data;

	announce(s);
	speaker_flush(s->owner->speaker);
}

void segment_kernel_follows(struct segment *s)
{
	if (s->unanswered)
		s->unanswered--;
	if (!s->unanswered)
		segment_icc_confirm(s);
	if (s->announce_due && !s->unanswered)
		announce_fired(s);
}

static void tell_role(struct segment *s, bool was_df)
{
	if (was_df == s->force.df)
		return;
	log_info("segment %s: %s", s->conf.name,
		 s->force.df ? "this PE forwards now (DF)" :
			       "this PE does not forward now (non-DF)");
	segment_tell(s, "df", "role", json_pack("{s:s}", "role", s->force.df ? "df" : "non-df"));
}

static bool loses(const struct roles *from, const struct roles *to)
{
	unsigned int i;

	if (from->df && !to->df)
		return true;
	for (i = 0; i < DF_VLAN_BYTES; i++)
		if (from->vlan[i] & ~to->vlan[i])
			return true;
	return false;
}

static void set_force(struct segment *s, const struct roles *r)
{
	bool was_df = s->force.df, changed = memcmp(&s->force, r, sizeof(*r)) != 0;
	bool closes = loses(&s->force, r) && segment_is_exclusive(s);

	s->force = *r;
	s->adopted = false;
	segment_send_wish(s);
	speaker_flush(s->owner->speaker);
	if (changed)
		s->since = timer_now_ns();
	s->announce_due |= closes && s->unanswered && s->owner->kernel.present;
	if (s->announce_due)
		timer_start(&s->announce_timer, ANNOUNCE_MS);
	else
		announce(s);
	tell_role(s, was_df);
}

static void summarise(struct roles *r)
{
	unsigned int i;

	if (r->port)
		return;
	r->df = false;
	for (i = 0; i < DF_VLAN_BYTES && !r->df; i++)
		r->df = r->vlan[i] != 0;
}

static void arm_handover(struct segment *s, s64 now)
{
	s64 next = s->lose_at > now ? s->lose_at : s->gain_at;

	if (next <= now) {
		timer_stop(&s->handover_timer);
		return;
	}
	timer_start_at(&s->handover_timer, timer_now_us() + (u64)((next - now) / 1000));
}

/*
 * Bring @target into force as far as the time has come. Nothing is gained or lost before it is known
 * what the others do.
 */
void segment_put_in_force(struct segment *s)
{
	s64 now = segment_realtime();
	struct roles next;

	if (!segment_may_elect(s) || s->drain == DRAIN_DONE)
		return;
	if (segment_is_frr(s))
		segment_frr_next(s, now >= s->gain_at, &next);
	else
		segment_handover(s, now >= s->lose_at, now >= s->gain_at, &next);
	set_force(s, &next);
	arm_handover(s, now);
	segment_icc_follow(s);
	segment_drain_progress(s);
}

static void handover_fired(void *data)
{
	segment_put_in_force(data);
}

/* Give every role up, now. */
void segment_drop_roles(struct segment *s, const char *why)
{
	struct roles none = {.port = s->conf.df.port_mode};

	timer_stop(&s->handover_timer);
	segment_stays(s);
	segment_icc_stop(s);
	if (s->force.df)
		log_info("segment %s: roles given up: %s", s->conf.name, why);
	set_force(s, &none);
}

static void name_winners(struct segment *s, const struct df_election *e, const u8 *vlans)
{
	struct df_result first = {-1, -1}, r;
	unsigned int v;

	s->df_differs = false;
	if (df_is_port_mode(e)) {
		first = df_elect_port(e);
	} else {
		bool have = false;

		for (v = 0; v < 4095 && !s->df_differs; v++) {
			if (!(vlans[v / 8] & 1u << v % 8))
				continue;
			r = df_elect(e, v);
			if (!have)
				first = r;
			have = true;
			s->df_differs = r.df != first.df;
		}
	}
	s->df_addr = first.df < 0 ? (struct ip_addr){0} : s->cand[first.df].addr;
	s->backup_addr = first.backup < 0 ? (struct ip_addr){0} : s->cand[first.backup].addr;
}

static void log_agreement(struct segment *s, const struct df_agreement *before)
{
	const struct df_agreement *now = &s->agreed;

	if (now->fallback == before->fallback && !strcmp(now->sentence, before->sentence))
		return;
	if (now->fallback)
		log_warning("segment %s: fallback to the default election: %s", s->conf.name,
			    now->sentence);
	else
		log_info("segment %s: all candidates agree on %s again", s->conf.name,
			 df_alg_name(now->alg));
	segment_tell(s, "df", "agreement",
		     json_pack("{s:s, s:s?}", "algorithm", df_alg_name(now->alg), "fallback",
			       now->fallback ? now->sentence : NULL));
}

/* Once for every time that it becomes so. */
static void warn_of_hrw_tie(struct segment *s, const struct df_election *e)
{
	char sentence[DF_SENTENCE_LEN];
	int a, b;
	bool tie = df_hrw_tie(e, &a, &b, sentence);

	if (tie && !s->hrw_tie)
		log_warning("segment %s: %s", s->conf.name, sentence);
	s->hrw_tie = tie;
}

/* When the change comes into force: synchronised with a recovering peer if all PEs can (T). */
static void schedule(struct segment *s)
{
	s64 now = segment_realtime();
	bool again = s->elected && !s->lost_one;

	s->elected = true;
	s->lost_one = false;
	s->lose_at = now;
	s->gain_at = now;
	if (s->agreed.caps & DF_CAP_TIME) {
		s->lose_at = df_handover_at(&s->handover, false, now);
		s->gain_at = df_handover_at(&s->handover, true, now);
	} else if (again && segment_is_exclusive(s) && segment_has_mute_peer(s)) {
		s->gain_at = now + SEGMENT_GUARD_MS * DF_NS_PER_MS;
	}
}

/* Candidates, agreement and winners as of now; NULL when there can be no election. To be freed. */
static struct df_election *look(struct segment *s)
{
	struct df_agreement before = s->agreed;
	struct df_election *e = malloc(sizeof(*e));
	u8 vlans[DF_VLAN_BYTES];
	int err;

	segment_collect(s);
	err = e ? df_prepare(e, &s->esi, s->cand, s->n_cand, s->local) : -ENOMEM;
	if (err) {
		log_error("segment %s: no election among %u candidates: %s", s->conf.name,
			  s->n_cand, strerror(-err));
		free(e);
		return NULL;
	}
	s->agreed = e->agreed;
	log_agreement(s, &before);
	segment_vlans(s, vlans);
	name_winners(s, e, vlans);
	return e;
}

static void elect_vlans(struct segment *s, const struct df_election *e)
{
	u8 vlans[DF_VLAN_BYTES];
	struct df_result r;
	unsigned int v;

	segment_vlans(s, vlans);
	for (v = 0; v < 4096; v++) {
		u8 bit = (u8)(1u << v % 8);

		s->winner[v] = -1;
		if (!(vlans[v / 8] & bit))
			continue;
		r = df_elect(e, v);
		s->winner[v] = r.df;
		if (s->local >= 0 && r.df == s->local)
			s->target.vlan[v / 8] |= bit;
		if (s->local >= 0 && r.backup == s->local)
			s->backup[v / 8] |= bit;
	}
}

static void calculate(struct segment *s)
{
	struct df_election *e = look(s);

	if (!e)
		return;
	s->owner->elections++;
	warn_of_hrw_tie(s, e);
	memset(&s->target, 0, sizeof(s->target));
	memset(s->backup, 0, sizeof(s->backup));
	s->target.port = s->n_cand ? df_is_port_mode(e) : s->force.port;
	if (s->target.port) {
		s->winner[0] = s->n_cand ? df_elect_port(e).df : -1;
		s->target.df = s->local >= 0 && s->winner[0] == s->local;
	} else {
		elect_vlans(s, e);
	}
	summarise(&s->target);
	free(e);
	schedule(s);
}

/* It was made before any session said what the others have; now one has. */
static void look_again(struct segment *s, const struct df_admin *admin,
		       const struct df_candidate *remote, unsigned int n)
{
	struct df_offer before = s->offer;

	df_offer_start(&s->offer, admin, remote, n);
	s->offer_blind = !s->owner->settled;
	if (s->drain == DRAIN_NO &&
	    (before.pref != s->offer.pref || before.dont_preempt != s->offer.dont_preempt))
		segment_originate(s);
}

/* Don't Preempt: what the others advertise may allow to return to the operator's values. */
static void update_offer(struct segment *s)
{
	struct df_admin admin = {s->conf.df.algorithm, s->conf.df.preference,
				 s->conf.df.dont_preempt};
	struct df_candidate *remote = calloc(s->n_cand + 1, sizeof(*remote));
	unsigned int i, n = 0;

	if (!remote)
		return;
	for (i = 0; i < s->n_cand; i++)
		if ((int)i != s->local)
			remote[n++] = s->cand[i];
	if (!s->advertised)
		df_offer_start(&s->offer, &admin, remote, n);
	else if (s->offer_blind && n && !s->force.df)
		look_again(s, &admin, remote, n);
	else if (df_offer_update(&s->offer, &admin, &s->owner->self, remote, n) &&
		 s->drain == DRAIN_NO)
		segment_originate(s);
	free(remote);
}

static void advertise(struct segment *s)
{
	bool wait = s->fsm.wait_ns > 0;

	segment_collect(s);
	update_offer(s);
	s->offer_blind = !s->owner->informed;
	s->own_sct = DF_NEVER;
	if (s->conf.df.time_sync && wait &&
	    !s->force.df) /* what the kernel kept is not waited for */
		s->own_sct = df_handover_own(segment_realtime(), s->fsm.wait_ns);
	s->advertised = true;
	if (s->drain == DRAIN_NO)
		segment_originate(s);
	segment_originate_ad(s);
	speaker_flush(s->owner->speaker);
	s->closed = false;
	segment_send_wish(s);
}

static void withdraw(struct segment *s)
{
	if (!s->advertised)
		return;
	segment_withdraw(s, true);
	s->advertised = false;
	s->elected = false;
	s->own_sct = DF_NEVER;
	segment_tell(s, "es", "withdrawn", NULL);
	free(look(s)); /* who is left, for those who ask */
}

/* The lowest action first: df_fsm.h promises that this is the right order. */
static void act(struct segment *s, unsigned int actions)
{
	if (actions & DF_ACT_WITHDRAW)
		withdraw(s);
	if (actions & DF_ACT_NDF && !s->adopted)
		segment_drop_roles(s, s->port_up ? "the election begins" : s->port_reason);
	if (actions & DF_ACT_ADVERTISE)
		advertise(s);
	if (actions & DF_ACT_CALCULATE) {
		segment_collect(s);
		update_offer(s);
		calculate(s);
		act(s, df_fsm_event(&s->fsm, DF_EV_CALCULATED, timer_now_ns()));
	}
	if (actions & DF_ACT_APPLY)
		segment_put_in_force(s);
}

static void arm_fsm(struct segment *s)
{
	if (s->fsm.deadline == DF_NEVER)
		timer_stop(&s->fsm_timer);
	else
		timer_start_at(&s->fsm_timer, (u64)(s->fsm.deadline / 1000) + 1);
}

void segment_fsm(struct segment *s, enum df_event ev)
{
	enum df_state before = s->fsm.state;

	if (segment_is_frr(s)) {
		segment_frr_run(s);
		return;
	}
	act(s, df_fsm_event(&s->fsm, ev, timer_now_ns()));
	arm_fsm(s);
	if (before == s->fsm.state)
		return;
	log_debug("segment %s: %s by %s -> %s", s->conf.name, segment_state_name(before),
		  df_event_name(ev), segment_state_name(s->fsm.state));
	segment_tell(s, "es", "state",
		     json_pack("{s:s, s:s}", "from", segment_state_name(before), "to",
			       segment_state_name(s->fsm.state)));
}

static void fsm_fired(void *data)
{
	segment_fsm(data, DF_EV_TIMER);
}

void segments_wake(struct segments *ss)
{
	if (ss->later)
		sd_event_source_set_enabled(ss->later, SD_EVENT_ONESHOT);
}

/*
 * Routes come in groups: a dead session takes many at once. The election waits until this round of the
 * loop is over, which costs no time and sees all of them, and the sessions' state as well.
 */
void segment_later(struct segment *s, enum df_event ev)
{
	s->pending_ev = ev;
	s->pending = true;
	segments_wake(s->owner);
}

/* Sub-interfaces of the segment have come, gone, or changed. */
static void circuits_changed(struct segment *s)
{
	bool changed = segment_update_circuits(s);

	if (!s->advertised)
		return;
	if (changed || s->bridges_mark != segment_bridges_mark(s))
		segment_originate_ad(s);
	if (changed)
		segment_later(s, DF_EV_VLAN_CHANGE);
}

void segment_run_later(struct segments *ss)
{
	struct segment *s;

	if (ss->discover_due)
		segments_renew(ss);
	TAILQ_FOREACH(s, &ss->list, entry) {
		if (segment_evi_run(s))
			sd_event_source_set_enabled(ss->later, SD_EVENT_ONESHOT);
		if (s->circuits_due)
			circuits_changed(s);
		if (s->pending || s->peers_due) /* before a role is gained */
			segment_peers_update(s);
		if (!s->pending)
			continue;
		segment_icc_look(s);
		s->pending = false;
		segment_fsm(s, s->pending_ev);
		segment_loss_follow(s);
		/* no election yet, but those who ask want to see who is there */
		if (s->fsm.state != DF_DONE && !segment_is_frr(s))
			free(look(s));
		segment_drain_progress(s);
	}
	segments_removed(ss);
}

void segment_elect_init(struct segment *s)
{
	const struct conf_df *df = &s->conf.df;
	sd_event *event = speaker_event(s->owner->speaker);

	df_fsm_init(&s->fsm, df->wait_ms * DF_NS_PER_MS,
		    df->dont_preempt ? df->recovery_wait_ms * DF_NS_PER_MS : 0);
	df_handover_init(&s->handover, df->wait_ms * DF_NS_PER_MS, df->skew_ms * DF_NS_PER_MS);
	timer_init(&s->fsm_timer, event, 1000, fsm_fired, s);
	timer_init(&s->handover_timer, event, 1, handover_fired, s);
	segment_drain_init(s);
	segment_enforce_init(s);
	timer_init(&s->announce_timer, event, 1000, announce_fired, s);
	s->own_sct = DF_NEVER;
	s->local = -1;
	s->force.port = df->port_mode;
	s->since = timer_now_ns();
}

void segment_elect_done(struct segment *s)
{
	timer_done(&s->fsm_timer);
	timer_done(&s->handover_timer);
	timer_done(&s->unforced);
	timer_done(&s->announce_timer);
	segment_cand_free(s);
	free(s->bridge_rds);
}
