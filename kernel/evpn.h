/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's own header: objects, who protects what, and what each file offers the others.
 *
 * Locks, outermost first:
 *
 *	RTNL		which devices a segment is bound to, which members its aggregate has
 *	evpn_net.lock	everything else a request or an event may change; taken inside RTNL
 *	evpn_neigh_net.lock	neighbours, see neigh.h; taken inside either of these or alone
 *	evpn_mcast_net.lock	multicast groups, see mcast.h; the same, and never with the one before
 *	evpn_port.lacp_lock	the LACPDU seen last on a member; the data path takes it
 *
 * The data path takes none of the first two. It reaches a port, and through it a segment, only
 * from a netfilter hook, hence within an RCU read-side section. A port is freed a grace period
 * after its hooks were taken out, a segment a grace period after its ports were.
 */
#ifndef EVPN_H
#define EVPN_H

#include <linux/evpn.h>
#include <linux/if.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netlink.h>
#include <linux/rbtree.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

#include "core/lacpdu.h"
#include "core/verdict.h"

struct evpn_core;
struct evpn_device;
struct evpn_mcast_net;
struct evpn_neigh_net;
struct evpn_neigh_es;
struct evpn_peers;
struct evpn_trunk;
struct genl_info;
struct nf_hook_state;
struct pid;
struct pid_namespace;
struct vlan_counters;

#define EVPN_DIRECTIONS __EVPN_DIRECTION_MAX
#define EVPN_REASONS __EVPN_DROP_REASON_MAX

/* Not a VLAN: what is counted for the segment only. */
#define EVPN_VID_NONE 0xffff

/* No VLAN either (IEEE 802.1Q-2022 table 9-2): all of those that have no counters of their own. */
#define EVPN_VID_OTHER 0xfff

enum evpn_limit {
	/* VLANs of a segment that this host knows nothing of, and that have counters. */
	EVPN_VLAN_STRANGERS_MAX = 16,
};

enum evpn_default {
	EVPN_DEFAULT_HOLD_MS = 10000,
	EVPN_DEFAULT_ALLOW = EVPN_ALLOW_LLDP,
	EVPN_DEFAULT_HOST_MS = 18 * 60 * 1000,
};

/* "00:11:22:33:44:55:66:77:88:99" for %s in messages: "%*phC" of the kernel, with its arguments. */
#define EVPN_ESI_FMT "%*phC"
#define EVPN_ESI_ARG(esi) EVPN_ESI_LEN, (esi)->octet

/** struct evpn_esi - an Ethernet Segment Identifier, network order */
struct evpn_esi {
	u8 octet[EVPN_ESI_LEN];
};

/** enum evpn_lacp_counter - what is counted about LACPDUs */
enum evpn_lacp_counter {
	EVPN_LACP_REWRITTEN,
	EVPN_LACP_ECHO,
	EVPN_LACP_SENT,
	EVPN_LACP_STALE,
	EVPN_LACP_COUNTERS,
};

/** enum evpn_es_event - what happened to a segment, for the trace */
enum evpn_es_event {
	EVPN_ES_CREATED,
	EVPN_ES_CHANGED,
	EVPN_ES_BOUND,
	EVPN_ES_UNBOUND,
	EVPN_ES_REJECTED,
	EVPN_ES_FAILED,
	EVPN_ES_DESTROYED,
};

/** struct evpn_stats - the counters of one segment as plain numbers */
struct evpn_stats {
	u64 packets[EVPN_DIRECTIONS][EVPN_REASONS];
	u64 bytes[EVPN_DIRECTIONS][EVPN_REASONS];
	u64 allowed[EVPN_DIRECTIONS];
	u64 lacp[EVPN_LACP_COUNTERS];
};

/** struct evpn_vlan_sums - what was dropped in one VLAN of a segment */
struct evpn_vlan_sums {
	u64 packets[EVPN_DIRECTIONS][EVPN_REASONS];
	u64 bytes[EVPN_DIRECTIONS][EVPN_REASONS];
};

/** struct evpn_drops - dropped frames as one CPU counts them; both numbers in one cache line */
struct evpn_drops {
	u64_stats_t packets;
	u64_stats_t bytes;
};

/** evpn_drops_add() - one frame more, of @len octets; within the update of its u64_stats_sync */
static inline void evpn_drops_add(struct evpn_drops *drops, unsigned int len)
{
	u64_stats_inc(&drops->packets);
	u64_stats_add(&drops->bytes, len);
}

