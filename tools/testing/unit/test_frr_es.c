// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_frr_es.c - what zebra writes, read: samples as FRR 8.4 prints them, and things that are none.
 * The answer of the socket, cut everywhere.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frr_es.h"
#include "frr_macs.h"
#include "frr_vty.h"

static const char sample[] =
	"[\n"
	"  {\n"
	"    \"esi\":\"03:44:38:39:ff:ff:01:00:00:01\",\n"
	"    \"accessPort\":\"bond0\",\n"
	"    \"flags\":[\"local\",\"remote\",\"nonDF\",\"readyForBgp\",\"bridgePort\",\"operUp\"],\n"
	"    \"vniCount\":1, \"macCount\":2, \"dfPreference\":50000,\n"
	"    \"dfDelayTimer\":\"00:00:02\",\n"
	"    \"nexthopGroup\":536870913,\n"
	"    \"vteps\":[\n"
	"      {\"vtep\":\"192.0.2.2\", \"dfAlgorithm\":\"preference\", \"dfPreference\":50001,\n"
	"       \"nexthopId\":268435458},\n"
	"      {\"vtep\":\"192.0.2.3\", \"dfAlgorithm\":\"service-carving\", \"dfPreference\":0},\n"
	"      {\"vtep\":\"192.0.2.4\", \"dfAlgorithm\":\"unknown 3\", \"dfPreference\":7},\n"
	"      {\"vtep\":\"192.0.2.5\", \"nexthopId\":268435460}\n"
	"    ]\n"
	"  },\n"
	"  {\"esi\":\"03:44:38:39:ff:ff:02:00:00:02\", \"flags\":[\"remote\"], \"dfPreference\":0}\n"
	"]\n";

static void segments(void **state)
{
	struct frr_es *list;
	struct ip_addr a;
	size_t n;

	assert_int_equal(frr_es_parse(sample, &list, &n), 0);
	assert_int_equal(n, 2);
	assert_string_equal(list[0].ifname, "bond0");
	assert_true(list[0].local && list[0].non_df && list[0].ready && list[0].up);
	assert_true(list[0].bridge_port && list[0].delay);
	assert_false(list[0].bypass);
	assert_int_equal(list[0].pref, 50000);
	assert_int_equal(list[0].n_vteps, 4);
	assert_int_equal(list[0].vteps[0].alg, 2);
	assert_int_equal(list[0].vteps[0].pref, 50001);
	assert_int_equal(list[0].vteps[1].alg, 0);
	assert_int_equal(list[0].vteps[2].alg, 3);
	assert_true(list[0].vteps[2].rt4);
	assert_false(list[0].vteps[3].rt4);
	assert_int_equal(ip_parse(&a, "192.0.2.5"), 0);
	assert_true(ip_equal(&list[0].vteps[3].address, &a));
	assert_false(list[1].local);
	assert_string_equal(list[1].ifname, "");
	free(list);
}

static void nonsense(void **state)
{
	static const char *const wrong[] = {"{", "{}", "% Unknown command.\n", "[1]",
					    "[{\"esi\":\"x\"}]"};
	struct frr_es *list;
	size_t n, i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(frr_es_parse(wrong[i], &list, &n), -EINVAL);
		assert_null(list);
	}
	assert_int_equal(frr_es_parse("", &list, &n), 0);
	assert_int_equal(frr_es_parse("[\n]\n", &list, &n), 0);
	assert_int_equal(n, 0);
}

static void vtep(void **state)
{
	char buf[IP_STRLEN];
	struct ip_addr a;

	a = frr_vtep_parse(
		"[{\"vni\":100,\"vtepIp\":\"0.0.0.0\"},{\"vni\":200,\"vtepIp\":\"192.0.2.1\"}]");
	assert_string_equal(ip_format(&a, buf), "192.0.2.1");
	a = frr_vtep_parse("[{\"vni\":100,\"vtepIp\":\"0.0.0.0\"}]");
	assert_true(ip_is_none(&a));
	a = frr_vtep_parse("");
	assert_true(ip_is_none(&a));
}

