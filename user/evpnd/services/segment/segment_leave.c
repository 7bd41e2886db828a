// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_leave.c - evpnd is told to stop, which is no crash: somebody else is to forward, and this PE is
 * to be closed, before its routes are gone.
 *
 * Each segment that forwards is handed over as `es drain` does it, so that no datagram is lost, and ends in
 * its standby state in the kernel. Where no other PE has the segment it goes on forwarding, as after a
 * death: a customer with one PE is better served by what the kernel still does than by nothing. Segments
 * of FRR's go on as well, because zebra's routes, and with them the other PEs' elections, stay.
 */
#include "log.h"
#include "services/segment/segment.h"

static bool hands_over(const struct segment *s)
{
	return s->drain == DRAIN_OFFERED || s->drain == DRAIN_LEAVING ||
	       (s->drain == DRAIN_DONE && s->announce_due);
}

static bool waits(const struct segments *ss)
{
	const struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry)
		if (hands_over(s))
			return true;
	return false;
}

/* Called for every change of a drain; the end of the last one is said once. */
void segments_leave_on(struct segments *ss)
{
	if (!timer_running(&ss->leave_timer) || waits(ss))
		return;
	timer_stop(&ss->leave_timer);
	speaker_left(ss->speaker);
}

static void limit_fired(void *data)
{
	struct segments *ss = data;
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry)
		segment_drain_end(s);
	speaker_left(ss->speaker);
}

static void leave(struct segment *s)
{
	char why[ROLE_TEXT_MAX];

	if (!s->wished || !s->force.df || hands_over(s))
		return;
	if (segment_is_frr(s))
		log_info("segment %s: FRR controls it; the role stays as it is", s->conf.name);
	else if (!segment_drain(s, false, why, sizeof(why)))
		log_warning("%s; it goes on forwarding without evpnd", why);
}

/**
 * segments_leave() - hand over everything; struct service.leave
 * @state: of the service
 *
 * Return: whether that is done already.
 */
bool segments_leave(void *state)
{
	struct segments *ss = state;
	const struct conf *conf = speaker_conf(ss->speaker);
	struct segment *s;

	ss->leaving = true;
	if (!conf)
		return true;
	TAILQ_FOREACH(s, &ss->list, entry)
		leave(s);
	if (!waits(ss))
		return true;
	timer_init(&ss->leave_timer, speaker_event(ss->speaker), 1000, limit_fired, ss);
	timer_start(&ss->leave_timer, conf->global.handover_limit_ms);
	return false;
}
