// SPDX-License-Identifier: GPL-2.0-only
/*
 * bgp_evpn_encode.c - EVPN routes to the wire, to RIB keys and back, and to text; prototypes in
 * bgp_evpn.h.
 *
 * RFC 7432 (7), RFC 9136 (3.1), RFC 9251 (9), RFC 9572 (3)
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "bgp_evpn.h"

static void put_addr(struct wbuf *w, const struct ip_addr *a)
{
	w_u8(w, ip_bits(a));
	w_bytes(w, a->b, a->len);
}

static void put_flow(struct wbuf *w, const struct evpn_nlri *n)
{
	put_addr(w, &n->src);
	put_addr(w, &n->grp);
	put_addr(w, &n->orig);
}

static bool encodable(const struct evpn_nlri *n)
{
	switch (n->type) {
	case EVPN_MACIP:
		return !n->bad_key && n->labels >= 1 && n->labels <= 2;
	case EVPN_PREFIX:
		return !n->bad_key && n->ip.len && n->plen <= ip_bits(&n->ip) &&
		       (!n->gw.len || n->gw.len == n->ip.len);
	case EVPN_IMET:
	case EVPN_ES:
	case EVPN_SMET:
	case EVPN_JOIN:
	case EVPN_LEAVE:
	case EVPN_SPMSI:
	case EVPN_LEAF_AD:
		return !n->bad_key && n->orig.len;
	default:
		return !n->bad_key;
	}
}

static void put_prefix(struct wbuf *w, const struct evpn_nlri *n)
{
	w_u8(w, n->plen);
	w_bytes(w, n->ip.b, n->ip.len);
	w_bytes(w, n->gw.b, n->ip.len);
	w_u24(w, n->label[0]);
}

static void put_value(struct wbuf *w, const struct evpn_nlri *n)
{
	bool has_rd = n->type >= EVPN_AD && n->type <= EVPN_SPMSI;
	bool has_esi = n->type == EVPN_AD || n->type == EVPN_MACIP || n->type == EVPN_ES ||
		       n->type == EVPN_PREFIX || n->type == EVPN_JOIN || n->type == EVPN_LEAVE;

	if (has_rd)
		w_bytes(w, n->rd.b, sizeof(n->rd.b));
	if (has_esi)
		w_bytes(w, n->esi.b, sizeof(n->esi.b));
	if (has_rd && n->type != EVPN_ES)
		w_u32(w, n->etag);
	switch (n->type) {
	case EVPN_AD:
		w_u24(w, n->label[0]);
		break;
	case EVPN_MACIP:
		w_u8(w, 48);
		w_bytes(w, n->mac.b, sizeof(n->mac.b));
		put_addr(w, &n->ip);
		for (unsigned int i = 0; i < n->labels; i++)
			w_u24(w, n->label[i]);
		break;
	case EVPN_IMET:
	case EVPN_ES:
		put_addr(w, &n->orig);
		break;
	case EVPN_PREFIX:
		put_prefix(w, n);
		break;
	case EVPN_LEAVE:
		put_flow(w, n);
		w_u32(w, n->reserved);
		if (!n->old_leave)
			w_u8(w, n->max_resp);
		w_u8(w, n->flags);
		break;
	case EVPN_SMET:
	case EVPN_JOIN:
		put_flow(w, n);
		w_u8(w, n->flags);
		break;
	case EVPN_REGION_PMSI:
		w_bytes(w, n->region, sizeof(n->region));
		break;
	case EVPN_SPMSI:
		put_flow(w, n);
		break;
	case EVPN_LEAF_AD:
		w_bytes(w, n->route_key.p, n->route_key.len);
		put_addr(w, &n->orig);
		break;
	default:
		w_bytes(w, n->value.p, n->value.len);
		break;
	}
}

bool evpn_encode(struct wbuf *w, const struct evpn_nlri *n)
{
	size_t start = w->len;

	if (!encodable(n))
		return false;
	w_u8(w, n->type);
	w_u8(w, 0);
	put_value(w, n);
	if (w->full || w->len - start - 2 > UINT8_MAX) {
		w->len = start;
		return false;
	}
	w_patch8(w, start + 1, (u8)(w->len - start - 2));
	return true;
}

size_t evpn_key(const struct evpn_nlri *n, u8 key[EVPN_KEY_MAX])
{
	struct wbuf w = w_make(key, EVPN_KEY_MAX);
	struct ip_prefix prefix;

	if (n->bad_key)
		return 0;
	w_u8(&w, n->type);
	if (n->type >= EVPN_AD && n->type <= EVPN_SPMSI)
		w_bytes(&w, n->rd.b, sizeof(n->rd.b));
	switch (n->type) {
	case EVPN_AD:
		w_bytes(&w, n->esi.b, sizeof(n->esi.b));
		w_u32(&w, n->etag);
		break;
	case EVPN_MACIP:
		w_u32(&w, n->etag);
		w_u8(&w, 48);
		w_bytes(&w, n->mac.b, sizeof(n->mac.b));
		put_addr(&w, &n->ip);
		break;
	case EVPN_IMET:
		w_u32(&w, n->etag);
		put_addr(&w, &n->orig);
		break;
	case EVPN_ES:
		w_bytes(&w, n->esi.b, sizeof(n->esi.b));
		put_addr(&w, &n->orig);
		break;
	case EVPN_PREFIX:
		prefix = prefix_make(&n->ip, n->plen);
		w_u32(&w, n->etag);
		w_u8(&w, n->plen);
		w_bytes(&w, prefix.addr.b, prefix.addr.len);
		break;
	case EVPN_JOIN:
	case EVPN_LEAVE:
		w_bytes(&w, n->esi.b, sizeof(n->esi.b));
		w_u32(&w, n->etag);
		put_flow(&w, n);
		break;
	case EVPN_SMET:
	case EVPN_SPMSI:
		w_u32(&w, n->etag);
		put_flow(&w, n);
		break;
	case EVPN_REGION_PMSI:
		w_u32(&w, n->etag);
		w_bytes(&w, n->region, sizeof(n->region));
		break;
	case EVPN_LEAF_AD:
		w_bytes(&w, n->route_key.p, n->route_key.len);
		put_addr(&w, &n->orig);
		break;
	default:
		w_bytes(&w, n->value.p, n->value.len);
		break;
	}
	return w.full ? 0 : w.len;
}

static bool get_addr(struct cursor *c, struct ip_addr *a)
{
	u8 bits;

	if (!cur_u8(c, &bits) || (bits && bits != 32 && bits != 128))
		return false;
	a->len = bits / 8;
	return cur_bytes(c, a->b, a->len);
}

static bool get_flow(struct cursor *c, struct evpn_nlri *n)
{
	return get_addr(c, &n->src) && get_addr(c, &n->grp) && get_addr(c, &n->orig);
}

static bool get_esi(struct cursor *c, struct evpn_nlri *n)
{
	return cur_bytes(c, n->esi.b, sizeof(n->esi.b));
}

static bool get_key_fields(struct cursor *c, struct evpn_nlri *n)
{
	u8 mac_bits;

	switch (n->type) {
	case EVPN_AD:
		n->labels = 1;
		return get_esi(c, n) && cur_u32(c, &n->etag);
	case EVPN_MACIP:
		n->labels = 1;
		return cur_u32(c, &n->etag) && cur_u8(c, &mac_bits) && mac_bits == 48 &&
		       cur_bytes(c, n->mac.b, sizeof(n->mac.b)) && get_addr(c, &n->ip);
	case EVPN_IMET:
		return cur_u32(c, &n->etag) && get_addr(c, &n->orig);
	case EVPN_ES:
		return get_esi(c, n) && get_addr(c, &n->orig);
	case EVPN_PREFIX:
		n->labels = 1;
		if (!cur_u32(c, &n->etag) || !cur_u8(c, &n->plen))
			return false;
		n->ip = ip_from_bytes(c->p, cur_left(c));
		n->gw.len = n->ip.len;
		return n->ip.len && cur_skip(c, n->ip.len);
	case EVPN_JOIN:
	case EVPN_LEAVE:
		return get_esi(c, n) && cur_u32(c, &n->etag) && get_flow(c, n);
	case EVPN_SMET:
	case EVPN_SPMSI:
		return cur_u32(c, &n->etag) && get_flow(c, n);
	case EVPN_REGION_PMSI:
		return cur_u32(c, &n->etag) && cur_bytes(c, n->region, sizeof(n->region));
	case EVPN_LEAF_AD:
		return cur_left(c) >= 2 && cur_take(c, 2u + c->p[1], &n->route_key) &&
		       get_addr(c, &n->orig);
	default:
		return cur_skip(c, cur_left(c));
	}
}

int evpn_from_key(const u8 *key, size_t len, struct evpn_nlri *n)
{
	struct cursor c = cur_make(key, len);

	memset(n, 0, sizeof(*n));
	if (!cur_u8(&c, &n->type))
		return -EINVAL;
	n->value = cur_rest(&c);
	if (n->type >= EVPN_AD && n->type <= EVPN_SPMSI && !cur_bytes(&c, n->rd.b, sizeof(n->rd.b)))
		return -EINVAL;
	return get_key_fields(&c, n) && !cur_left(&c) && encodable(n) ? 0 : -EINVAL;
}

/* A growing piece of text in a buffer that is known to be large enough. */
struct text {
	char *p;
	size_t left;
};

