/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * place_bridge.h - circuits that are ports of bridges, and bridge domains, for place.c.
 */
#ifndef EVPND_PLACE_BRIDGE_H
#define EVPND_PLACE_BRIDGE_H

#include "services/place/place.h"

/** place_is_port() - its master is a bridge */
bool place_is_port(const struct device *d);

/** place_is_vlan_port() - is a segment's own device a VLAN of a set, and not what VLANs are on? */
bool place_is_vlan_port(const struct place_es *es, const struct device *port);

/** place_bridged() - @port, of the segment, for a VLAN that the bridge above it tells apart; or NULL */
const struct device *place_bridged(struct places *p, const struct circuit *c,
				   const struct device *port);

/** place_port() - what circuit @c, whose device is @d, is to a bridge; @bridge 0: it is none of its ports */
struct place_port place_port(struct places *p, const struct circuit *c, const struct device *d);
bool place_port_equal(const struct place_port *a, const struct place_port *b);

/** place_domain() - the bridge domain that a port is in, or NULL: it is not configured */
struct place_vrf *place_domain(struct places *p, const struct place_port *port);

/** place_domain_set() - as it is configured */
void place_domain_set(struct places *p, const struct conf *conf, const struct conf_bridge *b);

#endif
