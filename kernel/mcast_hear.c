// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the module comes to know what hosts want: IGMP and MLD seen entering a segment, and queries seen
 * leaving it. The hooks copy what may be such a message; nothing is read here. A message is longer than
 * what fits on a stack, and is part of a packet that may not be changed.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/jhash.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "mcast.h"

/* Where the protocol is told, behind the EtherType. */
enum {
	HEAR_IP4_PROTOCOL = 9,
	HEAR_IP6_NEXT_HEADER = 6,
};

static bool hear_octet(const struct sk_buff *skb, int offset, u8 want)
{
	u8 buf;
	const u8 *octet = skb_header_pointer(skb, offset, sizeof(buf), &buf);

	return octet && *octet == want;
}

/*
 * Most frames are none of these. @offset: behind the EtherType @proto. MLD is always behind a Hop-by-Hop
 * header, which hardly anything else is.
 */
static bool hear_maybe(const struct sk_buff *skb, int offset, __be16 proto)
{
	const struct vlan_hdr *tag;
	struct vlan_hdr buf;
	unsigned int tags;

	for (tags = 0; eth_type_vlan(proto) && tags < EVPN_FRAME_TAGS; tags++) {
		tag = skb_header_pointer(skb, offset, sizeof(buf), &buf);
		if (!tag)
			return false;
		proto = tag->h_vlan_encapsulated_proto;
		offset += VLAN_HLEN;
	}
	switch (proto) {
	case htons(ETH_P_IP):
		return hear_octet(skb, offset + HEAR_IP4_PROTOCOL, IPPROTO_IGMP);
	case htons(ETH_P_IPV6):
		return hear_octet(skb, offset + HEAR_IP6_NEXT_HEADER, NEXTHDR_HOP);
	}
	return false;
}

/* Too many of one VLAN in this moment? */
static bool slot_too_fast(struct evpn_mcast_slot *slot)
{
	u32 window = jiffies / msecs_to_jiffies(EVPN_MCAST_WINDOW_MS);

	if (READ_ONCE(slot->window) != window) {
		WRITE_ONCE(slot->window, window);
		atomic_set(&slot->messages, 0);
	}
	return atomic_inc_return(&slot->messages) > EVPN_MCAST_WINDOW_MESSAGES;
}

static u32 note_size(u16 len)
{
	return sizeof(struct evpn_mcast_note) + len;
}

static void note_uncount(struct evpn_mcast_net *mn, u16 share, u16 slot, u32 size)
{
	atomic_sub(size, &mn->slots[slot].waiting);
	atomic_sub(size, &mn->shares[share]);
	atomic_sub(size, &mn->waiting);
}

/*
 * Who has as much as there is left for all has enough: of n segments that are flooded each gets one part of
 * n + 1, and the last part is there for whoever comes. The same among the VLANs of a segment.
 */
static bool note_fits(struct evpn_mcast_net *mn, u16 share, u16 slot, u32 size)
{
	u32 all = atomic_add_return(size, &mn->waiting);
	u32 segment = atomic_add_return(size, &mn->shares[share]);
	u32 vlan = atomic_add_return(size, &mn->slots[slot].waiting);

	return segment + all <= EVPN_MCAST_WAITING && vlan + segment <= EVPN_MCAST_SEGMENT_WAITING;
}

/* The room for a note, counted; or NULL. */
static struct evpn_mcast_note *note_alloc(struct evpn_mcast_net *mn, u16 share, u16 slot, u16 len)
{
	struct evpn_mcast_note *note = NULL;
	u32 size = note_size(len);

	if (slot_too_fast(&mn->slots[slot]))
		return NULL;
	if (note_fits(mn, share, slot, size))
		note = kmalloc(size, GFP_ATOMIC | __GFP_NOWARN);
	if (!note) {
		note_uncount(mn, share, slot, size);
		return NULL;
	}
	note->share = share;
	note->slot = slot;
	note->len = len;
	return note;
}

/** evpn_mcast_note_free() - a note that was read */
void evpn_mcast_note_free(struct evpn_mcast_net *mn, struct evpn_mcast_note *note)
{
	note_uncount(mn, note->share, note->slot, note_size(note->len));
	kfree(note);
}

