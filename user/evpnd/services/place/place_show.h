/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * place_show.h - lists of what a service has: what is asked for, and how many of them. One for neighbours,
 * memberships and prefixes, of which there may be a million.
 */
#ifndef EVPND_PLACE_SHOW_H
#define EVPND_PLACE_SHOW_H

#include <jansson.h>

#include "services/place/place.h"

/**
 * struct wanted - what was asked for, and what was found
 * @segment, @vrf, @state: names, NULL: any
 * @tag: -1: any
 * @limit: how many are shown at most
 * @found: those that match, @n of them, whatever @limit is
 */
struct wanted {
	const char *segment;
	const char *vrf;
	const char *state;
	json_int_t tag;
	json_int_t limit;
	const void **found;
	size_t n;
	size_t cap;
	bool no_memory;
};

/** param_text() - Return: the string of that name among the parameters, or NULL */
const char *param_text(const json_t *params, const char *key);

/**
 * trace_hop() - one hop of something that is traced
 * @list: to which it is added
 * @name: one word
 * @at: when, monotonic nanoseconds; 0: not known
 * @ok: it went on from here
 * @text: a reference that is taken over
 */
void trace_hop(json_t *list, const char *name, s64 at, bool ok, json_t *text);

/**
 * wanted_read() - read segment, vrf, state, tag and limit
 * @states: the words that @w->state may be, NULL after the last one
 * @max: of limit, of which 1,000 is the default
 *
 * Return: true; or false with a sentence in @err
 */
bool wanted_read(struct wanted *w, const json_t *params, const char *const *states, json_int_t max,
		 char *err, size_t err_len);

/** wanted_in() - Return: @vrf, which may be NULL, and @state are what was asked for */
bool wanted_in(const struct wanted *w, const char *vrf, const char *state);

/** wanted_on() - Return: the same, and so are segment and tag of @c */
bool wanted_on(const struct wanted *w, const struct circuit *c, const char *vrf, const char *state);

/** wanted_add() - @one is among what was asked for; it has to be there until wanted_json() */
void wanted_add(struct wanted *w, const void *one);

/**
 * wanted_json() - the answer; @w is empty then
 * @key: name of the list
 * @cmp: order, of qsort() over pointers to objects
 * @json: one of them, @data is handed to it
 *
 * Return: a new reference; NULL: no memory
 */
json_t *wanted_json(struct wanted *w, const char *key, int (*cmp)(const void *a, const void *b),
		    json_t *(*json)(const void *one, void *data), void *data);

#endif
