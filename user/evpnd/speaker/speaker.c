// SPDX-License-Identifier: GPL-2.0-only
/*
 * speaker.c - the unprivileged process: its loop, what comes from the parent, the table of services.
 *
 * Priorities in the loop: the parent's facts first (a link that went down), then BGP, then the removal
 * of big tables of neighbours that are gone.
 */
#include "speaker/speaker.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl_object.h"
#include "log.h"
#include "bgp/peer_show.h"
#include "bgp/session.h"
#include "speaker/reserve.h"
#include "speaker/speaker_priv.h"

enum {
	LAST_WORDS_MS = 500, /* for withdraws and Cease to reach TCP when the process ends */
	LAST_WORDS_POLL_MS = 20,
	TIDY_MS = 10000, /* between looks at memory that may be given back */
	TIDY_SLACK_US = 1000000,
};

#define SERVICE_ROW(name) &name##_service,

const struct service *const speaker_services[] = {SERVICES(SERVICE_ROW) NULL};

/* ---- what services ask of their host ---- */

sd_event *speaker_event(struct speaker *speaker)
{
	return speaker->bgp.event;
}

const struct conf *speaker_conf(struct speaker *speaker)
{
	return speaker->configured ? speaker->bgp.conf : NULL;
}

const struct devices *speaker_devices(const struct speaker *speaker)
{
	return &speaker->devices;
}

struct rib *speaker_rib(struct speaker *speaker)
{
	return speaker->bgp.rib;
}

static void sent(enum ipc_type type, int r)
{
	if (r < 0)
		log_error("a wish (%s) did not reach the parent: %s", ipc_type_name(type),
			  strerror(-r));
}

void speaker_wish(struct speaker *speaker, enum ipc_type type, const void *wishes, uint32_t n)
{
	sent(type, n ? ipc_send_batch(speaker->ipc, type, wishes, n, 0) :
		       ipc_send(speaker->ipc, type, NULL, 0));
}

void speaker_retain(struct speaker *speaker, enum ipc_type type, const void *keys, uint32_t n,
		    uint32_t retain_ms)
{
	sent(type, ipc_send_batch(speaker->ipc, type, keys, n, retain_ms));
}

size_t speaker_waiting(const struct speaker *speaker)
{
	return ipc_waiting(speaker->ipc);
}

bool speaker_monitored(struct speaker *speaker, const char *object)
{
	return speaker->monitored & ctl_object_bit(object);
}

void speaker_event_json(struct speaker *speaker, const char *object, json_t *event)
{
	s64 now = timer_now_ns();
	char *text;

	if (!event)
		return;
	json_object_set_new(event, "object", json_string(object));
	json_object_set_new(event, "time", json_real(timer_wall(now)));
	json_object_set_new(event, "mono-ns", json_integer(now));
	text = json_dumps(event, JSON_COMPACT);
	if (text)
		ipc_send_text(speaker->ipc, IPC_EVENT, 0, text);
	free(text);
	json_decref(event);
}

static void route_event(struct speaker *sp, const struct evpn_nlri *nlri,
			const struct rib_path *now);

/* Is it kept in the export alone? */
static bool is_alone(const struct speaker *sp, const struct evpn_nlri *nlri)
{
	return sp->bgp.alone >> nlri->type & 1;
}

int speaker_originate(struct speaker *speaker, const struct evpn_nlri *nlri,
		      const struct bgp_attrs *attrs, bool urgent)
{
	struct rib_attrs *interned = rib_attrs_get(speaker->bgp.rib, attrs, NULL);
	struct rib_path path = {.attrs = attrs, .nlri = nlri};
	int r;

	if (!interned)
		return -ENOMEM;
	r = export_announce(speaker->bgp.export, nlri, interned, urgent);
	if (r == 0 && !is_alone(speaker, nlri))
		r = rib_update(speaker->bgp.rib, NULL, nlri, interned);
	else if (r == 0 && speaker->monitored & CTL_OBJECT_ROUTE)
		route_event(speaker, nlri, &path);
	rib_attrs_put(speaker->bgp.rib, interned);
	return r < 0 ? r : 0;
}

int speaker_withdraw(struct speaker *speaker, const struct evpn_nlri *nlri, bool urgent)
{
	int r = export_withdraw(speaker->bgp.export, nlri, urgent);

	if (!is_alone(speaker, nlri))
		rib_withdraw(speaker->bgp.rib, NULL, nlri);
	else if (!r && speaker->monitored & CTL_OBJECT_ROUTE)
		route_event(speaker, nlri, NULL);
	return r;
}

