/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ctl_client.h - what the server's end of the control socket keeps, shared by its own files:
 *
 *   ctl_path.c     the socket's file
 *   ctl_server.c   who may connect, and who hears of an event
 *   ctl_client.c   one connection: octets, lines, order
 *   ctl_request.c  one request, and its answer
 */
#ifndef EVPND_CTL_CLIENT_H
#define EVPND_CTL_CLIENT_H

#include <sys/queue.h>

#include "ctl.h"
#include "parent/ctl_server.h"
#include "types.h"

/**
 * struct ctl_request - a request until it is answered
 * @client: NULL when it has gone meanwhile
 * @id: as the client wrote it
 * @begun: ctl_piece() has written
 */
struct ctl_request {
	struct ctl_client *client;
	json_t *id;
	json_t *params;
	char *method;
	bool begun;
};

/**
 * struct ctl_client - one connection
 * @out: octets from @out_start to @out_len wait to be written
 * @request: in work, NULL: none
 * @heard_us: when it connected, or last asked something
 * @admin: it may change things
 * @objects: monitored, 0: it is no monitor
 * @lost: events that were dropped since the client was last told
 * @ended: it sends no more; closed once everything is answered
 * @doomed: closed as soon as nobody is using it
 * @working: ctl_client_work() is on it; a request that is answered at once comes back there
 */
struct ctl_client {
	LIST_ENTRY(ctl_client) entry;
	struct ctl_server *server;
	int fd;
	sd_event_source *source;
	struct ctl_lines in;
	char *out;
	size_t out_start, out_len, out_size;
	struct ctl_request *request;
	u64 heard_us;
	bool admin;
	unsigned int objects;
	unsigned long lost;
	bool ended;
	bool doomed;
	bool working;
};

/**
 * struct ctl_server - all clients
 * @fd, @source: that listens; -1 and NULL: clients are added by hand
 * @monitored: what any of them monitors
 */
struct ctl_server {
	sd_event *event;
	int fd;
	sd_event_source *source;
	const struct ctl_ops *ops;
	void *data;
	LIST_HEAD(, ctl_client) clients;
	size_t n;
	unsigned int monitored;
};

/* ctl_server.c: which objects are monitored by anybody? Tells when that has changed. */
void ctl_server_update(struct ctl_server *server);

/** ctl_client_new() - a connection; takes over @fd. 0 or a negative errno */
int ctl_client_new(struct ctl_server *server, int fd);

/** ctl_client_close() - a request of it that is in work goes on, and is answered to nobody */
void ctl_client_close(struct ctl_client *c);

/** ctl_client_waiting() - octets that it has not read yet */
size_t ctl_client_waiting(const struct ctl_client *c);

/** ctl_client_append() - Return: false, and nothing is written, when more than @limit octets would wait */
bool ctl_client_append(struct ctl_client *c, const char *text, size_t len, size_t limit);

/** ctl_client_put() - octets of an answer, which must not be lost: better no connection than half an answer */
void ctl_client_put(struct ctl_client *c, const char *text, size_t len);
void ctl_client_put_json(struct ctl_client *c, json_t *line);

/** ctl_client_push() - write what it reads now, and wait for what it says or reads next */
void ctl_client_push(struct ctl_client *c);

/** ctl_client_settle() - after anything happened: write, go on with it, or be done with it, which frees @c */
void ctl_client_settle(struct ctl_client *c);

/** ctl_client_work() - requests that have arrived, one after the other; may free @c */
void ctl_client_work(struct ctl_client *c);

/** ctl_request_new() - NULL when there is no memory */
struct ctl_request *ctl_request_new(struct ctl_client *c, json_t *json, const char *method);

#endif
