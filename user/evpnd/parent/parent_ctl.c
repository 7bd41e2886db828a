// SPDX-License-Identifier: GPL-2.0-only
/*
 * parent_ctl.c - what clients may ask of the parent itself: configuration, the log, monitors, and its
 * part of what both processes answer together. Everything else goes to the speaker.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "log.h"
#include "metric.h"
#include "parent/ctl_params.h"
#include "parent/ctl_access.h"
#include "parent/parent_priv.h"
#include "version.h"

enum { WHY_LEN = 256 };

/**
 * struct merging - a client's request whose answer has two authors
 */
struct merging {
	struct parent *p;
	struct ctl_request *request;
	void (*add)(struct parent *p, json_t *result);
};

/* A single error is said as it is; of several there is a list, each with its place. */
static json_t *errors_to_json(const struct conf_errors *errors, const char *what)
{
	json_t *error, *list = conf_errors_json(errors, false);

	if (json_array_size(list) == 1)
		error = ctl_error(
			CTL_REFUSED, "%s",
			json_string_value(json_object_get(json_array_get(list, 0), "message")));
	else
		error = ctl_error(CTL_REFUSED, "%s: %zu errors", what, errors->count);
	json_object_set_new(error, "errors", list);
	return error;
}

/* config.* */

static void config_show(struct parent *p, struct ctl_request *request)
{
	const json_t *params = ctl_request_params(request);
	struct node *tree;
	json_t *result;
	char *text;

	if (json_is_true(json_object_get(params, "yaml"))) {
		text = conf_yaml(p->conf);
		result = json_pack("{s:s}", "yaml", text ? text : "");
		free(text);
	} else {
		tree = conf_tree(p->conf, json_is_true(json_object_get(params, "all")));
		result = json_pack("{s:o}", "config", tree ? node_to_json(tree) : json_null());
		node_free(tree);
	}
	ctl_result(request, result);
}

static void config_diff(struct parent *p, struct ctl_request *request)
{
	struct conf_errors errors = {};
	struct conf_file *file = conf_parse_path(p->options->conf_path, &errors);

	ctl_result(request, json_pack("{s:o, s:o}", "changes",
				      file ? conf_diff(p->conf, file) : json_array(), "errors",
				      conf_errors_json(&errors, false)));
	conf_file_free(file);
	conf_errors_free(&errors);
}

static void config_reload(struct parent *p, struct ctl_request *request)
{
	struct conf_errors errors = {};
	char message[CONF_PATH_MAX + 64];
	size_t changes;

	if (parent_conf_reload(p, &errors, &changes)) {
		ctl_refuse(request, errors_to_json(&errors, p->options->conf_path));
	} else {
		snprintf(message, sizeof(message),
			 changes == 1 ? "%.256s: %zu change" : "%.256s: %zu changes",
			 p->options->conf_path, changes);
		ctl_result(request,
			   json_pack("{s:I, s:s, s:o}", "changes", (json_int_t)changes, "message",
				     message, "warnings", conf_errors_json(&errors, true)));
	}
	conf_errors_free(&errors);
}

/* es.add, es.set, es.del: the running configuration as a tree, edited, and read like any other */

static void refuse_edit(struct ctl_request *request, struct node *tree, json_t *error)
{
	node_free(tree);
	ctl_refuse(request, error);
}

/* Takes @tree. Answers. */
static void commit_edit(struct parent *p, struct ctl_request *request, struct node *tree,
			const char *name, const char *done)
{
	struct conf_errors errors = {};
	struct conf_file *file = conf_parse_tree(tree, &errors);
	size_t changes;

	node_free(tree);
	if (file) {
		changes = parent_conf_commit(p, file);
		log_info("segment %s: %s from the control socket", name, done);
		ctl_result(request, json_pack("{s:o, s:I, s:o}", "message",
					      json_sprintf("segment %s %s", name, done), "changes",
					      (json_int_t)changes, "warnings",
					      conf_errors_json(&errors, true)));
	} else {
		ctl_refuse(request, errors_to_json(&errors, name));
	}
	conf_errors_free(&errors);
}

