// SPDX-License-Identifier: GPL-2.0-only
/*
 * type_number.c - numbers in the configuration: of any width, the bits of a packet's mark, UDP ports.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "conf/conf_type.h"

void conf_store(const struct conf_key *key, void *base, uint64_t v)
{
	void *field = FIELD(key, base);

	switch (key->size) {
	case 1:
		*(uint8_t *)field = (uint8_t)v;
		break;
	case 2:
		*(uint16_t *)field = (uint16_t)v;
		break;
	case 4:
		*(uint32_t *)field = (uint32_t)v;
		break;
	default:
		*(uint64_t *)field = v;
		break;
	}
}

uint64_t conf_load(const struct conf_key *key, const void *base)
{
	const void *field = FIELD(key, base);

	switch (key->size) {
	case 1:
		return *(const uint8_t *)field;
	case 2:
		return *(const uint16_t *)field;
	case 4:
		return *(const uint32_t *)field;
	default:
		return *(const uint64_t *)field;
	}
}

/* numbers */

/* Whether 010 is eight or ten is a question of the reader's YAML version; here it is nothing. */
static bool zeros_in_front(const char *s)
{
	return s[0] == '0' && isdigit((unsigned char)s[1]);
}

bool conf_parse_number(const char *s, char **end, uint64_t *v)
{
	if (!isdigit((unsigned char)*s) || zeros_in_front(s))
		return false;
	errno = 0;
	*v = strtoull(s, end, 10);
	return !errno;
}

void conf_read_number(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
		      void *base)
{
	uint64_t v;
	char *end;

	if (!conf_is(rd, node, NODE_SCALAR))
		return;
	if (zeros_in_front(node->text)) {
		conf_complain(rd, node, "expected a number without zeros in front");
		return;
	}
	if (!conf_parse_number(node->text, &end, &v) || *end || v < key->min || v > key->max) {
		conf_complain(rd, node, "expected a number from %" PRIu64 " to %" PRIu64, key->min,
			      key->max);
		return;
	}
	conf_store(key, base, v);
}

static struct node *write_number(const struct conf_key *key, const void *base)
{
	return node_format(NODE_NUMBER, "%" PRIu64, conf_load(key, base));
}

const struct conf_type conf_number = {conf_read_number, write_number};

/* the bits of a packet's mark that tell PEs apart: as the kernel module takes them */

enum { MASK_BITS_MIN = 2, MASK_BITS_MAX = 16 };

static bool mask_ok(uint64_t v)
{
	int bits = __builtin_popcountll(v);

	if (!v)
		return true;
	v >>= __builtin_ctzll(v);
	return v == (1ull << bits) - 1 && bits >= MASK_BITS_MIN && bits <= MASK_BITS_MAX;
}

static void read_mask(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
		      void *base)
{
	unsigned long long v;
	char *end;

	if (!conf_is(rd, node, NODE_SCALAR))
		return;
	errno = 0;
	v = strtoull(node->text, &end, 0);
	if (!isdigit((unsigned char)node->text[0]) || zeros_in_front(node->text) || *end || errno ||
	    v > UINT32_MAX || !mask_ok(v))
		conf_complain(
			rd, node,
			"expected %d to %d bits next to each other, such as 0xff000000, or 0 for none",
			MASK_BITS_MIN, MASK_BITS_MAX);
	else
		conf_store(key, base, v);
}

static struct node *write_mask(const struct conf_key *key, const void *base)
{
	uint64_t v = conf_load(key, base);

	return v ? node_format(NODE_TEXT, "0x%08" PRIx64, v) : node_format(NODE_NUMBER, "0");
}

const struct conf_type conf_mask = {read_mask, write_mask};

/* UDP ports */

static bool has_port(const uint16_t *array, uint8_t count, uint16_t port)
{
	for (uint8_t i = 0; i < count; i++)
		if (array[i] == port)
			return true;
	return false;
}

static void read_ports(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
		       void *base)
{
	static const struct conf_key one = {.size = 2, .min = 1, .max = 65535};
	uint8_t *count = (uint8_t *)base + key->count;
	uint16_t *array = FIELD(key, base);
	const struct node *item;

	if (!conf_is(rd, node, NODE_LIST))
		return;
	if (STAILQ_EMPTY(&node->children))
		conf_complain(rd, node, "expected at least one port");
	*count = 0;
	STAILQ_FOREACH(item, &node->children, entry)
	{
		uint16_t port = 0;

		if (*count == key->size) {
			conf_complain(rd, item, "expected at most %zu ports", key->size);
			return;
		}
		conf_read_number(rd, &one, item, &port);
		if (port && has_port(array, *count, port))
			conf_complain(rd, item, "given already");
		else if (port)
			array[(*count)++] = port;
	}
}

static struct node *write_ports(const struct conf_key *key, const void *base)
{
	const uint16_t *array = FIELD(key, base);
	uint8_t count = *((const uint8_t *)base + key->count);
	struct node *list = node_new(NODE_LIST);

	for (uint8_t i = 0; i < count; i++)
		node_add(list, node_format(NODE_NUMBER, "%u", array[i]));
	return list;
}

const struct conf_type conf_ports = {read_ports, write_ports};
