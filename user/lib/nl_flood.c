// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_flood.c - RTM_NEWNEIGH, RTM_DELNEIGH and RTM_GETNEIGH of family PF_BRIDGE, for the address of zeros.
 */
#include "nl_flood.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "types.h"

enum { DUMP_TRIES = 8 };

static const struct mac zeros;

static struct nlmsghdr *begin(char *buf, uint16_t type, uint32_t ifindex)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ndmsg *ndm;

	nlh->nlmsg_type = type;
	ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));
	ndm->ndm_family = PF_BRIDGE;
	ndm->ndm_ifindex = (int)ifindex;
	return nlh;
}

static int change(struct nl *nl, uint16_t type, uint16_t flags, const struct nl_flood *e,
		  struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh = begin(buf, type, e->ifindex);
	struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);

	nlh->nlmsg_flags |= flags;
	ndm->ndm_state = NUD_NOARP | NUD_PERMANENT;
	ndm->ndm_flags = NTF_SELF;
	mnl_attr_put(nlh, NDA_LLADDR, sizeof(zeros), &zeros);
	mnl_attr_put(nlh, NDA_DST, e->dst.len, e->dst.b);
	if (e->src_vni)
		mnl_attr_put_u32(nlh, NDA_SRC_VNI, e->src_vni);
	if (e->vni)
		mnl_attr_put_u32(nlh, NDA_VNI, e->vni);
	return nl_request(nl, nlh, NULL, NULL, err);
}

int nl_flood_add(struct nl *nl, const struct nl_flood *entry, struct nl_err *err)
{
	return change(nl, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_APPEND, entry, err);
}

int nl_flood_del(struct nl *nl, const struct nl_flood *entry, struct nl_err *err)
{
	return change(nl, RTM_DELNEIGH, 0, entry, err);
}

struct flood_dump {
	uint32_t ifindex;
	nl_flood_fn fn;
	void *data;
};

static int take(void *data, const struct nlmsghdr *nlh)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	const struct flood_dump *d = data;
	const struct nlattr *tb[NDA_MAX + 1];
	struct nl_flood e = {.ifindex = d->ifindex};
	struct mac mac = {{1}};

	if (nlh->nlmsg_type != RTM_NEWNEIGH || nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(*ndm) ||
	    (uint32_t)ndm->ndm_ifindex != d->ifindex)
		return 0;
	nl_attr_table(nlh, sizeof(*ndm), tb, NDA_MAX);
	if (!nl_bytes(tb[NDA_LLADDR], &mac, sizeof(mac)) || !mac_is_zero(&mac) || !tb[NDA_DST])
		return 0;
	e.dst.len = (u8)mnl_attr_get_payload_len(tb[NDA_DST]);
	if ((e.dst.len != 4 && e.dst.len != 16) || !nl_bytes(tb[NDA_DST], e.dst.b, e.dst.len))
		return 0;
	e.src_vni = nl_u32(tb[NDA_SRC_VNI]);
	e.vni = nl_u32(tb[NDA_VNI]);
	d->fn(d->data, &e);
	return 0;
}

int nl_flood_dump(struct nl *nl, uint32_t ifindex, nl_flood_fn fn, void *data, struct nl_err *err)
{
	struct flood_dump d = {ifindex, fn, data};
	char buf[NL_REQUEST_LEN];
	int r, tries = 0;

	do
		r = nl_dump(nl, begin(buf, RTM_GETNEIGH, ifindex), take, &d, err);
	while (r == -EINTR && ++tries < DUMP_TRIES);
	return r;
}
