// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hosts that want multicast groups, and routers that ask for them.
 *
 *   mcast_say join DEVICE GROUP[,SOURCE...|,-SOURCE...]...
 *       joins by sockets, says "joined", and keeps all until it is killed: the kernel speaks IGMP and
 *       MLD. With sources only these are wanted; with a minus in front, all but these.
 *   mcast_say report DEVICE GROUP[,SOURCE] [COUNT [RATE]]
 *       COUNT reports of hosts that do not exist, RATE a second, each for the group after the last one's: IGMPv2, or
 *       IGMPv3 with a source, or MLDv2
 *   mcast_say fill DEVICE,DEVICE,... GROUP COUNT LAST
 *       COUNT IGMPv3 reports as long as a frame by each of the devices, and then, without a pause, an IGMPv2
 *       report for the group by device LAST
 *   mcast_say leave DEVICE GROUP
 *       an IGMPv2 leave of a host that does not exist
 *   mcast_say query DEVICE GROUP TENTHS
 *   mcast_say query3 DEVICE GROUP TENTHS
 *       a query of IGMPv2 or of IGMPv3 about the group, all of them if it is 0.0.0.0
 *   mcast_say stream DEVICE GROUP[,SOURCE] SECONDS RATE [FLOWS]
 *       numbered datagrams to the group, from the source if there is one, RATE a second; says how many. Of FLOWS the first goes to the group, the next
 *       to the group after it, and so on in turn
 *   mcast_say hear DEVICE GROUP[,SOURCE...] SECONDS [FLOWS [GROUPS]]
 *       joins, says "joined", and after so long, or at SIGTERM, "received=N missing=N doubled=N gap=MS": of the numbers
 *       between the first and the last, and the longest time without any, of the flow that had the longest until the
 *       last datagram of all. Joins GROUPS of IPv4, the group and those after it, without sources
 *
 * Standards: RFC 2236, RFC 3376, RFC 3678, RFC 3810.
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	REPORT = 0x16,
	LEAVE = 0x17,
	QUERY = 0x11,
	ALL_HOSTS = 0xe0000001,
	ALL_ROUTERS = 0xe0000002
};

enum { LEN = 8, V3_QUERY_LEN = 12 }; /* of messages */
enum { STREAM_PORT = 5000, STREAM_TTL = 8, NUMBERS = 1 << 20, FLOWS_MAX = 64 };

static unsigned int ifindex;
static volatile sig_atomic_t over;

static socklen_t address(const char *text, struct sockaddr_storage *ss)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *in = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		ss->ss_family = AF_INET;
		return sizeof(*in);
	}
	if (inet_pton(AF_INET6, text, &in6->sin6_addr) != 1)
		errx(3, "'%s' is no address", text);
	ss->ss_family = AF_INET6;
	return sizeof(*in6);
}

static void source_set(int fd, int level, const struct sockaddr_storage *group, const char *source)
{
	struct group_source_req req = {.gsr_interface = ifindex, .gsr_group = *group};
	int option = MCAST_JOIN_SOURCE_GROUP;

	if (*source == '-') {
		option = MCAST_BLOCK_SOURCE;
		source++;
	}
	address(source, &req.gsr_source);
	if (setsockopt(fd, level, option, &req, sizeof(req)))
		err(1, "source %s", source);
}

static int join(char *what)
{
	struct group_req req = {.gr_interface = ifindex};
	char *sources = strchr(what, ',');
	int fd, level;

	if (sources)
		*sources++ = '\0';
	address(what, &req.gr_group);
	level = req.gr_group.ss_family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	fd = socket(req.gr_group.ss_family, SOCK_DGRAM, 0);
	if (fd < 0)
		err(1, "socket");
	if ((!sources || *sources == '-') &&
	    setsockopt(fd, level, MCAST_JOIN_GROUP, &req, sizeof(req)))
		err(1, "group %s", what);
	for (char *s = sources ? strtok(sources, ",") : NULL; s; s = strtok(NULL, ","))
		source_set(fd, level, &req.gr_group, s);
	return fd;
}

