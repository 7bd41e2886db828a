// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnctl_check.c - evpnctl check: agreement says nothing, and each induced difference says its
 * sentence and no other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../user/evpnctl/doc.h"
#include "../../../user/evpnctl/fib_check.h"
#include "../../../user/evpnctl/frr_check.h"
#include "../../../user/evpnctl/own_check.h"

#define ESI "03:44:38:39:ff:ff:01:00:00:01"

struct world {
	struct frr_es es;
	struct nl_link link;
	struct nl_core core;
	struct frr_view view;
	json_t *evpnd, *routes, *kernel;
};

static struct world world(void)
{
	struct world w = {0};

	esi_parse(&w.es.esi, ESI);
	strcpy(w.es.ifname, "bond0");
	w.es.local = w.es.ready = w.es.up = w.es.bridge_port = true;
	w.es.pref = 300;
	w.es.n_vteps = 1;
	w.es.vteps[0] = (struct frr_vtep){ip_v4(0xc0000202), true, 2, 200};
	strcpy(w.link.ifname, "bond0");
	w.link.bond_mode = NL_BOND_MODE_8023AD;
	w.link.miimon = 100;
	w.core = (struct nl_core){.mark_mask = 0xff000000, .n_ports = 1, .ports = {4789}};
	mac_parse(&w.link.ad_actor_system, "44:38:39:ff:ff:01");
	w.evpnd = json_pack("[{s:s, s:s, s:s, s:s, s:n}]", "name", "ce", "esi", ESI, "interface",
			    "bond0", "control", "frr", "reason");
	w.routes = json_pack("[{s:s, s:s, s:[{s:s}]}, {s:s, s:s, s:[{s:s}]}]", "esi", ESI,
			     "originator", "192.0.2.1", "paths", "next-hop", "192.0.2.1", "esi",
			     ESI, "originator", "192.0.2.2", "paths", "next-hop", "192.0.2.2");
	w.kernel = json_pack("[{s:s, s:s, s:s, s:s, s:[s]}]", "esi", ESI, "interface", "bond0",
			     "mode", "all-active", "role", "df", "peers", "192.0.2.2");
	return w;
}

/* The differences of @w, "what" by "what"; gives @w back. */
static void expect(struct world *w, const char *what, const char *sentence)
{
	char all[256] = "", messages[2048] = "";
	json_t *doc, *d;
	size_t i;

	w->view.vtep = ip_v4(0xc0000201);
	if (!w->view.n_es && w->es.ifname[0]) {
		w->view.es = &w->es;
		w->view.n_es = 1;
	}
	w->view.links = &w->link;
	w->view.n_links = 1;
	w->view.evpnd = w->evpnd;
	w->view.routes = w->routes;
	w->view.kernel = w->kernel;
	w->view.core = &w->core;
	doc = frr_check(&w->view);
	json_array_foreach(json_object_get(doc, "differences"), i, d) {
		strcat(strcat(all, all[0] ? " " : ""), doc_show(d, "what"));
		strcat(strcat(messages, doc_show(d, "message")), "\n");
	}
	assert_string_equal(all, what);
	if (sentence && !strstr(messages, sentence))
		fail_msg("\"%s\" is not in:\n%s", sentence, messages);
	json_decref(doc);
	json_decref(w->evpnd);
	json_decref(w->routes);
	json_decref(w->kernel);
}

static json_t *first(json_t *list)
{
	return json_array_get(list, 0);
}

static void agreement(void **state)
{
	struct world w = world();

	expect(&w, "", NULL);
}

static void role(void **state)
{
	struct world w = world();

	w.es.non_df = true;
	expect(&w, "role", "FRR says non-df, the kernel has df");
	w = world();
	json_object_set_new(first(w.kernel), "mode", json_string("port-active"));
	expect(&w, "mode", "has mode port-active");
}

static void peers(void **state)
{
	struct world w = world();
	unsigned int i;

	w.es.n_vteps = 2;
	w.es.vteps[1] = (struct frr_vtep){ip_v4(0xc0000203), false, 0, 0};
	expect(&w, "peers", "192.0.2.3 is a VTEP of the segment to FRR");
	w = world();
	w.es.vteps[0].alg = 0;
	expect(&w, "algorithm", "192.0.2.2 advertises election algorithm 0");
	w = world();
	for (i = 1; i < 11; i++)
		w.es.vteps[i] = w.es.vteps[0];
	w.es.n_vteps = 11;
	expect(&w, "split-horizon", "11 other VTEPs");
}

