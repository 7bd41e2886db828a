// SPDX-License-Identifier: GPL-2.0-only
/*
 * conf_schema.c - reading and writing maps by tables of keys, and what is said when they disagree.
 */
#include "conf/conf_schema.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "near.h"

enum { SHOWN_VALUE_MAX = 64 };

static void vcomplain(struct conf_reader *rd, bool warning, unsigned int line, unsigned int column,
		      const char *value, const char *fmt, va_list ap)
{
	char what[1024];

	vsnprintf(what, sizeof(what), fmt, ap);
	if (value)
		conf_error_add(rd->errors, warning, line, column, "%s: \"%.*s%s\": %s", rd->path,
			       SHOWN_VALUE_MAX, value, strlen(value) > SHOWN_VALUE_MAX ? "..." : "",
			       what);
	else
		conf_error_add(rd->errors, warning, line, column, "%s: %s",
			       rd->path[0] ? rd->path : "the configuration", what);
}

void conf_complain(struct conf_reader *rd, const struct node *node, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vcomplain(rd, false, node->line, node->column,
		  node->kind == NODE_SCALAR ? node->text : NULL, fmt, ap);
	va_end(ap);
}

void conf_warn(struct conf_reader *rd, const struct node *node, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vcomplain(rd, true, node->line, node->column, node->kind == NODE_SCALAR ? node->text : NULL,
		  fmt, ap);
	va_end(ap);
}

size_t conf_enter(struct conf_reader *rd, const char *fmt, ...)
{
	size_t mark = strlen(rd->path);
	size_t at = mark;
	va_list ap;

	if (mark && fmt[0] != '[' && at + 1 < sizeof(rd->path))
		rd->path[at++] = '.';
	va_start(ap, fmt);
	vsnprintf(rd->path + at, sizeof(rd->path) - at, fmt, ap);
	va_end(ap);
	return mark;
}

void conf_leave(struct conf_reader *rd, size_t mark)
{
	rd->path[mark] = '\0';
}

bool conf_is(struct conf_reader *rd, const struct node *node, enum node_kind kind)
{
	static const char *const what[] = {
		[NODE_SCALAR] = "a single value",
		[NODE_LIST] = "a list, such as [a, b]",
		[NODE_MAP] = "a map, such as {key: value}",
	};

	if (node->kind == kind)
		return true;
	conf_complain(rd, node, "expected %s", what[kind]);
	return false;
}

static const struct conf_key *find_key(const struct conf_key *keys, const char *name)
{
	for (; keys->name; keys++)
		if (!strcmp(keys->name, name) || (keys->alias && !strcmp(keys->alias, name)))
			return keys;
	return NULL;
}

const struct node *conf_node(const struct conf_key *keys, const struct node *map, const char *name)
{
	const struct conf_key *key = find_key(keys, name);
	const struct node *n;

	if (map->kind != NODE_MAP || !key)
		return NULL;
	n = node_get(map, key->name);
	return n || !key->alias ? n : node_get(map, key->alias);
}

static const char *nearest_key(const struct conf_key *keys, const char *name)
{
	unsigned int best = UINT_MAX, d;
	const char *found = NULL;

	for (; keys->name; keys++) {
		if ((near_enough(name, keys->name, &d) ||
		     (keys->alias && near_enough(name, keys->alias, &d))) &&
		    d < best) {
			best = d;
			found = keys->name;
		}
	}
	return found;
}

static void unknown_key(struct conf_reader *rd, const struct conf_key *keys,
			const struct node *node)
{
	const char *meant = nearest_key(keys, node->key);
	char valid[512] = "";
	size_t n = 0;

	for (const struct conf_key *k = keys; k->name && n < sizeof(valid); k++)
		n += (size_t)snprintf(valid + n, sizeof(valid) - n, "%s%s", k == keys ? "" : ", ",
				      k->name);
	if (meant)
		conf_error_add(rd->errors, false, node->key_line, node->key_column,
			       "%s%s%.64s: unknown key; did you mean \"%s\"?", rd->path,
			       rd->path[0] ? "." : "", node->key, meant);
	else
		conf_error_add(rd->errors, false, node->key_line, node->key_column,
			       "%s%s%.64s: unknown key; expected one of %s", rd->path,
			       rd->path[0] ? "." : "", node->key, valid);
}

void conf_read_map(struct conf_reader *rd, const struct conf_key *keys, const struct node *map,
		   void *base)
{
	const struct conf_key *key;
	const struct node *child;
	size_t mark;

	if (!conf_is(rd, map, NODE_MAP))
		return;
	STAILQ_FOREACH(child, &map->children, entry)
	{
		key = find_key(keys, child->key);
		if (!key) {
			unknown_key(rd, keys, child);
			continue;
		}
		mark = conf_enter(rd, "%s", child->key);
		if (child == conf_node(keys, map, key->name))
			key->type->read(rd, key, child, base);
		else
			conf_complain(rd, child, "is the older name of \"%s\", which is there, too",
				      key->name);
		conf_leave(rd, mark);
	}
	for (key = keys; key->name; key++)
		if (key->required && !conf_node(keys, map, key->name))
			conf_complain(rd, map, "\"%s\" is missing", key->name);
}

/* a map inside a map: its keys' offsets are those of the outer structure */

static void read_map(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
		     void *base)
{
	conf_read_map(rd, key->keys, node, base);
}

const struct conf_type conf_map = {read_map, NULL};

struct node *conf_write_map(const struct conf_key *keys, const void *base, const void *defaults)
{
	struct node *map = node_new(NODE_MAP);

	for (const struct conf_key *key = keys; map && key->name; key++) {
		struct node *value, *usual = NULL;

		if (key->type == &conf_map)
			value = conf_write_map(key->keys, base, defaults);
		else
			value = key->type->write(key, base);
		if (!value)
			continue;
		if (key->type == &conf_map && STAILQ_EMPTY(&value->children)) {
			node_free(value);
			continue;
		}
		if (defaults && !key->always && !key->required && key->type != &conf_map)
			usual = key->type->write(key, defaults);
		if (usual && node_equal(value, usual))
			node_free(value);
		else
			node_put(map, key->name, value);
		node_free(usual);
	}
	return map;
}
