// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is done about neighbours in the background, in one work per namespace and in slices:
 * notes are handled, entries of a changed device walked, retained neighbours probed and ended,
 * full tables tried again, listeners told.
 */
#include <linux/ktime.h>
#include <linux/slab.h>

#include "neigh.h"

#define timer_neigh(n) rb_entry(n, struct evpn_neigh, timer)

/** evpn_neigh_kick() - there is something to do; any context */
void evpn_neigh_kick(struct evpn_neigh_net *nn)
{
	if (!READ_ONCE(nn->closing))
		mod_delayed_work(evpn_wq, &nn->work, 0);
}

static bool timer_less(struct rb_node *a, const struct rb_node *b)
{
	return timer_neigh(a)->due < timer_neigh(b)->due;
}

/**
 * evpn_neigh_set_due() - when something is to be done about an entry
 * @nn: neighbours of the namespace
 * @n: the entry
 * @due: CLOCK_MONOTONIC in nanoseconds, 0 for never
 *
 * Context: under evpn_neigh_net.lock. Whoever is not the work kicks it afterwards.
 */
void evpn_neigh_set_due(struct evpn_neigh_net *nn, struct evpn_neigh *n, u64 due)
{
	lockdep_assert_held(&nn->lock);
	if (n->due)
		rb_erase_cached(&n->timer, &nn->timers);
	n->due = due;
	if (due)
		rb_add_cached(&n->timer, &nn->timers, timer_less);
}

/**
 * evpn_neigh_walk_later() - have the work look at all entries of a segment or sub-interface
 * @nn: neighbours of the namespace
 * @key: the segment and the tag
 * @prefix: enum evpn_neigh_prefix
 *
 * Context: under evpn_neigh_net.lock; may sleep.
 */
void evpn_neigh_walk_later(struct evpn_neigh_net *nn, const struct evpn_neigh_key *key, u32 prefix)
{
	struct evpn_neigh_walk *walk, *next;

	lockdep_assert_held(&nn->lock);
	list_for_each_entry_safe(walk, next, &nn->walks, list) {
		/* An older walk is covered by this one. */
		if (walk->prefix >= prefix && !memcmp(&walk->pos, key, prefix)) {
			list_del(&walk->list);
			kfree(walk);
		}
	}
	/* A few octets that cannot be done without: nobody can be told that they were missing. */
	walk = kzalloc(sizeof(*walk), GFP_KERNEL | __GFP_NOFAIL);
	walk->prefix = prefix;
	memcpy(&walk->pos, key, prefix);
	list_add_tail(&walk->list, &nn->walks);
	evpn_neigh_kick(nn);
}

/* Entries that are too many come by the thousand: they leave the tables while more are being handled. */
static void work_note(struct evpn_neigh_net *nn, struct evpn_neigh_note *note)
{
	evpn_neigh_look(nn, &note->key, note);
	atomic_dec(&nn->waiting);
	kfree(note);
}

/* Between two slices others get the lock, and the processor. */
static void work_pause(struct evpn_neigh_net *nn, unsigned int *done)
{
	if (++*done < EVPN_NEIGH_SLICE)
		return;
	*done = 0;
	mutex_unlock(&nn->lock);
	cond_resched();
	mutex_lock(&nn->lock);
}

static void work_notes(struct evpn_neigh_net *nn)
{
	struct llist_node *notes = evpn_neigh_notes_take(nn);
	struct evpn_neigh_note *note, *next;
	unsigned int done = 0;

	llist_for_each_entry_safe(note, next, notes, llist) {
		work_note(nn, note);
		if (!(done % EVPN_NEIGH_SLICE))
			evpn_neigh_table_clear(nn);
		work_pause(nn, &done);
	}
}

/* One slice of a walk. True when it has come to its end. */
static bool walk_slice(struct evpn_neigh_net *nn, struct evpn_neigh_walk *walk)
{
	struct evpn_neigh *n;
	unsigned int i;

	for (i = 0; i < EVPN_NEIGH_SLICE; i++) {
		struct evpn_neigh_key key = walk->pos;

		n = evpn_neigh_from(nn, &walk->pos, walk->begun);
		if (!n || memcmp(&n->key, &key, walk->prefix))
			return true;
		walk->pos = n->key;
		walk->begun = true;
		/* May be the end of @n. */
		evpn_neigh_look(nn, &walk->pos, NULL);
	}
	return false;
}

