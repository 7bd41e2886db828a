// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipc.c - typed messages over a SOCK_SEQPACKET pair, with descriptors beside them.
 *
 * The kernel keeps the boundaries of messages, so there is nothing to reassemble; what does not fit
 * into the socket now waits in a queue and leaves in order. A message of a wrong size never reaches
 * the receiver's function, whoever sent it.
 */
#include "contract/ipc.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"

enum {
	TURN_MAX = 64, /* messages read before other sources of the loop get their turn */
	IPC_QUEUE_BYTES_MAX = 256 * 1024 * 1024,
	IPC_TEXT_PIECE = IPC_MSG_MAX - (int)sizeof(struct ipc_hdr) - (int)sizeof(struct ipc_text),
};

struct ipc_out {
	STAILQ_ENTRY(ipc_out) entry;
	int fd;
	size_t len;
	uint8_t bytes[];
};

/**
 * struct ipc - one end
 * @drained: NULL, or to be called when nothing is queued any more
 * @malformed: NULL, or to be called when a message was dropped because it cannot be one
 * @limit: octets that may be queued
 * @dead: set when ipc_free() is called from within @fn or @closed; the reader frees it then
 */
struct ipc {
	sd_event_source *source;
	int fd;
	ipc_fn fn;
	void (*closed)(void *data);
	void (*drained)(void *data);
	void (*malformed)(void *data);
	size_t limit;
	void *data;
	STAILQ_HEAD(, ipc_out) queue;
	size_t queued;
	bool reading;
	bool dead;
	_Alignas(8) uint8_t buf[IPC_MSG_MAX]; /* so that the body behind the header is aligned */
};

/* As many small items as BATCH_MAX, or of big ones what fits into a message. */
#define ITEMS_LEN_MAX (IPC_MSG_MAX - sizeof(struct ipc_hdr) - sizeof(struct batch))
#define ITEMS_MAX(s) (ITEMS_LEN_MAX / sizeof(s) < BATCH_MAX ? ITEMS_LEN_MAX / sizeof(s) : BATCH_MAX)

#define FIXED(t, s) [IPC_##t] = {#t, sizeof(s), sizeof(s), 0},
#define EMPTY(t) [IPC_##t] = {#t, 0, 0, 0},
#define BATCH(t, s) [IPC_##t] = {#t, BATCH_LEN(s, 1), BATCH_LEN(s, ITEMS_MAX(s)), sizeof(s)},
#define TEXT(t) [IPC_##t] = {#t, sizeof(struct ipc_text), IPC_MSG_MAX - sizeof(struct ipc_hdr), 0},
#define WISH(t, wish, key, result) \
	BATCH(WISH_##t, wish)      \
	BATCH(WISH_##t##_GONE, key) EMPTY(WISH_##t##_SWEEP) BATCH(WISH_##t##_RESULT, result)

static const struct {
	const char *name;
	uint32_t min;
	uint32_t max;
	uint32_t item;
} types[IPC_TYPE_MAX] = {IPC_MESSAGES(FIXED, BATCH, EMPTY, TEXT) WISH_KINDS(WISH)};

/**
 * ipc_size_ok() - is @len a length that a message of @type can have? False for unknown types
 */
bool ipc_size_ok(enum ipc_type type, uint32_t len)
{
	if ((unsigned int)type >= IPC_TYPE_MAX || !types[type].name)
		return false;
	return len >= types[type].min && len <= types[type].max &&
	       (!types[type].item || !((len - sizeof(struct batch)) % types[type].item));
}

uint32_t ipc_item_size(enum ipc_type type)
{
	return (unsigned int)type < IPC_TYPE_MAX ? types[type].item : 0;
}

bool ipc_batch_ok(enum ipc_type type, const struct batch *batch, uint32_t len)
{
	return types[type].item && ipc_size_ok(type, len) &&
	       batch->n == (len - sizeof(*batch)) / types[type].item;
}

/** ipc_type_name() - for messages to people; "unknown" for what is none */
const char *ipc_type_name(enum ipc_type type)
{
	if ((unsigned int)type >= IPC_TYPE_MAX || !types[type].name)
		return "unknown";
	return types[type].name;
}

static ssize_t send_one(int sock, const struct iovec *iov, size_t n_iov, int fd, int flags)
{
	union {
		struct cmsghdr hdr;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {};
	struct msghdr msg = {.msg_iov = (struct iovec *)iov, .msg_iovlen = n_iov};
	ssize_t n;

	if (fd >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control.bytes);
		control.hdr.cmsg_level = SOL_SOCKET;
		control.hdr.cmsg_type = SCM_RIGHTS;
		control.hdr.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.hdr), &fd, sizeof(fd));
	}
	do
		n = sendmsg(sock, &msg, MSG_NOSIGNAL | flags);
	while (n < 0 && errno == EINTR);
	return n;
}

