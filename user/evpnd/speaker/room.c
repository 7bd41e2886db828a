// SPDX-License-Identifier: GPL-2.0-only
/*
 * room.c - what is kept of what neighbours send, and what becomes of it when there is no room.
 *
 * A route that nobody here can use is counted and not kept; when that changes, neighbours are asked for
 * their routes again. Memory has two ends: the configured limit, and the one of the machine. What is refused
 * at either is asked for again when there is room, by and by less often. The last of it is for the routes
 * that elections depend on: a PE that does not hear of another one makes itself DF beside it.
 *
 * RFC 2918 (route refresh)
 */
#include <stdlib.h>
#include <string.h>

#include "bgp/session.h"
#include "log.h"
#include "speaker/speaker_priv.h"

enum {
	LAST_PIECES = 64,   /* for routes of own segments and for what follows from them: */
	LAST_PIECE = 65536, /* what it serves is small, and what is free may be in pieces */
	SOON_MS = 100,
	AGAIN_MS = 10000,
	AGAIN_MAX_MS = 300000,
	ROOM_MS = 1000,
	ROOM_MAX_MS = 64000,
	VITAL_SHARE = 8, /* beyond the limit, routes of own segments may take this part of it */
};

static size_t limit_of(const struct speaker *sp)
{
	return (size_t)sp->bgp.conf->global.memory_limit << 20;
}

/** struct last - a piece of memory that is there: it was written to once */
struct last {
	SLIST_ENTRY(last) link;
	char octets[LAST_PIECE - 2 * sizeof(void *)];
};

static void give_last(struct speaker *sp)
{
	struct last *p;

	while ((p = SLIST_FIRST(&sp->last_memory))) {
		SLIST_REMOVE_HEAD(&sp->last_memory, link);
		free(p);
	}
}

static bool take_last(struct speaker *sp)
{
	struct last *p;

	for (unsigned int i = 0; i < LAST_PIECES; i++) {
		p = malloc(sizeof(*p));
		if (!p) {
			give_last(sp);
			return false;
		}
		memset(p->octets, 1, sizeof(p->octets));
		SLIST_INSERT_HEAD(&sp->last_memory, p, link);
	}
	return true;
}

static bool is_roomy(struct speaker *sp)
{
	size_t limit = limit_of(sp);

	if (!SLIST_EMPTY(&sp->last_memory) || take_last(sp))
		sp->exhausted = false;
	return !sp->exhausted && (!limit || rib_bytes(sp->bgp.rib) < limit - limit / 10);
}

/* One that cannot be asked starts again, and sends everything then. */
static void ask(struct session *s)
{
	if (!s->established || refresh_request(s))
		return;
	session_error(s, "its routes are needed again, and it knows no route refresh");
	session_clear(s);
}

static void on_ask(void *data)
{
	struct speaker *sp = data;
	bool roomy = is_roomy(sp), refused = false;
	struct session *s;

	TAILQ_FOREACH(s, &sp->bgp.sessions, link) {
		bool due = s->refused_due && roomy;

		refused |= s->refused_due;
		if (!due && !(sp->wants_more && s->ignored_since))
			continue;
		s->refused_due = false;
		s->ignored_since = 0;
		ask(s);
	}
	sp->wants_more = false;
	if (!refused) {
		sp->ask_ms = AGAIN_MS;
		return;
	}
	sp->ask_ms = sp->ask_ms * 2 < AGAIN_MAX_MS ? sp->ask_ms * 2 : AGAIN_MAX_MS;
	timer_start(&sp->ask, sp->ask_ms);
}

static void on_room(void *data)
{
	struct speaker *sp = data;

	sp->room_us = timer_now_us();
	for (unsigned int i = 0; speaker_services[i]; i++)
		if (speaker_services[i]->room)
			speaker_services[i]->room(sp->states[i]);
	speaker_wants_more(sp);
}

void room_init(struct speaker *sp, sd_event *event)
{
	timer_init(&sp->ask, event, 100000, on_ask, sp);
	timer_init(&sp->room, event, 100000, on_room, sp);
	sp->ask_ms = AGAIN_MS;
	SLIST_INIT(&sp->last_memory);
	(void)take_last(sp);
}

void room_done(struct speaker *sp)
{
	timer_done(&sp->ask);
	timer_done(&sp->room);
	give_last(sp);
}

void room_conf(struct speaker *sp)
{
	struct session *s;

	/* a limit may have been raised */
	TAILQ_FOREACH(s, &sp->bgp.sessions, link)
		if (s->refused_due)
			timer_start(&sp->ask, SOON_MS);
}

void speaker_wants_more(struct speaker *sp)
{
	sp->wants_more = true;
	timer_start(&sp->ask, SOON_MS);
}

/* What comes and goes at a limit would else have neighbours send all of theirs all the time. */
bool speaker_has_room(struct speaker *sp)
{
	bool lately = sp->room_us && timer_now_us() - sp->room_us < ROOM_MAX_MS * 1000;

	if (timer_running(&sp->room))
		return false;
	if (!lately)
		sp->room_ms = ROOM_MS;
	else if (sp->room_ms < ROOM_MAX_MS)
		sp->room_ms *= 2;
	timer_start(&sp->room, sp->room_ms);
	return true;
}

enum want room_wanted(struct bgp_host *host, const struct evpn_nlri *nlri,
		      const struct bgp_attrs *attrs)
{
	const struct speaker *sp = speaker_of(host);
	enum want most = sp->bgp.conf->global.keep_all ? WANTED : WANTED_NOT, w;
	const struct service *v;

	for (unsigned int i = 0; speaker_services[i]; i++) {
		v = speaker_services[i];
		if (!(v->route_types >> nlri->type & 1))
			continue;
		w = v->wanted ? v->wanted(sp->states[i], nlri, attrs) : WANTED;
		if (w > most)
			most = w;
	}
	return most;
}

bool room_for(struct bgp_host *host, enum want wanted)
{
	const struct speaker *sp = speaker_of(host);
	size_t limit = limit_of(sp);

	if (wanted == WANTED_VITAL)
		return !limit || rib_bytes(sp->bgp.rib) < limit + limit / VITAL_SHARE;
	return !sp->exhausted && (!limit || rib_bytes(sp->bgp.rib) < limit);
}

void room_exhausted(struct bgp_host *host)
{
	struct speaker *sp = speaker_of(host);

	if (!sp->exhausted)
		log_error("no memory for more routes; what is left is for those of own segments");
	sp->exhausted = true;
	give_last(sp);
}

void room_refused(struct session *s)
{
	struct speaker *sp = speaker_of(s->host);

	s->received.refused++;
	if (!s->refused_due)
		log_warning(
			"peer %s: routes are refused for want of memory%s; they are asked for again when there is some",
			s->name, sp->exhausted ? "" : " (memory-limit)");
	s->refused_due = true;
	if (!timer_running(&sp->ask))
		timer_start(&sp->ask, sp->ask_ms);
}