static struct node *segments_of(struct node *tree)
{
	struct node *list = node_get(tree, "segments");

	if (!list) {
		list = node_new(NODE_LIST);
		node_put(tree, "segments", list);
	}
	return list;
}

/* The name of the segment, a tree to edit, and the segment in it. Refuses the request otherwise. */
static bool begin_edit(struct parent *p, struct ctl_request *request, const char **name,
		       struct node **tree, struct node **segment)
{
	*name = json_string_value(json_object_get(ctl_request_params(request), "name"));
	if (!*name || !**name) {
		ctl_refuse(request,
			   ctl_error(CTL_USAGE, "params.name: the segment's name is missing"));
		return false;
	}
	*tree = conf_tree(p->conf, false);
	if (!*tree) {
		ctl_refuse(request, ctl_error(CTL_UNAVAILABLE, "out of memory"));
		return false;
	}
	*segment = node_find_item(segments_of(*tree), *name);
	return true;
}

static void es_add(struct parent *p, struct ctl_request *request)
{
	struct node *tree, *segment, *fresh;
	const char *name;

	if (!begin_edit(p, request, &name, &tree, &segment))
		return;
	if (segment) {
		refuse_edit(request, tree,
			    ctl_error(CTL_REFUSED, "there is a segment %s already", name));
		return;
	}
	fresh = node_from_json(ctl_request_params(request));
	if (!fresh) {
		refuse_edit(request, tree, ctl_error(CTL_USAGE, "params are nested too deep"));
		return;
	}
	node_add(segments_of(tree), fresh);
	commit_edit(p, request, tree, name, "added");
}

/* Values replace values; of "df" each one by itself. null gives a value its default back. */
static bool overlay(struct node *onto, const json_t *values)
{
	const json_t *value;
	const char *key;

	json_object_foreach((json_t *)values, key, value) {
		struct node *there = node_get(onto, key), *n;

		if (json_is_null(value)) {
			node_remove(onto, key);
		} else if (json_is_object(value) && there && there->kind == NODE_MAP &&
			   !strcmp(key, "df")) {
			if (!overlay(there, value))
				return false;
		} else {
			n = node_from_json(value);
			if (!n)
				return false;
			node_put(onto, key, n);
		}
	}
	return true;
}

static void es_set(struct parent *p, struct ctl_request *request)
{
	struct node *tree, *segment;
	const char *name;

	if (!begin_edit(p, request, &name, &tree, &segment))
		return;
	if (!segment)
		refuse_edit(request, tree,
			    ctl_error(CTL_NOT_FOUND, "the configuration has no segment %s", name));
	else if (!overlay(segment, ctl_request_params(request)))
		refuse_edit(request, tree, ctl_error(CTL_USAGE, "params are nested too deep"));
	else
		commit_edit(p, request, tree, name, "changed");
}

/* Without its segment a port that is up is open, whoever else forwards for the customer. */
static const char *left_open(const struct parent *p, const char *name)
{
	const struct conf_segment *c = conf_segment(p->conf->conf, name);
	const char *ifname = c ? c->interface : NULL;
	const struct fact_link *l;
	uint8_t i = 0;

	while (ifname) {
		l = links_by_name(p->links, ifname);
		if (l && l->flags & IFF_UP && l->carrier)
			break;
		ifname = ++i < c->set.n ? c->set.name[i] : NULL;
	}
	return ifname;
}

