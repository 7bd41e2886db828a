// SPDX-License-Identifier: GPL-2.0-only
/* The grammar of evpnctl: words in, request or sentence out; options; exit status. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../../../user/evpnctl/app.h"
#include "../../../user/evpnctl/doc.h"

enum { ARGS_MAX = 32 };

/* Splits at blanks; @copy holds the words. */
static int split(const char *line, char *copy, char **argv)
{
	char *save = NULL, *w;
	int n = 0;

	strcpy(copy, line);
	for (w = strtok_r(copy, " ", &save); w && n < ARGS_MAX; w = strtok_r(NULL, " ", &save))
		argv[n++] = w;
	return n;
}

static int parse(const char *line, struct request *req, char err[CMD_ERR_LEN])
{
	char copy[512], *argv[ARGS_MAX];
	int argc = split(line, copy, argv);

	return cmd_parse(argc, argv, req, err);
}

static const struct {
	const char *line;
	const char *object;
	const char *command;
	const char *params;
} good[] = {
	{"es", "es", "show", "{}"},
	{"es show", "es", "show", "{}"},
	{"es show ce1", "es", "show", "{\"name\":\"ce1\"}"},
	{"es show name ce1", "es", "show", "{\"name\":\"ce1\"}"},
	{"es show esi 00:11:22:33:44:55:66:77:88:99", "es", "show",
	 "{\"esi\":\"00:11:22:33:44:55:66:77:88:99\"}"},
	/* a name that is also a keyword goes after its own keyword */
	{"es show name esi", "es", "show", "{\"name\":\"esi\"}"},
	{"e s", NULL, NULL, NULL}, /* set and show begin alike */
	{"e sh", "es", "show", "{}"},
	{"pe s", "peer", "show", "{}"},
	{"ro sh local type 4", "route", "show", "{\"local\":true,\"type\":4}"},
	{"es add ce1 interface bond0 esi 00:11:22:33:44:55:66:77:88:99 mode port-active standby "
	 "lacp-oos algorithm preference preference 200 dont-preempt yes wait 0s",
	 "es", "add",
	 "{\"name\":\"ce1\",\"interface\":\"bond0\",\"esi\":\"00:11:22:33:44:55:66:77:88:99\","
	 "\"mode\":\"port-active\",\"standby\":\"lacp-oos\",\"df\":{\"algorithm\":\"preference\","
	 "\"preference\":200,\"dont-preempt\":true,\"wait\":\"0s\"}}"},
	{"es add interface bond0 ce1 mode all-active es-id 1 es-sys-mac 44:38:39:ff:ff:01", "es",
	 "add",
	 "{\"name\":\"ce1\",\"interface\":\"bond0\",\"mode\":\"all-active\",\"esi\":{\"es-id\":1,"
	 "\"es-sys-mac\":\"44:38:39:ff:ff:01\"}}"},
	{"es set ce1 vlans 10,20-30,4094 allow lldp,cfm", "es", "set",
	 "{\"name\":\"ce1\",\"vlans\":[\"10\",\"20-30\",\"4094\"],\"allow\":[\"lldp\",\"cfm\"]}"},
	{"es set ce1 preference 65535 dont-preempt off", "es", "set",
	 "{\"name\":\"ce1\",\"df\":{\"preference\":65535,\"dont-preempt\":false}}"},
	{"es drain ce1 undo", "es", "drain", "{\"name\":\"ce1\",\"undo\":true}"},
	{"df why ce1 10", "df", "why", "{\"name\":\"ce1\",\"vlan\":10}"},
	{"df why vlan 0 ce1", "df", "why", "{\"name\":\"ce1\",\"vlan\":0}"},
	{"peer clear 192.0.2.9 soft in", "peer", "clear",
	 "{\"address\":\"192.0.2.9\",\"soft\":\"in\"}"},
	{"kernel show owner", "kernel", "show", "{\"table\":\"owner\"}"},
	{"kernel", "kernel", "show", "{}"},
	{"kernel follow", "kernel", "follow", "{}"},
	{"kernel follow /usr/bin/logger -t pw", "kernel", "follow",
	 "{\"program\":[\"/usr/bin/logger\",\"-t\",\"pw\"]}"},
	{"config check /etc/evpn/new.yaml", "config", "check", "{\"file\":\"/etc/evpn/new.yaml\"}"},
	{"decode --attributes 40 01 01 00", "decode", "decode",
	 "{\"attributes\":true,\"hex\":[\"40\",\"01\",\"01\",\"00\"]}"},
	{"monitor es df", "monitor", "monitor", "{\"objects\":[\"es\",\"df\"]}"},
	{"log debug", "log", "log", "{\"level\":\"debug\"}"},
};

