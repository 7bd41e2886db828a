// SPDX-License-Identifier: GPL-2.0-only
/*
 * Headers, OPEN with every capability, NOTIFICATION, ROUTE-REFRESH: known octets, and every way in
 * which they can be wrong with the NOTIFICATION that answers it.
 */
#include "hex.h"

#include <errno.h>

#include "bgp_msg.h"

#define MARKER "ffffffffffffffffffffffffffffffff "

static const struct {
	const char *name, *hex;
	size_t max;
	int result;
	u8 code, subcode;
	const char *data;
} headers[] = {
	{"keepalive", MARKER "0013 04", BGP_MAX_LEN, 1, 0, 0, ""},
	{"18 octets", "ffffffffffffffffffffffffffffffff 0013", BGP_MAX_LEN, 0, 0, 0, ""},
	{"update, half of it", MARKER "0017 02 0000", BGP_MAX_LEN, 0, 0, 0, ""},
	{"marker", "fffffffffffffffffffffffffffffffe 0013 04", BGP_MAX_LEN, -EBADMSG, 1, 1, ""},
	{"length 18", MARKER "0012 04", BGP_MAX_LEN, -EBADMSG, 1, 2, "0012"},
	{"length 4097", MARKER "1001 02", BGP_MAX_LEN, -EBADMSG, 1, 2, "1001"},
	{"length 4097, extended", MARKER "1001 02", BGP_MAX_LEN_EXTENDED, 0, 0, 0, ""},
	{"open of 4097, extended", MARKER "1001 01", BGP_MAX_LEN_EXTENDED, -EBADMSG, 1, 2, "1001"},
	{"keepalive of 20", MARKER "0014 04 00", BGP_MAX_LEN, -EBADMSG, 1, 2, "0014"},
	{"open of 28", MARKER "001c 01", BGP_MAX_LEN, -EBADMSG, 1, 2, "001c"},
	{"update of 22", MARKER "0016 02", BGP_MAX_LEN, -EBADMSG, 1, 2, "0016"},
	{"notification of 20", MARKER "0014 03", BGP_MAX_LEN, -EBADMSG, 1, 2, "0014"},
	{"refresh of 22", MARKER "0016 05", BGP_MAX_LEN, -EBADMSG, 1, 2, "0016"},
	{"type 0", MARKER "0013 00", BGP_MAX_LEN, -EBADMSG, 1, 3, "00"},
	{"type 6", MARKER "0013 06", BGP_MAX_LEN, -EBADMSG, 1, 3, "06"},
};

static void header_cases(void **state)
{
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		struct bgp_error err = {0};
		struct bgp_header h;
		u8 buf[64];
		size_t n = unhex(headers[i].hex, buf, sizeof(buf));

		print_message("# %s\n", headers[i].name);
		assert_int_equal(bgp_header_parse(buf, n, headers[i].max, &h, &err),
				 headers[i].result);
		assert_int_equal(err.code, headers[i].code);
		assert_int_equal(err.subcode, headers[i].subcode);
		assert_hex(err.data, err.data_len, headers[i].data);
		assert_int_equal(err.reason[0] != '\0', headers[i].result < 0);
	}
}

static void small_messages(void **state)
{
	const struct bgp_refresh r = {BGP_AFI_L2VPN, BGP_REFRESH_BORR, BGP_SAFI_EVPN};
	struct bgp_notification n;
	u8 buf[512];
	size_t len;

	len = bgp_keepalive_encode(buf, sizeof(buf));
	assert_hex(buf, len, MARKER "0013 04");
	assert_int_equal(bgp_keepalive_encode(buf, 18), 0);
	len = bgp_refresh_encode(&r, buf, sizeof(buf));
	assert_hex(buf, len, MARKER "0017 05 0019 01 46");
	len = bgp_notification_encode(2, 1, "\0\4", 2, buf, sizeof(buf));
	assert_hex(buf, len, MARKER "0017 03 0201 0004");
	assert_int_equal(bgp_notification_decode(buf + 19, len - 19, &n), 0);
	assert_int_equal(n.code, BGP_ERR_OPEN);
	assert_int_equal(n.subcode, BGP_OPEN_VERSION);
	assert_hex(n.data.p, n.data.len, "0004");
	assert_int_equal(bgp_notification_encode(2, 1, "\0\4", 2, buf, 22), 0);
	assert_int_not_equal(bgp_notification_decode(buf, 1, &n), 0);
}

