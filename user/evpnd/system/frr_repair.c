// SPDX-License-Identifier: GPL-2.0-only
/*
 * frr_repair.c - see frr_repair.h. One look at zebra, one at the kernel; what differs is decided, written
 * down, and done.
 *
 * An entry is ours while the kernel has it as we made it. zebra removes by address, so mostly it takes
 * ours away itself; a host that zebra makes anew without its mark has become the kernel's own.
 */
#include "system/frr_repair.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/tree.h>

#include "system/own_file.h"
#include "log.h"
#include "nl_table.h"

enum kind { KIND_MAC, KIND_HOST };

enum { LINE_MAX_LEN = 256 };

enum {
	NUD_USABLE = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_STALE | NUD_DELAY,
	NUD_UNCONFIRMED = NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_FAILED | NUD_INCOMPLETE,
};

/**
 * struct entry - one that zebra has, or ours, or both. The key: kind, device, VNI, and the MAC or the host
 * @want: as it should be; @wanted: zebra has it
 * @is: as the kernel has it; @there: it does
 * @made: as we made it; @owned: we did
 * @make: it is to be made now
 * @refused: the kernel did not take it from us either
 */
struct entry {
	RB_ENTRY(entry) node;
	enum kind kind;
	char ifname[IFNAMSIZ];
	struct nl_entry key;
	struct nl_entry want;
	struct nl_entry is;
	struct nl_entry made;
	bool wanted;
	bool there;
	bool owned;
	bool make;
	bool refused;
};

RB_HEAD(entries, entry);

/**
 * struct frr_repair
 * @unvalidated: the kernel is older than NTF_EXT_VALIDATED
 * @said: what was complained of last
 */
struct frr_repair {
	char path[CONF_PATH_MAX];
	const struct links *links;
	struct nl *nl;
	struct entries entries;
	bool unvalidated;
	char *written;
	char said[NL_TEXT_LEN];
};

static int entry_cmp(struct entry *a, struct entry *b)
{
	int r = (int)a->kind - (int)b->kind;

	if (!r)
		r = strncmp(a->ifname, b->ifname, IFNAMSIZ);
	if (!r)
		r = a->key.src_vni < b->key.src_vni ? -1 : a->key.src_vni > b->key.src_vni;
	if (!r)
		r = a->kind == KIND_MAC ? mac_cmp(&a->key.mac, &b->key.mac) :
					  ip_cmp(&a->key.address, &b->key.address);
	return r;
}

RB_PROTOTYPE_INTERNAL(entries, entry, node, entry_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(entries, entry, node, entry_cmp, static __attribute__((unused)))

static struct entry *find(struct frr_repair *r, enum kind kind, const char *ifname,
			  const struct nl_entry *key)
{
	struct entry e = {.kind = kind, .key = *key};

	memcpy(e.ifname, ifname, strnlen(ifname, IFNAMSIZ - 1));
	return RB_FIND(entries, &r->entries, &e);
}

static struct entry *find_or_add(struct frr_repair *r, enum kind kind, const char *ifname,
				 const struct nl_entry *key)
{
	struct entry *e = find(r, kind, ifname, key);

	if (e)
		return e;
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->kind = kind;
	memcpy(e->ifname, ifname, strnlen(ifname, IFNAMSIZ - 1));
	e->key = *key;
	RB_INSERT(entries, &r->entries, e);
	return e;
}

/* ---- the file: one entry a line, as it was made ---- */

static void write_line(FILE *f, const struct entry *e)
{
	char mac[MAC_STRLEN], ip[IP_STRLEN];
	const struct nl_entry *m = &e->made;

	mac_format(&m->mac, mac);
	if (e->kind == KIND_MAC)
		fprintf(f, "mac %s %u %s %u %s\n", e->ifname, m->src_vni, mac, m->group,
			m->group ? "-" : ip_format(&m->dst, ip));
	else
		fprintf(f, "host %s %d %s %s\n", e->ifname, m->validated, mac,
			ip_format(&m->address, ip));
}

static bool read_line(const char *line, enum kind *kind, char ifname[IFNAMSIZ], struct nl_entry *m)
{
	char mac[32], ip[IP_STRLEN];
	int validated;

	*m = (struct nl_entry){0};
	if (sscanf(line, "mac %15s %u %31s %u %45s", ifname, &m->src_vni, mac, &m->group, ip) ==
	    5) {
		*kind = KIND_MAC;
		return !mac_parse(&m->mac, mac) && (m->group || !ip_parse(&m->dst, ip));
	}
	if (sscanf(line, "host %15s %d %31s %45s", ifname, &validated, mac, ip) != 4)
		return false;
	*kind = KIND_HOST;
	m->validated = validated;
	return !mac_parse(&m->mac, mac) && !ip_parse(&m->address, ip);
}

static void read_file(struct frr_repair *r)
{
	FILE *f = r->path[0] ? fopen(r->path, "re") : NULL;
	char line[LINE_MAX_LEN], ifname[IFNAMSIZ];
	struct nl_entry made;
	struct entry *e;
	enum kind kind;

	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		if (!read_line(line, &kind, ifname, &made))
			continue;
		e = find_or_add(r, kind, ifname, &made);
		if (!e)
			continue;
		e->owned = true;
		e->made = made;
	}
	fclose(f);
}