/** evpn_drops_copy() - read counters within their fetch and retry */
static inline void evpn_drops_copy(u64 packets[EVPN_DIRECTIONS][EVPN_REASONS],
				   u64 bytes[EVPN_DIRECTIONS][EVPN_REASONS],
				   const struct evpn_drops drops[EVPN_DIRECTIONS][EVPN_REASONS])
{
	unsigned int d, i;

	for (d = 0; d < EVPN_DIRECTIONS; d++) {
		for (i = 0; i < EVPN_REASONS; i++) {
			packets[d][i] = u64_stats_read(&drops[d][i].packets);
			bytes[d][i] = u64_stats_read(&drops[d][i].bytes);
		}
	}
}

/**
 * struct evpn_pcpu_stats - the counters of one segment as one CPU counts them
 * @drops: by direction and reason
 * @allowed: passed a blocked port, by direction
 * @lacp: LACPDUs
 * @syncp: for a reader on another CPU
 * @vlan: counters of this CPU of the VLAN counted last, or NULL; they live as long as the segment
 */
struct evpn_pcpu_stats {
	struct evpn_drops drops[EVPN_DIRECTIONS][EVPN_REASONS];
	u64_stats_t allowed[EVPN_DIRECTIONS];
	u64_stats_t lacp[EVPN_LACP_COUNTERS];
	struct u64_stats_sync syncp;
	struct vlan_counters *vlan;
};

/** struct evpn_vlan_map - VLANs this PE is DF for; replaced as a whole, never written to */
struct evpn_vlan_map {
	struct rcu_head rcu;
	u8 octet[EVPN_VLAN_MAP_LEN];
};

/**
 * struct evpn_lacp_partner - the LACP partner of a member; under evpn_port.lacp_lock
 * @pdu: the last LACPDU received, as it came
 * @heard: there is one
 * @at: when it came, in jiffies
 * @until: what it says holds until then, in jiffies
 * @timeout_ms: the LACP timeout that it was received under
 */
struct evpn_lacp_partner {
	u8 pdu[EVPN_LACPDU_LEN];
	bool heard;
	unsigned long at;
	unsigned long until;
	u32 timeout_ms;
};

/**
 * struct evpn_partner_view - the same for somebody who asks
 * @partner: enum evpn_partner; while it is EVPN_PARTNER_UNKNOWN the rest means nothing
 * @age_ms: since the last LACPDU was received
 * @timeout_ms: as above
 * @info: who it is
 */
struct evpn_partner_view {
	u32 partner;
	u32 age_ms;
	u32 timeout_ms;
	struct evpn_lacp_info info;
};

/** struct evpn_partner_told - what listeners know of a partner */
struct evpn_partner_told {
	u32 partner;
	struct evpn_lacp_info info;
};

/* How often the gateways of a port speak when it has opened */
#define EVPN_GATEWAY_ROUNDS 4

/**
 * struct evpn_port - a device that carries our hooks: a segment's device, or a member of it
 * @es: the segment; not counted, see the head of this file
 * @dev: the device; held until the hooks are out
 * @device: of a segment's device, the wish for it; evpn_net.lock
 * @lag: of a member, the port of the segment's device, which is freed after it
 * @place: what the device is to the segment
 * @judges: it sees in its own egress hook what leaves by it; else its members look, see egress.c
 * @hooked: that hook is in place; evpn_net.lock
 * @trunk: the port that it has a VLAN of, and whose hooks serve it, or NULL
 * @vid: that VLAN, else 0
 * @vlan_proto: the EtherType of its tag
 * @tag: the Ethernet tag of hosts on the device itself: that VLAN, where the segment is a set of devices
 * @opened: in evpn_net.opened while it forwards more than before, and its gateways are to say so
 * @round: which time; evpn_net.lock, as the next two
 * @due: when, in jiffies
 * @told: how many of them have
 * @dev_tracker: of the reference to @dev
 * @list: in evpn_es.members; evpn_net.lock
 * @node: in evpn_net.ports, by @dev
 * @ops: the hooks, by direction; the network stack points here until a grace period after
 * @name: copy of the device's name; evpn_net.lock
 * @dormant: we have set the device dormant, and have to take that back; evpn_net.lock
 * @lacp_lock: protects what is known of both ends' LACP
 * @lacpdu: the last LACPDU the host sent here, before any rewriting
 * @lacpdu_at: when, in jiffies
 * @lacp_sent: @lacpdu and @lacpdu_at are valid; once true it remains so
 * @lacp_made: it was made here, and the host has sent none
 * @lacp_heard: a LACPDU has been received here
 * @partner: who is at the other end
 * @partner_told: what was last told of it; evpn_net.lock
 * @resending: the copy of @lacpdu on its way through our own hook, for comparison only
 * @rcu: for kfree_rcu()
 */
