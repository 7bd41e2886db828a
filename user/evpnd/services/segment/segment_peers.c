// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_peers.c - who shares an all-active segment, by the source addresses of their tunnels: what
 * floods in from them has reached the CE already and must not reach it again (local bias).
 *
 * The address is the next hop of the PE's RT-1 per ES and of its RT-4, and the originator in the
 * latter, where that is another one. A PE whose routes are only kept by graceful restart still counts,
 * and so does one that is being drained: both may still forward. While no session tells what the
 * others do, the list stays as it is, as the roles do.
 *
 * A PE that takes its segment back still announces its bridge domains (RT-3): it shares the segment no
 * more, and leaves the list at once. One that has fallen silent altogether is dead, or its daemon is, and
 * then its data path goes on: it stays in the list until it is heard again.
 *
 * RFC 8365 (8.3.1)
 */
#include <stdlib.h>

#include "log.h"
#include "services/segment/segment.h"

struct collector {
	const struct segment *s;
	struct ip_addr list[IPC_PEERS_MAX];
	unsigned int n;
	bool full;
};

static void add(struct collector *c, const struct ip_addr *a)
{
	unsigned int i;

	if (!ip_is_host(a) || segment_is_self(c->s, a))
		return;
	for (i = 0; i < c->n; i++)
		if (ip_equal(a, &c->list[i]))
			return;
	c->full |= c->n == IPC_PEERS_MAX;
	if (c->n < IPC_PEERS_MAX)
		c->list[c->n++] = *a;
}

static void add_ad(void *data, const struct es_route *r)
{
	if (r->etag == EVPN_MAX_ETAG)
		add(data, &r->next_hop);
}

static void add_es(void *data, const struct es_route *r)
{
	add(data, &r->next_hop);
	add(data, &r->orig);
}

/* ---- PEs that have fallen silent ---- */

struct question {
	const struct ip_addr *pe;
	bool heard;
};

static bool is_it(void *data, const struct evpn_nlri *n, const struct rib_path *paths,
		  size_t n_paths, size_t best)
{
	struct question *q = data;
	size_t i;

	for (i = 0; i < n_paths && !q->heard; i++)
		q->heard = paths[i].peer &&
			   (ip_equal(&n->orig, q->pe) || ip_equal(paths[i].next_hop, q->pe));
	return !q->heard;
}

/* Does it announce a bridge domain? Asked only about one whose routes of the segment are gone. */
static bool is_heard(const struct segments *ss, const struct ip_addr *pe)
{
	struct question q = {.pe = pe};
	struct rib *rib = speaker_rib(ss->speaker);

	if (!rib)
		return true;
	rib_walk(rib, EVPN_IMET, is_it, &q);
	return q.heard;
}

static bool has(const struct ip_addr *list, unsigned int n, const struct ip_addr *a)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (ip_equal(&list[i], a))
			return true;
	return false;
}

static void keep_silent_ones(struct segment *s, struct collector *c)
{
	unsigned int i, found = c->n;
	char buf[IP_STRLEN];
	bool held = false;

	for (i = 0; i < s->n_peers; i++) {
		const struct ip_addr *pe = &s->peers[i];

		if (has(c->list, found, pe) || is_heard(s->owner, pe))
			continue;
		add(c, pe);
		held = true;
		if (!s->peers_held)
			log_info(
				"segment %s: %s is silent; it counts as one of the segment's PEs until it is heard again",
				s->conf.name, ip_format(pe, buf));
	}
	s->peers_held = held;
}

static int by_address(const void *a, const void *b)
{
	return ip_cmp(a, b);
}

/* At the end of this round of the loop, when all routes of a group are there. */
void segment_peers_later(struct segment *s)
{
	s->peers_due = true;
	if (s->owner->later)
		sd_event_source_set_enabled(s->owner->later, SD_EVENT_ONESHOT);
}

/* An RT-3 has come or gone: a PE that was silent may be none any more. */
void segment_peers_imet(struct segments *ss)
{
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry)
		if (s->peers_held)
			segment_peers_later(s);
}

/* Collect them anew, and tell the kernel what has changed. */
void segment_peers_update(struct segment *s)
{
	struct collector c = {.s = s};

	s->peers_due = false;
	if (s->conf.mode != CONF_ALL_ACTIVE || !s->esi_known || !s->owner->settled ||
	    segment_frr_holds(s) || (segment_is_frr(s) && ip_is_none(&s->owner->frr.vtep)))
		return;
	segment_routes_each(s->owner, &s->esi, EVPN_AD, add_ad, &c);
	segment_routes_each(s->owner, &s->esi, EVPN_ES, add_es, &c);
	keep_silent_ones(s, &c);
	qsort(c.list, c.n, sizeof(c.list[0]), by_address);
	if (c.full)
		log_warning("segment %s: more than %d tunnel addresses, the others are ignored",
			    s->conf.name, IPC_PEERS_MAX);
	memcpy(s->peers, c.list, sizeof(s->peers));
	s->n_peers = (u8)c.n;
	segment_send_wish(s);
}
