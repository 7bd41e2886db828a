// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_frr.c - looking at zebra: a server on the same loop answers as zebra does, cuts its answers
 * into pieces, ends, comes back, and says nothing at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "system/frr.h"
#include "log.h"
#include "timer.h"

static sd_event *event;
static char path[64];
static int listening, client = -1;
static sd_event_source *accepting, *serving;
static bool silent, garbage;
static const char *es_text, *version_text, *macs_text;
static unsigned int questions, questions_macs;
static char trace[2048];

static void reply(int fd, const char *text)
{
	size_t len = strlen(text), half = len / 2;

	if (silent)
		return;
	assert_int_equal(write(fd, text, half), half);
	assert_int_equal(write(fd, text + half, len - half), len - half);
	assert_int_equal(write(fd, "\0\0\0", 4), 4);
}

static void reply_macs(int fd)
{
	questions_macs++;
	reply(fd, macs_text);
}

static void serve(int fd, const char *command)
{
	questions++;
	if (!strcmp(command, "enable"))
		reply(fd, "");
	else if (!strcmp(command, "show version"))
		reply(fd, version_text);
	else if (!strcmp(command, "show evpn vni detail json"))
		reply(fd, "[{\"vni\":100,\"type\":\"L2\",\"vxlanInterface\":\"vx0\","
			  "\"sviInterface\":\"br0.10\",\"vtepIp\":\"192.0.2.1\"}]");
	else if (!strcmp(command, "show evpn mac vni all detail json"))
		reply_macs(fd);
	else if (!strcmp(command, "show evpn arp-cache vni all detail json"))
		reply(fd, "{\"100\":{\"10.0.0.1\":{\"type\":\"local\",\"peerActive\":true,"
			  "\"mac\":\"02:00:00:00:00:01\"}}}");
	else if (!strcmp(command, "show evpn es detail json"))
		reply(fd, garbage ? "{]" : es_text);
	else
		fail_msg("asked \"%s\"", command);
}

static int on_client(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	char buf[256];
	ssize_t n = read(fd, buf, sizeof(buf) - 1);

	if (n <= 0) {
		serving = sd_event_source_disable_unref(serving);
		close(client);
		client = -1;
		return 0;
	}
	assert_int_equal(buf[n - 1], 0);
	serve(fd, buf);
	return 0;
}

static int on_accept(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	assert_int_equal(client, -1);
	client = accept(fd, NULL, NULL);
	return sd_event_add_io(event, &serving, client, EPOLLIN, on_client, NULL);
}

static void server_up(void)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	unlink(path);
	listening = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(listening, (struct sockaddr *)&sun, sizeof(sun)), 0);
	assert_int_equal(listen(listening, 4), 0);
	sd_event_add_io(event, &accepting, listening, EPOLLIN, on_accept, NULL);
}

static void server_down(void)
{
	accepting = sd_event_source_disable_unref(accepting);
	serving = sd_event_source_disable_unref(serving);
	close(listening);
	if (client >= 0)
		close(client);
	client = -1;
	unlink(path);
}

static void note(const char *fmt, ...)
{
	size_t used = strlen(trace);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(trace + used, sizeof(trace) - used, fmt, ap);
	va_end(ap);
}

static void on_es(void *data, const struct fact_frr_es *f)
{
	char esi[ESI_STRLEN];

	esi_format(&f->esi, esi);
	note("%s%s%s%s%s%s%s ", f->gone ? "-" : "+", f->gone ? esi + 27 : f->ifname,
	     f->bypass ? "-bypass" : "", f->delay ? "-delay" : "",
	     f->held && !f->gone ? "-held" : "", f->renamed[0] && !f->gone ? "-" : "",
	     f->gone ? "" : f->renamed);
}

static void on_done(void *data, const struct fact_frr *f)
{
	char ip[IP_STRLEN];

	if (f->present)
		note("%s%s%s ", ip_format(&f->vtep, ip), f->numeric ? "-numeric" : "",
		     f->hold_until ? "-young" : "");
	else
		note("absent ");
}

/* bond0 is device 7, as long as it has this name */
static const char *name_of_7 = "bond0";

static uint32_t ifindex_of(void *data, const char *ifname)
{
	return name_of_7 && !strcmp(ifname, name_of_7) ? 7 : 0;
}

static const char *ifname_of(void *data, uint32_t ifindex)
{
	assert_int_equal(ifindex, 7);
	return name_of_7;
}

static void on_tables(void *data, const struct frr_tables *t)
{
	assert_int_equal(t->n_vnis, 1);
	assert_int_equal(t->vnis[0].vni, 100);
	assert_string_equal(t->vnis[0].svi, "br0.10");
	assert_int_equal(t->n_hosts, 1);
	note("tables-%zu-%zu%s ", t->n_es, t->n_macs, t->young ? "-young" : "");
}

