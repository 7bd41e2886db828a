// SPDX-License-Identifier: GPL-2.0-only
/*
 * The UPDATE decoder on arbitrary octets. Beyond not crashing:
 *  - what the decoder promised not to reset has routes that can be walked to their end;
 *  - an accepted message, encoded and decoded again, has the same attributes and the same routes;
 *  - a copy of the attributes equals the original, and its copy is the same octets;
 *  - a key made from a route makes the same key again;
 *  - the JSON printer takes whatever came.
 *
 * Octet 0 of the input: 0x01 2-octet AS, 0x02 add-path, 0x0c kind of peer, 0x10 attributes without an
 * UPDATE around them. The rest is the body.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgp_attr.h"
#include "bgp_evpn.h"
#include "bgp_json.h"

#define CHECK(x)                                                                \
	do {                                                                    \
		if (!(x)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x); \
			abort();                                                \
		}                                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* Attributes that need no message, in memory to be freed */
static void *copy_attrs(const struct bgp_attrs *a, struct bgp_attrs *copy, size_t *size)
{
	void *mem;

	*size = bgp_attrs_size(a);
	mem = malloc(*size + 1);
	CHECK(mem);
	bgp_attrs_copy(copy, a, mem);
	return mem;
}

static void check_copies(const struct bgp_attrs *a)
{
	struct bgp_attrs one, two;
	size_t size_one, size_two;
	void *mem_one = copy_attrs(a, &one, &size_one);
	void *mem_two = copy_attrs(&one, &two, &size_two);
	char text[BGP_ATTR_STRLEN];

	CHECK(bgp_attrs_equal(&one, &two));
	CHECK(size_one == size_two && !memcmp(mem_one, mem_two, size_one));
	CHECK(bgp_as_path_length(&one) == bgp_as_path_length(&two));
	for (unsigned int code = 0; code < 256; code++)
		bgp_attr_format(&one, (u8)code, text);
	free(mem_one);
	free(mem_two);
}

static void check_route(const struct evpn_nlri *n, const struct bgp_outcome *out)
{
	u8 key[EVPN_KEY_MAX], again[EVPN_KEY_MAX], wire[2 + 255];
	struct wbuf w = w_make(wire, sizeof(wire));
	size_t len = evpn_key(n, key);
	char text[EVPN_STRLEN];
	struct evpn_nlri from;

	evpn_format(n, text);
	if (out->verdict == BGP_ACCEPT) {
		CHECK(len > 0);
		CHECK(evpn_encode(&w, n));
		CHECK(wire[1] == n->value.len && !memcmp(wire + 2, n->value.p, n->value.len));
	}
	if (len && out->verdict <= BGP_DISCARD) {
		CHECK(!evpn_from_key(key, len, &from));
		CHECK(evpn_key(&from, again) == len && !memcmp(key, again, len));
	}
}

/* Routes of @mp into @list, at most @max; returns how many, -1 when one was not accepted */
static int routes(const struct bgp_mp *mp, bool withdraw, const struct bgp_ctx *ctx,
		  struct evpn_nlri *list, int max)
{
	struct bgp_outcome out;
	struct evpn_nlri n;
	struct evpn_iter it;
	bool all = true;
	int count = 0;

	if (!mp->present || mp->afi != BGP_AFI_L2VPN || mp->safi != BGP_SAFI_EVPN)
		return 0;
	evpn_iter_init(&it, &mp->nlri, ctx->add_path, withdraw);
	while (evpn_iter_next(&it, &n, &out)) {
		check_route(&n, &out);
		all &= out.verdict == BGP_ACCEPT;
		if (count < max)
			list[count++] = n;
	}
	CHECK(out.verdict != BGP_RESET);
	return all ? count : -1;
}

