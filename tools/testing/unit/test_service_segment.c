// SPDX-License-Identifier: GPL-2.0-only
/*
 * The segment service in front of a speaker that only writes down what it is asked to do, in order.
 * Links, routes and sessions are played to it; elections, timers and candidates are the real ones.
 *
 * Requirements: A9, A10, A15 to A17, A24, A25, A29, A30, A37, B6 to B11, E37
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"
#include "service_rig.h"
#include "services/segment/segment.h"

struct speaker {
	sd_event *event;
	struct conf *conf;
	struct segments *ss;
	char log[16384];
	struct evpn_nlri rt4;
	struct ecomm ec[8];
	size_t n_ec;
	u16 pb; /* P/B of the last RT-1 per ES, 0xffff without the community */
	struct wish_es wish;
	struct evpn_nlri rt1_evi; /* RT-1 of a bridge domain */
	bool rt1_gone;
	struct ecomm es_ec[8]; /* of RT-1 per ES */
	size_t n_es_ec;
	u8 evi[DF_VLAN_BYTES]; /* RT-1 per EVI that are out, and how often one was sent or withdrawn */
	unsigned int evi_calls;
	struct rd es_rd; /* of RT-1 per ES and RT-4 that were withdrawn last */
	bool has_rib;
	unsigned int left;
	u32 heard;	      /* a PE that announces a bridge domain, or 0 */
	enum route_loss loss; /* why routes go */
};

#include "service_speaker.h"

static bool by_itself; /* routes come from their PE, not by a reflector */

struct rib *speaker_rib(struct speaker *sp)
{
	return sp->has_rib ? (struct rib *)sp : NULL;
}

void rib_walk(const struct rib *rib, unsigned int type, rib_walk_fn fn, void *data)
{
	const struct speaker *sp = (const void *)rib;
	struct evpn_nlri n = {.type = EVPN_IMET, .orig = ip_v4(sp->heard)};
	struct rib_path p = {.peer = (void *)&n, .next_hop = &n.orig, .nlri = &n};

	if (sp->heard)
		fn(data, &n, &p, 1, 0);
}

bool rib_path_direct(const struct rib_path *path)
{
	return by_itself;
}

enum route_loss speaker_route_loss(const struct speaker *sp)
{
	return sp->loss;
}

static unsigned int looks; /* at FRR, wished */

void speaker_wish(struct speaker *sp, enum ipc_type type, const void *wish, uint32_t n)
{
	if (type == IPC_WISH_FRR_LOOK) {
		looks++;
	} else if (type == IPC_FORGET) {
		const struct flood_key *key = wish;
		char buf[IP_STRLEN];

		note(sp, "forget-%s-%u-%s ", key->ifname, key->vni, ip_format(&key->address, buf));
	} else if (type == IPC_WISH_ES) {
		sp->wish = *(const struct wish_es *)wish;
		note(sp, "%s%s ", sp->wish.df ? "df" : "ndf", sp->wish.draining ? "-draining" : "");
	} else {
		note(sp, type == IPC_WISH_ES_SWEEP ? "sweep " : "unwish ");
	}
}

int speaker_originate(struct speaker *sp, const struct evpn_nlri *n, const struct bgp_attrs *a,
		      bool urgent)
{
	struct l2_attr l2;

	if (n->type == EVPN_ES) {
		sp->rt4 = *n;
		sp->n_ec = ecomm_count(&a->ext);
		memcpy(sp->ec, a->ext.p, a->ext.len);
		note(sp, "+4 ");
	} else if (n->etag == EVPN_MAX_ETAG) {
		sp->pb = ecomm_get_l2_attr(&a->ext, &l2) ? l2.flags : 0xffff;
		sp->n_es_ec = ecomm_count(&a->ext);
		memcpy(sp->es_ec, a->ext.p, a->ext.len);
		note(sp, "+1 ");
	} else if (n->label[0]) {
		sp->rt1_evi = *n;
		sp->rt1_gone = false;
		sp->n_ec = ecomm_count(&a->ext);
		memcpy(sp->ec, a->ext.p, a->ext.len);
	} else {
		sp->evi_calls++;
		sp->evi[n->etag / 8] |= (u8)(1u << n->etag % 8);
		note(sp, "+1:%u ", n->etag);
	}
	return 0;
}

int speaker_withdraw(struct speaker *sp, const struct evpn_nlri *n, bool urgent)
{
	if (n->type == EVPN_AD && !rd_cmp(&n->rd, &sp->rt1_evi.rd))
		sp->rt1_gone = true;
	if (n->type == EVPN_ES || n->etag == EVPN_MAX_ETAG) {
		sp->es_rd = n->rd;
		note(sp, "-%u%s ", n->type, urgent ? "!" : "");
	} else if (rd_cmp(&n->rd, &sp->rt1_evi.rd)) {
		sp->evi_calls++;
		sp->evi[n->etag / 8] &= (u8) ~(1u << n->etag % 8);
	}
	return 0;
}

void speaker_left(struct speaker *sp)
{
	sp->left++;
}

void speaker_flush(struct speaker *sp)
{
	size_t n = strlen(sp->log);

	if (n < 2 || sp->log[n - 2] != '|')
		note(sp, "| ");
}

static const char esi_text[] = "00:11:22:33:44:55:66:77:88:99";

static struct conf_segment ce1(void)
{
	struct conf_segment c;

	memset(&c, 0, sizeof(c));
	strcpy(c.name, "ce1");
	strcpy(c.interface, "bond0");
	esi_parse(&c.esi, esi_text);
	c.mode = CONF_PORT_ACTIVE;
	c.standby = CONF_STANDBY_LACP_OOS;
	c.ad_per_es = true;
	c.df = (struct conf_df){
		.algorithm = DF_ALG_HIGHEST, .preference = 100, .port_mode = true, .wait_ms = 30};
	return c;
}

static struct conf_segment all_active(void)
{
	struct conf_segment c = ce1();

	c.mode = CONF_ALL_ACTIVE;
	c.standby = CONF_STANDBY_BLOCK;
	c.df.port_mode = false;
	c.vlans[0] = 0x06;
	c.untagged_vid = 10;
	c.unknown_unicast = CONF_UNKNOWN_PASS;
	return c;
}

struct setup {
	struct conf_segment seg;
	unsigned int peers;
	enum conf_isolation isolation;
	u32 startup_delay_ms;
	bool enforced;	/* has to be */
	bool kernel_df; /* the kernel still has the segment as DF */
	bool discover;	/* and @seg is not configured */
	bool orphan;	/* neither is it, and the kernel has it */
};

static struct speaker *begin(const struct setup *setup)
{
	struct speaker *sp = calloc(1, sizeof(*sp));
	struct conf_peer n = {.address = ip_v4(0x0a000009), .port = 179};
	struct fact_es k = {.esi = setup->seg.esi,
			    .df = true,
			    .ifindex = 5,
			    .lacp = {.state = LACP_ACTIVE, .members = 1}};

	if (setup->orphan)
		strcpy(k.ifname, setup->seg.interface);
	by_itself = false;
	rig_channel = (struct rig_channel){};
	log_open("test", true);
	log_set_level(LOG_LEVEL_ERROR);
	sd_event_new(&sp->event);
	sp->conf = conf_new();
	sp->conf->global.router_id = htonl(0x0a000001);
	sp->conf->global.core_isolation = setup->isolation;
	/* nobody answers wishes here, but where that is the point */
	sp->conf->global.enforcement =
		setup->enforced ? CONF_ENFORCE_REQUIRED : CONF_ENFORCE_OPTIONAL;
	sp->conf->global.isolation_delay_ms = 20;
	sp->conf->global.reflector_hold_ms = 100;
	sp->conf->global.startup_delay_ms = setup->startup_delay_ms;
	for (; n.address.b[3] < 9 + setup->peers; n.address.b[3]++)
		conf_add_peer(sp->conf, &n);
	sp->conf->global.frr.discover = setup->discover;
	if (!setup->discover && !setup->orphan)
		conf_add_segment(sp->conf, &setup->seg);
	sp->ss = rig_begin(&segment_service, sp);
	if (setup->kernel_df)
		segment_service.fact(sp->ss, IPC_FACT_ES, &k);
	segment_service.conf(sp->ss, conf_changes(NULL, sp->conf), sp->conf);
	return sp;
}

static void end(struct speaker *sp)
{
	segment_service.stop(sp->ss);
	conf_free(sp->conf);
	sd_event_unref(sp->event);
	free(sp);
}

static void run(struct speaker *sp, int ms)
{
	u64 until = timer_now_us() + (u64)ms * 1000, now;

	while ((now = timer_now_us()) < until)
		sd_event_run(sp->event, until - now);
	/* a machine that slept through it all still owes what came due */
	while (sd_event_run(sp->event, 0) > 0)
		;
}

static void bond_flags(struct speaker *sp, u32 flags, bool carrier)
{
	struct fact_link f = {.ifindex = 5,
			      .ifname = "bond0",
			      .kind = "bond",
			      .flags = flags,
			      .carrier = carrier,
			      .bond_mode = 4,
			      .members = 1,
			      .members_up = carrier};

	rig_link(&segment_service, sp->ss, IPC_FACT_LINK, &f);
}

static void bond(struct speaker *sp, bool carrier)
{
	bond_flags(sp, IFF_UP, carrier);
}

static void links_done(struct speaker *sp)
{
	segment_service.fact(sp->ss, IPC_FACT_LINKS_DONE, NULL);
}

struct says {
	u32 pe;
	u8 alg;
	u16 caps;
	u16 pref;
	s64 sct;
};

static void rt4(struct speaker *sp, const struct says *w, bool gone)
{
	struct ecomm_df df = {w->alg, w->caps, w->pref};
	struct ecomm ec[3];
	struct evpn_nlri n = {.type = EVPN_ES, .rd = rd_make_ip(w->pe, 1), .orig = ip_v4(w->pe)};
	struct ip_addr nh = ip_v4(w->pe);
	struct bgp_attrs a;
	struct rib_path p = {.peer = (void *)&nh, .attrs = &a, .next_hop = &nh, .nlri = &n};
	size_t k = 0;

	esi_parse(&n.esi, esi_text);
	bgp_attrs_init(&a);
	ec[k++] = ecomm_es_import(&n.esi);
	ec[k++] = ecomm_df_election(&df);
	if (w->sct) {
		struct sct t = sct_from_ns(w->sct);

		ec[k++] = ecomm_sct(&t);
	}
	a.ext = ecomm_slice(ec, k);
	segment_service.route(sp->ss, &n, gone ? NULL : &p);
}

/* RT-1 of a PE, with the tag and the distinguisher that are in @n */
static void rt1_with(struct speaker *sp, u32 pe, struct evpn_nlri n, const struct ecomm *ec,
		     size_t n_ec)
{
	struct ip_addr nh = ip_v4(pe);
	struct bgp_attrs a;
	struct rib_path p = {.peer = (void *)&nh, .attrs = &a, .next_hop = &nh, .nlri = &n};

	esi_parse(&n.esi, esi_text);
	bgp_attrs_init(&a);
	a.ext = ecomm_slice(ec, n_ec);
	segment_service.route(sp->ss, &n, &p);
}

static void rt1(struct speaker *sp, u32 pe, u16 pb)
{
	struct evpn_nlri n = {.type = EVPN_AD, .rd = rd_make_ip(pe, 1), .etag = EVPN_MAX_ETAG};
	struct ecomm ec[2] = {ecomm_esi_label(ESI_LABEL_SINGLE_ACTIVE, 0), ecomm_l2_attr(pb, 0)};

	rt1_with(sp, pe, n, ec, 2);
}

/* By which IP-VRF it reaches the segment (IP aliasing), per ES and per EVI: these are no words about its bridges. */
static void rt1_of_vrf(struct speaker *sp, u32 pe, u16 pb)
{
	struct evpn_nlri n = {.type = EVPN_AD, .rd = rd_make_ip(pe, 49280)};
	struct mac m = {{2, 0, 0, 0, 0, 9}};
	struct ecomm ec[3] = {ecomm_l2_attr(pb, 0), ecomm_router_mac(&m),
			      ecomm_esi_label(ESI_LABEL_SINGLE_ACTIVE, 0)};

	rt1_with(sp, pe, n, ec, 2);
	n.etag = EVPN_MAX_ETAG;
	rt1_with(sp, pe, n, ec, 3);
}

static void rt1_via(struct speaker *sp, u32 pe, u32 next_hop, bool stale, bool gone)
{
	struct evpn_nlri n = {.type = EVPN_AD, .rd = rd_make_ip(pe, 1), .etag = EVPN_MAX_ETAG};
	struct ecomm ec[1] = {ecomm_esi_label(0, 0)};
	struct ip_addr nh = ip_v4(next_hop);
	struct bgp_attrs a;
	struct rib_path p = {
		.peer = (void *)&nh, .attrs = &a, .next_hop = &nh, .nlri = &n, .stale = stale};

	esi_parse(&n.esi, esi_text);
	bgp_attrs_init(&a);
	a.ext = ecomm_slice(ec, 1);
	segment_service.route(sp->ss, &n, gone ? NULL : &p);
}

#define PE2 0x0a000002
#define PORT DF_CAP_PORT
static const struct says better = {PE2, DF_ALG_HIGHEST, PORT, 200, 0};
static const struct says worse = {PE2, DF_ALG_HIGHEST, PORT, 50, 0};

/* Blocked first, then announced, elected after DF_WAIT, P said; B when the other one wins. */
static void election(void **state)
{
	struct speaker *sp = begin(&(struct setup){.seg = ce1()});

	expect(sp, "");
	bond(sp, true);
	links_done(sp);
	expect(sp, "ndf | +4 +1 | sweep ");
	assert_int_equal(sp->pb, 0);
	run(sp, 60);
	expect(sp, "df | +1 ");
	assert_int_equal(sp->pb, L2_ATTR_P);
	rt4(sp, &better, false);
	run(sp, 5);
	expect(sp, "ndf | +1 ");
	assert_int_equal(sp->pb, L2_ATTR_B);
	rt4(sp, &better, true);
	run(sp, 5);
	expect(sp, "df | +1 ");
	end(sp);
}

static void module_loaded(struct speaker *sp)
{
	struct fact_kernel k = {.present = true};

	segment_service.fact(sp->ss, IPC_FACT_KERNEL, &k);
}

/* What the module says of the customer's LACP; or, with @gone, that it has the segment no more. */
static void lacp(struct speaker *sp, enum lacp_state state, bool gone)
{
	struct fact_es k = {.gone = gone};

	esi_parse(&k.esi, esi_text);
	if (!gone) {
		k.ifindex = 5;
		k.lacp.members = 1;
		k.lacp.ready = state >= LACP_READY;
		k.lacp.state = (u8)state;
		k.lacp.timeout_ms = 3000;
	}
	segment_service.fact(sp->ss, IPC_FACT_ES, &k);
}

static const char *why_down(struct speaker *sp)
{
	return TAILQ_FIRST(&sp->ss->list)->port_reason;
}

/* A11: carrier is not enough; the segment comes with the customer's LACP, and goes with it (A37). */
static void lacp_decides(void **state)
{
	static const struct {
		enum lacp_state state;
		const char *why;
	} down[] = {
		{LACP_EXPIRED, "the LACP partner of bond0 has been silent for longer than 3 s"},
		{LACP_DEAF, "the LACP partner of bond0 does not hear this PE"},
		{LACP_OUT_OF_SYNC, "the LACP partner of bond0 is not in sync"},
		{LACP_DETACHED, "bond0 does not use the link to its LACP partner"},
	};
	struct speaker *sp = begin(&(struct setup){.seg = ce1()});
	size_t i;

	module_loaded(sp);
	bond(sp, true);
	links_done(sp);
	expect(sp, "ndf sweep ");
	assert_string_equal(why_down(sp), "waits to hear of the LACP partner of bond0");
	lacp(sp, LACP_UNKNOWN, false);
	assert_string_equal(why_down(sp), "bond0 has heard no LACP partner since its link came up");
	expect(sp, "");
	for (i = 0; i < sizeof(down) / sizeof(down[0]); i++) {
		lacp(sp, LACP_READY, false);
		expect(sp, "| +4 +1 | ");
		lacp(sp, down[i].state, false);
		expect(sp, "-1! -4! | ");
		assert_string_equal(why_down(sp), down[i].why);
	}
	end(sp);
}

/* A segment that is made again in the module is not taken from the others for it, unless it stays so. */
static void lacp_unheard(void **state)
{
	struct speaker *sp = begin(&(struct setup){.seg = ce1()});
	struct segment *s;

	module_loaded(sp);
	bond(sp, true);
	links_done(sp);
	lacp(sp, LACP_ACTIVE, false);
	expect(sp, "ndf sweep | +4 +1 | ");
	lacp(sp, LACP_UNKNOWN, true);
	lacp(sp, LACP_UNKNOWN, false);
	expect(sp, "");
	lacp(sp, LACP_ACTIVE, false);
	lacp(sp, LACP_UNKNOWN, false);
	expect(sp, "");
	s = TAILQ_FIRST(&sp->ss->list);
	assert_true(timer_running(&s->lacp_grace));
	timer_start(&s->lacp_grace, 1);
	run(sp, 5);
	expect(sp, "-1! -4! | ");
	end(sp);
}

/* A host that boots without LACP is reached with lacp-bypass, and one that stops to speak is not. */
static void lacp_bypass(void **state)
{
	struct conf_segment c = ce1();
	struct speaker *sp;

	c.lacp_bypass = true;
	sp = begin(&(struct setup){.seg = c});
	module_loaded(sp);
	bond(sp, true);
	links_done(sp);
	expect(sp, "ndf sweep ");
	lacp(sp, LACP_UNKNOWN, false);
	expect(sp, "| +4 +1 | ");
	lacp(sp, LACP_READY, false);
	expect(sp, "");
	lacp(sp, LACP_EXPIRED, false);
	expect(sp, "-1! -4! | ");
	end(sp);
}

/* A dead link: the withdraws are written before the kernel or anybody else hears of it (A37). */
static void mass_withdraw(void **state)
{
	struct speaker *sp = begin(&(struct setup){.seg = ce1()});

	bond(sp, true);
	links_done(sp);
	run(sp, 60);
	sp->log[0] = '\0';
	bond(sp, false);
	expect(sp, "-1! -4! | ndf | ");
	bond(sp, true);
	expect(sp, "| +4 +1 | ");
	end(sp);
}

/* A daemon that comes back does not touch a role before it has elected. */
static void restart_keeps_role(void **state)
{
	struct speaker *sp = begin(&(struct setup){.seg = ce1(), .kernel_df = true});

	bond(sp, true);
	links_done(sp);
	expect(sp, "df +4 +1 | sweep ");
	run(sp, 60);
	expect(sp, "| +1 ");
	assert_true(sp->wish.df);
	end(sp);
}

static void restart_then_lost(void **state)
{
	struct speaker *sp = begin(&(struct setup){.seg = ce1(), .kernel_df = true});

	bond(sp, true);
	links_done(sp);
	rt4(sp, &better, false);
	run(sp, 60);
	expect(sp, "df +4 +1 | sweep ndf | +1 ");
	end(sp);
}

/* Segments wait for every neighbour's End-of-RIB, or for the start-up delay. */
static void start_waits(void **state)
{
	struct speaker *sp =
		begin(&(struct setup){.seg = ce1(), .peers = 2, .startup_delay_ms = 1000});

	bond(sp, true);
	links_done(sp);
	expect(sp, "ndf ");
	segment_service.sync(sp->ss, 2, 1, 2);
	expect(sp, "");
	segment_service.sync(sp->ss, 2, 2, 2);
	expect(sp, "| +4 +1 | sweep ");
	end(sp);
}

static void start_delay(void **state)
{
	struct speaker *sp =
		begin(&(struct setup){.seg = ce1(), .peers = 1, .startup_delay_ms = 20});

	bond(sp, true);
	links_done(sp);
	run(sp, 100);
	expect(sp, "ndf | +4 +1 | sweep ");
	assert_false(sp->wish.df); /* alone without a session: nobody can say who forwards */
	segment_service.sync(sp->ss, 1, 1, 1);
	run(sp, 5);
	assert_true(sp->wish.df);
	end(sp);
}

