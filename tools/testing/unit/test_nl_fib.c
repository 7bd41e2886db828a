// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_nl_fib.c - routes and nexthop objects as rtnetlink has them: taken apart, whole and cut off anywhere, and
 * what is asked for read back. (Against the kernel: test_evpnd_routes.c.)
 */
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "nl_fib.h"

static _Alignas(8) char buf[8192];

static struct nlmsghdr *begin(uint16_t type, int family, uint8_t plen, const char *dst)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtmsg *rtm;
	struct ip_addr a;

	memset(buf, 0, sizeof(buf));
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = type;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = (uint8_t)family;
	rtm->rtm_dst_len = plen;
	rtm->rtm_table = 254;
	rtm->rtm_protocol = RTPROT_OSPF;
	rtm->rtm_type = RTN_UNICAST;
	if (dst) {
		assert_int_equal(ip_parse(&a, dst), 0);
		mnl_attr_put(nlh, RTA_DST, a.len, a.b);
	}
	return nlh;
}

static void put_ip(struct nlmsghdr *nlh, uint16_t type, const char *s)
{
	struct ip_addr a;

	assert_int_equal(ip_parse(&a, s), 0);
	mnl_attr_put(nlh, type, a.len, a.b);
}

static const char *text(const struct ip_addr *a)
{
	static char t[2][IP_STRLEN];
	static unsigned int n;

	return ip_format(a, t[n++ % 2]);
}

static void test_route(void **state)
{
	struct nlmsghdr *nlh = begin(RTM_NEWROUTE, AF_INET, 24, "10.1.2.0");
	char p[PREFIX_STRLEN];
	struct nl_fib_route r;

	mnl_attr_put_u32(nlh, RTA_TABLE, 1001);
	mnl_attr_put_u32(nlh, RTA_PRIORITY, 20);
	mnl_attr_put_u32(nlh, RTA_OIF, 7);
	put_ip(nlh, RTA_GATEWAY, "10.1.0.1");
	assert_true(nl_fib_route_parse(nlh, &r));
	assert_string_equal(prefix_format(&r.prefix, p), "10.1.2.0/24");
	assert_int_equal(r.table, 1001);
	assert_int_equal(r.metric, 20);
	assert_int_equal(r.protocol, RTPROT_OSPF);
	assert_false(r.gone);
	assert_int_equal(r.n_hops, 1);
	assert_int_equal(r.hop[0].ifindex, 7);
	assert_string_equal(text(&r.hop[0].gateway), "10.1.0.1");
	nlh->nlmsg_type = RTM_DELROUTE;
	assert_true(nl_fib_route_parse(nlh, &r) && r.gone);
}

/* The default route has no RTA_DST, and IPv4 may have an IPv6 router. */
static void test_via(void **state)
{
	struct nlmsghdr *nlh = begin(RTM_NEWROUTE, AF_INET, 0, NULL);
	struct {
		uint16_t family;
		uint8_t addr[16];
	} via = {AF_INET6, {0xfe, 0x80, [15] = 1}};
	struct nl_fib_route r;

	mnl_attr_put_u32(nlh, RTA_OIF, 7);
	mnl_attr_put(nlh, RTA_VIA, 18, &via);
	assert_true(nl_fib_route_parse(nlh, &r));
	assert_int_equal(r.prefix.plen, 0);
	assert_int_equal(r.prefix.addr.len, 4);
	assert_string_equal(text(&r.hop[0].gateway), "fe80::1");
}

static void put_hops(struct nlmsghdr *nlh, unsigned int n, uint8_t dead)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, RTA_MULTIPATH);

	for (unsigned int i = 0; i < n; i++) {
		struct rtnexthop *nh = (void *)mnl_nlmsg_get_payload_tail(nlh);
		uint32_t before = nlh->nlmsg_len;
		char gw[IP_STRLEN];

		memset(nh, 0, sizeof(*nh));
		nh->rtnh_ifindex = (int)(10 + i);
		nh->rtnh_flags = i < dead ? RTNH_F_DEAD : 0;
		nlh->nlmsg_len += sizeof(*nh);
		snprintf(gw, sizeof(gw), "10.1.0.%u", i + 1);
		put_ip(nlh, RTA_GATEWAY, gw);
		nh->rtnh_len = (uint16_t)(nlh->nlmsg_len - before);
	}
	mnl_attr_nest_end(nlh, nest);
}

static void test_multipath(void **state)
{
	struct nlmsghdr *nlh = begin(RTM_NEWROUTE, AF_INET, 32, "10.1.2.3");
	struct nl_fib_route r;

	put_hops(nlh, 3, 1);
	assert_true(nl_fib_route_parse(nlh, &r));
	assert_int_equal(r.n_hops, 2); /* one is dead */
	assert_int_equal(r.hop[1].ifindex, 12);
	assert_string_equal(text(&r.hop[1].gateway), "10.1.0.3");
	nlh = begin(RTM_NEWROUTE, AF_INET, 32, "10.1.2.3");
	put_hops(nlh, NL_FIB_HOPS_MAX + 4, 0);
	assert_true(nl_fib_route_parse(nlh, &r));
	assert_int_equal(r.n_hops, NL_FIB_HOPS_MAX);
	assert_true(r.more);
}

