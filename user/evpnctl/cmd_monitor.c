// SPDX-License-Identifier: GPL-2.0-only
/* cmd_monitor.c - evpnctl monitor: what happens, as it happens, one event a line with -j */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app.h"
#include "ctl_object.h"
#include "doc.h"
#include "show.h"

static const struct param monitor_params[] = {
	{.key = "object",
	 .path = "objects",
	 .kind = PARAM_REST,
	 .what = "OBJECT",
	 .values = ctl_object_names},
	{},
};

static void print_time(struct out *o, const json_t *event)
{
	const json_t *at = doc_get(event, "time");
	double t = at ? json_number_value(at) : (double)o->now;
	time_t seconds = (time_t)t;
	char buf[32];
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%S", &tm);
	out_word(o, OUT_PLAIN, "[%s.%06d]", buf, (int)((t - (double)seconds) * 1e6));
}

/* What is in every event, or is printed in its own place; or says nothing. */
static bool is_frame(const json_t *event, const char *key)
{
	static const char *const frame[] = {"time",    "mono-ns", "object", "event",   "name",
					    "address", "route",	  "reason", "message", "interface"};
	size_t i;

	for (i = 0; i < sizeof(frame) / sizeof(frame[0]); i++)
		if (!strcmp(key, frame[i]))
			return true;
	if (!strcmp(key, "port"))
		return doc_int(event, key, 0) == 179;
	return !strcmp(key, "type") && doc_get(event, "route");
}

static enum out_style style_of(const char *key, const json_t *value)
{
	const char *s = json_string_value(value);

	if (!s)
		return OUT_PLAIN;
	if (!strcmp(key, "esi") || !strcmp(key, "rd"))
		return OUT_ID;
	if (!strcmp(key, "address") || !strcmp(key, "group") || !strcmp(key, "prefix") ||
	    !strcmp(key, "peer") || !strcmp(key, "df") || !strcmp(key, "backup"))
		return OUT_ADDR;
	if (!strcmp(s, "df") || !strcmp(s, "up") || !strcmp(s, "Established"))
		return OUT_GOOD;
	if (!strcmp(s, "down") || !strcmp(s, "refused"))
		return OUT_BAD;
	return OUT_PLAIN;
}

static void print_rest(struct out *o, const json_t *event)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)event, key, value)
		if (!is_frame(event, key) && !json_is_object(value))
			out_pair(o, key, style_of(key, value), event, key);
}

static void print_sentence(struct out *o, const json_t *event, const char *key)
{
	if (doc_str(event, key))
		out_raw(o, OUT_PLAIN, ": %s", doc_str(event, key));
}

/* Time (with -t), what it happened to, what happened, why. */
void print_event(struct out *o, const json_t *event)
{
	const char *what = doc_str(event, "event");

	if (o->timestamp)
		print_time(o, event);
	out_pair(o, NULL, OUT_HEAD, event, "object");
	out_pair(o, NULL, OUT_NAME, event, doc_get(event, "name") ? "name" : "interface");
	out_pair(o, NULL, OUT_ADDR, event, "address");
	/* "state Established", "role df": the event is named by what changed */
	if (what && !doc_get(event, what))
		out_word(o, OUT_PLAIN, "%s", what);
	out_pair(o, NULL, OUT_ID, event, "route");
	print_rest(o, event);
	print_sentence(o, event, "reason");
	print_sentence(o, event, "message");
	out_end(o);
}

/* With -d: how the object is now, as `show` prints it. */
static void print_now(struct app *app, const json_t *event)
{
	json_t *params, *now;

	if (!doc_str(event, "name") ||
	    !(doc_is(event, "object", "es") || doc_is(event, "object", "df")))
		return;
	params = json_pack("{s:s}", "name", doc_str(event, "name"));
	now = app_try(app, "es.show", params);
	if (now)
		print_segments(&app->out, now);
	json_decref(params);
	json_decref(now);
}

static bool one_event(struct app *app, const json_t *event)
{
	app->out.now = time(NULL);
	out_doc(&app->out, event, print_event);
	if (app->out.details && !app->out.json)
		print_now(app, event);
	return !fflush(app->out.f);
}

static int run_monitor(struct app *app, json_t *p)
{
	return app_monitor(app, p, one_event);
}

static const struct command command_monitor = {
	.name = "monitor",
	.params = monitor_params,
	.run = run_monitor,
};

const struct object object_monitor = {
	.name = "monitor",
	.help = "what happens, as it happens",
	.self = &command_monitor,
};
