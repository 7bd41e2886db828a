/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * icc_sockets.h - the UDP sockets by which evpnd talks to the other PEs of its segments (icc.h), opened here
 * and used by the speaker.
 */
#ifndef EVPND_ICC_SOCKETS_H
#define EVPND_ICC_SOCKETS_H

#include "conf/conf.h"

/**
 * struct icc_sockets - zeroed memory has none
 * @fds: IPv4 and IPv6, -1 for none; valid while @port is not 0
 * @port: they are for
 * @why: why one is missing, as a sentence; "" for none
 */
struct icc_sockets {
	int fds[2];
	uint16_t port;
	char why[160];
};

/**
 * icc_sockets_configure() - have those that the configuration asks for, and no other
 * @changed: result: set when they are others than before, so that the speaker needs them again
 *
 * There is none without a segment. Asking again tries again what failed, and says nothing of it twice.
 *
 * Return: 0, or a negative errno: one is missing.
 */
int icc_sockets_configure(struct icc_sockets *s, const struct conf *conf, bool *changed);

void icc_sockets_close(struct icc_sockets *s);

#endif
