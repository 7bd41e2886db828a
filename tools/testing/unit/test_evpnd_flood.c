// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_flood.c - flooding lists of real VXLAN devices, in a network namespace of this process's
 * own (needs root), read by iproute2.
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
#include <unistd.h>

#include <cmocka.h>

#include "system/fdb_flood.h"
#include "system/links.h"
#include "log.h"
#include "netns_rig.h"

static struct links *links;
static struct fdb_flood *kf;
static char path[] = "/tmp/test_evpnd_flood.XXXXXX";
static unsigned int results;
static struct flood_result last;

static void on_changed(void *data, const struct fact_link *now, const struct fact_link *was)
{
	if (kf)
		fdb_flood_link(kf, now);
}

static void on_gone(void *data, const struct fact_link *was)
{
	if (kf)
		fdb_flood_link(kf, was);
}

static void on_result(void *data, const struct flood_result *r)
{
	results++;
	last = *r;
}

static const struct links_ops ops = {.changed = on_changed, .gone = on_gone, .follow = on_follow};

static void restart(void)
{
	fdb_flood_free(kf);
	kf = fdb_flood_new(event, path, links, on_result, NULL);
	assert_non_null(kf);
}

static int set_up(void **state)
{
	if (unshare(CLONE_NEWNET) ||
	    system("ip link add vx0 type vxlan id 100 local 192.0.2.1 dstport 4789 2>/dev/null"))
		return 0;
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
	fdb_flood_free(kf);
	links_free(links);
	sd_event_unref(event);
	unlink(path);
	return 0;
}

#define NEED_VXLAN() \
	if (!kf)     \
	skip()

static struct flood_key a_wish(const char *dev, u32 vni, u32 remote, u8 host)
{
	struct flood_key w = {};

	strcpy(w.ifname, dev);
	w.vni = vni;
	w.remote_vni = remote;
	w.address = ip_v4(0xc0000200 + host);
	return w;
}

static void wish(u8 host)
{
	struct flood_key w = a_wish("vx0", 100, 100, host);

	fdb_flood_wish(kf, &w);
}

static void unwish(u8 host)
{
	struct flood_key w = a_wish("vx0", 100, 100, host);

	fdb_flood_wish_gone(kf, &w);
}

/* What iproute2 reads from the device, sorted; the file likewise. */
static void has(const char *dev, const char *wanted)
{
	char command[256], line[256], all[1024] = "";
	FILE *f;

	snprintf(
		command, sizeof(command),
		"bridge fdb show dev %s | sed -n 's/ self.*//; s/^00:00:00:00:00:00 dst //p' | sort",
		dev);
	f = popen(command, "r");
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s; ", line);
	}
	pclose(f);
	assert_string_equal(all, wanted);
}

static void file_has(const char *wanted)
{
	char all[1024];
	FILE *f = fopen(path, "r");
	size_t n = fread(all, 1, sizeof(all) - 1, f);

	fclose(f);
	all[n] = '\0';
	assert_string_equal(all, wanted);
}

static void made_and_unmade(void **state)
{
	NEED_VXLAN();
	wish(2);
	wish(3);
	run(5);
	has("vx0", "192.0.2.2; 192.0.2.3; ");
	assert_int_equal(results, 2);
	assert_int_equal(last.status, WISH_INSTALLED);
	file_has("vx0 100 192.0.2.2 100\nvx0 100 192.0.2.3 100\n");
	wish(3);
	run(5);
	assert_int_equal(results, 2); /* the same is no news */
	unwish(2);
	run(5);
	has("vx0", "192.0.2.3; ");
	unwish(3);
	run(5);
	has("vx0", "");
	file_has("");
}

/* An entry of somebody else stays, whether it was wished for or not. */
static void others_are_left_alone(void **state)
{
	NEED_VXLAN();
	sh("bridge fdb append 00:00:00:00:00:00 dev vx0 dst 192.0.2.8");
	sh("bridge fdb append 00:00:00:00:00:00 dev vx0 dst 192.0.2.9");
	wish(2);
	wish(8);
	run(5);
	has("vx0", "192.0.2.2; 192.0.2.8; 192.0.2.9; ");
	file_has("vx0 100 192.0.2.2 100\n");
	unwish(8);
	fdb_flood_replay(kf);
	fdb_flood_sweep(kf);
	run(5);
	has("vx0", "192.0.2.8; 192.0.2.9; ");
	sh("bridge fdb del 00:00:00:00:00:00 dev vx0 dst 192.0.2.8");
	sh("bridge fdb del 00:00:00:00:00:00 dev vx0 dst 192.0.2.9");
}

/* What somebody else takes away comes back at the next look. */
static void put_right(void **state)
{
	NEED_VXLAN();
	wish(2);
	run(5);
	sh("bridge fdb del 00:00:00:00:00:00 dev vx0 dst 192.0.2.2");
	has("vx0", "");
	sh("ip link set vx0 mtu 1400 up");
	run(50);
	has("vx0", "192.0.2.2; ");
	unwish(2);
	run(5);
	has("vx0", "");
}

