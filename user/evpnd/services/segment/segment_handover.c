// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_handover.c - how a role goes from one PE to another that both live: which of the roles that the
 * election changes may change now. P and B in RT-1 are the words of it: P, I forward; B, I do not and am
 * ready to. Neither: I come up and wait for my timer.
 *
 *   LACP leads the CE (port-active with lacp-oos or down): make before break. The new one opens and says
 *	P; the old one leads away who sends to it (segment_away.c), and closes.
 *   the port is routed (port-active with block): the same. A CE that is a bridge is no loop, because no PE is one;
 *	what it floods comes in by both for as long.
 *   nobody leads it (single-active, port-active with block): close before open, so that a CE that is a
 *	bridge is no loop. The old one closes when the new one says B, and takes its P back when the
 *	kernel has closed; the new one opens when nobody says P. The gap is one way between two PEs.
 *   all-active: by the moments of RFC 9722, if all PEs have them.
 *
 * Where words pass beside BGP (segment_icc.h) the gap of close before open is that of two datagrams, because
 * the old one closes when the new one waits, and says itself that it has.
 *
 * A PE that says neither P nor B ever, since it has no Layer 2 Attributes, is dealt with by the clock: what
 * is lost is lost at once, what is gained a moment later. A PE that is gone has no P: its RT-1 per ES went
 * first, and the others of it count no more (RFC 7432 section 8.2); nor has one that BFD has found dead.
 *
 * RFC 8214 (3.1), RFC 9786 (4, 5), RFC 9722 (2), RFC 8584 (4)
 */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "services/segment/segment.h"
#include "speaker/pes.h"

enum way { WAY_LEAD, WAY_OPEN, WAY_EXCLUSIVE, WAY_TIMES };

static enum way way_of(const struct segment *s)
{
	if (s->conf.mode == CONF_ALL_ACTIVE)
		return WAY_TIMES;
	if (s->conf.mode != CONF_PORT_ACTIVE || !s->target.port || !s->force.port)
		return WAY_EXCLUSIVE;
	if (segment_standby(s) != CONF_STANDBY_BLOCK)
		return WAY_LEAD;
	return segment_is_routed(s) ? WAY_OPEN : WAY_EXCLUSIVE;
}

bool segment_is_exclusive(const struct segment *s)
{
	return !segment_is_frr(s) && way_of(s) == WAY_EXCLUSIVE;
}

bool segment_is_led(const struct segment *s)
{
	return !segment_is_frr(s) && way_of(s) == WAY_LEAD;
}

/* Ready to forward, if it came to that. */
bool segment_is_ready(const struct segment *s)
{
	return s->fsm.state == DF_DONE && s->drain == DRAIN_NO && segment_may_elect(s);
}

struct reader {
	struct segment *s;
	const struct ip_addr *pe;
	struct claims *c;
	struct ip_addr alive[IPC_PEERS_MAX]; /* who has an RT-1 per ES, by next hop */
	unsigned int n_alive;
};

static bool concerns(const struct reader *rd, const struct es_route *r)
{
	if (r->stale || pes_silent(rd->s->owner->speaker, &r->next_hop))
		return false;
	return rd->pe ? segment_ad_is_from(r, rd->pe) : !segment_is_self(rd->s, &r->next_hop);
}

/*
 * The question is what anybody says, in order to open: a word counts before the route says the same. That it
 * forwards is no news of a PE that has ours.
 */
static bool has_closed_port(const struct reader *rd, const struct es_route *r)
{
	static const u8 port[DF_VLAN_BYTES] = {1};
	const u8 *closed = rd->pe ? NULL : segment_icc_closed(rd->s, r);

	if (closed && closed[0] & 1)
		return true;
	if (r->l2_flags & L2_ATTR_P)
		segment_icc_opened(rd->s, r, port);
	return false;
}

/* The same of VLANs. Those that it has closed are taken out of @primary. */
static void without_closed(const struct reader *rd, const struct es_route *r,
			   u8 primary[DF_VLAN_BYTES])
{
	const u8 *closed = rd->pe ? NULL : segment_icc_closed(rd->s, r);
	unsigned int i;

	for (i = 0; closed && i < DF_VLAN_BYTES; i++)
		primary[i] &= (u8)~closed[i];
	segment_icc_opened(rd->s, r, primary);
}

static void read_per_es(void *data, const struct es_route *r)
{
	struct reader *rd = data;

	if (r->etag != EVPN_MAX_ETAG || !concerns(rd, r))
		return;
	if (rd->n_alive < IPC_PEERS_MAX)
		rd->alive[rd->n_alive++] = r->next_hop;
	if (!r->has_l2)
		return;
	rd->c->port_known = true;
	rd->c->port_primary |= r->l2_flags & L2_ATTR_P && !has_closed_port(rd, r);
	rd->c->port_backup |= !!(r->l2_flags & L2_ATTR_B);
}

