/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bgp_msg.h - BGP messages other than UPDATE: header, OPEN with its capabilities, KEEPALIVE,
 * NOTIFICATION, ROUTE-REFRESH.
 *
 * Pure: octets in, structures out, and back. Nothing is allocated; what a structure points to is
 * the message it was decoded from.
 *
 * RFC 4271 (4, 6), RFC 5492, RFC 9072 (extended optional parameters), RFC 8654 (extended message),
 * RFC 2918 and RFC 7313 (route refresh), RFC 4724 and RFC 8538 (graceful restart), RFC 9494 (LLGR),
 * RFC 6793 (4-octet AS), RFC 6286 (identifier), RFC 7911 (add-path), RFC 8950 (extended next hop),
 * RFC 9003 (shutdown communication), RFC 9234 (role), RFC 9687 (send hold timer)
 */
#ifndef EVPN_BGP_MSG_H
#define EVPN_BGP_MSG_H

#include "types.h"
#include "cursor.h"

enum {
	BGP_HEADER_LEN = 19,
	BGP_MAX_LEN = 4096,	      /* octets of a message, without capability 6 */
	BGP_MAX_LEN_EXTENDED = 65535, /* with it; never for OPEN and KEEPALIVE */
	BGP_MIN_OPEN = 29,
	BGP_MIN_UPDATE = 23,
	BGP_MIN_NOTIFICATION = 21,
	BGP_AS_TRANS = 23456,
};

enum bgp_type {
	BGP_OPEN = 1,
	BGP_UPDATE = 2,
	BGP_NOTIFICATION = 3,
	BGP_KEEPALIVE = 4,
	BGP_ROUTE_REFRESH = 5,
};

enum bgp_afi {
	BGP_AFI_IPV4 = 1,
	BGP_AFI_IPV6 = 2,
	BGP_AFI_L2VPN = 25,
};

enum bgp_safi {
	BGP_SAFI_UNICAST = 1,
	BGP_SAFI_EVPN = 70,
	BGP_SAFI_RTC = 132,
};

/* Notification codes and subcodes (IANA "BGP Error (Notification) Codes"). */
enum bgp_err {
	BGP_ERR_HEADER = 1,
	BGP_ERR_OPEN = 2,
	BGP_ERR_UPDATE = 3,
	BGP_ERR_HOLD = 4,
	BGP_ERR_FSM = 5,
	BGP_ERR_CEASE = 6,
	BGP_ERR_REFRESH = 7,
	BGP_ERR_SEND_HOLD = 8,
};

enum bgp_err_header {
	BGP_HEADER_SYNC = 1,
	BGP_HEADER_BAD_LEN = 2,
	BGP_HEADER_BAD_TYPE = 3,
};

enum bgp_err_open {
	BGP_OPEN_VERSION = 1,
	BGP_OPEN_PEER_AS = 2,
	BGP_OPEN_BGP_ID = 3,
	BGP_OPEN_PARAM = 4,
	BGP_OPEN_HOLD_TIME = 6,
	BGP_OPEN_CAPABILITY = 7,
	BGP_OPEN_ROLE = 11,
};

enum bgp_err_update {
	BGP_UPDATE_MALFORMED = 1,
	BGP_UPDATE_UNKNOWN_WELL_KNOWN = 2,
	BGP_UPDATE_MISSING = 3,
	BGP_UPDATE_FLAGS = 4,
	BGP_UPDATE_LENGTH = 5,
	BGP_UPDATE_ORIGIN = 6,
	BGP_UPDATE_NEXT_HOP = 8,
	BGP_UPDATE_OPTIONAL = 9,
	BGP_UPDATE_NETWORK = 10,
	BGP_UPDATE_AS_PATH = 11,
};

enum bgp_err_fsm {
	BGP_FSM_OPENSENT = 1,
	BGP_FSM_OPENCONFIRM = 2,
	BGP_FSM_ESTABLISHED = 3,
};

