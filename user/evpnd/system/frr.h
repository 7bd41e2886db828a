/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frr.h - the FRR of this machine, looked at: which Ethernet Segments zebra has, and with which VTEP.
 *
 * What changes a role comes by BGP and by links. zebra is asked at the start, when a device changes, when
 * bgpd says something new of this PE's own segments (frr_look()), many times a second while it has just
 * been started or was, and every ten seconds in any case.
 */
#ifndef EVPND_FRR_H
#define EVPND_FRR_H

#include <systemd/sd-event.h>

#include "contract/ipc.h"
#include "system/frr_repair.h"

#define FRR_GROUP "frrvty" /* whose members may ask FRR's daemons */

struct frr;

/**
 * struct frr_ops - what was learned, as it changes, and what is to be known for that
 * @es: a segment is there, is another, or is gone
 * @done: a look has ended; also called when zebra does not answer
 * @ifindex: of a device, 0: there is none of this name
 * @ifname: its name now, NULL: it is no more
 * @tables: what else it has, when that is wanted (frr_want_tables())
 */
struct frr_ops {
	void (*es)(void *data, const struct fact_frr_es *fact);
	void (*done)(void *data, const struct fact_frr *fact);
	uint32_t (*ifindex)(void *data, const char *ifname);
	const char *(*ifname)(void *data, uint32_t ifindex);
	void (*tables)(void *data, const struct frr_tables *tables);
};

/** frr_new() - does nothing before frr_configure(); NULL: no memory */
struct frr *frr_new(sd_event *event, const struct frr_ops *ops, void *data);
void frr_free(struct frr *frr);

/**
 * frr_configure() - whom to ask
 * @vty: zebra's socket; NULL: nobody
 * @vtep: empty: it is found out
 * @hold_ms: for how long the segments of an earlier zebra stay while a new one has none
 */
void frr_configure(struct frr *frr, const char *vty, const struct ip_addr *vtep, u32 hold_ms);

/** frr_want_tables() - ask for addresses and hosts as well, about once a second */
void frr_want_tables(struct frr *frr, bool wanted);

/** frr_look() - ask soon, whatever the clock says */
void frr_look(struct frr *frr);

/** frr_replay() - say everything again; nothing when zebra was not asked yet */
void frr_replay(struct frr *frr);

#endif
