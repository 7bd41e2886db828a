// SPDX-License-Identifier: GPL-2.0-only
/*
 * routes_nh.c - nexthop objects. Ours are named by what they contain: who wishes for the same hops after a
 * restart finds the object that is there, and no route changes. They are never changed; one that no route
 * has any more goes when all routes have been read. Those of routing daemons are known because a
 * message about a route may name an object and not say what is in it (net.ipv4.nexthop_compat_mode 0).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "log.h"
#include "system/routes_priv.h"

enum {
	/* FRR does not see routes whose object's id is from 200,000,000 on, and has ids from 1 on itself. */
	ID_FIRST = 150000000,
	ID_LAST = 150999999,
	ID_TRIES = 64,
	FOREIGN_GONE_MS = 5000,
	SPARE = 64,  /* objects that may be left over, and as many as are in use */
	MANY = 1024, /* of these they are looked for when routes go, too */
	COLLECT_MS = 10000,
};

static int nh_id_cmp(struct nhobj *a, struct nhobj *b)
{
	return a->nh.id < b->nh.id ? -1 : a->nh.id > b->nh.id;
}

static int nh_hops_cmp(struct nhobj *a, struct nhobj *b)
{
	int c = a->n_hops < b->n_hops ? -1 : a->n_hops > b->n_hops;

	for (unsigned int i = 0; !c && i < a->n_hops; i++)
		c = prefix_hop_cmp(&a->hops[i], &b->hops[i]);
	return c;
}