/* RFC 9003, RFC 8538 */
static void shutdown_texts(void **state)
{
	static const struct {
		const char *body, *text;
		u8 code, subcode;
		bool hard;
	} cases[] = {
		{"0602 05 68656c6c6f", "hello", 6, 2, false},
		{"0604 05 68656c6c6f", "hello", 6, 4, false},
		{"0602", "", 6, 2, false},
		{"0602 00", "", 6, 2, false},
		{"0602 06 68656c6c6f", "", 6, 2, false}, /* longer than the message */
		{"0602 04 68c3a90a", "h\xc3\xa9?", 6, 2, false},
		{"0602 03 c3 28 ff", "?(?", 6, 2, false},
		{"0602 03 e0 80 80", "???", 6, 2, false}, /* overlong */
		{"0602 03 ed a0 80", "???", 6, 2, false}, /* a surrogate */
		{"0602 02 c2 9b", "??", 6, 2, false},	  /* a C1 control character */
		{"0602 02 1b 5b", "?[", 6, 2, false},
		{"0603 05 68656c6c6f", "", 6, 3, false},
		{"0609 0602 05 68656c6c6f", "hello", 6, 2, true},
		{"0609", "", 6, 9, false},
	};
	char longest[400];
	struct bgp_notification n;
	u8 buf[512];
	size_t len;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		len = unhex(cases[i].body, buf, sizeof(buf));
		assert_int_equal(bgp_notification_decode(buf, len, &n), 0);
		assert_int_equal(n.code, cases[i].code);
		assert_int_equal(n.subcode, cases[i].subcode);
		assert_int_equal(n.hard, cases[i].hard);
		assert_string_equal(n.text, cases[i].text);
	}
	len = bgp_shutdown_encode(BGP_CEASE_SHUTDOWN, "bye", buf, sizeof(buf));
	assert_hex(buf, len, MARKER "0019 03 0602 03 627965");
	len = bgp_shutdown_encode(BGP_CEASE_SHUTDOWN, NULL, buf, sizeof(buf));
	assert_hex(buf, len, MARKER "0015 03 0602");
	/* 300 octets of two-octet characters: cut at 254, between two of them */
	for (unsigned int i = 0; i < 300; i += 2)
		memcpy(longest + i, "\xc3\xa9", 3);
	len = bgp_shutdown_encode(BGP_CEASE_SHUTDOWN, longest, buf, sizeof(buf));
	assert_int_equal(len, 19 + 2 + 1 + 254);
	assert_int_equal(bgp_notification_decode(buf + 19, len - 19, &n), 0);
	assert_int_equal(strlen(n.text), 254);
	assert_null(strchr(n.text, '?'));
}

static void refresh_cases(void **state)
{
	static const struct {
		const char *body;
		int result;
		u8 code, subcode;
	} cases[] = {
		{"0019 00 46", 0, 0, 0},
		{"0019 01 46", 0, 0, 0},
		{"0019 02 46", 0, 0, 0},
		{"0019 09 46", 0, 0, 0},	  /* unknown subtype: to be ignored */
		{"0019 00 46 01 02 03", 0, 0, 0}, /* ORF entries */
		{"0019 01 46 01", -EBADMSG, 7, 1},
		{"0019 02 46 01 02", -EBADMSG, 7, 1},
		{"0019 00", -EBADMSG, 1, 2},
	};
	u8 buf[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bgp_error err = {0};
		struct bgp_refresh r;
		size_t len = unhex(cases[i].body, buf, sizeof(buf));

		assert_int_equal(bgp_refresh_decode(buf, len, &r, &err), cases[i].result);
		assert_int_equal(err.code, cases[i].code);
		assert_int_equal(err.subcode, cases[i].subcode);
		if (err.code == 7) /* the data is the whole message */
			assert_memory_equal(err.data + 19, buf, len);
	}
}

#define OPEN_FIXED "04 fde8 005a 0a000001 "

