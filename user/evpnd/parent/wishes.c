// SPDX-License-Identifier: GPL-2.0
/*
 * wishes.c - see wishes.h. The speaker reads from the network, so a wish is looked at twice: whether every
 * field has a value that it can have, and whether it is about what this speaker may have. One that cannot be
 * spoils its message; of those that may not be had only these are left out.
 */
#include "parent/wishes.h"

#include <linux/evpn.h>
#include <stdio.h>
#include <string.h>

#include "parent/parent_priv.h"

/**
 * struct wish_kind - a row of the table; a function that is NULL has nothing to do
 * @type: IPC_WISH_..., the other three messages of the kind follow it
 * @turn: of @replay
 * @retain_max: the longest time in ms for which something taken back may be kept
 * @ok, @key_ok: can there be such a wish, or a wish with such a key? If not, @why is a sentence
 * @may, @may_remove: may this speaker have it, or take it back? If not, @why is a sentence
 * @forbidden: a wish that it may not have is answered, because somebody counts answers
 * @same_owner: what is true of one is true of the other: @may is not asked again
 * @apply, @remove: carry out; never with an empty batch
 * @sweep: what was not wished since @replay goes
 */
struct wish_kind {
	enum ipc_type type;
	enum wishes_turn turn;
	uint32_t retain_max;
	bool (*ok)(const void *wish, const char **why);
	bool (*key_ok)(const void *key, const char **why);
	bool (*may)(const struct parent *p, const void *wish, char why[PARENT_WHY_LEN]);
	bool (*may_remove)(const struct parent *p, const void *key, char why[PARENT_WHY_LEN]);
	void (*forbidden)(struct parent *p, const void *wish);
	bool (*same_owner)(const void *a, const void *b);
	void (*apply)(struct parent *p, const struct batch *wishes);
	void (*remove)(struct parent *p, const struct batch *keys);
	void (*sweep)(struct parent *p);
	void (*replay)(struct parent *p);
};

/* ---- segments ---- */

static bool es_ok(const void *wish, const char **why)
{
	return kern_wish_ok(wish, why);
}

