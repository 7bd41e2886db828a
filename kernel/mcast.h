/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Multicast groups that the hosts of segments want: objects, who protects what, and what the mcast*.c
 * files offer each other.
 *
 * All of a namespace's groups are under one mutex, evpn_mcast_net.lock, which is taken inside RTNL and
 * evpn_net.lock where those are held too, and takes no other. The hooks take no lock of ours: they copy
 * a message into a note (evpn_mcast_note), and the work reads it. What notes may take of memory is
 * bounded for all of the namespace, and of that no segment gets more than it leaves to others, nor any VLAN
 * of what its segment may get: a flood in one does not silence another, however many VLANs it is in;
 * what is kept of what they say is bounded for each sub-interface and each segment.
 *
 * A group is wanted on a sub-interface of a segment, or in a VLAN of a segment that is a port of a
 * bridge. Which of them there are neigh_dev.c knows; the work looks there, under RCU.
 */
#ifndef EVPN_MCAST_H
#define EVPN_MCAST_H

#include <linux/hashtable.h>
#include <linux/jhash.h>
#include <linux/llist.h>
#include <linux/rbtree.h>

#include "core/igmp_say.h"
#include "core/mcast.h"
#include "neigh.h"

enum evpn_mcast_limit {
	/* Groups handled before the lock is let go. */
	EVPN_MCAST_SLICE = 64,
	/* Octets of messages that wait, and of those of a segment that is the only one. */
	EVPN_MCAST_WAITING = 1 << 20,
	EVPN_MCAST_SEGMENT_WAITING = EVPN_MCAST_WAITING / 2,
	/* Segments and VLANs are told apart by hashes: two of them may share what there is for one. */
	EVPN_MCAST_SHARES = 256,
	EVPN_MCAST_SLOTS = 256,
	/* Messages of one VLAN in EVPN_MCAST_WINDOW_MS. */
	EVPN_MCAST_WINDOW_MS = 100,
	EVPN_MCAST_WINDOW_MESSAGES = 1600,
	/* Two notifications about one group are at least so far apart. */
	EVPN_MCAST_TELL_MS = 100,
	/* Packets of hosts that are spoken for, before others get the processor, and the pause then. */
	EVPN_MCAST_SAY_BURST = 64,
	EVPN_MCAST_SAY_PAUSE_MS = 10,
	/* Addresses of a subnet that are looked at, for one that is not this host's. */
	EVPN_MCAST_SAY_TRIES = 16,
	/* A sub-interface is asked again after so long at the least, and hosts have so long for an answer. */
	EVPN_MCAST_ASK_MS = 1000,
	EVPN_MCAST_ASK_RESPONSE_MS = 2000,
	EVPN_MCAST_SUB_BITS = 8,
	EVPN_MCAST_ES_BITS = 6,
};

/* The defaults of RFC 3376 section 8 and RFC 3810 section 9, in milliseconds. */
enum evpn_mcast_default {
	EVPN_MCAST_ROBUSTNESS = 2,
	EVPN_MCAST_INTERVAL_MS = 125000,
	EVPN_MCAST_RESPONSE_MS = 10000,
	EVPN_MCAST_LAST_MS = 2000,
	/* On top of a last member query time: the query is not sent the moment the leave is heard. */
	EVPN_MCAST_MARGIN_MS = 1000,
	/* A querier that wants to be answered more often than this is not followed. */
	EVPN_MCAST_MEMBERSHIP_MIN_MS = 10000,
};

/**
 * struct evpn_mcast_querier - what the queries of a sub-interface say, of one address family
 * @version: of the last one, 0: none was heard
 * @robustness: how often a report may be lost
 * @interval_ms: between two general queries
 * @response_ms: time for an answer to one
 */
struct evpn_mcast_querier {
	u8 version;
	u8 robustness;
	u32 interval_ms;
	u32 response_ms;
};

/**
 * struct evpn_mcast_es - a segment on which groups are wanted
 * @hash: in evpn_mcast_net.segments
 * @esi: the key
 * @subs: struct evpn_mcast_sub of it
 * @groups: of all of them
 * @sources: of all of those
 */
