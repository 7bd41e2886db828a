// SPDX-License-Identifier: GPL-2.0
/*
 * LACPDUs: recognize one, send it out of sync, and put right what the partner echoes of that.
 *
 * A partner that reads SYNCHRONIZATION clear stops collecting and distributing on the link
 * (IEEE 802.1AX-2020 section 6.4.15, the Mux machine), and puts its traffic on the others.
 * A LACPDU has no checksum of its own, so a changed octet is all it takes.
 *
 * IEEE 802.1AX-2020 sections 6.4.2 (format), 6.4.4 (periods).
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

	FAST_PERIOD_MS = 1000,
	SLOW_PERIOD_MS = 30000,
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
	return data[OFFSET_PARTNER_STATE] & EVPN_LACP_SHORT_TIMEOUT ? FAST_PERIOD_MS :
								      SLOW_PERIOD_MS;
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
