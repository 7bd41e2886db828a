// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_df.c - DF election: known answers, properties that must hold for any candidates, and what a
 * recovering PE advertises.
 *
 * Requirements A10, A16, A19 to A27, A36, A38, B1 to B6, B10.
 * RFC 7432 (8.5), RFC 8584, RFC 9785, RFC 9786
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crc32.h"
#include "df.h"

#define ESI_TYPE0 "00:11:22:33:44:55:66:77:88:99"

static struct esi esi_of(const char *s)
{
	struct esi e;

	assert_int_equal(esi_parse(&e, s), 0);
	return e;
}

static struct df_candidate pe(const char *addr, u8 alg, u16 caps, u16 pref)
{
	struct df_candidate c = {
		.n_df_election = 1, .alg = alg, .caps = caps, .pref = pref, .ad_per_es = true};

	assert_int_equal(ip_parse(&c.addr, addr), 0);
	return c;
}

static void prepare(struct df_election *e, const char *esi, const struct df_candidate *c,
		    unsigned int n)
{
	struct esi id = esi_of(esi);

	assert_int_equal(df_prepare(e, &id, c, n, -1), 0);
}

static void assert_result(struct df_result r, int df, int backup)
{
	assert_int_equal(r.df, df);
	assert_int_equal(r.backup, backup);
}

/* CRC-32 */

static u32 crc32_bitwise(const u8 *p, size_t len)
{
	u32 crc = ~0u;
	int bit;

	while (len--) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
	}
	return ~crc;
}

static void crc32_known_and_bitwise(void **state)
{
	u8 buf[32];
	int i, j;

	assert_int_equal(crc32_ieee("123456789", 9), 0xcbf43926);
	assert_int_equal(crc32_ieee("", 0), 0);
	for (i = 0; i < 256; i++) {
		buf[0] = i;
		assert_int_equal(crc32_ieee(buf, 1), crc32_bitwise(buf, 1));
	}
	for (i = 0; i < 1000; i++) {
		for (j = 0; j < 32; j++)
			buf[j] = rand();
		assert_int_equal(crc32_ieee(buf, i % 33), crc32_bitwise(buf, i % 33));
	}
}

/* Modulo */

static void modulo_turns(void **state)
{
	struct df_candidate c[] = {pe("10.0.0.3", 0, 0, 0), pe("10.0.0.1", 0, 0, 0),
				   pe("10.0.0.2", 0, 0, 0)};
	struct df_election e;

	prepare(&e, ESI_TYPE0, c, 3);
	/* 100 mod 3 = 1: 10.0.0.2; without it 100 mod 2 = 0: 10.0.0.1 */
	assert_result(df_elect(&e, 100), 2, 1);
	/* 3 mod 3 = 0: 10.0.0.1; without it 3 mod 2 = 1: 10.0.0.3 */
	assert_result(df_elect(&e, 3), 1, 0);
	assert_result(df_elect(&e, 0), 1, 2);
	assert_result(df_elect(&e, 4095), 1, 0);
	/* tags are unsigned and 32 bits wide: 4294967294 mod 3 = 2, mod 2 = 0 */
	assert_result(df_elect(&e, 4294967294u), 0, 1);
}

static void modulo_one_and_none(void **state)
{
	struct df_candidate c = pe("192.0.2.1", 0, 0, 0);
	struct df_election e;

	prepare(&e, ESI_TYPE0, &c, 1);
	assert_result(df_elect(&e, 7), 0, -1);
	prepare(&e, ESI_TYPE0, NULL, 0);
	assert_result(df_elect(&e, 7), -1, -1);
	assert_int_equal(e.agreed.alg, DF_ALG_MODULO);
	assert_int_equal(e.agreed.fallback, DF_FALLBACK_NONE);
}

/* Numbers, not text; IPv4 before IPv6, whatever the octets are. */
static void addresses_in_numeric_order(void **state)
{
	const char *ascending[] = {"1.0.0.0",	"9.255.255.255", "10.0.0.9",	 "10.0.0.10",
				   "128.0.0.1", "255.0.0.1",	 "::1",		 "::a00:9",
				   "100::",	"2001:db8::9",	 "2001:db8::10", "fe80::1"};
	enum { N = sizeof(ascending) / sizeof(ascending[0]) };
	struct df_candidate c[N];
	struct df_election e;
	int i;

	for (i = 0; i < N; i++)
		c[i] = pe(ascending[N - 1 - i], 0, 0, 0);
	prepare(&e, ESI_TYPE0, c, N);
	for (i = 0; i < N; i++)
		assert_int_equal(df_elect(&e, i).df, N - 1 - i);
}

