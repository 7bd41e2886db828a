// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_differ.c - do the PEs of a segment mean the same by it? Two that disagree about its ES-Import
 * target do not take each other for candidates, and both forward; two that disagree about its mode or its
 * VLANs block what the other one relies on. Each of them says so, as long as it hears of the other.
 *
 * RFC 7432 (7.5: ESI Label, single-active; 7.6: ES-Import; 8.4: RT-1 per EVI)
 */
#include <stdio.h>

#include "log.h"
#include "services/segment/segment.h"

struct finding {
	struct segment *s;
	char *text;
};

static bool found(const struct finding *f)
{
	return f->text[0];
}

static void look_at_rt4(void *data, const struct es_route *r)
{
	struct finding *f = data;
	struct mac own = conf_es_import(&f->s->conf, &f->s->esi);
	char ip[IP_STRLEN], mac[2][MAC_STRLEN];

	if (found(f) || r->stale || !mac_cmp(&r->es_import, &own))
		return;
	snprintf(
		f->text, ROLE_TEXT_MAX,
		"%s has it with ES-Import %s, and this PE with %s: neither is a candidate for the other",
		ip_format(&r->orig, ip), mac_format(&r->es_import, mac[0]),
		mac_format(&own, mac[1]));
}

static void look_at_rt1(void *data, const struct es_route *r)
{
	struct finding *f = data;
	const struct conf_segment *c = &f->s->conf;
	bool single = c->mode != CONF_ALL_ACTIVE;
	char ip[IP_STRLEN];

	if (found(f) || r->stale)
		return;
	if (r->etag == EVPN_MAX_ETAG) {
		if (r->single_active != single)
			snprintf(f->text, ROLE_TEXT_MAX, "%s has it as %s, and this PE as %s",
				 ip_format(&r->next_hop, ip),
				 r->single_active ? "single-active" : "all-active",
				 conf_mode_name(c->mode));
	} else if (!c->df.port_mode && r->etag && r->etag < 4095 &&
		   !(c->vlans[r->etag / 8] & 1u << r->etag % 8)) {
		snprintf(f->text, ROLE_TEXT_MAX, "%s has VLAN %u on it, and this PE does not",
			 ip_format(&r->next_hop, ip), r->etag);
	}
}

void segment_differ_look(struct segment *s)
{
	char text[ROLE_TEXT_MAX] = "";
	struct finding f = {s, text};

	if (s->esi_known && !segment_is_frr(s)) {
		segment_routes_each(s->owner, &s->esi, EVPN_ES, look_at_rt4, &f);
		segment_routes_each(s->owner, &s->esi, EVPN_AD, look_at_rt1, &f);
	}
	if (!strcmp(text, s->differs))
		return;
	if (text[0])
		log_warning("segment %s: the PEs do not agree: %s", s->conf.name, text);
	else
		log_info("segment %s: the PEs agree", s->conf.name);
	memcpy(s->differs, text, sizeof(s->differs));
}
