// SPDX-License-Identifier: GPL-2.0-only
/*
 * kern_es.c - segments: wished for, and had by the module.
 *
 * A wish is sent to the module each time it is made, even when the module seems to have it already:
 * what we know of the module may be older than what somebody else did to it, and saying the same
 * again changes nothing there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

#include "system/kern_priv.h"
#include "log.h"
#include "nl_rt.h"

enum {
	ASSERTS_PER_SECOND = 10,
	ASSERT_PAUSE_MS = 1000,
};

static int key_cmp(const void *a, const void *b)
{
	return esi_cmp(a, b);
}

static struct kern_es *es_of(struct wished *w)
{
	return (struct kern_es *)w;
}

static struct kern_es *find(struct kern *kern, const struct esi *esi)
{
	return es_of(reconcile_find(&kern->segments, esi));
}

static struct kern_es *get(struct kern *kern, const struct esi *esi)
{
	return es_of(reconcile_get(&kern->segments, esi));
}

static void drop_if_unused(struct kern *kern, struct kern_es *e)
{
	if (!e->w.wished && !e->had)
		reconcile_drop(&kern->segments, &e->w);
}

_Static_assert(IPC_PEERS_MAX == EVPN_PEERS_MAX, "as many peers as the module takes");
_Static_assert(CONF_SET_MAX == EVPN_ES_PORTS_MAX, "as many devices as the module takes");
_Static_assert((int)ES_PORT_UNBOUND == EVPN_ES_STATE_UNBOUND &&
		       (int)ES_PORT_BOUND == EVPN_ES_STATE_BOUND &&
		       (int)ES_PORT_REJECTED == EVPN_ES_STATE_REJECTED,
	       "the module's words for a device");

static bool set_ok(const struct conf_set *set)
{
	if (set->n > CONF_SET_MAX)
		return false;
	for (uint8_t i = 0; i < set->n; i++)
		if (!set->name[i][0] || !memchr(set->name[i], 0, sizeof(set->name[i])))
			return false;
	return true;
}

static bool peers_ok(const struct wish_es *w)
{
	unsigned int i;

	if (w->n_peers > IPC_PEERS_MAX || (w->n_peers && w->mode != CONF_ALL_ACTIVE))
		return false;
	for (i = 0; i < w->n_peers; i++)
		if ((w->peers[i].len != 4 && w->peers[i].len != 16) ||
		    (i && ip_cmp(&w->peers[i - 1], &w->peers[i]) >= 0))
			return false;
	return true;
}

bool kern_wish_ok(const struct wish_es *w, const char **why)
{
	*why = NULL;
	if (esi_is_reserved(&w->esi))
		*why = "a reserved ESI";
	else if (!w->ifname[0] || !memchr(w->ifname, 0, sizeof(w->ifname)))
		*why = "no device name";
	else if (!set_ok(&w->set))
		*why = "a set of devices that cannot be";
	else if ((unsigned int)w->mode > CONF_PORT_ACTIVE)
		*why = "an unknown mode";
	else if (w->standby == CONF_STANDBY_AUTO || (unsigned int)w->standby > CONF_STANDBY_DOWN)
		*why = "an unknown standby policy";
	else if ((unsigned int)w->loss_policy > CONF_LOSS_BLOCK)
		*why = "an unknown loss policy";
	else if (w->owner_hold_ms > EVPN_HOLD_TIME_MAX)
		*why = "an owner hold time out of range";
	else if (w->host_timeout_ms > EVPN_HOST_TIMEOUT_MAX)
		*why = "a host timeout out of range";
	else if (w->host_limit > EVPN_HOST_LIMIT_MAX)
		*why = "a limit of hosts out of range";
	else if (w->allow & ~(uint32_t)(EVPN_ALLOW_LLDP | EVPN_ALLOW_EAPOL | EVPN_ALLOW_CFM |
					EVPN_ALLOW_PTP | EVPN_ALLOW_STP | EVPN_ALLOW_MICRO_BFD))
		*why = "unknown protocols to allow";
	else if (!ipc_is_bool(&w->df) || !ipc_is_bool(&w->draining) ||
		 !ipc_is_bool(&w->maintenance))
		*why = "neither yes nor no";
	else if (w->untagged_vid > 4094)
		*why = "a VLAN out of range";
	else if ((unsigned int)w->unknown_unicast > CONF_UNKNOWN_PASS)
		*why = "an unknown way with unknown unicast";
	else if (!peers_ok(w))
		*why = "peers that cannot be";
	return !*why;
}

static uint32_t mode_to_kernel(enum conf_mode mode)
{
	switch (mode) {
	case CONF_ALL_ACTIVE:
		return EVPN_MODE_ALL_ACTIVE;
	case CONF_SINGLE_ACTIVE:
		return EVPN_MODE_SINGLE_ACTIVE;
	case CONF_PORT_ACTIVE:
		break;
	}
	return EVPN_MODE_PORT_ACTIVE;
}

static uint32_t standby_to_kernel(enum conf_standby standby)
{
	switch (standby) {
	case CONF_STANDBY_LACP_OOS:
		return EVPN_STANDBY_LACP_OOS;
	case CONF_STANDBY_DOWN:
		return EVPN_STANDBY_DOWN;
	case CONF_STANDBY_AUTO:
	case CONF_STANDBY_BLOCK:
		break;
	}
	return EVPN_STANDBY_BLOCK;
}

static uint32_t role_to_kernel(const struct wish_es *w)
{
	if (!w->df && !(w->draining && w->mode == CONF_ALL_ACTIVE))
		return EVPN_ROLE_NON_DF;
	return w->draining ? EVPN_ROLE_DRAINING : EVPN_ROLE_DF;
}

static void to_kernel(const struct kern *kern, const struct wish_es *w, struct nl_es_conf *c)
{
	memset(c, 0, sizeof(*c));
	c->esi = w->esi;
	memcpy(c->ifname, w->ifname, sizeof(c->ifname));
	c->n_ports = w->set.n;
	memcpy(c->ports, w->set.name, sizeof(c->ports));
	c->mode = mode_to_kernel(w->mode);
	c->standby = standby_to_kernel(w->standby);
	c->role = role_to_kernel(w);
	c->vlan_map = w->mode != CONF_PORT_ACTIVE;
	if (c->vlan_map)
		memcpy(c->vlan_df, w->vlan_df, sizeof(c->vlan_df));
	c->owner_hold_ms = w->owner_hold_ms;
	c->host_timeout_ms = w->host_timeout_ms;
	c->host_limit = w->host_limit ? w->host_limit : EVPN_HOST_LIMIT_DEFAULT;
	c->loss_policy =
		w->loss_policy == CONF_LOSS_BLOCK ? EVPN_LOSS_POLICY_BLOCK : EVPN_LOSS_POLICY_HOLD;
	c->allow = w->allow;
	c->generation = kern->generation;
	c->untagged_vid = w->untagged_vid;
	c->unknown_unicast = w->unknown_unicast == CONF_UNKNOWN_PASS ? EVPN_UNKNOWN_UNICAST_PASS :
								       EVPN_UNKNOWN_UNICAST_FILTER;
	c->has_peers = w->mode == CONF_ALL_ACTIVE;
	c->n_peers = w->n_peers;
	memcpy(c->peers, w->peers, w->n_peers * sizeof(w->peers[0]));
}

static int by_address(const void *a, const void *b)
{
	return ip_cmp(a, b);
}

/* What is left of @c that somebody else could have changed to an effect. */
static void normalize(struct nl_es_conf *c)
{
	c->generation = 0;
	c->has_peers = false;
	if (c->mode == EVPN_MODE_ALL_ACTIVE) {
		qsort(c->peers, c->n_peers, sizeof(c->peers[0]), by_address);
	} else {
		c->n_peers = 0;
		memset(c->peers, 0, sizeof(c->peers));
	}
	/* a map that was there before stays in the module, without meaning in this mode */
	if (c->mode != EVPN_MODE_PORT_ACTIVE)
		return;
	c->vlan_map = false;
	memset(c->vlan_df, 0, sizeof(c->vlan_df));
}

