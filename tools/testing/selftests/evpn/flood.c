// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends numbered frames into one device, and counts what of them is seen on others, each in a
 * network namespace of its own.
 *
 *   flood [OPTIONS] KINDS NETNS,DEVICE NETNS,DEVICE...
 *
 * KINDS is a word of these letters; of each, NUMBER frames enter the first device:
 *   b  to all			m  to a group		u  to a host that nobody knows
 *   k  to the host of -d	i  an IPv4 packet to a group
 *   g  an IPv4 packet of 12,000 octets to all, to be cut into segments on its way (a tenth of NUMBER)
 *
 *   -n NUMBER (100)   -r FRAMES-A-SECOND (as fast as possible)   -w MILLISECONDS of silence to end (300)
 *   -s SOURCE   -d HOST, link-layer addresses   -t TAG, 88a8:N for an S-tag; the outermost first
 *
 * Prints "ready" when it listens, and in the end for each kind and place "KIND NETNS,DEVICE SEEN TWICE":
 * frames (of g: packets' worth of payload) and how many of them had been seen there or elsewhere before.
 * SIGTERM ends the sending early; what was sent is printed as "KIND sent NUMBER".
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
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ETHERTYPE 0x88b5
#define MAX_PLACES 16
#define MAX_TAGS 2
#define MAX_NUMBER 65536
#define PAYLOAD 46
#define BIG 12000
#define MSS 1200
#define TCP_PORT 4242

static const char all_kinds[] = "bmukig";

static struct place {
	const char *name;
	int fd;
	unsigned long seen[sizeof(all_kinds)], twice[sizeof(all_kinds)];
} places[MAX_PLACES];
static unsigned int n_places;

static uint8_t source[6] = {0x02, 0xf0, 0, 0, 0, 1}, host[6] = {0x02, 0, 0, 0, 0x0c, 0x0e};
static uint16_t tags[MAX_TAGS][2];
static unsigned int n_tags, number = 100, quiet_ms = 300;
static double rate;
static uint8_t *known[sizeof(all_kinds)]; /* by number: seen somewhere */
static unsigned long sent[sizeof(all_kinds)];
static volatile sig_atomic_t stop;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void mac(const char *text, uint8_t out[6])
{
	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &out[0], &out[1], &out[2], &out[3],
		   &out[4], &out[5]) != 6)
		errx(1, "%s is not a link-layer address", text);
}

static void tag(const char *text)
{
	const char *colon = strchr(text, ':');

	if (n_tags == MAX_TAGS)
		errx(1, "more than %d tags", MAX_TAGS);
	tags[n_tags][0] = colon ? strtoul(text, NULL, 16) : ETH_P_8021Q;
	tags[n_tags++][1] = atoi(colon ? colon + 1 : text);
}

/* A packet socket in another namespace: "NETNS,DEVICE". */
static int open_in(const char *name, int protocol)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(protocol)};
	char path[256], device[IF_NAMESIZE];
	int ns, fd, big = 16 << 20;

	if (sscanf(name, "%200[^,],%15s", path + 11, device) != 2)
		errx(1, "%s is not NETNS,DEVICE", name);
	memcpy(path, "/run/netns/", 11);
	ns = open(path, O_RDONLY);
	if (ns < 0 || setns(ns, CLONE_NEWNET))
		err(1, "%s", path);
	close(ns);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	at.sll_ifindex = if_nametoindex(device);
	if (fd < 0 || !at.sll_ifindex || bind(fd, (struct sockaddr *)&at, sizeof(at)))
		err(1, "%s", name);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof(big));
	return fd;
}

static uint8_t *put16(uint8_t *p, unsigned int value)
{
	*p++ = value >> 8;
	*p++ = value;
	return p;
}

static uint16_t sum(const uint8_t *p, size_t len, uint32_t start)
{
	for (; len > 1; len -= 2, p += 2)
		start += p[0] << 8 | p[1];
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return start;
}

