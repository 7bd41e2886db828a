// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_route.c - the routes of a segment: RT-4 and RT-1 that this PE originates, and those of the
 * other PEs, kept by segment so that a change looks at one segment only.
 *
 * RFC 7432 (7.1, 7.4, 8.1, 8.2, 8.5), RFC 8584 (2.2, 4), RFC 9722 (T, SCT), RFC 9786 (4, 5: P, P/B)
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "crc32.h"
#include "log.h"
#include "services/segment/segment.h"
#include "speaker/pes.h"

#define EC_MAX (CONF_RT_MAX + 4)
#define PER_ES_TARGETS_MAX 256 /* of bridge domains: 2 KiB of an UPDATE */

static int es_route_cmp(const struct es_route *a, const struct es_route *b)
{
	int d = esi_cmp(&a->esi, &b->esi);

	if (!d)
		d = (int)a->type - (int)b->type;
	if (!d)
		d = rd_cmp(&a->rd, &b->rd);
	if (!d)
		d = a->etag < b->etag ? -1 : a->etag > b->etag;
	if (!d)
		d = ip_cmp(&a->orig, &b->orig);
	return d;
}

RB_GENERATE(es_routes, es_route, entry, es_route_cmp)

static struct es_route key_of(const struct evpn_nlri *n)
{
	struct es_route k = {.esi = n->esi, .type = n->type, .rd = n->rd};

	if (n->type == EVPN_ES)
		k.orig = n->orig;
	else
		k.etag = n->etag;
	return k;
}

static void read_communities(struct es_route *r, const struct bgp_attrs *a)
{
	const struct slice *ext = &a->ext;
	struct esi_label label;
	struct l2_attr l2;
	struct sct sct;
	size_t n;

	n = ecomm_get_df(ext, &r->df);
	r->n_df = n > 2 ? 2 : (u8)n;
	if (!ecomm_get_es_import(ext, &r->es_import))
		r->es_import = (struct mac){{0}};
	r->has_label = ecomm_get_esi_label(ext, &label);
	r->single_active = r->has_label && label.flags & ESI_LABEL_SINGLE_ACTIVE;
	r->odd = false;
	r->has_l2 = ecomm_get_l2_attr(ext, &l2);
	r->l2_flags = r->has_l2 ? l2.flags & (L2_ATTR_P | L2_ATTR_B) : 0;
	r->sct = ecomm_get_sct(ext, &sct) ? sct_to_ns(&sct, segment_realtime()) : DF_NEVER;
}

/* RT-1 per EVI of a VLAN-based service: its route targets are all that tells the bridge domain. */
static void read_targets(struct es_route *r, const struct slice *ext)
{
	size_t i, n = 0;

	free(r->targets);
	r->targets = NULL;
	r->n_targets = 0;
	if (r->type != EVPN_AD || r->etag)
		return;
	n = ecomm_count_kind(ext, EC_RT);
	r->targets = n && n <= UINT16_MAX ? calloc(n, sizeof(*r->targets)) : NULL;
	for (i = 0; r->targets && i < ecomm_count(ext); i++)
		if (ecomm_kind(ecomm_at(ext, i)) == EC_RT)
			r->targets[r->n_targets++] = *ecomm_at(ext, i);
}

static void route_free(struct es_route *r)
{
	free(r->targets);
	free(r);
}

static void heard_of(struct segments *ss, const struct es_route *r, bool gone)
{
	struct segment *s = segment_by_esi(ss, &r->esi);

	if (!s)
		return;
	segment_peers_later(s);
	s->lost_one |= gone;
	if (r->type == EVPN_ES) {
		if (gone)
			df_handover_lost(&s->handover);
		else
			df_handover_rcvd(&s->handover, r->n_df == 1 && r->df.caps & DF_CAP_TIME,
					 r->sct, segment_realtime());
		segment_later(s, gone ? DF_EV_LOST_ES : DF_EV_RCVD_ES);
		return;
	}
	if (s->conf.df.ac_df || s->drain == DRAIN_OFFERED || segment_handover_pending(s))
		segment_later(s, DF_EV_VLAN_CHANGE);
}

