// SPDX-License-Identifier: GPL-2.0-only
/*
 * parent_bfd.c - see parent_bfd.h.
 *
 * A BFD process that dies takes its sessions with it, and the other sides notice. That must not look
 * like the death of all other PEs at once: the speaker is told that the sessions do not run, which says
 * nothing about anybody.
 *
 * Where FRR's bfdd has the ports, its sessions are the facts, as long as it is there.
 */
#include "parent/parent_bfd.h"

#include <errno.h>
#include <ifaddrs.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bfd.h"
#include "log.h"
#include "parent/bfd_sockets.h"
#include "parent/spawn.h"
#include "system/bfdd.h"
#include "system/reconcile.h"
#include "timer.h"

enum { AGAIN_MS = 1000, HOPS_MS = 2000, STOP_MS = 1000, LISTENERS = 4, HEALTHY_US = 10000000 };

/**
 * struct bfd_wished - a session that shall run; it is in the table as long as it is wished
 * @fact: what became of it, and what it is like
 * @sent: the process has been given its socket
 */
struct bfd_wished {
	struct wished w;
	struct bfd_order order;
	struct fact_bfd fact;
	bool sent;
};

/**
 * struct parent_bfd - @again: to start the process, or open sockets, that could not be
 * @hops: to look whether those that are not up are one hop away by now
 * @bfdd: FRR's, that is asked while it has the ports, at @vty
 */
struct parent_bfd {
	sd_event *event;
	enum sandbox_policy policy;
	bool human;
	void (*tell)(void *data, const struct fact_bfd *fact);
	void *data;
	struct reconcile wishes;
	unsigned int n;
	struct ipc *ipc;
	pid_t pid;
	u64 started_us;
	sd_event_source *child;
	struct timer again;
	struct timer hops;
	bool listening;
	bool stopping;
	struct bfdd *bfdd;
	char vty[CONF_VTY_MAX];
	char said[128];
};

static int key_cmp(const void *a, const void *b)
{
	return bfd_key_cmp(a, b);
}

static struct bfd_wished *find(struct parent_bfd *b, const struct bfd_key *key)
{
	return (struct bfd_wished *)reconcile_find(&b->wishes, key);
}

/* Each of them; the body may drop it. */
static void each(struct parent_bfd *b,
		 void (*fn)(struct parent_bfd *b, struct bfd_wished *w, const void *data),
		 const void *data)
{
	struct wished *w, *next;

	RECONCILE_FOREACH_SAFE(w, &b->wishes, next)
	{
		fn(b, (struct bfd_wished *)w, data);
	}
}

/* ---- what the speaker hears ---- */

static void tell_why(struct parent_bfd *b, struct bfd_wished *w, const void *text)
{
	const char *why = text;

	if (!w->fact.running && !strcmp(w->fact.text, why))
		return;
	w->fact = (struct fact_bfd){
		.key = w->order.key, .multihop = w->order.multihop, .state = BFD_DOWN};
	snprintf(w->fact.text, sizeof(w->fact.text), "%s", why);
	b->tell(b->data, &w->fact);
}