static void modulo_port(void **state)
{
	struct df_candidate c[] = {pe("10.0.0.1", 0, DF_CAP_PORT, 0),
				   pe("10.0.0.2", 0, DF_CAP_PORT, 0),
				   pe("10.0.0.3", 0, DF_CAP_PORT, 0)};
	static const struct {
		const char *esi;
		u32 value;
	} known[] = {
		{ESI_TYPE0, 860116326u},
		{"00:11:22:ff:ff:ff:fe:00:00:00", 4294967294u},
		{"01:00:aa:bb:cc:dd:ee:00:64:00", 3150765550u},
		{"00:ff:ff:00:00:00:00:ff:ff:ff", 0},
	};
	struct df_explanation x;
	struct df_election e;
	unsigned int i, n, v;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		for (n = 1; n <= 3; n++) {
			prepare(&e, known[i].esi, c, n);
			assert_true(df_is_port_mode(&e));
			df_explain(&e, 42, &x);
			assert_int_equal(x.value, known[i].value);
			assert_int_equal(df_elect_port(&e).df, known[i].value % n);
			/* A10: no VLAN changes the port's DF */
			for (v = 0; v < 100; v++)
				assert_int_equal(df_elect(&e, v).df, known[i].value % n);
		}
	}
	/* octets 7 to 9 do not matter */
	prepare(&e, "00:11:22:33:44:55:66:00:00:00", c, 3);
	assert_int_equal(df_elect_port(&e).df, 0);
}

/* Highest random weight */

static void hrw_known_answer(void **state)
{
	struct df_candidate c[] = {pe("10.0.0.1", 1, 0, 0), pe("10.0.0.2", 1, 0, 0),
				   pe("10.0.0.3", 1, 0, 0)};
	struct df_explanation x;
	struct df_election e;

	prepare(&e, "01:01:01:01:01:01:01:01:01:01", c, 3);
	df_explain(&e, 100, &x);
	assert_int_equal(x.value, 42737338);
	assert_int_equal(x.cand[0].weight, 664511525);
	assert_int_equal(x.cand[1].weight, 428723502);
	assert_int_equal(x.cand[2].weight, 946410987);
	/* the last candidate wins: a bound of N - 2 (RFC 8584 before erratum 7811) loses it (A22) */
	assert_result(x.result, 2, 0);
	assert_int_equal(x.reason, DF_REASON_WEIGHT);
	prepare(&e, "01:01:01:01:01:01:01:01:01:01", c, 1);
	assert_result(df_elect(&e, 100), 0, -1);
}

static void hrw_port_known_answer(void **state)
{
	struct df_candidate c[] = {pe("10.0.0.1", 1, DF_CAP_PORT, 0),
				   pe("10.0.0.2", 1, DF_CAP_PORT, 0)};
	struct df_explanation x;
	struct df_election e;

	prepare(&e, ESI_TYPE0, c, 2);
	df_explain(&e, 100, &x);
	assert_int_equal(x.value, 732496840);
}

/* The formula in wide integers, over whole addresses, with a CRC of its own. */
static u32 weight_wide(const struct ip_addr *a, const u8 *key, size_t len)
{
	unsigned __int128 si = 0, w;
	u32 d = crc32_bitwise(key, len) & 0x7fffffff;
	int i;

	for (i = 0; i < a->len; i++)
		si = si << 8 | a->b[i];
	w = 1103515245 * ((1103515245 * si + 12345) ^ d) + 12345;
	return (u32)(w & 0x7fffffff);
}

static struct df_candidate random_pe(u8 alg, u16 caps)
{
	struct df_candidate c = {.n_df_election = 1, .alg = alg, .caps = caps, .ad_per_es = true};
	u8 b[16];
	int i;

	for (i = 0; i < 16; i++)
		b[i] = rand() >> 4;
	c.addr = ip_from_bytes(b, rand() & 1 ? 16 : 4);
	c.pref = rand() % 4 * 100;
	if (rand() & 1)
		c.caps ^= DF_CAP_DP;
	return c;
}

static struct esi random_esi(void)
{
	struct esi e;
	size_t i;

	for (i = 0; i < sizeof(e.b); i++)
		e.b[i] = rand() >> 4;
	return e;
}

static void hrw_weights_from_the_formula(void **state)
{
	struct df_explanation x;
	struct df_election e;
	int round, i, port;

	for (round = 0; round < 2000; round++) {
		struct esi esi = random_esi();
		u32 tag = (u32)rand() >> (rand() % 20);
		u8 key[14] = {tag >> 24, tag >> 16, tag >> 8, tag};
		struct df_candidate c[4];

		port = round & 1;
		memcpy(key + 4, esi.b, 10);
		for (i = 0; i < 4; i++)
			c[i] = random_pe(DF_ALG_HRW, port ? DF_CAP_PORT : 0);
		assert_int_equal(df_prepare(&e, &esi, c, 4, i % 4), 0);
		df_explain(&e, tag, &x);
		for (i = 0; i < 4; i++)
			assert_int_equal(x.cand[i].weight,
					 weight_wide(&c[x.cand[i].index].addr, port ? key + 4 : key,
						     port ? 10 : 14));
	}
}

