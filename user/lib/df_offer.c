// SPDX-License-Identifier: GPL-2.0-only
/*
 * df_offer.c - the preference that a PE advertises: the operator's, or after a recovery with Don't
 * Preempt the one of the PE that is in charge, so that nothing moves back.
 *
 * RFC 9785 (4.3 non-revertive mode)
 */
#include "df_alg.h"

static struct df_offer admin_offer(const struct df_admin *admin)
{
	return (struct df_offer){.pref = admin->pref, .dont_preempt = admin->dont_preempt};
}

static bool inherits(const struct df_admin *admin)
{
	return admin->dont_preempt && (admin->alg == DF_ALG_HIGHEST || admin->alg == DF_ALG_LOWEST);
}

/* Is (pref, D, address) of @a before that of @b in the order of the algorithm? */
static bool before(u8 alg, const struct df_candidate *a, const struct df_candidate *b)
{
	bool dp_a = a->caps & DF_CAP_DP, dp_b = b->caps & DF_CAP_DP;

	if (a->pref != b->pref)
		return alg == DF_ALG_HIGHEST ? a->pref > b->pref : a->pref < b->pref;
	if (dp_a != dp_b)
		return dp_a;
	return ip_cmp(&a->addr, &b->addr) < 0;
}

/* Highest-PE or Lowest-PE: the first of those that elect by the same algorithm. */
static const struct df_candidate *first_of(u8 alg, const struct df_candidate *remote,
					   unsigned int n)
{
	const struct df_candidate *first = NULL;
	unsigned int i;
	u16 caps;
	u8 counts_as;

	for (i = 0; i < n; i++) {
		df_effective(&remote[i], &counts_as, &caps);
		if (counts_as == alg && (!first || before(alg, &remote[i], first)))
			first = &remote[i];
	}
	return first;
}

void df_offer_start(struct df_offer *o, const struct df_admin *admin,
		    const struct df_candidate *remote, unsigned int n)
{
	const struct df_candidate *first;

	*o = admin_offer(admin);
	if (!inherits(admin))
		return;
	first = first_of(admin->alg, remote, n);
	if (!first)
		return;
	if (admin->alg == DF_ALG_HIGHEST ? admin->pref < first->pref : admin->pref > first->pref)
		return;
	*o = (struct df_offer){.pref = first->pref, .inherited = true};
}

bool df_offer_update(struct df_offer *o, const struct df_admin *admin, const struct ip_addr *self,
		     const struct df_candidate *remote, unsigned int n)
{
	const struct df_candidate own = {.addr = *self, .pref = o->pref}, *first;

	if (!o->inherited)
		return false;
	first = inherits(admin) ? first_of(admin->alg, remote, n) : NULL;
	if (first && before(admin->alg, first, &own))
		return false;
	*o = admin_offer(admin);
	return true;
}
