// SPDX-License-Identifier: GPL-2.0-only
/*
 * bgp_open.c - the OPEN message and its capabilities; prototypes in bgp_msg.h.
 *
 * One table row per capability: code, how to read it, how to write it.
 *
 * RFC 4271 (4.2, 6.2), RFC 5492, RFC 9072, RFC 4760, RFC 2918, RFC 8950, RFC 8654, RFC 9234, RFC 4724,
 * RFC 8538, RFC 6793, RFC 7607, RFC 7911, RFC 7313, RFC 9494
 */
#include <errno.h>
#include <stdio.h>

#include "bgp_msg.h"

enum {
	PARAM_CAPABILITIES = 2,
	PARAM_EXTENDED = 255,
	CAPS_WIRE_MAX = 2048,
};

void bgp_caps_init(struct bgp_caps *c)
{
	memset(c, 0, sizeof(*c));
	c->role = BGP_ROLE_NONE;
}

bool bgp_caps_has_mp(const struct bgp_caps *c, u16 afi, u8 safi)
{
	for (unsigned int i = 0; i < c->mp_n; i++)
		if (c->mp[i].afi == afi && c->mp[i].safi == safi)
			return true;
	return false;
}

static const struct bgp_af_flags *find_af(const struct bgp_af_flags *af, unsigned int n, u16 afi,
					  u8 safi)
{
	for (unsigned int i = 0; i < n; i++)
		if (af[i].afi == afi && af[i].safi == safi)
			return &af[i];
	return NULL;
}

u8 bgp_caps_add_path(const struct bgp_caps *c, u16 afi, u8 safi)
{
	const struct bgp_af_flags *af = find_af(c->add_path, c->add_path_n, afi, safi);

	return af ? af->flags : 0;
}

const struct bgp_af_flags *bgp_caps_gr(const struct bgp_caps *c, u16 afi, u8 safi)
{
	return find_af(c->gr_af, c->gr_n, afi, safi);
}

const struct bgp_af_flags *bgp_caps_llgr(const struct bgp_caps *c, u16 afi, u8 safi)
{
	return find_af(c->llgr_af, c->llgr_n, afi, safi);
}

/* Readers: false when the value has an impossible form. */

static bool read_mp(struct cursor *v, struct bgp_caps *c)
{
	struct bgp_af af;
	u8 reserved;

	if (cur_left(v) != 4)
		return false;
	cur_u16(v, &af.afi);
	cur_u8(v, &reserved);
	cur_u8(v, &af.safi);
	if (c->mp_n < BGP_CAPS_AF && !bgp_caps_has_mp(c, af.afi, af.safi))
		c->mp[c->mp_n++] = af;
	return true;
}

static bool read_refresh(struct cursor *v, struct bgp_caps *c)
{
	c->refresh = true;
	return true;
}

static bool read_refresh_old(struct cursor *v, struct bgp_caps *c)
{
	c->refresh_old = true;
	return true;
}

static bool read_enh_refresh(struct cursor *v, struct bgp_caps *c)
{
	c->enh_refresh = true;
	return true;
}

static bool read_ext_msg(struct cursor *v, struct bgp_caps *c)
{
	c->ext_msg = true;
	return true;
}

static bool read_ext_nh(struct cursor *v, struct bgp_caps *c)
{
	struct bgp_af_nh nh;

	if (cur_left(v) % 6)
		return false;
	while (cur_u16(v, &nh.afi) && cur_u16(v, &nh.safi) && cur_u16(v, &nh.nh_afi))
		if (c->ext_nh_n < BGP_CAPS_AF)
			c->ext_nh[c->ext_nh_n++] = nh;
	return true;
}

static bool read_role(struct cursor *v, struct bgp_caps *c)
{
	return cur_left(v) == 1 && cur_u8(v, &c->role);
}

