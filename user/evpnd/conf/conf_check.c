// SPDX-License-Identifier: GPL-2.0-only
/*
 * conf_check.c - what needs more than one value to be seen: things given twice, things that
 * contradict each other, things that have no effect.
 *
 * RFC 7432 (segments), RFC 8584 and RFC 9785 (election), RFC 4271 (hold time).
 * A PE in port mode must not signal AC-DF (A25, RFC 9786 section 4.5).
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_item.h"

enum { AS_TRANS = 23456 };

struct checker {
	struct conf_reader rd;
	const struct node *tree;
};

/* The node of a value, for its place in the file; of the map when the value was not given. */
static const struct node *at(const struct node *map, const char *key)
{
	const struct node *n = map->kind == NODE_MAP ? node_get(map, key) : NULL;

	return n ? n : map;
}

static bool given(const struct node *map, const char *key)
{
	return map->kind == NODE_MAP && node_get(map, key);
}

static void bad(struct checker *c, const struct node *map, const char *key, const char *what)
{
	size_t mark = conf_enter(&c->rd, "%s", key);

	conf_complain(&c->rd, at(map, key), "%s", what);
	conf_leave(&c->rd, mark);
}

static void dubious(struct checker *c, const struct node *map, const char *key, const char *what)
{
	size_t mark = conf_enter(&c->rd, "%s", key);

	conf_warn(&c->rd, at(map, key), "%s", what);
	conf_leave(&c->rd, mark);
}

/* The map of item @i of a list of the file. An item that could not be read stands for itself. */
static const struct node *item_of(const struct checker *c, const char *list, size_t i)
{
	const struct node *n = conf_node(conf_global_keys, c->tree, list);
	const struct node *item = n ? STAILQ_FIRST(&n->children) : NULL;

	while (item && i--)
		item = STAILQ_NEXT(item, entry);
	return item ? item : c->tree;
}

/* By the name that the file has for it. */
static size_t enter_list(struct checker *c, const char *list)
{
	const struct node *n = conf_node(conf_global_keys, c->tree, list);

	return conf_enter(&c->rd, "%s", n ? n->key : list);
}

/* Sorted references to items, so that what is there twice stands side by side. */
struct ref {
	char key[CONF_NAME_MAX];
	size_t index;
};

static int by_key(const void *a, const void *b)
{
	const struct ref *x = a, *y = b;
	int r = strcmp(x->key, y->key);

	return r ? r : x->index < y->index ? -1 : 1;
}

/* The node of @text in a value, which may be a list that has it. */
static const struct node *node_of(const struct node *item, const char *member, const char *text)
{
	const struct node *value = at(item, member), *child;

	if (value->kind != NODE_LIST)
		return value;
	STAILQ_FOREACH(child, &value->children, entry)
	{
		if (child->kind == NODE_SCALAR && !strcmp(child->text, text))
			return child;
	}
	return value;
}

/* Complains about values that only one item of @list may have in @member. */
static void check_refs(struct checker *c, struct ref *refs, size_t n, const char *list,
		       const char *member)
{
	char what[128];
	size_t mark;

	qsort(refs, n, sizeof(*refs), by_key);
	for (size_t i = 1; i < n; i++) {
		const struct node *item = item_of(c, list, refs[i].index);
		const struct node *first = item_of(c, list, refs[i - 1].index);
		const char *label = node_label(item), *other = node_label(first);

		if (!refs[i].key[0] || strcmp(refs[i].key, refs[i - 1].key) ||
		    refs[i].index == refs[i - 1].index)
			continue;
		if (label && other && !strcmp(label, other))
			snprintf(what, sizeof(what), "given already");
		else
			snprintf(what, sizeof(what), "already belongs to %.63s",
				 other ? other : "another one");
		if (first->line)
			snprintf(what + strlen(what), sizeof(what) - strlen(what), " in line %u",
				 first->line);
		mark = enter_list(c, list);
		conf_enter(&c->rd, "[%.63s]", label ? label : "?");
		conf_enter(&c->rd, "%s", member);
		conf_complain(&c->rd, node_of(item, member, refs[i].key), "%s", what);
		conf_leave(&c->rd, mark);
	}
}

