// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_links.c - network devices as facts: real devices in a network namespace of this process's
 * own (needs root), and bonds, which not every kernel has, by messages such as rtnetlink sends them.
 *
 * A37: a lost member reaches the speaker with the first notification, not with the bond's own.
 */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "system/links.h"
#include "log.h"
#include "nl_rt.h"

static sd_event *event;
static struct links *links;
static struct fact_link last, before;
static unsigned int changed, gone;
static char trace[1024]; /* names in the order in which they were told */

static void on_changed(void *data, const struct fact_link *now, const struct fact_link *was)
{
	changed++;
	last = *now;
	before = was ? *was : (struct fact_link){};
	snprintf(trace + strlen(trace), sizeof(trace) - strlen(trace), "%s ", now->ifname);
}

static void on_gone(void *data, const struct fact_link *was)
{
	gone++;
	last = *was;
	snprintf(trace + strlen(trace), sizeof(trace) - strlen(trace), "-%s ", was->ifname);
}

enum { OPERSTATE_UP = 6 }; /* IF_OPER_UP of RFC 2863; linux/if.h and net/if.h do not mix */

static bool followed;

static bool on_follow(void *data, const char *ifname)
{
	return followed && !strcmp(ifname, "bond0");
}

static unsigned int missed;

static void on_missed(void *data)
{
	missed++;
}

static const struct links_ops ops = {
	.changed = on_changed, .gone = on_gone, .follow = on_follow, .missed = on_missed};

static void forget(void)
{
	changed = gone = 0;
	trace[0] = '\0';
}

static void run(void)
{
	while (sd_event_run(event, 0) > 0)
		;
}

static void ip(const char *command)
{
	char line[256];

	snprintf(line, sizeof(line), "ip %s 2>&1", command);
	assert_int_equal(system(line), 0);
	run();
}

static const struct fact_link *get(const char *name)
{
	const struct fact_link *fact = links_by_name(links, name);

	if (!fact)
		fail_msg("no fact about %s", name);
	return fact;
}

static int setup(void **state)
{
	log_set_level(LOG_LEVEL_ERROR);
	forget();
	if (geteuid() || unshare(CLONE_NEWNET) < 0)
		return 0;
	assert_true(sd_event_new(&event) >= 0);
	links = links_new(event, &ops, NULL);
	assert_non_null(links);
	return 0;
}

static int teardown(void **state)
{
	links_free(links);
	links = NULL;
	event = sd_event_unref(event);
	return 0;
}

static void need_root(void)
{
	if (!links)
		skip();
}

static void test_first_dump(void **state)
{
	need_root();
	assert_int_equal(changed, 1);
	assert_string_equal(last.ifname, "lo");
	assert_int_equal(last.bond_mode, 255);
}

static void test_life_of_a_device(void **state)
{
	need_root();
	forget();
	ip("link add v0 type veth peer name v1");
	assert_string_equal(get("v0")->kind, "veth");
	assert_false(get("v0")->carrier);
	ip("link set v1 up");
	ip("link set v0 up");
	assert_true(get("v0")->carrier);
	assert_true(get("v0")->flags & IFF_UP);
	/* the kernel's own work queue comes to it by and by */
	for (int i = 0; i < 200 && get("v0")->operstate != OPERSTATE_UP; i++) {
		usleep(10000);
		run();
	}
	assert_int_equal(get("v0")->operstate, OPERSTATE_UP);
	forget();
	ip("link set v1 down");
	assert_false(get("v0")->carrier);
	assert_true(changed > 0);
	ip("link set v0 address 02:00:00:00:00:07");
	assert_int_equal(get("v0")->address.b[5], 7);
	ip("link set v1 name other");
	assert_null(links_by_name(links, "v1"));
	assert_non_null(get("other"));
	forget();
	ip("link del v0");
	assert_int_equal(gone, 2);
	assert_null(links_by_name(links, "v0"));
}

