/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * addr.h - IPv4 and IPv6 addresses and prefixes in one type.
 *
 * Order is numeric, every IPv4 address before every IPv6 address: the order in which RFC 9785
 * section 4.1 wants candidates of mixed families. Pure: no I/O, no allocation.
 */
#ifndef EVPN_ADDR_H
#define EVPN_ADDR_H

#include <sys/socket.h>
#include "types.h"

/**
 * struct ip_addr - an address or none
 * @len: octets: 0 (none), 4 or 16
 * @b: wire order; octets beyond @len are zero
 */
struct ip_addr {
	u8 len;
	u8 b[16];
};

/**
 * struct ip_prefix - an address and how many of its bits count
 * @addr: host bits are zero after prefix_parse() and prefix_make()
 * @plen: 0 to 32 or 128
 */
struct ip_prefix {
	struct ip_addr addr;
	u8 plen;
};

#define IP_STRLEN 46	 /* INET6_ADDRSTRLEN */
#define PREFIX_STRLEN 50 /* address, '/', three digits */

/** ip_is_none() - no address at all */
static inline bool ip_is_none(const struct ip_addr *a)
{
	return a->len == 0;
}

/** ip_bits() - 0, 32 or 128: the length octet of EVPN routes */
static inline u8 ip_bits(const struct ip_addr *a)
{
	return (u8)(a->len * 8);
}

/** ip_is_zero() - 0.0.0.0, :: or none */
bool ip_is_zero(const struct ip_addr *a);

/** ip_is_link_local() - fe80::/10 */
static inline bool ip_is_link_local(const struct ip_addr *a)
{
	return a->len == 16 && a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

/**
 * ip_is_stand_in() - 169.254.0.1: FRR's zebra has it as a permanent neighbour in the place of a router's IPv6 address, and
 * as next hop of IPv4 routes where it makes no nexthop objects. Nobody answers to it
 */
static inline bool ip_is_stand_in(const struct ip_addr *a)
{
	return a->len == 4 && a->b[0] == 169 && a->b[1] == 254 && a->b[2] == 0 && a->b[3] == 1;
}

/** ip_is_multicast() - 224.0.0.0/4 or ff00::/8 */
bool ip_is_multicast(const struct ip_addr *a);

/**
 * ip_is_host() - can it be the address of one host, as next hop, originator or tunnel endpoint?
 *
 * Not none, 0.0.0.0/8, 127/8, 224/4 and 240/4 (with the broadcast address), ::, ::1, ff00::/8 and what
 * is IPv4 inside IPv6 (::ffff:0:0/96). RFC 1122 (3.2.1.3), RFC 4291 (2.5, 2.7)
 */
bool ip_is_host(const struct ip_addr *a);

/** ip_cmp() - numeric, IPv4 before IPv6, none before both; <0, 0, >0 */
int ip_cmp(const struct ip_addr *a, const struct ip_addr *b);

static inline bool ip_equal(const struct ip_addr *a, const struct ip_addr *b)
{
	return ip_cmp(a, b) == 0;
}

/** ip_v4() - from a number in host order */
struct ip_addr ip_v4(u32 host_order);

/** ip_mapped() - IPv4 as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2); others as they are */
struct ip_addr ip_mapped(const struct ip_addr *a);

/** ip_from_bytes() - from 0, 4 or 16 octets in wire order; any other @len gives none */
struct ip_addr ip_from_bytes(const void *bytes, size_t len);

/** ip_low32() - the last four octets as a number: the whole of IPv4, the tail of IPv6; 0 for none */
u32 ip_low32(const struct ip_addr *a);

/**
 * ip_parse() - read "192.0.2.1" or "2001:db8::1" (no scope, no prefix length)
 *
 * Return: 0, or -EINVAL with @a untouched.
 */
int ip_parse(struct ip_addr *a, const char *s);

/** ip_format() - "none" for no address; returns @buf */
char *ip_format(const struct ip_addr *a, char buf[IP_STRLEN]);

/** ip_from_sockaddr() - address of an AF_INET or AF_INET6 socket address; v4-mapped becomes IPv4 */
struct ip_addr ip_from_sockaddr(const struct sockaddr *sa);

/**
 * ip_to_sockaddr() - a socket address to connect or bind to
 * @a: not none
 * @port: host order
 *
 * Return: the length to pass to the system call, 0 for none.
 */
socklen_t ip_to_sockaddr(const struct ip_addr *a, u16 port, struct sockaddr_storage *ss);

/** prefix_make() - clears the host bits; @plen above the family's maximum is cut to it */
struct ip_prefix prefix_make(const struct ip_addr *a, u8 plen);

/**
 * prefix_parse() - read "10.0.0.0/8"; without a length it is a host prefix
 *
 * Return: 0, or -EINVAL (also when host bits are set) with @p untouched.
 */
int prefix_parse(struct ip_prefix *p, const char *s);

/** prefix_format() - returns @buf */
char *prefix_format(const struct ip_prefix *p, char buf[PREFIX_STRLEN]);

/** prefix_contains() - same family and the first plen bits agree */
bool prefix_contains(const struct ip_prefix *p, const struct ip_addr *a);

/**
 * prefix_is_routable() - can it be reached by a route of anybody's?
 *
 * Not what is within 0.0.0.0/8, 127/8, 224/4 and 255.255.255.255, or ::/96 (with :: and ::1), ::ffff:0:0/96, fe80::/10 and
 * ff00::/8. 240/4 is, as some use it inside. RFC 6890
 */
bool prefix_is_routable(const struct ip_prefix *p);

/** prefix_cmp() - by address, then by length */
int prefix_cmp(const struct ip_prefix *a, const struct ip_prefix *b);

#endif
