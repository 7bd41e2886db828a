// SPDX-License-Identifier: GPL-2.0-only
/*
 * own_check.c - see own_check.h.
 *
 * One reflector: its loss is survived, since what it told counts on, but from then on nobody can be told
 * of anything, and a cable that is cut is taken over by nobody. What is looked at is by whom an RT-4 of
 * another PE has come, not what is configured: a peer may be down, or not send EVPN.
 *
 * One session at all, and `core-isolation: block`: whoever is at its other end, this PE closes its segments
 * when that one dies. Two PEs that have nothing but a session with each other both close when it is lost,
 * also when one of them has died, and nothing opens them before it is back.
 *
 * RFC 4456
 */
#include "own_check.h"

#include <stdlib.h>
#include <string.h>

#include "doc.h"

/* bgpd of this host, of whose sessions nothing is known here. */
static bool is_loopback(const char *address)
{
	return !strncmp(address, "127.", 4) || !strcmp(address, "::1");
}

/* By whom alone @route is heard; NULL: by several, by its PE itself, by none. */
static const char *only_reflector(const json_t *route)
{
	const char *only = NULL;
	const json_t *path;
	size_t i;

	json_array_foreach(doc_get(route, "paths"), i, path) {
		const char *peer = doc_str(path, "peer");

		if (!peer || doc_true(path, "direct") || is_loopback(peer))
			return NULL;
		if (doc_true(path, "stale"))
			continue;
		if (only && strcmp(only, peer))
			return NULL;
		only = peer;
	}
	return only;
}

static void warn(json_t *list, const char *interface, const char *reflector, const json_t *pes)
{
	char *text = doc_text(pes);

	json_array_append_new(
		list,
		json_pack(
			"{s:s, s:s, s:o}", "interface", interface, "what", "single-reflector",
			"message",
			json_sprintf(
				"%s and this PE hear of each other by %s alone: while that reflector is away nobody can be told of a failure, and no PE takes over from another. A second reflector, or a session with the PE itself, is needed",
				text, reflector)));
	free(text);
}

static void check_segment(json_t *list, const json_t *segment, const json_t *routes)
{
	const char *first = NULL, *only;
	json_t *pes = json_array();
	const json_t *r;
	size_t i;

	json_array_foreach((json_t *)routes, i, r) {
		if (!doc_is(r, "esi", doc_show(segment, "esi")))
			continue;
		only = only_reflector(r);
		if (!only || (first && strcmp(first, only)))
			continue;
		first = only;
		json_array_append_new(pes, json_string(doc_show(r, "originator")));
	}
	if (first)
		warn(list, doc_show(segment, "interface"), first, pes);
	json_decref(pes);
}

/* @peers are one, and it is not the bgpd beside us. */
static void check_block(json_t *list, const json_t *segment, const json_t *peers)
{
	const char *peer = doc_show(json_array_get(peers, 0), "address");

	if (json_array_size(peers) != 1 || is_loopback(peer) ||
	    !doc_is(segment, "core-isolation", "block"))
		return;
	json_array_append_new(
		list,
		json_pack(
			"{s:s, s:s, s:o}", "interface", doc_show(segment, "interface"), "what",
			"block-alone", "message",
			json_sprintf(
				"core-isolation is block, and the session with %s is the only one: when it is lost, also because %s has died or evpnd is stopped there, this PE stands by until it is back, whoever else is left. A second session is needed, or core-isolation: keep",
				peer, peer)));
}

json_t *own_check(const json_t *segments, const json_t *routes, const json_t *peers)
{
	json_t *list = json_array();
	const json_t *s;
	size_t i;

	json_array_foreach((json_t *)segments, i, s) {
		if (doc_is(s, "control", "frr"))
			continue;
		check_segment(list, s, routes);
		check_block(list, s, peers);
	}
	return list;
}
