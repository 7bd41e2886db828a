// SPDX-License-Identifier: GPL-2.0-only
/*
 * Neighbours of segments: what another PE has learned and user space wishes for, what the host
 * learns itself, and what becomes of both.
 *
 * The entries are in a tree ordered by segment, tag and address, so that all of a sub-interface
 * follow one another and a dump can go on where it ended. They outlive the entries of the kernel's
 * neighbour tables, which go with every loss of the link.
 *
 * draft-ietf-bess-evpn-l3mh-proto sections 3.6 and 4.
 */
#include <linux/ktime.h>
#include <linux/slab.h>

#include "neigh.h"
#include "trace.h"

#define node_neigh(n) rb_entry_safe(n, struct evpn_neigh, node)

static int neigh_key_cmp(const void *key, const struct rb_node *node)
{
	return memcmp(key, &node_neigh(node)->key, sizeof(struct evpn_neigh_key));
}

static int neigh_node_cmp(struct rb_node *new, const struct rb_node *node)
{
	return neigh_key_cmp(&node_neigh(new)->key, node);
}

/** evpn_neigh_find() - the entry of a key, or NULL; under evpn_neigh_net.lock */
struct evpn_neigh *evpn_neigh_find(struct evpn_neigh_net *nn, const struct evpn_neigh_key *key)
{
	lockdep_assert_held(&nn->lock);
	return node_neigh(rb_find(key, &nn->entries, neigh_key_cmp));
}

/**
 * evpn_neigh_from() - the first entry from a key on
 * @nn: neighbours of the namespace
 * @key: any key
 * @after: not the one of this key itself
 *
 * Context: under evpn_neigh_net.lock.
 */
struct evpn_neigh *evpn_neigh_from(struct evpn_neigh_net *nn, const struct evpn_neigh_key *key,
				   bool after)
{
	lockdep_assert_held(&nn->lock);
	return node_neigh(evpn_neigh_key_from(key, &nn->entries, after, neigh_key_cmp));
}

static struct evpn_neigh *neigh_create_entry(struct evpn_neigh_net *nn,
					     const struct evpn_neigh_key *key)
{
	struct evpn_neigh *n = kzalloc(sizeof(*n), GFP_KERNEL_ACCOUNT);

	if (!n)
		return NULL;
	n->key = *key;
	n->state = EVPN_NEIGH_STATE_GONE;
	n->told = jiffies - msecs_to_jiffies(EVPN_NEIGH_TELL_MS);
	INIT_LIST_HEAD(&n->tell);
	INIT_LIST_HEAD(&n->ask);
	nn->count[n->state]++;
	rb_find_add(&n->node, &nn->entries, neigh_node_cmp);
	nn->seq++;
	return n;
}

/** evpn_neigh_free() - an entry that is of no use any more; under evpn_neigh_net.lock */
void evpn_neigh_free(struct evpn_neigh_net *nn, struct evpn_neigh *n)
{
	lockdep_assert_held(&nn->lock);
	evpn_neigh_set_due(nn, n, 0);
	list_del(&n->tell);
	list_del(&n->ask);
	nn->count[n->state]--;
	rb_erase(&n->node, &nn->entries);
	nn->seq++;
	kfree(n);
}

/* A wish ends with the segment it was made for. */
static void neigh_check_incarnation(struct evpn_neigh_net *nn, struct evpn_neigh *n)
{
	const struct evpn_neigh_es *nes;

	if (!n->wished && !n->retained)
		return;
	nes = evpn_neigh_es_find(nn, n->key.esi);
	if (nes && nes->incarnation == n->wish.incarnation)
		return;
	n->wished = false;
	n->retained = false;
}

static enum evpn_neigh_place neigh_place(const struct evpn_neigh_dev *nd,
					 const struct evpn_neigh *n)
{
	if (!nd || nd->leaving)
		return EVPN_NEIGH_PLACE_NONE;
	if (!nd->up)
		return EVPN_NEIGH_PLACE_DOWN;
	if (evpn_neigh_own_address(nd, &n->key))
		return EVPN_NEIGH_PLACE_OWN;
	if (!n->wished && !n->retained)
		return EVPN_NEIGH_PLACE_OK;
	if (n->wish.check_vrf && n->wish.vrf != nd->vrf)
		return EVPN_NEIGH_PLACE_VRF;
	if (evpn_neigh_own_lladdr(nd, n->wish.lladdr))
		return EVPN_NEIGH_PLACE_LLADDR;
	return EVPN_NEIGH_PLACE_OK;
}

