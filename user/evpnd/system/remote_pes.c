// SPDX-License-Identifier: GPL-2.0-only
/*
 * remote_pes.c - see remote_pes.h. A PE is up to four entries: a neighbour with its address, and one with its address
 * mapped into IPv6 (RFC 4291 section 2.5.5.2), by which IPv6 goes over an IPv4 tunnel, as FRR does it; the entry of
 * the VXLAN device, from its router's MAC address to its end of the tunnel; and that of the bridge, to the VXLAN
 * device. Each is ours or somebody else's by itself: what another program has put there stays, and if it says
 * the same, that is as good. What was only learned is no program's.
 *
 * What is about to be made is added to the file before; what is not there any more is taken out of it a moment later, for
 * all of many at once: neighbours can name thousands of PEs, and each has a message of its own.
 */
#include "system/remote_pes.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "nl_table.h"
#include "system/links.h"
#include "system/own_file.h"
#include "system/reconcile.h"
#include "timer.h"

enum {
	LINE_MAX_LEN = 192,
	LOOK_AGAIN_MS = 60000, /* nobody tells when an entry is taken away */
	SETTLE_MS = 20,
	WRITE_MS = 1000,
};

/* In the order in which they are made: the way before whoever uses it. */
enum part { PART_TUNNEL, PART_PORT, PART_HOST, PART_MAPPED, PARTS };

/**
 * struct entry - a PE that is wished for, or of which something is ours
 * @mac: as wished; @made: of what is ours
 * @own: bit N: part N is ours
 */
struct entry {
	struct wished w;
	struct core_pe_key key;
	struct mac mac;
	struct mac made;
	uint8_t own;
};

struct remote_pes {
	char path[CONF_PATH_MAX];
	const struct links *links;
	remote_pes_fn fn;
	void *data;
	struct nl *nl;
	struct timer look_again;
	struct reconcile entries;
	struct timer write; /* the file says more than is ours, or says it twice */
	struct log_limit refused;
};

static int key_cmp(const void *x, const void *y)
{
	const struct core_pe_key *a = x, *b = y;
	int r = strncmp(a->svi, b->svi, IFNAMSIZ);

	r = r ? r : strncmp(a->vxlan, b->vxlan, IFNAMSIZ);
	return r ? r : ip_cmp(&a->address, &b->address);
}

static struct entry *entry_of(struct wished *w)
{
	return (struct entry *)w;
}

static bool is_name(const char name[IFNAMSIZ])
{
	return name[0] && memchr(name, 0, IFNAMSIZ);
}

bool remote_pes_key_ok(const struct core_pe_key *k)
{
	return is_name(k->svi) && is_name(k->vxlan) && ip_is_host(&k->address);
}

bool remote_pes_wish_ok(const struct wish_core_pe *w)
{
	return remote_pes_key_ok(&w->key) && !mac_is_zero(&w->mac) && !(w->mac.b[0] & 1);
}

/* ---- the file: one PE a line ---- */

static bool read_line(const char *line, struct entry *e)
{
	char svi[IFNAMSIZ], vxlan[IFNAMSIZ], address[IP_STRLEN], mac[MAC_STRLEN];
	unsigned int own;

	memset(e, 0, sizeof(*e));
	if (sscanf(line, "%15s %15s %45s %17s %u", svi, vxlan, address, mac, &own) != 5 ||
	    ip_parse(&e->key.address, address) || mac_parse(&e->made, mac))
		return false;
	memcpy(e->key.svi, svi, strlen(svi));
	memcpy(e->key.vxlan, vxlan, strlen(vxlan));
	e->own = own & ((1 << PARTS) - 1);
	return remote_pes_key_ok(&e->key);
}

static void read_file(struct remote_pes *rp)
{
	char line[LINE_MAX_LEN];
	struct entry read;
	struct wished *w;
	FILE *f = rp->path[0] ? fopen(rp->path, "re") : NULL;

	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		w = read_line(line, &read) ? reconcile_get(&rp->entries, &read.key) : NULL;
		if (!w)
			continue;
		entry_of(w)->mac = entry_of(w)->made = read.made;
		entry_of(w)->own = read.own;
		w->stale = true;
	}
	fclose(f);
}

static void put_line(FILE *f, const struct entry *e)
{
	char ip[IP_STRLEN], mac[MAC_STRLEN];

	fprintf(f, "%s %s %s %s %u\n", e->key.svi, e->key.vxlan, ip_format(&e->key.address, ip),
		mac_format(&e->made, mac), e->own);
}

