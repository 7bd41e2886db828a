// SPDX-License-Identifier: GPL-2.0-only
/*
 * kern_core.c - what holds in the module for all segments: how it tells the PEs apart that VXLAN frames
 * come from, and how many hosts it learns. It is the configuration's, not the speaker's: set when the
 * module appears and when the configuration changes.
 */
#include <stdio.h>
#include <string.h>

#include "system/kern_priv.h"
#include "log.h"

_Static_assert(CONF_PORTS_MAX == EVPN_PORTS_MAX, "as many ports as the module takes");
_Static_assert(CONF_HOST_LIMIT == EVPN_HOST_LIMIT_DEFAULT &&
		       CONF_HOST_LIMIT_ALL == EVPN_HOST_LIMIT_ALL_DEFAULT,
	       "the limits are the module's");

void kern_core_install(struct kern *kern)
{
	struct nl_core core = {.mark_mask = kern->core.mark_mask, .n_ports = kern->core.n_ports};
	struct nl_err err;

	kern->core_why[0] = '\0';
	if (!kern->evpn.nl || !kern->has_core)
		return;
	memcpy(core.ports, kern->core.ports, core.n_ports * sizeof(core.ports[0]));
	if (!nl_evpn_core_set(&kern->evpn, &core, &err) &&
	    !nl_evpn_neigh_set(&kern->evpn, kern->core.host_limit, &err))
		return;
	snprintf(kern->core_why, sizeof(kern->core_why), "the kernel refused core: %.200s",
		 err.text);
	log_error("kernel: core: %s", err.text);
}

void kern_core(struct kern *kern, const struct conf_core *core)
{
	bool same = kern->has_core && !memcmp(&kern->core, core, sizeof(*core));

	kern->has_core = true;
	kern->core = *core;
	if (!same || kern->core_why[0])
		kern_core_install(kern);
}

const char *kern_core_why(const struct kern *kern)
{
	return kern->core_why;
}
