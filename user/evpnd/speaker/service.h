/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A service is one EVPN function inside the speaker (segments, neighbours, memberships, ...): a folder in
 * services/ and a row of SERVICES. It hears facts, routes, configuration and timers, and answers with routes
 * to originate and wishes for the parent. A service never includes another one.
 */
#ifndef EVPND_SERVICE_H
#define EVPND_SERVICE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bgp_attr.h"
#include "bgp_evpn.h"
#include "conf/conf.h"
#include "contract/ipc.h"
#include "bgp/rib.h"
#include "speaker/channel.h"
#include "speaker/devices.h"

struct speaker;

/**
 * struct host_query - a neighbour on a circuit of a segment
 * @address: its address; none: the one that has @mac; that zero, too: the only one that can be a router
 * @family: without an address: preferred, and for IPv4 one of IPv6 will do
 * @ifindex: where several devices of the segment have @tag, the one that it is on
 */
struct host_query {
	struct esi esi;
	uint32_t tag;
	uint32_t ifindex;
	uint8_t family; /* octets of an address */
	struct ip_addr address;
	struct mac mac;
};

/** struct host - @known: there is one, but perhaps not in the kernel; @many: more than one answers to it */
struct host {
	struct ip_addr address;
	struct mac mac;
	bool known;
	bool many;
};

/**
 * struct neighbour - a customer's host in the kernel of this PE
 * @ifindex: of the device that it is on
 * @how: how it is known
 */
struct neighbour {
	struct ip_addr address;
	uint32_t ifindex;
	enum { NEIGHBOUR_LEARNED = 1, NEIGHBOUR_RETAINED, NEIGHBOUR_SYNCED } how;
};

typedef void (*neighbour_fn)(void *data, const struct neighbour *n);

/**
 * struct service - the entry points; any may be NULL except @name
 * @route_types: bit N set: claims EVPN route type N
 * @unheard: bit N set: of type N it does not want to hear what it originates itself, and nobody else can have
 *	the keys: those routes are kept once, not twice
 * @start: once, before the first configuration; returns the service's state or NULL on ENOMEM
 * @leave: the process is going to end: let others take over what this one does. Return: true when there is
 *	nothing to wait for; else speaker_left() is called, once, when there is not
 * @stop: the process ends; withdraw nothing here (the speaker closes sessions), free the state
 * @conf: a new configuration was committed; @changes: in what it differs, a set of enum conf_change. What the
 *	service keeps of the one before is to be taken from the new one, whatever has changed
 * @fact: IPC_FACT_*, as it came: one, or a struct batch of them. Devices are up to date (devices.h), and of
 *	one that is gone all is told that was known
 * @results: IPC_WISH_..._RESULT of the kind of wishes that it makes; each that comes is handed to @result
 * @more_results, @more_result: the same of a second kind
 * @route: the best path of an NLRI changed; @now NULL: the route is gone. Local routes are included
 * @wanted: of a route of its types that a neighbour sends. NULL: every one is WANTED. What is answered
 *	may change with configuration, devices and segments; speaker_wants_more() then
 * @room: a while after speaker_has_room(). Neighbours are asked for what was not wanted; what was kept, because
 *	another service wants it or for a look at it, does not come again, and is in the RIB
 * @settled: once after a start: every neighbour has sent what it knows, or startup-delay is over. What a
 *	predecessor has left in the kernel and nobody wants can go
 * @drained: the parent has taken all that waited, see speaker_waiting()
 * @sync: sessions: @established of @configured are Established, @synced of them sent End-of-RIB
 * @pe: another PE fell silent, or is heard again (pes.h): what BGP has of it is not to be believed
 * @far_end: BFD hears the far end of a pseudowire, or does not any more (far_ends.h)
 * @pes: call channel_want() for each PE that shares a segment with this one
 * @word: such a PE says something by the channel; not yet known whether it has the segment that it speaks of
 * @shares: is @pe one of the segment's PEs, by BGP, at this moment? For services that ask with speaker_shares()
 * @host: is there such a neighbour in the kernel? For services that ask with speaker_host()
 * @neighbours: call @fn for each neighbour with @address, NULL: for all, that is in the kernel and may be believed. For
 *	services that ask with speaker_neighbours()
 * @neighbour_changed: that with @address on this device is another one now, or none; NULL: any may be
 * @reaches: has this PE a neighbour with @address in a subnet of its device, in this VRF (ifindex of its device, 0: the
 *	global table)? For services that ask with speaker_reaches()
 * @query: a control-socket method that begins with the service's name or that it lists;
 *	returns false when the method is not its own; else fills *@result (owned by the caller),
 *	or @err with a sentence
 */
