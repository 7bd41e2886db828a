// SPDX-License-Identifier: GPL-2.0-only
/*
 * The LACP partner of a member: what it said last, for how long that holds, and what the member is
 * good for. It is read from the LACPDUs that pass in both directions; bonding and team are not
 * asked. Listeners hear of a change from a work that also ends the timeouts, because a hook cannot
 * sleep and silence has no hook.
 *
 * IEEE 802.1AX-2020 sections 6.4.4, 6.4.9 (current_while_timer) and 6.4.15.
 */
#include <linux/if_ether.h>
#include <linux/rtnetlink.h>

#include "evpn.h"

enum {
	/*
	 * Partners that keep to their period by a hair, and this host's own timers of 100 ms, must
	 * not make an end out of a late LACPDU; the same is given to one that says it has expired.
	 */
	PARTNER_GRACE_MS = 500,
	/* A partner cannot make us report more often than this; the first report does not wait. */
	PARTNER_REPORT_MS = 50,
};

static void partner_report(struct evpn_net *en)
{
	unsigned long next = READ_ONCE(en->partner_reported) + msecs_to_jiffies(PARTNER_REPORT_MS);
	unsigned long now = jiffies;

	mod_delayed_work(evpn_wq, &en->partner_work, time_after(next, now) ? next - now : 0);
}

static u8 partner_own_state(const struct evpn_port *port, const u8 *heard)
{
	return port->lacp_sent ? evpn_lacpdu_actor_state(port->lacpdu) :
				 evpn_lacpdu_partner_state(heard);
}

/*
 * How long what was heard holds. A partner that has expired does not hear this host; it says so
 * with each LACPDU, and none of them prolongs what it said before.
 */
static void partner_prolong(struct evpn_port *port, const struct evpn_lacp_partner *before,
			    u8 state)
{
	struct evpn_lacp_partner *partner = &port->partner;
	unsigned long until = jiffies + msecs_to_jiffies(PARTNER_GRACE_MS);

	partner->timeout_ms = evpn_lacp_timeout_ms(partner_own_state(port, partner->pdu));
	if (!(state & EVPN_LACP_EXPIRED))
		until += msecs_to_jiffies(partner->timeout_ms);
	else if (before->heard && time_before(before->until, until))
		until = before->until;
	partner->until = until;
}

/* The aggregate is up: while it is set down its members receive LACPDUs, and nobody here reads them. */
static bool partner_lag_runs(const struct evpn_port *port)
{
	return !port->lag || netif_running(port->lag->dev);
}

/**
 * evpn_partner_heard() - a LACPDU was received
 * @port: the member
 * @pdu: the LACPDU, valid
 *
 * Context: from the ingress hook.
 */
void evpn_partner_heard(struct evpn_port *port, const u8 *pdu)
{
	struct evpn_lacp_partner *partner = &port->partner, before;
	struct evpn_lacp_info was, is;
	bool news;

	if (!partner_lag_runs(port))
		return;
	spin_lock_bh(&port->lacp_lock);
	before = *partner;
	evpn_lacpdu_actor(before.pdu, &was);
	evpn_lacpdu_actor(pdu, &is);
	memcpy(partner->pdu, pdu, EVPN_LACPDU_LEN);
	partner->heard = true;
	partner->at = jiffies;
	partner_prolong(port, &before, is.state);
	news = !before.heard || was.state != is.state || !evpn_lacp_same_end(&was, &is) ||
	       time_after(jiffies, before.until);
	spin_unlock_bh(&port->lacp_lock);
	if (news)
		partner_report(port->es->net);
}

/** evpn_partner_told() - the host's own state has changed in what it sends; from the egress hook */
void evpn_partner_told(struct evpn_port *port)
{
	partner_report(port->es->net);
}

static bool partner_link(const struct evpn_port *port)
{
	return partner_lag_runs(port) && netif_running(port->dev) && netif_carrier_ok(port->dev);
}

