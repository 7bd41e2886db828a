// SPDX-License-Identifier: GPL-2.0
/*
 * Speaks the module's requests about neighbours for the tests, through libnl: a second reader and
 * writer beside the daemon's.
 *
 *   neigh_nl new KEY=VALUE...        one wish, or count=N of them with consecutive addresses
 *   neigh_nl del KEY=VALUE...        the same, taken back; retain=MS
 *   neigh_nl get addr=A ...          one neighbour
 *   neigh_nl dump [esi= tag= state=] all, or those
 *   neigh_nl sweep gen=N [retain=MS]
 *   neigh_nl stats
 *   neigh_nl monitor SECONDS         notifications
 *   neigh_nl rtnl dev=IFINDEX ...    the same entries by rtnetlink, batch messages in one sendmsg():
 *                                    what can be done without the module, for comparison; with
 *                                    flags=sticky not as externally learned
 *
 * Keys: esi tag addr mac vrf flags proto gen origin state retain; count and batch (entries in one
 * message, 1000). With count the answer's sums and the time are printed, and entries only with
 * list=1.
 *
 * Standards: generic netlink, NLM_F_DUMP_INTR, NETLINK_EXT_ACK.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/evpn.h>

static const char *const states[] = {"gone", "local", "synced", "pending", "refused", "retained"};
static const char *const events[] = {"learned", "confirmed", "moved", "lost", "wish", "expired"};
static const char *const flag_names[] = {"router", "sticky"};

struct request {
	uint8_t esi[EVPN_ESI_LEN], addr[16], mac[6];
	int family;
	bool has_esi, has_tag, has_mac, has_vrf, has_flags, has_proto, has_gen, has_origin,
		has_state, has_retain, list;
	uint32_t tag, vrf, flags, proto, gen, origin, state, retain, count, batch, dev;
};

static struct nl_sock *sock;
static int family;
static uint32_t sums[3], interrupted;
static bool quiet;
static int status;

static void die(const char *what, int nlerr)
{
	fprintf(stderr, "neigh_nl: %s: %s\n", what, nl_geterror(nlerr));
	exit(3);
}

static size_t hex(const char *s, uint8_t *out, size_t max)
{
	unsigned int byte;
	size_t n = 0;

	for (; n < max && sscanf(s, "%2x", &byte) == 1; s += 3) {
		out[n++] = byte;
		if (strlen(s) < 3)
			break;
	}
	return n;
}

static uint32_t name_of(const char *const *names, size_t n, const char *value)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i], value))
			return i;
	fprintf(stderr, "neigh_nl: '%s': no such value\n", value);
	exit(3);
}

static void parse_word(struct request *r, char *word)
{
	char *v = strchr(word, '=');

	if (!v) {
		fprintf(stderr, "neigh_nl: '%s' is not KEY=VALUE\n", word);
		exit(3);
	}
	*v++ = '\0';
	if (!strcmp(word, "esi")) {
		r->has_esi = hex(v, r->esi, sizeof(r->esi)) == sizeof(r->esi);
	} else if (!strcmp(word, "addr")) {
		r->family = inet_pton(AF_INET, v, r->addr) == 1	 ? 4 :
			    inet_pton(AF_INET6, v, r->addr) == 1 ? 16 :
								   atoi(v);
	} else if (!strcmp(word, "mac")) {
		r->has_mac = hex(v, r->mac, 6) == 6;
	} else if (!strcmp(word, "state")) {
		r->has_state = true;
		r->state = name_of(states, 6, v);
	} else if (!strcmp(word, "flags")) {
		r->has_flags = true;
		r->flags = 1U << name_of(flag_names, 2, v);
#define NUMBER(key)                   \
	}                             \
	else if (!strcmp(word, #key)) \
	{                             \
		r->has_##key = true;  \
		r->key = strtoul(v, NULL, 0)
		NUMBER(tag);
		NUMBER(vrf);
		NUMBER(proto);
		NUMBER(gen);
		NUMBER(origin);
		NUMBER(retain);
	} else if (!strcmp(word, "count")) {
		r->count = strtoul(v, NULL, 0);
	} else if (!strcmp(word, "batch")) {
		r->batch = strtoul(v, NULL, 0);
	} else if (!strcmp(word, "dev")) {
		r->dev = strtoul(v, NULL, 0);
	} else if (!strcmp(word, "list")) {
		r->list = true;
	} else {
		fprintf(stderr, "neigh_nl: '%s': no such key\n", word);
		exit(3);
	}
}

/* --- what the kernel says ------------------------------------------------------------------- */

