// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_ports.c - the VLANs of bridge ports as facts, by messages such as rtnetlink sends them: not
 * every kernel has a bridge that filters.
 */
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"
#include "nl_vlan.h"
#include "system/ports.h"

#define PORT 5

static sd_event *event;
static struct ports *ports;
static struct fact_port last;
static unsigned int told;

static void on_port(void *data, const struct fact_port *fact)
{
	if (fact->ifindex != PORT)
		return;
	told++;
	last = *fact;
}

static bool has(unsigned int vlan)
{
	return last.vlans[vlan / 8] & 1u << vlan % 8;
}

static int setup(void **state)
{
	log_set_level(LOG_LEVEL_ERROR);
	assert_true(sd_event_new(&event) >= 0);
	ports = ports_new(event, on_port, NULL);
	assert_non_null(ports);
	told = 0;
	memset(&last, 0, sizeof(last));
	return 0;
}

static int teardown(void **state)
{
	ports_free(ports);
	event = sd_event_unref(event);
	return 0;
}

static void put_entry(struct nlmsghdr *nlh, u16 vid, u16 end)
{
	struct bridge_vlan_info info = {.vid = vid};
	struct nlattr *entry = mnl_attr_nest_start(nlh, BRIDGE_VLANDB_ENTRY);

	mnl_attr_put(nlh, BRIDGE_VLANDB_ENTRY_INFO, sizeof(info), &info);
	if (end)
		mnl_attr_put_u16(nlh, BRIDGE_VLANDB_ENTRY_RANGE, end);
	mnl_attr_nest_end(nlh, entry);
}

static struct nlmsghdr *begin(char *buf, u16 type)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct br_vlan_msg *head;

	nlh->nlmsg_type = type;
	head = mnl_nlmsg_put_extra_header(nlh, sizeof(*head));
	head->family = PF_BRIDGE;
	head->ifindex = PORT;
	return nlh;
}

/* One VLAN, or up to @end. */
static void message(u16 type, u16 vid, u16 end)
{
	char buf[256];
	struct nlmsghdr *nlh = begin(buf, type);

	put_entry(nlh, vid, end);
	ports_message(ports, nlh);
}

static void vlans_come_and_go(void **state)
{
	message(RTM_NEWVLAN, 1, 0);
	message(RTM_NEWVLAN, 10, 20);
	assert_true(has(1) && has(10) && has(15) && has(20));
	assert_false(has(2) || has(9) || has(21));
	message(RTM_DELVLAN, 12, 0);
	assert_true(has(11) && has(13));
	assert_false(has(12));
	message(RTM_NEWVLAN, 12, 0);
	assert_true(has(12));
	message(RTM_DELVLAN, 10, 20);
	assert_true(has(1));
	assert_false(has(10) || has(20));
	told = 0;
	message(RTM_NEWVLAN, 1, 0); /* it leaves with another tag now, perhaps */
	assert_int_equal(told, 0);
	memset(&last, 0, sizeof(last));
	ports_replay(ports);
	assert_true(has(1));
}

/* The last VLAN is told of, and then there is no port. */
static void port_leaves(void **state)
{
	message(RTM_NEWVLAN, 1, 4094);
	assert_true(has(4094));
	message(RTM_DELVLAN, 1, 4094);
	assert_int_equal(told, 2);
	assert_false(has(1) || has(4094));
	told = 0;
	ports_replay(ports);
	assert_int_equal(told, 0);
	message(RTM_DELVLAN, 1, 0);
	assert_int_equal(told, 0);
}

static void several_in_one(void **state)
{
	char buf[256];
	struct nlmsghdr *nlh = begin(buf, RTM_NEWVLAN);

	put_entry(nlh, 7, 0);
	put_entry(nlh, 100, 200);
	ports_message(ports, nlh);
	assert_int_equal(told, 1);
	assert_true(has(7) && has(100) && has(200));
}

static void nonsense(void **state)
{
	char buf[256];
	struct nlmsghdr *nlh;

	message(RTM_NEWLINK, 10, 0);
	message(RTM_NEWVLAN, 0, 0);
	message(RTM_NEWVLAN, 20, 10);
	message(RTM_NEWVLAN, 4095, 65535);
	nlh = begin(buf, RTM_NEWVLAN);
	mnl_attr_put_u8(nlh, BRIDGE_VLANDB_ENTRY, 1);
	ports_message(ports, nlh);
	nlh->nlmsg_len = MNL_NLMSG_HDRLEN + 2;
	ports_message(ports, nlh);
	assert_int_equal(told, 0);
}

int main(void)
{
#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(vlans_come_and_go),
		CASE(port_leaves),
		CASE(several_in_one),
		CASE(nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
