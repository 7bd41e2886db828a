// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_frr.c - segments that FRR controls: its bgpd originates, its zebra elects and filters nothing.
 * Here the same election is held over the same routes, which bgpd hands on by iBGP, and its result goes
 * to the kernel. Nothing is originated.
 *
 * The own RT-4 is among the routes: it says with which preference FRR takes part. zebra says which
 * segments there are, and its VTEP address, by which the own RT-4 is known.
 *
 * FRR knows a device by its name. One that is renamed is in none of FRR's segments any more, bgpd takes
 * the routes back, and the other PEs forward without this one, while the customer still sends through
 * it. So the port is blocked, and by LACP the customer is told, until bgpd announces the segment again.
 *
 * A PE hears of its own RT-4 before the others do, by the way from its bgpd to theirs. So a role that
 * another PE has, which is alive, is taken over a moment later than it is elected: when a cable is
 * plugged in again, or the preferences change. That is twice the time that FRR took to announce the segment
 * when its port came up, which is long where machines are slow or busy. The role of a PE that is gone is
 * taken at once. Where words pass between the PEs (segment_icc.h) the one that has had the role keeps it until
 * the other one waits, and tells it when it has closed; the clock is only for a word that does not come.
 *
 * While bgpd is away the role stays, and so do the peers. When it comes back it knows nothing at first:
 * the result before counts until all that had an RT-4 then have one again, or the hold time is over. Only
 * the DF forwards no more when bgpd or zebra has ended, or as long as bgpd does not announce it, because the
 * others have another one then, and have it before remote PEs have stopped flooding to this one. A session that
 * bgpd ends with a word has ended for evpnd alone.
 */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "services/segment/segment.h"

enum {
	GUARD_MIN_MS = 20,
	GUARD_MAX_MS = 500,
	GUARD_WORD_MS =
		3000, /* where a word is going to tell: what it is about forwards until then */
};

bool segment_is_frr(const struct segment *s)
{
	return s->conf.control == CONF_CONTROL_FRR;
}

bool segment_frr_holds(const struct segment *s)
{
	return timer_running(&s->frr.hold);
}

static bool has_candidate(const struct segment *s, const struct ip_addr *a)
{
	unsigned int i;

	for (i = 0; i < s->n_cand; i++)
		if (ip_equal(&s->cand[i].addr, a))
			return true;
	return false;
}

/* Of those that were there before bgpd was away: how many are not back. */
static unsigned int missing(const struct segment *s)
{
	unsigned int i, n = 0;

	for (i = 0; i < s->frr.n_before; i++)
		n += !has_candidate(s, &s->frr.before[i]);
	return n;
}

static void remember(struct segment *s)
{
	unsigned int i;

	s->frr.n_before = 0;
	for (i = 0; i < s->n_cand && i < FRR_BEFORE_MAX; i++)
		s->frr.before[s->frr.n_before++] = s->cand[i].addr;
}

static void hold_over(void *data)
{
	struct segment *s = data;

	log_warning("segment %s: %u of %u PEs are not back since bgpd was away", s->conf.name,
		    missing(s), s->frr.n_before);
	segment_fsm(s, DF_EV_TIMER);
}

/* bgpd is back: what it says is not yet all that it will say. */
void segment_frr_hold(struct segment *s)
{
	u32 ms = speaker_conf(s->owner->speaker)->global.frr.hold_ms;

	if (!s->frr.elected || !ms)
		return;
	timer_start(&s->frr.hold, ms);
}

static unsigned int peers_of(const struct segment *s, struct df_frr_peer *peers)
{
	unsigned int i, n = 0;

	for (i = 0; i < s->n_cand; i++)
		if ((int)i != s->local)
			peers[n++] = (struct df_frr_peer){s->cand[i].addr, s->cand[i].alg,
							  s->cand[i].pref};
	return n;
}

