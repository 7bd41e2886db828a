// SPDX-License-Identifier: GPL-2.0-only
/*
 * reserve.c - see reserve.h. The allocator keeps what it was given once: the reserve is memory at the
 * end of its heap that was written to and is not given back.
 */
#include "speaker/reserve.h"

#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "log.h"

enum {
	TRIM_DEFAULT = 128 * 1024,
	MMAPS_DEFAULT = 65536,
	TIDY_BYTES = 1024 * 1024, /* less is not worth it */
};

static size_t kept; /* octets */

static void touch(size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), i;
	volatile char *p = malloc(bytes);

	if (!p) {
		log_warning("memory-reserve: there are no %zu MiB", bytes >> 20);
		return;
	}
	for (i = 0; i < bytes; i += page)
		p[i] = 0;
	free((void *)p);
}

void reserve_memory(unsigned int mib)
{
	size_t bytes = (size_t)mib << 20;

	if (bytes == kept)
		return;
	/* tables that grow come from the heap as well */
	mallopt(M_MMAP_MAX, mib ? 0 : MMAPS_DEFAULT);
	/* what is free beyond the reserve is given back when it is as much again */
	mallopt(M_TRIM_THRESHOLD, mib ? (int)(2 * bytes) : TRIM_DEFAULT);
	if (bytes > kept)
		touch(bytes);
	else
		malloc_trim(bytes);
	kept = bytes;
}

static size_t spare(void)
{
	size_t bytes = mallinfo2().fordblks;

	return bytes > kept ? bytes - kept : 0;
}

void reserve_tidy(void)
{
	/* the least that was free since it was given back last: that, or it is in pages with what is not free */
	static size_t left;
	size_t now = spare();

	if (now > left + TIDY_BYTES) {
		malloc_trim(kept);
		left = spare();
	} else if (now < left) {
		left = now;
	}
}
