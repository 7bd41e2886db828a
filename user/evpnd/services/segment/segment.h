/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * segment.h - the segment service, shared by its own files only: which Ethernet Segments this PE has,
 * what it says of them (RT-1, RT-4), what the others say, who is elected, and what the kernel is to do.
 *
 *   segment.c         entry points, and what the parent tells
 *   segment_conf.c    which segments there are
 *   segment_device.c  the device of a segment, and devices that change
 *   segment_wish.c    what the kernel is to have of a segment
 *   segment_core.c    start, sessions, the way to the core: when segments come up and may elect
 *   segment_keep.c    routes that outlive their session
 *   segment_port.c    can the customer be reached through the device
 *   segment_differ.c  what the PEs of the segment do not agree about
 *   segment_route.c   routes: own ones to originate, other PEs' ones as candidates
 *   segment_forget.c  what was learned of PEs that forward no more
 *   segment_evi.c     RT-1 per EVI for attachment circuits: which are up, and what was said of them
 *   segment_bridge.c  RT-1 per EVI for the bridge domains that a segment has a port in
 *   segment_peers.c   the other PEs' tunnel addresses, for split horizon
 *   segment_elect.c   state machine, election, hand-over, roles into force
 *   segment_frr.c     segments that FRR controls: its result comes into force here
 *   segment_discover.c  segments that FRR has and the configuration does not name
 *   segment_handover.c  which roles may change hands now
 *   segment_away.c    how a PE goes that forwards beside the one that takes over
 *   segment_icc.c     words between PEs that make a hand-over short
 *   segment_drain.c   taking a segment out of service before anything is blocked
 *   segment_boot.c    what is taken over from the process before, and from before a boot
 *   segment_enforce.c what the kernel does not enforce is not advertised
 *   segment_removed.c segments that the configuration has no more, on ports that are up
 *   segment_loss.c    evpnd dies: what the kernel is to do then
 *   segment_leave.c   evpnd stops on purpose: every segment is handed over, if there is somebody
 *   segment_show.c    answers to the control socket
 */
#ifndef EVPND_SEGMENT_H
#define EVPND_SEGMENT_H

#include <net/if.h>
#include <sys/queue.h>
#include <sys/tree.h>

#include "bgp_extcomm.h"
#include "df.h"
#include "df_frr.h"
#include "df_fsm.h"
#include "services/segment/segment_icc.h"
#include "speaker/service.h"
#include "timer.h"

#define ROLE_TEXT_MAX 160

/**
 * struct roles - the roles of one segment, computed or in force
 * @port: one role for the port (RFC 9786); else one per VLAN
 * @df: port: the role; per VLAN: DF for at least one
 */
struct roles {
	bool port;
	bool df;
	u8 vlan[DF_VLAN_BYTES];
};

/**
 * struct claims - what PEs say of themselves by P and B in RT-1: I forward; I am ready to
 * @port_known: RT-1 per ES has Layer 2 Attributes; @known: an RT-1 per EVI for the VLAN has
 */
struct claims {
	bool port_known;
	bool port_primary;
	bool port_backup;
	u8 known[DF_VLAN_BYTES];
	u8 primary[DF_VLAN_BYTES];
	u8 backup[DF_VLAN_BYTES];
};

/**
 * struct evi_said - RT-1 per EVI that are out: for which VLANs, and with which of P and B
 */
struct evi_said {
	u8 out[DF_VLAN_BYTES];
	u8 primary[DF_VLAN_BYTES];
	u8 backup[DF_VLAN_BYTES];
};

/**
 * struct es_route - an RT-1 or RT-4 of another PE; key is @esi, @type, @rd, @etag, @orig
 * @es_import: RT-4: its ES-Import route target, zero when there is none
 * @sct: RT-4: service carving time as real time, or DF_NEVER
 * @single_active: RT-1 per ES: as its ESI Label says, if @has_label
 * @odd: it was logged that it does not fit what is configured here
 * @l2_flags: RT-1: P and B; @has_l2: it has Layer 2 Attributes at all
 * @targets: RT-1 per EVI with tag 0: its route targets, which tell the bridge domain; @n_targets of them,
 *	owned
 * @stale: its session is down and graceful restart keeps it: no candidate, but its PE may still forward
 * @direct: its PE told it by a session of its own
 * @pe_lost: that session died, and a reflector still has the route
 * @kept: the session by which it came was lost, and it counts on until @keep_until: CLOCK_MONOTONIC,
 *	DF_NEVER: a session has to be there first
 */
