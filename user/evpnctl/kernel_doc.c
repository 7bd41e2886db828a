// SPDX-License-Identifier: GPL-2.0-only
/* kernel_doc.c - structures of nl_evpn.h to JSON; names as in Documentation/netlink/specs/evpn.yaml */
#include "doc.h"
#include "kernel_doc.h"

#include "types.h"

#define NAME_OF(names, value)                                                              \
	((value) < sizeof(names) / sizeof((names)[0]) && (names)[value] ? (names)[value] : \
									  "unknown")

static const char *const mode_names[] = {
	[EVPN_MODE_ALL_ACTIVE] = "all-active",
	[EVPN_MODE_SINGLE_ACTIVE] = "single-active",
	[EVPN_MODE_PORT_ACTIVE] = "port-active",
};

static const char *const standby_names[] = {
	[EVPN_STANDBY_BLOCK] = "block",
	[EVPN_STANDBY_LACP_OOS] = "lacp-oos",
	[EVPN_STANDBY_DOWN] = "down",
};

static const char *const role_names[] = {
	[EVPN_ROLE_NON_DF] = "non-df",
	[EVPN_ROLE_DF] = "df",
	[EVPN_ROLE_DRAINING] = "draining",
};

static const char *const loss_names[] = {
	[EVPN_LOSS_POLICY_HOLD] = "hold",
	[EVPN_LOSS_POLICY_BLOCK] = "block",
};

static const char *const state_names[] = {
	[EVPN_ES_STATE_UNBOUND] = "unbound",
	[EVPN_ES_STATE_BOUND] = "bound",
	[EVPN_ES_STATE_REJECTED] = "rejected",
};

static const char *const direction_names[] = {
	[EVPN_DIRECTION_INGRESS] = "ingress",
	[EVPN_DIRECTION_EGRESS] = "egress",
};

static const char *const reason_names[] = {
	[EVPN_DROP_REASON_STANDBY] = "standby",
	[EVPN_DROP_REASON_STANDBY_MEMBER] = "standby-member",
	[EVPN_DROP_REASON_VLAN_STANDBY] = "vlan-standby",
	[EVPN_DROP_REASON_OWNER_LOST] = "owner-lost",
	[EVPN_DROP_REASON_MALFORMED] = "malformed",
	[EVPN_DROP_REASON_NON_DF] = "non-df",
	[EVPN_DROP_REASON_SPLIT_HORIZON] = "split-horizon",
};

static const char *const unknown_names[] = {
	[EVPN_UNKNOWN_UNICAST_FILTER] = "filter",
	[EVPN_UNKNOWN_UNICAST_PASS] = "pass",
};

static const char *const owner_names[] = {
	[EVPN_OWNER_STATE_NONE] = "none",
	[EVPN_OWNER_STATE_PRESENT] = "present",
	[EVPN_OWNER_STATE_LOST] = "lost",
};

static const char *const partner_names[] = {
	[EVPN_PARTNER_UNKNOWN] = "unknown",   [EVPN_PARTNER_EXPIRED] = "expired",
	[EVPN_PARTNER_DEAF] = "deaf",	      [EVPN_PARTNER_OUT_OF_SYNC] = "out-of-sync",
	[EVPN_PARTNER_DETACHED] = "detached", [EVPN_PARTNER_READY] = "ready",
	[EVPN_PARTNER_ACTIVE] = "active",
};

/* By bit number; of a LACP state (IEEE 802.1AX-2020 section 6.4.2.3). */
static const char *const lacp_bits[] = {"active",    "short-timeout", "aggregation",
					"sync",	     "collecting",    "distributing",
					"defaulted", "expired",	      NULL};

/* By bit number. */
static const char *const oper_bits[] = {"blocked",	"lacp-oos",	"dormant",
					"hold-running", "fail-applied", NULL};
static const char *const allow_bits[] = {"lldp", "eapol", "cfm", "ptp", "stp", "micro-bfd", NULL};

static const char *const igmp_bits[] = {"igmpv1", "igmpv2", "igmpv3", NULL};
static const char *const mld_bits[] = {"mldv1", "mldv2", NULL};

