// SPDX-License-Identifier: GPL-2.0-only
/* table.c - tables with aligned columns; see out.h */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "doc.h"
#include "out.h"

#define COLUMNS_MAX 16

struct cell {
	char *text;
	enum out_style style;
};

/* @cells: row by row, the titles first; @used: the column has a cell with something in it */
struct out_table {
	unsigned int columns;
	bool right[COLUMNS_MAX];
	bool used[COLUMNS_MAX];
	int width[COLUMNS_MAX];
	struct cell *cells;
	size_t n, room;
};

/* Columns a terminal needs: UTF-8 continuation octets take none. */
static int text_width(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

/* Takes @text. */
static void add_cell(struct out_table *t, enum out_style style, char *text)
{
	unsigned int column = t->n % t->columns;

	if (t->n == t->room) {
		t->room = t->room ? 2 * t->room : 64;
		t->cells = reallocarray(t->cells, t->room, sizeof(*t->cells));
	}
	if (!text || !t->cells)
		out_of_memory();
	if (text_width(text) > t->width[column])
		t->width[column] = text_width(text);
	if (*text && t->n >= t->columns)
		t->used[column] = true;
	t->cells[t->n++] = (struct cell){text, style};
}

struct out_table *out_table(const char *columns)
{
	struct out_table *t = calloc(1, sizeof(*t));
	const char *p;

	if (!t)
		out_of_memory();
	for (p = columns, t->columns = 1; *p; p++)
		t->columns += *p == '|';
	if (t->columns > COLUMNS_MAX)
		abort();
	for (p = columns; p; p = strchr(p, '|')) {
		p += t->n && *p == '|';
		t->right[t->n] = *p == '>';
		p += *p == '>';
		add_cell(t, OUT_HEAD, strndup(p, strcspn(p, "|")));
	}
	return t;
}

void out_cell(struct out_table *t, enum out_style style, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	add_cell(t, style, text);
}

void out_cell_of(struct out_table *t, enum out_style style, const json_t *obj, const char *key)
{
	char *text = doc_text(doc_get(obj, key));

	out_cell(t, *text ? style : OUT_PLAIN, "%s", *text ? text : "-");
	free(text);
}

static unsigned int last_used(const struct out_table *t)
{
	unsigned int i, last = 0;

	for (i = 0; i < t->columns; i++)
		if (t->used[i])
			last = i;
	return last;
}

static void print_row(struct out *o, const struct out_table *t, const struct cell *row,
		      unsigned int indent)
{
	unsigned int i, last = last_used(t);
	const char *gap = "";
	int pad;

	/* no blanks at the end of a line */
	while (last && (!t->used[last] || !*row[last].text))
		last--;
	fprintf(o->f, "%*s", (int)indent, "");
	for (i = 0; i <= last; i++) {
		if (!t->used[i])
			continue;
		pad = t->width[i] - text_width(row[i].text);
		fprintf(o->f, "%s%*s", gap, t->right[i] ? pad : 0, "");
		out_raw(o, row[i].style, "%s", row[i].text);
		if (!t->right[i] && i < last)
			fprintf(o->f, "%*s", pad, "");
		gap = "  ";
	}
	out_end(o);
}

void out_cell_tag(struct out_table *t, const json_t *obj)
{
	long long tag = doc_int(obj, "tag", 0);

	if (tag >> 12)
		out_cell(t, OUT_PLAIN, "%lld.%lld", tag >> 12, tag & 4095);
	else if (tag)
		out_cell(t, OUT_PLAIN, "%lld", tag);
	else
		out_cell(t, OUT_PLAIN, "-");
}

void out_table_end(struct out *o, struct out_table *t, unsigned int indent)
{
	size_t i;

	for (i = 0; i + t->columns <= t->n; i += t->columns)
		print_row(o, t, &t->cells[i], indent);
	for (i = 0; i < t->n; i++)
		free(t->cells[i].text);
	free(t->cells);
	free(t);
}
