// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix_subnet.c - subnets of the segments' devices, as the kernel's tables have them: what is in one is on that link,
 * and the kernel needs no longer route for it. A customer can speak with any address; one that is in no subnet of his link
 * the kernel would never send to him.
 */
#include <linux/rtnetlink.h>
#include <stdlib.h>

#include "log.h"
#include "order.h"
#include "services/prefix/prefix.h"

static int psubnet_cmp(const struct psubnet *a, const struct psubnet *b)
{
	int c = ORDER(a->ifindex, b->ifindex);

	c = c ? c : ORDER(a->vrf, b->vrf);
	return c ? c : prefix_cmp(&a->prefix, &b->prefix);
}

RB_PROTOTYPE_INTERNAL(psubnets, psubnet, node, psubnet_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(psubnets, psubnet, node, psubnet_cmp, static __attribute__((unused)))

/* Neighbours may be on a link now, or not any more. */
static void changed(struct prefixes *ps)
{
	ps->subnets_due = true;
	speaker_neighbour_changed(ps->speaker, NULL, 0);
}

static void forget(struct prefixes *ps, struct psubnet *s)
{
	RB_REMOVE(psubnets, &ps->subnets, s);
	free(s);
	changed(ps);
}

static void add(struct prefixes *ps, const struct fact_prefix *f)
{
	struct psubnet key = {.ifindex = f->hop.ifindex,
			      .vrf = f->key.vrf,
			      .prefix = f->key.prefix,
			      .epoch = ps->epoch},
		       *s = RB_FIND(psubnets, &ps->subnets, &key);

	if (s) {
		s->epoch = ps->epoch;
		return;
	}
	s = malloc(sizeof(*s));
	if (!s) {
		log_error("prefixes: no memory for a subnet");
		return;
	}
	*s = key;
	RB_INSERT(psubnets, &ps->subnets, s);
	changed(ps);
}

static void gone(struct prefixes *ps, const struct fact_prefix *f)
{
	struct psubnet *s, *next;

	RB_FOREACH_SAFE(s, psubnets, &ps->subnets, next)
		if (s->vrf == f->key.vrf && !prefix_cmp(&s->prefix, &f->key.prefix) &&
		    (!f->hop.ifindex || s->ifindex == f->hop.ifindex))
			forget(ps, s);
}

void prefix_subnet_fact(struct prefixes *ps, const struct fact_prefix *f)
{
	if (f->protocol != RTPROT_KERNEL || f->flags & PREFIX_OWN || !ip_is_none(&f->hop.gateway))
		return;
	if (f->flags & PREFIX_GONE)
		gone(ps, f);
	else
		add(ps, f);
}

void prefix_subnets_not_seen(struct prefixes *ps)
{
	struct psubnet *s, *next;

	RB_FOREACH_SAFE(s, psubnets, &ps->subnets, next)
		if (s->epoch != ps->epoch)
			forget(ps, s);
}

bool prefix_on_link(struct prefixes *ps, u32 vrf, u32 ifindex, const struct ip_addr *address)
{
	struct psubnet key = {.ifindex = ifindex, .vrf = vrf}, *s;

	for (s = RB_NFIND(psubnets, &ps->subnets, &key);
	     s && s->ifindex == ifindex && s->vrf == vrf; s = RB_NEXT(psubnets, &ps->subnets, s))
		if (prefix_contains(&s->prefix, address))
			return true;
	return false;
}

/* See prefix_why_useless(). */
static void queue_unrouted(struct prefixes *ps, struct pfx *x, void *data)
{
	const struct premote *r;

	for (r = x->remotes; r && prefix_is_host(x); r = r->next)
		if (r->source->way->any_tag)
			prefix_queue(ps, x);
}

void prefix_subnets_look(struct prefixes *ps)
{
	prefix_walk(ps, queue_unrouted, NULL);
}

void prefix_subnets_free(struct prefixes *ps)
{
	struct psubnet *s;

	while ((s = RB_ROOT(&ps->subnets))) {
		RB_REMOVE(psubnets, &ps->subnets, s);
		free(s);
	}
}
