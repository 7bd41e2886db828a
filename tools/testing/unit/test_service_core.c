// SPDX-License-Identifier: GPL-2.0-only
/*
 * The service of the core's prefixes in front of a speaker that only writes down what it is asked to do. Devices,
 * the kernel's routes and other PEs' routes are played to it.
 *
 * Requirements: C71, D13
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
#include "service_routes.h"
#include "services/core/core.h"

#define RED 20
#define BLUE 21
#define SVI 31
#define SVI_BLUE 41

struct speaker {
	sd_event *event;
	struct conf *conf;
	struct core *c;
	char log[65536];
	bool blue;   /* there is a second VRF, with L3VNI 6000 and route target 65000:2 */
	bool answer; /* wishes are answered at once: installed */
	u32 groups;  /* that were wished for */
	u32 last_group;
	u32 n_routes;
	const char *neighbour; /* of VRF red */
};

#include "service_speaker.h"

bool speaker_reaches(struct speaker *sp, u32 vrf, const struct ip_addr *address)
{
	struct ip_addr a = ip_of(sp->neighbour);

	return vrf == RED && ip_equal(&a, address);
}

static const char *text(const struct ip_prefix *p)
{
	static char buf[4][PREFIX_STRLEN];
	static unsigned int n;

	return prefix_format(p, buf[n++ % 4]);
}

static void answer(struct speaker *sp, const struct prefix_key *key, enum wish_status status,
		   int error)
{
	struct prefix_result r = {.key = *key, .status = (u8)status, .error = (u16)error};

	core_service.result(sp->c, &r);
}

static void note_group(struct speaker *sp, const struct wish_core_group *w)
{
	char ip[IP_STRLEN];

	note(sp, "group:");
	for (u8 i = 0; i < w->n_hops; i++) {
		assert_true(w->hops[i].ifindex == SVI || w->hops[i].ifindex == SVI_BLUE);
		note(sp, "%s%s", i ? "," : "", ip_format(&w->hops[i].gateway, ip));
	}
	note(sp, " ");
	sp->groups++;
	sp->last_group = w->key.id;
}

static void note_route(struct speaker *sp, const struct wish_core_route *w)
{
	assert_int_equal(w->key.metric, CONF_CORE_METRIC);
	assert_true(w->key.vrf == RED || w->key.vrf == BLUE);
	note(sp, "%s:%s ", w->replace ? "change" : "wish", text(&w->key.prefix));
	sp->n_routes++;
}

void speaker_wish(struct speaker *sp, enum ipc_type type, const void *wishes, uint32_t n)
{
	const struct wish_core_route *r = wishes;
	const struct wish_core_pe *pe = wishes;
	const struct core_pe_key *gone = wishes;
	const struct prefix_key *k = wishes;
	char ip[IP_STRLEN], mac[MAC_STRLEN];

	if (type == IPC_WISH_CORE_GROUP)
		note_group(sp, wishes);
	else if (type == IPC_WISH_CORE_GROUP_GONE)
		note(sp, "-group ");
	else if (type == IPC_WISH_CORE_PE)
		note(sp, "pe:%s,%s,%s,%s ", pe->key.svi, pe->key.vxlan,
		     ip_format(&pe->key.address, ip), mac_format(&pe->mac, mac) + 15);
	else if (type == IPC_WISH_CORE_PE_GONE)
		note(sp, "-pe:%s ", ip_format(&gone->address, ip));
	else if (type == IPC_WISH_CORE_GROUP_SWEEP)
		note(sp, "sweep ");
	for (u32 i = 0; type == IPC_WISH_CORE_ROUTE && i < n; i++)
		note_route(sp, &r[i]);
	for (u32 i = 0; type == IPC_WISH_CORE_ROUTE && sp->answer && i < n; i++)
		answer(sp, &r[i].key, WISH_INSTALLED, 0);
	for (u32 i = 0; type == IPC_WISH_CORE_ROUTE_GONE && i < n; i++)
		note(sp, "unwish:%s ", text(&k[i].prefix));
}

/* ---- the lab: VRF red, whose br5000 has a port vx5000; PEs 10.0.0.2 and 10.0.0.3; this one is 10.0.0.1 ---- */

static void link_fact(struct speaker *sp, u32 ifindex, const char *name, const char *kind,
		      u32 master, u32 vni, bool gone)
{
	struct fact_link f = {.ifindex = ifindex,
			      .flags = IFF_UP,
			      .carrier = true,
			      .master = master,
			      .vxlan_vni = vni};

	strcpy(f.ifname, name);
	strcpy(f.kind, kind);
	rig_link(&core_service, sp->c, gone ? IPC_FACT_LINK_GONE : IPC_FACT_LINK, &f);
}

static void commit(struct speaker *sp, bool from_core, u32 limit)
{
	struct conf *old = sp->conf, *now = conf_new();
	struct conf_peer peer = {.address = ip_v4(0x0a000009), .port = 179};
	struct conf_vrf v;

	now->global.router_id = htonl(0x0a000001);
	conf_add_peer(now, &peer);
	conf_vrf_defaults(&v);
	v.n_import = 1;
	v.l3vni = 5000;
	v.prefixes.from_core = from_core;
	v.prefixes.limit = limit;
	strcpy(v.name, "red");
	v.import[0] = rt_of("65000:1");
	conf_add_vrf(now, &v);
	strcpy(v.name, "blue");
	v.l3vni = 6000;
	v.import[0] = rt_of("65000:2");
	if (sp->blue)
		conf_add_vrf(now, &v);
	sp->conf = now;
	core_service.conf(sp->c, conf_changes(old, now), now);
	conf_free(old);
}

