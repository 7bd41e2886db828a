/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * df_alg.h - what the files of the election share among themselves; everybody else wants df.h.
 */
#ifndef EVPN_DF_ALG_H
#define EVPN_DF_ALG_H

#include "df.h"

/** df_effective() - algorithm and bitmap that a candidate counts with */
void df_effective(const struct df_candidate *c, u8 *alg, u16 *caps);

/**
 * df_eligible() - who takes part for a tag
 * @who: result: ascending positions in e->order
 *
 * Return: how many.
 */
unsigned int df_eligible(const struct df_election *e, u32 tag, u16 who[DF_CANDIDATES_MAX]);

/** df_hrw_digest() - the 31-bit digest of RFC 8584 section 3.2 for a tag (or the port) */
u32 df_hrw_digest(const struct df_election *e, u32 tag);

/** df_hrw_weight() - weight of the candidate at position @pos of e->order */
u32 df_hrw_weight(const struct df_election *e, unsigned int pos, u32 digest);

/** df_modulo_value() - what the modulo algorithm divides: the tag, or octets 3 to 6 of the ESI */
u32 df_modulo_value(const struct df_election *e, u32 tag);

#endif
