// SPDX-License-Identifier: GPL-2.0-only
/*
 * forget.c - see forget.h. Routes go in groups, so one look at a device serves all that is to be forgotten
 * there. An entry is deleted by its tunnel: one that was learned anew meanwhile, of another one, stays.
 */
#include "system/forget.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "nl_fdb.h"
#include "system/links.h"
#include "timer.h"

enum {
	LOOK_MS = 10,
	KEYS_MAX = 4096,
	PORTION_MS = 2,
	PORTION = 256, /* entries deleted before others have their turn */
	ROOM_FIRST = 64,
	HOSTS_MAX = 262144,
};

struct list {
	void *items;
	size_t n, room;
};

/**
 * struct victim - an entry that is to go
 * @bridged: @port, of a bridge; else @host, of a VXLAN device
 */
struct victim {
	bool bridged;
	struct nl_fdb port;
	struct nl_tunnel_host host;
};

/**
 * struct forget
 * @keys: tunnels to be forgotten
 * @victims: deleted from @next on; @first: the first one of the device that is being looked at, @now
 * @ports: what its bridge has learned there
 */
struct forget {
	const struct links *links;
	struct list keys;
	struct list victims;
	struct list ports;
	size_t next, first;
	const struct fact_link *now;
	struct timer look;
	struct timer portion;
	uint64_t total;
};

/* Return: a new item, not set; NULL: no room */
static void *add(struct list *l, size_t size, size_t max)
{
	size_t room = l->room ? 2 * l->room : ROOM_FIRST;
	void *more;

	if (l->n >= max)
		return NULL;
	if (l->n == l->room) {
		more = reallocarray(l->items, room, size);
		if (!more)
			return NULL;
		l->items = more;
		l->room = room;
	}
	return (char *)l->items + size * l->n++;
}

static int key_cmp(const void *x, const void *y)
{
	const struct flood_key *a = x, *b = y;
	int r = strncmp(a->ifname, b->ifname, sizeof(a->ifname));

	if (!r)
		r = ip_cmp(&a->address, &b->address);
	if (!r)
		r = a->vni < b->vni ? -1 : a->vni > b->vni;
	return r;
}

/* Of one device all are of VXLAN devices. */
static int victim_cmp(const void *x, const void *y)
{
	const struct victim *a = x, *b = y;

	return mac_cmp(&a->host.mac, &b->host.mac);
}

static void take_tunnel(void *data, const struct nl_tunnel_host *h)
{
	struct forget *f = data;
	struct flood_key key = {.address = h->dst,
				.vni = f->now->vxlan_external ? h->src_vni : f->now->vxlan_vni};
	struct victim *v;

	memcpy(key.ifname, f->now->ifname, sizeof(key.ifname));
	if (!bsearch(&key, f->keys.items, f->keys.n, sizeof(key), key_cmp))
		return;
	v = add(&f->victims, sizeof(*v), HOSTS_MAX);
	if (v)
		*v = (struct victim){.host = *h};
}

static void take_port(void *data, const struct nl_fdb *e)
{
	struct forget *f = data;
	struct nl_fdb *p =
		e->ifindex == f->now->ifindex ? add(&f->ports, sizeof(*p), HOSTS_MAX) : NULL;

	if (p)
		*p = *e;
}

/* What the bridge has at the device of those that its tunnels are to forget. */
static void add_bridged(struct forget *f)
{
	size_t n = f->victims.n - f->first, i;
	const struct nl_fdb *ports = f->ports.items;
	struct victim key, *v = f->victims.items;

	if (!n)
		return;
	qsort(v + f->first, n, sizeof(*v), victim_cmp);
	for (i = 0; i < f->ports.n; i++) {
		key.host.mac = ports[i].mac;
		v = f->victims.items;
		if (!bsearch(&key, v + f->first, n, sizeof(*v), victim_cmp))
			continue;
		v = add(&f->victims, sizeof(*v), 2 * HOSTS_MAX);
		if (v)
			*v = (struct victim){.bridged = true, .port = ports[i]};
	}
}

static void look_at(struct forget *f, struct nl *nl, const struct fact_link *l)
{
	struct nl_err err;

	f->now = l;
	f->first = f->victims.n;
	f->ports.n = 0;
	if (nl_fdb_port_dump(nl, l->ifindex, take_port, take_tunnel, f, &err))
		log_warning("%s: what it has learned: %s", l->ifname, err.text);
	add_bridged(f);
}

static void on_look(void *data)
{
	struct forget *f = data;
	const struct flood_key *keys = f->keys.items;
	struct nl *nl = nl_open(NETLINK_ROUTE);
	const struct fact_link *l;
	size_t i;

	qsort(f->keys.items, f->keys.n, sizeof(*keys), key_cmp);
	for (i = 0; nl && i < f->keys.n; i++) {
		if (i && !strncmp(keys[i - 1].ifname, keys[i].ifname, sizeof(keys->ifname)))
			continue;
		l = links_by_name(f->links, keys[i].ifname);
		if (l)
			look_at(f, nl, l);
	}
	nl_close(nl);
	f->keys.n = 0;
	if (f->next < f->victims.n && !timer_running(&f->portion))
		timer_start(&f->portion, 0);
}

/* The device or the entry may have gone; what else is refused would be so the next time. */
static void delete_one(struct forget *f, struct nl *nl, const struct victim *v)
{
	struct nl_err err;
	int r = v->bridged ? nl_fdb_del(nl, &v->port, &err) :
			     nl_tunnel_host_del(nl, &v->host, &err);

	f->total += !r && !v->bridged;
	if (r && r != -ENOENT && r != -ENODEV)
		log_debug("forgetting what was learned: %s", err.text);
}

static void on_portion(void *data)
{
	struct forget *f = data;
	const struct victim *v = f->victims.items;
	struct nl *nl = nl_open(NETLINK_ROUTE);
	size_t i;

	for (i = 0; nl && i < PORTION && f->next < f->victims.n; i++)
		delete_one(f, nl, &v[f->next++]);
	nl_close(nl);
	if (nl && f->next < f->victims.n)
		timer_start(&f->portion, PORTION_MS);
	else
		f->victims.n = f->next = 0;
}

void forget_tunnel(struct forget *f, const struct flood_key *key)
{
	struct flood_key *k = add(&f->keys, sizeof(*k), KEYS_MAX);

	if (!k)
		return; /* these entries age */
	*k = *key;
	if (!timer_running(&f->look))
		timer_start(&f->look, LOOK_MS);
}

uint64_t forget_count(const struct forget *f)
{
	return f->total;
}

struct forget *forget_new(sd_event *event, const struct links *links)
{
	struct forget *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->links = links;
	timer_init(&f->look, event, 1000, on_look, f);
	timer_init(&f->portion, event, 1000, on_portion, f);
	return f;
}

void forget_free(struct forget *f)
{
	if (!f)
		return;
	timer_done(&f->look);
	timer_done(&f->portion);
	free(f->keys.items);
	free(f->victims.items);
	free(f->ports.items);
	free(f);
}
