// SPDX-License-Identifier: GPL-2.0-only
/*
 * timer.c - see timer.h. The event source is kept between starts, so a restart of the hold timer with
 * every message costs no allocation and no system call beyond what sd-event batches.
 */
#include "timer.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define NS_PER_SEC 1000000000LL

static s64 clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * NS_PER_SEC + ts.tv_nsec;
}

s64 timer_now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

u64 timer_now_us(void)
{
	return (u64)timer_now_ns() / 1000;
}

u64 timer_turn_us(sd_event *event)
{
	uint64_t us;

	return sd_event_now(event, CLOCK_MONOTONIC, &us) < 0 ? timer_now_us() : us;
}

double timer_wall(s64 mono_ns)
{
	s64 ago = timer_now_ns() - mono_ns;

	return (double)(clock_ns(CLOCK_REALTIME) - ago) / (double)NS_PER_SEC;
}

u64 timer_jitter(u64 ms)
{
	/* random() is good enough to keep two speakers from moving in step */
	return ms - (ms / 4) * (u64)(random() & 0xff) / 0xff;
}

static int fired(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct timer *t = userdata;

	t->expires_us = 0;
	t->fn(t->data);
	return 0;
}

void timer_init(struct timer *t, sd_event *event, u64 slack_us, void (*fn)(void *data), void *data)
{
	*t = (struct timer){
		.event = event,
		.fn = fn,
		.data = data,
		.slack_us = slack_us ? slack_us : 1,
	};
}

void timer_done(struct timer *t)
{
	t->source = sd_event_source_disable_unref(t->source);
	t->expires_us = 0;
}

int timer_start_at(struct timer *t, u64 us)
{
	int r;

	if (!us)
		us = 1;
	if (!t->source) {
		r = sd_event_add_time(t->event, &t->source, CLOCK_MONOTONIC, us, t->slack_us, fired,
				      t);
		if (r < 0)
			return r;
	} else {
		r = sd_event_source_set_time(t->source, us);
		if (r < 0)
			return r;
		r = sd_event_source_set_enabled(t->source, SD_EVENT_ONESHOT);
		if (r < 0)
			return r;
	}
	t->expires_us = us;
	return 0;
}

int timer_start(struct timer *t, u64 ms)
{
	return timer_start_at(t, timer_now_us() + ms * 1000);
}

void timer_stop(struct timer *t)
{
	if (t->source)
		sd_event_source_set_enabled(t->source, SD_EVENT_OFF);
	t->expires_us = 0;
}

s64 timer_left_ms(const struct timer *t)
{
	u64 now;

	if (!t->expires_us)
		return -1;
	now = timer_now_us();
	return t->expires_us <= now ? 0 : (s64)((t->expires_us - now + 999) / 1000);
}
