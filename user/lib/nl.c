// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl.c - netlink requests, dumps and listening over libmnl, with the kernel's sentences
 * (NETLINK_EXT_ACK).
 */
#include "nl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	NL_RECV_LEN = 32768,
	NL_BURST = 16, /* datagrams that a listener reads at once */
	NL_THROWN = 128,
};

struct nl {
	struct mnl_socket *sock;
	uint32_t seq;
	bool interrupted; /* a dump that is read piece by piece */
	_Alignas(8) char buf[][NL_RECV_LEN];
};

static void set_option(struct nl *nl, int option)
{
	int on = 1;

	/* An older kernel without it still answers, with less to say. */
	mnl_socket_setsockopt(nl->sock, option, &on, sizeof(on));
}

static struct nl *open_socket(int bus, int flags, size_t bufs)
{
	struct nl *nl = calloc(1, sizeof(*nl) + bufs * sizeof(nl->buf[0]));

	if (!nl)
		return NULL;
	nl->sock = mnl_socket_open2(bus, SOCK_CLOEXEC | flags);
	if (!nl->sock || mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0) {
		int saved = errno;

		nl_close(nl);
		errno = saved;
		return NULL;
	}
	set_option(nl, NETLINK_EXT_ACK);
	set_option(nl, NETLINK_CAP_ACK);
	return nl;
}

struct nl *nl_open(int bus)
{
	struct nl *nl = open_socket(bus, 0, 1);

	if (nl && bus == NETLINK_ROUTE)
		set_option(nl, NETLINK_GET_STRICT_CHK);
	return nl;
}

struct nl *nl_open_listener(int bus, int rcvbuf)
{
	struct nl *nl = open_socket(bus, SOCK_NONBLOCK, NL_BURST);
	int fd;

	if (!nl)
		return NULL;
	if (bus == NETLINK_ROUTE)
		set_option(nl, NETLINK_GET_STRICT_CHK); /* for nl_dump_begin() */
	fd = nl_fd(nl);
	if (rcvbuf && setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &rcvbuf, sizeof(rcvbuf)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof(rcvbuf));
	return nl;
}

void nl_close(struct nl *nl)
{
	if (!nl)
		return;
	if (nl->sock)
		mnl_socket_close(nl->sock);
	free(nl);
}

int nl_fd(const struct nl *nl)
{
	return mnl_socket_get_fd(nl->sock);
}

uint32_t nl_port(const struct nl *nl)
{
	return mnl_socket_get_portid(nl->sock);
}

int nl_join(struct nl *nl, uint32_t group)
{
	int g = (int)group;

	return mnl_socket_setsockopt(nl->sock, NETLINK_ADD_MEMBERSHIP, &g, sizeof(g)) < 0 ? -errno :
											    0;
}

int nl_err_set(struct nl_err *err, int error, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -error;
	err->error = error;
	err->attr = 0;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -error;
}

static void take_extack(const struct nlmsghdr *nlh, size_t offset, struct nl_err *err,
			const struct nlmsghdr *request)
{
	const struct nlattr *tb[NLMSGERR_ATTR_MAX + 1] = {};
	const struct nlattr *a;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	mnl_attr_for_each(a, nlh, offset)
		if (mnl_attr_get_type(a) <= NLMSGERR_ATTR_MAX)
			tb[mnl_attr_get_type(a)] = a;
	if (tb[NLMSGERR_ATTR_MSG])
		nl_str(tb[NLMSGERR_ATTR_MSG], err->text, sizeof(err->text));
	if (tb[NLMSGERR_ATTR_OFFS]) {
		uint32_t offs = nl_u32(tb[NLMSGERR_ATTR_OFFS]);

		if (offs + sizeof(struct nlattr) <= request->nlmsg_len)
			err->attr = mnl_attr_get_type(
				(const struct nlattr *)((const char *)request + offs));
	}
}

