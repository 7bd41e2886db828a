// SPDX-License-Identifier: GPL-2.0-only
/*
 * bfd_service.c - the BFD service: with configured neighbours, and with the other PEs of own segments
 * whether or not they are neighbours, because behind a route reflector BGP does not tell that a PE has
 * died before the reflector's hold time is over.
 *
 * A session that never came up changes nothing: the other side may have no BFD. Nor does one whose other
 * side says that it is held down on purpose (RFC 5882 section 3.2), or whose process here has ended.
 * A PE is silent when nothing comes from it any more. One that says "down" lives, and has begun anew or
 * does not hear us: its routes stay what they are.
 *
 * The far end of a pseudowire is another matter: the path to it carries the customer's frames, so that it has
 * to be heard, and to hear us. A configuration that names it means that it has BFD; it has ten seconds
 * after a start, so that a restart moves nothing.
 *
 * RFC 5882 (3.2, 4), RFC 9384
 */
#include <stdio.h>
#include <stdlib.h>

#include "log.h"
#include "services/bfd/bfd_service.h"
#include "speaker/far_ends.h"
#include "speaker/pes.h"

enum { LOOK_MS = 100, FAR_MS = 10000 };

/* ---- sessions ---- */

static struct bfd_watch *find(struct bfds *bs, const struct bfd_key *key)
{
	struct bfd_watch *w;

	TAILQ_FOREACH(w, &bs->watches, entry)
		if (!bfd_key_cmp(&w->key, key))
			return w;
	return NULL;
}

/* What is known now of a PE, or of a far end, by a session with it */
static void note(struct bfds *bs, const struct bfd_watch *w, enum far_end state)
{
	if (w->key.use == BFD_SEGMENT)
		pes_set(bs->speaker, &w->key.remote, state == FAR_END_SILENT);
	else if (w->key.use == BFD_FAR_END)
		far_end_set(bs->speaker, &w->key.remote, state);
}

static void want(struct bfds *bs, const struct bfd_key *key)
{
	struct bfd_watch *w = find(bs, key);

	if (!w) {
		w = calloc(1, sizeof(*w));
		if (!w)
			return;
		w->key = *key;
		TAILQ_INSERT_TAIL(&bs->watches, w, entry);
		speaker_wish(bs->speaker, IPC_WISH_BFD, key, 1);
		if (key->use == BFD_FAR_END)
			timer_start(&bs->far, FAR_MS);
	}
	w->wanted = true;
}

static void forget(struct bfds *bs, struct bfd_watch *w)
{
	speaker_wish(bs->speaker, IPC_WISH_BFD_GONE, &w->key, 1);
	note(bs, w, FAR_END_AWAITED);
	TAILQ_REMOVE(&bs->watches, w, entry);
	free(w);
}

/* ---- which there shall be ---- */

static struct ip_addr self(const struct bfds *bs)
{
	const struct conf_global *g = &speaker_conf(bs->speaker)->global;

	return ip_is_none(&g->originator) ? ip_from_bytes(&g->router_id, 4) : g->originator;
}

static bool is_ours(const struct bfds *bs, const struct esi *esi)
{
	const struct bfd_segment *s;

	TAILQ_FOREACH(s, &bs->segments, entry)
		if (!esi_cmp(&s->esi, esi))
			return true;
	return false;
}

/* RT-4 of a segment that is here: the originator is a PE that may have to be replaced. */
static bool want_originator(void *data, const struct evpn_nlri *n, const struct rib_path *paths,
			    size_t n_paths, size_t best)
{
	struct bfds *bs = data;
	struct bfd_key key = {.use = BFD_SEGMENT, .remote = n->orig, .local = self(bs)};

	if (paths[best].peer && is_ours(bs, &n->esi) && key.local.len == key.remote.len &&
	    !ip_equal(&key.local, &key.remote) && !ip_is_zero(&key.remote))
		want(bs, &key);
	return true;
}

static void want_peers(struct bfds *bs, const struct conf *conf)
{
	for (size_t i = 0; i < conf->n_peers; i++) {
		const struct conf_peer *n = &conf->peers[i];
		struct bfd_key key = {.use = BFD_PEER, .remote = n->address, .local = n->source};

		memcpy(key.ifname, n->interface, sizeof(key.ifname));
		if (n->bfd.enabled && !n->shutdown)
			want(bs, &key);
	}
}

static void want_far_ends(struct bfds *bs, const struct conf *conf)
{
	for (size_t i = 0; i < conf->n_segments; i++) {
		struct bfd_key key = {.use = BFD_FAR_END, .remote = conf->segments[i].far_end};

		if (!ip_is_none(&key.remote))
			want(bs, &key);
	}
}

static void look(void *data)
{
	const struct conf *conf;
	struct bfd_watch *w, *next;
	struct bfds *bs = data;

	if (!bs->have_conf || !bs->links_done)
		return;
	conf = speaker_conf(bs->speaker);
	TAILQ_FOREACH(w, &bs->watches, entry)
		w->wanted = false;
	want_peers(bs, conf);
	want_far_ends(bs, conf);
	if (conf->global.bfd.enabled)
		rib_walk(speaker_rib(bs->speaker), EVPN_ES, want_originator, bs);
	for (w = TAILQ_FIRST(&bs->watches); w; w = next) {
		next = TAILQ_NEXT(w, entry);
		if (!w->wanted)
			forget(bs, w);
	}
}

static void look_later(struct bfds *bs)
{
	if (!timer_running(&bs->look))
		timer_start(&bs->look, LOOK_MS);
}

