// SPDX-License-Identifier: GPL-2.0-only
/*
 * routes.c - see routes.h. A route of a routing daemon is told when its table is that of a configured
 * VRF, its protocol is to be learned, and a next hop is on a segment; a route of our own always.
 *
 */
#include "system/routes_priv.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "log.h"
#include "nl_rt.h"
#include "system/l3vni.h"

enum {
	ROUTES_RCVBUF = 32 * 1024 * 1024,
	SETTLE_MS = 20,	  /* a bond with a thousand VLANs changes as a whole */
	ADDRESS_MS = 500, /* the kernel says that one goes before it looks what goes with it */
	LISTEN_MS = 1000, /* when it failed */
};

/* ---- what is of interest ---- */

static int place_cmp(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return x->ifindex < y->ifindex ? -1 : x->ifindex > y->ifindex;
}

const struct place *routes_place(const struct routes *r, uint32_t ifindex)
{
	struct place key = {.ifindex = ifindex};

	return r->n_places ? bsearch(&key, r->places, r->n_places, sizeof(*r->places), place_cmp) :
			     NULL;
}

static const struct table *table_of(const struct routes *r, uint32_t table)
{
	for (size_t i = 0; i < r->n_tables; i++)
		if (r->tables[i].table == table)
			return &r->tables[i];
	return NULL;
}

uint32_t routes_table(const struct routes *r, uint32_t vrf)
{
	const struct fact_link *l = vrf ? links_by_index(r->links, vrf) : NULL;

	if (!vrf)
		return NL_FIB_TABLE_MAIN;
	return l && !strcmp(l->kind, "vrf") ? l->vrf_table : 0;
}

/* The device, or one that it is a VLAN of. */
static bool on_segment(const struct routes *r, const struct fact_link *l)
{
	while (l) {
		if (conf_segment_on(r->conf, l->ifname))
			return true;
		l = links_lower(r->links, l);
	}
	return false;
}

static bool lists(const struct conf_vrf *v, const char *ifname)
{
	for (uint8_t i = 0; i < v->n_interfaces; i++)
		if (!strcmp(v->interfaces[i], ifname))
			return true;
	return false;
}

static const struct conf_vrf *vrf_conf(const struct routes *r, const struct fact_link *l,
				       const struct fact_link *master)
{
	for (size_t i = 0; i < r->conf->n_vrfs; i++)
		if (lists(&r->conf->vrfs[i], l->ifname))
			return &r->conf->vrfs[i];
	return conf_vrf(r->conf, master ? master->ifname : CONF_VRF_GLOBAL);
}

struct places {
	const struct routes *r;
	struct place *list;
	size_t n;
};

/* Is it of interest which addresses are on a link? */
static bool subnets_matter(const struct conf_prefixes *p)
{
	return p->learn & CONF_LEARN_NEIGHBOURS || p->from_core || p->core == CONF_CORE_ESI;
}

static bool of_interest(const struct conf_prefixes *p)
{
	return p->learn || p->install || subnets_matter(p);
}

static void add_place(void *data, const struct fact_link *l)
{
	struct places *ps = data;
	bool in_vrf = l->master && !strcmp(l->master_kind, "vrf");
	const struct fact_link *master = in_vrf ? links_by_index(ps->r->links, l->master) : NULL;
	const struct conf_vrf *v;
	struct place *more;
	bool core;

	if (l->master && !master)
		return;
	v = vrf_conf(ps->r, l, master);
	core = v && v->prefixes.from_core && l3vni_vxlan(ps->r->links, l, v->l3vni);
	if (!v || !(core || (on_segment(ps->r, l) && of_interest(&v->prefixes))))
		return;
	more = reallocarray(ps->list, ps->n + 1, sizeof(*more));
	if (!more)
		return;
	ps->list = more;
	more[ps->n++] = (struct place){
		.ifindex = l->ifindex,
		.vrf = master ? master->ifindex : 0,
		.table = master ? master->vrf_table : NL_FIB_TABLE_MAIN,
		.learn = core ? 0 : v->prefixes.learn,
		.install = !core && v->prefixes.install,
		.up = l->flags & IFF_UP && l->carrier,
		.core = core,
		.subnets = !core && subnets_matter(&v->prefixes),
	};
}

