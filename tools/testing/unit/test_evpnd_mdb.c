// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_mdb.c - groups put into a real bridge, in a network namespace of this process's own (needs
 * root), read by iproute2.
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

#include "log.h"
#include "nl.h"
#include "system/links.h"
#include "system/mdb.h"
#include "netns_rig.h"

static struct links *links;
static struct mdb *mdb;
static unsigned int results;
static unsigned int rooms;
static struct mdb_result last;

static void on_changed(void *data, const struct fact_link *now, const struct fact_link *was)
{
	if (mdb)
		mdb_link(mdb, now, was);
}

static void on_gone(void *data, const struct fact_link *was)
{
}

static const struct links_ops ops = {.changed = on_changed, .gone = on_gone, .follow = on_follow};

static void on_result(void *data, enum ipc_type type, const void *body, uint32_t len)
{
	const struct batch *b = body;
	const struct mdb_result *r = batch_items(b);

	if (type == IPC_FACT_MDB_ROOM) {
		rooms++;
		return;
	}
	assert_int_equal(type, IPC_WISH_MDB_RESULT);
	assert_int_equal(len, BATCH_LEN(struct mdb_result, b->n));
	results += b->n;
	last = r[b->n - 1];
}

static void restart(void)
{
	mdb_free(mdb);
	mdb = mdb_new(event, links, on_result, NULL);
	assert_non_null(mdb);
}

static int set_up(void **state)
{
	if (unshare(CLONE_NEWNET) ||
	    system("ip link add br0 type bridge vlan_filtering 1 mcast_snooping 1 "
		   "mcast_igmp_version 3 mcast_mld_version 2 2>/dev/null") ||
	    system("bridge mdb show >/dev/null"))
		return 0;
	sh("ip link set br0 up; ip link add bond0 type veth peer name ce");
	sh("ip link set bond0 master br0; ip link set bond0 up; ip link set ce up");
	sh("bridge vlan add dev bond0 vid 10");
	log_open("test", true);
	log_set_level(LOG_LEVEL_ERROR);
	assert_true(sd_event_new(&event) >= 0);
	links = links_new(event, &ops, NULL);
	assert_non_null(links);
	restart();
	return 0;
}

static int tear_down(void **state)
{
	mdb_free(mdb);
	if (links)
		links_free(links);
	sd_event_unref(event);
	return 0;
}

#define NEED_BRIDGE() \
	if (!mdb)     \
	skip()

/* Every case begins with an empty bridge that looks at groups, and with a speaker that wishes nothing. */
static int clean(void **state)
{
	if (!mdb)
		return 0;
	sh("ip link set br0 up type bridge mcast_snooping 1 mcast_hash_max 4096");
	sh("ip link set bond0 nomaster; ip link set bond0 master br0; bridge vlan add dev bond0 vid 10");
	restart();
	run(5);
	results = 0;
	rooms = 0;
	memset(&last, 0, sizeof(last));
	return 0;
}

static const char *port_name = "bond0";

static u32 port(void)
{
	return links_by_name(links, port_name)->ifindex;
}

static struct mdb_key key_of(const char *group)
{
	struct mdb_key k = {.port = port(), .vid = 10, .tag = 10, .esi = {.b = {0, 1, 2}}};

	assert_int_equal(ip_parse(&k.group, group), 0);
	return k;
}

/* @sources: separated by blanks, or "" */
static void wish(const char *group, enum member_mode mode, const char *sources, bool temporary)
{
	struct {
		struct batch head;
		struct wish_mdb w;
	} b = {.head.n = 1};
	char *list = strdup(sources), *s, *save;
	struct ip_addr a;
	const char *why;

	b.w = (struct wish_mdb){.key = key_of(group), .mode = (u8)mode, .temporary = temporary};
	for (s = strtok_r(list, " ", &save); s; s = strtok_r(NULL, " ", &save)) {
		assert_int_equal(ip_parse(&a, s), 0);
		memcpy(b.w.sources[b.w.n_sources++].addr, a.b, sizeof(a.b));
	}
	free(list);
	assert_true(mdb_ok(&b.w, &why));
	mdb_wish(mdb, &b.head);
}

static void take_back(const char *group, u32 retain_ms)
{
	struct {
		struct batch head;
		struct mdb_key k;
	} b = {.head = {.n = 1, .retain_ms = retain_ms}, .k = key_of(group)};

	mdb_wish_gone(mdb, &b.head);
}

