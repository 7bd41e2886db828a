/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the control socket says of peers and routes: peer.show, peer.clear, route.show, and the
 * speaker's part of summary and metrics. The shapes are in Documentation/control-socket.rst.
 */
#ifndef EVPND_PEER_SHOW_H
#define EVPND_PEER_SHOW_H

#include <jansson.h>

#include "bgp/bgp_host.h"

/* Each returns a new object, or NULL with a sentence in @err. */
json_t *peer_show(struct bgp_host *host, const json_t *params, char *err, size_t err_len);
json_t *peer_clear(struct bgp_host *host, const json_t *params, char *err, size_t err_len);
json_t *peer_summary(struct bgp_host *host);
/* appends to the array @list */
void peer_metrics(struct bgp_host *host, json_t *list);

/*
 * route_show.c: the answer to @id is on its way, piece by piece. Return: false, with a sentence in @err
 * (none: out of memory), when there will be no answer.
 */
bool route_show(struct bgp_host *host, uint32_t id, const json_t *params, char *err,
		size_t err_len);
void route_jobs_free(struct bgp_host *host);
json_t *route_counts(const struct bgp_host *host); /* {"1": n, …} */

#endif
