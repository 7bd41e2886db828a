// SPDX-License-Identifier: GPL-2.0-only
/*
 * EVPN routes: every type, IPv4 and IPv6, there and back; keys; text; every way to be wrong.
 */
#include "hex.h"

#include "bgp_evpn.h"

#define RD "0001 0a000001 0001 "
#define ESI "00112233445566778899 "
#define V6A "20010db8000000000000000000000001 "
#define V6B "20010db8000000000000000000000002 "
#define G6 "ff0e0000000000000000000000000101 "

/* @value is the route without type and length, @key without the type */
static const struct {
	const char *name;
	u8 type;
	const char *value, *key, *text;
	size_t len;
} good[] = {
	{"RT-1 per ES", 1, RD ESI "ffffffff 000000", RD ESI "ffffffff",
	 "[1]:[4294967295]:[00:11:22:33:44:55:66:77:88:99]", 25},
	{"RT-1 per EVI", 1, RD ESI "00000064 0003e9", RD ESI "00000064",
	 "[1]:[100]:[00:11:22:33:44:55:66:77:88:99]", 25},
	{"RT-2 MAC only", 2, RD ESI "00000000 30 020000000001 00 0003e9",
	 RD "00000000 30 020000000001 00", "[2]:[0]:[48]:[02:00:00:00:00:01]", 33},
	{"RT-2 MAC only, two labels", 2, RD ESI "00000000 30 020000000001 00 0003e9 0007d1",
	 RD "00000000 30 020000000001 00", "[2]:[0]:[48]:[02:00:00:00:00:01]", 36},
	{"RT-2 IPv4", 2, RD ESI "00000000 30 020000000001 20 0a010105 0003e9",
	 RD "00000000 30 020000000001 20 0a010105",
	 "[2]:[0]:[48]:[02:00:00:00:00:01]:[32]:[10.1.1.5]", 37},
	{"RT-2 IPv4, two labels", 2, RD ESI "00000000 30 020000000001 20 0a010105 0003e9 0007d1",
	 RD "00000000 30 020000000001 20 0a010105",
	 "[2]:[0]:[48]:[02:00:00:00:00:01]:[32]:[10.1.1.5]", 40},
	{"RT-2 IPv6", 2, RD ESI "00000000 30 020000000001 80" V6A "0003e9",
	 RD "00000000 30 020000000001 80" V6A,
	 "[2]:[0]:[48]:[02:00:00:00:00:01]:[128]:[2001:db8::1]", 49},
	{"RT-2 IPv6, two labels", 2, RD ESI "00000000 30 020000000001 80" V6A "0003e9 0007d1",
	 RD "00000000 30 020000000001 80" V6A,
	 "[2]:[0]:[48]:[02:00:00:00:00:01]:[128]:[2001:db8::1]", 52},
	{"RT-2, double tag 100/200", 2, RD ESI "000640c8 30 020000000001 20 0a010105 000000",
	 RD "000640c8 30 020000000001 20 0a010105",
	 "[2]:[409800]:[48]:[02:00:00:00:00:01]:[32]:[10.1.1.5]", 37},
	{"RT-3 IPv4", 3, RD "00000000 20 0a000001", RD "00000000 20 0a000001",
	 "[3]:[0]:[32]:[10.0.0.1]", 17},
	{"RT-3 IPv6", 3, RD "00000000 80" V6A, RD "00000000 80" V6A, "[3]:[0]:[128]:[2001:db8::1]",
	 29},
	{"RT-4 IPv4", 4, RD ESI "20 0a000001", RD ESI "20 0a000001",
	 "[4]:[00:11:22:33:44:55:66:77:88:99]:[32]:[10.0.0.1]", 23},
	{"RT-4 IPv6", 4, RD ESI "80" V6A, RD ESI "80" V6A,
	 "[4]:[00:11:22:33:44:55:66:77:88:99]:[128]:[2001:db8::1]", 35},
	{"RT-5 IPv4", 5, RD ESI "00000000 18 0a010200 00000000 0003e9", RD "00000000 18 0a010200",
	 "[5]:[0]:[24]:[10.1.2.0]", 34},
	{"RT-5 IPv4, host bits", 5, RD ESI "00000000 18 0a0102ff 0a000001 0003e9",
	 RD "00000000 18 0a010200", "[5]:[0]:[24]:[10.1.2.255]", 34},
	{"RT-5 IPv6", 5, RD ESI "00000000 40" V6A V6B "0003e9",
	 RD "00000000 40 20010db8000000000000000000000000", "[5]:[0]:[64]:[2001:db8::1]", 58},
	{"RT-6 (*,G)", 6, RD "00000000 00 20 ef010101 20 0a000001 04",
	 RD "00000000 00 20 ef010101 20 0a000001",
	 "[6]:[0]:[0]:[*]:[32]:[239.1.1.1]:[32]:[10.0.0.1]", 24},
	{"RT-6 (S,G)", 6, RD "00000000 20 c0000207 20 ef010101 20 0a000001 0c",
	 RD "00000000 20 c0000207 20 ef010101 20 0a000001",
	 "[6]:[0]:[32]:[192.0.2.7]:[32]:[239.1.1.1]:[32]:[10.0.0.1]", 28},
	{"RT-6 MLD, IPv6 originator", 6, RD "00000000 80" V6B "80" G6 "80" V6A "02",
	 RD "00000000 80" V6B "80" G6 "80" V6A,
	 "[6]:[0]:[128]:[2001:db8::2]:[128]:[ff0e::101]:[128]:[2001:db8::1]", 64},
	{"RT-6 MLD, IPv4 originator", 6, RD "00000000 00 80" G6 "20 0a000001 01",
	 RD "00000000 00 80" G6 "20 0a000001", "[6]:[0]:[0]:[*]:[128]:[ff0e::101]:[32]:[10.0.0.1]",
	 36},
	{"RT-7 (*,G)", 7, RD ESI "00000064 00 20 ef010101 20 0a000001 02",
	 RD ESI "00000064 00 20 ef010101 20 0a000001",
	 "[7]:[00:11:22:33:44:55:66:77:88:99]:[100]:[0]:[*]:[32]:[239.1.1.1]:[32]:[10.0.0.1]", 34},
	/* Built by hand from RFC 9251 sections 9.2 and 9.3. */
	{"RT-7 by hand", 7, "0001c00002010064" ESI "0000000a 00 20 ef010101 20 c0000201 02",
	 "0001c00002010064" ESI "0000000a 00 20 ef010101 20 c0000201",
	 "[7]:[00:11:22:33:44:55:66:77:88:99]:[10]:[0]:[*]:[32]:[239.1.1.1]:[32]:[192.0.2.1]", 34},
	{"RT-8 by hand", 8,
	 "0001c00002010064" ESI "0000000a 00 20 ef010101 20 c0000201 00000000 46 02",
	 "0001c00002010064" ESI "0000000a 00 20 ef010101 20 c0000201",
	 "[8]:[00:11:22:33:44:55:66:77:88:99]:[10]:[0]:[*]:[32]:[239.1.1.1]:[32]:[192.0.2.1]", 39},
	{"RT-7 (*,G) of IGMPv3", 7, RD ESI "00000064 00 20 ef010101 20 0a000001 0c",
	 RD ESI "00000064 00 20 ef010101 20 0a000001",
	 "[7]:[00:11:22:33:44:55:66:77:88:99]:[100]:[0]:[*]:[32]:[239.1.1.1]:[32]:[10.0.0.1]", 34},
	{"RT-7 IPv6", 7, RD ESI "00000064 80" V6B "80" G6 "80" V6A "02",
	 RD ESI "00000064 80" V6B "80" G6 "80" V6A,
	 "[7]:[00:11:22:33:44:55:66:77:88:99]:[100]:[128]:[2001:db8::2]:[128]:[ff0e::101]:[128]:"
	 "[2001:db8::1]",
	 74},
	{"RT-8, 39 octets", 8, RD ESI "00000064 00 20 ef010101 20 0a000001 00000000 0a 02",
	 RD ESI "00000064 00 20 ef010101 20 0a000001",
	 "[8]:[00:11:22:33:44:55:66:77:88:99]:[100]:[0]:[*]:[32]:[239.1.1.1]:[32]:[10.0.0.1]", 39},
	{"RT-8, 38 octets", 8, RD ESI "00000064 00 20 efffffff 20 252c3776 00000000 00",
	 RD ESI "00000064 00 20 efffffff 20 252c3776",
	 "[8]:[00:11:22:33:44:55:66:77:88:99]:[100]:[0]:[*]:[32]:[239.255.255.255]:[32]:"
	 "[37.44.55.118]",
	 38},
	{"RT-8 IPv6, new layout", 8, RD ESI "00000064 00 80" G6 "80" V6A "01020304 0a 02",
	 RD ESI "00000064 00 80" G6 "80" V6A,
	 "[8]:[00:11:22:33:44:55:66:77:88:99]:[100]:[0]:[*]:[128]:[ff0e::101]:[128]:[2001:db8::1]",
	 63},
	{"RT-8 IPv6, old layout", 8, RD ESI "00000064 00 80" G6 "80" V6A "01020304 02",
	 RD ESI "00000064 00 80" G6 "80" V6A,
	 "[8]:[00:11:22:33:44:55:66:77:88:99]:[100]:[0]:[*]:[128]:[ff0e::101]:[128]:[2001:db8::1]",
	 62},
	{"RT-9", 9, RD "00000064 0009fde800000000", RD "00000064 0009fde800000000",
	 "[9]:[100]:[0009fde800000000]", 20},
	{"RT-10 (*,G)", 10, RD "00000064 00 20 ef010101 20 0a000001",
	 RD "00000064 00 20 ef010101 20 0a000001",
	 "[10]:[100]:[0]:[*]:[32]:[239.1.1.1]:[32]:[10.0.0.1]", 23},
	{"RT-10 (*,*)", 10, RD "00000064 00 00 20 0a000001", RD "00000064 00 00 20 0a000001",
	 "[10]:[100]:[0]:[*]:[0]:[*]:[32]:[10.0.0.1]", 19},
	{"RT-11", 11, "09 14" RD "00000064 0009fde800000000 20 0a000002",
	 "09 14" RD "00000064 0009fde800000000 20 0a000002",
	 "[11]:[091400010a0000010001000000640009fde800000000]:[32]:[10.0.0.2]", 27},
};

