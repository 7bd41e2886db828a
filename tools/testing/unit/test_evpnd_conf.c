// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_conf.c - the configuration file: what is understood, everything that is wrong in one run
 * with line and column, and that what is printed means the same, to us and to another reader of YAML.
 *
 * A1, A6, A9, A25
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/conf_file.h"
#include "near.h"

#define HEAD "router-id: 192.0.2.1\nas: 65000\n"
#define SEGMENT(rest)                                                                                  \
	HEAD "segments:\n  - {name: a, interface: e0, esi: 00:11:22:33:44:55:66:77:88:99, mode: " rest \
	     "}\n"

static const char example[] =
	"# as an operator would write it\n"
	"router-id: 192.0.2.1\n"
	"as: 65000\n"
	"listen: [192.0.2.1, \"2001:db8::1\"]\n"
	"core-isolation: block\n"
	"isolation-delay: 500ms\n"
	"reflector-hold: 5s\n"
	"uplinks: [eth1, eth2]\n"
	"bfd: {segments: yes, interval: 50ms}\n"
	"peers:\n"
	"  - {address: 192.0.2.9, remote-as: 65000, password-file: /etc/evpn/rr.key, hold-time: 9}\n"
	"  - address: 2001:db8::9\n"
	"    remote-as: 4200000000\n"
	"    description: \"the other one: it's far\"\n"
	"    ao-keys: [{id: 1, file: /etc/evpn/a}, {id: 2, file: /etc/evpn/b, algorithm: hmac-sha-256}]\n"
	"    gtsm-hops: 1\n"
	"    bfd: {multiplier: 5}\n"
	"vrfs:\n"
	"  - {name: red, route-targets: {import: [\"65000:1\", 65000:2], export: [\"192.0.2.1:7\"]}}\n"
	"segments:\n"
	"  - name: ce1\n"
	"    interface: bond0\n"
	"    esi: 00:11:22:33:44:55:66:77:88:99\n"
	"    mode: port-active\n"
	"    standby: lacp-oos\n"
	"    df: {algorithm: preference, preference: 200, dont-preempt: yes, wait: 3s}\n"
	"  - {name: \"yes\", interface: bond1, esi: {lacp: auto}, mode: single-active, vlans: [\"1-10\", 20, untagged],\n"
	"     allow: [lldp, cfm], owner-hold: 90s, df: {ac-df: on, algorithm: hrw}, ad-per-evi: no}\n"
	"  - {name: c, interface: bond2, esi: {es-id: 1, es-sys-mac: 44:38:39:ff:ff:01}, mode: all-active, vlans: 4094}\n";

static struct conf_file *parse(const char *text, struct conf_errors *errors)
{
	memset(errors, 0, sizeof(*errors));
	return conf_parse_text(text, strlen(text), errors);
}

static struct conf_file *good(const char *text)
{
	struct conf_errors errors;
	struct conf_file *file = parse(text, &errors);

	if (!file)
		conf_errors_print(&errors, "unexpected", stderr);
	assert_non_null(file);
	conf_errors_free(&errors);
	return file;
}

/* The file must be refused, and "line:column: message" be among the reasons. */
static void bad(const char *text, const char *reason)
{
	struct conf_errors errors;
	struct conf_file *file = parse(text, &errors);
	char buf[1024];
	bool found = false;

	assert_null(file);
	for (size_t i = 0; i < errors.n; i++) {
		snprintf(buf, sizeof(buf), "%u:%u: %s", errors.items[i].line,
			 errors.items[i].column, errors.items[i].message);
		found |= !strncmp(buf, reason, strlen(reason));
	}
	if (!found) {
		conf_errors_print(&errors, "got", stderr);
		fail_msg("not among the errors: %s", reason);
	}
	conf_errors_free(&errors);
}

/* The file is accepted, with a warning that contains the words. */
static void warned(const char *text, const char *words)
{
	struct conf_errors errors;
	struct conf_file *file = parse(text, &errors);
	bool found = false;

	assert_non_null(file);
	for (size_t i = 0; i < errors.n; i++)
		found |= errors.items[i].warning && strstr(errors.items[i].message, words);
	assert_true(found);
	conf_errors_free(&errors);
	conf_file_free(file);
}

static void test_bridges(void **state)
{
	struct conf_file *file = good(
		HEAD
		"bridges:\n"
		"  - {bridge: br0, vni: 100, vxlan: vx0}\n"
		"  - {bridge: br1, vlan: 20, vni: 66000, vxlan: vx1, rd: \"192.0.2.1:7\",\n"
		"     route-targets: {import: [\"65000:1\", \"65000:2\"], export: [\"65000:1\"]}}\n");
	const struct conf *c = file->conf;
	struct ecomm rts[CONF_RT_MAX], rt;
	char buf[RD_STRLEN], *text;
	struct rd rd;

	assert_int_equal(c->n_bridges, 2);
	rd = conf_bridge_rd(c, &c->bridges[0]);
	assert_string_equal(rd_format(&rd, buf), "192.0.2.1:100");
	assert_int_equal(conf_bridge_import(c, &c->bridges[0], rts), 1);
	rt_parse(&rt, "65000:100");
	assert_memory_equal(&rts[0], &rt, sizeof(rt));
	rd = conf_bridge_rd(c, &c->bridges[1]);
	assert_string_equal(rd_format(&rd, buf), "192.0.2.1:7");
	assert_int_equal(c->bridges[1].vlan, 20);
	assert_int_equal(conf_bridge_import(c, &c->bridges[1], rts), 2);
	assert_int_equal(conf_bridge_export(c, &c->bridges[1], rts), 1);
	assert_ptr_equal(conf_bridge(c, 66000), &c->bridges[1]);
	assert_null(conf_bridge(c, 5));
	text = conf_yaml(file);
	conf_file_free(file);
	file = good(text);
	assert_int_equal(file->conf->n_bridges, 2);
	assert_true(file->conf->bridges[1].has_rd);
	assert_false(file->conf->bridges[0].has_rd);
	conf_file_free(file);
	free(text);
	/* a 4-octet AS gives its lower half */
	file = good(
		"router-id: 192.0.2.1\nas: 4200000001\nbridges: [{bridge: b, vni: 5, vxlan: v}]\n");
	conf_bridge_export(file->conf, &file->conf->bridges[0], rts);
	assert_string_equal(rt_format(&rts[0], buf), "59905:5");
	conf_file_free(file);
	bad(HEAD "bridges: [{bridge: b, vxlan: v}]\n", "3:11: bridges[0]: \"vni\" is missing");
	bad(HEAD "bridges: [{bridge: b, vni: 16777216, vxlan: v}]\n",
	    "3:28: bridges[16777216].vni: \"16777216\": expected a number from 1 to 16777215");
	bad(HEAD "bridges:\n  - {bridge: b, vni: 5, vxlan: v}\n  - {bridge: c, vni: 5, vxlan: w}\n",
	    "5:22: bridges[5].vni: \"5\": given already in line 4");
	bad(HEAD
	    "bridges:\n  - {bridge: b, vni: 5, vxlan: v}\n  - {bridge: c, vni: 65541, vxlan: w}\n",
	    "5:5: bridges[65541].rd: already belongs to 5 in line 4");
	bad(HEAD "bridges: [{bridge: b, vni: 1, vxlan: v}]\n",
	    "3:11: bridges[1].rd: the segments use this one, expected another");
	bad(HEAD "bridges: [{bridge: b, vni: 5, vxlan: v, rd: x}]\n",
	    "3:45: bridges[5].rd: \"x\": expected a route distinguisher");
}

