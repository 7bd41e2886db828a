/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * segment_icc.h - a hand-over by word (icc.h), shared by the segment service's own files.
 *
 * BGP elects, and BGP says who is ready; a word only tells the moment. The PE that is elected says that it
 * waits, with a token that is new each time. The other one, elected no more, closes, and when its kernel has
 * answered says so with that token. A word that speaks of an earlier time has another token, and one that
 * nobody asked for has none that is known. Without a word the same happens when BGP has told it.
 *
 * Roles are a bitmap of VLANs; bit 0 is the port where the port has one role.
 */
#ifndef EVPND_SEGMENT_ICC_H
#define EVPND_SEGMENT_ICC_H

#include <sys/queue.h>

#include "df.h"
#include "icc.h"
#include "timer.h"

struct segment;
struct segments;
struct es_route;
struct claims;

/**
 * struct icc_pe - another PE that has had an RT-4 of the segment
 * @token: with which it waits for @asked, believed until @asked_until (CLOCK_MONOTONIC, microseconds)
 * @closed: what it has closed, by its word to our token; believed until @closed_until
 * @given: what it has our word for, so that it may forward although BGP does not say so yet; until
 *	@given_until
 */
struct icc_pe {
	TAILQ_ENTRY(icc_pe) entry;
	struct ip_addr addr;
	u64 token;
	u64 asked_until;
	u64 closed_until;
	u64 given_until;
	u8 asked[DF_VLAN_BYTES];
	u8 closed[DF_VLAN_BYTES];
	u8 given[DF_VLAN_BYTES];
};

/**
 * struct segment_icc - of a segment
 * @token: with which this PE waits for @want; 0: it does not wait
 * @again: to say it again, for the @tries-th time
 * @hold: roles that are lost are kept until their winner waits, or until this is over, and then @held
 * @given: until it is over a PE has our word
 */
struct segment_icc {
	TAILQ_HEAD(, icc_pe) pes;
	unsigned int n_pes;
	u64 token;
	u8 want[DF_VLAN_BYTES];
	unsigned int tries;
	struct timer again;
	struct timer hold;
	struct timer given;
	bool held;
};

void segment_icc_init(struct segment *s);
void segment_icc_done(struct segment *s);
/* who has an RT-4 is a PE of the segment */
void segment_icc_look(struct segment *s);
/* roles have been computed, or have come into force: what is waited for, and what can be said */
void segment_icc_follow(struct segment *s);
/* nothing is waited for any more */
void segment_icc_stop(struct segment *s);
/* the kernel has done all that it was asked for: who waits hears of it */
void segment_icc_confirm(struct segment *s);
/* which of the roles that @winner is ready for are kept until it waits for them */
void segment_icc_hold(struct segment *s, const struct ip_addr *winner,
		      const u8 ready[DF_VLAN_BYTES], u8 held[DF_VLAN_BYTES]);
/* what the PE of this RT-1 has closed, whatever the route still says; NULL: nothing */
const u8 *segment_icc_closed(const struct segment *s, const struct es_route *ad);
/* the PE of this RT-1 says P for these: BGP has caught up with our word to it */
void segment_icc_opened(struct segment *s, const struct es_route *ad,
			const u8 units[DF_VLAN_BYTES]);
/* PEs that have our word count as those that say P */
void segment_icc_given(const struct segment *s, struct claims *c);
/* have all other candidates closed? */
bool segment_icc_all_closed(const struct segment *s);
/* do words pass between this PE and all other candidates? */
bool segment_icc_all_heard(const struct segment *s);

/* struct service */
void segments_pes(void *state);
bool segments_shares(void *state, const struct esi *esi, const struct ip_addr *pe);
void segments_word(void *state, const struct ip_addr *from, const struct icc_msg *word);

#endif
