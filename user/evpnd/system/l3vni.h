/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * l3vni.h - the devices of an L3VNI: a bridge with a VXLAN device as port, and the device by which a VRF routes
 * into it.
 */
#ifndef EVPND_L3VNI_H
#define EVPND_L3VNI_H

#include "system/links.h"

/**
 * l3vni_vxlan() - is @svi a bridge with a port that is a VXLAN device of VNI @vni, or a VLAN device of one?
 *
 * Return: that VXLAN device, or NULL.
 */
const struct fact_link *l3vni_vxlan(const struct links *links, const struct fact_link *svi,
				    uint32_t vni);

#endif