/* Return: what the acknowledgement says, 0 or a negative errno */
static int take_error(const struct nlmsghdr *nlh, struct nl_err *err,
		      const struct nlmsghdr *request)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	size_t offset = sizeof(*e);

	if (nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(*e))
		return nl_err_set(err, EBADMSG, "the kernel's acknowledgement is cut off");
	if (!e->error)
		return 0;
	if (err) {
		nl_err_set(err, -e->error, "%s", strerror(-e->error));
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
			offset += mnl_nlmsg_get_payload_len(&e->msg);
		take_extack(nlh, offset, err, request);
	}
	return e->error;
}

/* A dump may end with an error, and with a sentence for it. */
static int take_done(const struct nlmsghdr *nlh, struct nl_err *err, const struct nlmsghdr *request)
{
	int error = 0;

	if (nlh->nlmsg_len >= MNL_NLMSG_HDRLEN + sizeof(error))
		memcpy(&error, mnl_nlmsg_get_payload(nlh), sizeof(error));
	if (error >= 0)
		return 0;
	if (err) {
		nl_err_set(err, -error, "%s", strerror(-error));
		take_extack(nlh, sizeof(error), err, request);
	}
	return error;
}

struct reading {
	struct nl *nl;
	const struct nlmsghdr *request;
	nl_fn fn;
	void *data;
	struct nl_err *err;
	bool interrupted;
	bool finished;
	int result;
};

/* One datagram of an answer. The first error of a callback is kept, the rest is read all the same. */
static void take_answer(struct reading *rd, int len)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)rd->nl->buf;

	for (; mnl_nlmsg_ok(nlh, len) && !rd->finished; nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_seq != rd->request->nlmsg_seq)
			continue;
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			rd->interrupted = true;
		if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
			int r = nlh->nlmsg_type == NLMSG_ERROR ?
					take_error(nlh, rd->err, rd->request) :
					take_done(nlh, rd->err, rd->request);

			rd->finished = true;
			if (!rd->result)
				rd->result = r;
		} else if (nlh->nlmsg_type >= NLMSG_MIN_TYPE && rd->fn && !rd->result) {
			rd->result = rd->fn(rd->data, nlh);
		}
	}
}

static int converse(struct reading *rd)
{
	struct nl *nl = rd->nl;

	if (rd->err)
		nl_err_set(rd->err, 0, "%s", "");
	if (mnl_socket_sendto(nl->sock, rd->request, rd->request->nlmsg_len) < 0)
		return nl_err_set(rd->err, errno, "netlink: %s", strerror(errno));
	while (!rd->finished) {
		ssize_t n = mnl_socket_recvfrom(nl->sock, nl->buf[0], sizeof(nl->buf[0]));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return nl_err_set(rd->err, errno, "netlink: %s", strerror(errno));
		take_answer(rd, (int)n);
	}
	if (!rd->result && rd->interrupted)
		return nl_err_set(rd->err, EINTR, "the table changed while it was read");
	return rd->result;
}

int nl_request(struct nl *nl, struct nlmsghdr *nlh, nl_fn fn, void *data, struct nl_err *err)
{
	struct reading rd = {.nl = nl, .request = nlh, .fn = fn, .data = data, .err = err};

	nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = ++nl->seq;
	return converse(&rd);
}

int nl_dump(struct nl *nl, struct nlmsghdr *nlh, nl_fn fn, void *data, struct nl_err *err)
{
	struct reading rd = {.nl = nl, .request = nlh, .fn = fn, .data = data, .err = err};

	nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = ++nl->seq;
	return converse(&rd);
}

int nl_dump_begin(struct nl *nl, struct nlmsghdr *nlh)
{
	nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = ++nl->seq;
	nl->interrupted = false;
	return mnl_socket_sendto(nl->sock, nlh, nlh->nlmsg_len) < 0 ? -errno : 0;
}

/* Return: 1, or as nl_dump_more() when it was the last message. */
static int dump_message(struct nl *nl, const struct nlmsghdr *nlh, nl_fn fn, void *data)
{
	int r;

	if (nlh->nlmsg_seq != nl->seq)
		return 1;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		nl->interrupted = true;
	if (nlh->nlmsg_type >= NLMSG_MIN_TYPE) {
		r = fn(data, nlh);
		return r < 0 ? r : 1;
	}
	if (nlh->nlmsg_type == NLMSG_ERROR)
		return take_error(nlh, NULL, nlh);
	if (nlh->nlmsg_type != NLMSG_DONE)
		return 1;
	r = take_done(nlh, NULL, nlh);
	return !r && nl->interrupted ? -EINTR : r;
}

