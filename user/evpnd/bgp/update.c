// SPDX-License-Identifier: GPL-2.0-only
/*
 * update.c - UPDATE and ROUTE-REFRESH as they arrive: from the verdict of the codec to the RIB.
 *
 * What is wrong costs as little as RFC 7606 allows: an attribute, a route, all routes of the message,
 * and only when nothing else is left the session. A route that went in a circle is not used: it is
 * kept out of the RIB, like a withdrawn one.
 *
 * RFC 4271 (9.1.2 AS loop, 5.1.3 next hop), RFC 4456 (8: ORIGINATOR_ID, CLUSTER_LIST), RFC 7606,
 * RFC 4724 (2: End-of-RIB), RFC 2918, RFC 7313
 */
#include "bgp/session.h"

#include <errno.h>
#include <stdio.h>

#include "log.h"
#include "bgp/bgp_host.h"

/**
 * struct intake - one UPDATE on its way into the RIB
 * @over: a limit of the peer was passed, as @limit says
 * @attrs: interned; NULL when there is no memory for them, or nothing to be advertised
 */
struct intake {
	struct session *s;
	const struct bgp_update *u;
	struct rib *rib;
	struct rib_attrs *attrs;
	bool withdraw_all;
	bool over;
	struct bgp_error limit;
};

/*
 * Why routes with attributes @a must not be used here; NULL: they may.
 * @a: interned, so that the path is the one that AS4_PATH completes (RFC 6793 section 4.2.3)
 */
static const char *loop_reason(const struct session *s, const struct bgp_attrs *a,
			       const struct ip_addr *nh)
{
	const struct bgp_host *host = s->host;
	uint32_t id = bgp_host_router_id(host);
	struct ip_addr own = bgp_host_next_hop(host);

	if (bgp_as_path_has(a, host->conf->global.as))
		return "our own AS is in AS_PATH";
	if (BGP_HAS(a, BGP_ATTR_ORIGINATOR_ID) && a->originator_id == id)
		return "ORIGINATOR_ID is ours";
	if (bgp_cluster_has(a, id))
		return "our identifier is in CLUSTER_LIST";
	if (ip_equal(nh, &own))
		return "the next hop is our own address";
	return NULL;
}

/* RFC 4271 section 6.3: what an external peer sends, it has put its own AS in front of. */
static bool first_as_is_wrong(const struct session *s, const struct bgp_attrs *a)
{
	return s->conf.enforce_first_as && session_is_ebgp(s) &&
	       bgp_as_path_first(a) != s->conf.remote_as;
}

/* Whether the routes of MP_REACH are to be withdrawn although nothing is wrong with their octets. */
static bool is_unwanted(struct session *s, const struct bgp_attrs *a, const struct ip_addr *nh)
{
	const char *loop = loop_reason(s, a, nh);

	if (loop) {
		log_debug("peer %s: routes not used, %s", s->name, loop);
		return true;
	}
	if (!first_as_is_wrong(s, a))
		return false;
	session_warn(s, "UPDATE: the first AS of AS_PATH is %u, expected %u (withdraw)",
		     bgp_as_path_first(a), s->conf.remote_as);
	return true;
}

static void take_withdraw(struct intake *in, const struct evpn_nlri *n)
{
	if (rib_withdraw(in->rib, in->s->rib_peer, n) > 0)
		in->s->received.withdrawn++;
}

/* Nobody here can use it. One that could is not there any more either. */
static void ignore(struct intake *in, const struct evpn_nlri *n)
{
	in->s->received.ignored++;
	in->s->ignored_since++;
	rib_withdraw(in->rib, in->s->rib_peer, n);
}

static int put(struct intake *in, const struct evpn_nlri *n)
{
	if (!in->attrs)
		in->attrs = rib_attrs_get(in->rib, &in->u->attrs, &in->u->reach.nh);
	return in->attrs ? rib_update(in->rib, in->s->rib_peer, n, in->attrs) : -ENOMEM;
}

/*
 * A route that is refused leaves the one that was there before it in force no more: what the peer
 * says now is not known here, and old news may elect a PE that has drawn back.
 */
static void take_reach(struct intake *in, const struct evpn_nlri *n)
{
	struct bgp_host *host = in->s->host;
	const struct bgp_attrs *a = in->attrs ? rib_attrs(in->attrs) : &in->u->attrs;
	enum want wanted = host->ops->wanted(host, n, a);
	bool room;
	int r;

	if (wanted == WANTED_NOT) {
		ignore(in, n);
		return;
	}
	/* one that is there already takes no more room than it has */
	room = host->ops->room_for(host, wanted) || rib_has(in->rib, in->s->rib_peer, n);
	r = room ? put(in, n) : -ENOMEM;
	if (r == -ENOMEM && room) {
		host->ops->exhausted(host);
		if (wanted == WANTED_VITAL)
			r = put(in, n);
	}
	if (r == -ENOMEM) {
		rib_withdraw(in->rib, in->s->rib_peer, n);
		host->ops->refused(in->s);
	} else if (r < 0) {
		in->s->received.discarded++;
	} else if (r > 0) {
		in->over = session_over_limit(in->s, &in->limit);
	}
}

/*
 * The codec reads what others send; here it would become a candidate of an election, and one that
 * nobody can reach: loopback, multicast and reserved addresses are no router's.
 */
