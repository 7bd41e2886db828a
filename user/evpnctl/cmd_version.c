// SPDX-License-Identifier: GPL-2.0-only
/* cmd_version.c - evpnctl version: of this program, of the evpnd that answers, of the module that is loaded */
#include <string.h>

#include "app.h"
#include "doc.h"
#include "version.h"

static void print_version(struct out *o, const json_t *doc)
{
	out_pair(o, "evpnctl", OUT_PLAIN, doc, "evpnctl");
	out_end(o);
	if (doc_get(doc, "evpnd")) {
		out_pair(o, "evpnd", OUT_PLAIN, doc, "evpnd");
		out_end(o);
	}
	if (doc_get(doc, "module")) {
		out_pair(o, "module", OUT_PLAIN, doc, "module");
		out_end(o);
	}
}

/* NULL: it is not loaded */
static json_t *module_version(void)
{
	FILE *f = fopen("/sys/module/evpn/version", "re");
	char version[32] = "";

	if (f && fgets(version, sizeof(version), f))
		version[strcspn(version, "\n")] = '\0';
	if (f)
		fclose(f);
	return version[0] ? json_string(version) : NULL;
}

static int run_version(struct app *app, json_t *params)
{
	json_t *summary = app_try(app, "summary", NULL);
	json_t *evpnd = json_incref((json_t *)json_object_get(summary, "version"));
	json_t *doc = json_pack("{s:s, s:o?, s:o?}", "evpnctl", EVPN_VERSION, "evpnd", evpnd,
				"module", module_version());

	out_doc(&app->out, doc, print_version);
	json_decref(doc);
	json_decref(summary);
	return EXIT_OK;
}

static const struct command command_version = {.name = "version", .run = run_version};

const struct object object_version = {
	.name = "version",
	.help = "of evpnctl, of evpnd, of the module",
	.self = &command_version,
};