static void name_df(struct segment *s, const struct df_frr_peer *peers)
{
	const struct df_frr_result *r = &s->frr.result;
	const struct ip_addr *best = r->best < 0 ? NULL : &peers[r->best].vtep;

	s->df_addr = s->backup_addr = (struct ip_addr){0};
	if (r->df)
		s->df_addr = s->owner->frr.vtep;
	else if (best && r->reason != DF_FRR_ALGORITHM)
		s->df_addr = *best;
	if (r->df && best)
		s->backup_addr = *best;
}

static void note_algorithm(struct segment *s, const struct df_frr_result *before)
{
	const struct df_frr_result *r = &s->frr.result;
	bool odd = r->reason == DF_FRR_ALGORITHM, was = before->reason == DF_FRR_ALGORITHM;

	memset(&s->agreed, 0, sizeof(s->agreed));
	s->agreed.alg = DF_ALG_HIGHEST;
	s->agreed.dissenter = s->agreed.reference = -1;
	if (odd) {
		s->agreed.fallback = DF_FALLBACK_ALG;
		snprintf(s->agreed.sentence, sizeof(s->agreed.sentence), "%s", r->sentence);
	}
	if (odd && (!was || strcmp(r->sentence, before->sentence)))
		log_warning("segment %s: %s", s->conf.name, r->sentence);
	else if (!odd && was)
		log_info("segment %s: all PEs say highest preference again", s->conf.name);
}

/*
 * Its name has a device, @now, or none: did the one that it had, of number @before, take another name? FRR says
 * so only later.
 */
void segment_frr_link(struct segment *s, const struct device *now, u32 before)
{
	if (segment_is_frr(s) && s->frr.known && !now && before &&
	    segment_link_by_index(s->owner, before))
		s->frr.left = true;
}

/* The name that its device has now. */
const char *segment_frr_device(const struct segment *s)
{
	return s->frr.fact.renamed[0] ? s->frr.fact.renamed : s->conf.interface;
}

static void enter(struct segment *s, enum df_state state)
{
	enum df_state before = s->fsm.state;

	s->fsm.state = state;
	if (before != state)
		segment_tell(s, "es", "state",
			     json_pack("{s:s, s:s}", "from", segment_state_name(before), "to",
				       segment_state_name(state)));
}

/* Somebody else may have been DF until now, and may be it still. @before: who was, as far as is known */
static bool takes_over(const struct segment *s, const struct ip_addr *before)
{
	if (s->n_cand == (s->local >= 0) || ip_equal(before, &s->owner->frr.vtep))
		return false;
	return ip_is_none(before) || has_candidate(s, before);
}

static u32 guard_of(const struct segment *s)
{
	if (segment_icc_all_heard(s))
		return GUARD_WORD_MS;
	return s->frr.guard_ms ? s->frr.guard_ms : SEGMENT_GUARD_MS;
}

/* A second election does not prolong what the first has begun. */
static void schedule(struct segment *s, const struct ip_addr *before)
{
	bool gains = s->frr.result.df && !s->force.df, own = ip_equal(before, &s->owner->frr.vtep);

	if (gains && takes_over(s, before))
		s->gain_at = segment_realtime() + (s64)guard_of(s) * DF_NS_PER_MS;
	else if (!gains || !own || s->n_cand == 1)
		s->gain_at = 0;
}

/* It is lost to a PE that is about to say that it waits for it. */
static bool holds(struct segment *s)
{
	static const u8 port[DF_VLAN_BYTES] = {1};
	u8 held[DF_VLAN_BYTES];

	if (!s->force.df || s->target.df || !has_candidate(s, &s->df_addr))
		return false;
	segment_icc_hold(s, &s->df_addr, port, held);
	return held[0];
}

/* segment_frr_next() - what comes into force now; @gain: what is gained may be */
void segment_frr_next(struct segment *s, bool gain, struct roles *next)
{
	*next = s->target;
	next->df &= gain || s->force.df || segment_icc_all_closed(s);
	next->df |= holds(s);
}

/* @df: who was it before */
static void apply(struct segment *s, const struct ip_addr *df)
{
	s->owner->elections++;
	s->frr.elected = true;
	s->closed = false;
	remember(s);
	enter(s, s->frr.result.reason == DF_FRR_DELAY ? DF_WAIT : DF_DONE);
	memset(&s->target, 0, sizeof(s->target));
	s->target.port = true;
	s->target.df = s->frr.result.df;
	s->lose_at = 0;
	schedule(s, df);
	segment_peers_update(s); /* before a role is gained */
	segment_put_in_force(s);
}