/* A session, or all of them, goes, and with it what it told. */
static void lose_session(struct speaker *sp, const struct says *w, enum route_loss loss,
			 unsigned int left)
{
	sp->loss = loss;
	rt4(sp, w, true);
	sp->loss = ROUTE_WITHDRAWN;
	segment_service.sync(sp->ss, left, left, left + 1);
	run(sp, 5);
}

static struct speaker *begin_with_sessions(enum conf_isolation isolation, unsigned int n)
{
	struct speaker *sp = begin(&(struct setup){
		.seg = ce1(), .peers = n, .startup_delay_ms = 1000, .isolation = isolation});

	bond(sp, true);
	links_done(sp);
	return sp;
}

/* A standby behind a session, or two, that told of a better PE. */
static struct speaker *standby(unsigned int n)
{
	struct speaker *sp = begin_with_sessions(CONF_ISOLATION_KEEP, n);

	rt4(sp, &better, false);
	segment_service.sync(sp->ss, n, n, n);
	run(sp, 60);
	assert_false(sp->wish.df);
	sp->log[0] = '\0';
	return sp;
}

/*
 * The reflector is lost: the other PE is not, so nothing changes. When it is back it may say End-of-RIB
 * before the other PE has come back to it: what it had told counts until the hold is over.
 */
static void reflector_lost(void **state)
{
	struct speaker *sp = standby(1);

	lose_session(sp, &better, ROUTE_SESSION_DEAD, 0);
	run(sp, 250);
	expect(sp, "");
	assert_true(sp->ss->isolated);
	segment_service.sync(sp->ss, 1, 0, 1);
	run(sp, 5);
	expect(sp, "");
	segment_service.sync(sp->ss, 1, 1, 1);
	run(sp, 30);
	assert_false(sp->wish.df);
	assert_false(sp->ss->isolated);
	rt4(sp, &better, false); /* it is back in time */
	run(sp, 300);
	assert_false(sp->wish.df);
	/* once more, and the other PE does not come back */
	lose_session(sp, &better, ROUTE_SESSION_DEAD, 0);
	segment_service.sync(sp->ss, 1, 1, 1);
	run(sp, 30);
	assert_false(sp->wish.df);
	run(sp, 300);
	assert_true(sp->wish.df);
	end(sp);
}

/* A withdraw is another thing than a lost session, also by the last reflector. */
static void reflector_withdraws(void **state)
{
	struct speaker *sp = standby(1);

	rt4(sp, &better, true);
	run(sp, 5);
	assert_true(sp->wish.df);
	end(sp);
}

/* The only session was with the other PE, and dies with it: this one takes over, and is not isolated. */
static void only_peer_dies(void **state)
{
	struct speaker *sp;

	sp = standby(1);
	by_itself = true;
	rt4(sp, &better, false);
	run(sp, 5);
	sp->log[0] = '\0';
	lose_session(sp, &better, ROUTE_SESSION_DEAD, 0);
	expect(sp, "df | +1 ");
	run(sp, 100);
	assert_false(sp->ss->isolated);
	assert_true(sp->wish.df);
	segment_service.sync(sp->ss, 1, 1, 1);
	rt4(sp, &better, false);
	run(sp, 5);
	assert_false(sp->wish.df);
	end(sp);
}

/* The session with a PE dies, its routes are still there by a reflector, and then that one dies. */
static void peer_dies_then_reflector(void **state)
{
	struct speaker *sp = standby(2);

	by_itself = true;
	rt4(sp, &better, false);
	by_itself = false;
	sp->loss = ROUTE_SESSION_DEAD;
	rt4(sp, &better, false); /* the reflector's path is the best one now */
	segment_service.sync(sp->ss, 1, 1, 2);
	run(sp, 5);
	assert_false(sp->wish.df);
	lose_session(sp, &better, ROUTE_SESSION_DEAD, 0);
	assert_true(sp->wish.df);
	end(sp);
}

/* The session with a PE is reset by one side: both live, so there is to be one DF only. */
static void session_reset(void **state)
{
	struct speaker *sp = standby(1);

	by_itself = true;
	rt4(sp, &better, false);
	run(sp, 5);
	sp->log[0] = '\0';
	lose_session(sp, &better, ROUTE_SESSION_RESET, 0);
	run(sp, 30);
	expect(sp, "");
	segment_service.sync(sp->ss, 1, 1, 1);
	rt4(sp, &better, false);
	run(sp, 300);
	assert_false(sp->wish.df);
	lose_session(sp, &better, ROUTE_SESSION_RESET, 0);
	run(sp, 30);
	assert_false(sp->wish.df);
	run(sp, 300); /* and it does not come back */
	assert_true(sp->wish.df);
	end(sp);
}

static void isolation_block(void **state)
{
	struct speaker *sp = begin_with_sessions(CONF_ISOLATION_BLOCK, 1);

	segment_service.sync(sp->ss, 1, 1, 1);
	run(sp, 60);
	assert_true(sp->wish.df);
	segment_service.sync(sp->ss, 0, 0, 1);
	assert_true(sp->wish.df);
	run(sp, 60);
	assert_false(sp->wish.df);
	sp->log[0] = '\0';
	bond(sp, false);
	bond(sp, true); /* meanwhile nothing brings it up */
	run(sp, 60);
	assert_null(strstr(sp->log, "+4"));
	segment_service.sync(sp->ss, 1, 1, 1);
	assert_non_null(strstr(sp->log, "+4"));
	assert_false(sp->wish.df);
	run(sp, 60);
	assert_true(sp->wish.df);
	end(sp);
}

/* One that is up, with a session that is synchronized. */
static struct speaker *begin_all_active(const struct setup *setup)
{
	struct speaker *sp = begin(setup);

	bond(sp, true);
	links_done(sp);
	segment_service.sync(sp->ss, 1, 1, 1);
	run(sp, 60);
	assert_int_equal(sp->wish.mode, CONF_ALL_ACTIVE);
	return sp;
}

/* An all-active segment has no standby, and would go on taking the CE's frames into a core that is not there. */
static void isolation_block_all_active(void **state)
{
	struct setup setup = {.seg = all_active(), .isolation = CONF_ISOLATION_BLOCK, .peers = 1};
	struct speaker *sp = begin_all_active(&setup);

	segment_service.sync(sp->ss, 0, 0, 1);
	run(sp, 60);
	assert_false(sp->wish.df);
	assert_int_equal(sp->wish.mode, CONF_PORT_ACTIVE);
	assert_int_equal(sp->wish.standby, CONF_STANDBY_LACP_OOS);
	segment_service.sync(sp->ss, 1, 1, 1);
	run(sp, 60);
	assert_true(sp->wish.df);
	assert_int_equal(sp->wish.mode, CONF_ALL_ACTIVE);
	end(sp);
}

/* An all-active segment's bond is set down by hand: its members have carrier, and the CE is told to leave. */
static void bond_set_down(void **state)
{
	struct setup setup = {.seg = all_active(), .peers = 1};
	struct speaker *sp = begin_all_active(&setup);

	bond(sp, false); /* a cut cable: who cannot be told is not */
	assert_int_equal(sp->wish.mode, CONF_ALL_ACTIVE);
	bond(sp, true);
	run(sp, 60);
	bond_flags(sp, 0, false);
	assert_false(sp->wish.df);
	assert_int_equal(sp->wish.mode, CONF_PORT_ACTIVE);
	assert_int_equal(sp->wish.standby, CONF_STANDBY_LACP_OOS);
	bond(sp, true);
	run(sp, 60);
	assert_true(sp->wish.df);
	assert_int_equal(sp->wish.mode, CONF_ALL_ACTIVE);
	end(sp);
}

static void core(struct speaker *sp, bool lost)
{
	struct fact_core f = {.lost = lost, .text = "no way to the core: core0 is down"};

	segment_service.fact(sp->ss, IPC_FACT_CORE, &f);
	run(sp, 5);
}

static void core_lost_in(struct conf_segment seg, enum conf_mode closed_as)
{
	struct speaker *sp =
		begin(&(struct setup){.seg = seg, .peers = 1, .startup_delay_ms = 1000});

	bond(sp, true);
	links_done(sp);
	segment_service.sync(sp->ss, 1, 1, 1);
	run(sp, 60);
	assert_true(sp->wish.df);
	assert_int_equal(sp->wish.mode, seg.mode);
	sp->log[0] = '\0';
	core(sp, true);
	assert_ptr_equal(strstr(sp->log, "-1! -4!"), sp->log);
	assert_false(sp->wish.df);
	assert_int_equal(sp->wish.mode, closed_as);
	assert_int_equal(sp->wish.standby, CONF_STANDBY_LACP_OOS);
	segment_service.sync(sp->ss, 0, 0, 1);
	run(sp, 60);
	core(sp, false); /* the session is not back yet */
	run(sp, 60);
	assert_false(sp->wish.df);
	assert_int_equal(sp->wish.mode, closed_as);
	segment_service.sync(sp->ss, 1, 1, 1);
	run(sp, 60);
	assert_true(sp->wish.df);
	assert_int_equal(sp->wish.mode, seg.mode);
	end(sp);
}

/* Without a way to the core nothing passes, in no mode, and the CE hears of it by LACP. */
static void core_lost(void **state)
{
	struct conf_segment c = ce1();

	core_lost_in(c, CONF_PORT_ACTIVE);
	c = all_active();
	core_lost_in(c, CONF_PORT_ACTIVE);
	c.mode = CONF_SINGLE_ACTIVE;
	c.unknown_unicast = CONF_UNKNOWN_FILTER;
	core_lost_in(c, CONF_PORT_ACTIVE);
}

/* A short one: the session has survived, and no time is lost by waiting for it. */
static void core_flaps(void **state)
{
	struct speaker *sp = begin_with_sessions(CONF_ISOLATION_KEEP, 1);

	segment_service.sync(sp->ss, 1, 1, 1);
	run(sp, 60);
	core(sp, true);
	assert_false(sp->wish.df);
	core(sp, false);
	run(sp, 60);
	assert_true(sp->wish.df);
	end(sp);
}

/* There is no way from the start: nothing comes up, and nothing is said. */
static void core_lost_at_start(void **state)
{
	struct speaker *sp =
		begin(&(struct setup){.seg = ce1(), .peers = 1, .startup_delay_ms = 20});

	core(sp, true);
	bond(sp, true);
	links_done(sp);
	run(sp, 60);
	assert_null(strstr(sp->log, "+4"));
	core(sp, false);
	segment_service.sync(sp->ss, 1, 1, 1);
	run(sp, 60);
	assert_true(sp->wish.df);
	end(sp);
}

/* Nobody was ever heard: closed for good, or for some time; but not when the own way to the core is lost. */
static void cold_start(void **state)
{
	struct setup setup = {.seg = ce1(), .peers = 1, .startup_delay_ms = 20};
	struct speaker *sp;
	int forward;

	for (forward = 0; forward < 3; forward++) {
		sp = begin(&setup);
		sp->conf->global.cold_start = forward ? CONF_COLD_FORWARD : CONF_COLD_WAIT;
		sp->conf->global.cold_start_ms = 40;
		core(sp, forward == 2);
		bond(sp, true);
		links_done(sp);
		run(sp, 15);
		assert_false(sp->wish.df);
		run(sp, 300);
		assert_int_equal(sp->wish.df, forward == 1);
		end(sp);
	}
}

static void expect_loss(struct speaker *sp, enum conf_loss_policy policy, u32 hold_ms)
{
	assert_int_equal(sp->wish.loss_policy, policy);
	assert_int_equal(sp->wish.owner_hold_ms, hold_ms);
}

/* What the kernel is to do when evpnd dies, by who would take over and whether LACP leads the CE. */
static void loss(void **state)
{
	struct setup led = {.seg = ce1()}, unled = {.seg = ce1()}, all = {.seg = all_active()};
	struct setup *const setups[] = {&led, &unled, &all};
	struct speaker *sp;
	unsigned int i;

	unled.seg.standby = CONF_STANDBY_BLOCK;
	for (i = 0; i < 3; i++) {
		setups[i]->seg.on_daemon_loss = CONF_LOSS_AUTO;
		setups[i]->seg.owner_hold_ms = 60000;
		setups[i]->peers = 1;
		sp = begin(setups[i]);
		bond(sp, true);
		links_done(sp);
		segment_service.sync(sp->ss, 1, 1, 1);
		run(sp, 60);
		expect_loss(sp, CONF_LOSS_HOLD, 60000);
		rt4(sp, &worse, false);
		run(sp, 5);
		expect_loss(sp, CONF_LOSS_BLOCK, i ? 0 : 60000);
		sp->loss = ROUTE_SESSION_DEAD; /* the reflector's: nobody would hear of a death */
		rt4(sp, &worse, true);
		segment_service.sync(sp->ss, 0, 0, 1);
		run(sp, 5);
		expect_loss(sp, CONF_LOSS_HOLD, 60000);
		end(sp);
	}
	unled.seg.on_daemon_loss = CONF_LOSS_HOLD;
	sp = begin(&unled);
	bond(sp, true);
	links_done(sp);
	segment_service.sync(sp->ss, 1, 1, 1);
	rt4(sp, &worse, false);
	run(sp, 60);
	expect_loss(sp, CONF_LOSS_HOLD, 60000);
	end(sp);
}

/* Drain: RT-4 away, the other says P, the CE is told, then blocked: never a moment without DF. */
static void drain(void **state)
{
	struct speaker *sp = begin(&(struct setup){.seg = ce1()});
	struct segment *s;
	char err[256];

	bond(sp, true);
	links_done(sp);
	run(sp, 60);
	s = segment_by_name(sp->ss, "ce1");
	assert_false(segment_drain(s, false, err, sizeof(err)));
	assert_non_null(strstr(err, "no other PE"));
	rt4(sp, &worse, false);
	rt1(sp, PE2, 0);
	run(sp, 5);
	sp->log[0] = '\0';
	assert_true(segment_drain(s, false, err, sizeof(err)));
	run(sp, 5);
	expect(sp, "-4! | df | +1 "); /* the wish says that it is maintenance */
	run(sp, 3200);		      /* however long its timer is: it says by P that it forwards */
	assert_true(sp->wish.df);
	assert_false(sp->wish.draining);
	sp->log[0] = '\0';
	rt1(sp, PE2, L2_ATTR_P);
	run(sp, 5);
	assert_ptr_equal(strstr(sp->log, "df-draining"), sp->log);
	assert_int_equal(s->drain, DRAIN_LEAVING);
	run(sp, 600);
	assert_false(sp->wish.df);
	assert_int_equal(s->drain, DRAIN_DONE);
	sp->log[0] = '\0';
	rt4(sp, &worse, true);
	run(sp, 5);
	expect(sp, ""); /* drained stays drained */
	assert_true(segment_drain(s, true, err, sizeof(err)));
	run(sp, 60);
	assert_true(sp->wish.df);
	end(sp);
}

static void answer(struct speaker *sp, enum wish_status status, int error, const char *text)
{
	struct es_result r = {.status = status, .error = error};

	esi_parse(&r.esi, esi_text);
	snprintf(r.text, sizeof(r.text), "%s", text);
	segment_service.result(sp->ss, &r);
}

static void expect_oper(struct speaker *sp, const char *oper, const char *part)
{
	char err[256];
	json_t *r = NULL, *s;

	assert_true(segment_query(sp->ss, "es.show", NULL, &r, err, sizeof(err)));
	s = json_array_get(json_object_get(r, "segments"), 0);
	assert_string_equal(json_string_value(json_object_get(s, "oper")), oper);
	assert_non_null(strstr(json_string_value(json_object_get(s, "reason")), part));
	json_decref(r);
}

/* What the kernel does not enforce is advertised neither at the start nor when that ends. */
static void not_enforced(void **state)
{
	struct speaker *sp = begin(&(struct setup){.seg = ce1(), .enforced = true});

	bond(sp, true);
	links_done(sp);
	run(sp, 60);
	expect(sp, "ndf sweep ");
	answer(sp, WISH_PENDING, ENOENT, "the module is not loaded: modprobe evpn");
	expect(sp, "");
	expect_oper(sp, "failed", "modprobe evpn");
	answer(sp, WISH_REFUSED, EBUSY, "bond0 is taken");
	expect_oper(sp, "failed", "the kernel refused: bond0 is taken");
	answer(sp, WISH_INSTALLED, 0, "");
	run(sp, 60);
	expect(sp, "| +4 +1 | df | +1 ");
	/* the module is replaced: back before anybody noticed, then not back */
	answer(sp, WISH_PENDING, ENOENT, "unloaded");
	run(sp, 20);
	answer(sp, WISH_INSTALLED, 0, "");
	expect(sp, "");
	answer(sp, WISH_PENDING, ENOENT, "unloaded");
	run(sp, 2100);
	expect(sp, "-1! -4! | ndf | ");
	answer(sp, WISH_INSTALLED, 0, "");
	run(sp, 60);
	expect(sp, "| +4 +1 | df | +1 ");
	end(sp);
}

/* What an operator drained stays drained in the next process, which learns it before the configuration. */
static void maintenance(void **state)
{
	struct conf_segment c = ce1();
	struct fact_maintenance fact = {.esi = c.esi};
	struct fact_es k = {.esi = c.esi,
			    .df = true,
			    .ifindex = 5,
			    .lacp = {.state = LACP_ACTIVE, .members = 1}};
	struct speaker *sp = begin(&(struct setup){.seg = c});
	struct segment *s;
	char err[256];
	json_t *r = NULL;

	/* as begin() does it, but for what came before */
	segment_service.stop(sp->ss);
	sp->ss = rig_begin(&segment_service, sp);
	segment_service.fact(sp->ss, IPC_FACT_MAINTENANCE, &fact);
	segment_service.conf(sp->ss, conf_changes(NULL, sp->conf), sp->conf);
	segment_service.fact(sp->ss, IPC_FACT_ES, &k);
	bond(sp, true);
	links_done(sp);
	rt4(sp, &worse, false);
	run(sp, 60);
	s = segment_by_name(sp->ss, "ce1");
	assert_int_equal(s->drain, DRAIN_DONE);
	assert_false(sp->wish.df);
	assert_true(sp->wish.maintenance);
	assert_null(strstr(sp->log, "+4"));
	assert_true(segment_query(sp->ss, "summary", NULL, &r, err, sizeof(err)));
	assert_int_equal(json_array_size(json_object_get(r, "problems")), 0);
	assert_int_equal(json_array_size(json_object_get(r, "maintenance")), 1);
	json_decref(r);
	assert_true(segment_drain(s, true, err, sizeof(err)));
	run(sp, 60);
	assert_true(sp->wish.df);
	assert_false(sp->wish.maintenance);
	end(sp);
}

/* The ESI is the LACP partner's: until it has spoken, the segment that was on the device is kept closed. */
static void guessed_esi(void **state)
{
	struct conf_segment c = ce1();
	struct fact_es k = {.esi = c.esi, .ifname = "bond0"};
	struct speaker *sp;
	struct segment *s;

	c.esi_source = CONF_ESI_LACP;
	memset(&c.esi, 0, sizeof(c.esi));
	sp = begin(&(struct setup){.seg = c});
	segment_service.fact(sp->ss, IPC_FACT_ES, &k);
	bond(sp, true);
	links_done(sp);
	run(sp, 60);
	expect(sp, "ndf sweep ");
	s = segment_by_name(sp->ss, "ce1");
	assert_true(s->esi_guessed);
	assert_false(s->advertised);
	end(sp);
}

/* A stop on purpose hands over before it withdraws, and waits for no longer than it is allowed to. */
static void leave(void **state)
{
	struct speaker *sp = begin(&(struct setup){.seg = ce1()});
	struct segment *s;
	char err[256];

	sp->conf->global.handover_limit_ms = 2000;
	bond(sp, true);
	links_done(sp);
	rt4(sp, &worse, false);
	run(sp, 60);
	s = segment_by_name(sp->ss, "ce1");
	assert_true(sp->wish.df);
	sp->log[0] = '\0';
	assert_false(segment_service.leave(sp->ss));
	assert_false(segment_drain(s, true, err, sizeof(err)));
	assert_non_null(strstr(err, "stopping"));
	rt1(sp, PE2, L2_ATTR_P);
	run(sp, 600);
	expect(sp, "-4! | df-draining | +1 ndf | +1 | +1 ");
	assert_int_equal(sp->left, 1);
	end(sp);
}