struct evpn_port {
	/* what the data path reads of every frame */
	struct evpn_es *es;
	struct net_device *dev;
	struct evpn_port *lag;
	enum evpn_place place;
	bool judges;

	bool hooked;
	struct evpn_trunk *trunk;
	u16 vid;
	__be16 vlan_proto;
	u16 tag;
	struct evpn_device *device;
	struct list_head opened;
	unsigned int round;
	unsigned long due;
	unsigned int told;
	netdevice_tracker dev_tracker;
	struct list_head list;
	struct rb_node node;
	struct nf_hook_ops ops[EVPN_DIRECTIONS];
	char name[IFNAMSIZ];
	bool dormant;

	spinlock_t lacp_lock;
	u8 lacpdu[EVPN_LACPDU_LEN];
	unsigned long lacpdu_at;
	bool lacp_sent;
	bool lacp_made;
	bool lacp_heard;
	struct evpn_lacp_partner partner;
	struct evpn_partner_told partner_told;
	const struct sk_buff *resending;
	struct rcu_head rcu;
};

/**
 * struct evpn_device - a device that a segment is to have, whether it is there or not
 * @es: the segment
 * @list: in evpn_es.devices, in the order in which they are named
 * @named: in evpn_net.names, by @name
 * @unfit: in evpn_net.unfit while @state is EVPN_ES_STATE_REJECTED
 * @name: the device wished for; evpn_port.name is what it is called now
 * @state: enum evpn_es_state
 * @why: with EVPN_ES_STATE_REJECTED, a sentence
 * @port: the device bound to, or NULL
 *
 * All under evpn_net.lock, and changed under RTNL.
 */
struct evpn_device {
	struct evpn_es *es;
	struct list_head list;
	struct rb_node named;
	struct list_head unfit;
	char name[IFNAMSIZ];
	u32 state;
	char why[80];
	struct evpn_port *port;
};

/**
 * struct evpn_names - the devices that a request names
 * @set: as those of a segment that may have several; else it is one, or none
 * @n: how many
 * @name: them
 */
struct evpn_names {
	bool set;
	unsigned int n;
	char name[EVPN_ES_PORTS_MAX][IFNAMSIZ];
};

/**
 * struct evpn_es_conf - what user space wishes of a segment
 * @mode: enum evpn_mode
 * @standby: enum evpn_standby
 * @role: enum evpn_role
 * @hold_ms: owner hold time in milliseconds
 * @loss_policy: enum evpn_loss_policy
 * @allow: enum evpn_allow
 * @untagged_vid: VLAN of frames without a tag
 * @unknown_unicast: enum evpn_unknown_unicast
 * @host_ms: how long a silent neighbour is believed to be there, in milliseconds; 0 for ever
 * @host_limit: how many neighbours are learned
 * @generation: for sweeping
 */
struct evpn_es_conf {
	u32 mode;
	u32 standby;
	u32 role;
	u32 hold_ms;
	u32 loss_policy;
	u32 allow;
	u32 untagged_vid;
	u32 unknown_unicast;
	u32 host_ms;
	u32 host_limit;
	u32 generation;
};

/**
 * struct evpn_es_change - a request to create or change a segment
 * @conf: the wished configuration, complete
 * @map: the VLAN map wished for, or NULL when it does not speak of one; owned by the change
 * @peers: the peers wished for, or NULL when it does not speak of them; owned by the change
 * @names: the devices wished for, or NULL when it does not speak of them; owned by the caller
 * @has_role: the request names the role
 * @moved: set by the callee: the segment has other devices than before, or they have other names
 * @device_refused: set by the callee: it was a device that was refused
 * @refused: which of @names
 */
struct evpn_es_change {
	struct evpn_es_conf conf;
	struct evpn_vlan_map *map;
	struct evpn_peers *peers;
	const struct evpn_names *names;
	bool has_role;
	bool moved;
	bool device_refused;
	unsigned int refused;
};

