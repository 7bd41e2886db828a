// SPDX-License-Identifier: GPL-2.0-only
/* echo.c - the echo service: says what is configured, and shows what came back */
#include <stdlib.h>
#include <string.h>

#include "speaker/service.h"

struct echo {
	struct speaker *speaker;
	struct wish_echo wished;
	struct fact_echo heard;
	uint8_t answer;
};

static void *echo_start(struct speaker *speaker)
{
	struct echo *e = calloc(1, sizeof(*e));

	if (e)
		e->speaker = speaker;
	return e;
}

static void echo_conf(void *state, unsigned int changes, const struct conf *now)
{
	struct echo *e = state;

	if (!strcmp(e->wished.text, now->global.echo))
		return;
	strcpy(e->wished.text, now->global.echo);
	speaker_wish(e->speaker, IPC_WISH_ECHO, &e->wished, 1);
}

static void echo_fact(void *state, enum ipc_type type, const void *fact)
{
	struct echo *e = state;

	if (type != IPC_FACT_ECHO)
		return;
	e->heard = *(const struct fact_echo *)fact;
	speaker_event_json(e->speaker, "echo",
			   json_pack("{s:s, s:s}", "event", "heard", "text", e->heard.text));
}

static void echo_result(void *state, const void *result)
{
	((struct echo *)state)->answer = ((const struct echo_result *)result)->status;
}

static bool echo_query(void *state, const char *method, const json_t *params, json_t **result,
		       char *err, size_t err_len)
{
	const struct echo *e = state;

	if (strcmp(method, "echo.show"))
		return false;
	*result = json_pack("{s:s, s:s, s:i}", "wished", e->wished.text, "heard", e->heard.text,
			    "times", (int)e->heard.times);
	return true;
}

const struct service echo_service = {
	.name = "echo",
	.start = echo_start,
	.stop = free,
	.conf = echo_conf,
	.fact = echo_fact,
	.results = IPC_WISH_ECHO_RESULT,
	.result = echo_result,
	.query = echo_query,
};