/* What iproute2 reads: "239.1.1.1 permanent exclude 192.0.2.7 proto evpn; ", sorted. Timers left out. */
static const char *read_all(char *all, size_t len)
{
	char line[512];
	FILE *f = popen(
		"bridge -d mdb show dev br0 | grep 'port bond0' | grep -v 'grp ff02\\|src ' |"
		"sed 's/.* grp //; s/filter_mode //; s/source_list //; s/ offload//; s,/[0-9.]*,,g;"
		"s/proto evpn/proto 77/; s/ *vid 10 */ /; s/  */ /g; s/ $//' | sort",
		"r");

	all[0] = '\0';
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		snprintf(all + strlen(all), len - strlen(all), "%s; ", line);
	}
	pclose(f);
	return all;
}

static void has(const char *wanted)
{
	char all[2048];

	assert_string_equal(read_all(all, sizeof(all)), wanted);
}

static void put_and_taken(void **state)
{
	NEED_BRIDGE();
	wish("239.1.1.1", MEMBER_EXCLUDE, "", false);
	assert_int_equal(last.status, WISH_INSTALLED);
	assert_int_equal(results, 1);
	wish("232.1.1.1", MEMBER_INCLUDE, "192.0.2.7 192.0.2.8", false);
	wish("ff3e::1", MEMBER_EXCLUDE, "2001:db8::7", false);
	assert_int_equal(last.status, WISH_INSTALLED);
	has("232.1.1.1 permanent include 192.0.2.8,192.0.2.7 proto 77; "
	    "239.1.1.1 permanent exclude proto 77; "
	    "ff3e::1 permanent exclude 2001:db8::7 proto 77; ");
	wish("232.1.1.1", MEMBER_INCLUDE, "192.0.2.8", false);
	wish("ff3e::1", MEMBER_INCLUDE, "2001:db8::8", false);
	has("232.1.1.1 permanent include 192.0.2.8 proto 77; "
	    "239.1.1.1 permanent exclude proto 77; "
	    "ff3e::1 permanent include 2001:db8::8 proto 77; ");
	take_back("232.1.1.1", 0);
	take_back("239.1.1.1", 0);
	take_back("ff3e::1", 0);
	take_back("ff3e::1", 0); /* nothing to take */
	has("");
	run(5);
	assert_int_equal(results, 5); /* what we do ourselves is no news */
}

/* What the bridge has heard becomes ours, and is left to it again. */
static void left_to_the_bridge(void **state)
{
	NEED_BRIDGE();
	sh("bridge mdb add dev br0 port bond0 grp 239.1.1.1 temp vid 10");
	wish("239.1.1.1", MEMBER_EXCLUDE, "", false);
	has("239.1.1.1 permanent exclude proto 77; ");
	wish("239.1.1.1", MEMBER_EXCLUDE, "", true);
	has("239.1.1.1 temp exclude proto 77; ");
	/* named by its key it goes, too: a host has left it */
	take_back("239.1.1.1", 0);
	has("");
	wish("232.1.1.1", MEMBER_INCLUDE, "192.0.2.7", false);
	take_back("232.1.1.1", 30000);
	has("232.1.1.1 temp include 192.0.2.7 proto 77; ");
	take_back("239.9.9.9", 30000); /* nothing to retain */
	has("232.1.1.1 temp include 192.0.2.7 proto 77; ");
}

/* Of a predecessor stays what was wished again; the rest ages. What somebody else has made stays his. */
static void swept(void **state)
{
	NEED_BRIDGE();
	sh("bridge mdb add dev br0 port bond0 grp 239.9.9.9 permanent vid 10");
	wish("239.1.1.1", MEMBER_EXCLUDE, "", false);
	wish("239.1.1.2", MEMBER_EXCLUDE, "", false);
	wish("232.1.1.3", MEMBER_INCLUDE, "192.0.2.7", false);
	restart(); /* both processes: nothing is known */
	mdb_replay(mdb);
	wish("239.1.1.1", MEMBER_EXCLUDE, "", false);
	mdb_sweep(mdb);
	has("232.1.1.3 temp include 192.0.2.7 proto 77; 239.1.1.1 permanent exclude proto 77; "
	    "239.1.1.2 temp exclude proto 77; 239.9.9.9 permanent exclude proto static; ");
	mdb_replay(mdb); /* the speaker only */
	mdb_sweep(mdb);
	has("232.1.1.3 temp include 192.0.2.7 proto 77; 239.1.1.1 temp exclude proto 77; "
	    "239.1.1.2 temp exclude proto 77; 239.9.9.9 permanent exclude proto static; ");
}

