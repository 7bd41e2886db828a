// SPDX-License-Identifier: GPL-2.0-only
/*
 * bgp_attr_encode.c - path attributes to the wire, and copies that outlive their message.
 *
 * RFC 4271 (4.3, 5), RFC 6793 (4.2.2 and 4.2.3: two and four octets of AS number)
 */
#include <errno.h>

#include "bgp_attr_priv.h"

static void put_header(struct wbuf *w, u8 flags, u8 code, size_t len)
{
	flags &= (u8)~BGP_F_EXTENDED;
	w_u8(w, len > UINT8_MAX ? flags | BGP_F_EXTENDED : flags);
	w_u8(w, code);
	if (len > UINT8_MAX)
		w_u16(w, (u16)len);
	else
		w_u8(w, (u8)len);
}

static void put_known(struct wbuf *w, const struct attr_row *row, const struct bgp_attrs *a,
		      size_t len)
{
	u8 flags = row->flags;

	if (a->partial & BGP_BIT(row->code))
		flags |= BGP_F_PARTIAL;
	put_header(w, flags, row->code, len);
}

void encode_origin(const struct attr_row *row, const struct bgp_attrs *a, const struct bgp_ctx *ctx,
		   struct wbuf *w)
{
	put_known(w, row, a, 1);
	w_u8(w, a->origin);
}

void encode_u32(const struct attr_row *row, const struct bgp_attrs *a, const struct bgp_ctx *ctx,
		struct wbuf *w)
{
	put_known(w, row, a, 4);
	w_u32(w, *attr_u32(row, a));
}

void encode_empty(const struct attr_row *row, const struct bgp_attrs *a, const struct bgp_ctx *ctx,
		  struct wbuf *w)
{
	put_known(w, row, a, 0);
}

void encode_slice(const struct attr_row *row, const struct bgp_attrs *a, const struct bgp_ctx *ctx,
		  struct wbuf *w)
{
	const struct slice *s = attr_slice(row, a);

	put_known(w, row, a, s->len);
	w_bytes(w, s->p, s->len);
}

static bool is_confed(const struct as_segment *s)
{
	return s->type == BGP_AS_CONFED_SEQUENCE || s->type == BGP_AS_CONFED_SET;
}

/* A path may be written, or only measured. */
struct path_out {
	u8 *p;
	size_t len;
	bool as4;
};

static void put_segment(struct path_out *out, const struct as_segment *s, unsigned int count)
{
	u8 *p = out->p ? out->p + out->len : NULL;
	unsigned int width = out->as4 ? 4 : 2;

	out->len += 2 + (size_t)count * width;
	if (!p)
		return;
	*p++ = s->type;
	*p++ = (u8)count;
	for (unsigned int i = 0; i < count; i++, p += width) {
		u32 as = as_segment_get(s, i);

		if (out->as4)
			store32(p, as);
		else
			store16(p, as > UINT16_MAX ? BGP_AS_TRANS : (u16)as);
	}
}

/* The first segments of @path, worth @length ASes */
static void put_path(struct path_out *out, const struct slice *path, bool as4, u32 length,
		     bool confeds)
{
	struct cursor c = cur_slice(path);
	struct as_segment s;

	while (as_segment_next(&c, as4, &s)) {
		u32 worth = as_segment_length(&s);

		if (is_confed(&s)) {
			if (confeds)
				put_segment(out, &s, s.count);
			continue;
		}
		if (!length)
			break;
		put_segment(out, &s, worth > length ? length : s.count);
		length -= worth > length ? length : worth;
	}
}

static u32 path_length(const struct slice *path, bool as4)
{
	const struct bgp_attrs probe = {.as4 = as4, .as_path = *path};

	return bgp_as_path_length(&probe);
}

/* RFC 6793 section 4.2.3: an AGGREGATOR that needed no AS_TRANS tells that AS4_PATH is stale. */
static bool as4_counts(const struct bgp_attrs *a)
{
	return !(BGP_HAS(a, BGP_ATTR_AGGREGATOR) && BGP_HAS(a, BGP_ATTR_AS4_AGGREGATOR) &&
		 a->aggregator.as != BGP_AS_TRANS);
}

/* The path in four octets, AS4_PATH worked in */
static void put_merged(struct path_out *out, const struct bgp_attrs *a)
{
	u32 all = bgp_as_path_length(a), tail = path_length(&a->as4_path, true);

	if (!BGP_HAS(a, BGP_ATTR_AS4_PATH) || !as4_counts(a) || tail > all) {
		put_path(out, &a->as_path, a->as4, UINT32_MAX, true);
		return;
	}
	put_path(out, &a->as_path, a->as4, all - tail, true);
	put_path(out, &a->as4_path, true, UINT32_MAX, false);
}

