/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ctl.h - JSON over a unix socket, one object a line: what both ends of evpnd's control socket
 * need, and the client's end. The protocol is Documentation/control-socket.rst.
 */
#ifndef EVPN_CTL_H
#define EVPN_CTL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define CTL_DIR "/run/evpn"
#define CTL_SOCKET "evpnd.sock"
#define CTL_REQUEST_MAX 65536 /* octets of a request line, newline included */
#define CTL_PATH_LEN 108      /* sun_path */

/* "code" of an error */
#define CTL_REFUSED "refused"
#define CTL_USAGE "usage"
#define CTL_NOT_FOUND "not-found"
#define CTL_UNAVAILABLE "unavailable"

/**
 * ctl_path() - where an evpnd listens
 * @name: of its path space (evpnd -n NAME), NULL for the only one
 *
 * Return: 0, or -ENAMETOOLONG.
 */
int ctl_path(char buf[CTL_PATH_LEN], const char *name);

/**
 * struct ctl_lines - octets in, lines out
 * @limit: octets a line may have; 0: any number
 * @scanned: no newline before this offset of the octets not yet taken
 */
struct ctl_lines {
	char *buf;
	size_t start, len, size;
	size_t scanned;
	size_t limit;
};

/** ctl_lines_room() - make room for at least @want octets; where to put them, NULL: no memory */
char *ctl_lines_room(struct ctl_lines *l, size_t want, size_t *room);

/** ctl_lines_put() - @n octets were put there */
void ctl_lines_put(struct ctl_lines *l, size_t n);

/**
 * ctl_lines_next() - take a line
 * @line: ends with NUL instead of newline; valid until the next call
 *
 * Return: 1 a line, 0 none yet, -EMSGSIZE the line is longer than the limit.
 */
int ctl_lines_next(struct ctl_lines *l, char **line, size_t *len);
void ctl_lines_free(struct ctl_lines *l);

/** ctl_error() - {"code": @code, "message": the sentence}, new reference */
json_t *ctl_error(const char *code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

struct ctl_client;

/**
 * ctl_connect() - connect to the daemon
 * @path: of its socket
 *
 * Return: NULL with errno set.
 */
struct ctl_client *ctl_connect(const char *path);
void ctl_close(struct ctl_client *c);

/** ctl_fd() - to poll for what ctl_read() would read */
int ctl_fd(const struct ctl_client *c);

/**
 * ctl_send() - send a request, do not wait for the answer
 * @params: borrowed, may be NULL
 *
 * Return: 0 or a negative errno.
 */
int ctl_send(struct ctl_client *c, const char *method, json_t *params);

/**
 * ctl_read() - wait for a line: an answer, or an event after "monitor"
 * @out: new reference
 *
 * Return: 0; -EPIPE when the daemon closed; -EPROTO when it said something that is no JSON object.
 */
int ctl_read(struct ctl_client *c, json_t **out);

/**
 * ctl_call() - ask and wait
 * @answer: new reference to the "result", or to the "error" object
 *
 * Return: 0 a result, 1 an error, or negative as ctl_send() and ctl_read() have it.
 */
int ctl_call(struct ctl_client *c, const char *method, json_t *params, json_t **answer);

#endif