/* @own: it has a MAC address of this host's, which a customer claims, and which is nobody's to learn */
static enum evpn_neigh_entry neigh_entry(const struct evpn_neigh_view *view,
					 const struct evpn_neigh *n, bool own)
{
	if (!view->present || view->nud == NUD_NONE)
		return EVPN_NEIGH_ENTRY_ABSENT;
	if (!(view->nud & NUD_VALID))
		return EVPN_NEIGH_ENTRY_FAILED;
	if (view->nud & NUD_NOARP)
		return EVPN_NEIGH_ENTRY_FOREIGN;
	if (!(view->flags & NTF_EXT_LEARNED))
		return own ? EVPN_NEIGH_ENTRY_FOREIGN : EVPN_NEIGH_ENTRY_VALID;
	if (!n->installed)
		return EVPN_NEIGH_ENTRY_FOREIGN;
	if (!own && !ether_addr_equal_unaligned(view->lladdr, n->in_force))
		return EVPN_NEIGH_ENTRY_CHANGED;
	return EVPN_NEIGH_ENTRY_OURS;
}

static void neigh_facts(struct evpn_neigh_net *nn, const struct evpn_neigh_dev *nd,
			const struct evpn_neigh *n, const struct evpn_neigh_note *note,
			const struct evpn_neigh_view *view, struct evpn_neigh_facts *f)
{
	bool same = note && ether_addr_equal_unaligned(note->lladdr, view->lladdr);
	bool own = nd && view->present && evpn_neigh_own_lladdr(nd, view->lladdr);
	bool held = n->wished || n->retained;

	*f = (struct evpn_neigh_facts){
		.place = neigh_place(nd, n),
		.entry = neigh_entry(view, n, own),
		.wished = n->wished,
		.retained = n->retained,
		.local = n->state == EVPN_NEIGH_STATE_LOCAL,
		.heard = note && note->heard && (same || note->override) &&
			 !(nd && evpn_neigh_own_lladdr(nd, note->lladdr)),
		.failed = (note && note->failed) || view->nud & NUD_FAILED,
		.probing = view->nud & NUD_PROBE && !n->asked,
		.outdated = n->wished && !ether_addr_equal_unaligned(n->in_force, n->wish.lladdr),
		/* What an administrator has put there is not a customer's doing. */
		.full = !(view->nud & NUD_PERMANENT) && evpn_neigh_limit_full(nn, n),
		/* What an administrator has the kernel itself keep is not ours to keep. */
		.unattended = view->nud & NUD_PROBE && !(view->flags >> NTF_EXT_SHIFT) &&
			      evpn_neigh_keeps(nn, n),
	};
	if (own && held)
		f->outdated = true;
}

/* What the listeners are to know when @n changes to @state. */
static u8 neigh_events(const struct evpn_neigh *n, u8 state, bool moved)
{
	bool held = n->state == EVPN_NEIGH_STATE_SYNCED || n->state == EVPN_NEIGH_STATE_RETAINED;
	u8 events = 0;

	if (state == EVPN_NEIGH_STATE_LOCAL && n->state != state)
		events |= held ? EVPN_NEIGH_EVENT_CONFIRMED : EVPN_NEIGH_EVENT_LEARNED;
	else if (state == EVPN_NEIGH_STATE_LOCAL && moved)
		events |= EVPN_NEIGH_EVENT_MOVED;
	if (n->state == EVPN_NEIGH_STATE_LOCAL && state != n->state)
		events |= EVPN_NEIGH_EVENT_LOST;
	if (n->state == EVPN_NEIGH_STATE_RETAINED && state == EVPN_NEIGH_STATE_GONE)
		events |= EVPN_NEIGH_EVENT_EXPIRED;
	return events;
}

/*
 * The kernel has probed what another PE has learned, and no answer has come, or it went to that PE. An
 * answer would have made it local. That PE does not ask as long as nothing is sent there; it can be told to.
 */
