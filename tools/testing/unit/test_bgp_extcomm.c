// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extended communities: known octets of every kind both ways, text, finding and counting, RFC 9722
 * timestamps (A16, A17, A20, A30, B3, B4, B11).
 */
#include "hex.h"

#include "bgp_extcomm.h"
#include "df.h"

static const struct {
	const char *hex;
	enum ecomm_kind kind;
	const char *text;
} known[] = {
	{"0002fde800000001", EC_RT, "rt:65000:1"},
	{"01020a0000010005", EC_RT, "rt:10.0.0.1:5"},
	{"0202fa56ea000001", EC_RT, "rt:4200000000:1"},
	{"0003fde800000001", EC_ORIGIN, "soo:65000:1"},
	{"01030a0000010005", EC_ORIGIN, "soo:10.0.0.1:5"},
	{"030c000000000008", EC_ENCAP, "encap:vxlan"},
	{"030c00000000000a", EC_ENCAP, "encap:mpls"},
	{"030c000000000063", EC_ENCAP, "encap:99"},
	{"030d000000000000", EC_DEFAULT_GW, "default-gw"},
	{"030b000000000064", EC_COLOR, "color:100"},
	{"0600000000000007", EC_MAC_MOBILITY, "mobility:7"},
	{"06000100ffffffff", EC_MAC_MOBILITY, "mobility:4294967295 sticky"},
	{"0601010000000000", EC_ESI_LABEL, "esi-label:0 single-active"},
	{"0601000000000641", EC_ESI_LABEL, "esi-label:1601 all-active"},
	{"0601400000000000", EC_ESI_LABEL, "esi-label:0 all-active local-bias"},
	{"0602112233445566", EC_ES_IMPORT, "es-import:11:22:33:44:55:66"},
	{"0603aabbccddeeff", EC_ROUTER_MAC, "rmac:aa:bb:cc:dd:ee:ff"},
	{"0604000205dc0000", EC_L2_ATTR, "l2-attr:mtu 1500 P"},
	{"0604000100000000", EC_L2_ATTR, "l2-attr:mtu 0 B"},
	{"0605010000000064", EC_ETREE, "e-tree:100 leaf"},
	{"0606000400000000", EC_DF_ELECTION, "df:alg 0 port-mode"},
	{"0606028000007fff", EC_DF_ELECTION, "df:alg 2 pref 32767 dont-preempt"},
	{"0606015000000000", EC_DF_ELECTION, "df:alg 1 ac-df time-sync"},
	{"06061f0000000009", EC_DF_ELECTION, "df:alg 31 pref 9"},
	{"0607000064000000", EC_ISID, "i-sid:100"},
	{"0608030000000000", EC_ARP_ND, "arp-nd:0x03 router override"},
	{"0608080000000000", EC_ARP_ND, "arp-nd:0x08 immutable"},
	{"0609000300000000", EC_MCAST_FLAGS, "mcast:0x0003 igmp-proxy mld-proxy"},
	{"060afde800000001", EC_EVI_RT, "evi-rt:65000:1"},
	{"060b0a0000010005", EC_EVI_RT, "evi-rt:10.0.0.1:5"},
	{"060cfa56ea000001", EC_EVI_RT, "evi-rt:4200000000:1"},
	{"060d010203040506", EC_EVI_RT6, "evi-rt6:0x060d010203040506"},
	{"060e000000000064", EC_AC, "ac:100"},
	{"060fed0037808000", EC_SCT, "sct:3976214400.50000"},
	{"0610010000000064", EC_EVPN_LINK_BANDWIDTH, "evpn-bandwidth:0x0610010000000064"},
	{"4004fde84c9896a0", EC_LINK_BANDWIDTH, "bandwidth:65000:80000256"},
	{"4004fde87f800000", EC_LINK_BANDWIDTH, "bandwidth:65000:inf"},
	{"01120a0000010000", EC_SEGMENTED_NH, "segmented-nh:10.0.0.1"},
	{"4300000000000002", EC_ORIGIN_VALIDATION, "validation:invalid"},
	{"4300000000000007", EC_ORIGIN_VALIDATION, "validation:7"},
	{"0611000000000000", EC_UNKNOWN, "unknown:0x0611000000000000"},
	{"4006000000000000", EC_UNKNOWN, "unknown:0x4006000000000000"},
	{"4002fde800000001", EC_UNKNOWN, "unknown:0x4002fde800000001"},
	{"03060000000000ff", EC_UNKNOWN, "unknown:0x03060000000000ff"},
};

static struct ecomm from_hex(const char *hex)
{
	struct ecomm c;