static void drop_out(struct ipc *ipc, struct ipc_out *out)
{
	STAILQ_REMOVE_HEAD(&ipc->queue, entry);
	ipc->queued -= out->len;
	if (out->fd >= 0)
		close(out->fd);
	free(out);
}

static int write_queue(struct ipc *ipc, int flags)
{
	struct ipc_out *out;

	while ((out = STAILQ_FIRST(&ipc->queue))) {
		struct iovec iov = {out->bytes, out->len};

		if (send_one(ipc->fd, &iov, 1, out->fd, flags) < 0)
			return -errno;
		drop_out(ipc, out);
	}
	return 0;
}

static int enqueue(struct ipc *ipc, const struct iovec *iov, size_t n_iov, int fd)
{
	struct ipc_out *out;
	size_t len = 0;

	for (size_t i = 0; i < n_iov; i++)
		len += iov[i].iov_len;
	if (ipc->queued + len > ipc->limit)
		return -ENOBUFS;
	out = malloc(sizeof(*out) + len);
	if (!out)
		return -ENOMEM;
	out->fd = -1;
	if (fd >= 0) {
		out->fd = dup(fd);
		if (out->fd < 0) {
			free(out);
			return -errno;
		}
	}
	out->len = 0;
	for (size_t i = 0; i < n_iov; i++) {
		memcpy(out->bytes + out->len, iov[i].iov_base, iov[i].iov_len);
		out->len += iov[i].iov_len;
	}
	STAILQ_INSERT_TAIL(&ipc->queue, out, entry);
	ipc->queued += out->len;
	sd_event_source_set_io_events(ipc->source, EPOLLIN | EPOLLOUT);
	return 0;
}

static int send_iov(struct ipc *ipc, const struct iovec *iov, size_t n_iov, int fd)
{
	if (STAILQ_EMPTY(&ipc->queue)) {
		if (send_one(ipc->fd, iov, n_iov, fd, MSG_DONTWAIT) >= 0)
			return 0;
		if (errno != EAGAIN && errno != ENOBUFS)
			return -errno;
	}
	return enqueue(ipc, iov, n_iov, fd);
}

/**
 * ipc_send_fd() - send a message and a copy of a descriptor
 * @fd: stays the caller's; -1 for none
 *
 * Return: 0 (sent, or queued behind what waits), -EMSGSIZE for a size that @type cannot have,
 * -ENOBUFS when the other end has not read for too long, or another negative errno. -EPIPE and
 * -ECONNRESET: the other end is gone; @closed will be called.
 */
int ipc_send_fd(struct ipc *ipc, enum ipc_type type, const void *body, uint32_t len, int fd)
{
	struct ipc_hdr hdr = {.type = (uint16_t)type, .len = len};
	struct iovec iov[] = {{&hdr, sizeof(hdr)}, {(void *)body, len}};

	if (!ipc_size_ok(type, len))
		return -EMSGSIZE;
	return send_iov(ipc, iov, len ? 2 : 1, fd);
}

/** ipc_send() - ipc_send_fd() without a descriptor */
int ipc_send(struct ipc *ipc, enum ipc_type type, const void *body, uint32_t len)
{
	return ipc_send_fd(ipc, type, body, len, -1);
}

