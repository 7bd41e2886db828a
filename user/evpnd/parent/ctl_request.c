// SPDX-License-Identifier: GPL-2.0-only
/*
 * ctl_request.c - a request on the control socket, and its answer: at once, later, or in pieces.
 */
#include <stdlib.h>
#include <string.h>

#include "parent/ctl_client.h"

static void free_request(struct ctl_request *r)
{
	json_decref(r->id);
	json_decref(r->params);
	free(r->method);
	free(r);
}

struct ctl_request *ctl_request_new(struct ctl_client *c, json_t *json, const char *method)
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

/* The request has its answer; the client may go on with the next. */
static void finish(struct ctl_request *r)
{
	struct ctl_client *c = r->client;

	free_request(r);
	if (!c)
		return;
	c->request = NULL;
	ctl_client_work(c);
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
		ctl_client_put_json(r->client, line);
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

static void put_cleaned(struct ctl_client *c, const char *text, size_t len)
{
	while (len) {
		char chunk[4096];
		size_t n = len < sizeof(chunk) ? len : sizeof(chunk);

		for (size_t i = 0; i < n; i++)
			chunk[i] = (unsigned char)text[i] < ' ' ? ' ' : text[i];
		ctl_client_put(c, chunk, n);
		text += n;
		len -= n;
	}
}

void ctl_piece(struct ctl_request *request, const char *text, size_t len, bool last)
{
	struct ctl_client *c = request->client;

	if (c && !request->begun) {
		char *id = json_dumps(request->id, JSON_COMPACT | JSON_ENCODE_ANY);

		if (!id || !len || text[0] != '{')
			c->doomed = true;
		ctl_client_put(c, "{\"id\":", 6);
		ctl_client_put(c, id ? id : "null", id ? strlen(id) : 4);
		ctl_client_put(c, ",", 1);
		text++;
		len -= len ? 1 : 0;
		free(id);
	}
	request->begun = true;
	if (c)
		put_cleaned(c, text, len);
	if (last) {
		if (c)
			ctl_client_put(c, "\n", 1);
		finish(request);
	} else if (c) {
		ctl_client_push(c);
	}
}

void ctl_monitor(struct ctl_request *request, unsigned int objs)
{
	struct ctl_client *c = request->client;

	if (c) {
		c->objects = objs;
		ctl_server_update(c->server);
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
