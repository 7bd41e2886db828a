// SPDX-License-Identifier: GPL-2.0-only
/* kernel/core/frame.c and verdict.c in user space, with the cases that KUnit runs too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../../../kernel/tests/core_cases.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Each frame is copied to a buffer of its very size, so that the sanitizer sees an over-read. */
static void test_frame(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(frame_cases); i++) {
		const struct frame_case *c = &frame_cases[i];
		u8 *data = malloc(c->len ? c->len : 1);
		struct evpn_frame got = {};

		print_message("frame: %s\n", c->name);
		memcpy(data, c->data, c->len);
		assert_int_equal(c->err, evpn_frame_parse(data, c->len, c->accel, c->tci, &got));
		free(data);
		if (c->err)
			continue;
		assert_int_equal(c->want.group, got.group);
		assert_int_equal(c->want.vid, got.vid);
		assert_int_equal(c->want.proto, got.proto);
		assert_int_equal(c->want.behind_priority, got.behind_priority);
		assert_int_equal(c->data[0] & 1, got.multicast);
	}
}

static void test_inside(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(inside_cases); i++) {
		const struct frame_case *c = &inside_cases[i];
		u8 *data = malloc(c->len);
		struct evpn_frame got = {};

		print_message("inside: %s\n", c->name);
		memcpy(data, c->data, c->len);
		assert_int_equal(0, evpn_frame_parse(data, c->len, c->accel, c->tci, &got));
		assert_int_equal(c->err, evpn_frame_inside(data, c->len, &got));
		free(data);
		if (c->err)
			continue;
		assert_int_equal(c->want.vid, got.vid);
		assert_int_equal(c->want.proto, got.proto);
		assert_int_equal(c->want.behind_priority, got.behind_priority);
	}
}

static void test_verdict(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(verdict_cases); i++) {
		const struct verdict_case *c = &verdict_cases[i];
		struct evpn_policy policy = {c->flags, c->map ? case_map : NULL};

		print_message("verdict: %s\n", c->name);
		assert_int_equal(c->want, evpn_verdict(&policy, c->place, c->arp_monitor,
						       c->malformed ? NULL : &c->frame));
	}
}

static void test_flood(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(flood_cases); i++) {
		const struct flood_case *c = &flood_cases[i];
		struct evpn_policy policy = {c->flags, c->map ? case_map : NULL};

		print_message("flood: %s\n", c->name);
		assert_int_equal(c->want,
				 evpn_flood_verdict(&policy, &c->frame, c->origin, c->shared));
	}
}

/* The module asks about the core first, and looks for the true origin only if the answer is a drop. */
static void test_flood_core_passes_least(void **state)
{
	static const u32 roles[] = {0, EVPN_PF_DF, EVPN_PF_FAIL, EVPN_PF_DF | EVPN_PF_FAIL};

	for (unsigned int i = 0; i < 64; i++) {
		u32 flags = EVPN_PF_FLOOD | roles[i % 4] | (i & 4 ? EVPN_PF_UNICAST : 0);
		struct evpn_policy policy = {flags, i & 8 ? case_map : NULL};
		struct evpn_frame frame = {.proto = 0x0800, .vid = i & 16 ? 10 : 11};
		bool shared = i & 32;

		for (unsigned int multicast = 0; multicast < 2; multicast++) {
			frame.multicast = multicast;
			if (evpn_flood_verdict(&policy, &frame, EVPN_ORIGIN_CORE, shared))
				continue;
			assert_int_equal(EVPN_PASS, evpn_flood_verdict(&policy, &frame,
								       EVPN_ORIGIN_LOCAL, shared));
			assert_int_equal(EVPN_PASS, evpn_flood_verdict(&policy, &frame,
								       EVPN_ORIGIN_ROUTED, shared));
		}
	}
}

/* Who knows that it is one of the two, and from which PE, needs not find out which. */
static void test_flood_routed_as_bridged(void **state)
{
	static const u32 roles[] = {0, EVPN_PF_DF, EVPN_PF_FAIL, EVPN_PF_DF | EVPN_PF_FAIL};

	for (unsigned int i = 0; i < 32; i++) {
		u32 flags = EVPN_PF_FLOOD | roles[i % 4] | (i & 4 ? EVPN_PF_UNICAST : 0);
		struct evpn_policy policy = {flags, i & 8 ? case_map : NULL};
		struct evpn_frame frame = {
			.proto = 0x0800, .vid = i & 16 ? 10 : 11, .multicast = true};

		assert_int_equal(evpn_flood_verdict(&policy, &frame, EVPN_ORIGIN_CORE, false),
				 evpn_flood_verdict(&policy, &frame, EVPN_ORIGIN_ROUTED, false));
	}
}

static void test_ip_multicast(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(ip_cases); i++) {
		const struct ip_case *c = &ip_cases[i];
		u8 *packet = malloc(c->len ? c->len : 1);

		print_message("packet: %s\n", c->name);
		memcpy(packet, c->packet, c->len);
		assert_int_equal(c->want, evpn_ip_multicast(packet, c->len, c->proto));
		free(packet);
	}
}

static void test_packet(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(packet_cases); i++) {
		const struct packet_case *c = &packet_cases[i];
		u8 *packet = malloc(c->len ? c->len : 1);

		print_message("packet: %s\n", c->name);
		memcpy(packet, c->packet, c->len);
		assert_int_equal(c->want, evpn_packet_parse(packet, c->len, c->proto));
		free(packet);
	}
}

/* A12: no VLAN, no EtherType and no destination but the listed ones passes a blocked port. */
static void test_blocked_exhaustively(void **state)
{
	struct evpn_policy policy = {EVPN_PF_BLOCK | EVPN_PF_OOS, NULL};
	unsigned long passed = 0;

	for (unsigned int proto = 0; proto < 0x10000; proto++) {
		for (unsigned int vid = 0; vid < 4096; vid += proto == EVPN_P_SLOW ? 1 : 97) {
			for (enum evpn_group g = EVPN_GROUP_NONE; g <= EVPN_GROUP_MICRO_BFD; g++) {
				struct evpn_frame f = {.group = g, .vid = vid, .proto = proto};

				if (evpn_verdict(&policy, EVPN_PLACE_MEMBER, false, &f) < EVPN_DROP)
					passed++;
			}
		}
	}
	/* Untagged slow protocols to their group, and nothing else. */
	assert_int_equal(passed, 1);
}

/* Each VLAN of a map is told from its neighbours. */
static void test_vlan_map(void **state)
{
	static u8 map[EVPN_VLAN_MAP_LEN];
	struct evpn_policy policy = {EVPN_PF_VLANS, map};

	for (unsigned int v = 0; v < 4096; v++) {
		memset(map, 0, sizeof(map));
		map[v / 8] = 1 << (v % 8);
		for (unsigned int other = 0; other < 4096; other++) {
			struct evpn_frame f = {.vid = other, .proto = 0x0800};
			unsigned int got = evpn_verdict(&policy, EVPN_PLACE_LAG, false, &f);

			assert_int_equal(got, other == v ? EVPN_PASS : CASE_DROP(VLAN_STANDBY));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frame),
		cmocka_unit_test(test_inside),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_flood_core_passes_least),
		cmocka_unit_test(test_flood_routed_as_bridged),
		cmocka_unit_test(test_ip_multicast),
		cmocka_unit_test(test_blocked_exhaustively),
		cmocka_unit_test(test_vlan_map),
		cmocka_unit_test(test_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