int nl_dump_more(struct nl *nl, nl_fn fn, void *data)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)(const void *)nl->buf[0];
	ssize_t n;
	int len, r = 1;

	do
		n = recv(nl_fd(nl), nl->buf[0], sizeof(nl->buf[0]), MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	len = (int)n;
	for (; r == 1 && mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		r = dump_message(nl, nlh, fn, data);
	return r;
}

/* Requests are numbered one after the other, and the last one is acknowledged. Return: the last one's number */
static uint32_t number(struct nl *nl, void *buf, size_t size)
{
	struct nlmsghdr *nlh = buf, *last = NULL;
	int len = (int)size;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		nlh->nlmsg_flags |= NLM_F_REQUEST;
		nlh->nlmsg_seq = ++nl->seq;
		last = nlh;
	}
	if (last)
		last->nlmsg_flags |= NLM_F_ACK;
	return nl->seq;
}

static const struct nlmsghdr *request_of(const void *buf, size_t size, uint32_t seq)
{
	const struct nlmsghdr *nlh = buf;
	int len = (int)size;

	while (nlh->nlmsg_seq != seq && mnl_nlmsg_ok(nlh, len))
		nlh = mnl_nlmsg_next(nlh, &len);
	return nlh;
}

int nl_batch(struct nl *nl, void *buf, size_t size, nl_refused_fn fn, void *data)
{
	uint32_t first = nl->seq + 1, last = number(nl, buf, size);
	bool finished = last < first;

	if (finished)
		return 0;
	if (mnl_socket_sendto(nl->sock, buf, size) < 0)
		return -errno;
	while (!finished) {
		ssize_t n = mnl_socket_recvfrom(nl->sock, nl->buf[0], sizeof(nl->buf[0]));
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)(const void *)nl->buf[0];
		int len = (int)n;
		struct nl_err err;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			uint32_t index = nlh->nlmsg_seq - first;

			if (nlh->nlmsg_type != NLMSG_ERROR || index > last - first)
				continue;
			if (take_error(nlh, &err, request_of(buf, size, nlh->nlmsg_seq)))
				fn(data, index, &err);
			finished |= nlh->nlmsg_seq == last;
		}
	}
	return 0;
}

/* Jumps are relative, and all but the protocols' lead to one of the last two instructions. */
int nl_filter_routes(struct nl *listener, const struct nl *of, const uint8_t *protocols,
		     unsigned int n)
{
	enum { HEAD = 8 };
	const uint8_t drop = (uint8_t)(HEAD + n), accept = (uint8_t)(drop + 1);
	struct sock_filter code[HEAD + NL_PROTOCOLS_MAX + 2] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_pid)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(nl_port(of)), drop - 2, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWROUTE), 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 0, accept - 5),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_flags)),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, htons(NLM_F_REPLACE), accept - 7, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
			 NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_protocol)),
	};
	struct sock_fprog prog = {.len = (unsigned short)(accept + 1), .filter = code};

	if (n > NL_PROTOCOLS_MAX)
		return -EINVAL;
	for (unsigned int i = 0; i < n; i++)
		code[HEAD + i] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, protocols[i], accept - HEAD - 1 - i, 0);
	code[drop] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	code[accept] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
	return setsockopt(nl_fd(listener), SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) < 0 ?
		       -errno :
		       0;
}

/* There may be tens of thousands: many in a call, and nothing is copied. */
static void throw_away(struct nl *nl)
{
	struct mmsghdr msgs[NL_THROWN];

	memset(msgs, 0, sizeof(msgs));
	while (recvmmsg(nl_fd(nl), msgs, NL_THROWN, MSG_DONTWAIT, NULL) >= 0 || errno == EINTR ||
	       errno == ENOBUFS)
		;
}

