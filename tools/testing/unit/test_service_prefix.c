// SPDX-License-Identifier: GPL-2.0-only
/*
 * The service of customers' routes in front of a speaker that only writes down what it is asked to do. Devices,
 * the kernel's routes, neighbours and other PEs' routes are played to it.
 *
 * Requirements: C4, C17, C70, C72, C76, D8, D10
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "hex.h"
#include "log.h"
#include "service_aim.h"
#include "service_rig.h"
#include "service_routes.h"
#include "services/prefix/prefix.h"

#define BOND0 5
#define RED 20
#define BLUE 21
#define OSPF 188
#define METRIC 0xbe000001u

struct speaker {
	sd_event *event;
	struct conf *conf;
	struct prefixes *ps;
	char log[65536];
	struct evpn_nlri last; /* originated */
	struct ecomm ec[24];
	size_t n_ec;
	u32 pref;
	u32 med;
	enum conf_mode mode;
	bool deaf; /* nobody monitors */
	char said[512];
	struct wish_prefix wish;
	struct prefix_key unwished; /* last */
	u32 batches;
	enum route_loss loss;
	/* in the kernel, "address", or "address=5" with MAC address 02::5 */
	const char *hosts[8];
	struct neighbour neighbours[8]; /* the same with their devices; @how 0: none */
	u32 crowd;			/* so many more on bond0.1, from 10.2.0.0 on */
	u32 n_many;			/* and so many more, see many_host() */
	u32 n_queries;			/* for hosts */
	bool answer;			/* wishes are answered at once: installed */
	char asked[4096];		/* next hops, "ifindex:address " */
	u32 n_asked;
};

#include "service_speaker.h"

enum route_loss speaker_route_loss(const struct speaker *sp)
{
	return sp->loss;
}

bool speaker_monitored(struct speaker *sp, const char *object)
{
	assert_string_equal(object, "prefix");
	return !sp->deaf;
}

/* "prefix state " for each, and '!' with a reason */
void speaker_event_json(struct speaker *sp, const char *object, json_t *event)
{
	size_t used = strlen(sp->said);

	assert_string_equal(object, "prefix");
	assert_non_null(event);
	assert_string_equal(json_string_value(json_object_get(event, "event")), "state");
	snprintf(sp->said + used, sizeof(sp->said) - used, "%s %s%s%s ",
		 json_string_value(json_object_get(event, "prefix")),
		 json_string_value(json_object_get(event, "state")),
		 json_is_true(json_object_get(event, "advertised")) ? "+" : "",
		 json_is_null(json_object_get(event, "reason")) ? "" : "!");
	json_decref(event);
}

static void parse_host(const char *text, struct ip_addr *a, struct mac *m)
{
	char address[64];
	char *mac;

	strcpy(address, text);
	mac = strchr(address, '=');
	if (mac)
		*mac++ = '\0';
	assert_int_equal(ip_parse(a, address), 0);
	*m = (struct mac){{2, 0, 0, 0, 0, mac ? (u8)atoi(mac) : a->b[a->len - 1]}};
}

/* Of those with addresses of so many octets, 0: whatever they are. Return: how many answer to it */
static size_t find_hosts(const struct speaker *sp, const struct host_query *q, u8 len,
			 struct host *h)
{
	struct ip_addr a;
	size_t found = 0;
	struct mac m;

	for (size_t i = 0; i < sizeof(sp->hosts) / sizeof(sp->hosts[0]); i++) {
		if (!sp->hosts[i])
			continue;
		parse_host(sp->hosts[i], &a, &m);
		if (len ? a.len != len : !ip_equal(&a, &q->address))
			continue;
		if (len && !mac_is_zero(&q->mac) && mac_cmp(&m, &q->mac))
			continue;
		h->known = true;
		h->address = a;
		h->mac = m;
		found++;
	}
	return found;
}

/* Many neighbours: 10.9.1.2 has 02::9:1:2 */
static struct mac many_mac(u32 n)
{
	return (struct mac){{2, 0, 0, 9, (u8)(n >> 8), (u8)n}};
}

static struct ip_addr many_address(u32 n)
{
	return ip_v4(0x0a090000 + n);
}

static bool many_host(const struct speaker *sp, const struct host_query *q, struct host *h)
{
	const u8 *n = ip_is_none(&q->address) ? q->mac.b + 3 : q->address.b + 1;
	u32 i = (u32)(n[1] << 8 | n[2]);

	if (n[0] != 9 || i >= sp->n_many)
		return false;
	*h = (struct host){.known = true, .address = many_address(i), .mac = many_mac(i)};
	return true;
}

/* Neighbours: on any circuit; 10.1.0.1 has 02::1, and so on. */
bool speaker_host(struct speaker *sp, const struct host_query *q, struct host *h)
{
	bool any = ip_is_none(&q->address);
	size_t found;

	*h = (struct host){};
	sp->n_queries++;
	if (many_host(sp, q, h))
		return true;
	found = find_hosts(sp, q, any ? q->family : 0, h);
	if (!found && any && q->family == 4)
		found = find_hosts(sp, q, 16, h);
	h->many = found > 1;
	return found == 1;
}

#define CROWD 0x0a020000

void speaker_neighbours(struct speaker *sp, const struct ip_addr *address, neighbour_fn fn,
			void *data)
{
	u32 first = 0, last = sp->crowd;

	if (address && address->len == 4) {
		first = ip_low32(address) - CROWD;
		last = first < sp->crowd ? first + 1 : 0;
	}
	for (u32 i = first; i < last; i++) {
		struct neighbour n = {ip_v4(CROWD + i), 11, NEIGHBOUR_LEARNED};

		fn(data, &n);
	}
	for (size_t i = 0; i < sizeof(sp->neighbours) / sizeof(sp->neighbours[0]); i++) {
		const struct neighbour *n = &sp->neighbours[i];

		if (n->how && (!address || ip_equal(address, &n->address)))
			fn(data, n);
	}
}

void speaker_neighbour_changed(struct speaker *sp, const struct ip_addr *address, u32 ifindex)
{
	if (sp->ps)
		prefix_service.neighbour_changed(sp->ps, address, ifindex);
}

static const char *text(const struct ip_prefix *p)
{
	static char buf[4][PREFIX_STRLEN];
	static unsigned int n;

	return prefix_format(p, buf[n++ % 4]);
}

static void answer(struct speaker *sp, const struct wish_prefix *w, enum wish_status status,
		   int error)
{
	struct prefix_result r = {.key = w->key, .status = (u8)status, .error = (u16)error};

	prefix_service.result(sp->ps, &r);
}

static void note_asked(struct speaker *sp, const struct prefix_hop *hops, u32 n)
{
	char ip[IP_STRLEN];

	for (u32 i = 0; i < n; i++) {
		size_t used = strlen(sp->asked);

		snprintf(sp->asked + used, sizeof(sp->asked) - used, "%u:%s ", hops[i].ifindex,
			 ip_format(&hops[i].gateway, ip));
	}
	sp->n_asked += n;
}

void speaker_wish(struct speaker *sp, enum ipc_type type, const void *wishes, uint32_t n)
{
	const struct wish_prefix *w = wishes;
	const struct prefix_key *k = wishes;
	char ip[IP_STRLEN];

	if (type == IPC_PREFIX_ASK) {
		note_asked(sp, wishes, n);
		return;
	}
	sp->batches++;
	if (type == IPC_WISH_PREFIX_SWEEP)
		note(sp, "sweep ");
	for (u32 i = 0; type == IPC_WISH_PREFIX && i < n; i++) {
		note(sp, "%s%s@%u", w[i].replace ? "change:" : "wish:", text(&w[i].key.prefix),
		     w[i].key.vrf);
		for (u8 h = 0; h < w[i].n_hops; h++)
			note(sp, ",%u:%s", w[i].hops[h].ifindex,
			     ip_format(&w[i].hops[h].gateway, ip));
		note(sp, " ");
		sp->wish = w[i];
	}
	for (u32 i = 0; type == IPC_WISH_PREFIX && sp->answer && i < n; i++)
		answer(sp, &w[i], WISH_INSTALLED, 0);
	for (u32 i = 0; type == IPC_WISH_PREFIX_GONE && i < n; i++) {
		note(sp, "unwish:%s@%u ", text(&k[i].prefix), k[i].vrf);
		sp->unwished = k[i];
	}
}

static const char *route_text(const struct evpn_nlri *n)
{
	static char buf[128];
	char ip[IP_STRLEN], rd[RD_STRLEN];
	struct ip_prefix p = prefix_make(&n->ip, n->plen);

	if (n->type == EVPN_AD) {
		snprintf(buf, sizeof(buf), "%s:be%u[%s]", evpn_is_ad_es(n) ? "es" : "evi",
			 n->esi.b[9], rd_format(&n->rd, rd));
		return buf;
	}
	snprintf(buf, sizeof(buf), "%s/%u[%s]%s%s", text(&p), n->etag, rd_format(&n->rd, rd),
		 ip_is_zero(&n->gw) ? "" : ",", ip_is_zero(&n->gw) ? "" : ip_format(&n->gw, ip));
	return buf;
}

int speaker_originate(struct speaker *sp, const struct evpn_nlri *n, const struct bgp_attrs *a,
		      bool urgent)
{
	sp->last = *n;
	sp->n_ec = ecomm_count(&a->ext);
	memcpy(sp->ec, a->ext.p, a->ext.len);
	sp->pref = BGP_HAS(a, BGP_ATTR_LOCAL_PREF) ? a->local_pref : 100;
	sp->med = BGP_HAS(a, BGP_ATTR_MED) ? a->med : 0;
	note(sp, "+%s ", route_text(n));
	return 0;
}

int speaker_withdraw(struct speaker *sp, const struct evpn_nlri *n, bool urgent)
{
	struct evpn_nlri key = *n;

	memset(key.gw.b, 0, sizeof(key.gw.b));
	note(sp, "%s%s ", urgent ? "--" : "-", route_text(&key));
	return 0;
}

static void wait_for(struct speaker *sp, const char *what)
{
	u64 until = timer_now_us() + 5000000;

	while (!strstr(sp->log, what) && timer_now_us() < until)
		sd_event_run(sp->event, 50000);
	expect(sp, what);
}

/* So much time passes. */
static void pass(struct speaker *sp, u32 ms)
{
	u64 until = timer_now_us() + (u64)ms * 1000, now;

	while ((now = timer_now_us()) < until)
		sd_event_run(sp->event, until - now);
}

static const char *reason_of(struct speaker *sp, const char *prefix)
{
	struct ip_prefix p;

	assert_int_equal(prefix_parse(&p, prefix), 0);
	return prefix_reason(sp->ps, prefix_first(sp->ps, &p));
}

/* ---- the lab: bond0.1 and bond0.2 in red, bond0.3 in blue; another segment with the same ES-Import ---- */

static struct esi esi_of(u8 n)
{
	return (struct esi){.b = {3, 0x44, 0x38, 0x39, 0xff, 0xff, 1, 0, 0, n}};
}

static struct conf_vrf vrf(const char *name, const char *rt)
{
	struct conf_vrf v;

	conf_vrf_defaults(&v);
	v.n_import = v.n_export = 1;
	v.prefixes.learn = CONF_LEARN_OSPF;
	strcpy(v.name, name);
	v.import[0] = v.export[0] = rt_of(rt);
	return v;
}

static void link_fact(struct speaker *sp, u32 ifindex, const char *name, const char *kind,
		      u32 lower, u16 vid, u32 master, bool up)
{
	struct fact_link f = {.ifindex = ifindex,
			      .flags = up ? IFF_UP : 0,
			      .carrier = up,
			      .master = master,
			      .link = lower,
			      .vlan_id = vid};

	strcpy(f.ifname, name);
	strcpy(f.kind, kind);
	if (master)
		strcpy(f.master_kind, "vrf");
	rig_link(&prefix_service, sp->ps, IPC_FACT_LINK, &f);
}

static void commit_as(struct speaker *sp, const struct conf_vrf *vrfs, size_t n,
		      enum conf_esi_source be1)
{
	struct conf *old = sp->conf, *now = conf_new();
	struct conf_peer peer = {.address = ip_v4(0x0a000009), .port = 179};
	struct conf_segment s;

	now->global.router_id = htonl(0x0a000001);
	now->global.startup_delay_ms = 20;
	conf_add_peer(now, &peer);
	for (size_t i = 0; i < n; i++)
		conf_add_vrf(now, &vrfs[i]);
	for (u8 i = 1; i <= 2; i++) {
		conf_segment_defaults(&s, CONF_CONTROL_EVPND, sp->mode);
		snprintf(s.name, sizeof(s.name), "be%u", i);
		snprintf(s.interface, sizeof(s.interface), "bond%u", i - 1);
		s.esi_source = i == 1 ? be1 : CONF_ESI_STATIC;
		if (s.esi_source == CONF_ESI_STATIC)
			s.esi = esi_of(i);
		s.retention_ms = 400;
		conf_add_segment(now, &s);
	}
	sp->conf = now;
	prefix_service.conf(sp->ps, conf_changes(old, now), now);
	conf_free(old);
}

static void commit(struct speaker *sp, const struct conf_vrf *vrfs, size_t n)
{
	commit_as(sp, vrfs, n, CONF_ESI_STATIC);
}

static void commit_mode(struct speaker *sp, const struct conf_vrf *vrfs, size_t n,
			enum conf_mode mode)
{
	sp->mode = mode;
	commit(sp, vrfs, n);
}

static void read_tables(struct speaker *sp)
{
	prefix_service.fact(sp->ps, IPC_FACT_PREFIXES_BEGIN, NULL);
	prefix_service.fact(sp->ps, IPC_FACT_PREFIXES_DONE, NULL);
}

static bool unread; /* the neighbours, when it begins */

static struct speaker *begin_with(struct conf_vrf *red)
{
	struct speaker *sp = calloc(1, sizeof(*sp));
	struct conf_vrf vrfs[] = {*red, vrf("blue", "65000:2")};

	log_open("test", true);
	log_set_level(LOG_LEVEL_ERROR);
	sd_event_new(&sp->event);
	service_rig.runs = true;
	sp->hosts[0] = "10.1.0.1";
	sp->hosts[1] = "fd00::1";
	sp->answer = true;
	service_rig.silent = (struct ip_addr){};
	n_routes = 0;
	sp->ps = rig_begin(&prefix_service, sp);
	commit(sp, vrfs, 2);
	link_fact(sp, RED, "red", "vrf", 0, 0, 0, true);
	link_fact(sp, BLUE, "blue", "vrf", 0, 0, 0, true);
	link_fact(sp, BOND0, "bond0", "bond", 0, 0, 0, true);
	link_fact(sp, 6, "bond1", "bond", 0, 0, RED, true);
	link_fact(sp, 11, "bond0.1", "vlan", BOND0, 1, RED, true);
	link_fact(sp, 12, "bond0.2", "vlan", BOND0, 2, RED, true);
	link_fact(sp, 13, "bond0.3", "vlan", BOND0, 3, BLUE, true);
	link_fact(sp, 14, "bond0.3.30", "vlan", 13, 30, RED, true);
	prefix_service.fact(sp->ps, IPC_FACT_LINKS_DONE, NULL);
	if (!unread)
		prefix_service.fact(sp->ps, IPC_FACT_NEIGHS_DONE, NULL);
	read_tables(sp);
	prefix_service.settled(sp->ps);
	expect(sp, "sweep ");
	return sp;
}

static struct speaker *begin(void)
{
	struct conf_vrf red = vrf("red", "65000:1");

	return begin_with(&red);
}

static void end(struct speaker *sp)
{
	prefix_service.stop(sp->ps);
	conf_free(sp->conf);
	sd_event_unref(sp->event);
	free(sp);
}

/* ---- what the kernel has ---- */

static void fact_of(struct speaker *sp, u8 protocol, u32 table, const char *prefix, u32 ifindex,
		    const char *gw, u32 metric, u8 flags)
{
	struct {
		struct batch head;
		struct fact_prefix f;
	} b = {.head = {.n = 1}};

	b.f.key.vrf = table;
	b.f.key.metric = metric;
	assert_int_equal(prefix_parse(&b.f.key.prefix, prefix), 0);
	b.f.hop.ifindex = ifindex;
	if (gw)
		assert_int_equal(ip_parse(&b.f.hop.gateway, gw), 0);
	b.f.protocol = protocol;
	b.f.flags = flags;
	prefix_service.fact(sp->ps, IPC_FACT_PREFIXES, &b);
}

static void fact(struct speaker *sp, u32 table, const char *prefix, u32 ifindex, const char *gw,
		 u32 metric, u8 flags)
{
	fact_of(sp, OSPF, table, prefix, ifindex, gw, metric, flags);
}

