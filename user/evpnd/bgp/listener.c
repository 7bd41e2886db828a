// SPDX-License-Identifier: GPL-2.0-only
/*
 * listener.c - listening sockets that the parent opened (with their TCP MD5 and TCP-AO keys) and handed
 * over; each connection goes to the peer with its address.
 *
 * Of descriptors a stranger holds none and a peer two at most, the second no longer than an OPEN
 * takes. When there are none left all the same, what waits in the backlog would wake the loop for ever:
 * nothing is accepted for a while, and sessions that are up do not notice.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "bgp/session.h"
#include "bgp/bgp_host.h"

#define STRANGER_LOG_NS \
	(60 * BGP_NS_PER_S) /* connections from unknown addresses: one line in a minute */

#define PAUSE_MS 1000

struct listener {
	TAILQ_ENTRY(listener) link;
	struct bgp_host *host;
	sd_event_source *io;
	struct timer resume;
	int fd;
	int64_t logged;
};

static void stranger(struct listener *l, const struct ip_addr *from)
{
	int64_t now = timer_now_ns();
	char text[IP_STRLEN];

	if (l->logged && now - l->logged < STRANGER_LOG_NS)
		return;
	l->logged = now;
	log_remote(LOG_LEVEL_WARNING, "connection from %s refused: no peer has this address",
		   ip_format(from, text));
}

/* One line for all the listeners of a minute. */
static void say_exhausted(int error)
{
	static int64_t said;
	int64_t now = timer_now_ns();

	if (said && now - said < STRANGER_LOG_NS)
		return;
	said = now;
	log_error("accept: %s; connections wait until there is room again", strerror(error));
}

static void on_resume(void *data)
{
	struct listener *l = data;

	sd_event_source_set_enabled(l->io, SD_EVENT_ON);
}

static void accept_failed(struct listener *l, int error)
{
	/* what is wrong with that connection alone: RFC 1122 errors come from accept() as well */
	if (error == EAGAIN || error == ECONNABORTED || error == EINTR || error == EPROTO ||
	    error == ENETDOWN || error == EHOSTUNREACH || error == ENETUNREACH)
		return;
	say_exhausted(error);
	sd_event_source_set_enabled(l->io, SD_EVENT_OFF);
	timer_start(&l->resume, PAUSE_MS);
}

static int on_connection(sd_event_source *source, int listen_fd, uint32_t revents, void *data)
{
	struct listener *l = data;
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct ip_addr from;
	struct session *s;
	int fd = accept4(listen_fd, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0) {
		accept_failed(l, errno);
		return 0;
	}
	from = ip_from_sockaddr((struct sockaddr *)&ss);
	s = session_find(l->host, &from, 0);
	if (s) {
		session_accept(s, fd);
	} else {
		stranger(l, &from);
		close(fd);
	}
	return 0;
}

void listener_add(struct bgp_host *host, int fd)
{
	struct listener *l = fd >= 0 ? calloc(1, sizeof(*l)) : NULL;

	if (!l) {
		if (fd >= 0)
			close(fd);
		return;
	}
	l->host = host;
	l->fd = fd;
	if (sd_event_add_io(host->event, &l->io, fd, EPOLLIN, on_connection, l) < 0) {
		log_error("a listening socket could not be watched");
		close(fd);
		free(l);
		return;
	}
	timer_init(&l->resume, host->event, 100000, on_resume, l);
	TAILQ_INSERT_TAIL(&host->listeners, l, link);
}

void listener_clear(struct bgp_host *host)
{
	struct listener *l;

	while ((l = TAILQ_FIRST(&host->listeners))) {
		TAILQ_REMOVE(&host->listeners, l, link);
		sd_event_source_disable_unref(l->io);
		timer_done(&l->resume);
		close(l->fd);
		free(l);
	}
}
