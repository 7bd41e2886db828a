// SPDX-License-Identifier: GPL-2.0-only
/*
 * mdb_wish.c - see mdb.h: what the speaker wishes, and what it takes back.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract/member.h"
#include "system/links.h"
#include "system/mdb_table.h"

_Static_assert((int)MDB_SOURCES_MAX == (int)NL_MDB_SOURCES_MAX, "as many as the kernel takes");

void mdb_drop(struct mdb *m, struct mdb_entry *e)
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

const struct fact_link *mdb_bridge_of(const struct mdb *m, uint32_t port)
{
	const struct fact_link *l = links_by_index(m->links, port);
	const struct fact_link *master =
		l && l->master ? links_by_index(m->links, l->master) : NULL;

	return master && !strcmp(master->kind, "bridge") ? master : NULL;
}

/* A bridge that does not look at groups, or is down, lets nobody change them. */
bool mdb_is_ready(const struct fact_link *bridge)
{
	return bridge->mcast_snooping && bridge->flags & IFF_UP;
}

static struct nl_mdb to_kernel(const struct mdb_entry *e, bool permanent)
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

/* ---- wishes ---- */

/* What one takes of a bridge: an entry for itself, and one for each source. */
static size_t weight(const struct mdb_entry *e)
{
	return 1u + e->n_sources;
}

static void count_entry(struct mdb *m, const struct mdb_entry *e, size_t before)
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
	count_entry(m, mdb_entry(w), 0);
}

/*
 * A bridge that has more groups than it has room for stops looking at groups. Half of the room is left for
 * what it hears itself. Of the other half a port gets as much as it leaves to others: a customer who joins all
 * groups that there are takes none from the next. What is there already may stay.
 */
