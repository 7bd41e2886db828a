// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_mark.c - RTM_GETRULE and RTM_GETLINK, for what is in the way of split horizon.
 */
#include "nl_mark.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

struct search {
	uint32_t mask;
	void (*fn)(void *data, const char *text);
	void *data;
};

static int on_rule(void *data, const struct nlmsghdr *nlh)
{
	const struct fib_rule_hdr *rule = mnl_nlmsg_get_payload(nlh);
	const struct search *s = data;
	const struct nlattr *tb[FRA_MAX + 1];
	uint32_t bits;
	char text[256];

	if (nlh->nlmsg_type != RTM_NEWRULE)
		return 0;
	nl_attr_table(nlh, sizeof(*rule), tb, FRA_MAX);
	if (!tb[FRA_FWMARK])
		return 0;
	bits = tb[FRA_FWMASK] ? nl_u32(tb[FRA_FWMASK]) : 0xffffffff;
	if (!(bits & s->mask))
		return 0;
	snprintf(text, sizeof(text),
		 "%s rule %u looks at fwmark %#x/%#x, which overlaps with mark-mask %#x: choose "
		 "other bits for one of them",
		 rule->family == AF_INET6 ? "IPv6" : "IPv4", nl_u32(tb[FRA_PRIORITY]),
		 nl_u32(tb[FRA_FWMARK]), bits, s->mask);
	s->fn(s->data, text);
	return 0;
}

static int on_link(void *data, const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1], *vxlan[IFLA_VXLAN_MAX + 1];
	const struct search *s = data;
	char kind[16], name[32], text[256];

	nl_attr_table(nlh, sizeof(struct ifinfomsg), tb, IFLA_MAX);
	nl_attr_nested(tb[IFLA_LINKINFO], info, IFLA_INFO_MAX);
	nl_str(info[IFLA_INFO_KIND], kind, sizeof(kind));
	if (nlh->nlmsg_type != RTM_NEWLINK || strcmp(kind, "vxlan"))
		return 0;
	nl_str(tb[IFLA_IFNAME], name, sizeof(name));
	nl_attr_nested(info[IFLA_INFO_DATA], vxlan, IFLA_VXLAN_MAX);
	if (vxlan[IFLA_VXLAN_GBP] && !nl_u8(vxlan[IFLA_VXLAN_COLLECT_METADATA])) {
		snprintf(
			text, sizeof(text),
			"%s: VXLAN with group policy (gbp) overwrites the packet's mark; what comes "
			"through it has no split horizon",
			name);
		s->fn(s->data, text);
	}
	if (tb[IFLA_LINK_NETNSID]) {
		snprintf(
			text, sizeof(text),
			"%s: its tunnels end in another network namespace, and the packet's mark is "
			"lost between the two; what comes through it has no split horizon",
			name);
		s->fn(s->data, text);
	}
	return 0;
}

static int dump(struct nl *nl, uint16_t type, uint8_t family, nl_fn fn, struct search *s,
		struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh;
	int r, tries = 4;

	/* What a disturbed dump has told already is told again: rather twice than never. */
	do {
		nlh = mnl_nlmsg_put_header(buf);
		nlh->nlmsg_type = type;
		if (type == RTM_GETRULE) {
			struct fib_rule_hdr *rule =
				mnl_nlmsg_put_extra_header(nlh, sizeof(struct fib_rule_hdr));

			rule->family = family;
		} else {
			mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
		}
		r = nl_dump(nl, nlh, fn, s, err);
	} while (r == -EINTR && --tries);
	return r;
}

int nl_mark_conflicts(struct nl *nl, uint32_t mask, void (*fn)(void *data, const char *text),
		      void *data, struct nl_err *err)
{
	struct search s = {mask, fn, data};
	int r;

	if (!mask)
		return 0;
	r = dump(nl, RTM_GETRULE, AF_INET, on_rule, &s, err);
	if (!r)
		r = dump(nl, RTM_GETRULE, AF_INET6, on_rule, &s, err);
	/* a kernel without IPv6, or without policy routing, has no such rules */
	if (r == -EOPNOTSUPP || r == -EAFNOSUPPORT)
		r = 0;
	return r ?: dump(nl, RTM_GETLINK, AF_UNSPEC, on_link, &s, err);
}
