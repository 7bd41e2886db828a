// SPDX-License-Identifier: GPL-2.0-only
/*
 * Neighbours by rtnetlink, many in one sendmsg(): what can be done without the module, for comparison,
 * and how a host's neighbours get there that it has learned itself.
 *
 *   neigh_rtnl DEVICE ADDRESS MAC COUNT [local]
 *
 * COUNT entries with consecutive IPv4 or IPv6 and MAC addresses, replaced as
 * `ip neigh replace A lladdr M dev DEVICE nud stale extern_learn proto zebra` does it; with "local" not
 * as externally learned. Prints how long it took: ms=N.
 */
#include <arpa/inet.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 1000
#define ENTRY_MAX 128

struct entry {
	int ifindex, len; /* of the address */
	uint8_t addr[16], mac[6];
	bool local;
};

static void fail(const char *what)
{
	perror(what);
	exit(3);
}

static void increment(uint8_t *p, int len)
{
	while (len-- && !++p[len])
		;
}

static uint8_t *put(uint8_t *p, int type, const void *data, int len)
{
	struct rtattr *a = (struct rtattr *)p;

	a->rta_type = type;
	a->rta_len = RTA_LENGTH(len);
	memcpy(RTA_DATA(a), data, len);
	return p + RTA_ALIGN(a->rta_len);
}

static size_t put_entry(uint8_t *p, const struct entry *e, bool ack)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)p;
	struct ndmsg *ndm = NLMSG_DATA(nlh);
	uint8_t *end = (uint8_t *)(ndm + 1), proto = RTPROT_ZEBRA;

	memset(p, 0, ENTRY_MAX);
	ndm->ndm_family = e->len == 4 ? AF_INET : AF_INET6;
	ndm->ndm_ifindex = e->ifindex;
	ndm->ndm_state = NUD_STALE;
	ndm->ndm_flags = e->local ? 0 : NTF_EXT_LEARNED;
	end = put(end, NDA_DST, e->addr, e->len);
	end = put(end, NDA_LLADDR, e->mac, 6);
	end = put(end, NDA_PROTOCOL, &proto, 1);
	nlh->nlmsg_len = end - p;
	nlh->nlmsg_type = RTM_NEWNEIGH;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE | (ack ? NLM_F_ACK : 0);
	return nlh->nlmsg_len;
}

/* The last of a batch is acknowledged; one that fails before says so as well. */
static void wait_for_ack(int fd)
{
	uint8_t buf[8192];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;
	struct nlmsgerr *e = NLMSG_DATA(nlh);

	if (n < 0)
		fail("neigh_rtnl: recv");
	if (!NLMSG_OK(nlh, n) || nlh->nlmsg_type != NLMSG_ERROR || e->error) {
		fprintf(stderr, "neigh_rtnl: the kernel refuses: %s\n", strerror(-e->error));
		exit(2);
	}
}

static void parse(struct entry *e, char **argv)
{
	uint8_t *m = e->mac;

	e->ifindex = if_nametoindex(argv[1]);
	e->len = inet_pton(AF_INET, argv[2], e->addr) == 1  ? 4 :
		 inet_pton(AF_INET6, argv[2], e->addr) == 1 ? 16 :
							      0;
	if (!e->ifindex || !e->len ||
	    sscanf(argv[3], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", m, m + 1, m + 2, m + 3, m + 4,
		   m + 5) != 6) {
		fprintf(stderr, "neigh_rtnl: no device %s, address %s or MAC address %s\n", argv[1],
			argv[2], argv[3]);
		exit(3);
	}
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	static uint8_t buf[BATCH * ENTRY_MAX];
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), big = 4 << 20;
	double start = now_ms();
	struct entry e = {0};

	if (argc < 5) {
		fprintf(stderr, "usage: neigh_rtnl DEVICE ADDRESS MAC COUNT [local]\n");
		return 3;
	}
	parse(&e, argv);
	e.local = argc > 5 && !strcmp(argv[5], "local");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof(big));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &big, sizeof(big));
	for (long left = atol(argv[4]); left > 0;) {
		size_t len = 0;

		for (int i = 0; i < BATCH && left; i++, left--) {
			len += put_entry(buf + len, &e, i + 1 == BATCH || left == 1);
			increment(e.addr, e.len);
			increment(e.mac, 6);
		}
		if (send(fd, buf, len, 0) < 0)
			fail("neigh_rtnl: send");
		wait_for_ack(fd);
	}
	printf("ms=%.0f\n", now_ms() - start);
	return 0;
}
