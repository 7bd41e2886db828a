// SPDX-License-Identifier: GPL-2.0-only
/*
 * A speaker that does nothing, and a RIB that is empty, for programs that test a service: what a program is not
 * about. It defines again what it is about.
 */
#include "speaker/service.h"

#define FAKE __attribute__((weak))

FAKE struct rib *speaker_rib(struct speaker *speaker)
{
	return (struct rib *)speaker;
}

FAKE size_t speaker_waiting(const struct speaker *speaker)
{
	return 0;
}

FAKE int64_t speaker_originated(struct speaker *speaker, const struct evpn_nlri *nlri)
{
	return 0;
}

FAKE void rib_local_tick(struct rib *rib, bool begin)
{
}

FAKE void rib_walk(const struct rib *rib, unsigned int type, rib_walk_fn fn, void *data)
{
}

FAKE const struct rib_path *rib_best(struct rib *rib, const struct evpn_nlri *nlri)
{
	return NULL;
}

FAKE const struct ip_addr *rib_peer_address(const struct rib_peer *peer)
{
	return NULL;
}

FAKE bool rib_path_direct(const struct rib_path *path)
{
	return false;
}

FAKE enum route_loss speaker_route_loss(const struct speaker *speaker)
{
	return ROUTE_WITHDRAWN;
}

FAKE void speaker_retain(struct speaker *speaker, enum ipc_type type, const void *keys, uint32_t n,
			 uint32_t retain_ms)
{
}

FAKE bool speaker_monitored(struct speaker *speaker, const char *object)
{
	return false;
}

FAKE void speaker_event_json(struct speaker *speaker, const char *object, json_t *event)
{
	json_decref(event);
}

FAKE int speaker_originate(struct speaker *speaker, const struct evpn_nlri *nlri,
			   const struct bgp_attrs *attrs, bool urgent)
{
	return 0;
}

FAKE int speaker_withdraw(struct speaker *speaker, const struct evpn_nlri *nlri, bool urgent)
{
	return 0;
}

FAKE bool speaker_host(struct speaker *speaker, const struct host_query *query, struct host *host)
{
	*host = (struct host){};
	return false;
}

FAKE void speaker_neighbours(struct speaker *speaker, const struct ip_addr *address,
			     neighbour_fn fn, void *data)
{
}

FAKE void speaker_neighbour_changed(struct speaker *speaker, const struct ip_addr *address,
				    uint32_t ifindex)
{
}

FAKE bool speaker_reaches(struct speaker *speaker, uint32_t vrf, const struct ip_addr *address)
{
	return false;
}

FAKE bool speaker_shares(struct speaker *speaker, const struct esi *esi, const struct ip_addr *pe)
{
	return true;
}

FAKE void speaker_left(struct speaker *speaker)
{
}

FAKE void speaker_flush(struct speaker *speaker)
{
}
