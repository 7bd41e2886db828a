// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the module comes to know what the host learns: the kernel's notifications about its
 * neighbour tables, ARP and Neighbour Discovery seen entering a segment (a repeated request on a
 * STALE entry changes nothing, hence notifies nothing), and reading the tables.
 */
#include <linux/if_vlan.h>
#include <linux/ipv6.h>
#include <linux/jhash.h>
#include <linux/slab.h>
#include <net/netevent.h>

#include "neigh.h"
#include "trace.h"

/* Leaves a note for the work. Any context. */
static bool learn_note(struct evpn_neigh_net *nn, const struct evpn_neigh_note *what, int limit)
{
	struct evpn_neigh_note *note;

	atomic64_inc(&nn->events);
	if (atomic_inc_return(&nn->waiting) > limit)
		goto full;
	note = kmalloc(sizeof(*note), GFP_ATOMIC | __GFP_NOWARN);
	if (!note)
		goto full;
	*note = *what;
	if (llist_add(&note->llist, &nn->notes))
		evpn_neigh_kick(nn);
	return true;
full:
	atomic_dec(&nn->waiting);
	return false;
}

static u8 learn_family(const struct neighbour *n)
{
	switch (n->tbl->family) {
	case AF_INET:
		return 4;
	case AF_INET6:
		return EVPN_NEIGH_ADDR_LEN;
	}
	return 0;
}

static bool learn_where(struct evpn_neigh_net *nn, const struct neighbour *n,
			struct evpn_neigh_note *note)
{
	const struct evpn_neigh_dev *nd;
	u8 family = learn_family(n);

	if (!family || !evpn_neigh_is_host(n->primary_key, family))
		return false;
	nd = evpn_neigh_dev_find_rcu(nn, n->dev);
	if (!nd)
		return false;
	note->key = nd->key;
	note->key.family = family;
	memcpy(note->key.addr, n->primary_key, family);
	note->root = nd->root;
	return true;
}

static bool learn_is_own(struct evpn_neigh_net *nn, const struct neighbour *n)
{
	return READ_ONCE(nn->updater) == current && READ_ONCE(nn->updating) == n &&
	       !in_serving_softirq();
}

/**
 * evpn_neigh_netevent() - notifier: an entry of a neighbour table has changed
 * @nb: unused
 * @event: NETEVENT_*
 * @ptr: the entry
 *
 * Context: any; the lock of the table may be held.
 */
int evpn_neigh_netevent(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct evpn_neigh_note note = {};
	struct neighbour *n = ptr;
	struct evpn_neigh_net *nn;

	if (event != NETEVENT_NEIGH_UPDATE)
		return NOTIFY_DONE;
	nn = evpn_net(dev_net(n->dev))->neigh;
	if (learn_is_own(nn, n))
		return NOTIFY_DONE;
	/* The link goes, and all entries with it: that is told by the event of the device. */
	if (n->dead && !(netif_running(n->dev) && netif_carrier_ok(n->dev)))
		return NOTIFY_DONE;
	rcu_read_lock();
	if (learn_where(nn, n, &note)) {
		note.failed = READ_ONCE(n->nud_state) & NUD_FAILED;
		if (!learn_note(nn, &note, EVPN_NEIGH_NOTES)) {
			atomic64_inc(&nn->overruns);
			WRITE_ONCE(nn->rescan, true);
			evpn_neigh_kick(nn);
		}
	}
	rcu_read_unlock();
	return NOTIFY_DONE;
}

/* Was the same heard a moment ago? A collision of the hash may answer no, once too often. */
static bool heard_lately(struct evpn_neigh_net *nn, const struct evpn_neigh_note *note)
{
	u32 hash = jhash(&note->key, sizeof(note->key), note->override);
	u32 now = (u32)jiffies ?: 1;
	struct evpn_neigh_slot *slot;

	hash = jhash(note->lladdr, ETH_ALEN, hash);
	slot = &nn->heard[hash % EVPN_NEIGH_HEARD_SLOTS];
	if (READ_ONCE(slot->hash) == hash && READ_ONCE(slot->at) &&
	    now - READ_ONCE(slot->at) < msecs_to_jiffies(EVPN_NEIGH_HEARD_MS))
		return true;
	WRITE_ONCE(slot->hash, hash);
	WRITE_ONCE(slot->at, now);
	return false;
}

static bool heard_parse(const struct sk_buff *skb, struct evpn_heard *heard)
{
	u8 buf[EVPN_NEIGH_LOOK_LEN];
	u32 len = min_t(u32, skb->len, sizeof(buf));
	const u8 *data = skb_header_pointer(skb, 0, len, buf);
	u16 vid = skb_vlan_tag_present(skb) ? skb_vlan_tag_get_id(skb) : 0;

	return data && !evpn_neigh_parse(ntohs(skb->protocol), vid, data, len, heard);
}

