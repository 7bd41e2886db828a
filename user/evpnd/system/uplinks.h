/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uplinks.h - is there a way from this PE to the core?
 */
#ifndef EVPND_UPLINKS_H
#define EVPND_UPLINKS_H

#include <systemd/sd-event.h>

#include "contract/ipc.h"
#include "system/links.h"

struct uplinks;

/* the answer is another one than before */
typedef void (*uplinks_fn)(void *data, const struct fact_core *fact);

/** uplinks_new() - @links must outlive it. NULL with errno set */
struct uplinks *uplinks_new(sd_event *event, const struct links *links, uplinks_fn fn, void *data);
void uplinks_free(struct uplinks *u);

/** uplinks_configure() - another configuration, of which nothing is kept */
void uplinks_configure(struct uplinks *u, const struct conf *conf);

/** uplinks_look() - a device has changed; NULL is allowed */
void uplinks_look(struct uplinks *u);

/** uplinks_replay() - tell again what holds */
void uplinks_replay(const struct uplinks *u);

#endif
