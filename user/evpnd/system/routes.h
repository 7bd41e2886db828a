/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * routes.h - customers' routes in the kernel's tables: those that routing daemons have put there go up as
 * facts, what the speaker wishes is put there.
 */
#ifndef EVPND_ROUTES_H
#define EVPND_ROUTES_H

#include <systemd/sd-event.h>

#include "contract/ipc.h"

struct links;
struct routes;

/**
 * struct routes_ops - who hears of it
 * @send: a message, ready to be sent (IPC_FACT_PREFIX*, IPC_WISH_PREFIX_RESULT)
 * @busy: do they wait already? Then nothing is read until routes_resume()
 */
struct routes_ops {
	void (*send)(void *data, enum ipc_type type, const void *body, uint32_t len);
	bool (*busy)(void *data);
};

/**
 * routes_new()
 * @links: must live as long as it
 *
 * Nothing is read or listened to until routes_conf() says that there are tables of interest. Return: NULL with
 * errno set.
 */
struct routes *routes_new(sd_event *event, const struct links *links, const struct routes_ops *ops,
			  void *data);
/** routes_free() - what is in the kernel stays there */
void routes_free(struct routes *r);

/** routes_conf() - @conf must live until the next one is told */
void routes_conf(struct routes *r, const struct conf *conf);
/** routes_link() - a device came, or changed, and is @now so, or went (NULL) */
void routes_link(struct routes *r, const struct fact_link *now);

/** routes_links_missed() - any device may have been down for a while, and nobody has heard it */
void routes_links_missed(struct routes *r);
void routes_resume(struct routes *r);
/** routes_replay() - a fresh speaker: it is told everything */
void routes_replay(struct routes *r);

/* is there anything in a wish, or in the key of one, that cannot be? */
bool routes_wish_ok(const struct wish_prefix *wish, const char **why);
bool routes_key_ok(const struct prefix_key *key, const char **why);
/** routes_may() - does it lead through devices of configured segments only? */
bool routes_may(const struct routes *r, const struct wish_prefix *wish);
/* both of one next hop, whatever it is for */
bool routes_hop_ok(const struct prefix_hop *hop);
bool routes_may_hop(const struct routes *r, const struct prefix_hop *hop);

/** routes_forbidden() - the answer to a wish for which routes_may() says no */
void routes_forbidden(struct routes *r, const struct wish_prefix *wish);

/* Carried out before they return. */
void routes_wish(struct routes *r, const struct batch *batch);
void routes_wish_gone(struct routes *r, const struct batch *batch);
/*
 * Routes of the core, and the groups of PEs that they are by. Groups are answered by IPC_WISH_CORE_GROUP_RESULT,
 * routes by IPC_WISH_CORE_ROUTE_RESULT; taken back, they are as other routes: routes_wish_gone().
 */
bool routes_core_group_ok(const struct wish_core_group *wish, const char **why);
bool routes_core_group_key_ok(const struct core_group_key *key, const char **why);
bool routes_core_route_ok(const struct wish_core_route *wish, const char **why);
/* do they lead through devices of VRFs alone that have routes of the core? */
bool routes_core_may_group(const struct routes *r, const struct wish_core_group *wish);
bool routes_core_may_route(const struct routes *r, const struct wish_core_route *wish);
void routes_core_groups(struct routes *r, const struct batch *batch);
void routes_core_groups_gone(struct routes *r, const struct batch *batch);
void routes_core_sweep(struct routes *r);
void routes_core_replay(struct routes *r);
void routes_core_wish(struct routes *r, const struct batch *batch);
void routes_core_forbidden(struct routes *r, const struct wish_core_route *wish);

/** routes_ask() - next hops that are no neighbours: on a device of a configured segment the kernel asks for them */
void routes_ask(struct routes *r, const struct batch *batch);

/** routes_sweep() - of our own routes those go that are in tables which the configuration does not have */
void routes_sweep(struct routes *r);

#endif
