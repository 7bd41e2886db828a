// SPDX-License-Identifier: GPL-2.0-only
/* kernel_stats.c - the module's counters, read and put beside the segments they belong to */
#include "doc.h"
#include "kernel_doc.h"

static void take_stats(void *data, const struct nl_es_stats *stats)
{
	kernel_doc_collect(data, kernel_stats_doc(stats));
}

static void take_vlan(void *data, const struct nl_vlan_stats *stats)
{
	json_t *list = data, *doc = kernel_vlan_stats_doc(stats);
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		if (doc_int(json_array_get(list, i), "vlan", -1) == stats->vlan) {
			json_array_set_new(list, i, doc);
			return;
		}
	json_array_append_new(list, doc);
}

static int add_vlans(struct nl_evpn *e, json_t *stats, struct nl_err *err)
{
	json_t *vlans = json_array();
	struct esi esi;

	json_object_set_new(stats, "vlans", vlans);
	if (esi_parse(&esi, doc_str(stats, "esi")))
		return 0;
	return nl_evpn_vlan_stats_dump(e, &esi, take_vlan, vlans, err);
}

int kernel_stats_list(struct nl_evpn *e, json_t *list, struct nl_err *err)
{
	int r = nl_evpn_stats_dump(e, take_stats, list, err);
	json_t *stats;
	size_t i;

	json_array_foreach(list, i, stats)
		if (!r)
			r = add_vlans(e, stats, err);
	return r;
}

int kernel_add_stats(struct nl_evpn *e, json_t *segments, struct nl_err *err)
{
	json_t *list = json_array(), *s, *t;
	int r = kernel_stats_list(e, list, err);
	size_t i, j;

	json_array_foreach(segments, i, s)
		json_array_foreach(list, j, t)
			if (doc_str(s, "esi") && doc_is(t, "esi", doc_str(s, "esi")))
				json_object_set(s, "stats", t);
	json_decref(list);
	return r;
}