enum { GOOD = sizeof(good) / sizeof(good[0]) };

static enum bgp_verdict decode(u8 type, const char *hex, bool withdraw, struct evpn_nlri *n,
			       struct bgp_outcome *out, u8 *value)
{
	struct slice s = {value, unhex(hex, value, 255)};

	return evpn_decode(type, &s, withdraw, n, out);
}

static void there_and_back(void **state)
{
	for (size_t i = 0; i < GOOD; i++) {
		u8 value[255], again[300], key[EVPN_KEY_MAX], key2[EVPN_KEY_MAX];
		struct wbuf w = w_make(again, sizeof(again));
		struct bgp_outcome out;
		struct evpn_nlri n, from;
		char text[EVPN_STRLEN];
		size_t len;

		print_message("# %s\n", good[i].name);
		assert_int_equal(unhex(good[i].value, value, sizeof(value)), good[i].len);
		assert_int_equal(decode(good[i].type, good[i].value, false, &n, &out, value),
				 BGP_ACCEPT);
		assert_string_equal(out.err.reason, "");
		assert_true(evpn_encode(&w, &n));
		assert_int_equal(again[0], good[i].type);
		assert_int_equal(again[1], good[i].len);
		assert_hex(again + 2, w.len - 2, good[i].value);
		assert_string_equal(evpn_format(&n, text), good[i].text);

		len = evpn_key(&n, key);
		assert_int_equal(key[0], good[i].type);
		assert_hex(key + 1, len - 1, good[i].key);
		assert_int_equal(evpn_from_key(key, len, &from), 0);
		assert_int_equal(evpn_key(&from, key2), len);
		assert_memory_equal(key, key2, len);
		w = w_make(again, sizeof(again));
		assert_true(evpn_encode(&w, &from)); /* fit for a withdraw */

		/* too little room: nothing is written, and the next one fits again */
		w = w_make(again, good[i].len + 1);
		assert_false(evpn_encode(&w, &n));
		assert_int_equal(w.len, 0);
		/* a key cut short or grown is none */
		assert_int_not_equal(evpn_from_key(key, 1, &from), 0);
	}
}

