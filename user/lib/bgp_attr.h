/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bgp_attr.h - path attributes and the UPDATE message: decode with RFC 7606 verdicts, encode, pack.
 *
 * Decoding allocates nothing and copies nothing: slices point into the message. bgp_attrs_copy()
 * makes attributes that outlive it. Pure: no I/O.
 *
 * RFC 4271 (4.3, 5, 6.3), RFC 7606 (error handling), RFC 4760 (multiprotocol), RFC 6793 (4-octet AS),
 * RFC 7607 (AS 0), RFC 1997, RFC 4456 (route reflection), RFC 4360, RFC 5701, RFC 8092 (large
 * communities), RFC 6514 and RFC 9574 (PMSI), RFC 9012 (tunnel encapsulation), RFC 8669 (prefix SID),
 * RFC 9234 (only to customer), RFC 4724 (End-of-RIB), RFC 7911 (add-path), RFC 8654 (extended message)
 */
#ifndef EVPN_BGP_ATTR_H
#define EVPN_BGP_ATTR_H

#include "types.h"
#include "addr.h"
#include "cursor.h"
#include "bgp_msg.h"

/**
 * enum bgp_verdict - what becomes of an UPDATE, mildest first (RFC 7606 section 2)
 * @BGP_ACCEPT: nothing is wrong
 * @BGP_DISCARD: an attribute (or a route of unknown type) is left out, the rest stays in force
 * @BGP_WITHDRAW: treat-as-withdraw: its reachable routes count as withdrawn
 * @BGP_RESET: the session is reset with the NOTIFICATION in struct bgp_error
 */
enum bgp_verdict {
	BGP_ACCEPT,
	BGP_DISCARD,
	BGP_WITHDRAW,
	BGP_RESET,
};

/** bgp_verdict_name() - "accept", "discard", "withdraw", "reset" */
const char *bgp_verdict_name(enum bgp_verdict v);

/**
 * struct bgp_outcome - a verdict and why
 * @verdict: the strongest one met
 * @err: reason of the strongest verdict (the first of its strength); code, subcode and data to send
 *	when it is BGP_RESET
 */
struct bgp_outcome {
	enum bgp_verdict verdict;
	struct bgp_error err;
};

/** bgp_outcome_init() - BGP_ACCEPT, no reason */
static inline void bgp_outcome_init(struct bgp_outcome *o)
{
	o->verdict = BGP_ACCEPT;
	o->err.code = 0;
	o->err.subcode = 0;
	o->err.data_len = 0;
	o->err.reason[0] = '\0';
}

/** bgp_outcome_merge() - keep the stronger one in @o */
void bgp_outcome_merge(struct bgp_outcome *o, const struct bgp_outcome *other);

/* Attribute flags. */
enum {
	BGP_F_OPTIONAL = 0x80,
	BGP_F_TRANSITIVE = 0x40,
	BGP_F_PARTIAL = 0x20,
	BGP_F_EXTENDED = 0x10,
};

enum bgp_attr_code {
	BGP_ATTR_ORIGIN = 1,
	BGP_ATTR_AS_PATH = 2,
	BGP_ATTR_NEXT_HOP = 3,
	BGP_ATTR_MED = 4,
	BGP_ATTR_LOCAL_PREF = 5,
	BGP_ATTR_ATOMIC_AGGREGATE = 6,
	BGP_ATTR_AGGREGATOR = 7,
	BGP_ATTR_COMMUNITY = 8,
	BGP_ATTR_ORIGINATOR_ID = 9,
	BGP_ATTR_CLUSTER_LIST = 10,
	BGP_ATTR_MP_REACH = 14,
	BGP_ATTR_MP_UNREACH = 15,
	BGP_ATTR_EXT_COMMUNITY = 16,
	BGP_ATTR_AS4_PATH = 17,
	BGP_ATTR_AS4_AGGREGATOR = 18,
	BGP_ATTR_PMSI = 22,
	BGP_ATTR_TUNNEL_ENCAP = 23,
	BGP_ATTR_EXT6_COMMUNITY = 25,
	BGP_ATTR_AIGP = 26,
	BGP_ATTR_LARGE_COMMUNITY = 32,
	BGP_ATTR_OTC = 35,
	BGP_ATTR_D_PATH = 36,
	BGP_ATTR_PREFIX_SID = 40,
	BGP_ATTR_KNOWN_MAX = 64,
};

enum bgp_origin {
	BGP_ORIGIN_IGP,
	BGP_ORIGIN_EGP,
	BGP_ORIGIN_INCOMPLETE,
};

