// SPDX-License-Identifier: GPL-2.0-only
/*
 * LACP out of sync. While a segment asks for it, LACPDUs leave its members with
 * SYNCHRONIZATION, COLLECTING and DISTRIBUTING clear, so that the customer's bond sends through
 * the other PE. The host's own LACP does not notice: it goes on as if in sync, and what the
 * partner echoes of the rewritten state is put right on the way in.
 *
 * Nothing makes the host send a LACPDU when the role changes, and with slow periods the next one
 * is up to 30 s away. So the last one is remembered, and sent once more at the change. Where none
 * was sent since the segment got the member, one is made of what the partner has last heard from
 * it. And as long as the partner has not been heard, what is sent asks it to answer at once.
 *
 * IEEE 802.1AX-2020 sections 6.4.2, 6.4.9, 6.4.15.
 */
#include <linux/if_vlan.h>
#include <linux/pkt_sched.h>

#include "evpn.h"
#include "trace.h"

/* A remembered LACPDU counts as recent for this many of its own periods. */
enum { LACPDU_RECENT_PERIODS = 2 };

/* The start of a valid, untagged LACPDU at @offset of @skb; in @buf if need be; else NULL. */
static const u8 *lacp_pdu(const struct sk_buff *skb, int offset, u8 *buf)
{
	const u8 *pdu;

	if (skb_vlan_tag_present(skb))
		return NULL;
	pdu = skb_header_pointer(skb, offset, EVPN_LACPDU_LEN, buf);
	return pdu && evpn_lacpdu_valid(pdu, EVPN_LACPDU_LEN) ? pdu : NULL;
}

static bool lacp_is_slow(const struct sk_buff *skb)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;

	return skb_headlen(skb) < ETH_HLEN || eth->h_proto == htons(ETH_P_SLOW);
}

/*
 * @made: by us, not by the host.
 * Return: whether the host says another thing of itself than before.
 */
static bool lacp_remember(struct evpn_port *port, const u8 *pdu, bool made)
{
	bool news;

	spin_lock_bh(&port->lacp_lock);
	news = !port->lacp_sent || port->lacp_made ||
	       evpn_lacpdu_actor_state(pdu) != evpn_lacpdu_actor_state(port->lacpdu);
	port->lacp_made = made;
	memcpy(port->lacpdu, pdu, EVPN_LACPDU_LEN);
	port->lacpdu_at = jiffies;
	WRITE_ONCE(port->lacp_sent, true);
	spin_unlock_bh(&port->lacp_lock);
	return news;
}

/* Copies the remembered LACPDU to @pdu, and when it was sent to @at. */
static bool lacp_recall(struct evpn_port *port, u8 *pdu, unsigned long *at)
{
	bool known;

	spin_lock_bh(&port->lacp_lock);
	known = port->lacp_sent;
	memcpy(pdu, port->lacpdu, EVPN_LACPDU_LEN);
	*at = port->lacpdu_at;
	spin_unlock_bh(&port->lacp_lock);
	return known;
}

/**
 * evpn_lacp_egress() - a frame leaves a member: remember and rewrite it if it is a LACPDU
 * @port: the member
 * @skb: the frame
 * @flags: EVPN_PF_* of the segment
 *
 * Context: from the egress hook.
 * Return: false when the frame had to be rewritten and could not be; it must not leave then.
 */