static char *own_ones(struct frr_repair *r)
{
	char *text = NULL;
	struct entry *e;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	RB_FOREACH(e, entries, &r->entries)
		if (e->owned)
			write_line(f, e);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}

static void write_file(struct frr_repair *r)
{
	char *text = r->path[0] ? own_ones(r) : NULL;

	if (!text)
		return;
	if (!strcmp(text, r->written ? r->written : "")) {
		free(text);
		return;
	}
	if (!own_file_put(r->path, text))
		log_error("%s: %s; a restart will not know which entries it made in FRR's place",
			  r->path, strerror(errno));
	free(r->written);
	r->written = text;
}

/* ---- what zebra has ---- */

static const struct frr_vni *vni_of(const struct frr_tables *t, u32 vni)
{
	size_t i;

	for (i = 0; i < t->n_vnis; i++)
		if (t->vnis[i].vni == vni)
			return &t->vnis[i];
	return NULL;
}

static u32 group_of(const struct frr_tables *t, const struct esi *esi)
{
	size_t i;

	for (i = 0; i < t->n_es; i++)
		if (!esi_cmp(&t->es[i].esi, esi))
			return t->es[i].group;
	return 0;
}

static void want(struct frr_repair *r, enum kind kind, const char *ifname,
		 const struct nl_entry *wanted)
{
	struct entry *e = find_or_add(r, kind, ifname, wanted);

	if (!e)
		return;
	e->wanted = true;
	e->want = *wanted;
}

static void want_mac(struct frr_repair *r, const struct frr_tables *t, const struct frr_mac *m)
{
	const struct frr_vni *v = vni_of(t, m->vni);
	const struct fact_link *dev = v ? links_by_name(r->links, v->vxlan) : NULL;
	struct nl_entry e = {.mac = m->mac, .tunnel = true, .dst = m->vtep};

	if (!dev || strcmp(dev->kind, "vxlan"))
		return;
	e.ifindex = dev->ifindex;
	e.src_vni = dev->vxlan_external ? m->vni : 0;
	e.group = m->es ? group_of(t, &m->esi) : 0;
	if (e.group || !ip_is_none(&e.dst))
		want(r, KIND_MAC, dev->ifname, &e);
}

static void want_host(struct frr_repair *r, const struct frr_tables *t, const struct frr_host *h)
{
	const struct frr_vni *v = vni_of(t, h->vni);
	const struct fact_link *dev = v && v->svi[0] ? links_by_name(r->links, v->svi) : NULL;
	struct nl_entry e = {.mac = h->mac, .address = h->address, .state = NUD_STALE};

	if (!dev)
		return;
	e.ifindex = dev->ifindex;
	want(r, KIND_HOST, dev->ifname, &e);
}

