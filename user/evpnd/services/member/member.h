/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * member.h - the membership service, shared by its own files only: multicast groups that hosts behind a
 * segment want are advertised to the segment's other PEs, and what those have heard is known here.
 *
 *   member.c         entry points, configuration, devices, segments
 *   member_table.c   the table: groups, and what is said of each source of them
 *   member_fact.c    what this PE has heard
 *   member_import.c  routes of other PEs: which are ours, and what they say
 *   member_origin.c  what many of these routes have in common
 *   member_adv.c     routes of this PE
 *   member_want.c    what other PEs together want of a group
 *   member_wish.c    what the kernel is to do, and what it answers
 *   member_bridge.c  what bridges are to do, where the segment is a port of one
 *   member_show.c    answers to the control socket
 *   member_trace.c   one group's way through all of it
 *
 * Terms: an entry is what one RT-7 speaks of: a group and a source, or any source. RFC 9251 writes (x,G).
 *
 * Ten thousand groups are usual: most have one entry, which is one object with its group, and addresses are as
 * long as they are.
 */
#ifndef EVPND_MEMBER_H
#define EVPND_MEMBER_H

#include "services/place/place.h"
#include "log.h"
#include "timer.h"

enum {
	MEMBER_WHY_MAX = 192,
	/* most entries of one segment that are taken from other PEs */
	MEMBER_TAKEN_MAX = 65536,
	/*
	 * Of these most entries of a group, and most routes of an entry: they stand in lists. A PE has at most
	 * MEMBER_SOURCES_MAX of a group, and a segment has a few PEs.
	 */
	MEMBER_GROUP_MAX = 1024,
	MEMBER_PATHS_MAX = 64,
	/* What an RT-8 of an old sender says, in tenths of a second, as it has no room for it. */
	MEMBER_LEAVE_TENTHS = CONF_LEAVE_DEFAULT / 100,
};

/**
 * struct morigin - what routes of one PE have in common
 * @rd: tells it from other PEs, and from others of its VRFs
 * @nh: its address
 * @vrf: the one here that they are for
 */
struct morigin {
	RB_ENTRY(morigin) node;
	u32 refs;
	struct rd rd;
	struct ip_addr nh;
	struct place_vrf *vrf;
};

RB_HEAD(morigins, morigin);

/**
 * struct mremote - what one route says of an entry
 * @flags: EVPN_MC_*
 */
struct mremote {
	struct mremote *next;
	struct morigin *origin;
	u8 flags;
};

struct mgroup;

/**
 * enum mbridge - what the bridge has of a group
 * @MB_NONE: at most what it has heard itself
 * @MB_OURS: what others want, and what hosts here want; it stays until it is taken back
 * @MB_LEFT: it was ours, and was left to the bridge with what hosts here want
 */
enum mbridge { MB_NONE, MB_OURS, MB_LEFT };

struct mentry;

/**
 * struct mleave - of an entry that some host has left: most are left by none until their end
 * @out: an RT-8 of this PE is out, in members.leaving until @until_us; @id in its RD, @flags as it says
 * @left_us: a host has left it here or elsewhere: until then those that are there have time to say so
 * @gone_us: until then a PE that takes its route back does so because hosts have left
 */
struct mleave {
	TAILQ_ENTRY(mleave) leaving;
	struct mentry *entry;
	u64 until_us;
	u64 left_us;
	u64 gone_us;
	u16 id;
	u8 flags;
	bool out;
};

/**
 * struct mentry - a source of a group, or any source
 * @leave: NULL: no host has left it
 * @local: EVPN_MC_* of what this PE has heard; 0: nothing
 * @advertised: with @adv_flags, and @adv_id in the RD
 * @seen: while a fact is read: it speaks of this one
 * @any: any source; else there is one in @octets, see mentry_source()
 * @octets: of the first entry of a group with the group's address, see mgroup_addr()
 */
struct mentry {
	struct mentry *next;
	struct mgroup *group;
	struct mremote *remotes;
	struct mleave *leave;
	u16 adv_id;
	u8 local;
	u8 adv_flags;
	bool advertised : 1;
	bool seen : 1;
	bool any : 1;
	u8 octets[];
};

