// SPDX-License-Identifier: GPL-2.0-only
/*
 * parent_speaker.c - the speaker as its parent sees it: started, told everything there is, heard,
 * buried, started again.
 *
 * A speaker that dies takes nothing with it but its sessions: what it wished stays wished, the kernel
 * keeps enforcing it, and its successor adopts it. Every message of it is checked, because it is the
 * process that reads from the network; one that says too much that makes no sense is ended.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "log.h"
#include "parent/parent_priv.h"
#include "parent/spawn.h"
#include "parent/wishes.h"

enum {
	RESPAWN_FIRST_MS = 500,
	RESPAWN_MAX_MS = 60000,
	HEALTHY_US = 60000000, /* alive for so long: its death begins a new count */
	STOP_MS = 5000,
	LINGER_MS = 2000, /* between closing its end and ending */
	VIOLATIONS_MAX = 100,
	QUEUE_MAX = 64 * 1024 * 1024, /* that it has not read */
	EVENT_MAX = 65536,
	BUSY_BYTES = 256 * 1024,
};

#define VIOLATIONS_US 3600000000ull /* a slip now and then is no reason */

/* Once it is reaped its number may be another process's. */
static void end_speaker(struct parent *p, int signal)
{
	if (p->pid > 0 && !p->reaped)
		kill(p->pid, signal);
}

static void sent(struct parent *p, enum ipc_type type, int r)
{
	if (r == -EPIPE || r == -ECONNRESET || !r)
		return; /* its death is told by another way */
	log_error("speaker: %s could not be sent: %s", ipc_type_name(type), strerror(-r));
	end_speaker(p, SIGKILL);
}

void parent_send(struct parent *p, enum ipc_type type, const void *body, uint32_t len)
{
	if (p->ipc)
		sent(p, type, ipc_send(p->ipc, type, body, len));
}

void parent_tell(struct parent *p, enum ipc_type type, const void *result)
{
	if (p->ipc)
		sent(p, type, ipc_send_batch(p->ipc, type, result, 1, 0));
}

/* It has not read what it was sent: what can wait elsewhere is not to wait here. */
bool parent_speaker_busy(const struct parent *p)
{
	return p->ipc && ipc_waiting(p->ipc) > BUSY_BYTES;
}

static void on_drained(void *data)
{
	struct parent *p = data;

	kern_resume(p->kern);
	routes_resume(p->routes);
}

static void count_violation(struct parent *p)
{
	u64 now = timer_now_us();

	if (p->condemned)
		return;
	if (now - p->violations_since_us > VIOLATIONS_US) {
		p->violations_since_us = now;
		p->violations = 0;
	}
	p->violations_total++;
	if (++p->violations < VIOLATIONS_MAX)
		return;
	log_error("speaker: %u messages made no sense, or asked for what is not its own; ending it",
		  p->violations);
	p->condemned = true;
	end_speaker(p, SIGKILL);
}

void parent_violation(struct parent *p, const char *what)
{
	log_warning("speaker: %s; ignored", what);
	count_violation(p);
}

void parent_forbidden(struct parent *p, const char *fmt, ...)
{
	char text[PARENT_WHY_LEN];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (guard_is_late(&p->guard))
		log_info("speaker: %s any more; ignored", text);
	else
		parent_violation(p, text);
}

static void on_malformed(void *data)
{
	count_violation(data);
}

static void on_ready(struct parent *p)
{
	log_info("speaker %d is ready", p->pid);
	if (p->ready)
		return;
	p->ready = true;
	sd_notify(0, "READY=1");
	parent_status(p);
}

/*
 * Under a watchdog, the speaker has to show that it lives, too: by any answer to a question. Two that
 * stay unanswered are one too many.
 */
static void on_pong(void *data, const json_t *answer, const char *why)
{
	struct parent *p = data;

	if (answer)
		p->unanswered = 0;
}