static bool originator_is_good(const struct evpn_nlri *n, struct bgp_outcome *out)
{
	char ip[IP_STRLEN];

	if (n->type != EVPN_ES || ip_is_host(&n->orig))
		return true;
	out->verdict = BGP_WITHDRAW;
	snprintf(out->err.reason, sizeof(out->err.reason),
		 "its originator %s is not the address of a router", ip_format(&n->orig, ip));
	return false;
}

/* One route that MP_REACH announces, with the verdict @out over it alone. */
static void take_route(struct intake *in, const struct evpn_nlri *n, struct bgp_outcome *out)
{
	char route[EVPN_STRLEN];

	if (in->withdraw_all) {
		take_withdraw(in, n);
		return;
	}
	if (out->verdict == BGP_ACCEPT && evpn_check(&in->u->attrs, n, out) == BGP_ACCEPT &&
	    originator_is_good(n, out)) {
		take_reach(in, n);
		return;
	}
	in->s->received.discarded++;
	if (out->verdict == BGP_WITHDRAW) {
		session_warn(in->s, "%s %s is treated as withdrawn: %s", evpn_type_name(n->type),
			     evpn_format(n, route), out->err.reason);
		take_withdraw(in, n);
	} else {
		log_debug("peer %s: route of type %u left out: %s", in->s->name, n->type,
			  out->err.reason);
	}
}

/*
 * Walk one field of routes. The codec judged its framing before, so a route that cannot be parsed
 * now (BGP_RESET) is one whose own length fields are wrong.
 */
static enum bgp_verdict walk(struct intake *in, const struct slice *field, bool withdraw,
			     struct bgp_outcome *out)
{
	struct evpn_iter it;
	struct evpn_nlri n;

	evpn_iter_init(&it, field, false, withdraw);
	bgp_outcome_init(out);
	while (evpn_iter_next(&it, &n, out)) {
		if (out->verdict == BGP_RESET)
			return BGP_RESET;
		if (!withdraw)
			take_route(in, &n, out);
		if (in->over) {
			out->verdict = BGP_RESET;
			out->err = in->limit;
			return BGP_RESET;
		}
		if (withdraw && out->verdict != BGP_DISCARD)
			take_withdraw(in, &n);
		bgp_outcome_init(out);
	}
	return out->verdict == BGP_RESET ? BGP_RESET : BGP_ACCEPT;
}

static bool is_evpn(const struct bgp_mp *mp)
{
	return mp->present && mp->afi == BGP_AFI_L2VPN && mp->safi == BGP_SAFI_EVPN;
}

static void process(struct conn *c, const struct bgp_update *u)
{
	struct session *s = c->session;
	struct intake in = {.s = s, .u = u, .rib = s->host->rib};
	struct bgp_outcome out;
	bool bad = false;

	if (u->out.verdict != BGP_ACCEPT)
		session_warn(s, "UPDATE: %s (%s)", u->out.err.reason,
			     bgp_verdict_name(u->out.verdict));
	in.withdraw_all = u->out.verdict == BGP_WITHDRAW;
	if (is_evpn(&u->reach) && !in.withdraw_all)
		in.attrs = rib_attrs_get(in.rib, &u->attrs, &u->reach.nh);
	if (in.attrs && is_unwanted(s, rib_attrs(in.attrs), &u->reach.nh))
		in.withdraw_all = true;
	if (is_evpn(&u->unreach))
		bad = walk(&in, &u->unreach.nlri, true, &out) == BGP_RESET;
	if (is_evpn(&u->reach) && !bad) {
		rib_peer_tick(s->rib_peer, c->read_at);
		bad = walk(&in, &u->reach.nlri, false, &out) == BGP_RESET;
	}
	rib_attrs_put(in.rib, in.attrs);
	if (bad)
		conn_event(c, BGP_EV_UPDATE_ERR, &out.err);
	else if (u->eor && u->eor_af.afi == BGP_AFI_L2VPN && u->eor_af.safi == BGP_SAFI_EVPN)
		session_eor_received(s);
}

void update_receive(struct conn *c, const u8 *body, size_t len)
{
	struct bgp_update u;
	bool established = c->fsm.state == BGP_ESTABLISHED;

	c->session->received.updates++;
	if (established && bgp_update_decode(body, len, &c->ctx, &u) == BGP_RESET) {
		conn_event(c, BGP_EV_UPDATE_ERR, &u.out.err);
		return;
	}
	conn_event(c, BGP_EV_UPDATE, NULL);
	if (established)
		process(c, &u);
}

/* ---- ROUTE-REFRESH ---- */

static void refresh_act(struct session *s, const struct bgp_refresh *r)
{
	switch (r->subtype) {
	case BGP_REFRESH_REQUEST:
		log_debug("peer %s asks for all routes again", s->name);
		advertise_again(s);
		break;
	case BGP_REFRESH_BORR:
		rib_peer_refresh_begin(s->rib_peer);
		break;
	case BGP_REFRESH_EORR:
		rib_peer_refresh_end(s->host->rib, s->rib_peer);
		break;
	}
}

void refresh_receive(struct conn *c, const u8 *body, size_t len)
{
	struct bgp_error err = {0};
	struct bgp_refresh r;
	bool established = c->fsm.state == BGP_ESTABLISHED;

	if (bgp_refresh_decode(body, len, &r, &err)) {
		conn_event(c, BGP_EV_REFRESH_ERR, &err);
		return;
	}
	conn_event(c, BGP_EV_REFRESH, NULL);
	if (established && r.afi == BGP_AFI_L2VPN && r.safi == BGP_SAFI_EVPN)
		refresh_act(c->session, &r);
}