static const struct {
	const char *name, *body;
	u8 code, subcode;
	const char *data;
} bad_opens[] = {
	{"version 3", "03 fde8 005a 0a000001 00", 2, 1, "0004"},
	{"hold time 1", "04 fde8 0001 0a000001 00", 2, 6, ""},
	{"hold time 2", "04 fde8 0002 0a000001 00", 2, 6, ""},
	{"identifier 0", "04 fde8 005a 00000000 00", 2, 3, ""},
	{"AS 0", "04 0000 005a 0a000001 00", 2, 2, ""},
	{"AS 0 in capability 65", "04 5ba0 005a 0a000001 08 0206 4104 00000000", 2, 2, ""},
	{"two different AS", OPEN_FIXED "08 0206 4104 0000fde9", 2, 2, ""},
	{"parameter 1", OPEN_FIXED "03 0101 00", 2, 4, ""},
	{"parameters too short", OPEN_FIXED "02 0206 4104 0000fde8", 2, 0, ""},
	{"parameters too long", OPEN_FIXED "09 0206 4104 0000fde8", 2, 0, ""},
	{"parameter overruns", OPEN_FIXED "04 0206 4104", 2, 0, ""},
	{"parameter without length", OPEN_FIXED "01 02", 2, 0, ""},
	{"capability overruns", OPEN_FIXED "05 0203 4104 00", 2, 0, ""},
	{"capability without length", OPEN_FIXED "03 0201 41", 2, 0, ""},
	{"capability 65 of 3", OPEN_FIXED "07 0205 4103 00fde8", 2, 0, ""},
	{"capability 1 of 3", OPEN_FIXED "07 0205 0103 001900", 2, 0, ""},
	{"no parameter length", OPEN_FIXED, 2, 0, ""},
	{"nine octets", "04 fde8 005a 0a0000", 1, 2, ""},
	{"two roles", OPEN_FIXED "08 0206 090100 090103", 2, 11, ""},
	{"extended form, truncated", OPEN_FIXED "ff ff 00", 2, 0, ""},
	{"extended form, length wrong", OPEN_FIXED "ff ff 000a 02 0006 4104 0000fde8", 2, 0, ""},
};

static void open_errors(void **state)
{
	for (size_t i = 0; i < sizeof(bad_opens) / sizeof(bad_opens[0]); i++) {
		struct bgp_error err = {0};
		struct bgp_open o;
		u8 buf[128];
		size_t len = unhex(bad_opens[i].body, buf, sizeof(buf));

		print_message("# %s\n", bad_opens[i].name);
		assert_int_equal(bgp_open_decode(buf, len, &o, &err), -EBADMSG);
		assert_int_equal(err.code, bad_opens[i].code);
		assert_int_equal(err.subcode, bad_opens[i].subcode);
		assert_hex(err.data, err.data_len, bad_opens[i].data);
		assert_true(err.reason[0]);
	}
}

static struct bgp_open decoded(const char *body)
{
	struct bgp_error err = {0};
	struct bgp_open o;
	u8 buf[4096];
	size_t len = unhex(body, buf, sizeof(buf));

	if (bgp_open_decode(buf, len, &o, &err))
		fail_msg("%s", err.reason);
	return o;
}

/* Many parameters of one capability, one of many, and the form of RFC 9072 say the same. */
static void open_forms(void **state)
{
	static const char *const forms[] = {
		OPEN_FIXED "10 0206 0104 00190046 0206 4104 0000fde8",
		OPEN_FIXED "0e 020c 0104 00190046 4104 0000fde8",
		OPEN_FIXED "ff ff 0012 02 0006 0104 00190046 02 0006 4104 0000fde8",
		OPEN_FIXED "01 ff 0012 02 0006 0104 00190046 02 0006 4104 0000fde8",
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct bgp_open o = decoded(forms[i]);

		assert_int_equal(o.as, 65000);
		assert_int_equal(o.hold_time, 90);
		assert_int_equal(o.id, 0x0a000001);
		assert_int_equal(o.caps.mp_n, 1);
		assert_true(bgp_caps_has_mp(&o.caps, BGP_AFI_L2VPN, BGP_SAFI_EVPN));
		assert_false(bgp_caps_has_mp(&o.caps, BGP_AFI_IPV4, BGP_SAFI_UNICAST));
		assert_true(o.caps.as4);
	}
}

