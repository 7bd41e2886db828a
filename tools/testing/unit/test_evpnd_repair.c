// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_repair.c - what is made in FRR's place: VXLAN devices, nexthop groups and neighbours of a
 * network namespace of this process's own (needs root), changed and read by iproute2.
 */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "system/frr_repair.h"
#include "log.h"
#include "netns_rig.h"

static struct links *links;
static struct frr_repair *repair;
static char path[] = "/tmp/test_evpnd_repair.XXXXXX";

static void on_changed(void *data, const struct fact_link *now, const struct fact_link *was)
{
}

static void on_gone(void *data, const struct fact_link *was)
{
}

static const struct links_ops ops = {.changed = on_changed, .gone = on_gone, .follow = on_follow};

static void restart(void)
{
	frr_repair_free(repair);
	repair = frr_repair_new(path, links);
	assert_non_null(repair);
}

/* What FRR would have made: a segment's group of two PEs, and one of one. */
static int set_up(void **state)
{
	if (unshare(CLONE_NEWNET) ||
	    system("ip link add vx0 type vxlan id 100 local 192.0.2.1 dstport 4789 nolearning 2>/dev/null") ||
	    system("ip nexthop add id 12 via 192.0.2.2 fdb 2>/dev/null"))
		return 0;
	sh("ip nexthop add id 13 via 192.0.2.3 fdb");
	sh("ip nexthop add id 91 group 12/13 fdb");
	sh("ip nexthop add id 92 group 13 fdb");
	sh("ip link add svi type veth peer name far && ip addr add 10.0.0.254/24 dev svi && ip link set svi up && ip link set far up");
	log_open("test", true);
	log_set_level(LOG_LEVEL_ERROR);
	close(mkstemp(path));
	assert_true(sd_event_new(&event) >= 0);
	links = links_new(event, &ops, NULL);
	assert_non_null(links);
	restart();
	return 0;
}

static int tear_down(void **state)
{
	frr_repair_free(repair);
	links_free(links);
	sd_event_unref(event);
	unlink(path);
	return 0;
}

#define NEED_VXLAN() \
	if (!repair) \
	skip()

/* ---- zebra ---- */

static struct frr_es es[] = {{.esi = {{1}}, .group = 91}, {.esi = {{2}}, .group = 92}};
static struct frr_vni vnis[] = {{100, "vx0", "svi"}, {200, "vx0", ""}, {300, "none", "none"}};
static struct frr_mac macs[4];
static struct frr_host hosts[4];
static struct frr_tables zebra;

static void nothing(void)
{
	zebra = (struct frr_tables){es, 2, vnis, 3, macs, 0, hosts, 0, false};
}

/* @segment: 1, 2; 0: behind one PE */
static void behind(u8 mac, u8 segment, u8 vtep)
{
	struct frr_mac *m = &macs[zebra.n_macs++];

	*m = (struct frr_mac){.mac = {{2, 0, 0, 0, 0, mac}}, .vni = 100, .es = segment};
	m->esi.b[0] = segment;
	if (!segment)
		m->vtep = ip_v4(0xc0000200 + vtep);
}

static void host(u8 address, u8 mac)
{
	hosts[zebra.n_hosts++] =
		(struct frr_host){ip_v4(0x0a000000 + address), {{2, 0, 0, 0, 0, mac}}, 100};
}

static void take(void)
{
	frr_repair_take(repair, &zebra);
}

/* ---- iproute2 ---- */

static void says(const char *command, const char *wanted)
{
	char line[256], all[1024] = "";
	FILE *f = popen(command, "r");

	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s; ", line);
	}
	pclose(f);
	assert_string_equal(all, wanted);
}

static void fdb(const char *wanted)
{
	says("bridge fdb show dev vx0 | sed -n 's/^02:00:00:00:00:\\(..\\) \\(dst\\|nhid\\) \\([^ ]*\\) .*/\\1 \\3/p' | sort",
	     wanted);
}

static void neighbours(const char *wanted)
{
	says("ip -4 neigh show dev svi nud all | sed -n 's/ *$//; s/ extern_valid//; s/^\\(10[^ ]*\\) .*lladdr 02:00:00:00:00:\\(..\\).* \\([A-Z]*\\)$/\\1 \\2 \\3/p' | sort",
	     wanted);
}

/* ---- tests ---- */

static void addresses(void **state)
{
	struct frr_repaired n;

	NEED_VXLAN();
	nothing();
	behind(1, 1, 0);
	behind(2, 0, 3);
	take();
	fdb("01 91; 02 192.0.2.3; ");
	n = frr_repair_count(repair);
	assert_int_equal(n.macs, 2);
	assert_int_equal(n.refused, 0);
	take();
	fdb("01 91; 02 192.0.2.3; ");
	nothing();
	behind(1, 2, 0); /* another segment, and the other way round */
	behind(2, 1, 0);
	take();
	fdb("01 92; 02 91; ");
	nothing();
	behind(1, 0, 2);
	take();
	fdb("01 192.0.2.2; ");
	nothing();
	take();
	fdb("");
	n = frr_repair_count(repair);
	assert_int_equal(n.macs, 0);
}

