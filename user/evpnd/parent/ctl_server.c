// SPDX-License-Identifier: GPL-2.0-only
/*
 * ctl_server.c - clients of the control socket.
 *
 * One request of a client is in work at a time, so answers come in order and a client that does not
 * read its answers is not read from. Events are for whoever keeps up: a client that does not loses
 * them and is told how many.
 */
#include "parent/ctl_server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl.h"
#include "log.h"
#include "parent/ctl_access.h"
#include "timer.h"

enum { READ_CHUNK = 4096 };

/**
 * struct ctl_request - a request until it is answered
 * @client: NULL when it has gone meanwhile
 * @id: as the client wrote it
 * @begun: ctl_piece() has written
 */
struct ctl_request {
	struct client *client;
	json_t *id;
	json_t *params;
	char *method;
	bool begun;
};

/**
 * struct client - one connection
 * @out: octets from @out_start to @out_len wait to be written
 * @request: in work, NULL: none
 * @heard_us: when it connected, or last asked something
 * @admin: it may change things
 * @objects: monitored, 0: it is no monitor
 * @lost: events that were dropped since the client was last told
 * @ended: it sends no more; closed once everything is answered
 * @doomed: closed as soon as nobody is using it
 * @working: work() is on it; a request that is answered at once comes back there
 */
struct client {
	LIST_ENTRY(client) entry;
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

struct ctl_server {
	sd_event *event;
	int fd;
	sd_event_source *source;
	const struct ctl_ops *ops;
	void *data;
	LIST_HEAD(, client) clients;
	size_t n;
	unsigned int monitored;
};

static void work(struct client *c);

/* Which objects are monitored by anybody? Tell when that has changed. */
static void update_monitored(struct ctl_server *server)
{
	unsigned int all = 0;
	struct client *c;

	LIST_FOREACH(c, &server->clients, entry)
		all |= c->objects;
	if (all == server->monitored)
		return;
	server->monitored = all;
	server->ops->monitored(server->data, all);
}

static void free_request(struct ctl_request *r)
{
	json_decref(r->id);
	json_decref(r->params);
	free(r->method);
	free(r);
}

static void close_client(struct client *c)
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
	update_monitored(server);
}

static size_t waiting(const struct client *c)
{
	return c->out_len - c->out_start;
}

static void set_events(struct client *c)
{
	uint32_t events = 0;

	if (!c->request && !c->ended && !c->doomed && (c->objects || !waiting(c)))
		events |= EPOLLIN;
	if (waiting(c))
		events |= EPOLLOUT;
	sd_event_source_set_io_events(c->source, events);
}