void encode_as_path(const struct attr_row *row, const struct bgp_attrs *a,
		    const struct bgp_ctx *ctx, struct wbuf *w)
{
	struct path_out out = {.as4 = ctx->as4};

	if (a->as4 == ctx->as4) {
		encode_slice(row, a, ctx, w);
		return;
	}
	put_path(&out, &a->as_path, a->as4, UINT32_MAX, true);
	put_known(w, row, a, out.len);
	out.p = w_reserve(w, out.len);
	out.len = 0;
	if (out.p)
		put_path(&out, &a->as_path, a->as4, UINT32_MAX, true);
}

static bool path_needs_as4(const struct bgp_attrs *a)
{
	struct cursor c = cur_slice(&a->as_path);
	struct as_segment s;

	while (as_segment_next(&c, a->as4, &s))
		for (unsigned int i = 0; i < s.count; i++)
			if (!is_confed(&s) && as_segment_get(&s, i) > UINT16_MAX)
				return true;
	return false;
}

/* RFC 6793 section 4.2.2: towards a peer with 2-octet AS numbers the truth goes into AS4_PATH. */
void encode_as4_path(const struct attr_row *row, const struct bgp_attrs *a,
		     const struct bgp_ctx *ctx, struct wbuf *w)
{
	struct path_out out = {.as4 = true};

	if (ctx->as4)
		return;
	if (BGP_HAS(a, BGP_ATTR_AS4_PATH)) {
		encode_slice(row, a, ctx, w);
		return;
	}
	if (!path_needs_as4(a))
		return;
	put_path(&out, &a->as_path, a->as4, UINT32_MAX, false);
	put_header(w, row->flags, row->code, out.len);
	out.p = w_reserve(w, out.len);
	out.len = 0;
	if (out.p)
		put_path(&out, &a->as_path, a->as4, UINT32_MAX, false);
}

void encode_aggregator(const struct attr_row *row, const struct bgp_attrs *a,
		       const struct bgp_ctx *ctx, struct wbuf *w)
{
	put_known(w, row, a, ctx->as4 ? 8 : 6);
	if (ctx->as4)
		w_u32(w, a->aggregator.as);
	else
		w_u16(w, a->aggregator.as > UINT16_MAX ? BGP_AS_TRANS : (u16)a->aggregator.as);
	w_u32(w, a->aggregator.id);
}

void encode_as4_aggregator(const struct attr_row *row, const struct bgp_attrs *a,
			   const struct bgp_ctx *ctx, struct wbuf *w)
{
	const struct bgp_aggregator *agg = &a->as4_aggregator;

	if (ctx->as4)
		return;
	if (!BGP_HAS(a, BGP_ATTR_AS4_AGGREGATOR)) {
		agg = &a->aggregator;
		if (!BGP_HAS(a, BGP_ATTR_AGGREGATOR) || agg->as <= UINT16_MAX)
			return;
	}
	put_known(w, row, a, 8);
	w_u32(w, agg->as);
	w_u32(w, agg->id);
}

/* Codes at which something is written although their bit in @present may be clear. */
static bool is_derived(u8 code)
{
	return code == BGP_ATTR_AS4_PATH || code == BGP_ATTR_AS4_AGGREGATOR;
}

/* The first unknown attribute of that code, Partial set: we do not know what it says. */
static void put_unknown(struct wbuf *w, const struct bgp_attrs *a, u8 code)
{
	struct cursor c = cur_slice(&a->unknown);
	struct bgp_raw_attr raw;

	while (bgp_unknown_next(&c, &raw)) {
		if (raw.code != code)
			continue;
		put_header(w, raw.flags | BGP_F_PARTIAL, code, raw.value.len);
		w_bytes(w, raw.value.p, raw.value.len);
		return;
	}
}

/* One bit per code of an unknown attribute that is to be passed on */
static bool unknown_codes(const struct bgp_attrs *a, u64 codes[4])
{
	struct cursor c = cur_slice(&a->unknown);
	struct bgp_raw_attr raw;
	bool any = false;

	memset(codes, 0, 4 * sizeof(codes[0]));
	while (bgp_unknown_next(&c, &raw)) {
		codes[raw.code >> 6] |= 1ull << (raw.code & 63);
		any = true;
	}
	return any;
}

int bgp_attrs_encode(const struct bgp_attrs *a, const struct bgp_ctx *ctx, u8 *buf, size_t cap)
{
	struct wbuf w = w_make(buf, cap);
	u64 unknown[4];
	bool any = unknown_codes(a, unknown);

	for (unsigned int code = 0; code < (any ? 256 : BGP_ATTR_KNOWN_MAX); code++) {
		const struct attr_row *row;

		if (unknown[code >> 6] & (1ull << (code & 63))) {
			put_unknown(&w, a, (u8)code);
			continue;
		}
		if (code >= BGP_ATTR_KNOWN_MAX || !(BGP_HAS(a, code) || is_derived((u8)code)))
			continue;
		row = bgp_attr_row((u8)code);
		if (row && row->encode)
			row->encode(row, a, ctx, &w);
	}
	return w.full ? -EMSGSIZE : (int)w.len;
}