/*
 * A path that graceful restart keeps does not count in elections: its PE may be dead, and none may wait
 * for it.
 */
static void route_stale(struct segments *ss, struct es_route *r)
{
	if (!r || r->stale)
		return;
	r->stale = true;
	heard_of(ss, r, true);
}

void segment_route_drop(struct segments *ss, struct es_route *r)
{
	RB_REMOVE(es_routes, &ss->routes, r);
	if (segment_ad_forwards(r))
		segment_forget(ss, r);
	heard_of(ss, r, true);
	route_free(r);
}

/* By whom it came, and whether its PE's own session is the one that has just died. */
static void note_source(struct segments *ss, struct es_route *r, const struct rib_path *now)
{
	bool was_direct = r->direct;

	r->direct = rib_path_direct(now);
	if (r->direct)
		r->pe_lost = false;
	else if (was_direct && speaker_route_loss(ss->speaker) == ROUTE_SESSION_DEAD)
		r->pe_lost = true;
	r->kept = false;
}

/*
 * A PE that tells by which IP-VRF it reaches the segment (IP aliasing) says nothing of its bridges and circuits.
 * It is known by the MAC address of its router.
 */
static bool is_of_vrf(const struct evpn_nlri *nlri, const struct rib_path *now)
{
	struct mac router;

	return nlri->type == EVPN_AD && now && now->peer &&
	       ecomm_get_router_mac(&now->attrs->ext, &router);
}

/* The best path of an RT-1 or RT-4 changed. */
void segment_route_heard(struct segments *ss, const struct evpn_nlri *nlri,
			 const struct rib_path *now)
{
	struct es_route key = key_of(nlri);
	struct es_route *r = RB_FIND(es_routes, &ss->routes, &key);
	bool gone = !now || !now->peer || is_of_vrf(nlri, now),
	     forwarded = r && segment_ad_forwards(r);

	if (!gone && now->stale) {
		route_stale(ss, r);
		return;
	}
	if (gone) {
		if (r && !segment_keep_route(ss, r))
			segment_route_drop(ss, r);
		return;
	}
	if (!r) {
		r = malloc(sizeof(*r));
		if (!r) {
			log_error("segment: no memory for a route of %s",
				  evpn_format(nlri, (char[EVPN_STRLEN]){0}));
			return;
		}
		*r = key;
		RB_INSERT(es_routes, &ss->routes, r);
	}
	r->stale = false;
	note_source(ss, r, now);
	r->next_hop = *now->next_hop;
	read_communities(r, now->attrs);
	read_targets(r, &now->attrs->ext);
	if (forwarded && !segment_ad_forwards(r))
		segment_forget(ss, r);
	heard_of(ss, r, false);
}

void segment_routes_free(struct segments *ss)
{
	struct es_route *r, *next;

	RB_FOREACH_SAFE(r, es_routes, &ss->routes, next) {
		RB_REMOVE(es_routes, &ss->routes, r);
		route_free(r);
	}
}

/* The first route of this segment and type; the walk ends where either changes. */
static struct es_route *first_route(struct segments *ss, const struct esi *esi, u8 type)
{
	struct es_route key = {.esi = *esi, .type = type};

	return RB_NFIND(es_routes, &ss->routes, &key);
}

static struct es_route *next_route(struct segments *ss, struct es_route *r)
{
	struct es_route *n = RB_NEXT(es_routes, &ss->routes, r);

	return n && !esi_cmp(&n->esi, &r->esi) && n->type == r->type ? n : NULL;
}

static struct es_route *match_route(struct es_route *r, const struct esi *esi, u8 type)
{
	return r && !esi_cmp(&r->esi, esi) && r->type == type ? r : NULL;
}

#define for_each_route(r, ss, esi_, type_) \
	for (r = match_route(first_route(ss, esi_, type_), esi_, type_); r; r = next_route(ss, r))

