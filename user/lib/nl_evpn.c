// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_evpn.c - the family "evpn" (Documentation/netlink/specs/evpn.yaml) over nl.c.
 */
#include "nl_evpn_priv.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>

static struct nlmsghdr *begin(char *buf, uint16_t family, uint8_t cmd, uint8_t version)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

struct nlmsghdr *nl_evpn_begin(char *buf, const struct nl_evpn *e, uint8_t cmd)
{
	return begin(buf, e->family, cmd, EVPN_FAMILY_VERSION);
}

static void take_group(struct nl_evpn *e, const struct nlattr *group)
{
	const struct nlattr *tb[CTRL_ATTR_MCAST_GRP_MAX + 1];
	char name[GENL_NAMSIZ];

	nl_attr_nested(group, tb, CTRL_ATTR_MCAST_GRP_MAX);
	nl_str(tb[CTRL_ATTR_MCAST_GRP_NAME], name, sizeof(name));
	if (!strcmp(name, EVPN_MCGRP_CONFIG))
		e->group_config = nl_u32(tb[CTRL_ATTR_MCAST_GRP_ID]);
	else if (!strcmp(name, EVPN_MCGRP_ALARM))
		e->group_alarm = nl_u32(tb[CTRL_ATTR_MCAST_GRP_ID]);
	else if (!strcmp(name, EVPN_MCGRP_NEIGH))
		e->group_neigh = nl_u32(tb[CTRL_ATTR_MCAST_GRP_ID]);
	else if (!strcmp(name, EVPN_MCGRP_MCAST))
		e->group_mcast = nl_u32(tb[CTRL_ATTR_MCAST_GRP_ID]);
}

static int take_family(void *data, const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[CTRL_ATTR_MAX + 1];
	const struct nlattr *group;
	struct nl_evpn *e = data;

	nl_attr_table(nlh, sizeof(struct genlmsghdr), tb, CTRL_ATTR_MAX);
	e->family = nl_u16(tb[CTRL_ATTR_FAMILY_ID]);
	e->version = nl_u32(tb[CTRL_ATTR_VERSION]);
	if (tb[CTRL_ATTR_MCAST_GROUPS])
		mnl_attr_for_each_nested(group, tb[CTRL_ATTR_MCAST_GROUPS])
			take_group(e, group);
	return 0;
}

int nl_evpn_open(struct nl_evpn *e, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh;
	int r;

	memset(e, 0, sizeof(*e));
	e->nl = nl_open(NETLINK_GENERIC);
	if (!e->nl)
		return nl_err_set(err, errno, "netlink socket: %s", strerror(errno));
	nlh = begin(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, EVPN_FAMILY_NAME);
	r = nl_request(e->nl, nlh, take_family, e, err);
	if (!r && !e->family)
		r = -ENOENT;
	if (r == -ENOENT)
		nl_err_set(err, ENOENT, "the kernel module evpn is not loaded: modprobe evpn");
	if (r)
		nl_evpn_close(e);
	return r;
}

void nl_evpn_close(struct nl_evpn *e)
{
	nl_close(e->nl);
	memset(e, 0, sizeof(*e));
}

static void put_peers(struct nlmsghdr *nlh, const struct nl_es_conf *conf)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, EVPN_A_ES_PEERS);
	unsigned int i;

	for (i = 0; i < conf->n_peers; i++)
		mnl_attr_put(nlh, EVPN_A_PEER_LIST_ADDRESS, conf->peers[i].len, conf->peers[i].b);
	mnl_attr_nest_end(nlh, nest);
}

static void put_devices(struct nlmsghdr *nlh, const struct nl_es_conf *conf)
{
	struct nlattr *nest;
	unsigned int i;

	if (!conf->n_ports)
		mnl_attr_put_strz(nlh, EVPN_A_ES_IFNAME, conf->ifname);
	for (i = 0; i < conf->n_ports; i++) {
		nest = mnl_attr_nest_start(nlh, EVPN_A_ES_PORT);
		mnl_attr_put_strz(nlh, EVPN_A_PORT_IFNAME, conf->ports[i]);
		mnl_attr_nest_end(nlh, nest);
	}
}

