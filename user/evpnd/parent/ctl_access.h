/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ctl_access.h - who may do what on the control socket. Whoever may open it, root and the group
 * CTL_GROUP_SHOW, may read; root and the group CTL_GROUP_ADMIN may change. The speaker's own user is in neither.
 */
#ifndef EVPND_CTL_ACCESS_H
#define EVPND_CTL_ACCESS_H

#include <stdbool.h>
#include <sys/types.h>

#define CTL_GROUP_SHOW "evpn-show"
#define CTL_GROUP_ADMIN "evpn-admin"

/** ctl_access_set() - give the socket file to its group, and look the other group up, if there are such */
void ctl_access_set(const char *path);

/** ctl_access_uid() - who is at the other end; (uid_t)-1 when that cannot be told */
uid_t ctl_access_uid(int fd);

/** ctl_access_admin() - may the process at the other end of this connection change anything? */
bool ctl_access_admin(int fd);

#endif
