// SPDX-License-Identifier: GPL-2.0-only
/*
 * advertise.c - from the log of changes (export.h) to UPDATE messages in a session's output buffer.
 *
 * Neighbouring entries with the same attributes share an UPDATE, withdraws always do. Messages are
 * made only while the buffer has room, and for a limited time in one turn of the loop.
 *
 * evpnd advertises only what it originates. Towards internal peers LOCAL_PREF is 100 and AS_PATH
 * is empty; towards external ones AS_PATH is the own AS. The next hop is the originator address.
 *
 * RFC 4271 (5.1, 9.2), RFC 4760, RFC 4724 (End-of-RIB), RFC 2918, RFC 7313 (BoRR, EoRR)
 */
#include "bgp/session.h"

#include <string.h>

#include "bgp_extcomm.h"
#include "bgp/best_path.h"
#include "log.h"
#include "bgp/bgp_host.h"

enum {
	TURN_BYTES = 1 << 18, /* queued for one peer in one turn of the loop */
	ATTRS_MAX = BGP_MAX_LEN_EXTENDED,
	ECOMM_MAX = ATTRS_MAX / 8,
	EVPN_COMMUNITY = 0x06, /* type */
	ROUTER_MAC_COMMUNITY = 0x03,
	FIRST_MULTICAST =
		EVPN_SMET, /* this route type and above go only to whom they are configured for */
};

/* MAC Mobility, ESI Label, ES-Import, Router's MAC, and whatever is not of EVPN's own type. */
static bool is_basic(const struct ecomm *c)
{
	return c->b[0] != EVPN_COMMUNITY || c->b[1] <= ROUTER_MAC_COMMUNITY;
}

/* Leave out what GoBGP would take offence at. */
static void keep_basic(struct bgp_attrs *a)
{
	static struct ecomm kept[ECOMM_MAX];
	size_t n = 0, i;

	for (i = 0; i < ecomm_count(&a->ext) && n < ECOMM_MAX; i++)
		if (is_basic(ecomm_at(&a->ext, i)))
			kept[n++] = *ecomm_at(&a->ext, i);
	a->ext = ecomm_slice(kept, n);
	if (!n)
		a->present &= ~BGP_BIT(BGP_ATTR_EXT_COMMUNITY);
}

/* What the session adds to the attributes that the service gave. */
static int encode_attrs(const struct session *s, const struct bgp_attrs *own, u8 *buf, size_t cap)
{
	struct bgp_attrs a = *own;
	u8 path[8];

	a.present |= BGP_BIT(BGP_ATTR_ORIGIN) | BGP_BIT(BGP_ATTR_AS_PATH);
	if (!BGP_HAS(own, BGP_ATTR_ORIGIN))
		a.origin = BGP_ORIGIN_IGP;
	a.as_path = (struct slice){NULL, 0};
	a.as4 = true;
	if (s->conf.basic_communities)
		keep_basic(&a);
	if (session_is_ebgp(s)) {
		a.present &= ~BGP_BIT(BGP_ATTR_LOCAL_PREF);
		a.as_path.len =
			bgp_as_path_prepend(&a, s->host->conf->global.as, path, sizeof(path));
		a.as_path.p = path;
	} else if (!BGP_HAS(own, BGP_ATTR_LOCAL_PREF)) {
		a.present |= BGP_BIT(BGP_ATTR_LOCAL_PREF);
		a.local_pref = DECIDE_LOCAL_PREF;
	}
	return bgp_attrs_encode(&a, &s->conn->ctx, buf, cap);
}

static bool wanted(const struct session *s, const struct export_item *item)
{
	return item->nlri->type < FIRST_MULTICAST || s->conf.send_multicast;
}

static void complain(const struct session *s, const struct export_item *item, const char *why)
{
	char route[EVPN_STRLEN];

	log_error("peer %s: %s is not advertised: %s", s->name, evpn_format(item->nlri, route),
		  why);
}

