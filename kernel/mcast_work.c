// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is done about multicast groups in the background, in one work per namespace and in slices:
 * messages are read, times end, sub-interfaces are looked after, listeners told.
 */
#include <linux/ktime.h>

#include "mcast.h"

#define timer_group(n) rb_entry(n, struct evpn_mcast_group, timer)

/** evpn_mcast_kick() - there is something to do; any context */
void evpn_mcast_kick(struct evpn_mcast_net *mn)
{
	if (!READ_ONCE(mn->closing))
		mod_delayed_work(evpn_wq, &mn->work, 0);
}

/* Between two slices others get the lock, and the processor. */
static void work_pause(struct evpn_mcast_net *mn, unsigned int *done)
{
	if (++*done < EVPN_MCAST_SLICE)
		return;
	*done = 0;
	mutex_unlock(&mn->lock);
	cond_resched();
	mutex_lock(&mn->lock);
}

static void work_message(struct evpn_mcast_net *mn, const struct evpn_mcast_note *note)
{
	struct evpn_igmp_record record;
	struct evpn_mcast_sub *sub;
	struct evpn_neigh_key key;
	struct evpn_igmp msg;

	if (evpn_igmp_parse(note->proto, note->vid, note->data, note->len, &msg)) {
		mn->counters.malformed++;
		return;
	}
	/* What hosts say elsewhere, and a bridge forwards, is of no concern to this segment. */
	if (note->sent && msg.kind != EVPN_IGMP_QUERY)
		return;
	evpn_neigh_key_dev(&key, note->esi, msg.tag);
	sub = evpn_mcast_sub_at(mn, &key);
	if (!sub) {
		mn->counters.no_place++;
		return;
	}
	if (msg.kind == EVPN_IGMP_QUERY) {
		mn->counters.queries++;
		evpn_mcast_query(mn, sub, &msg);
		return;
	}
	mn->counters.reports++;
	while (evpn_igmp_next(&msg, &record))
		evpn_mcast_record(mn, sub, &msg, &record);
}

static void work_notes(struct evpn_mcast_net *mn)
{
	struct llist_node *notes = evpn_mcast_notes_take(mn);
	struct evpn_mcast_note *note, *next;
	unsigned int done = 0;

	llist_for_each_entry_safe(note, next, notes, llist) {
		work_message(mn, note);
		evpn_mcast_note_free(mn, note);
		work_pause(mn, &done);
	}
}

/* Was it set? */
static bool work_flag(bool *flag)
{
	if (!READ_ONCE(*flag))
		return false;
	WRITE_ONCE(*flag, false);
	/* Pairs with evpn_mcast_recheck() and evpn_mcast_opened(): what changes from here on is looked at again. */
	smp_mb();
	return true;
}

static void work_recheck(struct evpn_mcast_net *mn)
{
	bool reopened = work_flag(&mn->reopened);

	if (work_flag(&mn->recheck)) {
		evpn_mcast_subs_check(mn);
		evpn_mcast_hosts_check(mn);
		reopened = true;
	}
	if (reopened)
		evpn_mcast_asks_check(mn);
}

/* How long until the next one is due. */
static unsigned long work_timers(struct evpn_mcast_net *mn)
{
	unsigned int done = 0;
	struct rb_node *first;
	u64 now;

	while ((first = rb_first_cached(&mn->timers)) && !READ_ONCE(mn->closing)) {
		now = ktime_get_ns();
		if (timer_group(first)->due > now)
			return nsecs_to_jiffies(timer_group(first)->due - now) + 1;
		evpn_mcast_expire(mn, timer_group(first), now);
		work_pause(mn, &done);
	}
	return MAX_JIFFY_OFFSET;
}

/** evpn_mcast_work() - do all that is to be done, and come again when there will be more */
void evpn_mcast_work(struct work_struct *work)
{
	struct evpn_mcast_net *mn;
	unsigned long delay;

	mn = container_of(to_delayed_work(work), struct evpn_mcast_net, work);
	mutex_lock(&mn->lock);
	work_recheck(mn);
	work_notes(mn);
	delay = work_timers(mn);
	delay = min(delay, evpn_mcast_hosts_expire(mn));
	/* The local stack first: what takes longer is told after it. */
	delay = min(delay, evpn_mcast_say(mn));
	delay = min(delay, evpn_mcast_asks(mn));
	delay = min(delay, evpn_mcast_tell(mn));
	if (!llist_empty(&mn->notes) || READ_ONCE(mn->recheck))
		delay = 0;
	mutex_unlock(&mn->lock);
	/* Somebody may have asked for it to be sooner meanwhile; that stands. */
	if (delay != MAX_JIFFY_OFFSET && !READ_ONCE(mn->closing))
		queue_delayed_work(evpn_wq, &mn->work, delay);
}
