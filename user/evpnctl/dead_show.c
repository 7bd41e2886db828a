// SPDX-License-Identifier: GPL-2.0-only
/* dead_show.c - what dead_check() found, as evpnctl check prints it */
#include "doc.h"
#include "show.h"

enum { SLOW_S = 1 };

static enum out_style style_of(const json_t *seconds)
{
	if (!seconds)
		return OUT_BAD;
	return json_number_value(seconds) > SLOW_S ? OUT_WARN : OUT_GOOD;
}

/* Behind a reflector nothing but BFD between the PEs is soon enough. */
static void print_hint(struct out *o, const json_t *rows)
{
	const json_t *r;
	size_t i;

	json_array_foreach((json_t *)rows, i, r) {
		const json_t *s = doc_get(r, "seconds");

		if (!doc_str(r, "segment") || (s && json_number_value(s) <= SLOW_S))
			continue;
		out_word(
			o, OUT_PLAIN,
			"\"bfd: {segments: yes, interval: 50ms}\" on all PEs of a segment makes that 0.15 s.");
		out_end(o);
		return;
	}
}

void print_dead(struct out *o, const json_t *doc)
{
	const json_t *rows = doc_get(doc, "dead-pe");
	struct out_table *t;
	const json_t *r;
	size_t i;

	if (!json_array_size(rows))
		return;
	out_word(o, OUT_PLAIN, "A PE or a peer that loses its power is noticed after, at most:");
	out_end(o);
	t = out_table("segment|address|>seconds|by");
	json_array_foreach((json_t *)rows, i, r) {
		const json_t *s = doc_get(r, "seconds");

		out_cell_of(t, OUT_NAME, r, "segment");
		out_cell_of(t, OUT_ADDR, r, "address");
		if (s)
			out_cell(t, style_of(s), "%g", json_number_value(s));
		else
			out_cell(t, style_of(s), "?");
		out_cell_of(t, OUT_PLAIN, r, "message");
	}
	out_table_end(o, t, 0);
	print_hint(o, rows);
}
