// SPDX-License-Identifier: GPL-2.0-only
/* What outlives a process: it is there for the next one, and nonsense in the file is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parent/state.h"

static sd_event *event;
static char path[64];

static int set_up(void **state)
{
	int fd;

	strcpy(path, "/tmp/evpn-state.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	unlink(path);
	return sd_event_new(&event) < 0;
}

static int tear_down(void **state)
{
	event = sd_event_unref(event);
	unlink(path);
	return 0;
}

static struct state_port port_of(const char *address, uint16_t port)
{
	struct state_port p;

	memset(&p, 0, sizeof(p));
	assert_int_equal(ip_parse(&p.address, address), 0);
	p.port = port;
	return p;
}

static void write_text(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void test_ports(void **state)
{
	struct state_port ports[STATE_PORTS_MAX],
		some[] = {port_of("0.0.0.0", 179), port_of("::", 179)};
	struct state *s = state_new(event, path);

	assert_int_equal(state_ports(s, ports), 0);
	state_note_ports(s, some, 2);
	state_free(s);

	s = state_new(event, path);
	assert_int_equal(state_ports(s, ports), 2);
	assert_true(ip_equal(&ports[1].address, &some[1].address));
	assert_int_equal(ports[1].port, 179);
	state_note_ports(s, &some[1], 1);
	state_free(s);

	s = state_new(event, path);
	assert_int_equal(state_ports(s, ports), 1);
	assert_true(ip_equal(&ports[0].address, &some[1].address));
	/* nothing new is nothing to write */
	unlink(path);
	state_note_ports(s, &some[1], 1);
	state_free(s);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void test_nonsense(void **state)
{
	struct state_port ports[STATE_PORTS_MAX];
	struct state *s;

	write_text(
		"{\"contested\": [{\"address\": \"x\", \"port\": 1}, {\"address\": \"::\", \"port\": 70000}, 3,"
		" {\"address\": \"192.0.2.1\", \"port\": 179}]}");
	s = state_new(event, path);
	assert_int_equal(state_ports(s, ports), 1);
	state_free(s);
	write_text("{\"contested\":");
	s = state_new(event, path);
	assert_int_equal(state_ports(s, ports), 0);
	state_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ports, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nonsense, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