typedef void (*key_fn)(const struct conf *conf, size_t i, char key[CONF_NAME_MAX]);

static void check_unique(struct checker *c, const struct conf *conf, size_t n, const char *list,
			 const char *member, key_fn fn)
{
	struct ref *refs = n ? calloc(n, sizeof(*refs)) : NULL;

	if (!refs)
		return;
	for (size_t i = 0; i < n; i++) {
		fn(conf, i, refs[i].key);
		refs[i].index = i;
	}
	check_refs(c, refs, n, list, member);
	free(refs);
}

static size_t count_devices(const struct conf *conf)
{
	size_t n = 0;

	for (size_t i = 0; i < conf->n_segments; i++)
		n += conf->segments[i].set.n ? conf->segments[i].set.n : 1;
	return n;
}

/* A segment may have several devices, and each of them may be in one segment. */
static void check_devices(struct checker *c, const struct conf *conf)
{
	size_t n = 0, all = count_devices(conf);
	struct ref *refs = all ? calloc(all, sizeof(*refs)) : NULL;

	for (size_t i = 0; refs && i < conf->n_segments; i++) {
		const struct conf_segment *s = &conf->segments[i];
		uint8_t k = 0;

		do {
			memcpy(refs[n].key, s->set.n ? s->set.name[k] : s->interface, IFNAMSIZ);
			refs[n++].index = i;
		} while (++k < s->set.n);
	}
	if (refs)
		check_refs(c, refs, n, "segments", "interface");
	free(refs);
}

static void peer_key(const struct conf *conf, size_t i, char key[CONF_NAME_MAX])
{
	const struct conf_peer *n = &conf->peers[i];
	char buf[IP_STRLEN];

	if (!ip_is_none(&n->address))
		snprintf(key, CONF_NAME_MAX, "%s %u", ip_format(&n->address, buf), n->port);
}

static void vrf_id_key(const struct conf *conf, size_t i, char key[CONF_NAME_MAX])
{
	key[0] = '\0';
	if (conf->vrfs[i].id)
		snprintf(key, CONF_NAME_MAX, "%u", conf->vrfs[i].id);
}

static void vrf_key(const struct conf *conf, size_t i, char key[CONF_NAME_MAX])
{
	memcpy(key, conf->vrfs[i].name, CONF_NAME_MAX);
}

static void name_key(const struct conf *conf, size_t i, char key[CONF_NAME_MAX])
{
	memcpy(key, conf->segments[i].name, CONF_NAME_MAX);
}

static void esi_key(const struct conf *conf, size_t i, char key[CONF_NAME_MAX])
{
	const struct conf_segment *s = &conf->segments[i];

	if (s->esi_source == CONF_ESI_STATIC && !esi_is_zero(&s->esi))
		esi_format(&s->esi, key);
}

static void vni_key(const struct conf *conf, size_t i, char key[CONF_NAME_MAX])
{
	key[0] = '\0';
	if (conf->bridges[i].vni)
		snprintf(key, CONF_NAME_MAX, "%u", conf->bridges[i].vni);
}

static void bridge_rd_key(const struct conf *conf, size_t i, char key[CONF_NAME_MAX])
{
	struct rd rd = conf_bridge_rd(conf, &conf->bridges[i]);

	key[0] = '\0';
	if (conf->bridges[i].vni)
		rd_format(&rd, key);
}

static void check_peer(struct checker *c, const struct conf *conf, size_t i)
{
	const struct node *item = item_of(c, "peers", i);
	const struct conf_peer *n = &conf->peers[i];
	bool ebgp = n->remote_as != conf->global.as;

	if (given(item, "address") && (ip_is_zero(&n->address) || ip_is_multicast(&n->address)))
		bad(c, item, "address", "expected the address of one peer");
	if (n->remote_as == AS_TRANS)
		bad(c, item, "remote-as", "23456 is AS_TRANS and no AS of a peer (RFC 6793)");
	if (n->hold_time && n->hold_time < 3)
		bad(c, item, "hold-time", "expected 0s or at least 3s (RFC 4271)");
	if (ip_is_link_local(&n->address) && !n->interface[0])
		bad(c, item, "address", "a link-local address needs \"interface\"");
	if (!ip_is_none(&n->source) && !ip_is_none(&n->address) && n->source.len != n->address.len)
		bad(c, item, "source", "expected an address of the same family as the peer's");
	if (n->has_md5 && n->has_ao)
		bad(c, item, "ao-keys", "expected either password-file or ao-keys");
	if (n->gtsm_hops && n->multihop)
		bad(c, item, "multihop",
		    "gtsm-hops sends with TTL 255, so this cannot hold as well");
	else if (n->multihop && n->remote_as && !ebgp)
		dubious(c, item, "multihop", "has no effect on a peer of the own AS");
}