/* What was there before is the caller's. */
static void make_tables(struct routes *r)
{
	r->n_tables = 0;
	r->tables = calloc(r->n_places ? r->n_places : 1, sizeof(*r->tables));
	for (size_t i = 0; r->tables && i < r->n_places; i++) {
		const struct place *p = &r->places[i];
		struct table *t = (struct table *)table_of(r, p->table);

		if (!t)
			t = &r->tables[r->n_tables++];
		t->table = p->table;
		t->vrf = p->vrf;
		t->learn |= p->learn;
		t->subnets |= p->subnets;
	}
}

/* ---- telling ---- */

void routes_flush(struct routes *r)
{
	struct prefix_out *out = r->out;

	if (out->head.n)
		r->ops->send(r->data, IPC_FACT_PREFIXES, &out->head,
			     BATCH_LEN(struct fact_prefix, out->head.n));
	out->head.n = 0;
	routes_core_flush(r);
}

static void add_fact(struct routes *r, const struct nl_fib_route *route, uint32_t vrf,
		     const struct prefix_hop *hop, uint8_t flags)
{
	struct fact_prefix *f = &r->out->items[r->out->head.n++];

	memset(f, 0, sizeof(*f));
	f->key.vrf = vrf;
	f->key.metric = route->metric;
	f->key.prefix = route->prefix;
	if (hop) {
		f->hop.ifindex = hop->ifindex;
		f->hop.gateway = hop->gateway;
	}
	f->protocol = route->protocol;
	f->flags = flags;
	if (r->out->head.n == BATCH_MAX)
		routes_flush(r);
}

/* Numbers of the kernel, and those that FRR has beside them. */
static const struct {
	uint8_t protocol;
	uint16_t bit;
} protocols[] = {
	{RTPROT_OSPF, CONF_LEARN_OSPF},
	{RTPROT_ISIS, CONF_LEARN_ISIS},
	{RTPROT_BGP, CONF_LEARN_BGP},
	{RTPROT_RIP, CONF_LEARN_RIP},
	{190 /* FRR: RIPng */, CONF_LEARN_RIP},
	{RTPROT_BABEL, CONF_LEARN_BABEL},
	{RTPROT_EIGRP, CONF_LEARN_EIGRP},
	{RTPROT_BIRD, CONF_LEARN_BIRD},
	{RTPROT_BOOT, CONF_LEARN_STATIC},
	{RTPROT_STATIC, CONF_LEARN_STATIC},
	{196 /* FRR: static */, CONF_LEARN_STATIC},
	{RTPROT_KERNEL, CONF_LEARN_CONNECTED},
};

enum { PROTOCOLS = sizeof(protocols) / sizeof(protocols[0]) };

static uint32_t learn_bit(uint8_t protocol)
{
	for (size_t i = 0; i < PROTOCOLS; i++)
		if (protocols[i].protocol == protocol)
			return protocols[i].bit;
	return 0;
}

static uint32_t learn_of(const struct table *t)
{
	return t->learn | (t->subnets ? CONF_LEARN_CONNECTED : 0);
}

/* Of other protocols' routes the kernel need not tell. */
static int filter(struct routes *r)
{
	uint8_t wanted[PROTOCOLS + 1] = {NL_FIB_PROTOCOL};
	unsigned int n = 1;
	uint32_t learn = 0;

	for (size_t i = 0; i < r->n_tables; i++)
		learn |= learn_of(&r->tables[i]);
	for (size_t i = 0; i < PROTOCOLS; i++)
		if (learn & protocols[i].bit)
			wanted[n++] = protocols[i].protocol;
	return nl_filter_routes(r->listener, r->requests, wanted, n);
}

/* A hop has an address, unless the prefix is the device's own; fe80::/64 is every device's. */
static bool is_possible(const struct nl_fib_route *route, const struct prefix_hop *hop,
			uint32_t bit)
{
	if (bit != CONF_LEARN_CONNECTED)
		return !ip_is_none(&hop->gateway);
	return ip_is_none(&hop->gateway) && !ip_is_link_local(&route->prefix.addr);
}

