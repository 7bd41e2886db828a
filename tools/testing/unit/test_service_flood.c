// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flooding service in front of a speaker that only writes down what it is asked to do. Devices,
 * routes and sessions are played to it.
 *
 * Requirements: B6, E34
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"
#include "service_rig.h"
#include "services/flood/flood.h"

struct speaker {
	sd_event *event;
	struct conf *conf;
	struct floods *fs;
	char log[4096];
	struct evpn_nlri nlri;
	struct ecomm ec[8];
	size_t n_ec;
	u8 pmsi[64];
	size_t pmsi_len;
	struct flood_key wish;
	/* for rib_walk() */
	struct evpn_nlri rib_nlri;
	struct rib_path rib_path;
	bool in_rib;
};

#include "service_speaker.h"

static struct speaker *now;

void rib_walk(const struct rib *rib, unsigned int type, rib_walk_fn fn, void *data)
{
	const struct speaker *sp = (const struct speaker *)(const void *)rib;

	assert_int_equal(type, EVPN_IMET);
	if (sp->in_rib)
		fn(data, &sp->rib_nlri, &sp->rib_path, 1, 0);
}

void speaker_wish(struct speaker *sp, enum ipc_type type, const void *wish, uint32_t n)
{
	char buf[IP_STRLEN];

	if (type == IPC_WISH_FLOOD_SWEEP) {
		note(sp, "sweep ");
		return;
	}
	assert_int_equal(n, 1);
	sp->wish = *(const struct flood_key *)wish;
	note(sp, "%s%s/%u ", type == IPC_WISH_FLOOD ? "+" : "-", ip_format(&sp->wish.address, buf),
	     sp->wish.remote_vni);
}

void speaker_event_json(struct speaker *sp, const char *object, json_t *event)
{
	assert_string_equal(object, "flood");
	json_decref(event);
}

int speaker_originate(struct speaker *sp, const struct evpn_nlri *n, const struct bgp_attrs *a,
		      bool urgent)
{
	sp->nlri = *n;
	sp->n_ec = ecomm_count(&a->ext);
	memcpy(sp->ec, a->ext.p, a->ext.len);
	memcpy(sp->pmsi, a->pmsi.p, a->pmsi.len);
	sp->pmsi_len = a->pmsi.len;
	note(sp, "RT-%u ", n->type);
	return 0;
}

int speaker_withdraw(struct speaker *sp, const struct evpn_nlri *n, bool urgent)
{
	note(sp, "-RT-%u ", n->type);
	return 0;
}

static void run(struct speaker *sp, int ms)
{
	u64 until = timer_now_us() + (u64)ms * 1000, t;

	while ((t = timer_now_us()) < until)
		sd_event_run(sp->event, until - t);
	while (sd_event_run(sp->event, 0) > 0)
		;
}

static struct speaker *begin(unsigned int peers)
{
	struct speaker *sp = calloc(1, sizeof(*sp));
	struct conf_peer n = {.address = ip_v4(0x0a000009), .port = 179};
	struct conf_bridge b = {.bridge = "br0", .vxlan = "vx0", .vni = 100};

	log_open("test", true);
	log_set_level(LOG_LEVEL_ERROR);
	now = sp;
	sd_event_new(&sp->event);
	sp->conf = conf_new();
	sp->conf->global.router_id = htonl(0x0a000001);
	sp->conf->global.as = 65000;
	sp->conf->global.startup_delay_ms = 1000;
	for (; n.address.b[3] < 9 + peers; n.address.b[3]++)
		conf_add_peer(sp->conf, &n);
	conf_add_bridge(sp->conf, &b);
	sp->fs = rig_begin(&flood_service, sp);
	flood_service.conf(sp->fs, conf_changes(NULL, sp->conf), sp->conf);
	return sp;
}

static void end(struct speaker *sp)
{
	flood_service.stop(sp->fs);
	conf_free(sp->conf);
	sd_event_unref(sp->event);
	free(sp);
}

