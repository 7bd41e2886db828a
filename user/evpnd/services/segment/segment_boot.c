// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_boot.c - what a segment takes over from the process before this one, and from before a boot: its
 * role, its ESI where that has to be learned, and that an operator has taken it out of service.
 *
 * Maintenance lasts until it is undone. It belongs to the ESI, so it also outlives a segment that is
 * removed and made anew by a reload.
 */
#include <stdlib.h>

#include "log.h"
#include "services/segment/segment.h"

static struct esi *find(const struct segments *ss, const struct esi *esi)
{
	size_t i;

	for (i = 0; i < ss->n_maintenance; i++)
		if (!esi_cmp(&ss->maintenance[i], esi))
			return &ss->maintenance[i];
	return NULL;
}

/** segments_maintain() - a segment is in maintenance, or is not any more */
void segments_maintain(struct segments *ss, const struct esi *esi, bool on)
{
	struct esi *there = find(ss, esi), *more;

	if (there && !on)
		*there = ss->maintenance[--ss->n_maintenance];
	if (there || !on)
		return;
	more = realloc(ss->maintenance, (ss->n_maintenance + 1) * sizeof(*more));
	if (!more) {
		log_error("segments: no memory; a drain will not be remembered");
		return;
	}
	ss->maintenance = more;
	more[ss->n_maintenance++] = *esi;
}

bool segment_in_maintenance(const struct segment *s)
{
	return s->esi_known && find(s->owner, &s->esi);
}

static void take_role(struct segment *s, const struct fact_es *k)
{
	/* its loss policy is in force: it forwards nothing, and another PE may */
	s->force.df = k->df && !k->fail_applied;
	if (!k->fail_applied)
		memcpy(s->force.vlan, k->vlan_df, sizeof(s->force.vlan));
	s->n_peers = k->n_peers;
	memcpy(s->peers, k->peers, sizeof(s->peers));
	s->adopted = true;
	segment_in_kernel(s, k);
	segment_port_heard(s, k);
	log_info("segment %s: keeps role %s until the election", s->conf.name,
		 s->force.df ? "DF" : "non-DF");
}

/* Drained it was, so drained it is; another PE forwards, or nobody is to. */
static void resume_maintenance(struct segment *s)
{
	struct roles none = {.port = s->force.port};

	if (!segment_in_maintenance(s))
		return;
	s->force = none;
	s->adopted = false;
	if (s->drain == DRAIN_DONE)
		return;
	s->drain = DRAIN_DONE;
	log_info("segment %s: in maintenance, as before; `evpnctl es drain %s undo` ends it",
		 s->conf.name, s->conf.name);
}

/** segment_adopt() - a restarted daemon takes over the roles of its predecessor until it has elected */
void segment_adopt(struct segment *s)
{
	const struct segments *ss = s->owner;
	size_t i;

	for (i = 0; i < ss->n_kernel_es; i++) {
		if (esi_cmp(&ss->kernel_es[i].esi, &s->esi))
			continue;
		take_role(s, &ss->kernel_es[i]);
		break;
	}
	resume_maintenance(s);
}

/**
 * segment_guess_esi() - before the LACP partner has said who it is
 * @s: a segment whose ESI is the partner's
 * @k: what the kernel has
 *
 * The segment that the kernel has on this device is kept, as it is, and not advertised: the partner may
 * be another one now.
 */
void segment_guess_esi(struct segment *s, const struct fact_es *k)
{
	if (s->conf.esi_source != CONF_ESI_LACP || s->esi_known ||
	    strcmp(s->conf.interface, k->ifname))
		return;
	s->esi_guessed = true;
	segment_esi(s, &k->esi);
}