static void hrw_tie_goes_to_the_lowest(void **state)
{
	struct df_candidate c[] = {pe("138.0.0.1", 1, 0, 0), pe("10.0.0.1", 1, 0, 0)};
	struct df_candidate six[] = {pe("2001:db8:b::1", 1, 0, 0), pe("2001:db8:a::1", 1, 0, 0),
				     pe("10.0.0.2", 1, 0, 0)};
	char sentence[DF_SENTENCE_LEN];
	struct df_explanation x;
	struct df_election e;
	int a, b;
	u32 v;

	prepare(&e, ESI_TYPE0, c, 2);
	for (v = 0; v < 4096; v++)
		assert_result(df_elect(&e, v), 1, 0);
	df_explain(&e, 5, &x);
	assert_int_equal(x.reason, DF_REASON_ADDRESS);
	assert_true(df_hrw_tie(&e, &a, &b, sentence));
	assert_int_equal(a, 1);
	assert_int_equal(b, 0);
	assert_non_null(strstr(sentence, "10.0.0.1"));
	assert_non_null(strstr(sentence, "138.0.0.1"));

	prepare(&e, ESI_TYPE0, six, 3);
	assert_true(df_hrw_tie(&e, &a, &b, sentence));
	assert_int_equal(a, 1);
	assert_int_equal(b, 0);
	prepare(&e, ESI_TYPE0, six + 1, 2);
	assert_false(df_hrw_tie(&e, &a, &b, sentence));
	/* the same addresses under modulo do not matter */
	c[0].alg = c[1].alg = 0;
	prepare(&e, ESI_TYPE0, c, 2);
	assert_false(df_hrw_tie(&e, &a, &b, sentence));
}

/* Preference */

static void preference_order(void **state)
{
	struct df_candidate c[] = {
		pe("10.0.0.1", 2, 0, 100),	   pe("10.0.0.2", 2, 0, 500),
		pe("10.0.0.9", 2, DF_CAP_DP, 500), pe("10.0.0.8", 2, DF_CAP_DP, 500),
		pe("::1", 2, DF_CAP_DP, 500),
	};
	struct df_explanation x;
	struct df_election e;
	int i;

	/* highest 500; D=1 before D=0; then the lowest address; IPv4 first */
	prepare(&e, ESI_TYPE0, c, 5);
	assert_result(df_elect(&e, 1), 3, 2);
	df_explain(&e, 1, &x);
	assert_int_equal(x.reason, DF_REASON_ADDRESS);
	prepare(&e, ESI_TYPE0, c, 3);
	assert_result(df_elect(&e, 1), 2, 1);
	df_explain(&e, 1, &x);
	assert_int_equal(x.reason, DF_REASON_DP);
	prepare(&e, ESI_TYPE0, c, 2);
	assert_result(df_elect(&e, 1), 1, 0);
	df_explain(&e, 1, &x);
	assert_int_equal(x.reason, DF_REASON_PREFERENCE);
	prepare(&e, ESI_TYPE0, c + 2, 3);
	assert_result(df_elect(&e, 1), 1, 0);

	for (i = 0; i < 5; i++)
		c[i].alg = DF_ALG_LOWEST;
	/* lowest 100; among the 500 D=1 comes first here as well */
	prepare(&e, ESI_TYPE0, c, 5);
	assert_result(df_elect(&e, 1), 0, 3);
	prepare(&e, ESI_TYPE0, c + 1, 2);
	assert_result(df_elect(&e, 1), 1, 0);
	c[0].pref = 0;
	c[1].pref = 65535;
	prepare(&e, ESI_TYPE0, c, 2);
	assert_result(df_elect(&e, 1), 0, 1);
	c[0].alg = c[1].alg = DF_ALG_HIGHEST;
	prepare(&e, ESI_TYPE0, c, 2);
	assert_result(df_elect(&e, 1), 1, 0);
}

/* A24: D together with P; all defaults tie and the lowest address wins, as FRR has it */
static void preference_port(void **state)
{
	struct df_candidate c[] = {pe("10.0.0.2", 2, DF_CAP_PORT | DF_CAP_DP, DF_PREF_DEFAULT),
				   pe("10.0.0.1", 2, DF_CAP_PORT, DF_PREF_DEFAULT)};
	struct df_election e;

	prepare(&e, ESI_TYPE0, c, 2);
	assert_true(df_is_port_mode(&e));
	assert_result(df_elect_port(&e), 0, 1);
	c[0].caps = DF_CAP_PORT;
	prepare(&e, ESI_TYPE0, c, 2);
	assert_result(df_elect_port(&e), 1, 0);
}

/* Agreement */

