// SPDX-License-Identifier: GPL-2.0-only
/*
 * type_text.c - text in the configuration: free, paths, names of network devices, and the devices of a segment.
 */
#include <string.h>

#include "conf/conf_type.h"

static bool take_text(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
		      void *base)
{
	if (!conf_is(rd, node, NODE_SCALAR))
		return false;
	if (!node->text[0] || strlen(node->text) >= key->size) {
		conf_complain(rd, node, "expected 1 to %zu characters", key->size - 1);
		return false;
	}
	for (const char *p = node->text; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f) {
			conf_complain(rd, node, "control characters have no place here");
			return false;
		}
	}
	memset(FIELD(key, base), 0, key->size);
	memcpy(FIELD(key, base), node->text, strlen(node->text));
	return true;
}

static void read_text(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
		      void *base)
{
	take_text(rd, key, node, base);
}

static struct node *write_text(const struct conf_key *key, const void *base)
{
	const char *text = FIELD(key, base);

	return text[0] ? node_scalar(NODE_TEXT, text) : NULL;
}

const struct conf_type conf_text = {read_text, write_text};

static void read_path(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
		      void *base)
{
	if (conf_is(rd, node, NODE_SCALAR) && node->text[0] != '/')
		conf_complain(rd, node,
			      "expected a path from the root, such as /etc/evpn/peer.key");
	else
		take_text(rd, key, node, base);
}

const struct conf_type conf_path = {read_path, write_text};

/* as the kernel's dev_valid_name() has it */
static void read_ifname(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
			void *base)
{
	const char *s = node->text;

	if (!conf_is(rd, node, NODE_SCALAR))
		return;
	if (strpbrk(s, "/: \t\r\n\v\f") || !strcmp(s, ".") || !strcmp(s, "..")) {
		conf_complain(rd, node, "expected the name of a network device");
		return;
	}
	take_text(rd, key, node, base);
}

const struct conf_type conf_ifname = {read_ifname, write_text};

static void read_ifnames(struct conf_reader *rd, const struct conf_key *key,
			 const struct node *node, void *base)
{
	char(*array)[IFNAMSIZ] = FIELD(key, base);
	uint8_t *count = (uint8_t *)base + key->count;
	const struct node *item;
	struct conf_key one = {.name = key->name, .size = IFNAMSIZ};

	if (!conf_is(rd, node, NODE_LIST))
		return;
	*count = 0;
	STAILQ_FOREACH(item, &node->children, entry)
	{
		if (*count == key->size) {
			conf_complain(rd, item, "expected at most %zu devices", key->size);
			return;
		}
		read_ifname(rd, &one, item, array[*count]);
		*count += array[*count][0] != '\0';
	}
}

static struct node *write_ifnames(const struct conf_key *key, const void *base)
{
	const char(*array)[IFNAMSIZ] = FIELD(key, base);
	uint8_t count = *((const uint8_t *)base + key->count);
	struct node *list;

	if (!count)
		return NULL;
	list = node_new(NODE_LIST);
	for (uint8_t i = 0; i < count; i++)
		node_add(list, node_scalar(NODE_TEXT, array[i]));
	return list;
}

const struct conf_type conf_ifnames = {read_ifnames, write_ifnames};

static void read_set(struct conf_reader *rd, const struct conf_key *key, const struct node *list,
		     struct conf_set *set)
{
	struct conf_key one = {.name = key->name, .size = IFNAMSIZ};
	const struct node *item;
	char name[IFNAMSIZ];

	memset(set, 0, sizeof(*set));
	STAILQ_FOREACH(item, &list->children, entry)
	{
		memset(name, 0, sizeof(name));
		read_ifname(rd, &one, item, name);
		if (!name[0])
			continue;
		if (conf_set_has(set, name)) {
			conf_complain(rd, item, "%s is named twice, expected other devices", name);
		} else if (set->n == CONF_SET_MAX) {
			conf_complain(rd, item, "expected at most %d devices", CONF_SET_MAX);
			return;
		} else {
			memcpy(set->name[set->n++], name, IFNAMSIZ);
		}
	}
	if (!set->n && STAILQ_EMPTY(&list->children))
		conf_complain(rd, list, "expected the name of a network device, or a list of them");
}

/* A segment's device; or a list, and then it is a set of devices, even if there is but one in it. */
static void read_devices(struct conf_reader *rd, const struct conf_key *key,
			 const struct node *node, void *base)
{
	struct conf_segment *s = base;

	if (node->kind != NODE_LIST) {
		read_ifname(rd, key, node, base);
		return;
	}
	read_set(rd, key, node, &s->set);
	memcpy(s->interface, s->set.name[0], sizeof(s->interface));
}

static struct node *write_devices(const struct conf_key *key, const void *base)
{
	const struct conf_segment *s = base;
	struct node *list;

	if (!s->set.n)
		return write_text(key, base);
	list = node_new(NODE_LIST);
	for (uint8_t i = 0; i < s->set.n; i++)
		node_add(list, node_scalar(NODE_TEXT, s->set.name[i]));
	return list;
}

const struct conf_type conf_devices = {read_devices, write_devices};
