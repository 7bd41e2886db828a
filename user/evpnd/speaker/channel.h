/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * channel.h - words that go straight to another PE of a segment, and come from one (icc.h). A word may be
 * lost: who needs an answer says it again, and BGP says the same a little later.
 *
 * What comes is handed to services only from an address that a service has named as that of such a PE, to
 * the address by which that PE knows this one.
 */
#ifndef EVPND_CHANNEL_H
#define EVPND_CHANNEL_H

#include "icc.h"

struct speaker;

/**
 * channel_want() - the PE @remote shares a segment with this one, which it knows as @local
 *
 * It is greeted at once and from then on every few seconds, as long as a service goes on naming it (struct
 * service, @pes).
 */
void channel_want(struct speaker *speaker, const struct ip_addr *local,
		  const struct ip_addr *remote);

/** channel_heard() - do words arrive in both directions? */
bool channel_heard(const struct speaker *speaker, const struct ip_addr *remote);

/** channel_send() - to a PE that was named; nothing is sent without a socket */
void channel_send(struct speaker *speaker, const struct ip_addr *remote,
		  const struct icc_msg *word);

/** channel_ignored() - a service does not believe a word, or has no use for it any more; counted */
void channel_ignored(struct speaker *speaker);

#endif
