/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The membership machine of a multicast router: what a report means for the filter mode and the
 * sources of a group.
 */
#ifndef EVPN_CORE_MCAST_H
#define EVPN_CORE_MCAST_H

#include "igmp.h"

#include <linux/evpn.h>

/**
 * enum evpn_mcast_source_state - a source of a group
 * @EVPN_MCAST_SOURCE_NONE: nobody has named it
 * @EVPN_MCAST_SOURCE_WANTED: somebody wants it; in exclude mode in vain, as all else is wanted too
 * @EVPN_MCAST_SOURCE_BLOCKED: in exclude mode: nobody wants it
 */
enum evpn_mcast_source_state {
	EVPN_MCAST_SOURCE_NONE,
	EVPN_MCAST_SOURCE_WANTED,
	EVPN_MCAST_SOURCE_BLOCKED,
};

/**
 * enum evpn_mcast_timer - what becomes of the time of a group, or of a source
 * @EVPN_MCAST_TIMER_KEEP: it goes on
 * @EVPN_MCAST_TIMER_FULL: it begins again: group membership interval
 * @EVPN_MCAST_TIMER_LAST: somebody leaves: it ends as soon as nobody has spoken for it who was asked
 */
enum evpn_mcast_timer {
	EVPN_MCAST_TIMER_KEEP,
	EVPN_MCAST_TIMER_FULL,
	EVPN_MCAST_TIMER_LAST,
};

/**
 * struct evpn_mcast_step - the answer
 * @state: enum evpn_mcast_mode of a group, enum evpn_mcast_source_state of a source
 * @timer: what becomes of its time
 */
struct evpn_mcast_step {
	u8 state;
	enum evpn_mcast_timer timer;
};

bool evpn_mcast_admit(u8 family, u8 oldest, struct evpn_igmp_record *record);
struct evpn_mcast_step evpn_mcast_group_step(enum evpn_mcast_mode mode,
					     enum evpn_igmp_record_type type);
struct evpn_mcast_step evpn_mcast_source_step(enum evpn_mcast_mode mode,
					      enum evpn_igmp_record_type type,
					      enum evpn_mcast_source_state was, bool listed);

#endif /* EVPN_CORE_MCAST_H */
