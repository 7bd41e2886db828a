// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of every kind that our encoder makes. Without arguments: each decodes as accepted, to what
 * it was made from. With --list it prints them, one a line, for a reader that is not ours:
 *
 *	name|octets|field=value;field=value
 *
 * The fields are tshark's, the values what it must show (second_reader.sh); a ~ in front: it is known not
 * to read the message to its end. With --corpus DIR it writes them as seeds for fuzz_message and
 * fuzz_update.
 */
#include "hex.h"

#include <fcntl.h>
#include <unistd.h>

#include "bgp_attr.h"
#include "bgp_evpn.h"
#include "bgp_extcomm.h"
#include "df.h"

struct sample {
	const char *name;
	const char *fields;
	u8 msg[BGP_MAX_LEN];
	size_t len;
};

enum { SAMPLES_MAX = 64 };

static struct sample samples[SAMPLES_MAX];
static unsigned int n_samples;

static const struct bgp_ctx ctx = {true, false, BGP_PEER_UNKNOWN, BGP_MAX_LEN};

static struct sample *add(const char *name, const char *fields)
{
	assert_true(n_samples < SAMPLES_MAX);
	samples[n_samples].name = name;
	samples[n_samples].fields = fields;
	return &samples[n_samples++];
}

static struct esi some_esi(void)
{
	struct esi e;

	assert_int_equal(esi_parse(&e, "00:11:22:33:44:55:66:77:88:99"), 0);
	return e;
}

static struct ip_addr ip(const char *s)
{
	struct ip_addr a;

	assert_int_equal(ip_parse(&a, s), 0);
	return a;
}

/* An UPDATE with one route and these communities; @withdraw: in MP_UNREACH, without attributes */
static void update(const char *name, const struct evpn_nlri *n, const struct ecomm *ecs,
		   size_t n_ecs, bool withdraw, const char *fields)
{
	static const u8 path[] = {BGP_AS_SEQUENCE, 1, 0, 0, 0xfd, 0xe8};
	struct sample *s = add(name, fields);
	struct ip_addr nh = ip("10.0.0.1");
	struct slice attrs;
	struct bgp_attrs a;
	struct bgp_packer p;
	u8 attr_bytes[1024];
	int len;

	bgp_attrs_init(&a);
	a.present =
		BGP_BIT(BGP_ATTR_ORIGIN) | BGP_BIT(BGP_ATTR_AS_PATH) | BGP_BIT(BGP_ATTR_LOCAL_PREF);
	a.as_path = (struct slice){path, sizeof(path)};
	a.local_pref = 100;
	if (n_ecs) {
		a.present |= BGP_BIT(BGP_ATTR_EXT_COMMUNITY);
		a.ext = ecomm_slice(ecs, n_ecs);
	}
	len = bgp_attrs_encode(&a, &ctx, attr_bytes, sizeof(attr_bytes));
	assert_true(len > 0);
	attrs = (struct slice){attr_bytes, (size_t)len};
	if (withdraw)
		bgp_pack_unreach(&p, s->msg, sizeof(s->msg), &ctx);
	else
		bgp_pack_reach(&p, s->msg, sizeof(s->msg), &ctx, &nh, &attrs);
	assert_int_equal(bgp_pack_add(&p, n), 1);
	s->len = bgp_pack_end(&p);
	assert_true(s->len > 0);
}

#define RD_FIELDS "bgp.evpn.nlri.rd=00:01:0a:00:00:01:00:01;"
#define ESI_FIELDS "bgp.evpn.nlri.esi=00:11:22:33:44:55:66:77:88:99;"