/* Under lacp_lock. */
static u32 partner_judge(const struct evpn_port *port)
{
	const struct evpn_lacp_partner *partner = &port->partner;
	struct evpn_lacp_view view = {
		.link = partner_link(port),
		.heard = partner->heard,
		.late = time_after(jiffies, partner->until),
		.sent = port->lacp_sent && !port->lacp_made,
		.own_state = evpn_lacpdu_actor_state(port->lacpdu),
		.partner_state = evpn_lacpdu_actor_state(partner->pdu),
	};

	return evpn_lacp_judge(&view);
}

/**
 * evpn_partner_read() - what is known of a member's partner
 * @port: the member
 * @view: filled in
 *
 * Context: any.
 */
void evpn_partner_read(struct evpn_port *port, struct evpn_partner_view *view)
{
	const struct evpn_lacp_partner *partner = &port->partner;

	spin_lock_bh(&port->lacp_lock);
	view->partner = partner_judge(port);
	view->age_ms = jiffies_to_msecs(jiffies - partner->at);
	view->timeout_ms = partner->timeout_ms;
	evpn_lacpdu_actor(partner->pdu, &view->info);
	spin_unlock_bh(&port->lacp_lock);
}

/** evpn_partner_unheard() - has the partner never spoken since the link came up? */
bool evpn_partner_unheard(const struct evpn_port *port)
{
	return !READ_ONCE(port->partner.heard);
}

/**
 * evpn_partner_link() - a device may have lost its link, or found it
 * @en: the namespace's state
 * @dev: the device: a member, the aggregate of some, or another one
 *
 * What was heard before a link was lost says nothing of what is at its end now. An aggregate that is set down
 * leaves its members their links: LACP stands still here, and the partner gives up what it hears no more of.
 *
 * Context: under evpn_net.lock.
 */
void evpn_partner_link(struct evpn_net *en, const struct net_device *dev)
{
	struct evpn_port *port;
	struct evpn_es *es;

	lockdep_assert_held(&en->lock);
	evpn_for_each_es(es, en) {
		list_for_each_entry(port, &es->members, list) {
			if ((port->dev != dev && port->lag->dev != dev) || partner_link(port))
				continue;
			spin_lock_bh(&port->lacp_lock);
			port->partner.heard = false;
			spin_unlock_bh(&port->lacp_lock);
			partner_report(en);
		}
	}
}

/* Has what is to be told of the partner changed since it was last told? */
static bool partner_is_news(struct evpn_port *port)
{
	struct evpn_partner_told *told = &port->partner_told;
	struct evpn_partner_view view;
	bool news;

	evpn_partner_read(port, &view);
	news = view.partner != told->partner ||
	       (view.partner && !evpn_lacp_same_end(&view.info, &told->info));
	told->partner = view.partner;
	told->info = view.info;
	return news;
}

/* Brings @next forward to when @port has to be looked at again without a LACPDU. */
static void partner_deadline(struct evpn_port *port, unsigned long *next, bool *more)
{
	unsigned long until;
	bool due;

	spin_lock_bh(&port->lacp_lock);
	until = port->partner.until + 1;
	due = port->partner.heard && time_before(jiffies, until);
	spin_unlock_bh(&port->lacp_lock);
	if (!due || (*more && time_before(*next, until)))
		return;
	*next = until;
	*more = true;
}

/** evpn_partner_work() - report what has changed, and wait for the next timeout */
void evpn_partner_work(struct work_struct *work)
{
	struct evpn_net *en = container_of(to_delayed_work(work), struct evpn_net, partner_work);
	unsigned long next = 0;
	struct evpn_port *port;
	struct evpn_es *es;
	bool more = false;

	mutex_lock(&en->lock);
	WRITE_ONCE(en->partner_reported, jiffies);
	evpn_for_each_es(es, en) {
		bool news = false;

		list_for_each_entry(port, &es->members, list) {
			news |= partner_is_news(port);
			partner_deadline(port, &next, &more);
		}
		evpn_lacp_first(es);
		if (!news)
			continue;
		en->seq++;
		evpn_notify_es(es, EVPN_CMD_ES_NTF);
	}
	/* What a hook asks for meanwhile comes sooner, and stays. */
	if (more)
		queue_delayed_work(evpn_wq, &en->partner_work,
				   time_after(next, jiffies) ? next - jiffies : 0);
	mutex_unlock(&en->lock);
}
