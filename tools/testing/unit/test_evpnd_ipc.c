// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_evpnd_ipc.c - messages between the two processes over a real SOCK_SEQPACKET pair: every type at
 * its size and at no other, descriptors, text in pieces, a reader that does not read, an end that goes.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "contract/ipc.h"
#include "log.h"

/* What arrived at one end. */
struct heard {
	struct ipc *ipc;
	unsigned int n;
	unsigned int closed;
	struct ipc_hdr last;
	int fd;
	char *text;
	size_t text_len;
	bool free_in_fn;
	int expect; /* the next number of a request */
	bool out_of_order;
};

static sd_event *event;
static struct heard heard;
static struct ipc *sender;
static int raw; /* the sender's descriptor, for saying what ipc.c would not */

static void on_message(void *data, const struct ipc_hdr *hdr, void *body, int fd)
{
	struct heard *h = data;

	h->n++;
	h->last = *hdr;
	if (fd >= 0)
		h->fd = fd;
	if (hdr->type == IPC_SOCKET_REQUEST &&
	    ((const struct ipc_socket *)body)->error != h->expect++)
		h->out_of_order = true;
	if (hdr->type == IPC_QUERY) {
		size_t n = hdr->len - sizeof(struct ipc_text);

		h->text = realloc(h->text, h->text_len + n + 1);
		memcpy(h->text + h->text_len, (const char *)body + sizeof(struct ipc_text), n);
		h->text_len += n;
		h->text[h->text_len] = '\0';
	}
	if (h->free_in_fn) {
		ipc_free(h->ipc);
		h->ipc = NULL;
	}
}

static void on_closed(void *data)
{
	struct heard *h = data;

	h->closed++;
	ipc_free(h->ipc);
	h->ipc = NULL;
}

static void ignore_message(void *data, const struct ipc_hdr *hdr, void *body, int fd)
{
}

static void ignore_closed(void *data)
{
}

static int setup(void **state)
{
	int pair[2];

	log_set_level(LOG_LEVEL_ERROR);
	memset(&heard, 0, sizeof(heard));
	heard.fd = -1;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_true(sd_event_new(&event) >= 0);
	raw = pair[0];
	sender = ipc_new(event, pair[0], ignore_message, ignore_closed, NULL);
	heard.ipc = ipc_new(event, pair[1], on_message, on_closed, &heard);
	assert_non_null(sender);
	assert_non_null(heard.ipc);
	return 0;
}

static int teardown(void **state)
{
	ipc_free(sender);
	ipc_free(heard.ipc);
	sd_event_unref(event);
	free(heard.text);
	if (heard.fd >= 0)
		close(heard.fd);
	return 0;
}

static void run(void)
{
	while (sd_event_run(event, 0) > 0)
		;
}

static void test_every_type_has_its_size(void **state)
{
	static _Alignas(8) char body[IPC_MSG_MAX];
	unsigned int fixed = 0;

	for (unsigned int t = 0; t < IPC_TYPE_MAX + 3; t++) {
		bool any = false;

		for (uint32_t len = 0; len < (any ? 2048 : 8192); len++) {
			bool ok = ipc_size_ok(t, len);

			heard.n = 0;
			if (ipc_item_size(t) && ok)
				((struct batch *)body)->n =
					(len - (uint32_t)sizeof(struct batch)) / ipc_item_size(t);
			assert_int_equal(ipc_send(sender, t, body, len), ok ? 0 : -EMSGSIZE);
			if (!ok)
				continue;
			any = true;
			run();
			assert_int_equal(heard.n, 1);
			assert_int_equal(heard.last.type, t);
			assert_int_equal(heard.last.len, len);
		}
		assert_int_equal(any, t >= 1 && t < IPC_TYPE_MAX);
		assert_int_equal(any, !!strcmp(ipc_type_name(t), "unknown"));
		fixed += any;
	}
	assert_int_equal(fixed, IPC_TYPE_MAX - 1);
}

/* Whatever is written into the socket: only messages that are some reach the receiver. */
static void test_nonsense_is_dropped(void **state)
{
	struct {
		struct ipc_hdr hdr;
		char body[64];
	} m = {.hdr = {.type = IPC_SOCKET_REQUEST, .len = sizeof(struct ipc_socket)}};
	static char big[IPC_MSG_MAX + 100];

	assert_true(send(raw, &m, 3, 0) > 0);
	assert_true(send(raw, &m, sizeof(m.hdr), 0) > 0);
	assert_true(send(raw, &m, sizeof(m), 0) > 0);
	m.hdr.len = 0xffffffff;
	assert_true(send(raw, &m, sizeof(m), 0) > 0);
	m.hdr.len = sizeof(m.body);
	assert_true(send(raw, &m, sizeof(m), 0) > 0);
	m.hdr.type = 0xffff;
	assert_true(send(raw, &m, sizeof(m), 0) > 0);
	memcpy(big, &m, sizeof(m));
	assert_true(send(raw, big, sizeof(big), 0) > 0);
	run();
	assert_int_equal(heard.n, 0);
	assert_int_equal(heard.closed, 0);
	m.hdr.type = IPC_SOCKET_REQUEST;
	m.hdr.len = sizeof(struct ipc_socket);
	assert_true(send(raw, &m, sizeof(m.hdr) + sizeof(struct ipc_socket), 0) > 0);
	run();
	assert_int_equal(heard.n, 1);
}

