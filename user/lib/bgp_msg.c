// SPDX-License-Identifier: GPL-2.0-only
/*
 * bgp_msg.c - message header, KEEPALIVE, NOTIFICATION, ROUTE-REFRESH, and the names of things.
 *
 * RFC 4271 (4.1, 4.4, 4.5, 6.1), RFC 8654, RFC 2918, RFC 7313, RFC 8538, RFC 9003, RFC 9687
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "bgp_msg.h"

void bgp_error_set(struct bgp_error *e, u8 code, u8 subcode, const void *data, size_t data_len,
		   const char *fmt, ...)
{
	va_list ap;

	e->code = code;
	e->subcode = subcode;
	e->data_len = (u16)(data_len < BGP_ERR_DATA_LEN ? data_len : BGP_ERR_DATA_LEN);
	if (e->data_len && data)
		memcpy(e->data, data, e->data_len);
	va_start(ap, fmt);
	vsnprintf(e->reason, sizeof(e->reason), fmt, ap);
	va_end(ap);
}

static const char *const type_names[] = {
	[BGP_OPEN] = "OPEN",
	[BGP_UPDATE] = "UPDATE",
	[BGP_NOTIFICATION] = "NOTIFICATION",
	[BGP_KEEPALIVE] = "KEEPALIVE",
	[BGP_ROUTE_REFRESH] = "ROUTE-REFRESH",
};

const char *bgp_type_name(u8 type)
{
	if (type < sizeof(type_names) / sizeof(type_names[0]) && type_names[type])
		return type_names[type];
	return "unknown";
}

struct subname {
	u8 code;
	u8 subcode;
	const char *name;
};

static const char *const err_names[] = {
	[BGP_ERR_HEADER] = "Message Header Error",
	[BGP_ERR_OPEN] = "OPEN Message Error",
	[BGP_ERR_UPDATE] = "UPDATE Message Error",
	[BGP_ERR_HOLD] = "Hold Timer Expired",
	[BGP_ERR_FSM] = "Finite State Machine Error",
	[BGP_ERR_CEASE] = "Cease",
	[BGP_ERR_REFRESH] = "ROUTE-REFRESH Message Error",
	[BGP_ERR_SEND_HOLD] = "Send Hold Timer Expired",
};

static const struct subname subnames[] = {
	{BGP_ERR_HEADER, BGP_HEADER_SYNC, "Connection Not Synchronized"},
	{BGP_ERR_HEADER, BGP_HEADER_BAD_LEN, "Bad Message Length"},
	{BGP_ERR_HEADER, BGP_HEADER_BAD_TYPE, "Bad Message Type"},
	{BGP_ERR_OPEN, BGP_OPEN_VERSION, "Unsupported Version Number"},
	{BGP_ERR_OPEN, BGP_OPEN_PEER_AS, "Bad Peer AS"},
	{BGP_ERR_OPEN, BGP_OPEN_BGP_ID, "Bad BGP Identifier"},
	{BGP_ERR_OPEN, BGP_OPEN_PARAM, "Unsupported Optional Parameter"},
	{BGP_ERR_OPEN, BGP_OPEN_HOLD_TIME, "Unacceptable Hold Time"},
	{BGP_ERR_OPEN, BGP_OPEN_CAPABILITY, "Unsupported Capability"},
	{BGP_ERR_OPEN, BGP_OPEN_ROLE, "Role Mismatch"},
	{BGP_ERR_UPDATE, BGP_UPDATE_MALFORMED, "Malformed Attribute List"},
	{BGP_ERR_UPDATE, BGP_UPDATE_UNKNOWN_WELL_KNOWN, "Unrecognized Well-known Attribute"},
	{BGP_ERR_UPDATE, BGP_UPDATE_MISSING, "Missing Well-known Attribute"},
	{BGP_ERR_UPDATE, BGP_UPDATE_FLAGS, "Attribute Flags Error"},
	{BGP_ERR_UPDATE, BGP_UPDATE_LENGTH, "Attribute Length Error"},
	{BGP_ERR_UPDATE, BGP_UPDATE_ORIGIN, "Invalid ORIGIN Attribute"},
	{BGP_ERR_UPDATE, BGP_UPDATE_NEXT_HOP, "Invalid NEXT_HOP Attribute"},
	{BGP_ERR_UPDATE, BGP_UPDATE_OPTIONAL, "Optional Attribute Error"},
	{BGP_ERR_UPDATE, BGP_UPDATE_NETWORK, "Invalid Network Field"},
	{BGP_ERR_UPDATE, BGP_UPDATE_AS_PATH, "Malformed AS_PATH"},
	{BGP_ERR_FSM, BGP_FSM_OPENSENT, "Unexpected Message in OpenSent State"},
	{BGP_ERR_FSM, BGP_FSM_OPENCONFIRM, "Unexpected Message in OpenConfirm State"},
	{BGP_ERR_FSM, BGP_FSM_ESTABLISHED, "Unexpected Message in Established State"},
	{BGP_ERR_CEASE, BGP_CEASE_MAX_PREFIX, "Maximum Number of Prefixes Reached"},
	{BGP_ERR_CEASE, BGP_CEASE_SHUTDOWN, "Administrative Shutdown"},
	{BGP_ERR_CEASE, BGP_CEASE_DECONFIGURED, "Peer De-configured"},
	{BGP_ERR_CEASE, BGP_CEASE_RESET, "Administrative Reset"},
	{BGP_ERR_CEASE, BGP_CEASE_REJECTED, "Connection Rejected"},
	{BGP_ERR_CEASE, BGP_CEASE_CONFIG, "Other Configuration Change"},
	{BGP_ERR_CEASE, BGP_CEASE_COLLISION, "Connection Collision Resolution"},
	{BGP_ERR_CEASE, BGP_CEASE_RESOURCES, "Out of Resources"},
	{BGP_ERR_CEASE, BGP_CEASE_HARD_RESET, "Hard Reset"},
	{BGP_ERR_CEASE, BGP_CEASE_BFD_DOWN, "BFD Down"},
	{BGP_ERR_REFRESH, BGP_REFRESH_LENGTH, "Invalid Message Length"},
};

const char *bgp_err_name(u8 code)
{
	if (code < sizeof(err_names) / sizeof(err_names[0]) && err_names[code])
		return err_names[code];
	return "unknown";
}

const char *bgp_err_subname(u8 code, u8 subcode)
{
	for (size_t i = 0; i < sizeof(subnames) / sizeof(subnames[0]); i++)
		if (subnames[i].code == code && subnames[i].subcode == subcode)
			return subnames[i].name;
	return "";
}

static const struct {
	u16 afi;
	u8 safi;
	const char *name;
} af_names[] = {
	{BGP_AFI_IPV4, BGP_SAFI_UNICAST, "ipv4-unicast"},
	{BGP_AFI_IPV4, 2, "ipv4-multicast"},
	{BGP_AFI_IPV4, 4, "ipv4-labeled-unicast"},
	{BGP_AFI_IPV4, 128, "ipv4-vpn"},
	{BGP_AFI_IPV4, BGP_SAFI_RTC, "rt-constraint"},
	{BGP_AFI_IPV4, 133, "ipv4-flowspec"},
	{BGP_AFI_IPV6, BGP_SAFI_UNICAST, "ipv6-unicast"},
	{BGP_AFI_IPV6, 2, "ipv6-multicast"},
	{BGP_AFI_IPV6, 4, "ipv6-labeled-unicast"},
	{BGP_AFI_IPV6, 128, "ipv6-vpn"},
	{BGP_AFI_IPV6, 133, "ipv6-flowspec"},
	{BGP_AFI_L2VPN, 65, "l2vpn-vpls"},
	{BGP_AFI_L2VPN, BGP_SAFI_EVPN, "l2vpn-evpn"},
};

const char *bgp_afi_safi_name(u16 afi, u8 safi)
{
	for (size_t i = 0; i < sizeof(af_names) / sizeof(af_names[0]); i++)
		if (af_names[i].afi == afi && af_names[i].safi == safi)
			return af_names[i].name;
	return NULL;
}

/* RFC 4271 section 6.1, RFC 8654 section 5 */
static bool length_fits(u8 type, size_t len, size_t max)
{
	switch (type) {
	case BGP_OPEN:
		return len >= BGP_MIN_OPEN && len <= BGP_MAX_LEN;
	case BGP_UPDATE:
		return len >= BGP_MIN_UPDATE && len <= max;
	case BGP_NOTIFICATION:
		return len >= BGP_MIN_NOTIFICATION && len <= max;
	case BGP_KEEPALIVE:
		return len == BGP_HEADER_LEN;
	case BGP_ROUTE_REFRESH:
		return len >= BGP_HEADER_LEN + 4 && len <= max;
	default:
		return len >= BGP_HEADER_LEN && len <= max;
	}
}