/* RFC 4724 section 3: of several instances the last one counts. */
static bool read_gr(struct cursor *v, struct bgp_caps *c)
{
	struct bgp_af_flags af = {0};
	u16 head;

	if (cur_left(v) < 2 || (cur_left(v) - 2) % 4)
		return false;
	cur_u16(v, &head);
	c->gr = true;
	c->gr_flags = (u8)(head >> 12);
	c->gr_time = head & 0xfff;
	c->gr_n = 0;
	while (cur_u16(v, &af.afi) && cur_u8(v, &af.safi) && cur_u8(v, &af.flags))
		if (c->gr_n < BGP_CAPS_AF)
			c->gr_af[c->gr_n++] = af;
	return true;
}

static bool read_as4(struct cursor *v, struct bgp_caps *c)
{
	if (cur_left(v) != 4)
		return false;
	c->as4 = true;
	return cur_u32(v, &c->as);
}

static bool read_add_path(struct cursor *v, struct bgp_caps *c)
{
	struct bgp_af_flags af = {0};

	if (cur_left(v) % 4)
		return false;
	while (cur_u16(v, &af.afi) && cur_u8(v, &af.safi) && cur_u8(v, &af.flags)) {
		/* RFC 7911 section 4: any other value means the tuple is to be ignored */
		if (af.flags < BGP_ADD_PATH_RECEIVE ||
		    af.flags > (BGP_ADD_PATH_RECEIVE | BGP_ADD_PATH_SEND))
			continue;
		if (c->add_path_n < BGP_CAPS_AF)
			c->add_path[c->add_path_n++] = af;
	}
	return true;
}

static bool read_llgr(struct cursor *v, struct bgp_caps *c)
{
	struct bgp_af_flags af = {0};

	if (cur_left(v) % 7)
		return false;
	c->llgr = true;
	c->llgr_n = 0;
	while (cur_u16(v, &af.afi) && cur_u8(v, &af.safi) && cur_u8(v, &af.flags) &&
	       cur_u24(v, &af.time))
		if (c->llgr_n < BGP_CAPS_AF)
			c->llgr_af[c->llgr_n++] = af;
	return true;
}

static bool read_name(struct cursor *v, char name[65])
{
	u8 len, n = 0;
	struct slice s;

	if (!cur_u8(v, &len) || !cur_take(v, len, &s))
		return false;
	for (; n < s.len && n < 64; n++)
		name[n] = (char)(s.p[n] > 0x20 && s.p[n] < 0x7f ? s.p[n] : '?');
	name[n] = '\0';
	return true;
}

static bool read_fqdn(struct cursor *v, struct bgp_caps *c)
{
	return read_name(v, c->hostname) && (!cur_left(v) || read_name(v, c->domain));
}

/* Writers: @i counts instances from 0; false when there is no such instance. */

static bool write_mp(struct wbuf *w, const struct bgp_caps *c, unsigned int i)
{
	if (i >= c->mp_n)
		return false;
	w_u16(w, c->mp[i].afi);
	w_u8(w, 0);
	w_u8(w, c->mp[i].safi);
	return true;
}

static bool write_refresh(struct wbuf *w, const struct bgp_caps *c, unsigned int i)
{
	return !i && c->refresh;
}

static bool write_refresh_old(struct wbuf *w, const struct bgp_caps *c, unsigned int i)
{
	return !i && c->refresh_old;
}

static bool write_enh_refresh(struct wbuf *w, const struct bgp_caps *c, unsigned int i)
{
	return !i && c->enh_refresh;
}

static bool write_ext_msg(struct wbuf *w, const struct bgp_caps *c, unsigned int i)
{
	return !i && c->ext_msg;
}

static bool write_ext_nh(struct wbuf *w, const struct bgp_caps *c, unsigned int i)
{
	if (i || !c->ext_nh_n)
		return false;
	for (unsigned int n = 0; n < c->ext_nh_n; n++) {
		w_u16(w, c->ext_nh[n].afi);
		w_u16(w, c->ext_nh[n].safi);
		w_u16(w, c->ext_nh[n].nh_afi);
	}
	return true;
}