static const char *const mcast_mode_names[] = {
	[EVPN_MCAST_MODE_INCLUDE] = "include",
	[EVPN_MCAST_MODE_EXCLUDE] = "exclude",
};

struct kernel_clock kernel_clock(void)
{
	struct timespec mono;

	clock_gettime(CLOCK_MONOTONIC, &mono);
	return (struct kernel_clock){
		.epoch = time(NULL),
		.mono_ns = mono.tv_sec * 1000000000ull + mono.tv_nsec,
	};
}

static json_int_t since(const struct kernel_clock *clock, uint64_t ns)
{
	return clock->epoch - (json_int_t)((clock->mono_ns - ns) / 1000000000ull);
}

static json_t *bit_names(const char *const *names, uint32_t bits)
{
	json_t *list = json_array();
	int i;

	for (i = 0; names[i]; i++)
		if (bits & 1u << i)
			json_array_append_new(list, json_string(names[i]));
	return list;
}

static json_t *vlan_list(const uint8_t map[EVPN_VLAN_MAP_LEN])
{
	json_t *list = json_array();
	int v;

	for (v = 0; v < 8 * EVPN_VLAN_MAP_LEN; v++)
		if (map[v / 8] & 1u << v % 8)
			json_array_append_new(list, json_integer(v));
	return list;
}

static json_t *partner(const struct nl_es_member *m)
{
	char system[MAC_STRLEN];

	if (m->partner == EVPN_PARTNER_UNKNOWN)
		return json_null();
	return json_pack("{s:s, s:i, s:i, s:i, s:o, s:i, s:i}", "system",
			 mac_format(&m->partner_system, system), "priority",
			 (int)m->partner_priority, "key", (int)m->partner_key, "port",
			 (int)m->partner_port, "state", bit_names(lacp_bits, m->partner_state),
			 "age-ms", (int)m->partner_age_ms, "timeout-ms",
			 (int)m->partner_timeout_ms);
}

static json_t *member_list(const struct nl_es *es)
{
	json_t *list = json_array(), *age, *state;
	unsigned int i;

	for (i = 0; i < es->n_members; i++) {
		const struct nl_es_member *m = &es->members[i];

		age = m->has_lacpdu_age ? json_integer(m->lacpdu_age_ms) : json_null();
		state = m->has_lacpdu_age ? bit_names(lacp_bits, m->actor_state) : json_null();
		json_array_append_new(
			list, json_pack("{s:s, s:I, s:b, s:o, s:o, s:s, s:o}", "interface",
					m->ifname, "ifindex", (json_int_t)m->ifindex,
					"lacp-rewriting", (int)m->lacp_rewriting, "lacpdu-age-ms",
					age, "actor-state", state, "lacp",
					NAME_OF(partner_names, m->partner), "partner", partner(m)));
	}
	return list;
}

static json_t *text_or_null(const char *s)
{
	return *s ? json_string(s) : json_null();
}

static void put(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value);
}

static void put_text(json_t *o, const char *key, const char *text)
{
	put(o, key, json_string(text));
}

static void put_number(json_t *o, const char *key, uint64_t n)
{
	put(o, key, json_integer((json_int_t)n));
}

static void put_esi(json_t *o, const struct esi *esi)
{
	char buf[ESI_STRLEN];

	put_text(o, "esi", esi_format(esi, buf));
}

static json_t *peer_list(const struct nl_es_conf *c)
{
	json_t *list = json_array();
	char buf[IP_STRLEN];
	unsigned int i;

	for (i = 0; i < c->n_peers; i++)
		json_array_append_new(list, json_string(ip_format(&c->peers[i], buf)));
	return list;
}

static void put_conf(json_t *o, const struct nl_es_conf *c)
{
	put_esi(o, &c->esi);
	put_text(o, "interface", c->ifname);
	put_text(o, "mode", NAME_OF(mode_names, c->mode));
	put_text(o, "standby", NAME_OF(standby_names, c->standby));
	put_text(o, "role", NAME_OF(role_names, c->role));
	put(o, "vlan-df", c->vlan_map ? vlan_list(c->vlan_df) : json_null());
	put_number(o, "owner-hold-ms", c->owner_hold_ms);
	put_number(o, "host-timeout-ms", c->host_timeout_ms);
	put_number(o, "host-limit", c->host_limit);
	put_text(o, "loss-policy", NAME_OF(loss_names, c->loss_policy));
	put(o, "allow", bit_names(allow_bits, c->allow));
	put_number(o, "generation", c->generation);
	put_number(o, "untagged-vid", c->untagged_vid);
	put_text(o, "unknown-unicast", NAME_OF(unknown_names, c->unknown_unicast));
	put(o, "peers", peer_list(c));
}