void segment_routes_each(struct segments *ss, const struct esi *esi, u8 type, es_route_fn fn,
			 void *data)
{
	struct es_route *r;

	for_each_route(r, ss, esi, type) fn(data, r);
}

/* An RT-1 does not name its PE: the next hop does, or the address in its route distinguisher. */
bool segment_ad_is_from(const struct es_route *ad, const struct ip_addr *pe)
{
	if (ip_equal(&ad->next_hop, pe))
		return true;
	return rd_type(&ad->rd) == RD_IPV4 && pe->len == 4 && !memcmp(ad->rd.b + 2, pe->b, 4);
}

/* Capabilities of the own DF Election community. A is never sent with P (A25). */
u16 segment_caps(const struct segment *s)
{
	const struct conf_df *df = &s->conf.df;
	u16 caps = 0;

	if (s->offer.dont_preempt)
		caps |= DF_CAP_DP;
	if (df->ac_df && !df->port_mode)
		caps |= DF_CAP_AC;
	if (df->time_sync)
		caps |= DF_CAP_TIME;
	if (df->port_mode)
		caps |= DF_CAP_PORT;
	return caps;
}

void segment_cand_free(struct segment *s)
{
	unsigned int i;

	for (i = 0; i < s->n_cand; i++)
		df_tags_fini(&s->cand_evi[i]);
	free(s->cand);
	free(s->cand_evi);
	s->cand = NULL;
	s->cand_evi = NULL;
	s->n_cand = 0;
	s->local = -1;
}

static bool known(const struct segment *s, const struct ip_addr *addr)
{
	unsigned int i;

	for (i = 0; i < s->n_cand; i++)
		if (ip_equal(&s->cand[i].addr, addr))
			return true;
	return false;
}

/*
 * The VLANs that an RT-1 per EVI with tag 0 is for: those of the bridge domains that import it (RFC 7432 section 6.1). With the
 * targets that our own carry, or where there are none and nothing tells them apart, it is for what has no tag if that is
 * elected here beside VLANs, and else for all that are.
 */
static void add_tag0(const struct segment *s, const struct es_route *r, struct df_tags *tags)
{
	struct slice targets = ecomm_slice(r->targets, r->n_targets);
	struct ecomm own[CONF_RT_MAX];
	u8 vlans[DF_VLAN_BYTES] = {0};
	size_t n_own = segment_ad_targets(s, own);
	bool untagged = s->conf.vlans[0] & 1;
	unsigned int i;

	if (!segment_bridge_vlans(s, &targets, vlans) &&
	    (!n_own || ecomm_rt_match(&targets, own, n_own))) {
		if (untagged)
			vlans[0] = 1;
		else
			segment_vlans(s, vlans);
	}
	for (i = 0; i < DF_VLAN_BYTES; i++)
		tags->vlan[i] |= vlans[i];
}

static void collect_ad(struct segment *s, struct df_candidate *c, struct df_tags *tags)
{
	struct es_route *r;

	for_each_route(r, s->owner, &s->esi, EVPN_AD)
	{
		if (r->stale || !segment_ad_is_from(r, &c->addr))
			continue;
		if (r->etag == EVPN_MAX_ETAG)
			c->ad_per_es = true;
		else if (!r->etag)
			add_tag0(s, r, tags);
		else if (df_tags_add(tags, r->etag))
			log_error("segment %s: no memory for tag %u", s->conf.name, r->etag);
	}
	c->ad_per_evi = tags;
}

static void add_remote(struct segment *s, const struct es_route *r)
{
	struct df_candidate *c = &s->cand[s->n_cand];

	*c = (struct df_candidate){
		.addr = r->orig,
		.n_df_election = r->n_df,
		.alg = r->df.alg,
		.caps = r->df.caps,
		.pref = r->df.pref,
	};
	collect_ad(s, c, &s->cand_evi[s->n_cand]);
	s->n_cand++;
}