static u8 neigh_unanswered(struct evpn_neigh *n, const struct evpn_neigh_decision *d)
{
	if (d->act != EVPN_NEIGH_ACT_REFRESH || d->state != EVPN_NEIGH_STATE_SYNCED ||
	    ++n->refreshed < EVPN_NEIGH_UNANSWERED)
		return 0;
	n->refreshed = 0;
	return EVPN_NEIGH_EVENT_UNANSWERED;
}

static void neigh_set_state(struct evpn_neigh_net *nn, struct evpn_neigh *n, u8 state)
{
	if (n->state == state) {
		evpn_neigh_limit_count(nn, n);
		return;
	}
	trace_evpn_neigh(n, state);
	nn->count[n->state]--;
	nn->count[state]++;
	n->state = state;
	evpn_neigh_limit_count(nn, n);
	n->since = ktime_get_ns();
	n->probes = 0;
	n->refreshed = 0;
	n->asked = false;
	n->verify = false;
	list_del_init(&n->ask);
}

static void neigh_set_why(struct evpn_neigh *n, u8 why, u32 error)
{
	n->why = why;
	n->error = error;
}

static void neigh_explain_refusal(struct evpn_neigh_net *nn, struct evpn_neigh *n,
				  const struct evpn_neigh_facts *f)
{
	const struct evpn_neigh_dev *nd = evpn_neigh_dev_of(nn, n);

	switch (f->place) {
	case EVPN_NEIGH_PLACE_VRF:
		neigh_set_why(n, EVPN_NEIGH_WHY_VRF, EXDEV);
		break;
	case EVPN_NEIGH_PLACE_LLADDR:
		neigh_set_why(n, EVPN_NEIGH_WHY_OWN_LLADDR, EADDRINUSE);
		break;
	case EVPN_NEIGH_PLACE_OWN:
		if (nd && evpn_neigh_own_address(nd, &n->key) == EVPN_NEIGH_OWN_NETWORK)
			neigh_set_why(n, EVPN_NEIGH_WHY_NETWORK, EADDRNOTAVAIL);
		else
			neigh_set_why(n, EVPN_NEIGH_WHY_OWN_ADDRESS, EADDRINUSE);
		break;
	default:
		neigh_set_why(n, EVPN_NEIGH_WHY_FOREIGN, EEXIST);
	}
}

/* The reason why a wish is not in force, from what was decided about it. */
static void neigh_explain(struct evpn_neigh_net *nn, struct evpn_neigh *n,
			  const struct evpn_neigh_facts *f)
{
	u8 before = n->why;

	neigh_set_why(n, EVPN_NEIGH_WHY_NONE, 0);
	if (!n->wished)
		return;
	switch (n->state) {
	case EVPN_NEIGH_STATE_PENDING:
		if (f->place != EVPN_NEIGH_PLACE_NONE)
			neigh_set_why(n, EVPN_NEIGH_WHY_DOWN, ENETDOWN);
		else if (evpn_neigh_dev_several(nn, &n->key))
			neigh_set_why(n, EVPN_NEIGH_WHY_SEVERAL, ENOTUNIQ);
		else
			neigh_set_why(n, EVPN_NEIGH_WHY_NO_DEVICE, ENODEV);
		break;
	case EVPN_NEIGH_STATE_REFUSED:
		neigh_explain_refusal(nn, n, f);
		break;
	case EVPN_NEIGH_STATE_LOCAL:
		if (ether_addr_equal_unaligned(n->lladdr, n->wish.lladdr))
			break;
		neigh_set_why(n, EVPN_NEIGH_WHY_LEARNED, EEXIST);
		if (before != n->why)
			nn->counters.conflicts++;
		break;
	}
}

/* The table is full, which may be another customer's doing. It is tried again, also for what is retained. */
static void neigh_table_full(struct evpn_neigh_net *nn, struct evpn_neigh *n)
{
	u64 again = ktime_get_ns() + evpn_neigh_ns(EVPN_NEIGH_FULL_RETRY_MS);

	nn->counters.table_full++;
	if (n->retained) {
		neigh_set_state(nn, n, EVPN_NEIGH_STATE_RETAINED);
		evpn_neigh_set_due(nn, n, min(n->expires, again));
		return;
	}
	neigh_set_state(nn, n, EVPN_NEIGH_STATE_PENDING);
	neigh_set_why(n, EVPN_NEIGH_WHY_TABLE_FULL, ENOBUFS);
	evpn_neigh_set_due(nn, n, again);
}

