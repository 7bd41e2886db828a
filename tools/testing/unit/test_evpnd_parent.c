// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_parent.c - a real parent over a speaker that is anything but: executed by the parent as it
 * executes its own, this program plays one that lies, dies, hangs or holds its tongue. The parent must
 * live, say what is wrong, start another, and end when it is told to.
 *
 * Design rule 2: the parent never trusts the process that reads from the network.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl.h"
#include "parent/ctl_server.h"
#include "contract/ipc.h"
#include "log.h"
#include "parent/parent.h"
#include "parent/spawn.h"

enum { SPEAKER_FD = 3, WAIT_MS = 10000 };

/* ---- the false speaker ---- */

static void send_message(enum ipc_type type, const void *body, uint32_t len)
{
	struct ipc_hdr hdr = {.type = (uint16_t)type, .len = len};
	struct iovec iov[] = {{&hdr, sizeof(hdr)}, {(void *)body, len}};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};

	sendmsg(SPEAKER_FD, &msg, MSG_NOSIGNAL);
}

static void send_text(enum ipc_type type, uint32_t id, bool more, const char *text)
{
	char buf[4096];
	struct ipc_text head = {.id = id, .more = more};

	memcpy(buf, &head, sizeof(head));
	memcpy(buf + sizeof(head), text, strlen(text));
	send_message(type, buf, (uint32_t)(sizeof(head) + strlen(text)));
}

static void send_wish(enum ipc_type type, const void *wish, size_t size)
{
	_Alignas(8) char buf[4096];
	struct batch head = {.n = 1};

	memcpy(buf, &head, sizeof(head));
	memcpy(buf + sizeof(head), wish, size);
	send_message(type, buf, (uint32_t)(sizeof(head) + size));
}

static void lie_about_everything(void)
{
	struct wish_es wish = {.esi = {{0, 1}},
			       .ifname = "e0",
			       .mode = CONF_PORT_ACTIVE,
			       .standby = CONF_STANDBY_BLOCK};
	struct ipc_socket s = {.peer = {.len = 4, .b = {203, 0, 113, 1}}, .port = 179};
	struct wish_es bad;

	send_message(0, &wish, 3);
	send_message(200, &wish, sizeof(wish));
	send_message(IPC_WISH_ES, &wish, 5);
	send_message(IPC_CONF_COMMIT, NULL, 0);
	send_message(IPC_SHUTDOWN, NULL, 0);
	bad = wish;
	memset(bad.ifname, 'x', sizeof(bad.ifname));
	send_wish(IPC_WISH_ES, &bad, sizeof(bad));
	bad = wish;
	bad.mode = 77;
	send_wish(IPC_WISH_ES, &bad, sizeof(bad));
	bad = wish;
	bad.standby = CONF_STANDBY_AUTO;
	send_wish(IPC_WISH_ES, &bad, sizeof(bad));
	bad = wish;
	memset(&bad.esi, 0xff, sizeof(bad.esi));
	send_wish(IPC_WISH_ES, &bad, sizeof(bad));
	send_message(IPC_SOCKET_REQUEST, &s, sizeof(s));
	s.peer.len = 99;
	send_message(IPC_SOCKET_REQUEST, &s, sizeof(s));
	send_text(IPC_ANSWER, 4711, false, "{\"result\": 1}");
	send_text(IPC_EVENT, 0, false, "no JSON");
	send_text(IPC_EVENT, 0, false, "{\"object\": \"nix\"}");
	send_text(IPC_EVENT, 0, true, "{\"object\": \"es\"");
	send_text(IPC_EVENT, 0, false, "{\"object\":\n\"es\"}");
}

#define OWN_ESI                                                                    \
	{                                                                          \
		{                                                                  \
			0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99 \
		}                                                                  \
	}