/**
 * struct evpn_es - an Ethernet Segment
 * @net: the namespace's state; outlives the segment
 * @flags: EVPN_PF_*, for the data path
 * @mark_mask: bits of the mark that tell PEs apart, for the data path
 * @map: for the data path; published before the @flags that make it count
 * @peers: the other PEs of the segment, or NULL; for the data path
 * @stats: counters
 * @node: in evpn_net.segments, by @esi
 * @esi: the key
 * @conf: the wish
 * @devices: struct evpn_device
 * @set: user space has named them as a set, which may be of one; for the data path
 * @neigh: what the neighbours know of it; from evpn_neigh_es_add() to evpn_neigh_es_del()
 * @members: evpn_port of each member of its aggregate; written under RTNL and evpn_net.lock
 * @failed: the loss policy is in force
 * @holding: the owner is gone and the hold time is running
 * @joined: a device has become a member, and somebody else may have refused it since
 * @changed: when blocking last began or ended, CLOCK_MONOTONIC in nanoseconds
 * @transitions: how often
 * @vlan_stats: struct evpn_vlan_stats by VLAN, of those in which something was dropped
 * @strangers: how many of them this host knew nothing of
 * @stats_base: their values at the last reset; evpn_net.lock
 * @rcu: for freeing
 *
 * Members without a remark are protected by evpn_net.lock.
 */
struct evpn_es {
	/* what the data path reads of every frame */
	struct evpn_net *net;
	u32 flags;
	u32 mark_mask;
	struct evpn_vlan_map __rcu *map;
	struct evpn_peers __rcu *peers;
	struct evpn_pcpu_stats __percpu *stats;

	struct rb_node node;
	struct evpn_esi esi;
	struct evpn_es_conf conf;
	struct list_head devices;
	bool set;
	struct evpn_neigh_es *neigh;
	struct list_head members;
	bool failed;
	bool holding;
	bool joined;
	u64 changed;
	u32 transitions;

	struct xarray vlan_stats;
	atomic_t strangers;
	struct evpn_stats stats_base;
	struct rcu_head rcu;
};

/**
 * struct evpn_owner - who decides in a namespace
 * @state: enum evpn_owner_state
 * @portid: its generic netlink port
 * @pid: its process, held, or NULL
 * @generation: its own number
 * @program: what it says it is, "" if it does not
 * @since: when @state began, CLOCK_MONOTONIC in nanoseconds
 * @lost_at: when it was lost, jiffies
 */
struct evpn_owner {
	u32 state;
	u32 portid;
	struct pid *pid;
	u32 generation;
	char program[EVPN_OWNER_PROGRAM_MAX + 1];
	u64 since;
	unsigned long lost_at;
};

/**
 * struct evpn_net - the module's state in one network namespace
 * @net: that namespace
 * @lock: see the head of this file
 * @segments: struct evpn_es in the order of their ESI; @lock
 * @names: struct evpn_device by name; @lock
 * @unfit: the same, those where the device of that name cannot carry a segment; @lock
 * @ports: struct evpn_port by device; @lock
 * @trunks: ports that several segments share, see trunk.c; @lock
 * @guest: the namespace is not the host's: who configures it may be anybody
 * @n_segments: how many; @lock
 * @used: there has been a segment; @lock
 * @seq: changes whenever @segments does, so that a dump can tell; @lock
 * @owner: @lock
 * @hold_work: puts the loss policy in force when hold times end
 * @partner_work: reports what LACP partners have become
 * @opened: struct evpn_port where gateways are to speak, for the first time, the second and so on; @lock
 * @gateway_work: lets them, some of them at a time
 * @gateway_pause: until when no more than @gateway_left of them speak, in jiffies; @lock
 * @gateway_left: @lock
 * @members_work: looks whether who has joined is a member
 * @egress_work: puts egress hooks of aggregates in and out
 * @partner_reported: when it last did, in jiffies
 * @netdev_nb: device events of this namespace
 * @neigh: neighbours, see neigh.h
 * @mcast: multicast groups, see mcast.h
 * @core: how peers are told apart, see vtep.c
 */