static void make_routes(void)
{
	struct evpn_nlri n = {.type = EVPN_AD, .labels = 1};

	n.rd = rd_make_ip(0x0a000001, 1);
	n.esi = some_esi();
	n.etag = EVPN_MAX_ETAG;
	n.orig = ip("10.0.0.1");
	update("rt1-per-es", &n, NULL, 0, false,
	       "bgp.evpn.nlri.rt=1;bgp.evpn.nlri.len=25;" RD_FIELDS ESI_FIELDS
	       "bgp.evpn.nlri.etag=4294967295");
	n.etag = 100;
	n.label[0] = 1001;
	update("rt1-per-evi", &n, NULL, 0, false,
	       "bgp.evpn.nlri.rt=1;bgp.evpn.nlri.etag=100;bgp.evpn.nlri.mpls_ls1=62");

	n.type = EVPN_MACIP;
	mac_parse(&n.mac, "02:00:00:00:00:01");
	n.etag = 100u << 12 | 200;
	update("rt2-mac", &n, NULL, 0, false,
	       "bgp.evpn.nlri.rt=2;bgp.evpn.nlri.len=33;" RD_FIELDS ESI_FIELDS
	       "bgp.evpn.nlri.etag=409800;bgp.evpn.nlri.mac_addr=02:00:00:00:00:01;"
	       "bgp.evpn.nlri.maclen=48;bgp.evpn.nlri.iplen=0");
	n.ip = ip("10.1.1.5");
	update("rt2-ipv4", &n, NULL, 0, false,
	       "bgp.evpn.nlri.rt=2;bgp.evpn.nlri.len=37;bgp.evpn.nlri.ip.addr=10.1.1.5");
	n.ip = ip("2001:db8::5");
	n.labels = 2;
	n.label[1] = 2001;
	update("rt2-ipv6-two-labels", &n, NULL, 0, false,
	       "bgp.evpn.nlri.rt=2;bgp.evpn.nlri.len=52;bgp.evpn.nlri.ipv6.addr=2001:db8::5");
	update("rt2-withdraw", &n, NULL, 0, true,
	       "bgp.evpn.nlri.rt=2;bgp.update.path_attribute.type_code=15;"
	       "bgp.evpn.nlri.mac_addr=02:00:00:00:00:01");
	n.labels = 1;

	n.type = EVPN_IMET;
	n.etag = 0;
	update("rt3-ipv4", &n, NULL, 0, false,
	       "bgp.evpn.nlri.rt=3;bgp.evpn.nlri.len=17;bgp.evpn.nlri.ip.addr=10.0.0.1");
	n.type = EVPN_ES;
	update("rt4-ipv4", &n, NULL, 0, false,
	       "bgp.evpn.nlri.rt=4;bgp.evpn.nlri.len=23;" RD_FIELDS ESI_FIELDS
	       "bgp.evpn.nlri.ip.addr=10.0.0.1;bgp.evpn.nlri.iplen=32");
	update("rt4-withdraw", &n, NULL, 0, true,
	       "bgp.evpn.nlri.rt=4;bgp.update.path_attribute.type_code=15");
	n.orig = ip("2001:db8::1");
	update("rt4-ipv6", &n, NULL, 0, false,
	       "bgp.evpn.nlri.rt=4;bgp.evpn.nlri.len=35;bgp.evpn.nlri.ipv6.addr=2001:db8::1");
	n.type = EVPN_IMET;
	update("rt3-ipv6", &n, NULL, 0, false,
	       "bgp.evpn.nlri.rt=3;bgp.evpn.nlri.len=29;bgp.evpn.nlri.ipv6.addr=2001:db8::1");

	n.type = EVPN_PREFIX;
	n.ip = ip("10.1.2.0");
	n.gw = ip("0.0.0.0");
	n.plen = 24;
	update("rt5-ipv4", &n, NULL, 0, false,
	       "bgp.evpn.nlri.rt=5;bgp.evpn.nlri.len=34;bgp.evpn.nlri.prefix_len=24;"
	       "bgp.evpn.nlri.ip.addr=10.1.2.0;"
	       "bgp.update.path_attribute.mpls_label_value=1001");
	n.ip = ip("2001:db8:1::");
	n.gw = ip("::");
	n.plen = 48;
	update("rt5-ipv6", &n, NULL, 0, false,
	       "bgp.evpn.nlri.rt=5;bgp.evpn.nlri.len=58;bgp.evpn.nlri.ipv6.addr=2001:db8:1::");

	n.orig = ip("10.0.0.1");
	n.grp = ip("239.1.1.1");
	n.flags = EVPN_MC_IGMP2;
	n.max_resp = 10;
	n.type = EVPN_SMET;
	update("rt6-any-source", &n, NULL, 0, false,
	       "bgp.evpn.nlri.rt=6;bgp.evpn.nlri.len=24;"
	       "bgp.mcast_vpn_nlri_group_addr_ipv4=239.1.1.1;"
	       "bgp.evpn.nlri.or_addr_ipv4=10.0.0.1;bgp.evpn.nlri.igmp_mc_flags=0x02");
	n.src = ip("192.0.2.7");
	n.flags = EVPN_MC_IGMP3 | EVPN_MC_EXCLUDE;
	update("rt6-source", &n, NULL, 0, false,
	       "bgp.evpn.nlri.rt=6;bgp.evpn.nlri.len=28;"
	       "bgp.mcast_vpn_nlri_source_addr_ipv4=192.0.2.7;"
	       "bgp.evpn.nlri.igmp_mc_flags.v3=1;bgp.evpn.nlri.igmp_mc_flags.ie=1");
	n.type = EVPN_JOIN;
	update("rt7-source", &n, NULL, 0, false,
	       "bgp.evpn.nlri.rt=7;bgp.evpn.nlri.len=38;" ESI_FIELDS
	       "bgp.evpn.nlri.igmp_mc_flags=0x0c");
	n.type = EVPN_LEAVE;
	n.src.len = 0;
	memset(n.src.b, 0, sizeof(n.src.b));
	n.flags = EVPN_MC_IGMP2;
	update("rt8-any-source", &n, NULL, 0, false,
	       "~;bgp.evpn.nlri.rt=8;bgp.evpn.nlri.len=39;" ESI_FIELDS
	       "bgp.mcast_vpn_nlri_group_addr_ipv4=239.1.1.1;"
	       "bgp.evpn.nlri.or_addr_ipv4=10.0.0.1");
	n.grp = ip("ff0e::101");
	n.orig = ip("2001:db8::1");
	update("rt8-ipv6", &n, NULL, 0, false,
	       "~;bgp.evpn.nlri.rt=8;bgp.evpn.nlri.len=63;"
	       "bgp.evpn.nlri.or_addr_ipv6=2001:db8::1");
	n.type = EVPN_JOIN;
	n.flags = EVPN_MC_IGMP2 | EVPN_MC_EXCLUDE;
	update("rt7-ipv6", &n, NULL, 0, false,
	       "bgp.evpn.nlri.rt=7;bgp.evpn.nlri.len=58;"
	       "bgp.evpn.nlri.or_addr_ipv6=2001:db8::1;bgp.evpn.nlri.igmp_mc_flags.v2=1");
	n.type = EVPN_SPMSI;
	update("rt10", &n, NULL, 0, false, "bgp.evpn.nlri.rt=10");
}