/* No own RT-4: FRR takes no part, so the others do without it and this side must not forward. */
static void absent(struct segment *s)
{
	struct df_frr_result *r = &s->frr.result;
	struct ip_addr df = s->df_addr;

	*r = (struct df_frr_result){.reason = DF_FRR_DOWN, .peer = -1, .best = -1};
	snprintf(r->sentence, sizeof(r->sentence),
		 "bgpd advertises no RT-4 for this segment; has its bridge a VNI?");
	s->df_addr = s->backup_addr = (struct ip_addr){0};
	apply(s, &df);
}

static void elect(struct segment *s)
{
	const struct segments *ss = s->owner;
	struct df_frr_peer peers[DF_CANDIDATES_MAX];
	struct df_frr_result before = s->frr.result;
	struct ip_addr df = s->df_addr;
	struct df_frr_local local = {
		.vtep = ss->frr.vtep,
		.bypass = s->frr.fact.bypass,
		.up = s->port_up,
		.delay = s->frr.fact.delay,
		.order = ss->frr.numeric ? DF_FRR_NUMBER : DF_FRR_MEMORY,
	};

	if (s->local < 0 && !local.bypass) {
		absent(s);
		return;
	}
	if (s->local >= 0)
		local.pref = s->cand[s->local].pref;
	s->frr.left &= s->frr.fact.renamed[0] || s->local < 0;
	s->offer.pref = local.pref;
	df_frr_elect(&local, peers, peers_of(s, peers), &s->frr.result);
	note_algorithm(s, &before);
	name_df(s, peers);
	apply(s, &df);
}

/*
 * bgpd is back without an RT-4 of its own: it was started anew, so the others have elected among
 * themselves. They flood to this PE again before they hear its RT-4, and until then one of them forwards.
 */
static void yield_role(struct segment *s)
{
	if (!s->force.df)
		return;
	memset(&s->target, 0, sizeof(s->target));
	s->target.port = true;
	s->lose_at = s->gain_at = 0;
	segment_put_in_force(s);
}

static void down(struct segment *s)
{
	timer_stop(&s->frr.hold);
	s->frr.elected = false;
	s->frr.was_down = true;
	s->frr.up_us = 0;
	s->gain_at = 0;
	s->df_addr = s->backup_addr = (struct ip_addr){0};
	enter(s, DF_INIT);
	segment_drop_roles(s, s->port_reason);
}

/* From the port's coming up to the own RT-4. */
static void measure(struct segment *s)
{
	u64 now = timer_now_us(), ms;

	if (s->frr.was_down)
		s->frr.up_us = now;
	s->frr.was_down = false;
	if (!s->frr.up_us || s->local < 0)
		return;
	ms = 2 * (now - s->frr.up_us) / 1000;
	if (ms < GUARD_MIN_MS)
		ms = GUARD_MIN_MS;
	s->frr.guard_ms = (u32)(ms < GUARD_MAX_MS ? ms : GUARD_MAX_MS);
	s->frr.up_us = 0;
}

/* Why the others have elected without this PE, although no route says so; NULL: they have not, as far as is known. */
static const char *passed_over(const struct segments *ss)
{
	if (ss->settled)
		return NULL;
	if (ss->bgpd_ended)
		return "bgpd has ended, another PE is elected";
	if (ss->frr_heard && !ss->frr.present)
		return "bgpd and zebra are away, another PE is elected";
	return NULL;
}

/* Something changed, whatever it is: see what comes of it. */
void segment_frr_run(struct segment *s)
{
	const struct segments *ss = s->owner;
	const char *why;

	if (!s->esi_known)
		return;
	if (!s->port_up) {
		down(s);
		return;
	}
	if (ss->settled)
		segment_collect(s);
	measure(s);
	why = passed_over(ss);
	if (why && s->force.df)
		segment_drop_roles(s, why);
	if (!ss->settled || !ss->started || ip_is_none(&ss->frr.vtep))
		return;
	if (segment_frr_holds(s) && missing(s)) {
		if (s->local < 0)
			yield_role(s);
		return;
	}
	timer_stop(&s->frr.hold);
	elect(s);
}

