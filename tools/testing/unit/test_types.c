// SPDX-License-Identifier: GPL-2.0-only
/*
 * Types, addresses and cursors: text in and out, reserved values, order, and that a cursor never
 * reads what is not there (A6: ESI types 0 to 5).
 */
#include "hex.h"

#include "types.h"
#include "addr.h"
#include "cursor.h"

#include <netinet/in.h>

static void esi_texts(void **state)
{
	static const char *const good[] = {
		"00:11:22:33:44:55:66:77:88:99", "00-11-22-33-44-55-66-77-88-99",
		"0011.2233.4455.6677.8899",	 "00112233445566778899",
		"00.11.22.33.44.55.66.77.88.99",
	};
	static const char *const bad[] = {
		"",
		"00:11:22:33:44:55:66:77:88",
		"00:11:22:33:44:55:66:77:88:99:aa",
		"00:11:22:33:44:55:66:77:88:9",
		"00:11-22:33:44:55:66:77:88:99",
		"0011:22:33:44:55:66:77:88:99",
		"00:11:22:33:44:55:66:77:88:9g",
		":00112233445566778899",
		"00112233445566778899:",
		"001122.33445566778899",
	};
	char text[ESI_STRLEN];
	struct esi e;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(esi_parse(&e, good[i]), 0);
		assert_string_equal(esi_format(&e, text), "00:11:22:33:44:55:66:77:88:99");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_not_equal(esi_parse(&e, bad[i]), 0);
	assert_int_equal(esi_parse(&e, "FF:fF:Ff:ff:ff:ff:ff:ff:ff:ff"), 0);
	assert_true(esi_is_max(&e) && esi_is_reserved(&e) && !esi_is_zero(&e));
	memset(&e, 0, sizeof(e));
	assert_true(esi_is_zero(&e) && esi_is_reserved(&e) && !esi_is_max(&e));
	e.b[9] = 1;
	assert_false(esi_is_zero(&e) || esi_is_reserved(&e));
}

static void esi_types_of_rfc7432(void **state)
{
	static const char *const typed[] = {
		"00:01:02:03:04:05:06:07:08:09", "02:00:aa:bb:cc:dd:ee:80:00:00",
		"04:c0:00:02:01:00:00:00:07:00", "05:00:00:fd:e8:01:02:03:04:00"};
	char text[ESI_STRLEN];
	struct mac m;
	struct esi e;

	assert_int_equal(mac_parse(&m, "00:aa:bb:cc:dd:ee"), 0);
	e = esi_make_lacp(&m, 0x64);
	assert_hex(e.b, 10, "0100aabbccddee006400");
	e = esi_make_mac(&m, 0x010203);
	assert_hex(e.b, 10, "0300aabbccddee010203");
	assert_int_equal(esi_type(&e), ESI_MAC);
	/* the others are typed in */
	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
		assert_int_equal(esi_parse(&e, typed[i]), 0);
		assert_int_equal(esi_type(&e), typed[i][1] - '0');
		assert_string_equal(esi_format(&e, text), typed[i]);
	}
	/* es-id 1 and es-sys-mac as ifupdown2 and FRR users write them */
	mac_parse(&m, "44:38:39:ff:ff:01");
	e = esi_make_mac(&m, 1);
	assert_hex(e.b, 10, "03443839ffff01000001");
}

static void mac_texts(void **state)
{
	char text[MAC_STRLEN];
	struct mac m;

	assert_int_equal(mac_parse(&m, "0011.2233.44fF"), 0);
	assert_string_equal(mac_format(&m, text), "00:11:22:33:44:ff");
	assert_int_not_equal(mac_parse(&m, "00:11:22:33:44"), 0);
	assert_int_not_equal(mac_parse(&m, "00:11:22:33:44:5"), 0);
	assert_false(mac_is_multicast(&m) || mac_is_zero(&m));
	mac_parse(&m, "ff:ff:ff:ff:ff:ff");
	assert_true(mac_is_multicast(&m));
	memset(&m, 0, sizeof(m));
	assert_true(mac_is_zero(&m));
}