static void make_communities(void)
{
	const struct ecomm_df port_mode = {.caps = DF_CAP_PORT};
	const struct ecomm_df pref = {DF_ALG_HIGHEST, DF_CAP_DP, 200};
	const struct ecomm_df hrw = {DF_ALG_HRW, DF_CAP_AC | DF_CAP_TIME, 0};
	const struct sct sct = {0xed003780, 0x8000};
	struct evpn_nlri n = {.type = EVPN_ES};
	struct esi esi = some_esi();
	struct ecomm ecs[4], rt;
	struct mac mac;

	n.rd = rd_make_ip(0x0a000001, 1);
	n.esi = esi;
	n.orig = ip("10.0.0.1");
	mac_parse(&mac, "02:00:00:00:00:aa");
	rt_parse(&rt, "65000:1");

	ecs[0] = ecomm_es_import(&esi);
	ecs[1] = ecomm_df_election(&port_mode);
	update("es-import", &n, ecs, 2, false,
	       "bgp.ext_com.stype_tr_evpn=0x02;bgp.ext_com_evpn.esi.rt=11:22:33:44:55:66;"
	       "bgp.ext_com.stype_tr_evpn=0x06;bgp.ext_com.value_raw=0x0000000400000000");
	ecs[1] = ecomm_df_election(&pref);
	update("df-preference", &n, ecs, 2, false,
	       "bgp.ext_com.stype_tr_evpn=0x06;bgp.ext_com.value_raw=0x00000280000000c8");
	ecs[1] = ecomm_df_election(&hrw);
	ecs[2] = ecomm_sct(&sct);
	update("df-hrw-sct", &n, ecs, 3, false,
	       "bgp.ext_com.stype_tr_evpn=0x06;bgp.ext_com.value_raw=0x0000015000000000;"
	       "bgp.ext_com.stype_tr_evpn=0x0f;bgp.ext_com.value_raw=0x0000ed0037808000");

	n.type = EVPN_AD;
	n.etag = EVPN_MAX_ETAG;
	n.labels = 1;
	ecs[0] = rt;
	ecs[1] = ecomm_esi_label(ESI_LABEL_SINGLE_ACTIVE, 0);
	ecs[2] = ecomm_l2_attr(L2_ATTR_P, 0);
	update("esi-label-l2-attr", &n, ecs, 3, false,
	       "bgp.ext_com.stype_tr_evpn=0x01;bgp.ext_com_l2.esi_label_flag=1;"
	       "bgp.ext_com_evpn.l2attr.flag_p=1;bgp.ext_com_evpn.l2attr.flag_b=0;"
	       "bgp.ext_com_evpn.l2attr.l2_mtu=0");
	n.type = EVPN_MACIP;
	n.etag = 0;
	mac_parse(&n.mac, "02:00:00:00:00:01");
	ecs[1] = ecomm_mac_mobility(true, 7);
	ecs[2] = ecomm_router_mac(&mac);
	ecs[3] = ecomm_encap(TUNNEL_VXLAN);
	update("mobility-rmac-encap", &n, ecs, 4, false,
	       "bgp.ext_com_evpn.mmac.flags.sticky=1;bgp.ext_com_evpn.mmac.seq=7;"
	       "bgp.ext_com_evpn.esi.router_mac=02:00:00:00:00:aa;bgp.ext_com.tunnel_type=8");
	ecs[1] = ecomm_arp_nd(ARP_ND_ROUTER | ARP_ND_OVERRIDE);
	ecs[2] = ecomm_default_gw();
	ecs[3] = ecomm_evi_rt(&rt);
	update("arp-nd-default-gw-evi-rt", &n, ecs, 4, false,
	       "bgp.ext_com.stype_tr_evpn=0x08;bgp.ext_com.value_raw=0x0000030000000000;"
	       "bgp.ext_com.stype_tr_opaque=0x0d;bgp.ext_com.stype_tr_evpn=0x0a;"
	       "bgp.ext_com.value_raw=0x0000fde800000001");
	/* a neighbour of a segment (draft-ietf-bess-evpn-l3mh-proto 3.6.1): one label of 0, QinQ tag */
	n.etag = 3u << 12 | 30;
	n.labels = 1;
	n.label[0] = n.label[1] = 0;
	n.ip = ip("10.3.0.1");
	ecs[0] = ecomm_es_import(&n.esi);
	ecs[1] = ecomm_evi_rt(&rt);
	update("neighbour-of-a-segment", &n, ecs, 2, false,
	       "bgp.evpn.nlri.rt=2;bgp.evpn.nlri.len=37;" ESI_FIELDS
	       "bgp.evpn.nlri.etag=12318;bgp.evpn.nlri.mac_addr=02:00:00:00:00:01;"
	       "bgp.evpn.nlri.ip.addr=10.3.0.1;bgp.evpn.nlri.mpls_ls1=0;"
	       "bgp.ext_com_evpn.esi.rt=11:22:33:44:55:66;bgp.ext_com.stype_tr_evpn=0x0a;"
	       "bgp.ext_com.value_raw=0x0000fde800000001");
	ecs[0] = rt;
	n.type = EVPN_IMET;
	ecs[1] = ecomm_mcast_flags(MCAST_IGMP_PROXY | MCAST_MLD_PROXY);
	update("multicast-flags", &n, ecs, 2, false,
	       "bgp.ext_com.stype_tr_evpn=0x09;bgp.ext_com.value_raw=0x0000000300000000");
	rt_parse(&ecs[0], "10.0.0.1:5");
	rt_parse(&ecs[1], "4200000000:7");
	update("route-targets", &n, ecs, 2, false,
	       "bgp.ext_com.value_IP4=10.0.0.1;bgp.ext_com.value_as4=4200000000");
}

