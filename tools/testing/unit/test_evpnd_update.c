// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_update.c - routes in and out of a real speaker: RFC 7606 outcomes, loops, End-of-RIB,
 * route refresh both ways, what is advertised in which order and how it is packed.
 *
 * Requirement A37: what a mass withdraw needs is sent first.
 * RFC 4271 (9), RFC 4456 (8), RFC 4724 (2), RFC 7606, RFC 7313, RFC 8654
 */
#include "evpnd_rig.h"
#include "speaker/speaker_priv.h"

static void start(struct rig *r, struct peer *p, int (*body)(int))
{
	struct conf_peer n = rig_conf_peer(RIG_PEER);

	rig_start(r, body);
	rig_conf(r, &n, 1);
	if (p)
		peer_up(r, p, RIG_PEER);
}

static void end(struct rig *r, struct peer *p)
{
	peer_close(p);
	assert_int_equal(rig_stop(r, true), 0);
}

static json_int_t received(struct rig *r, const char *what)
{
	return json_integer_value(json_object_get(rig_peer(r, "received"), what));
}

/* ---- in ---- */

static void routes_in(void **state)
{
	struct evpn_nlri es = rig_es(RIG_HOP, 1);
	const struct bgp_ctx ctx = {.as4 = true, .max_len = BGP_MAX_LEN};
	u8 buf[BGP_MAX_LEN];
	struct bgp_packer pack;
	struct peer p;
	struct rig r;
	json_t *a, *path;

	start(&r, &p, speaker_main);
	peer_announce(&p, &es);
	RIG_UNTIL(rig_routes(&r) == 1);
	a = rig_ask(&r, "route.show", json_pack("{s:i}", "type", 4));
	path = json_array_get(
		json_object_get(
			json_array_get(json_object_get(json_object_get(a, "result"), "routes"), 0),
			"paths"),
		0);
	assert_string_equal(json_string_value(json_object_get(path, "peer")), RIG_PEER);
	assert_string_equal(json_string_value(json_object_get(path, "next-hop")), RIG_HOP);
	assert_true(json_is_true(json_object_get(path, "best")));
	json_decref(a);
	bgp_pack_unreach(&pack, buf, sizeof(buf), &ctx);
	bgp_pack_add(&pack, &es);
	peer_send(&p, buf, bgp_pack_end(&pack));
	RIG_UNTIL(rig_routes(&r) == 0);
	assert_int_equal(received(&r, "withdrawn"), 1);
	peer_announce(&p, &es);
	RIG_UNTIL(rig_routes(&r) == 1);
	assert_int_equal(received(&r, "routes"), 1);
	peer_close(&p);
	RIG_UNTIL(rig_routes(&r) == 0);
	assert_int_equal(rig_stop(&r, true), 0);
}

static void eor_in(void **state)
{
	u8 buf[64];
	struct peer p;
	struct rig r;

	start(&r, &p, speaker_main);
	assert_true(json_is_false(rig_peer(&r, "end-of-rib")));
	peer_send(&p, buf, bgp_eor_encode(BGP_AFI_L2VPN, BGP_SAFI_EVPN, buf, sizeof(buf)));
	RIG_UNTIL(json_is_true(rig_peer(&r, "end-of-rib")));
	end(&r, &p);
}

/* A neighbour without graceful restart may never send End-of-RIB: its first KEEPALIVE stands for it. */
static void eor_implicit(void **state)
{
	struct bgp_open o = peer_open();
	struct peer p;
	struct rig r;

	start(&r, &p, speaker_main);
	assert_true(json_is_false(rig_peer(&r, "end-of-rib")));
	peer_keepalive(&p);
	RIG_UNTIL(json_is_true(rig_peer(&r, "end-of-rib")));
	peer_close(&p);
	RIG_UNTIL(!rig_state_is(&r, "Established"));
	o.caps.gr = true;
	peer_connect(&r, &p, RIG_PEER);
	peer_handshake(&p, &o);
	peer_expect_eor(&p);
	peer_keepalive(&p);
	poll(NULL, 0, 100);
	assert_true(json_is_false(rig_peer(&r, "end-of-rib")));
	end(&r, &p);
}

/* One attribute from octets, put at the end of a good UPDATE. */
static size_t with_attribute(u8 *buf, size_t len, const u8 *attr, size_t n)
{
	memcpy(buf + len, attr, n);
	store16(buf + 16, (u16)(len + n));
	store16(buf + 21, (u16)(load16(buf + 21) + n));
	return len + n;
}

