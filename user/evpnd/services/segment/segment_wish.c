// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_wish.c - what the kernel is to have of a segment: its mode, its role, how the CE of a standby is told,
 * whose tunnels it does not copy to. Told only when it is another than the last time.
 */
#include "log.h"
#include "services/segment/segment.h"

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
	w->set = s->conf.set;
	w->mode = mode_of(s);
	/* the CE is told when the core has been */
	w->standby = s->leave == LEAVE_CORE ? CONF_STANDBY_BLOCK : segment_standby(s);
	segment_loss(s, w);
	w->host_timeout_ms = s->conf.host_timeout_ms;
	w->host_limit = s->conf.host_limit;
	w->allow = s->conf.allow;
	w->df = s->force.df && !s->frr.left;
	w->draining = segment_is_leaving(s) || (sends_away(s) && s->drain == DRAIN_LEAVING);
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