static const struct {
	const char *text, *rd, *rt;
} rds[] = {
	{"65000:1", "0000fde800000001", "0002fde800000001"},
	{"0:4294967295", "00000000ffffffff", "00020000ffffffff"},
	{"10.0.0.1:5", "00010a0000010005", "01020a0000010005"},
	{"255.255.255.255:65535", "0001ffffffffffff", "0102ffffffffffff"},
	{"4200000000:65535", "0002fa56ea00ffff", "0202fa56ea00ffff"},
	{"65000L:1", "00020000fde80001", "02020000fde80001"},
};

static void rd_and_rt_texts(void **state)
{
	static const char *const bad[] = {
		"",
		"65000",
		"65000:",
		":1",
		"65000:4294967296",
		"1.2.3:4",
		"1.2.3.4:65536",
		"4200000000:65536",
		"4294967296:1",
		"-1:1",
		"1:-1",
		"1:1 ",
		"1.2.3.4.5:1",
		"65000:1:2",
		"255.255.255.255.255:1",
		"065000:1",
		"65000:01",
		"1.2.3.4:00",
	};
	char text[RD_STRLEN];
	struct ecomm rt;
	struct rd rd;

	for (size_t i = 0; i < sizeof(rds) / sizeof(rds[0]); i++) {
		assert_int_equal(rd_parse(&rd, rds[i].text), 0);
		assert_hex(rd.b, 8, rds[i].rd);
		assert_string_equal(rd_format(&rd, text), rds[i].text);
		assert_int_equal(rt_parse(&rt, rds[i].text), 0);
		assert_hex(rt.b, 8, rds[i].rt);
		assert_string_equal(rt_format(&rt, text), rds[i].text);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_not_equal(rd_parse(&rd, bad[i]), 0);
		assert_int_not_equal(rt_parse(&rt, bad[i]), 0);
	}
	unhex("0003112233445566", rd.b, 8);
	assert_string_equal(rd_format(&rd, text), "0x0003112233445566");
	rd = rd_make_ip(0x0a000001, 5);
	assert_hex(rd.b, 8, "00010a0000010005");
	rd = rd_make_as2(65000, 1);
	assert_hex(rd.b, 8, "0000fde800000001");
	rd = rd_make_as4(4200000000u, 65535);
	assert_hex(rd.b, 8, "0002fa56ea00ffff");
	assert_int_equal(rd_type(&rd), RD_AS4);
}

/* The order of RFC 9785 section 4.1, and the trap of comparing text */
static void address_order(void **state)
{
	static const char *const ascending[] = {
		"9.255.255.255", "10.0.0.9",	"10.0.0.10",   "138.0.0.1",
		"::1",		 "2001:db8::1", "2001:db8::2", "fe80::1",
	};
	struct ip_addr a, b, none = {0};
	const size_t n = sizeof(ascending) / sizeof(ascending[0]);

	for (size_t i = 0; i < n; i++) {
		assert_int_equal(ip_parse(&a, ascending[i]), 0);
		assert_true(ip_cmp(&none, &a) < 0);
		for (size_t k = 0; k < n; k++) {
			ip_parse(&b, ascending[k]);
			assert_int_equal(ip_cmp(&a, &b) < 0, i < k);
			assert_int_equal(ip_cmp(&a, &b) > 0, i > k);
			assert_int_equal(ip_equal(&a, &b), i == k);
		}
	}
}

static void ip_of_a_host(void **state)
{
	static const char *const hosts[] = {"192.0.2.1",     "1.0.0.0", "223.255.255.255",
					    "2001:db8::1",   "fe80::1", "::2",
					    "64:ff9b::a00:1"};
	static const char *const others[] = {
		"0.0.0.0",   "0.1.2.3",	  "127.0.0.1",	     "127.255.255.255",
		"224.0.0.5", "240.0.0.1", "255.255.255.255", "::",
		"::1",	     "ff02::1",	  "::ffff:10.0.0.1",
	};
	struct ip_addr a = {0};

	assert_false(ip_is_host(&a));
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		assert_int_equal(ip_parse(&a, hosts[i]), 0);
		assert_true(ip_is_host(&a));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(ip_parse(&a, others[i]), 0);
		assert_false(ip_is_host(&a));
	}
}