static s64 seconds_left(u64 until)
{
	u64 now = timer_now_us();

	return until > now ? (s64)((until - now + 999999) / 1000000) : 0;
}

/* Why its role is not what the routes say now; "" when it is. */
void segment_frr_reason(const struct segment *s, char buf[ROLE_TEXT_MAX])
{
	const struct segments *ss = s->owner;

	buf[0] = '\0';
	if (!ss->frr.present)
		snprintf(buf, ROLE_TEXT_MAX, "%.150s",
			 ss->frr.text[0] ? ss->frr.text : "FRR has not answered yet");
	else if (!s->frr.known)
		snprintf(buf, ROLE_TEXT_MAX, "FRR has no segment on %s (evpn mh es-id)",
			 s->conf.interface);
	else if (s->frr.fact.renamed[0])
		snprintf(
			buf, ROLE_TEXT_MAX,
			"FRR configures %s, which is named %s now: the filter stays on it, and FRR says nothing of the segment",
			s->frr.fact.ifname, s->frr.fact.renamed);
	else if (s->frr.fact.held)
		snprintf(
			buf, ROLE_TEXT_MAX,
			"FRR was started again and does not have this segment yet: its filter stays, at most %lld s",
			(long long)seconds_left(ss->frr.hold_until));
	else if (ss->started && !ss->settled)
		snprintf(buf, ROLE_TEXT_MAX, "the session to bgpd is down: %s",
			 ss->bgpd_ended ? "this PE does not forward until bgpd is back" :
					  "the role stays as it was");
	else if (ip_is_none(&ss->frr.vtep))
		snprintf(buf, ROLE_TEXT_MAX, "FRR has no VNI, so the segment is not advertised");
	else if (segment_frr_holds(s))
		snprintf(
			buf, ROLE_TEXT_MAX,
			"bgpd was away: the role stays until %u more of %u PEs are back, at most %lld s",
			missing(s), s->frr.n_before,
			(long long)(timer_left_ms(&s->frr.hold) / 1000));
	else if (s->frr.elected && s->local < 0 && !s->frr.fact.bypass)
		snprintf(buf, ROLE_TEXT_MAX, "%.150s", s->frr.result.sentence);
}

static void lose_esi(struct segment *s)
{
	s->frr.known = s->frr.left = false;
	s->frr.elected = false;
	s->adopted = false;
	timer_stop(&s->frr.hold);
	enter(s, DF_INIT);
	segment_unwish(s);
	s->n_peers = 0;
	s->force = (struct roles){.port = true};
	if (s->conf.esi_source == CONF_ESI_FRR)
		s->esi_known = false;
}

static struct segment *on_device(struct segments *ss, const char *ifname)
{
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry)
		if (segment_is_frr(s) && !strcmp(s->conf.interface, ifname))
			return s;
	return NULL;
}

static void take(struct segment *s, const struct fact_frr_es *f)
{
	char buf[ESI_STRLEN];

	if (s->conf.esi_source != CONF_ESI_FRR && esi_cmp(&f->esi, &s->esi)) {
		log_error("segment %s: FRR has %s on %s, which is not the configured ESI",
			  s->conf.name, esi_format(&f->esi, buf), f->ifname);
		return;
	}
	if (s->esi_known && esi_cmp(&f->esi, &s->esi))
		lose_esi(s);
	s->frr.fact = *f;
	s->frr.known = true;
	s->frr.left |= f->renamed[0];
	segment_send_wish(s);
	if (!s->esi_known)
		segment_esi(s, &f->esi);
	if (s->adopted)
		segment_send_wish(s); /* before anybody sweeps it */
	segment_later(s, DF_EV_VLAN_CHANGE);
}