static void add_local(struct segment *s)
{
	struct df_tags *tags = &s->cand_evi[s->n_cand];

	memcpy(tags->vlan, s->evi_up, sizeof(tags->vlan));
	s->local = (int)s->n_cand;
	s->cand[s->n_cand++] = (struct df_candidate){
		.addr = s->owner->self,
		.n_df_election = 1,
		.alg = s->conf.df.algorithm,
		.caps = segment_caps(s),
		.pref = s->offer.pref,
		.ad_per_es = s->conf.ad_per_es,
		.ad_per_evi = tags,
	};
}

/* What a peer has set up otherwise than this PE makes two DFs in silence: it is said, once. */
static void note_odd(struct segment *s, struct es_route *r, const char *what)
{
	char pe[IP_STRLEN];

	snprintf(s->odd, sizeof(s->odd), "%s has %s",
		 ip_format(r->type == EVPN_ES ? &r->orig : &r->next_hop, pe), what);
	if (!r->odd)
		log_warning("segment %s: %s", s->conf.name, s->odd);
	r->odd = true;
}

static bool is_odd(struct segment *s, struct es_route *r, const struct mac *import)
{
	char theirs[MAC_STRLEN], ours[MAC_STRLEN], what[ROLE_TEXT_MAX];

	if (!mac_cmp(&r->es_import, import))
		return false;
	snprintf(what, sizeof(what),
		 "the ES-Import route target %s and is no candidate: ours is %s",
		 mac_format(&r->es_import, theirs), mac_format(import, ours));
	note_odd(s, r, what);
	return true;
}

static void check_modes(struct segment *s)
{
	bool single = s->conf.mode != CONF_ALL_ACTIVE;
	struct es_route *r;

	for_each_route(r, s->owner, &s->esi, EVPN_AD)
	{
		if (r->stale || r->etag != EVPN_MAX_ETAG || !r->has_label ||
		    r->single_active == single)
			continue;
		note_odd(s, r,
			 single ? "the segment all-active, this PE has not" :
				  "the segment single-active, this PE has it all-active");
	}
}

/* The lowest addresses are kept, on every PE the same. Return: there is room for @addr */
static bool make_room(struct segment *s, const struct ip_addr *addr)
{
	unsigned int i, high = 0;

	for (i = 1; i < s->n_cand; i++)
		if (ip_cmp(&s->cand[i].addr, &s->cand[high].addr) > 0)
			high = i;
	if (!s->too_many)
		log_warning(
			"segment %s: more than %d PEs, those with the highest addresses are ignored",
			s->conf.name, DF_CANDIDATES_MAX);
	s->too_many = true;
	if (ip_cmp(addr, &s->cand[high].addr) > 0)
		return false;
	i = --s->n_cand;
	df_tags_fini(&s->cand_evi[high]);
	if (s->local == (int)high)
		s->local = -1;
	else if (s->local == (int)i)
		s->local = (int)high;
	if (high == i)
		return true;
	s->cand[high] = s->cand[i];
	s->cand_evi[high] = s->cand_evi[i];
	s->cand[high].ad_per_evi = &s->cand_evi[high];
	memset(&s->cand_evi[i], 0, sizeof(s->cand_evi[i]));
	return true;
}

/*
 * The candidates as of now: the own RT-4 if it is out, and those of the others with our ES-Import
 * route target. A PE that draws back (es drain) is no candidate, and none that BFD has found dead.
 */