/* A hop that may be told to other PEs. A route may be leaked: then it is its table's, and not its device's. */
static bool is_ours(const struct routes *r, const struct table *t, const struct nl_fib_route *route,
		    const struct prefix_hop *hop, uint32_t bit)
{
	const struct place *p = routes_place(r, hop->ifindex);
	uint32_t learn = p && p->table == route->table ? p->learn : t->learn;

	return p && learn & bit && is_possible(route, hop, bit);
}

/* By it is known that an address is on a link. */
static bool is_subnet(const struct routes *r, const struct nl_fib_route *route,
		      const struct prefix_hop *hop, uint32_t bit)
{
	const struct place *p = routes_place(r, hop->ifindex);

	return bit == CONF_LEARN_CONNECTED && p && p->subnets && p->table == route->table &&
	       is_possible(route, hop, bit);
}

static unsigned int hops_of(struct routes *r, const struct nl_fib_route *route,
			    struct prefix_hop hops[NL_FIB_HOPS_MAX])
{
	if (!route->n_hops && route->nhid)
		return nh_hops(r, route->nhid, hops);
	for (unsigned int i = 0; i < route->n_hops; i++)
		hops[i] = (struct prefix_hop){route->hop[i].ifindex, route->hop[i].gateway};
	return route->n_hops;
}

static void tell_gone(struct routes *r, const struct nl_fib_route *route, uint32_t vrf,
		      uint8_t flags, const struct prefix_hop *hops, unsigned int n)
{
	/* another device may have the same subnet */
	bool of_device = route->protocol == RTPROT_KERNEL && n == 1;

	/* of an IPv6 route perhaps some hops only */
	if (route->prefix.addr.len == 4 || !n) {
		add_fact(r, route, vrf, of_device ? hops : NULL,
			 flags | PREFIX_GONE | PREFIX_FIRST);
		return;
	}
	for (unsigned int i = 0; i < n; i++)
		add_fact(r, route, vrf, &hops[i], flags | PREFIX_GONE);
}

static void tell_hops(struct routes *r, const struct nl_fib_route *route, uint32_t vrf,
		      uint8_t flags, const struct prefix_hop *hops, unsigned int n)
{
	if (n > PREFIX_HOPS_MAX || route->more)
		flags |= PREFIX_MORE;
	if (n > PREFIX_HOPS_MAX)
		n = PREFIX_HOPS_MAX;
	for (unsigned int i = 0; i < n; i++)
		add_fact(r, route, vrf, &hops[i], flags | (i ? 0 : PREFIX_FIRST));
}

static bool is_our_metric(const struct routes *r, uint32_t metric)
{
	for (size_t i = 0; i < r->conf->n_vrfs; i++)
		if (r->conf->vrfs[i].prefixes.metric == metric)
			return true;
	return false;
}

static void on_route(struct routes *r, const struct nl_fib_route *route, bool replaces)
{
	const struct table *t = table_of(r, route->table);
	bool own = route->protocol == NL_FIB_PROTOCOL;
	uint32_t bit = learn_bit(route->protocol);
	struct prefix_hop hops[NL_FIB_HOPS_MAX];
	unsigned int n, kept = 0;
	uint8_t flags = own ? PREFIX_OWN : 0;

	if (!t || !(own || bit & learn_of(t) || replaces))
		return;
	if ((own || replaces) && route->metric == CONF_CORE_METRIC)
		routes_core_heard(r, route, t->vrf);
	if (own && route->metric == CONF_CORE_METRIC)
		return;
	/* somebody has put his own in the place of ours: the kernel says no more than this */
	if (replaces && !own && is_our_metric(r, route->metric))
		tell_gone(r, route, t->vrf, PREFIX_OWN, NULL, 0);
	n = hops_of(r, route, hops);
	if (own && route->nhid)
		nh_used(r, route->nhid);
	if (route->gone) {
		tell_gone(r, route, t->vrf, flags, hops, n);
		return;
	}
	for (unsigned int i = 0; i < n && !own; i++)
		if (is_ours(r, t, route, &hops[i], bit))
			hops[kept++] = hops[i];
	if (own)
		kept = n;
	if (!kept && n == 1 && is_subnet(r, route, &hops[0], bit)) {
		flags |= PREFIX_SUBNET;
		kept = n;
	}
	if (kept)
		tell_hops(r, route, t->vrf, flags, hops, kept);
	else if (r->reading < 0) /* it may be in the place of one that was told */
		tell_gone(r, route, t->vrf, 0, hops, bit == CONF_LEARN_CONNECTED ? n : 0);
}

