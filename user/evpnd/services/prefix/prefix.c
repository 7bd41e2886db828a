// SPDX-License-Identifier: GPL-2.0
/*
 * prefix.c - customers' routes: what the kernel, the configuration and the sessions tell, turned into routes
 * to originate and wishes for the kernel.
 *
 * A customer that routes has its adjacency with one PE of its LAG. That one tells the others what it has
 * learned, and they have it in their kernels, behind the same router and by their own leg, before they need
 * it. Nothing is elected here.
 *
 * draft-ietf-bess-evpn-l3mh-proto (2.7, 3.8), RFC 9136 (3, 4.1, 4.2)
 */
#include "services/prefix/prefix.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

#define FIRST_ID 0x8000 /* of VRFs that have none configured; segments have the low ones */
#define LAST_ID 0xbfff	/* those above are of further next hops (prefix_adv.c) */

static int pcircuit_cmp(const struct pcircuit *a, const struct pcircuit *b)
{
	return a->ifindex < b->ifindex ? -1 : a->ifindex > b->ifindex;
}

RB_GENERATE(pcircuits, pcircuit, node, pcircuit_cmp)

const struct pcircuit *prefix_circuit(struct prefixes *ps, u32 ifindex)
{
	struct pcircuit key = {.ifindex = ifindex};

	return RB_FIND(pcircuits, &ps->circuits, &key);
}

struct pvrf *prefix_vrf(struct prefixes *ps, u32 ifindex)
{
	struct pvrf *v;

	TAILQ_FOREACH(v, &ps->vrfs, entry)
		if (v->ifindex == ifindex)
			return v;
	return NULL;
}

void prefix_wake(struct prefixes *ps)
{
	sd_event_source_set_enabled(ps->later, SD_EVENT_ONESHOT);
}

/* ---- what is ours: devices, VRFs, circuits ---- */

static u32 vrf_device_of(const struct device *d)
{
	return d->fact.master && !strcmp(d->fact.master_kind, "vrf") ? d->fact.master : 0;
}

/* The kernel numbers devices by positive integers: this, and the VRF's number, is none of them. */
#define NO_TABLE 0x80000000u

/* Return: the VRF's table is another one, or there is one now */
static bool know_table(struct prefixes *ps, struct pvrf *v)
{
	const struct device *d = device_named(speaker_devices(ps->speaker), v->conf.name);
	bool known = !strcmp(v->conf.name, CONF_VRF_GLOBAL);
	u32 ifindex = 0;

	if (!known && d && !strcmp(d->fact.kind, "vrf")) {
		known = true;
		ifindex = d->fact.ifindex;
	}
	for (u8 i = 0; i < v->conf.n_interfaces && !known; i++) {
		d = device_named(speaker_devices(ps->speaker), v->conf.interfaces[i]);
		known = d;
		ifindex = d ? vrf_device_of(d) : 0;
	}
	if (!known)
		ifindex = NO_TABLE | v->id;
	if (known == v->known && ifindex == v->ifindex)
		return false;
	v->known = known;
	v->ifindex = ifindex;
	return true;
}

static bool lists(const struct pvrf *v, const char *ifname)
{
	for (u8 i = 0; i < v->conf.n_interfaces; i++)
		if (!strcmp(v->conf.interfaces[i], ifname))
			return true;
	return false;
}

static struct pvrf *vrf_of(struct prefixes *ps, const struct device *d)
{
	u32 ifindex = vrf_device_of(d);
	struct pvrf *v;

	if (d->fact.master && !ifindex)
		return NULL; /* a port of a bridge, say */
	TAILQ_FOREACH(v, &ps->vrfs, entry)
		if (lists(v, d->fact.ifname))
			return v;
	TAILQ_FOREACH(v, &ps->vrfs, entry)
		if (v->known && v->ifindex == ifindex && !v->conf.n_interfaces)
			return v;
	return NULL;
}