void segment_collect(struct segment *s)
{
	struct mac import = conf_es_import(&s->conf, &s->esi);
	struct es_route *r;
	unsigned int n = 1;

	segment_differ_look(s);
	segment_cand_free(s);
	s->odd[0] = '\0';
	check_modes(s);
	for_each_route(r, s->owner, &s->esi, EVPN_ES) n++;
	s->cand = calloc(n, sizeof(*s->cand));
	s->cand_evi = calloc(n, sizeof(*s->cand_evi));
	if (!s->cand || !s->cand_evi) {
		log_error("segment %s: no memory for %u candidates", s->conf.name, n);
		segment_cand_free(s);
		return;
	}
	if (s->advertised && s->drain == DRAIN_NO)
		add_local(s);
	for_each_route(r, s->owner, &s->esi, EVPN_ES)
	{
		if (r->stale || is_odd(s, r, &import) || pes_silent(s->owner->speaker, &r->orig))
			continue;
		if (segment_is_self(s, &r->orig) && !segment_is_frr(s)) {
			log_warning("segment %s: another speaker advertises %s as ours",
				    s->conf.name, ip_format(&r->orig, (char[IP_STRLEN]){0}));
			continue;
		}
		if (known(s, &r->orig) ||
		    (s->n_cand == DF_CANDIDATES_MAX && !make_room(s, &r->orig)))
			continue;
		if (segment_is_self(s, &r->orig))
			s->local = (int)s->n_cand;
		add_remote(s, r);
	}
}

/* BFD: a PE is dead, or is heard again, whatever BGP says. */
void segments_pe(void *state, const struct ip_addr *pe, bool silent)
{
	struct segments *ss = state;
	struct es_route *r;
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry) {
		if (!s->esi_known)
			continue;
		for_each_route(r, ss, &s->esi, EVPN_ES)
		{
			if (!ip_equal(&r->orig, pe))
				continue;
			s->lost_one |= silent;
			segment_later(s, silent ? DF_EV_LOST_ES : DF_EV_RCVD_ES);
		}
	}
}

void segment_route_send(struct segment *s, const struct evpn_nlri *n, struct ecomm *ec, size_t n_ec,
			bool urgent)
{
	struct bgp_attrs attrs;

	bgp_attrs_init(&attrs);
	attrs.origin = BGP_ORIGIN_IGP;
	attrs.present = BGP_BIT(BGP_ATTR_ORIGIN);
	n_ec = ecomm_sort(ec, n_ec);
	if (n_ec) {
		attrs.ext = ecomm_slice(ec, n_ec);
		attrs.present |= BGP_BIT(BGP_ATTR_EXT_COMMUNITY);
	}
	if (speaker_originate(s->owner->speaker, n, &attrs, urgent))
		log_error("segment %s: route type %u was not originated", s->conf.name, n->type);
}

static struct evpn_nlri es_nlri(const struct segment *s)
{
	return (struct evpn_nlri){
		.type = EVPN_ES,
		.rd = rd_make_ip(s->owner->router_id, s->id),
		.esi = s->esi,
		.orig = s->owner->self,
	};
}

static struct evpn_nlri ad_es_nlri(const struct segment *s)
{
	return (struct evpn_nlri){
		.type = EVPN_AD,
		.rd = rd_make_ip(s->owner->router_id, s->id),
		.esi = s->esi,
		.etag = EVPN_MAX_ETAG,
		.labels = 1,
	};
}

/* RT-4: ES-Import, DF Election and, from a recovering PE, the moment at which it will carve. */
void segment_originate(struct segment *s)
{
	struct ecomm_df df = {s->conf.df.algorithm, segment_caps(s), s->offer.pref};
	struct mac import = conf_es_import(&s->conf, &s->esi);
	struct evpn_nlri n = es_nlri(s);
	struct ecomm ec[3];
	size_t n_ec = 0;

	if (df.alg != DF_ALG_HIGHEST && df.alg != DF_ALG_LOWEST)
		df.pref = 0;
	ec[n_ec++] = ecomm_es_import_mac(&import);
	ec[n_ec++] = ecomm_df_election(&df);
	if (s->own_sct != DF_NEVER) {
		struct sct sct = sct_from_ns(s->own_sct);

		ec[n_ec++] = ecomm_sct(&sct);
	}
	s->es_out = true;
	segment_route_send(s, &n, ec, n_ec, true);
}

/*
 * RT-1 carries a route target always (RFC 7432 sections 8.2.1.1 and 8.4.1). Where no VRF, no bridge domain and
 * nobody else gives one it is the segment's own, which all of its PEs in one AS have alike.
 */