/* What is no part of a key: labels, the ESI of RT-2 and RT-5, gateway, flags, times */
static void same_route(void **state)
{
	static const struct {
		u8 type;
		const char *a, *b;
		bool same;
	} pairs[] = {
		{1, RD ESI "00000064 0003e9", RD ESI "00000064 000000", true},
		{1, RD ESI "00000064 0003e9", RD ESI "00000065 0003e9", false},
		{2, RD ESI "00000000 30 020000000001 00 0003e9",
		 RD "00000000000000000000 00000000 30 020000000001 00 000000 000001", true},
		{2, RD ESI "00000000 30 020000000001 00 0003e9",
		 RD ESI "00000000 30 020000000001 20 00000000 0003e9", false},
		{5, RD ESI "00000000 18 0a010200 00000000 0003e9",
		 RD "00000000000000000000 00000000 18 0a010207 0a000001 000001", true},
		{5, RD ESI "00000000 18 0a010200 00000000 0003e9",
		 RD ESI "00000000 19 0a010200 00000000 0003e9", false},
		{7, RD ESI "00000064 00 20 ef010101 20 0a000001 02",
		 RD ESI "00000064 00 20 ef010101 20 0a000001 04", true},
		{8, RD ESI "00000064 00 20 ef010101 20 0a000001 00000000 0a 02",
		 RD ESI "00000064 00 20 ef010101 20 0a000001 00000001 04", true},
		{8, RD ESI "00000064 00 20 ef010101 20 0a000001 00000000 0a 02",
		 RD ESI "00000064 00 20 ef010101 20 0a000002 00000000 0a 02", false},
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		u8 va[255], vb[255], ka[EVPN_KEY_MAX], kb[EVPN_KEY_MAX];
		struct bgp_outcome out;
		struct evpn_nlri a, b;
		size_t la, lb;

		decode(pairs[i].type, pairs[i].a, false, &a, &out, va);
		decode(pairs[i].type, pairs[i].b, false, &b, &out, vb);
		la = evpn_key(&a, ka);
		lb = evpn_key(&b, kb);
		assert_int_equal(la == lb && !memcmp(ka, kb, la), pairs[i].same);
	}
}