static void put_lines(FILE *f, struct remote_pes *rp)
{
	struct wished *w;

	RECONCILE_FOREACH(w, &rp->entries)
	if (entry_of(w)->own)
		put_line(f, entry_of(w));
}

/* The line of @only, or NULL: of all of which something is ours. NULL: no memory */
static char *lines(struct remote_pes *rp, const struct entry *only)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	if (only)
		put_line(f, only);
	else
		put_lines(f, rp);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}

static void say_unwritten(struct remote_pes *rp)
{
	log_error("%s: %s; a restart will not know which entries of PEs are its own", rp->path,
		  strerror(errno));
}

static void write_file(void *data)
{
	struct remote_pes *rp = data;
	char *text = rp->path[0] ? lines(rp, NULL) : NULL;

	timer_stop(&rp->write);
	if (text && !own_file_put(rp->path, text))
		say_unwritten(rp);
	free(text);
}

static void write_later(struct remote_pes *rp)
{
	if (!timer_running(&rp->write))
		timer_start(&rp->write, WRITE_MS);
}

/* It holds when what is ours of it is made. */
static void claim(struct remote_pes *rp, const struct entry *e)
{
	char *text = rp->path[0] ? lines(rp, e) : NULL;

	if (text && !own_file_add(rp->path, text))
		say_unwritten(rp);
	free(text);
}

/* ---- the four parts ---- */

/** struct devices_of - of a PE, as they are now */
struct devices_of {
	const struct fact_link *svi;
	const struct fact_link *vxlan;
};

static struct devices_of devices_of(const struct remote_pes *rp, const struct core_pe_key *k)
{
	return (struct devices_of){links_by_name(rp->links, k->svi),
				   links_by_name(rp->links, k->vxlan)};
}

static bool has_part(const struct entry *e, enum part part)
{
	return part != PART_MAPPED || e->key.address.len == 4;
}

static struct nl_entry part_of(const struct entry *e, enum part part, const struct devices_of *d)
{
	struct nl_entry n = {.ifindex = d->vxlan ? d->vxlan->ifindex : 0, .mac = e->mac};

	if (part == PART_TUNNEL)
		n.dst = e->key.address;
	if (part == PART_PORT && d->svi && !strcmp(d->svi->kind, "vlan"))
		n.vlan = d->svi->vlan_id;
	if (part < PART_HOST)
		return n;
	n.ifindex = d->svi ? d->svi->ifindex : 0;
	n.state = NUD_PERMANENT;
	n.address = part == PART_HOST ? e->key.address : ip_mapped(&e->key.address);
	return n;
}

typedef int (*get_fn)(struct nl *nl, const struct nl_entry *e, struct nl_entry *found,
		      struct nl_err *err);
typedef int (*do_fn)(struct nl *nl, const struct nl_entry *e, struct nl_err *err);

static int tunnel_put(struct nl *nl, const struct nl_entry *e, struct nl_err *err)
{
	return nl_tunnel_add(nl, e, true, err);
}

static const struct {
	const char *what;
	get_fn get;
	do_fn put;
	do_fn del;
} parts[PARTS] = {
	[PART_TUNNEL] = {"tunnel", nl_tunnel_get, tunnel_put, nl_tunnel_del},
	[PART_PORT] = {"forwarding entry", nl_port_get, nl_port_put, nl_port_del},
	[PART_HOST] = {"neighbour", nl_host_get, nl_host_put, nl_host_del},
	[PART_MAPPED] = {"neighbour", nl_host_get, nl_host_put, nl_host_del},
};

static bool is_same(const struct nl_entry *a, const struct nl_entry *b, enum part part)
{
	if (part == PART_TUNNEL)
		return ip_equal(&a->dst, &b->dst) && !b->group;
	if (part == PART_PORT)
		return a->ifindex == b->ifindex;
	return !mac_cmp(&a->mac, &b->mac);
}

/* What the kernel has found out by itself, and may forget. */
static bool is_learned(const struct nl_entry *e)
{
	return !(e->state & (NUD_PERMANENT | NUD_NOARP));
}

enum there { THERE_NOTHING, THERE_SAME, THERE_OTHER };

