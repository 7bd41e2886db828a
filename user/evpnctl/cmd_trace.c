// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_trace.c - evpnctl trace: the way of one neighbour, multicast group or prefix through everything
 */
#include <stdio.h>

#include "app.h"
#include "doc.h"
#include "show.h"

static const struct param neigh_params[] = {
	{.key = "address", .what = "ADDRESS", .positional = true, .required = true},
	{},
};

static const struct param member_params[] = {
	{.key = "group", .what = "GROUP", .hint = HINT_GROUP, .positional = true, .required = true},
	{},
};

static void print_hop(struct out *o, const json_t *h, double *before)
{
	const json_t *at = doc_get(h, "mono-ns");
	double ms = at ? json_number_value(at) / 1e6 : 0;
	char buf[32];

	out_nl(o);
	/* One that was earlier than the hop above it begins anew: another source's, another PE's. */
	if (at && *before > 0 && ms >= *before)
		snprintf(buf, sizeof(buf), "%+.3f ms", ms - *before);
	else
		snprintf(buf, sizeof(buf), "%s", at ? "0" : "");
	out_word(o, OUT_PLAIN, "%14s", buf);
	out_word(o, doc_true(h, "ok") ? OUT_GOOD : OUT_BAD, "%-10s", doc_show(h, "hop"));
	out_word(o, OUT_PLAIN, "%s", doc_show(h, "text"));
	if (at)
		*before = ms;
}

static void print_hops(struct out *o, const json_t *hops)
{
	double before = 0;
	const json_t *h;
	size_t i;

	json_array_foreach(hops, i, h)
		print_hop(o, h, &before);
	out_end(o);
}

/* What is traced, @key of @doc, and where @n of it is. */
static void print_place(struct out *o, const json_t *doc, const char *key, const json_t *n)
{
	out_pair(o, NULL, OUT_ADDR, doc, key);
	if (!out_pair(o, "segment", OUT_NAME, n, "segment"))
		out_pair(o, "segment", OUT_ID, n, "esi");
	out_pair(o, "tag", OUT_PLAIN, n, "tag");
	out_pair(o, "dev", OUT_NAME, n, "interface");
}

/* What other PEs say of it where this PE has no segment. */
static void print_others(struct out *o, const json_t *doc, const char *key, const json_t *others)
{
	if (!json_array_size(others))
		return;
	out_pair(o, NULL, OUT_ADDR, doc, key);
	out_word(o, OUT_PLAIN, "on no segment of this PE");
	print_hops(o, others);
}

void print_trace(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "neighbors"), *n;
	const json_t *others = doc_get(doc, "others");
	size_t i;

	json_array_foreach(list, i, n) {
		print_place(o, doc, "address", n);
		out_pair(o, NULL, neigh_style(n), n, "state");
		print_hops(o, doc_get(n, "hops"));
	}
	print_others(o, doc, "address", others);
	if (!json_array_size(list) && !json_array_size(others))
		fprintf(o->f,
			"%s is unknown: the kernel has not learned it on a segment, and no PE advertises it.\n",
			doc_show(doc, "address"));
}

void print_member_trace(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "memberships"), *m;
	const json_t *others = doc_get(doc, "others");
	size_t i;

	json_array_foreach(list, i, m) {
		print_place(o, doc, "group", m);
		out_pair(o, "bridge", OUT_NAME, m, "bridge");
		print_hops(o, doc_get(m, "hops"));
	}
	print_others(o, doc, "group", others);
	if (!json_array_size(list) && !json_array_size(others))
		fprintf(o->f,
			"%s is unknown: no host on a segment was heard to want it, and no PE advertises it.\n",
			doc_show(doc, "group"));
}

void print_prefix_trace(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "prefixes"), *p;
	const json_t *others = doc_get(doc, "others");
	size_t i;

	json_array_foreach(list, i, p) {
		out_pair(o, NULL, OUT_ADDR, doc, "prefix");
		out_pair(o, "vrf", OUT_PLAIN, p, "vrf");
		out_pair(o, NULL, OUT_PLAIN, p, "state");
		print_hops(o, doc_get(p, "hops"));
	}
	if (json_array_size(others)) {
		out_pair(o, NULL, OUT_ADDR, doc, "prefix");
		out_word(o, OUT_PLAIN, "not taken by this PE");
		print_hops(o, others);
	}
	if (!json_array_size(list) && !json_array_size(others))
		fprintf(o->f,
			"%s is unknown: no table of this PE has it through a segment, and no PE advertises it.\n",
			doc_show(doc, "prefix"));
}

static const struct command trace_commands[] = {
	{.name = "neigh",
	 .help = "one address: each hop with its time, or with the reason why it ends there",
	 .params = neigh_params,
	 .method = "neigh.trace",
	 .print = print_trace},
	{.name = "member",
	 .help = "one multicast group: each hop, or the reason why it ends there",
	 .params = member_params,
	 .method = "member.trace",
	 .print = print_member_trace},
	{.name = "prefix",
	 .help = "one prefix of a customer: each hop, or the reason why it ends there",
	 .params = one_prefix_params,
	 .method = "prefix.trace",
	 .print = print_prefix_trace},
	{},
};

const struct object object_trace = {
	.name = "trace",
	.help = "the way of one thing through kernel, routes and decisions",
	.commands = trace_commands,
};
