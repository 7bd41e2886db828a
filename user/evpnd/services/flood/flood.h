/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * flood.h - the flooding service, shared by its own files only: bridge domains of this PE are announced
 * with an RT-3 each, and the RT-3 of the other PEs become the flooding list of the VXLAN device. MAC
 * addresses are learned by the data plane, from what arrives; no RT-2 is made or used here.
 *
 *   flood.c        entry points, configuration, devices, sessions
 *   flood_route.c  RT-3: own ones to originate, other PEs' ones to flood to
 *   flood_show.c   answers to the control socket
 */
#ifndef EVPND_FLOOD_H
#define EVPND_FLOOD_H

#include <net/if.h>
#include <sys/queue.h>

#include "bgp_extcomm.h"
#include "speaker/service.h"
#include "log.h"
#include "timer.h"

/* iproute2 makes external devices so unless told otherwise; @VNI before it, then the device twice */
#define FLOOD_NOT_LEARNING \
	"%s learns no addresses, so unicast is flooded, and lost while a PE restarts: ip link set %s type vxlan learning"
#define FLOOD_WHY_MAX 192

/**
 * struct flood_remote - an RT-3 of another PE that a bridge domain imports; key is @rd, @etag, @orig
 * @vtep, @vni: where flooded frames are to be sent, and with which VNI
 * @gone: withdrawn while no session was up: kept until the others have been heard again
 * @wished: a wish was sent; @result: the parent's answer
 */
struct flood_remote {
	TAILQ_ENTRY(flood_remote) entry;
	struct rd rd;
	u32 etag;
	struct ip_addr orig;
	struct ip_addr vtep;
	u32 vni;
	s64 since;
	bool gone;
	bool wished;
	struct flood_result result;
};

/**
 * struct flood_bridge - one configured bridge domain
 * @rd, @import, @export: as configured, or made from router id, AS and VNI
 * @why: why it is not announced; "" when it is
 * @local: address of the own tunnels; @said_learning: whether it was looked at before
 * @learning: the device learns; both of the device as it is now
 * @advertised: the RT-3 is out, as @sent and @sent_local
 */
struct flood_bridge {
	TAILQ_ENTRY(flood_bridge) entry;
	struct floods *owner;
	struct conf_bridge conf;
	struct rd rd;
	struct ecomm import[CONF_RT_MAX];
	struct ecomm export[CONF_RT_MAX];
	size_t n_import;
	size_t n_export;
	char why[FLOOD_WHY_MAX];
	struct ip_addr local;
	bool learning;
	bool said_learning;
	bool advertised;
	struct evpn_nlri sent;
	struct ip_addr sent_local;
	TAILQ_HEAD(, flood_remote) remotes;
};

/**
 * struct floods - the service's state
 * @self: next hop of our routes
 * @started: the others have been heard once, and so have our segments' routes been made: a PE that is heard
 *	with an RT-3 and without those shares no segment
 * @settled: sessions are as they should be, or there are none; while not, nothing is taken away
 * @swept: before it the kernel may have what a predecessor wished
 */
struct floods {
	struct speaker *speaker;
	TAILQ_HEAD(, flood_bridge) list;
	struct ip_addr self;
	bool have_conf;
	bool links_done;
	bool started;
	bool settled;
	bool swept;
	unsigned int established;
	unsigned int synced;
	unsigned int configured;
	struct timer settle_timer;
	sd_event_source *later;
	struct log_limit refused;
};

/* flood.c */
void flood_purge_later(struct floods *fs);

/* flood_route.c */
void flood_announce(struct flood_bridge *b);
void flood_withdraw(struct flood_bridge *b);
bool flood_wanted(const struct floods *fs, const struct bgp_attrs *attrs);
void flood_route(struct floods *fs, const struct evpn_nlri *nlri, const struct rib_path *now);
void flood_import_all(struct flood_bridge *b);
void flood_remote_del(struct flood_bridge *b, struct flood_remote *r);
void flood_result(void *state, const void *result);

/* flood_show.c */
bool flood_query(void *state, const char *method, const json_t *params, json_t **result, char *err,
		 size_t err_len);

#endif
