/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reserve.h - memory that is there before it is needed. When a hundred thousand hosts are learned at
 * once, or come from another PE, the time goes into the first write to every page, not into the work
 * itself; how much depends on the machine, and is worst under virtualisation.
 */
#ifndef EVPND_RESERVE_H
#define EVPND_RESERVE_H

/**
 * reserve_memory() - keep so much memory in this process
 * @mib: MiB, at most CONF_RESERVE_MAX; what is allocated later is taken from it. Less than before gives
 *	the difference back as far as it is free
 *
 * Context: not thread-safe; takes as long as it takes to write to so many pages. Where there is not so much memory, that is logged and nothing is kept.
 */
void reserve_memory(unsigned int mib);

/**
 * reserve_tidy() - give back to the system what is free beyond the reserve, if it is some megabytes more than
 * what could not be given back the last time. Now and then: a table that was big leaves holes between what stays
 *
 * Context: not thread-safe.
 */
void reserve_tidy(void);

#endif