/* What is wrong, and what becomes of an RT-4 that was there before. */
static void errors_in(void **state)
{
	static const struct {
		const char *name;
		u8 attr[16];
		size_t n;
		bool stays; /* the route */
		u8 subcode; /* of NOTIFICATION 3, 0: the session stays */
	} cases[] = {
		{"unknown transitive attribute", {0xc0, 99, 2, 1, 2}, 5, true, 0},
		{"bad AGGREGATOR is discarded", {0xc0, 7, 3, 1, 2, 3}, 6, true, 0},
		{"large communities of odd length", {0xc0, 32, 3, 1, 2, 3}, 6, false, 0},
		{"second ORIGIN is discarded", {0x40, 1, 1, 2}, 4, true, 0},
		{"MP_UNREACH that overruns", {0x80, 15, 4, 0, 25, 70, 4}, 7, false, 9},
		{"unknown well-known attribute", {0x40, 98, 1, 0}, 4, false, 2},
	};
	struct evpn_nlri es = rig_es(RIG_HOP, 1);
	struct ecomm ext = ecomm_es_import(&es.esi);
	struct bgp_attrs a = rig_attrs(&ext);
	u8 buf[BGP_MAX_LEN];
	struct peer p;
	struct rig r;
	size_t i, len;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start(&r, &p, speaker_main);
		peer_announce(&p, &es);
		RIG_UNTIL(rig_routes(&r) == 1);
		len = rig_update(&es, &a, RIG_HOP, buf);
		len = with_attribute(buf, len, cases[i].attr, cases[i].n);
		peer_send(&p, buf, len);
		RIG_UNTIL(received(&r, "updates") >= 2);
		if (cases[i].subcode) {
			peer_expect(&p, BGP_NOTIFICATION);
			assert_int_equal(p.buf[19], 3);
		} else if (!rig_state_is(&r, "Established")) {
			fail_msg("%s: the session went down: %s", cases[i].name,
				 json_string_value(rig_peer(&r, "last-error")));
		} else if (rig_routes(&r) != cases[i].stays) {
			fail_msg("%s: the route %s", cases[i].name,
				 cases[i].stays ? "went" : "stayed");
		}
		end(&r, &p);
	}
}

/* RT-6 and types nobody has defined, among good ones: the session stays and the good one arrives. */
static void unknown_types(void **state)
{
	struct evpn_nlri es = rig_es(RIG_HOP, 1);
	struct evpn_nlri unknown = {.type = 200, .value = {(const u8 *)"abcdef", 6}};
	struct ecomm ext = ecomm_es_import(&es.esi);
	const struct bgp_ctx ctx = {.as4 = true, .max_len = BGP_MAX_LEN};
	struct bgp_attrs a = rig_attrs(&ext);
	struct ip_addr nh = rig_addr(RIG_HOP);
	u8 buf[BGP_MAX_LEN], attrs[512];
	struct slice encoded = {attrs, 0};
	struct bgp_packer pack;
	struct peer p;
	struct rig r;

	start(&r, &p, speaker_main);
	encoded.len = (size_t)bgp_attrs_encode(&a, &ctx, attrs, sizeof(attrs));
	bgp_pack_reach(&pack, buf, sizeof(buf), &ctx, &nh, &encoded);
	assert_int_equal(bgp_pack_add(&pack, &unknown), 1);
	assert_int_equal(bgp_pack_add(&pack, &es), 1);
	peer_send(&p, buf, bgp_pack_end(&pack));
	RIG_UNTIL(rig_routes(&r) == 1);
	assert_int_equal(received(&r, "discarded"), 1);
	assert_true(rig_state_is(&r, "Established"));
	end(&r, &p);
}

/* What went in a circle is not used, and replaces what came before by the same neighbour. */
static void loops(void **state)
{
	struct evpn_nlri es = rig_es("192.0.2.9", 1);
	struct ecomm ext = ecomm_es_import(&es.esi);
	u8 own_as[] = {2, 1, 0, 0, RIG_AS >> 8, RIG_AS & 0xff}, own_id[4];
	u8 buf[BGP_MAX_LEN];
	struct peer p;
	struct rig r;
	int i;

	store32(own_id, INADDR_LOOPBACK);
	start(&r, &p, speaker_main);
	for (i = 0; i < 6; i++) {
		static const char *const next_hops[] = {
			RIG_HOP, RIG_HOP, RIG_HOP, RIG_OWN, "0.0.0.0", "224.0.0.5",
		};
		struct bgp_attrs a = rig_attrs(&ext);

		peer_announce(&p, &es);
		RIG_UNTIL(rig_routes(&r) == 1);
		if (i == 0)
			a.as_path = (struct slice){own_as, sizeof(own_as)};
		if (i == 1) {
			a.present |= BGP_BIT(BGP_ATTR_ORIGINATOR_ID);
			a.originator_id = INADDR_LOOPBACK;
		}
		if (i == 2) {
			a.present |= BGP_BIT(BGP_ATTR_CLUSTER_LIST);
			a.cluster = (struct slice){own_id, 4};
		}
		peer_send(&p, buf, rig_update(&es, &a, next_hops[i], buf));
		RIG_UNTIL(rig_routes(&r) == 0);
		assert_true(rig_state_is(&r, "Established"));
	}
	end(&r, &p);
}

