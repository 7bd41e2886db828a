/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The running configuration: what an operator wrote, checked and normalised. Plain values without
 * pointers inside the items, so that the parent can hand every item to the speaker as one message.
 * The parser (conf.c) belongs to the parent; this header is what both processes share.
 */
#ifndef EVPND_CONF_H
#define EVPND_CONF_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "types.h"

#define CONF_NAME_MAX 64
#define CONF_PATH_MAX 256
#define CONF_RT_MAX 16
#define CONF_SET_MAX 32 /* as many as the module takes */
#define CONF_VRF_INTERFACES_MAX 64
#define CONF_VLAN_BYTES 512
#define CONF_VRF_GLOBAL "default" /* name of the VRF that is the global table */
#define CONF_BGP_PORT 179
#define CONF_ICC_PORT 4797 /* of UDP; nobody has registered it */
#define CONF_VTY_MAX 108   /* of a unix socket's path */
#define CONF_UPLINKS_MAX 16
#define CONF_TRACK_MAX 8
#define CONF_PORTS_MAX 16
/* Most hosts that are learned, of a segment and of all, unless said otherwise; those of the module. */
#define CONF_HOST_LIMIT 16384
#define CONF_HOST_LIMIT_ALL 131072
#define CONF_ALLOW_LLDP 1	   /* what usually passes a blocked port, of EVPN_ALLOW_* */
#define CONF_HANDOVER_MAX_MS 60000 /* a service manager has to wait for longer than this */
#define CONF_HOLD_TIME 9 /* seconds: a PE that is dead costs its customers as much, without BFD */
/*
 * Of the first octet FRR makes the administrative distance, 190: a route of any routing protocol with the customer is
 * preferred, and ours to one that came over the core (200).
 */
#define CONF_PREFIX_METRIC 0xbe000001u
/* Of routes of the core: behind those by a leg of this PE. FRR reads the top octet as distance: that of iBGP. */
#define CONF_CORE_METRIC 0xc8000001u
#define CONF_PREFIX_LIMIT 1000000
/* More than a full VRF, whose limit ends no session: it is reached first. */
#define CONF_MAX_PATHS (2 * CONF_PREFIX_LIMIT)
#define CONF_MEMORY_MAX 1048576 /* MiB */
#define CONF_RESERVE_MAX 256	/* MiB: writing to all of it must not take as long as a hold time */

enum conf_mode { CONF_ALL_ACTIVE, CONF_SINGLE_ACTIVE, CONF_PORT_ACTIVE };

/* CONF_STANDBY_AUTO is resolved by the speaker once the link is known: lacp-oos on an 802.3ad bond
 * that is a bridge port, down on a routed 802.3ad bond, block elsewhere.
 */
enum conf_standby {
	CONF_STANDBY_AUTO,
	CONF_STANDBY_BLOCK,
	CONF_STANDBY_LACP_OOS,
	CONF_STANDBY_DOWN
};
enum conf_loss_policy { CONF_LOSS_HOLD, CONF_LOSS_BLOCK, CONF_LOSS_AUTO };
enum conf_unknown_unicast { CONF_UNKNOWN_FILTER, CONF_UNKNOWN_PASS };
/* Is a segment that the kernel does not enforce a candidate all the same? */
enum conf_enforcement { CONF_ENFORCE_REQUIRED, CONF_ENFORCE_OPTIONAL };
/* Does a PE that has heard nobody since it started wait, or forward after some time? */
enum conf_cold_start { CONF_COLD_WAIT, CONF_COLD_FORWARD };
enum conf_isolation { CONF_ISOLATION_KEEP, CONF_ISOLATION_BLOCK };
/* How neighbours of a segment are addressed to its other PEs (draft-ietf-bess-evpn-l3mh-proto 3.2):
 * by ES-Import and EVI-RT, by the route targets of the IP-VRF, or not at all.
 */
enum conf_sync { CONF_SYNC_INHERIT, CONF_SYNC_ES_IMPORT, CONF_SYNC_VRF, CONF_SYNC_OFF };
/*
 * Milliseconds that whoever wants a group has after a leave: the Last Member Query Time of RFC 3376 section
 * 8.8, and a second for the route to travel and the answer to come back by it. RT-8 has one octet for it.
 */
enum { CONF_LEAVE_MIN = 1000, CONF_LEAVE_DEFAULT = 2000 + 1000, CONF_LEAVE_MAX = 25500 };
/* How a customer's route is advertised to the other PEs of its segment (RFC 9136 section 3.2): with the
 * address of its next hop, or with the segment's ESI.
 */
