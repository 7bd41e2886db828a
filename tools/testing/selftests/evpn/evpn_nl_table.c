// SPDX-License-Identifier: GPL-2.0-only
/* The family, as a table: see Documentation/netlink/specs/evpn.yaml for what each means. */
#include <string.h>

#include <linux/evpn.h>

#include "evpn_nl.h"

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define SET(name, ...)                         \
	static const struct set name##_set = { \
		#name, (const struct attr[]){__VA_ARGS__, {0, NULL, U32, NULL}}}

const char *const drop_reasons[] = {"standby",	 "standby-member", "vlan-standby",  "owner-lost",
				    "malformed", "non-df",	   "split-horizon", NULL};

SET(es, {EVPN_A_ES_ESI, "esi", OCTETS, NULL}, {EVPN_A_ES_IFNAME, "ifname", TEXT, NULL},
    {EVPN_A_ES_IFINDEX, "ifindex", U32, NULL}, {EVPN_A_ES_DEVICE, "device", TEXT, NULL},
    {EVPN_A_ES_MODE, "mode", ENUM, NAMES("all-active", "single-active", "port-active")},
    {EVPN_A_ES_STANDBY, "standby", ENUM, NAMES("block", "lacp-oos", "down")},
    {EVPN_A_ES_ROLE, "role", ENUM, NAMES("non-df", "df", "draining")},
    {EVPN_A_ES_VLAN_DF, "vlan-df", VLANS, NULL}, {EVPN_A_ES_OWNER_HOLD_TIME, "hold", U32, NULL},
    {EVPN_A_ES_LOSS_POLICY, "loss", ENUM, NAMES("hold", "block")},
    {EVPN_A_ES_ALLOW, "allow", BITS, NAMES("lldp", "eapol", "cfm", "ptp", "stp", "micro-bfd")},
    {EVPN_A_ES_GENERATION, "generation", U32, NULL}, {EVPN_A_ES_EXCLUSIVE, "exclusive", FLAG, NULL},
    {EVPN_A_ES_STATE, "state", ENUM, NAMES("unbound", "bound", "rejected")},
    {EVPN_A_ES_WHY, "why", TEXT, NULL},
    {EVPN_A_ES_OPER, "oper", BITS,
     NAMES("blocked", "lacp-oos", "dormant", "hold-running", "fail-applied")},
    {EVPN_A_ES_HOLD_REMAINING, "hold-remaining", U32, NULL},
    {EVPN_A_ES_CHANGED, "changed", U64, NULL}, {EVPN_A_ES_TRANSITIONS, "transitions", U32, NULL},
    {EVPN_A_ES_HOST_TIMEOUT, "host-timeout", U32, NULL}, {EVPN_A_ES_MEMBER, "member", MEMBER, NULL},
    {EVPN_A_ES_UNTAGGED_VID, "untagged-vid", U32, NULL},
    {EVPN_A_ES_UNKNOWN_UNICAST, "unknown-unicast", ENUM, NAMES("filter", "pass")},
    {EVPN_A_ES_PEERS, "peers", ADDRESSES, NULL}, {EVPN_A_ES_HOST_LIMIT, "host-limit", U32, NULL},
    {EVPN_A_ES_HOSTS, "hosts", U32, NULL},
    {EVPN_A_ES_HOSTS_FORGOTTEN, "hosts-forgotten", U64, NULL}, {EVPN_A_ES_PORT, "port", PORT, NULL},
    {EVPN_A_ES_INCARNATION, "incarnation", U32, NULL});

SET(core, {EVPN_A_CORE_MARK_MASK, "mark-mask", U32, NULL}, {EVPN_A_CORE_PORT, "port", U32, NULL},
    {EVPN_A_CORE_PEERS_USED, "peers-used", U32, NULL}, {EVPN_A_CORE_MARKED, "marked", U64, NULL});

SET(vlan_stats, {EVPN_A_VLAN_STATS_ESI, "esi", OCTETS, NULL},
    {EVPN_A_VLAN_STATS_VLAN, "vlan", U32, NULL},
    {EVPN_A_VLAN_STATS_COUNTER, "drop", COUNTER, NULL});