int nl_evpn_es_new(struct nl_evpn *e, const struct nl_es_conf *conf, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh = nl_evpn_begin(buf, e, EVPN_CMD_ES_NEW);

	mnl_attr_put(nlh, EVPN_A_ES_ESI, sizeof(conf->esi), &conf->esi);
	put_devices(nlh, conf);
	mnl_attr_put_u32(nlh, EVPN_A_ES_MODE, conf->mode);
	mnl_attr_put_u32(nlh, EVPN_A_ES_STANDBY, conf->standby);
	mnl_attr_put_u32(nlh, EVPN_A_ES_ROLE, conf->role);
	if (conf->vlan_map)
		mnl_attr_put(nlh, EVPN_A_ES_VLAN_DF, sizeof(conf->vlan_df), conf->vlan_df);
	mnl_attr_put_u32(nlh, EVPN_A_ES_OWNER_HOLD_TIME, conf->owner_hold_ms);
	mnl_attr_put_u32(nlh, EVPN_A_ES_LOSS_POLICY, conf->loss_policy);
	mnl_attr_put_u32(nlh, EVPN_A_ES_ALLOW, conf->allow);
	mnl_attr_put_u32(nlh, EVPN_A_ES_GENERATION, conf->generation);
	mnl_attr_put_u32(nlh, EVPN_A_ES_UNTAGGED_VID, conf->untagged_vid);
	mnl_attr_put_u32(nlh, EVPN_A_ES_UNKNOWN_UNICAST, conf->unknown_unicast);
	mnl_attr_put_u32(nlh, EVPN_A_ES_HOST_TIMEOUT, conf->host_timeout_ms);
	mnl_attr_put_u32(nlh, EVPN_A_ES_HOST_LIMIT, conf->host_limit);
	if (conf->has_peers)
		put_peers(nlh, conf);
	return nl_request(e->nl, nlh, NULL, NULL, err);
}

static int take_one_es(void *data, const struct nlmsghdr *nlh)
{
	nl_evpn_parse_es(nlh, data);
	return 0;
}

int nl_evpn_es_get(struct nl_evpn *e, const struct esi *esi, struct nl_es *es, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh = nl_evpn_begin(buf, e, EVPN_CMD_ES_GET);

	mnl_attr_put(nlh, EVPN_A_ES_ESI, sizeof(*esi), esi);
	return nl_request(e->nl, nlh, take_one_es, es, err);
}

int nl_evpn_es_del(struct nl_evpn *e, const struct esi *esi, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh = nl_evpn_begin(buf, e, EVPN_CMD_ES_DEL);

	mnl_attr_put(nlh, EVPN_A_ES_ESI, sizeof(*esi), esi);
	return nl_request(e->nl, nlh, NULL, NULL, err);
}

int nl_evpn_es_speak(struct nl_evpn *e, const struct esi *esi, const struct nl_host *list,
		     unsigned int n, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh = nl_evpn_begin(buf, e, EVPN_CMD_ES_SPEAK);
	struct nlattr *nest;
	unsigned int i;

	mnl_attr_put(nlh, EVPN_A_ES_ESI, sizeof(*esi), esi);
	for (i = 0; i < n; i++) {
		nest = mnl_attr_nest_start_check(nlh, sizeof(buf), EVPN_A_ES_HOST);
		if (!nest)
			return nl_err_set(err, EMSGSIZE, "%u hosts do not fit into a request", n);
		mnl_attr_put(nlh, EVPN_A_HOST_MAC, sizeof(list[i].mac), &list[i].mac);
		mnl_attr_put_u32(nlh, EVPN_A_HOST_VLAN, list[i].vlan);
		if (list[i].ifindex)
			mnl_attr_put_u32(nlh, EVPN_A_HOST_IFINDEX, list[i].ifindex);
		mnl_attr_nest_end(nlh, nest);
	}
	return nl_request(e->nl, nlh, NULL, NULL, err);
}

