// SPDX-License-Identifier: GPL-2.0-only
/*
 * flood.c - the flooding service: bridge domains from the configuration and devices to routes, and the
 * other PEs' routes to wishes for flooding lists.
 *
 * While no BGP session is up nothing is taken out of a list: what the others do cannot be known, and
 * their tunnels may work as before. After a start what a predecessor has put there stays until all
 * neighbours have sent what they know, so that a restart of the daemon loses no frame.
 *
 * RFC 7432 (7.3, 11), RFC 8365 (5.1, 9)
 */
#include "services/flood/flood.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "log.h"

static bool is_up(const struct device *d)
{
	return d->fact.flags & IFF_UP;
}

/* Why the others should not send to us now; "" when they should. */
static void judge(struct flood_bridge *b)
{
	const struct floods *fs = b->owner;
	const struct device *vx = device_named(speaker_devices(fs->speaker), b->conf.vxlan);
	const struct device *br = device_named(speaker_devices(fs->speaker), b->conf.bridge);
	char *why = b->why;

	why[0] = '\0';
	if (!vx)
		snprintf(why, FLOOD_WHY_MAX, "%s does not exist", b->conf.vxlan);
	else if (!br)
		snprintf(why, FLOOD_WHY_MAX, "%s does not exist", b->conf.bridge);
	else if (strcmp(vx->fact.kind, "vxlan"))
		snprintf(why, FLOOD_WHY_MAX, "%s is no VXLAN device", b->conf.vxlan);
	else if (strcmp(br->fact.kind, "bridge"))
		snprintf(why, FLOOD_WHY_MAX, "%s is no bridge", b->conf.bridge);
	else if (!vx->fact.vxlan_external && vx->fact.vxlan_vni != b->conf.vni)
		snprintf(why, FLOOD_WHY_MAX, "%s is for VNI %u", b->conf.vxlan, vx->fact.vxlan_vni);
	else if (vx->fact.master != br->fact.ifindex)
		snprintf(why, FLOOD_WHY_MAX, "%s is no port of %s", b->conf.vxlan, b->conf.bridge);
	else if (!is_up(vx) || !is_up(br))
		snprintf(why, FLOOD_WHY_MAX, "%s is administratively down",
			 is_up(vx) ? b->conf.bridge : b->conf.vxlan);
}

static void update(struct flood_bridge *b)
{
	const struct device *vx = device_named(speaker_devices(b->owner->speaker), b->conf.vxlan);
	char before[FLOOD_WHY_MAX];
	bool learned;

	if (!b->owner->links_done)
		return;
	memcpy(before, b->why, sizeof(before));
	b->local = b->owner->self;
	if (vx && !ip_is_zero(&vx->fact.vxlan_local))
		b->local = vx->fact.vxlan_local;
	learned = b->learning;
	b->learning = vx && vx->fact.vxlan_learning;
	judge(b);
	if (vx && !b->learning && (learned || !b->said_learning))
		log_warning("VNI %u: " FLOOD_NOT_LEARNING, b->conf.vni, b->conf.vxlan,
			    b->conf.vxlan);
	b->said_learning = vx;
	if (b->why[0] && strcmp(before, b->why))
		log_warning("VNI %u: not announced: %s", b->conf.vni, b->why);
	if (b->why[0])
		flood_withdraw(b);
	else if (b->owner->started)
		flood_announce(b);
}

static void update_all(struct floods *fs)
{
	struct flood_bridge *b;

	TAILQ_FOREACH(b, &fs->list, entry)
		update(b);
}

/* Only what a bridge domain can have to do with: there may be many devices. */
static bool is_ours(const struct floods *fs, const struct fact_link *f)
{
	const struct flood_bridge *b;

	TAILQ_FOREACH(b, &fs->list, entry)
		if (!strcmp(b->conf.vxlan, f->ifname) || !strcmp(b->conf.bridge, f->ifname))
			return true;
	return false;
}

