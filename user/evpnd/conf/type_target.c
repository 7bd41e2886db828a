// SPDX-License-Identifier: GPL-2.0-only
/*
 * type_target.c - route targets and route distinguishers in the configuration.
 *
 * RFC 4360, RFC 5668 (route targets), RFC 4364 section 4.2 (distinguishers)
 */
#include "conf/conf_type.h"

/* route targets */

static void read_route_targets(struct conf_reader *rd, const struct conf_key *key,
			       const struct node *node, void *base)
{
	struct ecomm *array = FIELD(key, base);
	uint8_t *count = (uint8_t *)base + key->count;
	const struct node *item;

	if (!conf_is(rd, node, NODE_LIST))
		return;
	*count = 0;
	STAILQ_FOREACH(item, &node->children, entry)
	{
		if (!conf_is(rd, item, NODE_SCALAR))
			continue;
		if (*count == key->size) {
			conf_complain(rd, item, "expected at most %zu route targets", key->size);
			return;
		}
		if (rt_parse(&array[*count], item->text))
			conf_complain(
				rd, item,
				"expected a route target such as \"65000:1\" or \"192.0.2.1:1\"");
		else
			(*count)++;
	}
}

static struct node *write_route_targets(const struct conf_key *key, const void *base)
{
	const struct ecomm *array = FIELD(key, base);
	uint8_t count = *((const uint8_t *)base + key->count);
	struct node *list = node_new(NODE_LIST);
	char buf[RT_STRLEN];

	for (uint8_t i = 0; i < count; i++)
		node_add(list, node_scalar(NODE_TEXT, rt_format(&array[i], buf)));
	return list;
}

const struct conf_type conf_route_targets = {read_route_targets, write_route_targets};

/* route distinguishers */

static void read_rd(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
		    void *base)
{
	if (!conf_is(rd, node, NODE_SCALAR))
		return;
	if (rd_parse(FIELD(key, base), node->text))
		conf_complain(
			rd, node,
			"expected a route distinguisher such as \"192.0.2.1:100\" or \"65000:100\"");
	else
		*((bool *)base + key->count) = true;
}

static struct node *write_rd(const struct conf_key *key, const void *base)
{
	char buf[RD_STRLEN];

	if (!*((const bool *)base + key->count))
		return NULL;
	return node_scalar(NODE_TEXT, rd_format(FIELD(key, base), buf));
}

const struct conf_type conf_rd = {read_rd, write_rd};
