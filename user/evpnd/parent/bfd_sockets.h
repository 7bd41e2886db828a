/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bfd_sockets.h - the UDP sockets of the BFD process, which may open none itself.
 *
 * RFC 5881 (4 ports, 5 TTL), RFC 5883 (5 ports)
 */
#ifndef EVPND_BFD_SOCKETS_H
#define EVPND_BFD_SOCKETS_H

#include <ifaddrs.h>

#include "contract/bfd.h"

/** bfd_socket_listen() - for all control packets of a family and a kind; a descriptor or -errno */
int bfd_socket_listen(bool v6, bool multihop);

/**
 * bfd_socket_send() - for the packets of one session: TTL 255, a source port from 49152 up
 *
 * Return: a descriptor, or a negative errno: the local address or the interface is not there.
 */
int bfd_socket_send(const struct bfd_key *key);

/** bfd_on_link() - is the address in a subnet of one of our devices, of getifaddrs()? */
bool bfd_on_link(const struct ifaddrs *all, const struct ip_addr *address);

#endif