struct evpn_net {
	struct net *net;
	struct mutex lock;
	struct rb_root segments;
	struct rb_root names;
	struct list_head unfit;
	struct rb_root ports;
	struct list_head trunks;
	bool guest;
	u32 n_segments;
	bool used;
	u32 seq;
	struct evpn_owner owner;
	struct delayed_work hold_work;
	struct delayed_work partner_work;
	struct list_head opened[EVPN_GATEWAY_ROUNDS];
	struct delayed_work gateway_work;
	unsigned long gateway_pause;
	unsigned int gateway_left;
	struct work_struct members_work;
	struct work_struct egress_work;
	unsigned long partner_reported;
	struct notifier_block netdev_nb;
	struct evpn_neigh_net *neigh;
	struct evpn_mcast_net *mcast;
	struct evpn_core *core;
};

#define evpn_for_each_device(d, es) list_for_each_entry(d, &(es)->devices, list)
/* The device named first, or NULL. (An older list_first_entry_or_null() takes no const list.) */
static inline struct evpn_device *evpn_devices_head(const struct evpn_es *es)
{
	return list_empty(&es->devices) ? NULL :
					  list_first_entry(&es->devices, struct evpn_device, list);
}

#define evpn_for_each_es(es, en) for ((es) = evpn_es_first(en); (es); (es) = evpn_es_after(es))

/** evpn_vtep_marked_by_us() - does the mark of a frame say that it comes from some PE? */
static inline bool evpn_vtep_marked_by_us(const struct evpn_es *es, const struct sk_buff *skb)
{
	return skb->mark & READ_ONCE(es->mark_mask);
}

/** evpn_vtep_listed() - the same, from one that is in some segment's list? Its highest number is not */
static inline bool evpn_vtep_listed(const struct evpn_es *es, const struct sk_buff *skb)
{
	u32 mask = READ_ONCE(es->mark_mask), mark = skb->mark & mask;

	return mark && mark != mask;
}

/* main.c */
extern bool evpn_userns;
extern unsigned int evpn_userns_segments;
extern struct workqueue_struct *evpn_wq;
struct evpn_net *evpn_net(const struct net *net);

/* es.c */
struct evpn_es *evpn_es_first(struct evpn_net *en);
struct evpn_es *evpn_es_after(const struct evpn_es *es);
struct evpn_es *evpn_es_find(struct evpn_net *en, const struct evpn_esi *esi);
struct evpn_es *evpn_es_next(struct evpn_net *en, const struct evpn_esi *esi);
void evpn_es_conf_init(struct evpn_es_conf *conf);
struct evpn_es *evpn_es_create(struct evpn_net *en, const struct evpn_esi *esi,
			       struct evpn_es_change *change, struct netlink_ext_ack *extack);
int evpn_es_change(struct evpn_es *es, struct evpn_es_change *change,
		   struct netlink_ext_ack *extack);
void evpn_es_apply(struct evpn_es *es);
void evpn_es_destroy(struct evpn_es *es);
void evpn_es_sweep(struct evpn_net *en, u32 generation);
void evpn_es_fail(struct evpn_es *es);
u32 evpn_es_oper(const struct evpn_es *es);

/* device.c */
struct evpn_device *evpn_device_named(struct evpn_net *en, const char *ifname);
const struct evpn_device *evpn_devices_first(const struct evpn_es *es);
struct evpn_port *evpn_devices_lag(const struct evpn_es *es);
u32 evpn_devices_state(const struct evpn_es *es);
const char *evpn_devices_why(const struct evpn_es *es);
void evpn_device_gone(struct evpn_device *d);
bool evpn_device_resolve(struct evpn_device *d);
int evpn_devices_check(struct evpn_net *en, const struct evpn_es *es, struct evpn_es_change *change,
		       struct netlink_ext_ack *extack);
int evpn_devices_set(struct evpn_es *es, struct evpn_es_change *change,
		     struct netlink_ext_ack *extack);
void evpn_devices_clear(struct evpn_es *es);

/* port.c */
struct evpn_port *evpn_port_create(struct evpn_es *es, struct net_device *dev,
				   struct netlink_ext_ack *extack);
void evpn_port_destroy(struct evpn_port *port);
void evpn_port_init_hooks(struct nf_hook_ops *ops, struct net_device *dev, void *priv,
			  nf_hookfn *ingress, nf_hookfn *egress);
void evpn_port_set_dormant(struct evpn_port *port, bool dormant);
struct evpn_port *evpn_port_find(struct evpn_net *en, const struct net_device *dev);
struct evpn_es *evpn_port_es(struct evpn_net *en, const struct net_device *dev);
int evpn_port_members(struct evpn_port *lag, bool *changed, struct netlink_ext_ack *extack);
void evpn_port_member_del(struct evpn_port *port);