static void devices(struct speaker *sp)
{
	link_fact(sp, RED, "red", "vrf", 0, 0, false);
	link_fact(sp, SVI, "br5000", "bridge", RED, 0, false);
	link_fact(sp, 32, "vx5000", "vxlan", SVI, 5000, false);
	link_fact(sp, BLUE, "blue", "vrf", 0, 0, false);
	link_fact(sp, SVI_BLUE, "br6000", "bridge", BLUE, 0, false);
	link_fact(sp, 42, "vx6000", "vxlan", SVI_BLUE, 6000, false);
	core_service.fact(sp->c, IPC_FACT_LINKS_DONE, NULL);
}

static void read_tables(struct speaker *sp)
{
	core_service.fact(sp->c, IPC_FACT_PREFIXES_BEGIN, NULL);
	core_service.fact(sp->c, IPC_FACT_PREFIXES_DONE, NULL);
}

/* A speaker that has just started: nothing is read, and nobody has said anything. */
static struct speaker *start(void)
{
	struct speaker *sp = calloc(1, sizeof(*sp));

	log_open("test", true);
	log_set_level(LOG_LEVEL_ERROR);
	sd_event_new(&sp->event);
	service_rig.runs = true;
	service_rig.silent = (struct ip_addr){};
	sp->answer = true;
	n_routes = 0;
	sp->c = rig_begin(&core_service, sp);
	commit(sp, true, 20000);
	devices(sp);
	return sp;
}

static struct speaker *begin(void)
{
	struct speaker *sp = start();

	read_tables(sp);
	core_service.settled(sp->c);
	expect(sp, "sweep ");
	return sp;
}

static void end(struct speaker *sp)
{
	core_service.stop(sp->c);
	conf_free(sp->conf);
	sd_event_unref(sp->event);
	free(sp);
}

/* ---- routes ---- */

static struct esi esi_of(u8 n)
{
	return (struct esi){.b = {3, 0x44, 0x38, 0x39, 0xff, 0xff, 1, 0, 0, n}};
}

static struct route *fresh(struct speaker *sp, u8 pe)
{
	struct mac m = {{2, 0, 0, 0, 0, pe}};
	struct route *r = &routes[n_routes++];

	assert_true(n_routes <= sizeof(routes) / sizeof(routes[0]));
	memset(r, 0, sizeof(*r));
	r->n.rd = rd_make_ip(0x0a000000 + pe, 7);
	r->n.labels = 1;
	r->nh = ip_v4(0x0a000000 + pe);
	bgp_attrs_init(&r->a);
	r->ec[0] = rt_of("65000:1");
	r->ec[1] = ecomm_encap(TUNNEL_VXLAN);
	r->ec[2] = ecomm_router_mac(&m);
	r->a.ext = ecomm_slice(r->ec, 3);
	return r;
}

/* RT-5 of PE 10.0.0.@pe; @segment 0: interface-less */
static struct route *route(struct speaker *sp, const char *prefix, u8 segment, u8 pe)
{
	struct route *r = fresh(sp, pe);
	struct ip_prefix p;

	assert_int_equal(prefix_parse(&p, prefix), 0);
	r->n.type = EVPN_PREFIX;
	r->n.ip = p.addr;
	r->n.plen = p.plen;
	r->n.gw.len = p.addr.len;
	r->n.label[0] = 5000;
	if (segment)
		r->n.esi = esi_of(segment);
	return r;
}

/* RT-1 of PE 10.0.0.@pe, per ES or per EVI with @flags */
static struct route *alias(struct speaker *sp, u8 segment, u8 pe, bool per_es, u16 flags)
{
	struct route *r = fresh(sp, pe);

	r->n.type = EVPN_AD;
	r->n.esi = esi_of(segment);
	r->n.etag = per_es ? EVPN_MAX_ETAG : 0;
	r->n.label[0] = per_es ? 0 : 5000;
	r->ec[3] = per_es ? ecomm_esi_label((u8)flags, 0) : ecomm_l2_attr(flags, 0);
	r->a.ext = ecomm_slice(r->ec, 4);
	return r;
}

/* It is kept, whoever wants it. */
static void keep(struct speaker *sp, struct route *r)
{
	struct rib_path p = path_of(r);

	core_service.route(sp->c, &r->n, &p);
}

static void say(struct speaker *sp, struct route *r)
{
	r->gone = false;
	if (core_service.wanted(sp->c, &r->n, &r->a) == WANTED)
		keep(sp, r);
}

static void take_back(struct speaker *sp, struct route *r)
{
	struct evpn_nlri key = r->n;

	key.label[0] = 0;
	memset(&key.esi, 0, r->n.type == EVPN_PREFIX ? sizeof(key.esi) : 0);
	r->gone = true;
	core_service.route(sp->c, &key, NULL);
}

static void reaches(struct speaker *sp, u8 segment, u8 pe, u16 flags)
{
	say(sp, alias(sp, segment, pe, true, 0));
	say(sp, alias(sp, segment, pe, false, flags));
}

static const char *state_of(struct speaker *sp, const char *prefix)
{
	struct ip_prefix p;
	const struct core_prefix *x;

	assert_int_equal(prefix_parse(&p, prefix), 0);
	x = core_prefix_first(sp->c, &p);
	return x ? core_prefix_state(x) : "unknown";
}

