// SPDX-License-Identifier: GPL-2.0-only
/*
 * core_table.c - prefixes of the core by address, and by which group of PEs each is best reached: by all those whose
 * paths are equal, as far as BGP compares them before it has to choose one. A path that names a segment stands for
 * all of that segment's PEs.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "services/core/core.h"

static int core_prefix_cmp(const struct core_prefix *a, const struct core_prefix *b)
{
	int r = prefix_cmp(&a->prefix, &b->prefix);

	return r ? r : a->vrf < b->vrf ? -1 : a->vrf > b->vrf;
}

RB_GENERATE(core_prefixes, core_prefix, node, core_prefix_cmp)

struct core_prefix *core_prefix(struct core *c, u32 vrf, const struct ip_prefix *p, bool make)
{
	struct core_prefix key = {.prefix = *p, .vrf = vrf}, *x;

	x = RB_FIND(core_prefixes, &c->prefixes, &key);
	if (x || !make)
		return x;
	x = calloc(1, sizeof(*x));
	if (!x) {
		log_error("routes of the core: no memory for a prefix");
		return NULL;
	}
	x->prefix = *p;
	x->vrf = vrf;
	RB_INSERT(core_prefixes, &c->prefixes, x);
	return x;
}

struct core_prefix *core_prefix_first(struct core *c, const struct ip_prefix *p)
{
	struct core_prefix key = {.prefix = *p}, *x;

	x = RB_NFIND(core_prefixes, &c->prefixes, &key);
	return x && !prefix_cmp(&x->prefix, p) ? x : NULL;
}

struct core_prefix *core_prefix_next(struct core_prefix *x)
{
	struct core_prefix *next = RB_NEXT(core_prefixes, NULL, x);

	return next && !prefix_cmp(&next->prefix, &x->prefix) ? next : NULL;
}

void core_prefix_queue(struct core *c, struct core_prefix *x)
{
	if (x->queued)
		return;
	x->queued = true;
	STAILQ_INSERT_TAIL(&c->queue, x, entry);
	core_wake(c);
}

void core_queue_all(struct core *c)
{
	struct core_prefix *x;

	RB_FOREACH(x, core_prefixes, &c->prefixes)
		core_prefix_queue(c, x);
}

/* ---- hosts that this PE has on a link itself ---- */

bool core_is_neighbour(struct core *c, const struct core_prefix *x)
{
	return x->prefix.plen == ip_bits(&x->prefix.addr) &&
	       speaker_reaches(c->speaker, x->vrf, &x->prefix.addr);
}

void core_hosts_look(struct core *c)
{
	struct core_prefix *x;

	RB_FOREACH(x, core_prefixes, &c->prefixes)
		if (core_is_neighbour(c, x) != x->neighbour)
			core_prefix_queue(c, x);
}

void core_neighbour_changed(void *state, const struct ip_addr *address, u32 ifindex)
{
	struct core *c = state;
	struct core_prefix *x;
	struct ip_prefix p;

	if (!address) {
		c->hosts_due = true;
		core_wake(c);
		return;
	}
	p = prefix_make(address, ip_bits(address));
	for (x = core_prefix_first(c, &p); x; x = core_prefix_next(x))
		core_prefix_queue(c, x);
}

void core_prefix_drop(struct core *c, struct core_prefix *x)
{
	if (x->paths || x->there || x->asked || x->queued)
		return;
	if (x->group)
		core_group_put(c, x->group);
	RB_REMOVE(core_prefixes, &c->prefixes, x);
	free(x);
}

u32 core_count_paths(const struct core_prefix *x)
{
	const struct core_path *p;
	u32 n = 0;

	for (p = x->paths; p; p = p->next)
		n++;
	return n;
}

/* A path has gone: what was refused may have room. */
static void use_room(struct core *c, const struct core_prefix *x)
{
	struct core_vrf *v = core_vrf(c, x->vrf);

	if (!v)
		return;
	v->taken -= !x->paths;
	if (v->full && !x->paths && speaker_has_room(c->speaker))
		v->full = false;
	if (v->paths_full && core_count_paths(x) == CORE_PATHS_MAX - 1 &&
	    speaker_has_room(c->speaker))
		v->paths_full = false;
}

