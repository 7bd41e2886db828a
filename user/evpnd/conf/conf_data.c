// SPDX-License-Identifier: GPL-2.0-only
/*
 * conf_data.c - the configuration as a value: make, fill, copy, look up. Used by both processes.
 */
#include "conf/conf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** conf_new() - an empty configuration, or NULL */
struct conf *conf_new(void)
{
	return calloc(1, sizeof(struct conf));
}

/** conf_free() - with everything in it; NULL is allowed */
void conf_free(struct conf *conf)
{
	if (!conf)
		return;
	free(conf->peers);
	free(conf->vrfs);
	free(conf->segments);
	free(conf->bridges);
	free(conf);
}

/* Grows by doubling: the capacity is the next power of two of what is in use. */
static int append(void **array, size_t *n, const void *item, size_t size)
{
	if ((*n & (*n - 1)) == 0) {
		void *grown = reallocarray(*array, *n ? *n * 2 : 1, size);

		if (!grown)
			return -ENOMEM;
		*array = grown;
	}
	memcpy((char *)*array + *n * size, item, size);
	(*n)++;
	return 0;
}

/** conf_add_peer() - append a copy; 0 or -ENOMEM. Pointers into the array become invalid */
int conf_add_peer(struct conf *conf, const struct conf_peer *n)
{
	return append((void **)&conf->peers, &conf->n_peers, n, sizeof(*n));
}

/** conf_add_vrf() - as conf_add_peer() */
int conf_add_vrf(struct conf *conf, const struct conf_vrf *v)
{
	return append((void **)&conf->vrfs, &conf->n_vrfs, v, sizeof(*v));
}

/** conf_add_segment() - as conf_add_peer() */
int conf_add_segment(struct conf *conf, const struct conf_segment *s)
{
	return append((void **)&conf->segments, &conf->n_segments, s, sizeof(*s));
}

/** conf_add_bridge() - as conf_add_peer() */
int conf_add_bridge(struct conf *conf, const struct conf_bridge *b)
{
	return append((void **)&conf->bridges, &conf->n_bridges, b, sizeof(*b));
}

/** conf_dup() - a copy that shares nothing; NULL when there is no memory */
struct conf *conf_dup(const struct conf *conf)
{
	struct conf *copy = conf_new();
	int r = 0;

	if (!copy)
		return NULL;
	copy->global = conf->global;
	for (size_t i = 0; i < conf->n_peers && !r; i++)
		r = conf_add_peer(copy, &conf->peers[i]);
	for (size_t i = 0; i < conf->n_vrfs && !r; i++)
		r = conf_add_vrf(copy, &conf->vrfs[i]);
	for (size_t i = 0; i < conf->n_segments && !r; i++)
		r = conf_add_segment(copy, &conf->segments[i]);
	for (size_t i = 0; i < conf->n_bridges && !r; i++)
		r = conf_add_bridge(copy, &conf->bridges[i]);
	if (r) {
		conf_free(copy);
		return NULL;
	}
	return copy;
}

/** conf_peer() - by its key; @port 0 finds the first of that address. NULL: none */
const struct conf_peer *conf_peer(const struct conf *conf, const struct ip_addr *address,
				  uint16_t port)
{
	for (size_t i = 0; i < conf->n_peers; i++) {
		const struct conf_peer *n = &conf->peers[i];

		if (ip_equal(&n->address, address) && (!port || n->port == port))
			return n;
	}
	return NULL;
}

static bool names_has(const char (*names)[IFNAMSIZ], uint8_t n, const char *ifname)
{
	for (uint8_t i = 0; i < n; i++)
		if (!strcmp(names[i], ifname))
			return true;
	return false;
}

/** conf_set_has() - is it one of these? */
bool conf_set_has(const struct conf_set *set, const char *ifname)
{
	return names_has(set->name, set->n, ifname);
}

/** conf_segment_has() - is it the device of a segment, or one of them? */
bool conf_segment_has(const struct conf_segment *s, const char *ifname)
{
	return s->set.n ? conf_set_has(&s->set, ifname) : !strcmp(s->interface, ifname);
}

