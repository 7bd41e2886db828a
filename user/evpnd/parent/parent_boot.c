// SPDX-License-Identifier: GPL-2.0-only
/*
 * parent_boot.c - between power-on and the first election nothing is to pass a segment's port.
 *
 * evpnd starts before the network does. Segments with an ESI of their own are wished non-DF by the speaker
 * before evpnd says that it is ready; their devices may come when they like, the module has the names. What
 * the configuration does not say, an ESI that is learned by LACP or that is FRR's, the last evpnd has
 * written down. So it has the ports of TCP that another BGP daemon had: evpnd would be there first, and the
 * other one end.
 */
#include <errno.h>
#include <string.h>

#include "parent/parent_priv.h"

/* Is it for the speaker to find out which segment is on this device? */
static bool found_out_later(const struct conf *conf, const char *ifname)
{
	const struct conf_segment *s = conf_segment_on(conf, ifname);

	return s ? s->esi_source != CONF_ESI_STATIC : conf->global.frr.discover;
}

static void close_one(void *data, const struct wish_es *wish)
{
	struct parent *p = data;
	const char *why;

	if (found_out_later(p->conf->conf, wish->ifname) && kern_wish_ok(wish, &why))
		kern_close(p->kern, wish);
}

int parent_boot_read(struct parent *p)
{
	struct state_port ports[STATE_PORTS_MAX];
	size_t n;

	p->state = state_new(p->event, p->options->state_path);
	if (!p->state)
		return -ENOMEM;
	n = state_ports(p->state, ports);
	for (size_t i = 0; i < n; i++)
		sockets_expect(p->sockets, &ports[i].address, ports[i].port);
	return 0;
}

struct ports {
	struct state_port list[STATE_PORTS_MAX];
	size_t n;
};

static void add_port(void *data, const struct ip_addr *address, uint16_t port)
{
	struct ports *ports = data;

	if (ports->n < STATE_PORTS_MAX)
		ports->list[ports->n++] = (struct state_port){*address, port};
}

void parent_boot_note_ports(struct parent *p)
{
	struct ports ports = {};

	sockets_contested_each(p->sockets, add_port, &ports);
	state_note_ports(p->state, ports.list, ports.n);
}

void parent_boot(struct parent *p)
{
	state_each(p->state, close_one, p);
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