struct es_dump {
	nl_es_fn fn;
	void *data;
	struct nl_es es;
};

static int take_dumped_es(void *data, const struct nlmsghdr *nlh)
{
	struct es_dump *d = data;

	nl_evpn_parse_es(nlh, &d->es);
	d->fn(d->data, &d->es);
	return 0;
}

int nl_evpn_es_dump(struct nl_evpn *e, nl_es_fn fn, void *data, struct nl_err *err)
{
	struct es_dump d = {.fn = fn, .data = data};
	char buf[NL_REQUEST_LEN];
	int r, tries = 0;

	do
		r = nl_dump(e->nl, nl_evpn_begin(buf, e, EVPN_CMD_ES_GET), take_dumped_es, &d, err);
	while (r == -EINTR && ++tries < NL_EVPN_DUMP_TRIES);
	return r;
}

int nl_evpn_es_sweep(struct nl_evpn *e, uint32_t generation, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh = nl_evpn_begin(buf, e, EVPN_CMD_ES_SWEEP);

	mnl_attr_put_u32(nlh, EVPN_A_ES_GENERATION, generation);
	return nl_request(e->nl, nlh, NULL, NULL, err);
}

static int set_owner(struct nl_evpn *e, uint32_t generation, const char *program, bool replace,
		     struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];
	struct nlmsghdr *nlh = nl_evpn_begin(buf, e, EVPN_CMD_OWNER_SET);

	if (replace)
		mnl_attr_put(nlh, EVPN_A_OWNER_REPLACE, 0, NULL);
	mnl_attr_put_u32(nlh, EVPN_A_OWNER_GENERATION, generation);
	if (program)
		mnl_attr_put_strz(nlh, EVPN_A_OWNER_PROGRAM, program);
	return nl_request(e->nl, nlh, NULL, NULL, err);
}

/* A module that is older does not know the program's name, and refuses what it does not know. */
int nl_evpn_owner_set(struct nl_evpn *e, uint32_t generation, const char *program, bool replace,
		      struct nl_err *err)
{
	int r = set_owner(e, generation, program, replace, err);

	return r == -EINVAL && program ? set_owner(e, generation, NULL, replace, err) : r;
}

static int take_owner(void *data, const struct nlmsghdr *nlh)
{
	nl_evpn_parse_owner(nlh, data);
	return 0;
}

int nl_evpn_owner_get(struct nl_evpn *e, struct nl_owner *owner, struct nl_err *err)
{
	char buf[NL_REQUEST_LEN];

	return nl_request(e->nl, nl_evpn_begin(buf, e, EVPN_CMD_OWNER_GET), take_owner, owner, err);
}

uint8_t nl_evpn_cmd(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	return nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(*genl) ? 0 : genl->cmd;
}

static void take_member(struct nl_es *es, const struct nlattr *nest)
{
	const struct nlattr *tb[EVPN_A_MEMBER_MAX + 1];
	struct nl_es_member *m;

	if (es->n_members == NL_ES_MEMBERS_MAX)
		return;
	m = &es->members[es->n_members++];
	nl_attr_nested(nest, tb, EVPN_A_MEMBER_MAX);
	m->ifindex = nl_u32(tb[EVPN_A_MEMBER_IFINDEX]);
	nl_str(tb[EVPN_A_MEMBER_IFNAME], m->ifname, sizeof(m->ifname));
	m->lacp_rewriting = tb[EVPN_A_MEMBER_LACP_REWRITING];
	m->has_lacpdu_age = tb[EVPN_A_MEMBER_LACPDU_AGE];
	m->lacpdu_age_ms = nl_u32(tb[EVPN_A_MEMBER_LACPDU_AGE]);
	m->actor_state = nl_u32(tb[EVPN_A_MEMBER_ACTOR_STATE]);
	m->partner = nl_u32(tb[EVPN_A_MEMBER_PARTNER]);
	m->partner_age_ms = nl_u32(tb[EVPN_A_MEMBER_PARTNER_AGE]);
	m->partner_timeout_ms = nl_u32(tb[EVPN_A_MEMBER_PARTNER_TIMEOUT]);
	m->partner_state = nl_u32(tb[EVPN_A_MEMBER_PARTNER_STATE]);
	m->partner_priority = nl_u32(tb[EVPN_A_MEMBER_PARTNER_PRIORITY]);
	nl_bytes(tb[EVPN_A_MEMBER_PARTNER_SYSTEM], &m->partner_system, sizeof(m->partner_system));
	m->partner_key = nl_u32(tb[EVPN_A_MEMBER_PARTNER_KEY]);
	m->partner_port = nl_u32(tb[EVPN_A_MEMBER_PARTNER_PORT]);
}

