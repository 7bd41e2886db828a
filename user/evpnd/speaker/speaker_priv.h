/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the speaker share: its one structure, and what sessions may ask of it.
 */
#ifndef EVPND_SPEAKER_PRIV_H
#define EVPND_SPEAKER_PRIV_H

#include <jansson.h>
#include <sys/queue.h>

#include "bgp/export.h"
#include "speaker/service.h"
#include "timer.h"

#define SPEAKER_SERVICES_MAX 16
#define SPEAKER_LISTEN_MAX 16

struct session;
struct listener;
struct route_job;

/**
 * struct speaker - the process
 * @conf: in force; never NULL
 * @incoming: between IPC_CONF_BEGIN and COMMIT
 * @configured: the first configuration was applied
 * @leaving: IPC_SHUTDOWN came; @to_leave services still hand over, and @left runs after the last one
 * @stopping: nothing is waited for any more
 * @output: runs once per turn of the loop when a session has something to send
 * @monitored: what anybody wants to be told of, a set of enum ctl_object
 * @route_loss: ROUTE_WITHDRAWN, but while the routes of a lost session are taken out
 * @states: of the services, in the order of the table
 * @silent: other PEs that are dead although BGP has their routes, see pes.h
 * @ask: to ask neighbours for their routes again, @ask_ms after the last time: because @wants_more, or
 *	because some were refused
 * @last_memory: given to the allocator when it has none left; @exhausted: that was so
 */
struct speaker {
	sd_event *event;
	struct ipc *ipc;
	struct rib *rib;
	struct export *export;
	struct conf *conf;
	struct conf *incoming;
	bool configured;
	bool leaving;
	unsigned int to_leave;
	struct timer left;
	bool stopping;
	bool services_up;
	unsigned int monitored;
	enum route_loss route_loss;
	int status;
	int64_t started;
	sd_event_source *output;
	sd_event_source *cleaner;
	TAILQ_HEAD(, session) sessions;
	TAILQ_HEAD(, listener) listeners;
	TAILQ_HEAD(, route_job) route_jobs;
	void *states[SPEAKER_SERVICES_MAX];
	struct ip_addr *silent;
	size_t n_silent;
	struct timer ask;
	bool wants_more;
	void *last_memory;
	bool exhausted;
	uint64_t ask_ms;
	char *query;
	size_t query_len;
};

/* speaker.c */
extern const struct service *const speaker_services[];
struct speaker *speaker_new(sd_event *event, int ipc_fd);
void speaker_free(struct speaker *sp);
void speaker_wake_output(struct speaker *sp);
void speaker_wake_cleaner(struct speaker *sp);
/* a session came up, went down or sent End-of-RIB: the services hear the new counts */
void speaker_sync(struct speaker *sp);
void speaker_request_socket(struct speaker *sp, const struct ip_addr *address, uint16_t port);

/* room.c */
void room_init(struct speaker *sp);
void room_done(struct speaker *sp);
/* a configuration is in force */
void room_conf(struct speaker *sp);
enum want room_wanted(struct speaker *sp, const struct evpn_nlri *nlri,
		      const struct bgp_attrs *attrs);
/* may another route be kept? */
bool room_for(struct speaker *sp, enum want wanted);
/* the allocator has none */
void room_exhausted(struct speaker *sp);
/* a route of this neighbour was refused for want of memory */
void room_refused(struct session *s);

/* speaker_conf.c */
void speaker_conf_item(struct speaker *sp, const struct ipc_hdr *hdr, const void *body);
void speaker_conf_commit(struct speaker *sp);
uint32_t speaker_router_id(const struct speaker *sp); /* host order */
struct ip_addr speaker_next_hop(const struct speaker *sp);

/* listener.c */
void listener_add(struct speaker *sp, int fd);
void listener_clear(struct speaker *sp);

/* query.c */
void query_piece(struct speaker *sp, const struct ipc_hdr *hdr, const void *body);

#endif
