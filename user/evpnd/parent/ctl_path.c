// SPDX-License-Identifier: GPL-2.0-only
/*
 * ctl_path.c - the file of the control socket.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl.h"
#include "log.h"
#include "parent/ctl_access.h"
#include "parent/ctl_server.h"

/* Return: 0 when the path is free, or was left by somebody who is no more */
static int clear_path(const struct sockaddr_un *un)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;
	int r = 0;

	if (fd < 0)
		return -errno;
	/* connect() says of any other file, too, that nobody listens there */
	if (!lstat(un->sun_path, &st) && !S_ISSOCK(st.st_mode))
		r = -EEXIST;
	else if (!connect(fd, (const struct sockaddr *)un, sizeof(*un)))
		r = -EADDRINUSE;
	else if (errno == ECONNREFUSED)
		r = unlink(un->sun_path) < 0 ? -errno : 0;
	else if (errno != ENOENT)
		r = -errno;
	close(fd);
	return r;
}

static void make_directory(const char *path)
{
	char dir[CTL_PATH_LEN];
	char *slash;

	snprintf(dir, sizeof(dir), "%s", path);
	for (slash = strchr(dir + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(dir, 0755);
		*slash = '/';
	}
}

int ctl_bind(const char *path)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	mode_t mask;
	int fd, r;

	if (strlen(path) >= sizeof(un.sun_path)) {
		log_error("%s: the path of a socket has at most %zu characters", path,
			  sizeof(un.sun_path) - 1);
		return -ENAMETOOLONG;
	}
	memcpy(un.sun_path, path, strlen(path));
	make_directory(path);
	r = clear_path(&un);
	if (r) {
		log_error("%s: %s", path,
			  r == -EADDRINUSE ? "another evpnd is listening there" : strerror(-r));
		return r;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mask = umask(0117);
	if (fd < 0 || bind(fd, (struct sockaddr *)&un, sizeof(un)) < 0 || listen(fd, 16) < 0) {
		r = -errno;
		log_error("%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		fd = r;
	}
	umask(mask);
	if (fd >= 0)
		ctl_access_set(path);
	return fd;
}
