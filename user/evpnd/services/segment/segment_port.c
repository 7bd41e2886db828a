// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_port.c - can the customer be reached through a segment's device?
 *
 * Carrier is not enough on an 802.3ad bond: the customer's LACP decides which of its links it uses. A
 * standby tells it not to use this one, so "it distributes to us" cannot be asked of a candidate; what
 * can be asked is that both ends have put the link into their aggregates, which is LACP_READY. A
 * segment whose module does not know it is judged by carrier.
 *
 * IEEE 802.1AX-2020 section 6.4; RFC 9786 section 3.
 */
#include <net/if.h>
#include <stdio.h>

#include "log.h"
#include "services/segment/segment.h"
#include "speaker/far_ends.h"

enum {
	BOND_8023AD = 4,
	/* the module asks a partner that it does not know, and is answered within a second */
	PARTNER_GRACE_MS = 4000,
};

static bool has_carrier(const struct fact_link *f)
{
	if (!f->carrier)
		return false;
	return strcmp(f->kind, "bond") || !f->members || f->members_up;
}

/* Will the module say something of this segment? */
static bool module_will_tell(const struct segment *s)
{
	return s->owner->kernel.present && !(s->wished && s->result.status == WISH_REFUSED);
}

static bool is_unheard(const struct segment *s)
{
	return !s->lacp_known || s->lacp.state == LACP_UNKNOWN;
}

/*
 * The segment was made again in the module, or its link went for a moment: until the partner has had
 * the time to speak, what was known of it is good enough.
 */
static bool in_grace(const struct segment *s)
{
	return s->port_up && timer_running(&s->lacp_grace);
}

/* Why the customer's LACP does not let us reach it, a sentence in @why; false when it does. */
static bool lacp_missing(const struct segment *s, const struct fact_link *f, char *why)
{
	const struct fact_lacp *lacp = &s->lacp;

	if (f->bond_mode != BOND_8023AD || segment_is_frr(s) || (is_unheard(s) && in_grace(s)))
		return false;
	if (!s->lacp_known) {
		if (!module_will_tell(s))
			return false;
		snprintf(why, ROLE_TEXT_MAX, "waits to hear of the LACP partner of %s", f->ifname);
		return true;
	}
	switch (lacp->state) {
	case LACP_UNKNOWN:
		if (s->conf.lacp_bypass)
			return false;
		snprintf(why, ROLE_TEXT_MAX, "%s has heard no LACP partner since its link came up",
			 f->ifname);
		return true;
	case LACP_EXPIRED:
		snprintf(why, ROLE_TEXT_MAX,
			 "the LACP partner of %s has been silent for longer than %u s", f->ifname,
			 lacp->timeout_ms / 1000);
		return true;
	case LACP_DEAF:
		snprintf(why, ROLE_TEXT_MAX, "the LACP partner of %s does not hear this PE",
			 f->ifname);
		return true;
	case LACP_OUT_OF_SYNC:
		snprintf(why, ROLE_TEXT_MAX, "the LACP partner of %s is not in sync", f->ifname);
		return true;
	case LACP_DETACHED:
		snprintf(why, ROLE_TEXT_MAX, "%s does not use the link to its LACP partner",
			 f->ifname);
		return true;
	default:
		return false;
	}
}

/* Why a device does not work, or an empty sentence */
static const struct device *device_why(const struct segment *s, const char *ifname,
				       char why[ROLE_TEXT_MAX])
{
	const struct device *l = segment_link(s->owner, ifname);

	why[0] = '\0';
	if (!l)
		snprintf(why, ROLE_TEXT_MAX, "%s does not exist", ifname);
	else if (!(l->fact.flags & IFF_UP))
		snprintf(why, ROLE_TEXT_MAX, "%s is administratively down", ifname);
	else if (!has_carrier(&l->fact))
		snprintf(why, ROLE_TEXT_MAX, "%s has no carrier", ifname);
	return l;
}

void segment_port_why(const struct segment *s, const char *ifname, char why[ROLE_TEXT_MAX])
{
	const struct device *l = device_why(s, ifname, why);

	if (!why[0])
		lacp_missing(s, &l->fact, why);
}

