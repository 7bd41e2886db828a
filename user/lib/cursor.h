/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cursor.h - reading and writing wire formats without pointer arithmetic in protocol code.
 *
 * A getter returns false and moves nothing when the octets are not there. A nested length carves a
 * sub-cursor, so an inner length can never read past the outer one. A writer that runs out of room
 * writes nothing more and says so once at the end. All numbers are big-endian on the wire and in
 * host order in memory.
 */
#ifndef EVPN_CURSOR_H
#define EVPN_CURSOR_H

#include "types.h"

/**
 * struct slice - octets that belong to somebody else
 * @p: may be NULL when @len is 0
 * @len: octets
 */
struct slice {
	const u8 *p;
	size_t len;
};

/** struct cursor - what is still to be read; points into the owner's buffer */
struct cursor {
	const u8 *p;
	const u8 *end;
};

static inline struct cursor cur_make(const void *p, size_t len)
{
	return (struct cursor){p, p ? (const u8 *)p + len : NULL};
}

static inline struct cursor cur_slice(const struct slice *s)
{
	return cur_make(s->p, s->len);
}

/** cur_left() - octets not yet read */
static inline size_t cur_left(const struct cursor *c)
{
	return (size_t)(c->end - c->p);
}

/** cur_rest() - what is left, without reading it */
static inline struct slice cur_rest(const struct cursor *c)
{
	return (struct slice){c->p, cur_left(c)};
}

static inline u16 load16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

static inline u32 load24(const u8 *p)
{
	return (u32)p[0] << 16 | (u32)p[1] << 8 | p[2];
}

static inline u32 load32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

static inline void store16(u8 *p, u16 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

static inline void store24(u8 *p, u32 v)
{
	p[0] = (u8)(v >> 16);
	p[1] = (u8)(v >> 8);
	p[2] = (u8)v;
}

static inline void store32(u8 *p, u32 v)
{
	store16(p, (u16)(v >> 16));
	store16(p + 2, (u16)v);
}

static inline bool cur_skip(struct cursor *c, size_t n)
{
	if (cur_left(c) < n)
		return false;
	c->p += n;
	return true;
}

static inline bool cur_u8(struct cursor *c, u8 *v)
{
	if (cur_left(c) < 1)
		return false;
	*v = *c->p++;
	return true;
}

static inline bool cur_u16(struct cursor *c, u16 *v)
{
	if (cur_left(c) < 2)
		return false;
	*v = load16(c->p);
	c->p += 2;
	return true;
}

/** cur_u24() - three octets into the lower 24 bits */
static inline bool cur_u24(struct cursor *c, u32 *v)
{
	if (cur_left(c) < 3)
		return false;
	*v = load24(c->p);
	c->p += 3;
	return true;
}

static inline bool cur_u32(struct cursor *c, u32 *v)
{
	if (cur_left(c) < 4)
		return false;
	*v = load32(c->p);
	c->p += 4;
	return true;
}

/** cur_bytes() - copy @n octets out */
static inline bool cur_bytes(struct cursor *c, void *dst, size_t n)
{
	if (cur_left(c) < n)
		return false;
	if (n)
		memcpy(dst, c->p, n);
	c->p += n;
	return true;
}

/** cur_sub() - carve the next @n octets into @sub and step over them */
static inline bool cur_sub(struct cursor *c, size_t n, struct cursor *sub)
{
	if (cur_left(c) < n)
		return false;
	*sub = cur_make(c->p, n);
	c->p += n;
	return true;
}

/** cur_take() - like cur_sub(), into a slice */
static inline bool cur_take(struct cursor *c, size_t n, struct slice *s)
{
	if (cur_left(c) < n)
		return false;
	*s = (struct slice){c->p, n};
	c->p += n;
	return true;
}

/**
 * struct wbuf - a bounded writer
 * @buf: the owner's memory
 * @cap: its size
 * @len: octets written
 * @full: something did not fit; from then on nothing is written
 */
struct wbuf {
	u8 *buf;
	size_t cap;
	size_t len;
	bool full;
};

static inline struct wbuf w_make(void *buf, size_t cap)
{
	return (struct wbuf){.buf = buf, .cap = cap};
}

/**
 * w_reserve() - room for @n octets
 *
 * Return: where to put them (the caller must fill all @n), or NULL when full.
 */
static inline u8 *w_reserve(struct wbuf *w, size_t n)
{
	u8 *p;

	if (w->full || w->cap - w->len < n) {
		w->full = true;
		return NULL;
	}
	p = w->buf + w->len;
	w->len += n;
	return p;
}

static inline void w_u8(struct wbuf *w, u8 v)
{
	u8 *p = w_reserve(w, 1);

	if (p)
		*p = v;
}

static inline void w_u16(struct wbuf *w, u16 v)
{
	u8 *p = w_reserve(w, 2);

	if (p)
		store16(p, v);
}

static inline void w_u24(struct wbuf *w, u32 v)
{
	u8 *p = w_reserve(w, 3);

	if (p)
		store24(p, v);
}

static inline void w_u32(struct wbuf *w, u32 v)
{
	u8 *p = w_reserve(w, 4);

	if (p)
		store32(p, v);
}

static inline void w_bytes(struct wbuf *w, const void *src, size_t n)
{
	u8 *p = w_reserve(w, n);

	if (p && n)
		memcpy(p, src, n);
}

static inline void w_zero(struct wbuf *w, size_t n)
{
	u8 *p = w_reserve(w, n);

	if (p)
		memset(p, 0, n);
}

/** w_patch16() - overwrite two octets written before, at offset @at */
static inline void w_patch16(struct wbuf *w, size_t at, u16 v)
{
	if (at + 2 <= w->len)
		store16(w->buf + at, v);
}

/** w_patch8() - overwrite one octet written before, at offset @at */
static inline void w_patch8(struct wbuf *w, size_t at, u8 v)
{
	if (at < w->len)
		w->buf[at] = v;
}

#endif