static void test_core(void **state)
{
	struct conf_file *file = good(HEAD);
	const struct conf_core *core = &file->conf->global.core;
	char *text;

	assert_int_equal(core->mark_mask, 0xff000000);
	assert_int_equal(core->n_ports, 1);
	assert_int_equal(core->ports[0], 4789);
	conf_file_free(file);
	file = good(HEAD "core: {mark-mask: 0x0ff0, vxlan-ports: [8472, 4789]}\n");
	core = &file->conf->global.core;
	assert_int_equal(core->mark_mask, 0xff0);
	assert_int_equal(core->n_ports, 2);
	assert_int_equal(core->ports[0], 8472);
	text = conf_yaml(file);
	assert_string_equal(text, "router-id: 192.0.2.1\nas: 65000\n"
				  "core: {mark-mask: \"0x00000ff0\", vxlan-ports: [8472, 4789]}\n");
	conf_file_free(file);
	file = good(text);
	free(text);
	assert_int_equal(file->conf->global.core.mark_mask, 0xff0);
	conf_file_free(file);
	conf_file_free(good(HEAD "core: {mark-mask: 0}\n"));
	bad(HEAD "core: {mark-mask: 0xf0f0}\n",
	    "3:19: core.mark-mask: \"0xf0f0\": expected 2 to 16 bits next to each other");
	bad(HEAD "core: {mark-mask: 0x100}\n", "3:19: core.mark-mask");
	bad(HEAD "core: {mark-mask: 0x1ffff}\n", "3:19: core.mark-mask");
	bad(HEAD "core: {mark-mask: 0xff00000000}\n", "3:19: core.mark-mask");
	bad(HEAD "core: {mark-mask: -1}\n", "3:19: core.mark-mask");
	bad(HEAD "core: {vxlan-ports: []}\n", "3:21: core.vxlan-ports: expected at least one port");
	bad(HEAD "core: {vxlan-ports: [4789, 70000]}\n",
	    "3:28: core.vxlan-ports: \"70000\": expected a number from 1 to 65535");
	bad(HEAD "core: {vxlan-ports: [4789, 4789]}\n",
	    "3:28: core.vxlan-ports: \"4789\": given already");
	file = good(SEGMENT("all-active, vlans: [1], untagged-vid: 10, unknown-unicast: pass"));
	assert_int_equal(file->conf->segments[0].untagged_vid, 10);
	assert_int_equal(file->conf->segments[0].unknown_unicast, CONF_UNKNOWN_PASS);
	conf_file_free(file);
	bad(SEGMENT("all-active, vlans: [1], untagged-vid: 4095"),
	    "4:110: segments[a].untagged-vid: \"4095\": expected a number from 0 to 4094");
	bad(SEGMENT("all-active, vlans: [1], unknown-unicast: drop"),
	    "4:113: segments[a].unknown-unicast: \"drop\": expected filter or pass");
	warned(SEGMENT("port-active, unknown-unicast: pass"),
	       "segments[a].unknown-unicast: \"pass\": has an effect in mode all-active only");
	warned(HEAD "core: {mark-mask: 0}\nsegments: [{name: a, interface: e0, esi: "
		    "00:11:22:33:44:55:66:77:88:99, mode: all-active, vlans: [1]}]\n",
	       "no split horizon");
}

static void test_example(void **state)
{
	struct conf_file *file = good(example);
	const struct conf *c = file->conf;
	const struct conf_segment *s = c->segments;
	struct esi esi;

	assert_int_equal(c->global.router_id, inet_addr("192.0.2.1"));
	assert_int_equal(c->global.as, 65000);
	assert_int_equal(c->global.n_listen, 2);
	assert_int_equal(c->global.port, 179);
	assert_int_equal(c->global.core_isolation, CONF_ISOLATION_BLOCK);
	assert_int_equal(c->global.isolation_delay_ms, 500);
	assert_int_equal(c->global.reflector_hold_ms, 5000);
	assert_int_equal(c->global.n_uplinks, 2);
	assert_string_equal(c->global.uplinks[1], "eth2");
	assert_true(c->global.uplink_tracking);
	assert_int_equal(c->global.startup_delay_ms, 10000);
	assert_int_equal(c->n_peers, 2);
	assert_int_equal(c->peers[0].hold_time, 9);
	assert_true(c->peers[0].has_md5);
	assert_false(c->peers[0].has_ao);
	assert_string_equal(file->secrets[0].password_file, "/etc/evpn/rr.key");
	assert_int_equal(c->peers[1].remote_as, 4200000000);
	assert_int_equal(c->peers[1].hold_time, CONF_HOLD_TIME);
	/* a VRF that is full is no reason to lose the session */
	assert_true(c->peers[1].max_paths > CONF_PREFIX_LIMIT);
	assert_false(c->peers[0].bfd.enabled);
	assert_true(c->peers[1].bfd.enabled);
	assert_int_equal(conf_bfd_of(c, &c->peers[1]).interval_ms, 50);
	assert_int_equal(conf_bfd_of(c, &c->peers[1]).multiplier, 5);
	assert_true(c->global.bfd.enabled);
	assert_true(c->peers[1].has_ao);
	assert_int_equal(file->secrets[1].n_ao, 2);
	assert_int_equal(file->secrets[1].ao[1].algorithm, CONF_AO_HMAC_SHA256);
	assert_int_equal(c->vrfs[0].n_import, 2);
	assert_int_equal(c->vrfs[0].n_export, 1);
	assert_int_equal(c->n_segments, 3);
	assert_int_equal(s[0].mode, CONF_PORT_ACTIVE);
	assert_int_equal(s[0].standby, CONF_STANDBY_LACP_OOS);
	assert_int_equal(s[0].df.preference, 200);
	assert_true(s[0].df.dont_preempt && s[0].df.port_mode && !s[0].df.ac_df);
	assert_string_equal(s[1].name, "yes");
	assert_int_equal(s[1].esi_source, CONF_ESI_LACP);
	assert_int_equal(s[1].owner_hold_ms, 90000);
	assert_int_equal(s[1].host_limit, 16384);
	assert_int_equal(c->global.core.host_limit, 131072);
	assert_int_equal(s[1].allow, 5);
	assert_int_equal(s[1].df.algorithm, 1);
	assert_true(s[1].df.ac_df && !s[1].df.port_mode && !s[1].ad_per_evi && s[1].ad_per_es);
	assert_int_equal(s[1].vlans[0], 0xff);
	assert_int_equal(s[1].vlans[1], 0x07);
	assert_int_equal(s[1].vlans[2], 0x10);
	assert_int_equal(esi_parse(&esi, "03:44:38:39:ff:ff:01:00:00:01"), 0);
	assert_int_equal(esi_cmp(&s[2].esi, &esi), 0);
	assert_int_equal(s[2].vlans[511], 0x40);
	conf_file_free(file);
}