	assert_int_equal(unhex(hex, c.b, sizeof(c.b)), 8);
	return c;
}

static void every_kind(void **state)
{
	bool seen[EC_KINDS] = {0};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct ecomm c = from_hex(known[i].hex), again;
		char text[ECOMM_STRLEN];
		struct ecomm_value v;

		assert_int_equal(ecomm_kind(&c), known[i].kind);
		assert_string_equal(ecomm_format(&c, text), known[i].text);
		ecomm_decode(&c, &v);
		assert_int_equal(v.kind, known[i].kind);
		again = ecomm_encode(&v);
		assert_hex(again.b, 8, known[i].hex);
		seen[v.kind] = true;
	}
	for (unsigned int k = 0; k < EC_KINDS; k++) {
		assert_true(seen[k]);
		assert_non_null(ecomm_kind_name(k));
	}
}

static void makers(void **state)
{
	struct ecomm_df port_mode = {.alg = DF_ALG_MODULO, .caps = DF_CAP_PORT, .pref = 32767};
	struct ecomm_df pref = {.alg = DF_ALG_HIGHEST, .caps = DF_CAP_DP, .pref = 200};
	struct sct sct = {0xed003780, 0x8000};
	struct ecomm c, rt;
	struct esi esi;
	struct mac mac;

	esi_parse(&esi, "00:11:22:33:44:55:66:77:88:99");
	c = ecomm_es_import(&esi);
	assert_hex(c.b, 8, "06 02 112233445566");
	esi_parse(&esi, "05:00:00:fd:e8:01:02:03:04:00");
	c = ecomm_es_import(&esi);
	assert_hex(c.b, 8, "06 02 0000fde80102");
	c = ecomm_esi_label(ESI_LABEL_SINGLE_ACTIVE, 0);
	assert_hex(c.b, 8, "06 01 01 0000 000000");
	c = ecomm_l2_attr(L2_ATTR_P, 0);
	assert_hex(c.b, 8, "06 04 0002 0000 0000");
	c = ecomm_l2_attr(L2_ATTR_B, 1500);
	assert_hex(c.b, 8, "06 04 0001 05dc 0000");
	/* A16, and the preference is sent as 0 where it has no meaning */
	c = ecomm_df_election(&port_mode);
	assert_hex(c.b, 8, "0606000400000000");
	c = ecomm_df_election(&pref);
	assert_hex(c.b, 8, "06060280000000c8");
	c = ecomm_encap(TUNNEL_VXLAN);
	assert_hex(c.b, 8, "030c000000000008");
	c = ecomm_default_gw();
	assert_hex(c.b, 8, "030d000000000000");
	c = ecomm_mac_mobility(true, 5);
	assert_hex(c.b, 8, "0600010000000005");
	c = ecomm_arp_nd(ARP_ND_OVERRIDE);
	assert_hex(c.b, 8, "0608020000000000");
	c = ecomm_mcast_flags(MCAST_IGMP_PROXY);
	assert_hex(c.b, 8, "0609000100000000");
	mac_parse(&mac, "02:00:00:00:00:01");
	c = ecomm_router_mac(&mac);
	assert_hex(c.b, 8, "0603020000000001");
	c = ecomm_sct(&sct);
	assert_hex(c.b, 8, "060fed0037808000");
	rt_parse(&rt, "65000:1");
	c = ecomm_evi_rt(&rt);
	assert_hex(c.b, 8, "060afde800000001");
	rt_parse(&rt, "4200000000:1");
	c = ecomm_evi_rt(&rt);
	assert_hex(c.b, 8, "060cfa56ea000001");
}

