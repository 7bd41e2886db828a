// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_device.c - the device of a segment: whether it is there and up, which ESI its LACP partner gives, and
 * what follows when a device of this host has changed.
 */
#include <net/if.h>

#include "log.h"
#include "services/segment/segment.h"

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

static void note_port(struct segment *s, const struct device *l)
{
	if (l)
		s->ports[s->n_ports++] = l->fact.ifindex;
}

/*
 * Its devices, those that are there. Return: the first. By its number as a rule, that of the only one: names
 * are compared when it is another one's now.
 */
static const struct device *find_ports(struct segment *s)
{
	const struct device *l = segment_link_by_index(s->owner, s->ifindex);

	if (s->conf.set.n || !l || strcmp(l->fact.ifname, s->conf.interface) != 0)
		l = segment_link(s->owner, s->conf.interface);
	s->n_ports = 0;
	note_port(s, l);
	for (u8 i = 1; i < s->conf.set.n; i++)
		note_port(s, segment_link(s->owner, s->conf.set.name[i]));
	s->ifindex = s->n_ports ? s->ports[0] : 0;
	return segment_link_by_index(s->owner, s->ifindex);
}

bool segment_has_port(const struct segment *s, u32 ifindex)
{
	for (u8 i = 0; i < s->n_ports; i++)
		if (s->ports[i] == ifindex)
			return true;
	return false;
}

bool segment_is_vlan_port(const struct segment *s, const struct device *l)
{
	return s->conf.set.n && !strcmp(l->fact.kind, "vlan") &&
	       segment_has_port(s, l->fact.ifindex);
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
static bool is_shut(const struct segment *s)
{
	const struct device *l;

	for (u8 i = 0; i < s->n_ports; i++) {
		l = segment_link_by_index(s->owner, s->ports[i]);
		if (l && l->fact.flags & IFF_UP)
			return false;
	}
	return s->n_ports && !segment_is_frr(s);
}

void segment_update_port(struct segment *s)
{
	u32 before = s->ifindex;
	const struct device *l = find_ports(s);
	bool was = s->port_up;

	segment_frr_link(s, l, before);
	s->port_up = segment_port_state(s);
	s->closed |=
		s->owner->core.lost || (was && is_shut(s)) || (s->way_lost && s->owner->links_done);
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
	segment_update_port(data);
}

void segment_device_init(struct segment *s)
{
	timer_init(&s->lacp_grace, speaker_event(s->owner->speaker), 1000, grace_ended, s);
}

/* Is it the device of the segment, under its old or its new name? */
static bool is_port_of(const struct segment *s, const struct fact_link *f)
{
	return conf_segment_has(&s->conf, f->ifname) || segment_has_port(s, f->ifindex);
}

/* Does it lead to the customer, or did it, under another name? */
static bool is_way_of(const struct segment *s, const struct fact_link *f)
{
	for (u8 i = 0; i < s->conf.n_track; i++)
		if (s->tracked[i] == f->ifindex)
			return true;
	return conf_segment_tracks(&s->conf, f->ifname);
}

/*
 * A sub-interface costs no more than a note: thousands of them go down and come up together, and what
 * follows from it is done once for all of them.
 */
void segments_link(struct segments *ss, const struct fact_link *f)
{
	bool bridge = f && segment_bridges_concern(ss, f->ifname);
	bool carries = bridge || (f && !strcmp(f->kind, "bridge"));
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry) {
		if (!f || is_port_of(s, f) || is_way_of(s, f))
			segment_update_port(s);
		else if (bridge)
			update_bridges(s);
		if (f && (carries || segment_has_port(s, f->link)))
			segment_circuits_later(s);
	}
}

/* Where what comes in by a segment's devices goes on to. */
struct where {
	bool vrf;
	bool elsewhere;
};

static void look_where(const struct segment *s, const struct device *d, bool global,
		       struct where *w)
{
	const struct devices *all = speaker_devices(s->owner->speaker);
	const struct device *v;

	if (!d->fact.master)
		w->vrf |= global;
	else if (!strcmp(d->fact.master_kind, "vrf"))
		w->vrf = true;
	else
		w->elsewhere = true;
	for (v = device_above(all, d->fact.ifindex, NULL); v && !w->elsewhere;
	     v = device_above(all, d->fact.ifindex, v))
		look_where(s, v, global, w);
}

bool segment_is_routed(const struct segment *s)
{
	const struct conf *conf = speaker_conf(s->owner->speaker);
	const struct device *d;
	bool global = false;
	struct where w = {0};

	for (size_t i = 0; conf && i < conf->n_vrfs; i++)
		global |= !strcmp(conf->vrfs[i].name, CONF_VRF_GLOBAL);
	for (u8 i = 0; i < s->n_ports; i++) {
		d = segment_link_by_index(s->owner, s->ports[i]);
		if (d)
			look_where(s, d, global, &w);
	}
	return w.vrf && !w.elsewhere;
}

void segments_far_end(void *state, const struct ip_addr *address)
{
	struct segments *ss = state;
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry)
		if (ip_equal(&s->conf.far_end, address))
			segment_update_port(s);
}

void segments_update_ports(struct segments *ss)
{
	segments_link(ss, NULL);
}