static void agreement_table(void **state)
{
	enum { P = DF_CAP_PORT, A = DF_CAP_AC, D = DF_CAP_DP, T = DF_CAP_TIME };
	static const struct {
		u8 alg[2];
		u16 caps[2];
		u8 count[2];
		u8 agreed;
		u16 agreed_caps;
		enum df_fallback why;
	} t[] = {
		/* unanimous */
		{{0, 0}, {0, 0}, {1, 1}, 0, 0, DF_FALLBACK_NONE},
		{{1, 1}, {0, 0}, {1, 1}, 1, 0, DF_FALLBACK_NONE},
		{{3, 3}, {0, 0}, {1, 1}, 3, 0, DF_FALLBACK_NONE},
		{{1, 1}, {A, A}, {1, 1}, 1, A, DF_FALLBACK_NONE},
		{{2, 2}, {P, P}, {1, 1}, 2, P, DF_FALLBACK_NONE},
		/* no community on one side is modulo without capabilities */
		{{0, 2}, {0, P}, {1, 0}, 0, 0, DF_FALLBACK_NONE},
		{{2, 2}, {P, P}, {0, 0}, 0, 0, DF_FALLBACK_NONE},
		{{2, 2}, {P, P}, {2, 2}, 0, 0, DF_FALLBACK_NONE},
		{{2, 2}, {0, 0}, {1, 0}, 0, 0, DF_FALLBACK_ALG},
		{{2, 2}, {0, 0}, {2, 1}, 0, 0, DF_FALLBACK_ALG},
		{{0, 0}, {P, P}, {1, 2}, 0, 0, DF_FALLBACK_PORT},
		/* algorithms differ; highest and lowest do differ */
		{{0, 1}, {0, 0}, {1, 1}, 0, 0, DF_FALLBACK_ALG},
		{{2, 3}, {0, 0}, {1, 1}, 0, 0, DF_FALLBACK_ALG},
		{{2, 3}, {P, P}, {1, 1}, 0, 0, DF_FALLBACK_ALG},
		{{1, 2}, {A, A}, {1, 1}, 0, 0, DF_FALLBACK_ALG},
		/* D is not compared, T neither but it must be common */
		{{2, 2}, {D, 0}, {1, 1}, 2, 0, DF_FALLBACK_NONE},
		{{2, 2}, {T, 0}, {1, 1}, 2, 0, DF_FALLBACK_NONE},
		{{2, 2}, {T, T | D}, {1, 1}, 2, T, DF_FALLBACK_NONE},
		{{1, 2}, {T, T}, {1, 1}, 0, 0, DF_FALLBACK_ALG},
		/* A must be unanimous, except that port mode ignores it (A27) */
		{{2, 2}, {A, 0}, {1, 1}, 0, 0, DF_FALLBACK_AC},
		{{2, 2}, {A | P, P}, {1, 1}, 2, P, DF_FALLBACK_NONE},
		{{2, 2}, {A | P, A | P}, {1, 1}, 2, P, DF_FALLBACK_NONE},
		/* P must be unanimous (A8, A38) */
		{{2, 2}, {P, 0}, {1, 1}, 0, 0, DF_FALLBACK_PORT},
		{{0, 0}, {P, 0}, {1, 1}, 0, 0, DF_FALLBACK_PORT},
		{{2, 2}, {P, A}, {1, 1}, 0, 0, DF_FALLBACK_PORT},
		/* a capability nobody here knows */
		{{2, 2}, {0x2000, 0}, {1, 1}, 0, 0, DF_FALLBACK_CAPS},
		{{2, 2}, {0x0001, 0}, {1, 1}, 0, 0, DF_FALLBACK_CAPS},
		/* unanimous, but it is local policy or unknown */
		{{31, 31}, {0, 0}, {1, 1}, 0, 0, DF_FALLBACK_UNSUPPORTED},
		{{4, 4}, {P, P}, {1, 1}, 0, 0, DF_FALLBACK_UNSUPPORTED},
		{{31, 2}, {0, 0}, {1, 1}, 0, 0, DF_FALLBACK_ALG},
	};
	struct df_agreement a;
	size_t i;
	int local, swap;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		for (swap = 0; swap < 2; swap++) {
			struct df_candidate c[] = {
				pe("10.0.0.1", t[i].alg[swap], t[i].caps[swap], 0),
				pe("10.0.0.2", t[i].alg[!swap], t[i].caps[!swap], 0)};

			c[0].n_df_election = t[i].count[swap];
			c[1].n_df_election = t[i].count[!swap];
			for (local = -1; local < 2; local++) {
				df_agree(c, 2, local, &a);
				if (a.alg != t[i].agreed || a.caps != t[i].agreed_caps ||
				    a.fallback != t[i].why)
					fail_msg("row %zu, local %d: alg %u caps %04x fallback %d",
						 i, local, a.alg, a.caps, a.fallback);
				assert_int_equal(!a.sentence[0], !t[i].why);
				assert_int_equal(a.dissenter < 0, !t[i].why);
			}
		}
	}
}

static void fallback_names_who_and_what(void **state)
{
	struct df_candidate c[] = {pe("10.0.0.3", 1, 0, 0), pe("10.0.0.2", 2, 0, 0),
				   pe("10.0.0.1", 2, 0, 0), pe("10.0.0.4", 0, 0, 0)};
	struct df_agreement a;

	df_agree(c, 4, -1, &a);
	assert_string_equal(a.sentence, "10.0.0.3 (and 1 more) advertises hrw, but 10.0.0.1 "
					"highest-preference: modulo without capabilities applies");
	assert_int_equal(a.dissenter, 0);
	assert_int_equal(a.reference, 2);
	df_agree(c, 4, 3, &a);
	assert_string_equal(a.sentence, "10.0.0.1 (and 2 more) advertises highest-preference, but "
					"10.0.0.4 modulo: modulo without capabilities applies");
	c[3].n_df_election = 2;
	df_agree(c + 2, 2, 0, &a);
	assert_string_equal(a.sentence,
			    "10.0.0.4 advertises 2 DF Election communities (modulo), but 10.0.0.1 "
			    "highest-preference: modulo without capabilities applies");
	c[1].caps = DF_CAP_PORT;
	df_agree(c + 1, 2, 0, &a);
	assert_string_equal(a.sentence, "10.0.0.1 advertises no port mode, but 10.0.0.2 port mode: "
					"modulo without capabilities applies");
}

