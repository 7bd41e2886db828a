// SPDX-License-Identifier: GPL-2.0-only
/*
 * bgp_end.c - see bgp_end.h. The kernel ends a connection for whoever has CAP_NET_ADMIN (CONFIG_INET_DIAG_DESTROY): the
 * other end is sent a reset, which it gets as long as the port is open, and the owner an error at once.
 *
 * Only what leads to the customer: the kernel is asked by which device the other end is reached, in the VRF that the socket
 * is bound to. So a session over the core stays, whatever its addresses are.
 */
#include "system/bgp_end.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "log.h"
#include "nl.h"
#include "nl_route.h"
#include "system/links.h"
#include "timer.h"

enum { BGP_PORT = 179, ROOM_MIN = 64 };

/*
 * A device of a segment that closes. @vlan: the VLAN that it is to a set; @closed: VLANs, of a whole port all;
 * @open: not yet, but it is handed over
 */
struct closing {
	STAILQ_ENTRY(closing) entry;
	uint32_t ifindex;
	uint16_t vlan;
	uint16_t untagged_vid;
	bool open;
	char name[CONF_NAME_MAX];
	uint8_t closed[CONF_VLAN_BYTES];
};

struct bgp_end {
	const struct links *links;
	struct timer now;
	STAILQ_HEAD(, closing) closing;
	struct inet_diag_msg *found;
	size_t n_found;
	size_t room;
	uint64_t ended;
};

/* ---- which connections ---- */

static struct ip_addr address_of(const struct inet_diag_msg *m, const __be32 *from)
{
	return ip_from_bytes(from, m->idiag_family == AF_INET6 ? 16 : 4);
}

/* The segment that closes and has this device, or one that it is a VLAN of; NULL: none */
static const struct closing *closing_on(const struct bgp_end *e, uint32_t ifindex)
{
	const struct fact_link *l = links_by_index(e->links, ifindex);
	const struct closing *c;
	unsigned int vlan = 0;

	while (l) {
		STAILQ_FOREACH(c, &e->closing, entry)
		{
			unsigned int v = c->vlan ? c->vlan : vlan ? vlan : c->untagged_vid;

			if (c->ifindex == l->ifindex && c->closed[v / 8] & 1u << v % 8)
				return c;
		}
		vlan = l->vlan_id;
		l = links_lower(e->links, l);
	}
	return NULL;
}

static const struct closing *leads_to(const struct bgp_end *e, struct nl *nl,
				      const struct inet_diag_msg *m)
{
	struct ip_addr to = address_of(m, m->id.idiag_dst);
	const struct closing *c = closing_on(e, m->id.idiag_if);
	struct nl_route route;

	if (c || (m->id.idiag_if && ip_is_link_local(&to)))
		return c;
	if (nl_route_get_by(nl, &to, m->id.idiag_if, &route, NULL) || route.local)
		return NULL;
	for (unsigned int i = 0; i < route.n_hops && !c; i++)
		c = closing_on(e, route.hop[i]);
	return c;
}

static bool has_bgp_port(const struct inet_diag_msg *m)
{
	return ntohs(m->id.idiag_sport) == BGP_PORT || ntohs(m->id.idiag_dport) == BGP_PORT;
}

static int take(void *data, const struct nlmsghdr *nlh)
{
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(nlh);
	struct bgp_end *e = data;

	if (nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(*m) || !has_bgp_port(m))
		return 0;
	if (e->n_found == e->room) {
		size_t room = e->room ? e->room * 2 : ROOM_MIN;
		struct inet_diag_msg *grown = reallocarray(e->found, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		e->found = grown;
		e->room = room;
	}
	e->found[e->n_found++] = *m;
	return 0;
}

static struct nlmsghdr *request(char *buf, uint16_t type, uint8_t family,
				struct inet_diag_req_v2 **req)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	*req = mnl_nlmsg_put_extra_header(nlh, sizeof(**req));
	(*req)->sdiag_family = family;
	(*req)->sdiag_protocol = IPPROTO_TCP;
	(*req)->idiag_states = 1u << TCP_ESTABLISHED;
	return nlh;
}

/* ---- ending them ---- */

static void end_one(struct bgp_end *e, struct nl *diag, const struct inet_diag_msg *m,
		    const struct closing *c)
{
	struct ip_addr to = address_of(m, m->id.idiag_dst);
	struct inet_diag_req_v2 *req;
	char buf[NL_REQUEST_LEN], ip[IP_STRLEN];
	struct nlmsghdr *nlh = request(buf, SOCK_DESTROY, m->idiag_family, &req);
	struct nl_err err;

	req->id = m->id;
	if (!nl_request(diag, nlh, NULL, NULL, &err)) {
		e->ended++;
		log_info("segment %s: the BGP session with %s is ended, because it is %s", c->name,
			 ip_format(&to, ip), c->open ? "handed over" : "closed here");
	} else if (err.error != ENOENT) {
		log_warning("segment %s: the BGP session with %s was not ended: %s", c->name,
			    ip_format(&to, ip), err.text);
	}
}

