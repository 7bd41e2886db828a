/* SPDX-License-Identifier: GPL-2.0 */
/*
 * service_rig.h - what the speaker is to a service under test, as far as one fake does for all of them.
 * A unit program of a service includes it once.
 */
#ifndef SERVICE_RIG_H
#define SERVICE_RIG_H

#include "speaker/devices.h"
#include "speaker/pes.h"
#include "speaker/service.h"

/**
 * struct service_rig - @silent: a PE that BFD has found dead, none: no PE is; @dead: the neighbour whose
 *	sessions were ended last, and @why
 */
static struct service_rig {
	struct ip_addr silent;
	struct ip_addr dead;
	const char *why;
	unsigned int asked_again; /* for routes */
} service_rig;

static struct devices service_devices;

const struct devices *speaker_devices(const struct speaker *speaker)
{
	return &service_devices;
}

/* A service of a speaker that has just started: it knows of no device. Return: the service's state. */
static inline void *rig_begin(const struct service *service, struct speaker *speaker)
{
	devices_free(&service_devices);
	devices_init(&service_devices);
	return service->start(speaker);
}

/* What the speaker does with a fact about a device. */
static inline void rig_link(const struct service *service, void *state, enum ipc_type type,
			    const void *fact)
{
	service->fact(state, type, devices_hear(&service_devices, type, fact));
}

bool pes_silent(const struct speaker *speaker, const struct ip_addr *pe)
{
	return !ip_is_none(pe) && ip_equal(&service_rig.silent, pe);
}

void pes_set(struct speaker *speaker, const struct ip_addr *pe, bool silent)
{
	if (silent)
		service_rig.silent = *pe;
	else if (pes_silent(speaker, pe))
		service_rig.silent = (struct ip_addr){};
}

#ifndef SERVICE_RIG_RETAINS /* only neighbours are retained; their program says what becomes of it */
void speaker_retain(struct speaker *speaker, enum ipc_type type, const void *keys, uint32_t n,
		    uint32_t retain_ms)
{
}
#endif

#ifndef SERVICE_RIG_HOSTS /* only prefixes ask for hosts */
bool speaker_host(struct speaker *speaker, const struct host_query *query, struct host *host)
{
	*host = (struct host){};
	return false;
}
#endif

void speaker_wants_more(struct speaker *speaker)
{
	service_rig.asked_again++;
}

void speaker_peer_dead(struct speaker *speaker, const struct ip_addr *address, const char *why)
{
	service_rig.dead = *address;
	service_rig.why = why;
}

#endif
