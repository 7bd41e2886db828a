// SPDX-License-Identifier: GPL-2.0-only
/*
 * Speaks the module's generic-netlink family for the tests, through libnl: a second reader and
 * writer, that shares no line with the daemon's. It says what the kernel said, with the errno, the
 * sentence and the attribute to blame, and can say things nobody should say.
 *
 *   evpn_nl [-b] [VERB [KEY=VALUE]...]     one request; without VERB, requests from standard input
 *   evpn_nl monitor SECONDS [GROUP...]     notifications of these groups (config alarm), until for so
 *                                          long there was none
 *   evpn_nl dump-race ESI                  a dump, during which that segment is created
 *
 * From standard input every line is a request on one and the same socket, which stays open until
 * the end of the input: so that owner-set lasts. With -b all of them leave in one sendmsg(). The
 * word "dump" makes a request with keys a dump.
 *
 * Verbs and keys are in evpn_nl_table.c. A request with rows (neigh-new) takes the keys of its row
 * among its own, and count=N: so many rows, each with the next address and MAC address, batch=N of
 * them (1000) in a message. Then the rows of the answer are printed only with the word "list", its
 * sums always, and how long it took in ms.
 *
 * Exit status: 2 the kernel refused, 3 something is wrong with the call, 4 there is no such family.
 *
 * Standards: generic netlink, NLM_F_DUMP_INTR, NETLINK_EXT_ACK.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/evpn.h>

#include "evpn_nl.h"

#define MAX_WORDS 32
#define MAX_BATCH 4096
#define MESSAGE_SIZE (512 * 1024)

struct rows {
	unsigned long count, batch;
	bool list;
};

static struct nl_sock *sock;
static int family;

static void die(const char *what, int nlerr)
{
	fprintf(stderr, "evpn_nl: %s: %s\n", what, nl_geterror(nlerr));
	exit(3);
}

/* --- requests ----------------------------------------------------------------------------- */

static struct nl_msg *message(const struct verb *v)
{
	struct nl_msg *msg = nlmsg_alloc_size(v->row ? MESSAGE_SIZE : 16384);

	if (!msg ||
	    !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, 0, v->cmd, EVPN_FAMILY_VERSION))
		die("message", -NLE_NOMEM);
	return msg;
}

/* Words of the row go into @row, the others into @msg; "dump" comes back as the answer. */
static bool put_words(struct nl_msg *msg, struct nl_msg *row, const struct verb *v, int n,
		      char **words)
{
	bool dump = false;
	char key[64];
	int i;

	for (i = 0; i < n; i++) {
		snprintf(key, sizeof(key), "%.*s", (int)strcspn(words[i], "="), words[i]);
		if (!strcmp(words[i], "dump"))
			dump = true;
		else if (v->row && attr_by_name(v->row, key))
			put_word(row, v->row, words[i]);
		else
			put_word(msg, v->set, words[i]);
	}
	return dump;
}

/* @n rows, each the next of the one before; @row keeps the one after. */
static void put_rows(struct nl_msg *msg, struct nl_msg *row, const struct verb *v, unsigned long n)
{
	struct nlmsghdr *h = nlmsg_hdr(row);

	for (; n; n--) {
		struct nlattr *nest =
			nla_nest_start(msg, NLA_F_NESTED | attr_of_rows(v->set)->type);

		if (!nest || nlmsg_append(msg, nlmsg_data(h), nlmsg_datalen(h), NLMSG_ALIGNTO))
			die("a message of this size", -NLE_MSGSIZE);
		nla_nest_end(msg, nest);
		row_next(v->row, nlmsg_data(h), nlmsg_datalen(h));
	}
}

static void finish(struct nl_msg *msg, bool dump)
{
	nl_complete_msg(sock, msg);
	nlmsg_hdr(msg)->nlmsg_flags = NLM_F_REQUEST | (dump ? NLM_F_DUMP : NLM_F_ACK);
}

static struct nl_msg *build(const struct verb *v, int argc, char **argv)
{
	struct nl_msg *msg = message(v), *row = nlmsg_alloc();
	bool dump = put_words(msg, row, v, argc, argv);

	if (nlmsg_datalen(nlmsg_hdr(row)))
		put_rows(msg, row, v, 1);
	nlmsg_free(row);
	finish(msg, dump || (v->dump && !argc));
	return msg;
}

static void send_all(struct nl_msg **msgs, int n)
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
}

/* Reads until @n requests are answered; returns the worst exit status. */
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

static const struct verb *need_verb(const char *name)
{
	const struct verb *v = verb_by_name(name);

	if (v)
		return v;
	fprintf(stderr, "evpn_nl: %s: no such verb\n", name);
	exit(3);
}

/* --- many rows ---------------------------------------------------------------------------- */

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

