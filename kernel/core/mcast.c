// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of RFC 3376 sections 6.4.1 and 6.4.2, which are those of RFC 3810 sections 7.4.1 and
 * 7.4.2, one source at a time: sets become "was it known" and "is it listed". Where the tables have
 * a query sent, it is the local router or bridge that sends it; here the time it gives begins.
 */
#include "mcast.h"

/**
 * evpn_mcast_admit() - what is left of a record beside hosts of an older version
 * @family: octets of the group's address
 * @oldest: version of the oldest host of the group that has been heard lately
 * @record: changed as RFC 3376 section 7.3.2 and RFC 3810 section 8.3.2 want it
 *
 * Return: whether there is anything left.
 */
bool evpn_mcast_admit(u8 family, u8 oldest, struct evpn_igmp_record *record)
{
	/* MLDv1 is IGMPv2 for IPv6. */
	u8 version = family == 4 ? oldest : oldest + 1;

	if (version > 2)
		return true;
	if (record->type == EVPN_IGMP_BLOCK)
		return false;
	if (record->type == EVPN_IGMP_TO_EX)
		record->sources = 0;
	return version > 1 || record->type != EVPN_IGMP_TO_IN;
}

/**
 * evpn_mcast_group_step() - what a record means for a group
 * @mode: the group's filter mode
 * @type: of the record
 */
struct evpn_mcast_step evpn_mcast_group_step(enum evpn_mcast_mode mode,
					     enum evpn_igmp_record_type type)
{
	struct evpn_mcast_step step = {mode, EVPN_MCAST_TIMER_KEEP};

	if (type == EVPN_IGMP_IS_EX || type == EVPN_IGMP_TO_EX) {
		step.state = EVPN_MCAST_MODE_EXCLUDE;
		step.timer = EVPN_MCAST_TIMER_FULL;
	} else if (type == EVPN_IGMP_TO_IN && mode == EVPN_MCAST_MODE_EXCLUDE) {
		step.timer = EVPN_MCAST_TIMER_LAST;
	}
	return step;
}

/* IS_EX and TO_EX from include mode: A*B stays wanted, B-A is blocked, the rest goes. */
static struct evpn_mcast_step source_excludes(enum evpn_mcast_source_state was, bool listed,
					      bool change)
{
	struct evpn_mcast_step step = {EVPN_MCAST_SOURCE_NONE, EVPN_MCAST_TIMER_KEEP};

	if (!listed)
		return step;
	if (was == EVPN_MCAST_SOURCE_NONE) {
		step.state = EVPN_MCAST_SOURCE_BLOCKED;
		return step;
	}
	step.state = was;
	if (change)
		step.timer = EVPN_MCAST_TIMER_LAST;
	return step;
}

/* IS_EX and TO_EX in exclude mode: A-Y is wanted, Y*A stays blocked, the rest goes. */
static struct evpn_mcast_step source_excludes_more(enum evpn_mcast_source_state was, bool listed,
						   bool change)
{
	struct evpn_mcast_step step = {EVPN_MCAST_SOURCE_NONE, EVPN_MCAST_TIMER_KEEP};

	if (!listed)
		return step;
	step.state = was;
	if (was == EVPN_MCAST_SOURCE_BLOCKED)
		return step;
	step.state = EVPN_MCAST_SOURCE_WANTED;
	if (change)
		step.timer = EVPN_MCAST_TIMER_LAST;
	else if (was == EVPN_MCAST_SOURCE_NONE)
		step.timer = EVPN_MCAST_TIMER_FULL;
	return step;
}

/* IS_IN, ALLOW and TO_IN: what is listed is wanted; with TO_IN what is not may be given up. */
static struct evpn_mcast_step source_includes(enum evpn_mcast_source_state was, bool listed,
					      bool change)
{
	struct evpn_mcast_step step = {was, EVPN_MCAST_TIMER_KEEP};

	if (listed) {
		step.state = EVPN_MCAST_SOURCE_WANTED;
		step.timer = EVPN_MCAST_TIMER_FULL;
	} else if (change && was == EVPN_MCAST_SOURCE_WANTED) {
		step.timer = EVPN_MCAST_TIMER_LAST;
	}
	return step;
}

/* BLOCK: what is listed may be given up; in exclude mode what is not known yet, too. */
static struct evpn_mcast_step source_blocks(enum evpn_mcast_mode mode,
					    enum evpn_mcast_source_state was, bool listed)
{
	struct evpn_mcast_step step = {was, EVPN_MCAST_TIMER_KEEP};

	if (!listed || was == EVPN_MCAST_SOURCE_BLOCKED)
		return step;
	if (was == EVPN_MCAST_SOURCE_NONE && mode == EVPN_MCAST_MODE_INCLUDE)
		return step;
	step.state = EVPN_MCAST_SOURCE_WANTED;
	step.timer = EVPN_MCAST_TIMER_LAST;
	return step;
}

/**
 * evpn_mcast_source_step() - what a record means for a source of its group
 * @mode: the group's filter mode before the record
 * @type: of the record
 * @was: the source before the record
 * @listed: the record names it
 */
struct evpn_mcast_step evpn_mcast_source_step(enum evpn_mcast_mode mode,
					      enum evpn_igmp_record_type type,
					      enum evpn_mcast_source_state was, bool listed)
{
	bool change = type == EVPN_IGMP_TO_IN || type == EVPN_IGMP_TO_EX;

	switch (type) {
	case EVPN_IGMP_IS_EX:
	case EVPN_IGMP_TO_EX:
		return mode == EVPN_MCAST_MODE_INCLUDE ? source_excludes(was, listed, change) :
							 source_excludes_more(was, listed, change);
	case EVPN_IGMP_BLOCK:
		return source_blocks(mode, was, listed);
	default:
		return source_includes(was, listed, change);
	}
}
