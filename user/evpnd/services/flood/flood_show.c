// SPDX-License-Identifier: GPL-2.0-only
/*
 * flood_show.c - what the flooding service answers on the control socket: flood.show, and its part of
 * summary and metrics. The shapes are in Documentation/control-socket.rst.
 */
#include <stdio.h>

#include "metric.h"
#include "services/flood/flood.h"

static json_t *addr_json(const struct ip_addr *a)
{
	char buf[IP_STRLEN];

	return ip_is_none(a) ? json_null() : json_string(ip_format(a, buf));
}

static json_t *text_or_null(const char *s)
{
	return s[0] ? json_string(s) : json_null();
}

static json_t *targets_json(const struct ecomm *rts, size_t n)
{
	json_t *list = json_array();
	char buf[RT_STRLEN];
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(list, json_string(rt_format(&rts[i], buf)));
	return list;
}

static json_t *remote_json(const struct flood_remote *r)
{
	static const char *const names[] = {"installed", "pending", "refused"};
	char rd[RD_STRLEN];

	return json_pack("{s:o, s:i, s:s, s:f, s:s, s:o, s:b}", "address", addr_json(&r->vtep),
			 "vni", (int)r->vni, "rd", rd_format(&r->rd, rd), "since",
			 timer_wall(r->since), "status", names[r->result.status % 3], "message",
			 text_or_null(r->result.text), "held", (int)r->gone);
}

static json_t *bridge_json(const struct flood_bridge *b)
{
	json_t *o = json_object(), *list = json_array();
	const struct flood_remote *r;
	char rd[RD_STRLEN];

	TAILQ_FOREACH(r, &b->remotes, entry)
		json_array_append_new(list, remote_json(r));
	json_object_set_new(o, "bridge", json_string(b->conf.bridge));
	json_object_set_new(o, "vlan", b->conf.vlan ? json_integer(b->conf.vlan) : json_null());
	json_object_set_new(o, "vni", json_integer(b->conf.vni));
	json_object_set_new(o, "vxlan", json_string(b->conf.vxlan));
	json_object_set_new(o, "rd", json_string(rd_format(&b->rd, rd)));
	json_object_set_new(o, "import", targets_json(b->import, b->n_import));
	json_object_set_new(o, "export", targets_json(b->export, b->n_export));
	json_object_set_new(o, "local", addr_json(&b->local));
	json_object_set_new(o, "learning", json_boolean(b->learning));
	json_object_set_new(o, "advertised", json_boolean(b->advertised));
	json_object_set_new(o, "reason", text_or_null(b->why));
	json_object_set_new(o, "remotes", list);
	return o;
}

static json_t *show(const struct floods *fs, const json_t *params, char *err, size_t err_len)
{
	json_int_t vni = json_integer_value(json_object_get(params, "vni"));
	const struct flood_bridge *b;
	json_t *list = json_array();

	TAILQ_FOREACH(b, &fs->list, entry)
		if (!vni || b->conf.vni == (u32)vni)
			json_array_append_new(list, bridge_json(b));
	if (!vni || json_array_size(list))
		return json_pack("{s:o}", "bridges", list);
	json_decref(list);
	snprintf(err, err_len, "no bridge with VNI %u; `evpnctl flood show` lists all", (u32)vni);
	return NULL;
}

static unsigned int refused(const struct flood_bridge *b)
{
	const struct flood_remote *r;
	unsigned int n = 0;

	TAILQ_FOREACH(r, &b->remotes, entry)
		n += r->result.status == WISH_REFUSED;
	return n;
}

static json_t *summary(const struct floods *fs)
{
	const struct flood_bridge *b;
	json_t *list = json_array();
	char ip[2][IP_STRLEN];

	TAILQ_FOREACH(b, &fs->list, entry) {
		if (b->why[0])
			json_array_append_new(list, json_sprintf("VNI %u: not announced: %s",
								 b->conf.vni, b->why));
		else if (b->advertised && !ip_equal(&b->local, &fs->self))
			json_array_append_new(
				list,
				json_sprintf(
					"VNI %u: the tunnels' address %s is not the originator address %s: split horizon of other PEs does not see it",
					b->conf.vni, ip_format(&b->local, ip[0]),
					ip_format(&fs->self, ip[1])));
		if (!b->why[0] && !b->learning)
			json_array_append_new(list, json_sprintf("VNI %u: " FLOOD_NOT_LEARNING,
								 b->conf.vni, b->conf.vxlan,
								 b->conf.vxlan));
		if (refused(b))
			json_array_append_new(
				list, json_sprintf("VNI %u: the kernel refused %u tunnels of %s",
						   b->conf.vni, refused(b), b->conf.vxlan));
	}
	return json_pack("{s:o}", "problems", list);
}

static json_t *metrics(const struct floods *fs)
{
	const struct flood_bridge *b;
	const struct flood_remote *r;
	json_t *list = json_array();
	char vni[16];
	int n;

	TAILQ_FOREACH(b, &fs->list, entry) {
		n = 0;
		TAILQ_FOREACH(r, &b->remotes, entry)
			n++;
		snprintf(vni, sizeof(vni), "%u", b->conf.vni);
		metric_add(list, "evpn_flood_remotes", "gauge",
			   "PEs that flooded frames of a VNI are copied to",
			   json_pack("{s:s}", "vni", vni), n);
	}
	return list;
}

bool flood_query(void *state, const char *method, const json_t *params, json_t **result, char *err,
		 size_t err_len)
{
	const struct floods *fs = state;

	if (!strcmp(method, "flood.show"))
		*result = show(fs, params, err, err_len);
	else if (!strcmp(method, "summary"))
		*result = summary(fs);
	else if (!strcmp(method, "metrics"))
		*result = metrics(fs);
	else
		return false;
	return true;
}
