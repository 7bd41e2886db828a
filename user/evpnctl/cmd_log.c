// SPDX-License-Identifier: GPL-2.0-only
/* cmd_log.c - evpnctl log: how much evpnd logs, until it is started again */
#include "app.h"

static const char *const levels[] = {"error", "warning", "info", "debug", NULL};

static const struct param params[] = {
	{.key = "level",
	 .kind = PARAM_ONE_OF,
	 .what = "LEVEL",
	 .values = levels,
	 .positional = true,
	 .required = true},
	{},
};

static const struct command command_log = {.name = "log", .params = params, .method = "log"};

const struct object object_log = {
	.name = "log",
	.help = "how much evpnd logs, until it is started again",
	.self = &command_log,
};