void core_path_del(struct core *c, struct core_prefix *x, struct core_path *path)
{
	struct core_path **p;

	for (p = &x->paths; *p != path; p = &(*p)->next)
		;
	*p = path->next;
	core_source_put(c, path->source);
	free(path);
	use_room(c, x);
	core_prefix_queue(c, x);
}

void core_table_free(struct core *c)
{
	struct core_prefix *x;

	while ((x = RB_ROOT(&c->prefixes))) {
		while (x->paths) {
			struct core_path *p = x->paths;

			x->paths = p->next;
			core_source_put(c, p->source);
			free(p);
		}
		RB_REMOVE(core_prefixes, &c->prefixes, x);
		free(x);
	}
}

/* ---- which is best ---- */

static bool is_usable(const struct core_path *p)
{
	const struct core_source *s = p->source;

	return !s->why[0] && (s->alias ? s->alias->n_hops : !mac_is_zero(&s->pe->mac));
}

/* < 0: @a is better; 0: they are equal, and both are used */
static int compare(const struct core_source *a, const struct core_source *b)
{
	if (a->pref != b->pref)
		return a->pref > b->pref ? -1 : 1;
	if (a->as_path != b->as_path)
		return a->as_path < b->as_path ? -1 : 1;
	if (a->origin != b->origin)
		return a->origin < b->origin ? -1 : 1;
	return a->med < b->med ? -1 : a->med > b->med;
}

static const struct core_path *best_of(const struct core_prefix *x)
{
	const struct core_path *p, *best = NULL;

	for (p = x->paths; p; p = p->next)
		if (is_usable(p) && (!best || compare(p->source, best->source) < 0))
			best = p;
	return best;
}

bool core_path_is_used(const struct core_prefix *x, const struct core_path *path)
{
	const struct core_path *best = best_of(x);

	return best && is_usable(path) && !compare(path->source, best->source);
}

/* Of several segments that of the lowest distinguisher: whoever has the prefix on both names neither. */
static struct core_group *alias_of(const struct core_prefix *x, const struct core_path *best)
{
	const struct core_source *found = NULL;
	const struct core_path *p;

	for (p = x->paths; p; p = p->next)
		if (p->source->alias && is_usable(p) && !compare(p->source, best->source) &&
		    (!found || rd_cmp(&p->source->rd, &found->rd) < 0))
			found = p->source;
	return found ? found->alias : NULL;
}

static int by_address(const void *a, const void *b)
{
	return ip_cmp(a, b);
}

static struct core_group *pes_of(struct core *c, const struct core_prefix *x,
				 const struct core_path *best)
{
	struct ip_addr pes[CORE_PATHS_MAX];
	const struct core_path *p;
	u32 n = 0, kept = 0;

	for (p = x->paths; p && n < CORE_PATHS_MAX; p = p->next)
		if (is_usable(p) && !compare(p->source, best->source))
			pes[n++] = p->source->nh;
	qsort(pes, n, sizeof(pes[0]), by_address);
	for (u32 i = 0; i < n && kept < PREFIX_HOPS_MAX; i++)
		if (!kept || !ip_equal(&pes[kept - 1], &pes[i]))
			pes[kept++] = pes[i];
	return core_group_of_pes(c, x->vrf, x->prefix.addr.len, pes, kept);
}

struct core_group *core_prefix_choose(struct core *c, const struct core_prefix *x)
{
	const struct core_path *p, *best;
	struct core_group *alias;

	for (p = x->paths; p; p = p->next)
		if (p->source->alias)
			core_group_look(c, p->source->alias);
	best = best_of(x);
	if (!best)
		return NULL;
	alias = alias_of(x, best);
	return alias ? core_group_ref(c, alias) : pes_of(c, x, best);
}
