/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The EVPN RIB: for every NLRI key the paths that peers advertised and the one originated here,
 * and which is best (RFC 4271 section 9.1 with the route-reflector tie-breaks of RFC 4456). Attributes
 * are interned: a million routes with the same attributes hold them once.
 *
 * evpnd advertises what it originates and nothing else: it is no route reflector and gives no transit,
 * so the RIB has no part in what is sent (that is export.h).
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
struct rib_attrs;

/**
 * struct rib_path - one path of one NLRI
 * @peer: who advertised it; NULL: originated here
 * @attrs: interned, valid as long as the path is in the RIB
 * @next_hop: of MP_REACH_NLRI, never NULL; len 0 for a local path
 * @nlri: what of the NLRI is not key (ESI of RT-2, labels, flags) is in here as well
 * @stale: kept by somebody's long-lived graceful restart (community LLGR_STALE); never a DF election
 *	candidate
 * @since: monotonic, nanoseconds
 *
 * A path that is handed out, and its @nlri, are valid until the callee returns; the one that rib_best()
 * returns until the next call into the RIB.
 */
struct rib_path {
	const struct rib_peer *peer;
	const struct bgp_attrs *attrs;
	const struct ip_addr *next_hop;
	const struct evpn_nlri *nlri;
	int64_t since;
	bool stale;
};

/** enum want - what a route of another PE is worth to this one */
enum want {
	WANTED_NOT,   /* nobody here can use it: it is counted, and not kept */
	WANTED,	      /* kept while there is memory */
	WANTED_VITAL, /* an election depends on it: the last memory is for these */
};

/** enum route_loss - why a route is gone */
enum route_loss {
	ROUTE_WITHDRAWN, /* by who advertised it, or the peer was taken out of the configuration */
	ROUTE_SESSION_DEAD,  /* with its session: hold time, TCP, or the peer has shut down */
	ROUTE_SESSION_RESET, /* with its session, which one side closed and means to open again */
};

/**
 * typedef rib_change_fn - the best path of a key changed
 * @now: NULL when no path is left; a change of attributes or of non-key fields counts, a refresh
 *	with equal content does not
 *
 * The RIB is consistent when it is called; local routes may be originated and withdrawn from it.
 */
typedef void (*rib_change_fn)(void *data, const struct evpn_nlri *nlri, const struct rib_path *now);

/* return false to stop the walk; the RIB must not be changed from it */
typedef bool (*rib_walk_fn)(void *data, const struct evpn_nlri *nlri, const struct rib_path *paths,
			    size_t n_paths, size_t best);

struct rib *rib_new(rib_change_fn change, void *data);
void rib_free(struct rib *rib); /* no callbacks; peers are freed as well */

/**
 * rib_attrs_get() - intern attributes and next hop
 * @nh: NULL for a route that is originated here
 *
 * Return: a reference for the caller, to be given back with rib_attrs_put(), or NULL on ENOMEM.
 */
struct rib_attrs *rib_attrs_get(struct rib *rib, const struct bgp_attrs *attrs,
				const struct ip_addr *nh);
struct rib_attrs *rib_attrs_ref(struct rib_attrs *attrs);
void rib_attrs_put(struct rib *rib, struct rib_attrs *attrs);
const struct bgp_attrs *rib_attrs(const struct rib_attrs *attrs);

struct rib_peer *rib_peer_new(struct rib *rib, const struct ip_addr *address);
void rib_peer_free(struct rib *rib, struct rib_peer *peer); /* removes its paths first */
/* what the decision process needs to know about a session, set when it becomes Established; host order */
void rib_peer_set(struct rib_peer *peer, bool ebgp, uint32_t router_id);
/* a message of this peer has arrived: its routes are as old as that. One reading of the clock for many */
void rib_peer_tick(struct rib_peer *peer, int64_t now);
/* the same for what is originated here, until the end of what it comes from */
void rib_local_tick(struct rib *rib, bool begin);
const struct ip_addr *rib_peer_address(const struct rib_peer *peer);
size_t rib_peer_count(const struct rib_peer *peer); /* paths */

/** rib_has() - does @peer (NULL: this PE) advertise a route with that key? */
bool rib_has(struct rib *rib, struct rib_peer *peer, const struct evpn_nlri *nlri);

/** rib_peer_bytes() - memory that the peer's routes take; shared attributes count for the first */
size_t rib_peer_bytes(const struct rib_peer *peer);

/** rib_bytes() - memory that all routes take */
size_t rib_bytes(const struct rib *rib);

/**
 * rib_update() - a path appeared or changed
 * @peer: NULL: originated here
 * @nlri: evpn_key() must give a key
 * @attrs: the RIB takes its own reference
 *
 * Return: 1 when the path is new or different, 0 when it was there with equal content, -EINVAL for a
 * route without a key, -ENOMEM.
 */
int rib_update(struct rib *rib, struct rib_peer *peer, const struct evpn_nlri *nlri,
	       struct rib_attrs *attrs);

/** rib_withdraw() - a path went; Return: 1 when it was there, else 0 */
int rib_withdraw(struct rib *rib, struct rib_peer *peer, const struct evpn_nlri *nlri);

/**
 * rib_peer_clear() - remove the paths of a peer, RT-1 and RT-4 before all others
 * @max: at most so many, 0 for all; RT-1 and RT-4 always go completely
 *
 * Return: true when paths are left, so that a big table can go in slices.
 */
bool rib_peer_clear(struct rib *rib, struct rib_peer *peer, size_t max);

/* BoRR: what is not advertised again until EoRR goes (RFC 7313); until then it stays fully in force */
void rib_peer_refresh_begin(struct rib_peer *peer);
void rib_peer_refresh_end(struct rib *rib, struct rib_peer *peer);

void rib_walk(const struct rib *rib, unsigned int type /* 0: all */, rib_walk_fn fn, void *data);
/* one route, by what evpn_key() made; Return: what @fn returned, false without such a route */
bool rib_visit(struct rib *rib, const u8 *key, size_t len, rib_walk_fn fn, void *data);
/**
 * rib_path_direct() - did the peer that advertised it also originate it?
 *
 * Not when a route reflector, a route server or another AS handed it on. Then the session says nothing
 * about whether the originator lives (RFC 4456 section 8, RFC 7947 section 2.2).
 */
bool rib_path_direct(const struct rib_path *path);
const struct rib_path *rib_best(struct rib *rib, const struct evpn_nlri *nlri);
size_t rib_count(const struct rib *rib, unsigned int type /* 0: all */);

#endif
