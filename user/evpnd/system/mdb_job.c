// SPDX-License-Identifier: GPL-2.0-only
/*
 * mdb_job.c - see mdb_table.h. A batch is one message to the kernel, and an answer for each of its requests.
 */
#include <string.h>

#include "system/mdb_table.h"

_Static_assert((int)MDB_BATCH_MAX <= (int)NL_BATCH_MAX, "a batch is one batch of requests");

static void refused(void *data, unsigned int index, const struct nl_err *err)
{
	struct mdb_job *j = data;

	j->failed[index] = *err;
}

static void add(struct mdb_job *j, unsigned int of, const struct nlmsghdr *nlh)
{
	j->of[j->n] = of;
	j->failed[j->n++].error = 0;
	j->len += MNL_ALIGN(nlh->nlmsg_len);
}

void mdb_job_put(struct mdb_job *j, unsigned int of, const struct nl_mdb *e)
{
	add(j, of, nl_mdb_put(j->m->buf + j->len, e));
}

void mdb_job_del(struct mdb_job *j, unsigned int of, const struct nl_mdb *e)
{
	add(j, of, nl_mdb_del(j->m->buf + j->len, e));
}

void mdb_job_send(struct mdb_job *j)
{
	int e = j->n ? nl_batch(j->m->requests, j->m->buf, j->len, refused, j) : 0;

	for (unsigned int i = 0; e && i < j->n; i++)
		nl_err_set(&j->failed[i], -e, "%s", strerror(-e));
	j->len = 0;
}
