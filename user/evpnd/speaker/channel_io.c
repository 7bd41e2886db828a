// SPDX-License-Identifier: GPL-2.0-only
/*
 * channel_io.c - datagrams of the channel: which address they came to and how far from, and from which one
 * they leave, because the other end believes only the one that it knows from BGP.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "log.h"
#include "speaker/channel_priv.h"

enum {
	TURN = 64,     /* datagrams read before other sources get their turn */
	BUDGET = 2000, /* of one PE, in each of the next */
	REFILL_MS = 100,
	CONTROL_LEN = 128,
};

union control {
	struct cmsghdr align;
	char bytes[CONTROL_LEN];
};

struct beside {
	int ttl;
	struct ip_addr to;
};

static void read_control(struct msghdr *msg, struct beside *b)
{
	struct in_pktinfo v4;
	struct in6_pktinfo v6;

	*b = (struct beside){.ttl = -1};
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL) ||
		    (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT)) {
			memcpy(&b->ttl, CMSG_DATA(c), sizeof(b->ttl));
		} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			memcpy(&v4, CMSG_DATA(c), sizeof(v4));
			b->to = ip_from_bytes(&v4.ipi_addr, 4);
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&v6, CMSG_DATA(c), sizeof(v6));
			b->to = ip_from_bytes(&v6.ipi6_addr, 16);
		}
	}
}

/* A PE that sends more than one full of segments has to say is read, and not listened to. */
static bool may_speak(struct channel_pe *pe)
{
	u64 now = timer_now_us();

	if (now - pe->refilled_us > REFILL_MS * 1000) {
		pe->refilled_us = now;
		pe->budget = BUDGET;
	}
	if (!pe->budget)
		return false;
	pe->budget--;
	return true;
}

/* What strangers send takes nothing of what PEs may say, and neither does one PE of another's. */
static void take(struct channel *ch, struct msghdr *msg, size_t len)
{
	struct ip_addr from = ip_from_sockaddr(msg->msg_name);
	struct channel_pe *pe = channel_pe(ch, &from);
	enum icc_verdict v;
	char ip[IP_STRLEN];
	struct icc_msg word;
	const char *why;
	struct beside b;

	read_control(msg, &b);
	if (b.ttl < ch->min_ttl) {
		ch->counts.far++;
		return;
	}
	if (!pe || !ip_equal(&pe->local, &b.to)) {
		ch->counts.stranger++;
		return;
	}
	if (!may_speak(pe)) {
		ch->counts.busy++;
		return;
	}
	v = icc_decode(msg->msg_iov->iov_base, msg->msg_flags & MSG_TRUNC ? 0 : len, &word, &why);
	if (v == ICC_OK) {
		channel_word(ch, pe, &word);
		return;
	}
	log_debug("inter-chassis: a datagram from %s is ignored: %s", ip_format(&from, ip), why);
	if (v == ICC_UNKNOWN)
		ch->counts.unknown++;
	else
		ch->counts.malformed++;
}

int channel_receive(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct channel *ch = data;
	struct sockaddr_storage ss;
	u8 octets[ICC_LEN_MAX];
	union control control;
	struct iovec iov = {octets, sizeof(octets)};
	ssize_t n;
	int i;

	for (i = 0; i < TURN; i++) {
		struct msghdr msg = {
			.msg_name = &ss,
			.msg_namelen = sizeof(ss),
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = &control,
			.msg_controllen = sizeof(control),
		};

		n = recvmsg(fd, &msg, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		/* anything else is an error of an earlier datagram, which an ICMP message told of */
		if (n >= 0)
			take(ch, &msg, (size_t)n);
	}
	/* a flood waits for BGP, which says the same as the words that are lost in it */
	sd_event_source_set_priority(source, i < TURN ? CHANNEL_PRIORITY : CHANNEL_PRIORITY_BUSY);
	return 0;
}

static void set_source(struct msghdr *msg, union control *control, const struct ip_addr *local)
{
	struct in_pktinfo v4 = {0};
	struct in6_pktinfo v6 = {0};
	bool is6 = local->len == 16;
	struct cmsghdr *c;

	memset(control, 0, sizeof(*control));
	msg->msg_control = control;
	msg->msg_controllen = is6 ? CMSG_SPACE(sizeof(v6)) : CMSG_SPACE(sizeof(v4));
	c = CMSG_FIRSTHDR(msg);
	c->cmsg_level = is6 ? IPPROTO_IPV6 : IPPROTO_IP;
	c->cmsg_type = is6 ? IPV6_PKTINFO : IP_PKTINFO;
	c->cmsg_len = is6 ? CMSG_LEN(sizeof(v6)) : CMSG_LEN(sizeof(v4));
	memcpy(&v4.ipi_spec_dst, local->b, sizeof(v4.ipi_spec_dst));
	memcpy(&v6.ipi6_addr, local->b, sizeof(v6.ipi6_addr));
	if (is6)
		memcpy(CMSG_DATA(c), &v6, sizeof(v6));
	else
		memcpy(CMSG_DATA(c), &v4, sizeof(v4));
}

bool channel_transmit(struct channel *ch, const struct channel_pe *pe, const struct icc_msg *word)
{
	int fd = ch->fds[pe->remote.len == 16];
	struct sockaddr_storage ss;
	u8 octets[ICC_LEN_MAX];
	union control control;
	struct iovec iov = {octets, icc_encode(word, octets)};
	struct msghdr msg = {.msg_name = &ss, .msg_iov = &iov, .msg_iovlen = 1};

	if (fd < 0)
		return false;
	msg.msg_namelen = ip_to_sockaddr(&pe->remote, ch->port, &ss);
	set_source(&msg, &control, &pe->local);
	return sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}