static bool write_role(struct wbuf *w, const struct bgp_caps *c, unsigned int i)
{
	if (i || c->role == BGP_ROLE_NONE)
		return false;
	w_u8(w, c->role);
	return true;
}

static void write_af(struct wbuf *w, const struct bgp_af_flags *af)
{
	w_u16(w, af->afi);
	w_u8(w, af->safi);
	w_u8(w, af->flags);
}

static bool write_gr(struct wbuf *w, const struct bgp_caps *c, unsigned int i)
{
	if (i || !c->gr)
		return false;
	w_u16(w, (u16)(c->gr_flags << 12 | (c->gr_time & 0xfff)));
	for (unsigned int n = 0; n < c->gr_n; n++)
		write_af(w, &c->gr_af[n]);
	return true;
}

static bool write_as4(struct wbuf *w, const struct bgp_caps *c, unsigned int i)
{
	if (i || !c->as4)
		return false;
	w_u32(w, c->as);
	return true;
}

static bool write_add_path(struct wbuf *w, const struct bgp_caps *c, unsigned int i)
{
	if (i || !c->add_path_n)
		return false;
	for (unsigned int n = 0; n < c->add_path_n; n++)
		write_af(w, &c->add_path[n]);
	return true;
}

static bool write_llgr(struct wbuf *w, const struct bgp_caps *c, unsigned int i)
{
	if (i || !c->llgr)
		return false;
	for (unsigned int n = 0; n < c->llgr_n; n++) {
		write_af(w, &c->llgr_af[n]);
		w_u24(w, c->llgr_af[n].time);
	}
	return true;
}

static bool write_fqdn(struct wbuf *w, const struct bgp_caps *c, unsigned int i)
{
	size_t host = strlen(c->hostname), domain = strlen(c->domain);

	if (i || !host)
		return false;
	w_u8(w, (u8)host);
	w_bytes(w, c->hostname, host);
	w_u8(w, (u8)domain);
	w_bytes(w, c->domain, domain);
	return true;
}

/* @vital: without it the session could not work, so a malformed one is an error */
static const struct cap_ops {
	u8 code;
	bool vital;
	bool (*read)(struct cursor *v, struct bgp_caps *c);
	bool (*write)(struct wbuf *w, const struct bgp_caps *c, unsigned int i);
} cap_table[] = {
	{BGP_CAP_MP, true, read_mp, write_mp},
	{BGP_CAP_REFRESH, false, read_refresh, write_refresh},
	{BGP_CAP_EXT_NH, false, read_ext_nh, write_ext_nh},
	{BGP_CAP_EXT_MSG, false, read_ext_msg, write_ext_msg},
	{BGP_CAP_ROLE, false, read_role, write_role},
	{BGP_CAP_GR, false, read_gr, write_gr},
	{BGP_CAP_AS4, true, read_as4, write_as4},
	{BGP_CAP_ADD_PATH, false, read_add_path, write_add_path},
	{BGP_CAP_ENH_REFRESH, false, read_enh_refresh, write_enh_refresh},
	{BGP_CAP_LLGR, false, read_llgr, write_llgr},
	{BGP_CAP_FQDN, false, read_fqdn, write_fqdn},
	{BGP_CAP_REFRESH_OLD, false, read_refresh_old, write_refresh_old},
};

enum { CAP_ROWS = sizeof(cap_table) / sizeof(cap_table[0]) };

static void remember_unknown(struct bgp_caps *c, u8 code)
{
	for (unsigned int i = 0; i < c->unknown_n; i++)
		if (c->unknown[i] == code)
			return;
	if (c->unknown_n < BGP_CAPS_UNKNOWN)
		c->unknown[c->unknown_n++] = code;
}

