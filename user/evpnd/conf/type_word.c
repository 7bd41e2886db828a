// SPDX-License-Identifier: GPL-2.0-only
/*
 * type_word.c - words of a fixed set in the configuration: yes and no, one of several, a list of them.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "conf/conf_type.h"
#include "near.h"

static const struct conf_word bool_words[] = {
	{"yes", 1}, {"no", 0}, {"true", 1}, {"false", 0}, {"on", 1}, {"off", 0}, {},
};

static void read_bool(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
		      void *base)
{
	if (!conf_is(rd, node, NODE_SCALAR))
		return;
	for (const struct conf_word *w = bool_words; w->name; w++) {
		if (!strcasecmp(w->name, node->text)) {
			*(bool *)FIELD(key, base) = w->value;
			return;
		}
	}
	conf_complain(rd, node, "expected yes or no");
}

static struct node *write_bool(const struct conf_key *key, const void *base)
{
	return node_scalar(NODE_BOOL, *(const bool *)FIELD(key, base) ? "yes" : "no");
}

const struct conf_type conf_bool = {read_bool, write_bool};

static void bad_word(struct conf_reader *rd, const struct conf_key *key, const struct node *node)
{
	const struct conf_word *w, *meant = NULL;
	unsigned int best = UINT_MAX, d;
	char valid[256] = "";
	size_t n = 0;

	for (w = key->words; w->name && n < sizeof(valid); w++) {
		const char *sep = w == key->words ? "" : w[1].name ? ", " : " or ";

		n += (size_t)snprintf(valid + n, sizeof(valid) - n, "%s%s", sep, w->name);
		if (near_enough(node->text, w->name, &d) && d < best) {
			best = d;
			meant = w;
		}
	}
	if (meant)
		conf_complain(rd, node, "expected %s; did you mean \"%s\"?", valid, meant->name);
	else
		conf_complain(rd, node, "expected %s", valid);
}

static const struct conf_word *find_word(struct conf_reader *rd, const struct conf_key *key,
					 const struct node *node)
{
	if (!conf_is(rd, node, NODE_SCALAR))
		return NULL;
	for (const struct conf_word *w = key->words; w->name; w++)
		if (!strcmp(w->name, node->text))
			return w;
	bad_word(rd, key, node);
	return NULL;
}

static void read_enum(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
		      void *base)
{
	const struct conf_word *w = find_word(rd, key, node);

	if (w)
		conf_store(key, base, w->value);
}

static struct node *write_enum(const struct conf_key *key, const void *base)
{
	uint64_t v = conf_load(key, base);

	for (const struct conf_word *w = key->words; w->name; w++)
		if (w->value == v)
			return node_scalar(NODE_TEXT, w->name);
	return NULL;
}

const struct conf_type conf_enum = {read_enum, write_enum};

static void read_flags(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
		       void *base)
{
	const struct conf_word *w;
	const struct node *item;
	uint64_t bits = 0;

	if (!conf_is(rd, node, NODE_LIST))
		return;
	STAILQ_FOREACH(item, &node->children, entry)
	{
		w = find_word(rd, key, item);
		if (w)
			bits |= w->value;
	}
	conf_store(key, base, bits);
}

static struct node *write_flags(const struct conf_key *key, const void *base)
{
	struct node *list = node_new(NODE_LIST);
	uint64_t bits = conf_load(key, base);

	for (const struct conf_word *w = key->words; w->name; w++)
		if (bits & w->value)
			node_add(list, node_scalar(NODE_TEXT, w->name));
	return list;
}

const struct conf_type conf_flags = {read_flags, write_flags};
