// SPDX-License-Identifier: GPL-2.0-only
/*
 * place_target.c - the targets that a route about a segment carries, and whether one of another PE is for us.
 *
 * A route is ours when its ES-Import is that of the segment its ESI names and its EVI-RT is an import
 * target of one of our VRFs, or when one of its route targets is (the form FRR sends).
 *
 * draft-ietf-bess-evpn-l3mh-proto (3.2, 3.3, 3.6), RFC 9251 (9.5)
 */
#include "services/place/place.h"

enum conf_sync place_sync(const struct circuit *c)
{
	return c->es->conf->sync != CONF_SYNC_INHERIT ? c->es->conf->sync : c->vrf->conf.sync;
}

size_t place_vrf_targets(const struct place_vrf *v, enum conf_sync how, const struct mac *import,
			 struct ecomm ec[PLACE_TARGETS_MAX])
{
	size_t n = 0;

	if (how == CONF_SYNC_ES_IMPORT) {
		ec[n++] = ecomm_es_import_mac(import);
		ec[n++] = ecomm_evi_rt(&v->conf.export[0]);
		return n;
	}
	for (; n < v->conf.n_export; n++)
		ec[n] = v->conf.export[n];
	return n;
}

size_t place_targets(const struct circuit *c, struct ecomm ec[PLACE_TARGETS_MAX])
{
	return place_vrf_targets(c->vrf, place_sync(c), &c->es->import, ec);
}

struct place_vrf *place_match(struct places *p, const struct slice *ext, const struct circuit *c,
			      place_match_fn fn)
{
	struct place_vrf *v, *found = NULL;

	TAILQ_FOREACH(v, &p->vrfs, entry) {
		if (v->conf.sync == CONF_SYNC_OFF || !fn(ext, v->conf.import, v->conf.n_import))
			continue;
		if (c && c->vrf == v)
			return v;
		if (!found)
			found = v;
	}
	return found;
}

struct place_vrf *place_match_any(struct places *p, const struct slice *ext, place_match_fn fn)
{
	struct place_vrf *v;

	TAILQ_FOREACH(v, &p->vrfs, entry)
		if (fn(ext, v->conf.import, v->conf.n_import))
			return v;
	return NULL;
}

static bool import_is_ours(const struct place_es *es, const struct slice *ext)
{
	struct ecomm ours = ecomm_es_import_mac(&es->import);

	return es->conf && ecomm_has(ext, &ours);
}

/* Of several segments may have one: the ESIs that FRR makes differ in the octets that are not in it. */
struct place_es *place_import(struct places *p, const struct esi *esi, const struct slice *ext)
{
	struct place_es *es;

	if (!esi_is_zero(esi)) {
		es = place_es(p, esi, false);
		return es && import_is_ours(es, ext) ? es : NULL;
	}
	RB_FOREACH(es, place_ess, &p->ess)
		if (import_is_ours(es, ext))
			return es;
	return NULL;
}

static bool has_evi_rt(const struct slice *ext)
{
	return ecomm_find(ext, EC_EVI_RT) || ecomm_find(ext, EC_EVI_RT6);
}

enum place_verdict place_verdict(const struct place_addressees *a, const struct slice *ext,
				 struct place_vrf **vrf)
{
	bool has_import = ecomm_find(ext, EC_ES_IMPORT);

	*vrf = a->by_evi ? a->by_evi : a->by_rt;
	if (has_import && !a->import)
		return PLACE_FOREIGN_ES_IMPORT;
	if (!a->segment)
		return PLACE_FOREIGN_ESI;
	if (has_evi_rt(ext) && !a->by_evi)
		return PLACE_FOREIGN_EVI_RT;
	*vrf = has_import && a->by_evi ? a->by_evi : a->by_rt;
	if (!*vrf)
		return PLACE_NO_TARGET;
	return has_import && a->by_evi ? PLACE_ES_IMPORT : PLACE_VRF;
}

enum place_verdict place_judge(struct places *p, const struct esi *esi, u32 tag,
			       const struct slice *ext, struct place_vrf **vrf)
{
	const struct circuit *c = place_circuit(p, esi, tag, false);
	const struct place_es *es = place_es(p, esi, false);
	struct place_addressees a = {
		.segment = es && es->conf && es->conf->sync != CONF_SYNC_OFF,
		.import = es && import_is_ours(es, ext),
		.by_evi = place_match(p, ext, c, ecomm_evi_rt_match),
		.by_rt = place_match(p, ext, c, ecomm_rt_match),
	};

	*vrf = a.by_evi ? a.by_evi : a.by_rt;
	if (!esi_is_reserved(esi))
		return place_verdict(&a, ext, vrf);
	return ecomm_find(ext, EC_ES_IMPORT) || has_evi_rt(ext) || esi_is_max(esi) ?
		       PLACE_RESERVED_ESI :
		       PLACE_NO_ESI;
}

const char *place_verdict_name(enum place_verdict v)
{
	static const char *const names[PLACE_VERDICTS] = {
		[PLACE_ES_IMPORT] = "imported: ES-Import and EVI-RT are ours",
		[PLACE_VRF] = "imported: a route target of the VRF is ours",
		[PLACE_NO_ESI] = "not for us: it names no segment",
		[PLACE_RESERVED_ESI] = "treated as withdrawn: a reserved ESI",
		[PLACE_FOREIGN_ES_IMPORT] =
			"treated as withdrawn: its ES-Import is not that of a segment here",
		[PLACE_FOREIGN_ESI] = "not for us: its segment is not here",
		[PLACE_FOREIGN_EVI_RT] =
			"treated as withdrawn: its EVI-RT is an import target of no VRF here",
		[PLACE_NO_TARGET] = "not for us: no target of it is an import target of a VRF here",
	};

	return names[v];
}
