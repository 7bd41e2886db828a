// SPDX-License-Identifier: GPL-2.0-only
/*
 * mdb.c - see mdb.h. Kept is which entries are ours and what they say, so that one can be left to the bridge
 * as it is. What somebody else does to one of them is heard (RTNLGRP_MDB), and the speaker wishes it again.
 */
#include "system/mdb.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "contract/member.h"
#include "log.h"
#include "nl_mdb.h"
#include "system/links.h"
#include "system/mdb_foreign.h"
#include "system/reconcile.h"
#include "timer.h"

_Static_assert((int)MDB_SOURCES_MAX == (int)NL_MDB_SOURCES_MAX, "as many as the kernel takes");

enum {
	RECEIVE_OCTETS = 1 << 20,
	LOOK_MS = 1000, /* at most so often all bridges are read, because news were lost */
	LINKS_MAX = 3,	/* a port is a bond's VLAN of a VLAN at most */
	BATCH_OCTETS = MDB_BATCH_MAX * NL_MDB_REQUEST_LEN,
};

_Static_assert((int)MDB_BATCH_MAX <= (int)NL_BATCH_MAX, "a batch is one batch of requests");

/**
 * struct entry - an entry of ours: wished, or to be taken out when its bridge allows it
 * @bridge: its ifindex
 * @weight: entries that it takes in the bridge
 * @there: found at a look
 */
struct entry {
	struct wished w;
	struct mdb_key key;
	uint32_t bridge;
	uint16_t n_sources;
	uint8_t mode;
	bool there;
	struct mdb_source *sources;
};

struct mdb {
	const struct links *links;
	mdb_fn fn;
	void *data;
	struct nl *requests;
	struct nl *listener;
	sd_event_source *readable;
	struct timer look;
	struct reconcile entries;
	struct reconcile foreign;
	bool swept;	  /* what has our mark and is not in the table is a predecessor's */
	uint32_t counted; /* ifindex of the bridge of which @count are ours; 0: none was counted */
	uint32_t counted_port; /* and @count_port of them are at that port */
	size_t count;
	size_t count_port;
	_Alignas(8) char buf[BATCH_OCTETS];
};

static struct entry *entry_of(struct wished *w)
{
	return (struct entry *)w;
}

static void drop(struct mdb *m, struct entry *e)
{
	free(e->sources);
	reconcile_drop(&m->entries, &e->w);
}

/* ---- can there be such a wish? ---- */

bool mdb_key_ok(const struct mdb_key *k, const char **why)
{
	*why = "an entry of a bridge with an impossible key";
	return k->port && k->vid <= 4094 && !esi_is_reserved(&k->esi) && member_group_ok(&k->group);
}

bool mdb_ok(const struct wish_mdb *w, const char **why)
{
	if (!mdb_key_ok(&w->key, why))
		return false;
	*why = "an impossible entry of a bridge";
	if (w->n_sources > MDB_SOURCES_MAX || !ipc_is_bool(&w->temporary) ||
	    (w->mode != MEMBER_INCLUDE && w->mode != MEMBER_EXCLUDE))
		return false;
	for (uint16_t i = 0; i < w->n_sources; i++)
		if (!member_source_ok(&w->key.group, w->sources[i].addr))
			return false;
	return w->n_sources || w->mode == MEMBER_EXCLUDE;
}

const struct fact_link *mdb_segment_of(const struct mdb *m, const struct mdb_key *key)
{
	const struct fact_link *l = links_by_index(m->links, key->port);

	for (int i = 1; l && l->link && !strcmp(l->kind, "vlan") && i < LINKS_MAX; i++)
		l = links_by_index(m->links, l->link);
	return l;
}

bool mdb_has(const struct mdb *m, const struct mdb_key *key)
{
	return reconcile_find(&m->entries, key);
}

static const struct fact_link *bridge_of(const struct mdb *m, uint32_t port)
{
	const struct fact_link *l = links_by_index(m->links, port);
	const struct fact_link *master =
		l && l->master ? links_by_index(m->links, l->master) : NULL;

	return master && !strcmp(master->kind, "bridge") ? master : NULL;
}

/* A bridge that does not look at groups, or is down, lets nobody change them. */
static bool is_ready(const struct fact_link *bridge)
{
	return bridge->mcast_snooping && bridge->flags & IFF_UP;
}

/* ---- requests ---- */

static struct nl_mdb to_kernel(const struct entry *e, bool permanent)
{
	struct nl_mdb n = {.bridge = e->bridge,
			   .port = e->key.port,
			   .vid = e->key.vid,
			   .group = e->key.group,
			   .permanent = permanent,
			   .exclude = e->mode == MEMBER_EXCLUDE,
			   .n_sources = e->n_sources};

