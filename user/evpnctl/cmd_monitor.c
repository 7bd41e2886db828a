// SPDX-License-Identifier: GPL-2.0
/* cmd_monitor.c - evpnctl monitor: what happens, as it happens, one event a line with -j */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app.h"
#include "doc.h"
#include "show.h"

static const char *const object_names[] = { "es", "df", "peer", "route", "kernel", "link", NULL };

static const struct param params[] = {
	{ .key = "object", .path = "objects", .kind = PARAM_REST, .what = "OBJECT", .values = object_names },
	{},
};

static void print_time(struct out *o, const json_t *event)
{
	double t = json_number_value(doc_get(event, "time"));
	time_t seconds = (time_t)t;
	char buf[32];
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%S", &tm);
	out_word(o, OUT_PLAIN, "[%s.%06d]", buf, (int)((t - (double)seconds) * 1e6));
}

/* What is in every event, or is printed already. */
static bool is_frame(const char *key)
{
	static const char *const frame[] = { "time", "mono-ns", "object", "event", "name", NULL };
	int i;

	for (i = 0; frame[i]; i++)
		if (!strcmp(key, frame[i]))
			return true;
	return false;
}

static enum out_style style_of(const char *key, const json_t *value)
{
	const char *s = json_string_value(value);

	if (!s)
		return OUT_PLAIN;
	if (!strcmp(key, "esi") || !strcmp(key, "rd"))
		return OUT_ID;
	if (!strcmp(key, "address") || !strcmp(key, "peer") || !strcmp(key, "df") ||
	    !strcmp(key, "backup"))
		return OUT_ADDR;
	if (!strcmp(s, "df") || !strcmp(s, "up") || !strcmp(s, "established"))
		return OUT_GOOD;
	if (!strcmp(s, "down") || !strcmp(s, "refused"))
		return OUT_BAD;
	return OUT_PLAIN;
}

static void print_members(struct out *o, const json_t *event)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)event, key, value)
		if (!is_frame(key) && !json_is_object(value))
			out_pair(o, key, style_of(key, value), event, key);
}

static void print_line(struct out *o, const json_t *event)
{
	out_pair(o, NULL, OUT_HEAD, event, "object");
	out_pair(o, NULL, OUT_NAME, event, "name");
	out_pair(o, NULL, OUT_PLAIN, event, "event");
	print_members(o, event);
	out_end(o);
}

/* An event that carries its object whole is printed as `show` prints it, below the line. */
void print_event(struct out *o, const json_t *event)
{
	static const struct {
		const char *key;
		out_print_fn print;
	} whole[] = {
		{ "segment", print_segment },
		{ "route", print_route },
	};
	size_t i;

	if (o->timestamp)
		print_time(o, event);
	print_line(o, event);
	for (i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (json_is_object(doc_get(event, whole[i].key)))
			whole[i].print(o, doc_get(event, whole[i].key));
}

static bool one_event(struct app *app, const json_t *event)
{
	app->out.now = time(NULL);
	out_doc(&app->out, event, print_event);
	return !fflush(app->out.f);
}

static int run_monitor(struct app *app, json_t *p)
{
	return app_monitor(app, p, one_event);
}

static const struct command command_monitor = {
	.name = "monitor",
	.params = params,
	.run = run_monitor,
};

const struct object object_monitor = {
	.name = "monitor",
	.help = "what happens, as it happens",
	.self = &command_monitor,
};