/* A group that is not there, a VNI without a device: nothing to make. */
static void not_possible(void **state)
{
	NEED_VXLAN();
	nothing();
	behind(1, 3, 0);
	behind(2, 1, 0);
	macs[1].vni = 300;
	behind(3, 1, 0);
	macs[2].vni = 400;
	host(1, 1);
	hosts[0].vni = 200;
	take();
	fdb("");
	neighbours("");
	assert_int_equal(frr_repair_count(repair).refused, 0);
	nothing();
	behind(1, 1, 0);
	es[0].group = 77; /* zebra says so, the kernel has none */
	take();
	fdb("");
	assert_int_equal(frr_repair_count(repair).refused, 1);
	es[0].group = 91;
	take();
	fdb("01 91; ");
	assert_int_equal(frr_repair_count(repair).refused, 0);
	nothing();
	take();
	fdb("");
}

static void of_others(void **state)
{
	NEED_VXLAN();
	sh("bridge fdb add 02:00:00:00:00:01 dev vx0 dst 192.0.2.9 self static");
	sh("ip neigh add 10.0.0.1 dev svi lladdr 02:00:00:00:00:01 nud permanent");
	nothing();
	behind(1, 1, 0);
	behind(2, 1, 0);
	host(1, 7);
	take();
	fdb("01 192.0.2.9; 02 91; ");
	neighbours("10.0.0.1 01 PERMANENT; ");
	/* one of ours that somebody has changed is his */
	sh("bridge fdb replace 02:00:00:00:00:02 dev vx0 nhid 92 self static");
	take();
	fdb("01 192.0.2.9; 02 92; ");
	nothing();
	take();
	fdb("01 192.0.2.9; 02 92; ");
	neighbours("10.0.0.1 01 PERMANENT; ");
	frr_repair_end(repair);
	fdb("01 192.0.2.9; 02 92; ");
	sh("bridge fdb del 02:00:00:00:00:01 dev vx0 self; bridge fdb del 02:00:00:00:00:02 dev vx0 self");
	sh("ip neigh del 10.0.0.1 dev svi");
}

static void hosts_of_peers(void **state)
{
	NEED_VXLAN();
	nothing();
	host(1, 1);
	host(2, 2);
	take();
	neighbours("10.0.0.1 01 STALE; 10.0.0.2 02 STALE; ");
	assert_int_equal(frr_repair_count(repair).hosts, 2);
	/* zebra removes it, the kernel gives it up: it is made again */
	sh("ip neigh del 10.0.0.1 dev svi");
	sh("ip neigh replace 10.0.0.2 dev svi lladdr 02:00:00:00:00:02 nud failed 2>/dev/null || ip neigh del 10.0.0.2 dev svi");
	take();
	neighbours("10.0.0.1 01 STALE; 10.0.0.2 02 STALE; ");
	/* another MAC */
	nothing();
	host(1, 9);
	host(2, 2);
	take();
	neighbours("10.0.0.1 09 STALE; 10.0.0.2 02 STALE; ");
	/* zebra has made it anew, without what marks it: it is the kernel's own from now on */
	sh("ip neigh replace 10.0.0.2 dev svi lladdr 02:00:00:00:00:02 nud reachable");
	nothing();
	take();
	neighbours("10.0.0.2 02 REACHABLE; ");
	sh("ip neigh del 10.0.0.2 dev svi");
}

static void young(void **state)
{
	NEED_VXLAN();
	nothing();
	behind(1, 1, 0);
	host(1, 1);
	take();
	nothing();
	zebra.young = true;
	take();
	fdb("01 91; ");
	neighbours("10.0.0.1 01 STALE; ");
	zebra.young = false;
	take();
	fdb("");
	neighbours("");
}

/* A successor knows what its predecessor made, keeps it until zebra says otherwise, and ends it all. */
static void after_a_restart(void **state)
{
	NEED_VXLAN();
	nothing();
	behind(1, 1, 0);
	behind(2, 0, 3);
	host(1, 1);
	take();
	restart();
	assert_int_equal(frr_repair_count(repair).macs, 2);
	assert_int_equal(frr_repair_count(repair).hosts, 1);
	nothing();
	behind(1, 1, 0);
	take();
	fdb("01 91; ");
	neighbours("");
	restart();
	frr_repair_end(repair);
	fdb("");
	restart();
	assert_int_equal(frr_repair_count(repair).macs, 0);
}

static void broken_file(void **state)
{
	FILE *f = fopen(path, "w");

	NEED_VXLAN();
	fputs("mac vx0 0 02:00 91 -\nhost svi 1 02:00:00:00:00:01\nnonsense\n"
	      "mac vx0 0 02:00:00:00:00:01 0 -\nmac vx0 0 02:00:00:00:00:05 91 -\n",
	      f);
	fclose(f);
	restart();
	assert_int_equal(frr_repair_count(repair).macs, 1);
	frr_repair_end(repair);
	assert_int_equal(frr_repair_count(repair).macs, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),   cmocka_unit_test(not_possible),
		cmocka_unit_test(of_others),   cmocka_unit_test(hosts_of_peers),
		cmocka_unit_test(young),       cmocka_unit_test(after_a_restart),
		cmocka_unit_test(broken_file),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
