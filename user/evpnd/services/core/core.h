/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * core.h - the service of the core's prefixes, shared by its own files only: this PE as a remote one, which sends to
 * customers by the PEs that have them, over the L3VNI of its VRF. What customers of segments that are here have
 * learned is another service's (services/prefix/), whose routes are preferred to these.
 *
 *   core.c         entry points, configuration, devices
 *   core_vrf.c     which VRFs take routes of the core, and by which devices
 *   core_pe.c      PEs: their address, and their router's MAC address
 *   core_alias.c   by which PEs a segment is reached: RT-1 (IP aliasing)
 *   core_import.c  RT-5: which are ours, and how good they are
 *   core_group.c   groups of PEs, each of which is one nexthop object
 *   core_table.c   prefixes, and by which group each is reached
 *   core_wish.c    what the kernel is to do, and what it answers
 *   core_show.c    answers to the control socket
 *
 * A prefix is by a group, and a group by PEs. When a PE of a segment goes, a group is another one, and of the prefixes
 * none is looked at.
 */
#ifndef EVPND_CORE_H
#define EVPND_CORE_H

#include <sys/queue.h>
#include <sys/tree.h>

#include "bgp_extcomm.h"
#include "log.h"
#include "speaker/service.h"
#include "timer.h"

#define CORE_WHY_MAX 192

/* Most paths of a prefix, and most RT-1 about a segment in a VRF: of one kind and the other for each of its PEs. */
enum { CORE_PATHS_MAX = 64, CORE_ADS_MAX = 2 * CORE_PATHS_MAX };

/**
 * struct core_vrf - a VRF with from-core
 * @known: its device is there; @ifindex of it, 0: the global table
 * @svi, @vxlan: devices of its L3VNI, @svi_index, @svi_mac; @why: there are none, a sentence
 * @taken: prefixes; @full: one more was refused since there was room; @paths_full: the same, of one
 *	prefix; @ads_full: of RT-1 about a segment
 */
struct core_vrf {
	struct conf_vrf conf;
	u32 ifindex;
	u32 svi_index;
	struct mac svi_mac;
	u32 taken;
	bool known;
	bool full;
	bool paths_full;
	bool ads_full;
	char svi[IFNAMSIZ];
	char vxlan[IFNAMSIZ];
	char why[CORE_WHY_MAX];
};

/**
 * struct core_pe - a PE, as a VRF sees it
 * @mac: of its router, as it said last; zero: it has not said
 * @refs: routes by which it is known
 * @dirty: to be wished for again: it is in the list of these; @idle: in that of those that no route has had
 * @asked: by which key it was wished for, if it was (@wished)
 * @status: enum wish_status, @text: why not
 */
struct core_pe {
	RB_ENTRY(core_pe) node;
	TAILQ_ENTRY(core_pe) due;
	TAILQ_ENTRY(core_pe) unused;
	u32 vrf;
	struct ip_addr address;
	struct mac mac;
	u32 refs;
	bool dirty;
	bool idle;
	bool wished;
	struct core_pe_key asked;
	u32 status;
	char text[160];
};
RB_HEAD(core_pe_tree, core_pe);
TAILQ_HEAD(core_pe_list, core_pe);
RB_PROTOTYPE(core_pe_tree, core_pe, node, core_pe_cmp)

/**
 * struct core_ad - an RT-1 about a segment in a VRF; one that several import is there for each of them
 * @single: of one per ES: the segment is single-active
 * @primary, @backup: of one per EVI (P and B of RFC 8214)
 * @why: it is of no use; "": it is
 */
struct core_ad {
	RB_ENTRY(core_ad) node;
	struct esi esi;
	u32 etag;
	struct rd rd;
	u32 vrf;
	struct core_pe *pe;
	bool single;
	bool primary;
	char why[CORE_WHY_MAX];
};
RB_HEAD(core_ads, core_ad);

/**
 * struct core_group - PEs by which prefixes are reached: those of a segment, or some by themselves
 * @family: 4 or 16, of the prefixes
 * @pes: @n_pes of them, in order, if @esi is zero
 * @refs: prefixes and routes that have it
 * @hops: as wished for or to be; @n_hops 0: there is no way, because of @why
 * @dirty: to be looked at again; @queued: it is in the list of these
 * @fresh: it was never looked at, and whoever has it is yet to be
 * @changed: it has a way now and had none, or the reverse
 * @held: the kernel has routes by it
 */
struct core_group {
	RB_ENTRY(core_group) node;
	RB_ENTRY(core_group) id_node;
	STAILQ_ENTRY(core_group) due;
	u32 vrf;
	u8 family;
	u8 n_pes;
	struct esi esi;
	struct ip_addr pes[PREFIX_HOPS_MAX];
	u32 id;
	u32 refs;
	u32 n_hops;
	struct prefix_hop hops[PREFIX_HOPS_MAX];
	bool dirty;
	bool queued;
	bool fresh;
	bool changed;
	bool wished;
	bool held;
	u32 status;
	char why[CORE_WHY_MAX];
};
RB_HEAD(core_groups, core_group);
RB_HEAD(core_ids, core_group);

