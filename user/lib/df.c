// SPDX-License-Identifier: GPL-2.0-only
/*
 * df.c - DF election: what the candidates agree on, and the election of one tag, of many tags, or
 * of the port. The algorithms are in df_alg.c.
 *
 * RFC 7432 (8.5), RFC 8584 (2.2 agreement, 4 AC-DF), RFC 9785, RFC 9722, RFC 9786
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "df_alg.h"

static const struct df_result nobody = {-1, -1};

void df_effective(const struct df_candidate *c, u8 *alg, u16 *caps)
{
	bool counts = c->n_df_election == 1;

	*alg = counts ? c->alg : DF_ALG_MODULO;
	*caps = counts ? c->caps : 0;
}

/* Agreement */

static int lowest_address(const struct df_candidate *cand, unsigned int n)
{
	unsigned int i, low = 0;

	for (i = 1; i < n; i++)
		if (ip_cmp(&cand[i].addr, &cand[low].addr) < 0)
			low = i;
	return n ? (int)low : -1;
}

/* Capabilities that every candidate advertises. */
static u16 common_caps(const struct df_candidate *cand, unsigned int n)
{
	u16 caps, all = n ? 0xffff : 0;
	unsigned int i;
	u8 alg;

	for (i = 0; i < n; i++) {
		df_effective(&cand[i], &alg, &caps);
		all &= caps;
	}
	return all;
}

static enum df_fallback compare(const struct df_candidate *a, const struct df_candidate *b,
				u16 ignored)
{
	u16 caps_a, caps_b, diff;
	u8 alg_a, alg_b;

	df_effective(a, &alg_a, &caps_a);
	df_effective(b, &alg_b, &caps_b);
	diff = (caps_a ^ caps_b) & ~ignored;
	if (alg_a != alg_b)
		return DF_FALLBACK_ALG;
	if (diff & DF_CAP_PORT)
		return DF_FALLBACK_PORT;
	if (diff & DF_CAP_AC)
		return DF_FALLBACK_AC;
	return diff ? DF_FALLBACK_CAPS : DF_FALLBACK_NONE;
}

/* What @c advertises, as far as it matters to a disagreement of kind @why. */
static void describe(const struct df_candidate *c, enum df_fallback why, char *buf, size_t size)
{
	u16 caps;
	u8 alg;

	df_effective(c, &alg, &caps);
	if (!c->n_df_election)
		snprintf(buf, size, "no DF Election community (modulo)");
	else if (c->n_df_election > 1)
		snprintf(buf, size, "%u DF Election communities (modulo)", c->n_df_election);
	else if (why == DF_FALLBACK_PORT)
		snprintf(buf, size, "%sport mode", caps & DF_CAP_PORT ? "" : "no ");
	else if (why == DF_FALLBACK_AC)
		snprintf(buf, size, "%sAC-DF", caps & DF_CAP_AC ? "" : "no ");
	else if (why == DF_FALLBACK_CAPS)
		snprintf(buf, size, "capabilities 0x%04x", caps);
	else if (df_algorithm(alg))
		snprintf(buf, size, "%s", df_alg_name(alg));
	else
		snprintf(buf, size, "algorithm %u", alg);
}

static void write_sentence(const struct df_candidate *cand, unsigned int differing,
			   struct df_agreement *a)
{
	char ref[IP_STRLEN], dis[IP_STRLEN], ref_has[48], dis_has[48], more[32] = "";

	ip_format(&cand[a->reference].addr, ref);
	ip_format(&cand[a->dissenter].addr, dis);
	describe(&cand[a->reference], a->fallback, ref_has, sizeof(ref_has));
	describe(&cand[a->dissenter], a->fallback, dis_has, sizeof(dis_has));
	if (differing > 1)
		snprintf(more, sizeof(more), " (and %u more)", differing - 1);
	snprintf(a->sentence, sizeof(a->sentence),
		 "%s%s advertises %s, but %s %s: modulo without capabilities applies", dis, more,
		 dis_has, ref, ref_has);
}

static void find_dissent(const struct df_candidate *cand, unsigned int n, u16 ignored,
			 struct df_agreement *a)
{
	unsigned int i, differing = 0;

	for (i = 0; i < n; i++) {
		enum df_fallback why = compare(&cand[i], &cand[a->reference], ignored);

		if (!why)
			continue;
		differing++;
		if (a->dissenter >= 0 && ip_cmp(&cand[i].addr, &cand[a->dissenter].addr) > 0)
			continue;
		a->dissenter = i;
		a->fallback = why;
	}
	if (differing)
		write_sentence(cand, differing, a);
}

static void refuse_unsupported(u8 alg, struct df_agreement *a)
{
	a->fallback = DF_FALLBACK_UNSUPPORTED;
	a->dissenter = a->reference;
	snprintf(
		a->sentence, sizeof(a->sentence),
		"all candidates advertise algorithm %u, which is not supported here: modulo without "
		"capabilities applies",
		alg);
}

