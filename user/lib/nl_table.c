// SPDX-License-Identifier: GPL-2.0
/*
 * nl_table.c - RTM_GETNEIGH of all devices.
 */
#include "nl_table.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

enum { DUMP_TRIES = 8 };

struct table_dump {
	nl_table_fn fn;
	void *data;
};

static int take(void *data, const struct nlmsghdr *nlh)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	const struct table_dump *d = data;
	const struct nlattr *tb[NDA_MAX + 1];
	struct nl_entry e = {};

	if (nlh->nlmsg_type != RTM_NEWNEIGH || nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(*ndm))
		return 0;
	nl_attr_table(nlh, sizeof(*ndm), tb, NDA_MAX);
	e.ifindex = (uint32_t)ndm->ndm_ifindex;
	e.tunnel = ndm->ndm_family == PF_BRIDGE && (tb[NDA_DST] || tb[NDA_NH_ID]);
	if (!nl_bytes(tb[NDA_LLADDR], &e.mac, sizeof(e.mac)))
		e.mac = (struct mac){{0}};
	if (ndm->ndm_family != PF_BRIDGE && tb[NDA_DST]) {
		e.address.len = (u8)mnl_attr_get_payload_len(tb[NDA_DST]);
		if ((e.address.len != 4 && e.address.len != 16) ||
		    !nl_bytes(tb[NDA_DST], e.address.b, e.address.len))
			e.address = (struct ip_addr){0};
	}
	d->fn(d->data, &e);
	return 0;
}

int nl_table_dump(struct nl *nl, int family, nl_table_fn fn, void *data, struct nl_err *err)
{
	struct table_dump d = {fn, data};
	char buf[NL_REQUEST_LEN];
	int r, tries = 0;

	do {
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
		struct ndmsg *ndm;

		nlh->nlmsg_type = RTM_GETNEIGH;
		ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));
		ndm->ndm_family = (u8)family;
		r = nl_dump(nl, nlh, take, &d, err);
	} while (r == -EINTR && ++tries < DUMP_TRIES);
	return r;
}
