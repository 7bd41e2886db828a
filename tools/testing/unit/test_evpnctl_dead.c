// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnctl_dead.c - evpnctl check: after how long a dead PE is noticed, by each way there is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../user/evpnctl/dead_check.h"
#include "../../../user/evpnctl/doc.h"

#define ESI "00:11:22:33:44:55:66:77:88:01"
#define PE2 "192.0.2.2"
#define RR "192.0.2.9"

struct world {
	json_t *segments, *routes, *peers, *sessions;
};

/* One segment of two PEs; the other one's RT-4 comes by a reflector. */
static struct world world(void)
{
	return (struct world){
		.segments = json_pack("[{s:s, s:s, s:s, s:[s]}]", "name", "ce", "esi", ESI,
				      "control", "evpnd", "peers", PE2),
		.routes =
			json_pack("[{s:s, s:s, s:[{s:n, s:b}]}, {s:s, s:s, s:[{s:s, s:b}]}]", "esi",
				  ESI, "originator", "192.0.2.1", "paths", "peer", "direct", 0,
				  "esi", ESI, "originator", PE2, "paths", "peer", RR, "direct", 0),
		.peers = json_pack("[{s:s, s:i, s:b}]", "address", RR, "hold-time", 9, "shutdown",
				   0),
		.sessions = json_array(),
	};
}

static void add_path(struct world *w, const char *peer, bool direct, int hold)
{
	json_t *route = json_array_get(w->routes, 1);

	json_array_append_new(json_object_get(route, "paths"),
			      json_pack("{s:s, s:b}", "peer", peer, "direct", direct));
	json_array_append_new(w->peers, json_pack("{s:s, s:i, s:b}", "address", peer, "hold-time",
						  hold, "shutdown", 0));
}

static void add_bfd(struct world *w, const char *address, const char *use, const char *state,
		    double ms)
{
	json_array_append_new(w->sessions,
			      json_pack("{s:s, s:s, s:s, s:f, s:s}", "address", address, "for", use,
					"state", state, "detection-ms", ms, "by", "evpnd"));
}

/* The first row for @address; gives @w back. */
static void expect(struct world *w, const char *address, const char *by, double seconds)
{
	const struct dead_view view = {w->segments, w->routes, w->peers, w->sessions};
	json_t *rows = dead_check(&view), *row;
	bool found = false;
	size_t i;

	json_array_foreach(rows, i, row) {
		if (found || !doc_is(row, "address", address))
			continue;
		found = true;
		assert_string_equal(doc_show(row, "noticed-by"), by);
		if (seconds < 0)
			assert_null(doc_get(row, "seconds"));
		else
			assert_true(json_number_value(doc_get(row, "seconds")) == seconds);
	}
	assert_true(found == !!by);
	json_decref(rows);
	json_decref(w->segments);
	json_decref(w->routes);
	json_decref(w->peers);
	json_decref(w->sessions);
}

static void reflector(void **state)
{
	struct world w = world();

	expect(&w, PE2, "reflector", 9);
	w = world();
	expect(&w, RR, "hold-time", 9);
	/* a PE that is a candidate here and no neighbour: its own reflector counts, and the later of two */
	w = world();
	add_path(&w, "192.0.2.8", false, 90);
	expect(&w, PE2, "reflector", 90);
	/* this PE itself is in no row */
	w = world();
	expect(&w, "192.0.2.1", NULL, 0);
}

static void own_session(void **state)
{
	struct world w = world();

	json_array_clear(json_object_get(json_array_get(w.routes, 1), "paths"));
	add_path(&w, PE2, true, 30);
	expect(&w, PE2, "hold-time", 30);
	/* its neighbour of another address than its originator has one row, not two */
	w = world();
	json_array_clear(json_object_get(json_array_get(w.routes, 1), "paths"));
	add_path(&w, "2001:db8::2", true, 30);
	expect(&w, "2001:db8::2", NULL, 0);
	w = world();
	json_array_clear(json_object_get(json_array_get(w.routes, 1), "paths"));
	add_path(&w, PE2, true, 0);
	expect(&w, PE2, "nobody", -1);
}

static void bfd(void **state)
{
	struct world w = world();

	add_bfd(&w, PE2, "segment", "up", 150);
	expect(&w, PE2, "bfd", 0.15);
	/* with the reflector, it tells of the reflector's death only */
	w = world();
	add_bfd(&w, RR, "neighbor", "up", 900);
	expect(&w, PE2, "reflector", 9);
	w = world();
	add_bfd(&w, RR, "neighbor", "up", 900);
	expect(&w, RR, "bfd", 0.9);
	/* one that is not up finds nothing */
	w = world();
	add_bfd(&w, PE2, "segment", "down", 150);
	expect(&w, PE2, "reflector", 9);
	/* with a neighbour that is the PE: as soon as the session ends */
	w = world();
	json_array_clear(json_object_get(json_array_get(w.routes, 1), "paths"));
	add_path(&w, PE2, true, 30);
	add_bfd(&w, PE2, "neighbor", "up", 900);
	expect(&w, PE2, "bfd", 0.9);
}

static void frr(void **state)
{
	struct world w = world();

	json_object_set_new(json_array_get(w.segments, 0), "control", json_string("frr"));
	expect(&w, PE2, "bgpd", -1);
}

static void nothing(void **state)
{
	const struct dead_view view = {};
	json_t *rows = dead_check(&view);

	assert_int_equal(json_array_size(rows), 0);
	json_decref(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reflector), cmocka_unit_test(own_session), cmocka_unit_test(bfd),
		cmocka_unit_test(frr),	     cmocka_unit_test(nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
