// SPDX-License-Identifier: GPL-2.0-only
/*
 * The neighbour service in front of a speaker that only writes down what it is asked to do. Devices,
 * segments, hosts and routes are played to it; decisions, sequences and batches are the real ones.
 *
 * Requirements: C20 to C25, C28, C30 to C40, C42, C44 to C46, C60, C61
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
#include "service_aim.h"
#include "service_rig.h"
#include "service_routes.h"
#include "services/neigh/neigh.h"

struct speaker {
	sd_event *event;
	struct conf *conf;
	struct rib *rib;
	struct neighs *ns;
	char log[65536];
	struct evpn_nlri last; /* originated */
	struct ecomm ec[24];
	size_t n_ec;
	u64 present;
	struct wish_neigh wish;
	u32 retain;
	u32 batches;
	bool events;
	char said[256];
	char changed[512]; /* "address@device " that other services have heard of */
};

#include "service_speaker.h"

static bool shares; /* is who speaks a PE of the segment? */

bool speaker_shares(struct speaker *speaker, const struct esi *esi, const struct ip_addr *pe)
{
	return shares;
}

bool speaker_monitored(struct speaker *sp, const char *object)
{
	return sp->events;
}

static const char *text(const struct ip_addr *a)
{
	static char buf[4][IP_STRLEN];
	static unsigned int n;

	return ip_format(a, buf[n++ % 4]);
}

void speaker_neighbour_changed(struct speaker *sp, const struct ip_addr *address, u32 ifindex)
{
	size_t used = strlen(sp->changed);

	snprintf(sp->changed + used, sizeof(sp->changed) - used, "%s@%u ", text(address), ifindex);
}

void speaker_wish(struct speaker *sp, enum ipc_type type, const void *wishes, uint32_t n)
{
	const struct neigh_key *k = wishes;

	if (type == IPC_NEIGH_ASK) {
		note(sp, "ask:%s/%u ", text(&k->address), k->tag);
		return;
	}
	assert_int_equal(type, IPC_WISH_NEIGH_SWEEP);
	assert_int_equal(n, 0);
	note(sp, "sweep ");
}

void speaker_retain(struct speaker *sp, enum ipc_type type, const void *wishes, uint32_t n,
		    uint32_t retain_ms)
{
	const struct wish_neigh *w = wishes;
	const struct neigh_key *k = wishes;
	u32 i;

	sp->batches++;
	if (type == IPC_WISH_NEIGH) {
		for (i = 0; i < n; i++)
			note(sp, "wish:%s/%u ", text(&w[i].key.address), w[i].key.tag);
		sp->wish = w[n - 1];
	} else {
		assert_int_equal(type, IPC_WISH_NEIGH_GONE);
		sp->retain = retain_ms;
		for (i = 0; i < n; i++)
			note(sp, "unwish:%s/%u ", text(&k[i].address), k[i].tag);
	}
}

void speaker_event_json(struct speaker *sp, const char *object, json_t *event)
{
	assert_string_equal(object, "neigh");
	assert_non_null(event);
	snprintf(sp->said, sizeof(sp->said), "%s",
		 json_string_value(json_object_get(event, "event")));
	json_decref(event);
}

int speaker_originate(struct speaker *sp, const struct evpn_nlri *n, const struct bgp_attrs *a,
		      bool urgent)
{
	sp->last = *n;
	sp->n_ec = ecomm_count(&a->ext);
	sp->present = a->present;
	memcpy(sp->ec, a->ext.p, a->ext.len);
	note(sp, "+%s/%u ", text(&n->ip), n->etag);
	return 0;
}

int speaker_withdraw(struct speaker *sp, const struct evpn_nlri *n, bool urgent)
{
	note(sp, "-%s/%u ", text(&n->ip), n->etag);
	return 0;
}

#define PE1 0x0a000001
#define PE2 0x0a000002
#define PE3 0x0a000003
#define BOND0 5
#define RED 20
#define BLUE 21

static struct esi esi_of(unsigned int n)
{
	struct esi e = {.b = {0, 0x11, 0x22, 0x33, 0x44, 0x55, (u8)n, 0, 0, (u8)n}};

	return e;
}

static struct mac mac_of(unsigned int n)
{
	return (struct mac){{2, 0, 0, 0, 0, (u8)n}};
}

static struct conf_vrf vrf_of_conf(const char *name, const char *rt)
{
	struct conf_vrf v = {.sync = CONF_SYNC_ES_IMPORT, .n_import = 1, .n_export = 1};

	strcpy(v.name, name);
	v.import[0] = v.export[0] = rt_of(rt);
	return v;
}

static u32 host_limit = 1000;

static struct conf_segment segment_of_conf(unsigned int n, const char *interface)
{
	struct conf_segment c;

	memset(&c, 0, sizeof(c));
	snprintf(c.name, sizeof(c.name), "be%u", n);
	strcpy(c.interface, interface);
	c.esi = esi_of(n);
	c.mode = CONF_ALL_ACTIVE;
	c.retention_ms = 180000;
	c.host_limit = host_limit;
	return c;
}

static void link_fact(struct speaker *sp, u32 ifindex, const char *name, const char *kind,
		      u32 lower, u16 vid, u32 master)
{
	struct fact_link f = {.ifindex = ifindex,
			      .flags = IFF_UP,
			      .carrier = true,
			      .master = master,
			      .link = lower,
			      .vlan_id = vid};

	strcpy(f.ifname, name);
	strcpy(f.kind, kind);
	if (master)
		strcpy(f.master_kind, "vrf");
	rig_link(&neigh_service, sp->ns, IPC_FACT_LINK, &f);
}

static void es_fact(struct speaker *sp, unsigned int n, u32 ifindex, bool gone)
{
	struct fact_es f = {.esi = esi_of(n), .ifindex = ifindex, .gone = gone};

	neigh_service.fact(sp->ns, IPC_FACT_ES, &f);
}

static void conf_of(struct speaker *sp, const struct conf_vrf *vrfs, size_t n)
{
	struct conf *old = sp->conf, *now = conf_new();
	struct conf_peer peer = {.address = ip_v4(0x0a000009), .port = 179};
	struct conf_segment be;
	size_t i;

	now->global.router_id = htonl(PE1);
	now->global.startup_delay_ms = 20;
	conf_add_peer(now, &peer);
	for (i = 0; i < n; i++)
		conf_add_vrf(now, &vrfs[i]);
	be = segment_of_conf(1, "bond0");
	conf_add_segment(now, &be);
	be = segment_of_conf(2, "bond1");
	conf_add_segment(now, &be);
	sp->conf = now;
	neigh_service.conf(sp->ns, conf_changes(old, now), now);
	conf_free(old);
}

/* Figure 3 of the draft: bond0.1 red, bond0.2 blue, bond0.3.30 blue; bond1 red; bond0.4 global. */
static struct speaker *begin(void)
{
	struct speaker *sp = calloc(1, sizeof(*sp));
	struct conf_vrf vrfs[] = {
		vrf_of_conf("red", "65000:1"),
		vrf_of_conf("blue", "65000:2"),
		vrf_of_conf("default", "65000:3"),
	};

	log_open("test", true);
	log_set_level(LOG_LEVEL_ERROR);
	n_routes = 0;
	sd_event_new(&sp->event);
	sp->ns = rig_begin(&neigh_service, sp);
	conf_of(sp, vrfs, 3);
	link_fact(sp, RED, "red", "vrf", 0, 0, 0);
	link_fact(sp, BLUE, "blue", "vrf", 0, 0, 0);
	link_fact(sp, BOND0, "bond0", "bond", 0, 0, 0);
	link_fact(sp, 6, "bond1", "bond", 0, 0, RED);
	link_fact(sp, 11, "bond0.1", "vlan", BOND0, 1, RED);
	link_fact(sp, 12, "bond0.2", "vlan", BOND0, 2, BLUE);
	link_fact(sp, 13, "bond0.3", "vlan", BOND0, 3, 0);
	link_fact(sp, 14, "bond0.3.30", "vlan", 13, 30, BLUE);
	link_fact(sp, 15, "bond0.4", "vlan", BOND0, 4, 0);
	es_fact(sp, 1, BOND0, false);
	es_fact(sp, 2, 6, false);
	neigh_service.fact(sp->ns, IPC_FACT_LINKS_DONE, NULL);
	run_all(sp);
	assert_string_equal(sp->log, "");
	return sp;
}

static void end(struct speaker *sp)
{
	neigh_service.stop(sp->ns);
	conf_free(sp->conf);
	sd_event_unref(sp->event);
	free(sp);
}

