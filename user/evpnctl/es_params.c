// SPDX-License-Identifier: GPL-2.0-only
/*
 * es_params.c - the words of `es add` and `es set`: the keys of a segment in evpnd.yaml(5), flat:
 * "preference 200" is df.preference there. What a value means is checked by evpnd alone.
 */
#include "es_params.h"

#include <linux/evpn.h>

static const char *const modes[] = {"all-active", "single-active", "port-active", NULL};
static const char *const standbys[] = {"auto", "block", "lacp-oos", "down", NULL};
static const char *const unknowns[] = {"filter", "pass", NULL};
static const char *const losses[] = {"auto", "hold", "block", NULL};
static const char *const algorithms[] = {
	"modulo", "hrw", "preference", "highest-preference", "lowest-preference", NULL,
};

/* clang-format off */
const struct param es_params[] = {
	{ .key = "name", .what = "NAME", .hint = HINT_SEGMENT, .positional = true, .required = true },
	{ .key = "interface", .kind = PARAM_WORDS, .what = "DEV", .hint = HINT_INTERFACE, .required = true },
	{ .key = "mode", .kind = PARAM_ONE_OF, .what = "MODE", .values = modes, .required = true },
	{ .key = "esi", .what = "ESI" },
	{ .key = "es-id", .path = "esi.es-id", .kind = PARAM_NUMBER, .what = "N", .min = 1, .max = 0xffffff },
	{ .key = "es-sys-mac", .path = "esi.es-sys-mac", .what = "MAC" },
	{ .key = "standby", .kind = PARAM_ONE_OF, .what = "POLICY", .values = standbys },
	{ .key = "algorithm", .path = "df.algorithm", .kind = PARAM_ONE_OF, .what = "NAME", .values = algorithms },
	{ .key = "preference", .path = "df.preference", .kind = PARAM_NUMBER, .what = "N", .max = 65535 },
	{ .key = "dont-preempt", .path = "df.dont-preempt", .kind = PARAM_BOOL, .what = "yes or no" },
	{ .key = "ac-df", .path = "df.ac-df", .kind = PARAM_BOOL, .what = "yes or no" },
	{ .key = "port-mode", .path = "df.port-mode", .kind = PARAM_BOOL, .what = "yes or no" },
	{ .key = "time-sync", .path = "df.time-sync", .kind = PARAM_BOOL, .what = "yes or no" },
	{ .key = "wait", .path = "df.wait", .what = "TIME" },
	{ .key = "recovery-wait", .path = "df.recovery-wait", .what = "TIME" },
	{ .key = "skew", .path = "df.skew", .what = "TIME" },
	{ .key = "vlans", .kind = PARAM_LIST, .what = "VLANS" },
	{ .key = "es-import", .what = "MAC" },
	{ .key = "ad-per-es", .kind = PARAM_BOOL, .what = "yes or no" },
	{ .key = "ad-per-evi", .kind = PARAM_BOOL, .what = "yes or no" },
	{ .key = "route-targets", .kind = PARAM_LIST, .what = "RTS" },
	{ .key = "on-daemon-loss", .kind = PARAM_ONE_OF, .what = "POLICY", .values = losses },
	{ .key = "owner-hold", .what = "TIME" },
	{ .key = "allow", .kind = PARAM_LIST, .what = "PROTOCOLS" },
	{ .key = "untagged-vid", .kind = PARAM_NUMBER, .what = "VLAN", .max = 4094 },
	{ .key = "unknown-unicast", .kind = PARAM_ONE_OF, .what = "POLICY", .values = unknowns },
	{ .key = "host-timeout", .what = "TIME" },
	{ .key = "host-limit", .kind = PARAM_NUMBER, .what = "NUMBER", .max = EVPN_HOST_LIMIT_MAX },
	{ .key = "lacp-bypass", .kind = PARAM_BOOL, .what = "yes or no" },
	{ .key = "end-sessions", .kind = PARAM_BOOL, .what = "yes or no" },
	{},
};
/* clang-format on */
