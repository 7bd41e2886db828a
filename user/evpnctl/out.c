// SPDX-License-Identifier: GPL-2.0-only
/* out.c - text, colour and JSON; see out.h */
#include "out.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "doc.h"

#define INDENT "    "

static const char *const escape[] = {
	[OUT_PLAIN] = "",	  [OUT_NAME] = "\033[36m", [OUT_ADDR] = "\033[35m",
	[OUT_ID] = "\033[33m",	  [OUT_GOOD] = "\033[32m", [OUT_WARN] = "\033[33m",
	[OUT_BAD] = "\033[31;1m", [OUT_HEAD] = "\033[1m",
};

void out_of_memory(void)
{
	fputs("evpnctl: out of memory\n", stderr);
	exit(EXIT_REFUSED);
}

void out_init(struct out *o, FILE *f)
{
	*o = (struct out){.f = f, .now = time(NULL)};
}

void out_set_color(struct out *o, enum out_color when)
{
	const char *no_color = getenv("NO_COLOR");

	o->color = when == OUT_COLOR_ALWAYS ||
		   (when == OUT_COLOR_AUTO && isatty(fileno(o->f)) && (!no_color || !*no_color));
}

void out_json(struct out *o, const json_t *doc)
{
	json_dumpf(doc, o->f, JSON_ENCODE_ANY | (o->pretty ? JSON_INDENT(4) : JSON_COMPACT));
	fputc('\n', o->f);
}

void out_doc(struct out *o, const json_t *doc, out_print_fn print)
{
	if (o->json || !print)
		out_json(o, doc);
	else
		print(o, doc);
}

void out_safely(FILE *f, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	for (; *p; p++) {
		if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0) {
			fputc('?', f);
			p++;
		} else {
			fputc(*p < ' ' || *p == 0x7f ? '?' : *p, f);
		}
	}
}

static void write_styled(struct out *o, enum out_style style, const char *text)
{
	bool paint = o->color && style != OUT_PLAIN && *text;

	if (paint)
		fputs(escape[style], o->f);
	out_safely(o->f, text);
	if (paint)
		fputs("\033[0m", o->f);
}

__attribute__((format(printf, 1, 0))) static char *format(const char *fmt, va_list ap)
{
	char *text;

	if (vasprintf(&text, fmt, ap) < 0)
		out_of_memory();
	return text;
}

void out_word(struct out *o, enum out_style style, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = format(fmt, ap);
	va_end(ap);
	if (o->begun)
		fputc(' ', o->f);
	write_styled(o, style, text);
	o->begun = true;
	free(text);
}

void out_raw(struct out *o, enum out_style style, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = format(fmt, ap);
	va_end(ap);
	write_styled(o, style, text);
	o->begun = true;
	free(text);
}

bool out_pair(struct out *o, const char *label, enum out_style style, const json_t *obj,
	      const char *key)
{
	char *text = doc_text(doc_get(obj, key));
	bool there = *text;

	if (there) {
		if (label)
			out_word(o, OUT_PLAIN, "%s", label);
		out_word(o, style, "%s", text);
	}
	free(text);
	return there;
}

void out_since(struct out *o, const char *label, const json_t *obj, const char *key)
{
	long long since = doc_int(obj, key, 0);
	char buf[32];

	if (since > 0)
		out_word(o, OUT_PLAIN, "%s %s", label ? label : "since",
			 out_duration(buf, sizeof(buf), o->now - since));
}

void out_nl(struct out *o)
{
	fputs(o->oneline ? "\\" INDENT : "\n" INDENT, o->f);
	o->begun = false;
}

void out_end(struct out *o)
{
	fputc('\n', o->f);
	o->begun = false;
}

const char *out_duration(char *buf, size_t size, long long s)
{
	if (s < 0)
		s = 0;
	if (s < 60)
		snprintf(buf, size, "%llds", s);
	else if (s < 3600)
		snprintf(buf, size, "%lldm%02llds", s / 60, s % 60);
	else if (s < 86400)
		snprintf(buf, size, "%lldh%02lldm", s / 3600, s / 60 % 60);
	else if (s < 7 * 86400)
		snprintf(buf, size, "%lldd%02lldh", s / 86400, s / 3600 % 24);
	else
		snprintf(buf, size, "%lldw%lldd", s / (7 * 86400), s / 86400 % 7);
	return buf;
}