/* A restart: nothing changes before the sweep, and then only what is not wished any more. */
static void restarted(void **state)
{
	NEED_VXLAN();
	wish(2);
	wish(3);
	run(5);
	restart();
	run(5);
	has("vx0", "192.0.2.2; 192.0.2.3; ");
	wish(3);
	wish(4);
	run(5);
	has("vx0", "192.0.2.2; 192.0.2.3; 192.0.2.4; ");
	fdb_flood_sweep(kf);
	run(5);
	has("vx0", "192.0.2.3; 192.0.2.4; ");
	/* the speaker alone is a new one: its wishes are told again */
	results = 0;
	fdb_flood_replay(kf);
	wish(3);
	run(5);
	assert_int_equal(results, 2);
	has("vx0", "192.0.2.3; 192.0.2.4; ");
	fdb_flood_sweep(kf);
	run(5);
	has("vx0", "192.0.2.3; ");
	fdb_flood_replay(kf);
	fdb_flood_sweep(kf);
	run(5);
	has("vx0", "");
}

/* A device that comes, goes, and is another one. */
static void devices(void **state)
{
	struct flood_key w = a_wish("vx1", 200, 200, 2);

	NEED_VXLAN();
	fdb_flood_wish(kf, &w);
	run(5);
	assert_int_equal(last.status, WISH_PENDING);
	assert_string_equal(last.text, "there is no device vx1 yet");
	file_has("");
	sh("ip link add vx1 type vxlan id 200 local 192.0.2.1 dstport 4789");
	run(50);
	assert_int_equal(last.status, WISH_INSTALLED);
	has("vx1", "192.0.2.2; ");
	sh("ip link del vx1");
	sh("ip link add vx1 type vxlan id 201 local 192.0.2.1 dstport 4789");
	run(50);
	assert_int_equal(last.status, WISH_REFUSED);
	assert_string_equal(last.text, "vx1 is for VNI 201, not for 200");
	file_has("");
	sh("ip link del vx1");
	sh("ip link add vx1 type bridge");
	run(50);
	assert_string_equal(last.text, "vx1 is no VXLAN device");
	sh("ip link del vx1");
	fdb_flood_wish_gone(kf, &w);
	run(5);
}

/* One device for many VNIs, and a PE that numbers them otherwise. */
static void external(void **state)
{
	struct flood_key w = a_wish("vx2", 300, 300, 2), x = a_wish("vx2", 301, 399, 2);

	NEED_VXLAN();
	sh("ip link add vx2 type vxlan external local 192.0.2.1 dstport 4790");
	run(50);
	fdb_flood_wish(kf, &w);
	fdb_flood_wish(kf, &x);
	run(5);
	has("vx2", "192.0.2.2 src_vni 300; 192.0.2.2 vni 399 src_vni 301; ");
	restart();
	fdb_flood_wish(kf, &x);
	fdb_flood_sweep(kf);
	run(5);
	has("vx2", "192.0.2.2 vni 399 src_vni 301; ");
	fdb_flood_wish_gone(kf, &x);
	run(5);
	has("vx2", "");
	sh("ip link del vx2");
	run(50);
}

/* Another family than the device's: the kernel's own word, and no entry in the file. */
static void refused(void **state)
{
	struct flood_key w = a_wish("vx0", 100, 100, 2);

	NEED_VXLAN();
	log_set_level(LOG_LEVEL_ERROR);
	ip_parse(&w.address, "2001:db8::2");
	fdb_flood_wish(kf, &w);
	run(5);
	assert_int_equal(last.status, WISH_REFUSED);
	assert_true(last.text[0]);
	file_has("");
	fdb_flood_wish_gone(kf, &w);
	run(5);
}

/* As many as neighbours name: the log does not get a line for each. */
static void refused_quietly(void **state)
{
	struct flood_key w = a_wish("vx0", 100, 100, 2);
	int fds[2], saved = dup(STDERR_FILENO), n = 0;
	char text[65536];
	ssize_t len;

	NEED_VXLAN();
	ip_parse(&w.address, "2001:db8::2");
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	dup2(fds[1], STDERR_FILENO);
	for (u8 i = 0; i < 200; i++) {
		w.address.b[14] = i;
		fdb_flood_wish(kf, &w);
	}
	run(50);
	dup2(saved, STDERR_FILENO);
	len = read(fds[0], text, sizeof(text));
	for (ssize_t i = 0; i < len; i++)
		n += text[i] == '\n';
	close(saved);
	close(fds[0]);
	close(fds[1]);
	for (u8 i = 0; i < 200; i++) {
		w.address.b[14] = i;
		fdb_flood_wish_gone(kf, &w);
	}
	run(5);
	assert_in_range(n, 1, 5);
}

static void impossible(void **state)
{
	struct flood_key w = a_wish("vx0", 100, 100, 2);

	assert_true(fdb_flood_key_ok(&w));
	w.vni = 0;
	assert_false(fdb_flood_key_ok(&w));
	w = a_wish("vx0", 100, 0x1000000, 2);
	assert_false(fdb_flood_key_ok(&w));
	w = a_wish("", 100, 100, 2);
	assert_false(fdb_flood_key_ok(&w));
	memset(w.ifname, 'x', sizeof(w.ifname));
	assert_false(fdb_flood_key_ok(&w));
	w = a_wish("vx0", 100, 100, 2);
	ip_parse(&w.address, "224.0.0.1");
	assert_false(fdb_flood_key_ok(&w));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_and_unmade), cmocka_unit_test(others_are_left_alone),
		cmocka_unit_test(put_right),	   cmocka_unit_test(restarted),
		cmocka_unit_test(devices),	   cmocka_unit_test(external),
		cmocka_unit_test(refused),	   cmocka_unit_test(refused_quietly),
		cmocka_unit_test(impossible),
	};

	return cmocka_run_group_tests_name("evpnd_flood", tests, set_up, tear_down);
}