/* The other one never says that it forwards: closed all the same, because it elects itself without us. */
static void leave_in_time(void **state)
{
	struct speaker *sp = begin(&(struct setup){.seg = ce1()});

	sp->conf->global.handover_limit_ms = 50;
	bond(sp, true);
	links_done(sp);
	rt4(sp, &worse, false);
	run(sp, 60);
	sp->log[0] = '\0';
	assert_false(segment_service.leave(sp->ss));
	run(sp, 100);
	expect(sp, "-4! | +1 ndf | +1 ");
	assert_int_equal(sp->left, 1);
	end(sp);
}

/* Nobody to hand over to, and a standby with nothing to hand over: no reason to wait, nor to change. */
static void leave_at_once(void **state)
{
	struct speaker *sp = begin(&(struct setup){.seg = ce1()});

	bond(sp, true);
	links_done(sp);
	run(sp, 60);
	sp->log[0] = '\0';
	assert_true(segment_service.leave(sp->ss));
	expect(sp, "");
	assert_true(sp->wish.df);
	end(sp);

	sp = begin(&(struct setup){.seg = ce1()});
	bond(sp, true);
	links_done(sp);
	rt4(sp, &better, false);
	run(sp, 60);
	sp->log[0] = '\0';
	assert_true(segment_service.leave(sp->ss));
	expect(sp, "");
	assert_false(sp->wish.df);
	end(sp);
}

static struct speaker *forwarding(struct conf_segment seg)
{
	struct speaker *sp = begin(&(struct setup){.seg = seg});

	bond(sp, true);
	links_done(sp);
	run(sp, 60);
	assert_true(sp->wish.df);
	sp->log[0] = '\0';
	return sp;
}

/* A PE that never says P is believed after a while; and one that goes meanwhile takes nothing over. */
static void drain_by_time(void **state)
{
	struct speaker *sp = forwarding(ce1());
	struct segment *s = segment_by_name(sp->ss, "ce1");
	char err[256];

	rt4(sp, &worse, false);
	run(sp, 5);
	assert_true(segment_drain(s, false, err, sizeof(err)));
	rt4(sp, &worse, true);
	run(sp, 5);
	assert_int_equal(s->drain, DRAIN_NO);
	assert_true(sp->wish.df);
	rt4(sp, &worse, false);
	run(sp, 5);
	assert_true(segment_drain(s, false, err, sizeof(err)));
	run(sp, 2500);
	assert_true(sp->wish.df);
	run(sp, 1500);
	assert_false(sp->wish.df);
	assert_int_equal(s->drain, DRAIN_DONE);
	end(sp);
}

/* Drained, the other PE gone, and then the own port: no RT-4 is said for a port that is dead. */
static void drain_then_down(void **state)
{
	struct speaker *sp = forwarding(ce1());
	struct segment *s = segment_by_name(sp->ss, "ce1");
	char err[256];

	rt4(sp, &worse, false);
	run(sp, 5);
	assert_true(segment_drain(s, false, err, sizeof(err)));
	run(sp, 5);
	bond(sp, false);
	sp->log[0] = '\0';
	rt4(sp, &worse, true);
	run(sp, 3200);
	assert_null(strstr(sp->log, "+4"));
	end(sp);
}

/* All-active: RT-1 goes, the CE is told by LACP, and then nothing passes. */
static void drain_all_active(void **state)
{
	struct speaker *sp = forwarding(all_active());
	struct says plain = {PE2, DF_ALG_HIGHEST, 0, 50, 0};
	struct segment *s = segment_by_name(sp->ss, "ce1");
	char err[256];

	lacp(sp, LACP_ACTIVE, false);
	rt4(sp, &plain, false);
	run(sp, 5);
	sp->log[0] = '\0';
	assert_true(segment_drain(s, false, err, sizeof(err)));
	run(sp, 5);
	assert_non_null(strstr(sp->log, "-4!"));
	assert_non_null(strstr(sp->log, "-1!"));
	assert_int_equal(sp->wish.mode, CONF_ALL_ACTIVE);
	assert_true(sp->wish.draining);
	assert_int_equal(sp->wish.standby, CONF_STANDBY_LACP_OOS);
	run(sp, 600);
	assert_int_equal(s->drain, DRAIN_DONE);
	assert_int_equal(sp->wish.mode, CONF_PORT_ACTIVE);
	assert_false(sp->wish.df);
	sp->log[0] = '\0';
	assert_true(segment_drain(s, true, err, sizeof(err)));
	run(sp, 60);
	assert_non_null(strstr(sp->log, "+4 +1"));
	assert_int_equal(sp->wish.mode, CONF_ALL_ACTIVE);
	end(sp);
}

/* A CE without LACP cannot be told to leave: what it sends goes on to pass, and floods by the others. */
static void drain_all_active_no_lacp(void **state)
{
	struct conf_segment c = all_active();
	struct says plain = {PE2, DF_ALG_HIGHEST, 0, 50, 0};
	char err[256];
	struct speaker *sp;
	struct segment *s;

	c.lacp_bypass = true;
	sp = forwarding(c);
	s = segment_by_name(sp->ss, "ce1");
	lacp(sp, LACP_UNKNOWN, false);
	rt4(sp, &plain, false);
	run(sp, 5);
	assert_true(segment_drain(s, false, err, sizeof(err)));
	run(sp, 1200);
	assert_int_equal(s->drain, DRAIN_DONE);
	assert_int_equal(sp->wish.mode, CONF_ALL_ACTIVE);
	assert_false(sp->wish.df);
	end(sp);
}

static struct conf_segment blocking(void)
{
	struct conf_segment c = ce1();

	c.standby = CONF_STANDBY_BLOCK;
	return c;
}

/* The kernel's answer to all that was wished. */
static void kernel_answers(struct speaker *sp)
{
	struct es_result r = {.esi = sp->wish.esi, .status = WISH_INSTALLED};
	struct segment *s = segment_by_name(sp->ss, "ce1");

	while (s->unanswered)
		segment_service.result(sp->ss, &r);
	run(sp, 5);
}

/*
 * Nobody leads the CE: the old DF closes when the new one is ready (B), and takes its P back when the
 * kernel has closed; the new one opens when nobody says P.
 */
static void close_before_open(void **state)
{
	struct fact_kernel k = {.present = true};
	struct speaker *sp = forwarding(blocking());

	segment_service.fact(sp->ss, IPC_FACT_KERNEL, &k);
	kernel_answers(sp);
	rt1(sp, PE2, 0);
	rt4(sp, &better, false); /* it waits for its timer */
	rt1_of_vrf(sp, PE2, L2_ATTR_B);
	run(sp, 200);
	assert_true(sp->wish.df);
	assert_int_equal(sp->pb, L2_ATTR_P);
	rt1(sp, PE2, L2_ATTR_B);
	run(sp, 5);
	assert_false(sp->wish.df);
	assert_int_equal(sp->pb, L2_ATTR_P); /* the kernel has not answered */
	kernel_answers(sp);
	assert_int_equal(sp->pb, L2_ATTR_B);
	rt1(sp, PE2, L2_ATTR_P);
	run(sp, 5);
	/* and back: it is better by its own configuration now, and asks by B */
	rt4(sp, &worse, false);
	run(sp, 200);
	assert_false(sp->wish.df);
	assert_int_equal(sp->pb, L2_ATTR_B);
	rt1(sp, PE2, L2_ATTR_B);
	run(sp, 5);
	assert_true(sp->wish.df);
	assert_int_equal(sp->pb, L2_ATTR_P);
	/* one that dies says nothing any more, and is not waited for */
	rt4(sp, &better, false);
	run(sp, 5);
	kernel_answers(sp);
	rt1(sp, PE2, L2_ATTR_P);
	run(sp, 5);
	assert_false(sp->wish.df);
	rt1_via(sp, PE2, PE2, false, true);
	rt4(sp, &better, true);
	run(sp, 5);
	assert_true(sp->wish.df);
	end(sp);
}

/* Nor does a drain overlap: closed first, then the RT-4 goes. */
static void drain_closes_first(void **state)
{
	struct fact_kernel k = {.present = true};
	struct speaker *sp = forwarding(blocking());
	struct segment *s = segment_by_name(sp->ss, "ce1");
	char err[256];

	segment_service.fact(sp->ss, IPC_FACT_KERNEL, &k);
	kernel_answers(sp);
	rt1(sp, PE2, 0);
	rt4(sp, &worse, false);
	run(sp, 5);
	sp->log[0] = '\0';
	assert_true(segment_drain(s, false, err, sizeof(err)));
	run(sp, 200);
	assert_true(sp->wish.df); /* the other one is not ready yet */
	assert_null(strstr(sp->log, "-4"));
	rt1(sp, PE2, L2_ATTR_B);
	run(sp, 5);
	assert_false(sp->wish.df);
	assert_null(strstr(sp->log, "-4"));
	kernel_answers(sp);
	assert_non_null(strstr(sp->log, "-4"));
	assert_int_equal(s->drain, DRAIN_DONE);
	assert_int_equal(sp->pb, 0);
	end(sp);
}

/* LACP leads the CE: the old DF forwards until the new one says so, and until the CE has left. */
static void make_before_break(void **state)
{
	struct speaker *sp = forwarding(ce1());

	rt1(sp, PE2, 0);
	rt4(sp, &better, false);
	run(sp, 200);
	assert_true(sp->wish.df);
	rt1(sp, PE2, L2_ATTR_P);
	run(sp, 5);
	assert_true(sp->wish.df && sp->wish.draining);
	run(sp, 600);
	assert_false(sp->wish.df);
	assert_int_equal(sp->pb, L2_ATTR_B);
	/* it opens beside one that forwards still */
	rt4(sp, &worse, false);
	run(sp, 5);
	assert_true(sp->wish.df);
	/* the new one dies while the CE is told to leave: back */
	rt4(sp, &better, false);
	run(sp, 50);
	assert_true(sp->wish.df && sp->wish.draining);
	rt4(sp, &better, true);
	run(sp, 5);
	assert_true(sp->wish.df && !sp->wish.draining);
	end(sp);
}

/* VLAN 10 of the port leads into a VRF; or into a bridge */
static void leads_to(struct speaker *sp, const char *kind)
{
	struct fact_link f = {.ifindex = 60,
			      .ifname = "bond0.10",
			      .kind = "vlan",
			      .link = 5,
			      .vlan_id = 10,
			      .flags = IFF_UP,
			      .carrier = true,
			      .master = 50};

	strcpy(f.master_kind, kind);
	rig_link(&segment_service, sp->ss, IPC_FACT_LINK, &f);
}

/* What a routed port gives up it gives up step by step: the core first, since a CE that has left takes nothing in here. */
static void routed_core_first(void **state)
{
	struct speaker *sp = forwarding(ce1());
	struct segment *s = segment_by_name(sp->ss, "ce1");

	leads_to(sp, "vrf");
	rt1(sp, PE2, L2_ATTR_P);
	rt4(sp, &better, false);
	run(sp, 5);
	assert_true(sp->wish.df && sp->wish.draining);
	assert_int_equal(sp->wish.standby, CONF_STANDBY_BLOCK); /* LACP says nothing yet */
	assert_int_equal(s->leave, LEAVE_CORE);
	run(sp, 600);
	assert_true(sp->wish.df && sp->wish.draining);
	assert_int_equal(sp->wish.standby, CONF_STANDBY_LACP_OOS);
	assert_int_equal(s->leave, LEAVE_CE);
	run(sp, 600);
	assert_false(sp->wish.df);
	end(sp);
}

/* Without LACP, too: no PE is a bridge, so that a CE that is one makes no loop of two that forward. */
static void routed_opens_first(void **state)
{
	struct speaker *sp = forwarding(blocking());
	struct segment *s = segment_by_name(sp->ss, "ce1");

	leads_to(sp, "vrf");
	rt1(sp, PE2, L2_ATTR_B);
	rt4(sp, &better, false);
	run(sp, 200);
	assert_true(sp->wish.df); /* the other one is ready, and opens first */
	assert_false(sp->wish.draining);
	rt1(sp, PE2, L2_ATTR_P);
	run(sp, 5);
	assert_true(sp->wish.df && sp->wish.draining);
	run(sp, 600);
	assert_false(sp->wish.df);
	assert_int_equal(sp->pb, L2_ATTR_B);
	/* it opens beside one that forwards still */
	rt4(sp, &worse, false);
	run(sp, 5);
	assert_true(sp->wish.df);
	/* one that closes before it opens is not waited for without end */
	rt1(sp, PE2, L2_ATTR_B);
	rt4(sp, &better, false);
	run(sp, 5);
	assert_int_equal(s->leave, LEAVE_OFFER);
	run(sp, 1200);
	assert_false(sp->wish.df);
	end(sp);
}

/* A bridge that has only one of its VLANs would do for a loop. */
static void bridged_closes_first(void **state)
{
	struct speaker *sp = forwarding(blocking());

	leads_to(sp, "bridge");
	rt1(sp, PE2, L2_ATTR_B);
	rt4(sp, &better, false);
	run(sp, 5);
	assert_false(sp->wish.df);
	end(sp);
}

static void rt1_vlan(struct speaker *sp, u32 pe, u32 tag, u16 pb)
{
	struct evpn_nlri n = {.type = EVPN_AD, .rd = rd_make_ip(pe, 7), .etag = tag};
	struct ecomm ec[1] = {ecomm_l2_attr(pb, 0)};
	struct ip_addr nh = ip_v4(pe);
	struct bgp_attrs a;
	struct rib_path p = {.peer = (void *)&nh, .attrs = &a, .next_hop = &nh, .nlri = &n};

	esi_parse(&n.esi, esi_text);
	bgp_attrs_init(&a);
	a.ext = ecomm_slice(ec, 1);
	segment_service.route(sp->ss, &n, &p);
}

/* Single-active has its P in RT-1 per EVI: VLANs change hands one by one. */
static void vlans_change_hands(void **state)
{
	struct says peer = {PE2, DF_ALG_MODULO, 0, 0, 0};
	struct conf_segment c = ce1();
	struct speaker *sp;

	c.mode = CONF_SINGLE_ACTIVE;
	c.standby = CONF_STANDBY_BLOCK;
	c.ad_per_evi = true;
	c.vlans[1] = 0x0c; /* 10, 11 */
	c.df = (struct conf_df){.algorithm = DF_ALG_MODULO, .wait_ms = 1};
	sp = forwarding(c);
	rt1_via(sp, PE2, PE2, false, false);
	rt1_vlan(sp, PE2, 10, 0);
	rt1_vlan(sp, PE2, 11, 0);
	rt4(sp, &peer, false);
	run(sp, 200);
	assert_int_equal(sp->wish.vlan_df[1], 0x0c);
	rt1_vlan(sp, PE2, 11, L2_ATTR_B);
	run(sp, 5);
	assert_int_equal(sp->wish.vlan_df[1], 0x04);
	rt1_vlan(sp, PE2, 11, L2_ATTR_P);
	rt4(sp, &peer,
	    true); /* its RT-1 per EVI say P, and its RT-1 per ES is there: it forwards */
	run(sp, 200);
	assert_int_equal(sp->wish.vlan_df[1], 0x04);
	rt1_via(sp, PE2, PE2, false, true);
	run(sp, 5);
	assert_int_equal(sp->wish.vlan_df[1], 0x0c);
	end(sp);
}

/* ---- by word ---- */

/* A word of PE2's about the segment. @vlans: first octets of the bitmap, NULL for the port */
static void word(struct speaker *sp, enum icc_type type, u64 token, const u8 vlans[2])
{
	struct icc_msg m = {.type = type, .token = token, .flags = vlans ? 0 : ICC_PORT};
	struct ip_addr from = ip_v4(PE2);

	esi_parse(&m.esi, esi_text);
	if (vlans)
		memcpy(m.vlans, vlans, 2);
	segment_service.word(sp->ss, &from, &m);
	run(sp, 2);
}

static bool has_said(enum icc_type type, u64 token)
{
	return rig_channel.said && rig_channel.last.type == type &&
	       rig_channel.last.token == token && ip_low32(&rig_channel.to) == PE2;
}

/* DF on a segment where nobody leads the CE, in a kernel that answers, beside PE2, which hears and is ready. */
static struct speaker *with_words(struct conf_segment c)
{
	struct fact_kernel k = {.present = true};
	struct speaker *sp = forwarding(c);

	sp->conf->global.icc.enabled = true;
	segment_service.fact(sp->ss, IPC_FACT_KERNEL, &k);
	rt1(sp, PE2, L2_ATTR_B);
	rt4(sp, &worse, false);
	run(sp, 5);
	kernel_answers(sp);
	assert_true(sp->wish.df);
	assert_int_equal(ip_low32(&rig_channel.wanted), PE2);
	rig_channel.heard = true;
	rig_channel.said = 0;
	return sp;
}

/* The old DF forwards until the elected one says that it waits; the word goes when the kernel has closed. */
static void word_closes(void **state)
{
	struct speaker *sp = with_words(blocking());

	rt4(sp, &better, false);
	run(sp, 50);
	assert_true(sp->wish.df); /* the winner is ready by BGP, but does not wait yet */
	word(sp, ICC_WAITING, 77, NULL);
	assert_false(sp->wish.df);
	assert_int_equal(rig_channel.said, 0);
	assert_int_equal(sp->pb, L2_ATTR_P);
	kernel_answers(sp);
	assert_true(has_said(ICC_CLOSED, 77));
	assert_int_equal(rig_channel.last.flags, ICC_PORT);
	assert_int_equal(sp->pb, L2_ATTR_B);
	/* the word was lost: it is said again when that one asks again */
	rig_channel.said = 0;
	word(sp, ICC_WAITING, 77, NULL);
	assert_true(has_said(ICC_CLOSED, 77));
	end(sp);
}

/* One that waits before its RT-4 has arrived is remembered, and nothing more. */
static void word_early(void **state)
{
	struct speaker *sp = with_words(blocking());

	word(sp, ICC_WAITING, 78, NULL);
	run(sp, 50);
	assert_true(sp->wish.df);
	assert_int_equal(rig_channel.said, 0);
	rt4(sp, &better, false);
	run(sp, 5);
	assert_false(sp->wish.df);
	kernel_answers(sp);
	assert_true(has_said(ICC_CLOSED, 78));
	end(sp);
}

/* No word comes although words pass: it closes as without them, a moment later. */
static void word_missing(void **state)
{
	struct speaker *sp = with_words(blocking());

	rt4(sp, &better, false);
	run(sp, 100);
	assert_true(sp->wish.df);
	run(sp, 500);
	assert_false(sp->wish.df);
	kernel_answers(sp);
	assert_int_equal(sp->pb, L2_ATTR_B);
	assert_int_equal(rig_channel.said, 0);
	end(sp);
}

/* Elected no more and closed, with PE2 DF: what it is to open again it asks for. */
static u64 wait_for_role(struct speaker *sp)
{
	rt4(sp, &better, false);
	run(sp, 5);
	word(sp, ICC_WAITING, 79, NULL);
	kernel_answers(sp);
	rt1(sp, PE2, L2_ATTR_P);
	run(sp, 5);
	rig_channel.said = 0;
	rt4(sp, &worse, false);
	run(sp, 30);
	assert_false(sp->wish.df);
	assert_true(rig_channel.said > 1); /* until it is answered */
	assert_int_equal(rig_channel.last.type, ICC_WAITING);
	assert_true(rig_channel.last.token);
	return rig_channel.last.token;
}

/* The word comes before the RT-1: it is enough. Then nothing is asked any more. */
static void word_opens(void **state)
{
	struct speaker *sp = with_words(blocking());
	u64 token = wait_for_role(sp);

	word(sp, ICC_CLOSED, token, NULL);
	assert_true(sp->wish.df);
	assert_int_equal(sp->pb, L2_ATTR_P);
	kernel_answers(sp);
	rig_channel.said = 0;
	run(sp, 300);
	assert_int_equal(rig_channel.said, 0);
	assert_int_equal(rig_channel.ignored, 0);
	end(sp);
}

