// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix_adv.c - a route that this PE's kernel has through a segment, as RT-5: prefix, tag, a label of 0; and
 * either the address of the route's next hop, or the segment's ESI with the next hop's MAC address in the
 * Router's MAC community. To the segment's other PEs by ES-Import and one EVI-RT, or to those of the VRF by
 * its route targets. A route of several next hops is several RT-5, by their tags and distinguishers. Its VRF is that of
 * the table that it is in, wherever its next hop's device is.
 *
 * RFC 9136 (3.1, 3.2), draft-ietf-bess-evpn-l3mh-proto (3.8)
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "services/prefix/prefix.h"

#define EC_MAX (PLACE_TARGETS_MAX + 1) /* and the Router's MAC */

static bool why(struct padv *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static bool why(struct padv *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(a->why, sizeof(a->why), fmt, ap);
	va_end(ap);
	return false;
}

/* The VRF of a table. Devices that are in it may be listed by others, who have their routes. */
static const struct place_vrf *vrf_of(struct prefixes *ps, const struct pset *s,
				      const struct place_device *on)
{
	return on->table == s->vrf ? on->vrf : place_vrf(&ps->at, s->vrf);
}

static bool may_advertise(struct padv *a, const struct place_vrf *v, const struct place_device *on)
{
	if (!v)
		return why(a, "its table is that of no configured VRF");
	if (v->conf.prefixes.targets == CONF_SYNC_OFF)
		return why(a, "targets is off");
	if (!v->conf.n_export)
		return why(a, "VRF %s has no export route target", v->conf.name);
	if (!on->es)
		return why(a, "the ESI of segment %s is not known yet", on->conf->name);
	return true;
}

/* Routes of one tag are told apart by their distinguishers. Return: 0: there is none for one more */
static u16 id_for(const struct padv *a, const struct place_vrf *v, u32 tag)
{
	u16 nth = 0;

	for (u32 i = 0; i < a->n; i++)
		nth += a->items[i].tag == tag;
	return nth ? prefix_further_id(v, nth) : v->id;
}

/*
 * A gateway has the prefix's family (RFC 9136 section 3.1): an IPv4 one by an IPv6 router is told in the other form. So
 * is one by what stands for an IPv6 router here, and on no other PE.
 */
static enum conf_prefix_form form_for(const struct place_vrf *v, const struct pset *s,
				      const struct prefix_hop *hop)
{
	if (hop->gateway.len != s->family || ip_is_stand_in(&hop->gateway))
		return CONF_PREFIX_ESI;
	return (enum conf_prefix_form)v->conf.prefixes.form;
}

/* A subnet that the device has itself: it has no next hop, and the segment's other PEs have it, too. */
static bool is_connected(const struct prefix_hop *hop)
{
	return ip_is_none(&hop->gateway);
}

/*
 * The next hop's MAC address. It goes on being told when that is no neighbour any more: the PE that loses the router with
 * its leg says so while the others, which have it, are to keep what is behind it.
 */
static struct mac router_of(struct prefixes *ps, struct pset *s, u32 nth,
			    const struct place_device *on)
{
	struct host_query q = {.esi = on->es->esi,
			       .tag = on->tag,
			       .ifindex = on->ifindex,
			       .address = s->hops[nth].gateway};
	struct host h;

	if (speaker_host(ps->speaker, &q, &h))
		s->at[nth].router = h.mac;
	return s->at[nth].router;
}

/*
 * Without the MAC address another PE would take who is the only neighbour there for the router, and that may be a host.
 * Until the neighbours have been read, after a start, it is not known whether it will be known in a moment: what the
 * process before has told stays, then.
 */
static bool is_held(struct prefixes *ps, struct padv *a, const struct padv_item *i,
		    const struct prefix_hop *hop)
{
	char ip[IP_STRLEN];
	const char *name = device_name(ps->at.devices, hop->ifindex);

	if (i->form != CONF_PREFIX_ESI || !mac_is_zero(&i->router) || !ps->neighs_read)
		return false;
	why(a, "its next hop %s on %s is no neighbour yet, and it is told by its MAC address",
	    ip_format(&hop->gateway, ip), name ? name : "?");
	return true;
}

/* @nth: of the hops of @s */
static void add_item(struct prefixes *ps, struct padv *a, const struct place_vrf *v,
		     const struct place_device *on, struct pset *s, u32 nth)
{
	const struct prefix_hop *hop = &s->hops[nth];
	struct padv_item *i = &a->items[a->n];
	u16 id = id_for(a, v, on->tag);

	if (!id)
		return;
	i->tag = on->tag;
	i->id = id;
	i->import = on->es->import;
	i->form = (u8)form_for(v, s, hop);
	if (i->form == CONF_PREFIX_ESI) {
		i->esi = on->es->esi;
		i->router = router_of(ps, s, nth, on);
	} else {
		i->gw = hop->gateway;
	}
	if (is_held(ps, a, i, hop)) {
		memset(i, 0, sizeof(*i));
		return;
	}
	a->vrf = v;
	a->n++;
}

/* A reference that the set keeps. */
struct padv *prefix_adv_of(struct prefixes *ps, struct pset *s)
{
	struct padv a;

	if (s->adv)
		return s->adv;
	memset(&a, 0, sizeof(a)); /* compared as memory */
	a.generation = ps->generation;
	for (u32 i = 0; i < s->n; i++) {
		const struct place_device *on = place_device(&ps->at, s->hops[i].ifindex);
		const struct place_vrf *v = on ? vrf_of(ps, s, on) : NULL;

		if (!on)
			why(&a, "its next hop is on no device of a configured segment and VRF");
		else if (is_connected(&s->hops[i]))
			why(&a,
			    "a connected subnet is told to the core alone, as the segment's other PEs have it, too");
		else if (may_advertise(&a, v, on))
			add_item(ps, &a, v, on, s, i);
	}
	if (a.n)
		memset(a.why, 0, sizeof(a.why));
	s->adv = prefix_adv_get(ps, &a);
	return s->adv;
}

struct evpn_nlri prefix_nlri(const struct prefixes *ps, const struct pfx *x,
			     const struct padv_item *i)
{
	struct ip_prefix p = prefix_of(x);
	struct evpn_nlri n = {
		.type = EVPN_PREFIX,
		.rd = rd_make_ip(ps->router_id, i->id),
		.esi = i->esi,
		.etag = i->tag,
		.ip = p.addr,
		.plen = p.plen,
		.gw = i->gw,
		.labels = 1,
	};

	if (ip_is_none(&n.gw))
		n.gw.len = p.addr.len;
	return n;
}

static size_t targets(const struct padv *a, const struct padv_item *i, struct ecomm *ec)
{
	enum conf_sync how = (enum conf_sync)a->vrf->conf.prefixes.targets;
	size_t n = place_vrf_targets(a->vrf, how, &i->import, ec);

	if (!mac_is_zero(&i->router))
		ec[n++] = ecomm_router_mac(&i->router);
	return n;
}

static void originate(struct prefixes *ps, const struct pfx *x, const struct padv *a,
		      const struct padv_item *i)
{
	struct evpn_nlri n = prefix_nlri(ps, x, i);
	struct ecomm ec[EC_MAX];
	struct bgp_attrs attrs;
	struct ip_prefix p = prefix_of(x);
	char text[PREFIX_STRLEN];

	bgp_attrs_init(&attrs);
	attrs.origin = BGP_ORIGIN_IGP;
	attrs.present = BGP_BIT(BGP_ATTR_ORIGIN) | BGP_BIT(BGP_ATTR_EXT_COMMUNITY);
	attrs.ext = ecomm_slice(ec, ecomm_sort(ec, targets(a, i, ec)));
	if (speaker_originate(ps->speaker, &n, &attrs, false))
		log_error("prefix %s was not advertised", prefix_format(&p, text));
}

static bool has_key(const struct padv *a, const struct padv_item *key)
{
	for (u32 i = 0; a && i < a->n; i++)
		if (a->items[i].id == key->id && a->items[i].tag == key->tag)
			return true;
	return false;
}

static void withdraw_but(struct prefixes *ps, struct pfx *x, const struct padv *now)
{
	struct evpn_nlri n;

	for (u32 i = 0; x->adv && i < x->adv->n; i++) {
		if (has_key(now, &x->adv->items[i]))
			continue;
		n = prefix_nlri(ps, x, &x->adv->items[i]);
		speaker_withdraw(ps->speaker, &n, false);
	}
}

static void count_off(struct prefixes *ps, struct pfx *x)
{
	struct place_vrf *v = place_vrf(&ps->at, x->vrf);

	if (!(x->flags & PFX_COUNTED_LEARNED))
		return;
	x->flags &= ~PFX_COUNTED_LEARNED;
	if (!v)
		return;
	v->advertised--;
	if (!v->advertised_full)
		return;
	/* those that had no room are looked at again, once for many that go */
	v->advertised_full = false;
	prefix_retry_later(ps);
}

static bool too_many(struct prefixes *ps, struct pfx *x)
{
	struct place_vrf *v = place_vrf(&ps->at, x->vrf);

	x->flags &= ~PFX_TOO_MANY;
	if (!v || x->flags & PFX_COUNTED_LEARNED)
		return false;
	if (v->advertised < v->conf.prefixes.limit) {
		v->advertised++;
		x->flags |= PFX_COUNTED_LEARNED;
		return false;
	}
	ps->counts.too_many++;
	if (!v->advertised_full)
		log_warning(
			"VRF %s: more prefixes are learned here than its limit allows to advertise (%u)",
			v->conf.name, v->conf.prefixes.limit);
	v->advertised_full = true;
	x->flags |= PFX_TOO_MANY;
	return true;
}

/* Say what is true now. */
void prefix_advertise(struct prefixes *ps, struct pfx *x)
{
	const struct plocal *l = prefix_local(x);
	struct padv *now = NULL;

	if (!l)
		count_off(ps, x);
	if (l && l->set && !too_many(ps, x))
		now = prefix_adv_of(ps, l->set);
	if (now && !now->n)
		now = NULL;
	if (now == x->adv)
		return;
	if (now)
		now->refs++;
	withdraw_but(ps, x, now);
	for (u32 i = 0; now && i < now->n; i++)
		originate(ps, x, now, &now->items[i]);
	prefix_adv_put(ps, x->adv);
	x->adv = now;
}

void prefix_withdraw(struct prefixes *ps, struct pfx *x)
{
	withdraw_but(ps, x, NULL);
	prefix_adv_put(ps, x->adv);
	x->adv = NULL;
}

/* Of these hops one is told by its MAC address, or would be if it were known. */
static bool names_router(const struct pset *s)
{
	const struct padv *a = s->adv;

	if (a && a->n < s->n)
		return true;
	for (u32 i = 0; a && i < a->n; i++)
		if (a->items[i].form == CONF_PREFIX_ESI)
			return true;
	return false;
}

/* Return: what is advertised for them is another thing now */
static bool look_again(struct prefixes *ps, struct pset *s)
{
	struct padv *was = s->adv;
	bool other;

	s->adv = NULL;
	other = prefix_adv_of(ps, s) != was;
	prefix_adv_put(ps, was);
	return other;
}

void prefix_adv_touch(struct prefixes *ps, const struct prefix_hop *hop)
{
	struct pset_hop key = {.hop = hop}, *at;

	for (at = RB_NFIND(pset_hops, &ps->set_hops, &key); at && !prefix_hop_cmp(at->hop, hop);
	     at = RB_NEXT(pset_hops, &ps->set_hops, at)) {
		if (!names_router(at->set) || !look_again(ps, at->set))
			continue;
		ps->advs_due = true;
		prefix_wake(ps);
	}
}
