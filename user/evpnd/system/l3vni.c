// SPDX-License-Identifier: GPL-2.0-only
/*
 * l3vni.c - see l3vni.h.
 */
#include "system/l3vni.h"

#include <string.h>

struct search {
	uint32_t bridge;
	uint32_t vni;
	const struct fact_link *found;
};

static void look(void *data, const struct fact_link *l)
{
	struct search *s = data;

	if (!strcmp(l->kind, "vxlan") && l->vxlan_vni == s->vni && l->master == s->bridge)
		s->found = l;
}

const struct fact_link *l3vni_vxlan(const struct links *links, const struct fact_link *svi,
				    uint32_t vni)
{
	struct search s = {.vni = vni};

	if (!strcmp(svi->kind, "bridge"))
		s.bridge = svi->ifindex;
	else if (!strcmp(svi->kind, "vlan"))
		s.bridge = svi->link;
	if (s.bridge && vni)
		links_each(links, look, &s);
	return s.found;
}
