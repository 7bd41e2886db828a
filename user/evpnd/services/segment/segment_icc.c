// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_icc.c - see segment_icc.h.
 *
 * Why a word that is not true does little harm: one that waits makes a PE close only what it has lost by its
 * own election to a PE that says in BGP that it is ready, which is a moment before it would have closed
 * anyhow. One that has closed is believed with the token that was sent to that PE, and lets this one open what
 * it is elected for and only waits for; the other one closes without it as well, a moment later.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "log.h"
#include "services/segment/segment.h"

enum {
	AGAIN_FIRST_MS = 4,
	AGAIN_FAST = 3, /* times, before the pauses grow */
	AGAIN_MAX_MS = 250,
	AGAIN_LONG = 50,      /* times, about 12 s, after which something is not as it should be */
	AGAIN_LONG_MS = 1000, /* shorter than ASKED_MS, so that nothing is missed */
	ASKED_MS = 3000,
	CLOSED_MS = 1000,
	GIVEN_MS = 2000, /* longer than CLOSED_MS by more than a datagram travels */
	HOLD_MS = 500,
	/* the elected one, if it does not hear this PE, waits by the clock for GUARD_MIN_MS at least */
	HOLD_FRR_MS = 15,
};

static void units_of(const struct roles *r, u8 units[DF_VLAN_BYTES])
{
	memcpy(units, r->vlan, DF_VLAN_BYTES);
	if (r->port)
		memset(units, 0, DF_VLAN_BYTES);
	units[0] &= ~1u;
	if (r->port && r->df)
		units[0] |= 1;
}

static bool any(const u8 units[DF_VLAN_BYTES])
{
	static const u8 none[DF_VLAN_BYTES];

	return memcmp(units, none, DF_VLAN_BYTES);
}

static bool is_enabled(const struct segment *s)
{
	const struct conf *conf = speaker_conf(s->owner->speaker);

	return conf && conf->global.icc.enabled && (segment_is_frr(s) || segment_is_exclusive(s));
}

/* ---- PEs ---- */

static struct icc_pe *find(const struct segment *s, const struct ip_addr *addr)
{
	struct icc_pe *pe;

	TAILQ_FOREACH(pe, &s->icc.pes, entry)
		if (ip_equal(&pe->addr, addr))
			return pe;
	return NULL;
}

static struct icc_pe *pe_of(const struct segment *s, const struct es_route *ad)
{
	struct icc_pe *pe;

	TAILQ_FOREACH(pe, &s->icc.pes, entry)
		if (segment_ad_is_from(ad, &pe->addr))
			return pe;
	return NULL;
}

static const struct ip_addr *self_of(const struct segment *s)
{
	return segment_is_frr(s) ? &s->owner->frr.vtep : &s->owner->self;
}

static void forget(struct segment *s, struct icc_pe *pe)
{
	TAILQ_REMOVE(&s->icc.pes, pe, entry);
	s->icc.n_pes--;
	free(pe);
}

struct present {
	const struct icc_pe *pe;
	bool found;
};

static void is_from(void *data, const struct es_route *r)
{
	struct present *p = data;

	if (r->stale)
		return;
	p->found |= r->type == EVPN_ES ?
			    ip_equal(&r->orig, &p->pe->addr) :
			    r->etag == EVPN_MAX_ETAG && segment_ad_is_from(r, &p->pe->addr);
}

/* By BGP, at this moment. A PE that is drained has no RT-4 any more, but its RT-1. */
static bool is_member(const struct segment *s, const struct icc_pe *pe)
{
	struct present p = {.pe = pe};

	segment_routes_each(s->owner, &s->esi, EVPN_ES, is_from, &p);
	if (!p.found)
		segment_routes_each(s->owner, &s->esi, EVPN_AD, is_from, &p);
	return p.found;
}

bool segments_shares(void *state, const struct esi *esi, const struct ip_addr *pe)
{
	const struct segment *s = segment_by_esi(state, esi);
	const struct icc_pe *known = s ? find(s, pe) : NULL;

	return known && is_member(s, known);
}

/* Return: there is room for one more, if need be that of one which has left the segment. */
static bool make_room(struct segment *s)
{
	struct icc_pe *pe;

	if (s->icc.n_pes < IPC_PEERS_MAX)
		return true;
	TAILQ_FOREACH(pe, &s->icc.pes, entry)
		if (!is_member(s, pe)) {
			forget(s, pe);
			return true;
		}
	return false;
}

