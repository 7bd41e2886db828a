// SPDX-License-Identifier: GPL-2.0-only
/*
 * fdb_flood.c - see fdb_flood.h. Wishes are noted at once and carried out together: read what the
 * devices have, write down what will be ours, make and remove entries, write down what is ours.
 */
#include "system/fdb_flood.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system/links.h"
#include "system/own_file.h"
#include "system/reconcile.h"
#include "log.h"
#include "nl_flood.h"
#include "timer.h"

enum {
	LINE_MAX_LEN = 160,
	LOOK_AGAIN_MS = 60000, /* nobody tells when an entry is taken away */
};

/**
 * struct entry - an entry that is wished for, or ours, or both
 * @w: stale, too, if a predecessor has made it
 * @owned: we have made it, so we may remove it
 * @there: the device had it at the last look
 */
struct entry {
	struct wished w;
	struct flood_key key;
	bool owned;
	bool there;
};

struct fdb_flood {
	char path[CONF_PATH_MAX];
	const struct links *links;
	fdb_flood_fn fn;
	void *data;
	struct nl *nl;
	sd_event_source *later;
	struct timer look_again;
	struct reconcile entries;
	char *written; /* what is in the file */
	struct log_limit said;
};

/* By device and VNI first: entries of one device stand side by side. */
static int key_cmp(const void *x, const void *y)
{
	const struct flood_key *a = x, *b = y;
	int r = strncmp(a->ifname, b->ifname, IFNAMSIZ);

	if (!r)
		r = a->vni < b->vni ? -1 : a->vni > b->vni;
	if (!r)
		r = ip_cmp(&a->address, &b->address);
	if (!r)
		r = a->remote_vni < b->remote_vni ? -1 : a->remote_vni > b->remote_vni;
	return r;
}

static struct entry *entry_of(struct wished *w)
{
	return (struct entry *)w;
}

static void work_later(struct fdb_flood *kf)
{
	sd_event_source_set_enabled(kf->later, SD_EVENT_ONESHOT);
}

bool fdb_flood_key_ok(const struct flood_key *k)
{
	return k->ifname[0] && memchr(k->ifname, 0, sizeof(k->ifname)) && k->vni &&
	       k->vni <= 0xffffff && k->remote_vni && k->remote_vni <= 0xffffff &&
	       ip_is_host(&k->address);
}

/* ---- the file: one entry a line ---- */

static bool read_line(const char *line, struct flood_key *key)
{
	char ifname[IFNAMSIZ], address[IP_STRLEN];
	unsigned int vni, remote;

	memset(key, 0, sizeof(*key));
	if (sscanf(line, "%15s %u %45s %u", ifname, &vni, address, &remote) != 4 ||
	    ip_parse(&key->address, address))
		return false;
	memcpy(key->ifname, ifname, strlen(ifname));
	key->vni = vni;
	key->remote_vni = remote;
	return fdb_flood_key_ok(key);
}

static void read_file(struct fdb_flood *kf)
{
	char line[LINE_MAX_LEN];
	struct flood_key key;
	struct wished *w;
	FILE *f = kf->path[0] ? fopen(kf->path, "re") : NULL;

	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		w = read_line(line, &key) ? reconcile_get(&kf->entries, &key) : NULL;
		if (!w)
			continue;
		entry_of(w)->owned = true;
		w->stale = true;
	}
	fclose(f);
}

static char *own_ones(struct fdb_flood *kf)
{
	char *text = NULL, buf[IP_STRLEN];
	const struct entry *e;
	struct wished *w;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	RECONCILE_FOREACH(w, &kf->entries)
	{
		e = entry_of(w);
		if (e->owned)
			fprintf(f, "%s %u %s %u\n", e->key.ifname, e->key.vni,
				ip_format(&e->key.address, buf), e->key.remote_vni);
	}
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}

static void write_file(struct fdb_flood *kf)
{
	char *text = kf->path[0] ? own_ones(kf) : NULL;

	if (!text)
		return;
	if (kf->written && !strcmp(text, kf->written)) {
		free(text);
		return;
	}
	if (!own_file_put(kf->path, text))
		log_error(
			"%s: %s; a restart will not know which entries of flooding lists are its own",
			kf->path, strerror(errno));
	free(kf->written);
	kf->written = text;
}

/* ---- what the devices have ---- */

