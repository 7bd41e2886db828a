// SPDX-License-Identifier: GPL-2.0-only
/*
 * bgp_extcomm.c - one table row per extended community: type, subtype, name, decode, encode, format.
 *
 * RFC 4360, RFC 5668, RFC 7432 (7.5 to 7.10), RFC 8214 (3.1), RFC 8317, RFC 8584 (2.2), RFC 9012,
 * RFC 9047, RFC 9135, RFC 9251 (9.4, 9.5), RFC 9625, RFC 9722, RFC 9746, RFC 9785, RFC 9786
 */
#include <stdio.h>

#include "bgp_extcomm.h"
#include "df.h"

/* Octet 0. Bit 0x40 set: not transitive over AS boundaries. */
enum {
	TYPE_AS2 = 0x00,
	TYPE_IPV4 = 0x01,
	TYPE_AS4 = 0x02,
	TYPE_OPAQUE = 0x03,
	TYPE_EVPN = 0x06,
	NOT_TRANSITIVE = 0x40,
	SUB_RT = 0x02,
	SUB_ORIGIN = 0x03,
	SUB_EVI_RT = 0x0a, /* + 0, 1, 2: the form of the route target inside */
};

/* Decoders and encoders see the six octets of value. */

static void rt_decode(const u8 *p, struct ecomm_value *v)
{
	v->rt = v->raw;
}

static void rt_encode(const struct ecomm_value *v, u8 *p)
{
	memcpy(p, v->rt.b + 2, 6);
}

static void rt_text(const struct ecomm_value *v, char *buf, size_t n)
{
	char rt[RT_STRLEN];

	snprintf(buf, n, "%s", rt_format(&v->rt, rt));
}

static void evi_rt_decode(const u8 *p, struct ecomm_value *v)
{
	v->rt = v->raw;
	v->rt.b[0] = (u8)(v->raw.b[1] - SUB_EVI_RT);
	v->rt.b[1] = SUB_RT;
}

static void raw_decode(const u8 *p, struct ecomm_value *v)
{
}

static void raw_encode(const struct ecomm_value *v, u8 *p)
{
	memcpy(p, v->raw.b + 2, 6);
}

static void raw_text(const struct ecomm_value *v, char *buf, size_t n)
{
	snprintf(buf, n, "0x%08x%08x", load32(v->raw.b), load32(v->raw.b + 4));
}

static void encap_decode(const u8 *p, struct ecomm_value *v)
{
	v->tunnel = load16(p + 4);
}

static void encap_encode(const struct ecomm_value *v, u8 *p)
{
	store16(p + 4, v->tunnel);
}

static void encap_text(const struct ecomm_value *v, char *buf, size_t n)
{
	const char *name = ecomm_tunnel_name(v->tunnel);

	if (name)
		snprintf(buf, n, "%s", name);
	else
		snprintf(buf, n, "%u", v->tunnel);
}

static void default_gw_text(const struct ecomm_value *v, char *buf, size_t n)
{
	*buf = '\0';
}

static void color_decode(const u8 *p, struct ecomm_value *v)
{
	v->color = load32(p + 2);
}

static void color_encode(const struct ecomm_value *v, u8 *p)
{
	store16(p, load16(v->raw.b + 2));
	store32(p + 2, v->color);
}

static void color_text(const struct ecomm_value *v, char *buf, size_t n)
{
	snprintf(buf, n, "%u", v->color);
}

static void mobility_decode(const u8 *p, struct ecomm_value *v)
{
	v->mobility.flags = p[0];
	v->mobility.seq = load32(p + 2);
}

static void mobility_encode(const struct ecomm_value *v, u8 *p)
{
	p[0] = v->mobility.flags;
	store32(p + 2, v->mobility.seq);
}

static void mobility_text(const struct ecomm_value *v, char *buf, size_t n)
{
	snprintf(buf, n, "%u%s", v->mobility.seq,
		 v->mobility.flags & MAC_MOBILITY_STICKY ? " sticky" : "");
}

