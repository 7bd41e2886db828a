// SPDX-License-Identifier: GPL-2.0-only
/*
 * takeover_bench.c - for prefix_takeover.sh: datagrams from one network namespace to addresses that another one has, a fault,
 * and when the first datagram arrives of those that were sent after it.
 *
 *	takeover_bench [-c NETNS,DEVICE]... [-k PID] FROM TO ADDRESS... [-- COMMAND [ARGUMENT...]]
 *
 * The fault is what is given, in this order: the links are taken down (-c), the process is killed (-k), COMMAND is run. Its
 * time is that before the first of them. To each ADDRESS a datagram is sent every millisecond, and nothing is sent back.
 * Prints milliseconds for each ADDRESS, in their order, "-" for one that was not reached in LIMIT_MS; status 1 then, or when
 * a datagram arrives before the fault.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	PORT = 5000,
	BEFORE_MS = 300, /* without a fault, in which nothing may arrive */
	LIMIT_MS = 20000,
	MAX_TO = 8,
	MAX_CUTS = 4,
};

/**
 * struct to - an address that is sent to
 * @addr: of IPv4 as a mapped one
 * @ms: after the fault, when it was reached, < 0: not yet
 */
struct to {
	struct sockaddr_in6 addr;
	double ms;
};

/* Of this machine for itself. */
struct datagram {
	unsigned int i; /* of the address */
	double sent;	/* ms */
};

/**
 * struct fault - what happens
 * @cut: socket in the namespace of each link, and its name
 * @command: NULL: none
 */
struct fault {
	struct {
		int fd;
		const char *dev;
	} cut[MAX_CUTS];
	unsigned int n_cuts;
	pid_t kill;
	char **command;
};

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* A socket stays in the namespace that it was made in. */
static int socket_in(const char *netns)
{
	int fd = open(netns, O_RDONLY);

	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(netns);
	close(fd);
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("socket");
	return fd;
}

static void take_down(int fd, const char *dev)
{
	struct ifreq ifr = {};

	strncpy(ifr.ifr_name, dev, sizeof(ifr.ifr_name) - 1);
	if (ioctl(fd, SIOCGIFFLAGS, &ifr))
		die(dev);
	ifr.ifr_flags = (short)(ifr.ifr_flags & ~IFF_UP);
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		die(dev);
}

static void strike(const struct fault *f)
{
	pid_t pid;

	for (unsigned int i = 0; i < f->n_cuts; i++)
		take_down(f->cut[i].fd, f->cut[i].dev);
	if (f->kill && kill(f->kill, SIGKILL))
		die("kill");
	if (!f->command)
		return;
	pid = fork();
	if (!pid) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(f->command[0], f->command);
		die(f->command[0]);
	}
}

static void send_all(int fd, const struct to *to, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct datagram d = {.i = i, .sent = now_ms()};

		/* (that there is no way is what is measured) */
		sendto(fd, &d, sizeof(d), 0, (const struct sockaddr *)&to[i].addr,
		       sizeof(to[i].addr));
	}
}

/* Return: true: one that was sent before the fault, or there is none yet (0) */
static bool receive_all(int fd, struct to *to, unsigned int n, double fault)
{
	bool early = false;
	struct datagram d;

	while (recv(fd, &d, sizeof(d), MSG_DONTWAIT) == sizeof(d)) {
		if (d.i >= n)
			continue;
		if (!fault || d.sent < fault)
			early = true;
		else if (to[d.i].ms < 0)
			to[d.i].ms = now_ms() - fault;
	}
	return early;
}

static unsigned int reached(const struct to *to, unsigned int n)
{
	unsigned int r = 0;

	for (unsigned int i = 0; i < n; i++)
		r += to[i].ms >= 0;
	return r;
}

static int measure(int tx, int rx, struct to *to, unsigned int n, const struct fault *f)
{
	double begin = now_ms(), next = begin, fault = 0;
	bool early = false;

	while (reached(to, n) < n && now_ms() - begin < LIMIT_MS) {
		struct pollfd p = {.fd = rx, .events = POLLIN};

		if (!fault && now_ms() - begin > BEFORE_MS) {
			early |= receive_all(rx, to, n, 0);
			fault = now_ms();
			strike(f);
		}
		if (now_ms() >= next) {
			send_all(tx, to, n);
			next = now_ms() + 1;
		}
		poll(&p, 1, 1);
		early |= receive_all(rx, to, n, fault);
	}
	while (wait(NULL) > 0)
		;
	for (unsigned int i = 0; i < n; i++)
		to[i].ms < 0 ? printf("- ") : printf("%.1f ", to[i].ms);
	puts("");
	if (early)
		fputs("takeover_bench: reached before the fault\n", stderr);
	return early || reached(to, n) < n;
}

int main(int argc, char **argv)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(PORT)};
	struct fault fault = {};
	struct to to[MAX_TO];
	unsigned int n = 0;
	int opt, tx, rx;
	char *comma;

	while ((opt = getopt(argc, argv, "+c:k:")) != -1) {
		if (opt == 'k') {
			fault.kill = atoi(optarg);
		} else if (opt == 'c' && fault.n_cuts < MAX_CUTS && (comma = strchr(optarg, ','))) {
			*comma = '\0';
			fault.cut[fault.n_cuts].fd = socket_in(optarg);
			fault.cut[fault.n_cuts++].dev = comma + 1;
		} else {
			return 2;
		}
	}
	if (argc - optind < 3)
		return 2;
	tx = socket_in(argv[optind]);
	rx = socket_in(argv[optind + 1]);
	if (bind(rx, (struct sockaddr *)&any, sizeof(any)))
		die("bind");
	for (int i = optind + 2; i < argc && n < MAX_TO; i++) {
		char mapped[INET6_ADDRSTRLEN + 8];

		if (!strcmp(argv[i], "--")) {
			fault.command = argv + i + 1;
			break;
		}
		snprintf(mapped, sizeof(mapped), "%s%s",
			 strchr(argv[i], ':') ? "" : "::ffff:", argv[i]);
		to[n] = (struct to){.addr = any, .ms = -1};
		if (inet_pton(AF_INET6, mapped, &to[n++].addr.sin6_addr) != 1)
			die(argv[i]);
	}
	return measure(tx, rx, to, n, &fault);
}