static void on_ping(void *data)
{
	struct parent *p = data;

	if (p->ipc && p->unanswered >= 2) {
		log_error("speaker %d does not answer; ending it", p->pid);
		end_speaker(p, SIGABRT);
	} else if (p->ipc) {
		p->unanswered++;
		relay_ask(p->relay, p->ipc, "ping", NULL, on_pong, p, p->why);
	}
	timer_start(&p->ping, p->ping_ms);
}

static void start_pings(struct parent *p)
{
	uint64_t usec;

	timer_init(&p->ping, p->event, 1000000, on_ping, p);
	if (sd_watchdog_enabled(0, &usec) <= 0)
		return;
	p->ping_ms = usec / 2000;
	timer_start(&p->ping, p->ping_ms);
}

/* Its events go to monitors as they are, if they are what they should be. */
static void on_event_text(struct parent *p, const struct ipc_hdr *hdr, const void *body)
{
	const char *text = (const char *)body + sizeof(struct ipc_text);
	size_t len = hdr->len - sizeof(struct ipc_text);
	unsigned int object = 0;
	struct ipc_text head;
	const char *name;
	json_t *json;

	memcpy(&head, body, sizeof(head));
	json = head.more || len > EVENT_MAX ? NULL : json_loadb(text, len, 0, NULL);
	name = json_string_value(json_object_get(json, "object"));
	if (name)
		object = ctl_object_bit(name);
	if (object && !memchr(text, '\n', len))
		ctl_server_event(p->ctl, object, text, len);
	else if (!object)
		parent_violation(p, "an event that is none");
	json_decref(json);
}

/* One message only brings a descriptor up. */
static void on_descriptor(struct parent *p, const struct ipc_hdr *hdr, const void *body, int fd)
{
	if (p->condemned)
		; /* it is not listened to any more */
	else if (hdr->type == IPC_SOCKET_KEYS)
		parent_conf_renew_keys(p, body, fd);
	else
		parent_violation(p, "it sent a descriptor");
	close(fd);
}

static void on_socket_request(struct parent *p, const struct ipc_socket *request)
{
	char buf[IP_STRLEN];

	if (!parent_conf_open_socket(p, request))
		parent_forbidden(p, "peer %s is not configured", ip_format(&request->peer, buf));
}

/* What is not for a configured bridge domain is not looked at. */
static void on_forget(struct parent *p, const struct batch *batch)
{
	const struct flood_key *key = batch_items(batch);

	for (uint32_t i = 0; i < batch->n; i++) {
		if (!fdb_flood_key_ok(&key[i]))
			parent_violation(p, "an impossible tunnel to forget");
		else if (!parent_conf_floods(p, &key[i]))
			parent_forbidden(p, "what %s has learned, VNI %u, is not its own",
					 key[i].ifname, key[i].vni);
		else
			forget_tunnel(p->forget, &key[i]);
	}
}

/* Of a segment that is this speaker's; the module asks none that it has not learned, and not more than it can. */
static void on_neigh_ask(struct parent *p, struct batch *batch)
{
	struct neigh_key *key = (struct neigh_key *)(batch + 1);
	const char *why;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < batch->n; i++) {
		if (!kern_neigh_key_ok(&key[i], &why))
			parent_violation(p, why);
		else if (!guard_esi(&p->guard, p->conf->conf, &key[i].esi) &&
			 !kern_has_es(p->kern, &key[i].esi))
			parent_forbidden(p, "a host of a segment that is not its own");
		else
			key[kept++] = key[i];
	}
	batch->n = kept;
	if (kept)
		kern_neigh_ask(p->kern, batch);
}

static void on_prefix_ask(struct parent *p, struct batch *batch)
{
	struct prefix_hop *hop = (struct prefix_hop *)(batch + 1);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < batch->n; i++) {
		if (!routes_hop_ok(&hop[i]))
			parent_violation(p, "a next hop that cannot be");
		else if (!routes_may_hop(p->routes, &hop[i]))
			parent_forbidden(p, "a next hop that is on no segment");
		else
			hop[kept++] = hop[i];
	}
	batch->n = kept;
	if (kept)
		routes_ask(p->routes, batch);
}

