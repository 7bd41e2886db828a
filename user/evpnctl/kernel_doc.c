// SPDX-License-Identifier: GPL-2.0
/* kernel_doc.c - structures of nl_evpn.h to JSON; names as in Documentation/netlink/specs/evpn.yaml */
#include "kernel_doc.h"

#include "types.h"

#define NAME_OF(names, value)                                                                      \
	((value) < sizeof(names) / sizeof((names)[0]) && (names)[value] ? (names)[value] : "unknown")

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
};

static const char *const owner_names[] = {
	[EVPN_OWNER_STATE_NONE] = "none",
	[EVPN_OWNER_STATE_PRESENT] = "present",
	[EVPN_OWNER_STATE_LOST] = "lost",
};

/* By bit number. */
static const char *const oper_bits[] = { "blocked", "lacp-oos", "dormant", "hold-running",
					 "fail-applied", NULL };
static const char *const allow_bits[] = { "lldp", "eapol", "cfm", NULL };

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

static json_t *member_list(const struct nl_es *es)
{
	json_t *list = json_array(), *age;
	unsigned int i;

	for (i = 0; i < es->n_members; i++) {
		const struct nl_es_member *m = &es->members[i];

		age = m->has_lacpdu_age ? json_integer(m->lacpdu_age_ms) : json_null();
		json_array_append_new(list, json_pack("{s:s, s:I, s:b, s:o}", "interface", m->ifname,
						      "ifindex", (json_int_t)m->ifindex,
						      "lacp-rewriting", (int)m->lacp_rewriting,
						      "lacpdu-age-ms", age));
	}
	return list;
}

static json_t *text_or_null(const char *s)
{
	return *s ? json_string(s) : json_null();
}

json_t *kernel_es_doc(const struct nl_es *es, const struct kernel_clock *clock)
{
	const struct nl_es_conf *c = &es->conf;
	char esi[ESI_STRLEN];
	bool holding = es->oper & EVPN_OPER_HOLD_RUNNING;

	return json_pack("{s:s, s:s, s:o, s:I, s:s, s:s, s:s, s:o, s:I, s:s, s:o, s:I, s:s, s:o, s:o,"
			 " s:o, s:I, s:I, s:o}",
			 "esi", esi_format(&c->esi, esi),
			 "interface", c->ifname,
			 "device", text_or_null(es->device),
			 "ifindex", (json_int_t)es->ifindex,
			 "mode", NAME_OF(mode_names, c->mode),
			 "standby", NAME_OF(standby_names, c->standby),
			 "role", NAME_OF(role_names, c->role),
			 "vlan-df", c->vlan_map ? vlan_list(c->vlan_df) : json_null(),
			 "owner-hold-ms", (json_int_t)c->owner_hold_ms,
			 "loss-policy", NAME_OF(loss_names, c->loss_policy),
			 "allow", bit_names(allow_bits, c->allow),
			 "generation", (json_int_t)c->generation,
			 "state", NAME_OF(state_names, es->state),
			 "why", text_or_null(es->why),
			 "oper", bit_names(oper_bits, es->oper),
			 "hold-remaining-ms",
			 holding ? json_integer(es->hold_remaining_ms) : json_null(),
			 "since", since(clock, es->changed_ns),
			 "transitions", (json_int_t)es->transitions,
			 "members", member_list(es));
}

json_t *kernel_stats_doc(const struct nl_es_stats *stats)
{
	json_t *drops = json_array();
	char esi[ESI_STRLEN];
	int d, r;

	for (d = 0; d <= EVPN_DIRECTION_MAX; d++)
		for (r = 0; r <= EVPN_DROP_REASON_MAX; r++)
			json_array_append_new(
				drops, json_pack("{s:s, s:s, s:I, s:I}",
						 "direction", NAME_OF(direction_names, (unsigned int)d),
						 "reason", NAME_OF(reason_names, (unsigned int)r),
						 "packets", (json_int_t)stats->drops[d][r].packets,
						 "bytes", (json_int_t)stats->drops[d][r].bytes));
	return json_pack("{s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:I}",
			 "esi", esi_format(&stats->esi, esi), "drops", drops,
			 "allowed-ingress", (json_int_t)stats->allowed_ingress,
			 "allowed-egress", (json_int_t)stats->allowed_egress,
			 "lacp-rewritten", (json_int_t)stats->lacp_rewritten,
			 "lacp-echo", (json_int_t)stats->lacp_echo,
			 "lacp-sent", (json_int_t)stats->lacp_sent,
			 "lacp-stale", (json_int_t)stats->lacp_stale);
}

json_t *kernel_owner_doc(const struct nl_owner *o, const struct kernel_clock *clock)
{
	bool ever = o->state != EVPN_OWNER_STATE_NONE;

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:I, s:o, s:I}",
			 "state", NAME_OF(owner_names, o->state),
			 "portid", ever ? json_integer(o->portid) : json_null(),
			 "pid", ever ? json_integer(o->pid) : json_null(),
			 "generation", ever ? json_integer(o->generation) : json_null(),
			 "since", ever ? json_integer(since(clock, o->since_ns)) : json_null(),
			 "holding", (json_int_t)o->holding,
			 "hold-remaining-ms",
			 o->holding ? json_integer(o->hold_remaining_ms) : json_null(),
			 "failed", (json_int_t)o->failed);
}