/* Its own segment; then that one on the management port, another one on its device, neighbours on it. */
static void try_forbidden(void)
{
	struct wish_es wish = {.esi = OWN_ESI,
			       .ifname = "bond0",
			       .mode = CONF_PORT_ACTIVE,
			       .standby = CONF_STANDBY_BLOCK};
	static struct {
		struct batch head;
		struct wish_neigh wish[2];
	} batch = {.head.n = 2};
	struct flood_key flood = {.ifname = "mgmt0", .vni = 100, .remote_vni = 100};

	send_wish(IPC_WISH_ES, &wish, sizeof(wish));
	strcpy(wish.ifname, "mgmt0");
	send_wish(IPC_WISH_ES, &wish, sizeof(wish));
	strcpy(wish.ifname, "bond0");
	wish.esi.b[9]++;
	send_wish(IPC_WISH_ES, &wish, sizeof(wish));
	batch.wish[0].key = (struct neigh_key){
		.tag = 10, .esi = OWN_ESI, .address = {.len = 4, .b = {10, 0, 0, 9}}};
	batch.wish[0].mac.b[0] = 2;
	batch.wish[1] = batch.wish[0];
	batch.wish[1].key.esi = wish.esi;
	send_message(IPC_WISH_NEIGH, &batch, sizeof(batch));
	flood.address = (struct ip_addr){.len = 4, .b = {192, 0, 2, 9}};
	send_wish(IPC_WISH_FLOOD, &flood, sizeof(flood));
}

/* A customer's route through the loopback device. */
static void try_route(void)
{
	struct wish_prefix w;

	memset(&w, 0, sizeof(w));
	w.key.metric = 77;
	w.key.prefix.addr.len = 4;
	w.n_hops = 1;
	w.hops[0].ifindex = 1;
	w.hops[0].gateway = (struct ip_addr){.len = 4, .b = {10, 0, 0, 1}};
	send_wish(IPC_WISH_PREFIX, &w, sizeof(w));
}

/* What only somebody who has taken over would do, for as long as it is let. */
static void attack(const char *how)
{
	struct iovec iov;
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	union {
		struct cmsghdr hdr;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.hdr = {.cmsg_len = CMSG_LEN(sizeof(int)),
			     .cmsg_level = SOL_SOCKET,
			     .cmsg_type = SCM_RIGHTS}};
	struct ipc_hdr ready = {.type = IPC_READY};
	int fd = SPEAKER_FD;

	memcpy(CMSG_DATA(&control.hdr), &fd, sizeof(fd));
	for (int i = 0; i < 1000000; i++) {
		if (!strcmp(how, "answers"))
			send_text(IPC_ANSWER, 0x40000000u + (uint32_t)i, true, "[");
		else if (!strcmp(how, "events"))
			send_text(IPC_EVENT, 0, true, "{\"object\": \"es\", ");
		else if (!strcmp(how, "noise"))
			send_message((enum ipc_type)(IPC_TYPE_MAX + i), "x", 1);
		if (strcmp(how, "descriptors"))
			continue;
		iov = (struct iovec){&ready, sizeof(ready)};
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control.bytes);
		sendmsg(SPEAKER_FD, &msg, MSG_NOSIGNAL);
	}
}

/* Answers "yes" to every question, a true one or what the environment says. */
static int serve(const char *answer)
{
	static char buf[IPC_MSG_MAX];
	struct ipc_hdr hdr;
	struct ipc_text head;
	ssize_t n;

	while ((n = recv(SPEAKER_FD, buf, sizeof(buf), 0)) > 0) {
		memcpy(&hdr, buf, sizeof(hdr));
		if (hdr.type == IPC_FACT_LINKS_DONE)
			send_message(IPC_READY, NULL, 0);
		if (hdr.type == IPC_FACT_PREFIXES_DONE && getenv("FORBIDDEN"))
			try_route();
		if (hdr.type == IPC_WISH_PREFIX_RESULT)
			send_text(IPC_EVENT, 0, false, "no JSON");
		if (hdr.type == IPC_SHUTDOWN && !getenv("STUBBORN"))
			return 0;
		if (hdr.type != IPC_QUERY)
			continue;
		memcpy(&head, buf + sizeof(hdr), sizeof(head));
		if (strstr(buf + sizeof(hdr) + sizeof(head), "die"))
			raise(SIGKILL);
		if (strstr(buf + sizeof(hdr) + sizeof(head), "hang"))
			pause();
		if (strstr(buf + sizeof(hdr) + sizeof(head), "half")) {
			send_text(IPC_ANSWER, head.id, true, "{\"result\": [1,");
			raise(SIGKILL);
		}
		send_text(IPC_ANSWER, head.id, false, answer);
	}
	return 0;
}

