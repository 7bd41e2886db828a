// SPDX-License-Identifier: GPL-2.0-only
/*
 * best_path.c - see best_path.h. Every step but MED gives each path one number, lower is better; MED is
 * compared only between paths of the same neighbouring AS.
 */
#include "bgp/best_path.h"

#include <stdlib.h>

bool decide_stale(const struct bgp_attrs *attrs)
{
	return attrs->community.len && bgp_community_has(attrs, BGP_COMM_LLGR_STALE);
}

static uint32_t local_pref(const struct decide_path *p)
{
	if (p->ebgp || !BGP_HAS(p->attrs, BGP_ATTR_LOCAL_PREF))
		return DECIDE_LOCAL_PREF;
	return p->attrs->local_pref;
}

static uint32_t router_id(const struct decide_path *p)
{
	return BGP_HAS(p->attrs, BGP_ATTR_ORIGINATOR_ID) ? p->attrs->originator_id : p->router_id;
}

/* What step @step makes of @p: lower wins. */
static uint32_t rank(const struct decide_path *p, enum decide_step step)
{
	switch (step) {
	case DECIDE_ORIGINATED:
		return !p->local;
	case DECIDE_STALE:
		return decide_stale(p->attrs);
	case DECIDE_PREF:
		return UINT32_MAX - local_pref(p);
	case DECIDE_AS_PATH:
		return bgp_as_path_length(p->attrs);
	case DECIDE_ORIGIN:
		return p->attrs->origin;
	case DECIDE_EBGP:
		return !p->ebgp;
	case DECIDE_ROUTER_ID:
		return router_id(p);
	case DECIDE_CLUSTER:
		return (uint32_t)(p->attrs->cluster.len / 4);
	default:
		return 0;
	}
}

static uint32_t med(const struct decide_path *p)
{
	return BGP_HAS(p->attrs, BGP_ATTR_MED) ? p->attrs->med : 0;
}

/* @a loses against @b by MED: same neighbouring AS, and more expensive. */
static bool med_loses(const struct decide_path *a, const struct decide_path *b)
{
	return bgp_as_path_first(a->attrs) == bgp_as_path_first(b->attrs) && med(a) > med(b);
}

/* The candidates that are left: indices into the array of paths. */
struct field {
	const struct decide_path *paths;
	uint32_t *left;
	size_t n;
};

static const struct decide_path *at(const struct field *f, size_t i)
{
	return &f->paths[f->left[i]];
}

static void eliminate(struct field *f, enum decide_step step)
{
	uint32_t best = UINT32_MAX;
	size_t i, kept = 0;

	for (i = 0; i < f->n; i++) {
		uint32_t r = rank(at(f, i), step);

		if (r < best)
			best = r;
	}
	for (i = 0; i < f->n; i++)
		if (rank(at(f, i), step) == best)
			f->left[kept++] = f->left[i];
	f->n = kept;
}

/*
 * Losing is transitive within one AS, so the cheapest of each AS is always kept and may be compared
 * with after the others are gone: the survivors are moved to the front, the losers behind them.
 */
static void eliminate_med(struct field *f)
{
	size_t i, j, kept = 0;

	for (i = 0; i < f->n; i++) {
		uint32_t mine = f->left[i];

		for (j = 0; j < f->n; j++)
			if (med_loses(&f->paths[mine], at(f, j)))
				break;
		if (j < f->n)
			continue;
		f->left[i] = f->left[kept];
		f->left[kept++] = mine;
	}
	f->n = kept;
}

static void eliminate_address(struct field *f)
{
	size_t i, best = 0;

	for (i = 1; i < f->n; i++) {
		const struct ip_addr *a = at(f, i)->address, *b = at(f, best)->address;

		if (a && b && ip_cmp(a, b) < 0)
			best = i;
	}
	f->left[0] = f->left[best];
	f->n = 1;
}

static void one_step(struct field *f, enum decide_step step)
{
	if (step == DECIDE_MED)
		eliminate_med(f);
	else if (step == DECIDE_ADDRESS)
		eliminate_address(f);
	else
		eliminate(f, step);
}

size_t decide_best(const struct decide_path *paths, size_t n, enum decide_step *step)
{
	uint32_t left[n ? n : 1];
	struct field f = {.paths = paths, .left = left, .n = n};
	enum decide_step s = DECIDE_ONLY;
	size_t i;

	left[0] = 0;
	for (i = 1; i < n; i++)
		left[i] = (uint32_t)i;
	while (f.n > 1 && ++s < DECIDE_STEPS)
		one_step(&f, s);
	if (step)
		*step = s;
	return left[0];
}