/* ---- what the kernel has ---- */

static void take(struct frr_repair *r, enum kind kind, const struct nl_entry *is)
{
	const struct fact_link *dev = links_by_index(r->links, is->ifindex);
	struct entry *e = dev ? find(r, kind, dev->ifname, is) : NULL;

	if (!e)
		return;
	e->there = true;
	e->is = *is;
}

static void take_mac(void *data, const struct nl_entry *is)
{
	if (is->tunnel)
		take(data, KIND_MAC, is);
}

static void take_host(void *data, const struct nl_entry *is)
{
	if (!ip_is_none(&is->address))
		take(data, KIND_HOST, is);
}

/* Return: false when a table could not be read; then nothing is done about either. */
static bool look(struct frr_repair *r)
{
	struct nl_err err = {};
	struct entry *e;

	RB_FOREACH(e, entries, &r->entries)
		e->there = false;
	if (!nl_table_dump(r->nl, PF_BRIDGE, take_mac, r, &err) &&
	    !nl_table_dump(r->nl, AF_UNSPEC, take_host, r, &err))
		return true;
	log_error("FRR: what the kernel has taken of its entries is not known: %s", err.text);
	return false;
}

/* ---- what is to be done ---- */

static bool same_way(const struct nl_entry *a, const struct nl_entry *b)
{
	return a->group == b->group && (a->group || ip_equal(&a->dst, &b->dst));
}

/* zebra's own have no NOARP. A host that answered to somebody is the kernel's own. */
static bool is_ours(const struct entry *e)
{
	if (!e->there)
		return false;
	if (e->kind == KIND_MAC)
		return e->is.state & NUD_NOARP && same_way(&e->is, &e->made);
	if (e->made.validated)
		return e->is.validated;
	return e->is.state & NUD_UNCONFIRMED && !mac_cmp(&e->is.mac, &e->made.mac);
}

static bool is_right(const struct entry *e)
{
	if (e->kind == KIND_MAC)
		return same_way(&e->is, &e->want);
	return (e->is.state & NUD_USABLE || (e->is.validated && e->is.state & NUD_PROBE)) &&
	       !mac_cmp(&e->is.mac, &e->want.mac);
}

/* What somebody else has made is not touched, unless it is a neighbour that does not work. */
static bool is_missing(const struct entry *e)
{
	if (!e->there)
		return true;
	if (e->owned)
		return !is_right(e);
	return e->kind == KIND_HOST && !(e->is.state & (NUD_USABLE | NUD_PROBE));
}

static void decide(struct frr_repair *r)
{
	struct entry *e;

	RB_FOREACH(e, entries, &r->entries) {
		if (e->owned && e->there && !is_ours(e))
			e->owned = false;
		e->make = e->wanted && is_missing(e);
		if (!e->make)
			continue;
		e->owned = true;
		e->made = e->want;
		e->made.validated = e->kind == KIND_HOST && !r->unvalidated;
	}
}

/* A way by address and one by nexthop group do not change into each other. */
static int make_mac(struct frr_repair *r, struct entry *e, struct nl_err *err)
{
	bool replace = e->there;

	if (e->there && !e->is.group != !e->want.group) {
		if (nl_tunnel_del(r->nl, &e->is, err))
			return -err->error;
		replace = false;
	}
	return nl_tunnel_add(r->nl, &e->made, replace, err);
}

static int make_host(struct frr_repair *r, struct entry *e, struct nl_err *err)
{
	int ret = nl_host_put(r->nl, &e->made, err);

	if (ret != -EINVAL || !e->made.validated)
		return ret;
	e->made.validated = false;
	ret = nl_host_put(r->nl, &e->made, err);
	r->unvalidated |= !ret;
	return ret;
}

