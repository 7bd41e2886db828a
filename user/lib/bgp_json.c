// SPDX-License-Identifier: GPL-2.0-only
/*
 * bgp_json.c - whole messages as JSON, and hexadecimal text as octets. Names: Documentation/decode.rst.
 *
 * RFC 4271 (4), RFC 7606 (verdicts), RFC 9003, RFC 7313
 */
#include <errno.h>
#include <stdio.h>

#include "bgp_json_priv.h"

json_t *json_hex(const u8 *p, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char *s = malloc(2 * len + 1);
	json_t *j;

	if (!s)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		s[2 * i] = digits[p[i] >> 4];
		s[2 * i + 1] = digits[p[i] & 15];
	}
	j = json_stringn(s, 2 * len);
	free(s);
	return j;
}

void json_put(json_t *o, const char *name, json_t *value)
{
	json_object_set_new_nocheck(o, name, value);
}

json_t *json_ip(const struct ip_addr *a)
{
	char ip[IP_STRLEN];

	return a->len ? json_string(ip_format(a, ip)) : json_null();
}

json_t *json_id(u32 id)
{
	struct ip_addr a = ip_v4(id);

	return json_ip(&a);
}

void json_put_family(json_t *o, u16 afi, u8 safi)
{
	const char *name = bgp_afi_safi_name(afi, safi);

	json_put(o, "afi", json_integer(afi));
	json_put(o, "safi", json_integer(safi));
	if (name)
		json_put(o, "family", json_string(name));
}

static void put_verdict(json_t *o, const struct bgp_outcome *out)
{
	json_put(o, "verdict", json_string(bgp_verdict_name(out->verdict)));
	if (out->verdict == BGP_ACCEPT)
		return;
	json_put(o, "reason", json_string(out->err.reason));
	if (out->verdict == BGP_RESET) {
		json_t *n = json_object();

		json_put(n, "code", json_integer(out->err.code));
		json_put(n, "subcode", json_integer(out->err.subcode));
		json_put(n, "name", json_string(bgp_err_name(out->err.code)));
		json_put(n, "subname",
			 json_string(bgp_err_subname(out->err.code, out->err.subcode)));
		json_put(n, "data", json_hex(out->err.data, out->err.data_len));
		json_put(o, "notification", n);
	}
}

static void put_routes(json_t *list, const struct bgp_mp *mp, bool withdraw,
		       const struct bgp_update *u, const struct bgp_ctx *ctx)
{
	struct bgp_outcome out;
	struct evpn_nlri n;
	struct evpn_iter it;

	if (!mp->present || mp->afi != BGP_AFI_L2VPN || mp->safi != BGP_SAFI_EVPN)
		return;
	evpn_iter_init(&it, &mp->nlri, ctx->add_path, withdraw);
	while (evpn_iter_next(&it, &n, &out)) {
		json_t *o = json_object();

		if (!withdraw && out.verdict == BGP_ACCEPT)
			evpn_check(&u->attrs, &n, &out);
		json_put(o, "action", json_string(withdraw ? "unreach" : "reach"));
		if (ctx->add_path)
			json_put(o, "path-id", json_integer(n.path_id));
		json_object_update_new(o, bgp_json_nlri(&n));
		if (out.verdict != BGP_ACCEPT)
			put_verdict(o, &out);
		json_array_append_new(list, o);
	}
}

static void put_mp(json_t *attrs, const char *name, const struct bgp_mp *mp, bool nh)
{
	json_t *o;

	if (!mp->present)
		return;
	o = json_object();
	json_put_family(o, mp->afi, mp->safi);
	if (nh)
		json_put(o, "next-hop", json_ip(&mp->nh));
	if (mp->nlri.len && !(mp->afi == BGP_AFI_L2VPN && mp->safi == BGP_SAFI_EVPN))
		json_put(o, "nlri", json_hex(mp->nlri.p, mp->nlri.len));
	json_put(attrs, name, o);
}

static void put_update(json_t *o, const struct bgp_update *u, const struct bgp_ctx *ctx)
{
	json_t *attrs = bgp_json_attrs(&u->attrs), *nlri = json_array();
	struct bgp_outcome out;

	bgp_update_judge(u, ctx, &out);
	put_verdict(o, &out);
	put_mp(attrs, "mp-reach", &u->reach, true);
	put_mp(attrs, "mp-unreach", &u->unreach, false);
	put_routes(nlri, &u->reach, false, u, ctx);
	put_routes(nlri, &u->unreach, true, u, ctx);
	json_put(o, "attributes", attrs);
	json_put(o, "nlri", nlri);
	if (u->withdrawn4.len)
		json_put(o, "ipv4-withdrawn", json_hex(u->withdrawn4.p, u->withdrawn4.len));
	if (u->nlri4.len)
		json_put(o, "ipv4-nlri", json_hex(u->nlri4.p, u->nlri4.len));
	if (u->eor) {
		json_t *af = json_object();

		json_put_family(af, u->eor_af.afi, u->eor_af.safi);
		json_put(o, "end-of-rib", af);
	}
}

static void put_result(json_t *o, int error, const struct bgp_error *err)
{
	struct bgp_outcome out;

	bgp_outcome_init(&out);
	if (error) {
		out.verdict = BGP_RESET;
		out.err = *err;
	}
	put_verdict(o, &out);
}