static void es_del(struct parent *p, struct ctl_request *request)
{
	struct node *tree, *segment;
	const char *name, *open;
	json_t *params;
	bool word;

	if (!begin_edit(p, request, &name, &tree, &segment))
		return;
	word = json_is_true(json_object_get(ctl_request_params(request), "open"));
	if (!segment && word) { /* one that is kept closed, though it was deleted before */
		node_free(tree);
		relay_request(p->relay, p->ipc, request, p->why);
		return;
	}
	if (!segment) {
		refuse_edit(request, tree,
			    ctl_error(CTL_NOT_FOUND, "the configuration has no segment %s", name));
		return;
	}
	open = left_open(p, name);
	if (open && !word) {
		refuse_edit(
			request, tree,
			ctl_error(
				CTL_REFUSED,
				"%s is up: without segment %s it is open to everything, beside the other PEs of the customer, which is a loop if that is a bridge. Shut %s first, or say \"open\"",
				open, name, open));
		return;
	}
	params = json_incref(ctl_request_params(request));
	STAILQ_REMOVE(&segments_of(tree)->children, segment, node, entry);
	node_free(segment);
	commit_edit(p, request, tree, name,
		    open ? "deleted; another PE that has it takes over, and then its port is open" :
			   "deleted");
	if (word)
		relay_ask(p->relay, p->ipc, "es.del", params, NULL, NULL, p->why);
	json_decref(params);
}

/* log, monitor */

static void set_log_level(struct parent *p, struct ctl_request *request)
{
	json_t *params = ctl_request_params(request);
	const char *text = json_string_value(json_object_get(params, "level"));
	enum log_level level;

	if (text && !log_level_parse(text, &level)) {
		ctl_refuse(request,
			   ctl_error(CTL_USAGE,
				     "params.level: \"%s\": expected error, warning, info or debug",
				     text));
		return;
	}
	if (text) {
		log_set_level(level);
		relay_ask(p->relay, p->ipc, "log", params, NULL, NULL, p->why);
	}
	ctl_result(request, json_pack("{s:s}", "level", log_level_name(log_get_level())));
}

static void monitor(struct parent *p, struct ctl_request *request)
{
	const json_t *list = json_object_get(ctl_request_params(request), "objects");
	unsigned int objects = 0, bit;
	char names[WHY_LEN];
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		bit = json_is_string(item) ? ctl_object_bit(json_string_value(item)) : 0;
		if (!bit) {
			ctl_refuse(request, ctl_error(CTL_USAGE, "params.objects: expected %s",
						      ctl_object_list(names, sizeof(names))));
			return;
		}
		objects |= bit;
	}
	ctl_monitor(request, objects ? objects : CTL_OBJECT_ALL);
}

/* What both have a part in: the speaker's answer, and then ours into it */

static void on_merge(void *data, const json_t *answer, const char *why)
{
	json_t *result = json_object_get(answer, "result");
	json_t *error = json_object_get(answer, "error");
	struct merging *m = data;

	if (json_is_object(result)) {
		m->add(m->p, result);
		ctl_result(m->request, json_incref(result));
	} else if (json_is_object(error)) {
		ctl_refuse(m->request, json_incref(error));
	} else {
		ctl_refuse(m->request, ctl_error(CTL_UNAVAILABLE, "%s", why));
	}
	free(m);
}

static void merge(struct parent *p, struct ctl_request *request,
		  void (*add)(struct parent *p, json_t *result))
{
	struct merging *m = calloc(1, sizeof(*m));

	if (!m) {
		ctl_refuse(request, ctl_error(CTL_UNAVAILABLE, "out of memory"));
		return;
	}
	*m = (struct merging){p, request, add};
	relay_ask(p->relay, p->ipc, ctl_request_method(request), ctl_request_params(request),
		  on_merge, m, p->why);
}

static json_t *problems_of(json_t *result)
{
	json_t *problems = json_object_get(result, "problems");

	if (json_is_array(problems))
		return problems;
	json_object_set_new(result, "problems", json_array());
	return json_object_get(result, "problems");
}

static void add_problem(void *problems, const char *text)
{
	json_array_append_new(problems, json_string(text));
}

/* They are configured, too: "2 of 3", not "2 of 2". */
static void count_keyless(const struct parent *p, json_t *peers)
{
	const struct conf *conf = p->conf->conf;
	json_t *n = json_object_get(peers, "configured");
	json_int_t missing = 0;

	for (size_t i = 0; i < conf->n_peers; i++)
		missing += !conf->peers[i].shutdown && sockets_key_why(p->sockets, &conf->peers[i]);
	if (json_is_integer(n))
		json_integer_set(n, json_integer_value(n) + missing);
}

