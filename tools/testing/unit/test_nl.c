// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_nl.c - netlink messages taken apart: values of any length, segments and statistics as the module
 * sends them, and messages that are cut off anywhere. (Against the module itself: selftests
 * ctl_kernel.sh and reconcile.sh; against rtnetlink: test_evpnd_links.c.)
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nl_evpn.h"

static char buf[8192];

static struct nlmsghdr *begin(uint16_t type, uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = type;
	genl->cmd = cmd;
	return nlh;
}

static const struct nlattr *attr(const void *bytes, uint16_t len)
{
	struct nlmsghdr *nlh = begin(100, 1);

	mnl_attr_put(nlh, 1, len, bytes);
	return (const struct nlattr *)((char *)mnl_nlmsg_get_payload(nlh) +
				       sizeof(struct genlmsghdr));
}

static void test_values(void **state)
{
	const uint8_t bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	char text[4], exact[4];

	assert_int_equal(nl_u32(NULL), 0);
	assert_int_equal(nl_u8(attr(bytes, 0)), 0);
	assert_int_equal(nl_u32(attr(bytes, 3)), 0);
	assert_int_equal(nl_u16(attr(bytes, 2)), 0x0201);
	assert_int_equal(nl_u32(attr(bytes, 4)), 0x04030201);
	assert_true(nl_u64(attr(bytes, 8)) == 0x0807060504030201);
	nl_str(NULL, text, sizeof(text));
	assert_string_equal(text, "");
	nl_str(attr("ab", 2), text, sizeof(text)); /* without its NUL */
	assert_string_equal(text, "ab");
	nl_str(attr("abcdef", 7), text, sizeof(text));
	assert_string_equal(text, "abc");
	assert_true(nl_bytes(attr("ab", 2), exact, sizeof(exact)));
	assert_memory_equal(exact, "ab\0\0", 4);
	assert_false(nl_bytes(attr("abcde", 5), exact, sizeof(exact)));
	assert_memory_equal(exact, "\0\0\0\0", 4);
	assert_false(nl_bytes(NULL, exact, sizeof(exact)));
}

static struct nlmsghdr *a_segment(void)
{
	struct nlmsghdr *nlh = begin(100, EVPN_CMD_ES_NTF);
	uint8_t map[EVPN_VLAN_MAP_LEN] = {2};

	mnl_attr_put(nlh, EVPN_A_ES_ESI, 10, "\0\1\2\3\4\5\6\7\x08\x09");
	mnl_attr_put_strz(nlh, EVPN_A_ES_IFNAME, "bond0");
	mnl_attr_put_u32(nlh, EVPN_A_ES_IFINDEX, 7);
	mnl_attr_put_strz(nlh, EVPN_A_ES_DEVICE, "renamed0");
	mnl_attr_put_u32(nlh, EVPN_A_ES_MODE, EVPN_MODE_SINGLE_ACTIVE);
	mnl_attr_put_u32(nlh, EVPN_A_ES_ROLE, EVPN_ROLE_DF);
	mnl_attr_put(nlh, EVPN_A_ES_VLAN_DF, sizeof(map), map);
	mnl_attr_put_u32(nlh, EVPN_A_ES_STATE, EVPN_ES_STATE_BOUND);
	mnl_attr_put_u32(nlh, EVPN_A_ES_OPER, EVPN_OPER_FAIL_APPLIED);
	mnl_attr_put_u64(nlh, EVPN_A_ES_CHANGED, 1234567890123);
	for (uint32_t i = 0; i < NL_ES_MEMBERS_MAX + 3; i++) {
		struct nlattr *nest = mnl_attr_nest_start(nlh, EVPN_A_ES_MEMBER);

		mnl_attr_put_u32(nlh, EVPN_A_MEMBER_IFINDEX, 100 + i);
		if (i == 1)
			mnl_attr_put_u32(nlh, EVPN_A_MEMBER_LACPDU_AGE, 900);
		if (i == 2)
			mnl_attr_put(nlh, EVPN_A_MEMBER_LACP_REWRITING, 0, NULL);
		mnl_attr_nest_end(nlh, nest);
	}
	mnl_attr_put_u32(nlh, 4000, 1); /* of a later version */
	return nlh;
}