static const struct pseg *seg_named(struct prefixes *ps, const char *ifname)
{
	const struct pseg *s;

	TAILQ_FOREACH(s, &ps->segs, entry)
		if (!strcmp(s->conf->interface, ifname))
			return s;
	return NULL;
}

/* A device's segment and tag: it is the segment's, or a VLAN on it, or a VLAN on that. */
static const struct pseg *place_of(struct prefixes *ps, const struct device *d, u32 *tag)
{
	const struct pseg *s;
	u32 shift = 0;

	*tag = 0;
	while (d) {
		s = seg_named(ps, d->fact.ifname);
		if (s)
			return s;
		if (strcmp(d->fact.kind, "vlan") || shift > 12)
			return NULL;
		*tag |= (u32)d->fact.vlan_id << shift;
		shift += 12;
		d = device_by_index(speaker_devices(ps->speaker), d->fact.link);
	}
	return NULL;
}

static void free_circuits(struct prefixes *ps)
{
	struct pcircuit *c;

	while ((c = RB_MIN(pcircuits, &ps->circuits))) {
		RB_REMOVE(pcircuits, &ps->circuits, c);
		free(c);
	}
}

static void add_circuit(struct prefixes *ps, const struct device *d)
{
	const struct pseg *seg;
	struct pcircuit *c;
	struct pvrf *vrf;
	u32 tag;

	seg = place_of(ps, d, &tag);
	vrf = seg ? vrf_of(ps, d) : NULL;
	c = vrf ? calloc(1, sizeof(*c)) : NULL;
	if (!c)
		return;
	c->ifindex = d->fact.ifindex;
	c->tag = tag;
	c->seg = seg;
	c->vrf = vrf;
	c->up = d->fact.flags & IFF_UP && d->fact.carrier;
	RB_INSERT(pcircuits, &ps->circuits, c);
}

static void queue_local(struct prefixes *ps, struct pfx *x, void *data)
{
	if (x->locals || x->adv)
		prefix_queue(ps, x);
}

static void count_one(struct prefixes *ps, struct pfx *x, void *data)
{
	struct pvrf *v = prefix_vrf(ps, x->vrf);
	bool learned = v && x->locals && x->flags & PFX_COUNTED_LEARNED, taken = v && x->remotes;

	x->flags &= ~(PFX_COUNTED_LEARNED | PFX_COUNTED_TAKEN);
	if (learned)
		x->flags |= PFX_COUNTED_LEARNED;
	if (taken)
		x->flags |= PFX_COUNTED_TAKEN;
	if (v) {
		v->learned += learned;
		v->taken += taken;
	}
}

/* A table may be of another VRF now, or of none: what was counted for it is not its any more. */
static void recount(struct prefixes *ps)
{
	struct pvrf *v;

	TAILQ_FOREACH(v, &ps->vrfs, entry)
		v->learned = v->taken = 0;
	prefix_walk(ps, count_one, NULL);
}

/* Something of what follows from devices, VRFs and segments may be another thing now. */
static void resolve_all(struct prefixes *ps)
{
	const struct device *d;
	bool moved = false;
	struct pvrf *v;

	TAILQ_FOREACH(v, &ps->vrfs, entry)
		moved |= know_table(ps, v);
	if (moved)
		recount(ps);
	ps->reimport_due |= moved;
	free_circuits(ps);
	DEVICE_FOREACH(d, speaker_devices(ps->speaker))
		add_circuit(ps, d);
	prefix_forget_advs(ps);
	ps->advs_due = true;
	ps->retry_ms = 0;
	prefix_source_touch(ps, NULL);
	prefix_wake(ps);
}

/* ---- configuration ---- */

static bool id_is_used(const struct prefixes *ps, u16 id)
{
	const struct pvrf *v;

	TAILQ_FOREACH(v, &ps->vrfs, entry)
		if (v->id == id || v->conf.id == id)
			return true;
	return false;
}

static u16 choose_id(struct prefixes *ps)
{
	do
		if (++ps->next_id < FIRST_ID || ps->next_id > LAST_ID)
			ps->next_id = FIRST_ID;
	while (id_is_used(ps, ps->next_id));
	return ps->next_id;
}