bool evpn_lacp_egress(struct evpn_port *port, struct sk_buff *skb, u32 flags)
{
	u8 buf[EVPN_LACPDU_LEN], before;
	const u8 *pdu;
	bool ask;

	if (!lacp_is_slow(skb))
		return true;
	pdu = lacp_pdu(skb, 0, buf);
	if (!pdu)
		return true;
	if (READ_ONCE(port->resending) != skb && lacp_remember(port, pdu, false))
		evpn_partner_told(port);
	ask = evpn_partner_unheard(port);
	if (!(flags & EVPN_PF_OOS) && !ask)
		return true;
	before = evpn_lacpdu_actor_state(pdu);
	if (skb_ensure_writable(skb, EVPN_LACPDU_LEN))
		return !(flags & EVPN_PF_OOS);
	if (ask)
		evpn_lacpdu_ask(skb->data);
	if (flags & EVPN_PF_OOS && evpn_lacpdu_set_oos(skb->data)) {
		evpn_stats_lacp(port->es, EVPN_LACP_REWRITTEN);
		trace_evpn_lacp(port, EVPN_LACP_REWRITTEN, before,
				evpn_lacpdu_actor_state(skb->data));
	}
	return true;
}

/**
 * evpn_lacp_ingress() - a frame enters a member: put its echo right if it is a LACPDU
 * @port: the member
 * @skb: the frame
 * @flags: EVPN_PF_* of the segment
 *
 * Context: from the ingress hook.
 */
void evpn_lacp_ingress(struct evpn_port *port, struct sk_buff *skb, u32 flags)
{
	u8 buf[EVPN_LACPDU_LEN], sent[EVPN_LACPDU_LEN], before;
	int offset = skb_mac_offset(skb);
	unsigned long at;
	const u8 *pdu;

	if (skb->protocol != htons(ETH_P_SLOW))
		return;
	pdu = lacp_pdu(skb, offset, buf);
	if (!pdu)
		return;
	if (!READ_ONCE(port->lacp_heard))
		WRITE_ONCE(port->lacp_heard, true);
	evpn_partner_heard(port, pdu);
	if (!(flags & EVPN_PF_OOS) || !lacp_recall(port, sent, &at) ||
	    !evpn_lacpdu_echo_differs(pdu, sent))
		return;
	/* Not being able to is no harm: the host sends a LACPDU more. */
	if (skb_ensure_writable(skb, EVPN_LACPDU_LEN + offset))
		return;
	before = evpn_lacpdu_partner_state(skb_mac_header(skb));
	evpn_lacpdu_fix_echo(skb_mac_header(skb), sent);
	evpn_stats_lacp(port->es, EVPN_LACP_ECHO);
	trace_evpn_lacp(port, EVPN_LACP_ECHO, before,
			evpn_lacpdu_partner_state(skb_mac_header(skb)));
}

/** evpn_lacp_seen() - has LACP run on this member since it was bound, in either direction? */
bool evpn_lacp_seen(const struct evpn_port *port)
{
	return READ_ONCE(port->lacp_sent) || READ_ONCE(port->lacp_heard);
}

/**
 * evpn_lacp_last() - about the remembered LACPDU
 * @port: the member
 * @ms: set to its age in milliseconds
 * @state: set to this host's state in it, before any rewriting
 *
 * Return: false when there is none.
 */
bool evpn_lacp_last(struct evpn_port *port, u32 *ms, u8 *state)
{
	u8 pdu[EVPN_LACPDU_LEN];
	unsigned long at;

	if (!lacp_recall(port, pdu, &at))
		return false;
	*ms = jiffies_to_msecs(jiffies - at);
	*state = evpn_lacpdu_actor_state(pdu);
	return true;
}

static struct sk_buff *lacp_skb(const struct evpn_port *port, const u8 *pdu)
{
	struct sk_buff *skb;

	skb = alloc_skb(LL_RESERVED_SPACE(port->dev) + EVPN_LACPDU_LEN, GFP_KERNEL);
	if (!skb)
		return NULL;
	skb_reserve(skb, LL_RESERVED_SPACE(port->dev));
	skb_put_data(skb, pdu, EVPN_LACPDU_LEN);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb->protocol = htons(ETH_P_SLOW);
	skb->priority = TC_PRIO_CONTROL;
	skb->dev = port->dev;
	return skb;
}

static bool lacp_recent(const u8 *pdu, unsigned long at)
{
	u32 ms = LACPDU_RECENT_PERIODS * evpn_lacpdu_period_ms(pdu);

	return time_before_eq(jiffies, at + msecs_to_jiffies(ms));
}