struct es_route {
	RB_ENTRY(es_route) entry;
	struct esi esi;
	u8 type;
	struct rd rd;
	u32 etag;
	struct ip_addr orig;

	struct ip_addr next_hop;
	struct mac es_import;
	struct ecomm_df df;
	u8 n_df;
	bool has_label;
	bool single_active;
	bool odd;
	u16 l2_flags;
	bool has_l2;
	bool stale;
	bool direct;
	bool pe_lost;
	bool kept;
	s64 keep_until;
	s64 sct;
	struct ecomm *targets;
	u16 n_targets;
};
RB_HEAD(es_routes, es_route);
RB_PROTOTYPE(es_routes, es_route, entry, es_route_cmp);

/**
 * struct frr_known - a segment that zebra has, whether one is configured for its device or not
 * @said: why it is not discovered was logged
 */
struct frr_known {
	TAILQ_ENTRY(frr_known) entry;
	struct fact_frr_es fact;
	bool said;
};

#define FRR_BEFORE_MAX 64

/* For a PE that says nothing of its role to close, when it has heard that this one is to forward. */
#define SEGMENT_GUARD_MS 100

/**
 * struct segment_frr - of a segment that FRR controls
 * @known: zebra has it, as @fact says
 * @left: its device was given another name, so that FRR withdrew it: the customer is to use the other
 *	PEs until the own RT-4 is back
 * @elected: @result holds
 * @was_down: the port was; @up_us: since then it is up and bgpd does not say so yet, 0: it does
 * @guard_ms: for how long the others are waited for when a role is taken over; 0: not measured yet
 * @before: the PEs that had an RT-4 at the last election, the own one among them
 * @hold: runs while bgpd has come back and not all of @before have
 */
struct segment_frr {
	bool known;
	struct fact_frr_es fact;
	bool left;
	bool was_down;
	u64 up_us;
	u32 guard_ms;
	bool elected;
	struct df_frr_result result;
	struct ip_addr before[FRR_BEFORE_MAX];
	unsigned int n_before;
	struct timer hold;
};

enum drain_state { DRAIN_NO, DRAIN_OFFERED, DRAIN_LEAVING, DRAIN_DONE };

/**
 * enum leave_step - how far a PE is that forwards beside the one that takes over
 * @LEAVE_OFFER: routed, no LACP: the other one is ready, and is to open first
 * @LEAVE_CORE: routed: remote PEs and the customer's routing are led away
 * @LEAVE_CE: the CE is told by LACP
 * @LEAVE_DONE: nobody sends here any more
 */
enum leave_step { LEAVE_NO, LEAVE_OFFER, LEAVE_CORE, LEAVE_CE, LEAVE_DONE };

