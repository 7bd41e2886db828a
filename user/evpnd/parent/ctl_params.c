// SPDX-License-Identifier: GPL-2.0-only
/*
 * ctl_params.c - what a request of the control socket may carry. Most parameters choose what is shown or
 * done, and without one it is everything: a parameter that is misspelt, or a number where a text is
 * expected, would be read as "all". So it is refused, before anybody acts on it.
 */
#include "parent/ctl_params.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "near.h"

enum { PARAMS_MAX = 8 };

enum param_type { TEXT = 1, NUMBER, YES_NO, LIST };

struct param {
	const char *name;
	enum param_type type;
};

/* Documentation/control-socket.rst; es.add and es.set carry the keys of a segment, which the
 * configuration's own schema checks.
 */
static const struct {
	const char *method;
	struct param params[PARAMS_MAX];
} methods[] = {
	{"summary", {}},
	{"metrics", {}},
	{"es.show", {{"name", TEXT}, {"esi", TEXT}}},
	{"es.del", {{"name", TEXT}, {"open", YES_NO}}},
	{"es.drain", {{"name", TEXT}, {"undo", YES_NO}}},
	{"df.show", {{"name", TEXT}}},
	{"df.why", {{"name", TEXT}, {"vlan", NUMBER}}},
	{"neigh.show",
	 {{"address", TEXT},
	  {"segment", TEXT},
	  {"state", TEXT},
	  {"vrf", TEXT},
	  {"mac", TEXT},
	  {"tag", NUMBER},
	  {"limit", NUMBER}}},
	{"neigh.trace", {{"address", TEXT}}},
	{"member.show",
	 {{"group", TEXT},
	  {"segment", TEXT},
	  {"state", TEXT},
	  {"vrf", TEXT},
	  {"tag", NUMBER},
	  {"limit", NUMBER}}},
	{"member.trace", {{"group", TEXT}}},
	{"prefix.show", {{"prefix", TEXT}, {"vrf", TEXT}, {"state", TEXT}, {"limit", NUMBER}}},
	{"prefix.why", {{"prefix", TEXT}, {"vrf", TEXT}}},
	{"prefix.trace", {{"prefix", TEXT}, {"vrf", TEXT}}},
	{"flood.show", {{"vni", NUMBER}}},
	{"bfd.show", {{"address", TEXT}}},
	{"peer.show", {{"address", TEXT}}},
	{"icc.show", {{"address", TEXT}}},
	{"peer.clear", {{"address", TEXT}, {"soft", TEXT}}},
	{"route.show",
	 {{"type", NUMBER}, {"esi", TEXT}, {"peer", TEXT}, {"rd", TEXT}, {"local", YES_NO}}},
	{"config.show", {{"yaml", YES_NO}, {"all", YES_NO}}},
	{"config.diff", {}},
	{"config.reload", {}},
	{"monitor", {{"objects", LIST}}},
	{"log", {{"level", TEXT}}},
};

static const char *const type_names[] = {
	[TEXT] = "a text", [NUMBER] = "a number", [YES_NO] = "true or false", [LIST] = "a list"};

static const struct param *params_of(const char *method)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (!strcmp(methods[i].method, method))
			return methods[i].params;
	return NULL;
}

static bool has_type(const json_t *value, enum param_type type)
{
	switch (type) {
	case TEXT:
		return json_is_string(value);
	case NUMBER:
		return json_is_integer(value);
	case YES_NO:
		return json_is_boolean(value);
	case LIST:
		return json_is_array(value);
	}
	return false;
}

static const struct param *find(const struct param *params, const char *name)
{
	for (size_t i = 0; i < PARAMS_MAX && params[i].name; i++)
		if (!strcmp(params[i].name, name))
			return &params[i];
	return NULL;
}

/* "address, soft" */
static void list(const struct param *params, char *buf, size_t len)
{
	size_t n = 0;

	snprintf(buf, len, "none");
	for (size_t i = 0; i < PARAMS_MAX && params[i].name && n < len; i++)
		n += (size_t)snprintf(buf + n, len - n, "%s%s", i ? ", " : "", params[i].name);
}

static void say_unknown(const struct param *params, const char *name, char *why, size_t len)
{
	unsigned int best = UINT_MAX, d;
	const char *meant = NULL;
	char valid[128];

	for (size_t i = 0; i < PARAMS_MAX && params[i].name; i++) {
		if (near_enough(name, params[i].name, &d) && d < best) {
			best = d;
			meant = params[i].name;
		}
	}
	list(params, valid, sizeof(valid));
	if (meant)
		snprintf(why, len, "params.%.40s: unknown; did you mean \"%s\"?", name, meant);
	else
		snprintf(why, len, "params.%.40s: unknown; valid: %s", name, valid);
}

bool ctl_params_ok(const char *method, const json_t *params, char *why, size_t len)
{
	const struct param *known = params_of(method), *p;
	const char *name;
	json_t *value;

	if (!known || !params)
		return true;
	json_object_foreach((json_t *)params, name, value) {
		p = find(known, name);
		if (!p) {
			say_unknown(known, name, why, len);
			return false;
		}
		if (!json_is_null(value) && !has_type(value, p->type)) {
			snprintf(why, len, "params.%s: expected %s", name, type_names[p->type]);
			return false;
		}
	}
	return true;
}