static void know(void *data, const struct es_route *r)
{
	struct segment *s = data;
	struct icc_pe *pe;

	if (r->stale || segment_is_self(s, &r->orig) || find(s, &r->orig) || !make_room(s))
		return;
	pe = calloc(1, sizeof(*pe));
	if (!pe)
		return;
	pe->addr = r->orig;
	TAILQ_INSERT_TAIL(&s->icc.pes, pe, entry);
	s->icc.n_pes++;
	channel_want(s->owner->speaker, self_of(s), &pe->addr);
}

void segment_icc_look(struct segment *s)
{
	if (s->esi_known && !ip_is_none(self_of(s)))
		segment_routes_each(s->owner, &s->esi, EVPN_ES, know, s);
}

/*
 * Who has left and does not answer is greeted no more: the channel has room for so many, and addresses of PEs
 * come and go. One that is merely without its port is heard, and stays.
 */
static void forget_gone(struct segment *s)
{
	struct icc_pe *pe, *next;

	for (pe = TAILQ_FIRST(&s->icc.pes); pe; pe = next) {
		next = TAILQ_NEXT(pe, entry);
		if (!channel_heard(s->owner->speaker, &pe->addr) && !is_member(s, pe))
			forget(s, pe);
	}
}

void segments_pes(void *state)
{
	struct segments *ss = state;
	struct icc_pe *pe;
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry) {
		forget_gone(s);
		segment_icc_look(s);
		TAILQ_FOREACH(pe, &s->icc.pes, entry)
			if (!ip_is_none(self_of(s)))
				channel_want(ss->speaker, self_of(s), &pe->addr);
	}
}

/* ---- to say ---- */

static void say(struct segment *s, const struct icc_pe *pe, enum icc_type type, u64 token,
		const u8 units[DF_VLAN_BYTES])
{
	struct icc_msg m = {.type = type, .token = token, .esi = s->esi};

	if (units[0] & 1)
		m.flags = ICC_PORT;
	else
		memcpy(m.vlans, units, sizeof(m.vlans));
	channel_send(s->owner->speaker, &pe->addr, &m);
}

/* What the kernel does is what was wished last. */
static bool is_confirmed(const struct segment *s)
{
	return s->owner->kernel.present && s->wished && s->answered && !s->unanswered &&
	       s->result.status == WISH_INSTALLED;
}

/* Roles that it has our word for, and that are this PE's again: a further word would prolong that one. */
static bool awaits_end(const struct icc_pe *pe, const u8 target[DF_VLAN_BYTES], u64 now)
{
	unsigned int i;

	for (i = 0; now <= pe->given_until && i < DF_VLAN_BYTES; i++)
		if (pe->given[i] & target[i])
			return true;
	return false;
}

/* What @pe waits for, as far as this PE does not forward it and is not going to. */
static void answer(struct segment *s, struct icc_pe *pe)
{
	u64 now = timer_now_us();
	u8 force[DF_VLAN_BYTES], target[DF_VLAN_BYTES], units[DF_VLAN_BYTES];
	unsigned int i;

	if (!pe->token || now > pe->asked_until || !is_confirmed(s) || !is_enabled(s) ||
	    s->force.port != s->target.port || s->force.port != (pe->asked[0] & 1) ||
	    !is_member(s, pe))
		return;
	units_of(&s->force, force);
	units_of(&s->target, target);
	if (awaits_end(pe, target, now))
		return;
	for (i = 0; i < DF_VLAN_BYTES; i++)
		units[i] = pe->asked[i] & (u8) ~(force[i] | target[i]);
	if (!any(units))
		return;
	if (now > pe->given_until)
		memset(pe->given, 0, sizeof(pe->given));
	for (i = 0; i < DF_VLAN_BYTES; i++) {
		pe->given[i] |= units[i];
		pe->asked[i] &= (u8)~units[i];
	}
	pe->given_until = now + GIVEN_MS * 1000;
	timer_start(&s->icc.given, GIVEN_MS + 1);
	say(s, pe, ICC_CLOSED, pe->token, units);
	if (!any(pe->asked))
		pe->token = 0;
}

void segment_icc_confirm(struct segment *s)
{
	struct icc_pe *pe;

	TAILQ_FOREACH(pe, &s->icc.pes, entry)
		answer(s, pe);
}

