/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bgp_evpn.h - EVPN routes (AFI 25, SAFI 70): decode, encode, RIB keys, text, and what is wrong with
 * a single route.
 *
 * A decoded route is a flat structure; which fields count follows from its type. Pure: no I/O, no
 * allocation.
 *
 * RFC 7432 (7), RFC 9136 (RT-5), RFC 9251 (RT-6 to RT-8), RFC 9572 (RT-9 to RT-11), RFC 7911 (path
 * identifiers), RFC 7606 (5.3, 5.4)
 */
#ifndef EVPN_BGP_EVPN_H
#define EVPN_BGP_EVPN_H

#include "types.h"
#include "addr.h"
#include "cursor.h"
#include "bgp_attr.h"

enum evpn_type {
	EVPN_AD = 1, /* Ethernet auto-discovery, per ES (tag EVPN_MAX_ETAG) or per EVI */
	EVPN_MACIP = 2,
	EVPN_IMET = 3, /* inclusive multicast */
	EVPN_ES = 4,   /* Ethernet Segment */
	EVPN_PREFIX = 5,
	EVPN_SMET = 6,	      /* selective multicast */
	EVPN_JOIN = 7,	      /* multicast membership report synch */
	EVPN_LEAVE = 8,	      /* multicast leave synch */
	EVPN_REGION_PMSI = 9, /* per-region I-PMSI A-D */
	EVPN_SPMSI = 10,      /* S-PMSI A-D */
	EVPN_LEAF_AD = 11,
};

#define EVPN_MAX_ETAG 0xffffffffu /* tag of RT-1 per ES */
#define EVPN_KEY_MAX 256	  /* octets of the longest key */
#define EVPN_KEY_PREFIX \
	14 /* where in the key of an RT-5 the prefix is, behind the octet with its length */
#define EVPN_STRLEN 600 /* of the longest evpn_format(), NUL included */

/* Flags octet of RT-6 to RT-8. The group's family says whether IGMP or MLD is meant. */
enum {
	EVPN_MC_IGMP1 = 0x01,	/* MLDv1 with an IPv6 group */
	EVPN_MC_IGMP2 = 0x02,	/* MLDv2 */
	EVPN_MC_IGMP3 = 0x04,	/* must be 0 for MLD */
	EVPN_MC_EXCLUDE = 0x08, /* IE: exclude mode */
};

/**
 * struct evpn_nlri - one route
 * @type: enum evpn_type, or an unknown number (then only @value counts)
 * @path_id: add-path identifier, 0 without add-path
 * @bad_key: the key itself is malformed: there is no route to speak of
 * @rd: 1 to 10
 * @esi: 1, 2, 4, 5, 7, 8
 * @etag: Ethernet tag: 1, 2, 3, 5 to 10
 * @mac: 2
 * @ip: 2: host address (or none); 5: prefix, host bits as received
 * @plen: 5: prefix length in bits
 * @gw: 5: gateway address, family of @ip; all zero when there is none
 * @labels: 2: how many labels, 1 or 2; 1, 5: 1
 * @label: 1, 2, 5: the 24-bit fields as on the wire (a VNI, or an MPLS label << 4: label_mpls())
 * @src: 6, 7, 8, 10: multicast source, none for (*,G)
 * @grp: 6, 7, 8, 10: multicast group, none for (*,*)
 * @orig: originating router: 3, 4, 6, 7, 8, 10, 11
 * @flags: 6, 7, 8: EVPN_MC_*
 * @reserved: 8: kept and sent on unchanged
 * @max_resp: 8: maximum response time, tenths of a second
 * @old_leave: 8: the older layout of five octets after the originator, without @max_resp. The five
 *	are the reserved ones and flags; it is encoded as it came.
 * @region: 9: region identifier
 * @value: the octets after type and length as received; for type 11 @route_key lies in them
 * @route_key: 11: the whole NLRI (with type and length) this route answers
 */
struct evpn_nlri {
	u8 type;
	u8 plen;
	u8 labels;
	u8 flags;
	u8 max_resp;
	bool old_leave;
	bool bad_key;
	u32 path_id;
	u32 etag;
	u32 label[2];
	u32 reserved;
	struct rd rd;
	struct esi esi;
	struct mac mac;
	struct ip_addr ip;
	struct ip_addr gw;
	struct ip_addr src;
	struct ip_addr grp;
	struct ip_addr orig;
	u8 region[8];
	struct slice value;
	struct slice route_key;
};

/** label_mpls() - the 20-bit label of a label field */
static inline u32 label_mpls(u32 field)
{
	return field >> 4;
}