/* A PE whose operator says nothing must elect with FRR's PEs as they come. */
static void test_defaults(void **state)
{
	struct conf_file *file = good(SEGMENT("port-active"));
	const struct conf_segment *s = file->conf->segments;

	assert_int_equal(s->df.algorithm, 2);
	assert_int_equal(s->df.preference, 32767);
	assert_int_equal(s->df.wait_ms, 3000);
	assert_int_equal(s->df.skew_ms, 10);
	assert_false(s->df.dont_preempt);
	assert_int_equal(s->standby, CONF_STANDBY_AUTO);
	assert_int_equal(s->on_daemon_loss, CONF_LOSS_AUTO);
	assert_int_equal(s->owner_hold_ms, 60000);
	assert_int_equal(s->allow, 1);
	assert_true(s->ad_per_es && s->ad_per_evi);
	conf_file_free(file);
}

static void test_frr(void **state)
{
	struct conf_file *file = good(HEAD "frr: {vty: /run/x, hold: 5s}\n"), *on;
	json_t *diff;
	char *yaml;

	assert_string_equal(file->conf->global.frr.vty, "/run/x");
	assert_int_equal(file->conf->global.frr.hold_ms, 5000);
	assert_false(file->conf->global.frr.discover || file->conf->global.frr.repair);
	on = good(HEAD "frr: {vty: /run/x, hold: 5s, discover: yes, repair: yes}\n");
	assert_true(on->conf->global.frr.discover && on->conf->global.frr.repair);
	diff = conf_diff(file, on);
	assert_int_equal(json_array_size(diff), 2);
	json_decref(diff);
	yaml = conf_yaml(on);
	assert_non_null(strstr(yaml, "discover:"));
	assert_non_null(strstr(yaml, "repair:"));
	free(yaml);
	conf_file_free(file);
	conf_file_free(on);
}

static void test_all_errors_in_one_run(void **state)
{
	static const char text[] =
		"router-id: 192.0.2.300\n"
		"as: 0\n"
		"neighbours:\n"
		"  - 1\n"
		"peers:\n"
		"  - {address: 192.0.2.9, remote-as: 65000, hold-time: 2s, pasive: yes}\n"
		"  - {address: 192.0.2.9, passive: maybe}\n"
		"segments:\n"
		"  - name: ce1\n"
		"    interface: bond0\n"
		"    esi: 00:00:00:00:00:00:00:00:00:00\n"
		"    mode: port-actve\n"
		"    df: {wait: 3}\n"
		"  - foo\n";
	static const char *const reasons[] = {
		"1:12: router-id: \"192.0.2.300\": expected four octets",
		"2:5: as: \"0\": expected a number from 1 to 4294967294",
		"3:1: neighbours: unknown key; did you mean \"peers\"?",
		"6:55: peers[192.0.2.9].hold-time: \"2s\": expected 0s or at least 3s",
		"6:59: peers[192.0.2.9].pasive: unknown key; did you mean \"passive\"?",
		"7:5: peers[192.0.2.9]: \"remote-as\" is missing",
		"7:15: peers[192.0.2.9].address: \"192.0.2.9\": given already in line 6",
		"7:35: peers[192.0.2.9].passive: \"maybe\": expected yes or no",
		"11:10: segments[ce1].esi: \"00:00:00:00:00:00:00:00:00:00\": this ESI is reserved",
		"12:11: segments[ce1].mode: \"port-actve\": expected all-active, single-active or port-active; did you mean \"port-active\"?",
		"13:16: segments[ce1].df.wait: \"3\": expected a duration with a unit",
		"14:5: segments[1]: \"foo\": expected a map",
	};
	struct conf_errors errors;

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		bad(text, reasons[i]);
	assert_null(parse(text, &errors));
	assert_int_equal(errors.count, sizeof(reasons) / sizeof(reasons[0]));
	for (size_t i = 1; i < errors.n; i++)
		assert_true(errors.items[i - 1].line <= errors.items[i].line);
	conf_errors_free(&errors);
}

/* Installed and not configured is no mistake; half configured is one. */
static void test_nothing(void **state)
{
	struct conf_file *file = good("# nothing\n");

	assert_true(conf_is_empty(file));
	conf_file_free(file);
	file = good("");
	assert_true(conf_is_empty(file));
	conf_file_free(file);
	bad("as: 65000\n", "1:1: the configuration: \"router-id\" is missing");
}

static void test_syntax(void **state)
{
	bad("router-id: [1, 2\nas: 1\n", "2:");
	bad("- a\n- b\n", "1:1: the configuration: expected a map");
	bad(HEAD "---\nas: 1\n", "3:1: expected one document only");
	bad("router-id: &x 192.0.2.1\nas: *x\n", "2:5: aliases are not supported");
	bad("router-id: 192.0.2.1\nas: !!int \"65000\"\n",
	    "2:5: tag \"tag:yaml.org,2002:int\": tags are not supported: write the value alone");
	bad("router-id: 192.0.2.1\nas: !!python/object/apply:os.system [65000]\n", "2:5: tag ");
	bad("router-id: ! 192.0.2.1\nas: 65000\n", "1:12: tag \"!\": tags are not supported");
	bad("!!map {router-id: 192.0.2.1, as: 65000}\n", "1:1: tag ");
	bad(HEAD "!!str listen: []\n", "3:1: tag ");
	bad(HEAD "listen: !!seq []\n", "3:9: tag ");
	bad("router-id: 192.0.2.1\nas: 065000\n",
	    "2:5: as: \"065000\": expected a number without zeros in front");
	bad(HEAD "core: {mark-mask: 0777}\n", "3:19: core.mark-mask: \"0777\": expected");
	bad(HEAD "startup-delay: 010s\n", "3:16: startup-delay: \"010s\": expected a duration");
	bad(SEGMENT("all-active, vlans: [010-020]"),
	    "4:92: segments[a].vlans: \"010-020\": expected");
	bad(HEAD "vrfs: [{name: r, route-targets: {import: [\"065000:1\"]}}]\n",
	    "3:43: vrfs[r].route-targets.import: \"065000:1\": expected");
	bad(HEAD "as: 65001\n", "3:1: as: given twice, the first time in line 2");
	bad(HEAD "? [a, b]\n: c\n", "3:3: expected a word as the key");
	bad(HEAD "listen: [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]\n", "3:24: nested too deep");
	bad(HEAD "listen: \"\\0\"\n", "3:9: a NUL character has no place here");
	/* what comes before a syntax error is checked all the same */
	bad("router-id: 1\nas: [\n", "1:12: router-id: \"1\": expected four octets");
}

