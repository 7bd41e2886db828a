// SPDX-License-Identifier: GPL-2.0-only
/*
 * nsexec NAMESPACE COMMAND...: COMMAND in the named network namespace. The same as "ip netns exec", except that
 * /sys stays the caller's and nothing of /etc/netns is mounted. In a User-mode Linux guest, where a program
 * with many libraries takes long to start, that is half of what a scenario does.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char path[256];
	int fd;

	if (argc < 3) {
		fprintf(stderr, "usage: nsexec NAMESPACE COMMAND...\n");
		return 2;
	}
	snprintf(path, sizeof(path), "/run/netns/%s", argv[1]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET)) {
		fprintf(stderr, "nsexec: %s: %s\n", path, strerror(errno));
		return 1;
	}
	execvp(argv[2], argv + 2);
	fprintf(stderr, "nsexec: %s: %s\n", argv[2], strerror(errno));
	return errno == ENOENT ? 127 : 126;
}
