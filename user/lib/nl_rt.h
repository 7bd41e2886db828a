/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nl_rt.h - network devices as rtnetlink shows them, with what matters of bonds and their members.
 */
#ifndef EVPN_NL_RT_H
#define EVPN_NL_RT_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "nl.h"
#include "types.h"

enum {
	NL_BOND_MODE_NONE = 255,
	NL_BOND_MODE_8023AD = 4,
};

/**
 * struct nl_link - one device
 * @flags: IFF_*
 * @operstate: IF_OPER_*
 * @master: ifindex of the upper device, 0 none
 * @link: ifindex of the lower device of a stacked one (VLAN), 0 none
 * @bond_mode: NL_BOND_MODE_NONE when it is no bond
 * @ad_partner, @ad_partner_key, @ad_ports: of the active aggregator of an 802.3ad bond
 * @miimon, @arp_interval: how a bond watches its members, milliseconds; both 0: not at all
 * @ad_actor_system: of an 802.3ad bond, as configured; zero: its own address, or it may not be read
 * @ad_actor_priority: of an 802.3ad bond; 0: it may not be read
 * @vlan_filtering: of a bridge: its ports let their VLANs through, and no others
 * @mcast_snooping: of a bridge: it looks who wants which group
 * @mcast_hash_max: of how many groups at most
 * @vrf_table: of a VRF device: its routing table
 * @vxlan_vni: of a VXLAN device for one VNI; @vxlan_external: for many, the bridge says which
 * @vxlan_local: source address of its tunnels, or none
 * @vxlan_port: UDP port that it receives on
 * @vxlan_learning: the device learns addresses from what arrives
 * @bond_member: it is a member of a bond, and the next three hold
 * @mii_up: the bond's own link monitor has it up
 * @active: the bond sends and receives through it (BOND_STATE_ACTIVE)
 * @aggregator: of an 802.3ad member
 */
struct nl_link {
	uint32_t ifindex;
	char ifname[IFNAMSIZ];
	uint32_t flags;
	uint8_t operstate;
	bool carrier;
	uint32_t master;
	uint32_t link;
	char kind[16];
	struct mac address;
	uint16_t vlan_id;
	bool vlan_filtering;
	bool mcast_snooping;
	uint32_t mcast_hash_max;
	uint8_t bond_mode;
	struct mac ad_partner;
	uint16_t ad_partner_key;
	uint16_t ad_ports;
	uint32_t miimon;
	uint32_t arp_interval;
	struct mac ad_actor_system;
	uint16_t ad_actor_priority;
	uint32_t vrf_table;
	uint32_t vxlan_vni;
	bool vxlan_external;
	bool vxlan_learning;
	struct ip_addr vxlan_local;
	uint16_t vxlan_port;
	bool bond_member;
	bool mii_up;
	bool active;
	uint16_t aggregator;
};

/**
 * nl_link_parse() - read an RTM_NEWLINK or RTM_DELLINK
 *
 * Return: false for messages of another kind (a bridge port's, RTM_NEWADDR, ...).
 */
bool nl_link_parse(const struct nlmsghdr *nlh, struct nl_link *link);

/** nl_link_is_del() - the device is gone */
bool nl_link_is_del(const struct nlmsghdr *nlh);

/** nl_address_gone() - of an RTM_DELADDR for IPv4 the device's ifindex; 0: it is another message */
uint32_t nl_address_gone(const struct nlmsghdr *nlh);

/** nl_link_dump() - all devices; @fn gets messages for nl_link_parse(). Return as nl_dump() */
int nl_link_dump(struct nl *nl, nl_fn fn, void *data, struct nl_err *err);

/** nl_link_get() - one device */
int nl_link_get(struct nl *nl, uint32_t ifindex, nl_fn fn, void *data, struct nl_err *err);

/**
 * nl_bond_speak() - let an 802.3ad bond send a LACPDU on each of its members now
 * @ifindex: the bond
 *
 * Its actor system priority is set to what it is. That changes nothing, and makes bonding send within
 * 100 ms. Return: 0; -EOPNOTSUPP: it is no such bond; or the kernel's error.
 */
int nl_bond_speak(struct nl *nl, uint32_t ifindex, struct nl_err *err);

#endif
