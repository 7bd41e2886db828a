// SPDX-License-Identifier: GPL-2.0-only
/*
 * devices.c - see devices.h. By number, by name, and VLAN devices by what they are on: each is asked for once
 * for every circuit, of which there may be 4,094 on a port. Two devices that exchange their names have the same
 * one for a moment.
 */
#include "speaker/devices.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"

static int cmp_u32(u32 a, u32 b)
{
	return a < b ? -1 : a > b;
}

static int index_cmp(const struct device *a, const struct device *b)
{
	return cmp_u32(a->fact.ifindex, b->fact.ifindex);
}

static int name_cmp(const struct device *a, const struct device *b)
{
	int r = strncmp(a->fact.ifname, b->fact.ifname, sizeof(a->fact.ifname));

	return r ? r : index_cmp(a, b);
}

static int lower_cmp(const struct device *a, const struct device *b)
{
	int r = cmp_u32(a->fact.link, b->fact.link);

	if (!r)
		r = cmp_u32(a->fact.vlan_id, b->fact.vlan_id);
	return r ? r : index_cmp(a, b);
}

RB_PROTOTYPE(device_indices, device, by_index, index_cmp)
RB_GENERATE(device_indices, device, by_index, index_cmp)
RB_PROTOTYPE(device_names, device, by_name, name_cmp)
RB_GENERATE(device_names, device, by_name, name_cmp)
RB_PROTOTYPE(device_lowers, device, by_lower, lower_cmp)
RB_GENERATE(device_lowers, device, by_lower, lower_cmp)

void devices_init(struct devices *devices)
{
	memset(devices, 0, sizeof(*devices));
	RB_INIT(&devices->indices);
	RB_INIT(&devices->names);
	RB_INIT(&devices->lowers);
}

static struct device *find(const struct devices *devices, u32 ifindex)
{
	struct device key = {.fact.ifindex = ifindex};

	return RB_FIND(device_indices, (struct device_indices *)&devices->indices, &key);
}

static bool is_vlan(const struct device *d)
{
	return !strcmp(d->fact.kind, "vlan");
}

/* Into the trees, and out of them, whose keys may change. */
static void enter(struct devices *devices, struct device *d)
{
	RB_INSERT(device_names, &devices->names, d);
	if (is_vlan(d))
		RB_INSERT(device_lowers, &devices->lowers, d);
}

static void leave(struct devices *devices, struct device *d)
{
	RB_REMOVE(device_names, &devices->names, d);
	if (is_vlan(d))
		RB_REMOVE(device_lowers, &devices->lowers, d);
}

static void changed(struct devices *devices, const struct fact_link *f)
{
	struct device *d = find(devices, f->ifindex);

	devices->replaces = d;
	if (d) {
		devices->before = d->fact;
		leave(devices, d);
	} else {
		d = calloc(1, sizeof(*d));
		if (!d) {
			log_error("link %s: no memory", f->ifname);
			return;
		}
		d->fact.ifindex = f->ifindex;
		RB_INSERT(device_indices, &devices->indices, d);
	}
	d->fact = *f;
	enter(devices, d);
}

static void drop(struct devices *devices, struct device *d)
{
	leave(devices, d);
	RB_REMOVE(device_indices, &devices->indices, d);
	free(d->port);
	free(d);
}

/* Return: what it was, as far as it was known. */
static const struct fact_link *gone(struct devices *devices, const struct fact_link *f)
{
	struct device *d = find(devices, f->ifindex);

	devices->replaces = d;
	if (!d)
		return f;
	devices->before = d->fact;
	drop(devices, d);
	return &devices->before;
}

static void port(struct devices *devices, const struct fact_port *f)
{
	static const u8 none[sizeof(f->vlans)];
	struct device *d = find(devices, f->ifindex);

	if (!d)
		return;
	free(d->port);
	d->port = memcmp(f->vlans, none, sizeof(none)) ? malloc(sizeof(*f)) : NULL;
	if (d->port)
		*d->port = *f;
}

const void *devices_hear(struct devices *devices, enum ipc_type type, const void *fact)
{
	switch (type) {
	case IPC_FACT_LINK:
		changed(devices, fact);
		return fact;
	case IPC_FACT_LINK_GONE:
		return gone(devices, fact);
	case IPC_FACT_PORT:
		port(devices, fact);
		return fact;
	default:
		return fact;
	}
}

const struct device *device_by_index(const struct devices *devices, u32 ifindex)
{
	return find(devices, ifindex);
}

const struct device *device_named(const struct devices *devices, const char *ifname)
{
	struct device key = {}, *d;

	strncpy(key.fact.ifname, ifname, sizeof(key.fact.ifname) - 1);
	d = RB_NFIND(device_names, (struct device_names *)&devices->names, &key);
	return d && !strcmp(d->fact.ifname, key.fact.ifname) ? d : NULL;
}

const char *device_name(const struct devices *devices, u32 ifindex)
{
	const struct device *d = ifindex ? find(devices, ifindex) : NULL;

	return d ? d->fact.ifname : NULL;
}

const struct device *device_vlan(const struct devices *devices, u32 lower, u32 vlan_id)
{
	struct device key = {.fact = {.link = lower, .vlan_id = (u16)vlan_id}}, *d;

	d = RB_NFIND(device_lowers, (struct device_lowers *)&devices->lowers, &key);
	return d && d->fact.link == lower && d->fact.vlan_id == vlan_id ? d : NULL;
}

const struct device *device_above(const struct devices *devices, u32 lower, const struct device *d)
{
	struct device key = {.fact = {.link = lower}};

	d = d ? RB_NEXT(device_lowers, &devices->lowers, (struct device *)d) :
		RB_NFIND(device_lowers, (struct device_lowers *)&devices->lowers, &key);
	return d && d->fact.link == lower ? d : NULL;
}

const struct fact_link *device_before(const struct devices *devices)
{
	return devices->replaces ? &devices->before : NULL;
}

const struct device *device_next(const struct devices *devices, const struct device *d)
{
	return d ? RB_NEXT(device_indices, &devices->indices, (struct device *)d) :
		   RB_MIN(device_indices, (struct device_indices *)&devices->indices);
}

void devices_free(struct devices *devices)
{
	struct device *d;

	while ((d = RB_MIN(device_indices, &devices->indices)))
		drop(devices, d);
}