/* The table does not take the address, and never will. Retention that cannot be has an end. */
static void neigh_table_refuses(struct evpn_neigh_net *nn, struct evpn_neigh *n, int err)
{
	bool wished = n->wished;

	n->retained = false;
	neigh_set_state(nn, n, wished ? EVPN_NEIGH_STATE_REFUSED : EVPN_NEIGH_STATE_GONE);
	if (wished)
		neigh_set_why(n, EVPN_NEIGH_WHY_FAILED, -err);
}

/* An installation that the table has not taken. @err is not -EEXIST. */
static void neigh_not_installed(struct evpn_neigh_net *nn, struct evpn_neigh *n, int err)
{
	bool stays = n->wished || err == -ENOBUFS;
	u8 events =
		neigh_events(n, stays ? EVPN_NEIGH_STATE_PENDING : EVPN_NEIGH_STATE_GONE, false);

	if (err == -ENOBUFS)
		neigh_table_full(nn, n);
	else
		neigh_table_refuses(nn, n, err);
	evpn_neigh_news(nn, n, events);
}

/* Does what was decided to the neighbour table. Return: 0, or why it did not succeed. */
static int neigh_act(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd, struct evpn_neigh *n,
		     enum evpn_neigh_act act, const struct evpn_neigh_note *note)
{
	int err;

	switch (act) {
	case EVPN_NEIGH_ACT_NONE:
		break;
	case EVPN_NEIGH_ACT_INSTALL:
		n->installed = false;
		err = evpn_neigh_table_install(nn, nd, &n->key, &n->wish);
		if (err)
			return err;
		n->installed = true;
		memcpy(n->in_force, n->wish.lladdr, ETH_ALEN);
		nn->counters.installed++;
		/* It is there again, and can be asked. */
		if (n->retained)
			evpn_neigh_set_due(nn, n, ktime_get_ns());
		break;
	case EVPN_NEIGH_ACT_REPLACE:
		evpn_neigh_table_replace(nn, nd, &n->key, &n->wish);
		memcpy(n->in_force, n->wish.lladdr, ETH_ALEN);
		nn->counters.installed++;
		break;
	case EVPN_NEIGH_ACT_REFRESH:
		evpn_neigh_table_refresh(nn, nd, &n->key);
		if (!n->installed)
			nn->counters.kept++;
		break;
	case EVPN_NEIGH_ACT_ADOPT:
		evpn_neigh_table_adopt(nn, nd, &n->key, note && note->heard ? note->lladdr : NULL);
		n->installed = false;
		break;
	case EVPN_NEIGH_ACT_RELEASE:
		evpn_neigh_table_release(nn, nd, &n->key);
		n->installed = false;
		nn->counters.removed++;
		break;
	case EVPN_NEIGH_ACT_VERIFY:
		if (!n->verify)
			evpn_neigh_ask_later(nn, n, EVPN_NEIGH_ASK_LOCAL);
		n->verify = true;
		break;
	case EVPN_NEIGH_ACT_FORGET:
		evpn_neigh_table_forget(nn, nd, &n->key);
		evpn_neigh_limit_forgot(nn, n);
		break;
	}
	return 0;
}

static u8 neigh_local_flags(const struct evpn_neigh_view *view)
{
	u8 flags = 0;

	if (view->flags & NTF_ROUTER)
		flags |= EVPN_NEIGH_FLAG_ROUTER;
	if (view->nud & NUD_PERMANENT)
		flags |= EVPN_NEIGH_FLAG_STICKY;
	return flags;
}

/* Takes over the address the host has learned. True when it is another than before. */
static bool neigh_take_local(struct evpn_neigh *n, const struct evpn_neigh_view *view,
			     const u8 *lladdr)
{
	bool moved = !ether_addr_equal_unaligned(n->lladdr, lladdr);

	memcpy(n->lladdr, lladdr, ETH_ALEN);
	n->flags = neigh_local_flags(view);
	return moved;
}

