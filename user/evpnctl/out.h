/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * out.h - everything evpnctl prints. A screen is a JSON document and a function that prints it as
 * text: out_doc() is the one call that gives text, colour or JSON, so the two can never disagree
 * about the facts, and `monitor` prints with the functions of `show`.
 */
#ifndef EVPNCTL_OUT_H
#define EVPNCTL_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

/* What a piece of text is; the colours are those of ip(8) and bridge(8). */
enum out_style {
	OUT_PLAIN,
	OUT_NAME, /* of an interface or a segment */
	OUT_ADDR, /* an IP address */
	OUT_ID,	  /* ESI, MAC, route distinguisher */
	OUT_GOOD,
	OUT_WARN,
	OUT_BAD,
	OUT_HEAD, /* column titles */
};

enum out_color { OUT_COLOR_NEVER, OUT_COLOR_AUTO, OUT_COLOR_ALWAYS };

/**
 * struct out - where and how to print
 * @f: text and JSON go here; errors go to stderr
 * @json: -j; @pretty: -p; @oneline: -o; @details: -d; @stats: -s; @timestamp: -t
 * @color: escape sequences are written; see out_set_color()
 * @now: seconds since the epoch that "since" times are measured from
 * @begun: something is on the line already, the next word needs a blank before it
 */
struct out {
	FILE *f;
	bool json;
	bool pretty;
	bool oneline;
	bool details;
	bool stats;
	bool timestamp;
	bool color;
	time_t now;
	bool begun;
};

/** out_of_memory() - say so and exit: there is nothing to clean up that exit() does not */
_Noreturn void out_of_memory(void);

/** out_init() - text without colour on @f; @now from the clock */
void out_init(struct out *o, FILE *f);

/**
 * out_set_color() - decide whether to write colours
 *
 * AUTO colours a terminal only. NEVER and AUTO obey NO_COLOR (no-color.org); ALWAYS was typed and wins.
 */
void out_set_color(struct out *o, enum out_color when);

/**
 * out_safely() - text that somebody else has chosen, a peer perhaps
 *
 * Control characters (C0, DEL, C1 in UTF-8) are written as '?', so they do not steer the terminal.
 * out_word() and its kin do the same.
 */
void out_safely(FILE *f, const char *text);

typedef void (*out_print_fn)(struct out *o, const json_t *doc);

/** out_doc() - @doc as JSON with -j, as what @print makes of it otherwise; @print NULL: always JSON */
void out_doc(struct out *o, const json_t *doc, out_print_fn print);

/** out_json() - as JSON: one line, or indented with -p */
void out_json(struct out *o, const json_t *doc);

/** out_word() - a piece of text; a blank goes before it unless the line has just begun */
__attribute__((format(printf, 3, 4))) void out_word(struct out *o, enum out_style style,
						    const char *fmt, ...);

/** out_raw() - text as it is, no blank before it */
__attribute__((format(printf, 3, 4))) void out_raw(struct out *o, enum out_style style,
						   const char *fmt, ...);

/**
 * out_pair() - "label value" when the member is there and neither null, "" nor an empty array
 * @label: NULL: the value only
 *
 * Return: whether it was printed.
 */
bool out_pair(struct out *o, const char *label, enum out_style style, const json_t *obj,
	      const char *key);

/** out_since() - "since 3m12s" from a member in seconds since the epoch; @label replaces "since" */
void out_since(struct out *o, const char *label, const json_t *obj, const char *key);

/** out_nl() - the next line of the same record: indented, or after a backslash with -o */
void out_nl(struct out *o);

/** out_end() - the record ends */
void out_end(struct out *o);

/** out_duration() - 12s, 3m12s, 4h03m, 2d04h, 3w2d */
const char *out_duration(char *buf, size_t size, long long seconds);

/** out_good() - GOOD or BAD */
static inline enum out_style out_good(bool good)
{
	return good ? OUT_GOOD : OUT_BAD;
}

/*
 * A table: cells are collected, then printed with aligned columns. A column that is empty in every
 * row is left out.
 */
struct out_table;

/** out_table() - @columns: titles separated by '|'; one that begins with '>' is aligned to the right */
struct out_table *out_table(const char *columns);

/** out_cell() - the next cell, from left to right */
__attribute__((format(printf, 3, 4))) void out_cell(struct out_table *t, enum out_style style,
						    const char *fmt, ...);

/** out_cell_of() - the next cell is a member of @obj, "-" when it is null or absent */
void out_cell_of(struct out_table *t, enum out_style style, const json_t *obj, const char *key);

/** out_cell_tag() - the next cell is @obj's "tag": "12", "100.200" of two VLANs, "-" untagged */
void out_cell_tag(struct out_table *t, const json_t *obj);

/** out_table_end() - print with @indent blanks before each row, and free */
void out_table_end(struct out *o, struct out_table *t, unsigned int indent);

#endif
