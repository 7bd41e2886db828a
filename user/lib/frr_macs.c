// SPDX-License-Identifier: GPL-2.0-only
/*
 * frr_macs.c - see frr_macs.h. An object of VNIs, and in each an object of addresses, among counters.
 */
#include "frr_macs.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

/** struct list - one that grows; @size: of an item */
struct list {
	char *items;
	size_t n;
	size_t size;
	int err;
};

/* The next item, zeroed; NULL: no memory, and the list says so. */
static void *more(struct list *l)
{
	char *items = l->err ? NULL : reallocarray(l->items, l->n + 1, l->size);

	if (!items) {
		l->err = -ENOMEM;
		return NULL;
	}
	l->items = items;
	items += l->n++ * l->size;
	for (size_t i = 0; i < l->size; i++)
		items[i] = 0;
	return items;
}

typedef void (*address_fn)(struct list *l, u32 vni, const char *address, const json_t *o);

static void each_address(struct list *l, const json_t *vnis, address_fn fn)
{
	const char *vni, *address;
	json_t *v, *o, *table;

	json_object_foreach((json_t *)vnis, vni, v) {
		table = json_object_get(v, "macs");
		if (!table)
			table = v;
		json_object_foreach(table, address, o)
			if (json_is_object(o))
				fn(l, (u32)strtoul(vni, NULL, 10), address, o);
	}
}

static int parse(struct list *l, const char *text, address_fn fn)
{
	json_t *vnis;

	while (isspace((unsigned char)*text))
		text++;
	vnis = *text ? json_loads(text, 0, NULL) : json_object();
	if (json_is_object(vnis))
		each_address(l, vnis, fn);
	else
		l->err = -EINVAL;
	json_decref(vnis);
	if (!l->err)
		return 0;
	free(l->items);
	l->items = NULL;
	l->n = 0;
	return l->err;
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static void add_mac(struct list *l, u32 vni, const char *address, const json_t *o)
{
	struct frr_mac *m;
	struct mac mac;

	if (strcmp(text_of(o, "type"), "remote") || mac_parse(&mac, address))
		return;
	m = more(l);
	if (!m)
		return;
	m->mac = mac;
	m->vni = vni;
	m->es = *text_of(o, "remoteEs") || *text_of(o, "esi");
	if (esi_parse(&m->esi, text_of(o, "remoteEs")) && esi_parse(&m->esi, text_of(o, "esi")))
		m->esi = (struct esi){{0}};
	if (m->es || ip_parse(&m->vtep, text_of(o, "remoteVtep")) || ip_is_zero(&m->vtep))
		m->vtep = (struct ip_addr){0};
}

static void add_host(struct list *l, u32 vni, const char *address, const json_t *o)
{
	struct ip_addr ip, *h;

	if (ip_parse(&ip, address))
		return;
	h = more(l);
	if (h)
		*h = ip;
}

/* What no other PE says of a local one is the kernel's own. */
static void add_synced(struct list *l, u32 vni, const char *address, const json_t *o)
{
	struct frr_host *h;
	struct ip_addr ip;
	struct mac mac;

	if (strcmp(text_of(o, "type"), "local") || ip_parse(&ip, address) ||
	    mac_parse(&mac, text_of(o, "mac")) ||
	    !(json_is_true(json_object_get(o, "peerActive")) ||
	      json_is_true(json_object_get(o, "peerProxy"))))
		return;
	h = more(l);
	if (h)
		*h = (struct frr_host){ip, mac, vni};
}

int frr_macs_parse(const char *text, struct frr_mac **list, size_t *n)
{
	struct list l = {.size = sizeof(**list)};
	int r = parse(&l, text, add_mac);

	*list = (struct frr_mac *)l.items;
	*n = l.n;
	return r;
}

int frr_hosts_parse(const char *text, struct ip_addr **list, size_t *n)
{
	struct list l = {.size = sizeof(**list)};
	int r = parse(&l, text, add_host);

	*list = (struct ip_addr *)l.items;
	*n = l.n;
	return r;
}

int frr_synced_parse(const char *text, struct frr_host **list, size_t *n)
{
	struct list l = {.size = sizeof(**list)};
	int r = parse(&l, text, add_synced);

	*list = (struct frr_host *)l.items;
	*n = l.n;
	return r;
}