/* As the flooding service makes it: RT-3, ingress replication, label VNI, VXLAN. */
static void make_flood(void)
{
	struct bgp_pmsi pmsi = {.type = PMSI_INGRESS_REPLICATION, .label = 100};
	struct sample *s =
		add("flood-rt3", "bgp.evpn.nlri.rt=3;bgp.evpn.nlri.len=17;"
				 "bgp.evpn.nlri.rd=00:01:0a:00:00:01:00:64;"
				 "bgp.update.path_attribute.pmsi.tunnel.flags=0;"
				 "bgp.update.path_attribute.pmsi.tunnel.type=6;"
				 "bgp.update.path_attribute.pmsi.ingress_rep_ip=10.0.0.1;"
				 "bgp.evpn.nlri.vni=100;"
				 "bgp.ext_com.tunnel_type=8;bgp.ext_com.value_an4=100");
	struct evpn_nlri n = {.type = EVPN_IMET};
	struct ip_addr nh = ip("10.0.0.1");
	u8 attr_bytes[256], pmsi_bytes[32];
	struct bgp_packer p;
	struct bgp_attrs a;
	struct slice attrs;
	struct ecomm ecs[2];
	int len;

	n.rd = rd_make_ip(0x0a000001, 100);
	n.orig = nh;
	pmsi.endpoint = nh;
	rt_parse(&ecs[0], "65000:100");
	ecs[1] = ecomm_encap(TUNNEL_VXLAN);
	bgp_attrs_init(&a);
	a.present = BGP_BIT(BGP_ATTR_ORIGIN) | BGP_BIT(BGP_ATTR_AS_PATH) |
		    BGP_BIT(BGP_ATTR_LOCAL_PREF) | BGP_BIT(BGP_ATTR_EXT_COMMUNITY) |
		    BGP_BIT(BGP_ATTR_PMSI);
	a.local_pref = 100;
	a.ext = ecomm_slice(ecs, 2);
	a.pmsi = (struct slice){pmsi_bytes, bgp_pmsi_encode(&pmsi, pmsi_bytes, sizeof(pmsi_bytes))};
	len = bgp_attrs_encode(&a, &ctx, attr_bytes, sizeof(attr_bytes));
	assert_true(len > 0);
	attrs = (struct slice){attr_bytes, (size_t)len};
	bgp_pack_reach(&p, s->msg, sizeof(s->msg), &ctx, &nh, &attrs);
	assert_int_equal(bgp_pack_add(&p, &n), 1);
	s->len = bgp_pack_end(&p);
	assert_true(s->len > 0);
}