static void ask(struct segment *s)
{
	struct segment_icc *icc = &s->icc;
	unsigned int grown = icc->tries < AGAIN_FAST ? 0 : icc->tries - AGAIN_FAST;
	u64 ms = grown < 6 ? (u64)AGAIN_FIRST_MS << grown : AGAIN_MAX_MS;
	struct icc_pe *pe;

	if (icc->tries > AGAIN_LONG)
		ms = AGAIN_LONG_MS;
	icc->tries++;
	TAILQ_FOREACH(pe, &icc->pes, entry)
		if (is_member(s, pe))
			say(s, pe, ICC_WAITING, icc->token, icc->want);
	timer_start(&icc->again, ms);
}

static void ask_again(void *data)
{
	ask(data);
}

/* Each time that something is waited for anew has a token of its own. */
static void begin(struct segment *s)
{
	struct icc_pe *pe;

	TAILQ_FOREACH(pe, &s->icc.pes, entry)
		memset(pe->closed, 0, sizeof(pe->closed));
	s->icc.token = 0;
	if (getrandom(&s->icc.token, sizeof(s->icc.token), 0) != sizeof(s->icc.token) ||
	    !s->icc.token)
		return;
	s->icc.tries = 0;
	ask(s);
}

void segment_icc_stop(struct segment *s)
{
	timer_stop(&s->icc.again);
	timer_stop(&s->icc.hold);
	s->icc.held = false;
	s->icc.token = 0;
	memset(s->icc.want, 0, sizeof(s->icc.want));
}

/* @want: what is elected and not in force; @lose: what is in force and not elected */
static void pending(const struct segment *s, u8 want[DF_VLAN_BYTES], u8 lose[DF_VLAN_BYTES])
{
	u8 force[DF_VLAN_BYTES], target[DF_VLAN_BYTES];
	unsigned int i;

	units_of(&s->force, force);
	units_of(&s->target, target);
	if (s->force.port != s->target.port)
		memset(force, 0, sizeof(force));
	for (i = 0; i < DF_VLAN_BYTES; i++) {
		want[i] = target[i] & (u8)~force[i];
		lose[i] = force[i] & (u8)~target[i];
	}
	if (!is_enabled(s) || !segment_is_ready(s))
		memset(want, 0, DF_VLAN_BYTES);
}

void segment_icc_follow(struct segment *s)
{
	u8 want[DF_VLAN_BYTES], lose[DF_VLAN_BYTES];
	bool more = false;
	unsigned int i;

	pending(s, want, lose);
	if (!any(lose)) {
		timer_stop(&s->icc.hold);
		s->icc.held = false;
	}
	for (i = 0; i < DF_VLAN_BYTES; i++)
		more |= want[i] & (u8)~s->icc.want[i];
	memcpy(s->icc.want, want, sizeof(want));
	if (more) {
		begin(s);
	} else if (!any(want)) {
		timer_stop(&s->icc.again);
		s->icc.token = 0;
	}
	segment_icc_confirm(s);
}

/* ---- to keep for a moment ---- */

static void hold_over(void *data)
{
	struct segment *s = data;

	s->icc.held = true;
	segment_put_in_force(s);
}

void segment_icc_hold(struct segment *s, const struct ip_addr *winner,
		      const u8 ready[DF_VLAN_BYTES], u8 held[DF_VLAN_BYTES])
{
	const struct icc_pe *pe = find(s, winner);
	bool asked = pe && pe->token && timer_now_us() <= pe->asked_until;
	unsigned int i;

	memset(held, 0, DF_VLAN_BYTES);
	if (!pe || s->icc.held || !is_enabled(s) || !channel_heard(s->owner->speaker, winner))
		return;
	for (i = 0; i < DF_VLAN_BYTES; i++)
		held[i] = ready[i] & (u8) ~(asked ? pe->asked[i] : 0);
	if (any(held) && !timer_running(&s->icc.hold))
		timer_start(&s->icc.hold, segment_is_frr(s) ? HOLD_FRR_MS : HOLD_MS);
}

/* ---- to believe ---- */

/* Our word has ended: whoever has it did not open, and no route will say so. */
static void given_over(void *data)
{
	struct segment *s = data;

	if (segment_handover_pending(s))
		segment_put_in_force(s);
}

static bool is_closed(const struct icc_pe *pe)
{
	return timer_now_us() <= pe->closed_until;
}

