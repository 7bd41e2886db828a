// SPDX-License-Identifier: GPL-2.0-only
/*
 * What evpnctl prints: a document in (tools/testing/unit/evpnctl/NAME.json), text out, compared with
 * NAME.txt to the octet. recorded-*.json came from an evpnd, the others hold what is hard to provoke.
 * Run from the top of the tree. The files were read as a newcomer would before they were committed;
 * a change of a screen is a change of its file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../../user/evpnctl/doc.h"
#include "../../../user/evpnctl/kernel_follow.h"
#include "../../../user/evpnctl/show.h"

#define DIR "tools/testing/unit/evpnctl/"

/* What "since" is measured from. */
enum { NOW = 1800000000 };

static const struct screen {
	const char *json;
	const char *text;
	out_print_fn print;
	struct out with;
} screens[] = {
	{"summary.json", "summary.txt", print_summary, {}},
	{"check-dead.json", "check-dead.txt", print_dead, {}},
	{"summary-degraded.json", "summary-degraded.txt", print_summary, {}},
	{"es.json", "es.txt", print_segments, {}},
	{"es.json", "es-details.txt", print_segments, {.details = true}},
	{"es.json", "es-oneline.txt", print_segments, {.oneline = true}},
	{"es.json", "es-color.txt", print_segments, {.color = true}},
	{"empty.json", "es-empty.txt", print_segments, {}},
	{"df.json", "df.txt", print_df, {}},
	{"why-preference.json", "why-preference.txt", print_why, {}},
	{"why-fallback.json", "why-fallback.txt", print_why, {}},
	{"why-wait.json", "why-wait.txt", print_why, {}},
	{"peers.json", "peers.txt", print_peers, {}},
	{"peers.json", "peers-details.txt", print_peers, {.details = true}},
	{"empty.json", "peers-empty.txt", print_peers, {}},
	{"routes.json", "routes.txt", print_routes, {}},
	{"routes.json", "routes-details.txt", print_routes, {.details = true}},
	{"neigh.json", "neigh.txt", print_neigh, {}},
	{"neigh.json", "neigh-details.txt", print_neigh, {.details = true}},
	{"empty.json", "neigh-empty.txt", print_neigh, {}},
	{"member.json", "member.txt", print_memberships, {}},
	{"empty.json", "member-empty.txt", print_memberships, {}},
	{"trace.json", "trace.txt", print_trace, {}},
	{"trace-member.json", "trace-member.txt", print_member_trace, {}},
	{"trace-prefix.json", "trace-prefix.txt", print_prefix_trace, {}},
	{"why-group.json", "why-group.txt", print_why, {}},
	{"diff.json", "diff.txt", print_config_diff, {}},
	{"diff-errors.json", "diff-errors.txt", print_config_diff, {}},
	{"empty.json", "diff-empty.txt", print_config_diff, {}},
	{"metrics.json", "metrics.txt", print_metrics, {}},
	{"kernel-es.json", "kernel-es.txt", print_kernel_es, {}},
	{"kernel-es.json", "kernel-es-details.txt", print_kernel_es, {.details = true}},
	{"kernel-owner.json", "kernel-owner.txt", print_kernel_owner, {}},
	{"kernel-core.json", "kernel-core.txt", print_kernel_core, {}},
	{"kernel-membership.json",
	 "kernel-membership.txt",
	 print_kernel_membership,
	 {.stats = true}},
	{"empty.json", "kernel-membership-empty.txt", print_kernel_membership, {}},
	{"es-all-active.json", "es-all-active.txt", print_segments, {}},
	{"es-discovered.json", "es-discovered.txt", print_segments, {}},
	{"flood.json", "flood.txt", print_flood, {}},
	{"flood.json", "flood-details.txt", print_flood, {.details = true}},
	{"empty.json", "flood-empty.txt", print_flood, {}},
	{"recorded-summary.json", "recorded-summary.txt", print_summary, {}},
	{"recorded-es.json", "recorded-es.txt", print_segments, {}},
	{"recorded-df.json", "recorded-df.txt", print_df, {}},
	{"recorded-why.json", "recorded-why.txt", print_why, {}},
	{"recorded-peers.json", "recorded-peers.txt", print_peers, {}},
	{"recorded-routes.json", "recorded-routes.txt", print_routes, {}},
	{"events.json", "events.txt", print_event, {}},
	{"events.json", "events-timestamp.txt", print_event, {.timestamp = true}},
};