/* A neighbour with AS numbers of two octets shows a loop in AS4_PATH only (RFC 6793 section 4.2.3). */
static void loop_in_as4_path(void **state)
{
	static const u8 as4_loop[] = {0xc0, 17, 6, 2, 1, 0, 0, RIG_AS >> 8, RIG_AS & 0xff};
	static const u8 as4_other[] = {0xc0, 17, 6, 2, 1, 0, 1, 0, 1};
	static u8 as_trans[] = {2, 1, 0, 0, 0x5b, 0xa0};
	struct evpn_nlri es = rig_es("192.0.2.9", 1);
	struct ecomm ext = ecomm_es_import(&es.esi);
	const struct bgp_ctx old = {.as4 = false, .max_len = BGP_MAX_LEN};
	struct bgp_attrs a = rig_attrs(&ext);
	struct ip_addr nh = rig_addr(RIG_HOP);
	struct bgp_open o = peer_open();
	u8 buf[BGP_MAX_LEN], attrs[512];
	struct slice encoded = {attrs, 0};
	struct bgp_packer pack;
	struct peer p;
	struct rig r;

	start(&r, NULL, speaker_main);
	o.caps.as4 = false;
	peer_connect(&r, &p, RIG_PEER);
	peer_handshake(&p, &o);
	peer_expect_eor(&p);
	a.as_path = (struct slice){as_trans, sizeof(as_trans)};
	for (int i = 0; i < 2; i++) {
		const u8 *as4 = i ? as4_loop : as4_other;
		int n = bgp_attrs_encode(&a, &old, attrs, sizeof(attrs));

		memcpy(attrs + n, as4, sizeof(as4_loop));
		encoded.len = (size_t)n + sizeof(as4_loop);
		bgp_pack_reach(&pack, buf, sizeof(buf), &old, &nh, &encoded);
		bgp_pack_add(&pack, &es);
		peer_send(&p, buf, bgp_pack_end(&pack));
		RIG_UNTIL(rig_routes(&r) == !i);
	}
	assert_true(rig_state_is(&r, "Established"));
	end(&r, &p);
}

/* With enforce-first-as an external neighbour's path begins with its own AS. */
static void first_as(void **state)
{
	static u8 own[] = {2, 1, 0, 0, 0xfd, 0xe9}, foreign[] = {2, 1, 0, 0, 0xfd, 0xea};
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct evpn_nlri es = rig_es(RIG_HOP, 1);
	struct ecomm ext = ecomm_es_import(&es.esi);
	struct bgp_attrs a = rig_attrs(&ext);
	struct bgp_open o = peer_open();
	u8 buf[BGP_MAX_LEN];
	struct peer p;
	struct rig r;

	n.remote_as = 65001;
	n.enforce_first_as = true;
	o.as = 65001;
	o.caps.as = 65001;
	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	peer_connect(&r, &p, RIG_PEER);
	peer_handshake(&p, &o);
	peer_expect_eor(&p);
	a.as_path = (struct slice){own, sizeof(own)};
	peer_send(&p, buf, rig_update(&es, &a, RIG_HOP, buf));
	RIG_UNTIL(rig_routes(&r) == 1);
	a.as_path = (struct slice){foreign, sizeof(foreign)};
	peer_send(&p, buf, rig_update(&es, &a, RIG_HOP, buf));
	RIG_UNTIL(rig_routes(&r) == 0);
	end(&r, &p);
}

/* An originator that no router can have is no candidate. */
static void impossible_originator(void **state)
{
	static const char *const originators[] = {"127.0.0.1", "224.0.0.5", "::1",
						  "255.255.255.255"};
	struct evpn_nlri good = rig_es("192.0.2.9", 1);
	struct peer p;
	struct rig r;

	start(&r, &p, speaker_main);
	for (size_t i = 0; i < sizeof(originators) / sizeof(originators[0]); i++) {
		struct evpn_nlri es = good;

		es.orig = rig_addr(originators[i]);
		peer_announce(&p, &es);
		RIG_UNTIL(received(&r, "discarded") == (json_int_t)i + 1);
		assert_int_equal(rig_routes(&r), 0);
	}
	peer_announce(&p, &good);
	RIG_UNTIL(rig_routes(&r) == 1);
	end(&r, &p);
}

#define BIG 12000 /* more than a megabyte can hold */

