// SPDX-License-Identifier: GPL-2.0-only
/*
 * conf_keys.c - every key of the configuration, in the order in which it is printed.
 */
#include <linux/evpn.h>

#include "conf/conf_item.h"
#include "conf/conf_schema.h"

#define FIELD(s, m) .offset = offsetof(s, m), .size = sizeof(((s *)0)->m)
#define ARRAY(s, m, n)                                                                  \
	.offset = offsetof(s, m), .size = sizeof(((s *)0)->m) / sizeof(((s *)0)->m[0]), \
	.count = offsetof(s, n)

enum { HOUR_MS = 3600000, BFD_INTERVAL_MIN_MS = 10, BFD_INTERVAL_MAX_MS = 60000 };

static const struct conf_word isolation_words[] = {
	{"keep", CONF_ISOLATION_KEEP},
	{"block", CONF_ISOLATION_BLOCK},
	{},
};

static const struct conf_word cold_words[] = {
	{"wait", CONF_COLD_WAIT},
	{"forward", CONF_COLD_FORWARD},
	{},
};

static const struct conf_word enforcement_words[] = {
	{"required", CONF_ENFORCE_REQUIRED},
	{"optional", CONF_ENFORCE_OPTIONAL},
	{},
};

static const struct conf_word mode_words[] = {
	{"all-active", CONF_ALL_ACTIVE},
	{"single-active", CONF_SINGLE_ACTIVE},
	{"port-active", CONF_PORT_ACTIVE},
	{},
};

static const struct conf_word standby_words[] = {
	{"auto", CONF_STANDBY_AUTO},
	{"block", CONF_STANDBY_BLOCK},
	{"lacp-oos", CONF_STANDBY_LACP_OOS},
	{"down", CONF_STANDBY_DOWN},
	{},
};

static const struct conf_word loss_words[] = {
	{"hold", CONF_LOSS_HOLD},
	{"block", CONF_LOSS_BLOCK},
	{"auto", CONF_LOSS_AUTO},
	{},
};

static const struct conf_word vrf_sync_words[] = {
	{"es-import", CONF_SYNC_ES_IMPORT},
	{"vrf", CONF_SYNC_VRF},
	{"off", CONF_SYNC_OFF},
	{},
};

static const struct conf_word segment_sync_words[] = {
	{"inherit", CONF_SYNC_INHERIT},
	{"es-import", CONF_SYNC_ES_IMPORT},
	{"vrf", CONF_SYNC_VRF},
	{"off", CONF_SYNC_OFF},
	{},
};

static const struct conf_word learn_words[] = {
	{"ospf", CONF_LEARN_OSPF},
	{"isis", CONF_LEARN_ISIS},
	{"bgp", CONF_LEARN_BGP},
	{"rip", CONF_LEARN_RIP},
	{"babel", CONF_LEARN_BABEL},
	{"eigrp", CONF_LEARN_EIGRP},
	{"bird", CONF_LEARN_BIRD},
	{"static", CONF_LEARN_STATIC},
	{"connected", CONF_LEARN_CONNECTED},
	{"neighbours", CONF_LEARN_NEIGHBOURS},
	{},
};

static const struct conf_word core_words[] = {
	{"off", CONF_CORE_OFF},
	{"interface-less", CONF_CORE_INTERFACE_LESS},
	{"esi", CONF_CORE_ESI},
	{},
};

static const struct conf_word form_words[] = {
	{"gateway", CONF_PREFIX_GATEWAY},
	{"esi", CONF_PREFIX_ESI},
	{},
};

static const struct conf_word control_words[] = {
	{"evpnd", CONF_CONTROL_EVPND},
	{"frr", CONF_CONTROL_FRR},
	{},
};

static const struct conf_word algorithm_words[] = {
	{"modulo", 0},
	{"hrw", 1},
	{"preference", 2},
	{"highest-preference", 2},
	{"lowest-preference", 3},
	{},
};

static const struct conf_word unknown_words[] = {
	{"filter", CONF_UNKNOWN_FILTER},
	{"pass", CONF_UNKNOWN_PASS},
	{},
};

_Static_assert(CONF_ALLOW_LLDP == EVPN_ALLOW_LLDP, "the usual one is LLDP");

static const struct conf_word allow_words[] = {
	{"lldp", EVPN_ALLOW_LLDP},
	{"eapol", EVPN_ALLOW_EAPOL},
	{"cfm", EVPN_ALLOW_CFM},
	{"ptp", EVPN_ALLOW_PTP},
	{"stp", EVPN_ALLOW_STP},
	{"micro-bfd", EVPN_ALLOW_MICRO_BFD},
	{},
};