/* Of a set its devices, each with what has become of it; null: it is no set. */
static json_t *port_list(const struct nl_es *es)
{
	json_t *list = es->conf.n_ports ? json_array() : json_null(), *o;
	unsigned int i;

	for (i = 0; i < es->conf.n_ports; i++) {
		const struct nl_es_port *p = &es->ports[i];

		o = json_object();
		put_text(o, "interface", es->conf.ports[i]);
		put(o, "device", text_or_null(p->device));
		put_number(o, "ifindex", p->ifindex);
		put_text(o, "state", NAME_OF(state_names, p->state));
		put(o, "why", text_or_null(p->why));
		json_array_append_new(list, o);
	}
	return list;
}

json_t *kernel_es_doc(const struct nl_es *es, const struct kernel_clock *clock)
{
	bool holding = es->oper & EVPN_OPER_HOLD_RUNNING;
	json_t *o = json_object();

	put_conf(o, &es->conf);
	put(o, "interfaces", port_list(es));
	put(o, "device", text_or_null(es->device));
	put_number(o, "ifindex", es->ifindex);
	put_text(o, "state", NAME_OF(state_names, es->state));
	put(o, "why", text_or_null(es->why));
	put(o, "oper", bit_names(oper_bits, es->oper));
	put(o, "hold-remaining-ms", holding ? json_integer(es->hold_remaining_ms) : json_null());
	put(o, "since", json_integer(since(clock, es->changed_ns)));
	put_number(o, "transitions", es->transitions);
	put_number(o, "hosts", es->hosts);
	put_number(o, "hosts-forgotten", es->hosts_forgotten);
	put(o, "members", member_list(es));
	return o;
}

static json_t *drop_doc(const struct nl_es_drops *d, unsigned int direction, unsigned int reason)
{
	json_t *o = json_object();

	put_text(o, "direction", NAME_OF(direction_names, direction));
	put_text(o, "reason", NAME_OF(reason_names, reason));
	put_number(o, "packets", d->packets);
	put_number(o, "bytes", d->bytes);
	return o;
}

json_t *kernel_stats_doc(const struct nl_es_stats *stats)
{
	json_t *o = json_object(), *drops = json_array();
	unsigned int d, r;

	for (d = 0; d <= EVPN_DIRECTION_MAX; d++)
		for (r = 0; r <= EVPN_DROP_REASON_MAX; r++)
			json_array_append_new(drops, drop_doc(&stats->drops[d][r], d, r));
	put_esi(o, &stats->esi);
	put(o, "drops", drops);
	put_number(o, "allowed-ingress", stats->allowed_ingress);
	put_number(o, "allowed-egress", stats->allowed_egress);
	put_number(o, "lacp-rewritten", stats->lacp_rewritten);
	put_number(o, "lacp-echo", stats->lacp_echo);
	put_number(o, "lacp-sent", stats->lacp_sent);
	put_number(o, "lacp-stale", stats->lacp_stale);
	return o;
}

json_t *kernel_vlan_stats_doc(const struct nl_vlan_stats *stats)
{
	json_t *drops = json_array();
	unsigned int d, r;

	for (d = 0; d <= EVPN_DIRECTION_MAX; d++)
		for (r = 0; r <= EVPN_DROP_REASON_MAX; r++)
			if (stats->drops[d][r].packets)
				json_array_append_new(drops, drop_doc(&stats->drops[d][r], d, r));
	return json_pack("{s:I, s:o}", "vlan", (json_int_t)stats->vlan, "drops", drops);
}

void kernel_doc_collect(json_t *list, json_t *doc)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		if (doc_is(json_array_get(list, i), "esi", doc_str(doc, "esi"))) {
			json_array_set_new(list, i, doc);
			return;
		}
	json_array_append_new(list, doc);
}