static bool same_conf(const struct nl_es_conf *a, const struct nl_es_conf *b)
{
	struct nl_es_conf x = *a, y = *b;

	normalize(&x);
	normalize(&y);
	return !memcmp(&x, &y, sizeof(x));
}

_Static_assert((int)LACP_UNKNOWN == EVPN_PARTNER_UNKNOWN && (int)LACP_READY == EVPN_PARTNER_READY &&
		       (int)LACP_ACTIVE == EVPN_PARTNER_ACTIVE &&
		       (int)LACP_STATES == EVPN_PARTNER_MAX + 1,
	       "the module's words for an LACP partner");

_Static_assert((int)ES_NON_DF == EVPN_ROLE_NON_DF && (int)ES_DF == EVPN_ROLE_DF &&
		       (int)ES_DRAINING == EVPN_ROLE_DRAINING &&
		       (int)ES_BLOCKED == EVPN_OPER_BLOCKED &&
		       (int)ES_LACP_OOS == EVPN_OPER_LACP_OOS &&
		       (int)ES_DORMANT == EVPN_OPER_DORMANT &&
		       (int)ES_FAIL_APPLIED == EVPN_OPER_FAIL_APPLIED,
	       "the module's words for what is in force");

static bool same_partner(const struct nl_es_member *a, const struct nl_es_member *b)
{
	return !mac_cmp(&a->partner_system, &b->partner_system) && a->partner_key == b->partner_key;
}

