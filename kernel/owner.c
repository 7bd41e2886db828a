// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is there still somebody who decides? A socket claims the namespace. When it is closed, by intent
 * or because its process died, each segment's hold time begins; when it ends without a new claim,
 * the segment's loss policy applies. Until then nothing changes in the data path.
 */
#include <linux/pid.h>
#include <linux/sched.h>

#include "evpn.h"
#include "trace.h"

static void owner_set_state(struct evpn_net *en, enum evpn_owner_state state)
{
	en->owner.state = state;
	en->owner.since = ktime_get_ns();
	trace_evpn_owner(en);
	evpn_notify_owner(en);
}

/**
 * evpn_owner_claim() - a socket becomes the owner
 * @en: the namespace's state
 * @portid: the socket's generic netlink port
 * @generation: to be reported
 * @program: likewise; what it says it is
 * @replace: even while another socket is the owner
 * @extack: why not
 *
 * Context: under evpn_net.lock, in the context of the process that claims.
 * Return: 0, or -EBUSY.
 */
int evpn_owner_claim(struct evpn_net *en, u32 portid, u32 generation, const char *program,
		     bool replace, struct netlink_ext_ack *extack)
{
	struct evpn_owner *owner = &en->owner;
	struct evpn_es *es;

	lockdep_assert_held(&en->lock);
	if (owner->state == EVPN_OWNER_STATE_PRESENT && owner->portid != portid && !replace) {
		NL_SET_ERR_MSG_FMT(extack, "process %u is the owner already", pid_vnr(owner->pid));
		return -EBUSY;
	}
	owner->portid = portid;
	put_pid(owner->pid);
	owner->pid = get_pid(task_tgid(current));
	owner->generation = generation;
	strscpy(owner->program, program, sizeof(owner->program));
	evpn_for_each_es(es, en)
		es->holding = false;
	cancel_delayed_work(&en->hold_work);
	owner_set_state(en, EVPN_OWNER_STATE_PRESENT);
	return 0;
}

static void owner_lost(struct evpn_net *en)
{
	struct evpn_es *es;

	en->owner.lost_at = jiffies;
	evpn_for_each_es(es, en) {
		es->holding = true;
		evpn_neigh_keep(es);
	}
	owner_set_state(en, EVPN_OWNER_STATE_LOST);
	mod_delayed_work(evpn_wq, &en->hold_work, 0);
}

/**
 * evpn_owner_gone() - a socket has been closed; it may have been the owner
 * @en: the namespace's state
 * @portid: the socket's generic netlink port
 *
 * Context: takes evpn_net.lock.
 */
void evpn_owner_gone(struct evpn_net *en, u32 portid)
{
	mutex_lock(&en->lock);
	if (en->owner.state == EVPN_OWNER_STATE_PRESENT && en->owner.portid == portid)
		owner_lost(en);
	mutex_unlock(&en->lock);
}

/** evpn_owner_exit() - the namespace ends */
void evpn_owner_exit(struct evpn_net *en)
{
	put_pid(en->owner.pid);
}

static unsigned long owner_deadline(const struct evpn_es *es)
{
	return es->net->owner.lost_at + msecs_to_jiffies(es->conf.hold_ms);
}

/** evpn_owner_hold_remaining() - milliseconds of a running hold time; under evpn_net.lock */
u32 evpn_owner_hold_remaining(const struct evpn_es *es)
{
	unsigned long deadline = owner_deadline(es);

	return time_after(deadline, jiffies) ? jiffies_to_msecs(deadline - jiffies) : 0;
}

/** evpn_owner_hold_changed() - a segment has another hold time; under evpn_net.lock */
void evpn_owner_hold_changed(struct evpn_es *es)
{
	if (!es->holding)
		return;
	evpn_neigh_keep(es);
	mod_delayed_work(evpn_wq, &es->net->hold_work, 0);
}

static void owner_hold_ended(struct evpn_es *es)
{
	es->holding = false;
	if (es->conf.loss_policy == EVPN_LOSS_POLICY_BLOCK && !es->failed)
		evpn_es_fail(es);
}

/** evpn_owner_hold_work() - end the hold times that are over, and wait for the next one */
void evpn_owner_hold_work(struct work_struct *work)
{
	struct evpn_net *en = container_of(to_delayed_work(work), struct evpn_net, hold_work);
	unsigned long next = 0, deadline;
	bool more = false;
	struct evpn_es *es;

	mutex_lock(&en->lock);
	evpn_for_each_es(es, en) {
		if (!es->holding)
			continue;
		deadline = owner_deadline(es);
		if (time_before_eq(deadline, jiffies)) {
			owner_hold_ended(es);
		} else if (!more || time_before(deadline, next)) {
			next = deadline;
			more = true;
		}
	}
	if (more)
		mod_delayed_work(evpn_wq, &en->hold_work,
				 time_after(next, jiffies) ? next - jiffies : 0);
	mutex_unlock(&en->lock);
}
