// SPDX-License-Identifier: GPL-2.0-only
/*
 * The membership service in front of a speaker that only writes down what it is asked to do. Devices,
 * segments, groups and routes are played to it; the decisions are the real ones.
 *
 * Requirements: C3, C16, C27, C50 to C54
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

#include "hex.h"
#include "log.h"
#include "service_aim.h"
#include "service_rig.h"
#include "service_routes.h"
#include "services/member/member.h"

struct speaker {
	sd_event *event;
	struct conf *conf;
	struct members *ms;
	char log[8192];
	char wishes[8192];
	struct evpn_nlri last; /* originated */
	struct ecomm ec[24];
	size_t n_ec;
	bool events;
	size_t waiting;
	char said[64];
};

#include "service_speaker.h"

size_t speaker_waiting(const struct speaker *sp)
{
	return sp->waiting;
}

bool speaker_monitored(struct speaker *sp, const char *object)
{
	return sp->events;
}

/* "x239.1.1.1/10" wanted from any source, "i232.1.1.1/10<192.0.2.7>" from these; x with those blocked */
static void note_wish(struct speaker *sp, const struct wish_member *w)
{
	char *log = sp->wishes + strlen(sp->wishes), ip[IP_STRLEN];
	size_t room = sizeof(sp->wishes) - strlen(sp->wishes);
	struct ip_addr a;
	int n;

	n = snprintf(log, room, "%c%s/%u", w->mode == MEMBER_EXCLUDE ? 'x' : 'i',
		     ip_format(&w->key.group, ip), w->key.tag);
	for (u16 i = 0; i < w->n_sources; i++) {
		a = ip_from_bytes(w->sources[i].addr, w->key.group.len);
		n += snprintf(log + n, room - (size_t)n, "<%s>", ip_format(&a, ip));
	}
	snprintf(log + n, room - (size_t)n, "v%u ", w->versions);
}

/* "m+x239.1.1.1@5.10<192.0.2.7> ": put at port 5, VLAN 10; "m~": left to the bridge with that */
static void note_put(struct speaker *sp, const struct wish_mdb *w)
{
	char *log = sp->wishes + strlen(sp->wishes), ip[IP_STRLEN];
	size_t room = sizeof(sp->wishes) - strlen(sp->wishes);
	struct ip_addr a;
	int n;

	n = snprintf(log, room, "m%c%c%s@%u.%u", w->temporary ? '~' : '+',
		     w->mode == MEMBER_EXCLUDE ? 'x' : 'i', ip_format(&w->key.group, ip),
		     w->key.port, w->key.vid);
	for (u16 i = 0; i < w->n_sources; i++) {
		a = ip_from_bytes(w->sources[i].addr, w->key.group.len);
		n += snprintf(log + n, room - (size_t)n, "<%s>", ip_format(&a, ip));
	}
	snprintf(log + n, room - (size_t)n, " ");
}

static void note_word(struct speaker *sp, const char *fmt, const struct ip_addr *group, u32 n)
{
	size_t used = strlen(sp->wishes);
	char ip[IP_STRLEN];

	snprintf(sp->wishes + used, sizeof(sp->wishes) - used, fmt, ip_format(group, ip), n);
}

void speaker_wish(struct speaker *sp, enum ipc_type type, const void *wishes, uint32_t n)
{
	const struct member_leave *l = wishes;
	const struct wish_member *w = wishes;

	for (u32 i = 0; i < n && type == IPC_WISH_MEMBER; i++)
		note_wish(sp, &w[i]);
	for (u32 i = 0; i < n && type == IPC_WISH_MEMBER_LEAVE; i++)
		note_word(sp, "leave:%s:%u ", &l[i].key.group, l[i].response_ms);
	for (u32 i = 0; i < n && type == IPC_WISH_MDB; i++)
		note_put(sp, &((const struct wish_mdb *)wishes)[i]);
	if (type == IPC_WISH_MEMBER_SWEEP)
		strcat(sp->wishes, "sweep ");
}

void speaker_retain(struct speaker *sp, enum ipc_type type, const void *wishes, uint32_t n,
		    uint32_t retain_ms)
{
	const struct member_key *k = wishes;
	const struct mdb_key *m = wishes;

	for (u32 i = 0; i < n && type == IPC_WISH_MDB_GONE; i++)
		note_word(sp, "m-%s:%u ", &m[i].group, retain_ms);
	if (type == IPC_WISH_MDB_GONE)
		return;
	assert_int_equal(type, IPC_WISH_MEMBER_GONE);
	for (u32 i = 0; i < n; i++)
		note_word(sp, "-%s:%u ", &k[i].group, retain_ms);
}

void speaker_event_json(struct speaker *sp, const char *object, json_t *event)
{
	assert_string_equal(object, "member");
	assert_non_null(event);
	snprintf(sp->said, sizeof(sp->said), "%s",
		 json_string_value(json_object_get(event, "event")));
	json_decref(event);
}

static void note_route(struct speaker *sp, char sign, const struct evpn_nlri *n)
{
	char src[IP_STRLEN], grp[IP_STRLEN];

	note(sp, "%c%u:%s,%s/%u", sign, n->type,
	     ip_is_none(&n->src) ? "*" : ip_format(&n->src, src), ip_format(&n->grp, grp), n->etag);
	if (sign == '+')
		note(sp, "=%02x", n->flags);
	note(sp, " ");
}

int speaker_originate(struct speaker *sp, const struct evpn_nlri *n, const struct bgp_attrs *a,
		      bool urgent)
{
	sp->last = *n;
	sp->n_ec = ecomm_count(&a->ext);
	memcpy(sp->ec, a->ext.p, a->ext.len);
	note_route(sp, '+', n);
	return 0;
}

int speaker_withdraw(struct speaker *sp, const struct evpn_nlri *n, bool urgent)
{
	note_route(sp, '-', n);
	return 0;
}

#define PE1 0xc0000201
#define PE2 0xc0000202
#define BOND0 5
#define RED 20
#define BLUE 21

static struct esi esi_of(unsigned int n)
{
	struct esi e = {.b = {0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x98}};

	e.b[9] += n;
	return e;
}

static struct conf_vrf vrf_of_conf(const char *name, const char *rt, u16 id)
{
	struct conf_vrf v = {.sync = CONF_SYNC_ES_IMPORT, .n_import = 1, .n_export = 1, .id = id};

	strcpy(v.name, name);
	v.import[0] = v.export[0] = rt_of(rt);
	return v;
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
	rig_link(&member_service, sp->ms, IPC_FACT_LINK, &f);
}

static void es_fact(struct speaker *sp, unsigned int n, u32 ifindex, bool gone)
{
	struct fact_es f = {.esi = esi_of(n), .ifindex = ifindex, .gone = gone};

	member_service.fact(sp->ms, IPC_FACT_ES, &f);
}

static void conf_of(struct speaker *sp, const struct conf_vrf *vrfs, size_t n, u32 router_id)
{
	struct conf *old = sp->conf, *now = conf_new();
	struct conf_segment be;
	size_t i;

	now->global.router_id = htonl(router_id);
	for (i = 0; i < n; i++)
		conf_add_vrf(now, &vrfs[i]);
	memset(&be, 0, sizeof(be));
	strcpy(be.name, "be1");
	strcpy(be.interface, "bond0");
	be.esi = esi_of(1);
	be.mode = CONF_ALL_ACTIVE;
	be.retention_ms = 180000;
	be.leave_ms = 3000;
	conf_add_segment(now, &be);
	sp->conf = now;
	member_service.conf(sp->ms, conf_changes(old, now), now);
	conf_free(old);
}