enum conf_prefix_form { CONF_PREFIX_GATEWAY, CONF_PREFIX_ESI };
/* How customers' routes are advertised to the core: not at all, as RT-5 without an index by every PE that has a
 * way (RFC 9136 section 4.4.1), or with the segment's ESI by the one that has learned it.
 */
enum conf_prefix_core { CONF_CORE_OFF, CONF_CORE_INTERFACE_LESS, CONF_CORE_ESI };
/* Routing protocols whose routes may be learned, bits of a set. */
enum conf_prefix_protocol {
	CONF_LEARN_OSPF = 1,
	CONF_LEARN_ISIS = 2,
	CONF_LEARN_BGP = 4,
	CONF_LEARN_RIP = 8,
	CONF_LEARN_BABEL = 16,
	CONF_LEARN_EIGRP = 32,
	CONF_LEARN_BIRD = 64,
	CONF_LEARN_STATIC = 128,
	CONF_LEARN_CONNECTED = 256,
	CONF_LEARN_NEIGHBOURS = 512,
};
enum conf_esi_source { CONF_ESI_STATIC, CONF_ESI_LACP, CONF_ESI_FRR };
/* Who decides about a segment. With FRR, evpnd originates nothing: it comes to FRR's results and
 * has the kernel enforce them.
 */
enum conf_control { CONF_CONTROL_EVPND, CONF_CONTROL_FRR };

/**
 * struct conf_frr - the FRR of this machine, for segments that it controls
 * @vty: unix socket of zebra
 * @vtep: its VTEP address; none: as zebra says
 * @hold_ms: how long, after bgpd was away, what it said before counts beside what it says now
 * @discover: its segments on devices that no segment is configured for are segments, too
 * @repair: what the kernel refuses FRR is made in its place
 */
struct conf_frr {
	char vty[CONF_VTY_MAX];
	struct ip_addr vtep;
	uint32_t hold_ms;
	bool discover;
	bool repair;
};

/**
 * struct conf_core - what holds in the kernel for all segments
 * @mark_mask: bits of the packet's mark that are the module's, to tell the PEs apart that VXLAN frames
 *	come from; 0: none, and no split horizon
 * @ports: UDP ports of VXLAN
 * @host_limit: most hosts that are learned on all segments together
 */
struct conf_core {
	uint32_t mark_mask;
	uint32_t host_limit;
	uint16_t ports[CONF_PORTS_MAX];
	uint8_t n_ports;
};

/**
 * struct conf_bfd - how fast a dead path is noticed (RFC 5880)
 * @enabled: of a neighbour: a session with it; of the whole: with the other PEs of all segments
 * @interval_ms: between packets, in both directions; of a neighbour 0: as of the whole
 * @multiplier: packets that must be missing; of a neighbour 0: as of the whole
 */
struct conf_bfd {
	bool enabled;
	uint8_t multiplier;
	uint32_t interval_ms;
};

/**
 * struct conf_icc - what is said beside BGP to the other PEs of segments (icc.h)
 * @hops: how many routers a datagram may have crossed, 255: any number
 */
struct conf_icc {
	bool enabled;
	uint8_t hops;
	uint16_t port;
};

/**
 * struct conf_global - what belongs to the daemon as a whole
 * @router_id: BGP identifier, network byte order; 0 (RFC 6286: never) while nothing is configured
 * @as: own AS number, 1..4294967294
 * @listen: addresses to listen on; @n_listen 0 means all, v4 and v6
 * @port: TCP port to listen on, 0 listens not at all
 * @originator: originator address of RT-4 and next hop of every route; len 0: the router id
 * @enforcement: whether a segment has to be in force in the kernel before it is advertised
 * @core_isolation: what a segment does while no BGP session is Established
 * @isolation_delay_ms: how long no session must be up before that applies
 * @reflector_hold_ms: how long after a session is back what a lost reflector had told still counts
 * @uplinks: devices that lead to the core; @n_uplinks 0: found by the routes to the neighbours
 * @uplink_tracking: without any of them this PE is isolated
 * @startup_delay_ms: after a start, segments stay INIT this long or until every neighbour sent
 *	End-of-RIB, whichever comes first
 * @cold_start, @cold_start_ms: what segments do when no session came up since the start, and after which
 *	time
 * @handover_limit_ms: how long a stop waits for other PEs to take the segments over, at most
 *	CONF_HANDOVER_MAX_MS
 * @memory_reserve: MiB that the speaker keeps, at most CONF_RESERVE_MAX
 * @bfd: with the other PEs of segments, and what neighbours inherit
 * @icc: words to them beside BGP
 * @memory_limit: MiB that all routes may take, 0: no limit
 * @keep_all: routes that nobody here can use are kept, too
 */
