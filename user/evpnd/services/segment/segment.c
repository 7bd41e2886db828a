// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment.c - the segment service: Ethernet Segments of this PE, from configuration and links to
 * routes, roles and wishes. It knows no MAC address and no neighbour entry.
 *
 * After a start the roles that the kernel still has are kept until an election is finished, so that a
 * restart of the daemon moves no traffic. What the loss of sessions does is in segment_core.c.
 *
 * RFC 7432 (5, 8.1, 8.5), RFC 8584, RFC 9785, RFC 9786, RFC 9722
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "log.h"
#include "services/segment/segment.h"

#define FIRST_ID 2

struct segment *segment_by_name(struct segments *ss, const char *name)
{
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry)
		if (!strcmp(s->conf.name, name))
			return s;
	return NULL;
}

struct segment *segment_by_esi(struct segments *ss, const struct esi *esi)
{
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry)
		if (s->esi_known && !esi_cmp(&s->esi, esi))
			return s;
	return NULL;
}

const struct device *segment_link_by_index(const struct segments *ss, u32 ifindex)
{
	return device_by_index(speaker_devices(ss->speaker), ifindex);
}

const struct device *segment_link(const struct segments *ss, const char *ifname)
{
	return device_named(speaker_devices(ss->speaker), ifname);
}

/* An event for `evpnctl monitor`; steals @more. */
void segment_tell(struct segment *s, const char *object, const char *event, json_t *more)
{
	json_t *e = json_pack("{s:s, s:s}", "event", event, "name", s->conf.name);

	if (more)
		json_object_update(e, more);
	json_decref(more);
	speaker_event_json(s->owner->speaker, object, e);
}

enum conf_standby segment_standby(const struct segment *s)
{
	const struct device *l = segment_link(s->owner, segment_frr_device(s));

	if (s->conf.standby != CONF_STANDBY_AUTO)
		return s->conf.standby;
	if (!l) /* what its first LACPDU has to say, should it be a bond */
		return CONF_STANDBY_LACP_OOS;
	if (l->fact.bond_mode != 4) /* not 802.3ad: nobody to tell */
		return CONF_STANDBY_BLOCK;
	return strcmp(l->fact.master_kind, "bridge") ? CONF_STANDBY_DOWN : CONF_STANDBY_LACP_OOS;
}

/* Port-active candidates that do not agree elect per VLAN, and so does the kernel then. */
static enum conf_mode mode_of(const struct segment *s)
{
	if (s->conf.mode == CONF_PORT_ACTIVE && !s->force.port)
		return CONF_SINGLE_ACTIVE;
	if (s->frr.left)
		return CONF_PORT_ACTIVE;
	return s->conf.mode;
}

/* By what a CE is told to leave where nothing is to pass: by LACP, if it speaks it. */
static enum conf_standby closing_standby(const struct segment *s)
{
	const struct device *l = segment_link(s->owner, s->conf.interface);
	enum conf_standby standby = segment_standby(s);

	if (standby != CONF_STANDBY_BLOCK || !l || l->fact.bond_mode != 4)
		return standby;
	return CONF_STANDBY_LACP_OOS;
}

/* Does the CE hear by LACP that it is to leave? */
static bool hears_lacp(const struct segment *s)
{
	const struct device *l = segment_link(s->owner, s->conf.interface);

	return l && l->fact.bond_mode == 4 && s->lacp_known && s->lacp.state != LACP_UNKNOWN;
}

/*
 * Is the CE of an all-active segment sent away? By a drain, for maintenance. Not when evpnd stops: floods
 * are the other PEs' affair then, and what else comes this way the kernel forwards without evpnd.
 */
static bool sends_away(const struct segment *s)
{
	return s->conf.mode == CONF_ALL_ACTIVE && !s->owner->leaving;
}

/*
 * A customer's frame that comes in here leads nowhere: nothing passes, whatever the mode is. A CE of an
 * all-active segment that was drained has left; one without LACP cannot be told, and goes on sending.
 */
static bool is_closed(const struct segment *s)
{
	bool left = sends_away(s) && s->drain == DRAIN_DONE && hears_lacp(s);

	return (s->closed || left) && !s->force.df;
}

