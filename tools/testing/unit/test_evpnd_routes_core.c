// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_routes_core.c - routes of the core, and the groups of PEs that they are by, in a real kernel's VRF, in a
 * network namespace of this process's own (needs root), read by iproute2.
 *
 * Requirements: C71, D13
 */
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/conf_file.h"
#include "log.h"
#include "system/links.h"
#include "system/routes_priv.h"
#include "timer.h"
#include "netns_rig.h"

#define GROUP 151000007u

static struct links *links;
static struct routes *routes;
static struct conf_file *conf;
static char told[65536];
static char sentence[160];
static struct prefix_result last;
static struct core_group_result group;
static unsigned int readings;

static void on_changed(void *data, const struct fact_link *now, const struct fact_link *was)
{
	if (routes)
		routes_link(routes, now);
}

static void on_gone(void *data, const struct fact_link *was)
{
	if (routes)
		routes_link(routes, NULL);
}

static const struct links_ops link_ops = {
	.changed = on_changed, .gone = on_gone, .follow = on_follow};

static void on_fact(const struct fact_core_route *f)
{
	size_t used = strlen(told);
	char p[PREFIX_STRLEN];

	assert_int_equal(f->key.vrf, if_nametoindex("red"));
	snprintf(told + used, sizeof(told) - used, "%s%s by %u; ", f->gone ? "gone " : "",
		 prefix_format(&f->key.prefix, p), f->group);
}

static void on_send(void *data, enum ipc_type type, const void *body, uint32_t len)
{
	const struct batch *b = body;

	assert_true(ipc_size_ok(type, len));
	switch (type) {
	case IPC_FACT_PREFIXES:
		for (uint32_t i = 0; i < b->n; i++)
			assert_false(((const struct fact_prefix *)batch_items(b))[i].flags &
				     PREFIX_OWN);
		break;
	case IPC_FACT_CORE_ROUTES:
		for (uint32_t i = 0; i < b->n; i++)
			on_fact((const struct fact_core_route *)batch_items(b) + i);
		break;
	case IPC_FACT_PREFIXES_DONE:
		readings++;
		break;
	case IPC_FACT_PREFIX_TEXT:
		snprintf(sentence, sizeof(sentence), "%s",
			 ((const struct fact_prefix_text *)body)->text);
		break;
	case IPC_WISH_CORE_ROUTE_RESULT:
		last = ((const struct prefix_result *)batch_items(b))[b->n - 1];
		break;
	case IPC_WISH_CORE_GROUP_RESULT:
		group = *(const struct core_group_result *)batch_items(b);
		break;
	default:
		break;
	}
}

static bool on_busy(void *data)
{
	return false;
}

static const struct routes_ops ops = {on_send, on_busy};

static void wait_reading(unsigned int n)
{
	u64 until = timer_now_us() + 20000000;

	while (readings < n && timer_now_us() < until)
		sd_event_run(event, 50000);
	assert_true(readings >= n);
	run(20);
}

static void expect(const char *what)
{
	u64 until = timer_now_us() + 10000000;

	while (strcmp(told, what) && timer_now_us() < until)
		sd_event_run(event, 50000);
	assert_string_equal(told, what);
	told[0] = '\0';
}

static void start(void)
{
	routes = routes_new(event, links, &ops, NULL);
	assert_non_null(routes);
	readings = 0;
	routes_conf(routes, conf->conf);
	routes_replay(routes);
	wait_reading(1);
}

static int set_up(void **state)
{
	static const char yaml[] =
		"router-id: 192.0.2.1\nas: 65000\nvrfs:\n"
		"  - {name: red, l3vni: 5000, route-targets: {import: [\"65000:1\"]}, prefixes: {from-core: yes}}\n";
	struct conf_errors errors = {};

	if (unshare(CLONE_NEWNET) ||
	    system("ip link add red type vrf table 100 2>/dev/null && ip link set red up && "
		   "ip link add br0 type bridge forward_delay 0 && ip link set br0 master red &&"
		   "ip link add vx0 type vxlan id 5000 local 192.0.2.1 dstport 4789 nolearning &&"
		   "ip link set vx0 master br0 up && ip link set br0 up"))
		return 0;
	log_open("test", true);
	log_set_level(LOG_LEVEL_ERROR);
	conf = conf_parse_text(yaml, sizeof(yaml) - 1, &errors);
	assert_non_null(conf);
	conf_errors_free(&errors);
	assert_true(sd_event_new(&event) >= 0);
	links = links_new(event, &link_ops, NULL);
	assert_non_null(links);
	run(100);
	start();
	told[0] = '\0';
	return 0;
}

