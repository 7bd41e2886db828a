// SPDX-License-Identifier: GPL-2.0-only
/*
 * bfd_show.c - what the BFD service answers on the control socket: bfd.show, and its part of summary and
 * metrics. The shapes are in Documentation/control-socket.rst.
 */
#include <stdio.h>

#include "services/bfd/bfd_service.h"

static const char *state_of(const struct bfd_watch *w)
{
	return w->known && w->fact.running ? bfd_state_name((enum bfd_state)w->fact.state) :
					     "not running";
}

static json_t *address_json(const struct ip_addr *a)
{
	char buf[IP_STRLEN];

	return ip_is_none(a) ? json_null() : json_string(ip_format(a, buf));
}

/* Numbers that a session has only while it is Up. */
static void add_negotiated(json_t *o, const struct fact_bfd *f)
{
	bool up = f->running && f->state == BFD_UP;

	json_object_set_new(o, "interval-ms", up ? json_real(f->interval_us / 1e3) : json_null());
	json_object_set_new(o, "detection-ms",
			    up ? json_real((double)f->detection_us / 1e3) : json_null());
}

static const char *use_of(const struct bfd_watch *w)
{
	static const char *const names[BFD_USES] = {
		[BFD_PEER] = "neighbor", [BFD_SEGMENT] = "segment", [BFD_FAR_END] = "far-end"};

	return names[w->key.use];
}

json_t *bfd_watch_json(const struct bfd_watch *w)
{
	const struct fact_bfd *f = &w->fact;
	json_t *o = json_object();
	char remote[IP_STRLEN];

	json_object_set_new(o, "address", json_string(ip_format(&w->key.remote, remote)));
	json_object_set_new(o, "local", address_json(&w->key.local));
	json_object_set_new(o, "interface",
			    w->key.ifname[0] ? json_string(w->key.ifname) : json_null());
	json_object_set_new(o, "for", json_string(use_of(w)));
	json_object_set_new(o, "by", json_string(f->bfdd ? "bfdd" : "evpnd"));
	json_object_set_new(o, "multihop", json_boolean(f->multihop));
	json_object_set_new(o, "state", json_string(state_of(w)));
	json_object_set_new(o, "remote-state",
			    json_string(bfd_state_name((enum bfd_state)f->remote_state)));
	json_object_set_new(o, "diagnostic",
			    f->diag ? json_string(bfd_diag_name(f->diag)) : json_null());
	json_object_set_new(o, "remote-diagnostic",
			    f->remote_diag ? json_string(bfd_diag_name(f->remote_diag)) :
					     json_null());
	json_object_set_new(o, "since", f->since ? json_real(timer_wall(f->since)) : json_null());
	json_object_set_new(o, "ups", json_integer(f->ups));
	json_object_set_new(o, "reason", f->text[0] ? json_string(f->text) : json_null());
	add_negotiated(o, f);
	return o;
}

static json_t *show(const struct bfds *bs, const json_t *params, char *err, size_t err_len)
{
	const char *text = json_string_value(json_object_get(params, "address"));
	const struct bfd_watch *w;
	json_t *list = json_array();
	struct ip_addr address;

	if (text && ip_parse(&address, text)) {
		snprintf(err, err_len, "params.address: \"%s\" is no address", text);
		json_decref(list);
		return NULL;
	}
	TAILQ_FOREACH(w, &bs->watches, entry)
		if (!text || ip_equal(&w->key.remote, &address))
			json_array_append_new(list, bfd_watch_json(w));
	if (!text || json_array_size(list))
		return json_pack("{s:o}", "sessions", list);
	json_decref(list);
	snprintf(err, err_len, "no BFD session with %s; `evpnctl bfd show` lists all", text);
	return NULL;
}

/* Down after it was Up is a failure; not up yet may be a PE without BFD, and is none. */
static json_t *summary(const struct bfds *bs)
{
	json_t *list = json_array();
	const struct bfd_watch *w;
	char ip[IP_STRLEN];

	TAILQ_FOREACH(w, &bs->watches, entry) {
		const struct fact_bfd *f = &w->fact;

		ip_format(&w->key.remote, ip);
		if (w->known && !f->running)
			json_array_append_new(
				list, json_sprintf("BFD with %s does not run: %s", ip, f->text));
		else if (w->known && f->ups && f->state != BFD_UP &&
			 f->remote_state != BFD_ADMIN_DOWN)
			json_array_append_new(list, json_sprintf("BFD with %s is down: %s", ip,
								 bfd_diag_name(f->diag)));
	}
	return json_pack("{s:o}", "problems", list);
}

static void add_metric(json_t *list, const char *name, const char *help, const char *type,
		       const struct bfd_watch *w, double value)
{
	char ip[IP_STRLEN];

	json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:{s:s, s:s}, s:f}", "name", name,
					      "help", help, "type", type, "labels", "address",
					      ip_format(&w->key.remote, ip), "for", use_of(w),
					      "value", value));
}

static json_t *metrics(const struct bfds *bs)
{
	json_t *list = json_array();
	const struct bfd_watch *w;

	TAILQ_FOREACH(w, &bs->watches, entry)
		add_metric(list, "evpn_bfd_up", "BFD session is Up", "gauge", w,
			   w->fact.running && w->fact.state == BFD_UP);
	TAILQ_FOREACH(w, &bs->watches, entry)
		add_metric(list, "evpn_bfd_ups_total", "how often the BFD session came up",
			   "counter", w, w->fact.ups);
	return list;
}

bool bfd_query(void *state, const char *method, const json_t *params, json_t **result, char *err,
	       size_t err_len)
{
	const struct bfds *bs = state;

	if (!strcmp(method, "bfd.show"))
		*result = show(bs, params, err, err_len);
	else if (!strcmp(method, "summary"))
		*result = summary(bs);
	else if (!strcmp(method, "metrics"))
		*result = metrics(bs);
	else
		return false;
	return true;
}
