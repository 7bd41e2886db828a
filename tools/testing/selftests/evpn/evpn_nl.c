// SPDX-License-Identifier: GPL-2.0
/*
 * Speaks the module's generic-netlink family for the tests, through libnl: a second reader and
 * writer, that shares no line with the daemon's. It says what the kernel said, with the errno, the
 * sentence and the attribute to blame, and can say things nobody should say.
 *
 *   evpn_nl [-b] [VERB [KEY=VALUE]...]     one request; without VERB, requests from standard input
 *
 * From standard input every line is a request on one and the same socket, which stays open until
 * the end of the input: so that owner-set lasts. With -b all of them leave in one sendmsg(). The
 * word "dump" makes a request with keys a dump.
 *
 * Standards: generic netlink, NLM_F_DUMP_INTR, NETLINK_EXT_ACK.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/evpn.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MAX_WORDS 32
#define MAX_BATCH 4096

enum kind { U32, U64, TEXT, ESI, VLANS, FLAG, ENUM, BITS, MEMBER, COUNTER, PEERS };

struct attr {
	int type;
	const char *name;
	enum kind kind;
	const char *const *names; /* of ENUM and BITS, by value or by bit */
};

static const char *const modes[] = {"all-active", "single-active", "port-active", NULL};
static const char *const standbys[] = {"block", "lacp-oos", "down", NULL};
static const char *const roles[] = {"non-df", "df", "draining", NULL};
static const char *const losses[] = {"hold", "block", NULL};
static const char *const states[] = {"unbound", "bound", "rejected", NULL};
static const char *const opers[] = {"blocked",	    "lacp-oos",	    "dormant",
				    "hold-running", "fail-applied", NULL};
static const char *const allows[] = {"lldp", "eapol", "cfm", NULL};
static const char *const owners[] = {"none", "present", "lost", NULL};
static const char *const reasons[] = {"standby",   "standby-member", "vlan-standby",  "owner-lost",
				      "malformed", "non-df",	     "split-horizon", NULL};
static const char *const unicasts[] = {"filter", "pass", NULL};

static const struct attr es_attrs[] = {
	{EVPN_A_ES_ESI, "esi", ESI, NULL},
	{EVPN_A_ES_IFNAME, "ifname", TEXT, NULL},
	{EVPN_A_ES_IFINDEX, "ifindex", U32, NULL},
	{EVPN_A_ES_DEVICE, "device", TEXT, NULL},
	{EVPN_A_ES_MODE, "mode", ENUM, modes},
	{EVPN_A_ES_STANDBY, "standby", ENUM, standbys},
	{EVPN_A_ES_ROLE, "role", ENUM, roles},
	{EVPN_A_ES_VLAN_DF, "vlan-df", VLANS, NULL},
	{EVPN_A_ES_OWNER_HOLD_TIME, "hold", U32, NULL},
	{EVPN_A_ES_LOSS_POLICY, "loss", ENUM, losses},
	{EVPN_A_ES_ALLOW, "allow", BITS, allows},
	{EVPN_A_ES_GENERATION, "generation", U32, NULL},
	{EVPN_A_ES_EXCLUSIVE, "exclusive", FLAG, NULL},
	{EVPN_A_ES_STATE, "state", ENUM, states},
	{EVPN_A_ES_WHY, "why", TEXT, NULL},
	{EVPN_A_ES_OPER, "oper", BITS, opers},
	{EVPN_A_ES_HOLD_REMAINING, "hold-remaining", U32, NULL},
	{EVPN_A_ES_CHANGED, "changed", U64, NULL},
	{EVPN_A_ES_TRANSITIONS, "transitions", U32, NULL},
	{EVPN_A_ES_MEMBER, "member", MEMBER, NULL},
	{EVPN_A_ES_UNTAGGED_VID, "untagged-vid", U32, NULL},
	{EVPN_A_ES_UNKNOWN_UNICAST, "unknown-unicast", ENUM, unicasts},
	{EVPN_A_ES_PEERS, "peers", PEERS, NULL},
};

static const struct attr core_attrs[] = {
	{EVPN_A_CORE_MARK_MASK, "mark-mask", U32, NULL},
	{EVPN_A_CORE_PORT, "port", U32, NULL},
	{EVPN_A_CORE_PEERS_USED, "peers-used", U32, NULL},
	{EVPN_A_CORE_MARKED, "marked", U64, NULL},
};