	for (uint16_t i = 0; i < e->n_sources; i++)
		n.sources[i] = ip_from_bytes(e->sources[i].addr, e->key.group.len);
	return n;
}

/** struct job - requests of one batch; @of: what each of them is about; @failed: what became of it */
struct job {
	struct mdb *m;
	size_t len;
	unsigned int n;
	unsigned int of[MDB_BATCH_MAX];
	struct nl_err failed[MDB_BATCH_MAX];
};

static void refused(void *data, unsigned int index, const struct nl_err *err)
{
	struct job *j = data;

	j->failed[index] = *err;
}

static void job_put(struct job *j, unsigned int of, const struct nlmsghdr *nlh)
{
	j->of[j->n] = of;
	j->failed[j->n++].error = 0;
	j->len += MNL_ALIGN(nlh->nlmsg_len);
}

static void job_send(struct job *j)
{
	int e = j->n ? nl_batch(j->m->requests, j->m->buf, j->len, refused, j) : 0;

	for (unsigned int i = 0; e && i < j->n; i++)
		nl_err_set(&j->failed[i], -e, "%s", strerror(-e));
}

/* ---- wishes ---- */

/* What one takes of a bridge: an entry for itself, and one for each source. */
static size_t weight(const struct entry *e)
{
	return 1u + e->n_sources;
}

static void count_entry(struct mdb *m, const struct entry *e, size_t before)
{
	if (e->bridge != m->counted)
		return;
	m->count += weight(e) - before;
	if (e->key.port == m->counted_port)
		m->count_port += weight(e) - before;
}

/* What all of ours take, and those of a port: counted once for as long as a batch is about it. */
static void count_bridge(struct mdb *m, uint32_t bridge, uint32_t port)
{
	struct wished *w;

	if (m->counted == bridge && m->counted_port == port)
		return;
	m->counted = bridge;
	m->counted_port = port;
	m->count = 0;
	m->count_port = 0;
	RECONCILE_FOREACH(w, &m->entries)
	count_entry(m, entry_of(w), 0);
}

/*
 * A bridge that has more groups than it has room for stops looking at groups. Half of the room is left for
 * what it hears itself. Of the other half a port gets as much as it leaves to others: a customer who joins all
 * groups that there are takes none from the next. What is there already may stay.
 */
static bool has_room(struct mdb *m, const struct fact_link *bridge, const struct entry *e,
		     const struct wish_mdb *w, char *text, size_t len)
{
	size_t max = bridge->mcast_hash_max / 2, needs = 1u + w->n_sources, mine;

	count_bridge(m, bridge->ifindex, w->key.port);
	mine = e && e->bridge == bridge->ifindex ? weight(e) : 0;
	if (needs <= mine || m->count + m->count_port + 2 * (needs - mine) <= max)
		return true;
	snprintf(
		text, len,
		"%s has room for %u groups (mcast_hash_max): half of it is for other PEs' groups, and "
		"this port has its share of that",
		bridge->ifname, bridge->mcast_hash_max);
	return false;
}

static bool set_content(struct mdb *m, struct entry *e, const struct wish_mdb *w, uint32_t bridge)
{
	struct mdb_source *sources = NULL;
	size_t was = e->bridge == bridge ? weight(e) : 0;

	if (w->n_sources) {
		sources = reallocarray(NULL, w->n_sources, sizeof(*sources));
		if (!sources)
			return false;
		memcpy(sources, w->sources, w->n_sources * sizeof(*sources));
	}
	free(e->sources);
	e->sources = sources;
	e->n_sources = w->n_sources;
	e->mode = w->mode;
	e->bridge = bridge;
	count_entry(m, e, was);
	return true;
}

static void pend(struct mdb_result *r, const char *text)
{
	r->status = WISH_PENDING;
	snprintf(r->text, sizeof(r->text), "%s", text);
}

/* An operator's entry is there: it stays, and says what he wants. Return: it is so */
static bool is_foreign(struct mdb *m, const struct mdb_key *key, struct mdb_result *r)
{
	struct foreign *f = mdb_foreign_find(&m->foreign, key);

	if (!f)
		return false;
	f->key = *key;
	f->refused = true;
	r->status = WISH_REFUSED;
	r->error = EEXIST;
	snprintf(r->text, sizeof(r->text),
		 "somebody else has put a permanent entry there, which stays as it is");
	return true;
}