static void say(struct parent_bfd *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Once, and not again before something else is said. */
static void say(struct parent_bfd *b, const char *fmt, ...)
{
	char text[sizeof(b->said)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (strcmp(text, b->said))
		log_error("BFD: %s", text);
	snprintf(b->said, sizeof(b->said), "%s", text);
}

/* ---- FRR's bfdd ---- */

static bool is_other(const struct fact_bfd *a, const struct fact_bfd *b)
{
	return a->running != b->running || a->bfdd != b->bfdd || a->multihop != b->multihop ||
	       a->state != b->state || a->remote_state != b->remote_state || a->diag != b->diag ||
	       a->ups != b->ups || a->interval_us != b->interval_us ||
	       a->detection_us != b->detection_us || strcmp(a->text, b->text);
}

static void tell_bfdds(struct parent_bfd *b, struct bfd_wished *w, const struct frr_bfd *s)
{
	struct fact_bfd before = w->fact;

	before.key = w->order.key;
	before.multihop = s ? s->multihop : w->order.multihop;
	w->fact = bfdd_fact(s, &before, (int64_t)timer_now_ns());
	if (is_other(&w->fact, &before))
		b->tell(b->data, &w->fact);
}

/** struct bfdds - the sessions of FRR's bfdd */
struct bfdds {
	const struct frr_bfd *list;
	size_t n;
};

static void look_up(struct parent_bfd *b, struct bfd_wished *w, const void *data)
{
	const struct bfd_key *key = &w->order.key;
	const struct bfdds *s = data;

	tell_bfdds(b, w, frr_bfd_find(s->list, s->n, &key->remote, &key->local, key->ifname));
}

static void on_bfdd_sessions(void *data, const struct frr_bfd *list, size_t n)
{
	struct bfdds all = {list, n};
	struct parent_bfd *b = data;

	if (strcmp(b->said, b->vty))
		log_info("BFD: FRR's bfdd has the ports; its sessions are what is known (%s)",
			 b->vty);
	snprintf(b->said, sizeof(b->said), "%s", b->vty);
	each(b, look_up, &all);
}

/* It may have left the ports. */
static void on_bfdd_gone(void *data, const char *why)
{
	struct parent_bfd *b = data;

	say(b, "another BFD daemon has the ports, and FRR's bfdd at %s cannot be asked: %s", b->vty,
	    why);
	each(b, tell_why, b->said);
	timer_start(&b->again, AGAIN_MS);
}

static const struct bfdd_ops bfdd_ops = {.sessions = on_bfdd_sessions, .gone = on_bfdd_gone};

/* Beside zebra's socket. */
static void set_vty(struct parent_bfd *b, const struct conf *conf)
{
	const char *zebra = conf->global.frr.vty, *slash = strrchr(zebra, '/');
	int len = slash ? (int)(slash - zebra + 1) : 0;

	snprintf(b->vty, sizeof(b->vty), "%.*sbfdd.vty", len, zebra);
}

/* ---- the process ---- */

static void give(struct parent_bfd *b, struct bfd_wished *w)
{
	int fd = -1;

	if (!b->ipc || !b->listening)
		return;
	if (!w->sent) {
		w->order.ifindex = w->order.key.ifname[0] ? if_nametoindex(w->order.key.ifname) : 0;
		fd = bfd_socket_send(&w->order.key);
		if (fd < 0) {
			tell_why(b, w, strerror(-fd));
			timer_start(&b->again, AGAIN_MS);
			return;
		}
	}
	if (!ipc_send_fd(b->ipc, IPC_BFD_ORDER, &w->order, sizeof(w->order), fd))
		w->sent = true;
	if (fd >= 0)
		close(fd);
}

static void give_new(struct parent_bfd *b, struct bfd_wished *w, const void *data)
{
	if (!w->sent)
		give(b, w);
}

/* All of them or none: half of the packets would be worse than no BFD. */
static int listen_all(struct parent_bfd *b)
{
	int fds[LISTENERS], i, r = 0;

	for (i = 0; i < LISTENERS; i++) {
		fds[i] = bfd_socket_listen(i & 1, i & 2);
		if (fds[i] < 0 && !(i & 1 && fds[i] == -EAFNOSUPPORT) && !r)
			r = fds[i];
	}
	for (i = 0; i < LISTENERS; i++) {
		struct bfd_listen listen = {.v6 = i & 1, .multihop = i & 2};

		if (!r && fds[i] >= 0)
			ipc_send_fd(b->ipc, IPC_BFD_LISTEN, &listen, sizeof(listen), fds[i]);
		if (fds[i] >= 0)
			close(fds[i]);
	}
	return r;
}

/* ---- how many hops ---- */

/* Is it one that may be a hop away or more? As with FRR, one that is bound to a device is a hop away */
static bool counts_hops(const struct bfd_key *key)
{
	return key->use != BFD_SEGMENT && !key->ifname[0];
}

/* The subnet may not have been there when the session began, as at boot. Return: it is to be looked for */
static bool look_for_hops(struct parent_bfd *b, const struct bfd_wished *w)
{
	if (!counts_hops(&w->order.key) || (w->fact.running && w->fact.state == BFD_UP))
		return false;
	if (!timer_running(&b->hops))
		timer_start(&b->hops, HOPS_MS);
	return true;
}

static void hops_of(struct parent_bfd *b, struct bfd_wished *w, const void *all)
{
	bool multihop;

	if (!look_for_hops(b, w))
		return;
	multihop = !bfd_on_link(all, &w->order.key.remote);
	if (multihop == w->order.multihop)
		return;
	w->order.multihop = multihop;
	if (b->ipc && w->sent)
		ipc_send(b->ipc, IPC_BFD_ORDER_GONE, &w->order.key, sizeof(w->order.key));
	w->sent = false;
	give(b, w);
}

static void hops_fired(void *data)
{
	struct parent_bfd *b = data;
	struct ifaddrs *all;

	if (getifaddrs(&all))
		return;
	each(b, hops_of, all);
	freeifaddrs(all);
}

static void on_message(void *data, const struct ipc_hdr *hdr, void *body, int fd)
{
	const struct fact_bfd *fact = body;
	struct parent_bfd *b = data;
	struct bfd_wished *w;

	if (fd >= 0)
		close(fd);
	if (hdr->type != IPC_BFD_STATE)
		return;
	w = find(b, &fact->key);
	if (!w || !w->sent)
		return;
	w->fact = *fact;
	w->fact.text[0] = '\0';
	look_for_hops(b, w);
	b->tell(b->data, &w->fact);
}

static void has_ended(struct parent_bfd *b, struct bfd_wished *w, const void *why)
{
	w->sent = false;
	if (!bfdd_asked(b->bfdd))
		tell_why(b, w, why);
}

static void end_process(struct parent_bfd *b, const char *why)
{
	ipc_free(b->ipc);
	b->ipc = NULL;
	b->listening = false;
	each(b, has_ended, why);
}

static void on_closed(void *data)
{
	struct parent_bfd *b = data;

	end_process(b, "the BFD process has ended");
	/* at once, before the other sides have waited for too long, unless that would go on for ever */
	if (!b->stopping)
		timer_start(&b->again, timer_now_us() - b->started_us > HEALTHY_US ? 1 : AGAIN_MS);
}

static void say_end(const struct parent_bfd *b, const char *what, int number)
{
	if (!b->stopping)
		log_error("BFD: the process ended with %s %d", what, number);
}

static int on_child(sd_event_source *source, const siginfo_t *si, void *data)
{
	struct parent_bfd *b = data;

	b->child = sd_event_source_unref(b->child);
	b->pid = 0;
	say_end(b, si->si_code == CLD_EXITED ? "status" : "signal", si->si_status);
	return 0;
}

/* Its end of the pair is closed; the process itself may take a moment longer. */
static void reap(struct parent_bfd *b)
{
	int status;

	if (!b->pid)
		return;
	b->child = sd_event_source_disable_unref(b->child);
	kill(b->pid, SIGKILL);
	if (waitpid(b->pid, &status, 0) == b->pid && WIFSIGNALED(status))
		say_end(b, "signal", WTERMSIG(status));
	b->pid = 0;
}

static void start(struct parent_bfd *b)
{
	pid_t pid;
	int fd;

	reap(b);
	pid = spawn_child(SPAWN_BFD, b->policy, b->human, &fd);
	if (pid < 0) {
		say(b, "starting its process: %s", strerror(-pid));
		timer_start(&b->again, AGAIN_MS);
		return;
	}
	b->ipc = ipc_new(b->event, fd, on_message, on_closed, b);
	if (!b->ipc || sd_event_add_child(b->event, &b->child, pid, WEXITED, on_child, b) < 0) {
		if (!b->ipc)
			close(fd);
		ipc_free(b->ipc);
		b->ipc = NULL;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		timer_start(&b->again, AGAIN_MS);
		return;
	}
	b->pid = pid;
	b->started_us = timer_now_us();
}

static void cannot_listen(struct parent_bfd *b, int error)
{
	if (error == EADDRINUSE) {
		if (!bfdd_asked(b->bfdd))
			bfdd_ask(b->bfdd, b->vty);
		return;
	}
	timer_start(&b->again, AGAIN_MS);
	say(b, "listening: %s", strerror(error));
	each(b, tell_why, b->said);
}

static void are_listening(struct parent_bfd *b)
{
	b->listening = true;
	b->said[0] = '\0';
	bfdd_stop(b->bfdd);
	each(b, give_new, NULL);
}

/* Whatever is missing: the process, its ports, a session's socket. */
static void go_on(void *data)
{
	struct parent_bfd *b = data;
	int r;

	if (b->stopping || !b->n)
		return;
	if (!b->ipc)
		start(b);
	if (!b->ipc)
		return; /* it is tried again */
	r = b->listening ? 0 : listen_all(b);
	if (r)
		cannot_listen(b, -r);
	else
		are_listening(b);
}

/* ---- wishes ---- */

static bool timing(const struct conf *conf, const struct bfd_key *key, struct bfd_order *order,
		   const char **why)
{
	struct conf_bfd bfd = conf->global.bfd;

	*order = (struct bfd_order){.key = *key, .multihop = true};
	if (key->use == BFD_PEER) {
		const struct conf_peer *n = NULL;

		for (size_t i = 0; i < conf->n_peers && !n; i++)
			if (ip_equal(&conf->peers[i].address, &key->remote) &&
			    ip_equal(&conf->peers[i].source, &key->local) &&
			    !strcmp(conf->peers[i].interface, key->ifname))
				n = &conf->peers[i];
		if (n)
			bfd = conf_bfd_of(conf, n);
		bfd.enabled = n && n->bfd.enabled;
	} else if (key->use == BFD_FAR_END) {
		bfd.enabled = false;
		for (size_t i = 0; i < conf->n_segments; i++)
			bfd.enabled |= ip_equal(&conf->segments[i].far_end, &key->remote);
	}
	order->multiplier = bfd.multiplier;
	order->interval_us = bfd.interval_ms * 1000;
	if (!bfd.enabled)
		*why = "a BFD session that is not configured";
	return bfd.enabled;
}

bool parent_bfd_ok(const struct conf *conf, const struct bfd_key *key, const char **why)
{
	struct bfd_order order;

	if (key->use >= BFD_USES || (key->remote.len != 4 && key->remote.len != 16) ||
	    (!ip_is_none(&key->local) && key->local.len != key->remote.len) ||
	    ip_is_zero(&key->remote) || ip_is_multicast(&key->remote) ||
	    strnlen(key->ifname, IFNAMSIZ) == IFNAMSIZ) {
		*why = "an impossible BFD session";
		return false;
	}
	return timing(conf, key, &order, why);
}

static void drop(struct parent_bfd *b, struct bfd_wished *w)
{
	if (b->ipc && w->sent)
		ipc_send(b->ipc, IPC_BFD_ORDER_GONE, &w->order.key, sizeof(w->order.key));
	reconcile_drop(&b->wishes, &w->w);
	if (!--b->n)
		bfdd_stop(b->bfdd);
}

/* In no subnet of ours? */
static bool is_far(const struct bfd_key *key)
{
	struct ifaddrs *all;
	bool far;

	if (!counts_hops(key) || getifaddrs(&all))
		return counts_hops(key);
	far = !bfd_on_link(all, &key->remote);
	freeifaddrs(all);
	return far;
}

static void begin(struct parent_bfd *b, struct bfd_wished *w, const struct bfd_order *order)
{
	w->order = *order;
	w->order.multihop = order->key.use == BFD_SEGMENT || is_far(&order->key);
	look_for_hops(b, w);
	b->n++;
	if (b->listening)
		give(b, w);
	else
		go_on(b);
}

static void refuse(struct parent_bfd *b, const struct bfd_key *key, const char *why)
{
	struct fact_bfd fact = {.key = *key, .state = BFD_DOWN};

	snprintf(fact.text, sizeof(fact.text), "%s", why);
	b->tell(b->data, &fact);
}

void parent_bfd_wish(struct parent_bfd *b, const struct conf *conf, const struct bfd_key *key)
{
	const char *why = "there is no memory";
	bool fresh = !find(b, key);
	struct bfd_order order;
	struct wished *w;

	set_vty(b, conf);
	if (fresh && b->n >= BFD_SESSIONS_MAX) {
		refuse(b, key, "there are too many already");
		return;
	}
	if (fresh && !timing(conf, key, &order, &why)) {
		refuse(b, key, why);
		return;
	}
	w = reconcile_wish(&b->wishes, key);
	if (!w)
		refuse(b, key, why);
	else if (fresh)
		begin(b, (struct bfd_wished *)w, &order);
}

void parent_bfd_wish_gone(struct parent_bfd *b, const struct bfd_key *key)
{
	struct bfd_wished *w = find(b, key);

	if (w)
		drop(b, w);
}

static void unwished(void *data, struct wished *w)
{
	drop(data, (struct bfd_wished *)w);
}

void parent_bfd_sweep(struct parent_bfd *b)
{
	reconcile_sweep(&b->wishes, unwished, b);
}

static void renew(struct parent_bfd *b, struct bfd_wished *w, const void *conf)
{
	struct bfd_order order;
	const char *why;

	if (!timing(conf, &w->order.key, &order, &why)) {
		drop(b, w);
		return;
	}
	order.multihop = w->order.multihop;
	order.ifindex = w->order.ifindex;
	if (order.interval_us == w->order.interval_us && order.multiplier == w->order.multiplier)
		return;
	w->order = order;
	give(b, w);
}

void parent_bfd_conf(struct parent_bfd *b, const struct conf *conf)
{
	if (!b)
		return;
	set_vty(b, conf);
	each(b, renew, conf);
}

/** struct named - a device that has another number now */
struct named {
	const char *ifname;
	uint32_t ifindex;
};

static void bind_again(struct parent_bfd *b, struct bfd_wished *w, const void *data)
{
	const struct named *device = data;

	if (strcmp(w->order.key.ifname, device->ifname) || w->order.ifindex == device->ifindex)
		return;
	w->sent = false;
	give(b, w);
}

void parent_bfd_link(struct parent_bfd *b, const char *ifname, uint32_t ifindex)
{
	struct named device = {ifname, ifindex};

	each(b, bind_again, &device);
}

static void tell_again(struct parent_bfd *b, struct bfd_wished *w, const void *data)
{
	b->tell(b->data, &w->fact);
}

void parent_bfd_replay(struct parent_bfd *b)
{
	reconcile_replay(&b->wishes);
	each(b, tell_again, NULL);
}

/* ---- life ---- */

struct parent_bfd *parent_bfd_new(sd_event *event, enum sandbox_policy policy, bool human,
				  void (*fact)(void *data, const struct fact_bfd *fact), void *data)
{
	struct parent_bfd *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->event = event;
	b->policy = policy;
	b->human = human;
	b->tell = fact;
	b->data = data;
	b->wishes = RECONCILE_INIT(struct bfd_wished, order.key, key_cmp);
	timer_init(&b->again, event, 10000, go_on, b);
	timer_init(&b->hops, event, 100000, hops_fired, b);
	b->bfdd = bfdd_new(event, &bfdd_ops, b);
	if (b->bfdd)
		return b;
	free(b);
	return NULL;
}

/* The other sides are told that this is no failure, then the process ends. */
static void stop(struct parent_bfd *b)
{
	b->stopping = true;
	timer_stop(&b->again);
	timer_stop(&b->hops);
	bfdd_stop(b->bfdd);
	if (b->ipc)
		ipc_send(b->ipc, IPC_SHUTDOWN, NULL, 0);
}

/* Its last packets are for the other sides; it gets a moment to send them. */
static void bury(struct parent_bfd *b)
{
	if (!b->pid)
		return;
	b->child = sd_event_source_disable_unref(b->child);
	for (int ms = 0; ms < STOP_MS; ms += 10) {
		if (waitpid(b->pid, NULL, WNOHANG) != 0)
			return;
		usleep(10000);
	}
	kill(b->pid, SIGKILL);
	waitpid(b->pid, NULL, 0);
}

void parent_bfd_free(struct parent_bfd *b)
{
	if (!b)
		return;
	stop(b);
	bury(b);
	ipc_free(b->ipc);
	reconcile_free(&b->wishes);
	timer_done(&b->again);
	timer_done(&b->hops);
	bfdd_free(b->bfdd);
	free(b);
}
