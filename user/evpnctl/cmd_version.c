// SPDX-License-Identifier: GPL-2.0
/* cmd_version.c - evpnctl version: of this program, and of the evpnd that answers */
#include "app.h"
#include "doc.h"
#include "version.h"

static void print_version(struct out *o, const json_t *doc)
{
	out_pair(o, "evpnctl", OUT_PLAIN, doc, "evpnctl");
	out_end(o);
	if (!doc_get(doc, "evpnd"))
		return;
	out_pair(o, "evpnd", OUT_PLAIN, doc, "evpnd");
	out_end(o);
}

static int run_version(struct app *app, json_t *params)
{
	json_t *summary = app_try(app, "summary", NULL);
	json_t *evpnd = json_incref((json_t *)json_object_get(summary, "version"));
	json_t *doc = json_pack("{s:s, s:o?}", "evpnctl", EVPN_VERSION, "evpnd", evpnd);

	out_doc(&app->out, doc, print_version);
	json_decref(doc);
	json_decref(summary);
	return EXIT_OK;
}

static const struct command command_version = {.name = "version", .run = run_version};

const struct object object_version = {
	.name = "version",
	.help = "of evpnctl, and of the evpnd that answers",
	.self = &command_version,
};
