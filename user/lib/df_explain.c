// SPDX-License-Identifier: GPL-2.0-only
/*
 * df_explain.c - why an election ended as it did: every candidate's part, the rules, the winner.
 */
#include <stdio.h>
#include <string.h>

#include "df_alg.h"

static const char *const exclusion_names[] = {
	[DF_IN] = "takes part",
	[DF_OUT_AD_PER_ES] = "no RT-1 per ES",
	[DF_OUT_AD_PER_EVI] = "no RT-1 per EVI",
};

const char *df_exclusion_name(enum df_exclusion excluded)
{
	return exclusion_names[excluded];
}

static enum df_exclusion exclusion(const struct df_election *e, unsigned int who, u32 tag)
{
	if (df_is_candidate(e, who, tag))
		return DF_IN;
	return e->cand[who].ad_per_es ? DF_OUT_AD_PER_EVI : DF_OUT_AD_PER_ES;
}

static void explain_candidates(const struct df_election *e, struct df_explanation *x)
{
	unsigned int i;

	x->n = e->n;
	for (i = 0; i < e->n; i++) {
		struct df_explained *c = &x->cand[i];

		*c = (struct df_explained){
			.index = e->order[i],
			.pref = e->cand[e->order[i]].pref,
			.excluded = exclusion(e, e->order[i], x->tag),
			.ordinal = -1,
		};
		df_effective(&e->cand[c->index], &c->alg, &c->caps);
		if (e->agreed.alg == DF_ALG_HRW)
			c->weight = df_hrw_weight(e, i, x->value);
		if (!c->excluded)
			c->ordinal = x->eligible++;
	}
}

static const struct df_explained *part_of(const struct df_explanation *x, int index)
{
	unsigned int i;

	for (i = 0; i < x->n; i++)
		if (x->cand[i].index == index)
			return &x->cand[i];
	return NULL;
}

static enum df_reason reason_of(const struct df_election *e, const struct df_explanation *x)
{
	const struct df_explained *df = part_of(x, x->result.df);
	const struct df_explained *next = part_of(x, x->result.backup);

	if (!df)
		return DF_REASON_NONE;
	if (!next)
		return DF_REASON_ALONE;
	switch (e->agreed.alg) {
	case DF_ALG_MODULO:
		return DF_REASON_ORDINAL;
	case DF_ALG_HRW:
		return df->weight != next->weight ? DF_REASON_WEIGHT : DF_REASON_ADDRESS;
	default:
		if (df->pref != next->pref)
			return DF_REASON_PREFERENCE;
		return (df->caps ^ next->caps) & DF_CAP_DP ? DF_REASON_DP : DF_REASON_ADDRESS;
	}
}

static void list_caps(u16 caps, char *buf, size_t size)
{
	snprintf(buf, size, "%s%s%s", caps & DF_CAP_PORT ? ", port mode" : "",
		 caps & DF_CAP_AC ? ", AC-DF" : "", caps & DF_CAP_TIME ? ", time sync" : "");
}

static void write_agreed(const struct df_election *e, struct df_explanation *x)
{
	char caps[64];

	if (e->agreed.fallback) {
		memcpy(x->agreed, e->agreed.sentence, sizeof(x->agreed));
		return;
	}
	list_caps(e->agreed.caps, caps, sizeof(caps));
	snprintf(x->agreed, sizeof(x->agreed), "%s advertise%s %s%s",
		 e->n == 1 ? "the only candidate" : "all candidates", e->n == 1 ? "s" : "",
		 e->algorithm->name, caps);
}

static void write_winner(const struct df_election *e, struct df_explanation *x)
{
	const struct df_explained *df = part_of(x, x->result.df);
	const char *than = e->agreed.alg == DF_ALG_LOWEST ? "lowest" : "highest";
	char who[IP_STRLEN], *buf = x->winner;
	size_t size = sizeof(x->winner);

	if (!df) {
		snprintf(buf, size, "nobody: no candidate takes part");
		return;
	}
	ip_format(&e->cand[df->index].addr, who);
	switch (x->reason) {
	case DF_REASON_NONE:
	case DF_REASON_ALONE:
		snprintf(buf, size, "%s is the only candidate", who);
		break;
	case DF_REASON_ORDINAL:
		snprintf(buf, size, "%u mod %u is %d, and %s has that ordinal", x->value,
			 x->eligible, df->ordinal, who);
		break;
	case DF_REASON_WEIGHT:
		snprintf(buf, size, "%s has the highest weight, %u", who, df->weight);
		break;
	case DF_REASON_PREFERENCE:
		snprintf(buf, size, "%s has the %s preference, %u", who, than, df->pref);
		break;
	case DF_REASON_DP:
		snprintf(buf, size, "%s shares the %s preference, %u, and has Don't Preempt", who,
			 than, df->pref);
		break;
	case DF_REASON_ADDRESS:
		snprintf(buf, size, "%s has the lowest address among equals", who);
		break;
	}
}

void df_explain(const struct df_election *e, u32 tag, struct df_explanation *x)
{
	memset(x, 0, offsetof(struct df_explanation, cand));
	x->port_mode = df_is_port_mode(e);
	x->tag = x->port_mode ? 0 : tag;
	if (e->agreed.alg == DF_ALG_MODULO)
		x->value = df_modulo_value(e, x->tag);
	else if (e->agreed.alg == DF_ALG_HRW)
		x->value = df_hrw_digest(e, x->tag);
	x->result = df_elect(e, x->tag);
	explain_candidates(e, x);
	x->reason = reason_of(e, x);
	write_agreed(e, x);
	write_winner(e, x);
}