/* As FRR 10.7 writes it. */
static void ipv6(void **state)
{
	struct frr_es *list;
	struct ip_addr a, b;
	size_t n;

	assert_int_equal(ip_parse(&a, "2001:db8::1"), 0);
	assert_int_equal(ip_parse(&b, "2001:db8::2"), 0);
	assert_int_equal(frr_es_parse("[{\"esi\":\"03:44:38:39:ff:ff:01:00:00:01\","
				      "\"accessPort\":\"bond0\",\"flags\":[\"local\",\"df\"],"
				      "\"vteps\":[{\"vtep\":\"2001:db8::2\","
				      "\"dfAlgorithm\":\"preference\",\"dfPreference\":200}]}]",
				      &list, &n),
			 0);
	assert_int_equal(n, 1);
	assert_true(list[0].local && !list[0].non_df);
	assert_int_equal(list[0].n_vteps, 1);
	assert_true(ip_equal(&list[0].vteps[0].address, &b));
	assert_int_equal(list[0].vteps[0].pref, 200);
	free(list);
	b = frr_vtep_parse("[{\"vni\":100,\"vlan\":10,\"bridge\":\"br0\","
			   "\"vtepIp\":\"2001:db8::1\"}]");
	assert_true(ip_equal(&a, &b));
	b = frr_vtep_parse("[{\"vni\":100,\"vtepIp\":\"::\"}]");
	assert_true(ip_is_none(&b));
}

