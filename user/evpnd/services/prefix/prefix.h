/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * prefix.h - the service of customers' routes, shared by its own files only: what this PE's kernel has learned
 * through a segment is advertised to the segment's other PEs, and what those have learned is wished for here.
 *
 *   prefix.c         entry points, configuration, devices, VRFs, segments
 *   prefix_table.c   the table of routes, and what many of them share
 *   prefix_share.c   what is known of a route, in lists that many of them share
 *   prefix_local.c   what the kernel's tables have
 *   prefix_subnet.c  of that the subnets of devices
 *   prefix_host.c    neighbours on these, for the core
 *   prefix_import.c  routes of other PEs: which are ours; withdrawn and retained ones
 *   prefix_source.c  what routes of another PE have in common
 *   prefix_way.c     where the router that they name is from here
 *   prefix_ask.c     next hops that are no neighbours are asked for
 *   prefix_id.c      what tells the routes of VRFs apart
 *   prefix_adv.c     routes of this PE
 *   prefix_core.c    the same, and those of other PEs, told to the core
 *   prefix_alias.c   segments, told to the core: IP aliasing
 *   prefix_wish.c    what the kernel is to do, and what it answers
 *   prefix_state.c   what became of a prefix, in a word and a sentence; events
 *   prefix_show.c    answers to the control socket
 *   prefix_why.c     the same about one prefix, and its way through all of it
 *
 * There may be a million: what many have in common (next hops, a PE and a router behind it, a set of own
 * routes) is one object with a count of references, and a route is a few pointers.
 */
#ifndef EVPND_PREFIX_H
#define EVPND_PREFIX_H

#include "log.h"
#include "services/place/place.h"
#include "timer.h"

#define PREFIX_WHY_MAX 192

/* Most paths of a prefix that are taken from other PEs: a segment has a few PEs. They stand in a list. */
enum { PREFIX_PATHS_MAX = 64 };

/** struct padv_item - a route of this PE's: key, and what it says */
struct padv_item {
	u32 tag;
	u16 id;
	struct esi esi;
	struct ip_addr gw;
	struct mac router;
	struct mac import;
	u8 form;
};

/**
 * struct padv - what is advertised for a set of hops: a route for each
 * @generation: of the configuration; @vrf holds in the one of now
 * @n: 0: none, because of @why
 */
struct padv {
	RB_ENTRY(padv) node;
	u32 refs;
	u32 generation;
	const struct place_vrf *vrf;
	u32 n;
	struct padv_item items[PREFIX_HOPS_MAX];
	char why[PREFIX_WHY_MAX];
};
RB_HEAD(padvs, padv);

struct pset;

/**
 * struct pset_hop - next hop @hop of @set, for who hears of a neighbour
 * @router: the MAC address that it has, or had when it was a neighbour last
 */
struct pset_hop {
	RB_ENTRY(pset_hop) node;
	struct pset *set;
	const struct prefix_hop *hop;
	struct mac router;
};
RB_HEAD(pset_hops, pset_hop);
RB_PROTOTYPE(pset_hops, pset_hop, node, pset_hop_cmp)

/**
 * struct pset - next hops of a table, in order
 * @vrf: that table, as pfx.vrf
 * @family: octets of an address, of the prefixes by them: an IPv4 one may have the next hops of an IPv6 one
 * @adv: what is advertised for them; NULL: not made since something changed
 * @at: of each hop its place in prefixes.set_hops
 */
struct pset {
	RB_ENTRY(pset) node;
	u32 refs;
	u32 vrf;
	u8 family;
	struct padv *adv;
	u32 n;
	struct pset_hop *at;
	struct prefix_hop hops[];
};
RB_HEAD(psets, pset);
RB_PROTOTYPE(psets, pset, node, pset_cmp)

/**
 * struct pway - where a router is from here that routes of other PEs name: all that do name it so have it
 * @by_hop: if @hop is known, of the ESI form
 * @due: those that are to be looked at
 * @vrf: that the routes are in
 * @gw: the router behind the segment; none in the ESI form, then one of the prefix's @family
 * @router: in the ESI form its MAC address, all zero: it is not told
 * @has_import: @import is the ES-Import of the segment
 * @any_tag: it names the segment and the VRF, and no circuit: as PEs tell each other by IP aliasing
 * @hop: where it leads from here; ifindex 0: nowhere
 * @is_due: it is to be looked at again
 * @changed: routes with it are to be looked at again
 * @why: it leads nowhere; "": nobody has asked yet
 */