/* A8: one PE without P, and the segment is elected per VLAN again */
static void port_mode_not_unanimous(void **state)
{
	struct df_candidate c[] = {pe("10.0.0.1", 2, DF_CAP_PORT, 100),
				   pe("10.0.0.2", 2, DF_CAP_PORT, 200), pe("10.0.0.3", 2, 0, 300)};
	struct df_election e;

	prepare(&e, ESI_TYPE0, c, 2);
	assert_result(df_elect(&e, 1), 1, 0);
	prepare(&e, ESI_TYPE0, c, 3);
	assert_false(df_is_port_mode(&e));
	assert_result(df_elect(&e, 0), 0, 1);
	assert_result(df_elect(&e, 1), 1, 2);
	assert_result(df_elect(&e, 2), 2, 0);
}

static void errors_of_prepare(void **state)
{
	static struct df_candidate many[DF_CANDIDATES_MAX + 1];
	struct df_candidate c[] = {pe("10.0.0.1", 0, 0, 0), pe("10.0.0.2", 0, 0, 0),
				   pe("10.0.0.1", 2, 0, 0)};
	struct esi esi = esi_of(ESI_TYPE0);
	struct df_election e;
	unsigned int i;

	assert_int_equal(df_prepare(&e, &esi, c, 3, -1), -EEXIST);
	for (i = 0; i <= DF_CANDIDATES_MAX; i++) {
		many[i] = c[0];
		many[i].addr = ip_v4(0x0a000001 + i);
	}
	assert_int_equal(df_prepare(&e, &esi, many, DF_CANDIDATES_MAX + 1, -1), -E2BIG);
	assert_int_equal(df_prepare(&e, &esi, many, DF_CANDIDATES_MAX, -1), 0);
	assert_result(df_elect(&e, DF_CANDIDATES_MAX - 1), DF_CANDIDATES_MAX - 1, 0);
}

/* AC-DF */

static void ac_df_leaves_out_who_lacks_a_route(void **state)
{
	struct df_candidate c[] = {pe("10.0.0.1", 0, DF_CAP_AC, 0), pe("10.0.0.2", 0, DF_CAP_AC, 0),
				   pe("10.0.0.3", 0, DF_CAP_AC, 0)};
	struct df_tags only10 = {0}, none = {0};
	struct df_explanation x;
	struct df_election e;

	assert_int_equal(df_tags_add(&only10, 10), 0);
	assert_int_equal(df_tags_add(&only10, 100000), 0);
	c[1].ad_per_evi = &only10;
	prepare(&e, ESI_TYPE0, c, 3);
	assert_result(df_elect(&e, 10), 1, 0);
	assert_result(df_elect(&e, 100000), 1, 0);
	/* 11 and 100001 without 10.0.0.2: two candidates, ordinal 1 is 10.0.0.3 */
	assert_result(df_elect(&e, 11), 2, 0);
	assert_result(df_elect(&e, 100001), 2, 0);
	df_explain(&e, 11, &x);
	assert_int_equal(x.eligible, 2);
	assert_int_equal(x.cand[1].excluded, DF_OUT_AD_PER_EVI);
	assert_int_equal(x.cand[1].ordinal, -1);
	assert_int_equal(x.cand[2].ordinal, 1);

	c[2].ad_per_es = false;
	prepare(&e, ESI_TYPE0, c, 3);
	assert_result(df_elect(&e, 11), 0, -1);
	df_explain(&e, 11, &x);
	assert_int_equal(x.cand[2].excluded, DF_OUT_AD_PER_ES);
	assert_int_equal(x.reason, DF_REASON_ALONE);
	c[0].ad_per_evi = &none;
	prepare(&e, ESI_TYPE0, c, 3);
	assert_result(df_elect(&e, 11), -1, -1);
	df_explain(&e, 11, &x);
	assert_int_equal(x.reason, DF_REASON_NONE);

	/* A26, A27: in port mode the routes do not matter */
	c[0].caps = c[1].caps = c[2].caps = DF_CAP_AC | DF_CAP_PORT;
	prepare(&e, ESI_TYPE0, c, 3);
	assert_result(df_elect_port(&e), 0, 1);
	/* nor without A */
	c[0].caps = c[1].caps = c[2].caps = 0;
	prepare(&e, ESI_TYPE0, c, 3);
	assert_result(df_elect(&e, 11), 2, 1);
	df_tags_fini(&only10);
}

static void tag_sets(void **state)
{
	static bool model[1 << 14];
	struct df_tags t = {0};
	u32 i, tag;

	for (i = 0; i < 10000; i++) {
		tag = rand() % (sizeof(model) / sizeof(model[0]));
		assert_int_equal(df_tags_add(&t, tag), 0);
		model[tag] = true;
	}
	for (i = 0; i < sizeof(model) / sizeof(model[0]); i++)
		assert_int_equal(df_tags_has(&t, i), model[i]);
	assert_false(df_tags_has(&t, 0xffffffff));
	df_tags_fini(&t);
	assert_false(df_tags_has(&t, 8191));
}

