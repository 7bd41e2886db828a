// SPDX-License-Identifier: GPL-2.0-only
/*
 * member_adv.c - what hosts of this PE want, as RT-7, and that one of them has left, as RT-8; to the
 * segment's other PEs by ES-Import and one EVI-RT, or to those of the VRF by its route targets.
 *
 * An RT-7 that says more than before replaces the one before, without a withdraw between them. An RT-8 is
 * withdrawn by who has originated it, when its time is over.
 *
 * RFC 9251 (4.1, 4.2, 6, 7, 9.2, 9.3), draft-ietf-bess-evpn-l3mh-proto (3.7.1)
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "log.h"
#include "services/member/member.h"

bool member_may_advertise(const struct mgroup *g, char why[MEMBER_WHY_MAX])
{
	const struct circuit *c = g->circuit;

	why[0] = '\0';
	if (!c->es->conf)
		snprintf(why, MEMBER_WHY_MAX, "its segment is not configured");
	else if (!c->vrf)
		snprintf(why, MEMBER_WHY_MAX,
			 c->port.bridge ? "no bridge domain of the configuration has its device" :
					  "no VRF of the configuration has its device");
	else if (place_sync(c) == CONF_SYNC_OFF)
		snprintf(why, MEMBER_WHY_MAX, "sync-targets is off");
	else if (!c->vrf->conf.n_export)
		snprintf(why, MEMBER_WHY_MAX, "VRF %s has no export route target",
			 c->vrf->conf.name);
	return !why[0];
}

/* The time that an RT-8 of ours says, in tenths of a second. */
static u8 leave_tenths(const struct mgroup *g)
{
	const struct conf_segment *s = g->circuit->es->conf;

	return s ? (u8)(s->leave_ms / 100) : MEMBER_LEAVE_TENTHS;
}

static struct evpn_nlri nlri_of(struct members *ms, const struct mentry *e, u8 type, u16 id,
				u8 flags)
{
	return (struct evpn_nlri){
		.type = type,
		.rd = rd_make_ip(ms->router_id, id),
		.esi = e->group->circuit->es->esi,
		.etag = e->group->circuit->tag,
		.src = mentry_source(e),
		.grp = mgroup_addr(e->group),
		.orig = ip_v4(ms->router_id),
		.flags = flags,
		.max_resp = type == EVPN_LEAVE ? leave_tenths(e->group) : 0,
	};
}

static bool originate(struct members *ms, const struct mentry *e, const struct evpn_nlri *n)
{
	struct ecomm ec[PLACE_TARGETS_MAX];
	size_t n_ec = place_targets(e->group->circuit, ec);
	struct bgp_attrs attrs;

	bgp_attrs_init(&attrs);
	attrs.origin = BGP_ORIGIN_IGP;
	attrs.present = BGP_BIT(BGP_ATTR_ORIGIN) | BGP_BIT(BGP_ATTR_EXT_COMMUNITY);
	attrs.ext = ecomm_slice(ec, ecomm_sort(ec, n_ec));
	if (!speaker_originate(ms->speaker, n, &attrs, false))
		return true;
	log_error("membership %s was not advertised", ip_format(&n->grp, (char[IP_STRLEN]){0}));
	return false;
}

void member_advertise(struct members *ms, struct mentry *e)
{
	u16 id = e->group->circuit->vrf ? e->group->circuit->vrf->id : 0;
	bool was = e->advertised;
	char why[MEMBER_WHY_MAX];
	struct evpn_nlri n;

	if (!e->local || !member_may_advertise(e->group, why)) {
		member_withdraw(ms, e);
		return;
	}
	if (was && e->adv_id != id)
		member_withdraw(ms, e);
	n = nlri_of(ms, e, EVPN_JOIN, id, e->local);
	if (!originate(ms, e, &n))
		return;
	if (!e->advertised)
		e->group->circuit->es->advertised++;
	e->advertised = true;
	e->adv_id = id;
	e->adv_flags = e->local;
	if (!was && member_watched(ms))
		member_tell(ms, e, "advertised", NULL);
}

void member_withdraw(struct members *ms, struct mentry *e)
{
	struct evpn_nlri n;

	if (!e->advertised)
		return;
	n = nlri_of(ms, e, EVPN_JOIN, e->adv_id, e->adv_flags);
	e->advertised = false;
	e->group->circuit->es->advertised--;
	speaker_withdraw(ms->speaker, &n, false);
	if (member_watched(ms))
		member_tell(ms, e, "withdrawn", NULL);
}

/* ---- RT-8 ---- */

static u8 flags_of(const struct mentry *e)
{
	u8 flags = e->local;
	const struct mremote *r;

	for (r = e->remotes; r; r = r->next)
		flags |= r->flags;
	return flags;
}

/* By when they end: segments have times of their own. */
static void insert_leaving(struct members *ms, struct mleave *l)
{
	struct mleave *before = TAILQ_LAST(&ms->leaving, mleaves);

	while (before && before->until_us > l->until_us)
		before = TAILQ_PREV(before, mleaves, leaving);
	if (before)
		TAILQ_INSERT_AFTER(&ms->leaving, before, l, leaving);
	else
		TAILQ_INSERT_HEAD(&ms->leaving, l, leaving);
	if (l == TAILQ_FIRST(&ms->leaving))
		timer_start_at(&ms->leave_timer, l->until_us);
}

void member_leave(struct members *ms, struct mentry *e)
{
	u64 now = timer_now_us(), until;
	char why[MEMBER_WHY_MAX];
	struct evpn_nlri n;
	u8 flags = flags_of(e);
	u16 id;

	/* While one is under way, others say nothing new (RFC 9251 section 4.1.2). */
	if (!flags || mentry_is_leaving(e) || now < mentry_left_us(e) ||
	    !member_may_advertise(e->group, why))
		return;
	id = e->group->circuit->vrf->id;
	n = nlri_of(ms, e, EVPN_LEAVE, id, flags);
	until = now + n.max_resp * 100000ull;
	if (!member_left(e, until))
		return;
	if (!originate(ms, e, &n)) {
		e->leave->left_us = 0;
		return;
	}
	ms->counts.leaves++;
	e->leave->out = true;
	e->leave->id = id;
	e->leave->flags = flags;
	e->leave->until_us = until;
	insert_leaving(ms, e->leave);
	if (member_watched(ms))
		member_tell(ms, e, "leaving", NULL);
}

/* The entry stays; whoever has called drops its group. */
void member_leave_withdraw(struct members *ms, struct mentry *e)
{
	struct evpn_nlri n;

	if (!mentry_is_leaving(e))
		return;
	n = nlri_of(ms, e, EVPN_LEAVE, e->leave->id, e->leave->flags);
	e->leave->out = false;
	TAILQ_REMOVE(&ms->leaving, e->leave, leaving);
	speaker_withdraw(ms->speaker, &n, false);
}

void member_leave_ended(void *data)
{
	struct members *ms = data;
	u64 now = timer_now_us();
	struct mleave *l;

	while ((l = TAILQ_FIRST(&ms->leaving)) && l->until_us <= now) {
		struct mgroup *g = l->entry->group;

		member_leave_withdraw(ms, l->entry);
		member_drop(ms, g);
	}
	if (l)
		timer_start_at(&ms->leave_timer, l->until_us);
}