static void originators(void **state)
{
	struct world w = world();
	json_t *path = first(json_object_get(json_array_get(w.routes, 1), "paths"));

	json_object_set_new(path, "next-hop", json_string("192.0.2.9"));
	expect(&w, "originator", "the RT-4 of 192.0.2.2 has another next hop");
	w = world();
	json_array_remove(w.routes, 0);
	expect(&w, "originator", "no RT-4 of this PE has reached evpnd from 192.0.2.1");
}

/* What the module looks at is what the tunnels receive on. */
static void core(void **state)
{
	struct world w = world();

	strcpy(w.link.kind, "vxlan");
	w.link.vxlan_port = 4789;
	expect(&w, "", NULL);
	w = world();
	strcpy(w.link.kind, "vxlan");
	w.link.vxlan_port = 8472;
	expect(&w, "vxlan-port", "VXLAN on port 8472");
	w = world();
	w.core.mark_mask = 0;
	expect(&w, "mark", "no split horizon");
}

static void device(void **state)
{
	struct world w = world();

	w.link.miimon = 0;
	expect(&w, "miimon", "bond bond0 has miimon 0");
	w = world();
	w.link.ad_actor_system.b[5] = 2;
	expect(&w, "system-mac", "the customer sees LACP system 44:38:39:ff:ff:02");
	w = world();
	w.link.bond_mode = 1;
	w.link.ad_actor_system.b[5] = 2;
	expect(&w, "", NULL);
	w = world();
	w.link.ifname[0] = 'x';
	expect(&w, "device", "bond0 does not exist");
}

static void not_enforced(void **state)
{
	struct world w = world();

	json_array_clear(w.kernel);
	json_array_clear(w.evpnd);
	expect(&w, "not-enforced", "no segment of evpnd names this device");
	w = world();
	json_array_clear(w.kernel);
	json_object_set_new(first(w.evpnd), "reason", json_string("because of the weather"));
	expect(&w, "not-enforced", "because of the weather");
	w = world();
	json_decref(w.kernel);
	w.kernel = NULL;
	expect(&w, "module not-enforced", "the module evpn does not answer");
}

static void not_in_frr(void **state)
{
	struct world w = world();

	w.es.local = false;
	expect(&w, "not-in-frr", "FRR has no such segment");
	w = world();
	w.es.local = false;
	json_array_clear(w.kernel);
	json_object_set_new(first(w.evpnd), "esi", json_null());
	expect(&w, "not-in-frr", "segment ce: FRR has no segment there");
	w = world(); /* another segment, which evpnd controls, is no business of FRR's */
	w.es.local = false;
	json_object_set_new(first(w.evpnd), "control", json_string("evpnd"));
	expect(&w, "", NULL);
}

/* evpnd is away, and the roles have changed meanwhile. */
static void no_evpnd(void **unused)
{
	struct world w = world();

	json_decref(w.evpnd);
	json_decref(w.routes);
	w.evpnd = w.routes = NULL;
	expect(&w, "evpnd", "evpnd does not answer");
	w = world();
	json_decref(w.evpnd);
	json_decref(w.routes);
	w.evpnd = w.routes = NULL;
	w.es.non_df = true;
	expect(&w, "evpnd role", "and there is no evpnd to change it");
	w = world(); /* a PE without segments needs neither evpnd nor the module */
	json_decref(w.evpnd);
	json_decref(w.kernel);
	w.evpnd = w.kernel = NULL;
	w.es.local = false;
	expect(&w, "", NULL);
}