struct evpn_mcast_es {
	struct hlist_node hash;
	struct evpn_esi esi;
	u32 subs;
	u32 groups;
	u32 sources;
};

/**
 * struct evpn_mcast_sub - a sub-interface, or a VLAN of a bridged segment, in which IGMP or MLD was heard
 * @hash: in evpn_mcast_net.subs
 * @key: segment and tag, the rest zero
 * @es: the segment
 * @ifindex: the device it was heard on
 * @groups: how many there are
 * @querier: of IGMP and of MLD
 */
struct evpn_mcast_sub {
	struct hlist_node hash;
	struct evpn_neigh_key key;
	struct evpn_mcast_es *es;
	int ifindex;
	u32 groups;
	struct evpn_mcast_querier querier[2];
};

/**
 * struct evpn_mcast_source - a source of a group
 * @addr: network order; the rest is zero
 * @expires: while wanted, when that ends, CLOCK_MONOTONIC in nanoseconds
 * @state: enum evpn_mcast_source_state, never EVPN_MCAST_SOURCE_NONE outside mcast_group.c
 * @leaving: a host has left it
 * @elsewhere: at another PE
 * @listed: the record that is being handled names it
 * @fresh: that record has brought it
 */
struct evpn_mcast_source {
	u8 addr[EVPN_IGMP_ADDR_LEN];
	u64 expires;
	u8 state;
	bool leaving;
	bool elsewhere;
	bool listed;
	bool fresh;
};

/**
 * struct evpn_mcast_group - a group that hosts of a sub-interface want
 * @node: in evpn_mcast_net.groups
 * @key: segment, tag and group
 * @sub: of the first two
 * @tell: in evpn_mcast_net.tell while there is news for the listeners, in .quiet after that
 * @timer: in evpn_mcast_net.timers while @due is set
 * @due: when something is to be done about it, CLOCK_MONOTONIC in nanoseconds; 0 for never
 * @expires: in exclude mode, when that ends
 * @since: when it was first wanted
 * @version_until: by version - 1, until when a host of it is believed to be there
 * @told: when the listeners last heard of it, jiffies; while in evpn_mcast_net.quiet
 * @sources: in the order of their addresses
 * @n_sources: how many
 * @room: for so many
 * @mode: enum evpn_mcast_mode
 * @versions: enum evpn_mcast_version
 * @events: enum evpn_mcast_event, since the listeners last heard of it
 * @reason: enum evpn_mcast_reason
 * @leaving: a host has left it
 * @elsewhere: that was at another PE: the local stack has not heard of it
 * @guessed: nobody has been heard to ask since; @expires is what is usual
 * @ended: nobody wants it; it only waits to be told
 *
 * All under evpn_mcast_net.lock.
 */
struct evpn_mcast_group {
	struct rb_node node;
	struct evpn_neigh_key key;
	struct evpn_mcast_sub *sub;
	struct list_head tell;
	struct rb_node timer;
	u64 due;
	u64 expires;
	u64 since;
	u64 version_until[3];
	unsigned long told;
	struct evpn_mcast_source *sources;
	u16 n_sources;
	u16 room;
	u8 mode;
	u8 versions;
	u8 events;
	u8 reason;
	bool leaving;
	bool elsewhere;
	bool guessed;
	bool ended;
};

/**
 * struct evpn_mcast_filter - a mode and its sources; never changed
 * @mode: enum evpn_mcast_mode
 * @n: how many sources
 * @source: network order, the rest of each is zero
 */
struct evpn_mcast_filter {
	u8 mode;
	u16 n;
	u8 source[][EVPN_IGMP_ADDR_LEN];
};

/**
 * struct evpn_mcast_place - where a host is spoken for
 * @ifindex: of the sub-interface that is up, 0: there is none
 * @downs: how often it went down
 * @bridged: it is a port of a bridge: there is no local stack to speak to
 * @port: of that, if it is up; hosts are asked there, in VLAN @vid if that has no device
 */