static void somebody_else(void **state)
{
	NEED_BRIDGE();
	wish("239.1.1.1", MEMBER_EXCLUDE, "", false);
	run(5);
	results = 0;
	sh("bridge mdb del dev br0 port bond0 grp 239.1.1.1 vid 10");
	run(5);
	assert_int_equal(results, 1);
	assert_int_equal(last.status, WISH_PENDING);
	assert_int_equal(last.error, EAGAIN);
	wish("239.1.1.1", MEMBER_EXCLUDE, "", false);
	has("239.1.1.1 permanent exclude proto 77; ");
	/* no port any more */
	results = 0;
	sh("ip link set bond0 nomaster");
	run(5);
	assert_true(results);
	wish("239.1.1.1", MEMBER_EXCLUDE, "", false);
	assert_int_equal(last.status, WISH_PENDING);
	assert_int_equal(last.error, 0);
	assert_string_equal(last.text, "its device is no port of a bridge");
	take_back("239.1.1.1", 0);
}

static void no_snooping(void **state)
{
	NEED_BRIDGE();
	wish("239.1.1.1", MEMBER_EXCLUDE, "", false);
	sh("ip link set br0 type bridge mcast_snooping 0");
	run(5);
	wish("239.1.1.2", MEMBER_EXCLUDE, "", false);
	assert_int_equal(last.status, WISH_REFUSED);
	assert_non_null(strstr(last.text, "multicast processing is disabled"));
	take_back("239.1.1.1", 0);
	sh("ip link set br0 type bridge mcast_snooping 1");
	has("239.1.1.1 permanent exclude proto 77; ");
	run(5);
	has("239.1.1.1 temp exclude proto 77; ");
}

/* So long as it takes, but not for ever. */
static void becomes(const char *wanted)
{
	char text[2048];

	for (int i = 0; i < 50; i++) {
		run(100);
		if (!strcmp(read_all(text, sizeof(text)), wanted))
			return;
	}
	has(wanted);
}

/* A bridge that is down lets nobody take anything out: it is taken when it is up. */
static void bridge_down(void **state)
{
	NEED_BRIDGE();
	wish("239.1.1.1", MEMBER_EXCLUDE, "", false);
	wish("239.1.1.2", MEMBER_EXCLUDE, "", false);
	sh("ip link set br0 down");
	run(5);
	take_back("239.1.1.1", 0);
	take_back("239.1.1.2", 30000);
	sh("ip link set br0 up");
	becomes("239.1.1.1 temp exclude proto 77; 239.1.1.2 temp exclude proto 77; ");
}

/* What a predecessor has left in a bridge that shows nothing when it is asked is found when it does. */
static void swept_unseen(void **state)
{
	NEED_BRIDGE();
	wish("239.1.1.1", MEMBER_EXCLUDE, "", false);
	sh("ip link set br0 type bridge mcast_snooping 0");
	run(5);
	restart();
	mdb_replay(mdb);
	mdb_sweep(mdb);
	sh("ip link set br0 type bridge mcast_snooping 1");
	becomes("239.1.1.1 temp exclude proto 77; ");
}

