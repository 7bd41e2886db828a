// SPDX-License-Identifier: GPL-2.0-only
/*
 * bfd_main.c - see bfd_main.h.
 *
 * One timer, at the earliest deadline of all sessions. Many sessions cost few wake-ups: after each the
 * process rests for a small part of the shortest interval, and does then what has come due and come in
 * meanwhile. That much later a packet may leave, and be seen: the other side waits for several.
 */
#include "bfd/bfd_main.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bfd/bfd_io.h"
#include "bfd/bfd_table.h"
#include "contract/ipc.h"
#include "log.h"
#include "timer.h"

enum {
	LISTENERS = 4,	 /* two families, two ports */
	REST_SHARE = 64, /* of the shortest interval */
	REST_MIN_US = 200,
	REST_MAX_US = 4000,
	MANY = 16,     /* sessions; with fewer each packet is read as it comes */
	PRIORITY = 10, /* of SCHED_RR: above everything that is not real-time */
	NICE = -20,
	PACKETS_FIRST = SD_EVENT_PRIORITY_IMPORTANT - 10,
};

struct bfd;

struct bfd_listener {
	struct bfd *bfd;
	sd_event_source *source;
	int fd;
	bool v6;
	bool multihop;
};

/**
 * struct bfd - the process
 * @ran: when deadlines were last looked at; @rest_us: for how long not again
 * @rest: until then nothing is read
 * @seed: of the random numbers for jitter
 */
struct bfd {
	sd_event *event;
	struct ipc *ipc;
	struct bfd_table *table;
	struct timer timer;
	struct bfd_listener listeners[LISTENERS];
	unsigned int n_listeners;
	s64 ran;
	s64 rest_us;
	struct timer rest;
	u32 seed;
	int status;
};

void bfd_realtime(void)
{
	const struct sched_param param = {.sched_priority = PRIORITY};

	if (!sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &param))
		return;
	log_debug("no real-time priority: %s", strerror(errno));
	if (setpriority(PRIO_PROCESS, 0, NICE))
		log_debug("no higher priority: %s", strerror(errno));
}

static s64 now_us(void)
{
	return (s64)timer_now_us();
}

static u32 chance(struct bfd *b)
{
	b->seed = b->seed * 1664525 + 1013904223;
	return b->seed >> 8;
}

/* ---- sessions ---- */

static void report(struct bfd *b, const struct bfd_peer *p)
{
	const struct bfd_session *s = &p->s;
	struct fact_bfd fact = {
		.key = p->order.key,
		.running = true,
		.multihop = p->order.multihop,
		.state = (uint8_t)s->state,
		.remote_state = (uint8_t)s->remote_state,
		.diag = (uint8_t)s->diag,
		.remote_diag = s->remote_diag,
		.remote_multiplier = s->remote_mult,
		.ups = p->ups,
		.since = p->since * 1000,
		.interval_us = bfd_session_interval(s),
		.detection_us = (uint64_t)bfd_session_detection(s),
	};

	ipc_send(b->ipc, IPC_BFD_STATE, &fact, sizeof(fact));
}

static void changed(struct bfd *b, struct bfd_peer *p, enum bfd_state before, s64 now)
{
	char ip[IP_STRLEN];

	if (p->s.state != before) {
		p->since = now;
		p->ups += p->s.state == BFD_UP;
		if (p->s.state == BFD_UP || before == BFD_UP)
			log_info("%s: %s%s%s", ip_format(&p->order.key.remote, ip),
				 bfd_state_name(p->s.state), p->s.diag ? ": " : "",
				 p->s.diag ? bfd_diag_name(p->s.diag) : "");
	}
	report(b, p);
}

static void send_due(struct bfd *b, struct bfd_peer *p, s64 now)
{
	struct bfd_packet packet;

	while (bfd_session_tx_due(&p->s, now)) {
		bfd_session_tx(&p->s, &packet, now, chance(b));
		bfd_io_send(p, &packet);
	}
}

static void arm(struct bfd *b)
{
	const struct bfd_peer *p = bfd_table_next(b->table);
	s64 at;

	if (!p || p->deadline == BFD_NEVER) {
		timer_stop(&b->timer);
		return;
	}
	at = p->deadline > b->ran + b->rest_us ? p->deadline : b->ran + b->rest_us;
	if (b->timer.expires_us != (u64)at)
		timer_start_at(&b->timer, (u64)at);
}

static void on_timer(void *data)
{
	struct bfd *b = data;
	struct bfd_peer *p;

	b->ran = now_us();
	while ((p = bfd_table_next(b->table)) && p->deadline <= b->ran) {
		enum bfd_state before = p->s.state;

		if (bfd_session_expire(&p->s, b->ran))
			changed(b, p, before, b->ran);
		send_due(b, p, b->ran);
		bfd_table_settle(b->table, p);
	}
	arm(b);
}

static void on_packet(void *data, const struct bfd_arrival *a)
{
	struct bfd_listener *l = data;
	struct bfd *b = l->bfd;
	enum bfd_state before;
	struct bfd_peer *p;
	s64 now = now_us();
	u32 interval;

	if (a->packet.your_discr)
		p = bfd_table_discr(b->table, a->packet.your_discr);
	else
		p = bfd_table_address(b->table, l->multihop, &a->from, &a->to, a->ifindex);
	/* a discriminator that was guessed is not enough */
	if (!p || p->order.multihop != l->multihop || !ip_equal(&p->order.key.remote, &a->from))
		return;
	before = p->s.state;
	interval = bfd_session_interval(&p->s);
	if (bfd_session_rx(&p->s, &a->packet, now) || bfd_session_interval(&p->s) != interval)
		changed(b, p, before, now);
	send_due(b, p, now);
	bfd_table_settle(b->table, p);
}