static uint16_t checksum(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i += 2)
		sum += p[i] << 8 | p[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v & 255;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

/* IPv4 with Router Alert and @len octets of IGMP, all but the first eight of them 0 */
static void packet(uint8_t *p, size_t len, uint8_t type, uint8_t code, uint32_t group, uint32_t to)
{
	static const uint8_t head[] = {0x46, 0xc0, 0, 0, 0, 0, 0, 0, 1, 2};

	memset(p, 0, 24 + len);
	memcpy(p, head, sizeof(head));
	p[3] = 24 + len;
	put32(p + 16, to);
	put32(p + 20, 0x94040000);
	put16(p + 10, checksum(p, 24));
	p[24] = type;
	p[25] = code;
	put32(p + 28, group);
	put16(p + 26, checksum(p + 24, len));
}

static void send_one(int fd, size_t len, uint8_t type, uint8_t code, uint32_t group)
{
	uint32_t to = type == LEAVE ? ALL_ROUTERS : group ? group : ALL_HOSTS;
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = ifindex,
		.sll_halen = 6,
		.sll_addr = {1, 0, 0x5e, to >> 16 & 0x7f, to >> 8 & 255, to & 255},
	};
	uint8_t buf[24 + V3_QUERY_LEN];

	packet(buf, len, type, code, group, to);
	if (sendto(fd, buf, 24 + len, 0, (void *)&sll, sizeof(sll)) < 0)
		err(1, "send");
}

/* A report of a group that nobody is to keep, with sources until the frame is full. */
static void send_long(int fd)
{
	enum { SOURCES = 360, REPORT3 = 0x22, LONG = 8 + 8 + 4 * SOURCES };
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = ifindex,
		.sll_halen = 6,
		.sll_addr = {1, 0, 0x5e, 0, 0, 22},
	};
	uint8_t buf[24 + LONG];

	packet(buf, LONG, REPORT3, 0, 0, 0xe0000016);
	put16(buf + 2, sizeof(buf));
	put16(buf + 10, 0);
	put16(buf + 10, checksum(buf, 24));
	put16(buf + 24 + 6, 1); /* record: BLOCK_OLD_SOURCES of what nobody wants */
	buf[24 + 8] = 6;
	put16(buf + 24 + 10, SOURCES);
	put32(buf + 24 + 12, 0xefff0001);
	for (unsigned int i = 0; i < SOURCES; i++)
		put32(buf + 24 + 16 + 4 * i, 0xc0000200 + i);
	put16(buf + 26, 0);
	put16(buf + 26, checksum(buf + 24, LONG));
	if (sendto(fd, buf, sizeof(buf), 0, (void *)&sll, sizeof(sll)) < 0)
		err(1, "send");
}

static void fill(char *devices, const char *group, unsigned int count, const char *last)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	struct in_addr in;

	if (fd < 0 || inet_pton(AF_INET, group, &in) != 1)
		errx(3, "fill %s", group);
	for (char *d = strtok(devices, ","); d; d = strtok(NULL, ",")) {
		ifindex = if_nametoindex(d);
		for (unsigned int i = 0; i < count; i++)
			send_long(fd);
	}
	ifindex = if_nametoindex(last);
	send_one(fd, LEN, REPORT, 0, ntohl(in.s_addr));
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void say(size_t len, uint8_t type, uint8_t code, const char *group, unsigned int count,
		unsigned int rate)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	double start = now();
	struct in_addr in;

	if (fd < 0)
		err(1, "packet socket");
	if (inet_pton(AF_INET, group, &in) != 1)
		errx(3, "'%s' is no address of IPv4", group);
	for (unsigned int i = 0; i < count; i++) {
		send_one(fd, len, type, code, ntohl(in.s_addr) + i);
		if (rate && i > (now() - start) * rate)
			usleep(1000);
	}
}

