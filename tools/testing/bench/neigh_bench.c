// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures the synchronisation of neighbours from outside: what the wire and rtnetlink show, not what
 * evpnd says of itself.
 *
 *   neigh_bench latency CE DEV PE1-ADDR PE2 COUNT   namespaces by path. COUNT new hosts speak, one
 *       after the other, each with an ARP request; prints the microseconds from the frame's sending to
 *       PE2's kernel telling of the entry, sorted
 *   neigh_bench fill PE1 DEV COUNT PE2               COUNT entries come into PE1's table at once;
 *       prints how long that took, and how long until PE2's table has them all
 *   neigh_bench count NS                             entries of the namespace's IPv4 table
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FIRST = 0x0a010000, BATCH = 500, WAIT_MS = 2000, PATIENCE_S = 60 };

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void enter(const char *netns)
{
	int fd = open(netns, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(netns);
	close(fd);
}

static int netlink(unsigned int groups)
{
	struct sockaddr_nl a = {.nl_family = AF_NETLINK, .nl_groups = groups};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), size = 8 << 20;

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)))
		die("netlink");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	return fd;
}

/* The IPv4 address of a message about a valid entry, host order, or 0. */
static uint32_t entry_of(const struct nlmsghdr *nlh)
{
	const struct ndmsg *nd = NLMSG_DATA(nlh);
	int len = (int)(nlh->nlmsg_len - NLMSG_LENGTH(sizeof(*nd)));
	const struct rtattr *a = (const void *)((const char *)nd + NLMSG_ALIGN(sizeof(*nd)));
	uint32_t ip = 0;
	bool lladdr = false;

	if (nlh->nlmsg_type != RTM_NEWNEIGH || nd->ndm_family != AF_INET ||
	    nd->ndm_state & (NUD_FAILED | NUD_INCOMPLETE))
		return 0;
	for (; RTA_OK(a, len); a = RTA_NEXT(a, len)) {
		if (a->rta_type == NDA_DST)
			memcpy(&ip, RTA_DATA(a), sizeof(ip));
		lladdr |= a->rta_type == NDA_LLADDR;
	}
	return lladdr ? ntohl(ip) : 0;
}

static bool heard(int fd, uint32_t ip)
{
	static char buf[65536];
	ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;

	for (; n > 0 && NLMSG_OK(nlh, n); nlh = NLMSG_NEXT(nlh, n))
		if (entry_of(nlh) == ip)
			return true;
	return false;
}

struct arp_frame {
	struct ethhdr eth;
	struct arphdr arp;
	uint8_t sha[6];
	uint32_t sip;
	uint8_t tha[6];
	uint32_t tip;
} __attribute__((packed));

static void speak(int fd, int ifindex, uint32_t ip, uint32_t gateway)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = ifindex, .sll_halen = 6};
	struct arp_frame f = {
		.eth = {.h_proto = htons(ETH_P_ARP)},
		.arp = {.ar_hrd = htons(ARPHRD_ETHER),
			.ar_pro = htons(ETH_P_IP),
			.ar_hln = 6,
			.ar_pln = 4,
			.ar_op = htons(ARPOP_REQUEST)},
		.sha = {2, 0, (uint8_t)(ip >> 24), (uint8_t)(ip >> 16), (uint8_t)(ip >> 8),
			(uint8_t)ip},
		.sip = htonl(ip),
		.tip = htonl(gateway),
	};

	memset(f.eth.h_dest, 0xff, 6);
	memcpy(f.eth.h_source, f.sha, 6);
	if (sendto(fd, &f, sizeof(f), 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		die("sendto");
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static int latency(const char *ce, const char *dev, const char *gateway, const char *pe2, int count)
{
	double *took = calloc((size_t)count, sizeof(*took)), start;
	int raw, ifindex, i, nl, lost = 0, n = 0;
	struct in_addr gw;
	struct pollfd p;

	inet_pton(AF_INET, gateway, &gw);
	enter(pe2);
	nl = netlink(RTMGRP_NEIGH);
	enter(ce);
	raw = socket(AF_PACKET, SOCK_RAW, 0);
	ifindex = (int)if_nametoindex(dev);
	if (raw < 0 || !ifindex || !took)
		die(dev);
	p = (struct pollfd){.fd = nl, .events = POLLIN};
	for (i = 0; i < count; i++) {
		uint32_t ip = FIRST + 0x100 + (uint32_t)i;
		bool there = false;

		usleep(20000); /* the next one alone, too */
		start = now_us();
		speak(raw, ifindex, ip, ntohl(gw.s_addr));
		while (!there && now_us() - start < WAIT_MS * 1000.0)
			if (poll(&p, 1, 100) > 0)
				there = heard(nl, ip);
		if (there)
			took[n++] = now_us() - start;
		else
			lost++;
	}
	qsort(took, (size_t)n, sizeof(*took), by_value);
	if (n)
		printf("entries %d lost %d min %.0f median %.0f p90 %.0f p99 %.0f max %.0f\n", n,
		       lost, took[0], took[n / 2], took[n * 9 / 10], took[n * 99 / 100],
		       took[n - 1]);
	return !n || lost;
}

static size_t put_entry(char *buf, int ifindex, uint32_t ip, bool ack)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;
	struct ndmsg *nd = NLMSG_DATA(nlh);
	uint8_t mac[6] = {
		2, 0, (uint8_t)(ip >> 24), (uint8_t)(ip >> 16), (uint8_t)(ip >> 8), (uint8_t)ip};
	struct rtattr *a;

	memset(buf, 0, 64);
	*nd = (struct ndmsg){
		.ndm_family = AF_INET, .ndm_ifindex = ifindex, .ndm_state = NUD_REACHABLE};
	ip = htonl(ip);
	a = (struct rtattr *)((char *)nd + NLMSG_ALIGN(sizeof(*nd)));
	a->rta_type = NDA_DST;
	a->rta_len = RTA_LENGTH(4);
	memcpy(RTA_DATA(a), &ip, 4);
	a = (struct rtattr *)((char *)a + RTA_ALIGN(a->rta_len));
	a->rta_type = NDA_LLADDR;
	a->rta_len = RTA_LENGTH(6);
	memcpy(RTA_DATA(a), mac, 6);
	nlh->nlmsg_len = (uint32_t)((char *)a + RTA_ALIGN(a->rta_len) - buf);
	nlh->nlmsg_type = RTM_NEWNEIGH;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE | (ack ? NLM_F_ACK : 0);
	return nlh->nlmsg_len;
}

static void await_ack(int fd)
{
	char buf[4096];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);
	const struct nlmsghdr *nlh = (const void *)buf;

	if (n < 0 || nlh->nlmsg_type != NLMSG_ERROR ||
	    ((const struct nlmsgerr *)NLMSG_DATA(nlh))->error) {
		errno = n < 0 ? errno : -((const struct nlmsgerr *)NLMSG_DATA(nlh))->error;
		die("entry");
	}
}

