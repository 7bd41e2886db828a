// SPDX-License-Identifier: GPL-2.0-only
/*
 * guard.c - see guard.h.
 */
#include "parent/guard.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "timer.h"

enum {
	LATE_US = 10000000, /* a speaker under load reads no later than that */
	PARTNERS_MAX = 4,   /* of one device that are remembered */
};

void guard_free(struct guard *g)
{
	free(g->frr);
	free(g->lacp);
	memset(g, 0, sizeof(*g));
}

static struct guard_pair *find(struct guard_pair *list, size_t n, const struct esi *esi)
{
	for (size_t i = 0; i < n; i++)
		if (!esi_cmp(&list[i].esi, esi))
			return &list[i];
	return NULL;
}

static void add(struct guard_pair **list, size_t *n, const struct esi *esi, const char *ifname)
{
	struct guard_pair *more = reallocarray(*list, *n + 1, sizeof(*more));

	if (!more) {
		log_error("%s: no memory for its segment", ifname);
		return;
	}
	*list = more;
	more[*n] = (struct guard_pair){.esi = *esi};
	memcpy(more[(*n)++].ifname, ifname, IFNAMSIZ);
}

static void drop(struct guard_pair *list, size_t *n, size_t i)
{
	memmove(&list[i], &list[i + 1], (*n - i - 1) * sizeof(list[0]));
	--*n;
}

/* The oldest partner of the device goes when there are too many. */
static void limit_partners(struct guard *g, const char *ifname)
{
	size_t count = 0, oldest = 0;

	for (size_t i = g->n_lacp; i-- > 0;) {
		if (strcmp(g->lacp[i].ifname, ifname))
			continue;
		count++;
		oldest = i;
	}
	if (count > PARTNERS_MAX)
		drop(g->lacp, &g->n_lacp, oldest);
}

void guard_link(struct guard *g, const struct fact_link *fact, bool follows)
{
	struct esi esi;
	struct guard_pair *p;

	if (!follows || mac_is_zero(&fact->ad_partner))
		return;
	esi = esi_make_lacp(&fact->ad_partner, fact->ad_partner_key);
	p = find(g->lacp, g->n_lacp, &esi);
	if (p && !strcmp(p->ifname, fact->ifname))
		return;
	if (p) { /* the customer was plugged in elsewhere */
		guard_changed(g);
		memcpy(p->ifname, fact->ifname, IFNAMSIZ);
		return;
	}
	add(&g->lacp, &g->n_lacp, &esi, fact->ifname);
	limit_partners(g, fact->ifname);
}

void guard_frr(struct guard *g, const struct fact_frr_es *fact)
{
	struct guard_pair *p = find(g->frr, g->n_frr, &fact->esi);

	if (p && fact->gone) {
		guard_changed(g);
		drop(g->frr, &g->n_frr, (size_t)(p - g->frr));
	} else if (p && strcmp(p->ifname, fact->ifname)) {
		guard_changed(g);
		memcpy(p->ifname, fact->ifname, IFNAMSIZ);
	} else if (!p && !fact->gone) {
		add(&g->frr, &g->n_frr, &fact->esi, fact->ifname);
	}
}

void guard_changed(struct guard *g)
{
	g->changed_us = timer_now_us();
}

bool guard_is_late(const struct guard *g)
{
	return g->changed_us && timer_now_us() - g->changed_us < LATE_US;
}

/* @ifname: NULL: on any device */
static bool has(const struct guard_pair *list, size_t n, const struct esi *esi, const char *ifname)
{
	for (size_t i = 0; i < n; i++)
		if (!esi_cmp(&list[i].esi, esi) && (!ifname || !strcmp(list[i].ifname, ifname)))
			return true;
	return false;
}

static bool follows_lacp(const struct conf *conf, const char *ifname)
{
	for (size_t i = 0; i < conf->n_segments; i++)
		if (conf->segments[i].esi_source == CONF_ESI_LACP &&
		    !strcmp(conf->segments[i].interface, ifname))
			return true;
	return false;
}

static bool from_partner(const struct guard *g, const struct conf *conf, const struct esi *esi,
			 const char *ifname)
{
	for (size_t i = 0; i < g->n_lacp; i++)
		if (!esi_cmp(&g->lacp[i].esi, esi) &&
		    (!ifname || !strcmp(g->lacp[i].ifname, ifname)))
			return follows_lacp(conf, g->lacp[i].ifname);
	return false;
}

static bool permits(const struct guard *g, const struct conf *conf, const struct esi *esi,
		    const char *ifname)
{
	for (size_t i = 0; i < conf->n_segments; i++) {
		const struct conf_segment *c = &conf->segments[i];

		if (c->esi_source == CONF_ESI_STATIC && !esi_cmp(&c->esi, esi) &&
		    (!ifname || conf_segment_has(c, ifname)))
			return true;
	}
	return has(g->frr, g->n_frr, esi, ifname) || from_partner(g, conf, esi, ifname);
}

/* Until zebra has answered, a segment of it that the module still has goes on (segment_frr.c). */
static bool is_kept(const struct conf *conf, const char *ifname)
{
	for (size_t i = 0; i < conf->n_segments; i++)
		if (conf->segments[i].control == CONF_CONTROL_FRR &&
		    !strcmp(conf->segments[i].interface, ifname))
			return true;
	return false;
}

bool guard_es(const struct guard *g, const struct conf *conf, const struct esi *esi,
	      const char *ifname, bool had)
{
	return permits(g, conf, esi, ifname) || (had && is_kept(conf, ifname));
}

bool guard_esi(const struct guard *g, const struct conf *conf, const struct esi *esi)
{
	return permits(g, conf, esi, NULL);
}