/* @settled: it does not pass by itself */
static enum there look(struct remote_pes *rp, const struct nl_entry *want, enum part part,
		       bool *settled)
{
	struct nl_entry found;
	struct nl_err err;

	if (parts[part].get(rp->nl, want, &found, &err))
		return THERE_NOTHING;
	*settled = !is_learned(&found);
	return is_same(want, &found, part) ? THERE_SAME : THERE_OTHER;
}

static void say_taken(const struct entry *e, enum part part, char text[160])
{
	char ip[IP_STRLEN], mac[MAC_STRLEN];

	if (part >= PART_HOST)
		snprintf(text, 160, "somebody else has put %s on %s with another MAC address",
			 ip_format(&e->key.address, ip), e->key.svi);
	else
		snprintf(text, 160, "somebody else has put %s, its router's MAC address, elsewhere",
			 mac_format(&e->mac, mac));
}

/* What has to be made, bit by bit; @text: of somebody else's that is in the way, or as it was */
static uint8_t missing(struct remote_pes *rp, const struct entry *e, const struct devices_of *d,
		       char text[160])
{
	uint8_t wanted = 0;

	for (int part = 0; part < PARTS; part++) {
		struct nl_entry want = part_of(e, part, d);
		bool own = e->own & 1 << part, settled = false;
		enum there there = has_part(e, part) ? look(rp, &want, part, &settled) : THERE_SAME;

		if (!has_part(e, part) || (there == THERE_SAME && settled))
			continue;
		if (there == THERE_OTHER && settled && !own)
			say_taken(e, part, text);
		else
			wanted |= (uint8_t)(1 << part);
	}
	return wanted;
}

static void make_parts(struct remote_pes *rp, struct entry *e, uint8_t wanted,
		       const struct devices_of *d, char text[160])
{
	struct nl_err err;

	for (int part = 0; part < PARTS; part++) {
		struct nl_entry want = part_of(e, part, d);

		if (!(wanted & 1 << part) || !parts[part].put(rp->nl, &want, &err))
			continue;
		e->own &= (uint8_t) ~(1 << part);
		write_later(rp);
		snprintf(text, 160, "%s: %.120s", parts[part].what, err.text);
	}
}

/* @mac: under which it was made; only while it is what we have made */
static void unmake_part(struct remote_pes *rp, const struct entry *e, enum part part,
			const struct devices_of *d, const struct mac *mac)
{
	struct nl_entry was = part_of(e, part, d);
	bool settled = false;
	struct nl_err err;

	was.mac = *mac;
	if (!was.ifindex || look(rp, &was, part, &settled) != THERE_SAME)
		return;
	if (parts[part].del(rp->nl, &was, &err) && err.error != ENOENT)
		log_error("%s: removing a %s: %s", e->key.svi, parts[part].what, err.text);
}

static void unmake(struct remote_pes *rp, struct entry *e)
{
	struct devices_of d = devices_of(rp, &e->key);

	for (int part = PARTS - 1; part >= 0; part--)
		if (e->own & 1 << part)
			unmake_part(rp, e, part, &d, &e->made);
	if (e->own)
		write_later(rp);
	e->own = 0;
}

/* It has another MAC address than before: neighbours were changed, entries by address are new ones. */
static void leave_old_mac(struct remote_pes *rp, struct entry *e, const struct devices_of *d)
{
	for (int part = 0; part < PART_HOST; part++)
		if (e->own & 1 << part)
			unmake_part(rp, e, part, d, &e->made);
	write_later(rp);
}

/* ---- one PE ---- */

static const char *obstacle(const struct entry *e, const struct devices_of *d, char text[160])
{
	if (!d->svi || !d->vxlan)
		snprintf(text, 160, "there is no device %s yet",
			 d->svi ? e->key.vxlan : e->key.svi);
	else if (!(d->svi->flags & IFF_UP))
		snprintf(text, 160, "%s is down", e->key.svi);
	else
		return NULL;
	return text;
}

static void tell(struct remote_pes *rp, struct entry *e, enum wish_status status, const char *text)
{
	struct core_pe_result r = {.key = e->key, .status = status};
	char ip[IP_STRLEN];

	if (!reconcile_became(&e->w, status, 0, text))
		return;
	if (status == WISH_REFUSED)
		log_limited(&rp->refused, LOG_LEVEL_ERROR, LOG_LOCAL, e->key.svi, "PE %s: %s",
			    ip_format(&e->key.address, ip), text);
	snprintf(r.text, sizeof(r.text), "%s", text);
	rp->fn(rp->data, &r);
}