/** conf_segment_same_devices() - the same, in whatever order */
bool conf_segment_same_devices(const struct conf_segment *a, const struct conf_segment *b)
{
	if (a->set.n != b->set.n)
		return false;
	for (uint8_t i = 0; i < a->set.n; i++)
		if (!conf_set_has(&b->set, a->set.name[i]))
			return false;
	return a->set.n || !strcmp(a->interface, b->interface);
}

/** conf_segment_tracks() - is it a device that leads to the customer? */
bool conf_segment_tracks(const struct conf_segment *s, const char *ifname)
{
	return names_has(s->track, s->n_track, ifname);
}

/** conf_segment_on() - the segment that has this device; NULL: none */
const struct conf_segment *conf_segment_on(const struct conf *conf, const char *ifname)
{
	for (size_t i = 0; i < conf->n_segments; i++)
		if (conf_segment_has(&conf->segments[i], ifname))
			return &conf->segments[i];
	return NULL;
}

/** conf_segment() - by name; NULL: none */
const struct conf_segment *conf_segment(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->n_segments; i++)
		if (!strcmp(conf->segments[i].name, name))
			return &conf->segments[i];
	return NULL;
}

/** conf_vrf_defaults() - what a VRF is of which nothing else is said */
void conf_vrf_defaults(struct conf_vrf *v)
{
	memset(v, 0, sizeof(*v));
	v->sync = CONF_SYNC_ES_IMPORT;
	v->prefixes = (struct conf_prefixes){
		.form = CONF_PREFIX_GATEWAY,
		.targets = CONF_SYNC_ES_IMPORT,
		.install = true,
		.metric = CONF_PREFIX_METRIC,
		.limit = CONF_PREFIX_LIMIT,
	};
}

/**
 * conf_segment_defaults() - what a segment is of which nothing else is said
 *
 * Algorithm and preference agree with FRR's; a port-active segment elects for the whole port.
 */
void conf_segment_defaults(struct conf_segment *s, enum conf_control control, enum conf_mode mode)
{
	memset(s, 0, sizeof(*s));
	s->control = control;
	s->esi_source = control == CONF_CONTROL_FRR ? CONF_ESI_FRR : CONF_ESI_STATIC;
	s->mode = mode;
	s->standby = CONF_STANDBY_AUTO;
	s->on_daemon_loss = CONF_LOSS_AUTO;
	s->owner_hold_ms = 60000;
	s->end_sessions = true;
	s->host_timeout_ms = 18 * 60000;
	s->host_limit = CONF_HOST_LIMIT;
	s->retention_ms = 180000;
	s->leave_ms = CONF_LEAVE_DEFAULT;
	s->allow = CONF_ALLOW_LLDP;
	s->ad_per_es = true;
	s->ad_per_evi = true;
	s->df = (struct conf_df){
		.algorithm = 2,
		.preference = 32767,
		.wait_ms = 3000,
		.skew_ms = 10,
		.port_mode = mode == CONF_PORT_ACTIVE || control == CONF_CONTROL_FRR,
	};
}

/** conf_bfd_of() - what a peer inherits is filled in */
struct conf_bfd conf_bfd_of(const struct conf *conf, const struct conf_peer *n)
{
	struct conf_bfd bfd = n->bfd;

	if (!bfd.interval_ms)
		bfd.interval_ms = conf->global.bfd.interval_ms;
	if (!bfd.multiplier)
		bfd.multiplier = conf->global.bfd.multiplier;
	return bfd;
}

/** conf_mode_name() - as it is typed in */
const char *conf_mode_name(enum conf_mode mode)
{
	static const char *const names[] = {
		[CONF_ALL_ACTIVE] = "all-active",
		[CONF_SINGLE_ACTIVE] = "single-active",
		[CONF_PORT_ACTIVE] = "port-active",
	};

	return (unsigned int)mode < sizeof(names) / sizeof(names[0]) ? names[mode] : "unknown";
}

