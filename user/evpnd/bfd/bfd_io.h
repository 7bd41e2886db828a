/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bfd_io.h - control packets in and out of UDP sockets.
 */
#ifndef EVPND_BFD_IO_H
#define EVPND_BFD_IO_H

#include "bfd/bfd_table.h"

/**
 * struct bfd_arrival - a packet that can be used
 * @ifindex: the device it came in by
 */
struct bfd_arrival {
	struct bfd_packet packet;
	struct ip_addr from;
	struct ip_addr to;
	uint32_t ifindex;
};

/**
 * bfd_io_receive() - read what is there, at most a few dozen packets
 * @multihop: the socket is that of RFC 5883; else only what has come with a TTL of 255 is used
 *
 * Packets that RFC 5880 6.8.6 or RFC 5881 section 5 discard are not passed on.
 *
 * Return: how many datagrams were read.
 */
int bfd_io_receive(int fd, bool multihop, void (*fn)(void *data, const struct bfd_arrival *arrival),
		   void *data);

/** bfd_io_send() - a packet of @p's; that it cannot be sent now is a packet that is lost */
void bfd_io_send(const struct bfd_peer *p, const struct bfd_packet *packet);

#endif
