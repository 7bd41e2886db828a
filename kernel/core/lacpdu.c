// SPDX-License-Identifier: GPL-2.0-only
/*
 * LACPDUs: recognize one, send it out of sync, put right what the partner echoes of that, and judge
 * from those of both ends what the link is good for.
 *
 * A partner that reads SYNCHRONIZATION clear stops collecting and distributing on the link
 * (IEEE 802.1AX-2020 section 6.4.15, the Mux machine), and puts its traffic on the others.
 * A LACPDU has no checksum of its own, so a changed octet is all it takes.
 *
 * IEEE 802.1AX-2020 sections 6.4.2 (format), 6.4.4 (periods), 6.4.9 (update_NTT).
 */
#include "lacpdu.h"

enum {
	OFFSET_ETHERTYPE = 12,
	OFFSET_SUBTYPE = 14,
	OFFSET_VERSION = 15,
	OFFSET_ACTOR_TLV = 16,
	OFFSET_ACTOR_INFO = 18,
	OFFSET_ACTOR_STATE = 32,
	OFFSET_PARTNER_TLV = 36,
	OFFSET_PARTNER_INFO = 38,
	OFFSET_PARTNER_STATE = 52,

	SUBTYPE_LACP = 1,
	TLV_ACTOR = 1,
	TLV_PARTNER = 2,
	TLV_LEN = 20,
	/* System priority, system, key, port priority, port: all that comes before a state. */
	INFO_LEN = OFFSET_ACTOR_STATE - OFFSET_ACTOR_INFO,

	OFFSET_SOURCE = 6,
	OFFSET_COLLECTOR_TLV = 56,
	TLV_COLLECTOR = 3,
	TLV_COLLECTOR_LEN = 16,

	FAST_PERIOD_MS = 1000,
	SLOW_PERIOD_MS = 30000,
	TIMEOUT_PERIODS = 3,
};

/**
 * evpn_lacpdu_valid() - is this a complete LACPDU?
 * @data: an untagged frame from its destination address on
 * @len: its length
 *
 * The version is not looked at: a newer one keeps these fields (section 6.4.2.4). Markers and OAM
 * share the EtherType and are told apart by the subtype.
 *
 * Return: true when every other function of this file may be called on @data.
 */
bool evpn_lacpdu_valid(const u8 *data, u32 len)
{
	static const u8 group[6] = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x02};

	return len >= EVPN_LACPDU_LEN && !memcmp(data, group, sizeof(group)) &&
	       evpn_be16(data + OFFSET_ETHERTYPE) == EVPN_P_SLOW &&
	       data[OFFSET_SUBTYPE] == SUBTYPE_LACP && data[OFFSET_VERSION] &&
	       data[OFFSET_ACTOR_TLV] == TLV_ACTOR && data[OFFSET_ACTOR_TLV + 1] == TLV_LEN &&
	       data[OFFSET_PARTNER_TLV] == TLV_PARTNER && data[OFFSET_PARTNER_TLV + 1] == TLV_LEN;
}

/** evpn_lacpdu_actor_state() - the sender's own state; @data is a valid LACPDU */
u8 evpn_lacpdu_actor_state(const u8 *data)
{
	return data[OFFSET_ACTOR_STATE];
}

/** evpn_lacpdu_partner_state() - the receiver's state as the sender knows it; as above */
u8 evpn_lacpdu_partner_state(const u8 *data)
{
	return data[OFFSET_PARTNER_STATE];
}

static u32 period_ms(u8 state)
{
	return state & EVPN_LACP_SHORT_TIMEOUT ? FAST_PERIOD_MS : SLOW_PERIOD_MS;
}

/**
 * evpn_lacpdu_period_ms() - how often the sender of a LACPDU sends one
 * @data: a valid LACPDU
 *
 * The period is the wish of the partner, which the sender repeats in the partner's state.
 *
 * Return: milliseconds.
 */
u32 evpn_lacpdu_period_ms(const u8 *data)
{
	return period_ms(data[OFFSET_PARTNER_STATE]);
}

/**
 * evpn_lacp_timeout_ms() - how long a partner may be silent
 * @own_state: the receiver's state as the partner was told
 *
 * Return: milliseconds; short_timeout_time or long_timeout_time of section 6.4.4.
 */
u32 evpn_lacp_timeout_ms(u8 own_state)
{
	return TIMEOUT_PERIODS * period_ms(own_state);
}

/** evpn_lacpdu_actor() - what the sender of @data, a valid LACPDU, says of itself */
void evpn_lacpdu_actor(const u8 *data, struct evpn_lacp_info *info)
{
	const u8 *p = data + OFFSET_ACTOR_INFO;

	info->priority = evpn_be16(p);
	memcpy(info->system, p + 2, sizeof(info->system));
	info->key = evpn_be16(p + 8);
	info->port_priority = evpn_be16(p + 10);
	info->port = evpn_be16(p + 12);
	info->state = p[INFO_LEN];
}

/** evpn_lacp_same_end() - is it the same port of the same aggregate? States are not compared. */
bool evpn_lacp_same_end(const struct evpn_lacp_info *a, const struct evpn_lacp_info *b)
{
	return a->priority == b->priority && !memcmp(a->system, b->system, sizeof(a->system)) &&
	       a->key == b->key && a->port_priority == b->port_priority && a->port == b->port;
}