enum bgp_segment {
	BGP_AS_SET = 1,
	BGP_AS_SEQUENCE = 2,
	BGP_AS_CONFED_SEQUENCE = 3,
	BGP_AS_CONFED_SET = 4,
};

enum {
	BGP_COMM_LLGR_STALE = 0xffff0006u,
	BGP_COMM_NO_LLGR = 0xffff0007u,
	BGP_COMM_NO_EXPORT = 0xffffff01u,
	BGP_COMM_NO_ADVERTISE = 0xffffff02u,
};

/**
 * struct bgp_aggregator - AGGREGATOR
 * @id: host order
 */
struct bgp_aggregator {
	u32 as;
	u32 id;
};

/**
 * struct bgp_attrs - path attributes, MP_REACH and MP_UNREACH apart
 * @present: bit N set: attribute N is there and good; BGP_HAS()
 * @partial: bit N set: it carried the Partial flag (optional transitive ones)
 * @as4: AS numbers in @as_path are four octets wide (after bgp_attrs_copy(): always)
 * @next_hop: NEXT_HOP, host order (not the next hop of EVPN routes)
 * @originator_id: host order
 * @as_path: segments as on the wire
 * @community: n x 4; @ext: n x 8 (bgp_extcomm.h); @ext6: n x 20; @large: n x 12; @cluster: n x 4
 * @unknown: attributes with their headers. The unknown optional transitive ones among them are to
 *	be passed on; bgp_unknown_next() finds them.
 */
struct bgp_attrs {
	u64 present;
	u64 partial;
	u8 origin;
	bool as4;
	u32 next_hop;
	u32 med;
	u32 local_pref;
	u32 originator_id;
	u32 otc;
	struct bgp_aggregator aggregator;
	struct bgp_aggregator as4_aggregator;
	struct slice as_path;
	struct slice as4_path;
	struct slice community;
	struct slice cluster;
	struct slice ext;
	struct slice ext6;
	struct slice large;
	struct slice pmsi;
	struct slice tunnel_encap;
	struct slice aigp;
	struct slice d_path;
	struct slice prefix_sid;
	struct slice unknown;
};

#define BGP_BIT(code) (1ull << (code))
#define BGP_HAS(attrs, code) (((attrs)->present & BGP_BIT(code)) != 0)

/** bgp_attrs_init() - none; as4 set */
void bgp_attrs_init(struct bgp_attrs *a);

enum bgp_peer_kind {
	BGP_PEER_UNKNOWN, /* decode offline: no rule that needs to know applies */
	BGP_PEER_IBGP,
	BGP_PEER_EBGP,
};

/**
 * struct bgp_ctx - what was negotiated with the peer
 * @as4: both sides sent capability 65
 * @add_path: EVPN NLRI carry path identifiers in this direction
 * @peer: decides LOCAL_PREF, ORIGINATOR_ID, CLUSTER_LIST
 * @max_len: of a message: BGP_MAX_LEN or BGP_MAX_LEN_EXTENDED
 */
struct bgp_ctx {
	bool as4;
	bool add_path;
	enum bgp_peer_kind peer;
	size_t max_len;
};

/**
 * struct bgp_mp - MP_REACH_NLRI or MP_UNREACH_NLRI
 * @nh: next hop, the global one of two; none in MP_UNREACH and for families other than EVPN and IP
 *	unicast
 * @whole: the attribute with its header, for the data of a NOTIFICATION
 * @nlri: to be walked with evpn_iter_init() when @afi/@safi is 25/70
 */
struct bgp_mp {
	bool present;
	u16 afi;
	u8 safi;
	struct ip_addr nh;
	struct slice nlri;
	struct slice whole;
};

/**
 * struct bgp_update - an UPDATE taken apart
 * @withdrawn4: IPv4 unicast withdrawn routes, as on the wire
 * @nlri4: IPv4 unicast reachable routes, as on the wire
 * @eor: it is an End-of-RIB; @eor_af says for which family
 * @out: verdict over framing, attributes and the framing of the EVPN routes. Single routes have
 *	theirs from evpn_iter_next() and evpn_check().
 */
struct bgp_update {
	struct bgp_attrs attrs;
	struct bgp_mp reach;
	struct bgp_mp unreach;
	struct slice withdrawn4;
	struct slice nlri4;
	bool eor;
	struct bgp_af eor_af;
	struct bgp_outcome out;
};