static void fields(void **state)
{
	struct bgp_outcome out;
	struct evpn_nlri n;
	u8 value[255];

	decode(2, RD ESI "000640c8 30 020000000001 20 0a010105 0003e9 0007d1", false, &n, &out,
	       value);
	assert_int_equal(n.etag, 100 << 12 | 200);
	assert_int_equal(n.labels, 2);
	assert_int_equal(n.label[0], 1001);
	assert_int_equal(n.label[1], 2001);
	assert_int_equal(label_mpls(label_from_mpls(1001)), 1001);
	assert_int_equal(label_from_mpls(1001), 1001 << 4 | 1);
	decode(1, RD ESI "ffffffff 000000", false, &n, &out, value);
	assert_true(evpn_is_ad_es(&n));
	decode(1, RD ESI "00000000 000000", false, &n, &out, value);
	assert_false(evpn_is_ad_es(&n));
	decode(8, RD ESI "00000064 00 20 ef010101 20 0a000001 01020304 0a 02", false, &n, &out,
	       value);
	assert_int_equal(n.reserved, 0x01020304);
	assert_int_equal(n.max_resp, 10);
	assert_int_equal(n.flags, 2);
	assert_false(n.old_leave);
	decode(8, RD ESI "00000064 00 20 ef010101 20 0a000001 01020304 02", false, &n, &out, value);
	assert_true(n.old_leave);
	assert_int_equal(n.flags, 2);
	assert_int_equal(n.max_resp, 0);
	assert_string_equal(evpn_type_name(4), "ethernet-segment");
	assert_string_equal(evpn_type_name(0), "unknown");
	assert_string_equal(evpn_type_name(200), "unknown");
}

#define NOESI "00000000000000000000 "
#define MAXESI "ffffffffffffffffffff "

