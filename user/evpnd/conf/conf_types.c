// SPDX-License-Identifier: GPL-2.0-only
/*
 * conf_types.c - the types of the configuration's values: text to value, value to text, and the
 * sentence that says what was expected.
 *
 * RFC 7432 section 5 (ESI), RFC 4360 and RFC 5668 (route targets)
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/conf_schema.h"
#include "near.h"

#define FIELD(key, base) ((void *)((char *)(base) + (key)->offset))

static void store(const struct conf_key *key, void *base, uint64_t v)
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

static uint64_t load(const struct conf_key *key, const void *base)
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

/* bool */

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

/* numbers */

/* Whether 010 is eight or ten is a question of the reader's YAML version; here it is nothing. */
static bool zeros_in_front(const char *s)
{
	return s[0] == '0' && isdigit((unsigned char)s[1]);
}

static bool parse_number(const char *s, char **end, uint64_t *v)
{
	if (!isdigit((unsigned char)*s) || zeros_in_front(s))
		return false;
	errno = 0;
	*v = strtoull(s, end, 10);
	return !errno;
}

static void read_number(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
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
	if (!parse_number(node->text, &end, &v) || *end || v < key->min || v > key->max) {
		conf_complain(rd, node, "expected a number from %" PRIu64 " to %" PRIu64, key->min,
			      key->max);
		return;
	}
	store(key, base, v);
}

static struct node *write_number(const struct conf_key *key, const void *base)
{
	return node_format(NODE_NUMBER, "%" PRIu64, load(key, base));
}

const struct conf_type conf_number = {read_number, write_number};

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
		store(key, base, v);
}

static struct node *write_mask(const struct conf_key *key, const void *base)
{
	uint64_t v = load(key, base);

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
		read_number(rd, &one, item, &port);
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

/* durations, in milliseconds */

static const struct {
	const char *name;
	uint64_t ms;
} units[] = {{"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};

enum { DURATION_STRLEN = 24, N_UNITS = sizeof(units) / sizeof(units[0]) };

static const char *format_duration(uint64_t ms, char buf[DURATION_STRLEN])
{
	size_t i = 0;

	if (!ms)
		return "0s";
	/* 90 s and not 1.5 m: hours and minutes only when they are whole */
	while (ms % units[i].ms)
		i++;
	snprintf(buf, DURATION_STRLEN, "%" PRIu64 "%s", ms / units[i].ms, units[i].name);
	return buf;
}

/* @bare: what a number without a unit is in milliseconds, 0: not allowed (but 0 is 0 in any unit) */
static bool parse_duration(const char *s, uint64_t bare, uint64_t *ms)
{
	uint64_t v;
	char *end;

	if (!parse_number(s, &end, &v))
		return false;
	if (!*end) {
		*ms = v * bare;
		return (bare || !v) && v <= UINT32_MAX;
	}
	if (*end == ' ')
		end++;
	for (size_t i = 0; i < N_UNITS; i++) {
		if (strcmp(units[i].name, end))
			continue;
		*ms = v * units[i].ms;
		return v <= UINT32_MAX;
	}
	return false;
}

static bool take_duration(struct conf_reader *rd, const struct conf_key *key,
			  const struct node *node, uint64_t bare, uint64_t *ms)
{
	char min[DURATION_STRLEN], max[DURATION_STRLEN];

	if (!conf_is(rd, node, NODE_SCALAR))
		return false;
	if (!parse_duration(node->text, bare, ms)) {
		conf_complain(rd, node,
			      "expected a duration with a unit (h, m, s, ms), such as 3s or 500ms");
		return false;
	}
	if (*ms < key->min || *ms > key->max) {
		conf_complain(rd, node, "expected a duration from %s to %s",
			      format_duration(key->min, min), format_duration(key->max, max));
		return false;
	}
	return true;
}

static void read_duration(struct conf_reader *rd, const struct conf_key *key,
			  const struct node *node, void *base)
{
	uint64_t ms;

	if (take_duration(rd, key, node, 0, &ms))
		store(key, base, ms);
}

static struct node *write_duration(const struct conf_key *key, const void *base)
{
	char buf[DURATION_STRLEN];

	return node_scalar(NODE_TEXT, format_duration(load(key, base), buf));
}

const struct conf_type conf_duration = {read_duration, write_duration};

static void read_seconds(struct conf_reader *rd, const struct conf_key *key,
			 const struct node *node, void *base)
{
	uint64_t ms;

	if (!take_duration(rd, key, node, 1000, &ms))
		return;
	if (ms % 1000)
		conf_complain(rd, node, "expected whole seconds");
	else
		store(key, base, ms / 1000);
}

static struct node *write_seconds(const struct conf_key *key, const void *base)
{
	return node_format(NODE_TEXT, "%" PRIu64 "s", load(key, base));
}

const struct conf_type conf_seconds = {read_seconds, write_seconds};

/* words */

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
		store(key, base, w->value);
}

static struct node *write_enum(const struct conf_key *key, const void *base)
{
	uint64_t v = load(key, base);

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
	store(key, base, bits);
}

static struct node *write_flags(const struct conf_key *key, const void *base)
{
	struct node *list = node_new(NODE_LIST);
	uint64_t bits = load(key, base);

	for (const struct conf_word *w = key->words; w->name; w++)
		if (bits & w->value)
			node_add(list, node_scalar(NODE_TEXT, w->name));
	return list;
}

const struct conf_type conf_flags = {read_flags, write_flags};

/* text */

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

/* addresses */

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
		store(key, base, in.s_addr);
}

static struct node *write_router_id(const struct conf_key *key, const void *base)
{
	struct in_addr in = {.s_addr = (in_addr_t)load(key, base)};
	char buf[INET_ADDRSTRLEN];

