// SPDX-License-Identifier: GPL-2.0-only
/*
 * session_open.c - what we say of ourselves in OPEN, and what we accept of a peer.
 *
 * Graceful restart is announced without a single address family (RFC 4724 section 3): it makes
 * peers send End-of-RIB, and says that nothing of ours is to be kept when this process ends. A
 * peer's routes are not kept either: the routes of a dead PE must not go on electing it.
 *
 * RFC 4271 (4.2, 6.2), RFC 5492, RFC 6286, RFC 6793, RFC 4724, RFC 2918, RFC 7313, RFC 8654
 */
#include "bgp/session.h"

#include "bgp/bgp_host.h"

size_t session_open_build(struct session *s, u8 *buf, size_t cap)
{
	struct bgp_open o = {
		.version = 4,
		.as = s->host->conf->global.as,
		.hold_time = s->conf.hold_time,
		.id = bgp_host_router_id(s->host),
	};

	bgp_caps_init(&o.caps);
	o.caps.mp[0] = (struct bgp_af){.afi = BGP_AFI_L2VPN, .safi = BGP_SAFI_EVPN};
	o.caps.mp_n = 1;
	o.caps.refresh = true;
	o.caps.enh_refresh = true;
	o.caps.ext_msg = true;
	o.caps.gr = true;
	o.caps.as4 = true;
	o.caps.as = o.as;
	return bgp_open_encode(&o, buf, cap);
}

static int check_identity(struct session *s, const struct bgp_open *open, struct bgp_error *err)
{
	uint32_t own = bgp_host_router_id(s->host);
	u8 data[4];

	if (open->as != s->conf.remote_as) {
		store32(data, open->as);
		bgp_error_set(err, BGP_ERR_OPEN, BGP_OPEN_PEER_AS,
			      open->as > 0xffff ? data : data + 2, open->as > 0xffff ? 4 : 2,
			      "its AS is %u, configured is %u", open->as, s->conf.remote_as);
		return -1;
	}
	if (!session_is_ebgp(s) && open->id == own) {
		store32(data, open->id);
		bgp_error_set(err, BGP_ERR_OPEN, BGP_OPEN_BGP_ID, data, 4,
			      "its BGP identifier is our own, %u.%u.%u.%u", data[0], data[1],
			      data[2], data[3]);
		return -1;
	}
	return 0;
}

int session_open_check(struct session *s, const struct bgp_open *open, struct bgp_error *err)
{
	static const u8 evpn[] = {BGP_CAP_MP, 4, 0, BGP_AFI_L2VPN, 0, BGP_SAFI_EVPN};
	uint16_t hold;
	u8 data[2];
	int r;

	r = check_identity(s, open, err);
	if (r)
		return r;
	if (!bgp_caps_has_mp(&open->caps, BGP_AFI_L2VPN, BGP_SAFI_EVPN)) {
		bgp_error_set(err, BGP_ERR_OPEN, BGP_OPEN_CAPABILITY, evpn, sizeof(evpn),
			      "it does not offer the address family l2vpn evpn");
		return -1;
	}
	r = bgp_hold_negotiate(s->conf.hold_time, open->hold_time, &hold);
	if (r) {
		store16(data, open->hold_time);
		bgp_error_set(err, BGP_ERR_OPEN, (u8)r, data, sizeof(data),
			      "its hold time of %u s is not acceptable", open->hold_time);
		return -1;
	}
	return 0;
}

void session_open_accept(struct conn *c)
{
	struct session *s = c->session;
	const struct bgp_caps *caps = &c->open.caps;

	bgp_hold_negotiate(s->conf.hold_time, c->open.hold_time, &c->hold_time);
	c->ctx = (struct bgp_ctx){
		.as4 = caps->as4,
		.peer = session_is_ebgp(s) ? BGP_PEER_EBGP : BGP_PEER_IBGP,
		.max_len = caps->ext_msg ? BGP_MAX_LEN_EXTENDED : BGP_MAX_LEN,
	};
}
