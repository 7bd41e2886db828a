/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * speak.h - what this PE says of the hosts behind a segment when it begins to forward there, and what it
 * forgets of them when it ceases to.
 */
#ifndef EVPND_SPEAK_H
#define EVPND_SPEAK_H

#include <systemd/sd-event.h>

#include "contract/ipc.h"

struct links;
struct speak;

/** speak_new() - NULL with errno set */
struct speak *speak_new(sd_event *event, const struct links *links);
void speak_free(struct speak *speak);

/**
 * speak_roles() - the module enforces a wish
 * @before: what it had of the segment until then, NULL: nothing
 * @wish: what it has now
 *
 * What follows is done later, and in portions: nothing waits for it.
 */
void speak_roles(struct speak *speak, const struct fact_es *before, const struct wish_es *wish);

#endif
