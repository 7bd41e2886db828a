// SPDX-License-Identifier: GPL-2.0-only
/*
 * type_vlans.c - sets of VLANs in the configuration: numbers, ranges, and "untagged", which is bit 0.
 */
#include <string.h>

#include "conf/conf_type.h"

static void set_vlans(uint8_t *map, unsigned int first, unsigned int last)
{
	for (unsigned int v = first; v <= last; v++)
		map[v / 8] |= (uint8_t)(1 << v % 8);
}

static bool vlan_is_set(const uint8_t *map, unsigned int v)
{
	return map[v / 8] & 1 << v % 8;
}

static void take_vlan(struct conf_reader *rd, const struct node *item, uint8_t *map)
{
	uint64_t first, last;
	char *end;

	if (!conf_is(rd, item, NODE_SCALAR))
		return;
	if (!strcmp(item->text, "untagged")) {
		set_vlans(map, 0, 0);
		return;
	}
	if (!conf_parse_number(item->text, &end, &first))
		goto bad;
	last = first;
	if (*end == '-' && !conf_parse_number(end + 1, &end, &last))
		goto bad;
	if (*end || first < 1 || first > last || last > 4094)
		goto bad;
	set_vlans(map, (unsigned int)first, (unsigned int)last);
	return;
bad:
	conf_complain(rd, item,
		      "expected a VLAN from 1 to 4094, a range such as \"1-10\", or untagged");
}

static void read_vlans(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
		       void *base)
{
	uint8_t *map = FIELD(key, base);
	const struct node *item;

	memset(map, 0, CONF_VLAN_BYTES);
	if (node->kind == NODE_SCALAR) {
		take_vlan(rd, node, map);
		return;
	}
	if (!conf_is(rd, node, NODE_LIST))
		return;
	STAILQ_FOREACH(item, &node->children, entry)
	take_vlan(rd, item, map);
}

static struct node *write_vlans(const struct conf_key *key, const void *base)
{
	const uint8_t *map = FIELD(key, base);
	struct node *list = node_new(NODE_LIST);
	unsigned int first, last;

	if (vlan_is_set(map, 0))
		node_add(list, node_scalar(NODE_TEXT, "untagged"));
	for (first = 1; first <= 4094; first = last + 1) {
		last = first;
		if (!vlan_is_set(map, first))
			continue;
		while (last < 4094 && vlan_is_set(map, last + 1))
			last++;
		if (last == first)
			node_add(list, node_format(NODE_NUMBER, "%u", first));
		else
			node_add(list, node_format(NODE_TEXT, "%u-%u", first, last));
	}
	return list;
}

const struct conf_type conf_vlans = {read_vlans, write_vlans};