struct service {
	const char *name;
	uint32_t route_types;
	uint32_t unheard;
	void *(*start)(struct speaker *speaker);
	bool (*leave)(void *state);
	void (*stop)(void *state);
	void (*conf)(void *state, unsigned int changes, const struct conf *now);
	void (*fact)(void *state, enum ipc_type type, const void *fact);
	enum ipc_type results;
	void (*result)(void *state, const void *result);
	enum ipc_type more_results;
	void (*more_result)(void *state, const void *result);
	void (*route)(void *state, const struct evpn_nlri *nlri, const struct rib_path *now);
	enum want (*wanted)(void *state, const struct evpn_nlri *nlri,
			    const struct bgp_attrs *attrs);
	void (*room)(void *state);
	void (*settled)(void *state);
	void (*drained)(void *state);
	void (*sync)(void *state, unsigned int established, unsigned int synced,
		     unsigned int configured);
	void (*pe)(void *state, const struct ip_addr *pe, bool silent);
	void (*far_end)(void *state, const struct ip_addr *address);
	void (*pes)(void *state);
	void (*word)(void *state, const struct ip_addr *from, const struct icc_msg *word);
	bool (*shares)(void *state, const struct esi *esi, const struct ip_addr *pe);
	bool (*host)(void *state, const struct host_query *query, struct host *host);
	void (*neighbours)(void *state, const struct ip_addr *address, neighbour_fn fn, void *data);
	void (*neighbour_changed)(void *state, const struct ip_addr *address, uint32_t ifindex);
	bool (*reaches)(void *state, uint32_t vrf, const struct ip_addr *address);
	bool (*query)(void *state, const char *method, const json_t *params, json_t **result,
		      char *err, size_t err_len);
};

/* One row each, in the order in which they hear: services/NAME/ defines NAME_service. */
#define SERVICES(SERVICE) \
	SERVICE(segment)  \
	SERVICE(neigh)    \
	SERVICE(member)   \
	SERVICE(flood)    \
	SERVICE(bfd)      \
	SERVICE(prefix)   \
	SERVICE(core)

#define SERVICE_DECLARE(name) extern const struct service name##_service;
SERVICES(SERVICE_DECLARE)

/* speaker.c: what a service may ask of its host */
sd_event *speaker_event(struct speaker *speaker);
const struct conf *speaker_conf(struct speaker *speaker);
/* octets that the parent has not taken yet: more are not to be added to many of them */
size_t speaker_waiting(const struct speaker *speaker);
struct rib *speaker_rib(struct speaker *speaker);
/* since when this PE has advertised a route, CLOCK_MONOTONIC in nanoseconds; 0: it does not */
int64_t speaker_originated(struct speaker *speaker, const struct evpn_nlri *nlri);
/* the network devices of this PE */
const struct devices *speaker_devices(const struct speaker *speaker);
/* IPC_WISH_...: @n wishes, or (GONE) @n keys of wishes to take back; none to sweep */
void speaker_wish(struct speaker *speaker, enum ipc_type type, const void *wishes, uint32_t n);
/* take back what is to be kept for so long while it is probed */
void speaker_retain(struct speaker *speaker, enum ipc_type type, const void *keys, uint32_t n,
		    uint32_t retain_ms);
/* is anybody interested in events of this object? For those of which there may be very many */
bool speaker_monitored(struct speaker *speaker, const char *object);
/* one event for `evpnctl monitor`; steals the reference. @object: "es", "df", "peer", "route" … */
void speaker_event_json(struct speaker *speaker, const char *object, json_t *event);
/* originate or replace a route; attributes are copied; next hop and AS path are the session's work.
 * @urgent routes and withdraws leave before everything that is queued (mass withdraw).
 */
int speaker_originate(struct speaker *speaker, const struct evpn_nlri *nlri,
		      const struct bgp_attrs *attrs, bool urgent);
int speaker_withdraw(struct speaker *speaker, const struct evpn_nlri *nlri, bool urgent);
/* while a service is told that a route is gone: why */
enum route_loss speaker_route_loss(const struct speaker *speaker);
/* what @leave had to wait for is over */
void speaker_left(struct speaker *speaker);
/* BFD: the path to a neighbour is dead, a piece of a sentence says why; sessions with it end */
void speaker_peer_dead(struct speaker *speaker, const struct ip_addr *address, const char *why);
/* routes that were not kept may be of use now: neighbours are asked for them again, soon */
void speaker_wants_more(struct speaker *speaker);
/*
 * One of those that are limited has gone, and others were refused: neighbours are asked in a second, for many that go at
 * once; when this is again and again so, less often. False: they were about to be asked already
 */
bool speaker_has_room(struct speaker *speaker);
/* a neighbour of a segment, whichever service knows it. False: the kernel has none; @host says more */
bool speaker_host(struct speaker *speaker, const struct host_query *query, struct host *host);
/* customers' hosts in the kernel of this PE, see struct service */
void speaker_neighbours(struct speaker *speaker, const struct ip_addr *address, neighbour_fn fn,
			void *data);
/* of whoever knows them, for whoever asks for them: what is asked for now is true already */
void speaker_neighbour_changed(struct speaker *speaker, const struct ip_addr *address,
			       uint32_t ifindex);
bool speaker_reaches(struct speaker *speaker, uint32_t vrf, const struct ip_addr *address);
/* is @pe one of the PEs of a segment of ours at this moment? */
bool speaker_shares(struct speaker *speaker, const struct esi *esi, const struct ip_addr *pe);
/* write what is queued now, do not wait for the loop to come round */
void speaker_flush(struct speaker *speaker);

#endif