static void test_durations(void **state)
{
	static const struct {
		const char *text;
		uint32_t ms;
		const char *printed;
	} cases[] = {
		{"0", 0, "wait: 0s"},	       {"0s", 0, "wait: 0s"},
		{"500ms", 500, "wait: 500ms"}, {"1500ms", 1500, "wait: 1500ms"},
		{"2s", 2000, "wait: 2s"},      {"2 s", 2000, "wait: 2s"},
		{"60s", 60000, "wait: 1m"},    {"90s", 90000, "wait: 90s"},
		{"60m", 3600000, "wait: 1h"},  {"1h", 3600000, "wait: 1h"},
	};
	char text[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct conf_file *file;
		char *yaml;

		snprintf(text, sizeof(text), SEGMENT("port-active, df: {wait: %s}"), cases[i].text);
		file = good(text);
		assert_int_equal(file->conf->segments[0].df.wait_ms, cases[i].ms);
		yaml = conf_yaml(file);
		assert_non_null(strstr(yaml, cases[i].printed));
		free(yaml);
		conf_file_free(file);
	}
	bad(SEGMENT("port-active, df: {wait: 3}"),
	    "4:96: segments[a].df.wait: \"3\": expected a duration");
	bad(SEGMENT("port-active, df: {wait: -1s}"), "4:96: ");
	bad(SEGMENT("port-active, df: {wait: 2h}"),
	    "4:96: segments[a].df.wait: \"2h\": expected a duration from 0s to 1h");
	bad(SEGMENT("port-active, df: {wait: 99999999999999999999s}"), "4:96: ");
	bad(SEGMENT("port-active, df: {wait: 3 days}"), "4:96: ");
}

static void test_esi(void **state)
{
	static const struct {
		const char *text, *esi;
	} cases[] = {
		{"00:11:22:33:44:55:66:77:88:99", "00:11:22:33:44:55:66:77:88:99"},
		{"0011.2233.4455.6677.8899", "00:11:22:33:44:55:66:77:88:99"},
		{"{es-id: 1, es-sys-mac: 44:38:39:ff:ff:01}", "03:44:38:39:ff:ff:01:00:00:01"},
		{"{es-id: 16777215, es-sys-mac: 4438.39ff.ff01}", "03:44:38:39:ff:ff:01:ff:ff:ff"},
		{"05:00:00:fd:e8:00:00:00:01:00", "05:00:00:fd:e8:00:00:00:01:00"},
	};
	static const char *const wrong[] = {
		"00:11:22:33:44:55:66:77:88",
		"ff:ff:ff:ff:ff:ff:ff:ff:ff:ff",
		"00:00:00:00:00:00:00:00:00:00",
		"06:11:22:33:44:55:66:77:88:99",
		"{lacp: yes}",
		"{lacp: auto, es-id: 1}",
		"{es-id: 1}",
		"{es-sys-mac: 44:38:39:ff:ff:01}",
		"{es-id: 0, es-sys-mac: 44:38:39:ff:ff:01}",
		"{es-id: 16777216, es-sys-mac: 44:38:39:ff:ff:01}",
		"{es-id: 1, es-sys-mac: 00:00:00:00:00:00}",
		"[1]",
	};
	char text[256], buf[ESI_STRLEN];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct conf_file *file;

		snprintf(text, sizeof(text),
			 HEAD "segments: [{name: a, interface: e0, mode: port-active, esi: %s}]",
			 cases[i].text);
		file = good(text);
		assert_string_equal(esi_format(&file->conf->segments[0].esi, buf), cases[i].esi);
		conf_file_free(file);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(text, sizeof(text),
			 HEAD "segments: [{name: a, interface: e0, mode: port-active, esi: %s}]",
			 wrong[i]);
		bad(text, "3:");
	}
}

/* Segments on VLANs of one port have one system: the VLAN tells them apart. */
static void test_esi_of_vlan_device(void **state)
{
	static const char *const wrong[] = {"e0",    "e0.",	 "e0.0", "e0.4095",
					    "e0.1x", "e0.00100", "100"};
	char text[256], buf[ESI_STRLEN];
	struct conf_file *file;

	file = good(HEAD "segments: [{name: a, interface: bond0.100, mode: port-active, "
			 "esi: {es-sys-mac: 44:38:39:ff:ff:01}}]");
	assert_string_equal(esi_format(&file->conf->segments[0].esi, buf),
			    "03:44:38:39:ff:ff:01:00:00:64");
	conf_file_free(file);
	file = good(HEAD "segments: [{name: a, interface: e.1.4094, mode: port-active, "
			 "esi: {es-sys-mac: 44:38:39:ff:ff:01}}]");
	assert_string_equal(esi_format(&file->conf->segments[0].esi, buf),
			    "03:44:38:39:ff:ff:01:00:0f:fe");
	conf_file_free(file);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(text, sizeof(text),
			 HEAD "segments: [{name: a, interface: %s, mode: port-active, "
			      "esi: {es-sys-mac: 44:38:39:ff:ff:01}}]",
			 wrong[i]);
		bad(text, "3:");
	}
}

#define SET(devices)                                        \
	HEAD "segments:\n  - {name: a, interface: " devices \
	     ", mode: port-active, esi: 00:11:22:33:44:55:66:77:88:01}\n"
#define SECOND(devices)                     \
	"  - {name: b, interface: " devices \
	", mode: port-active, esi: 00:11:22:33:44:55:66:77:88:02}\n"

/* D5: a segment of several devices (RFC 9784), and what it prints is what it was read from. */
static void test_set(void **state)
{
	struct conf_file *file = good(SET("[gre1, bond0.10]") SECOND("bond0.20"));
	const struct conf_segment *s = &file->conf->segments[0];

	assert_int_equal(s->set.n, 2);
	assert_string_equal(s->interface, "gre1");
	assert_true(conf_segment_has(s, "gre1") && conf_segment_has(s, "bond0.10"));
	assert_false(conf_segment_has(s, "bond0.20"));
	assert_ptr_equal(conf_segment_on(file->conf, "bond0.10"), s);
	assert_ptr_equal(conf_segment_on(file->conf, "bond0.20"), s + 1);
	assert_null(conf_segment_on(file->conf, "bond0"));
	assert_false(conf_segment_same_devices(s, s + 1));
	conf_file_free(file);

	file = good(SET("[gre1]"));
	assert_int_equal(file->conf->segments[0].set.n, 1);
	conf_file_free(file);
}

static void test_set_refused(void **state)
{
	char text[2048] = SET("[");

	bad(SET("[gre1, e1, gre1]"),
	    "4:37: segments[a].interface: \"gre1\": gre1 is named twice, expected other devices");
	bad(SET("[gre1, e1]") SECOND("e1"),
	    "5:26: segments[b].interface: \"e1\": already belongs to a in line 4");
	bad(SET("gre1") SECOND("[e1, gre1]"),
	    "5:31: segments[b].interface: \"gre1\": already belongs to a in line 4");
	bad(SET("[gre1, a/b]"),
	    "4:33: segments[a].interface: \"a/b\": expected the name of a network device");
	bad(SET("[]"),
	    "4:26: segments[a].interface: expected the name of a network device, or a list of them");
	bad(SET("{a: b}"), "4:26: segments[a].interface: expected a single value");
	bad(HEAD "segments: [{name: a, interface: [e0.10], mode: port-active, "
		 "esi: {es-sys-mac: 44:38:39:ff:ff:01}}]",
	    "3:");
	bad(HEAD "segments: [{name: a, interface: [e0, e1], mode: port-active, esi: {lacp: auto}}]",
	    "3:67: segments[a].esi: several devices have no LACP partner, expected ten octets or {es-id, es-sys-mac}");
	bad(HEAD "segments: [{name: a, interface: [e0, e1], control: frr}]",
	    "3:33: segments[a].interface: a segment of FRR's has one device, expected its name");

	strcpy(strchr(text, '[') + 1, "d0");
	for (int i = 1; i <= CONF_SET_MAX; i++)
		sprintf(text + strlen(text), ", d%d", i);
	strcat(text, "], mode: port-active, esi: 00:11:22:33:44:55:66:77:88:01}\n");
	bad(text, "4:177: segments[a].interface: \"d32\": expected at most 32 devices");
}

