// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any octets as a message about a bridge's multicast database: what is read from it is whole, and what is asked
 * for in turn is read as it was asked.
 */
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "nl_mdb.h"

static void check(int ok)
{
	if (!ok)
		abort();
}

static void entry(void *data, const struct nl_mdb *e)
{
	char buf[NL_MDB_REQUEST_LEN];

	check(e->group.len == 4 || e->group.len == 16);
	check(!e->source.len || e->source.len == e->group.len);
	check(e->n_sources <= NL_MDB_SOURCES_MAX);
	for (unsigned int i = 0; i < e->n_sources; i++)
		check(e->sources[i].len == e->group.len);
	check(nl_mdb_put(buf, e)->nlmsg_len <= sizeof(buf));
	check(nl_mdb_del(buf, e)->nlmsg_len <= sizeof(buf));
}

/* The first octet chooses the type, the rest is what follows the header. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t types[] = {RTM_NEWMDB, RTM_DELMDB, RTM_GETMDB, RTM_NEWLINK};
	struct nlmsghdr *nlh;

	if (!size || size > 32768)
		return 0;
	nlh = calloc(1, MNL_ALIGN(sizeof(*nlh) + size - 1)); /* as libmnl counts */
	check(nlh != NULL);
	nlh->nlmsg_len = (uint32_t)(sizeof(*nlh) + size - 1);
	nlh->nlmsg_type = types[data[0] & 3];
	memcpy(nlh + 1, data + 1, size - 1);
	nl_mdb_each(nlh, entry, NULL);
	free(nlh);
	return 0;
}
