// SPDX-License-Identifier: GPL-2.0-only
/* cmd_peer.c - evpnctl peer: the BGP peers */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <strings.h>

#include "app.h"
#include "doc.h"
#include "show.h"

static const char *const soft_names[] = {"in", "out", NULL};

static const struct param show_params[] = {
	{.key = "address", .what = "ADDRESS", .hint = HINT_PEER, .positional = true},
	{},
};

static const struct param clear_params[] = {
	{.key = "address", .what = "ADDRESS", .hint = HINT_PEER, .positional = true},
	{.key = "soft", .kind = PARAM_ONE_OF, .what = "DIRECTION", .values = soft_names},
	{},
};

static bool is_up(const json_t *p)
{
	const char *state = doc_str(p, "state");

	return state && !strcasecmp(state, "Established");
}

static void counters_cells(struct out_table *t, const json_t *p)
{
	const json_t *in = doc_get(p, "received"), *out = doc_get(p, "sent");

	out_cell(t, OUT_PLAIN, "%lld", doc_int(in, "routes", 0));
	out_cell(t, OUT_PLAIN, "%lld", doc_int(out, "routes", 0));
}

static void peer_row(struct out *o, struct out_table *t, const json_t *p)
{
	char buf[32] = "-";

	if (doc_int(p, "since", 0) > 0)
		out_duration(buf, sizeof(buf), o->now - doc_int(p, "since", 0));
	out_cell_of(t, OUT_ADDR, p, "address");
	out_cell_of(t, OUT_PLAIN, p, "remote-as");
	out_cell(t, out_good(is_up(p)), "%s", doc_show(p, "state"));
	out_cell(t, OUT_PLAIN, "%s", buf);
	counters_cells(t, p);
	out_cell(t, OUT_PLAIN, "%s", doc_str(p, "description") ? doc_str(p, "description") : "");
}

/* Why a neighbour is not up, and what is going to be done about it. */
static void print_trouble(struct out *o, const json_t *p)
{
	const char *error = doc_str(p, "last-error");

	if (is_up(p) || (!error && !doc_get(p, "connect-in-ms")))
		return;
	out_word(o, OUT_ADDR, "%s", doc_show(p, "address"));
	out_raw(o, OUT_PLAIN, ":");
	if (error)
		out_word(o, OUT_BAD, "%s%s", error, doc_get(p, "connect-in-ms") ? ";" : "");
	if (doc_get(p, "connect-in-ms"))
		out_word(o, OUT_PLAIN, "next attempt in %.1fs",
			 doc_int(p, "connect-in-ms", 0) / 1000.0);
	out_end(o);
}

static void print_table(struct out *o, const json_t *list)
{
	struct out_table *t = out_table("peer|>as|state|>since|>received|>sent|description");
	const json_t *p;
	size_t i;

	json_array_foreach(list, i, p)
		peer_row(o, t, p);
	out_table_end(o, t, 0);
	json_array_foreach(list, i, p)
		print_trouble(o, p);
}

static void print_counters(struct out *o, const json_t *p, const char *key)
{
	const json_t *c = doc_get(p, key);

	if (!c)
		return;
	out_nl(o);
	out_word(o, OUT_PLAIN, "%s", key);
	out_pair(o, "routes", OUT_PLAIN, c, "routes");
	out_pair(o, "updates", OUT_PLAIN, c, "updates");
	out_pair(o, "messages", OUT_PLAIN, c, "messages");
	out_pair(o, "withdrawn", OUT_PLAIN, c, "withdrawn");
	if (doc_int(c, "discarded", 0))
		out_pair(o, "discarded", OUT_WARN, c, "discarded");
	if (doc_int(c, "ignored", 0))
		out_pair(o, "ignored", OUT_PLAIN, c, "ignored");
	if (doc_int(c, "refused", 0))
		out_pair(o, "refused", OUT_WARN, c, "refused");
}

static void print_when(struct out *o, const json_t *p)
{
	time_t at = (time_t)doc_int(p, "last-error-at", 0);
	struct tm tm;
	char buf[64];

	if (at && localtime_r(&at, &tm) && strftime(buf, sizeof(buf), "at %Y-%m-%d %H:%M:%S", &tm))
		out_word(o, OUT_PLAIN, "%s", buf);
	if (at)
		out_word(o, OUT_PLAIN, "(%s ago)",
			 out_duration(buf, sizeof(buf), o->now - (long long)at));
}

static void print_one(struct out *o, const json_t *p)
{
	out_pair(o, NULL, OUT_ADDR, p, "address");
	out_raw(o, OUT_PLAIN, ":");
	out_pair(o, "as", OUT_PLAIN, p, "remote-as");
	out_pair(o, NULL, out_good(is_up(p)), p, "state");
	out_since(o, NULL, p, "since");
	out_pair(o, NULL, OUT_PLAIN, p, "description");
	out_nl(o);
	out_pair(o, "router-id", OUT_ADDR, p, "router-id");
	out_pair(o, "local", OUT_ADDR, p, "local-address");
	out_pair(o, "port", OUT_PLAIN, p, "port");
	out_pair(o, "hold-time", OUT_PLAIN, p, "hold-time");
	out_pair(o, "keepalive", OUT_PLAIN, p, "keepalive");
	out_pair(o, "resets", OUT_PLAIN, p, "resets");
	if (json_array_size(doc_get(p, "capabilities"))) {
		out_nl(o);
		out_pair(o, "capabilities", OUT_PLAIN, p, "capabilities");
	}
	print_counters(o, p, "received");
	print_counters(o, p, "sent");
	if (is_up(p)) {
		out_nl(o);
		out_word(o, OUT_PLAIN, "end-of-rib %s",
			 doc_true(p, "end-of-rib") ? "received" : "awaited");
	}
	if (doc_true(p, "send-multicast")) {
		out_nl(o);
		out_word(o, OUT_PLAIN,
			 "is told of memberships (send-multicast); FRR drops these routes, "
			 "GoBGP and OpenBGPD reset the session");
	}
	if (doc_str(p, "last-error")) {
		out_nl(o);
		/* of a session that is up it is history */
		out_pair(o, "last error:", is_up(p) ? OUT_PLAIN : OUT_BAD, p, "last-error");
		print_when(o, p);
	}
	if (doc_get(p, "connect-in-ms")) {
		out_nl(o);
		out_word(o, OUT_PLAIN, "next attempt in %.1fs",
			 doc_int(p, "connect-in-ms", 0) / 1000.0);
	}
	out_end(o);
}

void print_peers(struct out *o, const json_t *doc)
{
	const json_t *list = doc_get(doc, "peers"), *p;
	size_t i;

	if (!json_array_size(list)) {
		fputs("No peer. Peers come from /etc/evpn/evpnd.yaml.\n", o->f);
		return;
	}
	if (!o->details && !o->stats && !o->oneline) {
		print_table(o, list);
		return;
	}
	json_array_foreach(list, i, p)
		print_one(o, p);
}

/* One neighbour that was named is shown in full. */
static int run_show(struct app *app, json_t *params)
{
	if (doc_str(params, "address"))
		app->out.details = true;
	return app_ask(app, params);
}

static const struct command commands[] = {
	{.name = "show",
	 .help = "sessions; all about one when its address is given",
	 .params = show_params,
	 .method = "peer.show",
	 .print = print_peers,
	 .run = run_show},
	{.name = "clear",
	 .help = "reset a session, or all; soft in: ask for the routes again, soft out: send again",
	 .params = clear_params,
	 .method = "peer.clear"},
	{},
};

const struct object object_peer = {
	.name = "peer",
	.help = "BGP peers",
	.commands = commands,
};