/* The body may be changed: nobody reads it again. */
static void on_message(void *data, const struct ipc_hdr *hdr, void *body, int fd)
{
	struct parent *p = data;

	if (fd >= 0)
		on_descriptor(p, hdr, body, fd);
	if (p->condemned)
		return;
	if (wishes_hear(p, (enum ipc_type)hdr->type, body))
		return;
	switch ((enum ipc_type)hdr->type) {
	case IPC_WISH_FRR_LOOK:
		frr_look(p->frr);
		break;
	case IPC_FORGET:
		on_forget(p, body);
		break;
	case IPC_NEIGH_ASK:
		on_neigh_ask(p, body);
		break;
	case IPC_PREFIX_ASK:
		on_prefix_ask(p, body);
		break;
	case IPC_SOCKET_REQUEST:
		on_socket_request(p, body);
		break;
	case IPC_SOCKET_KEYS:
		break; /* on_descriptor() */
	case IPC_ANSWER:
		if (!relay_piece(p->relay, hdr, body))
			parent_violation(p, "an answer to no question");
		break;
	case IPC_EVENT:
		on_event_text(p, hdr, body);
		break;
	case IPC_READY:
		on_ready(p);
		break;
	default:
		parent_violation(p, "a message that only the parent sends");
		break;
	}
}

static void schedule_respawn(struct parent *p)
{
	if (timer_now_us() - p->spawned_us > HEALTHY_US)
		p->respawn_ms = RESPAWN_FIRST_MS;
	log_info("speaker: another one will be started in %llu ms",
		 (unsigned long long)p->respawn_ms);
	timer_start(&p->respawn, p->respawn_ms);
	p->respawn_ms = p->respawn_ms * 2 < RESPAWN_MAX_MS ? p->respawn_ms * 2 : RESPAWN_MAX_MS;
}

/* Both its end of the pair and the process are gone. */
static void buried(struct parent *p)
{
	if (!p->reaped || !p->closed)
		return;
	timer_stop(&p->deadline);
	p->child = sd_event_source_unref(p->child);
	p->pid = 0;
	relay_fail(p->relay, p->why);
	if (p->stopping) {
		parent_stopped(p);
	} else {
		kern_speaker_died(p->kern);
		schedule_respawn(p);
	}
}

static void on_closed(void *data)
{
	struct parent *p = data;

	ipc_free(p->ipc);
	p->ipc = NULL;
	p->closed = true;
	if (!p->reaped)
		timer_start(&p->deadline, LINGER_MS);
	buried(p);
}

static void say_how(struct parent *p, const siginfo_t *si)
{
	if (si->si_code == CLD_EXITED)
		snprintf(p->why, sizeof(p->why), "the speaker ended with status %d", si->si_status);
	else if (si->si_status == SIGSYS)
		snprintf(
			p->why, sizeof(p->why),
			"the speaker was ended by its system-call filter (the kernel's log names the call; --sandbox errno goes on)");
	else
		snprintf(p->why, sizeof(p->why), "the speaker was ended by signal %d (%s)",
			 si->si_status, strsignal(si->si_status));
	if (p->stopping && si->si_code == CLD_EXITED && !si->si_status)
		log_info("%s", p->why);
	else
		log_error("%s", p->why);
}

static int on_child(sd_event_source *source, const siginfo_t *si, void *data)
{
	struct parent *p = data;

	say_how(p, si);
	p->reaped = true;
	/* What it wished before it ended is read before on_closed() is called. */
	buried(p);
	return 0;
}

static void on_deadline(void *data)
{
	struct parent *p = data;

	if (!p->reaped) {
		log_warning("speaker %d does not end; killing it", p->pid);
		end_speaker(p, SIGKILL);
	}
}

