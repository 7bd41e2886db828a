// SPDX-License-Identifier: GPL-2.0-only
/*
 * frr_check.c - see frr_check.h. zebra's segment comes first; then its routes, its device, its peers.
 */
#include "frr_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doc.h"

struct checker {
	const struct frr_view *view;
	json_t *differences;
	const char *interface;
};

static void differs(struct checker *c, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void differs(struct checker *c, const char *what, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_array_append_new(c->differences,
			      json_pack("{s:s, s:s, s:s}", "interface", c->interface, "what", what,
					"message", text));
}

static const json_t *find(const json_t *list, const char *key, const char *value)
{
	const json_t *o;
	size_t i;

	json_array_foreach((json_t *)list, i, o)
		if (doc_is(o, key, value))
			return o;
	return NULL;
}

static bool has_text(const json_t *list, const char *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
		if (json_is_string(item) && !strcmp(json_string_value(item), text))
			return true;
	return false;
}

static const struct nl_link *link_of(const struct frr_view *v, const char *ifname)
{
	size_t i;

	for (i = 0; i < v->n_links; i++)
		if (!strcmp(v->links[i].ifname, ifname))
			return &v->links[i];
	return NULL;
}

static const char *frr_role(const struct frr_es *es)
{
	return es->non_df ? "non-df" : "df";
}

static void check_role(struct checker *c, const struct frr_es *es, const json_t *kernel)
{
	const char *role = doc_show(kernel, "role");

	if (strcmp(role, frr_role(es)))
		differs(c, "role", "FRR says %s%s, the kernel has %s%s", frr_role(es),
			es->delay ? " (it waits 3 s for a new segment)" : "", role,
			c->view->evpnd ? "" : ", and there is no evpnd to change it");
	if (!doc_is(kernel, "mode", "all-active"))
		differs(c, "mode", "FRR's segments are all-active, the kernel has mode %s",
			doc_show(kernel, "mode"));
}

/* Has any route of @originator for the segment reached evpnd? */
static bool has_rt4(const struct checker *c, const struct frr_es *es, const char *originator)
{
	char esi[ESI_STRLEN];
	const json_t *r;
	size_t i;

	esi_format(&es->esi, esi);
	json_array_foreach((json_t *)c->view->routes, i, r)
		if (doc_is(r, "esi", esi) && doc_is(r, "originator", originator))
			return true;
	return false;
}

/*
 * zebra counts a PE in its election that bgpd knows nothing of any more: bgpd was killed, its successor
 * has nothing to take back, and FRR 8.4's zebra keeps what the old one said.
 */
static void check_stale(struct checker *c, const struct frr_es *es, const struct frr_vtep *v)
{
	char buf[IP_STRLEN];

	if (!v->rt4 || !json_array_size(c->view->routes) ||
	    has_rt4(c, es, ip_format(&v->address, buf)))
		return;
	differs(c, "stale",
		"zebra counts %s, whose RT-4 bgpd does not have any more: FRR's own role may be wrong until zebra forgets it (evpn mh es-id taken out and put back)",
		buf);
}

static void check_peers(struct checker *c, const struct frr_es *es, const json_t *kernel)
{
	const json_t *peers = doc_get(kernel, "peers");
	unsigned int i, n = es->n_vteps < FRR_VTEP_MAX ? es->n_vteps : FRR_VTEP_MAX;
	char buf[IP_STRLEN];

	for (i = 0; i < n; i++) {
		const struct frr_vtep *v = &es->vteps[i];

		ip_format(&v->address, buf);
		check_stale(c, es, v);
		if (!has_text(peers, buf))
			differs(c, "peers",
				"%s is a VTEP of the segment to FRR, and no split horizon is made for it",
				buf);
		if (!v->rt4 || v->alg == 2)
			continue;
		if (v->alg == FRR_ALG_UNKNOWN)
			differs(c, "algorithm",
				"%s advertises an election algorithm that FRR does not know", buf);
		else
			differs(c, "algorithm",
				"%s advertises election algorithm %u, FRR knows 2 only: this PE stays non-DF beside it",
				buf, v->alg);
	}
	if (es->n_vteps > FRR_SPH_MAX)
		differs(c, "split-horizon",
			"%u other VTEPs: above %d FRR makes no split-horizon list; the kernel's has %zu",
			es->n_vteps, FRR_SPH_MAX, json_array_size(peers));
}

/* A segment of type 3 is named by its es-sys-mac, which has to be what the CE sees on every PE. */
static void check_device(struct checker *c, const struct frr_es *es)
{
	const struct nl_link *l = link_of(c->view, es->ifname);
	const struct mac *seen;
	struct mac system;
	char a[MAC_STRLEN], b[MAC_STRLEN];

	if (!l) {
		differs(c, "device", "%s does not exist", es->ifname);
		return;
	}
	if (l->bond_mode == NL_BOND_MODE_NONE)
		return;
	if (!l->miimon && !l->arp_interval)
		differs(c, "miimon",
			"bond %s has miimon 0: a cable that is cut is not noticed, and the role stays",
			es->ifname);
	if (l->bond_mode != NL_BOND_MODE_8023AD || esi_type(&es->esi) != ESI_MAC)
		return;
	memcpy(system.b, es->esi.b + 1, sizeof(system.b));
	seen = mac_is_zero(&l->ad_actor_system) ? &l->address : &l->ad_actor_system;
	if (mac_cmp(seen, &system))
		differs(c, "system-mac",
			"the customer sees LACP system %s on bond %s, and es-sys-mac is %s: it has to be one on all PEs",
			mac_format(seen, a), es->ifname, mac_format(&system, b));
}

static bool from_vtep(const json_t *route, const char *originator)
{
	const json_t *path;
	size_t i;

	json_array_foreach(doc_get(route, "paths"), i, path)
		if (doc_get(path, "next-hop") && !doc_is(path, "next-hop", originator))
			return false;
	return true;
}

/* FRR makes its split-horizon list of originators, and frames come from the VTEP. */
static void check_originators(struct checker *c, const struct frr_es *es)
{
	char esi[ESI_STRLEN], vtep[IP_STRLEN];
	const json_t *r;
	bool own = false;
	size_t i;

	esi_format(&es->esi, esi);
	ip_format(&c->view->vtep, vtep);
	json_array_foreach((json_t *)c->view->routes, i, r) {
		const char *orig = doc_str(r, "originator");

		if (!orig || !doc_is(r, "esi", esi))
			continue;
		own |= !strcmp(orig, vtep);
		if (!from_vtep(r, orig))
			differs(c, "originator",
				"the RT-4 of %s has another next hop: its frames do not come from its originator address",
				orig);
	}
	if (c->view->routes && es->ready && es->up && !own)
		differs(c, "originator",
			"no RT-4 of this PE has reached evpnd from %s; is evpnd a route-reflector client of bgpd?",
			vtep);
}

static const char *why_not(const struct checker *c, const char *ifname)
{
	const json_t *s = find(c->view->evpnd, "interface", ifname);

	if (!c->view->evpnd)
		return "evpnd does not answer";
	if (!s)
		return "no segment of evpnd names this device (interface, control: frr), and none was discovered (frr: discover: yes)";
	if (!doc_is(s, "control", "frr"))
		return "evpnd controls it itself (control: evpnd)";
	return doc_str(s, "reason") ? doc_str(s, "reason") : "the kernel has not got it yet";
}

static json_t *check_segment(struct checker *c, const struct frr_es *es)
{
	const json_t *kernel, *s;
	char esi[ESI_STRLEN];

	esi_format(&es->esi, esi);
	c->interface = es->ifname;
	kernel = find(c->view->kernel, "esi", esi);
	if (!kernel) {
		differs(c, "not-enforced", "FRR has segment %s on %s, and nothing enforces it: %s",
			esi, es->ifname, why_not(c, es->ifname));
	} else {
		check_role(c, es, kernel);
		check_peers(c, es, kernel);
		s = find(c->view->evpnd, "esi", esi);
		if (s && doc_str(s, "reason"))
			differs(c, "state", "%s", doc_str(s, "reason"));
	}
	check_originators(c, es);
	check_device(c, es);
	return json_pack("{s:s, s:s, s:s, s:s?, s:i}", "interface", es->ifname, "esi", esi, "frr",
			 frr_role(es), "kernel", kernel ? doc_str(kernel, "role") : NULL, "peers",
			 (int)es->n_vteps);
}

static const struct frr_es *in_frr(const struct frr_view *v, const char *esi)
{
	char buf[ESI_STRLEN];
	size_t i;

	for (i = 0; i < v->n_es; i++)
		if (v->es[i].local && !strcmp(esi_format(&v->es[i].esi, buf), esi))
			return &v->es[i];
	return NULL;
}

/* A segment that evpnd has from FRR, or that nobody in user space knows, and FRR has not. */
static void check_left_over(struct checker *c)
{
	const json_t *k, *s;
	size_t i;

	json_array_foreach((json_t *)c->view->kernel, i, k) {
		const char *esi = doc_show(k, "esi");

		s = find(c->view->evpnd, "esi", esi);
		if (in_frr(c->view, esi) || (s && !doc_is(s, "control", "frr")))
			continue;
		c->interface = doc_show(k, "interface");
		differs(c, "not-in-frr",
			"the kernel enforces %s on %s, and FRR has no such segment%s%s", esi,
			c->interface, s && doc_str(s, "reason") ? ": " : "",
			s && doc_str(s, "reason") ? doc_str(s, "reason") : "");
	}
	json_array_foreach((json_t *)c->view->evpnd, i, s) {
		if (!doc_is(s, "control", "frr") || doc_str(s, "esi"))
			continue;
		c->interface = doc_show(s, "interface");
		differs(c, "not-in-frr", "segment %s: %s", doc_show(s, "name"),
			doc_str(s, "reason") ? doc_str(s, "reason") : "FRR has no segment there");
	}
}

static bool looks_at(const struct nl_core *core, uint16_t port)
{
	unsigned int i;

	for (i = 0; i < core->n_ports; i++)
		if (core->ports[i] == port)
			return true;
	return false;
}

/* What comes in by a tunnel is told apart only if the module looks at the tunnel's port. */
static void check_core(struct checker *c)
{
	const struct nl_core *core = c->view->core;
	size_t i;

	if (!core || !json_array_size(c->view->kernel))
		return;
	c->interface = "";
	if (!core->mark_mask)
		differs(c, "mark",
			"core: {mark-mask: 0}: no split horizon, a customer gets its own frames back");
	for (i = 0; i < c->view->n_links; i++) {
		const struct nl_link *l = &c->view->links[i];

		if (strcmp(l->kind, "vxlan") || !l->vxlan_port || looks_at(core, l->vxlan_port))
			continue;
		c->interface = l->ifname;
		differs(c, "vxlan-port",
			"VXLAN on port %u, which the module does not look at: no split horizon for what comes in there",
			l->vxlan_port);
	}
}

static int cmp_mac(const void *a, const void *b)
{
	return mac_cmp(a, &((const struct nl_entry *)b)->mac);
}

static int cmp_address(const void *a, const void *b)
{
	return ip_cmp(a, &((const struct nl_entry *)b)->address);
}

/* What zebra wanted to have in the kernel's forwarding table, and the kernel did not take. */
static void check_fdb(struct checker *c)
{
	const struct frr_view *v = c->view;
	const struct frr_mac *first = NULL;
	char buf[MAC_STRLEN];
	size_t i, n = 0;

	for (i = 0; i < v->n_macs; i++) {
		if (bsearch(&v->macs[i].mac, v->fdb, v->n_fdb, sizeof(*v->fdb), cmp_mac))
			continue;
		first = first ? first : &v->macs[i];
		n++;
	}
	c->interface = "";
	if (first)
		differs(c, "fdb",
			"%zu of the %zu MAC addresses that FRR has behind other PEs are not in the kernel's forwarding table, %s in VNI %u for one: what is sent to them is flooded, and a customer on two PEs gets it twice; evpnd makes them with frr: {repair: yes}",
			n, v->n_macs, mac_format(&first->mac, buf), first->vni);
}

static void check_hosts(struct checker *c)
{
	const struct frr_view *v = c->view;
	const struct ip_addr *first = NULL;
	char buf[IP_STRLEN];
	size_t i, n = 0;

	for (i = 0; i < v->n_hosts; i++) {
		if (bsearch(&v->hosts[i], v->neighs, v->n_neighs, sizeof(*v->neighs), cmp_address))
			continue;
		first = first ? first : &v->hosts[i];
		n++;
	}
	c->interface = "";
	if (first)
		differs(c, "neighbours",
			"%zu of the %zu hosts that FRR has are not among the kernel's neighbours, %s for one: answers to its ARP that reach another PE are lost; evpnd makes them with frr: {repair: yes}",
			n, v->n_hosts, ip_format(first, buf));
}

/* Who is to be there where FRR has a segment, or somebody enforces one. */
static void check_parts(struct checker *c)
{
	const struct frr_view *v = c->view;
	bool needed = json_array_size(v->kernel) || json_array_size(v->evpnd);
	size_t i;

	for (i = 0; i < v->n_es; i++)
		needed |= v->es[i].local;
	if (!needed)
		return;
	c->interface = "";
	if (!v->kernel)
		differs(c, "module", "the module evpn does not answer: nothing is enforced");
	if (!v->evpnd)
		differs(c, "evpnd",
			"evpnd does not answer: what the kernel enforces stays as it is, whatever FRR says");
}

json_t *frr_check(const struct frr_view *view)
{
	struct checker c = {.view = view, .differences = json_array(), .interface = ""};
	json_t *segments = json_array();
	char buf[IP_STRLEN];
	size_t i;

	check_parts(&c);
	for (i = 0; i < view->n_es; i++)
		if (view->es[i].local)
			json_array_append_new(segments, check_segment(&c, &view->es[i]));
	check_left_over(&c);
	check_core(&c);
	check_fdb(&c);
	check_hosts(&c);
	return json_pack("{s:s?, s:o, s:o}", "vtep",
			 ip_is_none(&view->vtep) ? NULL : ip_format(&view->vtep, buf), "segments",
			 segments, "differences", c.differences);
}