/* ---- facts ---- */

static void tell(struct bfds *bs, const struct bfd_watch *w, const char *event)
{
	json_t *json = bfd_watch_json(w);

	if (json)
		json_object_set_new(json, "event", json_string(event));
	speaker_event_json(bs->speaker, "bfd", json);
}

static void came_up(struct bfds *bs, struct bfd_watch *w)
{
	w->was_up = true;
	tell(bs, w, "up");
	note(bs, w, FAR_END_HEARD);
}

static bool on_purpose(const struct bfd_watch *w)
{
	return w->fact.remote_state == BFD_ADMIN_DOWN;
}

static void went_down(struct bfds *bs, struct bfd_watch *w)
{
	tell(bs, w, "down");
	w->was_up = false;
	if (!w->fact.running || on_purpose(w))
		return;
	if (w->key.use == BFD_PEER)
		speaker_peer_dead(bs->speaker, &w->key.remote, bfd_diag_name(w->fact.diag));
	else if (w->key.use == BFD_FAR_END || w->fact.diag == BFD_DIAG_TIMEOUT)
		note(bs, w, FAR_END_SILENT);
}

/*
 * A far end that is not up. One that has not been heard since the start is dead as well, when it has had the
 * time; one that is not listened to here stays what it is.
 */
static void judge_far_end(struct bfds *bs, const struct bfd_watch *w)
{
	if (w->key.use != BFD_FAR_END || !w->known || w->was_up)
		return;
	if (!w->fact.running)
		timer_start(&bs->far, FAR_MS);
	else if (on_purpose(w))
		note(bs, w, FAR_END_HEARD);
	else if (!timer_running(&bs->far))
		note(bs, w, FAR_END_SILENT);
}

static void far_fired(void *data)
{
	const struct bfd_watch *w;
	struct bfds *bs = data;

	TAILQ_FOREACH(w, &bs->watches, entry)
		judge_far_end(bs, w);
}

static void bfd_result(void *state, const void *result)
{
	const struct fact_bfd *fact = result;
	struct bfds *bs = state;
	struct bfd_watch *w = find(bs, &fact->key);
	bool up = fact->running && fact->state == BFD_UP;

	if (!w)
		return; /* of a predecessor's, until it is swept */
	w->fact = *fact;
	w->known = true;
	if (up && !w->was_up)
		came_up(bs, w);
	else if (!up && w->was_up)
		went_down(bs, w);
	if (!up)
		judge_far_end(bs, w);
}

static void on_fact_es(struct bfds *bs, const struct fact_es *fact)
{
	struct bfd_segment *s;

	TAILQ_FOREACH(s, &bs->segments, entry)
		if (!esi_cmp(&s->esi, &fact->esi))
			break;
	if (s && fact->gone) {
		TAILQ_REMOVE(&bs->segments, s, entry);
		free(s);
	} else if (!s && !fact->gone) {
		s = calloc(1, sizeof(*s));
		if (!s)
			return;
		s->esi = fact->esi;
		TAILQ_INSERT_TAIL(&bs->segments, s, entry);
	} else {
		return;
	}
	look_later(bs);
}

static void begin(struct bfds *bs)
{
	if (!bs->have_conf || !bs->links_done)
		return;
	look(bs);
	speaker_wish(bs->speaker, IPC_WISH_BFD_SWEEP, NULL, 0);
}

/* ---- entry points ---- */

static void bfd_fact(void *state, enum ipc_type type, const void *fact)
{
	struct bfds *bs = state;

	switch (type) {
	case IPC_FACT_ES:
		on_fact_es(bs, fact);
		break;
	case IPC_FACT_LINKS_DONE:
		bs->links_done = true;
		begin(bs);
		break;
	default:
		break;
	}
}

static void bfd_conf(void *state, unsigned int changes, const struct conf *now)
{
	struct bfds *bs = state;

	bs->have_conf = true;
	if (changes & CONF_CHANGED_FIRST)
		begin(bs);
	else
		look(bs);
}

static void bfd_route(void *state, const struct evpn_nlri *nlri, const struct rib_path *now)
{
	look_later(state);
}

static void *bfd_start(struct speaker *speaker)
{
	struct bfds *bs = calloc(1, sizeof(*bs));

	if (!bs)
		return NULL;
	bs->speaker = speaker;
	TAILQ_INIT(&bs->watches);
	TAILQ_INIT(&bs->segments);
	timer_init(&bs->look, speaker_event(speaker), 20000, look, bs);
	timer_init(&bs->far, speaker_event(speaker), 100000, far_fired, bs);
	return bs;
}

static void bfd_stop(void *state)
{
	struct bfd_segment *s;
	struct bfd_watch *w;
	struct bfds *bs = state;

	while ((w = TAILQ_FIRST(&bs->watches))) {
		TAILQ_REMOVE(&bs->watches, w, entry);
		free(w);
	}
	while ((s = TAILQ_FIRST(&bs->segments))) {
		TAILQ_REMOVE(&bs->segments, s, entry);
		free(s);
	}
	timer_done(&bs->look);
	timer_done(&bs->far);
	free(bs);
}

const struct service bfd_service = {
	.name = "bfd",
	.route_types = 1U << EVPN_ES,
	.start = bfd_start,
	.stop = bfd_stop,
	.conf = bfd_conf,
	.fact = bfd_fact,
	.results = IPC_WISH_BFD_RESULT,
	.result = bfd_result,
	.route = bfd_route,
	.query = bfd_query,
};