static void tell(struct speaker *sp, const struct fact_neigh *f)
{
	struct neigh_out *out = calloc(1, sizeof(*out));

	out->head.n = 1;
	memcpy(out->items, f, sizeof(*f));
	neigh_service.fact(sp->ns, IPC_FACT_NEIGHS, &out->head);
	free(out);
	run_all(sp);
}

static void host_is(struct speaker *sp, unsigned int es, u32 tag, const char *ip, struct mac mac,
		    u8 state, u8 flags)
{
	struct fact_neigh f = {.key = {.tag = tag, .esi = esi_of(es), .address = ip_of(ip)},
			       .mac = mac,
			       .state = state,
			       .flags = flags,
			       .since = 1000};

	tell(sp, &f);
}

static void host_on(struct speaker *sp, unsigned int es, u32 tag, const char *ip, unsigned int mac,
		    u8 state, u8 flags)
{
	host_is(sp, es, tag, ip, mac_of(mac), state, flags);
}

static void host_mac(struct speaker *sp, const char *ip, struct mac mac)
{
	host_is(sp, 1, 1, ip, mac, NEIGH_LOCAL, 0);
}

static void host(struct speaker *sp, u32 tag, const char *ip, unsigned int mac, u8 state)
{
	host_on(sp, 1, tag, ip, mac, state, 0);
}

static struct route *rt2(struct speaker *sp, u32 pe, unsigned int es, u32 tag, const char *ip,
			 unsigned int mac, const struct ecomm *ec, size_t n_ec)
{
	struct route *r = &routes[n_routes++];
	struct rib_path p;

	memset(r, 0, sizeof(*r));
	r->n = (struct evpn_nlri){
		.type = EVPN_MACIP,
		.rd = rd_make_ip(pe, 0x8000),
		.esi = es == 99 ? (struct esi){{0}} :
		       es == 98 ? (struct esi){{255, 255, 255, 255, 255, 255, 255, 255, 255, 255}} :
				  esi_of(es),
		.etag = tag,
		.mac = mac_of(mac),
		.labels = 1};
	if (ip)
		r->n.ip = ip_of(ip);
	r->nh = ip_v4(pe);
	memcpy(r->ec, ec, n_ec * sizeof(*ec));
	bgp_attrs_init(&r->a);
	r->a.ext = ecomm_slice(r->ec, n_ec);
	p = path_of(r);
	neigh_service.route(sp->ns, &r->n, &p);
	run_all(sp);
	return r;
}

static void gone(struct speaker *sp, struct route *r)
{
	u8 key[EVPN_KEY_MAX];
	struct evpn_nlri n;

	/* what a RIB hands out for a withdraw: the key, so without the ESI */
	evpn_from_key(key, evpn_key(&r->n, key), &n);
	r->gone = true;
	neigh_service.route(sp->ns, &n, NULL);
	run_all(sp);
}

/* ---- advertising ---- */

static bool has(const struct speaker *sp, const struct ecomm *ec)
{
	struct slice s = ecomm_slice(sp->ec, sp->n_ec);

	return ecomm_has(&s, ec);
}

/* C30, C33 to C38: what is in the route, and that nothing else is. */
static void advertised(void **state)
{
	struct speaker *sp = begin();
	struct esi e = esi_of(1);
	struct ecomm import = ecomm_es_import(&e), rt = rt_of("65000:1"), evi = ecomm_evi_rt(&rt);

	host(sp, 1, "10.1.0.1", 1, NEIGH_LOCAL);
	expect(sp, "+10.1.0.1/1 ");
	assert_int_equal(sp->last.type, EVPN_MACIP);
	assert_memory_equal(&sp->last.esi, &e, sizeof(e));
	assert_int_equal(rd_type(&sp->last.rd), RD_IPV4);
	assert_int_equal(sp->last.labels, 1);
	assert_int_equal(sp->last.label[0], 0);
	assert_int_equal(sp->n_ec, 2);
	assert_true(has(sp, &import));
	assert_true(has(sp, &evi));
	assert_int_equal(sp->present, BGP_BIT(BGP_ATTR_ORIGIN) | BGP_BIT(BGP_ATTR_EXT_COMMUNITY));
	/* the same once more is the same */
	host(sp, 1, "10.1.0.1", 1, NEIGH_SYNCED);
	expect(sp, "-10.1.0.1/1 ");
	host(sp, 1, "10.1.0.1", 1, NEIGH_GONE);
	expect(sp, "");
	assert_int_equal(sp->ns->count, 0);
	end(sp);
}

/* C28: 0 untagged, one VLAN, two VLANs; the VRF of the sub-interface (C24). */
static void tags(void **state)
{
	struct speaker *sp = begin();
	struct ecomm rt = rt_of("65000:2"), evi = ecomm_evi_rt(&rt);

	host(sp, 2, "10.1.0.1", 1, NEIGH_LOCAL);
	assert_true(has(sp, &evi));
	host(sp, 3 << 12 | 30, "10.3.0.1", 1, NEIGH_LOCAL);
	assert_true(has(sp, &evi));
	host(sp, 4, "10.4.0.1", 1, NEIGH_LOCAL);
	rt = rt_of("65000:3");
	evi = ecomm_evi_rt(&rt);
	assert_true(has(sp, &evi));
	host_on(sp, 2, 0, "fd00::1", 2, NEIGH_LOCAL, 0);
	expect(sp, "+10.1.0.1/2 +10.3.0.1/12318 +10.4.0.1/4 +fd00::1/0 ");
	end(sp);
}

/* The form of FRR: the VRF's targets and, as second label, its L3VNI. */
static void vrf_form(void **state)
{
	struct speaker *sp = begin();
	struct conf_vrf v = vrf_of_conf("red", "65000:1");
	struct ecomm rt = rt_of("65000:1");

	host(sp, 1, "10.1.0.1", 1, NEIGH_LOCAL);
	sp->log[0] = '\0';
	v.sync = CONF_SYNC_VRF;
	v.l3vni = 5000;
	conf_of(sp, &v, 1);
	run_all(sp);
	expect(sp, "+10.1.0.1/1 ");
	assert_int_equal(sp->last.labels, 2);
	assert_int_equal(sp->last.label[0], 0);
	assert_int_equal(sp->last.label[1], 5000);
	assert_int_equal(sp->n_ec, 1);
	assert_true(has(sp, &rt));
	v.sync = CONF_SYNC_OFF;
	conf_of(sp, &v, 1);
	run_all(sp);
	expect(sp, "-10.1.0.1/1 ");
	end(sp);
}

/* A new MAC address is a new route: the old one goes first. */
static void mac_change(void **state)
{
	struct speaker *sp = begin();

	host(sp, 1, "10.1.0.1", 1, NEIGH_LOCAL);
	host(sp, 1, "10.1.0.1", 2, NEIGH_LOCAL);
	expect(sp, "+10.1.0.1/1 -10.1.0.1/1 +10.1.0.1/1 ");
	assert_int_equal(sp->last.mac.b[5], 2);
	end(sp);
}

/* A sub-interface moves into another VRF: another distinguisher, another target. */
static void vrf_move(void **state)
{
	struct speaker *sp = begin();
	struct ecomm rt = rt_of("65000:2"), evi = ecomm_evi_rt(&rt);
	struct rd before;

	host(sp, 1, "10.1.0.1", 1, NEIGH_LOCAL);
	before = sp->last.rd;
	sp->log[0] = '\0';
	link_fact(sp, 11, "bond0.1", "vlan", BOND0, 1, BLUE);
	run_all(sp);
	expect(sp, "-10.1.0.1/1 +10.1.0.1/1 ");
	assert_true(has(sp, &evi));
	assert_int_not_equal(rd_cmp(&before, &sp->last.rd), 0);
	end(sp);
}

/* No VRF of the configuration: nothing is said, and why is told. */
static void no_vrf(void **state)
{
	struct speaker *sp = begin();
	char why[NEIGH_WHY_MAX], err[128];
	json_t *r, *p = json_pack("{s:s}", "address", "10.1.0.1");

	link_fact(sp, 11, "bond0.1", "vlan", BOND0, 1, 77);
	host(sp, 1, "10.1.0.1", 1, NEIGH_LOCAL);
	expect(sp, "");
	assert_false(
		neigh_may_advertise(neigh_first(sp->ns, &(struct ip_addr){4, {10, 1, 0, 1}}), why));
	assert_string_equal(why, "no VRF of the configuration has its device");
	assert_true(neigh_service.query(sp->ns, "neigh.show", p, &r, err, sizeof(err)));
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(r, "neighbors"), 0), "reason")),
			    why);
	json_decref(r);
	json_decref(p);
	end(sp);
}

