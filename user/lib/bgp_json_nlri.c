// SPDX-License-Identifier: GPL-2.0-only
/*
 * bgp_json_nlri.c - EVPN routes and OPEN messages as JSON. Names: Documentation/decode.rst.
 */
#include <stdio.h>

#include "bgp_json_priv.h"

static void put_rd(json_t *o, const struct evpn_nlri *n)
{
	char text[RD_STRLEN];

	json_put(o, "rd", json_string(rd_format(&n->rd, text)));
}

static void put_esi(json_t *o, const struct evpn_nlri *n)
{
	char text[ESI_STRLEN];

	json_put(o, "esi", json_string(esi_format(&n->esi, text)));
}

static void put_etag(json_t *o, const struct evpn_nlri *n)
{
	json_put(o, "etag", json_integer(n->etag));
}

static void put_macip(json_t *o, const struct evpn_nlri *n)
{
	char mac[MAC_STRLEN];

	json_put(o, "mac", json_string(mac_format(&n->mac, mac)));
	json_put(o, "ip", json_ip(&n->ip));
	json_put(o, "label1", json_integer(n->label[0]));
	json_put(o, "label2", n->labels > 1 ? json_integer(n->label[1]) : json_null());
}

static void put_prefix(json_t *o, const struct evpn_nlri *n)
{
	json_put(o, "prefix", json_ip(&n->ip));
	json_put(o, "prefix-length", json_integer(n->plen));
	json_put(o, "gateway", json_ip(&n->gw));
	json_put(o, "label", json_integer(n->label[0]));
}

static void put_flow(json_t *o, const struct evpn_nlri *n)
{
	json_put(o, "source", json_ip(&n->src));
	json_put(o, "group", json_ip(&n->grp));
	json_put(o, "originator", json_ip(&n->orig));
}

static void put_flags(json_t *o, const struct evpn_nlri *n)
{
	static const char *const igmp[] = {"igmpv1", "igmpv2", "igmpv3"};
	static const char *const mld[] = {"mldv1", "mldv2"};
	json_t *versions = json_array();

	for (unsigned int i = 0; i < 3; i++) {
		if (!(n->flags & (1u << i)))
			continue;
		if (n->grp.len != 16)
			json_array_append_new(versions, json_string(igmp[i]));
		else if (i < 2)
			json_array_append_new(versions, json_string(mld[i]));
	}
	json_put(o, "flags", json_integer(n->flags));
	json_put(o, "versions", versions);
	json_put(o, "exclude", json_boolean(n->flags & EVPN_MC_EXCLUDE));
}

static void put_leave(json_t *o, const struct evpn_nlri *n)
{
	json_put(o, "reserved", json_integer(n->reserved));
	json_put(o, "max-response-time", n->old_leave ? json_null() : json_integer(n->max_resp));
	json_put(o, "old-layout", json_boolean(n->old_leave));
}

/* The route an RT-11 answers; one that we cannot decode stays hexadecimal */
static json_t *route_key(const struct slice *key)
{
	const struct slice value = {key->p + 2, key->len - 2};
	struct bgp_outcome out;
	struct evpn_nlri n;

	if (key->p[0] == EVPN_LEAF_AD ||
	    evpn_decode(key->p[0], &value, true, &n, &out) != BGP_ACCEPT)
		return json_hex(key->p, key->len);
	return bgp_json_nlri(&n);
}

json_t *bgp_json_nlri(const struct evpn_nlri *n)
{
	json_t *o = json_object();

	json_put(o, "type", json_integer(n->type));
	json_put(o, "name", json_string(evpn_type_name(n->type)));
	if (n->bad_key || n->type < EVPN_AD || n->type > EVPN_LEAF_AD) {
		json_put(o, "value", json_hex(n->value.p, n->value.len));
		return o;
	}
	if (n->type != EVPN_LEAF_AD)
		put_rd(o, n);
	switch (n->type) {
	case EVPN_AD:
		put_esi(o, n);
		put_etag(o, n);
		json_put(o, "label", json_integer(n->label[0]));
		break;
	case EVPN_MACIP:
		put_esi(o, n);
		put_etag(o, n);
		put_macip(o, n);
		break;
	case EVPN_IMET:
		put_etag(o, n);
		json_put(o, "originator", json_ip(&n->orig));
		break;
	case EVPN_ES:
		put_esi(o, n);
		json_put(o, "originator", json_ip(&n->orig));
		break;
	case EVPN_PREFIX:
		put_esi(o, n);
		put_etag(o, n);
		put_prefix(o, n);
		break;
	case EVPN_SMET:
		put_etag(o, n);
		put_flow(o, n);
		put_flags(o, n);
		break;
	case EVPN_JOIN:
	case EVPN_LEAVE:
		put_esi(o, n);
		put_etag(o, n);
		put_flow(o, n);
		if (n->type == EVPN_LEAVE)
			put_leave(o, n);
		put_flags(o, n);
		break;
	case EVPN_REGION_PMSI:
		put_etag(o, n);
		json_put(o, "region", json_hex(n->region, sizeof(n->region)));
		break;
	case EVPN_SPMSI:
		put_etag(o, n);
		put_flow(o, n);
		break;
	case EVPN_LEAF_AD:
		json_put(o, "route-key", route_key(&n->route_key));
		json_put(o, "originator", json_ip(&n->orig));
		break;
	}
	return o;
}

