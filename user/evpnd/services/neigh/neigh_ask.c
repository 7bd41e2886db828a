// SPDX-License-Identifier: GPL-2.0-only
/*
 * neigh_ask.c - a host that is dead: where another PE has learned it and this one has only what that PE
 * says, traffic makes the kernel probe it in vain, for ever, and the learner, to whom nothing is sent, does
 * not ask. So the learner is told to.
 *
 * Nothing is forgotten because of a word: the learner asks the host, and what it finds out it says in BGP. So a
 * word that is not true costs one probe, and of these there are few: of a host one in ASK_HOST_S, of all of
 * them ASKS in a second.
 */
#include "services/neigh/neigh.h"

#include "log.h"

enum { ASKS = 100, ASK_HOST_S = 5 };

/* Return: one more is within what may be in this second */
static bool may_ask(struct nasks *asks)
{
	u32 now = (u32)(timer_now_us() / 1000000);

	if (asks->second != now)
		*asks = (struct nasks){.second = now};
	return asks->n++ < ASKS;
}

/* Neither probe was answered here. Every PE that has learned it is told; it may be more than one. */
void neigh_unanswered(struct neighs *ns, const struct nhost *h)
{
	struct icc_msg m = {.type = ICC_ASK,
			    .esi = h->circuit->es->esi,
			    .tag = h->circuit->tag,
			    .address = h->addr};
	const struct nremote *r;

	if (h->flags & NHOST_LOCAL || !may_ask(&ns->asks_sent))
		return;
	for (r = h->remotes; r; r = r->next) {
		if (!r->usable || r->sticky)
			continue;
		ns->counts.asks_sent++;
		channel_send(ns->speaker, &r->nh, &m);
	}
	if (neigh_watched(ns))
		neigh_tell(ns, h, "unanswered", NULL);
}

static bool is_recent(const struct nhost *h, u32 now)
{
	return h->t_asked && now - h->t_asked < ASK_HOST_S;
}

static void ask(struct neighs *ns, struct nhost *h, u32 now)
{
	struct neigh_key key = {
		.tag = h->circuit->tag, .esi = h->circuit->es->esi, .address = h->addr};

	h->t_asked = now;
	ns->counts.asks_heard++;
	speaker_wish(ns->speaker, IPC_NEIGH_ASK, &key, 1);
	if (neigh_watched(ns))
		neigh_tell(ns, h, "asked", NULL);
}

void neigh_word(void *state, const struct ip_addr *from, const struct icc_msg *word)
{
	struct neighs *ns = state;
	u32 now = (u32)(timer_now_us() / 1000000);
	struct circuit *c;
	struct nhost *h;

	if (word->type != ICC_ASK)
		return;
	c = place_circuit(&ns->at, &word->esi, word->tag, false);
	h = c ? neigh_find(ns, c, &word->address) : NULL;
	if (!h || !(h->flags & NHOST_LOCAL) || h->flags & NHOST_STICKY || is_recent(h, now) ||
	    !speaker_shares(ns->speaker, &word->esi, from) || !may_ask(&ns->asks_heard))
		channel_ignored(ns->speaker);
	else
		ask(ns, h, now);
}
