// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many neighbours are learned: a limit for each segment, and one for all of a namespace. Anybody
 * behind a segment can say that he has as many addresses as he likes; each of them would take memory of
 * the kernel, and a route of every PE. What is one too many is forgotten, in the neighbour table too, so
 * that the table does not get full and throw out the neighbours of others.
 *
 * What another PE has as well is never one too many, though it counts when it is local: user space that
 * wishes for it has its own limit. And nobody who has been learned in time has to go for one who comes.
 */
#include "neigh.h"

/** evpn_neigh_limit_init() - of a segment that begins */
void evpn_neigh_limit_init(struct evpn_neigh_es *nes, u32 limit)
{
	nes->limit = limit;
	nes->told_at = jiffies - msecs_to_jiffies(EVPN_NEIGH_WARN_MS);
	atomic64_set(&nes->forgotten, 0);
}

/**
 * evpn_neigh_limit_set() - of a segment that has neighbours
 * @nes: the segment
 * @limit: from now on
 *
 * Context: under evpn_neigh_net.lock. The caller has the neighbours looked at again.
 */
void evpn_neigh_limit_set(struct evpn_neigh_es *nes, u32 limit)
{
	nes->limit = limit;
	nes->shrinks = nes->local > limit;
}

/**
 * evpn_neigh_limit_count() - an entry may have become local, or ceased to be
 * @nn: neighbours of the namespace
 * @n: the entry, in its new state
 *
 * An entry may outlive its segment, and be local when another of the same ESI begins: it counts where it
 * was counted.
 *
 * Context: under evpn_neigh_net.lock.
 */
void evpn_neigh_limit_count(struct evpn_neigh_net *nn, struct evpn_neigh *n)
{
	struct evpn_neigh_es *nes = evpn_neigh_es_find(nn, n->key.esi);
	u32 counted = nes && n->state == EVPN_NEIGH_STATE_LOCAL ? nes->incarnation : 0;

	if (counted == n->counted)
		return;
	if (counted)
		WRITE_ONCE(nes->local, nes->local + 1);
	else if (nes && nes->incarnation == n->counted)
		WRITE_ONCE(nes->local, nes->local - 1);
	n->counted = counted;
}

/**
 * evpn_neigh_limit_full() - are there as many as may be, not counting an entry that is not local yet?
 * @nn: neighbours of the namespace
 * @n: the entry
 *
 * Of one that is local only when the segment's limit has become smaller than what it has: what comes
 * later takes nobody's place.
 *
 * Context: under evpn_neigh_net.lock.
 */
bool evpn_neigh_limit_full(struct evpn_neigh_net *nn, const struct evpn_neigh *n)
{
	struct evpn_neigh_es *nes = evpn_neigh_es_find(nn, n->key.esi);

	if (!nes)
		return false;
	if (nes->local <= nes->limit)
		nes->shrinks = false;
	if (n->state == EVPN_NEIGH_STATE_LOCAL)
		return nes->shrinks;
	return nes->local >= nes->limit || nn->count[EVPN_NEIGH_STATE_LOCAL] >= nn->limit;
}

/** evpn_neigh_limit_forgot() - an entry was one too many; under evpn_neigh_net.lock */
void evpn_neigh_limit_forgot(struct evpn_neigh_net *nn, const struct evpn_neigh *n)
{
	struct evpn_neigh_es *nes = evpn_neigh_es_find(nn, n->key.esi);

	nn->counters.forgotten++;
	WRITE_ONCE(nn->overfull, true);
	if (nes)
		atomic64_inc(&nes->forgotten);
}

/** evpn_neigh_hosts() - how many neighbours a segment has that were learned; under evpn_net.lock */
u32 evpn_neigh_hosts(const struct evpn_es *es)
{
	return es->neigh ? READ_ONCE(es->neigh->local) : 0;
}

/** evpn_neigh_hosts_forgotten() - how many were one too many; under evpn_net.lock */
u64 evpn_neigh_hosts_forgotten(const struct evpn_es *es)
{
	return es->neigh ? atomic64_read(&es->neigh->forgotten) : 0;
}

static void limit_warn(const struct evpn_es *es, u64 forgotten)
{
	const struct evpn_device *d = evpn_devices_first(es);
	const char *name = !d ? "no device" : d->port ? d->port->name : d->name;

	if (evpn_neigh_hosts(es) >= es->conf.host_limit)
		pr_warn("evpn: %s (segment " EVPN_ESI_FMT
			") has %u neighbours, and may have no more: %llu were forgotten\n",
			name, EVPN_ESI_ARG(&es->esi), es->conf.host_limit, forgotten);
	else
		pr_warn("evpn: %s (segment " EVPN_ESI_FMT
			"): all segments together may have no more neighbours: %llu were forgotten\n",
			name, EVPN_ESI_ARG(&es->esi), forgotten);
}

/**
 * evpn_neigh_limit_tell() - say which segments have had too many
 * @nn: neighbours of the namespace
 *
 * To the log and to the listeners, about each segment once in EVPN_NEIGH_WARN_MS.
 *
 * Context: the work, without evpn_neigh_net.lock.
 * Return: jiffies until there may be more to say, or MAX_JIFFY_OFFSET.
 */
unsigned long evpn_neigh_limit_tell(struct evpn_neigh_net *nn)
{
	unsigned long delay = MAX_JIFFY_OFFSET, due;
	struct evpn_es *es;
	u64 forgotten;

	if (!READ_ONCE(nn->overfull))
		return delay;
	mutex_lock(&nn->en->lock);
	WRITE_ONCE(nn->overfull, false);
	evpn_for_each_es(es, nn->en) {
		forgotten = evpn_neigh_hosts_forgotten(es);
		if (forgotten == es->neigh->told)
			continue;
		due = es->neigh->told_at + msecs_to_jiffies(EVPN_NEIGH_WARN_MS);
		if (time_before(jiffies, due)) {
			WRITE_ONCE(nn->overfull, true);
			delay = min(delay, due - jiffies);
			continue;
		}
		limit_warn(es, forgotten - es->neigh->told);
		es->neigh->told = forgotten;
		es->neigh->told_at = jiffies;
		evpn_notify_es(es, EVPN_CMD_ES_NTF);
	}
	mutex_unlock(&nn->en->lock);
	return delay;
}
