// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's neighbour tables: looking at an entry, and every change the module makes to one.
 *
 * The one promise is that nothing the host has learned is displaced. neigh_update() without
 * OVERRIDE makes the whole test under the lock of the entry, so that is how an entry is put in;
 * only after it is seen to be ours does it get NTF_EXT_LEARNED, which keeps it out of the garbage
 * collection, and which is an administrator's change and would be made even when the address is
 * refused. Should the host learn the address in between, the flag is taken back.
 *
 * An entry of ours is STALE. Traffic makes the kernel probe it, and the answer may go to another
 * PE; see evpn_neigh_table_refresh().
 */
#include <linux/rtnetlink.h>

#include "neigh.h"

/* Valid, and not confirmed by the host itself. */
#define NUD_UNCONFIRMED (NUD_STALE | NUD_DELAY | NUD_PROBE)

static struct neighbour *table_get(struct evpn_neigh_dev *nd, const struct evpn_neigh_key *key)
{
	return neigh_lookup(evpn_neigh_table(key->family), key->addr, nd->dev);
}

static struct neighbour *table_get_or_create(struct evpn_neigh_dev *nd,
					     const struct evpn_neigh_key *key)
{
	struct neighbour *n = table_get(nd, key);

	return n ?: neigh_create(evpn_neigh_table(key->family), key->addr, nd->dev);
}

static void table_read(struct neighbour *n, struct evpn_neigh_view *view)
{
	read_lock_bh(&n->lock);
	view->present = true;
	view->nud = n->nud_state;
	view->flags = n->flags;
	memcpy(view->lladdr, n->ha, ETH_ALEN);
	read_unlock_bh(&n->lock);
}

/* What we change ourselves is no news: evpn_neigh_netevent() looks at these two. */
static int table_update(struct evpn_neigh_net *nn, struct neighbour *n, const u8 *lladdr, u8 nud,
			u32 flags)
{
	int err;

	lockdep_assert_held(&nn->lock);
	WRITE_ONCE(nn->updating, n);
	WRITE_ONCE(nn->updater, current);
	err = neigh_update(n, lladdr, nud, flags, 0);
	WRITE_ONCE(nn->updater, NULL);
	WRITE_ONCE(nn->updating, NULL);
	return err;
}

static void table_set_protocol(struct neighbour *n, u8 protocol)
{
	write_lock_bh(&n->lock);
	n->protocol = protocol;
	write_unlock_bh(&n->lock);
}

/* An administrator's change names all of these flags: it stays as it is. */
static u32 table_learned_flags(const struct evpn_neigh_view *view)
{
	return view->flags & NTF_EXT_LEARNED ? NEIGH_UPDATE_F_EXT_LEARNED : 0;
}

static u32 table_router_flags(const struct evpn_neigh_wish *wish)
{
	if (wish->flags & EVPN_NEIGH_FLAG_ROUTER)
		return NEIGH_UPDATE_F_OVERRIDE_ISROUTER | NEIGH_UPDATE_F_ISROUTER;
	return NEIGH_UPDATE_F_OVERRIDE_ISROUTER;
}

/**
 * evpn_neigh_table_view() - what is in the neighbour table
 * @nd: the sub-interface
 * @key: the address
 * @view: result; may have changed when this returns
 *
 * Context: process, or softirq.
 */
void evpn_neigh_table_view(struct evpn_neigh_dev *nd, const struct evpn_neigh_key *key,
			   struct evpn_neigh_view *view)
{
	struct neighbour *n = table_get(nd, key);

	memset(view, 0, sizeof(*view));
	if (!n)
		return;
	table_read(n, view);
	neigh_release(n);
}

static bool table_is_ours(const struct evpn_neigh_view *view, const u8 *lladdr)
{
	return (view->nud & NUD_UNCONFIRMED) && ether_addr_equal_unaligned(view->lladdr, lladdr);
}

static int table_install(struct evpn_neigh_net *nn, struct neighbour *n,
			 const struct evpn_neigh_wish *wish)
{
	struct evpn_neigh_view view;
	int err;

	table_read(n, &view);
	if (view.nud & NUD_VALID)
		return -EEXIST;
	err = table_update(nn, n, wish->lladdr, NUD_STALE, 0);
	if (err)
		return err;
	table_read(n, &view);
	if (!table_is_ours(&view, wish->lladdr))
		return -EEXIST;
	table_set_protocol(n, wish->protocol);
	err = table_update(nn, n, wish->lladdr, NUD_STALE,
			   NEIGH_UPDATE_F_ADMIN | NEIGH_UPDATE_F_EXT_LEARNED |
				   table_router_flags(wish));
	table_read(n, &view);
	if (!err && ether_addr_equal_unaligned(view.lladdr, wish->lladdr))
		return 0;
	/* The host has learned another address just now: it is not ours to flag. */
	table_set_protocol(n, RTPROT_UNSPEC);
	table_update(nn, n, NULL, view.nud & NUD_VALID ? view.nud : NUD_FAILED,
		     NEIGH_UPDATE_F_ADMIN);
	return err ?: -EEXIST;
}

