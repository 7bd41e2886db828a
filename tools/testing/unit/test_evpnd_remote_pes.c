// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_remote_pes.c - PEs of the core in the tables of a real kernel, in a network namespace of this process's
 * own (needs root), read by iproute2.
 *
 * Requirements: C71
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "system/links.h"
#include "system/remote_pes.h"
#include "log.h"
#include "netns_rig.h"

static struct links *links;
static struct remote_pes *rp;
static char path[] = "/tmp/test_evpnd_pes.XXXXXX";
static struct core_pe_result last;
static unsigned int results;

static void on_changed(void *data, const struct fact_link *now, const struct fact_link *was)
{
	if (rp)
		remote_pes_link(rp, now);
}

static void on_gone(void *data, const struct fact_link *was)
{
	if (rp)
		remote_pes_link(rp, was);
}

static void on_result(void *data, const struct core_pe_result *r)
{
	results++;
	last = *r;
}

static const struct links_ops ops = {.changed = on_changed, .gone = on_gone, .follow = on_follow};

static void restart(void)
{
	remote_pes_free(rp);
	rp = remote_pes_new(event, path, links, on_result, NULL);
	assert_non_null(rp);
}

static int set_up(void **state)
{
	if (unshare(CLONE_NEWNET) ||
	    system("ip link add br0 type bridge forward_delay 0 2>/dev/null &&"
		   "ip link add vx0 type vxlan id 5000 local 192.0.2.1 dstport 4789 nolearning &&"
		   "ip link set vx0 master br0 up && ip link set br0 up"))
		return 0;
	log_open("test", true);
	log_set_level(LOG_LEVEL_ERROR);
	close(mkstemp(path));
	assert_true(sd_event_new(&event) >= 0);
	links = links_new(event, &ops, NULL);
	assert_non_null(links);
	run(100);
	restart();
	return 0;
}

static int tear_down(void **state)
{
	remote_pes_free(rp);
	links_free(links);
	sd_event_unref(event);
	unlink(path);
	return 0;
}

#define NEED_KERNEL() \
	if (!rp)      \
	skip()

static struct wish_core_pe a_wish(u8 pe, u8 mac)
{
	struct wish_core_pe w;

	memset(&w, 0, sizeof(w));
	strcpy(w.key.svi, "br0");
	strcpy(w.key.vxlan, "vx0");
	w.key.address = ip_v4(0xc0000200 + pe);
	w.mac = (struct mac){{2, 0, 0, 0, 0, mac}};
	return w;
}

static void wish(u8 pe, u8 mac)
{
	struct {
		struct batch head;
		struct wish_core_pe w;
	} b = {.head = {.n = 1}, .w = a_wish(pe, mac)};

	assert_true(remote_pes_wish_ok(&b.w));
	remote_pes_wish(rp, &b.head);
}

static void unwish(u8 pe)
{
	struct {
		struct batch head;
		struct core_pe_key k;
	} b = {.head = {.n = 1}, .k = a_wish(pe, 2).key};

	remote_pes_wish_gone(rp, &b.head);
}

/* What iproute2 reads, in order: neighbours, then the entries of the VXLAN device and the bridge for it */
static void has(const char *wanted)
{
	char line[256], all[2048] = "";
	FILE *f = popen("(ip neigh show dev br0 nud permanent; "
			"bridge fdb show dev vx0 | grep -v 'permanent\\|^00:00:00\\| vlan 1 ') | "
			"sed 's/extern_learn *//g; s/ static//g; s/ *$//' | sort",
			"r");

	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s; ", line);
	}
	pclose(f);
	assert_string_equal(all, wanted);
}

static void test_made(void **state)
{
	NEED_KERNEL();
	wish(2, 2);
	assert_int_equal(last.status, WISH_INSTALLED);
	has("02:00:00:00:00:02 dst 192.0.2.2 self; 02:00:00:00:00:02 master br0; "
	    "192.0.2.2 lladdr 02:00:00:00:00:02 PERMANENT; ::ffff:192.0.2.2 lladdr 02:00:00:00:00:02 PERMANENT; ");
	wish(2, 3); /* it has another router */
	has("02:00:00:00:00:03 dst 192.0.2.2 self; 02:00:00:00:00:03 master br0; "
	    "192.0.2.2 lladdr 02:00:00:00:00:03 PERMANENT; ::ffff:192.0.2.2 lladdr 02:00:00:00:00:03 PERMANENT; ");
	unwish(2);
	has("");
}

/* A successor finds what is its own, and takes away what it does not want. */
static void test_restart(void **state)
{
	NEED_KERNEL();
	wish(2, 2);
	wish(3, 3);
	restart();
	wish(2, 2);
	remote_pes_sweep(rp);
	has("02:00:00:00:00:02 dst 192.0.2.2 self; 02:00:00:00:00:02 master br0; "
	    "192.0.2.2 lladdr 02:00:00:00:00:02 PERMANENT; ::ffff:192.0.2.2 lladdr 02:00:00:00:00:02 PERMANENT; ");
	/* a fresh speaker does not want it any more */
	remote_pes_replay(rp);
	remote_pes_sweep(rp);
	has("");
}