static void announce_macs(struct peer *p, u32 count)
{
	const struct bgp_ctx ctx = {.as4 = true, .max_len = BGP_MAX_LEN};
	struct ecomm rt = {{0, 2, 0xfd, 0xe8, 0, 0, 0, 1}};
	struct bgp_attrs a = rig_attrs(&rt);
	struct ip_addr nh = rig_addr(RIG_HOP);
	u8 buf[BGP_MAX_LEN], attrs[512];
	struct slice encoded = {attrs, 0};
	struct bgp_packer pack;
	u32 i;

	encoded.len = (size_t)bgp_attrs_encode(&a, &ctx, attrs, sizeof(attrs));
	bgp_pack_reach(&pack, buf, sizeof(buf), &ctx, &nh, &encoded);
	for (i = 0; i < count; i++) {
		struct evpn_nlri n = {.type = EVPN_MACIP, .labels = 1, .label = {100}};

		n.rd = rd_make_ip(0x7f000002, 1);
		store32(n.mac.b + 2, i);
		if (bgp_pack_add(&pack, &n) == 1)
			continue;
		peer_send(p, buf, bgp_pack_end(&pack));
		bgp_pack_reach(&pack, buf, sizeof(buf), &ctx, &nh, &encoded);
		bgp_pack_add(&pack, &n);
	}
	peer_send(p, buf, bgp_pack_end(&pack));
}

static struct conf_vrf some_vrf(void)
{
	struct conf_vrf v = {.name = "red", .n_import = 1, .n_export = 1};

	v.import[0] = (struct ecomm){{0, 2, 0xfd, 0xe8, 0, 0, 0, 1}};
	v.export[0] = v.import[0];
	return v;
}

/* What nobody here can use is counted and not kept, and asked for again when that may have changed. */
static void not_kept(void **state)
{
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct evpn_nlri es = rig_es(RIG_HOP, 1);
	struct conf_vrf vrf = some_vrf();
	struct conf_global g;
	struct peer p;
	struct rig r;

	rig_start(&r, speaker_main);
	g = rig_global(&r);
	g.keep_all = false;
	rig_conf_all(&r, &g, &n, 1, NULL, NULL);
	peer_up(&r, &p, RIG_PEER);
	announce_macs(&p, 100);
	peer_announce(&p, &es);
	RIG_UNTIL(rig_routes(&r) == 1);
	assert_int_equal(received(&r, "ignored"), 100);
	assert_int_equal(received(&r, "discarded"), 0);
	rig_conf_all(&r, &g, &n, 1, &vrf, NULL);
	peer_expect(&p, BGP_ROUTE_REFRESH);
	assert_true(rig_state_is(&r, "Established"));
	end(&r, &p);
}

/* RFC 4486: Cease, Maximum Number of Prefixes, with family and limit; and no session for a while. */
static void too_many(void **state)
{
	static const u8 data[] = {0, 25, 70, 0, 0, 0, 10};
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct peer p;
	struct rig r;

	n.max_paths = 10;
	n.limit_restart_ms = 1000;
	rig_start(&r, speaker_main);
	rig_conf(&r, &n, 1);
	peer_up(&r, &p, RIG_PEER);
	announce_macs(&p, 10);
	RIG_UNTIL(rig_routes(&r) == 10);
	assert_true(rig_state_is(&r, "Established"));
	announce_macs(&p, 20);
	peer_expect(&p, BGP_NOTIFICATION);
	assert_int_equal(p.buf[19], BGP_ERR_CEASE);
	assert_int_equal(p.buf[20], BGP_CEASE_MAX_PREFIX);
	assert_memory_equal(p.buf + 21, data, sizeof(data));
	peer_close(&p);
	RIG_UNTIL(rig_routes(&r) == 0);
	peer_connect(&r, &p, RIG_PEER);
	assert_false(peer_next(&p, 300)); /* closed at once */
	peer_close(&p);
	poll(NULL, 0, 1000);
	peer_up(&r, &p, RIG_PEER);
	n.max_paths = 0;
	n.max_memory = 1;
	rig_conf(&r, &n, 1);
	announce_macs(&p, BIG);
	peer_expect(&p, BGP_NOTIFICATION);
	assert_int_equal(p.buf[20], BGP_CEASE_MAX_PREFIX);
	end(&r, &p);
}

