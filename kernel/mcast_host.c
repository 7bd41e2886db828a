// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hosts behind other PEs: what they want here is a wish of user space, and they are spoken for towards
 * the local stack (mcast_say.c). A wish that is taken back may be retained: the host is still spoken
 * for, and those on the wire are asked whether they are there.
 *
 * draft-ietf-bess-evpn-l3mh-proto sections 3.7.2 and 4.
 */
#include <linux/ktime.h>
#include <linux/slab.h>

#include "mcast.h"

#define node_host(n) rb_entry_safe(n, struct evpn_mcast_host, node)
#define timer_host(n) rb_entry(n, struct evpn_mcast_host, timer)

static int host_key_cmp(const void *key, const struct rb_node *node)
{
	return memcmp(key, &node_host(node)->key, sizeof(struct evpn_neigh_key));
}

static int host_node_cmp(struct rb_node *new, const struct rb_node *node)
{
	return host_key_cmp(&node_host(new)->key, node);
}

/** evpn_mcast_host_find() - the host of a key, or NULL; under evpn_mcast_net.lock */
struct evpn_mcast_host *evpn_mcast_host_find(struct evpn_mcast_net *mn,
					     const struct evpn_neigh_key *key)
{
	lockdep_assert_held(&mn->lock);
	return node_host(rb_find(key, &mn->hosts, host_key_cmp));
}

/** evpn_mcast_host_from() - the first host from a key on, or after it; under evpn_mcast_net.lock */
struct evpn_mcast_host *evpn_mcast_host_from(struct evpn_mcast_net *mn,
					     const struct evpn_neigh_key *key, bool after)
{
	lockdep_assert_held(&mn->lock);
	return node_host(evpn_neigh_key_from(key, &mn->hosts, after, host_key_cmp));
}

/** evpn_mcast_filter_new() - room for @n sources, or NULL */
struct evpn_mcast_filter *evpn_mcast_filter_new(u8 mode, u16 n)
{
	struct evpn_mcast_filter *f = kzalloc(struct_size(f, source, n), GFP_KERNEL_ACCOUNT);

	if (!f)
		return NULL;
	f->mode = mode;
	f->n = n;
	return f;
}

static bool host_less(struct rb_node *a, const struct rb_node *b)
{
	return timer_host(a)->due < timer_host(b)->due;
}

static void host_set_due(struct evpn_mcast_net *mn, struct evpn_mcast_host *h, u64 due)
{
	if (h->due)
		rb_erase_cached(&h->timer, &mn->retained);
	h->due = due;
	if (due)
		rb_add_cached(&h->timer, &mn->retained, host_less);
}

/** evpn_mcast_host_say() - there is something to be said for it; under evpn_mcast_net.lock */
void evpn_mcast_host_say(struct evpn_mcast_net *mn, struct evpn_mcast_host *h)
{
	lockdep_assert_held(&mn->lock);
	if (list_empty(&h->say))
		list_add_tail(&h->say, &mn->say);
}

/**
 * evpn_mcast_host_said() - the local stack knows what there is to know
 * @h: the host
 * @told: it was told what is wanted; else it has forgotten all
 */
void evpn_mcast_host_said(struct evpn_mcast_host *h, bool told)
{
	if (h->said != h->want)
		kfree(h->said);
	h->said = told ? h->want : NULL;
}

static void host_want(struct evpn_mcast_host *h, struct evpn_mcast_filter *want)
{
	if (h->want != h->said)
		kfree(h->want);
	h->want = want;
}

/** evpn_mcast_host_free() - nothing is wanted, and there is nothing left to say; under the lock */
void evpn_mcast_host_free(struct evpn_mcast_net *mn, struct evpn_mcast_host *h)
{
	lockdep_assert_held(&mn->lock);
	host_set_due(mn, h, 0);
	list_del(&h->say);
	rb_erase(&h->node, &mn->hosts);
	mn->n_hosts--;
	mn->seq++;
	evpn_mcast_host_said(h, false);
	kfree(h->want);
	kfree(h);
}

static struct evpn_mcast_host *host_add(struct evpn_mcast_net *mn, const struct evpn_neigh_key *key)
{
	struct evpn_mcast_host *h;

	if (mn->n_hosts >= EVPN_MCAST_WISHES_MAX)
		return NULL;
	h = kzalloc(sizeof(*h), GFP_KERNEL_ACCOUNT);
	if (!h)
		return NULL;
	h->key = *key;
	h->place = evpn_mcast_place(mn, key);
	INIT_LIST_HEAD(&h->say);
	rb_find_add(&h->node, &mn->hosts, host_node_cmp);
	mn->n_hosts++;
	mn->seq++;
	return h;
}