static const struct attr vlan_stats_attrs[] = {
	{EVPN_A_VLAN_STATS_ESI, "esi", ESI, NULL},
	{EVPN_A_VLAN_STATS_VLAN, "vlan", U32, NULL},
	{EVPN_A_VLAN_STATS_COUNTER, "drop", COUNTER, NULL},
};

static const struct attr stats_attrs[] = {
	{EVPN_A_STATS_ESI, "esi", ESI, NULL},
	{EVPN_A_STATS_COUNTER, "drop", COUNTER, NULL},
	{EVPN_A_STATS_ALLOWED_INGRESS, "allowed-ingress", U64, NULL},
	{EVPN_A_STATS_ALLOWED_EGRESS, "allowed-egress", U64, NULL},
	{EVPN_A_STATS_LACP_REWRITTEN, "lacp-rewritten", U64, NULL},
	{EVPN_A_STATS_LACP_ECHO, "lacp-echo", U64, NULL},
	{EVPN_A_STATS_LACP_SENT, "lacp-sent", U64, NULL},
	{EVPN_A_STATS_LACP_STALE, "lacp-stale", U64, NULL},
	{EVPN_A_STATS_RESET, "reset", FLAG, NULL},
};

static const struct attr owner_attrs[] = {
	{EVPN_A_OWNER_STATE, "state", ENUM, owners},
	{EVPN_A_OWNER_PORTID, "portid", U32, NULL},
	{EVPN_A_OWNER_PID, "pid", U32, NULL},
	{EVPN_A_OWNER_GENERATION, "generation", U32, NULL},
	{EVPN_A_OWNER_REPLACE, "replace", FLAG, NULL},
	{EVPN_A_OWNER_SINCE, "since", U64, NULL},
	{EVPN_A_OWNER_HOLDING, "holding", U32, NULL},
	{EVPN_A_OWNER_HOLD_REMAINING, "hold-remaining", U32, NULL},
	{EVPN_A_OWNER_FAILED, "failed", U32, NULL},
};

/* @dump: without a key the request is a dump */
static const struct verb {
	const char *name;
	int cmd;
	const struct attr *attrs;
	size_t n_attrs;
	bool dump;
} verbs[] = {
	{"es-new", EVPN_CMD_ES_NEW, es_attrs, ARRAY_SIZE(es_attrs), false},
	{"es-set", EVPN_CMD_ES_SET, es_attrs, ARRAY_SIZE(es_attrs), false},
	{"es-get", EVPN_CMD_ES_GET, es_attrs, ARRAY_SIZE(es_attrs), true},
	{"es-del", EVPN_CMD_ES_DEL, es_attrs, ARRAY_SIZE(es_attrs), false},
	{"es-sweep", EVPN_CMD_ES_SWEEP, es_attrs, ARRAY_SIZE(es_attrs), false},
	{"stats-get", EVPN_CMD_STATS_GET, stats_attrs, ARRAY_SIZE(stats_attrs), true},
	{"owner-set", EVPN_CMD_OWNER_SET, owner_attrs, ARRAY_SIZE(owner_attrs), false},
	{"owner-get", EVPN_CMD_OWNER_GET, owner_attrs, ARRAY_SIZE(owner_attrs), false},
	{"vlan-stats-get", EVPN_CMD_VLAN_STATS_GET, vlan_stats_attrs, ARRAY_SIZE(vlan_stats_attrs),
	 false},
	{"core-set", EVPN_CMD_CORE_SET, core_attrs, ARRAY_SIZE(core_attrs), false},
	{"core-get", EVPN_CMD_CORE_GET, core_attrs, ARRAY_SIZE(core_attrs), false},
	/* notifications: never sent, only read */
	{"es-ntf", EVPN_CMD_ES_NTF, es_attrs, ARRAY_SIZE(es_attrs), false},
	{"es-del-ntf", EVPN_CMD_ES_DEL_NTF, es_attrs, ARRAY_SIZE(es_attrs), false},
	{"es-fail-ntf", EVPN_CMD_ES_FAIL_NTF, es_attrs, ARRAY_SIZE(es_attrs), false},
	{"owner-ntf", EVPN_CMD_OWNER_NTF, owner_attrs, ARRAY_SIZE(owner_attrs), false},
};

static struct nl_sock *sock;
static int family;
static int worst;

static void die(const char *what, int nlerr)
{
	fprintf(stderr, "evpn_nl: %s: %s\n", what, nl_geterror(nlerr));
	exit(3);
}