/* One with another token, of nobody knows what time, opens nothing; nor does one from another address. */
static void word_forged(void **state)
{
	struct speaker *sp = with_words(blocking());
	u64 token = wait_for_role(sp);
	struct icc_msg m = {.type = ICC_CLOSED, .token = token, .flags = ICC_PORT};
	struct ip_addr from = ip_v4(PE2 + 7);

	word(sp, ICC_CLOSED, token ^ 1, NULL);
	assert_false(sp->wish.df);
	esi_parse(&m.esi, esi_text);
	segment_service.word(sp->ss, &from, &m);
	run(sp, 2);
	assert_false(sp->wish.df);
	m.esi.b[9]++; /* of another segment */
	from = ip_v4(PE2);
	segment_service.word(sp->ss, &from, &m);
	assert_int_equal(rig_channel.ignored, 3);
	/* not a word where nothing is waited for, either */
	rt1(sp, PE2, L2_ATTR_B);
	run(sp, 5);
	assert_true(sp->wish.df);
	word(sp, ICC_CLOSED, token, NULL);
	assert_int_equal(rig_channel.ignored, 4);
	/* and one that waits closes nothing that was not lost */
	word(sp, ICC_WAITING, 5, NULL);
	run(sp, 50);
	assert_true(sp->wish.df);
	end(sp);
}

/* The token of the last time is of no use the next time, although the same PE has said it. */
static void word_stale(void **state)
{
	struct speaker *sp = with_words(blocking());
	u64 first = wait_for_role(sp), second;

	word(sp, ICC_CLOSED, first, NULL);
	assert_true(sp->wish.df);
	kernel_answers(sp);
	second = wait_for_role(sp);
	assert_true(first != second);
	word(sp, ICC_CLOSED, first, NULL);
	assert_false(sp->wish.df);
	word(sp, ICC_CLOSED, second, NULL);
	assert_true(sp->wish.df);
	end(sp);
}

/* A word is believed for a second, and by then the role was to be taken: whoever gave it may open again. */
static void word_expires(void **state)
{
	struct says other = {PE2 + 1, DF_ALG_HIGHEST, PORT, 20, 0};
	struct speaker *sp = with_words(blocking());
	u64 token;

	rt4(sp, &other, false);
	rt1(sp, PE2 + 1, L2_ATTR_P); /* a third one keeps it from opening */
	token = wait_for_role(sp);
	word(sp, ICC_CLOSED, token, NULL);
	assert_false(sp->wish.df);
	run(sp, 1100);
	rt1(sp, PE2 + 1, L2_ATTR_B);
	run(sp, 5);
	assert_false(sp->wish.df);
	word(sp, ICC_CLOSED, token, NULL);
	assert_true(sp->wish.df);
	end(sp);
}

/* Who has our word may forward before BGP says so: the role is not taken back behind its back. */
static void word_reopens(void **state)
{
	struct speaker *sp = with_words(blocking());
	u64 token;

	rt4(sp, &better, false);
	word(sp, ICC_WAITING, 80, NULL);
	kernel_answers(sp);
	assert_true(has_said(ICC_CLOSED, 80));
	rt4(sp, &worse, false); /* it says B still */
	run(sp, 50);
	assert_false(sp->wish.df);
	assert_int_equal(rig_channel.last.type, ICC_WAITING);
	token = rig_channel.last.token;
	word(sp, ICC_CLOSED, token, NULL); /* it has not opened, or has closed again */
	assert_true(sp->wish.df);
	kernel_answers(sp);

	rt4(sp, &better, false);
	word(sp, ICC_WAITING, 81, NULL);
	kernel_answers(sp);
	rt1(sp, PE2, L2_ATTR_P); /* BGP has caught up, and counts again */
	rt4(sp, &worse, false);
	run(sp, 20);
	assert_false(sp->wish.df);
	rt1(sp, PE2, L2_ATTR_B);
	run(sp, 5);
	assert_true(sp->wish.df);
	end(sp);
}

/* It never says that it has not opened, and nothing else happens: the word ends by itself. */
static void word_given_ends(void **state)
{
	struct speaker *sp = with_words(blocking());

	rt4(sp, &better, false);
	word(sp, ICC_WAITING, 86, NULL);
	kernel_answers(sp);
	assert_true(has_said(ICC_CLOSED, 86));
	rt4(sp, &worse, false);
	run(sp, 50);
	assert_false(sp->wish.df);
	for (int i = 0; i < 50 && !sp->wish.df; i++)
		run(sp, 100);
	assert_true(sp->wish.df);
	end(sp);
}

/* A PE that has left and does not answer is greeted no more; one that answers is, and one that is back. */
static void word_left(void **state)
{
	struct speaker *sp = with_words(blocking());

	rt4(sp, &worse, true);
	rt1_via(sp, PE2, PE2, false, true);
	run(sp, 5);
	rig_channel.wanted = (struct ip_addr){};
	segment_service.pes(sp->ss);
	assert_int_equal(ip_low32(&rig_channel.wanted), PE2);
	rig_channel.heard = false;
	rig_channel.wanted = (struct ip_addr){};
	segment_service.pes(sp->ss);
	assert_true(ip_is_none(&rig_channel.wanted));
	rt4(sp, &worse, false);
	run(sp, 5);
	assert_int_equal(ip_low32(&rig_channel.wanted), PE2);
	end(sp);
}

/* The RT-4 goes first, so that the other one is elected and waits; the port stays open meanwhile. */
static void word_drain(void **state)
{
	struct speaker *sp = with_words(blocking());
	struct segment *s = segment_by_name(sp->ss, "ce1");
	char err[256];

	sp->log[0] = '\0';
	assert_true(segment_drain(s, false, err, sizeof(err)));
	run(sp, 50);
	assert_non_null(strstr(sp->log, "-4"));
	assert_true(sp->wish.df);
	word(sp, ICC_WAITING, 82, NULL);
	assert_false(sp->wish.df);
	kernel_answers(sp);
	assert_true(has_said(ICC_CLOSED, 82));
	assert_int_equal(s->drain, DRAIN_DONE);
	end(sp);
}

/* Not in force in the kernel is not closed. */
static void word_of_kernel(void **state)
{
	struct es_result r = {.status = WISH_REFUSED, .error = EBUSY};
	struct speaker *sp = with_words(blocking());
	struct segment *s = segment_by_name(sp->ss, "ce1");

	rt4(sp, &better, false);
	run(sp, 5);
	word(sp, ICC_WAITING, 83, NULL);
	assert_false(sp->wish.df);
	r.esi = sp->wish.esi;
	while (s->unanswered)
		segment_service.result(sp->ss, &r);
	assert_int_equal(rig_channel.said, 0);
	end(sp);
}

/* A DF of VLANs 10 and 11, elected one by one, that hears PE2. */
static struct speaker *two_vlans(void)
{
	struct fact_kernel k = {.present = true};
	struct conf_segment c = ce1();
	struct speaker *sp;

	c.mode = CONF_SINGLE_ACTIVE;
	c.standby = CONF_STANDBY_BLOCK;
	c.ad_per_evi = true;
	c.vlans[1] = 0x0c; /* 10, 11 */
	c.df = (struct conf_df){.algorithm = DF_ALG_MODULO, .wait_ms = 1};
	sp = forwarding(c);
	sp->conf->global.icc.enabled = true;
	segment_service.fact(sp->ss, IPC_FACT_KERNEL, &k);
	kernel_answers(sp);
	rig_channel.heard = true;
	rt1_via(sp, PE2, PE2, false, false);
	return sp;
}

/* VLANs by VLANs: only those that are asked for and lost. */
static void word_vlans(void **state)
{
	static const u8 ask_10[2] = {0, 0x04}, ask_11[2] = {0, 0x08}, both[2] = {0, 0x0c};
	struct says peer = {PE2, DF_ALG_MODULO, 0, 0, 0};
	struct speaker *sp = two_vlans();

	rt1_vlan(sp, PE2, 10, L2_ATTR_B);
	rt1_vlan(sp, PE2, 11, L2_ATTR_B);
	rt4(sp, &peer, false); /* is to have 11 */
	run(sp, 50);
	assert_int_equal(sp->wish.vlan_df[1], 0x0c);
	word(sp, ICC_WAITING, 84, ask_10);
	run(sp, 50);
	assert_int_equal(sp->wish.vlan_df[1], 0x0c);
	word(sp, ICC_WAITING, 84, both);
	assert_int_equal(sp->wish.vlan_df[1], 0x04);
	kernel_answers(sp);
	assert_true(has_said(ICC_CLOSED, 84));
	assert_memory_equal(rig_channel.last.vlans, ask_11, 2);
	/* back */
	rt1_vlan(sp, PE2, 11, L2_ATTR_P);
	run(sp, 5);
	rig_channel.said = 0;
	rt4(sp, &peer, true);
	run(sp, 20);
	assert_int_equal(sp->wish.vlan_df[1], 0x04);
	assert_int_equal(rig_channel.last.type, ICC_WAITING);
	assert_memory_equal(rig_channel.last.vlans, ask_11, 2);
	word(sp, ICC_CLOSED, rig_channel.last.token, both);
	assert_int_equal(sp->wish.vlan_df[1], 0x0c);
	end(sp);
}

/* Who goes on waiting for other VLANs, or somebody in his name, does not prolong the word for this one. */
static void word_not_prolonged(void **state)
{
	static const u8 ask_11[2] = {0, 0x08}, ask_12[2] = {0, 0x10};
	struct says peer = {PE2, DF_ALG_MODULO, 0, 0, 0};
	struct speaker *sp = two_vlans();

	rt1_vlan(sp, PE2, 11, L2_ATTR_B);
	rt4(sp, &peer, false);
	run(sp, 50);
	word(sp, ICC_WAITING, 87, ask_11);
	kernel_answers(sp);
	assert_true(has_said(ICC_CLOSED, 87));
	rt4(sp, &peer, true);
	run(sp, 20);
	assert_int_equal(sp->wish.vlan_df[1], 0x04);
	for (int i = 0; i < 60 && sp->wish.vlan_df[1] != 0x0c; i++) {
		kernel_answers(sp);
		word(sp, ICC_WAITING, 88, ask_12);
		run(sp, 100);
	}
	assert_int_equal(sp->wish.vlan_df[1], 0x0c);
	end(sp);
}

/* "inter-chassis: {enabled: no}": as if there were no words. */
static void word_off(void **state)
{
	struct speaker *sp = with_words(blocking());

	sp->conf->global.icc.enabled = false;
	rt4(sp, &better, false);
	run(sp, 5);
	assert_false(sp->wish.df);
	kernel_answers(sp);
	word(sp, ICC_WAITING, 85, NULL);
	assert_int_equal(rig_channel.said, 0);
	end(sp);
}

/* A PE that says neither P nor B: it closes when it hears of the change, for which it has a moment. */
static void mute_peer(void **state)
{
	struct speaker *sp = forwarding(blocking());

	rt4(sp, &better, false);
	run(sp, 5);
	assert_false(sp->wish.df);
	rt4(sp, &worse, false);
	run(sp, 30);
	assert_false(sp->wish.df);
	run(sp, 200);
	assert_true(sp->wish.df);
	end(sp);
}

/* A recovering PE with Don't Preempt inherits the other's preference, and stays standby (A24). */
static void non_revertive(void **state)
{
	struct setup setup = {.seg = ce1()};
	struct says self_like = {PE2, DF_ALG_HIGHEST, PORT | DF_CAP_DP, 50, 0};
	struct speaker *sp;
	struct ecomm_df df;
	struct slice ext;

	setup.seg.df.dont_preempt = true;
	setup.seg.df.recovery_wait_ms = 20;
	sp = begin(&setup);
	bond(sp, true);
	links_done(sp);
	expect(sp, "ndf | sweep ");
	rt4(sp, &self_like, false);
	run(sp, 100);
	ext = ecomm_slice(sp->ec, sp->n_ec);
	assert_int_equal(ecomm_get_df(&ext, &df), 1);
	assert_int_equal(df.pref, 50);
	assert_int_equal(df.caps, PORT);
	assert_false(sp->wish.df);
	rt4(sp, &self_like, true);
	run(sp, 5);
	ext = ecomm_slice(sp->ec, sp->n_ec);
	ecomm_get_df(&ext, &df);
	assert_int_equal(df.pref, 100);
	assert_int_equal(df.caps, PORT | DF_CAP_DP);
	assert_true(sp->wish.df);
	end(sp);
}

static json_t *shown(struct speaker *sp)
{
	json_t *result = NULL, *params = json_object(), *es;
	char err[256];

	assert_true(segment_service.query(sp->ss, "es.show", params, &result, err, sizeof(err)));
	es = json_incref(json_array_get(json_object_get(result, "segments"), 0));
	json_decref(result);
	json_decref(params);
	return es;
}

static void expect_reason(struct speaker *sp, const char *what)
{
	json_t *es = shown(sp);
	const char *reason = json_string_value(json_object_get(es, "reason"));

	if (what && (!reason || !strstr(reason, what)))
		fail_msg("\"%s\" says not \"%s\"", reason ? reason : "", what);
	if (!what)
		assert_null(reason);
	json_decref(es);
}

/*
 * It came up before any session was there, so it did not know of the other PE, and said its own preference.
 * When the routes are there it looks again, and takes nothing back. A reload of another key changes nothing.
 */
static void non_revertive_late(void **state)
{
	struct says other = {PE2, DF_ALG_HIGHEST, PORT | DF_CAP_DP, 50, 0};
	struct setup setup = {.seg = ce1(), .peers = 1, .startup_delay_ms = 10};
	struct conf *old;
	struct speaker *sp;
	struct ecomm_df df;
	struct slice ext;

	setup.seg.df.dont_preempt = true;
	setup.seg.df.recovery_wait_ms = 10;
	sp = begin(&setup);
	bond(sp, true);
	links_done(sp);
	run(sp, 200);
	ext = ecomm_slice(sp->ec, sp->n_ec);
	assert_int_equal(ecomm_get_df(&ext, &df), 1);
	assert_int_equal(df.pref, 100);
	rt4(sp, &other, false);
	segment_service.sync(sp->ss, 1, 1, 1);
	run(sp, 60);
	assert_false(sp->wish.df);
	ext = ecomm_slice(sp->ec, sp->n_ec);
	ecomm_get_df(&ext, &df);
	assert_int_equal(df.pref, 50);
	old = sp->conf;
	sp->conf = conf_dup(old);
	sp->conf->segments[0].retention_ms = 17;
	segment_service.conf(sp->ss, conf_changes(old, sp->conf), sp->conf);
	conf_free(old);
	run(sp, 60);
	assert_false(sp->wish.df);
	ext = ecomm_slice(sp->ec, sp->n_ec);
	ecomm_get_df(&ext, &df);
	assert_int_equal(df.pref, 50);
	end(sp);
}

/* An isolated PE stood by; when the core is back, who has forwarded meanwhile goes on. */
static void non_revertive_isolated(void **state)
{
	struct says other = {PE2, DF_ALG_HIGHEST, PORT | DF_CAP_DP, 50, 0};
	struct setup setup = {.seg = ce1(),
			      .isolation = CONF_ISOLATION_BLOCK,
			      .peers = 1,
			      .startup_delay_ms = 10};
	struct speaker *sp;
	struct ecomm_df df;
	struct slice ext;

	setup.seg.df.dont_preempt = true;
	setup.seg.df.recovery_wait_ms = 10;
	sp = begin(&setup);
	bond(sp, true);
	links_done(sp);
	segment_service.sync(sp->ss, 1, 1, 1);
	run(sp, 200);
	assert_true(sp->wish.df);
	segment_service.sync(sp->ss, 0, 0, 1);
	run(sp, 60);
	assert_false(sp->wish.df);
	segment_service.sync(sp->ss, 1, 0, 1);
	rt4(sp, &other, false);
	segment_service.sync(sp->ss, 1, 1, 1);
	run(sp, 200);
	assert_false(sp->wish.df);
	ext = ecomm_slice(sp->ec, sp->n_ec);
	assert_int_equal(ecomm_get_df(&ext, &df), 1);
	assert_int_equal(df.pref, 50);
	end(sp);
}

/* This kernel kept its role, so nobody has to wait for this PE: no carving time is said. */
static void restart_says_no_time(void **state)
{
	struct setup setup = {.seg = ce1(), .kernel_df = true};
	struct speaker *sp;

	setup.seg.df.time_sync = true;
	setup.seg.df.wait_ms = 1000;
	sp = begin(&setup);
	bond(sp, true);
	links_done(sp);
	assert_int_equal(sp->n_ec, 2);
	end(sp);
}

static u32 kept_highest(u32 first, int step)
{
	struct says peer = {0, DF_ALG_HIGHEST, PORT, 50, 0};
	struct speaker *sp = begin(&(struct setup){.seg = ce1()});
	struct segment *s;
	u32 high = 0;
	unsigned int i;

	bond(sp, true);
	links_done(sp);
	for (i = 0; i < 300; i++) {
		peer.pe = first + (u32)(step * (int)i);
		rt4(sp, &peer, false);
	}
	run(sp, 60);
	s = segment_by_name(sp->ss, "ce1");
	assert_int_equal(s->n_cand, DF_CANDIDATES_MAX);
	for (i = 0; i < s->n_cand; i++)
		if (ip_low32(&s->cand[i].addr) > high)
			high = ip_low32(&s->cand[i].addr);
	assert_true(s->local >= 0);
	end(sp);
	return high;
}

/* More PEs than are looked at: the lowest addresses, in whatever order they come. */
static void too_many(void **state)
{
	assert_int_equal(kept_highest(PE2 + 10, 1), PE2 + 10 + 254);
	assert_int_equal(kept_highest(PE2 + 10 + 299, -1), PE2 + 10 + 254);
}

/* What a peer has set up otherwise makes two DFs in silence; so it is said. */
static void odd_peer(void **state)
{
	struct speaker *sp = begin(&(struct setup){.seg = ce1()});
	struct segment *s;

	bond(sp, true);
	links_done(sp);
	run(sp, 60);
	s = segment_by_name(sp->ss, "ce1");
	expect_reason(sp, NULL);
	rt1_via(sp, PE2, PE2, false, false); /* says all-active */
	rt4(sp, &worse, false);
	run(sp, 5);
	assert_non_null(strstr(s->odd, "all-active"));
	expect_reason(sp, "10.0.0.2 has the segment all-active");
	rt1_via(sp, PE2, PE2, false, true);
	rt4(sp, &worse, false);
	run(sp, 5);
	expect_reason(sp, NULL);
	s->conf.es_import.b[5] = 7;
	rt4(sp, &worse, false);
	run(sp, 5);
	expect_reason(sp, "and is no candidate");
	end(sp);
}

/* RT-1 carries a route target always (RFC 7432 8.2.1.1): without VRFs and bridges the segment's own. */
static void own_target(void **state)
{
	struct speaker *sp = forwarding(ce1());
	struct slice ext = ecomm_slice(sp->es_ec, sp->n_es_ec);

	assert_int_equal(ecomm_count_kind(&ext, EC_RT), 1);
	end(sp);
}

/* A peer without port mode: both fall back to the default, per VLAN (A38). */
static void fallback(void **state)
{
	struct says plain = {PE2, DF_ALG_HIGHEST, 0, 50, 0};
	struct speaker *sp = begin(&(struct setup){.seg = ce1()});

	bond(sp, true);
	links_done(sp);
	rt4(sp, &plain, false);
	run(sp, 60);
	assert_int_equal(sp->wish.mode, CONF_SINGLE_ACTIVE);
	assert_int_equal(sp->wish.vlan_df[0], 0x55); /* even VLANs: ordinal 0 of two */
	assert_int_not_equal(segment_by_name(sp->ss, "ce1")->agreed.fallback, DF_FALLBACK_NONE);
	assert_int_equal(sp->pb, 0xffff); /* or they would override those of the VLANs (A32) */
	rt4(sp, &plain, true);
	run(sp, 5);
	assert_int_equal(sp->wish.mode, CONF_PORT_ACTIVE);
	assert_true(sp->wish.df);
	end(sp);
}