static int false_speaker(void)
{
	const char *answer = getenv("ANSWER");

	if (getenv("EXIT"))
		return 5;
	if (getenv("LIAR"))
		lie_about_everything();
	if (getenv("FORBIDDEN"))
		try_forbidden();
	if (getenv("ATTACK"))
		attack(getenv("ATTACK"));
	if (getenv("FLOOD"))
		for (int i = 0; i < 200; i++)
			send_message(IPC_CONF_COMMIT, NULL, 0);
	return serve(answer ? answer : "{\"result\": \"yes\"}");
}

/* ---- the parent, and a client ---- */

/* there when the program is built with AddressSanitizer */
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

static char dir[] = "/tmp/test_evpnd_parent.XXXXXX";
static char conf_path[64], socket_path[64], log_path[64];
static pid_t parent;

static void write_conf(const char *more)
{
	FILE *f = fopen(conf_path, "w");

	fprintf(f, "router-id: 192.0.2.1\nas: 65000\nport: 0\n%s", more);
	fclose(f);
}

static int run_parent(void)
{
	struct parent_options options = {.conf_path = conf_path,
					 .socket_path = socket_path,
					 .sandbox = SANDBOX_OFF,
					 .human = true};
	struct conf_errors errors = {};
	int fd, r;

	fd = open(log_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(fd, STDERR_FILENO);
	close(fd);
	log_set_level(LOG_LEVEL_INFO);
	log_open("evpnd", true);
	fd = ctl_bind(socket_path);
	r = parent_main(&options, conf_parse_path(conf_path, &errors), fd);
	conf_errors_free(&errors);
	return r;
}

static void start(void)
{
	parent = fork();
	if (!parent) {
		int r = run_parent();

		if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check())
			_exit(99);
		_exit(r);
	}
}

static bool log_has(const char *text)
{
	char line[1024];
	bool found = false;
	FILE *f = fopen(log_path, "r");

	while (f && fgets(line, sizeof(line), f))
		found |= strstr(line, text) != NULL;
	if (f)
		fclose(f);
	return found;
}

static void wait_log(const char *text)
{
	for (int i = 0; i < WAIT_MS / 20; i++) {
		if (log_has(text))
			return;
		usleep(20000);
	}
	fail_msg("the log never said: %s", text);
}

static struct ctl_client *dial(void)
{
	for (int i = 0; i < WAIT_MS / 20; i++) {
		struct ctl_client *c = ctl_connect(socket_path);

		if (c)
			return c;
		usleep(20000);
	}
	fail_msg("nobody listens on %s", socket_path);
	return NULL;
}

/* Ask, and compare the whole answer. */
static void ask(const char *method, const char *params, const char *expected)
{
	json_t *p = params ? json_loads(params, 0, NULL) : NULL, *answer = NULL;
	struct ctl_client *c = dial();
	char *text;

	assert_true(ctl_call(c, method, p, &answer) >= 0);
	text = json_dumps(answer, JSON_COMPACT | JSON_ENCODE_ANY);
	if (strncmp(text, expected, strlen(expected)))
		fail_msg("%s: %s\nexpected: %s", method, text, expected);
	free(text);
	json_decref(answer);
	json_decref(p);
	ctl_close(c);
}

static int stop(void)
{
	int status;

	kill(parent, SIGTERM);
	assert_int_equal(waitpid(parent, &status, 0), parent);
	parent = 0;
	assert_true(WIFEXITED(status));
	assert_int_equal(access(socket_path, F_OK), -1);
	return WEXITSTATUS(status);
}