struct pway {
	RB_ENTRY(pway) node;
	RB_ENTRY(pway) by_hop;
	LIST_ENTRY(pway) due;
	u32 refs;
	u32 tag;
	struct place_vrf *vrf;
	struct ip_addr gw;
	struct mac router;
	struct esi esi;
	struct mac import;
	u8 family;
	bool has_import;
	bool any_tag;
	bool is_due;
	bool changed;
	struct prefix_hop hop;
	char why[PREFIX_WHY_MAX];
};
RB_HEAD(pways, pway);
RB_HEAD(pways_by_hop, pway);
LIST_HEAD(pways_due, pway);

/**
 * struct psource - what routes of another PE have in common
 * @nh: the PE
 * @verdict: enum pverdict
 * @dead: it went with its session
 * @checked: it has gone, and whether its PE is there was looked at: kept until @expires, 0: not kept
 */
struct psource {
	RB_ENTRY(psource) node;
	u32 refs;
	struct rd rd;
	struct ip_addr nh;
	u8 verdict;
	bool dead;
	bool checked;
	u64 expires;
	struct pway *way;
};

RB_HEAD(psources, psource);

/**
 * struct pshared - the begin of what is there once for all prefixes that have it
 * @refs: prefixes, and shared ones that lead to it
 */
struct pshared {
	struct pshared *chain;
	u32 refs;
	u32 hash;
};

/** struct pshares - all of one kind, by what is behind their begin; @size: octets of one */
struct pshares {
	struct pshared **buckets;
	size_t mask;
	size_t count;
	size_t size;
};

/** struct premote - a path of another PE, and further ones; @lost: it was withdrawn */
struct premote {
	struct pshared shared;
	struct premote *next;
	struct psource *source;
	bool lost;
};

/* Metric of a host that is a neighbour: every route that the kernel has for it comes before. */
#define PREFIX_HOST_METRIC UINT32_MAX

/**
 * struct plocal - a route of a routing daemon's in the kernel, and further ones with other metrics
 * @how: 0; or it is no route but a neighbour, and how that is known (struct neighbour)
 */
struct plocal {
	struct pshared shared;
	struct plocal *next;
	struct pset *set;
	u32 metric;
	u8 protocol;
	u8 epoch;
	u8 how;
};

/** struct psubnet - of a device, as it is in the table of @vrf (as pfx.vrf); @epoch: when it was last heard of */
struct psubnet {
	RB_ENTRY(psubnet) node;
	u32 ifindex;
	u32 vrf;
	struct ip_prefix prefix;
	u8 epoch;
};
RB_HEAD(psubnets, psubnet);

/* struct pfx.flags */
enum {
	PFX_WISHED = 1,
	PFX_QUEUED = 2,
	PFX_LISTED = 4, /* among those of which a path is lost */
	PFX_COUNTED_LEARNED = 8,
	PFX_COUNTED_TAKEN = 16,
	PFX_TOO_MANY = 32,
	PFX_CORE = 64, /* it is told to the core */
	/*
	 * What was wished for has no answer yet: until then it is not known what is there, and nothing else is asked
	 * for. And it is to be looked at then.
	 */
	PFX_FLYING = 128,
	PFX_AGAIN = 256,
	PFX_STALE =
		512, /* @there has the VRF's old metric, and goes when the answer for the new one is here */
};

/**
 * struct pfx - a prefix of a table. An IPv4 one takes 64 octets, as much as a processor reads at once
 * @vrf: ifindex of the VRF device, 0 for the main table
 * @adv: what is advertised
 * @wished: with PFX_WISHED: what was asked for last
 * @there: our own route in the kernel, as far as known
 * @error: errno of @answer, enum wish_status; @why: number of its sentence
 * @epoch: when @there was last heard of
 * @told: its state when that was last told, see prefix_tell()
 * @plen, @ipv6, @addr: the prefix, see prefix_of(); an IPv4 address is four octets here, as there may be a million
 */
struct pfx {
	struct pfx *next;
	struct plocal *locals;
	struct premote *remotes;
	struct padv *adv;
	struct pset *wished;
	struct pset *there;
	u32 vrf;
	u16 flags;
	u16 error;
	u8 answer : 2;
	u8 told : 5;
	bool ipv6 : 1;
	u8 why;
	u8 epoch;
	u8 plen;
	u8 addr[];
};