enum bgp_err_cease {
	BGP_CEASE_MAX_PREFIX = 1,
	BGP_CEASE_SHUTDOWN = 2,
	BGP_CEASE_DECONFIGURED = 3,
	BGP_CEASE_RESET = 4,
	BGP_CEASE_REJECTED = 5,
	BGP_CEASE_CONFIG = 6,
	BGP_CEASE_COLLISION = 7,
	BGP_CEASE_RESOURCES = 8,
	BGP_CEASE_HARD_RESET = 9,
	BGP_CEASE_BFD_DOWN = 10,
};

enum bgp_err_refresh {
	BGP_REFRESH_LENGTH = 1,
};

#define BGP_REASON_LEN 200
#define BGP_ERR_DATA_LEN 64

/**
 * struct bgp_error - what is wrong with a message, and the NOTIFICATION to answer with
 * @code: enum bgp_err
 * @subcode: of that code, 0 when there is none
 * @data: the NOTIFICATION's data
 * @data_len: octets in @data; an attribute longer than that is cut off
 * @reason: a sentence for people: which field, its value, what was expected; "" when none
 *
 * Meaningful only after a decoder said so; decoders do not clear it.
 */
struct bgp_error {
	u8 code;
	u8 subcode;
	u16 data_len;
	u8 data[BGP_ERR_DATA_LEN];
	char reason[BGP_REASON_LEN];
};