/**
 * struct mgroup - a group on a circuit
 * @since: when a host here first wanted it, CLOCK_MONOTONIC
 * @mode: enum member_mode of what this PE has heard; @versions: of its hosts
 * @left: a host of this PE has left it, and nobody has spoken since
 * @epoch: of the reading of the module's table
 * @wished: a sum of what was wished last, 0: nothing is; see member_sum()
 * @answer: enum wish_status
 * @bridge: enum mbridge; @put: a sum of what was put there; @put_answer: enum wish_status of that
 * @queued: its wish has to be looked at; nothing of it is freed until then
 * @len: octets of its address, and of its sources'
 * @first: of what it was made for; it stays as long as the group, with others behind it, and may be idle
 */
struct mgroup {
	struct mgroup *next;
	struct circuit *circuit;
	s64 since;
	u32 wished;
	u32 put;
	u8 mode;
	u8 versions;
	u8 epoch;
	u8 answer;
	u8 bridge;
	u8 put_answer;
	u8 len;
	bool left : 1;
	bool queued : 1;
	struct mentry first;
};

#define mgroup_each(e, g) for ((e) = &(g)->first; (e); (e) = (e)->next)

TAILQ_HEAD(mleaves, mleave);

/* an RT-8 of this PE is out */
static inline bool mentry_is_leaving(const struct mentry *e)
{
	return e->leave && e->leave->out;
}

/* until when hosts have time to say that they are there; 0: nobody has left it */
static inline u64 mentry_left_us(const struct mentry *e)
{
	return e->leave ? e->leave->left_us : 0;
}

/** struct mcounts - since the start, for metrics */
struct mcounts {
	u64 received;
	u64 refused;	  /* routes treated as withdrawn */
	u64 too_many;	  /* not taken because of a MEMBER_..._MAX */
	u64 leaves;	  /* RT-8 originated */
	u64 leaves_heard; /* RT-8 of other PEs that were ours */
	u64 wishes;
	u64 retained;
	u64 puts; /* entries put into bridges */
	u64 puts_refused;
};

/** struct member_out - batches while they are filled; those of @keys with @retain_ms, of @takes with @take_ms */
struct member_out {
	struct wish_member wishes[MEMBER_BATCH_MAX];
	struct member_key keys[MEMBER_BATCH_MAX];
	struct member_leave leaves[MEMBER_BATCH_MAX];
	struct wish_mdb puts[MDB_BATCH_MAX];
	struct mdb_key takes[MDB_BATCH_MAX];
	u32 n_puts;
	u32 n_takes;
	u32 take_ms;
	u32 n_wishes;
	u32 n_keys;
	u32 n_leaves;
	u32 retain_ms;
};

/** struct mqueue - groups, each once; those from @first to @end are to be looked at */
struct mqueue {
	struct mgroup **list;
	size_t first;
	size_t end;
	size_t cap;
};

/**
 * struct members - the service's state
 * @buckets: groups by address, @mask + 1 of them
 * @seed: nobody who chooses addresses knows which of them meet in a bucket
 * @queue: groups of which the wish has to be looked at
 * @leaving: leaves with an RT-8 of this PE, in the order in which they end
 * @epoch: of the reading of the module's table
 * @bridge_room: a bridge that has refused something may have room now
 * @settled: what others advertise has been heard, or has had its time to come
 * @read: the module's table was read once
 * @swept: before it the kernel may have what a predecessor wished
 * @sweep_due: it is swept when all that is queued has been wished
 */
struct members {
	struct speaker *speaker;
	struct mgroup **buckets;
	size_t mask;
	size_t count;
	u64 seed;
	struct morigins origins;
	struct mqueue queue;
	struct member_out *out;
	struct places at;
	struct mleaves leaving;
	struct timer leave_timer;
	sd_event_source *later;
	u32 router_id; /* host order */
	u8 epoch;
	bool links_done;
	bool resolve_due;
	bool bridge_room;
	bool settled;
	bool read;
	bool swept;
	bool sweep_due;
	struct mcounts counts;
	struct log_limit refused;
};

/* member.c */
bool member_watched(const struct members *ms);
void member_tell(struct members *ms, const struct mentry *e, const char *event,
		 const struct ip_addr *peer);
void member_wake(struct members *ms);

/* member_table.c */
bool member_table_init(struct members *ms);
void member_table_free(struct members *ms);
struct ip_addr mgroup_addr(const struct mgroup *g);
struct ip_addr mentry_source(const struct mentry *e); /* none: any */
/* nothing is known of it */
bool mentry_is_idle(const struct mentry *e);
/* one of those that are not idle, or NULL */
const struct mentry *mgroup_busy(const struct mgroup *g);
struct mgroup *member_find(struct members *ms, const struct circuit *c, const struct ip_addr *addr);
/* @source: why it is made, if it is not there: its first entry is for that */
struct mgroup *member_make(struct members *ms, struct circuit *c, const struct ip_addr *addr,
			   const struct ip_addr *source);
