// SPDX-License-Identifier: GPL-2.0-only
/*
 * dead_check.c - see dead_check.h. A PE of a segment is dead to this one when BFD between the two says so,
 * or when its routes are gone, the last of them: those of its own session with the session, those of a
 * reflector when the reflector has noticed.
 */
#include "dead_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "doc.h"

enum { MESSAGE_LEN = 256 };

/** struct notice - @seconds: at most; below 0: that cannot be known, or never */
struct notice {
	const char *by;
	double seconds;
	char message[MESSAGE_LEN];
};

static const json_t *find(const json_t *list, const char *key, const char *value)
{
	const json_t *o;
	size_t i;

	json_array_foreach((json_t *)list, i, o)
		if (doc_is(o, key, value))
			return o;
	return NULL;
}

static struct notice notice(const char *by, double seconds, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static struct notice notice(const char *by, double seconds, const char *fmt, ...)
{
	struct notice n = {.by = by, .seconds = seconds};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(n.message, sizeof(n.message), fmt, ap);
	va_end(ap);
	return n;
}

/* The session with @address for "segment" or "neighbor", when it is up and can miss something. */
static const json_t *bfd_up(const struct dead_view *v, const char *address, const char *use)
{
	const json_t *s;
	size_t i;

	json_array_foreach((json_t *)v->sessions, i, s)
		if (doc_is(s, "address", address) && doc_is(s, "for", use) &&
		    doc_is(s, "state", "up") && doc_get(s, "detection-ms"))
			return s;
	return NULL;
}

static struct notice by_bfd(const json_t *session, const char *with)
{
	return notice("bfd", json_number_value(doc_get(session, "detection-ms")) / 1e3,
		      "BFD with %s%s", with,
		      doc_is(session, "by", "bfdd") ? " (FRR's bfdd has the session)" : "");
}

/* A session of its own: BFD beside it, or its hold time, ends it. */
static struct notice by_session(const struct dead_view *v, const char *address)
{
	const json_t *bfd = bfd_up(v, address, "neighbor"),
		     *peer = find(v->peers, "address", address);
	long long hold = doc_int(peer, "hold-time", -1);

	if (bfd)
		return by_bfd(bfd, "the peer");
	if (hold > 0)
		return notice("hold-time", (double)hold, "hold time of its BGP session");
	if (!hold)
		return notice("nobody", -1, "the hold time of its BGP session is 0: never");
	return notice("nobody", -1, "its BGP session is not up");
}

static struct notice by_reflector(const struct dead_view *v, const char *address)
{
	long long hold = doc_int(find(v->peers, "address", address), "hold-time", 0);

	return notice(
		"reflector", hold ? (double)hold : -1,
		"%s has to notice: the hold time that it has with that PE counts; with this one it is %lld s",
		address, hold);
}

static bool is_later(const struct notice *a, const struct notice *b)
{
	return a->seconds < 0 || (b->seconds >= 0 && a->seconds > b->seconds);
}

/* The last of its routes. */
static struct notice by_routes(const struct dead_view *v, const json_t *route, bool frr)
{
	struct notice last = {.by = NULL};
	const json_t *path;
	size_t i;

	if (frr)
		return notice("bgpd", -1,
			      "FRR's bgpd has to notice: by its hold times, or by BFD of its own");
	json_array_foreach(doc_get(route, "paths"), i, path) {
		const char *peer = doc_str(path, "peer");
		struct notice n;

		if (!peer)
			continue;
		n = doc_true(path, "direct") ? by_session(v, peer) : by_reflector(v, peer);
		if (!last.by || is_later(&n, &last))
			last = n;
	}
	return last;
}

static json_t *row(const char *segment, const char *address, const struct notice *n)
{
	return json_pack("{s:s?, s:s, s:s, s:o, s:s}", "segment", segment, "address", address,
			 "noticed-by", n->by, "seconds",
			 n->seconds < 0 ? json_null() : json_real(n->seconds), "message",
			 n->message);
}

static bool is_candidate(const json_t *segment, const char *pe)
{
	const json_t *address;
	size_t i;

	json_array_foreach(doc_get(segment, "peers"), i, address)
		if (json_is_string(address) && !strcmp(json_string_value(address), pe))
			return true;
	return false;
}

static void check_segment(const struct dead_view *v, const json_t *segment, json_t *rows)
{
	const json_t *route, *bfd;
	size_t i;

	json_array_foreach((json_t *)v->routes, i, route) {
		const char *pe = doc_str(route, "originator");
		struct notice n;

		if (!pe || !doc_is(route, "esi", doc_show(segment, "esi")) ||
		    !is_candidate(segment, pe))
			continue;
		bfd = bfd_up(v, pe, "segment");
		n = bfd ? by_bfd(bfd, "that PE") :
			  by_routes(v, route, doc_is(segment, "control", "frr"));
		if (n.by)
			json_array_append_new(rows, row(doc_show(segment, "name"), pe, &n));
	}
}

/* Does the neighbour itself have a segment that is here? Then it has a row already. */
static bool is_told(const struct dead_view *v, const json_t *rows, const char *address)
{
	const json_t *route, *path;
	size_t i, j;

	json_array_foreach((json_t *)v->routes, i, route)
		json_array_foreach(doc_get(route, "paths"), j, path)
			if (doc_is(path, "peer", address) && doc_true(path, "direct") &&
			    find(rows, "address", doc_show(route, "originator")))
				return true;
	return false;
}

json_t *dead_check(const struct dead_view *view)
{
	json_t *rows = json_array();
	const json_t *o;
	size_t i;

	json_array_foreach((json_t *)view->segments, i, o)
		check_segment(view, o, rows);
	json_array_foreach((json_t *)view->peers, i, o) {
		const char *address = doc_str(o, "address");
		struct notice n;

		if (!address || doc_true(o, "shutdown") || is_told(view, rows, address))
			continue;
		n = by_session(view, address);
		json_array_append_new(rows, row(NULL, address, &n));
	}
	return rows;
}
