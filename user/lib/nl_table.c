// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_table.c - RTM_GETNEIGH of all devices; RTM_NEWNEIGH, RTM_DELNEIGH and RTM_GETNEIGH of one entry.
 */
#include "nl_table.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

enum { DUMP_TRIES = 8 };

/* Of Linux 6.17; older headers do not have it. */
enum { EXT_VALIDATED = 1 << 2 };

struct table_dump {
	nl_table_fn fn;
	void *data;
};

static void read_address(const struct nlattr *a, struct ip_addr *ip)
{
	ip->len = a ? (u8)mnl_attr_get_payload_len(a) : 0;
	if ((ip->len != 4 && ip->len != 16) || !nl_bytes(a, ip->b, ip->len))
		*ip = (struct ip_addr){0};
}

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
	e.state = ndm->ndm_state;
	e.validated = nl_u32(tb[NDA_FLAGS_EXT]) & EXT_VALIDATED;
	e.tunnel = ndm->ndm_family == PF_BRIDGE && (tb[NDA_DST] || tb[NDA_NH_ID]);
	if (!nl_bytes(tb[NDA_LLADDR], &e.mac, sizeof(e.mac)))
		e.mac = (struct mac){{0}};
	read_address(tb[NDA_DST], ndm->ndm_family == PF_BRIDGE ? &e.dst : &e.address);
	e.group = nl_u32(tb[NDA_NH_ID]);
	e.src_vni = nl_u32(tb[NDA_SRC_VNI]);
	if (tb[NDA_VLAN] && !nl_bytes(tb[NDA_VLAN], &e.vlan, sizeof(e.vlan)))
		e.vlan = 0;
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

static struct nlmsghdr *begin(char *buf, uint16_t type, const struct nl_entry *e, int family,
			      struct ndmsg **ndm)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	*ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(**ndm));
	(*ndm)->ndm_family = (u8)family;
	(*ndm)->ndm_ifindex = (int)e->ifindex;
	(*ndm)->ndm_state = e->state;
	return nlh;
}

static int tunnel(struct nl *nl, uint16_t type, uint16_t flags, const struct nl_entry *e,
		  struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct ndmsg *ndm;
	struct nlmsghdr *nlh = begin(buf, type, e, PF_BRIDGE, &ndm);

	nlh->nlmsg_flags |= flags;
	ndm->ndm_flags = NTF_SELF | NTF_EXT_LEARNED;
	mnl_attr_put(nlh, NDA_LLADDR, sizeof(e->mac), &e->mac);
	if (e->src_vni)
		mnl_attr_put_u32(nlh, NDA_SRC_VNI, e->src_vni);
	if (type == RTM_NEWNEIGH && e->group)
		mnl_attr_put_u32(nlh, NDA_NH_ID, e->group);
	else if (type == RTM_NEWNEIGH)
		mnl_attr_put(nlh, NDA_DST, e->dst.len, e->dst.b);
	return nl_request(nl, nlh, NULL, NULL, err);
}

int nl_tunnel_add(struct nl *nl, const struct nl_entry *entry, bool replace, struct nl_err *err)
{
	struct nl_entry e = *entry;

	e.state = NUD_NOARP | NUD_REACHABLE;
	return tunnel(nl, RTM_NEWNEIGH, NLM_F_CREATE | (replace ? NLM_F_REPLACE : NLM_F_EXCL), &e,
		      err);
}

int nl_tunnel_del(struct nl *nl, const struct nl_entry *entry, struct nl_err *err)
{
	return tunnel(nl, RTM_DELNEIGH, 0, entry, err);
}

int nl_host_put(struct nl *nl, const struct nl_entry *e, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct ndmsg *ndm;
	struct nlmsghdr *nlh =
		begin(buf, RTM_NEWNEIGH, e, e->address.len == 4 ? AF_INET : AF_INET6, &ndm);

	nlh->nlmsg_flags |= NLM_F_CREATE | NLM_F_REPLACE;
	mnl_attr_put(nlh, NDA_DST, e->address.len, e->address.b);
	mnl_attr_put(nlh, NDA_LLADDR, sizeof(e->mac), &e->mac);
	if (e->validated)
		mnl_attr_put_u32(nlh, NDA_FLAGS_EXT, EXT_VALIDATED);
	return nl_request(nl, nlh, NULL, NULL, err);
}