static int read_capability(u8 code, struct cursor *v, struct bgp_caps *c, struct bgp_error *err)
{
	size_t len = cur_left(v);
	u8 role = c->role;

	for (unsigned int i = 0; i < CAP_ROWS; i++) {
		if (cap_table[i].code != code)
			continue;
		if (!cap_table[i].read(v, c) && cap_table[i].vital) {
			bgp_error_set(err, BGP_ERR_OPEN, 0, NULL, 0,
				      "capability %u has %zu octets, expected 4", code, len);
			return -EBADMSG;
		}
		if (role != BGP_ROLE_NONE && role != c->role) {
			bgp_error_set(err, BGP_ERR_OPEN, BGP_OPEN_ROLE, NULL, 0,
				      "two role capabilities, %u and %u", role, c->role);
			return -EBADMSG;
		}
		return 0;
	}
	remember_unknown(c, code);
	return 0;
}

static int read_capabilities(struct cursor *param, struct bgp_caps *c, struct bgp_error *err)
{
	struct cursor v;
	u8 code, len;

	while (cur_left(param)) {
		if (!cur_u8(param, &code) || !cur_u8(param, &len) || !cur_sub(param, len, &v)) {
			bgp_error_set(err, BGP_ERR_OPEN, 0, NULL, 0,
				      "a capability is longer than its optional parameter");
			return -EBADMSG;
		}
		if (read_capability(code, &v, c, err))
			return -EBADMSG;
	}
	return 0;
}

/* Type and length of a parameter: one octet of length, two in the form of RFC 9072 */
static bool param_header(struct cursor *p, bool extended, u8 *type, u16 *len)
{
	u8 short_len;

	if (!cur_u8(p, type))
		return false;
	if (extended)
		return cur_u16(p, len);
	if (!cur_u8(p, &short_len))
		return false;
	*len = short_len;
	return true;
}

static int read_params(struct cursor *p, bool extended, struct bgp_caps *c, struct bgp_error *err)
{
	struct cursor param;
	u16 len;
	u8 type;

	while (cur_left(p)) {
		if (!param_header(p, extended, &type, &len) || !cur_sub(p, len, &param)) {
			bgp_error_set(err, BGP_ERR_OPEN, 0, NULL, 0,
				      "an optional parameter is longer than all of them");
			return -EBADMSG;
		}
		if (type != PARAM_CAPABILITIES) {
			bgp_error_set(err, BGP_ERR_OPEN, BGP_OPEN_PARAM, NULL, 0,
				      "optional parameter %u is unknown, expected 2", type);
			return -EBADMSG;
		}
		if (read_capabilities(&param, c, err))
			return -EBADMSG;
	}
	return 0;
}

static int read_all_params(struct cursor *c, struct bgp_open *o, struct bgp_error *err)
{
	bool extended = false;
	u16 total;
	u8 len;

	if (!cur_u8(c, &len))
		goto truncated;
	total = len;
	if (len && cur_left(c) && c->p[0] == PARAM_EXTENDED) {
		extended = true;
		if (!cur_skip(c, 1) || !cur_u16(c, &total))
			goto truncated;
	}
	if (total != cur_left(c)) {
		bgp_error_set(err, BGP_ERR_OPEN, 0, NULL, 0,
			      "optional parameters have length %u, %zu octets are there", total,
			      cur_left(c));
		return -EBADMSG;
	}
	return read_params(c, extended, &o->caps, err);

truncated:
	bgp_error_set(err, BGP_ERR_OPEN, 0, NULL, 0,
		      "the OPEN ends before its optional parameters");
	return -EBADMSG;
}

static int check_fixed(const struct bgp_open *o, struct bgp_error *err)
{
	static const u8 our_version[2] = {0, 4};

	if (o->version != 4) {
		bgp_error_set(err, BGP_ERR_OPEN, BGP_OPEN_VERSION, our_version, 2,
			      "BGP version is %u, expected 4", o->version);
		return -EBADMSG;
	}
	if (o->hold_time == 1 || o->hold_time == 2) {
		bgp_error_set(err, BGP_ERR_OPEN, BGP_OPEN_HOLD_TIME, NULL, 0,
			      "hold time is %u s, expected 0 or at least 3", o->hold_time);
		return -EBADMSG;
	}
	if (!o->id) {
		bgp_error_set(err, BGP_ERR_OPEN, BGP_OPEN_BGP_ID, NULL, 0,
			      "BGP identifier is 0.0.0.0");
		return -EBADMSG;
	}
	return 0;
}