/* Properties */

static void shuffle(struct df_candidate *c, unsigned int n)
{
	unsigned int i;

	for (i = n - 1; i > 0; i--) {
		unsigned int j = rand() % (i + 1);
		struct df_candidate swap = c[i];

		c[i] = c[j];
		c[j] = swap;
	}
}

static const struct ip_addr *winner(const struct df_candidate *c, int index)
{
	static const struct ip_addr none;

	return index < 0 ? &none : &c[index].addr;
}

/* B6: every PE, in whatever order routes arrived and whoever it is itself, has one answer */
static void order_does_not_matter(void **state)
{
	static const u16 caps[] = {0, DF_CAP_AC, DF_CAP_PORT};
	struct df_tags odd = {0};
	struct df_election a, b;
	int round, i;
	u32 v;

	for (v = 1; v < 4096; v += 2)
		assert_int_equal(df_tags_add(&odd, v), 0);
	for (round = 0; round < 600; round++) {
		unsigned int n = 1 + rand() % 7;
		struct df_candidate c[8], d[8];
		struct esi esi = random_esi();
		u8 alg = rand() % 4;
		u16 cap = caps[rand() % 3];

		for (i = 0; i < n; i++) {
			c[i] = random_pe(rand() % 20 ? alg : rand() % 4, cap);
			c[i].ad_per_evi = rand() & 1 ? &odd : NULL;
			c[i].ad_per_es = rand() % 4;
		}
		memcpy(d, c, sizeof(d));
		shuffle(d, n);
		assert_int_equal(df_prepare(&a, &esi, c, n, rand() % n), 0);
		assert_int_equal(df_prepare(&b, &esi, d, n, rand() % n), 0);
		assert_int_equal(a.agreed.alg, b.agreed.alg);
		assert_int_equal(a.agreed.caps, b.agreed.caps);
		for (i = 0; i < 50; i++) {
			struct df_result x, y;

			v = rand() % 4096;
			x = df_elect(&a, v);
			y = df_elect(&b, v);
			assert_true(ip_equal(winner(c, x.df), winner(d, y.df)));
			assert_true(ip_equal(winner(c, x.backup), winner(d, y.backup)));
		}
	}
	df_tags_fini(&odd);
}

/* B10: when the DF goes, its backup is what everybody elects; true of all algorithms and modes */
static void backup_follows_the_df(void **state)
{
	struct df_election e, less;
	int round, i, j, k;

	for (round = 0; round < 2000; round++) {
		unsigned int n = 2 + rand() % 6;
		struct df_candidate c[8], rest[8];
		struct esi esi = random_esi();
		u16 cap = rand() & 1 ? DF_CAP_PORT : 0;
		u8 alg = rand() % 4;
		struct df_result r;
		u32 v = rand() % 4096;

		for (i = 0; i < n; i++)
			c[i] = random_pe(alg, cap);
		assert_int_equal(df_prepare(&e, &esi, c, n, -1), 0);
		r = df_elect(&e, v);
		assert_true(r.df >= 0 && r.backup >= 0 && r.df != r.backup);
		for (j = k = 0; j < n; j++)
			if (j != r.df)
				rest[k++] = c[j];
		assert_int_equal(df_prepare(&less, &esi, rest, k, -1), 0);
		assert_true(ip_equal(winner(c, r.backup), winner(rest, df_elect(&less, v).df)));
	}
}

/* RFC 8584 section 3: what HRW is for. A PE that goes moves only the VLANs it had. */
static void hrw_moves_nothing_needlessly(void **state)
{
	struct df_election e, less;
	int round, i, j, k;
	u32 v;

	for (round = 0; round < 100; round++) {
		struct df_candidate c[6], rest[6];
		struct esi esi = random_esi();
		int gone = rand() % 6;

		for (i = 0; i < 6; i++)
			c[i] = random_pe(DF_ALG_HRW, 0);
		for (j = k = 0; j < 6; j++)
			if (j != gone)
				rest[k++] = c[j];
		assert_int_equal(df_prepare(&e, &esi, c, 6, -1), 0);
		assert_int_equal(df_prepare(&less, &esi, rest, 5, -1), 0);
		for (v = 0; v < 200; v++) {
			int before = df_elect(&e, v).df, after = df_elect(&less, v).df;

			if (before != gone)
				assert_true(ip_equal(&c[before].addr, &rest[after].addr));
		}
	}
}

/* Over 4,096 VLANs each of four PEs gets its share: exactly under modulo, nearly under HRW. */
static void vlans_are_spread(void **state)
{
	struct df_candidate c[4];
	struct df_election e;
	unsigned int alg, i, v;

	for (alg = DF_ALG_MODULO; alg <= DF_ALG_HRW; alg++) {
		unsigned int share[4] = {0};

		for (i = 0; i < 4; i++) {
			c[i] = pe("10.0.0.1", alg, 0, 0);
			c[i].addr = ip_v4(0xc0000201 + i);
		}
		prepare(&e, ESI_TYPE0, c, 4);
		for (v = 0; v < 4096; v++)
			share[df_elect(&e, v).df]++;
		for (i = 0; i < 4; i++)
			assert_in_range(share[i], alg ? 900 : 1024, alg ? 1150 : 1024);
	}
}

