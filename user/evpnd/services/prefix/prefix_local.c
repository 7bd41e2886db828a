// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix_local.c - routes in the kernel's tables, as the parent tells of them: those of routing daemons, and our
 * own. One of our own is never taken for a local one, whoever has redistributed it.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "services/prefix/prefix.h"

const struct plocal *prefix_local(const struct pfx *x)
{
	const struct plocal *l, *best = x->locals;

	for (l = x->locals; l; l = l->next)
		if (l->metric < best->metric)
			best = l;
	return best;
}

static void replace(struct prefixes *ps, struct pset **at, struct pset *now)
{
	prefix_set_put(ps, *at);
	*at = now;
}

static struct pset *with(struct prefixes *ps, const struct pset *s, const struct fact_prefix *f)
{
	struct prefix_hop hops[PREFIX_HOPS_MAX];
	u32 n = s ? s->n : 0;

	if (n)
		memcpy(hops, s->hops, n * sizeof(hops[0]));
	if (n < PREFIX_HOPS_MAX)
		hops[n++] = f->hop;
	return prefix_set(ps, f->key.vrf, f->key.prefix.addr.len, hops, n);
}

/* NULL: nothing is left */
static struct pset *without(struct prefixes *ps, const struct pset *s, const struct prefix_hop *hop)
{
	struct prefix_hop hops[PREFIX_HOPS_MAX];
	u32 n = 0;

	for (u32 i = 0; i < s->n; i++)
		if (s->hops[i].ifindex != hop->ifindex ||
		    !ip_equal(&s->hops[i].gateway, &hop->gateway))
			hops[n++] = s->hops[i];
	return n ? prefix_set(ps, s->vrf, s->family, hops, n) : NULL;
}

/* ---- our own ---- */

static void own_gone(struct prefixes *ps, struct pfx *x)
{
	replace(ps, &x->there, NULL);
	x->flags &= ~PFX_STALE;
	if (!(x->flags & PFX_FLYING))
		x->flags &= ~PFX_WISHED;
	prefix_queue(ps, x);
}

/* From before the metric was changed. Return: it is of use until the one with the new metric is there */
static bool is_needed(struct place_vrf *v, const struct pfx *x, u32 metric)
{
	if (!v->old_metric)
		v->old_metric = metric;
	return metric == v->old_metric && (!x->there || x->flags & PFX_STALE);
}

static u32 metric_of(const struct place_vrf *v, const struct pfx *x)
{
	return x->flags & PFX_STALE ? v->old_metric : v->conf.prefixes.metric;
}

static void own(struct prefixes *ps, const struct fact_prefix *f)
{
	struct place_vrf *v = place_vrf(&ps->at, f->key.vrf);
	bool stale = v && v->conf.prefixes.metric != f->key.metric, same;
	struct pset *set;
	struct pfx *x;

	if (f->flags & PREFIX_GONE) {
		x = prefix_find(ps, f->key.vrf, &f->key.prefix);
		if (x && x->there && (!v || metric_of(v, x) == f->key.metric))
			own_gone(ps, x);
		return;
	}
	x = prefix_get(ps, f->key.vrf, &f->key.prefix);
	if (!x)
		return;
	if (stale && !is_needed(v, x, f->key.metric)) {
		prefix_remove_key(ps, &f->key);
		prefix_drop(ps, x);
		return;
	}
	if (stale)
		x->flags |= PFX_STALE;
	else
		prefix_remove_stale(ps, x);
	x->epoch = ps->epoch;
	set = with(ps, f->flags & PREFIX_FIRST ? NULL : x->there, f);
	same = set && set == x->there;
	replace(ps, &x->there, set);
	if (!same)
		prefix_queue(ps, x);
}

/* ---- those of routing daemons ---- */

static const struct plocal *local_of(const struct pfx *x, u32 metric)
{
	const struct plocal *l;

	for (l = x->locals; l && l->metric != metric; l = l->next)
		;
	return l;
}

static void gone(struct prefixes *ps, const struct fact_prefix *f)
{
	struct pfx *x = prefix_find(ps, f->key.vrf, &f->key.prefix);
	const struct plocal *l = x ? local_of(x, f->key.metric) : NULL;
	struct plocal now;

	if (!l)
		return;
	now = *l;
	now.set = f->flags & PREFIX_FIRST || !l->set ? NULL : without(ps, l->set, &f->hop);
	if (now.set)
		prefix_local_set(ps, x, &now);
	else
		prefix_local_del(ps, x, f->key.metric);
	prefix_queue(ps, x);
}

static void learned(struct prefixes *ps, const struct fact_prefix *f)
{
	struct pfx *x = prefix_get(ps, f->key.vrf, &f->key.prefix);
	const struct plocal *l = x ? local_of(x, f->key.metric) : NULL;
	struct plocal now = {.metric = f->key.metric, .protocol = f->protocol, .epoch = ps->epoch};
	bool same;

	if (!x)
		return;
	now.set = with(ps, l && !(f->flags & PREFIX_FIRST) ? l->set : NULL, f);
	same = l && now.set && now.set == l->set && l->protocol == f->protocol;
	prefix_local_set(ps, x, &now);
	prefix_relearned(ps, x, &f->hop);
	if (same) /* all are told again after each reading */
		return;
	prefix_queue(ps, x);
	prefix_ask_look(ps);
}

void prefix_fact(struct prefixes *ps, const struct fact_prefix *f)
{
	prefix_subnet_fact(ps, f);
	if (f->flags & PREFIX_OWN)
		own(ps, f);
	else if (f->key.metric == PREFIX_HOST_METRIC)
		return; /* the last of all metrics stands for neighbours here */
	else if (f->flags & PREFIX_GONE)
		gone(ps, f);
	else if (!(f->flags & PREFIX_SUBNET))
		learned(ps, f);
}

/* The tables were read from end to end. */
static void not_seen(struct prefixes *ps, struct pfx *x, void *data)
{
	const struct plocal *l = x->locals;

	while (l) {
		if (l->epoch == ps->epoch || l->how) {
			l = l->next;
			continue;
		}
		prefix_local_del(ps, x, l->metric);
		prefix_queue(ps, x);
		l = x->locals;
	}
	if (x->there && x->epoch != ps->epoch)
		own_gone(ps, x);
}

void prefix_not_seen(struct prefixes *ps)
{
	prefix_walk(ps, not_seen, NULL);
	prefix_subnets_not_seen(ps);
}
