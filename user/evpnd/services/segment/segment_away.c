// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_away.c - how a PE goes that forwards beside the one that has taken over from it: who sends to it is led
 * away first, and only then it closes. Each step has its time, because nobody confirms one.
 *
 *   offer   a routed port without LACP: the other PE is ready, and is to open first
 *   core    a routed port: remote PEs hear of it by this PE's own routes (prefix_core.c), and by the routing daemon, whose
 *	BGP sessions with the customer are ended (bgp_end.c). The CE may still send here, and hears from here
 *   CE      LACP tells the CE to leave. Before the core was led away it would lose what the core still sends
 *	here, since a CE takes nothing in by a port that it has left
 */
#include "log.h"
#include "services/segment/segment.h"

enum {
	OFFER_MS = 1000, /* an RT-1, and a kernel that opens */
	CORE_MS =
		500, /* a session is made again after 1 s at the earliest (FRR): not with this PE */
	CE_MS = 500, /* a Linux CE looks at its ports every 100 ms; others are not much slower */
};

static void step(struct segment *s, enum leave_step next)
{
	static const u64 ms[] = {
		[LEAVE_OFFER] = OFFER_MS,
		[LEAVE_CORE] = CORE_MS,
		[LEAVE_CE] = CE_MS,
		[LEAVE_DONE] = 0,
	};

	s->leave = next;
	if (ms[next])
		timer_start(&s->leave_timer, ms[next]);
	if (next == LEAVE_CORE || next == LEAVE_CE)
		segment_tell(s, "es", "leaving",
			     json_pack("{s:s}", "step", next == LEAVE_CORE ? "core" : "ce"));
}

static void fired(void *data)
{
	struct segment *s = data;

	step(s, s->leave == LEAVE_CORE && segment_is_led(s) ? LEAVE_CE : LEAVE_DONE);
	segment_put_in_force(s);
}

bool segment_goes(struct segment *s)
{
	if (s->leave == LEAVE_NO || s->leave == LEAVE_OFFER)
		step(s, segment_is_routed(s) ? LEAVE_CORE : LEAVE_CE);
	return s->leave == LEAVE_DONE;
}

bool segment_offers(struct segment *s)
{
	if (s->leave == LEAVE_NO)
		step(s, LEAVE_OFFER);
	return s->leave == LEAVE_DONE;
}

bool segment_is_leaving(const struct segment *s)
{
	return s->leave == LEAVE_CORE || s->leave == LEAVE_CE;
}

void segment_stays(struct segment *s)
{
	s->leave = LEAVE_NO;
	timer_stop(&s->leave_timer);
}

void segment_away_init(struct segment *s)
{
	timer_init(&s->leave_timer, speaker_event(s->owner->speaker), 1000, fired, s);
}