/* Takes the words that say how many rows there are out of @words; returns how many words are left. */
static int take_rows(struct rows *r, int n, char **words)
{
	int left = 0;

	for (int i = 0; i < n; i++) {
		if (!strncmp(words[i], "count=", 6))
			r->count = strtoul(words[i] + 6, NULL, 0);
		else if (!strncmp(words[i], "batch=", 6))
			r->batch = strtoul(words[i] + 6, NULL, 0);
		else if (!strcmp(words[i], "list"))
			r->list = true;
		else
			words[left++] = words[i];
	}
	return left;
}

static int many(const struct verb *v, const struct rows *r, int n, char **words)
{
	struct nl_msg *head = message(v), *row = nlmsg_alloc();
	struct nlmsghdr *h = nlmsg_hdr(head);
	double start = now_ms();
	int status = 0;

	put_words(head, row, v, n, words);
	if (!r->list)
		print_no_rows();
	for (unsigned long left = r->count, some; left && !status; left -= some) {
		struct nl_msg *msg = message(v);

		some = left < r->batch ? left : r->batch;
		nlmsg_append(msg, genlmsg_attrdata(nlmsg_data(h), 0),
			     genlmsg_attrlen(nlmsg_data(h), 0), NLMSG_ALIGNTO);
		put_rows(msg, row, v, some);
		finish(msg, false);
		send_all(&msg, 1);
		status = answers(&v, &msg, 1);
		nlmsg_free(msg);
	}
	if (!status) {
		print_sums();
		printf(" ms=%.0f\n", now_ms() - start);
	}
	nlmsg_free(head);
	nlmsg_free(row);
	return status;
}

/* --- how it is called --------------------------------------------------------------------- */

static int one(const struct verb *v, int argc, char **argv)
{
	struct rows r = {.batch = 1000};
	struct nl_msg *msg;
	int status;

	if (v->row)
		argc = take_rows(&r, argc, argv);
	if (r.count && r.batch)
		return many(v, &r, argc, argv);
	msg = build(v, argc, argv);
	send_all(&msg, 1);
	status = answers(&v, &msg, 1);
	nlmsg_free(msg);
	if (print_sums())
		putchar('\n');
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

static int from_stdin(bool batch)
{
	static struct nl_msg *msgs[MAX_BATCH];
	static const struct verb *v[MAX_BATCH];
	char line[8192], *words[MAX_WORDS];
	int n = 0, i, rc, worst = 0;

	while (fgets(line, sizeof(line), stdin)) {
		int w = split(line, words);

		if (!w)
			continue;
		v[n] = need_verb(words[0]);
		msgs[n] = build(v[n], w - 1, words + 1);
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
	const struct verb *v = need_verb("es-get"), *nv = need_verb("es-new");
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

static void join(const char *group)
{
	int id = genl_ctrl_resolve_grp(sock, EVPN_FAMILY_NAME, group);

	if (id < 0 || nl_socket_add_membership(sock, id) < 0)
		die(group, id);
}

static int monitor(double seconds, int n, char **groups)
{
	struct pollfd fd = {.fd = nl_socket_get_fd(sock), .events = POLLIN};

	for (int i = 0; i < n; i++)
		join(groups[i]);
	if (!n) {
		join(EVPN_MCGRP_CONFIG);
		join(EVPN_MCGRP_ALARM);
	}
	printf("monitoring\n");
	fflush(stdout);
	while (poll(&fd, 1, seconds * 1000) > 0) {
		struct sockaddr_nl from;
		unsigned char *buf = NULL;
		struct nlmsghdr *nlh;
		int len = nl_recv(sock, &from, &buf, NULL);

		if (len == -NLE_NOMEM)
			printf("overrun\n");
		else if (len < 0)
			die("receive", len);
		for (nlh = (void *)buf; len > 0 && nlmsg_ok(nlh, len); nlh = nlmsg_next(nlh, &len))
			print_object(nlh);
		free(buf);
	}
	return 0;
}

/* Room for the answers to a large batch, errors in words, and no request that is half understood. */
static void open_socket(void)
{
	int one = 1, big = 8 << 20, fd;

	sock = nl_socket_alloc();
	nl_socket_disable_seq_check(sock);
	nl_socket_set_msg_buf_size(sock, 256 * 1024);
	if (genl_connect(sock) < 0)
		die("connect", -NLE_FAILURE);
	fd = nl_socket_get_fd(sock);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof(big));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &big, sizeof(big));
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
}

int main(int argc, char **argv)
{
	bool batch = argc > 1 && !strcmp(argv[1], "-b");

	argc -= batch;
	argv += batch;
	open_socket();
	family = genl_ctrl_resolve(sock, EVPN_FAMILY_NAME);
	if (family < 0) {
		fprintf(stderr, "evpn_nl: the family %s is not there\n", EVPN_FAMILY_NAME);
		return 4;
	}
	if (argc < 2)
		return from_stdin(batch);
	if (argc > 2 && !strcmp(argv[1], "monitor"))
		return monitor(atof(argv[2]), argc - 3, argv + 3);
	if (argc > 2 && !strcmp(argv[1], "dump-race"))
		return dump_race(argv[2]);
	return one(need_verb(argv[1]), argc - 2, argv + 2);
}