static void make_wish(const struct segment *s, struct wish_es *w)
{
	memset(w, 0, sizeof(*w));
	w->esi = s->esi;
	memcpy(w->ifname, s->conf.interface, sizeof(w->ifname));
	w->mode = mode_of(s);
	w->standby = segment_standby(s);
	segment_loss(s, w);
	w->host_timeout_ms = s->conf.host_timeout_ms;
	w->host_limit = s->conf.host_limit;
	w->allow = s->conf.allow;
	w->df = s->force.df && !s->frr.left;
	w->draining = s->leaving || (sends_away(s) && s->drain == DRAIN_LEAVING);
	w->maintenance = segment_in_maintenance(s);
	w->untagged_vid = s->conf.untagged_vid;
	w->unknown_unicast = s->conf.unknown_unicast;
	if (!s->force.port)
		memcpy(w->vlan_df, s->force.vlan, sizeof(w->vlan_df));
	else if (w->mode != CONF_PORT_ACTIVE && w->df)
		memset(w->vlan_df, 0xff, sizeof(w->vlan_df));
	if (is_closed(s)) {
		w->mode = CONF_PORT_ACTIVE;
		w->standby = closing_standby(s);
	}
	if (w->mode != CONF_ALL_ACTIVE)
		return;
	if (w->draining)
		w->standby = closing_standby(s);
	w->n_peers = s->n_peers;
	memcpy(w->peers, s->peers, s->n_peers * sizeof(w->peers[0]));
}

/* Tell the kernel, through the parent; only what changed. */
void segment_send_wish(struct segment *s)
{
	struct wish_es w;

	if (!s->esi_known || !s->owner->links_done)
		return;
	make_wish(s, &w);
	if (s->wished && !memcmp(&w, &s->last_wish, sizeof(w)))
		return;
	s->last_wish = w;
	s->wished = true;
	s->unanswered++;
	speaker_wish(s->owner->speaker, IPC_WISH_ES, &w, 1);
}

void segment_unwish(struct segment *s)
{
	if (!s->wished)
		return;
	speaker_wish(s->owner->speaker, IPC_WISH_ES_GONE, &s->esi, 1);
	s->wished = false;
	s->answered = false;
	s->unanswered = 0;
}

/* Before zebra has answered, what the kernel has may be what is discovered then. */
void segments_sweep(struct segments *ss)
{
	ss->sweep_due = speaker_conf(ss->speaker)->global.frr.discover && !ss->frr_heard;
	if (ss->sweep_due)
		return;
	speaker_wish(ss->speaker, IPC_WISH_ES_SWEEP, NULL, 0);
	ss->n_kernel_es = 0;
}

void segments_sweep_due(struct segments *ss)
{
	if (ss->sweep_due)
		segments_sweep(ss);
}

void segment_esi(struct segment *s, const struct esi *esi)
{
	s->esi = *esi;
	s->esi_known = true;
	segment_adopt(s);
	segment_peers_later(s);
}

bool segment_is_self(const struct segment *s, const struct ip_addr *addr)
{
	const struct ip_addr *vtep = &s->owner->frr.vtep;

	if (segment_is_frr(s) && !ip_is_none(vtep))
		return ip_equal(addr, vtep);
	return ip_equal(addr, &s->owner->self);
}

static void esi_from_lacp(struct segment *s, const struct device *l)
{
	struct esi esi;

	if (s->conf.esi_source != CONF_ESI_LACP || !l || mac_is_zero(&l->fact.ad_partner))
		return;
	esi = esi_make_lacp(&l->fact.ad_partner, l->fact.ad_partner_key);
	s->esi_guessed = false;
	if (s->esi_known && !esi_cmp(&esi, &s->esi))
		return;
	if (segment_by_esi(s->owner, &esi)) {
		log_error("segment %s: the LACP partner of %s gives %s, which is taken already",
			  s->conf.name, s->conf.interface, esi_format(&esi, (char[ESI_STRLEN]){0}));
		return;
	}
	if (s->esi_known) {
		segment_fsm(s, DF_EV_ES_DOWN);
		segment_unwish(s);
	}
	log_info("segment %s: ESI %s from the LACP partner of %s", s->conf.name,
		 esi_format(&esi, (char[ESI_STRLEN]){0}), s->conf.interface);
	segment_esi(s, &esi);
}

