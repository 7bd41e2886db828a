// SPDX-License-Identifier: GPL-2.0-only
/*
 * ctl.c - JSON lines over a unix socket.
 */
#include "ctl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CTL_READ_CHUNK = 16384, CTL_MESSAGE_LEN = 512 };

struct ctl_client {
	int fd;
	json_int_t id;
	struct ctl_lines in;
};

int ctl_path(char buf[CTL_PATH_LEN], const char *name)
{
	int n;

	if (name)
		n = snprintf(buf, CTL_PATH_LEN, "%s/%s/%s", CTL_DIR, name, CTL_SOCKET);
	else
		n = snprintf(buf, CTL_PATH_LEN, "%s/%s", CTL_DIR, CTL_SOCKET);
	return n < CTL_PATH_LEN ? 0 : -ENAMETOOLONG;
}

char *ctl_lines_room(struct ctl_lines *l, size_t want, size_t *room)
{
	if (l->start && (l->start == l->len || l->size - l->len < want)) {
		memmove(l->buf, l->buf + l->start, l->len - l->start);
		l->len -= l->start;
		l->start = 0;
	}
	if (l->size - l->len < want) {
		size_t size = l->len + want > l->size * 2 ? l->len + want : l->size * 2;
		char *grown = realloc(l->buf, size);

		if (!grown)
			return NULL;
		l->buf = grown;
		l->size = size;
	}
	*room = l->size - l->len;
	return l->buf + l->len;
}

void ctl_lines_put(struct ctl_lines *l, size_t n)
{
	l->len += n;
}

int ctl_lines_next(struct ctl_lines *l, char **line, size_t *len)
{
	size_t have = l->len - l->start;
	char *begin, *nl;

	if (!have)
		return 0;
	begin = l->buf + l->start;
	nl = memchr(begin + l->scanned, '\n', have - l->scanned);
	if (l->limit && (nl ? (size_t)(nl - begin) + 1 : have) > l->limit)
		return -EMSGSIZE;
	if (!nl) {
		l->scanned = have;
		return 0;
	}
	*nl = '\0';
	*line = begin;
	*len = (size_t)(nl - begin);
	l->start += *len + 1;
	l->scanned = 0;
	return 1;
}

void ctl_lines_free(struct ctl_lines *l)
{
	free(l->buf);
	*l = (struct ctl_lines){.limit = l->limit};
}

json_t *ctl_error(const char *code, const char *fmt, ...)
{
	char message[CTL_MESSAGE_LEN];
	json_t *text;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	text = json_string(message);
	/* a name that is no UTF-8 may have been cut or quoted into the sentence */
	return json_pack("{s:s, s:o}", "code", code, "message",
			 text ? text : json_string("(the sentence is no UTF-8)"));
}

struct ctl_client *ctl_connect(const char *path)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct ctl_client *c;

	if (strlen(path) >= sizeof(un.sun_path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	memcpy(un.sun_path, path, strlen(path));
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&un, sizeof(un)) < 0) {
		int saved = errno;

		ctl_close(c);
		errno = saved;
		return NULL;
	}
	return c;
}

void ctl_close(struct ctl_client *c)
{
	if (!c)
		return;
	if (c->fd >= 0)
		close(c->fd);
	ctl_lines_free(&c->in);
	free(c);
}

int ctl_fd(const struct ctl_client *c)
{
	return c->fd;
}

static int write_all(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t n = send(fd, buf, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		buf += n;
		len -= (size_t)n;
	}
	return 0;
}

int ctl_send(struct ctl_client *c, const char *method, json_t *params)
{
	json_t *request = json_pack("{s:I, s:s}", "id", ++c->id, "method", method);
	char *line;
	size_t len;
	int r;

	if (request && params)
		json_object_set(request, "params", params);
	line = request ? json_dumps(request, JSON_COMPACT) : NULL;
	json_decref(request);
	if (!line)
		return -ENOMEM;
	/* one write: the daemon is woken once */
	len = strlen(line);
	line[len] = '\n';
	r = write_all(c->fd, line, len + 1);
	free(line);
	return r;
}

int ctl_read(struct ctl_client *c, json_t **out)
{
	char *line;
	size_t len;

	while (!ctl_lines_next(&c->in, &line, &len)) {
		size_t room;
		char *to = ctl_lines_room(&c->in, CTL_READ_CHUNK, &room);
		ssize_t n;

		if (!to)
			return -ENOMEM;
		n = recv(c->fd, to, room, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return -EPIPE;
		ctl_lines_put(&c->in, (size_t)n);
	}
	*out = json_loadb(line, len, 0, NULL);
	if (!json_is_object(*out)) {
		json_decref(*out);
		*out = NULL;
		return -EPROTO;
	}
	return 0;
}

int ctl_call(struct ctl_client *c, const char *method, json_t *params, json_t **answer)
{
	json_t *line, *result;
	int r = ctl_send(c, method, params);

	if (!r)
		r = ctl_read(c, &line);
	if (r)
		return r;
	result = json_object_get(line, "result");
	*answer = json_incref(result ? result : json_object_get(line, "error"));
	json_decref(line);
	if (!*answer)
		return -EPROTO;
	return result ? 0 : 1;
}