/**
 * struct segment - one segment, configured or discovered
 * @discovered: FRR has it, and the configuration does not name its device
 * @id: number in its route distinguishers
 * @esi: valid if @esi_known (an ESI of type 1 is learnt from the LACP partner)
 * @ifindex: of its device, 0: there is none; of several the first that is there
 * @ports, @n_ports: all that are there
 * @kernel_ports, @n_kernel_ports: of a set, what has become of its devices in the module
 * @tracked: the devices of conf.track, in its order, 0 for one that is not there
 * @way_lost: none of them works, or the far end is not heard
 * @port_up: the customer can be reached through a device; @port_reason says why not
 * @differs: what another PE means by the segment that this one does not; a sentence, or ""
 * @lacp: its LACP, valid if @lacp_known: the module has the segment
 * @lacp_grace: runs when a partner that was known is not any more, and may speak up again
 * @esi_guessed: it is the one that the kernel had for the device; the LACP partner has not confirmed it
 * @adopted: @force came from the kernel after a restart and was not elected yet
 * @closed: the way to the core was lost, or all sessions with core-isolation: block, or the device was set
 *	down, and the segment has not come up since: nothing passes
 * @offer_blind: @offer was made before any session had said what the others have
 * @advertised: RT-4 and RT-1 are out
 * @pending: an event is waiting for the end of this round of the loop; @pending_ev is which
 * @cand: candidates of the last election, @n_cand of them, @local the own one or -1
 * @cand_evi: per candidate the tags of its RT-1 per EVI
 * @winner: index into @cand for the port, or for each VLAN; -1: nobody. Of the last election
 * @backup: VLANs for which this PE would be DF next
 * @target: as elected; @force: in force
 * @leave: of the role that it is losing, each step until @leave_timer
 * @elected: an election was held since it came up; @lost_one: a route has gone since the last one
 * @unanswered: wishes that the kernel has not answered; @announce_due: RT-1 waits for it, because it
 *	says that this PE has closed; at most until @announce_timer
 * @es_out: the RT-4 is out
 * @removed: the configuration has it no more; @open: its port is to be opened, whoever else has it
 * @lose_at, @gain_at: real time at which @target comes into force (RFC 9722)
 * @l2_sent: P/B last advertised in RT-1 per ES
 * @peers: all-active: the other PEs by the addresses of their tunnels, @n_peers of them, in order
 * @peers_due: they are to be collected again at the end of this round of the loop
 * @peers_held: a PE among them has fallen silent
 * @evi_up: attachment circuits that are up; @circuits_due: to be looked at again at the end of this
 *	round of the loop
 * @evi_said: what was said of them; @evi_due: the difference is being sent, @evi_next is the next
 *	VLAN, @evi_again: something changed behind it
 * @bridged: VLANs whose circuit has been the port of a bridge; @had_device: that had a VLAN device
 * @bridge_rds: RT-1 of bridge domains that are out, by their route distinguishers; @bridges_mark: which
 *	domains these are
 * @icc: hand-overs by word, beside BGP
 * @wished: a wish was sent; @result: the kernel's answer; @answered: there is one
 * @unforced: runs while the kernel does not enforce a segment that is advertised
 */
struct segment {
	TAILQ_ENTRY(segment) entry;
	struct segments *owner;
	struct conf_segment conf;
	bool discovered;
	u16 id;
	struct esi esi;
	bool esi_known;
	bool esi_guessed;

	u32 ifindex;
	u32 ports[CONF_SET_MAX];
	u8 n_ports;
	u32 tracked[CONF_TRACK_MAX];
	bool way_lost;
	bool port_up;
	bool closed;
	char port_reason[ROLE_TEXT_MAX];
	char differs[ROLE_TEXT_MAX];
	bool in_kernel; /* the module has it, and said last: @kernel_role, @kernel_force */
	u8 kernel_role;
	u8 kernel_force;
	u8 n_kernel_ports;
	struct fact_es_port kernel_ports[CONF_SET_MAX];
	uint64_t hosts_forgotten; /* by the kernel, because there were too many */
	bool lacp_known;
	struct fact_lacp lacp;
	struct timer lacp_grace;

	struct df_fsm fsm;
	struct timer fsm_timer;
	struct df_handover handover;
	struct timer handover_timer;
	struct df_offer offer;
	bool offer_blind;
	bool advertised;
	s64 own_sct;
	bool pending;
	enum df_event pending_ev;

	struct df_candidate *cand;
	struct df_tags *cand_evi;
	unsigned int n_cand;
	int local;
	struct df_agreement agreed;
	struct ip_addr df_addr;
	struct ip_addr backup_addr;
	bool df_differs;	 /* VLANs have different DFs: @df_addr is the first one's */
	bool too_many;		 /* the operator was warned of more PEs than are looked at */
	char odd[ROLE_TEXT_MAX]; /* what a peer has set up otherwise, or "" */
	bool hrw_tie; /* the operator was warned that HRW cannot tell two candidates apart */

