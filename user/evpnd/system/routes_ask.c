// SPDX-License-Identifier: GPL-2.0-only
/*
 * routes_ask.c - the kernel is made to ask for a customer's router, by ARP or ND, as if there were a packet for
 * it. Which ones are missing, and how often each is asked for, the speaker says (services/prefix/prefix_ask.c);
 * here is the limit for a speaker that is not what it was.
 */
#include <errno.h>

#include "log.h"
#include "nl_table.h"
#include "system/routes_priv.h"

enum { ASKS = 100 }; /* in a second */

/* Return: one more is within what may be in this second */
static bool has_turn(struct routes_asks *asks, u32 now)
{
	if (asks->second != now)
		*asks = (struct routes_asks){.second = now};
	return asks->n++ < ASKS;
}

void routes_ask(struct routes *r, const struct batch *batch)
{
	u32 now = (u32)(timer_turn_us(r->event) / 1000000);
	const struct prefix_hop *hops = batch_items(batch);
	struct nl_err err;

	for (u32 i = 0; i < batch->n; i++) {
		struct nl_entry e = {.ifindex = hops[i].ifindex, .address = hops[i].gateway};
		int ret;

		if (!routes_on_segment(r, e.ifindex) || !has_turn(&r->asks, now))
			continue;
		ret = nl_host_ask(r->requests, &e, &err);
		if (ret && ret != -EEXIST)
			log_debug("routes: asking for a next hop: %s", err.text);
	}
}
