/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * routes_priv.h - what routes.c (which tables and devices are of interest, listening, telling), routes_read.c,
 * routes_nh.c (nexthop objects) and routes_wish.c (what is put into the kernel) know of each other.
 *
 * Nothing is kept here of a single route: the kernel holds all of them, and the speaker knows what it has
 * wished. So a million of them cost this process nothing.
 */
#ifndef EVPND_ROUTES_PRIV_H
#define EVPND_ROUTES_PRIV_H

#include <sys/tree.h>

#include "nl_fib.h"
#include "system/links.h"
#include "system/reconcile.h"
#include "system/routes.h"
#include "timer.h"

/**
 * struct place - a device that is, or is stacked upon, one of a segment, in the table of a configured VRF
 * @learn: CONF_LEARN_*
 * @core: it is none of a segment: by it the VRF reaches the PEs of its L3VNI
 * @subnets: those of the device are told, also if they are not learned: what is in them is no business of the core's
 */
struct place {
	uint32_t ifindex;
	uint32_t vrf;
	uint32_t table;
	uint32_t learn;
	bool install;
	bool up;
	bool core;
	bool subnets; /* compared as memory: there is no padding */
};

/**
 * struct table - a routing table with a place in it
 * @vrf: ifindex of its VRF device or 0
 * @learn, @subnets: of any of its places
 */
struct table {
	uint32_t table;
	uint32_t vrf;
	uint32_t learn;
	bool subnets;
};

/**
 * struct nhobj - a nexthop object of the kernel's
 * @hops: all of them, sorted; of a group those of its members
 * @own: it is ours, and in @by_hops
 * @used: a route of ours has it, as far as is known since the last reading began
 * @seen: the kernel had it when all were read last
 */
struct nhobj {
	RB_ENTRY(nhobj) id_node;
	RB_ENTRY(nhobj) hops_node;
	struct nl_fib_nexthop nh;
	unsigned int n_hops;
	struct prefix_hop hops[PREFIX_HOPS_MAX];
	bool own;
	bool used;
	bool seen;
};
RB_HEAD(nhobjs, nhobj);
RB_HEAD(nhsets, nhobj);

/** struct prefix_out - a batch while it is filled */
struct prefix_out {
	struct batch head;
	struct fact_prefix items[BATCH_MAX];
};

/** struct routes_asks - so many next hops, @n, were asked for in that @second of CLOCK_MONOTONIC */
struct routes_asks {
	u32 second;
	u32 n;
};

/**
 * struct routes
 * @places: by ifindex
 * @reading: which table and family is being read, two for each table; -1: none
 * @removed: routes of IPv6 that had gone when that was asked for, for the time @n_tries (the first: 0)
 * @dirty: devices or configuration may have changed the places
 * @due: all is to be read again
 * @guard_due: peers are others than before: those of our routes that are there are to be judged at the next reading
 * @later: does what is dirty and due
 * @begun_us, @read_us: when the last reading began and ended; @pause_us: none begins before that is over, so that
 *	at most half of the time goes into reading
 * @missed_us: since when notifications are missing, 0: none are; @heard: notifications since that was looked at last
 * @n_collected, @n_made: objects of ours that were in use at the last reading, and made since; @n_gone: routes and
 *	groups that have gone since
 * @groups: of PEs of the core, as wished; @told: routes by them, while a batch is filled (routes_core.c)
 * @texts: sentences that the speaker knows, @n_texts of them
 */
struct routes {
	struct routes_asks asks;
	sd_event *event;
	const struct links *links;
	const struct conf *conf;
	const struct routes_ops *ops;
	void *data;
	struct nl *requests;
	struct nl *listener;
	sd_event_source *listener_source;
	struct nl *dumper;
	sd_event_source *dumper_source;
	struct place *places;
	size_t n_places;
	struct table *tables;
	size_t n_tables;
	int reading;
	unsigned int removed;
	unsigned int n_tries;
	bool dirty;
	bool due;
	bool guard_due;
	bool replayed;
	struct timer later;
	u64 later_us;
	u64 begun_us;
	u64 read_us;
	u64 pause_us;
	u64 missed_us;
	unsigned int heard;
	struct nhobjs by_id;
	struct nhsets by_hops;
	uint32_t next_id;
	size_t n_collected;
	size_t n_made;
	size_t n_gone;
	struct prefix_out *out;
	struct wish_room *room;
	struct reconcile groups;
	struct core_told *told;
	char texts[PREFIX_TEXTS_MAX][160];
	unsigned int n_texts;
};