/* ---- importing ---- */

static struct ecomm es_import(unsigned int n)
{
	struct esi e = esi_of(n);

	return ecomm_es_import(&e);
}

/*
 * C40 and C44, 2x2+1: ES-Import ours or foreign, EVI-RT ours or foreign; and a route target of the
 * VRF, alone and beside each of them.
 */
static void truth_table(void **state)
{
	enum { NONE, OURS, FOREIGN };
	static const struct {
		int es_import, evi_rt, rt;
		enum nverdict v;
	} rows[] = {
		{OURS, OURS, NONE, NV_ES_IMPORT},
		{OURS, FOREIGN, NONE, NV_FOREIGN_EVI_RT},
		{FOREIGN, OURS, NONE, NV_FOREIGN_ES_IMPORT},
		{FOREIGN, FOREIGN, NONE, NV_FOREIGN_ES_IMPORT},
		{NONE, NONE, OURS, NV_VRF},
		{NONE, NONE, FOREIGN, NV_NO_TARGET},
		{NONE, NONE, NONE, NV_NO_TARGET},
		{OURS, NONE, NONE, NV_NO_TARGET},
		{NONE, OURS, NONE, NV_NO_TARGET},
		{NONE, FOREIGN, NONE, NV_FOREIGN_EVI_RT},
		{OURS, NONE, OURS, NV_VRF},
		{OURS, OURS, OURS, NV_ES_IMPORT},
		{OURS, FOREIGN, OURS, NV_FOREIGN_EVI_RT},
		{FOREIGN, NONE, OURS, NV_FOREIGN_ES_IMPORT},
		{FOREIGN, OURS, OURS, NV_FOREIGN_ES_IMPORT},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct speaker *sp = begin();
		struct ecomm ec[3];
		struct place_vrf *vrf;
		struct route *r;
		size_t n = 0;

		if (rows[i].es_import)
			ec[n++] = es_import(rows[i].es_import == OURS ? 1 : 50);
		if (rows[i].evi_rt)
			ec[n++] = evi_rt(rows[i].evi_rt == OURS ? "65000:1" : "65000:50");
		if (rows[i].rt)
			ec[n++] = rt_of(rows[i].rt == OURS ? "65000:1" : "65000:50");
		r = rt2(sp, PE2, 1, 1, "10.1.0.9", 9, ec, n);
		assert_int_equal(neigh_judge(sp->ns, &r->n, &r->a, &vrf), rows[i].v);
		expect(sp,
		       rows[i].v == NV_ES_IMPORT || rows[i].v == NV_VRF ? "wish:10.1.0.9/1 " : "");
		/* a route that is treated as withdrawn takes the one before it away */
		end(sp);
	}
}

/* What no host can have is neither kept nor advertised, whatever the module says; nor taken from a PE. */
static void impossible(void **state)
{
	static const char *const none[] = {
		"0.0.0.0", "0.0.0.9", "127.0.0.9",	 "240.0.0.1", "224.0.0.9",
		"::",	   "::1",     "::ffff:10.0.0.9", "ff02::9",   "255.255.255.255"};
	struct ecomm ec[] = {es_import(1), evi_rt("65000:1")};
	struct speaker *sp = begin();
	struct place_vrf *vrf;
	struct route *r;
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		host(sp, 1, none[i], 1, NEIGH_LOCAL);
		r = rt2(sp, PE2, 1, 1, none[i], 9, ec, 2);
		assert_int_equal(neigh_judge(sp->ns, &r->n, &r->a, &vrf), NV_IMPOSSIBLE);
		gone(sp, r);
	}
	host(sp, 1, "10.1.0.1", 0, NEIGH_LOCAL); /* 02:00:00:00:00:00 is one */
	expect(sp, "+10.1.0.1/1 ");
	assert_int_equal(sp->ns->count, 1);
	host_mac(sp, "10.1.0.1", (struct mac){{1, 0, 0x5e, 0, 0, 9}});
	expect(sp, "-10.1.0.1/1 ");
	host_mac(sp, "10.1.0.2", (struct mac){{0}});
	expect(sp, "");
	assert_int_equal(sp->ns->count, 0);
	end(sp);
}

/* C44: reserved ESIs; and what is no synchronisation route at all. C31: a MAC address alone. */
static void not_for_us(void **state)
{
	static const struct {
		unsigned int es;
		const char *ip;
		unsigned int mac;
		enum nverdict v;
	} rows[] = {
		{99, "10.1.0.9", 9, NV_RESERVED_ESI},
		{98, "10.1.0.9", 9, NV_RESERVED_ESI},
		{1, NULL, 9, NV_MAC_ONLY},
		{1, "224.0.0.1", 9, NV_IMPOSSIBLE},
		{1, "0.0.0.0", 9, NV_IMPOSSIBLE},
		{3, "10.1.0.9", 9, NV_FOREIGN_ES_IMPORT},
	};
	struct ecomm ec[] = {es_import(1), evi_rt("65000:1")};
	struct ecomm rt[] = {rt_of("65000:1")};
	struct speaker *sp = begin();
	struct place_vrf *vrf;
	struct route *r;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r = rt2(sp, PE2, rows[i].es, 1, rows[i].ip, rows[i].mac, ec, 2);
		assert_int_equal(neigh_judge(sp->ns, &r->n, &r->a, &vrf), rows[i].v);
		r->gone = true;
	}
	/* C22: the VRF's targets reach a PE that is not on the segment: it installs nothing */
	r = rt2(sp, PE2, 3, 1, "10.1.0.9", 9, rt, 1);
	assert_int_equal(neigh_judge(sp->ns, &r->n, &r->a, &vrf), NV_FOREIGN_ESI);
	r = rt2(sp, PE2, 99, 1, "10.1.0.9", 9, rt, 1);
	assert_int_equal(neigh_judge(sp->ns, &r->n, &r->a, &vrf), NV_NO_ESI);
	expect(sp, "");
	end(sp);
}

/* C42: labels and encapsulation are of no interest; FRR's form is taken. */
static void frr_form(void **state)
{
	struct ecomm ec[] = {rt_of("65000:1"), ecomm_encap(TUNNEL_VXLAN)};
	struct speaker *sp = begin();
	struct route *r = rt2(sp, PE2, 1, 1, "10.1.0.9", 9, ec, 2);

	expect(sp, "wish:10.1.0.9/1 ");
	r->n.labels = 2;
	r->n.label[1] = 5000;
	gone(sp, r);
	expect(sp, "unwish:10.1.0.9/1 ");
	end(sp);
}

static const struct says {
	u32 pe;
	u32 seq;
	bool sticky;
} pe2_says = {PE2, 0, false};

static struct route *says(struct speaker *sp, const struct says *s, unsigned int es, u32 tag,
			  const char *ip, unsigned int mac)
{
	struct ecomm ec[3] = {es_import(es), evi_rt(tag == 1 || !tag ? "65000:1" : "65000:2")};
	size_t n = 2;

	if (s->seq || s->sticky)
		ec[n++] = ecomm_mac_mobility(s->sticky, s->seq);
	return rt2(sp, s->pe, es, tag, ip, mac, ec, n);
}

/* C41: the VRF goes with the wish; C46, C60, C61: withdrawn, it is retained as the segment says. */
static void wish_and_retention(void **state)
{
	struct speaker *sp = begin();
	struct route *r = says(sp, &pe2_says, 1, 2, "10.1.0.9", 9);

	expect(sp, "wish:10.1.0.9/2 ");
	assert_true(sp->wish.check_vrf);
	assert_int_equal(sp->wish.vrf, BLUE);
	assert_int_equal(sp->wish.mac.b[5], 9);
	assert_int_equal(sp->wish.origin, PE2);
	host(sp, 2, "10.1.0.9", 9, NEIGH_SYNCED);
	gone(sp, r);
	expect(sp, "unwish:10.1.0.9/2 ");
	assert_int_equal(sp->retain, 180000);
	/* the kernel does not say so, but that is what it is now, until the kernel says that it is gone */
	assert_string_equal(neigh_state_of(neigh_first(sp->ns, &r->n.ip)), "retained");
	host(sp, 2, "10.1.0.9", 9, NEIGH_GONE);
	assert_int_equal(sp->ns->count, 0);
	sp->conf->segments[0].retention_ms = 0;
	r = says(sp, &pe2_says, 1, 2, "10.1.0.9", 9);
	gone(sp, r);
	expect(sp, "wish:10.1.0.9/2 unwish:10.1.0.9/2 ");
	assert_int_equal(sp->retain, 0);
	end(sp);
}

