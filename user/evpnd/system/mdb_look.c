// SPDX-License-Identifier: GPL-2.0-only
/*
 * mdb_look.c - see mdb_table.h: all bridges are read. What has our mark and nobody has wished is a predecessor's; hosts may
 * want it as well, and so it is left to the bridge.
 */
#include <stdlib.h>

#include "log.h"
#include "system/mdb_table.h"

/** struct strays - entries with our mark that are not in the table */
struct strays {
	struct mdb *m;
	struct nl_mdb *list;
	size_t n;
	size_t cap;
};

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
	struct mdb_job j = {.m = m};

	for (size_t i = 0; i < s->n; i++) {
		struct nl_mdb k = s->list[i];

		k.permanent = false;
		mdb_job_put(&j, 0, &k);
		if (j.n < MDB_BATCH_MAX && i + 1 < s->n)
			continue;
		mdb_job_send(&j);
		j.n = 0;
	}
}

static void foreign_not_there(struct mdb *m)
{
	struct wished *w, *next;

	RECONCILE_FOREACH_SAFE(w, &m->foreign, next)
	if (!((struct foreign *)w)->there)
		mdb_foreign_gone(m, (struct foreign *)w);
}

static void see(void *data, const struct nl_mdb *k)
{
	struct strays *s = data;
	struct mdb_entry *e = ip_is_none(&k->source) ? mdb_find(s->m, k) : NULL;

	if (mdb_foreign_see(&s->m->foreign, k) && e)
		mdb_yield(s->m, e);
	else if (mdb_is_ours(k) && e)
		e->there = true;
	else if (mdb_is_ours(k) && s->m->swept)
		take_stray(s, k);
}

/* Return: all bridges were read */
bool mdb_look(struct mdb *m)
{
	struct strays s = {.m = m};
	struct nl_err err;
	struct wished *w;
	int r;

	RECONCILE_FOREACH(w, &m->entries)
	mdb_entry(w)->there = false;
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
	if (!w->wished && !mdb_must_wait(m, mdb_entry(w)))
		mdb_drop(m, mdb_entry(w));
	m->swept = true;
	mdb_look(m);
}

void mdb_replay(struct mdb *m)
{
	m->swept = false;
	reconcile_replay(&m->entries);
}

/* News were lost, or a bridge shows again what it has. */
void mdb_look_again(void *data)
{
	struct mdb *m = data;
	struct wished *w;

	if (!mdb_look(m))
		return;
	RECONCILE_FOREACH(w, &m->entries)
	if (w->wished && !w->stale && !mdb_entry(w)->there)
		mdb_changed(m, mdb_entry(w));
}
