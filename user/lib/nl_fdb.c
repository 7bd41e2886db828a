// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_fdb.c - RTM_GETNEIGH and RTM_DELNEIGH of family PF_BRIDGE, of a bridge's own entries and of a VXLAN
 * device's.
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
	nl_tunnel_host_fn tunnel;
	void *data;
};

/* A device's own entry, a configured one, or one that an agent keeps, has not been learned. */
static bool is_learned(const struct ndmsg *ndm)
{
	return !(ndm->ndm_state & (NUD_PERMANENT | NUD_NOARP)) &&
	       !(ndm->ndm_flags & NTF_EXT_LEARNED);
}

static void take_tunnel(const struct fdb_dump *d, const struct nl_fdb *e,
			const struct nlattr *const *tb)
{
	struct nl_tunnel_host h = {.ifindex = e->ifindex, .mac = e->mac};

	h.dst.len = tb[NDA_DST] ? (u8)mnl_attr_get_payload_len(tb[NDA_DST]) : 0;
	if ((h.dst.len != 4 && h.dst.len != 16) || !nl_bytes(tb[NDA_DST], h.dst.b, h.dst.len))
		return;
	h.port = nl_u16(tb[NDA_PORT]);
	h.vni = nl_u32(tb[NDA_VNI]);
	h.dst_ifindex = nl_u32(tb[NDA_IFINDEX]);
	h.src_vni = nl_u32(tb[NDA_SRC_VNI]);
	d->tunnel(d->data, &h);
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
	if (!is_learned(ndm) || !nl_bytes(tb[NDA_LLADDR], &e.mac, sizeof(e.mac)) ||
	    mac_is_multicast(&e.mac) || mac_is_zero(&e.mac))
		return 0;
	if (tb[NDA_MASTER] && !(ndm->ndm_flags & NTF_SELF))
		d->fn(d->data, &e);
	else if (d->tunnel && ndm->ndm_flags & NTF_SELF)
		take_tunnel(d, &e, tb);
	return 0;
}

static int dump(struct nl *nl, uint32_t ifindex, struct fdb_dump *d, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	int r, tries = 0;

	do
		r = nl_dump(nl, begin(buf, RTM_GETNEIGH, ifindex), take, d, err);
	while (r == -EINTR && ++tries < DUMP_TRIES);
	return r;
}

int nl_fdb_dump(struct nl *nl, nl_fdb_fn fn, void *data, struct nl_err *err)
{
	struct fdb_dump d = {fn, NULL, data};

	return dump(nl, 0, &d, err);
}

int nl_fdb_port_dump(struct nl *nl, uint32_t ifindex, nl_fdb_fn port, nl_tunnel_host_fn tunnel,
		     void *data, struct nl_err *err)
{
	struct fdb_dump d = {port, tunnel, data};

	return dump(nl, ifindex, &d, err);
}

int nl_tunnel_host_del(struct nl *nl, const struct nl_tunnel_host *e, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh = begin(buf, RTM_DELNEIGH, e->ifindex);
	struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);

	ndm->ndm_flags = NTF_SELF;
	mnl_attr_put(nlh, NDA_LLADDR, sizeof(e->mac), &e->mac);
	mnl_attr_put(nlh, NDA_DST, e->dst.len, e->dst.b);
	if (e->port)
		mnl_attr_put_u16(nlh, NDA_PORT, e->port);
	if (e->vni)
		mnl_attr_put_u32(nlh, NDA_VNI, e->vni);
	if (e->dst_ifindex)
		mnl_attr_put_u32(nlh, NDA_IFINDEX, e->dst_ifindex);
	if (e->src_vni)
		mnl_attr_put_u32(nlh, NDA_SRC_VNI, e->src_vni);
	return nl_request(nl, nlh, NULL, NULL, err);
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