static void check_again(const struct bgp_update *u, const struct bgp_ctx *ctx, bool withdraw,
			const struct evpn_nlri *list, int count)
{
	static u8 attr_bytes[BGP_MAX_LEN_EXTENDED], message[BGP_MAX_LEN_EXTENDED];
	static struct evpn_nlri again[64];
	int len = bgp_attrs_encode(&u->attrs, ctx, attr_bytes, sizeof(attr_bytes));
	struct slice attrs = {attr_bytes, (size_t)len};
	struct bgp_attrs one, two;
	struct bgp_packer p;
	struct bgp_update v;
	size_t size, total;
	void *mem_one, *mem_two;

	CHECK(len >= 0);
	if (withdraw)
		bgp_pack_unreach(&p, message, sizeof(message), ctx);
	else
		bgp_pack_reach(&p, message, sizeof(message), ctx, &u->reach.nh, &attrs);
	for (int i = 0; i < count; i++)
		if (bgp_pack_add(&p, &list[i]) != 1)
			return; /* a message of nearly 64 kB, grown by extended lengths */
	total = bgp_pack_end(&p);
	CHECK(total > BGP_HEADER_LEN);
	CHECK(bgp_update_decode(message + BGP_HEADER_LEN, total - BGP_HEADER_LEN, ctx, &v) ==
	      BGP_ACCEPT);
	CHECK(routes(withdraw ? &v.unreach : &v.reach, withdraw, ctx, again, 64) == count);
	for (int i = 0; i < count; i++) {
		CHECK(again[i].path_id == list[i].path_id);
		CHECK(again[i].value.len == list[i].value.len &&
		      !memcmp(again[i].value.p, list[i].value.p, list[i].value.len));
	}
	if (withdraw)
		return;
	mem_one = copy_attrs(&u->attrs, &one, &size);
	mem_two = copy_attrs(&v.attrs, &two, &size);
	CHECK(bgp_attrs_equal(&one, &two));
	free(mem_one);
	free(mem_two);
}

static void check_json(const u8 *body, size_t size, bool alone, const struct bgp_ctx *ctx)
{
	u8 *message = malloc(size + BGP_HEADER_LEN);
	struct wbuf w = w_make(message, size + BGP_HEADER_LEN);
	json_t *j;

	CHECK(message);
	if (!alone)
		bgp_header_begin(&w, BGP_UPDATE);
	w_bytes(&w, body, size);
	if (!alone)
		bgp_header_end(&w, 0);
	j = bgp_json_decode(message, w.len, alone, ctx);
	CHECK(j);
	json_decref(j);
	free(message);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct evpn_nlri reach[64], unreach[64];
	struct bgp_ctx ctx = {.max_len = BGP_MAX_LEN_EXTENDED};
	struct bgp_outcome out;
	struct bgp_update u;
	int n_reach, n_unreach;
	bool alone;

	if (size < 1 || size > 60000)
		return 0;
	ctx.as4 = !(data[0] & 0x01);
	ctx.add_path = data[0] & 0x02;
	ctx.peer = (data[0] >> 2 & 3) % 3;
	alone = data[0] & 0x10;
	data++;
	size--;
	check_json(data, size, alone, &ctx);
	if (alone)
		bgp_attrs_decode(data, size, &ctx, &u);
	else
		bgp_update_decode(data, size, &ctx, &u);
	CHECK((u.out.verdict == BGP_ACCEPT) == !u.out.err.reason[0]);
	if (u.out.verdict == BGP_RESET)
		return 0;
	CHECK(bgp_update_judge(&u, &ctx, &out) != BGP_RESET);
	check_copies(&u.attrs);
	n_reach = routes(&u.reach, false, &ctx, reach, 64);
	n_unreach = routes(&u.unreach, true, &ctx, unreach, 64);
	if (u.out.verdict == BGP_ACCEPT && n_reach > 0 && !u.nlri4.len)
		check_again(&u, &ctx, false, reach, n_reach);
	if (u.out.verdict == BGP_ACCEPT && n_unreach > 0)
		check_again(&u, &ctx, true, unreach, n_unreach);
	return 0;
}