/**
 * struct core_source - what routes of a PE have in common
 * @vni: its label
 * @pref, @as_path, @origin, @med: how good they are
 * @alias: of the segment that they name, NULL: they name none
 * @why: they are of no use; "": they are
 */
struct core_source {
	RB_ENTRY(core_source) node;
	u32 refs;
	u32 vrf;
	struct rd rd;
	u32 tag;
	struct esi esi;
	struct ip_addr nh;
	struct mac mac;
	u32 vni;
	u32 pref;
	u32 as_path;
	u32 origin;
	u32 med;
	u8 family;
	bool tunnel; /* encapsulation is VXLAN, or none is said */
	struct core_pe *pe;
	struct core_group *alias;
	char why[CORE_WHY_MAX];
};
RB_HEAD(core_sources, core_source);

struct core_path {
	struct core_path *next;
	struct core_source *source;
};

/**
 * struct core_prefix - a prefix of a VRF
 * @vrf: ifindex of its device, 0: the global table
 * @group: by which it is to be reached, NULL: there is no path of use
 * @asked: it was wished for, by group @wished; then @answer (enum wish_status), @why (number of a sentence), @error
 * @there: by which group the kernel has it, 0: it has not
 * @flying: what was wished for has no answer yet: until then it is not known what is there, and nothing else is asked
 *	for; @again: it is to be looked at then
 * @neighbour: it is one address, which this PE has on a link of its own: another PE's word would lead it away
 * @epoch: when that was last heard of
 * @told: its state when that was last told
 */
struct core_prefix {
	RB_ENTRY(core_prefix) node;
	STAILQ_ENTRY(core_prefix) entry;
	struct ip_prefix prefix;
	u32 vrf;
	struct core_path *paths;
	struct core_group *group;
	u32 wished;
	u32 there;
	bool queued;
	bool asked;
	bool flying;
	bool again;
	bool neighbour;
	u8 answer;
	u8 why;
	u16 error;
	u8 epoch;
	u8 told;
};
RB_HEAD(core_prefixes, core_prefix);

/** struct core_seen - the kernel has had routes by this group when the service began */
struct core_seen {
	RB_ENTRY(core_seen) node;
	u32 id;
};
RB_HEAD(core_seen_ids, core_seen);

struct core_counts {
	u64 received;
	u64 too_many;
	u64 wishes;
	u64 groups;
};

struct core_room;

/**
 * struct core - the service's state
 * @settled: every neighbour has sent what it knows, or there was time enough: until then what is in the kernel is
 *	not made worse by what is not heard yet
 * @read: the kernel's tables; @swept: what a predecessor has left there went
 * @outstanding: wishes for routes without an answer
 * @left_out: something of what the RIB has had no room
 */
struct core {
	struct speaker *speaker;
	struct core_vrf *vrfs;
	size_t n_vrfs;
	struct core_pe_tree pes;
	struct core_pe_list pes_due;
	struct core_pe_list pes_unused;
	struct core_ads ads;
	struct core_groups groups;
	struct core_ids ids;
	struct core_sources sources;
	struct core_prefixes prefixes;
	struct core_seen_ids seen;
	STAILQ_HEAD(, core_group) groups_due;
	STAILQ_HEAD(, core_prefix) queue;
	struct core_room *room;
	sd_event_source *later;
	struct timer retry;
	struct timer relook; /* which PEs are of use has changed */
	struct timer drop;   /* groups are left over */
	u32 n_groups;
	u32 n_unused; /* of them */
	u64 retry_ms;
	u32 router_id;
	u32 outstanding;
	u8 epoch;
	bool links_done;
	bool resolve_due;
	bool hosts_due; /* any neighbour of this PE's may be another one */
	bool drop_due;
	bool settled;
	bool read;
	bool swept;
	bool left_out;
	char texts[PREFIX_TEXTS_MAX][160];
	struct core_counts counts;
	struct log_limit refused;
};

/* core.c */
void core_wake(struct core *c);
/* everything once more, after what is ours has changed */
void core_reimport(struct core *c);

/* core_vrf.c */
/* those of a configuration. Return: others than before, so that all routes have to be looked at again */
bool core_vrfs_set(struct core *c, const struct conf *conf);
/* devices may be others. Return: as core_vrfs_set() */
bool core_vrfs_resolve(struct core *c);
struct core_vrf *core_vrf(struct core *c, u32 ifindex);
/* does it import what has these communities? */
bool core_vrf_imports(const struct core_vrf *v, const struct slice *ext);
/* the first one that does, or NULL */
struct core_vrf *core_vrf_match(struct core *c, const struct slice *ext);

