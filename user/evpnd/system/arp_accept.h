/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arp_accept.h - answers that nobody here has asked for. A CE on an all-active segment answers ARP and
 * Neighbour Discovery to the PE that its hash chooses, not to the one that has asked; Linux ignores
 * such an answer unless arp_accept (IPv4) and accept_untracked_na (IPv6) are set on the device.
 */
#ifndef EVPND_ARP_ACCEPT_H
#define EVPND_ARP_ACCEPT_H

#include "contract/ipc.h"
#include "system/links.h"

struct accept;

struct accept *accept_new(void);
void accept_free(struct accept *accept);

/** accept_segment() - the module has a segment on this device, or (gone) no more */
void accept_segment(struct accept *accept, const struct fact_es *fact);

/** accept_links() - devices or segments have changed: set both on what is new among their sub-interfaces */
void accept_links(struct accept *accept, const struct links *links);
/* one device is new: thousands come together, and each look at all of them would be too much */
void accept_link(struct accept *a, const struct links *links, const struct fact_link *now);
void accept_link_gone(struct accept *accept, uint32_t ifindex);

#endif