static void words_become_a_request(void **state)
{
	char err[CMD_ERR_LEN] = "";
	struct request req;
	json_t *want;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		print_message("# %s\n", good[i].line);
		if (!good[i].object) {
			assert_int_equal(parse(good[i].line, &req, err), -1);
			json_decref(req.params);
			continue;
		}
		assert_int_equal(parse(good[i].line, &req, err), 0);
		assert_false(req.help);
		assert_string_equal(req.object->name, good[i].object);
		assert_string_equal(req.command->name, good[i].command);
		want = json_loads(good[i].params, 0, NULL);
		assert_non_null(want);
		assert_true(json_equal(req.params, want));
		json_decref(want);
		json_decref(req.params);
	}
}

static const struct {
	const char *line;
	const char *sentence;
} bad[] = {
	{"esi",
	 "unknown object \"esi\"; did you mean \"es\"? Valid: es, df, neigh, member, prefix, flood, peer, bfd, icc, route, kernel, "
	 "config, monitor, trace, decode, check, metrics, log, version"},
	{"bridge",
	 "unknown object \"bridge\"; valid: es, df, neigh, member, prefix, flood, peer, bfd, icc, route, kernel, config, "
	 "monitor, trace, decode, check, metrics, log, version"},
	{"d", "object \"d\" is short for more than one: df, decode"},
	{"es shwo", "es: unknown command \"shwo\"; did you mean \"show\"? Valid: show, add, set, "
		    "del, drain"},
	{"es s", "es: command \"s\" is short for more than one: show, set"},
	{"es show a b", "es show: unknown word \"b\"; valid: esi"},
	{"es show a esi b c", "es show: unknown word \"c\"; nothing more is expected"},
	{"es show esi", "es show: esi: ESI is missing after it"},
	{"es show esi a esi b", "es show: \"esi\" is there twice"},
	{"es add", "es add: NAME is missing"},
	{"es add ce1", "es add: \"interface DEV\" is missing"},
	{"es add ce1 interface bond0 mode portactive",
	 "es add: unknown mode \"portactive\"; did you mean \"port-active\"? Valid: all-active, "
	 "single-active, port-active"},
	{"es set ce1 preference 65536", "es set: preference: 65536 is out of range, 0 to 65535"},
	{"es set ce1 preference -1", "es set: preference: -1 is out of range, 0 to 65535"},
	{"es set ce1 preference 99999999999999999999",
	 "es set: preference: 99999999999999999999 is out of range, 0 to 65535"},
	{"es set ce1 preference high", "es set: preference: \"high\" is not a number"},
	{"es set ce1 dont-preempt maybe", "es set: dont-preempt: \"maybe\" is neither yes nor no"},
	{"es set ce1 prefrence 1",
	 "es set: unknown word \"prefrence\"; did you mean \"preference\"? Valid: interface, mode, "
	 "esi, es-id, es-sys-mac, standby, algorithm, preference, dont-preempt, ac-df, port-mode, "
	 "time-sync, wait, recovery-wait, skew, vlans, es-import, ad-per-es, ad-per-evi, "
	 "route-targets, on-daemon-loss, owner-hold, allow, untagged-vid, unknown-unicast, host-timeout, host-limit, lacp-bypass, end-sessions"},
	{"es add ce1 interface bond0 mode port-active esi 00:11 es-id 1",
	 "es add: \"es-id\" says otherwise what another word has said"},
	{"es add ce1 interface bond0 mode port-active es-id 1 esi 00:11",
	 "es add: \"esi\" says otherwise what another word has said"},
	{"es add ce1 interface bond0", "es add: \"mode MODE\" is missing"},
	{"es set ce1 vlans 10,\xff", "es set: vlans: the value is not valid UTF-8 text"},
	{"es show \xff", "es show: name: the value is not valid UTF-8 text"},
	{"df elect x", "df elect: unknown word \"x\"; nothing more is expected"},
	{"kernel show stat", "kernel show: unknown table \"stat\"; did you mean \"stats\"? Valid: "
			     "es, stats, owner, core, membership"},
	{"decode --attribute 00", "decode: unknown word \"--attribute\"; did you mean "
				  "\"--attributes\"? Valid: --attributes, hex"},
	{"log", "log: LEVEL is missing"},
	{"monitor route nonsense",
	 "monitor: unknown object \"nonsense\"; valid: es, df, neigh, member, prefix, flood, peer, "
	 "route, kernel, bfd, link"},
};

