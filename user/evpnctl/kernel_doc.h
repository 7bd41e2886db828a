/* SPDX-License-Identifier: GPL-2.0-only */
/* kernel_doc.h - what the kernel module says, as the documents that `evpnctl kernel show` prints */
#ifndef EVPNCTL_KERNEL_DOC_H
#define EVPNCTL_KERNEL_DOC_H

#include <jansson.h>
#include <stdint.h>
#include <time.h>

#include "nl_evpn_mcast.h"

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

/** kernel_vlan_stats_doc() - an element of "vlans" of such an element */
json_t *kernel_vlan_stats_doc(const struct nl_vlan_stats *stats);

/** kernel_doc_collect() - a segment's object into a list; takes the reference. A dump that was disturbed
 * starts again: the later word about a segment replaces the earlier
 */
void kernel_doc_collect(json_t *list, json_t *doc);
/** kernel_core_doc() - {"mark-mask": …, "vxlan-ports": […], "peers-used": …, "marked": …} */
json_t *kernel_core_doc(const struct nl_core *core);

/**
 * kernel_add_stats() - give each of @segments, found by their "esi", its counters as "stats"
 *
 * Return: 0 or a negative errno with a sentence in @err.
 */
int kernel_add_stats(struct nl_evpn *e, json_t *segments, struct nl_err *err);

/** kernel_stats_list() - the counters of all segments, one by one, their VLANs in "vlans" */
int kernel_stats_list(struct nl_evpn *e, json_t *list, struct nl_err *err);

/** kernel_mcast_doc() - an element of {"memberships": […], "stats": {…}} */
json_t *kernel_mcast_doc(const struct nl_mcast *group, const struct kernel_clock *clock);

/** kernel_mcast_stats_doc() - the second of these */
json_t *kernel_wish_doc(const struct nl_mcast *wish, const struct kernel_clock *clock);
json_t *kernel_mcast_stats_doc(const struct nl_mcast_stats *stats);

/** kernel_owner_doc() - {"owner": …} without the wrapping */
json_t *kernel_owner_doc(const struct nl_owner *owner, const struct kernel_clock *clock);

#endif
