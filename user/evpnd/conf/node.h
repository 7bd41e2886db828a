/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * node.h - a configuration as a tree of maps, lists and scalars, before anybody asked what the words
 * mean. YAML text, JSON from the control socket and the running configuration all become such a tree,
 * so one schema (conf_schema.c) reads and one printer writes them.
 */
#ifndef EVPND_NODE_H
#define EVPND_NODE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

/* What a scalar is in JSON; in YAML all of them are plain words. */
enum node_scalar { NODE_TEXT, NODE_NUMBER, NODE_BOOL };

enum { NODE_DEPTH_MAX = 16 };

/**
 * struct node - one value
 * @line, @column: where it begins in its file, from 1; 0: it comes from no file
 * @key: its name, when it is in a map
 * @key_line, @key_column: where that is
 * @text: of a scalar
 * @children: of a map or list
 */
struct node {
	STAILQ_ENTRY(node) entry;
	enum node_kind kind;
	enum node_scalar scalar;
	unsigned int line, column;
	unsigned int key_line, key_column;
	char *key;
	char *text;
	STAILQ_HEAD(node_list, node) children;
};

/* All of them return NULL, or do nothing with NULL, when there is no memory. */
struct node *node_new(enum node_kind kind);
struct node *node_scalar(enum node_scalar type, const char *text);
struct node *node_format(enum node_scalar type, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void node_free(struct node *node);

/** node_add() - to the end of a list; takes the reference */
void node_add(struct node *list, struct node *child);

/** node_put() - into a map, in place of what had this name; takes the reference */
void node_put(struct node *map, const char *key, struct node *child);
void node_remove(struct node *map, const char *key);
struct node *node_get(const struct node *map, const char *key);
size_t node_count(const struct node *node);

/** node_equal() - same content; where it was written does not matter */
bool node_equal(const struct node *a, const struct node *b);

/** node_label() - what tells an item of a list from the others: its name, address or id; or NULL */
const char *node_label(const struct node *item);

/** node_find_item() - the item of a list with this label, NULL: none */
struct node *node_find_item(const struct node *list, const char *label);

/** node_from_json() - NULL: deeper than NODE_DEPTH_MAX. null becomes an empty scalar */
struct node *node_from_json(const json_t *json);
json_t *node_to_json(const struct node *node);

/** node_to_yaml() - canonical text; the caller frees */
char *node_to_yaml(const struct node *node);

#endif
