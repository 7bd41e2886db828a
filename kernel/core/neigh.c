// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads ARP and Neighbour Discovery as far as they tell who a host is, and decides about a
 * neighbour: what a host has learned itself is never displaced by what another PE has.
 *
 * RFC 826, RFC 5227; RFC 4861 sections 4.3, 4.4, 4.6.1, 7.1 and 7.2.5;
 * draft-ietf-bess-evpn-l3mh-proto sections 3.6 and 4.
 */
#include "frame.h"
#include "neigh.h"

enum {
	ARP_LEN = 28,
	ARP_HW_ETHER = 1,
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
	ARP_SENDER_MAC = 8,
	ARP_SENDER_IP = 14,

	IPV6_LEN = 40,
	IPV6_NEXT_HEADER = 6,
	IPV6_HOP_LIMIT = 7,
	IPV6_SOURCE = 8,
	IPV6_ICMP = 58,

	ND_LEN = 24,
	ND_CODE = 1,
	ND_FLAGS = 4,
	ND_TARGET = 8,
	ND_SOLICITATION = 135,
	ND_ADVERTISEMENT = 136,
	ND_FLAG_OVERRIDE = 0x20,
	ND_OPT_SOURCE = 1,
	ND_OPT_TARGET = 2,
	ND_OPT_UNIT = 8,

	P_IPV4 = 0x0800,
	P_IPV6 = 0x86dd,
};

static bool all_zero(const u8 *p, u32 len)
{
	while (len--) {
		if (p[len])
			return false;
	}
	return true;
}

static bool lladdr_usable(const u8 *lladdr)
{
	return !(lladdr[0] & 1) && !all_zero(lladdr, EVPN_LLADDR_LEN);
}

/**
 * evpn_neigh_is_host() - can a host have this address, wherever it is?
 * @addr: the address, network order
 * @family: its octets, 4 or 16
 *
 * Not 0.0.0.0/8, 127.0.0.0/8, multicast, 240.0.0.0/4 with the broadcast address; nor ::, ::1, multicast
 * and IPv4 in IPv6 (::ffff:0:0/96), which is for sockets and on no link (RFC 4291 section 2.5.5.2). What
 * cannot be on one link or another depends on the addresses of this host, and is not known here.
 */
bool evpn_neigh_is_host(const u8 *addr, u8 family)
{
	static const u8 mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (family == 4)
		return addr[0] && addr[0] != 127 && addr[0] < 224;
	return addr[0] != 0xff && memcmp(addr, mapped, sizeof(mapped)) != 0 &&
	       (!all_zero(addr, EVPN_NEIGH_ADDR_LEN - 1) || addr[EVPN_NEIGH_ADDR_LEN - 1] > 1);
}

static int parse_arp(const u8 *data, u32 len, struct evpn_heard *heard)
{
	u16 op;

	if (len < ARP_LEN || evpn_be16(data) != ARP_HW_ETHER || evpn_be16(data + 2) != P_IPV4 ||
	    data[4] != EVPN_LLADDR_LEN || data[5] != 4)
		return -EINVAL;
	op = evpn_be16(data + 6);
	if (op != ARP_REQUEST && op != ARP_REPLY)
		return -EINVAL;
	heard->family = 4;
	memcpy(heard->addr, data + ARP_SENDER_IP, 4);
	memcpy(heard->lladdr, data + ARP_SENDER_MAC, EVPN_LLADDR_LEN);
	heard->override = true;
	return 0;
}

/* The link-layer address option of @type, or NULL; an option of no length ends the search. */
static const u8 *nd_option(const u8 *data, u32 len, u8 type)
{
	while (len >= ND_OPT_UNIT) {
		u32 size = data[1] * ND_OPT_UNIT;

		if (!size || size > len)
			return NULL;
		if (data[0] == type && size == ND_OPT_UNIT)
			return data + 2;
		data += size;
		len -= size;
	}
	return NULL;
}