static const struct conf_vrf *usual_vrfs(void)
{
	static struct conf_vrf vrfs[2];

	vrfs[0] = vrf_of_conf("red", "65000:1", 100);
	vrfs[1] = vrf_of_conf("blue", "65000:2", 101);
	return vrfs;
}

static struct speaker *begin(void)
{
	struct speaker *sp = calloc(1, sizeof(*sp));

	log_open("test", true);
	log_set_level(LOG_LEVEL_ERROR);
	n_routes = 0;
	sd_event_new(&sp->event);
	service_rig.runs = true;
	sp->ms = rig_begin(&member_service, sp);
	conf_of(sp, usual_vrfs(), 2, PE1);
	link_fact(sp, RED, "red", "vrf", 0, 0, 0);
	link_fact(sp, BLUE, "blue", "vrf", 0, 0, 0);
	link_fact(sp, BOND0, "bond0", "bond", 0, 0, 0);
	link_fact(sp, 11, "bond0.10", "vlan", BOND0, 10, RED);
	link_fact(sp, 12, "bond0.20", "vlan", BOND0, 20, BLUE);
	link_fact(sp, 13, "bond0.3", "vlan", BOND0, 3, 0);
	link_fact(sp, 14, "bond0.3.30", "vlan", 13, 30, BLUE);
	es_fact(sp, 1, BOND0, false);
	member_service.fact(sp->ms, IPC_FACT_LINKS_DONE, NULL);
	run_all(sp);
	assert_string_equal(sp->log, "");
	return sp;
}

static void end(struct speaker *sp)
{
	member_service.stop(sp->ms);
	conf_free(sp->conf);
	sd_event_unref(sp->event);
	free(sp);
}

static void wishes(struct speaker *sp, const char *what)
{
	run_all(sp);
	assert_string_equal(sp->wishes, what);
	sp->wishes[0] = '\0';
}

/* "192.0.2.7" is wanted, "-192.0.2.7" blocked, "<192.0.2.7" left */
static void fact(struct speaker *sp, u32 tag, const char *group, u8 mode, u8 versions, u8 flags,
		 const char *const *sources)
{
	struct {
		struct batch head;
		struct fact_member f;
	} *out = calloc(1, sizeof(*out));
	struct ip_addr a;

	out->head.n = 1;
	out->f.key = (struct member_key){.tag = tag, .esi = esi_of(1), .group = ip_of(group)};
	out->f.mode = mode;
	out->f.versions = versions;
	out->f.flags = flags;
	out->f.since = 1000;
	for (; sources && *sources; sources++) {
		struct member_source *s = &out->f.sources[out->f.n_sources++];
		bool marked = **sources == '-' || **sources == '<';

		a = ip_of(*sources + marked);
		memcpy(s->addr, a.b, sizeof(s->addr));
		s->flags = **sources == '-' ? MEMBER_BLOCKED :
			   **sources == '<' ? MEMBER_LEAVING :
					      0;
	}
	member_service.fact(sp->ms, IPC_FACT_MEMBERS, &out->head);
	free(out);
	run_all(sp);
}

#define SOURCES(...)              \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

static struct ecomm es_import(unsigned int n)
{
	struct esi e = esi_of(n);

	return ecomm_es_import(&e);
}

static struct route *route(struct speaker *sp, u8 type, u32 pe, unsigned int es, u32 tag,
			   const char *src, const char *grp, u8 flags, const char *evi)
{
	struct route *r = &routes[n_routes++];
	struct rib_path p;

	memset(r, 0, sizeof(*r));
	r->n = (struct evpn_nlri){.type = type,
				  .rd = rd_make_ip(pe, 100),
				  .esi = esi_of(es),
				  .etag = tag,
				  .src = ip_of(src),
				  .grp = ip_of(grp),
				  .orig = ip_v4(pe),
				  .flags = flags,
				  .max_resp = 30};
	r->nh = ip_v4(pe);
	r->ec[0] = es_import(es);
	r->ec[1] = evi_rt(evi);
	bgp_attrs_init(&r->a);
	r->a.ext = ecomm_slice(r->ec, 2);
	p = path_of(r);
	member_service.route(sp->ms, &r->n, &p);
	run_all(sp);
	return r;
}

static void gone(struct speaker *sp, struct route *r)
{
	u8 key[EVPN_KEY_MAX];
	struct evpn_nlri n;

	evpn_from_key(key, evpn_key(&r->n, key), &n);
	r->gone = true;
	member_service.route(sp->ms, &n, NULL);
	run_all(sp);
}

/* "group source state from": what member.show says, "" if nothing */
static const char *shown(struct speaker *sp, size_t i)
{
	static char buf[256];
	json_t *doc, *m, *params = json_object();
	char err[128];

	assert_true(member_service.query(sp->ms, "member.show", params, &doc, err, sizeof(err)));
	m = json_array_get(json_object_get(doc, "memberships"), i);
	buf[0] = '\0';
	if (m)
		snprintf(buf, sizeof(buf), "%s %s %s%s %zu",
			 json_string_value(json_object_get(m, "group")),
			 json_is_null(json_object_get(m, "source")) ?
				 "*" :
				 json_string_value(json_object_get(m, "source")),
			 json_string_value(json_object_get(m, "state")),
			 json_is_true(json_object_get(m, "leaving")) ? ",leaving" : "",
			 json_array_size(json_object_get(m, "from")));
	json_decref(params);
	json_decref(doc);
	return buf;
}

/* C50, C52, C53: octet by octet as RFC 9251 section 9.2 has it, built by hand. */
static void advertised(void **state)
{
	static const char *const wire = "07220001c0000201006400112233445566778899"
					"0000000a0020ef01010120c000020102";
	struct speaker *sp = begin();
	struct ecomm import = es_import(1), evi = evi_rt("65000:1");
	struct slice s;
	u8 buf[64];
	struct wbuf w;

	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	expect(sp, "+7:*,239.1.1.1/10=02 ");
	w = w_make(buf, sizeof(buf));
	assert_true(evpn_encode(&w, &sp->last));
	assert_hex(buf, w.len, wire);
	s = ecomm_slice(sp->ec, sp->n_ec);
	assert_int_equal(sp->n_ec, 2);
	assert_true(ecomm_has(&s, &import));
	assert_true(ecomm_has(&s, &evi));
	assert_string_equal(shown(sp, 0), "239.1.1.1 * local 0");
	fact(sp, 10, "239.1.1.1", MEMBER_NONE, 0, 0, NULL);
	expect(sp, "-7:*,239.1.1.1/10 ");
	assert_int_equal(sp->ms->count, 0);
	end(sp);
}

