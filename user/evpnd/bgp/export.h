/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * export.h - what is advertised: the routes originated here, as a log of changes that every session
 * reads with a cursor of its own.
 *
 * A route is in the log once, at the place of its last change, so a session that cannot keep up costs
 * no memory and never sends what is no longer true. There are two logs: what is urgent (mass withdraw,
 * hand-over) is read before everything else. A new session and a route refresh put the cursor back
 * to the beginning.
 */
#ifndef EVPND_EXPORT_H
#define EVPND_EXPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "bgp/rib.h"

struct export;

/**
 * struct export_node - a place in a log: of a route or of a cursor
 * @type: of the route, 0: it is a cursor
 * @log, @len, @hash: of a route: which log, octets of its NLRI, and what its key hashes to
 */
struct export_node {
	TAILQ_ENTRY(export_node) link;
	uint8_t type;
	uint8_t log;
	uint16_t len;
	uint32_t hash;
};

/**
 * struct export_cursor - how far one session has read
 * @mark: its place in the urgent log and in the other one
 * @born: sequence number of the last change when the session came up: older withdraws do not concern it
 * @initial: sequence number up to which the initial table, or the refreshed one, reaches
 */
struct export_cursor {
	struct export *export;
	struct export_node mark[2];
	uint64_t born;
	uint64_t initial;
	struct export_node *at;
};

/**
 * struct export_item - what is to be sent next
 * @attrs: NULL: withdraw
 * @nlri: valid until the next call into the export
 */
struct export_item {
	const struct evpn_nlri *nlri;
	struct rib_attrs *attrs;
};

/**
 * export_new()
 * @wake: called when there is something to send; may be called often, and from inside any change
 */
struct export *export_new(struct rib *rib, void (*wake)(void *data), void *data);
void export_free(struct export *e); /* no cursor may be attached any more */

/**
 * export_announce() - advertise a route or replace it
 * @attrs: the export takes its own reference
 *
 * Return: 0 (also when nothing changed), -EINVAL for a route that has no key or cannot be encoded,
 * -ENOMEM.
 */
int export_announce(struct export *e, const struct evpn_nlri *nlri, struct rib_attrs *attrs,
		    bool urgent);

/** export_withdraw() - Return: 0, or -ENOENT when it was not advertised */
int export_withdraw(struct export *e, const struct evpn_nlri *nlri, bool urgent);

/** export_withdraw_all() - everything, RT-1 and RT-4 urgently; for the end of the process */
void export_withdraw_all(struct export *e);

/** export_count() - routes that are advertised; @type 0: all */
size_t export_count(const struct export *e, unsigned int type);

/**
 * export_walk() - what is advertised, each with one path, that of this PE
 * @type: 0 for all
 * @fn: must not change the export; returns false to stop
 */
void export_walk(const struct export *e, unsigned int type, rib_walk_fn fn, void *data);
/** export_visit() - one route, by what evpn_key() made; Return: what @fn returned, false without such a route */
bool export_visit(struct export *e, const u8 *key, size_t len, rib_walk_fn fn, void *data);

/** export_attach() - a session came up: its cursor stands at the beginning */
void export_attach(struct export *e, struct export_cursor *c);
/** export_detach() - the session is gone; fine when it is not attached */
void export_detach(struct export_cursor *c);
/** export_rewind() - send everything again */
void export_rewind(struct export_cursor *c);

/** export_peek() - what comes next; Return: false when nothing is left */
bool export_peek(struct export_cursor *c, struct export_item *item);
/** export_next() - what export_peek() showed has been sent */
void export_next(struct export_cursor *c);
/** export_initial_done() - all that was there at attach or rewind has been sent: End-of-RIB is due */
bool export_initial_done(struct export_cursor *c);

#endif
