// SPDX-License-Identifier: GPL-2.0-only
/*
 * place_l3vni.c - see place_l3vni.h.
 */
#include "services/place/place_l3vni.h"

#include <stdio.h>
#include <string.h>

static const struct device *vxlan_of(const struct devices *all, u32 vni)
{
	const struct device *d;

	DEVICE_FOREACH(d, all)
		if (!strcmp(d->fact.kind, "vxlan") && d->fact.vxlan_vni == vni && d->fact.master)
			return d;
	return NULL;
}

static const struct device *router_of(const struct devices *all, const struct device *bridge,
				      u32 vrf)
{
	const struct device *d;

	if (bridge->fact.master == vrf)
		return bridge;
	DEVICE_FOREACH(d, all)
		if (!strcmp(d->fact.kind, "vlan") && d->fact.link == bridge->fact.ifindex &&
		    d->fact.master == vrf)
			return d;
	return NULL;
}

bool place_l3vni(const struct devices *devices, u32 vni, u32 vrf, const char *name,
		 struct place_l3vni *found, char *why, size_t why_len)
{
	const struct device *vxlan = vxlan_of(devices, vni);
	const struct device *bridge = vxlan ? device_by_index(devices, vxlan->fact.master) : NULL;

	*found = (struct place_l3vni){vxlan, bridge ? router_of(devices, bridge, vrf) : NULL};
	if (!bridge)
		snprintf(why, why_len, "no VXLAN device with VNI %u is in a bridge", vni);
	else if (!found->router)
		snprintf(why, why_len,
			 "neither %s, bridge of VNI %u, nor a VLAN of it is in VRF %s",
			 bridge->fact.ifname, vni, name);
	return found->router;
}
