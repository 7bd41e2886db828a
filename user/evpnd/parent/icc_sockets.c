// SPDX-License-Identifier: GPL-2.0-only
/*
 * icc_sockets.c - see icc_sockets.h.
 */
#include "parent/icc_sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "icc.h"
#include "log.h"

enum {
	TOS_NETWORK_CONTROL = 0xc0,
	PRIORITY = 7,		/* of SO_PRIORITY: network control, for qdiscs */
	ROOM = 4 * 1024 * 1024, /* a datagram for each of a thousand segments at once */
};

static int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) ? -errno : 0;
}

/* What tells how far a datagram came, and to which address. */
static int set_family(int fd, bool v6)
{
	int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP, r;

	r = v6 ? set_int(fd, level, IPV6_V6ONLY, 1) : 0;
	if (!r)
		r = set_int(fd, level, v6 ? IPV6_UNICAST_HOPS : IP_TTL, ICC_TTL);
	if (!r)
		r = set_int(fd, level, v6 ? IPV6_RECVHOPLIMIT : IP_RECVTTL, 1);
	if (!r)
		r = set_int(fd, level, v6 ? IPV6_RECVPKTINFO : IP_PKTINFO, 1);
	set_int(fd, level, v6 ? IPV6_TCLASS : IP_TOS, TOS_NETWORK_CONTROL);
	set_int(fd, SOL_SOCKET, SO_PRIORITY, PRIORITY);
	set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, ROOM);
	set_int(fd, SOL_SOCKET, SO_SNDBUFFORCE, ROOM);
	return r;
}

static int open_one(bool v6, uint16_t port)
{
	static const uint8_t any[16];
	struct ip_addr a = ip_from_bytes(any, v6 ? 16 : 4);
	struct sockaddr_storage ss;
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), r;

	if (fd < 0)
		return -errno;
	r = set_family(fd, v6);
	if (!r && bind(fd, (struct sockaddr *)&ss, ip_to_sockaddr(&a, port, &ss)))
		r = -errno;
	if (!r)
		return fd;
	close(fd);
	return r;
}

void icc_sockets_close(struct icc_sockets *s)
{
	for (int i = 0; i < 2; i++)
		if (s->port && s->fds[i] >= 0)
			close(s->fds[i]);
	s->port = 0;
	s->why[0] = '\0';
}

static uint16_t wanted(const struct conf *conf)
{
	const struct conf_icc *icc = &conf->global.icc;

	return icc->enabled && (conf->n_segments || conf->global.frr.discover) ? icc->port : 0;
}

static void say(struct icc_sockets *s, bool v6, int error)
{
	bool again = s->why[0];

	snprintf(s->why, sizeof(s->why),
		 "inter-chassis: UDP port %u of IPv%d: %s; hand-overs wait for BGP alone", s->port,
		 v6 ? 6 : 4, strerror(error));
	if (!again)
		log_error("%s", s->why);
}

int icc_sockets_configure(struct icc_sockets *s, const struct conf *conf, bool *changed)
{
	uint16_t port = wanted(conf);
	int result = 0;

	*changed = s->port != port;
	if (*changed) {
		icc_sockets_close(s);
		s->fds[0] = s->fds[1] = -1;
		s->port = port;
	}
	for (int i = 0; port && i < 2; i++) {
		int fd = s->fds[i] < 0 ? open_one(i, port) : s->fds[i];

		*changed |= fd >= 0 && s->fds[i] < 0;
		s->fds[i] = fd < 0 ? -1 : fd;
		if (fd >= 0 || fd == -EAFNOSUPPORT) /* a host without IPv6 has no use for it */
			continue;
		say(s, i, -fd);
		result = fd;
	}
	if (!result)
		s->why[0] = '\0';
	return result;
}