/* At the limit of all, routes of own segments are the last; what was refused is asked for again. */
static void memory_limit(void **state)
{
	struct conf_segment seg = {.name = "ce1", .interface = "nix0", .ad_per_es = true};
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct evpn_nlri own = rig_es(RIG_HOP, 1), other = rig_es(RIG_HOP, 2);
	struct conf_global g;
	struct peer p;
	struct rig r;

	seg.esi = own.esi;
	rig_start(&r, speaker_main);
	g = rig_global(&r);
	g.memory_limit = 1;
	rig_conf_all(&r, &g, &n, 1, NULL, &seg);
	peer_up(&r, &p, RIG_PEER);
	announce_macs(&p, BIG);
	RIG_UNTIL(received(&r, "refused") > 0);
	assert_true(rig_routes(&r) > 1000 && rig_routes(&r) < BIG);
	peer_announce(&p, &other);
	peer_announce(&p, &own);
	RIG_UNTIL(received(&r, "updates") > 0 && rig_type(&r, "4") == 1);
	g.memory_limit = 64;
	rig_conf_all(&r, &g, &n, 1, NULL, &seg);
	peer_expect(&p, BGP_ROUTE_REFRESH);
	announce_macs(&p, BIG);
	peer_announce(&p, &other);
	RIG_UNTIL(rig_routes(&r) == BIG + 2);
	end(&r, &p);
}

/* A big table goes in slices; a neighbour that is back before the last one does not lose its new routes. */
static void back_before_cleared(void **state)
{
	struct evpn_nlri es = rig_es(RIG_HOP, 1);
	struct peer p;
	struct rig r;

	start(&r, &p, speaker_main);
	announce_macs(&p, BIG);
	peer_announce(&p, &es);
	RIG_UNTIL(rig_routes(&r) == BIG + 1);
	peer_close(&p);
	peer_up(&r, &p, RIG_PEER);
	announce_macs(&p, 5);
	RIG_UNTIL(rig_routes(&r) == 5);
	assert_int_equal(received(&r, "routes"), 5);
	peer_close(&p);
	RIG_UNTIL(rig_routes(&r) == 0);
	assert_int_equal(rig_stop(&r, true), 0);
}

static void refresh_in(void **state)
{
	struct evpn_nlri a = rig_es(RIG_HOP, 1), b = rig_es(RIG_HOP, 2);
	struct bgp_refresh mark = {.afi = BGP_AFI_L2VPN, .safi = BGP_SAFI_EVPN};
	u8 buf[64];
	struct peer p;
	struct rig r;

	start(&r, &p, speaker_main);
	peer_announce(&p, &a);
	peer_announce(&p, &b);
	RIG_UNTIL(rig_routes(&r) == 2);
	mark.subtype = BGP_REFRESH_BORR;
	peer_send(&p, buf, bgp_refresh_encode(&mark, buf, sizeof(buf)));
	peer_announce(&p, &a);
	poll(NULL, 0, 50);
	assert_int_equal(rig_routes(&r), 2);
	mark.subtype = BGP_REFRESH_EORR;
	peer_send(&p, buf, bgp_refresh_encode(&mark, buf, sizeof(buf)));
	RIG_UNTIL(rig_routes(&r) == 1);
	end(&r, &p);
}

/* ---- out: a speaker that originates, as a service would ---- */

#define TABLE 3000

static struct bgp_attrs own_attrs(const struct ecomm *ext, size_t n)
{
	struct bgp_attrs a;

	bgp_attrs_init(&a);
	a.present = BGP_BIT(BGP_ATTR_EXT_COMMUNITY);
	a.ext = ecomm_slice(ext, n);
	return a;
}

static void originate(struct speaker *sp, uint16_t i, bool urgent)
{
	struct evpn_nlri n = rig_es(RIG_SELF, i);
	struct esi first = rig_es(RIG_SELF, 1).esi;
	const struct ecomm_df df = {.alg = 2, .pref = 100};
	struct ecomm ext[2] = {ecomm_es_import(&first), ecomm_df_election(&df)};
	struct bgp_attrs a = own_attrs(ext, 2);

	if (speaker_originate(sp, &n, &a, urgent))
		exit(3);
}

/* Signals tell the speaker's process what the "service" does next. */
static struct speaker *under_test;

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *si, void *data)
{
	uint16_t i;
	struct evpn_nlri n;

	if (si->ssi_signo == SIGUSR1) {
		for (i = 1; i <= TABLE; i++)
			originate(under_test, i, false);
	} else {
		/* a table is on its way; one segment fails */
		for (i = 1; i <= TABLE; i++) {
			n = rig_es(RIG_SELF, i);
			speaker_withdraw(under_test, &n, false);
		}
		originate(under_test, 7, false);
		for (i = 1000; i < 1003; i++) {
			n = rig_es(RIG_SELF, i);
			originate(under_test, i, false);
			speaker_withdraw(under_test, &n, true);
		}
		speaker_flush(under_test);
	}
	return 0;
}

static int originating_speaker(int ipc_fd)
{
	sigset_t set;
	sd_event *event;
	int status;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sd_event_new(&event);
	under_test = speaker_new(event, ipc_fd);
	sd_event_add_signal(event, NULL, SIGUSR1, on_signal, NULL);
	sd_event_add_signal(event, NULL, SIGUSR2, on_signal, NULL);
	sd_event_loop(event);
	status = under_test->status;
	speaker_free(under_test);
	sd_event_unref(event);
	return status;
}