/* The kernel has a subnet of a device, which is learned if @flags have no PREFIX_SUBNET. */
static void subnet(struct speaker *sp, const char *prefix, u32 ifindex, u8 flags)
{
	fact_of(sp, RTPROT_KERNEL, RED, prefix, ifindex, NULL, 0, PREFIX_FIRST | flags);
}

/* It is a neighbour on this device, known so; @how 0: it is none any more */
static void neighbour_is(struct speaker *sp, const char *address, u32 ifindex, unsigned int how)
{
	struct neighbour *at = NULL;
	struct ip_addr a = ip_of(address);

	for (size_t i = 0; i < sizeof(sp->neighbours) / sizeof(sp->neighbours[0]); i++) {
		struct neighbour *n = &sp->neighbours[i];
		bool same = n->how && n->ifindex == ifindex && ip_equal(&n->address, &a);

		if (same || (!at && !n->how))
			at = n;
		if (same)
			break;
	}
	assert_non_null(at);
	at->address = a;
	at->ifindex = ifindex;
	memcpy(&at->how, &how, sizeof(how));
	speaker_neighbour_changed(sp, &a, ifindex);
}

static void learned(struct speaker *sp, const char *prefix, u32 ifindex, const char *gw)
{
	fact(sp, RED, prefix, ifindex, gw, 20, PREFIX_FIRST);
}

static void forgotten(struct speaker *sp, const char *prefix)
{
	fact(sp, RED, prefix, 0, NULL, 20, PREFIX_FIRST | PREFIX_GONE);
}

static void test_advertise(void **state)
{
	struct speaker *sp = begin();
	struct esi e = esi_of(1);
	struct ecomm import = ecomm_es_import(&e), rt = rt_of("65000:1"), evi;

	evi = ecomm_evi_rt(&rt);
	learned(sp, "10.20.0.0/16", 11, "10.1.0.1");
	expect(sp, "+10.20.0.0/16/1[10.0.0.1:32768],10.1.0.1 ");
	assert_true(esi_is_zero(&sp->last.esi)); /* the forms are exclusive */
	assert_int_equal(sp->last.label[0], 0);
	assert_int_equal(sp->n_ec, 2);
	assert_int_equal(ecomm_cmp(&sp->ec[0], &import), 0);
	assert_int_equal(ecomm_cmp(&sp->ec[1], &evi), 0);
	learned(sp, "10.20.0.0/16", 11, "10.1.0.1"); /* said again */
	expect(sp, "");
	learned(sp, "10.20.0.0/16", 12, "10.2.0.1"); /* by another router, another VLAN */
	expect(sp, "-10.20.0.0/16/1[10.0.0.1:32768] +10.20.0.0/16/2[10.0.0.1:32768],10.2.0.1 ");
	learned(sp, "10.20.0.0/16", 12, "10.2.0.7"); /* the same key: replaced */
	expect(sp, "+10.20.0.0/16/2[10.0.0.1:32768],10.2.0.7 ");
	forgotten(sp, "10.20.0.0/16");
	expect(sp, "-10.20.0.0/16/2[10.0.0.1:32768] ");
	learned(sp, "2001:db8::/32", 14, "fd00::1"); /* QinQ */
	expect(sp, "+2001:db8::/32/12318[10.0.0.1:32768],fd00::1 ");
	end(sp);
}

/* C74: with the IP-VRF's targets, which who has them imports; or to nobody */
static void test_advertise_targets(void **state)
{
	struct conf_vrf red = vrf("red", "65000:1");
	struct ecomm rt = rt_of("65000:1");
	struct speaker *sp;

	red.prefixes.targets = CONF_SYNC_VRF;
	sp = begin_with(&red);
	learned(sp, "10.20.0.0/16", 11, "10.1.0.1");
	expect(sp, "+10.20.0.0/16/1[10.0.0.1:32768],10.1.0.1 ");
	assert_int_equal(sp->n_ec, 1);
	assert_int_equal(ecomm_cmp(&sp->ec[0], &rt), 0);
	end(sp);

	red.prefixes.targets = CONF_SYNC_OFF;
	sp = begin_with(&red);
	learned(sp, "10.20.0.0/16", 11, "10.1.0.1");
	expect(sp, "");
	end(sp);
}

static void test_ecmp(void **state)
{
	struct speaker *sp = begin();

	learned(sp, "10.20.0.0/16", 11, "10.1.0.1");
	fact(sp, RED, "10.20.0.0/16", 11, "10.1.0.2", 20, 0);
	fact(sp, RED, "10.20.0.0/16", 12, "10.2.0.1", 20, 0);
	expect(sp,
	       "+10.20.0.0/16/1[10.0.0.1:32768],10.1.0.1 +10.20.0.0/16/1[10.0.0.1:49281],10.1.0.2 "
	       "+10.20.0.0/16/2[10.0.0.1:32768],10.2.0.1 ");
	/* of IPv6 the kernel takes single hops away */
	fact(sp, RED, "10.20.0.0/16", 11, "10.1.0.2", 20, PREFIX_GONE);
	expect(sp, "-10.20.0.0/16/1[10.0.0.1:49281] +10.20.0.0/16/1[10.0.0.1:32768],10.1.0.1 "
		   "+10.20.0.0/16/2[10.0.0.1:32768],10.2.0.1 ");
	forgotten(sp, "10.20.0.0/16");
	expect(sp, "-10.20.0.0/16/1[10.0.0.1:32768] -10.20.0.0/16/2[10.0.0.1:32768] ");
	end(sp);
}

/* Two next hops of a prefix in each of two VRFs: whatever the VRFs' numbers are, these are four routes. */
static void test_ecmp_distinguished(void **state)
{
	struct conf_vrf vrfs[] = {vrf("red", "65000:1"), vrf("blue", "65000:2")};
	struct speaker *sp;

	vrfs[0].id = 1;
	vrfs[1].id = 2048;
	sp = begin_with(&vrfs[0]);
	commit(sp, vrfs, 2);
	learned(sp, "10.20.0.0/16", 11, "10.1.0.1");
	fact(sp, RED, "10.20.0.0/16", 11, "10.1.0.2", 20, 0);
	expect(sp,
	       "+10.20.0.0/16/1[10.0.0.1:1],10.1.0.1 +10.20.0.0/16/1[10.0.0.1:49161],10.1.0.2 ");
	/* the same tag, on another segment */
	link_fact(sp, 15, "bond1.1", "vlan", 6, 1, BLUE, true);
	expect(sp, "");
	fact(sp, BLUE, "10.20.0.0/16", 15, "10.1.0.1", 20, PREFIX_FIRST);
	fact(sp, BLUE, "10.20.0.0/16", 15, "10.1.0.2", 20, 0);
	expect(sp,
	       "+10.20.0.0/16/1[10.0.0.1:2048],10.1.0.1 +10.20.0.0/16/1[10.0.0.1:49169],10.1.0.2 ");
	/* a number that the configuration gives to a VRF is not used for another one any more */
	vrfs[1].id = 49161;
	commit(sp, vrfs, 2);
	run_all(sp);
	assert_non_null(strstr(sp->log, "+10.20.0.0/16/1[10.0.0.1:49169],10.1.0.2 "));
	assert_non_null(strstr(sp->log, "+10.20.0.0/16/1[10.0.0.1:49161],10.1.0.1 "));
	assert_null(strstr(sp->log, "+10.20.0.0/16/1[10.0.0.1:49161],10.1.0.2 "));
	assert_null(strstr(strstr(sp->log, "+"), "-")); /* what goes is not what has come */
	sp->log[0] = '\0';
	/* they change numbers */
	vrfs[0].id = 49161;
	vrfs[1].id = 1;
	commit(sp, vrfs, 2);
	run_all(sp);
	assert_non_null(strstr(sp->log, "+10.20.0.0/16/1[10.0.0.1:49161],10.1.0.1 "));
	assert_non_null(strstr(sp->log, "+10.20.0.0/16/1[10.0.0.1:1],10.1.0.1 "));
	assert_null(strstr(strstr(sp->log, "+"), "-"));
	sp->log[0] = '\0';
	end(sp);
}

/* A VRF gets the number of one that goes: what is advertised of the old one goes first. */
static void test_number_inherited(void **state)
{
	struct conf_vrf vrfs[] = {vrf("red", "65000:1"), vrf("blue", "65000:2")};
	struct speaker *sp = begin();

	commit(sp, vrfs, 1);
	fact(sp, BLUE, "10.20.0.0/16", 15, "10.1.0.1", 20, PREFIX_FIRST);
	vrfs[0].id = 1;
	commit(sp, vrfs, 1);
	link_fact(sp, 15, "bond1.1", "vlan", 6, 1, BLUE, true);
	learned(sp, "10.20.0.0/16", 11, "10.1.0.1");
	expect(sp, "+10.20.0.0/16/1[10.0.0.1:1],10.1.0.1 ");
	vrfs[1].id = 1;
	commit(sp, &vrfs[1], 1);
	expect(sp, "-10.20.0.0/16/1[10.0.0.1:1] +10.20.0.0/16/1[10.0.0.1:1],10.1.0.1 ");
	end(sp);
}

/* Two routes of one prefix: the kernel takes the one with the lower metric, and so do we. */
static void test_metrics(void **state)
{
	struct speaker *sp = begin();

	fact(sp, RED, "10.20.0.0/16", 11, "10.1.0.1", 110, PREFIX_FIRST);
	expect(sp, "+10.20.0.0/16/1[10.0.0.1:32768],10.1.0.1 ");
	fact(sp, RED, "10.20.0.0/16", 11, "10.1.0.9", 20, PREFIX_FIRST);
	expect(sp, "+10.20.0.0/16/1[10.0.0.1:32768],10.1.0.9 ");
	forgotten(sp, "10.20.0.0/16");
	expect(sp, "+10.20.0.0/16/1[10.0.0.1:32768],10.1.0.1 ");
	end(sp);
}

/* What is not seen when all is read again has gone. */
static void test_read_again(void **state)
{
	struct speaker *sp = begin();

	learned(sp, "10.20.0.0/16", 11, "10.1.0.1");
	learned(sp, "10.21.0.0/16", 11, "10.1.0.1");
	expect(sp,
	       "+10.21.0.0/16/1[10.0.0.1:32768],10.1.0.1 +10.20.0.0/16/1[10.0.0.1:32768],10.1.0.1 ");
	prefix_service.fact(sp->ps, IPC_FACT_PREFIXES_BEGIN, NULL);
	learned(sp, "10.20.0.0/16", 11, "10.1.0.1");
	prefix_service.fact(sp->ps, IPC_FACT_PREFIXES_DONE, NULL);
	expect(sp, "-10.21.0.0/16/1[10.0.0.1:32768] ");
	end(sp);
}

/* ---- what other PEs say ---- */

static struct route *route(struct speaker *sp, const char *prefix, u32 tag, const char *gw, u8 pe)
{
	struct route *r = &routes[n_routes++];
	struct ip_prefix p;
	struct esi e = esi_of(1);
	struct ecomm rt = rt_of("65000:1");

	assert_int_equal(prefix_parse(&p, prefix), 0);
	r->n = (struct evpn_nlri){.type = EVPN_PREFIX,
				  .rd = rd_make_ip(0x0a000000 + pe, 7),
				  .etag = tag,
				  .ip = p.addr,
				  .plen = p.plen,
				  .labels = 1};
	r->n.gw.len = p.addr.len;
	if (gw)
		assert_int_equal(ip_parse(&r->n.gw, gw), 0);
	r->nh = ip_v4(0x0a000000 + pe);
	r->ec[0] = ecomm_es_import(&e);
	r->ec[1] = ecomm_evi_rt(&rt);
	bgp_attrs_init(&r->a);
	r->a.ext = ecomm_slice(r->ec, 2);
	return r;
}

static void say(struct speaker *sp, struct route *r)
{
	struct rib_path p = path_of(r);

	r->gone = false;
	prefix_service.route(sp->ps, &r->n, &p);
}

static void take_back(struct speaker *sp, struct route *r)
{
	struct evpn_nlri key = r->n;

	r->gone = true;
	memset(&key.gw, 0, sizeof(key.gw));
	memset(&key.esi, 0, sizeof(key.esi));
	prefix_service.route(sp->ps, &key, NULL);
}

/* That PE has the segment. */
static struct route *rt4(struct speaker *sp, u8 pe)
{
	struct route *r = &routes[n_routes++];

	r->n = (struct evpn_nlri){.type = EVPN_ES,
				  .rd = rd_make_ip(0x0a000000 + pe, 1),
				  .esi = esi_of(1),
				  .orig = ip_v4(0x0a000000 + pe)};
	r->nh = r->n.orig;
	bgp_attrs_init(&r->a);
	return r;
}

/* Neighbours that are told of are on bond0.1. */
static struct neigh_key neigh_key_of(const char *address)
{
	return (struct neigh_key){.esi = esi_of(1), .tag = 1, .address = ip_of(address)};
}

static void neighbour(struct speaker *sp, const char *address)
{
	struct {
		struct batch head;
		struct fact_neigh f;
	} b = {.head = {.n = 1}};

	b.f.key = neigh_key_of(address);
	prefix_service.fact(sp->ps, IPC_FACT_NEIGHS, &b);
}

static void neighbour_installed(struct speaker *sp, const char *address)
{
	struct {
		struct batch head;
		struct neigh_result r;
	} b = {.head = {.n = 1}};

	b.r.key = neigh_key_of(address);
	prefix_service.fact(sp->ps, IPC_WISH_NEIGH_RESULT, &b);
}

static void test_import(void **state)
{
	struct speaker *sp = begin();
	struct route *r = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2);

	rt4(sp, 2);
	say(sp, r);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	assert_int_equal(sp->wish.key.metric, METRIC);
	say(sp, r);
	expect(sp, "");
	take_back(sp, r); /* a moment later: is its PE still there? */
	wait_for(sp, "unwish:10.20.0.0/16@20 ");
	end(sp);
}

/* The address of the next hop is no neighbour yet, is one, and is one no more (C72). */
static void test_resolution(void **state)
{
	struct speaker *sp = begin();
	struct route *r = route(sp, "10.20.0.0/16", 1, "10.1.0.7", 2);

	say(sp, r);
	expect(sp, "");
	sp->hosts[2] = "10.1.0.7";
	neighbour(sp, "10.1.0.7");
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.7 ");
	neighbour(sp, "10.1.0.7");
	expect(sp, "");
	sp->hosts[2] = NULL;
	neighbour(sp, "10.1.0.7");
	expect(sp, "unwish:10.20.0.0/16@20 ");
	sp->hosts[2] = "10.1.0.7";
	neighbour(sp, "10.1.0.7");
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.7 ");
	link_fact(sp, 11, "bond0.1", "vlan", BOND0, 1, RED, false);
	expect(sp, "unwish:10.20.0.0/16@20 ");
	link_fact(sp, 11, "bond0.1", "vlan", BOND0, 1, RED, true);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.7 ");
	end(sp);
}

static enum pverdict verdict(struct speaker *sp, const struct route *r)
{
	struct place_vrf *v;

	return prefix_judge(sp->ps, &r->n, &r->a, &v);
}

static void test_verdicts(void **state)
{
	struct speaker *sp = begin();
	struct ecomm rt = rt_of("65000:9"), other;
	struct esi e = esi_of(1);
	struct route *r = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2);

	assert_int_equal(verdict(sp, r), PV_ES_IMPORT);
	r->ec[1] = ecomm_evi_rt(&rt);
	assert_int_equal(verdict(sp, r), PV_FOREIGN_EVI_RT);
	assert_true(prefix_wanted(sp->ps, &r->n, &r->a)); /* people ask why */
	e.b[1] = 0x99;
	r->ec[0] = ecomm_es_import(&e);
	assert_int_equal(verdict(sp, r), PV_FOREIGN_ES_IMPORT);
	assert_false(prefix_wanted(sp->ps, &r->n, &r->a)); /* another customer's */
	r->ec[0] = rt_of("65000:1");
	r->a.ext = ecomm_slice(r->ec, 1);
	assert_int_equal(verdict(sp, r), PV_VRF);
	other = rt_of("65000:8");
	r->ec[0] = other;
	assert_int_equal(verdict(sp, r), PV_NO_TARGET);
	assert_false(prefix_wanted(sp->ps, &r->n, &r->a));
	r->ec[0] = rt_of("65000:1");
	memset(r->n.gw.b, 0, sizeof(r->n.gw.b));
	assert_int_equal(verdict(sp, r), PV_NO_INDEX);
	r->n.esi = esi_of(1);
	assert_int_equal(verdict(sp, r), PV_VRF);
	r->n.esi = esi_of(9);
	assert_int_equal(verdict(sp, r), PV_FOREIGN_ESI);
	r = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 1); /* told back to who has told it */
	assert_int_equal(verdict(sp, r), PV_OWN);
	assert_false(prefix_wanted(sp->ps, &r->n, &r->a));
	r = route(sp, "224.0.0.0/8", 1, "10.1.0.1", 2);
	assert_int_equal(verdict(sp, r), PV_IMPOSSIBLE);
	r = route(sp, "10.0.0.0/8", 1, "127.0.0.1", 2);
	assert_int_equal(verdict(sp, r), PV_IMPOSSIBLE);
	r = route(sp, "0.0.0.0/0", 1, "10.1.0.1", 2);
	assert_int_equal(verdict(sp, r), PV_ES_IMPORT);
	end(sp);
}