static void test_others(void **state)
{
	struct nlmsghdr *nlh = begin(RTM_NEWROUTE, AF_INET, 24, "10.1.2.0");
	struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct nl_fib_route r;

	rtm->rtm_type = RTN_LOCAL;
	assert_false(nl_fib_route_parse(nlh, &r));
	rtm->rtm_type = RTN_UNICAST;
	rtm->rtm_flags = RTM_F_CLONED;
	assert_false(nl_fib_route_parse(nlh, &r));
	rtm->rtm_flags = 0;
	rtm->rtm_dst_len = 33;
	assert_false(nl_fib_route_parse(nlh, &r));
	rtm->rtm_dst_len = 24;
	rtm->rtm_family = AF_MPLS;
	assert_false(nl_fib_route_parse(nlh, &r));
	rtm->rtm_family = AF_INET;
	assert_true(nl_fib_route_parse(nlh, &r));
	nlh->nlmsg_type = RTM_NEWLINK;
	assert_false(nl_fib_route_parse(nlh, &r));
}

/* Nothing is read beyond what is there: on a heap of its own, so that the sanitizer sees it. */
static void test_cut_off(void **state)
{
	struct nlmsghdr *nlh = begin(RTM_NEWROUTE, AF_INET6, 64, "2001:db8::");
	struct nl_fib_nexthop nh;
	struct nl_fib_route r;
	uint32_t len;

	mnl_attr_put_u32(nlh, RTA_PRIORITY, 20);
	put_hops(nlh, 3, 0);
	mnl_attr_put_u32(nlh, RTA_NH_ID, 3);
	for (len = MNL_NLMSG_HDRLEN; len <= nlh->nlmsg_len; len++) {
		struct nlmsghdr *copy = calloc(1, MNL_ALIGN(len)); /* as libmnl counts */

		memcpy(copy, nlh, len);
		copy->nlmsg_len = len;
		nl_fib_route_parse(copy, &r);
		copy->nlmsg_type = RTM_NEWNEXTHOP;
		nl_fib_nexthop_parse(copy, &nh);
		free(copy);
	}
}

/* What we ask for is what we would read. */
static void test_requests(void **state)
{
	struct nl_fib_nexthop group = {.id = 5, .n_members = 2, .members = {3, 4}}, nh = {.id = 3};
	struct nl_fib_route r = {.table = 1001, .metric = 0xbe000001, .nhid = 3}, read;
	struct nl_fib_nexthop back;
	struct nlmsghdr *nlh;

	assert_int_equal(prefix_parse(&r.prefix, "2001:db8:1::/48"), 0);
	nlh = nl_fib_route_new(buf, &r, false);
	assert_int_equal(nlh->nlmsg_flags, NLM_F_CREATE | NLM_F_EXCL);
	assert_true(nlh->nlmsg_len <= 128);
	assert_true(nl_fib_route_parse(nlh, &read));
	assert_int_equal(prefix_cmp(&read.prefix, &r.prefix), 0);
	assert_int_equal(read.table, 1001);
	assert_int_equal(read.metric, 0xbe000001);
	assert_int_equal(read.nhid, 3);
	assert_int_equal(read.protocol, NL_FIB_PROTOCOL);
	nlh = nl_fib_route_new(buf, &r, true);
	assert_int_equal(nlh->nlmsg_flags, NLM_F_CREATE | NLM_F_REPLACE);
	nlh = nl_fib_route_del(buf, &r);
	assert_true(nl_fib_route_parse(nlh, &read) && read.gone);
	assert_int_equal(read.protocol, NL_FIB_PROTOCOL);
	assert_int_equal(read.metric, 0xbe000001);

	nh.hop.ifindex = 7;
	nh.hop.gateway = ip_v4(0x0a010001);
	nlh = nl_fib_nexthop_new(buf, &nh);
	assert_true(nl_fib_nexthop_parse(nlh, &back));
	assert_int_equal(back.id, 3);
	assert_int_equal(back.protocol, NL_FIB_PROTOCOL);
	assert_int_equal(back.hop.ifindex, 7);
	assert_true(ip_equal(&back.hop.gateway, &nh.hop.gateway));
	assert_int_equal(back.n_members, 0);
	nlh = nl_fib_nexthop_new(buf, &group);
	assert_true(nl_fib_nexthop_parse(nlh, &back));
	assert_int_equal(back.n_members, 2);
	assert_int_equal(back.members[1], 4);
	nlh = nl_fib_nexthop_del(buf, 5);
	assert_true(nl_fib_nexthop_parse(nlh, &back) && back.gone && back.id == 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_route),	  cmocka_unit_test(test_via),
		cmocka_unit_test(test_multipath), cmocka_unit_test(test_others),
		cmocka_unit_test(test_cut_off),	  cmocka_unit_test(test_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