/* RFC 9722: the old DF stops at the carving time minus the skew, not when the route arrives. */
static void synchronised(void **state)
{
	struct setup setup = {.seg = ce1()};
	struct says soon = {PE2, DF_ALG_HIGHEST, PORT | DF_CAP_TIME, 200, 0};
	struct speaker *sp;

	setup.seg.df.time_sync = true;
	setup.seg.df.wait_ms = 1000;
	setup.seg.df.skew_ms = 10;
	sp = begin(&setup);
	bond(sp, true);
	links_done(sp);
	assert_int_equal(sp->n_ec, 3);
	run(sp, 1100);
	assert_true(sp->wish.df);
	soon.sct = segment_realtime() + 200 * DF_NS_PER_MS;
	rt4(sp, &soon, false);
	run(sp, 120);
	assert_true(sp->wish.df);
	run(sp, 100);
	assert_false(sp->wish.df);
	end(sp);
}

/* Nothing but P or B in the Layer 2 Attributes; no RT-1 at all when switched off (A9, A30). */
static void only_rt4(void **state)
{
	struct setup setup = {.seg = ce1()};
	struct speaker *sp;

	setup.seg.ad_per_es = false;
	sp = begin(&setup);
	bond(sp, true);
	links_done(sp);
	run(sp, 60);
	expect(sp, "ndf | +4 | sweep df | ");
	bond(sp, false);
	expect(sp, "-4! | ndf | ");
	end(sp);
}

/* A reload that changes the preference keeps the segment, its routes and its role. */
static void reload(void **state)
{
	struct speaker *sp = begin(&(struct setup){.seg = ce1()});
	struct conf *old = sp->conf;

	bond(sp, true);
	links_done(sp);
	run(sp, 60);
	sp->log[0] = '\0';
	sp->conf = conf_dup(old);
	segment_service.conf(sp->ss, conf_changes(old, sp->conf), sp->conf);
	expect(sp, "");
	conf_free(old);
	old = sp->conf;
	sp->conf = conf_dup(old);
	sp->conf->segments[0].df.preference = 150;
	segment_service.conf(sp->ss, conf_changes(old, sp->conf), sp->conf);
	run(sp, 5);
	expect(sp, "+4 +1 | +1 ");
	conf_free(old);
	old = sp->conf;
	sp->conf = conf_dup(old);
	sp->conf->n_segments = 0;
	segment_service.conf(sp->ss, conf_changes(old, sp->conf), sp->conf);
	expect(sp, "-1! -4! | ndf | unwish ");
	conf_free(old);
	end(sp);
}

/* VLANs may come and go: the segment stays, with its routes and its number. */
static void reload_vlans(void **state)
{
	struct setup setup = {.seg = ce1()};
	struct conf *old;
	struct speaker *sp;
	struct rd rd;

	setup.seg.ad_per_evi = true;
	setup.seg.vlans[0] = 0x06;
	sp = begin(&setup);
	bond(sp, true);
	links_done(sp);
	run(sp, 60);
	assert_non_null(strstr(sp->log, "+1:1 +1:2"));
	rd = sp->rt4.rd;
	sp->log[0] = '\0';
	old = sp->conf;
	sp->conf = conf_dup(old);
	sp->conf->segments[0].vlans[0] = 0x0a;
	segment_service.conf(sp->ss, conf_changes(old, sp->conf), sp->conf);
	conf_free(old);
	run(sp, 5);
	assert_null(strstr(sp->log, "-4"));
	assert_null(strstr(sp->log, "unwish"));
	assert_non_null(strstr(sp->log, "+1:3"));
	assert_null(strstr(sp->log, "+1:1"));
	assert_int_equal(sp->evi[0], 0x0a);
	assert_int_equal(rd_cmp(&rd, &sp->rt4.rd), 0);
	end(sp);
}

static void change(struct speaker *sp, void (*how)(struct conf *c))
{
	struct conf *old = sp->conf;

	sp->log[0] = '\0';
	sp->conf = conf_dup(old);
	how(sp->conf);
	segment_service.conf(sp->ss, conf_changes(old, sp->conf), sp->conf);
	run(sp, 5);
	conf_free(old);
}

static void new_name(struct conf *c)
{
	strcpy(c->segments[0].name, "other");
}

static void no_per_evi(struct conf *c)
{
	c->segments[0].ad_per_evi = false;
}

static void per_evi(struct conf *c)
{
	c->segments[0].ad_per_evi = true;
}

static void no_per_es(struct conf *c)
{
	c->segments[0].ad_per_es = false;
}

static void other_import(struct conf *c)
{
	mac_parse(&c->segments[0].es_import, "02:00:00:00:00:05");
}

static void usual_import(struct conf *c)
{
	c->segments[0].es_import = (struct mac){{0}};
}

static void other_router_id(struct conf *c)
{
	c->global.router_id = htonl(0x0a000007);
}

/* A name, and which routes are sent, may change: no election, no wait, and a drain goes on. */
static void reload_keeps_segment(void **state)
{
	struct setup setup = {.seg = ce1()};
	struct speaker *sp;
	struct segment *s;
	char err[256];

	setup.seg.vlans[0] = 0x06;
	sp = begin(&setup);
	bond(sp, true);
	links_done(sp);
	rt4(sp, &worse, false);
	run(sp, 60);
	assert_true(sp->wish.df);
	change(sp, new_name);
	assert_null(strchr(sp->log, '-'));
	assert_non_null(segment_by_name(sp->ss, "other"));
	change(sp, per_evi);
	assert_null(strchr(sp->log, '-'));
	assert_int_equal(sp->evi[0], 0x06);
	change(sp, no_per_evi);
	assert_null(strchr(sp->log, '-'));
	assert_int_equal(sp->evi[0], 0);
	change(sp, other_import);
	assert_null(strchr(sp->log, '-'));
	assert_non_null(strstr(sp->log, "+4"));
	change(sp, usual_import);
	change(sp, no_per_es);
	assert_non_null(strstr(sp->log, "-1!"));
	assert_null(strstr(sp->log, "-4"));
	assert_true(sp->wish.df);
	s = segment_by_name(sp->ss, "other");
	assert_int_equal(s->fsm.state, DF_DONE);
	rt4(sp, &better, false);
	run(sp, 5);
	assert_true(segment_drain(s, false, err, sizeof(err)));
	run(sp, 5);
	assert_int_equal(s->drain, DRAIN_DONE);
	change(sp, per_evi);
	assert_int_equal(s->drain, DRAIN_DONE);
	end(sp);
}

/* ---- several devices as one segment (D5, RFC 9784) ---- */

static void set_of(struct conf_segment *c, const char *first, const char *second)
{
	memset(&c->set, 0, sizeof(c->set));
	strcpy(c->set.name[c->set.n++], first);
	strcpy(c->set.name[c->set.n++], second);
	memset(c->interface, 0, sizeof(c->interface));
	strcpy(c->interface, first);
}

static void pseudowire(struct speaker *sp, u32 ifindex, const char *name, bool up)
{
	struct fact_link f = {
		.ifindex = ifindex, .kind = "gretap", .flags = up ? IFF_UP : 0, .carrier = up};

	strcpy(f.ifname, name);
	rig_link(&segment_service, sp->ss, IPC_FACT_LINK, &f);
}

/* Return: the segment of @setup, on gre1, after its election */
static struct segment *on_pseudowire(struct speaker **sp, struct setup *setup)
{
	setup->seg.standby = CONF_STANDBY_BLOCK;
	*sp = begin(setup);
	pseudowire(*sp, 5, "gre1", true);
	if (setup->seg.n_track)
		pseudowire(*sp, 7, setup->seg.track[0], true);
	links_done(*sp);
	rt4(*sp, &worse, false);
	run(*sp, 60);
	return segment_by_name((*sp)->ss, "ce1");
}

/* Return: the segment, DF on gre1 and gre2 */
static struct segment *two_pseudowires(struct speaker **sp)
{
	struct setup setup = {.seg = ce1()};

	set_of(&setup.seg, "gre1", "gre2");
	return on_pseudowire(sp, &setup);
}

/* D3: a pseudowire stays up when the port to its other end goes, and the segment goes with that. */
static void way_is_tracked(void **state)
{
	struct setup setup = {.seg = ce1()};
	struct speaker *sp;
	struct segment *s;

	strcpy(setup.seg.interface, "gre1");
	strcpy(setup.seg.track[setup.seg.n_track++], "eth1");
	strcpy(setup.seg.track[setup.seg.n_track++], "eth2");
	s = on_pseudowire(&sp, &setup);
	assert_true(sp->wish.df);
	pseudowire(sp, 8, "eth2", true);
	sp->log[0] = '\0';
	pseudowire(sp, 7, "eth1", false);
	assert_string_equal(sp->log, "");
	pseudowire(sp, 8, "eth9", true);
	assert_false(s->port_up);
	assert_string_equal(
		s->port_reason,
		"no way to the customer: eth2 does not exist, nor do the others lead there");
	assert_non_null(strstr(sp->log, "-4"));
	assert_true(s->closed);
	assert_false(sp->wish.df);
	pseudowire(sp, 8, "eth2", true);
	run(sp, 60);
	assert_true(sp->wish.df);
	assert_false(s->closed);
	end(sp);
}

static void far_end_tells(struct speaker *sp, enum far_end state)
{
	service_rig.far = ip_v4(0x0a09000b);
	service_rig.far_state = state;
	segment_service.far_end(sp->ss, &service_rig.far);
	run(sp, 60);
}

static void far_end_is_heard(void **state)
{
	struct setup setup = {.seg = ce1()};
	struct speaker *sp;
	struct segment *s;

	strcpy(setup.seg.interface, "gre1");
	setup.seg.far_end = ip_v4(0x0a09000b);
	s = on_pseudowire(&sp, &setup);
	assert_false(sp->wish.df);
	assert_false(s->closed);
	assert_string_equal(s->port_reason, "waits for BFD to hear the far end, 10.9.0.11");
	far_end_tells(sp, FAR_END_HEARD);
	assert_true(sp->wish.df);
	/* asked anew, as after a reload: nothing changes before there is an answer */
	far_end_tells(sp, FAR_END_AWAITED);
	assert_true(sp->wish.df);
	far_end_tells(sp, FAR_END_SILENT);
	assert_string_equal(s->port_reason,
			    "no way to the customer: BFD does not hear the far end, 10.9.0.11");
	assert_true(s->closed);
	assert_false(sp->wish.df);
	far_end_tells(sp, FAR_END_HEARD);
	assert_true(sp->wish.df);
	assert_false(s->closed);
	end(sp);
}

static void set_is_up_with_one(void **state)
{
	struct speaker *sp;
	struct segment *s = two_pseudowires(&sp);

	assert_true(sp->wish.df);
	assert_int_equal(sp->wish.set.n, 2);
	assert_string_equal(sp->wish.set.name[1], "gre2");
	sp->log[0] = '\0';
	pseudowire(sp, 6, "gre2", true);
	pseudowire(sp, 5, "gre1", false);
	assert_true(s->port_up);
	assert_int_equal(s->n_ports, 2);
	assert_string_equal(sp->log, "");
	pseudowire(sp, 6, "gre2", false);
	assert_false(s->port_up);
	assert_string_equal(s->port_reason,
			    "none of its 2 devices is up: gre1 is administratively down");
	assert_non_null(strstr(sp->log, "-4"));
	assert_false(sp->wish.df);
	pseudowire(sp, 6, "gre2", true);
	run(sp, 60);
	assert_true(sp->wish.df);
	end(sp);
}

static void other_device(struct conf *c)
{
	set_of(&c->segments[0], "gre3", "gre2");
}

static void one_device(struct conf *c)
{
	memset(&c->segments[0].set, 0, sizeof(c->segments[0].set));
	strcpy(c->segments[0].interface, "gre2");
}

/* It loses devices and gets others, and stays the same segment: no election, nothing withdrawn. */
static void set_changes(void **state)
{
	struct speaker *sp;
	struct segment *s = two_pseudowires(&sp);

	pseudowire(sp, 6, "gre2", true);
	pseudowire(sp, 7, "gre3", true);
	change(sp, other_device);
	assert_ptr_equal(segment_by_name(sp->ss, "ce1"), s);
	assert_null(strchr(sp->log, '-'));
	assert_true(sp->wish.df);
	assert_string_equal(sp->wish.set.name[0], "gre3");
	assert_true(segment_has_port(s, 7) && segment_has_port(s, 6) && !segment_has_port(s, 5));
	change(sp, one_device);
	assert_ptr_equal(segment_by_name(sp->ss, "ce1"), s);
	assert_null(strchr(sp->log, '-'));
	assert_int_equal(sp->wish.set.n, 0);
	assert_string_equal(sp->wish.ifname, "gre2");
	end(sp);
}

static void no_segment(struct conf *c)
{
	c->n_segments = 0;
}

static void a_segment(struct conf *c)
{
	struct conf_segment seg = blocking();

	conf_add_segment(c, &seg);
}

/* @sp forwards, and PE2 has the segment, too; then it is configured no more. */
static struct segment *removed(struct speaker *sp)
{
	rt1(sp, PE2, 0);
	rt4(sp, &worse, false);
	run(sp, 60);
	assert_true(sp->wish.df);
	change(sp, no_segment);
	assert_null(strstr(sp->log, "unwish"));
	assert_true(sp->wish.df);
	return segment_by_name(sp->ss, "ce1");
}

/* Taken from the configuration, it is handed over, then closed until no other PE has it. */
static void removed_hands_over(void **state)
{
	struct speaker *sp = begin(&(struct setup){.seg = ce1()});
	struct segment *s;
	char why[ROLE_TEXT_MAX];

	bond(sp, true);
	links_done(sp);
	s = removed(sp);
	assert_false(segment_in_maintenance(s));
	rt1(sp, PE2, L2_ATTR_P);
	run(sp, 5);
	assert_true(sp->wish.df && sp->wish.draining);
	run(sp, 600);
	assert_false(sp->wish.df);
	assert_non_null(strstr(sp->log, "-1!"));
	segment_removed_reason(s, why);
	assert_string_equal(
		why, "not configured any more; closed while another PE has it (es del ce1 open)");
	sp->log[0] = '\0';
	bond(sp, false);
	bond(sp, true);
	run(sp, 60);
	assert_null(strchr(sp->log, '+')); /* nothing is said of it any more */
	assert_null(strstr(sp->log, "unwish"));
	rt4(sp, &worse, true);
	run(sp, 5);
	assert_non_null(strstr(sp->log, "unwish"));
	assert_null(segment_by_name(sp->ss, "ce1"));
	end(sp);
}

/* Nobody leads the CE: closed before the other one opens, and not opened by that. */
static void removed_closes_first(void **state)
{
	struct fact_kernel k = {.present = true};
	struct speaker *sp = forwarding(blocking());
	struct segment *s;

	segment_service.fact(sp->ss, IPC_FACT_KERNEL, &k);
	kernel_answers(sp);
	s = removed(sp);
	rt1(sp, PE2, L2_ATTR_B);
	run(sp, 5);
	assert_false(sp->wish.df);
	assert_null(strstr(sp->log, "-4"));
	kernel_answers(sp);
	run(sp, 5);
	assert_non_null(strstr(sp->log, "-4"));
	assert_non_null(strstr(sp->log, "-1!"));
	assert_null(strstr(sp->log, "unwish"));
	/* it is configured again: as after a repair */
	change(sp, a_segment);
	assert_ptr_equal(segment_by_name(sp->ss, "ce1"), s);
	kernel_answers(sp);
	run(sp, 60);
	assert_int_equal(s->fsm.state, DF_DONE);
	rt1(sp, PE2, L2_ATTR_B);
	run(sp, 5);
	assert_true(sp->wish.df);
	end(sp);
}

static bool es_del(struct speaker *sp, char err[256])
{
	json_t *params = json_pack("{s:s}", "name", "ce1"), *result = NULL;

	err[0] = '\0';
	assert_true(segment_query(sp->ss, "es.del", params, &result, err, 256));
	json_decref(params);
	json_decref(result);
	return result;
}

/* By word it is opened although another PE has it; handed over it is all the same. */
static void removed_and_opened(void **state)
{
	struct speaker *sp = begin(&(struct setup){.seg = ce1()});
	char err[256];

	bond(sp, true);
	links_done(sp);
	run(sp, 60);
	assert_false(es_del(sp, err));
	assert_string_equal(err, "segment ce1 is configured");
	removed(sp);
	assert_true(es_del(sp, err));
	run(sp, 5);
	assert_null(strstr(sp->log, "unwish"));
	rt1(sp, PE2, L2_ATTR_P);
	run(sp, 5);
	assert_null(strstr(sp->log, "unwish"));
	run(sp, 600);
	assert_non_null(strstr(sp->log, "unwish"));
	end(sp);
}

/* A start finds a segment in the module that the file has no more. */
static void removed_before_start(void **state)
{
	struct setup setup = {.seg = ce1(), .kernel_df = true, .orphan = true};
	struct speaker *sp = begin(&setup);

	bond(sp, true);
	rt4(sp, &worse, false);
	links_done(sp);
	run(sp, 60);
	assert_string_equal(sp->log, "df ndf | sweep ");
	assert_string_equal(sp->ss->list.tqh_first->conf.name, "bond0");
	rt4(sp, &worse, true);
	run(sp, 5);
	assert_non_null(strstr(sp->log, "unwish"));
	end(sp);
	/* nobody else has it: it is swept */
	sp = begin(&setup);
	bond(sp, true);
	links_done(sp);
	run(sp, 60);
	assert_null(segment_by_name(sp->ss, "bond0"));
	assert_non_null(strstr(sp->log, "sweep"));
	end(sp);
}

/* Routes are withdrawn under the identity they were sent with, or the others keep electing a ghost. */
static void reload_router_id(void **state)
{
	struct speaker *sp = begin(&(struct setup){.seg = ce1()});
	char rd[RD_STRLEN];

	bond(sp, true);
	links_done(sp);
	run(sp, 60);
	change(sp, other_router_id);
	assert_non_null(strstr(sp->log, "-1! -4!"));
	assert_string_equal(rd_format(&sp->es_rd, rd), "10.0.0.1:2");
	run(sp, 60);
	assert_string_equal(rd_format(&sp->rt4.rd, rd), "10.0.0.7:2");
	end(sp);
}

#define CIRCUITS 4094

static void circuits(struct speaker *sp, bool up)
{
	struct fact_link f = {.kind = "vlan", .link = 5, .carrier = up};

	f.flags = up ? IFF_UP : 0;
	for (unsigned int v = 1; v <= CIRCUITS; v++) {
		f.ifindex = 100 + v;
		f.vlan_id = (uint16_t)v;
		snprintf(f.ifname, sizeof(f.ifname), "bond0.%u", v);
		rig_link(&segment_service, sp->ss, IPC_FACT_LINK, &f);
	}
}

/* All circuits down and up again: each is said once, and a turn of the loop says no more than a slice. */
static void many_circuits(void **state)
{
	struct setup setup = {.seg = ce1()};
	struct speaker *sp;
	unsigned int before, turn, turns = 0;

	setup.seg.ad_per_evi = true;
	memset(setup.seg.vlans, 0xff, sizeof(setup.seg.vlans));
	setup.seg.vlans[0] = 0xfe;
	setup.seg.vlans[DF_VLAN_BYTES - 1] = 0x7f;
	sp = begin(&setup);
	bond(sp, true);
	links_done(sp);
	run(sp, 60);
	for (int up = 0; up < 2; up++) {
		before = sp->evi_calls;
		circuits(sp, up);
		do {
			turn = sp->evi_calls;
			sd_event_run(sp->event, 0);
			assert_true(sp->evi_calls - turn <= 512);
			turns += sp->evi_calls != turn;
		} while (sp->evi_calls != turn || sp->ss->list.tqh_first->evi_due);
		assert_int_equal(sp->evi_calls - before, CIRCUITS);
		assert_int_equal(sp->evi[100], up ? 0xff : 0);
	}
	assert_true(turns >= 2 * CIRCUITS / 512);
	end(sp);
}