static void label_decode(const u8 *p, struct ecomm_value *v)
{
	v->esi_label.flags = p[0];
	v->esi_label.label = load24(p + 3);
}

static void label_encode(const struct ecomm_value *v, u8 *p)
{
	p[0] = v->esi_label.flags;
	store24(p + 3, v->esi_label.label);
}

static void esi_label_text(const struct ecomm_value *v, char *buf, size_t n)
{
	static const char *const sht[] = {"", " local-bias", " esi-label", " sht-3"};

	snprintf(buf, n, "%u %s%s", v->esi_label.label,
		 v->esi_label.flags & ESI_LABEL_SINGLE_ACTIVE ? "single-active" : "all-active",
		 sht[v->esi_label.flags >> 6]);
}

static void etree_text(const struct ecomm_value *v, char *buf, size_t n)
{
	snprintf(buf, n, "%u%s", v->esi_label.label,
		 v->esi_label.flags & ETREE_LEAF ? " leaf" : "");
}

static void mac_decode(const u8 *p, struct ecomm_value *v)
{
	memcpy(v->mac.b, p, 6);
}

static void mac_encode(const struct ecomm_value *v, u8 *p)
{
	memcpy(p, v->mac.b, 6);
}

static void mac_text(const struct ecomm_value *v, char *buf, size_t n)
{
	char mac[MAC_STRLEN];

	snprintf(buf, n, "%s", mac_format(&v->mac, mac));
}

static void l2_decode(const u8 *p, struct ecomm_value *v)
{
	v->l2.flags = load16(p);
	v->l2.mtu = load16(p + 2);
}

static void l2_encode(const struct ecomm_value *v, u8 *p)
{
	store16(p, v->l2.flags);
	store16(p + 2, v->l2.mtu);
}

static void l2_text(const struct ecomm_value *v, char *buf, size_t n)
{
	snprintf(buf, n, "mtu %u%s%s%s%s%s", v->l2.mtu, v->l2.flags & L2_ATTR_P ? " P" : "",
		 v->l2.flags & L2_ATTR_B ? " B" : "", v->l2.flags & L2_ATTR_C ? " C" : "",
		 v->l2.flags & L2_ATTR_F ? " F" : "", v->l2.flags & L2_ATTR_CI ? " CI" : "");
}

static void df_decode(const u8 *p, struct ecomm_value *v)
{
	v->df.alg = p[0] & 0x1f;
	v->df.caps = load16(p + 1);
	v->df.pref = load16(p + 4);
}

/* RFC 9785 section 3: octets 5 to 7 are reserved with the algorithms that know no preference. */
static bool df_has_pref(u8 alg)
{
	return alg == DF_ALG_HIGHEST || alg == DF_ALG_LOWEST || alg == DF_ALG_EXPERIMENTAL;
}

static void df_encode(const struct ecomm_value *v, u8 *p)
{
	p[0] = v->df.alg & 0x1f;
	store16(p + 1, v->df.caps);
	if (df_has_pref(v->df.alg))
		store16(p + 4, v->df.pref);
}

static void df_text(const struct ecomm_value *v, char *buf, size_t n)
{
	char pref[16] = "";

	if (df_has_pref(v->df.alg))
		snprintf(pref, sizeof(pref), " pref %u", v->df.pref);
	snprintf(buf, n, "alg %u%s%s%s%s%s", v->df.alg, pref,
		 v->df.caps & DF_CAP_DP ? " dont-preempt" : "",
		 v->df.caps & DF_CAP_AC ? " ac-df" : "",
		 v->df.caps & DF_CAP_TIME ? " time-sync" : "",
		 v->df.caps & DF_CAP_PORT ? " port-mode" : "");
}

static void isid_decode(const u8 *p, struct ecomm_value *v)
{
	v->isid = load24(p);
}

static void isid_encode(const struct ecomm_value *v, u8 *p)
{
	store24(p, v->isid);
	store24(p + 3, load24(v->raw.b + 5));
}