static void device(struct speaker *sp, u32 ifindex, const char *name, const char *kind, u32 master,
		   u32 vni)
{
	struct fact_link f = {.ifindex = ifindex,
			      .flags = IFF_UP,
			      .carrier = true,
			      .master = master,
			      .vxlan_vni = vni,
			      .vxlan_learning = true};

	strcpy(f.ifname, name);
	strcpy(f.kind, kind);
	if (vni)
		f.vxlan_local = ip_v4(0x0a000001);
	rig_link(&flood_service, sp->fs, IPC_FACT_LINK, &f);
}

static void links(struct speaker *sp)
{
	device(sp, 1, "br0", "bridge", 0, 0);
	device(sp, 2, "vx0", "vxlan", 1, 100);
	flood_service.fact(sp->fs, IPC_FACT_LINKS_DONE, NULL);
}

struct says {
	u32 pe;
	const char *rt;
	u32 vni;
	u16 tunnel; /* 0: no encapsulation */
	u8 pmsi;
	u16 first; /* another encapsulation in front of it */
};

static const struct says pe2 = {
	0x0a000002, "65000:100", 100, TUNNEL_VXLAN, PMSI_INGRESS_REPLICATION, 0};

static void rt3(struct speaker *sp, const struct says *s, bool gone)
{
	static struct ecomm ec[3];
	static u8 pmsi_bytes[32];
	static struct bgp_attrs a;
	static struct ip_addr nh;
	struct bgp_pmsi pmsi = {.type = s->pmsi, .label = s->vni, .endpoint = ip_v4(s->pe)};

	nh = ip_v4(s->pe);
	sp->rib_nlri = (struct evpn_nlri){
		.type = EVPN_IMET, .rd = rd_make_ip(s->pe, 100), .orig = ip_v4(s->pe)};
	bgp_attrs_init(&a);
	rt_parse(&ec[0], s->rt);
	ec[1] = ecomm_encap(s->first ? s->first : s->tunnel);
	ec[2] = ecomm_encap(s->tunnel);
	a.ext = ecomm_slice(ec, s->first ? 3 : s->tunnel ? 2 : 1);
	a.pmsi = (struct slice){pmsi_bytes, bgp_pmsi_encode(&pmsi, pmsi_bytes, sizeof(pmsi_bytes))};
	a.present = BGP_BIT(BGP_ATTR_PMSI) | BGP_BIT(BGP_ATTR_EXT_COMMUNITY);
	sp->rib_path = (struct rib_path){
		.peer = (void *)&nh, .attrs = &a, .next_hop = &nh, .nlri = &sp->rib_nlri};
	sp->in_rib = !gone;
	flood_service.route(sp->fs, &sp->rib_nlri, gone ? NULL : &sp->rib_path);
}

/* What goes out: distinguisher, originator, targets, encapsulation, tunnel, label. */
static void announced(void **state)
{
	struct speaker *sp = begin(0);
	struct bgp_attrs a;
	struct bgp_pmsi p;
	struct slice ext;
	char buf[IP_STRLEN], rd[RD_STRLEN];
	struct ecomm rt;
	u16 tunnel;

	expect(sp, "");
	links(sp);
	expect(sp, "RT-3 sweep ");
	assert_int_equal(sp->nlri.etag, 0);
	assert_string_equal(rd_format(&sp->nlri.rd, rd), "10.0.0.1:100");
	assert_string_equal(ip_format(&sp->nlri.orig, buf), "10.0.0.1");
	ext = ecomm_slice(sp->ec, sp->n_ec);
	assert_int_equal(sp->n_ec, 2);
	rt_parse(&rt, "65000:100");
	assert_true(ecomm_has(&ext, &rt));
	assert_true(ecomm_get_encap(&ext, &tunnel) && tunnel == TUNNEL_VXLAN);
	bgp_attrs_init(&a);
	a.pmsi = (struct slice){sp->pmsi, sp->pmsi_len};
	a.present = BGP_BIT(BGP_ATTR_PMSI);
	assert_true(bgp_pmsi_get(&a, &p));
	assert_int_equal(p.type, PMSI_INGRESS_REPLICATION);
	assert_int_equal(p.flags, 0);
	assert_int_equal(p.label, 100);
	assert_string_equal(ip_format(&p.endpoint, buf), "10.0.0.1");
	end(sp);
}

