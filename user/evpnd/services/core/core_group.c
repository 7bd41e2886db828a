// SPDX-License-Identifier: GPL-2.0-only
/*
 * core_group.c - groups of PEs. Of a segment there is one for each VRF and family: its PEs come and go, and it stays
 * the same, so that a route by it need not be changed. Of routes that name no segment there is one for each set
 * of PEs. A group's number follows from what it is for, so that a successor has the same one, and finds
 * in the kernel what it wants.
 */
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "log.h"
#include "order.h"
#include "services/core/core.h"

enum { DROP_MS = 1000 };

static int group_cmp(const struct core_group *a, const struct core_group *b)
{
	int r = ORDER(a->vrf, b->vrf);

	r = r ? r : ORDER(a->family, b->family);
	r = r ? r : esi_cmp(&a->esi, &b->esi);
	r = r ? r : ORDER(a->n_pes, b->n_pes);
	for (u8 i = 0; !r && i < a->n_pes; i++)
		r = ip_cmp(&a->pes[i], &b->pes[i]);
	return r;
}

static int id_cmp(const struct core_group *a, const struct core_group *b)
{
	return ORDER(a->id, b->id);
}

static int seen_cmp(const struct core_seen *a, const struct core_seen *b)
{
	return ORDER(a->id, b->id);
}