/**
 * ipc_send_batch() - send @n items, and the head before them
 *
 * Return: as ipc_send_fd(); -EMSGSIZE, too, when there are more than one message of @type takes.
 */
int ipc_send_batch(struct ipc *ipc, enum ipc_type type, const void *items, uint32_t n,
		   uint32_t retain_ms)
{
	struct batch head = {.n = n, .retain_ms = retain_ms};
	uint32_t len = (uint32_t)sizeof(head) + n * ipc_item_size(type);
	struct ipc_hdr hdr = {.type = (uint16_t)type, .len = len};
	struct iovec iov[] = {
		{&hdr, sizeof(hdr)},
		{&head, sizeof(head)},
		{(void *)items, len - sizeof(head)},
	};

	if (!ipc_batch_ok(type, &head, len))
		return -EMSGSIZE;
	return send_iov(ipc, iov, 3, -1);
}

/**
 * ipc_send_text() - send text of any length, in as many pieces as it takes
 * @type: IPC_QUERY, IPC_ANSWER or IPC_EVENT
 * @id: what an answer has in common with its query
 */
int ipc_send_text(struct ipc *ipc, enum ipc_type type, uint32_t id, const char *text)
{
	size_t left = strlen(text);

	do {
		size_t piece = left < IPC_TEXT_PIECE ? left : IPC_TEXT_PIECE;
		struct ipc_text head = {.id = id, .more = piece < left};
		struct ipc_hdr hdr = {
			.type = (uint16_t)type,
			.len = (uint32_t)(sizeof(head) + piece),
		};
		struct iovec iov[] = {
			{&hdr, sizeof(hdr)},
			{&head, sizeof(head)},
			{(void *)text, piece},
		};
		int r = send_iov(ipc, iov, 3, -1);

		if (r < 0)
			return r;
		text += piece;
		left -= piece;
	} while (left);
	return 0;
}

/**
 * ipc_flush() - write everything that is queued, waiting for the other end to read
 *
 * Return: 0 or a negative errno; -ETIMEDOUT when it has read nothing for two seconds.
 */
int ipc_flush(struct ipc *ipc)
{
	for (;;) {
		struct pollfd pfd = {.fd = ipc->fd, .events = POLLOUT};
		int r = write_queue(ipc, MSG_DONTWAIT);

		if (r != -EAGAIN && r != -ENOBUFS)
			return r;
		r = poll(&pfd, 1, 2000);
		if (r == 0)
			return -ETIMEDOUT;
		if (r < 0 && errno != EINTR)
			return -errno;
	}
}

/* The first descriptor of a message, or -1. More than one is nobody's habit: they are closed. */
static int take_fd(struct msghdr *msg)
{
	int first = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		size_t n;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (first < 0)
				first = fd;
			else
				close(fd);
		}
	}
	return first;
}

static bool is_whole(const struct ipc_hdr *hdr, const void *body)
{
	enum ipc_type type = (enum ipc_type)hdr->type;

	return ipc_size_ok(type, hdr->len) &&
	       (!types[type].item || ipc_batch_ok(type, body, hdr->len));
}

static void deliver(struct ipc *ipc, size_t n, int flags, int fd)
{
	struct ipc_hdr hdr;

	if (n < sizeof(hdr) || (flags & MSG_TRUNC)) {
		log_warning("ipc: a message of %zu octets is none of ours, dropped", n);
		goto drop;
	}
	memcpy(&hdr, ipc->buf, sizeof(hdr));
	if (hdr.len != n - sizeof(hdr) || !is_whole(&hdr, ipc->buf + sizeof(hdr))) {
		log_warning("ipc: message type %u (%s) with %zu octets of body, dropped", hdr.type,
			    ipc_type_name((enum ipc_type)hdr.type), n - sizeof(hdr));
		goto drop;
	}
	ipc->fn(ipc->data, &hdr, ipc->buf + sizeof(hdr), fd);
	return;
drop:
	if (fd >= 0)
		close(fd);
	if (ipc->malformed)
		ipc->malformed(ipc->data);
}

