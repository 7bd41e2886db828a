/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * neigh.h - the neighbour service, shared by its own files only: hosts that this PE has learned on a
 * segment are advertised to the segment's other PEs, and what those have learned is wished for here.
 *
 *   neigh.c         entry points, configuration, devices, segments
 *   neigh_table.c   the table of hosts
 *   neigh_import.c  routes of other PEs: which are ours, and what they say
 *   neigh_adv.c     routes of this PE
 *   neigh_wish.c    what the kernel is to do, and what it answers
 *   neigh_ask.c     hosts that do not answer here: whoever has learned them is to ask
 *   neigh_host.c    answers to other services
 *   neigh_show.c    answers to the control socket
 *   neigh_trace.c   one host's way through all of it
 */
#ifndef EVPND_NEIGH_H
#define EVPND_NEIGH_H

#include "services/place/place.h"
#include "timer.h"

#define NEIGH_WHY_MAX 192

/**
 * struct nremote - what one route says of a host
 * @usable: it may be installed; else it only counts for MAC mobility
 */
struct nremote {
	struct nremote *next;
	struct place_vrf *vrf;
	u32 seq;
	struct rd rd;
	struct mac mac;
	struct ip_addr nh;
	bool usable;
	bool sticky;
	u8 flags;
};

/* struct nhost.flags */
enum {
	NHOST_LOCAL = 1,
	NHOST_ADVERTISED = 2,
	NHOST_WISHED = 4,
	NHOST_QUEUED = 8,
	NHOST_STICKY = 16, /* of a local one */
	NHOST_ROUTER = 32, /* of a local one */
	NHOST_HELD = 64,   /* local, but another PE says that the host does not move */
};

/**
 * struct nhost - a host on a circuit. A hundred thousand of them are usual: keep it small
 * @by_mac: among those of its circuit
 * @t_fact, @t_wish, @t_answer: CLOCK_MONOTONIC
 * @why: the kernel's sentence, or NULL
 * @mac: if local: as learned
 * @adv_mac, @adv_id: with the circuit's tag: key of the route that was advertised
 * @wish_mac, @wish_flags, @wish_vrf: last wished
 * @at_mac: what it stands under in neighs.by_mac
 * @seq: MAC mobility
 * @ifindex: the device that it is on, as the module has told it; 0: on none
 * @t_asked: in seconds of CLOCK_MONOTONIC, when it was asked last because another PE said so; 0: never
 * @state: enum neigh_state as the module has told it; @answer: enum wish_status
 * @said: how other services have heard that it is known, see neigh_say()
 */
struct nhost {
	struct nhost *next;
	RB_ENTRY(nhost) by_mac;
	struct circuit *circuit;
	struct nremote *remotes;
	char *why;
	s64 t_fact;
	s64 t_wish;
	s64 t_answer;
	u32 seq;
	u32 ifindex;
	u32 error;
	u32 wish_vrf;
	u32 t_asked;
	u16 adv_id;
	struct mac mac;
	struct mac adv_mac;
	struct mac wish_mac;
	struct mac at_mac;
	struct ip_addr addr;
	u8 wish_flags;
	u8 state;
	u8 answer;
	u8 flags;
	u8 epoch;
	u8 said;
};
RB_HEAD(nhosts, nhost);
RB_PROTOTYPE(nhosts, nhost, by_mac, nhost_cmp)

/** struct ncounts - since the start, for metrics */
struct ncounts {
	u64 received;
	u64 refused;  /* routes treated as withdrawn */
	u64 too_many; /* neither advertised nor taken, because of host-limit */
	u64 wishes;
	u64 moves;
	u64 collisions;
	u64 asks_sent;	/* words to other PEs: ask your host */
	u64 asks_heard; /* of theirs, acted upon */
};

/** struct nasks - how many there were in a second of CLOCK_MONOTONIC */
struct nasks {
	u32 second;
	u32 n;
};

/**
 * struct neighs - the service's state
 * @buckets: hosts by address, @mask + 1 of them
 * @seed: of their hash
 * @by_mac: hosts by circuit and MAC address, for who asks which address a router has
 * @queue: hosts of which the wish has to be looked at
 * @epoch: of the reading of the module's table
 * @swept: before it the kernel may have what a predecessor wished
 */
struct neighs {
	struct speaker *speaker;
	struct nhost **buckets;
	size_t mask;
	u64 seed;
	size_t count;
	struct nhosts by_mac;
	struct nhost **queue;
	size_t n_queue;
	size_t cap_queue;
	struct places at;
	sd_event_source *later;
	struct neigh_out *out;
	u32 router_id; /* host order */
	u8 epoch;
	bool settled;
	bool read; /* the module's table was read once */
	bool swept;
	bool links_done;
	bool resolve_due;
	bool room_due; /* segments that were full have room */
	struct nasks asks_sent;
	struct nasks asks_heard;
	struct ncounts counts;
};

/* neigh.c */
bool neigh_watched(const struct neighs *ns);
void neigh_tell(struct neighs *ns, const struct nhost *h, const char *event, const char *reason);
void neigh_wake(struct neighs *ns);