/* C27, C54: the tag of the sub-interface, and the VRF's targets. */
static void tags(void **state)
{
	struct speaker *sp = begin();
	struct ecomm evi = evi_rt("65000:2");
	struct slice s;

	fact(sp, 20, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	fact(sp, 3 << 12 | 30, "ff3e::1", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	expect(sp, "+7:*,239.1.1.1/20=02 +7:*,ff3e::1/12318=0a ");
	s = ecomm_slice(sp->ec, sp->n_ec);
	assert_true(ecomm_has(&s, &evi));
	/* in no VRF */
	fact(sp, 3, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	expect(sp, "");
	end(sp);
}

/* A port of a bridge is in no VRF, not in the global table either. */
static void bridged(void **state)
{
	struct conf_vrf vrfs[] = {vrf_of_conf("default", "65000:9", 109)};
	struct fact_link port = {.ifindex = 11,
				 .flags = IFF_UP,
				 .carrier = true,
				 .master = 30,
				 .link = BOND0,
				 .vlan_id = 10,
				 .ifname = "bond0.10",
				 .kind = "vlan",
				 .master_kind = "bridge"};
	struct speaker *sp = begin();

	conf_of(sp, vrfs, 1, PE1);
	link_fact(sp, 11, "bond0.10", "vlan", BOND0, 10, 0);
	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	expect(sp, "+7:*,239.1.1.1/10=02 ");
	rig_link(&member_service, sp->ms, IPC_FACT_LINK, &port);
	expect(sp, "-7:*,239.1.1.1/10 ");
	end(sp);
}

/* What each kind of membership becomes: RFC 9251 section 9.2.1. */
static void kinds(void **state)
{
	static const struct {
		const char *group;
		u8 mode, versions;
		const char *sources[3];
		const char *routes;
	} rows[] = {
		{"239.1.1.1", MEMBER_EXCLUDE, MEMBER_V1, {}, "+7:*,239.1.1.1/10=03 "},
		{"239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, {}, "+7:*,239.1.1.1/10=02 "},
		{"239.1.1.1", MEMBER_EXCLUDE, MEMBER_V3, {}, "+7:*,239.1.1.1/10=0c "},
		{"239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2 | MEMBER_V3, {}, "+7:*,239.1.1.1/10=0e "},
		{"232.1.1.1",
		 MEMBER_INCLUDE,
		 MEMBER_V3,
		 {"192.0.2.7", "192.0.2.8"},
		 "+7:192.0.2.7,232.1.1.1/10=04 +7:192.0.2.8,232.1.1.1/10=04 "},
		/* one that another host wants by name is among all others that are wanted */
		{"239.1.1.1",
		 MEMBER_EXCLUDE,
		 MEMBER_V3,
		 {"-192.0.2.7", "192.0.2.8"},
		 "+7:*,239.1.1.1/10=0c +7:192.0.2.7,239.1.1.1/10=0c "},
		{"ff3e::1", MEMBER_EXCLUDE, MEMBER_V1, {}, "+7:*,ff3e::1/10=01 "},
		{"ff3e::1", MEMBER_EXCLUDE, MEMBER_V2, {}, "+7:*,ff3e::1/10=0a "},
		{"ff3e::1",
		 MEMBER_INCLUDE,
		 MEMBER_V2,
		 {"2001:db8::7"},
		 "+7:2001:db8::7,ff3e::1/10=02 "},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct speaker *sp = begin();
		struct slice value;
		struct bgp_outcome out;
		struct evpn_nlri n;
		u8 buf[128];
		struct wbuf w;

		fact(sp, 10, rows[i].group, rows[i].mode, rows[i].versions, 0, rows[i].sources);
		expect(sp, rows[i].routes);
		/* and our own decoder finds no fault with it */
		w = w_make(buf, sizeof(buf));
		assert_true(evpn_encode(&w, &sp->last));
		value = (struct slice){buf + 2, w.len - 2};
		assert_int_equal(evpn_decode(buf[0], &value, false, &n, &out), BGP_ACCEPT);
		end(sp);
	}
}

/* A second version says more about the same route, and there is no withdraw in between. */
static void second_version(void **state)
{
	struct speaker *sp = begin();

	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2 | MEMBER_V3, 0, NULL);
	expect(sp, "+7:*,239.1.1.1/10=02 +7:*,239.1.1.1/10=0e ");
	/* one source goes, another stays */
	fact(sp, 10, "232.1.1.1", MEMBER_INCLUDE, MEMBER_V3, 0, SOURCES("192.0.2.7", "192.0.2.8"));
	fact(sp, 10, "232.1.1.1", MEMBER_INCLUDE, MEMBER_V3, 0, SOURCES("192.0.2.8"));
	expect(sp, "+7:192.0.2.7,232.1.1.1/10=04 +7:192.0.2.8,232.1.1.1/10=04 "
		   "-7:192.0.2.7,232.1.1.1/10 ");
	end(sp);
}

/* C51: RT-8 with its time; once while it runs; withdrawn by who has originated it. */
static void leave(void **state)
{
	struct speaker *sp = begin();
	struct mgroup *g;

	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	expect(sp, "+7:*,239.1.1.1/10=02 ");
	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, MEMBER_LEAVING, NULL);
	expect(sp, "+8:*,239.1.1.1/10=02 ");
	assert_string_equal(shown(sp, 0), "239.1.1.1 * local,leaving 0");
	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, MEMBER_LEAVING, NULL);
	expect(sp, "");
	/* nobody has answered */
	fact(sp, 10, "239.1.1.1", MEMBER_NONE, 0, 0, NULL);
	expect(sp, "-7:*,239.1.1.1/10 ");
	assert_string_equal(shown(sp, 0), "239.1.1.1 * left,leaving 0");
	g = TAILQ_FIRST(&sp->ms->leaving)->entry->group;
	g->first.leave->until_us = 1;
	member_leave_ended(sp->ms);
	expect(sp, "-8:*,239.1.1.1/10 ");
	assert_int_equal(sp->ms->count, 0);
	end(sp);
}

/* A host leaves by this PE what only another one has heard: the other one is told all the same. */
static void leave_of_others(void **state)
{
	struct speaker *sp = begin();
	struct route *r;

	fact(sp, 10, "239.1.1.1", MEMBER_NONE, 0, MEMBER_LEAVING, NULL);
	expect(sp, "");
	r = route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.1", 2, "65000:1");
	fact(sp, 10, "239.1.1.1", MEMBER_NONE, 0, MEMBER_LEAVING, NULL);
	expect(sp, "+8:*,239.1.1.1/10=02 ");
	assert_string_equal(shown(sp, 0), "239.1.1.1 * pending,leaving 1");
	/* one of two sources */
	route(sp, EVPN_JOIN, PE2, 1, 10, "192.0.2.7", "232.1.1.1", 4, "65000:1");
	route(sp, EVPN_JOIN, PE2, 1, 10, "192.0.2.8", "232.1.1.1", 4, "65000:1");
	fact(sp, 10, "232.1.1.1", MEMBER_NONE, 0, 0, SOURCES("<192.0.2.8"));
	expect(sp, "+8:192.0.2.8,232.1.1.1/10=04 ");
	gone(sp, r);
	end(sp);
}

/* While an RT-8 of another PE runs, a leave here says nothing new. */
static void leave_heard(void **state)
{
	struct speaker *sp = begin();

	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	route(sp, EVPN_LEAVE, PE2, 1, 10, NULL, "239.1.1.1", 2, "65000:1");
	assert_int_equal(sp->ms->counts.leaves_heard, 1);
	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, MEMBER_LEAVING, NULL);
	expect(sp, "+7:*,239.1.1.1/10=02 ");
	/* another host has spoken; the next leave is one of its own */
	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, MEMBER_LEAVING, NULL);
	expect(sp, "+8:*,239.1.1.1/10=02 ");
	end(sp);
}

