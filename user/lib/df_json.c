// SPDX-License-Identifier: GPL-2.0-only
/*
 * df_json.c - reading election cases from JSON, writing elections as JSON.
 *
 * Whatever is wrong with a case is said in one sentence: where ("candidates[1].preference"), what is
 * there, what was expected.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "df_json.h"
#include "near.h"

#define TAG_MAX 0xfffffffeLL /* 0xffffffff is MAX-ET, RFC 7432 section 8.2.1 */

/**
 * struct reader - where we are in the input
 * @path: as the user would write it, "" at the top
 * @err: first error; "" while there is none
 */
struct reader {
	char path[96];
	char *err;
	size_t size;
};

struct df_case {
	struct esi esi;
	u32 *vlans;
	size_t n_vlans;
	const json_t *list; /* candidates, borrowed */
	struct df_candidate *cand;
	struct df_tags *tags; /* one per candidate, in use where ad-per-evi is given */
	size_t n;
};

/* Errors */

static __attribute__((format(printf, 3, 4))) int fail(struct reader *r, const char *key,
						      const char *fmt, ...)
{
	const char *dot = r->path[0] && key[0] && key[0] != '[' ? "." : "";
	int at = snprintf(r->err, r->size, "%s%s%s%s", r->path, dot, key,
			  r->path[0] || key[0] ? ": " : "");
	va_list ap;

	va_start(ap, fmt);
	if (at >= 0 && (size_t)at < r->size)
		vsnprintf(r->err + at, r->size - at, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* The value as it stands in the input, cut short where it is long. */
static int wrong(struct reader *r, const char *key, const json_t *value, const char *expected)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_ENSURE_ASCII);
	int err;

	err = fail(r, key, "%.60s%s is not %s", text ? text : "this",
		   text && strlen(text) > 60 ? "…" : "", expected);
	free(text);
	return err;
}

static void enter(struct reader *r, const char *name, size_t index)
{
	size_t at = strlen(r->path);

	snprintf(r->path + at, sizeof(r->path) - at, "%s%s[%zu]", at && name[0] ? "." : "", name,
		 index);
}

static void leave(struct reader *r, size_t length)
{
	r->path[length] = '\0';
}

/* Keys: a misspelt one is an error; one that resembles none is the caller's own note. */

static const char *const case_keys[] = {"esi", "vlans", "candidates", NULL};
static const char *const candidate_keys[] = {
	"address",   "algorithm",   "preference", "dont-preempt", "ac-df", "port-mode",
	"time-sync", "df-election", "ad-per-es",  "ad-per-evi",	  NULL,
};

static int check_keys(struct reader *r, const json_t *obj, const char *const *keys)
{
	const char *const *k;
	unsigned int distance;
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)obj, name, value) {
		for (k = keys; *k; k++)
			if (!strcmp(name, *k))
				break;
		if (*k)
			continue;
		for (k = keys; *k; k++)
			if (near_enough(name, *k, &distance))
				return fail(r, name, "unknown key, did you mean \"%s\"?", *k);
	}
	return 0;
}

/* A key that is absent or null leaves the default. */
static const json_t *get(const json_t *obj, const char *key)
{
	const json_t *v = json_object_get(obj, key);

	return v && !json_is_null(v) ? v : NULL;
}

static int read_flag(struct reader *r, const json_t *obj, const char *key, bool *out)
{
	const json_t *v = get(obj, key);

	if (!v)
		return 0;
	if (!json_is_boolean(v))
		return wrong(r, key, v, "true or false");
	*out = json_is_true(v);
	return 0;
}

static int read_cap(struct reader *r, const json_t *obj, const char *key, u16 bit, u16 *caps)
{
	bool set = false;
	int err = read_flag(r, obj, key, &set);

	if (set)
		*caps |= bit;
	return err;
}

static int read_number(struct reader *r, const json_t *v, const char *key, long long max, u32 *out)
{
	char expected[64];

	if (json_is_integer(v) && json_integer_value(v) >= 0 && json_integer_value(v) <= max) {
		*out = json_integer_value(v);
		return 0;
	}
	snprintf(expected, sizeof(expected), "a whole number from 0 to %lld", max);
	return wrong(r, key, v, expected);
}

/* How many DF Election communities there are: true is one, false none, or a number. */
static int read_df_election(struct reader *r, const json_t *obj, u8 *count)
{
	const char *key = "df-election";
	const json_t *v = get(obj, key);

	if (!v || json_is_true(v))
		*count = 1;
	else if (json_is_false(v))
		*count = 0;
	else if (json_is_integer(v) && json_integer_value(v) >= 0 && json_integer_value(v) <= 255)
		*count = json_integer_value(v);
	else
		return wrong(r, key, v, "true, false or the number of DF Election communities");
	return 0;
}

