// SPDX-License-Identifier: GPL-2.0-only
/*
 * reconcile.c - see reconcile.h.
 */
#include "system/reconcile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

static void *key_of(const struct reconcile *r, const struct wished *w)
{
	return (char *)w + r->key;
}

static int wished_cmp(const struct wished *a, const struct wished *b)
{
	return a->of->cmp(key_of(a->of, a), key_of(b->of, b));
}

RB_GENERATE(wished_tree, wished, node, wished_cmp)

struct wished *reconcile_find(const struct reconcile *r, const void *key)
{
	struct wished *w = RB_ROOT(&r->tree);
	int c;

	while (w) {
		c = r->cmp(key, key_of(r, w));
		if (!c)
			break;
		w = c < 0 ? RB_LEFT(w, node) : RB_RIGHT(w, node);
	}
	return w;
}

struct wished *reconcile_get(struct reconcile *r, const void *key)
{
	struct wished *w = reconcile_find(r, key);

	if (w)
		return w;
	w = calloc(1, r->size);
	if (!w) {
		log_error("a wish: out of memory");
		return NULL;
	}
	w->of = r;
	memcpy(key_of(r, w), key, r->key_size);
	RB_INSERT(wished_tree, &r->tree, w);
	return w;
}

void reconcile_drop(struct reconcile *r, struct wished *w)
{
	RB_REMOVE(wished_tree, &r->tree, w);
	free(w);
}

void reconcile_free(struct reconcile *r)
{
	struct wished *w;

	while ((w = RB_ROOT(&r->tree)))
		reconcile_drop(r, w);
}

struct wished *reconcile_wish(struct reconcile *r, const void *key)
{
	struct wished *w = reconcile_get(r, key);

	if (!w)
		return NULL;
	w->wished = true;
	w->stale = false;
	return w;
}

struct wished *reconcile_unwish(struct reconcile *r, const void *key)
{
	struct wished *w = reconcile_find(r, key);

	if (!w)
		return NULL;
	w->wished = false;
	w->stale = false;
	return w;
}

void reconcile_replay(struct reconcile *r)
{
	struct wished *w;

	RECONCILE_FOREACH(w, r)
	{
		w->stale = true;
		w->told = false;
	}
}

void reconcile_sweep(struct reconcile *r, void (*unwished)(void *data, struct wished *w),
		     void *data)
{
	struct wished *w, *next;
	bool was;

	RECONCILE_FOREACH_SAFE(w, r, next)
	{
		if (!w->stale)
			continue;
		was = w->wished;
		w->wished = false;
		w->stale = false;
		if (was && unwished)
			unwished(data, w);
	}
}

bool reconcile_became(struct wished *w, enum wish_status status, int error, const char *text)
{
	struct became b = {.status = status, .error = error};

	snprintf(b.text, sizeof(b.text), "%s", text);
	if (w->told && !memcmp(&b, &w->became, sizeof(b)))
		return false;
	w->told = true;
	w->became = b;
	return true;
}
