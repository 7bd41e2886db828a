// SPDX-License-Identifier: GPL-2.0-only
/*
 * relay.c - which question an answer belongs to, and what becomes of its pieces.
 *
 * The speaker is the process that reads from the network, so nothing it answers is trusted: an answer
 * to no question is dropped, one that is put together here has a limit, and one that goes straight
 * through can be nothing but one line to the one client that asked.
 */
#include "parent/relay.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "ctl.h"
#include "log.h"

enum { WHOLE_ANSWER_MAX = 4 * 1024 * 1024 };

/**
 * struct question - asked and not yet answered
 * @request: of a client: pieces go through to it; NULL: @fn gets the whole
 */
struct question {
	LIST_ENTRY(question) entry;
	uint32_t id;
	struct ctl_request *request;
	relay_fn fn;
	void *data;
	char *text;
	size_t len;
	bool overlong;
};

struct relay {
	LIST_HEAD(, question) questions;
	uint32_t last_id;
};

struct relay *relay_new(void)
{
	struct relay *relay = calloc(1, sizeof(*relay));

	if (relay)
		LIST_INIT(&relay->questions);
	return relay;
}

void relay_free(struct relay *relay)
{
	if (!relay)
		return;
	relay_fail(relay, "evpnd is stopping");
	free(relay);
}

/* Return: the text that asks, or NULL */
static char *query_text(const char *method, json_t *params)
{
	json_t *query = json_pack("{s:s, s:O?}", "method", method, "params", params);
	char *text = query ? json_dumps(query, JSON_COMPACT) : NULL;

	json_decref(query);
	return text;
}

static struct question *ask(struct relay *relay, struct ipc *ipc, const char *method,
			    json_t *params)
{
	struct question *q = calloc(1, sizeof(*q));
	char *text = q ? query_text(method, params) : NULL;
	int r = -1;

	if (text) {
		q->id = ++relay->last_id;
		r = ipc_send_text(ipc, IPC_QUERY, q->id, text);
	}
	free(text);
	if (r < 0) {
		free(q);
		return NULL;
	}
	LIST_INSERT_HEAD(&relay->questions, q, entry);
	return q;
}

void relay_request(struct relay *relay, struct ipc *ipc, struct ctl_request *request,
		   const char *why)
{
	struct question *q = NULL;

	if (ipc)
		q = ask(relay, ipc, ctl_request_method(request), ctl_request_params(request));
	if (q)
		q->request = request;
	else
		ctl_refuse(request, ctl_error(CTL_UNAVAILABLE, "%s", why));
}

void relay_ask(struct relay *relay, struct ipc *ipc, const char *method, json_t *params,
	       relay_fn fn, void *data, const char *why)
{
	struct question *q = ipc ? ask(relay, ipc, method, params) : NULL;

	if (q) {
		q->fn = fn;
		q->data = data;
	} else if (fn) {
		fn(data, NULL, why);
	}
}

static void deliver_whole(struct question *q)
{
	json_t *answer = q->overlong ? NULL : json_loadb(q->text ? q->text : "", q->len, 0, NULL);

	if (!json_is_object(answer)) {
		json_decref(answer);
		answer = NULL;
	}
	if (q->fn)
		q->fn(q->data, answer, "the speaker's answer makes no sense");
	json_decref(answer);
}

static void collect(struct question *q, const char *text, size_t len)
{
	char *grown;

	if (!q->fn || q->overlong)
		return;
	grown = q->len + len > WHOLE_ANSWER_MAX ? NULL : realloc(q->text, q->len + len + 1);
	if (!grown) {
		q->overlong = true;
		return;
	}
	q->text = grown;
	memcpy(q->text + q->len, text, len);
	q->len += len;
}

bool relay_piece(struct relay *relay, const struct ipc_hdr *hdr, const void *body)
{
	const char *text = (const char *)body + sizeof(struct ipc_text);
	size_t len = hdr->len - sizeof(struct ipc_text);
	struct ctl_request *request;
	struct question *q;
	struct ipc_text head;

	memcpy(&head, body, sizeof(head));
	LIST_FOREACH(q, &relay->questions, entry)
		if (q->id == head.id)
			break;
	if (!q)
		return false;
	request = q->request;
	if (!request) {
		collect(q, text, len);
		if (head.more)
			return true;
		/* it may ask again, or be told that the speaker is gone: no longer in the list then */
		LIST_REMOVE(q, entry);
		deliver_whole(q);
		free(q->text);
		free(q);
		return true;
	}
	if (!head.more) {
		LIST_REMOVE(q, entry);
		free(q);
	}
	ctl_piece(request, text, len, !head.more);
	return true;
}

static void fail(struct question *q, const char *why)
{
	if (q->request && ctl_begun(q->request))
		ctl_abort(q->request);
	else if (q->request)
		ctl_refuse(q->request, ctl_error(CTL_UNAVAILABLE, "%s", why));
	else if (q->fn)
		q->fn(q->data, NULL, why);
}

void relay_fail(struct relay *relay, const char *why)
{
	struct question *q;

	while ((q = LIST_FIRST(&relay->questions))) {
		LIST_REMOVE(q, entry);
		fail(q, why);
		free(q->text);
		free(q);
	}
}