/* Our entry for a wish, up to date; or NULL, and @r says why. */
static struct entry *prepare(struct mdb *m, const struct wish_mdb *w, struct mdb_result *r)
{
	const struct fact_link *bridge = bridge_of(m, w->key.port);
	struct entry *e;

	if (!bridge) {
		pend(r, "its device is no port of a bridge");
		return NULL;
	}
	if (is_foreign(m, &w->key, r))
		return NULL;
	e = entry_of(reconcile_find(&m->entries, &w->key));
	if (!w->temporary && !has_room(m, bridge, e, w, r->text, sizeof(r->text))) {
		r->status = WISH_REFUSED;
		r->error = ENOSPC;
		return NULL;
	}
	e = entry_of(reconcile_wish(&m->entries, &w->key));
	if (e && set_content(m, e, w, bridge->ifindex))
		return e;
	if (e)
		drop(m, e);
	pend(r, "out of memory");
	return NULL;
}

/* Linux before 6.2 does not know the attribute, and says no more than that. */
static const char *why_not(const struct nl_err *err)
{
	return strstr(err->text, "nknown attribute") ?
		       "this kernel's bridges cannot mark entries (Linux 6.2 can): nothing is put into them" :
		       err->text;
}

static void wished(struct mdb *m, const struct wish_mdb *w, const struct nl_err *err,
		   struct mdb_result *r)
{
	struct wished *found = reconcile_find(&m->entries, &w->key);

	if (err->error) {
		r->status = WISH_REFUSED;
		r->error = (uint32_t)err->error;
		snprintf(r->text, sizeof(r->text), "%.159s", why_not(err));
	}
	/* What was there before, if anything, is the bridge's. */
	if (found && (err->error || w->temporary))
		drop(m, entry_of(found));
}

static void wish_some(struct mdb *m, const struct wish_mdb *w, struct mdb_result *r, uint32_t n)
{
	struct job j = {.m = m};

	m->counted = 0;
	for (uint32_t i = 0; i < n; i++) {
		const struct entry *e;
		struct nl_mdb k;

		r[i] = (struct mdb_result){.key = w[i].key, .status = WISH_INSTALLED};
		e = prepare(m, &w[i], &r[i]);
		if (!e)
			continue;
		k = to_kernel(e, !w[i].temporary);
		job_put(&j, i, nl_mdb_put(m->buf + j.len, &k));
	}
	job_send(&j);
	for (unsigned int i = 0; i < j.n; i++)
		wished(m, &w[j.of[i]], &j.failed[i], &r[j.of[i]]);
}

static void tell(struct mdb *m, const struct mdb_result *results, uint32_t n)
{
	struct batch *out = n ? malloc(BATCH_LEN(struct mdb_result, n)) : NULL;

	if (!out)
		return;
	*out = (struct batch){.n = n};
	memcpy(out + 1, results, n * sizeof(*results));
	m->fn(m->data, IPC_WISH_MDB_RESULT, out, BATCH_LEN(struct mdb_result, n));
	free(out);
}

void mdb_wish(struct mdb *m, const struct batch *b)
{
	const struct wish_mdb *w = batch_items(b);
	struct mdb_result r[MDB_BATCH_MAX];

	for (uint32_t i = 0; i < b->n; i += MDB_BATCH_MAX) {
		uint32_t n = b->n - i < MDB_BATCH_MAX ? b->n - i : MDB_BATCH_MAX;

		wish_some(m, w + i, r, n);
		tell(m, r, n);
	}
}

/* ---- taken back ---- */

/* Later, when the bridge is ready again. */
static bool must_wait(const struct mdb *m, const struct entry *e)
{
	const struct fact_link *bridge = bridge_of(m, e->key.port);

	return bridge && bridge->ifindex == e->bridge && !is_ready(bridge);
}

/* Is there something of ours, or of the bridge's, that can be taken out now? */
static bool may_take(struct mdb *m, const struct mdb_key *key, const struct entry *e, bool retain)
{
	struct foreign *f = mdb_foreign_find(&m->foreign, key);

	if (f)
		f->refused = false;
	if (f || !bridge_of(m, key->port))
		return false;
	return e ? !must_wait(m, e) : !retain;
}

static void gone_some(struct mdb *m, const struct mdb_key *keys, uint32_t n, bool retain)
{
	struct job j = {.m = m};

	for (uint32_t i = 0; i < n; i++) {
		struct entry *e = entry_of(reconcile_unwish(&m->entries, &keys[i]));
		const struct fact_link *bridge = bridge_of(m, keys[i].port);
		/* One that was left to the bridge is not in the table, and may be named all the same. */
		const struct entry plain = {.key = keys[i],
					    .mode = MEMBER_EXCLUDE,
					    .bridge = bridge ? bridge->ifindex : 0};
		struct nl_mdb k = to_kernel(e ? e : &plain, !retain);

		if (may_take(m, &keys[i], e, retain))
			job_put(&j, i,
				retain ? nl_mdb_put(m->buf + j.len, &k) :
					 nl_mdb_del(m->buf + j.len, &k));
		if (e && !must_wait(m, e))
			drop(m, e);
	}
	job_send(&j); /* one that is refused was not there */
}