RB_PROTOTYPE_INTERNAL(core_groups, core_group, node, group_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(core_groups, core_group, node, group_cmp, static __attribute__((unused)))
RB_PROTOTYPE_INTERNAL(core_ids, core_group, id_node, id_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(core_ids, core_group, id_node, id_cmp, static __attribute__((unused)))
RB_PROTOTYPE_INTERNAL(core_seen_ids, core_seen, node, seen_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(core_seen_ids, core_seen, node, seen_cmp, static __attribute__((unused)))

/* ---- numbers ---- */

static u32 hash_of(const struct core_group *g)
{
	u32 h = hash_keyed(g->vrf, &g->esi, sizeof(g->esi)) ^ g->family;

	for (u8 i = 0; i < g->n_pes; i++)
		h = hash_keyed(h, &g->pes[i], sizeof(g->pes[i]));
	return h;
}

struct core_group *core_group_by_id(struct core *c, u32 id)
{
	struct core_group key = {.id = id};

	return RB_FIND(core_ids, &c->ids, &key);
}

static void number(struct core *c, struct core_group *g)
{
	u32 range = CORE_GROUP_LAST - CORE_GROUP_FIRST + 1;

	g->id = CORE_GROUP_FIRST + hash_of(g) % range;
	while (RB_INSERT(core_ids, &c->ids, g))
		g->id = CORE_GROUP_FIRST + (g->id - CORE_GROUP_FIRST + 1) % range;
}

/* ---- what the kernel has had before ---- */

void core_seen(struct core *c, u32 id)
{
	struct core_seen key = {.id = id}, *s;

	if (c->settled || RB_FIND(core_seen_ids, &c->seen, &key))
		return;
	s = calloc(1, sizeof(*s));
	if (!s)
		return;
	s->id = id;
	RB_INSERT(core_seen_ids, &c->seen, s);
}

void core_seen_forget(struct core *c)
{
	struct core_seen *s;

	while ((s = RB_ROOT(&c->seen))) {
		RB_REMOVE(core_seen_ids, &c->seen, s);
		free(s);
	}
}

/* A predecessor's, of which not all is heard that it knew. */
static bool is_kept(struct core *c, const struct core_group *g)
{
	struct core_seen key = {.id = g->id};

	return !c->settled && RB_FIND(core_seen_ids, &c->seen, &key);
}

/* ---- life ---- */

static void queue(struct core *c, struct core_group *g)
{
	g->dirty = true;
	if (g->queued)
		return;
	g->queued = true;
	STAILQ_INSERT_TAIL(&c->groups_due, g, due);
	core_wake(c);
}

static struct core_group *group(struct core *c, const struct core_group *like)
{
	struct core_group *g = RB_FIND(core_groups, &c->groups, (struct core_group *)like);

	if (g)
		return core_group_ref(c, g);
	g = malloc(sizeof(*g));
	if (!g) {
		log_error("routes of the core: no memory for a group of PEs");
		return NULL;
	}
	*g = *like;
	g->refs = 1;
	g->fresh = true;
	RB_INSERT(core_groups, &c->groups, g);
	c->n_groups++;
	number(c, g);
	queue(c, g);
	return g;
}

struct core_group *core_group_of_esi(struct core *c, u32 vrf, u8 family, const struct esi *esi)
{
	struct core_group like;

	memset(&like, 0, sizeof(like));
	like.vrf = vrf;
	like.family = family;
	like.esi = *esi;
	return group(c, &like);
}

struct core_group *core_group_of_pes(struct core *c, u32 vrf, u8 family, const struct ip_addr *pes,
				     u32 n)
{
	struct core_group like;

	memset(&like, 0, sizeof(like));
	like.vrf = vrf;
	like.family = family;
	like.n_pes = (u8)n;
	memcpy(like.pes, pes, n * sizeof(pes[0]));
	return group(c, &like);
}

struct core_group *core_group_ref(struct core *c, struct core_group *g)
{
	if (!g->refs++)
		c->n_unused--;
	return g;
}

void core_group_put(struct core *c, struct core_group *g)
{
	if (!--g->refs)
		c->n_unused++;
}

/* ---- where it leads ---- */

static u32 pes_of(struct core *c, struct core_group *g, const struct core_pe *pes[PREFIX_HOPS_MAX])
{
	u32 n = 0;

	g->why[0] = '\0';
	if (!esi_is_zero(&g->esi))
		return core_alias_pes(c, g->vrf, &g->esi, pes, g->why);
	for (u8 i = 0; i < g->n_pes; i++) {
		const struct core_pe *pe = core_pe_find(c, g->vrf, &g->pes[i]);

		if (pe && core_pe_usable(c, pe, g->why))
			pes[n++] = pe;
	}
	return n;
}

static u32 resolve(struct core *c, struct core_group *g, struct prefix_hop hops[PREFIX_HOPS_MAX])
{
	const struct core_vrf *v = core_vrf(c, g->vrf);
	const struct core_pe *pes[PREFIX_HOPS_MAX];
	u32 n = v && v->svi_index ? pes_of(c, g, pes) : 0;

	if (v && !v->svi_index)
		memcpy(g->why, v->why, sizeof(g->why));
	memset(hops, 0, PREFIX_HOPS_MAX * sizeof(hops[0]));
	for (u32 i = 0; i < n; i++) {
		hops[i].ifindex = v->svi_index;
		hops[i].gateway = g->family == 16 ? ip_mapped(&pes[i]->address) : pes[i]->address;
	}
	return n;
}

static void wish(struct core *c, struct core_group *g)
{
	struct wish_core_group w;

	memset(&w, 0, sizeof(w));
	w.key.id = g->id;
	w.n_hops = (u8)g->n_hops;
	memcpy(w.hops, g->hops, sizeof(w.hops));
	speaker_wish(c->speaker, IPC_WISH_CORE_GROUP, &w, 1);
	g->wished = true;
	g->status = WISH_PENDING;
	c->counts.groups++;
}

void core_group_look(struct core *c, struct core_group *g)
{
	struct prefix_hop hops[PREFIX_HOPS_MAX];
	bool same;
	u32 n;

	if (!g->dirty)
		return;
	n = resolve(c, g, hops);
	same = n == g->n_hops && !memcmp(hops, g->hops, sizeof(hops));
	g->changed |= !g->fresh && !n != !g->n_hops;
	g->fresh = false;
	g->n_hops = n;
	memcpy(g->hops, hops, sizeof(hops));
	g->dirty = is_kept(c, g);
	if (!g->dirty && n && (!same || !g->wished))
		wish(c, g);
}

void core_groups_touch(struct core *c)
{
	struct core_group *g;

	RB_FOREACH(g, core_groups, &c->groups)
		queue(c, g);
}

void core_groups_touch_esi(struct core *c, u32 vrf, const struct esi *esi)
{
	static const u8 families[] = {4, 16};
	struct core_group key, *g;

	memset(&key, 0, sizeof(key));
	key.vrf = vrf;
	key.esi = *esi;
	for (size_t i = 0; i < 2; i++) {
		key.family = families[i];
		g = RB_FIND(core_groups, &c->groups, &key);
		if (g)
			queue(c, g);
	}
}

static bool concerns(const struct core_prefix *x)
{
	const struct core_path *p;

	if (x->group && x->group->changed)
		return true;
	for (p = x->paths; p; p = p->next)
		if (p->source->alias && p->source->alias->changed)
			return true;
	return false;
}

void core_groups_flush(struct core *c)
{
	struct core_prefix *x;
	struct core_group *g;
	bool any = false;

	while ((g = STAILQ_FIRST(&c->groups_due))) {
		STAILQ_REMOVE_HEAD(&c->groups_due, due);
		g->queued = false;
		core_group_look(c, g);
		any |= g->changed;
	}
	if (!any)
		return;
	RB_FOREACH(x, core_prefixes, &c->prefixes)
		if (concerns(x))
			core_prefix_queue(c, x);
	RB_FOREACH(g, core_groups, &c->groups)
		g->changed = false;
}

static void drop(struct core *c, struct core_group *g)
{
	struct core_group_key key = {g->id};

	if (g->queued)
		STAILQ_REMOVE(&c->groups_due, g, core_group, due);
	if (g->wished)
		speaker_wish(c->speaker, IPC_WISH_CORE_GROUP_GONE, &key, 1);
	RB_REMOVE(core_groups, &c->groups, g);
	RB_REMOVE(core_ids, &c->ids, g);
	c->n_groups--;
	c->n_unused--;
	free(g);
}

/* All prefixes are looked at for it: not with each of thousands, but when an eighth of them is left over, or in a second. */
static bool is_time_to_drop(struct core *c)
{
	if (!c->n_unused)
		return false;
	if (c->n_unused > c->n_groups / 8 || c->drop_due) {
		c->drop_due = false;
		return true;
	}
	if (!timer_running(&c->drop))
		timer_start(&c->drop, DROP_MS);
	return false;
}

/* Those that nothing has any more, not even the kernel. */
void core_groups_drop(struct core *c)
{
	struct core_group *g, *next;
	struct core_prefix *x;

	if (!is_time_to_drop(c))
		return;
	RB_FOREACH(g, core_groups, &c->groups)
		g->held = false;
	RB_FOREACH(x, core_prefixes, &c->prefixes) {
		g = x->there ? core_group_by_id(c, x->there) : NULL;
		if (g)
			g->held = true;
	}
	RB_FOREACH_SAFE(g, core_groups, &c->groups, next)
		if (!g->refs && !g->held)
			drop(c, g);
}

void core_groups_free(struct core *c)
{
	struct core_group *g;

	while ((g = RB_ROOT(&c->groups))) {
		RB_REMOVE(core_groups, &c->groups, g);
		free(g);
	}
}

void core_group_result(struct core *c, const struct core_group_result *r)
{
	struct core_group *g = core_group_by_id(c, r->key.id);

	if (!g || !g->wished)
		return;
	g->status = r->status;
	if (r->status == WISH_REFUSED)
		log_limited(&c->refused, LOG_LEVEL_ERROR, LOG_LOCAL, "a group of PEs of the core",
			    "%.159s", r->text);
}