/* Two PEs advertise it: while one still does, it stays. The same wish is not sent twice. */
static void two_pes(void **state)
{
	struct speaker *sp = begin();
	struct says pe3 = {PE3, 0, false};
	struct route *a = says(sp, &pe2_says, 1, 1, "10.1.0.9", 9);
	struct route *b = says(sp, &pe3, 1, 1, "10.1.0.9", 9);

	expect(sp, "wish:10.1.0.9/1 ");
	gone(sp, a);
	expect(sp, "");
	gone(sp, b);
	expect(sp, "unwish:10.1.0.9/1 ");
	assert_int_equal(sp->ns->count, 0);
	end(sp);
}

static void word(struct speaker *sp, enum icc_type type, u32 tag, const char *ip)
{
	struct icc_msg m = {.type = type, .tag = tag, .esi = esi_of(1), .address = ip_of(ip)};
	struct ip_addr from = ip_v4(PE2);

	neigh_service.word(sp->ns, &from, &m);
}

/* A host that answers nobody here: the PE that has learned it is to ask. */
static void unanswered(void **state)
{
	struct speaker *sp = begin();

	says(sp, &pe2_says, 1, 2, "10.1.0.9", 9);
	rig_channel = (struct rig_channel){};
	host_on(sp, 1, 2, "10.1.0.9", 9, NEIGH_SYNCED, 0);
	assert_int_equal(rig_channel.said, 0);
	host_on(sp, 1, 2, "10.1.0.9", 9, NEIGH_SYNCED, NEIGH_UNANSWERED);
	assert_int_equal(rig_channel.said, 1);
	assert_int_equal(rig_channel.last.type, ICC_ASK);
	assert_int_equal(rig_channel.last.tag, 2);
	assert_int_equal(ip_low32(&rig_channel.to), PE2);
	assert_string_equal(text(&rig_channel.last.address), "10.1.0.9");
	/* of a whole table that has no answer, not more than a hundred in a second; two may pass meanwhile */
	for (unsigned int i = 0; i < 500; i++)
		host_on(sp, 1, 2, "10.1.0.9", 9, NEIGH_SYNCED, NEIGH_UNANSWERED);
	assert_true(rig_channel.said <= 300);
	/* learned here meanwhile: it is this PE's own affair */
	rig_channel.said = 0;
	host_on(sp, 1, 2, "10.1.0.9", 9, NEIGH_LOCAL, NEIGH_UNANSWERED);
	assert_int_equal(rig_channel.said, 0);
	end(sp);
}

/* The other side of it: one that was learned here is asked, by the word of a PE of its segment, not too often. */
static void asked(void **state)
{
	struct speaker *sp = begin();

	host(sp, 1, "10.1.0.7", 7, NEIGH_LOCAL);
	host_on(sp, 1, 1, "10.1.0.8", 8, NEIGH_LOCAL, NEIGH_STICKY);
	says(sp, &pe2_says, 1, 1, "10.1.0.9", 9);
	host(sp, 1, "10.1.0.9", 9, NEIGH_SYNCED);
	sp->log[0] = '\0';
	rig_channel = (struct rig_channel){};
	shares = false;
	word(sp, ICC_ASK, 1, "10.1.0.7"); /* not from a PE of this segment */
	shares = true;
	word(sp, ICC_ASK, 1, "10.1.0.8"); /* configured */
	word(sp, ICC_ASK, 1, "10.1.0.9"); /* that PE's */
	word(sp, ICC_ASK, 2, "10.1.0.7"); /* on no circuit that is known */
	word(sp, ICC_ASK, 1, "10.1.0.6");
	assert_int_equal(rig_channel.ignored, 5);
	word(sp, ICC_WAITING, 1, "10.1.0.7"); /* for others */
	expect(sp, "");
	word(sp, ICC_ASK, 1, "10.1.0.7");
	expect(sp, "ask:10.1.0.7/1 ");
	word(sp, ICC_ASK, 1, "10.1.0.7");
	expect(sp, "");
	assert_int_equal(rig_channel.ignored, 6);
	end(sp);
}

/* No more hosts of a segment are advertised than its limit, those first that were first; others are not affected. */
static void limit_advertised(void **state)
{
	char why[NEIGH_WHY_MAX];
	struct speaker *sp;

	host_limit = 16;
	sp = begin();
	for (unsigned int i = 1; i <= 16; i++)
		host(sp, 1, text(&(struct ip_addr){4, {10, 1, 0, (u8)i}}), i, NEIGH_LOCAL);
	sp->log[0] = '\0';
	host(sp, 2, "10.1.1.1", 1, NEIGH_LOCAL);
	expect(sp, "");
	assert_false(
		neigh_may_advertise(neigh_first(sp->ns, &(struct ip_addr){4, {10, 1, 1, 1}}), why));
	assert_string_equal(why,
			    "segment be1 has as many hosts advertised as host-limit allows (16)");
	assert_int_equal(sp->ns->counts.too_many, 1);
	/* one of those that are says something else; and another segment */
	host(sp, 1, "10.1.0.3", 33, NEIGH_LOCAL);
	expect(sp, "-10.1.0.3/1 +10.1.0.3/1 ");
	host_on(sp, 2, 0, "10.2.0.1", 1, NEIGH_LOCAL, 0);
	expect(sp, "+10.2.0.1/0 ");
	/* an eighth has gone, and one more */
	for (unsigned int i = 1; i <= 2; i++)
		host(sp, 1, text(&(struct ip_addr){4, {10, 1, 0, (u8)i}}), i, NEIGH_GONE);
	expect(sp, "-10.1.0.1/1 -10.1.0.2/1 ");
	host(sp, 1, "10.1.0.3", 33, NEIGH_GONE);
	assert_non_null(strstr(sp->log, "-10.1.0.3/1 "));
	assert_non_null(strstr(sp->log, "+10.1.1.1/2 "));
	end(sp);
	host_limit = 1000;
}

/* Nor are more taken from other PEs; when there is room, they are asked again. */
static void limit_taken(void **state)
{
	struct route *r[8];
	struct speaker *sp;
	struct place_vrf *vrf;

	host_limit = 8;
	sp = begin();
	for (unsigned int i = 0; i < 8; i++)
		r[i] = says(sp, &pe2_says, 1, 1,
			    text(&(struct ip_addr){4, {10, 1, 0, (u8)(i + 1)}}), i + 1);
	sp->log[0] = '\0';
	says(sp, &pe2_says, 1, 1, "10.1.1.1", 9);
	expect(sp, "");
	assert_int_equal(neigh_judge(sp->ns, &routes[8].n, &routes[8].a, &vrf), NV_TOO_MANY);
	assert_int_equal(neigh_service.wanted(sp->ns, &routes[8].n, &routes[8].a), WANTED_NOT);
	assert_int_equal(neigh_service.wanted(sp->ns, &r[3]->n, &r[3]->a), WANTED);
	/* another PE says the same of one that is known, and it is no one more; and another segment */
	says(sp, &(struct says){PE3, 0, false}, 1, 1, "10.1.0.3", 3);
	says(sp, &pe2_says, 2, 0, "10.2.0.1", 1);
	expect(sp, "wish:10.2.0.1/0 ");
	service_rig.asked_again = 0;
	gone(sp, r[0]);
	assert_int_equal(service_rig.asked_again, 0);
	gone(sp, r[1]);
	assert_int_equal(service_rig.asked_again, 1);
	assert_non_null(strstr(sp->log, "unwish:10.1.0.1/1 "));
	assert_non_null(strstr(sp->log, "wish:10.1.1.1/1 "));
	end(sp);
	host_limit = 1000;
}

/* The higher sequence says which MAC address is the present one, also after it has wrapped around. */
static void newer_mac(void **state)
{
	struct speaker *sp = begin();
	struct says newer = {PE3, 3, false}, wrapped = {PE2, 0xffffffff, false};

	says(sp, &pe2_says, 1, 1, "10.1.0.9", 8);
	assert_int_equal(sp->wish.mac.b[5], 8);
	says(sp, &newer, 1, 1, "10.1.0.9", 9);
	assert_int_equal(sp->wish.mac.b[5], 9);
	says(sp, &wrapped, 1, 1, "10.1.0.9", 7);
	assert_int_equal(sp->wish.mac.b[5], 9);
	end(sp);
}

/* The ESI is no part of a route's key: the same route with another ESI is another host's. */
static void esi_changes(void **state)
{
	struct ecomm ec[] = {es_import(2), evi_rt("65000:1")};
	struct speaker *sp = begin();
	struct route *r = says(sp, &pe2_says, 1, 1, "10.1.0.9", 9);
	struct rib_path p;

	r->n.esi = esi_of(2);
	memcpy(r->ec, ec, sizeof(ec));
	p = path_of(r);
	neigh_service.route(sp->ns, &r->n, &p);
	run_all(sp);
	expect(sp, "wish:10.1.0.9/1 unwish:10.1.0.9/1 wish:10.1.0.9/1 ");
	assert_memory_equal(&sp->wish.key.esi, &r->n.esi, sizeof(struct esi));
	end(sp);
}