struct conf_global {
	uint32_t router_id;
	uint32_t as;
	struct ip_addr listen[8];
	uint8_t n_listen;
	uint16_t port;
	struct ip_addr originator;
	enum conf_enforcement enforcement;
	enum conf_isolation core_isolation;
	uint32_t isolation_delay_ms;
	uint32_t reflector_hold_ms;
	char uplinks[CONF_UPLINKS_MAX][IFNAMSIZ];
	uint8_t n_uplinks;
	bool uplink_tracking;
	uint32_t startup_delay_ms;
	enum conf_cold_start cold_start;
	uint32_t cold_start_ms;
	uint32_t handover_limit_ms;
	uint32_t memory_reserve;
	uint32_t memory_limit;
	bool keep_all;
	struct conf_frr frr;
	struct conf_core core;
	struct conf_bfd bfd;
	struct conf_icc icc;
};

/**
 * struct conf_peer - one BGP neighbour, key @address and @port
 * @hold_time: seconds, 0 or 3..65535; proposed in OPEN
 * @connect_retry_ms: base of the connect-retry timer
 * @gtsm_hops: TTL security, 0 off, else the greatest distance in hops (RFC 5082)
 * @multihop: eBGP only, TTL to send with; 0 means 1 for eBGP
 * @source: local address to bind, len 0 for the routing table's choice
 * @enforce_first_as: of an external neighbour routes whose AS path does not begin with @remote_as are
 *	treated as withdrawn; not for a route server
 * @max_paths, @max_memory: routes that are kept of it, and MiB that they may take; 0: no limit
 * @limit_restart_ms: how long there is no session after a limit was passed (RFC 4486)
 * @has_md5: a TCP MD5 key exists; the key itself never leaves the parent
 * @has_ao: TCP-AO keys exist, likewise
 * @send_multicast: RT-6 and above may be sent (GoBGP and OpenBGPD reset the session on them)
 * @basic_communities: of the EVPN extended communities only those of RFC 7432 and the Router's MAC are
 *	sent. GoBGP treats a route as withdrawn that has one it does not know, such as DF Election;
 *	without that one every PE falls back to the default election
 * @shutdown: administratively down
 * @bfd: a BFD session with it
 */
struct conf_peer {
	struct ip_addr address;
	uint16_t port;
	uint32_t remote_as;
	struct ip_addr source;
	char description[CONF_NAME_MAX];
	char interface[IFNAMSIZ];
	uint16_t hold_time;
	uint32_t connect_retry_ms;
	uint8_t gtsm_hops;
	uint8_t multihop;
	bool passive;
	bool enforce_first_as;
	uint32_t max_paths;
	uint32_t max_memory;
	uint32_t limit_restart_ms;
	bool has_md5;
	bool has_ao;
	bool send_multicast;
	bool basic_communities;
	bool shutdown;
	struct conf_bfd bfd;
};

/**
 * struct conf_prefixes - customers' routes of an IP-VRF
 * @learn: set of CONF_LEARN_*: routes of these protocols are learned, if their next hop is on a segment;
 *	CONF_LEARN_CONNECTED: subnets of the segment's devices; CONF_LEARN_NEIGHBOURS: hosts on these
 * @form: enum conf_prefix_form, of those that are advertised
 * @targets: enum conf_sync, never CONF_SYNC_INHERIT: to whom they are addressed
 * @core: enum conf_prefix_core
 * @install: what other PEs of a segment have learned is put into the table here
 * @from_core: and what remote PEs tell the core is, by tunnels of @l3vni of its VRF
 * @metric: of these
 * @limit: most routes that are learned, and most that are taken from other PEs
 */
struct conf_prefixes {
	uint32_t learn;
	uint32_t form;
	uint32_t targets;
	uint32_t metric;
	uint32_t limit;
	uint32_t core;
	bool install;
	bool from_core;
	uint8_t pad[2]; /* compared as memory */
};

/**
 * struct conf_vrf - an IP-VRF, key @name
 * @name: of the VRF device, or CONF_VRF_GLOBAL
 * @interfaces: sub-interfaces that belong to it whatever VRF device they are in; for the global table
 *	with more than one set of route targets
 * @id: number in the route distinguisher of what is learned in it, 0: chosen
 * @sync: never CONF_SYNC_INHERIT
 * @l3vni: label of what is told to the core, and of what it tells; with CONF_SYNC_VRF second label of the routes, as FRR expects it;
 *	0: none
 */