static void print_hex(const char *name, struct nlattr *nla)
{
	const uint8_t *b = nla_data(nla);

	printf(" %s=", name);
	for (int i = 0; i < nla_len(nla); i++)
		printf("%s%02x", i ? ":" : "", b[i]);
}

static void print_bits(const char *name, const char *const *names, size_t n, uint32_t bits)
{
	const char *sep = "";

	printf(" %s=", name);
	for (size_t i = 0; i < n; i++) {
		if (!(bits & 1U << i))
			continue;
		printf("%s%s", sep, names[i]);
		sep = ",";
	}
}

static void print_entry_attr(struct nlattr *nla)
{
	char buf[INET6_ADDRSTRLEN];
	uint32_t u;

	switch (nla_type(nla)) {
	case EVPN_A_NEIGH_ENTRY_ESI:
		print_hex("esi", nla);
		return;
	case EVPN_A_NEIGH_ENTRY_LLADDR:
		print_hex("mac", nla);
		return;
	case EVPN_A_NEIGH_ENTRY_WISH_LLADDR:
		print_hex("wish", nla);
		return;
	case EVPN_A_NEIGH_ENTRY_WHY:
		printf(" why=\"%s\"", nla_get_string(nla));
		return;
	case EVPN_A_NEIGH_ENTRY_ADDRESS:
		printf(" addr=%s", inet_ntop(nla_len(nla) == 4 ? AF_INET : AF_INET6, nla_data(nla),
					     buf, sizeof(buf)));
		return;
	case EVPN_A_NEIGH_ENTRY_SINCE:
		printf(" since=%llu", (unsigned long long)nla_get_u64(nla));
		return;
	case EVPN_A_NEIGH_ENTRY_PAD:
		return;
	}
	u = nla_get_u32(nla);
	switch (nla_type(nla)) {
	case EVPN_A_NEIGH_ENTRY_TAG:
		printf(" tag=%u", u);
		break;
	case EVPN_A_NEIGH_ENTRY_VRF:
		printf(" vrf=%u", u);
		break;
	case EVPN_A_NEIGH_ENTRY_FLAGS:
		print_bits("flags", flag_names, 2, u);
		break;
	case EVPN_A_NEIGH_ENTRY_PROTOCOL:
		printf(" proto=%u", u);
		break;
	case EVPN_A_NEIGH_ENTRY_GENERATION:
		printf(" gen=%u", u);
		break;
	case EVPN_A_NEIGH_ENTRY_ORIGIN:
		printf(" origin=%u", u);
		break;
	case EVPN_A_NEIGH_ENTRY_STATE:
		printf(" state=%s", u < 6 ? states[u] : "?");
		break;
	case EVPN_A_NEIGH_ENTRY_EVENT:
		print_bits("event", events, 6, u);
		break;
	case EVPN_A_NEIGH_ENTRY_IFINDEX:
		printf(" ifindex=%u", u);
		break;
	case EVPN_A_NEIGH_ENTRY_ERROR:
		printf(" error=%s", strerrorname_np(u));
		break;
	case EVPN_A_NEIGH_ENTRY_PROBES:
		printf(" probes=%u", u);
		break;
	case EVPN_A_NEIGH_ENTRY_RETAIN_REMAINING:
		printf(" retain=%u", u);
		break;
	case EVPN_A_NEIGH_ENTRY_INDEX:
		printf(" index=%u", u);
		break;
	default:
		printf(" attribute-%d=?", nla_type(nla));
	}
}