static void make_lacp(const struct nl_es *es, struct fact_lacp *lacp)
{
	const struct nl_es_member *m, *best = NULL;
	unsigned int i;

	for (i = 0; i < es->n_members; i++) {
		m = &es->members[i];
		lacp->members++;
		lacp->ready += m->partner >= EVPN_PARTNER_READY;
		lacp->active += m->partner >= EVPN_PARTNER_ACTIVE;
		if (!best || m->partner > best->partner)
			best = m;
	}
	if (!best || best->partner == EVPN_PARTNER_UNKNOWN)
		return;
	lacp->state =
		(uint8_t)(best->partner <= EVPN_PARTNER_MAX ? best->partner : EVPN_PARTNER_MAX);
	lacp->partner = best->partner_system;
	lacp->key = (uint16_t)best->partner_key;
	lacp->timeout_ms = best->partner_timeout_ms;
	for (i = 0; i < es->n_members; i++) {
		m = &es->members[i];
		lacp->differ |= m->partner != EVPN_PARTNER_UNKNOWN && !same_partner(m, best);
	}
}

static void make_ports(const struct nl_es *es, struct fact_es *fact)
{
	unsigned int i;

	fact->n_ports = (uint8_t)es->conf.n_ports;
	for (i = 0; i < es->conf.n_ports; i++) {
		struct fact_es_port *p = &fact->ports[i];

		memcpy(p->ifname, es->conf.ports[i], sizeof(p->ifname));
		p->ifindex = es->ports[i].ifindex;
		p->state = (uint8_t)es->ports[i].state;
		snprintf(p->why, sizeof(p->why), "%.79s", es->ports[i].why);
	}
}

