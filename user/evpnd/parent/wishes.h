/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wishes.h - the wishes that the speaker makes: what can be wished at all, what this speaker may have, and
 * who carries it out, by their kinds (wish_kind.h).
 */
#ifndef EVPND_WISHES_H
#define EVPND_WISHES_H

#include "contract/ipc.h"

struct parent;

/**
 * enum wishes_turn - when a fresh speaker is told what became of the wishes of the one before it
 * @WISHES_FIRST: before the devices; roles in the kernel among them, which it adopts
 * @WISHES_LAST: when it knows the devices
 */
enum wishes_turn { WISHES_FIRST, WISHES_LAST };

/**
 * wishes_hear() - a message came from the speaker
 * @body: the caller's, may be changed
 *
 * Return: false when it is about no wish.
 */
bool wishes_hear(struct parent *p, enum ipc_type type, void *body);

/** wishes_replay() - a fresh speaker: what there is stays until it has swept */
void wishes_replay(struct parent *p, enum wishes_turn turn);

#endif
