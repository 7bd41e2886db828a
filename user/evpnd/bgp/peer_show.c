// SPDX-License-Identifier: GPL-2.0-only
/* peer_show.c - see peer_show.h: peers as JSON, and clearing them. */
#include "bgp/peer_show.h"

#include <stdio.h>
#include <string.h>

#include "metric.h"
#include "bgp/session.h"

static json_t *addr_or_null(const struct ip_addr *a)
{
	char text[IP_STRLEN];

	return ip_is_none(a) ? json_null() : json_string(ip_format(a, text));
}

static json_t *text_or_null(const char *text)
{
	return text && *text ? json_string(text) : json_null();
}

static void append(json_t *list, bool there, const char *name)
{
	if (there)
		json_array_append_new(list, json_string(name));
}

static json_t *capabilities(const struct conn *c)
{
	const struct bgp_caps *caps = &c->open.caps;
	json_t *list = json_array();
	unsigned int i;

	if (!c->open_received)
		return list;
	for (i = 0; i < caps->mp_n; i++) {
		const char *name = bgp_afi_safi_name(caps->mp[i].afi, caps->mp[i].safi);

		json_array_append_new(list, name ? json_string(name) :
						   json_sprintf("afi-%u-safi-%u", caps->mp[i].afi,
								caps->mp[i].safi));
	}
	append(list, caps->as4, "4-octet-as");
	append(list, caps->refresh, "route-refresh");
	append(list, caps->enh_refresh, "enhanced-route-refresh");
	append(list, caps->ext_msg, "extended-message");
	append(list, caps->gr, "graceful-restart");
	append(list, caps->llgr, "long-lived-graceful-restart");
	append(list, caps->add_path_n, "add-path");
	append(list, caps->hostname[0], "fqdn");
	return list;
}

static json_t *counters(const struct session_count *n, uint64_t routes)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "messages", (json_int_t)n->messages,
			 "updates", (json_int_t)n->updates, "routes", (json_int_t)routes,
			 "withdrawn", (json_int_t)n->withdrawn, "discarded",
			 (json_int_t)n->discarded, "ignored", (json_int_t)n->ignored, "refused",
			 (json_int_t)n->refused);
}

static json_t *connect_in(const struct session *s)
{
	s64 ms = timer_left_ms(&s->connect_retry);

	if (ms < 0)
		ms = timer_left_ms(&s->idle_hold);
	return ms < 0 || s->established ? json_null() : json_integer(ms);
}

static json_t *router_id(const struct conn *c)
{
	struct ip_addr id = ip_v4(c->open.id);

	return c->open_received ? addr_or_null(&id) : json_null();
}

static json_t *keepalive_s(const struct conn *c)
{
	return json_real((double)bgp_keepalive_ns(c->hold_time) / (double)BGP_NS_PER_S);
}

static json_t *peer_json(const struct session *s)
{
	const struct conn *c = s->conn;
	bool agreed = s->established;
	json_t *o = json_object();

	json_object_set_new(o, "address", addr_or_null(&s->conf.address));
	json_object_set_new(o, "port", json_integer(s->conf.port));
	json_object_set_new(o, "remote-as", json_integer(s->conf.remote_as));
	json_object_set_new(o, "description", text_or_null(s->conf.description));
	json_object_set_new(o, "state", json_string(bgp_state_name(session_state(s))));
	json_object_set_new(o, "send-multicast", json_boolean(s->conf.send_multicast));
	json_object_set_new(o, "shutdown", json_boolean(s->conf.shutdown));
	json_object_set_new(o, "since", json_integer((json_int_t)timer_wall(s->since)));
	json_object_set_new(o, "router-id", router_id(c));
	json_object_set_new(o, "hold-time", agreed ? json_integer(c->hold_time) : json_null());
	json_object_set_new(o, "keepalive", agreed ? keepalive_s(c) : json_null());
	json_object_set_new(o, "local-address", agreed ? addr_or_null(&c->local) : json_null());
	json_object_set_new(o, "capabilities", capabilities(c));
	json_object_set_new(o, "received", counters(&s->received, rib_peer_count(s->rib_peer)));
	json_object_set_new(o, "sent", counters(&s->sent, s->sent.routes));
	json_object_set_new(o, "memory", json_integer((json_int_t)rib_peer_bytes(s->rib_peer)));
	json_object_set_new(o, "end-of-rib", json_boolean(s->eor_received));
	json_object_set_new(o, "last-error", text_or_null(s->last_error));
	json_object_set_new(o, "last-error-at",
			    s->last_error_at ?
				    json_integer((json_int_t)timer_wall(s->last_error_at)) :
				    json_null());
	json_object_set_new(o, "resets", json_integer(s->resets));
	json_object_set_new(o, "connect-in-ms", connect_in(s));
	return o;
}