static void test_vlans(void **state)
{
	bad(SEGMENT("single-active, vlans: [0]"),
	    "4:95: segments[a].vlans: \"0\": expected a VLAN from 1 to 4094");
	bad(SEGMENT("single-active, vlans: [4095]"), "4:95: ");
	bad(SEGMENT("single-active, vlans: [10-1]"), "4:95: ");
	bad(SEGMENT("single-active, vlans: [1-]"), "4:95: ");
	bad(SEGMENT("single-active, vlans: [1-2-3]"), "4:95: ");
	bad(SEGMENT("single-active, vlans: [1x]"), "4:95: ");
	bad(SEGMENT("single-active, vlans: [{a: 1}]"),
	    "4:95: segments[a].vlans: expected a single value");
	conf_file_free(good(SEGMENT("single-active, vlans: [1-4094, untagged, 7]")));
}

/* A25: the AC-influenced election and port mode exclude each other, said or implied. */
static void test_ac_df_with_port_mode(void **state)
{
	bad(SEGMENT("port-active, df: {ac-df: yes}"),
	    "4:97: segments[a].df.ac-df: \"yes\": cannot be signalled together with port-mode, which port-active implies");
	bad(SEGMENT("single-active, vlans: 1, df: {ac-df: yes, port-mode: yes}"),
	    "4:109: segments[a].df.ac-df: \"yes\": cannot be signalled together with port-mode");
	conf_file_free(good(SEGMENT("port-active, vlans: 1, df: {ac-df: yes, port-mode: no}")));
	conf_file_free(good(SEGMENT("single-active, vlans: 1, df: {ac-df: yes}")));
}

/* What no session can be had with, or not a second one */
static void test_far_end(void **state)
{
#define FAR(x) SEGMENT("port-active, far-end: \"" x "\"")
#define FAR_PEER(x) FAR("10.9.0.11") "peers: [{address: 10.9.0.11, remote-as: 65000" x "}]\n"
	bad(FAR("224.0.0.5"),
	    "4:94: segments[a].far-end: \"224.0.0.5\": expected the address of one far end");
	bad(FAR("ff02::1"), "4:94: ");
	bad(FAR("0.0.0.0"), "4:94: ");
	bad(FAR("::"), "4:94: ");
	bad(FAR("fe80::1"),
	    "4:94: segments[a].far-end: \"fe80::1\": a link-local address does not say on which device, expected another one");
	bad(FAR("192.0.2.1"),
	    "4:94: segments[a].far-end: \"192.0.2.1\": is an address of this host");
	bad(FAR_PEER(", bfd: yes"),
	    "4:94: segments[a].far-end: \"10.9.0.11\": a peer with bfd has this address, and there can be one session with it");
	conf_file_free(good(FAR_PEER("")));
	conf_file_free(good(FAR("10.9.0.11")));
	conf_file_free(good(FAR("2001:db8::11")));
}

static void test_twice(void **state)
{
#define TWO(a, b)                                                                                               \
	HEAD "segments:\n  - {name: x, interface: e0, esi: 00:11:22:33:44:55:66:77:88:99, mode: port-active}\n" \
	     "  - {name: " a ", interface: " b ", mode: port-active}\n"
	bad(TWO("x", "e1, esi: {lacp: auto}"),
	    "5:12: segments[x].name: \"x\": given already in line 4");
	bad(TWO("y", "e0, esi: {lacp: auto}"),
	    "5:26: segments[y].interface: \"e0\": already belongs to x in line 4");
	bad(TWO("y", "e1, esi: 0011.2233.4455.6677.8899"),
	    "5:35: segments[y].esi: \"0011.2233.4455.6677.8899\": already belongs to x in line 4");
	bad(HEAD "vrfs: [{name: red}, {name: red}]",
	    "3:28: vrfs[red].name: \"red\": given already in line 3");
	bad(HEAD "peers: [{address: \"::1\", remote-as: 1}, {address: \"0::1\", remote-as: 2}]",
	    "3:51: ");
	/* the same address on another port is another neighbour */
	conf_file_free(good(
		HEAD
		"peers: [{address: 192.0.2.9, remote-as: 1}, {address: 192.0.2.9, remote-as: 1, port: 1790}]"));
}

static void test_peers(void **state)
{
#define PEER(x) HEAD "peers: [{address: 192.0.2.9, remote-as: 65000" x "}]"
	bad(HEAD "peers: [{address: 224.0.0.1, remote-as: 1}]", "3:19: ");
	bad(HEAD "peers: [{address: 0.0.0.0, remote-as: 1}]", "3:19: ");
	bad(HEAD "peers: [{address: fe80::1, remote-as: 1}]",
	    "3:19: peers[fe80::1].address: \"fe80::1\": a link-local address needs \"interface\"");
	bad(HEAD "peers: [{address: 192.0.2.9, remote-as: 23456}]", "3:41: ");
	bad(PEER(", source: 2001:db8::1"), "3:56: ");
	bad(PEER(", hold-time: 1"), "3:59: ");
	bad(PEER(", hold-time: 3500ms"),
	    "3:59: peers[192.0.2.9].hold-time: \"3500ms\": expected whole seconds");
	bad(PEER(", password-file: rr.key"),
	    "3:63: peers[192.0.2.9].password-file: \"rr.key\": expected a path from the root");
	bad(PEER(", password-file: /a, ao-keys: [{id: 1, file: /b}]"),
	    "3:76: peers[192.0.2.9].ao-keys: expected either password-file or ao-keys");
	bad(PEER(", ao-keys: [{id: 1, file: /b}, {id: 1, file: /c}]"),
	    "3:77: peers[192.0.2.9].ao-keys[1]: id 1 is in use by another key");
	bad(PEER(", ao-keys: [{id: 256, file: /b}]"), "3:63: ");
	bad(PEER(", gtsm-hops: 1, multihop: 2"), "3:72: ");
	bad(PEER(", interface: a/b"),
	    "3:59: peers[192.0.2.9].interface: \"a/b\": expected the name of a network device");
	bad(PEER(", interface: abcdefghijklmnop"),
	    "3:59: peers[192.0.2.9].interface: \"abcdefghijklmnop\": expected 1 to 15 characters");
	warned(PEER(", multihop: 2"), "no effect");
}