static int read_address(struct reader *r, const json_t *obj, struct ip_addr *addr)
{
	const char *key = "address";
	const json_t *v = json_object_get(obj, key);

	if (!v)
		return fail(r, key, "missing: every candidate needs its originator address");
	if (!json_is_string(v) || ip_parse(addr, json_string_value(v)))
		return wrong(r, key, v, "an IPv4 or IPv6 address");
	return 0;
}

static int read_algorithm(struct reader *r, const json_t *obj, u8 *alg)
{
	const char *key = "algorithm";
	const json_t *v = get(obj, key);
	const struct df_algorithm *a;

	if (!v)
		return 0;
	a = json_is_string(v) ? df_algorithm_by_name(json_string_value(v)) : NULL;
	if (!a)
		return wrong(
			r, key, v,
			"\"modulo\", \"hrw\", \"highest-preference\" or \"lowest-preference\"");
	*alg = a->alg;
	return 0;
}

static int read_tags(struct reader *r, const json_t *obj, struct df_candidate *c,
		     struct df_tags *tags)
{
	const char *key = "ad-per-evi";
	const json_t *list = get(obj, key), *v;
	char name[48];
	size_t i;
	u32 tag;

	if (!list)
		return 0;
	if (!json_is_array(list))
		return wrong(r, key, list, "a list of VLANs");
	json_array_foreach((json_t *)list, i, v) {
		snprintf(name, sizeof(name), "%s[%zu]", key, i);
		if (read_number(r, v, name, TAG_MAX, &tag))
			return -EINVAL;
		if (df_tags_add(tags, tag))
			return fail(r, name, "out of memory");
	}
	c->ad_per_evi = tags;
	return 0;
}

static int read_candidate(struct reader *r, const json_t *obj, struct df_candidate *c,
			  struct df_tags *tags)
{
	const json_t *pref;
	u32 number = DF_PREF_DEFAULT;

	if (!json_is_object(obj))
		return wrong(r, "", obj, "an object that describes a candidate");
	c->ad_per_es = true;
	pref = get(obj, "preference");
	if (check_keys(r, obj, candidate_keys) || read_address(r, obj, &c->addr) ||
	    read_algorithm(r, obj, &c->alg) || read_df_election(r, obj, &c->n_df_election) ||
	    (pref && read_number(r, pref, "preference", UINT16_MAX, &number)) ||
	    read_cap(r, obj, "dont-preempt", DF_CAP_DP, &c->caps) ||
	    read_cap(r, obj, "ac-df", DF_CAP_AC, &c->caps) ||
	    read_cap(r, obj, "port-mode", DF_CAP_PORT, &c->caps) ||
	    read_cap(r, obj, "time-sync", DF_CAP_TIME, &c->caps) ||
	    read_flag(r, obj, "ad-per-es", &c->ad_per_es) || read_tags(r, obj, c, tags))
		return -EINVAL;
	c->pref = number;
	return 0;
}

static int check_duplicate(struct reader *r, const struct df_case *k, size_t i)
{
	char addr[IP_STRLEN];
	size_t j;

	for (j = 0; j < i; j++)
		if (ip_equal(&k->cand[i].addr, &k->cand[j].addr))
			return fail(r, "address",
				    "\"%s\" is the address of candidates[%zu] already",
				    ip_format(&k->cand[i].addr, addr), j);
	return 0;
}

static int read_candidates(struct reader *r, const json_t *obj, struct df_case *k)
{
	const json_t *list = get(obj, "candidates"), *v;
	size_t i, length = strlen(r->path);

	if (!list)
		return 0;
	if (!json_is_array(list))
		return wrong(r, "candidates", list, "a list of candidates");
	if (json_array_size(list) > DF_CANDIDATES_MAX)
		return fail(r, "candidates", "%zu candidates, at most %d are supported",
			    json_array_size(list), DF_CANDIDATES_MAX);
	k->list = list;
	k->n = json_array_size(list);
	k->cand = calloc(k->n + 1, sizeof(*k->cand));
	k->tags = calloc(k->n + 1, sizeof(*k->tags));
	if (!k->cand || !k->tags)
		return fail(r, "candidates", "out of memory");
	json_array_foreach((json_t *)list, i, v) {
		enter(r, "candidates", i);
		if (read_candidate(r, v, &k->cand[i], &k->tags[i]) || check_duplicate(r, k, i))
			return -EINVAL;
		leave(r, length);
	}
	return 0;
}