/* core_pe.c */
/* a reference for the caller, NULL: no memory; @mac: what it says, zero: nothing */
struct core_pe *core_pe_get(struct core *c, u32 vrf, const struct ip_addr *address,
			    const struct mac *mac);
void core_pe_put(struct core *c, struct core_pe *pe);
struct core_pe *core_pe_find(struct core *c, u32 vrf, const struct ip_addr *address);
/* may it be sent to? If not, @why is a sentence */
bool core_pe_usable(struct core *c, const struct core_pe *pe, char why[CORE_WHY_MAX]);
void core_pes_touch(struct core *c);
void core_pes_flush(struct core *c);
/* those that no route names go; after the groups that they were in */
void core_pes_drop(struct core *c);
void core_pes_free(struct core *c);
void core_pe_result(struct core *c, const struct core_pe_result *r);

/* core_alias.c */
bool core_alias_wanted(struct core *c, const struct evpn_nlri *n, const struct bgp_attrs *a);
void core_alias_route(struct core *c, const struct evpn_nlri *n, const struct rib_path *now);
void core_alias_forget(struct core *c);
/* the PEs by which a segment is reached, at most PREFIX_HOPS_MAX. Return: how many; 0: @why says why */
u32 core_alias_pes(struct core *c, u32 vrf, const struct esi *esi,
		   const struct core_pe *pes[PREFIX_HOPS_MAX], char why[CORE_WHY_MAX]);

/* core_import.c */
bool core_import_wanted(struct core *c, const struct evpn_nlri *n, const struct bgp_attrs *a);
void core_import_route(struct core *c, const struct evpn_nlri *n, const struct rib_path *now);
/* one more of @what was refused; it is said once, as long as @full stays set */
void core_say_full(struct core *c, const struct core_vrf *v, bool *full, const char *what);
/* a VRF's devices are others: what its sources are worth */
void core_sources_judge(struct core *c);
void core_source_put(struct core *c, struct core_source *s);
/* it is not for us to hear: told by this PE */
bool core_is_own(const struct core *c, const struct rd *rd);

/* core_group.c */
/* a reference for the caller, NULL: no memory */
struct core_group *core_group_of_esi(struct core *c, u32 vrf, u8 family, const struct esi *esi);
struct core_group *core_group_of_pes(struct core *c, u32 vrf, u8 family, const struct ip_addr *pes,
				     u32 n);
struct core_group *core_group_ref(struct core *c, struct core_group *g);
void core_group_put(struct core *c, struct core_group *g);
struct core_group *core_group_by_id(struct core *c, u32 id);
/* where it leads now; wished for when that is another way than before */
void core_group_look(struct core *c, struct core_group *g);
void core_groups_touch(struct core *c);
void core_groups_touch_esi(struct core *c, u32 vrf, const struct esi *esi);
void core_groups_flush(struct core *c);
void core_groups_drop(struct core *c);
void core_groups_free(struct core *c);
void core_group_result(struct core *c, const struct core_group_result *r);
void core_seen(struct core *c, u32 id);
void core_seen_forget(struct core *c);

/* core_table.c */
struct core_prefix *core_prefix(struct core *c, u32 vrf, const struct ip_prefix *p, bool make);
/* the first one of this prefix, in whatever VRF; then the next */
struct core_prefix *core_prefix_first(struct core *c, const struct ip_prefix *p);
struct core_prefix *core_prefix_next(struct core_prefix *x);
void core_prefix_queue(struct core *c, struct core_prefix *x);
void core_prefix_drop(struct core *c, struct core_prefix *x); /* when nothing is known of it */
u32 core_count_paths(const struct core_prefix *x);
void core_path_del(struct core *c, struct core_prefix *x, struct core_path *path);
/* the group by which it is best reached. A reference for the caller; NULL: there is none */
struct core_group *core_prefix_choose(struct core *c, const struct core_prefix *x);
/* is it among the best of those that are of use? */
bool core_path_is_used(const struct core_prefix *x, const struct core_path *path);
void core_queue_all(struct core *c);
/* a neighbour of this PE's is another one; NULL: any may be */
void core_neighbour_changed(void *state, const struct ip_addr *address, u32 ifindex);
void core_hosts_look(struct core *c);
bool core_is_neighbour(struct core *c, const struct core_prefix *x);
void core_table_free(struct core *c);
RB_PROTOTYPE(core_prefixes, core_prefix, node, core_prefix_cmp)

/* core_wish.c */
struct core_room *core_room_new(void);
void core_fact(struct core *c, const struct fact_core_route *f);
void core_not_seen(struct core *c);
/* Return: all is done */
bool core_flush(struct core *c);
void core_route_result(void *state, const void *result);
void core_retry(struct core *c);
void core_retry_now(struct core *c);

/* core_show.c */
const char *core_prefix_state(const struct core_prefix *x);
void core_tell(struct core *c, struct core_prefix *x);
bool core_query(void *state, const char *method, const json_t *params, json_t **result, char *err,
		size_t err_len);

#endif