/* C45: learned by both: both advertise, and the wish is held in readiness; the local one is shown. */
static void local_and_remote(void **state)
{
	struct speaker *sp = begin();

	says(sp, &pe2_says, 1, 1, "10.1.0.9", 9);
	host(sp, 1, "10.1.0.9", 9, NEIGH_SYNCED);
	host(sp, 1, "10.1.0.9", 9, NEIGH_LOCAL);
	expect(sp, "wish:10.1.0.9/1 +10.1.0.9/1 ");
	host(sp, 1, "10.1.0.9", 9, NEIGH_SYNCED);
	expect(sp, "-10.1.0.9/1 ");
	end(sp);
}

/* Overlapping subnets: the same address on two sub-interfaces are two hosts. */
static void overlapping(void **state)
{
	struct speaker *sp = begin();
	struct route *r;

	says(sp, &pe2_says, 1, 1, "10.1.0.9", 8);
	assert_int_equal(sp->wish.vrf, RED);
	r = says(sp, &pe2_says, 1, 2, "10.1.0.9", 9);
	assert_int_equal(sp->wish.vrf, BLUE);
	sp->log[0] = '\0';
	gone(sp, r);
	expect(sp, "unwish:10.1.0.9/2 ");
	assert_int_equal(sp->ns->count, 1);
	end(sp);
}

/* A segment that is not in the kernel yet, and one that comes back into it. */
static void segment_comes_and_goes(void **state)
{
	struct speaker *sp = begin();

	says(sp, &pe2_says, 1, 1, "10.1.0.9", 9);
	host(sp, 1, "10.1.0.1", 1, NEIGH_LOCAL);
	expect(sp, "wish:10.1.0.9/1 +10.1.0.1/1 ");
	es_fact(sp, 1, 0, true);
	run_all(sp);
	expect(sp, "-10.1.0.1/1 ");
	es_fact(sp, 1, BOND0, false);
	run_all(sp);
	expect(sp, "wish:10.1.0.9/1 ");
	end(sp);
}

/* A VRF device that is not there yet. */
static void vrf_device_late(void **state)
{
	struct speaker *sp = begin();
	struct fact_link red = {.ifindex = RED, .ifname = "red"};

	rig_link(&neigh_service, sp->ns, IPC_FACT_LINK_GONE, &red);
	run_all(sp);
	says(sp, &pe2_says, 1, 1, "10.1.0.9", 9);
	expect(sp, "");
	link_fact(sp, 40, "red", "vrf", 0, 0, 0);
	run_all(sp);
	expect(sp, "wish:10.1.0.9/1 ");
	assert_int_equal(sp->wish.vrf, 40);
	end(sp);
}

/* C25: explicit targets for some sub-interfaces of the global table. */
static void listed_interfaces(void **state)
{
	struct speaker *sp = begin();
	struct conf_vrf vrfs[] = {vrf_of_conf("default", "65000:3"),
				  vrf_of_conf("cust", "65000:2")};

	strcpy(vrfs[1].interfaces[0], "bond0.4");
	vrfs[1].n_interfaces = 1;
	conf_of(sp, vrfs, 2);
	run_all(sp);
	says(sp, &pe2_says, 1, 4, "10.4.0.9", 9);
	expect(sp, "wish:10.4.0.9/4 ");
	assert_false(sp->wish.check_vrf);
	/* the same targets for another sub-interface: not in that VRF */
	says(sp, &pe2_says, 1, 3 << 12 | 30, "10.3.0.9", 9);
	expect(sp, "");
	end(sp);
}

/* ---- MAC mobility ---- */

static u32 sequence(const struct speaker *sp)
{
	struct slice s = ecomm_slice(sp->ec, sp->n_ec);
	struct mac_mobility m = {0};

	ecomm_get_mobility(&s, &m);
	return m.seq;
}

/* From another segment: one higher. On the same segment: the other PE's number is taken over. */
static void mobility(void **state)
{
	struct speaker *sp = begin();
	struct says at4 = {PE3, 4, false}, at7 = {PE2, 7, false};

	says(sp, &at4, 2, 0, "10.1.0.9", 9);
	host(sp, 1, "10.1.0.9", 9, NEIGH_LOCAL);
	assert_int_equal(sequence(sp), 5);
	says(sp, &at7, 1, 1, "10.1.0.9", 9);
	assert_int_equal(sequence(sp), 7);
	/* in another VRF it is another host */
	host(sp, 2, "10.1.0.9", 9, NEIGH_LOCAL);
	assert_int_equal(sequence(sp), 0);
	assert_int_equal(sp->n_ec, 2);
	end(sp);
}

/* From a segment that is not here at all: its route is kept in mind for this. */
static void mobility_from_elsewhere(void **state)
{
	struct speaker *sp = begin();
	struct says s = {PE3, 0, false};

	says(sp, &s, 60, 1, "10.1.0.9", 9);
	expect(sp, "");
	host(sp, 1, "10.1.0.9", 9, NEIGH_LOCAL);
	assert_int_equal(sequence(sp), 1);
	end(sp);
}

static void sticky(void **state)
{
	struct speaker *sp = begin();
	struct says s = {PE3, 0, true};
	struct ecomm m = ecomm_mac_mobility(true, 0);

	host_on(sp, 1, 1, "10.1.0.1", 1, NEIGH_LOCAL, NEIGH_STICKY);
	assert_true(has(sp, &m));
	sp->log[0] = '\0';
	log_set_level(LOG_LEVEL_ERROR);
	says(sp, &s, 2, 0, "10.1.0.9", 9);
	host(sp, 1, "10.1.0.9", 9, NEIGH_LOCAL);
	expect(sp, "wish:10.1.0.9/0 "); /* somebody else's host does not move here */
	end(sp);
}

/* It is held while the route says so and no longer, whichever of the two came first. */
static void sticky_route_goes(void **state)
{
	struct speaker *sp = begin();
	struct says fixed = {PE3, 0, true}, moves = {PE3, 4, false};
	struct route *r;

	log_set_level(LOG_LEVEL_ERROR);
	r = says(sp, &fixed, 2, 0, "10.1.0.9", 9);
	host(sp, 1, "10.1.0.9", 9, NEIGH_LOCAL);
	expect(sp, "wish:10.1.0.9/0 ");
	gone(sp, r);
	run_all(sp);
	assert_non_null(strstr(sp->log, "+10.1.0.9/1 "));
	sp->log[0] = '\0';
	r = says(sp, &fixed, 2, 0, "10.1.0.9", 9);
	run_all(sp);
	assert_non_null(strstr(sp->log, "-10.1.0.9/1 "));
	sp->log[0] = '\0';
	says(sp, &moves, 2, 0, "10.1.0.9", 9); /* the same route, and it may move now */
	run_all(sp);
	assert_non_null(strstr(sp->log, "+10.1.0.9/1 "));
	assert_int_equal(sequence(sp), 5);
	end(sp);
}

static void list_neighbour(void *data, const struct neighbour *n)
{
	static const char *const how[] = {
		[NEIGHBOUR_LEARNED] = "learned",
		[NEIGHBOUR_RETAINED] = "retained",
		[NEIGHBOUR_SYNCED] = "synced",
	};
	char *buf = data;
	size_t used = strlen(buf);

	snprintf(buf + used, 256 - used, "%s@%u,%s ", text(&n->address), n->ifindex, how[n->how]);
}

/* What other services have heard since the last time, and what is handed out to them now, of one address or all */
static void others_hear(struct speaker *sp, const char *changed, const char *address,
			const char *neighbours)
{
	struct ip_addr a = ip_of(address);
	char buf[256] = "";

	run_all(sp);
	assert_string_equal(sp->changed, changed);
	sp->changed[0] = '\0';
	neigh_service.neighbours(sp->ns, address ? &a : NULL, list_neighbour, buf);
	assert_string_equal(buf, neighbours);
}