/* As FRR 8.4 writes them. */
static void macs(void **state)
{
	struct frr_mac *list;
	struct ip_addr *hosts;
	size_t n;

	assert_int_equal(
		frr_macs_parse(
			"\n{ \"200\":{\"numMacs\":3,\"macs\":{"
			"\"02:f0:00:00:00:01\":{\"type\":\"remote\",\"remoteVtep\":\"192.0.2.2\"},"
			"\"02:00:00:00:0c:0e\":{\"type\":\"remote\",\"remoteEs\":"
			"\"03:44:38:39:ff:ff:01:00:00:01\"},"
			"\"02:00:00:00:00:03\":{\"type\":\"local\",\"intf\":\"h3\"}}}}",
			&list, &n),
		0);
	assert_int_equal(n, 2);
	assert_int_equal(list[0].vni, 200);
	assert_int_equal(list[0].mac.b[1], 0xf0);
	assert_true(!list[0].es && list[1].es);
	free(list);
	assert_int_equal(frr_macs_parse("", &list, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(frr_macs_parse("[1]", &list, &n), -EINVAL);
	assert_null(list);
	assert_int_equal(frr_macs_parse("{\"100\":7,\"200\":{\"macs\":[]}}", &list, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(
		frr_hosts_parse("{\"100\":{\"numArpNd\":1,\"10.0.10.1\":{\"type\":\"local\"}},"
				"\"200\":{\"numArpNd\":1,\"2001:db8::1\":{\"type\":\"remote\"}}}",
				&hosts, &n),
		0);
	assert_int_equal(n, 2);
	assert_int_equal(hosts[0].len, 4);
	assert_int_equal(hosts[1].len, 16);
	free(hosts);
}

#define ES9 "03:44:38:39:ff:ff:01:00:00:09"

/* With "detail", release 8.4 names the segment by another key than the later ones do. */
static void details(void **state)
{
	struct frr_host *hosts;
	struct frr_mac *list;
	struct esi es9;
	size_t n;

	assert_int_equal(esi_parse(&es9, ES9), 0);
	assert_int_equal(
		frr_macs_parse(
			"{\"100\":{\"numMacs\":3,\"macs\":{"
			"\"02:00:00:00:00:01\":{\"type\":\"remote\",\"remoteVtep\":\"0.0.0.0\","
			"\"esi\":\"" ES9 "\",\"neighbors\":\"none\"},"
			"\"02:00:00:00:00:02\":{\"type\":\"remote\",\"remoteEs\":\"" ES9 "\"},"
			"\"02:00:00:00:00:03\":{\"type\":\"remote\",\"remoteVtep\":\"192.0.2.3\"}}}}",
			&list, &n),
		0);
	assert_int_equal(n, 3);
	assert_true(list[0].es && list[1].es && !list[2].es);
	assert_int_equal(esi_cmp(&list[0].esi, &es9), 0);
	assert_int_equal(esi_cmp(&list[1].esi, &es9), 0);
	assert_true(ip_is_none(&list[0].vtep) && ip_is_none(&list[1].vtep));
	assert_int_equal(list[2].vtep.b[3], 3);
	free(list);
	assert_int_equal(
		frr_synced_parse(
			"{\"100\":{\"numArpNd\":5,"
			"\"10.0.0.1\":{\"type\":\"local\",\"mac\":\"02:00:00:00:00:01\"},"
			"\"10.0.0.2\":{\"type\":\"local\",\"mac\":\"02:00:00:00:00:02\","
			"\"localInactive\":true,\"peerActive\":true},"
			"\"10.0.0.3\":{\"type\":\"local\",\"mac\":\"none\",\"peerProxy\":true},"
			"\"10.0.0.4\":{\"type\":\"remote\",\"mac\":\"02:00:00:00:00:04\","
			"\"peerProxy\":true},"
			"\"2001:db8::5\":{\"type\":\"local\",\"mac\":\"02:00:00:00:00:05\","
			"\"peerProxy\":true}}}",
			&hosts, &n),
		0);
	assert_int_equal(n, 2);
	assert_int_equal(hosts[0].vni, 100);
	assert_int_equal(hosts[0].mac.b[5], 2);
	assert_int_equal(hosts[0].address.b[3], 2);
	assert_int_equal(hosts[1].address.len, 16);
	free(hosts);
}

static void vnis(void **state)
{
	struct frr_vni *list;
	size_t n;

	assert_int_equal(
		frr_vnis_parse("[{\"vni\":100,\"type\":\"L2\",\"vxlanInterface\":\"vx100\","
			       "\"sviInterface\":\"br0.10\"},"
			       "{\"vni\":200,\"type\":\"L2\",\"vxlanInterface\":\"vx200\"},"
			       "{\"vni\":300,\"type\":\"L2\"},"
			       "{\"vni\":999,\"type\":\"L3\",\"vxlanIntf\":\"vx999\"}]",
			       &list, &n),
		0);
	assert_int_equal(n, 2);
	assert_int_equal(list[0].vni, 100);
	assert_string_equal(list[0].vxlan, "vx100");
	assert_string_equal(list[0].svi, "br0.10");
	assert_string_equal(list[1].svi, "");
	free(list);
	assert_int_equal(frr_vnis_parse("", &list, &n), 0);
	assert_null(list);
	assert_int_equal(frr_vnis_parse("{}", &list, &n), 0);
	assert_int_equal(frr_vnis_parse("7", &list, &n), -EINVAL);
	assert_null(list);
}

/* A group that zebra has a number for, and has not made, is none. */
static void groups(void **state)
{
	struct frr_es *list;
	size_t n;

	assert_int_equal(frr_es_parse("[{\"esi\":\"" ES9
				      "\",\"flags\":[\"remote\",\"nexthopGroupActive\"],"
				      "\"nexthopGroup\":536870913},"
				      "{\"esi\":\"" ES9 "\",\"flags\":[\"remote\"],"
				      "\"nexthopGroup\":536870914}]",
				      &list, &n),
			 0);
	assert_int_equal(list[0].group, 536870913);
	assert_int_equal(list[1].group, 0);
	free(list);
}

static void version(void **state)
{
	char v[FRR_VERSION_LEN];

	frr_version_parse("FRRouting 8.4.4 (pe1) on Linux(6.1.0).\nCopyright 1996-2005\n", v);
	assert_string_equal(v, "8.4.4");
	frr_version_parse("FRRouting 10.7.1 (pe1) on Linux(6.12.0).\n", v);
	assert_string_equal(v, "10.7.1");
	frr_version_parse("hello", v);
	assert_string_equal(v, "");
}

static void answer(void **state)
{
	static const char bytes[] = "some text\n\0\0\0\2";
	const size_t len = sizeof(bytes) - 1;
	size_t cut;

	for (cut = 0; cut <= len; cut++) {
		struct frr_answer a = {};

		assert_int_equal(frr_answer_feed(&a, bytes, cut), 0);
		assert_int_equal(a.complete, cut == len);
		if (cut < len)
			assert_int_equal(frr_answer_feed(&a, bytes + cut, len - cut), 0);
		assert_true(a.complete);
		assert_string_equal(a.text, "some text\n");
		assert_int_equal(a.status, 2);
		assert_int_equal(frr_answer_feed(&a, "x", 1), -EPROTO);
		frr_answer_clear(&a);
	}
}

static void no_answer(void **state)
{
	struct frr_answer a = {};
	char *text, err[FRR_VTY_ERROR_LEN];

	assert_int_equal(frr_answer_feed(&a, "a\0b\0\0", 5), -EPROTO);
	frr_answer_clear(&a);
	assert_int_equal(frr_answer_feed(&a, "a\0\0\0\0more", 9), -EPROTO);
	frr_answer_clear(&a);
	assert_int_equal(frr_vty_ask("/nonexistent/zebra.vty", "show version", 100, &text, err),
			 -ENOENT);
	assert_non_null(strstr(err, "/nonexistent/zebra.vty"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments), cmocka_unit_test(nonsense),	 cmocka_unit_test(vtep),
		cmocka_unit_test(ipv6),	    cmocka_unit_test(version),	 cmocka_unit_test(macs),
		cmocka_unit_test(details),  cmocka_unit_test(vnis),	 cmocka_unit_test(groups),
		cmocka_unit_test(answer),   cmocka_unit_test(no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
