/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * df.h - who is the Designated Forwarder of an Ethernet Segment.
 *
 * An election is prepared once from the segment's candidates (their RT-4, the own one included), and
 * then asked for every Ethernet Tag, or once for the port. The result depends on the candidates
 * alone, never on their order, so every PE that sees the same routes computes the same answer.
 * Pure: no I/O, no clock, no allocation except in struct df_tags.
 *
 * RFC 7432 (8.5 modulo), RFC 8584 (agreement, HRW with erratum 7811, AC-DF), RFC 9785 (preference,
 * Don't Preempt), RFC 9786 (port mode), RFC 9722 (T bit)
 */
#ifndef EVPN_DF_H
#define EVPN_DF_H

#include "addr.h"
#include "types.h"

/* DF algorithm: low five bits of the first value octet of the DF Election community. */
enum df_alg {
	DF_ALG_MODULO = 0,
	DF_ALG_HRW = 1,
	DF_ALG_HIGHEST = 2,
	DF_ALG_LOWEST = 3,
	DF_ALG_EXPERIMENTAL = 31,
};

/* Capability bitmap of the DF Election community; bit 0 is the most significant one. */
enum df_cap {
	DF_CAP_DP = 0x8000,   /* D: Don't Preempt, RFC 9785 */
	DF_CAP_AC = 0x4000,   /* A: AC-influenced election, RFC 8584 */
	DF_CAP_TIME = 0x1000, /* T: time synchronisation, RFC 9722 */
	DF_CAP_PORT = 0x0400, /* P: port mode, RFC 9786 */
};

enum {
	DF_CANDIDATES_MAX = 256,
	DF_PREF_DEFAULT = 32767,
	DF_VLAN_BYTES = 512, /* a bitmap of 4096 VLANs: VLAN v is bit v % 8 of octet v / 8 */
	DF_SENTENCE_LEN = 320,
};

/**
 * struct df_tags - a set of Ethernet Tags; all zero is the empty set
 * @vlan: tags below 4096
 * @wide: the others (double tags, VNIs), ascending; owned, see df_tags_fini()
 * @n_wide: how many
 */
struct df_tags {
	u8 vlan[DF_VLAN_BYTES];
	u32 *wide;
	size_t n_wide;
};

/** df_tags_add() - Return: 0 (also when it was there already), or -ENOMEM */
int df_tags_add(struct df_tags *t, u32 tag);

bool df_tags_has(const struct df_tags *t, u32 tag);

/** df_tags_fini() - free what the set owns; it is the empty set afterwards */
void df_tags_fini(struct df_tags *t);

/**
 * struct df_candidate - one PE of the segment, as its routes describe it
 * @addr: originator address of the RT-4; never none
 * @n_df_election: DF Election communities in the RT-4. Not exactly one: the candidate counts as
 *	modulo with an empty bitmap, whatever @alg and @caps say (RFC 8584 section 2.2)
 * @alg: enum df_alg as received
 * @caps: enum df_cap as received, unknown bits included
 * @pref: as received; looked at by the preference algorithms only
 * @ad_per_es: it has an RT-1 per ES for the segment; looked at under AC-DF only
 * @ad_per_evi: tags for which it has an RT-1 per EVI, NULL for all; looked at under AC-DF only.
 *	Not owned, must live as long as the election
 */
struct df_candidate {
	struct ip_addr addr;
	u8 n_df_election;
	u8 alg;
	u16 caps;
	u16 pref;
	bool ad_per_es;
	const struct df_tags *ad_per_evi;
};

/* Why the candidates do not agree. */
enum df_fallback {
	DF_FALLBACK_NONE,
	DF_FALLBACK_ALG,	 /* different algorithms */
	DF_FALLBACK_PORT,	 /* P is not unanimous */
	DF_FALLBACK_AC,		 /* A is not unanimous, outside port mode */
	DF_FALLBACK_CAPS,	 /* another capability that is not unanimous */
	DF_FALLBACK_UNSUPPORTED, /* unanimous, but not implemented here (31 is local policy) */
};

/**
 * struct df_agreement - the rules that all candidates follow
 * @alg: the algorithm; DF_ALG_MODULO after a fallback
 * @caps: of DF_CAP_AC, DF_CAP_PORT: in force. DF_CAP_TIME: all candidates advertise it. Never
 *	DF_CAP_DP, which is compared nowhere and is a tie-break of its own
 * @fallback: why the rules are the default ones
 * @dissenter: index of the first candidate (in address order) that differs, -1 without fallback
 * @reference: index of the candidate it differs from, -1 without fallback
 * @sentence: names both and what they advertise; "" without fallback
 */
struct df_agreement {
	u8 alg;
	u16 caps;
	enum df_fallback fallback;
	int dissenter;
	int reference;
	char sentence[DF_SENTENCE_LEN];
};

/** struct df_result - indices into the candidates of the election, -1 for nobody */
struct df_result {
	int16_t df;
	int16_t backup;
};

struct df_election;

/**
 * struct df_algorithm - one way to choose
 * @alg: its number on the wire
 * @name: as configuration, JSON and messages write it
 * @prepare: fill in what does not depend on the tag
 * @elect: choose among @n >= 1 positions in @who, which index e->order and ascend, so that the
 *	lowest address comes first
 */
struct df_algorithm {
	u8 alg;
	const char *name;
	void (*prepare)(struct df_election *e);
	struct df_result (*elect)(const struct df_election *e, const u16 *who, unsigned int n,
				  u32 tag);
};

/** df_algorithm() - by number; NULL if it is not implemented */
const struct df_algorithm *df_algorithm(u8 alg);

/** df_algorithm_by_name() - "modulo", "hrw", "highest-preference", "lowest-preference", or NULL */
const struct df_algorithm *df_algorithm_by_name(const char *name);

/** df_alg_name() - as df_algorithm()->name; "experimental" for 31 and "unknown" for others */
const char *df_alg_name(u8 alg);

/**
 * struct df_election - a prepared election; private to df.c except @agreed
 * @cand: the caller's candidates, which must outlive the election unchanged
 * @agreed: what they agreed on
 * @order: indices into @cand by ascending address
 * @seed: per position in @order, what the algorithm wants of that candidate
 * @tag_crc: HRW: CRC contribution of each nibble of a tag
 * @base: HRW: CRC of a zero tag with the ESI, or of the ESI; modulo: the port's number
 */
struct df_election {
	struct esi esi;
	const struct df_candidate *cand;
	unsigned int n;
	struct df_agreement agreed;
	const struct df_algorithm *algorithm;
	u16 order[DF_CANDIDATES_MAX];
	u16 everybody[DF_CANDIDATES_MAX];
	u32 seed[DF_CANDIDATES_MAX];
	u32 tag_crc[8][16];
	u32 base;
};

/**
 * df_agree() - which algorithm and capabilities the candidates share
 * @cand: @n candidates in any order, the local one included
 * @local: index of the local one, whose values the others are compared with; -1: compare with the
 *	candidate of the lowest address (the rules are the same, only the sentence differs)
 *
 * RFC 8584 section 2.2, RFC 9785 (D is not compared), RFC 9722 (T is not compared), RFC 9786 (A is
 * ignored when P is unanimous; P that is not unanimous leads to the default per tag).
 */
void df_agree(const struct df_candidate *cand, unsigned int n, int local,
	      struct df_agreement *agreed);

/**
 * df_prepare() - set up an election
 * @cand: @n candidates in any order, 0 allowed; kept by reference
 * @local: as in df_agree()
 *
 * Return: 0, -E2BIG above DF_CANDIDATES_MAX, or -EEXIST when two candidates have one address.
 */
int df_prepare(struct df_election *e, const struct esi *esi, const struct df_candidate *cand,
	       unsigned int n, int local);

/** df_is_port_mode() - one election for the port instead of one per tag */
static inline bool df_is_port_mode(const struct df_election *e)
{
	return e->agreed.caps & DF_CAP_PORT;
}

/**
 * df_elect() - DF and backup DF for one Ethernet Tag
 *
 * In port mode the tag does not matter and the answer is df_elect_port()'s. The backup of the modulo
 * algorithm, which no RFC defines, is the winner of the same election without the DF.
 */
struct df_result df_elect(const struct df_election *e, u32 tag);

/** df_elect_port() - DF and backup DF of the port; only when df_is_port_mode() */
struct df_result df_elect_port(const struct df_election *e);

/**
 * df_elect_vlans() - which VLANs one candidate wins
 * @vlans: bitmap of the VLANs to elect
 * @who: index of the candidate
 * @won: result, a subset of @vlans; may be the same array
 *
 * Return: how many.
 */
unsigned int df_elect_vlans(const struct df_election *e, const u8 vlans[DF_VLAN_BYTES],
			    unsigned int who, u8 won[DF_VLAN_BYTES]);

/**
 * df_is_candidate() - may it be elected for this tag?
 *
 * Always, except under AC-DF: there it needs an RT-1 per ES, and an RT-1 per EVI for the tag (RFC
 * 8584 section 4).
 */
bool df_is_candidate(const struct df_election *e, unsigned int who, u32 tag);

/**
 * df_hrw_tie() - warn about addresses that HRW cannot tell apart
 * @a, @b: result: indices of the first such pair, in address order
 * @sentence: result: names them, says what follows
 *
 * HRW looks at the low 31 bits of an address. Where two agree in them, the lower address wins every
 * tag against the other. Return: true if there is such a pair and the agreed algorithm is HRW.
 */
bool df_hrw_tie(const struct df_election *e, int *a, int *b, char sentence[DF_SENTENCE_LEN]);

/* Explaining a result: `evpnctl df why`. */

enum df_reason {
	DF_REASON_NONE,	      /* no candidate */
	DF_REASON_ALONE,      /* the only candidate */
	DF_REASON_ORDINAL,    /* modulo: its turn */
	DF_REASON_WEIGHT,     /* HRW: the greatest weight */
	DF_REASON_PREFERENCE, /* the highest or lowest preference */
	DF_REASON_DP,	      /* equal preference, Don't Preempt decided */
	DF_REASON_ADDRESS,    /* equal in everything, the lowest address decided */
};

enum df_exclusion {
	DF_IN,
	DF_OUT_AD_PER_ES,  /* AC-DF: no RT-1 per ES */
	DF_OUT_AD_PER_EVI, /* AC-DF: no RT-1 per EVI for this tag */
};

/**
 * struct df_explained - one candidate's part in the result
 * @index: into the candidates
 * @alg, @caps: what it counts as (0 and 0 unless it advertised exactly one community)
 * @pref: as advertised
 * @excluded: whether it takes part, and what is missing otherwise
 * @ordinal: among those that take part, by address; -1 when excluded
 * @weight: HRW weight, else 0
 */
struct df_explained {
	u16 index;
	u8 alg;
	u16 caps;
	u16 pref;
	enum df_exclusion excluded;
	int16_t ordinal;
	u32 weight;
};

/**
 * struct df_explanation - why a result is what it is
 * @n: entries in @cand, by ascending address
 * @eligible: how many take part
 * @value: modulo: the number that was divided; HRW: the 31-bit digest; else 0
 * @agreed: one sentence: which rules and why
 * @winner: one sentence: who and why
 */
struct df_explanation {
	bool port_mode;
	u32 tag;
	unsigned int n;
	unsigned int eligible;
	u32 value;
	struct df_result result;
	enum df_reason reason;
	char agreed[DF_SENTENCE_LEN];
	char winner[DF_SENTENCE_LEN];
	struct df_explained cand[DF_CANDIDATES_MAX];
};

/** df_explain() - elect once more and say why; @tag is ignored in port mode */
void df_explain(const struct df_election *e, u32 tag, struct df_explanation *x);

const char *df_exclusion_name(enum df_exclusion excluded);

/* What to advertise: Don't Preempt, RFC 9785 section 4.3. */

/**
 * struct df_admin - what the operator configured for the local PE
 * @alg: enum df_alg; only the preference algorithms inherit anything
 */
struct df_admin {
	u8 alg;
	u16 pref;
	bool dont_preempt;
};

/**
 * struct df_offer - what the local PE advertises in its RT-4
 * @inherited: the values are not the operator's: it recovered and must not take the role back
 */
struct df_offer {
	u16 pref;
	bool dont_preempt;
	bool inherited;
};

/**
 * df_offer_start() - values for the first RT-4 after the segment came up
 * @remote: the @n candidates that peers already advertise, the local one not among them
 *
 * With Don't Preempt, a PE that would become highest (lowest, under lowest preference) takes over
 * the preference of the present one, without D, so that the other stays DF. Without it, or with
 * nobody there: the operator's values.
 */
void df_offer_start(struct df_offer *o, const struct df_admin *admin,
		    const struct df_candidate *remote, unsigned int n);

/**
 * df_offer_update() - the remote candidates changed
 * @self: own originator address, the last tie-break
 *
 * A PE with inherited values that has become highest (lowest) advertises the operator's again.
 *
 * Return: true when @o changed and the RT-4 must be sent again.
 */
bool df_offer_update(struct df_offer *o, const struct df_admin *admin, const struct ip_addr *self,
		     const struct df_candidate *remote, unsigned int n);

#endif
