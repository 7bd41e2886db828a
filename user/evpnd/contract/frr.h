/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frr.h - what the parent hears of the FRR of this machine.
 */
#ifndef EVPND_CONTRACT_FRR_H
#define EVPND_CONTRACT_FRR_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "types.h"

/**
 * struct fact_frr - what zebra says of itself
 * @present: it answers; else @text says why not, and its segments are as they were
 * @numeric: it compares addresses as numbers (since 10.6), and not as they lie in memory
 * @vtep: its VTEP; none while it has no VNI
 * @hold_until: it has just been started and may be without its configuration until then,
 *	CLOCK_MONOTONIC microseconds; 0: what it does not have, it shall not have
 */
struct fact_frr {
	bool present;
	bool numeric;
	struct ip_addr vtep;
	uint64_t hold_until;
	char text[160];
};

/**
 * struct fact_frr_es - a local segment of zebra's
 * @bypass: LACP bypass is on
 * @delay: it was made less than 3 s ago
 * @held: zebra does not have it, but stays a segment: because zebra was started anew, or its device has
 *	another name, @renamed, and FRR knows devices by their names
 * @gone: zebra has it no more; only @esi holds
 */
struct fact_frr_es {
	struct esi esi;
	char ifname[IFNAMSIZ];
	bool bypass;
	bool delay;
	bool held;
	char renamed[IFNAMSIZ];
	bool gone;
};

#endif
