// SPDX-License-Identifier: GPL-2.0
/*
 * nl_fdb.c - RTM_GETNEIGH and RTM_DELNEIGH of family PF_BRIDGE, of a bridge's own entries.
 */
#include "nl_fdb.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

enum { DUMP_TRIES = 8 };

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

struct fdb_dump {
	nl_fdb_fn fn;
	void *data;
};

/* A device's own entry, a configured one, or one that an agent keeps, has not been learned. */
static bool is_learned(const struct ndmsg *ndm, const struct nlattr *const *tb)
{
	return tb[NDA_MASTER] && !(ndm->ndm_state & (NUD_PERMANENT | NUD_NOARP)) &&
	       !(ndm->ndm_flags & (NTF_SELF | NTF_EXT_LEARNED));
}

static int take(void *data, const struct nlmsghdr *nlh)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[NDA_MAX + 1];
	const struct fdb_dump *d = data;
	struct nl_fdb e = {0};

	if (nlh->nlmsg_type != RTM_NEWNEIGH || nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(*ndm))
		return 0;
	nl_attr_table(nlh, sizeof(*ndm), tb, NDA_MAX);
	e.ifindex = (uint32_t)ndm->ndm_ifindex;
	e.vlan = nl_u16(tb[NDA_VLAN]);
	if (is_learned(ndm, tb) && nl_bytes(tb[NDA_LLADDR], &e.mac, sizeof(e.mac)) &&
	    !mac_is_multicast(&e.mac) && !mac_is_zero(&e.mac))
		d->fn(d->data, &e);
	return 0;
}

int nl_fdb_dump(struct nl *nl, nl_fdb_fn fn, void *data, struct nl_err *err)
{
	struct fdb_dump d = {fn, data};
	char buf[NL_REQUEST_LEN];
	int r, tries = 0;

	do
		r = nl_dump(nl, begin(buf, RTM_GETNEIGH, 0), take, &d, err);
	while (r == -EINTR && ++tries < DUMP_TRIES);
	return r;
}

int nl_fdb_del(struct nl *nl, const struct nl_fdb *e, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh = begin(buf, RTM_DELNEIGH, e->ifindex);
	struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);

	ndm->ndm_flags = NTF_MASTER;
	mnl_attr_put(nlh, NDA_LLADDR, sizeof(e->mac), &e->mac);
	if (e->vlan)
		mnl_attr_put_u16(nlh, NDA_VLAN, e->vlan);
	return nl_request(nl, nlh, NULL, NULL, err);
}
