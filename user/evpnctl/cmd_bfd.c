// SPDX-License-Identifier: GPL-2.0-only
/* cmd_bfd.c - evpnctl bfd: sessions with BGP peers and with the other PEs of segments */
#include <stdlib.h>

#include "app.h"
#include "doc.h"
#include "show.h"

static const struct param show_params[] = {
	{.key = "address", .what = "ADDRESS", .positional = true},
	{},
};

static enum out_style style_of(const json_t *s)
{
	if (doc_is(s, "state", "up"))
		return OUT_GOOD;
	return doc_int(s, "ups", 0) || doc_is(s, "state", "not running") ? OUT_BAD : OUT_WARN;
}

static void print_details(struct out *o, const json_t *s)
{
	out_nl(o);
	out_pair(o, "remote-state", OUT_PLAIN, s, "remote-state");
	out_pair(o, "remote-diagnostic", OUT_PLAIN, s, "remote-diagnostic");
	out_pair(o, "ups", OUT_PLAIN, s, "ups");
}

static void print_session(struct out *o, const json_t *s)
{
	out_pair(o, NULL, OUT_ADDR, s, "address");
	out_raw(o, OUT_PLAIN, ":");
	out_pair(o, "state", style_of(s), s, "state");
	out_since(o, NULL, s, "since");
	out_pair(o, "for", OUT_PLAIN, s, "for");
	out_word(o, OUT_PLAIN, doc_true(s, "multihop") ? "multihop" : "single-hop");
	out_pair(o, "local", OUT_ADDR, s, "local");
	out_pair(o, "dev", OUT_NAME, s, "interface");
	if (doc_is(s, "by", "bfdd"))
		out_word(o, OUT_PLAIN, "by FRR's bfdd");
	if (doc_get(s, "interval-ms") && !json_is_null(doc_get(s, "interval-ms")))
		out_word(o, OUT_PLAIN, "interval %g ms detection %g ms",
			 json_number_value(doc_get(s, "interval-ms")),
			 json_number_value(doc_get(s, "detection-ms")));
	if (o->details)
		print_details(o, s);
	if (doc_str(s, "reason") || doc_str(s, "diagnostic")) {
		out_nl(o);
		out_word(o, style_of(s), "%s",
			 doc_str(s, "reason") ? doc_str(s, "reason") : doc_str(s, "diagnostic"));
	}
	out_end(o);
}

void print_bfd(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "sessions"), *s;
	size_t i;

	json_array_foreach(list, i, s)
		print_session(o, s);
	if (!json_array_size(list))
		fputs("No BFD session. They come from \"bfd\" of a peer, and from \"bfd: {segments: yes}\", in /etc/evpn/evpnd.yaml.\n",
		      o->f);
}

static const struct command commands[] = {
	{.name = "show",
	 .help = "sessions with BGP peers and with the other PEs of segments",
	 .params = show_params,
	 .method = "bfd.show",
	 .print = print_bfd},
	{},
};

const struct object object_bfd = {
	.name = "bfd",
	.help = "is the way to another PE alive? (RFC 5880)",
	.commands = commands,
};