SET(stats, {EVPN_A_STATS_ESI, "esi", OCTETS, NULL}, {EVPN_A_STATS_COUNTER, "drop", COUNTER, NULL},
    {EVPN_A_STATS_ALLOWED_INGRESS, "allowed-ingress", U64, NULL},
    {EVPN_A_STATS_ALLOWED_EGRESS, "allowed-egress", U64, NULL},
    {EVPN_A_STATS_LACP_REWRITTEN, "lacp-rewritten", U64, NULL},
    {EVPN_A_STATS_LACP_ECHO, "lacp-echo", U64, NULL},
    {EVPN_A_STATS_LACP_SENT, "lacp-sent", U64, NULL},
    {EVPN_A_STATS_LACP_STALE, "lacp-stale", U64, NULL}, {EVPN_A_STATS_RESET, "reset", FLAG, NULL});

SET(owner, {EVPN_A_OWNER_STATE, "state", ENUM, NAMES("none", "present", "lost")},
    {EVPN_A_OWNER_PORTID, "portid", U32, NULL}, {EVPN_A_OWNER_PID, "pid", U32, NULL},
    {EVPN_A_OWNER_GENERATION, "generation", U32, NULL},
    {EVPN_A_OWNER_REPLACE, "replace", FLAG, NULL}, {EVPN_A_OWNER_SINCE, "since", U64, NULL},
    {EVPN_A_OWNER_HOLDING, "holding", U32, NULL},
    {EVPN_A_OWNER_HOLD_REMAINING, "hold-remaining", U32, NULL},
    {EVPN_A_OWNER_FAILED, "failed", U32, NULL}, {EVPN_A_OWNER_PROGRAM, "program", TEXT, NULL});

SET(entry, {EVPN_A_NEIGH_ENTRY_ESI, "esi", OCTETS, NULL},
    {EVPN_A_NEIGH_ENTRY_TAG, "tag", U32, NULL}, {EVPN_A_NEIGH_ENTRY_ADDRESS, "addr", ADDRESS, NULL},
    {EVPN_A_NEIGH_ENTRY_LLADDR, "mac", OCTETS, NULL}, {EVPN_A_NEIGH_ENTRY_VRF, "vrf", U32, NULL},
    {EVPN_A_NEIGH_ENTRY_FLAGS, "flags", BITS, NAMES("router", "sticky")},
    {EVPN_A_NEIGH_ENTRY_PROTOCOL, "proto", U32, NULL},
    {EVPN_A_NEIGH_ENTRY_GENERATION, "gen", U32, NULL},
    {EVPN_A_NEIGH_ENTRY_ORIGIN, "origin", U32, NULL},
    {EVPN_A_NEIGH_ENTRY_STATE, "state", ENUM,
     NAMES("gone", "local", "synced", "pending", "refused", "retained")},
    {EVPN_A_NEIGH_ENTRY_EVENT, "event", BITS,
     NAMES("learned", "confirmed", "moved", "lost", "wish", "expired", "unanswered")},
    {EVPN_A_NEIGH_ENTRY_IFINDEX, "ifindex", U32, NULL},
    {EVPN_A_NEIGH_ENTRY_WISH_LLADDR, "wish", OCTETS, NULL},
    {EVPN_A_NEIGH_ENTRY_ERROR, "error", ERRNO, NULL}, {EVPN_A_NEIGH_ENTRY_WHY, "why", TEXT, NULL},
    {EVPN_A_NEIGH_ENTRY_SINCE, "since", U64, NULL},
    {EVPN_A_NEIGH_ENTRY_PROBES, "probes", U32, NULL},
    {EVPN_A_NEIGH_ENTRY_RETAIN_REMAINING, "retain-remaining", U32, NULL},
    {EVPN_A_NEIGH_ENTRY_INDEX, "index", U32, NULL});

SET(neigh, {EVPN_A_NEIGH_ENTRY, "entry", ROW, NULL}, {EVPN_A_NEIGH_RETAIN, "retain", U32, NULL},
    {EVPN_A_NEIGH_GENERATION, "gen", U32, NULL}, {EVPN_A_NEIGH_ACCEPTED, "accepted", U32, NULL},
    {EVPN_A_NEIGH_PENDING, "pending", U32, NULL}, {EVPN_A_NEIGH_REFUSED, "refused", U32, NULL},
    {EVPN_A_NEIGH_HOST_LIMIT, "host-limit", U32, NULL});