static void test_nothing_new_is_not_told(void **state)
{
	need_root();
	ip("link add v0 type veth peer name v1");
	forget();
	ip("link set v0 mtu 1400");
	ip("link set v0 txqueuelen 77");
	ip("link set v0 alias something");
	assert_int_equal(changed, 0);
	ip("link del v0");
}

static void test_port_of_a_bridge(void **state)
{
	need_root();
	ip("link add br0 type bridge");
	ip("link add v0 type veth peer name v1");
	ip("link set v0 master br0");
	assert_int_equal(get("v0")->master, get("br0")->ifindex);
	assert_string_equal(get("v0")->master_kind, "bridge");
	ip("link set v0 nomaster");
	assert_int_equal(get("v0")->master, 0);
	assert_string_equal(get("v0")->master_kind, "");
	forget();
	ip("link del v0");
	ip("link del br0");
	assert_int_equal(gone, 3);
}

/* More notifications than the socket holds: afterwards we know what there is all the same. */
static void test_overrun(void **state)
{
	FILE *f = popen("ip -batch - >/dev/null 2>&1", "w");

	need_root();
	ip("link add v0 type veth peer name v1");
	for (int i = 0; i < 3000; i++)
		fprintf(f, "link set v0 %s\nlink set v0 address 02:00:00:00:%02x:%02x\n",
			i & 1 ? "down" : "up", i >> 8, i & 255);
	fprintf(f, "link add last type bridge\nlink del v0\n");
	pclose(f);
	run();
	assert_non_null(get("last"));
	assert_null(links_by_name(links, "v0"));
	assert_null(links_by_name(links, "v1"));
	/* but not what has been down meanwhile: that has to be said */
	assert_true(missed);
	ip("link del last");
}

/* ---- bonds, by messages ---- */

static char buf[4096];

struct member {
	unsigned int index;
	const char *name;
	bool carrier, mii_up, active;
};

static struct nlmsghdr *begin(unsigned int index, const char *name, bool carrier)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi;

	nlh->nlmsg_type = RTM_NEWLINK;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_index = (int)index;
	ifi->ifi_flags = IFF_UP;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	mnl_attr_put_u8(nlh, IFLA_CARRIER, carrier);
	return nlh;
}

static void bond(unsigned int index, bool carrier, uint8_t mode, uint8_t partner, uint16_t key)
{
	struct nlmsghdr *nlh = begin(index, "bond0", carrier);
	const uint8_t mac[6] = {partner ? 2 : 0, 0, 0, 0, 0, partner};
	struct nlattr *info, *data, *ad;

	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "bond");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u8(nlh, IFLA_BOND_MODE, mode);
	ad = mnl_attr_nest_start(nlh, IFLA_BOND_AD_INFO);
	mnl_attr_put(nlh, IFLA_BOND_AD_INFO_PARTNER_MAC, sizeof(mac), mac);
	mnl_attr_put_u16(nlh, IFLA_BOND_AD_INFO_PARTNER_KEY, key);
	mnl_attr_put_u16(nlh, IFLA_BOND_AD_INFO_NUM_PORTS, 2);
	mnl_attr_nest_end(nlh, ad);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	links_message(links, nlh);
}

static void member(unsigned int master, struct member m)
{
	struct nlmsghdr *nlh = begin(m.index, m.name, m.carrier);
	struct nlattr *info, *data;

	mnl_attr_put_u32(nlh, IFLA_MASTER, master);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_SLAVE_KIND, "bond");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_SLAVE_DATA);
	mnl_attr_put_u8(nlh, IFLA_BOND_SLAVE_STATE, !m.active);
	mnl_attr_put_u8(nlh, IFLA_BOND_SLAVE_MII_STATUS, m.mii_up ? 0 : 2);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	links_message(links, nlh);
}

