// SPDX-License-Identifier: GPL-2.0-only
/*
 * member_import.c - RT-7 and RT-8 of other PEs: which of them are ours, and what they say of an entry.
 *
 * RFC 9251 (4, 6, 9.2, 9.3, 9.5), draft-ietf-bess-evpn-l3mh-proto (3.7.2)
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "pool.h"
#include "services/member/member.h"

/* What leaves its link never: 224.0.0.0/24, and scopes up to link-local (RFC 4291 section 2.7). */
static bool is_link_scope(const struct ip_addr *group)
{
	if (group->len == 4)
		return group->b[0] == 224 && !group->b[1] && !group->b[2];
	return (group->b[1] & 0xf) <= 2;
}

static bool is_possible(const struct evpn_nlri *n)
{
	return ip_is_multicast(&n->grp) && !is_link_scope(&n->grp) &&
	       (ip_is_none(&n->src) || (ip_is_host(&n->src) && n->src.len == n->grp.len)) &&
	       n->etag <= 0xffffff;
}

static struct mgroup *group_of(struct members *ms, const struct evpn_nlri *n, bool make)
{
	struct circuit *c = place_circuit(&ms->at, &n->esi, n->etag, make);

	if (!c)
		return NULL;
	return make ? member_make(ms, c, &n->grp, &n->src) : member_find(ms, c, &n->grp);
}

static struct mentry *entry_of(struct members *ms, const struct evpn_nlri *n, bool make)
{
	struct mgroup *g = group_of(ms, n, make);

	return g ? member_entry(g, &n->src, make) : NULL;
}

static struct mremote *remote_of(const struct mentry *e, const struct rd *rd)
{
	struct mremote *r;

	for (r = e->remotes; r; r = r->next)
		if (!rd_cmp(&r->origin->rd, rd))
			return r;
	return NULL;
}

static u32 count_paths(const struct mentry *e)
{
	const struct mremote *r;
	u32 n = 0;

	for (r = e->remotes; r; r = r->next)
		n++;
	return n;
}

static u32 count_taken(const struct mgroup *g)
{
	const struct mentry *e;
	u32 n = 0;

	mgroup_each(e, g)
		n += !!e->remotes;
	return n;
}

enum room { ROOM, NO_ROOM_IN_SEGMENT, NO_ROOM_IN_GROUP };

static enum room room_for(struct members *ms, const struct evpn_nlri *n)
{
	const struct place_es *es = place_es(&ms->at, &n->esi, false);
	struct mgroup *g = group_of(ms, n, false);
	const struct mentry *e = g ? member_entry(g, &n->src, false) : NULL;

	if (e && e->remotes)
		return count_paths(e) < MEMBER_PATHS_MAX || remote_of(e, &n->rd) ? ROOM :
										   NO_ROOM_IN_GROUP;
	if (es && es->taken >= MEMBER_TAKEN_MAX)
		return NO_ROOM_IN_SEGMENT;
	return g && count_taken(g) >= MEMBER_GROUP_MAX ? NO_ROOM_IN_GROUP : ROOM;
}

static bool is_own(const struct members *ms, const struct rd *rd)
{
	struct ip_addr id = ip_v4(ms->router_id);

	return rd_type(rd) == RD_IPV4 && !memcmp(rd->b + 2, id.b, 4);
}

unsigned int member_judge(struct members *ms, const struct evpn_nlri *n, const struct bgp_attrs *a,
			  struct place_vrf **vrf)
{
	enum place_verdict v = place_judge(&ms->at, &n->esi, n->etag, &a->ext, vrf);

	if (!place_is_import(v))
		return v;
	if (is_own(ms, &n->rd))
		return MV_OWN;
	if (!is_possible(n))
		return MV_IMPOSSIBLE;
	return n->type == EVPN_JOIN && room_for(ms, n) != ROOM ? MV_TOO_MANY : (unsigned int)v;
}

static void say_too_many(struct members *ms, const struct evpn_nlri *n)
{
	struct place_es *es = place_es(&ms->at, &n->esi, false);
	char ip[IP_STRLEN];

	ms->counts.too_many++;
	if (room_for(ms, n) == NO_ROOM_IN_GROUP) {
		if (!es->group_full)
			log_warning(
				"segment %s: other PEs have more memberships of group %s than are taken (%u sources, each of %u PEs)",
				es->conf->name, ip_format(&n->grp, ip), MEMBER_GROUP_MAX,
				MEMBER_PATHS_MAX);
		es->group_full = true;
		return;
	}
	if (es->taken_full)
		return;
	es->taken_full = true;
	log_warning("segment %s: other PEs have more memberships on it than are taken (%u)",
		    es->conf->name, MEMBER_TAKEN_MAX);
}

/* One of a segment that is here. It is kept even if it is not imported, because people ask why. */
bool member_wanted(struct members *ms, const struct evpn_nlri *n, const struct bgp_attrs *a)
{
	const struct place_es *es = place_es(&ms->at, &n->esi, false);

	if (!es || !es->conf)
		return false;
	if (n->type != EVPN_JOIN || room_for(ms, n) == ROOM)
		return true;
	say_too_many(ms, n);
	return false;
}

