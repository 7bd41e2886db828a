/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Neighbours of a segment: what ARP and Neighbour Discovery say, and what follows for an entry
 * from what was wished and what the host has found out itself.
 */
#ifndef EVPN_CORE_NEIGH_H
#define EVPN_CORE_NEIGH_H

#include "types.h"

#include <linux/evpn.h>

enum evpn_neigh_size {
	EVPN_LLADDR_LEN = 6,
	EVPN_NEIGH_ADDR_LEN = 16,
	/* As much behind the Ethernet header as evpn_neigh_parse() ever looks at. */
	EVPN_NEIGH_LOOK_LEN = 128,
};

/**
 * struct evpn_heard - a host has said who it is
 * @tag: Ethernet tag the frame came with: 0, VID, or (outer << 12) | inner
 * @family: octets of the address: 4 or 16
 * @addr: the address, network order; the rest is zero
 * @lladdr: its MAC address, as said in the message
 * @override: the address is to be believed even when another was known (RFC 4861 O flag)
 */
struct evpn_heard {
	u32 tag;
	u8 family;
	u8 addr[EVPN_NEIGH_ADDR_LEN];
	u8 lladdr[EVPN_LLADDR_LEN];
	bool override;
};

/**
 * enum evpn_neigh_place - can the entry be where the wish wants it?
 * @EVPN_NEIGH_PLACE_OK: yes
 * @EVPN_NEIGH_PLACE_NONE: there is no sub-interface for the tag, or it is leaving the segment
 * @EVPN_NEIGH_PLACE_DOWN: there is, and it is down
 * @EVPN_NEIGH_PLACE_VRF: there is, in another VRF
 * @EVPN_NEIGH_PLACE_LLADDR: there is, and the link-layer address wished for is this host's own
 * @EVPN_NEIGH_PLACE_OWN: there is, and the address is this host's own there, or its network's:
 *	nobody else can have it
 */
enum evpn_neigh_place {
	EVPN_NEIGH_PLACE_OK,
	EVPN_NEIGH_PLACE_NONE,
	EVPN_NEIGH_PLACE_DOWN,
	EVPN_NEIGH_PLACE_VRF,
	EVPN_NEIGH_PLACE_LLADDR,
	EVPN_NEIGH_PLACE_OWN,
};

/**
 * enum evpn_neigh_entry - what the neighbour table has
 * @EVPN_NEIGH_ENTRY_ABSENT: nothing
 * @EVPN_NEIGH_ENTRY_FAILED: an entry without a valid link-layer address
 * @EVPN_NEIGH_ENTRY_VALID: one with, which the host has learned or was given by hand
 * @EVPN_NEIGH_ENTRY_OURS: one that the module has put there, unchanged
 * @EVPN_NEIGH_ENTRY_CHANGED: one that the module has put there, with another link-layer address
 *	now: the host has learned it
 * @EVPN_NEIGH_ENTRY_FOREIGN: one that somebody else has put there as externally learned, or one
 *	that needs no resolution, or one with a link-layer address of this host's own
 */
enum evpn_neigh_entry {
	EVPN_NEIGH_ENTRY_ABSENT,
	EVPN_NEIGH_ENTRY_FAILED,
	EVPN_NEIGH_ENTRY_VALID,
	EVPN_NEIGH_ENTRY_OURS,
	EVPN_NEIGH_ENTRY_CHANGED,
	EVPN_NEIGH_ENTRY_FOREIGN,
};

/**
 * struct evpn_neigh_facts - all that a decision depends on
 * @place: of the entry
 * @entry: in the neighbour table
 * @wished: somebody wants it there
 * @retained: somebody wanted it there, and its retention time runs
 * @local: it has been local so far
 * @heard: the host has just spoken on this segment
 * @failed: it has just failed to answer its probes, or was deleted
 * @probing: the neighbour table is probing it
 * @outdated: it is OURS, and not with the link-layer address that is wished for now
 * @full: as many neighbours have been learned as may be, without this one or, if it is @local, with it
 * @unattended: the neighbour table is probing what the host has learned, the answer may go to another PE,
 *	and nobody is here to hear of it from there
 */
struct evpn_neigh_facts {
	enum evpn_neigh_place place;
	enum evpn_neigh_entry entry;
	bool wished;
	bool retained;
	bool local;
	bool heard;
	bool failed;
	bool probing;
	bool outdated;
	bool full;
	bool unattended;
};

/**
 * enum evpn_neigh_act - what is to be done to the neighbour table
 * @EVPN_NEIGH_ACT_NONE: nothing
 * @EVPN_NEIGH_ACT_INSTALL: put in what is wished, unless the host has learned it meanwhile
 * @EVPN_NEIGH_ACT_REPLACE: give our own entry the link-layer address wished for now
 * @EVPN_NEIGH_ACT_REFRESH: stop the probing of our own entry, or of one that is unattended, which would
 *	end in failure when the answer goes to another PE
 * @EVPN_NEIGH_ACT_ADOPT: our own entry is the host's now
 * @EVPN_NEIGH_ACT_RELEASE: take our own entry out
 * @EVPN_NEIGH_ACT_VERIFY: the entry was forgotten without having failed: ask the host
 * @EVPN_NEIGH_ACT_FORGET: the host's own entry is one too many: take it out
 */
enum evpn_neigh_act {
	EVPN_NEIGH_ACT_NONE,
	EVPN_NEIGH_ACT_INSTALL,
	EVPN_NEIGH_ACT_REPLACE,
	EVPN_NEIGH_ACT_REFRESH,
	EVPN_NEIGH_ACT_ADOPT,
	EVPN_NEIGH_ACT_RELEASE,
	EVPN_NEIGH_ACT_VERIFY,
	EVPN_NEIGH_ACT_FORGET,
};

/**
 * struct evpn_neigh_decision - the answer
 * @state: what the neighbour is when @act has succeeded
 * @act: what is to be done
 */
struct evpn_neigh_decision {
	enum evpn_neigh_state state;
	enum evpn_neigh_act act;
};

bool evpn_neigh_is_host(const u8 *addr, u8 family);
int evpn_neigh_parse(u16 proto, u16 vid, const u8 *data, u32 len, struct evpn_heard *heard);
struct evpn_neigh_decision evpn_neigh_decide(const struct evpn_neigh_facts *facts);

#endif /* EVPN_CORE_NEIGH_H */