static void put_notification(json_t *o, const u8 *body, size_t len)
{
	struct bgp_notification n;

	bgp_notification_decode(body, len, &n);
	json_put(o, "code", json_integer(n.code));
	json_put(o, "name", json_string(bgp_err_name(n.code)));
	json_put(o, "subcode", json_integer(n.subcode));
	json_put(o, "subname", json_string(bgp_err_subname(n.code, n.subcode)));
	json_put(o, "hard-reset", json_boolean(n.hard));
	json_put(o, "data", json_hex(n.data.p, n.data.len));
	if (n.text[0])
		json_put(o, "text", json_string(n.text));
}

static void put_refresh(json_t *o, const struct bgp_refresh *r)
{
	static const char *const names[] = {"request", "begin", "end"};

	json_put_family(o, r->afi, r->safi);
	json_put(o, "subtype", json_integer(r->subtype));
	if (r->subtype <= BGP_REFRESH_EORR)
		json_put(o, "subtype-name", json_string(names[r->subtype]));
}

static void put_message(json_t *o, u8 type, const u8 *body, size_t len, const struct bgp_ctx *ctx)
{
	struct bgp_error err = {0};
	struct bgp_update u;
	struct bgp_open open;
	struct bgp_refresh r = {0};
	int error = 0;

	switch (type) {
	case BGP_OPEN:
		error = bgp_open_decode(body, len, &open, &err);
		put_result(o, error, &err);
		json_object_update_new(o, bgp_json_open(&open));
		break;
	case BGP_UPDATE:
		bgp_update_decode(body, len, ctx, &u);
		put_update(o, &u, ctx);
		break;
	case BGP_NOTIFICATION:
		put_result(o, 0, &err);
		put_notification(o, body, len);
		break;
	case BGP_ROUTE_REFRESH:
		error = bgp_refresh_decode(body, len, &r, &err);
		put_result(o, error, &err);
		put_refresh(o, &r);
		break;
	default:
		put_result(o, 0, &err);
		break;
	}
}

static const char *type_text(u8 type)
{
	static const char *const names[] = {
		[BGP_OPEN] = "open",
		[BGP_UPDATE] = "update",
		[BGP_NOTIFICATION] = "notification",
		[BGP_KEEPALIVE] = "keepalive",
		[BGP_ROUTE_REFRESH] = "route-refresh",
	};

	return type >= BGP_OPEN && type <= BGP_ROUTE_REFRESH ? names[type] : "unknown";
}

json_t *bgp_json_decode(const u8 *bytes, size_t len, bool attributes_only,
			const struct bgp_ctx *ctx)
{
	static const struct bgp_ctx offline = {.as4 = true, .max_len = BGP_MAX_LEN_EXTENDED};
	struct bgp_error err = {0};
	json_t *o = json_object();
	struct bgp_header h = {0};
	struct bgp_update u;

	if (!ctx)
		ctx = &offline;
	if (attributes_only) {
		bgp_attrs_decode(bytes, len, ctx, &u);
		json_put(o, "type", json_string("attributes"));
		put_update(o, &u, ctx);
		return o;
	}
	json_put(o, "type", json_string(type_text(len >= BGP_HEADER_LEN ? bytes[18] : 0)));
	if (len < BGP_HEADER_LEN) {
		bgp_error_set(&err, BGP_ERR_HEADER, BGP_HEADER_BAD_LEN, NULL, 0,
			      "%zu octets are too few for the header of a message", len);
		put_result(o, -EBADMSG, &err);
		return o;
	}
	if (bgp_header_parse(bytes, len, ctx->max_len, &h, &err) < 0) {
		put_result(o, -EBADMSG, &err);
		return o;
	}
	if (h.len != len) {
		bgp_error_set(&err, BGP_ERR_HEADER, BGP_HEADER_BAD_LEN, bytes + 16, 2,
			      "the header says %u octets, %zu are there", h.len, len);
		put_result(o, -EBADMSG, &err);
		return o;
	}
	put_message(o, h.type, bytes + BGP_HEADER_LEN, len - BGP_HEADER_LEN, ctx);
	return o;
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	       c >= 'a' && c <= 'f' ? c - 'a' + 10 :
	       c >= 'A' && c <= 'F' ? c - 'A' + 10 :
				      -1;
}

int bgp_hex_parse(const char *text, u8 *out, size_t *len, char *reason, size_t reason_len)
{
	const char *p = text;
	int high = -1;
	size_t n = 0;

	for (; *p; p++) {
		int d = digit(*p);

		if (d == 0 && high < 0 && (p[1] == 'x' || p[1] == 'X')) {
			p++;
			continue;
		}
		if (d >= 0 && high < 0) {
			high = d;
			continue;
		}
		if (d >= 0) {
			out[n++] = (u8)(high << 4 | d);
			high = -1;
			continue;
		}
		if (!strchr(" \t\r\n\v\f:-", *p)) {
			if (*p > 0x20 && *p < 0x7f)
				snprintf(reason, reason_len,
					 "'%c' at position %zu is no hexadecimal digit", *p,
					 (size_t)(p - text) + 1);
			else
				snprintf(reason, reason_len,
					 "octet 0x%02x at position %zu is no hexadecimal digit",
					 (u8)*p, (size_t)(p - text) + 1);
			return -EINVAL;
		}
	}
	if (high >= 0 || !n) {
		snprintf(reason, reason_len, "%s",
			 high >= 0 ? "the number of hexadecimal digits is odd" :
				     "no hexadecimal digits");
		return -EINVAL;
	}
	*len = n;
	return 0;
}