static const struct frr_ops ops = {on_es, on_done, ifindex_of, ifname_of, on_tables};

static void run(int ms)
{
	u64 until = timer_now_us() + (u64)ms * 1000, now;

	while ((now = timer_now_us()) < until)
		sd_event_run(event, until - now);
}

/* On a machine that is busy it may take longer than the test has let things run. */
static void expect(const char *what)
{
	u64 until = timer_now_us() + 10000000;

	while (strcmp(trace, what) && timer_now_us() < until)
		sd_event_run(event, 20000);
	assert_string_equal(trace, what);
	trace[0] = '\0';
}

#define ES(n, dev, more)                                                                        \
	"{\"esi\":\"03:44:38:39:ff:ff:01:00:00:0" n "\",\"accessPort\":\"" dev "\",\"flags\":[" \
	"\"local\",\"readyForBgp\",\"operUp\"],\"dfPreference\":1" more "}"
#define REMOTE "{\"esi\":\"03:44:38:39:ff:ff:01:00:00:09\",\"flags\":[\"remote\"]}"

static int setup(void **state)
{
	log_open("test", true);
	log_set_level(LOG_LEVEL_ERROR);
	sd_event_new(&event);
	snprintf(path, sizeof(path), "/tmp/test_evpnd_frr.%d", getpid());
	silent = garbage = false;
	questions = questions_macs = 0;
	macs_text = "{\"100\":{\"numMacs\":1,\"macs\":{\"02:00:00:00:0c:0e\":{\"type\":\"remote\","
		    "\"remoteEs\":\"03:44:38:39:ff:ff:01:00:00:09\"}}}}";
	trace[0] = '\0';
	version_text = "FRRouting 8.4.4 (pe1) on Linux.\n";
	es_text = "[" ES("1", "bond0", "") "," REMOTE "]";
	server_up();
	return 0;
}

static int teardown(void **state)
{
	server_down();
	event = sd_event_unref(event);
	return 0;
}

static const struct ip_addr none;

enum { HOLD_MS = 1000 };

static void discover(void **state)
{
	struct frr *frr = frr_new(event, &ops, NULL);

	frr_look(frr);
	run(20);
	expect("");
	frr_configure(frr, path, &none, HOLD_MS);
	run(50);
	expect("+bond0 192.0.2.1 ");
	frr_replay(frr);
	expect("+bond0 192.0.2.1 ");
	es_text =
		"[" ES("1", "bond0", "") "," ES("2", "bond1", ",\"dfDelayTimer\":\"00:00:03\"") "]";
	frr_look(frr);
	frr_look(frr);
	run(400);
	expect("+bond1-delay ");
	assert_in_range(questions, 6, 14); /* enable and version once; one look for two wishes */
	es_text = "[" ES("2", "bond1", "") "]";
	run(700); /* looks again by itself while a segment is new */
	expect("-01 +bond1 ");
	frr_configure(frr, NULL, &none, HOLD_MS);
	expect("-02 ");
	frr_free(frr);
}

static void configured_vtep(void **state)
{
	struct frr *frr = frr_new(event, &ops, NULL);
	struct ip_addr vtep = ip_v4(0x0a000001);

	version_text = "FRRouting 10.6.1 (pe1).\n";
	frr_configure(frr, path, &vtep, HOLD_MS);
	run(50);
	expect("+bond0 10.0.0.1-numeric ");
	frr_free(frr);
}

/* Its segments stay what they were while zebra is away. */
static void restart(void **state)
{
	struct frr *frr = frr_new(event, &ops, NULL);

	frr_configure(frr, path, &none, HOLD_MS);
	run(50);
	expect("+bond0 192.0.2.1 ");
	server_down();
	run(50);
	expect("absent ");
	run(300);
	expect("");
	server_up();
	run(150);
	expect("192.0.2.1 ");
	frr_free(frr);
}

/* FRR starts zebra first, and gives it its configuration then. */
static void configured_later(void **state)
{
	struct frr *frr = frr_new(event, &ops, NULL);

	es_text = "[" ES("1", "bond0", "") "," ES("2", "bond1", "") "]";
	frr_configure(frr, path, &none, HOLD_MS);
	run(50);
	expect("+bond0 +bond1 192.0.2.1 ");
	server_down();
	run(20);
	expect("absent ");
	es_text = "[" REMOTE "]";
	server_up();
	run(150);
	expect("+bond0-held +bond1-held 192.0.2.1-young ");
	questions = 0;
	run(200);
	assert_in_range(questions, 4, 40); /* is asked again soon */
	es_text = "[" ES("1", "bond0", ",\"dfDelayTimer\":\"00:00:03\"") "]";
	run(150);
	expect("+bond0-delay ");
	es_text = "[" ES("1", "bond0", "") "]"; /* without bond1, and configured so long ago */
	run(500);
	expect("-02 +bond0 192.0.2.1 ");
	frr_free(frr);
}

