// SPDX-License-Identifier: GPL-2.0-only
/* cmd_echo.c - evpnctl echo: what was said, and what came back */
#include "app.h"
#include "doc.h"
#include "show.h"

static void print_echo(struct out *o, const json_t *doc)
{
	out_pair(o, "wished", OUT_PLAIN, doc, "wished");
	out_pair(o, "heard", OUT_PLAIN, doc, "heard");
	out_pair(o, "times", OUT_PLAIN, doc, "times");
	out_end(o);
}

static const struct command commands[] = {
	{.name = "show", .help = "what came back", .method = "echo.show", .print = print_echo},
	{},
};

const struct object object_echo = {
	.name = "echo",
	.help = "says something, and hears it again",
	.commands = commands,
};
