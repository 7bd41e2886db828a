// SPDX-License-Identifier: GPL-2.0-only
/*
 * flood_route.c - inclusive multicast routes: the own ones, which ask the others to copy flooded frames
 * to us (ingress replication), and those of the others, which ask us.
 *
 * RFC 7432 (7.3, 11.1), RFC 6514 (5), RFC 8365 (5.1.3, 9), RFC 9012 (4.1)
 */
#include <stdio.h>
#include <stdlib.h>

#include "services/flood/flood.h"
#include "log.h"

#define EC_MAX (CONF_RT_MAX + 1)
#define PMSI_MAX 32

static struct evpn_nlri own_nlri(const struct flood_bridge *b)
{
	return (struct evpn_nlri){.type = EVPN_IMET, .rd = b->rd, .orig = b->local};
}

void flood_withdraw(struct flood_bridge *b)
{
	if (!b->advertised)
		return;
	speaker_withdraw(b->owner->speaker, &b->sent, false);
	b->advertised = false;
}

static bool is_sent(const struct flood_bridge *b, const struct evpn_nlri *n)
{
	return b->advertised && !rd_cmp(&b->sent.rd, &n->rd) && ip_equal(&b->sent_local, &b->local);
}

/* Say what is true now: the same again costs nothing, the host compares. */
void flood_announce(struct flood_bridge *b)
{
	struct bgp_pmsi pmsi = {
		.type = PMSI_INGRESS_REPLICATION, .label = b->conf.vni, .endpoint = b->local};
	struct evpn_nlri n = own_nlri(b);
	struct bgp_attrs attrs;
	struct ecomm ec[EC_MAX];
	u8 buf[PMSI_MAX];
	size_t n_ec = b->n_export;

	if (b->advertised && !is_sent(b, &n))
		flood_withdraw(b);
	memcpy(ec, b->export, n_ec * sizeof(ec[0]));
	ec[n_ec++] = ecomm_encap(TUNNEL_VXLAN);
	bgp_attrs_init(&attrs);
	attrs.origin = BGP_ORIGIN_IGP;
	attrs.present =
		BGP_BIT(BGP_ATTR_ORIGIN) | BGP_BIT(BGP_ATTR_EXT_COMMUNITY) | BGP_BIT(BGP_ATTR_PMSI);
	attrs.ext = ecomm_slice(ec, ecomm_sort(ec, n_ec));
	attrs.pmsi = (struct slice){buf, bgp_pmsi_encode(&pmsi, buf, sizeof(buf))};
	if (speaker_originate(b->owner->speaker, &n, &attrs, false)) {
		log_error("VNI %u: route type 3 was not originated", b->conf.vni);
		return;
	}
	b->advertised = true;
	b->sent = n;
	b->sent_local = b->local;
}

/* ---- what the others announce ---- */

static struct flood_remote *remote_of(const struct flood_bridge *b, const struct evpn_nlri *n)
{
	struct flood_remote *r;

	TAILQ_FOREACH(r, &b->remotes, entry)
		if (!rd_cmp(&r->rd, &n->rd) && r->etag == n->etag && ip_equal(&r->orig, &n->orig))
			return r;
	return NULL;
}

static struct flood_key wish_of(const struct flood_bridge *b, const struct flood_remote *r)
{
	struct flood_key k;

	memset(&k, 0, sizeof(k));
	memcpy(k.ifname, b->conf.vxlan, sizeof(k.ifname));
	k.vni = b->conf.vni;
	k.remote_vni = r->vni;
	k.address = r->vtep;
	return k;
}

static void wish(struct flood_bridge *b, struct flood_remote *r)
{
	struct flood_key k = wish_of(b, r);

	r->wished = true;
	speaker_wish(b->owner->speaker, IPC_WISH_FLOOD, &k, 1);
}

/* Two routes may lead to one tunnel: it is taken back with the last of them. */
static void unwish(struct flood_bridge *b, struct flood_remote *r)
{
	struct flood_key k = wish_of(b, r);
	struct flood_remote *o;

	if (!r->wished)
		return;
	r->wished = false;
	TAILQ_FOREACH(o, &b->remotes, entry)
		if (o->wished && ip_equal(&o->vtep, &r->vtep) && o->vni == r->vni)
			return;
	speaker_wish(b->owner->speaker, IPC_WISH_FLOOD_GONE, &k, 1);
}

static void tell(const struct flood_bridge *b, const struct flood_remote *r, const char *event)
{
	char buf[IP_STRLEN];

	log_debug("VNI %u: %s is %s the flooding list", b->conf.vni, ip_format(&r->vtep, buf),
		  strcmp(event, "add") ? "taken out of" : "put into");
	speaker_event_json(b->owner->speaker, "flood",
			   json_pack("{s:s, s:i, s:s, s:s}", "event", event, "vni",
				     (int)b->conf.vni, "bridge", b->conf.bridge, "address", buf));
}

