// SPDX-License-Identifier: GPL-2.0-only
/*
 * ctl_client.c - one connection to the control socket.
 *
 * One request of a client is in work at a time, so answers come in order and a client that does not
 * read its answers is not read from.
 */
#include "parent/ctl_client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "parent/ctl_access.h"
#include "timer.h"

enum { READ_CHUNK = 4096 };

void ctl_client_close(struct ctl_client *c)
{
	struct ctl_server *server = c->server;

	if (c->request)
		c->request->client = NULL;
	LIST_REMOVE(c, entry);
	server->n--;
	sd_event_source_disable_unref(c->source);
	close(c->fd);
	ctl_lines_free(&c->in);
	free(c->out);
	free(c);
	ctl_server_update(server);
}

size_t ctl_client_waiting(const struct ctl_client *c)
{
	return c->out_len - c->out_start;
}

static void set_events(struct ctl_client *c)
{
	uint32_t events = 0;

	if (!c->request && !c->ended && !c->doomed && (c->objects || !ctl_client_waiting(c)))
		events |= EPOLLIN;
	if (ctl_client_waiting(c))
		events |= EPOLLOUT;
	sd_event_source_set_io_events(c->source, events);
}

bool ctl_client_append(struct ctl_client *c, const char *text, size_t len, size_t limit)
{
	if (c->doomed)
		return false;
	if (ctl_client_waiting(c) + len > limit)
		return false;
	if (c->out_start && c->out_len + len > c->out_size) {
		memmove(c->out, c->out + c->out_start, ctl_client_waiting(c));
		c->out_len -= c->out_start;
		c->out_start = 0;
	}
	if (c->out_len + len > c->out_size) {
		size_t size =
			c->out_size * 2 > c->out_len + len ? c->out_size * 2 : c->out_len + len;
		char *grown = realloc(c->out, size);

		if (!grown)
			return false;
		c->out = grown;
		c->out_size = size;
	}
	memcpy(c->out + c->out_len, text, len);
	c->out_len += len;
	return true;
}

void ctl_client_put(struct ctl_client *c, const char *text, size_t len)
{
	if (ctl_client_append(c, text, len, CTL_ANSWER_MAX) || c->doomed)
		return;
	log_warning(
		"control socket: an answer is too large for a client that does not read; closing");
	c->doomed = true;
}

/* Return: false when the connection is broken */
static bool write_out(struct ctl_client *c)
{
	while (ctl_client_waiting(c)) {
		ssize_t n = send(c->fd, c->out + c->out_start, ctl_client_waiting(c),
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN;
		c->out_start += (size_t)n;
	}
	free(c->out);
	c->out = NULL;
	c->out_start = c->out_len = c->out_size = 0;
	return true;
}

void ctl_client_push(struct ctl_client *c)
{
	if (!write_out(c))
		c->doomed = true;
	set_events(c);
}

void ctl_client_settle(struct ctl_client *c)
{
	if (c->working)
		return;
	if (!write_out(c) || c->doomed || (c->ended && !c->request && !ctl_client_waiting(c)))
		ctl_client_close(c);
	else
		set_events(c);
}

void ctl_client_put_json(struct ctl_client *c, json_t *line)
{
	char *text = json_dumps(line, JSON_COMPACT);

	if (text) {
		ctl_client_put(c, text, strlen(text));
		ctl_client_put(c, "\n", 1);
	} else {
		c->doomed = true;
	}
	free(text);
}

static void refuse_line(struct ctl_client *c, json_t *id, json_t *error)
{
	json_t *line =
		json_pack("{s:o, s:o}", "id", id ? json_incref(id) : json_null(), "error", error);

	ctl_client_put_json(c, line);
	json_decref(line);
}

static void take_line(struct ctl_client *c, const char *line, size_t len)
{
	json_error_t where;
	json_t *json = json_loadb(line, len, JSON_REJECT_DUPLICATES, &where);
	const json_t *params = json_object_get(json, "params");
	const char *method = json_string_value(json_object_get(json, "method"));
	struct ctl_request *r = NULL;

	if (!json_is_object(json))
		refuse_line(c, NULL,
			    json ? ctl_error(CTL_USAGE, "a request is a JSON object") :
				   ctl_error(CTL_USAGE, "no JSON: %s, in column %d", where.text,
					     where.column));
	else if (!method)
		refuse_line(c, json_object_get(json, "id"),
			    ctl_error(CTL_USAGE, "the request has no \"method\""));
	else if (params && !json_is_object(params))
		refuse_line(c, json_object_get(json, "id"),
			    ctl_error(CTL_USAGE, "\"params\" is a JSON object"));
	else if (!(r = ctl_request_new(c, json, method)))
		c->doomed = true;
	json_decref(json);
	if (!r)
		return;
	c->request = r;
	c->heard_us = timer_now_us();
	c->server->ops->request(c->server->data, r);
}

static void too_long(struct ctl_client *c)
{
	refuse_line(c, NULL,
		    ctl_error(CTL_USAGE, "a request has at most %d octets", CTL_REQUEST_MAX));
	c->ended = true;
	ctl_lines_free(&c->in);
}

/* A monitor's requests are read and not heard. */
void ctl_client_work(struct ctl_client *c)
{
	size_t len;
	char *line;
	int r = 0;

	if (c->working)
		return;
	c->working = true;
	/* Only a client that has read its last answer is heard again. */
	if (!write_out(c))
		c->doomed = true;
	while (!c->request && !c->doomed && (!ctl_client_waiting(c) || c->objects)) {
		r = ctl_lines_next(&c->in, &line, &len);
		if (r <= 0)
			break;
		if (len && !c->objects)
			take_line(c, line, len);
		if (!write_out(c))
			c->doomed = true;
	}
	c->working = false;
	if (r < 0)
		too_long(c);
	ctl_client_settle(c);
}

static void read_in(struct ctl_client *c)
{
	size_t room;
	char *to = ctl_lines_room(&c->in, READ_CHUNK, &room);
	ssize_t n;

	if (!to) {
		c->doomed = true;
		return;
	}
	n = recv(c->fd, to, room, MSG_DONTWAIT);
	if (n > 0)
		ctl_lines_put(&c->in, (size_t)n);
	else if (n == 0)
		c->ended = true;
	else if (errno != EAGAIN && errno != EINTR)
		c->doomed = true;
}

static int on_client(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct ctl_client *c = data;

	if (revents & EPOLLERR)
		c->doomed = true;
	else if (revents & EPOLLIN)
		read_in(c);
	else if ((revents & EPOLLHUP) && c->request)
		c->doomed = true; /* nobody is there to hear the answer */
	if (!write_out(c))
		c->doomed = true;
	ctl_client_work(c);
	return 0;
}

int ctl_client_new(struct ctl_server *server, int fd)
{
	struct ctl_client *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	c->server = server;
	c->fd = fd;
	c->heard_us = timer_now_us();
	c->admin = ctl_access_admin(fd);
	c->in.limit = CTL_REQUEST_MAX;
	r = sd_event_add_io(server->event, &c->source, fd, EPOLLIN, on_client, c);
	if (r < 0) {
		free(c);
		return r;
	}
	sd_event_source_set_priority(c->source, SD_EVENT_PRIORITY_NORMAL + 10);
	LIST_INSERT_HEAD(&server->clients, c, entry);
	server->n++;
	return 0;
}
