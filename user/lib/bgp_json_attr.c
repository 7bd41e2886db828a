// SPDX-License-Identifier: GPL-2.0-only
/*
 * bgp_json_attr.c - path attributes and extended communities as JSON. Names: Documentation/decode.rst.
 */
#include <math.h>
#include <stdio.h>

#include "bgp_json_priv.h"
#include "df.h"

static json_t *path(const struct slice *s, bool as4)
{
	static const char *const types[] = {"", "set", "sequence", "confed-sequence", "confed-set"};
	struct cursor c = cur_slice(s);
	json_t *list = json_array();
	u8 type, count;
	u16 as2;
	u32 as;

	while (cur_u8(&c, &type) && cur_u8(&c, &count)) {
		json_t *segment = json_object(), *numbers = json_array();

		for (unsigned int i = 0; i < count; i++) {
			if (as4 ? !cur_u32(&c, &as) : !cur_u16(&c, &as2))
				break;
			json_array_append_new(numbers, json_integer(as4 ? as : as2));
		}
		json_put(segment, "type", json_string(types[type]));
		json_put(segment, "as", numbers);
		json_array_append_new(list, segment);
	}
	return list;
}

static json_t *aggregator(const struct bgp_aggregator *agg)
{
	json_t *o = json_object();

	json_put(o, "as", json_integer(agg->as));
	json_put(o, "id", json_id(agg->id));
	return o;
}

static json_t *communities(const struct slice *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i + 4 <= s->len; i += 4)
		json_array_append_new(
			list, json_sprintf("%u:%u", load16(s->p + i), load16(s->p + i + 2)));
	return list;
}

static json_t *large(const struct slice *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i + 12 <= s->len; i += 12)
		json_array_append_new(list,
				      json_sprintf("%u:%u:%u", load32(s->p + i),
						   load32(s->p + i + 4), load32(s->p + i + 8)));
	return list;
}

static json_t *ids(const struct slice *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i + 4 <= s->len; i += 4)
		json_array_append_new(list, json_id(load32(s->p + i)));
	return list;
}

static json_t *ext6(const struct slice *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i + 20 <= s->len; i += 20)
		json_array_append_new(list, json_hex(s->p + i, 20));
	return list;
}

static json_t *ext(const struct slice *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ecomm_count(s); i++)
		json_array_append_new(list, bgp_json_ecomm(ecomm_at(s, i)));
	return list;
}

static json_t *pmsi(const struct bgp_attrs *a)
{
	static const char *const names[] = {
		"none",
		"rsvp-te-p2mp",
		"mldp-p2mp",
		"pim-ssm",
		"pim-sm",
		"bidir-pim",
		"ingress-replication",
		"mldp-mp2mp",
		"transport",
		NULL,
		"assisted-replication",
		"bier",
	};
	json_t *o = json_object();
	struct bgp_pmsi p;
	bool known;

	bgp_pmsi_get(a, &p);
	known = p.type < sizeof(names) / sizeof(names[0]) && names[p.type];
	json_put(o, "type", json_integer(p.type));
	json_put(o, "name", json_string(known ? names[p.type] : "unknown"));
	json_put(o, "flags", json_integer(p.flags));
	json_put(o, "label", json_integer(p.label));
	if (p.endpoint.len)
		json_put(o, "endpoint", json_ip(&p.endpoint));
	else
		json_put(o, "id", json_hex(p.id.p, p.id.len));
	return o;
}

