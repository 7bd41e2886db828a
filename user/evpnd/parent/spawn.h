/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spawn.h - starting a process without privileges, and being started as one.
 *
 * It is the same program, executed anew: its memory holds nothing of the parent's, its addresses are
 * not those of the one before it, and of the parent's descriptors it has one.
 */
#ifndef EVPND_SPAWN_H
#define EVPND_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "parent/sandbox.h"

#define SPAWN_ROOT "/run/evpn/empty"

/**
 * enum spawn_role - what a process is for
 * @SPAWN_SPEAKER: BGP and every decision, speaker_main()
 * @SPAWN_BFD: BFD sessions, bfd_main()
 */
enum spawn_role { SPAWN_SPEAKER, SPAWN_BFD, SPAWN_ROLES };

/** spawn_prepare() - make the empty root directory, while we still may */
void spawn_prepare(void);

/**
 * spawn_child() - fork and execute
 * @fd: result, the parent's end of the SOCK_SEQPACKET pair
 *
 * Return: the process, or a negative errno.
 */
pid_t spawn_child(enum spawn_role role, enum sandbox_policy policy, bool human, int *fd);

/** spawn_is_child() - is this the argument that makes a process a child? */
bool spawn_is_child(const char *arg);

/** spawn_main() - what the executed process does first, and then what its role says. Exit status */
int spawn_main(int argc, char **argv);

#endif
