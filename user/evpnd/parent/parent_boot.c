// SPDX-License-Identifier: GPL-2.0
/*
 * parent_boot.c - between power-on and the first election nothing is to pass a segment's port.
 *
 * evpnd starts before the network does. Segments with an ESI of their own are wished non-DF by the speaker
 * before evpnd says that it is ready; their devices may come when they like, the module has the names. What
 * the configuration does not say, an ESI that is learned by LACP or that is FRR's, the last evpnd has
 * written down.
 */
#include <errno.h>
#include <string.h>

#include "parent/parent_priv.h"

/* Is it for the speaker to find out which segment is on this device? */
static bool found_out_later(const struct conf *conf, const char *ifname)
{
	for (size_t i = 0; i < conf->n_segments; i++)
		if (!strcmp(conf->segments[i].interface, ifname))
			return conf->segments[i].esi_source != CONF_ESI_STATIC;
	return conf->global.frr.discover;
}

static void close_one(void *data, const struct wish_es *wish)
{
	struct parent *p = data;
	const char *why;

	if (found_out_later(p->conf->conf, wish->ifname) && kern_wish_ok(wish, &why))
		kern_close(p->kern, wish);
}

int parent_boot(struct parent *p)
{
	p->state = state_new(p->event, p->options->state_path);
	if (!p->state)
		return -ENOMEM;
	state_each(p->state, close_one, p);
	return 0;
}

static void send_one(void *data, const struct wish_es *wish)
{
	struct fact_maintenance fact = {.esi = wish->esi};

	if (wish->maintenance)
		parent_send(data, IPC_FACT_MAINTENANCE, &fact, sizeof(fact));
}

void parent_send_maintenance(struct parent *p)
{
	state_begin(p->state);
	state_each(p->state, send_one, p);
}
