/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * heap.h - pages of memory that are there before they are written to. A table that grows gets a page from the system
 * for each that it writes to first, and the process is stopped each time. Under virtualisation that is most of what an
 * entry costs; asked for many pages at once it is a tenth of it.
 */
#ifndef EVPN_HEAP_H
#define EVPN_HEAP_H

#include <stddef.h>

/**
 * heap_ahead() - let the pages be there by which malloc() has made its heap longer since the last call
 *
 * Where the system cannot do it nothing happens. Context: not thread-safe.
 */
void heap_ahead(void);

/** heap_array() - calloc() for a table that is going to be written to all over */
void *heap_array(size_t n, size_t size);

#endif