/* IPv4 header of 20 octets; the protocol's checksum over the pseudo header is *@pseudo */
static uint8_t *put_ip(uint8_t *p, unsigned int len, uint8_t protocol, const uint8_t dst[4],
		       uint16_t *pseudo)
{
	const uint8_t head[] = {
		0x45, 0, (len + 20) >> 8, len + 20, 0, 0, 0x40, 0, 4, protocol, 0, 0, 10, 0, 0, 1};

	memcpy(p, head, sizeof(head));
	memcpy(p + 16, dst, 4);
	put16(p + 10, ~sum(p, 20, 0) & 0xffff);
	*pseudo = sum(p + 12, 8, protocol + len);
	return p + 20;
}

static uint8_t *put_payload(uint8_t *p, char kind, uint32_t i)
{
	memset(p, 0, PAYLOAD);
	p[0] = kind;
	memcpy(p + 1, &i, sizeof(i));
	return p + PAYLOAD;
}

static size_t frame_make(uint8_t *frame, char kind, uint32_t i, struct virtio_net_hdr *vnet)
{
	static const uint8_t to_group[] = {0x01, 0, 0x5e, 1, 1, 1},
			     nobody[] = {0x02, 0, 0, 0, 0x99, 0x99};
	static const uint8_t group[] = {239, 1, 1, 1}, everybody[] = {255, 255, 255, 255};
	uint8_t *p = frame + 12;
	uint16_t pseudo;

	memset(frame, 0xff, 6);
	if (kind == 'm' || kind == 'i')
		memcpy(frame, to_group, 6);
	else if (kind == 'u' || kind == 'k')
		memcpy(frame, kind == 'u' ? nobody : host, 6);
	memcpy(frame + 6, source, 6);
	for (unsigned int t = 0; t < n_tags; t++) {
		p = put16(p, tags[t][0]);
		p = put16(p, tags[t][1]);
	}
	memset(vnet, 0, sizeof(*vnet));
	switch (kind) {
	case 'i':
		p = put16(p, ETH_P_IP);
		p = put_ip(p, 8 + PAYLOAD, IPPROTO_UDP, group, &pseudo);
		p = put16(p, TCP_PORT);
		p = put16(p, TCP_PORT);
		p = put16(p, 8 + PAYLOAD);
		p = put16(p, 0);
		return put_payload(p, kind, i) - frame;
	case 'g':
		p = put16(p, ETH_P_IP);
		p = put_ip(p, 20 + BIG, IPPROTO_TCP, everybody, &pseudo);
		memset(p, 0, 20 + BIG);
		put16(p, TCP_PORT);
		put16(p + 2, TCP_PORT);
		p[12] = 0x50;
		p[13] = 0x10;
		put16(p + 16, pseudo);
		*vnet = (struct virtio_net_hdr){
			.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
			.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
			.hdr_len = p + 20 - frame,
			.gso_size = MSS,
			.csum_start = p - frame,
			.csum_offset = 16,
		};
		return p + 20 + BIG - frame;
	default:
		p = put16(p, ETHERTYPE);
		return put_payload(p, kind, i) - frame;
	}
}

static void send_one(int fd, char kind, uint32_t i)
{
	static uint8_t frame[BIG + 128];
	struct virtio_net_hdr vnet;
	struct iovec iov[] = {{&vnet, sizeof(vnet)}, {frame, frame_make(frame, kind, i, &vnet)}};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};

	while (sendmsg(fd, &msg, 0) < 0) {
		if (errno != ENOBUFS && errno != EAGAIN)
			err(1, "send");
		usleep(500);
	}
}

static void seen(struct place *p, const uint8_t *frame, size_t len)
{
	const uint8_t *q = frame + 12, *end = frame + len;
	uint16_t type;
	uint32_t i;
	int k;

	if (len < 60 || memcmp(frame + 6, source, 6))
		return;
	while ((type = q[0] << 8 | q[1]) == ETH_P_8021Q || type == ETH_P_8021AD)
		q += 4;
	q += 2;
	if (type == ETH_P_IP && q[9] == IPPROTO_TCP && end - q > 40) {
		p->seen[strchr(all_kinds, 'g') - all_kinds] += (q[2] << 8 | q[3]) - 40;
		return;
	}
	if (type == ETH_P_IP && q[9] == IPPROTO_UDP)
		q += 28;
	else if (type != ETHERTYPE)
		return;
	if (end - q < 5 || !q[0] || !strchr(all_kinds, q[0]))
		return;
	k = strchr(all_kinds, q[0]) - all_kinds;
	memcpy(&i, q + 1, sizeof(i));
	if (i >= MAX_NUMBER)
		return;
	p->seen[k]++;
	p->twice[k] += known[k][i];
	known[k][i] = 1;
}

