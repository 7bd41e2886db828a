// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment_discover.c - the segments that zebra has, and which of them become segments here although the
 * configuration does not name their devices (frr: {discover: yes}). Such a one has the name of its
 * device and the values of a configured one of which no more is said.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "services/segment/segment.h"

static bool wanted(const struct segments *ss)
{
	return ss->have_conf && speaker_conf(ss->speaker)->global.frr.discover;
}

static struct frr_known *find(struct segments *ss, const struct esi *esi)
{
	struct frr_known *k;

	TAILQ_FOREACH(k, &ss->frr_known, entry)
		if (!esi_cmp(&k->fact.esi, esi))
			return k;
	return NULL;
}

static void forget(struct segments *ss, struct frr_known *k)
{
	TAILQ_REMOVE(&ss->frr_known, k, entry);
	free(k);
}

void segment_frr_forget(struct segments *ss)
{
	while (!TAILQ_EMPTY(&ss->frr_known))
		forget(ss, TAILQ_FIRST(&ss->frr_known));
}

/* Many may come at once: what they make of the segments here is seen at the end. */
void segment_frr_know(struct segments *ss, const struct fact_frr_es *f)
{
	struct frr_known *k = find(ss, &f->esi);

	if (f->gone) {
		if (k)
			forget(ss, k);
	} else {
		if (!k) {
			k = calloc(1, sizeof(*k));
			if (!k) {
				log_error("FRR's segment on %s: no memory", f->ifname);
				return;
			}
			TAILQ_INSERT_TAIL(&ss->frr_known, k, entry);
		}
		k->fact = *f;
	}
	if (!wanted(ss))
		return;
	ss->discover_due = true;
	sd_event_source_set_enabled(ss->later, SD_EVENT_ONESHOT);
}

const struct fact_frr_es *segment_frr_on(const struct segments *ss, const char *ifname)
{
	const struct frr_known *k;

	TAILQ_FOREACH(k, &ss->frr_known, entry)
		if (!strcmp(k->fact.ifname, ifname))
			return &k->fact;
	return NULL;
}

static bool is_name(const char *text)
{
	const char *p;

	for (p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	return *text;
}

/* The segment of evpnd's own that has this ESI, or will have it. */
static const char *owner_of(const struct segments *ss, const struct conf *now,
			    const struct esi *esi)
{
	const struct segment *s;
	size_t i;

	for (i = 0; i < now->n_segments; i++)
		if (now->segments[i].esi_source == CONF_ESI_STATIC &&
		    !esi_cmp(&now->segments[i].esi, esi))
			return now->segments[i].name;
	TAILQ_FOREACH(s, &ss->list, entry)
		if (s->conf.esi_source == CONF_ESI_LACP && s->esi_known && !esi_cmp(&s->esi, esi) &&
		    conf_segment(now, s->conf.name))
			return s->conf.name;
	return NULL;
}

/* Why it cannot be a segment here; "" when it can. */
static void obstacle(const struct segments *ss, const struct conf *now, const char *ifname,
		     const struct esi *esi, char why[ROLE_TEXT_MAX])
{
	const struct conf_segment *namesake = conf_segment(now, ifname);
	const char *owner = owner_of(ss, now, esi);

	why[0] = '\0';
	if (!is_name(ifname))
		snprintf(why, ROLE_TEXT_MAX, "no segment can have this name");
	else if (namesake)
		snprintf(why, ROLE_TEXT_MAX, "the configured segment on %s has this name",
			 namesake->interface);
	else if (owner)
		snprintf(why, ROLE_TEXT_MAX, "its ESI is that of segment %s", owner);
}

static void want_one(const struct segments *ss, const struct conf *now, struct conf *want,
		     const char *ifname, const struct esi *esi, char why[ROLE_TEXT_MAX])
{
	struct conf_segment c;

	why[0] = '\0';
	if (conf_segment_on(want, ifname))
		return;
	obstacle(ss, now, ifname, esi, why);
	if (why[0])
		return;
	conf_segment_defaults(&c, CONF_CONTROL_FRR, CONF_ALL_ACTIVE);
	strcpy(c.name, ifname);
	strcpy(c.interface, ifname);
	if (conf_add_segment(want, &c))
		log_error("segment %s: no memory", c.name);
}

/* Append to @want what FRR has besides what is configured. */
void segment_discover(struct segments *ss, const struct conf *now, struct conf *want)
{
	const struct segment *s;
	char why[ROLE_TEXT_MAX];
	struct frr_known *k;

	if (!now->global.frr.discover)
		return;
	TAILQ_FOREACH(k, &ss->frr_known, entry) {
		want_one(ss, now, want, k->fact.ifname, &k->fact.esi, why);
		if (why[0] && !k->said)
			log_warning("FRR has a segment on %s that is not discovered: %s",
				    k->fact.ifname, why);
		k->said = why[0];
	}
	if (ss->frr_heard)
		return;
	/* zebra was never heard: what was found in the kernel of a named one is as good as its word */
	TAILQ_FOREACH(s, &ss->list, entry)
		if (s->conf.esi_source == CONF_ESI_FRR && s->esi_known)
			want_one(ss, now, want, s->conf.interface, &s->esi, why);
}