static const char *state_of(const struct parent *p, const json_t *result)
{
	if (conf_is_empty(p->conf))
		return "not configured";
	if (json_is_true(json_object_get(result, "degraded")))
		return "degraded";
	return json_array_size(json_object_get(result, "maintenance")) ? "in maintenance" :
									 "healthy";
}

static void add_summary(struct parent *p, json_t *result)
{
	const struct conf_global *g = &p->conf->conf->global;
	const struct fact_kernel *kernel = kern_fact(p->kern);
	struct ip_addr id = ip_from_bytes(&g->router_id, 4);
	json_t *problems = problems_of(result);
	struct kern_counts counts;
	char buf[IP_STRLEN];

	kern_count(p->kern, &counts);
	json_object_set_new(result, "version", json_string(EVPN_VERSION));
	json_object_set_new(result, "router-id", json_string(ip_format(&id, buf)));
	json_object_set_new(result, "as", json_integer(g->as));
	json_object_set_new(result, "uptime-ms",
			    json_integer((json_int_t)((timer_now_us() - p->started_us) / 1000)));
	json_object_set_new(
		result, "kernel",
		json_pack("{s:b, s:s}", "present", kernel->present, "message", kernel->text));
	if (!kernel->present && !conf_is_empty(p->conf))
		json_array_insert_new(problems, 0, json_string(kernel->text));
	if (counts.refused)
		json_array_append_new(
			problems,
			json_sprintf("the kernel refused %u of %u segments", counts.refused,
				     counts.refused + counts.pending + counts.installed));
	if (kern_core_why(p->kern)[0])
		json_array_append_new(problems, json_string(kern_core_why(p->kern)));
	parent_problems(p, add_problem, problems);
	count_keyless(p, json_object_get(result, "peers"));
	json_object_set_new(result, "degraded", json_boolean(json_array_size(problems)));
	json_object_set_new(result, "state", json_string(state_of(p, result)));
}

static void add_metric(json_t *list, const char *name, const char *type, const char *help,
		       const char *label, const char *label_value, uint64_t value)
{
	json_t *labels = json_object();

	if (label)
		json_object_set_new(labels, label, json_string(label_value));
	metric_add(list, name, type, help, labels, (json_int_t)value);
}

static void add_metrics(struct parent *p, json_t *result)
{
	static const char wishes[] = "Segments wished for, by what became of it";
	static const char repaired[] =
		"Entries that the kernel refused FRR, made in its place (frr: repair)";
	struct frr_repaired made = frr_repair_count(p->repair);
	json_t *list = json_object_get(result, "metrics");
	struct kern_counts counts;

	if (!json_is_array(list)) {
		json_object_set_new(result, "metrics", json_array());
		list = json_object_get(result, "metrics");
	}
	kern_count(p->kern, &counts);
	add_metric(list, "evpnd_kernel_present", "gauge", "Whether the kernel module answers", NULL,
		   NULL, kern_fact(p->kern)->present);
	add_metric(list, "evpnd_wishes", "gauge", wishes, "status", "installed", counts.installed);
	add_metric(list, "evpnd_wishes", "gauge", wishes, "status", "pending", counts.pending);
	add_metric(list, "evpnd_wishes", "gauge", wishes, "status", "refused", counts.refused);
	add_metric(list, "evpnd_kernel_requests_total", "counter",
		   "Segments written to the kernel module", NULL, NULL, counts.installs);
	add_metric(list, "evpnd_kernel_reasserts_total", "counter",
		   "Segments put right after somebody else had changed them", NULL, NULL,
		   counts.reasserts);
	add_metric(list, "evpnd_frr_repaired", "gauge", repaired, "kind", "mac", made.macs);
	add_metric(list, "evpnd_frr_repaired", "gauge", repaired, "kind", "host", made.hosts);
	add_metric(list, "evpnd_forgotten_addresses_total", "counter",
		   "Addresses learned of PEs that ceased to forward for them, which tunnels forgot",
		   NULL, NULL, forget_count(p->forget));
	add_metric(list, "evpnd_ended_sessions_total", "counter",
		   "BGP sessions of other daemons that were ended with the port they ran over",
		   NULL, NULL, bgp_end_count(p->bgp_end));
	add_metric(list, "evpnd_speaker_restarts_total", "counter",
		   "Speakers started after one had died", NULL, NULL, p->restarts);
	add_metric(list, "evpnd_speaker_violations_total", "counter",
		   "Messages of speakers that made no sense or asked for what is not theirs", NULL,
		   NULL, p->violations_total);
	add_metric(list, "evpnd_control_clients", "gauge", "Connections to the control socket",
		   NULL, NULL, ctl_server_clients(p->ctl));
}

