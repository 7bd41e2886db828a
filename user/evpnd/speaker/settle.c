// SPDX-License-Identifier: GPL-2.0-only
/*
 * settle.c - see settle.h.
 */
#include "speaker/settle.h"

static void settled(void *data)
{
	struct settle *s = data;

	if (s->settled)
		return;
	s->settled = true;
	timer_stop(&s->late);
	s->fn(s->data);
}

void settle_init(struct settle *s, sd_event *event, void (*fn)(void *data), void *data)
{
	*s = (struct settle){.fn = fn, .data = data};
	timer_init(&s->late, event, 1000, settled, s);
}

void settle_done(struct settle *s)
{
	timer_done(&s->late);
}

void settle_begin(struct settle *s, uint64_t delay_ms)
{
	if (s->begun)
		return;
	s->begun = true;
	timer_start(&s->late, delay_ms);
}

void settle_heard(struct settle *s, unsigned int synced, unsigned int configured)
{
	if (s->begun && synced >= configured)
		settled(s);
}