RB_PROTOTYPE_INTERNAL(nhobjs, nhobj, id_node, nh_id_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(nhobjs, nhobj, id_node, nh_id_cmp, static __attribute__((unused)))
RB_PROTOTYPE_INTERNAL(nhsets, nhobj, hops_node, nh_hops_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(nhsets, nhobj, hops_node, nh_hops_cmp, static __attribute__((unused)))

static struct nhobj *find(struct routes *r, uint32_t id)
{
	struct nhobj key = {.nh.id = id};

	return RB_FIND(nhobjs, &r->by_id, &key);
}

void nh_forget(struct routes *r, struct nhobj *o)
{
	RB_REMOVE(nhobjs, &r->by_id, o);
	if (o->own)
		RB_REMOVE(nhsets, &r->by_hops, o);
	free(o);
}

void nh_forget_all(struct routes *r)
{
	struct nhobj *o;

	while ((o = RB_MIN(nhobjs, &r->by_id)))
		nh_forget(r, o);
}

static void take_hops(struct routes *r, struct nhobj *o)
{
	o->n_hops = 0;
	if (!o->nh.n_members) {
		o->hops[o->n_hops++] = (struct prefix_hop){o->nh.hop.ifindex, o->nh.hop.gateway};
		return;
	}
	for (unsigned int i = 0; i < o->nh.n_members && o->n_hops < PREFIX_HOPS_MAX; i++) {
		const struct nhobj *m = find(r, o->nh.members[i]);

		if (m && m->n_hops)
			o->hops[o->n_hops++] = m->hops[0];
	}
	qsort(o->hops, o->n_hops, sizeof(o->hops[0]), prefix_hop_cmp);
}

static bool is_own(const struct nl_fib_nexthop *nh)
{
	return nh->protocol == NL_FIB_PROTOCOL && nh->id >= ID_FIRST && nh->id <= ID_LAST;
}

/* Those that have a name of their own: their number says what they are for, not what is in them. */
static bool is_group(const struct nl_fib_nexthop *nh)
{
	return nh->protocol == NL_FIB_PROTOCOL && nh->id >= CORE_GROUP_FIRST &&
	       nh->id <= CORE_GROUP_LAST;
}

static struct nhobj *add(struct routes *r, const struct nl_fib_nexthop *nh)
{
	struct nhobj *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->nh = *nh;
	take_hops(r, o);
	RB_INSERT(nhobjs, &r->by_id, o);
	/* of two with the same content the first one is taken, and the other one goes in time */
	o->own = is_own(nh) && !RB_INSERT(nhsets, &r->by_hops, o);
	return o;
}

void nh_heard(struct routes *r, const struct nl_fib_nexthop *nh)
{
	struct nhobj *o = find(r, nh->id);

	if (o && !nh->gone && !memcmp(&o->nh, nh, sizeof(*nh)))
		return;
	/* the kernel does not tell of the routes that go, or change, with it */
	if (o)
		routes_read_again(r, o->own || is_group(&o->nh) ? 0 : FOREIGN_GONE_MS);
	if (o)
		nh_forget(r, o);
	if (!nh->gone)
		add(r, nh);
}

static int take(void *data, const struct nlmsghdr *nlh)
{
	struct routes *r = data;
	struct nl_fib_nexthop nh;

	struct nhobj *o;

	if (!nl_fib_nexthop_parse(nlh, &nh))
		return 0;
	o = find(r, nh.id);
	if (o && memcmp(&o->nh, &nh, sizeof(nh)) != 0) {
		nh_forget(r, o);
		o = NULL;
	}
	if (!o)
		o = add(r, &nh);
	if (o)
		o->seen = true;
	return 0;
}

/* A group may come before its members: once more, when all are known. */
static void take_groups_again(struct routes *r)
{
	struct nhobj *o;

	RB_FOREACH(o, nhobjs, &r->by_id) {
		if (!o->nh.n_members)
			continue;
		if (o->own)
			RB_REMOVE(nhsets, &r->by_hops, o);
		take_hops(r, o);
		o->own = is_own(&o->nh) && !RB_INSERT(nhsets, &r->by_hops, o);
	}
}

/* Return: 0; -EINTR: there may be others; or another negative errno */
static int read_all(struct routes *r)
{
	char buf[NL_FIB_REQUEST_MAX];
	struct nl_err err;
	int e;

	e = nl_dump(r->requests, nl_fib_nexthop_dump_request(buf), take, r, &err);
	take_groups_again(r);
	return e;
}

int nh_read_all(struct routes *r)
{
	int e = read_all(r);

	return e == -EINTR ? 0 : e;
}

void nh_read_again(struct routes *r)
{
	struct nhobj *o, *next;

	RB_FOREACH(o, nhobjs, &r->by_id)
		o->seen = false;
	if (read_all(r))
		return;
	RB_FOREACH_SAFE(o, nhobjs, &r->by_id, next)
		if (!o->seen)
			nh_forget(r, o);
}

unsigned int nh_hops(struct routes *r, uint32_t id, struct prefix_hop hops[PREFIX_HOPS_MAX])
{
	const struct nhobj *o = find(r, id);

	if (!o)
		return 0;
	memcpy(hops, o->hops, o->n_hops * sizeof(hops[0]));
	return o->n_hops;
}

static void mark(struct routes *r, struct nhobj *o)
{
	if (o->used)
		return;
	o->used = true;
	for (unsigned int i = 0; i < o->nh.n_members; i++) {
		struct nhobj *m = find(r, o->nh.members[i]);

		if (m)
			m->used = true;
	}
}

void nh_used(struct routes *r, uint32_t id)
{
	struct nhobj *o = find(r, id);

	if (o)
		mark(r, o);
}

void nh_reading_begins(struct routes *r)
{
	struct nhobj *o;

	RB_FOREACH(o, nhobjs, &r->by_id)
		o->used = false;
	/* the hops of these are in use as long as they are */
	RB_FOREACH(o, nhobjs, &r->by_id)
		if (is_group(&o->nh))
			mark(r, o);
}

static void collect(struct routes *r, bool groups)
{
	char buf[NL_FIB_REQUEST_MAX];
	struct nhobj *o, *next;
	struct nl_err err;

	RB_FOREACH_SAFE(o, nhobjs, &r->by_id, next) {
		if (o->used || !is_own(&o->nh) || groups != !!o->nh.n_members)
			continue;
		if (nl_request(r->requests, nl_fib_nexthop_del(buf, o->nh.id), NULL, NULL, &err) &&
		    err.error != ENOENT) {
			log_error("nexthop object %u: %s", o->nh.id, err.text);
			continue;
		}
		nh_forget(r, o);
	}
}

static size_t count_own(struct routes *r)
{
	struct nhobj *o;
	size_t n = 0;

	RB_FOREACH(o, nhsets, &r->by_hops)
		n++;
	return n;
}

void nh_collect(struct routes *r)
{
	collect(r, true);
	collect(r, false);
	r->n_collected = count_own(r);
	r->n_made = 0;
	r->n_gone = 0;
}

void nh_users_gone(struct routes *r, unsigned int n)
{
	size_t objects = r->n_collected + r->n_made;

	r->n_gone += n;
	if (objects > MANY && r->n_gone > objects / 8)
		routes_read_again(r, COLLECT_MS);
}

static struct nhobj *make(struct routes *r, struct nl_fib_nexthop *nh, struct nl_err *err)
{
	char buf[NL_FIB_REQUEST_MAX];
	int e = -EEXIST;

	for (int i = 0; i < ID_TRIES && e == -EEXIST; i++) {
		/*
		 * zebra keeps an object as long as a route of its own list names it, also one that has long gone from
		 * the kernel, and makes the old one of a new one with its number: no number twice, also by another
		 * process than this one.
		 */
		if (!r->next_id)
			r->next_id = ID_FIRST + hash_seed() % (ID_LAST - ID_FIRST + 1);
		if (r->next_id > ID_LAST)
			r->next_id = ID_FIRST;
		nh->id = r->next_id++;
		if (!find(r, nh->id))
			e = nl_request(r->requests, nl_fib_nexthop_new(buf, nh), NULL, NULL, err);
	}
	if (e)
		return NULL;
	if (++r->n_made > r->n_collected + SPARE)
		routes_read_again(r, COLLECT_MS);
	return add(r, nh);
}

static struct nhobj *make_group(struct routes *r, const struct prefix_hop *hops, unsigned int n,
				struct nl_err *err)
{
	struct nl_fib_nexthop nh = {.protocol = NL_FIB_PROTOCOL, .n_members = n};

	for (unsigned int i = 0; i < n; i++) {
		const struct nhobj *m = nh_get(r, &hops[i], 1, err);

		if (!m)
			return NULL;
		nh.members[i] = m->nh.id;
	}
	return make(r, &nh, err);
}

struct nhobj *nh_get(struct routes *r, const struct prefix_hop *hops, unsigned int n,
		     struct nl_err *err)
{
	struct nl_fib_nexthop nh = {.protocol = NL_FIB_PROTOCOL};
	struct nhobj key = {.n_hops = n}, *o;

	memcpy(key.hops, hops, n * sizeof(hops[0]));
	o = RB_FIND(nhsets, &r->by_hops, &key);
	if (o) {
		mark(r, o);
		return o;
	}
	nl_err_set(err, ENOMEM, "no memory for a nexthop object");
	nh.hop = (struct nl_fib_hop){hops[0].ifindex, hops[0].gateway};
	o = n > 1 ? make_group(r, hops, n, err) : make(r, &nh, err);
	if (o)
		mark(r, o);
	return o;
}

/* ---- groups that have a name ---- */

static bool members(struct routes *r, const struct prefix_hop *hops, unsigned int n,
		    struct nl_fib_nexthop *nh, struct nl_err *err)
{
	for (unsigned int i = 0; i < n; i++) {
		const struct nhobj *m = nh_get(r, &hops[i], 1, err);

		if (!m)
			return false;
		nh->members[i] = m->nh.id;
	}
	nh->n_members = n;
	return true;
}

int nh_put_group(struct routes *r, uint32_t id, const struct prefix_hop *hops, unsigned int n,
		 struct nl_err *err)
{
	struct nhobj *o = find(r, id);
	char buf[NL_FIB_REQUEST_MAX];
	struct nl_fib_nexthop nh;
	int e;

	if (o && !is_group(&o->nh))
		return nl_err_set(err, EEXIST, "nexthop object %u is somebody else's", id);
	memset(&nh, 0, sizeof(nh)); /* compared as memory */
	nh.id = id;
	nh.protocol = NL_FIB_PROTOCOL;
	if (!members(r, hops, n, &nh, err))
		return -err->error;
	e = nl_request(r->requests, nl_fib_group_put(buf, &nh), NULL, NULL, err);
	if (e)
		return e;
	/* noted now: when the kernel tells of it, that is nothing new */
	if (o)
		nh_forget(r, o);
	o = add(r, &nh);
	if (o)
		mark(r, o);
	return 0;
}

bool nh_has_group(struct routes *r, uint32_t id, const struct prefix_hop *hops, unsigned int n)
{
	const struct nhobj *o = find(r, id);

	if (!o || !is_group(&o->nh) || o->nh.n_members != n || o->n_hops != n)
		return false;
	for (unsigned int i = 0; i < n; i++)
		if (prefix_hop_cmp(&o->hops[i], &hops[i]))
			return false;
	return true;
}

void nh_remove_group(struct routes *r, uint32_t id)
{
	struct nhobj *o = find(r, id);
	char buf[NL_FIB_REQUEST_MAX];
	struct nl_err err;

	if (!o || !is_group(&o->nh))
		return;
	if (nl_request(r->requests, nl_fib_nexthop_del(buf, id), NULL, NULL, &err) &&
	    err.error != ENOENT) {
		log_error("nexthop object %u: %s", id, err.text);
		return;
	}
	nh_forget(r, o);
	nh_users_gone(r, 1);
}

void nh_sweep_groups(struct routes *r, bool (*wanted)(struct routes *r, uint32_t id))
{
	struct nhobj *o, *next;

	RB_FOREACH_SAFE(o, nhobjs, &r->by_id, next)
		if (is_group(&o->nh) && !wanted(r, o->nh.id))
			nh_remove_group(r, o->nh.id);
}
