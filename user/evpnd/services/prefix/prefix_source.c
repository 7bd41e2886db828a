// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix_source.c - what routes of another PE have in common: that PE, their distinguisher, why they are imported, and
 * the router that they name. Of a hundred thousand prefixes it is mostly the same.
 */
#include <stdlib.h>

#include "log.h"
#include "order.h"
#include "services/prefix/prefix.h"

static int psource_cmp(const struct psource *a, const struct psource *b)
{
	int c = rd_cmp(&a->rd, &b->rd);

	c = c ? c : ORDER((uintptr_t)a->way, (uintptr_t)b->way);
	c = c ? c : ip_cmp(&a->nh, &b->nh);
	return c ? c : ORDER(a->verdict, b->verdict);
}

RB_PROTOTYPE_INTERNAL(psources, psource, node, psource_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(psources, psource, node, psource_cmp, static __attribute__((unused)))

struct psource *prefix_source(struct prefixes *ps, const struct psource *like,
			      const struct pway *way)
{
	struct psource key = *like, *s;

	key.way = prefix_way(ps, way);
	if (!key.way)
		return NULL;
	s = RB_FIND(psources, &ps->sources, &key);
	if (s) {
		prefix_way_put(ps, key.way);
		return prefix_source_ref(s);
	}
	s = malloc(sizeof(*s));
	if (!s) {
		log_error("prefixes: no memory for a route");
		prefix_way_put(ps, key.way);
		return NULL;
	}
	*s = key;
	s->refs = 1;
	RB_INSERT(psources, &ps->sources, s);
	return s;
}

struct psource *prefix_source_ref(struct psource *s)
{
	s->refs++;
	return s;
}

void prefix_source_put(struct prefixes *ps, struct psource *s)
{
	if (--s->refs)
		return;
	if (ps->judged.source == s)
		ps->judged.valid = false;
	RB_REMOVE(psources, &ps->sources, s);
	prefix_way_put(ps, s->way);
	free(s);
}