/** struct plist - pointers to prefixes, each once: it has the flag */
struct plist {
	struct pfx **list;
	size_t n;
	size_t cap;
	u8 flag;
};

struct pcounts {
	u64 received;
	u64 refused;
	u64 too_many;
	u64 wishes;
	u64 asks; /* for next hops */
};

/**
 * struct pask - a next hop on a device of a segment that is no neighbour there, or was none a moment ago
 * @due: when it is to be asked for, CLOCK_MONOTONIC; @wait_ms: then again after so long
 * @missing: at the last look
 */
struct pask {
	RB_ENTRY(pask) by_hop;
	RB_ENTRY(pask) by_due;
	struct prefix_hop hop;
	u64 due;
	u32 wait_ms;
	bool missing;
};
RB_HEAD(pasks_by_hop, pask);
RB_HEAD(pasks_by_due, pask);

/**
 * struct pasks - all of them
 * @by_due: of each device, in the order in which they are due
 * @device: ifindex of the one that had its turn last
 * @looked_us: when it was looked last what is missing; not again before @pause_ms are over
 * @look_due: neighbours, next hops or devices may be others since
 */
struct pasks {
	struct pasks_by_hop by_hop;
	struct pasks_by_due by_due;
	struct timer timer;
	u32 device;
	u64 looked_us;
	u64 pause_ms;
	bool look_due;
};

/** struct pjudged - the last judgement: the next route is mostly like it */
struct pjudged {
	bool valid;
	struct rd rd;
	u32 tag;
	u32 label;
	struct esi esi;
	struct ip_addr gw;
	struct ip_addr nh;
	u8 family;
	size_t ext_len;
	u8 ext[128];
	struct psource *source;
};

/**
 * struct pcore - a VRF whose prefixes are told to the core
 * @vrf: ifindex of its device
 * @id: in the distinguisher of these routes
 * @by_esi: a prefix behind one segment names it, and is told by the PE that has learned it
 * @ext: communities of each of them
 * @why: nothing is told because of this; "": it is
 */
struct pcore {
	u32 vrf;
	u32 l3vni;
	u16 id;
	bool by_esi;
	u32 n_ext;
	struct ecomm ext[CONF_RT_MAX + 2];
	char why[PREFIX_WHY_MAX];
};

/**
 * struct palias - a segment that this PE reaches in a VRF, as the core was told
 * @id: in the distinguisher
 * @single: its mode is not all-active
 * @flags: L2_ATTR_P or L2_ATTR_B
 */
struct palias {
	u16 id;
	u16 flags;
	bool single;
	struct esi esi;
	u32 l3vni;
	u32 n_ext;
	struct ecomm ext[CONF_RT_MAX + 2];
};

/**
 * struct prefixes - the service's state
 * @buckets: prefixes, @mask + 1 of them
 * @seed: of their hash
 * @remotes, @locals: lists of what is known of prefixes
 * @queue: of which route and wish have to be looked at
 * @lost: of which a path is lost
 * @lost_us, @judge_us: when the first was lost of those that have not been judged, and when they are; 0: none
 * @said_pe, @said_us: of which PE it was said last that its prefixes are kept, and at which judgement; @said limits that
 * @outstanding: wishes without an answer
 * @epoch: of the reading of the kernel's tables
 * @left_out: something of what the RIB has had no room
 * @hosts: neighbours are learned; @hosts_due: any may be another one, or on another device, or in a subnet now
 * @subnets_due: what is in a subnet may be another thing
 * @swept: before it the kernel may have what a predecessor wished
 * @neighs_read: what the module has of neighbours was read once
 */
struct prefixes {
	struct speaker *speaker;
	struct pfx **buckets;
	size_t mask;
	size_t count;
	u64 seed;
	struct plist queue;
	struct plist lost;
	struct psets sets;
	struct pset_hops set_hops;
	struct padvs advs;
	struct pshares remotes;
	struct pshares locals;
	struct psubnets subnets;
	struct psources sources;
	struct pways ways;
	struct pways_by_hop ways_by_hop;
	struct pways_due ways_due;
	struct pcore *cores;
	size_t n_cores;
	struct palias *aliases;
	size_t n_aliases;
	struct pjudged judged;
	struct places at;
	struct pasks asks;
	struct timer lost_timer;
	u64 lost_us;
	u64 judge_us;
	u64 said_us;
	struct ip_addr said_pe;
	struct log_limit said;
	struct timer retry_timer;
	u64 retry_ms;
	sd_event_source *later;
	struct batch_room *room;
	char texts[PREFIX_TEXTS_MAX][160];
	u32 router_id;
	u32 generation;
	u32 outstanding;
	u8 epoch;
	bool settled;
	bool read;
	bool swept;
	bool sweep_queued;
	bool links_done;
	bool neighs_read;
	bool resolve_due;
	bool advs_due;
	bool roles_due;
	bool hosts;
	bool hosts_due;
	bool subnets_due;
	bool left_out;
	struct pcounts counts;
};

