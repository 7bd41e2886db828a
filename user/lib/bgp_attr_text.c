// SPDX-License-Identifier: GPL-2.0-only
/*
 * bgp_attr_text.c - path attributes as text for people; prototype in bgp_attr.h.
 *
 * RFC 4271, RFC 1997, RFC 8092, RFC 6514
 */
#include <stdarg.h>
#include <stdio.h>

#include "bgp_attr_priv.h"
#include "bgp_extcomm.h"

static void add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (t->cut)
		return;
	va_start(ap, fmt);
	n = vsnprintf(t->p, t->left, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= t->left) {
		t->cut = true;
		return;
	}
	t->p += n;
	t->left -= (size_t)n;
}

static void add_id(struct text *t, u32 id)
{
	add(t, "%u.%u.%u.%u", id >> 24, id >> 16 & 255, id >> 8 & 255, id & 255);
}

void text_origin(const struct attr_row *row, const struct bgp_attrs *a, struct text *t)
{
	static const char *const names[] = {"igp", "egp", "incomplete"};

	add(t, "%s", names[a->origin]);
}

void text_path(const struct attr_row *row, const struct bgp_attrs *a, struct text *t)
{
	static const char *const open[] = {"", "{", "", "(", "["};
	static const char *const close[] = {"", "}", "", ")", "]"};
	struct cursor c = cur_slice(attr_slice(row, a));
	bool as4 = row->code == BGP_ATTR_AS4_PATH || a->as4, first = true;
	struct as_segment s;

	while (as_segment_next(&c, as4, &s)) {
		for (unsigned int i = 0; i < s.count; i++) {
			const char *blank = first ? "" : s.type == BGP_AS_SET && i ? "," : " ";

			add(t, "%s%s%u", blank, i ? "" : open[s.type], as_segment_get(&s, i));
			first = false;
		}
		add(t, "%s", close[s.type]);
	}
}

void text_number(const struct attr_row *row, const struct bgp_attrs *a, struct text *t)
{
	add(t, "%u", *attr_u32(row, a));
}

void text_id(const struct attr_row *row, const struct bgp_attrs *a, struct text *t)
{
	add_id(t, *attr_u32(row, a));
}

void text_ids(const struct attr_row *row, const struct bgp_attrs *a, struct text *t)
{
	const struct slice *s = attr_slice(row, a);

	for (size_t i = 0; i < s->len; i += 4) {
		add(t, "%s", i ? " " : "");
		add_id(t, load32(s->p + i));
	}
}

void text_present(const struct attr_row *row, const struct bgp_attrs *a, struct text *t)
{
	add(t, "yes");
}

void text_aggregator(const struct attr_row *row, const struct bgp_attrs *a, struct text *t)
{
	const struct bgp_aggregator *agg = (const void *)((const char *)a + row->offset);

	add(t, "%u ", agg->as);
	add_id(t, agg->id);
}

void text_community(const struct attr_row *row, const struct bgp_attrs *a, struct text *t)
{
	const struct slice *s = attr_slice(row, a);

	for (size_t i = 0; i < s->len; i += 4)
		add(t, "%s%u:%u", i ? " " : "", load16(s->p + i), load16(s->p + i + 2));
}

void text_large(const struct attr_row *row, const struct bgp_attrs *a, struct text *t)
{
	const struct slice *s = attr_slice(row, a);

	for (size_t i = 0; i < s->len; i += 12)
		add(t, "%s%u:%u:%u", i ? " " : "", load32(s->p + i), load32(s->p + i + 4),
		    load32(s->p + i + 8));
}

void text_ext(const struct attr_row *row, const struct bgp_attrs *a, struct text *t)
{
	const struct slice *s = attr_slice(row, a);
	char one[ECOMM_STRLEN];

	for (size_t i = 0; i < ecomm_count(s); i++)
		add(t, "%s%s", i ? " " : "", ecomm_format(ecomm_at(s, i), one));
}

void text_pmsi(const struct attr_row *row, const struct bgp_attrs *a, struct text *t)
{
	char ip[IP_STRLEN];
	struct bgp_pmsi p;

	if (!bgp_pmsi_get(a, &p))
		return;
	add(t, "type %u label %u flags 0x%02x", p.type, p.label, p.flags);
	if (p.endpoint.len)
		add(t, " endpoint %s", ip_format(&p.endpoint, ip));
}

void text_octets(const struct attr_row *row, const struct bgp_attrs *a, struct text *t)
{
	const struct slice *s = attr_slice(row, a);

	for (size_t i = 0; i < s->len; i++)
		add(t, "%02x", s->p[i]);
}

char *bgp_attr_format(const struct bgp_attrs *a, u8 code, char buf[BGP_ATTR_STRLEN])
{
	const struct attr_row *row = bgp_attr_row(code);
	struct text t = {.p = buf, .left = BGP_ATTR_STRLEN - sizeof("...")};

	buf[0] = '\0';
	if (!row || !row->text || !BGP_HAS(a, code))
		return buf;
	row->text(row, a, &t);
	if (t.cut)
		strcpy(t.p, "...");
	return buf;
}
