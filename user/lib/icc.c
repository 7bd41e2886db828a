// SPDX-License-Identifier: GPL-2.0-only
/*
 * icc.c - see icc.h.
 */
#include "icc.h"

#include <string.h>

#include "cursor.h"

static const u8 magic[4] = {'e', 'v', 'i', 'c'};

static const char *const names[] = {
	[ICC_HELLO] = "hello",
	[ICC_WAITING] = "waiting",
	[ICC_CLOSED] = "closed",
	[ICC_ASK] = "ask",
};

const char *icc_type_name(enum icc_type type)
{
	return names[type];
}

static bool is_of_roles(enum icc_type type)
{
	return type == ICC_WAITING || type == ICC_CLOSED;
}

static size_t length_of(enum icc_type type, u8 flags)
{
	return is_of_roles(type) && !(flags & ICC_PORT) ? ICC_LEN_MAX : ICC_HEAD_LEN;
}

static enum icc_verdict verdict(const char **why, enum icc_verdict v, const char *text)
{
	if (why)
		*why = text;
	return v;
}

/* The sizes are known: nothing here reads further than ICC_HEAD_LEN. */
static void read_head(struct cursor *c, struct icc_msg *m)
{
	u32 high = 0, low = 0;
	u8 octets[16], n = 0;

	cur_u32(c, &high);
	cur_u32(c, &low);
	m->token = (u64)high << 32 | low;
	cur_bytes(c, m->esi.b, sizeof(m->esi.b));
	cur_u8(c, &m->flags);
	m->flags &= ICC_PORT | ICC_HEARD;
	cur_u8(c, &n);
	cur_u32(c, &m->tag);
	cur_bytes(c, octets, sizeof(octets));
	m->address = ip_from_bytes(octets, m->type == ICC_ASK ? n : 0);
}

static const char *fault_of(const struct icc_msg *m, size_t len)
{
	if (len != length_of(m->type, m->flags))
		return "its length is not that of its type";
	if (m->type != ICC_HELLO && esi_is_reserved(&m->esi))
		return "its ESI names no segment";
	if (is_of_roles(m->type) && !m->token)
		return "it has no token";
	if (m->type == ICC_ASK && !ip_is_host(&m->address))
		return "its address is no host's";
	return NULL;
}

enum icc_verdict icc_decode(const void *data, size_t len, struct icc_msg *m, const char **why)
{
	struct cursor c = cur_make(data, len);
	struct icc_msg r = {0};
	u8 start[4], version = 0, type = 0;
	const char *fault;
	u16 said = 0;

	if (len < ICC_HEAD_LEN || !cur_bytes(&c, start, sizeof(start)) ||
	    memcmp(start, magic, sizeof(magic)))
		return verdict(why, ICC_MALFORMED, "it does not begin as such a datagram does");
	cur_u8(&c, &version);
	cur_u8(&c, &type);
	cur_u16(&c, &said);
	if (said != len)
		return verdict(why, ICC_MALFORMED, "its length is not what it says");
	if (version != ICC_VERSION)
		return verdict(why, ICC_UNKNOWN, "its version is not known");
	if (type < ICC_HELLO || type > ICC_ASK)
		return verdict(why, ICC_UNKNOWN, "its type is not known");
	r.type = (enum icc_type)type;
	read_head(&c, &r);
	fault = fault_of(&r, len);
	if (fault)
		return verdict(why, ICC_MALFORMED, fault);
	cur_bytes(&c, r.vlans, cur_left(&c));
	*m = r;
	return ICC_OK;
}

size_t icc_encode(const struct icc_msg *m, u8 out[ICC_LEN_MAX])
{
	size_t len = length_of(m->type, m->flags);
	struct wbuf w = w_make(out, ICC_LEN_MAX);
	bool ask = m->type == ICC_ASK;

	w_bytes(&w, magic, sizeof(magic));
	w_u8(&w, ICC_VERSION);
	w_u8(&w, (u8)m->type);
	w_u16(&w, (u16)len);
	w_u32(&w, (u32)(m->token >> 32));
	w_u32(&w, (u32)m->token);
	w_bytes(&w, m->esi.b, sizeof(m->esi.b));
	w_u8(&w, m->flags);
	w_u8(&w, ask ? m->address.len : 0);
	w_u32(&w, m->tag);
	w_bytes(&w, m->address.b, sizeof(m->address.b));
	if (len == ICC_LEN_MAX)
		w_bytes(&w, m->vlans, sizeof(m->vlans));
	return w.len;
}