static bool append(struct client *c, const char *text, size_t len, size_t limit)
{
	if (c->doomed)
		return false;
	if (waiting(c) + len > limit)
		return false;
	if (c->out_start && c->out_len + len > c->out_size) {
		memmove(c->out, c->out + c->out_start, waiting(c));
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

/* Octets of an answer, which must not be lost: better no connection than half an answer. */
static void put(struct client *c, const char *text, size_t len)
{
	if (append(c, text, len, CTL_ANSWER_MAX) || c->doomed)
		return;
	log_warning(
		"control socket: an answer is too large for a client that does not read; closing");
	c->doomed = true;
}

/* Return: false when the connection is broken */
static bool write_out(struct client *c)
{
	while (waiting(c)) {
		ssize_t n =
			send(c->fd, c->out + c->out_start, waiting(c), MSG_NOSIGNAL | MSG_DONTWAIT);

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

/* After anything happened to a client: write, go on with it, or be done with it. */
static void settle(struct client *c)
{
	if (c->working)
		return;
	if (!write_out(c) || c->doomed || (c->ended && !c->request && !waiting(c)))
		close_client(c);
	else
		set_events(c);
}

static void put_json(struct client *c, json_t *line)
{
	char *text = json_dumps(line, JSON_COMPACT);

	if (text) {
		put(c, text, strlen(text));
		put(c, "\n", 1);
	} else {
		c->doomed = true;
	}
	free(text);
}

/* The request has its answer; the client may go on with the next. */
static void finish(struct ctl_request *r)
{
	struct client *c = r->client;

	free_request(r);
	if (!c)
		return;
	c->request = NULL;
	work(c);
}

static void answer(struct ctl_request *r, const char *member, json_t *value)
{
	json_t *line;

	if (!r->client) {
		json_decref(value);
		finish(r);
		return;
	}
	line = json_pack("{s:O, s:o}", "id", r->id, member, value);
	if (line)
		put_json(r->client, line);
	else
		r->client->doomed = true;
	json_decref(line);
	finish(r);
}

void ctl_result(struct ctl_request *request, json_t *result)
{
	answer(request, "result", result);
}

void ctl_refuse(struct ctl_request *request, json_t *error)
{
	answer(request, "error", error);
}

bool ctl_begun(const struct ctl_request *request)
{
	return request->begun;
}

void ctl_abort(struct ctl_request *request)
{
	if (request->client)
		request->client->doomed = true;
	finish(request);
}

static void put_cleaned(struct client *c, const char *text, size_t len)
{
	while (len) {
		char chunk[4096];
		size_t n = len < sizeof(chunk) ? len : sizeof(chunk);

		for (size_t i = 0; i < n; i++)
			chunk[i] = (unsigned char)text[i] < ' ' ? ' ' : text[i];
		put(c, chunk, n);
		text += n;
		len -= n;
	}
}

void ctl_piece(struct ctl_request *request, const char *text, size_t len, bool last)
{
	struct client *c = request->client;

	if (c && !request->begun) {
		char *id = json_dumps(request->id, JSON_COMPACT | JSON_ENCODE_ANY);

		if (!id || !len || text[0] != '{')
			c->doomed = true;
		put(c, "{\"id\":", 6);
		put(c, id ? id : "null", id ? strlen(id) : 4);
		put(c, ",", 1);
		text++;
		len -= len ? 1 : 0;
		free(id);
	}
	request->begun = true;
	if (c)
		put_cleaned(c, text, len);
	if (last) {
		if (c)
			put(c, "\n", 1);
		finish(request);
	} else if (c) {
		if (!write_out(c))
			c->doomed = true;
		set_events(c);
	}
}

void ctl_monitor(struct ctl_request *request, unsigned int objs)
{
	struct client *c = request->client;

	if (c) {
		c->objects = objs;
		update_monitored(c->server);
	}
	ctl_result(request, json_object());
}

const char *ctl_request_method(const struct ctl_request *request)
{
	return request->method;
}

bool ctl_may_change(const struct ctl_request *request)
{
	return request->client && request->client->admin;
}

json_t *ctl_request_params(const struct ctl_request *request)
{
	return request->params;
}

static void refuse_line(struct client *c, json_t *id, json_t *error)
{
	json_t *line =
		json_pack("{s:o, s:o}", "id", id ? json_incref(id) : json_null(), "error", error);

	put_json(c, line);
	json_decref(line);
}

static struct ctl_request *make_request(struct client *c, json_t *json, const char *method)
{
	struct ctl_request *r = calloc(1, sizeof(*r));
	json_t *id = json_object_get(json, "id");

	if (!r)
		return NULL;
	r->client = c;
	r->id = id ? json_incref(id) : json_null();
	r->params = json_incref(json_object_get(json, "params"));
	r->method = strdup(method);
	if (r->method)
		return r;
	free_request(r);
	return NULL;
}

static void take_line(struct client *c, const char *line, size_t len)
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
	else if (!(r = make_request(c, json, method)))
		c->doomed = true;
	json_decref(json);
	if (!r)
		return;
	c->request = r;
	c->heard_us = timer_now_us();
	c->server->ops->request(c->server->data, r);
}

static void too_long(struct client *c)
{
	refuse_line(c, NULL,
		    ctl_error(CTL_USAGE, "a request has at most %d octets", CTL_REQUEST_MAX));
	c->ended = true;
	ctl_lines_free(&c->in);
}

/* Requests that have arrived, one after the other. A monitor's are read and not heard. */
static void work(struct client *c)
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
	while (!c->request && !c->doomed && (!waiting(c) || c->objects)) {
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
	settle(c);
}

static void read_in(struct client *c)
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
	struct client *c = data;

	if (revents & EPOLLERR)
		c->doomed = true;
	else if (revents & EPOLLIN)
		read_in(c);
	else if ((revents & EPOLLHUP) && c->request)
		c->doomed = true; /* nobody is there to hear the answer */
	if (!write_out(c))
		c->doomed = true;
	work(c);
	return 0;
}

int ctl_server_add(struct ctl_server *server, int fd)
{
	struct client *c = calloc(1, sizeof(*c));
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

/* The one that has asked nothing for the longest time, and waits for nothing. */
static struct client *longest_idle(struct ctl_server *server)
{
	struct client *c, *oldest = NULL;

	LIST_FOREACH(c, &server->clients, entry)
		if (!c->request && !c->objects && !waiting(c) && !c->working &&
		    (!oldest || c->heard_us < oldest->heard_us))
			oldest = c;
	return oldest;
}

static void turn_away(int fd)
{
	char line[160];
	int n = snprintf(
		line, sizeof(line),
		"{\"id\":null,\"error\":{\"code\":\"" CTL_UNAVAILABLE
		"\",\"message\":\"evpnd has %d clients already, and all of them are busy\"}}\n",
		CTL_CLIENTS_MAX);

	if (send(fd, line, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) != n)
		log_debug("control socket: a client that was turned away did not hear why");
	close(fd);
}

/*
 * Whoever connects is heard or is told why not: an idle client makes room; where all are busy the owner
 * of the machine gets in all the same.
 */
static int on_connection(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct ctl_server *server = data;
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct client *idle;

	if (client < 0)
		return 0;
	if (server->n >= CTL_CLIENTS_MAX) {
		idle = longest_idle(server);
		if (idle) {
			close_client(idle);
		} else if (server->n >= CTL_CLIENTS_MAX + CTL_ROOT_EXTRA ||
			   ctl_access_uid(client) != 0) {
			turn_away(client);
			return 0;
		}
	}
	if (ctl_server_add(server, client) < 0)
		close(client);
	return 0;
}

/* Return: 0 when the path is free, or was left by somebody who is no more */
static int clear_path(const struct sockaddr_un *un)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;
	int r = 0;

	if (fd < 0)
		return -errno;
	/* connect() says of any other file, too, that nobody listens there */
	if (!lstat(un->sun_path, &st) && !S_ISSOCK(st.st_mode))
		r = -EEXIST;
	else if (!connect(fd, (const struct sockaddr *)un, sizeof(*un)))
		r = -EADDRINUSE;
	else if (errno == ECONNREFUSED)
		r = unlink(un->sun_path) < 0 ? -errno : 0;
	else if (errno != ENOENT)
		r = -errno;
	close(fd);
	return r;
}

static void make_directory(const char *path)
{
	char dir[CTL_PATH_LEN];
	char *slash;

	snprintf(dir, sizeof(dir), "%s", path);
	for (slash = strchr(dir + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(dir, 0755);
		*slash = '/';
	}
}

int ctl_bind(const char *path)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	mode_t mask;
	int fd, r;

	if (strlen(path) >= sizeof(un.sun_path)) {
		log_error("%s: the path of a socket has at most %zu characters", path,
			  sizeof(un.sun_path) - 1);
		return -ENAMETOOLONG;
	}
	memcpy(un.sun_path, path, strlen(path));
	make_directory(path);
	r = clear_path(&un);
	if (r) {
		log_error("%s: %s", path,
			  r == -EADDRINUSE ? "another evpnd is listening there" : strerror(-r));
		return r;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mask = umask(0117);
	if (fd < 0 || bind(fd, (struct sockaddr *)&un, sizeof(un)) < 0 || listen(fd, 16) < 0) {
		r = -errno;
		log_error("%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		fd = r;
	}
	umask(mask);
	if (fd >= 0)
		ctl_access_set(path);
	return fd;
}

struct ctl_server *ctl_server_new(sd_event *event, int fd, const struct ctl_ops *ops, void *data)
{
	struct ctl_server *server = calloc(1, sizeof(*server));
	int r;

	if (!server)
		return NULL;
	server->event = event;
	server->fd = fd;
	server->ops = ops;
	server->data = data;
	LIST_INIT(&server->clients);
	if (fd < 0)
		return server;
	r = sd_event_add_io(event, &server->source, fd, EPOLLIN, on_connection, server);
	if (r < 0) {
		free(server);
		errno = -r;
		return NULL;
	}
	sd_event_source_set_priority(server->source, SD_EVENT_PRIORITY_NORMAL + 10);
	return server;
}

void ctl_server_free(struct ctl_server *server)
{
	struct client *c;

	if (!server)
		return;
	server->source = sd_event_source_disable_unref(server->source);
	LIST_FOREACH(c, &server->clients, entry)
		c->objects = 0;
	server->monitored = 0;
	/* A request that waits belongs to whoever is to answer it. */
	while ((c = LIST_FIRST(&server->clients)))
		close_client(c);
	if (server->fd >= 0)
		close(server->fd);
	free(server);
}

size_t ctl_server_clients(const struct ctl_server *server)
{
	return server->n;
}

unsigned int ctl_server_monitored(const struct ctl_server *server)
{
	return server->monitored;
}

static void tell_loss(struct client *c)
{
	char line[128];
	int n;

	if (!c->lost)
		return;
	n = snprintf(line, sizeof(line),
		     "{\"object\":\"monitor\",\"event\":\"lost\",\"count\":%lu}\n", c->lost);
	if (append(c, line, (size_t)n, CTL_EVENTS_MAX))
		c->lost = 0;
}

void ctl_server_event(struct ctl_server *server, unsigned int object, const char *line, size_t len)
{
	struct client *c, *next;

	for (c = LIST_FIRST(&server->clients); c; c = next) {
		next = LIST_NEXT(c, entry);
		if (!(c->objects & object))
			continue;
		tell_loss(c);
		if (c->lost || waiting(c) + len + 1 > CTL_EVENTS_MAX) {
			c->lost++;
			continue;
		}
		append(c, line, len, CTL_EVENTS_MAX);
		append(c, "\n", 1, CTL_EVENTS_MAX);
		settle(c);
	}
}
