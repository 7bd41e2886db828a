// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads IGMPv1, v2 and v3, and MLDv1 and v2, as a router reads them.
 *
 * RFC 1112 appendix I; RFC 2236 sections 2 and 3; RFC 3376 sections 4, 7.1 and 7.3.2; RFC 2710
 * sections 3 and 4; RFC 3590; RFC 3810 sections 5, 6.2, 7.4, 8.1 and 8.3.2.
 */
#include "frame.h"
#include "igmp.h"

enum {
	IP4_LEN = 20,
	IP4_TOTAL = 2,
	IP4_FRAGMENT = 6,
	IP4_FRAGMENT_MASK = 0x3fff, /* more to come, or an offset */
	IP4_TTL = 8,
	IP4_PROTOCOL = 9,
	IP4_SOURCE = 12,
	IP4_DESTINATION = 16,
	IP4_IGMP = 2,

	IP6_LEN = 40,
	IP6_PAYLOAD = 4,
	IP6_NEXT_HEADER = 6,
	IP6_HOP_LIMIT = 7,
	IP6_SOURCE = 8,
	IP6_DESTINATION = 24,
	IP6_HOP_BY_HOP = 0,
	IP6_ICMP = 58,
	HOP_UNIT = 8,
	HOP_PAD1 = 0,
	HOP_ROUTER_ALERT = 5,

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
	/* The same place in IGMPv3 and MLDv2. */
	REPORT_RECORDS = 6,
	REPORT_LEN = 8,
	RECORD_LEN = 4, /* and the group */
	RECORD_AUX = 1,
	RECORD_SOURCES = 2,

	IGMP_GROUP = 4,
	IGMP_LEN = 8,
	IGMP3_QUERY_LEN = 12,
	MLD_GROUP = 8,
	MLD_RESPONSE = 4,
	MLD_LEN = 24,
	MLD2_QUERY_LEN = 28,

	/* Of a query of IGMPv3 and of MLDv2, behind the group. */
	QUERY_FLAGS = 0,
	QUERY_INTERVAL = 1,
	QUERY_SOURCES = 2,
	QUERY_SUPPRESS = 0x08,
	QUERY_ROBUSTNESS = 0x07,

	IGMP1_RESPONSE = 100, /* tenths of a second: RFC 3376 section 7.2.1 */
};

static bool all_zero(const u8 *p, u32 len)
{
	while (len--) {
		if (p[len])
			return false;
	}
	return true;
}

