/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * service_rig.h - what the speaker is to a service under test, as far as one fake does for all of them.
 * A unit program of a service includes it once. What a program is not about is in service_fakes.c.
 */
#ifndef SERVICE_RIG_H
#define SERVICE_RIG_H

#include "speaker/devices.h"
#include "speaker/far_ends.h"
#include "speaker/pes.h"
#include "speaker/service.h"

/**
 * struct service_rig - @silent: a PE that BFD has found dead, none: no PE is; @far: the far end
 *	of which something is known, @far_state; @dead: the neighbour whose
 *	sessions were ended last, and @why; @runs: expect() first lets happen what can
 */
static struct service_rig {
	struct ip_addr silent;
	struct ip_addr far;
	enum far_end far_state;
	struct ip_addr dead;
	const char *why;
	unsigned int asked_again; /* for routes */
	unsigned int has_room;
	bool runs;
} service_rig;

/**
 * struct rig_channel - words to other PEs
 * @heard: words pass in both directions; @last: was said last, @to that PE; @said: how often
 * @wanted: PE that was named last; @ignored: words that were not believed
 */
static struct rig_channel {
	bool heard;
	struct icc_msg last;
	struct ip_addr to;
	struct ip_addr wanted;
	unsigned int said;
	unsigned int ignored;
} rig_channel;

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

void channel_want(struct speaker *speaker, const struct ip_addr *local,
		  const struct ip_addr *remote)
{
	rig_channel.wanted = *remote;
}

bool channel_heard(const struct speaker *speaker, const struct ip_addr *remote)
{
	return rig_channel.heard;
}

void channel_send(struct speaker *speaker, const struct ip_addr *remote, const struct icc_msg *word)
{
	rig_channel.last = *word;
	rig_channel.to = *remote;
	rig_channel.said++;
}

void channel_ignored(struct speaker *speaker)
{
	rig_channel.ignored++;
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

enum far_end far_end_is(const struct speaker *speaker, const struct ip_addr *address)
{
	return ip_equal(&service_rig.far, address) ? service_rig.far_state : FAR_END_AWAITED;
}

void far_end_set(struct speaker *speaker, const struct ip_addr *address, enum far_end state)
{
	service_rig.far = *address;
	service_rig.far_state = state;
}

void speaker_wants_more(struct speaker *speaker)
{
	service_rig.asked_again++;
}

bool speaker_has_room(struct speaker *speaker)
{
	service_rig.has_room++;
	return true;
}

void speaker_peer_dead(struct speaker *speaker, const struct ip_addr *address, const char *why)
{
	service_rig.dead = *address;
	service_rig.why = why;
}

#endif