static const struct attr *find_attr(const struct verb *v, const char *name, int type)
{
	size_t i;

	for (i = 0; i < v->n_attrs; i++)
		if (name ? !strcmp(v->attrs[i].name, name) : v->attrs[i].type == type)
			return &v->attrs[i];
	return NULL;
}

static const struct verb *find_verb(const char *name, int cmd)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		if (name ? !strcmp(verbs[i].name, name) : verbs[i].cmd == cmd)
			return &verbs[i];
	return NULL;
}

/* --- printing ----------------------------------------------------------------------------- */

static void print_names(const char *const *names, uint32_t value, bool bits)
{
	const char *sep = "";
	int i;

	if (!bits) {
		for (i = 0; names[i]; i++)
			if (value == (uint32_t)i)
				printf("%s", names[i]);
		return;
	}
	for (i = 0; names[i]; i++)
		if (value & (1U << i)) {
			printf("%s%s", sep, names[i]);
			sep = ",";
		}
}

static void print_vlans(struct nlattr *nla)
{
	const uint8_t *map = nla_data(nla);
	int i, start = -1, n = nla_len(nla) * 8;
	const char *sep = "";

	for (i = 0; i <= n; i++) {
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

static void print_counter(struct nlattr *nla)
{
	struct nlattr *tb[EVPN_A_COUNTER_MAX + 1];
	uint32_t dir, reason;

	if (nla_parse_nested(tb, EVPN_A_COUNTER_MAX, nla, NULL) || !tb[EVPN_A_COUNTER_DIRECTION] ||
	    !tb[EVPN_A_COUNTER_REASON] || !tb[EVPN_A_COUNTER_PACKETS] || !tb[EVPN_A_COUNTER_BYTES])
		die("counter", -NLE_MISSING_ATTR);
	dir = nla_get_u32(tb[EVPN_A_COUNTER_DIRECTION]);
	reason = nla_get_u32(tb[EVPN_A_COUNTER_REASON]);
	printf(" %s.%s=%llu", dir == EVPN_DIRECTION_INGRESS ? "ingress" : "egress",
	       reason <= EVPN_DROP_REASON_MAX ? reasons[reason] : "?",
	       (unsigned long long)nla_get_u64(tb[EVPN_A_COUNTER_PACKETS]));
}

static void print_member(struct nlattr *nla)
{
	struct nlattr *tb[EVPN_A_MEMBER_MAX + 1];

	if (nla_parse_nested(tb, EVPN_A_MEMBER_MAX, nla, NULL) || !tb[EVPN_A_MEMBER_IFNAME])
		die("member", -NLE_MISSING_ATTR);
	printf(" member=%s%s", nla_get_string(tb[EVPN_A_MEMBER_IFNAME]),
	       tb[EVPN_A_MEMBER_LACP_REWRITING] ? "/rewriting" : "");
}

static void print_peers(struct nlattr *nest)
{
	char text[INET6_ADDRSTRLEN];
	const char *sep = "";
	struct nlattr *nla;
	int rem;

	printf(" peers=");
	nla_for_each_nested(nla, nest, rem) {
		inet_ntop(nla_len(nla) == 4 ? AF_INET : AF_INET6, nla_data(nla), text,
			  sizeof(text));
		printf("%s%s", sep, text);
		sep = ",";
	}
}

static void print_attr(const struct attr *a, struct nlattr *nla)
{
	const uint8_t *b = nla_data(nla);
	int i;

	if (a->kind == COUNTER)
		return print_counter(nla);
	if (a->kind == MEMBER)
		return print_member(nla);
	if (a->kind == PEERS)
		return print_peers(nla);
	printf(" %s=", a->name);
	switch (a->kind) {
	case U32:
		printf("%u", nla_get_u32(nla));
		break;
	case U64:
		printf("%llu", (unsigned long long)nla_get_u64(nla));
		break;
	case TEXT:
		printf(strchr(nla_get_string(nla), ' ') ? "\"%s\"" : "%s", nla_get_string(nla));
		break;
	case ESI:
		for (i = 0; i < nla_len(nla); i++)
			printf("%s%02x", i ? ":" : "", b[i]);
		break;
	case VLANS:
		print_vlans(nla);
		break;
	case ENUM:
		print_names(a->names, nla_get_u32(nla), false);
		break;
	case BITS:
		print_names(a->names, nla_get_u32(nla), true);
		break;
	default:
		break;
	}
}

static void print_object(struct nlmsghdr *nlh)
{
	struct genlmsghdr *gh = nlmsg_data(nlh);
	const struct verb *v = find_verb(NULL, gh->cmd);
	struct nlattr *nla;
	int rem;

	if (!v) {
		printf("command=%u\n", gh->cmd);
		return;
	}
	printf("%s", v->name);
	nlmsg_for_each_attr(nla, nlh, GENL_HDRLEN, rem)
	{
		const struct attr *a = find_attr(v, NULL, nla_type(nla));

		if (a)
			print_attr(a, nla);
		else if (nla_type(nla) != EVPN_A_ES_PAD)
			printf(" attribute-%d=?", nla_type(nla));
	}
	putchar('\n');
	fflush(stdout);
}

/* "ok", or "error=EINVAL message="…" attribute=NAME", as the kernel acknowledged it. */
static int print_ack(struct nlmsghdr *nlh, const struct verb *v, const struct nlmsghdr *request)
{
	struct nlmsgerr *e = nlmsg_data(nlh);
	size_t skip = sizeof(*e);
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1] = {0};

	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) && e->error)
		skip += e->msg.nlmsg_len - sizeof(struct nlmsghdr);
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		nla_parse(tb, NLMSGERR_ATTR_MAX, (struct nlattr *)((char *)e + NLMSG_ALIGN(skip)),
			  nlh->nlmsg_len - NLMSG_HDRLEN - NLMSG_ALIGN(skip), NULL);
	if (!e->error) {
		printf("ok\n");
	} else {
		printf("error=%s", strerrorname_np(-e->error));
		if (tb[NLMSGERR_ATTR_MSG])
			printf(" message=\"%s\"", nla_get_string(tb[NLMSGERR_ATTR_MSG]));
		if (tb[NLMSGERR_ATTR_OFFS]) {
			struct nlattr *bad =
				(void *)((char *)request + nla_get_u32(tb[NLMSGERR_ATTR_OFFS]));
			const struct attr *a = find_attr(v, NULL, nla_type(bad));

			printf(" attribute=%s", a ? a->name : "?");
		}
		putchar('\n');
	}
	fflush(stdout);
	return e->error ? 2 : 0;
}

