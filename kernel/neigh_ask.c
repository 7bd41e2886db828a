// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is asked next. No more than EVPN_NEIGH_PROBES_PER_SECOND probes leave in a second, and there may be
 * many thousands of hosts to be asked, because one customer's neighbours are collected or the other PE of
 * his segment has died. So the segments take turns, and no customer waits for another's; of a segment
 * those go first whose time is limited.
 */
#include <linux/ktime.h>

#include "neigh.h"

/* The time that a probe takes of what may leave. */
#define ASK_NS (NSEC_PER_SEC / EVPN_NEIGH_PROBES_PER_SECOND)

/** evpn_neigh_ask_es_init() - nobody of a segment is to be asked */
void evpn_neigh_ask_es_init(struct evpn_neigh_es *nes)
{
	unsigned int i;

	for (i = 0; i < EVPN_NEIGH_ASKS; i++)
		INIT_LIST_HEAD(&nes->ask[i]);
	INIT_LIST_HEAD(&nes->asking);
}

/** evpn_neigh_ask_es_del() - nor any more; under evpn_neigh_net.lock */
void evpn_neigh_ask_es_del(struct evpn_neigh_es *nes)
{
	struct evpn_neigh *n, *next;
	unsigned int i;

	for (i = 0; i < EVPN_NEIGH_ASKS; i++) {
		list_for_each_entry_safe(n, next, &nes->ask[i], ask)
			list_del_init(&n->ask);
	}
	list_del_init(&nes->asking);
}

/**
 * evpn_neigh_ask_later() - a host is to be asked
 * @nn: neighbours of the namespace
 * @n: the entry; it leaves the queue when it is free()d, has its turn, or changes its state
 * @why: puts it before those of its segment with a higher one
 *
 * Context: under evpn_neigh_net.lock. Whoever is not the work kicks it afterwards.
 */
void evpn_neigh_ask_later(struct evpn_neigh_net *nn, struct evpn_neigh *n, enum evpn_neigh_ask why)
{
	struct evpn_neigh_es *nes = evpn_neigh_es_find(nn, n->key.esi);

	lockdep_assert_held(&nn->lock);
	/* A segment that has gone has its entries looked at, and they go too. */
	if (!nes || !list_empty(&n->ask))
		return;
	list_add_tail(&n->ask, &nes->ask[why]);
	if (list_empty(&nes->asking))
		list_add_tail(&nes->asking, &nn->asking);
}

/* The first of the segment whose turn it is; segments that have nobody any more leave. */
static struct evpn_neigh *ask_first(struct evpn_neigh_net *nn)
{
	struct evpn_neigh_es *nes, *next;
	unsigned int i;

	list_for_each_entry_safe(nes, next, &nn->asking, asking) {
		for (i = 0; i < EVPN_NEIGH_ASKS; i++) {
			if (!list_empty(&nes->ask[i]))
				return list_first_entry(&nes->ask[i], struct evpn_neigh, ask);
		}
		list_del_init(&nes->asking);
	}
	return NULL;
}

/**
 * evpn_neigh_ask_next() - who is to be asked now?
 * @nn: neighbours of the namespace
 * @now: CLOCK_MONOTONIC in nanoseconds
 * @delay: in jiffies, when somebody is to be asked, and not now
 *
 * Context: under evpn_neigh_net.lock.
 * Return: the entry, which has left the queue; or NULL.
 */
struct evpn_neigh *evpn_neigh_ask_next(struct evpn_neigh_net *nn, u64 now, unsigned long *delay)
{
	struct evpn_neigh *n = ask_first(nn);

	lockdep_assert_held(&nn->lock);
	if (!n)
		return NULL;
	if (nn->next_probe > now) {
		*delay = nsecs_to_jiffies(nn->next_probe - now) + 1;
		return NULL;
	}
	nn->next_probe = max(nn->next_probe, now - EVPN_NEIGH_PROBES_BURST * ASK_NS) + ASK_NS;
	list_del_init(&n->ask);
	list_rotate_left(&nn->asking);
	return n;
}