int bgp_header_parse(const u8 *buf, size_t avail, size_t max, struct bgp_header *h,
		     struct bgp_error *err)
{
	if (avail < BGP_HEADER_LEN)
		return 0;
	for (unsigned int i = 0; i < 16; i++) {
		if (buf[i] == 0xff)
			continue;
		bgp_error_set(err, BGP_ERR_HEADER, BGP_HEADER_SYNC, NULL, 0,
			      "octet %u of the marker is 0x%02x, expected 0xff", i, buf[i]);
		return -EBADMSG;
	}
	h->len = load16(buf + 16);
	h->type = buf[18];
	if (h->len < BGP_HEADER_LEN || h->len > max) {
		bgp_error_set(err, BGP_ERR_HEADER, BGP_HEADER_BAD_LEN, buf + 16, 2,
			      "message length %u is not between %u and %zu", h->len, BGP_HEADER_LEN,
			      max);
		return -EBADMSG;
	}
	if (h->type < BGP_OPEN || h->type > BGP_ROUTE_REFRESH) {
		bgp_error_set(err, BGP_ERR_HEADER, BGP_HEADER_BAD_TYPE, buf + 18, 1,
			      "message type %u is unknown", h->type);
		return -EBADMSG;
	}
	if (!length_fits(h->type, h->len, max)) {
		bgp_error_set(err, BGP_ERR_HEADER, BGP_HEADER_BAD_LEN, buf + 16, 2,
			      "length %u is impossible for a message of type %s", h->len,
			      bgp_type_name(h->type));
		return -EBADMSG;
	}
	return avail >= h->len;
}