static const struct conf_word ao_words[] = {
	{"hmac-sha-1-96", CONF_AO_HMAC_SHA1},
	{"aes-128-cmac-96", CONF_AO_CMAC_AES128},
	{"hmac-sha-256", CONF_AO_HMAC_SHA256},
	{},
};

static const struct conf_key frr_keys[] = {
	{"vty", &conf_path, FIELD(struct conf_top, global.frr.vty)},
	{"vtep", &conf_address, FIELD(struct conf_top, global.frr.vtep)},
	{"hold", &conf_duration, FIELD(struct conf_top, global.frr.hold_ms), .max = HOUR_MS},
	{"discover", &conf_bool, FIELD(struct conf_top, global.frr.discover)},
	{"repair", &conf_bool, FIELD(struct conf_top, global.frr.repair)},
	{},
};

static const struct conf_key core_keys[] = {
	{"mark-mask", &conf_mask, FIELD(struct conf_top, global.core.mark_mask)},
	{"vxlan-ports", &conf_ports,
	 ARRAY(struct conf_top, global.core.ports, global.core.n_ports)},
	{},
};

#define BFD_KEYS(s, m)                                                                    \
	{"interval", &conf_duration, FIELD(s, m.interval_ms), .min = BFD_INTERVAL_MIN_MS, \
	 .max = BFD_INTERVAL_MAX_MS},                                                     \
	{                                                                                 \
		"multiplier", &conf_number, FIELD(s, m.multiplier), .min = 1, .max = 255  \
	}

static const struct conf_key bfd_keys[] = {
	{"segments", &conf_bool, FIELD(struct conf_top, global.bfd.enabled)},
	BFD_KEYS(struct conf_top, global.bfd),
	{},
};

static const struct conf_key icc_keys[] = {
	{"enabled", &conf_bool, FIELD(struct conf_top, global.icc.enabled)},
	{"port", &conf_number, FIELD(struct conf_top, global.icc.port), .min = 1, .max = 65535},
	{"hops", &conf_number, FIELD(struct conf_top, global.icc.hops), .max = 255},
	{},
};

static const struct conf_key peer_bfd_keys[] = {
	BFD_KEYS(struct conf_peer_item, peer.bfd),
	{},
};

const struct conf_key conf_global_keys[] = {
	{"router-id", &conf_router_id, FIELD(struct conf_top, global.router_id), .required = true},
	{"as", &conf_number, FIELD(struct conf_top, global.as), .min = 1, .max = 4294967294,
	 .required = true},
	{"listen", &conf_addresses, ARRAY(struct conf_top, global.listen, global.n_listen)},
	{"port", &conf_number, FIELD(struct conf_top, global.port), .min = 0, .max = 65535},
	{"originator-address", &conf_address, FIELD(struct conf_top, global.originator)},
	{"enforcement", &conf_enum, FIELD(struct conf_top, global.enforcement),
	 .words = enforcement_words},
	{"core-isolation", &conf_enum, FIELD(struct conf_top, global.core_isolation),
	 .words = isolation_words},
	{"isolation-delay", &conf_duration, FIELD(struct conf_top, global.isolation_delay_ms),
	 .max = HOUR_MS},
	{"reflector-hold", &conf_duration, FIELD(struct conf_top, global.reflector_hold_ms),
	 .max = HOUR_MS},
	{"uplinks", &conf_ifnames, ARRAY(struct conf_top, global.uplinks, global.n_uplinks)},
	{"uplink-tracking", &conf_bool, FIELD(struct conf_top, global.uplink_tracking)},
	{"startup-delay", &conf_duration, FIELD(struct conf_top, global.startup_delay_ms),
	 .max = HOUR_MS},
	{"cold-start", &conf_enum, FIELD(struct conf_top, global.cold_start), .words = cold_words},
	{"cold-start-time", &conf_duration, FIELD(struct conf_top, global.cold_start_ms),
	 .max = HOUR_MS},
	{"handover-limit", &conf_duration, FIELD(struct conf_top, global.handover_limit_ms),
	 .max = CONF_HANDOVER_MAX_MS},
	{"memory-reserve", &conf_number, FIELD(struct conf_top, global.memory_reserve),
	 .max = CONF_RESERVE_MAX},
	{"memory-limit", &conf_number, FIELD(struct conf_top, global.memory_limit),
	 .max = CONF_MEMORY_MAX},
	{"keep-all-routes", &conf_bool, FIELD(struct conf_top, global.keep_all)},
	{"host-limit", &conf_number, FIELD(struct conf_top, global.core.host_limit), .min = 1,
	 .max = EVPN_HOST_LIMIT_MAX},
	{"frr", &conf_map, .keys = frr_keys},
	{"core", &conf_map, .keys = core_keys},
	{"bfd", &conf_map, .keys = bfd_keys},
	{"inter-chassis", &conf_map, .keys = icc_keys},
	{"peers", &conf_peers, FIELD(struct conf_top, file), .alias = "neighbors"},
	{"vrfs", &conf_vrfs, FIELD(struct conf_top, file)},
	{"segments", &conf_segments, FIELD(struct conf_top, file)},
	{"bridges", &conf_bridges, FIELD(struct conf_top, file)},
	{},
};

