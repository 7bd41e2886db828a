/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bfd_service.h - the BFD service, shared by its own files only: which sessions shall run, and what follows when
 * one goes down.
 *
 *   bfd_service.c  entry points: sessions wished, facts heard
 *   bfd_show.c     answers to the control socket
 */
#ifndef EVPND_SERVICES_BFD_H
#define EVPND_SERVICES_BFD_H

#include <sys/queue.h>

#include "bfd.h"
#include "speaker/service.h"
#include "timer.h"

/**
 * struct bfd_watch - a session that is wished
 * @wanted: by the configuration, or by a route of the PE's, in the look that is under way
 * @was_up: it has been Up, so that Down means something
 * @fact: as last heard; @known: anything was heard
 */
struct bfd_watch {
	TAILQ_ENTRY(bfd_watch) entry;
	struct bfd_key key;
	bool wanted;
	bool was_up;
	bool known;
	struct fact_bfd fact;
};

/* A segment that this host has. */
struct bfd_segment {
	TAILQ_ENTRY(bfd_segment) entry;
	struct esi esi;
};

/**
 * struct bfds - the service's state
 * @links_done: the facts of before are complete, so that wishes can be made, and those of a predecessor
 *	be swept
 * @look: to see which PEs share a segment with us, after routes have changed
 * @far: until when a far end may not have been heard yet
 */
struct bfds {
	struct speaker *speaker;
	TAILQ_HEAD(, bfd_watch) watches;
	TAILQ_HEAD(, bfd_segment) segments;
	bool have_conf;
	bool links_done;
	struct timer look;
	struct timer far;
};

/* bfd_show.c */
bool bfd_query(void *state, const char *method, const json_t *params, json_t **result, char *err,
	       size_t err_len);
/* one watch as it is shown and told to monitors; a new reference */
json_t *bfd_watch_json(const struct bfd_watch *w);

#endif