static bool filter_equal(const struct evpn_mcast_filter *a, const struct evpn_mcast_filter *b)
{
	return a && b && a->mode == b->mode && a->n == b->n &&
	       !memcmp(a->source, b->source, a->n * sizeof(a->source[0]));
}

/**
 * evpn_mcast_wish() - a membership is wished for, or wished otherwise
 * @mn: groups of the namespace
 * @key: segment, tag and group
 * @want: ours from here on, whatever the answer is
 * @versions: enum evpn_mcast_version of the hosts
 * @generation: for sweeping
 * @origin: user space's own
 *
 * Context: under evpn_mcast_net.lock. The caller kicks the work.
 * Return: 0, or -ENOMEM, or -ENOSPC: there are EVPN_MCAST_WISHES_MAX.
 */
int evpn_mcast_wish(struct evpn_mcast_net *mn, const struct evpn_neigh_key *key,
		    struct evpn_mcast_filter *want, u8 versions, u32 generation, u32 origin)
{
	struct evpn_mcast_host *h = evpn_mcast_host_find(mn, key);

	lockdep_assert_held(&mn->lock);
	if (!h)
		h = host_add(mn, key);
	if (!h) {
		kfree(want);
		return mn->n_hosts >= EVPN_MCAST_WISHES_MAX ? -ENOSPC : -ENOMEM;
	}
	h->versions = versions;
	h->generation = generation;
	h->origin = origin;
	host_set_due(mn, h, 0);
	if (filter_equal(h->want, want)) {
		kfree(want);
		return 0;
	}
	host_want(h, want);
	evpn_mcast_host_say(mn, h);
	return 0;
}

/**
 * evpn_mcast_unwish() - take a wish back
 * @mn: groups of the namespace
 * @h: the host
 * @retain_ms: so long it is still spoken for, while those on the wire are asked, also if its device is yet to
 *	come up. What a bridge has of it is for user space to retain
 *
 * Context: as evpn_mcast_wish().
 */
void evpn_mcast_unwish(struct evpn_mcast_net *mn, struct evpn_mcast_host *h, u32 retain_ms)
{
	u64 until = ktime_get_ns() + evpn_neigh_ns(retain_ms);

	lockdep_assert_held(&mn->lock);
	if (!h->want || (h->due && retain_ms))
		return;
	if (retain_ms)
		evpn_mcast_ask(mn, &h->key, until);
	if (retain_ms && !h->place.bridged) {
		host_set_due(mn, h, until);
		return;
	}
	host_set_due(mn, h, 0);
	host_want(h, NULL);
	evpn_mcast_host_say(mn, h);
}

/**
 * evpn_mcast_farewell() - a host that was heard here has left at another PE: tell the local stack
 * @mn: groups of the namespace
 * @g: the group
 * @mode: what its hosts wanted
 * @sources: in include mode, those that nobody wants any more
 * @n: how many
 *
 * As if it was one that is spoken for, unless another one is.
 */
void evpn_mcast_farewell(struct evpn_mcast_net *mn, const struct evpn_mcast_group *g, u8 mode,
			 const void *sources, u16 n)
{
	struct evpn_mcast_filter *said;
	struct evpn_mcast_host *h;

	lockdep_assert_held(&mn->lock);
	if (evpn_mcast_host_find(mn, &g->key))
		return;
	said = evpn_mcast_filter_new(mode, n);
	h = said ? host_add(mn, &g->key) : NULL;
	if (!h) {
		kfree(said);
		return;
	}
	memcpy(said->source, sources, n * sizeof(said->source[0]));
	h->versions = g->versions;
	h->said = said;
	evpn_mcast_host_say(mn, h);
}

/* Is it the one that a query is about? */
static bool host_is_asked(const struct evpn_mcast_host *h, const struct evpn_igmp *msg)
{
	return h->want && h->key.family == msg->family;
}

/**
 * evpn_mcast_asked() - somebody asks who wants what: answers are due
 * @mn: groups of the namespace
 * @sub: where
 * @msg: the query
 *
 * Context: under evpn_mcast_net.lock, in the work.
 */
void evpn_mcast_asked(struct evpn_mcast_net *mn, struct evpn_mcast_sub *sub,
		      const struct evpn_igmp *msg)
{
	static const u8 none[EVPN_IGMP_ADDR_LEN];
	struct evpn_neigh_key key = sub->key;
	struct evpn_mcast_host *h;
	bool general = !memcmp(msg->group, none, msg->family);

	lockdep_assert_held(&mn->lock);
	key.family = msg->family;
	memcpy(key.addr, msg->group, msg->family);
	for (h = evpn_mcast_host_from(mn, &key, false);
	     h && !memcmp(&h->key, &key, general ? EVPN_NEIGH_PREFIX_DEV : sizeof(key));
	     h = node_host(rb_next(&h->node))) {
		if (!host_is_asked(h, msg))
			continue;
		h->asked = true;
		evpn_mcast_host_say(mn, h);
	}
}

