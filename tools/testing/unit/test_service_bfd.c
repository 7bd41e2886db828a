// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_service_bfd.c - which BFD sessions are wished, and what follows when one goes down.
 * RFC 5882 (3.2, 4).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "log.h"
#include "service_rig.h"
#include "services/bfd/bfd_service.h"

enum { ROUTES = 4 };

struct speaker {
	sd_event *event;
	struct conf *conf;
	struct evpn_nlri routes[ROUTES];
	unsigned int n_routes;
	char log[1024];
	void *state;
};

#include "service_speaker.h"

static const struct esi ours = {{3, 1}}, other = {{3, 2}};

/* ---- the host ---- */

void rib_walk(const struct rib *rib, unsigned int type, rib_walk_fn fn, void *data)
{
	const struct speaker *sp = (const struct speaker *)(const void *)rib;
	struct rib_path path = {.peer = (const struct rib_peer *)sp};

	assert_int_equal(type, EVPN_ES);
	for (unsigned int i = 0; i < sp->n_routes; i++)
		fn(data, &sp->routes[i], &path, 1, 0);
}

void speaker_wish(struct speaker *sp, enum ipc_type type, const void *wish, uint32_t n)
{
	const struct bfd_key *key = wish;
	char remote[IP_STRLEN], local[IP_STRLEN];

	assert_int_equal(n, type != IPC_WISH_BFD_SWEEP);
	if (type == IPC_WISH_BFD_SWEEP)
		note(sp, "sweep ");
	else
		note(sp, "%s%s%s-%s ", type == IPC_WISH_BFD ? "+" : "-",
		     key->use == BFD_SEGMENT ? "pe:" :
		     key->use == BFD_FAR_END ? "far:" :
					       "",
		     ip_format(&key->remote, remote), ip_format(&key->local, local));
}

void speaker_event_json(struct speaker *sp, const char *object, json_t *event)
{
	assert_string_equal(object, "bfd");
	note(sp, "%s ", json_string_value(json_object_get(event, "event")));
	json_decref(event);
}

/* ---- */

static void look(struct speaker *sp)
{
	u64 until = timer_now_us() + 200000, t;

	while ((t = timer_now_us()) < until)
		sd_event_run(sp->event, until - t);
}

static void tell_es(struct speaker *sp, const struct esi *esi, bool gone)
{
	struct fact_es fact = {.esi = *esi, .gone = gone};

	bfd_service.fact(sp->state, IPC_FACT_ES, &fact);
}

static void add_route(struct speaker *sp, const struct esi *esi, u32 originator)
{
	struct evpn_nlri *n = &sp->routes[sp->n_routes++];
	struct rib_path path = {};

	*n = (struct evpn_nlri){.type = EVPN_ES, .esi = *esi, .orig = ip_v4(originator)};
	bfd_service.route(sp->state, n, &path);
}

static int set_up(void **state)
{
	struct conf_peer with = {.address = ip_v4(0xc0000209), .port = 179, .bfd.enabled = true};
	struct conf_peer without = {.address = ip_v4(0xc0000208), .port = 179};
	struct speaker *sp = calloc(1, sizeof(*sp));

	log_set_level(LOG_LEVEL_ERROR);
	memset(&service_rig, 0, sizeof(service_rig));
	sd_event_new(&sp->event);
	sp->conf = conf_new();
	sp->conf->global.originator = ip_v4(0xc0000201);
	sp->conf->global.bfd.enabled = true;
	conf_add_peer(sp->conf, &with);
	conf_add_peer(sp->conf, &without);
	sp->state = rig_begin(&bfd_service, sp);
	*state = sp;
	return 0;
}

static int tear_down(void **state)
{
	struct speaker *sp = *state;

	bfd_service.stop(sp->state);
	conf_free(sp->conf);
	sd_event_unref(sp->event);
	free(sp);
	return 0;
}

static void begin(struct speaker *sp)
{
	bfd_service.conf(sp->state, conf_changes(NULL, sp->conf), sp->conf);
	tell_es(sp, &ours, false);
	bfd_service.fact(sp->state, IPC_FACT_LINKS_DONE, NULL);
	expect(sp, "+192.0.2.9-none sweep ");
}

