// SPDX-License-Identifier: GPL-2.0-only
/*
 * core_pe.c - PEs that routes of the core name: where a tunnel to each ends, and the MAC address of its router, which is
 * what it takes routed frames by. It is the PE's, and not a route's: what it said last holds for all of them.
 *
 * RFC 9135 (9.1: Router's MAC), RFC 9136 (4.4.1)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "services/core/core.h"
#include "speaker/pes.h"

enum { RELOOK_MS = 20 };

static int core_pe_cmp(const struct core_pe *a, const struct core_pe *b)
{
	if (a->vrf != b->vrf)
		return a->vrf < b->vrf ? -1 : 1;
	return ip_cmp(&a->address, &b->address);
}

RB_GENERATE(core_pe_tree, core_pe, node, core_pe_cmp)

static void touch(struct core *c, struct core_pe *pe)
{
	if (pe->dirty)
		return;
	pe->dirty = true;
	TAILQ_INSERT_TAIL(&c->pes_due, pe, due);
	core_wake(c);
}

struct core_pe *core_pe_find(struct core *c, u32 vrf, const struct ip_addr *address)
{
	struct core_pe key = {.vrf = vrf, .address = *address};

	return RB_FIND(core_pe_tree, &c->pes, &key);
}

/* Frames to such an address do not leave this PE. */
static bool has_our_mac(struct core *c, const struct core_pe *pe)
{
	const struct core_vrf *v = core_vrf(c, pe->vrf);

	return v && v->svi_index && !mac_cmp(&pe->mac, &v->svi_mac);
}

static void take_mac(struct core *c, struct core_pe *pe, const struct mac *mac)
{
	bool none = mac_is_zero(&pe->mac), ours = has_our_mac(c, pe);

	pe->mac = *mac;
	touch(c, pe);
	if (pe->refs < 2)
		return;
	if (none || ours != has_our_mac(c, pe)) { /* it is of use now, or was before */
		core_groups_touch(c);
		core_queue_all(c);
	}
}

struct core_pe *core_pe_get(struct core *c, u32 vrf, const struct ip_addr *address,
			    const struct mac *mac)
{
	struct core_pe *pe = core_pe_find(c, vrf, address);

	if (!pe) {
		pe = calloc(1, sizeof(*pe));
		if (!pe) {
			log_error("routes of the core: no memory for a PE");
			return NULL;
		}
		pe->vrf = vrf;
		pe->address = *address;
		pe->status = WISH_PENDING;
		RB_INSERT(core_pe_tree, &c->pes, pe);
	}
	if (!pe->refs++)
		touch(c, pe);
	if (!mac_is_zero(mac) && mac_cmp(mac, &pe->mac))
		take_mac(c, pe, mac);
	return pe;
}

void core_pe_put(struct core *c, struct core_pe *pe)
{
	if (--pe->refs || pe->idle)
		return;
	pe->idle = true;
	TAILQ_INSERT_TAIL(&c->pes_unused, pe, unused);
	core_wake(c);
}

bool core_pe_usable(struct core *c, const struct core_pe *pe, char why[CORE_WHY_MAX])
{
	char ip[IP_STRLEN];

	ip_format(&pe->address, ip);
	if (mac_is_zero(&pe->mac))
		snprintf(why, CORE_WHY_MAX, "%s says no MAC address of its router", ip);
	else if (has_our_mac(c, pe))
		snprintf(why, CORE_WHY_MAX, "%s says the MAC address of this PE's own router", ip);
	else if (pe->wished && pe->status == WISH_REFUSED)
		snprintf(why, CORE_WHY_MAX, "%s: %.140s", ip, pe->text);
	else if (pes_silent(c->speaker, &pe->address))
		snprintf(why, CORE_WHY_MAX, "%s is silent, BFD says", ip);
	else
		return true;
	return false;
}

void core_pes_touch(struct core *c)
{
	struct core_pe *pe;

	RB_FOREACH(pe, core_pe_tree, &c->pes)
		touch(c, pe);
}

static void unwish(struct core *c, struct core_pe *pe)
{
	if (pe->wished)
		speaker_wish(c->speaker, IPC_WISH_CORE_PE_GONE, &pe->asked, 1);
	pe->wished = false;
	pe->status = WISH_PENDING;
}

static void wish(struct core *c, struct core_pe *pe, const struct core_vrf *v)
{
	struct wish_core_pe w;

	memset(&w, 0, sizeof(w));
	memcpy(w.key.svi, v->svi, sizeof(w.key.svi));
	memcpy(w.key.vxlan, v->vxlan, sizeof(w.key.vxlan));
	w.key.address = pe->address;
	w.mac = pe->mac;
	if (pe->wished && memcmp(&pe->asked, &w.key, sizeof(w.key)) != 0)
		unwish(c, pe);
	speaker_wish(c->speaker, IPC_WISH_CORE_PE, &w, 1);
	pe->asked = w.key;
	pe->wished = true;
}

void core_pes_flush(struct core *c)
{
	struct core_pe *pe;

	while ((pe = TAILQ_FIRST(&c->pes_due))) {
		const struct core_vrf *v = core_vrf(c, pe->vrf);

		TAILQ_REMOVE(&c->pes_due, pe, due);
		pe->dirty = false;
		if (has_our_mac(c, pe))
			unwish(c, pe);
		else if (pe->refs && v && v->svi_index && !mac_is_zero(&pe->mac))
			wish(c, pe, v);
	}
}

void core_pes_drop(struct core *c)
{
	struct core_pe *pe;

	while ((pe = TAILQ_FIRST(&c->pes_unused))) {
		TAILQ_REMOVE(&c->pes_unused, pe, unused);
		pe->idle = false;
		if (pe->refs)
			continue;
		if (pe->dirty)
			TAILQ_REMOVE(&c->pes_due, pe, due);
		unwish(c, pe);
		RB_REMOVE(core_pe_tree, &c->pes, pe);
		free(pe);
	}
}

void core_pes_free(struct core *c)
{
	struct core_pe *pe;

	while ((pe = RB_ROOT(&c->pes))) {
		RB_REMOVE(core_pe_tree, &c->pes, pe);
		free(pe);
	}
}

/* The one that was wished for by @key; NULL: there is none any more */
static struct core_pe *asked_by(struct core *c, const struct core_pe_key *key)
{
	for (size_t i = 0; i < c->n_vrfs; i++) {
		const struct core_vrf *v = &c->vrfs[i];
		struct core_pe *pe = strncmp(v->svi, key->svi, sizeof(v->svi)) ?
					     NULL :
					     core_pe_find(c, v->ifindex, &key->address);

		if (pe && pe->wished && !memcmp(&pe->asked, key, sizeof(*key)))
			return pe;
	}
	return NULL;
}

void core_pe_result(struct core *c, const struct core_pe_result *r)
{
	struct core_pe *pe = asked_by(c, &r->key);
	bool was;

	if (!pe)
		return;
	was = pe->status == WISH_REFUSED;
	pe->status = r->status;
	memcpy(pe->text, r->text, sizeof(pe->text));
	pe->text[sizeof(pe->text) - 1] = '\0';
	/* all of many at once: which groups it is in is known of none */
	if (was != (r->status == WISH_REFUSED) && !timer_running(&c->relook))
		timer_start(&c->relook, RELOOK_MS);
}
