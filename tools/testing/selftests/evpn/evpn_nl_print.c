// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel says, in words. */
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/evpn.h>

#include "evpn_nl.h"

#define PAD 1 /* of every set that has one; of a set without, an attribute that is found before */
#define MAX_SUMS 16

static struct {
	const char *name;
	unsigned long long value;
} sums[MAX_SUMS];
static bool no_rows;

static unsigned long long number(struct nlattr *nla)
{
	return nla_len(nla) == 8 ? nla_get_u64(nla) : nla_get_u32(nla);
}

static void broken(const char *what)
{
	fprintf(stderr, "evpn_nl: %s: an attribute is missing\n", what);
	exit(3);
}

static void print_names(const char *const *names, uint32_t value, bool bits)
{
	const char *sep = "";

	for (uint32_t i = 0; names[i]; i++) {
		if (bits ? !(value & 1U << i) : value != i)
			continue;
		printf("%s%s", sep, names[i]);
		sep = ",";
	}
}

static void print_vlans(struct nlattr *nla)
{
	const uint8_t *map = nla_data(nla);
	int start = -1, n = nla_len(nla) * 8;
	const char *sep = "";

	for (int i = 0; i <= n; i++) {
		bool set = i < n && map[i / 8] & (1 << i % 8);

		if (set && start < 0)
			start = i;
		if (!set && start >= 0) {
			printf("%s%d", sep, start);
			if (i - 1 > start)
				printf("-%d", i - 1);
			sep = ",";
			start = -1;
		}
	}
}

static void print_octets(struct nlattr *nla)
{
	const uint8_t *b = nla_data(nla);

	for (int i = 0; i < nla_len(nla); i++)
		printf("%s%02x", i ? ":" : "", b[i]);
}

static void print_address(struct nlattr *nla)
{
	char text[INET6_ADDRSTRLEN];

	printf("%s", inet_ntop(nla_len(nla) == 4 ? AF_INET : AF_INET6, nla_data(nla), text,
			       sizeof(text)));
}

static void print_addresses(struct nlattr *nest)
{
	const char *sep = "";
	struct nlattr *nla;
	int rem;

	nla_for_each_nested(nla, nest, rem) {
		printf("%s", sep);
		print_address(nla);
		sep = ",";
	}
}

static void print_counter(struct nlattr *nla)
{
	struct nlattr *tb[EVPN_A_COUNTER_MAX + 1];
	uint32_t dir, reason;

	if (nla_parse_nested(tb, EVPN_A_COUNTER_MAX, nla, NULL) || !tb[EVPN_A_COUNTER_DIRECTION] ||
	    !tb[EVPN_A_COUNTER_REASON] || !tb[EVPN_A_COUNTER_PACKETS] || !tb[EVPN_A_COUNTER_BYTES])
		broken("counter");
	dir = nla_get_u32(tb[EVPN_A_COUNTER_DIRECTION]);
	reason = nla_get_u32(tb[EVPN_A_COUNTER_REASON]);
	printf(" %s.%s=%llu", dir == EVPN_DIRECTION_INGRESS ? "ingress" : "egress",
	       reason <= EVPN_DROP_REASON_MAX ? drop_reasons[reason] : "?",
	       number(tb[EVPN_A_COUNTER_PACKETS]));
}

static void print_member(struct nlattr *nla)
{
	static const char *const partners[] = {"unknown",  "expired", "deaf",  "out-of-sync",
					       "detached", "ready",   "active"};
	struct nlattr *tb[EVPN_A_MEMBER_MAX + 1];
	unsigned long long partner;

	if (nla_parse_nested(tb, EVPN_A_MEMBER_MAX, nla, NULL) || !tb[EVPN_A_MEMBER_IFNAME])
		broken("member");
	printf(" member=%s%s", nla_get_string(tb[EVPN_A_MEMBER_IFNAME]),
	       tb[EVPN_A_MEMBER_LACP_REWRITING] ? "/rewriting" : "");
	if (!tb[EVPN_A_MEMBER_PARTNER])
		return;
	partner = number(tb[EVPN_A_MEMBER_PARTNER]);
	printf(" partner.%s=%s", nla_get_string(tb[EVPN_A_MEMBER_IFNAME]),
	       partner <= EVPN_PARTNER_MAX ? partners[partner] : "?");
}

static void print_port(struct nlattr *nla)
{
	static const char *const states[] = {"unbound", "bound", "rejected"};
	struct nlattr *tb[EVPN_A_PORT_MAX + 1];
	const char *name;
	uint32_t state;

	if (nla_parse_nested(tb, EVPN_A_PORT_MAX, nla, NULL) || !tb[EVPN_A_PORT_IFNAME] ||
	    !tb[EVPN_A_PORT_STATE])
		broken("port");
	name = nla_get_string(tb[EVPN_A_PORT_IFNAME]);
	state = nla_get_u32(tb[EVPN_A_PORT_STATE]);
	printf(" port.%s=%s", name, state <= EVPN_ES_STATE_REJECTED ? states[state] : "?");
	if (tb[EVPN_A_PORT_IFINDEX])
		printf("/%u", nla_get_u32(tb[EVPN_A_PORT_IFINDEX]));
	if (tb[EVPN_A_PORT_WHY])
		printf(" why.%s=\"%s\"", name, nla_get_string(tb[EVPN_A_PORT_WHY]));
}