static struct pvrf *vrf_named(struct prefixes *ps, const char *name)
{
	struct pvrf *v;

	TAILQ_FOREACH(v, &ps->vrfs, entry)
		if (!strcmp(v->conf.name, name))
			return v;
	return NULL;
}

static void vrf_set(struct prefixes *ps, const struct conf_vrf *conf)
{
	struct pvrf *v = vrf_named(ps, conf->name);

	if (!v) {
		v = calloc(1, sizeof(*v));
		if (!v) {
			log_error("vrf %s: no memory", conf->name);
			return;
		}
		v->conf = *conf;
		v->id = choose_id(ps);
		v->ifindex = NO_TABLE | v->id;
		v->metric = conf->prefixes.metric;
		TAILQ_INSERT_TAIL(&ps->vrfs, v, entry);
	}
	if (v->metric != conf->prefixes.metric)
		prefix_unwish_all(ps, v);
	v->metric = conf->prefixes.metric;
	v->conf = *conf;
	v->learned_full = false;
	v->taken_full = false;
	v->paths_full = false;
	if (conf->id)
		v->id = conf->id;
}

/* What is learned there is told of no more, what was wished goes. */
static void drop_old_vrfs(struct prefixes *ps, const struct conf *conf)
{
	struct pvrf *v, *next;

	for (v = TAILQ_FIRST(&ps->vrfs); v; v = next) {
		next = TAILQ_NEXT(v, entry);
		if (conf_vrf(conf, v->conf.name))
			continue;
		prefix_unwish_all(ps, v);
		TAILQ_REMOVE(&ps->vrfs, v, entry);
		free(v);
	}
}

static void renew_segs(struct prefixes *ps, const struct conf *now)
{
	struct pseg *s;

	free_circuits(ps);
	while ((s = TAILQ_FIRST(&ps->segs))) {
		TAILQ_REMOVE(&ps->segs, s, entry);
		free(s);
	}
	for (size_t i = 0; i < now->n_segments; i++) {
		const struct conf_segment *c = &now->segments[i];

		s = calloc(1, sizeof(*s));
		if (!s)
			return;
		s->conf = c;
		s->known = c->esi_source == CONF_ESI_STATIC;
		if (s->known) {
			s->esi = c->esi;
			s->import = conf_es_import(c, &s->esi);
		}
		TAILQ_INSERT_TAIL(&ps->segs, s, entry);
	}
}

static void withdraw_one(struct prefixes *ps, struct pfx *x, void *data)
{
	prefix_withdraw(ps, x);
	if (x->locals)
		prefix_queue(ps, x);
}

#define PREFIX_CHANGES (CONF_CHANGED_IDENTITY | CONF_CHANGED_VRFS | CONF_CHANGED_SEGMENTS)

/* ESIs that are not configured are known from the kernel; they outlive a configuration. */
static void keep_known(struct prefixes *ps, const struct conf *now)
{
	struct pseg *s, *old;
	struct psegs before = TAILQ_HEAD_INITIALIZER(before);

	TAILQ_CONCAT(&before, &ps->segs, entry);
	renew_segs(ps, now);
	TAILQ_FOREACH(s, &ps->segs, entry) {
		TAILQ_FOREACH(old, &before, entry) {
			if (s->known || !old->known || strcmp(old->name, s->conf->interface))
				continue;
			s->known = true;
			s->esi = old->esi;
			s->import = conf_es_import(s->conf, &s->esi);
		}
		memcpy(s->name, s->conf->interface, sizeof(s->name));
	}
	while ((old = TAILQ_FIRST(&before))) {
		TAILQ_REMOVE(&before, old, entry);
		free(old);
	}
}

