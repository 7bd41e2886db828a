/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * remote_pes.h - PEs of the core in the kernel's tables, as the speaker wishes: the address of each is a neighbour
 * with the MAC address of its router, and that leads into the tunnel to it.
 */
#ifndef EVPND_REMOTE_PES_H
#define EVPND_REMOTE_PES_H

#include <systemd/sd-event.h>

#include "contract/ipc.h"

struct links;
struct remote_pes;

typedef void (*remote_pes_fn)(void *data, const struct core_pe_result *result);

/**
 * remote_pes_new()
 * @path: file that says which entries are ours, for a successor; NULL: none
 * @fn: told what became of each wish
 *
 * Return: NULL with errno set.
 */
struct remote_pes *remote_pes_new(sd_event *event, const char *path, const struct links *links,
				  remote_pes_fn fn, void *data);
/** remote_pes_free() - what is in the kernel stays there */
void remote_pes_free(struct remote_pes *rp);

bool remote_pes_key_ok(const struct core_pe_key *key);
bool remote_pes_wish_ok(const struct wish_core_pe *wish);

/* Carried out before they return: groups of these PEs may follow. */
void remote_pes_wish(struct remote_pes *rp, const struct batch *wishes);
void remote_pes_wish_gone(struct remote_pes *rp, const struct batch *keys);
/** remote_pes_sweep() - what nobody has wished since remote_pes_replay() goes */
void remote_pes_sweep(struct remote_pes *rp);
void remote_pes_replay(struct remote_pes *rp);
/** remote_pes_link() - a device came, went or changed */
void remote_pes_link(struct remote_pes *rp, const struct fact_link *fact);

#endif