static void isid_text(const struct ecomm_value *v, char *buf, size_t n)
{
	snprintf(buf, n, "%u", v->isid);
}

static void arp_nd_decode(const u8 *p, struct ecomm_value *v)
{
	v->arp_nd = p[0];
}

static void arp_nd_encode(const struct ecomm_value *v, u8 *p)
{
	p[0] = v->arp_nd;
}

static void arp_nd_text(const struct ecomm_value *v, char *buf, size_t n)
{
	snprintf(buf, n, "0x%02x%s%s%s", v->arp_nd, v->arp_nd & ARP_ND_ROUTER ? " router" : "",
		 v->arp_nd & ARP_ND_OVERRIDE ? " override" : "",
		 v->arp_nd & ARP_ND_IMMUTABLE ? " immutable" : "");
}

static void mcast_decode(const u8 *p, struct ecomm_value *v)
{
	v->mcast = load16(p);
}

static void mcast_encode(const struct ecomm_value *v, u8 *p)
{
	store16(p, v->mcast);
}

static void mcast_text(const struct ecomm_value *v, char *buf, size_t n)
{
	snprintf(buf, n, "0x%04x%s%s%s", v->mcast, v->mcast & MCAST_IGMP_PROXY ? " igmp-proxy" : "",
		 v->mcast & MCAST_MLD_PROXY ? " mld-proxy" : "",
		 v->mcast & MCAST_OISM ? " oism" : "");
}

static void ac_decode(const u8 *p, struct ecomm_value *v)
{
	v->ac = load32(p + 2);
}

static void ac_encode(const struct ecomm_value *v, u8 *p)
{
	store16(p, load16(v->raw.b + 2));
	store32(p + 2, v->ac);
}

static void ac_text(const struct ecomm_value *v, char *buf, size_t n)
{
	snprintf(buf, n, "%u", v->ac);
}

static void sct_decode(const u8 *p, struct ecomm_value *v)
{
	v->sct.seconds = load32(p);
	v->sct.fraction = load16(p + 4);
}

static void sct_encode(const struct ecomm_value *v, u8 *p)
{
	store32(p, v->sct.seconds);
	store16(p + 4, v->sct.fraction);
}

static void sct_text(const struct ecomm_value *v, char *buf, size_t n)
{
	snprintf(buf, n, "%u.%05u", v->sct.seconds, v->sct.fraction * 100000u >> 16);
}

static void bandwidth_decode(const u8 *p, struct ecomm_value *v)
{
	u32 octets = load32(p + 2);

	v->bandwidth.as = load16(p);
	memcpy(&v->bandwidth.octets, &octets, sizeof(octets));
}

static void bandwidth_encode(const struct ecomm_value *v, u8 *p)
{
	u32 octets;

	memcpy(&octets, &v->bandwidth.octets, sizeof(octets));
	store16(p, v->bandwidth.as);
	store32(p + 2, octets);
}

static void bandwidth_text(const struct ecomm_value *v, char *buf, size_t n)
{
	snprintf(buf, n, "%u:%.0f", v->bandwidth.as, (double)v->bandwidth.octets);
}

static void address_decode(const u8 *p, struct ecomm_value *v)
{
	v->address = ip_from_bytes(p, 4);
}

static void address_encode(const struct ecomm_value *v, u8 *p)
{
	memcpy(p, v->address.b, 4);
	store16(p + 4, load16(v->raw.b + 6));
}

static void address_text(const struct ecomm_value *v, char *buf, size_t n)
{
	char ip[IP_STRLEN];

	snprintf(buf, n, "%s", ip_format(&v->address, ip));
}

static void validation_decode(const u8 *p, struct ecomm_value *v)
{
	v->validation = p[5];
}

static void validation_encode(const struct ecomm_value *v, u8 *p)
{
	memcpy(p, v->raw.b + 2, 5);
	p[5] = v->validation;
}