struct evpn_mcast_place {
	int ifindex;
	u32 downs;
	int port;
	u16 vid;
	bool bridged;
};

/** evpn_mcast_place_same() - is it the same device for the same use, and not down meanwhile? */
static inline bool evpn_mcast_place_same(const struct evpn_mcast_place *a,
					 const struct evpn_mcast_place *b)
{
	return a->ifindex == b->ifindex && a->downs == b->downs && a->port == b->port &&
	       a->bridged == b->bridged;
}

/** evpn_mcast_version_before() - the version before which there were no sources: IGMPv2, and MLDv1 */
static inline u8 evpn_mcast_version_before(u8 family)
{
	return family == 4 ? 2 : 1;
}

/**
 * struct evpn_mcast_host - a host behind another PE, whose membership is wished for and which is spoken for
 * @node: in evpn_mcast_net.hosts
 * @key: segment, tag and group
 * @say: in evpn_mcast_net.say while there is something to be said
 * @timer: in evpn_mcast_net.retained while @due is set
 * @due: when the retention ends, CLOCK_MONOTONIC in nanoseconds; 0: it is not retained
 * @want: what the wish is; NULL: there is none, and the host is to leave
 * @said: what the local stack was told, may be @want itself; NULL: nothing
 * @place: of the sub-interface
 * @generation: for sweeping
 * @origin: user space's own
 * @versions: enum evpn_mcast_version of the hosts
 * @asked: a query is to be answered
 *
 * All under evpn_mcast_net.lock.
 */
struct evpn_mcast_host {
	struct rb_node node;
	struct evpn_neigh_key key;
	struct list_head say;
	struct rb_node timer;
	u64 due;
	struct evpn_mcast_filter *want;
	struct evpn_mcast_filter *said;
	struct evpn_mcast_place place;
	u32 generation;
	u32 origin;
	u8 versions;
	bool asked;
};

/**
 * struct evpn_mcast_note - a message that may be of IGMP or MLD, as it was seen
 * @llist: in evpn_mcast_net.notes
 * @slot: in evpn_mcast_net.slots, that it is counted in
 * @share: in evpn_mcast_net.shares, likewise
 * @esi: the segment
 * @proto: EtherType behind the outer tag
 * @vid: of that tag, or 0
 * @len: octets at @data
 * @sent: it was seen leaving
 * @data: what follows the EtherType
 */
struct evpn_mcast_note {
	struct llist_node llist;
	u16 slot;
	u16 share;
	u8 esi[EVPN_ESI_LEN];
	u16 proto;
	u16 vid;
	u16 len;
	bool sent;
	u8 data[];
};

/**
 * struct evpn_mcast_slot - what VLANs of one hash have used up
 * @waiting: octets of their notes
 * @window: which EVPN_MCAST_WINDOW_MS it is
 * @messages: in it
 *
 * Without a lock: at the turn of a window a few messages more or less may pass.
 */
struct evpn_mcast_slot {
	atomic_t waiting;
	u32 window;
	atomic_t messages;
};

/** struct evpn_mcast_counters - see the attribute set mcast-stats */
struct evpn_mcast_counters {
	u64 reports;
	u64 queries;
	u64 malformed;
	u64 no_place;
	u64 group_limit;
	u64 source_limit;
	u64 notified;
	u64 spoken;
	u64 asked;
};