/* prefix.c */
void prefix_wake(struct prefixes *ps);
/* all that is advertised of this VRF; what is true is advertised again by and by */
void prefix_withdraw_vrf(struct prefixes *ps, struct place_vrf *v);

/* prefix_table.c */
struct ip_prefix prefix_of(const struct pfx *x);
u8 prefix_addr_len(const struct pfx *x); /* octets: of its family */
bool prefix_table_init(struct prefixes *ps);
void prefix_table_free(struct prefixes *ps);
/* it is asked for soon: where it would stand, and, a while later, what stands there */
void prefix_fetch_place(const struct prefixes *ps, const struct ip_prefix *p);
void prefix_fetch(const struct prefixes *ps, const struct ip_prefix *p);
struct pfx *prefix_first(struct prefixes *ps, const struct ip_prefix *p);
struct pfx *prefix_next(struct pfx *x); /* of the same prefix in another table */
struct pfx *prefix_find(struct prefixes *ps, u32 vrf, const struct ip_prefix *p);
struct pfx *prefix_get(struct prefixes *ps, u32 vrf, const struct ip_prefix *p);
void prefix_drop(struct prefixes *ps, struct pfx *x); /* frees it when nothing is known of it */
/* @fn may drop the prefix it is called with */
void prefix_walk(struct prefixes *ps, void (*fn)(struct prefixes *ps, struct pfx *x, void *data),
		 void *data);
bool prefix_list(struct plist *l, struct pfx *x);
void prefix_queue(struct prefixes *ps, struct pfx *x);
/* the one set of these hops, which are put in order; NULL: no memory. A reference for the caller */
struct pset *prefix_set(struct prefixes *ps, u32 vrf, u8 family, struct prefix_hop *hops, u32 n);
struct pset *prefix_set_ref(struct pset *s);
void prefix_set_put(struct prefixes *ps, struct pset *s);
struct padv *prefix_adv_get(struct prefixes *ps, const struct padv *like);
void prefix_adv_put(struct prefixes *ps, struct padv *a);
void prefix_forget_advs(struct prefixes *ps);

/* prefix_share.c */
bool prefix_share_init(struct pshares *t, size_t size);
void prefix_share_free(struct prefixes *ps); /* when all were put */
void prefix_remotes_put(struct prefixes *ps, struct premote *r);
void prefix_locals_put(struct prefixes *ps, struct plocal *l);
/*
 * The reference to @s is the caller's no more. What stands behind @r stays where it is, so that a walk may go on there.
 * Return: false: no memory
 */
bool prefix_remote_add(struct prefixes *ps, struct pfx *x, struct psource *s);
void prefix_remote_set(struct prefixes *ps, struct pfx *x, const struct premote *r,
		       struct psource *s, bool lost);
void prefix_remote_take_out(struct prefixes *ps, struct pfx *x, const struct premote *r);
/* in the place of the one of its metric; the reference to its set is the caller's no more */
void prefix_local_set(struct prefixes *ps, struct pfx *x, const struct plocal *what);
void prefix_local_del(struct prefixes *ps, struct pfx *x, u32 metric);

/* each list, and end of one, of which there are few however many prefixes there are */
void prefix_locals_each(struct prefixes *ps,
			void (*fn)(struct prefixes *ps, const struct plocal *l));

/* prefix_local.c */
void prefix_fact(struct prefixes *ps, const struct fact_prefix *f);
void prefix_not_seen(struct prefixes *ps);
/* of several routes the one that the kernel takes */
const struct plocal *prefix_local(const struct pfx *x);

/* prefix_subnet.c */
void prefix_subnet_fact(struct prefixes *ps, const struct fact_prefix *f);
void prefix_subnets_not_seen(struct prefixes *ps);
/* whatever depends on them is looked at again */
void prefix_subnets_look(struct prefixes *ps);
/* is the address in a subnet of this device, in the table of this VRF? */
bool prefix_on_link(struct prefixes *ps, u32 vrf, u32 ifindex, const struct ip_addr *address);
void prefix_subnets_free(struct prefixes *ps);

