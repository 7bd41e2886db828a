/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * place.h - where on this PE something is that another PE speaks of, and the other way round: network
 * devices, IP-VRFs, segments and their sub-interfaces, and the targets that routes of them carry. Not a
 * service: each service about what is behind a segment (neighbours, memberships, prefixes) has its own.
 *
 *   place.c         VRFs, segments, circuits
 *   place_device.c  the other way round: what a device is
 *   place_target.c  targets of routes
 *   place_role.c    does this PE forward to the customer?
 *   place_bridge.c  segments that are ports of bridges: a circuit is in a bridge domain then, with route
 *                   targets as a VRF has, for a service that asks for them (places.domains)
 *
 * Terms: a circuit is a segment's sub-interface, named by its Ethernet tag, whether it is there or not.
 *
 * draft-ietf-bess-evpn-l3mh-proto (3.2 to 3.6), RFC 7432 (7.6), RFC 9251 (9.5)
 */
#ifndef EVPND_PLACE_H
#define EVPND_PLACE_H

#include <net/if.h>
#include <sys/queue.h>
#include <sys/tree.h>

#include "bgp_extcomm.h"
#include "speaker/service.h"

/* Route targets of a VRF, or ES-Import and EVI-RT; a service may add others. */
#define PLACE_TARGETS_MAX CONF_RT_MAX

/**
 * struct place_vrf - a configured IP-VRF, or a bridge domain
 * @vni: of a bridge domain, which is the bridge @conf.name, or of that the VLAN @vlan; 0: it is a VRF
 * @ifindex: of the VRF device whose table it is, if @known; 0 for the global table; else a number that no
 *	device has
 * @id: in the route distinguisher of its routes
 * @more_ids: of those that need further ones, the first; 0: there is none. For the service, which sets it
 * @old_metric: that the kernel may still have routes with; 0: none. So, too
 * @advertised: what this PE advertises of it; @taken: what other PEs advertise
 * @advertised_full, @taken_full: one more was refused since there was room
 * @paths_full: the same, of one prefix
 */
struct place_vrf {
	TAILQ_ENTRY(place_vrf) entry;
	struct conf_vrf conf;
	u32 ifindex;
	u32 old_metric;
	u32 advertised;
	u32 taken;
	u32 vni;
	u16 vlan;
	u16 id;
	u16 more_ids;
	bool known;
	bool advertised_full;
	bool taken_full;
	bool paths_full;
};

struct place_es;

/**
 * struct place_port - a circuit as a port of a bridge
 * @bridge: the bridge's ifindex, 0: it is no port
 * @ifindex: of the port
 * @vid: VLAN of the bridge, 0: it looks at none
 * @snoops: the bridge is up and looks who wants which group
 * @room: for so many groups
 */
struct place_port {
	u32 bridge;
	u32 ifindex;
	u16 vid;
	bool snoops;
	u32 room;
};

/**
 * struct circuit - sub-interface of a segment
 * @ifindex: its device, 0: there is none (yet)
 * @port: of a bridge; @was: before the last places_resolve()
 * @vrf: which it is in, as far as configured; NULL: no configured one
 * @refs: what the service knows on it
 * @several: more than one device of the segment has its tag; where that matters it has none then
 * @changed: device or VRF are others than before the last place_resolve_all()
 * @told: it was said that there is no such sub-interface
 * @refused: why the bridge does not take what is put into it; NULL: it has not refused anything
 */
struct circuit {
	RB_ENTRY(circuit) node;
	struct place_es *es;
	struct place_vrf *vrf;
	u32 tag;
	u32 ifindex;
	u32 refs;
	struct place_port port;
	struct place_port was;
	bool several;
	bool changed;
	bool told;
	char *refused;
};
RB_HEAD(circuits, circuit);
RB_PROTOTYPE(circuits, circuit, node, circuit_cmp);

/**
 * struct place_role - the module's last word on a segment, see struct fact_es
 */
struct place_role {
	u8 role;
	u8 force;
	u8 vlan_df[CONF_VLAN_BYTES];
};