SET(neigh_stats, {EVPN_A_NEIGH_STATS_LOCAL, "local", U32, NULL},
    {EVPN_A_NEIGH_STATS_SYNCED, "synced", U32, NULL},
    {EVPN_A_NEIGH_STATS_PENDING, "pending", U32, NULL},
    {EVPN_A_NEIGH_STATS_REFUSED, "refused", U32, NULL},
    {EVPN_A_NEIGH_STATS_RETAINED, "retained", U32, NULL},
    {EVPN_A_NEIGH_STATS_EVENTS, "events", U64, NULL},
    {EVPN_A_NEIGH_STATS_COALESCED, "coalesced", U64, NULL},
    {EVPN_A_NEIGH_STATS_OVERRUNS, "overruns", U64, NULL},
    {EVPN_A_NEIGH_STATS_INSTALLED, "installed", U64, NULL},
    {EVPN_A_NEIGH_STATS_REMOVED, "removed", U64, NULL},
    {EVPN_A_NEIGH_STATS_CONFLICTS, "conflicts", U64, NULL},
    {EVPN_A_NEIGH_STATS_TABLE_FULL, "table-full", U64, NULL},
    {EVPN_A_NEIGH_STATS_PROBES, "probes", U64, NULL},
    {EVPN_A_NEIGH_STATS_NOTIFIED, "notified", U64, NULL},
    {EVPN_A_NEIGH_STATS_HOST_LIMIT, "host-limit", U32, NULL},
    {EVPN_A_NEIGH_STATS_FORGOTTEN, "forgotten", U64, NULL},
    {EVPN_A_NEIGH_STATS_KEPT, "kept", U64, NULL});

SET(group, {EVPN_A_MCAST_ENTRY_ESI, "esi", OCTETS, NULL},
    {EVPN_A_MCAST_ENTRY_TAG, "tag", U32, NULL}, {EVPN_A_MCAST_ENTRY_GROUP, "group", ADDRESS, NULL},
    {EVPN_A_MCAST_ENTRY_MODE, "mode", ENUM, NAMES("include", "exclude")},
    {EVPN_A_MCAST_ENTRY_VERSIONS, "versions", BITS, NAMES("v1", "v2", "v3")},
    {EVPN_A_MCAST_ENTRY_SOURCE, "source", SOURCE, NULL},
    {EVPN_A_MCAST_ENTRY_LEAVING, "leaving", FLAG, NULL},
    {EVPN_A_MCAST_ENTRY_REMAINING, "remaining", U32, NULL},
    {EVPN_A_MCAST_ENTRY_SINCE, "since", U64, NULL},
    {EVPN_A_MCAST_ENTRY_IFINDEX, "ifindex", U32, NULL},
    {EVPN_A_MCAST_ENTRY_EVENT, "event", BITS,
     NAMES("joined", "changed", "leaving", "renewed", "ended")},
    {EVPN_A_MCAST_ENTRY_REASON, "reason", ENUM, NAMES("none", "left", "silent", "down")},
    {EVPN_A_MCAST_ENTRY_GENERATION, "gen", U32, NULL},
    {EVPN_A_MCAST_ENTRY_ORIGIN, "origin", U32, NULL},
    {EVPN_A_MCAST_ENTRY_WISH, "wish", ENUM, NAMES("pending", "spoken", "retained", "bridged")});

SET(mcast, {EVPN_A_MCAST_ENTRY, "entry", ROW, NULL}, {EVPN_A_MCAST_GENERATION, "gen", U32, NULL},
    {EVPN_A_MCAST_RETAIN, "retain", U32, NULL}, {EVPN_A_MCAST_RESPONSE, "response", U32, NULL});

SET(mcast_stats, {EVPN_A_MCAST_STATS_GROUPS, "groups", U32, NULL},
    {EVPN_A_MCAST_STATS_SOURCES, "sources", U32, NULL},
    {EVPN_A_MCAST_STATS_REPORTS, "reports", U64, NULL},
    {EVPN_A_MCAST_STATS_QUERIES, "queries", U64, NULL},
    {EVPN_A_MCAST_STATS_MALFORMED, "malformed", U64, NULL},
    {EVPN_A_MCAST_STATS_NO_PLACE, "no-place", U64, NULL},
    {EVPN_A_MCAST_STATS_FLOODED, "flooded", U64, NULL},
    {EVPN_A_MCAST_STATS_GROUP_LIMIT, "group-limit", U64, NULL},
    {EVPN_A_MCAST_STATS_SOURCE_LIMIT, "source-limit", U64, NULL},
    {EVPN_A_MCAST_STATS_NOTIFIED, "notified", U64, NULL},
    {EVPN_A_MCAST_STATS_WISHES, "wishes", U32, NULL},
    {EVPN_A_MCAST_STATS_SPOKEN, "spoken", U64, NULL},
    {EVPN_A_MCAST_STATS_ASKED, "asked", U64, NULL});