/*
 * The host has sent nothing since the segment has this member: what the partner last heard from it
 * is in what it sends itself. Made once; from then on it is what the host sends that counts.
 */
static void lacp_make(struct evpn_port *port)
{
	u8 pdu[EVPN_LACPDU_LEN];
	bool heard;

	spin_lock_bh(&port->lacp_lock);
	heard = port->partner.heard && !port->lacp_sent;
	if (heard)
		evpn_lacpdu_answer(port->partner.pdu, port->dev->dev_addr, pdu);
	spin_unlock_bh(&port->lacp_lock);
	if (heard)
		lacp_remember(port, pdu, true);
}

/* @state is set to the actor's state in what was sent, before any rewriting. */
static bool lacp_resend_port(struct evpn_port *port, u8 *state)
{
	u8 pdu[EVPN_LACPDU_LEN];
	struct sk_buff *skb;
	unsigned long at;

	*state = 0;
	lacp_make(port);
	if (!netif_running(port->dev) || !lacp_recall(port, pdu, &at) || !lacp_recent(pdu, at))
		return false;
	skb = lacp_skb(port, pdu);
	if (!skb)
		return false;
	*state = evpn_lacpdu_actor_state(pdu);
	/*
	 * It passes our own egress hook, which rewrites it or not as it would any other. That it
	 * is a repetition must not make it look recent: the hook runs in here, before the packet
	 * is queued, and compares.
	 */
	WRITE_ONCE(port->resending, skb);
	dev_queue_xmit(skb);
	WRITE_ONCE(port->resending, NULL);
	return true;
}

static void lacp_tell(struct evpn_es *es, struct evpn_port *port)
{
	enum evpn_lacp_counter outcome;
	u8 state;

	outcome = lacp_resend_port(port, &state) ? EVPN_LACP_SENT : EVPN_LACP_STALE;
	evpn_stats_lacp(es, outcome);
	trace_evpn_lacp(port, outcome, state, state);
}

/**
 * evpn_lacp_resend() - tell the partners now whether they are in sync
 * @es: the segment; its new flags have been published
 *
 * Context: process context, under evpn_net.lock, which also keeps the members.
 */
void evpn_lacp_resend(struct evpn_es *es)
{
	struct evpn_port *port;

	lockdep_assert_held(&es->net->lock);
	list_for_each_entry(port, &es->members, list)
		lacp_tell(es, port);
}

/**
 * evpn_lacp_opened() - a segment's aggregate was set up: its partners are asked how they are
 * @es: the segment
 *
 * While it was down they have not heard this host, nor has this host heard them; the next LACPDU may be 30 s
 * away, and what a segment is good for is not known before. The host's LACP goes on from the state that it
 * had, so what it sent last is as good as new, for as long as it takes to send another.
 *
 * Context: as evpn_lacp_resend().
 */
void evpn_lacp_opened(struct evpn_es *es)
{
	struct evpn_port *port;

	lockdep_assert_held(&es->net->lock);
	list_for_each_entry(port, &es->members, list) {
		spin_lock_bh(&port->lacp_lock);
		port->lacpdu_at = jiffies;
		spin_unlock_bh(&port->lacp_lock);
		lacp_tell(es, port);
	}
}

/**
 * evpn_lacp_first() - a partner may have been heard before anything was sent to it
 * @es: the segment
 *
 * It is told now, where it has to be told, and not when the host's period ends.
 *
 * Context: as evpn_lacp_resend().
 */
void evpn_lacp_first(struct evpn_es *es)
{
	struct evpn_port *port;

	lockdep_assert_held(&es->net->lock);
	if (!(es->flags & EVPN_PF_OOS))
		return;
	list_for_each_entry(port, &es->members, list) {
		if (!READ_ONCE(port->lacp_sent) && !evpn_partner_unheard(port))
			lacp_tell(es, port);
	}
}