/* Room for an eighth of them: what comes and goes at the limit asks for nothing. */
static bool has_room_again(const struct mentry *e)
{
	if (e->remotes)
		return count_paths(e) == MEMBER_PATHS_MAX - MEMBER_PATHS_MAX / 8;
	return count_taken(e->group) == MEMBER_GROUP_MAX - MEMBER_GROUP_MAX / 8;
}

/* One route of @e has gone. */
static void use_room(struct members *ms, const struct mentry *e)
{
	struct place_es *es = e->group->circuit->es;

	if (es->taken_full && es->taken < MEMBER_TAKEN_MAX - MEMBER_TAKEN_MAX / 8)
		es->taken_full = false;
	else if (es->group_full && has_room_again(e))
		es->group_full = false;
	else
		return;
	speaker_wants_more(ms->speaker);
}

static void forget(struct members *ms, const struct evpn_nlri *n)
{
	struct mentry *e = entry_of(ms, n, false);
	struct mremote **p, *r = NULL;

	if (!e)
		return;
	for (p = &e->remotes; *p; p = &(*p)->next) {
		r = *p;
		if (!rd_cmp(&r->origin->rd, &n->rd))
			break;
		r = NULL;
	}
	if (!r)
		return;
	*p = r->next;
	if (!e->remotes)
		e->group->circuit->es->taken--;
	if (member_watched(ms))
		member_tell(ms, e, "route-gone", &r->origin->nh);
	member_origin_put(ms, r->origin);
	pool_free(r, sizeof(*r));
	use_room(ms, e);
	member_queue(ms, e->group);
	member_drop(ms, e->group);
}

static struct mremote *remote_new(struct mentry *e)
{
	struct mremote *r = pool_alloc(sizeof(*r));

	if (!r) {
		log_error("memberships: no memory for a route");
		return NULL;
	}
	if (!e->remotes)
		e->group->circuit->es->taken++;
	if (e->leave) /* who wants it now has not left: when this route goes there is another reason */
		e->leave->gone_us = 0;
	r->next = e->remotes;
	e->remotes = r;
	return r;
}

static void take(struct members *ms, const struct evpn_nlri *n, const struct rib_path *now,
		 struct place_vrf *vrf)
{
	const struct morigin like = {.rd = n->rd, .nh = *now->next_hop, .vrf = vrf};
	struct morigin *origin = member_origin(ms, &like);
	struct mentry *e = origin ? entry_of(ms, n, true) : NULL;
	struct mremote *r = e ? remote_of(e, &n->rd) : NULL;

	if (e && !r)
		r = remote_new(e);
	if (!r) {
		if (origin)
			member_origin_put(ms, origin);
		if (e)
			member_drop(ms, e->group);
		return;
	}
	if (r->origin)
		member_origin_put(ms, r->origin);
	r->origin = origin;
	r->flags = n->flags;
	member_queue(ms, e->group);
	if (member_watched(ms))
		member_tell(ms, e, "route", &origin->nh);
}

/* A host has left it at another PE, which asks who else is there, and waits so long for an answer. */
static void heed_leave(struct members *ms, const struct evpn_nlri *n, const struct rib_path *now)
{
	u32 tenths = n->old_leave ? MEMBER_LEAVE_TENTHS : n->max_resp;
	struct mentry *e = entry_of(ms, n, false);
	u64 at = timer_now_us();

	/* While one is under way, others say nothing new (RFC 9251 section 4.1.2). */
	if (!e || mentry_is_leaving(e) || at < mentry_left_us(e) ||
	    !member_left(e, at + tenths * 100000ull))
		return;
	ms->counts.leaves_heard++;
	if (e->local)
		member_ask_kernel(ms, e, tenths * 100);
	if (member_watched(ms))
		member_tell(ms, e, "left", now->next_hop);
}

void member_route(struct members *ms, const struct evpn_nlri *n, const struct rib_path *now)
{
	const struct evpn_nlri *full = now && now->nlri ? now->nlri : n;
	struct place_vrf *vrf = NULL;
	unsigned int v;

	if (now && !now->peer)
		return;
	if (!now) {
		if (n->type == EVPN_JOIN)
			forget(ms, n);
		return;
	}
	ms->counts.received++;
	v = member_judge(ms, full, now->attrs, &vrf);
	ms->counts.refused += place_is_refusal((enum place_verdict)v);
	if (v == MV_TOO_MANY)
		say_too_many(ms, full);
	if (!place_is_import((enum place_verdict)v)) {
		if (full->type == EVPN_JOIN)
			forget(ms, full);
	} else if (full->type == EVPN_JOIN) {
		take(ms, full, now, vrf);
	} else {
		heed_leave(ms, full, now);
	}
}

/* ---- once more, after what is ours has changed ---- */

static void forget_all(struct members *ms, struct mgroup *g, void *data)
{
	struct mentry *e;

	mgroup_each(e, g)
		member_remotes_free(ms, e);
	member_queue(ms, g);
	member_drop(ms, g);
}

static bool route_again(void *data, const struct evpn_nlri *n, const struct rib_path *paths,
			size_t n_paths, size_t best)
{
	if (n_paths)
		member_route(data, n, &paths[best]);
	return true;
}

void member_forget_routes(struct members *ms)
{
	member_walk(ms, forget_all, NULL);
}

void member_reimport(struct members *ms)
{
	struct rib *rib = speaker_rib(ms->speaker);

	member_forget_routes(ms);
	if (rib)
		rib_walk(rib, EVPN_JOIN, route_again, ms);
}