/* What the module has there already goes on, until it is handed over: segment_removed.c. */
static bool es_may(const struct parent *p, const void *wish, char why[PARENT_WHY_LEN])
{
	const struct wish_es *w = wish;
	char esi[ESI_STRLEN];

	snprintf(why, PARENT_WHY_LEN, "segment %s on %s is not its own", esi_format(&w->esi, esi),
		 w->ifname);
	return guard_es(&p->guard, p->conf->conf, &w->esi, w->ifname,
			kern_has_es(p->kern, &w->esi)) ||
	       kern_has_es_on(p->kern, &w->esi, w->ifname);
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

/* ---- neighbours: a wish begins with its key ---- */

static bool neigh_ok(const void *wish, const char **why)
{
	return kern_neigh_ok(wish, why);
}

static bool neigh_key_ok(const void *key, const char **why)
{
	return kern_neigh_key_ok(key, why);
}

static bool neigh_may(const struct parent *p, const void *wish, char why[PARENT_WHY_LEN])
{
	const struct neigh_key *key = wish;

	snprintf(why, PARENT_WHY_LEN, "neighbours on a segment that is not its own");
	return guard_esi(&p->guard, p->conf->conf, &key->esi) || kern_has_es(p->kern, &key->esi);
}

static bool neigh_same_owner(const void *a, const void *b)
{
	const struct neigh_key *x = a, *y = b;

	return !esi_cmp(&x->esi, &y->esi);
}

static void neigh_apply(struct parent *p, const struct batch *wishes)
{
	kern_neigh_wish(p->kern, wishes);
}

static void neigh_remove(struct parent *p, const struct batch *keys)
{
	kern_neigh_wish_gone(p->kern, keys);
}

static void neigh_sweep(struct parent *p)
{
	kern_neigh_sweep(p->kern);
}

static void neigh_replay(struct parent *p)
{
	kern_replay_neighs(p->kern);
}

/* ---- memberships, and leaves of them: either begins with its key ---- */

static bool member_ok(const void *wish, const char **why)
{
	return kern_member_ok(wish, why);
}

static bool member_key_ok(const void *key, const char **why)
{
	return kern_member_key_ok(key, why);
}

static bool member_may(const struct parent *p, const void *wish, char why[PARENT_WHY_LEN])
{
	const struct member_key *key = wish;

	snprintf(why, PARENT_WHY_LEN, "memberships on a segment that is not its own");
	return guard_esi(&p->guard, p->conf->conf, &key->esi) || kern_has_es(p->kern, &key->esi);
}

static bool member_same_owner(const void *a, const void *b)
{
	const struct member_key *x = a, *y = b;

	return !esi_cmp(&x->esi, &y->esi);
}

static void member_apply(struct parent *p, const struct batch *wishes)
{
	kern_member_wish(p->kern, wishes);
}

static void member_remove(struct parent *p, const struct batch *keys)
{
	kern_member_wish_gone(p->kern, keys);
}

static void member_sweep(struct parent *p)
{
	kern_member_sweep(p->kern);
}

static void member_replay(struct parent *p)
{
	kern_replay_members(p->kern);
}

static bool member_leave_ok(const void *wish, const char **why)
{
	return kern_member_leave_ok(wish, why);
}

static void member_leave_apply(struct parent *p, const struct batch *wishes)
{
	const struct member_leave *leave = batch_items(wishes);

	for (uint32_t i = 0; i < wishes->n; i++)
		kern_member_leave(p->kern, &leave[i]);
}

/* ---- flooding lists: an entry may be taken back when its device is not configured any more ---- */

static bool flood_ok(const void *key, const char **why)
{
	*why = "an impossible entry of a flooding list";
	return fdb_flood_key_ok(key);
}

static bool flood_may(const struct parent *p, const void *wish, char why[PARENT_WHY_LEN])
{
	const struct flood_key *key = wish;

	snprintf(why, PARENT_WHY_LEN, "the flooding list of %s, VNI %u, is not its own",
		 key->ifname, key->vni);
	return parent_conf_floods(p, key);
}

static void flood_apply(struct parent *p, const struct batch *wishes)
{
	const struct flood_key *key = batch_items(wishes);

	for (uint32_t i = 0; i < wishes->n; i++)
		fdb_flood_wish(p->flood, &key[i]);
}

static void flood_remove(struct parent *p, const struct batch *keys)
{
	const struct flood_key *key = batch_items(keys);

	for (uint32_t i = 0; i < keys->n; i++)
		fdb_flood_wish_gone(p->flood, &key[i]);
}

static void flood_sweep(struct parent *p)
{
	fdb_flood_sweep(p->flood);
}

static void flood_replay(struct parent *p)
{
	fdb_flood_replay(p->flood);
}

/* ---- BFD: a session may be taken back that is not configured any more ---- */

static bool bfd_may(const struct parent *p, const void *wish, char why[PARENT_WHY_LEN])
{
	const char *text = "";
	bool may = parent_bfd_ok(p->conf->conf, wish, &text);

	snprintf(why, PARENT_WHY_LEN, "%s", text);
	return may;
}

static void bfd_apply(struct parent *p, const struct batch *wishes)
{
	const struct bfd_key *key = batch_items(wishes);

	for (uint32_t i = 0; i < wishes->n; i++)
		parent_bfd_wish(p->bfd, p->conf->conf, &key[i]);
}

static void bfd_remove(struct parent *p, const struct batch *keys)
{
	const struct bfd_key *key = batch_items(keys);

	for (uint32_t i = 0; i < keys->n; i++)
		parent_bfd_wish_gone(p->bfd, &key[i]);
}

static void bfd_sweep(struct parent *p)
{
	parent_bfd_sweep(p->bfd);
}

static void bfd_replay(struct parent *p)
{
	parent_bfd_replay(p->bfd);
}

/* ---- customers' routes: they may be taken back when their VRF is not configured any more ---- */

static bool prefix_ok(const void *wish, const char **why)
{
	return routes_wish_ok(wish, why);
}

static bool prefix_key_ok(const void *key, const char **why)
{
	return routes_key_ok(key, why);
}

static bool prefix_may(const struct parent *p, const void *wish, char why[PARENT_WHY_LEN])
{
	snprintf(why, PARENT_WHY_LEN, "routes through devices that are on no segment");
	return routes_may(p->routes, wish);
}

static void prefix_forbidden(struct parent *p, const void *wish)
{
	routes_forbidden(p->routes, wish);
}

static bool prefix_same_owner(const void *a, const void *b)
{
	const struct wish_prefix *x = a, *y = b;

	return x->n_hops == y->n_hops && !memcmp(x->hops, y->hops, x->n_hops * sizeof(x->hops[0]));
}

static void prefix_apply(struct parent *p, const struct batch *wishes)
{
	routes_wish(p->routes, wishes);
}

static void prefix_remove(struct parent *p, const struct batch *keys)
{
	routes_wish_gone(p->routes, keys);
}

static void prefix_sweep(struct parent *p)
{
	routes_sweep(p->routes);
}

static void prefix_replay(struct parent *p)
{
	routes_replay(p->routes);
}

/* ---- the table ---- */

static const struct wish_kind kinds[] = {
	{
		.type = IPC_WISH_ES,
		.turn = WISHES_FIRST,
		.ok = es_ok,
		.may = es_may,
		.apply = es_apply,
		.remove = es_remove,
		.sweep = es_sweep,
		.replay = es_replay,
	},
	{
		.type = IPC_WISH_NEIGH,
		.turn = WISHES_LAST,
		.retain_max = EVPN_NEIGH_RETAIN_MAX,
		.ok = neigh_ok,
		.key_ok = neigh_key_ok,
		.may = neigh_may,
		.may_remove = neigh_may,
		.same_owner = neigh_same_owner,
		.apply = neigh_apply,
		.remove = neigh_remove,
		.sweep = neigh_sweep,
		.replay = neigh_replay,
	},
	{
		.type = IPC_WISH_MEMBER,
		.turn = WISHES_LAST,
		.retain_max = EVPN_NEIGH_RETAIN_MAX,
		.ok = member_ok,
		.key_ok = member_key_ok,
		.may = member_may,
		.may_remove = member_may,
		.same_owner = member_same_owner,
		.apply = member_apply,
		.remove = member_remove,
		.sweep = member_sweep,
		.replay = member_replay,
	},
	{
		/* done at once, and forgotten */
		.type = IPC_WISH_MEMBER_LEAVE,
		.turn = WISHES_LAST,
		.ok = member_leave_ok,
		.key_ok = member_key_ok,
		.may = member_may,
		.same_owner = member_same_owner,
		.apply = member_leave_apply,
	},
	{
		.type = IPC_WISH_FLOOD,
		.turn = WISHES_FIRST,
		.ok = flood_ok,
		.key_ok = flood_ok,
		.may = flood_may,
		.apply = flood_apply,
		.remove = flood_remove,
		.sweep = flood_sweep,
		.replay = flood_replay,
	},
	{
		.type = IPC_WISH_BFD,
		.turn = WISHES_LAST,
		.may = bfd_may,
		.apply = bfd_apply,
		.remove = bfd_remove,
		.sweep = bfd_sweep,
		.replay = bfd_replay,
	},
	{
		.type = IPC_WISH_PREFIX,
		.turn = WISHES_LAST,
		.ok = prefix_ok,
		.key_ok = prefix_key_ok,
		.may = prefix_may,
		.forbidden = prefix_forbidden,
		.same_owner = prefix_same_owner,
		.apply = prefix_apply,
		.remove = prefix_remove,
		.sweep = prefix_sweep,
		.replay = prefix_replay,
	},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

enum verb { WISH_MAKE, WISH_TAKE_BACK, WISH_SWEEP, WISH_VERBS };

static bool all_ok(const struct wish_kind *kind, enum verb verb, const struct batch *batch,
		   const char **why)
{
	bool (*ok)(const void *item, const char **why) =
		verb == WISH_MAKE ? kind->ok : kind->key_ok;
	uint32_t size = ipc_item_size(kind->type + verb);
	const char *items = batch_items(batch);

	for (uint32_t i = 0; ok && i < batch->n; i++)
		if (!ok(items + i * size, why))
			return false;
	*why = "a retention that is too long";
	return batch->retain_ms <= kind->retain_max;
}

/* Those that it may have are moved to the front. Return: how many these are */
static uint32_t keep_own(struct parent *p, const struct wish_kind *kind, enum verb verb,
			 struct batch *batch, char why[PARENT_WHY_LEN])
{
	bool (*may)(const struct parent *parent, const void *item, char text[PARENT_WHY_LEN]) =
		verb == WISH_MAKE ? kind->may : kind->may_remove;
	uint32_t size = ipc_item_size(kind->type + verb), kept = 0;
	char *items = (char *)(batch + 1);
	bool own = false;

	if (!may)
		return batch->n;
	for (uint32_t i = 0; i < batch->n; i++) {
		const char *item = items + i * size;

		/* the one before it is where it was: what was kept went to places further ahead */
		if (!i || !kind->same_owner || !kind->same_owner(item - size, item))
			own = may(p, item, why);
		if (!own && verb == WISH_MAKE && kind->forbidden)
			kind->forbidden(p, item);
		if (own && kept++ != i)
			memmove(items + (kept - 1) * size, item, size);
	}
	return kept;
}

static void carry_out(struct parent *p, const struct wish_kind *kind, enum verb verb,
		      struct batch *batch)
{
	char forbidden[PARENT_WHY_LEN];
	const char *why;
	uint32_t own;

	if (!all_ok(kind, verb, batch, &why)) {
		parent_violation(p, why);
		return;
	}
	own = keep_own(p, kind, verb, batch, forbidden);
	if (own != batch->n)
		parent_forbidden(p, "%s", forbidden);
	batch->n = own;
	if (own && verb == WISH_MAKE)
		kind->apply(p, batch);
	else if (own && kind->remove)
		kind->remove(p, batch);
}

bool wishes_hear(struct parent *p, enum ipc_type type, void *body)
{
	for (size_t i = 0; i < KINDS; i++) {
		if (type < kinds[i].type || type >= kinds[i].type + WISH_VERBS)
			continue;
		if (type == kinds[i].type + WISH_SWEEP && kinds[i].sweep)
			kinds[i].sweep(p);
		else if (type != kinds[i].type + WISH_SWEEP)
			carry_out(p, &kinds[i], (enum verb)(type - kinds[i].type), body);
		return true;
	}
	return false;
}

void wishes_replay(struct parent *p, enum wishes_turn turn)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].turn == turn && kinds[i].replay)
			kinds[i].replay(p);
}