	int16_t winner[4096];
	u8 backup[DF_VLAN_BYTES];
	enum leave_step leave;
	bool elected;
	bool lost_one;
	struct timer leave_timer;
	unsigned int unanswered;
	bool announce_due;
	struct timer announce_timer;
	bool es_out;
	bool removed;
	bool open;

	struct roles target;
	struct roles force;
	bool adopted;
	s64 lose_at;
	s64 gain_at;
	s64 since; /* CLOCK_MONOTONIC, of the last change of @force */
	u16 l2_sent;
	u8 evi_up[DF_VLAN_BYTES];
	u8 bridged[DF_VLAN_BYTES];
	u8 had_device[DF_VLAN_BYTES];
	struct evi_said evi_said;
	unsigned int evi_next;
	bool circuits_due;
	bool evi_due;
	bool evi_again;
	struct rd *bridge_rds;
	size_t n_bridge_rds;
	u32 bridges_mark;

	enum drain_state drain;
	struct timer drain_timer;
	bool drain_confirmed;

	struct ip_addr peers[IPC_PEERS_MAX];
	u8 n_peers;
	bool peers_due;
	bool peers_held;

	struct segment_frr frr;
	struct segment_icc icc;

	bool wished;
	bool answered;
	struct timer unforced;
	struct wish_es last_wish;
	struct es_result result;
};

/**
 * struct segments - the service's state
 * @router_id: under which routes are out, host order
 * @ids: bitmap of the segments' numbers
 * @kernel_es: what the kernel had at the start, until it was swept
 * @maintenance: segments that an operator has taken out of service, @n_maintenance of them
 * @sweep_due: it was not swept, because what FRR has was not known yet
 * @have_conf: the first configuration is in force
 * @started: segments may come up
 * @settled: a session is there that has said what it knows, or none is configured
 * @informed: so it was once since the start: elections may change roles
 * @isolated: no session for longer than the isolation delay, and what the others do is not known
 * @core: whether the way to the core is lost
 * @leaving: evpnd is stopping; @leave_timer runs while it waits for hand-overs
 * @frr: what zebra said of itself; @frr_heard: at least once
 * @bgpd_ended: the session to it has ended without a word, and with it the own RT-4
 * @frr_known: the segments that it has
 * @discover_due: which of these are segments here is to be seen at the end of this round of the loop
 */
struct segments {
	struct speaker *speaker;
	TAILQ_HEAD(, segment) list;
	struct es_routes routes;
	struct fact_es *kernel_es;
	size_t n_kernel_es;
	struct esi *maintenance;
	size_t n_maintenance;
	bool sweep_due;
	struct ip_addr self;
	u32 router_id;
	bool have_conf;
	bool links_done;
	bool started;
	bool settled;
	bool informed;
	bool isolated;
	struct fact_core core;
	unsigned int established;
	unsigned int synced;
	unsigned int configured;
	struct timer settle_timer;
	struct timer isolation_timer;
	struct timer cold_timer;
	struct timer keep_timer;
	bool leaving;
	struct timer leave_timer;
	sd_event_source *later;
	struct fact_kernel kernel;
	struct fact_frr frr;
	bool frr_heard;
	bool bgpd_ended;
	TAILQ_HEAD(, frr_known) frr_known;
	bool discover_due;
	u64 elections;
	u8 ids[8192];
};

/* segment.c */
struct segment *segment_by_name(struct segments *ss, const char *name);
struct segment *segment_by_esi(struct segments *ss, const struct esi *esi);
/* what the module says that it has, to be shown */
void segment_in_kernel(struct segment *s, const struct fact_es *f);
const struct device *segment_link(const struct segments *ss, const char *ifname);
const struct device *segment_link_by_index(const struct segments *ss, u32 ifindex);
/* the ESI has become known; what the kernel has of it is taken over */
void segment_esi(struct segment *s, const struct esi *esi);
/* is this the address by which the others know this PE on the segment? */
bool segment_is_self(const struct segment *s, const struct ip_addr *addr);
/* an event for `evpnctl monitor`; steals @more */
void segment_tell(struct segment *s, const char *object, const char *event, json_t *more);

