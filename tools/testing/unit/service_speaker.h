/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * service_speaker.h - what every speaker of service_rig.h has: an event loop, a configuration, and a log of
 * what it was asked to do. Included after `struct speaker` with @event, @conf and @log.
 */
#ifndef SERVICE_SPEAKER_H
#define SERVICE_SPEAKER_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

sd_event *speaker_event(struct speaker *sp)
{
	return sp->event;
}

const struct conf *speaker_conf(struct speaker *sp)
{
	return sp->conf;
}

static inline void note(struct speaker *sp, const char *fmt, ...)
{
	size_t used = strlen(sp->log);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sp->log + used, sizeof(sp->log) - used, fmt, ap);
	va_end(ap);
}

/* What can be done now is done. */
static inline void run_all(struct speaker *sp)
{
	while (sd_event_run(sp->event, 0) > 0)
		;
}

/* That, and nothing else, was asked for since the last time. */
static inline void expect(struct speaker *sp, const char *what)
{
	if (service_rig.runs)
		run_all(sp);
	assert_string_equal(sp->log, what);
	sp->log[0] = '\0';
}

#endif