void bgp_header_begin(struct wbuf *w, u8 type)
{
	u8 *p = w_reserve(w, BGP_HEADER_LEN);

	if (!p)
		return;
	memset(p, 0xff, 16);
	store16(p + 16, 0);
	p[18] = type;
}

size_t bgp_header_end(struct wbuf *w, size_t start)
{
	size_t len = w->len - start;

	if (w->full || len > BGP_MAX_LEN_EXTENDED)
		return 0;
	w_patch16(w, start + 16, (u16)len);
	return len;
}

size_t bgp_keepalive_encode(u8 *buf, size_t cap)
{
	struct wbuf w = w_make(buf, cap);

	bgp_header_begin(&w, BGP_KEEPALIVE);
	return bgp_header_end(&w, 0);
}

/* Octets of the UTF-8 character at @p, 0 when it is none. Control characters are none. */
static size_t utf8_char(const u8 *p, size_t left)
{
	static const u32 least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = p[0] < 0x80	   ? 1 :
		   p[0] >> 5 == 6  ? 2 :
		   p[0] >> 4 == 14 ? 3 :
		   p[0] >> 3 == 30 ? 4 :
				     0;
	u32 v;

	if (n == 1)
		return p[0] >= 0x20 && p[0] != 0x7f;
	if (!n || n > left)
		return 0;
	v = p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (p[i] & 0x3f);
	}
	if (v < least[n] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff) || (v >= 0x80 && v < 0xa0))
		return 0;
	return n;
}