static int tear_down(void **state)
{
	routes_free(routes);
	links_free(links);
	conf_file_free(conf);
	sd_event_unref(event);
	return 0;
}

#define NEED_KERNEL() \
	if (!routes)  \
	skip()

static struct wish_core_group a_group(u8 first, u8 n)
{
	struct wish_core_group w;

	memset(&w, 0, sizeof(w));
	w.key.id = GROUP;
	w.n_hops = n;
	for (u8 i = 0; i < n; i++) {
		w.hops[i].ifindex = if_nametoindex("br0");
		w.hops[i].gateway = ip_v4(0xc0000200 + first + i);
	}
	return w;
}

static void wish_group(u8 first, u8 n)
{
	struct {
		struct batch head;
		struct wish_core_group w;
	} b = {.head = {.n = 1}, .w = a_group(first, n)};
	const char *why;

	assert_true(routes_core_group_ok(&b.w, &why));
	assert_true(routes_core_may_group(routes, &b.w));
	routes_core_groups(routes, &b.head);
}

static void unwish_group(void)
{
	struct {
		struct batch head;
		struct core_group_key k;
	} b = {.head = {.n = 1}, .k = {GROUP}};

	routes_core_groups_gone(routes, &b.head);
}

static struct wish_core_route a_route(const char *prefix)
{
	struct wish_core_route w;

	memset(&w, 0, sizeof(w));
	w.key.vrf = if_nametoindex("red");
	w.key.metric = CONF_CORE_METRIC;
	assert_int_equal(prefix_parse(&w.key.prefix, prefix), 0);
	w.group = GROUP;
	return w;
}

static void wish(const char *prefix)
{
	struct {
		struct batch head;
		struct wish_core_route w;
	} b = {.head = {.n = 1}, .w = a_route(prefix)};
	const char *why;

	assert_true(routes_core_route_ok(&b.w, &why));
	assert_true(routes_core_may_route(routes, &b.w));
	routes_core_wish(routes, &b.head);
}

static void unwish(const char *prefix)
{
	struct {
		struct batch head;
		struct prefix_key k;
	} b = {.head = {.n = 1}, .k = a_route(prefix).key};

	routes_wish_gone(routes, &b.head);
}

/* The kernel's route, and where its object leads. */
static void has(const char *prefix, const char *wanted)
{
	char command[512], line[256], all[1024] = "";
	FILE *f;

	snprintf(
		command, sizeof(command),
		"n=$(ip route show table 100 %s proto 77 | sed -n 's/.*nhid \\([0-9]*\\).*/\\1/p'); [ -n \"$n\" ] && "
		"for m in $(ip nexthop show id $n | sed -n 's/.*group \\([0-9/]*\\).*/\\1/p' | tr / ' '); do "
		"ip nexthop show id $m | sed 's/.*via \\([^ ]*\\) dev \\([^ ]*\\).*/\\1 \\2/'; done",
		prefix);
	f = popen(command, "r");
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s; ", line);
	}
	pclose(f);
	assert_string_equal(all, wanted);
}

/* A route by a group of one, which becomes another one, and is not touched. */
static void test_replaced(void **state)
{
	NEED_KERNEL();
	wish("10.20.0.0/16");
	assert_int_equal(last.status, WISH_PENDING);
	assert_string_equal(sentence, "its PEs are not in the kernel yet");
	wish_group(2, 1);
	assert_int_equal(group.status, WISH_INSTALLED);
	wish("10.20.0.0/16");
	assert_int_equal(last.status, WISH_INSTALLED);
	has("10.20.0.0/16", "192.0.2.2 br0; ");
	told[0] = '\0';
	sh("sysctl -qw net.ipv4.nexthop_compat_mode=0");
	wish_group(2, 2);
	has("10.20.0.0/16", "192.0.2.2 br0; 192.0.2.3 br0; ");
	wish_group(3, 1);
	has("10.20.0.0/16", "192.0.2.3 br0; ");
	run(50);
	expect(""); /* of routes there is nothing to tell */
	sh("sysctl -qw net.ipv4.nexthop_compat_mode=1");
	unwish("10.20.0.0/16");
	unwish_group();
	sh("! ip nexthop show id 151000007 2>/dev/null | grep -q group");
}

