/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * df_frr.h - the election as FRR's zebra holds it, so that both come to one result on one machine.
 *
 * It is the highest-preference election with differences that matter: a peer that does not say
 * algorithm 2 makes the local side non-DF, capabilities are not looked at, the role is the port's, and
 * before release 10.6 a tie is decided by the addresses as they lie in memory. Pure.
 *
 * RFC 9785 (section 4.1), as far as zebra follows it
 */
#ifndef EVPN_DF_FRR_H
#define EVPN_DF_FRR_H

#include "addr.h"
#include "types.h"

#define DF_FRR_SENTENCE_LEN 200

enum df_frr_reason {
	DF_FRR_NOT_READY,  /* LACP bypass, or no VTEP of its own: zebra blocks nothing */
	DF_FRR_DOWN,	   /* the port is down */
	DF_FRR_DELAY,	   /* the segment is new: 3 s for the others' routes */
	DF_FRR_ALGORITHM,  /* a peer says another algorithm, or none */
	DF_FRR_PREFERENCE, /* a peer has a higher preference */
	DF_FRR_ADDRESS,	   /* a peer has the same preference and a lower address */
	DF_FRR_ALONE,	   /* no peer has an RT-4 */
	DF_FRR_BEST,	   /* no peer is better */
	DF_FRR_REASONS
};

/** enum df_frr_order - which of two addresses is the lower one to zebra */
enum df_frr_order {
	DF_FRR_MEMORY, /* before 10.6: the number as a little-endian machine reads it: last octet first */
	DF_FRR_NUMBER, /* since 10.6 */
};

/**
 * struct df_frr_local - zebra's side of the segment
 * @vtep: its originator address; none: zebra has no VNI and is not ready
 * @bypass: LACP bypass is on
 * @up: the port is up
 * @delay: the 3 s after the segment was made are not over
 */
struct df_frr_local {
	struct ip_addr vtep;
	u16 pref;
	bool bypass;
	bool up;
	bool delay;
	enum df_frr_order order;
};

/** struct df_frr_peer - another PE that has an RT-4; without a DF Election community @alg is 0 */
struct df_frr_peer {
	struct ip_addr vtep;
	u8 alg;
	u16 pref;
};

/**
 * struct df_frr_result - what zebra finds
 * @peer: index of the peer that decided it, -1: none
 * @best: index of the peer that would be DF if the local side were not there, -1: none
 * @sentence: why
 */
struct df_frr_result {
	bool df;
	enum df_frr_reason reason;
	int peer;
	int best;
	char sentence[DF_FRR_SENTENCE_LEN];
};

/** df_frr_elect() - hold the election among @n peers and the local side */
void df_frr_elect(const struct df_frr_local *local, const struct df_frr_peer *peers, unsigned int n,
		  struct df_frr_result *result);

/** df_frr_order() - by the release, as `show version` names it: "8.4.4", "10.6.1" */
enum df_frr_order df_frr_order(const char *version);

/** df_frr_cmp() - which of two VTEPs is lower to zebra; <0, 0, >0 */
int df_frr_cmp(enum df_frr_order order, const struct ip_addr *a, const struct ip_addr *b);

#endif
