// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_sandbox.c - what the speaker cannot do any more, tried out in a child (needs root for all
 * of it).
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"
#include "parent/sandbox.h"

enum { NOBODY = 65534 };

static char root[] = "/tmp/test_evpnd_sandbox.XXXXXX";

/* Run in a child; its status as waitpid() has it. */
static int in_child(int (*fn)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(fn());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* Each returns the line where something was not as it should be. */
#define CHECK(x)                                   \
	do {                                       \
		if (!(x))                          \
			return __LINE__ % 250 + 1; \
	} while (0)

static int everything_is_gone(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), pair[2];
	char line[256];
	FILE *f;

	CHECK(fd >= 0);
	CHECK(!pipe(pair));
	f = fopen("/proc/self/status", "r");
	CHECK(f);
	CHECK(!sandbox_speaker(SANDBOX_ERRNO, root, NOBODY, NOBODY));
	/* who we are, by a file that was open before */
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, "Uid:", 4))
			CHECK(!strcmp(line, "Uid:\t65534\t65534\t65534\t65534\n"));
		if (!strncmp(line, "CapPrm:", 7) || !strncmp(line, "CapEff:", 7))
			CHECK(strstr(line, "\t0000000000000000"));
		if (!strncmp(line, "NoNewPrivs:", 11))
			CHECK(!strcmp(line, "NoNewPrivs:\t1\n"));
		if (!strncmp(line, "Seccomp:", 8))
			CHECK(!strcmp(line, "Seccomp:\t2\n"));
	}
	/* what it needs */
	CHECK(write(pair[1], "x", 1) == 1);
	CHECK(connect(fd, (struct sockaddr *)&(struct sockaddr_in){.sin_family = AF_INET},
		      sizeof(struct sockaddr_in)) < 0 &&
	      errno != EPERM);
	CHECK(malloc(1 << 20));
	/* what it does not */
	CHECK(open("/etc/passwd", O_RDONLY) < 0 && errno == ENOENT);
	CHECK(socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM);
	CHECK(socket(AF_NETLINK, SOCK_RAW, 0) < 0 && errno == EPERM);
	CHECK(fork() < 0 && errno == EPERM);
	CHECK(execl("/bin/true", "true", NULL) < 0 && errno == EPERM);
	CHECK(kill(getppid(), 0) < 0 && errno == EPERM);
	CHECK(mkdir("/x", 0700) < 0 && errno == EPERM);
	CHECK(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
	      MAP_FAILED);
	CHECK(bind(fd, (struct sockaddr *)&(struct sockaddr_in){.sin_family = AF_INET},
		   sizeof(struct sockaddr_in)) < 0 &&
	      errno == EPERM);
	CHECK(setuid(0) < 0);
	return 0;
}

static int forbidden_call(void)
{
	if (sandbox_speaker(SANDBOX_KILL, NULL, 0, 0))
		return 1;
	socket(AF_INET, SOCK_STREAM, 0);
	return 0;
}

static int off_is_off(void)
{
	CHECK(!sandbox_speaker(SANDBOX_OFF, NULL, 0, 0));
	CHECK(socket(AF_INET, SOCK_STREAM, 0) >= 0);
	return 0;
}

static int no_such_root(void)
{
	CHECK(sandbox_speaker(SANDBOX_OFF, "/nonexistent", NOBODY, NOBODY) == -ENOENT);
	return 0;
}

static int parent_keeps_two(void)
{
	char line[256];
	FILE *f;

	CHECK(!sandbox_parent());
	f = fopen("/proc/self/status", "r");
	CHECK(f);
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, "CapEff:", 7))
			CHECK(strstr(line, "\t0000000000001400")); /* NET_ADMIN, NET_BIND_SERVICE */
		if (!strncmp(line, "CapPrm:", 7) || !strncmp(line, "CapBnd:", 7))
			CHECK(strstr(
				line,
				"\t00000000008414c0")); /* and SETUID, SETGID, SYS_CHROOT, SYS_NICE */
	}
	fclose(f);
	return 0;
}

static void test_everything_is_gone(void **state)
{
	if (geteuid())
		skip();
	assert_int_equal(in_child(everything_is_gone), 0);
}

static void test_forbidden_call_ends_it(void **state)
{
	int status = in_child(forbidden_call);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

static void test_off(void **state)
{
	assert_int_equal(in_child(off_is_off), 0);
}

/* What should go and cannot is an error, not a warning. */
static void test_failure_is_one(void **state)
{
	if (geteuid())
		skip();
	assert_int_equal(in_child(no_such_root), 0);
}

static void test_parent(void **state)
{
	if (geteuid())
		skip();
	assert_int_equal(in_child(parent_keeps_two), 0);
}

static void test_policy_names(void **state)
{
	enum sandbox_policy policy;

	for (int i = SANDBOX_KILL; i <= SANDBOX_OFF; i++) {
		assert_true(sandbox_policy_parse(sandbox_policy_name(i), &policy));
		assert_int_equal(policy, i);
	}
	assert_false(sandbox_policy_parse("on", &policy));
}

static int make_root(void **state)
{
	log_set_level(LOG_LEVEL_ERROR);
	assert_non_null(mkdtemp(root));
	return chmod(root, 0755);
}

static int remove_root(void **state)
{
	return rmdir(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything_is_gone),
		cmocka_unit_test(test_forbidden_call_ends_it),
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_failure_is_one),
		cmocka_unit_test(test_parent),
		cmocka_unit_test(test_policy_names),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