/* A record of a report: any source, or one more. Return: its octets */
static size_t record(uint8_t *p, const void *group, const void *source, size_t len)
{
	enum { TO_EXCLUDE = 4, ALLOW = 5 };

	p[0] = source ? ALLOW : TO_EXCLUDE;
	p[1] = 0;
	put16(p + 2, source ? 1 : 0);
	memcpy(p + 4, group, len);
	if (source)
		memcpy(p + 4 + len, source, len);
	return 4 + (source ? 2 * len : len);
}

/* Return: octets of the packet */
static size_t report3(uint8_t *p, const void *group, const void *source)
{
	enum { REPORT3 = 0x22 };
	size_t len = 8 + 4 + (source ? 8 : 4);

	packet(p, len, REPORT3, 0, 1, 0xe0000016); /* one record */
	record(p + 24 + 8, group, source, 4);
	put16(p + 26, 0);
	put16(p + 26, checksum(p + 24, len));
	return 24 + len;
}

static size_t mld_report(uint8_t *p, const void *group, const void *source)
{
	static const uint8_t head[] = {
		0x60, 0, 0, 0, 0, 0, 0, 1,   0xfe, 0x80, [23] = 9, [24] = 0xff, 2, [39] = 0x16, 58,
		0,    5, 2, 0, 0, 1, 0, 143, 0,	   0,	 0,	   0,		0, 0,		1};
	size_t len = 8 + record(p + sizeof(head), group, source, 16);
	uint8_t pseudo[40 + 64];

	memcpy(p, head, sizeof(head));
	put16(p + 4, 8 + len);
	memset(pseudo, 0, sizeof(pseudo));
	memcpy(pseudo, p + 8, 32);
	put32(pseudo + 32, len);
	pseudo[39] = 58;
	memcpy(pseudo + 40, p + 48, len);
	put16(p + 50, checksum(pseudo, 40 + len));
	return 48 + len;
}

static void say_sources(char *what, unsigned int count, unsigned int rate)
{
	struct sockaddr_ll sll = {.sll_family = AF_PACKET, .sll_ifindex = ifindex, .sll_halen = 6};
	int fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	char *source = strchr(what, ',');
	uint8_t group[16], from[16], buf[128];
	double start = now();
	uint32_t last;
	int family = strchr(what, ':') ? AF_INET6 : AF_INET;
	size_t len = family == AF_INET6 ? 16 : 4;

	if (source)
		*source++ = '\0';
	if (fd < 0 || inet_pton(family, what, group) != 1 ||
	    (source && inet_pton(family, source, from) != 1))
		errx(3, "report of %s", what);
	sll.sll_protocol = htons(family == AF_INET6 ? ETH_P_IPV6 : ETH_P_IP);
	memcpy(sll.sll_addr, family == AF_INET6 ? "\x33\x33\0\0\0\x16" : "\x01\0\x5e\0\0\x16", 6);
	for (unsigned int i = 0; i < count; i++) {
		size_t n = family == AF_INET6 ? mld_report(buf, group, source ? from : NULL) :
						report3(buf, group, source ? from : NULL);

		if (sendto(fd, buf, n, 0, (void *)&sll, sizeof(sll)) < 0)
			err(1, "send");
		memcpy(&last, group + len - 4, sizeof(last));
		last = htonl(ntohl(last) + 1);
		memcpy(group + len - 4, &last, sizeof(last));
		if (rate && i > (now() - start) * rate)
			usleep(1000);
	}
}

static void from(int fd, const char *source)
{
	struct sockaddr_storage ss;
	socklen_t len = address(source, &ss);

	if (bind(fd, (void *)&ss, len))
		err(1, "source %s", source);
}