/* @has_key: a treat-as-withdraw that names a route; otherwise the route is dropped */
static const struct {
	const char *name;
	u8 type;
	const char *value;
	enum bgp_verdict verdict;
	bool has_key;
} wrong[] = {
	{"unknown type 0", 0, "00", BGP_DISCARD, true},
	{"unknown type 12", 12, "0102030405", BGP_DISCARD, true},
	{"unknown type, empty", 255, "", BGP_DISCARD, true},
	{"RT-1 MAX-ESI", 1, RD MAXESI "ffffffff 000000", BGP_WITHDRAW, true},
	{"RT-1 too long", 1, RD ESI "ffffffff 000000 00", BGP_WITHDRAW, true},
	{"RT-1 too short", 1, RD ESI "ffffffff 0000", BGP_RESET, true},
	{"RT-2 MAC length 47", 2, RD ESI "00000000 2f 020000000001 00 0003e9", BGP_WITHDRAW, false},
	{"RT-2 MAC length 0", 2, RD ESI "00000000 00 00 0003e9", BGP_WITHDRAW, false},
	{"RT-2 IP length 31", 2, RD ESI "00000000 30 020000000001 1f 0a010105 0003e9", BGP_WITHDRAW,
	 false},
	{"RT-2 IP length 4", 2, RD ESI "00000000 30 020000000001 04 0a010105 0003e9", BGP_WITHDRAW,
	 false},
	{"RT-2 without label", 2, RD ESI "00000000 30 020000000001 00", BGP_RESET, true},
	{"RT-2 with half an IP", 2, RD ESI "00000000 30 020000000001 20 0a01", BGP_RESET, true},
	{"RT-2 with one octet more", 2, RD ESI "00000000 30 020000000001 00 0003e9 00",
	 BGP_WITHDRAW, true},
	{"RT-2 with a third label", 2, RD ESI "00000000 30 020000000001 00 0003e9 0003ea 0003eb",
	 BGP_WITHDRAW, true},
	{"RT-3 originator length 0", 3, RD "00000000 00", BGP_WITHDRAW, false},
	{"RT-3 originator length 33", 3, RD "00000000 21 0a00000100", BGP_WITHDRAW, false},
	{"RT-3 too short", 3, RD "00000000 20 0a0000", BGP_RESET, true},
	{"RT-3 too long", 3, RD "00000000 20 0a00000100", BGP_WITHDRAW, true},
	{"RT-4 ESI 0", 4, RD NOESI "20 0a000001", BGP_WITHDRAW, true},
	{"RT-4 MAX-ESI", 4, RD MAXESI "20 0a000001", BGP_WITHDRAW, true},
	{"RT-4 originator 0.0.0.0", 4, RD ESI "20 00000000", BGP_WITHDRAW, true},
	{"RT-4 originator ::", 4, RD ESI "80 00000000000000000000000000000000", BGP_WITHDRAW, true},
	{"RT-4 originator length 16", 4, RD ESI "10 0a00", BGP_WITHDRAW, false},
	{"RT-4 too short", 4, RD ESI "80 0a000001", BGP_RESET, true},
	{"RT-5 prefix length 33", 5, RD ESI "00000000 21 0a010200 00000000 0003e9", BGP_WITHDRAW,
	 false},
	{"RT-5 prefix length 129", 5, RD ESI "00000000 81" V6A V6B "0003e9", BGP_WITHDRAW, false},
	{"RT-5 of 33 octets", 5, RD ESI "00000000 18 0a010200 00000000 0003", BGP_RESET, true},
	{"RT-5 of 35 octets", 5, RD ESI "00000000 18 0a010200 00000000 0003e900", BGP_RESET, true},
	{"RT-6 source length 24", 6, RD "00000000 18 c00002 20 ef010101 20 0a000001 04",
	 BGP_WITHDRAW, false},
	{"RT-6 originator length 0", 6, RD "00000000 00 20 ef010101 00 04", BGP_WITHDRAW, false},
	{"RT-6 without flags", 6, RD "00000000 00 20 ef010101 20 0a000001", BGP_WITHDRAW, false},
	{"RT-6 too long", 6, RD "00000000 00 20 ef010101 20 0a000001 04 00", BGP_WITHDRAW, true},
	{"RT-6 IGMPv1 only", 6, RD "00000000 00 20 ef010101 20 0a000001 01", BGP_WITHDRAW, true},
	{"RT-6 IGMPv1 and exclude", 6, RD "00000000 00 20 ef010101 20 0a000001 09", BGP_WITHDRAW,
	 true},
	{"RT-6 IGMPv3 with IPv6", 6, RD "00000000 00 80" G6 "20 0a000001 04", BGP_WITHDRAW, true},
	{"RT-6 mixed families", 6, RD "00000000 20 c0000207 80" G6 "20 0a000001 02", BGP_WITHDRAW,
	 true},
	{"RT-7 ESI 0", 7, RD NOESI "00000064 00 20 ef010101 20 0a000001 02", BGP_WITHDRAW, true},
	{"RT-7 group length 8", 7, RD ESI "00000064 00 08 ef 20 0a000001 02", BGP_WITHDRAW, false},
	{"RT-7 IGMPv1 only", 7, RD ESI "00000064 00 20 ef010101 20 0a000001 01", BGP_WITHDRAW,
	 true},
	{"RT-7 of no version", 7, RD ESI "00000064 00 20 ef010101 20 0a000001 08", BGP_WITHDRAW,
	 true},
	{"RT-7 IGMPv3 includes nothing", 7, RD ESI "00000064 00 20 ef010101 20 0a000001 06",
	 BGP_WITHDRAW, true},
	{"RT-7 MLDv2 includes nothing", 7, RD ESI "00000064 00 80" G6 "20 0a000001 02",
	 BGP_WITHDRAW, true},
	{"RT-8 of 37 octets", 8, RD ESI "00000064 00 20 ef010101 20 0a000001 00000000",
	 BGP_WITHDRAW, false},
	{"RT-8 of 40 octets", 8, RD ESI "00000064 00 20 ef010101 20 0a000001 00000000 0a 02 00",
	 BGP_WITHDRAW, true},
	{"RT-8 MAX-ESI", 8, RD MAXESI "00000064 00 20 ef010101 20 0a000001 00000000 0a 02",
	 BGP_WITHDRAW, true},
	{"RT-9 too short", 9, RD "00000064 0009fde8000000", BGP_WITHDRAW, false},
	{"RT-10 originator length 7", 10, RD "00000064 00 00 07 00", BGP_WITHDRAW, false},
	{"RT-11 empty", 11, "", BGP_WITHDRAW, false},
	{"RT-11 key overruns", 11, "09 14 0001", BGP_WITHDRAW, false},
	{"RT-11 originator length 1", 11, "09 00 01 00", BGP_WITHDRAW, false},
};