/* of what is asked about: a string, @key of the first path */
static void why_is(struct speaker *sp, const char *prefix, const char *sentence)
{
	json_t *params = json_pack("{s:s}", "prefix", prefix), *result = NULL;
	const char *reason;
	char err[128];

	assert_true(core_service.query(sp->c, "prefix.why", params, &result, err, sizeof(err)));
	reason = json_string_value(
		json_object_get(json_array_get(json_object_get(result, "prefixes"), 0), "reason"));
	assert_non_null(reason);
	if (!strstr(reason, sentence))
		assert_string_equal(reason, sentence);
	json_decref(result);
	json_decref(params);
}

/* ---- interface-less ---- */

static void test_one(void **state)
{
	struct speaker *sp = begin();
	struct route *r = route(sp, "10.20.0.0/16", 0, 2);

	say(sp, r);
	expect(sp, "pe:br5000,vx5000,10.0.0.2,02 group:10.0.0.2 wish:10.20.0.0/16 ");
	assert_true(sp->last_group >= CORE_GROUP_FIRST && sp->last_group <= CORE_GROUP_LAST);
	assert_string_equal(state_of(sp, "10.20.0.0/16"), "installed");
	say(sp, route(sp, "10.21.0.0/16", 0, 2)); /* the same PE: the same group */
	expect(sp, "wish:10.21.0.0/16 ");
	/* IPv6 over an IPv4 tunnel */
	say(sp, route(sp, "2001:db8::/32", 0, 2));
	expect(sp, "group:::ffff:10.0.0.2 wish:2001:db8::/32 ");
	take_back(sp, r);
	expect(sp, "unwish:10.20.0.0/16 ");
	take_back(sp, &routes[1]);
	take_back(sp, &routes[2]);
	expect(sp, "unwish:10.21.0.0/16 unwish:2001:db8::/32 -group -group -pe:10.0.0.2 ");
	end(sp);
}

/* Equal paths are all used; a worse one only when no better one is left. */
static void test_equal_paths(void **state)
{
	struct speaker *sp = begin();
	struct route *a = route(sp, "10.20.0.0/16", 0, 2), *b = route(sp, "10.20.0.0/16", 0, 3);

	say(sp, b);
	expect(sp, "pe:br5000,vx5000,10.0.0.3,03 group:10.0.0.3 wish:10.20.0.0/16 ");
	say(sp, a);
	expect(sp,
	       "pe:br5000,vx5000,10.0.0.2,02 group:10.0.0.2,10.0.0.3 change:10.20.0.0/16 -group ");
	/* it stands by now: as prefix_core.c tells it */
	b->a.present |= BGP_BIT(BGP_ATTR_LOCAL_PREF) | BGP_BIT(BGP_ATTR_MED);
	b->a.local_pref = 50;
	b->a.med = 50;
	say(sp, b);
	expect(sp, "group:10.0.0.2 change:10.20.0.0/16 -group ");
	take_back(sp, a);
	expect(sp, "group:10.0.0.3 change:10.20.0.0/16 -group -pe:10.0.0.2 ");
	/* from another AS the metric says it */
	say(sp, a);
	b->a.present &= ~BGP_BIT(BGP_ATTR_LOCAL_PREF);
	say(sp, b);
	run_all(sp);
	assert_non_null(strstr(sp->log, "group:10.0.0.2 change:10.20.0.0/16 "));
	assert_null(strstr(sp->log, "10.0.0.2,10.0.0.3"));
	end(sp);
}

/* A host on a link of this PE's is not led away by another PE that has it, too. */
static void test_neighbour(void **state)
{
	struct speaker *sp = begin();
	struct ip_addr a = ip_of("10.1.0.5");

	sp->neighbour = "10.1.0.5";
	say(sp, route(sp, "10.1.0.5/32", 0, 2));
	run_all(sp);
	assert_null(strstr(sp->log, "wish:"));
	why_is(sp, "10.1.0.5/32", "it is a neighbour of this PE's");
	say(sp, route(sp, "10.1.0.6/32", 0, 2));
	say(sp, route(sp, "10.1.0.4/31", 0, 2)); /* no host */
	run_all(sp);
	assert_non_null(strstr(sp->log, "wish:10.1.0.6/32 "));
	assert_non_null(strstr(sp->log, "wish:10.1.0.4/31 "));
	sp->log[0] = '\0';
	/* it goes, and comes again */
	sp->neighbour = NULL;
	core_service.neighbour_changed(sp->c, &a, 11);
	expect(sp, "wish:10.1.0.5/32 ");
	sp->neighbour = "10.1.0.5";
	core_service.neighbour_changed(sp->c, &a, 11);
	expect(sp, "unwish:10.1.0.5/32 ");
	sp->neighbour = "10.1.0.6"; /* its subnet has moved, say */
	core_service.neighbour_changed(sp->c, NULL, 0);
	run_all(sp);
	assert_non_null(strstr(sp->log, "unwish:10.1.0.6/32 "));
	assert_non_null(strstr(sp->log, "wish:10.1.0.5/32 "));
	end(sp);
}

static void test_not_for_us(void **state)
{
	struct speaker *sp = begin();
	struct route *r = route(sp, "10.20.0.0/16", 0, 1);

	say(sp, r); /* told by this PE */
	r = route(sp, "10.21.0.0/16", 0, 2);
	r->n.label[0] = 0;
	say(sp, r); /* no label: no route of the core */
	r = route(sp, "10.22.0.0/16", 0, 2);
	r->n.gw = ip_of("10.1.0.1");
	say(sp, r); /* a gateway */
	r = route(sp, "10.23.0.0/16", 0, 2);
	r->ec[0] = rt_of("65000:2");
	say(sp, r); /* another VRF's */
	r = route(sp, "224.0.0.0/8", 0, 2);
	say(sp, r);
	expect(sp, "");
	assert_string_equal(state_of(sp, "10.20.0.0/16"), "unknown");
	end(sp);
}