/* Somebody else's stays, and is said to be in the way; the same as ours does as well. */
static void test_foreign(void **state)
{
	NEED_KERNEL();
	sh("ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:99 dev br0 nud permanent");
	log_set_level(LOG_LEVEL_ERROR);
	wish(2, 2);
	assert_int_equal(last.status, WISH_REFUSED);
	assert_string_equal(last.text,
			    "somebody else has put 192.0.2.2 on br0 with another MAC address");
	unwish(2);
	has("192.0.2.2 lladdr 02:00:00:00:00:99 PERMANENT; ");
	sh("ip neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev br0 nud permanent");
	wish(2, 2);
	assert_int_equal(last.status, WISH_INSTALLED);
	unwish(2);
	has("192.0.2.2 lladdr 02:00:00:00:00:02 PERMANENT; ");
	sh("ip neigh del 192.0.2.2 dev br0");
	sh("bridge fdb add 02:00:00:00:00:02 dev vx0 dst 192.0.2.9 self static");
	wish(2, 2);
	assert_int_equal(last.status, WISH_REFUSED);
	assert_non_null(
		strstr(last.text, "02:00:00:00:00:02, its router's MAC address, elsewhere"));
	unwish(2);
	has("02:00:00:00:00:02 dst 192.0.2.9 self; ");
	sh("bridge fdb del 02:00:00:00:00:02 dev vx0 dst 192.0.2.9 self");
}

/* What was learned is no program's. */
static void test_learned(void **state)
{
	NEED_KERNEL();
	sh("ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:99 dev br0 nud reachable");
	wish(2, 2);
	assert_int_equal(last.status, WISH_INSTALLED);
	sh("ip neigh show 192.0.2.2 dev br0 | grep -q '02:00:00:00:00:02 PERMANENT'");
	unwish(2);
	has("");
}

/* The kernel takes neighbours away with their device. */
static void test_device_down(void **state)
{
	NEED_KERNEL();
	wish(2, 2);
	sh("ip link set br0 down");
	run(200);
	assert_int_equal(last.status, WISH_PENDING);
	assert_string_equal(last.text, "br0 is down");
	sh("ip link set br0 up");
	run(200);
	assert_int_equal(last.status, WISH_INSTALLED);
	sh("ip neigh show 192.0.2.2 dev br0 | grep -q '02:00:00:00:00:02 PERMANENT'");
	unwish(2);
	has("");
}

static void test_impossible(void **state)
{
	struct wish_core_pe w = a_wish(2, 2);

	assert_true(remote_pes_wish_ok(&w));
	w.mac.b[0] = 1;
	assert_false(remote_pes_wish_ok(&w));
	w = a_wish(2, 2);
	memset(&w.mac, 0, sizeof(w.mac));
	assert_false(remote_pes_wish_ok(&w));
	w = a_wish(2, 2);
	memset(w.key.svi, 'x', sizeof(w.key.svi));
	assert_false(remote_pes_wish_ok(&w));
	w = a_wish(2, 2);
	w.key.address = ip_v4(0xe0000001);
	assert_false(remote_pes_key_ok(&w.key));
}

/* Neighbours may name thousands, one a message: what is noted of one does not take longer the more there are. */
static void test_many(void **state)
{
	struct stat before, after;

	NEED_KERNEL();
	run(1200);
	wish(2, 2);
	assert_int_equal(stat(path, &before), 0);
	for (u8 pe = 3; pe < 60; pe++)
		wish(pe, pe);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(after.st_ino,
			 before.st_ino); /* lines were added to it, and none written again */
	assert_true(after.st_size > before.st_size);
	restart();
	remote_pes_sweep(rp); /* all are known to be its own */
	has("");
	run(1200);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(after.st_size, 0);
}

/* All say the same MAC address: the log does not get a line for each. */
static void test_quiet(void **state)
{
	int fds[2], saved = dup(STDERR_FILENO), n = 0;
	char text[65536];
	ssize_t len;

	NEED_KERNEL();
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	dup2(fds[1], STDERR_FILENO);
	for (u8 pe = 2; pe < 100; pe++)
		wish(pe, 2);
	dup2(saved, STDERR_FILENO);
	len = read(fds[0], text, sizeof(text));
	for (ssize_t i = 0; i < len; i++)
		n += text[i] == '\n';
	assert_in_range(n, 1, 5);
	for (u8 pe = 2; pe < 100; pe++)
		unwish(pe);
	has("");
	close(saved);
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made),	    cmocka_unit_test(test_restart),
		cmocka_unit_test(test_foreign),	    cmocka_unit_test(test_learned),
		cmocka_unit_test(test_device_down), cmocka_unit_test(test_impossible),
		cmocka_unit_test(test_many),	    cmocka_unit_test(test_quiet),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