/*
 * IPv4 routes go with the last address of their device, unless they have a nexthop object, and with the one that they have
 * as source, which may be another device's. The kernel says nothing of them.
 */
static void address_gone(struct routes *r, uint32_t ifindex)
{
	const struct fact_link *l = links_by_index(r->links, ifindex);
	bool in_vrf = l && l->master && !strcmp(l->master_kind, "vrf");

	if (!l || table_of(r, routes_table(r, in_vrf ? l->master : 0)))
		routes_read_again(r, ADDRESS_MS);
}

int routes_message(void *data, const struct nlmsghdr *nlh)
{
	uint32_t ifindex = nl_address_gone(nlh);
	struct nl_fib_nexthop nh;
	struct nl_fib_route route;
	struct routes *r = data;

	if (nl_fib_route_parse(nlh, &route)) {
		if (route.protocol == NL_FIB_PROTOCOL)
			route.gone |= routes_guard_heard(r, &route);
		on_route(r, &route, nlh->nlmsg_flags & NLM_F_REPLACE);
	} else if (nl_fib_nexthop_parse(nlh, &nh))
		nh_heard(r, &nh);
	else if (ifindex)
		address_gone(r, ifindex);
	r->heard++;
	return r->reading < 0 && r->ops->busy(r->data);
}

void routes_later(struct routes *r, u64 at)
{
	if (timer_running(&r->later) && r->later_us <= at)
		return;
	r->later_us = at;
	timer_start_at(&r->later, at);
}

void routes_hear(struct routes *r)
{
	int e = nl_receive(r->listener, routes_message, r);

	routes_flush(r);
	if (e == -ENOBUFS)
		routes_missed(r);
	else if (e < 0)
		log_error("route notifications: %s", strerror(-e));
	if (e > 0)
		routes_enable(r->listener_source, false);
}

static int on_heard(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	routes_hear(data);
	return 0;
}

void routes_resume(struct routes *r)
{
	if (r->reading >= 0)
		routes_enable(r->dumper_source, true);
	else
		routes_enable(r->listener_source, true);
}

/* ---- listening, as long as there is a table of interest ---- */

static void stop_listening(struct routes *r)
{
	if (r->reading >=
	    0) { /* what it did not see is not gone: the speaker is told that it is over */
		r->reading = -1;
		routes_flush(r);
	}
	r->listener_source = sd_event_source_disable_unref(r->listener_source);
	nl_close(r->listener);
	r->listener = NULL;
	r->missed_us = 0;
	routes_dumper_close(r);
	nh_forget_all(r);
}

static int open_listener(struct routes *r)
{
	static const uint32_t groups[] = {RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_NEXTHOP,
					  RTNLGRP_IPV4_IFADDR};
	int e = 0;

	r->listener = nl_open_listener(NETLINK_ROUTE, ROUTES_RCVBUF);
	if (!r->listener)
		return -errno;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]) && !e; i++)
		e = nl_join(r->listener, groups[i]);
	if (!e)
		e = filter(r);
	if (!e)
		e = sd_event_add_io(r->event, &r->listener_source, nl_fd(r->listener), EPOLLIN,
				    on_heard, r);
	if (e >= 0)
		e = routes_dumper_open(r);
	return e < 0 ? e : nh_read_all(r);
}

static void listen_or_not(struct routes *r)
{
	int e;

	if (!r->n_tables && r->listener)
		stop_listening(r);
	if (!r->n_tables || r->listener)
		return;
	e = open_listener(r);
	if (!e)
		return;
	log_error("customer routes: %s; trying again", strerror(-e));
	stop_listening(r);
	r->dirty = true;
	routes_later(r, timer_now_us() + LISTEN_MS * 1000);
}