/** bgp_error_set() - fill @e; @data may be NULL; the sentence is printf-formatted */
void bgp_error_set(struct bgp_error *e, u8 code, u8 subcode, const void *data, size_t data_len,
		   const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/** bgp_type_name() - "OPEN", "UPDATE" ..., "unknown" */
const char *bgp_type_name(u8 type);

/** bgp_err_name() - "Cease" ..., "unknown" */
const char *bgp_err_name(u8 code);

/** bgp_err_subname() - "Administrative Shutdown" ..., "" when subcode is 0 or unknown */
const char *bgp_err_subname(u8 code, u8 subcode);

/** bgp_afi_safi_name() - "l2vpn-evpn", "ipv4-unicast", ... or NULL */
const char *bgp_afi_safi_name(u16 afi, u8 safi);

/**
 * struct bgp_header - a message's header
 * @len: the whole message, header included
 * @type: enum bgp_type
 */
struct bgp_header {
	u16 len;
	u8 type;
};

/**
 * bgp_header_parse() - look at the start of a stream
 * @buf: octets received so far
 * @avail: how many
 * @max: BGP_MAX_LEN, or BGP_MAX_LEN_EXTENDED once both sides sent capability 6
 * @h: result
 * @err: filled on -EBADMSG: code 1 with its subcode and data
 *
 * Checks marker, length (per type as well) and type. A header is judged as soon as its 19 octets
 * are there.
 *
 * Return: 1 when a whole message of h->len octets is in @buf, 0 when more octets are needed (@h is
 * valid when @avail >= BGP_HEADER_LEN), -EBADMSG on error.
 */
int bgp_header_parse(const u8 *buf, size_t avail, size_t max, struct bgp_header *h,
		     struct bgp_error *err);

/** bgp_header_begin() - marker, a zero length, type; bgp_header_end() sets the length */
void bgp_header_begin(struct wbuf *w, u8 type);

/**
 * bgp_header_end() - write the length of the message begun at offset @start of @w
 *
 * Return: the message's length, 0 when it did not fit.
 */
size_t bgp_header_end(struct wbuf *w, size_t start);

/* Capability codes (IANA). */
enum bgp_cap {
	BGP_CAP_MP = 1,
	BGP_CAP_REFRESH = 2,
	BGP_CAP_EXT_NH = 5,
	BGP_CAP_EXT_MSG = 6,
	BGP_CAP_ROLE = 9,
	BGP_CAP_GR = 64,
	BGP_CAP_AS4 = 65,
	BGP_CAP_ADD_PATH = 69,
	BGP_CAP_ENH_REFRESH = 70,
	BGP_CAP_LLGR = 71,
	BGP_CAP_FQDN = 73,
	BGP_CAP_REFRESH_OLD = 128,
};

enum {
	BGP_CAPS_AF = 32, /* address families remembered of each capability; more are ignored */
	BGP_CAPS_UNKNOWN = 16, /* codes of unknown capabilities remembered */
	BGP_ADD_PATH_RECEIVE = 1,
	BGP_ADD_PATH_SEND = 2,
	BGP_GR_RESTARTING = 0x8,   /* R: the restart state */
	BGP_GR_NOTIFICATION = 0x4, /* N: RFC 8538 */
	BGP_GR_FORWARDING = 0x80,  /* F, per family */
};

enum bgp_role {
	BGP_ROLE_PROVIDER,
	BGP_ROLE_RS,
	BGP_ROLE_RS_CLIENT,
	BGP_ROLE_CUSTOMER,
	BGP_ROLE_PEER,
	BGP_ROLE_NONE = 255,
};

struct bgp_af {
	u16 afi;
	u8 safi;
};

struct bgp_af_nh {
	u16 afi;
	u16 safi;
	u16 nh_afi;
};

struct bgp_af_flags {
	u16 afi;
	u8 safi;
	u8 flags; /* add-path: 1 receive, 2 send, 3 both; GR and LLGR: BGP_GR_FORWARDING */
	u32 time; /* LLGR: stale time in seconds, 24 bits; else 0 */
};

/**
 * struct bgp_caps - the capabilities of an OPEN
 * @refresh: capability 2; @refresh_old: its old code 128
 * @gr: capability 64 was there; gr_n == 0 means helper only
 * @gr_flags: BGP_GR_RESTARTING, BGP_GR_NOTIFICATION
 * @gr_time: seconds, 0 to 4095
 * @as4: capability 65 was there
 * @as: its AS number
 * @role: enum bgp_role, BGP_ROLE_NONE when absent (set by bgp_caps_init())
 * @hostname: FQDN capability, NUL-terminated, "" when absent; control characters become '?'
 * @unknown: codes we do not know, in order of arrival
 */
struct bgp_caps {
	struct bgp_af mp[BGP_CAPS_AF];
	struct bgp_af_nh ext_nh[BGP_CAPS_AF];
	struct bgp_af_flags gr_af[BGP_CAPS_AF];
	struct bgp_af_flags add_path[BGP_CAPS_AF];
	struct bgp_af_flags llgr_af[BGP_CAPS_AF];
	u8 mp_n, ext_nh_n, gr_n, add_path_n, llgr_n, unknown_n;
	bool refresh, refresh_old, enh_refresh, ext_msg, gr, as4, llgr;
	u8 gr_flags;
	u16 gr_time;
	u32 as;
	u8 role;
	char hostname[65];
	char domain[65];
	u8 unknown[BGP_CAPS_UNKNOWN];
};

/** bgp_caps_init() - no capability */
void bgp_caps_init(struct bgp_caps *c);

/** bgp_caps_has_mp() - the multiprotocol capability for that family is there */
bool bgp_caps_has_mp(const struct bgp_caps *c, u16 afi, u8 safi);

/** bgp_caps_add_path() - 0, or the add-path bits of that family */
u8 bgp_caps_add_path(const struct bgp_caps *c, u16 afi, u8 safi);

/** bgp_caps_gr() - the graceful-restart tuple of that family, or NULL */
const struct bgp_af_flags *bgp_caps_gr(const struct bgp_caps *c, u16 afi, u8 safi);

/** bgp_caps_llgr() - the LLGR tuple of that family, or NULL */
const struct bgp_af_flags *bgp_caps_llgr(const struct bgp_caps *c, u16 afi, u8 safi);

/**
 * struct bgp_open - an OPEN
 * @version: 4
 * @as2: the 2-octet field
 * @as: the peer's AS: capability 65 when there, else @as2
 * @hold_time: seconds, 0 or >= 3
 * @id: BGP identifier, host order, not 0
 */
struct bgp_open {
	u8 version;
	u16 as2;
	u32 as;
	u16 hold_time;
	u32 id;
	struct bgp_caps caps;
};

/**
 * bgp_open_decode() - decode the body (what follows the header) of an OPEN
 * @o: result; set as far as decoding came
 * @err: on error the NOTIFICATION to send (code 2) and the reason
 *
 * Checks that need no configuration: version, hold time, identifier 0, AS 0 (RFC 7607), AS_TRANS
 * against capability 65, form of parameters and capabilities. An unknown capability is no error; an
 * unknown parameter is (2/4). A capability of impossible length is ignored, with two exceptions: 1 and
 * 65 give 2/0, because the session could not work without what they say.
 *
 * Return: 0, or -EBADMSG.
 */
int bgp_open_decode(const u8 *body, size_t len, struct bgp_open *o, struct bgp_error *err);

/**
 * bgp_open_encode() - a whole OPEN message
 * @o: as2 is derived from @o->as (AS_TRANS when it does not fit); caps.as from @o->as when caps.as4;
 *     @o->version is not looked at: 4 is sent
 *
 * One parameter 2 per capability; the RFC 9072 form when they need more than 255 octets.
 *
 * Return: octets written, 0 when @cap is too small.
 */
size_t bgp_open_encode(const struct bgp_open *o, u8 *buf, size_t cap);

/** bgp_keepalive_encode() - 19 octets, or 0 when @cap is too small */
size_t bgp_keepalive_encode(u8 *buf, size_t cap);

/**
 * struct bgp_notification - a NOTIFICATION
 * @data: points into the message
 * @text: shutdown communication of 6/2 and 6/4 (RFC 9003), "" when none; invalid UTF-8 and control
 *        characters are replaced by '?'
 * @hard: it was 6/9 (RFC 8538): code, subcode and data are those inside
 */
struct bgp_notification {
	u8 code;
	u8 subcode;
	struct slice data;
	char text[256];
	bool hard;
};

/** bgp_notification_decode() - decode the body; Return: 0, or -EBADMSG when shorter than 2 */
int bgp_notification_decode(const u8 *body, size_t len, struct bgp_notification *n);

/** bgp_notification_encode() - a whole message; Return: octets, 0 when @cap is too small */
size_t bgp_notification_encode(u8 code, u8 subcode, const void *data, size_t data_len, u8 *buf,
			       size_t cap);

/** bgp_shutdown_encode() - cease 6/@subcode with a text of at most 255 octets (cut between characters) */
size_t bgp_shutdown_encode(u8 subcode, const char *text, u8 *buf, size_t cap);

enum bgp_refresh_subtype {
	BGP_REFRESH_REQUEST = 0,
	BGP_REFRESH_BORR = 1,
	BGP_REFRESH_EORR = 2,
};

struct bgp_refresh {
	u16 afi;
	u8 subtype; /* enum bgp_refresh_subtype; others are to be ignored, RFC 7313 section 5 */
	u8 safi;
};

/**
 * bgp_refresh_decode() - decode the body
 * @err: 7/1 with the whole message as data when BoRR or EoRR are not 4 octets (RFC 7313 section 5),
 *       1/2 for a request that is shorter
 *
 * A request may be followed by ORF entries, which are not looked at.
 *
 * Return: 0, or -EBADMSG.
 */
int bgp_refresh_decode(const u8 *body, size_t len, struct bgp_refresh *r, struct bgp_error *err);

/** bgp_refresh_encode() - a whole message; Return: octets, 0 when @cap is too small */
size_t bgp_refresh_encode(const struct bgp_refresh *r, u8 *buf, size_t cap);

#endif