static int setup(void **state)
{
	static const char *const names[] = {"LIAR",   "FLOOD",	  "EXIT",     "ANSWER",
					    "ATTACK", "STUBBORN", "FORBIDDEN"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
	unlink(log_path);
	write_conf("");
	return 0;
}

static int teardown(void **state)
{
	if (parent) {
		kill(parent, SIGKILL);
		waitpid(parent, NULL, 0);
		parent = 0;
		unlink(socket_path);
	}
	return 0;
}

static void test_ordinary_life(void **state)
{
	start();
	wait_log("is ready");
	ask("df.show", NULL, "\"yes\"");
	ask("config.show", NULL,
	    "{\"config\":{\"router-id\":\"192.0.2.1\",\"as\":65000,\"port\":0}}");
	ask("log", "{\"level\": \"nix\"}", "{\"code\":\"usage\"");
	/* what is misspelt does not mean "all" */
	ask("peer.clear", "{\"adress\": \"192.0.2.9\"}",
	    "{\"code\":\"usage\",\"message\":\"params.adress: unknown; did you mean \\\"address\\\"?\"}");
	ask("peer.clear", "{\"address\": 5}",
	    "{\"code\":\"usage\",\"message\":\"params.address: expected a text\"}");
	ask("es.drain", "{\"name\": \"a\", \"undo\": \"no\"}",
	    "{\"code\":\"usage\",\"message\":\"params.undo: expected true or false\"}");
	ask("route.show", "{\"esj\": \"x\", \"type\": 4}",
	    "{\"code\":\"usage\",\"message\":\"params.esj: unknown; did you");
	ask("flood.show", "{\"vni\": \"100\"}",
	    "{\"code\":\"usage\",\"message\":\"params.vni: expected a number\"}");
	ask("member.show", "{\"grup\": \"239.1.1.1\"}",
	    "{\"code\":\"usage\",\"message\":\"params.grup: unknown; did you mean \\\"group\\\"?\"}");
	ask("bfd.show", "{\"addr\": \"192.0.2.9\"}",
	    "{\"code\":\"usage\",\"message\":\"params.addr: unknown; ");
	ask("summary", "{\"quickly\": true}",
	    "{\"code\":\"usage\",\"message\":\"params.quickly: unknown; valid: none\"}");
	ask("df.show", "{\"name\": null}", "\"yes\"");
	ask("log", "{\"level\": \"debug\"}", "{\"level\":\"debug\"}");
	assert_int_equal(stop(), 0);
	assert_true(log_has("the speaker ended with status 0"));
}

static void test_lies_are_ignored(void **state)
{
	setenv("LIAR", "1", 1);
	start();
	wait_log("is ready");
	ask("df.show", NULL, "\"yes\"");
	assert_true(log_has("a message that only the parent sends"));
	assert_true(log_has("an unknown mode"));
	assert_true(log_has("no device name"));
	assert_true(log_has("an unknown standby policy"));
	assert_true(log_has("a reserved ESI"));
	assert_true(log_has("peer 203.0.113.1 is not configured"));
	assert_true(log_has("an answer to no question"));
	assert_true(log_has("an event that is none"));
	assert_int_equal(stop(), 0);
}

static void test_too_many_lies(void **state)
{
	setenv("FLOOD", "1", 1);
	start();
	wait_log("100 messages made no sense, or asked for what is not its own; ending it");
	wait_log("ended by signal 9");
	wait_log("another one will be started in 500 ms");
	assert_int_equal(stop(), 0);
}

static json_int_t metric(const char *name, const char *value)
{
	struct ctl_client *c = dial();
	json_t *answer = NULL, *m, *all;
	json_int_t found = -1;
	size_t i;

	assert_true(ctl_call(c, "metrics", NULL, &answer) >= 0);
	all = json_object_get(answer, "metrics");
	json_array_foreach(all, i, m) {
		const char *n = json_string_value(json_object_get(m, "name"));
		char *text;

		if (!n || strcmp(n, name))
			continue;
		text = json_dumps(m, JSON_COMPACT);
		if (!value || strstr(text, value))
			found = (json_int_t)json_number_value(json_object_get(m, "value"));
		free(text);
	}
	json_decref(answer);
	ctl_close(c);
	return found;
}

#define CE1_YAML \
	"segments: [{name: ce1, interface: bond0, esi: \"00:11:22:33:44:55:66:77:88:99\", mode: port-active}]\n"

/* Who takes the speaker over gets its segments, on their devices, and nothing else of the host. */
static void test_forbidden(void **state)
{
	setenv("FORBIDDEN", "1", 1);
	setenv("ANSWER", "{\"result\": {\"metrics\": []}}", 1);
	write_conf(CE1_YAML);
	start();
	wait_log("is ready");
	wait_log("segment 00:11:22:33:44:55:66:77:88:99 on mgmt0 is not its own; ignored");
	wait_log("segment 00:11:22:33:44:55:66:77:88:9a on bond0 is not its own; ignored");
	wait_log("neighbours on a segment that is not its own; ignored");
	wait_log("the flooding list of mgmt0, VNI 100, is not its own; ignored");
	wait_log("routes through devices that are on no segment; ignored");
	wait_log("an event that is none; ignored"); /* it was answered */
	assert_int_equal(metric("evpnd_wishes", "\"pending\""), 1);
	assert_int_equal(metric("evpnd_speaker_violations_total", NULL), 6);
	assert_int_equal(metric("evpnd_ended_sessions_total", NULL), 0);
	assert_int_equal(stop(), 0);
}

/* Each goes on until the parent has had enough, and the next one is started. */
static void test_attacks(void **state)
{
	static const char *const ways[] = {"answers", "events", "noise", "descriptors"};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		setenv("ATTACK", ways[i], 1);
		start();
		wait_log("100 messages made no sense");
		wait_log("ended by signal 9");
		wait_log("another one will be started");
		ask("config.show", NULL, "{\"config\"");
		assert_int_equal(stop(), 0);
	}
}

