/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Neighbours of segments: objects, who protects what, and what the neigh*.c files offer each other.
 *
 * All of a namespace's neighbours are under one mutex, evpn_neigh_net.lock, which is taken inside
 * RTNL and evpn_net.lock where those are held too, and is not needed to change a segment's role:
 * a failover never waits for a batch of neighbours. Whoever walks many entries lets go of it every
 * EVPN_NEIGH_SLICE of them.
 *
 * The hook and the netevent notifier run in any context and take no lock of ours. They find the
 * device by an RCU hash and leave a note (evpn_neigh_note) on a list; the work looks what has
 * become of the entry, asks core/ and does what it says. A note says that something happened, and
 * not what is: that is read from the neighbour table when the note is handled, so notes may be
 * merged, and lost, as long as the tables are read again then.
 */
#ifndef EVPN_NEIGH_H
#define EVPN_NEIGH_H

#include <linux/etherdevice.h>
#include <linux/hashtable.h>
#include <linux/if_ether.h>
#include <linux/llist.h>
#include <linux/rbtree.h>
#include <linux/time64.h>
#include <net/arp.h>
#if IS_ENABLED(CONFIG_IPV6)
#include <net/ndisc.h>
#endif
#include <net/neighbour.h>

#include "core/neigh.h"
#include "evpn.h"

enum evpn_neigh_limit {
	/* Entries handled before the lock is let go. */
	EVPN_NEIGH_SLICE = 256,
	/*
	 * Notes waiting, of 64 octets each: a table of the supported size may come at once. Of those about
	 * ARP and ND heard, which are only hints, fewer.
	 */
	EVPN_NEIGH_NOTES = 131072,
	EVPN_NEIGH_HINTS = 4096,
	/* New entries that one reading of a neighbour table takes up. */
	EVPN_NEIGH_FINDINGS = 2048,
	/* The same host heard again within this many milliseconds is not news. */
	EVPN_NEIGH_HEARD_MS = 100,
	EVPN_NEIGH_HEARD_SLOTS = 1024,
	/* Two notifications about one neighbour are at least so far apart. */
	EVPN_NEIGH_TELL_MS = 100,
	EVPN_NEIGH_PROBES_PER_SECOND = 2000,
	/* So many may leave at once when none have for a while. */
	EVPN_NEIGH_PROBES_BURST = 40,
	/* Between two probes of a retained neighbour, and the time an answer has. */
	EVPN_NEIGH_PROBE_MS = 5000,
	EVPN_NEIGH_ANSWER_MS = 1000,
	/* A host is asked so long before its time is over; a quarter of the time, if that is less. */
	EVPN_NEIGH_ASK_MS = 30000,
	/* So many times the kernel began to probe a synced neighbour before listeners hear of it. */
	EVPN_NEIGH_UNANSWERED = 2,
	EVPN_NEIGH_FULL_RETRY_MS = 1000,
	EVPN_NEIGH_RESCAN_MS = 1000,
	/* Entries that are one too many leave the neighbour table together: so many, or after so long. */
	EVPN_NEIGH_FORGET_MS = 500,
	/* Between two warnings about one segment. */
	EVPN_NEIGH_WARN_MS = 10000,
	/* For which an all-active segment keeps neighbours without an owner, where it has no hold time. */
	EVPN_NEIGH_KEEP_MS = 60000,
	EVPN_NEIGH_ES_BITS = 6,
	EVPN_NEIGH_DEV_BITS = 10,
};

/** evpn_neigh_ns() - milliseconds in nanoseconds, also where a long has 32 bits */
static inline u64 evpn_neigh_ns(u32 ms)
{
	return (u64)ms * NSEC_PER_MSEC;
}

/**
 * struct evpn_neigh_key - what an entry is found and ordered by, with memcmp()
 * @esi: the segment
 * @tag: Ethernet tag, network order
 * @family: octets of the address, 4 or 16
 * @zero: always
 * @addr: network order, the rest is zero
 */
