/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel_follow.h - evpnctl kernel follow: whether each segment's device forwards, now and whenever that changes, for
 * whoever signals what the device is an end of.
 */
#ifndef EVPNCTL_KERNEL_FOLLOW_H
#define EVPNCTL_KERNEL_FOLLOW_H

#include "app.h"
#include "nl_evpn.h"

/**
 * enum pw_status - status codes of a pseudowire (RFC 4446 3.5, RFC 6870 3)
 * @PW_FORWARDING: nothing is held back
 * @PW_NOT_FORWARDING: the segment has no device, or the module has no such segment any more
 * @PW_STANDBY: Preferential Forwarding status: another PE forwards
 */
enum pw_status { PW_FORWARDING = 0, PW_NOT_FORWARDING = 1, PW_STANDBY = 0x20 };

/** kernel_pw_status() - of a segment as the module has it; elected by VLAN: forwarding if it is for one */
enum pw_status kernel_pw_status(const struct nl_es *es);

/**
 * struct followed - a segment that is followed
 * @esi: its key
 * @ifname: its device
 * @told: the status told last, or -1: nothing yet
 * @now: what it is now
 * @seen: the module has it, as far as is known; else it is told once more and forgotten
 */
struct followed {
	struct esi esi;
	char ifname[IFNAMSIZ];
	int told;
	enum pw_status now;
	bool seen;
};

/**
 * kernel_follow_looked() - what a look says of the segments that it has not seen
 * @list: @n segments
 * @r: how the look ended: 0, and they are gone; -ENOENT, and the module is; any other error has looked at no more
 *	than a part, and says nothing of the rest: that stays as it was, until a look comes to its end
 */
void kernel_follow_looked(struct followed *list, size_t n, int r);

/**
 * kernel_follow() - print, or tell a program; ends only when it is refused, or its output is closed
 * @program: its words, or NULL. It is run with three arguments more: ESI, device, and the status as
 *	"0x00000020". One at a time; a status that has changed back meanwhile is not told
 *
 * Return: 0, or -EPERM with a sentence in @err.
 */
int kernel_follow(struct app *app, const json_t *program, struct nl_err *err);

#endif