/* prefix_host.c */
bool prefix_is_host(const struct pfx *x); /* one address */
/* all of them once more */
void prefix_hosts_look(struct prefixes *ps);
/* as struct service has them */
void prefix_host_changed(void *state, const struct ip_addr *address, u32 ifindex);
bool prefix_reaches(void *state, u32 vrf, const struct ip_addr *address);

/* prefix_import.c */
enum pverdict {
	PV_ES_IMPORT = PLACE_ES_IMPORT,
	PV_VRF = PLACE_VRF,
	PV_FOREIGN_ES_IMPORT = PLACE_FOREIGN_ES_IMPORT,
	PV_FOREIGN_ESI = PLACE_FOREIGN_ESI,
	PV_FOREIGN_EVI_RT = PLACE_FOREIGN_EVI_RT,
	PV_NO_TARGET = PLACE_NO_TARGET,
	PV_NO_INDEX = PLACE_VERDICTS,
	PV_OWN,
	PV_IMPOSSIBLE,
	PV_OFF,
	PV_TOO_MANY,
};
const char *prefix_verdict_name(enum pverdict v);
enum pverdict prefix_judge(struct prefixes *ps, const struct evpn_nlri *n,
			   const struct bgp_attrs *a, struct place_vrf **vrf);
bool prefix_wanted(struct prefixes *ps, const struct evpn_nlri *n, const struct bgp_attrs *a);
void prefix_route(struct prefixes *ps, const struct evpn_nlri *n, const struct rib_path *now);
void prefix_reimport(struct prefixes *ps);
/* there is room: what had none is taken from the RIB */
void prefix_room(void *state);
/* but what is retained, as far as there is a place for it; @next: of a configuration that is to come */
void prefix_forget_routes(struct prefixes *ps, const struct conf *next);
void prefix_remote_del(struct prefixes *ps, struct pfx *x, const struct premote *r);
/*
 * The customer has told this PE, by @hop, what was kept of another one: from now on what he withdraws here is gone, and
 * the next PE that takes over need not be told apart from this one.
 */
void prefix_relearned(struct prefixes *ps, struct pfx *x, const struct prefix_hop *hop);
/* withdrawn ones: gone, or kept because their PE is gone, or kept long enough */
void prefix_lost(struct prefixes *ps);

/* prefix_source.c */
/* the one like @like and by the way that is like @way; a reference, NULL: no memory */
struct psource *prefix_source(struct prefixes *ps, const struct psource *like,
			      const struct pway *way);
struct psource *prefix_source_ref(struct psource *s);
void prefix_source_put(struct prefixes *ps, struct psource *s);

/* prefix_way.c */
struct pway *prefix_way(struct prefixes *ps, const struct pway *like); /* as prefix_source() */
void prefix_way_put(struct prefixes *ps, struct pway *w);
/* a neighbour has changed, on this device of its circuit */
void prefix_ways_touch(struct prefixes *ps, const struct place_device *on,
		       const struct ip_addr *addr);
void prefix_ways_touch_all(struct prefixes *ps);
/* those that are due; routes by those that have changed are queued */
void prefix_ways_look(struct prefixes *ps);
/* prefix_ask_hop() for each that leads nowhere, where its router might be */
void prefix_ways_missing(struct prefixes *ps);
/* why it leads nowhere; NULL: it leads somewhere */
const char *prefix_way_why(struct prefixes *ps, struct pway *w);

/* prefix_ask.c */
/* neighbours, next hops or devices may be others: soon it is looked what is missing */
void prefix_ask_look(struct prefixes *ps);
/* the timer has expired */
void prefix_ask(struct prefixes *ps);
void prefix_ask_free(struct prefixes *ps);
/* while it is looked: routes lead to @gw on this device; is it a neighbour there? */
void prefix_ask_hop(struct prefixes *ps, const struct place_device *on, const struct ip_addr *gw);

/* prefix_id.c */
/* VRFs may be others, or have other numbers: each has what it needs of them */
void prefix_ids(struct prefixes *ps);
/* @nth: 0: of the route to the core; of a prefix' further routes of one tag from 1. Return: 0: none is left */
u16 prefix_further_id(const struct place_vrf *v, u16 nth);