static void check_election(struct checker *c, const struct conf_segment *s, const struct node *item)
{
	const struct node *df = at(item, "df");
	bool by_preference = s->df.algorithm == 2 || s->df.algorithm == 3;
	size_t mark = conf_enter(&c->rd, "df");

	if (s->df.ac_df && s->df.port_mode)
		bad(c, df, "ac-df",
		    given(df, "port-mode") ?
			    "cannot be signalled together with port-mode" :
			    "cannot be signalled together with port-mode, which port-active implies");
	if (!by_preference && given(df, "preference"))
		dubious(c, df, "preference", "has no effect with this algorithm");
	if (!by_preference && s->df.dont_preempt)
		dubious(c, df, "dont-preempt", "has no effect with this algorithm");
	if (given(df, "recovery-wait") && !s->df.dont_preempt)
		dubious(c, df, "recovery-wait", "has no effect without dont-preempt");
	if (given(df, "skew") && !s->df.time_sync)
		dubious(c, df, "skew", "has no effect without time-sync");
	conf_leave(&c->rd, mark);
}

static bool has_vlans(const struct conf_segment *s)
{
	for (size_t i = 0; i < sizeof(s->vlans); i++)
		if (s->vlans[i])
			return true;
	return false;
}

static void needed(struct checker *c, const struct node *map, const char *key)
{
	if (map->kind == NODE_MAP && !node_get(map, key))
		conf_complain(&c->rd, map, "\"%s\" is missing", key);
}

/* What a set of devices cannot be. */
static void check_set(struct checker *c, const struct conf_segment *s, const struct node *item)
{
	if (!s->set.n)
		return;
	if (s->control == CONF_CONTROL_FRR)
		bad(c, item, "interface", "a segment of FRR's has one device, expected its name");
	else if (s->esi_source == CONF_ESI_LACP)
		bad(c, item, "esi",
		    "several devices have no LACP partner, expected ten octets or {es-id, es-sys-mac}");
}

/* What FRR decides, or what a segment of FRR's does not have. */
static void check_frr_segment(struct checker *c, const struct conf_segment *s,
			      const struct node *item)
{
	static const char *const without_effect[] = {
		"standby",   "df",	   "vlans",	    "es-import",
		"ad-per-es", "ad-per-evi", "route-targets", "sync-targets",
		"retention", "leave-time", "track",	    "far-end",
	};

	if (s->esi_source == CONF_ESI_LACP)
		bad(c, item, "esi", "FRR has no segments whose ESI is the LACP partner's");
	if (s->mode != CONF_ALL_ACTIVE)
		bad(c, item, "mode", "FRR's segments are all-active");
	for (size_t i = 0; i < sizeof(without_effect) / sizeof(without_effect[0]); i++)
		if (given(item, without_effect[i]))
			dubious(c, item, without_effect[i],
				"has no effect on a segment that FRR controls");
}

/*
 * It answers a session of ours by the address that it comes from, and has one for that address: two would
 * take each other's packets for a restart, and go down for ever, the BGP session with them.
 */
