// SPDX-License-Identifier: GPL-2.0-only
/*
 * df_frr.c - see df_frr.h. Of several peers that are better the best one is named, whatever their
 * order; zebra stops at the first it meets, which gives the same role.
 */
#include "df_frr.h"

#include <stdio.h>

enum { ALG_PREFERENCE = 2 };

enum df_frr_order df_frr_order(const char *version)
{
	unsigned int major = 0, minor = 0;

	if (sscanf(version, "%u.%u", &major, &minor) < 1)
		return DF_FRR_MEMORY;
	return major > 10 || (major == 10 && minor >= 6) ? DF_FRR_NUMBER : DF_FRR_MEMORY;
}

int df_frr_cmp(enum df_frr_order order, const struct ip_addr *a, const struct ip_addr *b)
{
	int i;

	if (order == DF_FRR_NUMBER || a->len != 4 || b->len != 4)
		return ip_cmp(a, b);
	for (i = 3; i >= 0; i--)
		if (a->b[i] != b->b[i])
			return a->b[i] < b->b[i] ? -1 : 1;
	return 0;
}

/* Is @a to be DF rather than @b? */
static bool better(enum df_frr_order order, u16 pref_a, const struct ip_addr *a, u16 pref_b,
		   const struct ip_addr *b)
{
	if (pref_a != pref_b)
		return pref_a > pref_b;
	return df_frr_cmp(order, a, b) < 0;
}

static int best_of(enum df_frr_order order, const struct df_frr_peer *peers, unsigned int n)
{
	unsigned int i;
	int best = -1;

	for (i = 0; i < n; i++)
		if (best < 0 || better(order, peers[i].pref, &peers[i].vtep, peers[best].pref,
				       &peers[best].vtep))
			best = (int)i;
	return best;
}

static int other_algorithm(const struct df_frr_peer *peers, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (peers[i].alg != ALG_PREFERENCE)
			return (int)i;
	return -1;
}

static bool not_yet(const struct df_frr_local *l, struct df_frr_result *r)
{
	if (ip_is_none(&l->vtep) || l->bypass) {
		r->df = true;
		r->reason = DF_FRR_NOT_READY;
		snprintf(r->sentence, sizeof(r->sentence), "FRR blocks nothing: %s",
			 l->bypass ? "LACP bypass is on" : "it has no VNI and so no VTEP address");
	} else if (!l->up) {
		r->reason = DF_FRR_DOWN;
		snprintf(r->sentence, sizeof(r->sentence), "the port is down");
	} else if (l->delay) {
		r->reason = DF_FRR_DELAY;
		snprintf(r->sentence, sizeof(r->sentence),
			 "FRR waits 3 s after a segment was made before it elects");
	} else {
		return false;
	}
	return true;
}

static void lose(const struct df_frr_local *l, const struct df_frr_peer *p, struct df_frr_result *r)
{
	char peer[IP_STRLEN], self[IP_STRLEN];

	ip_format(&p->vtep, peer);
	if (p->pref != l->pref) {
		r->reason = DF_FRR_PREFERENCE;
		snprintf(r->sentence, sizeof(r->sentence), "%s has preference %u, this PE %u", peer,
			 p->pref, l->pref);
		return;
	}
	r->reason = DF_FRR_ADDRESS;
	snprintf(r->sentence, sizeof(r->sentence),
		 "%s has the same preference %u and counts as lower than %s%s", peer, p->pref,
		 ip_format(&l->vtep, self),
		 l->order == DF_FRR_MEMORY && ip_cmp(&p->vtep, &l->vtep) > 0 ?
			 ": before 10.6 FRR compares the last octet first" :
			 "");
}

static void win(const struct df_frr_local *l, unsigned int n, struct df_frr_result *r)
{
	r->df = true;
	r->peer = -1;
	r->reason = n ? DF_FRR_BEST : DF_FRR_ALONE;
	if (n)
		snprintf(r->sentence, sizeof(r->sentence),
			 "preference %u, and none of %u other PEs is better", l->pref, n);
	else
		snprintf(r->sentence, sizeof(r->sentence), "no other PE has an RT-4");
}

void df_frr_elect(const struct df_frr_local *local, const struct df_frr_peer *peers, unsigned int n,
		  struct df_frr_result *result)
{
	struct df_frr_result *r = result;
	int odd = other_algorithm(peers, n);
	char peer[IP_STRLEN];

	*r = (struct df_frr_result){.peer = -1, .best = best_of(local->order, peers, n)};
	if (not_yet(local, r))
		return;
	if (odd >= 0) {
		r->reason = DF_FRR_ALGORITHM;
		r->peer = odd;
		snprintf(
			r->sentence, sizeof(r->sentence),
			"%s advertises algorithm %u and FRR knows 2 (highest preference) only, so it does not forward",
			ip_format(&peers[odd].vtep, peer), peers[odd].alg);
		return;
	}
	r->peer = r->best;
	if (r->best >= 0 && better(local->order, peers[r->best].pref, &peers[r->best].vtep,
				   local->pref, &local->vtep))
		lose(local, &peers[r->best], r);
	else
		win(local, n, r);
}
