/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What BGP needs of the program it lives in, and all it knows of it: a loop, a configuration, and somebody
 * who opens sockets, says which routes are of use, and hears what changes. Sessions, listeners and the RIB
 * know nothing of EVPN services; the speaker is the one host there is, tests have others.
 */
#ifndef EVPND_BGP_HOST_H
#define EVPND_BGP_HOST_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <systemd/sd-event.h>

#include "bgp/export.h"
#include "bgp/rib.h"
#include "conf/conf.h"

struct bgp_host;
struct listener;
struct route_job;
struct session;

/**
 * struct bgp_host_ops - what the host does for BGP; none may be NULL
 * @request_socket: a connecting socket to a peer; session_socket() gets it
 * @sync: a session came up, went down or sent End-of-RIB
 * @event: something for `evpnctl monitor`, NULL for want of memory; takes the reference. @object: "peer"
 * @answer: a piece of the answer to a query, a struct ipc_text and its text
 * @wanted: what a received route is worth here
 * @room_for: may another route of this worth be kept?
 * @exhausted: the allocator has no memory
 * @refused: a route of this peer was refused for want of memory
 */
struct bgp_host_ops {
	void (*request_socket)(struct bgp_host *host, const struct ip_addr *address, uint16_t port);
	void (*sync)(struct bgp_host *host);
	void (*event)(struct bgp_host *host, const char *object, json_t *event);
	void (*answer)(struct bgp_host *host, const void *piece, uint32_t len);
	enum want (*wanted)(struct bgp_host *host, const struct evpn_nlri *nlri,
			    const struct bgp_attrs *attrs);
	bool (*room_for)(struct bgp_host *host, enum want wanted);
	void (*exhausted)(struct bgp_host *host);
	void (*refused)(struct session *s);
};

/**
 * struct bgp_host - BGP, as its host holds it
 * @conf: in force; the host's, never NULL once it runs
 * @alone: bit N set: routes of type N that this PE originates are in the export, and not in the RIB
 * @route_loss: ROUTE_WITHDRAWN, but while the routes of a lost session are taken out
 * @stopping: nothing is waited for any more, and no session begins
 * @output: runs once per turn of the loop when a session has something to send
 * @cleaner: takes out what sessions that ended have left, slice by slice
 */
struct bgp_host {
	const struct bgp_host_ops *ops;
	sd_event *event;
	struct rib *rib;
	struct export *export;
	struct conf *conf;
	uint32_t alone;
	enum route_loss route_loss;
	bool stopping;
	sd_event_source *output;
	sd_event_source *cleaner;
	TAILQ_HEAD(, session) sessions;
	TAILQ_HEAD(, listener) listeners;
	TAILQ_HEAD(, route_job) route_jobs;
};

/**
 * bgp_host_init() - a RIB, no session yet
 * @host: zeroed; bgp_host_done() is to be called whatever is returned
 * @event: referenced
 * @ops: what the host does for BGP
 * @on_route: the best path of an NLRI changed
 * @data: for @on_route
 *
 * Return: 0 or -ENOMEM.
 */
int bgp_host_init(struct bgp_host *host, sd_event *event, const struct bgp_host_ops *ops,
		  rib_change_fn on_route, void *data);
void bgp_host_done(struct bgp_host *host);
/* every session ends, with NOTIFICATION 6/2 */
void bgp_host_close(struct bgp_host *host);
/* has all that is queued reached TCP? */
bool bgp_host_written(const struct bgp_host *host);
/* there is something to send; something to take out */
void bgp_host_wake_output(struct bgp_host *host);
void bgp_host_wake_cleaner(struct bgp_host *host);

/* Routes that are known, own ones included; @type 0: all */
size_t bgp_host_routes(const struct bgp_host *host, unsigned int type);

/* Our BGP identifier, host order. */
uint32_t bgp_host_router_id(const struct bgp_host *host);
/* Originator address of our routes and their next hop. */
struct ip_addr bgp_host_next_hop(const struct bgp_host *host);

/* listener.c: takes over @fd; -1: one that the parent could not send */
void listener_add(struct bgp_host *host, int fd);
void listener_clear(struct bgp_host *host);

#endif
