// SPDX-License-Identifier: GPL-2.0
/*
 * kern_member.c - memberships: what the module has heard of IGMP and MLD goes up, in batches.
 *
 * Nothing is kept here of a membership, as nothing is of a neighbour (kern_neigh.c).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "system/kern_priv.h"
#include "log.h"
#include "nl_evpn_mcast.h"

_Static_assert((int)MEMBER_SOURCES_MAX == (int)EVPN_MCAST_SOURCES_MAX,
	       "as many as the module keeps");
_Static_assert((int)MEMBER_V1 == (int)EVPN_MCAST_VERSION_V1 &&
		       (int)MEMBER_V2 == (int)EVPN_MCAST_VERSION_V2 &&
		       (int)MEMBER_V3 == (int)EVPN_MCAST_VERSION_V3,
	       "versions are those of the module");

enum { OUT_MAX = 56 }; /* what fits into a message */

_Static_assert(BATCH_LEN(struct fact_member, OUT_MAX) + sizeof(struct ipc_hdr) <= IPC_MSG_MAX,
	       "a batch fits into a message");

/** struct member_out - a batch of facts while it is filled */
struct member_out {
	struct batch head;
	struct fact_member facts[OUT_MAX];
};

static void flush_up(struct kern *kern)
{
	struct member_out *out = kern->members_up;

	if (out->head.n)
		kern->ops->neighs(kern->data, IPC_FACT_MEMBERS, &out->head,
				  BATCH_LEN(struct fact_member, out->head.n));
	out->head.n = 0;
}

static void take_source(struct member_source *s, const struct nl_mcast_source *from)
{
	memcpy(s->addr, from->address.b, sizeof(s->addr));
	s->flags = (from->blocked ? MEMBER_BLOCKED : 0) | (from->leaving ? MEMBER_LEAVING : 0);
}

static bool is_over(const struct nl_mcast *m)
{
	return m->event & EVPN_MCAST_EVENT_ENDED;
}

static void add_fact(void *data, const struct nl_mcast *m)
{
	struct kern *kern = data;
	struct member_out *out = kern->members_up;
	struct fact_member *f = &out->facts[out->head.n++];

	memset(f, 0, sizeof(*f));
	f->key = (struct member_key){.tag = m->tag, .esi = m->esi, .group = m->group};
	f->since = (int64_t)m->since_ns;
	f->ifindex = m->ifindex;
	f->versions = (uint8_t)(m->versions & MEMBER_VERSIONS);
	f->flags = m->leaving ? MEMBER_LEAVING : 0;
	if (!is_over(m))
		f->mode = m->mode == EVPN_MCAST_MODE_EXCLUDE ? MEMBER_EXCLUDE : MEMBER_INCLUDE;
	f->n_sources = (uint16_t)m->n_sources;
	for (unsigned int i = 0; i < m->n_sources; i++)
		take_source(&f->sources[i], &m->sources[i]);
	if (out->head.n == OUT_MAX)
		flush_up(kern);
}

void kern_member_heard(struct kern *kern, const struct nlmsghdr *nlh)
{
	nl_evpn_mcast_each(nlh, add_fact, kern);
}

void kern_member_heard_all(struct kern *kern)
{
	flush_up(kern);
}

static void begin_again(void *data)
{
	struct kern *kern = data;

	flush_up(kern);
	kern->ops->neighs(kern->data, IPC_FACT_MEMBERS_BEGIN, NULL, 0);
}

void kern_member_replay(struct kern *kern)
{
	struct nl_err err;

	if (!kern->evpn.nl || !kern->evpn.group_mcast)
		return;
	begin_again(kern);
	if (nl_evpn_mcast_dump(&kern->evpn, add_fact, begin_again, kern, &err)) {
		log_error("kernel: reading the memberships: %s", err.text);
		return;
	}
	flush_up(kern);
	kern->ops->neighs(kern->data, IPC_FACT_MEMBERS_DONE, NULL, 0);
}

int kern_member_init(struct kern *kern)
{
	kern->members_up = calloc(1, sizeof(*kern->members_up));
	return kern->members_up ? 0 : -ENOMEM;
}

void kern_member_free(struct kern *kern)
{
	free(kern->members_up);
}