static void validation_text(const struct ecomm_value *v, char *buf, size_t n)
{
	const char *name = ecomm_validation_name(v->validation);

	if (name)
		snprintf(buf, n, "%s", name);
	else
		snprintf(buf, n, "%u", v->validation);
}

/*
 * One kind of community. It has @types values of octet 0 from @type on, and @subtypes values of octet
 * 1 from @subtype on; EC_UNKNOWN has none.
 */
static const struct ecomm_row {
	u8 type, types, subtype, subtypes;
	const char *name, *text_name;
	void (*decode)(const u8 *p, struct ecomm_value *v);
	void (*encode)(const struct ecomm_value *v, u8 *p);
	void (*text)(const struct ecomm_value *v, char *buf, size_t n);
} rows[EC_KINDS] = {
	[EC_UNKNOWN] = {0, 0, 0, 0, "unknown", "unknown", raw_decode, raw_encode, raw_text},
	[EC_RT] = {TYPE_AS2, 3, SUB_RT, 1, "route-target", "rt", rt_decode, rt_encode, rt_text},
	[EC_ORIGIN] = {TYPE_AS2, 3, SUB_ORIGIN, 1, "route-origin", "soo", rt_decode, rt_encode,
		       rt_text},
	[EC_ENCAP] = {TYPE_OPAQUE, 1, 0x0c, 1, "encapsulation", "encap", encap_decode, encap_encode,
		      encap_text},
	[EC_DEFAULT_GW] = {TYPE_OPAQUE, 1, 0x0d, 1, "default-gateway", "default-gw", raw_decode,
			   raw_encode, default_gw_text},
	[EC_COLOR] = {TYPE_OPAQUE, 1, 0x0b, 1, "color", "color", color_decode, color_encode,
		      color_text},
	[EC_MAC_MOBILITY] = {TYPE_EVPN, 1, 0x00, 1, "mac-mobility", "mobility", mobility_decode,
			     mobility_encode, mobility_text},
	[EC_ESI_LABEL] = {TYPE_EVPN, 1, 0x01, 1, "esi-label", "esi-label", label_decode,
			  label_encode, esi_label_text},
	[EC_ES_IMPORT] = {TYPE_EVPN, 1, 0x02, 1, "es-import", "es-import", mac_decode, mac_encode,
			  mac_text},
	[EC_ROUTER_MAC] = {TYPE_EVPN, 1, 0x03, 1, "router-mac", "rmac", mac_decode, mac_encode,
			   mac_text},
	[EC_L2_ATTR] = {TYPE_EVPN, 1, 0x04, 1, "l2-attributes", "l2-attr", l2_decode, l2_encode,
			l2_text},
	[EC_ETREE] = {TYPE_EVPN, 1, 0x05, 1, "e-tree", "e-tree", label_decode, label_encode,
		      etree_text},
	[EC_DF_ELECTION] = {TYPE_EVPN, 1, 0x06, 1, "df-election", "df", df_decode, df_encode,
			    df_text},
	[EC_ISID] = {TYPE_EVPN, 1, 0x07, 1, "i-sid", "i-sid", isid_decode, isid_encode, isid_text},
	[EC_ARP_ND] = {TYPE_EVPN, 1, 0x08, 1, "arp-nd", "arp-nd", arp_nd_decode, arp_nd_encode,
		       arp_nd_text},
	[EC_MCAST_FLAGS] = {TYPE_EVPN, 1, 0x09, 1, "multicast-flags", "mcast", mcast_decode,
			    mcast_encode, mcast_text},
	[EC_EVI_RT] = {TYPE_EVPN, 1, SUB_EVI_RT, 3, "evi-rt", "evi-rt", evi_rt_decode, rt_encode,
		       rt_text},
	[EC_EVI_RT6] = {TYPE_EVPN, 1, 0x0d, 1, "evi-rt-ipv6", "evi-rt6", raw_decode, raw_encode,
			raw_text},
	[EC_AC] = {TYPE_EVPN, 1, 0x0e, 1, "attachment-circuit", "ac", ac_decode, ac_encode,
		   ac_text},
	[EC_SCT] = {TYPE_EVPN, 1, 0x0f, 1, "service-carving-time", "sct", sct_decode, sct_encode,
		    sct_text},
	[EC_LINK_BANDWIDTH] = {TYPE_AS2 | NOT_TRANSITIVE, 1, 0x04, 1, "link-bandwidth", "bandwidth",
			       bandwidth_decode, bandwidth_encode, bandwidth_text},
	[EC_EVPN_LINK_BANDWIDTH] = {TYPE_EVPN, 1, 0x10, 1, "evpn-link-bandwidth", "evpn-bandwidth",
				    raw_decode, raw_encode, raw_text},
	[EC_SEGMENTED_NH] = {TYPE_IPV4, 1, 0x12, 1, "segmented-next-hop", "segmented-nh",
			     address_decode, address_encode, address_text},
	[EC_ORIGIN_VALIDATION] = {TYPE_OPAQUE | NOT_TRANSITIVE, 1, 0x00, 1, "origin-validation",
				  "validation", validation_decode, validation_encode,
				  validation_text},
};