/* Reads what is there. False when there was nothing for @ms. */
static bool listen_for(int ms)
{
	static uint8_t frame[65536];
	struct pollfd fds[MAX_PLACES];
	struct sockaddr_ll from;
	bool any = false;
	ssize_t n;

	for (unsigned int i = 0; i < n_places; i++)
		fds[i] = (struct pollfd){.fd = places[i].fd, .events = POLLIN};
	if (poll(fds, n_places, ms) <= 0)
		return false;
	for (unsigned int i = 0; i < n_places; i++) {
		socklen_t len = sizeof(from);

		while ((n = recvfrom(places[i].fd, frame, sizeof(frame), MSG_DONTWAIT,
				     (struct sockaddr *)&from, &len)) > 0) {
			if (from.sll_pkttype != PACKET_OUTGOING)
				seen(&places[i], frame, n);
			any = true;
		}
	}
	return any;
}

/* Anything may arrive that is none of ours: silence is when no frame of ours comes. */
static unsigned long total(void)
{
	unsigned long n = 0;

	for (unsigned int i = 0; i < n_places; i++)
		for (unsigned int k = 0; k < strlen(all_kinds); k++)
			n += places[i].seen[k];
	return n;
}

static void run(const char *kinds, int fd)
{
	double begin = now(), end;
	unsigned long before;

	for (; *kinds && !stop; kinds++) {
		unsigned int k = strchr(all_kinds, *kinds) - all_kinds;
		unsigned int n = *kinds == 'g' ? (number + 9) / 10 : number;

		for (unsigned int i = 0; i < n && !stop; i++) {
			while (rate && now() < begin + i / rate)
				listen_for(1);
			send_one(fd, *kinds, i);
			sent[k]++;
			if (!rate)
				listen_for(0);
		}
	}
	end = now() + quiet_ms / 1000.0;
	while (now() < end) {
		before = total();
		listen_for(10);
		if (total() != before)
			end = now() + quiet_ms / 1000.0;
	}
}

static void on_term(int number_of_signal)
{
	stop = 1;
}

int main(int argc, char **argv)
{
	int fd, opt, one = 1;
	const char *kinds;

	while ((opt = getopt(argc, argv, "n:r:w:s:d:t:")) != -1) {
		switch (opt) {
		case 'n':
			number = strtoul(optarg, NULL, 0);
			break;
		case 'r':
			rate = atof(optarg);
			break;
		case 'w':
			quiet_ms = strtoul(optarg, NULL, 0);
			break;
		case 's':
			mac(optarg, source);
			break;
		case 'd':
			mac(optarg, host);
			break;
		case 't':
			tag(optarg);
			break;
		default:
			return 1;
		}
	}
	if (argc - optind < 3 || argc - optind - 2 > MAX_PLACES || number > MAX_NUMBER)
		errx(1, "usage: flood [OPTIONS] KINDS NETNS,DEVICE NETNS,DEVICE...");
	kinds = argv[optind];
	if (strspn(kinds, all_kinds) != strlen(kinds))
		errx(1, "%s: the kinds are %s", kinds, all_kinds);
	for (unsigned int k = 0; k < strlen(all_kinds); k++)
		known[k] = calloc(MAX_NUMBER, 1);
	for (int i = optind + 2; i < argc; i++) {
		places[n_places].name = argv[i];
		places[n_places++].fd = open_in(argv[i], ETH_P_ALL);
	}
	fd = open_in(argv[optind + 1], 0);
	if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)))
		err(1, "PACKET_VNET_HDR");
	signal(SIGTERM, on_term);
	printf("ready\n");
	fflush(stdout);
	run(kinds, fd);
	for (; *kinds; kinds++) {
		unsigned int k = strchr(all_kinds, *kinds) - all_kinds;

		printf("%c sent %lu\n", *kinds, sent[k]);
		for (unsigned int i = 0; i < n_places; i++)
			printf("%c %s %lu %lu\n", *kinds, places[i].name,
			       *kinds == 'g' ? places[i].seen[k] / BIG : places[i].seen[k],
			       places[i].twice[k]);
	}
	return 0;
}