void segment_try_up(struct segment *s)
{
	if (!segment_may_come_up(s))
		return;
	if (s->fsm.state == DF_INIT || segment_is_frr(s))
		segment_fsm(s, DF_EV_ES_UP);
}

/* By its number as a rule: names are compared when it is another one's now. */
static const struct device *port_of(const struct segment *s)
{
	const struct device *l = segment_link_by_index(s->owner, s->ifindex);

	if (l && !strcmp(l->fact.ifname, s->conf.interface))
		return l;
	return segment_link(s->owner, s->conf.interface);
}

/* A bridge domain has got a port of the segment, or lost it, or goes no further than this PE. */
static void update_bridges(struct segment *s)
{
	if (s->advertised && s->bridges_mark != segment_bridges_mark(s))
		segment_originate_ad(s);
}

/*
 * Set down here, by a hand: the members keep their carrier, and the CE would go on hashing into them until
 * LACP times out. FRR's segments come up by zebra's word, which need not say anything new then.
 */
static bool is_shut(const struct segment *s, const struct device *l)
{
	return l && !(l->fact.flags & IFF_UP) && !segment_is_frr(s);
}

/* The segment's device changed. */
static void update_port(struct segment *s)
{
	const struct device *l = port_of(s);
	bool was = s->port_up;

	segment_frr_link(s, l);
	s->ifindex = l ? l->fact.ifindex : 0;
	s->port_up = segment_port_state(s, l);
	s->closed |= s->owner->core.lost || (was && is_shut(s, l));
	if (was && !s->port_up) {
		segment_tell(s, "es", "down", json_pack("{s:s}", "reason", s->port_reason));
		s->adopted = false;
		segment_fsm(s, DF_EV_ES_DOWN); /* the withdraw leaves before anything else */
		log_warning("segment %s: down: %s", s->conf.name, s->port_reason);
	}
	if (!s->owner->links_done)
		return;
	esi_from_lacp(s, l);
	if (segment_is_frr(s))
		segment_frr_adopt(s);
	if (!was && s->port_up) {
		segment_tell(s, "es", "up", NULL);
		log_info("segment %s: %s is up", s->conf.name, s->conf.interface);
	}
	if (segment_update_circuits(s) && s->advertised) {
		segment_originate_ad(s);
		segment_later(s, DF_EV_VLAN_CHANGE);
	}
	update_bridges(s);
	segment_send_wish(s);
	segment_try_up(s);
}

static void grace_ended(void *data)
{
	update_port(data);
}

/* Is it the device of the segment, under its old or its new name? */
static bool is_port_of(const struct segment *s, const struct fact_link *f)
{
	return !strcmp(s->conf.interface, f->ifname) || (s->ifindex && s->ifindex == f->ifindex);
}

/*
 * A sub-interface costs no more than a note: thousands of them go down and come up together, and what
 * follows from it is done once for all of them.
 */
static void update_ports(struct segments *ss, const struct fact_link *f)
{
	bool bridge = f && segment_bridges_concern(ss, f->ifname);
	bool carries = bridge || (f && !strcmp(f->kind, "bridge"));
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry) {
		if (!f || is_port_of(s, f))
			update_port(s);
		else if (bridge)
			update_bridges(s);
		if (f && (carries || (s->ifindex && s->ifindex == f->link)))
			segment_circuits_later(s);
	}
}

void segments_update_ports(struct segments *ss)
{
	update_ports(ss, NULL);
}

/* The lowest number that no segment has, so that a segment that is made anew keeps its own. */
static u16 take_id(struct segments *ss)
{
	u16 id = FIRST_ID;

	while (id < UINT16_MAX && ss->ids[id / 8] & 1u << id % 8)
		id++;
	ss->ids[id / 8] |= 1u << id % 8;
	return id;
}

struct segment *segment_add(struct segments *ss, const struct conf_segment *c)
{
	struct segment *s = calloc(1, sizeof(*s));

	if (!s) {
		log_error("segment %s: no memory", c->name);
		return NULL;
	}
	s->owner = ss;
	s->conf = *c;
	s->id = take_id(ss);
	s->esi = c->esi;
	s->esi_known = c->esi_source == CONF_ESI_STATIC;
	timer_init(&s->lacp_grace, speaker_event(ss->speaker), 1000, grace_ended, s);
	segment_elect_init(s);
	segment_handover_begin(s);
	segment_frr_init(s);
	segment_icc_init(s);
	TAILQ_INSERT_TAIL(&ss->list, s, entry);
	if (s->esi_known)
		segment_adopt(s);
	segment_peers_later(s);
	update_port(s);
	segment_frr_begin(s);
	return s;
}

