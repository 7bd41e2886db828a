// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends one frame of every kind that a port can carry into one device and looks for them on others,
 * each in a namespace of its own. Every frame carries a cookie and its kind, so that it is known
 * again wherever it turns up: tagged, bare, or inside VXLAN.
 *
 *   frames -f NETNS,DEVICE -t NETNS,DEVICE [-t ...] [-k KIND[,KIND...]] [-d MAC] [-s MAC] [-q] [-w MS]
 *
 * prints "KIND sent N NETNS,DEVICE N ..." for each kind; -k with a leading "-" leaves kinds out.
 *
 * Standards: IEEE 802.1Q and 802.1ad tags, 802.1AB, 802.1X, 802.1ag, 802.3 slow protocols and pause,
 * RFC 826, RFC 4861.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
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

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define COOKIE "evpn-frame-"
#define MAX_TO 6
#define FRAME_MAX 65536
#define GSO_PAYLOAD 12000
#define GSO_SIZE 1400

enum dst { UNICAST, BROADCAST, RESERVED };

/**
 * struct kind - one kind of frame
 * @type: EtherType behind the tags; below 0x600 a length (LLC)
 * @dst: whom to; RESERVED takes @to
 * @tags: TPIDs, outermost first, 0 for none
 * @vlans: VIDs that go with @tags; -1: every VLAN from 1 to 4094, a frame each
 * @len: octets of payload
 */
static const struct kind {
	const char *name;
	uint16_t type;
	enum dst dst;
	uint8_t to[6];
	uint16_t tags[2];
	int vlans[2];
	unsigned int len;
} kinds[] = {
	{"ipv4", ETH_P_IP, BROADCAST, {0}, {0}, {0}, 100},
	{"ipv6", ETH_P_IPV6, BROADCAST, {0}, {0}, {0}, 100},
	{"unicast", ETH_P_IP, UNICAST, {0}, {0}, {0}, 100},
	{"arp", ETH_P_ARP, BROADCAST, {0}, {0}, {0}, 46},
	{"nd", ETH_P_IPV6, RESERVED, {0x33, 0x33, 0xff, 0, 0, 1}, {0}, {0}, 72},
	{"igmp", ETH_P_IP, RESERVED, {1, 0, 0x5e, 0, 0, 1}, {0}, {0}, 46},
	{"mpls", 0x8847, BROADCAST, {0}, {0}, {0}, 100},
	{"unknown-type", 0x88b5, BROADCAST, {0}, {0}, {0}, 46},
	{"llc", 100, BROADCAST, {0}, {0}, {0}, 100},
	{"vlan0", ETH_P_IP, BROADCAST, {0}, {ETH_P_8021Q}, {0}, 46},
	{"vlan", ETH_P_IP, BROADCAST, {0}, {ETH_P_8021Q}, {-1}, 46},
	{"qinq", ETH_P_IP, BROADCAST, {0}, {ETH_P_8021AD, ETH_P_8021Q}, {100, 200}, 46},
	{"q-in-q", ETH_P_IP, BROADCAST, {0}, {ETH_P_8021Q, ETH_P_8021Q}, {100, 200}, 46},
	{"vlan-arp", ETH_P_ARP, BROADCAST, {0}, {ETH_P_8021Q}, {10}, 46},
	{"jumbo", ETH_P_IP, BROADCAST, {0}, {0}, {0}, 8900},
	{"gso", ETH_P_IP, UNICAST, {0}, {0}, {0}, GSO_PAYLOAD},
	{"stp", 38, RESERVED, {1, 0x80, 0xc2, 0, 0, 0}, {0}, {0}, 46},
	{"pause", 0x8808, RESERVED, {1, 0x80, 0xc2, 0, 0, 1}, {0}, {0}, 46},
	{"lldp", 0x88cc, RESERVED, {1, 0x80, 0xc2, 0, 0, 0x0e}, {0}, {0}, 46},
	{"eapol", 0x888e, RESERVED, {1, 0x80, 0xc2, 0, 0, 3}, {0}, {0}, 46},
	{"cfm", 0x8902, RESERVED, {1, 0x80, 0xc2, 0, 0, 0x30}, {0}, {0}, 46},
	/* a slow protocol nobody here speaks (OSSP), so that no bond takes it for its own */
	{"slow", 0x8809, RESERVED, {1, 0x80, 0xc2, 0, 0, 2}, {0}, {0}, 46},
	{"vlan-lldp", 0x88cc, RESERVED, {1, 0x80, 0xc2, 0, 0, 0x0e}, {ETH_P_8021Q}, {10}, 46},
};

