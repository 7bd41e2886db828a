// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was dropped in each VLAN of a segment. A VLAN has counters from its first dropped frame on,
 * so that a segment of 4,094 VLANs costs nothing until something is dropped.
 *
 * The customer chooses what is in a tag. So only VLANs that this host has are given counters, and a few
 * others, because a bridge that does not look at VLANs has none and carries all; the rest is counted
 * together. And where a guest decides which VLANs there are, none has any: they are made where nobody
 * is there to be charged for them.
 */
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include "evpn.h"

/**
 * struct vlan_counters - what one CPU has counted in a VLAN
 * @vid: the VLAN
 * @drops: by direction and reason
 * @syncp: for a reader on another CPU
 */
struct vlan_counters {
	u16 vid;
	struct evpn_drops drops[EVPN_DIRECTIONS][EVPN_REASONS];
	struct u64_stats_sync syncp;
};

/**
 * struct evpn_vlan_stats - the counters of one VLAN; freed with the segment
 * @counters: by CPU
 * @base: sums at the last reset; evpn_net.lock
 */
struct evpn_vlan_stats {
	struct vlan_counters __percpu *counters;
	struct evpn_vlan_sums base;
};

#define SUMS_NUMBERS (sizeof(struct evpn_vlan_sums) / sizeof(u64))

static void vlan_stats_destroy(struct evpn_vlan_stats *vs)
{
	free_percpu(vs->counters);
	kfree(vs);
}

/* Made where the first frame is dropped, so it must not sleep; NULL when there is no memory now. */
static struct evpn_vlan_stats *vlan_stats_create(struct evpn_es *es, u16 vid, bool stranger)
{
	struct evpn_vlan_stats *vs = kzalloc(sizeof(*vs), GFP_ATOMIC | __GFP_NOWARN);
	struct evpn_vlan_stats *other;
	int cpu;

	if (!vs)
		return NULL;
	vs->counters = alloc_percpu_gfp(struct vlan_counters, GFP_ATOMIC | __GFP_NOWARN);
	if (!vs->counters) {
		kfree(vs);
		return NULL;
	}
	for_each_possible_cpu(cpu) {
		struct vlan_counters *counters = per_cpu_ptr(vs->counters, cpu);

		counters->vid = vid;
		u64_stats_init(&counters->syncp);
	}
	other = xa_cmpxchg_bh(&es->vlan_stats, vid, NULL, vs, GFP_ATOMIC | __GFP_NOWARN);
	if (!other) {
		atomic_add(stranger, &es->strangers);
		return vs;
	}
	vlan_stats_destroy(vs);
	return xa_is_err(other) ? NULL : other;
}

static bool vlan_has_device(struct net_device *dev, u16 vid)
{
	return __vlan_find_dev_deep_rcu(dev, htons(ETH_P_8021Q), vid) ||
	       __vlan_find_dev_deep_rcu(dev, htons(ETH_P_8021AD), vid);
}

/*
 * Is it a VLAN of this host: that of frames without a tag, one of the bridge's whose port the device is,
 * or one that has a device on it?
 */
static bool vlan_known(const struct evpn_port *port, u16 vid)
{
	u32 untagged = READ_ONCE(port->es->flags) & EVPN_PF_UNTAGGED;
	struct bridge_vlan_info info;

	if (!vid || vid == untagged >> EVPN_PF_UNTAGGED_SHIFT)
		return true;
	return !br_vlan_get_info_rcu(port->dev, vid, &info) || vlan_has_device(port->dev, vid);
}

/* The counters of a VLAN, or of all others; made if there are none. */
static struct evpn_vlan_stats *vlan_stats(const struct evpn_port *port, u16 vid)
{
	struct evpn_es *es = port->es;
	struct evpn_vlan_stats *vs = xa_load(&es->vlan_stats, vid);
	bool stranger;

	if (vs || es->net->guest)
		return vs;
	stranger = vid != EVPN_VID_OTHER && !vlan_known(port, vid);
	if (!stranger || atomic_read(&es->strangers) < EVPN_VLAN_STRANGERS_MAX)
		return vlan_stats_create(es, vid, stranger);
	return xa_load(&es->vlan_stats, EVPN_VID_OTHER) ?:
		       vlan_stats_create(es, EVPN_VID_OTHER, false);
}

