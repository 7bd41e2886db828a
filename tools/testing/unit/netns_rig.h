/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netns_rig.h - what the programs share that test a part of the parent on real devices, in a network
 * namespace of their own: an event loop, and commands of iproute2. Included once by each, after cmocka.h.
 */
#ifndef NETNS_RIG_H
#define NETNS_RIG_H

#include <stdbool.h>
#include <stdlib.h>
#include <systemd/sd-event.h>

#include "timer.h"

static sd_event *event;

/** run() - let the loop turn for @ms milliseconds, and then until nothing is left to do */
static inline void run(int ms)
{
	u64 until = timer_now_us() + (u64)ms * 1000, t;

	while ((t = timer_now_us()) < until)
		sd_event_run(event, until - t);
	while (sd_event_run(event, 0) > 0)
		;
}

/** sh() - a command that succeeds, or the test fails */
static inline void sh(const char *command)
{
	if (system(command))
		fail_msg("%s", command);
}

/** on_follow() - of struct links_ops: no device is followed by its name */
static inline bool on_follow(void *data, const char *ifname)
{
	return false;
}

#endif
