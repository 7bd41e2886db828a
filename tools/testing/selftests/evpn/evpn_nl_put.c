// SPDX-License-Identifier: GPL-2.0-only
/* Words become attributes, also such that nobody should send. */
#include <arpa/inet.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/evpn.h>

#include "evpn_nl.h"

static uint32_t number_of(const struct attr *a, char *value)
{
	uint32_t bits = 0;
	char *word, *end;
	int i;

	bits = strtoul(value, &end, 0);
	if (*value && !*end)
		return bits;
	if (!a->names)
		goto bad;
	bits = 0;
	for (word = strtok(value, ","); word; word = strtok(NULL, ",")) {
		for (i = 0; a->names[i] && strcmp(a->names[i], word); i++)
			;
		if (!a->names[i])
			goto bad;
		bits |= a->kind == BITS ? 1U << i : (uint32_t)i;
	}
	return bits;
bad:
	fprintf(stderr, "evpn_nl: %s: no such value\n", a->name);
	exit(3);
}

static size_t octets(const char *s, uint8_t *out, size_t max)
{
	size_t n = 0;
	unsigned int byte;

	while (*s && n < max && sscanf(s, "%2x", &byte) == 1) {
		out[n++] = byte;
		s += s[1] ? 2 : 1;
		s += *s == ':';
	}
	return n;
}

static void put_vlans(struct nl_msg *msg, int type, char *value)
{
	uint8_t map[EVPN_VLAN_MAP_LEN] = {0};
	unsigned int from, to;
	char *word;

	for (word = strtok(value, ","); word; word = strtok(NULL, ",")) {
		if (sscanf(word, "%u-%u", &from, &to) != 2)
			from = to = atoi(word);
		for (; from <= to && from < 4096; from++)
			map[from / 8] |= 1 << from % 8;
	}
	nla_put(msg, type, *value ? sizeof(map) : 0, map);
}

static int put_address(struct nl_msg *msg, int type, const char *value)
{
	uint8_t bytes[64] = {0};
	size_t n = sizeof(bytes);

	if (inet_pton(AF_INET, value, bytes) == 1)
		n = 4;
	else if (inet_pton(AF_INET6, value, bytes) == 1)
		n = 16;
	else if (strlen(value) < 3 && (size_t)atoi(value) < sizeof(bytes))
		n = atoi(value);
	else
		n = octets(value, bytes, sizeof(bytes));
	return nla_put(msg, type, n, bytes);
}

/* "peers=ADDRESS,…"; "peers=" is an empty list */
static void put_addresses(struct nl_msg *msg, int type, char *value)
{
	struct nlattr *nest = nla_nest_start(msg, type);
	char *word;

	for (word = strtok(value, ","); word; word = strtok(NULL, ","))
		put_address(msg, EVPN_A_PEER_LIST_ADDRESS, word);
	nla_nest_end_keep_empty(msg, nest);
}

static void put_source(struct nl_msg *msg, int type, const char *value)
{
	struct nlattr *nest = nla_nest_start(msg, type);

	put_address(msg, EVPN_A_MCAST_SOURCE_ADDRESS, value);
	nla_nest_end(msg, nest);
}

static void put_port(struct nl_msg *msg, int type, const char *value)
{
	struct nlattr *nest = nla_nest_start(msg, type);

	nla_put_string(msg, EVPN_A_PORT_IFNAME, value);
	nla_nest_end(msg, nest);
}

/* "raw=TYPE:HEX" is an attribute of any type and any length */
static void put_raw(struct nl_msg *msg, char *value)
{
	uint8_t bytes[1024];
	char *colon = strchr(value, ':');

	nla_put(msg, atoi(value), colon ? octets(colon + 1, bytes, sizeof(bytes)) : 0, bytes);
}

void put_word(struct nl_msg *msg, const struct set *set, char *word)
{
	char *value = strchr(word, '=');
	const struct attr *a;
	uint8_t bytes[64];

	if (value)
		*value++ = 0;
	if (!strcmp(word, "raw") && value) {
		put_raw(msg, value);
		return;
	}
	a = attr_by_name(set, word);
	if (!a || (!value && a->kind != FLAG)) {
		fprintf(stderr, "evpn_nl: %s: no such key\n", word);
		exit(3);
	}
	switch (a->kind) {
	case U64:
		nla_put_u64(msg, a->type, strtoull(value, NULL, 0));
		break;
	case TEXT:
		nla_put_string(msg, a->type, value);
		break;
	case OCTETS:
		nla_put(msg, a->type, octets(value, bytes, sizeof(bytes)), bytes);
		break;
	case ADDRESS:
		put_address(msg, a->type, value);
		break;
	case VLANS:
		put_vlans(msg, a->type, value);
		break;
	case PORT:
		put_port(msg, a->type, value);
		break;
	case SOURCE:
		put_source(msg, a->type, value);
		break;
	case ADDRESSES:
		put_addresses(msg, a->type, value);
		break;
	case FLAG:
		nla_put_flag(msg, a->type);
		break;
	default:
		nla_put_u32(msg, a->type, number_of(a, value));
		break;
	}
}

void row_next(const struct set *set, void *attrs, int len)
{
	const struct attr *mac = attr_by_name(set, "mac");
	struct nlattr *nla;
	int rem;

	nla_for_each_attr(nla, (struct nlattr *)attrs, len, rem)
	{
		const struct attr *a = attr_by_type(set, nla_type(nla));
		uint8_t *octet = (uint8_t *)nla_data(nla) + nla_len(nla);

		if (!a || (a->kind != ADDRESS && a != mac))
			continue;
		while (octet > (uint8_t *)nla_data(nla) && !++*--octet)
			;
	}
}
