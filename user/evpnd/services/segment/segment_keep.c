// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_keep.c - routes that outlive the session by which they came, because their PE does: it still
 * forwards, and a second forwarder would be a loop.
 *
 *   a reflector was lost   what it told of other PEs stays until a session is back and has had the time
 *                          to tell it again; the other PEs have to come back to the reflector first
 *   a PE's own session was reset by one side   it stays for the same time: both will connect again
 *   a PE's own session died (hold time, TCP)   its routes go with it, whatever else is up. What a
 *                          reflector still says of it counts until the reflector withdraws it, and does
 *                          not outlive the reflector
 *
 * RFC 4456 (a reflector says nothing about itself), RFC 7432 (8.5)
 */
#include <stdlib.h>

#include "log.h"
#include "services/segment/segment.h"

static s64 hold_ns(const struct segments *ss)
{
	const struct conf *conf = speaker_conf(ss->speaker);

	return conf ? conf->global.reflector_hold_ms * DF_NS_PER_MS : 0;
}

/* The next moment at which a kept route is over. */
static void arm(struct segments *ss)
{
	struct es_route *r;
	s64 first = DF_NEVER;

	RB_FOREACH(r, es_routes, &ss->routes)
		if (r->kept && r->keep_until < first)
			first = r->keep_until;
	if (first == DF_NEVER)
		timer_stop(&ss->keep_timer);
	else
		timer_start_at(&ss->keep_timer, (u64)(first / 1000) + 1);
}

bool segment_keep_route(struct segments *ss, struct es_route *r)
{
	enum route_loss loss = speaker_route_loss(ss->speaker);
	s64 hold = hold_ns(ss);

	if (loss == ROUTE_WITHDRAWN || r->stale || !hold)
		return false;
	if (r->direct ? loss != ROUTE_SESSION_RESET : r->pe_lost)
		return false;
	if (!segment_by_esi(ss, &r->esi))
		return false;
	r->kept = true;
	r->keep_until = r->direct ? timer_now_ns() + hold : DF_NEVER;
	arm(ss);
	return true;
}

bool segment_routes_kept(struct segments *ss)
{
	struct es_route *r;

	RB_FOREACH(r, es_routes, &ss->routes)
		if (r->kept)
			return true;
	return false;
}

/*
 * The number of sessions has changed. What a lost reflector has told is over some time after one session
 * has said all it knows, and for that time to pass one has to be there.
 */
void segment_routes_sync(struct segments *ss)
{
	s64 until = ss->synced ? timer_now_ns() + hold_ns(ss) : DF_NEVER;
	struct es_route *r;

	RB_FOREACH(r, es_routes, &ss->routes) {
		if (!r->kept || r->direct)
			continue;
		if (!ss->synced || r->keep_until == DF_NEVER)
			r->keep_until = until;
	}
	arm(ss);
}

static void keep_over(void *data)
{
	struct segments *ss = data;
	s64 now = timer_now_ns();
	struct es_route *r, *next;
	unsigned int n = 0;

	RB_FOREACH_SAFE(r, es_routes, &ss->routes, next) {
		if (!r->kept || r->keep_until > now)
			continue;
		segment_route_drop(ss, r);
		n++;
	}
	if (n)
		log_warning(
			"%u routes of other PEs have not come back since their session was lost; they count no more",
			n);
	arm(ss);
}

void segment_keep_init(struct segments *ss)
{
	timer_init(&ss->keep_timer, speaker_event(ss->speaker), 1000, keep_over, ss);
}

void segment_keep_done(struct segments *ss)
{
	timer_done(&ss->keep_timer);
}