static void tell_diag(struct speaker *sp, enum bfd_use use, u32 remote, enum bfd_state state,
		      enum bfd_state remote_state, bool running, enum bfd_diag diag)
{
	struct fact_bfd fact = {
		.key = {.use = use,
			.remote = ip_v4(remote),
			.local = use == BFD_SEGMENT ? sp->conf->global.originator :
						      (struct ip_addr){}},
		.running = running,
		.state = state,
		.remote_state = remote_state,
		.diag = diag,
	};

	bfd_service.result(sp->state, &fact);
}

static void tell(struct speaker *sp, enum bfd_use use, u32 remote, enum bfd_state state,
		 enum bfd_state remote_state, bool running)
{
	tell_diag(sp, use, remote, state, remote_state, running, BFD_DIAG_TIMEOUT);
}

static void wishes(void **state)
{
	struct speaker *sp = *state;
	struct conf *without = conf_dup(sp->conf);

	begin(sp);
	/* the other PEs of segments that are here, each once, and nobody else */
	add_route(sp, &ours, 0xc0000202);
	add_route(sp, &ours, 0xc0000202);
	add_route(sp, &other, 0xc0000203);
	add_route(sp, &ours, 0xc0000201);
	look(sp);
	expect(sp, "+pe:192.0.2.2-192.0.2.1 ");
	tell_es(sp, &other, false);
	look(sp);
	expect(sp, "+pe:192.0.2.3-192.0.2.1 ");
	tell_es(sp, &other, true);
	look(sp);
	expect(sp, "-pe:192.0.2.3-192.0.2.1 ");
	/* and when the configuration does not want it any more */
	without->global.bfd.enabled = false;
	without->peers[0].bfd.enabled = false;
	conf_free(sp->conf);
	sp->conf = without;
	bfd_service.conf(sp->state, conf_changes(without, without), without);
	expect(sp, "-192.0.2.9-none -pe:192.0.2.2-192.0.2.1 ");
}

static void a_peer_dies(void **state)
{
	struct speaker *sp = *state;

	begin(sp);
	/* never up: it may have no BFD */
	tell(sp, BFD_PEER, 0xc0000209, BFD_DOWN, BFD_DOWN, true);
	tell(sp, BFD_PEER, 0xc0000209, BFD_INIT, BFD_DOWN, true);
	tell(sp, BFD_PEER, 0xc0000209, BFD_DOWN, BFD_DOWN, true);
	assert_true(ip_is_none(&service_rig.dead));
	tell(sp, BFD_PEER, 0xc0000209, BFD_UP, BFD_UP, true);
	tell(sp, BFD_PEER, 0xc0000209, BFD_DOWN, BFD_DOWN, true);
	assert_int_equal(ip_low32(&service_rig.dead), 0xc0000209);
	assert_string_equal(service_rig.why, "detection time expired");
	expect(sp, "up down ");
	/* said once */
	service_rig.dead = (struct ip_addr){};
	tell(sp, BFD_PEER, 0xc0000209, BFD_DOWN, BFD_DOWN, true);
	assert_true(ip_is_none(&service_rig.dead));
}

/* Held down on purpose, or not run any more here: that is no word about the path. */
static void not_every_end_is_a_death(void **state)
{
	struct speaker *sp = *state;

	begin(sp);
	tell(sp, BFD_PEER, 0xc0000209, BFD_UP, BFD_UP, true);
	tell(sp, BFD_PEER, 0xc0000209, BFD_DOWN, BFD_ADMIN_DOWN, true);
	tell(sp, BFD_PEER, 0xc0000209, BFD_UP, BFD_UP, true);
	tell(sp, BFD_PEER, 0xc0000209, BFD_DOWN, BFD_DOWN, false);
	assert_true(ip_is_none(&service_rig.dead));
}