const struct conf_key conf_ao_key_keys[] = {
	{"id", &conf_number, FIELD(struct conf_ao_key, id), .max = 255, .required = true},
	{"file", &conf_path, FIELD(struct conf_ao_key, file), .required = true},
	{"algorithm", &conf_enum, FIELD(struct conf_ao_key, algorithm), .words = ao_words},
	{},
};

#define PEER(m) FIELD(struct conf_peer_item, peer.m)

const struct conf_key conf_peer_keys[] = {
	{"address", &conf_address, PEER(address), .required = true},
	{"port", &conf_number, PEER(port), .min = 1, .max = 65535},
	{"remote-as", &conf_number, PEER(remote_as), .min = 1, .max = 4294967294, .required = true},
	{"description", &conf_text, PEER(description)},
	{"source", &conf_address, PEER(source)},
	{"interface", &conf_ifname, PEER(interface)},
	{"hold-time", &conf_seconds, PEER(hold_time), .max = 65535000},
	{"connect-retry", &conf_duration, PEER(connect_retry_ms), .min = 100, .max = HOUR_MS},
	{"gtsm-hops", &conf_number, PEER(gtsm_hops), .max = 254},
	{"multihop", &conf_number, PEER(multihop), .max = 255},
	{"passive", &conf_bool, PEER(passive)},
	{"enforce-first-as", &conf_bool, PEER(enforce_first_as)},
	{"maximum-paths", &conf_number, PEER(max_paths), .max = 4294967295},
	{"maximum-memory", &conf_number, PEER(max_memory), .max = CONF_MEMORY_MAX},
	{"limit-restart", &conf_duration, PEER(limit_restart_ms), .min = 1000, .max = HOUR_MS},
	{"shutdown", &conf_bool, PEER(shutdown)},
	{"send-multicast", &conf_bool, PEER(send_multicast)},
	{"basic-communities", &conf_bool, PEER(basic_communities)},
	{"password-file", &conf_path, FIELD(struct conf_peer_item, secret.password_file)},
	{"bfd", &conf_peer_bfd, .keys = peer_bfd_keys},
	{"ao-keys", &conf_ao_keys, FIELD(struct conf_peer_item, secret.ao)},
	{},
};

static const struct conf_key route_target_keys[] = {
	{"import", &conf_route_targets, ARRAY(struct conf_vrf, import, n_import)},
	{"export", &conf_route_targets, ARRAY(struct conf_vrf, export, n_export)},
	{},
};

static const struct conf_key prefix_keys[] = {
	{"learn", &conf_flags, FIELD(struct conf_vrf, prefixes.learn), .words = learn_words},
	{"form", &conf_enum, FIELD(struct conf_vrf, prefixes.form), .words = form_words},
	{"targets", &conf_enum, FIELD(struct conf_vrf, prefixes.targets), .words = vrf_sync_words},
	{"install", &conf_bool, FIELD(struct conf_vrf, prefixes.install)},
	{"metric", &conf_number, FIELD(struct conf_vrf, prefixes.metric), .min = 1,
	 .max = 4294967295},
	{"limit", &conf_number, FIELD(struct conf_vrf, prefixes.limit), .min = 1, .max = 10000000},
	{"core", &conf_enum, FIELD(struct conf_vrf, prefixes.core), .words = core_words},
	{"from-core", &conf_bool, FIELD(struct conf_vrf, prefixes.from_core)},
	{},
};

const struct conf_key conf_vrf_keys[] = {
	{"name", &conf_text, FIELD(struct conf_vrf, name), .required = true},
	{"route-targets", &conf_map, .keys = route_target_keys},
	{"interfaces", &conf_ifnames, ARRAY(struct conf_vrf, interfaces, n_interfaces)},
	{"id", &conf_number, FIELD(struct conf_vrf, id), .max = 65535},
	{"sync-targets", &conf_enum, FIELD(struct conf_vrf, sync), .words = vrf_sync_words},
	{"l3vni", &conf_number, FIELD(struct conf_vrf, l3vni), .max = 16777215},
	{"prefixes", &conf_map, .keys = prefix_keys},
	{},
};