/** evpn_igmp_sum() - the Internet checksum of octets, not yet complemented, and of what @sum is of */
u32 evpn_igmp_sum(u32 sum, const u8 *p, u32 len)
{
	for (; len > 1; len -= 2, p += 2)
		sum += evpn_be16(p);
	if (len)
		sum += (u32)p[0] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static bool checksum_ok(u32 sum, const u8 *p, u32 len)
{
	return evpn_igmp_sum(sum, p, len) == 0xffff;
}

static bool is_multicast(const u8 *addr, u8 family)
{
	return family == 4 ? (addr[0] & 0xf0) == 0xe0 : addr[0] == 0xff;
}

/**
 * evpn_igmp_group_usable() - is this a group that routers have to do with?
 * @group: network order
 * @family: its octets, 4 or 16
 *
 * Not those that never leave the link: 224.0.0.0/24, and scopes up to link-local (RFC 4291 section 2.7, RFC
 * 3810 section 6).
 */
bool evpn_igmp_group_usable(const u8 *group, u8 family)
{
	if (!is_multicast(group, family))
		return false;
	if (family == 4)
		return group[0] != 224 || group[1] || group[2];
	return (group[1] & 0xf) > 2;
}

/** evpn_igmp_source_usable() - can this be the source of a multicast stream? */
bool evpn_igmp_source_usable(const u8 *source, u8 family)
{
	return !is_multicast(source, family) && !all_zero(source, family) &&
	       !(family == 4 && (source[0] == 127 || source[0] == 255));
}

/* An exponent of three bits above a mantissa of @bits, RFC 3376 section 4.1.1 and RFC 3810 section 5.1.3. */
static u32 float_decode(u32 code, u32 bits)
{
	u32 one = 1U << bits;

	if (code < one << 3)
		return code;
	return ((code & (one - 1)) | one) << ((code >> bits & 7) + 3);
}

/* Every record within the message: what is cut short is not believed in its beginning either. */
static bool records_fit(const struct evpn_igmp *msg)
{
	const u8 *p = msg->data;
	u32 len = msg->len, size;
	u16 left = msg->left;

	for (; left; left--, p += size, len -= size) {
		size = RECORD_LEN + msg->family;
		if (len < size)
			return false;
		size += evpn_be16(p + RECORD_SOURCES) * (u32)msg->family + p[RECORD_AUX] * 4U;
		if (len < size)
			return false;
	}
	return true;
}

static int report_parse(struct evpn_igmp *msg, const u8 *data, u32 len, u8 version)
{
	msg->kind = EVPN_IGMP_REPORT;
	msg->version = version;
	msg->left = evpn_be16(data + REPORT_RECORDS);
	msg->data = data + REPORT_LEN;
	msg->len = len - REPORT_LEN;
	return records_fit(msg) ? 0 : -EINVAL;
}

/* @to: where the message was sent; a report of these versions is sent to the group itself */
static int old_parse(struct evpn_igmp *msg, const u8 *group, const u8 *to, u8 version, u8 type)
{
	if (type == EVPN_IGMP_IS_EX && memcmp(group, to, msg->family))
		return -EINVAL;
	msg->kind = EVPN_IGMP_REPORT;
	msg->version = version;
	msg->old_type = type;
	msg->left = 1;
	msg->data = group;
	msg->len = msg->family;
	return 0;
}

/* What is behind the group in a query of the newest version of either protocol. */
static int query_parse_new(struct evpn_igmp *msg, const u8 *data, u32 len)
{
	msg->suppress = data[QUERY_FLAGS] & QUERY_SUPPRESS;
	msg->robustness = data[QUERY_FLAGS] & QUERY_ROBUSTNESS;
	msg->interval_ms = float_decode(data[QUERY_INTERVAL], 4) * 1000;
	msg->left = evpn_be16(data + QUERY_SOURCES);
	msg->data = data + QUERY_SOURCES + 2;
	msg->len = len - QUERY_SOURCES - 2;
	return msg->len >= msg->left * (u32)msg->family ? 0 : -EINVAL;
}

static int query_check(const struct evpn_igmp *msg)
{
	bool general = all_zero(msg->group, msg->family);

	if (!general && !is_multicast(msg->group, msg->family))
		return -EINVAL;
	return general && msg->left ? -EINVAL : 0;
}

static int igmp_query(struct evpn_igmp *msg, const u8 *data, u32 len)
{
	int err = 0;

	msg->kind = EVPN_IGMP_QUERY;
	memcpy(msg->group, data + IGMP_GROUP, msg->family);
	if (len == IGMP_LEN) {
		msg->version = data[CODE] ? 2 : 1;
		msg->response_ms = (data[CODE] ?: IGMP1_RESPONSE) * 100;
	} else if (len >= IGMP3_QUERY_LEN) {
		msg->version = 3;
		msg->response_ms = float_decode(data[CODE], 4) * 100;
		err = query_parse_new(msg, data + IGMP_LEN, len - IGMP_LEN);
	} else {
		err = -EINVAL;
	}
	return err ?: query_check(msg);
}

static int igmp_parse(struct evpn_igmp *msg, const u8 *data, u32 len, const u8 *to)
{
	if (len < IGMP_LEN || !checksum_ok(0, data, len))
		return -EINVAL;
	switch (data[0]) {
	case IGMP_QUERY:
		return igmp_query(msg, data, len);
	case IGMP1_REPORT:
		return old_parse(msg, data + IGMP_GROUP, to, 1, EVPN_IGMP_IS_EX);
	case IGMP2_REPORT:
		return old_parse(msg, data + IGMP_GROUP, to, 2, EVPN_IGMP_IS_EX);
	case IGMP2_LEAVE:
		return old_parse(msg, data + IGMP_GROUP, to, 2, EVPN_IGMP_TO_IN);
	case IGMP3_REPORT:
		return report_parse(msg, data, len, 3);
	}
	return -EINVAL;
}

/*
 * A TTL of 1 shows that no router has passed it on. A Router Alert is not asked for: IGMPv1 has none, older
 * hosts of IGMPv2 leave it out, and a multicast router does not ask for it either unless told to.
 */
static int ip4_parse(const u8 *data, u32 len, struct evpn_igmp *msg)
{
	u32 header, total;

	if (len < IP4_LEN)
		return -EINVAL;
	header = (data[0] & 0xf) * 4;
	total = evpn_be16(data + IP4_TOTAL);
	if (data[0] >> 4 != 4 || header < IP4_LEN || total < header || total > len ||
	    data[IP4_PROTOCOL] != IP4_IGMP || data[IP4_TTL] != 1 ||
	    evpn_be16(data + IP4_FRAGMENT) & IP4_FRAGMENT_MASK || !checksum_ok(0, data, header))
		return -EINVAL;
	if (!is_multicast(data + IP4_DESTINATION, 4) || is_multicast(data + IP4_SOURCE, 4) ||
	    data[IP4_SOURCE] == 127 || data[IP4_SOURCE] == 255)
		return -EINVAL;
	msg->family = 4;
	memcpy(msg->source, data + IP4_SOURCE, 4);
	return igmp_parse(msg, data + header, total - header, data + IP4_DESTINATION);
}

static int mld_query(struct evpn_igmp *msg, const u8 *data, u32 len)
{
	u16 code = evpn_be16(data + MLD_RESPONSE);
	int err = 0;

	msg->kind = EVPN_IGMP_QUERY;
	memcpy(msg->group, data + MLD_GROUP, msg->family);
	if (len == MLD_LEN) {
		msg->version = 1;
		msg->response_ms = code;
	} else if (len >= MLD2_QUERY_LEN) {
		msg->version = 2;
		msg->response_ms = float_decode(code, 12);
		err = query_parse_new(msg, data + MLD_LEN, len - MLD_LEN);
	} else {
		err = -EINVAL;
	}
	return err ?: query_check(msg);
}

static int mld_parse(struct evpn_igmp *msg, const u8 *data, u32 len, const u8 *to)
{
	if (data[0] == MLD2_REPORT)
		return report_parse(msg, data, len, 2);
	if (len < MLD_LEN)
		return -EINVAL;
	switch (data[0]) {
	case MLD_QUERY:
		return mld_query(msg, data, len);
	case MLD1_REPORT:
		return old_parse(msg, data + MLD_GROUP, to, 1, EVPN_IGMP_IS_EX);
	case MLD1_DONE:
		return old_parse(msg, data + MLD_GROUP, to, 1, EVPN_IGMP_TO_IN);
	}
	return -EINVAL;
}

/* Is there a Router Alert for MLD (RFC 2711: value 0) among the options? */
static bool has_router_alert(const u8 *option, u32 len)
{
	while (len) {
		u32 size = option[0] == HOP_PAD1 ? 1 : len < 2 ? 2 : 2U + option[1];

		if (size > len)
			return false;
		if (option[0] == HOP_ROUTER_ALERT && size == 4 && all_zero(option + 2, 2))
			return true;
		option += size;
		len -= size;
	}
	return false;
}

static bool is_link_local(const u8 *addr)
{
	return addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80;
}

/* Link-local source, hop limit 1 and Router Alert: RFC 3810 sections 6.2 and 7.4 drop all else. */
static int ip6_parse(const u8 *data, u32 len, struct evpn_igmp *msg)
{
	const u8 *hop = data + IP6_LEN, *icmp;
	u32 size, payload, sum;

	if (len < IP6_LEN + HOP_UNIT || data[0] >> 4 != 6 ||
	    data[IP6_NEXT_HEADER] != IP6_HOP_BY_HOP || data[IP6_HOP_LIMIT] != 1)
		return -EINVAL;
	payload = evpn_be16(data + IP6_PAYLOAD);
	size = (hop[1] + 1U) * HOP_UNIT;
	if (payload > len - IP6_LEN || payload < size + REPORT_LEN || hop[0] != IP6_ICMP ||
	    !has_router_alert(hop + 2, size - 2))
		return -EINVAL;
	if (!is_link_local(data + IP6_SOURCE) || !is_multicast(data + IP6_DESTINATION, 16))
		return -EINVAL;
	icmp = hop + size;
	payload -= size;
	/* The pseudo-header: both addresses, length and protocol. */
	sum = evpn_igmp_sum(payload + IP6_ICMP, data + IP6_SOURCE, 2 * EVPN_IGMP_ADDR_LEN);
	if (!checksum_ok(sum, icmp, payload))
		return -EINVAL;
	msg->family = EVPN_IGMP_ADDR_LEN;
	memcpy(msg->source, data + IP6_SOURCE, EVPN_IGMP_ADDR_LEN);
	return mld_parse(msg, icmp, payload, data + IP6_DESTINATION);
}

/**
 * evpn_igmp_parse() - what does this frame say about multicast groups?
 * @proto: EtherType behind the outer tag, host byte order
 * @vid: VLAN identifier of the outer tag, 0 for none or a priority tag
 * @data: what follows the EtherType; @msg points into it
 * @len: octets at @data, the whole frame
 * @msg: result
 *
 * Priority tags and an inner tag are taken off. A message that is malformed anywhere says nothing at all.
 *
 * Return: 0, or -EINVAL when the frame says nothing of that kind.
 */
int evpn_igmp_parse(u16 proto, u16 vid, const u8 *data, u32 len, struct evpn_igmp *msg)
{
	int err;

	memset(msg, 0, sizeof(*msg));
	msg->tag = vid;
	err = evpn_frame_untag(&proto, &data, &len, &msg->tag);
	if (err)
		return err;
	switch (proto) {
	case EVPN_P_IP:
		return ip4_parse(data, len, msg);
	case EVPN_P_IPV6:
		return ip6_parse(data, len, msg);
	}
	return -EINVAL;
}

static void record_take(struct evpn_igmp *msg, struct evpn_igmp_record *record)
{
	const u8 *p = msg->data;
	u32 size;

	if (msg->old_type) {
		*record = (struct evpn_igmp_record){.type = msg->old_type, .group = p};
		return;
	}
	*record = (struct evpn_igmp_record){
		.type = p[0],
		.group = p + RECORD_LEN,
		.sources = evpn_be16(p + RECORD_SOURCES),
		.source = p + RECORD_LEN + msg->family,
	};
	size = RECORD_LEN + msg->family + record->sources * (u32)msg->family + p[RECORD_AUX] * 4U;
	msg->data += size;
	msg->len -= size;
}

/**
 * evpn_igmp_next() - the next record of a report
 * @msg: a message that evpn_igmp_parse() has accepted
 * @record: result
 *
 * Records of unknown types are left out, and those for groups that never leave the link.
 *
 * Return: false when there are no more.
 */
bool evpn_igmp_next(struct evpn_igmp *msg, struct evpn_igmp_record *record)
{
	while (msg->kind == EVPN_IGMP_REPORT && msg->left) {
		record_take(msg, record);
		msg->left--;
		if (record->type >= EVPN_IGMP_IS_IN && record->type <= EVPN_IGMP_BLOCK &&
		    evpn_igmp_group_usable(record->group, msg->family))
			return true;
	}
	return false;
}