/* segment_conf.c */
struct segment *segment_add(struct segments *ss, const struct conf_segment *c);
/* it alone: what was said of it, and what the kernel has of it, stay */
void segment_free(struct segment *s);
/* with its routes, and with what the kernel has of it */
void segment_remove(struct segment *s);
/* make, change and remove segments, so that there are those that there are to be */
void segments_renew(struct segments *ss);
void segments_conf(void *state, unsigned int changes, const struct conf *now);

/* segment_device.c */
void segment_device_init(struct segment *s);
/* begin, if the segment is down and may come up */
void segment_try_up(struct segment *s);
/* is it the number of its device, or of one of them? */
bool segment_has_port(const struct segment *s, u32 ifindex);
/* a set's own devices that are VLAN devices are circuits, and nothing is on them */
bool segment_is_vlan_port(const struct segment *s, const struct device *l);
/* its device may be another, or mean something else now */
void segment_update_port(struct segment *s);
/* a device of this host has changed, or, NULL, every one may have */
void segments_link(struct segments *ss, const struct fact_link *f);
/* it leads into a VRF, and into no bridge: two PEs that forward make no loop */
bool segment_is_routed(const struct segment *s);
void segments_update_ports(struct segments *ss);

/* segment_wish.c */
enum conf_standby segment_standby(const struct segment *s);
/* tell the kernel, through the parent; only what changed */
void segment_send_wish(struct segment *s);
void segment_unwish(struct segment *s);
/* let the module delete what nobody wished for, if that had to wait */
void segments_sweep_due(struct segments *ss);
void segments_sweep(struct segments *ss);

/* segment_removed.c */
bool segment_retire(struct segment *s, const struct conf *want);
void segment_return(struct segment *s);
void segments_removed(struct segments *ss);
bool segment_open(struct segment *s, char *err, size_t err_len);
void segments_orphans(struct segments *ss);
void segment_removed_reason(const struct segment *s, char buf[ROLE_TEXT_MAX]);

/* segment_core.c */
/* Does the configuration close segments while no session is left (core-isolation: block)? */
bool segments_block_alone(const struct segments *ss);
bool segment_may_come_up(const struct segment *s);
/* may an election change roles? */
bool segment_may_elect(const struct segment *s);
void segments_try_start(struct segments *ss);
/* until the start-up delay is over, unless all come before */
void segments_await_sessions(struct segments *ss);
void segments_sync(void *state, unsigned int established, unsigned int synced,
		   unsigned int configured);
void segments_core(struct segments *ss, const struct fact_core *f);
void segments_core_init(struct segments *ss);
void segments_core_done(struct segments *ss);

/* segment_keep.c */
/* the last path of @r is gone. Return: it counts on */
bool segment_keep_route(struct segments *ss, struct es_route *r);
bool segment_routes_kept(struct segments *ss);
void segment_routes_sync(struct segments *ss);
void segment_keep_init(struct segments *ss);
void segment_keep_done(struct segments *ss);

/* segment_differ.c */
void segment_differ_look(struct segment *s);

/* segment_port.c */
bool segment_port_state(struct segment *s);
/* why nothing passes this device of the segment, a sentence; "" when something does */
void segment_port_why(const struct segment *s, const char *ifname, char why[ROLE_TEXT_MAX]);
/* the module said something of the segment: is it news for its port? */
bool segment_port_heard(struct segment *s, const struct fact_es *f);

/* segment_forget.c */
bool segment_ad_forwards(const struct es_route *ad);
void segment_forget(struct segments *ss, const struct es_route *r);

/* segment_route.c */
void segment_route_drop(struct segments *ss, struct es_route *r);
void segment_route_heard(struct segments *ss, const struct evpn_nlri *nlri,
			 const struct rib_path *now);
