// SPDX-License-Identifier: GPL-2.0-only
/* cmd_flood.c - evpnctl flood: bridge domains, and the PEs that their flooded frames are copied to */
#include <stdlib.h>

#include "app.h"
#include "doc.h"
#include "show.h"

static const struct param show_params[] = {
	{.key = "vni",
	 .kind = PARAM_NUMBER,
	 .what = "VNI",
	 .min = 1,
	 .max = 16777215,
	 .positional = true},
	{},
};

static void print_remote(struct out *o, const json_t *bridge, const json_t *r)
{
	bool installed = doc_is(r, "status", "installed");

	out_nl(o);
	out_pair(o, "to", OUT_ADDR, r, "address");
	if (doc_int(r, "vni", 0) != doc_int(bridge, "vni", 0))
		out_pair(o, "vni", OUT_PLAIN, r, "vni");
	out_since(o, NULL, r, "since");
	if (o->details)
		out_pair(o, "rd", OUT_PLAIN, r, "rd");
	if (!installed || o->details)
		out_pair(o, NULL,
			 installed			? OUT_GOOD :
			 doc_is(r, "status", "pending") ? OUT_WARN :
							  OUT_BAD,
			 r, "status");
	if (doc_true(r, "held"))
		out_word(o, OUT_WARN, "kept while no BGP session is Established");
	if (doc_str(r, "message"))
		out_raw(o, OUT_PLAIN, ": %s", doc_str(r, "message"));
}

static void print_bridge(struct out *o, const json_t *b)
{
	const json_t *list = doc_get(b, "remotes"), *r;
	size_t i;

	out_pair(o, NULL, OUT_NAME, b, "bridge");
	out_raw(o, OUT_PLAIN, ":");
	out_pair(o, "vlan", OUT_PLAIN, b, "vlan");
	out_pair(o, "vni", OUT_ID, b, "vni");
	out_pair(o, "dev", OUT_NAME, b, "vxlan");
	out_pair(o, "local", OUT_ADDR, b, "local");
	out_word(o, doc_true(b, "advertised") ? OUT_GOOD : OUT_WARN,
		 doc_true(b, "advertised") ? "announced" : "not announced");
	if (o->details) {
		out_nl(o);
		out_pair(o, "rd", OUT_PLAIN, b, "rd");
		out_pair(o, "import", OUT_PLAIN, b, "import");
		out_pair(o, "export", OUT_PLAIN, b, "export");
		out_word(o, OUT_PLAIN, "learning %s", doc_true(b, "learning") ? "yes" : "no");
	}
	if (doc_str(b, "reason")) {
		out_nl(o);
		out_word(o, OUT_WARN, "%s", doc_str(b, "reason"));
	}
	json_array_foreach(list, i, r)
		print_remote(o, b, r);
	if (!json_array_size(list)) {
		out_nl(o);
		out_word(o, OUT_PLAIN, "no other PE");
	}
	out_end(o);
}

void print_flood(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "bridges"), *b;
	size_t i;

	json_array_foreach(list, i, b)
		print_bridge(o, b);
	if (!json_array_size(list))
		fputs("No bridge domain. They come from \"bridges\" in /etc/evpn/evpnd.yaml.\n",
		      o->f);
}

static const struct command commands[] = {
	{.name = "show",
	 .help = "bridge domains, and the PEs that flooded frames are copied to",
	 .params = show_params,
	 .method = "flood.show",
	 .print = print_flood},
	{},
};

const struct object object_flood = {
	.name = "flood",
	.help = "flooding lists of bridge domains",
	.commands = commands,
};
