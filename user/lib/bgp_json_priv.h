/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bgp_json_priv.h - small helpers that the JSON printers share.
 */
#ifndef EVPN_BGP_JSON_PRIV_H
#define EVPN_BGP_JSON_PRIV_H

#include <stdlib.h>

#include "bgp_json.h"

/** json_put() - a member whose value is handed over (NULL is ignored) */
void json_put(json_t *o, const char *name, json_t *value);

/** json_hex() - octets as a string of digits */
json_t *json_hex(const u8 *p, size_t len);

/** json_ip() - an address, null for none */
json_t *json_ip(const struct ip_addr *a);

/** json_id() - a router identifier (host order) as a dotted quad */
json_t *json_id(u32 id);

/** json_put_family() - members "afi", "safi" and, when known, "family" */
void json_put_family(json_t *o, u16 afi, u8 safi);

#endif
