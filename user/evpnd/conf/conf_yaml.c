// SPDX-License-Identifier: GPL-2.0-only
/*
 * conf_yaml.c - libyaml's events into a tree of nodes with marks.
 *
 * libcyaml, which reads YAML into structures by a schema, stands one level above: it gives up at the
 * first value that it does not like and says where in a log line only. All errors of a file in one
 * run, each with its line and column, need the tree; so libyaml, which libcyaml itself is built on,
 * is used here, and conf_schema.c is the schema.
 */
#include "conf/conf_yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { YAML_NODES_MAX = 500000 };

/**
 * struct builder - the tree as far as it has been read
 * @stack: the open maps and lists; @keys: what the next value of each map is called
 */
struct builder {
	struct conf_errors *errors;
	struct node *root;
	struct node *stack[NODE_DEPTH_MAX];
	struct node *keys[NODE_DEPTH_MAX];
	unsigned int depth;
	size_t nodes;
};

static unsigned int line_of(const yaml_mark_t *m)
{
	return (unsigned int)m->line + 1;
}

static unsigned int column_of(const yaml_mark_t *m)
{
	return (unsigned int)m->column + 1;
}

static bool complain(struct builder *b, const yaml_mark_t *m, const char *message)
{
	conf_error_add(b->errors, false, line_of(m), column_of(m), "%s", message);
	return false;
}

/* In a map every other value is a key, which waits in @keys for what it names. */
static bool take_key(struct builder *b, struct node *node, const yaml_mark_t *m)
{
	struct node *map = b->stack[b->depth - 1];
	struct node *first;

	if (node->kind != NODE_SCALAR) {
		node_free(node);
		return complain(b, m, "expected a word as the key");
	}
	first = node_get(map, node->text);
	if (first)
		conf_error_add(b->errors, false, line_of(m), column_of(m),
			       "%.64s: given twice, the first time in line %u", node->text,
			       first->key_line);
	b->keys[b->depth - 1] = node;
	return true;
}

static bool place(struct builder *b, struct node *node, const yaml_mark_t *m)
{
	struct node *parent, *key;

	if (!node || ++b->nodes > YAML_NODES_MAX) {
		node_free(node);
		return complain(b, m, "the configuration is too large");
	}
	node->line = line_of(m);
	node->column = column_of(m);
	if (!b->depth) {
		b->root = node;
		return true;
	}
	parent = b->stack[b->depth - 1];
	if (parent->kind == NODE_LIST) {
		node_add(parent, node);
		return true;
	}
	key = b->keys[b->depth - 1];
	if (!key)
		return take_key(b, node, m);
	node->key_line = key->line;
	node->key_column = key->column;
	node_put(parent, key->text, node);
	node_free(key);
	b->keys[b->depth - 1] = NULL;
	return true;
}

static bool open_node(struct builder *b, enum node_kind kind, const yaml_mark_t *m)
{
	struct node *node;

	if (b->depth == NODE_DEPTH_MAX)
		return complain(b, m, "nested too deep");
	node = node_new(kind);
	if (!place(b, node, m))
		return false;
	b->stack[b->depth++] = node;
	return true;
}

static bool scalar(struct builder *b, const yaml_event_t *ev)
{
	const char *text = (const char *)ev->data.scalar.value;

	if (strlen(text) != ev->data.scalar.length)
		return complain(b, &ev->start_mark, "a NUL character has no place here");
	return place(b, node_scalar(NODE_TEXT, text), &ev->start_mark);
}

static const yaml_char_t *tag_of(const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_MAPPING_START_EVENT:
		return ev->data.mapping_start.tag;
	case YAML_SEQUENCE_START_EVENT:
		return ev->data.sequence_start.tag;
	case YAML_SCALAR_EVENT:
		return ev->data.scalar.tag;
	default:
		return NULL;
	}
}

/* A tag says of which type a value is; here the key alone says that, and a reader that obeyed a tag
 * would see another configuration.
 */
static void refuse_tag(struct builder *b, const yaml_event_t *ev)
{
	const yaml_char_t *tag = tag_of(ev);

	if (tag)
		conf_error_add(b->errors, false, line_of(&ev->start_mark),
			       column_of(&ev->start_mark),
			       "tag \"%.64s\": tags are not supported: write the value alone",
			       (const char *)tag);
}

/* Return: false when nothing after this event is worth reading */
static bool take(struct builder *b, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_MAPPING_START_EVENT:
		return open_node(b, NODE_MAP, &ev->start_mark);
	case YAML_SEQUENCE_START_EVENT:
		return open_node(b, NODE_LIST, &ev->start_mark);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		b->depth--;
		return true;
	case YAML_SCALAR_EVENT:
		return scalar(b, ev);
	case YAML_ALIAS_EVENT:
		return complain(b, &ev->start_mark,
				"aliases are not supported: write the value out");
	case YAML_DOCUMENT_START_EVENT:
		if (b->root)
			return complain(b, &ev->start_mark, "expected one document only");
		return true;
	default:
		return true;
	}
}

static void syntax_error(struct builder *b, const yaml_parser_t *parser)
{
	const yaml_mark_t *m = &parser->problem_mark;
	const char *problem = parser->problem ? parser->problem : "this is no YAML";

	if (parser->context && parser->context_mark.line != m->line)
		conf_error_add(b->errors, false, line_of(m), column_of(m),
			       "%s, %s that began in line %u", problem, parser->context,
			       line_of(&parser->context_mark));
	else
		conf_error_add(b->errors, false, line_of(m), column_of(m), "%s", problem);
}

struct node *yaml_parse(const char *text, size_t len, struct conf_errors *errors)
{
	struct builder b = {.errors = errors};
	yaml_parser_t parser;
	yaml_event_t event;
	bool more = true;

	if (!yaml_parser_initialize(&parser))
		return NULL;
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	while (more) {
		if (!yaml_parser_parse(&parser, &event)) {
			syntax_error(&b, &parser);
			break;
		}
		refuse_tag(&b, &event);
		more = event.type != YAML_STREAM_END_EVENT && take(&b, &event);
		yaml_event_delete(&event);
	}
	for (unsigned int i = 0; i < NODE_DEPTH_MAX; i++)
		node_free(b.keys[i]);
	yaml_parser_delete(&parser);
	return b.root;
}
