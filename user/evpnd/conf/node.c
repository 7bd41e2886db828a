// SPDX-License-Identifier: GPL-2.0-only
/*
 * node.c - trees of maps, lists and scalars; from and to JSON.
 */
#include "conf/node.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node *node_new(enum node_kind kind)
{
	struct node *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->kind = kind;
	STAILQ_INIT(&n->children);
	return n;
}

struct node *node_scalar(enum node_scalar type, const char *text)
{
	struct node *n = node_new(NODE_SCALAR);

	if (!n)
		return NULL;
	n->scalar = type;
	n->text = strdup(text);
	if (!n->text) {
		node_free(n);
		return NULL;
	}
	return n;
}

struct node *node_format(enum node_scalar type, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return node_scalar(type, text);
}

void node_free(struct node *node)
{
	struct node *child;

	if (!node)
		return;
	while ((child = STAILQ_FIRST(&node->children))) {
		STAILQ_REMOVE_HEAD(&node->children, entry);
		node_free(child);
	}
	free(node->key);
	free(node->text);
	free(node);
}

void node_add(struct node *list, struct node *child)
{
	if (!list || !child) {
		node_free(child);
		return;
	}
	STAILQ_INSERT_TAIL(&list->children, child, entry);
}

void node_put(struct node *map, const char *key, struct node *child)
{
	struct node *old = map ? node_get(map, key) : NULL;
	char *name = strdup(key);

	if (!map || !child || !name) {
		free(name);
		node_free(child);
		return;
	}
	free(child->key);
	child->key = name;
	if (old) {
		STAILQ_INSERT_AFTER(&map->children, old, child, entry);
		STAILQ_REMOVE(&map->children, old, node, entry);
		node_free(old);
	} else {
		STAILQ_INSERT_TAIL(&map->children, child, entry);
	}
}

void node_remove(struct node *map, const char *key)
{
	struct node *old = node_get(map, key);

	if (!old)
		return;
	STAILQ_REMOVE(&map->children, old, node, entry);
	node_free(old);
}

struct node *node_get(const struct node *map, const char *key)
{
	struct node *child;

	STAILQ_FOREACH(child, &map->children, entry)
	if (child->key && !strcmp(child->key, key))
		return child;
	return NULL;
}

size_t node_count(const struct node *node)
{
	const struct node *child;
	size_t n = 0;

	STAILQ_FOREACH(child, &node->children, entry)
	n++;
	return n;
}

static bool equal_maps(const struct node *a, const struct node *b)
{
	const struct node *child, *other;

	if (node_count(a) != node_count(b))
		return false;
	STAILQ_FOREACH(child, &a->children, entry)
	{
		other = node_get(b, child->key);
		if (!other || !node_equal(child, other))
			return false;
	}
	return true;
}

bool node_equal(const struct node *a, const struct node *b)
{
	const struct node *x, *y;

	if (a->kind != b->kind)
		return false;
	if (a->kind == NODE_SCALAR)
		return !strcmp(a->text, b->text);
	if (a->kind == NODE_MAP)
		return equal_maps(a, b);
	x = STAILQ_FIRST(&a->children);
	y = STAILQ_FIRST(&b->children);
	while (x && y && node_equal(x, y)) {
		x = STAILQ_NEXT(x, entry);
		y = STAILQ_NEXT(y, entry);
	}
	return !x && !y;
}

const char *node_label(const struct node *item)
{
	static const char *const names[] = {"name", "address", "vni", "id"};
	const struct node *n;

	if (item->kind != NODE_MAP)
		return NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		n = node_get(item, names[i]);
		if (n && n->kind == NODE_SCALAR)
			return n->text;
	}
	return NULL;
}

struct node *node_find_item(const struct node *list, const char *label)
{
	struct node *item;

	STAILQ_FOREACH(item, &list->children, entry)
	{
		const char *l = node_label(item);

		if (l && !strcmp(l, label))
			return item;
	}
	return NULL;
}

static struct node *from_json(const json_t *json, unsigned int depth)
{
	struct node *n, *made;
	const char *key;
	size_t i;
	json_t *v;

	if (depth > NODE_DEPTH_MAX)
		return NULL;
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		n = node_new(NODE_MAP);
		json_object_foreach((json_t *)json, key, v) {
			made = from_json(v, depth + 1);
			if (!made)
				goto fail;
			node_put(n, key, made);
		}
		return n;
	case JSON_ARRAY:
		n = node_new(NODE_LIST);
		json_array_foreach(json, i, v) {
			made = from_json(v, depth + 1);
			if (!made)
				goto fail;
			node_add(n, made);
		}
		return n;
	case JSON_STRING:
		return node_scalar(NODE_TEXT, json_string_value(json));
	case JSON_INTEGER:
		return node_format(NODE_NUMBER, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
	case JSON_REAL:
		return node_format(NODE_NUMBER, "%g", json_real_value(json));
	case JSON_TRUE:
		return node_scalar(NODE_BOOL, "yes");
	case JSON_FALSE:
		return node_scalar(NODE_BOOL, "no");
	case JSON_NULL:
		break;
	}
	return node_scalar(NODE_TEXT, "");
fail:
	node_free(n);
	return NULL;
}

struct node *node_from_json(const json_t *json)
{
	return from_json(json, 0);
}

static json_t *scalar_to_json(const struct node *n)
{
	json_t *text;

	if (n->scalar == NODE_BOOL)
		return json_boolean(!strcmp(n->text, "yes"));
	if (n->scalar == NODE_NUMBER)
		return json_integer(strtoll(n->text, NULL, 10));
	text = json_string(n->text);
	return text ? text : json_string("?");
}

json_t *node_to_json(const struct node *node)
{
	const struct node *child;
	json_t *out;

	if (node->kind == NODE_SCALAR)
		return scalar_to_json(node);
	out = node->kind == NODE_MAP ? json_object() : json_array();
	STAILQ_FOREACH(child, &node->children, entry)
	{
		if (node->kind == NODE_MAP)
			json_object_set_new(out, child->key, node_to_json(child));
		else
			json_array_append_new(out, node_to_json(child));
	}
	return out;
}
