// SPDX-License-Identifier: GPL-2.0-only
/*
 * type_address.c - addresses in the configuration: IP, router ID, MAC.
 */
#include <arpa/inet.h>

#include "conf/conf_type.h"

static bool take_address(struct conf_reader *rd, const struct node *node, struct ip_addr *a)
{
	if (!conf_is(rd, node, NODE_SCALAR))
		return false;
	if (ip_parse(a, node->text) == 0)
		return true;
	conf_complain(rd, node, "expected an IPv4 or IPv6 address");
	return false;
}

static void read_address(struct conf_reader *rd, const struct conf_key *key,
			 const struct node *node, void *base)
{
	take_address(rd, node, FIELD(key, base));
}

static struct node *address_node(const struct ip_addr *a)
{
	char buf[IP_STRLEN];

	return node_scalar(NODE_TEXT, ip_format(a, buf));
}

static struct node *write_address(const struct conf_key *key, const void *base)
{
	const struct ip_addr *a = FIELD(key, base);

	return ip_is_none(a) ? NULL : address_node(a);
}

const struct conf_type conf_address = {read_address, write_address};

static void read_addresses(struct conf_reader *rd, const struct conf_key *key,
			   const struct node *node, void *base)
{
	struct ip_addr *array = FIELD(key, base);
	uint8_t *count = (uint8_t *)base + key->count;
	const struct node *item;

	if (!conf_is(rd, node, NODE_LIST))
		return;
	*count = 0;
	STAILQ_FOREACH(item, &node->children, entry)
	{
		if (*count == key->size) {
			conf_complain(rd, item, "expected at most %zu addresses", key->size);
			return;
		}
		*count += take_address(rd, item, &array[*count]);
	}
}

static struct node *write_addresses(const struct conf_key *key, const void *base)
{
	const struct ip_addr *array = FIELD(key, base);
	uint8_t count = *((const uint8_t *)base + key->count);
	struct node *list = node_new(NODE_LIST);

	for (uint8_t i = 0; i < count; i++)
		node_add(list, address_node(&array[i]));
	return list;
}

const struct conf_type conf_addresses = {read_addresses, write_addresses};

static void read_router_id(struct conf_reader *rd, const struct conf_key *key,
			   const struct node *node, void *base)
{
	struct in_addr in;

	if (!conf_is(rd, node, NODE_SCALAR))
		return;
	if (inet_pton(AF_INET, node->text, &in) != 1 || !in.s_addr)
		conf_complain(rd, node, "expected four octets such as 192.0.2.1, not all zero");
	else
		conf_store(key, base, in.s_addr);
}

static struct node *write_router_id(const struct conf_key *key, const void *base)
{
	struct in_addr in = {.s_addr = (in_addr_t)conf_load(key, base)};
	char buf[INET_ADDRSTRLEN];

	return node_scalar(NODE_TEXT, inet_ntop(AF_INET, &in, buf, sizeof(buf)));
}

const struct conf_type conf_router_id = {read_router_id, write_router_id};

bool conf_take_mac(struct conf_reader *rd, const struct node *node, struct mac *m)
{
	struct mac parsed;

	if (!conf_is(rd, node, NODE_SCALAR))
		return false;
	if (mac_parse(&parsed, node->text) || mac_is_zero(&parsed)) {
		conf_complain(rd, node, "expected a MAC address such as 44:38:39:ff:ff:01");
		return false;
	}
	*m = parsed;
	return true;
}

static void read_mac(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
		     void *base)
{
	conf_take_mac(rd, node, FIELD(key, base));
}

static struct node *write_mac(const struct conf_key *key, const void *base)
{
	const struct mac *m = FIELD(key, base);
	char buf[MAC_STRLEN];

	return mac_is_zero(m) ? NULL : node_scalar(NODE_TEXT, mac_format(m, buf));
}

const struct conf_type conf_mac = {read_mac, write_mac};
