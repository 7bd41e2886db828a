// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix_import.c - RT-5 of other PEs: which of them are ours, and what becomes of those that are withdrawn.
 *
 * A route is ours when its ES-Import is that of a segment here and its EVI-RT is an import target of a
 * VRF, or when one of its route targets is; and when it says by which router, behind the segment, the prefix
 * is reached: the address of its next hop, or the ESI. What is wrong by itself never comes here
 * (bgp_evpn_check.c).
 *
 * A customer withdraws a prefix, and it goes. But a PE that has died, or has lost its segment, withdraws
 * everything that it has learned, and the customer will tell another PE the same again in seconds: these are
 * kept for the segment's retention time. Which of the two it is is seen from the PE's RT-4, a moment after the
 * last of many, because a reflector may withdraw it after the prefixes. A PE from which this one has taken over has lost
 * the customer's session, too, and not been told anything by him: so for the retention time after a takeover.
 *
 * RFC 9136 (3.2), RFC 9251 (9.5), draft-ietf-bess-evpn-l3mh-proto (3.8)
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "services/prefix/prefix.h"
#include "speaker/pes.h"

enum {
	LOST_MS = 200,	    /* without another one */
	LOST_MAX_MS = 3000, /* after the first one, however many follow */
};

const char *prefix_verdict_name(enum pverdict v)
{
	switch (v) {
	case PV_NO_INDEX:
		return "not for us: it names neither a router behind a segment nor a segment";
	case PV_OWN:
		return "not for us: its distinguisher is that of this PE";
	case PV_IMPOSSIBLE:
		return "not imported: no customer can have this prefix or next hop";
	case PV_OFF:
		return "not imported: its VRF has prefixes: {install: no}";
	case PV_TOO_MANY:
		return "not imported: its VRF has as many prefixes of other PEs as its limit allows";
	default:
		return place_verdict_name((enum place_verdict)v);
	}
}

static bool is_possible(const struct evpn_nlri *n)
{
	struct ip_prefix p = prefix_make(&n->ip, n->plen);

	return prefix_is_routable(&p) && (ip_is_zero(&n->gw) || ip_is_host(&n->gw));
}

static bool segment_here(struct prefixes *ps, const struct esi *esi)
{
	const struct place_es *es = place_es(&ps->at, esi, false);

	return es && es->conf;
}

/* What this PE has told somebody, and is told again by him. */
static bool is_own(const struct prefixes *ps, const struct rd *rd)
{
	struct ip_addr id = ip_v4(ps->router_id);

	return rd_type(rd) == RD_IPV4 && !memcmp(rd->b + 2, id.b, 4);
}

enum pverdict prefix_judge(struct prefixes *ps, const struct evpn_nlri *n,
			   const struct bgp_attrs *a, struct place_vrf **vrf)
{
	struct place_addressees to = {
		.segment = esi_is_zero(&n->esi) || segment_here(ps, &n->esi),
		.import = place_import(&ps->at, &n->esi, &a->ext),
		.by_evi = place_match_any(&ps->at, &a->ext, ecomm_evi_rt_match),
		.by_rt = place_match_any(&ps->at, &a->ext, ecomm_rt_match),
	};
	enum place_verdict v = place_verdict(&to, &a->ext, vrf);

	if (is_own(ps, &n->rd))
		return PV_OWN;
	if (esi_is_zero(&n->esi) && ip_is_zero(&n->gw))
		return PV_NO_INDEX;
	if (!is_possible(n))
		return PV_IMPOSSIBLE;
	if (place_is_import(v) && !(*vrf)->conf.prefixes.install)
		return PV_OFF;
	return (enum pverdict)v;
}

static bool is_imported(enum pverdict v)
{
	return place_is_import((enum place_verdict)v);
}

static struct ip_prefix prefix_in(const struct evpn_nlri *n)
{
	return prefix_make(&n->ip, n->plen);
}

static const struct premote *remote_of(const struct pfx *x, const struct evpn_nlri *n)
{
	const struct premote *r;

	for (r = x->remotes; r; r = r->next)
		if (r->source->way->tag == n->etag && !rd_cmp(&r->source->rd, &n->rd))
			return r;
	return NULL;
}

