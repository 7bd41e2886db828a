// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_devices.c - the table of network devices: by number, by name, VLANs by what they are on; devices
 * that exchange names, move, and go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "speaker/devices.h"

static struct devices devices;

static struct fact_link link_of(u32 ifindex, const char *name, const char *kind, u32 lower, u16 vid)
{
	struct fact_link f = {.ifindex = ifindex, .link = lower, .vlan_id = vid};

	strcpy(f.ifname, name);
	strcpy(f.kind, kind);
	return f;
}

static void hear(u32 ifindex, const char *name, const char *kind, u32 lower, u16 vid)
{
	const struct fact_link f = link_of(ifindex, name, kind, lower, vid);

	assert_ptr_equal(devices_hear(&devices, IPC_FACT_LINK, &f), &f);
}

static u32 named(const char *name)
{
	const struct device *d = device_named(&devices, name);

	return d ? d->fact.ifindex : 0;
}

static u32 vlan(u32 lower, u32 vid)
{
	const struct device *d = device_vlan(&devices, lower, vid);

	return d ? d->fact.ifindex : 0;
}

static int begin(void **state)
{
	devices_init(&devices);
	return 0;
}

static int end(void **state)
{
	devices_free(&devices);
	return 0;
}

static void found(void **state)
{
	const struct device *d;
	u32 sum = 0;

	hear(2, "bond0", "bond", 0, 0);
	hear(3, "bond0.10", "vlan", 2, 10);
	hear(4, "bond0.20", "vlan", 2, 20);
	hear(5, "macvlan0", "macvlan", 2, 0);
	assert_int_equal(named("bond0"), 2);
	assert_int_equal(named("bond"), 0);
	assert_int_equal(named("bond0.30"), 0);
	assert_string_equal(device_name(&devices, 4), "bond0.20");
	assert_null(device_name(&devices, 0));
	assert_null(device_by_index(&devices, 9));
	assert_int_equal(vlan(2, 20), 4);
	assert_int_equal(vlan(2, 0), 0); /* a macvlan is no VLAN */
	assert_int_equal(vlan(3, 10), 0);
	DEVICE_FOREACH(d, &devices)
		sum = 10 * sum + d->fact.ifindex;
	assert_int_equal(sum, 2345);
	sum = 0;
	for (d = device_above(&devices, 2, NULL); d; d = device_above(&devices, 2, d))
		sum = 10 * sum + d->fact.ifindex;
	assert_int_equal(sum, 34);
	assert_null(device_above(&devices, 4, NULL));
}

static void names_are_exchanged(void **state)
{
	hear(2, "a", "dummy", 0, 0);
	hear(3, "b", "dummy", 0, 0);
	assert_null(device_before(&devices));
	hear(2, "b", "dummy", 0, 0);
	assert_string_equal(device_before(&devices)->ifname, "a");
	assert_int_equal(named("a"), 0);
	hear(3, "a", "dummy", 0, 0);
	assert_int_equal(named("a"), 3);
	assert_int_equal(named("b"), 2);
}

/* A number that is used again, for something else. */
static void kinds_change(void **state)
{
	hear(2, "bond0", "bond", 0, 0);
	hear(3, "bond0.10", "vlan", 2, 10);
	hear(3, "bond0.10", "vlan", 7, 11);
	assert_int_equal(vlan(2, 10), 0);
	assert_int_equal(vlan(7, 11), 3);
	hear(3, "dummy0", "dummy", 0, 0);
	assert_int_equal(vlan(7, 11), 0);
}

static void gone(void **state)
{
	const struct fact_link bare = {.ifindex = 3, .ifname = "bond0.10"},
			       unknown = {.ifindex = 8, .ifname = "x"};
	struct fact_port port = {.ifindex = 3, .vlans = {1}};
	const struct fact_link *told;

	hear(3, "bond0.10", "vlan", 2, 10);
	devices_hear(&devices, IPC_FACT_PORT, &port);
	assert_int_equal(device_by_index(&devices, 3)->port->vlans[0], 1);
	told = devices_hear(&devices, IPC_FACT_LINK_GONE, &bare);
	assert_int_equal(told->vlan_id, 10);
	assert_int_equal(told->link, 2);
	assert_null(device_by_index(&devices, 3));
	assert_int_equal(named("bond0.10"), 0);
	assert_int_equal(vlan(2, 10), 0);
	assert_ptr_equal(devices_hear(&devices, IPC_FACT_LINK_GONE, &unknown), &unknown);
	devices_hear(&devices, IPC_FACT_PORT, &port);
	assert_null(device_before(&devices));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(found, begin, end),
		cmocka_unit_test_setup_teardown(names_are_exchanged, begin, end),
		cmocka_unit_test_setup_teardown(kinds_change, begin, end),
		cmocka_unit_test_setup_teardown(gone, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