/* RFC 9784: several devices are one segment, which is up while one of them is. */
static bool any_port_is_up(struct segment *s)
{
	char why[ROLE_TEXT_MAX];

	segment_port_why(s, s->conf.interface, s->port_reason);
	for (u8 i = 1; s->port_reason[0] && i < s->conf.set.n; i++) {
		segment_port_why(s, s->conf.set.name[i], why);
		if (!why[0])
			s->port_reason[0] = '\0';
	}
	if (s->port_reason[0] && s->conf.set.n > 1) {
		memcpy(why, s->port_reason, sizeof(why));
		snprintf(s->port_reason, ROLE_TEXT_MAX, "none of its %u devices is up: %.100s",
			 s->conf.set.n, why);
	}
	return !s->port_reason[0];
}

/*
 * A pseudowire has no carrier that a dead path would take away. The devices that lead to its far end are
 * named for that, and one of them has to work.
 */
static bool tracked_is_up(struct segment *s)
{
	const struct device *l;
	char why[ROLE_TEXT_MAX];
	bool up = !s->conf.n_track;

	for (u8 i = 0; i < s->conf.n_track; i++) {
		l = device_why(s, s->conf.track[i], why);
		s->tracked[i] = l ? l->fact.ifindex : 0;
		up |= !why[0];
	}
	s->way_lost = !up;
	if (!up)
		snprintf(s->port_reason, ROLE_TEXT_MAX, "no way to the customer: %.100s%s", why,
			 s->conf.n_track > 1 ? ", nor do the others lead there" : "");
	return up;
}

/* Or the far end itself is, for BFD. As long as nothing is known of it a segment stays what it is. */
static bool far_end_is_up(struct segment *s)
{
	enum far_end state = far_end_is(s->owner->speaker, &s->conf.far_end);
	char far[IP_STRLEN];

	s->way_lost = state == FAR_END_SILENT;
	if (ip_is_none(&s->conf.far_end) || state == FAR_END_HEARD ||
	    (state == FAR_END_AWAITED && s->port_up))
		return true;
	ip_format(&s->conf.far_end, far);
	if (s->way_lost)
		snprintf(s->port_reason, ROLE_TEXT_MAX,
			 "no way to the customer: BFD does not hear the far end, %s", far);
	else
		snprintf(s->port_reason, ROLE_TEXT_MAX, "waits for BFD to hear the far end, %s",
			 far);
	return false;
}

bool segment_port_state(struct segment *s)
{
	s->way_lost = false;
	if (!any_port_is_up(s) || !tracked_is_up(s) || !far_end_is_up(s))
		return false;
	if (s->owner->core.lost)
		snprintf(s->port_reason, ROLE_TEXT_MAX, "%s", s->owner->core.text);
	return !s->owner->core.lost;
}

static void note_partner(const struct segment *s, const struct fact_lacp *was,
			 const struct fact_lacp *is)
{
	char a[MAC_STRLEN], b[MAC_STRLEN];

	if (was->state != LACP_UNKNOWN && is->state != LACP_UNKNOWN &&
	    (mac_cmp(&was->partner, &is->partner) || was->key != is->key))
		log_warning("segment %s: the LACP partner of %s was %s key %u and is %s key %u",
			    s->conf.name, s->conf.interface, mac_format(&was->partner, a), was->key,
			    mac_format(&is->partner, b), is->key);
	if (is->differ && !was->differ)
		log_warning("segment %s: the members of %s have different LACP partners",
			    s->conf.name, s->conf.interface);
}

bool segment_port_heard(struct segment *s, const struct fact_es *f)
{
	struct fact_lacp was = s->lacp;
	bool known = s->lacp_known, unheard = is_unheard(s);

	s->lacp_known = !f->gone;
	s->lacp = f->lacp;
	if (is_unheard(s) && !unheard)
		timer_start(&s->lacp_grace, PARTNER_GRACE_MS);
	note_partner(s, &was, &s->lacp);
	return known != s->lacp_known || memcmp(&was, &s->lacp, sizeof(was));
}