/* Only while the bridge domain is there: device, kind, VNI, bridge, state. */
static void announced_while_there(void **state)
{
	struct speaker *sp = begin(0);
	struct fact_link gone = {.ifindex = 2, .ifname = "vx0"};

	flood_service.fact(sp->fs, IPC_FACT_LINKS_DONE, NULL);
	expect(sp, "sweep ");
	assert_string_equal(TAILQ_FIRST(&sp->fs->list)->why, "vx0 does not exist");
	device(sp, 2, "vx0", "vxlan", 0, 200);
	assert_string_equal(TAILQ_FIRST(&sp->fs->list)->why, "br0 does not exist");
	device(sp, 1, "br0", "bridge", 0, 0);
	assert_string_equal(TAILQ_FIRST(&sp->fs->list)->why, "vx0 is for VNI 200");
	device(sp, 2, "vx0", "vxlan", 0, 100);
	assert_string_equal(TAILQ_FIRST(&sp->fs->list)->why, "vx0 is no port of br0");
	expect(sp, "");
	device(sp, 2, "vx0", "vxlan", 1, 100);
	expect(sp, "RT-3 ");
	rig_link(&flood_service, sp->fs, IPC_FACT_LINK_GONE, &gone);
	expect(sp, "-RT-3 ");
	end(sp);
}

/* What the others ask for, and what is no business of ours. */
static void imported(void **state)
{
	struct says s = pe2;
	struct speaker *sp = begin(0);

	links(sp);
	sp->log[0] = '\0';
	rt3(sp, &s, false);
	expect(sp, "+10.0.0.2/100 ");
	assert_string_equal(sp->wish.ifname, "vx0");
	assert_int_equal(sp->wish.vni, 100);
	rt3(sp, &s, false);
	expect(sp, "");
	s.vni = 101; /* the other PE numbers it otherwise */
	rt3(sp, &s, false);
	expect(sp, "-10.0.0.2/100 +10.0.0.2/101 ");
	rt3(sp, &s, true);
	run(sp, 5);
	expect(sp, "-10.0.0.2/101 ");
	s = pe2;
	s.rt = "65000:200";
	rt3(sp, &s, false);
	s = pe2;
	s.tunnel = TUNNEL_MPLS;
	rt3(sp, &s, false);
	s.tunnel = 0;
	rt3(sp, &s, false);
	s = pe2;
	s.pmsi = PMSI_PIM_SM;
	rt3(sp, &s, false);
	s = pe2;
	s.pe = 0x0a000001; /* our own address */
	rt3(sp, &s, false);
	s.pe = 0xe0000001;
	rt3(sp, &s, false);
	s.pe = 0x7f000001;
	rt3(sp, &s, false);
	s.pe = 0xffffffff;
	rt3(sp, &s, false);
	s = pe2;
	s.vni = 0;
	rt3(sp, &s, false);
	run(sp, 5);
	expect(sp, "");
	/* several encapsulations are a choice (RFC 8365 section 6) */
	s = pe2;
	s.first = TUNNEL_GRE;
	rt3(sp, &s, false);
	expect(sp, "+10.0.0.2/100 ");
	rt3(sp, &s, true);
	run(sp, 5);
	expect(sp, "-10.0.0.2/100 ");
	/* one that does not ask any more */
	rt3(sp, &pe2, false);
	s = pe2;
	s.rt = "65000:200";
	rt3(sp, &s, false);
	run(sp, 5);
	expect(sp, "+10.0.0.2/100 -10.0.0.2/100 ");
	end(sp);
}

/* Nothing is taken away while no session is up, nor before the others have said what they know. */
static void held(void **state)
{
	struct speaker *sp = begin(1);

	links(sp);
	expect(sp, "");
	flood_service.sync(sp->fs, 1, 0, 1);
	rt3(sp, &pe2, false);
	expect(sp, "+10.0.0.2/100 ");
	flood_service.sync(sp->fs, 1, 1, 1);
	expect(sp, "RT-3 sweep ");
	/* the session goes, and then the routes */
	flood_service.sync(sp->fs, 0, 0, 1);
	rt3(sp, &pe2, true);
	run(sp, 20);
	expect(sp, "");
	flood_service.sync(sp->fs, 1, 0, 1);
	rt3(sp, &pe2, false);
	flood_service.sync(sp->fs, 1, 1, 1);
	run(sp, 5);
	expect(sp, ""); /* it came back: as if nothing had been */
	/* the routes first, the session in the same round */
	rt3(sp, &pe2, true);
	flood_service.sync(sp->fs, 0, 0, 1);
	run(sp, 20);
	expect(sp, "");
	flood_service.sync(sp->fs, 1, 1, 1);
	run(sp, 5);
	expect(sp, "-10.0.0.2/100 ");
	end(sp);
}