/**
 * struct place_es - a segment: one of ours, or one that routes speak of
 * @configured: one of ours; @conf and @import hold
 * @in_kernel: the module has it, on device @ifindex; of several, that is the first of @ports
 * @ports, @n_ports: its devices that are there, by number
 * @set: they are a set, in which a VLAN device has the tag of its VLAN
 * @now: its role, for a service that asks for it with place_role_fact(); since @changed_us, 0: not heard
 * @advertised: what this PE advertises of it; @taken: what other PEs advertise
 * @advertised_full, @taken_full: one more was refused since there was room
 * @group_full: the same, of one group or entry
 */
struct place_es {
	RB_ENTRY(place_es) node;
	struct esi esi;
	struct circuits circuits;
	const struct conf_segment *conf;
	struct place_role now;
	u64 changed_us;
	struct mac import;
	u32 ifindex;
	u32 ports[CONF_SET_MAX];
	u8 n_ports;
	bool set;
	u32 advertised;
	u32 taken;
	bool in_kernel;
	bool advertised_full;
	bool taken_full;
	bool group_full;
};
RB_HEAD(place_ess, place_es);
RB_PROTOTYPE(place_ess, place_es, node, place_es_cmp);

/**
 * struct place_device - a device of a segment, or a VLAN on one, in a configured IP-VRF
 * @es: NULL: the segment's ESI is not known yet
 * @table: ifindex of the VRF device in whose table it is, 0: the main one; @vrf may be another one that lists it
 */
struct place_device {
	RB_ENTRY(place_device) node;
	RB_ENTRY(place_device) in_vrf;
	RB_ENTRY(place_device) on_es;
	const struct conf_segment *conf;
	const struct place_es *es;
	struct place_vrf *vrf;
	u32 ifindex;
	u32 table;
	u32 tag;
	bool up;
};
RB_HEAD(place_devices, place_device);
RB_PROTOTYPE(place_devices, place_device, node, place_device_cmp);
RB_HEAD(place_devices_in, place_device);
RB_HEAD(place_devices_on, place_device);

/**
 * struct places - all of a service's
 * @devices: the speaker's
 * @on: those that are places of a segment, by number, since the last places_list(); @in_vrf: by VRF and tag, @on_es: by
 *	segment and tag
 * @conf: of the last places_attach()
 * @domains: what is in a bridge domain is in the VRF that stands for it
 * @rejudge: what is ours has changed: which routes are to be looked at again
 */
struct places {
	const struct devices *devices;
	const struct conf *conf;
	struct place_devices on;
	struct place_devices_in in_vrf;
	struct place_devices_on on_es;
	struct place_ess ess;
	TAILQ_HEAD(, place_vrf) vrfs;
	u16 next_id;
	bool domains;
	bool rejudge;
};

/* What a route's segment and targets make of it. */
enum place_verdict {
	PLACE_ES_IMPORT, /* imported by ES-Import and EVI-RT */
	PLACE_VRF,	 /* imported by a route target of the IP-VRF */
	PLACE_NO_ESI,
	PLACE_RESERVED_ESI,
	PLACE_FOREIGN_ES_IMPORT,
	PLACE_FOREIGN_ESI,
	PLACE_FOREIGN_EVI_RT,
	PLACE_NO_TARGET,
	PLACE_VERDICTS
};

void places_init(struct places *p, const struct devices *devices);
void places_free(struct places *p); /* after all that was known of circuits */

struct place_es *place_es(struct places *p, const struct esi *esi, bool make);
struct circuit *place_circuit(struct places *p, const struct esi *esi, u32 tag, bool make);
void place_circuit_put(struct places *p, struct circuit *c); /* one of its refs */
/* the bridge refuses something; said once, until the circuit changes */
void place_circuit_refused(struct circuit *c, const char *why);

/* VRFs, and bridge domains, of a new configuration; nothing of the service may point to one that is no more */
void places_set_vrfs(struct places *p, const struct conf *conf);
/*
 * Which segments are ours; the ESI of one that comes from LACP is known from the kernel. One that is neither
 * configured nor in the kernel, and of which nothing is known, is freed; of devices nothing is known
 * until the next places_list().
 */
void places_attach(struct places *p, const struct conf *conf);
/* Return: whether device or VRF of a circuit has changed, see circuit.changed */
bool places_resolve(struct places *p);
/* what the module says of a segment. Return: it, or NULL; @fresh: it has not had it before */
struct place_es *place_es_fact(struct places *p, const struct fact_es *f, bool *fresh);

