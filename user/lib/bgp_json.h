/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bgp_json.h - BGP messages, attributes, communities and EVPN routes as JSON: what `evpnctl decode`
 * prints and the show commands reuse. The names are listed in Documentation/decode.rst.
 *
 * Pure but for the JSON objects it allocates, which belong to the caller.
 */
#ifndef EVPN_BGP_JSON_H
#define EVPN_BGP_JSON_H

#include <jansson.h>
#include "types.h"
#include "addr.h"
#include "bgp_attr.h"
#include "bgp_evpn.h"
#include "bgp_extcomm.h"

/**
 * bgp_json_decode() - one message, or one stream of path attributes, with its verdict
 * @bytes: a whole BGP message from its marker on, or attributes
 * @len: octets
 * @attributes_only: @bytes is a stream of path attributes
 * @ctx: what to assume negotiated; NULL: 4-octet AS, no add-path, peer unknown, extended messages
 *
 * Return: a new object with "type", "verdict", "reason" (unless accepted) and the fields of that
 * type; never NULL but for lack of memory.
 */
json_t *bgp_json_decode(const u8 *bytes, size_t len, bool attributes_only,
			const struct bgp_ctx *ctx);

/**
 * bgp_hex_parse() - octets from text
 * @text: hexadecimal digits; blanks, line ends, colons, dashes and a leading 0x are skipped
 * @out: at least strlen(@text) / 2 octets
 * @len: result
 * @reason: a sentence when it is no hexadecimal text
 *
 * Return: 0, or -EINVAL.
 */
int bgp_hex_parse(const char *text, u8 *out, size_t *len, char *reason, size_t reason_len);

/** bgp_json_nlri() - a route's fields by name, "type" first */
json_t *bgp_json_nlri(const struct evpn_nlri *n);

/** bgp_json_attrs() - the attributes that are present, by name */
json_t *bgp_json_attrs(const struct bgp_attrs *a);

/** bgp_json_ecomm() - one extended community: {"kind": "route-target", "value": "65000:1"} ... */
json_t *bgp_json_ecomm(const struct ecomm *c);

/** bgp_json_open() - the fields and capabilities of an OPEN */
json_t *bgp_json_open(const struct bgp_open *o);

#endif