/*
 * The counters of a VLAN for this CPU, or NULL when there are none. Those used last are remembered by
 * one pointer, which tells its VLAN itself: on PREEMPT_RT another task may count in between.
 */
static struct vlan_counters *vlan_counters(const struct evpn_port *port,
					   struct evpn_pcpu_stats *stats, u16 vid)
{
	struct vlan_counters *counters = READ_ONCE(stats->vlan);
	struct evpn_vlan_stats *vs;

	if (counters && counters->vid == vid)
		return counters;
	vs = vlan_stats(port, vid);
	if (!vs)
		return NULL;
	counters = this_cpu_ptr(vs->counters);
	WRITE_ONCE(stats->vlan, counters);
	return counters;
}

/**
 * evpn_vlan_stats_drop() - count a dropped frame in its VLAN
 * @port: where it was, a segment's device
 * @stats: this CPU's, of the segment; remembers the VLAN counted last
 * @vid: the VLAN
 * @direction: which way it went
 * @reason: why it was dropped
 * @len: its octets
 *
 * Without memory for the first one, it is counted in the segment only.
 *
 * Context: softirqs disabled, within an RCU read-side section.
 */
void evpn_vlan_stats_drop(const struct evpn_port *port, struct evpn_pcpu_stats *stats, u16 vid,
			  enum evpn_direction direction, enum evpn_drop_reason reason,
			  unsigned int len)
{
	struct vlan_counters *counters = vlan_counters(port, stats, vid);

	if (!counters)
		return;
	u64_stats_update_begin(&counters->syncp);
	evpn_drops_add(&counters->drops[direction][reason], len);
	u64_stats_update_end(&counters->syncp);
}

static void vlan_stats_sum(const struct evpn_vlan_stats *vs, struct evpn_vlan_sums *sum)
{
	u64 *total = (u64 *)sum;
	unsigned int i, start;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct vlan_counters *counters = per_cpu_ptr(vs->counters, cpu);
		struct evpn_vlan_sums one;

		do {
			start = u64_stats_fetch_begin(&counters->syncp);
			evpn_drops_copy(one.packets, one.bytes, counters->drops);
		} while (u64_stats_fetch_retry(&counters->syncp, start));
		for (i = 0; i < SUMS_NUMBERS; i++)
			total[i] += ((u64 *)&one)[i];
	}
}

/**
 * evpn_vlan_stats_read() - what was dropped in a VLAN since the last reset
 * @es: the segment
 * @vid: the VLAN
 * @sums: result, all zero when nothing was
 *
 * Context: under evpn_net.lock.
 * Return: whether anything was.
 */
bool evpn_vlan_stats_read(struct evpn_es *es, u16 vid, struct evpn_vlan_sums *sums)
{
	const struct evpn_vlan_stats *vs = xa_load(&es->vlan_stats, vid);
	unsigned int i;

	lockdep_assert_held(&es->net->lock);
	memset(sums, 0, sizeof(*sums));
	if (!vs)
		return false;
	vlan_stats_sum(vs, sums);
	for (i = 0; i < SUMS_NUMBERS; i++)
		((u64 *)sums)[i] -= ((const u64 *)&vs->base)[i];
	return memchr_inv(sums, 0, sizeof(*sums));
}

/** evpn_vlan_stats_next() - the first VLAN from @vid on that has counters, or -1 */
int evpn_vlan_stats_next(struct evpn_es *es, int vid)
{
	unsigned long index = vid;

	return xa_find(&es->vlan_stats, &index, ULONG_MAX, XA_PRESENT) ? (int)index : -1;
}

/** evpn_vlan_stats_reset() - begin to count from zero; under evpn_net.lock */
void evpn_vlan_stats_reset(struct evpn_es *es)
{
	struct evpn_vlan_stats *vs;
	unsigned long index;

	lockdep_assert_held(&es->net->lock);
	xa_for_each(&es->vlan_stats, index, vs)
		vlan_stats_sum(vs, &vs->base);
}

/** evpn_vlan_stats_free() - nobody counts any more */
void evpn_vlan_stats_free(struct evpn_es *es)
{
	struct evpn_vlan_stats *vs;
	unsigned long index;

	xa_for_each(&es->vlan_stats, index, vs)
		vlan_stats_destroy(vs);
	xa_destroy(&es->vlan_stats);
}