/* Services that tell hosts to others hear of each change of what they may tell, and of no other one. */
static void neighbours(void **state)
{
	struct speaker *sp = begin();
	struct says fixed = {PE3, 0, true}, other = {PE2, 0, false};
	struct fact_neigh f = {.key = {.tag = 1, .esi = esi_of(1), .address = ip_of("10.1.0.9")},
			       .mac = mac_of(9),
			       .state = NEIGH_LOCAL,
			       .ifindex = 11,
			       .vrf = RED};
	struct route *r;

	log_set_level(LOG_LEVEL_ERROR);
	tell(sp, &f);
	others_hear(sp, "10.1.0.9@11 ", "10.1.0.9", "10.1.0.9@11,learned ");
	f.mac = mac_of(8); /* another MAC address, and the same once more */
	tell(sp, &f);
	tell(sp, &f);
	others_hear(sp, "", "10.1.0.9", "10.1.0.9@11,learned ");
	/* a PE has it as a host that does not move: what is said here is not believed */
	r = says(sp, &fixed, 2, 0, "10.1.0.9", 9);
	others_hear(sp, "10.1.0.9@11 ", NULL, "");
	gone(sp, r);
	others_hear(sp, "10.1.0.9@11 ", NULL, "10.1.0.9@11,learned ");
	f.state = NEIGH_GONE;
	tell(sp, &f);
	others_hear(sp, "10.1.0.9@11 ", NULL, "");
	/* another PE's, which the kernel has taken; then that is gone */
	r = says(sp, &other, 1, 1, "10.1.0.9", 9);
	others_hear(sp, "", NULL, "");
	f.state = NEIGH_SYNCED;
	tell(sp, &f);
	others_hear(sp, "10.1.0.9@11 ", NULL, "10.1.0.9@11,synced ");
	gone(sp, r);
	others_hear(sp, "10.1.0.9@11 ", NULL, "10.1.0.9@11,retained ");
	f.state = NEIGH_LOCAL;
	tell(sp, &f);
	others_hear(sp, "10.1.0.9@11 ", NULL, "10.1.0.9@11,learned ");
	/* the module is read, and has it no more */
	neigh_service.fact(sp->ns, IPC_FACT_NEIGHS_BEGIN, NULL);
	neigh_service.fact(sp->ns, IPC_FACT_NEIGHS_DONE, NULL);
	others_hear(sp, "10.1.0.9@11 ", NULL, "");
	/* what stands for an IPv6 router in FRR's routes is no host */
	f.key.address = ip_of("169.254.0.1");
	f.flags = NEIGH_STICKY;
	tell(sp, &f);
	others_hear(sp, "", NULL, "");
	end(sp);
}

/* C39: the same address on two segments with one tag and one VRF: one route only, and never none. */
static void collision(void **state)
{
	struct speaker *sp = begin();
	struct conf_vrf v = vrf_of_conf("red", "65000:1");

	link_fact(sp, 16, "bond1.1", "vlan", 6, 1, RED);
	conf_of(sp, &v, 1);
	run_all(sp);
	host_on(sp, 1, 1, "10.1.0.9", 9, NEIGH_LOCAL, 0);
	host_on(sp, 2, 1, "10.1.0.9", 9, NEIGH_LOCAL, 0);
	expect(sp, "+10.1.0.9/1 +10.1.0.9/1 ");
	assert_int_equal(sp->ns->counts.collisions, 1);
	host_on(sp, 2, 1, "10.1.0.9", 9, NEIGH_GONE, 0);
	expect(sp, "+10.1.0.9/1 "); /* the first one's again, and no withdraw */
	assert_int_equal(sp->last.esi.b[9], 1);
	host_on(sp, 1, 1, "10.1.0.9", 9, NEIGH_GONE, 0);
	expect(sp, "-10.1.0.9/1 ");
	end(sp);
}

/* A change that has nothing to do with hosts: not all of their routes are looked at again. */
static void other_configuration(void **state)
{
	struct speaker *sp = begin();
	struct conf_peer second = {.address = ip_v4(0x0a00000a), .port = 179};
	struct conf *old = sp->conf;
	unsigned int before;

	says(sp, &pe2_says, 1, 1, "10.1.0.9", 9);
	run_all(sp);
	sp->log[0] = '\0';
	before = walks;
	sp->conf = conf_dup(old);
	conf_add_peer(sp->conf, &second);
	neigh_service.conf(sp->ns, conf_changes(old, sp->conf), sp->conf);
	conf_free(old);
	run_all(sp);
	assert_int_equal(walks, before);
	expect(sp, "");
	old = sp->conf;
	sp->conf = conf_dup(old);
	sp->conf->vrfs[0].import[0].b[7]++;
	neigh_service.conf(sp->ns, conf_changes(old, sp->conf), sp->conf);
	conf_free(old);
	run_all(sp);
	assert_true(walks > before);
	end(sp);
}

/* ---- the kernel's answers, readings, restart ---- */

static void answers(void **state)
{
	struct speaker *sp = begin();
	struct neigh_out *out = calloc(1, sizeof(*out));
	struct neigh_result *r = (void *)out->items;
	struct fact_neigh_text *t = (void *)out->items;
	char err[128];
	json_t *doc, *p = json_pack("{s:s}", "state", "refused");

	says(sp, &pe2_says, 1, 1, "10.1.0.9", 9);
	out->head.n = 1;
	t->key = sp->wish.key;
	strcpy(t->text, "somebody else has put the address on bond0.1");
	neigh_service.fact(sp->ns, IPC_FACT_NEIGH_TEXTS, &out->head);
	memset(out->items, 0, sizeof(out->items));
	r->key = sp->wish.key;
	r->status = WISH_REFUSED;
	r->error = 17;
	sp->events = true;
	neigh_service.result(sp->ns, r);
	assert_string_equal(sp->said, "refused");
	neigh_service.query(sp->ns, "neigh.show", p, &doc, err, sizeof(err));
	assert_int_equal(json_integer_value(json_object_get(doc, "total")), 1);
	assert_string_equal(
		json_string_value(json_object_get(
			json_array_get(json_object_get(doc, "neighbors"), 0), "reason")),
		"somebody else has put the address on bond0.1");
	json_decref(doc);
	json_decref(p);
	free(out);
	end(sp);
}

static int total(struct speaker *sp, const char *which)
{
	json_t *doc, *p = json_pack("{s:s}", "state", which);
	char err[128];
	int n;

	neigh_service.query(sp->ns, "neigh.show", p, &doc, err, sizeof(err));
	n = (int)json_integer_value(json_object_get(doc, "total"));
	json_decref(doc);
	json_decref(p);
	return n;
}

/* The segment has gone from the kernel, and the wish with it, when the answer comes. */
static void answer_late(void **state)
{
	struct speaker *sp = begin();
	struct neigh_result r = {.status = WISH_INSTALLED};

	says(sp, &pe2_says, 1, 1, "10.1.0.9", 9);
	r.key = sp->wish.key;
	es_fact(sp, 1, 0, true);
	neigh_service.result(sp->ns, &r);
	assert_int_equal(total(sp, "synced"), 0);
	es_fact(sp, 1, BOND0, false);
	run_all(sp);
	neigh_service.result(sp->ns, &r);
	assert_int_equal(total(sp, "synced"), 1);
	end(sp);
}

static json_t *show(struct speaker *sp, json_t *params, char err[256])
{
	json_t *doc = NULL;

	assert_true(neigh_service.query(sp->ns, "neigh.show", params, &doc, err, 256));
	json_decref(params);
	return doc;
}

/* What is shown of many, and what may be asked for. */
static void shown(void **state)
{
	struct speaker *sp = begin();
	char err[256] = "";
	json_t *doc;

	host_is(sp, 1, 1, "10.1.0.9", mac_of(9), NEIGH_LOCAL, 0);
	host_is(sp, 1, 1, "10.1.0.1", mac_of(1), NEIGH_LOCAL, 0);
	host_is(sp, 1, 2, "10.1.0.5", mac_of(5), NEIGH_LOCAL, 0);
	doc = show(sp, json_pack("{s:s, s:i}", "segment", "be1", "limit", 1), err);
	assert_int_equal(json_integer_value(json_object_get(doc, "total")), 3);
	assert_true(json_is_true(json_object_get(doc, "truncated")));
	assert_int_equal(json_array_size(json_object_get(doc, "neighbors")), 1);
	assert_string_equal(
		json_string_value(json_object_get(
			json_array_get(json_object_get(doc, "neighbors"), 0), "address")),
		"10.1.0.1");
	json_decref(doc);
	doc = show(sp, json_pack("{s:s, s:i}", "vrf", "blue", "tag", 2), err);
	assert_int_equal(json_integer_value(json_object_get(doc, "total")), 1);
	assert_true(json_is_false(json_object_get(doc, "truncated")));
	json_decref(doc);
	assert_null(show(sp, json_pack("{s:s}", "state", "lokal"), err));
	assert_string_equal(
		err,
		"params.state: \"lokal\": expected local, synced, pending, refused, retained or elsewhere");
	assert_null(show(sp, json_pack("{s:i}", "limit", -1), err));
	assert_string_equal(err, "params.limit: expected 0 to 1000000");
	end(sp);
}