/* C54: both targets have to be ours; else it is treated as withdrawn. */
static void imported(void **state)
{
	struct speaker *sp = begin();
	struct route *r;

	r = route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.1", 2, "65000:1");
	assert_string_equal(shown(sp, 0), "239.1.1.1 * pending 1");
	route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.2", 2, "65000:50");
	route(sp, EVPN_JOIN, PE2, 2, 10, NULL, "239.1.1.3", 2, "65000:1");
	route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "224.0.0.5", 2, "65000:1");
	route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "10.0.0.1", 2, "65000:1");
	route(sp, EVPN_JOIN, PE2, 1, 10, "192.0.2.7", "ff3e::1", 2, "65000:1");
	route(sp, EVPN_JOIN, PE1, 1, 10, NULL, "239.1.1.4", 2, "65000:1"); /* ours, from another */
	assert_string_equal(shown(sp, 1), "");
	assert_int_equal(sp->ms->counts.refused, 2);
	/* a second PE, and the first one's goes */
	route(sp, EVPN_JOIN, PE2 + 1, 1, 10, NULL, "239.1.1.1", 2, "65000:1");
	assert_string_equal(shown(sp, 0), "239.1.1.1 * pending 2");
	gone(sp, r);
	assert_string_equal(shown(sp, 0), "239.1.1.1 * pending 1");
	/* nothing is said to others of what others have heard */
	expect(sp, "");
	end(sp);
}

