/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ports.h - which VLANs the ports of bridges let through, as facts for the speaker.
 */
#ifndef EVPND_PORTS_H
#define EVPND_PORTS_H

#include <systemd/sd-event.h>

#include "contract/ipc.h"

struct ports;
struct nlmsghdr;

/** typedef ports_fn - the VLANs of a port have changed */
typedef void (*ports_fn)(void *data, const struct fact_port *fact);

/** ports_new() - read all of them, then listen. NULL with errno set */
struct ports *ports_new(sd_event *event, ports_fn fn, void *data);
void ports_free(struct ports *ports);

/** ports_replay() - tell what is there now; NULL is allowed */
void ports_replay(const struct ports *ports);

/** ports_message() - one rtnetlink message; for ports.c itself and its tests */
void ports_message(struct ports *ports, const struct nlmsghdr *nlh);

#endif