static void test_of_no_use(void **state)
{
	struct speaker *sp = begin();
	struct route *r = route(sp, "10.20.0.0/16", 0, 2);

	r->n.label[0] = 6000;
	say(sp, r);
	run_all(sp);
	assert_string_equal(state_of(sp, "10.20.0.0/16"), "pending");
	why_is(sp, "10.20.0.0/16", "its VNI is 6000, and that of VRF red is 5000");
	r->n.label[0] = 5000;
	r->ec[1] = ecomm_encap(TUNNEL_MPLS);
	say(sp, r);
	run_all(sp);
	why_is(sp, "10.20.0.0/16", "its encapsulation is not VXLAN");
	r = route(sp, "10.21.0.0/16", 0, 3);
	r->a.ext = ecomm_slice(r->ec, 2);
	say(sp, r);
	run_all(sp);
	why_is(sp, "10.21.0.0/16", "it says no MAC address of its router");
	assert_null(strstr(sp->log, "wish"));
	end(sp);
}

/* Its router has the MAC address of this PE's own: nothing is made of that, until it says another one. */
static void test_our_mac(void **state)
{
	struct fact_link f = {.ifindex = SVI,
			      .ifname = "br5000",
			      .kind = "bridge",
			      .flags = IFF_UP,
			      .carrier = true,
			      .master = RED,
			      .address = {{2, 0, 0, 0, 0, 2}}};
	struct mac other = {{2, 0, 0, 0, 0, 9}};
	struct speaker *sp = begin();
	struct route *r;

	rig_link(&core_service, sp->c, IPC_FACT_LINK, &f);
	r = route(sp, "10.20.0.0/16", 0, 2);
	say(sp, r);
	expect(sp, "");
	why_is(sp, "10.20.0.0/16", "10.0.0.2 says the MAC address of this PE's own router");
	r = route(sp, "10.21.0.0/16", 0, 2);
	r->ec[2] = ecomm_router_mac(&other);
	say(sp, r);
	expect(sp,
	       "pe:br5000,vx5000,10.0.0.2,09 group:10.0.0.2 wish:10.20.0.0/16 wish:10.21.0.0/16 ");
	f.address = other; /* this PE's is another one now */
	rig_link(&core_service, sp->c, IPC_FACT_LINK, &f);
	run_all(sp);
	assert_non_null(strstr(sp->log, "-pe:10.0.0.2"));
	end(sp);
}

/* ---- IP aliasing ---- */

static void test_alias(void **state)
{
	struct speaker *sp = begin();
	struct route *a, *evi, *es;

	a = route(sp, "10.20.0.0/16", 1, 2);
	say(sp, a);
	expect(sp, "pe:br5000,vx5000,10.0.0.2,02 ");
	assert_string_equal(state_of(sp, "10.20.0.0/16"), "pending");
	why_is(sp, "10.20.0.0/16", "no PE tells by RT-1");
	evi = alias(sp, 1, 2, false, L2_ATTR_P);
	say(sp, evi);
	expect(sp, "");
	why_is(sp, "10.20.0.0/16", "and none per ES");
	es = alias(sp, 1, 2, true, 0);
	say(sp, es);
	expect(sp, "group:10.0.0.2 wish:10.20.0.0/16 ");
	/* another PE of the segment, which tells no prefix: the group alone is another one */
	reaches(sp, 1, 3, L2_ATTR_P);
	expect(sp, "pe:br5000,vx5000,10.0.0.3,03 group:10.0.0.2,10.0.0.3 ");
	reaches(sp, 2, 4, L2_ATTR_P); /* another segment's */
	expect(sp, "pe:br5000,vx5000,10.0.0.4,04 ");
	take_back(sp, es);
	expect(sp, "group:10.0.0.3 ");
	say(sp, es);
	expect(sp, "group:10.0.0.2,10.0.0.3 ");
	/* per EVI alone, with another VNI */
	evi->n.label[0] = 6000;
	say(sp, evi);
	expect(sp, "group:10.0.0.3 ");
	end(sp);
}

static struct route *in_blue(struct route *r)
{
	r->n.rd = rd_make_ip(0x0a000002, 8);
	r->ec[0] = rt_of("65000:2");
	r->n.label[0] = 6000;
	return r;
}

/* With the VRF blue; a prefix of red is behind a segment of which the RT-1 per EVI is there, and that per ES is not. */
static struct speaker *begin_two_vrfs(void)
{
	struct speaker *sp = begin();

	sp->blue = true;
	commit(sp, true, 20000);
	devices(sp);
	run_all(sp);
	say(sp, route(sp, "10.20.0.0/16", 1, 2));
	say(sp, alias(sp, 1, 2, false, L2_ATTR_P));
	return sp;
}