static void address_texts(void **state)
{
	char text[IP_STRLEN];
	struct ip_addr a, none = {0};

	assert_int_equal(ip_parse(&a, "192.0.2.1"), 0);
	assert_int_equal(ip_bits(&a), 32);
	assert_int_equal(ip_low32(&a), 0xc0000201);
	assert_string_equal(ip_format(&a, text), "192.0.2.1");
	assert_int_equal(ip_parse(&a, "2001:DB8:0:0::1"), 0);
	assert_int_equal(ip_bits(&a), 128);
	assert_int_equal(ip_low32(&a), 1);
	assert_string_equal(ip_format(&a, text), "2001:db8::1");
	assert_string_equal(ip_format(&none, text), "none");
	assert_int_not_equal(ip_parse(&a, "192.0.2.256"), 0);
	assert_int_not_equal(ip_parse(&a, "192.0.2.1/32"), 0);
	assert_int_not_equal(ip_parse(&a, "fe80::1%eth0"), 0);
	assert_int_not_equal(ip_parse(&a, ""), 0);
	a = ip_v4(0xe0000001);
	assert_true(ip_is_multicast(&a) && !ip_is_zero(&a));
	ip_parse(&a, "ff02::1");
	assert_true(ip_is_multicast(&a));
	ip_parse(&a, "::");
	assert_true(ip_is_zero(&a) && !ip_is_multicast(&a));
	a = ip_from_bytes("abcde", 5);
	assert_true(ip_is_none(&a));
}

static void socket_addresses(void **state)
{
	struct sockaddr_storage ss;
	struct ip_addr a, back, none = {0};

	ip_parse(&a, "192.0.2.1");
	assert_int_equal(ip_to_sockaddr(&a, 179, &ss), sizeof(struct sockaddr_in));
	assert_int_equal(ntohs(((struct sockaddr_in *)&ss)->sin_port), 179);
	back = ip_from_sockaddr((struct sockaddr *)&ss);
	assert_true(ip_equal(&a, &back));
	ip_parse(&a, "2001:db8::1");
	assert_int_equal(ip_to_sockaddr(&a, 179, &ss), sizeof(struct sockaddr_in6));
	back = ip_from_sockaddr((struct sockaddr *)&ss);
	assert_true(ip_equal(&a, &back));
	ip_parse(&a, "::ffff:192.0.2.1");
	ip_to_sockaddr(&a, 1, &ss);
	back = ip_from_sockaddr((struct sockaddr *)&ss);
	ip_parse(&a, "192.0.2.1");
	assert_true(ip_equal(&a, &back));
	assert_int_equal(ip_to_sockaddr(&none, 1, &ss), 0);
}

