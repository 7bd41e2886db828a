// SPDX-License-Identifier: GPL-2.0-only
/*
 * addr.c - addresses and prefixes: order, text, socket addresses.
 *
 * RFC 9785 (4.1: IPv4 before IPv6), RFC 1122 (3.2.1.3), RFC 4291 (2.5, 2.7)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

#include "addr.h"
#include "cursor.h"

bool ip_is_zero(const struct ip_addr *a)
{
	for (unsigned int i = 0; i < a->len; i++)
		if (a->b[i])
			return false;
	return true;
}

bool ip_is_multicast(const struct ip_addr *a)
{
	return a->len == 4 ? (a->b[0] & 0xf0) == 0xe0 : a->len == 16 && a->b[0] == 0xff;
}

bool ip_is_host(const struct ip_addr *a)
{
	static const u8 zero[15], mapped[12] = {[10] = 0xff, [11] = 0xff};

	switch (a->len) {
	case 4:
		return a->b[0] && a->b[0] != 127 && a->b[0] < 224;
	case 16:
		return a->b[0] != 0xff && memcmp(a->b, mapped, sizeof(mapped)) != 0 &&
		       (memcmp(a->b, zero, sizeof(zero)) != 0 || a->b[15] > 1);
	default:
		return false;
	}
}

int ip_cmp(const struct ip_addr *a, const struct ip_addr *b)
{
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return memcmp(a->b, b->b, a->len);
}

struct ip_addr ip_v4(u32 host_order)
{
	struct ip_addr a = {.len = 4};

	store32(a.b, host_order);
	return a;
}

struct ip_addr ip_mapped(const struct ip_addr *a)
{
	struct ip_addr m = {.len = 16, .b = {[10] = 0xff, 0xff}};

	if (a->len != 4)
		return *a;
	memcpy(m.b + 12, a->b, 4);
	return m;
}

struct ip_addr ip_from_bytes(const void *bytes, size_t len)
{
	struct ip_addr a = {0};

	if (len == 4 || len == 16) {
		a.len = (u8)len;
		memcpy(a.b, bytes, len);
	}
	return a;
}

u32 ip_low32(const struct ip_addr *a)
{
	return a->len ? load32(a->b + a->len - 4) : 0;
}

int ip_parse(struct ip_addr *a, const char *s)
{
	u8 b[16];

	if (inet_pton(AF_INET, s, b) == 1)
		*a = ip_from_bytes(b, 4);
	else if (inet_pton(AF_INET6, s, b) == 1)
		*a = ip_from_bytes(b, 16);
	else
		return -EINVAL;
	return 0;
}

char *ip_format(const struct ip_addr *a, char buf[IP_STRLEN])
{
	if (!a->len || !inet_ntop(a->len == 4 ? AF_INET : AF_INET6, a->b, buf, IP_STRLEN))
		strcpy(buf, "none");
	return buf;
}

struct ip_addr ip_from_sockaddr(const struct sockaddr *sa)
{
	const struct sockaddr_in *in = (const void *)sa;
	const struct sockaddr_in6 *in6 = (const void *)sa;

	if (sa->sa_family == AF_INET)
		return ip_from_bytes(&in->sin_addr, 4);
	if (sa->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
		return ip_from_bytes(in6->sin6_addr.s6_addr + 12, 4);
	if (sa->sa_family == AF_INET6)
		return ip_from_bytes(&in6->sin6_addr, 16);
	return ip_from_bytes(NULL, 0);
}

socklen_t ip_to_sockaddr(const struct ip_addr *a, u16 port, struct sockaddr_storage *ss)
{
	struct sockaddr_in *in = (void *)ss;
	struct sockaddr_in6 *in6 = (void *)ss;

	memset(ss, 0, sizeof(*ss));
	switch (a->len) {
	case 4:
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, a->b, 4);
		return sizeof(*in);
	case 16:
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		memcpy(&in6->sin6_addr, a->b, 16);
		return sizeof(*in6);
	default:
		return 0;
	}
}

struct ip_prefix prefix_make(const struct ip_addr *a, u8 plen)
{
	struct ip_prefix p = {.addr = *a, .plen = plen};

	if (p.plen > ip_bits(a))
		p.plen = ip_bits(a);
	for (unsigned int bit = p.plen; bit < ip_bits(a); bit = (bit | 7) + 1)
		p.addr.b[bit / 8] &= (u8)(0xff00 >> (bit % 8));
	return p;
}

int prefix_parse(struct ip_prefix *p, const char *s)
{
	const char *slash = strchr(s, '/');
	char addr[IP_STRLEN];
	struct ip_addr a;
	struct ip_prefix made;
	unsigned int plen = 0;
	size_t len = slash ? (size_t)(slash - s) : strlen(s);

	if (len >= sizeof(addr))
		return -EINVAL;
	memcpy(addr, s, len);
	addr[len] = '\0';
	if (ip_parse(&a, addr))
		return -EINVAL;
	if (!slash) {
		*p = prefix_make(&a, ip_bits(&a));
		return 0;
	}
	if (!slash[1] || strlen(slash + 1) > 3 || (slash[1] == '0' && slash[2]))
		return -EINVAL;
	for (const char *c = slash + 1; *c; c++) {
		if (*c < '0' || *c > '9')
			return -EINVAL;
		plen = plen * 10 + (unsigned int)(*c - '0');
	}
	if (plen > ip_bits(&a))
		return -EINVAL;
	made = prefix_make(&a, (u8)plen);
	if (!ip_equal(&made.addr, &a))
		return -EINVAL;
	*p = made;
	return 0;
}

char *prefix_format(const struct ip_prefix *p, char buf[PREFIX_STRLEN])
{
	char addr[IP_STRLEN];

	snprintf(buf, PREFIX_STRLEN, "%s/%u", ip_format(&p->addr, addr), p->plen);
	return buf;
}

bool prefix_contains(const struct ip_prefix *p, const struct ip_addr *a)
{
	struct ip_prefix masked;

	if (p->addr.len != a->len)
		return false;
	masked = prefix_make(a, p->plen);
	return ip_equal(&masked.addr, &p->addr);
}

bool prefix_is_routable(const struct ip_prefix *p)
{
	static const struct ip_prefix none[] = {
		{{4, {0}}, 8},
		{{4, {127}}, 8},
		{{4, {224}}, 4},
		{{4, {255, 255, 255, 255}}, 32},
		{{16, {0}}, 96},
		{{16, {[10] = 0xff, 0xff}}, 96},
		{{16, {0xfe, 0x80}}, 10},
		{{16, {0xff}}, 8},
	};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (p->plen >= none[i].plen && prefix_contains(&none[i], &p->addr))
			return false;
	return true;
}

int prefix_cmp(const struct ip_prefix *a, const struct ip_prefix *b)
{
	int d = ip_cmp(&a->addr, &b->addr);

	return d ? d : (int)a->plen - (int)b->plen;
}