static bool has_tables(const struct routes *r, const struct table *tables, size_t n)
{
	bool same = n == r->n_tables;

	for (size_t i = 0; same && i < n; i++)
		same = tables[i].table == r->tables[i].table && tables[i].vrf == r->tables[i].vrf;
	return same;
}

/*
 * Tables that are read go on being read if they are the same, and are read once more: else a customer whose port goes
 * down and comes up all the time would keep everybody's from being read to their end.
 *
 * Return: the places are others than before
 */
static bool look_at_places(struct routes *r)
{
	struct table *tables = r->tables;
	size_t n_tables = r->n_tables;
	struct places ps = {.r = r};
	bool same;

	r->dirty = false;
	if (r->conf)
		links_each(r->links, add_place, &ps);
	if (ps.n)
		qsort(ps.list, ps.n, sizeof(*ps.list), place_cmp);
	same = ps.n == r->n_places &&
	       (!ps.n || !memcmp(ps.list, r->places, ps.n * sizeof(*ps.list)));
	if (same && (r->listener || !ps.n)) {
		free(ps.list);
		return false;
	}
	free(r->places);
	r->places = ps.list;
	r->n_places = ps.n;
	make_tables(r);
	if (r->reading >= 0 && !has_tables(r, tables, n_tables))
		stop_listening(r);
	free(tables);
	listen_or_not(r);
	if (r->listener && filter(r))
		log_error("customer routes: a filter: %s", strerror(errno));
	return true;
}

static void on_later(void *data)
{
	struct routes *r = data;

	if (r->dirty && look_at_places(r))
		r->due = true;
	if (!r->due) {
		routes_missed_later(r);
		return;
	}
	if (r->reading >= 0)
		return;
	if (r->n_tables) {
		routes_read(r);
		return;
	}
	r->due = false;
	if (!r->replayed)
		return;
	/* nothing is of interest: all that was told is over */
	r->ops->send(r->data, IPC_FACT_PREFIXES_BEGIN, NULL, 0);
	r->ops->send(r->data, IPC_FACT_PREFIXES_DONE, NULL, 0);
}

void routes_link(struct routes *r, const struct fact_link *now)
{
	/* its routes of IPv4 are gone, also if it is up again before the places are looked at */
	if (now && !(now->flags & IFF_UP) && routes_place(r, now->ifindex))
		r->due = true;
	r->dirty = true;
	routes_later(r, timer_now_us() + SETTLE_MS * 1000);
}

void routes_links_missed(struct routes *r)
{
	r->due = true;
	routes_link(r, NULL);
}

void routes_conf(struct routes *r, const struct conf *conf)
{
	if (routes_guard_differs(r->conf, conf)) {
		r->guard_due = true;
		r->due = true;
	}
	r->conf = conf;
	routes_link(r, NULL);
}

void routes_replay(struct routes *r)
{
	r->replayed = true;
	r->guard_due = true;
	r->n_texts = 0;
	r->read_us = 0;
	look_at_places(r);
	if (r->reading < 0) {
		timer_stop(&r->later);
		r->due = true;
		on_later(r);
		return;
	}
	/* the one before has heard the first half */
	stop_listening(r);
	listen_or_not(r);
	routes_read(r);
}

/* ---- life ---- */

struct routes *routes_new(sd_event *event, const struct links *links, const struct routes_ops *ops,
			  void *data)
{
	struct routes *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->event = event;
	r->links = links;
	r->ops = ops;
	r->data = data;
	r->reading = -1;
	RB_INIT(&r->by_id);
	RB_INIT(&r->by_hops);
	timer_init(&r->later, event, 1000, on_later, r);
	r->out = calloc(1, sizeof(*r->out));
	r->room = routes_wish_room();
	r->requests = routes_core_begin(r) && r->out && r->room ? nl_open(NETLINK_ROUTE) : NULL;
	if (!r->requests) {
		int saved = errno;

		routes_free(r);
		errno = saved;
		return NULL;
	}
	return r;
}

void routes_free(struct routes *r)
{
	if (!r)
		return;
	stop_listening(r);
	timer_done(&r->later);
	nl_close(r->requests);
	routes_core_end(r);
	free(r->places);
	free(r->tables);
	free(r->out);
	free(r->room);
	free(r);
}