static void check_far_end(struct checker *c, const struct conf *conf, const struct conf_segment *s,
			  const struct node *item)
{
	const struct ip_addr *far = &s->far_end;
	struct ip_addr id = ip_from_bytes(&conf->global.router_id, 4);

	if (!given(item, "far-end") || ip_is_none(far))
		return;
	if (ip_is_zero(far) || ip_is_multicast(far))
		bad(c, item, "far-end", "expected the address of one far end");
	else if (ip_is_link_local(far))
		bad(c, item, "far-end",
		    "a link-local address does not say on which device, expected another one");
	else if (ip_equal(far, &conf->global.originator) || ip_equal(far, &id))
		bad(c, item, "far-end", "is an address of this host");
	for (size_t i = 0; i < conf->n_peers; i++) {
		if (conf->peers[i].bfd.enabled && ip_equal(&conf->peers[i].address, far)) {
			bad(c, item, "far-end",
			    "a peer with bfd has this address, and there can be one session with it");
			return;
		}
	}
}

static void check_segment(struct checker *c, const struct conf *conf, size_t i)
{
	const struct node *item = item_of(c, "segments", i);
	const struct conf_segment *s = &conf->segments[i];

	check_set(c, s, item);
	if (s->control == CONF_CONTROL_FRR) {
		check_frr_segment(c, s, item);
		return;
	}
	needed(c, item, "esi");
	needed(c, item, "mode");
	check_far_end(c, conf, s, item);
	check_election(c, s, item);
	if (given(item, "standby") && s->mode != CONF_PORT_ACTIVE)
		dubious(c, item, "standby", "has an effect in mode port-active only");
	if (!s->df.port_mode && !has_vlans(s))
		dubious(c, item, "vlans", "no VLAN is elected without port-mode and without vlans");
	if (given(item, "unknown-unicast") && s->mode != CONF_ALL_ACTIVE)
		dubious(c, item, "unknown-unicast", "has an effect in mode all-active only");
	if (given(item, "es-import") && mac_is_multicast(&s->es_import))
		dubious(c, item, "es-import", "is a group address");
	if (!s->ad_per_es && s->mode != CONF_PORT_ACTIVE)
		dubious(c, item, "ad-per-es",
			"without it there is neither mass withdraw nor split horizon");
}

static bool has_all_active(const struct conf *conf)
{
	for (size_t i = 0; i < conf->n_segments; i++)
		if (conf->segments[i].mode == CONF_ALL_ACTIVE)
			return true;
	return conf->global.frr.discover;
}

static void check_core(struct checker *c, const struct conf *conf)
{
	const struct node *core = at(c->tree, "core");
	size_t mark = conf_enter(&c->rd, "core");

	if (!conf->global.core.mark_mask && given(core, "mark-mask") && has_all_active(conf))
		dubious(c, core, "mark-mask",
			"without it all-active segments have no split horizon");
	conf_leave(&c->rd, mark);
}

/* A route that the kernel prefers to those of routing protocols would keep them out. */
enum { METRIC_OF_PROTOCOLS = 0x01000000 };

static void check_prefixes(struct checker *c, const struct conf_vrf *v, const struct node *item)
{
	const struct conf_prefixes *p = &v->prefixes;
	const struct node *map = at(item, "prefixes");
	size_t mark;

	if (!given(item, "prefixes"))
		return;
	mark = conf_enter(&c->rd, "prefixes");
	if (p->learn && p->targets != CONF_SYNC_OFF && !v->n_export)
		dubious(c, map, "learn", "is advertised to nobody without an export route target");
	if (p->learn && p->targets == CONF_SYNC_OFF && !p->core)
		dubious(c, map, "learn", "is advertised to nobody with targets: off");
	if (p->learn & CONF_LEARN_NEIGHBOURS && !p->core)
		dubious(c, map, "learn",
			"neighbours are told to the core alone, and this VRF tells it nothing (core)");
	if (!p->learn && given(map, "form"))
		dubious(c, map, "form", "has no effect on a PE that learns no routes");
	if (p->install && p->form == CONF_PREFIX_GATEWAY && v->sync == CONF_SYNC_OFF)
		dubious(c, map, given(map, "install") ? "install" : "learn",
			"the next hops are not known here with sync-targets: off");
	if (p->metric < METRIC_OF_PROTOCOLS)
		dubious(c, map, "metric",
			"a routing protocol of this PE may have a higher one, and would not win");
	if (p->core && !v->l3vni)
		bad(c, map, "core", "the core is told the VRF's l3vni, and there is none");
	if (p->from_core && !v->l3vni)
		bad(c, map, "from-core",
		    "PEs of the core are reached by the VRF's l3vni, and there is none");
	if (p->from_core && !v->n_import)
		bad(c, map, "from-core", "needs an import route target of the VRF");
	if (p->from_core && p->metric >= CONF_CORE_METRIC)
		dubious(c, map, "metric",
			"is not lower than that of the core's routes, which would be preferred to a leg of this PE");
	if (!p->install && given(map, "metric"))
		dubious(c, map, "metric", "has no effect without install");
	conf_leave(&c->rd, mark);
}

