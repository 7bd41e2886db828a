// SPDX-License-Identifier: GPL-2.0-only
/*
 * ctl_server.c - clients of the control socket.
 *
 * Events are for whoever keeps up: a client that does not loses them and is told how many.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "parent/ctl_access.h"
#include "parent/ctl_client.h"

/* Which objects are monitored by anybody? Tell when that has changed. */
void ctl_server_update(struct ctl_server *server)
{
	unsigned int all = 0;
	struct ctl_client *c;

	LIST_FOREACH(c, &server->clients, entry)
		all |= c->objects;
	if (all == server->monitored)
		return;
	server->monitored = all;
	server->ops->monitored(server->data, all);
}

/* The one that has asked nothing for the longest time, and waits for nothing. */
static struct ctl_client *longest_idle(struct ctl_server *server)
{
	struct ctl_client *c, *oldest = NULL;

	LIST_FOREACH(c, &server->clients, entry)
		if (!c->request && !c->objects && !ctl_client_waiting(c) && !c->working &&
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
	struct ctl_client *idle;

	if (client < 0)
		return 0;
	if (server->n >= CTL_CLIENTS_MAX) {
		idle = longest_idle(server);
		if (idle) {
			ctl_client_close(idle);
		} else if (server->n >= CTL_CLIENTS_MAX + CTL_ROOT_EXTRA ||
			   ctl_access_uid(client) != 0) {
			turn_away(client);
			return 0;
		}
	}
	if (ctl_client_new(server, client) < 0)
		close(client);
	return 0;
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
	struct ctl_client *c;

	if (!server)
		return;
	server->source = sd_event_source_disable_unref(server->source);
	LIST_FOREACH(c, &server->clients, entry)
		c->objects = 0;
	server->monitored = 0;
	/* A request that waits belongs to whoever is to answer it. */
	while ((c = LIST_FIRST(&server->clients)))
		ctl_client_close(c);
	if (server->fd >= 0)
		close(server->fd);
	free(server);
}

int ctl_server_add(struct ctl_server *server, int fd)
{
	return ctl_client_new(server, fd);
}

size_t ctl_server_clients(const struct ctl_server *server)
{
	return server->n;
}

unsigned int ctl_server_monitored(const struct ctl_server *server)
{
	return server->monitored;
}

static void tell_loss(struct ctl_client *c)
{
	char line[128];
	int n;

	if (!c->lost)
		return;
	n = snprintf(line, sizeof(line),
		     "{\"object\":\"monitor\",\"event\":\"lost\",\"count\":%lu}\n", c->lost);
	if (ctl_client_append(c, line, (size_t)n, CTL_EVENTS_MAX))
		c->lost = 0;
}

void ctl_server_event(struct ctl_server *server, unsigned int object, const char *line, size_t len)
{
	struct ctl_client *c, *next;

	for (c = LIST_FIRST(&server->clients); c; c = next) {
		next = LIST_NEXT(c, entry);
		if (!(c->objects & object))
			continue;
		tell_loss(c);
		if (c->lost || ctl_client_waiting(c) + len + 1 > CTL_EVENTS_MAX) {
			c->lost++;
			continue;
		}
		ctl_client_append(c, line, len, CTL_EVENTS_MAX);
		ctl_client_append(c, "\n", 1, CTL_EVENTS_MAX);
		ctl_client_settle(c);
	}
}