/**
 * bgp_update_decode() - decode the body (what follows the header) of an UPDATE
 * @ctx: what was negotiated
 * @u: result. With BGP_DISCARD everything but the discarded attribute is in force; with BGP_WITHDRAW
 *	attributes may be missing; with BGP_RESET nothing may be used but @u->out.
 *
 * EVPN routes are walked for framing only, so that a message is judged before its first route is
 * touched: RFC 7606 allows treat-as-withdraw only when every route can be found.
 *
 * Return: u->out.verdict.
 */
enum bgp_verdict bgp_update_decode(const u8 *body, size_t len, const struct bgp_ctx *ctx,
				   struct bgp_update *u);

/**
 * bgp_attrs_decode() - decode a stream of path attributes that is not in an UPDATE
 *
 * As bgp_update_decode(), with no IPv4 routes around it.
 */
enum bgp_verdict bgp_attrs_decode(const u8 *stream, size_t len, const struct bgp_ctx *ctx,
				  struct bgp_update *u);

/**
 * bgp_update_judge() - the strongest verdict over the message and all of its EVPN routes
 * @out: result
 *
 * What a decoder without configuration can say. Walks every route with evpn_iter_next() and, for the
 * reachable ones, evpn_check().
 *
 * Return: out->verdict.
 */
enum bgp_verdict bgp_update_judge(const struct bgp_update *u, const struct bgp_ctx *ctx,
				  struct bgp_outcome *out);

/** bgp_attr_name() - "origin", "as-path", ...: the names decode prints; NULL when unknown */
const char *bgp_attr_name(u8 code);

/** struct bgp_raw_attr - an attribute nobody took apart */
struct bgp_raw_attr {
	u8 flags;
	u8 code;
	struct slice value;
};

/**
 * bgp_unknown_next() - the next unknown optional transitive attribute
 * @c: cursor over attrs->unknown, made with cur_slice()
 *
 * Return: false at the end.
 */
bool bgp_unknown_next(struct cursor *c, struct bgp_raw_attr *raw);

#define BGP_ATTR_STRLEN 512

/**
 * bgp_attr_format() - one attribute as text, cut off with "..." when too long
 * @code: a known attribute that is present
 *
 * Returns @buf, "" when it is not present.
 */
char *bgp_attr_format(const struct bgp_attrs *a, u8 code, char buf[BGP_ATTR_STRLEN]);

/**
 * bgp_attrs_size() - octets bgp_attrs_copy() needs
 */
size_t bgp_attrs_size(const struct bgp_attrs *a);

/**
 * bgp_attrs_copy() - a copy that does not depend on the message
 * @dst: result; its slices point into @mem
 * @mem: bgp_attrs_size(@src) octets, owned by the caller
 *
 * The AS path becomes 4-octet, merged with AS4_PATH and AS4_AGGREGATOR as RFC 6793 section 4.2.3 says
 * (these two are gone from the copy); of the unknown attributes only those to be passed on are kept,
 * with the Partial flag set. Equal attributes give equal octets in @mem.
 */
void bgp_attrs_copy(struct bgp_attrs *dst, const struct bgp_attrs *src, void *mem);

/** bgp_attrs_equal() - same attributes with the same values; both from bgp_attrs_copy() */
bool bgp_attrs_equal(const struct bgp_attrs *a, const struct bgp_attrs *b);

/** bgp_as_path_length() - as the decision process counts it: a set is 1, confederations 0 */
u32 bgp_as_path_length(const struct bgp_attrs *a);

/** bgp_as_path_has() - @as occurs in the path (loop check) */
bool bgp_as_path_has(const struct bgp_attrs *a, u32 as);

/** bgp_as_path_first() - leftmost AS of a leading AS_SEQUENCE (the neighbour), 0 when there is none */
u32 bgp_as_path_first(const struct bgp_attrs *a);

/**
 * bgp_as_path_prepend() - a 4-octet path with @as in front
 * @a: as4 set
 * @buf: at least a->as_path.len + 6 octets; must not overlap the old path
 *
 * Return: octets written, 0 when @cap is too small.
 */
size_t bgp_as_path_prepend(const struct bgp_attrs *a, u32 as, u8 *buf, size_t cap);

/** bgp_community_has() - COMMUNITY holds @community */
bool bgp_community_has(const struct bgp_attrs *a, u32 community);

/** bgp_cluster_has() - CLUSTER_LIST holds @id (host order) */
bool bgp_cluster_has(const struct bgp_attrs *a, u32 id);

