// SPDX-License-Identifier: GPL-2.0-only
/*
 * types.c - reading and printing of ESI, MAC, route distinguisher and route target.
 *
 * RFC 7432 (5), RFC 4364 (4.2), RFC 4360, RFC 5668
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

#include "types.h"
#include "cursor.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/*
 * @n octets as pairs of digits. A separator stands at every boundary, at every second one, or
 * nowhere, and is always the same.
 */
static int hex_octets(const char *s, u8 *out, unsigned int n)
{
	const u32 all = (1u << (n - 1)) - 1, seconds = 0xaaaaaaaau & all;
	u32 separated = 0;
	char separator = 0;

	for (unsigned int i = 0; i < n; i++) {
		int hi, lo;

		if (i && (*s == ':' || *s == '-' || *s == '.')) {
			if (separator && *s != separator)
				return -EINVAL;
			separator = *s++;
			separated |= 1u << (i - 1);
		}
		hi = hex_digit(s[0]);
		lo = hi < 0 ? -1 : hex_digit(s[1]);
		if (lo < 0)
			return -EINVAL;
		out[i] = (u8)(hi << 4 | lo);
		s += 2;
	}
	if (*s || (separated && separated != all && separated != seconds))
		return -EINVAL;
	return 0;
}

static char *hex_colons(const u8 *b, unsigned int n, char *buf)
{
	static const char digits[] = "0123456789abcdef";
	char *p = buf;

	for (unsigned int i = 0; i < n; i++) {
		if (i)
			*p++ = ':';
		*p++ = digits[b[i] >> 4];
		*p++ = digits[b[i] & 15];
	}
	*p = '\0';
	return buf;
}

static bool all_octets(const u8 *b, size_t n, u8 v)
{
	for (size_t i = 0; i < n; i++)
		if (b[i] != v)
			return false;
	return true;
}

bool esi_is_zero(const struct esi *e)
{
	return all_octets(e->b, sizeof(e->b), 0);
}

bool esi_is_max(const struct esi *e)
{
	return all_octets(e->b, sizeof(e->b), 0xff);
}

bool esi_is_reserved(const struct esi *e)
{
	return (e->b[0] == 0 && esi_is_zero(e)) || (e->b[0] == 0xff && esi_is_max(e));
}

int esi_parse(struct esi *e, const char *s)
{
	struct esi tmp;

	if (hex_octets(s, tmp.b, sizeof(tmp.b)))
		return -EINVAL;
	*e = tmp;
	return 0;
}

char *esi_format(const struct esi *e, char buf[ESI_STRLEN])
{
	return hex_colons(e->b, sizeof(e->b), buf);
}

static struct esi esi_mac_and_16(u8 type, const struct mac *m, u16 v)
{
	struct esi e = {{type}};

	memcpy(e.b + 1, m->b, sizeof(m->b));
	store16(e.b + 7, v);
	return e;
}

struct esi esi_make_lacp(const struct mac *system, u16 key)
{
	return esi_mac_and_16(ESI_LACP, system, key);
}

struct esi esi_make_mac(const struct mac *system, u32 discriminator)
{
	struct esi e = {{ESI_MAC}};

	memcpy(e.b + 1, system->b, sizeof(system->b));
	store24(e.b + 7, discriminator);
	return e;
}

int mac_parse(struct mac *m, const char *s)
{
	struct mac tmp;

	if (hex_octets(s, tmp.b, sizeof(tmp.b)))
		return -EINVAL;
	*m = tmp;
	return 0;
}

char *mac_format(const struct mac *m, char buf[MAC_STRLEN])
{
	return hex_colons(m->b, sizeof(m->b), buf);
}

bool mac_is_zero(const struct mac *m)
{
	return all_octets(m->b, sizeof(m->b), 0);
}

struct rd rd_make_as2(u16 as, u32 number)
{
	struct rd rd = {{0, RD_AS2}};

	store16(rd.b + 2, as);
	store32(rd.b + 4, number);
	return rd;
}