/* A PE may have one RT-1 per ES for all VRFs, with the targets of all (RFC 7432 section 8.2.1). */
static void test_alias_in_two_vrfs(void **state)
{
	struct speaker *sp = begin_two_vrfs();
	struct route *es;

	say(sp, in_blue(route(sp, "10.21.0.0/16", 1, 2)));
	say(sp, in_blue(alias(sp, 1, 2, false, L2_ATTR_P)));
	es = alias(sp, 1, 2, true, 0);
	es->ec[4] = rt_of("65000:2");
	es->a.ext = ecomm_slice(es->ec, 5);
	say(sp, es);
	run_all(sp);
	assert_string_equal(state_of(sp, "10.20.0.0/16"), "installed");
	assert_string_equal(state_of(sp, "10.21.0.0/16"), "installed");
	/* the VRF red is not among them any more */
	es->ec[0] = rt_of("65000:3");
	say(sp, es);
	run_all(sp);
	assert_string_equal(state_of(sp, "10.20.0.0/16"), "pending");
	assert_string_equal(state_of(sp, "10.21.0.0/16"), "installed");
	take_back(sp, es);
	run_all(sp);
	assert_string_equal(state_of(sp, "10.21.0.0/16"), "pending");
	end(sp);
}

/*
 * What is of another VRF, and has a route target of this one as well, says the MAC address of the router of that one. Frames
 * that had it in the tunnel of this one would be dropped.
 */
static void test_mac_of_another_vrf(void **state)
{
	struct mac other = {{2, 0, 0, 0, 0, 0x99}};
	struct speaker *sp = begin();
	struct route *theirs[3];

	say(sp, route(sp, "10.20.0.0/16", 0, 2));
	expect(sp, "pe:br5000,vx5000,10.0.0.2,02 group:10.0.0.2 wish:10.20.0.0/16 ");
	theirs[0] = alias(sp, 1, 2, true, 0);
	theirs[1] = alias(sp, 1, 2, false, L2_ATTR_P);
	theirs[2] = route(sp, "10.21.0.0/16", 0, 2);
	for (size_t i = 0; i < 3; i++) {
		in_blue(theirs[i])->ec[0] = rt_of("65000:1");
		theirs[i]->ec[2] = ecomm_router_mac(&other);
		say(sp, theirs[i]);
		expect(sp, "");
	}
	why_is(sp, "10.21.0.0/16", "its VNI is 6000, and that of VRF red is 5000");
	end(sp);
}

/* One that has no room in a VRF, and is kept because it has some in another one, does not come again by itself. */
static void test_alias_left_out(void **state)
{
	struct speaker *sp = begin_two_vrfs();
	struct route *es;

	es = alias(sp, 1, 9, true, 0);
	for (u32 i = 1; i < CORE_ADS_MAX; i++) { /* and the one per EVI */
		es->n.rd = rd_make_ip(0x0c000000 + i, 7);
		say(sp, es);
	}
	es->gone = true;
	es = alias(sp, 1, 2, true, 0);
	es->ec[4] = rt_of("65000:2");
	es->a.ext = ecomm_slice(es->ec, 5);
	assert_int_equal(core_service.wanted(sp->c, &es->n, &es->a), WANTED);
	say(sp, es);
	run_all(sp);
	assert_string_equal(state_of(sp, "10.20.0.0/16"), "pending");
	service_rig.has_room = 0;
	for (u32 i = 1; i < CORE_ADS_MAX; i++) {
		struct evpn_nlri n = es->n;

		n.rd = rd_make_ip(0x0c000000 + i, 7);
		core_service.route(sp->c, &n, NULL);
	}
	assert_int_equal(service_rig.has_room, 1);
	core_service.room(sp->c);
	run_all(sp);
	assert_string_equal(state_of(sp, "10.20.0.0/16"), "installed");
	walks = 0;
	core_service.room(sp->c);
	assert_int_equal(walks, 0);
	end(sp);
}

/* D13: whatever the number of prefixes behind the segment. */
static void test_mass_withdraw(void **state)
{
	struct speaker *sp = begin();
	struct route *es, *r;
	char text20[32];

	es = alias(sp, 1, 2, true, 0);
	say(sp, es);
	say(sp, alias(sp, 1, 2, false, L2_ATTR_P));
	reaches(sp, 1, 3, L2_ATTR_P);
	for (int i = 0; i < 1000; i++) {
		snprintf(text20, sizeof(text20), "10.%d.%d.0/24", 20 + i / 250, i % 250);
		r = route(sp, text20, 1, 2);
		say(sp, r);
		n_routes--;
	}
	run_all(sp);
	assert_int_equal(sp->n_routes, 1000);
	assert_int_equal(sp->groups, 1);
	sp->log[0] = '\0';
	take_back(sp, es);
	expect(sp, "group:10.0.0.3 ");
	assert_int_equal(sp->n_routes, 1000);
	/* the last one, too: then they go */
	take_back(sp, &routes[2]);
	run_all(sp);
	assert_non_null(strstr(sp->log, "unwish:10.23.249.0/24 "));
	assert_string_equal(state_of(sp, "10.20.0.0/24"), "pending");
	sp->log[0] = '\0';
	say(sp, es);
	run_all(sp);
	assert_int_equal(sp->n_routes, 2000);
	end(sp);
}

static void test_backup(void **state)
{
	struct speaker *sp = begin();
	struct route *p, *b;

	say(sp, route(sp, "10.20.0.0/16", 1, 2));
	say(sp, alias(sp, 1, 2, true, 0));
	p = alias(sp, 1, 2, false, L2_ATTR_P);
	say(sp, p);
	say(sp, alias(sp, 1, 3, true, 0));
	b = alias(sp, 1, 3, false, L2_ATTR_B);
	say(sp, b);
	expect(sp,
	       "pe:br5000,vx5000,10.0.0.2,02 pe:br5000,vx5000,10.0.0.3,03 group:10.0.0.2 wish:10.20.0.0/16 ");
	take_back(sp, p);
	expect(sp, "group:10.0.0.3 ");
	say(sp, p);
	expect(sp, "group:10.0.0.2 ");
	/* single-active, and two that say they forward, for a moment: one is taken */
	b->ec[3] = ecomm_l2_attr(L2_ATTR_P, 0);
	say(sp, b);
	expect(sp, "group:10.0.0.2,10.0.0.3 ");
	say(sp, alias(sp, 1, 3, true, ESI_LABEL_SINGLE_ACTIVE));
	expect(sp, "group:10.0.0.2 ");
	end(sp);
}

