// SPDX-License-Identifier: GPL-2.0-only
/*
 * far_ends.c - see far_ends.h.
 */
#include "speaker/far_ends.h"

#include <stdlib.h>

#include "log.h"
#include "speaker/speaker_priv.h"

/* Those of which something is known. */
struct far_end_known {
	struct ip_addr address;
	enum far_end state;
};

static struct far_end_known *find(const struct speaker *sp, const struct ip_addr *address)
{
	for (size_t i = 0; i < sp->n_far_ends; i++)
		if (ip_equal(&sp->far_ends[i].address, address))
			return &sp->far_ends[i];
	return NULL;
}

enum far_end far_end_is(const struct speaker *speaker, const struct ip_addr *address)
{
	const struct far_end_known *found = find(speaker, address);

	return found ? found->state : FAR_END_AWAITED;
}

static struct far_end_known *add(struct speaker *sp, const struct ip_addr *address)
{
	struct far_end_known *grown =
		reallocarray(sp->far_ends, sp->n_far_ends + 1, sizeof(*grown));

	if (!grown)
		return NULL;
	sp->far_ends = grown;
	grown[sp->n_far_ends] = (struct far_end_known){.address = *address};
	return &grown[sp->n_far_ends++];
}

void far_end_set(struct speaker *speaker, const struct ip_addr *address, enum far_end state)
{
	struct far_end_known *found = find(speaker, address);
	struct ip_addr whose = *address;
	char buf[IP_STRLEN];

	if (state == (found ? found->state : FAR_END_AWAITED))
		return;
	if (state == FAR_END_AWAITED)
		*found = speaker->far_ends[--speaker->n_far_ends];
	else if (found || (found = add(speaker, address)))
		found->state = state;
	else
		return;
	if (state == FAR_END_SILENT)
		log_warning(
			"far end %s is not heard: segments whose pseudowires end there are down",
			ip_format(&whose, buf));
	else if (state == FAR_END_HEARD)
		log_info("far end %s is heard", ip_format(&whose, buf));
	for (unsigned int i = 0; speaker_services[i]; i++)
		if (speaker_services[i]->far_end)
			speaker_services[i]->far_end(speaker->states[i], &whose);
}