void segment_remove(struct segment *s)
{
	segment_fsm(s, DF_EV_ES_DOWN);
	segment_unwish(s);
	TAILQ_REMOVE(&s->owner->list, s, entry);
	s->owner->ids[s->id / 8] &= ~(1u << s->id % 8);
	segment_drain_reset(s);
	timer_done(&s->lacp_grace);
	segment_handover_done(s);
	segment_elect_done(s);
	segment_frr_done(s);
	segment_icc_done(s);
	free(s);
}

/*
 * What makes it another segment, and not the same one with other values: what is in the keys of its
 * routes, and what the module cannot change. Its name is for people.
 */
static bool is_same(const struct conf_segment *a, const struct conf_segment *b)
{
	return a->control == b->control && a->esi_source == b->esi_source &&
	       !esi_cmp(&a->esi, &b->esi) && !strcmp(a->interface, b->interface) &&
	       a->mode == b->mode && a->df.port_mode == b->df.port_mode;
}

/* Is @s the one that @c describes, perhaps with other values? */
static bool is_for(const struct segment *s, const struct conf_segment *c)
{
	if (segment_is_frr(s) && c->control == CONF_CONTROL_FRR)
		return segment_frr_is(s, c);
	return is_same(&s->conf, c);
}

static struct segment *segment_for(struct segments *ss, const struct conf_segment *c)
{
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry)
		if (is_for(s, c))
			return s;
	return NULL;
}

static void segment_change(struct segment *s, const struct conf_segment *c)
{
	bool other_offer;

	segment_return(s);
	if (!memcmp(&s->conf, c, sizeof(*c)))
		return;
	other_offer = s->conf.df.preference != c->df.preference ||
		      s->conf.df.dont_preempt != c->df.dont_preempt ||
		      s->conf.df.algorithm != c->df.algorithm;
	if (strcmp(s->conf.name, c->name))
		log_info("segment %s: is named %s from now on", s->conf.name, c->name);
	if (s->advertised && s->conf.ad_per_es && !c->ad_per_es)
		segment_withdraw_ad_es(s);
	s->conf = *c;
	segment_update_circuits(s);
	s->fsm.wait_ns = c->df.wait_ms * DF_NS_PER_MS;
	s->fsm.hold_ns = c->df.dont_preempt ? c->df.recovery_wait_ms * DF_NS_PER_MS : 0;
	s->handover.peering_ns = s->fsm.wait_ns;
	s->handover.skew_ns = c->df.skew_ms * DF_NS_PER_MS;
	segment_send_wish(s);
	if (!s->advertised)
		return;
	if (other_offer)
		s->offer = (struct df_offer){.pref = c->df.preference,
					     .dont_preempt = c->df.dont_preempt};
	if (s->drain == DRAIN_NO)
		segment_originate(s);
	segment_originate_ad(s);
	segment_later(s, DF_EV_VLAN_CHANGE);
}

static void remove_gone(struct segments *ss, const struct conf *want)
{
	struct segment *s, *next;
	size_t i;

	for (s = TAILQ_FIRST(&ss->list); s; s = next) {
		next = TAILQ_NEXT(s, entry);
		for (i = 0; i < want->n_segments; i++)
			if (is_for(s, &want->segments[i]))
				break;
		if (i < want->n_segments || segment_retire(s, want))
			continue;
		if (s->port_up)
			log_warning("segment %s: removed; %s is open to everything from now on",
				    s->conf.name, s->conf.interface);
		segment_remove(s);
	}
}

/* Those of @want; the first @configured of them are in the file, the others are FRR's. */
static void renew(struct segments *ss, const struct conf *want, size_t configured)
{
	struct segment *s;
	size_t i;

	remove_gone(ss, want);
	for (i = 0; i < want->n_segments; i++) {
		s = segment_for(ss, &want->segments[i]);
		if (s)
			segment_change(s, &want->segments[i]);
		else
			s = segment_add(ss, &want->segments[i]);
		if (s)
			s->discovered = i >= configured;
	}
}