/* A PE that says no MAC address in its RT-1 is known by its RT-5 (as FRR has it in mind). */
static void test_mac_of_prefix(void **state)
{
	struct speaker *sp = begin();
	struct route *r;

	for (int i = 0; i < 2; i++) {
		r = alias(sp, 1, 2, i, i ? 0 : L2_ATTR_P);
		r->ec[2] = r->ec[3];
		r->a.ext = ecomm_slice(r->ec, 3);
		say(sp, r);
	}
	expect(sp, "");
	say(sp, route(sp, "10.20.0.0/16", 1, 2));
	expect(sp, "pe:br5000,vx5000,10.0.0.2,02 group:10.0.0.2 wish:10.20.0.0/16 ");
	end(sp);
}

/*
 * A neighbour names ten thousand PEs, each with prefixes of its own, and takes them back: it does not take longer for
 * each, the more there are.
 */
static void test_many_pes(void **state)
{
	struct speaker *sp = begin();
	struct route *r = route(sp, "10.20.0.0/16", 0, 2);
	u64 begun = timer_now_us();

	for (u32 i = 0; i < 20000; i++) {
		r->n.ip = ip_v4(0x0b000000 + ((i % 10000) << 8));
		r->n.plen = 24;
		r->nh = ip_v4(0x0c000000 + i % 10000);
		if (i < 10000)
			say(sp, r);
		else
			take_back(sp, r);
		run_all(sp);
		sp->log[0] = '\0';
	}
	assert_true(timer_now_us() - begun < 5000000);
	end(sp);
}

/* So it is with RT-1 about one segment, of which a few are taken, and those that are refused come when there is room. */
static void test_many_ads(void **state)
{
	struct speaker *sp = begin();
	struct route *r = alias(sp, 1, 2, false, L2_ATTR_P);
	u64 begun = timer_now_us();
	u32 taken = 0;

	service_rig.has_room = 0;
	log_set_level(LOG_LEVEL_ERROR);
	say(sp, route(sp, "10.20.0.0/16", 1, 2));
	for (int gone = 0; gone < 2; gone++)
		for (u32 i = 0; i < 20000; i++) {
			r->n.etag = i % 2 ? EVPN_MAX_ETAG : 0;
			r->n.rd = rd_make_ip(0x0c000000 + i / 2, 7);
			r->nh = ip_v4(0x0c000000 + i / 2);
			if (gone)
				take_back(sp, r);
			else
				taken += core_service.wanted(sp->c, &r->n, &r->a) == WANTED;
			if (!gone)
				say(sp, r);
			run_all(sp);
			sp->log[0] = '\0';
		}
	assert_int_equal(taken, CORE_ADS_MAX);
	assert_int_equal(service_rig.has_room, 1);
	assert_true(timer_now_us() - begun < 5000000);
	end(sp);
}

/* ---- what the kernel and BFD say ---- */

static void test_pe_refused(void **state)
{
	struct speaker *sp = begin();
	struct {
		struct batch head;
		struct core_pe_result r;
	} b = {.head = {.n = 1}, .r = {.status = WISH_REFUSED, .text = "somebody else"}};

	strcpy(b.r.key.svi, "br5000");
	strcpy(b.r.key.vxlan, "vx5000");
	b.r.key.address = ip_v4(0x0a000002);
	say(sp, route(sp, "10.20.0.0/16", 0, 2));
	say(sp, route(sp, "10.20.0.0/16", 0, 3));
	run_all(sp);
	sp->log[0] = '\0';
	core_service.fact(sp->c, IPC_WISH_CORE_PE_RESULT, &b);
	sd_event_run(sp->event, 100000);
	expect(sp, "group:10.0.0.3 ");
	b.r.status = WISH_INSTALLED;
	core_service.fact(sp->c, IPC_WISH_CORE_PE_RESULT, &b);
	sd_event_run(sp->event, 100000);
	expect(sp, "group:10.0.0.2,10.0.0.3 ");
	/* BFD: one change of the group, whatever is behind it */
	service_rig.silent = ip_v4(0x0a000003);
	core_service.pe(sp->c, &service_rig.silent, true);
	expect(sp, "group:10.0.0.2 ");
	service_rig.silent = (struct ip_addr){};
	core_service.pe(sp->c, &b.r.key.address, false);
	expect(sp, "group:10.0.0.2,10.0.0.3 ");
	end(sp);
}

static void test_refused(void **state)
{
	struct speaker *sp = begin();
	struct fact_prefix_text t = {.why = 1, .text = "another route is there"};
	struct prefix_key k = {.vrf = RED, .metric = CONF_CORE_METRIC};
	struct prefix_result r = {.status = WISH_REFUSED, .why = 1, .error = 17};

	sp->answer = false;
	say(sp, route(sp, "10.20.0.0/16", 0, 2));
	run_all(sp);
	assert_string_equal(state_of(sp, "10.20.0.0/16"), "pending");
	assert_int_equal(prefix_parse(&k.prefix, "10.20.0.0/16"), 0);
	r.key = k;
	core_service.fact(sp->c, IPC_FACT_PREFIX_TEXT, &t);
	core_service.result(sp->c, &r);
	assert_string_equal(state_of(sp, "10.20.0.0/16"), "refused");
	why_is(sp, "10.20.0.0/16", "another route is there");
	sp->log[0] = '\0';
	sp->answer = true;
	core_retry(sp->c);
	expect(sp, "wish:10.20.0.0/16 ");
	assert_string_equal(state_of(sp, "10.20.0.0/16"), "installed");
	end(sp);
}

