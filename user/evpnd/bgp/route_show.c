// SPDX-License-Identifier: GPL-2.0-only
/*
 * route_show.c - the RIB as JSON, filtered and in the order of the route keys.
 *
 * Printing many routes must not keep the loop from noticing that a link went down: the keys are collected
 * at once, the routes are printed in slices when there is nothing else to do, and each slice leaves as
 * a piece of the answer. A route that goes meanwhile is left out.
 */
#include "bgp/peer_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgp_json.h"
#include "bgp/session.h"
#include "contract/ipc.h"

enum {
	ROUTES_MAX = 20000, /* in one answer */
	SLICE_ROUTES = 50,  /* printed in one turn of the loop, about a millisecond */
	PIECE_MAX = 32768,
};

/**
 * struct filter - what to show
 * @type: 0 for all
 * @local: only what is originated here
 */
struct filter {
	unsigned int type;
	bool has_esi, has_rd, has_peer, local;
	struct esi esi;
	struct rd rd;
	struct ip_addr peer;
};

struct route_key {
	uint16_t len;
	u8 bytes[EVPN_KEY_MAX];
};

/**
 * struct route_job - one answer under way
 * @id: of the question
 * @turn: runs the next slice
 * @keys: what to print, @at is next; @total matched the filter
 * @text: what is printed and not sent
 */
struct route_job {
	TAILQ_ENTRY(route_job) link;
	struct bgp_host *host;
	uint32_t id;
	sd_event_source *turn;
	struct filter filter;
	struct route_key *keys;
	size_t n, cap, at, total;
	char *text;
	size_t len, size;
	bool first;
	bool failed;
};

static json_t *path_json(const struct rib_path *p, bool best)
{
	char peer[IP_STRLEN], nh[IP_STRLEN];

	return json_pack("{s:s?, s:b, s:b, s:b, s:I, s:s?, s:o}", "peer",
			 p->peer ? ip_format(rib_peer_address(p->peer), peer) : NULL, "best", best,
			 "direct", rib_path_direct(p), "stale", p->stale, "since",
			 (json_int_t)timer_wall(p->since), "next-hop",
			 ip_is_none(p->next_hop) ? NULL : ip_format(p->next_hop, nh), "attributes",
			 bgp_json_attrs(p->attrs));
}

static json_t *route_json(const struct evpn_nlri *nlri, const struct rib_path *paths, size_t n,
			  size_t best)
{
	json_t *route = bgp_json_nlri(nlri), *list = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(list, path_json(&paths[i], i == best));
	json_object_set_new(route, "paths", list);
	return route;
}

static bool path_matches(const struct filter *f, const struct rib_path *p)
{
	if (f->local && p->peer)
		return false;
	return !f->has_peer || (p->peer && ip_equal(rib_peer_address(p->peer), &f->peer));
}

static bool matches(const struct filter *f, const struct evpn_nlri *nlri,
		    const struct rib_path *paths, size_t n)
{
	size_t i;

	if (f->has_esi && esi_cmp(&nlri->esi, &f->esi))
		return false;
	if (f->has_rd && rd_cmp(&nlri->rd, &f->rd))
		return false;
	for (i = 0; i < n; i++)
		if (path_matches(f, &paths[i]))
			return true;
	return false;
}

static bool is_everything(const struct filter *f)
{
	return !f->has_esi && !f->has_rd && !f->has_peer && !f->local;
}

static bool collect(void *data, const struct evpn_nlri *nlri, const struct rib_path *paths,
		    size_t n, size_t best)
{
	struct route_job *job = data;
	struct route_key *grown;

	if (!matches(&job->filter, nlri, paths, n) || job->total++ >= ROUTES_MAX)
		return !is_everything(&job->filter);
	if (job->n == job->cap) {
		grown = reallocarray(job->keys, job->cap ? job->cap * 2 : 64, sizeof(*grown));
		if (!grown)
			return false;
		job->keys = grown;
		job->cap = job->cap ? job->cap * 2 : 64;
	}
	job->keys[job->n].len = (uint16_t)evpn_key(nlri, job->keys[job->n].bytes);
	job->n++;
	return true;
}

/* Of one that others advertise, too, the RIB has been asked. */
static bool collect_own(void *data, const struct evpn_nlri *nlri, const struct rib_path *paths,
			size_t n, size_t best)
{
	struct route_job *job = data;

	return rib_best(job->host->rib, nlri) || collect(data, nlri, paths, n, best);
}

static void collect_all(struct route_job *job)
{
	struct bgp_host *host = job->host;

	rib_walk(host->rib, job->filter.type, collect, job);
	for (unsigned int type = 1; type < 32; type++)
		if (host->alone >> type & 1 && (!job->filter.type || job->filter.type == type))
			export_walk(host->export, type, collect_own, job);
}

static int by_key(const void *a, const void *b)
{
	const struct route_key *x = a, *y = b;
	size_t len = x->len < y->len ? x->len : y->len;
	int r = memcmp(x->bytes, y->bytes, len);

	return r ? r : (x->len > y->len) - (x->len < y->len);
}

static const char *text_param(const json_t *params, const char *name, bool *there)
{
	const json_t *v = json_object_get(params, name);

	*there = v && !json_is_null(v);
	return *there && json_is_string(v) ? json_string_value(v) : "";
}