static void round_trip(const struct conf_file *file);

/* What "peers" was called before: read, never written, and not beside it. */
static void test_peers_alias(void **state)
{
	struct conf_file *old = good(HEAD "neighbors: [{address: 192.0.2.9, remote-as: 1}]"),
			 *now = good(HEAD "peers: [{address: 192.0.2.9, remote-as: 1}]");
	json_t *diff = conf_diff(old, now);
	char *yaml = conf_yaml(old);

	assert_int_equal(json_array_size(diff), 0);
	assert_non_null(strstr(yaml, "peers:"));
	assert_null(strstr(yaml, "neighbors:"));
	round_trip(old);
	free(yaml);
	json_decref(diff);
	conf_file_free(old);
	conf_file_free(now);
	bad(HEAD "neighbors: [{address: 192.0.2.9, remote-as: 23456}]",
	    "3:45: neighbors[192.0.2.9].remote-as: ");
	bad(HEAD "peers: [{address: 192.0.2.9, remote-as: 1}]\nneighbors: []",
	    "4:12: neighbors: is the older name of \"peers\", which is there, too");
	bad(HEAD "neighbors: []\npeers: []",
	    "3:12: neighbors: is the older name of \"peers\", which is there, too");
}

/* Neighbours: what a VRF and a segment can say of them. */
#define VRF(keys) "router-id: 1.2.3.4\nas: 1\nvrfs:\n  - {name: red, " keys "}\n"
static void test_neighbour_keys(void **state)
{
	struct conf_file *file =
		good(VRF("interfaces: [bond0.1, bond0.2], id: 7, sync-targets: vrf, l3vni: 5000"));
	const struct conf_vrf *v = &file->conf->vrfs[0];

	assert_int_equal(v->n_interfaces, 2);
	assert_string_equal(v->interfaces[1], "bond0.2");
	assert_int_equal(v->id, 7);
	assert_int_equal(v->sync, CONF_SYNC_VRF);
	assert_int_equal(v->l3vni, 5000);
	round_trip(file);
	conf_file_free(file);
	file = good(VRF("id: 0"));
	assert_int_equal(file->conf->vrfs[0].sync, CONF_SYNC_ES_IMPORT);
	conf_file_free(file);
	file = good(SEGMENT("port-active"));
	assert_int_equal(file->conf->segments[0].retention_ms, 180000);
	assert_int_equal(file->conf->segments[0].leave_ms, 3000);
	assert_int_equal(file->conf->segments[0].sync, CONF_SYNC_INHERIT);
	conf_file_free(file);
	file = good(SEGMENT("port-active, leave-time: 25500ms"));
	assert_int_equal(file->conf->segments[0].leave_ms, 25500);
	round_trip(file);
	conf_file_free(file);
	bad(SEGMENT("port-active, leave-time: 26s"), "");
	bad(SEGMENT("port-active, leave-time: 900ms"), "");
	bad(VRF("interfaces: bond0"), "4:29: vrfs[red].interfaces: \"bond0\": expected a list");
	bad(VRF("interfaces: [\"a/b\"]"), "4:30: vrfs[red].interfaces: \"a/b\": expected the name");
	bad(VRF("sync-targets: inherit"), "4:31: vrfs[red].sync-targets: \"inherit\"");
	bad(VRF("l3vni: 16777216"), "4:24: vrfs[red].l3vni: \"16777216\": expected a number");
	bad("router-id: 1.2.3.4\nas: 1\nvrfs:\n  - {name: a, id: 7}\n  - {name: b, id: 7}\n",
	    "5:19: vrfs[b].id: \"7\": already belongs to a in line 4");
	warned(VRF("l3vni: 5"),
	       "l3vni: \"5\": has an effect with sync-targets: vrf, or in prefixes core: interface-less or from-core: yes, only");
	bad(VRF("prefixes: {from-core: yes}"),
	    "4:39: vrfs[red].prefixes.from-core: \"yes\": PEs of the core are reached by the VRF's l3vni, and there is none");
	bad(VRF("l3vni: 5, prefixes: {from-core: yes}"),
	    "4:49: vrfs[red].prefixes.from-core: \"yes\": needs an import route target of the VRF");
	warned(VRF("l3vni: 5, route-targets: {import: [\"1:1\"]}, prefixes: {from-core: yes, metric: 3355443201}"),
	       "is not lower than that of the core's routes");
	file = good(
		VRF("l3vni: 5, route-targets: {import: [\"1:1\"]}, prefixes: {from-core: yes}"));
	assert_true(file->conf->vrfs[0].prefixes.from_core);
	round_trip(file);
	conf_file_free(file);
	warned(VRF("route-targets: {export: [\"1:1\", \"1:2\"]}"), "the first export target only");
	bad(SEGMENT("port-active, retention: 25h"), "");
	bad(SEGMENT("port-active, host-limit: 0"), "");
	bad(SEGMENT("port-active, host-limit: 4194305"), "");
	bad("host-limit: 0\nrouter-id: 1.2.3.4\nas: 1\n", "1:13: host-limit: \"0\"");
}

/* Customers' routes of a VRF. */
static void test_prefix_keys(void **state)
{
	struct conf_file *file = good(VRF(
		"route-targets: {export: [\"1:1\"]}, prefixes: {learn: [ospf, bgp, static], form: esi, targets: vrf, "
		"metric: 3000000000, limit: 5}"));
	const struct conf_prefixes *p = &file->conf->vrfs[0].prefixes;

	assert_int_equal(p->learn, CONF_LEARN_OSPF | CONF_LEARN_BGP | CONF_LEARN_STATIC);
	assert_int_equal(p->form, CONF_PREFIX_ESI);
	assert_int_equal(p->targets, CONF_SYNC_VRF);
	assert_int_equal(p->metric, 3000000000u);
	assert_int_equal(p->limit, 5);
	assert_true(p->install);
	round_trip(file);
	conf_file_free(file);
	file = good(VRF("id: 0"));
	p = &file->conf->vrfs[0].prefixes;
	assert_int_equal(p->learn, 0);
	assert_int_equal(p->form, CONF_PREFIX_GATEWAY);
	assert_int_equal(p->targets, CONF_SYNC_ES_IMPORT);
	assert_int_equal(p->metric, 0xbe000001u);
	assert_true(p->install);
	conf_file_free(file);
	bad(VRF("prefixes: {learn: ospf}"),
	    "4:35: vrfs[red].prefixes.learn: \"ospf\": expected a list");
	bad(VRF("prefixes: {learn: [opsf]}"),
	    "4:36: vrfs[red].prefixes.learn: \"opsf\": expected ospf, isis, bgp, rip, babel, eigrp, "
	    "bird, static, connected or neighbours; did you mean \"ospf\"?");
	bad(VRF("prefixes: {metric: 0}"), "4:36: vrfs[red].prefixes.metric: \"0\"");
	bad(VRF("prefixes: {lern: [ospf]}"),
	    "4:28: vrfs[red].prefixes.lern: unknown key; did you mean \"learn\"?");
	warned(VRF("route-targets: {export: [\"1:1\"]}, prefixes: {learn: [neighbours]}"),
	       "prefixes.learn: neighbours are told to the core alone, and this VRF tells it nothing");
	warned(VRF("prefixes: {learn: [ospf]}"),
	       "prefixes.learn: is advertised to nobody without an export route target");
	warned(VRF("route-targets: {export: [\"1:1\"]}, prefixes: {learn: [ospf], targets: off}"),
	       "is advertised to nobody with targets: off");
	bad(VRF("prefixes: {core: interface-less}"),
	    "4:34: vrfs[red].prefixes.core: \"interface-less\": the core is told the VRF's l3vni, and there is none");
	bad(VRF("l3vni: 5, prefixes: {core: gateway}"),
	    "4:44: vrfs[red].prefixes.core: \"gateway\"");
	warned(VRF("prefixes: {form: esi}"), "form: \"esi\": has no effect on a PE that learns");
	warned(VRF("prefixes: {metric: 20}"),
	       "a routing protocol of this PE may have a higher one");
	warned(VRF("prefixes: {install: no, metric: 3000000000}"), "has no effect without install");
	warned(VRF("sync-targets: off, prefixes: {install: yes}"),
	       "the next hops are not known here with sync-targets: off");
}

