/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the speaker share: its one structure.
 */
#ifndef EVPND_SPEAKER_PRIV_H
#define EVPND_SPEAKER_PRIV_H

#include <jansson.h>
#include <stddef.h>
#include <sys/queue.h>

#include "bgp/bgp_host.h"
#include "speaker/channel_priv.h"
#include "speaker/devices.h"
#include "speaker/service.h"
#include "speaker/settle.h"
#include "timer.h"

#define SPEAKER_SERVICES_MAX 16
#define SPEAKER_LISTEN_MAX 16

/**
 * struct speaker - the process
 * @bgp: sessions, RIB, the configuration in force
 * @devices: network devices of this PE
 * @settle: after the start, have all neighbours been heard?
 * @incoming: between IPC_CONF_BEGIN and COMMIT
 * @configured: the first configuration was applied
 * @leaving: IPC_SHUTDOWN came; @to_leave services still hand over, and @left runs after the last one
 * @monitored: what anybody wants to be told of, a set of enum ctl_object
 * @states: of the services, in the order of the table
 * @channel: to other PEs beside BGP
 * @silent: other PEs that are dead although BGP has their routes, see pes.h
 * @far_ends: far ends of pseudowires of which something is known, see far_ends.h
 * @ask: to ask neighbours for their routes again, @ask_ms after the last time: because @wants_more, or
 *	because some were refused
 * @room: the same because there may be room again for what a limit refused, @room_ms after that; @room_us: when it was last
 * @last_memory: given to the allocator when it has none left; @exhausted: that was so
 */
struct speaker {
	struct bgp_host bgp;
	struct devices devices;
	struct settle settle;
	struct ipc *ipc;
	struct conf *incoming;
	bool configured;
	bool leaving;
	unsigned int to_leave;
	struct timer left;
	struct timer tidy;
	bool services_up;
	unsigned int monitored;
	int status;
	int64_t started;
	void *states[SPEAKER_SERVICES_MAX];
	struct channel *channel;
	struct ip_addr *silent;
	size_t n_silent;
	struct far_end_known *far_ends;
	size_t n_far_ends;
	struct timer ask;
	bool wants_more;
	struct timer room;
	uint64_t room_ms;
	uint64_t room_us;
	SLIST_HEAD(, last) last_memory;
	bool exhausted;
	uint64_t ask_ms;
	char *query;
	size_t query_len;
};

/* speaker.c */
extern const struct service *const speaker_services[];
struct speaker *speaker_new(sd_event *event, int ipc_fd);
void speaker_free(struct speaker *sp);
/* a session came up, went down or sent End-of-RIB: the services hear the new counts */
void speaker_sync(struct speaker *sp);

/* the speaker that is this host */
static inline struct speaker *speaker_of(struct bgp_host *host)
{
	return (struct speaker *)((char *)host - offsetof(struct speaker, bgp));
}

/* room.c */
void room_init(struct speaker *sp, sd_event *event);
void room_done(struct speaker *sp);
/* a configuration is in force */
void room_conf(struct speaker *sp);
/* struct bgp_host_ops */
enum want room_wanted(struct bgp_host *host, const struct evpn_nlri *nlri,
		      const struct bgp_attrs *attrs);
bool room_for(struct bgp_host *host, enum want wanted);
void room_exhausted(struct bgp_host *host);
void room_refused(struct session *s);

/* speaker_conf.c */
void speaker_conf_item(struct speaker *sp, const struct ipc_hdr *hdr, const void *body);
void speaker_conf_commit(struct speaker *sp);

/* query.c */
void query_piece(struct speaker *sp, const struct ipc_hdr *hdr, const void *body);

#endif