static void make_fact(const struct nl_es *es, struct fact_es *fact)
{
	memset(fact, 0, sizeof(*fact));
	fact->esi = es->conf.esi;
	memcpy(fact->ifname, es->conf.ifname, sizeof(fact->ifname));
	fact->ifindex = es->ifindex;
	make_ports(es, fact);
	fact->role = (uint8_t)es->conf.role;
	fact->force =
		(uint8_t)(es->oper & (ES_BLOCKED | ES_LACP_OOS | ES_DORMANT | ES_FAIL_APPLIED));
	fact->df = es->conf.role != EVPN_ROLE_NON_DF;
	fact->hosts_forgotten = es->hosts_forgotten;
	make_lacp(es, &fact->lacp);
	fact->fail_applied = es->oper & EVPN_OPER_FAIL_APPLIED;
	/* the module keeps the map of an earlier mode, and does not look at it */
	if (es->conf.vlan_map && es->conf.mode != EVPN_MODE_PORT_ACTIVE)
		memcpy(fact->vlan_df, es->conf.vlan_df, sizeof(fact->vlan_df));
	fact->n_peers = (uint8_t)es->conf.n_peers;
	memcpy(fact->peers, es->conf.peers, es->conf.n_peers * sizeof(fact->peers[0]));
	qsort(fact->peers, fact->n_peers, sizeof(fact->peers[0]), by_address);
}

/* Members, known by the product of what is different in them; 0: the host has spoken through all. */
static uint64_t silent_members(const struct nl_es *es)
{
	uint64_t sum = es->ifindex;
	bool silent = false;
	unsigned int i;

	for (i = 0; i < es->n_members; i++) {
		silent |= !es->members[i].has_lacpdu_age;
		sum = sum * 65599 + es->members[i].ifindex;
	}
	return silent ? sum : 0;
}

/*
 * The module has a member through which the host has not spoken since: what it would have to tell the
 * customer's LACP, or to ask it, waits for the host's next LACPDU, up to 30 s. Asked for once.
 */
static void let_speak(struct kern_es *e, const struct nl_es *es)
{
	uint64_t silent = silent_members(es);
	struct nl_err err;
	struct nl *nl;

	if (!silent || silent == e->asked_to_speak)
		return;
	e->asked_to_speak = silent;
	nl = nl_open(NETLINK_ROUTE);
	if (nl && nl_bond_speak(nl, es->ifindex, &err) && err.error != EOPNOTSUPP)
		log_info("kernel: %s does not send a LACPDU now: %s", es->device, err.text);
	nl_close(nl);
}

static void note_gone(struct kern *kern, struct kern_es *e)
{
	struct fact_es fact;

	if (!e->had)
		return;
	memset(&fact, 0, sizeof(fact));
	fact.esi = e->esi;
	fact.gone = true;
	e->had = false;
	e->asked_to_speak = 0;
	kern->ops->es(kern->data, &fact);
}

/* Not by a request of ours: when that is answered, nothing of the segment's next life has been heard. */
static void note_ended(struct kern *kern, struct kern_es *e)
{
	if (e->had && e->w.wished)
		kern_hosts_again(kern);
	note_gone(kern, e);
}

static void note_had(struct kern *kern, struct kern_es *e, const struct nl_es *es)
{
	struct fact_es fact;

	if (e->incarnation != es->incarnation)
		note_ended(kern, e);
	e->incarnation = es->incarnation;
	let_speak(e, es);
	make_fact(es, &fact);
	e->conf = es->conf;
	e->seen = true;
	if (e->had && !memcmp(&fact, &e->fact, sizeof(fact)))
		return;
	e->had = true;
	e->fact = fact;
	kern->ops->es(kern->data, &fact);
}

static void tell(struct kern *kern, const struct kern_es *e)
{
	struct es_result r = {
		.esi = e->esi, .status = e->w.became.status, .error = e->w.became.error};

	memcpy(r.text, e->w.became.text, sizeof(r.text));
	kern->ops->result(kern->data, &r);
}

