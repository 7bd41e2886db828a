// SPDX-License-Identifier: GPL-2.0-only
/* wish_echo.c - wishes for an echo: it comes back as a fact */
#include <string.h>

#include "parent/wish_kind.h"

static uint32_t times;

static bool echo_ok(const void *wish, const char **why)
{
	const struct wish_echo *w = wish;

	*why = "an echo of a text without end";
	return memchr(w->text, '\0', sizeof(w->text));
}

static void echo_apply(struct parent *p, const struct batch *wishes)
{
	const struct wish_echo *w = batch_items(wishes);

	for (uint32_t i = 0; i < wishes->n; i++) {
		struct echo_result result = {.status = WISH_INSTALLED};
		struct fact_echo fact = {.times = ++times};

		memcpy(result.text, w[i].text, sizeof(result.text));
		memcpy(fact.text, w[i].text, sizeof(fact.text));
		parent_tell(p, IPC_WISH_ECHO_RESULT, &result);
		parent_send(p, IPC_FACT_ECHO, &fact, sizeof(fact));
	}
}

WISH_KIND(ECHO) = {
	.turn = WISHES_LAST,
	.ok = echo_ok,
	.key_ok = echo_ok,
	.apply = echo_apply,
};
