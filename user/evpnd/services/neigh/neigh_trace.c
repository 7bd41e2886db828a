// SPDX-License-Identifier: GPL-2.0-only
/*
 * neigh_trace.c - one address on its way: what the kernel said, what was decided and advertised, what
 * other PEs advertise, whether that is imported, what was wished and what the kernel answered. Each
 * hop with its time, or with the reason why the way ends there.
 */
#include <stdio.h>
#include <string.h>

#include "services/neigh/neigh.h"
#include "services/place/place_show.h"

struct lookup {
	struct neighs *ns;
	const struct ip_addr *addr;
	const struct nhost *host; /* NULL: routes of none of the hosts */
	json_t *hops;
};

/* Our own route, as the RIB has it. */
static void advertised(struct neighs *ns, const struct nhost *h, json_t *hops)
{
	struct rib *rib = speaker_rib(ns->speaker);
	struct evpn_nlri n = {.type = EVPN_MACIP,
			      .rd = rd_make_ip(ns->router_id, h->adv_id),
			      .esi = h->circuit->es->esi,
			      .etag = h->circuit->tag,
			      .mac = h->adv_mac,
			      .ip = h->addr,
			      .labels = 1};
	const struct rib_path *p = rib ? rib_best(rib, &n) : NULL;
	char rd[RD_STRLEN], route[EVPN_STRLEN];

	trace_hop(hops, "advertised", p ? p->since : 0, true,
		  json_sprintf("%s rd %s, sequence %u", evpn_format(&n, route),
			       rd_format(&n.rd, rd), h->seq));
}

static void local_hops(struct neighs *ns, const struct nhost *h, json_t *hops)
{
	const struct circuit *c = h->circuit;
	char mac[MAC_STRLEN], why[NEIGH_WHY_MAX];
	const char *dev = device_name(ns->at.devices, neigh_ifindex(h));

	trace_hop(hops, "learned", h->t_fact, true,
		  json_sprintf("%s on %s", mac_format(&h->mac, mac),
			       dev ? dev : "a device that has gone"));
	if (!neigh_may_advertise(h, why)) {
		trace_hop(hops, "decided", 0, false, json_sprintf("not advertised: %s", why));
		return;
	}
	trace_hop(hops, "decided", h->t_fact, true,
		  json_sprintf("segment %s, tag %u, VRF %s", c->es->conf->name, c->tag,
			       c->vrf->conf.name));
	if (h->flags & NHOST_ADVERTISED)
		advertised(ns, h, hops);
}

static void one_path(const struct lookup *l, const struct evpn_nlri *n, const struct rib_path *p)
{
	char peer[IP_STRLEN], nh[IP_STRLEN], rd[RD_STRLEN], mac[MAC_STRLEN];
	struct place_vrf *vrf = NULL;
	enum nverdict v = neigh_judge(l->ns, n, p->attrs, &vrf);

	trace_hop(l->hops, "received", p->since, true,
		  json_sprintf("%s from %s, next hop %s, rd %s", mac_format(&n->mac, mac),
			       ip_format(rib_peer_address(p->peer), peer),
			       ip_format(p->next_hop, nh), rd_format(&n->rd, rd)));
	trace_hop(l->hops, "import", 0, v == NV_ES_IMPORT || v == NV_VRF,
		  json_sprintf("%s%s%s", neigh_verdict_name(v), vrf ? ", VRF " : "",
			       vrf ? vrf->conf.name : ""));
}

static bool each_route(void *data, const struct evpn_nlri *n, const struct rib_path *paths,
		       size_t n_paths, size_t best)
{
	const struct lookup *l = data;
	const struct evpn_nlri *full = n_paths && paths[best].nlri ? paths[best].nlri : n;

	if (!n_paths || !paths[best].peer || !ip_equal(&full->ip, l->addr))
		return true;
	if (l->host && (esi_cmp(&full->esi, &l->host->circuit->es->esi) ||
			full->etag != l->host->circuit->tag))
		return true;
	if (!l->host && place_circuit(&l->ns->at, &full->esi, full->etag, false) &&
	    neigh_find(l->ns, place_circuit(&l->ns->at, &full->esi, full->etag, false), l->addr))
		return true; /* told with its host */
	one_path(l, full, &paths[best]);
	return true;
}

static void received(struct lookup *l)
{
	struct rib *rib = speaker_rib(l->ns->speaker);

	if (rib)
		rib_walk(rib, EVPN_MACIP, each_route, l);
}

static void wish_hops(const struct nhost *h, json_t *hops)
{
	static const char *const answers[] = {"installed", "pending", "refused"};
	const struct nremote *r = neigh_best(h);
	char why[NEIGH_WHY_MAX], mac[MAC_STRLEN];

	if (!r)
		return;
	if (!(h->flags & NHOST_WISHED)) {
		neigh_held_back(h, r, why);
		trace_hop(hops, "wish", 0, false, json_sprintf("not wished: %s", why));
		return;
	}
	trace_hop(hops, "wish", h->t_wish, true,
		  json_sprintf("%s, VRF %s", mac_format(&h->wish_mac, mac), r->vrf->conf.name));
	if (h->t_answer < h->t_wish)
		trace_hop(hops, "kernel", 0, false, json_string("has not answered yet"));
	else if (h->flags & NHOST_LOCAL)
		trace_hop(hops, "kernel", h->t_answer, true,
			  json_string("held in readiness: learned here"));
	else
		trace_hop(hops, "kernel", h->t_answer, h->answer == WISH_INSTALLED,
			  json_sprintf("%s%s%s", answers[h->answer % 3], h->why ? ": " : "",
				       h->why ? h->why : ""));
}

static json_t *host_trace(struct neighs *ns, const struct nhost *h)
{
	struct lookup l = {ns, &h->addr, h, json_array()};
	const struct circuit *c = h->circuit;
	char esi[ESI_STRLEN];

	if (h->flags & NHOST_LOCAL)
		local_hops(ns, h, l.hops);
	received(&l);
	wish_hops(h, l.hops);
	if (h->state == NEIGH_RETAINED)
		trace_hop(
			l.hops, "retained", h->t_fact, true,
			json_string(
				"not advertised any more; probed until it answers or time is up"));
	return json_pack("{s:s?, s:s, s:i, s:s?, s:s, s:o}", "segment",
			 c->es->conf ? c->es->conf->name : NULL, "esi",
			 esi_format(&c->es->esi, esi), "tag", (int)c->tag, "interface",
			 device_name(ns->at.devices, neigh_ifindex(h)), "state", neigh_state_of(h),
			 "hops", l.hops);
}

json_t *neigh_trace(struct neighs *ns, const json_t *params, char *err, size_t err_len)
{
	const char *text = json_string_value(json_object_get(params, "address"));
	json_t *list = json_array();
	struct ip_addr addr;
	struct lookup l;
	struct nhost *h;

	if (!text || ip_parse(&addr, text)) {
		snprintf(err, err_len, "params.address: expected an IP address");
		json_decref(list);
		return NULL;
	}
	for (h = neigh_first(ns, &addr); h; h = neigh_next(h))
		json_array_append_new(list, host_trace(ns, h));
	l = (struct lookup){ns, &addr, NULL, json_array()};
	received(&l);
	return json_pack("{s:s, s:o, s:o}", "address", text, "neighbors", list, "others", l.hops);
}