static json_t *unknown(const struct bgp_attrs *a)
{
	struct cursor c = cur_slice(&a->unknown);
	json_t *list = json_array();
	u64 seen[4] = {0};
	struct bgp_raw_attr raw;

	while (bgp_unknown_next(&c, &raw)) {
		u64 bit = 1ull << (raw.code & 63);
		json_t *o;

		if (seen[raw.code >> 6] & bit)
			continue;
		seen[raw.code >> 6] |= bit;
		o = json_object();
		json_put(o, "code", json_integer(raw.code));
		json_put(o, "flags", json_integer(raw.flags));
		json_put(o, "value", json_hex(raw.value.p, raw.value.len));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *slice_hex(const struct slice *s)
{
	return json_hex(s->p, s->len);
}

static json_t *attribute(const struct bgp_attrs *a, u8 code)
{
	static const char *const origins[] = {"igp", "egp", "incomplete"};

	switch (code) {
	case BGP_ATTR_ORIGIN:
		return json_string(origins[a->origin]);
	case BGP_ATTR_AS_PATH:
		return path(&a->as_path, a->as4);
	case BGP_ATTR_NEXT_HOP:
		return json_id(a->next_hop);
	case BGP_ATTR_MED:
		return json_integer(a->med);
	case BGP_ATTR_LOCAL_PREF:
		return json_integer(a->local_pref);
	case BGP_ATTR_ATOMIC_AGGREGATE:
		return json_true();
	case BGP_ATTR_AGGREGATOR:
		return aggregator(&a->aggregator);
	case BGP_ATTR_COMMUNITY:
		return communities(&a->community);
	case BGP_ATTR_ORIGINATOR_ID:
		return json_id(a->originator_id);
	case BGP_ATTR_CLUSTER_LIST:
		return ids(&a->cluster);
	case BGP_ATTR_EXT_COMMUNITY:
		return ext(&a->ext);
	case BGP_ATTR_AS4_PATH:
		return path(&a->as4_path, true);
	case BGP_ATTR_AS4_AGGREGATOR:
		return aggregator(&a->as4_aggregator);
	case BGP_ATTR_PMSI:
		return pmsi(a);
	case BGP_ATTR_TUNNEL_ENCAP:
		return slice_hex(&a->tunnel_encap);
	case BGP_ATTR_EXT6_COMMUNITY:
		return ext6(&a->ext6);
	case BGP_ATTR_AIGP:
		return slice_hex(&a->aigp);
	case BGP_ATTR_LARGE_COMMUNITY:
		return large(&a->large);
	case BGP_ATTR_OTC:
		return json_integer(a->otc);
	case BGP_ATTR_D_PATH:
		return slice_hex(&a->d_path);
	case BGP_ATTR_PREFIX_SID:
		return slice_hex(&a->prefix_sid);
	default:
		return NULL;
	}
}

json_t *bgp_json_attrs(const struct bgp_attrs *a)
{
	json_t *o = json_object(), *list = unknown(a);

	for (unsigned int code = 0; code < BGP_ATTR_KNOWN_MAX; code++)
		if (BGP_HAS(a, code))
			json_put(o, bgp_attr_name((u8)code), attribute(a, (u8)code));
	if (json_array_size(list))
		json_put(o, "unknown", list);
	else
		json_decref(list);
	return o;
}

static json_t *mac(const struct mac *m)
{
	char text[MAC_STRLEN];

	return json_string(mac_format(m, text));
}

static void put_rt(json_t *o, const struct ecomm *rt)
{
	char text[RT_STRLEN];

	json_put(o, "value", json_string(rt_format(rt, text)));
}

static void put_df(json_t *o, const struct ecomm_df *df)
{
	static const char *const names[] = {
		[DF_ALG_MODULO] = "modulo",
		[DF_ALG_HRW] = "hrw",
		[DF_ALG_HIGHEST] = "highest-preference",
		[DF_ALG_LOWEST] = "lowest-preference",
	};

	if (df->alg < sizeof(names) / sizeof(names[0]))
		json_put(o, "algorithm", json_string(names[df->alg]));
	json_put(o, "algorithm-number", json_integer(df->alg));
	json_put(o, "capabilities", json_integer(df->caps));
	json_put(o, "dont-preempt", json_boolean(df->caps & DF_CAP_DP));
	json_put(o, "ac-df", json_boolean(df->caps & DF_CAP_AC));
	json_put(o, "time-sync", json_boolean(df->caps & DF_CAP_TIME));
	json_put(o, "port-mode", json_boolean(df->caps & DF_CAP_PORT));
	json_put(o, "preference", json_integer(df->pref));
}

static void put_esi_label(json_t *o, const struct esi_label *l)
{
	static const char *const sht[] = {"default", "local-bias", "esi-label", "reserved"};

	json_put(o, "flags", json_integer(l->flags));
	json_put(o, "single-active", json_boolean(l->flags & ESI_LABEL_SINGLE_ACTIVE));
	json_put(o, "split-horizon", json_string(sht[l->flags >> 6]));
	json_put(o, "label", json_integer(l->label));
}

static void put_l2(json_t *o, const struct l2_attr *a)
{
	json_put(o, "flags", json_integer(a->flags));
	json_put(o, "primary", json_boolean(a->flags & L2_ATTR_P));
	json_put(o, "backup", json_boolean(a->flags & L2_ATTR_B));
	json_put(o, "control-word", json_boolean(a->flags & L2_ATTR_C));
	json_put(o, "mtu", json_integer(a->mtu));
}

static void put_mcast(json_t *o, u16 flags)
{
	static const struct {
		u16 bit;
		const char *name;
	} names[] = {
		{MCAST_IGMP_PROXY, "igmp-proxy"},
		{MCAST_MLD_PROXY, "mld-proxy"},
		{MCAST_OISM, "oism"},
		{MCAST_PEG, "peg"},
		{MCAST_MEG, "meg"},
		{MCAST_IPMG, "ipmg"},
		{MCAST_SEGMENTATION, "segmentation"},
		{MCAST_SBD, "sbd"},
	};

	json_put(o, "flags", json_integer(flags));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		json_put(o, names[i].name, json_boolean(flags & names[i].bit));
}

static void put_value(json_t *o, const struct ecomm_value *v)
{
	switch (v->kind) {
	case EC_RT:
	case EC_ORIGIN:
	case EC_EVI_RT:
		put_rt(o, &v->rt);
		break;
	case EC_ENCAP:
		json_put(o, "tunnel", json_integer(v->tunnel));
		if (ecomm_tunnel_name(v->tunnel))
			json_put(o, "name", json_string(ecomm_tunnel_name(v->tunnel)));
		break;
	case EC_COLOR:
		json_put(o, "color", json_integer(v->color));
		break;
	case EC_MAC_MOBILITY:
		json_put(o, "sequence", json_integer(v->mobility.seq));
		json_put(o, "sticky", json_boolean(v->mobility.flags & MAC_MOBILITY_STICKY));
		break;
	case EC_ESI_LABEL:
		put_esi_label(o, &v->esi_label);
		break;
	case EC_ETREE:
		json_put(o, "flags", json_integer(v->esi_label.flags));
		json_put(o, "leaf", json_boolean(v->esi_label.flags & ETREE_LEAF));
		json_put(o, "label", json_integer(v->esi_label.label));
		break;
	case EC_ES_IMPORT:
	case EC_ROUTER_MAC:
		json_put(o, "mac", mac(&v->mac));
		break;
	case EC_L2_ATTR:
		put_l2(o, &v->l2);
		break;
	case EC_DF_ELECTION:
		put_df(o, &v->df);
		break;
	case EC_ISID:
		json_put(o, "i-sid", json_integer(v->isid));
		break;
	case EC_ARP_ND:
		json_put(o, "flags", json_integer(v->arp_nd));
		json_put(o, "router", json_boolean(v->arp_nd & ARP_ND_ROUTER));
		json_put(o, "override", json_boolean(v->arp_nd & ARP_ND_OVERRIDE));
		json_put(o, "immutable", json_boolean(v->arp_nd & ARP_ND_IMMUTABLE));
		break;
	case EC_MCAST_FLAGS:
		put_mcast(o, v->mcast);
		break;
	case EC_AC:
		json_put(o, "etag", json_integer(v->ac));
		break;
	case EC_LINK_BANDWIDTH:
		json_put(o, "as", json_integer(v->bandwidth.as));
		json_put(o, "octets-per-second",
			 isfinite(v->bandwidth.octets) ? json_real(v->bandwidth.octets) :
							 json_null());
		break;
	case EC_SEGMENTED_NH:
		json_put(o, "address", json_ip(&v->address));
		break;
	case EC_ORIGIN_VALIDATION:
		json_put(o, "state", json_integer(v->validation));
		if (ecomm_validation_name(v->validation))
			json_put(o, "name", json_string(ecomm_validation_name(v->validation)));
		break;
	case EC_SCT:
		json_put(o, "seconds", json_integer(v->sct.seconds));
		json_put(o, "fraction", json_integer(v->sct.fraction));
		break;
	default:
		break;
	}
}

json_t *bgp_json_ecomm(const struct ecomm *c)
{
	json_t *o = json_object();
	struct ecomm_value v;

	ecomm_decode(c, &v);
	json_put(o, "kind", json_string(ecomm_kind_name(v.kind)));
	put_value(o, &v);
	json_put(o, "octets", json_hex(c->b, sizeof(c->b)));
	return o;
}