static json_t *families(const struct bgp_caps *c)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < c->mp_n; i++) {
		json_t *o = json_object();

		json_put_family(o, c->mp[i].afi, c->mp[i].safi);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *next_hops(const struct bgp_caps *c)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < c->ext_nh_n; i++) {
		json_t *o = json_object();

		json_put_family(o, c->ext_nh[i].afi, (u8)c->ext_nh[i].safi);
		json_put(o, "next-hop-afi", json_integer(c->ext_nh[i].nh_afi));
		json_array_append_new(list, o);
	}
	return list;
}

enum af_style { AF_ADD_PATH, AF_GR, AF_LLGR };

static json_t *tuples(const struct bgp_af_flags *af, unsigned int n, enum af_style style)
{
	static const char *const modes[] = {"none", "receive", "send", "both"};
	json_t *list = json_array();

	for (unsigned int i = 0; i < n; i++) {
		json_t *o = json_object();

		json_put_family(o, af[i].afi, af[i].safi);
		if (style == AF_ADD_PATH)
			json_put(o, "mode", json_string(modes[af[i].flags & 3]));
		else
			json_put(o, "forwarding", json_boolean(af[i].flags & BGP_GR_FORWARDING));
		if (style == AF_LLGR)
			json_put(o, "stale-time", json_integer(af[i].time));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *graceful_restart(const struct bgp_caps *c)
{
	json_t *o = json_object();

	json_put(o, "restarting", json_boolean(c->gr_flags & BGP_GR_RESTARTING));
	json_put(o, "notification", json_boolean(c->gr_flags & BGP_GR_NOTIFICATION));
	json_put(o, "time", json_integer(c->gr_time));
	json_put(o, "families", tuples(c->gr_af, c->gr_n, AF_GR));
	return o;
}

static json_t *fqdn(const struct bgp_caps *c)
{
	json_t *o = json_object();

	json_put(o, "host", json_string(c->hostname));
	json_put(o, "domain", json_string(c->domain));
	return o;
}

static json_t *role(u8 v)
{
	static const char *const names[] = {"provider", "rs", "rs-client", "customer", "peer"};

	return v <= BGP_ROLE_PEER ? json_string(names[v]) : json_integer(v);
}

static json_t *unknown(const struct bgp_caps *c)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < c->unknown_n; i++)
		json_array_append_new(list, json_integer(c->unknown[i]));
	return list;
}

static json_t *capabilities(const struct bgp_caps *c)
{
	json_t *o = json_object();

	json_put(o, "multiprotocol", families(c));
	json_put(o, "route-refresh", json_boolean(c->refresh || c->refresh_old));
	json_put(o, "enhanced-route-refresh", json_boolean(c->enh_refresh));
	json_put(o, "extended-message", json_boolean(c->ext_msg));
	if (c->as4)
		json_put(o, "four-octet-as", json_integer(c->as));
	if (c->ext_nh_n)
		json_put(o, "extended-next-hop", next_hops(c));
	if (c->role != BGP_ROLE_NONE)
		json_put(o, "role", role(c->role));
	if (c->gr)
		json_put(o, "graceful-restart", graceful_restart(c));
	if (c->add_path_n)
		json_put(o, "add-path", tuples(c->add_path, c->add_path_n, AF_ADD_PATH));
	if (c->llgr)
		json_put(o, "long-lived-graceful-restart", tuples(c->llgr_af, c->llgr_n, AF_LLGR));
	if (c->hostname[0])
		json_put(o, "fqdn", fqdn(c));
	if (c->unknown_n)
		json_put(o, "unknown", unknown(c));
	return o;
}

json_t *bgp_json_open(const struct bgp_open *open)
{
	json_t *o = json_object();

	json_put(o, "version", json_integer(open->version));
	json_put(o, "as", json_integer(open->as));
	json_put(o, "hold-time", json_integer(open->hold_time));
	json_put(o, "id", json_id(open->id));
	json_put(o, "capabilities", capabilities(&open->caps));
	return o;
}
