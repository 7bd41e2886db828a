// SPDX-License-Identifier: GPL-2.0
/*
 * listener.c - listening sockets that the parent opened (with their TCP MD5 and TCP-AO keys) and handed
 * over; each connection goes to the neighbour with its address.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "bgp/session.h"
#include "speaker/speaker_priv.h"

#define STRANGER_LOG_NS \
	(60 * BGP_NS_PER_S) /* connections from unknown addresses: one line in a minute */

struct listener {
	TAILQ_ENTRY(listener) link;
	struct speaker *speaker;
	sd_event_source *io;
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
	log_remote(LOG_LEVEL_WARNING, "connection from %s refused: no neighbor has this address",
		   ip_format(from, text));
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
		if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR)
			log_error("accept: %s", strerror(errno));
		return 0;
	}
	from = ip_from_sockaddr((struct sockaddr *)&ss);
	s = session_find(l->speaker, &from, 0);
	if (s) {
		session_accept(s, fd);
	} else {
		stranger(l, &from);
		close(fd);
	}
	return 0;
}

void listener_add(struct speaker *sp, int fd)
{
	struct listener *l = fd >= 0 ? calloc(1, sizeof(*l)) : NULL;

	if (!l) {
		if (fd >= 0)
			close(fd);
		return;
	}
	l->speaker = sp;
	l->fd = fd;
	if (sd_event_add_io(sp->event, &l->io, fd, EPOLLIN, on_connection, l) < 0) {
		log_error("a listening socket could not be watched");
		close(fd);
		free(l);
		return;
	}
	TAILQ_INSERT_TAIL(&sp->listeners, l, link);
}

void listener_clear(struct speaker *sp)
{
	struct listener *l;

	while ((l = TAILQ_FIRST(&sp->listeners))) {
		TAILQ_REMOVE(&sp->listeners, l, link);
		sd_event_source_disable_unref(l->io);
		close(l->fd);
		free(l);
	}
}