/** label_from_mpls() - label field of a 20-bit label, bottom of stack set */
static inline u32 label_from_mpls(u32 label)
{
	return label << 4 | 1;
}

/** evpn_is_ad_es() - RT-1 per ES (and not per EVI) */
static inline bool evpn_is_ad_es(const struct evpn_nlri *n)
{
	return n->type == EVPN_AD && n->etag == EVPN_MAX_ETAG;
}

/** evpn_type_name() - "ethernet-ad", "mac-ip", ...; "unknown" */
const char *evpn_type_name(u8 type);

/** struct evpn_iter - a walk over the NLRI field of MP_REACH or MP_UNREACH */
struct evpn_iter {
	struct cursor c;
	bool add_path;
	bool withdraw;
};

/**
 * evpn_iter_init() - start a walk
 * @nlri: u.reach.nlri or u.unreach.nlri of a struct bgp_update whose verdict is not BGP_RESET
 * @add_path: path identifiers are there
 * @withdraw: this is MP_UNREACH: labels and flags are not judged
 */
void evpn_iter_init(struct evpn_iter *it, const struct slice *nlri, bool add_path, bool withdraw);

/**
 * evpn_iter_next() - the next route
 * @n: result
 * @out: what is wrong with this route by itself: BGP_ACCEPT; BGP_DISCARD: unknown type, leave it out
 *	(@n->value is set); BGP_WITHDRAW: by content; BGP_RESET: it cannot be parsed. May not be NULL.
 *
 * With BGP_WITHDRAW, evpn_key() tells the route to withdraw; it returns 0 when what is wrong is the
 * key itself, and the route is to be dropped.
 *
 * Return: false at the end, and after BGP_RESET.
 */
bool evpn_iter_next(struct evpn_iter *it, struct evpn_nlri *n, struct bgp_outcome *out);

/**
 * evpn_check() - rules over a route together with its attributes
 * @attrs: of the UPDATE
 * @n: a route that evpn_iter_next() accepted, reachable
 * @out: result; the reason is set unless accepted
 *
 * The rules that need no configuration: the split-horizon type of RT-1 per ES (RFC 9746), the reserved
 * ESI of an RT-2 that synchronizes neighbours, overlay index and router's MAC of RT-5 (RFC 9136),
 * the number of EVI-RTs of RT-7 and RT-8 that have an ES-Import (RFC 9251).
 *
 * Return: out->verdict, BGP_ACCEPT or BGP_WITHDRAW.
 */
enum bgp_verdict evpn_check(const struct bgp_attrs *attrs, const struct evpn_nlri *n,
			    struct bgp_outcome *out);

/**
 * evpn_decode() - decode the value of one route
 * @type: route type
 * @value: the octets after type and length
 * @withdraw: labels and flags are not judged
 *
 * What evpn_iter_next() does for each route. Return: out->verdict.
 */
enum bgp_verdict evpn_decode(u8 type, const struct slice *value, bool withdraw, struct evpn_nlri *n,
			     struct bgp_outcome *out);

/**
 * evpn_encode() - type, length and value of one route (no path identifier)
 *
 * Unknown types are written from @n->value. On overflow @w is full and its length unchanged.
 *
 * Return: false when it did not fit, or @n cannot be encoded (an RT-4 without originator).
 */
bool evpn_encode(struct wbuf *w, const struct evpn_nlri *n);

/**
 * evpn_key() - the octets that identify a route: equal keys are the same route
 * @key: type, then the fields RFC 7432, 9136, 9251 and 9572 make the key, in wire form
 *
 * Labels, the ESI of RT-2 and RT-5, gateways, flags and the path identifier are not part of it. Host
 * bits of an RT-5 prefix are cleared.
 *
 * Return: octets, 1 to EVPN_KEY_MAX; 0 when @n has no valid key.
 */
size_t evpn_key(const struct evpn_nlri *n, u8 key[EVPN_KEY_MAX]);

/**
 * evpn_from_key() - a route that has this key and nothing else, fit for a withdraw
 * @key: what evpn_key() wrote; must live as long as @n (types 11 and unknown point into it)
 *
 * Return: 0, or -EINVAL.
 */
int evpn_from_key(const u8 *key, size_t len, struct evpn_nlri *n);

/**
 * evpn_format() - the key as FRR's `show bgp l2vpn evpn` prints it: [4]:[ESI]:[32]:[10.0.0.1]
 *
 * Without the RD, which FRR prints apart. Returns @buf.
 */
char *evpn_format(const struct evpn_nlri *n, char buf[EVPN_STRLEN]);

#endif