json_t *kernel_core_doc(const struct nl_core *core)
{
	json_t *o = json_object(), *ports = json_array();
	unsigned int i;

	for (i = 0; i < core->n_ports; i++)
		json_array_append_new(ports, json_integer(core->ports[i]));
	put(o, "mark-mask", json_sprintf("0x%08x", core->mark_mask));
	put(o, "vxlan-ports", ports);
	put_number(o, "peers-used", core->peers_used);
	put_number(o, "marked", core->marked);
	return o;
}

static json_t *mcast_sources(const struct nl_mcast *m)
{
	json_t *list = json_array();
	char ip[IP_STRLEN];

	for (unsigned int i = 0; i < m->n_sources; i++)
		json_array_append_new(list, json_pack("{s:s, s:b, s:b}", "address",
						      ip_format(&m->sources[i].address, ip),
						      "blocked", (int)m->sources[i].blocked,
						      "leaving", (int)m->sources[i].leaving));
	return list;
}

json_t *kernel_mcast_doc(const struct nl_mcast *group, const struct kernel_clock *clock)
{
	json_t *o = json_object();
	char ip[IP_STRLEN];

	put_esi(o, &group->esi);
	put_number(o, "tag", group->tag);
	put_text(o, "group", ip_format(&group->group, ip));
	put_text(o, "mode", NAME_OF(mcast_mode_names, group->mode));
	put(o, "versions",
	    bit_names(group->group.len == 4 ? igmp_bits : mld_bits, group->versions));
	put(o, "sources", mcast_sources(group));
	put(o, "leaving", json_boolean(group->leaving));
	put_number(o, "remaining-ms", group->remaining_ms);
	put(o, "since", json_integer(since(clock, group->since_ns)));
	put_number(o, "ifindex", group->ifindex);
	return o;
}

json_t *kernel_wish_doc(const struct nl_mcast *wish, const struct kernel_clock *clock)
{
	static const char *const states[] = {"pending", "spoken", "retained", "bridged"};
	json_t *o = kernel_mcast_doc(wish, clock);
	struct ip_addr origin = ip_v4(wish->origin);
	char ip[IP_STRLEN];

	json_object_del(o, "leaving");
	json_object_del(o, "since");
	put_text(o, "state", NAME_OF(states, wish->wish));
	put_text(o, "origin", ip_format(&origin, ip));
	put_number(o, "generation", wish->generation);
	return o;
}

json_t *kernel_mcast_stats_doc(const struct nl_mcast_stats *stats)
{
	json_t *o = json_object();

	put_number(o, "groups", stats->groups);
	put_number(o, "sources", stats->sources);
	put_number(o, "reports", stats->reports);
	put_number(o, "queries", stats->queries);
	put_number(o, "malformed", stats->malformed);
	put_number(o, "no-place", stats->no_place);
	put_number(o, "flooded", stats->flooded);
	put_number(o, "group-limit", stats->group_limit);
	put_number(o, "source-limit", stats->source_limit);
	put_number(o, "notified", stats->notified);
	put_number(o, "wishes", stats->wishes);
	put_number(o, "spoken", stats->spoken);
	put_number(o, "asked", stats->asked);
	return o;
}

json_t *kernel_owner_doc(const struct nl_owner *owner, const struct kernel_clock *clock)
{
	bool ever = owner->state != EVPN_OWNER_STATE_NONE;
	json_t *o = json_object();

	put_text(o, "state", NAME_OF(owner_names, owner->state));
	put(o, "portid", ever ? json_integer(owner->portid) : json_null());
	put(o, "program", owner->program[0] ? json_string(owner->program) : json_null());
	put(o, "pid", ever ? json_integer(owner->pid) : json_null());
	put(o, "generation", ever ? json_integer(owner->generation) : json_null());
	put(o, "since", ever ? json_integer(since(clock, owner->since_ns)) : json_null());
	put_number(o, "holding", owner->holding);
	put(o, "hold-remaining-ms",
	    owner->holding ? json_integer(owner->hold_remaining_ms) : json_null());
	put_number(o, "failed", owner->failed);
	return o;
}