static void make_others(void)
{
	static const u8 path[] = {BGP_AS_SEQUENCE, 2, 0, 0, 0xfd, 0xe8, 0xfa, 0x56, 0xea, 0,
				  BGP_AS_SET,	   1, 0, 0, 0,	  7};
	static const u8 communities[] = {0xff, 0xff, 0, 6};
	static const u8 large[] = {0, 0, 0xfd, 0xe8, 0, 0, 0, 1, 0, 0, 0, 2};
	static const u8 clusters[] = {10, 0, 0, 1, 10, 0, 0, 2};
	const struct bgp_refresh refresh = {BGP_AFI_L2VPN, BGP_REFRESH_REQUEST, BGP_SAFI_EVPN};
	struct bgp_pmsi pmsi = {.type = PMSI_INGRESS_REPLICATION, .label = 100};
	struct bgp_open o = {.as = 4200000000u, .hold_time = 9, .id = 0xc0000201};
	struct ip_addr nh = ip("2001:db8::1");
	u8 attr_bytes[256], pmsi_bytes[32];
	struct evpn_nlri n = {.type = EVPN_IMET};
	struct bgp_packer p;
	struct bgp_attrs a;
	struct slice attrs;
	struct sample *s;
	int len;

	n.rd = rd_make_ip(0x0a000001, 1);
	n.orig = nh;
	pmsi.endpoint = ip("10.0.0.1");
	bgp_attrs_init(&a);
	a.present = BGP_BIT(BGP_ATTR_ORIGIN) | BGP_BIT(BGP_ATTR_AS_PATH) | BGP_BIT(BGP_ATTR_MED) |
		    BGP_BIT(BGP_ATTR_LOCAL_PREF) | BGP_BIT(BGP_ATTR_ATOMIC_AGGREGATE) |
		    BGP_BIT(BGP_ATTR_AGGREGATOR) | BGP_BIT(BGP_ATTR_COMMUNITY) |
		    BGP_BIT(BGP_ATTR_ORIGINATOR_ID) | BGP_BIT(BGP_ATTR_CLUSTER_LIST) |
		    BGP_BIT(BGP_ATTR_LARGE_COMMUNITY) | BGP_BIT(BGP_ATTR_PMSI);
	a.origin = BGP_ORIGIN_INCOMPLETE;
	a.as_path = (struct slice){path, sizeof(path)};
	a.med = 7;
	a.local_pref = 200;
	a.aggregator = (struct bgp_aggregator){65000, 0x0a000009};
	a.community = (struct slice){communities, sizeof(communities)};
	a.originator_id = 0x0a000001;
	a.cluster = (struct slice){clusters, sizeof(clusters)};
	a.large = (struct slice){large, sizeof(large)};
	a.pmsi = (struct slice){pmsi_bytes, bgp_pmsi_encode(&pmsi, pmsi_bytes, sizeof(pmsi_bytes))};
	len = bgp_attrs_encode(&a, &ctx, attr_bytes, sizeof(attr_bytes));
	assert_true(len > 0);
	attrs = (struct slice){attr_bytes, (size_t)len};
	s = add("attributes", "bgp.update.path_attribute.origin=2;"
			      "bgp.update.path_attribute.local_pref=200;"
			      "bgp.update.path_attribute.multi_exit_disc=7;"
			      "bgp.update.path_attribute.originator_id=10.0.0.1;"
			      "bgp.update.path_attribute.as_path_segment.as4=4200000000;"
			      "bgp.update.path_attribute.pmsi.tunnel.type=6;"
			      "bgp.update.path_attribute.pmsi.ingress_rep_ip=10.0.0.1;"
			      "bgp.update.path_attribute.mp_reach_nlri.next_hop.ipv6=2001:db8::1");
	bgp_pack_reach(&p, s->msg, sizeof(s->msg), &ctx, &nh, &attrs);
	for (n.etag = 0; n.etag < 20; n.etag++)
		assert_int_equal(bgp_pack_add(&p, &n), 1);
	s->len = bgp_pack_end(&p);

	bgp_caps_init(&o.caps);
	o.caps.mp[o.caps.mp_n++] = (struct bgp_af){BGP_AFI_L2VPN, BGP_SAFI_EVPN};
	o.caps.as4 = o.caps.refresh = o.caps.enh_refresh = o.caps.ext_msg = o.caps.gr = true;
	o.caps.gr_time = 120;
	o.caps.gr_af[o.caps.gr_n++] = (struct bgp_af_flags){BGP_AFI_L2VPN, BGP_SAFI_EVPN, 0, 0};
	o.caps.add_path[o.caps.add_path_n++] =
		(struct bgp_af_flags){BGP_AFI_L2VPN, BGP_SAFI_EVPN, BGP_ADD_PATH_RECEIVE, 0};
	strcpy(o.caps.hostname, "pe1");
	strcpy(o.caps.domain, "lab");
	s = add("open", "bgp.type=1;bgp.open.myas=23456;bgp.open.holdtime=9;"
			"bgp.open.identifier=192.0.2.1;bgp.cap.mp.afi=25;bgp.cap.mp.safi=70;"
			"bgp.cap.4as=4200000000;bgp.cap.gr.timers.restart_time=120");
	s->len = bgp_open_encode(&o, s->msg, sizeof(s->msg));
	s = add("keepalive", "bgp.type=4;bgp.length=19");
	s->len = bgp_keepalive_encode(s->msg, sizeof(s->msg));
	s = add("notification", "bgp.type=3;bgp.notify.major_error=6;"
				"bgp.notify.minor_error_cease=2;bgp.notify.communication=bye");
	s->len = bgp_shutdown_encode(BGP_CEASE_SHUTDOWN, "bye", s->msg, sizeof(s->msg));
	s = add("route-refresh", "bgp.type=5;bgp.route_refresh.afi=25;bgp.route_refresh.safi=70");
	s->len = bgp_refresh_encode(&refresh, s->msg, sizeof(s->msg));
	s = add("end-of-rib", "bgp.type=2;bgp.update.path_attribute.mp_unreach_nlri.afi=25;"
			      "bgp.update.path_attribute.mp_unreach_nlri.safi=70");
	s->len = bgp_eor_encode(BGP_AFI_L2VPN, BGP_SAFI_EVPN, s->msg, sizeof(s->msg));
}