struct got {
	unsigned int updates, reach, unreach;
	bool eor;
	uint16_t first_unreach[3];
};

static void read_update(struct peer *p, struct got *got, const struct bgp_ctx *ctx)
{
	struct bgp_update u;
	struct evpn_iter it;
	struct bgp_outcome out;
	struct evpn_nlri n;

	assert_int_equal(bgp_update_decode(p->buf + 19, p->len - 19, ctx, &u), BGP_ACCEPT);
	got->updates++;
	got->eor |= u.eor;
	if (u.reach.present) {
		struct ip_addr self = rig_addr(RIG_OWN);

		assert_true(ip_equal(&u.reach.nh, &self));
		assert_true(BGP_HAS(&u.attrs, BGP_ATTR_ORIGIN));
		assert_true(BGP_HAS(&u.attrs, BGP_ATTR_AS_PATH));
		evpn_iter_init(&it, &u.reach.nlri, false, false);
		while (evpn_iter_next(&it, &n, &out))
			got->reach++;
	}
	if (u.unreach.present && !u.eor) {
		evpn_iter_init(&it, &u.unreach.nlri, false, true);
		while (evpn_iter_next(&it, &n, &out))
			if (got->unreach++ < 3)
				got->first_unreach[got->unreach - 1] = load16(n.esi.b + 8);
	}
}

static struct got read_until(struct peer *p, const struct bgp_ctx *ctx, unsigned int reach,
			     unsigned int unreach, bool eor)
{
	struct got got = {0};

	while (got.reach < reach || got.unreach < unreach || got.eor < eor) {
		peer_expect(p, BGP_UPDATE);
		read_update(p, &got, ctx);
	}
	return got;
}

static const struct bgp_ctx ibgp = {.as4 = true, .peer = BGP_PEER_IBGP, .max_len = BGP_MAX_LEN};

/* A table of equal attributes is packed: 3,000 RT-4 of 25 octets in messages of 4096. */
static void table_out(void **state)
{
	struct peer p, late;
	struct rig r;
	struct got got;
	struct conf_peer n[2] = {rig_conf_peer(RIG_PEER), rig_conf_peer("127.0.0.3")};

	rig_start(&r, originating_speaker);
	rig_conf(&r, n, 2);
	peer_up(&r, &p, RIG_PEER);
	kill(r.pid, SIGUSR1);
	got = read_until(&p, &ibgp, TABLE, 0, false);
	assert_int_equal(got.reach, TABLE);
	assert_in_range(got.updates, TABLE * 25 / 4096, TABLE * 25 / 4096 + 4);
	/* somebody new gets the same, End-of-RIB at the end */
	peer_connect(&r, &late, "127.0.0.3");
	{
		struct bgp_open o = peer_open();

		o.id = 0x7f000003;
		peer_handshake(&late, &o);
	}
	got = read_until(&late, &ibgp, TABLE, 0, true);
	assert_int_equal(got.reach, TABLE);
	assert_int_equal(rig_routes(&r), TABLE);
	peer_close(&late);
	end(&r, &p);
}

/* A withdraw that is urgent leaves before thousands that are not; nothing is sent twice. */
static void urgent_first(void **state)
{
	struct peer p;
	struct rig r;
	struct got got;

	start(&r, &p, originating_speaker);
	kill(r.pid, SIGUSR1);
	read_until(&p, &ibgp, TABLE, 0, false);
	kill(r.pid, SIGUSR2);
	peer_expect(&p, BGP_UPDATE);
	got = (struct got){0};
	read_update(&p, &got, &ibgp);
	assert_in_range(got.unreach, 3, TABLE); /* one UPDATE for all three */
	assert_int_equal(got.first_unreach[0], 1000);
	assert_int_equal(got.first_unreach[1], 1001);
	assert_int_equal(got.first_unreach[2], 1002);
	while (got.unreach < TABLE - 1 || !got.reach) {
		peer_expect(&p, BGP_UPDATE);
		read_update(&p, &got, &ibgp);
	}
	assert_int_equal(got.unreach, TABLE - 1);
	assert_int_equal(got.reach, 1);
	end(&r, &p);
}

