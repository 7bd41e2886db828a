// SPDX-License-Identifier: GPL-2.0-only
/*
 * member.c - what a multicast group and its sources may be in what one process tells another, whether they
 * are meant for the module or for a bridge.
 */
#include "contract/member.h"

#include <string.h>

bool member_group_ok(const struct ip_addr *group)
{
	return (group->len == 4 || group->len == 16) && ip_is_multicast(group);
}

bool member_source_ok(const struct ip_addr *group, const uint8_t addr[16])
{
	static const uint8_t zero[16];
	struct ip_addr a = ip_from_bytes(addr, group->len);

	return ip_is_host(&a) && !memcmp(addr + group->len, zero, sizeof(zero) - group->len);
}
