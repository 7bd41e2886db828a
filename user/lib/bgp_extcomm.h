/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bgp_extcomm.h - the extended communities of EVPN: what eight octets mean, how to make them, find
 * them in an attribute and print them.
 *
 * An attribute's communities are a struct slice of n x 8 octets, in a message or in memory of the
 * caller. Pure: no I/O, no allocation.
 *
 * RFC 4360, RFC 5668, RFC 7153, RFC 7432 (7.5 to 7.10), RFC 8214 (3.1), RFC 8317 (E-Tree),
 * RFC 8584 (2.2), RFC 9012 (encapsulation, color, default gateway), RFC 9047 (ARP/ND),
 * RFC 9135 (router's MAC), RFC 9251 (multicast flags, EVI-RT), RFC 9625 (OISM), RFC 9722 (SCT),
 * RFC 7524 (segmented next hop), RFC 8097 (origin validation), draft-ietf-idr-link-bandwidth,
 * draft-ietf-bess-evpn-unequal-lb (EVPN link bandwidth),
 * RFC 9746 (split-horizon type), RFC 9785, RFC 9786
 */
#ifndef EVPN_BGP_EXTCOMM_H
#define EVPN_BGP_EXTCOMM_H

#include "types.h"
#include "addr.h"
#include "cursor.h"

enum ecomm_kind {
	EC_UNKNOWN,
	EC_RT,	   /* route target, type 0, 1, 2 */
	EC_ORIGIN, /* route origin (site of origin), type 0, 1, 2 */
	EC_ENCAP,
	EC_DEFAULT_GW,
	EC_COLOR,
	EC_MAC_MOBILITY,
	EC_ESI_LABEL,
	EC_ES_IMPORT,
	EC_ROUTER_MAC,
	EC_L2_ATTR,
	EC_ETREE,
	EC_DF_ELECTION,
	EC_ISID,
	EC_ARP_ND,
	EC_MCAST_FLAGS,
	EC_EVI_RT,  /* 06/0A to 06/0C */
	EC_EVI_RT6, /* 06/0D: cannot hold an IPv6 RT; never sent, never matches */
	EC_AC,
	EC_SCT,
	EC_LINK_BANDWIDTH,	/* 40/04 */
	EC_EVPN_LINK_BANDWIDTH, /* 06/10 */
	EC_SEGMENTED_NH,	/* 01/12: inter-area P2MP segmented next hop */
	EC_ORIGIN_VALIDATION,	/* 43/00: origin validation state */
	EC_KINDS
};

enum ecomm_tunnel {
	TUNNEL_GRE = 2,
	TUNNEL_VXLAN = 8,
	TUNNEL_NVGRE = 9,
	TUNNEL_MPLS = 10,
	TUNNEL_MPLS_GRE = 11,
	TUNNEL_VXLAN_GPE = 12,
	TUNNEL_MPLS_UDP = 13,
	TUNNEL_GENEVE = 19,
};

/**
 * struct ecomm_df - a DF Election community; the names of algorithms and capabilities are in df.h
 * @alg: enum df_alg or another number below 32
 * @caps: DF_CAP_*; bits without a name are kept
 * @pref: meaningful with DF_ALG_HIGHEST and DF_ALG_LOWEST; written as 0 with the others below 31
 */
struct ecomm_df {
	u8 alg;
	u16 caps;
	u16 pref;
};

enum {
	ESI_LABEL_SINGLE_ACTIVE = 0x01,
	ESI_LABEL_SHT_MASK = 0xc0,
	ESI_LABEL_SHT_DEFAULT = 0x00,
	ESI_LABEL_SHT_LOCAL_BIAS = 0x40,
	ESI_LABEL_SHT_ESI_LABEL = 0x80,
};

/** struct esi_label - ESI Label community; @label: the 24-bit field as on the wire */
struct esi_label {
	u8 flags;
	u32 label;
};

enum {
	L2_ATTR_B = 0x0001,  /* backup */
	L2_ATTR_P = 0x0002,  /* primary */
	L2_ATTR_C = 0x0004,  /* control word */
	L2_ATTR_F = 0x0008,  /* flow label */
	L2_ATTR_CI = 0x0010, /* control word indicator */
};

/** struct l2_attr - Layer 2 Attributes; @mtu: 0 means not to be compared */
struct l2_attr {
	u16 flags;
	u16 mtu;
};

enum {
	MAC_MOBILITY_STICKY = 0x01,
};

struct mac_mobility {
	u8 flags;
	u32 seq;
};

enum {
	ETREE_LEAF = 0x01,
};

enum {
	ARP_ND_ROUTER = 0x01,
	ARP_ND_OVERRIDE = 0x02,
	ARP_ND_IMMUTABLE = 0x08,
};

enum {
	MCAST_IGMP_PROXY = 0x0001,
	MCAST_MLD_PROXY = 0x0002,
	MCAST_OISM = 0x0008,
	MCAST_PEG = 0x0010,
	MCAST_MEG = 0x0020,
	MCAST_IPMG = 0x0040,
	MCAST_SEGMENTATION = 0x0080,
	MCAST_SBD = 0x0100,
};

/** struct sct - Service Carving Timestamp; @seconds since 1900-01-01 UTC (modulo 2^32), @fraction in 1/65536 s */
struct sct {
	u32 seconds;
	u16 fraction;
};

/** struct link_bandwidth - @octets: per second, as the sender says (a float that may be no number) */
struct link_bandwidth {
	u16 as;
	float octets;
};

/**
 * struct ecomm_value - a community taken apart
 * @kind: says which member of the union counts
 * @raw: the eight octets
 */
struct ecomm_value {
	enum ecomm_kind kind;
	struct ecomm raw;
	union {
		struct ecomm rt; /* EC_RT, EC_ORIGIN, EC_EVI_RT: as a route target 0x/02 */
		u16 tunnel;	 /* EC_ENCAP: enum ecomm_tunnel */
		u32 color;	 /* EC_COLOR */
		struct mac_mobility mobility;
		struct esi_label esi_label; /* EC_ESI_LABEL, EC_ETREE */
		struct mac mac;		    /* EC_ES_IMPORT, EC_ROUTER_MAC */
		struct l2_attr l2;
		struct ecomm_df df;
		u32 isid;  /* EC_ISID: 24 bits */
		u8 arp_nd; /* EC_ARP_ND: ARP_ND_* */
		u16 mcast; /* EC_MCAST_FLAGS: MCAST_* */
		u32 ac;	   /* EC_AC: the Ethernet tag */
		struct sct sct;
		struct link_bandwidth bandwidth;
		struct ip_addr address; /* EC_SEGMENTED_NH */
		u8 validation;		/* EC_ORIGIN_VALIDATION */
	};
};

#define ECOMM_STRLEN 96

/** ecomm_kind() - what a community is; transitive bit 0x40 is not ignored */
enum ecomm_kind ecomm_kind(const struct ecomm *c);

/** ecomm_kind_name() - "route-target", "df-election" ...: the names decode prints */
const char *ecomm_kind_name(enum ecomm_kind k);

/** ecomm_tunnel_name() - "vxlan", "mpls", ... of an encapsulation; NULL when unknown */
const char *ecomm_tunnel_name(u16 tunnel);

/** ecomm_validation_name() - "valid", "not-found", "invalid" of an origin validation state; or NULL */
const char *ecomm_validation_name(u8 state);

/** ecomm_decode() - take one apart; never fails: EC_UNKNOWN keeps the octets */
void ecomm_decode(const struct ecomm *c, struct ecomm_value *v);

/** ecomm_encode() - the opposite; EC_UNKNOWN gives v->raw */
struct ecomm ecomm_encode(const struct ecomm_value *v);

/** ecomm_format() - "rt:65000:1", "df:alg 2 pref 100 dont-preempt", ...; returns @buf */
char *ecomm_format(const struct ecomm *c, char buf[ECOMM_STRLEN]);

/** ecomm_count() - how many communities an attribute holds */
static inline size_t ecomm_count(const struct slice *s)
{
	return s->len / sizeof(struct ecomm);
}

/** ecomm_at() - the @i-th one; the caller checks the range */
static inline const struct ecomm *ecomm_at(const struct slice *s, size_t i)
{
	return (const struct ecomm *)(const void *)(s->p + i * sizeof(struct ecomm));
}

/** ecomm_slice() - an array of communities as an attribute's value */
static inline struct slice ecomm_slice(const struct ecomm *c, size_t n)
{
	return (struct slice){n ? c->b : NULL, n * sizeof(*c)};
}

/** ecomm_count_kind() - how many of that kind: 0, 1, "more than one" */
size_t ecomm_count_kind(const struct slice *s, enum ecomm_kind k);

/** ecomm_find() - the first of that kind, or NULL */
const struct ecomm *ecomm_find(const struct slice *s, enum ecomm_kind k);

/** ecomm_has() - these very eight octets are there */
bool ecomm_has(const struct slice *s, const struct ecomm *c);

/** ecomm_sort() - ascending by octets, duplicates removed; Return: how many are left */
size_t ecomm_sort(struct ecomm *c, size_t n);

/* Makers. */
struct ecomm ecomm_es_import(const struct esi *e); /* 06/02 + ESI octets 1 to 6, every type */
struct ecomm ecomm_es_import_mac(const struct mac *m);
struct ecomm ecomm_esi_label(u8 flags, u32 label);
struct ecomm ecomm_router_mac(const struct mac *m);
struct ecomm ecomm_mac_mobility(bool sticky, u32 seq);
struct ecomm ecomm_l2_attr(u16 flags, u16 mtu);
struct ecomm ecomm_df_election(const struct ecomm_df *df);
struct ecomm ecomm_arp_nd(u8 flags);
struct ecomm ecomm_mcast_flags(u16 flags);
struct ecomm ecomm_encap(u16 tunnel);
struct ecomm ecomm_default_gw(void);
struct ecomm ecomm_sct(const struct sct *t);

/** ecomm_evi_rt() - 06/0A to 0C with the value of route target @rt */
struct ecomm ecomm_evi_rt(const struct ecomm *rt);

/**
 * ecomm_get_df() - the DF Election community of a route, as RFC 8584 section 2.2.1 counts it
 * @df: result; algorithm 0 without capabilities when there is none, or more than one
 *
 * Return: how many there are (only 1 is taken).
 */
size_t ecomm_get_df(const struct slice *s, struct ecomm_df *df);

/** ecomm_get_esi_label() - the first one; false when there is none */
bool ecomm_get_esi_label(const struct slice *s, struct esi_label *l);

/** ecomm_get_l2_attr() - the first one; false when there is none */
bool ecomm_get_l2_attr(const struct slice *s, struct l2_attr *a);

/** ecomm_get_mobility() - the first one; false (and seq 0) when there is none */
bool ecomm_get_mobility(const struct slice *s, struct mac_mobility *m);

/** ecomm_get_sct() - the first one; false when there is none */
bool ecomm_get_sct(const struct slice *s, struct sct *t);

/** ecomm_get_router_mac() - the first one; false when there is none */
bool ecomm_get_router_mac(const struct slice *s, struct mac *m);

/** ecomm_get_es_import() - the first one; false when there is none */
bool ecomm_get_es_import(const struct slice *s, struct mac *m);

/** ecomm_get_encap() - the first encapsulation; false (TUNNEL_MPLS) when there is none */
bool ecomm_get_encap(const struct slice *s, u16 *tunnel);

/** ecomm_has_encap() - one of the encapsulations is @tunnel: several are a choice (RFC 8365 section 6) */
bool ecomm_has_encap(const struct slice *s, u16 tunnel);

/**
 * ecomm_rt_match() - does the attribute hold one of these route targets?
 * @rts: route targets (xx/02) or ES-Import communities, compared octet by octet
 * @n: how many
 *
 * EVI-RTs do not count here: they are no route targets (RFC 9251 section 9.5).
 */
bool ecomm_rt_match(const struct slice *s, const struct ecomm *rts, size_t n);

/**
 * ecomm_evi_rt_match() - does an EVI-RT of the attribute carry the value of one of @rts?
 * @rts: route targets 00/02, 01/02, 02/02
 */
bool ecomm_evi_rt_match(const struct slice *s, const struct ecomm *rts, size_t n);

/** sct_from_ns() - from CLOCK_REALTIME nanoseconds, rounded down to 1/65536 s */
struct sct sct_from_ns(s64 realtime_ns);

/**
 * sct_to_ns() - to CLOCK_REALTIME nanoseconds
 * @near_ns: a time within 68 years of the answer (now), which decides the NTP era
 */
s64 sct_to_ns(const struct sct *t, s64 near_ns);

#endif
