/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * links.h - the network devices of this namespace, as facts for the speaker.
 */
#ifndef EVPND_LINKS_H
#define EVPND_LINKS_H

#include <systemd/sd-event.h>

#include "contract/ipc.h"

struct links;
struct nlmsghdr;

/**
 * struct links_ops - who hears of it
 * @changed: a device is new or something in its fact changed; called from within the reading of the
 *	notification, so nothing lies between a lost link and the speaker
 * @gone: a device is gone
 * @missed: notifications were lost, and all devices read again: what is another thing now has been told, but not what was
 *	so for a while, as a device that went down and came up; NULL: nobody asks
 * @follow: does somebody need to know who the LACP partner of this bond is?
 */
struct links_ops {
	void (*changed)(void *data, const struct fact_link *now, const struct fact_link *before);
	void (*gone)(void *data, const struct fact_link *last);
	bool (*follow)(void *data, const char *ifname);
	void (*missed)(void *data);
};

/** links_new() - read all devices, then listen. NULL with errno set */
struct links *links_new(sd_event *event, const struct links_ops *ops, void *data);
void links_free(struct links *links);

/** links_follow() - what @follow says may be another thing from now on */
void links_follow(struct links *links);

/** links_each() - what is there now */
void links_each(const struct links *links, void (*fn)(void *data, const struct fact_link *fact),
		void *data);

/** links_by_name() - NULL: there is no such device */
const struct fact_link *links_by_index(const struct links *links, uint32_t ifindex);
const struct fact_link *links_by_name(const struct links *links, const char *ifname);

/** links_lower() - the device that @vlan is a VLAN of; NULL: @vlan is no VLAN device, or that one is not here */
const struct fact_link *links_lower(const struct links *links, const struct fact_link *vlan);

/** links_message() - one rtnetlink message; for links.c itself and its tests */
void links_message(struct links *links, const struct nlmsghdr *nlh);

#endif
