/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bgp_end.h - BGP sessions of other daemons with a customer whose port is closed here: they are over, and who
 * has them does not see it, as the carrier stays. In a hand-over they end while the port is open, so that the core is led
 * away from it before it closes, and so that the customer hears of it.
 */
#ifndef EVPND_BGP_END_H
#define EVPND_BGP_END_H

#include <systemd/sd-event.h>

#include "contract/ipc.h"

struct bgp_end;
struct links;

/** bgp_end_new() - NULL with errno set */
struct bgp_end *bgp_end_new(sd_event *event, const struct links *links);
void bgp_end_free(struct bgp_end *end);

/**
 * bgp_end_roles() - the module enforces a wish
 * @before: what it had of the segment until then, NULL: nothing
 * @wish: what it has now
 * @name: of the segment, CONF_NAME_MAX octets, for the log
 *
 * What was open and is closed, or is to be: TCP connections from or to port 179 whose other end is routed over that device, or a
 * VLAN on it, are ended in the next turn of the loop (SOCK_DESTROY). The daemon hears ECONNABORTED and withdraws what
 * it had by them.
 */
void bgp_end_roles(struct bgp_end *end, const struct fact_es *before, const struct wish_es *wish,
		   const char *name);

/** bgp_end_count() - sessions that were ended since the start; of NULL none */
uint64_t bgp_end_count(const struct bgp_end *end);

#endif
