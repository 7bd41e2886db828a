// SPDX-License-Identifier: GPL-2.0-only
/* cmd_icc.c - evpnctl icc: do words pass between this PE and the others of its segments? */
#include "app.h"
#include "doc.h"
#include "show.h"

static const struct param show_params[] = {
	{.key = "address", .what = "ADDRESS", .positional = true},
	{},
};

static void print_pe(struct out *o, const json_t *pe)
{
	out_pair(o, NULL, OUT_ADDR, pe, "address");
	out_raw(o, OUT_PLAIN, ":");
	out_pair(o, "state", doc_is(pe, "state", "heard") ? OUT_GOOD : OUT_WARN, pe, "state");
	out_since(o, "last", pe, "last");
	out_pair(o, "local", OUT_ADDR, pe, "local");
	if (o->details) {
		out_nl(o);
		out_pair(o, "hears-us", OUT_PLAIN, pe, "hears-us");
		out_pair(o, "sent", OUT_PLAIN, pe, "sent");
		out_pair(o, "received", OUT_PLAIN, pe, "received");
	}
	out_end(o);
}

void print_icc(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "pes"), *pe;
	size_t i;

	json_array_foreach(list, i, pe)
		print_pe(o, pe);
	if (!doc_true(doc, "enabled"))
		fputs("No words are sent: \"inter-chassis: {enabled: no}\" in /etc/evpn/evpnd.yaml.\n",
		      o->f);
	else if (!json_array_size(list))
		fputs("No other PE shares a segment with this one.\n", o->f);
}

static const struct command commands[] = {
	{.name = "show",
	 .help = "other PEs of own segments, and whether words pass",
	 .params = show_params,
	 .method = "icc.show",
	 .print = print_icc},
	{},
};

const struct object object_icc = {
	.name = "icc",
	.help = "words between the PEs of a segment, beside BGP",
	.commands = commands,
};
