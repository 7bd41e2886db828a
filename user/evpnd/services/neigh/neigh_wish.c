// SPDX-License-Identifier: GPL-2.0-only
/*
 * neigh_wish.c - what the kernel is to do about hosts that other PEs have learned, in batches; and what
 * it answers. Only differences are sent; a segment that comes back into the kernel gets all of its
 * hosts again.
 *
 * draft-ietf-bess-evpn-l3mh-proto (3.6.2 installing, 4 retention)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "services/neigh/neigh.h"

/* The device's own VRF is compared by the kernel, at the moment of installing; a list of devices is not. */
static bool by_list(const struct place_vrf *v)
{
	return v && v->conf.n_interfaces;
}

const char *neigh_held_back(const struct nhost *h, const struct nremote *r, char why[NEIGH_WHY_MAX])
{
	const struct circuit *c = h->circuit;

	why[0] = '\0';
	if (!r)
		snprintf(why, NEIGH_WHY_MAX, "no PE advertises it to us");
	else if (!c->es->conf)
		snprintf(why, NEIGH_WHY_MAX, "its segment is not here");
	else if (!c->es->in_kernel)
		snprintf(why, NEIGH_WHY_MAX, "the kernel does not have segment %s yet",
			 c->es->conf->name);
	else if (!by_list(r->vrf) && !r->vrf->known)
		snprintf(why, NEIGH_WHY_MAX, "there is no VRF device %s yet", r->vrf->conf.name);
	else if (c->ifindex && c->vrf != r->vrf && (by_list(r->vrf) || by_list(c->vrf)))
		snprintf(why, NEIGH_WHY_MAX, "the sub-interface belongs to VRF %s, the route to %s",
			 c->vrf ? c->vrf->conf.name : "(none)", r->vrf->conf.name);
	return why;
}

/* ---- batches ---- */

static void send_out(struct neighs *ns, enum ipc_type type)
{
	struct neigh_out *out = ns->out;

	if (!out->head.n)
		return;
	speaker_retain(ns->speaker, type, out->items, out->head.n, out->head.retain_ms);
	out->head.n = 0;
	out->head.retain_ms = 0;
}

static struct neigh_key key_of(const struct nhost *h)
{
	return (struct neigh_key){
		.tag = h->circuit->tag,
		.esi = h->circuit->es->esi,
		.address = h->addr,
	};
}

static void put_key(struct neighs *ns, const struct nhost *h, u32 retain_ms)
{
	struct neigh_out *out = ns->out;

	if (out->head.n && (out->head.n == BATCH_MAX || out->head.retain_ms != retain_ms))
		send_out(ns, IPC_WISH_NEIGH_GONE);
	out->head.retain_ms = retain_ms;
	((struct neigh_key *)(void *)out->items)[out->head.n++] = key_of(h);
}

static void make_wish(const struct nhost *h, const struct nremote *r, struct wish_neigh *w)
{
	memset(w, 0, sizeof(*w));
	w->key = key_of(h);
	w->mac = r->mac;
	w->flags = r->flags;
	w->check_vrf = !by_list(r->vrf);
	w->vrf = w->check_vrf ? r->vrf->ifindex : 0;
	w->origin = ip_low32(&r->nh);
}

static void warn_once(struct neighs *ns, struct circuit *c, const struct nremote *r)
{
	char pe[IP_STRLEN];

	if (c->ifindex || c->told || !c->es->ifindex)
		return;
	c->told = true;
	if (c->tag >> 12)
		log_warning(
			"segment %s: %s advertises VLAN %u in %u, for which %s has no sub-interface",
			c->es->conf->name, ip_format(&r->nh, pe), c->tag & 0xfff, c->tag >> 12,
			c->es->conf->interface);
	else
		log_warning("segment %s: %s advertises VLAN %u, for which %s has no sub-interface",
			    c->es->conf->name, ip_format(&r->nh, pe), c->tag,
			    c->es->conf->interface);
}

static bool is_wished(const struct nhost *h, const struct wish_neigh *w)
{
	return h->flags & NHOST_WISHED && !mac_cmp(&h->wish_mac, &w->mac) &&
	       h->wish_flags == w->flags && h->wish_vrf == w->vrf;
}

static void put_wish(struct neighs *ns, struct nhost *h, const struct nremote *r, s64 now)
{
	struct neigh_out *out = ns->out;
	struct wish_neigh w;

	make_wish(h, r, &w);
	if (is_wished(h, &w))
		return;
	if (out->head.n == BATCH_MAX)
		send_out(ns, IPC_WISH_NEIGH);
	((struct wish_neigh *)(void *)out->items)[out->head.n++] = w;
	ns->counts.wishes++;
	h->flags |= NHOST_WISHED;
	h->wish_mac = w.mac;
	h->wish_flags = w.flags;
	h->wish_vrf = w.vrf;
	h->t_wish = now;
	h->answer = WISH_PENDING;
	neigh_mac_changed(ns, h);
	warn_once(ns, h->circuit, r);
}

