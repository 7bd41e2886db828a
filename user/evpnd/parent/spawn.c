// SPDX-License-Identifier: GPL-2.0-only
/*
 * spawn.c - fork, execute, sandbox, speak.
 */
#include "parent/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bfd/bfd_main.h"
#include "log.h"
#include "speaker/speaker.h"

enum { CHILD_FD = 3, N_ARGS = 7 };

/**
 * struct role - @arg: the first argument, which makes a process one; @name: as ps has it; @log: as the
 *	log has it; @privileged: what needs privileges that are about to go, or NULL
 */
static const struct role {
	const char *arg;
	const char *name;
	const char *log;
	void (*privileged)(void);
	int (*main)(int fd);
} roles[SPAWN_ROLES] = {
	[SPAWN_SPEAKER] = {"--speaker", "evpnd-speaker", "evpnd[speaker]", NULL, speaker_main},
	[SPAWN_BFD] = {"--bfd", "evpnd-bfd", "evpnd[bfd]", bfd_realtime, bfd_main},
};

static const struct role *find_role(const char *arg)
{
	for (unsigned int i = 0; i < SPAWN_ROLES; i++)
		if (!strcmp(roles[i].arg, arg))
			return &roles[i];
	return NULL;
}

bool spawn_is_child(const char *arg)
{
	return find_role(arg) != NULL;
}

void spawn_prepare(void)
{
	mkdir("/run/evpn", 0755);
	if (mkdir(SPAWN_ROOT, 0555) < 0 && errno != EEXIST)
		log_warning("%s: %s; the speaker keeps its root directory", SPAWN_ROOT,
			    strerror(errno));
}

/* The user of the package, or the one who owns nothing. */
static void find_user(uid_t *uid, gid_t *gid)
{
	const struct passwd *pw;

	*uid = *gid = 0;
	if (geteuid() != 0)
		return;
	pw = getpwnam("evpn");
	if (!pw)
		pw = getpwnam("nobody");
	*uid = pw && pw->pw_uid ? pw->pw_uid : 65534;
	*gid = pw && pw->pw_gid ? pw->pw_gid : 65534;
}

/* In the child. It looks up the user, so that what name services load goes with the execve(). */
static void execute(const struct role *role, enum sandbox_policy policy, bool human, int fd)
{
	char uid_text[16], gid_text[16];
	sigset_t none;
	uid_t uid;
	gid_t gid;

	find_user(&uid, &gid);
	snprintf(uid_text, sizeof(uid_text), "%u", uid);
	snprintf(gid_text, sizeof(gid_text), "%u", gid);
	/* The end comes as a message from the parent; what a terminal sends is for the parent. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (fd == CHILD_FD ? fcntl(fd, F_SETFD, 0) < 0 : dup2(fd, CHILD_FD) < 0)
		_exit(126);
	if (close_range(CHILD_FD + 1, ~0U, 0) < 0)
		_exit(126);
	execl("/proc/self/exe", role->name, role->arg, sandbox_policy_name(policy),
	      log_level_name(log_get_level()), human ? "human" : "manager", uid_text, gid_text,
	      (char *)NULL);
	_exit(127);
}

pid_t spawn_child(enum spawn_role role, enum sandbox_policy policy, bool human, int *fd)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		execute(&roles[role], policy, human, pair[1]);
	close(pair[1]);
	if (pid < 0) {
		pid = -errno;
		close(pair[0]);
		return pid;
	}
	*fd = pair[0];
	return pid;
}

int spawn_main(int argc, char **argv)
{
	const struct role *role = find_role(argv[1]);
	enum sandbox_policy policy;
	enum log_level level;
	struct stat st;
	uid_t uid;
	gid_t gid;

	prctl(PR_SET_NAME, role->name);
	log_open(role->log, argc == N_ARGS && !strcmp(argv[4], "human"));
	if (argc != N_ARGS || !sandbox_policy_parse(argv[2], &policy) ||
	    !log_level_parse(argv[3], &level) || fstat(CHILD_FD, &st) < 0 ||
	    !S_ISSOCK(st.st_mode)) {
		log_error("%s is for evpnd itself", role->arg);
		return 1;
	}
	log_set_level(level);
	uid = (uid_t)strtoul(argv[5], NULL, 10);
	gid = (gid_t)strtoul(argv[6], NULL, 10);
	if (role->privileged)
		role->privileged();
	if (sandbox_speaker(policy, uid && !access(SPAWN_ROOT, F_OK) ? SPAWN_ROOT : NULL, uid, gid))
		return 1;
	return role->main(CHILD_FD);
}
