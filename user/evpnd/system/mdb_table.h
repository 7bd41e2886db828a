/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mdb_table.h - what the files of mdb.h share: the entries that are ours and what they say, so that one can be left to
 * the bridge as it is.
 *
 *   mdb.c          life; what others do to entries; devices
 *   mdb_wish.c     wishes, and what is taken back
 *   mdb_look.c     all that bridges have: what a predecessor has left
 *   mdb_job.c      requests of one batch
 *   mdb_foreign.c  permanent entries of somebody else
 */
#ifndef EVPND_MDB_TABLE_H
#define EVPND_MDB_TABLE_H

#include "nl_mdb.h"
#include "system/mdb.h"
#include "system/mdb_foreign.h"
#include "system/reconcile.h"
#include "timer.h"

enum {
	MDB_LOOK_MS = 1000, /* at most so often all bridges are read, because news were lost */
	MDB_ROOM_MS = 500,
	MDB_BATCH_OCTETS = MDB_BATCH_MAX * NL_MDB_REQUEST_LEN,
};

/**
 * struct mdb_entry - an entry of ours: wished, or to be taken out when its bridge allows it
 * @bridge: its ifindex
 * @there: found at a look
 */
struct mdb_entry {
	struct wished w;
	struct mdb_key key;
	uint32_t bridge;
	uint16_t n_sources;
	uint8_t mode;
	bool there;
	struct mdb_source *sources;
};

/**
 * struct mdb - the entries of all bridges
 * @refused: a bridge has refused something since the speaker was told that it may have room
 * @room: that it may have it: the speaker is told at most once in MDB_ROOM_MS
 * @swept: what has our mark and is not in the table is a predecessor's
 * @counted: ifindex of the bridge of which @count are ours, and @count_port of them at @counted_port; 0: none was counted
 */
struct mdb {
	const struct links *links;
	mdb_fn fn;
	void *data;
	struct nl *requests;
	struct nl *listener;
	sd_event_source *readable;
	struct timer look;
	struct timer room;
	struct reconcile entries;
	struct reconcile foreign;
	bool swept;
	bool refused;
	uint32_t counted;
	uint32_t counted_port;
	size_t count;
	size_t count_port;
	_Alignas(8) char buf[MDB_BATCH_OCTETS];
};

/** struct mdb_job - requests of one batch, in mdb.buf; @of: what each of them is about; @failed: what became of it */
struct mdb_job {
	struct mdb *m;
	size_t len;
	unsigned int n;
	unsigned int of[MDB_BATCH_MAX];
	struct nl_err failed[MDB_BATCH_MAX];
};

static inline struct mdb_entry *mdb_entry(struct wished *w)
{
	return (struct mdb_entry *)w;
}

/* mdb_job.c */
/** mdb_job_put() - that the bridge have this; @of: for the caller. At most MDB_BATCH_MAX of a job */
void mdb_job_put(struct mdb_job *j, unsigned int of, const struct nl_mdb *e);
/** mdb_job_del() - that it go */
void mdb_job_del(struct mdb_job *j, unsigned int of, const struct nl_mdb *e);
/** mdb_job_send() - all of them; then @failed of each is filled in, and there may be others */
void mdb_job_send(struct mdb_job *j);

/* mdb_wish.c */
/** mdb_bridge_of() - the bridge that a device is a port of, or NULL */
const struct fact_link *mdb_bridge_of(const struct mdb *m, uint32_t port);
/** mdb_is_ready() - a bridge that does not look at groups, or is down, lets nobody change them */
bool mdb_is_ready(const struct fact_link *bridge);
/** mdb_must_wait() - it can be taken out when its bridge is ready again */
bool mdb_must_wait(const struct mdb *m, const struct mdb_entry *e);
/** mdb_drop() - it is ours no more */
void mdb_drop(struct mdb *m, struct mdb_entry *e);
/** mdb_take_some() - at most MDB_BATCH_MAX of them; @retain: they are left to the bridge */
void mdb_take_some(struct mdb *m, const struct mdb_key *keys, uint32_t n, bool retain);

/* mdb.c */
/** mdb_tell() - the speaker hears what became of these */
void mdb_tell(struct mdb *m, const struct mdb_result *results, uint32_t n);
/** mdb_changed() - somebody else has changed an entry of ours: the speaker wishes it again */
void mdb_changed(struct mdb *m, const struct mdb_entry *e);
/** mdb_find() - our entry for what the kernel shows, or NULL */
struct mdb_entry *mdb_find(const struct mdb *m, const struct nl_mdb *e);
/** mdb_is_foreign() - an operator's entry is there: it stays, and @r says so */
bool mdb_is_foreign(struct mdb *m, const struct mdb_key *key, struct mdb_result *r);
/** mdb_yield() - he has made @e his, whatever it was */
void mdb_yield(struct mdb *m, struct mdb_entry *e);
/** mdb_foreign_gone() - he has taken his out: what was refused because of it is wished again */
void mdb_foreign_gone(struct mdb *m, struct foreign *f);
/** mdb_is_ours() - it has our mark, and does not age */
bool mdb_is_ours(const struct nl_mdb *e);
/** mdb_news() - what others have done up to now is known, though the loop has not read it yet */
void mdb_news(struct mdb *m);

/* mdb_look.c */
/** mdb_look() - read all bridges. Return: they were */
bool mdb_look(struct mdb *m);
/** mdb_look_again() - a timer's: news were lost, or a bridge shows again what it has; @data: struct mdb */
void mdb_look_again(void *data);

#endif
