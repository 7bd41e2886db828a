/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mdb.h - multicast databases of bridges: the groups that the speaker wishes at segments' ports.
 *
 * An entry of ours does not age, and has our protocol's number. One that the bridge has made because it has
 * heard a host becomes ours while other PEs want the group as well, and is the bridge's own again when
 * they do not any more; so no host has to speak up again. A permanent one of somebody else's stays his.
 */
#ifndef EVPND_MDB_H
#define EVPND_MDB_H

#include <systemd/sd-event.h>

#include "contract/ipc.h"

struct links;
struct mdb;

/** typedef mdb_fn - a batch of IPC_WISH_MDB_RESULT, ready to be sent; or IPC_FACT_MDB_ROOM */
typedef void (*mdb_fn)(void *data, enum ipc_type type, const void *body, uint32_t len);

/**
 * mdb_new() - nothing is done until something is wished
 * @links: the devices; must outlive the result
 *
 * Return: NULL with errno set.
 */
struct mdb *mdb_new(sd_event *event, const struct links *links, mdb_fn fn, void *data);

/** mdb_free() - the entries stay */
void mdb_free(struct mdb *mdb);

/* is there anything in a wish, or in the key of one, that cannot be? */
bool mdb_ok(const struct wish_mdb *wish, const char **why);
bool mdb_key_ok(const struct mdb_key *key, const char **why);

/** mdb_has() - an entry of ours */
bool mdb_has(const struct mdb *mdb, const struct mdb_key *key);

/* Carried out before it returns; then @fn hears what became of it. */
void mdb_wish(struct mdb *mdb, const struct batch *wishes);

/** mdb_wish_gone() - entries go; if they are to be retained, they are left to the bridge, which lets them age */
void mdb_wish_gone(struct mdb *mdb, const struct batch *keys);

/**
 * mdb_sweep() - all wishes of this speaker were made
 *
 * Whatever else has our mark was wished by a predecessor. Hosts here may want it as well, and so it is left to
 * the bridge.
 */
void mdb_sweep(struct mdb *mdb);

/** mdb_replay() - a fresh speaker: what there is stays until it has swept */
void mdb_replay(struct mdb *mdb);

/** mdb_link() - a device has changed: what could not be taken out of a bridge may go now. @was: NULL: it is new */
void mdb_link(struct mdb *mdb, const struct fact_link *now, const struct fact_link *was);

#endif
