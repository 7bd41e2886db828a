// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any octets behind an EtherType: nothing is read out of bounds, and what is told lies within the
 * message. The first four octets are the EtherType and the VLAN. Checksums are made right first: else
 * nothing would be found behind them.
 */
#include <stdlib.h>

#include "frame.h"
#include "igmp.h"

/* libFuzzer's entry; it has no header */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
	if (!ok)
		abort();
}

static u16 checksum(u32 sum, const u8 *p, u32 len)
{
	for (u32 i = 0; i < len; i++)
		sum += i % 2 ? p[i] : (u32)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)~sum;
}

static void put(u8 *p, u16 value)
{
	p[0] = (u8)(value >> 8);
	p[1] = (u8)value;
}

static void repair4(u8 *p, u32 len)
{
	u32 header = len ? (p[0] & 15) * 4U : 0, total;

	if (len < 20 || header < 20)
		return;
	total = evpn_be16(p + 2);
	if (total > len || total < header + 4)
		return;
	put(p + 10, 0);
	put(p + 10, checksum(0, p, header));
	put(p + header + 2, 0);
	put(p + header + 2, checksum(0, p + header, total - header));
}

static void repair6(u8 *p, u32 len)
{
	u32 payload, hop;

	if (len < 48)
		return;
	payload = evpn_be16(p + 4);
	hop = (p[41] + 1U) * 8;
	if (payload > len - 40 || payload < hop + 4)
		return;
	put(p + 40 + hop + 2, 0);
	put(p + 40 + hop + 2, checksum(checksum(payload - hop + 58, p + 8, 32) ^ 0xffff,
				       p + 40 + hop, payload - hop));
}

static void check_message(struct evpn_igmp *msg, const u8 *data, u32 len)
{
	struct evpn_igmp_record record;
	u32 left = msg->left;

	check(msg->tag <= 0xffffff);
	check(msg->family == 4 || msg->family == EVPN_IGMP_ADDR_LEN);
	check(msg->version >= 1 && msg->version <= (msg->family == 4 ? 3 : 2));
	if (msg->kind == EVPN_IGMP_QUERY) {
		check(!left || msg->data + left * msg->family <= data + len);
		check(!evpn_igmp_next(msg, &record));
		return;
	}
	while (evpn_igmp_next(msg, &record)) {
		check(left--);
		check(record.type >= EVPN_IGMP_IS_IN && record.type <= EVPN_IGMP_BLOCK);
		check(record.group >= data && record.group + msg->family <= data + len);
		check(evpn_igmp_group_usable(record.group, msg->family));
		for (u32 i = 0; i < record.sources; i++)
			(void)evpn_igmp_source_usable(record.source + i * msg->family, msg->family);
	}
	check(!msg->left);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evpn_igmp msg;
	u16 proto, vid;
	u8 *copy;

	if (size < 4)
		return 0;
	proto = evpn_be16(data);
	vid = evpn_be16(data + 2) & 0xfff;
	size -= 4;
	copy = malloc(size + !size);
	check(copy != NULL);
	memcpy(copy, data + 4, size);
	if (proto == EVPN_P_IP)
		repair4(copy, (u32)size);
	else if (proto == EVPN_P_IPV6)
		repair6(copy, (u32)size);
	if (!evpn_igmp_parse(proto, vid, copy, (u32)size, &msg))
		check_message(&msg, copy, (u32)size);
	free(copy);
	return 0;
}