void mdb_wish_gone(struct mdb *m, const struct batch *b)
{
	const struct mdb_key *keys = batch_items(b);

	for (uint32_t i = 0; i < b->n; i += MDB_BATCH_MAX)
		gone_some(m, keys + i, b->n - i < MDB_BATCH_MAX ? b->n - i : MDB_BATCH_MAX,
			  b->retain_ms);
}

void mdb_link(struct mdb *m, const struct fact_link *now, const struct fact_link *was)
{
	struct mdb_key keys[MDB_BATCH_MAX];
	struct wished *w;
	uint32_t n;

	if (strcmp(now->kind, "bridge") || !is_ready(now))
		return;
	do {
		n = 0;
		RECONCILE_FOREACH(w, &m->entries)
		if (!w->wished && entry_of(w)->bridge == now->ifindex && n < MDB_BATCH_MAX)
			keys[n++] = entry_of(w)->key;
		gone_some(m, keys, n, true);
	} while (n == MDB_BATCH_MAX);
	/* Until then it did not show what it has. */
	if (!(was && is_ready(was)) && !timer_running(&m->look))
		timer_start(&m->look, LOOK_MS);
}

/* ---- what nobody has wished ---- */

/** struct strays - entries with our mark that are not in the table */
struct strays {
	struct mdb *m;
	struct nl_mdb *list;
	size_t n;
	size_t cap;
};

static bool is_ours(const struct nl_mdb *e)
{
	return e->protocol == NL_MDB_PROTOCOL && e->permanent && ip_is_none(&e->source);
}

static struct entry *find_entry(const struct mdb *m, const struct nl_mdb *e)
{
	const struct mdb_key key = {.port = e->port, .vid = e->vid, .group = e->group};

	return entry_of(reconcile_find(&m->entries, &key));
}

static void take_stray(struct strays *s, const struct nl_mdb *e)
{
	struct nl_mdb *more;

	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 16;

		more = reallocarray(s->list, cap, sizeof(*more));
		if (!more)
			return;
		s->list = more;
		s->cap = cap;
	}
	s->list[s->n++] = *e;
}

static void leave_strays(struct mdb *m, const struct strays *s)
{
	struct job j = {.m = m};

	for (size_t i = 0; i < s->n; i++) {
		struct nl_mdb k = s->list[i];

		k.permanent = false;
		job_put(&j, 0, nl_mdb_put(m->buf + j.len, &k));
		if (j.n < MDB_BATCH_MAX && i + 1 < s->n)
			continue;
		job_send(&j);
		j.n = 0;
		j.len = 0;
	}
}

static void tell_pending(struct mdb *m, const struct mdb_key *key, const char *text)
{
	struct mdb_result r = {.key = *key, .status = WISH_PENDING, .error = EAGAIN};

	snprintf(r.text, sizeof(r.text), "%s", text);
	tell(m, &r, 1);
}

static void changed(struct mdb *m, const struct entry *e)
{
	tell_pending(m, &e->key, "somebody else has changed it");
}

/* ---- what operators have put there ---- */

/* He has made it his, whatever it was. */
static void yield_to(struct mdb *m, struct entry *e)
{
	struct mdb_result r = {.key = e->key};
	bool told = e->w.wished && !e->w.stale;

	drop(m, e);
	if (told && is_foreign(m, &r.key, &r))
		tell(m, &r, 1);
}

static void foreign_gone(struct mdb *m, struct foreign *f)
{
	struct mdb_key key = f->key;
	bool refused = f->refused;

	reconcile_drop(&m->foreign, &f->w);
	if (refused)
		tell_pending(m, &key, "somebody else has taken his entry out");
}

static void foreign_not_there(struct mdb *m)
{
	struct wished *w, *next;

	RECONCILE_FOREACH_SAFE(w, &m->foreign, next)
	if (!((struct foreign *)w)->there)
		foreign_gone(m, (struct foreign *)w);
}

/* ---- all that there is ---- */

