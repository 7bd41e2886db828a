// SPDX-License-Identifier: GPL-2.0-only
/*
 * core_vrf.c - VRFs that take routes of the core, and the devices of their L3VNIs.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "services/core/core.h"
#include "services/place/place_l3vni.h"

struct core_vrf *core_vrf(struct core *c, u32 ifindex)
{
	for (size_t i = 0; i < c->n_vrfs; i++)
		if (c->vrfs[i].known && c->vrfs[i].ifindex == ifindex)
			return &c->vrfs[i];
	return NULL;
}

bool core_vrf_imports(const struct core_vrf *v, const struct slice *ext)
{
	return v->known && ecomm_rt_match(ext, v->conf.import, v->conf.n_import);
}

struct core_vrf *core_vrf_match(struct core *c, const struct slice *ext)
{
	for (size_t i = 0; i < c->n_vrfs; i++)
		if (core_vrf_imports(&c->vrfs[i], ext))
			return &c->vrfs[i];
	return NULL;
}

static bool is_among(const struct core_vrf *list, size_t n, const struct conf_vrf *conf)
{
	for (size_t i = 0; i < n; i++)
		if (!memcmp(&list[i].conf, conf, sizeof(*conf)))
			return true;
	return false;
}

bool core_vrfs_set(struct core *c, const struct conf *conf)
{
	struct core_vrf *list = calloc(conf->n_vrfs ? conf->n_vrfs : 1, sizeof(*list));
	bool other = false;
	size_t n = 0;

	if (!list) {
		log_error("routes of the core: no memory for VRFs");
		return false;
	}
	for (size_t i = 0; i < conf->n_vrfs; i++) {
		if (!conf->vrfs[i].prefixes.from_core)
			continue;
		list[n++].conf = conf->vrfs[i];
		other |= !is_among(c->vrfs, c->n_vrfs, &conf->vrfs[i]);
	}
	other |= n != c->n_vrfs;
	if (!other) {
		free(list);
		return false;
	}
	free(c->vrfs);
	c->vrfs = list;
	c->n_vrfs = n;
	return true;
}

static bool resolve(struct core *c, struct core_vrf *v)
{
	const struct devices *all = speaker_devices(c->speaker);
	bool global = !strcmp(v->conf.name, CONF_VRF_GLOBAL), was = v->known;
	const struct device *d = global ? NULL : device_named(all, v->conf.name);
	u32 ifindex = d ? d->fact.ifindex : 0, before = v->ifindex;

	v->known = global || (d && !strcmp(d->fact.kind, "vrf"));
	v->ifindex = ifindex;
	return was != v->known || (v->known && before != ifindex);
}

static void find_devices(struct core *c, struct core_vrf *v)
{
	struct place_l3vni d;

	v->why[0] = '\0';
	v->svi_index = 0;
	memset(v->svi, 0, sizeof(v->svi));
	memset(v->vxlan, 0, sizeof(v->vxlan));
	if (!v->known || !place_l3vni(speaker_devices(c->speaker), v->conf.l3vni, v->ifindex,
				      v->conf.name, &d, v->why, sizeof(v->why)))
		return;
	v->svi_index = d.router->fact.ifindex;
	v->svi_mac = d.router->fact.address;
	memcpy(v->svi, d.router->fact.ifname, sizeof(v->svi));
	memcpy(v->vxlan, d.vxlan->fact.ifname, sizeof(v->vxlan));
}

bool core_vrfs_resolve(struct core *c)
{
	bool others = false, moved = false;

	for (size_t i = 0; i < c->n_vrfs; i++) {
		struct core_vrf before = c->vrfs[i], *v = &c->vrfs[i];

		others |= resolve(c, v);
		find_devices(c, v);
		moved |= before.svi_index != v->svi_index ||
			 mac_cmp(&before.svi_mac, &v->svi_mac) || strcmp(before.svi, v->svi) ||
			 strcmp(before.vxlan, v->vxlan) || strcmp(before.why, v->why);
	}
	if (moved) {
		core_sources_judge(c);
		core_pes_touch(c);
		core_groups_touch(c);
	}
	return others;
}
