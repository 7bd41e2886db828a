// SPDX-License-Identifier: GPL-2.0-only
/*
 * routes_read.c - the tables of interest, read from end to end.
 *
 * The tables are read piece by piece, so that a link that fails waits for no table. Meanwhile no
 * notification is read: the last one of a route is true whatever the reading has seen of it, as long as it
 * comes after. The kernel tells nothing of IPv4 routes that go with their device or an address, so that a device that
 * goes down and an address that is removed make everything read again.
 *
 * In a table of IPv6 that got a route while it was read the kernel begins at the root again, and passes over as many prefixes as
 * it has told by then. Those that have gone meanwhile are among these, and so it leaves out as many that are there, and does
 * not say so (NLM_F_DUMP_INTR). When any route of IPv6 has gone such a table is read once more: what was seen in one of the readings
 * is there.
 *
 * Each time it begins at the root it walks all that it has told, with the table locked: a million prefixes of IPv6 that were
 * read while they came took a minute. So what is read because notifications were lost in a flood is read after it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "log.h"
#include "system/routes_priv.h"

enum {
	DUMPER_RCVBUF = 1024 * 1024,
	PIECES = 4,    /* datagrams that are read at once: about a thousand routes */
	TRIES_MAX = 3, /* of a table of IPv6 that does not rest */
	/* between the end of a reading and the next one: as long as it took, at most */
	PAUSE_MS = 1000,
	REST_MS = 200, /* with fewer than REST_MAX notifications the tables rest */
	REST_MAX = 100,
	PATIENCE_MS = 30000,
};

static void read_done(struct routes *r)
{
	r->reading = -1;
	r->guard_due = false;
	r->read_us = timer_now_us();
	r->pause_us = r->read_us - r->begun_us;
	if (r->pause_us > PAUSE_MS * 1000)
		r->pause_us = PAUSE_MS * 1000;
	routes_flush(r);
	r->ops->send(r->data, IPC_FACT_PREFIXES_DONE, NULL, 0);
	nh_collect(r);
	routes_enable(r->dumper_source, false);
	routes_enable(r->listener_source, true);
	if (r->due)
		routes_read_again(r, 0); /* after the pause */
}

void routes_dumper_close(struct routes *r)
{
	r->dumper_source = sd_event_source_disable_unref(r->dumper_source);
	nl_close(r->dumper);
	r->dumper = NULL;
}

/*
 * What it did not see is not gone, and an object that it saw no route with may be in use: nobody is told that it
 * is over. Another socket, because the kernel may still be at what it was asked for last.
 */
static void read_failed(struct routes *r, int e)
{
	log_error("reading routes: %s; reading them again", strerror(-e));
	routes_dumper_close(r);
	r->reading = -1;
	r->read_us = timer_now_us();
	r->pause_us = PAUSE_MS * 1000;
	routes_flush(r);
	routes_enable(r->listener_source, true);
	routes_read_again(r, PAUSE_MS);
}

/* How many routes of IPv6 have gone in this network namespace, announced or not; 0: nobody knows */
static unsigned int removed_ipv6(void)
{
	FILE *f = fopen("/proc/self/net/rt6_stats", "re");
	unsigned int n = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%*x %*x %*x %*x %*x %*x %x", &n) != 1)
		n = 0;
	fclose(f);
	return n;
}

static bool is_incomplete(const struct routes *r)
{
	return r->reading >= 0 && r->reading & 1 && removed_ipv6() != r->removed;
}

static void ask_next(struct routes *r)
{
	char buf[NL_FIB_REQUEST_MAX];
	int e;

	if (!is_incomplete(r) || ++r->n_tries >= TRIES_MAX) {
		r->n_tries = 0;
		r->reading++;
	}
	if ((size_t)r->reading >= 2 * r->n_tables) {
		read_done(r);
		return;
	}
	r->removed = removed_ipv6();
	e = nl_dump_begin(r->dumper, nl_fib_dump_request(buf, r->reading & 1 ? AF_INET6 : AF_INET,
							 r->tables[r->reading / 2].table));
	if (e)
		read_failed(r, e);
}

static int on_dump(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct routes *r = data;
	int e = 1;

	if (r->ops->busy(r->data)) {
		routes_enable(r->dumper_source, false);
		return 0;
	}
	for (int i = 0; i < PIECES && e == 1; i++)
		e = nl_dump_more(r->dumper, routes_message, r);
	if (e == 1 || e == -EAGAIN)
		return 0;
	if (e && e != -ENOENT) /* a table of which the kernel has nothing yet */
		read_failed(r, e);
	else
		ask_next(r);
	return 0;
}

int routes_dumper_open(struct routes *r)
{
	int e;

	r->dumper = nl_open_listener(NETLINK_ROUTE, DUMPER_RCVBUF);
	if (!r->dumper)
		return -errno;
	e = sd_event_add_io(r->event, &r->dumper_source, nl_fd(r->dumper), EPOLLIN, on_dump, r);
	routes_enable(r->dumper_source, false);
	return e < 0 ? e : 0;
}

void routes_read(struct routes *r)
{
	int e;

	r->due = false;
	if (!r->replayed || !r->listener)
		return;
	e = r->dumper ? 0 : routes_dumper_open(r);
	if (e) {
		read_failed(r, e);
		return;
	}
	r->begun_us = timer_now_us();
	if (r->missed_us) /* perhaps of an object, by which routes are known */
		nh_read_again(r);
	r->missed_us = 0;
	routes_core_repair(r);
	nh_reading_begins(r);
	r->ops->send(r->data, IPC_FACT_PREFIXES_BEGIN, NULL, 0);
	routes_enable(r->listener_source, false);
	routes_enable(r->dumper_source, true);
	ask_next(r);
}

void routes_read_again(struct routes *r, u64 ms)
{
	u64 now = timer_now_us(), at = now + ms * 1000;

	r->due = true;
	if (r->reading >= 0)
		return; /* when this reading ends */
	if (r->read_us && at < r->read_us + r->pause_us)
		at = r->read_us + r->pause_us;
	routes_later(r, at);
}

void routes_missed(struct routes *r)
{
	u64 now = timer_now_us();

	if (!r->missed_us) {
		log_info(
			"more route notifications than could be read; all routes are read again when there are fewer");
		r->missed_us = now;
	}
	r->heard = REST_MAX; /* and more */
	routes_later(r, now + REST_MS * 1000);
}

/* As long as the speaker is behind, or this process was, it is not seen by what was heard. */
static bool rests(struct routes *r)
{
	unsigned int n;

	if (r->ops->busy(r->data))
		return false;
	routes_hear(r);
	n = r->heard;
	r->heard = 0;
	return n < REST_MAX;
}

void routes_missed_later(struct routes *r)
{
	u64 now = timer_now_us();

	if (!r->missed_us || r->reading >= 0)
		return;
	if (rests(r) || now - r->missed_us > PATIENCE_MS * 1000)
		routes_read_again(r, 0);
	else
		routes_later(r, now + REST_MS * 1000);
}