static bool note_since(void *data, const struct evpn_nlri *nlri, const struct rib_path *paths,
		       size_t n_paths, size_t best)
{
	*(int64_t *)data = paths[best].since;
	return true;
}

int64_t speaker_originated(struct speaker *speaker, const struct evpn_nlri *nlri)
{
	u8 key[EVPN_KEY_MAX];
	size_t len = evpn_key(nlri, key);
	int64_t since = 0;

	if (len)
		export_visit(speaker->bgp.export, key, len, note_since, &since);
	return since;
}

enum route_loss speaker_route_loss(const struct speaker *speaker)
{
	return speaker->bgp.route_loss;
}

void speaker_peer_dead(struct speaker *speaker, const struct ip_addr *address, const char *why)
{
	struct session *s, *next;

	for (s = TAILQ_FIRST(&speaker->bgp.sessions); s; s = next) {
		next = TAILQ_NEXT(s, link);
		if (s->conf.bfd.enabled && ip_equal(&s->conf.address, address))
			session_bfd_down(s, why);
	}
}

bool speaker_host(struct speaker *speaker, const struct host_query *query, struct host *host)
{
	*host = (struct host){};
	for (unsigned int i = 0; speaker_services[i]; i++)
		if (speaker_services[i]->host && speaker->states[i] &&
		    speaker_services[i]->host(speaker->states[i], query, host))
			return true;
	return false;
}

void speaker_neighbours(struct speaker *speaker, const struct ip_addr *address, neighbour_fn fn,
			void *data)
{
	for (unsigned int i = 0; speaker_services[i]; i++)
		if (speaker_services[i]->neighbours && speaker->states[i])
			speaker_services[i]->neighbours(speaker->states[i], address, fn, data);
}

void speaker_neighbour_changed(struct speaker *speaker, const struct ip_addr *address,
			       uint32_t ifindex)
{
	for (unsigned int i = 0; speaker_services[i]; i++)
		if (speaker_services[i]->neighbour_changed && speaker->states[i])
			speaker_services[i]->neighbour_changed(speaker->states[i], address,
							       ifindex);
}

bool speaker_reaches(struct speaker *speaker, uint32_t vrf, const struct ip_addr *address)
{
	for (unsigned int i = 0; speaker_services[i]; i++)
		if (speaker_services[i]->reaches && speaker->states[i] &&
		    speaker_services[i]->reaches(speaker->states[i], vrf, address))
			return true;
	return false;
}

bool speaker_shares(struct speaker *speaker, const struct esi *esi, const struct ip_addr *pe)
{
	for (unsigned int i = 0; speaker_services[i]; i++)
		if (speaker_services[i]->shares && speaker->states[i] &&
		    speaker_services[i]->shares(speaker->states[i], esi, pe))
			return true;
	return false;
}

void speaker_flush(struct speaker *speaker)
{
	advertise_all(&speaker->bgp);
}

/* Not from here: the service that says so would be freed under its own feet. */
void speaker_left(struct speaker *speaker)
{
	if (speaker->to_leave && !--speaker->to_leave)
		timer_start(&speaker->left, 0);
}

/* ---- what BGP asks of its host ---- */

static void request_socket(struct bgp_host *host, const struct ip_addr *address, uint16_t port)
{
	const struct ipc_socket request = {.peer = *address, .port = port};

	ipc_send(speaker_of(host)->ipc, IPC_SOCKET_REQUEST, &request, sizeof(request));
}

void speaker_sync(struct speaker *sp)
{
	unsigned int established = 0, synced = 0, configured = 0, i;
	struct session *s;

	if (!sp->configured || !sp->services_up)
		return;
	TAILQ_FOREACH(s, &sp->bgp.sessions, link) {
		configured += !s->conf.shutdown;
		established += s->established;
		synced += s->established && s->eor_received;
	}
	for (i = 0; speaker_services[i]; i++)
		if (speaker_services[i]->sync)
			speaker_services[i]->sync(sp->states[i], established, synced, configured);
	settle_heard(&sp->settle, synced, configured);
}

static void on_settled(void *data)
{
	struct speaker *sp = data;
	unsigned int i;

	for (i = 0; speaker_services[i]; i++)
		if (speaker_services[i]->settled)
			speaker_services[i]->settled(sp->states[i]);
}

static void on_drained(void *data)
{
	struct speaker *sp = data;
	unsigned int i;

	for (i = 0; speaker_services[i]; i++)
		if (speaker_services[i]->drained)
			speaker_services[i]->drained(sp->states[i]);
}

static void on_tidy(void *data)
{
	struct speaker *sp = data;

	reserve_tidy();
	timer_start(&sp->tidy, TIDY_MS);
}

