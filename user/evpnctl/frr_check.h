/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frr_check.h - what zebra says of its segments against what is in force: every difference in a
 * sentence. Pure: all of it is asked by somebody else.
 */
#ifndef EVPNCTL_FRR_CHECK_H
#define EVPNCTL_FRR_CHECK_H

#include <jansson.h>

#include "frr_es.h"
#include "frr_macs.h"
#include "nl_evpn.h"
#include "nl_table.h"
#include "nl_rt.h"

/**
 * struct frr_view - both sides
 * @vtep: zebra's own
 * @es: zebra's segments, @n_es of them
 * @evpnd: "segments" of es.show; NULL: evpnd does not answer
 * @routes: "routes" of route.show type 4; may be NULL
 * @kernel: "segments" of kernel show; NULL: the module does not answer
 * @core: how the module tells PEs apart; NULL: it does not answer
 * @macs: that zebra has behind other PEs, @n_macs of them; @fdb: what the VXLAN devices have, @n_fdb of
 *	them, in the order of mac_cmp()
 * @hosts: that zebra has, @n_hosts of them; @neighs: the kernel's neighbours, @n_neighs of them, in the
 *	order of ip_cmp()
 * @links: the devices, @n_links of them
 */
struct frr_view {
	struct ip_addr vtep;
	const struct frr_es *es;
	size_t n_es;
	const json_t *evpnd;
	const json_t *routes;
	const json_t *kernel;
	const struct nl_core *core;
	const struct frr_mac *macs;
	size_t n_macs;
	const struct nl_entry *fdb;
	size_t n_fdb;
	const struct ip_addr *hosts;
	size_t n_hosts;
	const struct nl_entry *neighs;
	size_t n_neighs;
	const struct nl_link *links;
	size_t n_links;
};

/**
 * frr_check() - compare
 *
 * Return: {"vtep", "segments": [{"interface", "esi", "frr", "kernel", "peers"}],
 * "differences": [{"interface", "what", "message"}]}.
 */
json_t *frr_check(const struct frr_view *view);

#endif