static void prefixes_conf(void *state, unsigned int changes, const struct conf *now)
{
	u32 router_id = ntohl(now->global.router_id);
	struct prefixes *ps = state;

	if (changes & PREFIX_CHANGES) {
		if (ps->router_id && router_id != ps->router_id)
			prefix_walk(ps, withdraw_one, NULL);
		/* what is true is originated again, with the targets of now */
		ps->generation++;
		prefix_forget_advs(ps);
		prefix_forget_routes(ps, now);
		drop_old_vrfs(ps, now);
		for (size_t i = 0; i < now->n_vrfs; i++)
			vrf_set(ps, &now->vrfs[i]);
		recount(ps);
		ps->reimport_due = true;
	}
	ps->router_id = router_id;
	keep_known(ps, now);
	if (ps->links_done || changes & PREFIX_CHANGES)
		resolve_all(ps);
	prefix_wake(ps);
}

/* ---- facts ---- */

/* Once for all that comes in one turn of the loop. */
static void links_changed(struct prefixes *ps)
{
	ps->resolve_due = true;
	prefix_wake(ps);
}

static void es_fact(struct prefixes *ps, const struct fact_es *f)
{
	struct pseg *s;

	TAILQ_FOREACH(s, &ps->segs, entry) {
		if (s->conf->esi_source == CONF_ESI_STATIC || strcmp(s->name, f->ifname))
			continue;
		if (s->known && !f->gone && !esi_cmp(&s->esi, &f->esi))
			continue;
		if (f->gone && (!s->known || esi_cmp(&s->esi, &f->esi)))
			continue;
		s->known = !f->gone;
		s->esi = f->esi;
		s->import = conf_es_import(s->conf, &s->esi);
		ps->reimport_due = true;
		links_changed(ps);
		if (s->known)
			speaker_wants_more(ps->speaker);
	}
}

static void catch_up(struct prefixes *ps);

/* Before the sweep all that others advertise has been heard, or there was time enough for it. */
static void try_sweep(struct prefixes *ps)
{
	if (ps->swept || !ps->read || !ps->settled)
		return;
	ps->swept = true;
	catch_up(ps);
	speaker_wish(ps->speaker, IPC_WISH_PREFIX_SWEEP, NULL, 0);
}

static void queue_there(struct prefixes *ps, struct pfx *x, void *data)
{
	if (x->there)
		prefix_queue(ps, x);
}

static void facts(struct prefixes *ps, const struct batch *b)
{
	const struct fact_prefix *f = batch_items(b);

	for (u32 i = 0; i < b->n; i++)
		prefix_fact(ps, &f[i]);
}

static void neigh_facts(struct prefixes *ps, const struct batch *b)
{
	const struct fact_neigh *f = batch_items(b);

	for (u32 i = 0; i < b->n; i++) {
		prefix_source_touch(ps, &f[i].key.address);
		prefix_adv_touch(ps, &f[i].key.address);
	}
}

static void neigh_results(struct prefixes *ps, const struct batch *b)
{
	const struct neigh_result *r = batch_items(b);

	for (u32 i = 0; i < b->n; i++) {
		prefix_source_touch(ps, &r[i].key.address);
		prefix_adv_touch(ps, &r[i].key.address);
	}
}

static void prefixes_fact(void *state, enum ipc_type type, const void *fact)
{
	struct prefixes *ps = state;

	switch (type) {
	case IPC_FACT_LINK:
	case IPC_FACT_LINK_GONE:
		links_changed(ps);
		break;
	case IPC_FACT_LINKS_DONE:
		ps->links_done = true;
		links_changed(ps);
		break;
	case IPC_FACT_ES:
		es_fact(ps, fact);
		break;
	case IPC_FACT_NEIGHS:
		neigh_facts(ps, fact);
		break;
	case IPC_FACT_NEIGHS_DONE:
		prefix_source_touch(ps, NULL);
		break;
	case IPC_WISH_NEIGH_RESULT:
		neigh_results(ps, fact);
		break;
	case IPC_FACT_PREFIXES_BEGIN:
		ps->epoch++;
		break;
	case IPC_FACT_PREFIXES:
		facts(ps, fact);
		break;
	case IPC_FACT_PREFIX_TEXT:
		prefix_text(ps, fact);
		break;
	case IPC_FACT_PREFIXES_DONE:
		prefix_not_seen(ps);
		ps->read = true;
		try_sweep(ps);
		break;
	default:
		break;
	}
}