static void on_sync(struct bgp_host *host)
{
	speaker_sync(speaker_of(host));
}

static void on_event(struct bgp_host *host, const char *object, json_t *event)
{
	speaker_event_json(speaker_of(host), object, event);
}

static void on_answer(struct bgp_host *host, const void *piece, uint32_t len)
{
	ipc_send(speaker_of(host)->ipc, IPC_ANSWER, piece, len);
}

static const struct bgp_host_ops bgp_ops = {
	.request_socket = request_socket,
	.sync = on_sync,
	.event = on_event,
	.answer = on_answer,
	.wanted = room_wanted,
	.room_for = room_for,
	.exhausted = room_exhausted,
	.refused = room_refused,
};

/* ---- services ---- */

static void route_event(struct speaker *sp, const struct evpn_nlri *nlri,
			const struct rib_path *now)
{
	char route[EVPN_STRLEN], rd[RD_STRLEN], peer[IP_STRLEN];
	const struct ip_addr *from = now && now->peer ? rib_peer_address(now->peer) : NULL;

	speaker_event_json(sp, "route",
			   json_pack("{s:s, s:i, s:s, s:s, s:s?}", "event", now ? "add" : "del",
				     "type", nlri->type, "rd", rd_format(&nlri->rd, rd), "route",
				     evpn_format(nlri, route), "peer",
				     from ? ip_format(from, peer) : NULL));
}

static void on_route(void *data, const struct evpn_nlri *nlri, const struct rib_path *now)
{
	struct speaker *sp = data;
	unsigned int i;

	if (!sp->services_up)
		return;
	for (i = 0; speaker_services[i]; i++)
		if (speaker_services[i]->route &&
		    speaker_services[i]->route_types >> nlri->type & 1)
			speaker_services[i]->route(sp->states[i], nlri, now);
	if (sp->monitored & CTL_OBJECT_ROUTE)
		route_event(sp, nlri, now);
}

static int start_services(struct speaker *sp)
{
	unsigned int i;

	for (i = 0; speaker_services[i]; i++) {
		sp->bgp.alone |= speaker_services[i]->unheard;
		if (!speaker_services[i]->start)
			continue;
		sp->states[i] = speaker_services[i]->start(sp);
		if (!sp->states[i])
			return -ENOMEM;
	}
	sp->services_up = true;
	return 0;
}

static void stop_services(struct speaker *sp)
{
	unsigned int i;

	if (!sp->services_up)
		return;
	for (i = 0; speaker_services[i]; i++)
		if (speaker_services[i]->stop)
			speaker_services[i]->stop(sp->states[i]);
	sp->services_up = false;
}

/* What became of wishes is for the service that makes wishes of this kind. */
static void dispatch_results(struct speaker *sp, enum ipc_type type, const struct batch *results)
{
	const char *item = batch_items(results);
	void (*hear)(void *state, const void *result);
	const struct service *v;
	unsigned int i;

	for (i = 0; (v = speaker_services[i]); i++) {
		if (v->results != type && v->more_results != type)
			continue;
		hear = v->results == type ? v->result : v->more_result;
		for (uint32_t k = 0; k < results->n; k++)
			hear(sp->states[i], item + k * ipc_item_size(type));
	}
}

static void dispatch_fact(struct speaker *sp, enum ipc_type type, const void *fact)
{
	unsigned int i;

	fact = devices_hear(&sp->devices, type, fact);
	rib_local_tick(sp->bgp.rib, true);
	dispatch_results(sp, type, fact);
	for (i = 0; speaker_services[i]; i++)
		if (speaker_services[i]->fact)
			speaker_services[i]->fact(sp->states[i], type, fact);
	rib_local_tick(sp->bgp.rib, false);
}

/* ---- the end ---- */

/*
 * Services first, because they may have last wishes; then the withdraws, so that even a neighbour that
 * is slow to clear a whole session sees the segments go; then Cease.
 */
static void shut_down(struct speaker *sp)
{
	int ms;

	sp->bgp.stopping = true;
	stop_services(sp);
	export_withdraw_all(sp->bgp.export);
	for (ms = 0; ms < LAST_WORDS_MS; ms += LAST_WORDS_POLL_MS) {
		advertise_all(&sp->bgp);
		if (bgp_host_written(&sp->bgp))
			break;
		poll(NULL, 0, LAST_WORDS_POLL_MS);
	}
	bgp_host_close(&sp->bgp);
	ipc_flush(sp->ipc);
	sp->status = 0;
	sd_event_exit(sp->bgp.event, 0);
}

static void on_left(void *data)
{
	shut_down(data);
}