/* Most frames are none of these, and are not looked into. */
static bool heard_maybe(const struct sk_buff *skb)
{
	u8 buf[offsetofend(struct ipv6hdr, nexthdr)];
	const u8 *ip6;

	if (skb->pkt_type == PACKET_OTHERHOST)
		return false;
	switch (skb->protocol) {
	case htons(ETH_P_ARP):
	case htons(ETH_P_8021Q):
	case htons(ETH_P_8021AD):
		return true;
	case htons(ETH_P_IPV6):
		ip6 = skb_header_pointer(skb, 0, sizeof(buf), buf);
		return ip6 && ip6[offsetof(struct ipv6hdr, nexthdr)] == IPPROTO_ICMPV6;
	}
	return false;
}

/*
 * The tag on the segment's device: on a shared port there is that of the segment in front of it, which counts
 * only where it tells the devices of a set apart.
 */
static u32 heard_tag(const struct evpn_port *port, u32 tag)
{
	u32 inner = tag > VLAN_VID_MASK ? tag & VLAN_VID_MASK : 0, own;

	if (!port->vid)
		return tag;
	own = READ_ONCE(port->tag);
	return inner ? own << 12 | inner : own;
}

/**
 * evpn_neigh_heard() - a frame has entered a segment's device, and passed the filter
 * @port: of the segment's device
 * @skb: the frame; skb->data behind the Ethernet header, its outer tag in the metadata
 *
 * Context: the ingress hook.
 */
void evpn_neigh_heard(const struct evpn_port *port, const struct sk_buff *skb)
{
	struct evpn_neigh_net *nn = port->es->net->neigh;
	struct evpn_neigh_note note = {.heard = true};
	struct evpn_heard heard;

	if (!heard_maybe(skb) || !heard_parse(skb, &heard))
		return;
	evpn_neigh_key_dev(&note.key, port->es->esi.octet, heard_tag(port, heard.tag));
	note.root = port->dev->ifindex;
	note.key.family = heard.family;
	memcpy(note.key.addr, heard.addr, sizeof(note.key.addr));
	memcpy(note.lladdr, heard.lladdr, sizeof(note.lladdr));
	note.override = heard.override;
	if (heard_lately(nn, &note)) {
		atomic64_inc(&nn->coalesced);
		return;
	}
	trace_evpn_neigh_heard(&note.key, note.lladdr);
	if (!learn_note(nn, &note, EVPN_NEIGH_HINTS))
		atomic64_inc(&nn->coalesced);
}

/** evpn_neigh_notes_take() - the notes, oldest first; the caller frees them */
struct llist_node *evpn_neigh_notes_take(struct evpn_neigh_net *nn)
{
	return llist_reverse_order(llist_del_all(&nn->notes));
}

struct rescan {
	struct evpn_neigh_net *nn;
	struct list_head found;
	unsigned int count;
	bool more;
};

struct finding {
	struct list_head list;
	struct evpn_neigh_note note;
};

/* Under the lock of the table. What we know already is walked afterwards. */
static void rescan_one(struct neighbour *n, void *cookie)
{
	struct rescan *scan = cookie;
	struct evpn_neigh_note note = {};
	struct finding *f;

	if (!(READ_ONCE(n->nud_state) & NUD_VALID) || n->flags & NTF_EXT_LEARNED ||
	    !learn_where(scan->nn, n, &note) || evpn_neigh_find(scan->nn, &note.key))
		return;
	if (READ_ONCE(n->nud_state) & NUD_NOARP)
		return;
	if (scan->count == EVPN_NEIGH_FINDINGS) {
		scan->more = true;
		return;
	}
	f = kmalloc(sizeof(*f), GFP_ATOMIC | __GFP_NOWARN);
	if (!f) {
		scan->more = true;
		return;
	}
	f->note = note;
	list_add_tail(&f->list, &scan->found);
	scan->count++;
}

/**
 * evpn_neigh_rescan() - read the neighbour tables
 * @nn: neighbours of the namespace
 *
 * Learns what is unknown, EVPN_NEIGH_FINDINGS at a time, and has all that is known looked at
 * again. The kernel offers no reading in slices: this holds the lock of a table for as long as
 * it takes to go through it once, 10 ms for 100,000 entries.
 *
 * Context: under evpn_neigh_net.lock.
 * Return: whether it has to be called again.
 */
bool evpn_neigh_rescan(struct evpn_neigh_net *nn)
{
	struct rescan scan = {.nn = nn};
	struct finding *f, *next;

	lockdep_assert_held(&nn->lock);
	INIT_LIST_HEAD(&scan.found);
	WRITE_ONCE(nn->rescan, false);
	neigh_for_each(evpn_neigh_table(4), rescan_one, &scan);
#if IS_ENABLED(CONFIG_IPV6)
	neigh_for_each(evpn_neigh_table(EVPN_NEIGH_ADDR_LEN), rescan_one, &scan);
#endif
	list_for_each_entry_safe(f, next, &scan.found, list) {
		evpn_neigh_look(nn, &f->note.key, &f->note);
		kfree(f);
	}
	return scan.more;
}