static void see(void *data, const struct nl_mdb *k)
{
	struct strays *s = data;
	struct entry *e = ip_is_none(&k->source) ? find_entry(s->m, k) : NULL;

	if (mdb_foreign_see(&s->m->foreign, k) && e)
		yield_to(s->m, e);
	else if (is_ours(k) && e)
		e->there = true;
	else if (is_ours(k) && s->m->swept)
		take_stray(s, k);
}

/* Return: all bridges were read */
static bool look(struct mdb *m)
{
	struct strays s = {.m = m};
	struct nl_err err;
	struct wished *w;
	int r;

	RECONCILE_FOREACH(w, &m->entries)
	entry_of(w)->there = false;
	RECONCILE_FOREACH(w, &m->foreign)
	((struct foreign *)w)->there = false;
	r = nl_mdb_dump(m->requests, see, &s, &err);
	if (r)
		log_error("bridges: reading their groups: %s", err.text);
	else
		foreign_not_there(m);
	leave_strays(m, &s);
	free(s.list);
	return !r;
}

void mdb_sweep(struct mdb *m)
{
	struct wished *w, *next;

	reconcile_sweep(&m->entries, NULL, NULL);
	RECONCILE_FOREACH_SAFE(w, &m->entries, next)
	if (!w->wished && !must_wait(m, entry_of(w)))
		drop(m, entry_of(w));
	m->swept = true;
	look(m);
}

void mdb_replay(struct mdb *m)
{
	m->swept = false;
	reconcile_replay(&m->entries);
}

/* ---- what others do to them ---- */

struct news {
	struct mdb *m;
	bool gone;
};

static void hear(void *data, const struct nl_mdb *k)
{
	const struct news *news = data;
	struct mdb *m = news->m;
	const struct mdb_key key = {.port = k->port, .vid = k->vid, .group = k->group};
	struct entry *e;
	struct foreign *f;

	if (!ip_is_none(&k->source))
		return;
	e = find_entry(m, k);
	if (!news->gone && mdb_foreign_see(&m->foreign, k)) {
		if (e)
			yield_to(m, e);
		return;
	}
	f = mdb_foreign_find(&m->foreign, &key);
	if (f)
		foreign_gone(m, f);
	if (e && e->w.wished && !e->w.stale && (news->gone || !is_ours(k)))
		changed(m, e);
}

static int on_message(void *data, const struct nlmsghdr *nlh)
{
	struct news news = {data, nl_mdb_is_del(nlh)};

	nl_mdb_each(nlh, hear, &news);
	return 0;
}

static int on_readable(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct mdb *m = data;

	if (nl_receive(m->listener, on_message, m) == -ENOBUFS && !timer_running(&m->look))
		timer_start(&m->look, LOOK_MS);
	return 0;
}

/* News were lost, or a bridge shows again what it has. */
static void on_look(void *data)
{
	struct mdb *m = data;
	struct wished *w;

	if (!look(m))
		return;
	RECONCILE_FOREACH(w, &m->entries)
	if (w->wished && !w->stale && !entry_of(w)->there)
		changed(m, entry_of(w));
}

/* ---- life ---- */

static int listen_to_bridges(struct mdb *m, sd_event *event)
{
	int r;

	m->requests = nl_open(NETLINK_ROUTE);
	m->listener = m->requests ? nl_open_listener(NETLINK_ROUTE, RECEIVE_OCTETS) : NULL;
	if (!m->listener)
		return -errno;
	r = nl_join(m->listener, RTNLGRP_MDB);
	if (!r)
		r = sd_event_add_io(event, &m->readable, nl_fd(m->listener), EPOLLIN, on_readable,
				    m);
	return r < 0 ? r : 0;
}

struct mdb *mdb_new(sd_event *event, const struct links *links, mdb_fn fn, void *data)
{
	struct mdb *m = calloc(1, sizeof(*m));
	int r;

	if (!m)
		return NULL;
	m->links = links;
	m->fn = fn;
	m->data = data;
	m->entries = RECONCILE_INIT(struct entry, key, mdb_key_cmp);
	m->foreign = mdb_foreign_init();
	timer_init(&m->look, event, 100000, on_look, m);
	r = listen_to_bridges(m, event);
	if (!r) {
		look(m);
		return m;
	}
	mdb_free(m);
	errno = -r;
	return NULL;
}

void mdb_free(struct mdb *m)
{
	struct wished *w, *next;

	if (!m)
		return;
	RECONCILE_FOREACH_SAFE(w, &m->entries, next)
	drop(m, entry_of(w));
	reconcile_free(&m->foreign);
	sd_event_source_disable_unref(m->readable);
	timer_done(&m->look);
	nl_close(m->listener);
	nl_close(m->requests);
	free(m);
}