static const struct {
	u16 tunnel;
	const char *name;
} tunnels[] = {
	{TUNNEL_GRE, "gre"},
	{TUNNEL_VXLAN, "vxlan"},
	{TUNNEL_NVGRE, "nvgre"},
	{TUNNEL_MPLS, "mpls"},
	{TUNNEL_MPLS_GRE, "mpls-in-gre"},
	{TUNNEL_VXLAN_GPE, "vxlan-gpe"},
	{TUNNEL_MPLS_UDP, "mpls-in-udp"},
	{TUNNEL_GENEVE, "geneve"},
};

const char *ecomm_tunnel_name(u16 tunnel)
{
	for (size_t i = 0; i < sizeof(tunnels) / sizeof(tunnels[0]); i++)
		if (tunnels[i].tunnel == tunnel)
			return tunnels[i].name;
	return NULL;
}

const char *ecomm_validation_name(u8 state)
{
	static const char *const names[] = {"valid", "not-found", "invalid"};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : NULL;
}

enum ecomm_kind ecomm_kind(const struct ecomm *c)
{
	for (unsigned int k = EC_UNKNOWN + 1; k < EC_KINDS; k++)
		if ((u8)(c->b[0] - rows[k].type) < rows[k].types &&
		    (u8)(c->b[1] - rows[k].subtype) < rows[k].subtypes)
			return k;
	return EC_UNKNOWN;
}

const char *ecomm_kind_name(enum ecomm_kind k)
{
	return rows[k < EC_KINDS ? k : EC_UNKNOWN].name;
}

void ecomm_decode(const struct ecomm *c, struct ecomm_value *v)
{
	memset(v, 0, sizeof(*v));
	v->kind = ecomm_kind(c);
	v->raw = *c;
	rows[v->kind].decode(c->b + 2, v);
}

struct ecomm ecomm_encode(const struct ecomm_value *v)
{
	const struct ecomm_row *row = &rows[v->kind];
	struct ecomm c = {{row->type, row->subtype}};

	if (v->kind == EC_UNKNOWN)
		return v->raw;
	if (v->kind == EC_RT || v->kind == EC_ORIGIN)
		c.b[0] = v->rt.b[0];
	if (v->kind == EC_EVI_RT)
		c.b[1] = (u8)(SUB_EVI_RT + v->rt.b[0]);
	row->encode(v, c.b + 2);
	return c;
}

char *ecomm_format(const struct ecomm *c, char buf[ECOMM_STRLEN])
{
	struct ecomm_value v;
	size_t n;

	ecomm_decode(c, &v);
	n = (size_t)snprintf(buf, ECOMM_STRLEN, "%s:", rows[v.kind].text_name);
	rows[v.kind].text(&v, buf + n, ECOMM_STRLEN - n);
	if (!buf[n])
		buf[n - 1] = '\0';
	return buf;
}