static void test_warnings(void **state)
{
	warned(SEGMENT("port-active, df: {algorithm: modulo, preference: 3}"),
	       "preference: \"3\": has no effect");
	warned(SEGMENT("port-active, df: {algorithm: hrw, dont-preempt: yes}"), "dont-preempt");
	warned(SEGMENT("single-active, standby: block, vlans: 3"), "standby");
	warned(SEGMENT("single-active"), "no VLAN is elected");
	warned(SEGMENT("port-active, df: {skew: 20ms}"), "time-sync");
	warned(SEGMENT("all-active, vlans: 1, ad-per-es: no"), "mass withdraw");
}

static void assert_same(const struct conf_file *a, const struct conf_file *b)
{
	json_t *diff = conf_diff(a, b);

	assert_int_equal(json_array_size(diff), 0);
	json_decref(diff);
	assert_memory_equal(&a->conf->global, &b->conf->global, sizeof(a->conf->global));
	assert_int_equal(a->conf->n_peers, b->conf->n_peers);
	assert_int_equal(a->conf->n_vrfs, b->conf->n_vrfs);
	assert_int_equal(a->conf->n_segments, b->conf->n_segments);
	for (size_t i = 0; i < a->conf->n_peers; i++) {
		assert_memory_equal(&a->conf->peers[i], &b->conf->peers[i],
				    sizeof(a->conf->peers[i]));
		assert_memory_equal(&a->secrets[i], &b->secrets[i], sizeof(a->secrets[i]));
	}
	for (size_t i = 0; i < a->conf->n_vrfs; i++)
		assert_memory_equal(&a->conf->vrfs[i], &b->conf->vrfs[i], sizeof(a->conf->vrfs[i]));
	for (size_t i = 0; i < a->conf->n_segments; i++)
		assert_memory_equal(&a->conf->segments[i], &b->conf->segments[i],
				    sizeof(a->conf->segments[i]));
}

static void round_trip(const struct conf_file *file)
{
	struct node *tree = conf_tree(file, true);
	char *yaml = conf_yaml(file), *all = node_to_yaml(tree), *again;
	struct conf_file *second = good(yaml), *third = good(all);

	assert_same(file, second);
	assert_same(file, third);
	again = conf_yaml(second);
	assert_string_equal(yaml, again);
	node_free(tree);
	free(yaml);
	free(all);
	free(again);
	conf_file_free(second);
	conf_file_free(third);
}

static void test_round_trip(void **state)
{
	struct conf_file *file = good(example);

	round_trip(file);
	conf_file_free(file);
}

static unsigned int pick(unsigned int n)
{
	return (unsigned int)rand() % n;
}

/* A segment of random values that are all allowed, through print and parse and back. */
static void random_segment(struct conf_segment *s, unsigned int i)
{
	static const char *const names[] = {"no", "1e3", "a: b", "#x", "12:30", "'",
					    "\"", "-",	 "null", "ü",  "x y",	"0x1f"};

	memset(s, 0, sizeof(*s));
	snprintf(s->name, sizeof(s->name), "%s%u", names[pick(12)], i);
	snprintf(s->interface, sizeof(s->interface), "if%u", i);
	s->mode = pick(3);
	s->standby = pick(4);
	s->on_daemon_loss = pick(2);
	s->owner_hold_ms = pick(86400001);
	s->host_limit = 1 + pick(4194304);
	s->allow = pick(8);
	s->untagged_vid = (uint16_t)pick(4095);
	s->unknown_unicast = pick(2);
	s->sync = pick(4);
	s->retention_ms = pick(86400001);
	s->leave_ms = 1000 + pick(24501);
	s->esi_source = pick(2);
	if (s->esi_source == CONF_ESI_STATIC)
		s->esi = (struct esi){{(u8)pick(6), 1, 2, 3, 4, 5, 6, 7, (u8)(i >> 8), (u8)i}};
	s->ad_per_es = pick(2);
	s->ad_per_evi = pick(2);
	s->df = (struct conf_df){
		.algorithm = (u8)pick(4),
		.preference = (u16)pick(65536),
		.dont_preempt = pick(2),
		.ac_df = pick(2),
		.time_sync = pick(2),
		.wait_ms = pick(3600001),
		.recovery_wait_ms = pick(3600001),
		.skew_ms = pick(60001),
	};
	s->df.port_mode = !s->df.ac_df && pick(2);
	for (unsigned int v = pick(300); v < 4095; v += 1 + pick(300))
		s->vlans[v / 8] |= (u8)(1 << v % 8);
	for (s->n_route_targets = 0; s->n_route_targets < pick(4); s->n_route_targets++)
		s->route_targets[s->n_route_targets] =
			(struct ecomm){{(u8)pick(3), 2, (u8)pick(256), 1, 2, 3, 4, (u8)pick(256)}};
}

static void test_random_round_trips(void **state)
{
	srand(4711);
	for (int round = 0; round < 200; round++) {
		struct conf_file *file = good(HEAD);
		struct conf_segment s;

		for (unsigned int i = 0; i < 5; i++) {
			random_segment(&s, i);
			assert_int_equal(conf_add_segment(file->conf, &s), 0);
		}
		round_trip(file);
		conf_file_free(file);
	}
}

/* Python's YAML must read from the canonical text what we hand out as JSON. */
static void test_second_reader(void **state)
{
	char path[] = "/tmp/test_evpnd_conf.XXXXXX", command[256];
	struct conf_file *file = good(example);
	struct node *tree = conf_tree(file, true);
	char *yaml = node_to_yaml(tree);
	json_t *ours = node_to_json(tree), *theirs;
	int fd = mkstemp(path);
	FILE *f;

	if (system("python3 -c 'import yaml' 2>/dev/null"))
		skip();
	assert_true(fd >= 0);
	f = fdopen(fd, "w");
	fputs(yaml, f);
	fclose(f);
	snprintf(
		command, sizeof(command),
		"python3 -c 'import yaml, json, sys; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))' %s",
		path);
	f = popen(command, "r");
	theirs = json_loadf(f, 0, NULL);
	pclose(f);
	remove(path);
	assert_true(json_equal(ours, theirs));
	json_decref(ours);
	json_decref(theirs);
	node_free(tree);
	free(yaml);
	conf_file_free(file);
}