static void open_capabilities(void **state)
{
	struct bgp_open o = decoded(OPEN_FIXED "00");

	assert_int_equal(o.as, 65000);
	assert_false(o.caps.as4 || o.caps.refresh || o.caps.gr || o.caps.ext_msg);
	assert_int_equal(o.caps.role, BGP_ROLE_NONE);

	o = decoded("04 5ba0 0000 0a000001 08 0206 4104 fa56ea00");
	assert_int_equal(o.as, 4200000000u);
	assert_int_equal(o.as2, BGP_AS_TRANS);
	assert_int_equal(o.hold_time, 0);

	o = decoded(OPEN_FIXED "08 0202 0200 0202 8000");
	assert_true(o.caps.refresh && o.caps.refresh_old);
	o = decoded(OPEN_FIXED "08 0202 0600 0202 4600");
	assert_true(o.caps.ext_msg && o.caps.enh_refresh);
	o = decoded(OPEN_FIXED "0a 0208 0506 0019 0046 0002");
	assert_int_equal(o.caps.ext_nh_n, 1);
	assert_int_equal(o.caps.ext_nh[0].nh_afi, BGP_AFI_IPV6);
	o = decoded(OPEN_FIXED "05 0203 090103");
	assert_int_equal(o.caps.role, BGP_ROLE_CUSTOMER);

	o = decoded(OPEN_FIXED "0a 0208 4006 c078 001946 80");
	assert_true(o.caps.gr);
	assert_int_equal(o.caps.gr_flags, BGP_GR_RESTARTING | BGP_GR_NOTIFICATION);
	assert_int_equal(o.caps.gr_time, 0x78);
	assert_non_null(bgp_caps_gr(&o.caps, BGP_AFI_L2VPN, BGP_SAFI_EVPN));
	assert_int_equal(bgp_caps_gr(&o.caps, BGP_AFI_L2VPN, BGP_SAFI_EVPN)->flags,
			 BGP_GR_FORWARDING);
	assert_null(bgp_caps_gr(&o.caps, BGP_AFI_IPV4, BGP_SAFI_UNICAST));
	o = decoded(OPEN_FIXED "06 0204 4002 0078"); /* helper only */
	assert_true(o.caps.gr && o.caps.gr_n == 0);
	/* RFC 4724: the last instance counts */
	o = decoded(OPEN_FIXED "0e 020c 4006 0078 001946 80 4002 005a");
	assert_true(o.caps.gr && o.caps.gr_n == 0 && o.caps.gr_time == 90);

	o = decoded(OPEN_FIXED "0c 020a 4508 001946 03 000101 04");
	assert_int_equal(bgp_caps_add_path(&o.caps, BGP_AFI_L2VPN, BGP_SAFI_EVPN), 3);
	assert_int_equal(o.caps.add_path_n, 1); /* mode 4 does not exist */
	o = decoded(OPEN_FIXED "0b 0209 4707 001946 80 015180");
	assert_true(o.caps.llgr && bgp_caps_llgr(&o.caps, BGP_AFI_L2VPN, BGP_SAFI_EVPN));
	assert_int_equal(o.caps.llgr_af[0].time, 86400);
	o = decoded(OPEN_FIXED "04 0202 4700"); /* length 0 is seen in the wild */
	assert_true(o.caps.llgr && o.caps.llgr_n == 0);
	o = decoded(OPEN_FIXED "0d 020b 4909 03 706531 04 6c616200");
	assert_string_equal(o.caps.hostname, "pe1");
	assert_string_equal(o.caps.domain, "lab?");
	o = decoded(OPEN_FIXED "09 0207 c800 c801aa c800");
	assert_int_equal(o.caps.unknown_n, 1);
	assert_int_equal(o.caps.unknown[0], 200);
	/* impossible lengths are ignored where the session works without */
	o = decoded(OPEN_FIXED "0a 0208 4001 00 4503 000000");
	assert_false(o.caps.gr || o.caps.add_path_n);
}

