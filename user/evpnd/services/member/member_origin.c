// SPDX-License-Identifier: GPL-2.0-only
/*
 * member_origin.c - what many routes have in common: a PE tells all that it has heard in one VRF with one
 * distinguisher and one address.
 */
#include <stdlib.h>

#include "log.h"
#include "services/member/member.h"

static int origin_cmp(const struct morigin *a, const struct morigin *b)
{
	int d = rd_cmp(&a->rd, &b->rd);

	if (!d)
		d = ip_cmp(&a->nh, &b->nh);
	if (!d)
		d = a->vrf < b->vrf ? -1 : a->vrf > b->vrf;
	return d;
}

RB_PROTOTYPE_INTERNAL(morigins, morigin, node, origin_cmp, static __attribute__((unused)))
RB_GENERATE_INTERNAL(morigins, morigin, node, origin_cmp, static __attribute__((unused)))

struct morigin *member_origin(struct members *ms, const struct morigin *like)
{
	struct morigin *o = RB_FIND(morigins, &ms->origins, (struct morigin *)like);

	if (!o) {
		o = malloc(sizeof(*o));
		if (!o) {
			log_error("memberships: no memory for a route");
			return NULL;
		}
		*o = *like;
		o->refs = 0;
		RB_INSERT(morigins, &ms->origins, o);
	}
	o->refs++;
	return o;
}

void member_origin_put(struct members *ms, struct morigin *o)
{
	if (--o->refs)
		return;
	RB_REMOVE(morigins, &ms->origins, o);
	free(o);
}
