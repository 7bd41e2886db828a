// SPDX-License-Identifier: GPL-2.0
/*
 * es_params.c - the words of `es add` and `es set`: the keys of a segment in evpnd.yaml(5), flat:
 * "preference 200" is df.preference there. What a value means is checked by evpnd alone.
 */
#include "es_params.h"

static const char *const modes[] = {"all-active", "single-active", "port-active", NULL};
static const char *const standbys[] = {"auto", "block", "lacp-oos", "down", NULL};
static const char *const losses[] = {"hold", "block", NULL};
static const char *const algorithms[] = {
	"modulo", "hrw", "preference", "highest-preference", "lowest-preference", NULL,
};

#define WORD(k, w)                  \
	{                           \
		.key = k, .what = w \
	}
#define LIST(k, w)                                      \
	{                                               \
		.key = k, .kind = PARAM_LIST, .what = w \
	}
#define YES_NO(k, p)                                                         \
	{                                                                    \
		.key = k, .path = p, .kind = PARAM_BOOL, .what = "yes or no" \
	}
#define TIME(k, p)                                  \
	{                                           \
		.key = k, .path = p, .what = "TIME" \
	}
#define ONE_OF(k, p, v)                                                                \
	{                                                                              \
		.key = k, .path = p, .kind = PARAM_ONE_OF, .what = "WORD", .values = v \
	}

/* @needed: a new segment has none of these yet */
#define SEGMENT_PARAMS(needed)                                                             \
	{                                                                                  \
		.key = "name",                                                             \
		.what = "NAME",                                                            \
		.hint = HINT_SEGMENT,                                                      \
		.positional = true,                                                        \
		.required = true,                                                          \
	},                                                                                 \
		{                                                                          \
			.key = "interface",                                                \
			.what = "DEV",                                                     \
			.hint = HINT_INTERFACE,                                            \
			.required = needed,                                                \
		},                                                                         \
		{                                                                          \
			.key = "mode",                                                     \
			.kind = PARAM_ONE_OF,                                              \
			.what = "MODE",                                                    \
			.values = modes,                                                   \
			.required = needed,                                                \
		},                                                                         \
		WORD("esi", "ESI"),                                                        \
		{                                                                          \
			.key = "es-id",                                                    \
			.path = "esi.es-id",                                               \
			.kind = PARAM_NUMBER,                                              \
			.what = "N",                                                       \
			.min = 1,                                                          \
			.max = 0xffffff,                                                   \
		},                                                                         \
		{.key = "es-sys-mac", .path = "esi.es-sys-mac", .what = "MAC"},            \
		ONE_OF("standby", NULL, standbys),                                         \
		ONE_OF("algorithm", "df.algorithm", algorithms),                           \
		{                                                                          \
			.key = "preference",                                               \
			.path = "df.preference",                                           \
			.kind = PARAM_NUMBER,                                              \
			.what = "N",                                                       \
			.max = 65535,                                                      \
		},                                                                         \
		YES_NO("dont-preempt", "df.dont-preempt"), YES_NO("ac-df", "df.ac-df"),    \
		YES_NO("port-mode", "df.port-mode"), YES_NO("time-sync", "df.time-sync"),  \
		TIME("wait", "df.wait"), TIME("recovery-wait", "df.recovery-wait"),        \
		TIME("skew", "df.skew"), LIST("vlans", "VLANS"), WORD("es-import", "MAC"), \
		YES_NO("ad-per-es", NULL), YES_NO("ad-per-evi", NULL),                     \
		LIST("route-targets", "RTS"), ONE_OF("on-daemon-loss", NULL, losses),      \
		TIME("owner-hold", NULL), LIST("allow", "PROTOCOLS")

const struct param es_add_params[] = {SEGMENT_PARAMS(true), {}};
const struct param es_set_params[] = {SEGMENT_PARAMS(false), {}};