static char *read_file(const char *name)
{
	char path[256], *text = NULL;
	size_t len = 0;
	ssize_t n;
	FILE *f;

	snprintf(path, sizeof(path), DIR "%s", name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("%s: cannot be read; run from the top of the tree", path);
	n = getdelim(&text, &len, '\0', f);
	fclose(f);
	if (n <= 0)
		fail_msg("%s: is empty", path);
	return text;
}

/* A list of events is printed one by one, as it would be heard. */
static void print_all(const struct screen *s, struct out *o, const json_t *doc)
{
	const json_t *item;
	size_t i;

	if (s->print != print_event) {
		out_doc(o, doc, s->print);
		return;
	}
	json_array_foreach(doc, i, item)
		out_doc(o, item, s->print);
}

static char *printed(const struct screen *s, const json_t *doc)
{
	struct out o = s->with;
	char *text = NULL;
	size_t len;

	o.f = open_memstream(&text, &len);
	o.now = NOW;
	print_all(s, &o, doc);
	fclose(o.f);
	return text;
}

static void screens_are_as_recorded(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(screens) / sizeof(screens[0]); i++) {
		char *json = read_file(screens[i].json), *want = read_file(screens[i].text);
		json_t *doc = json_loads(json, 0, NULL);
		char *text;

		print_message("# %s\n", screens[i].text);
		assert_non_null(doc);
		text = printed(&screens[i], doc);
		assert_string_equal(text, want);
		free(text);
		json_decref(doc);
		free(want);
		free(json);
	}
}

/* With -j every screen is its document again, whatever the printer would have left out. */
static void json_is_the_document(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(screens) / sizeof(screens[0]); i++) {
		struct screen s = screens[i];
		char *json = read_file(s.json), *text;
		json_t *doc = json_loads(json, 0, NULL), *back;

		if (json_is_array(doc))
			json_array_clear(doc), json_array_append_new(doc, json_object());
		s.with.json = true;
		text = printed(&s, doc);
		assert_non_null(strchr(text, '\n'));
		assert_string_equal(strchr(text, '\n'), "\n"); /* one line */
		back = json_loads(text, 0, NULL);
		assert_true(
			json_equal(back, s.print == print_event ? json_array_get(doc, 0) : doc));
		json_decref(back);
		json_decref(doc);
		free(text);
		free(json);
	}
}

/* Nothing that an evpnd of another version leaves out, or means differently, ends the program. */
static void printers_survive_strange_documents(void **state)
{
	static const char *const strange[] = {
		"{}",
		"{\"segments\": [{}], \"peers\": [{}], \"routes\": [{}], \"stats\": [{}], "
		"\"metrics\": [{}], \"changes\": [{}], \"errors\": [{}], \"candidates\": [{}]}",
		"{\"segments\": [1], \"peers\": [1], \"routes\": [\"x\"], \"stats\": [null], "
		"\"metrics\": [7], \"changes\": [0], \"errors\": [0], \"candidates\": [[]]}",
		"{\"segments\": 1, \"peers\": 1, \"routes\": true, \"stats\": \"\", \"metrics\": {}, "
		"\"changes\": 0, \"errors\": 0, \"candidates\": 0, \"kernel\": 1, \"problems\": {}}",
		"{\"segments\": [{\"name\": 1, \"vlans\": [], \"kernel\": \"x\", \"members\": \"2\", "
		"\"since\": \"now\", \"peers\": {}, \"per-vlan\": [{}], \"oper\": [1], "
		"\"stats\": {\"drops\": [{}]}}]}",
	};
	size_t i, j;

	for (i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
		json_t *doc = json_loads(strange[i], 0, NULL);

		assert_non_null(doc);
		for (j = 0; j < sizeof(screens) / sizeof(screens[0]); j++)
			free(printed(&screens[j], doc));
		json_decref(doc);
	}
}

static void durations_read_like_those_of_a_router(void **state)
{
	static const struct {
		long long seconds;
		const char *text;
	} rows[] = {
		{-5, "0s"},	  {0, "0s"},	     {59, "59s"},      {60, "1m00s"},
		{192, "3m12s"},	  {3599, "59m59s"},  {3600, "1h00m"},  {86399, "23h59m"},
		{86400, "1d00h"}, {604799, "6d23h"}, {604800, "1w0d"}, {31536000, "52w1d"},
	};
	char buf[32];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(out_duration(buf, sizeof(buf), rows[i].seconds), rows[i].text);
}