void segments_renew(struct segments *ss)
{
	const struct conf *now = speaker_conf(ss->speaker);
	struct conf *want = conf_new();
	int r = want ? 0 : -ENOMEM;
	size_t i;

	ss->discover_due = false;
	for (i = 0; !r && i < now->n_segments; i++)
		r = conf_add_segment(want, &now->segments[i]);
	if (!r) {
		segment_discover(ss, now, want);
		renew(ss, want, now->n_segments);
	} else {
		log_error("segments: no memory, they stay as they are");
	}
	conf_free(want);
}

static void segments_conf(void *state, unsigned int changes, const struct conf *now)
{
	struct segments *ss = state;
	struct segment *s;

	/* what is out is withdrawn under the old identity, which is part of its key */
	if (changes & CONF_CHANGED_IDENTITY)
		while ((s = TAILQ_FIRST(&ss->list)))
			segment_remove(s);
	ss->router_id = ntohl(now->global.router_id);
	ss->self = ip_is_none(&now->global.originator) ? ip_v4(ntohl(now->global.router_id)) :
							 now->global.originator;
	segments_renew(ss);
	/* RT-1 carries the export targets of the VRFs and of the bridge domains */
	if (changes & (CONF_CHANGED_VRFS | CONF_CHANGED_BRIDGES))
		TAILQ_FOREACH(s, &ss->list, entry)
			if (s->advertised) {
				segment_originate_ad(s);
				segment_evi_originate(s, true);
				segment_later(s, DF_EV_VLAN_CHANGE);
			}
	TAILQ_FOREACH(s, &ss->list, entry)
		segment_enforce_follow(s);
	if (!ss->have_conf)
		segments_await_sessions(ss);
	ss->have_conf = true;
	ss->configured = (unsigned int)now->n_peers;
	segments_sweep_due(ss);
	segments_try_start(ss);
}

/* The kernel says it at most every ten seconds; when it has the segment anew it begins to count anew. */
static void count_forgotten(struct segment *s, const struct fact_es *f)
{
	uint64_t before = f->hosts_forgotten < s->hosts_forgotten ? 0 : s->hosts_forgotten;

	if (f->hosts_forgotten > before)
		log_warning(
			"segment %s: it has as many hosts as host-limit allows (%u), or all segments "
			"together have: the kernel has forgotten %" PRIu64 " others",
			s->conf.name, s->conf.host_limit, f->hosts_forgotten - before);
	s->hosts_forgotten = f->hosts_forgotten;
}

/* The VLANs that a bridge's port lets through. */
static void port_vlans(struct segments *ss, const struct fact_port *f)
{
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry)
		if (s->ifindex == f->ifindex)
			segment_circuits_later(s);
}

void segment_in_kernel(struct segment *s, const struct fact_es *f)
{
	s->in_kernel = !f->gone;
	s->kernel_role = f->role;
	s->kernel_force = f->force;
}

/* Before the first configuration is in force, what the kernel has is only remembered. */
static void kernel_es(struct segments *ss, const struct fact_es *f)
{
	struct segment *s = segment_by_esi(ss, &f->esi), *other;
	struct fact_es *more;

	if (s)
		segment_in_kernel(s, f);
	if (ss->links_done) {
		if (s && f->fail_applied)
			log_warning("segment %s: the kernel had applied its loss policy",
				    s->conf.name);
		if (s && !f->gone)
			count_forgotten(s, f);
		if (s && segment_port_heard(s, f))
			update_port(s);
		return;
	}
	if (f->gone)
		return;
	more = realloc(ss->kernel_es, (ss->n_kernel_es + 1) * sizeof(*more));
	if (!more)
		return;
	ss->kernel_es = more;
	ss->kernel_es[ss->n_kernel_es++] = *f;
	TAILQ_FOREACH(other, &ss->list, entry)
		segment_guess_esi(other, f);
	if (s && !s->wished)
		segment_adopt(s);
}