/* place_device.c: look again which devices are what, for place_device(); after places_resolve() */
void places_list(struct places *p);
void places_forget_devices(struct places *p);
const struct place_device *place_device(struct places *p, u32 ifindex);
/* those in a VRF, by tag, from the first one that has @tag or a higher one; NULL: no more */
const struct place_device *place_first_in(struct places *p, const struct place_vrf *v, u32 tag);
const struct place_device *place_next_in(const struct place_device *on);
/* those of a segment that have this tag; NULL: no more */
const struct place_device *place_first_on(struct places *p, const struct esi *esi, u32 tag);
const struct place_device *place_next_on(const struct place_device *on);
/* which VRF a device is in; NULL: no configured one */
struct place_vrf *place_vrf_of(struct places *p, const struct device *d);
/* of which VRF this table is; NULL: of no configured one */
struct place_vrf *place_vrf(struct places *p, u32 ifindex);

/* place_role.c */
/* what a PE does with what is for the customer, the best last */
enum place_way { PLACE_STANDS_BY, PLACE_LEAVES, PLACE_FORWARDS };
/* Return: the segment has another role than before */
bool place_role_fact(struct place_es *es, const struct fact_es *f);
/* of the VLAN of a device; one of which nothing is known forwards, as nothing holds it back */
enum place_way place_way(const struct place_device *on);

/* how routes of a circuit that has a VRF and a configured segment are targeted */
enum conf_sync place_sync(const struct circuit *c);
/* it is a port in one of the bridge domains, and has no VRF */
bool place_in_domain(const struct circuit *c);
/* their targets, of which there is one at least. Return: how many */
size_t place_targets(const struct circuit *c, struct ecomm ec[PLACE_TARGETS_MAX]);
/* the same of @v and a segment with this ES-Import; @how: CONF_SYNC_ES_IMPORT or CONF_SYNC_VRF */
size_t place_vrf_targets(const struct place_vrf *v, enum conf_sync how, const struct mac *import,
			 struct ecomm ec[PLACE_TARGETS_MAX]);

typedef bool (*place_match_fn)(const struct slice *s, const struct ecomm *rts, size_t n);
/*
 * The VRF that imports what has these communities; of several the one that the circuit is in. One that does
 * not synchronise neighbours imports none of them.
 */
struct place_vrf *place_match(struct places *p, const struct slice *ext, const struct circuit *c,
			      place_match_fn fn);
/* the first VRF that has such an import target */
struct place_vrf *place_match_any(struct places *p, const struct slice *ext, place_match_fn fn);
/* the configured segment whose ES-Import is among these; @esi: it has this one, all zero: any */
struct place_es *place_import(struct places *p, const struct esi *esi, const struct slice *ext);

/**
 * struct place_addressees - whom a route is for, as far as they are here
 * @segment: the one that it names, or it names none and may; @import: one with its ES-Import
 * @by_evi, @by_rt: the VRF that imports its EVI-RT, or one of its route targets
 */
struct place_addressees {
	bool segment;
	bool import;
	struct place_vrf *by_evi;
	struct place_vrf *by_rt;
};

/*
 * Is a route for us? @vrf: the one that imports it, or would. What is treated as withdrawn comes before what
 * would be imported, so that a foreign ES-Import is not outweighed by a route target.
 */
enum place_verdict place_verdict(const struct place_addressees *a, const struct slice *ext,
				 struct place_vrf **vrf);
/* the same for a route that is about a circuit of a segment, whose neighbours are synchronised */
enum place_verdict place_judge(struct places *p, const struct esi *esi, u32 tag,
			       const struct slice *ext, struct place_vrf **vrf);
const char *place_verdict_name(enum place_verdict v);
static inline bool place_is_import(enum place_verdict v)
{
	return v == PLACE_ES_IMPORT || v == PLACE_VRF;
}

/* treated as withdrawn because of its targets */
static inline bool place_is_refusal(enum place_verdict v)
{
	return v == PLACE_RESERVED_ESI || v == PLACE_FOREIGN_ES_IMPORT || v == PLACE_FOREIGN_EVI_RT;
}

#endif
