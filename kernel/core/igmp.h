/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What IGMP and MLD say: who on a segment wants which multicast group, and who asks for it.
 *
 * A message is read in two steps: evpn_igmp_parse() judges it as a whole, then evpn_igmp_next() gives one
 * record after the other. The reports and leaves of the older versions are records too, as RFC 3376
 * section 7.3.2 and RFC 3810 section 8.3.2 translate them.
 */
#ifndef EVPN_CORE_IGMP_H
#define EVPN_CORE_IGMP_H

#include "types.h"

enum evpn_igmp_size {
	EVPN_IGMP_ADDR_LEN = 16,
	/* Behind the outer tag: a longer message is not read. The largest MTU in use, and an inner tag. */
	EVPN_IGMP_LEN_MAX = 9216,
};

/**
 * enum evpn_igmp_kind - what a message is
 * @EVPN_IGMP_REPORT: of a host: reports and leaves of all versions
 * @EVPN_IGMP_QUERY: of a router
 */
enum evpn_igmp_kind {
	EVPN_IGMP_REPORT,
	EVPN_IGMP_QUERY,
};

/* The types of RFC 3376 section 4.2.12, which are those of RFC 3810 section 5.2.12. */
enum evpn_igmp_record_type {
	EVPN_IGMP_IS_IN = 1,
	EVPN_IGMP_IS_EX = 2,
	EVPN_IGMP_TO_IN = 3,
	EVPN_IGMP_TO_EX = 4,
	EVPN_IGMP_ALLOW = 5,
	EVPN_IGMP_BLOCK = 6,
};

/**
 * struct evpn_igmp - a message
 * @tag: Ethernet tag it came with: 0, VID, or (outer << 12) | inner
 * @kind: report or query
 * @family: octets of its addresses: 4 (IGMP) or 16 (MLD)
 * @version: of the protocol: 1 to 3 of IGMP, 1 to 2 of MLD
 * @old_type: of the only record of a report of a version without records
 * @suppress: of a query: routers are not to change their timers (S flag)
 * @robustness: of a query: QRV, 0 when it does not say
 * @source: who says it, network order; the rest is zero
 * @group: of a query, all zero when it is a general one
 * @response_ms: of a query: how long an answer may take
 * @interval_ms: of a query: time between two general ones, 0 when it does not say
 * @left: records of a report, or sources of a query, that have not been read
 * @data: where they begin
 * @len: octets at @data
 */
struct evpn_igmp {
	u32 tag;
	enum evpn_igmp_kind kind;
	u8 family;
	u8 version;
	u8 old_type;
	bool suppress;
	u8 robustness;
	u8 source[EVPN_IGMP_ADDR_LEN];
	u8 group[EVPN_IGMP_ADDR_LEN];
	u32 response_ms;
	u32 interval_ms;
	u16 left;
	const u8 *data;
	u32 len;
};

/**
 * struct evpn_igmp_record - what a host says about one group
 * @type: enum evpn_igmp_record_type
 * @group: one that routers have to do with; as many octets as evpn_igmp.family says
 * @sources: how many there are at @source
 * @source: one address behind the other
 */
struct evpn_igmp_record {
	enum evpn_igmp_record_type type;
	const u8 *group;
	u16 sources;
	const u8 *source;
};

u32 evpn_igmp_sum(u32 sum, const u8 *p, u32 len);
int evpn_igmp_parse(u16 proto, u16 vid, const u8 *data, u32 len, struct evpn_igmp *msg);
bool evpn_igmp_next(struct evpn_igmp *msg, struct evpn_igmp_record *record);
bool evpn_igmp_group_usable(const u8 *group, u8 family);
bool evpn_igmp_source_usable(const u8 *source, u8 family);

#endif /* EVPN_CORE_IGMP_H */