/* One that never has a segment, and one that is asked for the first time. */
static void configured_never(void **state)
{
	struct frr *frr = frr_new(event, &ops, NULL);

	frr_configure(frr, path, &none, HOLD_MS);
	run(50);
	expect("+bond0 192.0.2.1 ");
	server_down();
	es_text = "[]";
	server_up();
	run(300);
	expect("absent +bond0-held 192.0.2.1-young ");
	run(1300);
	expect("-01 192.0.2.1 ");
	frr_free(frr);
	frr = frr_new(event, &ops, NULL);
	frr_configure(frr, path, &none, 0);
	run(50);
	expect("192.0.2.1 ");
	frr_free(frr);
}

/* FRR knows a bond by its name only; the segment stays with the device, as long as that lives. */
static void renamed(void **state)
{
	struct frr *frr = frr_new(event, &ops, NULL);

	frr_configure(frr, path, &none, HOLD_MS);
	run(50);
	expect("+bond0 192.0.2.1 ");
	name_of_7 = "po1";
	es_text = "[]";
	frr_look(frr);
	run(150);
	expect("+bond0-held-po1 ");
	es_text = "[" ES("1", "po1", "") "]";
	frr_look(frr);
	run(150);
	expect("+po1 ");
	name_of_7 = "bond0";
	es_text = "[]";
	frr_look(frr);
	run(150);
	expect("+po1-held-bond0 ");
	name_of_7 = NULL;
	frr_look(frr);
	run(150);
	expect("-01 ");
	frr_free(frr);
	name_of_7 = "bond0";
}

/* Asked at another place, it is still the FRR of this machine: nothing of its is gone meanwhile. */
static void moved(void **state)
{
	struct frr *frr = frr_new(event, &ops, NULL);

	frr_configure(frr, path, &none, HOLD_MS);
	run(50);
	expect("+bond0 192.0.2.1 ");
	server_down();
	strcat(path, ".new");
	es_text = "[" ES("1", "bond0", "") "," ES("2", "bond1", "") "]";
	server_up();
	frr_configure(frr, path, &none, HOLD_MS);
	expect("");
	run(50);
	expect("+bond1 ");
	frr_configure(frr, NULL, &none, HOLD_MS);
	expect("-01 -02 ");
	frr_free(frr);
}

/* Addresses and hosts: only when they are wanted, after the segments, and not too often. */
static void tables(void **state)
{
	struct frr *frr = frr_new(event, &ops, NULL);

	frr_configure(frr, path, &none, HOLD_MS);
	run(50);
	expect("+bond0 192.0.2.1 ");
	run(200);
	assert_int_equal(questions_macs, 0);
	frr_want_tables(frr, true);
	run(100);
	expect("tables-2-1 ");
	macs_text = "";
	run(1500); /* looks again by itself, within a second */
	assert_in_range(questions_macs, 2, 7);
	assert_non_null(strstr(trace, "tables-2-0 "));
	trace[0] = '\0';
	frr_want_tables(frr, false);
	questions_macs = 0;
	run(1200);
	assert_int_equal(questions_macs, 0);
	expect("");
	frr_free(frr);
}

/* A zebra that is new has nothing yet; that is no news. */
static void young_tables(void **state)
{
	struct frr *frr = frr_new(event, &ops, NULL);

	es_text = "[]";
	frr_configure(frr, path, &none, HOLD_MS);
	frr_want_tables(frr, true);
	run(150);
	assert_non_null(strstr(trace, "tables-0-1-young "));
	trace[0] = '\0';
	run(2200);
	assert_non_null(strstr(trace, "tables-0-1 "));
	frr_free(frr);
}

static void not_there(void **state)
{
	struct frr *frr = frr_new(event, &ops, NULL);

	server_down();
	frr_configure(frr, path, &none, HOLD_MS);
	run(20);
	expect("absent ");
	server_up();
	run(1300);
	expect("+bond0 192.0.2.1 ");
	garbage = true;
	frr_look(frr);
	run(400);
	expect("absent ");
	garbage = false;
	silent = true;
	run(1300);
	expect(""); /* waits for an answer, and so does nobody else */
	frr_free(frr);
	silent = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(discover, setup, teardown),
		cmocka_unit_test_setup_teardown(configured_vtep, setup, teardown),
		cmocka_unit_test_setup_teardown(restart, setup, teardown),
		cmocka_unit_test_setup_teardown(configured_later, setup, teardown),
		cmocka_unit_test_setup_teardown(configured_never, setup, teardown),
		cmocka_unit_test_setup_teardown(renamed, setup, teardown),
		cmocka_unit_test_setup_teardown(moved, setup, teardown),
		cmocka_unit_test_setup_teardown(tables, setup, teardown),
		cmocka_unit_test_setup_teardown(young_tables, setup, teardown),
		cmocka_unit_test_setup_teardown(not_there, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
