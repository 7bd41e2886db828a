// SPDX-License-Identifier: GPL-2.0-only
/*
 * pool.c - see pool.h. A chunk has objects of one size and knows how many of them are in use. Chunks begin at
 * multiples of their size, so that an object's chunk follows from its address.
 */
#include "pool.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "heap.h"

enum {
	CHUNK = 32768,
	CHUNK_LEN = CHUNK - 16, /* beside it stands what malloc() keeps of the next one */
	STEP = 8,
	OBJECT_MAX = 512, /* bigger ones are malloc()'s */
	LINE = 64, /* what a processor reads at once: an object of so many octets is not in two of them */
};

/* What a checker of memory is to see is given to it one by one. */
#if defined(__SANITIZE_ADDRESS__) && !defined(POOL_TEST)
enum { POOLED = 0 };
#else
enum { POOLED = 1 };
#endif

/** struct object - one that is free */
struct object {
	struct object *next;
};

/**
 * struct chunk - the begin of a chunk
 * @link: among those of its size that have room
 * @free: objects that were given back
 * @used: objects in use
 * @fresh: where objects begin that nobody has had yet
 */
struct chunk {
	TAILQ_ENTRY(chunk) link;
	struct object *free;
	uint32_t used;
	uint32_t fresh;
};

_Static_assert(sizeof(struct chunk) <= LINE, "objects begin behind it");

TAILQ_HEAD(chunks, chunk);

static struct chunks
	roomy[OBJECT_MAX / STEP + 1]; /* by size; those of which all was 0 are empty lists */

size_t pool_size(size_t size)
{
	return (size + STEP - 1) / STEP * STEP;
}

static bool is_pooled(size_t size)
{
	return POOLED && size && size <= OBJECT_MAX;
}

static struct chunks *list_of(size_t size)
{
	struct chunks *list = &roomy[size / STEP];

	if (!list->tqh_last)
		TAILQ_INIT(list);
	return list;
}

static bool has_room(const struct chunk *c, size_t size)
{
	return c->free || c->fresh + size <= CHUNK_LEN;
}

static struct chunk *chunk_new(struct chunks *list)
{
	struct chunk *c;
	void *p;

	if (posix_memalign(&p, CHUNK, CHUNK_LEN))
		return NULL;
	heap_ahead();
	c = p;
	c->free = NULL;
	c->used = 0;
	c->fresh = LINE;
	TAILQ_INSERT_HEAD(list, c, link);
	return c;
}

static void *take(struct chunk *c, size_t size)
{
	struct object *o = c->free;

	c->used++;
	if (o) {
		c->free = o->next;
		return o;
	}
	o = (struct object *)(void *)((char *)c + c->fresh);
	c->fresh += (uint32_t)size;
	return o;
}

void *pool_alloc(size_t size)
{
	size_t rounded = pool_size(size);
	struct chunks *list;
	struct chunk *c;
	void *p;

	if (!is_pooled(size))
		return calloc(1, size);
	list = list_of(rounded);
	c = TAILQ_FIRST(list);
	if (!c)
		c = chunk_new(list);
	if (!c)
		return NULL;
	p = take(c, rounded);
	if (!has_room(c, rounded))
		TAILQ_REMOVE(list, c, link);
	return memset(p, 0, size);
}

void pool_free(void *p, size_t size)
{
	struct chunk *c = (struct chunk *)((uintptr_t)p & ~(uintptr_t)(CHUNK - 1));
	size_t rounded = pool_size(size);
	struct object *o = p;
	struct chunks *list;

	if (!p || !is_pooled(size)) {
		free(p);
		return;
	}
	list = list_of(rounded);
	if (!has_room(c, rounded))
		TAILQ_INSERT_TAIL(list, c, link);
	o->next = c->free;
	c->free = o;
	if (--c->used)
		return;
	TAILQ_REMOVE(list, c, link);
	free(c);
}
