/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bgp_attr_priv.h - what the files of the attribute codec share: the table of attributes and the
 * functions its rows name.
 */
#ifndef EVPN_BGP_ATTR_PRIV_H
#define EVPN_BGP_ATTR_PRIV_H

#include "bgp_attr.h"

/**
 * struct attr_in - one attribute on its way in
 * @whole: header and value, for the data of a NOTIFICATION
 */
struct attr_in {
	u8 flags;
	u8 code;
	struct slice value;
	struct slice whole;
	const struct attr_row *row;
};

/** struct text - text under construction; what does not fit is cut off */
struct text {
	char *p;
	size_t left;
	bool cut;
};

/**
 * struct attr_row - one kind of attribute
 * @flags: Optional and Transitive as its RFC says
 * @malformed: verdict over wrong contents
 * @wrong_flags: verdict over other flags
 * @internal: from an external peer it is discarded
 * @unit: a value is a list of elements of so many octets, at least one; 0: any length but 0
 * @offset: of the field in struct bgp_attrs that @decode fills
 */
struct attr_row {
	u8 code;
	u8 flags;
	const char *name;
	enum bgp_verdict malformed;
	enum bgp_verdict wrong_flags;
	bool internal;
	u8 unit;
	size_t offset;
	void (*decode)(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u);
	void (*encode)(const struct attr_row *row, const struct bgp_attrs *a,
		       const struct bgp_ctx *ctx, struct wbuf *w);
	void (*text)(const struct attr_row *row, const struct bgp_attrs *a, struct text *t);
};

/* bgp_attr.c */
/** bgp_attr_row() - the row of a code, or NULL; rows are visited in ascending order by @code + 1 */
const struct attr_row *bgp_attr_row(u8 code);

/** struct as_segment - one segment of an AS path, @width octets per AS number */
struct as_segment {
	u8 type;
	u8 count;
	u8 width;
	const u8 *as;
};

/** as_segment_next() - the next segment of a path known to be well-formed */
bool as_segment_next(struct cursor *c, bool as4, struct as_segment *s);

/** as_segment_get() - its @i-th AS number */
u32 as_segment_get(const struct as_segment *s, unsigned int i);

/** as_segment_length() - how much it counts: a sequence its numbers, a set 1, confederations 0 */
u32 as_segment_length(const struct as_segment *s);

static inline u32 *attr_u32(const struct attr_row *row, const struct bgp_attrs *a)
{
	return (u32 *)(void *)((char *)(uintptr_t)a + row->offset);
}

static inline struct slice *attr_slice(const struct attr_row *row, const struct bgp_attrs *a)
{
	return (struct slice *)(void *)((char *)(uintptr_t)a + row->offset);
}

/* bgp_attr_decode.c */
/** bgp_report() - a finding over an UPDATE; the first one of the strongest kind stays */
void bgp_report(struct bgp_update *u, enum bgp_verdict v, u8 subcode, const struct slice *data,
		const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/** bgp_attr_walk() - all attributes of @stream into @u; Return: bitmap word 0 of the codes seen */
u64 bgp_attr_walk(const struct slice *stream, const struct bgp_ctx *ctx, struct bgp_update *u);

void decode_origin(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u);
void decode_as_path(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u);
void decode_as4_path(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u);
void decode_u32(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u);
void decode_empty(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u);
void decode_list(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u);
void decode_aggregator(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u);
void decode_as4_aggregator(const struct attr_in *in, const struct bgp_ctx *ctx,
			   struct bgp_update *u);
void decode_pmsi(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u);
void decode_tunnel_encap(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u);
void decode_aigp(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u);
void decode_prefix_sid(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u);
void decode_mp_reach(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u);
void decode_mp_unreach(const struct attr_in *in, const struct bgp_ctx *ctx, struct bgp_update *u);

/* bgp_attr_encode.c */
void encode_origin(const struct attr_row *row, const struct bgp_attrs *a, const struct bgp_ctx *ctx,
		   struct wbuf *w);
void encode_as_path(const struct attr_row *row, const struct bgp_attrs *a,
		    const struct bgp_ctx *ctx, struct wbuf *w);
void encode_as4_path(const struct attr_row *row, const struct bgp_attrs *a,
		     const struct bgp_ctx *ctx, struct wbuf *w);
void encode_u32(const struct attr_row *row, const struct bgp_attrs *a, const struct bgp_ctx *ctx,
		struct wbuf *w);
void encode_empty(const struct attr_row *row, const struct bgp_attrs *a, const struct bgp_ctx *ctx,
		  struct wbuf *w);
void encode_slice(const struct attr_row *row, const struct bgp_attrs *a, const struct bgp_ctx *ctx,
		  struct wbuf *w);
void encode_aggregator(const struct attr_row *row, const struct bgp_attrs *a,
		       const struct bgp_ctx *ctx, struct wbuf *w);
void encode_as4_aggregator(const struct attr_row *row, const struct bgp_attrs *a,
			   const struct bgp_ctx *ctx, struct wbuf *w);

/* bgp_attr_text.c */
void text_origin(const struct attr_row *row, const struct bgp_attrs *a, struct text *t);
void text_path(const struct attr_row *row, const struct bgp_attrs *a, struct text *t);
void text_number(const struct attr_row *row, const struct bgp_attrs *a, struct text *t);
void text_id(const struct attr_row *row, const struct bgp_attrs *a, struct text *t);
void text_ids(const struct attr_row *row, const struct bgp_attrs *a, struct text *t);
void text_present(const struct attr_row *row, const struct bgp_attrs *a, struct text *t);
void text_aggregator(const struct attr_row *row, const struct bgp_attrs *a, struct text *t);
void text_community(const struct attr_row *row, const struct bgp_attrs *a, struct text *t);
void text_large(const struct attr_row *row, const struct bgp_attrs *a, struct text *t);
void text_ext(const struct attr_row *row, const struct bgp_attrs *a, struct text *t);
void text_pmsi(const struct attr_row *row, const struct bgp_attrs *a, struct text *t);
void text_octets(const struct attr_row *row, const struct bgp_attrs *a, struct text *t);

#endif