#define SEGMENT(m) FIELD(struct conf_segment, m)

static const struct conf_key df_keys[] = {
	{"algorithm", &conf_enum, SEGMENT(df.algorithm), .words = algorithm_words},
	{"preference", &conf_number, SEGMENT(df.preference), .max = 65535},
	{"dont-preempt", &conf_bool, SEGMENT(df.dont_preempt)},
	{"ac-df", &conf_bool, SEGMENT(df.ac_df)},
	{"port-mode", &conf_bool, SEGMENT(df.port_mode)},
	{"time-sync", &conf_bool, SEGMENT(df.time_sync)},
	{"wait", &conf_duration, SEGMENT(df.wait_ms), .max = HOUR_MS},
	{"recovery-wait", &conf_duration, SEGMENT(df.recovery_wait_ms), .max = HOUR_MS},
	{"skew", &conf_duration, SEGMENT(df.skew_ms), .max = 60000},
	{},
};

const struct conf_key conf_segment_keys[] = {
	{"name", &conf_text, SEGMENT(name), .required = true},
	{"interface", &conf_devices, SEGMENT(interface), .required = true},
	{"track", &conf_ifnames, ARRAY(struct conf_segment, track, n_track)},
	{"far-end", &conf_address, SEGMENT(far_end)},
	{"control", &conf_enum, SEGMENT(control), .words = control_words},
	{"esi", &conf_esi, .always = true},
	{"mode", &conf_enum, SEGMENT(mode), .words = mode_words, .always = true},
	{"standby", &conf_enum, SEGMENT(standby), .words = standby_words},
	{"df", &conf_map, .keys = df_keys},
	{"vlans", &conf_vlans, SEGMENT(vlans)},
	{"es-import", &conf_mac, SEGMENT(es_import)},
	{"ad-per-es", &conf_bool, SEGMENT(ad_per_es)},
	{"ad-per-evi", &conf_bool, SEGMENT(ad_per_evi)},
	{"route-targets", &conf_route_targets,
	 ARRAY(struct conf_segment, route_targets, n_route_targets)},
	{"sync-targets", &conf_enum, SEGMENT(sync), .words = segment_sync_words},
	{"retention", &conf_duration, SEGMENT(retention_ms), .max = EVPN_NEIGH_RETAIN_MAX},
	{"leave-time", &conf_duration, SEGMENT(leave_ms), .min = CONF_LEAVE_MIN,
	 .max = CONF_LEAVE_MAX},
	{"host-timeout", &conf_duration, SEGMENT(host_timeout_ms), .max = EVPN_HOST_TIMEOUT_MAX},
	{"host-limit", &conf_number, SEGMENT(host_limit), .min = 1, .max = EVPN_HOST_LIMIT_MAX},
	{"on-daemon-loss", &conf_enum, SEGMENT(on_daemon_loss), .words = loss_words},
	{"owner-hold", &conf_duration, SEGMENT(owner_hold_ms), .max = EVPN_HOLD_TIME_MAX},
	{"allow", &conf_flags, SEGMENT(allow), .words = allow_words},
	{"untagged-vid", &conf_number, SEGMENT(untagged_vid), .max = 4094},
	{"unknown-unicast", &conf_enum, SEGMENT(unknown_unicast), .words = unknown_words},
	{"lacp-bypass", &conf_bool, SEGMENT(lacp_bypass)},
	{"end-sessions", &conf_bool, SEGMENT(end_sessions)},
	{},
};

static const struct conf_key bridge_target_keys[] = {
	{"import", &conf_route_targets, ARRAY(struct conf_bridge, import, n_import)},
	{"export", &conf_route_targets, ARRAY(struct conf_bridge, export, n_export)},
	{},
};

const struct conf_key conf_bridge_keys[] = {
	{"vni", &conf_number, FIELD(struct conf_bridge, vni), .min = 1, .max = 16777215,
	 .required = true},
	{"bridge", &conf_ifname, FIELD(struct conf_bridge, bridge), .required = true},
	{"vxlan", &conf_ifname, FIELD(struct conf_bridge, vxlan), .required = true},
	{"vlan", &conf_number, FIELD(struct conf_bridge, vlan), .max = 4094},
	{"rd", &conf_rd, FIELD(struct conf_bridge, rd),
	 .count = offsetof(struct conf_bridge, has_rd)},
	{"route-targets", &conf_map, .keys = bridge_target_keys},
	{},
};
