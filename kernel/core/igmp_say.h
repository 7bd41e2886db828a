/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a host says with IGMP and MLD, and a router that asks: packets, from the IP header on.
 *
 * Sources are given as EVPN_IGMP_ADDR_LEN octets each, of which the family's count.
 */
#ifndef EVPN_CORE_IGMP_SAY_H
#define EVPN_CORE_IGMP_SAY_H

#include "igmp.h"

enum evpn_igmp_say_size {
	/* No packet is longer: what passes any Ethernet, an inner tag included. */
	EVPN_IGMP_SAY_MAX = 1480,
	/* The longest without records: IPv6, hop-by-hop options, MLDv2 query. */
	EVPN_IGMP_SAY_OLD_MAX = 40 + 8 + 28,
};

/**
 * struct evpn_igmp_say - a report of the newest version while records are put into it
 * @family: octets of its addresses, 4 or 16
 * @data: the packet
 * @room: octets there
 * @len: octets used
 * @records: how many are in it
 */
struct evpn_igmp_say {
	u8 family;
	u8 *data;
	u32 room;
	u32 len;
	u16 records;
};

void evpn_igmp_say_begin(struct evpn_igmp_say *say, u8 family, u8 *data, u32 room);
bool evpn_igmp_say_record(struct evpn_igmp_say *say, enum evpn_igmp_record_type type,
			  const u8 *group, const u8 *sources, u16 n);
u32 evpn_igmp_say_end(struct evpn_igmp_say *say, const u8 *from);
u32 evpn_igmp_say_old(u8 *data, u8 family, u8 version, bool leave, const u8 *group, const u8 *from);
u32 evpn_igmp_say_query(u8 *data, u8 family, u8 version, u32 response_ms, const u8 *from);
void evpn_igmp_say_mac(const u8 *data, u8 family, u8 mac[6]);

#endif /* EVPN_CORE_IGMP_SAY_H */
