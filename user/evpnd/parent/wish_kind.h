/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wish_kind.h - what the parent does about a kind of wish. Each row of WISH_KINDS (contract/ipc.h) has one,
 * in a file of its own: WISH_KIND(name) = {...}.
 */
#ifndef EVPND_WISH_KIND_H
#define EVPND_WISH_KIND_H

#include "parent/parent_priv.h"
#include "parent/wishes.h"

/**
 * struct wish_kind - a kind of wish; a function that is NULL has nothing to do
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

#define WISH_KIND(name) const struct wish_kind wish_kind_##name
#define WISH_KIND_DECLARE(name, ...) extern WISH_KIND(name);
WISH_KINDS(WISH_KIND_DECLARE)

#endif
