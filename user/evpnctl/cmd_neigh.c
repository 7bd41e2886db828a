// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_neigh.c - evpnctl neigh: hosts on the segments, learned here or by other PEs
 */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "doc.h"
#include "show.h"

static const char *const state_names[] = {"local",    "synced",	   "pending", "refused",
					  "retained", "elsewhere", NULL};

static const struct param show_params[] = {
	{.key = "address", .what = "ADDRESS", .positional = true},
	{.key = "segment", .what = "NAME", .hint = HINT_SEGMENT},
	{.key = "state", .kind = PARAM_ONE_OF, .what = "STATE", .values = state_names},
	{.key = "vrf", .what = "NAME"},
	{.key = "mac", .what = "MAC"},
	{.key = "tag", .kind = PARAM_NUMBER, .what = "TAG", .max = 16777215},
	{.key = "limit", .kind = PARAM_NUMBER, .what = "N", .max = 1000000},
	{},
};

enum out_style neigh_style(const json_t *n)
{
	if (doc_is(n, "state", "local") || doc_is(n, "state", "synced"))
		return OUT_GOOD;
	return doc_is(n, "state", "refused") ? OUT_BAD : OUT_WARN;
}

/* The PEs that advertise it, this one among them. */
static void from_cell(struct out_table *t, const json_t *n)
{
	char text[256] = "";
	size_t i, len = 0;
	const json_t *f;

	if (doc_true(n, "advertised"))
		len = (size_t)snprintf(text, sizeof(text), "this PE");
	json_array_foreach(doc_get(n, "from"), i, f)
		if (doc_true(f, "imported") && len < sizeof(text))
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
						len ? "," : "", doc_show(f, "address"));
	out_cell(t, OUT_ADDR, "%s", text);
}

static void row(struct out *o, struct out_table *t, const json_t *n)
{
	char buf[32] = "-";

	if (doc_int(n, "since", 0) > 0)
		out_duration(buf, sizeof(buf), o->now - doc_int(n, "since", 0));
	out_cell_of(t, OUT_ADDR, n, "address");
	out_cell_of(t, OUT_ID, n, "mac");
	out_cell(t, neigh_style(n), "%s", doc_show(n, "state"));
	out_cell(t, OUT_PLAIN, "%s", buf);
	out_cell_of(t, OUT_NAME, n, "segment");
	out_cell_tag(t, n);
	out_cell_of(t, OUT_NAME, n, "interface");
	out_cell_of(t, OUT_PLAIN, n, "vrf");
	from_cell(t, n);
	out_cell(t, OUT_WARN, "%s", doc_str(n, "reason") ? doc_str(n, "reason") : "");
}

static void print_from(struct out *o, const json_t *n)
{
	const json_t *f;
	size_t i;

	json_array_foreach(doc_get(n, "from"), i, f) {
		out_nl(o);
		out_pair(o, "from", OUT_ADDR, f, "address");
		out_pair(o, "rd", OUT_PLAIN, f, "rd");
		out_pair(o, NULL, OUT_ID, f, "mac");
		out_pair(o, "sequence", OUT_PLAIN, f, "sequence");
		if (doc_true(f, "sticky"))
			out_word(o, OUT_PLAIN, "sticky");
		if (!doc_true(f, "imported"))
			out_word(o, OUT_WARN, "not imported");
	}
}

static void print_one(struct out *o, const json_t *n)
{
	out_pair(o, NULL, OUT_ADDR, n, "address");
	out_pair(o, NULL, OUT_ID, n, "mac");
	out_pair(o, NULL, neigh_style(n), n, "state");
	out_since(o, NULL, n, "since");
	if (doc_true(n, "sticky"))
		out_word(o, OUT_PLAIN, "sticky");
	if (doc_true(n, "router"))
		out_word(o, OUT_PLAIN, "router");
	out_nl(o);
	out_pair(o, "segment", OUT_NAME, n, "segment");
	out_pair(o, "esi", OUT_ID, n, "esi");
	out_pair(o, "tag", OUT_PLAIN, n, "tag");
	out_pair(o, "dev", OUT_NAME, n, "interface");
	out_pair(o, "vrf", OUT_PLAIN, n, "vrf");
	if (doc_true(n, "advertised")) {
		out_nl(o);
		out_word(o, OUT_GOOD, "advertised");
		out_pair(o, "sequence", OUT_PLAIN, n, "sequence");
	}
	print_from(o, n);
	if (doc_str(n, "reason")) {
		out_nl(o);
		out_word(o, OUT_WARN, "%s", doc_str(n, "reason"));
	}
	out_end(o);
}

void print_neigh(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "neighbors"), *n;
	struct out_table *t;
	size_t i;

	if (!json_array_size(list)) {
		fputs("No such neighbour.\n", o->f);
		return;
	}
	if (o->details || o->oneline) {
		json_array_foreach(list, i, n)
			print_one(o, n);
	} else {
		t = out_table("address|mac|state|>since|segment|tag|dev|vrf|from|");
		json_array_foreach(list, i, n)
			row(o, t, n);
		out_table_end(o, t, 0);
	}
	if (doc_true(doc, "truncated"))
		fprintf(o->f, "The first %zu of %lld; ask for fewer, or for more with limit.\n",
			json_array_size(list), doc_int(doc, "total", 0));
}

static const struct command neigh_commands[] = {
	{.name = "show",
	 .help = "hosts on the segments: learned here, by other PEs, and what became of them",
	 .params = show_params,
	 .method = "neigh.show",
	 .print = print_neigh},
	{},
};

const struct object object_neigh = {
	.name = "neigh",
	.help = "neighbours (ARP, ND) of the segments",
	.commands = neigh_commands,
};