static bool is_alive(const struct reader *rd, const struct ip_addr *next_hop)
{
	unsigned int i;

	for (i = 0; i < rd->n_alive; i++)
		if (ip_equal(&rd->alive[i], next_hop))
			return true;
	return false;
}

static void read_per_evi(void *data, const struct es_route *r)
{
	struct slice targets = ecomm_slice(r->targets, r->n_targets);
	u8 vlans[DF_VLAN_BYTES] = {0};
	struct reader *rd = data;
	unsigned int i;

	if (r->etag >= 4095 || !r->has_l2 || !concerns(rd, r) || !is_alive(rd, &r->next_hop))
		return;
	if (r->etag)
		vlans[r->etag / 8] = (u8)(1u << r->etag % 8);
	else if (!segment_bridge_vlans(rd->s, &targets, vlans))
		return;
	for (i = 0; i < DF_VLAN_BYTES; i++) {
		rd->c->known[i] |= vlans[i];
		if (r->l2_flags & L2_ATTR_B)
			rd->c->backup[i] |= vlans[i];
	}
	if (!(r->l2_flags & L2_ATTR_P))
		return;
	without_closed(rd, r, vlans);
	for (i = 0; i < DF_VLAN_BYTES; i++)
		rd->c->primary[i] |= vlans[i];
}

void segment_claims(struct segment *s, const struct ip_addr *pe, struct claims *c)
{
	struct reader rd = {.s = s, .pe = pe, .c = c};

	memset(c, 0, sizeof(*c));
	segment_routes_each(s->owner, &s->esi, EVPN_AD, read_per_es, &rd);
	if (rd.n_alive && !s->target.port)
		segment_routes_each(s->owner, &s->esi, EVPN_AD, read_per_evi, &rd);
	if (!pe)
		segment_icc_given(s, c);
}

static bool is_mute(const struct claims *c, bool port)
{
	unsigned int i;

	if (port)
		return !c->port_known;
	for (i = 0; i < DF_VLAN_BYTES; i++)
		if (c->known[i])
			return false;
	return true;
}

bool segment_has_mute_peer(struct segment *s)
{
	struct claims c;
	unsigned int i;

	for (i = 0; i < s->n_cand; i++) {
		if ((int)i == s->local)
			continue;
		segment_claims(s, &s->cand[i].addr, &c);
		if (is_mute(&c, s->target.port))
			return true;
	}
	return false;
}

static const struct ip_addr *winner_of(const struct segment *s, unsigned int unit)
{
	int16_t who = s->winner[unit];

	return who < 0 || (unsigned int)who >= s->n_cand ? NULL : &s->cand[who].addr;
}

static bool port_gained(struct segment *s, enum way way, bool time)
{
	struct claims others;

	if (way == WAY_TIMES)
		return time;
	segment_claims(s, NULL, &others);
	if (way == WAY_LEAD || way == WAY_OPEN)
		return others.port_known || time;
	if (others.port_primary)
		return false;
	return time;
}

static bool holds_port(struct segment *s, const struct ip_addr *winner)
{
	static const u8 port[DF_VLAN_BYTES] = {1};
	u8 held[DF_VLAN_BYTES];

	segment_icc_hold(s, winner, port, held);
	return held[0];
}

static bool port_lost(struct segment *s, enum way way, bool time)
{
	const struct ip_addr *winner = winner_of(s, 0);
	struct claims c;

	if (way == WAY_TIMES)
		return time;
	if (!winner)
		return s->drain == DRAIN_NO;
	segment_claims(s, winner, &c);
	if (!c.port_known)
		return way != WAY_EXCLUSIVE && s->drain != DRAIN_NO ?
			       segment_drain_believes(s) && segment_goes(s) :
			       time;
	if (way != WAY_EXCLUSIVE && c.port_primary)
		return segment_goes(s);
	if (way != WAY_EXCLUSIVE)
		return way == WAY_OPEN && c.port_backup && segment_offers(s);
	return c.port_primary || (c.port_backup && !holds_port(s, winner));
}

/* Of @ready, which are @winner's: those that are not kept until it says that it waits. */
static void without_held(struct segment *s, const struct claims *c, const struct ip_addr *winner,
			 u8 ready[DF_VLAN_BYTES])
{
	u8 by_backup[DF_VLAN_BYTES], held[DF_VLAN_BYTES];
	unsigned int i;

	for (i = 0; i < DF_VLAN_BYTES; i++)
		by_backup[i] = ready[i] & c->backup[i] & (u8)~c->primary[i];
	segment_icc_hold(s, winner, by_backup, held);
	for (i = 0; i < DF_VLAN_BYTES; i++)
		ready[i] &= (u8)~held[i];
}

