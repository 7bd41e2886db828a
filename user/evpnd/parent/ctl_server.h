/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ctl_server.h - the server's end of the control socket (Documentation/control-socket.rst): clients,
 * lines, order, and what happens when one of them is too slow or asks too much. What a request means
 * is its user's business.
 */
#ifndef EVPND_CTL_SERVER_H
#define EVPND_CTL_SERVER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

#include "ctl_object.h"

enum {
	CTL_CLIENTS_MAX = 64,
	CTL_ROOT_EXTRA = 16,		    /* more of them are root's, when all others are busy */
	CTL_ANSWER_MAX = 256 * 1024 * 1024, /* octets that wait for one client */
	CTL_EVENTS_MAX = 1024 * 1024,	    /* octets of events that wait for one client */
};

struct ctl_server;
struct ctl_request;

/**
 * struct ctl_ops - who answers
 * @request: a request arrived; it is answered with ctl_result(), ctl_refuse() or ctl_piece(), now or
 *	later. The client's next request is not read before that
 * @monitored: the objects that any client monitors are others now
 */
struct ctl_ops {
	void (*request)(void *data, struct ctl_request *request);
	void (*monitored)(void *data, unsigned int objects);
};

/**
 * ctl_bind() - make the listening socket, while we still may give it to its group
 *
 * A socket file that nobody listens on any more is removed; one that somebody listens on is not.
 *
 * Return: the descriptor, or a negative errno, which has been logged.
 */
int ctl_bind(const char *path);

/** ctl_server_new() - takes over @fd (also a socketpair's end would do). NULL with errno set */
struct ctl_server *ctl_server_new(sd_event *event, int fd, const struct ctl_ops *ops, void *data);

/** ctl_server_free() - closes all clients; requests that wait are forgotten */
void ctl_server_free(struct ctl_server *server);

/** ctl_server_add() - a client that is connected already; takes over @fd. 0 or a negative errno */
int ctl_server_add(struct ctl_server *server, int fd);
size_t ctl_server_clients(const struct ctl_server *server);

/** ctl_server_monitored() - the objects that any client monitors */
unsigned int ctl_server_monitored(const struct ctl_server *server);

/** ctl_server_event() - one line for all who monitor @object (CTL_OBJECT_*); without newline */
void ctl_server_event(struct ctl_server *server, unsigned int object, const char *line, size_t len);

/** ctl_may_change() - or may the client only read? */
bool ctl_may_change(const struct ctl_request *request);

const char *ctl_request_method(const struct ctl_request *request);
/** ctl_request_params() - an object, or NULL */
json_t *ctl_request_params(const struct ctl_request *request);

/** ctl_result() - answer, and done with the request; steals the reference */
void ctl_result(struct ctl_request *request, json_t *result);

/** ctl_refuse() - the same, with an error (of ctl_error()) */
void ctl_refuse(struct ctl_request *request, json_t *error);

/**
 * ctl_piece() - a piece of an answer that was written by somebody else: {"result": ...} in all
 *
 * It goes to the client as it is, but for the "id" in front; control characters become spaces, so that
 * it stays one line whatever is in it. After the last piece the request is done with.
 */
void ctl_piece(struct ctl_request *request, const char *text, size_t len, bool last);

/** ctl_begun() - has a piece of the answer left already? Then there is no way to refuse it */
bool ctl_begun(const struct ctl_request *request);

/** ctl_abort() - the rest of the answer will never come: the connection is closed */
void ctl_abort(struct ctl_request *request);

/** ctl_monitor() - the client gets events of @objects from now on; answers the request */
void ctl_monitor(struct ctl_request *request, unsigned int objects);

#endif