/* egress.c */
int evpn_egress_ensure(struct evpn_es *es, u32 mode, struct netlink_ext_ack *extack);
void evpn_egress_changed(struct evpn_es *es);
void evpn_egress_work(struct work_struct *work);

/* event.c */
int evpn_netdev_event(struct notifier_block *nb, unsigned long event, void *ptr);
void evpn_members_work(struct work_struct *work);

/* filter.c */
unsigned int evpn_filter_ingress(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state);
unsigned int evpn_filter_egress(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);
unsigned int evpn_filter_member_egress(void *priv, struct sk_buff *skb,
				       const struct nf_hook_state *state);

/* flood.c */
int evpn_flood_init(void);
void evpn_flood_exit(void);
unsigned int evpn_flood_judge(struct evpn_port *port, const struct evpn_policy *policy,
			      const struct sk_buff *skb, const struct evpn_frame *frame);
bool evpn_flood_to_known(const struct evpn_port *port, const struct sk_buff *skb, u32 flags);

/* trunk.c */
struct evpn_trunk *evpn_trunk_find(struct evpn_net *en, const struct net_device *dev);
int evpn_trunk_join(struct evpn_port *port, struct netlink_ext_ack *extack);
void evpn_trunk_leave(struct evpn_port *port);
void evpn_trunk_gone(struct evpn_net *en, const struct net_device *dev);

/* vtep.c */
int evpn_vtep_net_init(struct evpn_net *en);
void evpn_vtep_net_exit(struct evpn_net *en);
struct evpn_peers *evpn_vtep_peers(struct evpn_net *en, const struct in6_addr *addresses,
				   unsigned int n, struct netlink_ext_ack *extack);
void evpn_vtep_peers_put(struct evpn_net *en, struct evpn_peers *peers);
bool evpn_vtep_peers_equal(const struct evpn_peers *a, const struct evpn_peers *b);
unsigned int evpn_vtep_peers_count(const struct evpn_es *es);
const struct in6_addr *evpn_vtep_peer(const struct evpn_es *es, unsigned int i);
bool evpn_vtep_shared(const struct evpn_es *es, const struct sk_buff *skb);
void evpn_vtep_floods(struct evpn_net *en, bool floods);
int evpn_vtep_set(struct evpn_net *en, const u32 *mask, const u16 *ports, unsigned int n_ports,
		  struct netlink_ext_ack *extack);
u32 evpn_vtep_mask(struct evpn_net *en);
unsigned int evpn_vtep_port(struct evpn_net *en, unsigned int i);
u32 evpn_vtep_used(struct evpn_net *en);
u64 evpn_vtep_marked(struct evpn_net *en);

/* lacp.c */
bool evpn_lacp_egress(struct evpn_port *port, struct sk_buff *skb, u32 flags);
void evpn_lacp_ingress(struct evpn_port *port, struct sk_buff *skb, u32 flags);
bool evpn_lacp_seen(const struct evpn_port *port);
bool evpn_lacp_last(struct evpn_port *port, u32 *ms, u8 *state);
void evpn_lacp_resend(struct evpn_es *es);
void evpn_lacp_first(struct evpn_es *es);
void evpn_lacp_opened(struct evpn_es *es);

/* partner.c */
void evpn_partner_heard(struct evpn_port *port, const u8 *pdu);
void evpn_partner_told(struct evpn_port *port);
void evpn_partner_read(struct evpn_port *port, struct evpn_partner_view *view);
bool evpn_partner_unheard(const struct evpn_port *port);
void evpn_partner_link(struct evpn_net *en, const struct net_device *dev);
void evpn_partner_work(struct work_struct *work);

/* speak.c */
int evpn_speak(struct evpn_es *es, const u8 *mac, u16 vid, int ifindex);
struct sk_buff *evpn_rarp(struct net_device *dev, const u8 *mac);
bool evpn_rarp_passes(const struct evpn_port *port, u16 vid);

/* gateway.c */
void evpn_gateway_work(struct work_struct *work);
void evpn_gateway_opened(struct evpn_es *es);

/* owner.c */
int evpn_owner_claim(struct evpn_net *en, u32 portid, u32 generation, const char *program,
		     bool replace, struct netlink_ext_ack *extack);
