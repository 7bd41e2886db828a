// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes what igmp.c reads.
 *
 * RFC 2236 section 2; RFC 3376 sections 4.1, 4.2 and 4.2.14; RFC 2710 section 3; RFC 3810 sections 5.1, 5.2
 * and 5.2.14; RFC 2113 and RFC 2711 (Router Alert).
 */
#include "igmp_say.h"

enum {
	IP4_LEN = 24, /* with Router Alert */
	IP4_TOTAL = 2,
	IP4_CHECKSUM = 10,
	IP4_SOURCE = 12,
	IP4_DESTINATION = 16,

	IP6_LEN = 40,
	IP6_PAYLOAD = 4,
	IP6_SOURCE = 8,
	IP6_DESTINATION = 24,
	IP6_HOP_LEN = 8,
	IP6_ICMP = 58,

	IGMP_QUERY = 0x11,
	IGMP1_REPORT = 0x12,
	IGMP2_REPORT = 0x16,
	IGMP2_LEAVE = 0x17,
	IGMP3_REPORT = 0x22,
	MLD_QUERY = 130,
	MLD1_REPORT = 131,
	MLD1_DONE = 132,
	MLD2_REPORT = 143,

	CODE = 1,
	CHECKSUM = 2,
	REPORT_RECORDS = 6,
	REPORT_LEN = 8,
	RECORD_LEN = 4,
	RECORD_SOURCES = 2,

	IGMP_GROUP = 4,
	IGMP_LEN = 8,
	IGMP3_QUERY_LEN = 12,
	MLD_RESPONSE = 4,
	MLD_GROUP = 8,
	MLD_LEN = 24,
	MLD2_QUERY_LEN = 28,

	QUERY_ROBUSTNESS = 2,
	QUERY_INTERVAL = 125,
};

static void put16(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v & 0xff;
}

static u32 ip_len(u8 family)
{
	return family == 4 ? IP4_LEN : IP6_LEN + IP6_HOP_LEN;
}

/* 224.0.0.@last, or ff02::@last */
static void link_group(u8 *to, u8 family, u8 last)
{
	memset(to, 0, family);
	to[0] = family == 4 ? 224 : 0xff;
	if (family == EVPN_IGMP_ADDR_LEN)
		to[1] = 2;
	to[family - 1] = last;
}

/* @len: octets of the message behind it. TTL 1 and a Router Alert: RFC 3376 section 4. */
static void ip4_put(u8 *data, u32 len, const u8 *to, const u8 *from)
{
	static const u8 head[] = {0x46, 0xc0, 0, 0, 0, 0, 0, 0, 1, 2};
	static const u8 alert[] = {0x94, 4, 0, 0};
	u8 *message = data + IP4_LEN;

	memset(data, 0, IP4_LEN);
	memcpy(data, head, sizeof(head));
	put16(data + IP4_TOTAL, IP4_LEN + len);
	memcpy(data + IP4_SOURCE, from, 4);
	memcpy(data + IP4_DESTINATION, to, 4);
	memcpy(data + IP4_LEN - sizeof(alert), alert, sizeof(alert));
	put16(data + IP4_CHECKSUM, ~evpn_igmp_sum(0, data, IP4_LEN));
	put16(message + CHECKSUM, ~evpn_igmp_sum(0, message, len));
}

/* Hop limit 1 and a Router Alert in a Hop-by-Hop header: RFC 3810 section 5. */
static void ip6_put(u8 *data, u32 len, const u8 *to, const u8 *from)
{
	static const u8 head[] = {0x60, 0, 0, 0, 0, 0, 0, 1};
	static const u8 hop[IP6_HOP_LEN] = {IP6_ICMP, 0, 5, 2, 0, 0, 1, 0};
	u8 *message = data + IP6_LEN + IP6_HOP_LEN;
	u32 sum;

	memcpy(data, head, sizeof(head));
	put16(data + IP6_PAYLOAD, IP6_HOP_LEN + len);
	memcpy(data + IP6_SOURCE, from, EVPN_IGMP_ADDR_LEN);
	memcpy(data + IP6_DESTINATION, to, EVPN_IGMP_ADDR_LEN);
	memcpy(data + IP6_LEN, hop, sizeof(hop));
	sum = evpn_igmp_sum(len + IP6_ICMP, data + IP6_SOURCE, 2 * EVPN_IGMP_ADDR_LEN);
	put16(message + CHECKSUM, ~evpn_igmp_sum(sum, message, len));
}

/* Return: octets of the packet, whose message of @len octets is written, its checksum 0. */
static u32 ip_put(u8 *data, u8 family, u32 len, const u8 *to, const u8 *from)
{
	if (family == 4)
		ip4_put(data, len, to, from);
	else
		ip6_put(data, len, to, from);
	return ip_len(family) + len;
}

/**
 * evpn_igmp_say_begin() - a report of IGMPv3 or MLDv2
 * @say: initialized
 * @family: 4 or 16
 * @data: where
 * @room: octets there, at least EVPN_IGMP_SAY_OLD_MAX
 */
void evpn_igmp_say_begin(struct evpn_igmp_say *say, u8 family, u8 *data, u32 room)
{
	*say = (struct evpn_igmp_say){.family = family, .data = data, .room = room};
	say->len = ip_len(family) + REPORT_LEN;
	memset(data, 0, say->len);
}