static bool read_filter(const json_t *params, struct filter *f, char *err, size_t err_len)
{
	const json_t *type = json_object_get(params, "type");
	const char *text;

	if (type && !json_is_null(type)) {
		f->type = (unsigned int)json_integer_value(type);
		if (!json_is_integer(type) || f->type < EVPN_AD || f->type > EVPN_LEAF_AD) {
			snprintf(err, err_len, "params.type is not a route type from %d to %d",
				 EVPN_AD, EVPN_LEAF_AD);
			return false;
		}
	}
	text = text_param(params, "esi", &f->has_esi);
	if (f->has_esi && esi_parse(&f->esi, text)) {
		snprintf(err, err_len, "params.esi is not an ESI: %s", text);
		return false;
	}
	text = text_param(params, "rd", &f->has_rd);
	if (f->has_rd && rd_parse(&f->rd, text)) {
		snprintf(err, err_len, "params.rd is not a route distinguisher: %s", text);
		return false;
	}
	text = text_param(params, "peer", &f->has_peer);
	if (f->has_peer && ip_parse(&f->peer, text)) {
		snprintf(err, err_len, "params.peer is not an IPv4 or IPv6 address: %s", text);
		return false;
	}
	f->local = json_is_true(json_object_get(params, "local"));
	return true;
}

static void job_free(struct route_job *job)
{
	TAILQ_REMOVE(&job->host->route_jobs, job, link);
	sd_event_source_disable_unref(job->turn);
	free(job->keys);
	free(job->text);
	free(job);
}

void route_jobs_free(struct bgp_host *host)
{
	struct route_job *job, *next;

	TAILQ_FOREACH_SAFE(job, &host->route_jobs, link, next)
		job_free(job);
}

static int append(const char *text, size_t len, void *data)
{
	struct route_job *job = data;
	size_t size = job->size ? job->size : PIECE_MAX;
	char *grown;

	while (job->len + len > size)
		size *= 2;
	if (size > job->size) {
		grown = realloc(job->text, size);
		if (!grown) {
			job->failed = true;
			return -1;
		}
		job->text = grown;
		job->size = size;
	}
	memcpy(job->text + job->len, text, len);
	job->len += len;
	return 0;
}

static void append_text(struct route_job *job, const char *text)
{
	append(text, strlen(text), job);
}

static bool print_route(void *data, const struct evpn_nlri *nlri, const struct rib_path *paths,
			size_t n, size_t best)
{
	struct route_job *job = data;
	json_t *json;

	if (!matches(&job->filter, nlri, paths, n))
		return false;
	json = route_json(nlri, paths, n, best);
	if (!job->first)
		append_text(job, ",");
	job->first = false;
	json_dump_callback(json, append, job, JSON_COMPACT);
	json_decref(json);
	return true;
}

static void print_key(struct route_job *job, const struct route_key *k)
{
	if (!rib_visit(job->host->rib, k->bytes, k->len, print_route, job))
		export_visit(job->host->export, k->bytes, k->len, print_route, job);
}

/* What is printed leaves; the last piece is the one that says so. */
static void send_pieces(struct route_job *job, bool last)
{
	u8 body[sizeof(struct ipc_text) + PIECE_MAX];
	struct ipc_text head = {.id = job->id};
	size_t at = 0, piece;

	do {
		piece = job->len - at < PIECE_MAX ? job->len - at : PIECE_MAX;
		head.more = !last || at + piece < job->len;
		memcpy(body, &head, sizeof(head));
		memcpy(body + sizeof(head), job->text + at, piece);
		job->host->ops->answer(job->host, body, (uint32_t)(sizeof(head) + piece));
		at += piece;
	} while (at < job->len);
	job->len = 0;
}

static void print_end(struct route_job *job)
{
	char text[96];

	snprintf(text, sizeof(text), "],\"total\":%zu,\"truncated\":%s}}", job->total,
		 job->total > ROUTES_MAX ? "true" : "false");
	append_text(job, text);
}

static int next_slice(sd_event_source *source, void *data)
{
	struct route_job *job = data;
	size_t end = job->at + SLICE_ROUTES;
	bool last;

	for (; job->at < job->n && job->at < end; job->at++)
		print_key(job, &job->keys[job->at]);
	last = job->at == job->n || job->failed;
	if (last)
		print_end(job);
	send_pieces(job, last);
	if (last)
		job_free(job);
	else
		sd_event_source_set_enabled(job->turn, SD_EVENT_ONESHOT);
	return 0;
}

static struct route_job *job_new(struct bgp_host *host, uint32_t id, const struct filter *f)
{
	struct route_job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->host = host;
	job->id = id;
	job->filter = *f;
	job->first = true;
	TAILQ_INSERT_TAIL(&host->route_jobs, job, link);
	append_text(job, "{\"result\":{\"routes\":[");
	if (job->failed || sd_event_add_defer(host->event, &job->turn, next_slice, job) < 0) {
		job_free(job);
		return NULL;
	}
	sd_event_source_set_priority(job->turn, SD_EVENT_PRIORITY_IDLE);
	return job;
}

bool route_show(struct bgp_host *host, uint32_t id, const json_t *params, char *err, size_t err_len)
{
	struct filter f = {0};
	struct route_job *job;

	if (!read_filter(params, &f, err, err_len))
		return false;
	job = job_new(host, id, &f);
	if (!job)
		return false;
	collect_all(job);
	if (is_everything(&f))
		job->total = bgp_host_routes(host, f.type);
	if (job->n)
		qsort(job->keys, job->n, sizeof(*job->keys), by_key);
	return true;
}

json_t *route_counts(const struct bgp_host *host)
{
	json_t *o = json_object();
	unsigned int type;
	char name[16];

	for (type = EVPN_AD; type <= EVPN_LEAF_AD; type++) {
		snprintf(name, sizeof(name), "%u", type);
		if (bgp_host_routes(host, type))
			json_object_set_new(o, name,
					    json_integer((json_int_t)bgp_host_routes(host, type)));
	}
	return o;
}
