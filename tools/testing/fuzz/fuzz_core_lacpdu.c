// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any octets as a LACPDU: what is accepted can be rewritten, changes in one octet, and an echo
 * put right is right.
 */
#include <stdlib.h>

#include "lacpdu.h"

/* libFuzzer's entry; it has no header */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
	if (!ok)
		abort();
}

static unsigned int differing(const u8 *a, const u8 *b)
{
	unsigned int i, n = 0;

	for (i = 0; i < EVPN_LACPDU_LEN; i++)
		n += a[i] != b[i];
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u8 sent[EVPN_LACPDU_LEN], received[EVPN_LACPDU_LEN];
	u32 period;

	if (!evpn_lacpdu_valid(data, size))
		return 0;
	period = evpn_lacpdu_period_ms(data);
	check(period == 1000 || period == 30000);

	memcpy(sent, data, sizeof(sent));
	check(evpn_lacpdu_set_oos(sent) == (differing(sent, data) == 1));
	check(!(evpn_lacpdu_actor_state(sent) & EVPN_LACP_IN_SYNC));
	check(evpn_lacpdu_valid(sent, sizeof(sent)));

	evpn_lacpdu_answer(data, data + 6, sent);
	check(evpn_lacpdu_valid(sent, sizeof(sent)));
	check(evpn_lacpdu_actor_state(sent) == evpn_lacpdu_partner_state(data));
	check(evpn_lacpdu_partner_state(sent) == evpn_lacpdu_actor_state(data));
	memcpy(received, sent, sizeof(received));
	evpn_lacpdu_ask(received);
	check(differing(received, sent) == 1 && evpn_lacpdu_valid(received, sizeof(received)));

	if (!evpn_lacpdu_valid(data + EVPN_LACPDU_LEN, size - EVPN_LACPDU_LEN))
		return 0;
	memcpy(received, data + EVPN_LACPDU_LEN, sizeof(received));
	if (evpn_lacpdu_echo_differs(received, data)) {
		evpn_lacpdu_fix_echo(received, data);
		check(!evpn_lacpdu_echo_differs(received, data));
		check(differing(received, data + EVPN_LACPDU_LEN) == 1);
	}
	return 0;
}
