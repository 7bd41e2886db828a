// SPDX-License-Identifier: GPL-2.0-only
/* kernel/core/igmp.c in user space: the cases that KUnit runs too, and messages cut short. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../../../kernel/tests/igmp_cases.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* In a buffer of the very size, so that the sanitizer sees an over-read; the caller frees it. */
static u8 *copy(const struct igmp_case *c, u32 len)
{
	u8 *data = malloc(len ? len : 1);

	memcpy(data, c->data, len);
	return data;
}

static void check_records(const struct igmp_case *c, struct evpn_igmp *msg)
{
	struct evpn_igmp_record got;

	for (unsigned int i = 0; i < c->records; i++) {
		const struct igmp_case_record *want = &c->record[i];

		assert_true(evpn_igmp_next(msg, &got));
		assert_int_equal(want->type, got.type);
		assert_int_equal(want->sources, got.sources);
		assert_memory_equal(want->group, got.group, c->family);
	}
	assert_false(evpn_igmp_next(msg, &got));
}

static void test_parse(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(igmp_cases); i++) {
		const struct igmp_case *c = &igmp_cases[i];
		u8 *data = copy(c, c->len);
		struct evpn_igmp got;

		print_message("%s\n", c->name);
		assert_int_equal(c->err, evpn_igmp_parse(c->proto, c->vid, data, c->len, &got));
		if (!c->err) {
			assert_int_equal(c->tag, got.tag);
			assert_int_equal(c->kind, got.kind);
			assert_int_equal(c->family, got.family);
			assert_int_equal(c->version, got.version);
			assert_int_equal(c->suppress, got.suppress);
			assert_int_equal(c->robustness, got.robustness);
			assert_memory_equal(c->group, got.group, sizeof(got.group));
			assert_int_equal(c->response_ms, got.response_ms);
			assert_int_equal(c->interval_ms, got.interval_ms);
			if (c->kind == EVPN_IGMP_QUERY)
				assert_int_equal(c->sources, got.left);
			check_records(c, &got);
		}
		free(data);
	}
}

/* The sources are where the record says. */
static void test_sources(void **state)
{
	static const u8 want[] = {192, 0, 2, 7, 192, 0, 2, 8};
	struct evpn_igmp_record record;
	struct evpn_igmp msg;

	for (size_t i = 0; i < ARRAY_SIZE(igmp_cases); i++) {
		const struct igmp_case *c = &igmp_cases[i];

		if (strcmp(c->name, "Linux: source-specific join"))
			continue;
		assert_int_equal(0, evpn_igmp_parse(c->proto, c->vid, c->data, c->len, &msg));
		assert_true(evpn_igmp_next(&msg, &record));
		assert_int_equal(2, record.sources);
		assert_memory_equal(want, record.source, sizeof(want));
		return;
	}
	fail();
}

/* What says something says nothing any more when it is cut short anywhere, padding apart. */
static void test_cut(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(igmp_cases); i++) {
		const struct igmp_case *c = &igmp_cases[i];
		u32 whole = c->len;

		if (c->err)
			continue;
		if (!strcmp(c->name, "padding behind the packet"))
			whole -= 6;
		for (u32 len = 0; len < whole; len++) {
			u8 *data = copy(c, len);
			struct evpn_igmp got;

			assert_int_equal(-EINVAL,
					 evpn_igmp_parse(c->proto, c->vid, data, len, &got));
			free(data);
		}
	}
}

/* One bit anywhere makes it another message, or none: a checksum is over all of it. */
static void test_flipped(void **state)
{
	unsigned int refused = 0, all = 0;

	for (size_t i = 0; i < ARRAY_SIZE(igmp_cases); i++) {
		const struct igmp_case *c = &igmp_cases[i];

		if (c->err || c->family == EVPN_IGMP_ADDR_LEN || c->proto != EVPN_P_IP ||
		    !strcmp(c->name, "padding behind the packet"))
			continue;
		for (u32 bit = 0; bit < c->len * 8; bit++) {
			u8 *data = copy(c, c->len);
			struct evpn_igmp got;

			data[bit / 8] ^= (u8)(1 << bit % 8);
			refused += evpn_igmp_parse(c->proto, c->vid, data, c->len, &got) != 0;
			all++;
			free(data);
		}
	}
	assert_true(all > 1000);
	assert_int_equal(all, refused);
}

static void test_usable(void **state)
{
	static const u8 loopback[] = {127, 0, 0, 1}, zero[16], host[] = {192, 0, 2, 1};
	static const u8 group[] = {224, 0, 1, 0}, link[] = {224, 0, 0, 255};
	static const u8 broadcast[] = {255, 255, 255, 255};

	assert_true(evpn_igmp_group_usable(group, 4));
	assert_false(evpn_igmp_group_usable(link, 4));
	assert_false(evpn_igmp_group_usable(host, 4));
	assert_true(evpn_igmp_source_usable(host, 4));
	assert_false(evpn_igmp_source_usable(group, 4));
	assert_false(evpn_igmp_source_usable(zero, 4));
	assert_false(evpn_igmp_source_usable(zero, 16));
	assert_false(evpn_igmp_source_usable(loopback, 4));
	assert_false(evpn_igmp_source_usable(broadcast, 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),  cmocka_unit_test(test_sources),
		cmocka_unit_test(test_cut),    cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_usable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
