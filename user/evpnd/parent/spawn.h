/* SPDX-License-Identifier: GPL-2.0 */
/*
 * spawn.h - starting a speaker, and being started as one.
 *
 * The speaker is the same program, executed anew: its memory holds nothing of the parent's, its
 * addresses are not those of the speaker before it, and of the parent's descriptors it has one.
 */
#ifndef EVPND_SPAWN_H
#define EVPND_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "parent/sandbox.h"

#define SPAWN_ARG "--speaker" /* as the first argument: be a speaker */
#define SPAWN_ROOT "/run/evpn/empty"

/** spawn_prepare() - make the speaker's empty root directory, while we still may */
void spawn_prepare(void);

/**
 * spawn_speaker() - fork and execute
 * @fd: result, the parent's end of the SOCK_SEQPACKET pair
 *
 * Return: the process, or a negative errno.
 */
pid_t spawn_speaker(enum sandbox_policy policy, bool human, int *fd);

/** spawn_main() - what the executed speaker does first, and then speaker_main(). Exit status */
int spawn_main(int argc, char **argv);

#endif
