// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of a segment: each CPU counts for itself, a reader adds up. A reset remembers the sums
 * instead of writing to counters that belong to other CPUs.
 */
#include <linux/percpu.h>

#include "evpn.h"

/* The sums are kept, added and subtracted as one array of numbers. */
#define STATS_NUMBERS (sizeof(struct evpn_stats) / sizeof(u64))

/**
 * evpn_stats_alloc() - counters, all zero
 *
 * Return: to be freed with free_percpu(), or NULL.
 */
struct evpn_pcpu_stats __percpu *evpn_stats_alloc(void)
{
	return __netdev_alloc_pcpu_stats(struct evpn_pcpu_stats, GFP_KERNEL_ACCOUNT);
}

/**
 * evpn_stats_drop() - count a dropped frame
 * @port: where it was
 * @direction: which way it went
 * @reason: why it was dropped
 * @vid: its VLAN, to be counted there too, or EVPN_VID_NONE
 * @len: its octets
 *
 * Context: any but hard interrupt; a packet socket that bypasses the queueing discipline comes
 * here with softirqs enabled.
 */
void evpn_stats_drop(const struct evpn_port *port, enum evpn_direction direction,
		     enum evpn_drop_reason reason, unsigned int vid, unsigned int len)
{
	struct evpn_pcpu_stats *stats;

	local_bh_disable();
	stats = this_cpu_ptr(port->es->stats);
	u64_stats_update_begin(&stats->syncp);
	evpn_drops_add(&stats->drops[direction][reason], len);
	u64_stats_update_end(&stats->syncp);
	if (vid != EVPN_VID_NONE)
		evpn_vlan_stats_drop(port, stats, vid, direction, reason, len);
	local_bh_enable();
}

static void stats_inc(struct evpn_pcpu_stats *stats, u64_stats_t *counter)
{
	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(counter);
	u64_stats_update_end(&stats->syncp);
}

/** evpn_stats_allow() - count a frame that passed by the allow-list; context as above */
void evpn_stats_allow(struct evpn_es *es, enum evpn_direction direction)
{
	struct evpn_pcpu_stats *stats;

	local_bh_disable();
	stats = this_cpu_ptr(es->stats);
	stats_inc(stats, &stats->allowed[direction]);
	local_bh_enable();
}

/** evpn_stats_lacp() - count something about a LACPDU; context as above */
void evpn_stats_lacp(struct evpn_es *es, enum evpn_lacp_counter counter)
{
	struct evpn_pcpu_stats *stats;

	local_bh_disable();
	stats = this_cpu_ptr(es->stats);
	stats_inc(stats, &stats->lacp[counter]);
	local_bh_enable();
}

static void stats_copy(struct evpn_stats *to, const struct evpn_pcpu_stats *from)
{
	unsigned int d, i;

	evpn_drops_copy(to->packets, to->bytes, from->drops);
	for (d = 0; d < EVPN_DIRECTIONS; d++)
		to->allowed[d] = u64_stats_read(&from->allowed[d]);
	for (i = 0; i < EVPN_LACP_COUNTERS; i++)
		to->lacp[i] = u64_stats_read(&from->lacp[i]);
}

static void stats_sum(const struct evpn_es *es, struct evpn_stats *sum)
{
	u64 *total = (u64 *)sum;
	unsigned int i;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct evpn_pcpu_stats *stats = per_cpu_ptr(es->stats, cpu);
		struct evpn_stats one;
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&stats->syncp);
			stats_copy(&one, stats);
		} while (u64_stats_fetch_retry(&stats->syncp, start));
		for (i = 0; i < STATS_NUMBERS; i++)
			total[i] += ((u64 *)&one)[i];
	}
}

/** evpn_stats_read() - what was counted since the last reset; under evpn_net.lock */
void evpn_stats_read(const struct evpn_es *es, struct evpn_stats *stats)
{
	const u64 *base = (const u64 *)&es->stats_base;
	unsigned int i;

	lockdep_assert_held(&es->net->lock);
	stats_sum(es, stats);
	for (i = 0; i < STATS_NUMBERS; i++)
		((u64 *)stats)[i] -= base[i];
}

/** evpn_stats_reset() - begin to count from zero; under evpn_net.lock */
void evpn_stats_reset(struct evpn_es *es)
{
	lockdep_assert_held(&es->net->lock);
	stats_sum(es, &es->stats_base);
	evpn_vlan_stats_reset(es);
}
