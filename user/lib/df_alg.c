// SPDX-License-Identifier: GPL-2.0-only
/*
 * df_alg.c - the DF election algorithms: modulo, highest random weight, highest and lowest
 * preference, each for a tag or for the port.
 *
 * RFC 7432 (8.5), RFC 8584 (3.2, erratum 7811: all N candidates count), RFC 9785 (4.1),
 * RFC 9786 (3.2 to 3.4)
 */
#include <string.h>

#include "crc32.h"
#include "df_alg.h"

#define HRW_MULTIPLIER 1103515245u
#define HRW_INCREMENT 12345u
#define HRW_MASK 0x7fffffffu

/* Modulo */

u32 df_modulo_value(const struct df_election *e, u32 tag)
{
	const u8 *b = e->esi.b;

	if (!df_is_port_mode(e))
		return tag;
	return (u32)b[3] << 24 | (u32)b[4] << 16 | (u32)b[5] << 8 | b[6];
}

static void modulo_prepare(struct df_election *e)
{
}

/* The backup is who wins among the others, so its ordinal skips the DF's. */
static struct df_result modulo_elect(const struct df_election *e, const u16 *who, unsigned int n,
				     u32 tag)
{
	u32 value = df_modulo_value(e, tag);
	unsigned int df = value % n, backup;

	if (n == 1)
		return (struct df_result){e->order[who[0]], -1};
	backup = value % (n - 1);
	if (backup >= df)
		backup++;
	return (struct df_result){e->order[who[df]], e->order[who[backup]]};
}

/*
 * The two greatest scores. Positions ascend by address, and only a greater score displaces an
 * earlier one, so the lowest address wins a tie.
 */
struct top_two {
	s64 score[2];
	int pos[2];
};

#define TOP_TWO_EMPTY ((struct top_two){.score = {-1, -1}, .pos = {-1, -1}})

static inline void top_two_add(struct top_two *t, int pos, s64 score)
{
	if (score > t->score[0]) {
		t->score[1] = t->score[0];
		t->pos[1] = t->pos[0];
		t->score[0] = score;
		t->pos[0] = pos;
	} else if (score > t->score[1]) {
		t->score[1] = score;
		t->pos[1] = pos;
	}
}

static struct df_result top_two_result(const struct df_election *e, const struct top_two *t)
{
	return (struct df_result){
		.df = e->order[t->pos[0]],
		.backup = t->pos[1] < 0 ? -1 : e->order[t->pos[1]],
	};
}

/* Highest random weight */

static u32 hrw_crc(const struct df_election *e, u32 tag)
{
	u8 key[4 + sizeof(e->esi.b)] = {tag >> 24, tag >> 16, tag >> 8, tag};

	memcpy(key + 4, e->esi.b, sizeof(e->esi.b));
	return crc32_ieee(key, sizeof(key));
}

/*
 * A CRC is linear: the digest of (tag, ESI) is the digest of (0, ESI) with one contribution XORed in
 * for every bit of the tag. Eight tables, one for each nibble of the tag, make that eight look-ups
 * instead of fourteen that wait for one another.
 */
static void hrw_prepare(struct df_election *e)
{
	unsigned int i, bit, v;

	for (i = 0; i < e->n; i++)
		e->seed[i] = HRW_MULTIPLIER * ip_low32(&e->cand[e->order[i]].addr) + HRW_INCREMENT;
	if (df_is_port_mode(e)) {
		e->base = crc32_ieee(e->esi.b, sizeof(e->esi.b));
		return;
	}
	e->base = hrw_crc(e, 0);
	for (i = 0; i < 8; i++) {
		e->tag_crc[i][0] = 0;
		for (bit = 0; bit < 4; bit++) {
			u32 one = hrw_crc(e, 1u << (4 * i + bit)) ^ e->base;

			for (v = 0; v < 1u << bit; v++)
				e->tag_crc[i][1u << bit | v] = e->tag_crc[i][v] ^ one;
		}
	}
}

u32 df_hrw_digest(const struct df_election *e, u32 tag)
{
	u32 crc = e->base;
	unsigned int i;

	if (df_is_port_mode(e))
		return crc & HRW_MASK;
	for (i = 0; i < 8; i++)
		crc ^= e->tag_crc[i][tag >> (4 * i) & 0xf];
	return crc & HRW_MASK;
}

/* All modulo 2^31; 32-bit arithmetic carries one bit more than needed, which the mask takes off. */
u32 df_hrw_weight(const struct df_election *e, unsigned int pos, u32 digest)
{
	return (HRW_MULTIPLIER * (e->seed[pos] ^ digest) + HRW_INCREMENT) & HRW_MASK;
}

static struct df_result hrw_elect(const struct df_election *e, const u16 *who, unsigned int n,
				  u32 tag)
{
	struct top_two top = TOP_TWO_EMPTY;
	u32 digest = df_hrw_digest(e, tag);
	unsigned int i;

	for (i = 0; i < n; i++)
		top_two_add(&top, who[i], df_hrw_weight(e, who[i], digest));
	return top_two_result(e, &top);
}

/* Preference: D=1 breaks a tie in both directions, then the lowest address does. */

static void preference_seed(struct df_election *e, u16 invert)
{
	unsigned int i;

	for (i = 0; i < e->n; i++) {
		const struct df_candidate *c = &e->cand[e->order[i]];

		e->seed[i] = (u32)(c->pref ^ invert) << 1 | !!(c->caps & DF_CAP_DP);
	}
}

static void highest_prepare(struct df_election *e)
{
	preference_seed(e, 0);
}

static void lowest_prepare(struct df_election *e)
{
	preference_seed(e, 0xffff);
}

static struct df_result preference_elect(const struct df_election *e, const u16 *who,
					 unsigned int n, u32 tag)
{
	struct top_two top = TOP_TWO_EMPTY;
	unsigned int i;

	for (i = 0; i < n; i++)
		top_two_add(&top, who[i], e->seed[who[i]]);
	return top_two_result(e, &top);
}

static const struct df_algorithm algorithms[] = {
	{DF_ALG_MODULO, "modulo", modulo_prepare, modulo_elect},
	{DF_ALG_HRW, "hrw", hrw_prepare, hrw_elect},
	{DF_ALG_HIGHEST, "highest-preference", highest_prepare, preference_elect},
	{DF_ALG_LOWEST, "lowest-preference", lowest_prepare, preference_elect},
};

#define N_ALGORITHMS (sizeof(algorithms) / sizeof(algorithms[0]))

const struct df_algorithm *df_algorithm(u8 alg)
{
	return alg < N_ALGORITHMS ? &algorithms[alg] : NULL;
}

const struct df_algorithm *df_algorithm_by_name(const char *name)
{
	unsigned int i;

	for (i = 0; i < N_ALGORITHMS; i++)
		if (!strcmp(algorithms[i].name, name))
			return &algorithms[i];
	return NULL;
}

const char *df_alg_name(u8 alg)
{
	const struct df_algorithm *a = df_algorithm(alg);

	if (a)
		return a->name;
	return alg == DF_ALG_EXPERIMENTAL ? "experimental" : "unknown";
}