/* The module took the wish; is there a device to enforce it on? */
static void judge_state(struct kern_es *e, const struct nl_es *es)
{
	char text[sizeof(e->w.became.text)];

	switch (es->state) {
	case EVPN_ES_STATE_BOUND:
		reconcile_became(&e->w, WISH_INSTALLED, 0, "");
		break;
	case EVPN_ES_STATE_UNBOUND:
		snprintf(text, sizeof(text),
			 es->conf.n_ports > 1 ?
				 "there is no device %s yet, nor another one of the segment's" :
				 "there is no device %s yet",
			 es->conf.ifname);
		reconcile_became(&e->w, WISH_PENDING, ENODEV, text);
		break;
	default:
		reconcile_became(&e->w, WISH_REFUSED, EOPNOTSUPP, es->why);
		break;
	}
}

/* False: the module has gone meanwhile, and with it @e unless somebody wishes it. */
static bool install(struct kern *kern, struct kern_es *e)
{
	struct nl_es_conf conf;
	struct nl_err err;
	struct nl_es es;
	int r;

	if (!kern->evpn.nl) {
		reconcile_became(&e->w, WISH_PENDING, ENOENT, kern->fact.text);
		return true;
	}
	to_kernel(kern, &e->wish, &conf);
	r = nl_evpn_es_new(&kern->evpn, &conf, &err);
	if (!r) {
		kern->installs++;
		r = nl_evpn_es_get(&kern->evpn, &e->esi, &es, &err);
	}
	if (r == -ENOENT) {
		/* no such family any more: the segments, and with them this one, wait */
		kern_lost(kern, "the module evpn was unloaded; nothing is enforced");
		return false;
	}
	if (r) {
		reconcile_became(&e->w, WISH_REFUSED, -r, err.text);
		return true;
	}
	note_had(kern, e, &es);
	judge_state(e, &es);
	return true;
}

/* The wish keeps @e alive. */
static void install_and_tell(struct kern *kern, struct kern_es *e)
{
	if (!install(kern, e))
		reconcile_became(&e->w, WISH_PENDING, ENOENT, kern->fact.text);
	tell(kern, e);
}

void kern_begin(struct kern *kern)
{
	if (kern->begun)
		return;
	kern->begun = true;
	kern->swept = false;
	kern->generation++;
}

void kern_wish(struct kern *kern, const struct wish_es *wish)
{
	struct kern_es *e = es_of(reconcile_wish(&kern->segments, &wish->esi));
	struct fact_es before;
	bool had;

	if (!e)
		return;
	kern_begin(kern);
	had = e->had;
	before = e->fact;
	e->wish = *wish;
	install_and_tell(kern, e);
	if (kern->ops->roles && e->w.became.status == WISH_INSTALLED)
		kern->ops->roles(kern->data, had ? &before : NULL, wish);
}

void kern_speaker_died(struct kern *kern)
{
	struct wished *w, *next;
	struct wish_es wish;

	RECONCILE_FOREACH_SAFE(w, &kern->segments, next)
	{
		wish = es_of(w)->wish;
		if (!w->wished || wish.loss_policy != CONF_LOSS_BLOCK || wish.owner_hold_ms)
			continue;
		wish.df = false;
		wish.draining = false;
		memset(wish.vlan_df, 0, sizeof(wish.vlan_df));
		kern_wish(kern, &wish);
		if (!kern->evpn.nl)
			return;
	}
}

void kern_close(struct kern *kern, const struct wish_es *wish)
{
	struct kern_es *e = get(kern, &wish->esi);
	struct wished before;

	if (!e)
		return;
	if (!e->had && !e->w.wished && kern->evpn.nl) {
		before = e->w;
		e->wish = *wish;
		if (!install(kern, e))
			return;
		if (e->w.became.status == WISH_REFUSED)
			log_error("segment on %s: the kernel refused to close it: %s", wish->ifname,
				  e->w.became.text);
		e->w.told = before.told;
		e->w.became = before.became;
	}
	drop_if_unused(kern, e);
}

static void delete_from_module(struct kern *kern, struct kern_es *e)
{
	struct nl_err err;
	int r;

	if (!kern->evpn.nl || !e->had)
		return;
	r = nl_evpn_es_del(&kern->evpn, &e->esi, &err);
	if (r && r != -ENOENT)
		log_error("kernel: deleting a segment: %s", err.text);
	else
		note_gone(kern, e);
}