static struct ecomm own_target(const struct segment *s, u32 as)
{
	u32 crc = crc32_ieee(s->esi.b, sizeof(s->esi.b));
	char text[32];
	struct ecomm rt;

	snprintf(text, sizeof(text), "%u:%u", as, as > UINT16_MAX ? crc & 0xffff : crc);
	if (rt_parse(&rt, text))
		memset(&rt, 0, sizeof(rt));
	return rt;
}

size_t segment_ad_targets(const struct segment *s, struct ecomm *ec)
{
	const struct conf *conf = speaker_conf(s->owner->speaker);
	size_t n = 0, i, k;

	for (i = 0; i < s->conf.n_route_targets; i++)
		ec[n++] = s->conf.route_targets[i];
	if (n)
		return n;
	for (i = 0; i < conf->n_vrfs; i++)
		for (k = 0; k < conf->vrfs[i].n_export && n < CONF_RT_MAX; k++)
			ec[n++] = conf->vrfs[i].export[k];
	if (!n && !conf->n_bridges)
		ec[n++] = own_target(s, conf->global.as);
	return n;
}

/* P and B of the whole segment: who forwards and who would, once that is known. */
u16 segment_primary_backup(const struct segment *s)
{
	if (s->conf.mode == CONF_ALL_ACTIVE)
		return L2_ATTR_P;
	if (s->force.df)
		return L2_ATTR_P;
	if (!segment_is_ready(s))
		return 0;
	if (s->target.df ||
	    (!ip_is_none(&s->backup_addr) && ip_equal(&s->backup_addr, &s->owner->self)))
		return L2_ATTR_B;
	return 0;
}

/*
 * RT-1 per ES, and per EVI for the attachment circuits that are up. P and B on the per-ES route belong
 * to an election for the port only, and nothing else may be set beside them (A29, A30): they would override
 * those of the VLANs (A32), which hold after a fallback.
 */
void segment_originate_ad(struct segment *s)
{
	u8 flags = s->conf.mode == CONF_ALL_ACTIVE ? 0 : ESI_LABEL_SINGLE_ACTIVE;
	struct evpn_nlri n = ad_es_nlri(s);
	struct ecomm ec[EC_MAX + PER_ES_TARGETS_MAX];
	size_t n_ec;

	if (segment_drain_holds_ad(s))
		return;
	if (s->conf.ad_per_es) {
		n_ec = segment_ad_targets(s, ec);
		n_ec += segment_bridge_targets(s, ec + n_ec, PER_ES_TARGETS_MAX);
		ec[n_ec++] = ecomm_esi_label(flags, 0);
		if (s->conf.mode == CONF_PORT_ACTIVE && s->force.port) {
			s->l2_sent = segment_primary_backup(s);
			ec[n_ec++] = ecomm_l2_attr(s->l2_sent, 0);
		}
		segment_route_send(s, &n, ec, n_ec, false);
	}
	segment_bridges_originate(s);
	segment_evi_originate(s, false);
}

void segment_withdraw_ad_es(struct segment *s)
{
	struct evpn_nlri n = ad_es_nlri(s);

	speaker_withdraw(s->owner->speaker, &n, true);
}

/*
 * Mass withdraw: RT-1 per ES first, because it alone moves all traffic of the segment; then RT-4. The
 * RT-1 per EVI follow in their own time. When draining only the RT-4 goes.
 */
void segment_withdraw(struct segment *s, bool ad_too)
{
	struct evpn_nlri n;

	if (ad_too && s->conf.ad_per_es)
		segment_withdraw_ad_es(s);
	n = es_nlri(s);
	speaker_withdraw(s->owner->speaker, &n, true);
	speaker_flush(s->owner->speaker);
	s->es_out = false;
	if (!ad_too)
		return;
	segment_bridges_withdraw(s);
	segment_evi_withdraw(s);
}