/* A neighbour that never says that it has sent everything holds nothing up for ever. */
static void late(void **state)
{
	struct speaker *sp = begin(1);

	links(sp);
	flood_service.sync(sp->fs, 1, 0, 1);
	sp->log[0] = '\0';
	run(sp, 1100);
	expect(sp, "RT-3 sweep ");
	end(sp);
}

/* A reload: a new VNI imports what is there already, other targets are others, one that goes is cleared. */
static void reload(void **state)
{
	struct conf_bridge b = {.bridge = "br1", .vxlan = "vx1", .vni = 200, .vlan = 20};
	struct speaker *sp = begin(0);
	struct says other = pe2;
	struct conf *old = sp->conf;

	links(sp);
	other.rt = "65000:200";
	other.vni = 200;
	rt3(sp, &other, false);
	sp->log[0] = '\0';
	sp->conf = conf_dup(old);
	conf_add_bridge(sp->conf, &b);
	flood_service.conf(sp->fs, conf_changes(old, sp->conf), sp->conf);
	conf_free(old);
	expect(sp, "+10.0.0.2/200 ");
	assert_string_equal(sp->wish.ifname, "vx1");
	old = sp->conf;
	sp->conf = conf_dup(old);
	rt_parse(&sp->conf->bridges[1].import[0], "65000:9");
	sp->conf->bridges[1].n_import = 1;
	flood_service.conf(sp->fs, conf_changes(old, sp->conf), sp->conf);
	conf_free(old);
	run(sp, 5);
	expect(sp, "-10.0.0.2/200 ");
	old = sp->conf;
	sp->conf = conf_dup(old);
	sp->conf->n_bridges = 0;
	flood_service.conf(sp->fs, conf_changes(old, sp->conf), sp->conf);
	conf_free(old);
	expect(sp, "-RT-3 ");
	end(sp);
}

static json_t *ask(struct speaker *sp, const char *method, const char *params)
{
	json_t *p = params ? json_loads(params, 0, NULL) : NULL, *result = NULL;
	char err[256];

	assert_true(flood_service.query(sp->fs, method, p, &result, err, sizeof(err)));
	json_decref(p);
	return result;
}

/* What an operator sees, the kernel's sentence among it. */
static void shown(void **state)
{
	struct flood_result r = {.status = WISH_REFUSED, .text = "no such thing"};
	struct speaker *sp = begin(0);
	json_t *o, *b, *remote;

	links(sp);
	rt3(sp, &pe2, false);
	r.key = sp->wish;
	log_set_level(LOG_LEVEL_ERROR);
	flood_service.result(sp->fs, &r);
	o = ask(sp, "flood.show", "{\"vni\": 100}");
	b = json_array_get(json_object_get(o, "bridges"), 0);
	assert_string_equal(json_string_value(json_object_get(b, "local")), "10.0.0.1");
	assert_true(json_is_true(json_object_get(b, "advertised")));
	remote = json_array_get(json_object_get(b, "remotes"), 0);
	assert_string_equal(json_string_value(json_object_get(remote, "status")), "refused");
	assert_string_equal(json_string_value(json_object_get(remote, "message")), "no such thing");
	json_decref(o);
	assert_null(ask(sp, "flood.show", "{\"vni\": 5}"));
	o = ask(sp, "summary", NULL);
	assert_int_equal(json_array_size(json_object_get(o, "problems")), 1);
	json_decref(o);
	o = ask(sp, "metrics", NULL);
	assert_int_equal(json_array_size(o), 1);
	json_decref(o);
	end(sp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(announced), cmocka_unit_test(announced_while_there),
		cmocka_unit_test(imported),  cmocka_unit_test(held),
		cmocka_unit_test(late),	     cmocka_unit_test(reload),
		cmocka_unit_test(shown),
	};

	return cmocka_run_group_tests_name("service_flood", tests, NULL, NULL);
}
