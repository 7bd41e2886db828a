// SPDX-License-Identifier: GPL-2.0-only
/*
 * What other PEs, the module, the bridge and the devices may tell the membership service, in any order: what it
 * wishes then is possible, and what it counts is there.
 *
 * The input is a list of events: an octet that says which, and the octets that it takes.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h> /* for the macros of what is shared with unit programs; nothing of it is linked */

#include "../unit/service_rig.h"
#include "cursor.h"
#include "log.h"
#include "services/member/member.h"

struct speaker {
	sd_event *event;
	struct conf *conf;
	char log[256];
	struct members *ms;
};

#include "../unit/service_speaker.h"

enum { BOND = 5, VLAN = 6, BRIDGE = 7, PES = 4, GROUPS = 8, SOURCES = 8, RT = 100, VNI_RT = 200 };

static void check(int ok)
{
	if (!ok)
		abort();
}

static void check_sources(const u8 *addr, size_t size, u16 n, u8 mode, u16 max)
{
	check(mode == MEMBER_INCLUDE || mode == MEMBER_EXCLUDE);
	check(n <= max && (n || mode == MEMBER_EXCLUDE));
	for (u16 i = 0; i < n; i++) {
		static const u8 zero[16];

		check(memcmp(addr + i * size, zero, sizeof(zero)));
	}
}

void speaker_wish(struct speaker *sp, enum ipc_type type, const void *wishes, uint32_t n)
{
	const struct wish_member *w = wishes;
	const struct wish_mdb *m = wishes;

	for (u32 i = 0; i < n && type == IPC_WISH_MEMBER; i++)
		check_sources(w[i].sources[0].addr, sizeof(w->sources[0]), w[i].n_sources,
			      w[i].mode, MEMBER_SOURCES_MAX);
	for (u32 i = 0; i < n && type == IPC_WISH_MDB; i++) {
		check(m[i].key.port && m[i].key.vid <= 4094);
		check_sources(m[i].sources[0].addr, sizeof(m->sources[0]), m[i].n_sources,
			      m[i].mode, MDB_SOURCES_MAX);
	}
}

/* ---- the PE ---- */

static struct esi esi_of(u8 n)
{
	struct esi e = {.b = {0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, n}};

	return e;
}

static void link_of(struct speaker *sp, u32 ifindex, const char *name, const char *kind, u8 how)
{
	struct fact_link f = {.ifindex = ifindex, .flags = IFF_UP, .carrier = true};

	snprintf(f.ifname, sizeof(f.ifname), "%s", name);
	snprintf(f.kind, sizeof(f.kind), "%s", kind);
	if (ifindex == VLAN) {
		f.link = BOND;
		f.vlan_id = 10;
	}
	if (ifindex == BRIDGE) {
		f.vlan_filtering = how & 1;
		f.mcast_snooping = how & 2;
		f.mcast_hash_max = 4096;
	} else if (how & 4) {
		f.master = BRIDGE;
		snprintf(f.master_kind, sizeof(f.master_kind), "bridge");
	}
	rig_link(&member_service, sp->ms, how & 8 ? IPC_FACT_LINK_GONE : IPC_FACT_LINK, &f);
}

static void configure(struct speaker *sp)
{
	struct conf_vrf vrf = {
		.name = "default", .sync = CONF_SYNC_ES_IMPORT, .n_import = 1, .n_export = 1};
	struct conf_bridge bridge = {.bridge = "br0",
				     .vxlan = "vx0",
				     .vlan = 10,
				     .vni = 100,
				     .n_import = 1,
				     .n_export = 1};
	struct conf_segment s = {.name = "be1",
				 .interface = "bond0",
				 .esi = esi_of(1),
				 .retention_ms = 1000,
				 .leave_ms = 3000};

	check(!rt_parse(&vrf.import[0], "1:100") && !rt_parse(&bridge.import[0], "1:200"));
	vrf.export[0] = vrf.import[0];
	bridge.export[0] = bridge.import[0];
	sp->conf = conf_new();
	sp->conf->global.router_id = htonl(0xc0000201);
	check(!conf_add_vrf(sp->conf, &vrf) && !conf_add_bridge(sp->conf, &bridge) &&
	      !conf_add_segment(sp->conf, &s));
	member_service.conf(sp->ms, conf_changes(NULL, sp->conf), sp->conf);
}

static void es(struct speaker *sp, bool gone)
{
	struct fact_es f = {.esi = esi_of(1), .ifindex = BOND, .gone = gone};

	member_service.fact(sp->ms, IPC_FACT_ES, &f);
}

/* ---- events ---- */

static u8 octet(struct cursor *c)
{
	u8 v = 0;

	return cur_u8(c, &v) ? v : 0;
}

static struct ip_addr group_of(u8 n)
{
	const u8 six[16] = {0xff, 0x3e, [15] = n % GROUPS};
	const u8 four[4] = {239, 1, 1, n % GROUPS};

	return n & 0x80 ? ip_from_bytes(six, 16) : ip_from_bytes(four, 4);
}

static struct ip_addr source_of(u8 n, const struct ip_addr *group)
{
	const u8 six[16] = {0x20, 1, 0x0d, 0xb8, [15] = 1 + n % SOURCES};
	const u8 four[4] = {192, 0, 2, 1 + n % SOURCES};