static struct fact_es role_fact(u8 role, u8 force)
{
	struct fact_es f = {.esi = esi_of(1), .ifindex = BOND0, .role = role, .force = force};

	strcpy(f.ifname, "bond0");
	return f;
}

/* A PE that is gone from the segment: its routes are kept for the retention time. */
static void test_retention(void **state)
{
	struct speaker *sp = begin();
	struct route *r = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2), *es = rt4(sp, 2);

	say(sp, r);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	es->gone = true;
	take_back(sp, r);
	expect(sp, "");
	say(sp, r); /* it is back in time */
	expect(sp, "");
	es->gone = false;
	take_back(sp, r); /* the customer has withdrawn it */
	wait_for(sp, "unwish:10.20.0.0/16@20 ");
	say(sp, r);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	sp->loss = ROUTE_SESSION_DEAD; /* its RT-4 is still there */
	take_back(sp, r);
	expect(sp, "");
	wait_for(sp, "unwish:10.20.0.0/16@20 ");
	end(sp);
}

/* It is said once for the PE, however many routers its prefixes are behind. */
static void test_retention_is_said_once(void **state)
{
	struct speaker *sp = begin();
	struct route *r = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2);
	int fds[2], saved = dup(STDERR_FILENO), n = 0;
	char text[65536], *at = text;
	ssize_t len;

	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	dup2(fds[1], STDERR_FILENO);
	log_set_level(LOG_LEVEL_INFO);
	sp->loss = ROUTE_SESSION_DEAD;
	for (u8 i = 1; i < 200; i++) {
		r->n.ip.b[1] = i;
		r->n.gw.b[3] = i;
		say(sp, r);
		take_back(sp, r);
	}
	for (int i = 0; i < 10; i++)
		sd_event_run(sp->event, 50000);
	log_set_level(LOG_LEVEL_ERROR);
	dup2(saved, STDERR_FILENO);
	len = read(fds[0], text, sizeof(text) - 1);
	text[len > 0 ? len : 0] = '\0';
	while ((at = strstr(at, "are kept for"))) {
		at++;
		n++;
	}
	close(saved);
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(n, 1);
	end(sp);
}

/* The customer's session goes from another PE to this one, which that PE's withdraw is no word of his about. */
static void test_retention_after_takeover(void **state)
{
	struct conf_vrf red = vrf("red", "65000:1");
	struct speaker *sp = begin();
	struct route *r = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2);
	struct fact_es f = role_fact(ES_NON_DF, 0);

	commit_mode(sp, &red, 1, CONF_PORT_ACTIVE);
	rt4(sp, 2);
	prefix_service.fact(sp->ps, IPC_FACT_ES, &f);
	say(sp, r);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	take_back(sp, r); /* by the customer, who speaks with that PE */
	wait_for(sp, "unwish:10.20.0.0/16@20 ");
	say(sp, r);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	f.role = ES_DF;
	prefix_service.fact(sp->ps, IPC_FACT_ES, &f);
	take_back(sp, r);
	sd_event_run(sp->event, 300000);
	expect(sp, "");
	wait_for(sp, "unwish:10.20.0.0/16@20 ");
	/* longer ago than that */
	say(sp, r);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	take_back(sp, r);
	wait_for(sp, "unwish:10.20.0.0/16@20 ");
	end(sp);
}

/* What is kept of another PE ends when the customer has told this one: else it would outlive his withdrawing it. */
static void test_retained_and_relearned(void **state)
{
	struct speaker *sp = begin();
	struct route *r = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2), *es = rt4(sp, 2);

	say(sp, r);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	es->gone = true;
	take_back(sp, r);
	learned(sp, "10.20.0.0/16", 6, "10.1.0.1"); /* by another segment */
	expect(sp, "+10.20.0.0/16/0[10.0.0.1:32768],10.1.0.1 ");
	learned(sp, "10.20.0.0/16", 11, "10.1.0.1");
	expect(sp,
	       "-10.20.0.0/16/0[10.0.0.1:32768] +10.20.0.0/16/1[10.0.0.1:32768],10.1.0.1 unwish:10.20.0.0/16@20 ");
	end(sp);
}

/* Say it and take it back, again and again, so long, or until @what is asked for. */
static void flap(struct speaker *sp, struct route *r, int ms, const char *what)
{
	u64 until = timer_now_us() + (u64)ms * 1000;

	while (timer_now_us() < until && !(what && strstr(sp->log, what))) {
		say(sp, r);
		take_back(sp, r);
		while (sd_event_run(sp->event, 0) > 0)
			;
		sd_event_run(sp->event, 5000);
	}
}

/* A PE has so many that its RT-4 is withdrawn long after the first of them. */
static void test_retention_of_many(void **state)
{
	struct speaker *sp = begin();
	struct route *first = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2),
		     *last = route(sp, "10.21.0.0/16", 1, "10.1.0.1", 2), *es = rt4(sp, 2);

	say(sp, first);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	say(sp, last);
	expect(sp, "wish:10.21.0.0/16@20,11:10.1.0.1 ");
	take_back(sp, first);
	flap(sp, last, 300, NULL);
	es->gone = true;
	take_back(sp, last);
	expect(sp, "");
	wait_for(sp, "unwish:10.21.0.0/16@20 unwish:10.20.0.0/16@20 ");
	/* but not without end */
	es->gone = false;
	say(sp, first);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	take_back(sp, first);
	sp->ps->lost_us -= 3000000;
	flap(sp, last, 5000, "unwish:10.20.0.0/16@20");
	assert_non_null(strstr(sp->log, "unwish:10.20.0.0/16@20"));
	end(sp);
}

/* What is retained is in no RIB any more: a reload, and another VRF that comes, leave it where it is. */
static void test_retained_and_reloaded(void **state)
{
	struct conf_vrf vrfs[] = {vrf("red", "65000:1"), vrf("blue", "65000:2"),
				  vrf("green", "65000:3")};
	struct speaker *sp = begin();
	struct route *r = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2);

	say(sp, r);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	take_back(sp, r); /* that PE has no RT-4 */
	expect(sp, "");
	commit(sp, vrfs, 3);
	expect(sp, "");
	link_fact(sp, 40, "green", "vrf", 0, 0, 0, true);
	expect(sp, "");
	wait_for(sp, "unwish:10.20.0.0/16@20 ");
	say(sp, r);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	take_back(sp, r);
	commit(sp, &vrfs[1], 2); /* without red */
	expect(sp, "unwish:10.20.0.0/16@20 ");
	end(sp);
}

/* Routes for a VRF without a device are not the global table's. */
static void test_no_device(void **state)
{
	struct conf_vrf vrfs[] = {vrf(CONF_VRF_GLOBAL, "65000:9"), vrf("red", "65000:1")};
	struct fact_link old = {.ifindex = RED};
	json_t *params = json_object(), *doc = NULL;
	struct speaker *sp = begin();
	char err[256] = "";
	const char *name;

	commit(sp, vrfs, 2);
	link_fact(sp, 11, "bond0.1", "vlan", BOND0, 1, 0, true);
	rig_link(&prefix_service, sp->ps, IPC_FACT_LINK_GONE, &old);
	say(sp, route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2));
	expect(sp, "");
	assert_true(prefix_service.query(sp->ps, "prefix.show", params, &doc, err, sizeof(err)));
	assert_int_equal(json_array_size(json_object_get(doc, "prefixes")), 1);
	name = json_string_value(
		json_object_get(json_array_get(json_object_get(doc, "prefixes"), 0), "vrf"));
	assert_string_equal(name, "red");
	json_decref(doc);
	json_decref(params);
	link_fact(sp, RED, "red", "vrf", 0, 0, 0, true);
	link_fact(sp, 11, "bond0.1", "vlan", BOND0, 1, RED, true);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	end(sp);
}

/* ---- what is ours: the same answers as for neighbours ---- */

static struct esi esi_of_lacp(u8 n)
{
	return (struct esi){.b = {1, 2, 0, 0, 0, 0, n, 0, 1}};
}

static void es_fact(struct speaker *sp, u8 n, bool gone)
{
	struct fact_es f = {.esi = esi_of_lacp(n), .ifindex = BOND0, .gone = gone};

	strcpy(f.ifname, "bond0");
	prefix_service.fact(sp->ps, IPC_FACT_ES, &f);
}

/* The ESI of a segment that has it from LACP is the kernel's to tell, and may become another one. */
static void test_esi_of_the_kernel(void **state)
{
	struct speaker *sp = begin();
	struct conf_vrf red = vrf("red", "65000:1");
	struct esi e = esi_of_lacp(1);
	unsigned int asked, n = 0;
	struct place_es *es;
	struct route *r;

	commit_as(sp, &red, 1, CONF_ESI_LACP);
	r = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2);
	r->ec[0] = ecomm_es_import(&e);
	learned(sp, "10.22.0.0/16", 11, "10.1.0.1");
	say(sp, r);
	assert_int_equal(verdict(sp, r), PV_FOREIGN_ES_IMPORT);
	expect(sp, "");
	asked = service_rig.asked_again;
	es_fact(sp, 1, false);
	expect(sp, "+10.22.0.0/16/1[10.0.0.1:32768],10.1.0.1 wish:10.20.0.0/16@20,11:10.1.0.1 ");
	assert_int_equal(verdict(sp, r), PV_ES_IMPORT);
	assert_true(service_rig.asked_again > asked);
	es_fact(sp, 1, true);
	expect(sp, "-10.22.0.0/16/1[10.0.0.1:32768] unwish:10.20.0.0/16@20 ");
	for (u8 i = 10; i < 200;
	     i++) { /* a customer whose system identifier changes all the time */
		es_fact(sp, i, false);
		expect(sp, "+10.22.0.0/16/1[10.0.0.1:32768],10.1.0.1 ");
		es_fact(sp, i, true);
		expect(sp, "-10.22.0.0/16/1[10.0.0.1:32768] ");
	}
	RB_FOREACH(es, place_ess, &sp->ps->at.ess)
		n++;
	assert_int_equal(n, 1); /* be2, which is configured */
	end(sp);
}

/* A VRF may have devices of its own list beside those of its device: for routes as for neighbours. */
static void test_listed_and_named(void **state)
{
	struct conf_vrf red = vrf("red", "65000:1");
	struct speaker *sp;

	strcpy(red.interfaces[red.n_interfaces++], "bond0.3");
	sp = begin_with(&red);
	learned(sp, "10.20.0.0/16", 11, "10.1.0.1");
	expect(sp, "+10.20.0.0/16/1[10.0.0.1:32768],10.1.0.1 ");
	fact(sp, BLUE, "10.21.0.0/16", 13, "10.1.0.1", 20, PREFIX_FIRST);
	expect(sp, "+10.21.0.0/16/3[10.0.0.1:32768],10.1.0.1 ");
	end(sp);
}

/* One that only lists devices has the table that they are in. */
static void test_listed(void **state)
{
	struct conf_vrf shop = vrf("shop", "65000:1");
	struct speaker *sp;

	strcpy(shop.interfaces[shop.n_interfaces++], "bond0.2");
	sp = begin_with(&shop);
	say(sp, route(sp, "10.20.0.0/16", 2, "10.1.0.1", 2));
	expect(sp, "wish:10.20.0.0/16@20,12:10.1.0.1 ");
	learned(sp, "10.21.0.0/16", 11, "10.1.0.1"); /* on another device of that table */
	expect(sp, "");
	learned(sp, "10.22.0.0/16", 12, "10.1.0.1");
	expect(sp, "+10.22.0.0/16/2[10.0.0.1:32768],10.1.0.1 ");
	end(sp);
}

/* What this PE has itself is wished for all the same, and two PEs with one router are one next hop. */
static void test_own_and_theirs(void **state)
{
	struct speaker *sp = begin();
	struct route *two = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2);
	struct route *three = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 3);

	rt4(sp, 2);
	rt4(sp, 3);
	learned(sp, "10.20.0.0/16", 11, "10.1.0.1");
	expect(sp, "+10.20.0.0/16/1[10.0.0.1:32768],10.1.0.1 ");
	say(sp, two);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	say(sp, three);
	expect(sp, "");
	take_back(sp, two);
	usleep(300000);
	expect(sp, "");
	sp->hosts[2] = "10.1.0.2";
	two->n.gw = ip_v4(0x0a010002); /* by another router now: both */
	say(sp, two);
	expect(sp, "change:10.20.0.0/16@20,11:10.1.0.1,11:10.1.0.2 ");
	end(sp);
}

/* ---- the ESI form ---- */

static void test_esi_form(void **state)
{
	struct conf_vrf red = vrf("red", "65000:1");
	struct speaker *sp;
	struct mac m = {{2, 0, 0, 0, 0, 1}};
	struct ecomm router = ecomm_router_mac(&m);
	struct esi e = esi_of(1);
	struct route *r;

	red.prefixes.form = CONF_PREFIX_ESI;
	sp = begin_with(&red);
	learned(sp, "10.20.0.0/16", 11, "10.1.0.1");
	expect(sp, "+10.20.0.0/16/1[10.0.0.1:32768] ");
	assert_int_equal(esi_cmp(&sp->last.esi, &e), 0);
	assert_true(ip_is_zero(&sp->last.gw));
	assert_int_equal(sp->n_ec, 3);
	assert_int_equal(ecomm_cmp(&sp->ec[1], &router), 0);
	/* a router that another PE has heard is known when the kernel has it: then it is told, by its MAC */
	learned(sp, "10.22.0.0/16", 11, "10.1.0.7");
	expect(sp, "");
	sp->hosts[2] = "10.1.0.7";
	neighbour_installed(sp, "10.1.0.7");
	expect(sp, "+10.22.0.0/16/1[10.0.0.1:32768] ");
	assert_int_equal(sp->n_ec, 3);
	/* the leg is cut: it is this PE's neighbour no more, and perhaps the next one's who has the prefix still */
	sp->hosts[2] = NULL;
	neighbour(sp, "10.1.0.7");
	expect(sp, "");
	link_fact(sp, 11, "bond0.1", "vlan", BOND0, 1, RED, false);
	commit(sp, &red, 1);
	expect(sp, "+10.22.0.0/16/1[10.0.0.1:32768] +10.20.0.0/16/1[10.0.0.1:32768] ");
	assert_int_equal(sp->n_ec, 3);
	link_fact(sp, 11, "bond0.1", "vlan", BOND0, 1, RED, true);
	/* an IPv4 prefix behind an IPv6 router */
	learned(sp, "10.21.0.0/16", 11, "fd00::1");
	expect(sp, "+10.21.0.0/16/1[10.0.0.1:32768] ");

	r = route(sp, "10.30.0.0/16", 1, NULL, 2);
	r->n.esi = e;
	r->ec[2] = router;
	r->a.ext = ecomm_slice(r->ec, 3);
	say(sp, r);
	expect(sp, "wish:10.30.0.0/16@20,11:10.1.0.1 ");
	sp->hosts[2] = "10.1.0.2";
	r = route(sp, "10.31.0.0/16", 1, NULL, 3); /* no MAC, and two routers */
	r->n.esi = e;
	say(sp, r);
	expect(sp, "");
	sp->hosts[2] = NULL;
	neighbour(sp, "10.1.0.2");
	expect(sp, "wish:10.31.0.0/16@20,11:10.1.0.1 ");
	end(sp);
}

static struct route *by_mac(struct speaker *sp, const char *prefix, u8 mac)
{
	struct route *r = route(sp, prefix, 1, NULL, 2);
	struct mac m = {{2, 0, 0, 0, 0, mac}};

	r->n.esi = esi_of(1);
	r->ec[2] = ecomm_router_mac(&m);
	r->a.ext = ecomm_slice(r->ec, 3);
	return r;
}

/*
 * A router has another MAC address: the neighbour changes, then each prefix is told with the new one. The kernel is asked
 * for nothing.
 */