static void take_port(struct nl_es *es, const struct nlattr *nest)
{
	const struct nlattr *tb[EVPN_A_PORT_MAX + 1];
	unsigned int i = es->conf.n_ports;

	if (i == EVPN_ES_PORTS_MAX)
		return;
	es->conf.n_ports++;
	nl_attr_nested(nest, tb, EVPN_A_PORT_MAX);
	nl_str(tb[EVPN_A_PORT_IFNAME], es->conf.ports[i], sizeof(es->conf.ports[i]));
	nl_str(tb[EVPN_A_PORT_DEVICE], es->ports[i].device, sizeof(es->ports[i].device));
	nl_str(tb[EVPN_A_PORT_WHY], es->ports[i].why, sizeof(es->ports[i].why));
	es->ports[i].ifindex = nl_u32(tb[EVPN_A_PORT_IFINDEX]);
	es->ports[i].state = nl_u32(tb[EVPN_A_PORT_STATE]);
}

static void take_peers(struct nl_es_conf *conf, const struct nlattr *nest)
{
	const struct nlattr *a;
	struct ip_addr *peer;
	uint16_t len;

	conf->has_peers = true;
	mnl_attr_for_each_nested(a, nest) {
		len = mnl_attr_get_payload_len(a);
		if (mnl_attr_get_type(a) != EVPN_A_PEER_LIST_ADDRESS ||
		    conf->n_peers == EVPN_PEERS_MAX || (len != 4 && len != 16))
			continue;
		peer = &conf->peers[conf->n_peers++];
		peer->len = (u8)len;
		memcpy(peer->b, mnl_attr_get_payload(a), len);
	}
}

void nl_evpn_parse_es(const struct nlmsghdr *nlh, struct nl_es *es)
{
	const struct nlattr *tb[EVPN_A_ES_MAX + 1];
	struct nl_es_conf *conf = &es->conf;
	const struct nlattr *a;

	memset(es, 0, sizeof(*es));
	nl_attr_table(nlh, sizeof(struct genlmsghdr), tb, EVPN_A_ES_MAX);
	nl_bytes(tb[EVPN_A_ES_ESI], &conf->esi, sizeof(conf->esi));
	nl_str(tb[EVPN_A_ES_IFNAME], conf->ifname, sizeof(conf->ifname));
	conf->mode = nl_u32(tb[EVPN_A_ES_MODE]);
	conf->standby = nl_u32(tb[EVPN_A_ES_STANDBY]);
	conf->role = nl_u32(tb[EVPN_A_ES_ROLE]);
	a = tb[EVPN_A_ES_VLAN_DF];
	conf->vlan_map =
		nl_bytes(a, conf->vlan_df, sizeof(conf->vlan_df)) && mnl_attr_get_payload_len(a);
	conf->owner_hold_ms = nl_u32(tb[EVPN_A_ES_OWNER_HOLD_TIME]);
	conf->loss_policy = nl_u32(tb[EVPN_A_ES_LOSS_POLICY]);
	conf->allow = nl_u32(tb[EVPN_A_ES_ALLOW]);
	conf->generation = nl_u32(tb[EVPN_A_ES_GENERATION]);
	conf->untagged_vid = nl_u32(tb[EVPN_A_ES_UNTAGGED_VID]);
	conf->unknown_unicast = nl_u32(tb[EVPN_A_ES_UNKNOWN_UNICAST]);
	conf->host_timeout_ms = nl_u32(tb[EVPN_A_ES_HOST_TIMEOUT]);
	conf->host_limit = nl_u32(tb[EVPN_A_ES_HOST_LIMIT]);
	if (tb[EVPN_A_ES_PEERS])
		take_peers(conf, tb[EVPN_A_ES_PEERS]);
	es->ifindex = nl_u32(tb[EVPN_A_ES_IFINDEX]);
	nl_str(tb[EVPN_A_ES_DEVICE], es->device, sizeof(es->device));
	es->state = nl_u32(tb[EVPN_A_ES_STATE]);
	nl_str(tb[EVPN_A_ES_WHY], es->why, sizeof(es->why));
	es->oper = nl_u32(tb[EVPN_A_ES_OPER]);
	es->hold_remaining_ms = nl_u32(tb[EVPN_A_ES_HOLD_REMAINING]);
	es->changed_ns = nl_u64(tb[EVPN_A_ES_CHANGED]);
	es->transitions = nl_u32(tb[EVPN_A_ES_TRANSITIONS]);
	es->incarnation = nl_u32(tb[EVPN_A_ES_INCARNATION]);
	es->hosts = nl_u32(tb[EVPN_A_ES_HOSTS]);
	es->hosts_forgotten = nl_u64(tb[EVPN_A_ES_HOSTS_FORGOTTEN]);
	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(a) == EVPN_A_ES_MEMBER)
			take_member(es, a);
		else if (mnl_attr_get_type(a) == EVPN_A_ES_PORT)
			take_port(es, a);
}

