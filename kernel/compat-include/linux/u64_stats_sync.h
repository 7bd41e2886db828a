/* SPDX-License-Identifier: GPL-2.0-only */
/* Before 6.3 counters that softirqs update needed a reader of their own on 32-bit machines. */
#ifndef EVPN_COMPAT_LINUX_U64_STATS_SYNC_H
#define EVPN_COMPAT_LINUX_U64_STATS_SYNC_H

#include_next <linux/u64_stats_sync.h>

#ifdef EVPN_HAVE_U64_STATS_FETCH_BEGIN_IRQ
#define u64_stats_fetch_begin u64_stats_fetch_begin_irq
#define u64_stats_fetch_retry u64_stats_fetch_retry_irq
#endif

#endif /* EVPN_COMPAT_LINUX_U64_STATS_SYNC_H */