/* Each service hands over first; until that is done, sessions and elections go on. */
static void leave(struct speaker *sp)
{
	unsigned int i;

	if (sp->leaving)
		return;
	sp->leaving = true;
	for (i = 0; speaker_services[i]; i++)
		if (speaker_services[i]->leave && !speaker_services[i]->leave(sp->states[i]))
			sp->to_leave++;
	if (!sp->to_leave)
		shut_down(sp);
}

/* ---- the parent ---- */

static void on_socket(struct speaker *sp, const struct ipc_socket *answer, int fd)
{
	struct session *s = session_find(&sp->bgp, &answer->peer, answer->port);

	if (s)
		session_socket(s, fd, answer->error);
	else if (fd >= 0)
		close(fd);
}

static void on_message(void *data, const struct ipc_hdr *hdr, void *body, int fd)
{
	struct speaker *sp = data;

	switch (hdr->type) {
	case IPC_SOCKET:
		on_socket(sp, body, fd);
		return; /* the session owns the descriptor */
	case IPC_LISTEN:
		listener_add(&sp->bgp, fd);
		return;
	case IPC_LISTEN_BEGIN:
		listener_clear(&sp->bgp);
		break;
	case IPC_ICC_SOCKET:
		channel_socket(sp, fd, ((const struct ipc_icc *)body)->v6);
		return;
	case IPC_ICC_BEGIN:
		channel_close(sp->channel);
		break;
	case IPC_CONF_BEGIN:
	case IPC_CONF_GLOBAL:
	case IPC_CONF_PEER:
	case IPC_CONF_VRF:
	case IPC_CONF_SEGMENT:
	case IPC_CONF_BRIDGE:
		speaker_conf_item(sp, hdr, body);
		break;
	case IPC_CONF_COMMIT:
		speaker_conf_commit(sp);
		break;
	case IPC_QUERY:
		query_piece(sp, hdr, body);
		break;
	case IPC_SHUTDOWN:
		leave(sp);
		break;
	default:
		if (sp->services_up)
			dispatch_fact(sp, hdr->type, body);
		/* the wishes for what is configured are ahead of it */
		if (hdr->type == IPC_FACT_LINKS_DONE && sp->configured)
			ipc_send(sp->ipc, IPC_READY, NULL, 0);
		break;
	}
	if (fd >= 0)
		close(fd);
}

static void on_parent_gone(void *data)
{
	struct speaker *sp = data;

	if (sp->bgp.stopping)
		return;
	log_error("the parent is gone");
	sd_event_exit(sp->bgp.event, 1);
}

/* ---- life ---- */

struct speaker *speaker_new(sd_event *event, int ipc_fd)
{
	struct speaker *sp = calloc(1, sizeof(*sp));

	if (!sp)
		return NULL;
	sp->status = 1;
	timer_init(&sp->left, event, 1, on_left, sp);
	timer_init(&sp->tidy, event, TIDY_SLACK_US, on_tidy, sp);
	sp->started = timer_now_ns();
	devices_init(&sp->devices);
	settle_init(&sp->settle, event, on_settled, sp);
	room_init(sp, event);
	sp->ipc = ipc_new(event, ipc_fd, on_message, on_parent_gone, sp);
	if (bgp_host_init(&sp->bgp, event, &bgp_ops, on_route, sp) < 0 || !sp->ipc ||
	    channel_init(sp) < 0 || start_services(sp) < 0) {
		speaker_free(sp);
		return NULL;
	}
	ipc_on_drained(sp->ipc, on_drained);
	timer_start(&sp->tidy, TIDY_MS);
	return sp;
}

void speaker_free(struct speaker *sp)
{
	timer_done(&sp->left);
	timer_done(&sp->tidy);
	settle_done(&sp->settle);
	stop_services(sp);
	bgp_host_close(&sp->bgp);
	room_done(sp);
	channel_done(sp);
	bgp_host_done(&sp->bgp);
	ipc_free(sp->ipc);
	devices_free(&sp->devices);
	conf_free(sp->incoming);
	free(sp->query);
	free(sp->silent);
	free(sp->far_ends);
	free(sp);
}

int speaker_main(int ipc_fd)
{
	struct speaker *sp;
	sd_event *event;
	int status;

	srandom((unsigned int)timer_now_ns());
	if (sd_event_new(&event) < 0)
		return 1;
	sp = speaker_new(event, ipc_fd);
	if (!sp) {
		log_error("no memory to start");
		sd_event_unref(event);
		return 1;
	}
	sd_event_loop(event);
	status = sp->status;
	speaker_free(sp);
	sd_event_unref(event);
	return status;
}
