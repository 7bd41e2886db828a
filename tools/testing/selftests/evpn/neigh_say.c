// SPDX-License-Identifier: GPL-2.0-only
/*
 * A host says who it is: one ARP or Neighbour Discovery message, of any sender, out of a device.
 *
 *   neigh_say DEVICE KIND ADDRESS MAC [TARGET [DST [COUNT]]]
 *
 * KIND: request, reply (ARP); requests: ARP requests of COUNT hosts, each with the next address and MAC
 * address; ns, na, na-no-override, dad (IPv6). TARGET is whom it is about or
 * for; DST the Ethernet destination, broadcast or the group of all nodes unless told; COUNT how many times it is said.
 *
 * Standards: RFC 826, RFC 4861 sections 4.3, 4.4 and 4.6.1.
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static uint8_t frame[128];
static size_t len;

static void put(const void *data, size_t n)
{
	memcpy(frame + len, data, n);
	len += n;
}

static void mac_of(const char *s, uint8_t *mac)
{
	if (sscanf(s, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2, mac + 3, mac + 4,
		   mac + 5) != 6)
		errx(3, "'%s' is no MAC address", s);
}

static void addr_of(int family, const char *s, uint8_t *addr)
{
	if (inet_pton(family, s, addr) != 1)
		errx(3, "'%s' is no address", s);
}

static void arp(int op, const char *sender, const uint8_t *mac, const char *target)
{
	uint8_t head[] = {0, 1, 8, 0, 6, 4, 0, op}, ip[4], zero[6] = {};

	put(head, sizeof(head));
	put(mac, 6);
	addr_of(AF_INET, sender, ip);
	put(ip, 4);
	put(zero, 6);
	addr_of(AF_INET, target ? target : sender, ip);
	put(ip, 4);
}

/* Adds one to a number of @n octets. */
static void next(uint8_t *number, size_t n)
{
	while (n-- && !++number[n])
		;
}

/* The ARP message becomes the next host's. */
static void next_host(void)
{
	next(frame + 6, 6);
	memcpy(frame + 22, frame + 6, 6);
	next(frame + 28, 4);
}

static uint16_t checksum(const uint8_t *ip6, const uint8_t *icmp, size_t n)
{
	uint32_t sum = n + 58;

	for (size_t i = 8; i < 40; i += 2)
		sum += ip6[i] << 8 | ip6[i + 1];
	for (size_t i = 0; i < n; i += 2)
		sum += icmp[i] << 8 | icmp[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static void nd(const char *kind, const char *addr, const uint8_t *mac, const char *target)
{
	int is_ns = !strcmp(kind, "ns") || !strcmp(kind, "dad");
	uint8_t ip6[40] = {0x60, 0, 0, 0, 0, 32, 58, 255}, icmp[32] = {};
	uint16_t sum;

	addr_of(AF_INET6, !strcmp(kind, "dad") ? "::" : addr, ip6 + 8);
	addr_of(AF_INET6, "ff02::1", ip6 + 24);
	icmp[0] = is_ns ? 135 : 136;
	if (!strcmp(kind, "na"))
		icmp[4] = 0x20;
	addr_of(AF_INET6, is_ns && target ? target : addr, icmp + 8);
	icmp[24] = is_ns ? 1 : 2;
	icmp[25] = 1;
	memcpy(icmp + 26, mac, 6);
	sum = htons(checksum(ip6, icmp, sizeof(icmp)));
	memcpy(icmp + 2, &sum, 2);
	put(ip6, sizeof(ip6));
	put(icmp, sizeof(icmp));
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET};
	const char *kind, *target;
	uint8_t mac[6], dst[6];
	uint16_t type;
	int fd, v4, many, count;

	if (argc < 5)
		errx(3, "DEVICE KIND ADDRESS MAC [TARGET [DST [COUNT]]]");
	kind = argv[2];
	target = argc > 5 ? argv[5] : NULL;
	many = !strcmp(kind, "requests");
	v4 = many || !strcmp(kind, "request") || !strcmp(kind, "reply");
	mac_of(argv[4], mac);
	mac_of(argc > 6 ? argv[6] : v4 ? "ff:ff:ff:ff:ff:ff" : "33:33:00:00:00:01", dst);
	put(dst, 6);
	put(mac, 6);
	type = htons(v4 ? ETHERTYPE_ARP : ETHERTYPE_IPV6);
	put(&type, 2);
	if (v4)
		arp(!strcmp(kind, "reply") ? 2 : 1, argv[3], mac, target);
	else
		nd(kind, argv[3], mac, target);
	to.sll_ifindex = if_nametoindex(argv[1]);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0 || !to.sll_ifindex)
		err(3, "%s", argv[1]);
	for (count = argc > 7 ? atoi(argv[7]) : 1; count > 0; count--) {
		if (sendto(fd, frame, len, 0, (struct sockaddr *)&to, sizeof(to)) != (ssize_t)len)
			err(3, "%s", argv[1]);
		if (many)
			next_host();
		/* Whoever receives them may have the same processor. */
		if (many && !(count % 256))
			usleep(1000);
	}
	close(fd);
	return 0;
}