static void bulk_equals_single(void **state)
{
	u8 vlans[DF_VLAN_BYTES], won[DF_VLAN_BYTES], same[DF_VLAN_BYTES];
	struct df_tags half = {0};
	u32 v;
	struct df_election e;
	int round, i;

	for (v = 0; v < 4096; v++) {
		vlans[v / 8] = rand();
		if (rand() & 1)
			assert_int_equal(df_tags_add(&half, v), 0);
	}
	for (round = 0; round < 24; round++) {
		struct df_candidate c[4];
		struct esi esi = random_esi();
		unsigned int count = 0, n;

		for (i = 0; i < 4; i++) {
			c[i] = random_pe(round % 4, round & 4 ? DF_CAP_AC :
						    round & 8 ? DF_CAP_PORT :
								0);
			c[i].ad_per_evi = i & 1 ? &half : NULL;
		}
		assert_int_equal(df_prepare(&e, &esi, c, 4, -1), 0);
		memset(won, 0xff, sizeof(won));
		n = df_elect_vlans(&e, vlans, 2, won);
		for (v = 0; v < 4096; v++) {
			bool wins = vlans[v / 8] >> v % 8 & 1 && df_elect(&e, v).df == 2;

			assert_int_equal(won[v / 8] >> v % 8 & 1, wins);
			count += wins;
		}
		assert_int_equal(n, count);
		memcpy(same, vlans, sizeof(same));
		assert_int_equal(df_elect_vlans(&e, same, 2, same), n);
		assert_memory_equal(same, won, sizeof(won));
	}
	df_tags_fini(&half);
}

static void names(void **state)
{
	static const char *const name[] = {"modulo", "hrw", "highest-preference",
					   "lowest-preference"};
	u8 i;

	for (i = 0; i < 4; i++) {
		assert_string_equal(df_alg_name(i), name[i]);
		assert_int_equal(df_algorithm_by_name(name[i])->alg, i);
	}
	assert_null(df_algorithm_by_name("random"));
	assert_null(df_algorithm(4));
	assert_null(df_algorithm(31));
	assert_string_equal(df_alg_name(31), "experimental");
	assert_string_equal(df_alg_name(9), "unknown");
}

static void explains_in_sentences(void **state)
{
	struct df_candidate c[] = {pe("10.0.0.1", 2, DF_CAP_PORT, 100),
				   pe("10.0.0.2", 2, DF_CAP_PORT, 200)};
	struct df_explanation x;
	struct df_election e;

	prepare(&e, ESI_TYPE0, c, 2);
	df_explain(&e, 0, &x);
	assert_string_equal(x.agreed, "all candidates advertise highest-preference, port mode");
	assert_string_equal(x.winner, "10.0.0.2 has the highest preference, 200");
	c[0].alg = c[1].alg = 0;
	prepare(&e, ESI_TYPE0, c, 2);
	df_explain(&e, 0, &x);
	assert_string_equal(x.winner, "860116326 mod 2 is 0, and 10.0.0.1 has that ordinal");
	prepare(&e, ESI_TYPE0, c, 1);
	df_explain(&e, 0, &x);
	assert_string_equal(x.agreed, "the only candidate advertises modulo, port mode");
	assert_string_equal(x.winner, "10.0.0.1 is the only candidate");
	c[1].caps = 0;
	prepare(&e, ESI_TYPE0, c, 2);
	df_explain(&e, 0, &x);
	assert_string_equal(x.agreed, e.agreed.sentence);
}

/* Don't Preempt */

static void offer_is(const struct df_offer *o, u16 pref, bool dp, bool inherited)
{
	assert_int_equal(o->pref, pref);
	assert_int_equal(o->dont_preempt, dp);
	assert_int_equal(o->inherited, inherited);
}

/* RFC 9785 section 4.3: 300 comes back to 200 and 100, stays below, takes over when 200 fails */
static void recovering_pe_does_not_preempt(void **state)
{
	struct df_candidate remote[] = {pe("10.0.0.2", 2, DF_CAP_DP, 200),
					pe("10.0.0.3", 2, DF_CAP_DP, 100)};
	struct df_admin admin = {DF_ALG_HIGHEST, 300, true};
	struct df_candidate self = pe("10.0.0.1", 2, 0, 0), all[3];
	struct df_election e;
	struct df_offer o;

	df_offer_start(&o, &admin, remote, 2);
	offer_is(&o, 200, false, true);
	/* and so the present DF stays, although the own address is lower */
	self.pref = o.pref;
	all[0] = self;
	all[1] = remote[0];
	all[2] = remote[1];
	prepare(&e, ESI_TYPE0, all, 3);
	assert_result(df_elect(&e, 1), 1, 0);

	assert_false(df_offer_update(&o, &admin, &self.addr, remote, 2));
	offer_is(&o, 200, false, true);
	assert_true(df_offer_update(&o, &admin, &self.addr, remote + 1, 1));
	offer_is(&o, 300, true, false);
	assert_false(df_offer_update(&o, &admin, &self.addr, remote, 2));
	offer_is(&o, 300, true, false);
}