/* An operator's entry is neither changed nor taken out, before and after a wish for the same group. */
static void foreign(void **state)
{
	const char *his = "239.1.1.1 permanent exclude proto static; ";

	NEED_BRIDGE();
	sh("bridge mdb add dev br0 port bond0 grp 239.1.1.1 permanent vid 10");
	run(5);
	wish("239.1.1.1", MEMBER_INCLUDE, "192.0.2.7", false);
	assert_int_equal(last.status, WISH_REFUSED);
	assert_int_equal(last.error, EEXIST);
	has(his);
	wish("239.1.1.1", MEMBER_EXCLUDE, "", true);
	has(his);
	take_back("239.1.1.1", 30000);
	has(his);
	take_back("239.1.1.1", 0); /* a host has left */
	has(his);
	restart();
	mdb_sweep(mdb);
	take_back("239.1.1.1", 0);
	has(his);
	/* it was refused, and goes: there is room for ours */
	wish("239.1.1.1", MEMBER_EXCLUDE, "", false);
	assert_int_equal(last.status, WISH_REFUSED);
	sh("bridge mdb del dev br0 port bond0 grp 239.1.1.1 vid 10");
	run(5);
	assert_int_equal(last.status, WISH_PENDING);
	assert_int_equal(last.error, EAGAIN);
	assert_int_equal(last.key.tag, 10);
	wish("239.1.1.1", MEMBER_EXCLUDE, "", false);
	has("239.1.1.1 permanent exclude proto 77; ");
	/* and he makes it his again */
	sh("bridge mdb del dev br0 port bond0 grp 239.1.1.1 vid 10");
	sh("bridge mdb add dev br0 port bond0 grp 239.1.1.1 permanent vid 10");
	run(5);
	assert_int_equal(last.status, WISH_REFUSED);
	take_back("239.1.1.1", 0);
	has(his);
	sh("bridge mdb del dev br0 port bond0 grp 239.1.1.1 vid 10");
	run(5);
}

/* He puts it there, and nobody has read the news yet when the same group is wished, or ours is wished otherwise. */
static void foreign_unread(void **state)
{
	const char *his = "239.1.1.1 permanent exclude proto static; ";

	NEED_BRIDGE();
	sh("bridge mdb add dev br0 port bond0 grp 239.1.1.1 permanent vid 10");
	wish("239.1.1.1", MEMBER_INCLUDE, "192.0.2.7", false);
	assert_int_equal(last.status, WISH_REFUSED);
	assert_int_equal(last.error, EEXIST);
	has(his);
	sh("bridge mdb del dev br0 port bond0 grp 239.1.1.1 vid 10");
	wish("239.1.1.1", MEMBER_INCLUDE, "192.0.2.7", false);
	assert_int_equal(last.status, WISH_INSTALLED);
	sh("bridge mdb del dev br0 port bond0 grp 239.1.1.1 vid 10");
	sh("bridge mdb add dev br0 port bond0 grp 239.1.1.1 permanent vid 10");
	wish("239.1.1.1", MEMBER_EXCLUDE, "", false);
	assert_int_equal(last.status, WISH_REFUSED);
	has(his);
	sh("bridge mdb del dev br0 port bond0 grp 239.1.1.1 vid 10");
	wish("239.1.1.1", MEMBER_EXCLUDE, "", false);
	sh("bridge mdb del dev br0 port bond0 grp 239.1.1.1 vid 10");
	sh("bridge mdb add dev br0 port bond0 grp 239.1.1.1 permanent vid 10");
	take_back("239.1.1.1", 0);
	has(his);
	sh("bridge mdb del dev br0 port bond0 grp 239.1.1.1 vid 10");
	run(5);
}

/* bridge link set dev bond0 mcast_max_groups @max, which iproute2 before 6.3 does not know. Return: Linux does */
static bool limit(u32 max)
{
	enum { MAX_GROUPS = 42 }; /* IFLA_BRPORT_MCAST_MAX_GROUPS, of Linux 6.3 */
	struct nlmsghdr *nlh;
	struct ifinfomsg *ifi;
	struct nlattr *port_attrs;
	char buf[NL_REQUEST_LEN];
	struct nl_err err;
	struct nl *nl = nl_open(NETLINK_ROUTE);
	int r;

	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = RTM_SETLINK;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_family = AF_BRIDGE;
	ifi->ifi_index = (int)port();
	port_attrs = mnl_attr_nest_start(nlh, IFLA_PROTINFO);
	mnl_attr_put_u32(nlh, MAX_GROUPS, max);
	mnl_attr_nest_end(nlh, port_attrs);
	r = nl_request(nl, nlh, NULL, NULL, &err);
	nl_close(nl);
	return !r;
}

/* A port that may have no more groups has room again when its limit is raised: the speaker is told, once. */
static void limits(void **state)
{
	NEED_BRIDGE();
	wish("239.1.1.1", MEMBER_EXCLUDE, "", false);
	if (!limit(1))
		skip();
	run(800);
	assert_int_equal(rooms, 0); /* nothing was refused */
	wish("239.1.1.2", MEMBER_EXCLUDE, "", false);
	if (last.status != WISH_REFUSED)
		skip(); /* before Linux 6.3 */
	assert_non_null(strstr(last.text, "mcast_max_groups"));
	assert_true(limit(0));
	for (int i = 0; !rooms && i < 50; i++)
		run(100);
	assert_int_equal(rooms, 1);
	wish("239.1.1.2", MEMBER_EXCLUDE, "", false);
	has("239.1.1.1 permanent exclude proto 77; 239.1.1.2 permanent exclude proto 77; ");
	run(800);
	assert_int_equal(rooms, 1);
}

