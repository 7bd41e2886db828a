/* SPDX-License-Identifier: GPL-2.0 */
/*
 * place.h - where on this PE something is that another PE speaks of, and the other way round: network
 * devices, IP-VRFs, segments and their sub-interfaces, and the targets that routes of them carry. Not a
 * service: each service about what is behind a segment (neighbours, memberships) has its own.
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
 * struct place_vrf - a configured IP-VRF
 * @ifindex: of its device, valid if @known; 0 for the global table
 * @id: in the route distinguisher of its routes
 */
struct place_vrf {
	TAILQ_ENTRY(place_vrf) entry;
	struct conf_vrf conf;
	u32 ifindex;
	u16 id;
	bool known;
};

struct place_es;

/**
 * struct circuit - sub-interface of a segment
 * @ifindex: its device, 0: there is none (yet)
 * @vrf: which it is in, as far as configured; NULL: no configured one
 * @refs: what the service knows on it
 * @changed: device or VRF are others than before the last place_resolve_all()
 * @told: it was said that there is no such sub-interface
 */
struct circuit {
	RB_ENTRY(circuit) node;
	struct place_es *es;
	struct place_vrf *vrf;
	u32 tag;
	u32 ifindex;
	u32 refs;
	bool changed;
	bool told;
};
RB_HEAD(circuits, circuit);
RB_PROTOTYPE(circuits, circuit, node, circuit_cmp);

/**
 * struct place_es - a segment: one of ours, or one that routes speak of
 * @configured: one of ours; @conf and @import hold
 * @in_kernel: the module has it, on device @ifindex
 * @advertised: what this PE advertises of it; @taken: what other PEs advertise
 * @advertised_full, @taken_full: one more was refused since there was room
 * @group_full: the same, of one group or entry
 */
struct place_es {
	RB_ENTRY(place_es) node;
	struct esi esi;
	struct circuits circuits;
	const struct conf_segment *conf;
	struct mac import;
	u32 ifindex;
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
 * struct places - all of a service's
 * @devices: the speaker's
 * @rejudge: what is ours has changed: which routes are to be looked at again
 */
struct places {
	const struct devices *devices;
	struct place_ess ess;
	TAILQ_HEAD(, place_vrf) vrfs;
	u16 next_id;
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

/* VRFs of a new configuration; nothing of the service may point to one that is no more */
void places_set_vrfs(struct places *p, const struct conf *conf);
/* which segments are ours; the ESI of one that comes from LACP is known from the kernel */
void places_attach(struct places *p, const struct conf *conf);
/* Return: whether device or VRF of a circuit has changed, see circuit.changed */
bool places_resolve(struct places *p);
/* what the module says of a segment. Return: it, or NULL; @fresh: it has not had it before */
struct place_es *place_es_fact(struct places *p, const struct fact_es *f, bool *fresh);

/* how routes of a circuit that has a VRF and a configured segment are targeted */
enum conf_sync place_sync(const struct circuit *c);
/* their targets, of which there is one at least. Return: how many */
size_t place_targets(const struct circuit *c, struct ecomm ec[PLACE_TARGETS_MAX]);

typedef bool (*place_match_fn)(const struct slice *s, const struct ecomm *rts, size_t n);
/* the VRF that imports what has these communities; of several the one that the circuit is in */
struct place_vrf *place_match(struct places *p, const struct slice *ext, const struct circuit *c,
			      place_match_fn fn);
/*
 * Is a route for us? @vrf: the one that imports it, or would. What is treated as withdrawn comes before what
 * would be imported, so that a foreign ES-Import is not outweighed by a route target.
 */
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