/* One UPDATE of entries that go together, beginning with @item. Return: false when there is no room. */
static bool one_update(struct session *s, struct export_item *item)
{
	static u8 attrs[ATTRS_MAX];
	struct conn *c = s->conn;
	struct rib_attrs *group = item->attrs;
	struct ip_addr nh = bgp_host_next_hop(s->host);
	u8 *buf = conn_room(c, c->ctx.max_len);
	struct slice encoded = {attrs, 0};
	struct bgp_packer p;
	size_t len;
	int attrs_len = 0, r;

	if (!buf)
		return false;
	if (group) {
		attrs_len = encode_attrs(s, rib_attrs(group), attrs, sizeof(attrs));
		encoded.len = attrs_len > 0 ? (size_t)attrs_len : 0;
		bgp_pack_reach(&p, buf, c->ctx.max_len, &c->ctx, &nh, &encoded);
	} else {
		bgp_pack_unreach(&p, buf, c->ctx.max_len, &c->ctx);
	}
	do {
		if (wanted(s, item)) {
			r = attrs_len < 0 ? attrs_len : bgp_pack_add(&p, item->nlri);
			if (r == 0)
				break; /* full: the next UPDATE begins with this one */
			if (r < 0)
				complain(s, item, strerror(-r));
			s->sent.routes += r > 0 && group;
			s->sent.withdrawn += r > 0 && !group;
		}
		export_next(&s->cursor);
	} while (export_peek(&s->cursor, item) && item->attrs == group);
	len = bgp_pack_end(&p);
	if (len) {
		conn_took(c, len);
		s->sent.updates++;
	}
	return true;
}

static void put_refresh(struct conn *c, uint8_t subtype)
{
	const struct bgp_refresh r = {
		.afi = BGP_AFI_L2VPN,
		.safi = BGP_SAFI_EVPN,
		.subtype = subtype,
	};
	u8 buf[BGP_HEADER_LEN + 4];

	conn_put(c, buf, bgp_refresh_encode(&r, buf, sizeof(buf)));
}

/* Marks around a table: BoRR before, End-of-RIB or EoRR after. */
static void put_marks(struct session *s)
{
	u8 buf[64];

	if (!export_initial_done(&s->cursor))
		return;
	if (!s->eor_sent) {
		conn_put(s->conn, buf,
			 bgp_eor_encode(BGP_AFI_L2VPN, BGP_SAFI_EVPN, buf, sizeof(buf)));
		s->eor_sent = true;
	}
	if (s->refreshing)
		put_refresh(s->conn, BGP_REFRESH_EORR);
	s->refreshing = false;
}

/**
 * advertise() - send what this peer has not been told yet, as much as fits now
 *
 * What does not fit is sent when TCP takes more (session_io.c calls again), or in the next turn.
 */
void advertise(struct session *s)
{
	struct export_item item;
	size_t done = 0;

	if (!s->established)
		return;
	if (s->borr_due)
		put_refresh(s->conn, BGP_REFRESH_BORR);
	s->borr_due = false;
	while (export_peek(&s->cursor, &item)) {
		size_t before = s->conn->out_len;

		if (!one_update(s, &item)) {
			conn_write(s->conn);
			if (!conn_room(s->conn, s->conn->ctx.max_len))
				return; /* EPOLLOUT comes back to us */
			continue;
		}
		done += s->conn->out_len - before;
		if (!s->eor_sent || s->refreshing)
			put_marks(s);
		if (done > TURN_BYTES) {
			bgp_host_wake_output(s->host);
			break;
		}
	}
	put_marks(s);
	conn_write(s->conn);
}

void advertise_all(struct bgp_host *host)
{
	struct session *s;

	TAILQ_FOREACH(s, &host->sessions, link)
		advertise(s);
}

/* Send everything again, between BoRR and EoRR where the peer knows them. */
void advertise_again(struct session *s)
{
	export_rewind(&s->cursor);
	s->borr_due = s->conn->open.caps.enh_refresh;
	s->refreshing = s->borr_due;
	bgp_host_wake_output(s->host);
}

/* Ask for all routes again. Return: false when the peer did not say that it can. */
bool refresh_request(struct session *s)
{
	if (!s->established || !s->conn->open.caps.refresh)
		return false;
	put_refresh(s->conn, BGP_REFRESH_REQUEST);
	conn_write(s->conn);
	return true;
}