/* neigh_table.c */
struct nhost *neigh_first(struct neighs *ns, const struct ip_addr *addr);
struct nhost *neigh_next(struct nhost *h); /* of the same address */
struct nhost *neigh_find(struct neighs *ns, const struct circuit *c, const struct ip_addr *addr);
struct nhost *neigh_make(struct neighs *ns, struct circuit *c, const struct ip_addr *addr);
void neigh_drop(struct neighs *ns, struct nhost *h); /* frees it when nothing is known of it */
void neigh_queue(struct neighs *ns, struct nhost *h);
/* the MAC address that it has: learned, or else wished */
const struct mac *neigh_mac(const struct nhost *h);
/* that may be another one now */
void neigh_mac_changed(struct neighs *ns, struct nhost *h);
void neigh_remotes_free(struct nhost *h);
void neigh_remote_del(struct nhost *h, const struct rd *rd, const struct mac *mac);
void neigh_table_free(struct neighs *ns);
/* its segment has as many as host-limit allows, without this one */
bool neigh_advertised_full(const struct nhost *h);
bool neigh_taken_full(const struct place_es *es, const struct nhost *h);
bool neigh_has_room(const struct place_es *es, u32 n);
/* may have made room */
void neigh_room(struct neighs *ns, const struct place_es *es);
/* the host's own path through the table: @fn may drop the host it is called with */
void neigh_walk(struct neighs *ns, void (*fn)(struct neighs *ns, struct nhost *h, void *data),
		void *data);
bool neigh_table_init(struct neighs *ns);

/* neigh_import.c */
/* can a neighbour have these? The module should not say it of any other, nor a PE */
bool neigh_is_host(const struct ip_addr *ip, const struct mac *mac);
enum nverdict {
	NV_ES_IMPORT = PLACE_ES_IMPORT,
	NV_VRF = PLACE_VRF,
	NV_NO_ESI = PLACE_NO_ESI,
	NV_RESERVED_ESI = PLACE_RESERVED_ESI,
	NV_FOREIGN_ES_IMPORT = PLACE_FOREIGN_ES_IMPORT,
	NV_FOREIGN_ESI = PLACE_FOREIGN_ESI,
	NV_FOREIGN_EVI_RT = PLACE_FOREIGN_EVI_RT,
	NV_NO_TARGET = PLACE_NO_TARGET,
	NV_TOO_MANY = PLACE_VERDICTS, /* else it would be imported */
	NV_MAC_ONLY,
	NV_IMPOSSIBLE,
};
enum nverdict neigh_judge(struct neighs *ns, const struct evpn_nlri *n, const struct bgp_attrs *a,
			  struct place_vrf **vrf);
const char *neigh_verdict_name(enum nverdict v);
bool neigh_wanted(struct neighs *ns, const struct evpn_nlri *n, const struct bgp_attrs *a);
void neigh_route(struct neighs *ns, const struct evpn_nlri *n, const struct rib_path *now);
/* all routes once more, after what is ours has changed */
void neigh_reimport(struct neighs *ns);
void neigh_forget_routes(struct neighs *ns);
const struct nremote *neigh_best(const struct nhost *h);

/* neigh_adv.c */
/* 0: it may be advertised; else @why is filled in */
bool neigh_may_advertise(const struct nhost *h, char why[NEIGH_WHY_MAX]);
void neigh_advertise(struct neighs *ns, struct nhost *h);
void neigh_withdraw(struct neighs *ns, struct nhost *h);
/* the MAC mobility sequence of a host that has just been learned here */
void neigh_sequence(struct neighs *ns, struct nhost *h);
void neigh_hold_again(struct neighs *ns, const struct ip_addr *addr);

/* neigh_wish.c */
void neigh_flush(struct neighs *ns);
void neigh_result(void *state, const void *result);
void neigh_texts(struct neighs *ns, const struct batch *b);
void neigh_sweep(struct neighs *ns);
/* why a host that another PE has learned is not wished for; "" when it is */
const char *neigh_held_back(const struct nhost *h, const struct nremote *r,
			    char why[NEIGH_WHY_MAX]);

/* neigh_ask.c */
/* no answer has come here to the kernel's probes */
void neigh_unanswered(struct neighs *ns, const struct nhost *h);
void neigh_word(void *state, const struct ip_addr *from, const struct icc_msg *word);

/* neigh_host.c */
bool neigh_host(void *state, const struct host_query *q, struct host *host);
void neigh_neighbours(void *state, const struct ip_addr *address, neighbour_fn fn, void *data);
/* other services hear of it, if it is known in another way than they have heard last */
void neigh_say(struct neighs *ns, struct nhost *h);
/* as its neighbour advertisements say, to this PE or to the one that has told of it */
bool neigh_is_router(const struct nhost *h);
/* FRR's, for an IPv6 router: no address of a host */
bool neigh_is_stand_in(const struct nhost *h);
/* its device: that with its tag, and of several the one that the module has it on; 0: none, or not one of them */
u32 neigh_ifindex(const struct nhost *h);

/* neigh_show.c */
bool neigh_query(void *state, const char *method, const json_t *params, json_t **result, char *err,
		 size_t err_len);
const char *neigh_state_of(const struct nhost *h);

/* neigh_trace.c */
json_t *neigh_trace(struct neighs *ns, const json_t *params, char *err, size_t err_len);

#endif
