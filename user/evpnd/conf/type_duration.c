// SPDX-License-Identifier: GPL-2.0-only
/*
 * type_duration.c - durations in the configuration: whole numbers with a unit.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "conf/conf_type.h"

/* durations, in milliseconds */

static const struct {
	const char *name;
	uint64_t ms;
} units[] = {{"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};

enum { DURATION_STRLEN = 24, N_UNITS = sizeof(units) / sizeof(units[0]) };

static const char *format_duration(uint64_t ms, char buf[DURATION_STRLEN])
{
	size_t i = 0;

	if (!ms)
		return "0s";
	/* 90 s and not 1.5 m: hours and minutes only when they are whole */
	while (ms % units[i].ms)
		i++;
	snprintf(buf, DURATION_STRLEN, "%" PRIu64 "%s", ms / units[i].ms, units[i].name);
	return buf;
}

/* @bare: what a number without a unit is in milliseconds, 0: not allowed (but 0 is 0 in any unit) */
static bool parse_duration(const char *s, uint64_t bare, uint64_t *ms)
{
	uint64_t v;
	char *end;

	if (!conf_parse_number(s, &end, &v))
		return false;
	if (!*end) {
		*ms = v * bare;
		return (bare || !v) && v <= UINT32_MAX;
	}
	if (*end == ' ')
		end++;
	for (size_t i = 0; i < N_UNITS; i++) {
		if (strcmp(units[i].name, end))
			continue;
		*ms = v * units[i].ms;
		return v <= UINT32_MAX;
	}
	return false;
}

static bool take_duration(struct conf_reader *rd, const struct conf_key *key,
			  const struct node *node, uint64_t bare, uint64_t *ms)
{
	char min[DURATION_STRLEN], max[DURATION_STRLEN];

	if (!conf_is(rd, node, NODE_SCALAR))
		return false;
	if (!parse_duration(node->text, bare, ms)) {
		conf_complain(rd, node,
			      "expected a duration with a unit (h, m, s, ms), such as 3s or 500ms");
		return false;
	}
	if (*ms < key->min || *ms > key->max) {
		conf_complain(rd, node, "expected a duration from %s to %s",
			      format_duration(key->min, min), format_duration(key->max, max));
		return false;
	}
	return true;
}

static void read_duration(struct conf_reader *rd, const struct conf_key *key,
			  const struct node *node, void *base)
{
	uint64_t ms;

	if (take_duration(rd, key, node, 0, &ms))
		conf_store(key, base, ms);
}

static struct node *write_duration(const struct conf_key *key, const void *base)
{
	char buf[DURATION_STRLEN];

	return node_scalar(NODE_TEXT, format_duration(conf_load(key, base), buf));
}

const struct conf_type conf_duration = {read_duration, write_duration};

static void read_seconds(struct conf_reader *rd, const struct conf_key *key,
			 const struct node *node, void *base)
{
	uint64_t ms;

	if (!take_duration(rd, key, node, 1000, &ms))
		return;
	if (ms % 1000)
		conf_complain(rd, node, "expected whole seconds");
	else
		conf_store(key, base, ms / 1000);
}

static struct node *write_seconds(const struct conf_key *key, const void *base)
{
	return node_format(NODE_TEXT, "%" PRIu64 "s", conf_load(key, base));
}

const struct conf_type conf_seconds = {read_seconds, write_seconds};