/* What a reading of the module's table from end to end does not have is no more. */
static void reading(void **state)
{
	struct speaker *sp = begin();

	host(sp, 1, "10.1.0.1", 1, NEIGH_LOCAL);
	host(sp, 1, "10.1.0.2", 2, NEIGH_LOCAL);
	sp->log[0] = '\0';
	neigh_service.fact(sp->ns, IPC_FACT_NEIGHS_BEGIN, NULL);
	host(sp, 1, "10.1.0.2", 2, NEIGH_LOCAL);
	sp->log[0] = '\0';
	neigh_service.fact(sp->ns, IPC_FACT_NEIGHS_DONE, NULL);
	run_all(sp);
	expect(sp, "-10.1.0.1/1 ");
	end(sp);
}

/*
 * After a restart: what the kernel still has stays until the others have said what they know; what
 * nobody advertises any more is retained and not thrown away.
 */
static void restart(void **state)
{
	struct speaker *sp = begin();

	neigh_service.fact(sp->ns, IPC_FACT_NEIGHS_BEGIN, NULL);
	host(sp, 1, "10.1.0.8", 8, NEIGH_SYNCED);
	host(sp, 1, "10.1.0.9", 9, NEIGH_SYNCED);
	neigh_service.fact(sp->ns, IPC_FACT_NEIGHS_DONE, NULL);
	expect(sp, "");
	says(sp, &pe2_says, 1, 1, "10.1.0.9", 9);
	expect(sp, "wish:10.1.0.9/1 ");
	neigh_service.settled(sp->ns);
	expect(sp, "unwish:10.1.0.8/1 sweep ");
	assert_int_equal(sp->retain, 180000);
	neigh_service.fact(sp->ns, IPC_FACT_NEIGHS_BEGIN, NULL);
	host(sp, 1, "10.1.0.9", 9, NEIGH_SYNCED);
	neigh_service.fact(sp->ns, IPC_FACT_NEIGHS_DONE, NULL);
	expect(sp, "");
	end(sp);
}

/* The neighbours have been heard before the module was read. */
static void restart_slow_kernel(void **state)
{
	struct speaker *sp = begin();

	neigh_service.settled(sp->ns);
	expect(sp, "");
	neigh_service.fact(sp->ns, IPC_FACT_NEIGHS_BEGIN, NULL);
	neigh_service.fact(sp->ns, IPC_FACT_NEIGHS_DONE, NULL);
	expect(sp, "sweep ");
	end(sp);
}

/* Many at once leave in full batches. */
static void batches(void **state)
{
	enum { MANY = 1000 };
	struct ecomm ec[] = {es_import(1), evi_rt("65000:1")};
	struct speaker *sp = begin();
	struct route r = {.nh = ip_v4(PE2)};
	unsigned int i;

	r.n = (struct evpn_nlri){.type = EVPN_MACIP,
				 .rd = rd_make_ip(PE2, 1),
				 .esi = esi_of(1),
				 .etag = 1,
				 .mac = mac_of(3),
				 .labels = 1};
	bgp_attrs_init(&r.a);
	r.a.ext = ecomm_slice(ec, 2);
	for (i = 0; i < MANY; i++) {
		struct rib_path p = path_of(&r);

		r.n.ip = ip_v4(0x0a010000 + 10 + i);
		neigh_service.route(sp->ns, &r.n, &p);
	}
	run_all(sp);
	assert_int_equal(sp->batches, (MANY + BATCH_MAX - 1) / BATCH_MAX);
	assert_int_equal(sp->ns->counts.wishes, MANY);
	end(sp);
}

/* The trace names each hop, and the reason where it ends. */
static void trace(void **state)
{
	struct speaker *sp = begin();
	struct ecomm ec[] = {es_import(1), evi_rt("65000:50")};
	json_t *doc, *p = json_pack("{s:s}", "address", "10.1.0.9"), *hops;
	char err[128];

	host(sp, 1, "10.1.0.9", 9, NEIGH_LOCAL);
	rt2(sp, PE2, 1, 1, "10.1.0.9", 9, ec, 2);
	assert_true(neigh_service.query(sp->ns, "neigh.trace", p, &doc, err, sizeof(err)));
	hops = json_object_get(json_array_get(json_object_get(doc, "neighbors"), 0), "hops");
	assert_int_equal(json_array_size(hops), 5);
	assert_string_equal(json_string_value(json_object_get(json_array_get(hops, 4), "text")),
			    "treated as withdrawn: its EVI-RT is an import target of no VRF here");
	json_decref(doc);
	json_decref(p);
	end(sp);
}

/* A host has addresses that met in one bucket, when what chooses it was no secret. */
static void aimed(void **state)
{
	struct speaker *sp = begin();
	char ip[IP_STRLEN];

	for (u32 i = 0; i < AIMED; i++) {
		struct ip_addr a = aimed_at_address(ip_of("2001:db8::"), i);

		host_on(sp, 1, 10, ip_format(&a, ip), 1, NEIGH_LOCAL, 0);
	}
	assert_int_equal(sp->ns->count, AIMED);
	for (size_t b = 0; b <= sp->ns->mask; b++) {
		unsigned int n = 0;

		for (const struct nhost *x = sp->ns->buckets[b]; x; x = x->next)
			n++;
		assert_in_range(n, 0, AIMED_CHAIN);
	}
	end(sp);
}

/* ---- of a set of devices ---- */

static bool is_on(struct speaker *sp, u32 ifindex, const char *ip, unsigned int mac)
{
	struct host_query q = {.esi = esi_of(1), .ifindex = ifindex};
	struct host h = {0};

	if (ip)
		q.address = ip_of(ip);
	else
		q.mac = mac_of(mac);
	q.family = 4;
	return neigh_service.host(sp->ns, &q, &h) && h.mac.b[5] == mac;
}

/* The address of the neighbour that answers to @mac, 0: of the only router; "": none */
static const char *found(struct speaker *sp, u8 family, unsigned int mac, bool *many)
{
	struct host_query q = {.esi = esi_of(1), .tag = 1, .family = family};
	static char text[IP_STRLEN];
	struct host h = {0};
	bool ok;

	if (mac)
		q.mac = mac_of(mac);
	ok = neigh_service.host(sp->ns, &q, &h);
	*many = h.many;
	return ok ? ip_format(&h.address, text) : "";
}

static void expect_found(struct speaker *sp, u8 family, unsigned int mac, const char *address)
{
	bool many;

	assert_string_equal(found(sp, family, mac, &many), address);
	assert_false(many);
}

/* A router of which only the MAC address is known, or nothing: one of its addresses, of IPv4 prefixes (RFC 8950) too. */
static void routers(void **state)
{
	struct speaker *sp = begin();
	bool many;

	host(sp, 1, "2001:db8::1", 1, NEIGH_LOCAL);
	expect_found(sp, 4, 1, "2001:db8::1");
	expect_found(sp, 4, 0, ""); /* a host */
	host(sp, 1, "fe80::1", 1, NEIGH_LOCAL);
	expect_found(sp, 4, 1, "fe80::1");
	expect_found(sp, 16, 1, "2001:db8::1");
	expect_found(sp, 4, 2, "");
	host_on(sp, 1, 1, "fe80::1", 1, NEIGH_LOCAL, NEIGH_ROUTER);
	expect_found(sp, 4, 0, "fe80::1");
	host_on(sp, 1, 1, "fe80::2", 2, NEIGH_LOCAL, NEIGH_ROUTER);
	assert_string_equal(found(sp, 4, 0, &many), "");
	assert_true(many);
	expect_found(sp, 4, 2, "fe80::2");
	host(sp, 1, "10.1.0.9", 9, NEIGH_LOCAL); /* one of the family asked for comes first */
	expect_found(sp, 4, 0, "10.1.0.9");
	expect_found(sp, 4, 1, "fe80::1");
	host(sp, 1, "10.1.0.1", 1, NEIGH_LOCAL);
	expect_found(sp, 4, 1, "10.1.0.1");
	assert_string_equal(found(sp, 4, 0, &many), "");
	assert_true(many);
	expect_found(sp, 16, 9, ""); /* an IPv6 prefix has no next hop of IPv4 */
	end(sp);
}