static void read_again(void *data)
{
	struct bfd *b = data;

	for (unsigned int i = 0; i < b->n_listeners; i++)
		sd_event_source_set_enabled(b->listeners[i].source, SD_EVENT_ON);
}

static int on_listener(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct bfd_listener *l = data;
	struct bfd *b = l->bfd;

	bfd_io_receive(fd, l->multihop, on_packet, l);
	arm(b);
	if (bfd_table_count(b->table) < MANY)
		return 0;
	sd_event_source_set_enabled(source, SD_EVENT_OFF);
	if (!timer_running(&b->rest))
		timer_start_at(&b->rest, timer_now_us() + (u64)b->rest_us);
	return 0;
}

static void set_rest(struct bfd *b, u32 interval_us)
{
	s64 us = interval_us / REST_SHARE;

	if (us > b->rest_us && bfd_table_count(b->table) > 1)
		return; /* another session is in more of a hurry */
	b->rest_us = us < REST_MIN_US ? REST_MIN_US : us > REST_MAX_US ? REST_MAX_US : us;
}

/* ---- the parent's orders ---- */

static void on_listen(struct bfd *b, const struct bfd_listen *listen, int fd)
{
	struct bfd_listener *l = &b->listeners[b->n_listeners];

	if (fd < 0 || b->n_listeners == LISTENERS) {
		if (fd >= 0)
			close(fd);
		return;
	}
	*l = (struct bfd_listener){
		.bfd = b, .fd = fd, .v6 = listen->v6, .multihop = listen->multihop};
	if (sd_event_add_io(b->event, &l->source, fd, EPOLLIN, on_listener, l) < 0) {
		close(fd);
		return;
	}
	sd_event_source_set_priority(l->source, PACKETS_FIRST);
	b->n_listeners++;
}

static void on_order(struct bfd *b, const struct bfd_order *order, int fd)
{
	const struct bfd_timing timing = {order->interval_us, order->interval_us,
					  order->multiplier};
	struct bfd_peer *p = bfd_table_find(b->table, &order->key);
	s64 now = now_us();

	if (p && p->order.multihop == order->multihop && p->order.ifindex == order->ifindex) {
		if (fd >= 0)
			close(fd);
		p->order = *order;
		bfd_session_timing(&p->s, &timing, now);
		bfd_table_settle(b->table, p);
	} else if (fd >= 0) {
		if (p)
			bfd_table_del(b->table, p);
		p = bfd_table_add(b->table, order, fd, chance(b), now);
	}
	set_rest(b, order->interval_us);
	if (p)
		report(b, p);
	arm(b);
}

/* The other side is told that this is no failure. */
static void say_admin_down(struct bfd *b, struct bfd_peer *p)
{
	s64 now = now_us();

	bfd_session_admin(&p->s, true, now);
	send_due(b, p, now);
}

static void on_gone(struct bfd *b, const struct bfd_key *key)
{
	struct bfd_peer *p = bfd_table_find(b->table, key);

	if (!p)
		return;
	say_admin_down(b, p);
	bfd_table_del(b->table, p);
	arm(b);
}

static void shut_down(struct bfd *b)
{
	struct bfd_peer *p;

	while ((p = bfd_table_next(b->table))) {
		say_admin_down(b, p);
		bfd_table_del(b->table, p);
	}
	b->status = 0;
	sd_event_exit(b->event, 0);
}

static void on_message(void *data, const struct ipc_hdr *hdr, void *body, int fd)
{
	struct bfd *b = data;

	switch (hdr->type) {
	case IPC_BFD_LISTEN:
		on_listen(b, body, fd);
		return;
	case IPC_BFD_ORDER:
		on_order(b, body, fd);
		return;
	case IPC_BFD_ORDER_GONE:
		on_gone(b, body);
		break;
	case IPC_SHUTDOWN:
		shut_down(b);
		break;
	default:
		break;
	}
	if (fd >= 0)
		close(fd);
}

static void on_parent_gone(void *data)
{
	struct bfd *b = data;

	sd_event_exit(b->event, 1);
}

static int run(struct bfd *b, int ipc_fd)
{
	if (getrandom(&b->seed, sizeof(b->seed), 0) < 0)
		b->seed = (u32)timer_now_ns();
	b->table = bfd_table_new();
	if (!b->table || sd_event_new(&b->event) < 0)
		return -ENOMEM;
	b->rest_us = REST_MIN_US;
	timer_init(&b->timer, b->event, 1, on_timer, b);
	timer_init(&b->rest, b->event, 1, read_again, b);
	b->ipc = ipc_new(b->event, ipc_fd, on_message, on_parent_gone, b);
	return b->ipc ? sd_event_loop(b->event) : -ENOMEM;
}

int bfd_main(int ipc_fd)
{
	struct bfd b = {.status = 1};

	if (run(&b, ipc_fd) < 0 && !b.ipc)
		log_error("no memory to start");
	for (unsigned int i = 0; i < b.n_listeners; i++) {
		sd_event_source_disable_unref(b.listeners[i].source);
		close(b.listeners[i].fd);
	}
	timer_done(&b.timer);
	timer_done(&b.rest);
	bfd_table_free(b.table);
	ipc_free(b.ipc);
	sd_event_unref(b.event);
	return b.status;
}
