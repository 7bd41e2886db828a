// SPDX-License-Identifier: GPL-2.0-only
/*
 * wishes.c - see wishes.h. The speaker reads from the network, so a wish is looked at twice: whether every
 * field has a value that it can have, and whether it is about what this speaker may have. One that cannot be
 * spoils its message; of those that may not be had only these are left out.
 */
#include "parent/wishes.h"

#include <string.h>

#include "parent/wish_kind.h"

#define WISH_KIND_ROW(name, ...) {IPC_WISH_##name, &wish_kind_##name},

/* @type: the other three messages of the kind follow it */
static const struct {
	enum ipc_type type;
	const struct wish_kind *kind;
} kinds[] = {WISH_KINDS(WISH_KIND_ROW)};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

enum verb { WISH_MAKE, WISH_TAKE_BACK, WISH_SWEEP, WISH_VERBS };

static bool all_ok(const struct wish_kind *kind, enum ipc_type type, enum verb verb,
		   const struct batch *batch, const char **why)
{
	bool (*ok)(const void *item, const char **why) =
		verb == WISH_MAKE ? kind->ok : kind->key_ok;
	uint32_t size = ipc_item_size(type);
	const char *items = batch_items(batch);

	for (uint32_t i = 0; ok && i < batch->n; i++)
		if (!ok(items + i * size, why))
			return false;
	*why = "a retention that is too long";
	return batch->retain_ms <= kind->retain_max;
}

/* Those that it may have are moved to the front. Return: how many these are */
static uint32_t keep_own(struct parent *p, const struct wish_kind *kind, enum ipc_type type,
			 enum verb verb, struct batch *batch, char why[PARENT_WHY_LEN])
{
	bool (*may)(const struct parent *parent, const void *item, char text[PARENT_WHY_LEN]) =
		verb == WISH_MAKE ? kind->may : kind->may_remove;
	uint32_t size = ipc_item_size(type), kept = 0;
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

static void carry_out(struct parent *p, const struct wish_kind *kind, enum ipc_type type,
		      enum verb verb, struct batch *batch)
{
	char forbidden[PARENT_WHY_LEN];
	const char *why;
	uint32_t own;

	if (!all_ok(kind, type, verb, batch, &why)) {
		parent_violation(p, why);
		return;
	}
	own = keep_own(p, kind, type, verb, batch, forbidden);
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
		const struct wish_kind *kind = kinds[i].kind;
		enum verb verb = (enum verb)(type - kinds[i].type);

		if (type < kinds[i].type || type >= kinds[i].type + WISH_VERBS)
			continue;
		if (verb != WISH_SWEEP)
			carry_out(p, kind, type, verb, body);
		else if (kind->sweep)
			kind->sweep(p);
		return true;
	}
	return false;
}

void wishes_replay(struct parent *p, enum wishes_turn turn)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].kind->turn == turn && kinds[i].kind->replay)
			kinds[i].kind->replay(p);
}