static u32 count_paths(const struct pfx *x)
{
	const struct premote *r;
	u32 n = 0;

	for (r = x->remotes; r; r = r->next)
		n++;
	return n;
}

enum room { ROOM, NO_ROOM_IN_VRF, NO_ROOM_IN_PREFIX };

static enum room room_for(struct prefixes *ps, const struct place_vrf *v, const struct evpn_nlri *n)
{
	struct ip_prefix p = prefix_in(n);
	const struct pfx *x = prefix_find(ps, v->ifindex, &p);

	if (!(x && x->flags & PFX_COUNTED_TAKEN) && v->taken >= v->conf.prefixes.limit)
		return NO_ROOM_IN_VRF;
	if (x && count_paths(x) >= PREFIX_PATHS_MAX && !remote_of(x, n))
		return NO_ROOM_IN_PREFIX;
	return ROOM;
}

static void say_full(struct prefixes *ps, struct place_vrf *v, const struct evpn_nlri *n,
		     enum room room)
{
	struct ip_prefix p = prefix_in(n);
	char text[PREFIX_STRLEN];

	ps->counts.too_many++;
	if (room == NO_ROOM_IN_PREFIX) {
		if (!v->paths_full)
			log_warning(
				"VRF %s: other PEs have more paths to %s than are taken of a prefix (%u)",
				v->conf.name, prefix_format(&p, text), PREFIX_PATHS_MAX);
		v->paths_full = true;
		return;
	}
	if (v->taken_full)
		return;
	v->taken_full = true;
	log_warning("VRF %s: other PEs have more prefixes than its limit allows (%u)", v->conf.name,
		    v->conf.prefixes.limit);
}

bool prefix_wanted(struct prefixes *ps, const struct evpn_nlri *n, const struct bgp_attrs *a)
{
	struct place_vrf *v;
	enum pverdict verdict = prefix_judge(ps, n, a, &v);
	enum room room = is_imported(verdict) ? room_for(ps, v, n) : ROOM;

	if (room != ROOM) {
		say_full(ps, v, n, room);
		return false;
	}
	ps->counts.refused += verdict == PV_FOREIGN_ES_IMPORT;
	/*
	 * What is refused is of use, too, as far as it is about a segment that is here: people ask why. Those of
	 * all others are as many as there are customers, and a reflector tells everybody of them.
	 */
	return verdict != PV_OWN && verdict != PV_NO_INDEX && verdict != PV_NO_TARGET &&
	       verdict != PV_FOREIGN_ESI && verdict != PV_FOREIGN_ES_IMPORT && verdict != PV_OFF;
}

/* ---- paths of a prefix ---- */

static void count_taken(struct prefixes *ps, struct pfx *x)
{
	struct place_vrf *v = place_vrf(&ps->at, x->vrf);
	bool was = x->flags & PFX_COUNTED_TAKEN, is = x->remotes;

	if (was == is || !v)
		return;
	x->flags ^= PFX_COUNTED_TAKEN;
	v->taken += is ? 1 : (u32)-1;
	if (v->taken_full && !is && speaker_has_room(ps->speaker))
		v->taken_full = false;
}

static void use_room(struct prefixes *ps, const struct pfx *x)
{
	struct place_vrf *v = place_vrf(&ps->at, x->vrf);

	if (v && v->paths_full && count_paths(x) == PREFIX_PATHS_MAX - 1 &&
	    speaker_has_room(ps->speaker))
		v->paths_full = false;
}

void prefix_remote_del(struct prefixes *ps, struct pfx *x, const struct premote *r)
{
	prefix_remote_take_out(ps, x, r);
	count_taken(ps, x);
	use_room(ps, x);
}

/* Whatever this route was taken for before; @except: not there. */
static void forget(struct prefixes *ps, const struct evpn_nlri *n, const struct ip_prefix *p,
		   const struct pfx *except)
{
	struct pfx *x, *next;
	const struct premote *r;

	for (x = prefix_first(ps, p); x; x = next) {
		next = prefix_next(x);
		r = x != except ? remote_of(x, n) : NULL;
		if (!r)
			continue;
		prefix_remote_del(ps, x, r);
		prefix_queue(ps, x);
	}
}

