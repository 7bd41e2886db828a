/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dead_check.h - after how long another PE that loses its power is noticed here. Pure: all of it is asked
 * by somebody else.
 */
#ifndef EVPNCTL_DEAD_CHECK_H
#define EVPNCTL_DEAD_CHECK_H

#include <jansson.h>

/**
 * struct dead_view - what evpnd says; each may be NULL
 * @segments: "segments" of es.show
 * @routes: "routes" of route.show type 4
 * @peers: "peers" of peer.show
 * @sessions: "sessions" of bfd.show
 */
struct dead_view {
	const json_t *segments;
	const json_t *routes;
	const json_t *peers;
	const json_t *sessions;
};

/**
 * dead_check() - what a dead PE costs, as things are now
 *
 * Return: [{"segment": name, or null for a neighbour that is down or tells of no PE of a segment, "address",
 * "noticed-by": "bfd" | "hold-time" | "reflector" | "bgpd" | "nobody", "seconds": at most, or null when
 * that cannot be known, "message"}].
 */
json_t *dead_check(const struct dead_view *view);

#endif