static void finding(void **state)
{
	struct ecomm list[] = {
		from_hex("0002fde800000001"), from_hex("0602112233445566"),
		from_hex("060afde800000001"), from_hex("0606028000007fff"),
		from_hex("0601010000000000"), from_hex("0604000205dc0000"),
		from_hex("060fed0037808000"), from_hex("030c000000000008"),
	};
	struct slice s = ecomm_slice(list, 8), empty = ecomm_slice(NULL, 0);
	struct ecomm_df df;
	struct esi_label label;
	struct mac_mobility mobility;
	struct l2_attr l2;
	struct sct sct;
	struct mac mac;
	struct ecomm rt;
	u16 tunnel;

	assert_int_equal(ecomm_count(&s), 8);
	assert_int_equal(ecomm_count(&empty), 0);
	assert_int_equal(ecomm_get_df(&s, &df), 1);
	assert_true(df.alg == DF_ALG_HIGHEST && df.caps == DF_CAP_DP && df.pref == 32767);
	assert_true(ecomm_get_esi_label(&s, &label) && label.flags == ESI_LABEL_SINGLE_ACTIVE);
	assert_true(ecomm_get_l2_attr(&s, &l2) && l2.flags == L2_ATTR_P && l2.mtu == 1500);
	assert_true(ecomm_get_sct(&s, &sct) && sct.fraction == 0x8000);
	assert_true(ecomm_get_es_import(&s, &mac) && mac.b[0] == 0x11);
	assert_true(ecomm_get_encap(&s, &tunnel) && tunnel == TUNNEL_VXLAN);
	assert_false(ecomm_get_encap(&empty, &tunnel));
	assert_int_equal(tunnel, TUNNEL_MPLS);
	assert_false(ecomm_get_mobility(&s, &mobility));
	assert_int_equal(mobility.seq, 0);
	assert_false(ecomm_get_router_mac(&s, &mac));

	rt_parse(&rt, "65000:1");
	assert_true(ecomm_rt_match(&s, &rt, 1) && ecomm_evi_rt_match(&s, &rt, 1));
	rt_parse(&rt, "65000:2");
	assert_false(ecomm_rt_match(&s, &rt, 1) || ecomm_evi_rt_match(&s, &rt, 1));
	/* an EVI-RT alone is no route target, a route target alone no EVI-RT */
	s = ecomm_slice(&list[2], 1);
	rt_parse(&rt, "65000:1");
	assert_true(!ecomm_rt_match(&s, &rt, 1) && ecomm_evi_rt_match(&s, &rt, 1));
	s = ecomm_slice(&list[0], 1);
	assert_true(ecomm_rt_match(&s, &rt, 1) && !ecomm_evi_rt_match(&s, &rt, 1));
	assert_true(ecomm_rt_match(&s, list, 8));
	assert_false(ecomm_rt_match(&s, list, 0));
}

/* RFC 8584 section 2.2.1: none, and more than one, count as the default algorithm. */
static void df_election_once(void **state)
{
	struct ecomm two[] = {from_hex("0606028000007fff"), from_hex("0606028000007fff")};
	struct slice s = ecomm_slice(two, 2);
	struct ecomm_df df;

	assert_int_equal(ecomm_get_df(&s, &df), 2);
	assert_true(df.alg == 0 && df.caps == 0);
	s = ecomm_slice(two, 0);
	assert_int_equal(ecomm_get_df(&s, &df), 0);
	assert_true(df.alg == 0 && df.caps == 0);
	/* the reserved three bits are not part of the algorithm */
	two[0] = from_hex("0606e28000000001");
	s = ecomm_slice(two, 1);
	assert_int_equal(ecomm_get_df(&s, &df), 1);
	assert_int_equal(df.alg, 2);
}

static void sorting(void **state)
{
	struct ecomm list[] = {
		from_hex("0602112233445566"),
		from_hex("0002fde800000002"),
		from_hex("0602112233445566"),
		from_hex("0002fde800000001"),
	};

	assert_int_equal(ecomm_sort(list, 4), 3);
	assert_hex(list[0].b, 24, "0002fde800000001 0002fde800000002 0602112233445566");
	assert_int_equal(ecomm_sort(list, 0), 0);
	assert_int_equal(ecomm_sort(list, 1), 1);
}

/* 2026-01-01T00:00:00.5Z is ed003780 8000; then both sides of the end of NTP's first era. */
static void timestamps(void **state)
{
	const s64 half = 1767225600500000000ll, second = 1000000000ll;
	const s64 era = (4294967296ll - 2208988800ll) * second; /* 2036-02-07T06:28:16Z */
	const s64 times[] = {half, era - second, era - 1,
			     era,  era + second, era + 17 * second / 3,
			     0,	   -second,	 half + 15259};
	struct sct t = sct_from_ns(half);

	assert_int_equal(t.seconds, 0xed003780);
	assert_int_equal(t.fraction, 0x8000);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		s64 near[] = {times[i], times[i] - 3 * second, times[i] + 3600 * second};
		struct sct again;

		t = sct_from_ns(times[i]);
		for (size_t k = 0; k < 3; k++) {
			s64 back = sct_to_ns(&t, near[k]);

			assert_true(back <= times[i] + 1 && times[i] - back < 15260);
			again = sct_from_ns(back);
			assert_int_equal(again.seconds, t.seconds);
			assert_int_equal(again.fraction, t.fraction);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind), cmocka_unit_test(makers),
		cmocka_unit_test(finding),    cmocka_unit_test(df_election_once),
		cmocka_unit_test(sorting),    cmocka_unit_test(timestamps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