static void test_bond(void **state)
{
	const struct fact_link *fact;

	need_root();
	bond(900, true, 4, 9, 17);
	member(900, (struct member){901, "m1", true, true, true});
	member(900, (struct member){902, "m2", true, true, true});
	fact = get("bond0");
	assert_int_equal(fact->bond_mode, 4);
	assert_int_equal(fact->ad_partner.b[5], 9);
	assert_int_equal(fact->ad_partner_key, 17);
	assert_int_equal(fact->ad_ports, 2);
	assert_int_equal(fact->members, 2);
	assert_int_equal(fact->members_up, 2);
	/* the carrier of a member falls: the bond's fact is told first */
	forget();
	member(900, (struct member){902, "m2", false, true, true});
	assert_string_equal(trace, "bond0 m2 ");
	assert_int_equal(get("bond0")->members_up, 1);
	/* LACP holds the other one back */
	forget();
	member(900, (struct member){901, "m1", true, true, false});
	assert_int_equal(get("bond0")->members_up, 0);
	/* the bond's link monitor has not seen it yet */
	member(900, (struct member){901, "m1", true, false, true});
	assert_int_equal(get("bond0")->members_up, 0);
	member(900, (struct member){901, "m1", true, true, true});
	assert_int_equal(get("bond0")->members_up, 1);
	/* released */
	forget();
	member(0, (struct member){901, "m1", true, true, true});
	assert_int_equal(get("bond0")->members, 1);
	assert_int_equal(get("bond0")->members_up, 0);
	assert_memory_equal(trace, "bond0 ", 6);
}

/* Without LACP a backup member counts as long as its link is up. */
static void test_active_backup(void **state)
{
	need_root();
	bond(900, true, 1, 0, 0);
	member(900, (struct member){901, "m1", true, true, true});
	member(900, (struct member){902, "m2", true, true, false});
	assert_int_equal(get("bond0")->members_up, 2);
}

static void test_vlan_device(void **state)
{
	struct nlmsghdr *nlh;
	struct nlattr *info, *data;

	need_root();
	for (int foreign = 0; foreign < 2; foreign++) {
		nlh = begin(910, "e0.7", true);
		mnl_attr_put_u32(nlh, IFLA_LINK, 909);
		if (foreign)
			mnl_attr_put_u32(nlh, IFLA_LINK_NETNSID, 3);
		info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
		mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "vlan");
		data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
		mnl_attr_put_u16(nlh, IFLA_VLAN_ID, 7);
		mnl_attr_nest_end(nlh, data);
		mnl_attr_nest_end(nlh, info);
		links_message(links, nlh);
		assert_string_equal(get("e0.7")->kind, "vlan");
		assert_int_equal(get("e0.7")->vlan_id, 7);
		/* a number of another namespace's is none of ours */
		assert_int_equal(get("e0.7")->link, foreign ? 0 : 909);
	}
}

static void test_messages_that_mean_nothing(void **state)
{
	struct nlmsghdr *nlh;

	need_root();
	forget();
	nlh = begin(900, "e0", true);
	((struct ifinfomsg *)mnl_nlmsg_get_payload(nlh))->ifi_family = AF_BRIDGE;
	links_message(links, nlh);
	nlh = begin(900, "e0", true);
	nlh->nlmsg_type = RTM_NEWADDR;
	links_message(links, nlh);
	nlh = begin(0, "e0", true);
	links_message(links, nlh);
	nlh = begin(900, "e0", true);
	nlh->nlmsg_len = MNL_NLMSG_HDRLEN + 4;
	links_message(links, nlh);
	nlh = begin(900, "e0", true);
	nlh->nlmsg_type = RTM_DELLINK;
	links_message(links, nlh);
	assert_int_equal(changed + gone, 0);
}

int main(void)
{
#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_first_dump),
		CASE(test_life_of_a_device),
		CASE(test_nothing_new_is_not_told),
		CASE(test_port_of_a_bridge),
		CASE(test_overrun),
		CASE(test_bond),
		CASE(test_active_backup),
		CASE(test_vlan_device),
		CASE(test_messages_that_mean_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
