// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_df_json.c - election cases in JSON: what comes out, defaults, and what is refused and how.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "df_json.h"

/* Single quotes in the tests stand for double ones. */
static json_t *parse(const char *text)
{
	char *copy = strdup(text), *p;
	json_error_t error;
	json_t *v;

	for (p = copy; *p; p++)
		if (*p == '\'')
			*p = '"';
	v = json_loads(copy, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
	if (!v)
		fail_msg("test input: %s: %s", error.text, text);
	free(copy);
	return v;
}

static void gives(const char *in, const char *out)
{
	json_t *i = parse(in), *want = parse(out), *got;
	char err[256], *text;

	got = df_json_elect(i, err, sizeof(err));
	if (!got)
		fail_msg("%s: %s", in, err);
	if (!json_equal(got, want)) {
		text = json_dumps(got, 0);
		print_error("%s\n", text);
		free(text);
		fail_msg("differs for %s", in);
	}
	assert_string_equal(err, "");
	json_decref(i);
	json_decref(want);
	json_decref(got);
}

static void refused(const char *in, const char *sentence)
{
	json_t *i = parse(in);
	char err[256] = "";

	assert_null(df_json_elect(i, err, sizeof(err)));
	assert_string_equal(err, sentence);
	json_decref(i);
}

static void modulo_per_vlan(void **state)
{
	gives("{'esi': '00:11:22:33:44:55:66:77:88:99', 'vlans': [100, 3], 'candidates': ["
	      "{'address': '10.0.0.1'}, {'address': '10.0.0.2'}, {'address': '10.0.0.3'}]}",
	      "{'algorithm': 'modulo', 'port-mode': false, 'fallback': null, 'result': ["
	      "{'vlan': 100, 'df': '10.0.0.2', 'backup': '10.0.0.1'},"
	      "{'vlan': 3, 'df': '10.0.0.1', 'backup': '10.0.0.3'}]}");
}

static void port_mode_has_one_entry(void **state)
{
	gives("{'esi': '00:11:22:33:44:55:66:77:88:99', 'vlans': [1, 2, 3], 'candidates': ["
	      "{'address': '10.0.0.2', 'port-mode': true, 'ac-df': true, 'ad-per-es': false},"
	      "{'address': '10.0.0.1', 'port-mode': true, 'ad-per-evi': []}]}",
	      "{'algorithm': 'modulo', 'port-mode': true, 'fallback': null, 'result': ["
	      "{'vlan': null, 'df': '10.0.0.1', 'backup': '10.0.0.2'}]}");
}

static void hrw_known_answer(void **state)
{
	gives("{'esi': '01:01:01:01:01:01:01:01:01:01', 'vlans': [100], 'candidates': ["
	      "{'address': '10.0.0.1', 'algorithm': 'hrw'},"
	      "{'address': '10.0.0.2', 'algorithm': 'hrw', 'time-sync': true},"
	      "{'address': '10.0.0.3', 'algorithm': 'hrw', 'dont-preempt': true}]}",
	      "{'algorithm': 'hrw', 'port-mode': false, 'fallback': null, 'result': ["
	      "{'vlan': 100, 'df': '10.0.0.3', 'backup': '10.0.0.1'}]}");
}

static void preference_with_tie_breaks(void **state)
{
	gives("{'vlans': [7], 'candidates': ["
	      "{'address': '2001:db8::1', 'algorithm': 'highest-preference'},"
	      "{'address': '10.0.0.9', 'algorithm': 'highest-preference', 'preference': 32767},"
	      "{'address': '10.0.0.10', 'algorithm': 'highest-preference', 'dont-preempt': true}]}",
	      "{'algorithm': 'highest-preference', 'port-mode': false, 'fallback': null, 'result': ["
	      "{'vlan': 7, 'df': '10.0.0.10', 'backup': '10.0.0.9'}]}");
	gives("{'vlans': [7], 'candidates': ["
	      "{'address': '10.0.0.9', 'algorithm': 'lowest-preference', 'preference': 0},"
	      "{'address': '10.0.0.1', 'algorithm': 'lowest-preference', 'preference': 65535}]}",
	      "{'algorithm': 'lowest-preference', 'port-mode': false, 'fallback': null, 'result': ["
	      "{'vlan': 7, 'df': '10.0.0.9', 'backup': '10.0.0.1'}]}");
}

static void fallback_is_a_sentence(void **state)
{
	gives("{'vlans': [1], 'candidates': ["
	      "{'address': '10.0.0.1', 'algorithm': 'highest-preference', 'port-mode': true},"
	      "{'address': '10.0.0.2', 'algorithm': 'highest-preference', 'port-mode': true,"
	      " 'preference': 65535, 'df-election': 2}]}",
	      "{'algorithm': 'modulo', 'port-mode': false, 'fallback': '10.0.0.2 advertises 2 DF "
	      "Election communities (modulo), but 10.0.0.1 highest-preference: modulo without "
	      "capabilities applies', 'result': [{'vlan': 1, 'df': '10.0.0.2', 'backup': "
	      "'10.0.0.1'}]}");
	/* nobody has a community: that is agreement */
	gives("{'vlans': [1], 'candidates': ["
	      "{'address': '10.0.0.1', 'algorithm': 'hrw', 'df-election': false},"
	      "{'address': '10.0.0.2', 'port-mode': true, 'df-election': false}]}",
	      "{'algorithm': 'modulo', 'port-mode': false, 'fallback': null, 'result': ["
	      "{'vlan': 1, 'df': '10.0.0.2', 'backup': '10.0.0.1'}]}");
}

static void ac_df_per_vlan(void **state)
{
	gives("{'vlans': [1, 2, 3], 'candidates': ["
	      "{'address': '10.0.0.1', 'ac-df': true, 'ad-per-evi': [2, 100000]},"
	      "{'address': '10.0.0.2', 'ac-df': true, 'ad-per-evi': [1, 2]},"
	      "{'address': '10.0.0.3', 'ac-df': true, 'ad-per-es': false}]}",
	      "{'algorithm': 'modulo', 'port-mode': false, 'fallback': null, 'result': ["
	      "{'vlan': 1, 'df': '10.0.0.2', 'backup': null},"
	      "{'vlan': 2, 'df': '10.0.0.1', 'backup': '10.0.0.2'},"
	      "{'vlan': 3, 'df': null, 'backup': null}]}");
}

static void everything_but_the_address_is_optional(void **state)
{
	gives("{'candidates': [{'address': '192.0.2.1'}]}",
	      "{'algorithm': 'modulo', 'port-mode': false, 'fallback': null, 'result': ["
	      "{'vlan': 0, 'df': '192.0.2.1', 'backup': null}]}");
	gives("{}", "{'algorithm': 'modulo', 'port-mode': false, 'fallback': null, 'result': ["
		    "{'vlan': 0, 'df': null, 'backup': null}]}");
	gives("{'vlans': [], 'candidates': []}",
	      "{'algorithm': 'modulo', 'port-mode': false, 'fallback': null, 'result': []}");
	/* null is the same as absent */
	gives("{'esi': null, 'vlans': null, 'candidates': [{'address': '192.0.2.1', 'algorithm': "
	      "null, 'preference': null, 'dont-preempt': null, 'ac-df': null, 'port-mode': null, "
	      "'time-sync': null, 'df-election': null, 'ad-per-es': null, 'ad-per-evi': null}]}",
	      "{'algorithm': 'modulo', 'port-mode': false, 'fallback': null, 'result': ["
	      "{'vlan': 0, 'df': '192.0.2.1', 'backup': null}]}");
	/* notes of the caller are left alone, and addresses come out as they were written */
	gives("{'name': 'case 1', 'candidates': [{'address': '2001:DB8:0:0::1', 'site': 'a'}]}",
	      "{'algorithm': 'modulo', 'port-mode': false, 'fallback': null, 'result': ["
	      "{'vlan': 0, 'df': '2001:DB8:0:0::1', 'backup': null}]}");
}

static void array_of_cases(void **state)
{
	gives("[]", "[]");
	gives("[{'vlans': [1]}, {'candidates': [{'address': '::1'}]}]",
	      "[{'algorithm': 'modulo', 'port-mode': false, 'fallback': null, 'result': ["
	      "{'vlan': 1, 'df': null, 'backup': null}]},"
	      "{'algorithm': 'modulo', 'port-mode': false, 'fallback': null, 'result': ["
	      "{'vlan': 0, 'df': '::1', 'backup': null}]}]");
}

static void tags_are_32_bits(void **state)
{
	gives("{'vlans': [4294967294, 409800], 'candidates': [{'address': '10.0.0.1'},"
	      "{'address': '10.0.0.2'}, {'address': '10.0.0.3'}]}",
	      "{'algorithm': 'modulo', 'port-mode': false, 'fallback': null, 'result': ["
	      "{'vlan': 4294967294, 'df': '10.0.0.3', 'backup': '10.0.0.1'},"
	      "{'vlan': 409800, 'df': '10.0.0.1', 'backup': '10.0.0.2'}]}");
}

static void errors_name_path_value_and_expectation(void **state)
{
	refused("7", "7 is not an object with esi, vlans and candidates");
	refused("[{}, 'x']", "[1]: \"x\" is not an object with esi, vlans and candidates");
	refused("{'esi': '00:11'}", "esi: \"00:11\" is not an ESI of ten octets, such as "
				    "00:11:22:33:44:55:66:77:88:99");
	refused("{'esi': 1}", "esi: 1 is not an ESI of ten octets, such as "
			      "00:11:22:33:44:55:66:77:88:99");
	refused("{'vlans': 5}", "vlans: 5 is not a list of VLANs");
	refused("{'vlans': [1, -2]}", "vlans[1]: -2 is not a whole number from 0 to 4294967294");
	refused("{'vlans': [4294967295]}",
		"vlans[0]: 4294967295 is not a whole number from 0 to 4294967294");
	refused("{'vlans': ['1']}", "vlans[0]: \"1\" is not a whole number from 0 to 4294967294");
	refused("{'candidates': {}}", "candidates: {} is not a list of candidates");
	refused("{'candidates': ['10.0.0.1']}",
		"candidates[0]: \"10.0.0.1\" is not an object that describes a candidate");
	refused("{'candidates': [{}]}", "candidates[0].address: missing: every candidate needs its "
					"originator address");
	refused("{'candidates': [{'address': null}]}",
		"candidates[0].address: null is not an IPv4 or IPv6 address");
	refused("{'candidates': [{'address': '10.0.0.256'}]}",
		"candidates[0].address: \"10.0.0.256\" is not an IPv4 or IPv6 address");
	refused("{'candidates': [{'address': '10.0.0.1/32'}]}",
		"candidates[0].address: \"10.0.0.1/32\" is not an IPv4 or IPv6 address");
	refused("{'candidates': [{'address': '10.0.0.1'}, {'address': '::1', 'preference': 65536}]}",
		"candidates[1].preference: 65536 is not a whole number from 0 to 65535");
	refused("{'candidates': [{'address': '::1', 'preference': 1.5}]}",
		"candidates[0].preference: 1.5 is not a whole number from 0 to 65535");
	refused("{'candidates': [{'address': '::1', 'algorithm': 'preference'}]}",
		"candidates[0].algorithm: \"preference\" is not \"modulo\", \"hrw\", "
		"\"highest-preference\" or \"lowest-preference\"");
	refused("{'candidates': [{'address': '::1', 'port-mode': 1}]}",
		"candidates[0].port-mode: 1 is not true or false");
	refused("{'candidates': [{'address': '::1', 'ad-per-es': 'no'}]}",
		"candidates[0].ad-per-es: \"no\" is not true or false");
	refused("{'candidates': [{'address': '::1', 'df-election': 'twice'}]}",
		"candidates[0].df-election: \"twice\" is not true, false or the number of DF "
		"Election communities");
	refused("{'candidates': [{'address': '::1', 'ad-per-evi': 1}]}",
		"candidates[0].ad-per-evi: 1 is not a list of VLANs");
	refused("{'candidates': [{'address': '::1', 'ad-per-evi': [1, true]}]}",
		"candidates[0].ad-per-evi[1]: true is not a whole number from 0 to 4294967294");
	refused("{'candidates': [{'address': '::1'}, {'address': '0:0::1'}]}",
		"candidates[1].address: \"::1\" is the address of candidates[0] already");
	refused("[{}, {'candidates': [{'address': '::1', 'preference': -1}]}]",
		"[1].candidates[0].preference: -1 is not a whole number from 0 to 65535");
}

static void misspelt_keys(void **state)
{
	refused("{'candidate': []}", "candidate: unknown key, did you mean \"candidates\"?");
	refused("{'candidates': [{'address': '::1', 'preferance': 1}]}",
		"candidates[0].preferance: unknown key, did you mean \"preference\"?");
	refused("{'candidates': [{'address': '::1', 'dont_preempt': true}]}",
		"candidates[0].dont_preempt: unknown key, did you mean \"dont-preempt\"?");
	refused("{'candidates': [{'adress': '::1'}]}",
		"candidates[0].adress: unknown key, did you mean \"address\"?");
}

static void long_values_are_cut(void **state)
{
	char text[300] = "{'esi': '", err[256];
	size_t i, at = strlen(text);
	json_t *in;

	for (i = 0; i < 200; i++)
		text[at + i] = 'x';
	strcpy(text + at + i, "'}");
	in = parse(text);
	assert_null(df_json_elect(in, err, sizeof(err)));
	assert_non_null(strstr(err, "xxx… is not an ESI"));
	assert_true(strlen(err) < 200);
	/* and a small buffer is enough for a small piece */
	assert_null(df_json_elect(in, err, 8));
	assert_string_equal(err, "esi: \"x");
	json_decref(in);
}

static void too_many_candidates(void **state)
{
	json_t *list = json_array(), *in;
	char addr[IP_STRLEN], err[256];
	struct ip_addr ip;
	u32 i;

	for (i = 0; i <= DF_CANDIDATES_MAX; i++) {
		ip = ip_v4(0x0a000000 + i);
		json_array_append_new(list, json_pack("{s:s}", "address", ip_format(&ip, addr)));
	}
	in = json_pack("{s:o}", "candidates", list);
	assert_null(df_json_elect(in, err, sizeof(err)));
	assert_string_equal(err, "candidates: 257 candidates, at most 256 are supported");
	json_decref(in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modulo_per_vlan),
		cmocka_unit_test(port_mode_has_one_entry),
		cmocka_unit_test(hrw_known_answer),
		cmocka_unit_test(preference_with_tie_breaks),
		cmocka_unit_test(fallback_is_a_sentence),
		cmocka_unit_test(ac_df_per_vlan),
		cmocka_unit_test(everything_but_the_address_is_optional),
		cmocka_unit_test(array_of_cases),
		cmocka_unit_test(tags_are_32_bits),
		cmocka_unit_test(errors_name_path_value_and_expectation),
		cmocka_unit_test(misspelt_keys),
		cmocka_unit_test(long_values_are_cut),
		cmocka_unit_test(too_many_candidates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