/* The speaker knows a neighbour without its key as one that was shut down; why is known here. */
static void add_keyless(struct parent *p, json_t *result)
{
	const struct conf *conf = p->conf->conf;
	json_t *peer;
	char buf[IP_STRLEN];
	size_t i;

	for (size_t n = 0; n < conf->n_peers; n++) {
		const char *why = sockets_key_why(p->sockets, &conf->peers[n]);

		if (!why)
			continue;
		ip_format(&conf->peers[n].address, buf);
		json_array_foreach(json_object_get(result, "peers"), i, peer)
			if (!strcmp(buf, json_string_value(json_object_get(peer, "address")) ?: ""))
				json_object_set_new(
					peer, "last-error",
					json_sprintf("shut down for want of its key: %s", why));
	}
}

static void peer_show(struct parent *p, struct ctl_request *request)
{
	merge(p, request, add_keyless);
}

static void summary(struct parent *p, struct ctl_request *request)
{
	merge(p, request, add_summary);
}

static void metrics(struct parent *p, struct ctl_request *request)
{
	merge(p, request, add_metrics);
}

static const struct {
	const char *method;
	void (*fn)(struct parent *p, struct ctl_request *request);
} methods[] = {
	{"summary", summary},	      {"peer.show", peer_show},
	{"es.add", es_add},	      {"es.set", es_set},
	{"es.del", es_del},	      {"config.show", config_show},
	{"config.diff", config_diff}, {"config.reload", config_reload},
	{"monitor", monitor},	      {"metrics", metrics},
	{"log", set_log_level},
};

/* A method that is not known to be harmless is for those who may change something. */
static bool reads(const struct ctl_request *request)
{
	static const char *const names[] = {
		"summary",     "metrics",      "monitor",     "df.why",	    "ping",
		"neigh.trace", "member.trace", "config.diff", "prefix.why", "prefix.trace"};
	const char *method = ctl_request_method(request);
	size_t len = strlen(method);

	if (len > 5 && !strcmp(method + len - 5, ".show"))
		return true;
	if (!strcmp(method, "log"))
		return !json_object_get(ctl_request_params(request), "level");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], method))
			return true;
	return false;
}

static void on_request(void *data, struct ctl_request *request)
{
	const char *method = ctl_request_method(request);
	struct parent *p = data;
	char why[WHY_LEN];

	if (!ctl_may_change(request) && !reads(request)) {
		ctl_refuse(
			request,
			ctl_error(CTL_REFUSED,
				  "%s changes something: only root and the group " CTL_GROUP_ADMIN
				  " may do that",
				  method));
		return;
	}
	if (!ctl_params_ok(method, ctl_request_params(request), why, sizeof(why))) {
		ctl_refuse(request, ctl_error(CTL_USAGE, "%s", why));
		return;
	}
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (!strcmp(methods[i].method, method)) {
			methods[i].fn(p, request);
			return;
		}
	}
	relay_request(p->relay, p->ipc, request, p->why);
}

/* Single routes and hosts are many; the speaker tells of them only when somebody listens. */
static void on_monitored(void *data, unsigned int objects)
{
	json_t *params = json_pack("{s:i}", "objects", (int)objects);
	struct parent *p = data;

	relay_ask(p->relay, p->ipc, "monitor", params, NULL, NULL, p->why);
	json_decref(params);
}

const struct ctl_ops parent_ctl_ops = {on_request, on_monitored};