static void test_death_and_successor(void **state)
{
	start();
	wait_log("is ready");
	ask("die", NULL,
	    "{\"code\":\"unavailable\",\"message\":\"the speaker was ended by signal 9 (Killed)\"}");
	/* before its successor is there */
	ask("peer.show", NULL, "{\"code\":\"unavailable\"");
	ask("config.show", NULL, "{\"config\":");
	for (int i = 0; i < 200 && !log_has("never"); i++) {
		struct ctl_client *c = dial();
		json_t *answer;
		int r = ctl_call(c, "peer.show", NULL, &answer);

		json_decref(answer);
		ctl_close(c);
		if (!r)
			break;
		usleep(20000);
	}
	ask("df.show", NULL, "\"yes\"");
	assert_int_equal(stop(), 0);
}

/* Half an answer cannot become an error any more: the connection ends. */
static void test_death_within_an_answer(void **state)
{
	struct ctl_client *c;
	json_t *answer;

	start();
	wait_log("is ready");
	c = dial();
	assert_int_equal(ctl_call(c, "half", NULL, &answer), -EPIPE);
	ctl_close(c);
	assert_int_equal(stop(), 0);
}

/* One that cannot even start is tried again, less and less often. */
static void test_back_off(void **state)
{
	setenv("EXIT", "1", 1);
	start();
	wait_log("the speaker ended with status 5");
	wait_log("started in 500 ms");
	wait_log("started in 1000 ms");
	ask("peer.show", NULL,
	    "{\"code\":\"unavailable\",\"message\":\"the speaker ended with status 5\"}");
	assert_int_equal(stop(), 0);
}

static void test_merged_answers(void **state)
{
	setenv("ANSWER", "{\"result\": {\"problems\": [\"one\"], \"peers\": 3, \"metrics\": [1]}}",
	       1);
	start();
	wait_log("is ready");
	ask("summary", NULL, "{\"problems\":[");
	ask("metrics", NULL,
	    "{\"problems\":[\"one\"],\"peers\":3,\"metrics\":[1,{\"name\":\"evpnd_kernel_present\"");
	assert_int_equal(stop(), 0);
	setenv("ANSWER", "{\"error\": {\"code\": \"refused\", \"message\": \"no\"}}", 1);
	start();
	wait_log("is ready");
	ask("summary", NULL, "{\"code\":\"refused\",\"message\":\"no\"}");
	assert_int_equal(stop(), 0);
	setenv("ANSWER", "{\"result\": [[[", 1);
	start();
	wait_log("is ready");
	ask("summary", NULL,
	    "{\"code\":\"unavailable\",\"message\":\"the speaker's answer makes no sense\"}");
	assert_int_equal(stop(), 0);
}