static bool wanted(const struct nhost *h, const struct nremote **r)
{
	char why[NEIGH_WHY_MAX];

	*r = neigh_best(h);
	return *r && !neigh_held_back(h, *r, why)[0];
}

static u32 retention(const struct nhost *h)
{
	return h->circuit->es->conf ? h->circuit->es->conf->retention_ms : 0;
}

/* The kernel does what it was asked to without telling; it tells when the retention has ended. */
static void unwish(struct neighs *ns, struct nhost *h)
{
	u32 retain_ms = retention(h);

	put_key(ns, h, retain_ms);
	h->flags &= ~NHOST_WISHED;
	if (h->flags & NHOST_LOCAL)
		return;
	if (h->state != NEIGH_SYNCED || !retain_ms) {
		h->state = NEIGH_GONE;
		neigh_say(ns, h);
		return;
	}
	h->state = NEIGH_RETAINED;
	h->t_fact = timer_now_ns();
	neigh_say(ns, h);
	if (neigh_watched(ns))
		neigh_tell(ns, h, "retained", NULL);
}

/* First what goes, then what comes: a full table has room then. */
void neigh_flush(struct neighs *ns)
{
	struct nhost **queue = ns->queue;
	size_t i, n = ns->n_queue;
	const struct nremote *r;
	s64 now;

	for (i = 0; i < n; i++) {
		if (!(queue[i]->flags & NHOST_WISHED) || wanted(queue[i], &r))
			continue;
		unwish(ns, queue[i]);
	}
	send_out(ns, IPC_WISH_NEIGH_GONE);
	now = timer_now_ns();
	for (i = 0; i < n; i++)
		if (wanted(queue[i], &r))
			put_wish(ns, queue[i], r, now);
	send_out(ns, IPC_WISH_NEIGH);
	for (i = 0; i < n; i++) {
		queue[i]->flags &= ~NHOST_QUEUED;
		neigh_drop(ns, queue[i]);
	}
	ns->n_queue = 0;
	if (n > 65536) { /* a whole table: give the memory back */
		free(ns->queue);
		ns->queue = NULL;
		ns->cap_queue = 0;
	}
}

/* ---- answers ---- */

static struct nhost *host_of(struct neighs *ns, const struct neigh_key *k)
{
	struct circuit *c = place_circuit(&ns->at, &k->esi, k->tag, false);

	return c ? neigh_find(ns, c, &k->address) : NULL;
}

static void set_why(struct nhost *h, const char *text)
{
	free(h->why);
	h->why = text && text[0] ? strdup(text) : NULL;
}

void neigh_result(void *state, const void *result)
{
	static const char *const names[] = {"installed", "pending", "refused"};
	const struct neigh_result *r = result;
	struct neighs *ns = state;
	struct nhost *h = host_of(ns, &r->key);

	/* of one that is not wished for any more it says nothing */
	if (!h || !(h->flags & NHOST_WISHED))
		return;
	h->t_answer = timer_now_ns();
	h->answer = r->status;
	h->error = r->error;
	if (r->status == WISH_INSTALLED) {
		set_why(h, NULL);
		if (!h->circuit->several) /* else the module tells */
			h->ifindex = h->circuit->ifindex;
		if (h->state == NEIGH_GONE || h->state == NEIGH_RETAINED)
			h->state = NEIGH_SYNCED;
	} else if (h->state == NEIGH_GONE) {
		h->state = r->status == WISH_PENDING ? NEIGH_PENDING : NEIGH_REFUSED;
	}
	neigh_say(ns, h);
	if (neigh_watched(ns))
		neigh_tell(ns, h, names[h->answer % 3], h->why);
}

void neigh_texts(struct neighs *ns, const struct batch *b)
{
	const struct fact_neigh_text *t = batch_items(b);
	struct nhost *h;
	u32 i;

	for (i = 0; i < b->n; i++) {
		h = host_of(ns, &t[i].key);
		if (h)
			set_why(h, t[i].text);
	}
}

/* ---- after a restart ---- */

/* The kernel has it by a wish of a predecessor, and nobody advertises it any more. */
static void take_back(struct neighs *ns, struct nhost *h, void *data)
{
	bool there =
		h->state == NEIGH_SYNCED || h->state == NEIGH_PENDING || h->state == NEIGH_REFUSED;

	if (there && !(h->flags & NHOST_WISHED))
		unwish(ns, h);
}

/*
 * All that is to be wished was wished: what the kernel has beyond it is retained as its segment says,
 * and what this process has never heard of goes at once.
 */
void neigh_sweep(struct neighs *ns)
{
	neigh_walk(ns, take_back, NULL);
	send_out(ns, IPC_WISH_NEIGH_GONE);
	speaker_wish(ns->speaker, IPC_WISH_NEIGH_SWEEP, NULL, 0);
}