/* Who asks a PE whose port is down is told who is left, not who was. */
static void view_while_down(void **state)
{
	struct ip_addr pe2 = ip_v4(PE2);
	struct speaker *sp = begin(&(struct setup){.seg = ce1()});
	struct segment *s;

	bond(sp, true);
	links_done(sp);
	rt4(sp, &worse, false);
	run(sp, 60);
	s = segment_by_name(sp->ss, "ce1");
	assert_true(ip_equal(&s->df_addr, &sp->ss->self));
	bond(sp, false);
	assert_true(ip_equal(&s->df_addr, &pe2));
	assert_true(ip_is_none(&s->backup_addr));
	rt4(sp, &worse, true);
	run(sp, 5);
	assert_true(ip_is_none(&s->df_addr));
	end(sp);
}

/* ESI type 1: nothing is said or wished before the LACP partner is known. */
static void esi_from_partner(void **state)
{
	struct fact_link f = {.ifindex = 5,
			      .ifname = "bond0",
			      .kind = "bond",
			      .flags = IFF_UP,
			      .carrier = true,
			      .bond_mode = 4,
			      .members = 1,
			      .members_up = 1};
	struct setup setup = {.seg = ce1()};
	struct speaker *sp;
	char buf[ESI_STRLEN];

	setup.seg.esi_source = CONF_ESI_LACP;
	memset(&setup.seg.esi, 0, sizeof(setup.seg.esi));
	sp = begin(&setup);
	bond(sp, true);
	links_done(sp);
	expect(sp, "sweep ");
	mac_parse(&f.ad_partner, "00:aa:bb:cc:dd:ee");
	f.ad_partner_key = 0x64;
	rig_link(&segment_service, sp->ss, IPC_FACT_LINK, &f);
	expect(sp, "ndf | +4 +1 | ");
	assert_string_equal(esi_format(&sp->rt4.esi, buf), "01:00:aa:bb:cc:dd:ee:00:64:00");
	end(sp);
}

static const struct ip_addr *peer(const struct speaker *sp, unsigned int i)
{
	return &sp->wish.peers[i];
}

/* The other PEs by next hop of RT-1 per ES and RT-4, and by originator; sorted, none twice, not we. */
static void peers(void **state)
{
	struct speaker *sp = begin(&(struct setup){.seg = all_active()});
	struct says plain = {PE2 + 2, DF_ALG_HIGHEST, 0, 50, 0};

	bond(sp, true);
	links_done(sp);
	assert_int_equal(sp->wish.mode, CONF_ALL_ACTIVE);
	assert_int_equal(sp->wish.untagged_vid, 10);
	assert_int_equal(sp->wish.unknown_unicast, CONF_UNKNOWN_PASS);
	assert_int_equal(sp->wish.n_peers, 0);
	rt4(sp, &plain, false);
	rt1_via(sp, PE2 + 2, PE2 + 2, false, false);
	rt1_via(sp, PE2 + 1, PE2 + 8, false, false);
	rt1_via(sp, PE2, PE2 - 1, false, false);
	assert_int_equal(sp->wish.n_peers, 0);
	run(sp, 5);
	assert_int_equal(sp->wish.n_peers, 2);
	assert_true(ip_equal(peer(sp, 0), &(struct ip_addr){4, {10, 0, 0, 4}}));
	assert_true(ip_equal(peer(sp, 1), &(struct ip_addr){4, {10, 0, 0, 10}}));
	/* its RT-4 alone makes it a peer, and so does its RT-1 while it drains */
	rt1_via(sp, PE2 + 2, PE2 + 2, false, true);
	run(sp, 5);
	assert_int_equal(sp->wish.n_peers, 2);
	rt4(sp, &plain, true);
	run(sp, 5);
	assert_int_equal(sp->wish.n_peers, 1);
	assert_true(ip_equal(peer(sp, 0), &(struct ip_addr){4, {10, 0, 0, 10}}));
	/* kept by graceful restart: it may forward still */
	rt1_via(sp, PE2 + 1, PE2 + 8, true, false);
	run(sp, 5);
	assert_int_equal(sp->wish.n_peers, 1);
	rt1_via(sp, PE2 + 1, PE2 + 8, false, true);
	run(sp, 5);
	assert_int_equal(sp->wish.n_peers, 0);
	end(sp);
}

/* All sessions lost: the routes go, the peers stay as the roles do. */
static void peers_isolated(void **state)
{
	struct speaker *sp =
		begin(&(struct setup){.seg = all_active(), .peers = 1, .startup_delay_ms = 1000});

	bond(sp, true);
	links_done(sp);
	rt1_via(sp, PE2, PE2, false, false);
	segment_service.sync(sp->ss, 1, 1, 1);
	run(sp, 60);
	assert_int_equal(sp->wish.n_peers, 1);
	rt1_via(sp, PE2, PE2, false, true);
	segment_service.sync(sp->ss, 0, 0, 1);
	run(sp, 60);
	assert_int_equal(sp->wish.n_peers, 1);
	segment_service.sync(sp->ss, 1, 1, 1);
	run(sp, 5);
	assert_int_equal(sp->wish.n_peers, 0);
	end(sp);
}

/* RT-1 of a bridge domain that the segment has a port in, directly or by a sub-interface. */
static void bridge_domain(void **state)
{
	struct fact_link br = {.ifindex = 9, .ifname = "br0", .kind = "bridge", .flags = IFF_UP};
	struct fact_link sub = {.ifindex = 8,
				.ifname = "bond0.10",
				.kind = "vlan",
				.link = 5,
				.master = 9,
				.vlan_id = 10,
				.flags = IFF_UP};
	struct fact_link vx = {
		.ifindex = 7, .ifname = "vx0", .kind = "vxlan", .master = 9, .flags = IFF_UP};
	struct conf_bridge b = {.bridge = "br0", .vxlan = "vx0", .vni = 100, .vlan = 10};
	struct setup setup = {.seg = all_active()};
	struct speaker *sp;
	struct conf *old;
	struct slice ext;
	struct ecomm rt;
	struct l2_attr l2;
	char rd[RD_STRLEN];
	u16 tunnel;

	setup.seg.ad_per_evi = true;
	sp = begin(&setup);
	old = sp->conf;
	sp->conf = conf_dup(old);
	sp->conf->global.as = 65000;
	conf_add_bridge(sp->conf, &b);
	segment_service.conf(sp->ss, conf_changes(old, sp->conf), sp->conf);
	conf_free(old);
	bond(sp, true);
	links_done(sp);
	run(sp, 60);
	assert_int_equal(sp->rt1_evi.type, 0);
	rig_link(&segment_service, sp->ss, IPC_FACT_LINK, &br);
	rig_link(&segment_service, sp->ss, IPC_FACT_LINK, &sub);
	run(sp, 5);
	assert_int_equal(sp->rt1_evi.type, 0); /* no VXLAN device: nothing would come in */
	rig_link(&segment_service, sp->ss, IPC_FACT_LINK, &vx);
	assert_int_equal(sp->rt1_evi.type, EVPN_AD);
	assert_int_equal(sp->rt1_evi.etag, 0);
	assert_int_equal(sp->rt1_evi.label[0], 100);
	assert_string_equal(rd_format(&sp->rt1_evi.rd, rd), "10.0.0.1:100");
	ext = ecomm_slice(sp->ec, sp->n_ec);
	rt_parse(&rt, "65000:100");
	assert_true(ecomm_has(&ext, &rt));
	assert_true(ecomm_get_encap(&ext, &tunnel) && tunnel == TUNNEL_VXLAN);
	assert_true(ecomm_get_l2_attr(&ext, &l2) && l2.flags == L2_ATTR_P);
	ext = ecomm_slice(sp->es_ec, sp->n_es_ec);
	assert_true(ecomm_has(&ext, &rt)); /* per ES: for all of its bridge domains */
	sub.master = 0;
	rig_link(&segment_service, sp->ss, IPC_FACT_LINK, &sub);
	run(sp, 5);
	assert_true(sp->rt1_gone);
	ext = ecomm_slice(sp->es_ec, sp->n_es_ec);
	assert_false(ecomm_has(&ext, &rt));
	sub.master = 9;
	rig_link(&segment_service, sp->ss, IPC_FACT_LINK, &sub);
	run(sp, 5);
	assert_false(sp->rt1_gone);
	/* whoever sends by a VNI that goes no further than this PE sends into nothing */
	vx.flags = 0;
	rig_link(&segment_service, sp->ss, IPC_FACT_LINK, &vx);
	assert_true(sp->rt1_gone);
	vx.flags = IFF_UP;
	rig_link(&segment_service, sp->ss, IPC_FACT_LINK, &vx);
	assert_false(sp->rt1_gone);
	br.flags = 0;
	rig_link(&segment_service, sp->ss, IPC_FACT_LINK, &br);
	assert_true(sp->rt1_gone);
	br.flags = IFF_UP;
	rig_link(&segment_service, sp->ss, IPC_FACT_LINK, &br);
	assert_false(sp->rt1_gone);
	vx.master = 0;
	rig_link(&segment_service, sp->ss, IPC_FACT_LINK, &vx);
	assert_true(sp->rt1_gone);
	vx.master = 9;
	rig_link(&segment_service, sp->ss, IPC_FACT_LINK, &vx);
	assert_false(sp->rt1_gone);
	bond(sp, false);
	assert_true(sp->rt1_gone);
	end(sp);
}

static void rt1_evi(struct speaker *sp, u32 pe, u32 tag, const char *rt)
{
	struct evpn_nlri n = {.type = EVPN_AD, .rd = rd_make_ip(pe, 7), .etag = tag};
	struct ip_addr nh = ip_v4(pe);
	struct bgp_attrs a;
	struct rib_path p = {.peer = (void *)&nh, .attrs = &a, .next_hop = &nh, .nlri = &n};
	struct ecomm ec;

	esi_parse(&n.esi, esi_text);
	bgp_attrs_init(&a);
	rt_parse(&ec, rt ? rt : "1:1");
	a.ext = ecomm_slice(&ec, 1);
	segment_service.route(sp->ss, &n, rt ? &p : NULL);
}

/* RT-1 per EVI of a bridge domain; @flags: of Layer 2 Attributes; gone: NULL */
static void rt1_bridge(struct speaker *sp, u32 pe, const char *rt, u16 flags)
{
	struct evpn_nlri n = {.type = EVPN_AD, .rd = rd_make_ip(pe, 7)};
	struct ecomm ec[2] = {{{0}}, ecomm_l2_attr(flags, 0)};
	struct ip_addr nh = ip_v4(pe);
	struct bgp_attrs a;
	struct rib_path p = {.peer = (void *)&nh, .attrs = &a, .next_hop = &nh, .nlri = &n};

	esi_parse(&n.esi, esi_text);
	bgp_attrs_init(&a);
	if (rt)
		rt_parse(&ec[0], rt);
	a.ext = ecomm_slice(ec, 2);
	segment_service.route(sp->ss, &n, rt ? &p : NULL);
}

#define PE3 0x0a000003

/*
 * A customer of other PEs: what was learned of the one that forwards no more is forgotten, in the bridge
 * domains that both have, if another PE is there for the customer.
 */
static void forgets(void **state)
{
	const struct says candidate = {PE2, DF_ALG_HIGHEST, DF_CAP_AC, 100, 0};
	struct conf_bridge b = {.bridge = "br0", .vxlan = "vx0", .vni = 100};
	struct conf_segment none = ce1();
	struct speaker *sp;
	struct conf *old;

	esi_parse(&none.esi, "00:01:01:01:01:01:01:01:01:01");
	sp = begin(&(struct setup){.seg = none});
	old = sp->conf;
	sp->conf = conf_dup(old);
	sp->conf->global.as = 65000;
	conf_add_bridge(sp->conf, &b);
	segment_service.conf(sp->ss, conf_changes(old, sp->conf), sp->conf);
	conf_free(old);
	links_done(sp);
	sp->log[0] = '\0';
	rt1_via(sp, PE2, PE2, false, false);
	rt1_bridge(sp, PE2, "65000:100", L2_ATTR_P);
	rt1_bridge(sp, PE2, NULL, 0);
	expect(sp, ""); /* nobody else has it */
	rt1_bridge(sp, PE2, "65000:100", L2_ATTR_P);
	rt1_via(sp, PE3, PE3, false, false);
	rt1_bridge(sp, PE3, "65000:100", L2_ATTR_B);
	rt1_bridge(sp, PE2, "65000:100", L2_ATTR_P);
	expect(sp, "");
	/* a hand-over begins with the RT-4, and until P is gone that PE forwards */
	rt4(sp, &candidate, false);
	rt4(sp, &candidate, true);
	expect(sp, "");
	rt1_bridge(sp, PE2, "65000:100", L2_ATTR_B);
	expect(sp, "forget-vx0-100-10.0.0.2 ");
	rt1_bridge(sp, PE3, "65000:100", L2_ATTR_P);
	/* the one that does not forward: nothing was learned of it */
	rt1_via(sp, PE2, PE2, false, true);
	rt1_bridge(sp, PE2, NULL, 0);
	expect(sp, "");
	/* a failure: RT-1 per ES alone tells, and what follows does so again */
	rt1_via(sp, PE2, PE2, false, false);
	rt1_via(sp, PE3, PE3, false, true);
	expect(sp, "forget-vx0-100-10.0.0.3 ");
	rt1_bridge(sp, PE3, NULL, 0);
	expect(sp, "forget-vx0-100-10.0.0.3 ");
	/* another bridge domain */
	rt1_via(sp, PE3, PE3, false, false);
	rt1_bridge(sp, PE3, "65000:200", L2_ATTR_P);
	rt1_bridge(sp, PE3, NULL, 0);
	expect(sp, "");
	end(sp);
}

/* AC-DF: tag 0 is a VLAN-based service, and its route target tells which VLAN (RFC 7432 6.1). */
static void ac_df_vlan_based(void **state)
{
	const struct says peer = {PE2, DF_ALG_MODULO, DF_CAP_AC, 0, 0};
	struct conf_bridge b = {.bridge = "br0", .vxlan = "vx0", .vni = 100, .vlan = 11};
	struct setup setup = {.seg = ce1()};
	struct speaker *sp;
	struct conf *old;

	setup.seg.mode = CONF_SINGLE_ACTIVE;
	setup.seg.ad_per_evi = true;
	setup.seg.vlans[1] = 0x0c; /* 10, 11 */
	setup.seg.df = (struct conf_df){.algorithm = DF_ALG_MODULO, .ac_df = true, .wait_ms = 1};
	sp = begin(&setup);
	old = sp->conf;
	sp->conf = conf_dup(old);
	sp->conf->global.as = 65000;
	conf_add_bridge(sp->conf, &b);
	segment_service.conf(sp->ss, conf_changes(old, sp->conf), sp->conf);
	conf_free(old);
	bond(sp, true);
	links_done(sp);
	run(sp, 30);
	assert_int_equal(sp->wish.vlan_df[1], 0x0c);
	rt4(sp, &peer, false);
	rt1(sp, PE2, 0);
	run(sp, 5);
	assert_int_equal(sp->wish.vlan_df[1], 0x0c); /* none of its circuits is known */
	rt1_evi(sp, PE2, 0, "65000:100");
	run(sp, 5);
	assert_int_equal(sp->wish.vlan_df[1], 0x04); /* 11 mod 2: the peer's */
	rt1_evi(sp, PE2, 0, NULL);
	run(sp, 5);
	assert_int_equal(sp->wish.vlan_df[1], 0x0c);
	end(sp);
}

/* Of a segment with frames without a tag as well these have tag 0, and say nothing of the VLANs. */
static void ac_df_untagged(void **state)
{
	const struct says peer = {PE2, DF_ALG_MODULO, DF_CAP_AC, 0, 0};
	struct setup setup = {.seg = ce1()};
	struct speaker *sp;

	setup.seg.mode = CONF_SINGLE_ACTIVE;
	setup.seg.ad_per_evi = true;
	setup.seg.vlans[0] = 0x01;
	setup.seg.vlans[1] = 0x0c; /* 10, 11 */
	setup.seg.n_route_targets = 1;
	rt_parse(&setup.seg.route_targets[0], "65000:100");
	setup.seg.df = (struct conf_df){.algorithm = DF_ALG_MODULO, .ac_df = true, .wait_ms = 1};
	sp = begin(&setup);
	bond(sp, true);
	links_done(sp);
	run(sp, 30);
	rt4(sp, &peer, false);
	rt1(sp, PE2, 0);
	rt1_evi(sp, PE2, 0, "65000:100");
	run(sp, 5);
	assert_int_equal(sp->wish.vlan_df[1], 0x0c); /* the peer has neither of them */
	rt1_evi(sp, PE2, 11, "65000:100");
	run(sp, 5);
	assert_int_equal(sp->wish.vlan_df[1], 0x04); /* 11 mod 2 is the peer's */
	rt1_evi(sp, PE2, 0, NULL);
	run(sp, 5);
	assert_int_equal(sp->wish.vlan_df[1], 0x04);
	end(sp);
}

/* B5, B6: what two PEs do not agree about is said as long as it is so. */
static void pes_differ(void **state)
{
	struct speaker *sp = begin(&(struct setup){.seg = all_active()});
	struct segment *s = TAILQ_FIRST(&sp->ss->list);
	struct conf_segment c = s->conf;

	bond(sp, true);
	links_done(sp);
	run(sp, 60);
	assert_string_equal(s->differs, "");
	rt1(sp, PE2, 0); /* says single-active */
	rt4(sp, &better, false);
	run(sp, 5);
	assert_string_equal(s->differs,
			    "10.0.0.2 has it as single-active, and this PE as all-active");
	s->conf.mode = CONF_SINGLE_ACTIVE;
	segment_differ_look(s);
	assert_string_equal(s->differs, "");
	s->conf.es_import = (struct mac){{2, 0, 0, 0, 0, 9}};
	segment_differ_look(s);
	assert_non_null(
		strstr(s->differs, "and this PE with 02:00:00:00:00:09: neither is a candidate"));
	s->conf = c;
	end(sp);
}

static void device(struct speaker *sp, struct fact_link f, bool up)
{
	f.flags = up ? IFF_UP : 0;
	f.carrier = up;
	rig_link(&segment_service, sp->ss, IPC_FACT_LINK, &f);
	run(sp, 2);
}

static bool circuit(struct speaker *sp, unsigned int vlan)
{
	return TAILQ_FIRST(&sp->ss->list)->evi_up[vlan / 8] & 1u << vlan % 8;
}

/* B4: a circuit is gone with its VLAN device, with its place in the bridge, the bridge, the tunnel. */
static void circuits_end(void **state)
{
	struct fact_link sub = {.ifindex = 6,
				.ifname = "bond0.10",
				.kind = "vlan",
				.link = 5,
				.vlan_id = 10,
				.master = 7,
				.master_kind = "bridge"};
	struct fact_link br = {.ifindex = 7, .ifname = "br10", .kind = "bridge"};
	struct fact_link vx = {.ifindex = 8, .ifname = "vx10", .kind = "vxlan", .master = 7};
	struct conf_bridge b = {.bridge = "br10", .vxlan = "vx10", .vni = 100};
	struct fact_link gone = {.ifindex = 6, .ifname = "bond0.10"};
	struct setup setup = {.seg = ce1()};
	struct speaker *sp;

	setup.seg.mode = CONF_SINGLE_ACTIVE;
	setup.seg.ad_per_evi = true;
	setup.seg.vlans[1] = 0x0c; /* 10, 11 */
	setup.seg.df = (struct conf_df){.algorithm = DF_ALG_MODULO, .ac_df = true, .wait_ms = 1};
	sp = begin(&setup);
	conf_add_bridge(sp->conf, &b);
	bond(sp, true);
	links_done(sp);
	device(sp, br, true);
	device(sp, vx, true);
	device(sp, sub, true);
	assert_true(circuit(sp, 10) && circuit(sp, 11));

	device(sp, br, false);
	assert_false(circuit(sp, 10));
	device(sp, br, true);
	assert_true(circuit(sp, 10));
	device(sp, vx, false);
	assert_false(circuit(sp, 10));
	device(sp, vx, true);
	assert_true(circuit(sp, 10));

	sub.master = 0;
	device(sp, sub, true);
	assert_false(circuit(sp, 10));
	sub.master = 7;
	device(sp, sub, true);
	assert_true(circuit(sp, 10));

	rig_link(&segment_service, sp->ss, IPC_FACT_LINK_GONE, &gone);
	run(sp, 2);
	assert_false(circuit(sp, 10));
	assert_true(circuit(sp, 11));
	device(sp, sub, true);
	assert_true(circuit(sp, 10));
	end(sp);
}