static void offers_of_a_start(void **state)
{
	struct df_candidate high[] = {pe("10.0.0.2", 2, DF_CAP_DP, 200),
				      pe("10.0.0.3", 2, DF_CAP_DP, 100)};
	struct df_candidate low[] = {pe("10.0.0.2", 3, DF_CAP_DP, 200),
				     pe("10.0.0.3", 3, DF_CAP_DP, 100)};
	static const struct {
		struct df_admin admin;
		u16 pref;
		bool inherited;
	} t[] = {
		{{DF_ALG_HIGHEST, 300, true}, 200, true},
		{{DF_ALG_HIGHEST, 200, true}, 200, true}, /* equal is enough */
		{{DF_ALG_HIGHEST, 199, true}, 199, false},
		{{DF_ALG_HIGHEST, 50, true}, 50, false},
		{{DF_ALG_HIGHEST, 300, false}, 300, false},
		{{DF_ALG_LOWEST, 50, true}, 100, true},
		{{DF_ALG_LOWEST, 100, true}, 100, true},
		{{DF_ALG_LOWEST, 101, true}, 101, false},
		{{DF_ALG_LOWEST, 300, true}, 300, false},
		{{DF_ALG_LOWEST, 50, false}, 50, false},
		{{DF_ALG_MODULO, 300, true}, 300, false},
		{{DF_ALG_HRW, 300, true}, 300, false},
	};
	struct df_offer o;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		df_offer_start(&o, &t[i].admin, t[i].admin.alg == DF_ALG_LOWEST ? low : high, 2);
		offer_is(&o, t[i].pref, t[i].admin.dont_preempt && !t[i].inherited, t[i].inherited);
		/* nobody there: the operator's values */
		df_offer_start(&o, &t[i].admin, NULL, 0);
		offer_is(&o, t[i].admin.pref, t[i].admin.dont_preempt, false);
	}
	/* a remote that elects by another algorithm has no preference to inherit */
	df_offer_start(&o, &t[0].admin, low, 2);
	offer_is(&o, 300, true, false);
	high[0].n_df_election = 2;
	df_offer_start(&o, &t[0].admin, high, 2);
	offer_is(&o, 100, false, true);
}

/* Two PEs that inherited the same value: when the DF fails one of them takes over, not both. */
static void two_recovered(void **state)
{
	struct df_admin admin = {DF_ALG_HIGHEST, 300, true};
	struct df_candidate a = pe("10.0.0.1", 2, 0, 200), b = pe("10.0.0.3", 2, 0, 200);
	struct df_offer oa = {200, false, true}, ob = oa;

	assert_true(df_offer_update(&oa, &admin, &a.addr, &b, 1));
	assert_false(df_offer_update(&ob, &admin, &b.addr, &a, 1));
	offer_is(&oa, 300, true, false);
	offer_is(&ob, 200, false, true);
	/* and when nobody else is left, the other one too */
	assert_true(df_offer_update(&ob, &admin, &b.addr, NULL, 0));
	offer_is(&ob, 300, true, false);
	/* Don't Preempt switched off meanwhile */
	ob = (struct df_offer){200, false, true};
	admin.dont_preempt = false;
	assert_true(df_offer_update(&ob, &admin, &b.addr, &a, 1));
	offer_is(&ob, 300, false, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc32_known_and_bitwise),
		cmocka_unit_test(modulo_turns),
		cmocka_unit_test(modulo_one_and_none),
		cmocka_unit_test(addresses_in_numeric_order),
		cmocka_unit_test(modulo_port),
		cmocka_unit_test(hrw_known_answer),
		cmocka_unit_test(hrw_port_known_answer),
		cmocka_unit_test(hrw_weights_from_the_formula),
		cmocka_unit_test(hrw_tie_goes_to_the_lowest),
		cmocka_unit_test(preference_order),
		cmocka_unit_test(preference_port),
		cmocka_unit_test(agreement_table),
		cmocka_unit_test(fallback_names_who_and_what),
		cmocka_unit_test(port_mode_not_unanimous),
		cmocka_unit_test(errors_of_prepare),
		cmocka_unit_test(ac_df_leaves_out_who_lacks_a_route),
		cmocka_unit_test(tag_sets),
		cmocka_unit_test(order_does_not_matter),
		cmocka_unit_test(backup_follows_the_df),
		cmocka_unit_test(hrw_moves_nothing_needlessly),
		cmocka_unit_test(vlans_are_spread),
		cmocka_unit_test(bulk_equals_single),
		cmocka_unit_test(names),
		cmocka_unit_test(explains_in_sentences),
		cmocka_unit_test(recovering_pe_does_not_preempt),
		cmocka_unit_test(offers_of_a_start),
		cmocka_unit_test(two_recovered),
	};

	srand(20);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