/**
 * evpn_lacp_judge() - what is a link good for?
 * @view: what is known of it
 *
 * A standby tells its partner that it is out of sync, so the partner does not distribute to it and
 * never will before the role changes. What can be asked of a standby is that the partner's SYNC is
 * set: it has put the link into the aggregate, and waits for nothing but the standby. Whether this
 * host has done the same is in what it sends; it sees none of what is rewritten, so it distributes.
 * Before it has sent anything, it is given the benefit of the doubt.
 *
 * Return: enum evpn_partner.
 */
u32 evpn_lacp_judge(const struct evpn_lacp_view *view)
{
	if (!view->link || !view->heard)
		return EVPN_PARTNER_UNKNOWN;
	if (view->partner_state & EVPN_LACP_DEFAULTED)
		return EVPN_PARTNER_DEAF;
	if (view->late)
		return view->partner_state & EVPN_LACP_EXPIRED ? EVPN_PARTNER_DEAF :
								 EVPN_PARTNER_EXPIRED;
	if (!(view->partner_state & EVPN_LACP_SYNC))
		return EVPN_PARTNER_OUT_OF_SYNC;
	if (view->sent && (view->own_state & EVPN_LACP_IN_SYNC) != EVPN_LACP_IN_SYNC)
		return EVPN_PARTNER_DETACHED;
	if ((view->partner_state & EVPN_LACP_IN_SYNC) != EVPN_LACP_IN_SYNC)
		return EVPN_PARTNER_READY;
	return EVPN_PARTNER_ACTIVE;
}

/**
 * evpn_lacpdu_ask() - make the receiver answer at once
 * @data: a valid LACPDU
 *
 * A receiver whose SYNCHRONIZATION is echoed wrongly sends a LACPDU (section 6.4.9, update_NTT),
 * and does nothing else about it: what it takes from the echo otherwise are the identifiers.
 */
void evpn_lacpdu_ask(u8 *data)
{
	data[OFFSET_PARTNER_STATE] ^= EVPN_LACP_SYNC;
}

/**
 * evpn_lacpdu_answer() - a LACPDU of this host, from one of its partner
 * @heard: what was received; valid
 * @address: source address, six octets
 * @data: set to EVPN_LACPDU_LEN octets of a valid LACPDU that says of both ends what @heard says
 */
void evpn_lacpdu_answer(const u8 *heard, const u8 *address, u8 *data)
{
	memset(data, 0, EVPN_LACPDU_LEN);
	memcpy(data, heard, OFFSET_ACTOR_TLV);
	memcpy(data + OFFSET_SOURCE, address, OFFSET_ETHERTYPE - OFFSET_SOURCE);
	data[OFFSET_VERSION] = 1;
	data[OFFSET_ACTOR_TLV] = TLV_ACTOR;
	data[OFFSET_ACTOR_TLV + 1] = TLV_LEN;
	memcpy(data + OFFSET_ACTOR_INFO, heard + OFFSET_PARTNER_INFO, INFO_LEN + 1);
	data[OFFSET_PARTNER_TLV] = TLV_PARTNER;
	data[OFFSET_PARTNER_TLV + 1] = TLV_LEN;
	memcpy(data + OFFSET_PARTNER_INFO, heard + OFFSET_ACTOR_INFO, INFO_LEN + 1);
	data[OFFSET_COLLECTOR_TLV] = TLV_COLLECTOR;
	data[OFFSET_COLLECTOR_TLV + 1] = TLV_COLLECTOR_LEN;
}

/**
 * evpn_lacpdu_set_oos() - clear SYNCHRONIZATION, COLLECTING and DISTRIBUTING of the actor
 * @data: a valid LACPDU
 *
 * Return: whether one of them was set.
 */
bool evpn_lacpdu_set_oos(u8 *data)
{
	bool was = data[OFFSET_ACTOR_STATE] & EVPN_LACP_IN_SYNC;

	data[OFFSET_ACTOR_STATE] &= ~EVPN_LACP_IN_SYNC;
	return was;
}

/**
 * evpn_lacpdu_echo_differs() - does a received LACPDU echo a state that was rewritten?
 * @data: the received LACPDU, valid
 * @sent: the last LACPDU sent, valid and as it was before it was rewritten
 *
 * Only an echo of this very port counts: anything else is news, and the host must see it.
 */
bool evpn_lacpdu_echo_differs(const u8 *data, const u8 *sent)
{
	return !memcmp(data + OFFSET_PARTNER_INFO, sent + OFFSET_ACTOR_INFO, INFO_LEN) &&
	       ((data[OFFSET_PARTNER_STATE] ^ sent[OFFSET_ACTOR_STATE]) & EVPN_LACP_IN_SYNC);
}

/**
 * evpn_lacpdu_fix_echo() - make the echo agree with what the host believes it sent
 * @data: the received LACPDU, valid
 * @sent: the last LACPDU sent, valid and as it was before it was rewritten
 *
 * Otherwise the host takes each received LACPDU for a misunderstanding and answers at once
 * (802.1AX-2020 section 6.4.9, update_NTT), and two such hosts would do so for ever.
 */
void evpn_lacpdu_fix_echo(u8 *data, const u8 *sent)
{
	data[OFFSET_PARTNER_STATE] &= ~EVPN_LACP_IN_SYNC;
	data[OFFSET_PARTNER_STATE] |= sent[OFFSET_ACTOR_STATE] & EVPN_LACP_IN_SYNC;
}
