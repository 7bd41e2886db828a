// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_icc.c - the datagrams of the channel between PEs: what they look like, octet by octet, and what is
 * none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cursor.h"
#include "icc.h"

static const u8 ask[ICC_HEAD_LEN] = {
	'e',  'v',  'i',  'c',	1,    4,    0,	  48,		    /* version, type, length */
	0,    0,    0,	  0,	0,    0,    0,	  0,		    /* token */
	0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, /* ESI */
	0,    4,    0,	  0,	0,    10, /* flags, length of the address, tag */
	10,   0,    0,	  7,		  /* address */
};

static struct icc_msg waiting(void)
{
	struct icc_msg m = {.type = ICC_WAITING, .token = 0x0102030405060708};

	esi_parse(&m.esi, "00:11:22:33:44:55:66:77:88:99");
	m.vlans[1] = 0x04;
	m.vlans[511] = 0x40;
	return m;
}

static void decodes(void **state)
{
	struct icc_msg m;
	u8 again[ICC_LEN_MAX];

	assert_int_equal(icc_decode(ask, sizeof(ask), &m, NULL), ICC_OK);
	assert_int_equal(m.type, ICC_ASK);
	assert_int_equal(m.tag, 10);
	assert_int_equal(ip_low32(&m.address), 0x0a000007);
	assert_int_equal(icc_encode(&m, again), sizeof(ask));
	assert_memory_equal(again, ask, sizeof(ask));
}

static void encodes(void **state)
{
	static const u8 token[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	struct icc_msg m = waiting(), r;
	u8 octets[ICC_LEN_MAX];

	assert_int_equal(icc_encode(&m, octets), ICC_LEN_MAX);
	assert_memory_equal(octets + 8, token, 8);
	assert_int_equal(octets[6] << 8 | octets[7], ICC_LEN_MAX);
	assert_int_equal(octets[ICC_HEAD_LEN + 511], 0x40);
	assert_int_equal(icc_decode(octets, ICC_LEN_MAX, &r, NULL), ICC_OK);
	assert_int_equal(r.token, m.token);
	assert_memory_equal(r.vlans, m.vlans, sizeof(m.vlans));
	/* one role for the port needs no VLANs */
	m.flags = ICC_PORT;
	m.type = ICC_CLOSED;
	assert_int_equal(icc_encode(&m, octets), ICC_HEAD_LEN);
	assert_int_equal(icc_decode(octets, ICC_HEAD_LEN, &r, NULL), ICC_OK);
	assert_int_equal(r.vlans[1], 0);
	m = (struct icc_msg){.type = ICC_HELLO, .flags = ICC_HEARD};
	assert_int_equal(icc_encode(&m, octets), ICC_HEAD_LEN);
	assert_int_equal(icc_decode(octets, ICC_HEAD_LEN, &r, NULL), ICC_OK);
	assert_int_equal(r.flags, ICC_HEARD);
}

static void expect(const u8 *octets, size_t len, enum icc_verdict verdict, const char *part)
{
	struct icc_msg m = {.tag = 4711};
	const char *why = "";

	assert_int_equal(icc_decode(octets, len, &m, &why), verdict);
	assert_non_null(strstr(why, part));
	assert_int_equal(m.tag, 4711); /* untouched */
}

/* The octet at @at is another one. */
static void broken(size_t at, u8 octet, enum icc_verdict verdict, const char *part)
{
	u8 octets[ICC_HEAD_LEN];

	memcpy(octets, ask, sizeof(ask));
	octets[at] = octet;
	expect(octets, sizeof(octets), verdict, part);
}

static void refuses(void **state)
{
	struct icc_msg m = waiting();
	u8 octets[ICC_LEN_MAX + 1] = {0};

	for (size_t n = 0; n < sizeof(ask); n++)
		expect(ask, n, ICC_MALFORMED, "");
	expect(NULL, 0, ICC_MALFORMED, "begin");
	broken(0, 'E', ICC_MALFORMED, "begin");
	broken(7, 47, ICC_MALFORMED, "length");
	broken(4, 2, ICC_UNKNOWN, "version");
	broken(5, 0, ICC_UNKNOWN, "type");
	broken(5, 5, ICC_UNKNOWN, "type");
	broken(27, 5, ICC_MALFORMED, "host's");
	broken(32, 224, ICC_MALFORMED, "host's");
	broken(5, ICC_WAITING, ICC_MALFORMED, "length"); /* where are its VLANs? */
	/* one octet more than it says, and more than there can be */
	icc_encode(&m, octets);
	expect(octets, ICC_LEN_MAX + 1, ICC_MALFORMED, "length");
	store16(octets + 6, ICC_LEN_MAX + 1);
	expect(octets, ICC_LEN_MAX + 1, ICC_MALFORMED, "length");
	m.token = 0;
	icc_encode(&m, octets);
	expect(octets, ICC_LEN_MAX, ICC_MALFORMED, "token");
	m = waiting();
	m.esi = (struct esi){0};
	icc_encode(&m, octets);
	expect(octets, ICC_LEN_MAX, ICC_MALFORMED, "ESI");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes),
		cmocka_unit_test(encodes),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