/* ---- taking away what is not announced any more ---- */

void flood_purge_later(struct floods *fs)
{
	if (fs->later)
		sd_event_source_set_enabled(fs->later, SD_EVENT_ONESHOT);
}

static void purge(struct floods *fs)
{
	struct flood_remote *r, *next;
	struct flood_bridge *b;

	if (!fs->settled)
		return;
	TAILQ_FOREACH(b, &fs->list, entry) {
		for (r = TAILQ_FIRST(&b->remotes); r; r = next) {
			next = TAILQ_NEXT(r, entry);
			if (r->gone)
				flood_remote_del(b, r);
		}
	}
}

static int run_later(sd_event_source *source, void *data)
{
	purge(data);
	return 0;
}

static void sweep(struct floods *fs)
{
	speaker_wish(fs->speaker, IPC_WISH_FLOOD_SWEEP, NULL, 0);
	fs->swept = true;
}

static void settle(struct floods *fs)
{
	fs->settled = true;
	timer_stop(&fs->settle_timer);
	flood_purge_later(fs);
	if (!fs->started) {
		fs->started = true;
		update_all(fs);
	}
	if (!fs->swept)
		sweep(fs);
}

static void try_settle(struct floods *fs)
{
	if (fs->have_conf && fs->links_done && !fs->settled && fs->synced >= fs->configured)
		settle(fs);
}

/* Some neighbour does not say that it has sent everything: those that are there have had their time. */
static void settle_fired(void *data)
{
	struct floods *fs = data;

	if (fs->established && fs->links_done)
		settle(fs);
}

static void floods_sync(void *state, unsigned int established, unsigned int synced,
			unsigned int configured)
{
	struct floods *fs = state;

	fs->established = established;
	fs->synced = synced;
	fs->configured = configured;
	if (!fs->have_conf)
		return;
	if (!established && configured)
		fs->settled = false;
	else if (!fs->settled && !timer_running(&fs->settle_timer))
		timer_start(&fs->settle_timer, speaker_conf(fs->speaker)->global.startup_delay_ms);
	try_settle(fs);
}

/* ---- configuration ---- */

static void resolve(struct flood_bridge *b, const struct conf *conf)
{
	b->rd = conf_bridge_rd(conf, &b->conf);
	b->n_import = conf_bridge_import(conf, &b->conf, b->import);
	b->n_export = conf_bridge_export(conf, &b->conf, b->export);
}

static void bridge_add(struct floods *fs, const struct conf *conf, const struct conf_bridge *c)
{
	struct flood_bridge *b = calloc(1, sizeof(*b));

	if (!b) {
		log_error("VNI %u: no memory", c->vni);
		return;
	}
	b->owner = fs;
	b->conf = *c;
	TAILQ_INIT(&b->remotes);
	TAILQ_INSERT_TAIL(&fs->list, b, entry);
	resolve(b, conf);
	update(b);
	flood_import_all(b);
}

static void bridge_free(struct flood_bridge *b)
{
	struct flood_remote *r;

	while ((r = TAILQ_FIRST(&b->remotes))) {
		TAILQ_REMOVE(&b->remotes, r, entry);
		free(r);
	}
	TAILQ_REMOVE(&b->owner->list, b, entry);
	free(b);
}

static void bridge_remove(struct flood_bridge *b)
{
	struct flood_remote *r;

	flood_withdraw(b);
	while ((r = TAILQ_FIRST(&b->remotes)))
		flood_remote_del(b, r);
	bridge_free(b);
}

static struct flood_bridge *by_vni(struct floods *fs, u32 vni)
{
	struct flood_bridge *b;

	TAILQ_FOREACH(b, &fs->list, entry)
		if (b->conf.vni == vni)
			return b;
	return NULL;
}