struct conf_vrf {
	char name[CONF_NAME_MAX];
	char interfaces[CONF_VRF_INTERFACES_MAX][IFNAMSIZ];
	uint8_t n_interfaces;
	uint16_t id;
	enum conf_sync sync;
	uint32_t l3vni;
	struct conf_prefixes prefixes;
	struct ecomm import[CONF_RT_MAX];
	struct ecomm export[CONF_RT_MAX];
	uint8_t n_import;
	uint8_t n_export;
};

/**
 * struct conf_df - how one segment elects (RFC 8584, 9785, 9786, 9722)
 * @algorithm: 0 modulo, 1 HRW, 2 highest, 3 lowest preference
 * @wait_ms: DF_WAIT timer, 0 allowed; default 3000
 * @recovery_wait_ms: boot timer of a Don't-Preempt segment before it advertises itself
 * @skew_ms: RFC 9722 skew, default 10
 * @port_mode: advertise P; default true for port-active and never together with @ac_df
 */
struct conf_df {
	uint8_t algorithm;
	uint16_t preference;
	bool dont_preempt;
	bool ac_df;
	bool port_mode;
	bool time_sync;
	uint32_t wait_ms;
	uint32_t recovery_wait_ms;
	uint32_t skew_ms;
};

/**
 * struct conf_set - devices that are one segment together (RFC 9784)
 * @n: how many; 0: it is no set
 * @name: them, the rest zero
 */
struct conf_set {
	uint8_t n;
	char name[CONF_SET_MAX][IFNAMSIZ];
};

/** conf_set_has() - is it one of these? */
bool conf_set_has(const struct conf_set *set, const char *ifname);

/**
 * struct conf_segment - one Ethernet Segment, key @name
 * @interface: device it binds to, by name; need not exist yet. Of several the first, by which it is called
 * @set: all of them, where they are given as a list, which may be of one; see conf_segment_has()
 * @track: devices that lead to the customer, @n_track of them: it is down while none has carrier
 * @far_end: it is down while BFD does not hear this address; none: not asked
 * @control: who elects; of a segment of FRR's only what the kernel is told is of interest
 * @esi: valid when @esi_source is CONF_ESI_STATIC (es-id + es-sys-mac is already folded in)
 * @es_import: override of the ES-Import Route Target; all zero: derived from the ESI
 * @ad_per_es: originate RT-1 per ES (A9 allows to switch it off)
 * @ad_per_evi: originate RT-1 per EVI for every VLAN whose attachment circuit is up
 * @vlans: bitmap of 4096, VLANs elected one by one when not in port mode; bit 0 is untagged
 * @route_targets: of RT-1; empty: the union of the export targets of all VRFs
 * @owner_hold_ms: how long the kernel keeps roles after the daemon went away
 * @host_timeout_ms: how long a silent host that this PE has learned is believed to be there; 0 for ever
 * @host_limit: most hosts that are learned here, that are advertised, and that are taken from other PEs
 * @allow: bits of EVPN_ALLOW_*, protocols that pass a blocked port
 * @untagged_vid: VLAN that frames without a tag belong to, 0: they are VLAN 0
 * @unknown_unicast: all-active: is unicast that the bridge does not know treated as flooded?
 * @lacp_bypass: an 802.3ad bond whose customer has not spoken LACP since the link came up is up
 * @end_sessions: BGP sessions of other daemons with the customer are ended when his port closes here
 * @sync: how neighbours are synchronised; CONF_SYNC_INHERIT: as the VRF says
 * @leave_ms: after a leave of a multicast group, the time for whoever still wants it to say so: the Maximum
 *	Response Time of RT-8, in its unit of 100 ms; 1000 to 25500
 * @retention_ms: how long a synchronised neighbour is kept and probed that is not advertised any more
 */
struct conf_segment {
	char name[CONF_NAME_MAX];
	char interface[IFNAMSIZ];
	struct conf_set set;
	char track[CONF_TRACK_MAX][IFNAMSIZ];
	uint8_t n_track;
	struct ip_addr far_end;
	enum conf_control control;
	enum conf_esi_source esi_source;
	struct esi esi;
	struct mac es_import;
	enum conf_mode mode;
	enum conf_standby standby;
	enum conf_loss_policy on_daemon_loss;
	uint32_t owner_hold_ms;
	uint32_t host_timeout_ms;
	uint32_t host_limit;
	uint32_t allow;
	uint16_t untagged_vid;
	enum conf_unknown_unicast unknown_unicast;
	bool lacp_bypass;
	bool end_sessions;
	bool ad_per_es;
	bool ad_per_evi;
	struct conf_df df;
	enum conf_sync sync;
	uint32_t retention_ms;
	uint32_t leave_ms;
	uint8_t vlans[CONF_VLAN_BYTES];
	struct ecomm route_targets[CONF_RT_MAX];
	uint8_t n_route_targets;
};