static void test_router_mac_changes(void **state)
{
	static const char *const prefixes[] = {"10.30.0.0/16", "10.31.0.0/16"};
	struct speaker *sp = begin();
	struct route *r[2];
	struct mac m = {{2, 0, 0, 0, 0, 5}};

	for (int i = 0; i < 2; i++) {
		r[i] = by_mac(sp, prefixes[i], 1);
		say(sp, r[i]);
	}
	expect(sp, "wish:10.31.0.0/16@20,11:10.1.0.1 wish:10.30.0.0/16@20,11:10.1.0.1 ");
	sp->hosts[0] = "10.1.0.1=5";
	sp->hosts[1] = NULL;
	neighbour(sp, "10.1.0.1");
	expect(sp, "");
	for (int i = 0; i < 2; i++) {
		r[i]->ec[2] = ecomm_router_mac(&m);
		say(sp, r[i]);
		expect(sp, "");
	}
	/* one of another address has the one that is told now */
	sp->hosts[0] = "10.1.0.1=6";
	sp->hosts[2] = "10.1.0.5=5";
	neighbour(sp, "10.1.0.1");
	expect(sp, "change:10.31.0.0/16@20,11:10.1.0.5 change:10.30.0.0/16@20,11:10.1.0.5 ");
	sp->hosts[2] = NULL;
	neighbour(sp, "10.1.0.5"); /* gone */
	expect(sp, "unwish:10.31.0.0/16@20 unwish:10.30.0.0/16@20 ");
	end(sp);
}

/* bridge and VXLAN device of an L3VNI; @master: of the bridge */
static void l3vni_devices(struct speaker *sp, u32 vni, u32 master)
{
	u32 index = 40 + (vni - 5000) * 2;
	struct fact_link br = {
		.ifindex = index, .flags = IFF_UP, .carrier = true, .master = master};
	struct fact_link vx = {.ifindex = index + 1,
			       .flags = IFF_UP,
			       .carrier = true,
			       .master = index,
			       .vxlan_vni = vni};

	snprintf(br.ifname, sizeof(br.ifname), "br%u", vni);
	strcpy(br.kind, "bridge");
	strcpy(br.master_kind, master ? "vrf" : "");
	br.address.b[5] = 5;
	snprintf(vx.ifname, sizeof(vx.ifname), "vx%u", vni);
	strcpy(vx.kind, "vxlan");
	strcpy(vx.master_kind, "bridge");
	rig_link(&prefix_service, sp->ps, IPC_FACT_LINK, &br);
	rig_link(&prefix_service, sp->ps, IPC_FACT_LINK, &vx);
}

/* Both who has learned a prefix and who has it from another PE tell it to the core, as long as it is there. */
static void test_core(void **state)
{
	struct conf_vrf vrfs[] = {vrf("red", "65000:1"), vrf("blue", "65000:2")};
	struct mac m = {{0, 0, 0, 0, 0, 5}};
	struct ecomm router = ecomm_router_mac(&m), rt = rt_of("65000:1");
	struct speaker *sp;
	struct slice ext;
	struct route *r;

	vrfs[0].l3vni = 5000;
	vrfs[0].prefixes.core = CONF_CORE_INTERFACE_LESS;
	sp = begin_with(&vrfs[0]);
	learned(sp, "10.20.0.0/16", 11, "10.1.0.1");
	expect(sp, "+10.20.0.0/16/1[10.0.0.1:32768],10.1.0.1 "); /* there is no VXLAN device */
	l3vni_devices(sp, 5000, RED);
	expect(sp, "+10.20.0.0/16/0[10.0.0.1:49280] ");
	ext = ecomm_slice(sp->ec, sp->n_ec);
	assert_int_equal(sp->last.label[0], 5000);
	assert_true(esi_is_zero(&sp->last.esi) && ip_is_zero(&sp->last.gw));
	assert_int_equal(sp->n_ec, 3);
	assert_true(ecomm_has(&ext, &router) && ecomm_has(&ext, &rt));
	assert_non_null(ecomm_find(&ext, EC_ENCAP));
	/* another PE's, when the kernel has it */
	r = route(sp, "10.30.0.0/16", 1, "10.1.0.1", 2);
	say(sp, r);
	expect(sp, "wish:10.30.0.0/16@20,11:10.1.0.1 +10.30.0.0/16/0[10.0.0.1:49280] ");
	/* what is told to the core is no customer's route for who hears it */
	r = route(sp, "10.40.0.0/16", 0, NULL, 2);
	r->n.label[0] = 5000;
	r->ec[0] = rt;
	r->a.ext = ecomm_slice(r->ec, 1);
	assert_int_equal(verdict(sp, r), PV_NO_INDEX);
	forgotten(sp, "10.20.0.0/16");
	expect(sp, "-10.20.0.0/16/1[10.0.0.1:32768] -10.20.0.0/16/0[10.0.0.1:49280] ");
	/* its bridge is in no VRF any more; and in it again */
	l3vni_devices(sp, 5000, 0);
	expect(sp, "-10.30.0.0/16/0[10.0.0.1:49280] ");
	l3vni_devices(sp, 5000, RED);
	expect(sp, "+10.30.0.0/16/0[10.0.0.1:49280] ");
	vrfs[0].prefixes.core = CONF_CORE_OFF;
	commit(sp, vrfs, 2);
	expect(sp, "-10.30.0.0/16/0[10.0.0.1:49280] ");
	end(sp);
}

/* A subnet of a segment's device is the core's to know; the segment's other PEs have it themselves. */
static void test_core_connected(void **state)
{
	struct conf_vrf red = vrf("red", "65000:1");
	struct speaker *sp;
	char err[256] = "";
	json_t *params = json_pack("{s:s}", "prefix", "10.1.0.0/24"), *doc = NULL, *one;

	red.l3vni = 5000;
	red.prefixes.core = CONF_CORE_INTERFACE_LESS;
	sp = begin_with(&red);
	l3vni_devices(sp, 5000, RED);
	fact(sp, RED, "10.1.0.0/24", 11, NULL, 0, PREFIX_FIRST);
	expect(sp, "+10.1.0.0/24/0[10.0.0.1:49280] ");
	assert_true(prefix_service.query(sp->ps, "prefix.why", params, &doc, err, sizeof(err)));
	one = json_array_get(json_object_get(doc, "prefixes"), 0);
	assert_non_null(
		strstr(json_string_value(json_object_get(one, "reason")), "to the core alone"));
	json_decref(doc);
	json_decref(params);
	fact(sp, RED, "10.1.0.0/24", 0, NULL, 0, PREFIX_FIRST | PREFIX_GONE);
	expect(sp, "-10.1.0.0/24/0[10.0.0.1:49280] ");
	end(sp);
}

static struct conf_vrf vrf_of_hosts(enum conf_prefix_core core)
{
	struct conf_vrf red = vrf("red", "65000:1");

	red.l3vni = 5000;
	red.prefixes.core = core;
	red.prefixes.learn = CONF_LEARN_NEIGHBOURS;
	return red;
}

static struct speaker *begin_hosts(enum conf_prefix_core core)
{
	struct conf_vrf red = vrf_of_hosts(core);
	struct speaker *sp = begin_with(&red);

	l3vni_devices(sp, 5000, RED);
	subnet(sp, "10.1.0.0/24", 11, PREFIX_SUBNET);
	subnet(sp, "fd00:1::/64", 11, PREFIX_SUBNET);
	run_all(sp);
	sp->log[0] = '\0';
	return sp;
}

/* prefix.why: KEY of the prefix, or the text of its first step of this name; "": there is none */
static const char *why_says(struct speaker *sp, const char *prefix, const char *key,
			    const char *name)
{
	json_t *params = json_pack("{s:s}", "prefix", prefix), *doc = NULL, *one, *s;
	static char buf[256];
	char err[256];
	size_t i;

	buf[0] = '\0';
	assert_true(prefix_service.query(sp->ps, "prefix.why", params, &doc, err, sizeof(err)));
	one = json_array_get(json_object_get(doc, "prefixes"), 0);
	if (key && json_is_string(json_object_get(one, key)))
		snprintf(buf, sizeof(buf), "%s", json_string_value(json_object_get(one, key)));
	json_array_foreach(json_object_get(one, "steps"), i, s)
		if (name && !buf[0] && !strcmp(json_string_value(json_object_get(s, "step")), name))
			snprintf(buf, sizeof(buf), "%s",
				 json_string_value(json_object_get(s, "text")));
	json_decref(doc);
	json_decref(params);
	return buf;
}

/* A neighbour in a subnet of its device is a prefix for the core, whoever has learned it, until it goes. */
static void test_hosts(void **state)
{
	struct speaker *sp = begin_hosts(CONF_CORE_INTERFACE_LESS);

	neighbour_is(sp, "10.1.0.5", 11, NEIGHBOUR_LEARNED);
	expect(sp, "+10.1.0.5/32/0[10.0.0.1:49280] ");
	assert_int_equal(sp->last.label[0], 5000);
	assert_true(esi_is_zero(&sp->last.esi) && ip_is_zero(&sp->last.gw));
	assert_string_equal(sp->said, "10.1.0.5/32 local! ");
	assert_string_equal(why_says(sp, "10.1.0.5/32", "protocol", NULL), "neighbours");
	assert_non_null(strstr(why_says(sp, "10.1.0.5/32", "reason", NULL), "by RT-2"));
	assert_string_equal(why_says(sp, "10.1.0.5/32", NULL, "learned"),
			    "a neighbour, dev bond0.1, learned here");
	assert_non_null(strstr(why_says(sp, "10.1.0.5/32", NULL, "core"), "VNI 5000"));
	neighbour_is(sp, "fd00:1::5", 11, NEIGHBOUR_SYNCED);
	expect(sp, "+fd00:1::5/128/0[10.0.0.1:49280] ");
	assert_string_equal(why_says(sp, "fd00:1::5/128", "state", NULL), "installed");
	/* the same again, and once more in a reading of everything */
	neighbour_is(sp, "10.1.0.5", 11, NEIGHBOUR_LEARNED);
	speaker_neighbour_changed(sp, NULL, 0);
	expect(sp, "");
	/* the other PE is gone; the host is asked here, and answers */
	neighbour_is(sp, "fd00:1::5", 11, NEIGHBOUR_RETAINED);
	run_all(sp);
	assert_null(strchr(sp->log, '-'));
	assert_string_equal(why_says(sp, "fd00:1::5/128", "state", NULL), "retained");
	neighbour_is(sp, "fd00:1::5", 11, NEIGHBOUR_LEARNED);
	run_all(sp);
	assert_null(strchr(sp->log, '-'));
	sp->log[0] = '\0';
	neighbour_is(sp, "fd00:1::5", 11, 0);
	expect(sp, "-fd00:1::5/128/0[10.0.0.1:49280] ");
	neighbour_is(sp, "10.1.0.5", 11, 0);
	expect(sp, "-10.1.0.5/32/0[10.0.0.1:49280] ");
	assert_int_equal(sp->ps->count, 0);
	end(sp);
}

/* What is on no link, or is no address for others, is told to nobody. */
static void test_hosts_left_out(void **state)
{
	struct speaker *sp = begin_hosts(CONF_CORE_INTERFACE_LESS);

	subnet(sp, "169.254.0.0/16", 11, PREFIX_SUBNET);
	neighbour_is(sp, "203.0.113.9", 11, NEIGHBOUR_LEARNED); /* says a customer */
	neighbour_is(sp, "10.1.0.6", 12, NEIGHBOUR_LEARNED);	/* on another link */
	neighbour_is(sp, "10.1.0.7", 13, NEIGHBOUR_LEARNED);	/* in another VRF */
	neighbour_is(sp, "10.1.0.8", 99, NEIGHBOUR_LEARNED);	/* on no segment */
	neighbour_is(sp, "fe80::5", 11, NEIGHBOUR_LEARNED);
	neighbour_is(sp, "169.254.0.1", 11, NEIGHBOUR_LEARNED);
	expect(sp, "");
	assert_int_equal(sp->ps->count, 0);
	/* the link gets that subnet, and loses it */
	subnet(sp, "10.1.0.0/24", 12, PREFIX_SUBNET);
	expect(sp, "+10.1.0.6/32/0[10.0.0.1:49280] ");
	subnet(sp, "10.1.0.0/24", 12, PREFIX_GONE);
	expect(sp, "-10.1.0.6/32/0[10.0.0.1:49280] ");
	end(sp);
}

/* The tables are read again: neighbours are in none of them, and subnets may have gone. */
static void test_hosts_read_again(void **state)
{
	struct speaker *sp = begin_hosts(CONF_CORE_INTERFACE_LESS);

	neighbour_is(sp, "10.1.0.5", 11, NEIGHBOUR_LEARNED);
	expect(sp, "+10.1.0.5/32/0[10.0.0.1:49280] ");
	prefix_service.fact(sp->ps, IPC_FACT_PREFIXES_BEGIN, NULL);
	subnet(sp, "10.1.0.0/24", 11, PREFIX_SUBNET);
	prefix_service.fact(sp->ps, IPC_FACT_PREFIXES_DONE, NULL);
	expect(sp, "");
	read_tables(sp);
	expect(sp, "-10.1.0.5/32/0[10.0.0.1:49280] ");
	end(sp);
}

/* It is on two devices of the VRF; on one; the device goes to another VRF. */
static void test_hosts_devices(void **state)
{
	struct speaker *sp = begin_hosts(CONF_CORE_INTERFACE_LESS);

	subnet(sp, "10.1.0.0/24", 12, PREFIX_SUBNET);
	neighbour_is(sp, "10.1.0.5", 11, NEIGHBOUR_SYNCED);
	neighbour_is(sp, "10.1.0.5", 12, NEIGHBOUR_LEARNED);
	expect(sp, "+10.1.0.5/32/0[10.0.0.1:49280] ");
	assert_string_equal(why_says(sp, "10.1.0.5/32", "state", NULL), "local");
	neighbour_is(sp, "10.1.0.5", 12, 0);
	run_all(sp);
	assert_null(strchr(sp->log, '-'));
	assert_string_equal(why_says(sp, "10.1.0.5/32", "state", NULL), "installed");
	sp->log[0] = '\0';
	link_fact(sp, 11, "bond0.1", "vlan", BOND0, 1, BLUE, true);
	expect(sp, "-10.1.0.5/32/0[10.0.0.1:49280] ");
	end(sp);
}

/* It is asked for, and not any more; the core is not to be told; and a prefix of a routing daemon's comes first. */
static void test_hosts_conf(void **state)
{
	struct conf_vrf red = vrf_of_hosts(CONF_CORE_INTERFACE_LESS);
	struct speaker *sp = begin_hosts(CONF_CORE_INTERFACE_LESS);

	neighbour_is(sp, "10.1.0.5", 11, NEIGHBOUR_LEARNED);
	expect(sp, "+10.1.0.5/32/0[10.0.0.1:49280] ");
	red.prefixes.learn = CONF_LEARN_OSPF;
	commit(sp, &red, 1);
	expect(sp, "-10.1.0.5/32/0[10.0.0.1:49280] ");
	red.prefixes.learn |= CONF_LEARN_NEIGHBOURS;
	commit(sp, &red, 1);
	expect(sp, "+10.1.0.5/32/0[10.0.0.1:49280] ");
	red.prefixes.core = CONF_CORE_OFF;
	commit(sp, &red, 1);
	expect(sp, "-10.1.0.5/32/0[10.0.0.1:49280] ");
	assert_int_equal(sp->ps->count, 0);
	red.prefixes.core = CONF_CORE_INTERFACE_LESS;
	commit(sp, &red, 1);
	expect(sp, "+10.1.0.5/32/0[10.0.0.1:49280] ");
	learned(sp, "10.1.0.5/32", 11, "10.1.0.1");
	run_all(sp);
	assert_non_null(strstr(sp->log, "+10.1.0.5/32/1[10.0.0.1:32768],10.1.0.1 "));
	assert_null(strchr(sp->log, '-'));
	sp->log[0] = '\0';
	forgotten(sp, "10.1.0.5/32");
	run_all(sp);
	assert_non_null(strstr(sp->log, "-10.1.0.5/32/1[10.0.0.1:32768] "));
	assert_null(strstr(sp->log, "-10.1.0.5/32/0"));
	end(sp);
}

/* A customer may have many addresses: no more are told than the VRF's limit allows. */
static void test_hosts_limit(void **state)
{
	struct conf_vrf red = vrf_of_hosts(CONF_CORE_INTERFACE_LESS);
	struct speaker *sp = begin_hosts(CONF_CORE_INTERFACE_LESS);

	red.prefixes.limit = 2;
	commit(sp, &red, 1);
	run_all(sp);
	neighbour_is(sp, "10.1.0.5", 11, NEIGHBOUR_LEARNED);
	neighbour_is(sp, "10.1.0.6", 11, NEIGHBOUR_SYNCED);
	expect(sp, "+10.1.0.6/32/0[10.0.0.1:49280] +10.1.0.5/32/0[10.0.0.1:49280] ");
	neighbour_is(sp, "10.1.0.7", 11, NEIGHBOUR_LEARNED);
	expect(sp, "");
	assert_non_null(strstr(why_says(sp, "10.1.0.7/32", "reason", NULL), "limit"));
	assert_int_equal(sp->ps->counts.too_many, 1);
	neighbour_is(sp, "10.1.0.5", 11, 0);
	expect(sp, "-10.1.0.5/32/0[10.0.0.1:49280] ");
	wait_for(sp, "+10.1.0.7/32/0[10.0.0.1:49280] ");
	end(sp);
}

