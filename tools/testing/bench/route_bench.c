// SPDX-License-Identifier: GPL-2.0-only
/*
 * route_bench.c - for prefix_sync.sh: makes routes of a routing daemon (BIRD's number) in a table of one network
 * namespace, many in a request, and waits until as many more are in another one.
 *
 *	route_bench [-n ID] fill NETNS TABLE DEVICE GATEWAY COUNT [NETNS2]	prints "made-ms N first-ms N in-step-ms N"
 *	route_bench [-n ID] empty NETNS TABLE DEVICE GATEWAY COUNT [NETNS2]	the opposite
 *
 * -n: they are made with that nexthop object, and not with DEVICE and GATEWAY, which it has. The kernel then need not look
 * for its next hop for each of them.
 *
 * Prefixes are /28s from 11.0.0.0 on, or /56s from 2400::/56 on when the gateway is an IPv6 address. Milliseconds are
 * counted from the first request: until the last one was answered, until the first route was seen in NETNS2, and until
 * all are there. Without NETNS2 nobody is waited for.
 *
 * To count a table's routes the kernel walks all of them, which takes the processor from those who are measured. So
 * NETNS2's kernel tells of one route in SAMPLE, and is asked for the number when as many of these have come as there are.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	METRIC = 20,
	BATCH = 400,
	LIMIT_S = 100,	  /* without a route that comes or goes */
	SAMPLE = 256,	  /* a power of two, at most 256 */
	COUNT_SHARE = 10, /* at most this part of the time is for counting */
};

/**
 * struct what - the routes
 * @gw, @len: their gateway, of so many octets
 * @nhid: their nexthop object, 0: none
 */
struct what {
	unsigned int table;
	unsigned int nhid;
	int ifindex;
	unsigned char gw[16];
	unsigned short len;
};

/**
 * struct far - the namespace that is waited for
 * @fd: tells of the routes there that come, or go; -1: nobody is waited for
 * @seen: so many of these
 * @first: when the first one was there, 0: not yet
 */
struct far {
	int fd;
	unsigned int seen;
	double first;
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
	exit(1);
}

static void enter(const char *netns)
{
	int fd = open(netns, O_RDONLY);

	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(netns);
	close(fd);
}

static void put(struct nlmsghdr *nlh, unsigned short type, const void *data, unsigned short len)
{
	struct rtattr *a = (struct rtattr *)((char *)nlh + nlh->nlmsg_len);

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(len);
	memcpy(RTA_DATA(a), data, len);
	nlh->nlmsg_len += RTA_ALIGN(a->rta_len);
}

static size_t one(char *buf, int make, unsigned int i, const struct what *w, int last)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;
	struct rtmsg *rtm = NLMSG_DATA(nlh);
	unsigned int dst[4] = {htonl(0x0b000000 + (i << 4))}, metric = METRIC;

	if (w->len == 16) {
		dst[0] = htonl(0x24000000 + (i >> 24));
		dst[1] = htonl(i << 8);
	}
	memset(buf, 0, NLMSG_LENGTH(sizeof(*rtm)));
	nlh->nlmsg_len = NLMSG_LENGTH(sizeof(*rtm));
	nlh->nlmsg_type = make ? RTM_NEWROUTE : RTM_DELROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST | (make ? NLM_F_CREATE : 0) | (last ? NLM_F_ACK : 0);
	*rtm = (struct rtmsg){.rtm_family = w->len == 16 ? AF_INET6 : AF_INET,
			      .rtm_dst_len = w->len == 16 ? 56 : 28,
			      .rtm_protocol = RTPROT_BIRD,
			      .rtm_scope = make ? RT_SCOPE_UNIVERSE : RT_SCOPE_NOWHERE,
			      .rtm_type = RTN_UNICAST};
	put(nlh, RTA_TABLE, &w->table, sizeof(w->table));
	put(nlh, RTA_DST, dst, w->len);
	put(nlh, RTA_PRIORITY, &metric, sizeof(metric));
	if (make && w->nhid) {
		put(nlh, RTA_NH_ID, &w->nhid, sizeof(w->nhid));
	} else if (make) {
		put(nlh, RTA_GATEWAY, w->gw, w->len);
		put(nlh, RTA_OIF, &w->ifindex, sizeof(w->ifindex));
	}
	return nlh->nlmsg_len;
}

static void wait_ack(int fd)
{
	char buf[65536];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;
	struct nlmsgerr *e = NLMSG_DATA(nlh);

	if (n < 0)
		die("recv");
	if (nlh->nlmsg_type == NLMSG_ERROR && e->error) {
		errno = -e->error;
		die("route");
	}
}

/* One route in SAMPLE: by the low bits of its number, which stand where one() has put them. */
static void filter(int fd, int make, const struct what *w)
{
	enum { AT = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct rtmsg)) + RTA_SPACE(4) }; /* RTA_DST */
	const unsigned int low = w->len == 16 ? (SAMPLE - 1) << 8 : (SAMPLE - 1) << 4;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(make ? RTM_NEWROUTE : RTM_DELROUTE), 0,
			 5),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, AT + offsetof(struct rtattr, rta_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTA_DST), 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, AT + RTA_LENGTH(w->len == 16 ? 4 : 0)),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, low, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = {sizeof(code) / sizeof(code[0]), code};

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)))
		die("filter");
}