/* RFC 9003: one octet of length, then UTF-8 that may come from anybody */
static void shutdown_text(const struct slice *data, char text[256])
{
	size_t len, in = 0, out = 0;

	text[0] = '\0';
	if (!data->len || data->p[0] > data->len - 1)
		return;
	len = data->p[0];
	while (in < len) {
		const u8 *p = data->p + 1 + in;
		size_t n = utf8_char(p, len - in);

		if (n)
			memcpy(text + out, p, n);
		else
			text[out] = '?';
		n = n ? n : 1;
		in += n;
		out += n;
	}
	text[out] = '\0';
}

int bgp_notification_decode(const u8 *body, size_t len, struct bgp_notification *n)
{
	struct cursor c = cur_make(body, len);

	n->hard = false;
	n->text[0] = '\0';
	if (!cur_u8(&c, &n->code) || !cur_u8(&c, &n->subcode))
		return -EBADMSG;
	if (n->code == BGP_ERR_CEASE && n->subcode == BGP_CEASE_HARD_RESET && cur_left(&c) >= 2) {
		n->hard = true;
		cur_u8(&c, &n->code);
		cur_u8(&c, &n->subcode);
	}
	n->data = cur_rest(&c);
	if (n->code == BGP_ERR_CEASE &&
	    (n->subcode == BGP_CEASE_SHUTDOWN || n->subcode == BGP_CEASE_RESET))
		shutdown_text(&n->data, n->text);
	return 0;
}

size_t bgp_notification_encode(u8 code, u8 subcode, const void *data, size_t data_len, u8 *buf,
			       size_t cap)
{
	struct wbuf w = w_make(buf, cap);

	bgp_header_begin(&w, BGP_NOTIFICATION);
	w_u8(&w, code);
	w_u8(&w, subcode);
	w_bytes(&w, data, data_len);
	return bgp_header_end(&w, 0);
}

size_t bgp_shutdown_encode(u8 subcode, const char *text, u8 *buf, size_t cap)
{
	size_t len = text ? strlen(text) : 0;
	u8 data[256];

	if (len > 255) {
		len = 255;
		while (len && ((u8)text[len] & 0xc0) == 0x80)
			len--;
	}
	if (!len)
		return bgp_notification_encode(BGP_ERR_CEASE, subcode, NULL, 0, buf, cap);
	data[0] = (u8)len;
	memcpy(data + 1, text, len);
	return bgp_notification_encode(BGP_ERR_CEASE, subcode, data, len + 1, buf, cap);
}

int bgp_refresh_decode(const u8 *body, size_t len, struct bgp_refresh *r, struct bgp_error *err)
{
	u8 head[BGP_HEADER_LEN + BGP_ERR_DATA_LEN];
	struct cursor c = cur_make(body, len);
	struct wbuf w = w_make(head, sizeof(head));

	if (!cur_u16(&c, &r->afi) || !cur_u8(&c, &r->subtype) || !cur_u8(&c, &r->safi)) {
		bgp_error_set(err, BGP_ERR_HEADER, BGP_HEADER_BAD_LEN, NULL, 0,
			      "a ROUTE-REFRESH has %zu octets after its header, expected 4", len);
		return -EBADMSG;
	}
	if ((r->subtype == BGP_REFRESH_BORR || r->subtype == BGP_REFRESH_EORR) && len != 4) {
		bgp_header_begin(&w, BGP_ROUTE_REFRESH);
		w_patch16(&w, 16, (u16)(len + BGP_HEADER_LEN));
		w_bytes(&w, body, len < BGP_ERR_DATA_LEN ? len : BGP_ERR_DATA_LEN);
		bgp_error_set(err, BGP_ERR_REFRESH, BGP_REFRESH_LENGTH, head, w.len,
			      "a ROUTE-REFRESH of subtype %u has %zu octets after its header, "
			      "expected 4",
			      r->subtype, len);
		return -EBADMSG;
	}
	return 0;
}

size_t bgp_refresh_encode(const struct bgp_refresh *r, u8 *buf, size_t cap)
{
	struct wbuf w = w_make(buf, cap);

	bgp_header_begin(&w, BGP_ROUTE_REFRESH);
	w_u16(&w, r->afi);
	w_u8(&w, r->subtype);
	w_u8(&w, r->safi);
	return bgp_header_end(&w, 0);
}