/* Whatever MAC address it has had before, by learning or by another PE's word, a router is found by the one of now. */
static void router_moves(void **state)
{
	struct ecomm ec[] = {es_import(1), evi_rt("65000:1")};
	struct speaker *sp = begin();
	struct route *r;

	host(sp, 1, "10.1.0.1", 1, NEIGH_LOCAL);
	host(sp, 2, "10.1.0.1", 5, NEIGH_LOCAL); /* on another circuit */
	expect_found(sp, 4, 1, "10.1.0.1");
	expect_found(sp, 4, 5, "");
	host(sp, 1, "10.1.0.1", 2, NEIGH_LOCAL);
	expect_found(sp, 4, 1, "");
	expect_found(sp, 4, 2, "10.1.0.1");
	r = rt2(sp, PE2, 1, 1, "10.1.0.1", 3, ec, 2);
	expect_found(sp, 4, 2, "10.1.0.1"); /* what was learned here wins */
	expect_found(sp, 4, 3, "");
	host(sp, 1, "10.1.0.1", 3, NEIGH_SYNCED);
	expect_found(sp, 4, 2, "");
	expect_found(sp, 4, 3, "10.1.0.1");
	gone(sp, r);
	expect_found(sp, 4, 3, "10.1.0.1"); /* retained */
	host(sp, 1, "10.1.0.1", 0, NEIGH_GONE);
	expect_found(sp, 4, 3, "");
	host(sp, 1, "10.1.0.1", 4, NEIGH_LOCAL);
	es_fact(sp, 1, BOND0, true); /* with its segment */
	expect_found(sp, 4, 4, "");
	sp->log[0] = '\0';
	end(sp);
}

/* Another PE tells that a router has moved, and at once what is behind it: who asks then is told of the new one. */
static void router_moves_at_once(void **state)
{
	struct ecomm ec[] = {es_import(1), evi_rt("65000:1")};
	struct speaker *sp = begin();
	struct route *r = rt2(sp, PE2, 1, 1, "10.1.0.1", 1, ec, 2);
	struct rib_path p = path_of(r);

	host(sp, 1, "10.1.0.1", 1, NEIGH_SYNCED);
	sp->log[0] = '\0';
	r->n.mac = mac_of(2);
	neigh_service.route(sp->ns, &r->n, &p); /* and nothing else happens before */
	expect_found(sp, 4, 2, "10.1.0.1");
	expect(sp, "wish:10.1.0.1/1 ");
	end(sp);
}

/* One that another PE has heard say that it is a router is one here, too, also while it is retained. */
static void router_in_step(void **state)
{
	struct ecomm ec[] = {es_import(1), evi_rt("65000:1"), ecomm_arp_nd(ARP_ND_ROUTER)};
	struct speaker *sp = begin();
	struct route *r = rt2(sp, PE2, 1, 1, "fe80::1", 1, ec, 3);

	expect(sp, "wish:fe80::1/1 ");
	expect_found(sp, 4, 0, "");
	host(sp, 1, "fe80::1", 1, NEIGH_SYNCED);
	expect_found(sp, 4, 0, "fe80::1");
	expect_found(sp, 16, 0, "fe80::1");
	gone(sp, r);
	expect(sp, "unwish:fe80::1/1 ");
	expect_found(sp, 16, 0, "fe80::1");
	end(sp);
}

/* FRR's stand-in for an IPv6 router is no host: it is told to nobody, and asked for by its address alone. */
static void stand_in(void **state)
{
	struct host_query q = {.esi = esi_of(1), .tag = 1, .address = ip_of("169.254.0.1")};
	struct speaker *sp = begin();
	struct host h = {0};

	host_on(sp, 1, 1, "169.254.0.1", 1, NEIGH_LOCAL, NEIGH_STICKY);
	expect(sp, "");
	expect_found(sp, 4, 1, "");
	expect_found(sp, 4, 0, "");
	assert_true(neigh_service.host(sp->ns, &q, &h));
	host_on(sp, 1, 1, "fe80::1", 1, NEIGH_LOCAL, NEIGH_ROUTER);
	expect(sp, "+fe80::1/1 ");
	expect_found(sp, 4, 1, "fe80::1");
	expect_found(sp, 4, 0, "fe80::1");
	host(sp, 1, "169.254.0.1", 2, NEIGH_LOCAL); /* one that is learned is one */
	expect(sp, "+169.254.0.1/1 ");
	expect_found(sp, 4, 2, "169.254.0.1");
	host_on(sp, 1, 1, "169.254.0.1", 1, NEIGH_LOCAL, NEIGH_STICKY);
	expect(sp, "-169.254.0.1/1 ");
	end(sp);
}

/* A PE of an earlier version tells it. */
static void stand_in_of_another(void **state)
{
	struct ecomm ec[] = {es_import(1), evi_rt("65000:1"), ecomm_mac_mobility(true, 0)};
	struct speaker *sp = begin();

	rt2(sp, PE2, 1, 1, "169.254.0.1", 1, ec, 3);
	host(sp, 1, "169.254.0.1", 1, NEIGH_SYNCED);
	expect_found(sp, 4, 1, "");
	host_on(sp, 1, 1, "fe80::1", 1, NEIGH_LOCAL, NEIGH_ROUTER);
	expect_found(sp, 4, 1, "fe80::1");
	expect_found(sp, 4, 0, "fe80::1");
	end(sp);
}

static void device_of_set(struct speaker *sp, const char *ip, unsigned int mac, u32 ifindex)
{
	struct fact_neigh f = {.key = {.esi = esi_of(1), .address = ip_of(ip)},
			       .mac = mac_of(mac),
			       .state = NEIGH_LOCAL,
			       .ifindex = ifindex};

	tell(sp, &f);
}

/* Two devices without a tag (RFC 9784): a host is on the one that the module has it on. */
static void set(void **state)
{
	enum { GRE = 7 };
	struct fact_es f = {
		.esi = esi_of(1), .n_ports = 2, .ports = {{.ifindex = BOND0}, {.ifindex = GRE}}};
	struct speaker *sp = begin();

	link_fact(sp, GRE, "gre", "gretap", 0, 0, 0);
	device_of_set(sp, "10.0.0.8", 8, BOND0);
	assert_true(is_on(sp, GRE, "10.0.0.8", 8)); /* it is not asked where there is one */
	neigh_service.fact(sp->ns, IPC_FACT_ES, &f);
	run_all(sp);
	device_of_set(sp, "10.0.0.9", 9, GRE);
	assert_true(is_on(sp, GRE, "10.0.0.9", 9));
	assert_true(is_on(sp, GRE, NULL, 9));
	assert_false(is_on(sp, BOND0, "10.0.0.9", 9));
	assert_false(is_on(sp, BOND0, NULL, 9));
	assert_true(is_on(sp, BOND0, "10.0.0.8", 8));
	assert_false(is_on(sp, GRE, "10.0.0.8", 8));
	end(sp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(advertised),
		cmocka_unit_test(aimed),
		cmocka_unit_test(impossible),
		cmocka_unit_test(tags),
		cmocka_unit_test(vrf_form),
		cmocka_unit_test(mac_change),
		cmocka_unit_test(vrf_move),
		cmocka_unit_test(no_vrf),
		cmocka_unit_test(truth_table),
		cmocka_unit_test(not_for_us),
		cmocka_unit_test(frr_form),
		cmocka_unit_test(wish_and_retention),
		cmocka_unit_test(limit_advertised),
		cmocka_unit_test(limit_taken),
		cmocka_unit_test(two_pes),
		cmocka_unit_test(unanswered),
		cmocka_unit_test(asked),
		cmocka_unit_test(newer_mac),
		cmocka_unit_test(esi_changes),
		cmocka_unit_test(local_and_remote),
		cmocka_unit_test(overlapping),
		cmocka_unit_test(segment_comes_and_goes),
		cmocka_unit_test(vrf_device_late),
		cmocka_unit_test(listed_interfaces),
		cmocka_unit_test(mobility),
		cmocka_unit_test(mobility_from_elsewhere),
		cmocka_unit_test(sticky),
		cmocka_unit_test(sticky_route_goes),
		cmocka_unit_test(neighbours),
		cmocka_unit_test(collision),
		cmocka_unit_test(answers),
		cmocka_unit_test(answer_late),
		cmocka_unit_test(other_configuration),
		cmocka_unit_test(reading),
		cmocka_unit_test(restart),
		cmocka_unit_test(restart_slow_kernel),
		cmocka_unit_test(batches),
		cmocka_unit_test(trace),
		cmocka_unit_test(shown),
		cmocka_unit_test(routers),
		cmocka_unit_test(router_moves),
		cmocka_unit_test(router_moves_at_once),
		cmocka_unit_test(router_in_step),
		cmocka_unit_test(stand_in),
		cmocka_unit_test(stand_in_of_another),
		cmocka_unit_test(set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
