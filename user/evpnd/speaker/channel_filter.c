// SPDX-License-Identifier: GPL-2.0-only
/*
 * channel_filter.c - which datagrams the kernel lets through to the channel's sockets: those of PEs that a
 * service has named. Strangers, however many they are, cost evpnd nothing and fill no socket.
 *
 * Of an IPv6 address the last four octets are compared. Who finds another address that ends like a PE's is
 * told apart when the datagram is read, as who forges a PE's address cannot be.
 */
#include <endian.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>

#include "log.h"
#include "speaker/channel_priv.h"

enum {
	SOURCE_V4 = SKF_NET_OFF + 12,	  /* of the IP header; RFC 791 */
	SOURCE_V6 = SKF_NET_OFF + 8 + 12, /* RFC 8200 */
	BLOCK = 128, /* addresses before a verdict: a jump goes over 255 instructions at most */
	LENGTH_MAX = 1 + CHANNEL_PES_MAX + 2 * (CHANNEL_PES_MAX / BLOCK + 1) + 1,
	ALL_OF_IT = 0xffff,
};

static u32 tail_of(const struct ip_addr *a)
{
	u32 be;

	memcpy(&be, a->b + a->len - sizeof(be), sizeof(be));
	return be32toh(be);
}

/* The verdict of a block: an address that is equal jumps over the jump that leads past "accept". */
static size_t end_block(struct sock_filter *prog, size_t at, size_t addresses)
{
	for (size_t i = 0; i < addresses; i++)
		prog[at - addresses + i].jt = (u8)(addresses - i);
	prog[at++] = (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 1);
	prog[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, ALL_OF_IT);
	return at;
}

static size_t compile(const struct channel *ch, bool v6, struct sock_filter *prog)
{
	size_t at = 0, addresses = 0;
	struct channel_pe *pe;

	prog[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  (u32)(v6 ? SOURCE_V6 : SOURCE_V4));
	RB_FOREACH(pe, channel_pes, (struct channel_pes *)&ch->pes) {
		if ((pe->remote.len == 16) != v6)
			continue;
		prog[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							  tail_of(&pe->remote), 0, 0);
		if (++addresses < BLOCK)
			continue;
		at = end_block(prog, at, addresses);
		addresses = 0;
	}
	if (addresses)
		at = end_block(prog, at, addresses);
	prog[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	return at;
}

static int attach(int fd, struct sock_filter *prog, size_t length)
{
	struct sock_fprog p = {.len = (unsigned short)length, .filter = prog};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof(p)) ? -errno : 0;
}

/* net.core.optmem_max may have no room for the old and the new one together. */
static void replace(int fd, struct sock_filter *prog, size_t length)
{
	int none = 0, r = attach(fd, prog, length);

	if (r == -ENOMEM && !setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof(none)))
		r = attach(fd, prog, length);
	if (r)
		log_debug("inter-chassis: no filter for %zu instructions: %s", length,
			  strerror(-r));
}

void channel_filter(const struct channel *ch)
{
	struct sock_filter prog[LENGTH_MAX];

	for (int v6 = 0; v6 < 2; v6++)
		if (ch->fds[v6] >= 0)
			replace(ch->fds[v6], prog, compile(ch, v6, prog));
}

u64 channel_filtered(const struct channel *ch)
{
	u64 n = ch->counts.filtered;
	u32 info[SK_MEMINFO_VARS];

	for (int v6 = 0; v6 < 2; v6++) {
		socklen_t len = sizeof(info);

		if (ch->fds[v6] >= 0 &&
		    !getsockopt(ch->fds[v6], SOL_SOCKET, SO_MEMINFO, info, &len) &&
		    len > SK_MEMINFO_DROPS * sizeof(info[0]))
			n += info[SK_MEMINFO_DROPS];
	}
	return n;
}
