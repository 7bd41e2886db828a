// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_enforce.c - what this kernel does not do, this PE does not say: a segment that the module does not
 * have in force is advertised by neither RT-1 nor RT-4, and is no candidate. As a standby it would pass
 * everything, and as the DF nobody could take the role from it.
 *
 * The module may be replaced under a running daemon. For so long the routes stay: the roles return with the
 * module, and to give them up meanwhile would only make another PE forward beside this one.
 */
#include <stdio.h>

#include "log.h"
#include "services/segment/segment.h"

/* rmmod and modprobe take less. */
#define REPLACE_MS 2000

bool segment_enforced(const struct segment *s)
{
	const struct conf *conf = speaker_conf(s->owner->speaker);

	if (segment_is_frr(s) || (conf && conf->global.enforcement == CONF_ENFORCE_OPTIONAL))
		return true;
	return s->answered && s->result.status == WISH_INSTALLED;
}

void segment_unforced_reason(const struct segment *s, char buf[ROLE_TEXT_MAX])
{
	if (!s->answered)
		snprintf(buf, ROLE_TEXT_MAX, "waiting for the kernel to enforce it");
	else if (s->result.status == WISH_REFUSED)
		snprintf(buf, ROLE_TEXT_MAX,
			 "not enforced, so not advertised: the kernel refused: %.100s",
			 s->result.text);
	else
		snprintf(buf, ROLE_TEXT_MAX, "not enforced, so not advertised: %.120s",
			 s->result.text);
}

static void give_up(struct segment *s)
{
	char why[ROLE_TEXT_MAX];

	segment_unforced_reason(s, why);
	log_error("segment %s: %s", s->conf.name, why);
	s->adopted = false;
	segment_fsm(s, DF_EV_ES_DOWN);
}

static void fired(void *data)
{
	struct segment *s = data;

	if (!segment_enforced(s))
		give_up(s);
}

void segment_enforce_init(struct segment *s)
{
	timer_init(&s->unforced, speaker_event(s->owner->speaker), 1000, fired, s);
}

/** segment_enforce_follow() - what is advertised follows what is enforced */
void segment_enforce_follow(struct segment *s)
{
	if (segment_enforced(s)) {
		timer_stop(&s->unforced);
		segment_try_up(s);
	} else if (s->advertised && !timer_running(&s->unforced)) {
		timer_start(&s->unforced, REPLACE_MS);
	}
}

static void tell(struct segment *s, const struct es_result *r)
{
	static const char *const names[] = {"installed", "pending", "refused"};

	if (r->status == WISH_REFUSED)
		log_error("segment %s: the kernel refused: %s", s->conf.name, r->text);
	if (r->status != s->result.status || strcmp(r->text, s->result.text))
		segment_tell(s, "kernel", names[r->status],
			     json_pack("{s:s?}", "message", r->text[0] ? r->text : NULL));
}

/** segment_answered() - the kernel's answer to a wish, or what has become of it since */
void segment_answered(struct segment *s, const struct es_result *r)
{
	tell(s, r);
	s->result = *r;
	s->answered = true;
	segment_kernel_follows(s);
	if (r->status == WISH_INSTALLED)
		segment_tell(s, "kernel", "enforced",
			     json_pack("{s:s}", "role", s->last_wish.df ? "df" : "non-df"));
	segment_enforce_follow(s);
}
