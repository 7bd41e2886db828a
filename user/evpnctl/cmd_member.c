// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_member.c - evpnctl member: multicast groups that hosts of the segments want, heard here or by other PEs
 */
#include <stdio.h>

#include "app.h"
#include "doc.h"
#include "show.h"

static const char *const state_names[] = {"local", "synced", "pending", "refused", "left", NULL};

static const struct param show_params[] = {
	{.key = "group", .what = "GROUP", .hint = HINT_GROUP, .positional = true},
	{.key = "segment", .what = "NAME", .hint = HINT_SEGMENT},
	{.key = "state", .kind = PARAM_ONE_OF, .what = "STATE", .values = state_names},
	{.key = "vrf", .what = "NAME"},
	{.key = "tag", .kind = PARAM_NUMBER, .what = "TAG", .max = 16777215},
	{.key = "limit", .kind = PARAM_NUMBER, .what = "N", .max = 1000000},
	{},
};

static enum out_style state_style(const json_t *m)
{
	if (doc_is(m, "state", "refused"))
		return OUT_BAD;
	return doc_is(m, "state", "synced") ||
			       (doc_is(m, "state", "local") && !doc_true(m, "leaving")) ?
		       OUT_GOOD :
		       OUT_WARN;
}

static void versions_cell(struct out_table *t, const json_t *m)
{
	char text[64] = "";
	const json_t *v;
	size_t i, len = 0;

	json_array_foreach(doc_get(m, "versions"), i, v)
		if (json_is_string(v) && len < sizeof(text))
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
						len ? "," : "", json_string_value(v));
	out_cell(t, OUT_PLAIN, "%s", text);
}

/* The PEs that advertise it, this one among them. */
static void from_cell(struct out_table *t, const json_t *m)
{
	char text[256] = "";
	size_t i, len = 0;
	const json_t *f;

	if (doc_true(m, "advertised"))
		len = (size_t)snprintf(text, sizeof(text), "this PE");
	json_array_foreach(doc_get(m, "from"), i, f)
		if (len < sizeof(text))
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
						len ? "," : "", doc_show(f, "address"));
	out_cell(t, OUT_ADDR, "%s", text);
}

static void row(struct out *o, struct out_table *t, const json_t *m)
{
	char buf[32] = "-";

	if (doc_int(m, "since", 0) > 0)
		out_duration(buf, sizeof(buf), o->now - doc_int(m, "since", 0));
	out_cell_of(t, OUT_ADDR, m, "group");
	out_cell(t, OUT_ADDR, "%s%s",
		 doc_is(m, "mode", "exclude") && doc_str(m, "source") ? "-" : "",
		 doc_str(m, "source") ? doc_str(m, "source") : "*");
	versions_cell(t, m);
	out_cell(t, state_style(m), "%s%s", doc_show(m, "state"),
		 doc_true(m, "leaving") && !doc_is(m, "state", "left") ? ",leaving" : "");
	out_cell(t, OUT_PLAIN, "%s", buf);
	out_cell_of(t, OUT_NAME, m, "segment");
	out_cell_tag(t, m);
	out_cell_of(t, OUT_NAME, m, "interface");
	out_cell_of(t, OUT_PLAIN, m, doc_str(m, "bridge") && !doc_str(m, "vrf") ? "bridge" : "vrf");
	from_cell(t, m);
	out_cell(t, OUT_WARN, "%s", doc_str(m, "reason") ? doc_str(m, "reason") : "");
}

void print_memberships(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "memberships"), *m;
	struct out_table *t;
	size_t i;

	if (!json_array_size(list)) {
		fputs("No such membership.\n", o->f);
		return;
	}
	t = out_table("group|source|versions|state|>since|segment|tag|dev|vrf|from|");
	json_array_foreach(list, i, m)
		row(o, t, m);
	out_table_end(o, t, 0);
	if (doc_true(doc, "truncated"))
		fprintf(o->f, "The first %zu of %lld; ask for fewer, or for more with limit.\n",
			json_array_size(list), doc_int(doc, "total", 0));
}

static const struct command member_commands[] = {
	{.name = "show",
	 .help = "multicast groups that hosts want: heard here, by other PEs",
	 .params = show_params,
	 .method = "member.show",
	 .print = print_memberships},
	{},
};

const struct object object_member = {
	.name = "member",
	.help = "memberships (IGMP, MLD) of the segments",
	.commands = member_commands,
};
