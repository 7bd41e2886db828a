// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel/core/igmp_say.c in user space: octets written by hand from the RFCs, and everything it writes is
 * read again by igmp.c, in buffers of the very size.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "frame.h"
#include "hex.h"
#include "igmp_say.h"

static const u8 none[16];
static const u8 group4[16] = {239, 1, 1, 1};
static const u8 group6[16] = {0xff, 0x3e, [15] = 1};
static const u8 from6[16] = {0xfe, 0x80, [8] = 0x11, [15] = 2};

/* RFC 2236 section 2, RFC 3376 section 4.1: the checksums were added up by hand. */
static void octets(void **state)
{
	u8 buf[EVPN_IGMP_SAY_OLD_MAX], mac[6];
	u32 len;

	len = evpn_igmp_say_old(buf, 4, 2, false, group4, none);
	assert_hex(buf, len,
		   "46c0002000000000 01023416 00000000 ef010101 94040000 1600f9fc ef010101");
	evpn_igmp_say_mac(buf, 4, mac);
	assert_hex(mac, 6, "01005e010101");
	len = evpn_igmp_say_old(buf, 4, 2, true, group4, none);
	assert_hex(buf, len,
		   "46c0002000000000 01024416 00000000 e0000002 94040000 1700f8fc ef010101");
	len = evpn_igmp_say_query(buf, 4, 2, 2000, none);
	assert_hex(buf, len,
		   "46c0002000000000 01024417 00000000 e0000001 94040000 1114eeeb 00000000");
}

static void mld_octets(void **state)
{
	u8 buf[EVPN_IGMP_SAY_OLD_MAX], mac[6];
	u32 len = evpn_igmp_say_old(buf, 16, 1, false, group6, from6);

	assert_hex(buf, 48,
		   "6000000000200001 fe800000000000001100000000000002"
		   "ff3e0000000000000000000000000001 3a00050200000100");
	assert_int_equal(len, 72);
	assert_int_equal(buf[48], 131);
	evpn_igmp_say_mac(buf, 16, mac);
	assert_hex(mac, 6, "333300000001");
}

/* @family's packet is what @check says, and its checksums are right, or it would not be read. */
static void read_back(const u8 *packet, u32 len, u8 family, struct evpn_igmp *msg)
{
	u8 *copy = malloc(len);

	memcpy(copy, packet, len);
	assert_int_equal(evpn_igmp_parse(family == 4 ? EVPN_P_IP : EVPN_P_IPV6, 0, copy, len, msg),
			 0);
	assert_int_equal(msg->family, family);
	/* the caller looks at @packet */
	if (msg->data)
		msg->data = packet + (msg->data - copy);
	free(copy);
}

static void old_versions(void **state)
{
	static const struct {
		u8 family, version;
		bool leave;
	} rows[] = {{4, 1, false}, {4, 2, false}, {4, 2, true}, {16, 1, false}, {16, 1, true}};
	u8 buf[EVPN_IGMP_SAY_OLD_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const u8 *group = rows[i].family == 4 ? group4 : group6;
		struct evpn_igmp_record record;
		struct evpn_igmp msg;
		u32 len;

		len = evpn_igmp_say_old(buf, rows[i].family, rows[i].version, rows[i].leave, group,
					rows[i].family == 4 ? none : from6);
		read_back(buf, len, rows[i].family, &msg);
		assert_int_equal(msg.kind, EVPN_IGMP_REPORT);
		assert_int_equal(msg.version, rows[i].version);
		assert_true(evpn_igmp_next(&msg, &record));
		assert_int_equal(record.type, rows[i].leave ? EVPN_IGMP_TO_IN : EVPN_IGMP_IS_EX);
		assert_memory_equal(record.group, group, rows[i].family);
	}
}

static void queries(void **state)
{
	static const struct {
		u8 family, version;
	} rows[] = {{4, 1}, {4, 2}, {4, 3}, {16, 1}, {16, 2}};
	u8 buf[EVPN_IGMP_SAY_OLD_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct evpn_igmp msg;
		u32 len = evpn_igmp_say_query(buf, rows[i].family, rows[i].version, 2000,
					      rows[i].family == 4 ? none : from6);

		read_back(buf, len, rows[i].family, &msg);
		assert_int_equal(msg.kind, EVPN_IGMP_QUERY);
		assert_int_equal(msg.version, rows[i].version);
		assert_int_equal(msg.response_ms,
				 rows[i].family == 4 && rows[i].version == 1 ? 10000 : 2000);
		assert_memory_equal(msg.group, none, sizeof(msg.group));
		assert_int_equal(msg.robustness,
				 rows[i].version == (rows[i].family == 4 ? 3 : 2) ? 2 : 0);
	}
}

static void check_report(u8 family)
{
	u8 sources[64][16], buf[EVPN_IGMP_SAY_MAX];
	const u8 *group = family == 4 ? group4 : group6;
	struct evpn_igmp_record record;
	struct evpn_igmp_say say;
	struct evpn_igmp msg;
	u32 len;

	memset(sources, 0, sizeof(sources));
	for (u8 i = 0; i < 64; i++) {
		memcpy(sources[i], (const u8[]){10, 0, 0, i}, 4);
		sources[i][15] = i;
	}
	evpn_igmp_say_begin(&say, family, buf, sizeof(buf));
	assert_true(evpn_igmp_say_record(&say, EVPN_IGMP_TO_EX, group, NULL, 0));
	assert_true(evpn_igmp_say_record(&say, EVPN_IGMP_ALLOW, group, sources[0], 64));
	len = evpn_igmp_say_end(&say, family == 4 ? none : from6);
	assert_true(len <= EVPN_IGMP_SAY_MAX);
	read_back(buf, len, family, &msg);
	assert_int_equal(msg.version, family == 4 ? 3 : 2);
	assert_true(evpn_igmp_next(&msg, &record));
	assert_int_equal(record.type, EVPN_IGMP_TO_EX);
	assert_int_equal(record.sources, 0);
	assert_true(evpn_igmp_next(&msg, &record));
	assert_int_equal(record.type, EVPN_IGMP_ALLOW);
	assert_int_equal(record.sources, 64);
	for (u8 i = 0; i < 64; i++)
		assert_memory_equal(record.source + i * family, sources[i], family);
	assert_false(evpn_igmp_next(&msg, &record));
}

static void reports(void **state)
{
	check_report(4);
	check_report(16);
}

/* As many as there is room for, and not one more; and a record alone always fits. */
static void full(void **state)
{
	u8 *buf = malloc(EVPN_IGMP_SAY_MAX), sources[64][16] = {{0}};
	struct evpn_igmp_say say;
	struct evpn_igmp msg;
	u32 n = 0, len;

	evpn_igmp_say_begin(&say, 16, buf, EVPN_IGMP_SAY_MAX);
	assert_true(evpn_igmp_say_record(&say, EVPN_IGMP_BLOCK, group6, sources[0], 64));
	evpn_igmp_say_begin(&say, 16, buf, EVPN_IGMP_SAY_MAX);
	while (evpn_igmp_say_record(&say, EVPN_IGMP_IS_EX, group6, NULL, 0))
		n++;
	assert_int_equal(n, (EVPN_IGMP_SAY_MAX - 56) / 20);
	len = evpn_igmp_say_end(&say, from6);
	read_back(buf, len, 16, &msg);
	assert_int_equal(msg.left, n);
	free(buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets),  cmocka_unit_test(mld_octets),
		cmocka_unit_test(queries), cmocka_unit_test(old_versions),
		cmocka_unit_test(reports), cmocka_unit_test(full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