/**
 * evpn_neigh_ask_at() - when a host that this PE has learned is to be asked whether it is still there
 * @nn: neighbours of the namespace
 * @n: the entry, local
 *
 * Its link may stay up for ever, and its traffic come by another PE, where the entry is not the
 * host's own: nothing in the neighbour table would ever ask.
 *
 * Context: under evpn_neigh_net.lock.
 * Return: CLOCK_MONOTONIC in nanoseconds, 0 for never.
 */
u64 evpn_neigh_ask_at(struct evpn_neigh_net *nn, const struct evpn_neigh *n)
{
	const struct evpn_neigh_es *nes = evpn_neigh_es_find(nn, n->key.esi);

	if (!nes || !nes->host_ms || n->flags & EVPN_NEIGH_FLAG_STICKY)
		return 0;
	return n->alive +
	       evpn_neigh_ns(nes->host_ms - min_t(u32, nes->host_ms / 4, EVPN_NEIGH_ASK_MS));
}

/* A sign of life, or the fact that there is none. What is due of a local entry is to ask it. */
static void neigh_note_life(struct evpn_neigh_net *nn, struct evpn_neigh *n,
			    const struct evpn_neigh_view *view, bool news, bool heard)
{
	n->verify = false;
	if (news || heard || view->nud & NUD_REACHABLE) {
		n->alive = ktime_get_ns();
		list_del_init(&n->ask);
	}
	evpn_neigh_set_due(nn, n, evpn_neigh_ask_at(nn, n));
}

/* One look and what follows. Return: -EEXIST when the table has changed meanwhile. */
static int neigh_look_once(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd,
			   struct evpn_neigh *n, const struct evpn_neigh_note *note)
{
	struct evpn_neigh_view view = {};
	struct evpn_neigh_decision d;
	struct evpn_neigh_facts f;
	bool moved = false;
	u8 events;
	int err;

	if (nd)
		evpn_neigh_table_view(nd, &n->key, &view);
	neigh_facts(nn, nd, n, note, &view, &f);
	d = evpn_neigh_decide(&f);
	err = neigh_act(nn, nd, n, d.act, note);
	if (err == -EEXIST)
		return err;
	if (err) {
		neigh_not_installed(nn, n, err);
		return 0;
	}
	if (d.state == EVPN_NEIGH_STATE_LOCAL && d.act != EVPN_NEIGH_ACT_VERIFY)
		moved = neigh_take_local(n, &view,
					 d.act == EVPN_NEIGH_ACT_ADOPT && f.heard ? note->lladdr :
										    view.lladdr);
	/* The answer is here; or there is nothing to wait for any more. */
	if (n->due && d.act != EVPN_NEIGH_ACT_VERIFY && d.state != EVPN_NEIGH_STATE_RETAINED)
		evpn_neigh_set_due(nn, n, 0);
	if (d.state == EVPN_NEIGH_STATE_LOCAL)
		n->retained = false;
	if (d.state == EVPN_NEIGH_STATE_LOCAL && d.act != EVPN_NEIGH_ACT_VERIFY)
		neigh_note_life(nn, n, &view, moved || n->state != d.state, f.heard);
	events = neigh_events(n, d.state, moved);
	neigh_set_state(nn, n, d.state);
	neigh_explain(nn, n, &f);
	evpn_neigh_news(nn, n, events | neigh_unanswered(n, &d));
	return 0;
}

/* An entry without anything to say, nobody waits for. */
static void neigh_tidy(struct evpn_neigh_net *nn, struct evpn_neigh *n)
{
	if (n->state == EVPN_NEIGH_STATE_GONE && list_empty(&n->tell))
		evpn_neigh_free(nn, n);
}

/*
 * Its place. Where several devices of a segment have its tag, the one that it is heard on is as good as one
 * that its address tells. What is heard on another one than its place is none of its.
 */
static struct evpn_neigh_dev *neigh_dev(struct evpn_neigh_net *nn, struct evpn_neigh *n,
					const struct evpn_neigh_note **note)
{
	struct evpn_neigh_dev *nd = evpn_neigh_dev_of(nn, n);
	u32 root = *note ? (*note)->root : 0;

	if (!nd && root) {
		n->root = root;
		nd = evpn_neigh_dev_of(nn, n);
	}
	n->root = nd ? nd->root : 0;
	if (nd && root && root != n->root)
		*note = NULL;
	return nd;
}