void segment_routes_free(struct segments *ss);
/* call @fn with each route of a segment and type; the tables stay as they are meanwhile */
typedef void (*es_route_fn)(void *data, const struct es_route *r);
void segment_routes_each(struct segments *ss, const struct esi *esi, u8 type, es_route_fn fn,
			 void *data);
void segment_collect(struct segment *s);
void segments_pe(void *state, const struct ip_addr *pe, bool silent);
void segments_far_end(void *state, const struct ip_addr *address);
void segment_cand_free(struct segment *s);
void segment_originate(struct segment *s);
void segment_originate_ad(struct segment *s);
void segment_withdraw(struct segment *s, bool ad_too);
void segment_withdraw_ad_es(struct segment *s);
bool segment_ad_is_from(const struct es_route *ad, const struct ip_addr *pe);
u16 segment_caps(const struct segment *s);
u16 segment_primary_backup(const struct segment *s);
/* route targets of RT-1: the segment's own, or the export targets of every VRF; CONF_RT_MAX at most */
size_t segment_ad_targets(const struct segment *s, struct ecomm *ec);
void segment_route_send(struct segment *s, const struct evpn_nlri *n, struct ecomm *ec, size_t n_ec,
			bool urgent);

/* segment_evi.c */
bool segment_update_circuits(struct segment *s);
/* P or B of a VLAN of its own, where VLANs are elected */
u16 segment_vlan_flags(const struct segment *s, unsigned int vlan);
/* at the end of this round of the loop */
void segment_circuits_later(struct segment *s);
/* say what is true now of every circuit; @all: also where only the route targets may be others */
void segment_evi_originate(struct segment *s, bool all);
/* a slice of what is still to be said. Return: whether there is more */
bool segment_evi_run(struct segment *s);
void segment_evi_withdraw(struct segment *s);

/* segment_bridge.c */
u32 segment_bridges_mark(const struct segment *s);
/* is the device the bridge or the VXLAN device of a configured bridge domain? */
bool segment_bridges_concern(const struct segments *ss, const char *ifname);
/* does what enters this VLAN of a bridge go as far as the bridge domains that are configured for it? */
bool segment_bridge_carries(const struct segments *ss, const char *bridge, unsigned int vlan);
/*
 * The VLANs of the segment that a route with tag 0 is for: those of the bridge domains that import it
 * (RFC 7432 section 6.1). Return: whether there is one.
 */
bool segment_bridge_vlans(const struct segment *s, const struct slice *targets,
			  u8 vlans[DF_VLAN_BYTES]);
/* export targets of these bridge domains, at most @max; RT-1 per ES is for all of them (RFC 7432 8.2.1) */
size_t segment_bridge_targets(const struct segment *s, struct ecomm *ec, size_t max);
void segment_bridges_originate(struct segment *s);
void segment_bridges_withdraw(struct segment *s);

/* segment_peers.c */
void segment_peers_later(struct segment *s);
void segment_peers_update(struct segment *s);
void segment_peers_imet(struct segments *ss);

/* segment_handover.c */
/* what one PE, or with NULL anybody but this one, says; VLANs only where VLANs are elected */
void segment_claims(struct segment *s, const struct ip_addr *pe, struct claims *c);
bool segment_has_mute_peer(struct segment *s);
/* close before open: nobody leads the CE; make before break: LACP does */
bool segment_is_exclusive(const struct segment *s);
bool segment_is_led(const struct segment *s);
bool segment_is_ready(const struct segment *s);
/* which roles may be in force now; @lose, @gain: the moments of RFC 9722 have come */
void segment_handover(struct segment *s, bool lose, bool gain, struct roles *next);
bool segment_handover_pending(const struct segment *s);
void segment_handover_reason(const struct segment *s, char buf[ROLE_TEXT_MAX]);

/* segment_away.c */
void segment_away_init(struct segment *s);
/* one step further, now that the other one has opened. Return: the last one is done, and this PE may close */
bool segment_goes(struct segment *s);
/* wait for the other one to open, but not for ever. Return: no longer */
bool segment_offers(struct segment *s);
/* forwards, and leads others away */
bool segment_is_leaving(const struct segment *s);
void segment_stays(struct segment *s);

