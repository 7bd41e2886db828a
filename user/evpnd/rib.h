/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The EVPN RIB: for every NLRI key the paths that neighbours advertised and the one originated here,
 * and which is best (RFC 4271 section 9.1 with the route-reflector tie-breaks of RFC 4456). Attributes
 * are interned: a million routes with the same attributes hold them once.
 */
#ifndef EVPND_RIB_H
#define EVPND_RIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp_attr.h"
#include "bgp_evpn.h"

struct rib;
struct rib_peer;

/**
 * struct rib_path - one path of one NLRI
 * @peer: who advertised it; NULL: originated here
 * @attrs: interned, valid as long as the path is in the RIB
 * @nlri_rest: what of the NLRI is not key (ESI of RT-2, labels, flags) is in @nlri
 * @next_hop: of MP_REACH; none for a local path
 * @stale: kept by graceful restart; never a DF election candidate
 * @since: monotonic, nanoseconds
 */
struct rib_path {
	const struct rib_peer *peer;
	const struct bgp_attrs *attrs;
	const struct evpn_nlri *nlri;
	struct ip_addr next_hop;
	int64_t since;
	bool stale;
};

/**
 * typedef rib_change_fn - the best path of a key changed
 * @now: NULL when no path is left; a change of attributes or of non-key fields counts, a refresh
 *	with equal content does not
 */
typedef void (*rib_change_fn)(void *data, const struct evpn_nlri *nlri, const struct rib_path *now);

/* return false to stop the walk */
typedef bool (*rib_walk_fn)(void *data, const struct evpn_nlri *nlri, const struct rib_path *paths,
			    size_t n_paths, size_t best);

struct rib *rib_new(rib_change_fn change, void *data);
void rib_free(struct rib *rib);
struct rib_peer *rib_peer_new(struct rib *rib, const struct ip_addr *address, void *session);
void rib_peer_free(struct rib_peer *peer); /* removes its paths first */
/* what the decision process needs to know about a session, set when it becomes Established */
void rib_peer_set(struct rib_peer *peer, bool ebgp, uint32_t router_id);
const struct ip_addr *rib_peer_address(const struct rib_peer *peer);
int rib_update(struct rib *rib, struct rib_peer *peer, const struct evpn_nlri *nlri,
	       const struct ip_addr *next_hop, const struct bgp_attrs *attrs);
int rib_withdraw(struct rib *rib, struct rib_peer *peer, const struct evpn_nlri *nlri);
void rib_peer_clear(struct rib *rib, struct rib_peer *peer);
void rib_peer_mark_stale(struct rib *rib, struct rib_peer *peer);
void rib_peer_sweep_stale(struct rib *rib, struct rib_peer *peer);
void rib_walk(const struct rib *rib, unsigned int type /* 0: all */, rib_walk_fn fn, void *data);
const struct rib_path *rib_best(const struct rib *rib, const struct evpn_nlri *nlri);
size_t rib_count(const struct rib *rib, unsigned int type);

#endif
