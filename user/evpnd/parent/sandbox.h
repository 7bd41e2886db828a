/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sandbox.h - what each of the two processes gives up.
 */
#ifndef EVPND_SANDBOX_H
#define EVPND_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * enum sandbox_policy - what a system call that the speaker has no business with leads to
 * @SANDBOX_KILL: the end of the process; the parent starts another one
 * @SANDBOX_ERRNO: EPERM, for finding out which one it was
 * @SANDBOX_OFF: nothing; for debuggers and sanitizers, which need more calls than the speaker does
 */
enum sandbox_policy { SANDBOX_KILL, SANDBOX_ERRNO, SANDBOX_OFF };

bool sandbox_policy_parse(const char *s, enum sandbox_policy *policy);
const char *sandbox_policy_name(enum sandbox_policy policy);

/**
 * sandbox_parent() - keep CAP_NET_ADMIN and CAP_NET_BIND_SERVICE in effect
 *
 * CAP_SETUID, CAP_SETGID, CAP_SYS_CHROOT and CAP_SYS_NICE stay permitted, not effective: a child that is
 * started later gets them by its execve() and gives them up in sandbox_speaker(). Without root this does
 * nothing, and says so.
 *
 * Return: 0 or a negative errno.
 */
int sandbox_parent(void);

/**
 * sandbox_join() - into a group beside those there are, such as the one that may ask FRR
 *
 * To be called before sandbox_parent(). A group that does not exist is none to be in.
 */
void sandbox_join(const char *group);

/**
 * sandbox_speaker() - give up everything: root directory, user, groups, capabilities, system calls
 * @root: an empty directory, NULL: stay where we are
 * @uid, @gid: whom to become; 0: stay who we are
 *
 * Return: 0, or a negative errno when something that had to go is still there.
 */
int sandbox_speaker(enum sandbox_policy policy, const char *root, uid_t uid, gid_t gid);

#endif