/* What the kernel refused of what zebra had for it. */
static void tables(void **unused)
{
	struct frr_mac macs[2] = {{.mac = {{2, 0, 0, 0, 0, 1}}, .vni = 100},
				  {.mac = {{2, 0, 0, 0, 0, 2}}, .vni = 200, .es = true}};
	struct nl_entry fdb[] = {{.mac = {{2, 0, 0, 0, 0, 1}}}, {.mac = {{2, 0, 0, 0, 0, 2}}}};
	struct ip_addr hosts[] = {ip_v4(0x0a000a01), ip_v4(0x0a000a02)};
	struct nl_entry neighs[] = {{.address = ip_v4(0x0a000a01)}, {.address = ip_v4(0x0a000a02)}};
	struct world w = world();

	w.view.macs = macs;
	w.view.fdb = fdb;
	w.view.n_macs = w.view.n_fdb = 2;
	w.view.hosts = hosts;
	w.view.neighs = neighs;
	w.view.n_hosts = w.view.n_neighs = 2;
	expect(&w, "", NULL);
	w = world();
	w.view.macs = macs;
	w.view.fdb = fdb;
	w.view.n_macs = 2;
	w.view.n_fdb = 1;
	expect(&w, "fdb", "1 of the 2 MAC addresses");
	w = world();
	w.view.hosts = hosts;
	w.view.neighs = neighs;
	w.view.n_hosts = 2;
	w.view.n_neighs = 1;
	expect(&w, "neighbours", "1 of the 2 hosts that FRR has are not among");
}

/* The bond is down: bgpd takes its routes back, which is nothing to complain of. */
static void cut(void **unused)
{
	struct world w = world();

	w.es.up = false;
	json_array_remove(w.routes, 0);
	expect(&w, "", NULL);
}

static void stale(void **unused)
{
	struct world w = world();

	json_array_remove(w.routes, 1);
	w.es.non_df = true;
	expect(&w, "role stale", "zebra counts 192.0.2.2, whose RT-4 bgpd does not have any more");
}

static void state(void **unused)
{
	struct world w = world();

	json_object_set_new(first(w.evpnd), "reason", json_string("the session to bgpd is down"));
	expect(&w, "state", "the session to bgpd is down");
}

/* One segment of this PE's own, and the RT-4 of 192.0.2.2 as it came by @paths. Takes @paths. */
static json_t *own(const char *control, json_t *paths)
{
	json_t *segments = json_pack("[{s:s, s:s, s:s}]", "esi", ESI, "interface", "bond0",
				     "control", control);
	json_t *routes = json_pack("[{s:s, s:s, s:[{s:n, s:b}]}, {s:s, s:s, s:o}]", "esi", ESI,
				   "originator", "192.0.2.1", "paths", "peer", "direct", 0, "esi",
				   ESI, "originator", "192.0.2.2", "paths", paths);
	json_t *list = own_check(segments, routes, NULL);

	json_decref(segments);
	json_decref(routes);
	return list;
}

static json_t *path(const char *peer, bool direct, bool stale)
{
	return json_pack("{s:s, s:b, s:b}", "peer", peer, "direct", direct, "stale", stale);
}

static void single_reflector(void **state)
{
	json_t *list = own("evpnd", json_pack("[o]", path("192.0.2.9", false, false)));

	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(doc_show(first(list), "what"), "single-reflector");
	assert_string_equal(doc_show(first(list), "interface"), "bond0");
	assert_non_null(strstr(doc_show(first(list), "message"),
			       "192.0.2.2 and this PE hear of each other by 192.0.2.9 alone"));
	json_decref(list);
	/* the second one is away for now */
	list = own("evpnd", json_pack("[o, o]", path("192.0.2.9", false, false),
				      path("192.0.2.10", false, true)));
	assert_int_equal(json_array_size(list), 1);
	json_decref(list);
}

static void several_ways(void **state)
{
	json_t *list = own("evpnd", json_pack("[o, o]", path("192.0.2.9", false, false),
					      path("192.0.2.10", false, false)));

	assert_int_equal(json_array_size(list), 0);
	json_decref(list);
	list = own("evpnd", json_pack("[o, o]", path("192.0.2.9", false, false),
				      path("192.0.2.2", true, false)));
	assert_int_equal(json_array_size(list), 0);
	json_decref(list);
	/* bgpd of this host, whose sessions are not known; a segment that zebra elects */
	list = own("evpnd", json_pack("[o]", path("127.0.0.1", false, false)));
	assert_int_equal(json_array_size(list), 0);
	json_decref(list);
	list = own("frr", json_pack("[o]", path("192.0.2.9", false, false)));
	assert_int_equal(json_array_size(list), 0);
	json_decref(list);
}