static void a_wrong_word_is_answered_with_what_is_valid(void **state)
{
	char err[CMD_ERR_LEN];
	struct request req;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		print_message("# %s\n", bad[i].line);
		err[0] = '\0';
		assert_int_equal(parse(bad[i].line, &req, err), -1);
		assert_string_equal(err, bad[i].sentence);
		json_decref(req.params);
	}
}

static void no_word_asks_for_the_summary(void **state)
{
	char err[CMD_ERR_LEN];
	struct request req;

	assert_int_equal(cmd_parse(0, NULL, &req, err), 0);
	assert_null(req.object);
	assert_ptr_equal(req.command, &command_summary);
	json_decref(req.params);
}

/* Every object and every command has a help, and each fits the width of a terminal. */
static void check_help(const char *line)
{
	char err[CMD_ERR_LEN] = "", *text = NULL, *save = NULL, *l;
	struct request req;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_int_equal(parse(line, &req, err), 0);
	assert_true(req.help);
	cmd_help(&req, f);
	fclose(f);
	assert_non_null(strstr(text, "evpnctl"));
	for (l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
		if (strlen(l) > 100)
			fail_msg("%s: %zu columns: %s", line, strlen(l), l);
	free(text);
	json_decref(req.params);
}

static void everything_has_a_help(void **state)
{
	const struct command *cmd;
	char line[128];
	int i, n;

	check_help("help");
	for (i = 0; objects[i]; i++) {
		snprintf(line, sizeof(line), "%s help", objects[i]->name);
		check_help(line);
		snprintf(line, sizeof(line), "help %s", objects[i]->name);
		check_help(line);
		for (cmd = objects[i]->commands; cmd && cmd->name; cmd++) {
			assert_non_null(cmd->help);
			assert_true(cmd->method || cmd->run);
			for (n = 0; cmd->params && cmd->params[n].key; n++)
				;
			assert_in_range(n, 0, 32); /* bits of "given" */
			snprintf(line, sizeof(line), "%s %s --help", objects[i]->name, cmd->name);
			check_help(line);
		}
	}
}

static int options(const char *line, struct app *app, char err[CMD_ERR_LEN])
{
	static char copy[512], *argv[ARGS_MAX];
	int argc = split(line, copy, argv);

	*app = (struct app){};
	out_init(&app->out, stdout);
	return option_parse(app, argc, argv, err);
}

static void options_come_before_the_object(void **state)
{
	char err[CMD_ERR_LEN];
	struct app app;

	assert_int_equal(options("es show -j", &app, err), 0);
	assert_false(app.out.json);
	assert_int_equal(options("-j -d -s -t -o es", &app, err), 5);
	assert_true(app.out.json && app.out.details && app.out.stats && app.out.timestamp &&
		    app.out.oneline);
	assert_false(app.out.pretty);
	assert_int_equal(options("-p es", &app, err), 1);
	assert_true(app.out.json && app.out.pretty);
	assert_int_equal(options("--json -pretty -stats -time es", &app, err), 4);
	assert_true(app.out.json && app.out.pretty && app.out.stats && app.out.timestamp);
	assert_int_equal(options("-n pe1 --socket /tmp/s es", &app, err), 4);
	assert_string_equal(app.netns, "pe1");
	assert_string_equal(app.socket, "/tmp/s");
	assert_int_equal(options("--netns=pe1 --socket=/tmp/s es", &app, err), 2);
	assert_string_equal(app.netns, "pe1");
	assert_string_equal(app.socket, "/tmp/s");
}

#define LONG_NAME                                            \
	"01234567890123456789012345678901234567890123456789" \
	"01234567890123456789012345678901234567890123456789"

static void a_wrong_option_is_answered(void **state)
{
	static const struct {
		const char *line;
		const char *begins;
	} rows[] = {
		{"-x es", "unknown option \"x\"; valid: json, pretty, "},
		{"--jsom es", "unknown option \"jsom\"; did you mean \"json\"? Valid: "},
		{"-n", "option -n: NAME is missing after it"},
		{"--socket", "option --socket: PATH is missing after it"},
		{"-c=sometimes es", "-c=sometimes: the value is auto, always or never"},
		{"--netns= es", "option --netns: \"\" is no name of a network namespace"},
		{"-n a/b es", "option --netns: \"a/b\" is no name of a network namespace"},
		{"-n .. es", "option --netns: \"..\" is no name of a network namespace"},
		{"-n " LONG_NAME " es",
		 "option --netns: \"0123456789012345678901234567890123456789...\": 100 characters"},
		{"--json=yes es", "option \"--json=yes\" takes no value"},
	};
	char err[CMD_ERR_LEN];
	struct app app;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(options(rows[i].line, &app, err), -1);
		assert_memory_equal(err, rows[i].begins, strlen(rows[i].begins));
	}
}

