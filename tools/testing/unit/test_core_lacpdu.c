// SPDX-License-Identifier: GPL-2.0-only
/* kernel/core/lacpdu.c in user space, with the cases that KUnit runs too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../../../kernel/tests/core_cases.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static void test_valid(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(lacpdu_cases); i++) {
		const struct lacpdu_case *c = &lacpdu_cases[i];
		u8 *pdu = malloc(c->len ? c->len : 1);

		print_message("LACPDU: %s\n", c->name);
		memcpy(pdu, case_lacpdu, c->len);
		if (c->len > c->offset)
			pdu[c->offset] = c->value;
		assert_int_equal(c->want, evpn_lacpdu_valid(pdu, c->len));
		free(pdu);
	}
}

/* A14: only the three bits change, and only once. */
static void test_out_of_sync(void **state)
{
	u8 pdu[EVPN_LACPDU_LEN];

	for (unsigned int s = 0; s < 256; s++) {
		memcpy(pdu, case_lacpdu, sizeof(pdu));
		pdu[CASE_ACTOR_STATE] = s;
		assert_int_equal(evpn_lacpdu_set_oos(pdu), !!(s & 0x38));
		assert_int_equal(evpn_lacpdu_actor_state(pdu), s & ~0x38);
		pdu[CASE_ACTOR_STATE] = case_lacpdu[CASE_ACTOR_STATE];
		assert_memory_equal(pdu, case_lacpdu, sizeof(pdu));
	}
}

static void test_period(void **state)
{
	u8 pdu[EVPN_LACPDU_LEN];

	memcpy(pdu, case_lacpdu, sizeof(pdu));
	assert_int_equal(evpn_lacpdu_period_ms(pdu), 30000);
	pdu[CASE_PARTNER_STATE] |= EVPN_LACP_SHORT_TIMEOUT;
	assert_int_equal(evpn_lacpdu_period_ms(pdu), 1000);
}

static void test_echo(void **state)
{
	u8 sent[EVPN_LACPDU_LEN], answer[EVPN_LACPDU_LEN], other[EVPN_LACPDU_LEN];

	memcpy(sent, case_lacpdu, sizeof(sent));
	case_answer(answer, sent);
	assert_false(evpn_lacpdu_echo_differs(answer, case_lacpdu));

	evpn_lacpdu_set_oos(sent);
	case_answer(answer, sent);
	assert_true(evpn_lacpdu_echo_differs(answer, case_lacpdu));

	/* What else the partner says of us it has to say itself. */
	memcpy(other, answer, sizeof(other));
	for (unsigned int i = 0; i < CASE_INFO_LEN; i++) {
		other[CASE_PARTNER_INFO + i] ^= 1;
		assert_false(evpn_lacpdu_echo_differs(other, case_lacpdu));
		other[CASE_PARTNER_INFO + i] ^= 1;
	}

	assert_int_equal(evpn_lacpdu_partner_state(answer), 0x07);
	evpn_lacpdu_fix_echo(answer, case_lacpdu);
	assert_int_equal(evpn_lacpdu_partner_state(answer), 0x3f);
	assert_false(evpn_lacpdu_echo_differs(answer, case_lacpdu));
	case_answer(other, case_lacpdu);
	assert_memory_equal(answer, other, sizeof(other));

	/* A host that is not in sync itself is not made to believe that it is. */
	memcpy(sent, case_lacpdu, sizeof(sent));
	sent[CASE_ACTOR_STATE] = 0x0f;
	evpn_lacpdu_fix_echo(answer, sent);
	assert_int_equal(answer[CASE_PARTNER_STATE], 0x0f);
}

/* A11, A37: from which state on the customer can be reached. */
static void test_judge(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(judge_cases); i++) {
		print_message("judge: %s\n", judge_cases[i].name);
		assert_int_equal(evpn_lacp_judge(&judge_cases[i].view), judge_cases[i].want);
	}
}

static void test_timeout(void **state)
{
	assert_int_equal(evpn_lacp_timeout_ms(0x3f), 3000);
	assert_int_equal(evpn_lacp_timeout_ms(0x3d), 90000);
}

/* One LACPDU of the partner is enough to say what this host would say. */
static void test_answer(void **state)
{
	static const u8 address[6] = {2, 0, 0, 0, 0, 9};
	u8 heard[EVPN_LACPDU_LEN], made[EVPN_LACPDU_LEN];
	struct evpn_lacp_info info, other;

	memcpy(heard, case_lacpdu, sizeof(heard));
	evpn_lacpdu_actor(heard, &other);
	memset(made, 0xee, sizeof(made));
	evpn_lacpdu_answer(heard, address, made);
	assert_true(evpn_lacpdu_valid(made, sizeof(made)));
	assert_memory_equal(made + 6, address, 6);
	assert_int_equal(evpn_lacpdu_actor_state(made), evpn_lacpdu_partner_state(heard));
	assert_int_equal(evpn_lacpdu_partner_state(made), evpn_lacpdu_actor_state(heard));
	assert_memory_equal(made + CASE_ACTOR_INFO, heard + CASE_PARTNER_INFO, CASE_INFO_LEN);
	assert_memory_equal(made + CASE_PARTNER_INFO, heard + CASE_ACTOR_INFO, CASE_INFO_LEN);

	/* The other way round it is the partner again. */
	evpn_lacpdu_answer(made, heard + 6, heard);
	evpn_lacpdu_actor(heard, &info);
	assert_true(evpn_lacp_same_end(&info, &other));
	assert_int_equal(info.state, other.state);
	info.key++;
	assert_false(evpn_lacp_same_end(&info, &other));
}

/* Only the echo of SYNCHRONIZATION is wrong, so the partner has nothing else to believe. */
static void test_ask(void **state)
{
	u8 pdu[EVPN_LACPDU_LEN];

	memcpy(pdu, case_lacpdu, sizeof(pdu));
	evpn_lacpdu_ask(pdu);
	assert_int_equal(pdu[CASE_PARTNER_STATE], case_lacpdu[CASE_PARTNER_STATE] ^ 0x08);
	pdu[CASE_PARTNER_STATE] ^= 0x08;
	assert_memory_equal(pdu, case_lacpdu, sizeof(pdu));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),  cmocka_unit_test(test_out_of_sync),
		cmocka_unit_test(test_period), cmocka_unit_test(test_echo),
		cmocka_unit_test(test_judge),  cmocka_unit_test(test_timeout),
		cmocka_unit_test(test_answer), cmocka_unit_test(test_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