/* The list may change whenever the lock is let go, so each slice begins with its head. */
static void work_walks(struct evpn_neigh_net *nn)
{
	unsigned int done = EVPN_NEIGH_SLICE - 1;
	struct evpn_neigh_walk *walk;

	while ((walk = list_first_entry_or_null(&nn->walks, struct evpn_neigh_walk, list)) &&
	       !READ_ONCE(nn->closing)) {
		if (walk_slice(nn, walk)) {
			list_del(&walk->list);
			kfree(walk);
		}
		work_pause(nn, &done);
		done = EVPN_NEIGH_SLICE - 1;
	}
}

/* Notes were lost, or a device is new. Not more than once in EVPN_NEIGH_RESCAN_MS. */
static unsigned long work_rescan(struct evpn_neigh_net *nn)
{
	unsigned long next = nn->rescanned + msecs_to_jiffies(EVPN_NEIGH_RESCAN_MS);
	static const struct evpn_neigh_key all;

	if (!READ_ONCE(nn->rescan))
		return MAX_JIFFY_OFFSET;
	if (time_before(jiffies, next))
		return next - jiffies;
	while (evpn_neigh_rescan(nn) && !READ_ONCE(nn->closing)) {
		mutex_unlock(&nn->lock);
		cond_resched();
		mutex_lock(&nn->lock);
	}
	nn->rescanned = jiffies;
	evpn_neigh_walk_later(nn, &all, EVPN_NEIGH_PREFIX_ALL);
	return 0;
}

/*
 * The host was forgotten without having failed. Whoever cannot be asked is not told to be here, but when
 * the table is full, which may be another customer's doing: then it is tried again, as long as the host
 * is believed. From one who can be asked the kernel will have an answer, or tell that there was none.
 */
static void ask_verify(struct evpn_neigh_net *nn, struct evpn_neigh *n, u64 now)
{
	struct evpn_neigh_note note = {.key = n->key, .failed = true};
	struct evpn_neigh_dev *nd = evpn_neigh_dev_of(nn, n);
	u64 until = evpn_neigh_ask_at(nn, n);
	int err;

	err = nd && nd->up ? evpn_neigh_table_probe(nn, nd, &n->key, n->lladdr) : -ENETDOWN;
	n->asked = true;
	/* Of what it has asked the kernel tells the end only. */
	if (!err && evpn_neigh_keeps(nn, n)) {
		evpn_neigh_look(nn, &n->key, NULL);
		return;
	}
	if (err == -ENOBUFS && (!until || now < until)) {
		nn->counters.table_full++;
		evpn_neigh_set_due(nn, n, now + evpn_neigh_ns(EVPN_NEIGH_FULL_RETRY_MS));
	} else if (err) {
		evpn_neigh_look(nn, &n->key, &note);
	}
}

/* One that is retained. The answer has some time. */
static void ask_retained(struct evpn_neigh_net *nn, struct evpn_neigh *n, u64 now)
{
	struct evpn_neigh_dev *nd = evpn_neigh_dev_of(nn, n);
	u64 answer = now + evpn_neigh_ns(EVPN_NEIGH_ANSWER_MS);

	n->asked = true;
	if (nd && nd->up)
		evpn_neigh_table_probe(nn, nd, &n->key, n->wish.lladdr);
	evpn_neigh_set_due(nn, n, min(n->expires, answer));
}

/*
 * One that is local, and has given no sign of life. What comes of it the kernel will say; while no answer
 * is to make it fail it is not asked.
 */
static void ask_local(struct evpn_neigh_net *nn, struct evpn_neigh *n, u64 now)
{
	struct evpn_neigh_dev *nd = evpn_neigh_dev_of(nn, n);

	evpn_neigh_set_due(nn, n, now + evpn_neigh_ns(EVPN_NEIGH_PROBE_MS));
	if (nd && nd->up && !evpn_neigh_keeps(nn, n))
		evpn_neigh_table_ask(nn, nd, &n->key);
}

/* Those whose turn it is to be asked are. */
static unsigned long work_asks(struct evpn_neigh_net *nn)
{
	unsigned long delay = MAX_JIFFY_OFFSET;
	unsigned int done = 0;
	struct evpn_neigh *n;
	u64 now;

	while (!READ_ONCE(nn->closing)) {
		now = ktime_get_ns();
		n = evpn_neigh_ask_next(nn, now, &delay);
		if (!n)
			break;
		nn->counters.probes++;
		n->probes++;
		if (n->state == EVPN_NEIGH_STATE_RETAINED)
			ask_retained(nn, n, now);
		else if (n->verify)
			ask_verify(nn, n, now);
		else
			ask_local(nn, n, now);
		work_pause(nn, &done);
	}
	return delay;
}

