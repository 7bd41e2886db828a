// SPDX-License-Identifier: GPL-2.0-only
/*
 * type_esi.c - the ESI in the configuration: ten octets, {lacp: auto}, or {es-id, es-sys-mac}, es-id being
 * that of a VLAN device by default.
 *
 * RFC 7432 section 5
 */
#include <stdlib.h>
#include <string.h>

#include "conf/conf_type.h"

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
		conf_read_number(rd, &es_id_key, id, &es_id);
	} else {
		es_id = segment->set.n ? 0 : vlan_in_name(segment->interface);
		if (!es_id)
			conf_complain(
				rd, node,
				"es-id is missing, and interface does not end in a VLAN as bond0.100 does");
	}
	if (conf_take_mac(rd, mac, &system) && es_id) {
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