void evpn_owner_gone(struct evpn_net *en, u32 portid);
void evpn_owner_exit(struct evpn_net *en);
u32 evpn_owner_hold_remaining(const struct evpn_es *es);
void evpn_owner_hold_changed(struct evpn_es *es);
void evpn_owner_hold_work(struct work_struct *work);

/* stats.c */
struct evpn_pcpu_stats __percpu *evpn_stats_alloc(void);
void evpn_stats_drop(const struct evpn_port *port, enum evpn_direction direction,
		     enum evpn_drop_reason reason, unsigned int vid, unsigned int len);
void evpn_stats_allow(struct evpn_es *es, enum evpn_direction direction);
void evpn_stats_lacp(struct evpn_es *es, enum evpn_lacp_counter counter);
void evpn_stats_read(const struct evpn_es *es, struct evpn_stats *stats);
void evpn_stats_reset(struct evpn_es *es);

/* vlan_stats.c */
void evpn_vlan_stats_drop(const struct evpn_port *port, struct evpn_pcpu_stats *stats, u16 vid,
			  enum evpn_direction direction, enum evpn_drop_reason reason,
			  unsigned int len);
bool evpn_vlan_stats_read(struct evpn_es *es, u16 vid, struct evpn_vlan_sums *sums);
int evpn_vlan_stats_next(struct evpn_es *es, int vid);
void evpn_vlan_stats_reset(struct evpn_es *es);
void evpn_vlan_stats_free(struct evpn_es *es);

/* notify.c */
size_t evpn_es_msg_size(const struct evpn_es *es);
int evpn_es_fill(struct sk_buff *msg, const struct evpn_es *es);
int evpn_owner_fill(struct sk_buff *msg, struct evpn_net *en, struct pid_namespace *reader);
void evpn_notify_es(const struct evpn_es *es, u8 cmd);
void evpn_notify_owner(struct evpn_net *en);

/* neigh.c */
int evpn_neigh_net_init(struct evpn_net *en);
void evpn_neigh_net_close(struct evpn_net *en);
void evpn_neigh_net_exit(struct evpn_net *en);

/* neigh_dev.c */
int evpn_neigh_es_add(struct evpn_es *es);
void evpn_neigh_es_del(struct evpn_es *es);
void evpn_neigh_es_changed(struct evpn_es *es);
u32 evpn_neigh_incarnation(const struct evpn_es *es);
void evpn_neigh_es_missing(struct evpn_es *es, u32 missing);
void evpn_neigh_bind(struct evpn_es *es, struct net_device *dev, u32 tag);
void evpn_neigh_unbind(struct evpn_es *es, const struct net_device *dev);
bool evpn_neigh_dev_is_of(const struct evpn_es *es, const struct net_device *dev);
void evpn_neigh_netdev_event(struct evpn_net *en, unsigned long event, struct net_device *dev);

/* neigh_keep.c */
void evpn_neigh_keep(struct evpn_es *es);

/* neigh_limit.c */
u32 evpn_neigh_hosts(const struct evpn_es *es);
u64 evpn_neigh_hosts_forgotten(const struct evpn_es *es);

/* neigh_learn.c */
void evpn_neigh_heard(const struct evpn_port *port, const struct sk_buff *skb);

/* mcast.c */
int evpn_mcast_net_init(struct evpn_net *en);
void evpn_mcast_net_close(struct evpn_net *en);
void evpn_mcast_net_exit(struct evpn_net *en);
void evpn_mcast_opened(struct evpn_es *es);
void evpn_mcast_recheck(struct evpn_net *en);
void evpn_mcast_es_del(struct evpn_es *es);

/* mcast_hear.c */
void evpn_mcast_heard(const struct evpn_port *port, const struct sk_buff *skb);
void evpn_mcast_sent(const struct evpn_port *port, const struct sk_buff *skb);
bool evpn_mcast_ours(const struct evpn_port *port, const struct sk_buff *skb);

/* netlink.c */
int evpn_netlink_init(void);
void evpn_netlink_exit(void);
void *evpn_netlink_put(struct sk_buff *msg, u32 portid, u32 seq, int flags, u8 cmd);
void evpn_netlink_multicast(struct evpn_net *en, struct sk_buff *msg, unsigned int group);
bool evpn_netlink_listeners(struct evpn_net *en, unsigned int group);
void evpn_netlink_overrun(struct evpn_net *en, unsigned int group);

#endif /* EVPN_H */