bool kern_has_es(struct kern *kern, const struct esi *esi)
{
	return find(kern, esi);
}

static bool had_on(const struct fact_es *f, const char *ifname)
{
	for (uint8_t i = 0; i < f->n_ports; i++)
		if (!strcmp(f->ports[i].ifname, ifname))
			return true;
	return !strcmp(f->ifname, ifname);
}

bool kern_has_es_on(struct kern *kern, const struct esi *esi, const char *ifname)
{
	const struct kern_es *e = find(kern, esi);

	return e && ((e->had && had_on(&e->fact, ifname)) ||
		     (e->w.wished &&
		      (!strcmp(e->wish.ifname, ifname) || conf_set_has(&e->wish.set, ifname))));
}

void kern_wish_gone(struct kern *kern, const struct esi *esi)
{
	struct kern_es *e = find(kern, esi);

	if (!e || !e->w.wished)
		return;
	reconcile_unwish(&kern->segments, esi);
	delete_from_module(kern, e);
	drop_if_unused(kern, e);
}

void kern_es_sweep_module(struct kern *kern)
{
	struct nl_err err;

	if (kern->evpn.nl && nl_evpn_es_sweep(&kern->evpn, kern->generation, &err))
		log_error("kernel: sweep: %s", err.text);
}

/* It may have been put right, and so carry the present generation, since. */
static void unwished(void *data, struct wished *w)
{
	struct kern *kern = data;

	delete_from_module(kern, es_of(w));
	drop_if_unused(kern, es_of(w));
}

void kern_sweep(struct kern *kern)
{
	kern_begin(kern);
	reconcile_sweep(&kern->segments, unwished, kern);
	kern->swept = true;
	kern_es_sweep_module(kern);
}

static void read_one(void *data, const struct nl_es *es)
{
	struct kern *kern = data;
	struct kern_es *e = get(kern, &es->conf.esi);

	if (!e)
		return;
	if (es->conf.generation >= kern->generation && !kern->begun)
		kern->generation = es->conf.generation + 1;
	note_had(kern, e, es);
}

int kern_es_read_all(struct kern *kern, struct nl_err *err)
{
	struct wished *w, *next;
	int r;

	RECONCILE_FOREACH(w, &kern->segments)
	es_of(w)->seen = false;
	r = nl_evpn_es_dump(&kern->evpn, read_one, kern, err);
	if (r)
		return r;
	RECONCILE_FOREACH_SAFE(w, &kern->segments, next)
	{
		if (es_of(w)->seen)
			continue;
		note_gone(kern, es_of(w));
		drop_if_unused(kern, es_of(w));
	}
	return 0;
}

void kern_es_install_all(struct kern *kern)
{
	struct wished *w, *next;

	/* An entry that nobody wished for may go when the module does: then @next means nothing. */
	RECONCILE_FOREACH_SAFE(w, &kern->segments, next)
	{
		if (w->wished)
			install_and_tell(kern, es_of(w));
		if (!kern->evpn.nl)
			return;
	}
}

void kern_es_all_pending(struct kern *kern, const char *text)
{
	struct wished *w;

	RECONCILE_FOREACH(w, &kern->segments)
	{
		if (!w->wished ||
		    (w->became.status == WISH_PENDING && !strcmp(w->became.text, text)))
			continue;
		reconcile_became(w, WISH_PENDING, ENOENT, text);
		tell(kern, es_of(w));
	}
}

void kern_es_forget_had(struct kern *kern)
{
	struct wished *w, *next;

	RECONCILE_FOREACH_SAFE(w, &kern->segments, next)
	{
		note_gone(kern, es_of(w));
		drop_if_unused(kern, es_of(w));
	}
}

