// SPDX-License-Identifier: GPL-2.0-only
/*
 * channel_show.c - what the channel answers on the control socket: icc.show, and its part of metrics. The
 * shapes are in Documentation/control-socket.rst.
 */
#include <stdio.h>

#include "metric.h"
#include "speaker/channel_priv.h"
#include "speaker/speaker_priv.h"

static const char *state_of(const struct channel *ch, const struct channel_pe *pe)
{
	bool v6 = pe->remote.len == 16;

	if (ch->fds[v6] < 0)
		return "no socket";
	if (channel_pe_heard(pe))
		return "heard";
	return pe->heard_us ? "silent" : "not heard";
}

static json_t *pe_json(const struct channel *ch, const struct channel_pe *pe)
{
	char remote[IP_STRLEN], local[IP_STRLEN];

	return json_pack(
		"{s:s, s:s, s:s, s:o, s:b, s:I, s:I}", "address", ip_format(&pe->remote, remote),
		"local", ip_format(&pe->local, local), "state", state_of(ch, pe), "last",
		pe->heard_us ? json_real(timer_wall((s64)pe->heard_us * 1000)) : json_null(),
		"hears-us", (int)pe->hears, "sent", (json_int_t)pe->sent, "received",
		(json_int_t)pe->received);
}

json_t *channel_show(struct speaker *sp, const json_t *params, char *err, size_t err_len)
{
	const char *text = json_string_value(json_object_get(params, "address"));
	const struct channel *ch = sp->channel;
	json_t *list = json_array();
	struct ip_addr address;
	struct channel_pe *pe;

	if (text && ip_parse(&address, text)) {
		snprintf(err, err_len, "params.address: \"%s\" is no address", text);
		json_decref(list);
		return NULL;
	}
	RB_FOREACH(pe, channel_pes, (struct channel_pes *)&ch->pes)
		if (!text || ip_equal(&pe->remote, &address))
			json_array_append_new(list, pe_json(ch, pe));
	if (!text || json_array_size(list))
		return json_pack("{s:b, s:i, s:o}", "enabled", ch->port != 0, "port", (int)ch->port,
				 "pes", list);
	json_decref(list);
	snprintf(err, err_len,
		 "no PE %s shares a segment with this one; `evpnctl icc show` lists all", text);
	return NULL;
}

static void add_heard(const struct channel *ch, json_t *list)
{
	struct channel_pe *pe;
	char ip[IP_STRLEN];

	RB_FOREACH(pe, channel_pes, (struct channel_pes *)&ch->pes)
		metric_add(list, "evpn_icc_heard", "gauge",
			   "words of the PE arrive, and ours there",
			   json_pack("{s:s}", "address", ip_format(&pe->remote, ip)),
			   channel_pe_heard(pe));
}

static void add_types(json_t *list, const char *name, const char *help,
		      const u64 counts[CHANNEL_TYPES])
{
	for (int t = ICC_HELLO; t < CHANNEL_TYPES; t++)
		metric_add(list, name, "counter", help,
			   json_pack("{s:s}", "type", icc_type_name((enum icc_type)t)),
			   (json_int_t)counts[t]);
}

void channel_metrics(const struct channel *ch, json_t *list)
{
	const struct channel_counts *c = &ch->counts;
	const struct {
		const char *why;
		u64 n;
	} dropped[] = {
		{"unknown", c->unknown},
		{"malformed", c->malformed},
		{"stranger", c->stranger},
		{"far", c->far},
		{"busy", c->busy},
		{"ignored", c->ignored},
		{"filtered", channel_filtered(ch)},
	};

	add_heard(ch, list);
	add_types(list, "evpn_icc_sent", "words sent to PEs of own segments", c->sent);
	add_types(list, "evpn_icc_received", "words heard from PEs of own segments", c->received);
	metric_add(list, "evpn_icc_unsent", "counter", "words that could not be sent",
		   json_object(), (json_int_t)c->unsent);
	for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
		metric_add(list, "evpn_icc_dropped", "counter", "datagrams of no use",
			   json_pack("{s:s}", "why", dropped[i].why), (json_int_t)dropped[i].n);
}