struct mentry *member_entry(struct mgroup *g, const struct ip_addr *source, bool make);
/* frees what nothing is known of */
void member_drop(struct members *ms, struct mgroup *g);
void member_remotes_free(struct members *ms, struct mentry *e);
/* of something that may change, in a number: 0 is none */
u32 member_sum(const struct members *ms, const void *data, size_t len, u32 more);
/* @fn may drop the group it is called with */
void member_walk(struct members *ms, void (*fn)(struct members *ms, struct mgroup *g, void *data),
		 void *data);

/* member_fact.c */
void member_fact(struct members *ms, const struct fact_member *f);
/* the module has it no more, and nobody has left it */
void member_lose(struct members *ms, struct mgroup *g);

/* member_import.c */
enum mverdict {
	MV_OWN = PLACE_VERDICTS, /* or an enum place_verdict */
	MV_IMPOSSIBLE,
	MV_TOO_MANY,
};
unsigned int member_judge(struct members *ms, const struct evpn_nlri *n, const struct bgp_attrs *a,
			  struct place_vrf **vrf);
bool member_wanted(struct members *ms, const struct evpn_nlri *n, const struct bgp_attrs *a);
void member_route(struct members *ms, const struct evpn_nlri *n, const struct rib_path *now);
/* all routes once more, after what is ours has changed */
void member_reimport(struct members *ms);
void member_forget_routes(struct members *ms);

/* member_origin.c */
/* the one that is like it; NULL: no memory. A reference for the caller */
struct morigin *member_origin(struct members *ms, const struct morigin *like);
void member_origin_put(struct members *ms, struct morigin *o);

/* member_adv.c */
/* false: it may not be advertised, and @why is filled in */
bool member_may_advertise(const struct mgroup *g, char why[MEMBER_WHY_MAX]);
/* say what is true now of an entry: a new RT-7, another one, or none */
void member_advertise(struct members *ms, struct mentry *e);
void member_withdraw(struct members *ms, struct mentry *e);
/* a host has left it here: RT-8, unless one is out */
void member_leave(struct members *ms, struct mentry *e);
void member_leave_ended(void *data); /* timer: the first of them, at least, has run out */
void member_leave_withdraw(struct members *ms, struct mentry *e);

/* member_want.c */
struct member_key member_key_of(const struct mgroup *g);
/* why what another PE has heard is not wished for; "" when it is */
const char *member_held_back(const struct mgroup *g, const struct mremote *r,
			     char why[MEMBER_WHY_MAX]);
/* what all other PEs together want. Return: false when nobody wants it, or nothing can be done about it */
bool member_combined(const struct mgroup *g, struct wish_member *w);

/* member_wish.c */
void member_queue(struct members *ms, struct mgroup *g);
/* some of the queue, as far as the parent takes wishes */
void member_flush(struct members *ms);
void member_drained(void *state); /* it has taken all */
void member_ask_kernel(struct members *ms, const struct mentry *e, u32 response_ms);
void member_result(void *state, const void *result);
/* a host has left it, here or at another PE; others have until @us to say that they are there. Return: false: no memory */
bool member_left(struct mentry *e, u64 us);
/* a host has left it just now, whether others have answered since or not */
bool member_has_left(const struct mgroup *g, u64 now);

/* member_bridge.c */
static inline bool member_bridged(const struct mgroup *g)
{
	return g->circuit->port.bridge;
}
/* while the queue is looked at: what goes comes before what is new */
void member_bridge_take(struct members *ms, struct mgroup *g, u64 now);
void member_bridge_put(struct members *ms, struct mgroup *g);
void member_bridge_send_takes(struct members *ms);
void member_bridge_send_puts(struct members *ms);
/* its circuit is another port, or none any more */
void member_bridge_moved(struct members *ms, struct mgroup *g);
/* what was refused is tried again, if there may be room for it */
void member_bridge_room(struct members *ms);
void member_bridge_result(void *state, const void *result);
/* why a bridge does not have it, or need not; "" when it does, or nothing is to be done */
const char *member_bridge_why(const struct members *ms, const struct mgroup *g,
			      char why[MEMBER_WHY_MAX]);

/* member_show.c */
bool member_query(void *state, const char *method, const json_t *params, json_t **result, char *err,
		  size_t err_len);

/* member_trace.c */
json_t *member_trace(struct members *ms, const json_t *params, char *err, size_t err_len);

#endif
