/* SPDX-License-Identifier: GPL-2.0 */
/* kernel_doc.h - what the kernel module says, as the documents that `evpnctl kernel show` prints */
#ifndef EVPNCTL_KERNEL_DOC_H
#define EVPNCTL_KERNEL_DOC_H

#include <jansson.h>
#include <stdint.h>
#include <time.h>

#include "nl_evpn.h"

/**
 * struct kernel_clock - to turn the module's CLOCK_MONOTONIC into seconds since the epoch
 * @epoch: seconds since the epoch, at @mono_ns
 */
struct kernel_clock {
	time_t epoch;
	uint64_t mono_ns;
};

/** kernel_clock() - both clocks, now */
struct kernel_clock kernel_clock(void);

/** kernel_es_doc() - an element of {"segments": […]} */
json_t *kernel_es_doc(const struct nl_es *es, const struct kernel_clock *clock);

/** kernel_stats_doc() - an element of {"stats": […]} */
json_t *kernel_stats_doc(const struct nl_es_stats *stats);

/** kernel_owner_doc() - {"owner": …} without the wrapping */
json_t *kernel_owner_doc(const struct nl_owner *owner, const struct kernel_clock *clock);

#endif