static const struct verb verbs[] = {
	{"es-new", EVPN_CMD_ES_NEW, &es_set, NULL, false},
	{"es-set", EVPN_CMD_ES_SET, &es_set, NULL, false},
	{"es-get", EVPN_CMD_ES_GET, &es_set, NULL, true},
	{"es-del", EVPN_CMD_ES_DEL, &es_set, NULL, false},
	{"es-sweep", EVPN_CMD_ES_SWEEP, &es_set, NULL, false},
	{"stats-get", EVPN_CMD_STATS_GET, &stats_set, NULL, true},
	{"owner-set", EVPN_CMD_OWNER_SET, &owner_set, NULL, false},
	{"owner-get", EVPN_CMD_OWNER_GET, &owner_set, NULL, false},
	{"vlan-stats-get", EVPN_CMD_VLAN_STATS_GET, &vlan_stats_set, NULL, false},
	{"core-set", EVPN_CMD_CORE_SET, &core_set, NULL, false},
	{"core-get", EVPN_CMD_CORE_GET, &core_set, NULL, false},
	{"neigh-new", EVPN_CMD_NEIGH_NEW, &neigh_set, &entry_set, false},
	{"neigh-get", EVPN_CMD_NEIGH_GET, &neigh_set, &entry_set, true},
	{"neigh-del", EVPN_CMD_NEIGH_DEL, &neigh_set, &entry_set, false},
	{"neigh-ask", EVPN_CMD_NEIGH_ASK, &neigh_set, &entry_set, false},
	{"neigh-sweep", EVPN_CMD_NEIGH_SWEEP, &neigh_set, NULL, false},
	{"neigh-set", EVPN_CMD_NEIGH_SET, &neigh_set, NULL, false},
	{"neigh-stats-get", EVPN_CMD_NEIGH_STATS_GET, &neigh_stats_set, NULL, false},
	{"mcast-get", EVPN_CMD_MCAST_GET, &mcast_set, &group_set, true},
	{"mcast-wish-new", EVPN_CMD_MCAST_WISH_NEW, &mcast_set, &group_set, false},
	{"mcast-wish-del", EVPN_CMD_MCAST_WISH_DEL, &mcast_set, &group_set, false},
	{"mcast-wish-sweep", EVPN_CMD_MCAST_WISH_SWEEP, &mcast_set, NULL, false},
	{"mcast-wish-get", EVPN_CMD_MCAST_WISH_GET, &mcast_set, &group_set, true},
	{"mcast-leave", EVPN_CMD_MCAST_LEAVE, &mcast_set, &group_set, false},
	{"mcast-stats-get", EVPN_CMD_MCAST_STATS_GET, &mcast_stats_set, NULL, false},
	/* notifications: never sent, only read */
	{"es-ntf", EVPN_CMD_ES_NTF, &es_set, NULL, false},
	{"es-del-ntf", EVPN_CMD_ES_DEL_NTF, &es_set, NULL, false},
	{"es-fail-ntf", EVPN_CMD_ES_FAIL_NTF, &es_set, NULL, false},
	{"owner-ntf", EVPN_CMD_OWNER_NTF, &owner_set, NULL, false},
	{"neigh-ntf", EVPN_CMD_NEIGH_NTF, &neigh_set, &entry_set, false},
	{"mcast-ntf", EVPN_CMD_MCAST_NTF, &mcast_set, &group_set, false},
};

const struct verb *verb_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

const struct verb *verb_by_cmd(int cmd)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (verbs[i].cmd == cmd)
			return &verbs[i];
	return NULL;
}

const struct attr *attr_by_name(const struct set *set, const char *name)
{
	for (const struct attr *a = set->attrs; a->name; a++)
		if (!strcmp(a->name, name))
			return a;
	return NULL;
}

const struct attr *attr_by_type(const struct set *set, int type)
{
	for (const struct attr *a = set->attrs; a->name; a++)
		if (a->type == type)
			return a;
	return NULL;
}

const struct attr *attr_of_rows(const struct set *set)
{
	for (const struct attr *a = set->attrs; a->name; a++)
		if (a->kind == ROW)
			return a;
	return NULL;
}