static int count_in(int fd)
{
	struct {
		struct nlmsghdr nlh;
		struct ndmsg nd;
	} req = {.nlh = {.nlmsg_len = sizeof(req),
			 .nlmsg_type = RTM_GETNEIGH,
			 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		 .nd = {.ndm_family = AF_INET}};
	static char buf[65536];
	int total = 0;

	if (send(fd, &req, sizeof(req), 0) < 0)
		die("dump");
	for (;;) {
		ssize_t n = recv(fd, buf, sizeof(buf), 0);
		struct nlmsghdr *nlh = (struct nlmsghdr *)buf;

		if (n < 0)
			die("dump");
		for (; NLMSG_OK(nlh, n); nlh = NLMSG_NEXT(nlh, n)) {
			if (nlh->nlmsg_type == NLMSG_DONE)
				return total;
			total += entry_of(nlh) >= FIRST && entry_of(nlh) >> 24 == FIRST >> 24;
		}
	}
}

/*
 * Entries of the kernel's whole table, which all namespaces share: asked often, this costs nothing, while
 * reading the entries would take the processor from those who are to bring them.
 */
static int table_size(int fd)
{
	struct {
		struct nlmsghdr nlh;
		struct ndtmsg ndt;
	} req = {.nlh = {.nlmsg_len = sizeof(req),
			 .nlmsg_type = RTM_GETNEIGHTBL,
			 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		 .ndt = {.ndtm_family = AF_INET}};
	static char buf[65536];
	int entries = -1;

	if (send(fd, &req, sizeof(req), 0) < 0)
		die("table");
	for (;;) {
		ssize_t n = recv(fd, buf, sizeof(buf), 0);
		struct nlmsghdr *nlh = (struct nlmsghdr *)buf;

		if (n < 0)
			die("table");
		for (; NLMSG_OK(nlh, n); nlh = NLMSG_NEXT(nlh, n)) {
			const struct ndtmsg *ndt = NLMSG_DATA(nlh);
			struct rtattr *a =
				(void *)((char *)NLMSG_DATA(nlh) + NLMSG_ALIGN(sizeof(*ndt)));
			int left = (int)NLMSG_PAYLOAD(nlh, sizeof(*ndt));

			if (nlh->nlmsg_type == NLMSG_DONE)
				return entries;
			for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
				if (a->rta_type == NDTA_CONFIG)
					entries = (int)((struct ndt_config *)RTA_DATA(a))
							  ->ndtc_entries;
		}
	}
}

static int fill(const char *pe1, const char *dev, int count, const char *pe2)
{
	static char buf[BATCH * 64];
	int from, to, ifindex, i, before, table, have = 0;
	double start, filled, synced = 0;

	enter(pe2);
	to = netlink(0);
	before = count_in(to);
	table = table_size(to);
	enter(pe1);
	from = netlink(0);
	ifindex = (int)if_nametoindex(dev);
	if (!ifindex)
		die(dev);
	start = now_us();
	for (i = 0; i < count;) {
		size_t len = 0;
		int k;

		for (k = 0; k < BATCH && i < count; k++, i++)
			len += put_entry(buf + len, ifindex, FIRST + 0x10000 + (uint32_t)i,
					 k == BATCH - 1 || i == count - 1);
		if (send(from, buf, len, 0) < 0)
			die("send");
		await_ack(from);
	}
	filled = now_us() - start;
	while (have < count && now_us() - start < PATIENCE_S * 1e6) {
		usleep(5000);
		if (table_size(to) - table < 2 * count && now_us() - start < 30e6)
			continue;
		synced = now_us() - start; /* and now see whether they are the right ones */
		have = count_in(to) - before;
	}
	printf("entries %d filled-ms %.0f synced %d synced-ms %.0f\n", count, filled / 1e3, have,
	       synced / 1e3);
	return have < count;
}

int main(int argc, char **argv)
{
	if (argc == 7 && !strcmp(argv[1], "latency"))
		return latency(argv[2], argv[3], argv[4], argv[5], atoi(argv[6]));
	if (argc == 6 && !strcmp(argv[1], "fill"))
		return fill(argv[2], argv[3], atoi(argv[4]), argv[5]);
	if (argc == 3 && !strcmp(argv[1], "count")) {
		enter(argv[2]);
		printf("%d\n", count_in(netlink(0)));
		return 0;
	}
	fprintf(stderr, "usage: see the head of neigh_bench.c\n");
	return 2;
}