static void each_error(void **state)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		u8 value[255], key[EVPN_KEY_MAX];
		struct bgp_outcome out;
		struct evpn_nlri n;

		print_message("# %s\n", wrong[i].name);
		assert_int_equal(decode(wrong[i].type, wrong[i].value, false, &n, &out, value),
				 wrong[i].verdict);
		assert_true(out.err.reason[0]);
		assert_int_equal(evpn_key(&n, key) > 0, wrong[i].has_key);
		if (wrong[i].verdict == BGP_RESET) {
			assert_int_equal(out.err.code, BGP_ERR_UPDATE);
			assert_int_equal(out.err.subcode, BGP_UPDATE_OPTIONAL);
		}
	}
}

/* VPWS (RFC 8214) and E-Tree (RFC 8317) have RT-1 without a segment. */
static void ad_without_segment(void **state)
{
	struct bgp_outcome out;
	struct evpn_nlri n;
	u8 value[255];

	assert_int_equal(decode(1, RD NOESI "00000064 000641", false, &n, &out, value), BGP_ACCEPT);
	assert_true(esi_is_zero(&n.esi));
	assert_int_equal(decode(1, RD NOESI "ffffffff 000000", false, &n, &out, value), BGP_ACCEPT);
	assert_true(evpn_is_ad_es(&n));
}

/* In a withdraw only the key matters. */
static void withdraws(void **state)
{
	static const struct {
		u8 type;
		const char *value;
		enum bgp_verdict verdict;
	} cases[] = {
		{4, RD NOESI "20 0a000001", BGP_ACCEPT},
		{4, RD ESI "20 00000000", BGP_ACCEPT},
		{1, RD MAXESI "ffffffff 800000", BGP_ACCEPT},
		{6, RD "00000000 00 20 ef010101 20 0a000001 01", BGP_ACCEPT},
		{8, RD NOESI "00000064 00 20 ef010101 20 0a000001 00000000 00", BGP_ACCEPT},
		{2, RD ESI "00000000 30 020000000001 00 800000", BGP_ACCEPT},
		{2, RD ESI "00000000 2f 020000000001 00 800000", BGP_WITHDRAW},
		{2, RD ESI "00000000 30 020000000001 00", BGP_RESET},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bgp_outcome out;
		struct evpn_nlri n;
		u8 value[255];

		assert_int_equal(decode(cases[i].type, cases[i].value, true, &n, &out, value),
				 cases[i].verdict);
	}
}

/* Every prefix of every good route decodes without reading past its end (heap copy, ASan). */
static void truncated(void **state)
{
	for (size_t i = 0; i < GOOD; i++) {
		u8 value[255];
		size_t len = unhex(good[i].value, value, sizeof(value));

		for (size_t n = 0; n < len; n++) {
			u8 *copy = malloc(n ? n : 1);
			struct slice s = {copy, n};
			struct bgp_outcome out;
			struct evpn_nlri nlri;

			assert_non_null(copy);
			memcpy(copy, value, n);
			evpn_decode(good[i].type, &s, false, &nlri, &out);
			/* RT-2 without label2 and RT-8 without the response time are routes too */
			if (out.verdict == BGP_ACCEPT)
				assert_true((good[i].type == 2 && n == len - 3) ||
					    (good[i].type == 8 && n == len - 1));
			free(copy);
		}
	}
}

