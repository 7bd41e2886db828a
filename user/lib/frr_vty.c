// SPDX-License-Identifier: GPL-2.0-only
/*
 * frr_vty.c - see frr_vty.h.
 */
#include "frr_vty.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "timer.h"

enum { TRAILER = 4 }; /* three NULs and the status */

static int grow(struct frr_answer *a, size_t n)
{
	size_t size = a->size ? a->size : 4096;
	char *text;

	if (a->len + n > FRR_VTY_ANSWER_MAX)
		return -EMSGSIZE;
	while (size < a->len + n)
		size *= 2;
	if (size == a->size)
		return 0;
	text = realloc(a->text, size);
	if (!text)
		return -ENOMEM;
	a->text = text;
	a->size = size;
	return 0;
}

int frr_answer_feed(struct frr_answer *a, const void *bytes, size_t n)
{
	int r = a->complete ? -EPROTO : grow(a, n);
	const char *end;

	if (r || !n)
		return r;
	memcpy(a->text + a->len, bytes, n);
	a->len += n;
	end = memchr(a->text, '\0', a->len);
	if (!end || a->text + a->len - end < TRAILER)
		return 0;
	if (a->text + a->len - end > TRAILER || end[1] || end[2])
		return -EPROTO;
	a->status = (u8)end[3];
	a->len = (size_t)(end - a->text);
	a->complete = true;
	return 0;
}

void frr_answer_clear(struct frr_answer *a)
{
	free(a->text);
	*a = (struct frr_answer){};
}

int frr_vty_connect(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(sun.sun_path))
		return -ENAMETOOLONG;
	strcpy(sun.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun))) {
		int r = -errno;

		close(fd);
		return r;
	}
	return fd;
}

static int wait_for(int fd, short events, u64 until)
{
	struct pollfd p = {.fd = fd, .events = events};
	u64 now = timer_now_us();
	int r = now < until ? poll(&p, 1, (int)((until - now) / 1000) + 1) : 0;

	if (r < 0)
		return errno == EINTR ? 0 : -errno;
	return r ? 0 : -ETIMEDOUT;
}

static int read_answer(int fd, struct frr_answer *a, u64 until)
{
	char buf[16384];
	ssize_t n;
	int r = 0;

	while (!r && !a->complete) {
		n = recv(fd, buf, sizeof(buf), 0);
		if (n > 0)
			r = frr_answer_feed(a, buf, (size_t)n);
		else if (n == 0)
			r = -ECONNRESET;
		else if (errno == EAGAIN || errno == EINTR)
			r = wait_for(fd, POLLIN, until);
		else
			r = -errno;
	}
	return r;
}

/* A command is short and the socket is empty: it is written whole, or something is wrong. */
static int transact(int fd, const char *command, struct frr_answer *a, u64 until)
{
	size_t len = strlen(command) + 1;
	ssize_t n = send(fd, command, len, MSG_NOSIGNAL);

	if (n < 0)
		return -errno;
	if ((size_t)n < len)
		return -EIO;
	return read_answer(fd, a, until);
}

int frr_vty_ask(const char *path, const char *command, int timeout_ms, char **text,
		char err[FRR_VTY_ERROR_LEN])
{
	u64 until = timer_now_us() + (u64)timeout_ms * 1000;
	struct frr_answer a = {};
	int fd = frr_vty_connect(path), r = fd;

	if (fd >= 0) {
		r = transact(fd, "enable", &a, until);
		frr_answer_clear(&a);
		if (!r)
			r = transact(fd, command, &a, until);
		close(fd);
	}
	if (!r && a.status)
		r = -EINVAL;
	if (r) {
		snprintf(err, FRR_VTY_ERROR_LEN, "%s: \"%s\": %s", path, command,
			 a.status ? "FRR does not know this command" : strerror(-r));
		frr_answer_clear(&a);
		return r;
	}
	*text = a.text;
	return 0;
}
