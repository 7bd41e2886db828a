// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_routes.c - customers' routes in a real kernel's main table, in a network namespace of this process's
 * own (needs root): what is told of them, and what is made of wishes, read by iproute2.
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
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/conf_file.h"
#include "log.h"
#include "system/links.h"
#include "system/routes_priv.h"
#include "timer.h"
#include "netns_rig.h"

#define METRIC 3187671041u

static struct links *links;
static struct routes *routes;
static struct conf_file *conf;
static char told[65536];
static char sentence[160];
static struct prefix_result last;
static unsigned int n_facts, n_results, n_bad, readings;
static bool busy;
static uint32_t told_vrf;      /* of the last one */
static unsigned int fail_at;   /* reading this datagram of a table fails; 0: none does */
static unsigned int change_at; /* before this one is read @change is done */
static const char *change;
static unsigned int
	flap; /* another customer's port goes down or comes up with each so many of them */
static unsigned int n_pieces; /* that were read */
static bool lose;	      /* the next notifications are lost */
static bool seen[3000];	      /* 2001:db8:0:N::/64 was told */

static bool no_memory;

/* In the place of libc's, too. */
void *calloc(size_t n, size_t size)
{
	void *p = no_memory ? NULL : reallocarray(NULL, n, size);

	return p ? memset(p, 0, n * size) : NULL;
}

/* In the place of libc's: only the reading of tables has it from there. */
ssize_t recv(int fd, void *buf, size_t len, int flags)
{
	if (change_at && !--change_at)
		sh(change);
	n_pieces++;
	if (flap && !(n_pieces % flap))
		sh(n_pieces / flap % 2 ? "ip link set b0 down" : "ip link set b0 up");
	if (flap)
		usleep(2000); /* so that each is seen */
	if (!fail_at || --fail_at)
		return recvfrom(fd, buf, len, flags, NULL, NULL);
	errno = ENOBUFS;
	return -1;
}

/* In the place of libc's: notifications come by it. */
int recvmmsg(int fd, struct mmsghdr *msgs, unsigned int n, int flags, struct timespec *timeout)
{
	if (!lose)
		return (int)syscall(SYS_recvmmsg, fd, msgs, n, flags, timeout);
	lose = false;
	errno = ENOBUFS;
	return -1;
}

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

static void note_seen(const struct fact_prefix *f)
{
	const uint8_t *b = f->key.prefix.addr.b;
	size_t i = (size_t)b[6] << 8 | b[7];

	if (f->key.prefix.addr.len == 16 && !(f->flags & PREFIX_GONE) && i < sizeof(seen))
		seen[i] = true;
}

static void on_fact(const struct fact_prefix *f)
{
	char p[PREFIX_STRLEN], gw[IP_STRLEN], dev[IFNAMSIZ] = "-";
	size_t used = strlen(told);

	n_facts++;
	told_vrf = f->key.vrf;
	note_seen(f);
	if (f->hop.ifindex)
		if_indextoname(f->hop.ifindex, dev);
	if (used < sizeof(told) - 256)
		snprintf(told + used, sizeof(told) - used, "%s%s%s%s%s %s %s %u; ",
			 f->flags & PREFIX_OWN ? "own " : "", f->flags & PREFIX_GONE ? "gone " : "",
			 f->flags & PREFIX_SUBNET ? "subnet " : "",
			 f->flags & PREFIX_FIRST ? "" : "and ", prefix_format(&f->key.prefix, p),
			 dev, ip_format(&f->hop.gateway, gw), f->key.metric);
}

static void on_send(void *data, enum ipc_type type, const void *body, uint32_t len)
{
	const struct batch *b = body;

	assert_true(ipc_size_ok(type, len));
	switch (type) {
	case IPC_FACT_PREFIXES:
		for (uint32_t i = 0; i < b->n; i++)
			on_fact((const struct fact_prefix *)batch_items(b) + i);
		break;
	case IPC_FACT_PREFIXES_DONE:
		readings++;
		break;
	case IPC_FACT_PREFIX_TEXT:
		snprintf(sentence, sizeof(sentence), "%s",
			 ((const struct fact_prefix_text *)body)->text);
		break;
	case IPC_WISH_PREFIX_RESULT:
		n_results += b->n;
		last = ((const struct prefix_result *)batch_items(b))[b->n - 1];
		for (uint32_t i = 0; i < b->n; i++)
			n_bad += ((const struct prefix_result *)batch_items(b))[i].status !=
				 WISH_INSTALLED;
		break;
	default:
		break;
	}
}

static bool on_busy(void *data)
{
	return busy;
}

static const struct routes_ops ops = {on_send, on_busy};

static void wait_reading(unsigned int n)
{
	/* turns in which nothing comes, and not seconds: a machine may stand still for a minute */
	unsigned int turns = 400;

	while (readings < n && turns)
		turns -= sd_event_run(event, 50000) == 0;
	assert_true(readings >= n);
	run(20);
}