static void print_entry(struct nlattr *entry)
{
	struct nlattr *nla;
	int rem;

	printf("entry");
	nla_for_each_nested(nla, entry, rem)
		print_entry_attr(nla);
	putchar('\n');
}

static void print_stats(struct nlmsghdr *nlh)
{
	static const char *const names[] = {NULL,	 NULL,	       "local",	    "synced",
					    "pending",	 "refused",    "retained",  "events",
					    "coalesced", "overruns",   "installed", "removed",
					    "conflicts", "table-full", "probes",    "notified"};
	struct nlattr *nla;
	int rem;

	printf("stats");
	nlmsg_for_each_attr(nla, nlh, GENL_HDRLEN, rem)
	{
		int type = nla_type(nla);

		if (type == EVPN_A_NEIGH_STATS_PAD)
			continue;
		printf(" %s=%llu", names[type],
		       nla_len(nla) == 4 ? nla_get_u32(nla) : (unsigned long long)nla_get_u64(nla));
	}
	putchar('\n');
}

static void print_message(struct nlmsghdr *nlh)
{
	struct genlmsghdr *gh = nlmsg_data(nlh);
	struct nlattr *nla;
	int rem;

	if (gh->cmd == EVPN_CMD_NEIGH_STATS_GET) {
		print_stats(nlh);
		return;
	}
	nlmsg_for_each_attr(nla, nlh, GENL_HDRLEN, rem)
	{
		switch (nla_type(nla)) {
		case EVPN_A_NEIGH_ENTRY:
			if (!quiet)
				print_entry(nla);
			break;
		case EVPN_A_NEIGH_ACCEPTED:
			sums[0] += nla_get_u32(nla);
			break;
		case EVPN_A_NEIGH_PENDING:
			sums[1] += nla_get_u32(nla);
			break;
		case EVPN_A_NEIGH_REFUSED:
			sums[2] += nla_get_u32(nla);
			break;
		}
	}
	fflush(stdout);
}

static void print_ack(struct nlmsghdr *nlh)
{
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1] = {0};
	struct nlmsgerr *e = nlmsg_data(nlh);
	size_t skip = sizeof(*e);

	if (!e->error)
		return;
	status = 2;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += e->msg.nlmsg_len - sizeof(struct nlmsghdr);
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		nla_parse(tb, NLMSGERR_ATTR_MAX, (struct nlattr *)((char *)e + NLMSG_ALIGN(skip)),
			  nlh->nlmsg_len - NLMSG_HDRLEN - NLMSG_ALIGN(skip), NULL);
	printf("error=%s", strerrorname_np(-e->error));
	if (tb[NLMSGERR_ATTR_MSG])
		printf(" message=\"%s\"", nla_get_string(tb[NLMSGERR_ATTR_MSG]));
	printf(" offset=%u\n", tb[NLMSGERR_ATTR_OFFS] ? nla_get_u32(tb[NLMSGERR_ATTR_OFFS]) : 0);
}

/* Everything in one datagram. True at the end of an answer. */
static bool read_datagram(void)
{
	struct sockaddr_nl from;
	unsigned char *buf = NULL;
	struct nlmsghdr *nlh;
	bool end = false;
	int len;

	len = nl_recv(sock, &from, &buf, NULL);
	if (len == -NLE_NOMEM) {
		printf("overrun\n");
		return false;
	}
	if (len < 0)
		die("receive", len);
	for (nlh = (struct nlmsghdr *)buf; nlmsg_ok(nlh, len); nlh = nlmsg_next(nlh, &len)) {
		interrupted += !!(nlh->nlmsg_flags & NLM_F_DUMP_INTR);
		if (nlh->nlmsg_type == NLMSG_ERROR) {
			print_ack(nlh);
			end = true;
		} else if (nlh->nlmsg_type == NLMSG_DONE) {
			end = true;
		} else {
			print_message(nlh);
		}
	}
	free(buf);
	return end;
}

/* --- requests ------------------------------------------------------------------------------- */

