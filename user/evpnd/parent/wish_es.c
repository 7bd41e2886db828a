// SPDX-License-Identifier: GPL-2.0-only
/*
 * wish_es.c - wishes for segments: what the module is to do at their ports.
 */
#include <stdio.h>

#include "parent/wish_kind.h"

static bool es_ok(const void *wish, const char **why)
{
	return kern_wish_ok(wish, why);
}

/* What the module has there already goes on, until it is handed over: segment_removed.c. */
static bool may_be_on(const struct parent *p, const struct wish_es *w, const char *ifname,
		      char why[PARENT_WHY_LEN])
{
	char esi[ESI_STRLEN];

	snprintf(why, PARENT_WHY_LEN, "segment %s on %s is not its own", esi_format(&w->esi, esi),
		 ifname);
	return guard_es(&p->guard, p->conf->conf, &w->esi, ifname, kern_has_es(p->kern, &w->esi)) ||
	       kern_has_es_on(p->kern, &w->esi, ifname);
}

static bool es_may(const struct parent *p, const void *wish, char why[PARENT_WHY_LEN])
{
	const struct wish_es *w = wish;

	for (uint8_t i = 0; i < w->set.n; i++)
		if (!may_be_on(p, w, w->set.name[i], why))
			return false;
	return may_be_on(p, w, w->ifname, why);
}

static void es_apply(struct parent *p, const struct batch *wishes)
{
	const struct wish_es *w = batch_items(wishes);

	for (uint32_t i = 0; i < wishes->n; i++) {
		kern_wish(p->kern, &w[i]);
		state_note(p->state, &w[i]);
	}
}

static void es_remove(struct parent *p, const struct batch *keys)
{
	const struct esi *esi = batch_items(keys);

	for (uint32_t i = 0; i < keys->n; i++) {
		kern_wish_gone(p->kern, &esi[i]);
		state_forget(p->state, &esi[i]);
	}
}

static void es_sweep(struct parent *p)
{
	kern_sweep(p->kern);
	state_sweep(p->state);
}

static void es_replay(struct parent *p)
{
	kern_replay(p->kern);
}

WISH_KIND(ES) = {
	.turn = WISHES_FIRST,
	.ok = es_ok,
	.may = es_may,
	.apply = es_apply,
	.remove = es_remove,
	.sweep = es_sweep,
	.replay = es_replay,
};