void nl_evpn_parse_owner(const struct nlmsghdr *nlh, struct nl_owner *owner)
{
	const struct nlattr *tb[EVPN_A_OWNER_MAX + 1];

	nl_attr_table(nlh, sizeof(struct genlmsghdr), tb, EVPN_A_OWNER_MAX);
	*owner = (struct nl_owner){
		.state = nl_u32(tb[EVPN_A_OWNER_STATE]),
		.portid = nl_u32(tb[EVPN_A_OWNER_PORTID]),
		.pid = nl_u32(tb[EVPN_A_OWNER_PID]),
		.generation = nl_u32(tb[EVPN_A_OWNER_GENERATION]),
		.since_ns = nl_u64(tb[EVPN_A_OWNER_SINCE]),
		.holding = nl_u32(tb[EVPN_A_OWNER_HOLDING]),
		.hold_remaining_ms = nl_u32(tb[EVPN_A_OWNER_HOLD_REMAINING]),
		.failed = nl_u32(tb[EVPN_A_OWNER_FAILED]),
	};
	nl_str(tb[EVPN_A_OWNER_PROGRAM], owner->program, sizeof(owner->program));
}

bool nl_genl_is_newfamily(const struct nlmsghdr *nlh, const char *name)
{
	const struct nlattr *tb[CTRL_ATTR_MAX + 1];
	char found[GENL_NAMSIZ];

	if (nlh->nlmsg_type != GENL_ID_CTRL || nl_evpn_cmd(nlh) != CTRL_CMD_NEWFAMILY)
		return false;
	nl_attr_table(nlh, sizeof(struct genlmsghdr), tb, CTRL_ATTR_MAX);
	nl_str(tb[CTRL_ATTR_FAMILY_NAME], found, sizeof(found));
	return !strcmp(found, name);
}

bool nl_genl_is_delfamily(const struct nlmsghdr *nlh, uint16_t family)
{
	const struct nlattr *tb[CTRL_ATTR_MAX + 1];

	if (nlh->nlmsg_type != GENL_ID_CTRL || nl_evpn_cmd(nlh) != CTRL_CMD_DELFAMILY)
		return false;
	nl_attr_table(nlh, sizeof(struct genlmsghdr), tb, CTRL_ATTR_MAX);
	return nl_u16(tb[CTRL_ATTR_FAMILY_ID]) == family;
}

uint32_t nl_genl_ctrl_group(void)
{
	return GENL_ID_CTRL; /* static in the kernel since groups have numbers */
}