/* Multicast of the family leaves by the device. */
static void leave_by_device(int fd, int family)
{
	struct ip_mreqn out = {.imr_ifindex = ifindex};
	int ttl = STREAM_TTL, r;

	if (family == AF_INET6)
		r = setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &ifindex, sizeof(ifindex)) ||
		    setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &ttl, sizeof(ttl));
	else
		r = setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof(out)) ||
		    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof(ttl));
	if (r)
		err(1, "stream");
}

/* The socket that a stream leaves by; @ss: where it goes */
static int stream_socket(char *group, struct sockaddr_storage *ss, socklen_t *len)
{
	char *source = strchr(group, ',');
	int fd;

	if (source)
		*source++ = '\0';
	*len = address(group, ss);
	fd = socket(ss->ss_family, SOCK_DGRAM, 0);
	leave_by_device(fd, ss->ss_family);
	if (source)
		from(fd, source);
	if (ss->ss_family == AF_INET6)
		((struct sockaddr_in6 *)ss)->sin6_port = htons(STREAM_PORT);
	else
		((struct sockaddr_in *)ss)->sin_port = htons(STREAM_PORT);
	return fd;
}

/* The group that comes @n after @ss */
static void group_after(struct sockaddr_storage *ss, uint32_t n)
{
	uint8_t *p = ss->ss_family == AF_INET6 ?
			     &((struct sockaddr_in6 *)ss)->sin6_addr.s6_addr[12] :
			     (uint8_t *)&((struct sockaddr_in *)ss)->sin_addr;
	uint32_t last;

	memcpy(&last, p, sizeof(last));
	last = htonl(ntohl(last) + n);
	memcpy(p, &last, sizeof(last));
}

static void stream(char *group, double seconds, int rate, uint32_t flows)
{
	struct sockaddr_storage first, to;
	double start = now();
	uint32_t number;
	socklen_t len;
	int fd = stream_socket(group, &first, &len);

	for (number = 0; number < NUMBERS && now() - start < seconds; number++) {
		uint32_t n = htonl(number);

		to = first;
		group_after(&to, number % flows);
		if (sendto(fd, &n, sizeof(n), 0, (void *)&to, len) < 0)
			err(1, "send");
		while ((now() - start) * rate < number)
			usleep(1000);
	}
	printf("sent=%u\n", number);
}

/** struct heard - what has come of a stream; @before: the last of each flow, 0: none */
struct heard {
	uint8_t seen[NUMBERS];
	double before[FLOWS_MAX];
	double gap;
	uint32_t flows, first, last, received, doubled;
};

static void gap_until(struct heard *h, uint32_t flow, double at)
{
	if (h->before[flow] && at - h->before[flow] > h->gap)
		h->gap = at - h->before[flow];
}

static void take(struct heard *h, uint32_t n)
{
	uint32_t flow = n % h->flows;
	double at = now();

	h->received++;
	h->doubled += h->seen[n]++ > 0;
	h->first = n < h->first ? n : h->first;
	h->last = n > h->last ? n : h->last;
	gap_until(h, flow, at);
	h->before[flow] = at;
}

static void say_heard(struct heard *h)
{
	uint32_t missing = 0;
	double end = 0;

	for (uint32_t n = h->first; n < h->last; n++)
		missing += !h->seen[n];
	for (uint32_t i = 0; i < h->flows; i++)
		end = h->before[i] > end ? h->before[i] : end;
	for (uint32_t i = 0; i < h->flows; i++)
		gap_until(h, i, end);
	printf("received=%u missing=%u doubled=%u gap=%d\n", h->received, missing, h->doubled,
	       (int)(h->gap * 1000));
}

/* A socket for each, as one takes few; none of them but the first receives. */
static void join_more(const char *group, uint32_t groups)
{
	struct rlimit limit = {.rlim_cur = groups + 64, .rlim_max = groups + 64};
	char text[INET_ADDRSTRLEN];
	struct sockaddr_storage ss;

	if (setrlimit(RLIMIT_NOFILE, &limit))
		err(1, "%u sockets", groups);
	for (uint32_t i = 1; i < groups; i++) {
		address(group, &ss);
		group_after(&ss, i);
		join(strcpy(text, inet_ntoa(((struct sockaddr_in *)&ss)->sin_addr)));
	}
}