/* Of a port of a VLAN-aware bridge all circuits are gone when it leaves the bridge. */
static void circuits_of_a_port(void **state)
{
	struct fact_link port = {.ifindex = 5,
				 .ifname = "bond0",
				 .kind = "bond",
				 .bond_mode = 4,
				 .members = 1,
				 .members_up = 1,
				 .master = 7,
				 .master_kind = "bridge"};
	struct fact_link br = {.ifindex = 7, .ifname = "br0", .kind = "bridge"};
	struct setup setup = {.seg = ce1()};
	struct speaker *sp;

	setup.seg.mode = CONF_SINGLE_ACTIVE;
	setup.seg.ad_per_evi = true;
	setup.seg.vlans[1] = 0x0c;
	setup.seg.df = (struct conf_df){.algorithm = DF_ALG_MODULO, .ac_df = true, .wait_ms = 1};
	sp = begin(&setup);
	device(sp, br, true);
	device(sp, port, true);
	links_done(sp);
	assert_true(circuit(sp, 10));
	port.master = 0;
	port.master_kind[0] = '\0';
	device(sp, port, true);
	assert_false(circuit(sp, 10));
	memcpy(port.master_kind, "bridge", 7);
	port.master = 7;
	device(sp, port, true);
	assert_true(circuit(sp, 10));
	end(sp);
}

/* A bridge that filters drops what its port has no VLAN for; one that does not lets all through. */
static void circuits_filtered(void **state)
{
	struct fact_link port = {.ifindex = 5,
				 .ifname = "bond0",
				 .kind = "bond",
				 .bond_mode = 4,
				 .members = 1,
				 .members_up = 1,
				 .master = 7,
				 .master_kind = "bridge"};
	struct fact_link br = {
		.ifindex = 7, .ifname = "br0", .kind = "bridge", .vlan_filtering = true};
	struct fact_port vlans = {.ifindex = 5, .vlans = {[1] = 0x0c}};
	struct setup setup = {.seg = ce1()};
	struct speaker *sp;

	setup.seg.mode = CONF_SINGLE_ACTIVE;
	setup.seg.ad_per_evi = true;
	setup.seg.vlans[1] = 0x0c; /* 10, 11 */
	setup.seg.df = (struct conf_df){.algorithm = DF_ALG_MODULO, .ac_df = true, .wait_ms = 1};
	sp = begin(&setup);
	device(sp, br, true);
	device(sp, port, true);
	rig_link(&segment_service, sp->ss, IPC_FACT_PORT, &vlans);
	links_done(sp);
	assert_true(circuit(sp, 10) && circuit(sp, 11));
	vlans.vlans[1] = 0x08;
	rig_link(&segment_service, sp->ss, IPC_FACT_PORT, &vlans);
	run(sp, 2);
	assert_false(circuit(sp, 10));
	assert_true(circuit(sp, 11));
	br.vlan_filtering = false;
	device(sp, br, true);
	assert_true(circuit(sp, 10) && circuit(sp, 11));
	br.vlan_filtering = true;
	device(sp, br, true);
	vlans.vlans[1] = 0;
	rig_link(&segment_service, sp->ss, IPC_FACT_PORT, &vlans);
	run(sp, 2);
	assert_false(circuit(sp, 10) || circuit(sp, 11));
	end(sp);
}

/* A PE that falls silent stays; one that is heard and does not have the segment any more does not. */
static void peers_silent(void **state)
{
	struct evpn_nlri imet = {.type = EVPN_IMET};
	struct speaker *sp = begin(&(struct setup){.seg = all_active()});

	sp->has_rib = true;
	sp->heard = PE2;
	bond(sp, true);
	links_done(sp);
	rt1_via(sp, PE2, PE2, false, false);
	run(sp, 60);
	assert_int_equal(sp->wish.n_peers, 1);
	rt1_via(sp, PE2, PE2, false, true);
	run(sp, 5);
	assert_int_equal(sp->wish.n_peers, 0);
	rt1_via(sp, PE2, PE2, false, false);
	run(sp, 5);
	sp->heard = 0;
	rt1_via(sp, PE2, PE2, false, true);
	run(sp, 5);
	assert_int_equal(sp->wish.n_peers, 1);
	segment_service.route(sp->ss, &imet, NULL);
	run(sp, 5);
	assert_int_equal(sp->wish.n_peers, 1);
	sp->heard = PE2;
	segment_service.route(sp->ss, &imet, NULL);
	run(sp, 5);
	assert_int_equal(sp->wish.n_peers, 0);
	end(sp);
}

/* After a restart the kernel's list is kept until the neighbours have sent what they know. */
static void peers_adopted(void **state)
{
	struct fact_es k = {.esi = all_active().esi,
			    .ifindex = 5,
			    .lacp = {.state = LACP_ACTIVE, .members = 1},
			    .n_peers = 1};
	struct conf_segment other = all_active();
	struct speaker *sp =
		begin(&(struct setup){.seg = all_active(), .peers = 1, .startup_delay_ms = 1000});
	struct conf *old = sp->conf;

	k.peers[0] = ip_v4(PE2);
	k.vlan_df[0] = 0x02;
	segment_service.fact(sp->ss, IPC_FACT_ES, &k);
	bond(sp, true);
	links_done(sp);
	assert_int_equal(sp->wish.n_peers, 1);
	assert_int_equal(sp->wish.vlan_df[0], 0x02);
	rt1_via(sp, PE2, PE2, false, false);
	rt1_via(sp, PE2 + 1, PE2 + 1, false, false);
	run(sp, 5);
	assert_int_equal(sp->wish.n_peers, 1);
	sp->log[0] = '\0';
	segment_service.sync(sp->ss, 1, 1, 1);
	run(sp, 5);
	assert_int_equal(sp->wish.n_peers, 2);
	/* another mode has none */
	other.mode = CONF_SINGLE_ACTIVE;
	sp->conf = conf_dup(old);
	sp->conf->segments[0] = other;
	segment_service.conf(sp->ss, conf_changes(old, sp->conf), sp->conf);
	conf_free(old);
	run(sp, 5);
	assert_int_equal(sp->wish.mode, CONF_SINGLE_ACTIVE);
	assert_int_equal(sp->wish.n_peers, 0);
	end(sp);
}

/* ---- segments that FRR controls ---- */

#define VTEP 0x0a000001 /* FRR's, of this machine */

static struct conf_segment frr1(void)
{
	struct conf_segment c;

	memset(&c, 0, sizeof(c));
	strcpy(c.name, "ce1");
	strcpy(c.interface, "bond0");
	c.control = CONF_CONTROL_FRR;
	c.esi_source = CONF_ESI_FRR;
	c.mode = CONF_ALL_ACTIVE;
	c.standby = CONF_STANDBY_BLOCK;
	c.df.port_mode = true;
	return c;
}

static void zebra(struct speaker *sp, bool present, bool delay)
{
	struct fact_frr f = {.present = present, .vtep = ip_v4(VTEP)};
	struct fact_frr_es e = {.ifname = "bond0", .delay = delay};

	esi_parse(&e.esi, esi_text);
	strcpy(f.text, present ? "FRR 8.4.4" : "zebra has ended");
	if (present)
		segment_service.fact(sp->ss, IPC_FACT_FRR_ES, &e);
	segment_service.fact(sp->ss, IPC_FACT_FRR, &f);
	run(sp, 1);
}

static void zebra_without(struct speaker *sp)
{
	struct fact_frr_es e = {.gone = true};

	esi_parse(&e.esi, esi_text);
	segment_service.fact(sp->ss, IPC_FACT_FRR_ES, &e);
	run(sp, 1);
}

/* Of PE @pe, which advertises algorithm @alg; 0xff: no DF Election community at all */
static void frr_rt4(struct speaker *sp, u32 pe, u8 alg, u16 pref)
{
	rt4(sp, &(struct says){pe, alg, 0, pref, 0}, false);
	run(sp, 1);
}

static void frr_rt4_gone(struct speaker *sp, u32 pe)
{
	rt4(sp, &(struct says){pe, 2, 0, 0, 0}, true);
	run(sp, 1);
}

static void sync_to(struct speaker *sp, unsigned int n)
{
	segment_service.sync(sp->ss, n, n, 1);
	run(sp, 1);
}

static struct speaker *begin_frr(bool kernel_df)
{
	struct setup setup = {.seg = frr1(), .peers = 1, .startup_delay_ms = 1000};
	struct speaker *sp;

	if (kernel_df) {
		esi_parse(&setup.seg.esi, esi_text); /* what begin() gives to the kernel */
		setup.kernel_df = true;
	}
	sp = begin(&setup);
	sp->conf->global.frr.hold_ms = 100;
	return sp;
}

/* Elected, perhaps, and nothing of it is in force. */
static void expect_no_role(struct speaker *sp)
{
	assert_null(strstr(sp->log, "df"));
	sp->log[0] = '\0';
}

/* Found by zebra's word, elected by the routes that bgpd hands on; nothing is originated. */
static void frr_election(void **state)
{
	struct speaker *sp = begin_frr(false);

	bond(sp, true);
	links_done(sp);
	expect_reason(sp, "FRR has not answered yet");
	expect(sp, "");
	zebra(sp, true, false);
	expect(sp, "");
	frr_rt4(sp, VTEP, 2, 100);
	frr_rt4(sp, PE2, 2, 50);
	sync_to(sp, 1);
	run(sp, 150);
	assert_true(sp->wish.df);
	assert_int_equal(sp->wish.mode, CONF_ALL_ACTIVE);
	assert_int_equal(sp->wish.n_peers, 1);
	assert_int_equal(ip_low32(&sp->wish.peers[0]), PE2);
	assert_null(strchr(sp->log, '+'));
	expect_reason(sp, NULL);
	sp->log[0] = '\0';

	frr_rt4(sp, PE2, 2, 150);
	expect(sp, "ndf | ");
	frr_rt4(sp, VTEP, 2, 150); /* equal: the lower address */
	expect_no_role(sp);
	run(sp, 150);
	expect(sp, "df | ");
	frr_rt4(sp, PE2, 0, 0); /* FRR does not forward beside another algorithm */
	expect(sp, "ndf | ");
	frr_rt4_gone(sp, PE2);
	expect(sp, "ndf df | "); /* first the list of peers, then the role */
	assert_int_equal(sp->wish.n_peers, 0);
	bond(sp, false);
	expect(sp, "ndf | ");
	bond(sp, true);
	run(sp, 1);
	expect(sp, "df | ");
	frr_rt4_gone(sp, VTEP);
	expect(sp, "ndf | ");
	expect_reason(sp, "advertises no RT-4");
	zebra_without(sp);
	expect(sp, "unwish ");
	expect_reason(sp, "FRR has no segment on bond0");
	end(sp);
}

/*
 * Others hear of the own RT-4 later than this PE does. What a PE that lives has, is taken over a moment
 * later; what nobody has any more, at once.
 */
static void frr_takeover(void **state)
{
	struct speaker *sp = begin_frr(false);

	bond(sp, true);
	links_done(sp);
	zebra(sp, true, false);
	frr_rt4(sp, VTEP, 2, 100);
	frr_rt4(sp, PE2, 2, 50);
	sync_to(sp, 1);
	run(sp, 150);
	assert_true(sp->wish.df);
	sp->log[0] = '\0';

	bond(sp, false); /* the cable */
	expect(sp, "ndf | ");
	frr_rt4_gone(sp, VTEP);
	bond(sp, true);
	run(sp, 60); /* so slow are bgpd and zebra */
	sp->log[0] = '\0';
	frr_rt4(sp, VTEP, 2, 100);
	frr_rt4(sp, VTEP, 2, 101); /* prolongs nothing */
	run(sp, 60);
	expect_no_role(sp);
	run(sp, 120);
	expect(sp, "df | ");

	frr_rt4(sp, VTEP, 2, 40); /* preferences */
	expect(sp, "ndf | ");
	frr_rt4(sp, VTEP, 2, 100);
	expect_no_role(sp);
	frr_rt4(sp, VTEP, 2, 40); /* and back before it has come to that */
	run(sp, 150);
	expect_no_role(sp);
	frr_rt4(sp, VTEP, 2, 100);
	run(sp, 200);
	expect(sp, "| df | ");

	frr_rt4(sp, VTEP, 2, 40);
	expect(sp, "ndf | ");
	frr_rt4_gone(sp, PE2); /* nobody else is there to close */
	expect(sp, "ndf df | ");

	bond(sp, false);
	frr_rt4_gone(sp, VTEP);
	frr_rt4(sp, PE2, 2, 50);
	bond(sp, true);
	frr_rt4(sp, VTEP, 2, 100); /* fast ones */
	sp->log[0] = '\0';
	run(sp, 60);
	expect(sp, "df | ");
	end(sp);
}

/* A word in place of the clock, from everybody who could be it. */
static void frr_words(void **state)
{
	struct fact_kernel k = {.present = true};
	struct speaker *sp = begin_frr(false);
	u64 token;

	sp->conf->global.icc.enabled = true;
	rig_channel.heard = true;
	segment_service.fact(sp->ss, IPC_FACT_KERNEL, &k);
	bond(sp, true);
	links_done(sp);
	zebra(sp, true, false);
	frr_rt4(sp, VTEP, 2, 100);
	frr_rt4(sp, PE2, 2, 50);
	frr_rt4(sp, PE2 + 1, 2, 10);
	sync_to(sp, 1);
	run(sp, 300);
	assert_false(sp->wish.df); /* longer than the clock: they are heard, so they will say it */
	assert_int_equal(rig_channel.last.type, ICC_WAITING);
	token = rig_channel.last.token;
	word(sp, ICC_CLOSED, token, NULL);
	assert_false(sp->wish.df);
	rig_channel.heard = false;
	run(sp, 1500);
	assert_false(sp->wish.df); /* a busy host takes its time */
	run(sp, 1400);
	assert_true(sp->wish.df); /* PE3 has not said it */
	frr_rt4_gone(sp, PE2 + 1);

	/* it is lost: kept until the other one waits, closed, said */
	kernel_answers(sp);
	rig_channel.heard = true;
	frr_rt4(sp, PE2, 2, 150);
	assert_true(sp->wish.df);
	rig_channel.said = 0;
	word(sp, ICC_WAITING, 90, NULL);
	assert_false(sp->wish.df);
	assert_int_equal(rig_channel.said, 0);
	kernel_answers(sp);
	assert_true(has_said(ICC_CLOSED, 90));

	/* and back, by word */
	rig_channel.said = 0;
	frr_rt4(sp, VTEP, 2, 200);
	run(sp, 20);
	assert_false(sp->wish.df);
	assert_true(rig_channel.said);
	word(sp, ICC_CLOSED, token, NULL);
	assert_false(sp->wish.df);
	word(sp, ICC_CLOSED, rig_channel.last.token, NULL);
	assert_true(sp->wish.df);

	/* nobody waits: it is kept for less time than the other one's clock has at least */
	kernel_answers(sp);
	frr_rt4(sp, PE2, 2, 250);
	run(sp, 40);
	assert_false(sp->wish.df);
	end(sp);
}

static void frr_delay(void **state)
{
	struct speaker *sp = begin_frr(false);

	bond(sp, true);
	links_done(sp);
	frr_rt4(sp, VTEP, 2, 100);
	sync_to(sp, 1);
	zebra(sp, true, true);
	assert_false(sp->wish.df);
	zebra(sp, true, false);
	assert_true(sp->wish.df);
	end(sp);
}

/* A daemon that comes back finds its segment in the kernel, before zebra has said anything. */
static void frr_restart(void **state)
{
	struct speaker *sp = begin_frr(true);

	bond(sp, true);
	links_done(sp);
	expect(sp, "df ");
	frr_rt4(sp, VTEP, 2, 100);
	sync_to(sp, 1);
	expect(sp, "sweep ");
	zebra(sp, true, false);
	assert_true(sp->wish.df);
	assert_null(strstr(sp->log, "ndf"));
	assert_null(strstr(sp->log, "unwish"));
	end(sp);
}

/* bgpd goes and comes back: nothing moves before all are there again, or the time is over. */
static void frr_bgpd_restarts(void **state)
{
	struct speaker *sp = begin_frr(false);

	bond(sp, true);
	links_done(sp);
	zebra(sp, true, false);
	frr_rt4(sp, VTEP, 2, 100);
	frr_rt4(sp, PE2, 2, 200);
	sync_to(sp, 1);
	assert_false(sp->wish.df);
	sp->log[0] = '\0';

	rt4(sp, &(struct says){PE2, 2, 0, 200, 0}, true);
	rt4(sp, &(struct says){VTEP, 2, 0, 100, 0}, true);
	sync_to(sp, 0);
	run(sp, 60);
	expect(sp, "");
	sync_to(sp, 1);
	expect(sp, "");
	expect_reason(sp, "bgpd was away");
	frr_rt4(sp, VTEP, 2, 100);
	expect(sp, "");
	frr_rt4(sp, PE2, 2, 200);
	expect(sp, "| ");
	expect_reason(sp, NULL);
	assert_int_equal(sp->wish.n_peers, 1);

	rt4(sp, &(struct says){PE2, 2, 0, 200, 0}, true);
	sync_to(sp, 0);
	expect_reason(sp, "the session to bgpd is down");
	sync_to(sp, 1);
	expect(sp, "");
	run(sp, 300);
	expect(sp, "ndf df | ");
	end(sp);
}

/* Both PEs are heard of, and this one is elected. */
static void frr_elects_us(struct speaker *sp)
{
	frr_rt4(sp, VTEP, 2, 300);
	frr_rt4(sp, PE2, 2, 200);
	sync_to(sp, 1);
	run(sp, 150);
	assert_true(sp->wish.df);
}

/* The session to bgpd goes, and with it what it told. */
static void frr_lose_bgpd(struct speaker *sp, enum route_loss loss)
{
	sp->loss = loss;
	frr_rt4_gone(sp, PE2);
	frr_rt4_gone(sp, VTEP);
	sync_to(sp, 0);
	sp->loss = ROUTE_WITHDRAWN;
}

static struct speaker *begin_frr_df(void)
{
	struct speaker *sp = begin_frr(false);

	bond(sp, true);
	links_done(sp);
	zebra(sp, true, false);
	frr_elects_us(sp);
	sp->log[0] = '\0';
	return sp;
}

/* The DF's bgpd was started anew: another PE has taken over, and is heard only later. */
static void frr_bgpd_of_df_restarts(void **state)
{
	struct speaker *sp = begin_frr_df();

	sync_to(sp, 0);
	sync_to(sp, 1); /* only the session to evpnd was gone */
	expect(sp, "| ");
	sync_to(sp, 0);
	frr_rt4_gone(sp, PE2);
	frr_rt4_gone(sp, VTEP);
	expect(sp, "");
	sync_to(sp, 1);
	expect(sp, "ndf | ");
	assert_int_equal(sp->wish.n_peers, 1);
	frr_rt4(sp, VTEP, 2, 300);
	expect(sp, "");
	frr_rt4(sp, PE2, 2, 200);
	run(sp, 150);
	expect(sp, "df | ");
	end(sp);
}

/* bgpd has ended, and the others hear of it as soon as this PE: the DF does not wait until they have elected. */
static void frr_bgpd_of_df_ends(void **state)
{
	struct speaker *sp = begin_frr_df();

	frr_lose_bgpd(sp, ROUTE_SESSION_RESET); /* cleared by its operator */
	assert_true(sp->wish.df);
	expect_reason(sp, "the session to bgpd is down: the role stays");
	sync_to(sp, 1);
	frr_elects_us(sp);

	frr_lose_bgpd(sp, ROUTE_SESSION_DEAD);
	assert_false(sp->wish.df);
	assert_int_equal(sp->wish.n_peers, 1);
	expect_reason(sp, "the session to bgpd is down: this PE does not forward");
	sync_to(sp, 1);
	frr_elects_us(sp);
	end(sp);
}

