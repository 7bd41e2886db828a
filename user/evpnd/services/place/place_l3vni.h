/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * place_l3vni.h - by which devices a VRF reaches the PEs of its L3VNI.
 */
#ifndef EVPND_PLACE_L3VNI_H
#define EVPND_PLACE_L3VNI_H

#include "services/place/place.h"

/**
 * struct place_l3vni - @vxlan: with that VNI, a port of a bridge; @router: that bridge, or a VLAN device of it, which
 *	is in the VRF
 */
struct place_l3vni {
	const struct device *vxlan;
	const struct device *router;
};

/**
 * place_l3vni() - @vrf: ifindex of the VRF device, 0: the global table; @name: of the VRF, for the sentence
 *
 * Return: true; or false with a sentence in @why.
 */
bool place_l3vni(const struct devices *devices, u32 vni, u32 vrf, const char *name,
		 struct place_l3vni *found, char *why, size_t why_len);

#endif