static void test_reload(void **state)
{
	start();
	wait_log("is ready");
	write_conf("peers: [{address: 192.0.2.9, remote-as: 65000, shutdown: yes}]\n");
	ask("config.diff", NULL, "{\"changes\":[{\"op\":\"add\",\"path\":\"peers[192.0.2.9]\"");
	kill(parent, SIGHUP);
	wait_log("1 changes");
	ask("config.diff", NULL, "{\"changes\":[],\"errors\":[]}");
	write_conf("peers: [{address: 192.0.2.9}]\nfoo: 1\n");
	ask("config.reload", NULL, "{\"code\":\"refused\"");
	ask("config.diff", NULL, "{\"changes\":[],\"errors\":[{\"line\":4,");
	ask("config.show", NULL,
	    "{\"config\":{\"router-id\":\"192.0.2.1\",\"as\":65000,\"port\":0,\"peers\":[{\"address\":\"192.0.2.9\"");
	write_conf("");
	ask("config.reload", NULL, "{\"changes\":1,");
	assert_int_equal(stop(), 0);
}

#define CE1 \
	"{\"name\": \"ce1\", \"interface\": \"bond0\", \"esi\": \"00:11:22:33:44:55:66:77:88:99\", \"mode\": \"port-active\"}"

static void test_segments_by_hand(void **state)
{
	start();
	wait_log("is ready");
	ask("es.set", CE1,
	    "{\"code\":\"not-found\",\"message\":\"the configuration has no segment ce1\"}");
	ask("es.add", CE1, "{\"message\":\"segment ce1 added\",\"changes\":1,\"warnings\":[]}");
	ask("es.add", CE1, "{\"code\":\"refused\",\"message\":\"there is a segment ce1 already\"}");
	ask("es.add",
	    "{\"name\": \"x\", \"interface\": \"bond0\", \"esi\": {\"lacp\": \"auto\"}, \"mode\": \"port-active\"}",
	    "{\"code\":\"refused\",\"message\":\"segments[x].interface: \\\"bond0\\\": already belongs to ce1\"");
	ask("es.set", "{\"name\": \"ce1\", \"df\": {\"preference\": 7}}",
	    "{\"message\":\"segment ce1 changed\"");
	ask("es.set",
	    "{\"name\": \"ce1\", \"df\": {\"dont-preempt\": true}, \"standby\": \"block\"}",
	    "{\"message\"");
	ask("config.show", NULL,
	    "{\"config\":{\"router-id\":\"192.0.2.1\",\"as\":65000,\"port\":0,\"segments\":[{\"name\":\"ce1\",\"interface\":\"bond0\",\"esi\":\"00:11:22:33:44:55:66:77:88:99\",\"mode\":\"port-active\",\"standby\":\"block\",\"df\":{\"preference\":7,\"dont-preempt\":true}}]}}");
	ask("es.set", "{\"name\": \"ce1\", \"df\": {\"preference\": null}, \"standby\": null}",
	    "{\"message\"");
	ask("es.set", "{\"name\": \"ce1\", \"df\": {\"preference\": 70000}}",
	    "{\"code\":\"refused\",\"message\":\"segments[ce1].df.preference: \\\"70000\\\": expected a number from 0 to 65535\"");
	ask("es.set", "{\"df\": 1}", "{\"code\":\"usage\"");
	ask("config.show", "{\"yaml\": true}",
	    "{\"yaml\":\"router-id: 192.0.2.1\\nas: 65000\\nport: 0\\nsegments:\\n  - name: ce1\\n    interface: bond0\\n    esi: \\\"00:11:22:33:44:55:66:77:88:99\\\"\\n    mode: port-active\\n    df: {dont-preempt: yes}\\n\"}");
	ask("es.del", "{\"name\": \"ce1\"}", "{\"message\":\"segment ce1 deleted\"");
	ask("es.del", "{\"name\": \"ce1\"}", "{\"code\":\"not-found\"");
	assert_int_equal(stop(), 0);
}

