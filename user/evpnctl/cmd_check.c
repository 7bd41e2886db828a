// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_check.c - evpnctl check: does the kernel enforce what FRR says, is there a single point of
 * failure, does the kernel use the routes that are in step, and after how long is a dead PE noticed? Asks zebra,
 * evpnd, the module and the kernel's tables, each for itself.
 * zebra only where it has to do with segments: it is configured to, or it is there.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "app.h"
#include "dead_check.h"
#include "doc.h"
#include "fib_check.h"
#include "fib_read.h"
#include "frr_check.h"
#include "frr_vty.h"
#include "kernel_doc.h"
#include "own_check.h"
#include "show.h"

enum { PATIENCE_MS = 5000 };

static const struct param check_params[] = {
	{.key = "vty", .what = "SOCKET", .hint = HINT_FILE},
	{},
};

static void print_sentences(struct out *o, const json_t *list, enum out_style style)
{
	const json_t *d;
	size_t i;

	json_array_foreach((json_t *)list, i, d) {
		if (doc_str(d, "interface") && *doc_str(d, "interface")) {
			out_pair(o, NULL, OUT_NAME, d, "interface");
			out_raw(o, OUT_PLAIN, ":");
		}
		out_pair(o, NULL, style, d, "message");
		out_end(o);
	}
}

static void print_good(struct out *o, const json_t *doc)
{
	if (doc_get(doc, "segments"))
		out_word(o, OUT_GOOD,
			 "%zu of FRR's segments, and the kernel enforces what FRR says.",
			 json_array_size(doc_get(doc, "segments")));
	else if (!json_array_size(doc_get(doc, "warnings")))
		out_word(o, OUT_GOOD,
			 "FRR is not asked, and nothing is known to hang on one thread.");
	else
		return;
	out_end(o);
}

void print_check(struct out *o, const json_t *doc)
{
	const json_t *segments = doc_get(doc, "segments"), *list = doc_get(doc, "differences");
	struct out_table *t;
	const json_t *s;
	size_t i;

	if (json_array_size(segments)) {
		t = out_table("interface|esi|frr|kernel|>peers");
		json_array_foreach((json_t *)segments, i, s) {
			out_cell_of(t, OUT_NAME, s, "interface");
			out_cell_of(t, OUT_ID, s, "esi");
			out_cell_of(t, OUT_PLAIN, s, "frr");
			out_cell(t, out_good(doc_is(s, "kernel", doc_show(s, "frr"))), "%s",
				 doc_str(s, "kernel") ? doc_str(s, "kernel") : "-");
			out_cell(t, OUT_PLAIN, "%lld", doc_int(s, "peers", 0));
		}
		out_table_end(o, t, 0);
	}
	print_sentences(o, list, OUT_BAD);
	print_sentences(o, doc_get(doc, "warnings"), OUT_WARN);
	if (!json_array_size(list))
		print_good(o, doc);
	print_dead(o, doc);
}

/* A member of the answer, a new reference; NULL when nobody answers. */
static json_t *ask_evpnd(struct app *app, const char *method, json_t *params, const char *key)
{
	json_t *answer = app_try(app, method, params);
	json_t *list = json_incref(json_object_get(answer, key));

	json_decref(answer);
	json_decref(params);
	return list;
}

/**
 * struct zebra - how it is asked
 * @path: its socket, as evpnd is configured, else where FRR has it
 * @needed: it is no success when it does not answer
 */
struct zebra {
	char *path;
	bool needed;
};

static bool has_frr_segment(const json_t *segments)
{
	const json_t *s;
	size_t i;

	json_array_foreach((json_t *)segments, i, s)
		if (doc_is(s, "control", "frr"))
			return true;
	return false;
}

/* @segments: evpnd's, NULL: it does not answer. The caller frees the path. */
static struct zebra find_zebra(struct app *app, const json_t *params, const json_t *segments)
{
	const char *path = doc_str(params, "vty");
	json_t *conf = ask_evpnd(app, "config.show", json_pack("{s:b}", "all", 1), "config");
	const json_t *frr = doc_get(conf, "frr");
	struct zebra z = {.needed = path || !segments || doc_true(frr, "discover") ||
				    has_frr_segment(segments)};