void df_agree(const struct df_candidate *cand, unsigned int n, int local,
	      struct df_agreement *agreed)
{
	u16 caps, all = common_caps(cand, n), ignored = DF_CAP_DP | DF_CAP_TIME;
	u8 alg;

	*agreed = (struct df_agreement){
		.alg = DF_ALG_MODULO,
		.dissenter = -1,
		.reference = local >= 0 ? local : lowest_address(cand, n),
	};
	if (!n)
		return;
	if (all & DF_CAP_PORT)
		ignored |= DF_CAP_AC;
	df_effective(&cand[agreed->reference], &alg, &caps);
	find_dissent(cand, n, ignored, agreed);
	if (!agreed->fallback && !df_algorithm(alg))
		refuse_unsupported(alg, agreed);
	if (agreed->fallback)
		return;
	agreed->reference = -1;
	agreed->alg = alg;
	agreed->caps = all & (DF_CAP_AC | DF_CAP_PORT | DF_CAP_TIME);
	if (agreed->caps & DF_CAP_PORT)
		agreed->caps &= ~DF_CAP_AC;
}

/* Election */

static int sort_by_address(struct df_election *e)
{
	unsigned int i, j;

	for (i = 0; i < e->n; i++) {
		for (j = i; j > 0; j--) {
			int c = ip_cmp(&e->cand[e->order[j - 1]].addr, &e->cand[i].addr);

			if (!c)
				return -EEXIST;
			if (c < 0)
				break;
			e->order[j] = e->order[j - 1];
		}
		e->order[j] = i;
	}
	return 0;
}

int df_prepare(struct df_election *e, const struct esi *esi, const struct df_candidate *cand,
	       unsigned int n, int local)
{
	unsigned int i;
	int err;

	if (n > DF_CANDIDATES_MAX)
		return -E2BIG;
	e->esi = *esi;
	e->cand = cand;
	e->n = n;
	err = sort_by_address(e);
	if (err)
		return err;
	for (i = 0; i < n; i++)
		e->everybody[i] = i;
	df_agree(cand, n, local, &e->agreed);
	e->algorithm = df_algorithm(e->agreed.alg);
	e->algorithm->prepare(e);
	return 0;
}

bool df_is_candidate(const struct df_election *e, unsigned int who, u32 tag)
{
	const struct df_candidate *c = &e->cand[who];

	if (!(e->agreed.caps & DF_CAP_AC))
		return true;
	return c->ad_per_es && (!c->ad_per_evi || df_tags_has(c->ad_per_evi, tag));
}

unsigned int df_eligible(const struct df_election *e, u32 tag, u16 who[DF_CANDIDATES_MAX])
{
	unsigned int i, n = 0;

	for (i = 0; i < e->n; i++)
		if (df_is_candidate(e, e->order[i], tag))
			who[n++] = i;
	return n;
}

struct df_result df_elect(const struct df_election *e, u32 tag)
{
	u16 who[DF_CANDIDATES_MAX];
	unsigned int n;

	if (!(e->agreed.caps & DF_CAP_AC))
		return e->n ? e->algorithm->elect(e, e->everybody, e->n, tag) : nobody;
	n = df_eligible(e, tag, who);
	return n ? e->algorithm->elect(e, who, n, tag) : nobody;
}

struct df_result df_elect_port(const struct df_election *e)
{
	return df_elect(e, 0);
}

unsigned int df_elect_vlans(const struct df_election *e, const u8 vlans[DF_VLAN_BYTES],
			    unsigned int who, u8 won[DF_VLAN_BYTES])
{
	unsigned int v, total = 0;

	for (v = 0; v < DF_VLAN_BYTES * 8; v++) {
		u8 bit = 1u << v % 8;
		bool wins = vlans[v / 8] & bit && df_elect(e, v).df == (int)who;

		if (wins)
			won[v / 8] |= bit;
		else
			won[v / 8] &= ~bit;
		total += wins;
	}
	return total;
}

bool df_hrw_tie(const struct df_election *e, int *a, int *b, char sentence[DF_SENTENCE_LEN])
{
	char one[IP_STRLEN], two[IP_STRLEN];
	unsigned int i, j;

	if (e->agreed.alg != DF_ALG_HRW)
		return false;
	for (i = 0; i < e->n; i++) {
		for (j = i + 1; j < e->n; j++) {
			const struct ip_addr *x = &e->cand[e->order[i]].addr;
			const struct ip_addr *y = &e->cand[e->order[j]].addr;

			if ((ip_low32(x) ^ ip_low32(y)) << 1)
				continue;
			*a = e->order[i];
			*b = e->order[j];
			snprintf(
				sentence, DF_SENTENCE_LEN,
				"%s and %s agree in the low 31 bits, which is all that hrw looks at: "
				"%s wins every VLAN against %s",
				ip_format(x, one), ip_format(y, two), one, two);
			return true;
		}
	}
	return false;
}