static void send_link(void *data, const struct fact_link *fact)
{
	parent_send(data, IPC_FACT_LINK, fact, sizeof(*fact));
}

/* Roles in the kernel come before IPC_FACT_LINKS_DONE: the speaker begins to act after that. */
static void tell_everything(struct parent *p)
{
	parent_send_maintenance(p);
	parent_conf_send(p);
	parent_conf_send_sockets(p);
	wishes_replay(p, WISHES_FIRST);
	links_each(p->links, send_link, p);
	ports_replay(p->ports);
	frr_replay(p->frr);
	uplinks_replay(p->uplinks);
	parent_send(p, IPC_FACT_LINKS_DONE, NULL, 0);
	wishes_replay(p, WISHES_LAST);
	parent_ctl_ops.monitored(p, ctl_server_monitored(p->ctl));
}

int parent_speaker_hear(struct parent *p, int fd)
{
	int r;

	p->reaped = p->closed = p->condemned = false;
	p->violations = 0;
	p->unanswered = 0;
	p->ipc = ipc_new(p->event, fd, on_message, on_closed, p);
	if (!p->ipc) {
		r = -errno;
		close(fd);
		return r;
	}
	ipc_on_drained(p->ipc, on_drained);
	ipc_on_malformed(p->ipc, on_malformed);
	ipc_limit(p->ipc, QUEUE_MAX);
	return 0;
}

static int watch_speaker(struct parent *p, int fd)
{
	int r = parent_speaker_hear(p, fd);

	if (r < 0)
		return r;
	kern_resume(p->kern);
	routes_resume(p->routes);
	r = sd_event_add_child(p->event, &p->child, p->pid, WEXITED, on_child, p);
	if (r < 0) {
		ipc_free(p->ipc);
		p->ipc = NULL;
	}
	return r;
}

int parent_speaker_start(struct parent *p)
{
	int fd, r;
	pid_t pid = spawn_child(SPAWN_SPEAKER, p->options->sandbox, p->options->human, &fd);

	p->spawned_us = timer_now_us();
	if (pid < 0) {
		log_error("starting the speaker: %s", strerror(-pid));
		return pid;
	}
	p->pid = pid;
	r = watch_speaker(p, fd);
	if (r < 0) {
		log_error("watching the speaker: %s", strerror(-r));
		end_speaker(p, SIGKILL);
		waitpid(pid, NULL, 0);
		p->pid = 0;
		return r;
	}
	tell_everything(p);
	return 0;
}

static void on_respawn(void *data)
{
	struct parent *p = data;

	p->restarts++;
	if (parent_speaker_start(p) < 0)
		schedule_respawn(p);
}

void parent_speaker_init(struct parent *p)
{
	p->respawn_ms = RESPAWN_FIRST_MS;
	snprintf(p->why, sizeof(p->why), "the speaker is starting");
	timer_init(&p->respawn, p->event, 100000, on_respawn, p);
	timer_init(&p->deadline, p->event, 100000, on_deadline, p);
	start_pings(p);
}

void parent_speaker_stop(struct parent *p)
{
	u64 limit;

	timer_stop(&p->respawn);
	timer_stop(&p->ping);
	if (!p->pid) {
		parent_stopped(p);
		return;
	}
	limit = p->conf->conf->global.handover_limit_ms + STOP_MS;
	sd_notifyf(0, "EXTEND_TIMEOUT_USEC=%llu", (unsigned long long)(limit + LINGER_MS) * 1000);
	parent_send(p, IPC_SHUTDOWN, NULL, 0);
	timer_start(&p->deadline, limit);
}

void parent_speaker_free(struct parent *p)
{
	timer_done(&p->respawn);
	timer_done(&p->deadline);
	timer_done(&p->ping);
	ipc_free(p->ipc);
	p->ipc = NULL;
	p->child = sd_event_source_disable_unref(p->child);
	end_speaker(p, SIGKILL);
}