static void test_segment(void **state)
{
	struct nl_es *es = malloc(sizeof(*es));

	nl_evpn_parse_es(a_segment(), es);
	assert_int_equal(es->conf.esi.b[9], 9);
	assert_string_equal(es->conf.ifname, "bond0");
	assert_string_equal(es->device, "renamed0");
	assert_int_equal(es->ifindex, 7);
	assert_int_equal(es->conf.mode, EVPN_MODE_SINGLE_ACTIVE);
	assert_int_equal(es->conf.role, EVPN_ROLE_DF);
	assert_true(es->conf.vlan_map);
	assert_int_equal(es->conf.vlan_df[0], 2);
	assert_int_equal(es->oper, EVPN_OPER_FAIL_APPLIED);
	assert_true(es->changed_ns == 1234567890123);
	assert_int_equal(es->n_members, NL_ES_MEMBERS_MAX);
	assert_int_equal(es->members[31].ifindex, 131);
	assert_false(es->members[0].has_lacpdu_age || es->members[0].lacp_rewriting);
	assert_int_equal(es->members[1].lacpdu_age_ms, 900);
	assert_true(es->members[2].lacp_rewriting);
	free(es);
}

/* However much is missing: nothing is read beyond the end, which is aligned as all of netlink is. */
static void test_cut_off(void **state)
{
	struct nlmsghdr *whole = a_segment();
	uint32_t len = whole->nlmsg_len;
	struct nl_es *es = malloc(sizeof(*es));
	struct nl_owner owner;

	for (uint32_t n = MNL_NLMSG_HDRLEN; n < len; n += MNL_ALIGNTO) {
		struct nlmsghdr *cut = malloc(n);

		memcpy(cut, whole, n);
		cut->nlmsg_len = n;
		nl_evpn_cmd(cut);
		nl_evpn_parse_es(cut, es);
		nl_evpn_parse_owner(cut, &owner);
		nl_genl_is_newfamily(cut, "evpn");
		free(cut);
	}
	free(es);
}

static void test_owner(void **state)
{
	struct nlmsghdr *nlh = begin(100, EVPN_CMD_OWNER_NTF);
	struct nl_owner owner;

	mnl_attr_put_u32(nlh, EVPN_A_OWNER_STATE, EVPN_OWNER_STATE_LOST);
	mnl_attr_put_u32(nlh, EVPN_A_OWNER_PID, 77);
	mnl_attr_put_u32(nlh, EVPN_A_OWNER_HOLDING, 3);
	nl_evpn_parse_owner(nlh, &owner);
	assert_int_equal(nl_evpn_cmd(nlh), EVPN_CMD_OWNER_NTF);
	assert_int_equal(owner.state, EVPN_OWNER_STATE_LOST);
	assert_int_equal(owner.pid, 77);
	assert_int_equal(owner.holding, 3);
	assert_int_equal(owner.failed, 0);
}

static void test_families(void **state)
{
	struct nlmsghdr *nlh = begin(GENL_ID_CTRL, CTRL_CMD_NEWFAMILY);

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, "evpn");
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, 35);
	assert_true(nl_genl_is_newfamily(nlh, "evpn"));
	assert_false(nl_genl_is_newfamily(nlh, "evpn2"));
	assert_false(nl_genl_is_delfamily(nlh, 35));
	((struct genlmsghdr *)mnl_nlmsg_get_payload(nlh))->cmd = CTRL_CMD_DELFAMILY;
	assert_true(nl_genl_is_delfamily(nlh, 35));
	assert_false(nl_genl_is_delfamily(nlh, 36));
	nlh->nlmsg_type = 100;
	assert_false(nl_genl_is_delfamily(nlh, 35));
}

/* A family that this kernel does not have, asked of the kernel. */
static void test_no_module(void **state)
{
	struct nl_evpn e;
	struct nl_err err;
	int r = nl_evpn_open(&e, &err);

	if (!r) {
		nl_evpn_close(&e);
		skip();
	}
	assert_int_equal(r, -ENOENT);
	assert_int_equal(err.error, ENOENT);
	assert_string_equal(err.text, "the kernel module evpn is not loaded: modprobe evpn");
	assert_null(e.nl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),	 cmocka_unit_test(test_segment),
		cmocka_unit_test(test_cut_off),	 cmocka_unit_test(test_owner),
		cmocka_unit_test(test_families), cmocka_unit_test(test_no_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