static u32 retention(struct prefixes *ps, const struct psource *s);

static void judge_later(struct prefixes *ps)
{
	u64 now = timer_turn_us(speaker_event(ps->speaker)), at;

	if (!ps->lost_us)
		ps->lost_us = now;
	ps->judge_us = now + LOST_MS * 1000;
	if (ps->judge_us > ps->lost_us + LOST_MAX_MS * 1000)
		ps->judge_us = ps->lost_us + LOST_MAX_MS * 1000;
	/* it is put off when it runs out, not with each one of a million */
	at = now + LOST_MS * 1000;
	if (!timer_running(&ps->lost_timer) || ps->lost_timer.expires_us > at)
		timer_start_at(&ps->lost_timer, at);
}

static void lose(struct prefixes *ps, const struct evpn_nlri *n, const struct ip_prefix *p)
{
	bool with_session = speaker_route_loss(ps->speaker) != ROUTE_WITHDRAWN;
	const struct premote *r;
	struct psource *s;
	struct pfx *x;

	for (x = prefix_first(ps, p); x; x = prefix_next(x)) {
		r = remote_of(x, n);
		if (!r)
			continue;
		if (!retention(ps, r->source) || !prefix_list(&ps->lost, x)) {
			prefix_remote_del(ps, x, r);
			prefix_queue(ps, x);
			return;
		}
		s = prefix_source_ref(r->source);
		s->dead |= with_session;
		s->checked = false;
		prefix_remote_set(ps, x, r, s, true);
		judge_later(ps);
		return;
	}
}

static bool like_before(const struct pjudged *j, const struct evpn_nlri *n,
			const struct rib_path *now)
{
	return j->valid && j->tag == n->etag && j->label == n->label[0] && j->family == n->ip.len &&
	       !rd_cmp(&j->rd, &n->rd) && !esi_cmp(&j->esi, &n->esi) && ip_equal(&j->gw, &n->gw) &&
	       ip_equal(&j->nh, now->next_hop) && j->ext_len == now->attrs->ext.len &&
	       !memcmp(j->ext, now->attrs->ext.p, j->ext_len);
}

static void remember(struct prefixes *ps, const struct evpn_nlri *n, const struct rib_path *now,
		     struct psource *s)
{
	struct pjudged *j = &ps->judged;

	j->valid = s && now->attrs->ext.len <= sizeof(j->ext);
	if (!j->valid)
		return;
	j->rd = n->rd;
	j->tag = n->etag;
	j->label = n->label[0];
	j->esi = n->esi;
	j->gw = n->gw;
	j->nh = *now->next_hop;
	j->family = n->ip.len;
	j->ext_len = now->attrs->ext.len;
	memcpy(j->ext, now->attrs->ext.p, j->ext_len);
	j->source = s;
}

/* What it has in common with others; a reference for the caller, NULL: it is not imported */
static struct psource *source_of(struct prefixes *ps, const struct evpn_nlri *n,
				 const struct rib_path *now)
{
	struct psource like = {.rd = n->rd, .nh = *now->next_hop};
	struct pway way = {.tag = n->etag, .esi = n->esi, .family = n->ip.len};
	enum pverdict v;

	if (like_before(&ps->judged, n, now))
		return prefix_source_ref(ps->judged.source);
	v = prefix_judge(ps, n, now->attrs, &way.vrf);
	ps->counts.refused += v == PV_FOREIGN_ES_IMPORT || v == PV_FOREIGN_EVI_RT;
	if (!is_imported(v))
		return NULL;
	if (!ip_is_zero(&n->gw))
		way.gw = n->gw;
	like.verdict = (u8)v;
	way.has_import = ecomm_get_es_import(&now->attrs->ext, &way.import);
	/* with a label of its VRF, that of the PE is there for who sends to it */
	if (!esi_is_zero(&n->esi) && !n->label[0])
		ecomm_get_router_mac(&now->attrs->ext, &way.router);
	way.any_tag = !esi_is_zero(&n->esi) && n->label[0] && !n->etag;
	return prefix_source(ps, &like, &way);
}

