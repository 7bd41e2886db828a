/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * settle.h - after a start, what a predecessor has left in the kernel stays until it can be known what is
 * still wanted: every neighbour has said what it knows (End-of-RIB), or has had its time for that.
 */
#ifndef EVPND_SETTLE_H
#define EVPND_SETTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "timer.h"

/** struct settle - @begun: there is a configuration; @settled: @fn was called */
struct settle {
	struct timer late;
	void (*fn)(void *data);
	void *data;
	bool begun;
	bool settled;
};

/** settle_init() - @fn: called once, when all have been heard or @delay_ms of settle_begin() are over */
void settle_init(struct settle *s, sd_event *event, void (*fn)(void *data), void *data);
void settle_done(struct settle *s);

/** settle_begin() - the first configuration is in force; again: nothing */
void settle_begin(struct settle *s, uint64_t delay_ms);

/** settle_heard() - @synced of @configured neighbours have said what they know */
void settle_heard(struct settle *s, unsigned int synced, unsigned int configured);

#endif
