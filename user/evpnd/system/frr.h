/* SPDX-License-Identifier: GPL-2.0 */
/*
 * frr.h - the FRR of this machine, looked at: which Ethernet Segments zebra has, and with which VTEP.
 *
 * No role depends on how fast this is: what changes a role comes by BGP and by links. zebra is asked at
 * the start, when a device changes, and every ten seconds.
 */
#ifndef EVPND_FRR_H
#define EVPND_FRR_H

#include <systemd/sd-event.h>

#include "contract/ipc.h"

#define FRR_GROUP "frrvty" /* whose members may ask FRR's daemons */

struct frr;

/**
 * struct frr_ops - what was learned, as it changes
 * @es: a segment is there, is another, or is gone
 * @done: a look has ended; also called when zebra does not answer
 */
struct frr_ops {
	void (*es)(void *data, const struct fact_frr_es *fact);
	void (*done)(void *data, const struct fact_frr *fact);
};

/** frr_new() - does nothing before frr_configure(); NULL: no memory */
struct frr *frr_new(sd_event *event, const struct frr_ops *ops, void *data);
void frr_free(struct frr *frr);

/** frr_configure() - whom to ask; NULL: nobody. An empty @vtep is found out */
void frr_configure(struct frr *frr, const char *vty, const struct ip_addr *vtep);

/** frr_look() - ask soon, whatever the clock says */
void frr_look(struct frr *frr);

/** frr_replay() - say everything again; nothing when zebra was not asked yet */
void frr_replay(struct frr *frr);

#endif