/* Routes are judged again when what is ours has changed. */
static void judged_again(void **state)
{
	struct conf_vrf vrfs[] = {vrf_of_conf("red", "65000:7", 100),
				  vrf_of_conf("blue", "65000:2", 101)};
	struct speaker *sp = begin();

	fact(sp, 10, "239.1.1.9", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	sp->log[0] = '\0';
	route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.1", 2, "65000:7");
	assert_string_equal(shown(sp, 0), "239.1.1.9 * local 0");
	conf_of(sp, vrfs, 2, PE1);
	expect(sp, "+7:*,239.1.1.9/10=02 ");
	assert_string_equal(shown(sp, 0), "239.1.1.1 * pending 1");
	/* another identity: what was said under the old one goes */
	conf_of(sp, vrfs, 2, PE1 + 7);
	expect(sp, "-7:*,239.1.1.9/10 +7:*,239.1.1.9/10=02 ");
	/* the segment leaves the kernel */
	es_fact(sp, 1, 0, true);
	expect(sp, "-7:*,239.1.1.9/10 ");
	end(sp);
}

/* The module was read again: what it did not have is no more. */
static void read_again(void **state)
{
	struct speaker *sp = begin();

	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	fact(sp, 10, "239.1.1.2", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	sp->log[0] = '\0';
	member_service.fact(sp->ms, IPC_FACT_MEMBERS_BEGIN, NULL);
	fact(sp, 10, "239.1.1.2", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	member_service.fact(sp->ms, IPC_FACT_MEMBERS_DONE, NULL);
	expect(sp, "-7:*,239.1.1.1/10 ");
	assert_int_equal(sp->ms->count, 1);
	end(sp);
}

static void answer(struct speaker *sp, u32 tag, const char *group, u8 status)
{
	struct member_result r = {.key = {.tag = tag, .esi = esi_of(1), .group = ip_of(group)},
				  .status = status};

	member_service.result(sp->ms, &r);
}

/* C54, C16: what another PE has heard is wished for, once; and what several have, together. */
static void wished(void **state)
{
	struct speaker *sp = begin();
	struct route *a, *b;

	a = route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.1", 2, "65000:1");
	wishes(sp, "x239.1.1.1/10v2 ");
	assert_string_equal(shown(sp, 0), "239.1.1.1 * pending 1");
	answer(sp, 10, "239.1.1.1", WISH_INSTALLED);
	assert_string_equal(shown(sp, 0), "239.1.1.1 * synced 1");
	b = route(sp, EVPN_JOIN, PE2 + 1, 1, 10, NULL, "239.1.1.1", 12, "65000:1");
	wishes(sp, "x239.1.1.1/10v6 ");
	gone(sp, a);
	wishes(sp, "x239.1.1.1/10v4 ");
	gone(sp, b);
	/* nobody has left: a PE may have died */
	wishes(sp, "-239.1.1.1:180000 ");
	assert_int_equal(sp->ms->count, 0);
	/* a VLAN without a device, and one of another VRF, wait */
	route(sp, EVPN_JOIN, PE2, 1, 77, NULL, "239.1.1.2", 2, "65000:1");
	route(sp, EVPN_JOIN, PE2, 1, 20, NULL, "239.1.1.3", 2, "65000:1");
	wishes(sp, "");
	link_fact(sp, 15, "bond0.77", "vlan", BOND0, 77, RED);
	wishes(sp, "x239.1.1.2/77v2 ");
	end(sp);
}

/* Modes and sources of several PEs are put together as RFC 3376 section 3.2 has it for sockets. */
static void together(void **state)
{
	struct speaker *sp = begin();
	struct route *all, *but7;

	route(sp, EVPN_JOIN, PE2, 1, 10, "192.0.2.7", "232.1.1.1", 4, "65000:1");
	wishes(sp, "i232.1.1.1/10<192.0.2.7>v4 ");
	route(sp, EVPN_JOIN, PE2 + 1, 1, 10, "192.0.2.8", "232.1.1.1", 4, "65000:1");
	run_all(sp);
	assert_non_null(strstr(sp->wishes, "<192.0.2.7>"));
	assert_non_null(strstr(sp->wishes, "<192.0.2.8>"));
	sp->wishes[0] = '\0';
	/* a third one wants all but .8 and .9: .8 is wanted by another one */
	all = route(sp, EVPN_JOIN, PE2 + 2, 1, 10, NULL, "232.1.1.1", 12, "65000:1");
	sp->wishes[0] = '\0';
	route(sp, EVPN_JOIN, PE2 + 2, 1, 10, "192.0.2.8", "232.1.1.1", 12, "65000:1");
	wishes(sp, "");
	but7 = route(sp, EVPN_JOIN, PE2 + 2, 1, 10, "192.0.2.9", "232.1.1.1", 12, "65000:1");
	wishes(sp, "x232.1.1.1/10<192.0.2.9>v4 ");
	/* a fourth one wants all: nothing is blocked */
	route(sp, EVPN_JOIN, PE2 + 3, 1, 10, NULL, "232.1.1.1", 12, "65000:1");
	wishes(sp, "x232.1.1.1/10v4 ");
	gone(sp, all);
	gone(sp, but7);
	end(sp);
}

/* C51, C61: a leave ends it everywhere, without retention; one of others is passed on to the kernel. */
static void left(void **state)
{
	struct speaker *sp = begin();
	struct route *a;

	a = route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.1", 2, "65000:1");
	route(sp, EVPN_LEAVE, PE2 + 1, 1, 10, NULL, "239.1.1.1", 2, "65000:1");
	/* nothing was heard here */
	wishes(sp, "x239.1.1.1/10v2 ");
	gone(sp, a);
	wishes(sp, "-239.1.1.1:0 ");
	fact(sp, 10, "239.1.1.2", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	route(sp, EVPN_LEAVE, PE2, 1, 10, NULL, "239.1.1.2", 2, "65000:1");
	wishes(sp, "leave:239.1.1.2:3000 ");
	/* our own leave */
	a = route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.3", 2, "65000:1");
	fact(sp, 10, "239.1.1.3", MEMBER_NONE, 0, MEMBER_LEAVING, NULL);
	gone(sp, a);
	wishes(sp, "x239.1.1.3/10v2 -239.1.1.3:0 ");
	end(sp);
}

/* A host here answers to the leave of another one at another PE: what that PE takes back then was left all the same. */
static void left_and_answered(void **state)
{
	struct speaker *sp = begin();
	struct route *a;

	a = route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.1", 2, "65000:1");
	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	wishes(sp, "x239.1.1.1/10v2 ");
	route(sp, EVPN_LEAVE, PE2, 1, 10, NULL, "239.1.1.1", 2, "65000:1");
	wishes(sp, "leave:239.1.1.1:3000 ");
	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	gone(sp, a);
	wishes(sp, "-239.1.1.1:0 ");
	end(sp);
}

/* Left, and wanted again by somebody: that PE dies, and nobody has left. */
static void left_and_wanted(void **state)
{
	struct speaker *sp = begin();
	struct route *a;

	a = route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.1", 2, "65000:1");
	route(sp, EVPN_LEAVE, PE2, 1, 10, NULL, "239.1.1.1", 2, "65000:1");
	gone(sp, a);
	wishes(sp, "x239.1.1.1/10v2 -239.1.1.1:0 ");
	a = route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.1", 2, "65000:1");
	wishes(sp, "x239.1.1.1/10v2 ");
	gone(sp, a);
	wishes(sp, "-239.1.1.1:180000 ");
	/* and where a host here has wanted it all along */
	a = route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.2", 2, "65000:1");
	fact(sp, 10, "239.1.1.2", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	wishes(sp, "x239.1.1.2/10v2 ");
	route(sp, EVPN_LEAVE, PE2, 1, 10, NULL, "239.1.1.2", 2, "65000:1");
	wishes(sp, "leave:239.1.1.2:3000 ");
	fact(sp, 10, "239.1.1.2", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	gone(sp, a);
	wishes(sp, "-239.1.1.2:0 ");
	a = route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.2", 2, "65000:1");
	wishes(sp, "x239.1.1.2/10v2 ");
	gone(sp, a);
	wishes(sp, "-239.1.1.2:180000 ");
	end(sp);
}

/* A segment that comes back into the kernel gets all of its memberships again; then the sweep. */
static void again(void **state)
{
	struct speaker *sp = begin();

	route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.1", 2, "65000:1");
	wishes(sp, "x239.1.1.1/10v2 ");
	es_fact(sp, 1, BOND0, true);
	wishes(sp, "");
	es_fact(sp, 1, BOND0, false);
	wishes(sp, "x239.1.1.1/10v2 ");
	member_service.fact(sp->ms, IPC_FACT_MEMBERS_BEGIN, NULL);
	member_service.fact(sp->ms, IPC_FACT_MEMBERS_DONE, NULL);
	wishes(sp, "");
	member_service.settled(sp->ms);
	wishes(sp, "sweep ");
	end(sp);
}

/* More than is taken: refused, and asked for again when there is room. */
static void too_many(void **state)
{
	struct speaker *sp = begin();
	struct esi esi = esi_of(1);
	struct place_es *es = place_es(&sp->ms->at, &esi, false);
	unsigned int before = service_rig.asked_again;
	struct route *a, *b;

	a = route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.1", 2, "65000:1");
	es->taken = MEMBER_TAKEN_MAX;
	b = route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.2", 2, "65000:1");
	assert_false(member_wanted(sp->ms, &b->n, &b->a));
	assert_true(member_wanted(sp->ms, &a->n, &a->a));
	assert_int_equal(sp->ms->counts.too_many, 2);
	assert_string_equal(shown(sp, 1), "");
	es->taken = 1;
	gone(sp, a);
	assert_int_equal(service_rig.asked_again, before + 1);
	wishes(sp, "x239.1.1.1/10v2 -239.1.1.1:180000 ");
	end(sp);
}

static void again_from(struct speaker *sp, struct route *r, u32 pe, u32 src)
{
	struct rib_path p;

	r->n.rd = rd_make_ip(pe, 100);
	r->n.src = ip_v4(src);
	p = path_of(r);
	member_service.route(sp->ms, &r->n, &p);
}

static void gone_from(struct speaker *sp, struct route *r, u32 pe, u32 src)
{
	r->n.rd = rd_make_ip(pe, 100);
	r->n.src = ip_v4(src);
	member_service.route(sp->ms, &r->n, NULL);
}

/* Sources of a group, and routes of a source, stand in lists: none of them grows without end. */
static void too_many_of_a_group(void **state)
{
	struct speaker *sp = begin();
	unsigned int before = service_rig.asked_again;
	struct route *r = route(sp, EVPN_JOIN, PE2, 1, 10, "192.0.2.7", "239.1.1.1", 12, "65000:1");
	struct esi esi = esi_of(1);
	struct place_es *es = place_es(&sp->ms->at, &esi, false);
	u32 i;

	gone(sp, r);
	for (i = 0; i < 3000; i++)
		again_from(sp, r, PE2, 0x0b000000 + i);
	assert_int_equal(es->taken, 1024);
	assert_false(member_wanted(sp->ms, &r->n, &r->a));
	for (i = 0; i < 1000; i++)
		again_from(sp, r, PE2 + i, 0x0b000000);
	assert_false(member_wanted(sp->ms, &r->n, &r->a));
	for (i = 0; i < 64; i++)
		gone_from(sp, r, PE2 + i, 0x0b000000);
	assert_int_equal(es->taken, 1023);
	assert_int_equal(service_rig.asked_again, before + 1);
	for (i = 1; i < 1024; i++)
		gone_from(sp, r, PE2, 0x0b000000 + i);
	assert_int_equal(es->taken, 0);
	assert_int_equal(service_rig.asked_again, before + 1); /* none was refused since */
	run_all(sp);
	assert_int_equal(sp->ms->count, 0);
	end(sp);
}

/* Whoever has not said that a neighbour may have these routes is told so. */
static void told_to_nobody(void **state)
{
	struct conf_peer peer = {.address = ip_v4(PE2), .port = 179};
	struct speaker *sp = begin();
	json_t *doc;
	char err[64];

	conf_add_peer(sp->conf, &peer);
	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	assert_true(member_service.query(sp->ms, "summary", NULL, &doc, err, sizeof(err)));
	assert_int_equal(json_array_size(json_object_get(doc, "problems")), 1);
	json_decref(doc);
	sp->conf->peers[0].send_multicast = true;
	assert_true(member_service.query(sp->ms, "summary", NULL, &doc, err, sizeof(err)));
	assert_int_equal(json_array_size(json_object_get(doc, "problems")), 0);
	json_decref(doc);
	end(sp);
}

static void events(void **state)
{
	struct speaker *sp = begin();
	struct route *r;

	sp->events = true;
	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	assert_string_equal(sp->said, "advertised");
	r = route(sp, EVPN_JOIN, PE2, 1, 10, "192.0.2.7", "232.1.1.1", 4, "65000:1");
	assert_string_equal(sp->said, "route");
	gone(sp, r);
	assert_string_equal(sp->said, "route-gone");
	fact(sp, 10, "239.1.1.1", MEMBER_NONE, 0, 0, NULL);
	assert_string_equal(sp->said, "withdrawn");
	end(sp);
}

/* What an allocation takes of the heap. */
static size_t taken(size_t octets)
{
	return (octets + sizeof(size_t) + 15) / 16 * 16;
}

/* What a membership takes here, with its place among the buckets; as much again is the route in BGP. */
static void is_small(void **state)
{
	size_t fixed = offsetof(struct mgroup, first.octets), bucket = 2 * sizeof(void *);
	size_t remote = taken(sizeof(struct mremote));

	assert_in_range(taken(fixed + 4) + bucket, 1, 112);  /* heard: any source, IPv4 */
	assert_in_range(taken(fixed + 8) + bucket, 1, 112);  /* one source */
	assert_in_range(taken(fixed + 16) + bucket, 1, 128); /* IPv6 */
	assert_in_range(taken(fixed + 32) + bucket, 1, 144);
	assert_in_range(remote, 1, 32); /* and what another PE says of it */
}

/* What the parent has no time for waits here, in order, and so does the sweep. */
static void parent_is_busy(void **state)
{
	struct speaker *sp = begin();
	struct route *b;

	sp->waiting = 64 << 20;
	route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.1", 2, "65000:1");
	b = route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.2", 2, "65000:1");
	route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.3", 2, "65000:1");
	member_service.fact(sp->ms, IPC_FACT_MEMBERS_BEGIN, NULL);
	member_service.fact(sp->ms, IPC_FACT_MEMBERS_DONE, NULL);
	member_service.settled(sp->ms);
	gone(sp, b);
	wishes(sp, "");
	assert_string_equal(shown(sp, 0), "239.1.1.1 * pending 1");
	sp->waiting = 0;
	member_service.drained(sp->ms);
	wishes(sp, "x239.1.1.1/10v2 x239.1.1.3/10v2 sweep ");
	assert_int_equal(sp->ms->count, 2);
	assert_null(sp->ms->queue.list);
	member_service.drained(sp->ms);
	wishes(sp, "");
	end(sp);
}

/* More than are looked at in one turn: all of them, each once, in two turns. */
static void many_at_once(void **state)
{
	struct speaker *sp = begin();
	char group[32];

	sp->waiting = 64 << 20;
	for (u32 i = 0; i < 5000; i++) {
		snprintf(group, sizeof(group), "239.1.%u.%u", i >> 8, i & 255);
		route(sp, EVPN_JOIN, PE2, 1, 10, NULL, group, 2, "65000:1");
		n_routes = 0;
	}
	assert_int_equal(sp->ms->counts.wishes, 0);
	sp->waiting = 0;
	member_service.drained(sp->ms);
	sd_event_run(sp->event, 0);
	assert_in_range(sp->ms->counts.wishes, 1, 4999);
	run_all(sp);
	assert_int_equal(sp->ms->counts.wishes, 5000);
	assert_null(sp->ms->queue.list);
	end(sp);
}

/* The source that a group was made for goes and comes back, before and after others. */
static void first_source(void **state)
{
	struct speaker *sp = begin();
	struct route *r;

	fact(sp, 10, "232.1.1.1", MEMBER_INCLUDE, MEMBER_V3, 0, SOURCES("192.0.2.7"));
	fact(sp, 10, "232.1.1.1", MEMBER_INCLUDE, MEMBER_V3, 0, SOURCES("192.0.2.8"));
	assert_string_equal(shown(sp, 0), "232.1.1.1 192.0.2.8 local 0");
	assert_string_equal(shown(sp, 1), "");
	r = route(sp, EVPN_JOIN, PE2, 1, 10, "192.0.2.7", "232.1.1.1", EVPN_MC_IGMP3, "65000:1");
	assert_string_equal(shown(sp, 0), "232.1.1.1 192.0.2.7 pending 1");
	assert_string_equal(shown(sp, 1), "232.1.1.1 192.0.2.8 local 0");
	wishes(sp, "i232.1.1.1/10<192.0.2.7>v4 ");
	fact(sp, 10, "232.1.1.1", MEMBER_EXCLUDE, MEMBER_V3, 0, SOURCES("-192.0.2.9"));
	assert_string_equal(shown(sp, 0), "232.1.1.1 * local 0");
	assert_string_equal(shown(sp, 1), "232.1.1.1 192.0.2.7 pending 1");
	assert_string_equal(shown(sp, 2), "232.1.1.1 192.0.2.9 local 0");
	gone(sp, r);
	assert_string_equal(shown(sp, 1), "232.1.1.1 192.0.2.9 local 0");
	fact(sp, 10, "232.1.1.1", MEMBER_NONE, 0, 0, NULL);
	assert_string_equal(shown(sp, 0), "");
	assert_int_equal(sp->ms->count, 0);
	/* IPv6 */
	fact(sp, 10, "ff3e::1", MEMBER_INCLUDE, MEMBER_V2, 0, SOURCES("2001:db8::7"));
	fact(sp, 10, "ff3e::1", MEMBER_EXCLUDE, MEMBER_V2, 0, SOURCES("-2001:db8::8"));
	assert_string_equal(shown(sp, 0), "ff3e::1 * local 0");
	assert_string_equal(shown(sp, 1), "ff3e::1 2001:db8::8 local 0");
	fact(sp, 10, "ff3e::1", MEMBER_NONE, 0, 0, NULL);
	assert_string_equal(shown(sp, 0), "");
	assert_int_equal(sp->ms->count, 0);
	end(sp);
}

/* A PE comes with another next hop, and what routes have in common goes with the last of them. */
static void origins(void **state)
{
	struct speaker *sp = begin();
	struct rib_path p;
	struct route *a, *b;

	a = route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.1", 2, "65000:1");
	b = route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.2", 2, "65000:1");
	assert_int_equal(RB_ROOT(&sp->ms->origins)->refs, 2);
	a->nh = ip_v4(PE2 + 7);
	p = path_of(a);
	member_service.route(sp->ms, &a->n, &p);
	assert_int_equal(RB_ROOT(&sp->ms->origins)->refs, 1);
	assert_string_equal(shown(sp, 0), "239.1.1.1 * pending 1");
	gone(sp, a);
	gone(sp, b);
	assert_true(RB_EMPTY(&sp->ms->origins));
	end(sp);
}

/* C51: the time of an RT-8 is the segment's, and the soonest is withdrawn first. */
static void leave_time(void **state)
{
	struct speaker *sp = begin();
	struct mleave *first;

	sp->conf->segments[0].leave_ms = 25500;
	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, MEMBER_LEAVING, NULL);
	assert_int_equal(sp->last.type, EVPN_LEAVE);
	assert_int_equal(sp->last.max_resp, 255);
	sp->conf->segments[0].leave_ms = 1000;
	fact(sp, 10, "239.1.1.2", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	fact(sp, 10, "239.1.1.2", MEMBER_EXCLUDE, MEMBER_V2, MEMBER_LEAVING, NULL);
	assert_int_equal(sp->last.max_resp, 10);
	first = TAILQ_FIRST(&sp->ms->leaving);
	assert_int_equal(mgroup_addr(first->entry->group).b[3], 2);
	assert_true(sp->ms->leave_timer.expires_us <= first->until_us);
	end(sp);
}

/* ---- a segment that is a port of a bridge ---- */

static void bridge_fact(struct speaker *sp, bool filters, bool snoops)
{
	struct fact_link br = {.ifindex = 30,
			       .flags = IFF_UP,
			       .carrier = true,
			       .vlan_filtering = filters,
			       .mcast_snooping = snoops,
			       .mcast_hash_max = 4096};
	struct fact_link port = {.ifindex = BOND0, .flags = IFF_UP, .carrier = true, .master = 30};

	strcpy(br.ifname, "br0");
	strcpy(br.kind, "bridge");
	strcpy(port.ifname, "bond0");
	strcpy(port.kind, "bond");
	strcpy(port.master_kind, "bridge");
	rig_link(&member_service, sp->ms, IPC_FACT_LINK, &br);
	rig_link(&member_service, sp->ms, IPC_FACT_LINK, &port);
	run_all(sp);
}

static void bridges_conf(struct speaker *sp, u16 vlan)
{
	struct conf_bridge b = {.vlan = vlan, .vni = 10010};
	struct conf *now = conf_new();

	strcpy(b.bridge, "br0");
	strcpy(b.vxlan, "vx0");
	b.n_import = b.n_export = 1;
	b.import[0] = b.export[0] = rt_of("65000:10010");
	now->global = sp->conf->global;
	conf_add_segment(now, &sp->conf->segments[0]);
	conf_add_bridge(now, &b);
	member_service.conf(sp->ms, conf_changes(sp->conf, now), now);
	conf_free(sp->conf);
	sp->conf = now;
	run_all(sp);
}

static struct speaker *begin_bridged(u16 vlan)
{
	struct speaker *sp = calloc(1, sizeof(*sp));

	log_open("test", true);
	log_set_level(LOG_LEVEL_ERROR);
	n_routes = 0;
	sd_event_new(&sp->event);
	service_rig.runs = true;
	sp->ms = rig_begin(&member_service, sp);
	conf_of(sp, NULL, 0, PE1);
	bridges_conf(sp, vlan);
	bridge_fact(sp, vlan, true);
	es_fact(sp, 1, BOND0, false);
	member_service.fact(sp->ms, IPC_FACT_LINKS_DONE, NULL);
	run_all(sp);
	assert_string_equal(sp->log, "");
	return sp;
}

static void put_result(struct speaker *sp, u32 tag, const char *group, enum wish_status status,
		       u32 error, const char *text)
{
	struct mdb_result r = {.key = {.port = BOND0, .tag = tag, .esi = esi_of(1)},
			       .status = status,
			       .error = error};

	r.key.group = ip_of(group);
	snprintf(r.text, sizeof(r.text), "%s", text);
	member_service.more_result(sp->ms, &r);
	run_all(sp);
}

static void wish_result(struct speaker *sp, u32 tag, const char *group)
{
	struct member_result r = {.key = {.tag = tag, .esi = esi_of(1)}, .status = WISH_INSTALLED};

	r.key.group = ip_of(group);
	member_service.result(sp->ms, &r);
}

/* C53: the EVI is the bridge domain: that of the VLAN, or of a bridge that looks at none. */
static void bridge_domain(void **state)
{
	struct speaker *sp = begin_bridged(10);
	struct ecomm evi = evi_rt("65000:10010");
	struct slice s;

	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	expect(sp, "+7:*,239.1.1.1/10=02 ");
	s = ecomm_slice(sp->ec, sp->n_ec);
	assert_true(ecomm_has(&s, &evi));
	assert_int_equal(sp->last.rd.b[7], 10010 & 0xff);
	fact(sp, 11, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL); /* no domain */
	expect(sp, "");
	wishes(sp, ""); /* the bridge has heard it itself */
	route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.9", EVPN_MC_IGMP2, "65000:1");
	wishes(sp, ""); /* another EVI */
	end(sp);
	sp = begin_bridged(0);
	fact(sp, 0, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	expect(sp, "+7:*,239.1.1.1/0=02 ");
	route(sp, EVPN_JOIN, PE2, 1, 0, NULL, "239.1.1.2", EVPN_MC_IGMP2, "65000:10010");
	wishes(sp, "x239.1.1.2/0v2 m+x239.1.1.2@5.0 ");
	end(sp);
}

/* C54: what others want is put there, with what hosts here want, and only differences. */
static void bridge_put(void **state)
{
	struct speaker *sp = begin_bridged(10);
	struct route *a, *b;

	a = route(sp, EVPN_JOIN, PE2, 1, 10, "192.0.2.7", "232.1.1.1", EVPN_MC_IGMP3,
		  "65000:10010");
	wishes(sp, "i232.1.1.1/10<192.0.2.7>v4 m+i232.1.1.1@5.10<192.0.2.7> ");
	assert_string_equal(shown(sp, 0), "232.1.1.1 192.0.2.7 pending 1");
	wish_result(sp, 10, "232.1.1.1");
	put_result(sp, 10, "232.1.1.1", WISH_INSTALLED, 0, "");
	assert_string_equal(shown(sp, 0), "232.1.1.1 192.0.2.7 synced 1");
	fact(sp, 10, "232.1.1.1", MEMBER_INCLUDE, MEMBER_V3, 0, SOURCES("192.0.2.8"));
	wishes(sp, "m+i232.1.1.1@5.10<192.0.2.7><192.0.2.8> ");
	fact(sp, 10, "232.1.1.1", MEMBER_INCLUDE, MEMBER_V3, 0, SOURCES("192.0.2.8"));
	wishes(sp, "");
	fact(sp, 10, "232.1.1.1", MEMBER_EXCLUDE, MEMBER_V3, 0,
	     SOURCES("-192.0.2.7", "-192.0.2.9"));
	wishes(sp, "m+x232.1.1.1@5.10<192.0.2.9> "); /* 7 is wanted there */
	b = route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "232.1.1.1", EVPN_MC_IGMP3 | EVPN_MC_EXCLUDE,
		  "65000:10010");
	wishes(sp, "x232.1.1.1/10v4 m+x232.1.1.1@5.10 "); /* nothing that both block */
	/* others go: it is left with what hosts here want */
	gone(sp, b);
	gone(sp, a);
	wishes(sp, "i232.1.1.1/10<192.0.2.7>v4 m+x232.1.1.1@5.10<192.0.2.9> "
		   "-232.1.1.1:180000 m~x232.1.1.1@5.10<192.0.2.7><192.0.2.9> ");
	/* and these fall silent, but the bridge had been told by us */
	fact(sp, 10, "232.1.1.1", MEMBER_NONE, 0, 0, NULL);
	wishes(sp, "m-232.1.1.1:0 ");
	assert_int_equal(sp->ms->count, 0);
	end(sp);
}

/* A route that goes without a leave: the bridge lets it age; with one it goes at once. */
static void bridge_gone(void **state)
{
	struct speaker *sp = begin_bridged(10);
	struct route *a;

	a = route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.1", EVPN_MC_IGMP2, "65000:10010");
	wishes(sp, "x239.1.1.1/10v2 m+x239.1.1.1@5.10 ");
	gone(sp, a);
	wishes(sp, "-239.1.1.1:180000 m-239.1.1.1:180000 ");
	a = route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.1", EVPN_MC_IGMP2, "65000:10010");
	wishes(sp, "x239.1.1.1/10v2 m+x239.1.1.1@5.10 ");
	route(sp, EVPN_LEAVE, PE2, 1, 10, NULL, "239.1.1.1", EVPN_MC_IGMP2, "65000:10010");
	gone(sp, a);
	wishes(sp, "-239.1.1.1:0 m-239.1.1.1:0 ");
	/* heard here only, left there: the bridge is not to wait for its own time */
	fact(sp, 10, "239.1.1.2", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	route(sp, EVPN_LEAVE, PE2, 1, 10, NULL, "239.1.1.2", EVPN_MC_IGMP2, "65000:10010");
	wishes(sp, "leave:239.1.1.2:3000 ");
	fact(sp, 10, "239.1.1.2", MEMBER_NONE, 0, 0, NULL);
	wishes(sp, "m-239.1.1.2:0 ");
	end(sp);
}

static const char *reason(struct speaker *sp)
{
	static char buf[256];
	json_t *doc, *params = json_object();
	const json_t *m;
	char err[128];

	assert_true(member_service.query(sp->ms, "member.show", params, &doc, err, sizeof(err)));
	m = json_array_get(json_object_get(doc, "memberships"), 0);
	snprintf(buf, sizeof(buf), "%s", json_string_value(json_object_get(m, "reason")));
	json_decref(params);
	json_decref(doc);
	return buf;
}

/* What the kernel says to it, and what becomes of the bridge. */
static void bridge_answers(void **state)
{
	struct speaker *sp = begin_bridged(10);

	route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.1", EVPN_MC_IGMP2, "65000:10010");
	wish_result(sp, 10, "239.1.1.1");
	wishes(sp, "x239.1.1.1/10v2 m+x239.1.1.1@5.10 ");
	put_result(sp, 10, "239.1.1.1", WISH_PENDING, EAGAIN, "somebody else has changed it");
	wishes(sp, "m+x239.1.1.1@5.10 ");
	put_result(sp, 10, "239.1.1.1", WISH_PENDING, 0, "its device is no port of a bridge");
	wishes(sp, "");
	put_result(sp, 10, "239.1.1.1", WISH_REFUSED, ENOSPC, "no room");
	assert_string_equal(shown(sp, 0), "239.1.1.1 * refused 1");
	assert_string_equal(reason(sp), "br0 has refused it: no room");
	/* it looks at groups no more, and does again */
	bridge_fact(sp, true, false);
	assert_string_equal(reason(sp), "br0 does not look at groups (mcast_snooping 0): "
					"it sends all to every port");
	wishes(sp, "");
	bridge_fact(sp, true, true);
	wishes(sp, "m+x239.1.1.1@5.10 ");
	/* no port any more: nobody has its VLAN */
	link_fact(sp, BOND0, "bond0", "bond", 0, 0, 0);
	wishes(sp, "-239.1.1.1:180000 m-239.1.1.1:0 ");
	end(sp);
}

static void bridge_is(struct speaker *sp, unsigned int flags, u32 hash_max)
{
	struct fact_link br = {.ifindex = 30,
			       .flags = flags,
			       .carrier = true,
			       .vlan_filtering = true,
			       .mcast_snooping = true,
			       .mcast_hash_max = hash_max};

	strcpy(br.ifname, "br0");
	strcpy(br.kind, "bridge");
	rig_link(&member_service, sp->ms, IPC_FACT_LINK, &br);
	run_all(sp);
}

/* Nothing can be put into a bridge that is down; what it has refused it may take when it has more room. */
static void bridge_comes_up(void **state)
{
	struct speaker *sp = begin_bridged(10);

	bridge_is(sp, 0, 4096);
	route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.1", EVPN_MC_IGMP2, "65000:10010");
	wishes(sp, "x239.1.1.1/10v2 ");
	wish_result(sp, 10, "239.1.1.1");
	assert_string_equal(reason(sp), "br0 is down");
	bridge_is(sp, IFF_UP, 4096);
	wishes(sp, "m+x239.1.1.1@5.10 ");
	put_result(sp, 10, "239.1.1.1", WISH_REFUSED, ENOSPC, "no room");
	bridge_is(sp, IFF_UP, 8192);
	wishes(sp, "m+x239.1.1.1@5.10 ");
	put_result(sp, 10, "239.1.1.1", WISH_REFUSED, E2BIG, "too many groups");
	member_service.fact(sp->ms, IPC_FACT_MDB_ROOM, NULL);
	run_all(sp);
	wishes(sp, "m+x239.1.1.1@5.10 ");
	put_result(sp, 10, "239.1.1.1", WISH_INSTALLED, 0, "");
	member_service.fact(sp->ms, IPC_FACT_MDB_ROOM, NULL);
	run_all(sp);
	wishes(sp, "");
	end(sp);
}

/* What other PEs gave up while the bridge did not look is the bridge's when it looks again. */
static void bridge_looks_again(void **state)
{
	struct speaker *sp = begin_bridged(10);
	struct route *a;

	a = route(sp, EVPN_JOIN, PE2, 1, 10, NULL, "239.1.1.1", EVPN_MC_IGMP2, "65000:10010");
	fact(sp, 10, "239.1.1.1", MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	wishes(sp, "x239.1.1.1/10v2 m+x239.1.1.1@5.10 ");
	bridge_fact(sp, true, false);
	gone(sp, a);
	wishes(sp, "-239.1.1.1:180000 ");
	bridge_fact(sp, true, true);
	wishes(sp, "m~x239.1.1.1@5.10 ");
	end(sp);
}

/* A host asks for groups that met in one bucket, when what chooses it was no secret. */
static void aimed(void **state)
{
	struct speaker *sp = begin();
	char group[IP_STRLEN];

	for (u32 i = 0; i < AIMED; i++) {
		struct ip_addr a = aimed_at_address(ip_of("ff0e::"), i);

		fact(sp, 10, ip_format(&a, group), MEMBER_EXCLUDE, MEMBER_V2, 0, NULL);
	}
	assert_int_equal(sp->ms->count, AIMED);
	for (size_t b = 0; b <= sp->ms->mask; b++) {
		unsigned int n = 0;

		for (const struct mgroup *x = sp->ms->buckets[b]; x; x = x->next)
			n++;
		assert_in_range(n, 0, AIMED_CHAIN);
	}
	end(sp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(advertised),
		cmocka_unit_test(aimed),
		cmocka_unit_test(tags),
		cmocka_unit_test(kinds),
		cmocka_unit_test(second_version),
		cmocka_unit_test(leave),
		cmocka_unit_test(leave_of_others),
		cmocka_unit_test(leave_heard),
		cmocka_unit_test(imported),
		cmocka_unit_test(judged_again),
		cmocka_unit_test(read_again),
		cmocka_unit_test(events),
		cmocka_unit_test(wished),
		cmocka_unit_test(together),
		cmocka_unit_test(left),
		cmocka_unit_test(left_and_answered),
		cmocka_unit_test(left_and_wanted),
		cmocka_unit_test(again),
		cmocka_unit_test(told_to_nobody),
		cmocka_unit_test(bridged),
		cmocka_unit_test(leave_time),
		cmocka_unit_test(bridge_domain),
		cmocka_unit_test(bridge_put),
		cmocka_unit_test(bridge_gone),
		cmocka_unit_test(bridge_answers),
		cmocka_unit_test(bridge_comes_up),
		cmocka_unit_test(bridge_looks_again),
		cmocka_unit_test(too_many),
		cmocka_unit_test(is_small),
		cmocka_unit_test(parent_is_busy),
		cmocka_unit_test(many_at_once),
		cmocka_unit_test(first_source),
		cmocka_unit_test(origins),
		cmocka_unit_test(too_many_of_a_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