/* zebra has a segment, or has it no more. */
void segment_frr_es(struct segments *ss, const struct fact_frr_es *f)
{
	struct segment *s = f->gone ? segment_by_esi(ss, &f->esi) : on_device(ss, f->ifname);

	segment_frr_know(ss, f);
	if (!s || !segment_is_frr(s))
		return;
	if (!f->gone) {
		take(s, f);
	} else if (s->frr.known) {
		log_info("segment %s: FRR has it no more", s->conf.name);
		lose_esi(s);
	}
}

/* Is @s what @c describes? By its device, whatever the name is, and by the ESI where one is given. */
bool segment_frr_is(const struct segment *s, const struct conf_segment *c)
{
	if (strcmp(s->conf.interface, c->interface))
		return false;
	if (c->esi_source != CONF_ESI_FRR)
		return s->esi_known && !esi_cmp(&c->esi, &s->esi);
	return s->conf.esi_source == CONF_ESI_FRR || s->frr.known;
}

/* A new segment takes what zebra has said already. */
void segment_frr_begin(struct segment *s)
{
	const struct fact_frr_es *f = segment_frr_on(s->owner, s->conf.interface);

	if (f && segment_is_frr(s))
		take(s, f);
}

/* The session to bgpd is down. */
void segment_frr_lost(struct segments *ss)
{
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry)
		if (segment_is_frr(s))
			segment_later(s, DF_EV_VLAN_CHANGE);
}

static bool is_wanted(const struct segments *ss)
{
	const struct segment *s;

	if (ss->have_conf && speaker_conf(ss->speaker)->global.frr.discover)
		return true;
	TAILQ_FOREACH(s, &ss->list, entry)
		if (segment_is_frr(s))
			return true;
	return false;
}

/*
 * bgpd has a new RT-4 of this PE's, or takes one back: zebra's segments are others than before. As long
 * as it has no VTEP address, any route that bgpd hands on may mean that it has one now.
 */
void segment_frr_route(struct segments *ss, const struct evpn_nlri *nlri)
{
	const struct ip_addr *vtep = &ss->frr.vtep;
	bool own = nlri->type == EVPN_ES && ip_equal(&nlri->orig, vtep);

	if (own && speaker_route_loss(ss->speaker) == ROUTE_SESSION_DEAD)
		ss->bgpd_ended = true;
	if ((own || (ip_is_none(vtep) && nlri->type != EVPN_AD)) && is_wanted(ss))
		speaker_wish(ss->speaker, IPC_WISH_FRR_LOOK, NULL, 0);
}

/* zebra has said everything. Without bgpd it has no VNI, and still the same address. */
void segment_frr_heard(struct segments *ss, const struct fact_frr *f)
{
	struct ip_addr vtep = ss->frr.vtep;
	struct segment *s;

	ss->frr = *f;
	if (ip_is_none(&f->vtep))
		ss->frr.vtep = vtep;
	ss->frr_heard |= f->present && !f->hold_until;
	if (ss->have_conf)
		segments_renew(ss);
	TAILQ_FOREACH(s, &ss->list, entry) {
		if (!segment_is_frr(s))
			continue;
		if (f->present && !f->hold_until && !s->frr.known && s->esi_known) {
			log_warning("segment %s: FRR has no segment on %s", s->conf.name,
				    s->conf.interface);
			lose_esi(s);
		}
		segment_peers_later(s);
		segment_later(s, DF_EV_VLAN_CHANGE);
	}
	segments_sweep_due(ss);
}

/* Before zebra has answered: what the kernel still has on this device since an earlier run. */
void segment_frr_adopt(struct segment *s)
{
	const struct segments *ss = s->owner;
	size_t i;

	if (s->esi_known || ss->frr_heard || !s->ifindex)
		return;
	for (i = 0; i < ss->n_kernel_es; i++) {
		if (ss->kernel_es[i].ifindex != s->ifindex)
			continue;
		segment_esi(s, &ss->kernel_es[i].esi);
		return;
	}
}

void segment_frr_init(struct segment *s)
{
	timer_init(&s->frr.hold, speaker_event(s->owner->speaker), 100000, hold_over, s);
}

void segment_frr_done(struct segment *s)
{
	timer_done(&s->frr.hold);
}
