// SPDX-License-Identifier: GPL-2.0-only
/*
 * place_show.c - see place_show.h. Everything that matches is counted and put in order, so that what is shown
 * of a long list is the beginning of it, and the reader knows how much there is.
 */
#include "services/place/place_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timer.h"

#define SHOWN_DEFAULT 1000

void trace_hop(json_t *list, const char *name, s64 at, bool ok, json_t *text)
{
	json_t *time = at ? json_real(timer_wall(at)) : json_null();

	json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:b, s:o}", "hop", name, "time",
					      time, "mono-ns", at ? json_integer(at) : json_null(),
					      "ok", ok, "text", text));
}

const char *param_text(const json_t *params, const char *key)
{
	return json_string_value(json_object_get(params, key));
}

static json_int_t number(const json_t *params, const char *key, json_int_t without)
{
	const json_t *n = json_object_get(params, key);

	return json_is_integer(n) ? json_integer_value(n) : without;
}

static void say_states(const char *state, const char *const *states, char *err, size_t err_len)
{
	size_t n = (size_t)snprintf(err, err_len, "params.state: \"%s\": expected ", state);

	for (; *states && n < err_len; states++)
		n += (size_t)snprintf(err + n, err_len - n, "%s%s", *states,
				      !states[1] ? "" :
				      !states[2] ? " or " :
						   ", ");
}

static bool is_state(const char *state, const char *const *states)
{
	for (; *states; states++)
		if (!strcmp(state, *states))
			return true;
	return false;
}

bool wanted_read(struct wanted *w, const json_t *params, const char *const *states, json_int_t max,
		 char *err, size_t err_len)
{
	*w = (struct wanted){.segment = param_text(params, "segment"),
			     .vrf = param_text(params, "vrf"),
			     .state = param_text(params, "state"),
			     .tag = number(params, "tag", -1),
			     .limit = number(params, "limit", SHOWN_DEFAULT)};
	if (w->state && !is_state(w->state, states)) {
		say_states(w->state, states, err, err_len);
		return false;
	}
	if (w->limit >= 0 && w->limit <= max)
		return true;
	snprintf(err, err_len, "params.limit: expected 0 to %" JSON_INTEGER_FORMAT, max);
	return false;
}

bool wanted_in(const struct wanted *w, const char *vrf, const char *state)
{
	return (!w->vrf || (vrf && !strcmp(vrf, w->vrf))) &&
	       (!w->state || !strcmp(w->state, state));
}

bool wanted_on(const struct wanted *w, const struct circuit *c, const char *vrf, const char *state)
{
	const struct conf_segment *s = c->es->conf;

	return (!w->segment || (s && !strcmp(s->name, w->segment))) &&
	       (w->tag < 0 || w->tag == c->tag) && wanted_in(w, vrf, state);
}

void wanted_add(struct wanted *w, const void *one)
{
	const void **more;

	if (w->no_memory)
		return;
	if (w->n == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 256;
		more = reallocarray(w->found, w->cap, sizeof(*more));
		w->no_memory = !more;
		if (!more)
			return;
		w->found = more;
	}
	w->found[w->n++] = one;
}

json_t *wanted_json(struct wanted *w, const char *key, int (*cmp)(const void *a, const void *b),
		    json_t *(*json)(const void *one, void *data), void *data)
{
	json_t *list = w->no_memory ? NULL : json_array();
	size_t n = w->n;

	if (list && n)
		qsort(w->found, n, sizeof(*w->found), cmp);
	for (size_t i = 0; list && i < n && i < (size_t)w->limit; i++)
		json_array_append_new(list, json(w->found[i], data));
	free(w->found);
	w->found = NULL;
	w->n = 0;
	return json_pack("{s:o, s:I, s:b}", key, list, "total", (json_int_t)n, "truncated",
			 n > (size_t)w->limit);
}