static int parse_nd(const u8 *data, u32 len, struct evpn_heard *heard)
{
	const u8 *nd = data + IPV6_LEN, *addr, *lladdr;

	if (len < IPV6_LEN + ND_LEN || data[0] >> 4 != 6 || data[IPV6_NEXT_HEADER] != IPV6_ICMP ||
	    data[IPV6_HOP_LIMIT] != 255 || nd[ND_CODE])
		return -EINVAL;
	len -= IPV6_LEN + ND_LEN;
	switch (nd[0]) {
	case ND_SOLICITATION:
		addr = data + IPV6_SOURCE;
		lladdr = nd_option(nd + ND_LEN, len, ND_OPT_SOURCE);
		heard->override = true;
		break;
	case ND_ADVERTISEMENT:
		addr = nd + ND_TARGET;
		lladdr = nd_option(nd + ND_LEN, len, ND_OPT_TARGET);
		heard->override = nd[ND_FLAGS] & ND_FLAG_OVERRIDE;
		break;
	default:
		return -EINVAL;
	}
	if (!lladdr)
		return -EINVAL;
	heard->family = EVPN_NEIGH_ADDR_LEN;
	memcpy(heard->addr, addr, EVPN_NEIGH_ADDR_LEN);
	memcpy(heard->lladdr, lladdr, EVPN_LLADDR_LEN);
	return 0;
}

/**
 * evpn_neigh_parse() - who says in this frame that it has which address?
 * @proto: EtherType behind the outer tag, host byte order
 * @vid: VLAN identifier of the outer tag, 0 for none or a priority tag
 * @data: what follows the EtherType
 * @len: octets at @data, at least EVPN_NEIGH_LOOK_LEN of a frame that is as long
 * @heard: result
 *
 * Priority tags and an inner tag are taken off. IPv6 extension headers are not looked behind: Neighbour Discovery
 * has none in practice, and what the host learns from such a message it tells by itself.
 *
 * Return: 0, or -EINVAL when the frame says nothing of that kind.
 */
int evpn_neigh_parse(u16 proto, u16 vid, const u8 *data, u32 len, struct evpn_heard *heard)
{
	int err;

	memset(heard, 0, sizeof(*heard));
	heard->tag = vid;
	err = evpn_frame_untag(&proto, &data, &len, &heard->tag);
	if (err)
		return err;
	switch (proto) {
	case EVPN_P_ARP:
		err = parse_arp(data, len, heard);
		break;
	case P_IPV6:
		err = parse_nd(data, len, heard);
		break;
	default:
		return -EINVAL;
	}
	if (err)
		return err;
	/* Who looks for duplicates (RFC 5227, RFC 4862) has no address yet. */
	if (!lladdr_usable(heard->lladdr) || !evpn_neigh_is_host(heard->addr, heard->family))
		return -EINVAL;
	return 0;
}

