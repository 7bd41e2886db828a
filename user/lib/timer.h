/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * timer.h - a one-shot timer on an sd-event loop: started, restarted, stopped, asked what is left.
 *
 * Every protocol timer of evpnd is one of these: connect-retry, hold, keepalive (RFC 4271 section 10),
 * DF_WAIT (RFC 8584 section 2.1), start-up and isolation delays. CLOCK_MONOTONIC throughout.
 */
#ifndef EVPN_TIMER_H
#define EVPN_TIMER_H

#include <systemd/sd-event.h>
#include "types.h"

/**
 * struct timer - one timer; zeroed memory is a timer that was never initialised
 * @source: the event source, created at the first start
 * @expires_us: when it fires, CLOCK_MONOTONIC microseconds; 0 while stopped
 */
struct timer {
	sd_event *event;
	sd_event_source *source;
	void (*fn)(void *data);
	void *data;
	u64 expires_us;
	u64 slack_us;
};

/**
 * timer_init() - say what happens when it fires
 * @slack_us: how much later than asked it may fire, so that wake-ups can be merged; 1 is exact
 *
 * Takes no resources until timer_start(). @fn runs from the loop, with the timer already stopped, and may
 * start it again.
 */
void timer_init(struct timer *t, sd_event *event, u64 slack_us, void (*fn)(void *data), void *data);

/** timer_done() - stop it and give the event source back; may be called twice */
void timer_done(struct timer *t);

/**
 * timer_start() - fire once, @ms milliseconds from now; replaces an earlier start
 *
 * Return: 0, or a negative errno of sd-event.
 */
int timer_start(struct timer *t, u64 ms);

/** timer_start_at() - fire once at @us, CLOCK_MONOTONIC microseconds; the past fires at once */
int timer_start_at(struct timer *t, u64 us);

/** timer_stop() - never mind; stopping a stopped timer is fine */
void timer_stop(struct timer *t);

static inline bool timer_running(const struct timer *t)
{
	return t->expires_us != 0;
}

/** timer_left_ms() - milliseconds until it fires, rounded up; 0 when due, -1 when stopped */
s64 timer_left_ms(const struct timer *t);

/** timer_now_us() - CLOCK_MONOTONIC in microseconds */
u64 timer_now_us(void);

/**
 * timer_turn_us() - the same, of the moment at which this turn of the loop began
 *
 * For what is done a hundred thousand times in a turn: not everywhere is a clock read without a system call.
 */
u64 timer_turn_us(sd_event *event);

/** timer_now_ns() - CLOCK_MONOTONIC in nanoseconds */
s64 timer_now_ns(void);

/** timer_wall() - CLOCK_REALTIME seconds, with fraction, of the monotonic instant @mono_ns */
double timer_wall(s64 mono_ns);

/** timer_jitter() - @ms shortened by 0 to 25 per cent at random (RFC 4271 section 10) */
u64 timer_jitter(u64 ms);

#endif