static void frr_zebra_away(void **state)
{
	struct speaker *sp = begin_frr(false);

	bond(sp, true);
	links_done(sp);
	zebra(sp, true, false);
	frr_rt4(sp, VTEP, 2, 100);
	sync_to(sp, 1);
	assert_true(sp->wish.df);
	sp->log[0] = '\0';
	zebra(sp, false, false);
	expect_reason(sp, "zebra has ended");
	/* no VNI, because bgpd has gone: the VTEP is what it was */
	segment_service.fact(sp->ss, IPC_FACT_FRR, &(struct fact_frr){.present = true});
	run(sp, 1);
	expect_reason(sp, NULL);
	assert_null(strstr(sp->log, "ndf"));
	frr_rt4(sp, PE2, 2, 101);
	assert_false(sp->wish.df);
	end(sp);
}

/* zebra is started again without a word of its segment: the filter stays, and es show says so. */
static void frr_zebra_young(void **state)
{
	struct fact_frr young = {.present = true, .vtep = ip_v4(VTEP)};
	struct fact_frr_es e = {.ifname = "bond0", .held = true};
	struct speaker *sp = begin_frr(false);

	bond(sp, true);
	links_done(sp);
	zebra(sp, true, false);
	frr_rt4(sp, VTEP, 2, 100);
	sync_to(sp, 1);
	assert_true(sp->wish.df);
	sp->log[0] = '\0';
	zebra(sp, false, false);
	esi_parse(&e.esi, esi_text);
	young.hold_until = timer_now_us() + 5000000;
	segment_service.fact(sp->ss, IPC_FACT_FRR_ES, &e);
	segment_service.fact(sp->ss, IPC_FACT_FRR, &young);
	run(sp, 1);
	expect_reason(sp, "FRR was started again and does not have this segment yet");
	assert_null(strstr(sp->log, "ndf"));
	assert_null(strstr(sp->log, "unwish"));
	zebra(sp, true, false);
	expect_reason(sp, NULL);
	end(sp);
}

/* FRR's bond has another name: blocked, as the others go on without this PE, until FRR has it again. */
static void frr_renamed(void **state)
{
	struct fact_frr_es e = {.ifname = "bond0", .held = true, .renamed = "po1"};
	struct fact_link link = {.ifindex = 5, .ifname = "po1", .kind = "bond", .bond_mode = 4};
	struct speaker *sp = begin_frr(false);

	bond(sp, true);
	links_done(sp);
	zebra(sp, true, false);
	frr_rt4(sp, VTEP, 2, 100);
	sync_to(sp, 1);
	assert_true(sp->wish.df);
	sp->log[0] = '\0';
	link.flags = 0;
	rig_link(&segment_service, sp->ss, IPC_FACT_LINK,
		 &link); /* is told before FRR has noticed */
	run(sp, 1);
	assert_false(sp->wish.df);
	assert_int_equal(sp->wish.mode, CONF_PORT_ACTIVE);
	esi_parse(&e.esi, esi_text);
	segment_service.fact(sp->ss, IPC_FACT_FRR_ES, &e);
	run(sp, 1);
	assert_string_equal(sp->wish.ifname, "bond0");
	expect_reason(sp, "FRR configures bond0, which is named po1 now");
	frr_rt4_gone(sp, VTEP);
	bond(sp, true);
	zebra(sp, true, false);
	assert_int_equal(sp->wish.mode, CONF_PORT_ACTIVE);
	frr_rt4(sp, VTEP, 2, 100);
	assert_int_equal(sp->wish.mode, CONF_ALL_ACTIVE);
	assert_true(sp->wish.df);
	assert_null(strstr(sp->log, "unwish"));
	expect_reason(sp, NULL);
	end(sp);
}

/* All of FRR is restarted: the DF is another PE until it is back, and the PEs are still peers. */
static void frr_restarts(void **state)
{
	struct speaker *sp = begin_frr(false);

	bond(sp, true);
	links_done(sp);
	zebra(sp, true, false);
	frr_rt4(sp, VTEP, 2, 300);
	frr_rt4(sp, PE2, 2, 200);
	sync_to(sp, 1);
	run(sp, 150);
	assert_true(sp->wish.df);
	sync_to(sp, 0);
	assert_true(sp->wish.df);
	zebra(sp, false, false);
	assert_false(sp->wish.df);
	assert_int_equal(sp->wish.n_peers, 1);
	zebra(sp, true, false);
	sync_to(sp, 1);
	assert_true(sp->wish.df);
	zebra(sp, false, false); /* the other way round */
	assert_true(sp->wish.df);
	sync_to(sp, 0);
	assert_false(sp->wish.df);
	end(sp);
}

/* What the module has from before is not swept by a zebra that has no configuration yet. */
static void frr_adopted_young(void **state)
{
	struct fact_frr f = {.present = true, .hold_until = timer_now_us() + 5000000};
	struct speaker *sp = begin_frr(true);

	bond(sp, true);
	links_done(sp);
	frr_rt4(sp, VTEP, 2, 100);
	sync_to(sp, 1);
	segment_service.fact(sp->ss, IPC_FACT_FRR, &f);
	run(sp, 1);
	assert_null(strstr(sp->log, "unwish"));
	f.hold_until = 0;
	segment_service.fact(sp->ss, IPC_FACT_FRR, &f);
	run(sp, 1);
	assert_non_null(strstr(sp->log, "unwish"));
	end(sp);
}

/* bgpd says something of this PE's own segment: zebra is to be asked, whoever else has it. */
static void frr_asks_again(void **state)
{
	struct speaker *sp = begin_frr(false);

	bond(sp, true);
	links_done(sp);
	zebra(sp, true, false);
	looks = 0;
	frr_rt4(sp, PE2, 2, 100);
	assert_int_equal(looks, 0);
	frr_rt4(sp, VTEP, 2, 100);
	assert_int_equal(looks, 1);
	frr_rt4_gone(sp, VTEP);
	assert_int_equal(looks, 2);
	end(sp);
}

/* ---- segments that are discovered ---- */

static const char esi2_text[] = "03:44:38:39:ff:ff:01:00:00:02";

static struct speaker *begin_discover(bool kernel_df)
{
	struct setup setup = {.peers = 1, .startup_delay_ms = 1000, .discover = true};
	struct speaker *sp;

	esi_parse(&setup.seg.esi, esi_text);
	setup.kernel_df = kernel_df;
	sp = begin(&setup);
	bond(sp, true);
	links_done(sp);
	return sp;
}

/* DF by the routes, beside nobody. */
static struct speaker *discovered(void)
{
	struct speaker *sp = begin_discover(false);

	frr_rt4(sp, VTEP, 2, 100);
	sync_to(sp, 1);
	zebra(sp, true, false);
	assert_true(sp->wish.df);
	sp->log[0] = '\0';
	return sp;
}

static struct conf_segment named(const char *name, const char *interface)
{
	struct conf_segment c;

	conf_segment_defaults(&c, CONF_CONTROL_FRR, CONF_ALL_ACTIVE);
	strcpy(c.name, name);
	strcpy(c.interface, interface);
	return c;
}

/* A configuration with this segment, or none, is reloaded. */
static void configure(struct speaker *sp, bool discover, const struct conf_segment *c)
{
	struct conf *old = sp->conf;

	sp->conf = conf_dup(old);
	sp->conf->n_segments = 0;
	free(sp->conf->segments);
	sp->conf->segments = NULL;
	if (c)
		conf_add_segment(sp->conf, c);
	sp->conf->global.frr.discover = discover;
	segment_service.conf(sp->ss, conf_changes(old, sp->conf), sp->conf);
	conf_free(old);
	run(sp, 1);
}

static void zebra_says(struct speaker *sp, const char *ifname, const char *esi)
{
	struct fact_frr_es e = {};

	strcpy(e.ifname, ifname);
	esi_parse(&e.esi, esi);
	segment_service.fact(sp->ss, IPC_FACT_FRR_ES, &e);
	run(sp, 1);
}

/* "ce1 bond1* " are the names, * of a discovered one */
static void expect_segments(struct speaker *sp, const char *what)
{
	json_t *result = NULL, *params = json_object(), *es;
	char err[256], names[256] = "";
	size_t i;

	assert_true(segment_service.query(sp->ss, "es.show", params, &result, err, sizeof(err)));
	json_array_foreach(json_object_get(result, "segments"), i, es) {
		strcat(names, json_string_value(json_object_get(es, "name")));
		strcat(names, json_is_true(json_object_get(es, "discovered")) ? "* " : " ");
	}
	assert_string_equal(names, what);
	json_decref(result);
	json_decref(params);
}

static void discover(void **state)
{
	struct speaker *sp = begin_discover(false);

	frr_rt4(sp, VTEP, 2, 100);
	frr_rt4(sp, PE2, 2, 50);
	sync_to(sp, 1);
	expect_segments(sp, "");
	expect(sp, "");
	zebra(sp, true, false);
	expect_segments(sp, "bond0* ");
	expect_reason(sp, NULL);
	run(sp, 150);
	assert_true(sp->wish.df);
	assert_string_equal(sp->wish.ifname, "bond0");
	assert_int_equal(sp->wish.mode, CONF_ALL_ACTIVE);
	assert_int_equal(sp->wish.n_peers, 1);
	assert_int_equal(sp->wish.owner_hold_ms, 60000);
	assert_non_null(strstr(sp->log, "sweep"));
	assert_null(strchr(sp->log, '+'));
	sp->log[0] = '\0';
	zebra_without(sp);
	expect(sp, "unwish ");
	expect_segments(sp, "");
	zebra(sp, true, true);
	expect_segments(sp, "bond0* ");
	assert_false(sp->wish.df);
	configure(sp, false, NULL);
	expect_segments(sp, "");
	assert_string_equal(strrchr(sp->log, 'u'), "unwish ");
	end(sp);
}

/* Named, and not named any more: another name for what the kernel goes on to enforce. */
static void discover_then_named(void **state)
{
	struct conf_segment c = named("ce1", "bond0");
	struct speaker *sp = discovered();

	configure(sp, true, &c);
	expect_segments(sp, "ce1 ");
	configure(sp, false, &c);
	expect_segments(sp, "ce1 ");
	configure(sp, true, NULL);
	expect_segments(sp, "bond0* ");
	esi_parse(&c.esi, esi_text);
	c.esi_source = CONF_ESI_STATIC;
	configure(sp, true, &c);
	expect_segments(sp, "ce1 ");
	configure(sp, true, NULL);
	expect_segments(sp, "bond0* ");
	assert_null(strstr(sp->log, "unwish"));
	assert_null(strstr(sp->log, "ndf"));
	sp->log[0] = '\0';
	frr_rt4(sp, PE2, 2, 200);
	expect(sp, "df ndf | "); /* first the list of peers, then the role */
	c = ce1();		 /* and evpnd's own */
	esi_parse(&c.esi, esi2_text);
	configure(sp, true, &c);
	expect_segments(sp, "ce1 ");
	assert_non_null(strstr(sp->log, "unwish"));
	end(sp);
}

/* What zebra said before somebody wanted to know. */
static void discover_known_before(void **state)
{
	struct conf_segment c = named("ce1", "bond0"), other = named("ce2", "bond1");
	struct speaker *sp = discovered();

	configure(sp, false, &c);
	zebra_says(sp, "bond1", esi2_text);
	expect_segments(sp, "ce1 ");
	configure(sp, true, &c);
	expect_segments(sp, "ce1 bond1* ");
	configure(sp, false, &other);
	expect_segments(sp, "ce2 ");
	expect_reason(sp, "bond1 does not exist");
	configure(sp, false, &c);
	expect_segments(sp, "ce1 ");
	expect_reason(sp, NULL);
	end(sp);
}

static void discover_clash(void **state)
{
	struct conf_segment c = named("bond0", "bond1");
	struct speaker *sp = discovered();

	configure(sp, true, &c); /* its name */
	expect_segments(sp, "bond0 ");
	expect(sp, "| unwish ");
	configure(sp, true, NULL);
	expect_segments(sp, "bond0* ");
	c = named("ce1", "bond1");
	c.esi_source = CONF_ESI_STATIC;
	esi_parse(&c.esi, esi_text);
	configure(sp, true, &c); /* its ESI */
	expect_segments(sp, "ce1 ");
	configure(sp, true, NULL);
	zebra_says(sp, "\x01", esi2_text);
	expect_segments(sp, "bond0* ");
	end(sp);
}

/* Nothing is swept before zebra has answered; then it is taken over as it is. */
static void discover_restart(void **state)
{
	struct speaker *sp = begin_discover(true);

	frr_rt4(sp, VTEP, 2, 100);
	sync_to(sp, 1);
	zebra(sp, false, false);
	expect(sp, "");
	zebra(sp, true, false);
	assert_int_equal(strncmp(sp->log, "df sweep ", 9), 0);
	assert_null(strstr(sp->log, "ndf"));
	assert_true(sp->wish.df);
	/* made anew, it is not what it was at the start */
	zebra_without(sp);
	frr_rt4(sp, PE2, 2, 200);
	sp->log[0] = '\0';
	zebra(sp, true, false);
	assert_null(strstr(sp->log, " df"));
	assert_int_equal(strncmp(sp->log, "ndf", 3), 0);
	end(sp);
}

/* A named one that was taken over from the kernel, and zebra is away all the time. */
static void discover_before_zebra(void **state)
{
	struct speaker *sp = begin_frr(true);

	bond(sp, true);
	links_done(sp);
	frr_rt4(sp, VTEP, 2, 100);
	sync_to(sp, 1);
	expect(sp, "df sweep ");
	configure(sp, true, NULL);
	expect_segments(sp, "bond0* ");
	zebra(sp, true, false);
	expect_segments(sp, "bond0* ");
	assert_true(sp->wish.df);
	assert_null(strstr(sp->log, "unwish"));
	assert_null(strstr(sp->log, "ndf"));
	end(sp);
	sp = begin_frr(true);
	bond(sp, true);
	links_done(sp);
	configure(sp, true, NULL);
	sp->log[0] = '\0';
	segment_service.fact(sp->ss, IPC_FACT_FRR, &(struct fact_frr){.present = true});
	assert_non_null(strstr(sp->log, "unwish"));
	expect_segments(sp, "");
	end(sp);
}

static void discover_off_before_zebra(void **state)
{
	struct speaker *sp = begin_discover(true);

	sync_to(sp, 1);
	expect(sp, "");
	configure(sp, false, NULL);
	expect(sp, "sweep ");
	end(sp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lacp_decides),
		cmocka_unit_test(lacp_unheard),
		cmocka_unit_test(lacp_bypass),
		cmocka_unit_test(election),
		cmocka_unit_test(mass_withdraw),
		cmocka_unit_test(restart_keeps_role),
		cmocka_unit_test(restart_then_lost),
		cmocka_unit_test(start_waits),
		cmocka_unit_test(start_delay),
		cmocka_unit_test(reflector_lost),
		cmocka_unit_test(reflector_withdraws),
		cmocka_unit_test(only_peer_dies),
		cmocka_unit_test(peer_dies_then_reflector),
		cmocka_unit_test(session_reset),
		cmocka_unit_test(core_lost),
		cmocka_unit_test(core_flaps),
		cmocka_unit_test(core_lost_at_start),
		cmocka_unit_test(cold_start),
		cmocka_unit_test(isolation_block),
		cmocka_unit_test(isolation_block_all_active),
		cmocka_unit_test(bond_set_down),
		cmocka_unit_test(loss),
		cmocka_unit_test(drain),
		cmocka_unit_test(drain_by_time),
		cmocka_unit_test(drain_then_down),
		cmocka_unit_test(drain_all_active),
		cmocka_unit_test(drain_all_active_no_lacp),
		cmocka_unit_test(close_before_open),
		cmocka_unit_test(drain_closes_first),
		cmocka_unit_test(make_before_break),
		cmocka_unit_test(routed_core_first),
		cmocka_unit_test(routed_opens_first),
		cmocka_unit_test(bridged_closes_first),
		cmocka_unit_test(vlans_change_hands),
		cmocka_unit_test(mute_peer),
		cmocka_unit_test(word_closes),
		cmocka_unit_test(word_given_ends),
		cmocka_unit_test(word_not_prolonged),
		cmocka_unit_test(word_left),
		cmocka_unit_test(word_early),
		cmocka_unit_test(word_missing),
		cmocka_unit_test(word_opens),
		cmocka_unit_test(word_forged),
		cmocka_unit_test(word_stale),
		cmocka_unit_test(word_expires),
		cmocka_unit_test(word_reopens),
		cmocka_unit_test(word_drain),
		cmocka_unit_test(word_of_kernel),
		cmocka_unit_test(word_vlans),
		cmocka_unit_test(word_off),
		cmocka_unit_test(not_enforced),
		cmocka_unit_test(maintenance),
		cmocka_unit_test(guessed_esi),
		cmocka_unit_test(leave),
		cmocka_unit_test(leave_in_time),
		cmocka_unit_test(leave_at_once),
		cmocka_unit_test(non_revertive),
		cmocka_unit_test(non_revertive_late),
		cmocka_unit_test(non_revertive_isolated),
		cmocka_unit_test(restart_says_no_time),
		cmocka_unit_test(too_many),
		cmocka_unit_test(odd_peer),
		cmocka_unit_test(own_target),
		cmocka_unit_test(fallback),
		cmocka_unit_test(synchronised),
		cmocka_unit_test(only_rt4),
		cmocka_unit_test(reload),
		cmocka_unit_test(esi_from_partner),
		cmocka_unit_test(reload_vlans),
		cmocka_unit_test(reload_keeps_segment),
		cmocka_unit_test(way_is_tracked),
		cmocka_unit_test(far_end_is_heard),
		cmocka_unit_test(set_is_up_with_one),
		cmocka_unit_test(set_changes),
		cmocka_unit_test(removed_hands_over),
		cmocka_unit_test(removed_closes_first),
		cmocka_unit_test(removed_and_opened),
		cmocka_unit_test(removed_before_start),
		cmocka_unit_test(reload_router_id),
		cmocka_unit_test(many_circuits),
		cmocka_unit_test(ac_df_vlan_based),
		cmocka_unit_test(ac_df_untagged),
		cmocka_unit_test(pes_differ),
		cmocka_unit_test(circuits_end),
		cmocka_unit_test(circuits_of_a_port),
		cmocka_unit_test(circuits_filtered),
		cmocka_unit_test(forgets),
		cmocka_unit_test(view_while_down),
		cmocka_unit_test(peers),
		cmocka_unit_test(peers_isolated),
		cmocka_unit_test(peers_silent),
		cmocka_unit_test(bridge_domain),
		cmocka_unit_test(peers_adopted),
		cmocka_unit_test(frr_election),
		cmocka_unit_test(frr_takeover),
		cmocka_unit_test(frr_words),
		cmocka_unit_test(frr_delay),
		cmocka_unit_test(frr_restart),
		cmocka_unit_test(frr_bgpd_restarts),
		cmocka_unit_test(frr_bgpd_of_df_restarts),
		cmocka_unit_test(frr_bgpd_of_df_ends),
		cmocka_unit_test(frr_zebra_away),
		cmocka_unit_test(frr_zebra_young),
		cmocka_unit_test(frr_renamed),
		cmocka_unit_test(frr_restarts),
		cmocka_unit_test(frr_adopted_young),
		cmocka_unit_test(frr_asks_again),
		cmocka_unit_test(discover),
		cmocka_unit_test(discover_then_named),
		cmocka_unit_test(discover_known_before),
		cmocka_unit_test(discover_clash),
		cmocka_unit_test(discover_restart),
		cmocka_unit_test(discover_before_zebra),
		cmocka_unit_test(discover_off_before_zebra),
	};

	return cmocka_run_group_tests_name("service_segment", tests, NULL, NULL);
}
