// SPDX-License-Identifier: GPL-2.0-only
/*
 * bfdd.c - see bfdd.h. One connection to its vty, kept open, so that its end is the news that bfdd has
 * ended; one command at a time; nothing here ever waits.
 *
 * RFC 5882 (3.2)
 */
#include "system/bfdd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frr_vty.h"
#include "timer.h"

enum {
	LOOK_MS = 100,
	BUSY = 4, /* it is asked for no more than this part of its time */
	ANSWER_MS = 5000,
	READ_MAX = 16384,
};

#define S_TO_NS 1000000000ll

/**
 * struct bfdd - @fd: to bfdd, -1: it is not asked
 * @enabled: the first command has been answered
 * @asking: an answer is awaited
 * @look: when to ask next; @late: when an answer is too late, or why it cannot be asked is to be said
 * @why: it cannot
 */
struct bfdd {
	const struct bfdd_ops *ops;
	void *data;
	sd_event *event;
	sd_event_source *source;
	int fd;
	bool enabled;
	bool asking;
	struct frr_answer answer;
	struct timer look;
	struct timer late;
	u64 began_us;
	char why[128];
};

void bfdd_stop(struct bfdd *b)
{
	b->source = sd_event_source_disable_unref(b->source);
	if (b->fd >= 0)
		close(b->fd);
	b->fd = -1;
	b->enabled = b->asking = false;
	b->why[0] = '\0';
	frr_answer_clear(&b->answer);
	timer_stop(&b->look);
	timer_stop(&b->late);
}

bool bfdd_asked(const struct bfdd *b)
{
	return b->fd >= 0 || b->why[0];
}

static void give_up(struct bfdd *b, const char *why)
{
	char text[sizeof(b->why)];

	snprintf(text, sizeof(text), "%s", why);
	bfdd_stop(b);
	b->ops->gone(b->data, text);
}

static void ask(void *data)
{
	struct bfdd *b = data;
	const char *command = b->enabled ? FRR_SHOW_BFD : "enable";
	size_t len = strlen(command) + 1;

	b->asking = true;
	b->began_us = timer_now_us();
	timer_start(&b->late, ANSWER_MS);
	if (send(b->fd, command, len, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)len)
		give_up(b, strerror(errno));
}

/* An answer to "enable" is empty. */
static int read_sessions(struct bfdd *b, struct frr_bfd **list, size_t *n)
{
	*list = NULL;
	*n = 0;
	if (b->answer.status)
		return -EINVAL;
	return b->enabled ? frr_bfd_parse(b->answer.text, list, n) : 0;
}

static void take(struct bfdd *b)
{
	u64 rest_ms = BUSY * (timer_now_us() - b->began_us) / 1000;
	bool was_enabled = b->enabled;
	struct frr_bfd *list;
	size_t n;
	int r = read_sessions(b, &list, &n);

	b->asking = false;
	b->enabled = true;
	timer_stop(&b->late);
	frr_answer_clear(&b->answer);
	if (r) {
		give_up(b, "an answer that bfdd does not give");
		return;
	}
	if (!was_enabled)
		rest_ms = 0;
	else if (rest_ms < LOOK_MS)
		rest_ms = LOOK_MS;
	timer_start(&b->look, rest_ms);
	if (was_enabled)
		b->ops->sessions(b->data, list, n);
	free(list);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct bfdd *b = data;
	char buf[READ_MAX];
	ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		give_up(b, n ? strerror(errno) : "it has ended");
	else if (!b->asking || frr_answer_feed(&b->answer, buf, (size_t)n))
		give_up(b, "an answer to nothing");
	else if (b->answer.complete)
		take(b);
	return 0;
}

static void on_late(void *data)
{
	struct bfdd *b = data;

	give_up(b, b->why[0] ? b->why : "it does not answer");
}

void bfdd_ask(struct bfdd *b, const char *vty)
{
	int r;

	bfdd_stop(b);
	b->fd = frr_vty_connect(vty);
	r = b->fd < 0 ? b->fd : sd_event_add_io(b->event, &b->source, b->fd, EPOLLIN, on_io, b);
	if (r < 0) {
		snprintf(b->why, sizeof(b->why), "%s", strerror(-r));
		timer_start(&b->late, 0);
		return;
	}
	timer_start(&b->look, 0);
}

struct bfdd *bfdd_new(sd_event *event, const struct bfdd_ops *ops, void *data)
{
	struct bfdd *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->event = sd_event_ref(event);
	b->ops = ops;
	b->data = data;
	b->fd = -1;
	timer_init(&b->look, event, 10000, ask, b);
	timer_init(&b->late, event, 10000, on_late, b);
	return b;
}

void bfdd_free(struct bfdd *b)
{
	if (!b)
		return;
	bfdd_stop(b);
	timer_done(&b->look);
	timer_done(&b->late);
	sd_event_unref(b->event);
	free(b);
}

/* ---- a session as a fact ---- */

static enum bfd_state remote_state(const struct frr_bfd *s)
{
	if (s->state == BFD_UP)
		return BFD_UP;
	if (s->diag == BFD_DIAG_NEIGHBOR_DOWN &&
	    (s->remote_diag == BFD_DIAG_NONE || s->remote_diag == BFD_DIAG_ADMIN_DOWN))
		return BFD_ADMIN_DOWN;
	return BFD_DOWN;
}

struct fact_bfd bfdd_fact(const struct frr_bfd *s, const struct fact_bfd *before, int64_t now)
{
	struct fact_bfd fact = {.key = before->key,
				.bfdd = true,
				.multihop = before->multihop,
				.state = BFD_DOWN,
				.ups = before->ups};
	bool was_up = before->running && before->state == BFD_UP;

	if (!s || s->shutdown) {
		snprintf(fact.text, sizeof(fact.text), "%s",
			 s ? "FRR's bfdd has the ports, and holds its session down (shutdown)" :
			     "FRR's bfdd has the ports, and no session with this address");
		return fact;
	}
	fact.running = true;
	fact.multihop = s->multihop;
	fact.state = s->state;
	fact.remote_state = remote_state(s);
	fact.diag = s->diag;
	fact.remote_diag = s->remote_diag;
	fact.remote_multiplier = s->remote_mult;
	fact.interval_us = s->interval_us;
	fact.detection_us = s->detection_us;
	fact.ups += s->state == BFD_UP && !was_up;
	fact.since = before->running && before->state == fact.state ?
			     before->since :
			     now - (int64_t)s->seconds * S_TO_NS;
	return fact;
}
