// SPDX-License-Identifier: GPL-2.0-only
/*
 * query.c - a client's question, passed on by the parent: to peers, routes and services; one answer
 * back. What several of them have a part in (summary, metrics) is put together here.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "bgp/peer_show.h"
#include "speaker/speaker_priv.h"

#define ERR_LEN 512

typedef json_t *(*query_fn)(struct speaker *sp, const json_t *params, char *err, size_t err_len);

/* @from's members into @into: arrays are joined, numbers added, anything else replaces. Takes the reference to @from. */
static void merge(json_t *into, json_t *from)
{
	const char *key;
	json_t *value, *there;

	json_object_foreach(from, key, value) {
		there = json_object_get(into, key);
		if (json_is_array(there) && json_is_array(value))
			json_array_extend(there, value);
		else if (json_is_integer(there) && json_is_integer(value))
			json_integer_set(there,
					 json_integer_value(there) + json_integer_value(value));
		else if (!json_is_true(there)) /* what is true of one is true of all */
			json_object_set(into, key, value);
	}
	json_decref(from);
}

static json_t *summary(struct speaker *sp, const json_t *params, char *err, size_t err_len)
{
	json_t *all = peer_summary(&sp->bgp), *part;
	unsigned int i;

	for (i = 0; speaker_services[i]; i++) {
		part = NULL;
		if (speaker_services[i]->query &&
		    speaker_services[i]->query(sp->states[i], "summary", params, &part, err,
					       err_len) &&
		    part)
			merge(all, part);
	}
	return all;
}

static json_t *metrics(struct speaker *sp, const json_t *params, char *err, size_t err_len)
{
	json_t *list = json_array(), *part;
	unsigned int i;

	peer_metrics(&sp->bgp, list);
	channel_metrics(sp->channel, list);
	for (i = 0; speaker_services[i]; i++) {
		part = NULL;
		if (!speaker_services[i]->query ||
		    !speaker_services[i]->query(sp->states[i], "metrics", params, &part, err,
						err_len))
			continue;
		json_array_extend(list,
				  json_is_object(part) ? json_object_get(part, "metrics") : part);
		json_decref(part);
	}
	return json_pack("{s:o}", "metrics", list);
}

static json_t *show_peers(struct speaker *sp, const json_t *params, char *err, size_t err_len)
{
	return peer_show(&sp->bgp, params, err, err_len);
}

static json_t *clear_peers(struct speaker *sp, const json_t *params, char *err, size_t err_len)
{
	return peer_clear(&sp->bgp, params, err, err_len);
}

static json_t *set_log_level(struct speaker *sp, const json_t *params, char *err, size_t err_len)
{
	const char *text = json_string_value(json_object_get(params, "level"));
	enum log_level level;

	if (!text || !log_level_parse(text, &level)) {
		snprintf(err, err_len,
			 "params.level is none of \"error\", \"warning\", \"info\", \"debug\"");
		return NULL;
	}
	log_set_level(level);
	return json_pack("{s:s}", "level", log_level_name(level));
}

/* Who monitors changes; single routes and neighbours are only told when somebody wants them. */
static json_t *set_monitor(struct speaker *sp, const json_t *params, char *err, size_t err_len)
{
	sp->monitored = (unsigned int)json_integer_value(json_object_get(params, "objects"));
	return json_object();
}

static const struct {
	const char *method;
	query_fn fn;
} queries[] = {
	{"summary", summary},	    {"peer.show", show_peers}, {"peer.clear", clear_peers},
	{"metrics", metrics},	    {"log", set_log_level},    {"monitor", set_monitor},
	{"icc.show", channel_show},
};

/* Return: whether the method exists; *@result is NULL when it was refused. */
static bool ask(struct speaker *sp, const char *method, const json_t *params, json_t **result,
		char *err)
{
	json_t *part;
	unsigned int i;
	bool known = false;

	for (i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		if (!strcmp(queries[i].method, method)) {
			*result = queries[i].fn(sp, params, err, ERR_LEN);
			return true;
		}
	}
	for (i = 0; speaker_services[i]; i++) {
		part = NULL;
		if (!speaker_services[i]->query ||
		    !speaker_services[i]->query(sp->states[i], method, params, &part, err, ERR_LEN))
			continue;
		known = true;
		if (*result && part)
			merge(*result, part);
		else if (part)
			*result = part;
	}
	return known;
}

/* Sentences about a parameter begin with its name, those about something missing with "no ". */
static const char *error_code(const char *sentence)
{
	if (!strncmp(sentence, "params", 6))
		return "usage";
	return strncmp(sentence, "no ", 3) ? "refused" : "not-found";
}

static json_t *refusal(const char *sentence)
{
	return json_pack("{s:{s:s, s:s}}", "error", "code", error_code(sentence), "message",
			 *sentence ? sentence : "no memory for the answer");
}

/* Return: NULL when the answer comes later, in pieces. */
static json_t *answer(struct speaker *sp, uint32_t id, const json_t *query)
{
	const char *method = json_string_value(json_object_get(query, "method"));
	const json_t *params = json_object_get(query, "params");
	json_t *result = NULL;
	char err[ERR_LEN] = "";

	if (!method)
		return json_pack("{s:{s:s, s:s}}", "error", "code", "usage", "message",
				 "the request has no method");
	if (!strcmp(method, "route.show"))
		return route_show(&sp->bgp, id, params, err, sizeof(err)) ? NULL : refusal(err);
	if (!ask(sp, method, params, &result, err))
		snprintf(err, sizeof(err), "no method %s", method);
	return result ? json_pack("{s:o}", "result", result) : refusal(err);
}

static void run(struct speaker *sp, uint32_t id)
{
	json_t *query = json_loads(sp->query, 0, NULL), *reply;
	char *text;

	reply = answer(sp, id, query);
	if (!reply) {
		json_decref(query);
		return;
	}
	text = json_dumps(reply, JSON_COMPACT);
	ipc_send_text(
		sp->ipc, IPC_ANSWER, id,
		text ? text :
		       "{\"error\": {\"code\": \"unavailable\", \"message\": \"no memory\"}}");
	free(text);
	json_decref(reply);
	json_decref(query);
}

void query_piece(struct speaker *sp, const struct ipc_hdr *hdr, const void *body)
{
	const struct ipc_text *head = body;
	size_t len = hdr->len - sizeof(*head);
	char *grown = realloc(sp->query, sp->query_len + len + 1);

	if (!grown)
		return;
	sp->query = grown;
	memcpy(sp->query + sp->query_len, head + 1, len);
	sp->query_len += len;
	sp->query[sp->query_len] = '\0';
	if (head->more)
		return;
	run(sp, head->id);
	free(sp->query);
	sp->query = NULL;
	sp->query_len = 0;
}
