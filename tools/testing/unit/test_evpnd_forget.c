// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_forget.c - what a real VXLAN device and its bridge have learned of a tunnel, in a network
 * namespace of this process's own (needs root), made and read by iproute2.
 */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"
#include "system/forget.h"
#include "system/links.h"
#include "timer.h"
#include "netns_rig.h"

enum { MANY = 600 }; /* more than one portion */

static struct links *links;
static struct forget *forget;

static void on_link(void *data, const struct fact_link *now, const struct fact_link *was)
{
}

static void on_gone(void *data, const struct fact_link *was)
{
}

static const struct links_ops ops = {.changed = on_link, .gone = on_gone, .follow = on_follow};

static int set_up(void **state)
{
	if (unshare(CLONE_NEWNET) ||
	    system("ip link add vx0 type vxlan id 100 local 192.0.2.1 dstport 4789 2>/dev/null"
		   " && ip link add br0 type bridge && ip link set vx0 master br0 up && ip link set br0 up"))
		return 0;
	log_open("test", true);
	log_set_level(LOG_LEVEL_ERROR);
	assert_true(sd_event_new(&event) >= 0);
	links = links_new(event, &ops, NULL);
	assert_non_null(links);
	forget = forget_new(event, links);
	assert_non_null(forget);
	return 0;
}

static int tear_down(void **state)
{
	forget_free(forget);
	links_free(links);
	sd_event_unref(event);
	return 0;
}

#define NEED_VXLAN() \
	if (!forget) \
	skip()

/* until so many are forgotten, or two seconds are over */
static void run_until(uint64_t total)
{
	u64 until = timer_now_us() + 2000000;

	while (forget_count(forget) < total && timer_now_us() < until)
		sd_event_run(event, 100000);
	while (sd_event_run(event, 50000) > 0)
		;
}

static void forget_host(u8 host, u32 vni)
{
	struct flood_key key = {.vni = vni, .remote_vni = vni, .address = ip_v4(0xc0000200 + host)};

	strcpy(key.ifname, "vx0");
	forget_tunnel(forget, &key);
}

static void has(const char *wanted)
{
	char line[256], all[1024] = "";
	FILE *f = popen("bridge fdb show dev vx0 | sed -n 's/^02:00:00:00:00:/ /p' |"
			" sed 's/ dev vx0//;s/ dst 192.0.2./ /;s/ *$//' | sort",
			"r");

	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = ';';
		strncat(all, line, sizeof(all) - strlen(all) - 1);
	}
	pclose(f);
	assert_string_equal(all, wanted);
}

#define FDB(mac, dst, how)                                                               \
	sh("bridge fdb add 02:00:00:00:00:" mac " dev vx0 dst 192.0.2." dst " self " how \
	   " && bridge fdb add 02:00:00:00:00:" mac " dev vx0 master dynamic")

/* Of that tunnel, learned, and nothing else. */
static void one_tunnel(void **state)
{
	NEED_VXLAN();
	FDB("01", "2", "dynamic");
	FDB("02", "3", "dynamic");
	FDB("03", "2", "static");
	FDB("04", "2", "dynamic extern_learn");
	forget_host(2, 200);
	run_until(0);
	assert_int_equal(forget_count(forget), 0);
	forget_host(2, 100);
	forget_host(2, 100);
	forget_host(9, 100);
	run_until(1);
	assert_int_equal(forget_count(forget), 1);
	has(" 02 3 self; 02 master br0; 03 2 self static; 03 master br0; 04 2 self extern_learn; 04 master br0;");
}

static void many(void **state)
{
	FILE *f;
	int i;

	NEED_VXLAN();
	f = popen("bridge -batch -", "w");
	for (i = 0; i < MANY; i++)
		fprintf(f, "fdb add 02:00:00:01:%02x:%02x dev vx0 dst 192.0.2.5 self dynamic\n",
			i >> 8, i & 0xff);
	assert_int_equal(pclose(f), 0);
	forget_host(5, 100);
	run_until(1 + MANY);
	assert_int_equal(forget_count(forget), 1 + MANY);
	sh("! bridge fdb show dev vx0 | grep -q 192.0.2.5");
}

/* A device that goes away between the order and the look. */
static void no_device(void **state)
{
	NEED_VXLAN();
	forget_host(3, 100);
	sh("ip link del vx0");
	run_until(1 + MANY);
	assert_int_equal(forget_count(forget), 1 + MANY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_tunnel),
		cmocka_unit_test(many),
		cmocka_unit_test(no_device),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