/* Return: 1 a message, 0 nothing there, negative: the other end is gone */
static int read_one(struct ipc *ipc)
{
	union {
		struct cmsghdr hdr;
		char bytes[CMSG_SPACE(4 * sizeof(int))];
	} control;
	struct iovec iov = {ipc->buf, sizeof(ipc->buf)};
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(ipc->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n == 0) { /* the end, or a message of no octets, which nobody tells from it */
		int fd = take_fd(&msg);

		if (fd >= 0)
			close(fd);
		return -EPIPE;
	}
	deliver(ipc, (size_t)n, msg.msg_flags, take_fd(&msg));
	return 1;
}

static void release(struct ipc *ipc)
{
	while (!STAILQ_EMPTY(&ipc->queue))
		drop_out(ipc, STAILQ_FIRST(&ipc->queue));
	sd_event_source_disable_unref(ipc->source);
	close(ipc->fd);
	free(ipc);
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct ipc *ipc = data;
	int r = 0;

	ipc->reading = true;
	/* What the other end said before it went is read before its going is told. */
	for (int i = 0; i < TURN_MAX && !ipc->dead; i++) {
		r = read_one(ipc);
		if (r <= 0)
			break;
	}
	if (!ipc->dead && r >= 0 && (revents & EPOLLOUT)) {
		r = write_queue(ipc, MSG_DONTWAIT);
		if (r == -EAGAIN || r == -ENOBUFS) {
			r = 0;
		} else if (r == 0) {
			sd_event_source_set_io_events(ipc->source, EPOLLIN);
			if (ipc->drained)
				ipc->drained(ipc->data);
		}
	}
	if (!ipc->dead && r < 0) {
		sd_event_source_set_enabled(ipc->source, SD_EVENT_OFF);
		ipc->closed(ipc->data);
	}
	ipc->reading = false;
	if (ipc->dead)
		release(ipc);
	return 0;
}

/**
 * ipc_new() - take over one end of the pair
 * @fd: closed by ipc_free()
 * @fn: called for each message that has the size of its type
 * @closed: the other end is gone; nothing is called after it. May call ipc_free()
 *
 * Return: NULL with errno set when there is no memory; @fd stays the caller's then.
 */
struct ipc *ipc_new(sd_event *event, int fd, ipc_fn fn, void (*closed)(void *data), void *data)
{
	struct ipc *ipc = calloc(1, sizeof(*ipc));
	int r;

	if (!ipc)
		return NULL;
	ipc->fd = fd;
	ipc->fn = fn;
	ipc->closed = closed;
	ipc->data = data;
	ipc->limit = IPC_QUEUE_BYTES_MAX;
	STAILQ_INIT(&ipc->queue);
	r = sd_event_add_io(event, &ipc->source, fd, EPOLLIN, on_io, ipc);
	if (r < 0) {
		free(ipc);
		errno = -r;
		return NULL;
	}
	/* Facts and wishes decide how long a failover takes; clients of the control socket wait. */
	sd_event_source_set_priority(ipc->source, SD_EVENT_PRIORITY_IMPORTANT);
	return ipc;
}

/** ipc_waiting() - octets that the other end has not taken yet */
size_t ipc_waiting(const struct ipc *ipc)
{
	return ipc->queued;
}

/** ipc_on_drained() - call @fn each time that what was waiting has left; it must not free @ipc */
void ipc_on_drained(struct ipc *ipc, void (*fn)(void *data))
{
	ipc->drained = fn;
}

/** ipc_on_malformed() - call @fn each time that a message was dropped; it must not free @ipc */
void ipc_on_malformed(struct ipc *ipc, void (*fn)(void *data))
{
	ipc->malformed = fn;
}

/** ipc_limit() - how much the other end may leave unread before a message is refused with -ENOBUFS */
void ipc_limit(struct ipc *ipc, size_t bytes)
{
	ipc->limit = bytes;
}

/** ipc_free() - close; what is queued is lost (ipc_flush() first). NULL is allowed */
void ipc_free(struct ipc *ipc)
{
	if (!ipc)
		return;
	ipc->dead = true;
	if (!ipc->reading)
		release(ipc);
}