/* routes.c */
const struct place *routes_place(const struct routes *r, uint32_t ifindex);
/* the table of a VRF device, 0: there is none */
uint32_t routes_table(const struct routes *r, uint32_t vrf);
/* one that was read, or heard of */
int routes_message(void *data, const struct nlmsghdr *nlh);
/* what was notified of so far */
void routes_hear(struct routes *r);
/* what was told is sent */
void routes_flush(struct routes *r);
/* @later at @at, of timer_now_us(), or earlier */
void routes_later(struct routes *r, u64 at);

static inline void routes_enable(sd_event_source *source, bool on)
{
	if (source)
		sd_event_source_set_enabled(source, on ? SD_EVENT_ON : SD_EVENT_OFF);
}

/* routes_read.c */
int routes_dumper_open(struct routes *r);
void routes_dumper_close(struct routes *r);
/* now; meanwhile nothing is heard */
void routes_read(struct routes *r);
/* all of them, in @ms at the latest */
void routes_read_again(struct routes *r, u64 ms);
/* notifications were lost: all of them again, when the tables rest */
void routes_missed(struct routes *r);
/* @later has expired: do they? */
void routes_missed_later(struct routes *r);

/* routes_guard.c: would it draw a BGP peer of this PE's? @text: a sentence */
bool routes_guard(struct routes *r, const struct prefix_key *key, char text[160]);
/* one of ours that is there already: is it such, and was removed? Only while @guard_due */
bool routes_guard_heard(struct routes *r, const struct nl_fib_route *route);
bool routes_guard_differs(const struct conf *a, const struct conf *b);

/* routes_wish.c */
struct wish_room *routes_wish_room(void);
bool routes_on_segment(const struct routes *r, uint32_t ifindex);
void routes_answer(struct routes *r, struct prefix_result *res, enum wish_status status, int error,
		   const char *text);
/* it passes by itself: a device that is down or has just gone */
bool routes_is_passing(int error);

/* routes_core.c */
bool routes_core_begin(struct routes *r);
void routes_core_end(struct routes *r);
/* a route whose metric is that of the core's: ours, or one that has taken the place of ours */
void routes_core_heard(struct routes *r, const struct nl_fib_route *route, uint32_t vrf);
/* what was heard is told before anything else is */
void routes_core_flush(struct routes *r);
/* groups that are not as wished are made again, if they can be now */
void routes_core_repair(struct routes *r);

/* routes_nh.c */
void nh_heard(struct routes *r, const struct nl_fib_nexthop *nh);
int nh_read_all(struct routes *r);
/* once more: the kernel does not tell of those that go with their device */
void nh_read_again(struct routes *r);
void nh_forget_all(struct routes *r);
/* the hops of a route whose message names only an object; 0: unknown */
unsigned int nh_hops(struct routes *r, uint32_t id, struct prefix_hop hops[PREFIX_HOPS_MAX]);
/* a route of ours has this object */
void nh_used(struct routes *r, uint32_t id);
void nh_reading_begins(struct routes *r);
/* all routes were read: objects of ours that none has go */
void nh_collect(struct routes *r);
/* so many routes or groups of ours have gone, and perhaps the last ones of some objects */
void nh_users_gone(struct routes *r, unsigned int n);
/* an object with this number and these hops, whatever was in it before. Return: 0, or a negative errno */
int nh_put_group(struct routes *r, uint32_t id, const struct prefix_hop *hops, unsigned int n,
		 struct nl_err *err);
bool nh_has_group(struct routes *r, uint32_t id, const struct prefix_hop *hops, unsigned int n);
/* groups that are not @wanted go */
void nh_sweep_groups(struct routes *r, bool (*wanted)(struct routes *r, uint32_t id));
void nh_remove_group(struct routes *r, uint32_t id);
/* an object of ours with these hops. NULL: @err says why not */
struct nhobj *nh_get(struct routes *r, const struct prefix_hop *hops, unsigned int n,
		     struct nl_err *err);
void nh_forget(struct routes *r, struct nhobj *o);

#endif