static void make(struct remote_pes *rp, struct entry *e)
{
	struct devices_of d = devices_of(rp, &e->key);
	char text[160] = "";
	bool fresh = false;
	uint8_t wanted;

	if (obstacle(e, &d, text)) {
		tell(rp, e, WISH_PENDING, text);
		return;
	}
	if (mac_cmp(&e->made, &e->mac)) {
		leave_old_mac(rp, e, &d);
		e->made = e->mac;
		fresh = e->own;
	}
	wanted = missing(rp, e, &d, text);
	fresh |= wanted & ~e->own;
	e->own |= wanted;
	if (fresh)
		claim(rp, e);
	make_parts(rp, e, wanted, &d, text);
	tell(rp, e, text[0] ? WISH_REFUSED : WISH_INSTALLED, text);
}

/* ---- wishes ---- */

static void look_again_or_not(struct remote_pes *rp)
{
	if (RB_EMPTY(&rp->entries.tree))
		timer_stop(&rp->look_again);
	else
		timer_start(&rp->look_again, LOOK_AGAIN_MS);
}

void remote_pes_wish(struct remote_pes *rp, const struct batch *wishes)
{
	const struct wish_core_pe *wish = batch_items(wishes);

	for (uint32_t i = 0; i < wishes->n; i++) {
		struct wished *w = reconcile_wish(&rp->entries, &wish[i].key);

		if (!w)
			continue;
		entry_of(w)->mac = wish[i].mac;
		make(rp, entry_of(w));
	}
	look_again_or_not(rp);
}

static void drop(struct remote_pes *rp, struct wished *w)
{
	unmake(rp, entry_of(w));
	reconcile_drop(&rp->entries, w);
}

void remote_pes_wish_gone(struct remote_pes *rp, const struct batch *keys)
{
	const struct core_pe_key *key = batch_items(keys);

	for (uint32_t i = 0; i < keys->n; i++) {
		struct wished *w = reconcile_unwish(&rp->entries, &key[i]);

		if (w)
			drop(rp, w);
	}
	look_again_or_not(rp);
}

void remote_pes_sweep(struct remote_pes *rp)
{
	struct wished *w, *next;

	RECONCILE_FOREACH_SAFE(w, &rp->entries, next)
	if (w->stale || !w->wished)
		drop(rp, w);
	look_again_or_not(rp);
}

void remote_pes_replay(struct remote_pes *rp)
{
	reconcile_replay(&rp->entries);
}

static void on_look_again(void *data)
{
	struct remote_pes *rp = data;
	struct wished *w;

	RECONCILE_FOREACH(w, &rp->entries)
	if (w->wished)
		make(rp, entry_of(w));
	look_again_or_not(rp);
}

void remote_pes_link(struct remote_pes *rp, const struct fact_link *fact)
{
	struct wished *w;

	RECONCILE_FOREACH(w, &rp->entries)
	{
		const struct core_pe_key *k = &entry_of(w)->key;

		if (strncmp(k->svi, fact->ifname, IFNAMSIZ) &&
		    strncmp(k->vxlan, fact->ifname, IFNAMSIZ))
			continue;
		timer_start(&rp->look_again, SETTLE_MS);
		return;
	}
}

/* ---- life ---- */

struct remote_pes *remote_pes_new(sd_event *event, const char *path, const struct links *links,
				  remote_pes_fn fn, void *data)
{
	struct remote_pes *rp = calloc(1, sizeof(*rp));

	if (!rp)
		return NULL;
	rp->links = links;
	rp->fn = fn;
	rp->data = data;
	rp->entries = RECONCILE_INIT(struct entry, key, key_cmp);
	timer_init(&rp->look_again, event, 10000, on_look_again, rp);
	timer_init(&rp->write, event, 10000, write_file, rp);
	if (path)
		snprintf(rp->path, sizeof(rp->path), "%s", path);
	rp->nl = nl_open(NETLINK_ROUTE);
	if (!rp->nl) {
		int saved = errno;

		remote_pes_free(rp);
		errno = saved;
		return NULL;
	}
	read_file(rp);
	return rp;
}

void remote_pes_free(struct remote_pes *rp)
{
	if (!rp)
		return;
	if (timer_running(&rp->write))
		write_file(rp);
	timer_done(&rp->write);
	timer_done(&rp->look_again);
	reconcile_free(&rp->entries);
	nl_close(rp->nl);
	free(rp);
}