/* --- requests ----------------------------------------------------------------------------- */

static uint32_t number_of(const struct attr *a, char *value)
{
	uint32_t bits = 0;
	char *word, *end;
	int i;

	bits = strtoul(value, &end, 0);
	if (*value && !*end)
		return bits;
	if (!a->names)
		goto bad;
	bits = 0;
	for (word = strtok(value, ","); word; word = strtok(NULL, ",")) {
		for (i = 0; a->names[i] && strcmp(a->names[i], word); i++)
			;
		if (!a->names[i])
			goto bad;
		bits |= a->kind == BITS ? 1U << i : (uint32_t)i;
	}
	return bits;
bad:
	fprintf(stderr, "evpn_nl: %s: no such value\n", a->name);
	exit(3);
}

static size_t hex(const char *s, uint8_t *out, size_t max)
{
	size_t n = 0;
	unsigned int byte;

	while (*s && n < max && sscanf(s, "%2x", &byte) == 1) {
		out[n++] = byte;
		s += s[1] ? 2 : 1;
		s += *s == ':';
	}
	return n;
}

static void put_vlans(struct nl_msg *msg, int type, char *value)
{
	uint8_t map[EVPN_VLAN_MAP_LEN] = {0};
	unsigned int from, to;
	char *word;

	for (word = strtok(value, ","); word; word = strtok(NULL, ",")) {
		if (sscanf(word, "%u-%u", &from, &to) != 2)
			from = to = atoi(word);
		for (; from <= to && from < 4096; from++)
			map[from / 8] |= 1 << from % 8;
	}
	nla_put(msg, type, *value ? sizeof(map) : 0, map);
}

/* "peers=ADDRESS,…"; "peers=" is an empty list */
static void put_peers(struct nl_msg *msg, int type, char *value)
{
	struct nlattr *nest = nla_nest_start(msg, type);
	uint8_t bytes[16];
	char *word;

	for (word = strtok(value, ","); word; word = strtok(NULL, ",")) {
		if (inet_pton(AF_INET, word, bytes) == 1)
			nla_put(msg, EVPN_A_PEER_LIST_ADDRESS, 4, bytes);
		else if (inet_pton(AF_INET6, word, bytes) == 1)
			nla_put(msg, EVPN_A_PEER_LIST_ADDRESS, 16, bytes);
		else /* hexadecimal octets, as many as there are */
			nla_put(msg, EVPN_A_PEER_LIST_ADDRESS, hex(word, bytes, sizeof(bytes)),
				bytes);
	}
	nla_nest_end_keep_empty(msg, nest);
}