static void remove_gone(struct floods *fs, const struct conf *now, bool all)
{
	const struct conf_bridge *c;
	struct flood_bridge *b, *next;

	for (b = TAILQ_FIRST(&fs->list); b; b = next) {
		next = TAILQ_NEXT(b, entry);
		c = conf_bridge(now, b->conf.vni);
		if (all || !c || strcmp(c->vxlan, b->conf.vxlan))
			bridge_remove(b);
	}
}

static void bridge_change(struct flood_bridge *b, const struct conf *conf,
			  const struct conf_bridge *c)
{
	if (!memcmp(&b->conf, c, sizeof(*c)))
		return;
	b->conf = *c;
	resolve(b, conf);
	update(b);
	flood_import_all(b);
}

static void floods_conf(void *state, unsigned int changes, const struct conf *now)
{
	struct floods *fs = state;
	struct flood_bridge *b;
	size_t i;

	remove_gone(fs, now, changes & CONF_CHANGED_IDENTITY);
	fs->self = ip_is_none(&now->global.originator) ? ip_v4(ntohl(now->global.router_id)) :
							 now->global.originator;
	for (i = 0; i < now->n_bridges; i++) {
		b = by_vni(fs, now->bridges[i].vni);
		if (b)
			bridge_change(b, now, &now->bridges[i]);
		else
			bridge_add(fs, now, &now->bridges[i]);
	}
	if (!fs->have_conf)
		timer_start(&fs->settle_timer, now->global.startup_delay_ms);
	fs->have_conf = true;
	fs->configured = (unsigned int)now->n_peers;
	try_settle(fs);
}

/* ---- facts ---- */

/* It was, or is now, one of ours: a device may have got another name. */
static bool concerns(const struct floods *fs, const struct fact_link *f)
{
	const struct fact_link *before = device_before(speaker_devices(fs->speaker));

	return is_ours(fs, f) || (before && is_ours(fs, before));
}

static void floods_fact(void *state, enum ipc_type type, const void *fact)
{
	struct floods *fs = state;

	switch (type) {
	case IPC_FACT_LINK:
	case IPC_FACT_LINK_GONE:
		if (concerns(fs, fact))
			update_all(fs);
		break;
	case IPC_FACT_LINKS_DONE:
		fs->links_done = true;
		update_all(fs);
		try_settle(fs);
		break;
	default:
		break;
	}
}

static void floods_route(void *state, const struct evpn_nlri *nlri, const struct rib_path *now)
{
	flood_route(state, nlri, now);
}

static enum want floods_wanted(void *state, const struct evpn_nlri *nlri,
			       const struct bgp_attrs *attrs)
{
	return flood_wanted(state, attrs) ? WANTED : WANTED_NOT;
}

/* ---- life ---- */

static void *floods_start(struct speaker *speaker)
{
	struct floods *fs = calloc(1, sizeof(*fs));
	sd_event *event = speaker_event(speaker);

	if (!fs)
		return NULL;
	fs->speaker = speaker;
	TAILQ_INIT(&fs->list);
	if (sd_event_add_defer(event, &fs->later, run_later, fs) < 0) {
		free(fs);
		return NULL;
	}
	sd_event_source_set_enabled(fs->later, SD_EVENT_OFF);
	timer_init(&fs->settle_timer, event, 1000, settle_fired, fs);
	return fs;
}

/* The process ends; the flooding lists stay as they are, and a successor takes them over. */
static void floods_stop(void *state)
{
	struct floods *fs = state;
	struct flood_bridge *b;

	while ((b = TAILQ_FIRST(&fs->list)))
		bridge_free(b);
	timer_done(&fs->settle_timer);
	sd_event_source_unref(fs->later);
	free(fs);
}

const struct service flood_service = {
	.name = "flood",
	.route_types = 1u << EVPN_IMET,
	.start = floods_start,
	.stop = floods_stop,
	.conf = floods_conf,
	.fact = floods_fact,
	.results = IPC_WISH_FLOOD_RESULT,
	.result = flood_result,
	.route = floods_route,
	.wanted = floods_wanted,
	.sync = floods_sync,
	.query = flood_query,
};