const u8 *segment_icc_closed(const struct segment *s, const struct es_route *ad)
{
	const struct icc_pe *pe = s->icc.token ? pe_of(s, ad) : NULL;

	return pe && is_closed(pe) ? pe->closed : NULL;
}

void segment_icc_opened(struct segment *s, const struct es_route *ad, const u8 units[DF_VLAN_BYTES])
{
	struct icc_pe *pe = pe_of(s, ad);
	unsigned int i;

	for (i = 0; pe && i < DF_VLAN_BYTES; i++)
		pe->given[i] &= (u8)~units[i];
}

void segment_icc_given(const struct segment *s, struct claims *c)
{
	u64 now = timer_now_us();
	struct icc_pe *pe;
	unsigned int i;

	TAILQ_FOREACH(pe, &s->icc.pes, entry) {
		if (now > pe->given_until || !any(pe->given) || !is_member(s, pe))
			continue;
		c->port_primary |= pe->given[0] & 1;
		for (i = 0; i < DF_VLAN_BYTES; i++)
			c->primary[i] |= pe->given[i];
	}
}

bool segment_icc_all_closed(const struct segment *s)
{
	const struct icc_pe *pe;
	unsigned int i;

	if (!s->icc.token)
		return false;
	for (i = 0; i < s->n_cand; i++) {
		if ((int)i == s->local)
			continue;
		pe = find(s, &s->cand[i].addr);
		if (!pe || !is_closed(pe) || !(pe->closed[0] & 1))
			return false;
	}
	return true;
}

bool segment_icc_all_heard(const struct segment *s)
{
	unsigned int i;

	for (i = 0; i < s->n_cand; i++)
		if ((int)i != s->local && !channel_heard(s->owner->speaker, &s->cand[i].addr))
			return false;
	return is_enabled(s);
}

/* ---- to hear ---- */

/* Kept also of a PE whose RT-4 is not here yet: it is acted upon when BGP says so. */
static void heard_waiting(struct segment *s, struct icc_pe *pe, const struct icc_msg *m)
{
	pe->token = m->token;
	pe->asked_until = timer_now_us() + ASKED_MS * 1000;
	memcpy(pe->asked, m->vlans, sizeof(pe->asked));
	pe->asked[0] &= ~1u;
	if (m->flags & ICC_PORT)
		pe->asked[0] = 1;
	if (timer_running(&s->icc.hold))
		segment_put_in_force(s);
	answer(s, pe);
}

static void heard_closed(struct segment *s, struct icc_pe *pe, const struct icc_msg *m)
{
	unsigned int i;
	u8 units[DF_VLAN_BYTES] = {m->flags & ICC_PORT ? 1 : 0};

	if (!s->icc.token || m->token != s->icc.token) {
		channel_ignored(s->owner->speaker);
		return;
	}
	if (!(m->flags & ICC_PORT))
		memcpy(units, m->vlans, sizeof(units));
	for (i = 0; i < DF_VLAN_BYTES; i++) {
		pe->closed[i] |= units[i] & s->icc.want[i];
		pe->given[i] &= (u8)~pe->closed[i];
	}
	pe->closed_until = timer_now_us() + CLOSED_MS * 1000;
	segment_put_in_force(s);
	speaker_flush(s->owner->speaker);
}

void segments_word(void *state, const struct ip_addr *from, const struct icc_msg *word)
{
	struct segment *s = segment_by_esi(state, &word->esi);
	struct icc_pe *pe = s ? find(s, from) : NULL;

	if (word->type != ICC_WAITING && word->type != ICC_CLOSED)
		return;
	if (!pe)
		channel_ignored(((struct segments *)state)->speaker);
	else if (word->type == ICC_WAITING)
		heard_waiting(s, pe, word);
	else
		heard_closed(s, pe, word);
}

void segment_icc_init(struct segment *s)
{
	sd_event *event = speaker_event(s->owner->speaker);

	TAILQ_INIT(&s->icc.pes);
	timer_init(&s->icc.again, event, 1, ask_again, s);
	timer_init(&s->icc.hold, event, 1, hold_over, s);
	timer_init(&s->icc.given, event, 1000, given_over, s);
}

void segment_icc_done(struct segment *s)
{
	timer_done(&s->icc.again);
	timer_done(&s->icc.hold);
	timer_done(&s->icc.given);
	while (!TAILQ_EMPTY(&s->icc.pes))
		forget(s, TAILQ_FIRST(&s->icc.pes));
}