static void take(struct prefixes *ps, struct pfx *x, const struct evpn_nlri *n, struct psource *s)
{
	const struct premote *r = remote_of(x, n);

	s->dead = false;
	s->checked = false;
	if (r)
		prefix_remote_set(ps, x, r, s, false);
	else if (!prefix_remote_add(ps, x, s))
		return;
	count_taken(ps, x);
	prefix_queue(ps, x);
}

void prefix_route(struct prefixes *ps, const struct evpn_nlri *n, const struct rib_path *now)
{
	const struct evpn_nlri *full = now && now->nlri ? now->nlri : n;
	struct ip_prefix p = prefix_in(full);
	enum room room = ROOM;
	struct pfx *x = NULL;
	struct psource *s;

	if (now && !now->peer)
		return;
	if (!now) {
		lose(ps, n, &p);
		return;
	}
	ps->counts.received++;
	s = source_of(ps, full, now);
	if (s)
		room = room_for(ps, s->way->vrf, full);
	if (room != ROOM) {
		ps->left_out = true;
		say_full(ps, s->way->vrf, full, room);
		prefix_source_put(ps, s);
		s = NULL;
	}
	if (s)
		x = prefix_get(ps, s->way->vrf->ifindex, &p);
	remember(ps, full, now, x ? s : NULL);
	forget(ps, full, &p, x);
	if (x)
		take(ps, x, full, s);
	else if (s)
		prefix_source_put(ps, s);
}

/* ---- once more, after what is ours has changed ---- */

/*
 * What is retained is in no RIB any more: it goes on, if there is still such a VRF and it has the same table.
 * @next: the configuration that is to come, or NULL
 */
static bool is_kept(const struct pfx *x, const struct premote *r, const struct conf *next)
{
	const struct place_vrf *v = r->source->way->vrf;

	return r->lost && v->ifindex == x->vrf && (!next || conf_vrf(next, v->conf.name));
}

static void forget_all(struct prefixes *ps, struct pfx *x, void *data)
{
	const struct premote *r, *next;

	if (!x->remotes)
		return;
	for (r = x->remotes; r; r = next) {
		next = r->next;
		if (!is_kept(x, r, data))
			prefix_remote_del(ps, x, r);
	}
	prefix_queue(ps, x);
}

void prefix_forget_routes(struct prefixes *ps, const struct conf *next)
{
	ps->judged.valid = false;
	prefix_walk(ps, forget_all, (void *)next);
}

static bool route_again(void *data, const struct evpn_nlri *n, const struct rib_path *paths,
			size_t n_paths, size_t best)
{
	if (n_paths)
		prefix_route(data, n, &paths[best]);
	return true;
}

static void routes_again(struct prefixes *ps)
{
	struct rib *rib = speaker_rib(ps->speaker);

	ps->left_out = false;
	if (rib)
		rib_walk(rib, EVPN_PREFIX, route_again, ps);
}

void prefix_reimport(struct prefixes *ps)
{
	prefix_forget_routes(ps, NULL);
	routes_again(ps);
}

void prefix_room(void *state)
{
	struct prefixes *ps = state;

	if (ps->left_out)
		routes_again(ps);
}

/* ---- withdrawn: by the customer, or because a PE is gone ---- */

static const struct place_es *segment_of(struct prefixes *ps, const struct psource *s)
{
	const struct pway *w = s->way;
	const struct place_device *on = place_device(&ps->at, w->hop.ifindex);
	struct place_es *es;

	if (on)
		return on->es;
	RB_FOREACH(es, place_ess, &ps->at.ess)
		if (es->conf && ((w->has_import && !mac_cmp(&es->import, &w->import)) ||
				 !esi_cmp(&es->esi, &w->esi)))
			return es;
	return NULL;
}

static u32 retention(struct prefixes *ps, const struct psource *s)
{
	const struct place_es *es = segment_of(ps, s);

	return es && es->conf ? es->conf->retention_ms : 0;
}

struct presence {
	const struct esi *esi;
	const struct ip_addr *pe;
	bool found;
};

static bool is_there(void *data, const struct evpn_nlri *n, const struct rib_path *paths,
		     size_t n_paths, size_t best)
{
	struct presence *p = data;

	p->found = n_paths && !esi_cmp(&n->esi, p->esi) && ip_equal(&n->orig, p->pe);
	return !p->found;
}