/* Another device, or none, or it was down: the local stack has forgotten what it was told, or will. */
static void host_check(struct evpn_mcast_net *mn, struct evpn_mcast_host *h,
		       const struct evpn_mcast_place *place)
{
	if (evpn_mcast_place_same(&h->place, place))
		return;
	h->place = *place;
	evpn_mcast_host_said(h, false);
	evpn_mcast_host_say(mn, h);
}

/**
 * evpn_mcast_hosts_check() - a device has changed: where is each of them spoken for?
 * @mn: groups of the namespace
 *
 * Context: under evpn_mcast_net.lock, which it may let go of.
 */
void evpn_mcast_hosts_check(struct evpn_mcast_net *mn)
{
	struct evpn_neigh_key pos = {}, at = {};
	struct evpn_mcast_place place = {};
	struct evpn_mcast_host *h;
	unsigned int done = 0;

	lockdep_assert_held(&mn->lock);
	while ((h = evpn_mcast_host_from(mn, &pos, true))) {
		pos = h->key;
		if (!(done % EVPN_MCAST_SLICE) || memcmp(&at, &pos, EVPN_NEIGH_PREFIX_DEV)) {
			at = pos;
			place = evpn_mcast_place(mn, &pos);
		}
		host_check(mn, h, &place);
		if (++done % EVPN_MCAST_SLICE)
			continue;
		mutex_unlock(&mn->lock);
		cond_resched();
		mutex_lock(&mn->lock);
	}
}

/**
 * evpn_mcast_hosts_expire() - retentions that are over
 * @mn: groups of the namespace
 *
 * Return: jiffies until the next one is, or MAX_JIFFY_OFFSET.
 */
unsigned long evpn_mcast_hosts_expire(struct evpn_mcast_net *mn)
{
	u64 now = ktime_get_ns();
	struct rb_node *first;

	lockdep_assert_held(&mn->lock);
	while ((first = rb_first_cached(&mn->retained))) {
		struct evpn_mcast_host *h = timer_host(first);

		if (h->due > now)
			return nsecs_to_jiffies(h->due - now) + 1;
		evpn_mcast_unwish(mn, h, 0);
	}
	return MAX_JIFFY_OFFSET;
}

/** evpn_mcast_retains() - is a host of segment, tag and family in @key retained? Under evpn_mcast_net.lock */
bool evpn_mcast_retains(struct evpn_mcast_net *mn, const struct evpn_neigh_key *key)
{
	struct evpn_mcast_host *h;

	lockdep_assert_held(&mn->lock);
	for (h = evpn_mcast_host_from(mn, key, false);
	     h && !memcmp(&h->key, key, EVPN_NEIGH_PREFIX_FAMILY);
	     h = node_host(rb_next(&h->node))) {
		if (h->due)
			return true;
	}
	return false;
}

/** evpn_mcast_host_state() - what has become of a wish; under evpn_mcast_net.lock */
enum evpn_mcast_wish evpn_mcast_host_state(struct evpn_mcast_net *mn,
					   const struct evpn_mcast_host *h)
{
	if (h->due)
		return EVPN_MCAST_WISH_RETAINED;
	if (h->place.ifindex)
		return EVPN_MCAST_WISH_SPOKEN;
	return evpn_mcast_place(mn, &h->key).bridged ? EVPN_MCAST_WISH_BRIDGED :
						       EVPN_MCAST_WISH_PENDING;
}

/**
 * evpn_mcast_es_del() - a segment ends, and all wishes for it with it
 * @es: the segment
 *
 * Nobody is told: the device is a segment's no more, and the local stack asks whoever is on it.
 *
 * Context: under RTNL and evpn_net.lock.
 */
void evpn_mcast_es_del(struct evpn_es *es)
{
	struct evpn_mcast_net *mn = es->net->mcast;
	struct evpn_neigh_key key;
	struct evpn_mcast_host *h;

	evpn_neigh_key_dev(&key, es->esi.octet, 0);
	mutex_lock(&mn->lock);
	while ((h = evpn_mcast_host_from(mn, &key, false)) &&
	       !memcmp(&h->key, &key, EVPN_NEIGH_PREFIX_ES))
		evpn_mcast_host_free(mn, h);
	evpn_mcast_asks_end(mn, &es->esi);
	mutex_unlock(&mn->lock);
}