static void walks(void **state)
{
	static const char routes[] = "04 17" RD ESI "20 0a000001"
				     "63 02 0102"
				     "03 11" RD "00000000 20 0a000001";
	static const char with_paths[] = "00000007 04 17" RD ESI "20 0a000001"
					 "00000008 03 11" RD "00000000 20 0a000001";
	struct bgp_outcome out;
	struct evpn_nlri n;
	struct evpn_iter it;
	struct slice s;
	u8 buf[256];

	s = (struct slice){buf, unhex(routes, buf, sizeof(buf))};
	evpn_iter_init(&it, &s, false, false);
	assert_true(evpn_iter_next(&it, &n, &out) && n.type == 4 && out.verdict == BGP_ACCEPT);
	assert_true(evpn_iter_next(&it, &n, &out) && n.type == 99 && out.verdict == BGP_DISCARD);
	assert_int_equal(n.value.len, 2);
	assert_true(evpn_iter_next(&it, &n, &out) && n.type == 3 && out.verdict == BGP_ACCEPT);
	assert_false(evpn_iter_next(&it, &n, &out));
	assert_int_equal(out.verdict, BGP_ACCEPT);
	s.len--;
	evpn_iter_init(&it, &s, false, false);
	assert_true(evpn_iter_next(&it, &n, &out) && evpn_iter_next(&it, &n, &out));
	assert_false(evpn_iter_next(&it, &n, &out));
	assert_int_equal(out.verdict, BGP_RESET);
	s.len = 1;
	evpn_iter_init(&it, &s, false, false);
	assert_false(evpn_iter_next(&it, &n, &out));
	assert_int_equal(out.verdict, BGP_RESET);

	s = (struct slice){buf, unhex(with_paths, buf, sizeof(buf))};
	evpn_iter_init(&it, &s, true, false);
	assert_true(evpn_iter_next(&it, &n, &out) && n.type == 4 && n.path_id == 7);
	assert_true(evpn_iter_next(&it, &n, &out) && n.type == 3 && n.path_id == 8);
	assert_false(evpn_iter_next(&it, &n, &out));
	assert_int_equal(out.verdict, BGP_ACCEPT);
}

/* A type we do not know, as one might keep it: its octets are its key. */
static void opaque(void **state)
{
	u8 value[255], key[EVPN_KEY_MAX], wire[64];
	struct wbuf w = w_make(wire, sizeof(wire));
	struct bgp_outcome out;
	struct evpn_nlri n, from;
	char text[EVPN_STRLEN];
	size_t len;

	assert_int_equal(decode(99, "0102 abcd", false, &n, &out, value), BGP_DISCARD);
	len = evpn_key(&n, key);
	assert_hex(key, len, "63 0102abcd");
	assert_int_equal(evpn_from_key(key, len, &from), 0);
	assert_true(evpn_encode(&w, &from));
	assert_hex(wire, w.len, "63 04 0102abcd");
	assert_string_equal(evpn_format(&from, text), "[99]:[0102abcd]");
	assert_int_not_equal(evpn_from_key(key, 0, &from), 0);
}

static void not_encodable(void **state)
{
	u8 buf[256];
	struct wbuf w = w_make(buf, sizeof(buf));
	struct evpn_nlri n = {.type = EVPN_ES};
	u8 key[EVPN_KEY_MAX];

	assert_false(evpn_encode(&w, &n)); /* no originator */
	n.type = EVPN_MACIP;
	assert_false(evpn_encode(&w, &n)); /* no label */
	n.type = EVPN_PREFIX;
	assert_false(evpn_encode(&w, &n)); /* no prefix */
	assert_int_equal(w.len, 0);
	n.bad_key = true;
	assert_int_equal(evpn_key(&n, key), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(same_route),
		cmocka_unit_test(fields),
		cmocka_unit_test(each_error),
		cmocka_unit_test(ad_without_segment),
		cmocka_unit_test(withdraws),
		cmocka_unit_test(truncated),
		cmocka_unit_test(walks),
		cmocka_unit_test(not_encodable),
		cmocka_unit_test(opaque),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