struct evpn_neigh_key {
	u8 esi[EVPN_ESI_LEN];
	u8 tag[4];
	u8 family;
	u8 zero;
	u8 addr[EVPN_NEIGH_ADDR_LEN];
};

/**
 * evpn_neigh_key_from() - the first node from a key on
 * @key: any key
 * @root: a tree in the order of its nodes' keys
 * @after: not the one of this key itself
 * @cmp: as for rb_find()
 *
 * Context: the tree does not change meanwhile.
 * Return: the node, or NULL.
 */
static __always_inline struct rb_node *
evpn_neigh_key_from(const struct evpn_neigh_key *key, const struct rb_root *root, bool after,
		    int (*cmp)(const void *key, const struct rb_node *node))
{
	struct rb_node *node = root->rb_node, *found = NULL;

	while (node) {
		if (cmp(key, node) < (after ? 0 : 1)) {
			found = node;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

/* Octets of the key that all entries of a segment, of a sub-interface, and of one family there have in common. */
enum evpn_neigh_prefix {
	EVPN_NEIGH_PREFIX_ALL = 0,
	EVPN_NEIGH_PREFIX_ES = offsetof(struct evpn_neigh_key, tag),
	EVPN_NEIGH_PREFIX_DEV = offsetof(struct evpn_neigh_key, family),
	EVPN_NEIGH_PREFIX_FAMILY = offsetof(struct evpn_neigh_key, addr),
};

/**
 * struct evpn_neigh_wish - what user space wants of an entry
 * @lladdr: the MAC address
 * @protocol: RTPROT_ value
 * @flags: enum evpn_neigh_flag
 * @check_vrf: @vrf counts
 * @vrf: interface index of the VRF it is to be in, 0 for none
 * @generation: for sweeping
 * @origin: user space's own
 * @incarnation: of the segment when the wish was made; the wish dies with it
 */
struct evpn_neigh_wish {
	u8 lladdr[ETH_ALEN];
	u8 protocol;
	u8 flags;
	bool check_vrf;
	u32 vrf;
	u32 generation;
	u32 origin;
	u32 incarnation;
};

/**
 * enum evpn_neigh_own - is an address this host's own where a sub-interface is?
 * @EVPN_NEIGH_OWN_NOT: no
 * @EVPN_NEIGH_OWN_ADDRESS: yes
 * @EVPN_NEIGH_OWN_NETWORK: it is the address of a network, or of all hosts in it
 */
enum evpn_neigh_own {
	EVPN_NEIGH_OWN_NOT,
	EVPN_NEIGH_OWN_ADDRESS,
	EVPN_NEIGH_OWN_NETWORK,
};

/** enum evpn_neigh_why - why a wish is not in force */
enum evpn_neigh_why {
	EVPN_NEIGH_WHY_NONE,
	EVPN_NEIGH_WHY_NO_DEVICE,
	EVPN_NEIGH_WHY_SEVERAL,
	EVPN_NEIGH_WHY_DOWN,
	EVPN_NEIGH_WHY_VRF,
	EVPN_NEIGH_WHY_OWN_LLADDR,
	EVPN_NEIGH_WHY_OWN_ADDRESS,
	EVPN_NEIGH_WHY_NETWORK,
	EVPN_NEIGH_WHY_LEARNED,
	EVPN_NEIGH_WHY_FOREIGN,
	EVPN_NEIGH_WHY_TABLE_FULL,
	EVPN_NEIGH_WHY_FAILED,
};

/**
 * struct evpn_neigh - a neighbour that is local, wished or retained
 * @node: in evpn_neigh_net.entries
 * @key: see there
 * @tell: in evpn_neigh_net.tell while there is news for the listeners
 * @timer: in evpn_neigh_net.timers while @due is set
 * @ask: in evpn_neigh_es.ask while it waits for its turn to be asked
 * @due: when something is to be done about it, CLOCK_MONOTONIC in nanoseconds; 0 for never
 * @expires: when its retention ends
 * @since: when @state began, CLOCK_MONOTONIC in nanoseconds
 * @wish: valid while @wished or @retained
 * @alive: while local, when the host gave the last sign of life, CLOCK_MONOTONIC in nanoseconds
 * @told: when the listeners last heard of it, jiffies
 * @error: why the wish is not in force, error number, positive
 * @probes: sent since @state began
 * @lladdr: while local, the learned MAC address
 * @flags: while local, enum evpn_neigh_flag
 * @root: interface index of the segment's device where its place is, as far as that was decided
 * @counted: while local, the incarnation of the segment in whose evpn_neigh_es.local it is; or 0
 * @state: enum evpn_neigh_state
 * @why: enum evpn_neigh_why
 * @events: enum evpn_neigh_event, since the listeners last heard of it
 * @refreshed: while synced, how often it was made STALE again since they last heard of that
 * @wished: there is a wish
 * @retained: there was one
 * @installed: our entry is in the neighbour table, as far as we know
 * @in_force: the MAC address we have put there
 * @asked: we have had it probed, and the answer has some time
 * @verify: while local, its entry was forgotten without having failed
 *
 * All under evpn_neigh_net.lock.
 */
struct evpn_neigh {
	struct rb_node node;
	struct evpn_neigh_key key;
	struct list_head tell;
	struct rb_node timer;
	struct list_head ask;
	u64 due;
	u64 expires;
	u64 since;
	u64 alive;
	struct evpn_neigh_wish wish;
	unsigned long told;
	u32 error;
	u32 probes;
	u32 root;
	u32 counted;
	u8 lladdr[ETH_ALEN];
	u8 in_force[ETH_ALEN];
	u8 flags;
	u8 state;
	u8 why;
	u8 events;
	u8 refreshed;
	bool wished;
	bool retained;
	bool installed;
	bool asked;
	bool verify;
};

/** enum evpn_neigh_ask - why a host is to be asked; in the order in which a segment's are */
enum evpn_neigh_ask {
	EVPN_NEIGH_ASK_RETAINED,
	EVPN_NEIGH_ASK_LOCAL,
	EVPN_NEIGH_ASKS,
};

/**
 * struct evpn_neigh_es - a segment, as far as neighbours are concerned
 * @hash: in evpn_neigh_net.segments
 * @esi: the key
 * @incarnation: tells it from an earlier one of the same ESI
 * @host_ms: as in struct evpn_es_conf
 * @limit: likewise, host_limit
 * @local: neighbours that are local; read by whoever may read the segment
 * @missing: devices of a set that are not there
 * @shrinks: the limit has become smaller than @local: neighbours are forgotten that were learned in time
 * @keep_until: neighbours do not fail before, CLOCK_MONOTONIC in nanoseconds; see neigh_keep.c
 * @forgotten: how many were one too many; read likewise
 * @told: of those, how many were told
 * @told_at: when, jiffies
 * @ask: struct evpn_neigh that wait to be asked, by reason
 * @asking: in evpn_neigh_net.asking while there are any
 *
 * @told and @told_at are evpn_neigh_limit_tell()'s and under evpn_net.lock, the others under
 * evpn_neigh_net.lock.
 */
struct evpn_neigh_es {
	struct hlist_node hash;
	struct evpn_esi esi;
	u32 incarnation;
	u32 host_ms;
	u32 limit;
	u32 local;
	u32 missing;
	bool shrinks;
	u64 keep_until;
	atomic64_t forgotten;
	u64 told;
	unsigned long told_at;
	struct list_head ask[EVPN_NEIGH_ASKS];
	struct list_head asking;
};

/**
 * struct evpn_neigh_dev - a device where a segment's neighbours are
 * @by_dev: in evpn_neigh_net.by_dev, for readers under RCU
 * @by_tag: in evpn_neigh_net.by_tag, likewise
 * @dev: the device; held
 * @dev_tracker: of that reference
 * @key: segment and tag, the rest zero
 * @root: interface index of the segment's device that it is, or is on
 * @vrf: interface index of the VRF it is in, 0 for none; evpn_neigh_net.lock
 * @downs: how often it went down; read without the lock as well
 * @up: it can carry traffic; evpn_neigh_net.lock
 * @leaving: it does not belong to the segment any more; evpn_neigh_net.lock
 * @forgets: entries of its have failed because they were too many; evpn_neigh_net.lock
 * @rcu: for kfree_rcu()
 */
struct evpn_neigh_dev {
	struct hlist_node by_dev;
	struct hlist_node by_tag;
	struct net_device *dev;
	netdevice_tracker dev_tracker;
	struct evpn_neigh_key key;
	u32 root;
	u32 vrf;
	u32 downs;
	bool up;
	bool leaving;
	bool forgets;
	struct rcu_head rcu;
};

/**
 * struct evpn_neigh_note - something happened to a neighbour
 * @llist: in evpn_neigh_net.notes
 * @key: which
 * @root: interface index of the segment's device by which it was heard of; 0: that does not matter
 * @lladdr: of a host heard
 * @heard: a host was heard; otherwise its entry has changed
 * @override: of a host heard
 * @failed: the entry was invalid
 */
struct evpn_neigh_note {
	struct llist_node llist;
	struct evpn_neigh_key key;
	u32 root;
	u8 lladdr[ETH_ALEN];
	bool heard;
	bool override;
	bool failed;
};

/**
 * struct evpn_neigh_walk - entries to be looked at again
 * @list: in evpn_neigh_net.walks
 * @pos: those from here on
 * @prefix: as long as so many octets of the key remain the same
 * @begun: @pos has been handled itself
 */
struct evpn_neigh_walk {
	struct list_head list;
	struct evpn_neigh_key pos;
	u32 prefix;
	bool begun;
};

/** struct evpn_neigh_counters - see the attribute set neigh-stats */
struct evpn_neigh_counters {
	u64 installed;
	u64 removed;
	u64 conflicts;
	u64 table_full;
	u64 probes;
	u64 notified;
	u64 forgotten;
	u64 kept;
};

/**
 * struct evpn_neigh_condemned - entries of a neighbour table that were one too many, and have failed
 * @count: how many
 * @since: when the first of them has, jiffies
 */
struct evpn_neigh_condemned {
	u32 count;
	unsigned long since;
};

/** struct evpn_neigh_slot - a host heard lately */
struct evpn_neigh_slot {
	u32 hash;
	u32 at;
};

/**
 * struct evpn_neigh_net - neighbours of a namespace
 * @en: the namespace
 * @lock: see the head of this file
 * @entries: struct evpn_neigh in the order of their keys
 * @timers: those of them with something to be done, by when
 * @tell: those of them with news
 * @walks: struct evpn_neigh_walk
 * @segments: struct evpn_neigh_es
 * @by_tag: struct evpn_neigh_dev, written under @lock and read under that or RCU
 * @by_dev: the same
 * @incarnations: counts segments
 * @seq: changes whenever an entry comes or goes, for dumps
 * @count: entries in each state
 * @limit: how many may be local
 * @condemned: by table: IPv4, IPv6
 * @overfull: neighbours were forgotten, and not all of that was told; read and written without a lock
 * @counters: since the beginning
 * @asking: struct evpn_neigh_es that have hosts to be asked; the first has its turn
 * @next_probe: when the next probe may be sent, CLOCK_MONOTONIC in nanoseconds
 * @rescanned: when the tables were last read, jiffies
 * @updater: the task that is changing an entry of a neighbour table for us
 * @updating: that entry
 * @notes: struct evpn_neigh_note, newest first
 * @waiting: how many they are
 * @events: how many there ever were
 * @coalesced: how many there would have been more
 * @overruns: how often there were too many
 * @rescan: notes were lost, or a device is new: the tables are to be read
 * @closing: no more work is to be started
 * @heard: hosts heard lately; read and written without a lock, which may cost a note too many
 * @work: does it all
 *
 * From @notes on any context; what is before, under @lock.
 */
struct evpn_neigh_net {
	struct evpn_net *en;
	struct mutex lock;
	struct rb_root entries;
	struct rb_root_cached timers;
	struct list_head tell;
	struct list_head walks;
	DECLARE_HASHTABLE(segments, EVPN_NEIGH_ES_BITS);
	DECLARE_HASHTABLE(by_tag, EVPN_NEIGH_DEV_BITS);
	DECLARE_HASHTABLE(by_dev, EVPN_NEIGH_DEV_BITS);
	u32 incarnations;
	u32 seq;
	u32 count[EVPN_NEIGH_STATE_RETAINED + 1];
	u32 limit;
	struct evpn_neigh_condemned condemned[2];
	bool overfull;
	struct evpn_neigh_counters counters;
	struct list_head asking;
	u64 next_probe;
	unsigned long rescanned;
	struct task_struct *updater;
	struct neighbour *updating;

	struct llist_head notes;
	atomic_t waiting;
	atomic64_t events;
	atomic64_t coalesced;
	atomic64_t overruns;
	bool rescan;
	bool closing;
	struct evpn_neigh_slot heard[EVPN_NEIGH_HEARD_SLOTS];
	struct delayed_work work;
};

/**
 * struct evpn_neigh_view - an entry of a neighbour table as it was a moment ago
 * @present: there is one
 * @nud: its state
 * @flags: NTF_*
 * @lladdr: its MAC address
 */
struct evpn_neigh_view {
	bool present;
	u8 nud;
	u32 flags;
	u8 lladdr[ETH_ALEN];
};

static inline struct neigh_table *evpn_neigh_table(u8 family)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (family == EVPN_NEIGH_ADDR_LEN)
		return &nd_tbl;
#endif
	return &arp_tbl;
}

static inline void evpn_neigh_key_dev(struct evpn_neigh_key *key, const u8 *esi, u32 tag)
{
	memset(key, 0, sizeof(*key));
	memcpy(key->esi, esi, EVPN_ESI_LEN);
	key->tag[0] = tag >> 24;
	key->tag[1] = tag >> 16;
	key->tag[2] = tag >> 8;
	key->tag[3] = tag;
}

static inline u32 evpn_neigh_key_tag(const struct evpn_neigh_key *key)
{
	return key->tag[0] << 24 | key->tag[1] << 16 | key->tag[2] << 8 | key->tag[3];
}

/* neigh.c */
struct evpn_neigh *evpn_neigh_find(struct evpn_neigh_net *nn, const struct evpn_neigh_key *key);
struct evpn_neigh *evpn_neigh_from(struct evpn_neigh_net *nn, const struct evpn_neigh_key *key,
				   bool after);
struct evpn_neigh *evpn_neigh_wish(struct evpn_neigh_net *nn, const struct evpn_neigh_key *key,
				   const struct evpn_neigh_wish *wish);
void evpn_neigh_ask(struct evpn_neigh_net *nn, struct evpn_neigh *n);
void evpn_neigh_unwish(struct evpn_neigh_net *nn, struct evpn_neigh *n, u32 retain_ms);
void evpn_neigh_look(struct evpn_neigh_net *nn, const struct evpn_neigh_key *key,
		     const struct evpn_neigh_note *note);
void evpn_neigh_free(struct evpn_neigh_net *nn, struct evpn_neigh *n);
u64 evpn_neigh_ask_at(struct evpn_neigh_net *nn, const struct evpn_neigh *n);

/* neigh_dev.c */
struct evpn_neigh_es *evpn_neigh_es_find(struct evpn_neigh_net *nn, const u8 *esi);
struct evpn_neigh_dev *evpn_neigh_dev_of(struct evpn_neigh_net *nn, const struct evpn_neigh *n);
bool evpn_neigh_dev_several(struct evpn_neigh_net *nn, const struct evpn_neigh_key *key);
struct evpn_neigh_dev *evpn_neigh_dev_tagged_rcu(struct evpn_neigh_net *nn,
						 const struct evpn_neigh_key *key);
struct evpn_neigh_dev *evpn_neigh_dev_find_rcu(struct evpn_neigh_net *nn,
					       const struct net_device *dev);

/* neigh_keep.c */
bool evpn_neigh_keeps(struct evpn_neigh_net *nn, const struct evpn_neigh *n);
void evpn_neigh_keep_end(struct evpn_neigh_net *nn);

/* neigh_limit.c */
void evpn_neigh_limit_init(struct evpn_neigh_es *nes, u32 limit);
void evpn_neigh_limit_set(struct evpn_neigh_es *nes, u32 limit);
void evpn_neigh_limit_count(struct evpn_neigh_net *nn, struct evpn_neigh *n);
bool evpn_neigh_limit_full(struct evpn_neigh_net *nn, const struct evpn_neigh *n);
void evpn_neigh_limit_forgot(struct evpn_neigh_net *nn, const struct evpn_neigh *n);
unsigned long evpn_neigh_limit_tell(struct evpn_neigh_net *nn);

/* neigh_own.c */
enum evpn_neigh_own evpn_neigh_own_address(const struct evpn_neigh_dev *nd,
					   const struct evpn_neigh_key *key);
bool evpn_neigh_own_network(const struct evpn_neigh_dev *nd, const struct evpn_neigh_key *key);
bool evpn_neigh_own_lladdr(const struct evpn_neigh_dev *nd, const u8 *lladdr);
int evpn_neigh_inetaddr(struct notifier_block *nb, unsigned long event, void *ptr);
int evpn_neigh_inet6addr(struct notifier_block *nb, unsigned long event, void *ptr);

/* neigh_table.c */
void evpn_neigh_table_view(struct evpn_neigh_dev *nd, const struct evpn_neigh_key *key,
			   struct evpn_neigh_view *view);
int evpn_neigh_table_install(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd,
			     const struct evpn_neigh_key *key, const struct evpn_neigh_wish *wish);
void evpn_neigh_table_replace(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd,
			      const struct evpn_neigh_key *key, const struct evpn_neigh_wish *wish);
void evpn_neigh_table_refresh(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd,
			      const struct evpn_neigh_key *key);
void evpn_neigh_table_adopt(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd,
			    const struct evpn_neigh_key *key, const u8 *lladdr);
void evpn_neigh_table_release(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd,
			      const struct evpn_neigh_key *key);
void evpn_neigh_table_forget(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd,
			     const struct evpn_neigh_key *key);
unsigned long evpn_neigh_table_clear(struct evpn_neigh_net *nn);
void evpn_neigh_table_ask(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd,
			  const struct evpn_neigh_key *key);
int evpn_neigh_table_probe(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd,
			   const struct evpn_neigh_key *key, const u8 *lladdr);

/* neigh_learn.c */
int evpn_neigh_netevent(struct notifier_block *nb, unsigned long event, void *ptr);
struct llist_node *evpn_neigh_notes_take(struct evpn_neigh_net *nn);
bool evpn_neigh_rescan(struct evpn_neigh_net *nn);

/* neigh_work.c */
void evpn_neigh_kick(struct evpn_neigh_net *nn);
void evpn_neigh_set_due(struct evpn_neigh_net *nn, struct evpn_neigh *n, u64 due);
void evpn_neigh_walk_later(struct evpn_neigh_net *nn, const struct evpn_neigh_key *key, u32 prefix);
void evpn_neigh_work(struct work_struct *work);

/* neigh_ask.c */
void evpn_neigh_ask_later(struct evpn_neigh_net *nn, struct evpn_neigh *n, enum evpn_neigh_ask why);
struct evpn_neigh *evpn_neigh_ask_next(struct evpn_neigh_net *nn, u64 now, unsigned long *delay);
void evpn_neigh_ask_es_init(struct evpn_neigh_es *nes);
void evpn_neigh_ask_es_del(struct evpn_neigh_es *nes);

/* neigh_notify.c */
void evpn_neigh_news(struct evpn_neigh_net *nn, struct evpn_neigh *n, u8 events);
int evpn_neigh_fill(struct sk_buff *msg, struct evpn_neigh_net *nn, const struct evpn_neigh *n,
		    int index);
unsigned long evpn_neigh_tell(struct evpn_neigh_net *nn);

#endif /* EVPN_NEIGH_H */