void flood_remote_del(struct flood_bridge *b, struct flood_remote *r)
{
	TAILQ_REMOVE(&b->remotes, r, entry);
	unwish(b, r);
	tell(b, r, "del");
	free(r);
}

/* Does the route ask this bridge domain for copies, and where to? */
static bool imports(const struct flood_bridge *b, const struct rib_path *p, struct bgp_pmsi *pmsi)
{
	if (!ecomm_rt_match(&p->attrs->ext, b->import, b->n_import))
		return false;
	if (!ecomm_has_encap(&p->attrs->ext, TUNNEL_VXLAN))
		return false;
	if (!bgp_pmsi_get(p->attrs, pmsi) || pmsi->type != PMSI_INGRESS_REPLICATION)
		return false;
	return pmsi->label && ip_is_host(&pmsi->endpoint) && !ip_equal(&pmsi->endpoint, &b->local);
}

/* Its route target is an import target of a bridge domain; what else it lacks may come by an update. */
bool flood_wanted(const struct floods *fs, const struct bgp_attrs *attrs)
{
	const struct flood_bridge *b;

	TAILQ_FOREACH(b, &fs->list, entry)
		if (ecomm_rt_match(&attrs->ext, b->import, b->n_import))
			return true;
	return false;
}

static void take(struct flood_bridge *b, const struct evpn_nlri *n, const struct bgp_pmsi *pmsi)
{
	struct flood_remote *r = remote_of(b, n);
	bool fresh = !r;

	if (r && ip_equal(&r->vtep, &pmsi->endpoint) && r->vni == pmsi->label) {
		r->gone = false;
		return;
	}
	if (fresh) {
		r = calloc(1, sizeof(*r));
		if (!r) {
			log_error("VNI %u: no memory for another PE", b->conf.vni);
			return;
		}
		r->rd = n->rd;
		r->etag = n->etag;
		r->orig = n->orig;
		TAILQ_INSERT_TAIL(&b->remotes, r, entry);
	} else {
		unwish(b, r);
	}
	r->gone = false;
	r->vtep = pmsi->endpoint;
	r->vni = pmsi->label;
	r->since = timer_now_ns();
	memset(&r->result, 0, sizeof(r->result));
	r->result.status = WISH_PENDING;
	wish(b, r);
	tell(b, r, "add");
}

static void lose(struct flood_bridge *b, const struct evpn_nlri *n)
{
	struct flood_remote *r = remote_of(b, n);

	if (!r)
		return;
	r->gone = true;
	flood_purge_later(b->owner);
}

static void route(struct flood_bridge *b, const struct evpn_nlri *n, const struct rib_path *now)
{
	struct bgp_pmsi pmsi;

	if (now && now->peer && imports(b, now, &pmsi))
		take(b, n, &pmsi);
	else
		lose(b, n);
}

void flood_route(struct floods *fs, const struct evpn_nlri *nlri, const struct rib_path *now)
{
	struct flood_bridge *b;

	TAILQ_FOREACH(b, &fs->list, entry)
		route(b, nlri, now);
}

static bool route_again(void *data, const struct evpn_nlri *n, const struct rib_path *paths,
			size_t n_paths, size_t best)
{
	if (n_paths)
		route(data, n, &paths[best]);
	return true;
}

/* All routes that are there, for a bridge domain that is new or has other route targets. */
void flood_import_all(struct flood_bridge *b)
{
	struct rib *rib = speaker_rib(b->owner->speaker);

	if (rib)
		rib_walk(rib, EVPN_IMET, route_again, b);
}

void flood_result(void *state, const void *answer)
{
	const struct flood_result *result = answer;
	const struct flood_key *k = &result->key;
	struct floods *fs = state;
	struct flood_bridge *b;
	struct flood_remote *r;
	char buf[IP_STRLEN], subject[32];

	TAILQ_FOREACH(b, &fs->list, entry) {
		if (b->conf.vni != k->vni || strcmp(b->conf.vxlan, k->ifname))
			continue;
		TAILQ_FOREACH(r, &b->remotes, entry)
			if (ip_equal(&r->vtep, &k->address) && r->vni == k->remote_vni)
				r->result = *result;
	}
	if (result->status != WISH_REFUSED)
		return;
	snprintf(subject, sizeof(subject), "VNI %u", k->vni);
	log_limited(&fs->refused, LOG_LEVEL_ERROR, LOG_LOCAL, subject, "no flooding to %s: %s",
		    ip_format(&k->address, buf), result->text);
}