/* A customer who answers for 100,000 addresses; then he is gone. */
static void test_hosts_crowd(void **state)
{
	struct conf_vrf red = vrf_of_hosts(CONF_CORE_INTERFACE_LESS);
	struct speaker *sp = begin_hosts(CONF_CORE_INTERFACE_LESS);
	u32 told = 0;

	sp->deaf = true;
	log_set_level(LOG_LEVEL_ERROR);
	subnet(sp, "10.2.0.0/15", 11, PREFIX_SUBNET);
	red.prefixes.limit = 1000;
	commit(sp, &red, 1);
	run_all(sp);
	while (sp->crowd < 100000) {
		struct ip_addr a = ip_v4(CROWD + sp->crowd);

		sp->crowd++;
		speaker_neighbour_changed(sp, &a, 11);
	}
	run_all(sp);
	for (const char *p = sp->log; (p = strchr(p, '+')); p++)
		told++;
	assert_int_equal(told, 1000);
	assert_int_equal(sp->ps->count, 100000);
	sp->log[0] = '\0';
	speaker_neighbour_changed(sp, NULL, 0); /* as after any change of a device */
	run_all(sp);
	assert_string_equal(sp->log, "");
	sp->crowd = 0;
	speaker_neighbour_changed(sp, NULL, 0);
	run_all(sp);
	for (const char *p = sp->log; (p = strchr(p, '-')); p++)
		told--;
	assert_int_equal(told, 0);
	assert_int_equal(sp->ps->count, 0);
	end(sp);
}

/* With the segment's ESI by the PE that has learned it, and by another one when that is gone. */
static void test_hosts_esi(void **state)
{
	struct speaker *sp = begin_hosts(CONF_CORE_ESI);
	struct esi e = esi_of(1);

	neighbour_is(sp, "10.1.0.5", 11, NEIGHBOUR_SYNCED);
	expect(sp, "");
	assert_non_null(strstr(why_says(sp, "10.1.0.5/32", NULL, "core"),
			       "the PE that has learned it tells it"));
	neighbour_is(sp, "10.1.0.5", 11, NEIGHBOUR_RETAINED);
	expect(sp, "+10.1.0.5/32/0[10.0.0.1:49280] ");
	assert_int_equal(esi_cmp(&sp->last.esi, &e), 0);
	neighbour_is(sp, "10.1.0.5", 11, NEIGHBOUR_SYNCED);
	expect(sp, "-10.1.0.5/32/0[10.0.0.1:49280] ");
	neighbour_is(sp, "10.1.0.5", 11, NEIGHBOUR_LEARNED);
	expect(sp, "+10.1.0.5/32/0[10.0.0.1:49280] ");
	end(sp);
}

/* What another PE of the segment tells the core of a host leads to no router here: it is on the link. */
static void test_hosts_of_others(void **state)
{
	struct speaker *sp = begin_hosts(CONF_CORE_ESI);
	struct ecomm rt = rt_of("65000:1");
	static const char *const prefixes[] = {"10.1.0.5/32", "10.30.0.5/32"};

	for (size_t i = 0; i < 2; i++) {
		struct route *r = route(sp, prefixes[i], 0, NULL, 2);

		r->n.esi = esi_of(1);
		r->n.label[0] = 5000;
		r->ec[0] = rt;
		r->a.ext = ecomm_slice(r->ec, 1);
		say(sp, r);
	}
	expect(sp, "wish:10.30.0.5/32@20,11:10.1.0.1 ");
	assert_non_null(strstr(why_says(sp, "10.1.0.5/32", "reason", NULL), "in a subnet of"));
	end(sp);
}

/* Learned by both PEs, by the same router: this one tells it, whatever is behind its own route. */
static void test_core_both(void **state)
{
	struct conf_vrf red = vrf("red", "65000:1");
	struct speaker *sp;

	red.l3vni = 5000;
	red.prefixes.core = CONF_CORE_ESI;
	sp = begin_with(&red);
	l3vni_devices(sp, 5000, RED);
	run_all(sp);
	say(sp, route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2));
	run_all(sp);
	sp->log[0] = '\0';
	learned(sp, "10.20.0.0/16", 11, "10.1.0.1");
	expect(sp, "+10.20.0.0/16/1[10.0.0.1:32768],10.1.0.1 +10.20.0.0/16/0[10.0.0.1:49280] ");
	end(sp);
}

/* The PE has this role; what it tells the core then has this LOCAL_PREF and this metric, 0: it is not told again */
static void role_is(struct speaker *sp, const struct fact_es *f, u32 pref, u32 med)
{
	prefix_service.fact(sp->ps, IPC_FACT_ES, f);
	expect(sp, pref ? "+10.20.0.0/16/0[10.0.0.1:49280] " : "");
	if (!pref)
		return;
	assert_int_equal(sp->pref, pref);
	assert_int_equal(sp->med, med);
}

/* A PE that does not forward to the customer is a path for when there is no other one; one that leaves, before. */
static void test_core_roles(void **state)
{
	struct conf_vrf red = vrf("red", "65000:1");
	struct speaker *sp;
	struct fact_es f;

	red.l3vni = 5000;
	red.prefixes.core = CONF_CORE_INTERFACE_LESS;
	sp = begin_with(&red);
	l3vni_devices(sp, 5000, RED);
	learned(sp, "10.20.0.0/16", 11, "10.1.0.1");
	expect(sp, "+10.20.0.0/16/1[10.0.0.1:32768],10.1.0.1 +10.20.0.0/16/0[10.0.0.1:49280] ");
	assert_int_equal(sp->pref, 100);
	/* all-active: whoever is DF, all forward, unless the port is closed */
	f = role_fact(ES_NON_DF, 0);
	role_is(sp, &f, 100, 0);
	f = role_fact(ES_NON_DF, ES_BLOCKED);
	role_is(sp, &f, 50, 50);
	role_is(sp, &f, 0, 0);
	f = role_fact(ES_DRAINING, 0);
	role_is(sp, &f, 75, 25);
	commit_mode(sp, &red, 1, CONF_PORT_ACTIVE);
	f = role_fact(ES_NON_DF, 0);
	prefix_service.fact(sp->ps, IPC_FACT_ES, &f);
	run_all(sp);
	assert_int_equal(sp->pref, 50);
	sp->log[0] = '\0';
	f = role_fact(ES_DF, 0);
	role_is(sp, &f, 100, 0);
	/* for each VLAN: DF for VLAN 2, and then for VLAN 1, too */
	f.vlan_df[0] = 1 << 2;
	role_is(sp, &f, 50, 50);
	f.vlan_df[0] |= 1 << 1;
	role_is(sp, &f, 100, 0);
	f.gone = true;
	role_is(sp, &f, 100, 0);
	end(sp);
}

/* L2-Attr of the route originated last: P, B, or none */
static u16 flags_said(const struct speaker *sp)
{
	struct slice ext = ecomm_slice(sp->ec, sp->n_ec);
	struct l2_attr l2 = {0};

	return ecomm_get_l2_attr(&ext, &l2) ? l2.flags : 0;
}

/* The route originated last on the wire, and its communities */
static void octets(const struct speaker *sp, const char *nlri, const char *communities)
{
	u8 buf[128];
	struct wbuf w = w_make(buf, sizeof(buf));

	assert_true(evpn_encode(&w, &sp->last));
	assert_hex(buf, w.len, nlri);
	assert_hex((const u8 *)sp->ec, sp->n_ec * sizeof(sp->ec[0]), communities);
}

static void port(struct speaker *sp, u32 ifindex, const char *name, u16 vid, bool up)
{
	link_fact(sp, ifindex, name, "vlan", BOND0, vid, RED, up);
}

/*
 * IP aliasing: both PEs tell which segments they reach in the VRF, and the one that has learned a prefix tells it
 * with the segment's ESI, for both. What goes with the segment is taken back at once, ahead of the prefixes.
 */
static void test_core_esi(void **state)
{
	struct mac m = {{0, 0, 0, 0, 0, 5}};
	struct ecomm router = ecomm_router_mac(&m), rt = rt_of("65000:1");
	struct conf_vrf red = vrf("red", "65000:1");
	struct esi be1 = esi_of(1);
	struct esi_label label;
	struct speaker *sp;
	struct slice ext;
	struct fact_es f;
	struct route *r;

	red.l3vni = 5000;
	red.prefixes.core = CONF_CORE_ESI;
	sp = begin_with(&red);
	l3vni_devices(sp, 5000, RED);
	expect(sp,
	       "+es:be2[10.0.0.1:49280] +evi:be2[10.0.0.1:49280] +es:be1[10.0.0.1:49280] +evi:be1[10.0.0.1:49280] ");
	/* the last one: per EVI, of be1 */
	assert_int_equal(sp->last.etag, 0);
	assert_int_equal(sp->last.label[0], 5000);
	assert_int_equal(sp->n_ec, 4);
	assert_int_equal(flags_said(sp), L2_ATTR_P);
	/* target 65000:1, encapsulation VXLAN, L2-Attr P, Router's MAC */
	octets(sp, "01 19 0001 0a000001 c080 03443839ffff01000001 00000000 001388",
	       "0002fde800000001 030c000000000008 0603000000000005 0604000200000000");
	ext = ecomm_slice(sp->ec, sp->n_ec);
	assert_true(ecomm_has(&ext, &router) && ecomm_has(&ext, &rt) && ecomm_find(&ext, EC_ENCAP));
	/* learned here: with the ESI, and with no preference of its own */
	learned(sp, "10.20.0.0/16", 11, "10.1.0.1");
	expect(sp, "+10.20.0.0/16/1[10.0.0.1:32768],10.1.0.1 +10.20.0.0/16/0[10.0.0.1:49280] ");
	assert_false(esi_cmp(&sp->last.esi, &be1));
	assert_true(ip_is_zero(&sp->last.gw) && sp->last.label[0] == 5000 && sp->pref == 100);
	/* another PE's is that one's to tell */
	r = route(sp, "10.30.0.0/16", 1, "10.1.0.1", 2);
	say(sp, r);
	expect(sp, "wish:10.30.0.0/16@20,11:10.1.0.1 ");
	/* behind two segments: as without ESIs, by each */
	fact(sp, RED, "10.50.0.0/16", 11, "10.1.0.1", 20, PREFIX_FIRST);
	fact(sp, RED, "10.50.0.0/16", 6, "10.1.0.1", 20, 0);
	run_all(sp);
	assert_true(esi_is_zero(&sp->last.esi));
	sp->log[0] = '\0';
	/* single-active, and this PE does not forward */
	commit_mode(sp, &red, 1, CONF_SINGLE_ACTIVE);
	f = role_fact(ES_NON_DF, 0);
	prefix_service.fact(sp->ps, IPC_FACT_ES, &f);
	run_all(sp);
	sp->log[0] = '\0';
	f = role_fact(ES_DF, 0);
	f.vlan_df[0] = 0xff;
	prefix_service.fact(sp->ps, IPC_FACT_ES, &f);
	run_all(sp);
	assert_non_null(strstr(sp->log, "+es:be1[10.0.0.1:49280] +evi:be1[10.0.0.1:49280] "));
	assert_null(strstr(sp->log, "be2"));
	sp->log[0] = '\0';
	/* its circuits in the VRF go down, one after the other: with the last one all of it is over */
	port(sp, 11, "bond0.1", 1, false);
	port(sp, 12, "bond0.2", 2, false);
	run_all(sp);
	assert_null(strstr(sp->log, "-es"));
	sp->log[0] = '\0';
	link_fact(sp, 14, "bond0.3.30", "vlan", 13, 30, RED, false);
	run_all(sp);
	assert_non_null(strstr(sp->log, "--es:be1[10.0.0.1:49280] --evi:be1[10.0.0.1:49280] "));
	sp->log[0] = '\0';
	port(sp, 11, "bond0.1", 1, true);
	run_all(sp);
	assert_non_null(strstr(sp->log, "+es:be1[10.0.0.1:49280] +evi:be1[10.0.0.1:49280] "));
	ext = ecomm_slice(sp->ec, sp->n_ec);
	assert_false(ecomm_get_esi_label(&ext, &label));
	sp->log[0] = '\0';
	red.prefixes.core = CONF_CORE_OFF;
	commit(sp, &red, 1);
	run_all(sp);
	assert_non_null(strstr(sp->log, "--es:be2[10.0.0.1:49280] --evi:be2[10.0.0.1:49280] "));
	assert_non_null(strstr(sp->log, "--es:be1[10.0.0.1:49280] --evi:be1[10.0.0.1:49280] "));
	assert_int_equal(sp->ps->n_aliases, 0);
	end(sp);
}

/* The PE that has learned it dies: as long as its prefixes are kept here they are this PE's to tell. */
static void test_core_esi_retained(void **state)
{
	struct conf_vrf red = vrf("red", "65000:1");
	struct esi be1 = esi_of(1);
	struct speaker *sp;
	struct route *r;

	red.l3vni = 5000;
	red.prefixes.core = CONF_CORE_ESI;
	sp = begin_with(&red);
	l3vni_devices(sp, 5000, RED);
	run_all(sp);
	sp->log[0] = '\0';
	r = route(sp, "10.30.0.0/16", 1, "10.1.0.1", 2);
	say(sp, r);
	expect(sp, "wish:10.30.0.0/16@20,11:10.1.0.1 ");
	sp->loss = ROUTE_SESSION_DEAD;
	take_back(sp, r);
	wait_for(sp, "+10.30.0.0/16/0[10.0.0.1:49280] ");
	assert_false(esi_cmp(&sp->last.esi, &be1));
	/* it is back, and tells it itself */
	sp->loss = ROUTE_WITHDRAWN;
	say(sp, r);
	expect(sp, "-10.30.0.0/16/0[10.0.0.1:49280] ");
	end(sp);
}

/*
 * A PE that tells its own core so, and nobody else: with the ESI, a label, its router's MAC address, and no tag.
 * Here it leads through the segment's device in the VRF on which there is a router, whatever its tag is.
 */
static void test_esi_of_core(void **state)
{
	struct mac m = {{2, 0, 0, 0, 9, 9}};
	struct speaker *sp = begin();
	struct route *r;

	sp->hosts[1] = NULL;
	r = route(sp, "10.31.0.0/16", 0, NULL, 2);
	r->n.esi = esi_of(1);
	r->n.label[0] = 5000;
	r->ec[0] = rt_of("65000:1");
	r->ec[1] = ecomm_router_mac(&m);
	r->ec[2] = ecomm_encap(8);
	r->a.ext = ecomm_slice(r->ec, 3);
	say(sp, r);
	expect(sp, "wish:10.31.0.0/16@20,11:10.1.0.1 ");
	/* the same as before the label: the tag counts */
	r = route(sp, "10.32.0.0/16", 0, NULL, 2);
	r->n.esi = esi_of(1);
	say(sp, r);
	expect(sp, "");
	end(sp);
}

/* One prefix in two VRFs: whatever their numbers are, neither takes the other's route for its own. */
static void test_core_distinguished(void **state)
{
	struct conf_vrf vrfs[] = {vrf("red", "65000:1"), vrf("blue", "65000:2")};
	struct speaker *sp;

	for (u32 i = 0; i < 2; i++) {
		vrfs[i].id = (u16)(1 + i * 2047);
		vrfs[i].l3vni = 5000 + i;
		vrfs[i].prefixes.core = CONF_CORE_INTERFACE_LESS;
	}
	sp = begin_with(&vrfs[0]);
	commit(sp, vrfs, 2);
	l3vni_devices(sp, 5000, RED);
	l3vni_devices(sp, 5001, BLUE);
	learned(sp, "10.20.0.0/16", 11, "10.1.0.1");
	expect(sp, "+10.20.0.0/16/1[10.0.0.1:1],10.1.0.1 +10.20.0.0/16/0[10.0.0.1:49160] ");
	fact(sp, BLUE, "10.20.0.0/16", 13, "10.1.0.1", 20, PREFIX_FIRST);
	expect(sp, "+10.20.0.0/16/3[10.0.0.1:2048],10.1.0.1 +10.20.0.0/16/0[10.0.0.1:49168] ");
	end(sp);
}