/* What is printed of a file with nothing in it can be read, and is nothing again. */
static void test_empty(void **state)
{
	struct conf_file *file = good(""), *again;
	char *text = conf_yaml(file);

	again = good(text);
	assert_true(conf_is_empty(file) && conf_is_empty(again));
	free(text);
	conf_file_free(file);
	conf_file_free(again);
}

static void assert_change(const json_t *diff, size_t i, const char *op, const char *path)
{
	const json_t *change = json_array_get(diff, i);

	assert_string_equal(json_string_value(json_object_get(change, "op")), op);
	assert_string_equal(json_string_value(json_object_get(change, "path")), path);
}

static void test_diff(void **state)
{
	struct conf_file *a = good(
		HEAD
		"peers: [{address: 192.0.2.9, remote-as: 1}, {address: 192.0.2.8, remote-as: 1}]\n");
	struct conf_file *b = good(
		"as: 65001\nrouter-id: 192.0.2.1\n"
		"peers: [{address: 192.0.2.7, remote-as: 1}, {address: 192.0.2.9, remote-as: 1, hold-time: 90}]\n");
	json_t *diff = conf_diff(a, b);

	assert_int_equal(json_array_size(diff), 4);
	assert_change(diff, 0, "change", "as");
	assert_change(diff, 1, "change", "peers[192.0.2.9].hold-time");
	assert_change(diff, 2, "remove", "peers[192.0.2.8]");
	assert_change(diff, 3, "add", "peers[192.0.2.7]");
	assert_string_equal(json_string_value(json_object_get(json_array_get(diff, 1), "running")),
			    "9s");
	assert_string_equal(json_string_value(json_object_get(json_array_get(diff, 1), "file")),
			    "90s");
	json_decref(diff);
	conf_file_free(a);
	conf_file_free(b);
}

static void test_too_many(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct conf_errors errors;

	fputs(HEAD "vrfs:\n", f);
	for (int i = 0; i <= CONF_VRFS_MAX; i++)
		fprintf(f, "  - {name: v%d}\n", i);
	fclose(f);
	bad(text, "4100:5: vrfs: expected at most 4096 of them");
	free(text);
	/* errors are collected up to a limit and counted beyond it */
	f = open_memstream(&text, &len);
	fputs(HEAD, f);
	for (int i = 0; i < 500; i++)
		fprintf(f, "k%d: 1\n", i);
	fclose(f);
	assert_null(parse(text, &errors));
	assert_int_equal(errors.count, 500);
	assert_int_equal(errors.n, CONF_ERRORS_MAX);
	conf_errors_free(&errors);
	free(text);
}

static void test_file(void **state)
{
	struct conf_errors errors = {};

	assert_null(conf_parse_path("/nonexistent/evpnd.yaml", &errors));
	assert_string_equal(errors.items[0].message, "No such file or directory");
	conf_errors_free(&errors);
	assert_null(conf_parse_path("/tmp", &errors));
	conf_errors_free(&errors);
}

/* The example that is installed is valid, and so is every line of it that is commented out. */
static void test_installed_example(void **state)
{
	FILE *f = fopen("user/conf/evpnd.yaml", "r"), *out;
	struct conf_errors errors = {};
	struct conf_file *file;
	char line[256], *text = NULL;
	size_t len;

	if (!f)
		skip(); /* not run at the top of the tree */
	out = open_memstream(&text, &len);
	while (fgets(line, sizeof(line), f)) {
		char *hash = strchr(line, '#');
		bool sentence = hash && (hash[1] == '\n' || (hash[1] == ' ' && hash[2] != ' '));

		/* "#key:", "#  - item" and "    #key:" are configuration, "# Word" is not */
		if (hash && hash == line + strspn(line, " ") && !sentence)
			memmove(hash, hash + 1, strlen(hash));
		fputs(line, out);
	}
	fclose(out);
	fclose(f);
	file = conf_parse_path("user/conf/evpnd.yaml", &errors);
	assert_non_null(file);
	assert_true(conf_is_empty(file));
	assert_int_equal(errors.count, 0);
	conf_errors_free(&errors);
	conf_file_free(file);
	file = good(text);
	assert_int_equal(file->conf->n_peers, 1);
	assert_int_equal(file->conf->n_vrfs, 1);
	assert_int_equal(file->conf->n_segments, 1);
	conf_file_free(file);
	free(text);
}

/* From "router-id:" to what is set less deep, or to the next file. */
static char *documented(const char *page)
{
	char line[512], *text = calloc(1, 65536);
	FILE *f = fopen(page, "r");
	size_t indent = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		size_t spaces = strspn(line, " ");

		if (!text[0] && strncmp(line + spaces, "router-id:", 10))
			continue;
		if (!text[0])
			indent = spaces;
		if (spaces < indent || line[spaces] == '#' || line[spaces] == '\n')
			break;
		strcat(text, line + indent);
	}
	fclose(f);
	return text;
}

/* Who copies a page's example is not warned of it. */
static void test_documented_examples(void **state)
{
	static const char *const pages[] = {"Documentation/routes.rst",
					    "Documentation/multicast.rst",
					    "Documentation/flooding.rst"};

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		char *text = documented(pages[i]);
		struct conf_errors errors;
		struct conf_file *file = parse(text, &errors);

		if (errors.n)
			conf_errors_print(&errors, pages[i], stderr);
		assert_int_equal(errors.n, 0);
		assert_non_null(file);
		assert_int_equal(file->conf->n_segments, 1);
		conf_file_free(file);
		conf_errors_free(&errors);
		free(text);
	}
}

static void test_near(void **state)
{
	unsigned int d;

	assert_int_equal(near_distance("preference", "prefrence"), 1);
	assert_int_equal(near_distance("abc", "acb"), 1);
	assert_int_equal(near_distance("", "abc"), 3);
	assert_int_equal(near_distance("kitten", "sitting"), 3);
	assert_true(near_enough("neighbours", "neighbors", &d));
	assert_false(near_enough("vrfs", "as", &d));
	assert_false(near_enough("x", "segments", &d));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_core),
		cmocka_unit_test(test_bridges),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_frr),
		cmocka_unit_test(test_all_errors_in_one_run),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_esi),
		cmocka_unit_test(test_esi_of_vlan_device),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_set_refused),
		cmocka_unit_test(test_vlans),
		cmocka_unit_test(test_ac_df_with_port_mode),
		cmocka_unit_test(test_far_end),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_peers),
		cmocka_unit_test(test_peers_alias),
		cmocka_unit_test(test_neighbour_keys),
		cmocka_unit_test(test_prefix_keys),
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_random_round_trips),
		cmocka_unit_test(test_second_reader),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_installed_example),
		cmocka_unit_test(test_documented_examples),
		cmocka_unit_test(test_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
