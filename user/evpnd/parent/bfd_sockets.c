// SPDX-License-Identifier: GPL-2.0-only
/*
 * bfd_sockets.c - see bfd_sockets.h.
 */
#include "parent/bfd_sockets.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bfd.h"

enum {
	TOS_NETWORK_CONTROL = 0xc0,
	PORTS = 65536 - BFD_SOURCE_PORT_MIN,
	PORT_TRIES = 64,
	PRIORITY = 7, /* of SO_PRIORITY: network control, for qdiscs */
};

static int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) ? -errno : 0;
}

static int open_udp(bool v6)
{
	int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP, r;
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	r = v6 ? set_int(fd, level, IPV6_V6ONLY, 1) : 0;
	if (!r)
		r = set_int(fd, level, v6 ? IPV6_UNICAST_HOPS : IP_TTL, BFD_TTL);
	set_int(fd, level, v6 ? IPV6_TCLASS : IP_TOS, TOS_NETWORK_CONTROL);
	set_int(fd, SOL_SOCKET, SO_PRIORITY, PRIORITY);
	if (!r)
		return fd;
	close(fd);
	return r;
}

static int ask_for_details(int fd, bool v6)
{
	int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
	int r = set_int(fd, level, v6 ? IPV6_RECVHOPLIMIT : IP_RECVTTL, 1);

	return r ? r : set_int(fd, level, v6 ? IPV6_RECVPKTINFO : IP_PKTINFO, 1);
}

int bfd_socket_listen(bool v6, bool multihop)
{
	static const uint8_t any[16];
	struct ip_addr a = ip_from_bytes(any, v6 ? 16 : 4);
	uint16_t port = multihop ? BFD_MULTIHOP_PORT : BFD_PORT;
	struct sockaddr_storage ss;
	int fd = open_udp(v6), r;

	if (fd < 0)
		return fd;
	r = ask_for_details(fd, v6);
	if (!r && bind(fd, (struct sockaddr *)&ss, ip_to_sockaddr(&a, port, &ss)))
		r = -errno;
	if (!r)
		return fd;
	close(fd);
	return r;
}

/* A port at random: a neighbour behind several of ours sees them apart (RFC 5881 section 4). */
static int bind_some_port(int fd, const struct ip_addr *local)
{
	struct sockaddr_storage ss;
	uint16_t chance;

	for (int i = 0; i < PORT_TRIES; i++) {
		if (getrandom(&chance, sizeof(chance), 0) != sizeof(chance))
			return -errno;
		if (!bind(fd, (struct sockaddr *)&ss,
			  ip_to_sockaddr(local, (uint16_t)(BFD_SOURCE_PORT_MIN + chance % PORTS),
					 &ss)))
			return 0;
		if (errno != EADDRINUSE)
			return -errno;
	}
	return -EADDRINUSE;
}

int bfd_socket_send(const struct bfd_key *key)
{
	static const uint8_t any[16];
	bool v6 = key->remote.len == 16;
	struct ip_addr local =
		ip_is_none(&key->local) ? ip_from_bytes(any, v6 ? 16 : 4) : key->local;
	int fd = open_udp(v6), r = 0;

	if (fd < 0)
		return fd;
	/* the address may come later, or move */
	set_int(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_FREEBIND : IP_FREEBIND, 1);
	if (key->ifname[0] && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, key->ifname,
					 (socklen_t)strlen(key->ifname)))
		r = -errno;
	if (!r)
		r = bind_some_port(fd, &local);
	if (!r)
		return fd;
	close(fd);
	return r;
}

static u8 prefix_length(const struct ip_addr *mask)
{
	u8 n = 0;

	while (n < ip_bits(mask) && mask->b[n / 8] & 0x80 >> n % 8)
		n++;
	return n;
}

bool bfd_on_link(const struct ifaddrs *all, const struct ip_addr *address)
{
	const struct ifaddrs *i;

	for (i = all; i; i = i->ifa_next) {
		struct ip_addr a, mask;
		struct ip_prefix p;

		if (!i->ifa_addr || !i->ifa_netmask)
			continue;
		a = ip_from_sockaddr(i->ifa_addr);
		mask = ip_from_sockaddr(i->ifa_netmask);
		p = prefix_make(&a, prefix_length(&mask));
		if (a.len == address->len && p.plen < ip_bits(&a) && prefix_contains(&p, address))
			return true;
	}
	return false;
}
