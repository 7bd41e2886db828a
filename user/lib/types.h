/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * types.h - the small strong types of EVPN: Ethernet Segment identifier, MAC address, route
 * distinguisher, extended community; how they are typed in and printed.
 *
 * All of them hold octets in wire order, so two values are equal when memcmp() says so.
 * Pure: no I/O, no allocation.
 *
 * RFC 7432 (5 ESI, 7.9 RD), RFC 4364 (4.2 RD), RFC 4360, RFC 5668 (route targets)
 */
#ifndef EVPN_TYPES_H
#define EVPN_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

/** struct esi - Ethernet Segment identifier: octet 0 is the type, RFC 7432 section 5 */
struct esi {
	u8 b[10];
};

/** struct mac - an Ethernet address */
struct mac {
	u8 b[6];
};

/** struct rd - route distinguisher: 2 octets of type, 6 of value */
struct rd {
	u8 b[8];
};

/** struct ecomm - one extended community; bgp_extcomm.h knows what they mean */
struct ecomm {
	u8 b[8];
};

/* Buffer sizes, the terminating NUL included. */
#define ESI_STRLEN 30 /* 00:11:22:33:44:55:66:77:88:99 */
#define MAC_STRLEN 18 /* 00:11:22:33:44:55 */
#define RD_STRLEN 24  /* 255.255.255.255:65535, 4294967295:65535 or 0x1122334455667788 */
#define RT_STRLEN 24  /* as RD_STRLEN */

enum esi_type {
	ESI_ARBITRARY = 0,
	ESI_LACP = 1,
	ESI_MSTP = 2,
	ESI_MAC = 3,
	ESI_ROUTER_ID = 4,
	ESI_AS = 5,
};

enum rd_type {
	RD_AS2 = 0,
	RD_IPV4 = 1,
	RD_AS4 = 2,
};

static inline int esi_cmp(const struct esi *a, const struct esi *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

static inline int mac_cmp(const struct mac *a, const struct mac *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

static inline int rd_cmp(const struct rd *a, const struct rd *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

static inline int ecomm_cmp(const struct ecomm *a, const struct ecomm *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

/** esi_type() - the ESI's first octet; 0 to 5 are enum esi_type, others are unassigned */
static inline u8 esi_type(const struct esi *e)
{
	return e->b[0];
}

/** esi_is_zero() - the reserved value 0: a single-homed site */
bool esi_is_zero(const struct esi *e);

/** esi_is_max() - the reserved value MAX-ESI: all ones */
bool esi_is_max(const struct esi *e);

/** esi_is_reserved() - zero or MAX-ESI: names no Ethernet Segment */
bool esi_is_reserved(const struct esi *e);

/**
 * esi_parse() - read an ESI
 * @e: result, untouched on error
 * @s: ten pairs of hexadecimal digits with colons, dots or dashes between the pairs, or with a dot
 *     after every second pair as Cisco prints it (0011.2233.4455.6677.8899), or bare
 *
 * Return: 0, or -EINVAL.
 */
int esi_parse(struct esi *e, const char *s);

/** esi_format() - lower case with colons; returns @buf */
char *esi_format(const struct esi *e, char buf[ESI_STRLEN]);

/** esi_make_lacp() - type 1: the CE's LACP system MAC and port key */
struct esi esi_make_lacp(const struct mac *system, u16 key);

/**
 * esi_make_mac() - type 3: system MAC and local discriminator
 * @system: es-sys-mac of ifupdown2 and FRR
 * @discriminator: their es-id; 24 bits, higher ones are cut off
 */
struct esi esi_make_mac(const struct mac *system, u32 discriminator);

/**
 * mac_parse() - read a MAC address
 * @m: result, untouched on error
 * @s: six pairs of hexadecimal digits with colons, dots or dashes, 0011.2233.4455, or bare
 *
 * Return: 0, or -EINVAL.
 */
int mac_parse(struct mac *m, const char *s);

/** mac_format() - lower case with colons; returns @buf */
char *mac_format(const struct mac *m, char buf[MAC_STRLEN]);

/** mac_is_zero() - 00:00:00:00:00:00 */
bool mac_is_zero(const struct mac *m);

/** mac_is_multicast() - the group bit is set (broadcast included) */
static inline bool mac_is_multicast(const struct mac *m)
{
	return m->b[0] & 1;
}

/** rd_type() - enum rd_type, or an unassigned number */
static inline u16 rd_type(const struct rd *rd)
{
	return (u16)(rd->b[0] << 8 | rd->b[1]);
}

/** rd_make_as2() - type 0: 2-octet AS and a 32-bit number */
struct rd rd_make_as2(u16 as, u32 number);

/**
 * rd_make_ip() - type 1: IPv4 address (host order) and a 16-bit number; the form RFC 7432 wants
 * for RT-4 and RT-1 per ES
 */
struct rd rd_make_ip(u32 ip, u16 number);

/** rd_make_as4() - type 2: 4-octet AS and a 16-bit number */
struct rd rd_make_as4(u32 as, u16 number);

/**
 * rd_parse() - read "AS:number" or "a.b.c.d:number"
 *
 * An AS number above 65535, or one with the suffix L ("65000L:1"), gives type 2.
 *
 * Return: 0, or -EINVAL.
 */
int rd_parse(struct rd *rd, const char *s);

/** rd_format() - what rd_parse() reads; unassigned types as 0x and 16 digits; returns @buf */
char *rd_format(const struct rd *rd, char buf[RD_STRLEN]);

/**
 * rt_parse() - read a route target ("65000:1", "1.2.3.4:5", "4200000000:1", "65000L:1")
 *
 * Return: 0 and the extended community 00/02, 01/02 or 02/02, or -EINVAL.
 */
int rt_parse(struct ecomm *rt, const char *s);

/**
 * rt_format() - the value part of a route target (or EVI-RT) as rt_parse() reads it
 * @rt: type octet 0, 1 or 2 decides the form; anything else is printed as 0x and 16 digits
 *
 * A 4-octet community that holds a small AS number keeps its suffix L. Returns @buf.
 */
char *rt_format(const struct ecomm *rt, char buf[RT_STRLEN]);

#endif