/**
 * evpn_neigh_table_install() - put in what is wished, unless a valid entry is there
 * @nn: neighbours of the namespace
 * @nd: the sub-interface, up
 * @key: the address
 * @wish: the rest
 *
 * Context: under evpn_neigh_net.lock.
 * Return: 0; -EEXIST when there is a valid entry, which has not been changed; -ENOBUFS when the
 * table is full; -EPERM for an address that needs no resolution; or what else the table says.
 */
int evpn_neigh_table_install(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd,
			     const struct evpn_neigh_key *key, const struct evpn_neigh_wish *wish)
{
	struct neighbour *n = table_get_or_create(nd, key);
	int err;

	if (IS_ERR(n))
		return PTR_ERR(n);
	err = table_install(nn, n, wish);
	neigh_release(n);
	return err;
}

/**
 * evpn_neigh_table_replace() - another link-layer address for our own entry
 * @nn: neighbours of the namespace
 * @nd: the sub-interface
 * @key: the address
 * @wish: what is wished for now
 *
 * The only change with OVERRIDE. A host that is heard with its own address in this very moment
 * is given that back when the note about it is handled.
 *
 * Context: under evpn_neigh_net.lock.
 */
void evpn_neigh_table_replace(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd,
			      const struct evpn_neigh_key *key, const struct evpn_neigh_wish *wish)
{
	struct neighbour *n = table_get(nd, key);

	if (!n)
		return;
	table_set_protocol(n, wish->protocol);
	table_update(nn, n, wish->lladdr, NUD_STALE,
		     NEIGH_UPDATE_F_ADMIN | NEIGH_UPDATE_F_EXT_LEARNED | NEIGH_UPDATE_F_OVERRIDE |
			     table_router_flags(wish));
	neigh_release(n);
}

/**
 * evpn_neigh_table_refresh() - an entry that is being probed is STALE again
 * @nn: neighbours of the namespace
 * @nd: the sub-interface
 * @key: the address, of our own entry or one that is unattended
 *
 * When traffic has made the kernel probe it, the host answers, and its link aggregate may send
 * the answer to another PE. The entry would fail after some seconds although the host is there.
 * If the answer does come here, it makes the entry the host's own whatever its state is.
 *
 * Context: under evpn_neigh_net.lock.
 */
void evpn_neigh_table_refresh(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd,
			      const struct evpn_neigh_key *key)
{
	struct neighbour *n = table_get(nd, key);
	struct evpn_neigh_view view;

	if (!n)
		return;
	table_read(n, &view);
	if (view.nud & NUD_PROBE)
		table_update(nn, n, NULL, NUD_STALE,
			     NEIGH_UPDATE_F_ADMIN | table_learned_flags(&view));
	neigh_release(n);
}

/**
 * evpn_neigh_table_adopt() - our own entry becomes the host's: no flag, no protocol
 * @nn: neighbours of the namespace
 * @nd: the sub-interface
 * @key: the address
 * @lladdr: the MAC address the host was heard with, or NULL when that is in the table already
 *
 * Context: under evpn_neigh_net.lock.
 */
void evpn_neigh_table_adopt(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd,
			    const struct evpn_neigh_key *key, const u8 *lladdr)
{
	struct neighbour *n = table_get(nd, key);
	struct evpn_neigh_view view;

	if (!n)
		return;
	table_set_protocol(n, RTPROT_UNSPEC);
	table_read(n, &view);
	table_update(nn, n, lladdr, view.nud & NUD_REACHABLE ? NUD_REACHABLE : NUD_STALE,
		     NEIGH_UPDATE_F_ADMIN | (lladdr ? NEIGH_UPDATE_F_OVERRIDE : 0));
	neigh_release(n);
}

/**
 * evpn_neigh_table_release() - take our own entry out; the garbage collection does the rest
 * @nn: neighbours of the namespace
 * @nd: the sub-interface
 * @key: the address
 *
 * Context: under evpn_neigh_net.lock.
 */
void evpn_neigh_table_release(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd,
			      const struct evpn_neigh_key *key)
{
	struct neighbour *n = table_get(nd, key);

	if (!n)
		return;
	table_set_protocol(n, RTPROT_UNSPEC);
	table_update(nn, n, NULL, NUD_FAILED, NEIGH_UPDATE_F_ADMIN);
	neigh_release(n);
}

static struct evpn_neigh_condemned *table_condemned(struct evpn_neigh_net *nn, u8 family)
{
	return &nn->condemned[family != 4];
}

/**
 * evpn_neigh_table_forget() - what the host has learned is one too many: it is not valid any more
 * @nn: neighbours of the namespace
 * @nd: the sub-interface
 * @key: the address
 *
 * It fails now, and is taken out by evpn_neigh_table_clear().
 *
 * Context: under evpn_neigh_net.lock.
 */