/**
 * struct evpn_mcast_net - multicast groups of a namespace
 * @en: the namespace
 * @lock: see the head of this file
 * @groups: struct evpn_mcast_group in the order of their keys
 * @timers: those of them with something to be done, by when
 * @tell: those of them with news
 * @quiet: those told less than EVPN_MCAST_TELL_MS ago, oldest first; their news wait
 * @hosts: struct evpn_mcast_host in the order of their keys, @n_hosts of them
 * @say: those of them with something to be said
 * @retained: those that are, by when that ends
 * @asks: struct evpn_mcast_ask in the order of their keys
 * @ask_timers: the same, by when they are due
 * @mac: a host's that is spoken for; only this host sees it
 * @asking: the thread that sends a query of ours just now
 * @scratch: sources, while the work looks at one group; @packet: while it makes one
 * @subs: struct evpn_mcast_sub
 * @segments: struct evpn_mcast_es
 * @seq: changes whenever a group comes or goes, for dumps
 * @count: groups that are wanted
 * @sources: of them
 * @counters: since the beginning
 * @notes: struct evpn_mcast_note, newest first
 * @waiting: octets of them
 * @flooded: messages that there was no room or no time for
 * @recheck: a device has changed: is every sub-interface still there?
 * @reopened: a segment has opened: hosts there are to be asked
 * @closing: no more work is to be started
 * @shares: octets of the notes of segments of one hash
 * @opened: how often one of those has opened; written under evpn_net.lock
 * @slots: by a hash of segment and VLAN
 * @work: does it all
 *
 * From @notes on any context; what is before, under @lock.
 */
struct evpn_mcast_net {
	struct evpn_net *en;
	struct mutex lock;
	struct rb_root groups;
	struct rb_root_cached timers;
	struct list_head tell;
	struct list_head quiet;
	struct rb_root hosts;
	u32 n_hosts;
	struct list_head say;
	struct rb_root_cached retained;
	struct rb_root asks;
	struct rb_root_cached ask_timers;
	u8 mac[ETH_ALEN];
	struct task_struct *asking;
	u8 scratch[EVPN_MCAST_SOURCES_MAX][EVPN_IGMP_ADDR_LEN];
	u8 packet[EVPN_IGMP_SAY_MAX];
	DECLARE_HASHTABLE(subs, EVPN_MCAST_SUB_BITS);
	DECLARE_HASHTABLE(segments, EVPN_MCAST_ES_BITS);
	u32 seq;
	u32 count;
	u32 sources;
	struct evpn_mcast_counters counters;

	struct llist_head notes;
	atomic_t waiting;
	atomic64_t flooded;
	bool recheck;
	bool reopened;
	bool closing;
	atomic_t shares[EVPN_MCAST_SHARES];
	u32 opened[EVPN_MCAST_SHARES];
	struct evpn_mcast_slot slots[EVPN_MCAST_SLOTS];
	struct delayed_work work;
};

/** evpn_mcast_share() - which of EVPN_MCAST_SHARES a segment has */
static inline u16 evpn_mcast_share(const u8 *esi)
{
	return jhash(esi, EVPN_ESI_LEN, 0) % EVPN_MCAST_SHARES;
}

/* mcast.c */
struct evpn_mcast_group *evpn_mcast_find(struct evpn_mcast_net *mn,
					 const struct evpn_neigh_key *key);
struct evpn_mcast_group *evpn_mcast_from(struct evpn_mcast_net *mn,
					 const struct evpn_neigh_key *key, bool after);
struct evpn_mcast_group *evpn_mcast_add(struct evpn_mcast_net *mn, struct evpn_mcast_sub *sub,
					const u8 *group, u8 family);
void evpn_mcast_free(struct evpn_mcast_net *mn, struct evpn_mcast_group *g);
void evpn_mcast_set_due(struct evpn_mcast_net *mn, struct evpn_mcast_group *g, u64 due);
struct evpn_mcast_sub *evpn_mcast_sub_at(struct evpn_mcast_net *mn,
					 const struct evpn_neigh_key *key);
struct evpn_mcast_sub *evpn_mcast_sub_find(struct evpn_mcast_net *mn,
					   const struct evpn_neigh_key *key);
void evpn_mcast_subs_check(struct evpn_mcast_net *mn);
struct evpn_mcast_place evpn_mcast_place(struct evpn_mcast_net *mn,
					 const struct evpn_neigh_key *key);

/* mcast_group.c */
void evpn_mcast_record(struct evpn_mcast_net *mn, struct evpn_mcast_sub *sub,
		       const struct evpn_igmp *msg, struct evpn_igmp_record *record);
