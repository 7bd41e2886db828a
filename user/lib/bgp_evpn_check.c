// SPDX-License-Identifier: GPL-2.0-only
/*
 * bgp_evpn_check.c - rules over an EVPN route together with its attributes; prototype in bgp_evpn.h.
 *
 * Only what follows from the message alone. Whether an ES-Import, an EVI-RT or a route target is one
 * of ours is for the services to say.
 *
 * RFC 9746 (2.2 split-horizon type), RFC 9136 (3.1, 3.2), RFC 9251 (9.5),
 * draft-ietf-bess-evpn-l3mh-proto (RT-2 synchronization)
 */
#include <stdarg.h>
#include <stdio.h>

#include "bgp_evpn.h"
#include "bgp_extcomm.h"

static void withdraw(struct bgp_outcome *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void withdraw(struct bgp_outcome *out, const char *fmt, ...)
{
	va_list ap;

	out->verdict = BGP_WITHDRAW;
	out->err.code = 0;
	out->err.subcode = 0;
	out->err.data_len = 0;
	va_start(ap, fmt);
	vsnprintf(out->err.reason, sizeof(out->err.reason), fmt, ap);
	va_end(ap);
}

/*
 * Another split-horizon type than the default one needs an encapsulation that can do both: not MPLS
 * (also when there is no community), VXLAN or NVGRE. SRv6 has no encapsulation community but a
 * prefix SID.
 */
static bool encap_has_choice(const struct bgp_attrs *attrs)
{
	bool found = false;

	for (size_t i = 0; i < ecomm_count(&attrs->ext); i++) {
		struct ecomm_value v;

		ecomm_decode(ecomm_at(&attrs->ext, i), &v);
		if (v.kind != EC_ENCAP)
			continue;
		if (v.tunnel == TUNNEL_MPLS || v.tunnel == TUNNEL_VXLAN || v.tunnel == TUNNEL_NVGRE)
			return false;
		found = true;
	}
	return found || BGP_HAS(attrs, BGP_ATTR_PREFIX_SID);
}

static void check_ad(const struct bgp_attrs *attrs, const struct evpn_nlri *n,
		     struct bgp_outcome *out)
{
	struct esi_label label;
	u8 sht;

	if (!evpn_is_ad_es(n) || !ecomm_get_esi_label(&attrs->ext, &label))
		return;
	sht = label.flags & ESI_LABEL_SHT_MASK;
	if (!sht)
		return;
	if (label.flags & ESI_LABEL_SINGLE_ACTIVE)
		withdraw(out,
			 "ESI Label flags are 0x%02x: split-horizon type %u with single-active",
			 label.flags, sht >> 6);
	else if (sht == ESI_LABEL_SHT_MASK)
		withdraw(out, "ESI Label flags are 0x%02x: split-horizon type 3 is reserved",
			 label.flags);
	else if (!encap_has_choice(attrs))
		withdraw(out,
			 "ESI Label flags are 0x%02x: split-horizon type %u, expected 0 with this "
			 "encapsulation",
			 label.flags, sht >> 6);
}

/* An RT-2 with an ES-Import or an EVI-RT synchronizes a neighbour of an Ethernet Segment. */
static void check_macip(const struct bgp_attrs *attrs, const struct evpn_nlri *n,
			struct bgp_outcome *out)
{
	char esi[ESI_STRLEN];

	if (!esi_is_reserved(&n->esi))
		return;
	if (ecomm_find(&attrs->ext, EC_ES_IMPORT) || ecomm_find(&attrs->ext, EC_EVI_RT))
		withdraw(out,
			 "EVPN route type 2 with ES-Import or EVI-RT has ESI %s, which is reserved",
			 esi_format(&n->esi, esi));
}

static void check_prefix(const struct bgp_attrs *attrs, const struct evpn_nlri *n,
			 struct bgp_outcome *out)
{
	bool has_esi = !esi_is_zero(&n->esi), has_gw = !ip_is_zero(&n->gw);
	char text[ESI_STRLEN], ip[IP_STRLEN];
	struct mac rmac;
	bool has_rmac = ecomm_get_router_mac(&attrs->ext, &rmac);

	if (has_esi && has_gw)
		withdraw(
			out,
			"EVPN route type 5 has ESI %s and gateway %s, expected one of them at most",
			esi_format(&n->esi, text), ip_format(&n->gw, ip));
	else if (has_rmac && mac_is_multicast(&rmac))
		withdraw(out, "Router's MAC %s is a group address", mac_format(&rmac, text));
	else if (!n->label[0] && !has_esi && !has_gw && !has_rmac)
		withdraw(out, "EVPN route type 5 has label 0 and no ESI, gateway or Router's MAC");
}

/* RFC 9251 section 9.5: who imports by ES-Import needs exactly one of these, and one EVI-RT. */
static void check_sync(const struct bgp_attrs *attrs, const struct evpn_nlri *n,
		       struct bgp_outcome *out)
{
	size_t es_imports = ecomm_count_kind(&attrs->ext, EC_ES_IMPORT);
	size_t evi_rts = ecomm_count_kind(&attrs->ext, EC_EVI_RT) +
			 ecomm_count_kind(&attrs->ext, EC_EVI_RT6);

	if (es_imports > 1)
		withdraw(out, "EVPN route type %u has %zu ES-Imports, expected 1", n->type,
			 es_imports);
	else if (evi_rts != 1 && es_imports)
		withdraw(out, "EVPN route type %u with ES-Import has %zu EVI-RTs, expected 1",
			 n->type, evi_rts);
}

enum bgp_verdict evpn_check(const struct bgp_attrs *attrs, const struct evpn_nlri *n,
			    struct bgp_outcome *out)
{
	bgp_outcome_init(out);
	switch (n->type) {
	case EVPN_AD:
		check_ad(attrs, n, out);
		break;
	case EVPN_MACIP:
		check_macip(attrs, n, out);
		break;
	case EVPN_PREFIX:
		check_prefix(attrs, n, out);
		break;
	case EVPN_JOIN:
	case EVPN_LEAVE:
		check_sync(attrs, n, out);
		break;
	}
	return out->verdict;
}