static void open_round_trip(void **state)
{
	static const char *const evpn_speaker =
		MARKER "004b 01 04 5ba0 0009 c0000201 2e"
		       "0206 0104 00190046 0202 0200 0202 0600 0208 4006 4078 001946 00"
		       "0206 4104 fa56ea00 0206 4504 001946 01 0202 4600";
	struct bgp_error err = {0};
	struct bgp_open o = {.as = 4200000000u, .hold_time = 9, .id = 0xc0000201};
	struct bgp_open back;
	u8 buf[BGP_MAX_LEN], third[BGP_MAX_LEN];
	size_t len;

	bgp_caps_init(&o.caps);
	o.caps.mp[o.caps.mp_n++] = (struct bgp_af){BGP_AFI_L2VPN, BGP_SAFI_EVPN};
	o.caps.as4 = o.caps.refresh = o.caps.enh_refresh = o.caps.ext_msg = o.caps.gr = true;
	o.caps.gr_flags = BGP_GR_NOTIFICATION;
	o.caps.gr_time = 120;
	o.caps.gr_af[o.caps.gr_n++] = (struct bgp_af_flags){BGP_AFI_L2VPN, BGP_SAFI_EVPN, 0, 0};
	o.caps.add_path[o.caps.add_path_n++] =
		(struct bgp_af_flags){BGP_AFI_L2VPN, BGP_SAFI_EVPN, BGP_ADD_PATH_RECEIVE, 0};
	len = bgp_open_encode(&o, buf, sizeof(buf));
	assert_hex(buf, len, evpn_speaker);
	assert_int_equal(bgp_open_encode(&o, buf, len - 1), 0);

	/* Everything at once needs the form of RFC 9072. */
	for (unsigned int i = 0; i < BGP_CAPS_AF; i++) {
		o.caps.mp[i] = (struct bgp_af){BGP_AFI_L2VPN, (u8)(i + 1)};
		o.caps.ext_nh[i] = (struct bgp_af_nh){(u16)i, 1, 2};
		o.caps.llgr_af[i] = (struct bgp_af_flags){(u16)i, 70, 0x80, 0xabcdef};
		o.caps.gr_af[i] = (struct bgp_af_flags){(u16)i, 70, 0x80, 0};
		o.caps.add_path[i] = (struct bgp_af_flags){(u16)i, 70, 3, 0};
	}
	o.caps.mp_n = o.caps.ext_nh_n = o.caps.llgr_n = BGP_CAPS_AF;
	o.caps.gr_n = o.caps.add_path_n = BGP_CAPS_AF;
	o.caps.llgr = o.caps.refresh_old = true;
	o.caps.role = BGP_ROLE_PEER;
	strcpy(o.caps.hostname, "pe1");
	strcpy(o.caps.domain, "lab");
	len = bgp_open_encode(&o, buf, sizeof(buf));
	assert_true(len > 255);
	assert_hex(buf + 28, 2, "ffff");
	assert_int_equal(bgp_open_decode(buf + 19, len - 19, &back, &err), 0);
	assert_int_equal(back.as, o.as);
	assert_int_equal(back.caps.mp_n, BGP_CAPS_AF);
	assert_int_equal(back.caps.llgr_af[7].time, 0xabcdef);
	assert_int_equal(bgp_open_encode(&back, third, sizeof(third)), len);
	assert_memory_equal(third, buf, len);
}

/* Every truncation of a good OPEN body is refused, none is read past its end. */
static void open_truncated(void **state)
{
	u8 body[128];
	size_t len =
		unhex(OPEN_FIXED "10 0206 0104 00190046 0206 4104 0000fde8", body, sizeof(body));

	for (size_t n = 0; n < len; n++) {
		struct bgp_error err = {0};
		struct bgp_open o;
		u8 *copy = malloc(n ? n : 1);

		assert_non_null(copy);
		memcpy(copy, body, n);
		assert_int_equal(bgp_open_decode(copy, n, &o, &err), -EBADMSG);
		free(copy);
	}
}

static void names(void **state)
{
	assert_string_equal(bgp_type_name(BGP_UPDATE), "UPDATE");
	assert_string_equal(bgp_type_name(77), "unknown");
	assert_string_equal(bgp_err_name(BGP_ERR_CEASE), "Cease");
	assert_string_equal(bgp_err_name(0), "unknown");
	assert_string_equal(bgp_err_subname(6, 2), "Administrative Shutdown");
	assert_string_equal(bgp_err_subname(6, 99), "");
	assert_string_equal(bgp_afi_safi_name(25, 70), "l2vpn-evpn");
	assert_null(bgp_afi_safi_name(25, 71));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_cases),	     cmocka_unit_test(small_messages),
		cmocka_unit_test(shutdown_texts),    cmocka_unit_test(refresh_cases),
		cmocka_unit_test(open_errors),	     cmocka_unit_test(open_forms),
		cmocka_unit_test(open_capabilities), cmocka_unit_test(open_round_trip),
		cmocka_unit_test(open_truncated),    cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
