// SPDX-License-Identifier: GPL-2.0-only
/*
 * sandbox.c - capabilities (libcap-ng), users, an empty root, and the speaker's system calls
 * (libseccomp).
 */
#include "parent/sandbox.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

static const char *const policy_names[] = {
	[SANDBOX_KILL] = "kill",
	[SANDBOX_ERRNO] = "errno",
	[SANDBOX_OFF] = "off",
};

bool sandbox_policy_parse(const char *s, enum sandbox_policy *policy)
{
	for (int i = SANDBOX_KILL; i <= SANDBOX_OFF; i++) {
		if (!strcmp(s, policy_names[i])) {
			*policy = (enum sandbox_policy)i;
			return true;
		}
	}
	return false;
}

const char *sandbox_policy_name(enum sandbox_policy policy)
{
	return policy_names[policy];
}

int sandbox_parent(void)
{
	capng_select_t set = CAPNG_SELECT_CAPS;
	int r;

	if (geteuid() != 0) {
		log_info("not started as root: capabilities stay as they are");
		return 0;
	}
	capng_get_caps_process();
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP))
		set = CAPNG_SELECT_BOTH;
	capng_clear(set);
	capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET,
		      CAP_NET_ADMIN, CAP_NET_BIND_SERVICE, -1);
	capng_updatev(CAPNG_ADD, CAPNG_PERMITTED | CAPNG_BOUNDING_SET, CAP_SETUID, CAP_SETGID,
		      CAP_SYS_CHROOT, CAP_SYS_NICE, -1);
	r = capng_apply(set);
	if (r) {
		log_error("dropping capabilities: libcap-ng says %d", r);
		return -EPERM;
	}
	return 0;
}

void sandbox_join(const char *group)
{
	gid_t groups[NGROUPS_MAX + 1];
	const struct group *g = getgrnam(group);
	int n = getgroups(NGROUPS_MAX, groups);

	if (!g || n < 0 || geteuid() != 0)
		return;
	groups[n++] = g->gr_gid;
	if (setgroups((size_t)n, groups))
		log_warning("group %s: %s", group, strerror(errno));
}

/* Most of what sd-event, sockets that are already open, clocks and malloc() need; sorted by use. */
static const int allowed[] = {
	/* events */
	SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime),
	SCMP_SYS(timerfd_gettime),
	SCMP_SYS(signalfd4),
	SCMP_SYS(eventfd2),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	/* descriptors that are there, and those that come from them */
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(close),
	SCMP_SYS(dup),
	SCMP_SYS(fcntl),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat), /* what fstat() is; the root directory is empty */
	SCMP_SYS(lseek),
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
	SCMP_SYS(connect),
	SCMP_SYS(sendto),
	SCMP_SYS(sendmsg),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(recvmmsg),
	SCMP_SYS(shutdown),
	SCMP_SYS(getsockname),
	SCMP_SYS(getpeername),
	SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt),
	/* time and chance */
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(getrandom),
	/* memory; mmap and mprotect have rules of their own */
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	/* oneself, and how large the machine is (qsort() and malloc() ask) */
	SCMP_SYS(sysinfo),
	SCMP_SYS(uname),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(getrlimit),
	SCMP_SYS(prlimit64),
	SCMP_SYS(futex),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(getppid),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(sched_yield),
	SCMP_SYS(tgkill), /* abort() */
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

/* Libraries look for files that may not be there, and are content when they are not. */
static const int absent[] = {
	SCMP_SYS(open),	     SCMP_SYS(openat),	   SCMP_SYS(stat),     SCMP_SYS(access),
	SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
};

static int add_rules(scmp_filter_ctx ctx)
{
	int r = 0;

	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]) && !r; i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]) && !r; i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOENT), absent[i], 0);
	if (!r)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (!r)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	return r;
}

static int filter_system_calls(enum sandbox_policy policy)
{
	uint32_t otherwise = policy == SANDBOX_KILL ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(EPERM);
	scmp_filter_ctx ctx;
	int r;

	if (policy == SANDBOX_OFF)
		return 0;
	if (prctl(PR_GET_SECCOMP) < 0 && errno == EINVAL) {
		log_warning(
			"this kernel has no system-call filter (CONFIG_SECCOMP_FILTER); going on without");
		return 0;
	}
	ctx = seccomp_init(otherwise);
	if (!ctx)
		return -ENOMEM;
	/* the kernel's log names a call that kills anyhow; others only when asked to */
	seccomp_attr_set(ctx, SCMP_FLTATR_CTL_LOG, policy == SANDBOX_ERRNO);
	r = add_rules(ctx);
	if (!r)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	if (r)
		log_error("system-call filter: %s", strerror(-r));
	return r;
}

static int enter_root(const char *root)
{
	if (!root)
		return 0;
	if (chroot(root) < 0 || chdir("/") < 0) {
		log_error("root directory %s: %s", root, strerror(errno));
		return -errno;
	}
	return 0;
}

static int become(uid_t uid, gid_t gid)
{
	if (!uid)
		return 0;
	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 ||
	    setresuid(uid, uid, uid) < 0) {
		log_error("becoming user %u, group %u: %s", uid, gid, strerror(errno));
		return -errno;
	}
	return 0;
}

static int drop_capabilities(void)
{
	capng_clear(CAPNG_SELECT_CAPS);
	if (!capng_apply(CAPNG_SELECT_CAPS))
		return 0;
	log_error("dropping capabilities: %s", strerror(errno));
	return -EPERM;
}

int sandbox_speaker(enum sandbox_policy policy, const char *root, uid_t uid, gid_t gid)
{
	int r;

	tzset(); /* the log's local time; there is no file to read it from later */
	r = enter_root(root);
	if (!r)
		r = become(uid, gid);
	if (!r)
		r = drop_capabilities();
	if (!r && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		r = -errno;
	if (!r)
		r = filter_system_calls(policy);
	return r;
}