static void print_source(struct nlattr *nla)
{
	struct nlattr *tb[EVPN_A_MCAST_SOURCE_MAX + 1];

	if (nla_parse_nested(tb, EVPN_A_MCAST_SOURCE_MAX, nla, NULL) ||
	    !tb[EVPN_A_MCAST_SOURCE_ADDRESS])
		broken("source");
	printf(" source=");
	print_address(tb[EVPN_A_MCAST_SOURCE_ADDRESS]);
	printf("%s%s", tb[EVPN_A_MCAST_SOURCE_BLOCKED] ? "/blocked" : "",
	       tb[EVPN_A_MCAST_SOURCE_LEAVING] ? "/leaving" : "");
}

static void print_text(const char *text)
{
	printf(strchr(text, ' ') ? "\"%s\"" : "%s", text);
}

static void print_value(const struct attr *a, struct nlattr *nla)
{
	switch (a->kind) {
	case U32:
	case U64:
		printf("%llu", number(nla));
		break;
	case TEXT:
		print_text(nla_get_string(nla));
		break;
	case ENUM:
	case BITS:
		print_names(a->names, nla_get_u32(nla), a->kind == BITS);
		break;
	case ERRNO:
		printf("%s", strerrorname_np(nla_get_u32(nla)));
		break;
	case OCTETS:
		print_octets(nla);
		break;
	case ADDRESS:
		print_address(nla);
		break;
	case VLANS:
		print_vlans(nla);
		break;
	case ADDRESSES:
		print_addresses(nla);
		break;
	default:
		break;
	}
}

static void print_attr(const struct set *set, struct nlattr *nla)
{
	const struct attr *a = attr_by_type(set, nla_type(nla));

	if (!a) {
		if (nla_type(nla) != PAD)
			printf(" attribute-%d=?", nla_type(nla));
	} else if (a->kind == COUNTER) {
		print_counter(nla);
	} else if (a->kind == MEMBER) {
		print_member(nla);
	} else if (a->kind == PORT) {
		print_port(nla);
	} else if (a->kind == SOURCE) {
		print_source(nla);
	} else {
		printf(" %s=", a->name);
		print_value(a, nla);
	}
}

static void print_row(const struct verb *v, struct nlattr *row)
{
	struct nlattr *nla;
	int rem;

	if (no_rows)
		return;
	printf("%s", v->row->name);
	nla_for_each_nested(nla, row, rem)
		print_attr(v->row, nla);
	putchar('\n');
}

static void add_up(const struct attr *a, struct nlattr *nla)
{
	sums[a->type].name = a->name;
	sums[a->type].value += number(nla);
}

bool print_sums(void)
{
	const char *sep = "";

	for (size_t i = 0; i < MAX_SUMS; i++) {
		if (!sums[i].name)
			continue;
		printf("%s%s=%llu", sep, sums[i].name, sums[i].value);
		sep = " ";
	}
	return *sep;
}

void print_no_rows(void)
{
	no_rows = true;
}

static void print_rows(const struct verb *v, struct nlmsghdr *nlh)
{
	struct nlattr *nla;
	int rem;

	nlmsg_for_each_attr(nla, nlh, GENL_HDRLEN, rem) {
		const struct attr *a = attr_by_type(v->set, nla_type(nla));

		if (!a || a->type >= MAX_SUMS)
			printf("attribute-%d=?\n", nla_type(nla));
		else if (a->kind == ROW)
			print_row(v, nla);
		else
			add_up(a, nla);
	}
}

void print_object(struct nlmsghdr *nlh)
{
	struct genlmsghdr *gh = nlmsg_data(nlh);
	const struct verb *v = verb_by_cmd(gh->cmd);
	struct nlattr *nla;
	int rem;

	if (!v) {
		printf("command=%u\n", gh->cmd);
	} else if (v->row) {
		print_rows(v, nlh);
	} else {
		printf("%s", v->name);
		nlmsg_for_each_attr(nla, nlh, GENL_HDRLEN, rem)
			print_attr(v->set, nla);
		putchar('\n');
	}
	fflush(stdout);
}

/* The name of the attribute at @offset of the request: one of its own, or one in a row. */
static const char *name_at(const struct verb *v, const struct nlmsghdr *request, uint32_t offset)
{
	const char *at = (const char *)request + offset;
	const struct attr *a;
	struct nlattr *nla;
	int rem;

	nlmsg_for_each_attr(nla, (struct nlmsghdr *)request, GENL_HDRLEN, rem) {
		bool inside = at > (char *)nla && at < (char *)nla + nla->nla_len;

		if (at != (char *)nla && !(inside && v->row))
			continue;
		a = attr_by_type(inside ? v->row : v->set, nla_type((struct nlattr *)at));
		return a ? a->name : "?";
	}
	return "?";
}

int print_ack(struct nlmsghdr *nlh, const struct verb *v, const struct nlmsghdr *request)
{
	struct nlmsgerr *e = nlmsg_data(nlh);
	size_t skip = sizeof(*e);
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1] = {0};

	if (!e->error) {
		if (!v->row)
			printf("ok\n");
		fflush(stdout);
		return 0;
	}
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += e->msg.nlmsg_len - sizeof(struct nlmsghdr);
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		nla_parse(tb, NLMSGERR_ATTR_MAX, (struct nlattr *)((char *)e + NLMSG_ALIGN(skip)),
			  nlh->nlmsg_len - NLMSG_HDRLEN - NLMSG_ALIGN(skip), NULL);
	printf("error=%s", strerrorname_np(-e->error));
	if (tb[NLMSGERR_ATTR_MSG])
		printf(" message=\"%s\"", nla_get_string(tb[NLMSGERR_ATTR_MSG]));
	if (tb[NLMSGERR_ATTR_OFFS])
		printf(" attribute=%s", name_at(v, request, nla_get_u32(tb[NLMSGERR_ATTR_OFFS])));
	putchar('\n');
	fflush(stdout);
	return 2;
}
