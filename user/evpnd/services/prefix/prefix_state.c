// SPDX-License-Identifier: GPL-2.0-only
/*
 * prefix_state.c - what became of a prefix, in a word and in a sentence; an event for `evpnctl monitor prefix`
 * when that is another one.
 */
#include <string.h>

#include "services/prefix/prefix.h"

_Static_assert(2 * PREFIX_STATES < 1 << 5, "pfx.told has them all, advertised or not");

const char *const prefix_state_names[] = {"local",    "installed", "pending", "refused",
					  "retained", "withdrawn", NULL};

enum pstate prefix_state(const struct pfx *x)
{
	const struct plocal *l = prefix_local(x);
	const struct premote *r;
	bool lost = x->remotes;

	if (l && (!l->how || l->how == NEIGHBOUR_LEARNED))
		return PS_LOCAL;
	if (l && !x->remotes)
		return l->how == NEIGHBOUR_SYNCED ? PS_INSTALLED : PS_RETAINED;
	for (r = x->remotes; r; r = r->next)
		lost &= r->lost;
	if (lost)
		return PS_RETAINED;
	if (!x->remotes)
		return PS_WITHDRAWN;
	if (!(x->flags & PFX_WISHED))
		return PS_PENDING;
	return x->answer == WISH_INSTALLED ? PS_INSTALLED :
	       x->answer == WISH_REFUSED   ? PS_REFUSED :
					     PS_PENDING;
}

bool prefix_is_advertised(const struct pfx *x)
{
	return x->adv;
}

/* Why it is not advertised; NULL: it is */
const char *prefix_why_silent(struct prefixes *ps, const struct pfx *x)
{
	const struct plocal *l = prefix_local(x);

	if (prefix_is_advertised(x))
		return NULL;
	if (x->flags & PFX_TOO_MANY)
		return "its VRF has as many prefixes as its limit allows";
	if (l && l->how)
		return "a neighbour is told to the core alone, as the segment's other PEs hear of it by RT-2";
	if (l && l->set && l->set->adv && l->set->adv->why[0])
		return l->set->adv->why;
	return "it is not looked at yet";
}

/* Why another PE's is not in the kernel; NULL: it is */
const char *prefix_why_absent(struct prefixes *ps, const struct pfx *x)
{
	const struct premote *r;
	const char *why = NULL;

	if (x->flags & PFX_WISHED && x->answer == WISH_INSTALLED)
		return NULL;
	if (x->flags & PFX_WISHED)
		return x->why ?
			       ps->texts[x->why - 1] :
		       x->error ?
			       strerror(x->error) :
		       x->flags & PFX_STALE ?
			       "it is being installed, and there with the VRF's old metric until then" :
			       "it is being installed";
	for (r = x->remotes; r && !why; r = r->next)
		why = prefix_why_useless(ps, x, r->source);
	return why ? why : "it is not looked at yet";
}

const char *prefix_reason(struct prefixes *ps, const struct pfx *x)
{
	if (prefix_state(x) == PS_LOCAL)
		return prefix_why_silent(ps, x);
	return x->remotes ? prefix_why_absent(ps, x) : NULL;
}

const char *prefix_vrf_name(struct prefixes *ps, const struct pfx *x)
{
	const struct place_vrf *v = place_vrf(&ps->at, x->vrf);

	return v ? v->conf.name : NULL;
}

/* Of a million each is looked at, and few are told: what was told is remembered, whoever listens. */
void prefix_tell(struct prefixes *ps, struct pfx *x)
{
	u8 now = (u8)(1 + prefix_state(x) + (prefix_is_advertised(x) ? PREFIX_STATES : 0));
	struct ip_prefix p = prefix_of(x);
	char text[PREFIX_STRLEN], nh[IP_STRLEN];

	if (now == x->told)
		return;
	x->told = now;
	if (!speaker_monitored(ps->speaker, "prefix"))
		return;
	speaker_event_json(ps->speaker, "prefix",
			   json_pack("{s:s, s:s, s:s?, s:s, s:b, s:s?, s:s?}", "event", "state",
				     "prefix", prefix_format(&p, text), "vrf",
				     prefix_vrf_name(ps, x), "state",
				     prefix_state_names[prefix_state(x)], "advertised",
				     prefix_is_advertised(x), "peer",
				     x->remotes ? ip_format(&x->remotes->source->nh, nh) : NULL,
				     "reason", prefix_reason(ps, x)));
}