/* A neighbour that does not read gets the last state when it does, and costs no memory meanwhile. */
static void slow_peer(void **state)
{
	struct peer p;
	struct rig r;
	struct got got = {0};
	int i, small = 4096;

	start(&r, &p, originating_speaker);
	setsockopt(p.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	for (i = 0; i < 20; i++) {
		kill(r.pid, SIGUSR1);
		RIG_UNTIL(rig_routes(&r) == TABLE);
		kill(r.pid, SIGUSR2);
		RIG_UNTIL(rig_routes(&r) == 1); /* the one of segment 7 */
	}
	assert_true(rig_state_is(&r, "Established"));
	kill(r.pid, SIGUSR1);
	RIG_UNTIL(rig_routes(&r) == TABLE);
	/* whatever the history was, it ends with all of them there */
	{
		static bool there[TABLE + 1];
		int n = 0;

		while (n < TABLE) {
			struct bgp_update u;
			struct evpn_iter it;
			struct bgp_outcome out;
			struct evpn_nlri route;

			peer_expect(&p, BGP_UPDATE);
			bgp_update_decode(p.buf + 19, p.len - 19, &ibgp, &u);
			evpn_iter_init(&it, u.reach.present ? &u.reach.nlri : &u.unreach.nlri,
				       false, !u.reach.present);
			while (evpn_iter_next(&it, &route, &out)) {
				uint16_t k = load16(route.esi.b + 8);

				n += u.reach.present - there[k];
				there[k] = u.reach.present;
			}
			got.updates++;
		}
	}
	assert_in_range(got.updates, 1, 1000);
	end(&r, &p);
}

static void refresh_out(void **state)
{
	struct bgp_refresh ask = {.afi = BGP_AFI_L2VPN, .safi = BGP_SAFI_EVPN};
	u8 buf[64];
	struct peer p;
	struct rig r;
	struct got got;

	start(&r, &p, originating_speaker);
	kill(r.pid, SIGUSR1);
	read_until(&p, &ibgp, TABLE, 0, false);
	peer_send(&p, buf, bgp_refresh_encode(&ask, buf, sizeof(buf)));
	peer_expect(&p, BGP_ROUTE_REFRESH);
	assert_int_equal(p.buf[21], BGP_REFRESH_BORR);
	got = read_until(&p, &ibgp, TABLE, 0, false);
	assert_int_equal(got.unreach, 0);
	peer_expect(&p, BGP_ROUTE_REFRESH);
	assert_int_equal(p.buf[21], BGP_REFRESH_EORR);
	end(&r, &p);
}

/* Extended messages: fewer and longer ones, if both sides can. */
static void extended_messages(void **state)
{
	const struct bgp_ctx ctx = {
		.as4 = true,
		.peer = BGP_PEER_IBGP,
		.max_len = BGP_MAX_LEN_EXTENDED,
	};
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct bgp_open o = peer_open();
	struct peer p;
	struct rig r;
	struct got got;

	rig_start(&r, originating_speaker);
	rig_conf(&r, &n, 1);
	o.caps.ext_msg = true;
	peer_connect(&r, &p, RIG_PEER);
	peer_handshake(&p, &o);
	peer_expect_eor(&p);
	kill(r.pid, SIGUSR1);
	got = read_until(&p, &ctx, TABLE, 0, false);
	assert_in_range(got.updates, 1, 3);
	end(&r, &p);
}

static json_int_t shown(struct rig *r, json_t *params, const char *code)
{
	json_t *a = rig_ask(r, "route.show", params), *result = json_object_get(a, "result");
	json_int_t n = (json_int_t)json_array_size(json_object_get(result, "routes"));

	if (code)
		assert_string_equal(
			json_string_value(json_object_get(json_object_get(a, "error"), "code")),
			code);
	else
		assert_int_equal(json_integer_value(json_object_get(result, "total")), n);
	json_decref(a);
	return n;
}

/* The table in an answer of many pieces, in order; every filter; what is no filter is refused. */
static void route_show_filters(void **state)
{
	struct evpn_nlri es = rig_es(RIG_HOP, 1);
	const char *rd, *last = "";
	json_t *a, *route;
	struct peer p;
	struct rig r;
	size_t i;

	start(&r, &p, originating_speaker);
	kill(r.pid, SIGUSR1);
	peer_announce(&p, &es);
	announce_macs(&p, 10);
	RIG_UNTIL(rig_routes(&r) == TABLE + 11);
	assert_int_equal(shown(&r, NULL, NULL), TABLE + 11);
	assert_int_equal(shown(&r, json_pack("{s:i}", "type", 2), NULL), 10);
	assert_int_equal(shown(&r, json_pack("{s:b}", "local", 1), NULL), TABLE);
	assert_int_equal(shown(&r, json_pack("{s:s}", "peer", RIG_PEER), NULL), 11);
	assert_int_equal(shown(&r, json_pack("{s:s}", "rd", "127.0.0.1:7"), NULL), 1);
	assert_int_equal(
		shown(&r, json_pack("{s:s}", "esi", "00:11:22:33:44:55:66:77:00:01"), NULL), 2);
	assert_int_equal(shown(&r, json_pack("{s:i, s:b}", "type", 2, "local", 1), NULL), 0);
	shown(&r, json_pack("{s:i}", "type", 12), "usage");
	shown(&r, json_pack("{s:s}", "esi", "nonsense"), "usage");
	shown(&r, json_pack("{s:i}", "peer", 5), "usage");
	a = rig_ask(&r, "route.show", json_pack("{s:b}", "local", 1));
	json_array_foreach(json_object_get(json_object_get(a, "result"), "routes"), i, route) {
		rd = json_string_value(json_object_get(route, "rd"));
		assert_int_equal(strncmp(rd, "127.0.0.1:", 10), 0);
		assert_true(atoi(rd + 10) > (*last ? atoi(last + 10) : 0));
		last = rd;
	}
	json_decref(a);
	end(&r, &p);
}

/* Towards another AS: our AS in the path, no LOCAL_PREF. */
static void external_peer(void **state)
{
	const struct bgp_ctx ctx = {.as4 = true, .peer = BGP_PEER_EBGP, .max_len = BGP_MAX_LEN};
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct bgp_open o = peer_open();
	struct bgp_update u;
	struct peer p;
	struct rig r;

	n.remote_as = 4200000001;
	o.as = 4200000001;
	o.caps.as = o.as;
	rig_start(&r, originating_speaker);
	rig_conf(&r, &n, 1);
	peer_connect(&r, &p, RIG_PEER);
	peer_handshake(&p, &o);
	peer_expect_eor(&p);
	kill(r.pid, SIGUSR1);
	peer_expect(&p, BGP_UPDATE);
	assert_int_equal(bgp_update_decode(p.buf + 19, p.len - 19, &ctx, &u), BGP_ACCEPT);
	assert_false(BGP_HAS(&u.attrs, BGP_ATTR_LOCAL_PREF));
	assert_int_equal(bgp_as_path_first(&u.attrs), RIG_AS);
	assert_int_equal(bgp_as_path_length(&u.attrs), 1);
	end(&r, &p);
}

/* A neighbour that cannot stand communities it does not know gets those of RFC 7432 only. */
static void basic_communities(void **state)
{
	struct conf_peer n = rig_conf_peer(RIG_PEER);
	struct bgp_update u;
	struct peer p;
	struct rig r;
	int basic;

	for (basic = 0; basic < 2; basic++) {
		n.basic_communities = basic;
		rig_start(&r, originating_speaker);
		rig_conf(&r, &n, 1);
		peer_up(&r, &p, RIG_PEER);
		kill(r.pid, SIGUSR1);
		peer_expect(&p, BGP_UPDATE);
		assert_int_equal(bgp_update_decode(p.buf + 19, p.len - 19, &ibgp, &u), BGP_ACCEPT);
		assert_int_equal(ecomm_count(&u.attrs.ext), basic ? 1 : 2);
		assert_int_equal(ecomm_count_kind(&u.attrs.ext, EC_ES_IMPORT), 1);
		assert_int_equal(ecomm_count_kind(&u.attrs.ext, EC_DF_ELECTION), !basic);
		end(&r, &p);
	}
}

/* The end of the process: withdraws first, then Cease. */
static void goodbye(void **state)
{
	struct peer p;
	struct rig r;
	struct got got;

	start(&r, &p, originating_speaker);
	kill(r.pid, SIGUSR1);
	read_until(&p, &ibgp, TABLE, 0, false);
	rig_send(&r, IPC_SHUTDOWN, NULL, 0, -1);
	got = read_until(&p, &ibgp, 0, TABLE, false);
	assert_int_equal(got.unreach, TABLE);
	peer_expect_notification(&p, 6, 2);
	peer_close(&p);
	assert_int_equal(rig_stop(&r, false), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_in),
		cmocka_unit_test(eor_in),
		cmocka_unit_test(eor_implicit),
		cmocka_unit_test(errors_in),
		cmocka_unit_test(unknown_types),
		cmocka_unit_test(loops),
		cmocka_unit_test(loop_in_as4_path),
		cmocka_unit_test(first_as),
		cmocka_unit_test(impossible_originator),
		cmocka_unit_test(not_kept),
		cmocka_unit_test(too_many),
		cmocka_unit_test(memory_limit),
		cmocka_unit_test(back_before_cleared),
		cmocka_unit_test(refresh_in),
		cmocka_unit_test(table_out),
		cmocka_unit_test(urgent_first),
		cmocka_unit_test(slow_peer),
		cmocka_unit_test(refresh_out),
		cmocka_unit_test(extended_messages),
		cmocka_unit_test(external_peer),
		cmocka_unit_test(basic_communities),
		cmocka_unit_test(route_show_filters),
		cmocka_unit_test(goodbye),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