/*
 * The way changes while the kernel has not answered yet, and back to what it had before: it is told again, and no group
 * goes that it has routes by.
 */
static void test_answer_late(void **state)
{
	struct speaker *sp = begin();
	struct route *r = route(sp, "10.20.0.0/16", 0, 3);
	struct prefix_key k = {.vrf = RED, .metric = CONF_CORE_METRIC};

	assert_int_equal(prefix_parse(&k.prefix, "10.20.0.0/16"), 0);
	say(sp, route(sp, "10.20.0.0/16", 0, 2));
	run_all(sp);
	sp->log[0] = '\0';
	sp->answer = false;
	say(sp, r);
	expect(sp, "pe:br5000,vx5000,10.0.0.3,03 group:10.0.0.2,10.0.0.3 change:10.20.0.0/16 ");
	take_back(sp, r);
	core_retry(sp->c);
	expect(sp, "");
	answer(sp, &k, WISH_INSTALLED, 0);
	expect(sp, "change:10.20.0.0/16 ");
	answer(sp, &k, WISH_INSTALLED, 0);
	expect(sp, "-group -pe:10.0.0.3 ");
	/* nothing is left of it when the answer comes */
	say(sp, r);
	expect(sp, "pe:br5000,vx5000,10.0.0.3,03 group:10.0.0.2,10.0.0.3 change:10.20.0.0/16 ");
	take_back(sp, r);
	take_back(sp, &routes[1]);
	expect(sp, "");
	answer(sp, &k, WISH_REFUSED, EEXIST);
	expect(sp, "unwish:10.20.0.0/16 -group -group -pe:10.0.0.3 -pe:10.0.0.2 ");
	assert_string_equal(state_of(sp, "10.20.0.0/16"), "unknown");
	end(sp);
}

/* ---- after a start ---- */

static void fact(struct speaker *sp, const char *prefix, u32 group, bool gone)
{
	struct {
		struct batch head;
		struct fact_core_route f;
	} b = {.head = {.n = 1}};

	b.f.key.vrf = RED;
	b.f.key.metric = CONF_CORE_METRIC;
	assert_int_equal(prefix_parse(&b.f.key.prefix, prefix), 0);
	b.f.group = group;
	b.f.gone = gone;
	core_service.fact(sp->c, IPC_FACT_CORE_ROUTES, &b);
}

/* What the kernel has is not changed before everybody has spoken; a successor names groups as this one. */
static void test_restart(void **state)
{
	struct speaker *sp = begin();
	u32 esi_group, pes_group;

	say(sp, route(sp, "10.20.0.0/16", 1, 2));
	reaches(sp, 1, 2, L2_ATTR_P);
	reaches(sp, 1, 3, L2_ATTR_P);
	run_all(sp);
	esi_group = sp->last_group;
	say(sp, route(sp, "10.30.0.0/16", 0, 2));
	say(sp, route(sp, "10.30.0.0/16", 0, 3));
	run_all(sp);
	pes_group = sp->last_group;
	end(sp);

	sp = start();
	core_service.fact(sp->c, IPC_FACT_PREFIXES_BEGIN, NULL);
	fact(sp, "10.20.0.0/16", esi_group, false);
	fact(sp, "10.30.0.0/16", pes_group, false);
	fact(sp, "10.40.0.0/16", pes_group, false);
	core_service.fact(sp->c, IPC_FACT_PREFIXES_DONE, NULL);
	say(sp, route(sp, "10.20.0.0/16", 1, 2));
	reaches(sp, 1, 2, L2_ATTR_P);
	say(sp, route(sp, "10.30.0.0/16", 0, 2));
	run_all(sp);
	assert_null(strstr(sp->log, "change"));
	assert_null(strstr(sp->log, "unwish"));
	assert_int_equal(sp->n_routes, 0);
	sp->log[0] = '\0';
	reaches(sp, 1, 3, L2_ATTR_P);
	say(sp, route(sp, "10.30.0.0/16", 0, 3));
	core_service.settled(sp->c);
	run_all(sp);
	assert_non_null(strstr(sp->log, "group:10.0.0.2,10.0.0.3 "));
	assert_non_null(strstr(sp->log, "unwish:10.40.0.0/16 "));
	assert_non_null(strstr(sp->log, "sweep "));
	assert_int_equal(sp->n_routes, 0);
	assert_string_equal(state_of(sp, "10.20.0.0/16"), "installed");
	assert_string_equal(state_of(sp, "10.30.0.0/16"), "installed");
	sp->log[0] = '\0';
	/* somebody takes it away */
	fact(sp, "10.20.0.0/16", 0, true);
	expect(sp, "wish:10.20.0.0/16 ");
	end(sp);
}

/* ---- devices, configuration, room ---- */