static void end_all(struct bgp_end *e, struct nl *diag, struct nl *route)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};
	struct inet_diag_req_v2 *req;
	char buf[NL_REQUEST_LEN];
	const struct closing *c;
	struct nl_err err;

	for (size_t i = 0; i < 2; i++)
		if (nl_dump(diag, request(buf, SOCK_DIAG_BY_FAMILY, families[i], &req), take, e,
			    &err))
			log_warning("reading TCP connections: %s", err.text);
	for (size_t i = 0; i < e->n_found; i++) {
		c = leads_to(e, route, &e->found[i]);
		if (c)
			end_one(e, diag, &e->found[i], c);
	}
}

static void forget(struct bgp_end *e)
{
	struct closing *c;

	while ((c = STAILQ_FIRST(&e->closing))) {
		STAILQ_REMOVE_HEAD(&e->closing, entry);
		free(c);
	}
}

static void on_now(void *data)
{
	struct nl *diag = nl_open(NETLINK_SOCK_DIAG), *route = nl_open(NETLINK_ROUTE);
	struct bgp_end *e = data;

	if (diag && route)
		end_all(e, diag, route);
	else
		log_warning("the BGP sessions with customers cannot be looked at: %s",
			    strerror(errno));
	free(e->found);
	e->found = NULL;
	e->n_found = e->room = 0;
	nl_close(diag);
	nl_close(route);
	forget(e);
}

/* ---- what closes ---- */

/* What passes here, and goes on passing. While a segment is handed over a session that is there again is ended again. */
static void passing(const struct wish_es *w, bool df, const uint8_t map[CONF_VLAN_BYTES],
		    uint8_t out[CONF_VLAN_BYTES])
{
	if (w->mode == CONF_PORT_ACTIVE)
		memset(out, df ? 0xff : 0, CONF_VLAN_BYTES);
	else
		memcpy(out, map, CONF_VLAN_BYTES);
}

static void close_on(struct bgp_end *e, const struct wish_es *w, const char *ifname,
		     const uint8_t was[CONF_VLAN_BYTES], const uint8_t is[CONF_VLAN_BYTES],
		     const char *name)
{
	const struct fact_link *l = links_by_name(e->links, ifname);
	struct closing *c;
	uint8_t any = 0;

	if (!l)
		return;
	c = calloc(1, sizeof(*c));
	if (!c)
		return;
	for (size_t i = 0; i < CONF_VLAN_BYTES; i++)
		any |= c->closed[i] = (uint8_t)(was[i] & ~is[i]);
	if (!any) {
		free(c);
		return;
	}
	c->ifindex = l->ifindex;
	c->vlan = w->set.n ? l->vlan_id : 0;
	c->untagged_vid = w->untagged_vid;
	c->open = w->draining;
	memcpy(c->name, name, sizeof(c->name));
	STAILQ_INSERT_TAIL(&e->closing, c, entry);
	/* once for all segments that close in one turn of the loop */
	if (!timer_running(&e->now))
		timer_start(&e->now, 0);
}

void bgp_end_roles(struct bgp_end *e, const struct fact_es *before, const struct wish_es *w,
		   const char *name)
{
	uint8_t was[CONF_VLAN_BYTES], is[CONF_VLAN_BYTES], i = 0;

	if (!before || w->mode == CONF_ALL_ACTIVE)
		return;
	passing(w, before->df, before->vlan_df, was);
	if (w->draining)
		memset(is, 0, sizeof(is));
	else
		passing(w, w->df, w->vlan_df, is);
	do
		close_on(e, w, w->set.n ? w->set.name[i] : w->ifname, was, is, name);
	while (++i < w->set.n);
}

uint64_t bgp_end_count(const struct bgp_end *e)
{
	return e ? e->ended : 0;
}

struct bgp_end *bgp_end_new(sd_event *event, const struct links *links)
{
	struct bgp_end *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->links = links;
	STAILQ_INIT(&e->closing);
	timer_init(&e->now, event, 0, on_now, e);
	return e;
}

void bgp_end_free(struct bgp_end *e)
{
	if (!e)
		return;
	forget(e);
	timer_done(&e->now);
	free(e);
}