/*
 * Somebody has leaked a route into another VRF's table: it is that VRF's, with its targets and distinguisher, whoever's
 * device it leads through; and who has not leaked it does not install another PE's.
 */
static void test_leaked(void **state)
{
	struct ecomm rt = rt_of("65000:2"), evi = ecomm_evi_rt(&rt);
	struct speaker *sp = begin();
	struct slice ext;
	struct route *r;
	struct pfx *x;

	fact(sp, BLUE, "10.20.0.0/16", 11, "10.1.0.1", 20, PREFIX_FIRST);
	expect(sp, "+10.20.0.0/16/1[10.0.0.1:32769],10.1.0.1 ");
	ext = ecomm_slice(sp->ec, sp->n_ec);
	assert_true(ecomm_has(&ext, &evi));
	/* the same in its own table, through the same hop, is another route */
	learned(sp, "10.20.0.0/16", 11, "10.1.0.1");
	expect(sp, "+10.20.0.0/16/1[10.0.0.1:32768],10.1.0.1 ");
	fact(sp, BLUE, "10.20.0.0/16", 0, NULL, 20, PREFIX_FIRST | PREFIX_GONE);
	expect(sp, "-10.20.0.0/16/1[10.0.0.1:32769] ");
	/* another PE's */
	r = route(sp, "10.30.0.0/16", 1, "10.1.0.1", 2);
	r->ec[1] = evi;
	say(sp, r);
	expect(sp, "");
	x = prefix_find(sp->ps, BLUE, &(struct ip_prefix){r->n.ip, r->n.plen});
	assert_non_null(x);
	assert_string_equal(
		prefix_why_absent(sp->ps, x),
		"bond0.1 is in VRF red here, and what is leaked is not installed in VRF blue");
	end(sp);
}

static void expect_router(struct speaker *sp, u8 mac)
{
	struct mac m = {{2, 0, 0, 0, 0, mac}};
	struct ecomm router = ecomm_router_mac(&m);
	struct slice ext = ecomm_slice(sp->ec, sp->n_ec);

	assert_int_equal(ecomm_has(&ext, &router), mac != 0);
}

/*
 * An IPv4 prefix behind an IPv6 router (RFC 8950) cannot have it as gateway: it is told by the ESI, whatever form is
 * configured, and IPv6 ones behind the same router in the gateway form; as soon as the router's MAC is known.
 */
static void test_gateway_family(void **state)
{
	struct speaker *sp = begin();
	struct esi e = esi_of(1);

	learned(sp, "10.21.0.0/16", 11, "fe80::7");
	expect(sp, "");
	learned(sp, "2001:db8::/32", 11, "fe80::7");
	expect(sp, "+2001:db8::/32/1[10.0.0.1:32768],fe80::7 ");
	assert_true(esi_is_zero(&sp->last.esi));
	sp->hosts[2] = "fe80::7";
	neighbour(sp, "fe80::7");
	expect(sp, "+10.21.0.0/16/1[10.0.0.1:32768] "); /* and that one alone */
	assert_int_equal(esi_cmp(&sp->last.esi, &e), 0);
	expect_router(sp, 7);
	/* by a router of each family, and by one of its own again: the same key, so that nothing is withdrawn */
	fact(sp, RED, "10.21.0.0/16", 11, "10.1.0.1", 20, 0);
	expect(sp, "+10.21.0.0/16/1[10.0.0.1:32768],10.1.0.1 +10.21.0.0/16/1[10.0.0.1:49281] ");
	expect_router(sp, 7);
	learned(sp, "10.21.0.0/16", 11, "10.1.0.1");
	expect(sp, "-10.21.0.0/16/1[10.0.0.1:49281] +10.21.0.0/16/1[10.0.0.1:32768],10.1.0.1 ");
	learned(sp, "10.21.0.0/16", 11, "fe80::7");
	expect(sp, "+10.21.0.0/16/1[10.0.0.1:32768] ");
	forgotten(sp, "10.21.0.0/16");
	expect(sp, "-10.21.0.0/16/1[10.0.0.1:32768] ");
	/* FRR without nexthop objects has an address that stands for the router */
	sp->hosts[2] = "169.254.0.1";
	learned(sp, "10.22.0.0/16", 11, "169.254.0.1");
	expect(sp, "+10.22.0.0/16/1[10.0.0.1:32768] ");
	expect_router(sp, 1);
	end(sp);
}

/*
 * Without its MAC address another PE would take any neighbour for the router: until it is known the prefix is told to
 * nobody, and the router is asked for. What was told before the neighbours were read was told by the process before.
 */
static void test_router_unknown(void **state)
{
	struct speaker *sp;

	unread = true;
	sp = begin();
	unread = false;
	learned(sp, "10.21.0.0/16", 11, "fe80::7");
	expect(sp, "+10.21.0.0/16/1[10.0.0.1:32768] ");
	expect_router(sp, 0);
	prefix_service.fact(sp->ps, IPC_FACT_NEIGHS_DONE, NULL);
	expect(sp, "-10.21.0.0/16/1[10.0.0.1:32768] ");
	assert_string_equal(
		reason_of(sp, "10.21.0.0/16"),
		"its next hop fe80::7 on bond0.1 is no neighbour yet, and it is told by its MAC address");
	pass(sp, 300);
	assert_string_equal(sp->asked, "11:fe80::7 ");
	/* of two the one that is known is told */
	fact(sp, RED, "10.21.0.0/16", 11, "fd00::1", 20, 0);
	expect(sp, "+10.21.0.0/16/1[10.0.0.1:32768] ");
	expect_router(sp, 1);
	sp->hosts[2] = "fe80::7";
	neighbour(sp, "fe80::7");
	expect(sp, "+10.21.0.0/16/1[10.0.0.1:32768] +10.21.0.0/16/1[10.0.0.1:49281] ");
	expect_router(sp, 7);
	/* it is the leg that was cut: others, which have the router, are to keep what is behind it */
	sp->hosts[2] = NULL;
	neighbour(sp, "fe80::7");
	expect(sp, "");
	end(sp);

	/* a start in which it is known when the neighbours have been read */
	unread = true;
	sp = begin();
	unread = false;
	sp->hosts[2] = "fe80::7";
	learned(sp, "10.21.0.0/16", 11, "fe80::7");
	expect(sp, "+10.21.0.0/16/1[10.0.0.1:32768] ");
	prefix_service.fact(sp->ps, IPC_FACT_NEIGHS_DONE, NULL);
	expect(sp, "");
	end(sp);
}

/* Told so, it leads to the neighbour of that router, of whatever family; and the core is told as of any other. */
static void test_next_hop_family(void **state)
{
	struct conf_vrf red = vrf("red", "65000:1");
	struct mac m = {{2, 0, 0, 0, 0, 7}};
	struct speaker *sp;
	struct route *r;

	red.l3vni = 5000;
	red.prefixes.core = CONF_CORE_INTERFACE_LESS;
	sp = begin_with(&red);
	l3vni_devices(sp, 5000, RED);
	r = route(sp, "10.30.0.0/16", 1, NULL, 2);
	r->n.esi = esi_of(1);
	r->ec[2] = ecomm_router_mac(&m);
	r->a.ext = ecomm_slice(r->ec, 3);
	say(sp, r);
	expect(sp, "");
	sp->hosts[2] = "fe80::7";
	neighbour(sp, "fe80::7");
	expect(sp, "wish:10.30.0.0/16@20,11:fe80::7 +10.30.0.0/16/0[10.0.0.1:49280] ");
	learned(sp, "10.31.0.0/16", 11, "fe80::7");
	expect(sp, "+10.31.0.0/16/1[10.0.0.1:32768] +10.31.0.0/16/0[10.0.0.1:49280] ");
	sp->hosts[2] = NULL;
	neighbour(sp, "fe80::7");
	expect(sp, "-10.30.0.0/16/0[10.0.0.1:49280] unwish:10.30.0.0/16@20 ");
	end(sp);
}

/* ---- the kernel's answers, restarts ---- */

static void test_refused(void **state)
{
	struct speaker *sp = begin();
	struct route *r = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2);

	sp->answer = false;
	say(sp, r);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	answer(sp, &sp->wish, WISH_REFUSED, 17);
	wait_for(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 "); /* by and by again */
	answer(sp, &sp->wish, WISH_INSTALLED, 0);
	usleep(1200000);
	expect(sp, "");
	end(sp);
}

/* The way changes while the kernel has not answered yet, and back to what it had before: it is told again. */
static void test_answer_late(void **state)
{
	struct speaker *sp = begin();
	struct route *a = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2);
	struct route *b = route(sp, "10.20.0.0/16", 1, "10.1.0.2", 3);

	sp->hosts[2] = "10.1.0.2";
	say(sp, a);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	sp->answer = false;
	say(sp, b);
	expect(sp, "change:10.20.0.0/16@20,11:10.1.0.1,11:10.1.0.2 ");
	b->n.gw = a->n.gw; /* by the same router */
	say(sp, b);
	prefix_retry(sp->ps);
	expect(sp, "");
	answer(sp, &sp->wish, WISH_INSTALLED, 0);
	expect(sp, "change:10.20.0.0/16@20,11:10.1.0.1 ");
	answer(sp, &sp->wish, WISH_INSTALLED, 0);
	expect(sp, "");
	end(sp);
}

/* The service begins anew with this configuration and the devices of VRF red, and the kernel's routes are about to be read. */
static void restart(struct speaker *sp, const struct conf_vrf *vrfs, size_t n)
{
	prefix_service.stop(sp->ps);
	sp->log[0] = '\0';
	sp->ps = rig_begin(&prefix_service, sp);
	conf_free(sp->conf);
	sp->conf = NULL;
	commit(sp, vrfs, n);
	link_fact(sp, RED, "red", "vrf", 0, 0, 0, true);
	link_fact(sp, BOND0, "bond0", "bond", 0, 0, 0, true);
	link_fact(sp, 11, "bond0.1", "vlan", BOND0, 1, RED, true);
	prefix_service.fact(sp->ps, IPC_FACT_LINKS_DONE, NULL);
	prefix_service.fact(sp->ps, IPC_FACT_PREFIXES_BEGIN, NULL);
}

/* The kernel has what a predecessor has wished: nothing is wished again, and what is left over goes. */
static void test_restart(void **state)
{
	struct conf_vrf vrfs[] = {vrf("red", "65000:1"), vrf("blue", "65000:2")};
	struct speaker *sp = begin();
	struct route *r;

	restart(sp, vrfs, 2);
	fact(sp, RED, "10.20.0.0/16", 11, "10.1.0.1", METRIC, PREFIX_FIRST | PREFIX_OWN);
	fact(sp, RED, "10.21.0.0/16", 11, "10.1.0.1", METRIC, PREFIX_FIRST | PREFIX_OWN);
	prefix_service.fact(sp->ps, IPC_FACT_PREFIXES_DONE, NULL);
	expect(sp, "");
	r = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2);
	say(sp, r);
	expect(sp, "");
	prefix_service.settled(sp->ps);
	expect(sp, "unwish:10.21.0.0/16@20 sweep ");
	/* somebody has flushed it */
	fact(sp, RED, "10.20.0.0/16", 0, NULL, METRIC, PREFIX_FIRST | PREFIX_GONE | PREFIX_OWN);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	/* somebody has changed where it leads to */
	fact(sp, RED, "10.20.0.0/16", 11, "10.1.0.9", METRIC, PREFIX_FIRST | PREFIX_OWN);
	expect(sp, "change:10.20.0.0/16@20,11:10.1.0.1 ");
	end(sp);
}

/*
 * Another metric in the file than that of what a predecessor has left in the kernel: that goes when the one in its place is
 * there, or when nobody has said it.
 */
static void test_restart_metric(void **state)
{
	struct conf_vrf red = vrf("red", "65000:1");
	struct speaker *sp = begin();

	red.prefixes.metric = 77;
	restart(sp, &red, 1);
	fact(sp, RED, "10.20.0.0/16", 11, "10.1.0.1", METRIC, PREFIX_FIRST | PREFIX_OWN);
	fact(sp, RED, "10.21.0.0/16", 11, "10.1.0.1", METRIC, PREFIX_FIRST | PREFIX_OWN);
	expect(sp, "");
	/* and one with a third metric, of whoever was before */
	fact(sp, RED, "10.20.0.0/16", 11, "10.1.0.1", 99, PREFIX_FIRST | PREFIX_OWN);
	fact(sp, RED, "10.22.0.0/16", 11, "10.1.0.1", 99, PREFIX_FIRST | PREFIX_OWN);
	prefix_service.fact(sp->ps, IPC_FACT_PREFIXES_DONE, NULL);
	expect(sp, "unwish:10.20.0.0/16@20 unwish:10.22.0.0/16@20 ");
	assert_int_equal(sp->unwished.metric, 99);
	assert_int_equal(sp->ps->count, 2);
	sp->answer = false;
	say(sp, route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2));
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	assert_int_equal(sp->wish.key.metric, 77);
	assert_false(sp->wish.replace);
	answer(sp, &sp->wish, WISH_INSTALLED, 0);
	expect(sp, "unwish:10.20.0.0/16@20 ");
	assert_int_equal(sp->unwished.metric, METRIC);
	prefix_service.settled(sp->ps);
	expect(sp, "unwish:10.21.0.0/16@20 sweep ");
	assert_int_equal(sp->unwished.metric, METRIC);
	assert_int_equal(sp->ps->count, 1);
	end(sp);
}

/* The route with the old metric is there until the kernel has answered for the one with the new metric. */
static void test_reload_metric(void **state)
{
	struct conf_vrf red = vrf("red", "65000:1");
	struct speaker *sp = begin();

	say(sp, route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2));
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	fact(sp, RED, "10.20.0.0/16", 11, "10.1.0.1", METRIC, PREFIX_FIRST | PREFIX_OWN);
	sp->answer = false;
	red.prefixes.metric = 77;
	commit(sp, &red, 1);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	assert_int_equal(sp->wish.key.metric, 77);
	assert_false(sp->wish.replace);
	assert_string_equal(
		reason_of(sp, "10.20.0.0/16"),
		"it is being installed, and there with the VRF's old metric until then");
	answer(sp, &sp->wish, WISH_PENDING, ENODEV);
	expect(sp, "");
	prefix_retry(sp->ps);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	/* it is heard of before the answer is there; and then of the other one, which has gone */
	fact(sp, RED, "10.20.0.0/16", 11, "10.1.0.1", 77, PREFIX_FIRST | PREFIX_OWN);
	expect(sp, "unwish:10.20.0.0/16@20 ");
	assert_int_equal(sp->unwished.metric, METRIC);
	answer(sp, &sp->wish, WISH_INSTALLED, 0);
	fact(sp, RED, "10.20.0.0/16", 0, NULL, METRIC, PREFIX_FIRST | PREFIX_GONE | PREFIX_OWN);
	expect(sp, "");
	assert_null(reason_of(sp, "10.20.0.0/16"));
	end(sp);
}

/* Other ends of it: a refusal, another change, the route withdrawn, the old one gone by itself; and a wish without an answer. */
static void test_reload_metric_ends(void **state)
{
	struct conf_vrf red = vrf("red", "65000:1");
	struct speaker *sp = begin();
	struct route *r = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2);

	say(sp, r);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	sp->answer = false;
	red.prefixes.metric = 77;
	commit(sp, &red, 1);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	answer(sp, &sp->wish, WISH_REFUSED, EEXIST);
	expect(sp, "unwish:10.20.0.0/16@20 ");
	assert_int_equal(sp->unwished.metric, METRIC);
	prefix_retry(sp->ps);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	answer(sp, &sp->wish, WISH_INSTALLED, 0);
	red.prefixes.metric = 78;
	commit(sp, &red, 1);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	red.prefixes.metric = 79; /* before it is answered */
	commit(sp, &red, 1);
	expect(sp, "unwish:10.20.0.0/16@20 ");
	assert_int_equal(sp->unwished.metric, 77);
	fact(sp, RED, "10.20.0.0/16", 11, "10.1.0.1", 78, PREFIX_FIRST | PREFIX_OWN);
	answer(sp, &sp->wish, WISH_INSTALLED, 0); /* of 78 */
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	assert_int_equal(sp->wish.key.metric, 79);
	fact(sp, RED, "10.20.0.0/16", 0, NULL, 78, PREFIX_FIRST | PREFIX_GONE | PREFIX_OWN);
	answer(sp, &sp->wish, WISH_INSTALLED, 0);
	expect(sp, "");
	red.prefixes.metric = 80;
	commit(sp, &red, 1);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	answer(sp, &sp->wish, WISH_PENDING, ENODEV);
	r->ec[0] = rt_of("65000:99"); /* it is for nobody here any more */
	say(sp, r);
	expect(sp, "unwish:10.20.0.0/16@20 unwish:10.20.0.0/16@20 ");
	assert_int_equal(sp->ps->count, 0);
	end(sp);
}