static void make_all(void)
{
	make_routes();
	make_communities();
	make_flood();
	make_others();
}

/* What we wrote we accept, and write again octet by octet. */
static void accepted(void **state)
{
	for (unsigned int i = 0; i < n_samples; i++) {
		const struct sample *s = &samples[i];
		u8 again[BGP_MAX_LEN], attr_bytes[1024];
		struct bgp_error err;
		struct bgp_header h;
		struct bgp_outcome out;
		struct bgp_packer p;
		struct bgp_update u;
		struct evpn_nlri n;
		struct evpn_iter it;
		struct slice attrs;

		print_message("# %s\n", s->name);
		assert_true(s->len > 0);
		assert_int_equal(bgp_header_parse(s->msg, s->len, BGP_MAX_LEN, &h, &err), 1);
		assert_int_equal(h.len, s->len);
		if (h.type != BGP_UPDATE)
			continue;
		bgp_update_decode(s->msg + 19, s->len - 19, &ctx, &u);
		assert_int_equal(bgp_update_judge(&u, &ctx, &out), BGP_ACCEPT);
		if (u.eor)
			continue;
		attrs.p = attr_bytes;
		attrs.len =
			(size_t)bgp_attrs_encode(&u.attrs, &ctx, attr_bytes, sizeof(attr_bytes));
		if (u.reach.present)
			bgp_pack_reach(&p, again, sizeof(again), &ctx, &u.reach.nh, &attrs);
		else
			bgp_pack_unreach(&p, again, sizeof(again), &ctx);
		evpn_iter_init(&it, u.reach.present ? &u.reach.nlri : &u.unreach.nlri, false,
			       !u.reach.present);
		while (evpn_iter_next(&it, &n, &out))
			assert_int_equal(bgp_pack_add(&p, &n), 1);
		assert_int_equal(bgp_pack_end(&p), s->len);
		assert_memory_equal(again, s->msg, s->len);
	}
}