/* "raw=TYPE:HEX" is an attribute of any type and any length */
static void put_raw(struct nl_msg *msg, char *value)
{
	uint8_t bytes[1024];
	char *colon = strchr(value, ':');

	nla_put(msg, atoi(value), colon ? hex(colon + 1, bytes, sizeof(bytes)) : 0, bytes);
}

static void put_word(struct nl_msg *msg, const struct verb *v, char *word)
{
	char *value = strchr(word, '=');
	const struct attr *a;
	uint8_t bytes[64];

	if (value)
		*value++ = 0;
	if (!strcmp(word, "raw") && value)
		return put_raw(msg, value);
	a = find_attr(v, word, 0);
	if (!a || (!value && a->kind != FLAG)) {
		fprintf(stderr, "evpn_nl: %s: no such key\n", word);
		exit(3);
	}
	switch (a->kind) {
	case U64:
		nla_put_u64(msg, a->type, strtoull(value, NULL, 0));
		break;
	case TEXT:
		nla_put_string(msg, a->type, value);
		break;
	case ESI:
		nla_put(msg, a->type, hex(value, bytes, sizeof(bytes)), bytes);
		break;
	case VLANS:
		put_vlans(msg, a->type, value);
		break;
	case PEERS:
		put_peers(msg, a->type, value);
		break;
	case FLAG:
		nla_put_flag(msg, a->type);
		break;
	default:
		nla_put_u32(msg, a->type, number_of(a, value));
		break;
	}
}

static struct nl_msg *build(const struct verb *v, int argc, char **argv)
{
	struct nl_msg *msg = nlmsg_alloc();
	bool dumps = false;
	int i;

	genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, 0, v->cmd, EVPN_FAMILY_VERSION);
	for (i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "dump"))
			dumps = true;
		else
			put_word(msg, v, argv[i]);
	}
	nl_complete_msg(sock, msg);
	nlmsg_hdr(msg)->nlmsg_flags =
		NLM_F_REQUEST | ((v->dump && !argc) || dumps ? NLM_F_DUMP : NLM_F_ACK);
	return msg;
}

/* Reads until @n requests are answered. */
static int answers(const struct verb **v, struct nl_msg **msgs, int n)
{
	bool interrupted = false;
	int done = 0, status = 0;

	while (done < n) {
		struct sockaddr_nl from;
		unsigned char *buf;
		struct nlmsghdr *nlh;
		int len = nl_recv(sock, &from, &buf, NULL);

		if (len < 0)
			die("receive", len);
		for (nlh = (void *)buf; nlmsg_ok(nlh, len); nlh = nlmsg_next(nlh, &len)) {
			interrupted |= !!(nlh->nlmsg_flags & NLM_F_DUMP_INTR);
			if (nlh->nlmsg_seq != nlmsg_hdr(msgs[done])->nlmsg_seq)
				continue;
			if (nlh->nlmsg_type == NLMSG_ERROR) {
				int rc = print_ack(nlh, v[done], nlmsg_hdr(msgs[done]));

				status = rc > status ? rc : status;
				done++;
			} else if (nlh->nlmsg_type == NLMSG_DONE) {
				done++;
			} else {
				print_object(nlh);
			}
			if (done == n)
				break;
		}
		free(buf);
	}
	if (interrupted)
		printf("interrupted\n");
	return status;
}

static int split(char *line, char **words)
{
	int n = 0;
	char *save, *w;

	for (w = strtok_r(line, " \t\n", &save); w && n < MAX_WORDS;
	     w = strtok_r(NULL, " \t\n", &save))
		words[n++] = w;
	return n;
}

static struct nl_msg *request(int n, char **words, const struct verb **v)
{
	*v = find_verb(words[0], 0);
	if (!*v) {
		fprintf(stderr, "evpn_nl: %s: no such verb\n", words[0]);
		exit(3);
	}
	return build(*v, n - 1, words + 1);
}

static int send_all(struct nl_msg **msgs, int n)
{
	struct iovec *iov = calloc(n, sizeof(*iov));
	struct sockaddr_nl to = {.nl_family = AF_NETLINK};
	struct msghdr mh = {
		.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = iov, .msg_iovlen = n};
	int i;

	for (i = 0; i < n; i++)
		iov[i] = (struct iovec){nlmsg_hdr(msgs[i]), nlmsg_hdr(msgs[i])->nlmsg_len};
	if (sendmsg(nl_socket_get_fd(sock), &mh, 0) < 0) {
		perror("evpn_nl: sendmsg");
		exit(3);
	}
	free(iov);
	return 0;
}

