/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kern_flood.h - flooding lists of VXLAN devices: what the speaker wishes against what the devices have.
 *
 * Only entries of our own are ever removed. The kernel does not say who made an entry, so the own ones
 * are written down in a file before they are made; the file lives where the entries do, until the next
 * boot. A wish for an entry that somebody else has made leaves it theirs.
 */
#ifndef EVPND_KERN_FLOOD_H
#define EVPND_KERN_FLOOD_H

#include <systemd/sd-event.h>

#include "contract/ipc.h"

struct kern_flood;
struct links;

typedef void (*kern_flood_fn)(void *data, const struct flood_result *result);

/**
 * kern_flood_new() - take over what a predecessor has made
 * @path: of the file; NULL: none, and what is left over from before is not known
 * @links: the devices; must outlive the result
 * @fn: what became of a wish, when that changes
 *
 * Return: NULL with errno set.
 */
struct kern_flood *kern_flood_new(sd_event *event, const char *path, const struct links *links,
				  kern_flood_fn fn, void *data);

/** kern_flood_free() - the entries stay */
void kern_flood_free(struct kern_flood *kf);

/* Carried out at the end of this round of the loop, all of them at once. */
void kern_flood_wish(struct kern_flood *kf, const struct flood_key *key);
void kern_flood_wish_gone(struct kern_flood *kf, const struct flood_key *key);

/** kern_flood_sweep() - all wishes of this speaker were made: every other entry of ours goes */
void kern_flood_sweep(struct kern_flood *kf);

/** kern_flood_replay() - a fresh speaker wishes anew, and is told what became of each */
void kern_flood_replay(struct kern_flood *kf);

/** kern_flood_link() - a device has come, gone or changed */
void kern_flood_link(struct kern_flood *kf, const struct fact_link *fact);

bool kern_flood_key_ok(const struct flood_key *key);

#endif