static void neigh_look(struct evpn_neigh_net *nn, struct evpn_neigh *n,
		       const struct evpn_neigh_note *note)
{
	struct evpn_neigh_dev *nd = neigh_dev(nn, n, &note);
	unsigned int tries = 3;

	neigh_check_incarnation(nn, n);
	/* Each failure means that the host has learned the address just now; the next look sees. */
	while (neigh_look_once(nn, nd, n, note) == -EEXIST && --tries)
		;
}

/**
 * evpn_neigh_look() - look what has become of a neighbour, and do what follows
 * @nn: neighbours of the namespace
 * @key: the neighbour, known or not
 * @note: what happened, or NULL
 *
 * An unknown neighbour becomes known when the host has learned it.
 *
 * Context: under evpn_neigh_net.lock.
 */
void evpn_neigh_look(struct evpn_neigh_net *nn, const struct evpn_neigh_key *key,
		     const struct evpn_neigh_note *note)
{
	struct evpn_neigh *n = evpn_neigh_find(nn, key);
	u8 before, why;
	u32 root;

	if (!n) {
		if (note && (note->heard || note->failed))
			return;
		n = neigh_create_entry(nn, key);
		if (!n) {
			WRITE_ONCE(nn->rescan, true);
			return;
		}
	}
	before = n->state;
	why = n->why;
	root = n->root;
	neigh_look(nn, n, note);
	if (n->wished && (n->state != before || n->why != why || n->root != root))
		evpn_neigh_news(nn, n, EVPN_NEIGH_EVENT_WISH);
	neigh_tidy(nn, n);
}

/**
 * evpn_neigh_wish() - user space wants a neighbour, or wants it otherwise
 * @nn: neighbours of the namespace
 * @key: the neighbour
 * @wish: the wish
 *
 * Context: under evpn_neigh_net.lock. The caller kicks the work afterwards.
 * Return: the entry, whose state says what has become of the wish, or NULL without memory.
 */
struct evpn_neigh *evpn_neigh_wish(struct evpn_neigh_net *nn, const struct evpn_neigh_key *key,
				   const struct evpn_neigh_wish *wish)
{
	struct evpn_neigh *n = evpn_neigh_find(nn, key);

	if (!n)
		n = neigh_create_entry(nn, key);
	if (!n)
		return NULL;
	/* What was retained goes on under the new wish. */
	if (n->retained)
		evpn_neigh_set_due(nn, n, 0);
	n->retained = false;
	n->wished = true;
	n->wish = *wish;
	neigh_look(nn, n, NULL);
	/* Who wishes knows the device by its tag, unless several have that. */
	if (evpn_neigh_dev_several(nn, key))
		evpn_neigh_news(nn, n, EVPN_NEIGH_EVENT_WISH);
	return n;
}

/* It is in force, or would be if others had not filled the table. */
static bool neigh_may_be_retained(const struct evpn_neigh *n)
{
	return n->state == EVPN_NEIGH_STATE_SYNCED || n->why == EVPN_NEIGH_WHY_TABLE_FULL;
}

static void neigh_retain(struct evpn_neigh_net *nn, struct evpn_neigh *n, u32 retain_ms)
{
	u64 now = ktime_get_ns();

	/* That it is kept although it was not in force nobody expects. */
	if (n->state != EVPN_NEIGH_STATE_SYNCED)
		evpn_neigh_news(nn, n, EVPN_NEIGH_EVENT_WISH);
	n->retained = true;
	n->expires = now + evpn_neigh_ns(retain_ms);
	n->wish.origin = 0;
	neigh_set_state(nn, n, EVPN_NEIGH_STATE_RETAINED);
	neigh_set_why(n, EVPN_NEIGH_WHY_NONE, 0);
	evpn_neigh_set_due(nn, n, now);
}

/**
 * evpn_neigh_unwish() - user space does not want it any more
 * @nn: neighbours of the namespace
 * @n: the entry; may be gone when this returns
 * @retain_ms: how long to keep and probe it, 0 for not at all
 *
 * Context: under evpn_neigh_net.lock. The caller kicks the work afterwards.
 */