static int from_stdin(bool batch)
{
	static struct nl_msg *msgs[MAX_BATCH];
	static const struct verb *v[MAX_BATCH];
	char line[8192], *words[MAX_WORDS];
	int n = 0, i, rc;

	while (fgets(line, sizeof(line), stdin)) {
		int w = split(line, words);

		if (!w)
			continue;
		msgs[n] = request(w, words, &v[n]);
		if (batch && n + 1 < MAX_BATCH) {
			n++;
			continue;
		}
		send_all(&msgs[n], 1);
		rc = answers(&v[n], &msgs[n], 1);
		worst = rc > worst ? rc : worst;
		nlmsg_free(msgs[n]);
	}
	if (n) {
		send_all(msgs, n);
		worst = answers(v, msgs, n);
		for (i = 0; i < n; i++)
			nlmsg_free(msgs[i]);
	}
	return worst;
}

/* A dump is under way when another socket creates the segment @esi: does the dump say so? */
static int dump_race(char *esi)
{
	const struct verb *v = find_verb("es-get", 0), *nv = find_verb("es-new", 0);
	struct nl_sock *first = sock, *second = nl_socket_alloc();
	struct nl_msg *dump = build(v, 0, NULL), *new;
	char word[64], ifname[] = "ifname=race0", *words[] = {word, ifname};
	int rc;

	snprintf(word, sizeof(word), "esi=%s", esi);
	send_all(&dump, 1); /* the first part is made now, the rest when it is read */
	if (genl_connect(second) < 0)
		die("second socket", -NLE_FAILURE);
	sock = second;
	new = build(nv, 2, words);
	send_all(&new, 1);
	rc = answers(&nv, &new, 1);
	sock = first;
	return rc ? rc : answers(&v, &dump, 1);
}

/* Prints notifications of both groups for @seconds, or until standard output is closed. */
static int monitor(double seconds)
{
	const char *const groups[] = {EVPN_MCGRP_CONFIG, EVPN_MCGRP_ALARM};
	struct pollfd fd = {.fd = nl_socket_get_fd(sock), .events = POLLIN};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		int id = genl_ctrl_resolve_grp(sock, EVPN_FAMILY_NAME, groups[i]);

		if (id < 0 || nl_socket_add_membership(sock, id) < 0)
			die(groups[i], id);
	}
	printf("monitoring\n");
	fflush(stdout);
	while (poll(&fd, 1, seconds * 1000) > 0) {
		struct sockaddr_nl from;
		unsigned char *buf;
		struct nlmsghdr *nlh;
		int len = nl_recv(sock, &from, &buf, NULL);

		if (len < 0)
			die("receive", len);
		for (nlh = (void *)buf; nlmsg_ok(nlh, len); nlh = nlmsg_next(nlh, &len))
			print_object(nlh);
		free(buf);
	}
	return 0;
}

int main(int argc, char **argv)
{
	bool batch = argc > 1 && !strcmp(argv[1], "-b");
	int one = 1, big = 8 << 20;

	argc -= batch;
	argv += batch;
	sock = nl_socket_alloc();
	nl_socket_disable_seq_check(sock);
	if (genl_connect(sock) < 0)
		die("connect", -NLE_FAILURE);
	/* room for the answers to a large batch */
	setsockopt(nl_socket_get_fd(sock), SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof(big));
	setsockopt(nl_socket_get_fd(sock), SOL_SOCKET, SO_SNDBUFFORCE, &big, sizeof(big));
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	family = genl_ctrl_resolve(sock, EVPN_FAMILY_NAME);
	if (family < 0) {
		fprintf(stderr, "evpn_nl: the family %s is not there\n", EVPN_FAMILY_NAME);
		return 4;
	}
	if (argc > 2 && !strcmp(argv[1], "monitor"))
		return monitor(atof(argv[2]));
	if (argc > 2 && !strcmp(argv[1], "dump-race"))
		return dump_race(argv[2]);
	if (argc > 1) {
		const struct verb *v;
		struct nl_msg *msg = request(argc - 1, argv + 1, &v);

		send_all(&msg, 1);
		return answers(&v, &msg, 1);
	}
	return from_stdin(batch);
}
