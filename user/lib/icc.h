/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * icc.h - the datagrams that PEs of one Ethernet Segment send each other beside BGP, over UDP: who waits for a
 * role, who has closed, whose host is to be asked. Pure: octets in, octets out.
 *
 *	 0  "evic"                          4
 *	 4  version, 1                      1
 *	 5  type, enum icc_type             1
 *	 6  octets of the whole datagram    2
 *	 8  token                           8
 *	16  ESI                            10
 *	26  flags, enum icc_flag            1
 *	27  octets of the address           1
 *	28  Ethernet tag                    4
 *	32  address, filled up with zeros  16
 *	48  VLANs, bit V % 8 of octet V / 8: 512 octets, of ICC_WAITING and ICC_CLOSED without ICC_PORT
 *
 * All numbers are big-endian. What a type does not use is sent as zero and not looked at.
 *
 * The term is that of RFC 7275, whose protocol (ICCP over LDP) this is not.
 */
#ifndef EVPN_ICC_H
#define EVPN_ICC_H

#include "addr.h"

enum {
	ICC_VERSION = 1,
	ICC_HEAD_LEN = 48,
	ICC_VLAN_BYTES = 512,
	ICC_LEN_MAX = ICC_HEAD_LEN + ICC_VLAN_BYTES,
	ICC_TTL = 255,
};

/**
 * enum icc_type - what is said
 * @ICC_HELLO: I am here. No segment, no token
 * @ICC_WAITING: I am elected for these, and wait until you have closed. @token is fresh for each time
 * @ICC_CLOSED: I was asked with this token, and my kernel has closed these since, and I am not elected for them
 * @ICC_ASK: a host that you advertise does not answer here: ask it
 */
enum icc_type { ICC_HELLO = 1, ICC_WAITING, ICC_CLOSED, ICC_ASK };

/**
 * enum icc_flag - @ICC_PORT: one role for the whole port, so no VLANs; @ICC_HEARD: of ICC_HELLO: yours arrive
 */
enum icc_flag { ICC_PORT = 1, ICC_HEARD = 2 };

/**
 * struct icc_msg - one datagram
 * @flags: enum icc_flag
 * @token: of ICC_WAITING and ICC_CLOSED, never 0
 * @esi: of all but ICC_HELLO, names a segment
 * @tag, @address: of ICC_ASK
 * @vlans: a bitmap; all zero with ICC_PORT
 */
struct icc_msg {
	enum icc_type type;
	u8 flags;
	u64 token;
	struct esi esi;
	u32 tag;
	struct ip_addr address;
	u8 vlans[ICC_VLAN_BYTES];
};

/**
 * enum icc_verdict - of octets that came: @ICC_UNKNOWN: of a version or a type that this one does not know,
 *	which a newer one may have; @ICC_MALFORMED: nobody sends that
 */
enum icc_verdict { ICC_OK, ICC_UNKNOWN, ICC_MALFORMED };

/**
 * icc_decode() - read a datagram
 * @m: result; untouched unless ICC_OK is returned
 * @why: unless ICC_OK is returned: a piece of a sentence. May be NULL
 */
enum icc_verdict icc_decode(const void *data, size_t len, struct icc_msg *m, const char **why);

/**
 * icc_encode() - the opposite
 *
 * Return: octets written.
 */
size_t icc_encode(const struct icc_msg *m, u8 out[ICC_LEN_MAX]);

/** icc_type_name() - "hello", "waiting", "closed", "ask" */
const char *icc_type_name(enum icc_type type);

#endif
