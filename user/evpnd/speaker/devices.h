/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * devices.h - the network devices of this PE, as the parent tells of them: one table, which the speaker keeps
 * and all services read. It is up to date when a service hears a fact.
 */
#ifndef EVPND_DEVICES_H
#define EVPND_DEVICES_H

#include <sys/tree.h>

#include "contract/ipc.h"

/**
 * struct device - @fact: as it is now; @port: what it lets through as the port of a bridge that filters, NULL:
 *	nothing was said of that
 */
struct device {
	RB_ENTRY(device) by_index;
	RB_ENTRY(device) by_name;
	RB_ENTRY(device) by_lower;
	struct fact_link fact;
	struct fact_port *port;
};
RB_HEAD(device_indices, device);
RB_HEAD(device_names, device);
RB_HEAD(device_lowers, device);

/**
 * struct devices - @before: what the fact that is being told replaces, if it replaces any (@replaces)
 */
struct devices {
	struct device_indices indices;
	struct device_names names;
	struct device_lowers lowers;
	struct fact_link before;
	bool replaces;
};

void devices_init(struct devices *devices);
void devices_free(struct devices *devices);

/**
 * devices_hear() - take a fact in, before anybody hears it
 * @type: any fact; those that are about devices count
 *
 * Return: the fact that is to be told: of a device that is gone all that was known of it, not only name and
 * number; else @fact.
 */
const void *devices_hear(struct devices *devices, enum ipc_type type, const void *fact);

/** device_by_index() - Return: the device of this number, or NULL */
const struct device *device_by_index(const struct devices *devices, u32 ifindex);

/** device_named() - Return: the device of this name, or NULL */
const struct device *device_named(const struct devices *devices, const char *ifname);

/** device_name() - Return: the name of the device of this number, or NULL; good until the next fact */
const char *device_name(const struct devices *devices, u32 ifindex);

/** device_vlan() - Return: the VLAN device of this VLAN on device @lower, or NULL */
const struct device *device_vlan(const struct devices *devices, u32 lower, u32 vlan_id);

/** device_above() - Return: the VLAN device on device @lower that comes after @d by VLAN; NULL begins, and ends */
const struct device *device_above(const struct devices *devices, u32 lower, const struct device *d);

/** device_before() - Return: what the fact that is being told replaces; NULL: the device is new */
const struct fact_link *device_before(const struct devices *devices);

/** device_next() - Return: the one after @d by number; NULL begins, and ends */
const struct device *device_next(const struct devices *devices, const struct device *d);

#define DEVICE_FOREACH(d, devices) \
	for ((d) = device_next(devices, NULL); (d); (d) = device_next(devices, d))

#endif