static int use(struct nl *nl, const struct nl_entry *e, uint16_t flags, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct ndmsg *ndm;
	struct nlmsghdr *nlh =
		begin(buf, RTM_NEWNEIGH, e, e->address.len == 4 ? AF_INET : AF_INET6, &ndm);

	nlh->nlmsg_flags |= flags;
	ndm->ndm_flags = NTF_USE;
	mnl_attr_put(nlh, NDA_DST, e->address.len, e->address.b);
	return nl_request(nl, nlh, NULL, NULL, err);
}

/*
 * Of one that is there NTF_USE would take NUD_PERMANENT away. One that has failed stays, and is not asked again
 * before there is a packet for it: the kernel throws it away only when there are many.
 */
int nl_host_ask(struct nl *nl, const struct nl_entry *e, struct nl_err *err)
{
	int r = use(nl, e, NLM_F_CREATE | NLM_F_EXCL, err);
	struct nl_entry there;
	struct nl_err ignored;

	if (r != -EEXIST || nl_host_get(nl, e, &there, &ignored) ||
	    !(there.state == NUD_FAILED || there.state == NUD_NONE))
		return r;
	return use(nl, e, 0, err);
}

int nl_host_del(struct nl *nl, const struct nl_entry *e, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct ndmsg *ndm;
	struct nlmsghdr *nlh =
		begin(buf, RTM_DELNEIGH, e, e->address.len == 4 ? AF_INET : AF_INET6, &ndm);

	mnl_attr_put(nlh, NDA_DST, e->address.len, e->address.b);
	return nl_request(nl, nlh, NULL, NULL, err);
}

/* ---- one entry, read ---- */

static void keep(void *data, const struct nl_entry *entry)
{
	*(struct nl_entry *)data = *entry;
}

static int get(struct nl *nl, struct nlmsghdr *nlh, struct nl_entry *found, struct nl_err *err)
{
	struct table_dump d = {keep, found};
	int r;

	memset(found, 0, sizeof(*found));
	r = nl_request(nl, nlh, take, &d, err);
	return !r && !found->ifindex ? -ENOENT : r;
}

int nl_host_get(struct nl *nl, const struct nl_entry *e, struct nl_entry *found, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct ndmsg *ndm;
	struct nlmsghdr *nlh =
		begin(buf, RTM_GETNEIGH, e, e->address.len == 4 ? AF_INET : AF_INET6, &ndm);

	ndm->ndm_state = 0;
	mnl_attr_put(nlh, NDA_DST, e->address.len, e->address.b);
	return get(nl, nlh, found, err);
}

static struct nlmsghdr *begin_port(char *buf, uint16_t type, const struct nl_entry *e, u8 flags)
{
	struct ndmsg *ndm;
	struct nlmsghdr *nlh = begin(buf, type, e, PF_BRIDGE, &ndm);

	ndm->ndm_flags = flags;
	if (type == RTM_GETNEIGH)
		ndm->ndm_state = 0;
	mnl_attr_put(nlh, NDA_LLADDR, sizeof(e->mac), &e->mac);
	if (e->vlan)
		mnl_attr_put(nlh, NDA_VLAN, sizeof(e->vlan), &e->vlan);
	return nlh;
}

int nl_tunnel_get(struct nl *nl, const struct nl_entry *e, struct nl_entry *found,
		  struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];

	return get(nl, begin_port(buf, RTM_GETNEIGH, e, NTF_SELF), found, err);
}

int nl_port_get(struct nl *nl, const struct nl_entry *e, struct nl_entry *found, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];

	return get(nl, begin_port(buf, RTM_GETNEIGH, e, NTF_MASTER), found, err);
}

int nl_port_put(struct nl *nl, const struct nl_entry *entry, struct nl_err *err)
{
	struct nl_entry e = *entry;
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh;

	e.state = NUD_NOARP;
	nlh = begin_port(buf, RTM_NEWNEIGH, &e, NTF_MASTER | NTF_EXT_LEARNED);
	nlh->nlmsg_flags |= NLM_F_CREATE | NLM_F_REPLACE;
	return nl_request(nl, nlh, NULL, NULL, err);
}

int nl_port_del(struct nl *nl, const struct nl_entry *e, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];

	return nl_request(nl, begin_port(buf, RTM_DELNEIGH, e, NTF_MASTER), NULL, NULL, err);
}