/**
 * evpn_igmp_say_record() - one more record
 * @say: the report
 * @type: of the record
 * @group: its group
 * @sources: @n of them
 * @n: at most 64, so that a record alone always fits
 *
 * Return: false when there is no room; the report is to be sent, and another one begun.
 */
bool evpn_igmp_say_record(struct evpn_igmp_say *say, enum evpn_igmp_record_type type,
			  const u8 *group, const u8 *sources, u16 n)
{
	u32 len = RECORD_LEN + say->family + n * (u32)say->family;
	u8 *p = say->data + say->len;

	if (len > say->room - say->len)
		return false;
	p[0] = type;
	p[1] = 0;
	put16(p + RECORD_SOURCES, n);
	p += RECORD_LEN;
	memcpy(p, group, say->family);
	for (; n; n--, sources += EVPN_IGMP_ADDR_LEN) {
		p += say->family;
		memcpy(p, sources, say->family);
	}
	say->len += len;
	say->records++;
	return true;
}

/** evpn_igmp_say_end() - the headers around it, from @from. Return: octets of the packet */
u32 evpn_igmp_say_end(struct evpn_igmp_say *say, const u8 *from)
{
	u8 *message = say->data + ip_len(say->family);
	u8 to[EVPN_IGMP_ADDR_LEN];

	link_group(to, say->family, say->family == 4 ? 22 : 0x16);
	message[0] = say->family == 4 ? IGMP3_REPORT : MLD2_REPORT;
	put16(message + REPORT_RECORDS, say->records);
	return ip_put(say->data, say->family, say->len - ip_len(say->family), to, from);
}

static u8 old_type(u8 family, u8 version, bool leave)
{
	if (family != 4)
		return leave ? MLD1_DONE : MLD1_REPORT;
	if (leave)
		return IGMP2_LEAVE;
	return version == 1 ? IGMP1_REPORT : IGMP2_REPORT;
}

/**
 * evpn_igmp_say_old() - a report or a leave of IGMPv1, IGMPv2 or MLDv1
 * @data: EVPN_IGMP_SAY_OLD_MAX octets
 * @family: 4 or 16
 * @version: of the protocol; IGMPv1 knows no leave
 * @leave: which of the two
 * @group: the group
 * @from: who says it
 *
 * Return: octets of the packet.
 */
u32 evpn_igmp_say_old(u8 *data, u8 family, u8 version, bool leave, const u8 *group, const u8 *from)
{
	u32 len = family == 4 ? IGMP_LEN : MLD_LEN;
	u8 *message = data + ip_len(family);
	u8 to[EVPN_IGMP_ADDR_LEN];

	memset(message, 0, len);
	message[0] = old_type(family, version, leave);
	memcpy(message + (family == 4 ? IGMP_GROUP : MLD_GROUP), group, family);
	if (leave)
		link_group(to, family, 2);
	else
		memcpy(to, group, family);
	return ip_put(data, family, len, to, from);
}

static u32 igmp_query(u8 *message, u8 version, u32 response_ms)
{
	u32 len = version == 3 ? IGMP3_QUERY_LEN : IGMP_LEN;

	memset(message, 0, len);
	message[0] = IGMP_QUERY;
	message[CODE] = version == 1 ? 0 : response_ms / 100;
	if (version == 3) {
		message[IGMP_LEN] = QUERY_ROBUSTNESS;
		message[IGMP_LEN + 1] = QUERY_INTERVAL;
	}
	return len;
}

static u32 mld_query(u8 *message, u8 version, u32 response_ms)
{
	u32 len = version == 2 ? MLD2_QUERY_LEN : MLD_LEN;

	memset(message, 0, len);
	message[0] = MLD_QUERY;
	put16(message + MLD_RESPONSE, response_ms);
	if (version == 2) {
		message[MLD_LEN] = QUERY_ROBUSTNESS;
		message[MLD_LEN + 1] = QUERY_INTERVAL;
	}
	return len;
}

/**
 * evpn_igmp_say_query() - a general query
 * @data: EVPN_IGMP_SAY_OLD_MAX octets
 * @family: 4 or 16
 * @version: of the protocol
 * @response_ms: time for an answer, below 12800, where all versions write it as it is
 * @from: who asks
 *
 * Return: octets of the packet.
 */
u32 evpn_igmp_say_query(u8 *data, u8 family, u8 version, u32 response_ms, const u8 *from)
{
	u8 *message = data + ip_len(family);
	u8 to[EVPN_IGMP_ADDR_LEN];
	u32 len;

	link_group(to, family, 1);
	if (family == 4)
		len = igmp_query(message, version, response_ms);
	else
		len = mld_query(message, version, response_ms);
	return ip_put(data, family, len, to, from);
}

/** evpn_igmp_say_mac() - the group address of Ethernet that a packet goes to (RFC 1112, RFC 2464) */
void evpn_igmp_say_mac(const u8 *data, u8 family, u8 mac[6])
{
	const u8 *to = data + (family == 4 ? IP4_DESTINATION : IP6_DESTINATION);

	if (family == 4) {
		mac[0] = 0x01;
		mac[1] = 0x00;
		mac[2] = 0x5e;
		mac[3] = to[1] & 0x7f;
		mac[4] = to[2];
		mac[5] = to[3];
		return;
	}
	mac[0] = 0x33;
	mac[1] = 0x33;
	memcpy(mac + 2, to + 12, 4);
}