static int listen_there(int make, const struct what *w)
{
	struct sockaddr_nl nl = {.nl_family = AF_NETLINK,
				 .nl_groups = w->len == 16 ? RTMGRP_IPV6_ROUTE : RTMGRP_IPV4_ROUTE};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_ROUTE), big = 64 << 20;

	if (fd < 0)
		die("socket");
	filter(fd, make, w);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof(big));
	if (bind(fd, (struct sockaddr *)&nl, sizeof(nl)))
		die("bind");
	return fd;
}

static void look(struct far *far)
{
	char buf[4096];

	while (far->fd >= 0 && recv(far->fd, buf, sizeof(buf), 0) > 0) {
		far->seen++;
		if (!far->first)
			far->first = now_ms();
	}
}

static void change(int make, const struct what *w, unsigned int count, struct far *far)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), big = 4 << 20;
	static char buf[BATCH * 128];
	size_t len = 0;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &big, sizeof(big));
	for (unsigned int i = 0; i < count; i++) {
		int last = i % BATCH == BATCH - 1 || i == count - 1;

		len += one(buf + len, make, i, w, last);
		if (!last)
			continue;
		if (send(fd, buf, len, 0) < 0)
			die("send");
		wait_ack(fd);
		look(far);
		len = 0;
	}
	close(fd);
}

/* IPv4 routes of the table, or IPv6 routes of all, as the kernel counts them. */
static unsigned int routes(const struct what *w)
{
	const char *path = w->len == 16 ? "/proc/thread-self/net/rt6_stats" :
					  "/proc/thread-self/net/fib_triestat";
	char line[256], table[16] = "Main:";
	unsigned int n = 0;
	bool in = false;
	FILE *f = fopen(path, "r");

	if (!f)
		die(path);
	if (w->table != RT_TABLE_MAIN)
		snprintf(table, sizeof(table), "Id %u:", w->table);
	while (fgets(line, sizeof(line), f)) {
		if (line[0] != '\t' && line[0] != ' ')
			in = !strncmp(line, table, strlen(table));
		if (w->len == 16)
			sscanf(line, "%*x %*x %*x %x", &n);
		else if (in)
			sscanf(line, " Prefixes: %u", &n);
	}
	fclose(f);
	return n;
}

/* Return: so many are missing, or left, when nothing has changed for too long; 0: it is done */
static unsigned int wait_there(int make, const struct what *w, unsigned int target,
			       unsigned int samples, struct far *far)
{
	double since = now_ms(), took;
	unsigned int n, last = 0;

	while (far->seen < samples && now_ms() - since < LIMIT_S * 1e3) {
		struct pollfd p = {.fd = far->fd, .events = POLLIN};

		if (poll(&p, 1, 1000) > 0)
			since = now_ms();
		look(far);
	}
	for (;;) {
		took = now_ms();
		n = routes(w);
		took = now_ms() - took;
		if (make ? n >= target : n <= target)
			return 0;
		if (n != last)
			since = now_ms();
		last = n;
		if (now_ms() - since > LIMIT_S * 1e3)
			return make ? target - n : n - target;
		usleep((unsigned int)(took * 1e3 * COUNT_SHARE) + 1000);
	}
}

int main(int argc, char **argv)
{
	unsigned int count, target = 0, left = 0;
	struct what w = {.len = 4};
	struct far far = {.fd = -1};
	double begin, made;
	int make;

	if (argc > 2 && !strcmp(argv[1], "-n")) {
		w.nhid = (unsigned int)atoi(argv[2]);
		argc -= 2;
		argv += 2;
	}
	make = argc > 1 && !strcmp(argv[1], "fill");
	if (argc < 7)
		return 2;
	w.table = (unsigned int)atoi(argv[3]);
	if (inet_pton(AF_INET, argv[5], w.gw) != 1) {
		w.len = 16;
		if (inet_pton(AF_INET6, argv[5], w.gw) != 1)
			die(argv[5]);
	}
	count = (unsigned int)atoi(argv[6]);
	if (argc > 7) {
		enter(argv[7]);
		target = make ? routes(&w) + count : routes(&w) - count;
		far.fd = listen_there(make, &w);
	}
	enter(argv[2]);
	w.ifindex = (int)if_nametoindex(argv[4]);
	if (!w.ifindex)
		die(argv[4]);
	begin = now_ms();
	change(make, &w, count, &far);
	made = now_ms();
	if (argc > 7) {
		enter(argv[7]);
		left = wait_there(make, &w, target, (count + SAMPLE - 1) / SAMPLE, &far);
	}
	if (left) {
		printf("made-ms %.0f, and after %d s without a change %u are %s\n", made - begin,
		       LIMIT_S, left, make ? "missing" : "left");
		return 1;
	}
	printf("made-ms %.0f first-ms %.0f in-step-ms %.0f\n", made - begin,
	       far.first ? far.first - begin : 0, now_ms() - begin);
	return 0;
}
