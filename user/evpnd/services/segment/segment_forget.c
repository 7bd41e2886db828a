// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_forget.c - bridges and tunnels that learn go on sending to the PE that forwarded before, until
 * an entry ages or the customer says something. The PE that takes over speaks for the hosts that it knows;
 * the others are forgotten by every PE, here: what was learned of the tunnel of a PE that ceases to
 * forward on a segment that another PE has as well.
 *
 * Nothing on the wire tells which addresses are behind the segment, so all are forgotten that were
 * learned of that tunnel in the segment's bridge domains. Frames to them are flooded until they are
 * learned anew, which needs one answer.
 *
 * An RT-4 that is withdrawn alone tells of a candidate less and of nothing that was lost: what RT-1 says is
 * true until it says another thing. A drain begins so, and the PE forwards until the next one does; who
 * forgot it then would flood what still arrives. The next one speaks by its own role, when it opens.
 *
 * RFC 7432 (8.2: mass withdraw; 8.5: an RT-4 is for the election), RFC 8365 (8.1)
 */
#include <string.h>

#include "services/segment/segment.h"

/* An RT-1 that says nothing of it is of a PE that forwards. */
bool segment_ad_forwards(const struct es_route *ad)
{
	return !ad->has_l2 || ad->l2_flags & L2_ATTR_P;
}

struct search {
	const struct es_route *lost;
	bool found;
};

static void look(void *data, const struct es_route *r)
{
	struct search *search = data;

	if (r->etag == EVPN_MAX_ETAG && !r->stale &&
	    !ip_equal(&r->next_hop, &search->lost->next_hop))
		search->found = true;
}

/* Somebody else, or this PE, who can have what the customer sends now. */
static bool others(struct segments *ss, const struct es_route *lost)
{
	const struct segment *s = segment_by_esi(ss, &lost->esi);
	struct search search = {.lost = lost};

	if (s && s->advertised)
		return true;
	segment_routes_each(ss, &lost->esi, EVPN_AD, look, &search);
	return search.found;
}

static void forget(struct segments *ss, const struct es_route *r)
{
	const struct conf *conf = speaker_conf(ss->speaker);
	struct slice targets = ecomm_slice(r->targets, r->n_targets);
	struct ecomm rts[CONF_RT_MAX];
	struct flood_key key;
	size_t i;

	for (i = 0; conf && i < conf->n_bridges; i++) {
		const struct conf_bridge *b = &conf->bridges[i];

		if (!ecomm_rt_match(&targets, rts, conf_bridge_import(conf, b, rts)))
			continue;
		memset(&key, 0, sizeof(key));
		memcpy(key.ifname, b->vxlan, sizeof(key.ifname));
		key.vni = key.remote_vni = b->vni;
		key.address = r->next_hop;
		speaker_wish(ss->speaker, IPC_FORGET, &key, 1);
	}
}

struct siblings {
	struct segments *ss;
	const struct es_route *lost;
};

static void forget_sibling(void *data, const struct es_route *r)
{
	const struct siblings *of = data;

	if (!r->etag && segment_ad_forwards(r) && ip_equal(&r->next_hop, &of->lost->next_hop))
		forget(of->ss, r);
}

/**
 * segment_forget() - a PE forwards no more, by an RT-1 that is gone, or that does not say P any more
 * @r: as it was
 */
void segment_forget(struct segments *ss, const struct es_route *r)
{
	struct siblings of = {ss, r};

	if (r->type != EVPN_AD || (r->etag && r->etag != EVPN_MAX_ETAG) || !others(ss, r))
		return;
	if (r->etag)
		segment_routes_each(ss, &r->esi, EVPN_AD, forget_sibling, &of);
	else
		forget(ss, r);
}
