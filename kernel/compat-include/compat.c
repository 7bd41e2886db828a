// SPDX-License-Identifier: GPL-2.0-only
/* The little code that older kernels need; see the headers beside this file. */
#include <linux/atomic.h>
#include <linux/netlink.h>

#ifdef EVPN_COMPAT_EXTACK_FMT
/*
 * The sentence is read after the handler has returned and its locks are free, on another page
 * than ours. A ring of buffers gives each sentence time for that; should ever as many requests be
 * refused in that time as there are buffers, one of them gets another's sentence.
 */
#define EXTACK_BUFFERS 64

static char extack_buffers[EXTACK_BUFFERS][NETLINK_MAX_FMTMSG_LEN];
static atomic_t extack_next;

char *evpn_compat_extack_buffer(void)
{
	unsigned int n = atomic_inc_return(&extack_next);

	return extack_buffers[n % EXTACK_BUFFERS];
}
#endif