/** conf_standby_name() - as it is typed in */
const char *conf_standby_name(enum conf_standby standby)
{
	static const char *const names[] = {
		[CONF_STANDBY_AUTO] = "auto",
		[CONF_STANDBY_BLOCK] = "block",
		[CONF_STANDBY_LACP_OOS] = "lacp-oos",
		[CONF_STANDBY_DOWN] = "down",
	};

	return (unsigned int)standby < sizeof(names) / sizeof(names[0]) ? names[standby] :
									  "unknown";
}

/** conf_vrf() - by name; NULL: none */
const struct conf_vrf *conf_vrf(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->n_vrfs; i++)
		if (!strcmp(conf->vrfs[i].name, name))
			return &conf->vrfs[i];
	return NULL;
}

struct mac conf_es_import(const struct conf_segment *s, const struct esi *esi)
{
	struct mac m;

	if (!mac_is_zero(&s->es_import))
		return s->es_import;
	memcpy(m.b, esi->b + 1, sizeof(m.b));
	return m;
}

/** conf_bridge() - by VNI; NULL: none */
const struct conf_bridge *conf_bridge(const struct conf *conf, uint32_t vni)
{
	for (size_t i = 0; i < conf->n_bridges; i++)
		if (conf->bridges[i].vni == vni)
			return &conf->bridges[i];
	return NULL;
}

struct rd conf_bridge_rd(const struct conf *conf, const struct conf_bridge *b)
{
	return b->has_rd ? b->rd : rd_make_ip(ntohl(conf->global.router_id), (u16)b->vni);
}

/* 00/02, AS, VNI */
static struct ecomm auto_target(const struct conf *conf, const struct conf_bridge *b)
{
	u16 as = (u16)conf->global.as;

	return (struct ecomm){{0, 2, (u8)(as >> 8), (u8)as, 0, (u8)(b->vni >> 16),
			       (u8)(b->vni >> 8), (u8)b->vni}};
}

static size_t targets(const struct conf *conf, const struct conf_bridge *b, const struct ecomm *set,
		      size_t n, struct ecomm rts[CONF_RT_MAX])
{
	if (!n) {
		rts[0] = auto_target(conf, b);
		return 1;
	}
	memcpy(rts, set, n * sizeof(*rts));
	return n;
}

size_t conf_bridge_import(const struct conf *conf, const struct conf_bridge *b,
			  struct ecomm rts[CONF_RT_MAX])
{
	return targets(conf, b, b->import, b->n_import, rts);
}

size_t conf_bridge_export(const struct conf *conf, const struct conf_bridge *b,
			  struct ecomm rts[CONF_RT_MAX])
{
	return targets(conf, b, b->export, b->n_export, rts);
}

static bool same_list(const void *a, size_t n_a, const void *b, size_t n_b, size_t size)
{
	return n_a == n_b && (!n_a || !memcmp(a, b, n_a * size));
}

unsigned int conf_changes(const struct conf *old, const struct conf *now)
{
	unsigned int changes = 0;

	if (!old)
		return CONF_CHANGED_ALL;
	if (old->global.router_id != now->global.router_id || old->global.as != now->global.as ||
	    !ip_equal(&old->global.originator, &now->global.originator))
		changes |= CONF_CHANGED_IDENTITY;
	if (old->global.keep_all != now->global.keep_all)
		changes |= CONF_CHANGED_KEPT;
	if (!same_list(old->vrfs, old->n_vrfs, now->vrfs, now->n_vrfs, sizeof(*now->vrfs)))
		changes |= CONF_CHANGED_VRFS;
	if (!same_list(old->segments, old->n_segments, now->segments, now->n_segments,
		       sizeof(*now->segments)))
		changes |= CONF_CHANGED_SEGMENTS;
	if (!same_list(old->bridges, old->n_bridges, now->bridges, now->n_bridges,
		       sizeof(*now->bridges)))
		changes |= CONF_CHANGED_BRIDGES;
	return changes;
}