static struct rd rd_32_and_16(u8 type, u32 a, u16 b)
{
	struct rd rd = {{0, type}};

	store32(rd.b + 2, a);
	store16(rd.b + 6, b);
	return rd;
}

struct rd rd_make_ip(u32 ip, u16 number)
{
	return rd_32_and_16(RD_IPV4, ip, number);
}

struct rd rd_make_as4(u32 as, u16 number)
{
	return rd_32_and_16(RD_AS4, as, number);
}

/* Decimal digits up to @max, without zeros in front; moves *@s behind them. */
static bool number(const char **s, u64 max, u64 *v)
{
	const char *p = *s;
	u64 n = 0;

	if (*p < '0' || *p > '9' || (p[0] == '0' && p[1] >= '0' && p[1] <= '9'))
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		n = n * 10 + (u64)(*p - '0');
		if (n > max)
			return false;
	}
	*s = p;
	*v = n;
	return true;
}

/* "administrator:number" as RDs and route targets have it; the result is an RD. */
static int admin_number(const char *s, struct rd *rd)
{
	const char *colon = strrchr(s, ':');
	bool long_as = false;
	u64 as, nn;

	if (!colon)
		return -EINVAL;
	if (memchr(s, '.', (size_t)(colon - s))) {
		char ip[INET_ADDRSTRLEN];
		struct in_addr in;
		size_t len = (size_t)(colon - s);

		if (len >= sizeof(ip))
			return -EINVAL;
		memcpy(ip, s, len);
		ip[len] = '\0';
		s = colon + 1;
		if (inet_pton(AF_INET, ip, &in) != 1 || !number(&s, UINT16_MAX, &nn) || *s)
			return -EINVAL;
		*rd = rd_make_ip(ntohl(in.s_addr), (u16)nn);
		return 0;
	}
	if (!number(&s, UINT32_MAX, &as))
		return -EINVAL;
	if (*s == 'L' || *s == 'l') {
		long_as = true;
		s++;
	}
	long_as |= as > UINT16_MAX;
	if (*s++ != ':' || !number(&s, long_as ? UINT16_MAX : UINT32_MAX, &nn) || *s)
		return -EINVAL;
	*rd = long_as ? rd_make_as4((u32)as, (u16)nn) : rd_make_as2((u16)as, (u32)nn);
	return 0;
}

/* @type: of an RD; @v: the six octets of value; @raw: all eight, for unassigned types */
static char *admin_format(unsigned int type, const u8 *v, const u8 *raw, char buf[RD_STRLEN])
{
	switch (type) {
	case RD_AS2:
		snprintf(buf, RD_STRLEN, "%u:%u", load16(v), load32(v + 2));
		break;
	case RD_IPV4:
		snprintf(buf, RD_STRLEN, "%u.%u.%u.%u:%u", v[0], v[1], v[2], v[3], load16(v + 4));
		break;
	case RD_AS4:
		snprintf(buf, RD_STRLEN, "%u%s:%u", load32(v), load32(v) > UINT16_MAX ? "" : "L",
			 load16(v + 4));
		break;
	default:
		snprintf(buf, RD_STRLEN, "0x%08x%08x", load32(raw), load32(raw + 4));
		break;
	}
	return buf;
}

int rd_parse(struct rd *rd, const char *s)
{
	return admin_number(s, rd);
}

char *rd_format(const struct rd *rd, char buf[RD_STRLEN])
{
	return admin_format(rd_type(rd), rd->b + 2, rd->b, buf);
}

int rt_parse(struct ecomm *rt, const char *s)
{
	struct rd rd;

	if (admin_number(s, &rd))
		return -EINVAL;
	rt->b[0] = rd.b[1];
	rt->b[1] = 0x02;
	memcpy(rt->b + 2, rd.b + 2, 6);
	return 0;
}

char *rt_format(const struct ecomm *rt, char buf[RT_STRLEN])
{
	return admin_format(rt->b[0], rt->b + 2, rt->b, buf);
}