static const struct fact_link *device(const struct fdb_flood *kf, const char *ifname)
{
	return links_by_name(kf->links, ifname);
}

/* Why there can be no such entry; NULL: there can. */
static const char *obstacle(const struct fact_link *dev, const struct flood_key *k,
			    char text[LINE_MAX_LEN], enum wish_status *status)
{
	*status = WISH_REFUSED;
	if (!dev) {
		*status = WISH_PENDING;
		snprintf(text, LINE_MAX_LEN, "there is no device %s yet", k->ifname);
	} else if (strcmp(dev->kind, "vxlan")) {
		snprintf(text, LINE_MAX_LEN, "%s is no VXLAN device", k->ifname);
	} else if (!dev->vxlan_external && dev->vxlan_vni != k->vni) {
		snprintf(text, LINE_MAX_LEN, "%s is for VNI %u, not for %u", k->ifname,
			 dev->vxlan_vni, k->vni);
	} else {
		return NULL;
	}
	return text;
}

struct look {
	struct fdb_flood *kf;
	const struct fact_link *dev;
};

static void take(void *data, const struct nl_flood *f)
{
	const struct look *l = data;
	struct flood_key key = {.address = f->dst};
	struct wished *w;

	memcpy(key.ifname, l->dev->ifname, sizeof(key.ifname));
	key.vni = l->dev->vxlan_external ? f->src_vni : l->dev->vxlan_vni;
	key.remote_vni = f->vni ? f->vni : key.vni;
	w = reconcile_find(&l->kf->entries, &key);
	if (w)
		entry_of(w)->there = true;
}

/* Return: false when a device could not be read; then nothing is done about any. */
static bool look(struct fdb_flood *kf)
{
	const struct entry *before = NULL;
	struct nl_err err;
	struct wished *w;

	RECONCILE_FOREACH(w, &kf->entries)
	entry_of(w)->there = false;
	RECONCILE_FOREACH(w, &kf->entries)
	{
		const struct entry *e = entry_of(w);
		struct look l = {kf, device(kf, e->key.ifname)};
		bool same = before && !strncmp(before->key.ifname, e->key.ifname, IFNAMSIZ);

		before = e;
		if (same || !l.dev || strcmp(l.dev->kind, "vxlan"))
			continue;
		if (nl_flood_dump(kf->nl, l.dev->ifindex, take, &l, &err)) {
			log_error("%s: reading its flooding list: %s", e->key.ifname, err.text);
			return false;
		}
	}
	return true;
}

static void tell(struct fdb_flood *kf, struct entry *e, enum wish_status status, const char *text)
{
	struct flood_result r = {.key = e->key, .status = status};

	if (!reconcile_became(&e->w, status, 0, text))
		return;
	snprintf(r.text, sizeof(r.text), "%s", text);
	kf->fn(kf->data, &r);
}

static struct nl_flood to_kernel(const struct fact_link *dev, const struct flood_key *k)
{
	return (struct nl_flood){
		.ifindex = dev->ifindex,
		.dst = k->address,
		.src_vni = dev->vxlan_external ? k->vni : 0,
		.vni = k->remote_vni != k->vni ? k->remote_vni : 0,
	};
}

static void make(struct fdb_flood *kf, struct entry *e)
{
	const struct fact_link *dev = device(kf, e->key.ifname);
	char text[LINE_MAX_LEN], buf[IP_STRLEN];
	enum wish_status status;
	struct nl_flood f;
	struct nl_err err;

	if (obstacle(dev, &e->key, text, &status)) {
		tell(kf, e, status, text);
		return;
	}
	if (!e->there && e->w.told && e->w.became.status == WISH_INSTALLED)
		log_limited(&kf->said, LOG_LEVEL_WARNING, LOG_LOCAL, e->key.ifname,
			    "somebody else has taken %s out of its flooding list; putting it right",
			    ip_format(&e->key.address, buf));
	f = to_kernel(dev, &e->key);
	if (!e->there && nl_flood_add(kf->nl, &f, &err)) {
		e->owned = false;
		if (e->w.became.status != WISH_REFUSED)
			log_limited(&kf->said, LOG_LEVEL_ERROR, LOG_LOCAL, e->key.ifname,
				    "flooding to %s: %s", ip_format(&e->key.address, buf),
				    err.text);
		tell(kf, e, WISH_REFUSED, err.text);
		return;
	}
	tell(kf, e, WISH_INSTALLED, "");
}