static void prefixes(void **state)
{
	static const char *const bad[] = {
		"10.0.0.1/8",	 "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/a",     "2001:db8::/129",
		"10.0.0.0/0008", "10.0.0.0/08", "/8",	     "2001:db8::1/64",
	};
	char text[PREFIX_STRLEN];
	struct ip_prefix p, q;
	struct ip_addr a;

	assert_int_equal(prefix_parse(&p, "10.1.128.0/17"), 0);
	assert_string_equal(prefix_format(&p, text), "10.1.128.0/17");
	ip_parse(&a, "10.1.255.255");
	assert_true(prefix_contains(&p, &a));
	ip_parse(&a, "10.1.127.255");
	assert_false(prefix_contains(&p, &a));
	ip_parse(&a, "2001:db8::1");
	assert_false(prefix_contains(&p, &a));
	assert_int_equal(prefix_parse(&q, "10.1.128.0/18"), 0);
	assert_true(prefix_cmp(&p, &q) < 0 && prefix_cmp(&q, &p) > 0 && !prefix_cmp(&p, &p));
	assert_int_equal(prefix_parse(&p, "2001:db8::/32"), 0);
	assert_true(prefix_contains(&p, &a));
	assert_int_equal(prefix_parse(&p, "192.0.2.1"), 0);
	assert_int_equal(p.plen, 32);
	assert_int_equal(prefix_parse(&p, "0.0.0.0/0"), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_not_equal(prefix_parse(&p, bad[i]), 0);
	ip_parse(&a, "255.255.255.255");
	for (unsigned int bits = 0; bits <= 32; bits++) {
		p = prefix_make(&a, (u8)bits);
		assert_int_equal(ip_low32(&p.addr), bits ? (u32)(0xffffffffull << (32 - bits)) : 0);
	}
	p = prefix_make(&a, 200);
	assert_int_equal(p.plen, 32);
}

static void cursor_reads(void **state)
{
	const u8 wire[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
	struct cursor c = cur_make(wire, sizeof(wire)), sub;
	struct slice s;
	u32 v32;
	u16 v16;
	u8 v8;

	assert_true(cur_u8(&c, &v8) && v8 == 1);
	assert_true(cur_u16(&c, &v16) && v16 == 0x0203);
	assert_true(cur_u24(&c, &v32) && v32 == 0x040506);
	assert_true(cur_sub(&c, 3, &sub));
	assert_false(cur_u32(&sub, &v32));
	assert_int_equal(cur_left(&sub), 3);
	assert_true(cur_u24(&sub, &v32) && v32 == 0x070809);
	assert_false(cur_u8(&sub, &v8));
	assert_int_equal(cur_left(&c), 2);
	assert_false(cur_sub(&c, 3, &sub) || cur_take(&c, 3, &s) || cur_skip(&c, 3) ||
		     cur_u24(&c, &v32) || cur_u32(&c, &v32) || cur_bytes(&c, &v32, 3));
	assert_int_equal(cur_left(&c), 2);
	assert_true(cur_u16(&c, &v16) && v16 == 0x0a0b);
	assert_false(cur_u16(&c, &v16) || cur_u8(&c, &v8));
	c = cur_make(NULL, 0);
	assert_int_equal(cur_left(&c), 0);
	assert_false(cur_u8(&c, &v8));
	assert_true(cur_take(&c, 0, &s) && s.len == 0);
}

static void writer_stops(void **state)
{
	u8 buf[8];
	struct wbuf w = w_make(buf, sizeof(buf));

	w_u8(&w, 1);
	w_u16(&w, 0x0203);
	w_u24(&w, 0x040506);
	assert_hex(buf, w.len, "010203040506");
	w_u32(&w, 0xffffffff);
	assert_true(w.full);
	w_u8(&w, 7);
	assert_int_equal(w.len, 6);
	w_patch16(&w, 4, 0xaabb);
	w_patch16(&w, 5, 0xccdd);
	w_patch8(&w, 0, 0xee);
	w_patch8(&w, 6, 0xee);
	assert_hex(buf, w.len, "ee020304aabb");
	w = w_make(buf, 4);
	w_u32(&w, 0x01020304);
	assert_false(w.full);
	assert_hex(buf, w.len, "01020304");
	w_zero(&w, 1);
	assert_true(w.full);
}

static void routable_prefixes(void **state)
{
	static const char *const yes[] = {"0.0.0.0/0",	    "0.0.0.0/1",  "128.0.0.0/1",
					  "126.0.0.0/7",    "10.0.0.0/8", "240.0.0.0/4",
					  "169.254.0.0/16", "::/0",	  "::/1",
					  "2001:db8::/32",  "fe00::/8",	  "fd00:1::1/128"};
	static const char *const no[] = {
		"0.0.0.0/8",   "0.0.0.1/32",	 "127.0.0.0/8",	       "127.0.0.1/32",
		"224.0.0.0/4", "239.1.1.1/32",	 "255.255.255.255/32", "::/128",
		"::1/128",     "::10.0.0.0/104", "::ffff:0:0/96",      "::ffff:10.0.0.1/128",
		"fe80::/10",   "fe80::/64",	 "ff00::/8",	       "ff02::5/128"};
	struct ip_prefix p;

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		assert_int_equal(prefix_parse(&p, yes[i]), 0);
		if (!prefix_is_routable(&p))
			fail_msg("%s is not routable", yes[i]);
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		assert_int_equal(prefix_parse(&p, no[i]), 0);
		if (prefix_is_routable(&p))
			fail_msg("%s is routable", no[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(esi_texts),	    cmocka_unit_test(esi_types_of_rfc7432),
		cmocka_unit_test(mac_texts),	    cmocka_unit_test(rd_and_rt_texts),
		cmocka_unit_test(address_order),    cmocka_unit_test(address_texts),
		cmocka_unit_test(socket_addresses), cmocka_unit_test(prefixes),
		cmocka_unit_test(ip_of_a_host),	    cmocka_unit_test(cursor_reads),
		cmocka_unit_test(writer_stops),	    cmocka_unit_test(routable_prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
