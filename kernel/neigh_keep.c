// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host has learned does not fail while nobody decides. Without an owner two PEs of a segment may
 * serve the customer, whose link aggregate sends the answers to what this one asks to either. Of what the
 * other one hears the owner would be told; without it the entry of a host that is there would fail, and
 * what the core sends by it be lost.
 *
 * So an entry that the kernel begins to probe is made STALE again, as one of another PE's is: the probe has
 * left, an answer that does come here counts as ever, and with the next packet it is probed anew. Nothing is
 * put in: what had failed before, what was deleted or has never been resolved stays so. It is no sign of
 * life either, so that a host that has gone meanwhile is not believed for longer than any other one.
 *
 * It ends when an owner has said which neighbours other PEs have (neigh-sweep), or with the owner hold time.
 * An all-active segment forwards unicast after that as well, and mostly has none.
 */
#include <linux/ktime.h>

#include "neigh.h"

static u32 keep_ms(const struct evpn_es *es)
{
	if (es->conf.hold_ms || es->conf.mode != EVPN_MODE_ALL_ACTIVE)
		return es->conf.hold_ms;
	return EVPN_NEIGH_KEEP_MS;
}

/**
 * evpn_neigh_keep() - what a segment has learned does not fail for a while
 * @es: the segment
 *
 * Context: under evpn_net.lock.
 */
void evpn_neigh_keep(struct evpn_es *es)
{
	struct evpn_neigh_net *nn = es->net->neigh;
	struct evpn_neigh_key key;

	mutex_lock(&nn->lock);
	es->neigh->keep_until = ktime_get_ns() + evpn_neigh_ns(keep_ms(es));
	/* Those that are being probed already. */
	evpn_neigh_key_dev(&key, es->esi.octet, 0);
	evpn_neigh_walk_later(nn, &key, EVPN_NEIGH_PREFIX_ES);
	mutex_unlock(&nn->lock);
}

/** evpn_neigh_keep_end() - nor any longer, on all segments; under evpn_neigh_net.lock */
void evpn_neigh_keep_end(struct evpn_neigh_net *nn)
{
	struct evpn_neigh_es *nes;
	int bucket;

	lockdep_assert_held(&nn->lock);
	hash_for_each(nn->segments, bucket, nes, hash) nes->keep_until = 0;
}

/** evpn_neigh_keeps() - is a neighbour not to fail now? Under evpn_neigh_net.lock */
bool evpn_neigh_keeps(struct evpn_neigh_net *nn, const struct evpn_neigh *n)
{
	const struct evpn_neigh_es *nes = evpn_neigh_es_find(nn, n->key.esi);

	return nes && ktime_get_ns() < nes->keep_until;
}