static void test_devices(void **state)
{
	struct speaker *sp = begin();

	say(sp, route(sp, "10.20.0.0/16", 0, 2));
	run_all(sp);
	sp->log[0] = '\0';
	link_fact(sp, 32, "vx5000", "vxlan", SVI, 5000, true);
	expect(sp, "unwish:10.20.0.0/16 -group ");
	why_is(sp, "10.20.0.0/16", "no VXLAN device with VNI 5000 is in a bridge");
	link_fact(sp, 33, "vni5000", "vxlan", SVI, 5000, false);
	expect(sp, "-pe:10.0.0.2 pe:br5000,vni5000,10.0.0.2,02 group:10.0.0.2 wish:10.20.0.0/16 ");
	commit(sp, false, 1000);
	expect(sp, "unwish:10.20.0.0/16 -group -pe:10.0.0.2 ");
	commit(sp, true, 20000);
	expect(sp, "pe:br5000,vni5000,10.0.0.2,02 group:10.0.0.2 wish:10.20.0.0/16 ");
	end(sp);
}

static void test_room(void **state)
{
	struct speaker *sp = begin();

	commit(sp, true, 2);
	log_set_level(LOG_LEVEL_ERROR);
	say(sp, route(sp, "10.20.0.0/16", 0, 2));
	say(sp, route(sp, "10.21.0.0/16", 0, 2));
	keep(sp, route(sp, "10.22.0.0/16", 0, 2));
	run_all(sp);
	assert_string_equal(state_of(sp, "10.22.0.0/16"), "unknown");
	service_rig.has_room = 0;
	take_back(sp, &routes[0]);
	take_back(sp, &routes[1]);
	assert_int_equal(service_rig.has_room, 1);
	core_service.room(sp->c);
	run_all(sp);
	assert_string_equal(state_of(sp, "10.22.0.0/16"), "installed");
	end(sp);
}

/* One that was refused is asked for when one has gone, however many are left. */
static void test_room_for_one(void **state)
{
	struct speaker *sp = begin();
	struct route *last = NULL;
	char prefix[32];

	commit(sp, true, 16);
	for (u32 i = 0; i < 17; i++) {
		snprintf(prefix, sizeof(prefix), "10.%u.0.0/16", 20 + i);
		last = route(sp, prefix, 0, 2);
		say(sp, last);
	}
	assert_false(core_import_wanted(sp->c, &last->n, &last->a));
	service_rig.has_room = 0;
	take_back(sp, &routes[0]);
	assert_int_equal(service_rig.has_room, 1);
	assert_true(core_import_wanted(sp->c, &last->n, &last->a));
	end(sp);
}

/* And so is a path. */
static void test_room_for_a_path(void **state)
{
	struct speaker *sp = begin();
	struct route *last;

	for (u8 i = 0; i < CORE_PATHS_MAX; i++)
		say(sp, route(sp, "10.20.0.0/16", 0, 2 + i));
	last = route(sp, "10.20.0.0/16", 0, 2 + CORE_PATHS_MAX);
	assert_false(core_import_wanted(sp->c, &last->n, &last->a));
	service_rig.has_room = 0;
	take_back(sp, &routes[0]);
	assert_int_equal(service_rig.has_room, 1);
	assert_true(core_import_wanted(sp->c, &last->n, &last->a));
	take_back(sp, &routes[1]);
	assert_int_equal(service_rig.has_room, 1); /* none was refused since */
	end(sp);
}

static void test_show(void **state)
{
	struct speaker *sp = begin();
	json_t *params = json_pack("{s:s}", "prefix", "10.20.0.0/16"), *result = NULL, *from;
	char err[128], *all;

	say(sp, route(sp, "10.20.0.0/16", 0, 2));
	run_all(sp);
	assert_true(core_service.query(sp->c, "prefix.show", params, &result, err, sizeof(err)));
	from = json_array_get(
		json_object_get(json_array_get(json_object_get(result, "prefixes"), 0), "from"), 0);
	assert_string_equal(json_string_value(json_object_get(from, "form")), "interface-less");
	assert_int_equal(json_integer_value(json_object_get(from, "vni")), 5000);
	assert_string_equal(json_string_value(json_object_get(from, "router-mac")),
			    "02:00:00:00:00:02");
	assert_true(json_is_true(json_object_get(from, "used")));
	json_decref(result);
	assert_true(core_service.query(sp->c, "prefix.trace", params, &result, err, sizeof(err)));
	all = json_dumps(result, 0);
	assert_non_null(strstr(all, "from the core, by 10.0.0.2"));
	assert_non_null(strstr(all, "via 10.0.0.2 dev br5000, nexthop object "));
	free(all);
	json_decref(result);
	assert_true(core_service.query(sp->c, "summary", NULL, &result, err, sizeof(err)));
	assert_int_equal(json_integer_value(json_object_get(
				 json_object_get(result, "core-prefixes"), "installed")),
			 1);
	json_decref(result);
	assert_true(core_service.query(sp->c, "metrics", NULL, &result, err, sizeof(err)));
	json_decref(result);
	json_decref(params);
	end(sp);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_equal_paths),
		cmocka_unit_test(test_neighbour),
		cmocka_unit_test(test_not_for_us),
		cmocka_unit_test(test_of_no_use),
		cmocka_unit_test(test_our_mac),
		cmocka_unit_test(test_many_pes),
		cmocka_unit_test(test_many_ads),
		cmocka_unit_test(test_alias),
		cmocka_unit_test(test_alias_in_two_vrfs),
		cmocka_unit_test(test_mac_of_another_vrf),
		cmocka_unit_test(test_alias_left_out),
		cmocka_unit_test(test_mass_withdraw),
		cmocka_unit_test(test_backup),
		cmocka_unit_test(test_mac_of_prefix),
		cmocka_unit_test(test_pe_refused),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_room_for_one),
		cmocka_unit_test(test_room_for_a_path),
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_answer_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
