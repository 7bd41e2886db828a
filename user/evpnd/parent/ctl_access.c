// SPDX-License-Identifier: GPL-2.0-only
/*
 * ctl_access.c - see ctl_access.h. The kernel says who connected, with all groups (SO_PEERCRED, SO_PEERGROUPS);
 * nothing is asked of a name service after the start.
 */
#include "parent/ctl_access.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif

static gid_t admin_gid = (gid_t)-1;

static void look_up(const char *path, int result)
{
	const struct group *gr = getgrnam(CTL_GROUP_SHOW);
	gid_t gid = (gid_t)-1;

	if (gr && chown(path, (uid_t)-1, gr->gr_gid) < 0)
		log_warning("%s: group " CTL_GROUP_SHOW ": %s", path, strerror(errno));
	gr = getgrnam(CTL_GROUP_ADMIN);
	if (gr)
		gid = gr->gr_gid;
	if (write(result, &gid, sizeof(gid)) != sizeof(gid))
		_exit(1);
	_exit(0);
}

/* In a child, so that the memory of what name services load goes with it. */
void ctl_access_set(const char *path)
{
	int fds[2];
	gid_t gid;
	pid_t pid;

	if (pipe(fds) < 0)
		return;
	pid = fork();
	if (pid == 0)
		look_up(path, fds[1]);
	close(fds[1]);
	if (pid > 0 && read(fds[0], &gid, sizeof(gid)) == sizeof(gid))
		admin_gid = gid;
	close(fds[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

uid_t ctl_access_uid(int fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return (uid_t)-1;
	return cred.uid;
}

static bool in_group(int fd, gid_t gid)
{
	gid_t groups[NGROUPS_MAX > 1024 ? 1024 : NGROUPS_MAX];
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (gid == (gid_t)-1)
		return false;
	if (!getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) && cred.gid == gid)
		return true;
	len = sizeof(groups);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) < 0)
		return false;
	for (size_t i = 0; i < len / sizeof(groups[0]); i++)
		if (groups[i] == gid)
			return true;
	return false;
}

bool ctl_access_admin(int fd)
{
	uid_t uid = ctl_access_uid(fd);

	return uid == 0 || (uid != (uid_t)-1 && uid == geteuid()) || in_group(fd, admin_gid);
}