/* Without a list: tag 0, the untagged service. */
static int read_vlans(struct reader *r, const json_t *obj, struct df_case *k)
{
	const json_t *list = get(obj, "vlans"), *v;
	char name[48];
	size_t i;

	if (list && !json_is_array(list))
		return wrong(r, "vlans", list, "a list of VLANs");
	k->n_vlans = list ? json_array_size(list) : 1;
	k->vlans = calloc(k->n_vlans + 1, sizeof(*k->vlans));
	if (!k->vlans)
		return fail(r, "vlans", "out of memory");
	if (!list)
		return 0;
	json_array_foreach((json_t *)list, i, v) {
		snprintf(name, sizeof(name), "vlans[%zu]", i);
		if (read_number(r, v, name, TAG_MAX, &k->vlans[i]))
			return -EINVAL;
	}
	return 0;
}

static int read_esi(struct reader *r, const json_t *obj, struct esi *esi)
{
	const json_t *v = get(obj, "esi");

	if (v && (!json_is_string(v) || esi_parse(esi, json_string_value(v))))
		return wrong(r, "esi", v,
			     "an ESI of ten octets, such as 00:11:22:33:44:55:66:77:88:99");
	return 0;
}

static int read_case(struct reader *r, const json_t *obj, struct df_case *k)
{
	if (!json_is_object(obj))
		return wrong(r, "", obj, "an object with esi, vlans and candidates");
	if (check_keys(r, obj, case_keys) || read_esi(r, obj, &k->esi) || read_vlans(r, obj, k) ||
	    read_candidates(r, obj, k))
		return -EINVAL;
	return 0;
}

static void free_case(struct df_case *k)
{
	size_t i;

	for (i = 0; i < k->n && k->tags; i++)
		df_tags_fini(&k->tags[i]);
	free(k->tags);
	free(k->cand);
	free(k->vlans);
}

/* Writing */

/* As the user wrote it. */
static json_t *address_json(const struct df_case *k, int index)
{
	const json_t *c = index < 0 ? NULL : json_array_get(k->list, index);

	return c ? json_incref(json_object_get(c, "address")) : json_null();
}

static json_t *sentence_json(const char *s)
{
	return *s ? json_string(s) : json_null();
}

static json_t *result_json(const struct df_case *k, json_t *vlan, struct df_result res)
{
	return json_pack("{s:o, s:o, s:o}", "vlan", vlan, "df", address_json(k, res.df), "backup",
			 address_json(k, res.backup));
}

static json_t *results_json(const struct df_election *e, const struct df_case *k)
{
	json_t *list = json_array(), *vlan;
	size_t i;

	if (df_is_port_mode(e)) {
		json_array_append_new(list, result_json(k, json_null(), df_elect_port(e)));
		return list;
	}
	for (i = 0; i < k->n_vlans; i++) {
		vlan = json_integer(k->vlans[i]);
		json_array_append_new(list, result_json(k, vlan, df_elect(e, k->vlans[i])));
	}
	return list;
}

static json_t *elect_one(struct reader *r, const json_t *in)
{
	struct df_case k = {0};
	struct df_election e;
	json_t *out = NULL;

	if (!read_case(r, in, &k) && !df_prepare(&e, &k.esi, k.cand, k.n, -1))
		out = json_pack("{s:s, s:b, s:o, s:o}", "algorithm", e.algorithm->name, "port-mode",
				df_is_port_mode(&e), "fallback", sentence_json(e.agreed.sentence),
				"result", results_json(&e, &k));
	if (!out && !r->err[0])
		fail(r, "", "out of memory");
	free_case(&k);
	return out;
}

static json_t *elect_all(struct reader *r, const json_t *in)
{
	json_t *list = json_array(), *one;
	const json_t *v;
	size_t i;

	json_array_foreach((json_t *)in, i, v) {
		enter(r, "", i);
		one = elect_one(r, v);
		if (!one || json_array_append_new(list, one)) {
			json_decref(list);
			return NULL;
		}
		leave(r, 0);
	}
	return list;
}

json_t *df_json_elect(const json_t *in, char *err, size_t size)
{
	struct reader r = {.err = err, .size = size};

	err[0] = '\0';
	return json_is_array(in) ? elect_all(&r, in) : elect_one(&r, in);
}
