/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guard.h - what the speaker may wish for: segments that the configuration has, or that the parent itself
 * has heard of from zebra, each with its own ESI and on its own device. The speaker reads from the
 * network; who takes it over gets these roles, and no other device of the host.
 */
#ifndef EVPND_GUARD_H
#define EVPND_GUARD_H

#include "contract/ipc.h"

/** struct guard_pair - an ESI and the device that it is on */
struct guard_pair {
	struct esi esi;
	char ifname[IFNAMSIZ];
};

/**
 * struct guard - what is known beside the configuration; all zero at the beginning
 * @frr: zebra's segments
 * @lacp: ESIs of LACP partners, the last few of each device: a partner that is gone leaves its ESI
 * @changed_us: when something was permitted no more; 0: never
 */
struct guard {
	struct guard_pair *frr;
	size_t n_frr;
	struct guard_pair *lacp;
	size_t n_lacp;
	u64 changed_us;
};

void guard_free(struct guard *g);

/** guard_link() - a device is as @fact says; @follows: a segment takes its ESI from its LACP partner */
void guard_link(struct guard *g, const struct fact_link *fact, bool follows);

/** guard_frr() - zebra has a segment, or (gone) no more */
void guard_frr(struct guard *g, const struct fact_frr_es *fact);

/** guard_changed() - the configuration is another one: the speaker may not know yet */
void guard_changed(struct guard *g);

/** guard_es() - may there be a segment @esi on @ifname? @had: the module has it already */
bool guard_es(const struct guard *g, const struct conf *conf, const struct esi *esi,
	      const char *ifname, bool had);

/** guard_esi() - may there be neighbours on segment @esi? */
bool guard_esi(const struct guard *g, const struct conf *conf, const struct esi *esi);

/**
 * guard_is_late() - what is forbidden now may have been permitted when it was wished
 *
 * It is not carried out, but it is no sign of malice either.
 */
bool guard_is_late(const struct guard *g);

#endif
