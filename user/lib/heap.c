// SPDX-License-Identifier: GPL-2.0-only
/*
 * heap.c - see heap.h.
 */
#include "heap.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

enum { ARRAY_MIN = 256 * 1024 };

static void populate(uintptr_t from, uintptr_t to)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	from = (from + page - 1) & ~(page - 1);
	to &= ~(page - 1);
	if (from < to)
		(void)madvise((void *)from, to - from, MADV_POPULATE_WRITE);
}

void heap_ahead(void)
{
	static uintptr_t there;
	uintptr_t end = (uintptr_t)sbrk(0);

	if (there && end > there)
		populate(there, end);
	there = end;
}

void *heap_array(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (p && n * size >= ARRAY_MIN)
		populate((uintptr_t)p, (uintptr_t)p + n * size);
	return p;
}