	return node_scalar(NODE_TEXT, inet_ntop(AF_INET, &in, buf, sizeof(buf)));
}

const struct conf_type conf_router_id = {read_router_id, write_router_id};

static bool take_mac(struct conf_reader *rd, const struct node *node, struct mac *m)
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
	take_mac(rd, node, FIELD(key, base));
}

static struct node *write_mac(const struct conf_key *key, const void *base)
{
	const struct mac *m = FIELD(key, base);
	char buf[MAC_STRLEN];

	return mac_is_zero(m) ? NULL : node_scalar(NODE_TEXT, mac_format(m, buf));
}

const struct conf_type conf_mac = {read_mac, write_mac};

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

/* VLANs: numbers, ranges, and "untagged", which is bit 0 */

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
	if (!parse_number(item->text, &end, &first))
		goto bad;
	last = first;
	if (*end == '-' && !parse_number(end + 1, &end, &last))
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

/* ESI: typed in, {lacp: auto}, or {es-id, es-sys-mac}, es-id being that of a VLAN device by default */

/* The VLAN in the name of a VLAN device, as in bond0.100; 0 when there is none. */
static uint32_t vlan_in_name(const char *ifname)
{
	const char *dot = strrchr(ifname, '.');
	size_t len = dot ? strspn(dot + 1, "0123456789") : 0;
	unsigned long vlan;

	if (!len || len > 4 || dot[1 + len])
		return 0;
	vlan = strtoul(dot + 1, NULL, 10);
	return vlan <= 4094 ? (uint32_t)vlan : 0;
}

static void read_esi_lacp(struct conf_reader *rd, const struct node *lacp,
			  struct conf_segment *segment)
{
	if (lacp->kind != NODE_SCALAR || strcmp(lacp->text, "auto"))
		conf_complain(rd, lacp, "expected auto");
	segment->esi_source = CONF_ESI_LACP;
}

static void read_esi_map(struct conf_reader *rd, const struct node *node,
			 struct conf_segment *segment)
{
	static const struct conf_key es_id_key = {
		.name = "es-id", .size = 4, .min = 1, .max = 0xffffff};
	const struct node *lacp = node_get(node, "lacp");
	const struct node *id = node_get(node, "es-id");
	const struct node *mac = node_get(node, "es-sys-mac");
	uint32_t es_id = 0;
	struct mac system;

	if (lacp && node_count(node) == 1) {
		read_esi_lacp(rd, lacp, segment);
		return;
	}
	if (!mac || node_count(node) != 1 + !!id) {
		conf_complain(
			rd, node,
			"expected {lacp: auto} or {es-id: N, es-sys-mac: MAC}, and nothing else");
		return;
	}
	if (id) {
		read_number(rd, &es_id_key, id, &es_id);
	} else {
		es_id = vlan_in_name(segment->interface);
		if (!es_id)
			conf_complain(
				rd, node,
				"es-id is missing, and interface does not end in a VLAN as bond0.100 does");
	}
	if (take_mac(rd, mac, &system) && es_id) {
		segment->esi = esi_make_mac(&system, es_id);
		segment->esi_source = CONF_ESI_STATIC;
	}
}

static void read_esi(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
		     void *base)
{
	struct conf_segment *segment = base;
	struct esi esi;

	if (node->kind == NODE_MAP) {
		read_esi_map(rd, node, segment);
		return;
	}
	if (!conf_is(rd, node, NODE_SCALAR))
		return;
	if (esi_parse(&esi, node->text))
		conf_complain(
			rd, node,
			"expected ten octets such as 00:11:22:33:44:55:66:77:88:99, {lacp: auto} or {es-id: N, es-sys-mac: MAC}");
	else if (esi_is_reserved(&esi))
		conf_complain(rd, node, "this ESI is reserved and names no segment");
	else if (esi_type(&esi) > ESI_AS)
		conf_complain(rd, node, "expected a type (the first octet) from 0 to 5");
	else {
		segment->esi = esi;
		segment->esi_source = CONF_ESI_STATIC;
	}
}

static struct node *write_esi(const struct conf_key *key, const void *base)
{
	const struct conf_segment *segment = base;
	char buf[ESI_STRLEN];
	struct node *map;

	if (segment->esi_source == CONF_ESI_STATIC)
		return node_scalar(NODE_TEXT, esi_format(&segment->esi, buf));
	if (segment->esi_source == CONF_ESI_FRR)
		return NULL;
	map = node_new(NODE_MAP);
	node_put(map, "lacp", node_scalar(NODE_TEXT, "auto"));
	return map;
}

const struct conf_type conf_esi = {read_esi, write_esi};

/* a map inside a map: its keys' offsets are those of the outer structure */

static void read_map(struct conf_reader *rd, const struct conf_key *key, const struct node *node,
		     void *base)
{
	conf_read_map(rd, key->keys, node, base);
}

const struct conf_type conf_map = {read_map, NULL};