static void columns_are_aligned(void **state)
{
	struct out o = {};
	struct out_table *t = out_table("|name|>n|unused|note");
	char *text = NULL;
	size_t len;

	o.f = open_memstream(&text, &len);
	out_cell(t, OUT_PLAIN, "%s", "*");
	out_cell(t, OUT_NAME, "%s", "ce1");
	out_cell(t, OUT_PLAIN, "%d", 7);
	out_cell(t, OUT_PLAIN, "%s", "");
	out_cell(t, OUT_PLAIN, "%s", "");
	out_cell(t, OUT_PLAIN, "%s", "");
	out_cell(t, OUT_NAME, "%s", "Zürich"); /* six columns, seven octets */
	out_cell(t, OUT_PLAIN, "%d", 4094);
	out_cell(t, OUT_PLAIN, "%s", "");
	out_cell(t, OUT_PLAIN, "%s", "x");
	out_table_end(&o, t, 2);
	fclose(o.f);
	assert_string_equal(text, "     name       n  note\n"
				  "  *  ce1        7\n"
				  "     Zürich  4094  x\n");
	free(text);
}

/* A peer chooses the text of its NOTIFICATION; it must not choose what the terminal does. */
static void text_from_the_network_does_not_steer_the_terminal(void **state)
{
	struct screen s = {.print = print_peers, .with = {.details = true}};
	json_t *doc = json_pack("{s:[{s:s, s:s}]}", "peers", "address", "192.0.2.9", "last-error",
				"\033]0;owned\007 \xc2\x9b\x31m\n\x7f Z\xc3\xbcrich");
	char *text = printed(&s, doc);

	assert_null(strchr(text, '\033'));
	assert_null(strchr(text, '\007'));
	assert_null(strstr(text, "\xc2\x9b"));
	assert_non_null(strstr(text, "?]0;owned? ?1m?? Z\xc3\xbcrich\n"));
	json_decref(doc);
	free(text);
}

/* Requirement D6, RFC 6870: what who signals a pseudowire is told of its segment. */
static void status_of_a_pseudowire(void **state)
{
	struct nl_es es = {.state = EVPN_ES_STATE_BOUND};

	(void)state;
	es.conf.mode = EVPN_MODE_PORT_ACTIVE;
	assert_int_equal(kernel_pw_status(&es), 0);
	es.oper = EVPN_OPER_BLOCKED | EVPN_OPER_DORMANT;
	assert_int_equal(kernel_pw_status(&es), 0x20);
	es.oper = 0;
	es.conf.mode = EVPN_MODE_SINGLE_ACTIVE;
	es.conf.vlan_map = true;
	assert_int_equal(kernel_pw_status(&es), 0x20);
	es.conf.vlan_df[511] = 0x80;
	assert_int_equal(kernel_pw_status(&es), 0);
	/* who is no DF forwards all the same, but what is flooded */
	es.conf.mode = EVPN_MODE_ALL_ACTIVE;
	es.conf.vlan_df[511] = 0;
	assert_int_equal(kernel_pw_status(&es), 0);
	es.state = EVPN_ES_STATE_UNBOUND;
	assert_int_equal(kernel_pw_status(&es), 1);
	es.state = EVPN_ES_STATE_REJECTED;
	assert_int_equal(kernel_pw_status(&es), 1);
}

/* A look that was refused for want of memory is no news of any segment. */
static void follow_believes_whole_looks(void **state)
{
	const struct followed before[] = {
		{.told = PW_FORWARDING, .now = PW_FORWARDING},
		{.told = PW_FORWARDING, .now = PW_STANDBY, .seen = true},
	};
	struct followed now[2];

	(void)state;
	memcpy(now, before, sizeof(now));
	kernel_follow_looked(now, 2, -ENOMEM);
	assert_int_equal(now[0].now, PW_FORWARDING);
	assert_true(now[0].seen);
	assert_int_equal(now[1].now, PW_STANDBY);
	memcpy(now, before, sizeof(now));
	kernel_follow_looked(now, 2, -EINTR);
	assert_int_equal(now[0].now, PW_FORWARDING);
	memcpy(now, before, sizeof(now));
	kernel_follow_looked(now, 2, 0);
	assert_int_equal(now[0].now, PW_NOT_FORWARDING);
	assert_false(now[0].seen);
	assert_int_equal(now[1].now, PW_STANDBY);
	memcpy(now, before, sizeof(now));
	kernel_follow_looked(now, 2, -ENOENT);
	assert_int_equal(now[0].now, PW_NOT_FORWARDING);
	assert_false(now[0].seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(screens_are_as_recorded),
		cmocka_unit_test(json_is_the_document),
		cmocka_unit_test(printers_survive_strange_documents),
		cmocka_unit_test(text_from_the_network_does_not_steer_the_terminal),
		cmocka_unit_test(durations_read_like_those_of_a_router),
		cmocka_unit_test(columns_are_aligned),
		cmocka_unit_test(status_of_a_pseudowire),
		cmocka_unit_test(follow_believes_whole_looks),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests_name("evpnctl: screens", tests, NULL, NULL);
}
