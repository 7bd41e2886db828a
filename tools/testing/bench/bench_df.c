// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench_df.c - how long the election of many segments takes.
 *
 * 1,000 segments with 4,094 VLANs and four candidates each: preparing every segment and electing
 * every VLAN (DF and backup), by each algorithm, with and without AC-DF, as the daemon does it: the
 * result is the bitmap of VLANs that the local PE wins. Beside it the obvious way: for every VLAN sort
 * the candidates by a comparison that computes what it needs.
 *
 *   cc -O2 -Iuser/lib bench_df.c libevpn.a
 *   bench_df [RUNS]          20 runs unless told otherwise; the obvious way runs a tenth of them
 *
 * Prints one line an algorithm: medians in milliseconds of processor time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crc32.h"
#include "df.h"

enum { SEGMENTS = 1000, VLANS = 4094, CANDIDATES = 4, RUNS = 20 };

static struct df_candidate cand[CANDIDATES];
static struct df_tags most_vlans;
static u8 vlans[DF_VLAN_BYTES], won[DF_VLAN_BYTES];
static unsigned long won_by_library, won_by_sorting;

static struct esi segment_esi(unsigned int i)
{
	struct mac mac = {{0x02, 0, 0, 0, i >> 8, i}};

	return esi_make_mac(&mac, i);
}

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1e3 + ts.tv_nsec / 1e6;
}

static void set_candidates(u8 alg, u16 caps)
{
	unsigned int i;

	for (i = 0; i < CANDIDATES; i++)
		cand[i] = (struct df_candidate){
			.addr = ip_v4(0xc0000201 + 7 * (CANDIDATES - i)),
			.n_df_election = 1,
			.alg = alg,
			.caps = caps,
			.pref = 100 * i,
			.ad_per_es = true,
			.ad_per_evi = &most_vlans,
		};
}

static double run_library(void)
{
	static struct df_election e;
	double start = now_ms();
	unsigned int s;

	for (s = 0; s < SEGMENTS; s++) {
		struct esi esi = segment_esi(s);

		if (df_prepare(&e, &esi, cand, CANDIDATES, 0))
			abort();
		won_by_library += df_elect_vlans(&e, vlans, 0, won);
	}
	return now_ms() - start;
}

/* The obvious way */

static struct {
	u8 alg;
	u8 key[14];
} naive;

static u32 naive_weight(const struct df_candidate *c)
{
	u32 d = crc32_ieee(naive.key, sizeof(naive.key)) & 0x7fffffff;

	return (1103515245u * ((1103515245u * ip_low32(&c->addr) + 12345) ^ d) + 12345) &
	       0x7fffffff;
}

static int naive_cmp(const void *pa, const void *pb)
{
	const struct df_candidate *a = *(const struct df_candidate *const *)pa;
	const struct df_candidate *b = *(const struct df_candidate *const *)pb;
	s64 diff = 0;

	if (naive.alg == DF_ALG_HRW)
		diff = (s64)naive_weight(b) - naive_weight(a);
	else if (naive.alg == DF_ALG_HIGHEST)
		diff = b->pref - a->pref;
	else if (naive.alg == DF_ALG_LOWEST)
		diff = a->pref - b->pref;
	if (diff)
		return diff < 0 ? -1 : 1;
	return ip_cmp(&a->addr, &b->addr);
}

static void naive_elect(u32 tag, bool ac)
{
	const struct df_candidate *order[CANDIDATES];
	unsigned int i, n = 0;

	for (i = 0; i < CANDIDATES; i++)
		if (!ac || df_tags_has(cand[i].ad_per_evi, tag))
			order[n++] = &cand[i];
	if (!n)
		return;
	memcpy(naive.key, (u8[]){tag >> 24, tag >> 16, tag >> 8, tag}, 4);
	qsort(order, n, sizeof(order[0]), naive_cmp);
	i = naive.alg == DF_ALG_MODULO ? tag % n : 0;
	won_by_sorting += order[i] == cand;
}

static double run_naive(u8 alg, bool ac)
{
	double start = now_ms();
	unsigned int s, v;

	naive.alg = alg;
	for (s = 0; s < SEGMENTS; s++) {
		struct esi esi = segment_esi(s);

		memcpy(naive.key + 4, esi.b, sizeof(esi.b));
		for (v = 0; v < VLANS; v++)
			naive_elect(v + 1, ac);
	}
	return now_ms() - start;
}

static int double_cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v, unsigned int n)
{
	qsort(v, n, sizeof(*v), double_cmp);
	return n & 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static double measure(u8 alg, u16 caps, unsigned int runs)
{
	double ms[1000], slow[100], fast, obvious;
	unsigned int i, few = (runs + 9) / 10;
	char name[48];

	set_candidates(alg, caps);
	won_by_library = won_by_sorting = 0;
	for (i = 0; i < runs; i++)
		ms[i] = run_library();
	for (i = 0; i < few; i++)
		slow[i] = run_naive(alg, caps & DF_CAP_AC);
	if (won_by_library / runs != won_by_sorting / few) {
		fprintf(stderr, "bench_df: the two ways differ: %lu and %lu VLANs won\n",
			won_by_library / runs, won_by_sorting / few);
		exit(1);
	}
	fast = median(ms, runs);
	obvious = median(slow, few);
	snprintf(name, sizeof(name), "%s%s", df_alg_name(alg), caps & DF_CAP_AC ? ", AC-DF" : "");
	printf("df-election %-26s %8.1f ms  median of %u runs (%.1f to %.1f); sorting per VLAN %8.1f ms\n",
	       name, fast, runs, ms[0], ms[runs - 1], obvious);
	return fast;
}

int main(int argc, char **argv)
{
	unsigned int runs = argc > 1 ? strtoul(argv[1], NULL, 10) : RUNS, alg, v;
	double worst = 0;

	if (runs < 1 || runs > 1000) {
		fprintf(stderr, "bench_df: \"%s\" is not a number of runs from 1 to 1000\n",
			argv[1]);
		return 1;
	}
	for (v = 0; v < VLANS; v++) {
		vlans[(v + 1) / 8] |= 1u << (v + 1) % 8;
		if (v % 10 && df_tags_add(&most_vlans, v + 1))
			return 1;
	}
	printf("%d segments x %d VLANs, %d candidates, processor time\n", SEGMENTS, VLANS,
	       CANDIDATES);
	for (alg = DF_ALG_MODULO; alg <= DF_ALG_LOWEST; alg++) {
		u16 caps[] = {0, DF_CAP_AC};

		for (v = 0; v < 2; v++) {
			double ms = measure(alg, caps[v], runs);

			worst = ms > worst ? ms : worst;
		}
	}
	printf("slowest %.1f ms, limit 1000 ms\n", worst);
	return worst > 1000;
}