static void expect(const char *what)
{
	unsigned int turns = 200;

	while (strcmp(told, what) && turns)
		turns -= sd_event_run(event, 50000) == 0;
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
	static const char text[] =
		"router-id: 192.0.2.1\nas: 65000\n"
		"peers: [{address: 192.0.2.2, remote-as: 65000}, {address: 10.255.0.2, remote-as: 65000}, "
		"{address: \"fd99::2\", remote-as: 65000}]\n"
		"vrfs:\n  - {name: default, prefixes: {learn: [ospf, bgp]}}\n"
		"  - {name: red, prefixes: {learn: [ospf]}}\n"
		"segments:\n  - {name: a, interface: bond0, esi: \"00:11:22:33:44:55:66:77:88:99\", mode: all-active}\n"
		"  - {name: b, interface: b0, esi: \"00:11:22:33:44:55:66:77:88:98\", mode: all-active}\n";
	struct conf_errors errors = {};

	if (unshare(CLONE_NEWNET) ||
	    system("ip link add bond0 type veth peer name ce 2>/dev/null &&"
		   "ip link set lo up && ip link set ce up && ip link set bond0 up &&"
		   "ip addr add 10.1.0.254/24 dev bond0 && ip addr add fd00::254/64 dev bond0 nodad &&"
		   "ip link add core0 type veth peer name core1 && ip link set core0 up && ip link set core1 up &&"
		   "ip addr add 192.0.2.1/24 dev core0"))
		return 0;
	log_open("test", true);
	log_set_level(LOG_LEVEL_ERROR);
	conf = conf_parse_text(text, sizeof(text) - 1, &errors);
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

static void test_learn(void **state)
{
	NEED_KERNEL();
	sh("ip route add 10.20.0.0/16 via 10.1.0.1 proto ospf metric 20");
	expect("10.20.0.0/16 bond0 10.1.0.1 20; ");
	sh("ip route add 10.21.0.0/16 via 192.0.2.9 proto ospf metric 20"); /* not on a segment */
	sh("ip route add 10.22.0.0/16 via 10.1.0.1 proto isis metric 20");  /* not to be learned */
	sh("ip route replace 10.20.0.0/16 via 10.1.0.2 proto ospf metric 20");
	run(50);
	expect("gone 10.21.0.0/16 - none 20; 10.20.0.0/16 bond0 10.1.0.2 20; ");
	sh("ip route replace 10.20.0.0/16 proto ospf metric 20 nexthop via 10.1.0.1 nexthop via 10.1.0.2");
	expect("10.20.0.0/16 bond0 10.1.0.1 20; and 10.20.0.0/16 bond0 10.1.0.2 20; ");
	sh("ip route del 10.20.0.0/16 proto ospf metric 20");
	expect("gone 10.20.0.0/16 - none 20; ");
	sh("ip -6 route add 2001:db8::/32 via fd00::1 proto bgp metric 20");
	expect("2001:db8::/32 bond0 fd00::1 20; ");
	sh("ip -6 route del 2001:db8::/32 proto bgp metric 20");
	expect("gone and 2001:db8::/32 bond0 fd00::1 20; ");
}

static void ask(const char *dev, const char *gateway)
{
	struct {
		struct batch head;
		struct prefix_hop hop;
	} b = {.head = {.n = 1}, .hop = {.ifindex = if_nametoindex(dev)}};

	assert_int_equal(ip_parse(&b.hop.gateway, gateway), 0);
	assert_true(routes_hop_ok(&b.hop));
	assert_int_equal(routes_may_hop(routes, &b.hop), strcmp(dev, "core0") != 0);
	routes_ask(routes, &b.head);
}

/*
 * The kernel asks for a next hop on a segment that it does not know, or that has not answered; one that it has is
 * left as it is.
 */
static void test_asked(void **state)
{
	const struct prefix_hop none = {.ifindex = 1}, nowhere = {.gateway = ip_v4(0x0a010001)};

	NEED_KERNEL();
	assert_false(routes_hop_ok(&none));
	assert_false(routes_hop_ok(&nowhere));
	sh("ip -6 neigh add fe80::77 lladdr 02:00:00:00:00:77 dev bond0 nud permanent");
	sh("ip neigh add 10.1.0.79 dev bond0 nud failed");
	ask("bond0", "fe80::77");
	ask("bond0", "fe80::78");
	ask("bond0", "10.1.0.79");
	ask("core0", "192.0.2.78"); /* on no segment */
	sh("ip -6 neigh show dev bond0 fe80::77 | grep -q PERMANENT");
	sh("ip -6 neigh show dev bond0 nud all | grep -q '^fe80::78 '");
	sh("ip neigh show dev bond0 10.1.0.79 nud all | grep -q INCOMPLETE");
	sh("! ip neigh show dev core0 nud all | grep -q '^192.0.2.78 '");
	for (int i = 0; i < 200; i++)
		ask("bond0", "fe80::78");
	assert_int_equal(routes->asks.n > 100, 1); /* no more in a second */
	sh("ip -6 neigh flush dev bond0 nud permanent && ip neigh flush dev bond0 nud all");
	run(50);
	told[0] = '\0';
}

/* Subnets of a segment's devices, when they are asked for, but for what every device has. */
static void test_connected(void **state)
{
	struct conf_prefixes *p;

	NEED_KERNEL();
	p = &conf->conf->vrfs[0].prefixes;
	sh("ip addr add 10.9.0.254/24 dev bond0");
	run(50);
	expect("");
	p->learn |= CONF_LEARN_CONNECTED;
	readings = 0;
	routes_conf(routes, conf->conf);
	wait_reading(1);
	expect("10.1.0.0/24 bond0 none 0; 10.9.0.0/24 bond0 none 0; fd00::/64 bond0 none 256; ");
	sh("ip route add 10.10.0.0/24 via 10.1.0.1 proto kernel"); /* no connected one */
	sh("ip addr add 192.0.3.1/24 dev core0");		   /* not on a segment */
	run(50);
	sh("ip addr del 10.9.0.254/24 dev bond0");
	/* of which device: another one may have the same */
	expect("gone 10.10.0.0/24 bond0 10.1.0.1 0; gone 192.0.3.0/24 core0 none 0; "
	       "gone 10.9.0.0/24 bond0 none 0; ");
	sh("ip route del 10.10.0.0/24 proto kernel");
	run(50);
	told[0] = '\0';
	/* not learned, but what is in them is: they are told apart */
	p->learn ^= CONF_LEARN_CONNECTED | CONF_LEARN_NEIGHBOURS;
	readings = 0;
	routes_conf(routes, conf->conf);
	wait_reading(1);
	expect("subnet 10.1.0.0/24 bond0 none 0; subnet fd00::/64 bond0 none 256; ");
	sh("ip addr add 10.9.0.254/24 dev bond0");
	expect("subnet 10.9.0.0/24 bond0 none 0; ");
	sh("ip addr del 10.9.0.254/24 dev bond0");
	expect("gone 10.9.0.0/24 bond0 none 0; ");
	p->learn &= ~(uint32_t)CONF_LEARN_NEIGHBOURS;
	readings = 0;
	routes_conf(routes, conf->conf);
	wait_reading(1);
	told[0] = '\0';
}

/* What takes the place of one that was told is heard of, whatever its protocol. */
static void test_replaced(void **state)
{
	NEED_KERNEL();
	sh("ip route add 10.20.0.0/16 via 10.1.0.1 proto ospf metric 20");
	expect("10.20.0.0/16 bond0 10.1.0.1 20; ");
	sh("ip route replace 10.20.0.0/16 via 10.1.0.1 proto isis metric 20");
	expect("gone 10.20.0.0/16 - none 20; ");
	sh("ip route del 10.20.0.0/16 proto isis metric 20");
	run(50);
	expect("");
}

/* A route by the number of an object, of which the kernel may say nothing else. */
static void test_objects(void **state)
{
	NEED_KERNEL();
	sh("ip nexthop add id 7 via 10.1.0.7 dev bond0 proto zebra");
	sh("sysctl -qw net.ipv4.nexthop_compat_mode=0");
	sh("ip route add 10.20.0.0/16 nhid 7 proto ospf metric 20");
	expect("10.20.0.0/16 bond0 10.1.0.7 20; ");
	sh("ip route del 10.20.0.0/16 proto ospf metric 20");
	expect("gone 10.20.0.0/16 - none 20; ");
	sh("sysctl -qw net.ipv4.nexthop_compat_mode=1");
	sh("ip nexthop del id 7");
	run(20);
}

/* The kernel says nothing of IPv4 routes that go with their device. */
static void test_device_down(void **state)
{
	unsigned int before;

	NEED_KERNEL();
	sh("ip route add 10.20.0.0/16 via 10.1.0.1 proto ospf metric 20");
	expect("10.20.0.0/16 bond0 10.1.0.1 20; ");
	before = readings;
	sh("ip link set bond0 down");
	wait_reading(before + 1);
	expect("");
	sh("ip link set bond0 up && ip addr replace fd00::254/64 dev bond0 nodad");
	wait_reading(before + 2);
	told[0] = '\0';
}

/* It is up again at once, and what it was the way for is gone all the same. */
static void test_device_down_and_up(void **state)
{
	unsigned int before;

	NEED_KERNEL();
	sh("ip route add 10.20.0.0/16 via 10.1.0.1 proto ospf metric 20");
	expect("10.20.0.0/16 bond0 10.1.0.1 20; ");
	before = readings;
	sh("printf 'link set bond0 down\\nlink set bond0 up\\n' | ip -batch - && [ -z \"$(ip route show 10.20.0.0/16)\" ]");
	wait_reading(before + 1);
	expect("");
	sh("ip addr replace fd00::254/64 dev bond0 nodad");
	run(100);
	told[0] = '\0';
}

/*
 * Nor of those that go with an address: with the last one of their device, which a link of BGP unnumbered does not need, or
 * with the one that they have as source.
 */
static void test_address_gone(void **state)
{
	unsigned int before;

	NEED_KERNEL();
	sh("ip route add 10.20.0.0/16 via inet6 fe80::7 dev bond0 proto ospf metric 20");
	expect("10.20.0.0/16 bond0 fe80::7 20; ");
	before = readings;
	sh("ip addr del 10.1.0.254/24 dev bond0 && [ -z \"$(ip route show 10.20.0.0/16)\" ]");
	wait_reading(before + 1);
	expect("");
	sh("ip addr add 10.1.0.254/24 dev bond0 && ip addr add 192.0.4.1/32 dev core0");
	sh("ip route add 10.20.0.0/16 via 10.1.0.1 src 192.0.4.1 proto ospf metric 20");
	expect("10.20.0.0/16 bond0 10.1.0.1 20; ");
	before = readings;
	sh("ip addr del 192.0.4.1/32 dev core0 && [ -z \"$(ip route show 10.20.0.0/16)\" ]");
	wait_reading(before + 1);
	told[0] = '\0'; /* newer kernels do say this one */
	/* one of a table that is of no interest */
	if (system("ip link add blue type vrf table 77 2>/dev/null"))
		return;
	sh("ip link add other type veth peer name far && ip link set other master blue && ip addr add 10.1.0.254/24 dev other");
	run(100);
	before = readings;
	sh("ip addr del 10.1.0.254/24 dev other");
	run(1000);
	assert_int_equal(readings, before);
	sh("ip link del other; ip link del blue");
	run(100);
	told[0] = '\0';
}

/* While many come still, what was lost is not looked for: the kernel begins anew for each piece of an IPv6 table. */
static void test_lost_in_a_flood(void **state)
{
	u64 until = timer_now_us() + 1500000;
	unsigned int before;

	NEED_KERNEL();
	before = readings;
	lose = true;
	sh("ip route add 10.20.0.0/16 via 10.1.0.1 proto ospf metric 20");
	run(5);
	assert_false(lose);
	while (timer_now_us() < until) {
		sh("for i in $(seq 250); do echo route append 10.21.$i.0/24 via 10.1.0.1 proto ospf metric 20; done | ip -batch - &&"
		   "ip route flush root 10.21.0.0/16");
		run(5);
	}
	assert_int_equal(readings, before);
	told[0] = '\0';
	wait_reading(before + 1);
	assert_non_null(strstr(told, "10.20.0.0/16 bond0 10.1.0.1 20; "));
	sh("ip route flush proto ospf");
	run(50);
	told[0] = '\0';
}

/* What was lost may have been about an object, by which routes are known. */
static void test_object_lost_in_a_flood(void **state)
{
	unsigned int before;

	NEED_KERNEL();
	sh("sysctl -qw net.ipv4.nexthop_compat_mode=0");
	sh("ip nexthop add id 7 via 10.1.0.7 dev bond0 proto zebra");
	sh("ip route add 10.20.0.0/16 nhid 7 proto ospf metric 20");
	expect("10.20.0.0/16 bond0 10.1.0.7 20; ");
	before = readings;
	lose = true;
	sh("ip nexthop replace id 7 via 10.1.0.8 dev bond0 proto zebra");
	wait_reading(before + 1);
	assert_false(lose);
	expect("10.20.0.0/16 bond0 10.1.0.8 20; ");
	sh("ip nexthop del id 7 && sysctl -qw net.ipv4.nexthop_compat_mode=1");
	run(200);
	routes_read_again(routes, 0);
	wait_reading(before + 2);
	told[0] = '\0';
}

/* ---- wishes ---- */

struct wishes {
	struct batch head;
	struct wish_prefix w[BATCH_MAX];
};

static struct wish_prefix wish_for(const char *prefix, const char *gw, const char *gw2)
{
	struct wish_prefix w;

	memset(&w, 0, sizeof(w));
	w.key.metric = METRIC;
	assert_int_equal(prefix_parse(&w.key.prefix, prefix), 0);
	w.n_hops = gw2 ? 2 : 1;
	for (uint8_t i = 0; i < w.n_hops; i++) {
		w.hops[i].ifindex = if_nametoindex("bond0");
		assert_int_equal(ip_parse(&w.hops[i].gateway, i ? gw2 : gw), 0);
	}
	return w;
}

static void wish(const struct wish_prefix *w)
{
	struct wishes b = {.head = {.n = 1}};
	const char *why;

	b.w[0] = *w;
	assert_true(routes_wish_ok(w, &why));
	assert_true(routes_may(routes, w));
	routes_wish(routes, &b.head);
}

static void unwish(const struct wish_prefix *w)
{
	struct {
		struct batch head;
		struct prefix_key k;
	} b = {.head = {.n = 1}, .k = w->key};

	routes_wish_gone(routes, &b.head);
}

/* What iproute2 reads of our protocol. */
static void has(const char *wanted)
{
	char line[256], all[4096] = "";
	FILE *f = popen(
		"(ip route show proto 77; ip -6 route show proto 77) | "
		"sed 's/ nhid [0-9]*//; s/ proto 77//; s/ metric [0-9]*//; s/ onlink//; s/ pref medium//; s/ *$//' | tr -s ' \\t' ' '",
		"r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = ';';
		strncat(all, line, sizeof(all) - strlen(all) - 1);
	}
	pclose(f);
	assert_string_equal(all, wanted);
}

static void test_install(void **state)
{
	struct wish_prefix w = wish_for("10.20.0.0/16", "10.1.0.1", NULL), w6, two;

	NEED_KERNEL();
	wish(&w);
	assert_int_equal(last.status, WISH_INSTALLED);
	has("10.20.0.0/16 via 10.1.0.1 dev bond0;");
	run(50);
	expect(""); /* what we have done ourselves is no news */
	two = wish_for("10.20.0.0/16", "10.1.0.1", "10.1.0.2");
	two.replace = true;
	wish(&two);
	has("10.20.0.0/16; nexthop via 10.1.0.1 dev bond0 weight 1; nexthop via 10.1.0.2 dev bond0 weight 1;");
	w6 = wish_for("2001:db8::/32", "fd00::1", NULL);
	wish(&w6);
	assert_int_equal(last.status, WISH_INSTALLED);
	unwish(&two);
	has("2001:db8::/32 via fd00::1 dev bond0;");
	unwish(&w6);
	unwish(&w6); /* twice is no mistake */
	has("");
}

/* Numbers of our range that somebody else has are left to him, and what he made stays as it is. */
static void test_foreign_objects(void **state)
{
	struct wish_prefix w = wish_for("10.20.0.0/16", "10.1.0.1", NULL), two;

	NEED_KERNEL();
	nh_reading_begins(routes); /* no route of ours is there, and so no object */
	nh_collect(routes);
	routes->next_id = 150999999;
	sh("ip nexthop add id 150999999 via 10.1.0.7 dev bond0 proto 98");
	sh("ip nexthop add id 150000000 via 10.1.0.1 dev bond0 proto zebra");
	sh("ip nexthop add id 150000002 blackhole proto 98");
	run(20);
	sh("ip nexthop add id 150000003 via 10.1.0.8 dev bond0 proto 98"); /* not heard of yet */
	wish(&w);
	assert_int_equal(last.status, WISH_INSTALLED);
	has("10.20.0.0/16 via 10.1.0.1 dev bond0;");
	sh("ip route show proto 77 | grep -q 'nhid 150000001 '");
	two = wish_for("10.20.0.0/16", "10.1.0.1", "10.1.0.2");
	two.replace = true;
	wish(&two);
	assert_int_equal(last.status, WISH_INSTALLED);
	sh("ip nexthop show id 150000004 | grep -q 'via 10.1.0.2 .*proto 77'");
	sh("ip nexthop show id 150000005 | grep -q 'group 150000001/150000004 .*proto 77'");
	unwish(&two);
	nh_reading_begins(routes);
	nh_collect(routes);
	sh("! ip nexthop show proto 77 | grep .");
	sh("ip nexthop show proto 98 | grep -c . | grep -qx 3 && ip nexthop show id 150000000 | grep -q 'via 10.1.0.1 .*proto zebra'");
	has("");
	sh("ip nexthop flush proto 98; ip nexthop del id 150000000");
	run(50);
	told[0] = '\0';
}

/* What a reading that failed did not see is neither gone nor unused. */
static void test_reading_fails(void **state)
{
	struct wish_prefix w = wish_for("10.30.0.0/16", "10.1.0.3", NULL);
	unsigned int before = readings;

	NEED_KERNEL();
	sh("ip route add 10.20.0.0/16 via 10.1.0.1 proto ospf metric 20");
	expect("10.20.0.0/16 bond0 10.1.0.1 20; ");
	wish(&w);
	run(50);
	fail_at = 1;
	routes_read_again(routes, 0);
	wait_reading(before + 1);
	assert_int_equal(fail_at, 0);
	assert_non_null(strstr(told, "10.20.0.0/16 bond0 10.1.0.1 20; "));
	assert_non_null(strstr(told, "own 10.30.0.0/16 bond0 10.1.0.3"));
	has("10.30.0.0/16 via 10.1.0.3 dev bond0;");
	sh("ip route del 10.20.0.0/16 proto ospf metric 20");
	unwish(&w);
	run(50);
	told[0] = '\0';
}

/* Prefixes that are there when others have gone while they were read are told, every one. */
static void test_changed_while_read(void **state)
{
	enum { MANY = sizeof(seen) / sizeof(seen[0]), GONE = 200 };
	unsigned int before = readings;

	NEED_KERNEL();
	sh("i=0; while [ $i -lt 3000 ]; do printf 'route add 2001:db8:0:%x::/64 via fd00::1 proto ospf metric 20\n' $i;"
	   " i=$((i + 1)); done | ip -6 -batch -");
	run(500);
	memset(seen, 0, sizeof(seen));
	change =
		"(i=0; while [ $i -lt 200 ]; do printf 'route del 2001:db8:0:%x::/64 proto ospf metric 20\n' $i;"
		" i=$((i + 1)); done; echo route add 2001:db8:1::/64 via fd00::1 proto ospf metric 20) | ip -6 -batch -";
	change_at = 8;
	routes_read_again(routes, 0);
	wait_reading(before + 1);
	assert_int_equal(change_at, 0);
	for (unsigned int i = GONE; i < MANY; i++)
		if (!seen[i])
			fail_msg("2001:db8:0:%x::/64 is there and was not told", i);
	sh("ip -6 route flush proto ospf");
	run(200);
	told[0] = '\0';
}

/* A customer whose port goes down and comes up all the time does not keep the tables from being read to their end. */
static void test_flaps_while_read(void **state)
{
	unsigned int before;

	NEED_KERNEL();
	sh("ip link add b0 type veth peer name b1 && ip link set b0 up");
	sh("i=0; while [ $i -lt 10000 ]; do echo route add 10.$((100 + i / 256)).$((i % 256)).0/24 via 10.1.0.1 proto ospf metric 20;"
	   " i=$((i + 1)); done | ip -batch -");
	run(500);
	before = readings;
	n_pieces = 0; /* the first flap is down */
	flap = 4;
	routes_read_again(routes, 0);
	wait_reading(before + 1);
	assert_true(n_pieces > 2 * flap);
	flap = 0;
	wait_reading(before + 2); /* and once more, as it was not so all the time */
	sh("ip link del b0");
	sh("ip route flush proto ospf");
	run(200);
	told[0] = '\0';
}

/* Each wish is answered: the speaker waits with the next ones until it is. */
static void test_no_memory(void **state)
{
	struct wish_prefix w = wish_for("10.30.0.0/16", "10.1.0.3", NULL);
	unsigned int before;

	NEED_KERNEL();
	wish(&w); /* its nexthop object is there now */
	before = n_results;
	assert_int_equal(prefix_parse(&w.key.prefix, "10.31.0.0/16"), 0);
	no_memory = true;
	wish(&w);
	no_memory = false;
	assert_int_equal(n_results, before + 1);
	unwish(&w);
	assert_int_equal(prefix_parse(&w.key.prefix, "10.30.0.0/16"), 0);
	unwish(&w);
	has("");
	run(50);
	told[0] = '\0';
}

/* Somebody else's is not touched, ours from before is taken over. */
static void test_in_the_way(void **state)
{
	struct wish_prefix w = wish_for("10.20.0.0/16", "10.1.0.1", NULL);

	NEED_KERNEL();
	sh("ip route add 10.20.0.0/16 via 192.0.2.9 proto 99 metric 3187671041");
	wish(&w);
	assert_int_equal(last.status, WISH_REFUSED);
	assert_int_equal(last.error, EEXIST);
	assert_string_equal(sentence, "another route with metric 3187671041 is there");
	unwish(&w);
	sh("ip route show 10.20.0.0/16 proto 99 | grep -q 192.0.2.9");
	sh("ip route del 10.20.0.0/16 proto 99 metric 3187671041");
	sh("ip route add 10.20.0.0/16 via 10.1.0.9 proto 77 metric 3187671041");
	wish(&w);
	assert_int_equal(last.status, WISH_INSTALLED);
	has("10.20.0.0/16 via 10.1.0.1 dev bond0;");
	/* his is put in the place of ours: the speaker hears that it has gone */
	run(50);
	told[0] = '\0';
	sh("ip route replace 10.20.0.0/16 via 192.0.2.9 proto 99 metric 3187671041");
	run(50);
	assert_non_null(strstr(told, "own gone 10.20.0.0/16 - none 3187671041; "));
	sh("ip route del 10.20.0.0/16 proto 99 metric 3187671041");
	wish(&w);
	sh("ip -6 route replace 2001:db8::/32 via fd00::9 proto 99 metric 20");
	unwish(&w);
	sh("ip -6 route del 2001:db8::/32 proto 99 metric 20");
	run(50);
	assert_null(strstr(told, "own gone 2001:db8::/32"));
	told[0] = '\0';
}

static void test_impossible(void **state)
{
	struct wish_prefix w = wish_for("10.20.0.0/16", "10.1.0.254", NULL), bad;
	const char *why;

	NEED_KERNEL();
	wish(&w); /* our own address */
	assert_int_not_equal(last.status, WISH_INSTALLED);
	assert_true(last.why && sentence[0]);
	bad = w;
	bad.hops[0].ifindex = if_nametoindex("core0");
	assert_false(routes_may(routes, &bad));
	bad = w;
	bad.n_hops = 0;
	assert_false(routes_wish_ok(&bad, &why));
	bad = wish_for("10.20.0.0/16", "10.1.0.2", "10.1.0.1"); /* not in order */
	assert_false(routes_wish_ok(&bad, &why));
	bad = wish_for("2001:db8::/32", "10.1.0.1", NULL);
	assert_false(routes_wish_ok(&bad, &why));
	bad = w;
	bad.key.prefix.addr.b[3] = 1; /* host bits */
	assert_false(routes_wish_ok(&bad, &why));
	has("");
}

/* @prefix: what becomes of it, by the customer's router */
static enum wish_status becomes(const char *prefix)
{
	struct wish_prefix w = wish_for(prefix, strchr(prefix, ':') ? "fd00::1" : "10.1.0.1", NULL);
	enum wish_status status;

	sentence[0] = '\0';
	routes_replay(routes); /* each sentence is told again */
	wish(&w);
	status = last.status;
	unwish(&w);
	return status;
}

/* A BGP peer is not drawn to the customer: neither by its address, nor by more of it than there is a route for. */
static void test_guard(void **state)
{
	struct wish_prefix w = wish_for("10.0.0.0/8", "10.1.0.1", NULL);

	NEED_KERNEL();
	assert_int_equal(becomes("192.0.2.2/32"), WISH_REFUSED);
	assert_string_equal(sentence,
			    "it would lead to BGP peer 192.0.2.2, which is reached by another way");
	assert_int_equal(becomes("192.0.2.0/25"), WISH_REFUSED);
	assert_int_equal(becomes("192.0.2.3/32"), WISH_INSTALLED); /* no peer */
	assert_int_equal(becomes("192.0.2.128/25"), WISH_INSTALLED);
	/* the connected subnet is preferred by its metric */
	assert_int_equal(becomes("192.0.2.0/24"), WISH_INSTALLED);
	assert_int_equal(becomes("192.0.0.0/16"), WISH_INSTALLED);
	assert_int_equal(becomes("0.0.0.0/0"), WISH_INSTALLED);
	sh("ip addr add fd99::1/64 dev core0 nodad");
	assert_int_equal(becomes("fd99::2/128"), WISH_REFUSED);
	assert_int_equal(becomes("fd99::/65"), WISH_REFUSED);
	assert_int_equal(becomes("fd99::3/128"), WISH_INSTALLED);
	assert_int_equal(becomes("fd99::/64"), WISH_INSTALLED);
	assert_int_equal(becomes("2001:db8::/32"), WISH_INSTALLED);
	assert_int_equal(becomes("::/0"), WISH_INSTALLED);
	/* a loopback that is not reached yet, and when it is */
	assert_int_equal(becomes("10.0.0.0/8"), WISH_REFUSED);
	sh("ip route add 10.255.0.2/32 via 192.0.2.2 proto isis");
	assert_int_equal(becomes("10.255.0.2/32"), WISH_REFUSED);
	wish(&w);
	assert_int_equal(last.status, WISH_INSTALLED);
	sh("ip route del 10.255.0.2/32");
	w.replace = true; /* it is there; nothing changes by it */
	wish(&w);
	assert_int_equal(last.status, WISH_INSTALLED);
	unwish(&w);
	has("");
	run(50);
	told[0] = '\0';
}

/* One that is there from before that was a peer, or was looked at, goes; one that draws nobody stays. */
static void test_guard_before(void **state)
{
	unsigned int before = readings;

	NEED_KERNEL();
	sh("ip route add 192.0.2.2/32 via 10.1.0.1 proto 77 metric 3187671041");
	sh("ip route add 192.0.2.0/26 via 10.1.0.1 proto 77 metric 3187671041");
	sh("ip route add 192.0.2.128/25 via 10.1.0.1 proto 77 metric 3187671041");
	sh("ip route add default via 10.1.0.1 proto 77 metric 3187671041");
	routes_replay(routes);
	wait_reading(before + 1);
	has("default via 10.1.0.1 dev bond0;192.0.2.128/25 via 10.1.0.1 dev bond0;");
	assert_non_null(strstr(told, "own gone 192.0.2.2/32"));
	sh("ip route flush proto 77");
	run(50);
	told[0] = '\0';
}

/* A fresh process finds objects and routes, and uses them again. */
static void test_restart(void **state)
{
	struct wish_prefix w = wish_for("10.20.0.0/16", "10.1.0.1", NULL);

	NEED_KERNEL();
	wish(&w);
	sh("ip nexthop show proto 77 | grep -c . >/tmp/test_evpnd_routes.n");
	routes_free(routes);
	routes = NULL;
	told[0] = '\0';
	start();
	expect("own 10.20.0.0/16 bond0 10.1.0.1 3187671041; ");
	sh("[ \"$(ip nexthop show proto 77 | grep -c .)\" = 1 ]"); /* others were used by none */
	w.replace = true;
	wish(&w);
	sh("[ \"$(ip nexthop show proto 77 | grep -c .)\" = 1 ]");
	sh("ip route del 10.20.0.0/16 proto 77 metric 3187671041");
	expect("own gone 10.20.0.0/16 - none 3187671041; ");
	sh("ip route add 10.30.0.0/16 via 10.1.0.1 proto 77 table 555");
	routes_sweep(routes);
	sh("[ -z \"$(ip route show table 555 2>/dev/null)\" ]");
	unlink("/tmp/test_evpnd_routes.n");
}

/* zebra may still hold what an earlier process has made: a number is not used for another object. */
static void test_fresh_numbers(void **state)
{
	struct wish_prefix w = wish_for("10.20.0.0/16", "10.1.0.1", NULL);

	NEED_KERNEL();
	for (int i = 0; i < 2; i++) {
		routes_free(routes);
		routes = NULL;
		sh("ip nexthop flush proto 77 >/dev/null");
		start();
		wish(&w);
		assert_int_equal(last.status, WISH_INSTALLED);
		sh("ip nexthop show proto 77 | sed 's/ via.*//' >>/tmp/test_evpnd_routes.n");
		unwish(&w);
	}
	sh("[ \"$(sort -u /tmp/test_evpnd_routes.n | grep -c '^id 150')\" = 2 ]");
	unlink("/tmp/test_evpnd_routes.n");
}

/* Ten thousand, many in a request; read again, and more than can be read at once. */
static void test_many(void **state)
{
	struct wishes *b = calloc(1, sizeof(*b));
	struct wish_prefix w = wish_for("10.20.0.0/32", "10.1.0.1", NULL);
	u64 begin = timer_now_us();
	enum { MANY = 10000 };
	unsigned int before;

	if (!routes)
		free(b);
	NEED_KERNEL();
	assert_non_null(b);
	n_results = n_bad = 0;
	for (uint32_t i = 0; i < MANY; i++) {
		w.key.prefix.addr = ip_v4(0x0a200000 + i);
		b->w[b->head.n++] = w;
		if (b->head.n == BATCH_MAX || i == MANY - 1) {
			routes_wish(routes, &b->head);
			b->head.n = 0;
		}
	}
	assert_int_equal(n_results, MANY);
	assert_int_equal(n_bad, 0);
	print_message("%d routes made in %llu us\n", MANY,
		      (unsigned long long)(timer_now_us() - begin));
	n_facts = 0;
	before = readings;
	routes_replay(routes);
	busy = true; /* the speaker does not read */
	run(100);
	assert_int_equal(readings, before);
	busy = false;
	routes_resume(routes);
	wait_reading(before + 1);
	assert_int_equal(n_facts, MANY);
	sh("ip nexthop flush proto 77");
	free(b);
}

/*
 * A route that somebody has leaked: it is in the table of a VRF, and leads through a segment's device that is in
 * another. Whether it is learned is for the VRF of its table to say, here ospf and no bgp, and it is told of that.
 */
static void test_leaked(void **state)
{
	uint32_t red;

	NEED_KERNEL();
	if (system("ip link add red type vrf table 100 2>/dev/null && ip link set red up &&"
		   "ip link add link bond0 name bond0.5 type vlan id 5 2>/dev/null &&"
		   "ip link set bond0.5 master red up"))
		skip(); /* this kernel has no VRFs, or no VLANs; Debian's and the guests' have */
	red = if_nametoindex("red");
	run(200);
	told[0] = '\0';
	sh("ip route add 10.28.0.0/16 table 100 via 10.1.0.1 dev bond0 proto bgp metric 20");
	sh("ip route add 10.29.0.0/16 table 100 via 10.1.0.1 dev bond0 proto ospf metric 20");
	expect("10.29.0.0/16 bond0 10.1.0.1 20; ");
	assert_int_equal(told_vrf, red);
	sh("ip route del 10.29.0.0/16 table 100");
	expect("gone 10.29.0.0/16 - none 20; ");
	sh("ip link del red && ip link del bond0.5");
	run(200);
	told[0] = '\0';
}

enum { ROUTERS = 2000 };

static unsigned int n_objects(void)
{
	FILE *f = popen("ip nexthop show proto 77 | wc -l", "r");
	unsigned int n = 0;

	assert_int_equal(fscanf(f, "%u", &n), 1);
	pclose(f);
	return n;
}

/* @wanted: or take them back */
static void thousands(bool wanted)
{
	struct wish_prefix w = wish_for("10.20.0.0/16", "10.1.0.1", NULL);

	for (uint32_t i = 0; i < ROUTERS; i++) {
		struct ip_addr a = ip_v4(0x14140000 + i);

		w.key.prefix = prefix_make(&a, 32);
		w.hops[0].gateway = ip_v4(0x0a020001 + i);
		if (wanted)
			wish(&w);
		else
			unwish(&w);
	}
}

/* Thousands of routers, which are no more: nor are their objects, a while later. */
static void test_routers_go(void **state)
{
	u64 until;

	NEED_KERNEL();
	thousands(true);
	/* all have been read since, with their routes */
	routes_read_again(routes, 0);
	wait_reading(readings + 1);
	assert_true(n_objects() >= ROUTERS);
	thousands(false);
	assert_true(n_objects() >= ROUTERS);
	until = timer_now_us() + 30000000;
	while (n_objects() >= ROUTERS && timer_now_us() < until)
		run(500);
	assert_true(n_objects() < 10);
	told[0] = '\0';
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_learn),
		cmocka_unit_test(test_asked),
		cmocka_unit_test(test_connected),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_device_down),
		cmocka_unit_test(test_device_down_and_up),
		cmocka_unit_test(test_address_gone),
		cmocka_unit_test(test_lost_in_a_flood),
		cmocka_unit_test(test_object_lost_in_a_flood),
		cmocka_unit_test(test_install),
		cmocka_unit_test(test_foreign_objects),
		cmocka_unit_test(test_in_the_way),
		cmocka_unit_test(test_impossible),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_guard),
		cmocka_unit_test(test_guard_before),
		cmocka_unit_test(test_reading_fails),
		cmocka_unit_test(test_changed_while_read),
		cmocka_unit_test(test_flaps_while_read),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_leaked),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_routers_go),
		cmocka_unit_test(test_fresh_numbers),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