/* The address that @params names: none for all. Return: false with a sentence when it is none. */
static bool wanted_address(const json_t *params, struct ip_addr *address, char *err, size_t err_len)
{
	const json_t *value = json_object_get(params, "address");

	*address = (struct ip_addr){0};
	if (!value || json_is_null(value))
		return true;
	if (json_is_string(value) && ip_parse(address, json_string_value(value)) == 0)
		return true;
	snprintf(err, err_len, "params.address is not an IPv4 or IPv6 address");
	return false;
}

static bool is_wanted(const struct session *s, const struct ip_addr *address)
{
	return ip_is_none(address) || ip_equal(&s->conf.address, address);
}

static void no_peer(const struct ip_addr *address, char *err, size_t err_len)
{
	char text[IP_STRLEN];

	snprintf(err, err_len, "no peer %s; `evpnctl peer show` lists those there are",
		 ip_format(address, text));
}

json_t *peer_show(struct bgp_host *host, const json_t *params, char *err, size_t err_len)
{
	json_t *list = json_array();
	struct ip_addr address;
	struct session *s;

	if (!wanted_address(params, &address, err, err_len)) {
		json_decref(list);
		return NULL;
	}
	TAILQ_FOREACH(s, &host->sessions, link)
		if (is_wanted(s, &address))
			json_array_append_new(list, peer_json(s));
	if (!json_array_size(list) && !ip_is_none(&address)) {
		json_decref(list);
		no_peer(&address, err, err_len);
		return NULL;
	}
	return json_pack("{s:o}", "peers", list);
}

enum clear_kind { CLEAR_HARD, CLEAR_IN, CLEAR_OUT };

static bool clear_kind(const json_t *params, enum clear_kind *kind, char *err, size_t err_len)
{
	const json_t *soft = json_object_get(params, "soft");
	const char *text = json_string_value(soft);

	*kind = CLEAR_HARD;
	if (!soft || json_is_null(soft))
		return true;
	if (text && !strcmp(text, "in"))
		*kind = CLEAR_IN;
	else if (text && !strcmp(text, "out"))
		*kind = CLEAR_OUT;
	else
		snprintf(err, err_len, "params.soft is neither \"in\" nor \"out\" nor absent");
	return *kind != CLEAR_HARD;
}

/* Return: whether there was something to clear. */
static bool clear_one(struct session *s, enum clear_kind kind)
{
	if (kind == CLEAR_HARD) {
		session_clear(s);
		return !s->conf.shutdown;
	}
	if (!s->established)
		return false;
	if (kind == CLEAR_IN)
		return refresh_request(s);
	advertise_again(s);
	return true;
}

json_t *peer_clear(struct bgp_host *host, const json_t *params, char *err, size_t err_len)
{
	static const char *const what[] = {
		[CLEAR_HARD] = "closed, to be opened again",
		[CLEAR_IN] = "asked for all routes again",
		[CLEAR_OUT] = "sent all routes again",
	};
	unsigned int found = 0, cleared = 0;
	struct session *s, *next;
	struct ip_addr address;
	enum clear_kind kind;

	if (!wanted_address(params, &address, err, err_len) ||
	    !clear_kind(params, &kind, err, err_len))
		return NULL;
	TAILQ_FOREACH_SAFE(s, &host->sessions, link, next) {
		if (!is_wanted(s, &address))
			continue;
		found++;
		cleared += clear_one(s, kind);
	}
	if (!found && !ip_is_none(&address)) {
		no_peer(&address, err, err_len);
		return NULL;
	}
	return json_pack("{s:i, s:o}", "cleared", cleared, "message",
			 json_sprintf("%u of %u peers %s", cleared, found, what[kind]));
}