void evpn_mcast_query(struct evpn_mcast_net *mn, struct evpn_mcast_sub *sub,
		      const struct evpn_igmp *msg);
void evpn_mcast_expire(struct evpn_mcast_net *mn, struct evpn_mcast_group *g, u64 now);
void evpn_mcast_end(struct evpn_mcast_net *mn, struct evpn_mcast_group *g, u8 reason);

void evpn_mcast_left(struct evpn_mcast_net *mn, struct evpn_mcast_group *g, const u8 *sources,
		     u16 n, u32 response_ms);

/* mcast_host.c */
struct evpn_mcast_host *evpn_mcast_host_find(struct evpn_mcast_net *mn,
					     const struct evpn_neigh_key *key);
struct evpn_mcast_host *evpn_mcast_host_from(struct evpn_mcast_net *mn,
					     const struct evpn_neigh_key *key, bool after);
struct evpn_mcast_filter *evpn_mcast_filter_new(u8 mode, u16 n);
int evpn_mcast_wish(struct evpn_mcast_net *mn, const struct evpn_neigh_key *key,
		    struct evpn_mcast_filter *want, u8 versions, u32 generation, u32 origin);
void evpn_mcast_unwish(struct evpn_mcast_net *mn, struct evpn_mcast_host *h, u32 retain_ms);
void evpn_mcast_farewell(struct evpn_mcast_net *mn, const struct evpn_mcast_group *g, u8 mode,
			 const void *sources, u16 n);
void evpn_mcast_host_say(struct evpn_mcast_net *mn, struct evpn_mcast_host *h);
void evpn_mcast_host_free(struct evpn_mcast_net *mn, struct evpn_mcast_host *h);
void evpn_mcast_host_said(struct evpn_mcast_host *h, bool told);
void evpn_mcast_asked(struct evpn_mcast_net *mn, struct evpn_mcast_sub *sub,
		      const struct evpn_igmp *msg);
void evpn_mcast_hosts_check(struct evpn_mcast_net *mn);
unsigned long evpn_mcast_hosts_expire(struct evpn_mcast_net *mn);
enum evpn_mcast_wish evpn_mcast_host_state(struct evpn_mcast_net *mn,
					   const struct evpn_mcast_host *h);
bool evpn_mcast_retains(struct evpn_mcast_net *mn, const struct evpn_neigh_key *key);

/* mcast_ask.c */
void evpn_mcast_ask(struct evpn_mcast_net *mn, const struct evpn_neigh_key *of, u64 until);
void evpn_mcast_asks_end(struct evpn_mcast_net *mn, const struct evpn_esi *esi);
void evpn_mcast_asks_check(struct evpn_mcast_net *mn);
unsigned long evpn_mcast_asks(struct evpn_mcast_net *mn);
void evpn_mcast_asks_free(struct evpn_mcast_net *mn);

/* mcast_say.c */
void evpn_mcast_say_from6(const struct evpn_neigh_key *key, u8 *from);
struct sk_buff *evpn_mcast_say_skb(const struct evpn_neigh_key *key, const u8 *packet, u32 len,
				   const u8 *source);
unsigned long evpn_mcast_say(struct evpn_mcast_net *mn);

/* mcast_hear.c */
struct llist_node *evpn_mcast_notes_take(struct evpn_mcast_net *mn);
void evpn_mcast_note_free(struct evpn_mcast_net *mn, struct evpn_mcast_note *note);

/* mcast_work.c */
void evpn_mcast_kick(struct evpn_mcast_net *mn);
void evpn_mcast_work(struct work_struct *work);

/* mcast_notify.c */
void evpn_mcast_news(struct evpn_mcast_net *mn, struct evpn_mcast_group *g, u8 events);
int evpn_mcast_fill(struct sk_buff *msg, const struct evpn_mcast_group *g);
int evpn_mcast_fill_host(struct sk_buff *msg, struct evpn_mcast_net *mn,
			 const struct evpn_mcast_host *h);
unsigned long evpn_mcast_tell(struct evpn_mcast_net *mn);

#endif /* EVPN_MCAST_H */
