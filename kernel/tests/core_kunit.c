// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: the cases of core/ inside the kernel. Runs when the module is loaded. */
#include <kunit/test.h>

#include "core_cases.h"
#include "igmp_cases.h"

static void core_frame(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(frame_cases); i++) {
		const struct frame_case *c = &frame_cases[i];
		struct evpn_frame got = {};

		KUNIT_ASSERT_EQ_MSG(test, c->err,
				    evpn_frame_parse(c->data, c->len, c->accel, c->tci, &got), "%s",
				    c->name);
		if (c->err)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, c->want.group, got.group, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, c->want.vid, got.vid, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, c->want.proto, got.proto, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, c->want.behind_priority, got.behind_priority, "%s",
				    c->name);
	}
}

static void core_inside(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(inside_cases); i++) {
		const struct frame_case *c = &inside_cases[i];
		struct evpn_frame got = {};

		KUNIT_ASSERT_EQ_MSG(test, 0,
				    evpn_frame_parse(c->data, c->len, c->accel, c->tci, &got), "%s",
				    c->name);
		KUNIT_ASSERT_EQ_MSG(test, c->err, evpn_frame_inside(c->data, c->len, &got), "%s",
				    c->name);
		if (c->err)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, c->want.vid, got.vid, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, c->want.proto, got.proto, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, c->want.behind_priority, got.behind_priority, "%s",
				    c->name);
	}
}

static void core_verdict(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(verdict_cases); i++) {
		const struct verdict_case *c = &verdict_cases[i];
		struct evpn_policy policy = {.flags = c->flags};

		if (c->map)
			policy.vlan_df = case_map;
		KUNIT_EXPECT_EQ_MSG(test, c->want,
				    evpn_verdict(&policy, c->place, c->arp_monitor,
						 c->malformed ? NULL : &c->frame),
				    "%s", c->name);
	}
}

static void core_flood(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flood_cases); i++) {
		const struct flood_case *c = &flood_cases[i];
		struct evpn_policy policy = {.flags = c->flags};

		if (c->map)
			policy.vlan_df = case_map;
		KUNIT_EXPECT_EQ_MSG(test, c->want,
				    evpn_flood_verdict(&policy, &c->frame, c->origin, c->shared),
				    "%s", c->name);
	}
	for (i = 0; i < ARRAY_SIZE(packet_cases); i++) {
		const struct packet_case *c = &packet_cases[i];

		KUNIT_EXPECT_EQ_MSG(test, c->want, evpn_packet_parse(c->packet, c->len, c->proto),
				    "%s", c->name);
	}
	for (i = 0; i < ARRAY_SIZE(ip_cases); i++) {
		const struct ip_case *c = &ip_cases[i];

		KUNIT_EXPECT_EQ_MSG(test, c->want, evpn_ip_multicast(c->packet, c->len, c->proto),
				    "%s", c->name);
	}
}

static void core_lacpdu_valid(struct kunit *test)
{
	u8 pdu[EVPN_LACPDU_LEN];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lacpdu_cases); i++) {
		const struct lacpdu_case *c = &lacpdu_cases[i];

		memcpy(pdu, case_lacpdu, sizeof(pdu));
		pdu[c->offset] = c->value;
		KUNIT_EXPECT_EQ_MSG(test, c->want, evpn_lacpdu_valid(pdu, c->len), "%s", c->name);
	}
}

static void core_lacpdu_oos(struct kunit *test)
{
	u8 sent[EVPN_LACPDU_LEN], answer[EVPN_LACPDU_LEN];

	memcpy(sent, case_lacpdu, sizeof(sent));
	KUNIT_EXPECT_TRUE(test, evpn_lacpdu_set_oos(sent));
	KUNIT_EXPECT_EQ(test, 0x07, evpn_lacpdu_actor_state(sent));
	KUNIT_EXPECT_FALSE(test, evpn_lacpdu_set_oos(sent));

	case_answer(answer, sent);
	KUNIT_EXPECT_TRUE(test, evpn_lacpdu_echo_differs(answer, case_lacpdu));
	evpn_lacpdu_fix_echo(answer, case_lacpdu);
	KUNIT_EXPECT_FALSE(test, evpn_lacpdu_echo_differs(answer, case_lacpdu));
	KUNIT_EXPECT_EQ(test, 0x3f, answer[CASE_PARTNER_STATE]);
}

static void core_lacp_judge(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(judge_cases); i++) {
		const struct judge_case *c = &judge_cases[i];

		KUNIT_EXPECT_EQ_MSG(test, c->want, evpn_lacp_judge(&c->view), "%s", c->name);
	}
}

static void core_neigh_parse(struct kunit *test)
{
	static const u8 lladdr[] = {CASE_HOST_MAC};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(heard_cases); i++) {
		const struct heard_case *c = &heard_cases[i];
		struct evpn_heard got;

		KUNIT_ASSERT_EQ_MSG(test, c->err,
				    evpn_neigh_parse(c->proto, c->vid, c->data, c->len, &got), "%s",
				    c->name);
		if (c->err)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, c->tag, got.tag, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, c->family, got.family, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, c->override, got.override, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, 0, memcmp(got.lladdr, lladdr, sizeof(lladdr)), "%s",
				    c->name);
	}
}

static void core_neigh_decide(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(decide_cases); i++) {
		const struct decide_case *c = &decide_cases[i];
		struct evpn_neigh_decision got = evpn_neigh_decide(&c->facts);

		KUNIT_EXPECT_EQ_MSG(test, c->state, got.state, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, c->act, got.act, "%s", c->name);
	}
}

static void core_igmp_records(struct kunit *test, const struct igmp_case *c, struct evpn_igmp *msg)
{
	struct evpn_igmp_record got;
	unsigned int i;

	for (i = 0; i < c->records; i++) {
		KUNIT_ASSERT_TRUE_MSG(test, evpn_igmp_next(msg, &got), "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, c->record[i].type, (u8)got.type, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, c->record[i].sources, got.sources, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, 0, memcmp(c->record[i].group, got.group, c->family), "%s",
				    c->name);
	}
	KUNIT_EXPECT_FALSE_MSG(test, evpn_igmp_next(msg, &got), "%s", c->name);
}

static void core_igmp(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(igmp_cases); i++) {
		const struct igmp_case *c = &igmp_cases[i];
		struct evpn_igmp got;

		KUNIT_ASSERT_EQ_MSG(test, c->err,
				    evpn_igmp_parse(c->proto, c->vid, c->data, c->len, &got), "%s",
				    c->name);
		if (c->err)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, c->tag, got.tag, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, c->kind, got.kind, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, c->family, got.family, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, c->version, got.version, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, c->response_ms, got.response_ms, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, c->interval_ms, got.interval_ms, "%s", c->name);
		core_igmp_records(test, c, &got);
	}
}

static struct kunit_case core_kunit_cases[] = {KUNIT_CASE(core_frame),
					       KUNIT_CASE(core_verdict),
					       KUNIT_CASE(core_flood),
					       KUNIT_CASE(core_lacpdu_valid),
					       KUNIT_CASE(core_lacpdu_oos),
					       KUNIT_CASE(core_lacp_judge),
					       KUNIT_CASE(core_neigh_parse),
					       KUNIT_CASE(core_neigh_decide),
					       KUNIT_CASE(core_igmp),
					       KUNIT_CASE(core_inside),
					       {}};

static struct kunit_suite core_kunit_suite = {
	.name = "evpn-core",
	.test_cases = core_kunit_cases,
};

kunit_test_suite(core_kunit_suite);