static void add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->p, t->left, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= t->left)
		n = (int)t->left - 1;
	t->p += n;
	t->left -= (size_t)n;
}

static void add_addr(struct text *t, const struct ip_addr *a)
{
	char ip[IP_STRLEN];

	add(t, ":[%u]:[%s]", ip_bits(a), a->len ? ip_format(a, ip) : "*");
}

static void add_octets(struct text *t, const u8 *p, size_t len)
{
	add(t, ":[");
	for (size_t i = 0; i < len; i++)
		add(t, "%02x", p[i]);
	add(t, "]");
}

char *evpn_format(const struct evpn_nlri *n, char buf[EVPN_STRLEN])
{
	struct text t = {buf, EVPN_STRLEN};
	char esi[ESI_STRLEN], mac[MAC_STRLEN], ip[IP_STRLEN];

	add(&t, "[%u]", n->type);
	switch (n->type) {
	case EVPN_AD:
		add(&t, ":[%u]:[%s]", n->etag, esi_format(&n->esi, esi));
		break;
	case EVPN_MACIP:
		add(&t, ":[%u]:[48]:[%s]", n->etag, mac_format(&n->mac, mac));
		if (n->ip.len)
			add_addr(&t, &n->ip);
		break;
	case EVPN_IMET:
		add(&t, ":[%u]", n->etag);
		add_addr(&t, &n->orig);
		break;
	case EVPN_ES:
		add(&t, ":[%s]", esi_format(&n->esi, esi));
		add_addr(&t, &n->orig);
		break;
	case EVPN_PREFIX:
		add(&t, ":[%u]:[%u]:[%s]", n->etag, n->plen, ip_format(&n->ip, ip));
		break;
	case EVPN_JOIN:
	case EVPN_LEAVE:
		add(&t, ":[%s]", esi_format(&n->esi, esi));
		/* fall through */
	case EVPN_SMET:
	case EVPN_SPMSI:
		add(&t, ":[%u]", n->etag);
		add_addr(&t, &n->src);
		add_addr(&t, &n->grp);
		add_addr(&t, &n->orig);
		break;
	case EVPN_REGION_PMSI:
		add(&t, ":[%u]", n->etag);
		add_octets(&t, n->region, sizeof(n->region));
		break;
	case EVPN_LEAF_AD:
		add_octets(&t, n->route_key.p, n->route_key.len);
		add_addr(&t, &n->orig);
		break;
	default:
		add_octets(&t, n->value.p, n->value.len);
		break;
	}
	return buf;
}