static int check_as(struct bgp_open *o, struct bgp_error *err)
{
	o->as = o->caps.as4 ? o->caps.as : o->as2;
	if (o->as && (!o->caps.as4 || o->as2 == BGP_AS_TRANS || o->as2 == o->as))
		return 0;
	if (!o->as)
		bgp_error_set(err, BGP_ERR_OPEN, BGP_OPEN_PEER_AS, NULL, 0, "the peer's AS is 0");
	else
		bgp_error_set(err, BGP_ERR_OPEN, BGP_OPEN_PEER_AS, NULL, 0,
			      "the 2-octet AS is %u, expected %u or the %u of capability 65",
			      o->as2, BGP_AS_TRANS, o->as);
	return -EBADMSG;
}

int bgp_open_decode(const u8 *body, size_t len, struct bgp_open *o, struct bgp_error *err)
{
	struct cursor c = cur_make(body, len);

	memset(o, 0, sizeof(*o));
	bgp_caps_init(&o->caps);
	if (!cur_u8(&c, &o->version) || !cur_u16(&c, &o->as2) || !cur_u16(&c, &o->hold_time) ||
	    !cur_u32(&c, &o->id)) {
		bgp_error_set(err, BGP_ERR_HEADER, BGP_HEADER_BAD_LEN, NULL, 0,
			      "an OPEN has %zu octets after its header, expected at least 10", len);
		return -EBADMSG;
	}
	o->as = o->as2;
	if (check_fixed(o, err) || read_all_params(&c, o, err))
		return -EBADMSG;
	return check_as(o, err);
}

/* Every capability as a parameter of its own; the lengths of parameters have @width octets. */
static void write_params(struct wbuf *w, const struct bgp_caps *c, unsigned int width)
{
	for (unsigned int row = 0; row < CAP_ROWS; row++) {
		for (unsigned int i = 0; !w->full; i++) {
			size_t start = w->len;
			size_t value;

			w_u8(w, PARAM_CAPABILITIES);
			w_zero(w, width);
			w_u8(w, cap_table[row].code);
			w_u8(w, 0);
			value = w->len;
			if (!cap_table[row].write(w, c, i)) {
				w->len = start;
				break;
			}
			w_patch8(w, value - 1, (u8)(w->len - value));
			if (width == 2)
				w_patch16(w, start + 1, (u16)(w->len - value + 2));
			else
				w_patch8(w, start + 1, (u8)(w->len - value + 2));
		}
	}
}

size_t bgp_open_encode(const struct bgp_open *o, u8 *buf, size_t cap)
{
	u8 params[CAPS_WIRE_MAX];
	struct wbuf p = w_make(params, sizeof(params));
	struct wbuf w = w_make(buf, cap);
	struct bgp_caps caps = o->caps;

	if (caps.as4)
		caps.as = o->as;
	write_params(&p, &caps, 1);
	bgp_header_begin(&w, BGP_OPEN);
	w_u8(&w, 4);
	w_u16(&w, o->as > UINT16_MAX ? BGP_AS_TRANS : (u16)o->as);
	w_u16(&w, o->hold_time);
	w_u32(&w, o->id);
	if (p.len < PARAM_EXTENDED) {
		w_u8(&w, (u8)p.len);
	} else {
		p = w_make(params, sizeof(params));
		write_params(&p, &caps, 2);
		w_u8(&w, PARAM_EXTENDED);
		w_u8(&w, PARAM_EXTENDED);
		w_u16(&w, (u16)p.len);
	}
	w_bytes(&w, params, p.len);
	return p.full || w.len > BGP_MAX_LEN ? 0 : bgp_header_end(&w, 0);
}