/* A speaker that does not end when it is told to: evpnd ends all the same. */
static void test_stubborn(void **state)
{
	setenv("STUBBORN", "1", 1);
	start();
	wait_log("is ready");
	assert_int_equal(stop(), 0);
	assert_true(log_has("does not end; killing it"));
}

static int manager;

/* What the service manager was told, up to now, in one string. */
static bool notified(const char *text)
{
	static char all[4096];
	char buf[256];
	ssize_t n;

	if (!text) {
		all[0] = '\0';
		return false;
	}
	while ((n = recv(manager, buf, sizeof(buf) - 1, MSG_DONTWAIT)) > 0) {
		buf[n] = '\0';
		strncat(all, buf, sizeof(all) - strlen(all) - 2);
		strcat(all, "|");
	}
	return strstr(all, text);
}

static void wait_notified(const char *text)
{
	for (int i = 0; i < WAIT_MS / 20; i++) {
		if (notified(text))
			return;
		usleep(20000);
	}
	fail_msg("the service manager was never told: %s", text);
}

static void open_manager(void)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};

	snprintf(un.sun_path, sizeof(un.sun_path), "%s/notify", dir);
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(manager, (struct sockaddr *)&un, sizeof(un)), 0);
	setenv("NOTIFY_SOCKET", un.sun_path, 1);
	setenv("WATCHDOG_USEC", "400000", 1);
	notified(NULL);
}

static void close_manager(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/notify", dir);
	unlink(path);
	close(manager);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
}

static void test_service_manager(void **state)
{
	open_manager();
	start();
	wait_notified("READY=1");
	wait_notified("WATCHDOG=1");
	notified(NULL);
	kill(parent, SIGHUP);
	wait_notified("RELOADING=1|READY=1");
	assert_int_equal(stop(), 0);
	assert_true(notified("STOPPING=1"));
	close_manager();
}

/* A speaker that hangs is found under a watchdog, and another one is started. */
static void test_hanging_speaker(void **state)
{
	struct ctl_client *c;
	json_t *answer = NULL;

	open_manager();
	start();
	wait_log("is ready");
	c = dial();
	assert_int_equal(ctl_call(c, "hang", NULL, &answer), 1);
	assert_string_equal(json_string_value(json_object_get(answer, "code")), "unavailable");
	json_decref(answer);
	ctl_close(c);
	assert_true(log_has("does not answer; ending it"));
	wait_log("another one will be started");
	assert_int_equal(stop(), 0);
	close_manager();
}

static int make_dir(void **state)
{
	assert_non_null(mkdtemp(dir));
	snprintf(conf_path, sizeof(conf_path), "%s/conf", dir);
	snprintf(socket_path, sizeof(socket_path), "%s/sock", dir);
	snprintf(log_path, sizeof(log_path), "%s/log", dir);
	return 0;
}

static int remove_dir(void **state)
{
	unlink(conf_path);
	unlink(log_path);
	rmdir(dir);
	return 0;
}

int main(int argc, char **argv)
{
#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_ordinary_life),
		CASE(test_lies_are_ignored),
		CASE(test_forbidden),
		CASE(test_attacks),
		CASE(test_too_many_lies),
		CASE(test_death_and_successor),
		CASE(test_death_within_an_answer),
		CASE(test_back_off),
		CASE(test_merged_answers),
		CASE(test_reload),
		CASE(test_segments_by_hand),
		CASE(test_stubborn),
		CASE(test_service_manager),
		CASE(test_hanging_speaker),
	};

	if (argc > 1 && spawn_is_child(argv[1]))
		return false_speaker();
	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
