// SPDX-License-Identifier: GPL-2.0
/* cmd_route.c - evpnctl route: the EVPN routes, in the notation of FRR's `show bgp l2vpn evpn` */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "doc.h"
#include "show.h"

static const struct param show_params[] = {
	{ .key = "type", .kind = PARAM_NUMBER, .what = "TYPE", .min = 1, .max = 255 },
	{ .key = "esi", .what = "ESI" },
	{ .key = "peer", .what = "ADDRESS", .hint = HINT_PEER },
	{ .key = "rd", .what = "RD" },
	{ .key = "local", .kind = PARAM_FLAG },
	{},
};

void print_route(struct out *o, const json_t *route)
{
}

void print_routes(struct out *o, const json_t *doc)
{
}

static const struct command commands[] = {
	{ .name = "show", .help = "routes and their paths", .params = show_params,
	  .method = "route.show", .print = print_routes },
	{},
};

const struct object object_route = {
	.name = "route",
	.help = "EVPN routes",
	.commands = commands,
};