static void test_descriptor(void **state)
{
	struct ipc_socket s = {.port = 179};
	int pipefd[2];
	char c = 0;

	assert_int_equal(pipe(pipefd), 0);
	assert_int_equal(ipc_send_fd(sender, IPC_SOCKET, &s, sizeof(s), pipefd[1]), 0);
	run();
	assert_int_equal(heard.n, 1);
	assert_true(heard.fd >= 0 && heard.fd != pipefd[1]);
	assert_true(fcntl(heard.fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(write(heard.fd, "x", 1), 1);
	assert_int_equal(read(pipefd[0], &c, 1), 1);
	assert_int_equal(c, 'x');
	close(pipefd[0]);
	close(pipefd[1]);
}

/* A message that is dropped must not leave its descriptor behind. */
static void test_descriptor_of_nonsense(void **state)
{
	struct ipc_hdr hdr = {.type = IPC_SOCKET, .len = 1};
	char body = 0, control[CMSG_SPACE(sizeof(int) * 3)] = {};
	struct iovec iov[] = {{&hdr, sizeof(hdr)}, {&body, 1}};
	struct msghdr msg = {.msg_iov = iov,
			     .msg_iovlen = 2,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	int fds[3] = {0, 1, 2}, probe = dup(0), again;

	close(probe);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(c), fds, sizeof(fds));
	assert_true(sendmsg(raw, &msg, 0) > 0);
	run();
	assert_int_equal(heard.n, 0);
	again = dup(0);
	assert_int_equal(again, probe);
	close(again);
}

static void test_text_in_pieces(void **state)
{
	size_t sizes[] = {0, 1, 65519, 65520, 65521, 300000};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char *text = malloc(sizes[i] + 1);

		for (size_t k = 0; k < sizes[i]; k++)
			text[k] = (char)('a' + k % 26);
		text[sizes[i]] = '\0';
		heard.text_len = 0;
		heard.n = 0;
		assert_int_equal(ipc_send_text(sender, IPC_QUERY, 7, text), 0);
		run();
		assert_int_equal(heard.text_len, sizes[i]);
		assert_string_equal(heard.text ? heard.text : "", text);
		free(text);
	}
}

static unsigned int drained;

static void on_drained(void *data)
{
	drained++;
	assert_int_equal(ipc_waiting(sender), 0);
}

/* A reader that is busy: everything waits, nothing is lost, the order stays. */
static void test_slow_reader(void **state)
{
	int pipefd[2];

	assert_int_equal(pipe(pipefd), 0);
	for (uint32_t i = 0; i < 20000; i++) {
		struct ipc_socket request = {.error = (int)i};

		if (i == 10000) {
			struct ipc_socket s = {};

			assert_int_equal(ipc_send_fd(sender, IPC_SOCKET, &s, sizeof(s), pipefd[1]),
					 0);
		}
		assert_int_equal(ipc_send(sender, IPC_SOCKET_REQUEST, &request, sizeof(request)),
				 0);
	}
	close(pipefd[1]);
	drained = 0;
	ipc_on_drained(sender, on_drained);
	assert_true(ipc_waiting(sender) > 10000 * sizeof(struct ipc_hdr));
	run();
	assert_int_equal(drained, 1);
	assert_int_equal(heard.n, 20001);
	assert_false(heard.out_of_order);
	assert_true(heard.fd >= 0);
	close(pipefd[0]);
}

/* Who never reads does not get all of the other end's memory. */
static void test_limit(void **state)
{
	struct ipc_socket request = {.error = 1};
	uint32_t i;

	ipc_limit(sender, 65536);
	for (i = 0; i < 20000; i++)
		if (ipc_send(sender, IPC_SOCKET_REQUEST, &request, sizeof(request)) == -ENOBUFS)
			break;
	assert_in_range(i, 1000, 19999);
	assert_true(ipc_waiting(sender) <= 65536);
}

static unsigned int malformed;

static void on_malformed(void *data)
{
	malformed++;
}

/* What cannot be a message is dropped, and counted by whoever wants to know. */
static void test_malformed(void **state)
{
	const struct ipc_hdr hdr = {.type = IPC_TYPE_MAX};

	malformed = 0;
	ipc_on_malformed(heard.ipc, on_malformed);
	assert_true(send(raw, &hdr, sizeof(hdr), 0) > 0);
	assert_true(send(raw, &hdr, 3, 0) > 0);
	run();
	assert_int_equal(malformed, 2);
	assert_int_equal(heard.n, 0);
}

/* What was said before the end is heard before the end. */
static void test_last_words(void **state)
{
	for (uint32_t i = 0; i < 100; i++) {
		struct ipc_socket request = {.error = (int)i};

		assert_int_equal(ipc_send(sender, IPC_SOCKET_REQUEST, &request, sizeof(request)),
				 0);
	}
	assert_int_equal(ipc_flush(sender), 0);
	ipc_free(sender);
	sender = NULL;
	run();
	assert_int_equal(heard.n, 100);
	assert_int_equal(heard.closed, 1);
}

/* Nobody reads: the last words are not waited for for ever. */
static void test_flush_gives_up(void **state)
{
	for (uint32_t i = 0; i < 20000; i++) {
		struct ipc_socket request = {.error = (int)i};

		assert_int_equal(ipc_send(sender, IPC_SOCKET_REQUEST, &request, sizeof(request)),
				 0);
	}
	assert_int_equal(ipc_flush(sender), -ETIMEDOUT);
}

static void test_free_within(void **state)
{
	struct ipc_socket request = {};

	heard.free_in_fn = true;
	assert_int_equal(ipc_send(sender, IPC_SOCKET_REQUEST, &request, sizeof(request)), 0);
	assert_int_equal(ipc_send(sender, IPC_SOCKET_REQUEST, &request, sizeof(request)), 0);
	run();
	assert_int_equal(heard.n, 1);
	assert_int_equal(ipc_send(sender, IPC_SOCKET_REQUEST, &request, sizeof(request)), -EPIPE);
}

/* A batch has as many items as it says, one at least and not more than fit. */
static void test_batches(void **state)
{
	struct batch *b = calloc(1, BATCH_LEN(struct wish_neigh, BATCH_MAX + 1));
	const uint32_t one = BATCH_LEN(struct wish_neigh, 1);
	const uint32_t full = BATCH_LEN(struct wish_neigh, BATCH_MAX);

	b->n = 1;
	assert_true(ipc_batch_ok(IPC_WISH_NEIGH, b, one));
	assert_false(ipc_batch_ok(IPC_WISH_NEIGH, b, one + 1));
	assert_false(ipc_batch_ok(IPC_WISH_NEIGH, b, one - 1));
	assert_false(ipc_batch_ok(IPC_WISH_NEIGH, b, BATCH_LEN(struct wish_neigh, 2)));
	assert_false(ipc_batch_ok(IPC_SOCKET_REQUEST, b, one));
	b->n = BATCH_MAX;
	assert_true(ipc_batch_ok(IPC_WISH_NEIGH, b, full));
	b->n++;
	assert_false(ipc_batch_ok(IPC_WISH_NEIGH, b, full));
	assert_false(ipc_size_ok(IPC_WISH_NEIGH, BATCH_LEN(struct wish_neigh, BATCH_MAX + 1)));
	assert_int_equal(ipc_send(sender, IPC_WISH_NEIGH, b, one + 1), -EMSGSIZE);
	b->n = BATCH_MAX;
	assert_int_equal(ipc_send(sender, IPC_WISH_NEIGH, b, full), 0);
	run();
	assert_int_equal(heard.last.len, full);
	heard.n = 0;
	b->n = 2; /* and holds one */
	assert_int_equal(ipc_send(sender, IPC_WISH_NEIGH, b, one), 0);
	run();
	assert_int_equal(heard.n, 0);
	assert_int_equal(ipc_send_batch(sender, IPC_WISH_NEIGH, b + 1, 3, 7), 0);
	run();
	assert_int_equal(heard.n, 1);
	assert_int_equal(heard.last.len, BATCH_LEN(struct wish_neigh, 3));
	assert_int_equal(ipc_send_batch(sender, IPC_WISH_NEIGH, b + 1, 0, 0), -EMSGSIZE);
	assert_int_equal(ipc_send_batch(sender, IPC_WISH_NEIGH, b + 1, BATCH_MAX + 1, 0),
			 -EMSGSIZE);
	assert_int_equal(ipc_send_batch(sender, IPC_WISH_NEIGH_SWEEP, NULL, 0, 0), -EMSGSIZE);
	free(b);
}

int main(void)
{
#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_every_type_has_its_size),
		CASE(test_nonsense_is_dropped),
		CASE(test_descriptor),
		CASE(test_descriptor_of_nonsense),
		CASE(test_text_in_pieces),
		CASE(test_slow_reader),
		CASE(test_limit),
		CASE(test_malformed),
		CASE(test_last_words),
		CASE(test_flush_gives_up),
		CASE(test_free_within),
		CASE(test_batches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