static void test_reload(void **state)
{
	struct conf_vrf vrfs[] = {vrf("red", "65000:1"), vrf("blue", "65000:2")};
	struct speaker *sp = begin();
	struct route *r = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2);

	say(sp, r);
	learned(sp, "10.22.0.0/16", 11, "10.1.0.1");
	expect(sp, "+10.22.0.0/16/1[10.0.0.1:32768],10.1.0.1 wish:10.20.0.0/16@20,11:10.1.0.1 ");
	vrfs[0].export[0] = rt_of("65000:5"); /* the same route with another target */
	commit(sp, vrfs, 2);
	expect(sp, "+10.22.0.0/16/1[10.0.0.1:32768],10.1.0.1 ");
	vrfs[0].prefixes.metric = 77;
	commit(sp, vrfs, 2);
	expect(sp, "+10.22.0.0/16/1[10.0.0.1:32768],10.1.0.1 wish:10.20.0.0/16@20,11:10.1.0.1 "
		   "unwish:10.20.0.0/16@20 ");
	assert_int_equal(sp->wish.key.metric, 77);
	commit(sp, &vrfs[1], 1); /* without red */
	expect(sp, "unwish:10.20.0.0/16@20 -10.22.0.0/16/1[10.0.0.1:32768] ");
	end(sp);
}

/* What the parent does not know of a device yet is asked for again soon, however long something else has been refused. */
static void test_retry_soon(void **state)
{
	struct speaker *sp = begin();

	sp->answer = false;
	say(sp, route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2));
	for (u32 i = 0; i < 6; i++) {
		expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
		timer_stop(&sp->ps->retry_timer);
		answer(sp, &sp->wish, WISH_REFUSED, EEXIST);
		prefix_retry(sp->ps);
	}
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	assert_true(timer_left_ms(&sp->ps->retry_timer) > 30000);
	link_fact(sp, 12, "bond0.2", "vlan", BOND0, 2, RED, true);
	expect(sp, "");
	assert_in_range(timer_left_ms(&sp->ps->retry_timer), 0, 100);
	end(sp);
}

/* A hundred thousand in batches, and nothing is kept of them afterwards. */
static void test_many(void **state)
{
	struct speaker *sp = begin();
	struct route *r = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2);
	enum { MANY = 100000 };

	rt4(sp, 2);
	sp->batches = 0;
	r->n.plen = 32;
	for (u32 i = 0; i < MANY; i++) {
		r->n.ip = ip_v4(0x0b000000 + i);
		say(sp, r);
		if (i % 1000 == 999)
			while (sd_event_run(sp->event, 0) > 0)
				sp->log[0] = '\0';
	}
	sp->log[0] = '\0';
	assert_int_equal(sp->ps->count, MANY);
	assert_int_equal(sp->ps->remotes.count, 1);
	assert_true(sp->batches < MANY / 200);
	for (u32 i = 0; i < MANY; i++) {
		r->n.ip = ip_v4(0x0b000000 + i);
		take_back(sp, r);
	}
	for (int i = 0; i < 400 && sp->ps->count; i++) {
		sd_event_run(sp->event, 20000);
		sp->log[0] = '\0';
	}
	assert_int_equal(sp->ps->count, 0);
	end(sp);
}

static u32 paths_of(struct speaker *sp, const char *prefix, u8 first_pe)
{
	const struct premote *r;
	struct ip_prefix p;
	u32 n = 0;

	assert_int_equal(prefix_parse(&p, prefix), 0);
	r = prefix_first(sp->ps, &p)->remotes;
	assert_int_equal(r->source->nh.b[3], first_pe);
	for (; r; r = r->next)
		n++;
	return n;
}

/* What is known of one prefix is kept once for all of which the same is known, and what changes of one stays its own. */
static void test_shared(void **state)
{
	static const char *const prefixes[] = {"10.20.0.0/16", "10.21.0.0/16", "10.22.0.0/16"};
	struct speaker *sp = begin();
	struct route *r[3][3];

	for (u8 i = 0; i < 3; i++) {
		fact(sp, RED, prefixes[i], 11, "10.1.0.1", 20, PREFIX_FIRST);
		fact(sp, RED, prefixes[i], 11, "10.1.0.1", 110, PREFIX_FIRST);
		assert_int_equal(sp->ps->locals.count, 2);
		for (u8 pe = 0; pe < 3; pe++) {
			r[i][pe] = route(sp, prefixes[i], 1, "10.1.0.1", pe + 2);
			say(sp, r[i][pe]);
		}
		assert_int_equal(sp->ps->remotes.count, 3);
		assert_int_equal(paths_of(sp, prefixes[i], 4), 3);
	}
	for (u8 pe = 2; pe < 5; pe++)
		rt4(sp, pe);
	r[1][1]->ec[0] = rt_of("65000:99"); /* for nobody here any more: from the middle */
	say(sp, r[1][1]);
	assert_int_equal(paths_of(sp, prefixes[0], 4), 3);
	assert_int_equal(paths_of(sp, prefixes[1], 4), 2);
	assert_int_equal(paths_of(sp, prefixes[2], 4), 3);
	assert_int_equal(sp->ps->remotes.count, 4);
	fact(sp, RED, prefixes[0], 0, NULL, 20, PREFIX_FIRST | PREFIX_GONE);
	assert_int_equal(sp->ps->locals.count,
			 3); /* that of the other metric, at an end of its own */
	for (u8 i = 0; i < 9; i++) {
		r[i / 3][i % 3]->ec[0] = rt_of("65000:99");
		say(sp, r[i / 3][i % 3]);
	}
	for (u8 i = 0; i < 3; i++) {
		fact(sp, RED, prefixes[i], 0, NULL, 20, PREFIX_FIRST | PREFIX_GONE);
		fact(sp, RED, prefixes[i], 0, NULL, 110, PREFIX_FIRST | PREFIX_GONE);
	}
	assert_int_equal(sp->ps->remotes.count, 0);
	assert_int_equal(sp->ps->locals.count, 0);
	end(sp);
}

/* As many distinguishers as prefixes: what routes have in common is found all the same, and goes. */
static void test_many_sources(void **state)
{
	struct speaker *sp = begin();
	struct route *r = route(sp, "10.20.0.0/32", 1, "10.1.0.1", 2);
	enum { MANY = 100000 };

	for (u32 i = 0; i < 2 * MANY; i++) {
		r->n.rd = rd_make_ip(0x0c000000 + i % MANY, 7);
		r->n.ip = ip_v4(0x0b000000 + i % MANY);
		if (i == MANY)
			r->ec[0] = rt_of("65000:99"); /* for nobody here any more */
		say(sp, r);
		if (i == MANY - 1)
			sp->hosts[0] = NULL;
		if (i == MANY - 1)
			neighbour(sp, "10.1.0.1"); /* it is one router for all of them */
		if (i % 1000 == 999)
			while (sd_event_run(sp->event, 0) > 0)
				sp->log[0] = '\0';
	}
	expect(sp, "");
	assert_int_equal(sp->ps->count, 0);
	end(sp);
}

/* Prefix @n by router @n of many, in the ESI form, by its MAC address */
static void say_by_mac(struct speaker *sp, struct route *r, u32 n)
{
	struct mac m = many_mac(n);

	r->n.ip = ip_v4(0x0b000000 + n * 256);
	r->n.plen = 24;
	r->n.esi = esi_of(1);
	r->ec[2] = ecomm_router_mac(&m);
	r->a.ext = ecomm_slice(r->ec, 3);
	say(sp, r);
}

static void neighbour_of_many(struct speaker *sp, u32 n)
{
	char ip[IP_STRLEN];
	struct ip_addr a = many_address(n);

	neighbour(sp, ip_format(&a, ip));
	run_all(sp);
}

/*
 * As many routers as neighbours, each learned by itself: what one of these costs is not the number of routers that it is
 * not. It is counted in questions who is a neighbour.
 */
static void test_many_routers(void **state)
{
	struct speaker *sp = begin();
	struct route *r = route(sp, "11.0.0.0/24", 1, NULL, 2);
	enum { MANY = 500 };

	sp->deaf = true;
	for (u32 i = 0; i < MANY; i++)
		say_by_mac(sp, r, i);
	expect(sp, "");
	sp->n_queries = 0;
	for (sp->n_many = 1; sp->n_many <= MANY; sp->n_many++)
		neighbour_of_many(sp, sp->n_many - 1);
	assert_int_equal(sp->n_queries,
			 2 * MANY); /* which MAC address it has, and which address that one */
	assert_int_equal(sp->batches, MANY + 1); /* and the sweep */
	sp->n_queries = 0;
	for (u32 i = 0; i < MANY; i++)
		neighbour(sp, "10.8.0.1"); /* a host */
	run_all(sp);
	assert_int_equal(sp->n_queries, MANY);
	sp->n_queries = 0;
	for (sp->n_many = MANY; sp->n_many;) /* gone */
		neighbour_of_many(sp, --sp->n_many);
	assert_int_equal(sp->n_queries,
			 3 * MANY); /* and whether it is there with another MAC address */
	assert_int_equal(sp->batches, 2 * MANY + 1);
	end(sp);
}

/* Subinterfaces are as many as routers: each router is looked for on its own. */
static void test_many_devices(void **state)
{
	struct speaker *sp = begin();
	struct route *r = route(sp, "11.0.0.0/24", 1, "10.9.0.0", 2);
	char name[IF_NAMESIZE];
	enum { FIRST = 100, MANY = 500 };

	for (u16 i = FIRST; i < FIRST + MANY; i++) {
		snprintf(name, sizeof(name), "bond0.%u", i);
		link_fact(sp, i, name, "vlan", BOND0, i, RED, true);
	}
	sp->n_many = FIRST + MANY;
	sp->n_queries = 0;
	for (u16 i = FIRST; i < FIRST + MANY; i++) {
		r->n.ip = ip_v4(0x0b000000 + (u32)i * 256);
		r->n.plen = 24;
		r->n.etag = i;
		r->n.gw = many_address(i);
		say(sp, r);
	}
	run_all(sp);
	assert_int_equal(sp->n_queries, MANY);
	assert_int_equal(sp->wish.n_hops, 1);
	assert_int_equal(sp->wish.hops[0].ifindex,
			 sp->wish.hops[0].gateway.b[2] << 8 | sp->wish.hops[0].gateway.b[3]);
	end(sp);
}

/* ---- a customer who chooses his next hops ---- */

/* Is a set of this next hop in the first of 256 lists, by a hash that everybody can do? */
static bool is_aimed(u32 ifindex, const struct ip_addr *gw)
{
	u64 v[2], h = aim_mix(aim_mix(1, RED), ifindex);

	memcpy(v, gw->b, sizeof(v));
	h = aim_mix(aim_mix(aim_mix(h, gw->len), v[0]), v[1]);
	return !((h ^ h >> 32) & 255);
}

/* So many prefixes, each by another next hop, and gone again. Return: µs of processor time */
static u64 learn_by(bool aimed, u32 n)
{
	struct speaker *sp = begin();
	char prefix[PREFIX_STRLEN], gw[IP_STRLEN];
	u64 begun = (u64)clock();
	u32 learned_by = 0, i;

	for (i = 0; learned_by < n; i++) {
		struct ip_addr a = ip_v4(0x0a010000 + i);

		if (aimed && !is_aimed(11, &a))
			continue;
		snprintf(prefix, sizeof(prefix), "11.%u.%u.0/24", learned_by >> 8,
			 learned_by & 255);
		learned(sp, prefix, 11, ip_format(&a, gw));
		learned_by++;
		sp->log[0] = '\0';
	}
	for (i = 0; i < n; i++) {
		snprintf(prefix, sizeof(prefix), "11.%u.%u.0/24", i >> 8, i & 255);
		forgotten(sp, prefix);
	}
	begun = (u64)clock() - begun;
	assert_true(RB_EMPTY(&sp->ps->sets));
	end(sp);
	return begun * 1000000 / CLOCKS_PER_SEC;
}

/* An IPv6 subnet, or a big one of IPv4, has hosts enough to choose among. */
static void test_next_hops_aimed(void **state)
{
	u64 any = learn_by(false, 20000), aimed = learn_by(true, 20000);

	assert_in_range(aimed, 0, 10 * any + 100000);
}

static void test_limits(void **state)
{
	struct conf_vrf red = vrf("red", "65000:1");
	struct speaker *sp;
	struct route *r, *second;

	red.prefixes.limit = 1;
	sp = begin_with(&red);
	r = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2);
	second = route(sp, "10.21.0.0/16", 1, "10.1.0.1", 2);
	assert_true(prefix_wanted(sp->ps, &r->n, &r->a));
	say(sp, r);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	assert_true(prefix_wanted(sp->ps, &r->n, &r->a));
	assert_false(prefix_wanted(sp->ps, &second->n, &second->a));
	learned(sp, "10.30.0.0/16", 11, "10.1.0.1");
	expect(sp, "+10.30.0.0/16/1[10.0.0.1:32768],10.1.0.1 ");
	learned(sp, "10.31.0.0/16", 11, "10.1.0.1");
	learned(sp, "10.32.0.0/16", 11, "10.1.0.1");
	expect(sp, "");
	forgotten(sp, "10.32.0.0/16");
	expect(sp, "");
	/* there is room again */
	forgotten(sp, "10.30.0.0/16");
	wait_for(sp, "-10.30.0.0/16/1[10.0.0.1:32768] "
		     "+10.31.0.0/16/1[10.0.0.1:32768],10.1.0.1 ");
	end(sp);
}

/* the VRF that prefix.why says is full, "" */
static const char *full_vrf(struct speaker *sp)
{
	json_t *params = json_pack("{s:s}", "prefix", "10.99.0.0/16"), *doc = NULL;
	static char name[CONF_NAME_MAX];
	const char *found;
	char err[256];

	assert_true(prefix_service.query(sp->ps, "prefix.why", params, &doc, err, sizeof(err)));
	found = json_string_value(
		json_object_get(json_array_get(json_object_get(doc, "full"), 0), "vrf"));
	snprintf(name, sizeof(name), "%s", found ? found : "");
	json_decref(params);
	json_decref(doc);
	return name;
}

/* One that had no room, and is kept for another service or for a look at it, does not come again by itself. */
static void test_left_out(void **state)
{
	struct conf_vrf red = vrf("red", "65000:1");
	struct route *first, *second;
	struct speaker *sp;

	red.prefixes.limit = 1;
	sp = begin_with(&red);
	first = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2);
	second = route(sp, "10.21.0.0/16", 1, "10.1.0.1", 3);
	rt4(sp, 2);
	say(sp, first);
	say(sp, second);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	take_back(sp, first);
	wait_for(sp, "unwish:10.20.0.0/16@20 ");
	prefix_service.room(sp->ps);
	expect(sp, "wish:10.21.0.0/16@20,11:10.1.0.1 ");
	walks = 0;
	prefix_service.room(sp->ps);
	assert_int_equal(walks, 0);
	end(sp);
}

/* One that was refused is asked for when one has gone, however many are left. */
static void test_room_for_one(void **state)
{
	unsigned int has_room;
	struct conf_vrf red = vrf("red", "65000:1");
	struct route *r[17];
	struct speaker *sp;
	char text[32];

	red.prefixes.limit = 16;
	sp = begin_with(&red);
	for (u32 i = 0; i < 17; i++) {
		snprintf(text, sizeof(text), "10.%u.0.0/16", 20 + i);
		r[i] = route(sp, text, 1, "10.1.0.1", 2);
		assert_int_equal(prefix_wanted(sp->ps, &r[i]->n, &r[i]->a), i < 16);
		if (i < 16)
			say(sp, r[i]);
	}
	has_room = service_rig.has_room;
	assert_string_equal(full_vrf(sp), "red");
	take_back(sp, r[0]);
	for (u32 i = 0; i < 100 && place_vrf(&sp->ps->at, RED)->taken == 16; i++)
		sd_event_run(sp->event, 10000);
	assert_int_equal(service_rig.has_room, has_room + 1);
	assert_string_equal(full_vrf(sp), "");
	assert_true(prefix_wanted(sp->ps, &r[16]->n, &r[16]->a));
	end(sp);
}