static void test_foreign(void **state)
{
	NEED_KERNEL();
	sh("ip nexthop add id 151000007 via 192.0.2.9 dev br0 onlink proto zebra");
	run(50);
	wish_group(2, 1);
	assert_int_equal(group.status, WISH_REFUSED);
	assert_string_equal(group.text, "nexthop object 151000007 is somebody else's");
	sh("ip nexthop del id 151000007");
	run(50);
	wish_group(2, 1);
	assert_int_equal(group.status, WISH_INSTALLED);
	sh("ip route add 10.20.0.0/16 table 100 dev br0 proto 98 metric 3355443201");
	wish("10.20.0.0/16");
	assert_int_equal(last.status, WISH_REFUSED);
	assert_string_equal(sentence, "another route with metric 3355443201 is there");
	sh("ip route show table 100 10.20.0.0/16 | grep -q 'proto 98'");
	sh("ip route del 10.20.0.0/16 table 100 proto 98 metric 3355443201");
	/* one that a predecessor has left is taken over */
	sh("ip route add 10.20.0.0/16 table 100 dev br0 proto 77 metric 3355443201");
	wish("10.20.0.0/16");
	assert_int_equal(last.status, WISH_INSTALLED);
	has("10.20.0.0/16", "192.0.2.2 br0; ");
	/* his is put in the place of ours: the speaker hears that it has gone */
	run(50);
	told[0] = '\0';
	sh("ip route replace 10.20.0.0/16 table 100 dev br0 proto 98 metric 3355443201");
	expect("gone 10.20.0.0/16 by 0; ");
	sh("ip route del 10.20.0.0/16 table 100 proto 98 metric 3355443201");
	unwish_group();
	run(50);
	told[0] = '\0';
}

/* The kernel takes objects, and the routes by them, away with their device. */
static void test_device_down(void **state)
{
	unsigned int before;

	NEED_KERNEL();
	wish_group(2, 2);
	wish("10.20.0.0/16");
	run(50);
	told[0] = '\0';
	before = readings;
	sh("ip link set br0 down");
	wait_reading(before + 1);
	wish("10.20.0.0/16");
	assert_int_equal(last.status, WISH_PENDING);
	sh("ip link set br0 up");
	/* (more than one reading may follow from either) */
	for (int i = 0; i < 100 && last.status != WISH_INSTALLED; i++) {
		run(100);
		wish("10.20.0.0/16");
	}
	assert_int_equal(last.status, WISH_INSTALLED);
	has("10.20.0.0/16", "192.0.2.2 br0; 192.0.2.3 br0; ");
	unwish("10.20.0.0/16");
	unwish_group();
	run(50);
	told[0] = '\0';
}

/* A successor is told what there is, and what nobody wants goes. */
static void test_restart(void **state)
{
	NEED_KERNEL();
	wish_group(2, 2);
	wish("10.20.0.0/16");
	sh("ip nexthop add id 160000001 via 192.0.2.9 dev br0 onlink proto 77");
	sh("ip nexthop add id 160000002 group 160000001 proto 77");
	routes_free(routes);
	routes = NULL;
	told[0] = '\0';
	start();
	expect("10.20.0.0/16 by 151000007; ");
	wish_group(2, 2);
	routes_core_sweep(routes);
	sh("! ip nexthop show id 160000002 2>/dev/null | grep -q group");
	has("10.20.0.0/16", "192.0.2.2 br0; 192.0.2.3 br0; ");
	unwish("10.20.0.0/16");
	unwish_group();
	run(50);
	told[0] = '\0';
}

static void test_impossible(void **state)
{
	struct wish_core_group g;
	struct wish_core_route w;
	const char *why;

	NEED_KERNEL();
	g = a_group(2, 2);
	g.key.id = 150000000; /* of the other kind */
	assert_false(routes_core_group_ok(&g, &why));
	g = a_group(2, 2);
	g.hops[1] = g.hops[0];
	assert_false(routes_core_group_ok(&g, &why));
	g = a_group(2, 2);
	g.hops[1].gateway = ip_mapped(&g.hops[1].gateway);
	assert_false(routes_core_group_ok(&g, &why));
	g.hops[0].gateway = ip_mapped(&g.hops[0].gateway);
	assert_true(routes_core_group_ok(&g, &why));
	g = a_group(2, 0);
	assert_false(routes_core_group_ok(&g, &why));
	g = a_group(2, 1);
	g.hops[0].ifindex = if_nametoindex("vx0");
	assert_false(routes_core_may_group(routes, &g));
	w = a_route("10.20.0.0/16");
	w.key.metric = 20;
	assert_false(routes_core_route_ok(&w, &why));
	w = a_route("10.20.0.0/16");
	w.group = 1;
	assert_false(routes_core_route_ok(&w, &why));
	w = a_route("10.20.0.0/16");
	w.key.vrf = 0;
	assert_false(routes_core_may_route(routes, &w));
	routes_core_forbidden(routes, &w);
	assert_int_equal(last.status, WISH_PENDING);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replaced),   cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_restart),	   cmocka_unit_test(test_device_down),
		cmocka_unit_test(test_impossible),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