/* prefix_adv.c */
void prefix_advertise(struct prefixes *ps, struct pfx *x);
struct padv *prefix_adv_of(struct prefixes *ps, struct pset *s);
void prefix_withdraw(struct prefixes *ps, struct pfx *x);
/* this neighbour has changed, and its MAC address may be in routes of ours */
void prefix_adv_touch(struct prefixes *ps, const struct prefix_hop *hop);
struct evpn_nlri prefix_nlri(const struct prefixes *ps, const struct pfx *x,
			     const struct padv_item *i);

/* prefix_core.c */
/* NULL: those of this table are not told to the core */
const struct pcore *prefix_core_of(const struct prefixes *ps, u32 vrf);
struct evpn_nlri prefix_core_nlri(const struct prefixes *ps, const struct pfx *x,
				  const struct pcore *c);
/* say what is true now */
void prefix_core(struct prefixes *ps, struct pfx *x);
void prefix_core_withdraw(struct prefixes *ps, struct pfx *x);
/* devices or VRFs may be others now */
void prefix_cores_resolve(struct prefixes *ps);
/* another PE's prefix behind one segment is not told by this one, as that PE does; NULL: it is told */
const char *prefix_core_silent(struct prefixes *ps, const struct pfx *x, const struct pcore *c);
/* a segment has another role: its prefixes are told as another path */
void prefix_cores_renew(struct prefixes *ps);

/* prefix_alias.c */
/* say which segments are reached now, and what was told of others is over */
void prefix_aliases(struct prefixes *ps);
void prefix_aliases_withdraw(struct prefixes *ps);

/* prefix_wish.c */
struct batch_room *prefix_room_new(void);
/* why a path of another PE's is not wished for; NULL: it is */
const char *prefix_why_useless(struct prefixes *ps, const struct pfx *x, const struct psource *s);
/* queue to routes and wishes, in slices. Return: all is done */
bool prefix_flush(struct prefixes *ps);
void prefix_result(void *state, const void *result);
void prefix_text(struct prefixes *ps, const struct fact_prefix_text *t);
void prefix_remove_key(struct prefixes *ps, const struct prefix_key *key);
void prefix_send_out(struct prefixes *ps);
/* what the kernel has not taken is wished again */
void prefix_retry(struct prefixes *ps);
/* what was refused, or had no room, is looked at again by and by */
void prefix_retry_later(struct prefixes *ps);
/* why it was not taken may be over: whoever waits for the next try does not wait long */
void prefix_retry_soon(struct prefixes *ps);
/* take back what was wished in a table, with the metric that it has there */
void prefix_unwish_all(struct prefixes *ps, struct place_vrf *v);
/* the VRF is about to get another metric */
void prefix_wish_anew(struct prefixes *ps, struct place_vrf *v);
/* what is there with the old metric is of no use any more */
void prefix_remove_stale(struct prefixes *ps, struct pfx *x);

/* prefix_state.c */
enum pstate {
	PS_LOCAL,
	PS_INSTALLED,
	PS_PENDING,
	PS_REFUSED,
	PS_RETAINED,
	PS_WITHDRAWN,
	PREFIX_STATES
};
extern const char *const prefix_state_names[]; /* ends with NULL */
enum pstate prefix_state(const struct pfx *x);
const char *prefix_vrf_name(struct prefixes *ps, const struct pfx *x); /* NULL: no configured one */
bool prefix_is_advertised(const struct pfx *x);
/* why it is not advertised, or another PE's is not in the kernel; NULL: it is */
const char *prefix_why_silent(struct prefixes *ps, const struct pfx *x);
const char *prefix_why_absent(struct prefixes *ps, const struct pfx *x);
const char *prefix_reason(struct prefixes *ps, const struct pfx *x); /* one of the two */
/* an event, when its state is another one than was told last */
void prefix_tell(struct prefixes *ps, struct pfx *x);

/* prefix_why.c */
json_t *prefix_why(struct prefixes *ps, const json_t *params, char *err, size_t err_len);
json_t *prefix_trace(struct prefixes *ps, const json_t *params, char *err, size_t err_len);

/* prefix_show.c */
/* a struct pfx as prefix.show has it; @data: the service */
json_t *prefix_json(const void *prefix, void *data);
/* params.prefix, if there is one. Return: false with a sentence, when it is no prefix */
bool prefix_read(const json_t *params, struct ip_prefix *p, char *err, size_t err_len);
bool prefix_query(void *state, const char *method, const json_t *params, json_t **result, char *err,
		  size_t err_len);

#endif
