// SPDX-License-Identifier: GPL-2.0-only
/* cmd_prefix.c - evpnctl prefix: customers' routes, learned here or by other PEs of a segment */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "doc.h"
#include "show.h"

static const char *const state_names[] = {"local",    "installed", "pending", "refused",
					  "retained", "withdrawn", NULL};

static const struct param show_params[] = {
	{.key = "prefix", .what = "PREFIX", .hint = HINT_PREFIX, .positional = true},
	{.key = "vrf", .what = "NAME"},
	{.key = "state", .kind = PARAM_ONE_OF, .what = "STATE", .values = state_names},
	{.key = "limit", .kind = PARAM_NUMBER, .what = "N", .max = 10000000},
	{},
};

const struct param one_prefix_params[] = {
	{.key = "prefix",
	 .what = "PREFIX",
	 .hint = HINT_PREFIX,
	 .positional = true,
	 .required = true},
	{.key = "vrf", .what = "NAME"},
	{},
};

static enum out_style state_style(const json_t *p)
{
	if (doc_is(p, "state", "local") || doc_is(p, "state", "installed"))
		return OUT_GOOD;
	return doc_is(p, "state", "refused") ? OUT_BAD : OUT_WARN;
}

static size_t append(char *text, size_t size, size_t len, const char *more)
{
	if (len < size)
		len += (size_t)snprintf(text + len, size - len, "%s%s", len ? "," : "", more);
	return len;
}

static void via_cell(struct out_table *t, const json_t *p, const char *key, enum out_style style)
{
	char text[256] = "";
	size_t i, len = 0;
	const json_t *v;

	json_array_foreach(doc_get(p, "via"), i, v)
		if (doc_str(v, key))
			len = append(text, sizeof(text), len, doc_str(v, key));
	out_cell(t, style, "%s", text[0] ? text : "-");
}

/* The PEs that advertise it, this one among them. */
static void from_cell(struct out_table *t, const json_t *p)
{
	char text[256] = "";
	size_t i, len = 0;
	const json_t *f;

	if (doc_true(p, "advertised"))
		len = append(text, sizeof(text), len, "this PE");
	json_array_foreach(doc_get(p, "from"), i, f)
		len = append(text, sizeof(text), len, doc_show(f, "address"));
	out_cell(t, OUT_ADDR, "%s", text);
}

static void row(struct out_table *t, const json_t *p)
{
	out_cell_of(t, OUT_ADDR, p, "prefix");
	out_cell_of(t, OUT_PLAIN, p, "vrf");
	out_cell(t, state_style(p), "%s", doc_show(p, "state"));
	out_cell(t, OUT_PLAIN, "%s", doc_str(p, "protocol") ? doc_str(p, "protocol") : "");
	via_cell(t, p, "gateway", OUT_ADDR);
	via_cell(t, p, "interface", OUT_NAME);
	from_cell(t, p);
	out_cell(t, OUT_WARN, "%s", doc_str(p, "reason") ? doc_str(p, "reason") : "");
}

void print_prefixes(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "prefixes"), *p;
	struct out_table *t;
	size_t i;

	if (!json_array_size(list)) {
		fputs("No such prefix.\n", o->f);
		return;
	}
	t = out_table("prefix|vrf|state|protocol|via|dev|from|");
	json_array_foreach(list, i, p)
		row(t, p);
	out_table_end(o, t, 0);
	if (doc_true(doc, "truncated"))
		fprintf(o->f, "The first %zu of %lld; ask for fewer, or for more with limit.\n",
			json_array_size(list), doc_int(doc, "total", 0));
}

static void print_steps(struct out *o, const json_t *p)
{
	const json_t *s;
	size_t i;

	out_pair(o, NULL, OUT_ADDR, p, "prefix");
	out_pair(o, "vrf", OUT_PLAIN, p, "vrf");
	out_pair(o, NULL, state_style(p), p, "state");
	json_array_foreach(doc_get(p, "steps"), i, s) {
		out_nl(o);
		out_word(o, doc_true(s, "ok") ? OUT_GOOD : OUT_BAD, "%-10s", doc_show(s, "step"));
		out_word(o, OUT_PLAIN, "%s", doc_show(s, "text"));
	}
	out_end(o);
}

void print_prefix_why(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "prefixes"), *others = doc_get(doc, "not-imported"), *p;
	size_t i;

	json_array_foreach(list, i, p)
		print_steps(o, p);
	json_array_foreach(others, i, p) {
		out_pair(o, NULL, OUT_ADDR, doc, "prefix");
		out_pair(o, "from", OUT_ADDR, p, "address");
		out_pair(o, "rd", OUT_PLAIN, p, "rd");
		out_nl(o);
		out_word(o, OUT_WARN, "%s", doc_show(p, "reason"));
		out_end(o);
	}
	if (!json_array_size(list) && !json_array_size(others))
		fprintf(o->f,
			"%s is unknown: no table of this PE has it through a segment, and no PE advertises it.\n",
			doc_show(doc, "prefix"));
	json_array_foreach(doc_get(doc, "full"), i, p)
		fprintf(o->f,
			"VRF %s has as many prefixes of other PEs as its limit (%lld) allows; what more they advertise is not kept, and is asked for again when there is room.\n",
			doc_show(p, "vrf"), doc_int(p, "limit", 0));
}

static const struct command commands[] = {
	{.name = "show",
	 .help = "customers' routes: learned here, by other PEs, and what became of them",
	 .params = show_params,
	 .method = "prefix.show",
	 .print = print_prefixes},
	{.name = "why",
	 .help = "one prefix: what is known of it, which next hop, and why it is or is not installed",
	 .params = one_prefix_params,
	 .method = "prefix.why",
	 .print = print_prefix_why},
	{},
};

const struct object object_prefix = {
	.name = "prefix",
	.help = "customers' routes behind the segments",
	.commands = commands,
};