static void put_entry(struct nl_msg *msg, const struct request *r)
{
	struct nlattr *nest = nla_nest_start(msg, EVPN_A_NEIGH_ENTRY | NLA_F_NESTED);
	bool bad = !nest;

	if (r->has_esi)
		bad |= nla_put(msg, EVPN_A_NEIGH_ENTRY_ESI, EVPN_ESI_LEN, r->esi) < 0;
	if (r->family)
		bad |= nla_put(msg, EVPN_A_NEIGH_ENTRY_ADDRESS, r->family, r->addr) < 0;
	if (r->has_mac)
		bad |= nla_put(msg, EVPN_A_NEIGH_ENTRY_LLADDR, 6, r->mac) < 0;
#define PUT(key, type)    \
	if (r->has_##key) \
	bad |= nla_put_u32(msg, EVPN_A_NEIGH_ENTRY_##type, r->key) < 0
	PUT(tag, TAG);
	PUT(vrf, VRF);
	PUT(flags, FLAGS);
	PUT(proto, PROTOCOL);
	PUT(gen, GENERATION);
	PUT(origin, ORIGIN);
	PUT(state, STATE);
	if (bad)
		die("a message of this size", -NLE_MSGSIZE);
	nla_nest_end(msg, nest);
}

static struct nl_msg *begin(int cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(512 * 1024);

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, NLM_F_REQUEST | flags,
				 cmd, EVPN_FAMILY_VERSION))
		die("message", -NLE_NOMEM);
	return msg;
}

static void transact(struct nl_msg *msg)
{
	int err = nl_send_auto(sock, msg);

	if (err < 0)
		die("send", err);
	nlmsg_free(msg);
	while (!read_datagram())
		;
}

static void increment(uint8_t *p, int len)
{
	while (len-- && !++p[len])
		;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void batches(struct request *r, int cmd)
{
	double start = now();
	uint32_t left = r->count;

	quiet = r->count > 1 && !r->list;
	while (left) {
		struct nl_msg *msg = begin(cmd, NLM_F_ACK);

		if (r->has_retain && cmd == EVPN_CMD_NEIGH_DEL)
			nla_put_u32(msg, EVPN_A_NEIGH_RETAIN, r->retain);
		for (uint32_t i = 0; i < r->batch && left; i++, left--) {
			put_entry(msg, r);
			increment(r->addr, r->family);
			increment(r->mac, 6);
		}
		transact(msg);
	}
	if (cmd == EVPN_CMD_NEIGH_NEW && !status)
		printf("accepted=%u pending=%u refused=%u", sums[0], sums[1], sums[2]);
	if (r->count > 1)
		printf(" ms=%.0f", (now() - start) * 1000);
	if (!status)
		putchar('\n');
}

/* One RTM_NEWNEIGH, as `ip neigh replace A lladdr M nud stale extern_learn proto zebra` sends it. */
static size_t put_rtnl(uint8_t *p, const struct request *r, bool ack)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)p;
	struct ndmsg *ndm = nlmsg_data(nlh);
	struct nlattr *a = (struct nlattr *)(ndm + 1);
	uint8_t proto = RTPROT_ZEBRA;

	memset(p, 0, 128);
	*ndm = (struct ndmsg){.ndm_family = r->family == 4 ? AF_INET : AF_INET6,
			      .ndm_ifindex = r->dev,
			      .ndm_state = NUD_STALE,
			      .ndm_flags = r->has_flags ? 0 : NTF_EXT_LEARNED};
#define ATTR(type, data, len)                           \
	*a = (struct nlattr){NLA_HDRLEN + (len), type}; \
	memcpy(nla_data(a), data, len);                 \
	a = (struct nlattr *)((uint8_t *)a + NLA_ALIGN(a->nla_len))
	ATTR(NDA_DST, r->addr, r->family);
	ATTR(NDA_LLADDR, r->mac, 6);
	ATTR(NDA_PROTOCOL, &proto, 1);
	*nlh = (struct nlmsghdr){
		(uint8_t *)a - p, RTM_NEWNEIGH,
		NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE | (ack ? NLM_F_ACK : 0), 0, 0};
	return nlh->nlmsg_len;
}