	if (n % (SOURCES + 1) == SOURCES)
		return (struct ip_addr){};
	return group->len == 16 ? ip_from_bytes(six, 16) : ip_from_bytes(four, 4);
}

static void route(struct speaker *sp, struct cursor *c)
{
	u8 what = octet(c), pe = octet(c) % PES;
	struct ip_addr nh = ip_v4(0xc0000202 + pe);
	struct esi e = esi_of(what & 16 ? 2 : 1);
	struct evpn_nlri n = {.type = what & 1 ? EVPN_JOIN : EVPN_LEAVE,
			      .rd = rd_make_ip(0xc0000202 + pe, what & 2 ? 7 : 8),
			      .esi = e,
			      .etag = what & 4 ? 10 : 0};
	struct ecomm ec[2], rt;
	struct bgp_attrs attrs;
	struct rib_path p;

	n.grp = group_of(octet(c));
	n.src = source_of(octet(c), &n.grp);
	n.orig = nh;
	n.flags = octet(c);
	n.max_resp = octet(c);
	check(!rt_parse(&rt, what & 32 ? "1:200" : "1:100"));
	ec[0] = ecomm_es_import(&e);
	ec[1] = ecomm_evi_rt(&rt);
	bgp_attrs_init(&attrs);
	attrs.ext = ecomm_slice(ec, what & 64 ? 1 : 2);
	p = (struct rib_path){
		.peer = (void *)sp, .attrs = &attrs, .next_hop = &nh, .nlri = &n, .since = 1};
	if (what & 8 || member_service.wanted(sp->ms, &n, &attrs) == WANTED)
		member_service.route(sp->ms, &n, what & 8 ? NULL : &p);
}

static void heard(struct speaker *sp, struct cursor *c)
{
	struct {
		struct batch head;
		struct fact_member f;
	} b = {.head.n = 1};
	u8 what = octet(c);

	b.f.key = (struct member_key){
		.tag = what & 4 ? 10 : 0, .esi = esi_of(1), .group = group_of(octet(c))};
	b.f.mode = octet(c) % MEMBER_MODES;
	b.f.versions = octet(c) & MEMBER_VERSIONS;
	b.f.flags = what & 1 ? MEMBER_LEAVING : 0;
	for (u8 n = octet(c) % SOURCES; b.f.n_sources < n; b.f.n_sources++) {
		struct ip_addr s = source_of((u8)b.f.n_sources, &b.f.key.group);

		memcpy(b.f.sources[b.f.n_sources].addr, s.b, sizeof(s.b));
		b.f.sources[b.f.n_sources].flags = octet(c) & 3;
	}
	member_service.fact(sp->ms, IPC_FACT_MEMBERS, &b.head);
}

static void answer(struct speaker *sp, struct cursor *c)
{
	u8 what = octet(c);
	struct mdb_result m = {.status = what % 3, .error = what & 4 ? 11 : 28, .text = "no"};
	struct member_result r = {.status = what % 3, .text = "no"};

	r.key = (struct member_key){
		.tag = what & 8 ? 10 : 0, .esi = esi_of(1), .group = group_of(octet(c))};
	m.key = (struct mdb_key){
		.port = BOND, .tag = r.key.tag, .esi = r.key.esi, .group = r.key.group};
	member_service.result(sp->ms, &r);
	member_service.more_result(sp->ms, &m);
}

static void happen(struct speaker *sp, struct cursor *c)
{
	u8 how;

	switch (octet(c) % 8) {
	case 0:
	case 1:
		route(sp, c);
		break;
	case 2:
		heard(sp, c);
		break;
	case 3:
		answer(sp, c);
		break;
	case 4:
		how = octet(c);
		link_of(sp, BOND, "bond0", "bond", how);
		break;
	case 5:
		how = octet(c);
		link_of(sp, how & 16 ? VLAN : BRIDGE, how & 16 ? "bond0.10" : "br0",
			how & 16 ? "vlan" : "bridge", how);
		break;
	case 6:
		es(sp, octet(c) & 1);
		break;
	default:
		run_all(sp);
	}
}

/* ---- afterwards ---- */

static void count_taken(struct members *ms, struct mgroup *g, void *data)
{
	u32 *taken = data;
	const struct mentry *e;

	check(mgroup_busy(g) || g->mode != MEMBER_NONE || g->wished);
	mgroup_each(e, g) {
		check(e->group == g);
		*taken += !!e->remotes;
	}
}

static void consistent(struct speaker *sp)
{
	struct esi e = esi_of(1);
	const struct place_es *ours;
	u32 taken = 0;

	run_all(sp);
	member_walk(sp->ms, count_taken, &taken);
	ours = place_es(&sp->ms->at, &e, false);
	check(ours ? ours->taken == taken : !taken);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct speaker sp = {0};
	struct cursor c = cur_make(data, size);

	log_open("fuzz", true);
	log_set_level(LOG_LEVEL_ERROR);
	check(sd_event_new(&sp.event) >= 0);
	sp.ms = rig_begin(&member_service, &sp);
	configure(&sp);
	link_of(&sp, BOND, "bond0", "bond", 0);
	es(&sp, false);
	member_service.fact(sp.ms, IPC_FACT_LINKS_DONE, NULL);
	while (cur_left(&c))
		happen(&sp, &c);
	consistent(&sp);
	member_service.stop(sp.ms);
	conf_free(sp.conf);
	devices_free(&service_devices);
	sd_event_unref(sp.event);
	return 0;
}
