// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment.c - the segment service: Ethernet Segments of this PE, from configuration and links to
 * routes, roles and wishes. It knows no MAC address and no neighbour entry.
 *
 * After a start the roles that the kernel still has are kept until an election is finished, so that a
 * restart of the daemon moves no traffic. What the loss of sessions does is in segment_core.c.
 *
 * RFC 7432 (5, 8.1, 8.5), RFC 8584, RFC 9785, RFC 9786, RFC 9722
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "log.h"
#include "services/segment/segment.h"

struct segment *segment_by_name(struct segments *ss, const char *name)
{
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry)
		if (!strcmp(s->conf.name, name))
			return s;
	return NULL;
}

struct segment *segment_by_esi(struct segments *ss, const struct esi *esi)
{
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry)
		if (s->esi_known && !esi_cmp(&s->esi, esi))
			return s;
	return NULL;
}

const struct device *segment_link_by_index(const struct segments *ss, u32 ifindex)
{
	return device_by_index(speaker_devices(ss->speaker), ifindex);
}

const struct device *segment_link(const struct segments *ss, const char *ifname)
{
	return device_named(speaker_devices(ss->speaker), ifname);
}

void segment_tell(struct segment *s, const char *object, const char *event, json_t *more)
{
	json_t *e = json_pack("{s:s, s:s}", "event", event, "name", s->conf.name);

	if (more)
		json_object_update(e, more);
	json_decref(more);
	speaker_event_json(s->owner->speaker, object, e);
}

void segment_esi(struct segment *s, const struct esi *esi)
{
	s->esi = *esi;
	s->esi_known = true;
	segment_adopt(s);
	segment_peers_later(s);
}

bool segment_is_self(const struct segment *s, const struct ip_addr *addr)
{
	const struct ip_addr *vtep = &s->owner->frr.vtep;

	if (segment_is_frr(s) && !ip_is_none(vtep))
		return ip_equal(addr, vtep);
	return ip_equal(addr, &s->owner->self);
}

/* The kernel says it at most every ten seconds; when it has the segment anew it begins to count anew. */
static void count_forgotten(struct segment *s, const struct fact_es *f)
{
	uint64_t before = f->hosts_forgotten < s->hosts_forgotten ? 0 : s->hosts_forgotten;

	if (f->hosts_forgotten > before)
		log_warning(
			"segment %s: it has as many hosts as host-limit allows (%u), or all segments "
			"together have: the kernel has forgotten %" PRIu64 " others",
			s->conf.name, s->conf.host_limit, f->hosts_forgotten - before);
	s->hosts_forgotten = f->hosts_forgotten;
}

/* The VLANs that a bridge's port lets through. */
static void port_vlans(struct segments *ss, const struct fact_port *f)
{
	struct segment *s;

	TAILQ_FOREACH(s, &ss->list, entry)
		if (segment_has_port(s, f->ifindex))
			segment_circuits_later(s);
}

static bool was_rejected(const struct segment *s, const char *ifname)
{
	for (u8 i = 0; i < s->n_kernel_ports; i++)
		if (!strcmp(s->kernel_ports[i].ifname, ifname))
			return s->kernel_ports[i].state == ES_PORT_REJECTED;
	return false;
}

/* The segment goes on with its other devices; of the one that is open somebody should know. */
static void note_rejected(const struct segment *s, const struct fact_es *f)
{
	for (u8 i = 0; i < f->n_ports; i++)
		if (f->ports[i].state == ES_PORT_REJECTED && !was_rejected(s, f->ports[i].ifname))
			log_error("segment %s: the kernel does not enforce it on %s: %s",
				  s->conf.name, f->ports[i].ifname, f->ports[i].why);
}

void segment_in_kernel(struct segment *s, const struct fact_es *f)
{
	note_rejected(s, f);
	s->in_kernel = !f->gone;
	s->kernel_role = f->role;
	s->kernel_force = f->force;
	s->n_kernel_ports = f->n_ports;
	memcpy(s->kernel_ports, f->ports, sizeof(s->kernel_ports));
}

/* Before the first configuration is in force, what the kernel has is only remembered. */
static void kernel_es(struct segments *ss, const struct fact_es *f)
{
	struct segment *s = segment_by_esi(ss, &f->esi), *other;
	struct fact_es *more;

	if (s)
		segment_in_kernel(s, f);
	if (ss->links_done) {
		if (s && f->fail_applied)
			log_warning("segment %s: the kernel had applied its loss policy",
				    s->conf.name);
		if (s && !f->gone)
			count_forgotten(s, f);
		if (s && segment_port_heard(s, f))
			segment_update_port(s);
		return;
	}
	if (f->gone)
		return;
	more = realloc(ss->kernel_es, (ss->n_kernel_es + 1) * sizeof(*more));
	if (!more)
		return;
	ss->kernel_es = more;
	ss->kernel_es[ss->n_kernel_es++] = *f;
	TAILQ_FOREACH(other, &ss->list, entry)
		segment_guess_esi(other, f);
	if (s && !s->wished)
		segment_adopt(s);
}

