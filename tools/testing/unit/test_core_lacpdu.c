// SPDX-License-Identifier: GPL-2.0
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_out_of_sync),
		cmocka_unit_test(test_period),
		cmocka_unit_test(test_echo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
