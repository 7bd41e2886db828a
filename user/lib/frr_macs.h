/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frr_macs.h - the MAC addresses and hosts that zebra has for the kernel, read from its JSON. Pure.
 *
 * As FRR 8.4 to 10.7 write it.
 */
#ifndef EVPN_FRR_MACS_H
#define EVPN_FRR_MACS_H

#include <stddef.h>

#include "addr.h"
#include "types.h"

#define FRR_SHOW_MACS "show evpn mac vni all json"
#define FRR_SHOW_HOSTS "show evpn arp-cache vni all json"
#define FRR_SHOW_MACS_DETAIL "show evpn mac vni all detail json"
#define FRR_SHOW_HOSTS_DETAIL "show evpn arp-cache vni all detail json"

/**
 * struct frr_mac - an address that zebra has behind other PEs
 * @es: behind a segment
 * @esi: of that segment; zero where the answer does not name it (release 8.4 without "detail")
 * @vtep: the PE that has it, without a segment; else none
 */
struct frr_mac {
	struct mac mac;
	u32 vni;
	bool es;
	struct esi esi;
	struct ip_addr vtep;
};

/** struct frr_host - a host of a segment of this PE's own, which another PE of that segment has */
struct frr_host {
	struct ip_addr address;
	struct mac mac;
	u32 vni;
};

/**
 * frr_macs_parse() - the addresses of other PEs in an answer to FRR_SHOW_MACS or FRR_SHOW_MACS_DETAIL
 * @list: result, to be freed; NULL when there is none
 *
 * Return: 0, -ENOMEM, or -EINVAL when it is not what FRR writes. Nothing is an empty list.
 */
int frr_macs_parse(const char *text, struct frr_mac **list, size_t *n);

/** frr_hosts_parse() - the hosts in an answer to FRR_SHOW_HOSTS, as frr_macs_parse() */
int frr_hosts_parse(const char *text, struct ip_addr **list, size_t *n);

/** frr_synced_parse() - in an answer to FRR_SHOW_HOSTS_DETAIL those that other PEs share with this one */
int frr_synced_parse(const char *text, struct frr_host **list, size_t *n);

#endif