static void check_vrf(struct checker *c, const struct conf *conf, size_t i)
{
	const struct node *item = item_of(c, "vrfs", i);
	const struct conf_vrf *v = &conf->vrfs[i];

	if (v->l3vni && v->sync == CONF_SYNC_ES_IMPORT && !v->prefixes.core &&
	    !v->prefixes.from_core)
		dubious(c, item, "l3vni",
			"has an effect with sync-targets: vrf, or in prefixes core: interface-less or from-core: yes, only");
	if (v->sync == CONF_SYNC_ES_IMPORT && v->n_export > 1)
		dubious(c, item, "route-targets",
			"neighbours are advertised with the first export target only");
	if (given(item, "interfaces") && !v->n_import && !v->n_export)
		dubious(c, item, "interfaces", "have no effect without route-targets");
	check_prefixes(c, v, item);
}

/* router-id:1 is the distinguisher of the segments' routes for each VLAN. */
static void check_bridge(struct checker *c, const struct conf *conf, size_t i)
{
	const struct node *item = item_of(c, "bridges", i);
	struct rd rd = conf_bridge_rd(conf, &conf->bridges[i]);
	struct rd taken = rd_make_ip(ntohl(conf->global.router_id), 1);

	if (conf->bridges[i].vni && !rd_cmp(&rd, &taken))
		bad(c, item, "rd", "the segments use this one, expected another");
}

typedef void (*check_fn)(struct checker *c, const struct conf *conf, size_t i);

static void check_each(struct checker *c, const struct conf *conf, const char *list, size_t n,
		       check_fn fn)
{
	for (size_t i = 0; i < n; i++) {
		const char *label = node_label(item_of(c, list, i));
		size_t mark = enter_list(c, list);

		conf_enter(&c->rd, "[%.63s]", label ? label : "?");
		fn(c, conf, i);
		conf_leave(&c->rd, mark);
	}
}

void conf_check(const struct conf_file *file, const struct node *tree, struct conf_errors *errors)
{
	struct checker c = {.rd = {.errors = errors}, .tree = tree};
	const struct conf *conf = file->conf;

	if (tree->kind != NODE_MAP)
		return;
	if (conf->global.as == AS_TRANS)
		bad(&c, tree, "as", "23456 is AS_TRANS and nobody's AS (RFC 6793)");
	if (ip_is_multicast(&conf->global.originator) ||
	    (given(tree, "originator-address") && ip_is_zero(&conf->global.originator)))
		bad(&c, tree, "originator-address", "expected an address of this host");
	check_core(&c, conf);
	check_unique(&c, conf, conf->n_peers, "peers", "address", peer_key);
	check_unique(&c, conf, conf->n_vrfs, "vrfs", "name", vrf_key);
	check_unique(&c, conf, conf->n_vrfs, "vrfs", "id", vrf_id_key);
	check_each(&c, conf, "vrfs", conf->n_vrfs, check_vrf);
	check_unique(&c, conf, conf->n_segments, "segments", "name", name_key);
	check_devices(&c, conf);
	check_unique(&c, conf, conf->n_segments, "segments", "esi", esi_key);
	check_unique(&c, conf, conf->n_bridges, "bridges", "vni", vni_key);
	check_unique(&c, conf, conf->n_bridges, "bridges", "rd", bridge_rd_key);
	check_each(&c, conf, "bridges", conf->n_bridges, check_bridge);
	check_each(&c, conf, "peers", conf->n_peers, check_peer);
	check_each(&c, conf, "segments", conf->n_segments, check_segment);
}
