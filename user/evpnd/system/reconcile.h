/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reconcile.h - the life of wishes that this process keeps, whatever they are about. A kind of wish embeds
 * struct wished as the first member of its own entries and knows what the system has; what is wished, what
 * is left over from a speaker that is no more, and what was said of it is kept here.
 */
#ifndef EVPND_RECONCILE_H
#define EVPND_RECONCILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/tree.h>

#include "contract/wish.h"

/** struct became - what became of a wish; @error: errno, @text: a sentence, when it is not installed */
struct became {
	enum wish_status status;
	int error;
	char text[256];
};

struct reconcile;

/**
 * struct wished - first member of an entry
 * @wished: this speaker or one before it has wished it, and nobody has taken it back
 * @stale: left over from a speaker that is no more: its successor has neither wished it nor swept
 * @told: this speaker was told what became of it: @became
 */
struct wished {
	RB_ENTRY(wished) node;
	const struct reconcile *of;
	bool wished;
	bool stale;
	bool told;
	struct became became;
};

RB_HEAD(wished_tree, wished);
RB_PROTOTYPE(wished_tree, wished, node, wished_cmp);

/**
 * struct reconcile - the wishes of a kind, in the order of their keys
 * @size: of an entry
 * @key: where the key is in it, @key_size octets
 * @cmp: of two keys
 */
struct reconcile {
	struct wished_tree tree;
	size_t size;
	size_t key;
	size_t key_size;
	int (*cmp)(const void *a, const void *b);
};

/* entries of type @type, whose member @member is the key */
#define RECONCILE_INIT(type, member, compare)                              \
	(struct reconcile)                                                 \
	{                                                                  \
		.size = sizeof(type), .key = offsetof(type, member),       \
		.key_size = sizeof(((type *)NULL)->member), .cmp = compare \
	}

#define RECONCILE_FOREACH(w, r) RB_FOREACH(w, wished_tree, &(r)->tree)
/* the body may drop @w */
#define RECONCILE_FOREACH_SAFE(w, r, next) RB_FOREACH_SAFE(w, wished_tree, &(r)->tree, next)

struct wished *reconcile_find(const struct reconcile *r, const void *key);

/** reconcile_get() - find or make it, all zero but the key. NULL: no memory, which was logged */
struct wished *reconcile_get(struct reconcile *r, const void *key);

void reconcile_drop(struct reconcile *r, struct wished *w);
void reconcile_free(struct reconcile *r);

/** reconcile_wish() - the speaker wants it. NULL: no memory, which was logged */
struct wished *reconcile_wish(struct reconcile *r, const void *key);

/** reconcile_unwish() - the speaker does not want it any more. NULL: there is no such entry */
struct wished *reconcile_unwish(struct reconcile *r, const void *key);

/** reconcile_replay() - a fresh speaker: everything is stale until it is wished again, or swept */
void reconcile_replay(struct reconcile *r);

/**
 * reconcile_sweep() - the fresh speaker has wished all that it wants
 * @unwished: called for each wish that only its predecessor had; may drop it. May be NULL
 */
void reconcile_sweep(struct reconcile *r, void (*unwished)(void *data, struct wished *w),
		     void *data);

/** reconcile_became() - note what became of a wish. Return: this speaker was not told so before */
bool reconcile_became(struct wished *w, enum wish_status status, int error, const char *text);

#endif