/* Slices of struct bgp_attrs that are copied as they are */
static const size_t plain[] = {
	offsetof(struct bgp_attrs, community),	  offsetof(struct bgp_attrs, cluster),
	offsetof(struct bgp_attrs, ext),	  offsetof(struct bgp_attrs, ext6),
	offsetof(struct bgp_attrs, large),	  offsetof(struct bgp_attrs, pmsi),
	offsetof(struct bgp_attrs, tunnel_encap), offsetof(struct bgp_attrs, aigp),
	offsetof(struct bgp_attrs, d_path),	  offsetof(struct bgp_attrs, prefix_sid),
};

enum { PLAIN = sizeof(plain) / sizeof(plain[0]) };

static const struct slice *plain_slice(const struct bgp_attrs *a, unsigned int i)
{
	return (const struct slice *)(const void *)((const char *)a + plain[i]);
}

static size_t unknown_size(const struct bgp_attrs *a)
{
	u64 codes[4], seen[4] = {0};
	struct cursor c = cur_slice(&a->unknown);
	struct bgp_raw_attr raw;
	size_t n = 0;

	if (!unknown_codes(a, codes))
		return 0;
	while (bgp_unknown_next(&c, &raw)) {
		u64 bit = 1ull << (raw.code & 63);

		if (!(seen[raw.code >> 6] & bit))
			n += raw.value.len + (raw.value.len > UINT8_MAX ? 4 : 3);
		seen[raw.code >> 6] |= bit;
	}
	return n;
}

size_t bgp_attrs_size(const struct bgp_attrs *a)
{
	struct path_out path = {.as4 = true};
	size_t n = 0;

	put_merged(&path, a);
	n += path.len;
	for (unsigned int i = 0; i < PLAIN; i++)
		n += plain_slice(a, i)->len;
	return n + unknown_size(a);
}

void bgp_attrs_copy(struct bgp_attrs *dst, const struct bgp_attrs *src, void *mem)
{
	struct path_out path = {.p = mem, .as4 = true};
	size_t unknown = unknown_size(src);
	u64 codes[4];
	struct wbuf w;
	u8 *p = mem;

	*dst = *src;
	dst->as4 = true;
	dst->present &= ~(BGP_BIT(BGP_ATTR_AS4_PATH) | BGP_BIT(BGP_ATTR_AS4_AGGREGATOR));
	dst->partial &= dst->present;
	dst->as4_path = (struct slice){NULL, 0};
	memset(&dst->as4_aggregator, 0, sizeof(dst->as4_aggregator));
	if (BGP_HAS(src, BGP_ATTR_AS4_AGGREGATOR) && BGP_HAS(src, BGP_ATTR_AGGREGATOR) &&
	    as4_counts(src))
		dst->aggregator = src->as4_aggregator;

	put_merged(&path, src);
	dst->as_path = (struct slice){p, path.len};
	p += path.len;
	for (unsigned int i = 0; i < PLAIN; i++) {
		const struct slice *s = plain_slice(src, i);

		if (s->len)
			memcpy(p, s->p, s->len);
		*(struct slice *)(void *)((char *)dst + plain[i]) = (struct slice){p, s->len};
		p += s->len;
	}
	w = w_make(p, unknown);
	if (unknown && unknown_codes(src, codes))
		for (unsigned int code = 0; code < 256; code++)
			if (codes[code >> 6] & (1ull << (code & 63)))
				put_unknown(&w, src, (u8)code);
	dst->unknown = (struct slice){p, unknown};
}

static bool slice_equal(const struct slice *a, const struct slice *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->p, b->p, a->len));
}

bool bgp_attrs_equal(const struct bgp_attrs *a, const struct bgp_attrs *b)
{
	if (a->present != b->present || a->partial != b->partial || a->origin != b->origin ||
	    a->next_hop != b->next_hop || a->med != b->med || a->local_pref != b->local_pref ||
	    a->originator_id != b->originator_id || a->otc != b->otc ||
	    a->aggregator.as != b->aggregator.as || a->aggregator.id != b->aggregator.id ||
	    !slice_equal(&a->as_path, &b->as_path) || !slice_equal(&a->unknown, &b->unknown))
		return false;
	for (unsigned int i = 0; i < PLAIN; i++)
		if (!slice_equal(plain_slice(a, i), plain_slice(b, i)))
			return false;
	return true;
}