static void describe(const struct entry *e, char text[IP_STRLEN])
{
	if (e->kind == KIND_MAC)
		mac_format(&e->key.mac, text);
	else
		ip_format(&e->key.address, text);
}

static void make(struct frr_repair *r, struct entry *e)
{
	struct nl_err err = {};
	char name[IP_STRLEN];
	int ret = e->kind == KIND_MAC ? make_mac(r, e, &err) : make_host(r, e, &err);

	describe(e, name);
	e->refused = ret && ret != -EEXIST;
	if (!ret) {
		log_debug("%s: %s, which the kernel refused FRR", e->ifname, name);
		return;
	}
	e->owned = false;
	if (e->refused && strcmp(r->said, err.text)) {
		log_warning("%s: %s in FRR's place: %s", e->ifname, name, err.text);
		snprintf(r->said, sizeof(r->said), "%s", err.text);
	}
}

static void unmake(struct frr_repair *r, struct entry *e)
{
	char name[IP_STRLEN];
	struct nl_err err = {};
	int ret;

	e->owned = false;
	if (!is_ours(e))
		return;
	ret = e->kind == KIND_MAC ? nl_tunnel_del(r->nl, &e->is, &err) :
				    nl_host_del(r->nl, &e->is, &err);
	describe(e, name);
	if (ret && ret != -ENOENT)
		log_warning("%s: taking %s back: %s", e->ifname, name, err.text);
}

static void work(struct frr_repair *r, bool young)
{
	struct entry *e, *next;

	if (!look(r))
		return;
	decide(r);
	write_file(r); /* before it is made: a successor knows all that may be ours */
	RB_FOREACH_SAFE(e, entries, &r->entries, next) {
		if (e->make)
			make(r, e);
		if (e->wanted || (young && e->owned))
			continue;
		if (e->owned)
			unmake(r, e);
		RB_REMOVE(entries, &r->entries, e);
		free(e);
	}
	write_file(r);
}

static void want_nothing(struct frr_repair *r)
{
	struct entry *e;

	RB_FOREACH(e, entries, &r->entries)
		e->wanted = false;
}

void frr_repair_take(struct frr_repair *r, const struct frr_tables *t)
{
	size_t i;

	want_nothing(r);
	for (i = 0; i < t->n_macs; i++)
		want_mac(r, t, &t->macs[i]);
	for (i = 0; i < t->n_hosts; i++)
		want_host(r, t, &t->hosts[i]);
	work(r, t->young);
}

void frr_repair_end(struct frr_repair *r)
{
	if (RB_EMPTY(&r->entries))
		return;
	want_nothing(r);
	work(r, false);
}

struct frr_repaired frr_repair_count(const struct frr_repair *r)
{
	struct frr_repaired n = {};
	struct entry *e;

	if (!r)
		return n;
	RB_FOREACH(e, entries, (struct entries *)&r->entries) {
		n.macs += e->owned && e->kind == KIND_MAC;
		n.hosts += e->owned && e->kind == KIND_HOST;
		n.refused += e->refused;
	}
	return n;
}

struct frr_repair *frr_repair_new(const char *path, const struct links *links)
{
	struct frr_repair *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->links = links;
	RB_INIT(&r->entries);
	if (path)
		snprintf(r->path, sizeof(r->path), "%s", path);
	r->nl = nl_open(NETLINK_ROUTE);
	if (!r->nl) {
		int error = errno;

		free(r);
		errno = error;
		return NULL;
	}
	read_file(r);
	return r;
}

void frr_repair_free(struct frr_repair *r)
{
	struct entry *e, *next;

	if (!r)
		return;
	RB_FOREACH_SAFE(e, entries, &r->entries, next) {
		RB_REMOVE(entries, &r->entries, e);
		free(e);
	}
	nl_close(r->nl);
	free(r->written);
	free(r);
}