#define DECIDE(what, action) \
	((struct evpn_neigh_decision){EVPN_NEIGH_STATE_##what, EVPN_NEIGH_ACT_##action})

/* Our entry has to go, if there is one. */
static struct evpn_neigh_decision decide_without(const struct evpn_neigh_facts *f,
						 enum evpn_neigh_state state)
{
	bool ours = f->entry == EVPN_NEIGH_ENTRY_OURS;

	return (struct evpn_neigh_decision){
		state,
		ours ? EVPN_NEIGH_ACT_RELEASE : EVPN_NEIGH_ACT_NONE,
	};
}

/* Nobody wants it, or not here. */
static struct evpn_neigh_decision decide_not_held(const struct evpn_neigh_facts *f)
{
	return decide_without(f, f->wished ? EVPN_NEIGH_STATE_REFUSED : EVPN_NEIGH_STATE_GONE);
}

/* There is no place for it now; a device that is only down keeps what it has. */
static struct evpn_neigh_decision decide_no_place(const struct evpn_neigh_facts *f)
{
	enum evpn_neigh_state state = f->wished	  ? EVPN_NEIGH_STATE_PENDING :
				      f->retained ? EVPN_NEIGH_STATE_RETAINED :
						    EVPN_NEIGH_STATE_GONE;

	if (state != EVPN_NEIGH_STATE_GONE && f->place == EVPN_NEIGH_PLACE_DOWN)
		return (struct evpn_neigh_decision){state, EVPN_NEIGH_ACT_NONE};
	return decide_without(f, state);
}

/* Wished or retained, its place is fine, and nothing else is known of it. */
static struct evpn_neigh_decision decide_held(const struct evpn_neigh_facts *f,
					      enum evpn_neigh_act act)
{
	return (struct evpn_neigh_decision){
		f->wished ? EVPN_NEIGH_STATE_SYNCED : EVPN_NEIGH_STATE_RETAINED,
		act,
	};
}

/* Nobody else can have the address: what we have put there goes, whatever it says now. */
static struct evpn_neigh_decision decide_own(const struct evpn_neigh_facts *f)
{
	bool ours = f->entry == EVPN_NEIGH_ENTRY_OURS || f->entry == EVPN_NEIGH_ENTRY_CHANGED;

	return (struct evpn_neigh_decision){
		f->wished ? EVPN_NEIGH_STATE_REFUSED : EVPN_NEIGH_STATE_GONE,
		ours ? EVPN_NEIGH_ACT_RELEASE : EVPN_NEIGH_ACT_NONE,
	};
}

static struct evpn_neigh_decision decide_ours(const struct evpn_neigh_facts *f, bool held)
{
	if (f->heard)
		return DECIDE(LOCAL, ADOPT);
	if (!held)
		return decide_not_held(f);
	if (f->outdated)
		return decide_held(f, EVPN_NEIGH_ACT_REPLACE);
	return decide_held(f, f->probing ? EVPN_NEIGH_ACT_REFRESH : EVPN_NEIGH_ACT_NONE);
}

/*
 * The host has learned it. What another PE has as well takes no place of those that may be learned: there are
 * as many of them as there are wishes.
 */
static struct evpn_neigh_decision decide_learned(const struct evpn_neigh_facts *f)
{
	if (f->full && !f->wished && !f->retained)
		return DECIDE(GONE, FORGET);
	return f->unattended ? DECIDE(LOCAL, REFRESH) : DECIDE(LOCAL, NONE);
}

/**
 * evpn_neigh_decide() - what a neighbour is, and what is to be done to the neighbour table
 * @f: the facts
 *
 * What the host has learned goes before a wish; a wish before what was only retained.
 */
struct evpn_neigh_decision evpn_neigh_decide(const struct evpn_neigh_facts *f)
{
	bool held = (f->wished || f->retained) && f->place == EVPN_NEIGH_PLACE_OK;

	if (f->place == EVPN_NEIGH_PLACE_NONE || f->place == EVPN_NEIGH_PLACE_DOWN)
		return decide_no_place(f);
	if (f->place == EVPN_NEIGH_PLACE_OWN)
		return decide_own(f);
	switch (f->entry) {
	case EVPN_NEIGH_ENTRY_VALID:
		return decide_learned(f);
	case EVPN_NEIGH_ENTRY_CHANGED:
		return DECIDE(LOCAL, ADOPT);
	case EVPN_NEIGH_ENTRY_OURS:
		return decide_ours(f, held);
	case EVPN_NEIGH_ENTRY_FOREIGN:
		return f->wished ? DECIDE(REFUSED, NONE) : DECIDE(GONE, NONE);
	default:
		break;
	}
	if (held)
		return decide_held(f, EVPN_NEIGH_ACT_INSTALL);
	if (f->local && !f->failed && f->entry == EVPN_NEIGH_ENTRY_ABSENT)
		return DECIDE(LOCAL, VERIFY);
	return decide_not_held(f);
}