enum bgp_pmsi_type {
	PMSI_NONE = 0,
	PMSI_RSVP_P2MP = 1,
	PMSI_MLDP_P2MP = 2,
	PMSI_PIM_SSM = 3,
	PMSI_PIM_SM = 4,
	PMSI_PIM_BIDIR = 5,
	PMSI_INGRESS_REPLICATION = 6,
	PMSI_MLDP_MP2MP = 7,
	PMSI_TRANSPORT = 8,
	PMSI_ASSISTED_REPLICATION = 10,
};

enum {
	PMSI_F_LEAF_INFO = 0x01,
	PMSI_F_PRUNE_UNKNOWN = 0x02, /* U, RFC 9574 */
	PMSI_F_PRUNE_BM = 0x04,	     /* BM */
	PMSI_F_AR_MASK = 0x18,
	PMSI_F_AR_REPLICATOR = 0x08,
	PMSI_F_AR_LEAF = 0x10,
	PMSI_F_EXTENSION = 0x40,
};

/**
 * struct bgp_pmsi - PMSI_TUNNEL
 * @label: the 24-bit field as on the wire
 * @endpoint: the tunnel identifier of types 6 and 10
 * @id: the tunnel identifier
 */
struct bgp_pmsi {
	u8 flags;
	u8 type;
	u32 label;
	struct ip_addr endpoint;
	struct slice id;
};

/** bgp_pmsi_get() - take attrs->pmsi apart; false when there is none */
bool bgp_pmsi_get(const struct bgp_attrs *a, struct bgp_pmsi *p);

/**
 * bgp_pmsi_encode() - the value of a PMSI_TUNNEL attribute
 * @buf: 5 + tunnel identifier octets; of types 6 and 10 @p->endpoint is the identifier
 *
 * Return: octets, 0 when @cap is too small.
 */
size_t bgp_pmsi_encode(const struct bgp_pmsi *p, u8 *buf, size_t cap);

/**
 * bgp_attrs_encode() - attributes without MP_REACH and MP_UNREACH, ascending by code
 * @ctx: with as4 off AS_PATH is written with AS_TRANS, and AS4_PATH and AS4_AGGREGATOR when needed
 *
 * Unknown optional transitive attributes are written, in their place, with the Partial flag. Nothing
 * is filtered by kind of peer: leave out LOCAL_PREF towards eBGP by clearing its bit in @a->present.
 *
 * Return: octets written to @buf, or -EMSGSIZE.
 */
int bgp_attrs_encode(const struct bgp_attrs *a, const struct bgp_ctx *ctx, u8 *buf, size_t cap);

struct evpn_nlri;

/**
 * struct bgp_packer - an UPDATE under construction; use the functions below
 */
struct bgp_packer {
	struct wbuf w;
	struct slice attrs;
	bool add_path;
	size_t total_at; /* offset of the total attribute length */
	size_t mp_at;	 /* offset of the MP attribute's length */
	unsigned int routes;
};

/**
 * bgp_pack_reach() - begin an UPDATE that advertises EVPN routes
 * @buf: memory of @cap octets
 * @ctx: max_len bounds the message, add_path says whether path identifiers are written
 * @nh: next hop, IPv4 or IPv6
 * @attrs: from bgp_attrs_encode(), must live until bgp_pack_end()
 *
 * MP_REACH_NLRI is the first attribute, as RFC 7606 section 5.1 wants it; it has the extended length.
 */
void bgp_pack_reach(struct bgp_packer *p, u8 *buf, size_t cap, const struct bgp_ctx *ctx,
		    const struct ip_addr *nh, const struct slice *attrs);

/** bgp_pack_unreach() - begin an UPDATE that withdraws EVPN routes */
void bgp_pack_unreach(struct bgp_packer *p, u8 *buf, size_t cap, const struct bgp_ctx *ctx);

/**
 * bgp_pack_add() - one more route
 *
 * Return: 1 when it is in, 0 when the message is full (finish it and begin another one), -EMSGSIZE
 * when it would not even fit alone, -EINVAL when it cannot be encoded.
 */
int bgp_pack_add(struct bgp_packer *p, const struct evpn_nlri *n);

/** bgp_pack_end() - finish; Return: octets of the message, 0 when it holds no route */
size_t bgp_pack_end(struct bgp_packer *p);

/** bgp_eor_encode() - End-of-RIB of a family; 23 octets for IPv4 unicast; 0 when @cap is too small */
size_t bgp_eor_encode(u16 afi, u8 safi, u8 *buf, size_t cap);

#endif