static void segments_fact(void *state, enum ipc_type type, const void *fact)
{
	struct segments *ss = state;

	switch (type) {
	case IPC_FACT_MAINTENANCE:
		segments_maintain(ss, &((const struct fact_maintenance *)fact)->esi, true);
		break;
	case IPC_FACT_LINK:
	case IPC_FACT_LINK_GONE:
		update_ports(ss, fact);
		break;
	case IPC_FACT_PORT:
		port_vlans(ss, fact);
		break;
	case IPC_FACT_LINKS_DONE:
		ss->links_done = true;
		update_ports(ss, NULL);
		segments_try_start(ss);
		break;
	case IPC_FACT_CORE:
		segments_core(ss, fact);
		break;
	case IPC_FACT_KERNEL:
		ss->kernel = *(const struct fact_kernel *)fact;
		break;
	case IPC_FACT_ES:
		kernel_es(ss, fact);
		break;
	case IPC_FACT_FRR_ES:
		segment_frr_es(ss, fact);
		break;
	case IPC_FACT_FRR:
		segment_frr_heard(ss, fact);
		break;
	default:
		break;
	}
}

static void segments_result(void *state, const void *result)
{
	const struct es_result *r = result;
	struct segment *s = segment_by_esi(state, &r->esi);

	if (s)
		segment_answered(s, r);
}

static void segments_route(void *state, const struct evpn_nlri *nlri, const struct rib_path *now)
{
	segment_frr_route(state, nlri);
	if (nlri->type == EVPN_IMET)
		segment_peers_imet(state);
	else
		segment_route_heard(state, nlri, now);
}

/*
 * RT-1 and RT-4 of every segment: one may be ours the next moment. RT-3 tells of a PE that shares an
 * all-active segment whether it is still there.
 */
static enum want segments_wanted(void *state, const struct evpn_nlri *nlri,
				 const struct bgp_attrs *attrs)
{
	struct segments *ss = state;
	struct segment *s;

	if (nlri->type != EVPN_IMET)
		return segment_by_esi(ss, &nlri->esi) ? WANTED_VITAL : WANTED;
	TAILQ_FOREACH(s, &ss->list, entry)
		if (s->conf.mode == CONF_ALL_ACTIVE)
			return WANTED;
	return WANTED_NOT;
}

static int run_later(sd_event_source *source, void *data)
{
	segment_run_later(data);
	return 0;
}

static void *segments_start(struct speaker *speaker)
{
	struct segments *ss = calloc(1, sizeof(*ss));
	sd_event *event = speaker_event(speaker);

	if (!ss)
		return NULL;
	ss->speaker = speaker;
	TAILQ_INIT(&ss->list);
	TAILQ_INIT(&ss->frr_known);
	RB_INIT(&ss->routes);
	if (sd_event_add_defer(event, &ss->later, run_later, ss) < 0) {
		free(ss);
		return NULL;
	}
	sd_event_source_set_enabled(ss->later, SD_EVENT_OFF);
	segments_core_init(ss);
	segment_keep_init(ss);
	return ss;
}

/*
 * The process ends. The kernel keeps every role that is left: segments_leave() has handed over what another
 * PE takes; what none takes goes on as after a death, and the owner hold time with the loss policy decides.
 */
static void segments_stop(void *state)
{
	struct segments *ss = state;
	struct segment *s;

	while ((s = TAILQ_FIRST(&ss->list))) {
		TAILQ_REMOVE(&ss->list, s, entry);
		segment_drain_reset(s);
		timer_done(&s->lacp_grace);
		segment_handover_done(s);
		segment_elect_done(s);
		segment_frr_done(s);
		segment_icc_done(s);
		free(s);
	}
	segment_routes_free(ss);
	segment_frr_forget(ss);
	segments_core_done(ss);
	segment_keep_done(ss);
	timer_done(&ss->leave_timer);
	sd_event_source_unref(ss->later);
	free(ss->kernel_es);
	free(ss->maintenance);
	free(ss);
}

const struct service segment_service = {
	.name = "segment",
	.route_types = 1u << EVPN_AD | 1u << EVPN_IMET | 1u << EVPN_ES,
	.start = segments_start,
	.leave = segments_leave,
	.stop = segments_stop,
	.conf = segments_conf,
	.fact = segments_fact,
	.results = IPC_WISH_ES_RESULT,
	.result = segments_result,
	.route = segments_route,
	.wanted = segments_wanted,
	.sync = segments_sync,
	.pe = segments_pe,
	.pes = segments_pes,
	.word = segments_word,
	.shares = segments_shares,
	.query = segment_query,
};
