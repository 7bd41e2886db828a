// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_removed.c - segments that the configuration has no more, on ports that are up.
 *
 * Without its segment a port is open to everything. Where another PE has the segment the customer would
 * have two ways in, which is a loop if its edge is a bridge. So what is removed is handed over first, as
 * `es drain` does it, and the port stays closed and nothing of it is advertised, for as long as another
 * PE advertises the segment. It is opened when none does, when its device is gone, or by `es del NAME
 * open`. What the module still has after a start and the file has no more is treated alike.
 */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "services/segment/segment.h"

static bool others(struct segment *s)
{
	segment_collect(s);
	return s->n_cand > (s->local >= 0 ? 1u : 0u);
}

static bool has_a_device_of(const struct conf_segment *c, const struct conf_segment *old)
{
	for (u8 i = 0; i < old->set.n; i++)
		if (conf_segment_has(c, old->set.name[i]))
			return true;
	return conf_segment_has(c, old->interface);
}

/* Is its name, its ESI or a device of its another segment's now? */
static bool is_taken(const struct segment *s, const struct conf *want)
{
	size_t i;

	for (i = 0; i < want->n_segments; i++) {
		const struct conf_segment *c = &want->segments[i];

		if (!strcmp(c->name, s->conf.name) || has_a_device_of(c, &s->conf) ||
		    (c->esi_source == CONF_ESI_STATIC && !esi_cmp(&c->esi, &s->esi)))
			return true;
	}
	return false;
}

/* Return: it is being handed over, or closed already */
static bool hand_over(struct segment *s)
{
	char why[ROLE_TEXT_MAX];

	if (s->drain != DRAIN_NO || segment_drain_begin(s, why, sizeof(why)))
		return true;
	log_warning("%s", why);
	return false;
}

/**
 * segment_retire() - the configuration has a segment no more
 * @want: what there is to be instead
 *
 * Return: it stays for now; else the caller removes it.
 */
bool segment_retire(struct segment *s, const struct conf *want)
{
	if (segment_is_frr(s) || !s->wished || is_taken(s, want))
		return false;
	if (s->removed)
		return true;
	if (!s->port_up || !others(s) || !hand_over(s))
		return false;
	s->removed = true;
	log_warning(
		"segment %s: not configured any more; another PE takes over, and %s stays closed while that one has it",
		s->conf.name, s->conf.interface);
	segments_wake(s->owner);
	return true;
}

/** segment_return() - it is configured again */
void segment_return(struct segment *s)
{
	char why[ROLE_TEXT_MAX];

	if (!s->removed)
		return;
	s->removed = false;
	s->open = false;
	if (!segment_in_maintenance(s))
		segment_drain(s, true, why, sizeof(why));
	else
		segment_try_up(s);
}

/* Handed over; what is left is to say nothing of it any more, and to wait. */
static bool is_over(struct segment *s)
{
	const struct segments *ss = s->owner;

	if (s->drain == DRAIN_OFFERED || s->drain == DRAIN_LEAVING || s->announce_due)
		return false;
	if (s->advertised && s->drain == DRAIN_DONE)
		segment_fsm(s, DF_EV_ES_DOWN);
	if (s->open || !s->n_ports)
		return true;
	if (!ss->settled || ss->core.lost)
		return false;
	if (!others(s))
		return true;
	hand_over(s); /* somebody has come who had gone */
	return false;
}

/** segments_removed() - at the end of a round of the loop: which of them are over? */
void segments_removed(struct segments *ss)
{
	struct segment *s, *next;

	TAILQ_FOREACH_SAFE(s, &ss->list, entry, next) {
		if (!s->removed || !is_over(s))
			continue;
		log_warning("segment %s: removed; %s is open to everything from now on",
			    s->conf.name, s->conf.interface);
		segment_remove(s);
	}
}

/**
 * segment_open() - a port is to be opened, whoever else has its segment
 *
 * Where the segment is still being handed over that comes first.
 */
bool segment_open(struct segment *s, char *err, size_t err_len)
{
	if (!s->removed) {
		snprintf(err, err_len, "segment %s is configured", s->conf.name);
		return false;
	}
	s->open = true;
	segments_wake(s->owner);
	return true;
}

static void orphan(struct segments *ss, const struct fact_es *k, const struct conf *now)
{
	struct conf_segment c;
	struct segment *s;

	conf_segment_defaults(&c, CONF_CONTROL_EVPND, CONF_PORT_ACTIVE);
	snprintf(c.name, sizeof(c.name), "%s", k->ifname);
	snprintf(c.interface, sizeof(c.interface), "%s", k->ifname);
	c.esi_source = CONF_ESI_STATIC;
	c.esi = k->esi;
	c.set.n = k->n_ports;
	for (u8 i = 0; i < k->n_ports; i++)
		memcpy(c.set.name[i], k->ports[i].ifname, sizeof(c.set.name[i]));
	s = segment_add(ss, &c);
	if (!s)
		return;
	if (!s->port_up || is_taken(s, now) || !others(s)) {
		segment_remove(s);
		return;
	}
	s->removed = true;
	s->drain = DRAIN_DONE;
	segment_drop_roles(s, "not configured any more");
	log_warning(
		"segment on %s: not configured any more, and another PE has it; %s stays closed while that is so",
		k->ifname, k->ifname);
}

/** segments_orphans() - before what nobody wishes for is swept, and before segments come up */
void segments_orphans(struct segments *ss)
{
	const struct conf *now = speaker_conf(ss->speaker);
	size_t i;

	if (now->global.frr.discover)
		return;
	for (i = 0; i < ss->n_kernel_es; i++)
		if (!segment_by_esi(ss, &ss->kernel_es[i].esi))
			orphan(ss, &ss->kernel_es[i], now);
}

/** segment_removed_reason() - what es.show says */
void segment_removed_reason(const struct segment *s, char buf[ROLE_TEXT_MAX])
{
	snprintf(
		buf, ROLE_TEXT_MAX,
		s->drain == DRAIN_DONE ?
			"not configured any more; closed while another PE has it (es del %s open)" :
			"not configured any more; another PE is to take %s over",
		s->conf.name);
}
