/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fdb_flood.h - flooding lists of VXLAN devices: what the speaker wishes against what the devices have.
 *
 * Only entries of our own are ever removed. The kernel does not say who made an entry, so the own ones
 * are written down in a file before they are made; the file lives where the entries do, until the next
 * boot. A wish for an entry that somebody else has made leaves it theirs.
 */
#ifndef EVPND_FDB_FLOOD_H
#define EVPND_FDB_FLOOD_H

#include <systemd/sd-event.h>

#include "contract/ipc.h"

struct fdb_flood;
struct links;

typedef void (*fdb_flood_fn)(void *data, const struct flood_result *result);

/**
 * fdb_flood_new() - take over what a predecessor has made
 * @path: of the file; NULL: none, and what is left over from before is not known
 * @links: the devices; must outlive the result
 * @fn: what became of a wish, when that changes
 *
 * Return: NULL with errno set.
 */
struct fdb_flood *fdb_flood_new(sd_event *event, const char *path, const struct links *links,
				fdb_flood_fn fn, void *data);

/** fdb_flood_free() - the entries stay */
void fdb_flood_free(struct fdb_flood *kf);

/* Carried out at the end of this round of the loop, all of them at once. */
void fdb_flood_wish(struct fdb_flood *kf, const struct flood_key *key);
void fdb_flood_wish_gone(struct fdb_flood *kf, const struct flood_key *key);

/** fdb_flood_sweep() - all wishes of this speaker were made: every other entry of ours goes */
void fdb_flood_sweep(struct fdb_flood *kf);

/** fdb_flood_replay() - a fresh speaker wishes anew, and is told what became of each */
void fdb_flood_replay(struct fdb_flood *kf);

/** fdb_flood_link() - a device has come, gone or changed */
void fdb_flood_link(struct fdb_flood *kf, const struct fact_link *fact);

bool fdb_flood_key_ok(const struct flood_key *key);

#endif