/* @n of these groups, of which @fit are put there, and the others are not. */
static void wish_many(const char *start, int n, int fit)
{
	char group[32];

	for (int i = 1; i <= n; i++) {
		snprintf(group, sizeof(group), "%s%d", start, i);
		wish(group, MEMBER_EXCLUDE, "", false);
		assert_int_equal(last.status, i <= fit ? WISH_INSTALLED : WISH_REFUSED);
	}
}

/* A bridge that is full stops looking at groups: half of it is its own, and no port takes all of the rest. */
static void room(void **state)
{
	NEED_BRIDGE();
	sh("ip link add bond1 type veth peer name ce1; ip link set bond1 master br0 up;"
	   "bridge vlan add dev bond1 vid 10");
	sh("ip link set br0 type bridge mcast_hash_max 16");
	run(5);
	wish_many("239.1.1.", 9, 4);
	assert_string_equal(last.text,
			    "br0 has room for 16 groups (mcast_hash_max): half of it is for other "
			    "PEs' groups, and this port has its share of that");
	/* a source takes room, too; one that is there may change as long as it does not grow */
	wish("239.1.1.4", MEMBER_INCLUDE, "192.0.2.7", false);
	assert_int_equal(last.status, WISH_REFUSED);
	wish("239.1.1.4", MEMBER_EXCLUDE, "", false);
	assert_int_equal(last.status, WISH_INSTALLED);
	port_name = "bond1"; /* another customer's */
	wish_many("239.1.2.", 3, 2);
	port_name = "bond0";
	wish("239.1.1.4", MEMBER_EXCLUDE, "", false); /* there was room once */
	assert_int_equal(last.status, WISH_INSTALLED);
	take_back("239.1.1.1", 0);
	take_back("239.1.1.2", 0);
	wish("239.1.1.9", MEMBER_EXCLUDE, "", false);
	assert_int_equal(last.status, WISH_INSTALLED);
	sh("ip link del bond1");
	run(5);
}

/* From a process that reads from the network. */
static void impossible(void **state)
{
	struct wish_mdb good = {.mode = MEMBER_EXCLUDE}, w;
	struct mdb_key k = {.port = 5, .vid = 10, .esi = {.b = {0, 1, 2}}};
	const char *why;

	assert_int_equal(ip_parse(&k.group, "239.1.1.1"), 0);
	good.key = k;
	assert_true(mdb_ok(&good, &why));
	w = good;
	w.key.vid = 4095;
	assert_false(mdb_ok(&w, &why));
	w = good;
	w.key.port = 0;
	assert_false(mdb_ok(&w, &why));
	w = good;
	w.key.group = ip_v4(0xc0000201);
	assert_false(mdb_ok(&w, &why));
	w = good;
	w.mode = MEMBER_INCLUDE;
	assert_false(mdb_ok(&w, &why));
	w.n_sources = MDB_SOURCES_MAX + 1;
	assert_false(mdb_ok(&w, &why));
	w = good;
	w.n_sources = 1;
	memset(w.sources[0].addr, 0xef, 4);
	assert_false(mdb_ok(&w, &why)); /* a group is no source */
	w = good;
	memset(&w.temporary, 2, 1);
	assert_false(mdb_ok(&w, &why));
	w = good;
	w.key.esi = (struct esi){};
	assert_false(mdb_ok(&w, &why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(put_and_taken, clean),
		cmocka_unit_test_setup(left_to_the_bridge, clean),
		cmocka_unit_test_setup(swept, clean),
		cmocka_unit_test_setup(somebody_else, clean),
		cmocka_unit_test_setup(no_snooping, clean),
		cmocka_unit_test_setup(bridge_down, clean),
		cmocka_unit_test_setup(swept_unseen, clean),
		cmocka_unit_test_setup(foreign, clean),
		cmocka_unit_test_setup(foreign_unread, clean),
		cmocka_unit_test_setup(limits, clean),
		cmocka_unit_test_setup(room, clean),
		cmocka_unit_test(impossible),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