static void add_problem(json_t *problems, const struct session *s)
{
	const char *why = *s->last_error ? s->last_error : "no connection yet";

	if (!s->established && !s->conf.shutdown)
		json_array_append_new(problems,
				      json_sprintf("peer %s is not Established: %s", s->name, why));
}

json_t *peer_summary(struct bgp_host *host)
{
	json_t *problems = json_array();
	int configured = 0, established = 0;
	struct session *s;

	TAILQ_FOREACH(s, &host->sessions, link) {
		configured += !s->conf.shutdown;
		established += s->established;
		add_problem(problems, s);
	}
	return json_pack("{s:{s:i, s:i}, s:o, s:o}", "peers", "configured", configured,
			 "established", established, "routes", route_counts(host), "problems",
			 problems);
}

static void metric(json_t *list, const char *name, const char *type, const char *help,
		   const char *label, const char *value_of_label, json_int_t value)
{
	metric_add(list, name, type, help, json_pack("{s:s}", label, value_of_label), value);
}

static json_int_t get_up(const struct session *s)
{
	return s->established;
}

static json_int_t get_routes(const struct session *s)
{
	return (json_int_t)rib_peer_count(s->rib_peer);
}

static json_int_t get_resets(const struct session *s)
{
	return s->resets;
}

static json_int_t get_updates_in(const struct session *s)
{
	return (json_int_t)s->received.updates;
}

static json_int_t get_updates_out(const struct session *s)
{
	return (json_int_t)s->sent.updates;
}

static json_int_t get_ignored(const struct session *s)
{
	return (json_int_t)s->received.ignored;
}

static json_int_t get_refused(const struct session *s)
{
	return (json_int_t)s->received.refused;
}

static json_int_t get_bytes(const struct session *s)
{
	return (json_int_t)rib_peer_bytes(s->rib_peer);
}

static json_int_t get_discarded(const struct session *s)
{
	return (json_int_t)s->received.discarded;
}

static const struct {
	const char *name;
	const char *type;
	const char *help;
	json_int_t (*get)(const struct session *s);
} peer_values[] = {
	{"evpn_bgp_peer_up", "gauge", "the session is Established", get_up},
	{"evpn_bgp_peer_routes", "gauge", "routes received and in the RIB", get_routes},
	{"evpn_bgp_peer_resets", "counter", "times the session went down", get_resets},
	{"evpn_bgp_peer_updates_received", "counter", "UPDATE messages received", get_updates_in},
	{"evpn_bgp_peer_updates_sent", "counter", "UPDATE messages sent", get_updates_out},
	{"evpn_bgp_peer_routes_discarded", "counter", "routes received that are not used",
	 get_discarded},
	{"evpn_bgp_peer_routes_ignored", "counter",
	 "routes received that nobody here can use, not kept", get_ignored},
	{"evpn_bgp_peer_routes_refused", "counter", "routes refused for want of memory",
	 get_refused},
	{"evpn_bgp_peer_memory_bytes", "gauge", "memory that its routes take", get_bytes},
};

/* One value after the other, as Prometheus wants them: all peers of it together. */
void peer_metrics(struct bgp_host *host, json_t *list)
{
	struct session *s;
	char type[16];
	size_t i;
	int t;

	for (i = 0; i < sizeof(peer_values) / sizeof(peer_values[0]); i++)
		TAILQ_FOREACH(s, &host->sessions, link)
			metric(list, peer_values[i].name, peer_values[i].type, peer_values[i].help,
			       "peer", s->name, peer_values[i].get(s));
	for (t = EVPN_AD; t <= EVPN_LEAF_AD; t++) {
		snprintf(type, sizeof(type), "%d", t);
		metric(list, "evpn_rib_routes", "gauge", "routes in the RIB", "type", type,
		       (json_int_t)bgp_host_routes(host, (unsigned int)t));
	}
}
