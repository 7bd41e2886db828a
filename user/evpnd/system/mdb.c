// SPDX-License-Identifier: GPL-2.0-only
/*
 * mdb.c - see mdb.h and mdb_table.h: life, and what others do to entries. That is heard (RTNLGRP_MDB), and the speaker wishes
 * again what was ours.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "system/links.h"
#include "system/mdb_table.h"

enum { RECEIVE_OCTETS = 1 << 20 };

/* ---- devices ---- */

bool mdb_has(const struct mdb *m, const struct mdb_key *key)
{
	return reconcile_find(&m->entries, key);
}

void mdb_link(struct mdb *m, const struct fact_link *now, const struct fact_link *was)
{
	struct mdb_key keys[MDB_BATCH_MAX];
	struct wished *w;
	uint32_t n;

	if (strcmp(now->kind, "bridge") || !mdb_is_ready(now))
		return;
	do {
		n = 0;
		RECONCILE_FOREACH(w, &m->entries)
		if (!w->wished && mdb_entry(w)->bridge == now->ifindex && n < MDB_BATCH_MAX)
			keys[n++] = mdb_entry(w)->key;
		mdb_take_some(m, keys, n, true);
	} while (n == MDB_BATCH_MAX);
	/* Until then it did not show what it has. */
	if (!(was && mdb_is_ready(was)) && !timer_running(&m->look))
		timer_start(&m->look, MDB_LOOK_MS);
}

/* ---- what the speaker is told ---- */

void mdb_tell(struct mdb *m, const struct mdb_result *results, uint32_t n)
{
	struct batch *out = n ? malloc(BATCH_LEN(struct mdb_result, n)) : NULL;

	if (!out)
		return;
	*out = (struct batch){.n = n};
	memcpy(out + 1, results, n * sizeof(*results));
	m->fn(m->data, IPC_WISH_MDB_RESULT, out, BATCH_LEN(struct mdb_result, n));
	free(out);
}

bool mdb_is_ours(const struct nl_mdb *e)
{
	return e->protocol == NL_MDB_PROTOCOL && e->permanent && ip_is_none(&e->source);
}

struct mdb_entry *mdb_find(const struct mdb *m, const struct nl_mdb *e)
{
	const struct mdb_key key = {.port = e->port, .vid = e->vid, .group = e->group};

	return mdb_entry(reconcile_find(&m->entries, &key));
}

/* ---- what operators have put there ---- */

/* An operator's entry is there: it stays, and says what he wants. Return: it is so */
bool mdb_is_foreign(struct mdb *m, const struct mdb_key *key, struct mdb_result *r)
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

static void tell_pending(struct mdb *m, const struct mdb_key *key, const char *text)
{
	struct mdb_result r = {.key = *key, .status = WISH_PENDING, .error = EAGAIN};

	snprintf(r.text, sizeof(r.text), "%s", text);
	mdb_tell(m, &r, 1);
}

void mdb_changed(struct mdb *m, const struct mdb_entry *e)
{
	tell_pending(m, &e->key, "somebody else has changed it");
}

/* He has made it his, whatever it was. */
void mdb_yield(struct mdb *m, struct mdb_entry *e)
{
	struct mdb_result r = {.key = e->key};
	bool told = e->w.wished && !e->w.stale;

	mdb_drop(m, e);
	if (told && mdb_is_foreign(m, &r.key, &r))
		mdb_tell(m, &r, 1);
}

void mdb_foreign_gone(struct mdb *m, struct foreign *f)
{
	struct mdb_key key = f->key;
	bool refused = f->refused;

	reconcile_drop(&m->foreign, &f->w);
	if (refused)
		tell_pending(m, &key, "somebody else has taken his entry out");
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
	struct mdb_entry *e;
	struct foreign *f;

	if (!ip_is_none(&k->source))
		return;
	e = mdb_find(m, k);
	if (!news->gone && mdb_foreign_see(&m->foreign, k)) {
		if (e)
			mdb_yield(m, e);
		return;
	}
	f = mdb_foreign_find(&m->foreign, &key);
	if (f)
		mdb_foreign_gone(m, f);
	if (e && e->w.wished && !e->w.stale && (news->gone || !mdb_is_ours(k)))
		mdb_changed(m, e);
}

/* A port's limit, or a VLAN's (mcast_max_groups), may be another one: no message says what has changed. */
static void hear_of_limits(struct mdb *m, const struct nlmsghdr *nlh)
{
	if ((nlh->nlmsg_type == RTM_NEWLINK || nlh->nlmsg_type == RTM_NEWVLAN) && m->refused &&
	    !timer_running(&m->room))
		timer_start(&m->room, MDB_ROOM_MS);
}

static void on_room(void *data)
{
	struct mdb *m = data;

	m->refused = false;
	m->fn(m->data, IPC_FACT_MDB_ROOM, NULL, 0);
}

static int on_message(void *data, const struct nlmsghdr *nlh)
{
	struct news news = {data, nl_mdb_is_del(nlh)};

	hear_of_limits(news.m, nlh);
	nl_mdb_each(nlh, hear, &news);
	return 0;
}

void mdb_news(struct mdb *m)
{
	if (nl_receive(m->listener, on_message, m) == -ENOBUFS && !timer_running(&m->look))
		timer_start(&m->look, MDB_LOOK_MS);
}

static int on_readable(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	mdb_news(data);
	return 0;
}

/* ---- life ---- */

static int join_groups(struct nl *listener)
{
	static const int groups[] = {RTNLGRP_MDB, RTNLGRP_LINK, RTNLGRP_BRVLAN};
	int r = 0;

	for (size_t i = 0; !r && i < sizeof(groups) / sizeof(groups[0]); i++)
		r = nl_join(listener, groups[i]);
	return r;
}

static int listen_to_bridges(struct mdb *m, sd_event *event)
{
	int r;

	m->requests = nl_open(NETLINK_ROUTE);
	m->listener = m->requests ? nl_open_listener(NETLINK_ROUTE, RECEIVE_OCTETS) : NULL;
	if (!m->listener)
		return -errno;
	r = join_groups(m->listener);
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
	m->entries = RECONCILE_INIT(struct mdb_entry, key, mdb_key_cmp);
	m->foreign = mdb_foreign_init();
	timer_init(&m->look, event, 100000, mdb_look_again, m);
	timer_init(&m->room, event, 100000, on_room, m);
	r = listen_to_bridges(m, event);
	if (!r) {
		mdb_look(m);
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
	mdb_drop(m, mdb_entry(w));
	reconcile_free(&m->foreign);
	sd_event_source_disable_unref(m->readable);
	timer_done(&m->look);
	timer_done(&m->room);
	nl_close(m->listener);
	nl_close(m->requests);
	free(m);
}