void evpn_neigh_table_forget(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd,
			     const struct evpn_neigh_key *key)
{
	struct evpn_neigh_condemned *condemned = table_condemned(nn, key->family);
	struct neighbour *n = table_get(nd, key);

	if (!n)
		return;
	table_update(nn, n, NULL, NUD_FAILED, NEIGH_UPDATE_F_ADMIN);
	neigh_release(n);
	nd->forgets = true;
	if (!condemned->count++)
		condemned->since = jiffies;
}

/* Whose entries table_is_condemned() is asked about, by table; under the lock of the table. */
static struct evpn_neigh_net *table_clearing[2];

/* Nobody uses it any more, and it is of a device that has forgotten some. Under the lock of the table. */
static int table_is_condemned(struct neighbour *n)
{
	struct evpn_neigh_net *nn = table_clearing[n->tbl != &arp_tbl];
	const struct evpn_neigh_dev *nd;

	if (n->nud_state != NUD_FAILED || refcount_read(&n->refcnt) != 1 ||
	    !net_eq(dev_net(n->dev), nn->en->net))
		return 0;
	nd = evpn_neigh_dev_find_rcu(nn, n->dev);
	return nd && nd->forgets;
}

static void table_clear(struct evpn_neigh_net *nn, u8 family)
{
	struct neigh_table *tbl = evpn_neigh_table(family);

	neigh_table_lock_bh(tbl);
	table_clearing[family != 4] = nn;
	__neigh_for_each_release(tbl, table_is_condemned);
	table_clearing[family != 4] = NULL;
	neigh_table_unlock_bh(tbl);
	table_condemned(nn, family)->count = 0;
}

static unsigned long table_clear_later(struct evpn_neigh_net *nn, u8 family)
{
	const struct evpn_neigh_condemned *condemned = table_condemned(nn, family);
	u32 enough = atomic_read(&evpn_neigh_table(family)->entries) / 8;
	unsigned long due = condemned->since + msecs_to_jiffies(EVPN_NEIGH_FORGET_MS);

	if (!condemned->count)
		return MAX_JIFFY_OFFSET;
	if (condemned->count < max_t(u32, enough, EVPN_NEIGH_SLICE) && time_before(jiffies, due))
		return due - jiffies;
	table_clear(nn, family);
	return MAX_JIFFY_OFFSET;
}

/**
 * evpn_neigh_table_clear() - take out of the tables what evpn_neigh_table_forget() has made to fail
 * @nn: neighbours of the namespace
 *
 * The kernel keeps what has failed until its next collection, and when its tables are full it throws
 * away the neighbours of everybody. It has no way to take out a single entry, so the whole table is
 * gone through, under its lock: not before an eighth of it is to go, or EVPN_NEIGH_FORGET_MS are over.
 *
 * Context: under evpn_neigh_net.lock.
 * Return: jiffies until it is to be called again, or MAX_JIFFY_OFFSET.
 */
unsigned long evpn_neigh_table_clear(struct evpn_neigh_net *nn)
{
	lockdep_assert_held(&nn->lock);
	return min(table_clear_later(nn, 4), table_clear_later(nn, EVPN_NEIGH_ADDR_LEN));
}

/**
 * evpn_neigh_table_probe() - have the kernel ask the host, by unicast
 * @nn: neighbours of the namespace
 * @nd: the sub-interface, up
 * @key: the address
 * @lladdr: for an entry that is not there (any more)
 *
 * Context: under evpn_neigh_net.lock.
 * Return: 0, or why there can be no entry.
 */
int evpn_neigh_table_probe(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd,
			   const struct evpn_neigh_key *key, const u8 *lladdr)
{
	struct neighbour *n = table_get_or_create(nd, key);
	struct evpn_neigh_view view;
	int err;

	if (IS_ERR(n))
		return PTR_ERR(n);
	table_read(n, &view);
	if (!(view.nud & NUD_VALID))
		err = table_update(nn, n, lladdr, NUD_PROBE, 0);
	else if (view.flags & NTF_EXT_LEARNED)
		err = table_update(nn, n, NULL, NUD_PROBE,
				   NEIGH_UPDATE_F_ADMIN | NEIGH_UPDATE_F_EXT_LEARNED);
	else
		err = 0;
	neigh_release(n);
	return err;
}

/**
 * evpn_neigh_table_ask() - have the kernel ask a host that it has learned itself, by unicast
 * @nn: neighbours of the namespace
 * @nd: the sub-interface, up
 * @key: the address
 *
 * Only an entry that nothing else is being done about. Without an answer it fails.
 *
 * Context: under evpn_neigh_net.lock.
 */
void evpn_neigh_table_ask(struct evpn_neigh_net *nn, struct evpn_neigh_dev *nd,
			  const struct evpn_neigh_key *key)
{
	struct neighbour *n = table_get(nd, key);
	struct evpn_neigh_view view;

	if (!n)
		return;
	table_read(n, &view);
	if (view.nud & (NUD_STALE | NUD_DELAY) && !(view.flags & NTF_EXT_LEARNED))
		table_update(nn, n, NULL, NUD_PROBE, 0);
	neigh_release(n);
}