void evpn_neigh_unwish(struct evpn_neigh_net *nn, struct evpn_neigh *n, u32 retain_ms)
{
	lockdep_assert_held(&nn->lock);
	if (!n->wished)
		return;
	n->wished = false;
	if (retain_ms && neigh_may_be_retained(n)) {
		neigh_retain(nn, n, retain_ms);
		return;
	}
	neigh_look(nn, n, NULL);
	neigh_tidy(nn, n);
}

/**
 * evpn_neigh_ask() - another PE hears no answer of a host: is it still there?
 * @nn: neighbours of the namespace
 * @n: the entry
 *
 * Only who was learned here is asked, when it has its turn.
 *
 * Context: under evpn_neigh_net.lock. Whoever is not the work kicks it afterwards.
 */
void evpn_neigh_ask(struct evpn_neigh_net *nn, struct evpn_neigh *n)
{
	lockdep_assert_held(&nn->lock);
	if (n->state == EVPN_NEIGH_STATE_LOCAL && !n->verify &&
	    !(n->flags & EVPN_NEIGH_FLAG_STICKY))
		evpn_neigh_ask_later(nn, n, EVPN_NEIGH_ASK_LOCAL);
}

/**
 * evpn_neigh_net_init() - the neighbours of a namespace, none yet
 * @en: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int __net_init evpn_neigh_net_init(struct evpn_net *en)
{
	struct evpn_neigh_net *nn = kvzalloc(sizeof(*nn), GFP_KERNEL_ACCOUNT);

	if (!nn)
		return -ENOMEM;
	nn->en = en;
	mutex_init(&nn->lock);
	nn->entries = RB_ROOT;
	nn->timers = RB_ROOT_CACHED;
	INIT_LIST_HEAD(&nn->tell);
	INIT_LIST_HEAD(&nn->walks);
	INIT_LIST_HEAD(&nn->asking);
	hash_init(nn->segments);
	hash_init(nn->by_tag);
	hash_init(nn->by_dev);
	init_llist_head(&nn->notes);
	nn->limit = EVPN_HOST_LIMIT_ALL_DEFAULT;
	nn->rescanned = jiffies - msecs_to_jiffies(EVPN_NEIGH_RESCAN_MS);
	INIT_DELAYED_WORK(&nn->work, evpn_neigh_work);
	en->neigh = nn;
	return 0;
}

/* Takes out of the neighbour tables what we have put in, while the devices are known. */
static void neigh_release_all(struct evpn_neigh_net *nn)
{
	struct rb_node *node;

	for (node = rb_first(&nn->entries); node; node = rb_next(node)) {
		struct evpn_neigh *n = node_neigh(node);

		n->wished = false;
		n->retained = false;
		neigh_look(nn, n, NULL);
		cond_resched();
	}
}

/**
 * evpn_neigh_net_close() - begin the end: our entries leave the tables, no work begins any more
 * @en: the namespace
 *
 * Context: before the segments of the namespace are destroyed; may sleep.
 */
void evpn_neigh_net_close(struct evpn_net *en)
{
	struct evpn_neigh_net *nn = en->neigh;

	WRITE_ONCE(nn->closing, true);
	cancel_delayed_work_sync(&nn->work);
	mutex_lock(&nn->lock);
	neigh_release_all(nn);
	mutex_unlock(&nn->lock);
}

/** evpn_neigh_net_exit() - free all; the segments are destroyed, their hooks have ended */
void evpn_neigh_net_exit(struct evpn_net *en)
{
	struct evpn_neigh_net *nn = en->neigh;
	struct evpn_neigh_walk *walk, *next_walk;
	struct evpn_neigh_note *note, *next_note;
	struct evpn_neigh *n, *next;

	/* A hook that saw the work allowed may have started it meanwhile. */
	cancel_delayed_work_sync(&nn->work);
	rbtree_postorder_for_each_entry_safe(n, next, &nn->entries, node) kfree(n);
	list_for_each_entry_safe(walk, next_walk, &nn->walks, list)
		kfree(walk);
	llist_for_each_entry_safe(note, next_note, llist_del_all(&nn->notes), llist)
		kfree(note);
	mutex_destroy(&nn->lock);
	kvfree(nn);
	en->neigh = NULL;
}