/* Return: datagrams in the buffers, or a negative errno. */
static int receive_burst(struct nl *nl, struct mmsghdr msgs[NL_BURST])
{
	struct iovec iov[NL_BURST];
	int n;

	memset(msgs, 0, NL_BURST * sizeof(msgs[0]));
	for (int i = 0; i < NL_BURST; i++) {
		iov[i] = (struct iovec){nl->buf[i], sizeof(nl->buf[i])};
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	do
		n = recvmmsg(nl_fd(nl), msgs, NL_BURST, MSG_DONTWAIT, NULL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* All of one datagram. Return: negative: to end at once; positive: it was the last that is wanted. */
static int hand_over(const char *buf, int len, nl_fn fn, void *data)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)(const void *)buf;
	int enough = 0;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		int r = nlh->nlmsg_type >= NLMSG_MIN_TYPE ? fn(data, nlh) : 0;

		if (r < 0)
			return r;
		enough |= r;
	}
	return enough;
}

int nl_receive(struct nl *nl, nl_fn fn, void *data)
{
	struct mmsghdr msgs[NL_BURST];
	int enough = 0;

	while (!enough) {
		int n = receive_burst(nl, msgs);

		if (n == -ENOBUFS)
			throw_away(nl);
		if (n < 0)
			return n == -EAGAIN ? 0 : n;
		for (int i = 0; i < n; i++) {
			int r = msgs[i].msg_hdr.msg_flags & MSG_TRUNC ?
					-ENOSPC :
					hand_over(nl->buf[i], (int)msgs[i].msg_len, fn, data);

			if (r < 0)
				return r;
			enough |= r;
		}
	}
	return enough;
}

static void put_attr(const struct nlattr *a, const struct nlattr **tb, uint16_t max)
{
	if (mnl_attr_get_type(a) <= max)
		tb[mnl_attr_get_type(a)] = a;
}

void nl_attr_table(const struct nlmsghdr *nlh, unsigned int offset, const struct nlattr **tb,
		   uint16_t max)
{
	const struct nlattr *a;

	memset(tb, 0, sizeof(*tb) * (max + 1U));
	mnl_attr_for_each(a, nlh, offset)
		put_attr(a, tb, max);
}

void nl_attr_nested(const struct nlattr *nest, const struct nlattr **tb, uint16_t max)
{
	const struct nlattr *a;

	memset(tb, 0, sizeof(*tb) * (max + 1U));
	if (!nest)
		return;
	mnl_attr_for_each_nested(a, nest)
		put_attr(a, tb, max);
}

static bool copy_exact(const struct nlattr *a, void *to, size_t size)
{
	if (!a || mnl_attr_get_payload_len(a) < size)
		return false;
	memcpy(to, mnl_attr_get_payload(a), size);
	return true;
}

uint8_t nl_u8(const struct nlattr *a)
{
	uint8_t v = 0;

	copy_exact(a, &v, sizeof(v));
	return v;
}

uint16_t nl_u16(const struct nlattr *a)
{
	uint16_t v = 0;

	copy_exact(a, &v, sizeof(v));
	return v;
}

uint32_t nl_u32(const struct nlattr *a)
{
	uint32_t v = 0;

	copy_exact(a, &v, sizeof(v));
	return v;
}

uint64_t nl_u64(const struct nlattr *a)
{
	uint64_t v = 0;

	copy_exact(a, &v, sizeof(v));
	return v;
}

void nl_str(const struct nlattr *a, char *buf, size_t size)
{
	size_t n = a ? strnlen(mnl_attr_get_payload(a), mnl_attr_get_payload_len(a)) : 0;

	if (n > size - 1)
		n = size - 1;
	if (n)
		memcpy(buf, mnl_attr_get_payload(a), n);
	buf[n] = '\0';
}

bool nl_bytes(const struct nlattr *a, void *buf, size_t size)
{
	memset(buf, 0, size);
	if (!a || mnl_attr_get_payload_len(a) > size)
		return false;
	memcpy(buf, mnl_attr_get_payload(a), mnl_attr_get_payload_len(a));
	return true;
}