/*
 * Asks, gives the answer some time, makes the entry STALE again, and so on until the end. What is not in
 * the table is looked at, which puts it there if it can be.
 */
static void timer_retained(struct evpn_neigh_net *nn, struct evpn_neigh *n, u64 now)
{
	u64 pause = evpn_neigh_ns(EVPN_NEIGH_PROBE_MS - EVPN_NEIGH_ANSWER_MS);

	if (now >= n->expires) {
		n->retained = false;
		evpn_neigh_look(nn, &n->key, NULL);
		return;
	}
	if (n->asked || !n->installed) {
		n->asked = false;
		evpn_neigh_set_due(nn, n, min(n->expires, now + pause));
		evpn_neigh_look(nn, &n->key, NULL);
		return;
	}
	evpn_neigh_set_due(nn, n, n->expires);
	evpn_neigh_ask_later(nn, n, EVPN_NEIGH_ASK_RETAINED);
}

/*
 * The time of a host that has given no sign of life is nearly over. It may have given one that makes
 * no event; else it is asked when it has its turn.
 */
static void timer_local(struct evpn_neigh_net *nn, const struct evpn_neigh_key *which, u64 now)
{
	struct evpn_neigh_key key = *which;
	struct evpn_neigh *n;

	evpn_neigh_look(nn, &key, NULL);
	n = evpn_neigh_find(nn, &key);
	if (!n || n->state != EVPN_NEIGH_STATE_LOCAL || n->verify || !n->due || n->due > now)
		return;
	evpn_neigh_set_due(nn, n, 0);
	evpn_neigh_ask_later(nn, n, EVPN_NEIGH_ASK_LOCAL);
}

static void work_timer(struct evpn_neigh_net *nn, struct evpn_neigh *n, u64 now)
{
	evpn_neigh_set_due(nn, n, 0);
	switch (n->state) {
	case EVPN_NEIGH_STATE_RETAINED:
		timer_retained(nn, n, now);
		break;
	case EVPN_NEIGH_STATE_LOCAL:
		if (n->verify)
			evpn_neigh_ask_later(nn, n, EVPN_NEIGH_ASK_LOCAL);
		else
			timer_local(nn, &n->key, now);
		break;
	default:
		evpn_neigh_look(nn, &n->key, NULL);
	}
}

static void work_timers(struct evpn_neigh_net *nn)
{
	unsigned int done = 0;
	struct rb_node *first;
	u64 now;

	while ((first = rb_first_cached(&nn->timers)) && !READ_ONCE(nn->closing)) {
		now = ktime_get_ns();
		if (timer_neigh(first)->due > now)
			return;
		work_timer(nn, timer_neigh(first), now);
		work_pause(nn, &done);
	}
}

/* How long until the next one is due. Whoever was asked has got a new time, so this comes last. */
static unsigned long work_next_timer(const struct evpn_neigh_net *nn)
{
	struct rb_node *first = rb_first_cached(&nn->timers);
	u64 now = ktime_get_ns();

	if (!first)
		return MAX_JIFFY_OFFSET;
	return timer_neigh(first)->due > now ? nsecs_to_jiffies(timer_neigh(first)->due - now) + 1 :
					       0;
}

/** evpn_neigh_work() - do all that is to be done, and come again when there will be more */
void evpn_neigh_work(struct work_struct *work)
{
	struct evpn_neigh_net *nn;
	unsigned long delay;

	nn = container_of(to_delayed_work(work), struct evpn_neigh_net, work);
	mutex_lock(&nn->lock);
	work_notes(nn);
	delay = work_rescan(nn);
	work_walks(nn);
	work_timers(nn);
	delay = min(delay, work_asks(nn));
	delay = min(delay, work_next_timer(nn));
	delay = min(delay, evpn_neigh_table_clear(nn));
	delay = min(delay, evpn_neigh_tell(nn));
	if (!list_empty(&nn->walks) || !llist_empty(&nn->notes))
		delay = 0;
	mutex_unlock(&nn->lock);
	delay = min(delay, evpn_neigh_limit_tell(nn));
	/* Somebody may have asked for it to be sooner meanwhile; that stands. */
	if (delay != MAX_JIFFY_OFFSET && !READ_ONCE(nn->closing))
		queue_delayed_work(evpn_wq, &nn->work, delay);
}