/**
 * struct conf_bridge - a bridge domain that is flooded into the core, key @vni
 * @bridge: the bridge device
 * @vlan: of a VLAN-aware bridge, the VLAN; 0: the bridge as a whole
 * @vxlan: VXLAN device in @bridge, for this VNI or external
 * @rd: valid if @has_rd; else conf_bridge_rd() makes it
 * @import, @export: route targets; none: AS:VNI, see conf_bridge_import() and conf_bridge_export()
 */
struct conf_bridge {
	char bridge[IFNAMSIZ];
	uint16_t vlan;
	uint32_t vni;
	char vxlan[IFNAMSIZ];
	bool has_rd;
	struct rd rd;
	struct ecomm import[CONF_RT_MAX];
	struct ecomm export[CONF_RT_MAX];
	uint8_t n_import;
	uint8_t n_export;
};

/**
 * struct conf - a whole configuration; the arrays are owned by it
 */
struct conf {
	struct conf_global global;
	struct conf_peer *peers;
	size_t n_peers;
	struct conf_vrf *vrfs;
	size_t n_vrfs;
	struct conf_segment *segments;
	size_t n_segments;
	struct conf_bridge *bridges;
	size_t n_bridges;
};

/**
 * enum conf_change - what is different in another configuration
 * @CONF_CHANGED_IDENTITY: router id, AS number or originator: they are in the keys of our routes
 * @CONF_CHANGED_KEPT: whether routes that nobody here can use are kept
 * @CONF_CHANGED_VRFS, @CONF_CHANGED_SEGMENTS, @CONF_CHANGED_BRIDGES: any of them, or their order
 * @CONF_CHANGED_FIRST: there was none before; all others are set, too
 */
enum conf_change {
	CONF_CHANGED_IDENTITY = 1,
	CONF_CHANGED_KEPT = 2,
	CONF_CHANGED_VRFS = 4,
	CONF_CHANGED_SEGMENTS = 8,
	CONF_CHANGED_BRIDGES = 16,
	CONF_CHANGED_FIRST = 32,
	CONF_CHANGED_ALL = 63,
};

/* conf_data.c: shared by parent and speaker */
/* a set of enum conf_change; @old NULL: there was none */
unsigned int conf_changes(const struct conf *old, const struct conf *now);
struct conf *conf_new(void);
void conf_free(struct conf *conf);
struct conf *conf_dup(const struct conf *conf);
int conf_add_peer(struct conf *conf, const struct conf_peer *n);
int conf_add_vrf(struct conf *conf, const struct conf_vrf *v);
int conf_add_segment(struct conf *conf, const struct conf_segment *s);
int conf_add_bridge(struct conf *conf, const struct conf_bridge *b);
const struct conf_peer *conf_peer(const struct conf *conf, const struct ip_addr *address,
				  uint16_t port);
const struct conf_segment *conf_segment(const struct conf *conf, const char *name);
bool conf_segment_has(const struct conf_segment *s, const char *ifname);
bool conf_segment_tracks(const struct conf_segment *s, const char *ifname);
bool conf_segment_same_devices(const struct conf_segment *a, const struct conf_segment *b);
const struct conf_segment *conf_segment_on(const struct conf *conf, const char *ifname);
/* what a value is when nothing is said about it */
void conf_vrf_defaults(struct conf_vrf *v);
void conf_segment_defaults(struct conf_segment *s, enum conf_control control, enum conf_mode mode);
const struct conf_vrf *conf_vrf(const struct conf *conf, const char *name);
const struct conf_bridge *conf_bridge(const struct conf *conf, uint32_t vni);
/* the configured ones, or router-id:(VNI modulo 65536) and AS:VNI (of a 4-octet AS the lower half) */
struct rd conf_bridge_rd(const struct conf *conf, const struct conf_bridge *b);
size_t conf_bridge_import(const struct conf *conf, const struct conf_bridge *b,
			  struct ecomm rts[CONF_RT_MAX]);
size_t conf_bridge_export(const struct conf *conf, const struct conf_bridge *b,
			  struct ecomm rts[CONF_RT_MAX]);
/* ES-Import route target of a segment with this ESI (RFC 7432 section 7.6): as configured, or derived */
struct mac conf_es_import(const struct conf_segment *s, const struct esi *esi);
/* of a neighbour, with what it inherits */
struct conf_bfd conf_bfd_of(const struct conf *conf, const struct conf_peer *n);
const char *conf_mode_name(enum conf_mode mode);
const char *conf_standby_name(enum conf_standby standby);

#endif
