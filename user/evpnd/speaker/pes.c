// SPDX-License-Identifier: GPL-2.0-only
/*
 * pes.c - see pes.h.
 */
#include "speaker/pes.h"

#include <stdlib.h>

#include "log.h"
#include "speaker/speaker_priv.h"

static struct ip_addr *find(const struct speaker *sp, const struct ip_addr *pe)
{
	for (size_t i = 0; i < sp->n_silent; i++)
		if (ip_equal(&sp->silent[i], pe))
			return &sp->silent[i];
	return NULL;
}

bool pes_silent(const struct speaker *speaker, const struct ip_addr *pe)
{
	return find(speaker, pe) != NULL;
}

static bool add(struct speaker *sp, const struct ip_addr *pe)
{
	struct ip_addr *grown = reallocarray(sp->silent, sp->n_silent + 1, sizeof(*grown));

	if (!grown)
		return false;
	sp->silent = grown;
	grown[sp->n_silent++] = *pe;
	return true;
}

void pes_set(struct speaker *speaker, const struct ip_addr *pe, bool silent)
{
	struct ip_addr *found = find(speaker, pe);
	char buf[IP_STRLEN];

	if (silent == (found != NULL))
		return;
	if (!silent)
		*found = speaker->silent[--speaker->n_silent];
	else if (!add(speaker, pe))
		return;
	log_info("PE %s %s", ip_format(pe, buf),
		 silent ? "is silent: its routes do not count until it is heard again" :
			  "is heard again, or has taken its routes back");
	for (unsigned int i = 0; speaker_services[i]; i++)
		if (speaker_services[i]->pe)
			speaker_services[i]->pe(speaker->states[i], pe, silent);
}