struct point {
	const char *netns;
	const char *dev;
	int fd;
	unsigned int seen[ARRAY_SIZE(kinds)];
};

static struct point from, to[MAX_TO];
static unsigned int n_to, sent[ARRAY_SIZE(kinds)], refused[ARRAY_SIZE(kinds)];
static uint8_t unicast_dst[6] = {2, 0, 0, 0, 1, 0xce}, src_mac[6] = {2, 0xaa, 0, 0, 0, 1};

static int open_packet(const struct point *p, int protocol, bool vnet, bool bypass)
{
	struct sockaddr_ll sll = {.sll_family = AF_PACKET, .sll_protocol = htons(protocol)};
	char path[256];
	int big = 16 << 20, one = 1, fd, ns;

	snprintf(path, sizeof(path), "/run/netns/%s", p->netns);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWNET))
		err(3, "network namespace %s", p->netns);
	close(ns);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	sll.sll_ifindex = if_nametoindex(p->dev);
	if (fd < 0 || !sll.sll_ifindex)
		err(3, "%s in %s", p->dev, p->netns);
	if (vnet && setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)))
		err(3, "PACKET_VNET_HDR");
	if (bypass && setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)))
		err(3, "PACKET_QDISC_BYPASS");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof(big));
	if (bind(fd, (struct sockaddr *)&sll, sizeof(sll)))
		err(3, "bind to %s", p->dev);
	return fd;
}

static size_t put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
	return 2;
}

/* A TCP segment that the other side of the stack will cut into pieces. */
static void fill_tcp(uint8_t *ip, unsigned int len)
{
	uint32_t sum = 0;
	unsigned int i;

	memset(ip, 0, 40);
	ip[0] = 0x45;
	put16(ip + 2, len);
	ip[8] = 64;
	ip[9] = IPPROTO_TCP;
	ip[12] = ip[16] = 10;
	ip[15] = 2;
	ip[19] = 1;
	for (i = 0; i < 20; i += 2)
		sum += ip[i] << 8 | ip[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	put16(ip + 10, ~(sum + (sum >> 16)));
	put16(ip + 20, 7);
	put16(ip + 22, 7);
	ip[32] = 0x50;
	ip[33] = 0x10;
}

static size_t build(uint8_t *f, unsigned int k, int vlan)
{
	static const uint8_t all[6] = {255, 255, 255, 255, 255, 255};
	const struct kind *kind = &kinds[k];
	const uint8_t *dst = kind->dst == UNICAST   ? unicast_dst :
			     kind->dst == BROADCAST ? all :
						      kind->to;
	size_t n = 12, head = strcmp(kind->name, "gso") ? 0 : 40;
	unsigned int i;

	memcpy(f, dst, 6);
	memcpy(f + 6, src_mac, 6);
	for (i = 0; i < ARRAY_SIZE(kind->tags) && kind->tags[i]; i++) {
		n += put16(f + n, kind->tags[i]);
		n += put16(f + n, kind->vlans[i] < 0 ? vlan : kind->vlans[i]);
	}
	n += put16(f + n, kind->type);
	memset(f + n, 0xaa, kind->len);
	if (head)
		fill_tcp(f + n, kind->len);
	if (!strcmp(kind->name, "slow"))
		f[n++] = 10; /* subtype OSSP */
	for (i = n + head; i + 40 <= n + kind->len; i += 100)
		snprintf((char *)f + i, 40, COOKIE "%u-%d;", k, getppid());
	return n + kind->len;
}

static void send_kind(unsigned int k, bool bypass)
{
	bool gso = !strcmp(kinds[k].name, "gso");
	int first = kinds[k].vlans[0] < 0 ? 1 : 0, last = first ? 4094 : 0, v, fd;
	static uint8_t buf[FRAME_MAX];
	struct virtio_net_hdr h = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
				   .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
				   .hdr_len = 54,
				   .gso_size = GSO_SIZE,
				   .csum_start = 34,
				   .csum_offset = 16};
	size_t skip = gso ? sizeof(h) : 0, len;

	fd = open_packet(&from, 0, gso, bypass && !gso);
	for (v = first; v <= last; v++) {
		memcpy(buf, &h, skip);
		len = build(buf + skip, k, v) + skip;
		sent[k]++;
		if (send(fd, buf, len, 0) < 0) {
			if (errno != ENOBUFS && errno != ENETDOWN)
				warn("%s: send", kinds[k].name);
			refused[k]++;
		}
		if (v % 64 == 63)
			usleep(1000);
	}
	close(fd);
}