/* Takes @peers. */
static json_t *alone(const char *policy, json_t *peers)
{
	json_t *segments = json_pack("[{s:s, s:s, s:s, s:s}]", "esi", ESI, "interface", "bond0",
				     "control", "evpnd", "core-isolation", policy);
	json_t *list = own_check(segments, NULL, peers);

	json_decref(segments);
	json_decref(peers);
	return list;
}

/* Two PEs with nothing but a session with each other: when it is lost both would close. */
static void block_alone(void **state)
{
	json_t *list = alone("block", json_pack("[{s:s}]", "address", "192.0.2.2"));

	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(doc_show(first(list), "what"), "block-alone");
	assert_string_equal(doc_show(first(list), "interface"), "bond0");
	assert_non_null(strstr(doc_show(first(list), "message"),
			       "the session with 192.0.2.2 is the only one"));
	json_decref(list);
	list = alone("keep", json_pack("[{s:s}]", "address", "192.0.2.2"));
	assert_int_equal(json_array_size(list), 0);
	json_decref(list);
	list = alone("block",
		     json_pack("[{s:s}, {s:s}]", "address", "192.0.2.2", "address", "192.0.2.9"));
	assert_int_equal(json_array_size(list), 0);
	json_decref(list);
}

static struct fib_route fib(const char *prefix, u32 table, u8 protocol, u32 metric, u32 ifindex)
{
	struct fib_route r = {
		.table = table, .metric = metric, .ifindex = ifindex, .protocol = protocol};

	assert_int_equal(prefix_parse(&r.prefix, prefix), 0);
	return r;
}

/* Requirement C17: a route of a routing daemon that leads round by the core, and is preferred to ours. */
static void not_used(void **state)
{
	enum { RED = 10, BLUE = 11, LEG = 7, CORE = 8 };
	struct nl_link links[] = {{.ifindex = 3, .ifname = "red", .vrf_table = RED},
				  {.ifindex = LEG, .ifname = "bond0.1"},
				  {.ifindex = CORE, .ifname = "core0"}};
	struct fib_route ours[] = {fib("203.0.113.0/24", RED, 77, 190, LEG),
				   fib("198.51.100.0/24", RED, 77, 190, LEG),
				   fib("198.51.100.0/24", BLUE, 77, 190, LEG),
				   fib("2001:db8::/32", RED, 77, 190, LEG)};
	struct fib_route others[] = {
		fib("198.51.100.0/24", RED, 186, 20, CORE),
		fib("2001:db8::/32", RED, 186, 20, CORE),
		/* the customer's own; a worse one; another prefix, another table */
		fib("203.0.113.0/24", RED, 188, 20, LEG),
		fib("203.0.113.0/24", RED, 186, 200, CORE),
		fib("203.0.113.0/25", RED, 186, 20, CORE),
		fib("203.0.113.0/24", BLUE, 186, 20, CORE)};
	struct fib_view view = {ours, others, 4, 6, links, 3};
	json_t *list = fib_check(&view);

	(void)state;
	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(doc_show(first(list), "what"), "prefix-not-used");
	assert_string_equal(doc_show(first(list), "interface"), "red");
	assert_non_null(strstr(
		doc_show(first(list), "message"),
		"does not use 2 of the routes that are in step with another PE, but a route of protocol bgp: to 198.51.100.0/24 by core0 with metric 20, and evpnd's by bond0.1 has 190;"));
	json_decref(list);
	view.n_others = 0;
	list = fib_check(&view);
	assert_int_equal(json_array_size(list), 0);
	json_decref(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_reflector),
		cmocka_unit_test(several_ways),
		cmocka_unit_test(block_alone),
		cmocka_unit_test(not_used),
		cmocka_unit_test(agreement),
		cmocka_unit_test(role),
		cmocka_unit_test(peers),
		cmocka_unit_test(originators),
		cmocka_unit_test(device),
		cmocka_unit_test(core),
		cmocka_unit_test(not_enforced),
		cmocka_unit_test(not_in_frr),
		cmocka_unit_test(state),
		cmocka_unit_test(no_evpnd),
		cmocka_unit_test(cut),
		cmocka_unit_test(stale),
		cmocka_unit_test(tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