/* ---- routes, sessions, time ---- */

/* Everything that was put off, in the order in which one follows from the other. */
static void catch_up(struct prefixes *ps)
{
	if (ps->resolve_due && ps->links_done) {
		ps->resolve_due = false;
		resolve_all(ps);
	}
	if (ps->reimport_due) {
		ps->reimport_due = false;
		prefix_reimport(ps);
	}
	if (ps->sources_due)
		prefix_sources_look(ps);
	if (ps->advs_due) {
		ps->advs_due = false;
		prefix_walk(ps, queue_local, NULL);
	}
	if (ps->swept && !ps->sweep_queued) {
		ps->sweep_queued = true;
		prefix_walk(ps, queue_there, NULL);
	}
	if (!prefix_flush(ps))
		prefix_wake(ps);
}

static int run_later(sd_event_source *source, void *data)
{
	struct prefixes *ps = data;

	if (speaker_conf(ps->speaker))
		catch_up(ps);
	return 0;
}

static void prefixes_route(void *state, const struct evpn_nlri *nlri, const struct rib_path *now)
{
	prefix_route(state, nlri, now);
}

static enum want prefixes_wanted(void *state, const struct evpn_nlri *nlri,
				 const struct bgp_attrs *attrs)
{
	return prefix_wanted(state, nlri, attrs) ? WANTED : WANTED_NOT;
}

static void prefixes_settled(void *state)
{
	struct prefixes *ps = state;

	ps->settled = true;
	try_sweep(ps);
}

static void lost_fired(void *data)
{
	prefix_lost(data);
}

static void retry_fired(void *data)
{
	prefix_retry(data);
}

static void prefixes_stop(void *state);

static void *prefixes_start(struct speaker *speaker)
{
	struct prefixes *ps = calloc(1, sizeof(*ps));
	sd_event *event = speaker_event(speaker);

	if (!ps)
		return NULL;
	ps->speaker = speaker;
	ps->next_id = FIRST_ID - 1;
	RB_INIT(&ps->circuits);
	TAILQ_INIT(&ps->vrfs);
	TAILQ_INIT(&ps->segs);
	timer_init(&ps->lost_timer, event, 10000, lost_fired, ps);
	timer_init(&ps->retry_timer, event, 100000, retry_fired, ps);
	ps->room = prefix_room_new();
	if (!ps->room || !prefix_table_init(ps) ||
	    sd_event_add_defer(event, &ps->later, run_later, ps) < 0) {
		prefixes_stop(ps);
		return NULL;
	}
	sd_event_source_set_enabled(ps->later, SD_EVENT_OFF);
	return ps;
}

/* The process ends; what the kernel has stays there, and a successor takes it over. */
static void prefixes_stop(void *state)
{
	struct prefixes *ps = state;
	struct pvrf *v;
	struct pseg *s;

	prefix_table_free(ps);
	free_circuits(ps);
	while ((v = TAILQ_FIRST(&ps->vrfs))) {
		TAILQ_REMOVE(&ps->vrfs, v, entry);
		free(v);
	}
	while ((s = TAILQ_FIRST(&ps->segs))) {
		TAILQ_REMOVE(&ps->segs, s, entry);
		free(s);
	}
	timer_done(&ps->lost_timer);
	timer_done(&ps->retry_timer);
	sd_event_source_unref(ps->later);
	free(ps->room);
	free(ps);
}

const struct service prefix_service = {
	.name = "prefix",
	.route_types = 1u << EVPN_PREFIX,
	.start = prefixes_start,
	.stop = prefixes_stop,
	.conf = prefixes_conf,
	.fact = prefixes_fact,
	.results = IPC_WISH_PREFIX_RESULT,
	.result = prefix_result,
	.route = prefixes_route,
	.wanted = prefixes_wanted,
	.settled = prefixes_settled,
	.query = prefix_query,
};
