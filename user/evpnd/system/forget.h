/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * forget.h - addresses that a bridge domain has learned of the tunnel of another PE, which does not forward
 * for them any more.
 */
#ifndef EVPND_FORGET_H
#define EVPND_FORGET_H

#include <systemd/sd-event.h>

#include "contract/flood.h"

struct forget;
struct links;

/** forget_new() - NULL with errno set */
struct forget *forget_new(sd_event *event, const struct links *links);
void forget_free(struct forget *forget);

/**
 * forget_tunnel() - what VXLAN device and bridge have learned of a tunnel is deleted, a moment later
 *
 * Only what they have learned themselves: what somebody has configured, or another daemon keeps, stays.
 */
void forget_tunnel(struct forget *forget, const struct flood_key *key);

/** forget_count() - addresses that were forgotten since the start */
uint64_t forget_count(const struct forget *forget);

#endif