/* Two that put each other right would do so for ever: not more often than a person can read. */
static bool may_assert(struct kern *kern, struct kern_es *e)
{
	u64 now = timer_now_us();

	if (now - e->asserts_us > 1000000) {
		e->asserts_us = now;
		e->asserts = 0;
	}
	if (e->asserts++ < ASSERTS_PER_SECOND)
		return true;
	if (!timer_running(&kern->assert_again))
		timer_start(&kern->assert_again, ASSERT_PAUSE_MS);
	return false;
}

/*
 * Does the module have what was wished? What a notification says may be older than our last
 * request, so the module is asked before anybody is blamed.
 */
static void put_right(struct kern *kern, struct kern_es *e)
{
	bool refused = e->w.became.status == WISH_REFUSED;
	char esi[ESI_STRLEN];
	struct nl_es_conf conf;
	struct nl_err err;
	struct nl_es es;
	int r;

	if (!e->w.wished || !kern->evpn.nl || (refused && !e->had))
		return;
	to_kernel(kern, &e->wish, &conf);
	if (e->had && same_conf(&conf, &e->conf))
		return;
	r = nl_evpn_es_get(&kern->evpn, &e->esi, &es, &err);
	if (!r) {
		note_had(kern, e, &es);
		if (same_conf(&conf, &es.conf))
			return;
	}
	if (!may_assert(kern, e))
		return;
	log_warning("kernel: somebody else %s segment %s; putting it right",
		    r ? "deleted" : "changed", esi_format(&e->esi, esi));
	kern->reasserts++;
	install_and_tell(kern, e);
}

void kern_es_put_right(struct kern *kern)
{
	struct wished *w, *next;

	RECONCILE_FOREACH_SAFE(w, &kern->segments, next)
	{
		put_right(kern, es_of(w));
		if (!kern->evpn.nl)
			return;
	}
}

/* A device that came or went changes what a wish has come to. */
static void follow_state(struct kern *kern, struct kern_es *e, const struct nl_es *es)
{
	struct became before = e->w.became;

	judge_state(e, es);
	if (memcmp(&before, &e->w.became, sizeof(before)))
		tell(kern, e);
}

/*
 * A notification may be read after the answer to a request that was made later: that of the end of a segment when we
 * have deleted it and made it again.
 */
static bool is_past(const struct kern_es *e, const struct nl_es *es)
{
	return e->had && (int32_t)(es->incarnation - e->incarnation) < 0;
}

void kern_es_heard(struct kern *kern, const struct nl_es *es, bool deleted)
{
	struct kern_es *e = deleted ? find(kern, &es->conf.esi) : get(kern, &es->conf.esi);

	if (!e || is_past(e, es))
		return;
	if (deleted) {
		note_ended(kern, e);
	} else {
		note_had(kern, e, es);
		if (e->w.wished && e->w.became.status != WISH_REFUSED)
			follow_state(kern, e, es);
	}
	if (e->w.wished)
		put_right(kern, e);
	else
		drop_if_unused(kern, e);
}

void kern_es_replay(struct kern *kern)
{
	struct wished *w;

	kern->begun = false;
	reconcile_replay(&kern->segments);
	RECONCILE_FOREACH(w, &kern->segments)
	if (es_of(w)->had)
		kern->ops->es(kern->data, &es_of(w)->fact);
}

void kern_count(const struct kern *kern, struct kern_counts *counts)
{
	struct wished *w;

	memset(counts, 0, sizeof(*counts));
	counts->installs = kern->installs;
	counts->reasserts = kern->reasserts;
	RECONCILE_FOREACH(w, (struct reconcile *)&kern->segments)
	{
		if (!w->wished)
			continue;
		counts->installed += w->became.status == WISH_INSTALLED;
		counts->pending += w->became.status == WISH_PENDING;
		counts->refused += w->became.status == WISH_REFUSED;
	}
}

void kern_es_free(struct kern *kern)
{
	reconcile_free(&kern->segments);
}

void kern_es_init(struct kern *kern)
{
	kern->segments = RECONCILE_INIT(struct kern_es, esi, key_cmp);
}
