// SPDX-License-Identifier: GPL-2.0-only
/*
 * bfd_io.c - see bfd_io.h.
 *
 * RFC 5881 (4 ports, 5 TTL), RFC 5883 (5 ports)
 */
#include "bfd/bfd_io.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "log.h"

enum { BATCH = 64, ROOM = 64 };

/* What the kernel says beside a datagram: how far it came, where to, and by which device. */
struct beside {
	int ttl;
	unsigned int ifindex;
	struct ip_addr to;
};

static void read_control(struct msghdr *msg, struct beside *b)
{
	*b = (struct beside){.ttl = -1};
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL) {
			memcpy(&b->ttl, CMSG_DATA(c), sizeof(b->ttl));
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT) {
			memcpy(&b->ttl, CMSG_DATA(c), sizeof(b->ttl));
		} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			b->ifindex = (unsigned int)info.ipi_ifindex;
			b->to = ip_from_bytes(&info.ipi_addr, 4);
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			b->ifindex = info.ipi6_ifindex;
			b->to = ip_from_bytes(&info.ipi6_addr, 16);
		}
	}
}

static bool take(const struct mmsghdr *m, bool multihop, struct bfd_arrival *a)
{
	const struct msghdr *msg = &m->msg_hdr;
	char ip[IP_STRLEN];
	struct beside b;
	const char *why;

	read_control((struct msghdr *)msg, &b);
	a->from = ip_from_sockaddr(msg->msg_name);
	a->to = b.to;
	why = bfd_decode(msg->msg_iov->iov_base, m->msg_len, &a->packet);
	if (!why && !multihop && b.ttl != BFD_TTL)
		why = "it has crossed a router";
	if (why) {
		log_debug("packet from %s discarded: %s", ip_format(&a->from, ip), why);
		return false;
	}
	a->ifindex = b.ifindex;
	return true;
}

int bfd_io_receive(int fd, bool multihop, void (*fn)(void *data, const struct bfd_arrival *arrival),
		   void *data)
{
	static union {
		struct cmsghdr align;
		char bytes[256];
	} control[BATCH];
	static struct sockaddr_storage from[BATCH];
	static char octets[BATCH][ROOM];
	struct mmsghdr msgs[BATCH];
	struct iovec iov[BATCH];
	struct bfd_arrival a;
	int i, n;

	for (i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){octets[i], ROOM};
		msgs[i].msg_hdr = (struct msghdr){
			.msg_name = &from[i],
			.msg_namelen = sizeof(from[i]),
			.msg_iov = &iov[i],
			.msg_iovlen = 1,
			.msg_control = &control[i],
			.msg_controllen = sizeof(control[i]),
		};
	}
	n = recvmmsg(fd, msgs, BATCH, MSG_DONTWAIT, NULL);
	for (i = 0; i < n; i++)
		if (take(&msgs[i], multihop, &a))
			fn(data, &a);
	return n < 0 ? 0 : n;
}

void bfd_io_send(const struct bfd_peer *p, const struct bfd_packet *packet)
{
	uint16_t port = p->order.multihop ? BFD_MULTIHOP_PORT : BFD_PORT;
	struct sockaddr_storage ss;
	u8 octets[BFD_LEN];

	bfd_encode(packet, octets);
	sendto(p->fd, octets, sizeof(octets), MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&ss,
	       ip_to_sockaddr(&p->order.key.remote, port, &ss));
}
