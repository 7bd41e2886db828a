// SPDX-License-Identifier: GPL-2.0-only
/* cmd_route.c - evpnctl route: the EVPN routes, in the notation of FRR's `show bgp l2vpn evpn` */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "bgp_extcomm.h"
#include "doc.h"
#include "show.h"

static const struct param show_params[] = {
	{.key = "type", .kind = PARAM_NUMBER, .what = "TYPE", .min = 1, .max = 11},
	{.key = "esi", .what = "ESI"},
	{.key = "peer", .what = "ADDRESS", .hint = HINT_PEER},
	{.key = "rd", .what = "RD"},
	{.key = "local", .kind = PARAM_FLAG},
	{},
};

/* The fields of a route's key, by type; "@": an address, with its length in bits before it. */
static const char *const key_fields[] = {
	[1] = "etag esi",
	[2] = "etag mac @ip",
	[3] = "etag @originator",
	[4] = "esi @originator",
	[5] = "etag prefix-length prefix",
	[6] = "etag @source @group @originator",
	[7] = "esi etag @source @group @originator",
	[8] = "esi etag @source @group @originator",
	[9] = "etag region",
	[10] = "etag @source @group @originator",
	[11] = "route-key @originator",
};

static void write_field(FILE *f, const json_t *route, const char *name)
{
	bool address = *name == '@', mac = !strcmp(name, "mac");
	char *text = doc_text(doc_get(route, name + address));

	if (address)
		fprintf(f, ":[%d]", !*text ? 0 : strchr(text, ':') ? 128 : 32);
	else if (mac)
		fputs(":[48]", f);
	fprintf(f, ":[%s]", *text ? text : "*");
	free(text);
}

/* "[4]:[00:11:22:33:44:55:66:77:88:99]:[32]:[192.0.2.1]"; the caller frees */
static char *route_text(const json_t *route)
{
	long long type = doc_int(route, "type", 0);
	char *text = NULL, *fields = NULL, *save = NULL, *name;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		out_of_memory();
	fprintf(f, "[%lld]", type);
	if (type > 0 && type < (long long)(sizeof(key_fields) / sizeof(key_fields[0])))
		fields = strdup(key_fields[type]);
	if (doc_get(route, "value") || !fields)
		write_field(f, route, "value");
	else
		for (name = strtok_r(fields, " ", &save); name; name = strtok_r(NULL, " ", &save))
			if (strcmp(name, "@ip") || doc_get(route, "ip")) /* a MAC without one */
				write_field(f, route, name);
	free(fields);
	if (fclose(f))
		out_of_memory();
	return text;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *p = c ? strchr(digits, c) : NULL;

	return p ? (int)(p - digits) : -1;
}

/* An extended community as the log prints it: "rt:65000:1". */
static void print_ecomm(struct out *o, const json_t *c)
{
	const char *hex = doc_str(c, "octets");
	char buf[ECOMM_STRLEN];
	struct ecomm e;
	size_t i;

	if (!hex || strlen(hex) != 2 * sizeof(e.b))
		return;
	for (i = 0; i < sizeof(e.b); i++) {
		if (hex_digit(hex[2 * i]) < 0 || hex_digit(hex[2 * i + 1]) < 0)
			return;
		e.b[i] = hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]);
	}
	out_word(o, OUT_PLAIN, "%s", ecomm_format(&e, buf));
}

static void print_as_path(struct out *o, const json_t *attrs)
{
	const json_t *segment, *as;
	size_t i, j;

	json_array_foreach(doc_get(attrs, "as-path"), i, segment) {
		if (!i)
			out_word(o, OUT_PLAIN, "as-path");
		json_array_foreach(doc_get(segment, "as"), j, as)
			out_word(o, OUT_PLAIN, "%lld", json_integer_value(as));
	}
}

/* What is not said already and is not the same for every route. */
static void print_attributes(struct out *o, const json_t *attrs)
{
	const json_t *c;
	size_t i;

	print_as_path(o, attrs);
	if (doc_int(attrs, "local-pref", 100) != 100 || o->details)
		out_pair(o, "local-pref", OUT_PLAIN, attrs, "local-pref");
	out_pair(o, "med", OUT_PLAIN, attrs, "med");
	if (o->details) {
		out_pair(o, "origin", OUT_PLAIN, attrs, "origin");
		out_pair(o, "originator-id", OUT_ADDR, attrs, "originator-id");
		out_pair(o, "cluster-list", OUT_ADDR, attrs, "cluster-list");
		out_pair(o, "community", OUT_PLAIN, attrs, "community");
		out_pair(o, "large-community", OUT_PLAIN, attrs, "large-community");
	}
	if (!json_array_size(doc_get(attrs, "ext-community")))
		return;
	out_nl(o);
	out_raw(o, OUT_PLAIN, "   ");
	json_array_foreach(doc_get(attrs, "ext-community"), i, c)
		print_ecomm(o, c);
}

static void print_path(struct out *o, const json_t *p)
{
	out_nl(o);
	out_raw(o, OUT_PLAIN, "%c%c", doc_true(p, "stale") ? 'S' : '*',
		doc_true(p, "best") ? '>' : ' ');
	if (doc_get(p, "peer")) {
		out_pair(o, NULL, OUT_ADDR, p, "next-hop");
		out_pair(o, "from", OUT_ADDR, p, "peer");
	} else {
		out_word(o, OUT_GOOD, "local");
		out_pair(o, "next-hop", OUT_ADDR, p, "next-hop");
	}
	out_since(o, NULL, p, "since");
	print_attributes(o, doc_get(p, "attributes"));
}

/* Fields that are no part of the key; zeros say nothing. */
static void print_rest(struct out *o, const json_t *route)
{
	static const char *const zero_esi = "00:00:00:00:00:00:00:00:00:00";
	long long type = doc_int(route, "type", 0);

	if (doc_int(route, "label", 0))
		out_pair(o, "label", OUT_PLAIN, route, "label");
	out_pair(o, "label", OUT_PLAIN, route, "label1");
	out_pair(o, "label2", OUT_PLAIN, route, "label2");
	if ((type == 2 || type == 5) && !doc_is(route, "esi", zero_esi))
		out_pair(o, "esi", OUT_ID, route, "esi");
	if (!doc_is(route, "gateway", "0.0.0.0") && !doc_is(route, "gateway", "::"))
		out_pair(o, "gateway", OUT_ADDR, route, "gateway");
	out_pair(o, "versions", OUT_PLAIN, route, "versions");
}

static void print_route(struct out *o, const json_t *route)
{
	char *text = route_text(route);
	const json_t *p;
	size_t i;

	out_raw(o, OUT_ID, "%s", text);
	out_pair(o, "rd", OUT_PLAIN, route, "rd");
	print_rest(o, route);
	json_array_foreach(doc_get(route, "paths"), i, p)
		print_path(o, p);
	out_end(o);
	free(text);
}

void print_routes(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "routes"), *route;
	size_t i;

	json_array_foreach(list, i, route)
		print_route(o, route);
	if (!json_array_size(list))
		fputs("No such route.\n", o->f);
	if (doc_true(doc, "truncated"))
		fprintf(o->f, "The first %zu of %lld; ask for fewer, by type, esi, peer or rd.\n",
			json_array_size(list), doc_int(doc, "total", 0));
}

static const struct command commands[] = {
	{.name = "show",
	 .help = "routes and their paths: * valid, > best, S stale (kept by graceful restart)",
	 .params = show_params,
	 .method = "route.show",
	 .print = print_routes},
	{},
};

const struct object object_route = {
	.name = "route",
	.help = "EVPN routes",
	.commands = commands,
};
