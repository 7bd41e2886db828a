// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any octets as a datagram of the channel between PEs: what is accepted has what its type needs, and comes
 * back the same; what is not leaves the result alone and has a reason.
 */
#include <stdlib.h>
#include <string.h>

#include "icc.h"

/* libFuzzer's entry; it has no header */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
	if (!ok)
		abort();
}

static void accepted(const struct icc_msg *m, size_t size)
{
	bool roles = m->type == ICC_WAITING || m->type == ICC_CLOSED;
	u8 octets[ICC_LEN_MAX];
	struct icc_msg again;

	memset(&again, 0, sizeof(again));
	check(icc_type_name(m->type) != NULL);
	check(m->type == ICC_HELLO || !esi_is_reserved(&m->esi));
	check(!roles || m->token);
	check(m->type == ICC_ASK ? ip_is_host(&m->address) : ip_is_none(&m->address));
	check(icc_encode(m, octets) == size);
	check(icc_decode(octets, size, &again, NULL) == ICC_OK);
	check(again.type == m->type && again.flags == m->flags && again.token == m->token);
	check(again.tag == m->tag && !esi_cmp(&again.esi, &m->esi));
	check(ip_equal(&again.address, &m->address));
	check(!memcmp(again.vlans, m->vlans, sizeof(m->vlans)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct icc_msg m, before;
	const char *why = NULL;

	memset(&m, 0x5a, sizeof(m));
	memcpy(&before, &m, sizeof(m));
	if (icc_decode(data, size, &m, &why) == ICC_OK) {
		accepted(&m, size);
		return 0;
	}
	check(why && *why);
	check(!memcmp(&m, &before, sizeof(m)));
	return 0;
}