/* Its PE is still on the segment: then it was the customer who has withdrawn. */
static bool pe_is_there(struct prefixes *ps, const struct psource *s)
{
	const struct place_es *es = segment_of(ps, s);
	struct rib *rib = speaker_rib(ps->speaker);
	struct presence p = {.pe = &s->nh};

	if (s->dead || !es || !rib || pes_silent(ps->speaker, &s->nh))
		return false;
	p.esi = &es->esi;
	rib_walk(rib, EVPN_ES, is_there, &p);
	return p.found;
}

/* Since when this PE forwards to the customer, and no other one does; 0: it does not */
static u64 taken_over(struct prefixes *ps, const struct psource *s)
{
	const struct place_device *on = place_device(&ps->at, s->way->hop.ifindex);

	if (!on || !on->es || !on->es->conf || on->es->conf->mode == CONF_ALL_ACTIVE)
		return 0;
	return place_way(on) == PLACE_FORWARDS ? on->es->changed_us : 0;
}

/* Once for a PE, however many routers its prefixes are behind. */
static void say_kept(struct prefixes *ps, const struct psource *s, bool there, u64 now)
{
	char ip[IP_STRLEN];

	if (ps->said_us == now && ip_equal(&ps->said_pe, &s->nh))
		return;
	ps->said_us = now;
	ps->said_pe = s->nh;
	log_limited(&ps->said, LOG_LEVEL_INFO, LOG_LOCAL, "prefixes",
		    "those by %s are kept for %" PRIu64 " s: %s", ip_format(&s->nh, ip),
		    (s->expires - now) / 1000000,
		    there ? "this PE has taken over" : "it is gone from their segment");
}

static void check(struct prefixes *ps, struct psource *s, u64 now)
{
	bool there = pe_is_there(ps, s);
	u64 from = there ? taken_over(ps, s) : now;

	s->checked = true;
	s->expires = from ? from + (u64)retention(ps, s) * 1000 : 0;
	if (s->expires > now)
		say_kept(ps, s, there, now);
}

void prefix_relearned(struct prefixes *ps, struct pfx *x, const struct prefix_hop *hop)
{
	const struct place_device *on = place_device(&ps->at, hop->ifindex);
	const struct premote *r, *after;

	for (r = x->remotes; r; r = after) {
		after = r->next;
		if (!r->lost || !on || !on->es || segment_of(ps, r->source) != on->es)
			continue;
		prefix_remote_del(ps, x, r);
		prefix_queue(ps, x);
	}
}

/* Return: one of its paths is kept, until @next at the latest */
static bool keep_lost(struct prefixes *ps, struct pfx *x, u64 now, u64 *next)
{
	const struct premote *r, *after;
	bool kept = false;

	for (r = x->remotes; r; r = after) {
		after = r->next;
		if (!r->lost)
			continue;
		if (!r->source->checked)
			check(ps, r->source, now);
		if (r->source->expires > now) {
			if (r->source->expires < *next)
				*next = r->source->expires;
			kept = true;
			continue;
		}
		prefix_remote_del(ps, x, r);
		prefix_queue(ps, x);
	}
	if (kept && prefix_core_of(ps, x->vrf)) /* it may be for this PE to tell it now */
		prefix_queue(ps, x);
	return kept;
}

void prefix_lost(struct prefixes *ps)
{
	u64 now = timer_now_us(), next = UINT64_MAX;
	size_t kept = 0;

	if (now < ps->judge_us) {
		timer_start_at(&ps->lost_timer, ps->judge_us);
		return;
	}
	ps->lost_us = 0;
	ps->judge_us = 0;
	for (size_t i = 0; i < ps->lost.n; i++) {
		struct pfx *x = ps->lost.list[i];

		if (keep_lost(ps, x, now, &next)) {
			ps->lost.list[kept++] = x;
			continue;
		}
		x->flags &= ~PFX_LISTED;
		prefix_drop(ps, x);
	}
	ps->lost.n = kept;
	if (kept)
		timer_start_at(&ps->lost_timer, next);
}