/** evpn_mcast_notes_take() - the notes, oldest first; the caller frees them */
struct llist_node *evpn_mcast_notes_take(struct evpn_mcast_net *mn)
{
	return llist_reverse_order(llist_del_all(&mn->notes));
}

static void hear_note(struct evpn_es *es, const struct sk_buff *skb, int offset, __be16 proto,
		      u16 vid, bool sent)
{
	struct evpn_mcast_net *mn = es->net->mcast;
	u16 share = evpn_mcast_share(es->esi.octet);
	u16 slot = jhash(es->esi.octet, EVPN_ESI_LEN, vid) % EVPN_MCAST_SLOTS;
	struct evpn_mcast_note *note = NULL;
	int len = (int)skb->len - offset;

	if (len > 0 && len <= EVPN_IGMP_LEN_MAX)
		note = note_alloc(mn, share, slot, len);
	if (!note) {
		atomic64_inc(&mn->flooded);
		return;
	}
	memcpy(note->esi, es->esi.octet, EVPN_ESI_LEN);
	note->proto = ntohs(proto);
	note->vid = vid;
	note->sent = sent;
	if (skb_copy_bits(skb, offset, note->data, len)) {
		evpn_mcast_note_free(mn, note);
		return;
	}
	if (llist_add(&note->llist, &mn->notes))
		evpn_mcast_kick(mn);
}

/* The VLAN on the segment's device: on a shared port the outer tag is the segment itself, or one of a set. */
static u16 hear_vid(const struct evpn_port *port, u16 vid)
{
	return port->vid ? READ_ONCE(port->tag) : vid;
}

/**
 * evpn_mcast_ours() - is this frame of a host that we speak for?
 * @port: of a segment's device
 * @skb: a frame that enters it
 *
 * Only where the segment's device itself is the sub-interface such a frame comes by the hook. Its source
 * address is of this namespace, and nobody else can know it.
 */
bool evpn_mcast_ours(const struct evpn_port *port, const struct sk_buff *skb)
{
	return skb_mac_header_was_set(skb) &&
	       ether_addr_equal(eth_hdr(skb)->h_source, port->es->net->mcast->mac);
}

/**
 * evpn_mcast_heard() - a frame has entered a segment's device, and passed the filter
 * @port: of the segment's device
 * @skb: the frame; skb->data behind the Ethernet header, its outer tag in the metadata
 *
 * Context: the ingress hook.
 */
void evpn_mcast_heard(const struct evpn_port *port, const struct sk_buff *skb)
{
	u16 vid = skb_vlan_tag_present(skb) ? skb_vlan_tag_get_id(skb) : 0;

	/* Reports and leaves go to groups, as a bridge expects it too. */
	if (skb->pkt_type == PACKET_MULTICAST && hear_maybe(skb, 0, skb->protocol) &&
	    !evpn_mcast_ours(port, skb))
		hear_note(port->es, skb, 0, skb->protocol, hear_vid(port, vid), false);
}

/**
 * evpn_mcast_sent() - a frame leaves by a segment's device
 * @port: of the segment's device
 * @skb: the frame; skb->data at the Ethernet header
 *
 * Context: the egress hook.
 */
void evpn_mcast_sent(const struct evpn_port *port, const struct sk_buff *skb)
{
	u16 vid = skb_vlan_tag_present(skb) ? skb_vlan_tag_get_id(skb) : 0;
	const struct vlan_hdr *tag;
	const struct ethhdr *eth;
	struct vlan_hdr tag_buf;
	struct ethhdr buf;
	int offset = ETH_HLEN;
	__be16 proto;

	eth = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!eth || !is_multicast_ether_addr(eth->h_dest))
		return;
	proto = eth->h_proto;
	if (!hear_maybe(skb, offset, proto) || READ_ONCE(port->es->net->mcast->asking) == current)
		return;
	if (!skb_vlan_tag_present(skb) && eth_type_vlan(proto)) {
		tag = skb_header_pointer(skb, offset, sizeof(tag_buf), &tag_buf);
		vid = ntohs(tag->h_vlan_TCI) & VLAN_VID_MASK;
		proto = tag->h_vlan_encapsulated_proto;
		offset += VLAN_HLEN;
	}
	hear_note(port->es, skb, offset, proto, hear_vid(port, vid), true);
}
