// SPDX-License-Identifier: GPL-2.0-only
/*
 * ports.c - see ports.h.
 *
 * A bridge that filters drops what comes in for a VLAN that its port does not have, and `bridge vlan del`
 * changes nothing in the port's device. What is read anew after an overrun is built apart from what was
 * told, so that a port is told of once, and only if it is another.
 */
#include "system/ports.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/tree.h>

#include "log.h"
#include "nl_vlan.h"

enum { PORTS_RCVBUF = 1024 * 1024, DUMP_TRIES = 8 };

_Static_assert(NL_VLAN_BYTES == CONF_VLAN_BYTES, "one map of VLANs");

/** struct port - @fact as it is; @told as it was told last */
struct port {
	RB_ENTRY(port) node;
	struct fact_port fact;
	struct fact_port told;
};

RB_HEAD(port_tree, port);

struct ports {
	sd_event_source *source;
	struct nl *listener;
	struct nl *requests;
	ports_fn fn;
	void *data;
	struct port_tree tree;
	bool dumping;
};

static int port_cmp(struct port *a, struct port *b)
{
	return a->fact.ifindex < b->fact.ifindex ? -1 : a->fact.ifindex > b->fact.ifindex;
}

RB_PROTOTYPE_INTERNAL(port_tree, port, node, port_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(port_tree, port, node, port_cmp, static __attribute__((unused)))

static struct port *find_or_add(struct ports *ports, uint32_t ifindex)
{
	struct port key = {.fact.ifindex = ifindex};
	struct port *p = RB_FIND(port_tree, &ports->tree, &key);

	if (p)
		return p;
	p = calloc(1, sizeof(*p));
	if (!p) {
		log_error("port %u: out of memory", ifindex);
		return NULL;
	}
	p->fact.ifindex = ifindex;
	p->told.ifindex = ifindex;
	RB_INSERT(port_tree, &ports->tree, p);
	return p;
}

static bool is_empty(const struct fact_port *fact)
{
	static const uint8_t none[CONF_VLAN_BYTES];

	return !memcmp(fact->vlans, none, sizeof(none));
}

/* One without VLANs is told of, and forgotten: it may have left its bridge, or the host. */
static void tell(struct ports *ports, struct port *p)
{
	if (memcmp(&p->fact, &p->told, sizeof(p->fact))) {
		p->told = p->fact;
		ports->fn(ports->data, &p->fact);
	}
	if (!is_empty(&p->fact))
		return;
	RB_REMOVE(port_tree, &ports->tree, p);
	free(p);
}

void ports_message(struct ports *ports, const struct nlmsghdr *nlh)
{
	struct nl_vlans vlans;
	struct port *p;
	size_t i;

	if (!nl_vlans_parse(nlh, &vlans))
		return;
	p = find_or_add(ports, vlans.ifindex);
	if (!p)
		return;
	for (i = 0; i < NL_VLAN_BYTES; i++)
		if (vlans.gone)
			p->fact.vlans[i] &= (uint8_t)~vlans.map[i];
		else
			p->fact.vlans[i] |= vlans.map[i];
	if (!ports->dumping)
		tell(ports, p);
}

static int take(void *data, const struct nlmsghdr *nlh)
{
	ports_message(data, nlh);
	return 0;
}

static void clear(struct ports *ports)
{
	struct port *p;

	RB_FOREACH(p, port_tree, &ports->tree)
		memset(p->fact.vlans, 0, sizeof(p->fact.vlans));
}

static int dump(struct ports *ports)
{
	struct port *p, *next;
	struct nl_err err;
	int r, tries = 0;

	ports->dumping = true;
	do {
		clear(ports);
		r = nl_vlans_dump(ports->requests, take, ports, &err);
	} while (r == -EINTR && ++tries < DUMP_TRIES);
	ports->dumping = false;
	if (r == -EOPNOTSUPP) /* nobody answers for bridges: there is none yet */
		r = 0;
	if (r)
		log_error("reading the VLANs of bridge ports: %s", err.text);
	RB_FOREACH_SAFE(p, port_tree, &ports->tree, next)
		tell(ports, p);
	return r;
}

static int on_readable(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct ports *ports = data;
	int r = nl_receive(ports->listener, take, ports);

	if (r == -ENOBUFS)
		dump(ports);
	else if (r)
		log_error("VLAN notifications: %s", strerror(-r));
	return 0;
}

static int open_sockets(struct ports *ports, sd_event *event)
{
	int r;

	ports->requests = nl_open(NETLINK_ROUTE);
	ports->listener = nl_open_listener(NETLINK_ROUTE, PORTS_RCVBUF);
	if (!ports->requests || !ports->listener)
		return -errno;
	r = nl_join(ports->listener, RTNLGRP_BRVLAN);
	if (r)
		return r;
	return sd_event_add_io(event, &ports->source, nl_fd(ports->listener), EPOLLIN, on_readable,
			       ports);
}

struct ports *ports_new(sd_event *event, ports_fn fn, void *data)
{
	struct ports *ports = calloc(1, sizeof(*ports));
	int r;

	if (!ports)
		return NULL;
	ports->fn = fn;
	ports->data = data;
	RB_INIT(&ports->tree);
	r = open_sockets(ports, event);
	if (r < 0) {
		ports_free(ports);
		errno = -r;
		return NULL;
	}
	dump(ports);
	return ports;
}

void ports_free(struct ports *ports)
{
	struct port *p, *next;

	if (!ports)
		return;
	RB_FOREACH_SAFE(p, port_tree, &ports->tree, next) {
		RB_REMOVE(port_tree, &ports->tree, p);
		free(p);
	}
	sd_event_source_disable_unref(ports->source);
	nl_close(ports->listener);
	nl_close(ports->requests);
	free(ports);
}

void ports_replay(const struct ports *ports)
{
	struct port *p;

	if (!ports)
		return;
	RB_FOREACH(p, port_tree, (struct port_tree *)&ports->tree)
		ports->fn(ports->data, &p->fact);
}