static void segments_fact(void *state, enum ipc_type type, const void *fact)
{
	struct segments *ss = state;

	switch (type) {
	case IPC_FACT_MAINTENANCE:
		segments_maintain(ss, &((const struct fact_maintenance *)fact)->esi, true);
		break;
	case IPC_FACT_LINK:
	case IPC_FACT_LINK_GONE:
		segments_link(ss, fact);
		break;
	case IPC_FACT_PORT:
		port_vlans(ss, fact);
		break;
	case IPC_FACT_LINKS_DONE:
		ss->links_done = true;
		segments_update_ports(ss);
		segments_try_start(ss);
		break;
	case IPC_FACT_CORE:
		segments_core(ss, fact);
		break;
	case IPC_FACT_KERNEL:
		ss->kernel = *(const struct fact_kernel *)fact;
		break;
	case IPC_FACT_ES:
		kernel_es(ss, fact);
		break;
	case IPC_FACT_FRR_ES:
		segment_frr_es(ss, fact);
		break;
	case IPC_FACT_FRR:
		segment_frr_heard(ss, fact);
		break;
	default:
		break;
	}
}

static void segments_result(void *state, const void *result)
{
	const struct es_result *r = result;
	struct segment *s = segment_by_esi(state, &r->esi);

	if (s)
		segment_answered(s, r);
}

static void segments_route(void *state, const struct evpn_nlri *nlri, const struct rib_path *now)
{
	segment_frr_route(state, nlri);
	if (nlri->type == EVPN_IMET)
		segment_peers_imet(state);
	else
		segment_route_heard(state, nlri, now);
}

/*
 * RT-1 and RT-4 of every segment: one may be ours the next moment. RT-3 tells of a PE that shares an
 * all-active segment whether it is still there.
 */
static enum want segments_wanted(void *state, const struct evpn_nlri *nlri,
				 const struct bgp_attrs *attrs)
{
	struct segments *ss = state;
	struct segment *s;

	if (nlri->type != EVPN_IMET)
		return segment_by_esi(ss, &nlri->esi) ? WANTED_VITAL : WANTED;
	TAILQ_FOREACH(s, &ss->list, entry)
		if (s->conf.mode == CONF_ALL_ACTIVE)
			return WANTED;
	return WANTED_NOT;
}

static int run_later(sd_event_source *source, void *data)
{
	segment_run_later(data);
	return 0;
}

static void *segments_start(struct speaker *speaker)
{
	struct segments *ss = calloc(1, sizeof(*ss));
	sd_event *event = speaker_event(speaker);

	if (!ss)
		return NULL;
	ss->speaker = speaker;
	TAILQ_INIT(&ss->list);
	TAILQ_INIT(&ss->frr_known);
	RB_INIT(&ss->routes);
	if (sd_event_add_defer(event, &ss->later, run_later, ss) < 0) {
		free(ss);
		return NULL;
	}
	sd_event_source_set_enabled(ss->later, SD_EVENT_OFF);
	segments_core_init(ss);
	segment_keep_init(ss);
	return ss;
}

/*
 * The process ends. The kernel keeps every role that is left: segments_leave() has handed over what another
 * PE takes; what none takes goes on as after a death, and the owner hold time with the loss policy decides.
 */
static void segments_stop(void *state)
{
	struct segments *ss = state;
	struct segment *s;

	while ((s = TAILQ_FIRST(&ss->list)))
		segment_free(s);
	segment_routes_free(ss);
	segment_frr_forget(ss);
	segments_core_done(ss);
	segment_keep_done(ss);
	timer_done(&ss->leave_timer);
	sd_event_source_unref(ss->later);
	free(ss->kernel_es);
	free(ss->maintenance);
	free(ss);
}

const struct service segment_service = {
	.name = "segment",
	.route_types = 1u << EVPN_AD | 1u << EVPN_IMET | 1u << EVPN_ES,
	.start = segments_start,
	.leave = segments_leave,
	.stop = segments_stop,
	.conf = segments_conf,
	.fact = segments_fact,
	.results = IPC_WISH_ES_RESULT,
	.result = segments_result,
	.route = segments_route,
	.wanted = segments_wanted,
	.sync = segments_sync,
	.pe = segments_pe,
	.far_end = segments_far_end,
	.pes = segments_pes,
	.word = segments_word,
	.shares = segments_shares,
	.query = segment_query,
};
