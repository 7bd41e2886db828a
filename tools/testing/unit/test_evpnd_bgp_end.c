// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_bgp_end.c - BGP sessions on a port that closes, with real TCP connections between two network namespaces of this
 * process's own (needs root): over the segment's device, over VLANs of it, and over the core.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"
#include "system/bgp_end.h"
#include "system/links.h"
#include "timer.h"
#include "netns_rig.h"

static struct links *links;
static struct bgp_end *end;
static int here = -1, there = -1;
static const char name[CONF_NAME_MAX] = "ce";

static void on_changed(void *data, const struct fact_link *now, const struct fact_link *was)
{
}

static void on_gone(void *data, const struct fact_link *was)
{
}

static const struct links_ops link_ops = {
	.changed = on_changed, .gone = on_gone, .follow = on_follow};

/* The customer and the core: another namespace. Return: its descriptor */
static int make_other(void)
{
	char path[64], cmd[512];
	int ready[2], fd;
	pid_t pid;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWNET) || write(ready[1], "", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	if (read(ready[0], path, 1) != 1)
		return -1;
	snprintf(
		cmd, sizeof(cmd),
		"ip link add bond0 type veth peer name bond0 netns %d && ip link add core0 type veth peer name core0 netns %d",
		pid, pid);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	fd = system(cmd) ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return fd;
}

static int address(int ns, int last)
{
	char cmd[768];

	snprintf(
		cmd, sizeof(cmd),
		"ip link set lo up && ip link set bond0 up && ip link set core0 up &&"
		"ip link add link bond0 name bond0.10 type vlan id 10 && ip link set bond0.10 up &&"
		"ip link add link bond0 name bond0.20 type vlan id 20 && ip link set bond0.20 up &&"
		"ip addr add 10.0.0.%d/24 dev bond0 && ip addr add 10.0.10.%d/24 dev bond0.10 &&"
		"ip addr add 10.0.20.%d/24 dev bond0.20 && ip addr add fd00::%d/64 dev bond0.10 nodad && ip addr add 192.0.2.%d/24 dev core0",
		last, last, last, last, last);
	return setns(ns, CLONE_NEWNET) || system(cmd);
}

static int set_up(void **state)
{
	if (unshare(CLONE_NEWNET))
		return 0;
	here = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	there = make_other();
	if (there < 0 || address(there, 2) || address(here, 1))
		return 0;
	log_open("test", true);
	log_set_level(LOG_LEVEL_ERROR);
	assert_true(sd_event_new(&event) >= 0);
	links = links_new(event, &link_ops, NULL);
	assert_non_null(links);
	run(100);
	end = bgp_end_new(event, links);
	assert_non_null(end);
	return 0;
}

static int tear_down(void **state)
{
	bgp_end_free(end);
	links_free(links);
	sd_event_unref(event);
	return 0;
}

/* A connection to port @port of the other namespace. Return: our end; the other one is accepted and stays */
static int session(const char *to, uint16_t port)
{
	struct sockaddr_storage ss;
	struct ip_addr a;
	socklen_t len;
	int one = 1, l, s;

	assert_int_equal(ip_parse(&a, to), 0);
	len = ip_to_sockaddr(&a, port, &ss);
	assert_int_equal(setns(there, CLONE_NEWNET), 0);
	l = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	assert_int_equal(bind(l, (struct sockaddr *)&ss, len), 0);
	assert_int_equal(listen(l, 1), 0);
	assert_int_equal(setns(here, CLONE_NEWNET), 0);
	s = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(s, (struct sockaddr *)&ss, len), 0);
	assert_true(accept(l, NULL, NULL) >= 0);
	close(l);
	return s;
}

/* Return: the daemon that has it would see that it is over */
static bool is_over(int s)
{
	struct pollfd p = {.fd = s, .events = POLLIN};
	char c;

	return poll(&p, 1, 0) == 1 && recv(s, &c, 1, MSG_DONTWAIT) < 0 && errno == ECONNABORTED;
}

static void set(uint8_t map[CONF_VLAN_BYTES], unsigned int vlan)
{
	map[vlan / 8] |= (uint8_t)(1u << vlan % 8);
}

#define NEED_KERNEL() \
	if (!end)     \
	skip()

static void test_port(void **state)
{
	struct wish_es w = {.ifname = "bond0", .mode = CONF_PORT_ACTIVE, .df = true};
	struct fact_es before = {.df = true};
	int plain, vlan, six, core, web;

	NEED_KERNEL();
	plain = session("10.0.0.2", 179);
	vlan = session("10.0.10.2", 179);
	six = session("fd00::2", 179);
	core = session("192.0.2.2", 179);
	web = session("10.0.10.2", 80);
	bgp_end_roles(end, &before, &w, name);
	run(50);
	assert_false(is_over(plain));
	w.df = false;
	bgp_end_roles(end, NULL, &w, name); /* it was never open */
	run(50);
	assert_int_equal(bgp_end_count(end), 0);
	bgp_end_roles(end, &before, &w, name);
	run(50);
	assert_true(is_over(plain));
	assert_true(is_over(vlan));
	assert_true(is_over(six));
	assert_false(is_over(core));
	assert_false(is_over(web));
	assert_int_equal(bgp_end_count(end), 3);
}

/* Handed over, the port is open still: the core is to be led away from it first. */
static void test_handed_over(void **state)
{
	struct wish_es w = {
		.ifname = "bond0", .mode = CONF_PORT_ACTIVE, .df = true, .draining = true};
	struct fact_es before = {.df = true};
	int s, again;

	NEED_KERNEL();
	s = session("10.0.0.2", 179);
	bgp_end_roles(end, &before, &w, name);
	run(50);
	assert_true(is_over(s));
	again = session("10.0.0.2", 179);
	bgp_end_roles(end, &before, &w, name);
	run(50);
	assert_true(is_over(again));
}

static void test_vlan(void **state)
{
	struct wish_es w = {.ifname = "bond0", .mode = CONF_SINGLE_ACTIVE, .untagged_vid = 7};
	struct fact_es before = {};
	int plain, ten, twenty;

	NEED_KERNEL();
	plain = session("10.0.0.2", 179);
	ten = session("10.0.10.2", 179);
	twenty = session("10.0.20.2", 179);
	set(before.vlan_df, 7);
	set(before.vlan_df, 10);
	set(before.vlan_df, 20);
	set(w.vlan_df, 7);
	set(w.vlan_df, 20);
	bgp_end_roles(end, &before, &w, name);
	run(50);
	assert_false(is_over(plain));
	assert_true(is_over(ten));
	assert_false(is_over(twenty));
	memset(w.vlan_df, 0, sizeof(w.vlan_df));
	set(w.vlan_df, 20);
	bgp_end_roles(end, &before, &w, name);
	run(50);
	assert_true(is_over(plain));
	assert_false(is_over(twenty));
	/* where all PEs forward nothing closes */
	w.mode = CONF_ALL_ACTIVE;
	memset(w.vlan_df, 0, sizeof(w.vlan_df));
	bgp_end_roles(end, &before, &w, name);
	run(50);
	assert_false(is_over(twenty));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_port),
		cmocka_unit_test(test_handed_over),
		cmocka_unit_test(test_vlan),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