static bool has_room(struct mdb *m, const struct fact_link *bridge, const struct mdb_entry *e,
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

static bool set_content(struct mdb *m, struct mdb_entry *e, const struct wish_mdb *w,
			uint32_t bridge)
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

/* Our entry for a wish, up to date; or NULL, and @r says why. */
static struct mdb_entry *prepare(struct mdb *m, const struct wish_mdb *w, struct mdb_result *r)
{
	const struct fact_link *bridge = mdb_bridge_of(m, w->key.port);
	struct mdb_entry *e;

	if (!bridge) {
		pend(r, "its device is no port of a bridge");
		return NULL;
	}
	if (mdb_is_foreign(m, &w->key, r))
		return NULL;
	e = mdb_entry(reconcile_find(&m->entries, &w->key));
	if (!w->temporary && !has_room(m, bridge, e, w, r->text, sizeof(r->text))) {
		r->status = WISH_REFUSED;
		r->error = ENOSPC;
		return NULL;
	}
	e = mdb_entry(reconcile_wish(&m->entries, &w->key));
	if (e && set_content(m, e, w, bridge->ifindex))
		return e;
	if (e)
		mdb_drop(m, e);
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
		mdb_drop(m, mdb_entry(found));
}

/*
 * The @n wishes that @of names. One of which we have no entry does not replace what is there, unless @replace: an
 * operator may have put it there a moment ago.
 *
 * Return: of how many that was so; they are in @of.
 */
static unsigned int wish_pass(struct mdb *m, const struct wish_mdb *w, struct mdb_result *r,
			      unsigned int *of, unsigned int n, bool replace)
{
	struct mdb_job j = {.m = m};
	bool fresh[MDB_BATCH_MAX];
	unsigned int taken = 0;

	m->counted = 0;
	for (unsigned int i = 0; i < n; i++) {
		const struct wish_mdb *one = &w[of[i]];
		const struct mdb_entry *e;
		struct nl_mdb k;

		fresh[j.n] = !replace && !mdb_has(m, &one->key);
		r[of[i]] = (struct mdb_result){.key = one->key, .status = WISH_INSTALLED};
		e = prepare(m, one, &r[of[i]]);
		if (!e)
			continue;
		k = to_kernel(e, !one->temporary);
		k.fresh = fresh[j.n];
		mdb_job_put(&j, of[i], &k);
	}
	mdb_job_send(&j);
	for (unsigned int i = 0; i < j.n; i++) {
		wished(m, &w[j.of[i]], &j.failed[i], &r[j.of[i]]);
		if (fresh[i] && j.failed[i].error == EEXIST)
			of[taken++] = j.of[i];
	}
	return taken;
}

/* What the bridge has heard itself becomes ours; whether it is that, or an operator's, the news tell. */
static void wish_some(struct mdb *m, const struct wish_mdb *w, struct mdb_result *r, uint32_t n)
{
	unsigned int of[MDB_BATCH_MAX], taken;

	for (uint32_t i = 0; i < n; i++)
		of[i] = i;
	taken = wish_pass(m, w, r, of, n, false);
	if (taken) {
		mdb_news(m);
		wish_pass(m, w, r, of, taken, true);
	}
	for (uint32_t i = 0; i < n; i++)
		m->refused |= r[i].status == WISH_REFUSED && r[i].error != EEXIST;
}

void mdb_wish(struct mdb *m, const struct batch *b)
{
	const struct wish_mdb *w = batch_items(b);
	struct mdb_result r[MDB_BATCH_MAX];

	mdb_news(m);
	for (uint32_t i = 0; i < b->n; i += MDB_BATCH_MAX) {
		uint32_t n = b->n - i < MDB_BATCH_MAX ? b->n - i : MDB_BATCH_MAX;

		wish_some(m, w + i, r, n);
		mdb_tell(m, r, n);
	}
}

/* ---- taken back ---- */

/* Later, when the bridge is ready again. */
bool mdb_must_wait(const struct mdb *m, const struct mdb_entry *e)
{
	const struct fact_link *bridge = mdb_bridge_of(m, e->key.port);

	return bridge && bridge->ifindex == e->bridge && !mdb_is_ready(bridge);
}

/* Is there something of ours, or of the bridge's, that can be taken out now? */
static bool may_take(struct mdb *m, const struct mdb_key *key, const struct mdb_entry *e,
		     bool retain)
{
	struct foreign *f = mdb_foreign_find(&m->foreign, key);

	if (f)
		f->refused = false;
	if (f || !mdb_bridge_of(m, key->port))
		return false;
	return e ? !mdb_must_wait(m, e) : !retain;
}

void mdb_take_some(struct mdb *m, const struct mdb_key *keys, uint32_t n, bool retain)
{
	struct mdb_job j = {.m = m};

	for (uint32_t i = 0; i < n; i++) {
		struct mdb_entry *e = mdb_entry(reconcile_unwish(&m->entries, &keys[i]));
		const struct fact_link *bridge = mdb_bridge_of(m, keys[i].port);
		/* One that was left to the bridge is not in the table, and may be named all the same. */
		const struct mdb_entry plain = {.key = keys[i],
						.mode = MEMBER_EXCLUDE,
						.bridge = bridge ? bridge->ifindex : 0};
		struct nl_mdb k = to_kernel(e ? e : &plain, !retain);

		if (may_take(m, &keys[i], e, retain))
			(retain ? mdb_job_put : mdb_job_del)(&j, i, &k);
		if (e && !mdb_must_wait(m, e))
			mdb_drop(m, e);
	}
	mdb_job_send(&j); /* one that is refused was not there */
}

void mdb_wish_gone(struct mdb *m, const struct batch *b)
{
	const struct mdb_key *keys = batch_items(b);

	mdb_news(m);
	for (uint32_t i = 0; i < b->n; i += MDB_BATCH_MAX)
		mdb_take_some(m, keys + i, b->n - i < MDB_BATCH_MAX ? b->n - i : MDB_BATCH_MAX,
			      b->retain_ms);
}