/* segment_elect.c */
/* the kernel has answered a wish: what waits for that is said */
void segment_kernel_follows(struct segment *s);
void segment_fsm(struct segment *s, enum df_event ev);
void segment_later(struct segment *s, enum df_event ev);
void segment_run_later(struct segments *ss);
/* segment_run_later() is due */
void segments_wake(struct segments *ss);
void segment_elect_init(struct segment *s);
void segment_elect_done(struct segment *s);
void segment_put_in_force(struct segment *s);
void segment_drop_roles(struct segment *s, const char *why);
void segment_vlans(const struct segment *s, u8 vlans[DF_VLAN_BYTES]);
s64 segment_realtime(void);

/* segment_frr.c */
bool segment_is_frr(const struct segment *s);
bool segment_frr_holds(const struct segment *s);
void segment_frr_hold(struct segment *s);
void segment_frr_run(struct segment *s);
void segment_frr_next(struct segment *s, bool gain, struct roles *next);
void segment_frr_reason(const struct segment *s, char buf[ROLE_TEXT_MAX]);
void segment_frr_es(struct segments *ss, const struct fact_frr_es *f);
void segment_frr_heard(struct segments *ss, const struct fact_frr *f);
void segment_frr_lost(struct segments *ss);
void segment_frr_route(struct segments *ss, const struct evpn_nlri *nlri);
void segment_frr_adopt(struct segment *s);
bool segment_frr_is(const struct segment *s, const struct conf_segment *c);
void segment_frr_begin(struct segment *s);
void segment_frr_link(struct segment *s, const struct device *now, u32 before);
const char *segment_frr_device(const struct segment *s);
void segment_frr_init(struct segment *s);
void segment_frr_done(struct segment *s);

/* segment_discover.c */
void segment_frr_know(struct segments *ss, const struct fact_frr_es *f);
const struct fact_frr_es *segment_frr_on(const struct segments *ss, const char *ifname);
void segment_frr_forget(struct segments *ss);
void segment_discover(struct segments *ss, const struct conf *now, struct conf *want);

/* segment_boot.c */
void segment_adopt(struct segment *s);
void segment_guess_esi(struct segment *s, const struct fact_es *k);
void segments_maintain(struct segments *ss, const struct esi *esi, bool on);
bool segment_in_maintenance(const struct segment *s);

/* segment_drain.c */
void segment_drain_init(struct segment *s);
bool segment_drain(struct segment *s, bool undo, char *err, size_t err_len);
/* a drain that is not an operator's, so no maintenance */
bool segment_drain_begin(struct segment *s, char *err, size_t err_len);
void segment_drain_progress(struct segment *s);
bool segment_drain_believes(const struct segment *s);
/* all-active: RT-1 would draw traffic, and is not out */
bool segment_drain_holds_ad(const struct segment *s);
void segment_drain_reset(struct segment *s);
void segment_drain_end(struct segment *s);
const char *segment_drain_name(enum drain_state state);

/* segment_enforce.c */
void segment_enforce_init(struct segment *s);
/* may this segment be advertised, as far as the kernel goes? */
bool segment_enforced(const struct segment *s);
void segment_enforce_follow(struct segment *s);
void segment_answered(struct segment *s, const struct es_result *r);
/* why not, and what to type */
void segment_unforced_reason(const struct segment *s, char buf[ROLE_TEXT_MAX]);

/* segment_loss.c */
void segment_loss(const struct segment *s, struct wish_es *w);
/* who is there to take over may be another one */
void segment_loss_follow(struct segment *s);

/* segment_leave.c */
bool segments_leave(void *state);
/* the drain of a segment has made progress: was it the last one that a stop waits for? */
void segments_leave_on(struct segments *ss);

/* segment_show.c */
const char *segment_state_name(enum df_state state);
bool segment_query(void *state, const char *method, const json_t *params, json_t **result,
		   char *err, size_t err_len);

#endif