static void rtnl(struct request *r)
{
	struct nl_sock *rt = nl_socket_alloc();
	uint8_t *buf = malloc(r->batch * 128);
	double start = now();
	uint32_t left = r->count;

	if (nl_connect(rt, NETLINK_ROUTE))
		die("rtnetlink", -NLE_FAILURE);
	nl_socket_set_buffer_size(rt, 4 << 20, 4 << 20);
	nl_socket_disable_seq_check(rt);
	while (left) {
		size_t len = 0;

		for (uint32_t i = 0; i < r->batch && left; i++, left--) {
			len += put_rtnl(buf + len, r, i + 1 == r->batch || left == 1);
			increment(r->addr, r->family);
			increment(r->mac, 6);
		}
		if (nl_sendto(rt, buf, len) < 0 || nl_wait_for_ack(rt))
			die("rtnetlink", -NLE_FAILURE);
	}
	printf("ms=%.0f\n", (now() - start) * 1000);
	free(buf);
}

static void monitor(int seconds)
{
	struct pollfd p = {.fd = nl_socket_get_fd(sock), .events = POLLIN};
	double end = now() + seconds;
	int group = genl_ctrl_resolve_grp(sock, EVPN_FAMILY_NAME, EVPN_MCGRP_NEIGH);

	if (group < 0 || nl_socket_add_membership(sock, group))
		die("group", group);
	puts("ready");
	fflush(stdout);
	while (now() < end)
		if (poll(&p, 1, (end - now()) * 1000 + 1) == 1)
			read_datagram();
}

static void single(int cmd, const struct request *r, bool dump)
{
	struct nl_msg *msg = begin(cmd, dump ? NLM_F_DUMP : NLM_F_ACK);

	if (cmd == EVPN_CMD_NEIGH_SWEEP) {
		if (r->has_gen)
			nla_put_u32(msg, EVPN_A_NEIGH_GENERATION, r->gen);
		if (r->has_retain)
			nla_put_u32(msg, EVPN_A_NEIGH_RETAIN, r->retain);
	} else if (cmd == EVPN_CMD_NEIGH_GET && (!dump || r->has_esi || r->has_state)) {
		put_entry(msg, r);
	}
	transact(msg);
	/* The message of an answer comes before its acknowledgement. */
	if (interrupted)
		printf("interrupted=%u\n", interrupted);
}

int main(int argc, char **argv)
{
	struct request r = {.count = 1, .batch = 1000};
	const char *verb = argc > 1 ? argv[1] : "";
	int err, on = 1;

	sock = nl_socket_alloc();
	err = genl_connect(sock);
	if (err)
		die("connect", err);
	nl_socket_set_buffer_size(sock, 4 << 20, 4 << 20);
	nl_socket_set_msg_buf_size(sock, 256 * 1024);
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	family = genl_ctrl_resolve(sock, EVPN_FAMILY_NAME);
	if (family < 0)
		die("family evpn", family);
	if (!strcmp(verb, "monitor")) {
		monitor(argc > 2 ? atoi(argv[2]) : 5);
		return 0;
	}
	for (int i = 2; i < argc; i++)
		parse_word(&r, argv[i]);
	if (!strcmp(verb, "rtnl"))
		rtnl(&r);
	else if (!strcmp(verb, "new"))
		batches(&r, EVPN_CMD_NEIGH_NEW);
	else if (!strcmp(verb, "del"))
		batches(&r, EVPN_CMD_NEIGH_DEL);
	else if (!strcmp(verb, "get"))
		single(EVPN_CMD_NEIGH_GET, &r, false);
	else if (!strcmp(verb, "dump"))
		single(EVPN_CMD_NEIGH_GET, &r, true);
	else if (!strcmp(verb, "sweep"))
		single(EVPN_CMD_NEIGH_SWEEP, &r, false);
	else if (!strcmp(verb, "stats"))
		single(EVPN_CMD_NEIGH_STATS_GET, &r, false);
	else
		return 3;
	return status;
}
