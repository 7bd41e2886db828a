// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any octets behind an EtherType: nothing is read out of bounds, and who is heard has an address
 * and a MAC address that a host can have. The first four octets are the EtherType and the VLAN.
 */
#include <stdlib.h>

#include "neigh.h"

/* libFuzzer's entry; it has no header */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const u8 zero[EVPN_NEIGH_ADDR_LEN];
	struct evpn_heard heard;

	if (size < 4)
		return 0;
	if (evpn_neigh_parse(evpn_be16(data), evpn_be16(data + 2) & 0xfff, data + 4, size - 4,
			     &heard))
		return 0;
	check(heard.tag <= 0xffffff);
	check(heard.family == 4 || heard.family == EVPN_NEIGH_ADDR_LEN);
	check(memcmp(heard.addr, zero, heard.family));
	check(!memcmp(heard.addr + heard.family, zero, EVPN_NEIGH_ADDR_LEN - heard.family));
	check(heard.addr[0] != 0xff || heard.family == 4);
	check(!(heard.lladdr[0] & 1) && memcmp(heard.lladdr, zero, EVPN_LLADDR_LEN));
	return 0;
}