	if (!path)
		path = doc_str(frr, "vty");
	z.path = strdup(path ? path : FRR_VTY_ZEBRA);
	json_decref(conf);
	if (!z.path)
		out_of_memory();
	return z;
}

static void take_es(void *data, const struct nl_es *es)
{
	struct kernel_clock clock = kernel_clock();

	json_array_append_new(data, kernel_es_doc(es, &clock));
}

static json_t *ask_module(struct nl_core *core, bool *has_core)
{
	json_t *list = json_array();
	struct nl_err err = {};
	struct nl_evpn e;

	if (nl_evpn_open(&e, &err)) {
		json_decref(list);
		return NULL;
	}
	if (nl_evpn_es_dump(&e, take_es, list, &err)) {
		json_decref(list);
		list = NULL;
	}
	*has_core = !nl_evpn_core_get(&e, core, &err);
	nl_evpn_close(&e);
	return list;
}

struct links {
	struct nl_link *list;
	size_t n;
};

static int take_link(void *data, const struct nlmsghdr *nlh)
{
	struct links *l = data;
	struct nl_link link, *more;

	if (!nl_link_parse(nlh, &link))
		return 0;
	more = reallocarray(l->list, l->n + 1, sizeof(*more));
	if (!more)
		out_of_memory();
	l->list = more;
	more[l->n++] = link;
	return 0;
}

static struct links ask_links(void)
{
	struct links l = {};
	struct nl *nl = nl_open(NETLINK_ROUTE);

	if (nl)
		nl_link_dump(nl, take_link, &l, NULL);
	nl_close(nl);
	return l;
}

/* @tunnels: of the forwarding tables only what leads to other machines; else neighbours */
struct neighs {
	bool tunnels;
	struct nl_entry *list;
	size_t n;
};

static void take_neigh(void *data, const struct nl_entry *entry)
{
	struct neighs *n = data;
	struct nl_entry *more;

	if (n->tunnels ? !entry->tunnel : ip_is_none(&entry->address))
		return;
	more = reallocarray(n->list, n->n + 1, sizeof(*more));
	if (!more)
		out_of_memory();
	n->list = more;
	more[n->n++] = *entry;
}

static int by_mac(const void *a, const void *b)
{
	return mac_cmp(&((const struct nl_entry *)a)->mac, &((const struct nl_entry *)b)->mac);
}

static int by_address(const void *a, const void *b)
{
	return ip_cmp(&((const struct nl_entry *)a)->address,
		      &((const struct nl_entry *)b)->address);
}

/* Sorted; false when the kernel does not say. */
static bool ask_neighs(struct neighs *n, int family)
{
	struct nl *nl = nl_open(NETLINK_ROUTE);
	struct nl_err err;
	bool ok = nl && !nl_table_dump(nl, family, take_neigh, n, &err);

	nl_close(nl);
	if (ok && n->n)
		qsort(n->list, n->n, sizeof(*n->list), family == PF_BRIDGE ? by_mac : by_address);
	return ok;
}

/* NULL when zebra does not answer this one. */
static char *ask_table(const char *path, const char *command)
{
	char err[FRR_VTY_ERROR_LEN], *text;

	return frr_vty_ask(path, command, PATIENCE_MS, &text, err) ? NULL : text;
}

/* What zebra has for the kernel, and what the kernel has. zebra first: what it says later is no loss. */
static void ask_tables(const char *path, struct frr_view *view)
{
	struct neighs fdb = {.tunnels = true}, hosts = {};
	struct frr_mac *macs = NULL;
	struct ip_addr *known = NULL;
	char *text = ask_table(path, FRR_SHOW_MACS);

	if (text && !frr_macs_parse(text, &macs, &view->n_macs) && !ask_neighs(&fdb, PF_BRIDGE))
		view->n_macs = 0;
	free(text);
	text = ask_table(path, FRR_SHOW_HOSTS);
	if (text && !frr_hosts_parse(text, &known, &view->n_hosts) &&
	    !ask_neighs(&hosts, AF_UNSPEC))
		view->n_hosts = 0;
	free(text);
	view->macs = macs;
	view->fdb = fdb.list;
	view->n_fdb = fdb.n;
	view->hosts = known;
	view->neighs = hosts.list;
	view->n_neighs = hosts.n;
}