static void a_pe_dies(void **state)
{
	struct speaker *sp = *state;

	begin(sp);
	add_route(sp, &ours, 0xc0000202);
	look(sp);
	tell(sp, BFD_SEGMENT, 0xc0000202, BFD_UP, BFD_UP, true);
	assert_true(ip_is_none(&service_rig.silent));
	/* its BFD begins anew: it speaks, so it lives */
	tell_diag(sp, BFD_SEGMENT, 0xc0000202, BFD_DOWN, BFD_DOWN, true, BFD_DIAG_NEIGHBOR_DOWN);
	assert_true(ip_is_none(&service_rig.silent));
	tell(sp, BFD_SEGMENT, 0xc0000202, BFD_UP, BFD_UP, true);
	tell(sp, BFD_SEGMENT, 0xc0000202, BFD_DOWN, BFD_DOWN, true);
	assert_int_equal(ip_low32(&service_rig.silent), 0xc0000202);
	/* no BGP session is ended by it: there may be none */
	assert_true(ip_is_none(&service_rig.dead));
	tell(sp, BFD_SEGMENT, 0xc0000202, BFD_UP, BFD_UP, true);
	assert_true(ip_is_none(&service_rig.silent));
	/* when its routes are gone there is nothing that must not be believed */
	tell(sp, BFD_SEGMENT, 0xc0000202, BFD_DOWN, BFD_DOWN, true);
	sp->n_routes = 0;
	bfd_service.route(sp->state, &sp->routes[0], NULL);
	look(sp);
	assert_true(ip_is_none(&service_rig.silent));
}

static void far(struct speaker *sp, enum bfd_state state, enum bfd_state remote, bool running)
{
	tell(sp, BFD_FAR_END, 0x0a09000b, state, remote, running);
}

static void far_is(enum far_end state)
{
	assert_int_equal(service_rig.far_state, state);
}

/* One session for all segments that end there (D3). It has to be heard, and has ten seconds for that after a start. */
static void a_far_end(void **state)
{
	struct speaker *sp = *state;
	struct bfds *bs = sp->state;
	struct conf_segment pw = {.name = "pw1", .interface = "pw1", .far_end = ip_v4(0x0a09000b)};

	conf_add_segment(sp->conf, &pw);
	strcpy(pw.name, "pw2");
	strcpy(pw.interface, "pw2");
	conf_add_segment(sp->conf, &pw);
	bfd_service.conf(sp->state, conf_changes(NULL, sp->conf), sp->conf);
	bfd_service.fact(sp->state, IPC_FACT_LINKS_DONE, NULL);
	expect(sp, "+192.0.2.9-none +far:10.9.0.11-none sweep ");
	far(sp, BFD_DOWN, BFD_DOWN, true);
	far_is(FAR_END_AWAITED);
	far(sp, BFD_UP, BFD_UP, true);
	far_is(FAR_END_HEARD);
	assert_int_equal(ip_low32(&service_rig.far), 0x0a09000b);
	/* it does not hear us: the path is as dead as if nothing came */
	tell_diag(sp, BFD_FAR_END, 0x0a09000b, BFD_DOWN, BFD_DOWN, true, BFD_DIAG_NEIGHBOR_DOWN);
	far_is(FAR_END_SILENT);
	assert_true(ip_is_none(&service_rig.dead));
	/* the process here ends: nothing new, and when it is back it has the time again */
	far(sp, BFD_DOWN, BFD_DOWN, false);
	far_is(FAR_END_SILENT);
	far(sp, BFD_UP, BFD_UP, true);
	far_is(FAR_END_HEARD);
	far(sp, BFD_DOWN, BFD_DOWN, false);
	far(sp, BFD_DOWN, BFD_DOWN, true);
	far_is(FAR_END_HEARD);
	/* the time is over */
	assert_true(timer_running(&bs->far));
	timer_start(&bs->far, 0);
	look(sp);
	far_is(FAR_END_SILENT);
	/* held down on purpose is no word about the path */
	far(sp, BFD_DOWN, BFD_ADMIN_DOWN, true);
	far_is(FAR_END_HEARD);
	far(sp, BFD_DOWN, BFD_DOWN, true);
	far_is(FAR_END_SILENT);
	/* nobody asks any more */
	sp->conf->segments[0].far_end = sp->conf->segments[1].far_end = (struct ip_addr){};
	bfd_service.conf(sp->state, 0, sp->conf);
	far_is(FAR_END_AWAITED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(wishes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_peer_dies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(not_every_end_is_a_death, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_pe_dies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_far_end, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