/* Of @lost: those whose winner is ready, or says nothing. */
static void vlans_lost(struct segment *s, bool time, const u8 lost[DF_VLAN_BYTES],
		       u8 now[DF_VLAN_BYTES])
{
	u8 ready[DF_VLAN_BYTES];
	struct claims c;
	unsigned int i, v;

	memset(now, 0, DF_VLAN_BYTES);
	for (i = 0; i < s->n_cand; i++) {
		if ((int)i == s->local)
			continue;
		segment_claims(s, &s->cand[i].addr, &c);
		memset(ready, 0, sizeof(ready));
		for (v = 0; v < 4095; v++) {
			u8 bit = (u8)(1u << v % 8);
			bool may = c.known[v / 8] & bit ?
					   (c.primary[v / 8] | c.backup[v / 8]) & bit :
					   time;

			if (lost[v / 8] & bit && s->winner[v] == (int16_t)i && may)
				ready[v / 8] |= bit;
		}
		without_held(s, &c, &s->cand[i].addr, ready);
		for (v = 0; v < DF_VLAN_BYTES; v++)
			now[v] |= ready[v];
	}
	for (v = 0; v < 4095; v++)
		if (s->winner[v] < 0 && s->drain == DRAIN_NO)
			now[v / 8] |= lost[v / 8] & (u8)(1u << v % 8);
}

static void next_vlans(struct segment *s, const struct roles *from, bool lose, bool gain,
		       struct roles *next)
{
	u8 lost[DF_VLAN_BYTES], gone[DF_VLAN_BYTES];
	struct claims others;
	unsigned int i;

	for (i = 0; i < DF_VLAN_BYTES; i++)
		lost[i] = from->vlan[i] & (u8)~s->target.vlan[i];
	vlans_lost(s, lose, lost, gone);
	segment_claims(s, NULL, &others);
	for (i = 0; i < DF_VLAN_BYTES; i++) {
		u8 gained = s->target.vlan[i] & (u8)~from->vlan[i] & (u8)~others.primary[i];

		next->vlan[i] = (from->vlan[i] & (u8)~gone[i]) | (gain ? gained : 0);
		next->df |= next->vlan[i] != 0;
	}
}

static void next_by_time(const struct segment *s, const struct roles *from, bool lose, bool gain,
			 struct roles *next)
{
	unsigned int i;

	for (i = 0; i < DF_VLAN_BYTES; i++) {
		u8 stays = lose ? from->vlan[i] & s->target.vlan[i] : from->vlan[i];

		next->vlan[i] = gain ? stays | s->target.vlan[i] : stays;
		next->df |= next->vlan[i] != 0;
	}
}

void segment_handover(struct segment *s, bool lose, bool gain, struct roles *next)
{
	enum way way = way_of(s);
	struct roles from = s->force;

	gain = gain && lose;
	if (s->force.port != s->target.port) /* the kind of election changed: keep nothing */
		from = (struct roles){.port = s->target.port};
	memset(next, 0, sizeof(*next));
	next->port = s->target.port;
	if (!next->port) {
		segment_stays(s);
		if (way == WAY_TIMES)
			next_by_time(s, &from, lose, gain, next);
		else
			next_vlans(s, &from, lose, gain, next);
		return;
	}
	next->df = from.df;
	if (s->target.df || !from.df)
		segment_stays(s);
	if (s->target.df && !from.df)
		next->df = port_gained(s, way, gain);
	else if (!s->target.df && from.df)
		next->df = !port_lost(s, way, lose);
	if (!next->df)
		segment_stays(s);
}

bool segment_handover_pending(const struct segment *s)
{
	return segment_is_ready(s) && memcmp(&s->force, &s->target, sizeof(s->force));
}

void segment_handover_reason(const struct segment *s, char buf[ROLE_TEXT_MAX])
{
	char df[IP_STRLEN];

	buf[0] = '\0';
	if (!segment_handover_pending(s) || segment_is_frr(s))
		return;
	if (segment_is_leaving(s))
		snprintf(buf, ROLE_TEXT_MAX, "hands over to %s: %s", ip_format(&s->df_addr, df),
			 s->leave == LEAVE_CE ? "the CE is told to leave" :
						"remote PEs are told to leave");
	else if (s->force.df && !s->target.df)
		snprintf(buf, ROLE_TEXT_MAX, "hands over to %s as soon as that one is ready",
			 ip_format(&s->df_addr, df));
	else if (!s->force.df)
		snprintf(buf, ROLE_TEXT_MAX, "takes over as soon as no other PE forwards");
	else
		snprintf(buf, ROLE_TEXT_MAX, "hands over VLANs");
}