static void unmake(struct fdb_flood *kf, struct entry *e)
{
	const struct fact_link *dev = device(kf, e->key.ifname);
	char buf[IP_STRLEN];
	struct nl_flood f;
	struct nl_err err;

	e->owned = false;
	if (!dev || !e->there)
		return;
	f = to_kernel(dev, &e->key);
	if (nl_flood_del(kf->nl, &f, &err) && err.error != ENOENT)
		log_limited(&kf->said, LOG_LEVEL_ERROR, LOG_LOCAL, e->key.ifname,
			    "not flooding to %s any more: %s", ip_format(&e->key.address, buf),
			    err.text);
}

/* What will be ours when all is made: written down before. */
static void claim(struct fdb_flood *kf)
{
	char text[LINE_MAX_LEN];
	enum wish_status status;
	struct wished *w;

	RECONCILE_FOREACH(w, &kf->entries)
	{
		struct entry *e = entry_of(w);

		if (!e->there)
			e->owned = w->wished &&
				   !obstacle(device(kf, e->key.ifname), &e->key, text, &status);
	}
	write_file(kf);
}

static int work(sd_event_source *source, void *data)
{
	struct fdb_flood *kf = data;
	struct wished *w, *next;

	if (RB_EMPTY(&kf->entries.tree))
		timer_stop(&kf->look_again);
	else
		timer_start(&kf->look_again, LOOK_AGAIN_MS);
	if (!look(kf))
		return 0;
	claim(kf);
	RECONCILE_FOREACH_SAFE(w, &kf->entries, next)
	{
		struct entry *e = entry_of(w);

		if (w->wished) {
			make(kf, e);
			continue;
		}
		if (e->owned && w->stale)
			continue; /* nobody has said yet that it is not needed any more */
		if (e->owned)
			unmake(kf, e);
		reconcile_drop(&kf->entries, w);
	}
	write_file(kf);
	return 0;
}

static void on_look_again(void *data)
{
	work_later(data);
}

/* ---- wishes ---- */

void fdb_flood_wish(struct fdb_flood *kf, const struct flood_key *key)
{
	if (reconcile_wish(&kf->entries, key))
		work_later(kf);
}

void fdb_flood_wish_gone(struct fdb_flood *kf, const struct flood_key *key)
{
	if (reconcile_unwish(&kf->entries, key))
		work_later(kf);
}

void fdb_flood_sweep(struct fdb_flood *kf)
{
	reconcile_sweep(&kf->entries, NULL, NULL);
	work_later(kf);
}

void fdb_flood_replay(struct fdb_flood *kf)
{
	reconcile_replay(&kf->entries);
}

void fdb_flood_link(struct fdb_flood *kf, const struct fact_link *fact)
{
	struct wished *w;

	RECONCILE_FOREACH(w, &kf->entries)
	{
		if (strncmp(entry_of(w)->key.ifname, fact->ifname, IFNAMSIZ))
			continue;
		work_later(kf);
		return;
	}
}

/* ---- life ---- */

struct fdb_flood *fdb_flood_new(sd_event *event, const char *path, const struct links *links,
				fdb_flood_fn fn, void *data)
{
	struct fdb_flood *kf = calloc(1, sizeof(*kf));
	int r;

	if (!kf)
		return NULL;
	kf->links = links;
	kf->fn = fn;
	kf->data = data;
	kf->entries = RECONCILE_INIT(struct entry, key, key_cmp);
	timer_init(&kf->look_again, event, 1000000, on_look_again, kf);
	if (path)
		snprintf(kf->path, sizeof(kf->path), "%s", path);
	kf->nl = nl_open(NETLINK_ROUTE);
	r = kf->nl ? sd_event_add_defer(event, &kf->later, work, kf) : -errno;
	if (r < 0) {
		fdb_flood_free(kf);
		errno = -r;
		return NULL;
	}
	sd_event_source_set_enabled(kf->later, SD_EVENT_OFF);
	read_file(kf);
	return kf;
}

void fdb_flood_free(struct fdb_flood *kf)
{
	if (!kf)
		return;
	reconcile_free(&kf->entries);
	sd_event_source_disable_unref(kf->later);
	timer_done(&kf->look_again);
	nl_close(kf->nl);
	free(kf->written);
	free(kf);
}