/* One prefix under many distinguishers: a list, which is not to grow without end. */
static void test_paths(void **state)
{
	struct speaker *sp = begin();
	struct route *r = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2);
	unsigned int has_room = service_rig.has_room;
	const struct premote *last;
	u32 n = 0;

	for (u32 i = 0; i < 1000; i++) {
		r->n.rd = rd_make_ip(0x0b000000 + i, 7);
		if (prefix_wanted(sp->ps, &r->n, &r->a))
			n++;
		say(sp, r);
	}
	assert_int_equal(n, PREFIX_PATHS_MAX);
	expect(sp, "wish:10.20.0.0/16@20,11:10.1.0.1 ");
	n = 0;
	for (last = prefix_first(sp->ps, &sp->wish.key.prefix)->remotes; last; last = last->next)
		n++;
	assert_int_equal(n, PREFIX_PATHS_MAX);
	r->n.rd = rd_make_ip(0x0b000000, 7); /* what was taken may say something else */
	assert_true(prefix_wanted(sp->ps, &r->n, &r->a));
	for (u32 i = 0; i < PREFIX_PATHS_MAX; i++) {
		r->n.rd = rd_make_ip(0x0b000000 + i, 7);
		r->ec[0] = rt_of("65000:99"); /* it is for nobody here any more */
		say(sp, r);
		assert_int_equal(service_rig.has_room,
				 has_room + 1); /* with the first one that went */
	}
	expect(sp, "unwish:10.20.0.0/16@20 ");
	assert_int_equal(sp->ps->count, 0);
	end(sp);
}

/* A VRF device is deleted and made again, with all that is in it: its limits are what they were. */
static void test_limits_of_a_vrf_made_again(void **state)
{
	struct conf_vrf red = vrf("red", "65000:1");
	struct fact_link old = {.ifindex = RED};
	struct speaker *sp;
	struct route *r;
	enum { AGAIN = 30 };

	red.prefixes.limit = 1;
	sp = begin_with(&red);
	r = route(sp, "10.20.0.0/16", 1, "10.1.0.1", 2);
	say(sp, r);
	learned(sp, "10.30.0.0/16", 11, "10.1.0.1");
	expect(sp, "+10.30.0.0/16/1[10.0.0.1:32768],10.1.0.1 wish:10.20.0.0/16@20,11:10.1.0.1 ");
	link_fact(sp, 11, "bond0.1", "vlan", BOND0, 1, 0, true);
	rig_link(&prefix_service, sp->ps, IPC_FACT_LINK_GONE, &old);
	read_tables(sp);
	while (sd_event_run(sp->event, 0) > 0)
		;
	sp->log[0] = '\0';
	link_fact(sp, AGAIN, "red", "vrf", 0, 0, 0, true);
	link_fact(sp, 11, "bond0.1", "vlan", BOND0, 1, AGAIN, true);
	expect(sp, "wish:10.20.0.0/16@30,11:10.1.0.1 ");
	fact(sp, AGAIN, "10.30.0.0/16", 11, "10.1.0.1", 20, PREFIX_FIRST);
	expect(sp, "+10.30.0.0/16/1[10.0.0.1:32768],10.1.0.1 ");
	end(sp);
}

static void test_show(void **state)
{
	struct speaker *sp = begin();
	json_t *params = json_pack("{s:s}", "prefix", "10.20.0.0/16"), *doc = NULL, *one;
	char err[256] = "";

	say(sp, route(sp, "10.20.0.0/16", 1, "10.1.0.7", 2));
	expect(sp, "");
	assert_true(prefix_service.query(sp->ps, "prefix.why", params, &doc, err, sizeof(err)));
	one = json_array_get(json_object_get(doc, "prefixes"), 0);
	assert_string_equal(json_string_value(json_object_get(one, "state")), "pending");
	assert_string_equal(json_string_value(json_object_get(one, "reason")),
			    "its next hop 10.1.0.7 is no neighbour on bond0.1");
	json_decref(doc);
	json_object_set_new(params, "prefix", json_string("10.20.0.1/16"));
	doc = NULL;
	prefix_service.query(sp->ps, "prefix.show", params, &doc, err, sizeof(err));
	assert_null(doc);
	assert_non_null(strstr(err, "params.prefix: \"10.20.0.1/16\" is no prefix"));
	json_decref(params);
	end(sp);
}

static void said(struct speaker *sp, const char *what)
{
	run_all(sp);
	assert_string_equal(sp->said, what);
	sp->said[0] = '\0';
}

/* What becomes of a prefix is told once, and to nobody when nobody listens. */
static void test_events(void **state)
{
	struct speaker *sp = begin();
	struct route *r = route(sp, "10.20.0.0/16", 1, "10.1.0.7", 2);

	rt4(sp, 2);
	said(sp, "");
	say(sp, r);
	said(sp, "10.20.0.0/16 pending! ");
	say(sp, r);
	said(sp, "");
	sp->hosts[0] = "10.1.0.7";
	neighbour(sp, "10.1.0.7");
	said(sp, "10.20.0.0/16 installed ");
	learned(sp, "10.20.0.0/16", 11, "10.1.0.7");
	said(sp, "10.20.0.0/16 local+ ");
	sp->deaf = true;
	forgotten(sp, "10.20.0.0/16");
	said(sp, "");
	sp->deaf = false;
	take_back(sp, r);
	run_all(sp);
	sp->log[0] = '\0';
	wait_for(sp, "unwish:10.20.0.0/16@20 ");
	assert_non_null(strstr(sp->said, "10.20.0.0/16 withdrawn"));
	end(sp);
}

static const char *hop_text(const json_t *p, const char *name, bool ok)
{
	const json_t *h, *list = json_object_get(p, "hops");
	size_t i;

	json_array_foreach(list, i, h) {
		if (strcmp(json_string_value(json_object_get(h, "hop")), name))
			continue;
		assert_int_equal(json_is_true(json_object_get(h, "ok")), ok);
		return json_string_value(json_object_get(h, "text"));
	}
	fail_msg("no hop %s", name);
	return NULL;
}

static json_t *ask_trace(struct speaker *sp, const char *prefix, char err[256])
{
	json_t *params = json_pack("{s:s?}", "prefix", prefix), *doc = NULL;

	err[0] = '\0';
	assert_true(prefix_service.query(sp->ps, "prefix.trace", params, &doc, err, 256));
	json_decref(params);
	return doc;
}

static void test_trace(void **state)
{
	struct speaker *sp = begin();
	struct route *foreign;
	char err[256];
	json_t *doc, *one;

	learned(sp, "10.30.0.0/16", 11, "10.1.0.1");
	learned(sp, "10.31.0.0/16", 11, "fd00::1");
	say(sp, route(sp, "10.20.0.0/16", 1, "10.1.0.7", 2));
	foreign = route(sp, "10.40.0.0/16", 1, "10.1.0.1", 2);
	foreign->ec[1] = rt_of("65000:9");
	foreign->ec[1] = ecomm_evi_rt(&foreign->ec[1]);
	say(sp, foreign);
	run_all(sp);
	doc = ask_trace(sp, "10.30.0.0/16", err);
	one = json_array_get(json_object_get(doc, "prefixes"), 0);
	assert_string_equal(json_string_value(json_object_get(one, "state")), "local");
	assert_string_equal(hop_text(one, "learned", true),
			    "from ospf, via 10.1.0.1 dev bond0.1, metric 20");
	assert_string_equal(hop_text(one, "advertised", true),
			    "as RT-5 rd 10.0.0.1:32768, tag 1, gateway 10.1.0.1");
	json_decref(doc);
	doc = ask_trace(sp, "10.31.0.0/16", err);
	one = json_array_get(json_object_get(doc, "prefixes"), 0);
	assert_string_equal(
		hop_text(one, "advertised", true),
		"as RT-5 rd 10.0.0.1:32768, tag 1, ESI 03:44:38:39:ff:ff:01:00:00:01, as its next hop is one of IPv6");
	json_decref(doc);
	doc = ask_trace(sp, "10.20.0.0/16", err);
	one = json_array_get(json_object_get(doc, "prefixes"), 0);
	assert_string_equal(hop_text(one, "received", true),
			    "by 10.0.0.2, rd 10.0.0.2:7, tag 1, gateway 10.1.0.7");
	assert_string_equal(hop_text(one, "import", true),
			    "imported: ES-Import and EVI-RT are ours");
	assert_string_equal(hop_text(one, "next hop", false),
			    "its next hop 10.1.0.7 is no neighbour on bond0.1");
	hop_text(one, "kernel", false);
	json_decref(doc);
	doc = ask_trace(sp, "10.40.0.0/16", err);
	assert_int_equal(json_array_size(json_object_get(doc, "prefixes")), 0);
	assert_int_equal(json_array_size(json_object_get(doc, "others")), 2);
	json_decref(doc);
	assert_null(ask_trace(sp, "10.40.0.1/16", err));
	assert_non_null(strstr(err, "is no prefix"));
	assert_null(ask_trace(sp, NULL, err));
	assert_string_equal(err, "params.prefix is missing");
	end(sp);
}

/* A customer has prefixes that met in one bucket, when what chooses it was no secret. */
static void test_aimed(void **state)
{
	struct speaker *sp = begin();
	size_t before = sp->ps->count;
	char ip[IP_STRLEN];

	for (u32 i = 0; i < AIMED; i++) {
		struct ip_addr a = aimed_at_prefix(ip_of("2001:db8::"), i);

		learned(sp, ip_format(&a, ip), 11, "fd00::1");
	}
	assert_int_equal(sp->ps->count, before + AIMED);
	for (size_t b = 0; b <= sp->ps->mask; b++) {
		unsigned int n = 0;

		for (const struct pfx *x = sp->ps->buckets[b]; x; x = x->next)
			n++;
		assert_in_range(n, 0, AIMED_CHAIN);
	}
	end(sp);
}

/* ---- next hops that are no neighbours ---- */

static void expect_asked(struct speaker *sp, const char *what)
{
	assert_string_equal(sp->asked, what);
	sp->asked[0] = '\0';
}

/*
 * The PE that has learned a route has lost its router, which only another PE had heard itself: nobody has a packet
 * for it, as no other PE has the route without it.
 */
static void test_ask_learned(void **state)
{
	struct speaker *sp = begin();

	learned(sp, "10.20.0.0/16", 11, "10.1.0.1");
	learned(sp, "10.21.0.0/16", 11, "10.1.0.1");
	learned(sp, "2001:db8::/32", 12, "fe80::7"); /* it has never spoken with it */
	pass(sp, 300);
	expect_asked(sp, "12:fe80::7 ");
	sp->hosts[0] = NULL;
	neighbour(sp, "10.1.0.1");
	pass(sp, 1100);
	expect_asked(sp, "11:10.1.0.1 "); /* once, whatever is behind it */
	sp->hosts[0] = "10.1.0.1";
	sp->hosts[2] = "fe80::7";
	neighbour(sp, "10.1.0.1");
	pass(sp, 2300);
	expect_asked(sp, "");
	sp->hosts[0] = NULL;
	neighbour(sp, "10.1.0.1");
	pass(sp, 1100);
	expect_asked(sp, "11:10.1.0.1 ");
	forgotten(sp, "10.20.0.0/16");
	forgotten(sp, "10.21.0.0/16");
	pass(sp, 3300);
	expect_asked(sp, ""); /* there is nothing by it */
	end(sp);
}

/* Who does not answer is asked less and less often. */
static void test_ask_less(void **state)
{
	struct speaker *sp = begin();
	struct ip_addr gateway = ip_of("10.1.0.7");
	struct pask *a;

	learned(sp, "10.20.0.0/16", 11, "10.1.0.7");
	pass(sp, 1700);
	expect_asked(sp, "11:10.1.0.7 ");
	pass(sp, 1700);
	expect_asked(sp, "11:10.1.0.7 ");
	pass(sp, 1700);
	expect_asked(sp, "");
	a = sp->ps->asks.by_hop.rbh_root;
	assert_int_equal(a->hop.ifindex, 11);
	assert_true(ip_equal(&a->hop.gateway, &gateway));
	for (int i = 0; i < 10; i++) {
		sp->ps->asks.by_due.rbh_root->due = 1;
		prefix_ask(sp->ps);
	}
	assert_int_equal(sp->n_asked, 12);
	assert_in_range(a->due, timer_now_us() + 60000000, timer_now_us() + 70000000);
	end(sp);
}

/* Of the PEs that were told of a route one asks as well, if it is there that the customer is heard. */
static void test_ask_told(void **state)
{
	struct conf_vrf red = vrf("red", "65000:1");
	struct speaker *sp = begin();
	struct fact_es f = role_fact(ES_NON_DF, 0);

	commit_mode(sp, &red, 1, CONF_PORT_ACTIVE);
	prefix_service.fact(sp->ps, IPC_FACT_ES, &f);
	say(sp, route(sp, "10.20.0.0/16", 1, "10.1.0.7", 2));
	say(sp, route(sp, "10.21.0.0/16", 1, "10.1.0.7", 2));
	say(sp, route(sp, "10.22.0.0/16", 1, "10.1.0.1", 2));
	say(sp, route(sp, "10.23.0.0/16", 9, "10.9.0.7", 2)); /* there is no such device */
	pass(sp, 1200);
	expect_asked(sp, "");
	f.role = ES_DF;
	prefix_service.fact(sp->ps, IPC_FACT_ES, &f);
	pass(sp, 1200);
	expect_asked(sp, "11:10.1.0.7 ");
	link_fact(sp, 11, "bond0.1", "vlan", BOND0, 1, RED, false);
	pass(sp, 2500);
	expect_asked(sp, "");
	link_fact(sp, 11, "bond0.1", "vlan", BOND0, 1, RED, true);
	pass(sp, 1200);
	expect_asked(sp, "11:10.1.0.7 ");
	end(sp);
}

/* A customer who has very many next hops that are not there takes no other one's turn. */
static void test_ask_fair(void **state)
{
	struct speaker *sp = begin();
	char prefix[PREFIX_STRLEN], gw[IP_STRLEN];

	for (int i = 0; i < 200; i++) {
		snprintf(prefix, sizeof(prefix), "10.20.%d.0/24", i);
		snprintf(gw, sizeof(gw), "10.1.1.%d", i + 1);
		learned(sp, prefix, 11, gw);
	}
	pass(sp, 300);
	assert_int_equal(sp->n_asked, 16);
	sp->asked[0] = '\0';
	learned(sp, "10.30.0.0/16", 12, "10.2.0.7");
	pass(sp, 1000);
	assert_int_equal(sp->n_asked, 16 + 17);
	assert_non_null(strstr(sp->asked, "12:10.2.0.7 "));
	end(sp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_advertise),
		cmocka_unit_test(test_advertise_targets),
		cmocka_unit_test(test_aimed),
		cmocka_unit_test(test_ecmp),
		cmocka_unit_test(test_ecmp_distinguished),
		cmocka_unit_test(test_number_inherited),
		cmocka_unit_test(test_metrics),
		cmocka_unit_test(test_read_again),
		cmocka_unit_test(test_ask_learned),
		cmocka_unit_test(test_ask_less),
		cmocka_unit_test(test_ask_told),
		cmocka_unit_test(test_ask_fair),
		cmocka_unit_test(test_import),
		cmocka_unit_test(test_resolution),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_retention),
		cmocka_unit_test(test_retention_is_said_once),
		cmocka_unit_test(test_retention_after_takeover),
		cmocka_unit_test(test_retained_and_relearned),
		cmocka_unit_test(test_retention_of_many),
		cmocka_unit_test(test_own_and_theirs),
		cmocka_unit_test(test_esi_form),
		cmocka_unit_test(test_router_mac_changes),
		cmocka_unit_test(test_core),
		cmocka_unit_test(test_core_connected),
		cmocka_unit_test(test_core_both),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_hosts_left_out),
		cmocka_unit_test(test_hosts_read_again),
		cmocka_unit_test(test_hosts_devices),
		cmocka_unit_test(test_hosts_conf),
		cmocka_unit_test(test_hosts_limit),
		cmocka_unit_test(test_hosts_crowd),
		cmocka_unit_test(test_hosts_esi),
		cmocka_unit_test(test_hosts_of_others),
		cmocka_unit_test(test_core_roles),
		cmocka_unit_test(test_core_esi),
		cmocka_unit_test(test_esi_of_core),
		cmocka_unit_test(test_core_esi_retained),
		cmocka_unit_test(test_core_distinguished),
		cmocka_unit_test(test_leaked),
		cmocka_unit_test(test_gateway_family),
		cmocka_unit_test(test_router_unknown),
		cmocka_unit_test(test_next_hop_family),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_answer_late),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_restart_metric),
		cmocka_unit_test(test_reload_metric),
		cmocka_unit_test(test_reload_metric_ends),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_retry_soon),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_many_sources),
		cmocka_unit_test(test_many_routers),
		cmocka_unit_test(test_many_devices),
		cmocka_unit_test(test_next_hops_aimed),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_room_for_one),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_limits_of_a_vrf_made_again),
		cmocka_unit_test(test_retained_and_reloaded),
		cmocka_unit_test(test_no_device),
		cmocka_unit_test(test_esi_of_the_kernel),
		cmocka_unit_test(test_listed_and_named),
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