static bool ask_zebra(const char *path, struct frr_view *view, struct frr_es **es,
		      char err[FRR_VTY_ERROR_LEN])
{
	char *text;
	int r;

	if (frr_vty_ask(path, FRR_SHOW_VNI, PATIENCE_MS, &text, err))
		return false;
	view->vtep = frr_vtep_parse(text);
	free(text);
	if (frr_vty_ask(path, FRR_SHOW_ES, PATIENCE_MS, &text, err))
		return false;
	r = frr_es_parse(text, es, &view->n_es);
	free(text);
	view->es = *es;
	if (r)
		snprintf(err, FRR_VTY_ERROR_LEN, "%s: \"%s\": %s", path, FRR_SHOW_ES, strerror(-r));
	return !r;
}

static json_t *compare(const char *path, struct frr_view *view)
{
	struct links links = ask_links();
	struct nl_core core;
	bool has_core = false;
	json_t *kernel = ask_module(&core, &has_core), *doc;

	view->kernel = kernel;
	view->core = has_core ? &core : NULL;
	view->links = links.list;
	view->n_links = links.n;
	ask_tables(path, view);
	doc = frr_check(view);
	json_decref(kernel);
	free(links.list);
	free((void *)view->macs);
	free((void *)view->fdb);
	free((void *)view->hosts);
	free((void *)view->neighs);
	return doc;
}

static json_t *ask_dead(struct app *app, const struct frr_view *view, const json_t *peers)
{
	json_t *sessions = ask_evpnd(app, "bfd.show", NULL, "sessions");
	const struct dead_view dead = {view->evpnd, view->routes, peers, sessions};
	json_t *rows = dead_check(&dead);

	json_decref(sessions);
	return rows;
}

/* Routes of the kernel's that are in the way of evpnd's. */
static json_t *check_tables(void)
{
	struct links links = ask_links();
	struct fib_view view = {.links = links.list, .n_links = links.n};
	json_t *list;

	fib_read(&view);
	list = fib_check(&view);
	fib_read_free(&view);
	free(links.list);
	return list;
}

static int show(struct app *app, json_t *doc, const struct frr_view *view)
{
	json_t *peers = ask_evpnd(app, "peer.show", NULL, "peers");
	json_t *warnings = own_check(view->evpnd, view->routes, peers), *tables = check_tables();
	bool agreed = !json_array_size(doc_get(doc, "differences"));

	json_array_extend(warnings, tables);
	json_decref(tables);
	json_object_set_new(doc, "warnings", warnings);
	json_object_set_new(doc, "dead-pe", ask_dead(app, view, peers));
	json_decref(peers);
	out_doc(&app->out, doc, print_check);
	return agreed ? EXIT_OK : EXIT_REFUSED;
}

static int run_check(struct app *app, json_t *params)
{
	json_t *segments = ask_evpnd(app, "es.show", NULL, "segments"), *doc = NULL;
	json_t *routes = ask_evpnd(app, "route.show", json_pack("{s:i}", "type", 4), "routes");
	struct frr_view view = {.evpnd = segments, .routes = routes};
	struct zebra zebra = find_zebra(app, params, segments);
	char err[FRR_VTY_ERROR_LEN];
	struct frr_es *es = NULL;
	int status = EXIT_OK;

	if (ask_zebra(zebra.path, &view, &es, err))
		doc = compare(zebra.path, &view);
	else if (zebra.needed)
		status = app_refuse(app, "%s", err);
	else
		doc = json_pack("{s:n, s:[]}", "segments", "differences");
	if (doc)
		status = show(app, doc, &view);
	json_decref(doc);
	json_decref(segments);
	json_decref(routes);
	free(es);
	free(zebra.path);
	return status;
}

static const struct command check = {
	.name = "check",
	.help = "what FRR says and what is enforced; what hangs on one reflector; what a dead PE costs",
	.params = check_params,
	.run = run_check,
};

const struct object object_check = {
	.name = "check",
	.help = "is what FRR says enforced, and does anything hang on one thread?",
	.self = &check,
};
