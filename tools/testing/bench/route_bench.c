// SPDX-License-Identifier: GPL-2.0-only
/*
 * route_bench.c - for prefix_sync.sh: makes routes of a routing daemon in one network namespace, many in a request, and
 * waits until as many of evpnd's are in another one.
 *
 *	route_bench fill NETNS DEVICE GATEWAY COUNT NETNS2	prints "made-ms N in-step-ms N"
 *	route_bench empty NETNS DEVICE GATEWAY COUNT NETNS2	the opposite
 *
 * Prefixes are /28s from 11.0.0.0 on. Milliseconds are counted from the first request.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { OSPF = 188, METRIC = 20, BATCH = 400, LIMIT_S = 120 };

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

static size_t one(char *buf, int make, unsigned int i, int ifindex, struct in_addr gw, int last)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;
	struct rtmsg *rtm = NLMSG_DATA(nlh);
	unsigned int dst = htonl(0x0b000000 + (i << 4)), metric = METRIC;

	memset(buf, 0, NLMSG_LENGTH(sizeof(*rtm)));
	nlh->nlmsg_len = NLMSG_LENGTH(sizeof(*rtm));
	nlh->nlmsg_type = make ? RTM_NEWROUTE : RTM_DELROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST | (make ? NLM_F_CREATE : 0) | (last ? NLM_F_ACK : 0);
	*rtm = (struct rtmsg){.rtm_family = AF_INET,
			      .rtm_dst_len = 28,
			      .rtm_table = RT_TABLE_MAIN,
			      .rtm_protocol = OSPF,
			      .rtm_scope = make ? RT_SCOPE_UNIVERSE : RT_SCOPE_NOWHERE,
			      .rtm_type = RTN_UNICAST};
	put(nlh, RTA_DST, &dst, sizeof(dst));
	put(nlh, RTA_PRIORITY, &metric, sizeof(metric));
	if (make) {
		put(nlh, RTA_GATEWAY, &gw, sizeof(gw));
		put(nlh, RTA_OIF, &ifindex, sizeof(ifindex));
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

static void change(int make, const char *device, const char *gateway, unsigned int count)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), big = 4 << 20;
	static char buf[BATCH * 128];
	int ifindex = (int)if_nametoindex(device);
	struct in_addr gw;
	size_t len = 0;

	if (fd < 0 || !ifindex || !inet_aton(gateway, &gw))
		die(device);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &big, sizeof(big));
	for (unsigned int i = 0; i < count; i++) {
		int last = i % BATCH == BATCH - 1 || i == count - 1;

		len += one(buf + len, make, i, ifindex, gw, last);
		if (!last)
			continue;
		if (send(fd, buf, len, 0) < 0)
			die("send");
		wait_ack(fd);
		len = 0;
	}
	close(fd);
}

/* Leaves of the main table, as the kernel counts them. */
static unsigned int leaves(void)
{
	unsigned int n = 0, at;
	char line[256];
	FILE *f = fopen("/proc/thread-self/net/fib_triestat", "r");

	if (!f)
		die("fib_triestat");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, " Prefixes: %u", &at) == 1 && at > n)
			n = at;
	fclose(f);
	return n;
}

int main(int argc, char **argv)
{
	int make = argc == 7 && !strcmp(argv[1], "fill");
	unsigned int count, before;
	double begin, made, end;

	if (argc != 7)
		return 2;
	count = (unsigned int)atoi(argv[5]);
	enter(argv[6]);
	before = leaves();
	enter(argv[2]);
	begin = now_ms();
	change(make, argv[3], argv[4], count);
	made = now_ms();
	enter(argv[6]);
	do {
		usleep(20000);
		end = now_ms();
		if (end - begin > LIMIT_S * 1e3) {
			printf("made-ms %.0f, and after %d s there are %u\n", made - begin, LIMIT_S,
			       leaves() - before);
			return 1;
		}
	} while (make ? leaves() < before + count : leaves() > before - count);
	printf("made-ms %.0f in-step-ms %.0f\n", made - begin, end - begin);
	return 0;
}