/* Return: the socket that receives */
static int listen_to(char *what)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(STREAM_PORT)};
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(STREAM_PORT)};
	bool is_six = strchr(what, ':');
	int fd = join(what), one = 1;
	struct timeval wait = {.tv_usec = 20000};

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) ||
	    bind(fd, is_six ? (void *)&six : (void *)&four, is_six ? sizeof(six) : sizeof(four)))
		err(1, "hear");
	return fd;
}

static void on_term(int sig)
{
	over = 1;
}

static void hear(char *what, double seconds, uint32_t flows, uint32_t groups)
{
	static struct heard h = {.first = NUMBERS};
	double end;
	uint32_t n;
	int fd;

	h.flows = flows;
	if (groups > 1)
		join_more(what, groups);
	fd = listen_to(what);
	signal(SIGTERM, on_term);
	puts("joined");
	fflush(stdout);
	for (end = now() + seconds; now() < end && !over;)
		if (recv(fd, &n, sizeof(n), 0) == sizeof(n) && ntohl(n) < NUMBERS)
			take(&h, ntohl(n));
	say_heard(&h);
}

static uint32_t flows_of(const char *text)
{
	int flows = atoi(text);

	if (flows < 1 || flows > FLOWS_MAX)
		errx(3, "%s flows: expected 1 to %d", text, FLOWS_MAX);
	return flows;
}

int main(int argc, char **argv)
{
	if (argc < 4)
		errx(3,
		     "usage: mcast_say join|report|fill|leave|query|query3|stream|hear DEVICE GROUP...");
	if (!strcmp(argv[1], "fill") && argc > 5) {
		fill(argv[2], argv[3], atoi(argv[4]), argv[5]);
		return 0;
	}
	ifindex = if_nametoindex(argv[2]);
	if (!ifindex)
		err(1, "%s", argv[2]);
	if (!strcmp(argv[1], "join")) {
		for (int i = 3; i < argc; i++)
			join(argv[i]);
		puts("joined");
		fflush(stdout);
		pause();
	} else if (!strcmp(argv[1], "stream") && argc > 5) {
		stream(argv[3], atof(argv[4]), atoi(argv[5]), argc > 6 ? flows_of(argv[6]) : 1);
	} else if (!strcmp(argv[1], "hear") && argc > 4) {
		hear(argv[3], atof(argv[4]), argc > 5 ? flows_of(argv[5]) : 1,
		     argc > 6 ? atoi(argv[6]) : 1);
	} else if (!strcmp(argv[1], "report") && strpbrk(argv[3], ",:")) {
		say_sources(argv[3], argc > 4 ? atoi(argv[4]) : 1, argc > 5 ? atoi(argv[5]) : 0);
	} else if (!strcmp(argv[1], "report")) {
		say(LEN, REPORT, 0, argv[3], argc > 4 ? atoi(argv[4]) : 1,
		    argc > 5 ? atoi(argv[5]) : 0);
	} else if (!strcmp(argv[1], "leave")) {
		say(LEN, LEAVE, 0, argv[3], 1, 0);
	} else if (!strcmp(argv[1], "query")) {
		say(LEN, QUERY, argc > 4 ? atoi(argv[4]) : 100, argv[3], 1, 0);
	} else if (!strcmp(argv[1], "query3")) {
		say(V3_QUERY_LEN, QUERY, argc > 4 ? atoi(argv[4]) : 100, argv[3], 1, 0);
	} else {
		errx(3, "'%s' is none of join, report, leave, query, query3, stream, hear",
		     argv[1]);
	}
	return 0;
}