static void colour_obeys_no_color(void **state)
{
	char err[CMD_ERR_LEN];
	struct app app;

	setenv("NO_COLOR", "1", 1);
	options("-c=auto es", &app, err);
	assert_false(app.out.color);
	options("-c es", &app, err); /* typed: the person at the keyboard wins */
	assert_true(app.out.color);
	options("-c=never es", &app, err);
	assert_false(app.out.color);
	unsetenv("NO_COLOR");
	options("-c=auto es", &app, err); /* standard output of a test is no terminal */
	assert_int_equal(app.out.color, isatty(1));
}

static void the_socket_is_that_of_the_namespace(void **state)
{
	struct app app = {};
	char *path;

	path = app_socket_path(&app);
	assert_string_equal(path, "/run/evpn/evpnd.sock");
	free(path);
	app.netns = "pe1";
	path = app_socket_path(&app);
	assert_string_equal(path, "/run/evpn/pe1/evpnd.sock");
	free(path);
	app.socket = "/tmp/other";
	path = app_socket_path(&app);
	assert_string_equal(path, "/tmp/other");
	free(path);
}

/* A daemon that hangs: it listens, and never answers. */
static void a_silent_daemon_is_not_waited_for_for_ever(void **state)
{
	struct app app = {.socket = "/tmp/test_evpnctl_silent.sock", .patience_s = 1};
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), status = EXIT_OK;

	strcpy(sun.sun_path, app.socket);
	unlink(sun.sun_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_null(app_call(&app, "summary", NULL, &status));
	assert_int_equal(status, EXIT_REFUSED);
	assert_null(app_try(&app, "summary", NULL));
	close(fd);
	unlink(sun.sun_path);
}

/* What `evpnctl complete` says of the words, the last of which begins with @word; there is no daemon. */
static const char *completed(const char *line, const char *word)
{
	static char text[4096];
	struct app app = {.socket = "/nonexistent"};
	char copy[512], *argv[ARGS_MAX], last[64];
	int argc = split(line, copy, argv), out = dup(1);
	FILE *f = tmpfile();

	argv[argc] = strcpy(last, word);
	fflush(stdout);
	dup2(fileno(f), 1);
	assert_int_equal(complete(&app, argc + 1, argv), EXIT_OK);
	fflush(stdout);
	dup2(out, 1);
	close(out);
	rewind(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return text;
}

static void a_key_is_offered_when_what_is_required_is_there(void **state)
{
	assert_string_equal(completed("df why", ""), "");
	assert_string_equal(completed("df why", "gr"), "");
	assert_string_equal(completed("df why ce1", ""), "group\n");
	assert_string_equal(completed("df why ce1 10", "g"), "group\n");
	assert_string_equal(completed("df why group 239.1.1.1", ""), "");
	assert_string_equal(completed("df why group 239.1.1.1 ce1", ""), "");
	assert_string_equal(completed("df", "w"), "why\n");
	assert_string_equal(completed("member show", "s"), "segment\nstate\n");
	assert_string_equal(completed("member show state", "l"), "local\nleft\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_become_a_request),
		cmocka_unit_test(a_wrong_word_is_answered_with_what_is_valid),
		cmocka_unit_test(no_word_asks_for_the_summary),
		cmocka_unit_test(everything_has_a_help),
		cmocka_unit_test(options_come_before_the_object),
		cmocka_unit_test(a_wrong_option_is_answered),
		cmocka_unit_test(colour_obeys_no_color),
		cmocka_unit_test(a_silent_daemon_is_not_waited_for_for_ever),
		cmocka_unit_test(the_socket_is_that_of_the_namespace),
		cmocka_unit_test(a_key_is_offered_when_what_is_required_is_there),
	};

	return cmocka_run_group_tests_name("evpnctl: grammar", tests, NULL, NULL);
}
