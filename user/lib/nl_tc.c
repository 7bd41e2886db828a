// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_tc.c - RTM_GETACTION, for the actions "mirred": what they send out of a device is not seen by
 * its egress hook.
 */
#include "nl_tc.h"

#include <errno.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>
#include <string.h>

struct search {
	void (*fn)(void *data, const struct nl_mirred *m);
	void *data;
};

static void on_action(const struct search *s, const struct nlattr *action)
{
	const struct nlattr *tb[TCA_ACT_MAX + 1], *opt[TCA_MIRRED_MAX + 1];
	struct tc_mirred parms;
	struct nl_mirred m;
	char kind[16];

	nl_attr_nested(action, tb, TCA_ACT_MAX);
	nl_str(tb[TCA_ACT_KIND], kind, sizeof(kind));
	if (strcmp(kind, "mirred"))
		return;
	nl_attr_nested(tb[TCA_ACT_OPTIONS], opt, TCA_MIRRED_MAX);
	if (!opt[TCA_MIRRED_PARMS] || !nl_bytes(opt[TCA_MIRRED_PARMS], &parms, sizeof(parms)))
		return;
	m = (struct nl_mirred){
		.index = parms.index,
		.ifindex = parms.ifindex,
		.egress = parms.eaction == TCA_EGRESS_REDIR || parms.eaction == TCA_EGRESS_MIRROR,
		.copies = parms.eaction == TCA_EGRESS_MIRROR || parms.eaction == TCA_INGRESS_MIRROR,
	};
	s->fn(s->data, &m);
}

static int on_message(void *data, const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[TCA_ROOT_MAX + 1], *action;

	nl_attr_table(nlh, sizeof(struct tcamsg), tb, TCA_ROOT_MAX);
	if (!tb[TCA_ROOT_TAB])
		return 0;
	mnl_attr_for_each_nested(action, tb[TCA_ROOT_TAB])
		on_action(data, action);
	return 0;
}

int nl_tc_mirred(struct nl *nl, void (*fn)(void *data, const struct nl_mirred *m), void *data,
		 struct nl_err *err)
{
	struct search s = {fn, data};
	struct nlattr *tab, *first;
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh;
	int r, tries = 4;

	do {
		nlh = mnl_nlmsg_put_header(buf);
		nlh->nlmsg_type = RTM_GETACTION;
		mnl_nlmsg_put_extra_header(nlh, sizeof(struct tcamsg));
		tab = mnl_attr_nest_start(nlh, TCA_ROOT_TAB);
		first = mnl_attr_nest_start(nlh, 1);
		mnl_attr_put_strz(nlh, TCA_ACT_KIND, "mirred");
		mnl_attr_nest_end(nlh, first);
		mnl_attr_nest_end(nlh, tab);
		r = nl_dump(nl, nlh, on_message, &s, err);
	} while (r == -EINTR && --tries);
	/* a kernel without the action, or without actions at all */
	return r == -EOPNOTSUPP || r == -ENOENT || r == -EINVAL ? 0 : r;
}