static int list(void)
{
	for (unsigned int i = 0; i < n_samples; i++)
		printf("%s|%s|%s\n", samples[i].name, tohex(samples[i].msg, samples[i].len),
		       samples[i].fields);
	return 0;
}

static int write_file(const char *dir, const char *name, const u8 *head, size_t head_len,
		      const u8 *body, size_t len)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || write(fd, head, head_len) != (ssize_t)head_len ||
	    write(fd, body, len) != (ssize_t)len || close(fd)) {
		perror(path);
		return 1;
	}
	return 0;
}

/*
 * Seeds: in DIR/message the messages; in DIR/update one octet of options (none) and the body of an
 * UPDATE, as fuzz_update.c reads them.
 */
static int corpus(const char *dir)
{
	const u8 options = 0;
	char sub[480];
	int bad = 0;

	for (unsigned int i = 0; i < n_samples; i++) {
		const struct sample *s = &samples[i];

		snprintf(sub, sizeof(sub), "%s/message", dir);
		bad |= write_file(sub, s->name, NULL, 0, s->msg, s->len);
		if (s->msg[18] != BGP_UPDATE)
			continue;
		snprintf(sub, sizeof(sub), "%s/update", dir);
		bad |= write_file(sub, s->name, &options, 1, s->msg + 19, s->len - 19);
	}
	return bad;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(accepted)};

	make_all();
	if (argc == 2 && !strcmp(argv[1], "--list"))
		return list();
	if (argc == 3 && !strcmp(argv[1], "--corpus"))
		return corpus(argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