static void look(struct point *p)
{
	static uint8_t f[FRAME_MAX];
	char want[32];
	ssize_t len;

	snprintf(want, sizeof(want), "-%d;", getppid());
	while ((len = recv(p->fd, f, sizeof(f), MSG_DONTWAIT)) > 0) {
		uint8_t *at = memmem(f, len, COOKIE, strlen(COOKIE));
		unsigned long k;
		char *end;

		if (!at)
			continue;
		k = strtoul((char *)at + strlen(COOKIE), &end, 10);
		if (k < ARRAY_SIZE(kinds) && !strncmp(end, want, strlen(want)))
			p->seen[k]++;
	}
}

static void look_for(int ms)
{
	struct timespec ts;
	int64_t end;
	unsigned int i;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	end = ts.tv_sec * 1000 + ts.tv_nsec / 1000000 + ms;
	do {
		struct pollfd fds[MAX_TO];

		for (i = 0; i < n_to; i++)
			fds[i] = (struct pollfd){.fd = to[i].fd, .events = POLLIN};
		poll(fds, n_to, 10);
		for (i = 0; i < n_to; i++)
			look(&to[i]);
		clock_gettime(CLOCK_MONOTONIC, &ts);
	} while (ts.tv_sec * 1000 + ts.tv_nsec / 1000000 < end);
}

static void parse_point(struct point *p, char *arg)
{
	char *comma = strchr(arg, ',');

	if (!comma)
		errx(3, "%s: NETNS,DEVICE expected", arg);
	*comma = 0;
	p->netns = arg;
	p->dev = comma + 1;
}

static void parse_mac(uint8_t mac[6], const char *s)
{
	unsigned int b[6], i;

	if (sscanf(s, "%x:%x:%x:%x:%x:%x", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5]) != 6)
		errx(3, "%s: not a MAC address", s);
	for (i = 0; i < 6; i++)
		mac[i] = b[i];
}

static bool chosen(const char *list, const char *name)
{
	bool except = list && *list == '-';
	size_t n = strlen(name);
	const char *s;

	if (!list)
		return true;
	for (s = list + except; *s; s += strcspn(s, ","), s += *s == ',')
		if (strcspn(s, ",") == n && !strncmp(s, name, n))
			return !except;
	return except;
}

int main(int argc, char **argv)
{
	const char *list = NULL;
	bool bypass = false;
	unsigned int i, k;
	int wait_ms = 200, opt;

	while ((opt = getopt(argc, argv, "f:t:k:d:s:qw:l")) != -1) {
		switch (opt) {
		case 'f':
			parse_point(&from, optarg);
			break;
		case 't':
			if (n_to == MAX_TO)
				errx(3, "too many -t");
			parse_point(&to[n_to++], optarg);
			break;
		case 'k':
			list = optarg;
			break;
		case 'd':
			parse_mac(unicast_dst, optarg);
			break;
		case 's':
			parse_mac(src_mac, optarg);
			break;
		case 'q':
			bypass = true;
			break;
		case 'w':
			wait_ms = atoi(optarg);
			break;
		case 'l':
			for (k = 0; k < ARRAY_SIZE(kinds); k++)
				puts(kinds[k].name);
			return 0;
		default:
			return 3;
		}
	}
	if (!from.netns || !n_to)
		errx(3, "-f and -t are needed");
	for (i = 0; i < n_to; i++)
		to[i].fd = open_packet(&to[i], ETH_P_ALL, false, false);
	for (k = 0; k < ARRAY_SIZE(kinds); k++)
		if (chosen(list, kinds[k].name)) {
			send_kind(k, bypass);
			look_for(kinds[k].vlans[0] < 0 ? 100 : 5);
		}
	look_for(wait_ms);
	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		if (!sent[k])
			continue;
		printf("%s sent %u", kinds[k].name, sent[k]);
		for (i = 0; i < n_to; i++)
			printf(" %s,%s %u", to[i].netns, to[i].dev, to[i].seen[k]);
		putchar('\n');
	}
	return 0;
}
